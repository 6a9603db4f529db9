"""Validation: every message says what was expected, what came, and what to try.

The other files call these functions in one line each, such as `checks.batch(x, W)`, so
that their code shows the mathematics. All of them raise `ValueError`.
"""

import numbers

import numpy as np


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
    return np.array(W, float)


def batch(x, W):
    """Rows of examples, at least one, with a column for each row of W; in W's type."""
    if getattr(x, "ndim", 0) < 2 or x.shape[-1] != W.shape[0] or x.size == 0:
        got = f"shape {x.shape}" if hasattr(x, "shape") else type(x).__name__
        raise ValueError(
            f"x must be a batch of shape (n, {W.shape[0]}), one row an example, n at least 1; "
            f"got {got}: a single example is x[np.newaxis], a transposed batch x.T"
        )
    return x if x.dtype == W.dtype else x.astype(W.dtype)


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
    if np.shape(da) != shape:
        raise ValueError(
            f"{type(layer).__name__}.backward: da must have the shape of forward's output, "
            f"{shape}, got {np.shape(da)}"
        )
    if array.ndim == 2:
        return array, da
    return array.reshape(-1, array.shape[-1]), da.reshape(-1, shape[-1])


# --- losses and metrics


def targets(z, y):
    """Targets for a regression: as many numbers as outputs, in the same shape; (z, y) as floats."""
    z = outputs(z)
    if np.shape(y) != z.shape:
        raise ValueError(
            f"y must have the shape of z, {z.shape}, got {np.shape(y)}: subtracting them would "
            f"broadcast; try y.reshape(z.shape)"
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
        flat = "y.ravel()" if z.ndim == 2 else "y.reshape(z.shape[:-1])"
        raise ValueError(
            f"y must hold one label an example, shape {z.shape[:-1]}, got {y.shape}: "
            f"try {flat}, or y.argmax(axis=-1) if the labels are one-hot"
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
    z = np.asarray(z)
    if z.size == 0:
        raise ValueError(f"z must hold at least one example, got shape {z.shape}")
    return z if z.dtype.kind == "f" else z.astype(float)


# --- network


def layers(layers):
    """Layers that can form a network: instances, each once, whose sizes meet.

    Returns all of them by place, those that layers hold included, each after its holder:
    {"layer 0 (Linear)": …, "layer 1 (Residual)": …, "layer 1 (Residual).layers[0] (Linear)": …}.
    """
    places, width, source = {}, None, None
    for i, layer in enumerate(layers):
        if isinstance(layer, type) or not hasattr(layer, "params"):
            raise ValueError(
                f"layer {i} must be a layer, such as ReLU(), got {layer!r}"
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
    if now.keys() != then.keys() or any(now[it] is not then[it] for it in now):
        raise ValueError(
            "the network's layers are not those that it was made of, and what came since would "
            "not learn: make it anew, net = Network(*net.layers)"
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
    """A layer has its parameters, a gradient for each, and its state is numbers."""
    for name in layer.params:
        value, gradient = (getattr(layer, it, None) for it in (name, "d" + name))
        if not isinstance(value, np.ndarray):
            raise ValueError(
                f"{place} needs {name}, which it names in params: an array"
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
    x = np.asarray(x)
    if x.ndim == 0:
        raise ValueError(f"x must be a batch, one row an example, got {x!r}")
    if x.dtype == network.dtype:
        return x
    first = network.layers[0]
    if x.dtype.kind in "iu" and not getattr(first, "elementwise", False):
        return x
    return np.asarray(x, network.dtype)


def attached(network, flat):
    """Each parameter is the network's own view into theta, or each gradient into grad."""
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
    if np.shape(dz) != z.shape:
        raise ValueError(
            f"dz must have the shape of the network's output, {z.shape}, got {np.shape(dz)}"
        )


def saved(path, network):
    """(theta, state) in a file that `Network.save` wrote for a network with the same table."""
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                table = str(arrays["network"])
                found = {name: arrays[name] for name in arrays if name != "network"}
                found["theta"]
        except Exception as error:
            raise ValueError(
                f"{path} is not a whole file that Network.save wrote "
                f"({type(error).__name__}: {error})"
            ) from None
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


# --- optimizers and training


def step(theta, grad, state=None):
    """θ and its gradient: float arrays of one shape, which is also the shape of the state."""
    if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f":
        got = getattr(theta, "dtype", type(theta).__name__)
        raise ValueError(
            f"theta must be a NumPy array of floats, changed in place, got {got}"
        )
    if np.shape(grad) != theta.shape:
        raise ValueError(
            f"grad must have theta's shape {theta.shape}, got {np.shape(grad)}"
        )
    if state is not None and state.shape != theta.shape:
        raise ValueError(
            f"this optimizer has worked on a theta of shape {state.shape}, got {theta.shape}: "
            f"make a new optimizer for each network"
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


def run(net, loss, x, y, metric=None):
    """All is finite, and widths, shapes and labels fit: every error now, none halfway.

    Returns the loss.
    """
    finite(x=x, y=y)
    if hasattr(net, "places"):
        same_layers(net)
    with np.errstate(over="ignore", invalid="ignore"):
        z = net.predict(x)
        value, _ = loss(z, y)
    measured = value if metric is None else metric(z, y)
    if not isinstance(measured, numbers.Real):
        raise ValueError(f"metric(z, y) must return a number, got {measured!r}")
    return value


def fractions(fractions, n):
    """Parts of n examples that add up to 1 and hold at least one example each; their ends."""
    ends = np.rint(np.cumsum(fractions) * n)
    if not np.isclose(np.sum(fractions), 1) or np.diff(ends, prepend=0).min() < 1:
        raise ValueError(
            f"fractions must be positive, add up to 1, and leave an example in each part, "
            f"got {fractions} of {n} examples: (0.6, 0.2, 0.2) is usual"
        )
    return ends.astype(int).tolist()


def diverged(epoch, train_loss, valid_loss, optimizer):
    """The error for a loss that is no longer a number: when it was, and what to try."""
    lr = getattr(optimizer, "lr", None)
    smaller = f"lr={lr / 10:g} instead of {lr:g}" if lr else "a smaller learning rate"
    return ValueError(
        f"training diverged in epoch {epoch} (the first is 0): training loss {train_loss:g}, "
        f"validation loss {valid_loss:g}. The network has the weights it came with. Try "
        f"{smaller} with a new optimizer; then smaller inputs or initial weights"
    )
