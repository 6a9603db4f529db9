"""Networks: their layers, their arrays, and what goes through them."""

import dis
import numbers

import numpy as np

from nnlib.checks.values import what


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
            elif hasattr(layer, "outputs"):
                hint = ": a Model stands by itself, and is trained as it is"
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
    try:
        found = None if dtype is None else np.dtype(dtype)  # of None, it is float64
    except (TypeError, ValueError):
        found = None
    if found is None or found.kind != "f":
        got = what(dtype) if found is None else found
        raise ValueError(
            f"dtype must be a type of floating-point numbers, got {got}: try np.float32"
        )
    return found


def inputs(x, network):
    """An array with rows: floats in the network's type, integers as they are.

    Activations get floats in any case: an exponential of small integers overflows.
    """
    given = x
    if hasattr(x, "operation"):
        raise ValueError(
            "x must be an array, got a Tensor: a network takes none, but a Model's "
            "outputs(x) does"
        )
    try:
        x = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"x must be a batch, rows of equal length: {error}") from None
    if x.ndim == 0:
        raise ValueError(f"x must be a batch, one row an example, got {what(given)}")
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
    if not hasattr(network, "made_of"):
        raise ValueError(
            f"{type(network).__name__} is not a network yet: its __init__ must call "
            f"super().__init__(…) first"
        )
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
