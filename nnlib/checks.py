"""Validation: every message says what was expected, what came, and what to try.

The other files call these functions in one line each, such as `checks.batch(x, W)`, so
that their code shows the mathematics. All of them raise `ValueError`. What is written to a
file and read again is here, too: most of its lines ask whether it is what it should be.
"""

import ast
import copy
import dis
import inspect
import json
import numbers
import secrets
import sys
import textwrap
import warnings
import weakref
from pathlib import Path

import numpy as np


def what(value):
    """How a sentence names a value that is something else than was expected."""
    if isinstance(value, type):
        return f"the class {value.__name__}: {value.__name__}(…) makes one"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if value is None or isinstance(value, (str, numbers.Number)):
        return repr(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def function(value, name, example):
    """Something to be called, and no class."""
    if isinstance(value, type) or not callable(value):
        raise ValueError(
            f"{name} must be a function, such as {example}, got {what(value)}"
        )


def generator(rng):
    """The source of randomness is a `numpy.random.Generator`, passed by whoever wants it."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng must be a numpy.random.Generator, got {rng!r}: try rng=np.random.default_rng(0)"
        )


def count(value, name):
    """A whole number, at least 1; returns it as an int."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {value!r}")
    return int(value)


def number(value, name, *, low=0.0, high=np.inf, above=None):
    """A finite number with low <= value < high (and value > above, if given), as a float.

    A Python float leaves float32 arrays float32; `np.float64(0.1)` would not.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not low <= value < high or (above is not None and value <= above):
        start = f"more than {above:g}" if above is not None else f"at least {low:g}"
        end = "" if high == np.inf else f" and less than {high:g}"
        raise ValueError(f"{name} must be a finite number, {start}{end}, got {value!r}")
    return float(value)


def finite(**arrays):
    """No nan and no infinity in any of the named arrays."""
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{name} must hold numbers, got {array.dtype}: try {name}.astype(float), or for "
                f"named classes {name} = np.unique({name}, return_inverse=True)[1]"
            )
        with np.errstate(invalid="ignore"):
            ends = [array.min(), array.max()] if array.size else []
        if not np.isfinite(ends).all():  # the minimum of nan and numbers is nan
            bad = np.argwhere(~np.isfinite(array))
            at = tuple(bad[0].tolist())
            raise ValueError(
                f"{name} must be finite, but {len(bad)} of its {np.size(array)} numbers are nan or "
                f"infinite, the first at {at}: remove or replace them before training"
            )


def sizes(n_in, n_out, rng):
    """Two sizes and a generator, which every initializer needs; returns the shape of W."""
    generator(rng)
    return count(n_in, "n_in"), count(n_out, "n_out")


def weights(W, n_in, n_out):
    """What an initializer returned has the shape (n_in, n_out); a copy, as floats."""
    if np.shape(W) != (n_in, n_out):
        raise ValueError(
            f"init must return an array of shape (n_in, n_out) = {(n_in, n_out)}, "
            f"got {np.shape(W)}: he_normal is an example"
        )
    W = np.array(W, float)
    finite(W=W)
    return W


def batch(x, W):
    """Rows of examples, at least one, with a column for each row of W; in W's type."""
    if getattr(x, "ndim", 0) < 2 or x.shape[-1] != W.shape[0] or x.size == 0:
        got = f"shape {x.shape}" if hasattr(x, "shape") else what(x)
        raise ValueError(
            f"x must be a batch of shape (n, {W.shape[0]}), one row an example, n at least 1; "
            f"got {got}: {as_batch(x, W.shape[0])}"
        )
    return x if x.dtype == W.dtype else x.astype(W.dtype)


def as_batch(x, n_in):
    """What makes a batch of n_in columns of x; it has been tried (tests/test_layers.py)."""
    if x is None:
        return "what the layer before it computes has to be returned"
    if not hasattr(x, "shape"):
        return "np.array(x) makes an array of it"
    if x.size == 0:
        return "there is no example in it"
    if x.ndim == 1 and n_in == 1:
        return "x[:, np.newaxis] is n examples of one number each"
    if x.size == n_in:
        return "a single example is " + (
            "x[np.newaxis]" if x.ndim == 1 else "x.reshape(1, -1)"
        )
    if x.ndim > 2 and x[0].size == n_in:
        return "x.reshape(len(x), -1) makes a row of each image"
    if x.ndim == 2 and len(x) == n_in:
        return "x.T, if a column is an example"
    if x.ndim < 2:
        return f"an example has {n_in} numbers, as many as W has rows"
    if x.ndim == 2:
        return f"rows of {x.shape[1]} numbers need Linear({x.shape[1]}, …)"
    wide = x[0].size
    return f"x.reshape(len(x), -1) has rows of {wide} numbers, which need Linear({wide}, …)"


def backward(layer, kept, da):
    """`forward` came first and left `layer.kept`; da has the shape of what it returned.

    Returns both as matrices, a row an example, whatever the number of axes.
    """
    array = layer.__dict__.get(kept)
    if array is None:
        raise ValueError(
            f"{type(layer).__name__}.backward before forward: call forward(x) on a batch first"
        )
    n_out, shape = getattr(layer, "n_out", None), array.shape
    if n_out is not None:
        shape = (*shape[:-1], n_out)
    if getattr(da, "shape", None) != shape:
        raise ValueError(
            f"{type(layer).__name__}.backward: da must have the shape of forward's output, "
            f"{shape}, got {getattr(da, 'shape', what(da))}: it is what the backward "
            f"of the layer behind it returns, or the dz of the loss"
        )
    if array.ndim == 2:
        return array, da
    return array.reshape(-1, array.shape[-1]), da.reshape(-1, shape[-1])


# --- losses and metrics


def targets(z, y):
    """Targets for a regression: as many numbers as outputs, in the same shape; (z, y) as floats."""
    z = outputs(z)
    if np.shape(y) != z.shape:
        if np.size(y) == z.size:
            hint = "subtracting them would broadcast; try y.reshape(z.shape)"
        elif np.shape(y)[:1] == z.shape[:1] and np.ndim(y) < 3 > z.ndim:
            hint = f"the last layer must have as many outputs as y has columns, {np.size(y[0])}"
        else:
            hint = "an example has one row in both"
        raise ValueError(
            f"y must have the shape of z, {z.shape}, got {np.shape(y)}: {hint}"
        )
    return z, np.asarray(y, z.dtype)


def labels(z, y):
    """Logits z (…, k) with k at least 2, and integer labels y (…) from 0 to k - 1.

    Returns both with a single axis in front of the classes: z (n, k) and y (n,).
    """
    z, y = outputs(z), np.asarray(y)
    if z.ndim < 2 or z.shape[-1] < 2:
        raise ValueError(
            f"z must hold one logit a class, shape (n, k) with k at least 2, got {z.shape}: "
            f"for a single logit use binary_cross_entropy"
        )
    if y.shape != z.shape[:-1]:
        if y.shape == z.shape:
            hint = "try y.argmax(axis=-1), if the labels are one-hot"
        elif y.size == z[..., 0].size:
            hint = "try y.ravel()" if z.ndim == 2 else "try y.reshape(z.shape[:-1])"
        elif y.shape == z.shape[:1]:
            hint = (
                f"there are outputs for each of the {z.shape[1]} rows of an example: if it is "
                f"an image, make a row of it, x.reshape(len(x), -1)"
            )
        else:
            hint = "as many labels as examples"
        raise ValueError(
            f"y must hold one label an example, shape {z.shape[:-1]}, got {y.shape}: {hint}"
        )
    if y.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be integers, got {y.dtype}: try y.astype(np.int64)"
        )
    if y.astype(np.uint64).max() >= z.shape[-1]:  # -1 is a large number without a sign
        raise ValueError(
            f"labels must be from 0 to {z.shape[-1] - 1}, one for each column of z, "
            f"got {y.min()} to {y.max()}: does the network have an output for each class?"
        )
    return (z, y) if z.ndim == 2 else (z.reshape(y.size, -1), y.ravel())


def binary(z, y):
    """Logits z, and targets y of 0 and 1 in the same shape; (z, y) as floats."""
    z, y = targets(z, y)
    if not np.all((y == 0) | (y == 1)):
        raise ValueError(
            f"targets must be 0 or 1, got values from {y.min():g} to {y.max():g}: "
            f"for more than two classes use cross_entropy"
        )
    return z, y


def classes(z, y):
    """The true classes, y (…), of outputs z (…, k), or of z (…, 1) with 0/1 targets (…, 1)."""
    if np.ndim(z) >= 2 and np.shape(z)[-1] == 1:
        return binary(z, y)[1][..., 0].astype(np.int64)
    return labels(z, y)[1].reshape(np.shape(y))


def outputs(z):
    """At least one output; as floats."""
    given, z = z, np.asarray(z)
    if z.size == 0:
        raise ValueError(f"z must hold at least one example, got shape {z.shape}")
    if z.dtype.kind == "f":
        return z
    if z.dtype.kind not in "biu":
        raise ValueError(
            f"z must hold the numbers that a network gives, got {what(given)}"
        )
    return z.astype(float)


# --- network


def layers(layers):
    """Layers that can form a network: instances, each once, whose sizes meet.

    Returns all of them by place, those that layers hold included, each after its holder:
    {"layer 0 (Linear)": …, "layer 1 (Residual)": …, "layer 1 (Residual).layers[0] (Linear)": …}.
    """
    places, width, source = {}, None, None
    for i, layer in enumerate(layers):
        if isinstance(layer, type) or not hasattr(layer, "params"):
            hint = ""
            if isinstance(layer, (tuple, list)):
                hint = ": with a star, Network(*layers), each is an argument"
            elif hasattr(layer, "theta"):
                hint = ": its layers are what another network can have, Network(*net.layers, …)"
            elif hasattr(layer, "forward") and not isinstance(layer, type):
                hint = f": begin it with class {type(layer).__name__}(Layer)"
            raise ValueError(
                f"layer {i} must be a layer, such as ReLU(), got {what(layer)}{hint}"
            )
        for place, found in held(f"layer {i}", layer):
            once(place, found, places)
            complete(place, found)
            places[place] = found
        name, n_in = f"layer {i} ({type(layer).__name__})", getattr(layer, "n_in", None)
        if None not in (width, n_in) and n_in != width:
            raise ValueError(
                f"layers do not meet: {source} gives {width} numbers an example, "
                f"{name} expects {n_in}"
            )
        if not getattr(layer, "elementwise", False):
            width, source = getattr(layer, "n_out", None), name
    if not layers:
        raise ValueError(
            "a network needs at least one layer: Network(Linear(2, 3, rng=rng))"
        )
    return places


def same_layers(network):
    """The layers are those of which theta was made: what came since would not learn."""
    now, then = layers(network.layers), network.places
    new = [it for it in now if now[it] is not then.get(it)]
    if new or now.keys() != then.keys():
        came = (
            f"{', '.join(new)} came since, and would not learn"
            if new
            else "some are gone"
        )
        raise ValueError(
            f"the network's layers are not those that it was made of, {came}: "
            f"make it anew, net = Network(*net.layers)"
        )


def held(place, value):
    """(place, layer) for a layer and all that it holds, or for those in a tuple or list."""
    if isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from held(f"{place}[{i}]", item)
    elif hasattr(value, "params") and not isinstance(value, type):
        place = f"{place} ({type(value).__name__})"
        yield place, value
        for name, item in vars(value).items():
            yield from held(f"{place}.{name}", item)
    elif isinstance(value, (dict, set)):
        inside = value.values() if isinstance(value, dict) else value
        for _ in held(place, list(inside)):
            raise ValueError(
                f"{place} holds layers in a {type(value).__name__}, where a network does not "
                f"look for them: put them into a list or a tuple"
            )
    elif hasattr(value, "theta"):
        raise ValueError(
            f"{place} has a theta of its own, which this network would not train: "
            f"give the layer the network's layers instead, {place.split('.')[-1]}.layers"
        )


def once(place, layer, places):
    """A layer stands in one place alone."""
    for other, known in places.items():
        if known is layer:
            raise ValueError(
                f"{place} stands in the network twice, and is {other}, too: "
                f"make one for each place"
            )


def complete(place, layer):
    """A layer has its methods, its parameters with a gradient for each, and a state of numbers."""
    for name in ("forward", "backward", "predict"):
        if not callable(getattr(layer, name, None)):
            raise ValueError(
                f"{place} has no method {name}: a class of layers begins with "
                f"class {type(layer).__name__}(Layer), which has all that you do not write"
            )
    for key in ("params", "state"):
        names = getattr(layer, key, ())
        if isinstance(names, str):
            raise ValueError(
                f"{place}: {key} must be a tuple of names, got {names!r}: a tuple of one has "
                f'a comma, {key} = ("{names}",)'
            )
    for name in layer.params:
        value, gradient = (getattr(layer, it, None) for it in (name, "d" + name))
        if not isinstance(value, np.ndarray):
            got = f"{what(value)}: try np.array([{value}])"
            raise ValueError(
                f"{place} needs {name}, which it names in params: an array, got "
                f"{got if isinstance(value, numbers.Real) else what(value)}"
            )
        if not isinstance(gradient, np.ndarray) or gradient.shape != value.shape:
            raise ValueError(f"{place} needs d{name}, an array of the shape of {name}")
    for name in getattr(layer, "state", ()):
        if np.asarray(getattr(layer, name, None)).dtype.kind not in "biuf":
            raise ValueError(
                f"{place} needs {name}, which it names in state: a number or an array"
            )


def float_type(dtype):
    """A type of floating-point numbers, such as np.float32."""
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise ValueError(
            f"dtype must be a type of floating-point numbers, got {dtype}: try np.float32"
        )
    return dtype


def inputs(x, network):
    """An array with rows: floats in the network's type, integers as they are.

    Activations get floats in any case: an exponential of small integers overflows.
    """
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"x must be a batch, rows of equal length: {error}") from None
    if x.ndim == 0:
        raise ValueError(f"x must be a batch, one row an example, got {x!r}")
    if x.dtype == network.dtype:
        return x
    if x.dtype.kind not in "biuf":
        raise ValueError(f"x must hold numbers, got {x.dtype}: try x.astype(float)")
    first = network.layers[0]
    if x.dtype.kind in "iu" and not getattr(first, "elementwise", False):
        return x
    return np.asarray(x, network.dtype)


def array(a, layer, method, dtype):
    """What a layer's method has returned: an array; if of floats, then of the network's type."""
    if (
        type(a) is np.ndarray and a.dtype is dtype
    ):  # most often; forward does little else
        return a
    if not isinstance(a, np.ndarray):
        raise ValueError(
            f"{type(layer).__name__}.{method} must return an array, got {what(a)}"
            + (": does it end with return?" if a is None else "")
        )
    return a if a.dtype == dtype or a.dtype.kind != "f" else a.astype(dtype)


CONTAINERS = (np.ndarray, list, tuple, dict)  # of what a layer may keep of a batch


def lasting(layer):
    """Names of what a layer keeps, other than of a batch; None is nothing yet.

    What `forward` alone gives a value to, and no `__init__`, is of a batch that went through
    before. (Which names a function gives values to, its bytecode says.)
    """

    def given(method):
        functions = [vars(c).get(method) for c in type(layer).__mro__]
        return {
            it.argval
            for function in functions
            if hasattr(function, "__code__")
            for it in dis.get_instructions(function)
            if it.opname == "STORE_ATTR"
        }

    batch = given("forward") - given("__init__")
    return [k for k, v in vars(layer).items() if v is not None and k not in batch]


def attached(network, flat):
    """Each parameter is the network's own view into theta, or each gradient into grad."""
    if network.layers is not network.made_of:
        same_layers(network)
    vector = getattr(network, flat)
    for place, layer, name, view in network.views[flat]:
        if getattr(layer, name, None) is not view or view.base is not vector:
            raise ValueError(
                f"{place}: {name} is no longer a part of "
                f"the network's {flat}. Either one of them was assigned anew: write into it, "
                f"`{name}[...] = …`; or the layer went into another network: give "
                f"each its own, copy.deepcopy(layer)"
            )


def loss_gradient(dz, z):
    """`forward` came first, and dz has the shape of its output z."""
    if z is None:
        raise ValueError(
            "backward before forward: call forward(x) on the batch first (after predict, again)"
        )
    if getattr(dz, "shape", None) != z.shape and np.shape(dz) != z.shape:
        got = np.shape(dz) if isinstance(dz, np.ndarray) else what(dz)
        raise ValueError(
            f"dz must have the shape of the network's output, {z.shape}, got {got}: "
            f"it is the second thing that a loss returns"
        )


def state(values, network):
    """A value for each name of the network's state, a number or an array of its shape."""
    if not isinstance(values, dict):
        raise ValueError(f"state must be a dict, name: value, got {what(values)}")
    ours = network.state
    for name, value in values.items():
        if name not in ours:
            raise ValueError(
                f"{name!r} is no state of this network, which has "
                f"{', '.join(ours) or 'none'}"
            )
        want, got = np.asarray(ours[name]), np.asarray(value)
        if (got.shape, got.dtype.kind in "biuf") != (want.shape, True):
            raise ValueError(
                f"{name} must have shape {want.shape} and type {want.dtype}, "
                f"got {got.shape} and {got.dtype}"
            )
    return values


# --- files


def write(path, **arrays):
    """A .npz file, written beside path, then put in its place: a crash leaves the old one whole.

    Nobody can guess the name it has until then, and so nobody can have put a link there.
    """
    if not isinstance(path, (str, Path)):
        raise ValueError(f"path must be the name of a file, got {what(path)}")
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path.parent} to write {path.name} into: make it first, "
            f"Path({str(path.parent)!r}).mkdir(parents=True)"
        )
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            np.savez(file, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def arrays(path):
    """All arrays in a file that `Network.save` or `save_run` wrote, by name."""
    if not isinstance(path, (str, Path)):
        raise ValueError(f"path must be the name of a file, got {what(path)}")
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored}
            found["network"], found["theta"]
        except Exception as error:
            raise ValueError(
                f"{path} is not a whole file that Network.save wrote "
                f"({type(error).__name__}: {error})"
            ) from None
    return found


def saved(path, network):
    """(theta, state) in a file that `Network.save` wrote for a network with the same table.

    A run that `save_run` wrote beside them is left where it is.
    """
    found = {k: v for k, v in arrays(path).items() if not k.startswith(RUN)}
    table = str(found.pop("network"))
    if table != repr(network):
        raise ValueError(
            f"{path} holds another network. Expected\n{network}\ngot\n{table}\n"
            f"Build the network that was saved, with its dtype, and load into that"
        )
    ours = {"theta": network.theta, **network.state}
    if found.keys() != ours.keys():
        raise ValueError(
            f"{path} must hold {', '.join(ours)}, got {', '.join(found)}: "
            f"save the network again"
        )
    for name, value in ours.items():
        want, got = np.asarray(value), found[name]
        if (got.shape, got.dtype.kind) != (want.shape, want.dtype.kind):
            raise ValueError(
                f"{path}: {name} must have shape {want.shape} and type {want.dtype}, "
                f"got {got.shape} and {got.dtype}: save the network again"
            )
        array = isinstance(value, np.ndarray)
        found[name] = got.astype(value.dtype) if array else got.item()
    return found.pop("theta"), found


RUN = "run: "  # how the names of what `save_run` writes beside a network begin


def pieces(net, optimizer, history, rng):
    """All that a run goes on with, beside the network: name in the file, holder, attribute."""
    run_optimizer(optimizer)
    run_history(history)
    generator(rng)
    yield from attributes("optimizer", optimizer)
    yield from attributes("history", history)
    yield "rng", rng.bit_generator, "state"
    for place, layer in getattr(net, "places", {}).items():
        for name, value in vars(layer).items():
            if isinstance(value, np.random.Generator):
                yield f"{place}.{name}", value.bit_generator, "state"


def attributes(place, holder):
    """The public ones of an optimizer or a history, and of an optimizer inside an optimizer."""
    for name, value in vars(holder).items():
        if hasattr(value, "step"):
            yield from attributes(f"{place}.{name}", value)
        elif not name.startswith("_") and not callable(value):
            yield f"{place}.{name}", holder, name


def run_arrays(net, optimizer, history, rng):
    """What `save_run` writes beside a network, as arrays: None and words as JSON."""
    ours = list(pieces(net, optimizer, history, rng))
    made = {"kinds": json.dumps(kinds(optimizer, rng))}
    for name, holder, attribute in ours:
        value = getattr(holder, attribute)
        if value is None or isinstance(value, (str, dict)):
            value = json.dumps(value, default=np.ndarray.tolist)
        made[name] = np.asarray(value)
        if made[name].dtype.kind not in "biufU":
            raise ValueError(
                f"{name} must be a number, an array or a word to be saved, got {what(value)}"
            )
    return {RUN + name: value for name, value in made.items()}


def kinds(optimizer, rng):
    """What the objects of a run must be again."""
    return [type(it).__name__ for it in (optimizer, rng.bit_generator)]


def saved_run(path, net, optimizer, history, rng):
    """(holder, attribute, value) of all that `save_run` wrote, for such objects as it got."""
    ours = {name: it for name, *it in pieces(net, optimizer, history, rng)}
    found = {k[len(RUN) :]: v for k, v in arrays(path).items() if k.startswith(RUN)}
    if "kinds" not in found:
        raise ValueError(
            f"{path} holds a network, but no run: save_run writes one; net.load reads this"
        )
    for want, got in zip(json.loads(str(found.pop("kinds"))), kinds(optimizer, rng)):
        if got != want:
            raise ValueError(
                f"{path} holds a run with {want}, got {got}: give it a {want}"
            )
    if found.keys() != ours.keys():
        raise ValueError(
            f"{path} must hold {', '.join(ours)}, got {', '.join(found)}: the optimizer, the "
            f"history and the layers must be made as those that were saved"
        )
    values = []
    for name, (holder, attribute) in ours.items():
        value, have = found[name], getattr(holder, attribute)
        if value.dtype.kind == "U":
            value = json.loads(str(value))
        elif isinstance(have, list) or value.ndim == 0:
            value = value.tolist()
        if isinstance(have, np.ndarray) and np.shape(value) not in ((), have.shape):
            raise ValueError(
                f"{path}: {name} must have shape {have.shape}, got {np.shape(value)}"
            )
        if isinstance(
            have, dict
        ):  # of a generator: refused here, before anything has changed
            try:
                type(holder)().state = value
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(
                    f"{path}: {name} must be a generator's state: {error}"
                ) from None
        values.append((holder, attribute, value))
    return values


# --- optimizers and training


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


def rows(x, y):
    """As many examples as targets, at least one; (x, y) as arrays."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"x and y must have the same number of rows, at least one, "
            f"got shapes {x.shape} and {y.shape}"
        )
    return x, y


def pairs(x, y):
    """Pairs to learn from: besides, all numbers, and finite."""
    x, y = rows(x, y)
    finite(x=x, y=y)
    return x, y


def data_sets(**data_sets):
    """Each is a pair (x, y) to learn from; the pairs as arrays."""
    for name, data in data_sets.items():
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise ValueError(
                f"{name} must be a pair (x, y), got {type(data).__name__}: "
                f"fit(net, loss, optimizer, (x, y), (x_valid, y_valid), …)"
            )
    return [rows(*data) for data in data_sets.values()]


NO_OPTIMIZER = object()


def run(net, loss, x, y, *, metric=None, optimizer=NO_OPTIMIZER):
    """All is finite, and widths, shapes and labels fit: every error now, none halfway.

    Returns the loss.
    """
    trained(net)
    function(loss, "loss", "cross_entropy, with loss(z, y) -> (value, dz)")
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


def trained(net):
    """Something with a theta and its gradient, whose layers are those that it was made of."""
    names = ("theta", "grad", "forward", "backward", "predict")
    lacks = [name for name in names if not hasattr(net, name)]
    if isinstance(net, type) or lacks:
        hint = (
            ": Network(layer) makes a network of a layer"
            if hasattr(net, "params")
            else ""
        )
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
    if np.ndim(value) or not isinstance(np.asarray(value).item(), numbers.Real):
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


def fractions(fractions, n):
    """Parts of n examples that add up to 1 and hold at least one example each; their ends."""
    if np.asarray(fractions).dtype.kind not in "iuf":
        raise ValueError(
            f"fractions must be numbers, such as (0.6, 0.2, 0.2), got {fractions!r}"
        )
    ends = np.rint(np.cumsum(fractions) * n)
    if not np.isclose(np.sum(fractions), 1) or np.diff(ends, prepend=0).min() < 1:
        raise ValueError(
            f"fractions must be positive, add up to 1, and leave an example in each part, "
            f"got {fractions} of {n} examples: (0.6, 0.2, 0.2) is usual"
        )
    return ends.astype(int).tolist()


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
