"""Tensors: what goes into an operation, what comes out, and what can be differentiated."""

import math
import numbers

import numpy as np

from nnlib.checks.networks import attached
from nnlib.checks.values import what

WHOLE = (np.integer, int)
# what a network and its layer keep under names of their own
OWN = (
    "dtype elementwise grad lasting layers made made_of no_dx out params places rng state theta "
    "views weights z"
).split()
ARRAY = "an array"  # stands in an index for one that is an input of its own


def data(value):
    """A number or an array of numbers, as an array; an array stays the same object."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "biuf":
            return value
        raise ValueError(
            f"a Tensor holds numbers, got an array of {value.dtype}: try .astype(float)"
        )
    if isinstance(value, (float, numbers.Real, np.bool_)):
        return array_of(value)
    hint = (
        ": np.array(…) makes one of a list" if isinstance(value, (list, tuple)) else ""
    )
    if hasattr(value, "inputs"):
        hint = ": it is one already"
    raise ValueError(f"a Tensor holds a number or an array, got {what(value)}{hint}")


def array_of(number, dtype=None):
    """A number as an array without axes, if it is not too large."""
    try:
        array = np.asarray(number, dtype)
    except OverflowError:
        array = None
    if array is None or array.dtype.kind == "O":
        raise ValueError(
            f"a number of {len(str(number))} digits is too large for {np.dtype(dtype or int)}"
        )
    return array


def tensors(forward, inputs, settings, Tensor):
    """The inputs of an operation as Tensors; a Python number takes the type of what it meets."""
    if isinstance(forward, np.ufunc) and (len(inputs) != forward.nin or settings):
        got = ", ".join([str(len(inputs)), *settings])
        raise ValueError(
            f"{forward.__name__} takes Tensors or numbers, {forward.nin} of them and nothing "
            f"else, got {got}"
        )
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
    if not types or not isinstance(value, (float, int, numbers.Real)):
        return value
    floats = [it for it in types if it.kind == "f"]
    if floats:
        return array_of(value, max(floats, key=lambda it: it.itemsize))
    whole = [it for it in types if it.kind in "iu"]
    if whole and isinstance(value, WHOLE) and not isinstance(value, bool):
        return array_of(value, whole[0])
    return array_of(value)


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
    of = getattr(forward, "__self__", None)  # np.maximum, of np.maximum.reduce
    name = getattr(of if isinstance(of, np.ufunc) else forward, "__name__", "forward")
    shapes = [it.shape for it in arrays]
    listed = " and ".join(map(str, shapes))
    if isinstance(error, TypeError) and hasattr(forward, "__code__"):
        return error  # a reader's own function; which line, it says itself
    if isinstance(error, IndexError):
        return ValueError(f"an index does not fit shape {shapes[0]}: {error}")
    if name == "matmul" and () in shapes:
        return ValueError(
            f"a @ b needs two arrays with axes, got shapes {listed}: try a * b"
        )
    if name == "matmul":
        columns, rows = shapes[0][-1], shapes[1][-2:][0]
        if columns == rows:
            return ValueError(
                f"a @ b needs as many matrices in a as in b, or one, got shapes {listed}"
            )
        return ValueError(
            f"a @ b needs as many rows of b as a has columns, {columns}, got shapes {listed}"
        )
    return ValueError(f"{name.strip('<>')} of shapes {listed}: {error}")


def handed_back(tensor, gradients):
    """The inputs of a Tensor, each with what the gradient of its operation has for it."""
    count = len(tensor.inputs)
    if not isinstance(gradients, (tuple, list)) or len(gradients) != count:
        got = what(gradients)
        if isinstance(gradients, (tuple, list)):
            got = f"{got} of {len(gradients)}"
        raise ValueError(
            f"the gradient of {called(tensor)} must return a tuple, one for each of {count} "
            f"inputs, got {got}: a tuple of one has a comma, (g,)"
        )
    return zip(tensor.inputs, gradients)


def gradient(g, tensor, of):
    """A gradient of an operation's input, in its shape, or in the one that it was broadcast to."""
    Tensor, shape = type(of), of.data.shape
    if type(g) is Tensor and g.data.shape == shape:
        return g
    if not isinstance(g, Tensor):
        raise ValueError(
            f"the gradient of {called(tensor)} must be made of Tensors, got {what(g)}: an "
            f"array or a number has no gradient in turn"
        )
    front = g.ndim - of.ndim
    if front < 0 or any(m != n != 1 for m, n in zip(g.shape[front:], shape)):
        raise ValueError(
            f"the gradient of {called(tensor)} has shape {g.shape}, where its input has {shape}"
        )
    return g


def called(tensor):
    """The name of what computes a Tensor."""
    name = getattr(
        getattr(tensor.operation, "forward", None), "__name__", "an operation"
    )
    return name.replace("<lambda>", "an operation")


def number_alone(tensor, recording):
    """The data of a Tensor that has one number; while a program is recorded nobody may ask."""
    if recording:
        raise ValueError(
            "a branch on a value cannot be compiled: the program is recorded once, and would "
            "do for all numbers what it does for these; where(condition, a, b) chooses for each"
        )
    if tensor.size != 1:
        raise ValueError(
            f"only a single number is true or false, or becomes a float, got a Tensor of shape "
            f"{tensor.shape}: where(condition, a, b) chooses for each, .data.any() asks for one"
        )
    return tensor.data.reshape(())


def differentiable(value, wrt, Tensor):
    """A single number that is a Tensor, and a list of Tensors."""
    if isinstance(wrt, Tensor):
        raise ValueError("wrt must be a list of Tensors, got one: try grad(value, [w])")
    try:
        wrt = list(wrt)
    except TypeError:
        raise ValueError(f"wrt must be a list of Tensors, got {what(wrt)}") from None
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
        if not ndim:
            raise ValueError(f"a single number has no axes, got axis {axis!r}")
        if not isinstance(i, WHOLE) or not -ndim <= i < ndim:
            raise ValueError(
                f"axis must be from {-ndim} to {ndim - 1} for {ndim} axes, or a tuple of "
                f"them, got {axis!r}"
            )
    found = tuple(int(i) % ndim for i in given)
    if len(set(found)) < len(found):
        raise ValueError(f"axis names an axis twice: {axis!r}")
    return found


def joined(tensors, axis, Tensor):
    """Tensors that can stand in a row, and the axis, counted from the front."""
    if not isinstance(tensors, (tuple, list)) or not tensors:
        got = "none" if isinstance(tensors, (tuple, list)) else what(tensors)
        raise ValueError(
            f"concatenate takes a list of Tensors, at least one, got {got}"
        )
    tensors = tuple(it if isinstance(it, Tensor) else Tensor(it) for it in tensors)
    shapes = [it.shape for it in tensors]
    if axis is None or isinstance(axis, tuple):
        raise ValueError(f"concatenate needs one axis, got {axis}: try axis=0")
    if () in shapes:
        raise ValueError(
            f"concatenate needs Tensors with axes, got shapes {shapes}: reshape(1) gives one"
        )
    (axis,) = axes(len(shapes[0]), axis)
    others = {(len(it), it[:axis], it[axis + 1 :]) for it in shapes}
    if len(others) > 1:
        raise ValueError(
            f"concatenate along axis {axis} needs shapes that are the same in all other axes, "
            f"got {' and '.join(map(str, shapes))}"
        )
    return tensors, axis


def listed(given):
    """What several arguments say, or one that is a tuple, a list or an array of them."""
    if len(given) == 1 and isinstance(given[0], (tuple, list, np.ndarray)):
        return tuple(given[0])
    return given


def order(ndim, given):
    """Each axis once, in the order that `transpose` is asked for; backwards for none."""
    given = listed(given)
    if not given or given == (None,):
        return tuple(range(ndim))[::-1]
    found = axes(ndim, given)
    if len(found) < ndim:
        raise ValueError(f"transpose needs each of the {ndim} axes once, got {given}")
    return found


def new_shape(shape, given):
    """The shape that `reshape` is asked for, with the size in −1's place."""
    if given == shape:
        return shape
    given = listed(given)
    if not all(isinstance(n, WHOLE) for n in given):
        raise ValueError(
            f"reshape takes whole numbers, got {', '.join(map(repr, given))}"
        )
    size, rest = math.prod(shape), math.prod(n for n in given if n != -1)
    if given.count(-1) == 1 and rest and size % rest == 0:
        given = tuple(size // rest if n == -1 else n for n in given)
    if min(given, default=0) < 0 or math.prod(given) != size:
        raise ValueError(
            f"reshape: {shape} holds {size} numbers, and does not become {given}"
        )
    return tuple(map(int, given))


def split_key(key, Tensor):
    """An index with ARRAY in the places of its arrays, and these."""
    parts = key if isinstance(key, tuple) else (key,)
    rows = [it for it in parts if isinstance(it, (Tensor, np.ndarray))]
    for it in parts:
        known = isinstance(it, (*WHOLE, np.bool_, slice, Tensor, np.ndarray))
        ends = (it.start, it.stop, it.step) if isinstance(it, slice) else ()
        wrong = [end for end in ends if not isinstance(end, (*WHOLE, type(None)))]
        if wrong or not (known or it is None or it is ...):
            raise ValueError(
                f"an index must be whole numbers, slices or arrays, got "
                f"{what((wrong or [it])[0])}: np.array([…]) makes an array"
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


def numpys(function, Tensor, inputs, settings, method="__call__"):
    """What a Tensor does for one of NumPy's functions: its own of the same name."""
    found, name = vars(Tensor).get(function.__name__), f"np.{function.__name__}"
    if found is None or method != "__call__":
        name += "" if method == "__call__" else f".{method}"
        raise ValueError(
            f"{name} knows no Tensors: operation(forward, gradient) makes a function that "
            f"does; for the numbers alone take .data"
        )
    if "out" in settings:
        raise ValueError(
            f"{name} writes no Tensors into an array (out=, +=): t = {name}(…) makes a new one"
        )
    names = [it for it in ("axes", "shape") if it in settings]  # reshape's, transpose's
    inputs = *inputs, *(settings[it] for it in names)
    settings = {k: v for k, v in settings.items() if k not in names}
    try:
        found = found.fget if isinstance(found, property) else found
        return found(*inputs, **settings)
    except TypeError as error:
        raise ValueError(f"{name} of a Tensor: {error}") from error


# --- models ------------------------------------------------------------------------------------


def named(arrays, model):
    """Arrays for a model's weights, under names that are free."""
    if not arrays:
        raise ValueError("a model needs at least one array: super().__init__(W=…, b=…)")
    for name, array in arrays.items():
        if hasattr(type(model), name) or name in OWN or not name.isidentifier():
            raise ValueError(
                f"a model has something else that is called {name}: take another name"
                if name.isidentifier()
                else f"{name!r} cannot be the name of an attribute: try W1"
            )
        if "d" + name in arrays:
            raise ValueError(f"d{name} is the gradient of {name}: take another name")
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be an array of numbers, got {what(array)}")
    return arrays


def weights_in_place(model):
    """The Tensors that the model learns are those that its outputs are computed from."""
    attached(model, "theta")
    for name, it in vars(model).items():
        if hasattr(it, "theta"):
            raise ValueError(
                f"{name} has a theta of its own, which this model would not train: give the "
                f"model the arrays, and write what {name} does into outputs"
            )
    for name, tensor in model.weights.items():
        if getattr(model, name, None) is not tensor or tensor.data is not getattr(
            model.layers[0], name
        ):
            raise ValueError(
                f"{name} is no longer what the model learns: write into it, "
                f"model.{name}.data[...] = …"
            )


def output(z, Tensor, x=None):
    """What `outputs` has returned for rows x: a Tensor, with as many rows."""
    if not isinstance(z, Tensor):
        raise ValueError(
            f"outputs must return a Tensor, got {what(z)}"
            + (": does it end with return?" if z is None else "")
        )
    if x is not None and z.shape[:1] != x.shape[:1]:
        raise ValueError(
            f"outputs must return as many rows as x has, {len(x)}, got shape {z.shape}: one row "
            f"an example, and the loss takes the mean"
        )
    return z
