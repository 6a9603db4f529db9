"""Languages: the same plan in NumPy's calls, and in JavaScript.

`Loops` says what is done; these classes say it with other words.
"""

import numpy as np

from nnlib.loops import Loops, beside, is_view, root, wrapped
from nnlib.programs import GIVEN, SUMS, WRITTEN, Node, plus, times

JS_ARRAYS = {
    "float64": "Float64Array",
    "float32": "Float32Array",
    "int64": "Int32Array",
    "int32": "Int32Array",
    "bool": "Uint8Array",
}


class Calls(Loops):
    """The same in NumPy's own loops: one call after another, into arrays made once."""

    def share(self):
        """A call writes where it reads, or where nobody reads any more; names stay true."""
        plan, free = self.plan, []
        order = [node for stage in plan.stages for node in stage.nodes]
        last = {root(it): i for i, node in enumerate(order) for it in node.inputs}
        lasting = {*plan.outputs, *plan.changed, *plan.parts}
        lasting |= {root(it) for it in plan.outputs} | {
            it[0] for it in plan.parts.values()
        }

        def take(node, places):
            for it in places:
                owner = plan.owner(it)
                like = (it.shape, it.dtype) == (node.shape, node.dtype)
                if like and not owner.name:
                    plan.instead[node], owner.name = owner, node.name
                    return owner

        for i, node in enumerate(order):
            given = plan.changed.get(node)
            read = dict.fromkeys(map(root, node.inputs))
            ends = [it for it in read if last[it] == i and it not in lasting]
            ends = [it for it in ends if it.op not in GIVEN and plan.owner(it).shape]
            taken = None
            if given and node.op in WRITTEN and last.get(given, i) <= i:
                plan.instead[node] = given
            elif given:
                plan.copies.append((given, node))
            elif node.op in WRITTEN and node not in plan.parts:
                taken = take(node, [] if node.op == "where" else ends)
                taken = taken or take(node, reversed(free))
            free = [it for it in free if it is not taken]
            owners = [plan.owner(it) for it in ends]
            free += [it for it in owners if it is not taken and not it.name]

    def write(self, stage):
        if all(it.shape == () and it.op not in SUMS for it in stage.nodes):
            return super().write(stage)  # numbers
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
        if node.op == "where" and inputs[2] == "0.0":  # a number times False
            self.line(f"np.multiply({inputs[1]}, {inputs[0]}, out={self.name(node)})")
        elif node.op == "where":
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
        lasting = node in self.plan.outputs or node in self.plan.changed
        if lasting or any(it.op not in WRITTEN for it in self.plan.readers[node]):
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

    def total(self, node, function="add"):
        x, axes = self.name(node.inputs[0]), node.settings["axis"]
        if node.shape == ():
            return self.let(self.name(node), f"np.{function}.reduce({x}, axis=None)")
        kept = ", keepdims=True" if node.settings["keepdims"] else ""
        given = f"{x}, axis={axes[0] if len(axes) == 1 else axes}{kept}"
        self.line(f"np.{function}.reduce({given}, out={self.name(node)})")

    def largest(self, node):
        self.total(node, "maximum")

    def matmul(self, node):
        flat = len(node.shape) == 2
        a, b = (
            self.name(it) + (".T" if flat else ".mT") * turned
            for it, turned in zip(node.inputs, node.settings["turned"])
        )
        function = "dot" if flat else "matmul"
        self.line(f"np.{function}({a}, {b}, out={self.name(node)})")

    def join(self, node):
        axis, ends = node.settings["axis"], ["0"]
        for piece in node.inputs:
            ends.append(plus([*ends[-1].split(" + "), piece.shape[axis]]))
            if not self.plan.is_placed(piece, node):
                place = ":, " * axis + ":".join(ends[-2:])
                self.line(f"{self.name(node)}[{place}] = {self.name(piece)}")


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
        *"row Math Infinity NaN Number product product_aT product_bT".split()
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
        if is_view(node) and not root(node).shape:
            return f"{JS_ARRAYS[node.dtype.name]}.of({self.name(root(node))})"
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
