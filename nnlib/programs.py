"""Programs: what was recorded, as a list of things to compute, and no more than it takes.

A `Node` is one of them: which operation computes it, and of which others. `graph` makes
nodes of Tensors that a program left behind. What no result needs is not there (dead
code), what is computed twice is there once (common parts), and what is known beforehand
is a number (constants).
"""

import math

import numpy as np

from nnlib import checks
from nnlib.autograd import (
    broadcast,
    cast,
    join,
    largest,
    matmul,
    operation,
    pick,
    place,
    reshape,
    total,
    transpose,
)

# How an operation on numbers is written in Python and in JavaScript, and how tightly it
# binds: what binds less stands in brackets inside it.
WRITTEN = {
    "where": ("{1} if {0} else {2}", "{0} ? {1} : {2}", 1),
    "less": ("{} < {}", "{} < {}", 3),
    "less_equal": ("{} <= {}", "{} <= {}", 3),
    "equal": ("{} == {}", "{} == {}", 3),
    "add": ("{} + {}", "{} + {}", 5),
    "subtract": ("{} - {}", "{} - {}", 5),
    "multiply": ("{} * {}", "{} * {}", 6),
    "divide": ("{} / {}", "{} / {}", 6),
    "negative": ("-{}", "-{}", 7),
    "power": ("{} ** {}", "{} ** {}", 8),
    "maximum": ("maximum({}, {})", "Math.max({}, {})", 9),
} | {
    it: (f"{it}({{}})", f"Math.{it.removesuffix('olute')}({{}})", 9)
    for it in ("exp", "log", "log1p", "tanh", "sqrt", "absolute", "sin", "cos")
}
KNOWN = ("constant", "size", "count")  # a number, a size, and 0, 1, 2 …
SUMS = ("total", "largest", "place")
GIVEN = ("input", "part", "array")  # from outside

# a, with a gradient that is known to be simpler than that of how it is computed
instead = operation(lambda a, x: a, lambda g, out, a, x: (None, g * out * (1 - out)))


ARRAYS = {  # operations on whole arrays; all others are named as NumPy names them
    broadcast: "broadcast",
    cast: "cast",
    instead: "instead",
    join: "join",
    largest: "largest",
    matmul: "matmul",
    pick: "pick",
    place: "place",
    reshape: "reshape",
    total: "total",
    transpose: "transpose",
}


class Node:
    """A value of a program: what makes it, of what, its type, and its shape in words.

    In words, because a size may be left open: ("n", "16").
    """

    def __init__(self, op, inputs, shape, dtype, settings=None, name=None):
        self.op, self.inputs, self.shape = op, tuple(inputs), tuple(shape)
        self.dtype, self.settings, self.name = dtype, settings or {}, name
        self.value = self.settings.get("value")

    @property
    def space(self):
        """The loops that it takes to visit each of its numbers."""
        return tuple(n for n in self.shape if n != "1")

    @property
    def is_each(self):
        """Computed for each place by itself, so that neighbours share a loop."""
        return self.op in WRITTEN or self.op in (
            *KNOWN,
            "cast",
            "broadcast",
            "transpose",
            "pick",
        )

    @property
    def loops(self):
        """The loops in which it is computed: a sum takes those of what it adds up."""
        return self.inputs[0].space if self.op in SUMS else self.space

    def reads_in_place(self, node):
        """Whether it needs of another only the number at the place where the loop is."""
        elsewhere = self.op in ("pick", "transpose") and node is self.inputs[0]
        return (self.is_each or self.op in SUMS) and not elsewhere


# --- sizes in words ------------------------------------------------------------------------


def times(words):
    """ "2 * n * 16" of sizes in words, with the numbers multiplied."""
    number = math.prod(int(it) for it in words if it.isdigit())
    names = [f"({it})" if "+" in it else it for it in words if not it.isdigit()]
    return " * ".join(([str(number)] if number != 1 or not names else []) + names)


def plus(words):
    """ "n * 16 + 48" of sizes in words, with the numbers added."""
    number = sum(int(it) for it in words if it.isdigit())
    names = [it for it in words if not it.isdigit()]
    return " + ".join(names + ([str(number)] if number or not names else []))


class Sizes:
    """Two recordings, with other sizes: what changed with them is written by their names."""

    PRIMES = [
        [101, 103, 107, 109, 113, 127, 131, 137],
        [211, 223, 227, 229, 233, 239, 241, 251],
    ]

    def __init__(self, names):
        if len(names) > len(self.PRIMES[0]):
            raise ValueError(
                f"at most {len(self.PRIMES[0])} sizes can be left open, got {len(names)}: "
                f"{', '.join(names)}"
            )
        self.names, self.known = tuple(names), {}
        self.first, self.second = (dict(zip(names, it)) for it in self.PRIMES)

    def word(self, first, second):
        """A size in words, of what it was in the two recordings."""
        if first == second:
            return str(first)
        if (first, second) in self.known:
            return self.known[first, second]
        factors, rest = [], second
        for name, size in self.second.items():
            while rest % size == 0:
                factors.append(name)
                rest //= size
        if not factors or rest * math.prod(self.first[it] for it in factors) != first:
            raise ValueError(
                f"a size that is left open ({', '.join(self.names)}) may be multiplied, got "
                f"something else, {first} where it is {self.first}: give it a fixed size"
            )
        return times([str(rest), *factors])

    def words(self, first, second):
        return tuple(map(self.word, first, second))


# --- from two recordings to nodes ----------------------------------------------------------


def computed(outputs):
    """All Tensors that the outputs were computed from, in the order of their making."""
    found, todo = set(), list(outputs)
    while todo:
        tensor = todo.pop()
        if tensor not in found:
            found.add(tensor)
            todo.extend(tensor.inputs)
    return sorted(found, key=lambda tensor: tensor.number)


def pairs(recordings):
    """The Tensors of two recordings, side by side; what no output needs, is not there."""
    first, second = map(computed, recordings)
    twins = dict(zip(first, second))
    for tensor, twin in twins.items():
        same = [twins[it] for it in tensor.inputs] == list(twin.inputs)
        if len(first) != len(second) or tensor.operation != twin.operation or not same:
            raise ValueError(
                "a program must do the same for all numbers and open sizes, got two that "
                "differ: does it read .data, or draw by chance?"
            )
    return twins.items()


def graph(recordings, sizes, given):
    """The nodes of the outputs: dead code, common parts and constants are gone.

    A recording is a list of outputs. `given` has the nodes of Tensors that are known:
    inputs, and parts of them.
    """
    nodes, common = dict(given), {}
    for tensor, twin in pairs(recordings):
        if tensor in nodes:
            continue
        shape = sizes.words(tensor.shape, twin.shape)
        inputs, node = [nodes[it] for it in tensor.inputs], None
        if all(it.op in ("constant", "array") for it in inputs):
            node = constant(tensor, twin, shape, sizes)
        if node is None:
            op = named(tensor)
            settings = worded(op, tensor, twin, sizes)
            node = simpler(Node(op, inputs, shape, tensor.dtype, settings))
        key = node.op, node.inputs, node.shape, node.dtype, repr(node.settings)
        if node.op not in ("input", "part"):
            node = common.setdefault(key, node)  # the same twice: once
        nodes[tensor] = node
        node.name = node.name or getattr(tensor, "name", None)
    return [nodes[it] for it in recordings[0]]


def named(tensor):
    """The name of the operation that made a Tensor."""
    if not tensor.operation:
        raise ValueError(
            f"an array made inside must be the same each time, got one of shape "
            f"{tensor.shape} that is not: does it read .data, or draw by chance?"
        )
    op = ARRAYS.get(tensor.operation)
    op = op or getattr(tensor.operation.forward, "__name__", "an operation")
    if op not in WRITTEN and op not in ARRAYS.values():
        raise ValueError(
            f"the compiler cannot write {op}, only {', '.join(WRITTEN)}, and what "
            f"Tensors do with whole arrays: write it with these"
        )
    return op


def constant(tensor, twin, shape, sizes):
    """What is known when the program is written: a number, a size, 0 1 2 …, an array."""
    a, b = tensor.data, twin.data
    settings = None
    if a.size and b.size and np.all(a == a.flat[0]) and np.all(b == a.flat[0]):
        op, settings = "constant", {"value": a.flat[0]}
    elif a.shape == b.shape == () and a == int(a) and b == int(b):
        op, settings = "size", {"word": sizes.word(int(a), int(b))}
    elif all(it.ndim == 1 and np.array_equal(it, range(len(it))) for it in (a, b)):
        op = "count"
    elif np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
        op, settings = "array", {"data": tensor, "key": a.tobytes()}
    else:
        return None
    return Node(op, (), shape, a.dtype, settings)


def worded(op, tensor, twin, sizes):
    """The settings of an operation, with sizes in words."""
    settings = {k: v for k, v in tensor.settings.items() if k != "shape"}
    if op in ("pick", "place"):
        whole = [
            it.inputs[0].shape if op == "pick" else it.shape for it in (tensor, twin)
        ]
        keys = tensor.settings["key"], twin.settings["key"]
        settings["key"] = checks.places(*keys, *whole, sizes.word)
    return settings


NEUTRAL = {"add": 0, "subtract": 0, "multiply": 1, "divide": 1, "power": 1}


def simpler(node):
    """x for x · 1, x + 0 and the like; x · x for x²."""
    if node.op in WRITTEN:  # loops over numbers broadcast by themselves
        read = [it.inputs[0] if it.op == "broadcast" else it for it in node.inputs]
        node.inputs = tuple(read)
    op, (x, *others) = node.op, node.inputs
    alike = (x.shape, x.dtype) == (node.shape, node.dtype)
    value = others[0].value if others else None
    if op == "instead" or (alike and op in ("broadcast", "cast", "reshape")):
        return x
    if alike and op in NEUTRAL and value == NEUTRAL[op]:
        return x
    if op in ("add", "multiply") and x.value == NEUTRAL[op]:
        if (others[0].shape, others[0].dtype) == (node.shape, node.dtype):
            return others[0]
    if op == "multiply" and others[0].dtype == bool != x.dtype:  # a number times True
        zero = Node("constant", (), (), x.dtype, {"value": x.dtype.type(0)})
        return Node("where", (others[0], x, zero), node.shape, node.dtype)
    if op == "power" and value == 2:
        return Node("multiply", (x, x), node.shape, node.dtype)
    if op == "power" and value == 0.5:
        return Node("sqrt", (x,), node.shape, node.dtype)
    if op in ("broadcast", "reshape") and x.op == "constant":
        return Node("constant", (), node.shape, node.dtype, x.settings)
    if op == "reshape" and x.op == "reshape":
        return simpler(Node(op, x.inputs, node.shape, node.dtype))
    return matrices(node, *node.inputs) if op == "matmul" else node


def matrices(node, a, b):
    """A product of vectors, or of rows with more axes, as one of matrices, reshaped."""
    if node.dtype.kind != "f":
        raise ValueError(
            f"the compiler multiplies matrices of floats, got {node.dtype}: try .astype(float)"
        )

    def like(it, *shape):
        it = simpler(Node("cast", (it,), it.shape, node.dtype))
        return simpler(Node("reshape", (it,), shape, node.dtype))

    batch = node.shape[: len(node.shape) - (len(a.shape) > 1) - (len(b.shape) > 1)]
    rows = a.shape if len(a.shape) > 1 else ("1", *a.shape)
    columns = b.shape if len(b.shape) > 1 else (*b.shape, "1")
    if len(columns) == 2:  # one matrix for all of a batch: one long product
        rows, batch = (times(rows[:-1]), rows[-1]), ()
    sides, turned = [like(a, *rows), like(b, *columns)], []
    for i, side in enumerate(sides):
        axes = side.settings.get("axes", ())
        last = (*range(len(axes) - 2), len(axes) - 1, len(axes) - 2)
        turned.append(bool(axes) and tuple(axes) == last and not any(turned))
        if turned[i]:  # read as it stands, the other way round
            sides[i] = side.inputs[0]
    shape = (*batch, rows[-2], columns[-1])
    out = Node("matmul", sides, shape, node.dtype, {"turned": turned})
    return simpler(Node("reshape", (out,), node.shape, node.dtype))
