"""Programs: what was recorded, cleaned up, cut into loops, and written out as text.

A `Node` is a value of the program: which operation makes it, and of which other nodes.
`graph` makes nodes of recorded Tensors, without what is not needed, twice or known.
`stages` says in which loop each of them is computed. A writer makes text of that, for
NumPy, Numba or JavaScript: loops, products, and the names of the arrays.
"""

import keyword
import math
import re

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
    "exp": ("exp({})", "Math.exp({})", 9),
    "log": ("log({})", "Math.log({})", 9),
    "log1p": ("log1p({})", "Math.log1p({})", 9),
    "tanh": ("tanh({})", "Math.tanh({})", 9),
    "sqrt": ("sqrt({})", "Math.sqrt({})", 9),
    "absolute": ("absolute({})", "Math.abs({})", 9),
    "sin": ("sin({})", "Math.sin({})", 9),
    "cos": ("cos({})", "Math.cos({})", 9),
}
KNOWN = ("constant", "size", "count")  # a number, a size, and 0, 1, 2 …
SUMS = ("total", "largest", "place")
GIVEN = ("input", "part", "array")
LETTERS = "ijklpqrs"  # of the loops
JS_ARRAYS = {
    "float64": "Float64Array",
    "float32": "Float32Array",
    "int64": "Int32Array",
    "int32": "Int32Array",
    "bool": "Uint8Array",
}
SHORT = {
    "matmul": "product",
    "join": "joined",
    "total": "total",
    "largest": "largest",
    "place": "placed",
}


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

    PRIMES = (
        (101, 103, 107, 109, 113, 127, 131, 137),
        (*(211, 223, 227, 229, 233, 239, 241, 251),),
    )

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


def graph(recordings, sizes, given):
    """The nodes of the outputs: dead code, common parts and constants are gone.

    A recording is a list of outputs. `given` has the nodes of Tensors that are known:
    inputs, and parts of them.
    """
    nodes, common = dict(given), {}
    first, second = map(computed, recordings)  # what no output needs, is not there
    twins = {}
    for tensor, twin in zip(first, second, strict=len(first) == len(second)):
        twins[tensor] = twin
        same = [twins[it] for it in tensor.inputs] == list(twin.inputs)
        if len(first) != len(second) or tensor.operation != twin.operation or not same:
            raise ValueError(
                "a program must do the same for all numbers and open sizes, got two that "
                "differ: does it read .data, or draw by chance?"
            )
        if tensor in nodes:
            continue
        shape = sizes.words(tensor.shape, twin.shape)
        inputs = [nodes[it] for it in tensor.inputs]
        if all(it.op in ("constant", "array") for it in inputs):
            node = constant(tensor, twin, shape, sizes)
            if node is None and not inputs:
                raise ValueError(
                    f"an array made inside must be the same each time, got one of shape "
                    f"{tensor.shape} that is not: does it read .data, or draw by chance?"
                )
        else:
            node = None
        if node is None:
            op = ARRAYS.get(tensor.operation)
            op = op or getattr(tensor.operation.forward, "__name__", "an operation")
            if op not in WRITTEN and op not in ARRAYS.values():
                raise ValueError(
                    f"the compiler cannot write {op}, only {', '.join(WRITTEN)}, and what "
                    f"Tensors do with whole arrays: write it with these"
                )
            settings = worded(op, tensor, twin, sizes)
            node = simpler(Node(op, inputs, shape, tensor.dtype, settings))
        key = node.op, node.inputs, node.shape, node.dtype, repr(node.settings)
        if node.op not in ("input", "part"):
            node = common.setdefault(key, node)  # the same twice: once
        nodes[tensor] = node
        node.name = node.name or getattr(tensor, "name", None)
    return [nodes[it] for it in recordings[0]]


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


def simpler(node):
    """x for x · 1, x + 0 and the like; x · x for x²."""
    if node.op in WRITTEN:
        read = [it.inputs[0] if it.op == "broadcast" else it for it in node.inputs]
        node.inputs = tuple(read)
    op, (x, *others) = node.op, node.inputs
    alike = x.shape == node.shape and x.dtype == node.dtype
    value = others[0].value if others else None
    if op == "power" and value is not None:
        if value == 2:
            return Node("multiply", (x, x), node.shape, node.dtype)
        if value == 0.5:
            return Node("sqrt", (x,), node.shape, node.dtype)
    if alike and op in ("broadcast", "cast", "reshape"):
        return x
    if (
        alike
        and op == "transpose"
        and node.settings["axes"] == tuple(range(len(x.shape)))
    ):
        return x
    if alike and value == {
        "add": 0,
        "subtract": 0,
        "multiply": 1,
        "divide": 1,
        "power": 1,
    }.get(op, math.nan):
        return x
    if op in ("add", "multiply") and x.value == {"add": 0, "multiply": 1}[op]:
        if (others[0].shape, others[0].dtype) == (node.shape, node.dtype):
            return others[0]
    if op in ("broadcast", "reshape") and x.op == "constant":
        return Node("constant", (), node.shape, node.dtype, x.settings)
    if op == "reshape" and x.op == "reshape":
        return simpler(Node(op, x.inputs, node.shape, node.dtype))
    if op == "instead":
        return x
    if op == "matmul":
        return matrices(node, *node.inputs)
    return node


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
        turned.append(bool(axes) and tuple(axes) == last)
        if turned[i]:  # read as it stands, the other way round
            sides[i] = side.inputs[0]
    shape = (*batch, rows[-2], columns[-1])
    out = Node("matmul", sides, shape, node.dtype, {"turned": turned})
    return simpler(Node("reshape", (out,), node.shape, node.dtype))


# --- from nodes to loops -------------------------------------------------------------------


def in_order(outputs):
    """All nodes that the outputs need, each after what it is made of."""
    order, done, todo = [], set(), list(reversed(outputs))
    while todo:
        node = todo.pop()
        if node in done:
            continue
        missing = [it for it in node.inputs if it not in done]
        if missing:
            todo += [node, *reversed(missing)]
        else:
            done.add(node)
            order.append(node)
    return order


class Stage:
    """Nodes that are computed together, in one loop; or (loops None) one by itself."""

    def __init__(self, loops):
        self.loops, self.nodes = loops, []


class Plan:
    """In which loop each node is computed, and which of them have an array.

    A node is computed as late as it can be, and in a loop that there is already, if one
    has its sizes. What is used in one loop alone needs no array; and what is computed in
    the place of something that nobody reads any more takes its array.
    """

    def __init__(self, outputs, changed):
        self.outputs, self.order = outputs, in_order([*outputs, *changed])
        self.stages, self.stage, self.readers = [], {}, {it: [] for it in self.order}
        soonest = dict.fromkeys(self.order, 0)  # of the stages, counted from the end
        whole = {it for it in (*outputs, *changed) if it.shape}  # read as arrays
        for node in reversed(self.order):
            for it in node.inputs:
                if node not in self.readers[it]:
                    self.readers[it].append(node)
            if is_view(node):
                (base,) = node.inputs
                soonest[base] = max(soonest[base], soonest[node])
                whole |= {base} if node in whole or seen(node) is node else set()
            elif node.op not in GIVEN and (node.op not in KNOWN or node in whole):
                index = self.place(node, soonest[node])
                for it in node.inputs:
                    base, here = seen(it), node.reads_in_place(it)
                    together = (
                        here and base.is_each and base.loops == self.stages[index].loops
                    )
                    soonest[it] = max(soonest[it], index + (not together))
                    whole |= set() if here else {it}
        self.stages.reverse()
        for stage in self.stages:
            stage.nodes.reverse()
            self.stage |= dict.fromkeys(stage.nodes, stage)
        self.add_up_early()
        self.stages = [it for it in self.stages if it.nodes]
        for i, stage in enumerate(self.stages):
            self.stage |= dict.fromkeys(stage.nodes, i)
        kept = {*outputs, *changed, *whole}
        for node, stage in self.stage.items():
            kept |= {
                seen(it)
                for it in node.inputs
                if self.stage.get(seen(it)) != stage or not seen(it).is_each
            }
        self.kept = [it for it in self.stage if it in kept]
        whole |= {it for it in self.kept if it.op == "place" and it.shape}
        self.arrays = [it for it in self.kept if it.space or it in whole]
        self.changed, self.parts = changed, self.joined()
        self.instead, self.copies = {}, []

    def place(self, node, soonest):
        """The index, from the end, of the stage where a node is computed."""
        loops = node.loops if node.is_each or node.op in SUMS else None
        for index in range(soonest, len(self.stages)):
            if loops is not None and self.stages[index].loops == loops:
                break
        else:
            index = len(self.stages)
            self.stages.append(Stage(loops))
        self.stages[index].nodes.append(node)
        return index

    def add_up_early(self):
        """A sum goes into the loop that computes what it adds up, if there is one."""
        for stage in self.stages:
            for node in [it for it in stage.nodes if it.op in ("total", "largest")]:
                base = seen(node.inputs[0])
                if base in self.stage and base.is_each and base.loops == stage.loops:
                    stage.nodes.remove(node)
                    self.stage[node] = self.stage[base]
                    self.stage[base].nodes.append(node)

    def joined(self):
        """What is computed as a part of what it is joined to: its array, from, to, piece."""
        parts = {}
        for whole in self.arrays:
            if whole.op == "join" and len(whole.shape) == 1:
                ends = ["0"]
                for piece in whole.inputs:
                    ends.append(plus([*ends[-1].split(" + "), piece.shape[0]]))
                    base = piece.inputs[0] if is_view(piece) else piece
                    if base in self.arrays and base not in self.outputs:
                        parts.setdefault(base, (whole, *ends[-2:], piece))
        return parts

    def overwrite(self):
        """What is changed is written into; what is made of a product alone takes its array."""
        for node, given in self.changed.items():
            free = node.is_each and node not in self.parts
            if free and self.is_free(given, self.stage[node]):
                self.instead[node] = given
            else:
                self.copies.append((given, node))
        for stage in self.stages:
            read = {seen(it): None for node in stage.nodes for it in node.inputs}
            for node in stage.nodes:
                if node not in self.arrays or not node.is_each or node in self.parts:
                    continue
                for it in [] if node in self.instead else read:
                    like = (it.op, it.shape, it.dtype) == (
                        "matmul",
                        node.shape,
                        node.dtype,
                    )
                    own = it not in self.outputs and it not in self.parts
                    if like and own and self.is_free(it, self.stage[node]):
                        self.instead[node] = it
                        it.name = node.name or it.name
                        del read[it]
                        break

    def is_placed(self, piece, join):
        base = piece.inputs[0] if is_view(piece) else piece
        return self.parts.get(base, ())[::3] == (join, piece)

    def owner(self, node):
        """The node whose array it has."""
        while node in self.instead:
            node = self.instead[node]
        return node

    def is_free(self, node, stage):
        """Whether nobody reads an array after a stage, nor there but in the loop's place."""
        for it in self.readers[node]:
            if is_view(it) or it.op == "part":
                if not self.is_free(it, stage - 1):
                    return False
            elif self.stage.get(it, stage) > stage:
                return False
            elif self.stage.get(it) == stage and not it.reads_in_place(node):
                return False
        return True


def is_view(node):
    """The same numbers, seen with another shape."""
    return node.op == "reshape"


def seen(node):
    """Where the numbers are that a reshape shows, if they are visited in the same loops."""
    while is_view(node) and node.space == node.inputs[0].space:
        node = node.inputs[0]
    return node


# --- from loops to text ----------------------------------------------------------------------


def places(shape, letters):
    """Where a loop stands in an array: ("i", "0", "j"), 0 where there is but one place."""
    letters = iter(letters)
    return tuple("0" if n == "1" else next(letters) for n in shape)


def beside(node, index):
    """The place in a smaller array that is broadcast: counted from the last axis."""
    index = index[len(index) - len(node.shape) :]
    return tuple("0" if n == "1" else i for n, i in zip(node.shape, index))


class Loops:
    """A plan in the words of Python: each stage is a loop, or one product."""

    side, end = 0, ""
    reserved = {"np", "empty", "arange", "row", "room", "range", "inf", *keyword.kwlist}

    def __init__(self, title, plan, inputs, sizes):
        self.title, self.plan, self.inputs, self.sizes = title, plan, inputs, sizes
        self.share()
        self.taken = {title, *self.reserved, *LETTERS, *WRITTEN, *sizes}
        self.names, self.room, self.views, self.lines, self.depth = {}, [], [], [], 1
        for node in inputs:
            self.names[node] = self.fresh(node.name or "array")
        for stage in plan.stages:
            self.local = {}
            self.write(stage)
        for given, node in plan.copies:
            self.copy(self.name(given), self.name(node))
        self.results = [self.result(it) for it in plan.outputs]

    def share(self):
        """Arrays that have more than one use."""
        self.plan.overwrite()

    def fresh(self, name):
        """A name that is not taken: sum, or sum2, sum3 …"""
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}{number}"
        self.taken.add(found)
        return found

    def name(self, node):
        """The name of a node's array, or of a number that is computed outside all loops."""
        node = self.plan.owner(node)
        if node not in self.names:
            made = self.making(node)  # first what it is a part of
            self.names[node] = self.fresh(node.name or self.plain_name(node))
            if made:
                fleeting = root(node).op in GIVEN[:2] and not self.lasts(root(node))
                place = self.views if fleeting else self.room
                if (
                    not root(node).shape
                    and root(node) in self.plan.stage
                    and is_view(node)
                ):
                    self.let(
                        self.names[node], made
                    )  # of a number, which is new each time
                else:
                    place.append((self.names[node], made))
        return self.names[node]

    def lasts(self, given):
        """Whether an input is most often the same array, so that its parts stay, too."""
        return given in self.plan.changed.values()

    def plain_name(self, node):
        """What a node is called that has no name: product, total, beta_32, or u."""
        if node.op == "cast" and node.inputs[0].op == "input" and not node.shape:
            return f"{node.inputs[0].name}_{8 * node.dtype.itemsize}"
        return SHORT.get(node.op, "u")

    def result(self, node):
        known = node.op in KNOWN and node not in self.plan.stage
        return self.text(node, ())[0] if known else self.name(node)

    # --- the words of the language

    def line(self, text):
        self.lines.append("    " * self.depth + text + self.end)

    def let(self, name, text, changes=False):
        self.line(f"{name} = {text}")

    def begin(self, letter, size):
        self.lines.append("    " * self.depth + f"for {letter} in range({size}):")
        self.depth += 1

    def close(self):
        self.depth -= 1

    def number(self, value, dtype):
        """A number as it is written, and how tightly that binds."""
        text, strength = str(value.item()), 9 if value >= 0 else 7
        if dtype.kind != "f" or dtype == np.float64:
            return text, strength
        return self.cast((str(value).removesuffix(".0"), strength), None, dtype)

    def cast(self, written, before, dtype):
        """A number in another type."""
        return written if before == dtype else (f"{dtype}({written[0]})", 9)

    def at(self, node, index):
        """A number of an array."""
        name = self.name(node)
        return f"{name}[{', '.join(index) or '()'}]" if self.is_array(node) else name

    def is_array(self, node):
        """Whether its numbers are in an array, and not one in a variable of its own."""
        if node.op in GIVEN:
            return bool(node.shape)
        return is_view(node) or node in self.plan.arrays

    # --- numbers

    def text(self, node, index):
        """How a number is written where the loop stands, and how tightly that binds."""
        if node in self.local:
            return self.local[node]
        if is_view(node) and seen(node) is not node:
            letters = [i for i, n in zip(index, node.shape) if n != "1"]
            base = node.inputs[0]
            return self.text(base, places(base.shape, letters))
        if node.op == "constant":
            return self.number(node.value, node.dtype)
        if node.op == "size":
            return self.cast((node.settings["word"], 5), np.dtype(int), node.dtype)
        if node.op == "count":
            return self.cast((index[0], 9), np.dtype(int), node.dtype)
        return self.at(node, index), 9

    def computed(self, node, index):
        """How a number is computed from others where the loop stands."""
        if node.op in KNOWN:
            return self.text(node, index)
        first, *others = node.inputs
        if node.op == "broadcast":
            return self.text(first, beside(first, index))
        if node.op == "cast":
            return self.cast(self.text(first, index), first.dtype, node.dtype)
        if node.op == "transpose":
            axes = node.settings["axes"]
            return self.at(first, [index[axes.index(i)] for i in range(len(axes))]), 9
        if node.op == "pick":
            return self.at(first, self.picked(node, others, index)), 9
        texts = WRITTEN[node.op]
        strength, parts = texts[2], []
        for i, it in enumerate(node.inputs):
            text, own = self.text(it, beside(it, index))
            least = strength + (i > 0 or strength not in (5, 6)) if strength < 9 else 0
            parts.append(text if own >= least else f"({text})")
        return texts[self.side].format(*parts), strength

    def picked(self, node, rows, index):
        """The place in an array that a key leads to: t[2:5, rows] at i, j is 2 + i, rows[j]."""
        index, rows, found, block = list(index), list(rows), [], None
        depth = max((len(it.shape) for it in rows), default=0)
        for kind, *words in node.settings["key"]:
            if kind == "new":
                index.pop(0)
            elif kind == "from":
                start, step, _ = words
                i = index.pop(0) if step == 1 else f"{step} * {index.pop(0)}"
                found.append(i if start == "0" else f"{start} + {i}")
            else:
                if block is None:
                    block, index = index[:depth], index[depth:]
                row = rows.pop(0) if kind == "rows" else None
                text = self.text(row, beside(row, block))[0] if row else words[0]
                plain = row is None or row.op == "count"
                found.append(text if plain else f"row({text}, {words[0]})")
        return found

    # --- loops

    def write(self, stage):
        """One loop with all that is computed in it; one product; or one array joined."""
        if stage.loops is None:
            (node,) = stage.nodes
            return self.product(node) if node.op == "matmul" else self.join(node)
        letters = LETTERS[: len(stage.loops)]
        inner = self.sums(stage, letters)
        for depth in range(len(letters) + 1):
            for node, (name, own) in inner.items():
                if own == depth:
                    self.let(name, self.beginning(node), changes=True)
            if depth < len(letters):
                self.begin(letters[depth], stage.loops[depth])
        for node, text in self.body(stage, letters, inner):
            self.line(f"{self.at(node, places(node.shape, letters))} = {text}")
        for depth in reversed(range(len(letters) + 1)):
            for node, (name, own) in inner.items():
                if own == depth and node in self.plan.arrays:
                    self.line(f"{self.at(node, self.target(node, letters))} = {name}")
            if depth:
                self.close()

    def sums(self, stage, letters):
        """Sums over inner loops alone are numbers of their own; others begin with an array."""
        inner = {}
        for node in stage.nodes:
            if node.op in SUMS:
                kept = [it for it in self.target(node, letters) if it != "0"]
                if (node.op != "place" or not node.shape) and kept == list(
                    letters[: len(kept)]
                ):
                    name = self.name(node)
                    if node in self.plan.arrays:
                        name = self.fresh("_".join([name, *kept]))
                    inner[node] = name, len(kept)
                else:
                    self.line(f"{self.name(node)}.fill({self.beginning(node)})")
        return inner

    def target(self, node, letters):
        """The place in a sum to which a number is added."""
        x, *rows = node.inputs
        index = places(x.shape, letters)
        if node.op == "place":
            return self.picked(node, rows, index)
        axes = node.settings["axis"]
        if node.settings["keepdims"]:
            return ["0" if d in axes else i for d, i in enumerate(index)]
        return [i for d, i in enumerate(index) if d not in axes]

    def beginning(self, node):
        start = -np.inf if node.op == "largest" else 0
        return self.number(node.dtype.type(start), node.dtype)[0]

    def body(self, stage, letters, inner):
        """What is done at each place; returns what is stored, which comes last."""
        arrays = [it for it in stage.nodes if it in self.plan.arrays and it.is_each]
        stores = []
        for node in stage.nodes:
            if node.op in SUMS:
                self.add_up(node, letters, inner)
                continue
            text, strength = self.computed(node, places(node.shape, letters))
            readers = [it for it in self.readers(node) if it in stage.nodes]
            name = None
            if node in arrays:
                if len(arrays) > 1 or readers:
                    name = self.fresh("_".join([self.name(node), *letters]))
                stores.append((node, name or text))
            elif node in self.plan.kept:
                name = self.name(node)
            elif node.op in WRITTEN and (len(readers) > 1 or len(text) > 50):
                name = self.fresh(node.name or "u")
            if name:
                self.let(name, text)
            self.local[node] = (name, 9) if name else (text, strength)
        return stores

    def readers(self, node):
        """Who reads a number, once for each time, also through a view."""
        for it in self.plan.readers[node]:
            yield from self.readers(it) if is_view(it) else [it] * it.inputs.count(node)

    def add_up(self, node, letters, inner):
        x = node.inputs[0]
        text = self.text(x, places(x.shape, letters))[0]
        place = self.at(node, self.target(node, letters))
        place = inner[node][0] if node in inner else place
        if node.op == "largest":
            larger = WRITTEN["maximum"][self.side].format(place, text)
            self.line(f"{place} = {larger}")
        else:
            self.line(f"{place} += {text}")

    # --- whole arrays

    def product(self, node):
        """out = a b, by np.dot into its array; for each matrix of a batch."""
        letters = LETTERS[: len(node.shape) - 2]
        for letter, size in zip(letters, node.shape):
            self.begin(letter, size)
        self.multiply(node, *(self.matrix(it, letters) for it in (*node.inputs, node)))
        for _ in letters:
            self.close()

    def matrix(self, node, letters):
        batch = node.shape[:-2]
        index = ["0" if n == "1" else i for n, i in zip(batch[::-1], letters[::-1])][
            ::-1
        ]
        return f"{self.name(node)}[{', '.join(index)}]" if index else self.name(node)

    def multiply(self, node, a, b, out):
        a, b = (it + ".T" * t for it, t in zip((a, b), node.settings["turned"]))
        self.line(f"np.dot({a}, {b}, {out})")

    def join(self, node):
        """Each piece goes to its place, unless it was computed there."""
        axis, before = node.settings["axis"], []
        for piece in node.inputs:
            if not self.plan.is_placed(piece, node):
                letters = LETTERS[: len(piece.space)]
                for letter, size in zip(letters, piece.space):
                    self.begin(letter, size)
                index = list(places(piece.shape, letters))
                text = self.text(piece, index)[0]
                index[axis] = " + ".join(
                    [*filter(None, [plus(before)] if before else []), index[axis]]
                )
                self.line(f"{self.at(node, index)} = {text}")
                for _ in letters:
                    self.close()
            before.append(piece.shape[axis])

    def copy(self, given, name):
        self.line(f"{given}[...] = {name}")

    # --- the text

    def making(self, node):
        """How an array is made, before the first step; None for a number."""
        if node in self.plan.parts:
            join, start, stop, _ = self.plan.parts[node]
            return self.part(self.name(join), start, stop, node.shape)
        if node.op == "part":
            return self.part(
                self.name(node.inputs[0]), *node.settings["place"], node.shape
            )
        if is_view(node):
            return self.view(self.name(node.inputs[0]), node.shape)
        return self.empty(node) if node in self.plan.arrays else None

    def empty(self, node):
        return f"empty({in_brackets(node.shape)}, {node.dtype})"

    def part(self, name, start, stop, shape):
        part = f"{name}[{start}:{stop}]"
        return part if len(shape) == 1 else self.view(part, shape)

    def view(self, name, shape):
        return f"{name}.reshape({', '.join(shape) or '()'})"

    def source(self):
        """Two functions: what makes the arrays in which the program works; and the program."""
        names = [name for name, _ in self.room]
        inputs = [self.names[it] for it in self.inputs]
        lasting = [
            self.names[it] for it in self.inputs if it in self.plan.changed.values()
        ]
        used = set(re.findall(r"\w+", "\n".join([*self.lines, *map(str, self.room)])))
        imported = sorted(used & NUMPYS)
        return "\n".join(
            [
                "import numpy as np",
                *[f"from numpy import {', '.join(imported)}"] * bool(imported),
                *[PYTHON_ROW] * ("row" in used),
                "",
                "",
                wrapped("def room(", [*self.sizes, *lasting], "):"),
                *(f"    {name} = {text}" for name, text in self.room),
                wrapped("    return (", [name + "," for name in names], ")", " "),
                "",
                "",
                wrapped(f"def {self.title}(", [*self.sizes, *inputs, *names], "):"),
                *(f"    {name} = {text}" for name, text in self.views),
                *self.lines,
                f"    return {', '.join(self.results) or None}",
                "",
            ]
        )


NUMPYS = {"empty", "arange", "inf", *WRITTEN} | {
    *"float16 float32 float64 int8 int16 int32 int64 uint8".split()
}
PYTHON_ROW = '''

def row(i, n):
    """The place of an index, which counts from the end if it is negative."""
    if not -n <= i < n:
        raise IndexError("an index must be below the size of its axis")
    return i + n if i < 0 else i'''


def in_brackets(shape):
    """A shape as NumPy wants it: 16, or (n, 16)."""
    return shape[0] if len(shape) == 1 else f"({', '.join(shape)})"


def wrapped(begin, names, end, between=", "):
    """A list of names, in lines of 88 letters."""
    lines, line = [], begin
    for i, name in enumerate(names):
        text = name + between * (i < len(names) - 1)
        if len(line + text.rstrip() + end) > 88:
            lines.append(line.rstrip())
            line = "        "
        line += text
    return "\n".join([*lines, line + end])


class Straight(Loops):
    """The same in NumPy's own loops: one call after another, into arrays made once."""

    def share(self):
        plan, self.free = self.plan, []  # arrays whose numbers nobody reads any more
        order = [node for stage in plan.stages for node in stage.nodes]
        self.when = {node: i for i, node in enumerate(order)}
        self.last = {root(it): i for i, node in enumerate(order) for it in node.inputs}
        for node, given in plan.changed.items():
            if node.op in WRITTEN and self.last.get(given, 0) <= self.when[node]:
                plan.instead[node] = given
            else:
                plan.copies.append((given, node))
        joins = [join for join, *_ in plan.parts.values()]
        for node in (*plan.outputs, *plan.changed, *plan.parts, *joins):
            self.last[root(node)] = math.inf
        for node in order:
            in_place = node.op in WRITTEN and node.op != "where"
            if in_place:
                self.release(node)
            self.take(node)
            if not in_place:
                self.release(node)

    def release(self, node):
        """The arrays without a name that are read here for the last time are free."""
        for it in {root(it): None for it in node.inputs}:
            owner = self.plan.owner(it)
            last = self.last[it] == self.when[node] and it in self.when
            if last and it.shape and not owner.name:
                self.free.append(owner)

    def take(self, node):
        """A node's numbers go into an array that is free, if one is like its own."""
        own = node in self.plan.parts or node in self.plan.instead
        if own or node.op in ("join", "broadcast"):
            return
        for it in reversed(self.free):
            if (it.shape, it.dtype) == (node.shape, node.dtype):
                self.plan.instead[node] = it
                it.name = node.name
                self.free.remove(it)
                return

    def write(self, stage):
        for node in stage.nodes:
            if node.shape == () and node.op not in SUMS:
                self.let(self.name(node), self.computed(node, ())[0])
            elif node.op in WRITTEN:
                self.each(node)
            else:
                getattr(self, node.op)(node)

    def making(self, node):
        if node.op == "count":
            return f"arange({node.shape[0]})"
        if node in self.plan.stage and node.shape and node not in self.plan.parts:
            return self.empty(node)
        return super().making(node)

    def at(self, node, index):
        return (
            f"{self.name(node)}[{', '.join(index)}]" if node.shape else self.name(node)
        )

    def array(self, node):
        """What a call is given: an array, or a number, which NumPy broadcasts."""
        if node.op == "constant":
            return self.number(node.value, np.dtype(float))[0]
        if node.op == "size":
            return node.settings["word"]
        return self.array(node.inputs[0]) if node.op == "broadcast" else self.name(node)

    def each(self, node):
        inputs = [self.array(it) for it in node.inputs]
        if node.op == "where":
            out = self.name(node)
            self.line(f"np.copyto({out}, {inputs[2]})")
            self.line(f"np.copyto({out}, {inputs[1]}, where={inputs[0]})")
        else:
            self.line(f"np.{node.op}({', '.join(inputs)}, out={self.name(node)})")

    def cast(self, *given):
        if len(given) > 1:
            return super().cast(*given)
        (node,) = given
        self.line(f"{self.name(node)}[...] = {self.array(node.inputs[0])}")

    def broadcast(self, node):
        if node in self.plan.outputs or any(
            it.op not in WRITTEN for it in self.plan.readers[node]
        ):
            self.line(f"{self.name(node)}[...] = {self.array(node.inputs[0])}")

    def constant(self, node):
        self.line(f"{self.name(node)}.fill({self.array(node)})")

    def count(self, node):
        self.name(node)

    def transpose(self, node):
        turned = f"{self.name(node.inputs[0])}.transpose{node.settings['axes']}"
        self.line(f"{self.name(node)}[...] = {turned}")

    def key(self, node, rows):
        """The index as NumPy reads it."""
        rows, found = list(rows), []
        for kind, *words in node.settings["key"]:
            if kind == "from":
                start, step, stop = words
                found.append(
                    f"{start}:{stop}:{step}" if step != 1 else f"{start}:{stop}"
                )
            else:
                found.append(
                    {"new": "None", "at": words[0] if words else ""}.get(kind)
                    or self.name(rows.pop(0))
                )
        return ", ".join(found) or "..."

    def pick(self, node):
        first, *rows = node.inputs
        self.line(
            f"{self.name(node)}[...] = {self.name(first)}[{self.key(node, rows)}]"
        )

    def place(self, node):
        first, *rows = node.inputs
        out, key = self.name(node), self.key(node, rows)
        if not node.shape:
            return self.let(out, f"{self.name(first)}.sum()")
        self.line(f"{out}.fill(0)")
        if rows:
            self.line(f"np.add.at({out}, np.s_[{key}], {self.name(first)})")
        else:
            self.line(f"{out}[{key}] += {self.name(first)}")

    def sum(self, node, function):
        axes, kept = node.settings["axis"], node.settings["keepdims"]
        x = self.name(node.inputs[0])
        if node.shape == ():
            return self.let(self.name(node), f"{x}.{function}()")
        axis = axes[0] if len(axes) == 1 else axes
        kept = ", keepdims=True" if kept else ""
        self.line(f"{x}.{function}(axis={axis}{kept}, out={self.name(node)})")

    def total(self, node):
        self.sum(node, "sum")

    def largest(self, node):
        self.sum(node, "max")

    def matmul(self, node):
        turn = ".T" if len(node.shape) == 2 else ".mT"
        a, b = (
            self.name(it) + turn * t
            for it, t in zip(node.inputs, node.settings["turned"])
        )
        self.line(f"np.matmul({a}, {b}, out={self.name(node)})")

    def join(self, node):
        axis, ends = node.settings["axis"], ["0"]
        for piece in node.inputs:
            ends.append(plus([*ends[-1].split(" + "), piece.shape[axis]]))
            if not self.plan.is_placed(piece, node):
                place = ":, " * axis + ":".join(ends[-2:])
                self.line(f"{self.name(node)}[{place}] = {self.name(piece)}")


def root(node):
    """The node whose numbers another shows, in another shape."""
    while node.op in ("reshape", "part", "broadcast") and node.inputs:
        node = node.inputs[0]
    return node


JS_PRODUCTS = {  # out = a b; an a or b that is turned stands in memory as its columns
    (False, False): """
    // out (rows, columns) = a (rows, inner) b (inner, columns)
    function product(out, a, b, rows, inner, columns) {
        out.fill(0);
        for (let i = 0; i < rows; i++)
            for (let k = 0; k < inner; k++)
                for (let j = 0; j < columns; j++)
                    out[i * columns + j] += a[i * inner + k] * b[k * columns + j];
    }""",
    (True, False): """
    // out (rows, columns) = aᵀ b, a (inner, rows), b (inner, columns)
    function product_aT(out, a, b, rows, inner, columns) {
        out.fill(0);
        for (let k = 0; k < inner; k++)
            for (let i = 0; i < rows; i++)
                for (let j = 0; j < columns; j++)
                    out[i * columns + j] += a[k * rows + i] * b[k * columns + j];
    }""",
    (False, True): """
    // out (rows, columns) = a bᵀ, a (rows, inner), b (columns, inner)
    function product_bT(out, a, b, rows, inner, columns) {
        for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) {
                let sum = 0;
                for (let k = 0; k < inner; k++) sum += a[i * inner + k] * b[j * inner + k];
                out[i * columns + j] = sum;
            }
    }""",
    (True, True): """
    // out (rows, columns) = aᵀ bᵀ, a (inner, rows), b (columns, inner)
    function product_aT_bT(out, a, b, rows, inner, columns) {
        for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) {
                let sum = 0;
                for (let k = 0; k < inner; k++) sum += a[k * rows + i] * b[j * inner + k];
                out[i * columns + j] = sum;
            }
    }""",
}
JS_ROW = """
    // the place of an index, which counts from the end if it is negative
    function row(i, n) {
        if (!(i >= -n && i < n)) throw new RangeError(`an index must be below ${n}, got ${i}`);
        return i < 0 ? i + n : i;
    }"""


class JavaScript(Loops):
    """The plan in the words of JavaScript: a function of the open sizes makes the program."""

    side, end = 1, ";"
    reserved = {
        *"row Math Infinity NaN Number product product_aT product_bT product_aT_bT".split()
    } | {
        *"break case catch class const continue debugger default delete do else export extends "
        "false finally for function if import in instanceof let new null return static super "
        "switch this throw true try typeof undefined var void while with yield".split()
    }

    def __init__(self, *given):
        self.products = set()
        super().__init__(*given)

    def lasts(self, given):
        return False

    def let(self, name, text, changes=False):
        self.line(f"{'let' if changes else 'const'} {name} = {text}")

    def begin(self, letter, size):
        head = f"for (let {letter} = 0; {letter} < {size}; {letter}++) {{"
        self.lines.append("    " * self.depth + head)
        self.depth += 1

    def close(self):
        self.depth -= 1
        self.lines.append("    " * self.depth + "}")

    def number(self, value, dtype):
        if dtype.kind == "b":
            return str(bool(value)).lower(), 9
        text = str(value).removesuffix(".0")
        text = text.replace("inf", "Infinity").replace("nan", "NaN")
        return text, 9 if value >= 0 else 7

    def cast(self, written, before, dtype):
        text, strength = written
        if before is not None and before.kind == "b" != dtype.kind:
            return f"Number({text})", 9
        if before is not None and before.kind == "f" and dtype.kind in "iu":
            return f"Math.trunc({text})", 9
        if before == np.float64 and dtype == np.float32:
            return f"Math.fround({text})", 9
        return written

    def at(self, node, index):
        name = self.name(node)
        if not self.is_array(node):
            return name
        terms = []
        for d, i in enumerate(index):
            stride = times(node.shape[d + 1 :])
            if i != "0":
                i = f"({i})" if "+" in i and stride != "1" else i
                terms.append(i if stride == "1" else f"{i} * {stride}")
        return f"{name}[{' + '.join(terms) or 0}]"

    def matrix(self, node, letters):
        name, shape = self.name(node), node.shape
        if len(shape) == 2:
            return name
        batch = beside(Node("", (), shape[:-2], node.dtype), letters)
        start = self.at(node, (*batch, "0", "0"))[len(name) + 1 : -1]
        return f"{name}.subarray({start}, {start} + {times(shape[-2:])})"

    def multiply(self, node, a, b, out):
        turned = tuple(node.settings["turned"])
        self.products.add(turned)
        name = "product" + "_aT" * turned[0] + "_bT" * turned[1]
        inner = node.inputs[0].shape[-2 if turned[0] else -1]
        sizes = ", ".join((node.shape[-2], inner, node.shape[-1]))
        self.line(f"{name}({out}, {a}, {b}, {sizes})")

    def copy(self, given, name):
        self.line(f"{given}.set({name})")

    def empty(self, node):
        return f"new {JS_ARRAYS[node.dtype.name]}({times(node.shape)})"

    def making(self, node):
        if node.op == "array":
            numbers = node.settings["data"].data.ravel()
            written = ", ".join(self.number(it, node.dtype)[0] for it in numbers)
            return f"{JS_ARRAYS[node.dtype.name]}.of({written})"
        return super().making(node)

    def part(self, name, start, stop, shape):
        return f"{name}.subarray({start}, {stop})"

    def view(self, name, shape):
        return name

    def source(self):
        inputs = [self.names[it] for it in self.inputs]
        results = [
            f"{name}.slice()" if node.shape else name
            for name, node in zip(self.results, self.plan.outputs)
        ]
        helpers = [JS_PRODUCTS[it] for it in JS_PRODUCTS if it in self.products]
        helpers += [JS_ROW] * any("row(" in line for line in self.lines)
        result = results[0] if len(results) == 1 else f"[{', '.join(results)}]"
        return "\n".join(
            [
                wrapped(f"function {self.title}(", self.sizes, ") {"),
                *(f"    const {name} = {text};" for name, text in self.room),
                *(text.removeprefix("\n") for text in helpers),
                wrapped("    return function (", inputs, ") {"),
                *(f"        const {name} = {text};" for name, text in self.views),
                *("    " + line for line in self.lines),
                f"        return {result};" if results else "",
                "    };",
                "}",
                "",
            ]
        )
