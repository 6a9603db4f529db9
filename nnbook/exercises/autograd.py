"""Exercises of *Autograd*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib.autograd import Tensor, grad


def arrays(tensors):
    """The data of Tensors, for comparison; anything else as it is."""
    if isinstance(tensors, (list, tuple)):
        return [arrays(it) for it in tensors]
    return getattr(tensors, "data", tensors) if hasattr(tensors, "inputs") else tensors


# --- on numbers -----------------------------------------------------------------------------

# a·b + a, squared; the first two entries are a and b.
SQUARED = [[], [], [(0, -2.0), (1, 3.0)], [(2, 1), (0, 1)], [(3, -3.0), (3, -3.0)]]
DOUBLED = [[]] + [[(i, 1), (i, 1)] for i in range(60)]
CHAIN = [[]] + [[(i, 1.0)] for i in range(1500)]


def some_tape(rng):
    """A program of a few inputs and several steps, each made of one or two values before it."""
    tape = [[], [], []]
    for _ in range(6):
        places = rng.integers(0, len(tape), rng.integers(1, 3))
        tape.append([(int(it), float(rng.uniform(0.5, 2))) for it in places])
    return [*tape, [(len(tape) - 1, 1.5), (3, -0.5)]]


def tape_cases(rng):
    yield {"tape": [[], [(0, 4.0)]]}
    yield {"tape": [[], [], [(0, 5.0), (1, 2.0)]]}
    yield {"tape": [[], [(0, 2.0)], [(1, 3.0)]]}
    yield {"tape": [[], [(0, 3.0), (0, 3.0)]]}
    yield {"tape": SQUARED}
    yield {"tape": [[], [], [(0, 2.0)], [(1, 1.0)], [(3, 5.0)]]}
    yield {"tape": CHAIN}
    yield {"tape": DOUBLED}
    yield {"tape": some_tape(rng)}
    yield {"tape": some_tape(rng)}


class Tape(list):
    """A tape that says so when its entries are looked at again and again."""

    most = 20  # times for each

    def __init__(self, entries):
        super().__init__(entries)
        self.looked = [0] * len(entries)

    def __getitem__(self, i):
        if isinstance(i, int):
            self.looked[i] += 1
            if self.looked[i] > self.most:
                raise ValueError(
                    f"an entry of the tape is looked at for more than the {self.most}th time: "
                    "visit each once"
                )
        return super().__getitem__(i)


def slopes(answer, tape, **more):
    """The slopes as a list, and those of a second call: nothing is left of the first."""
    first, again = (answer(Tape(tape), **more) for _ in range(2))
    return {"slopes": numbers(first), "slopes, asked again": numbers(again)}


def numbers(found):
    """0 is as good as 0.0, in a list; anything else as it is."""
    if not isinstance(found, list):
        return found
    return [
        float(it) if isinstance(it, (int, float, np.number)) else it for it in found
    ]


WAY_BACK = Code(
    id="autograd.way_back",
    title="The way back, each step once",
    kind="beyond",
    level=2,
    task="""
A program has been recorded as a list, `tape`. Its entry $i$ belongs to the $i$-th value that
was made, and says what that was made of: pairs `(j, rate)`, value $i$ rises `rate` times as
fast as value $j$. Inputs were made of nothing: `[]`. The last value is the result. Return a
list with the slope of the result along each of the values, its own included. Visit each entry
once: one of the programs doubles 60 times.
""",
    cases=tape_cases,
    use=slopes,
    hints=(
        "A list of zeros, one for each value, and a 1 for the last.",
        "`for i in reversed(range(len(tape)))`: when its turn comes, all that used value i has "
        "been visited, and `slopes[i]` is whole.",
        "For each `(j, rate)` of entry i: `slopes[j] += rate * slopes[i]`.",
    ),
    solution='''
def my_way_back(tape):
    """The slope of the last value along each; tape[i] has the pairs (j, rate) of value i."""
    slopes = [0.0] * len(tape)
    slopes[-1] = 1.0
    for i in reversed(range(len(tape))):
        for j, rate in tape[i]:
            slopes[j] += rate * slopes[i]
    return slopes
''',
    mistakes=(
        mistake(
            "the last one counts",
            "A value that is used twice has only its last part: what comes in later takes the "
            "place of what was there. Over several paths rates add: `+=`.",
            ("slopes[j] += rate", "slopes[j] = rate"),
        ),
        mistake(
            "the first one counts",
            "A value that is used twice has only its first part. Over several paths rates add: "
            "`+=`, whether something is there or not.",
            (
                "            slopes[j] += rate * slopes[i]",
                "            slopes[j] = slopes[j] or rate * slopes[i]",
            ),
        ),
        mistake(
            "the oldest first",
            "You go forwards, and hand on slopes that are not there yet. Begin with the last "
            "value: `reversed(range(len(tape)))`.",
            ("reversed(range(len(tape)))", "range(len(tape))"),
        ),
        mistake(
            "nothing to hand on",
            "All slopes are 0. The way back begins with the result, which rises as fast as "
            "itself: its slope is 1.",
            ("    slopes[-1] = 1.0\n", ""),
        ),
        mistake(
            "rates are added along a path",
            "Along a path rates multiply. You add them; they add where paths meet.",
            ("rate * slopes[i]", "rate + slopes[i]"),
        ),
        mistake(
            "only the nearest",
            "You take the rates as they are. A rate says how fast value i rises; how fast the "
            "result does, is that times the slope of i.",
            ("rate * slopes[i]", "rate"),
        ),
        mistake(
            "a 1 everywhere",
            "You begin with a 1 for each value. Only the result rises as fast as itself; the "
            "others get what they are handed.",
            ("[0.0] * len(tape)", "[1.0] * len(tape)"),
        ),
        mistake(
            "handed to the wrong one",
            "Each value keeps what it should hand on: value i is made of j, so j gets what i "
            "has, times the rate.",
            ("slopes[j] += rate * slopes[i]", "slopes[i] += rate * slopes[j]"),
        ),
        mistake(
            "the inputs alone",
            "You return only the slopes of what was made of nothing. The task asks for all of "
            "them, in the order of the tape.",
            (
                "    return slopes",
                "    return [slopes[i] for i in range(len(tape)) if not tape[i]]",
            ),
        ),
        mistake(
            "the way there",
            "Your list is in the order of the way back: turn it round.",
            ("    return slopes", "    return slopes[::-1]"),
        ),
        mistake(
            "path by path",
            "It is right for short programs. But it follows each path by itself, in calls "
            "within calls: of those Python has about a thousand, and 60 doublings have more "
            "paths than there is time. Go through the list, from the end, once.",
            (
                """    for i in reversed(range(len(tape))):
        for j, rate in tape[i]:
            slopes[j] += rate * slopes[i]
""",
                """    def follow(i, slope):
        for j, rate in tape[i]:
            slopes[j] += rate * slope
            follow(j, rate * slope)

    follow(len(tape) - 1, 1.0)
""",
            ),
        ),
        mistake(
            "the tape is used up",
            "The slopes are right, once: you take the entries off the tape, and it is the "
            "caller's. Look at them, and leave them there.",
            (
                "    for i in reversed(range(len(tape))):\n        for j, rate in tape[i]:",
                "    while tape:\n        i = len(tape) - 1\n        for j, rate in tape.pop():",
            ),
        ),
        mistake(
            "the last input is forgotten",
            "Your walk ends before the beginning of the tape: entry 0 is a value like all "
            "others, and entry 1 may be made of it.",
            ("reversed(range(len(tape)))", "range(len(tape) - 1, 1, -1)"),
        ),
        mistake(
            "only whole ones",
            "You skip what has been reached before. A value is used as often as it stands in "
            "the tape, and each use counts.",
            (
                "        for j, rate in tape[i]:\n",
                "        for j, rate in dict(tape[i]).items():\n",
            ),
        ),
    ),
    alternatives=(
        """
        def my_way_back(tape):
            found = {len(tape) - 1: 1}
            for i, made_of in list(enumerate(tape))[::-1]:
                for j, rate in made_of:
                    found[j] = found.get(j, 0) + found.get(i, 0) * rate
            return [found.get(i, 0) for i in range(len(tape))]
        """,
        """
        import numpy as np

        def my_way_back(tape):
            slopes = np.zeros(len(tape))
            slopes[-1] = 1
            i = len(tape)
            while i > 0:
                i -= 1
                for j, rate in tape[i]:
                    slopes[j] = slopes[j] + slopes[i] * rate
            return slopes.tolist()
        """,
    ),
)  # fmt: skip


def twice():
    """What is in a.grad of L = a·a + 1 at 3 after two calls, where every value adds up."""
    made_of = [[], [], [(0, 3.0), (0, 3.0)], [(2, 1), (1, 1)]]
    grad = [0.0] * 4
    for _ in range(2):
        grad[3] = 1.0
        for i in reversed(range(4)):
            for j, rate in made_of[i]:
                grad[j] += rate * grad[i]
    return {6: "a", 12: "b", 18: "c", 36: "d"}[grad[0]]


CALLED_TWICE = Choice(
    id="autograd.called_twice",
    title="Called twice",
    kind="predict",
    level=1,
    task="""
A small library keeps in *every* number a `.grad`, 0 at first. Its `backward` sets that of the
result to 1, goes back as you do, and *adds* what it hands on to `.grad`. You record
$p = a \\cdot a$ and $L = p + c$ at $a = 3$, and call `L.backward()` twice in a row, with nothing
set to zero in between. What is in `a.grad`?
""",
    options={
        "a": (
            "6: the slope",
            "So it would be if each call had a dictionary of its own. Here the second call "
            "finds what the first has left.",
        ),
        "b": (
            "12: twice the slope",
            "That would be two honest calls, added up, and so PyTorch does it, which keeps "
            "gradients in the inputs alone. Here p has a .grad, too: what is in it when its "
            "turn comes for the second time?",
        ),
        "c": (
            "18: three times the slope",
            "Right: 6 from the first call. In the second p.grad is not 1 but 1 + 1, so p hands "
            "on twice as much, 12. A published library of this kind has exactly that fault, "
            "and setting the weights' gradients to zero does not help: p is no weight.",
        ),
        "d": (
            "36: the slope squared",
            "Slopes multiply along a path. Two calls are no path: the second adds to what the "
            "first has left.",
        ),
    },
    right="c",
    truth=twice,
    hints=(
        "After the first call: L.grad = 1, p.grad = 1, a.grad = 3 + 3.",
        "The second call sets L.grad to 1, and adds 1 to p.grad. What does p hand on then?",
    ),
)


# --- on arrays ------------------------------------------------------------------------------


def unbroadcast_cases(rng):
    yield {"g": np.ones((3,)), "shape": (3,)}
    yield {"g": np.array([1.0, 2.0, 4.0]), "shape": ()}
    yield {"g": np.arange(6.0).reshape(2, 3), "shape": (3,)}
    yield {"g": np.arange(6.0).reshape(2, 3), "shape": (2, 1)}
    yield {"g": np.arange(6.0).reshape(2, 3), "shape": (1, 3)}
    yield {"g": np.arange(4.0).reshape(2, 2), "shape": (2, 1)}
    yield {"g": rng.standard_normal((2, 3, 4)), "shape": (3, 1)}
    yield {"g": rng.standard_normal((2, 3, 4)), "shape": (1, 1, 4)}
    yield {"g": rng.standard_normal((2, 3, 4)), "shape": (4,)}
    yield {"g": rng.standard_normal((2, 3, 4)), "shape": (1,)}
    yield {"g": rng.standard_normal((3, 1)), "shape": (1, 1)}
    yield {"g": rng.standard_normal((2, 3)), "shape": (2, 3)}
    yield {"g": rng.standard_normal((4, 3)), "shape": (3,), "dtype": "float32"}
    yield {"g": rng.standard_normal((2, 3)), "shape": (2, 3), "dtype": "float32"}
    yield {"g": np.ones((2, 3)), "shape": (3,), "dtype": "int64"}


def use_unbroadcast(answer, g, shape, dtype="float64"):
    """What comes back, its type, and whether it has a graph, so that it has a gradient."""
    g = Tensor(g)
    back = answer(g, Tensor(np.zeros(shape, dtype)))
    found = {"what comes back": arrays(back)}
    if not hasattr(back, "inputs"):
        return found | {"a Tensor": False}
    return found | {"its type": str(back.dtype), "made of g": g in made_of(back)}


def made_of(tensor):
    """All that a Tensor was computed from, itself included."""
    found = [tensor]
    for it in found:
        found += it.inputs
    return set(found)


UNBROADCAST = Code(
    id="autograd.unbroadcast",
    title="What was copied is added up",
    kind="build",
    level=2,
    task="""
An operation hands back `g`, a Tensor of the shape of its result. `tensor` is one of its
inputs, and may have been broadcast to that shape: axes were put in front, and a 1 became
more. Return the gradient of `tensor` itself, in its shape and, where it is of floats, its
type (`cast(g, dtype=tensor.dtype)`). It has to be made of operations on Tensors,
`g.sum(axes)` and `g.reshape(*shape)`, so that it has a gradient in turn. If nothing was
copied, `g` may come back as it is.
""",
    cases=unbroadcast_cases,
    use=use_unbroadcast,
    hints=(
        "How many axes were put in front? `extra = g.ndim - tensor.ndim`. They are the first.",
        "Behind them, axis i of `tensor` is axis i + extra of `g`: those where the two sizes "
        "differ have grown from 1.",
        "Add up along all of these at once, `g.sum((…))`, with a tuple, and give the sum the "
        "shape of `tensor`: the axes that were 1 are gone.",
    ),
    mistakes=(
        mistake(
            "only the axes in front",
            "You add up along the axes in front. A column (3, 1) beside a matrix (3, 4) has "
            "none, and yet was copied: look for sizes that have grown from 1 as well.",
            ("(*range(extra), *grown)", "(*range(extra),)"),
            ("if extra or grown:", "if extra:"),
        ),
        mistake(
            "only what grew from 1",
            "You add up where a 1 has grown. A row (4,) beside a matrix (3, 4) was copied, "
            "too: an axis was put in front of it.",
            ("(*range(extra), *grown)", "(*grown,)"),
            ("if extra or grown:", "if grown:"),
        ),
        mistake(
            "the mean of the copies",
            "You take the mean. Each copy was used, and over several paths rates add: the sum.",
            ("g.sum((", "g.mean(("),
        ),
        mistake(
            "the largest of the copies",
            "You keep one copy's gradient. Each copy was used, and over several paths rates "
            "add: the sum.",
            ("g.sum((", "g.max(("),
        ),
        mistake(
            "the shape is lost",
            "The numbers are right. But the sum took the axes away that were 1: give it "
            "`tensor`'s shape again.",
            (".reshape(*tensor.shape)", ""),
        ),
        mistake(
            "all of it",
            "You add up everything, whatever the shape. Only the copies of one number belong "
            "together.",
            ("g.sum((*range(extra), *grown)).reshape(*tensor.shape)", "g.sum()"),
        ),
        mistake(
            "cut off from the graph",
            "The numbers are right, and they come from nowhere: `.data` leaves the graph, and "
            "a second gradient finds nothing. Use the Tensor's own `sum` and `reshape`.",
            (
                "g = g.sum((*range(extra), *grown)).reshape(*tensor.shape)",
                "g = Tensor(g.data.sum((*range(extra), *grown)).reshape(tensor.shape))",
            ),
        ),
        mistake(
            "the type is lost",
            "All is right in float64. A float32 weight gets a float64 gradient from you, and "
            "the whole network would follow: `cast(g, dtype=tensor.dtype)`.",
            (
                """    if g.dtype != tensor.dtype and tensor.dtype.kind == "f":
        g = cast(g, dtype=tensor.dtype)
""",
                "",
            ),
        ),
        mistake(
            "as it came",
            "You return g as it is. That is right where nothing was copied; elsewhere it has "
            "the shape of the result, and not that of the input.",
            ("if extra or grown:", "if False:"),
        ),
        mistake(
            "one axis after another",
            "You add up along axis 0, and then along axis 1: but when axis 0 is gone, what was "
            "axis 1 is 0. Give `sum` all of them at once, in a tuple.",
            (
                "g = g.sum((*range(extra), *grown)).reshape(*tensor.shape)",
                """for i in range(extra):
            g = g.sum(i)
        g = g.sum(tuple(i - extra for i in grown)).reshape(*tensor.shape)""",
            ),
        ),
        mistake(
            "counted from the wrong end",
            "Shapes are compared from the right: axis i of `tensor` is axis i + extra of `g`.",
            ("n != g.shape[i + extra]", "n != g.shape[i]"),
        ),
    ),
    alternatives=(
        """
        def my_unbroadcast(g, tensor):
            while g.ndim > tensor.ndim:
                g = g.sum(axis=0)
            for axis, n in enumerate(tensor.shape):
                if n == 1:
                    g = g.sum(axis=axis, keepdims=True)
            if tensor.dtype.kind == "f":
                g = cast(g, dtype=tensor.dtype)
            return g
        """,
        """
        def my_unbroadcast(g, tensor):
            shape = (1,) * (g.ndim - tensor.ndim) + tensor.shape
            axes = tuple(i for i in range(g.ndim) if shape[i] != g.shape[i])
            g = np.sum(g, axis=axes, keepdims=True) if axes else g
            g = g.reshape(tensor.shape)
            return cast(g, dtype=tensor.dtype) if tensor.dtype.kind == "f" else g
        """,
    ),
)  # fmt: skip


def sigmoid_cases(rng):
    yield {"x": np.array([0.0])}
    yield {"x": np.array([-2.0, 1.0])}
    yield {"x": np.array([[-1000.0, 0.5, 1000.0]])}
    yield {"x": np.array([1.0, -3.0], np.float32)}
    yield {"x": np.array(2.0)}
    yield {"x": rng.uniform(-3, 3, (2, 3)), "times": 3.0}
    yield {"x": np.array([-1, 0, 2])}


def use_sigmoid(answer, x, times=1.0):
    """Values, first and second gradient, and whether it is one operation on x."""
    x = Tensor(x)
    with np.errstate(over="raise"):
        out = answer(x)
    found = {"σ(x)": arrays(out)}
    if not hasattr(out, "inputs"):
        return found | {"a Tensor": False}
    found |= {"its type": str(out.dtype), "one operation on x": list(out.inputs) == [x]}
    if x.dtype.kind == "f":
        [slope] = grad((out * times).sum(), [x])
        [curvature] = grad(slope.sum(), [x])
        found |= {"gradient": slope.data, "gradient of the gradient": curvature.data}
    return found


SIGMOID = Code(
    id="autograd.sigmoid",
    title="An operation of your own",
    kind="beyond",
    level=2,
    task="""
Write the sigmoid, $\\sigma(x) = 1 / (1 + e^{-x})$, of a Tensor `x` as *one* operation: two
functions given to `operation`. Made of `exp`, `+` and `/` it would keep four arrays, and
overflow. On the way there you have plain arrays, and for any of them, −1000 included, the
result is exact and without a warning. On the way back you have Tensors: `g`, your own result
`out`, and `x`; return a tuple with one gradient, made of operations, so that it has a gradient,
too. Whole numbers may come in.
""",
    cases=sigmoid_cases,
    use=use_sigmoid,
    rtol=1e-6,  # float32
    hints=(
        "The book's `Sigmoid` knows a form without overflow: $\\frac12 (1 + \\tanh \\frac x2)$.",
        "$\\sigma' = \\sigma (1 - \\sigma)$, and $\\sigma$ is `out`. Times what comes back.",
        "`return operation(forward, gradient)(x)`; `(a,)` is a tuple of one, `(a)` is a.",
    ),
    solution='''
def my_sigmoid(x):
    """1 / (1 + e⁻ˣ) of a Tensor, as one operation; no x overflows."""

    def forward(a):
        return (np.tanh(a * np.float32(0.5)) + 1) * np.float32(0.5)

    def gradient(g, out, a):
        return (g * out * (1 - out),)

    return operation(forward, gradient)(x)
''',
    mistakes=(
        mistake(
            "what comes back is forgotten",
            "Your gradient is σ′ alone. It is right where the result is the end of the program; "
            "elsewhere what comes back, g, has to be handed on: times σ′.",
            ("(g * out * (1 - out),)", "(out * (1 - out),)"),
        ),
        mistake(
            "no gradient of the gradient",
            "Values and gradients are right. But `.data` leaves the graph: your gradient is "
            "made of plain numbers, and what it depends on is lost. Leave `out` a Tensor.",
            ("g * out * (1 - out)", "g * (out.data * (1 - out.data))"),
        ),
        mistake(
            "σ where the slope belongs",
            "You multiply by σ. The slope of σ is σ (1 − σ).",
            ("g * out * (1 - out)", "g * out"),
        ),
        mistake(
            "x where σ belongs",
            "The rule σ (1 − σ) has to be given σ, and that is `out`. You give it x.",
            ("g * out * (1 - out)", "g * a * (1 - a)"),
        ),
        mistake(
            "the slope of tanh",
            "1 − out² is the slope of tanh. That of σ is out (1 − out).",
            ("g * out * (1 - out)", "g * (1 - out * out)"),
        ),
        mistake(
            "several operations",
            "The values are right, and it is no operation of its own: the graph has all the "
            "steps. Give `operation` two functions.",
            (
                "    return operation(forward, gradient)(x)",
                "    return (np.tanh(x * 0.5) + 1) * 0.5",
            ),
        ),
        mistake(
            "the sign is lost",
            "The slope of σ is positive everywhere. The minus of e⁻ˣ has been cancelled by the "
            "one of the fraction.",
            ("(g * out * (1 - out),)", "(-g * out * (1 - out),)"),
        ),
        mistake(
            "large numbers overflow",
            "At −1000 $e^{-x}$ is beyond all numbers, and NumPy warns: take a form that never "
            "leaves the range, such as one with tanh.",
            (
                "(np.tanh(a * np.float32(0.5)) + 1) * np.float32(0.5)",
                "1 / (1 + np.exp(-a))",
            ),
        ),
        mistake(
            "no tuple",
            "An operation has one gradient for each input, and hands them over in a tuple, even "
            "if there is one: `(…,)` with a comma.",
            ("return (g * out * (1 - out),)", "return g * out * (1 - out)"),
        ),
        mistake(
            "half of it",
            "tanh(x/2) runs from −1 to 1. The sigmoid runs from 0 to 1: half of 1 + tanh.",
            (
                "(np.tanh(a * np.float32(0.5)) + 1) * np.float32(0.5)",
                "np.tanh(a * np.float32(0.5))",
            ),
        ),
        mistake(
            "x in place of x/2",
            "It is half of 1 + tanh of x/2. You take tanh of x, and are twice as steep.",
            ("np.tanh(a * np.float32(0.5))", "np.tanh(a)"),
        ),
    ),
    alternatives=(
        """
        def my_sigmoid(x):
            def forward(a):
                small = np.exp(-np.abs(a))
                return np.where(a >= 0, 1, small) / (1 + small)

            def gradient(g, out, a):
                slope = out - out * out
                return [g * slope]

            return operation(forward, gradient)(x)
        """,
        """
        def my_sigmoid(x):
            rule = operation(
                lambda a: 0.5 + 0.5 * np.tanh(a / 2),
                lambda g, out, a: (lambda: out * (1 - out) * g,),
            )
            return rule(x)
        """,
    ),
)  # fmt: skip


# --- beyond ---------------------------------------------------------------------------------


def there_cases(rng):
    yield {"tape": [[], [(0, 4.0)]], "start": 0}
    yield {"tape": [[], [], [(0, 5.0), (1, 2.0)]], "start": 1}
    yield {"tape": [[], [(0, 2.0)], [(1, 3.0)]], "start": 0}
    yield {"tape": [[], [(0, 3.0), (0, 3.0)]], "start": 0}
    yield {"tape": SQUARED, "start": 0}
    yield {"tape": SQUARED, "start": 1}
    yield {"tape": SQUARED, "start": 2}
    yield {"tape": CHAIN, "start": 0}
    yield {"tape": DOUBLED, "start": 3}
    yield {"tape": some_tape(rng), "start": 0}
    yield {"tape": some_tape(rng), "start": 2}


WAY_THERE = Code(
    id="autograd.way_there",
    title="Forward mode",
    kind="beyond",
    level=1,
    task="""
The tape once more: entry $i$ has the pairs `(j, rate)` of value $i$. Now go the other way.
Value `start` rises, at the rate 1. Return a list that says how fast each of the values rises
with it. (What is older than `start`, or not made of it, does not move: 0. `start` itself may be
made of something.)
""",
    cases=there_cases,
    use=slopes,
    hints=(
        "In the order of the tape: what a value is made of stands before it.",
        "Value i rises by the sum of rate times how fast value j rises, over its pairs.",
    ),
    solution='''
def my_way_there(tape, start):
    """How fast each value rises with value `start`; tape[i] has the pairs (j, rate)."""
    rates = [0.0] * len(tape)
    rates[start] = 1.0
    for i in range(start + 1, len(tape)):
        rates[i] = sum(rate * rates[j] for j, rate in tape[i])
    return rates
''',
    mistakes=(
        mistake(
            "nothing moves",
            "All rates are 0: value `start` rises at the rate 1. And it keeps it: a walk that "
            "begins at entry 0 comes past `start`, and may take it away again.",
            ("    rates[start] = 1.0\n", ""),
        ),
        mistake(
            "the latest first",
            "You go backwards, and ask values that do not know yet how fast they rise.",
            ("range(start + 1, len(tape))", "reversed(range(start + 1, len(tape)))"),
        ),
        mistake(
            "rates are added along a path",
            "Along a path rates multiply: rate times how fast value j rises.",
            ("rate * rates[j]", "rate + rates[j]"),
        ),
        mistake(
            "one pair of several",
            "A value made of two rises with both. You keep the last: add them up.",
            (
                "        rates[i] = sum(rate * rates[j] for j, rate in tape[i])\n",
                "        for j, rate in tape[i]:\n            rates[i] = rate * rates[j]\n",
            ),
        ),
        mistake(
            "the result alone",
            "You return how fast the last value rises. Forward mode knows it of all: return "
            "the list.",
            ("    return rates", "    return rates[-1]"),
        ),
        mistake(
            "always the first",
            "You let value 0 rise. The caller says which: `start`.",
            ("rates[start] = 1.0", "rates[0] = 1.0"),
        ),
        mistake(
            "backwards after all",
            "These are the slopes of the last value along each of the others, reverse mode "
            "again. Asked for is how fast each of them rises with value `start`.",
            (
                """    rates[start] = 1.0
    for i in range(start + 1, len(tape)):
        rates[i] = sum(rate * rates[j] for j, rate in tape[i])
""",
                """    rates[-1] = 1.0
    for i in reversed(range(len(tape))):
        for j, rate in tape[i]:
            rates[j] += rate * rates[i]
""",
            ),
        ),
    ),
    alternatives=(
        """
        def my_way_there(tape, start):
            rates = []
            for i, made_of in enumerate(tape):
                own = 1.0 if i == start else 0.0
                if i > start:
                    for j, rate in made_of:
                        own += rates[j] * rate
                rates.append(own)
            return rates
        """,
    ),
)  # fmt: skip

FUNCTIONS = {
    "w₀² w₁": lambda w: w[0] ** 2 * w[1],
    "sum of w³": lambda w: (w**3).sum(),
    "sum of tanh(w)², times the sum of w": lambda w: (np.tanh(w) ** 2).sum() * w.sum(),
    "sum of w": lambda w: w.sum(),
}


def hessian_cases(rng):
    yield {"f": "sum of w³", "w": np.array([2.0]), "v": np.array([1.0])}
    yield {"f": "sum of w³", "w": np.array([2.0, 1.0]), "v": np.array([1.0, 3.0])}
    yield {"f": "w₀² w₁", "w": np.array([1.0, 2.0]), "v": np.array([0.0, 1.0])}
    yield {"f": "w₀² w₁", "w": np.array([1.0, 2.0]), "v": np.array([1.0, -1.0])}
    yield {"f": "sum of w", "w": np.array([1.0, 2.0, 3.0]), "v": np.ones(3)}
    yield {
        "f": "sum of tanh(w)², times the sum of w",
        "w": rng.uniform(-1, 1, (2, 3)),
        "v": rng.standard_normal((2, 3)),
    }


def use_hessian(answer, f, w, v):
    """H v; f is called with a Tensor."""

    def asked(it):
        if not isinstance(it, Tensor):
            raise ValueError("f takes a Tensor: Tensor(w) makes one of an array")
        return FUNCTIONS[f](it)

    return {"H v": answer(asked, w, v)}


HESSIAN_VECTOR = Code(
    id="autograd.hessian_vector",
    title="A product with the Hessian",
    kind="beyond",
    level=1,
    task="""
Write $Hv$ for any function `f`, which maps a Tensor to a Tensor with a single number. `w` is
an array, the place where $H$ is meant, and `v` an array of its shape. Return an array, exact to
rounding. No $H$, and no loop over entries.
""",
    cases=hessian_cases,
    use=use_hessian,
    rtol=1e-12,  # of the best of nudges, 1e-10 would be left
    hints=(
        "`w = Tensor(w)`, then `[slope] = grad(f(w), [w])`: a Tensor with a graph.",
        "How fast f rises along v is one number: `(slope * v).sum()`.",
        "The gradient of that number, as an array: `.data`.",
    ),
    solution='''
def my_hessian_vector(f, w, v):
    """H v of f at w, as the gradient of ∇f · v."""
    w = Tensor(w)
    [slope] = grad(f(w), [w])
    [Hv] = grad((slope * v).sum(), [w])
    return Hv.data
''',
    mistakes=(
        mistake(
            "the gradient, times v",
            "You multiply the gradient by v, number by number. That has first derivatives "
            "only: its sum is one number, and the gradient of it is H v.",
            (
                "    [Hv] = grad((slope * v).sum(), [w])\n    return Hv.data",
                "    return (slope * v).data",
            ),
        ),
        mistake(
            "v comes too late",
            "You take the gradient of the sum of all slopes, and multiply by v afterwards. That "
            "is right where H is diagonal, and nowhere else: v belongs inside.",
            (
                "    [Hv] = grad((slope * v).sum(), [w])\n    return Hv.data",
                "    [Hv] = grad(slope.sum(), [w])\n    return Hv.data * v",
            ),
        ),
        mistake(
            "without v",
            "v has no part in it: this is H times a vector of ones.",
            ("(slope * v).sum()", "slope.sum()"),
        ),
        mistake(
            "cut off from the graph",
            "All zeros: the first gradient has lost its graph, by `.data` or by `again=False`. The "
            "second needs to know what it was made of.",
            ("(slope * v).sum()", "(Tensor(slope.data) * v).sum()"),
        ),
        mistake(
            "the slope along v",
            "This is ∇f · v, how fast f itself rises along v: one number. H v is its gradient.",
            (
                "    [Hv] = grad((slope * v).sum(), [w])\n    return Hv.data",
                "    return (slope * v).sum().data",
            ),
        ),
        mistake(
            "a mean",
            "You take the mean over the entries. The slope along v is a sum.",
            ("(slope * v).sum()", "(slope * v).mean()"),
        ),
        mistake(
            "by differences",
            "Nearly. This is a nudge, with its rounding: take the gradient of ∇f · v, which is "
            "exact.",
            (
                """    w = Tensor(w)
    [slope] = grad(f(w), [w])
    [Hv] = grad((slope * v).sum(), [w])
    return Hv.data""",
                """    [up] = grad(f(one := Tensor(w + 1e-4 * v)), [one])
    [down] = grad(f(two := Tensor(w - 1e-4 * v)), [two])
    return (up.data - down.data) / 2e-4""",
            ),
        ),
        mistake(
            "the gradient",
            "You return the first gradient. One more: that of its product with v.",
            (
                "    [Hv] = grad((slope * v).sum(), [w])\n    return Hv.data",
                "    return slope.data",
            ),
        ),
    ),
    alternatives=(
        """
        def my_hessian_vector(f, w, v):
            place, along = Tensor(w), Tensor(v)
            slope = grad(f(place), [place])[0]
            product = slope * along
            while product.ndim:
                product = product.sum(axis=0)
            return grad(product, [place], again=False)[0].data
        """,
        """
        def my_hessian_vector(f, w, v):
            w = Tensor(w)
            [slope] = grad(f(w), [w])
            return vjp(slope, [w], Tensor(v))[0].data
        """,
    ),
)  # fmt: skip

EXERCISES = (
    WAY_BACK,
    CALLED_TWICE,
    UNBROADCAST,
    SIGMOID,
    WAY_THERE,
    HESSIAN_VECTOR,
)
