"""Loops: in which loop each node of a program is computed, and how that is written.

A `Plan` puts neighbours into one loop: so their numbers need no arrays in between, and
memory is walked through once. `Loops` writes the plan as Python, which Numba makes
machine code of.
"""

import keyword
import re

import numpy as np

from nnlib.programs import GIVEN, KNOWN, SUMS, WRITTEN, plus

LETTERS = "ijklpqrs"  # of the loops
SHORT = {
    "matmul": "product",
    "join": "joined",
    "total": "total",
    "largest": "largest",
    "place": "placed",
}


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
        own = ("place", "matmul", "join")  # these are computed in their array
        whole |= {it for it in self.kept if it.op in own and it.shape}
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


def root(node):
    """The node whose numbers another shows, in another shape."""
    while node.op in ("reshape", "part", "broadcast") and node.inputs:
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
    reserved = {
        "np",
        "empty",
        "arange",
        "row",
        "room",
        "range",
        "inf",
        "nan",
        *keyword.kwlist,
    }

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
            base = root(node)
            if made and is_view(node) and base in self.plan.stage and not base.shape:
                self.let(self.names[node], made)  # of a number, which is new each time
            elif made:
                fleeting = base.op in ("input", "part") and not self.lasts(base)
                place = self.views if fleeting else self.room
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
            word = node.settings["word"]
            written = word, 9 if word.isidentifier() else 5
            return self.cast(written, np.dtype(int), node.dtype)
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
        letters = letters[len(letters) - len(batch) :]
        index = ["0" if n == "1" else i for n, i in zip(batch, letters)]
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
                index[axis] = " + ".join([plus(before), index[axis]][not before :])
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
        used = set(
            re.findall(r"(?<![.\w])\w+", "\n".join([*self.lines, *map(str, self.room)]))
        )
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


NUMPYS = {"empty", "arange", "inf", "nan", *WRITTEN} | {
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
