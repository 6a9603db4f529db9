"""Optimizers, losses, and all that has to fit together before a network is trained."""

import ast
import copy
import inspect
import numbers
import sys
import textwrap
import warnings
import weakref

import numpy as np

from nnlib.checks.batches import pairs
from nnlib.checks.networks import same_layers
from nnlib.checks.values import finite, function, number, single, what


def step(theta, grad, *state, t=None):
    """θ and its gradient: float arrays of one shape, which is also the shape of the state.

    All of the state is there or nothing is, and t, if there is one, counts its steps.
    """
    if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f":
        got = getattr(theta, "dtype", type(theta).__name__)
        raise ValueError(
            f"theta must be a NumPy array of floats, changed in place, got {got}"
        )
    shape = theta.shape
    if getattr(grad, "shape", None) != shape:
        got = np.shape(grad) if hasattr(grad, "shape") else what(grad)
        raise ValueError(f"grad must have theta's shape {shape}, got {got}")
    for array in state:
        if array is None:
            part = t or state[0] is not None or state[-1] is not None
        elif getattr(array, "shape", None) == shape:
            part = t == 0
        else:
            raise ValueError(
                f"this optimizer has worked on a theta of shape {np.shape(array)}, got {shape}: "
                f"make a new optimizer for each network"
                if isinstance(array, np.ndarray)
                else f"an optimizer's state must be an array, got {what(array)}"
            )
        if part:
            raise ValueError(
                "an optimizer's state must be put back whole, got a part of it: "
                "its arrays are None and t is 0 before the first step, and neither after it"
            )


NO_OPTIMIZER = object()
LOSS = "cross_entropy, with loss(z, y) -> (value, dz)"


def run(net, loss, x, y, *, metric=None, optimizer=NO_OPTIMIZER):
    """All is finite, and widths, shapes and labels fit: every error now, none halfway.

    Returns the loss.
    """
    trained(net)
    function(loss, "loss", LOSS)
    if metric is not None:
        function(metric, "metric", "accuracy, with metric(z, y) -> a number")
    if optimizer is not NO_OPTIMIZER:
        run_optimizer(optimizer)
        precise(optimizer, net)
        moves(optimizer, net)
        owned(optimizer, net)
    finite(x=x, y=y)
    with np.errstate(all="ignore"):
        z = net.predict(x)
        value = loss_value(loss, loss(z, y), z)
    if loss_name(loss) in LOGITS and hasattr(net, "places"):
        logits(net, loss, z)
    measured = value if metric is None else metric(z, y)
    if not isinstance(measured, numbers.Real):
        raise ValueError(f"metric(z, y) must return a number, got {what(measured)}")
    if optimizer is not NO_OPTIMIZER:
        for hint in units(net, loss, x, y):
            warnings.warn(hint[0].upper() + hint[1:], stacklevel=outside())
    return value


def checkable(net, loss, x, y):
    """A network and a loss whose gradient can be looked at, and what it is taken on: (x, y)."""
    trained(net, ("theta", "forward", "backward", "astype", "places", "views"))
    function(loss, "loss", LOSS)
    return pairs(x, y)


PARTS = ("theta", "grad", "forward", "backward", "predict")


def trained(net, names=PARTS):
    """Something with a theta and its gradient, whose layers are those that it was made of."""
    lacks = [name for name in names if not hasattr(net, name)]
    if isinstance(net, type) or lacks:
        hint = ""
        if hasattr(net, "params"):
            hint = ": Network(layer) makes a network of a layer"
        elif hasattr(net, "theta"):
            hint = f", which lacks {', '.join(lacks)}"
        raise ValueError(
            f"net must be a network, as in fit(net, loss, optimizer, …), got {what(net)}{hint}"
        )
    if hasattr(net, "places"):
        same_layers(net)


def loss_value(loss, returned, z):
    """The number of the two things that a loss returns, (value, dz)."""
    name = loss_name(loss)
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        raise ValueError(
            f"loss {name} must return two things, (value, dz): the mean loss, and how it changes "
            f"with z, got {what(returned)}"
        )
    value, dz = returned
    if not single(value):
        raise ValueError(
            f"loss {name} must return (value, dz), a single number first, got {what(value)} first"
        )
    if np.shape(dz) != z.shape:
        got = np.shape(dz) if isinstance(dz, np.ndarray) else what(dz)
        raise ValueError(
            f"loss {name} must return (value, dz), with dz of z's shape {z.shape}, got {got}"
        )
    return float(value)


LOGITS = (
    "cross_entropy",
    "binary_cross_entropy",
)  # these make probabilities themselves


def loss_name(loss):
    """Of the reader's own, from the exercise of that name, the package's."""
    return getattr(loss, "__name__", type(loss).__name__).removeprefix("my_")


def logits(net, loss, z):
    """A loss that makes probabilities itself gets any numbers, not what is squashed already.

    Seen by a last layer without weights, and its name or what comes out of it.
    """
    name, last = loss_name(loss), type(net.layers[-1]).__name__
    place = f"layer {len(net.layers) - 1} ({last})"
    weights = [
        it for it in net.places if it.startswith(place) and net.places[it].params
    ]
    if name == "cross_entropy":
        made, squashed = "softmax", z.min() >= 0 and np.allclose(z.sum(axis=-1), 1)
    else:
        made, squashed = "sigmoid", 0 < z.min() and z.max() <= 1
    if not weights and (squashed or "sigmoid" in last.lower()):
        raise ValueError(
            f"{name} must get logits, any real numbers, but all that {place} gives is between 0 "
            f"and 1, as probabilities are: leave this last layer out. The loss applies the "
            f"{made} itself" + ", and accuracy asks for z > 0" * (made == "sigmoid")
        )


def run_optimizer(optimizer):
    """An object with step(theta, grad)."""
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        hint = ""
        if isinstance(optimizer, numbers.Real):
            hint = f": SGD({optimizer}) makes one of a learning rate"
        raise ValueError(
            f"optimizer must have a method step(theta, grad), such as Adam(0.001), "
            f"got {what(optimizer)}{hint}"
        )
    try:
        inspect.signature(optimizer.step).bind("theta", "grad")
    except TypeError as error:
        raise ValueError(
            f"{type(optimizer).__name__}.step must take theta and grad, two arrays: {error}"
        ) from None
    if isinstance(lr := getattr(optimizer, "lr", 0.0), (str, numbers.Real)):
        number(lr, "the optimizer's lr")


def moves(optimizer, net):
    """`step` writes into theta: `theta = theta - …` would make another array.

    Where the text of `step` reads like that, a copy of the optimizer is tried.
    """
    if not makes_anew(optimizer.step):
        return
    theta, grad = np.zeros_like(net.theta), np.ones_like(net.grad)
    try:
        twin = copy.deepcopy(optimizer)
        if any((twin.step(theta, grad), theta.any())[1] for _ in range(32)):
            return  # now, or after it has waited
    except Exception:
        return  # the first step of the training will say it, with its line
    raise ValueError(
        f"{type(optimizer).__name__}.step has not changed theta: write into it, theta -= … or "
        f"theta[...] = …; theta = … and return give a new array, which the network never sees"
    )


def makes_anew(step):
    """Whether its text gives the name of theta to something else, or returns a result."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(step)))
    except (OSError, TypeError, SyntaxError):
        return False
    theta = next(iter(inspect.signature(step).parameters))
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, (ast.BinOp, ast.Name))
        or isinstance(node, ast.Assign)
        and any(isinstance(it, ast.Name) and it.id == theta for it in node.targets)
        for node in ast.walk(tree)
    )


# Of each optimizer, the network that it was given last.
NETWORKS = weakref.WeakKeyDictionary()


def owned(optimizer, net):
    """What an optimizer remembers is of this network."""
    remembers = [
        name
        for name, holder, attribute in attributes("", optimizer)
        if isinstance(getattr(holder, attribute), np.ndarray)
    ]
    try:
        other = NETWORKS.get(optimizer, lambda: net)()
        NETWORKS[optimizer] = weakref.ref(net)
    except TypeError:
        return  # one that cannot be looked up
    if remembers and other is not net:
        NETWORKS[optimizer] = weakref.ref(other) if other is not None else lambda: None
        raise ValueError(
            f"this {type(optimizer).__name__} has worked on another network, and remembers its "
            f"{', '.join(name[1:] for name in remembers)}: make a new optimizer for each network"
        )


def precise(optimizer, net):
    """ε is no zero in the type of the network, where 0 / 0 would be nan."""
    eps = getattr(optimizer, "eps", None)
    if isinstance(eps, numbers.Real) and eps and net.theta.dtype.type(eps) == 0:
        raise ValueError(
            f"eps={eps:g} of {type(optimizer).__name__} is 0 in the network's type "
            f"{net.theta.dtype}, and what it divides by, too: try eps=1e-4, or a network of "
            f"float32"
        )


LARGE = 30.0  # so far from 0, in the root of the mean square, data are in a unit of their own


def units(net, loss, x, y):
    """What to try where data are in a unit in which a network learns badly, or nothing."""
    first = [type(it).__mro__ for it in getattr(net, "places", {}).values()][:1]
    named = {kind.__name__ for kinds in first for kind in kinds}
    if x.dtype.kind == "f" or "Linear" in named:  # others may look tokens up
        if size(x) > LARGE:
            simple = "x / 255"
            if x.min() < 0 or x.max() > 255:
                simple = "(x - x.mean(axis=0)) / (x.std(axis=0) + 1e-8)"
            yield (
                f"the inputs go from {x.min():g} to {x.max():g}, and a network learns best from "
                f"numbers around 1: try {simple}, with the same numbers for all data"
            )
    if loss_name(loss) not in LOGITS and y.dtype.kind in "iuf" and size(y) > LARGE:
        if y.std() > 0:
            yield (
                f"the targets go from {y.min():g} to {y.max():g}, and a network's outputs begin "
                f"around 1: try (y - y.mean()) / y.std(), and turn what it predicts back, "
                f"z * y.std() + y.mean()"
            )


def size(array):
    """The root of the mean square, of a thousand examples."""
    return np.sqrt(np.mean(np.square(array[:1000], dtype=np.float64)))


def outside():
    """How many frames up is the first line that is not the package's: where to warn."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("nnlib."):
        level, frame = level + 1, frame.f_back
    return level


def run_history(history, metric=...):
    """What `fit` returned: lists of one length; that of a metric where one is measured."""
    names = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")
    lists = [getattr(history, name, None) for name in names]
    if isinstance(history, type) or not all(isinstance(it, list) for it in lists):
        raise ValueError(
            f"history must be what fit returned, a History, got {what(history)}"
        )
    lengths = dict(zip(names, map(len, lists)))
    epochs, measured = len(lists[0]), len(lists[2])
    if (
        len(lists[1]) != epochs
        or len(lists[3]) != measured
        or measured not in (0, epochs)
    ):
        raise ValueError(
            f"history must have the same epochs in all its lists, got {lengths}"
        )
    if metric is not ... and epochs and (metric is None) != (measured == 0):
        wants = "none" if metric is None else "one"
        raise ValueError(
            f"history has a metric for {measured} of its {epochs} epochs, and this call {wants}: "
            f"go on with the same loss and metric, or without history="
        )


def going_on(history, metric):
    """A copy of the history that another call returned, to go on with; or None."""
    if history is not None:
        run_history(history, metric)
    return copy.deepcopy(history)


def watched(valid_loss, theta):
    """A loss to be compared, nan and infinity included, and the weights that gave it."""
    if not single(valid_loss):
        pair = isinstance(valid_loss, (tuple, list)) and len(valid_loss) == 2
        raise ValueError(
            f"valid_loss must be a number, got {what(valid_loss)}"
            + ": of what a loss returns, (value, dz), it is the first" * pair
        )
    if not isinstance(theta, np.ndarray):
        raise ValueError(
            f"theta must be an array, such as net.theta, got {what(theta)}"
        )


def diverged(epoch, train_loss, valid_loss, optimizer, net, loss, x, y):
    """The error for a loss that is no longer a number: when it was, and what to try."""
    lr = getattr(optimizer, "lr", None)
    smaller = f"lr={lr / 10:g} instead of {lr:g}" if lr else "a smaller learning rate"
    then = [
        f"try {smaller} with a new optimizer; then smaller inputs or initial weights"
    ]
    if causes := list(units(net, loss, x, y)):
        then = [*causes, "then a new optimizer, and if need be " + smaller]
    said = "; ".join(then)
    return ValueError(
        f"training diverged in epoch {epoch} (the first is 0): training loss {train_loss:g}, "
        f"validation loss {valid_loss:g}. The network has the weights it came with. "
        f"{said[0].upper()}{said[1:]}"
    )


def attributes(place, holder):
    """The public ones of an optimizer or a history, and of an optimizer inside an optimizer."""
    for name, value in vars(holder).items():
        if hasattr(value, "step"):
            yield from attributes(f"{place}.{name}", value)
        elif not name.startswith("_") and not callable(value):
            yield f"{place}.{name}", holder, name
