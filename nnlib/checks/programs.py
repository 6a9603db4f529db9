"""Programs: what can be recorded, and what a compiled program is given."""

import numpy as np

from nnlib.checks.tensors import ARRAY
from nnlib.checks.values import what

TARGETS = ("numpy", "numba", "javascript")


def target(name):
    """One of the languages that the compiler writes."""
    if name not in TARGETS:
        raise ValueError(
            f'target must be "numpy", "numba" or "javascript", got {name!r}'
        )
    return name


def open_sizes(sizes, examples, names):
    """The shape of each example, with names for the sizes that are left open."""
    for it, name in zip(examples, names):
        if it.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be an array of numbers, got {it.dtype}")
    if len(examples) != len(names):
        raise ValueError(
            f"an example for each argument is needed, {', '.join(names)}: got {len(examples)}"
        )
    if sizes is None:
        return [it.shape for it in examples]
    sizes = [tuple(it) for it in sizes]
    for shape, example, name in zip(sizes, examples, names):
        fits = len(shape) == example.ndim and all(
            n == m or (isinstance(n, str) and n.isidentifier() and m)
            for n, m in zip(shape, example.shape)
        )
        if not fits:
            raise ValueError(
                f"sizes of {name} must be {example.shape}, with names for those that are left "
                f"open, got {shape}"
            )
    if len(sizes) != len(examples):
        raise ValueError(
            f"sizes must have a tuple for each example, {len(examples)}, got {len(sizes)}"
        )
    return sizes


def places(key, twin, shape, twin_shape, word):
    """An index, axis by axis: ("new",), ("at", i), ("from", start, step, stop), ("rows", n)."""
    found, axis = [], 0
    keys = []
    for it, dims in ((key, shape), (twin, twin_shape)):
        used = sum(part is not None and part is not Ellipsis for part in it)
        rest = (slice(None),) * (len(dims) - used)
        at = next((i for i, part in enumerate(it) if part is Ellipsis), len(it))
        keys.append((*it[:at], *rest, *it[at + 1 :]))
    for part, other in zip(*keys):
        if part is None:
            found.append(("new",))
            continue
        sizes = shape[axis], twin_shape[axis]
        if part is ARRAY:
            found.append(("rows", word(*sizes)))
        elif isinstance(part, slice):
            (start, stop, step), (start2, stop2, _) = (
                it.indices(n) for it, n in zip((part, other), sizes)
            )
            if step < 0:
                raise ValueError(
                    f"the compiler writes slices with a positive step, got {step}"
                )
            found.append(("from", word(start, start2), step, word(stop, stop2)))
        else:
            found.append(
                ("at", word(*(int(i) % n for i, n in zip((part, other), sizes))))
            )
        axis += 1
    arrays = [i for i, (kind, *_) in enumerate(found) if kind in ("at", "rows")]
    mixed = ("rows" in [kind for kind, *_ in found]) and arrays != list(
        range(arrays[0], arrays[-1] + 1)
    )
    if mixed:
        raise ValueError(
            "the compiler writes an index whose arrays stand side by side, got one with "
            "slices between them: try transpose first"
        )
    return tuple(found)


def changes(names, inputs, outputs):
    """Arguments that are changed: each is one, and gets a result of its shape and type."""
    names = list(names)
    strays = [it for it in names if it not in inputs]
    if strays or len(set(names)) < len(names) or len(names) > len(outputs):
        raise ValueError(
            f"changed must name arguments ({', '.join(inputs)}), each once, and no more than "
            f"there are results, {len(outputs)}: got {names}"
        )
    for name, out in zip(names, outputs[len(outputs) - len(names) :]):
        one, other = (out.shape, out.dtype), (inputs[name].shape, inputs[name].dtype)
        if one != other or not out.shape:
            raise ValueError(
                f"{name} is changed by a result of its shape and type, an array of "
                f"{other[1]} of shape {other[0]}, got {one[1]} of shape {one[0]}"
            )


def given(array, node, changes):
    """An argument of a program: of the example's number of axes and kind of numbers."""
    if changes:
        fits = isinstance(array, np.ndarray) and array.dtype == node.dtype
        if not fits or not array.flags.c_contiguous or not array.flags.writeable:
            got = array.dtype if isinstance(array, np.ndarray) else what(array)
            raise ValueError(
                f"{node.name} is changed in place, so it must be an array of {node.dtype}, in "
                f"one piece, got {got}: try np.array({node.name}, np.{node.dtype})"
            )
        return array
    array = np.asarray(array)
    if array.ndim != len(node.shape):
        raise ValueError(
            f"{node.name} must have {len(node.shape)} axes, as the example had, got shape "
            f"{array.shape}"
        )
    if array.dtype.kind not in "biuf" or (array.dtype.kind == "f" != node.dtype.kind):
        raise ValueError(
            f"{node.name} must be of {node.dtype}, as the example was, got {array.dtype}: "
            f"compile for another type with another example"
        )
    if array.ndim == 0:
        return node.dtype.type(array)
    return np.ascontiguousarray(array, node.dtype)


def fits(name, words, shape, sizes, opened):
    """A shape is the example's, where no size is left open."""
    want = tuple(n if n in opened else eval_size(n, sizes) for n in words)
    got = tuple(sizes.get(n) if n in opened else n for n in want)
    if tuple(shape) != got:
        raise ValueError(
            f"{name} must have shape ({', '.join(words)}{',' * (len(words) == 1)}), as the "
            f"example had, got {tuple(shape)}: another shape is another program, compile it"
        )


def eval_size(word, sizes):
    """ "n * 16 + 3" in numbers."""
    return sum(
        int(np.prod([sizes.get(it) or int(it) for it in term.split(" * ")]))
        for term in word.split(" + ")
    )


def not_in_tensors(layer, error):
    """The error of a layer whose forward does not work on Tensors."""
    return ValueError(
        f"{type(layer).__name__}.forward must work on Tensors to be compiled, as "
        f"x * np.tanh(x) does, but {error}: write it with what Tensors can do, or give "
        f"nnlib.compiler.rules a function (layer, x) that does"
    )


def unchanged(layer, name, tensor):
    """A layer's state is read while a step is recorded, and not written."""
    if getattr(layer, name) is not tensor:
        raise ValueError(
            f"{type(layer).__name__}.forward changes {name}, its state, which a compiled step "
            f"would not do: train this network with the plain loop"
        )


def known_optimizer(optimizer, rules):
    """The rule of an optimizer: new theta and state, in Tensors."""
    if type(optimizer) not in rules:
        raise ValueError(
            f"the compiler has no rule for {type(optimizer).__name__}: give it one, "
            f"nnlib.compiler.rules[{type(optimizer).__name__}] = f, where f(theta, g, lr, …) "
            f"returns the new theta, and the new state, in Tensors"
        )
    return rules[type(optimizer)]


def widths(net, target):
    """Names for the widths of a network in JavaScript: w0 of x, w1 of its first layer, …"""
    learning = [it for it in getattr(net, "layers", ()) if it.params]
    plain = all(it.params == ("W", "b") and hasattr(it, "n_in") for it in learning)
    if target != "javascript" or not learning or not plain or hasattr(net, "weights"):
        raise ValueError(
            "widths are left open in JavaScript alone, and for networks of Linear layers and "
            f"activations, got target {target!r} and {what(net)}"
        )
    return [f"w{i}" for i in range(len(learning) + 1)]
