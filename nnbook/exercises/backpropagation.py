"""Exercises of *Backpropagation*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import Layer, Linear, Network, Tanh

FUNCTIONS = {
    "θ₀³": lambda t: t[0] ** 3,
    "θ₀² − 3 θ₀ θ₁³": lambda t: t[0] ** 2 - 3 * t[0] * t[1] ** 3,
    "sum of (k + 1) sin θₖ": lambda t: np.sum(
        np.arange(1, t.size + 1).reshape(t.shape) * np.sin(t)
    ),
}


def function_cases(rng):
    """Functions by name, so that a failing case can be read; from one number to a matrix."""
    yield {"f": "θ₀³", "theta": np.array([2.0]), "h": 1.0}
    yield {"f": "θ₀² − 3 θ₀ θ₁³", "theta": np.array([1.0, 2.0]), "h": 0.5}
    yield {"f": "θ₀² − 3 θ₀ θ₁³", "theta": [3, 1]}
    yield {"f": "sum of (k + 1) sin θₖ", "theta": np.zeros((2, 3))}
    yield {"f": "sum of (k + 1) sin θₖ", "theta": rng.uniform(0.2, 1.2, (2, 3))}


def use_numerical(answer, f, theta, **h):
    """The slopes; the array of the caller is not nudged, not even for a moment."""
    before = np.array(theta, float)

    def watched(t):
        if np.shape(t) != before.shape:
            mend = "hand over all of theta, with one entry nudged"
            if np.ndim(t) and np.size(t) == before.size:
                mend = ".reshape it before the call"
            raise ValueError(
                f"an array of theta's shape, {before.shape}, is what f takes, and it is given one "
                f"of shape {np.shape(t)}: {mend}"
            )
        if np.shares_memory(t, theta) and not np.array_equal(t, before):
            raise ValueError(
                "the array that is nudged is the caller's own: whoever looks at theta meanwhile "
                "sees a wrong one. np.array(theta, dtype=np.float64) is a copy, np.asarray is not"
            )
        return FUNCTIONS[f](t)

    return answer(watched, theta, **h)


TIMES_ENTRY = (
    "You nudge by h times the entry. That is another run where an entry is large, and none where "
    "it is 0: nudge each by `h` itself, and divide by 2h."
)
NUMERICAL = Code(
    id="gradcheck.numerical_gradient",
    title="The gradient by nudges",
    kind="build",
    level=2,
    task="""
Write the numerical gradient of any function `f`, which maps an array to a number. `theta`
is an array of any shape, or a list. Nudge each entry up by `h` and down by `h`, the others
left alone, and return an array of theta's shape with all the slopes, in `float64`. The
caller's `theta` stays as it is.
""",
    cases=function_cases,
    use=use_numerical,
    rtol=1e-8,  # of float32, 1e-7 would be left
    hints=(
        "A copy to work on, in floating point: `theta = np.array(theta, dtype=np.float64)`.",
        "`for i in np.ndindex(theta.shape)` meets each entry of an array of any shape, as "
        "`theta[i]`.",
        "For each entry: remember its value, set it to value + h, call f, set it to value − h, "
        "call f, and put the value back before the next entry has its turn.",
    ),
    mistakes=(
        mistake(
            "nudged one way only",
            "You nudge up only, and compare with f at θ itself. It goes in the right "
            "direction, but the error is of the order of h; a nudge both ways makes it h².",
            ("        theta[i] = value - h\n", "        theta[i] = value\n"),
            ("(2 * h)", "h"),
        ),
        mistake(
            "down to the start only",
            "Your second nudge ends at θ itself: after `+= h`, `-= h` is back where it began. "
            "f below belongs to θ − h.",
            ("        theta[i] = value - h\n", "        theta[i] = value\n"),
        ),
        mistake(
            "divided by h",
            "Each slope is twice as large as it should be: from θ − h to θ + h is a run of 2h, "
            "and you divide by h.",
            ("(2 * h)", "h"),
        ),
        mistake(
            "the wrong way round",
            "Every sign is wrong: the slope is f above minus f below. You subtract the other "
            "way round.",
            ("(up - down)", "(down - up)"),
        ),
        mistake(
            "the entry is not put back",
            "The first slope is right. After that, the entries before still sit at value − h: "
            "put each value back before you nudge the next.",
            ("        theta[i] = value\n", ""),
        ),
        mistake(
            "all entries nudged together",
            "You nudge all entries at once, so every slope is that of the whole. Move one "
            "entry, leave the others where they are.",
            ("theta[i] = value + h\n        up = f(theta)", "up = f(theta + h)"),
            ("theta[i] = value - h\n        down = f(theta)", "down = f(theta - h)"),
        ),
        mistake(
            "whole numbers stay whole",
            "If theta came as integers, your array holds integers, and 3.00001 is stored as 3: "
            "no nudge at all. Ask for floating point, `dtype=np.float64`, when you copy.",
            (", dtype=np.float64", ""),
        ),
        mistake(
            "rows in place of entries",
            "It is right for a vector. Of a matrix `theta[i]` is a whole row, so you nudge a "
            "row at a time: walk over the entries with `np.ndindex(theta.shape)`.",
            ("np.ndindex(theta.shape)", "range(len(theta))"),
            ("value = theta[i]", "value = theta[i].copy()"),
        ),
        mistake(
            "nudged down only",
            "You nudge down only, and compare with f at θ itself: the error is of the order "
            "of h. Go up as well, and divide by 2h, which makes it h².",
            ("        theta[i] = value + h\n", "        theta[i] = value\n"),
            ("(2 * h)", "h"),
        ),
        mistake(
            "brackets around 2h",
            "You divide by 2 and then multiply by h: `/ 2 * h` is `(… / 2) * h`. Write `/ (2 "
            "* h)`.",
            ("(2 * h)", "2 * h"),
        ),
        mistake(
            "h fixed",
            "You nudge by 1e-5, whatever `h` the caller asks for: use the argument.",
            ("    f = checks.nudged(f, theta, h)\n", "    h = 1e-5\n"),
        ),
        mistake(
            "nudges of h/2",
            "You nudge by h/2 to each side. The task asks for h up and h down, a run of 2h.",
            ("    f = checks.nudged(f, theta, h)\n", "    h = h / 2\n"),
        ),
        mistake(
            "a nudge in proportion",
            "Your nudge grows with the entry, and you divide by another run: each entry moves "
            "by h, whatever its size.",
            ("theta[i] = value + h", "theta[i] = value * (1 + h)"),
            ("theta[i] = value - h", "theta[i] = value * (1 - h)"),
        ),
        mistake(
            "whole numbers stay whole in the copy",
            "If theta came as integers, your copy holds integers, and 3.00001 is stored as 3: "
            "no nudge at all. Ask for floating point, `dtype=np.float64`, when you copy.",
            (", dtype=np.float64", ""),
            ("np.empty_like(theta)", "np.zeros(theta.shape)"),
        ),
        mistake(
            "one array, two names",
            "Each slope is 0: both calls of f saw the same numbers. `t = theta` makes a "
            "second name for the array, no copy: `t = theta.copy()`.",
            ("        up = f(theta)\n", ""),
            ("down = f(theta)", "up = down = f(theta)"),
        ),
        mistake(
            "the sign is lost",
            "A slope may be negative: you take the absolute value of the difference.",
            ("(up - down)", "abs(up - down)"),
        ),
        mistake(
            "return in the loop",
            "Only the first slope is there: is the `return` inside of the loop? It ends the "
            "walk.",
            (
                "        grad[i] = (up - down) / (2 * h)\n    return grad",
                "        grad[i] = (up - down) / (2 * h)\n        return grad",
            ),
            ("np.empty_like(theta)", "np.zeros_like(theta)"),
        ),
        mistake(
            "all slopes added up",
            "You return one number, the sum of all slopes. The gradient has one for each "
            "entry, in theta's shape.",
            ("return grad", "return grad.sum()"),
        ),
        mistake(
            "in a row",
            "The slopes are right, in a row. Give them theta's shape: "
            "`.reshape(theta.shape)`, or fill an array made with `np.zeros_like(theta)`.",
            ("return grad", "return grad.ravel()"),
        ),
        mistake(
            "one slope for all entries",
            "You nudge all entries at once, and return one number. The gradient has a slope "
            "for each entry: move one, leave the others where they are.",
            (
                "    grad = np.empty_like(theta)\n",
                "    return (f(theta + h) - f(theta - h)) / (2 * h)\n"
                "    grad = np.empty_like(theta)\n",
            ),
        ),
        mistake(
            "a row at a time, and not put back",
            "It is right for a vector. Of a matrix `theta[i]` is a whole row, and the value that "
            "you remember is a view of it, which moves with it: walk over the entries with "
            "`np.ndindex(theta.shape)`.",
            ("for i in np.ndindex(theta.shape):", "for i in range(len(theta)):"),
        ),
        mistake(
            "nudged by a part of the entry",
            TIMES_ENTRY,
            ("value + h", "value + h * value"),
            ("value - h", "value - h * value"),
            ("(2 * h)", "(2 * h * value)"),
        ),
        mistake(
            "nudged by a part of the entry, or by h",
            TIMES_ENTRY,
            ("value + h", "value + h * max(1, abs(value))"),
            ("value - h", "value - h * max(1, abs(value))"),
            ("(2 * h)", "(2 * h * max(1, abs(value)))"),
        ),
        mistake(
            "nudges that stay",
            "The first slope is right. From then on all entries before are nudged as well: begin "
            "each time with a nudge that is 0 everywhere else.",
            ("    grad = np.empty_like(theta)\n",
             "    grad, e = np.empty_like(theta), np.zeros_like(theta)\n"),
            ("        theta[i] = value + h\n        up = f(theta)\n",
             "        e[i] = h\n        up = f(theta + e)\n"),
            ("        theta[i] = value - h\n        down = f(theta)\n",
             "        down = f(theta - e)\n"),
        ),
        mistake(
            "another h to begin with",
            "If nobody asks for an `h`, yours is so small that rounding is all that is left. "
            "The stub's 1e-5 is near the best.",
            ("h=1e-5", "h=1e-16"),
        ),
        mistake(
            "half of the digits",
            "Your copy is in float32, with 7 digits: a nudge of 1e-5 is lost in its rounding. "
            "Ask for `dtype=np.float64`.",
            ("np.array(theta, dtype=np.float64)", "np.array(theta, dtype=np.float32)"),
        ),
        mistake(
            "a mean of slopes",
            "You divide each slope by the number of entries. They are slopes of one function, "
            "each along its own entry: nothing is averaged.",
            ("(2 * h)", "(2 * h * theta.size)"),
        ),
    ),
    alternatives=(
        """
        def my_numerical_gradient(f, theta, h=1e-5):
            theta = np.asarray(theta, float)
            steps = h * np.eye(theta.size).reshape(-1, *theta.shape)
            slopes = [(f(theta + e) - f(theta - e)) / (2 * h) for e in steps]
            return np.array(slopes).reshape(theta.shape)
        """,
        """
        def my_numerical_gradient(f, theta, h=1e-5):
            shape = np.shape(theta)
            flat = np.array(theta, float).ravel()
            grad = np.zeros(len(flat))
            for i in range(len(flat)):
                flat[i] += h
                grad[i] += f(flat.reshape(shape)) / 2 / h
                flat[i] -= 2 * h
                grad[i] -= f(flat.reshape(shape)) / 2 / h
                flat[i] += h
            return grad.reshape(shape)
        """,
    ),
)  # fmt: skip


def gradient_of_doubled_batch():
    """How dW of a batch changes when each of its examples stands in it twice."""
    from nnlib import mse

    x, w = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5], [-1.0]])
    y = np.array([[1.0], [0.0]])
    once = x.T @ mse(x @ w, y)[1]
    x, y = np.tile(x, (2, 1)), np.tile(y, (2, 1))
    factors = {"a": 1, "b": 2, "c": 0.5, "d": 4}
    twice = x.T @ mse(x @ w, y)[1]
    return next(key for key, c in factors.items() if np.allclose(twice, c * once))


TWICE = Choice(
    id="layers.each_example_twice",
    title="Every example twice",
    kind="predict",
    level=1,
    task="""
You append a copy of the batch to itself: each example is now in it twice. The loss is a
mean over the batch, and a weight's gradient adds up what all its rows contribute. What
happens to $dW$?
""",
    options={
        "a": (
            "it stays the same",
            "Right: twice as many rows add up, and each carries half as much, because the "
            "loss divides its dz by n. The gradient of a mean is the mean of the gradients.",
        ),
        "b": (
            "it doubles",
            "It would if the loss were a sum. There are twice as many rows to add up, yes. But "
            "what has the loss divided each row of its dz by?",
        ),
        "c": (
            "it halves",
            "Each row of dz is half as large, yes, because the loss divides by n. And how many "
            "rows does xᵀ dz add up now?",
        ),
        "d": (
            "it becomes four times as large",
            "Nothing is counted twice over: dz gets smaller as the batch grows. Look at the "
            "formula of dz in the loss, and then at the sum over rows in xᵀ dz.",
        ),
    },
    right="a",
    truth=gradient_of_doubled_batch,
    hints=(
        "What happens to the loss itself?",
        "Two things change: the number of rows that xᵀ dz adds up, and the size of each row of "
        "dz. By which factors?",
    ),
)


def linear_cases(rng):
    yield {"x": [[1.0, 2.0]], "W": [[1.0, -1.0], [2.0, 0.0]], "da": [[1.0, 3.0]]}
    yield {
        "x": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
        "W": [[1.0, -1.0], [2.0, 0.0]],
        "da": [[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]],
    }
    yield {
        "x": [[1.0], [2.0]],
        "W": [[1.0, 0.0, 2.0]],
        "da": np.ones((2, 3)),
        "need_dx": False,
    }
    n, k, m = rng.permutation([3, 4, 5])
    draw = rng.standard_normal
    yield {"x": draw((n, k)), "W": draw((k, m)), "da": draw((n, m))}  # fmt: skip


def use_linear(answer, x, W, da, **need_dx):
    """`backward` after some `forward`; dW and db still hold numbers of the step before."""
    x, W, da = np.array(x), np.array(W), np.array(da)
    layer = object.__new__(answer)
    layer.x, layer.W, layer.b = x, W, np.full(W.shape[1], 0.5)
    layer.n_in, layer.n_out = W.shape
    dW = layer.dW = np.full(W.shape, 7.0)
    db = layer.db = np.full(W.shape[1], 7.0)
    dx = layer.backward(da, **need_dx)
    return {
        "the array dW (7 before)": dW,
        "the array db (7 before)": db,
        "dx, returned": dx,
    }


LINEAR = Code(
    id="layers.Linear.backward",
    title="The way back through a linear layer",
    kind="build",
    level=2,
    base="Linear",
    task="""
Write `backward`. `da` is how the loss changes with the layer's output; `forward` has left
its input in `self.x`. Write the gradients of the weights into the arrays `self.dW` and
`self.db`, which exist already and may hold numbers of the step before, and return `dx`.
With `need_dx=False` do not compute it: return nothing.
""",
    cases=linear_cases,
    use=use_linear,
    hints=(
        "The three formulas stand above, with dz for what is called `da` here. The shapes of "
        "dW and W are the same.",
        "`self.dW[...] = …` writes into the array that is there; `self.dW = …` makes the name "
        "stand for a new one.",
        "`self.dW[...] = self.x.T @ da`; the bias gets the sum over the rows, axis 0; and what "
        "is returned is da times W transposed.",
    ),
    mistakes=(
        mistake(
            "new arrays for dW and db",
            "The arrays dW and db still hold what they held before. `self.dW = …` makes a new "
            "array, and `dW = …` a name that ends with the call: whoever holds the old array "
            "sees neither. Write into it: `self.dW[...] = …`, and db alike.",
            ("np.matmul(x.T, rows, out=self.dW)", "self.dW = x.T @ rows"),
            ("rows.sum(axis=0, out=self.db)", "self.db = rows.sum(axis=0)"),
        ),
        mistake(
            "a new array for dW",
            "db is right. The array dW still holds what it held before: `self.dW = …` makes a "
            "new array, which whoever holds the old one never sees. Write into it, "
            "`self.dW[...] = …`, as you do it with db.",
            ("np.matmul(x.T, rows, out=self.dW)", "self.dW = x.T @ rows"),
        ),
        mistake(
            "added to what was there",
            "You add to the numbers of the step before (some libraries do, and have to be set "
            "to zero each time). Here each backward overwrites: `[...] =`, not `+=`.",
            ("np.matmul(x.T, rows, out=self.dW)", "self.dW += x.T @ rows"),
            ("rows.sum(axis=0, out=self.db)", "self.db += rows.sum(axis=0)"),
        ),
        mistake(
            "W not transposed",
            "dW and db are right. dx is da @ W, and x_ij gets its share from each neuron k at "
            "the rate W_jk: that is da times W transposed. If W is square, only a measurement "
            "notices.",
            ("da @ self.W.T", "da @ self.W"),
        ),
        mistake(
            "divided by n again",
            "You divide by the number of rows. The 1/n has come in already: the loss divided "
            "its dz by n, so a layer only adds.",
            (
                "np.matmul(x.T, rows, out=self.dW)",
                "self.dW[...] = x.T @ rows / len(rows)",
            ),
            (
                "rows.sum(axis=0, out=self.db)",
                "self.db[...] = rows.sum(axis=0) / len(rows)",
            ),
        ),
        mistake(
            "db is a mean",
            "dW is right. db is the mean of da's rows and should be their sum: a bias is used "
            "by every example, and over several paths rates add.",
            ("rows.sum(axis=0, out=self.db)", "rows.mean(axis=0, out=self.db)"),
        ),
        mistake(
            "db adds up the columns",
            "dW is right. db adds up each row of da, `axis=1`: that is a number for each "
            "example. A bias belongs to a neuron, a column: `axis=0`.",
            ("rows.sum(axis=0, out=self.db)", "self.db[...] = rows.sum(axis=1)"),
        ),
        mistake(
            "nothing is done without dx",
            "With `need_dx=False` you do nothing at all. It is dx alone that nobody needs: dW and "
            "db are written in any case.",
            ("        x, rows", "        if not need_dx:\n            return\n        x, rows"),
        ),
        mistake(
            "dx is always computed",
            "All three are right. But with `need_dx=False` nobody reads dx, and it costs as "
            "much as dW: skip it.",
            ("        if need_dx:\n    ", ""),
        ),
        mistake(
            "a new array for db",
            "dW is right. The array db still holds what it held before. If you write "
            "`self.db = …`, that makes a new array, which whoever holds the old one never sees: "
            "write into it, `self.db[...] = …`, as you do it with dW.",
            ("rows.sum(axis=0, out=self.db)", "self.db = rows.sum(axis=0)"),
        ),
        mistake(
            "added to the old db",
            "dW is right. To db you add what the step before left: `[...] =`, not `+=`.",
            ("rows.sum(axis=0, out=self.db)", "self.db += rows.sum(axis=0)"),
        ),
        mistake(
            "dW is a mean",
            "db is right. You divide dW by the number of rows: the 1/n has come in already, "
            "with the loss.",
            (
                "np.matmul(x.T, rows, out=self.dW)",
                "self.dW[...] = x.T @ rows / len(rows)",
            ),
        ),
        mistake(
            "one db for all neurons",
            "You add up all of da, for one number. Each neuron has a bias of its own: "
            "`axis=0`.",
            ("rows.sum(axis=0, out=self.db)", "self.db[...] = rows.sum()"),
        ),
        mistake(
            "dx is not returned",
            "dW and db are right. dx is never returned: with `need_dx` the layer before is "
            "waiting for it.",
            ("return da @ self.W.T", "da @ self.W.T"),
        ),
        mistake(
            "need_dx the wrong way round",
            "`need_dx` is true where dx is needed: you return it in the other case.",
            ("if need_dx", "if not need_dx"),
        ),
        mistake(
            "da handed on",
            "What you return is da, the gradient of this layer's output. dx is that of its "
            "input: da times W transposed.",
            ("return da @ self.W.T", "return da"),
        ),
        mistake(
            "zeros for dx",
            "With `need_dx=False` you return zeros. Whoever takes them for a gradient would "
            "never know: return nothing.",
            (
                "        if need_dx:\n            return da @ self.W.T",
                "        return da @ self.W.T if need_dx else np.zeros_like(x)",
            ),
        ),
        mistake(
            "dW transposed",
            "Your dW is transposed: row j belongs to input j, column k to neuron k. That is "
            "`x.T @ da`. If W is square, only a measurement notices.",
            (
                "np.matmul(x.T, rows, out=self.dW)",
                "self.dW[...] = (rows.T @ x).reshape(self.W.shape)",
            ),
        ),
        mistake(
            "added to the old dW",
            "db is right. To dW you add what the step before left: `[...] =`, not `+=`.",
            ("np.matmul(x.T, rows, out=self.dW)", "self.dW += x.T @ rows"),
        ),
        mistake(
            "the last row alone",
            "Only the last row counts: with `=` in a loop each row overwrites the one before. "
            "Every example has its share: set the arrays to 0, and then add.",
            (
                "np.matmul(x.T, rows, out=self.dW)",
                "self.dW[...] = np.outer(x[-1], rows[-1])",
            ),
            ("rows.sum(axis=0, out=self.db)", "self.db[...] = rows[-1]"),
        ),
        mistake(
            "the first row of dx alone",
            "dW and db are right. Of dx only the first row is there: is the `return` inside of "
            "the loop? It ends the walk.",
            (
                "            return da @ self.W.T",
                "            dx = np.zeros_like(x)\n"
                "            dx[0] = da[0] @ self.W.T\n"
                "            return dx",
            ),
        ),
        mistake(
            "the sums multiplied",
            "You add up over the examples first, and multiply then. Each example's x belongs to "
            "its own da: multiply example by example, and add up those, `self.x.T @ da`.",
            (
                "np.matmul(x.T, rows, out=self.dW)",
                "self.dW[...] = np.outer(x.sum(axis=0), rows.sum(axis=0))",
            ),
        ),
        mistake(
            "dW in place of W",
            "dx is da times the weights transposed, W, and not times their gradient, dW.",
            ("da @ self.W.T", "da @ self.dW.T"),
        ),
    ),
    alternatives=(
        """
        class MyLinear(Linear):
            def backward(self, da, need_dx=True):
                self.dW[:] = np.einsum("ij,ik->jk", self.x, da)
                self.db[:] = np.ones(len(da)) @ da
                return np.einsum("ik,jk->ij", da, self.W) if need_dx else None
        """,
        """
        class MyLinear:
            def backward(self, da, need_dx=True):
                self.dW.fill(0)
                self.db.fill(0)
                for row, out in zip(self.x, da):
                    self.dW += np.outer(row, out)
                    self.db += out
                if need_dx:
                    return np.array([self.W @ out for out in da])
        """,
    ),
)  # fmt: skip


def linear(W):
    return Linear(*W.shape, init=lambda *_, rng: W, rng=np.random.default_rng(0))


class Times(Layer):
    """a = w x + x² / 2, with one learnt number; it writes down when it is called."""

    params = ("w",)

    def __init__(self, w, number, calls):
        self.w, self.dw = np.array([float(w)]), np.zeros(1)
        self.number, self.calls = number, calls

    def forward(self, x):
        self.x = x
        return self.w * x + x**2 / 2

    def backward(self, da):
        self.calls.append(self.number)
        self.dw[...] = (da * self.x).sum()
        return da * (self.w + self.x)


def network_cases(rng):
    yield {"w": [2.0], "x": [[3.0]], "dz": [[1.0]]}
    yield {"w": [1.0, 2.0], "x": [[1.0]], "dz": [[0.5]]}
    yield {"w": [1.0, 0.0, 2.0], "x": [[1.0], [-1.0]], "dz": [[1.0], [2.0]]}
    yield {"w": [1.0, 2.0], "x": [[0.5]], "dz": [[1.0]], "bend": True}
    yield {
        "w": rng.uniform(0.5, 2, 4),
        "x": rng.uniform(0.1, 0.9, (5, 3)),
        "dz": rng.uniform(0.2, 1, (5, 2)),
        "first": rng.uniform(0.1, 0.9, (3, 2)),
    }


def use_network(answer, w, x, dz, first=None, bend=False):
    """`forward`, then `backward`, of layers that write down who is called; behind a Linear
    layer with the weights `first`, if there are any, and with a Tanh before the last of them."""
    calls = []
    layers = [Times(value, i, calls) for i, value in enumerate(w)]
    if first is not None:
        layers.insert(0, linear(first))
    if bend:
        layers.insert(-1, Tanh())
    net = answer(*layers, dtype=np.float64)
    x, dz = np.array(x), np.array(dz)
    net.forward(x)
    grad = net.grad
    net.backward(dz)
    if net.grad is not grad:
        raise ValueError(
            "the network's grad is another array now, and the layers' windows lead into the one "
            "that was there. They write into it by themselves: nothing has to be collected"
        )
    seen = {"order of the layers": [*calls], "grad": net.grad.copy()}
    calls.clear()
    net.forward(np.concatenate([2 * x, x]))  # the next batch, of another size
    net.backward(np.concatenate([dz, 3 * dz]))
    seen |= {
        "order for the next batch": [*calls],
        "grad of the next batch": net.grad.copy(),
    }
    return seen | {"theta": net.theta}


PASSED_ON = 'da = checks.array(layer.backward(da), layer, "backward", self.dtype)'
NETWORK = Code(
    id="network.Network.backward",
    title="The way back through a network",
    kind="build",
    level=1,
    base="Network",
    task="""
Write the `backward` of a network: `dz` is how the loss changes with the last layer's
output. Send it back through `self.layers`; each layer's `backward` writes its own
gradients, which are windows into `self.grad`, and returns what the layer before it needs.
There is nothing to return. The check has layers of its own: layer $i$ computes
$a = w_i\\, x + \\frac12 x^2$, and notes when it is asked. In one case a `Linear` stands first.
""",
    cases=network_cases,
    use=use_network,
    hints=(
        "`forward` is a loop, too: each layer gets what the one before it returned.",
        "`reversed(self.layers)` goes from the last to the first.",
        "In the loop `da = layer.backward(da)`: what a layer returns is what the next call gets.",
    ),
    mistakes=(
        mistake(
            "from the first to the last",
            "You begin with the first layer. But dz belongs to the output of the last: walk "
            "backwards, `reversed(self.layers)`.",
            ("reversed(others)", "self.layers[:-1]"),
            ("first, *others = self.layers", "*_, first = self.layers"),
        ),
        mistake(
            "the same dz for every layer",
            "Each layer is given the dz of the loss. It needs the gradient of its own output, "
            "which is what the layer behind it has returned: `da = layer.backward(da)`.",
            (PASSED_ON, "layer.backward(da)"),
        ),
        mistake(
            "layers that learn nothing are left out",
            "You pass over the layers that have no parameters. They have nothing to learn, but a "
            "slope: the gradient goes through each layer, Tanh and ReLU included.",
            (PASSED_ON, f"if layer.params:\n                {PASSED_ON}"),
        ),
        mistake(
            "the first layer forgotten",
            "The first layer is never asked, so its gradient stays 0. It is true that nobody "
            "needs its dx, but its W and b do need their gradients.",
            ("first.backward(da, **self.no_dx)", "pass"),
        ),
        mistake(
            "return in the loop",
            "Only the last layer is asked. Is there a `return` inside of the loop? It ends "
            "the whole walk.",
            (PASSED_ON, "return layer.backward(da)"),
        ),
        mistake(
            "divided by n again",
            "You divide by the number of rows. The loss has done it: its dz carries the 1/n.",
            (
                "da = np.asarray(dz, self.dtype)",
                "da = np.asarray(dz, self.dtype) / len(dz)",
            ),
        ),
        mistake(
            "a step as well",
            "The gradient is right, and you take a step with it at once. `backward` says how "
            "the loss changes; how far θ moves is for the optimizer to decide.",
            (
                "first.backward(da, **self.no_dx)",
                "first.backward(da, **self.no_dx)\n        self.theta -= self.grad",
            ),
        ),
        mistake(
            "the last layer forgotten",
            "The last layer is never asked. dz is the gradient of *its* output: begin with "
            "it.",
            (
                "    for layer in reversed(others):",
                "    for layer in reversed(others[:-1]):",
            ),
            (
                "first.backward(da, **self.no_dx)",
                "first.backward(da, **self.no_dx) if others else None",
            ),
        ),
        mistake(
            "divided by n in each layer",
            "You divide by the number of rows in each layer. The loss has done it, once and "
            "for all.",
            (PASSED_ON, "da = layer.backward(da) / len(da)"),
        ),
        mistake(
            "multiplied once more",
            "You multiply what a layer returns by what it was given. A layer has done so: its "
            "dx is the whole answer.",
            (PASSED_ON, "da = da * layer.backward(da)"),
        ),
        mistake(
            "a way past each layer",
            "You add what a layer returns to what it was given, as if the gradient had a way "
            "past the layer. Its dx takes the place of da.",
            (PASSED_ON, "da = da + layer.backward(da)"),
        ),
        mistake(
            "forward on the way back",
            "You call `forward` on the way back. It is each layer's `backward` that takes a "
            "gradient.",
            (PASSED_ON, "da = layer.forward(da)"),
            ("first.backward(da, **self.no_dx)", "first.forward(da)"),
        ),
        mistake(
            "0 in the end",
            "In the end the gradient is 0: it is set to 0 after the layers have written it, or "
            "`self.grad` is another array by then. The layers overwrite, so nothing has to be "
            "cleared.",
            ('checks.attached(self, "grad")', "self.grad[...] = 0"),
        ),
        mistake(
            "the sign turned in each layer",
            "You turn the sign at each layer. The gradient points uphill; the minus belongs "
            "into the step of whoever goes down.",
            (PASSED_ON, "da = -layer.backward(da)"),
        ),
        mistake(
            "added to the batch before",
            "It is right for the first batch. Then you add the gradient of the batch before. "
            "The layers overwrite what is there, and that is all that is needed.",
            (
                "        da = np.asarray(dz, self.dtype)\n",
                "        da, before = np.asarray(dz, self.dtype), self.grad.copy()\n",
            ),
            ('checks.attached(self, "grad")', "self.grad += before"),
        ),
    ),
    alternatives=(
        """
        class MyNetwork(Network):
            def backward(self, dz):
                for layer in self.layers[::-1]:
                    dz = layer.backward(dz)
        """,
        """
        class MyNetwork(Network):
            def backward(self, dz):
                i = len(self.layers)
                while i > 0:
                    i -= 1
                    dz = self.layers[i].backward(dz)
                return dz
        """,
    ),
)  # fmt: skip


def two_layer_cases(rng):
    yield {
        "x": np.array([[1.0]]), "y": np.array([[0.0, 0.0]]),
        "W1": np.array([[1.0, -2.0]]), "b1": np.array([1.0, 1.0]),
        "W2": np.array([[2.0, 1.0], [3.0, -1.0]]), "b2": np.array([-1.0, 0.0]),
    }  # fmt: skip
    n, k, hidden, m = 5, 3, 4, 2
    for scale, size in ((1, 1), (10, 1), (1, 1e-4)):  # hidden units that are tiny, too
        draw = rng.standard_normal
        yield {
            "x": draw((n, k)), "y": scale * draw((n, m)),
            "W1": size * draw((k, hidden)), "b1": size * draw(hidden),
            "W2": draw((hidden, m)), "b2": draw(m),
        }  # fmt: skip


BY_HAND = Code(
    id="network.gradients_by_hand",
    title="It trains, and it is wrong",
    kind="diagnose",
    level=2,
    task="""
No classes, no layers: a two-layer network and all its gradients in ten lines. It trains,
and a published tutorial with the same mistake learns to read digits. But a gradient check
says that `dW2` and `db2` are right, and `dW1` and `db1` are not. One line is wrong. Find
and mend it.
""",
    cases=two_layer_cases,
    returns=("dW1", "db1", "dW2", "db2"),
    hints=(
        "What is right behind a line, and wrong in front of it, goes wrong in that line: dz is "
        "right, dW1 is not.",
        "Three lines lie between them: da, dh and dW1. Which units let the gradient through, "
        "and which should?",
        "`a` is the output of the ReLU. Which numbers in it are not at least 0?",
    ),
    broken="every unit is open",
    solution='''
def my_gradients_by_hand(x, y, W1, b1, W2, b2):
    """dW1, db1, dW2, db2 of the mean of (z − y)², z = ReLU(x W1 + b1) W2 + b2."""
    h = x @ W1 + b1
    a = np.maximum(h, 0)
    z = a @ W2 + b2

    dz = 2 * (z - y) / z.size
    dW2, db2 = a.T @ dz, dz.sum(axis=0)
    da = dz @ W2.T
    dh = da * (h > 0)
    dW1, db1 = x.T @ dh, dh.sum(axis=0)
    return dW1, db1, dW2, db2
''',
    mistakes=(
        mistake(
            "every unit is open",
            "The gradient still passes through every unit. A ReLU is a gate, open where its "
            "input h was above 0; its output a is never below 0, so `a >= 0` is always true.",
            ("(h > 0)", "(a >= 0)"),
        ),
        mistake(
            "the gate is the wrong way round",
            "The closed units pass their gradient, and the open ones do not: the slope of ReLU "
            "is 1 where h is above 0.",
            ("(h > 0)", "(h < 0)"),
        ),
        mistake(
            "ReLU of the gradient",
            "You cut off the negative gradients. The gate does not ask for the gradient's "
            "sign, but for the sign of what went forward: h.",
            ("da * (h > 0)", "np.maximum(da, 0)"),
        ),
        mistake(
            "multiplied by the output",
            "You multiply by a, the output of the ReLU. Its slope is 1 where h is above 0, "
            "however large a is.",
            ("(h > 0)", "a"),
        ),
        mistake(
            "the gate at the output",
            "The last layer has no ReLU: z may be negative, and its gradient passes. "
            "The gate belongs to the hidden units.",
            ("da * (h > 0)", "(dz * (z > 0)) @ W2.T"),
        ),
        mistake(
            "multiplied by h",
            "You multiply by h. A gate is open or closed, 1 or 0: it asks whether h is above "
            "0, not how far.",
            ("(h > 0)", "h"),
        ),
        mistake(
            "the gate before the bias",
            "You ask whether x @ W1 is above 0, before the bias. What the ReLU got is h, bias "
            "included.",
            ("(h > 0)", "(x @ W1 > 0)"),
        ),
        mistake(
            "−1 for the closed units",
            "The sign of h is −1 where a unit is closed. What it lets through is 0.",
            ("(h > 0)", "np.sign(h)"),
        ),
        mistake(
            "open a little",
            "A closed unit passes a hundredth with you: that is the slope of a leaky ReLU. "
            "This one is closed for good.",
            ("(h > 0)", "np.where(h > 0, 1, 0.01)"),
        ),
        mistake(
            "the slope of a sigmoid",
            "a (1 − a) is the slope of a sigmoid. The units are ReLUs: 1 where h is above 0, "
            "else 0.",
            ("(h > 0)", "a * (1 - a)"),
        ),
        mistake(
            "dW1 past the gate",
            "db1 has gone through the gate, dW1 has not: it takes dh as well.",
            ("x.T @ dh", "x.T @ da"),
        ),
        mistake(
            "db1 past the gate",
            "dW1 has gone through the gate, db1 has not: it adds up the rows of dh as well.",
            ("dh.sum(axis=0)", "da.sum(axis=0)"),
        ),
        mistake(
            "dW2 before the ReLU",
            "dW2 takes what the second layer got on the way there. That is a, behind the "
            "ReLU, not h.",
            ("a.T @ dz", "h.T @ dz"),
        ),
        mistake(
            "without the 2",
            "The square brings a factor 2 with it: the derivative of (z − y)² is 2 (z − y). "
            "That line was right.",
            ("2 * (z - y) / z.size", "(z - y) / z.size"),
        ),
        mistake(
            "divided by the rows alone",
            "The loss is a mean over all numbers of z, rows times columns: `z.size`. That "
            "line was right.",
            ("z.size", "len(z)"),
        ),
        mistake(
            "W2 not transposed",
            "da is dz @ W2.T, and that line was right: a unit gets its share from each output "
            "at the rate of the weight between them.",
            ("dz @ W2.T", "dz @ W2"),
        ),
        mistake(
            "db1 adds up the columns",
            "db1 has a number for each hidden unit, so it adds up the rows: `axis=0`, as that "
            "line had it.",
            ("dh.sum(axis=0)", "dh.sum(axis=1)"),
        ),
        mistake(
            "the gate at the output alone",
            "The last layer has no ReLU: z may be negative, and its gradient passes. The gate "
            "belongs to the hidden units, between da and dh.",
            ("/ z.size", "/ z.size * (z > 0)"),
            ("da * (h > 0)", "da"),
        ),
        mistake(
            "the gate alone",
            "Only the gate is left of dh: along a path rates multiply, so it is da times the "
            "gate.",
            ("da * (h > 0)", "1.0 * (h > 0)"),
        ),
    ),
    alternatives=(
        """
        def my_gradients_by_hand(x, y, W1, b1, W2, b2):
            a = x @ W1 + b1
            a[a < 0] = 0
            dz = 2 * (a @ W2 + b2 - y) / y.size
            dh = np.where(a > 0, dz @ W2.T, 0.0)
            return x.T @ dh, dh.sum(0), a.T @ dz, dz.sum(0)
        """,
        # At h = 0 the slope of a ReLU is a choice: whoever lets the gradient pass has mended the
        # line, too.
        """
        def my_gradients_by_hand(x, y, W1, b1, W2, b2):
            h = x @ W1 + b1
            a = np.maximum(h, 0)
            z = a @ W2 + b2
            dz = 2 * (z - y) / z.size
            dh = dz @ W2.T * (h >= 0)
            return x.T @ dh, dh.sum(axis=0), a.T @ dz, dz.sum(axis=0)
        """,
    ),
)  # fmt: skip


def scale_cases(rng):
    yield {"s": [5.0], "x": [[2.0]], "da": [[3.0]]}
    yield {"s": [0.0, 2.0], "x": [[4.0, 3.0]], "da": [[1.0, 2.0]]}
    yield {
        "s": [1.0, -2.0],
        "x": [[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]],
        "da": [[1.0, 1.0], [2.0, 0.0], [5.0, -1.0]],
    }
    n, k = 4, rng.integers(5, 8)
    draw = rng.standard_normal
    yield {"s": draw(k), "x": draw((n, k)), "da": draw((n, k))}


def use_scale(answer, s, x, da):
    """In a network: s and ds are windows, and ds holds numbers of the step before."""
    x, da = np.array(x), np.array(da)
    layer = answer(len(s))
    start, layer.s, ds = layer.s, np.array(s), np.full(len(s), 7.0)
    params = getattr(layer, "params", ())
    layer.ds = ds
    return {
        "forward(x)": layer.forward(x),
        "dx": layer.backward(da),
        "the array ds (7 before)": ds,
        "s of a new layer": start,
        "params": params if isinstance(params, str) else tuple(params),
    }


SCALE = Code(
    id="layers.Scale",
    title="A layer with one factor for each column",
    kind="beyond",
    level=2,
    given=("__init__",),
    task="""
Write a layer that learns one factor for each column: $a_{ij} = s_j\\, x_{ij}$. Where is
$s_j$ used, and at what rate? Where is $x_{ij}$? Derive `ds` and `dx` with the two rules,
along a path and over several. Then put it between two `Linear` layers, and let
`gradient_check` judge it.
""",
    cases=scale_cases,
    use=use_scale,
    hints=(
        "`s * x` does it on the way there: a vector meets each row of the batch.",
        "s_j is used by every example i, at the rate x_ij: its paths add up over the rows.",
        "`ds` is the sum over axis 0 of da · x, number by number, written into `self.ds[...]`; "
        "dx is da · s.",
    ),
    solution='''
class MyScale(Layer):
    """a = s x: a learnt factor s for each column."""

    params = ("s",)

    def __init__(self, n):
        self.s, self.ds = np.ones(n), np.zeros(n)

    def forward(self, x):
        self.x = x
        return self.s * x

    def backward(self, da):
        self.ds[...] = np.sum(da * self.x, axis=0)
        return da * self.s
''',
    mistakes=(
        mistake(
            "a new array for ds",
            "The array ds still holds what it held before: `self.ds = …` makes a new array, and "
            "`ds = …` a name that ends with the call. The network's window into `grad` is "
            "written by `self.ds[...] = …`.",
            ("self.ds[...] =", "self.ds ="),
        ),
        mistake(
            "added to what was there",
            "You add to the ds of the step before. Each backward overwrites: `[...] =`, not `+=`.",
            ("self.ds[...] =", "self.ds[...] +="),
        ),
        mistake(
            "ds is not added up",
            "s_j is used by every example, and da · x has a row for each. Over several paths rates "
            "add: sum over the rows, `axis=0`.",
            ("np.sum(da * self.x, axis=0)", "da * self.x"),
        ),
        mistake(
            "sums before the product",
            "You add up da and x by themselves, and multiply the sums. Each da_ij meets its own "
            "x_ij: multiply number by number, and then add up the rows.",
            ("np.sum(da * self.x, axis=0)", "np.sum(da, axis=0) * np.sum(self.x, axis=0)"),
        ),
        mistake(
            "ds is a mean",
            "You average over the rows. The 1/n came in with the loss; a layer only adds.",
            ("np.sum(", "np.mean("),
        ),
        mistake(
            "ds without x",
            "You add up da alone, as for a bias. s_j multiplies x_ij, so that is the rate at "
            "which it changes the output.",
            ("da * self.x", "da"),
        ),
        mistake(
            "dx without s",
            "You hand da on as it came. x_ij is multiplied by s_j on the way there, so its "
            "gradient is, too.",
            ("return da * self.s", "return da"),
        ),
        mistake(
            "the other factor mistaken",
            "dx carries x in place of s. A product hands each factor what it receives times "
            "the other one: s gets x, and x gets s.",
            ("return da * self.s", "return da * self.x"),
        ),
        mistake(
            "all columns added up",
            "You add up over rows and columns. Each column has a factor of its own, so that "
            "only the rows are added: `axis=0`.",
            (", axis=0", ""),
        ),
        mistake(
            "the sum in place of the product",
            "You add s. It is a factor: s times x.",
            ("return self.s * x", "return self.s + x"),
        ),
        mistake(
            "the output is kept",
            "ds has a factor s too many: did you keep the output, s x, or multiply da by s "
            "before? What `ds` needs are da and x as they came: s_j is used at the rate x_ij.",
            (
                "        self.x = x\n        return self.s * x",
                "        self.x = self.s * x\n        return self.x",
            ),
        ),
        mistake(
            "x by dividing",
            "You get x back by dividing the output by s. Where a factor is 0 that is lost: "
            "keep x in `forward`.",
            (
                "        self.x = x\n        return self.s * x",
                "        self.x = x\n        self.a = self.s * x\n        return self.a",
            ),
            ("np.sum(da * self.x, axis=0)", "np.sum(da * self.a / self.s, axis=0)"),
        ),
        mistake(
            "s for x in ds",
            "ds has s where x should be. A product hands each factor what it receives times "
            "the other one.",
            ("np.sum(da * self.x, axis=0)", "np.sum(da * self.s, axis=0)"),
        ),
        mistake(
            "dx with both factors",
            "dx has both factors. It needs the other one alone: s.",
            ("return da * self.s", "return da * self.s * self.x"),
        ),
        mistake(
            "a product of matrices",
            "`x @ s` adds up the columns. Each number is multiplied by the factor of its "
            "column, and stays: `s * x`.",
            ("return self.s * x", "return x @ self.s"),
        ),
        mistake(
            "begins with 0",
            "A new layer has factors of 0, and lets nothing through. The stub's ones change "
            "nothing at first.",
            ("np.ones(n), np.zeros(n)", "np.zeros(n), np.zeros(n)"),
        ),
        mistake(
            "ds without da",
            "You add up x alone. That is how fast a changes with s_j; how fast the loss changes "
            "with a is da, and along a path rates multiply.",
            ("da * self.x", "self.x"),
        ),
        mistake(
            "ds for each row",
            "`axis=1` adds up each row: that is a number for each example. A factor belongs to "
            "a column: `axis=0`.",
            ("axis=0", "axis=1"),
        ),
        mistake(
            "dx divided by s",
            "You divide by s on the way back. backward does not undo forward: it multiplies by "
            "the rate, which is s.",
            ("return da * self.s", "return da / self.s"),
        ),
        mistake(
            "s alone for dx",
            "You return s, the rate alone. Along a path rates multiply: da times s.",
            ("return da * self.s", "return self.s"),
        ),
        mistake(
            "one factor for all columns",
            "Your layer has one factor for all columns. The stub's `np.ones(n)` has one for "
            "each, and each gets a sum of its own.",
            ("np.ones(n), np.zeros(n)", "np.ones(1), np.zeros(1)"),
            (", axis=0", ""),
        ),
        mistake(
            "a factor for each row",
            "Your factors go with the rows, one for each example. A factor belongs to a "
            "column: in `s * x` a vector meets each row of the batch as it is.",
            ("return self.s * x", "return (x.T * self.s).T"),
            ("axis=0", "axis=1"),
            ("return da * self.s", "return (da.T * self.s).T"),
        ),
        mistake(
            "s added, there and back",
            "You add s, as a bias. It is a factor: s times x.",
            ("return self.s * x", "return self.s + x"),
            ("da * self.x", "da"),
            ("return da * self.s", "return da"),
        ),
        mistake(
            "every column with every other",
            "`x.T @ da` multiplies every column with every other. Column j of x meets column j "
            "of da alone: `da * x`, number by number.",
            ("np.sum(da * self.x, axis=0)", "np.sum(self.x.T @ da, axis=0)"),
        ),
        mistake(
            "the last row alone",
            "Only the last row counts: with `=` in a loop each row overwrites the one before. "
            "Every example has its share: add them up.",
            ("np.sum(da * self.x, axis=0)", "da[-1] * self.x[-1]"),
        ),
        mistake(
            "divided by s",
            "You divide by s. It is a factor: s times x.",
            ("return self.s * x", "return x / self.s"),
        ),
    ),
    alternatives=(
        """
        class MyScale:
            params = ("s",)

            def __init__(self, n):
                self.s, self.ds = np.ones(n), np.zeros(n)

            def forward(self, x):
                self.x = x
                return x @ np.diag(self.s)

            def backward(self, da):
                for j in range(len(self.s)):
                    self.ds[j] = self.x[:, j] @ da[:, j]
                return da @ np.diag(self.s).T
        """,
    ),
)  # fmt: skip


def residual_cases(rng):
    yield {"x": [[2.0]], "da": [[1.0]], "W1": [[3.0]]}
    yield {"x": [[0.5]], "da": [[2.0]], "W1": [[1.0]], "bend": "tanh"}
    yield {
        "x": [[1.0], [2.0], [0.0]],
        "da": [[1.0], [0.0], [2.0]],
        "W1": [[1.0, 2.0]],
        "W2": [[2.0], [0.5]],
    }
    yield {"x": [[1.0, 2.0]], "da": [[3.0, 4.0]]}
    for bend in ("", "tanh", "noise"):
        k, m, n = rng.permutation([2, 3, 4])
        shapes = (n, k), (n, k), (k, m), (m, k)
        x, da, W1, W2 = (rng.standard_normal(shape) for shape in shapes)
        yield {"x": x, "da": da, "W1": W1, "W2": W2} | ({"bend": bend} if bend else {})


class Noise(Layer):
    """Adds 1 while training, and nothing to predict: as a layer with chance in it would."""

    elementwise = True

    def forward(self, x):
        return x + 1

    def backward(self, da):
        return da

    def predict(self, x):
        return x


def use_residual(answer, x, da, bend="", **weights):
    """Around linear layers with these weights and a layer that keeps its output, or behaves
    differently when it predicts; then as a layer of a network, for a step."""
    x, da = np.array(x), np.array(da)
    layers = [linear(np.array(W)) for W in weights.values()]
    residual = answer(*layers, *{"tanh": [Tanh()], "noise": [Noise()]}.get(bend, []))
    seen = {
        "forward(x)": residual.forward(x).copy(),
        "dx": residual.backward(da).copy(),
    }
    if layers:
        seen["dW of the first layer"] = layers[0].dW.copy()
    net = Network(residual, dtype=np.float64)
    net.forward(x)
    net.backward(da)
    net.theta -= 0.1 * net.grad
    if layers:
        seen["W of the first layer after a step"] = layers[0].W
    return seen


RESIDUAL = Code(
    id="layers.Residual",
    title="A second way past the layers",
    kind="beyond",
    level=2,
    given=("__init__",),
    task="""
Very deep networks became trainable when each group of layers was given a bypass
[[He *et al.*, 2016](bibliography.md#he2016)]: the output is $a = x + f(x)$, with layers $f$ in a
row. Write `forward` and `backward` of such a group. Over several paths rates add: which two ways
lead from `x` to `a`? The layers may be any, and some keep the very array that they return: leave it
as it is. Then put yours between two `Linear` layers. A network finds the layers that a layer holds,
and trains them, too: print it, let `gradient_check` judge it, and see the loss fall in some steps.
""",
    cases=residual_cases,
    use=use_residual,
    hints=(
        "`forward`: send x through the layers, keep x as well, and add the two.",
        "The gradient takes both ways back: through the layers in reverse order, and past them.",
        "Past the layers da arrives at x unchanged. So `dx` is da plus what the first layer's "
        "`backward` returns.",
    ),
    solution='''
class MyResidual(Layer):
    """a = x + f(x), with layers f in a row (He et al., 2016)."""

    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        a = x
        for layer in self.layers:
            a = layer.forward(a)
        return x + a

    def backward(self, da):
        dx = da
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        return da + dx
''',
    mistakes=(
        mistake(
            "the way past forgotten",
            "You send the gradient back through the layers only. x also reaches a directly, "
            "at the rate 1: over several paths rates add.",
            ("return da + dx", "return dx"),
        ),
        mistake(
            "no bypass at all",
            "This is f(x), layers in a row. The output is x + f(x), and x has two ways.",
            ("return x + a", "return a"),
            ("return da + dx", "return dx"),
        ),
        mistake(
            "a bypass around each layer",
            "You add da after every layer. There is one bypass, around all of them: add once, "
            "at the end.",
            ("dx = layer.backward(dx)", "dx = da + layer.backward(dx)"),
            ("return da + dx", "return dx"),
        ),
        mistake(
            "rates multiplied",
            "You multiply the two ways. Along a path rates multiply; over several paths they add.",
            ("return da + dx", "return da * dx"),
        ),
        mistake(
            "da is changed",
            "dx is right. But `da += …` changes the array of whoever called: write "
            "`da + dx`, which makes a new one.",
            ("return da + dx", "da += dx\n        return da"),
        ),
        mistake(
            "from the first to the last",
            "The layers' `backward` is called from the first to the last. The gradient enters "
            "at the last: `reversed(self.layers)`.",
            ("reversed(self.layers)", "self.layers"),
        ),
        mistake(
            "written into a layer's output",
            "`forward` adds x into the array that the last layer has returned. Some layers "
            "keep it: `Tanh` needs it on the way back, and now it is another. Make a new one, "
            "`x + a`.",
            ("return x + a", "a += x\n        return a"),
        ),
        mistake(
            "written into a layer's output, beside a copy of x",
            "`forward` adds x into the array that the last layer has returned. Some layers "
            "keep it: `Tanh` needs it on the way back, and now it is another. Make a new one, "
            "`past + x`.",
            ("        a = x\n", "        a = x.copy()\n"),
            ("return x + a", "a += x\n        return a"),
        ),
        mistake(
            "written into a layer's dx",
            "dx is right here, but you add da into the array that a layer has returned, which "
            "may be da itself: `da + dx` makes a new one.",
            ("return da + dx", "dx += da\n        return dx"),
        ),
        mistake(
            "no bypass on the way there",
            "`backward` takes both ways, `forward` only the one through the layers: the "
            "output is x + f(x).",
            ("return x + a", "return a"),
        ),
        mistake(
            "1 in place of da",
            "The way past has the rate 1, and a rate multiplies what comes: 1 times da. You "
            "add the number 1.",
            ("return da + dx", "return 1 + dx"),
        ),
        mistake(
            "x in place of da",
            "You add x. Past the layers it is the gradient that goes back: da.",
            ("        a = x\n", "        a = self.x = x\n"),
            ("return da + dx", "return self.x + dx"),
        ),
        mistake(
            "the way through forgotten",
            "You send da past the layers only: x reaches a through the layers, too, and over "
            "several paths rates add.",
            ("return da + dx", "return 2 * da"),
        ),
        mistake(
            "the same da for every layer",
            "Each layer is given the da of the whole. It needs the gradient of its own "
            "output: what the layer behind it has returned, `dx = layer.backward(dx)`.",
            ("dx = layer.backward(dx)", "layer.backward(da)"),
        ),
        mistake(
            "a mean of both ways",
            "You halve the sum. The output is x + f(x), both whole.",
            ("return x + a", "return (x + a) / 2"),
        ),
        mistake(
            "subtracted",
            "The output is x + f(x): you subtract.",
            ("return x + a", "return x - a"),
        ),
        mistake(
            "layers predict on the way there",
            "You call `predict` of the layers. In training it is `forward`: some layers "
            "behave differently, and keep what `backward` needs only there.",
            ("a = layer.forward(a)", "a = layer.predict(a)"),
        ),
        mistake(
            "a bypass around each layer, there and back",
            "You add what went into each layer to what comes out of it, layer by layer. There "
            "is one bypass, around all of them: add x once, at the end.",
            ("a = layer.forward(a)", "a = a + layer.forward(a)"),
            ("return x + a", "return a"),
            ("dx = layer.backward(dx)", "dx = dx + layer.backward(dx)"),
            ("return da + dx", "return dx"),
        ),
        mistake(
            "a way past each layer on the way back",
            "On the way back you go past each layer. There is one bypass, around all of them: "
            "add da once, at the end.",
            ("dx = layer.backward(dx)", "dx = dx + layer.backward(dx)"),
            ("return da + dx", "return dx"),
        ),
        mistake(
            "past each layer, and past all",
            "On the way back you go past each layer, and then past all of them. There is one "
            "bypass, around all: add da once, at the end.",
            ("dx = layer.backward(dx)", "dx = dx + layer.backward(dx)"),
        ),
        mistake(
            "x for every layer",
            "Each layer is given x. They are in a row: each gets what the one before it has "
            "returned, `a = layer.forward(a)`.",
            ("a = layer.forward(a)", "a = layer.forward(x)"),
        ),
        mistake(
            "layers side by side",
            "Each layer is given x, and you add up what they return, as if they stood side by "
            "side. They are in a row: `a = layer.forward(a)`.",
            ("        a = x\n", "        a = 0\n"),
            ("a = layer.forward(a)", "a = a + layer.forward(x)"),
            ("        dx = da\n", "        dx = 0\n"),
            ("dx = layer.backward(dx)", "dx = dx + layer.backward(da)"),
        ),
        mistake(
            "the first layer alone",
            "Only the first layer is asked. There may be any number: walk through all of "
            "`self.layers`.",
            ("in self.layers:", "in self.layers[:1]:"),
            ("reversed(self.layers)", "self.layers[:1]"),
        ),
        mistake(
            "the way past subtracted",
            "You subtract what goes past the layers. The output is x + f(x), and over several "
            "paths rates add.",
            ("return x + a", "return a - x"),
            ("return da + dx", "return dx - da"),
        ),
        mistake(
            "x overwritten",
            "You return f(x) twice: x was overwritten on the way through the layers. Keep it "
            "under a name of its own.",
            ("return x + a", "return a + a"),
        ),
        mistake(
            "da overwritten",
            "You add what came through the layers twice: da was overwritten on the way. Keep it "
            "under a name of its own.",
            ("return da + dx", "return dx + dx"),
        ),
        mistake(
            "the last layer forgotten",
            "The last layer is never asked on the way back. da is the gradient of *its* output: "
            "begin with it.",
            ("reversed(self.layers)", "reversed(self.layers[:-1])"),
        ),
        mistake(
            "1 in place of x",
            "You add 1. Past the layers goes x itself: x + f(x); 1 is the rate of that way.",
            ("return x + a", "return 1 + a"),
        ),
        mistake(
            "the ways multiplied on the way there",
            "You multiply the two ways. The output is their sum, x + f(x).",
            ("return x + a", "return x * a"),
        ),
        mistake(
            "every dx added up",
            "You add what every layer returns. x has two ways to the output: what the first "
            "layer's `backward` returns, and da. The rest is on the way.",
            ("        dx = da\n", "        dx = total = da\n"),
            (
                "            dx = layer.backward(dx)\n",
                "            dx = layer.backward(dx)\n            total = total + dx\n",
            ),
            ("return da + dx", "return total"),
        ),
    ),
    alternatives=(
        """
        class MyResidual(Layer):
            def __init__(self, *layers):
                self.layers = list(layers)

            def forward(self, x):
                past = x
                for layer in self.layers:
                    x = layer.forward(x)
                return np.add(past, x)

            def backward(self, da):
                past = da.copy()
                for layer in self.layers[::-1]:
                    da = layer.backward(da)
                return np.add(da, past)
        """,
    ),
)  # fmt: skip

EXERCISES = (NUMERICAL, TWICE, LINEAR, NETWORK, BY_HAND, SCALE, RESIDUAL)
