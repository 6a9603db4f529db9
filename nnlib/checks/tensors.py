"""Tensors: what goes into an operation, what comes out, and what can be differentiated."""

import math
import numbers

import numpy as np

from nnlib.checks.networks import attached
from nnlib.checks.values import what

WHOLE = (np.integer, int)
ARRAY = "an array"  # stands in an index for one that is an input of its own


def data(value):
    """A number or an array of numbers, as an array; an array stays the same object."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            return value
        raise ValueError(
            f"a Tensor holds numbers, got an array of {value.dtype}: try .astype(float)"
        )
    if isinstance(value, (numbers.Real, np.bool_)):
        return np.asarray(value)
    hint = (
        ": np.array(…) makes one of a list" if isinstance(value, (list, tuple)) else ""
    )
    if hasattr(value, "inputs"):
        hint = ": it is one already"
    raise ValueError(f"a Tensor holds a number or an array, got {what(value)}{hint}")


def tensors(inputs, Tensor):
    """The inputs of an operation as Tensors; a Python number takes the type of what it meets."""
    for it in inputs:
        if type(it) is not Tensor:
            break
    else:  # most often
        return inputs
    types = [it.dtype for it in inputs if isinstance(it, (Tensor, np.ndarray))]
    return tuple(
        it if isinstance(it, Tensor) else Tensor(beside(it, types)) for it in inputs
    )


def beside(value, types):
    """A number in the type of the arrays that it meets; all else as it is."""
    if not isinstance(value, numbers.Real) or not types:
        return value
    floats = [it for it in types if it.kind == "f"]
    if floats:
        return np.asarray(value, max(floats, key=lambda it: it.itemsize))
    if isinstance(value, WHOLE) and not isinstance(value, bool):
        whole = [it for it in types if it.kind in "iu"]
        return np.asarray(value, whole[0] if whole else None)
    return np.asarray(value)


def result(data, arrays):
    """What an operation has computed, as an array of its own; float32 beside integers stays."""
    if type(data) is not np.ndarray:
        if not isinstance(data, (np.ndarray, numbers.Real, np.bool_)):
            raise ValueError(
                f"an operation's forward must return an array, got {what(data)}"
                + (": does it end with return?" if data is None else "")
            )
        data = np.asarray(data)
    if data.dtype.char == "d":  # float64
        floats = [it.dtype for it in arrays if it.dtype.kind == "f"]
        if floats and np.dtype(float) not in floats:
            data = data.astype(max(floats, key=lambda it: it.itemsize))
    for it in arrays:
        if it is data:
            data = data.view()
    data.setflags(write=False)  # others may be computed from it
    return data


def unfit(error, forward, arrays):
    """The error of an operation whose inputs do not fit, with the shapes that came."""
    name = getattr(forward, "__name__", "operation")
    listed = " and ".join(str(it.shape) for it in arrays)
    if name == "matmul" and all(it.ndim for it in arrays):
        columns = arrays[0].shape[-1]
        return ValueError(
            f"a @ b needs as many rows of b as a has columns, {columns}, got shapes {listed}"
        )
    return ValueError(f"{name} of shapes {listed}: {error}")


def differentiable(value, wrt, Tensor):
    """A single number that is a Tensor, and a list of Tensors."""
    if isinstance(wrt, Tensor):
        raise ValueError("wrt must be a list of Tensors, got one: try grad(value, [w])")
    wrt = list(wrt)
    for name, it in [("value", value), *(("each of wrt", w) for w in wrt)]:
        if not isinstance(it, Tensor):
            raise ValueError(
                f"{name} must be a Tensor, got {what(it)}: a graph begins with Tensor(data)"
            )
    if value.size != 1:
        raise ValueError(
            f"value must be a single number, got shape {value.shape}: try value.sum(), or "
            f"value.mean()"
        )
    return value, wrt


# --- shapes, axes, places --------------------------------------------------------------------


def axes(ndim, axis):
    """The axes that are meant, counted from the front: all for None."""
    given = (
        range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    )
    for i in given:
        if not isinstance(i, WHOLE) or not -ndim <= i < ndim:
            raise ValueError(
                f"axis must be from {-ndim} to {ndim - 1} for {ndim} axes, or a tuple of "
                f"them, got {axis!r}"
            )
    found = tuple(int(i) % ndim for i in given)
    if len(set(found)) < len(found):
        raise ValueError(f"axis names an axis twice: {axis!r}")
    return found


def order(ndim, given):
    """Each axis once, in the order that `transpose` is asked for; backwards for none."""
    given = (
        given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    )
    if not given or given == (None,):
        return tuple(range(ndim))[::-1]
    found = axes(ndim, tuple(given))
    if len(found) < ndim:
        raise ValueError(
            f"transpose needs each of the {ndim} axes once, got {tuple(given)}"
        )
    return found


def new_shape(shape, given):
    """The shape that `reshape` is asked for, with the size in −1's place."""
    given = (
        given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    )
    if given == shape:
        return shape
    given, size = tuple(int(n) for n in given), math.prod(shape)
    rest = math.prod(n for n in given if n != -1)
    if given.count(-1) == 1 and rest and size % rest == 0:
        given = tuple(size // rest if n == -1 else n for n in given)
    if min(given, default=0) < 0 or math.prod(given) != size:
        raise ValueError(
            f"reshape: {shape} holds {size} numbers, and does not become {given}"
        )
    return given


def split_key(key, Tensor):
    """An index with ARRAY in the places of its arrays, and these."""
    parts = key if isinstance(key, tuple) else (key,)
    rows = [it for it in parts if isinstance(it, (Tensor, np.ndarray))]
    for it in parts:
        if isinstance(it, (list, float)):
            raise ValueError(
                f"an index must be whole numbers, slices or arrays, got {what(it)}: "
                f"np.array([…]) makes an array"
            )
    for it in rows:
        if it.dtype.kind not in "biu":
            raise ValueError(f"an index must hold whole numbers, got {it.dtype}")
    arrays = (Tensor, np.ndarray)
    return tuple(ARRAY if isinstance(it, arrays) else it for it in parts), rows


def key(parts, rows):
    """The index again, with its arrays."""
    rows = iter(rows)
    return tuple(next(rows) if it is ARRAY else it for it in parts)


def numpys(function, Tensor, method="__call__"):
    """What a Tensor does for one of NumPy's functions: its own of the same name."""
    found = vars(Tensor).get(function.__name__)
    if found is None or method != "__call__":
        name = (
            function.__name__
            if method == "__call__"
            else f"{function.__name__}.{method}"
        )
        raise ValueError(
            f"np.{name} knows no Tensors: operation(forward, gradient) makes a function that "
            f"does; for the numbers alone take .data"
        )
    return found.fget if isinstance(found, property) else found


# --- models ------------------------------------------------------------------------------------


def named(arrays, model):
    """Arrays for a model's weights, under names that are free."""
    if not arrays:
        raise ValueError("a model needs at least one array: super().__init__(W=…, b=…)")
    for name, array in arrays.items():
        if hasattr(type(model), name) or name in (
            "params",
            "layers",
            "theta",
            "grad",
            "z",
        ):
            raise ValueError(
                f"a model has something else that is called {name}: take another name"
            )
        if "d" + name in arrays:
            raise ValueError(f"d{name} is the gradient of {name}: take another name")
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be an array of numbers, got {what(array)}")
    return arrays


def weights_in_place(model):
    """The Tensors that the model learns are those that its outputs are computed from."""
    attached(model, "theta")
    for name, tensor in model.weights.items():
        if getattr(model, name, None) is not tensor or tensor.data is not getattr(
            model.layers[0], name
        ):
            raise ValueError(
                f"{name} is no longer what the model learns: write into it, "
                f"model.{name}.data[...] = …"
            )


def output(z, Tensor):
    """What `outputs` has returned: a Tensor."""
    if not isinstance(z, Tensor):
        raise ValueError(
            f"outputs must return a Tensor, got {what(z)}"
            + (": does it end with return?" if z is None else "")
        )
    return z
