"""Exercises of *Optimizers*."""

import numpy as np

from nnbook.exercises.gradient_descent import (
    ONE_FOR_ALL,
    UPHILL,
    drawn,
    in_float32,
    no_rate,
    not_in_place,
    steps,
)
from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice

NOT_KEPT = (
    "It is right for one step. Then it has forgotten: what an optimizer remembers is made "
    "once, at the first step, and kept in self."
)
FIXED = (
    "Your {name} is always {value}. That is only the default: `__init__` is told which one to "
    "take, and keeps it in self."
)
SQUARE_FROM_START = (
    "You begin with the first gradient, or its square, as if it were already a mean. In this "
    "book the means start at zero."
)

FIRST_TWICE = mistake(  # of velocities
    "the first gradient twice",
    "You begin with the first gradient, and then add it once more. Begin with zeros: "
    "β · 0 + g is g.",
    ("self.v = np.zeros_like(theta)", "self.v = grad.copy()"),
)


def momentum_cases(rng):
    yield {"theta": [0.0], "gradients": [[2.0]], "lr": 0.5, "beta": 0.5}
    yield {"theta": [0.0], "gradients": [[2.0], [2.0]], "lr": 0.5, "beta": 0.5}
    yield {
        "theta": [0.0, 0.0],
        "gradients": [[1.0, 1.0], [1.0, -1.0], [1.0, 1.0]],
        "lr": 1.0,
    }
    yield in_float32(
        {"theta": [0.0], "gradients": [[2.0], [2.0]], "lr": 0.5, "beta": 0.5}
    )
    yield {
        "theta": [0.0],
        "gradients": np.array([[100.0], [1.0]]),
        "lr": 0.5,
        "beta": 0.5,
    }
    yield drawn(rng, lr=rng.uniform(0.1, 0.5), beta=rng.uniform(0.3, 0.45))


MOMENTUM = Code(
    id="optimizers.Momentum",
    title="Momentum",
    kind="build",
    level=1,
    task="""
Write the class. The velocity starts at zero, with the shape of θ, which you learn at the
first step. Each step does $v \\leftarrow \\beta v + g$, then
$\\theta \\leftarrow \\theta - \\eta v$, in place.
""",
    cases=momentum_cases,
    use=steps,
    hints=(
        "`self.v = None` in `__init__`; at the first step it becomes `np.zeros_like(theta)`.",
        "First the new velocity, then the step with it.",
    ),
    mistakes=(
        not_in_place("self.lr * self.v"),
        mistake(
            "a running mean",
            "Your velocity is a mean, (1 − β) g. That is done, too, with η 1/(1 − β) times as "
            "large. In this book it is a sum: the gradient comes in whole.",
            ("self.v += grad", "self.v += (1 - self.beta) * grad"),
        ),
        mistake(
            "a step with the old velocity",
            "You move before the new gradient is in the velocity, so that each gradient "
            "counts one step late. First v, then θ.",
            (
                "self.v *= self.beta\n        self.v += grad\n        theta -= self.lr * self.v",
                "theta -= self.lr * self.v\n        self.v *= self.beta\n        self.v += grad",
            ),
        ),
        mistake(
            "nothing is ever forgotten",
            "Your v is the sum of all gradients so far, each as heavy as the last. Before the "
            "new one comes in, what is there shrinks by β.",
            ("        self.v *= self.beta\n", ""),
        ),
        mistake(
            "β for the new gradient, too",
            "You multiply by β after adding: β (v + g). The new gradient comes in whole; only "
            "what was there before is multiplied by β.",
            (
                "self.v *= self.beta\n        self.v += grad",
                "self.v += grad\n        self.v *= self.beta",
            ),
        ),
        mistake(
            "the velocity is not kept",
            NOT_KEPT + " Without it momentum is plain descent.",
            ("        if self.v is None:\n    ", ""),
        ),
        mistake(
            "the velocity is the gradient's array",
            "`self.v = grad` makes no copy: v is now the network's own array, and the next "
            "backward overwrites it. Begin with zeros, or with a copy.",
            ("self.v = np.zeros_like(theta)\n        self.v *= self.beta\n        self.v += grad",
             "self.v = grad\n        else:\n            self.v = self.beta * self.v + grad"),
        ),
        mistake(
            "the gradient's array is changed",
            "`self.v = grad` makes no copy: v is the network's own array, and `self.v *= …` and "
            "`self.v += …` change it there. Begin with zeros, or with a copy.",
            ("self.v = np.zeros_like(theta)", "self.v = grad"),
        ),
        UPHILL,
        no_rate("self.lr * self.v", "self.v"),
        mistake(
            "η twice",
            "You multiply by η twice, in the velocity and in the step. Once is enough: v is a sum "
            "of gradients as they came.",
            ("self.v += grad", "self.v += self.lr * grad"),
        ),
        mistake(
            "the gradient twice",
            "You step along v + g. The new gradient is in v already.",
            ("self.lr * self.v", "self.lr * (self.v + grad)"),
        ),
        mistake(
            "Nesterov's step",
            "You step along g + β v, with the new v. That is Nesterov's variant, an exercise "
            "further down. Here the step is along v.",
            ("self.lr * self.v", "self.lr * (grad + self.beta * self.v)"),
        ),
        FIRST_TWICE,
        mistake(
            "β for the gradient",
            "β multiplies the new gradient, and should multiply the old velocity: β v + g.",
            ("self.v *= self.beta\n        self.v += grad", "self.v += self.beta * grad"),
        ),
        mistake(
            "1 − β of the old, β of the new",
            "You keep 1 − β of the velocity and add β g: β belongs to the velocity, and the "
            "gradient comes in whole.",
            ("self.v *= self.beta", "self.v *= 1 - self.beta"),
            ("self.v += grad", "self.v += self.beta * grad"),
        ),
        mistake(
            "1 − β of the old",
            "You keep 1 − β of the velocity. With β = 0.9 that forgets nearly everything: keep β.",
            ("self.v *= self.beta", "self.v *= 1 - self.beta"),
        ),
        mistake(
            "a fixed β",
            FIXED.format(name="β", value="0.9"),
            ("self.v *= self.beta", "self.v *= 0.9"),
        ),
        mistake(
            "only the gradient before",
            "You keep the last gradient, and not the sum of all: what is kept is the new v, in "
            "which the older ones live on.",
            (
                "theta -= self.lr * self.v",
                "theta -= self.lr * self.v\n        self.v = grad.copy()",
            ),
        ),
        mistake(
            "η for the gradient alone",
            "η multiplies the new gradient alone, and what was there before is added as it is. The "
            "whole velocity is multiplied by η.",
            ("self.lr * self.v", "(self.v - grad + self.lr * grad)"),
        ),
        mistake(
            "η and β are swapped",
            "η and β have changed places, in `__init__` or in step.",
            ("self.lr = checks.number(lr", "self.lr = checks.number(beta"),
            ('self.beta = checks.number(beta, "beta", high=1.0)', "self.beta = lr"),
        ),
        mistake(
            "no first step",
            "The first call only makes the velocity, and its gradient is lost. After making "
            "zeros, go on with the two lines.",
            ("self.v = np.zeros_like(theta)\n        self.v *= self.beta\n        self.v += grad\n"
             "        theta",
             "self.v = np.zeros_like(theta)\n        else:\n            self.v *= self.beta\n"
             "            self.v += grad\n        theta"),
        ),
        mistake(
            "a corrected mean",
            "You divide a running mean by 1 − βᵗ. That belongs to Adam. Here v is a plain sum: "
            "β v + g.",
            ("self.v += grad", "self.v += (1 - self.beta) * grad"),
            ("theta -= self.lr * self.v",
             "self.t = getattr(self, 't', 0) + 1\n"
             "        theta -= self.lr * self.v / (1 - self.beta**self.t)"),
        ),
        mistake(
            "one velocity for all weights",
            ONE_FOR_ALL,
            ("self.v += grad", "self.v += grad.sum()"),
        ),
        mistake(
            "the velocity starts at θ",
            "Your velocity starts as a copy of θ. It starts at zero, with the *shape* of θ: "
            "`np.zeros_like(theta)`.",
            ("np.zeros_like(theta)", "theta.copy()"),
        ),
        mistake(
            "the velocity starts at one",
            "Your velocity starts with ones. Nothing has happened yet: it starts at zero.",
            ("np.zeros_like(theta)", "np.ones_like(theta)"),
        ),
        mistake(
            "η inside the velocity",
            "You multiply by η as the gradient comes in, so that the steps that v remembers keep "
            "the old rate when whoever trains changes it. v is a sum of gradients; η multiplies "
            "the step.",
            ("self.v += grad", "self.v += self.lr * grad"),
            ("theta -= self.lr * self.v", "theta -= self.v"),
        ),
        mistake(
            "the mean gradient for all weights",
            ONE_FOR_ALL,
            ("self.v += grad", "self.v += grad.mean()"),
        ),
        mistake(
            "the velocity is θ's array",
            "`self.v = theta` gives the weights a second name: what you do to v, you do to θ. "
            "Begin with `np.zeros_like(theta)`.",
            ("np.zeros_like(theta)", "theta\n            self.v[...] = 0"),
        ),
    ),
    alternatives=(
        """
        class MyMomentum:
            def __init__(self, lr, beta=0.9):
                self.lr, self.beta, self.v = lr, beta, 0.0

            def step(self, theta, grad):
                self.v = self.beta * self.v + grad
                theta[...] = theta - self.lr * self.v
        """,
        """
        class MyMomentum:
            def __init__(self, lr, beta=0.9):
                self.lr, self.beta, self.gradients = lr, beta, []

            def step(self, theta, grad):
                self.gradients.append(grad.copy())
                for age, g in enumerate(reversed(self.gradients)):
                    theta -= self.lr * self.beta**age * g
        """,
    ),
)  # fmt: skip


def rmsprop_cases(rng):
    settings = {"theta": [0.0], "lr": 1.0, "beta": 0.75, "eps": 3.0}
    yield {"gradients": [[2.0]], **settings}
    yield {"gradients": [[2.0], [2.0]], **settings}
    yield {"theta": [0.0, 0.0], "gradients": [[0.001, 0.0], [100.0, 0.0]], "lr": 0.01}
    yield {"gradients": [[2.0], [0.0], [2.0]], **settings}
    yield in_float32({"gradients": [[2.0]], **settings})
    yield drawn(rng, lr=0.1, beta=rng.uniform(0.3, 0.4), eps=rng.uniform(0.1, 0.2))


RMSPROP = Code(
    id="optimizers.RMSprop",
    title="RMSprop",
    kind="build",
    level=2,
    task="""
Write the class. Keep a running mean of the squared gradients,
$s \\leftarrow \\beta s + (1 - \\beta)\\, g^2$, which starts at zero, and divide:
$\\theta \\leftarrow \\theta - \\eta\\, g / (\\sqrt{s} + \\varepsilon)$, in place.
""",
    cases=rmsprop_cases,
    use=steps,
    hints=(
        "It is built like Momentum: an array in self, made at the first step, and changed "
        "before θ is.",
        "Everything happens number by number: `grad**2` and `np.sqrt` do that.",
        "ε stands outside of the root, added to it.",
    ),
    mistakes=(
        not_in_place("self.lr * grad"),
        mistake(
            "no root",
            "You divide by the mean square. A square has the size of g²; only its root can "
            "cancel the size of g.",
            ("np.sqrt(self.s)", "self.s"),
        ),
        mistake(
            "ε under the root",
            "Your ε is under the root. Elsewhere it may be; here it is added to the root, and "
            "where gradients are small the two differ.",
            ("np.sqrt(self.s) + self.eps", "np.sqrt(self.s + self.eps)"),
        ),
        mistake(
            "a sum in place of a mean",
            "You add the whole g². A running mean takes (1 − β) of the new, β of the old: "
            "together 1.",
            ("(1 - self.beta) * grad**2", "grad**2"),
        ),
        mistake(
            "the weights are swapped",
            "You keep 1 − β of the old mean and take β of the new square. With β = 0.99 that "
            "remembers nothing: β is for the old.",
            ("self.s *= self.beta", "self.s *= 1 - self.beta"),
            ("(1 - self.beta) * grad**2", "self.beta * grad**2"),
        ),
        mistake(
            "a step with the old mean",
            "You divide before the new square is in the mean. At the first step that is a "
            "division by ε, and the step is huge: first s, then θ.",
            ("self.s *= self.beta\n        self.s += (1 - self.beta) * grad**2\n"
             "        theta -= self.lr * grad / (np.sqrt(self.s) + self.eps)",
             "theta -= self.lr * grad / (np.sqrt(self.s) + self.eps)\n"
             "        self.s *= self.beta\n        self.s += (1 - self.beta) * grad**2"),
        ),
        mistake(
            "no brackets around the denominator",
            "Without brackets `g / √s + ε` divides by the root alone, and adds ε to the step: "
            "g / (√s + ε).",
            ("(np.sqrt(self.s) + self.eps)", "np.sqrt(self.s) + self.eps"),
        ),
        mistake(
            "the mean is not kept",
            NOT_KEPT,
            ("        if self.s is None:\n    ", ""),
        ),
        mistake(
            "nothing is ever forgotten",
            "Your s is the sum of all squares, so that it only grows and the steps die out: that "
            "is Adagrad, which came before. Here it is a running mean: β s + (1 − β) g².",
            ("        self.s *= self.beta\n", ""),
            ("(1 - self.beta) * grad**2", "grad**2"),
        ),
        mistake(
            "no memory",
            "Your s is the square of this gradient alone, so that every step is η long. It is a "
            "running mean: β s + (1 − β) g².",
            ("        self.s *= self.beta\n", "        self.s[...] = 0\n"),
            ("(1 - self.beta) * grad**2", "grad**2"),
        ),
        mistake(
            "a mean of all squares",
            "Your s is the mean of all squares so far, each as heavy as the last. A running mean "
            "forgets: β s + (1 − β) g².",
            ("self.s *= self.beta",
             "self.n = getattr(self, 'n', 0) + 1\n        self.s *= 1 - 1 / self.n"),
            ("(1 - self.beta) * grad**2", "grad**2 / self.n"),
        ),
        mistake(
            "the old mean stays whole",
            "You add (1 − β) g² to all of the old s, so that it only grows. Keep β of the old.",
            ("        self.s *= self.beta\n", ""),
        ),
        mistake(
            "no ε",
            "ε is missing. Where a gradient has always been 0, 0/0 is nan; and ε may be more "
            "than a tiny number: add it to the root.",
            (" + self.eps)", ")"),
        ),
        mistake(
            "a fixed ε",
            FIXED.format(name="ε", value="1e-8"),
            ("+ self.eps)", "+ 1e-8)"),
        ),
        mistake(
            "ε as a lower limit",
            "You take the larger of root and ε. Here ε is added to the root.",
            ("(np.sqrt(self.s) + self.eps)", "np.maximum(np.sqrt(self.s), self.eps)"),
        ),
        mistake(
            "a fixed β",
            FIXED.format(name="β", value="0.99"),
            ("self.s *= self.beta", "self.s *= 0.99"),
            ("(1 - self.beta) * grad**2", "0.01 * grad**2"),
        ),
        mistake(
            "no square",
            "Your s is a mean of gradients, and may be negative: then its root is nan. It is the "
            "mean of their squares.",
            ("grad**2", "grad"),
        ),
        mistake(
            "the mean of sizes",
            "You average |g| and take no root. The root of the mean square is more: it gives large "
            "gradients more weight.",
            ("grad**2", "np.abs(grad)"),
            ("np.sqrt(self.s)", "self.s"),
        ),
        UPHILL,
        no_rate("self.lr * grad / ", "grad / "),
        mistake(
            "the start is corrected",
            "You divide s by 1 − βᵗ. That is Adam's correction: RMSprop has none, and its first "
            "steps are long.",
            ("theta -= self.lr * grad / (np.sqrt(self.s)",
             "self.t = getattr(self, 't', 0) + 1\n        theta -= self.lr * grad / "
             "(np.sqrt(self.s / (1 - self.beta**self.t))"),
        ),
        mistake(
            "the start is the first square",
            SQUARE_FROM_START,
            ("self.s = np.zeros_like(theta)\n        self.s *= self.beta\n"
             "        self.s += (1 - self.beta) * grad**2",
             "self.s = grad**2\n        else:\n            self.s *= self.beta\n"
             "            self.s += (1 - self.beta) * grad**2"),
        ),
        mistake(
            "the mean starts at one",
            "Your s starts with ones. Nothing is known yet: it starts at zero.",
            ("np.zeros_like(theta)", "np.ones_like(theta)"),
        ),
        mistake(
            "one mean square for all weights",
            ONE_FOR_ALL,
            ("(1 - self.beta) * grad**2", "(1 - self.beta) * np.mean(grad**2)"),
        ),
        mistake(
            "one sum of squares for all weights",
            ONE_FOR_ALL,
            ("(1 - self.beta) * grad**2", "(1 - self.beta) * np.sum(grad**2)"),
        ),
        mistake(
            "no gradient in the step",
            "The gradient is missing in the step, so that θ always moves to the same side: "
            "η g / (√s + ε).",
            ("self.lr * grad / ", "self.lr / "),
        ),
        mistake(
            "the square in the step",
            "You step along g², which has lost the sign. Above the line stands g.",
            ("self.lr * grad / ", "self.lr * grad**2 / "),
        ),
        mistake(
            "times the root",
            "You multiply by √s + ε. Where gradients are large, the step is to be *divided* by it.",
            ("self.lr * grad / (", "self.lr * grad * ("),
        ),
        mistake(
            "no square, but the size",
            "Your s is a running mean of |g|. It is the mean of g², and the root comes at the "
            "end.",
            ("grad**2",
             "np.abs(grad)"),
        ),
        mistake(
            "1 − β squared",
            "You square (1 − β) g, and with it 1 − β: only g is squared, (1 − β) g².",
            ("(1 - self.beta) * grad**2",
             "((1 - self.beta) * grad) ** 2"),
        ),
        mistake(
            "the sign over the root",
            "You divide the sign of g by the root, and its size is gone twice. The gradient "
            "itself stands above the line.",
            ("self.lr * grad / ",
             "self.lr * np.sign(grad) / "),
        ),
        mistake(
            "ε² under the root",
            "You take the root of s + ε². Here ε is added to the root itself: √s + ε.",
            ("np.sqrt(self.s) + self.eps", "np.sqrt(self.s + self.eps**2)"),
        ),
        mistake(
            "the sign alone",
            "You step by the sign of g, whatever its size. That is what RMSprop comes to for a "
            "gradient that stays the same; in general it is g over the root of the running mean.",
            ("self.lr * grad / (np.sqrt(self.s) + self.eps)", "self.lr * np.sign(grad)"),
        ),
        mistake(
            "about the mean",
            "You subtract the mean of the gradients before you square. s is the mean of g² as it "
            "is.",
            ("(1 - self.beta) * grad**2", "(1 - self.beta) * (grad - grad.mean()) ** 2"),
        ),
        mistake(
            "s is 1 − β = 0.01 of the square",
            "The share of the new square is always 0.01. It is 1 − β, and β may be another.",
            ("(1 - self.beta) * grad**2", "0.01 * grad**2"),
        ),
        mistake(
            "ε in the mean",
            "ε is added to s, and is in it once more with each step. It belongs into the "
            "denominator alone.",
            ("(1 - self.beta) * grad**2", "(1 - self.beta) * grad**2 + self.eps"),
            ("(np.sqrt(self.s) + self.eps)", "np.sqrt(self.s)"),
        ),
    ),
    alternatives=(
        """
        class MyRMSprop:
            def __init__(self, lr, beta=0.99, eps=1e-8):
                self.lr, self.beta, self.eps, self.s = lr, beta, eps, 0.0

            def step(self, theta, grad):
                self.s = self.s + (1 - self.beta) * (grad * grad - self.s)
                theta += -self.lr / (self.s**0.5 + self.eps) * grad
        """,
    ),
)  # fmt: skip


def adam_cases(rng):
    yield {"theta": [0.0], "gradients": [[1.0], [-1.0]], "lr": 0.1}
    yield {
        "theta": [0.0, 1.0], "gradients": [[2.0, 0.0], [2.0, 1.0], [-1.0, 0.0]],
        "lr": 1.0, "beta1": 0.5, "beta2": 0.75, "eps": 1.0,
    }  # fmt: skip
    yield {"theta": [0.0, 0.0], "gradients": [[0.001, 0.0], [100.0, 0.0]], "lr": 0.1}
    exact = {"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 2.0}
    yield in_float32({"theta": [0.0], "gradients": [[2.0]], **exact})
    yield drawn(rng, lr=0.1, beta1=0.6, beta2=rng.uniform(0.7, 0.9), eps=0.2)


ADAM = Code(
    id="optimizers.Adam",
    title="Adam",
    kind="build",
    level=2,
    given=("__init__",),
    task="""
Make a class of the five lines: `step` keeps $m$, $v$ and the count $t$ from one call to the
next, and changes `theta` in place. Both means start at zero, and $t$ is 1 in the first
step. New arrays at each step do no harm here.
""",
    cases=adam_cases,
    use=steps,
    hints=(
        "At the first step, when `self.t` is 0, make `self.m` and `self.v` with "
        "`np.zeros_like(theta)`. Then count: `self.t += 1`.",
        "Keep the means as they are in self, and the corrected ones in variables of the "
        "method: `m_hat = self.m / (1 - self.beta1**self.t)`.",
    ),
    mistakes=(
        not_in_place("scratch"),
        mistake(
            "no bias correction",
            "The means are used as they are. At first both are too small, v more so, and the "
            "first step is 3.16 η in place of η: divide them by 1 − β₁ᵗ and 1 − β₂ᵗ.",
            ("v, 1 - self.beta2**self.t,", "v, 1,"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr"),
        ),
        mistake(
            "t is 0 in the first step",
            "You count after the step. With t = 0 the correction divides by 1 − β⁰ = 0: "
            "count first, so that t is 1.",
            ("        self.t += 1\n", ""),
            ("self.lr / (1 - self.beta1**self.t)",
             "self.lr / np.float64(1 - self.beta1**self.t)"),
            ("        theta -= scratch", "        theta -= scratch\n        self.t += 1"),
        ),
        mistake(
            "t stays 1",
            "You correct each step as if it were the first, by 1 − β₁ and 1 − β₂: t should grow "
            "with each call. Is it counted, and does the power use it?",
            ("self.t += 1", "self.t = 1"),
        ),
        mistake(
            "β₁ and β₂ are swapped",
            "β₁ and β₂ have changed places: β₁ = 0.9 is for the gradient, β₂ = 0.999 for its "
            "square, which needs the longer memory.",
            ("self.beta1 = checks.number(beta1", "self.beta1 = checks.number(beta2"),
            ("self.beta2 = checks.number(beta2", "self.beta2 = checks.number(beta1"),
        ),
        mistake(
            "ε under the root",
            "Your ε is under the root: it is added to the root of v̂, outside.",
            ("np.sqrt(scratch, out=scratch)\n        scratch += self.eps",
             "scratch += self.eps\n        np.sqrt(scratch, out=scratch)"),
        ),
        mistake(
            "v without the square",
            "Your v is a mean of gradients, like m, and may be negative: then its root is nan. "
            "It is the mean of their squares.",
            ("np.multiply(grad, grad, out=scratch)", "np.multiply(grad, 1, out=scratch)"),
        ),
        mistake(
            "the corrected means are kept",
            "The first step is right. Then you go on with m̂ and v̂ as if they were m and v, and "
            "correct what is corrected: keep the plain means in self.",
            ("m += scratch", "m += scratch\n        m /= 1 - self.beta1**self.t"),
            ("v += scratch", "v += scratch\n        v /= 1 - self.beta2**self.t"),
            ("np.divide(v, 1 - self.beta2**self.t,", "np.divide(v, 1,"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr"),
        ),
        mistake(
            "the means are not kept",
            NOT_KEPT,
            ("if self.t == 0:", "if True:"),
        ),
        mistake(
            "only m is corrected",
            "You correct m and leave v as it is: too small at first, so that the first step is "
            "32 η with β₂ = 0.999. Divide both, each by its own 1 − βᵗ.",
            ("v, 1 - self.beta2**self.t,", "v, 1,"),
        ),
        mistake(
            "only v is corrected",
            "You correct v and leave m as it is: too small at first, so that the first step is "
            "η/10 with β₁ = 0.9. Divide both, each by its own 1 − βᵗ.",
            ("self.lr / (1 - self.beta1**self.t)", "self.lr"),
        ),
        mistake(
            "t is one ahead",
            "Your correction uses t + 1. In the first step t is 1.",
            ("v, 1 - self.beta2**self.t,", "v, 1 - self.beta2 ** (self.t + 1),"),
            ("(1 - self.beta1**self.t)", "(1 - self.beta1 ** (self.t + 1))"),
        ),
        mistake(
            "β times t",
            "You multiply β by t. It is a power: `beta**t`.",
            ("v, 1 - self.beta2**self.t,", "v, 1 - self.beta2 * self.t,"),
            ("self.lr / (1 - self.beta1**self.t)",
             "self.lr / np.float64(1 - self.beta1 * self.t)"),
        ),
        mistake(
            "1 − β to the power of t",
            "You compute (1 − β)ᵗ. Only β is raised: 1 − βᵗ, `1 - beta**t`.",
            ("v, 1 - self.beta2**self.t,", "v, (1 - self.beta2) ** self.t,"),
            ("(1 - self.beta1**self.t)", "(1 - self.beta1) ** self.t"),
        ),
        mistake(
            "1 + βᵗ",
            "You divide by 1 + βᵗ. The sum of the weights so far is 1 − βᵗ, with a minus.",
            ("v, 1 - self.beta2**self.t,", "v, 1 + self.beta2**self.t,"),
            ("(1 - self.beta1**self.t)", "(1 + self.beta1**self.t)"),
        ),
        mistake(
            "t grows by two",
            "You count twice in each step: t is 1 in the first and 2 in the second.",
            ("self.t += 1", "self.t += 2"),
        ),
        mistake(
            "the weights are swapped",
            "You keep 1 − β of the old mean and take β of the new: β is for the old.",
            ("np.multiply(grad, 1 - self.beta1,", "np.multiply(grad, self.beta1,"),
            ("m *= self.beta1", "m *= 1 - self.beta1"),
            ("scratch *= 1 - self.beta2", "scratch *= self.beta2"),
            ("v *= self.beta2", "v *= 1 - self.beta2"),
        ),
        mistake(
            "a sum in place of m",
            "Your m adds the whole gradient, as in Momentum. Here it is a mean: (1 − β₁) g.",
            ("np.multiply(grad, 1 - self.beta1,", "np.multiply(grad, 1,"),
        ),
        mistake(
            "RMSprop",
            "You step along g, and correct nothing: that is RMSprop. Adam steps along m̂, and "
            "divides by the root of v̂.",
            ("np.divide(v, 1 - self.beta2**self.t, out=scratch)", "scratch[...] = v"),
            ("np.divide(m, scratch, out=scratch)", "np.divide(grad, scratch, out=scratch)"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr"),
        ),
        mistake(
            "the corrections are swapped",
            "You divide m by 1 − β₂ᵗ and v by 1 − β₁ᵗ: each mean by its own.",
            ("v, 1 - self.beta2**self.t,", "v, 1 - self.beta1**self.t,"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr / (1 - self.beta2**self.t)"),
        ),
        mistake(
            "times the corrections",
            "You multiply by 1 − βᵗ, which makes small means smaller still: divide.",
            ("np.divide(v, 1 - self.beta2**self.t,",
             "np.multiply(v, 1 - self.beta2**self.t,"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr * (1 - self.beta1**self.t)"),
        ),
        mistake(
            "the correction of v outside of the root",
            "You correct the root of v. It is v that is divided by 1 − β₂ᵗ; the root comes after.",
            ("np.divide(v, 1 - self.beta2**self.t, out=scratch)", "scratch[...] = v"),
            ("np.sqrt(scratch, out=scratch)",
             "np.sqrt(scratch, out=scratch)\n        scratch /= 1 - self.beta2**self.t"),
        ),
        mistake(
            "one array for both means",
            "m and v are one array: `self.m = self.v = np.zeros_like(theta)` gives one new array "
            "two names, and `+=` changes both. Make two.",
            ("self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)",
             "self.m = self.v = np.zeros_like(theta)"),
        ),
        mistake(
            "v of m",
            "Your v is a mean of m². It is the mean of g²: the gradient as it came.",
            ("np.multiply(grad, grad, out=scratch)", "np.multiply(m, m, out=scratch)"),
        ),
        mistake(
            "sums in place of means",
            "You add the whole gradient and the whole square. A running mean takes 1 − β of the "
            "new, and β of the old.",
            ("np.multiply(grad, 1 - self.beta1, out=scratch)",
             "np.multiply(grad, 1, out=scratch)"),
            ("        scratch *= 1 - self.beta2\n", ""),
        ),
        mistake(
            "β₁ for both",
            "You use β₁ for v, too. Its memory is longer: β₂.",
            ("self.beta2 = checks.number(beta2", "self.beta2 = checks.number(beta1"),
        ),
        mistake(
            "the gradient in the place of m",
            "You step along g. Adam steps along m̂, the mean of the gradients.",
            ("np.divide(m, scratch, out=scratch)", "np.divide(grad, scratch, out=scratch)"),
            ("self.lr / (1 - self.beta1**self.t)", "self.lr"),
        ),
        mistake(
            "no root",
            "You divide by v̂. A square has the size of g²; only its root can cancel that of m̂.",
            ("        np.sqrt(scratch, out=scratch)\n", ""),
        ),
        mistake(
            "no ε",
            "ε is missing. Where a gradient has always been 0, 0/0 is nan: add it to the root.",
            ("        scratch += self.eps\n", ""),
        ),
        mistake(
            "no brackets around the denominator",
            "Without brackets `m̂ / √v̂ + ε` divides by the root alone, and adds ε to the step: "
            "m̂ / (√v̂ + ε).",
            ("        scratch += self.eps\n", ""),
            ("        theta -= scratch", "        theta -= scratch\n        theta += self.eps"),
        ),
        UPHILL,
        no_rate("self.lr / (1 - self.beta1**self.t)", "1 / (1 - self.beta1**self.t)"),
        mistake(
            "the means start with the first gradient",
            SQUARE_FROM_START + " The correction makes up for that.",
            ("self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)",
             "self.m, self.v = grad.copy(), grad**2"),
        ),
        mistake(
            "one v for all weights",
            ONE_FOR_ALL,
            ("np.multiply(grad, grad, out=scratch)", "scratch[...] = np.sum(grad**2)"),
        ),
        mistake(
            "fixed β",
            "Your β₁ and β₂ are always 0.9 and 0.999, which are only the defaults: take self's.",
            ("self.beta1 = checks.number(beta1", "self.beta1 = checks.number(0.9"),
            ("self.beta2 = checks.number(beta2", "self.beta2 = checks.number(0.999"),
        ),
        mistake(
            "ε beside the fraction",
            "Without brackets `m̂ / √v̂ + ε` divides by the root alone, and adds ε to the step: "
            "m̂ / (√v̂ + ε).",
            ("        scratch += self.eps\n"
             "        np.divide(m, scratch, out=scratch)\n"
             "        scratch *= self.lr / (1 - self.beta1**self.t)\n",
             "        np.divide(m, scratch, out=scratch)\n"
             "        scratch *= self.lr / (1 - self.beta1**self.t)\n"
             "        theta -= self.eps\n"),
        ),
        mistake(
            "the corrected m is kept",
            "The first step is right. Then you go on with m̂ as if it were m, and correct what "
            "is corrected: keep the plain mean in self.",
            ("        scratch *= self.lr / (1 - self.beta1**self.t)\n",
             "        self.m /= 1 - self.beta1**self.t\n"
             "        scratch *= self.lr / (1 - self.beta1**self.t)\n"),
        ),
        mistake(
            "β₂ in both corrections",
            "You correct both means by 1 − β₂ᵗ. m has been made with β₁, and is divided by 1 − "
            "β₁ᵗ.",
            ("(1 - self.beta1**self.t)",
             "(1 - self.beta2**self.t)"),
        ),
        mistake(
            "β₁ in both corrections",
            "You correct both means by 1 − β₁ᵗ. v has been made with β₂, and is divided by 1 − "
            "β₂ᵗ.",
            ("1 - self.beta2**self.t,",
             "1 - self.beta1**self.t,"),
        ),
        mistake(
            "β₁ in v",
            "You make v with β₁. Its memory is longer: β₂ for the old mean square, 1 − β₂ for the "
            "new square.",
            ("scratch *= 1 - self.beta2", "scratch *= 1 - self.beta1"),
            ("v *= self.beta2", "v *= self.beta1"),
        ),
        mistake(
            "about m",
            "Your v is a mean of (g − m)². It is the mean of g², of the gradient as it came.",
            ("np.multiply(grad, grad, out=scratch)",
             "np.multiply(grad - m, grad - m, out=scratch)"),
        ),
        mistake(
            "v never falls",
            "You keep the larger of the old v and the new: that is AMSGrad. In Adam v forgets.",
            ("        v *= self.beta2\n        v += scratch\n",
             "        np.maximum(v, self.beta2 * v + scratch, out=v)\n"),
        ),
        mistake(
            "the mean square of all weights",
            ONE_FOR_ALL,
            ("np.multiply(grad, grad, out=scratch)", "scratch[...] = np.mean(grad**2)"),
        ),
        mistake(
            "m is not kept",
            "Your m is (1 − β₁) g alone: it does not go from one call to the next. Keep it in "
            "self.",
            ("m *= self.beta1", "m *= 0"),
        ),
        mistake(
            "looking ahead",
            "You mix the new gradient in once more: that is Nesterov's Adam. Here m̂ is m over "
            "1 − β₁ᵗ.",
            ("np.divide(m, scratch, out=scratch)",
             "np.divide(self.beta1 * m + (1 - self.beta1) * grad, scratch, out=scratch)"),
        ),
        mistake(
            "both corrections in one, without the root",
            "You put the corrections together as (1 − β₂ᵗ)/(1 − β₁ᵗ). v is under a root, and so is "
            "its correction: √(1 − β₂ᵗ)/(1 − β₁ᵗ).",
            ("np.divide(v, 1 - self.beta2**self.t, out=scratch)", "scratch[...] = v"),
            ("self.lr / (1 - self.beta1**self.t)",
             "self.lr * (1 - self.beta2**self.t) / (1 - self.beta1**self.t)"),
        ),
        mistake(
            "ε before the correction",
            "ε is added to √v, and the correction then makes it larger. It is added to √v̂: "
            "correct v first.",
            ("np.divide(v, 1 - self.beta2**self.t, out=scratch)", "scratch[...] = v"),
            ("scratch += self.eps",
             "scratch += self.eps\n        scratch /= np.sqrt(1 - self.beta2**self.t)"),
        ),
    ),
    alternatives=(
        """
        class MyAdam:
            def __init__(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
                self.m, self.v, self.t = 0.0, 0.0, 0

            def step(self, theta, g):
                self.t = self.t + 1
                self.m = self.beta1 * self.m + (1 - self.beta1) * g
                self.v = self.beta2 * self.v + (1 - self.beta2) * g**2
                m_hat = self.m / (1 - self.beta1**self.t)
                v_hat = self.v / (1 - self.beta2**self.t)
                theta -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        """,
        """
        class MyAdam:
            def __init__(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                self.settings = lr, beta1, beta2, eps
                self.gradients = []

            def step(self, theta, grad):
                lr, beta1, beta2, eps = self.settings
                self.gradients.insert(0, grad.copy())
                g = np.array(self.gradients)
                w1, w2 = (beta ** np.arange(len(g)) for beta in (beta1, beta2))
                theta -= lr * (w1 @ g / w1.sum()) / ((w2 @ g**2 / w2.sum()) ** 0.5 + eps)
        """,
    ),
)  # fmt: skip


def moves_on_a_larger_loss():
    """How much longer the steps of SGD and of Adam are when the gradient is 1000 times as large."""
    from nnlib import SGD, Adam

    def path(kind, scale):
        theta, optimizer = np.array([-5.0, -2.0]), kind(1e-5)
        for _ in range(20):
            optimizer.step(theta, scale * theta * np.array([0.2, 4.0]))
        return theta - (-5.0, -2.0)

    ratios = tuple(path(kind, 1000)[0] / path(kind, 1)[0] for kind in (SGD, Adam))
    known = {"a": (1000, 1000), "b": (1, 1), "c": (1000, 1), "d": (1000, 0.001)}
    return next(key for key, pair in known.items() if np.allclose(ratios, pair, 0.05))


LOUDER = Choice(
    id="optimizers.loss_times_1000",
    title="The loss, a thousand times as large",
    kind="predict",
    level=1,
    task="""
You measure the loss in grams in place of kilograms: it is 1000 times as large, and its
minimum is where it was. The learning rate stays. What becomes of the steps of SGD, and what
of Adam's?
""",
    options={
        "a": (
            "both take steps 1000 times as long",
            "SGD does. Adam's m is 1000 times as large, too; but what is it divided by?",
        ),
        "b": (
            "both take the steps they took before",
            "Adam does, because it divides by the size of the gradient. And SGD, whose step "
            "is η g and no more?",
        ),
        "c": (
            "SGD's become 1000 times as long, Adam's stay what they were",
            "Right: in Adam m and √v are both 1000 times as large, and their quotient is what "
            "it was (ε is too small to notice). SGD would need a thousandth of the rate.",
        ),
        "d": (
            "SGD's become 1000 times as long, Adam's 1000 times shorter",
            "Adam would, if it divided by v. It divides by the root of v, the mean of squares: "
            "by how much does that root grow?",
        ),
    },
    right="c",
    truth=moves_on_a_larger_loss,
    hints=(
        "Every gradient is 1000 times as large. Put that into the formulas.",
        "m becomes 1000 times as large, v a million times, and its root?",
    ),
)


def adamw_cases(rng):
    yield {"theta": [2.0], "gradients": [[1.0], [2.0]], "lr": 0.1, "decay": 0.5}
    yield {"theta": [1.0, 100.0], "gradients": [[0.0, 0.0]], "lr": 0.5, "decay": 0.1}
    yield {"theta": [-2.0, 1.0], "gradients": [[1.0, 0.0]], "lr": 0.1, "decay": 0.5}
    yield drawn(rng, lr=0.1, decay=0.3, beta1=0.6, beta2=rng.uniform(0.7, 0.9), eps=0.2)


ADAMW = Code(
    id="optimizers.AdamW",
    title="Weights that should decay",
    kind="diagnose",
    level=2,
    task="""
Weight decay shrinks all weights a little at each step, so that only those that the data
need stay large. Together with Adam's step it should do
[[Loshchilov and Hutter, 2019](bibliography.md#loshchilov2019)]

$$
\\theta \\leftarrow \\theta - \\eta
\\left( \\frac{\\hat m}{\\sqrt{\\hat v} + \\varepsilon} + \\text{decay} \\cdot \\theta \\right) .
$$

The program below runs, and trains. But where the gradient is 0, the weights 1 and 100
should lose the same share, with $\\eta = 0.5$ and a decay of 0.1 a twentieth of their
size. Instead both lose 0.5. Where does the decay go? Mend it.
""",
    cases=adamw_cases,
    use=steps,
    hints=(
        "Follow the number 100 with a gradient of 0. What are m̂ and v̂ after the first step?",
        "Whatever is added to the gradient is divided by its own size further down.",
        "Leave grad as it came, and add decay · θ behind the division, in the last line.",
    ),
    broken="the decay is in the gradient",
    solution='''
class MyAdamW:
    """Adam, and weight decay apart from the gradient (Loshchilov and Hutter, 2019)."""

    def __init__(self, lr, decay, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.decay, self.eps = lr, decay, eps
        self.beta1, self.beta2 = beta1, beta2
        self.m, self.v, self.t = 0.0, 0.0, 0

    def step(self, theta, grad):
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * grad
        self.v = self.beta2 * self.v + (1 - self.beta2) * grad**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        theta -= self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta)
''',
    mistakes=(
        mistake(
            "the decay is in the gradient",
            "decay · θ still goes through m and v: there it is divided by its own size, and a "
            "large weight shrinks no more than a small one. It belongs behind the division.",
            ("self.t += 1\n", "self.t += 1\n        grad = grad + self.decay * theta\n"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "both the old decay and the new",
            "The new decay is right, and the old one is still there: take decay · θ out of the "
            "gradient.",
            ("self.t += 1\n", "self.t += 1\n        grad = grad + self.decay * theta\n"),
        ),
        mistake(
            "half mended",
            "decay · θ is out of v, and still in m: it goes through the division all the same. "
            "Take it out of both.",
            ("(1 - self.beta1) * grad", "(1 - self.beta1) * (grad + self.decay * theta)"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "no decay at all",
            "The decay is gone: this is Adam. Take decay · θ out of the gradient, but add it where "
            "θ changes.",
            (" + self.decay * theta)", ")"),
        ),
        mistake(
            "the decay without η",
            "The weights lose decay · θ, and should lose η · decay · θ: the learning rate "
            "multiplies both parts.",
            (
                "self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta)",
                "self.lr * m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta",
            ),
        ),
        mistake(
            "the weights grow",
            "The sign of the decay is wrong: all weights grow. decay · θ is subtracted from θ, "
            "like Adam's own step.",
            (" + self.decay", " - self.decay"),
        ),
        mistake(
            "half mended, in v",
            "decay · θ is out of m, and still in v, where it makes the step smaller. Take it out "
            "of both, and add it behind the division.",
            ("(1 - self.beta2) * grad**2",
             "(1 - self.beta2) * (grad + self.decay * theta) ** 2"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "above the line",
            "You add decay · θ to m̂: it is still divided by √v̂ + ε. Behind the division, it "
            "says: m̂ / (√v̂ + ε) + decay · θ.",
            ("(m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta)",
             "((m_hat + self.decay * theta) / (np.sqrt(v_hat) + self.eps))"),
        ),
        mistake(
            "the same for all weights",
            "All weights lose the same amount: θ is missing, or only its sign is left. A large "
            "weight is to lose more: decay times θ.",
            ("self.decay * theta)", "self.decay * np.sign(theta))"),
        ),
        mistake(
            "a decay without θ",
            "You subtract the decay itself, whatever the weight is: negative weights would grow. "
            "It is decay times θ.",
            ("self.decay * theta)", "self.decay)"),
        ),
        mistake(
            "the square of θ",
            "You subtract decay · θ². That is the penalty in a loss; what moves θ is its slope.",
            ("self.decay * theta)", "self.decay * theta**2)"),
        ),
        mistake(
            "half the square of θ",
            "You subtract decay · θ²/2. That is the penalty in a loss; what moves θ is its slope.",
            ("self.decay * theta)", "0.5 * self.decay * theta**2)"),
        ),
        mistake(
            "twice the decay",
            "Your decay is twice as large. Some write the penalty without ½, and have a 2 in its "
            "slope; the formula here has none.",
            ("self.decay * theta)", "2 * self.decay * theta)"),
        ),
        mistake(
            "θ times the decay",
            "You keep the share that should go: `theta *= decay`. What is left of a weight is "
            "1 − η · decay.",
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
            ("        theta -= ", "        theta *= self.decay\n        theta -= "),
        ),
        mistake(
            "θ times η · decay",
            "You keep the share that should go: `theta *= lr * decay`. What is left of a weight is "
            "1 − η · decay.",
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
            ("        theta -= ", "        theta *= self.lr * self.decay\n        theta -= "),
        ),
        not_in_place("self.lr"),
        mistake(
            "the gradient is overwritten",
            "It changes grad, which is the network's own array, and the decay still goes through "
            "m and v. Leave grad as it came.",
            ("self.t += 1\n", "self.t += 1\n        grad += self.decay * theta\n"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "the decay after the step",
            "Nearly: you shrink what Adam's step has left, so that the step shrinks as well. "
            "In the formula both parts are computed from the θ before.",
            (" + self.eps) + self.decay * theta)",
             " + self.eps))\n        theta -= self.lr * self.decay * theta"),
        ),
        mistake(
            "the decay without η, after the step",
            "The weights lose decay · θ, and should lose η · decay · θ: the learning rate "
            "multiplies both parts. Take the θ from before the step, too.",
            (" + self.decay * theta)",
             ")\n        theta -= self.decay * theta"),
        ),
        mistake(
            "the gradient decays",
            "You subtract decay · g. It is the weight that shrinks: decay · θ.",
            ("self.decay * theta",
             "self.decay * grad"),
        ),
        mistake(
            "η twice for the decay",
            "The decay is multiplied by η twice. In the brackets it stands without η: "
            "η (… + decay · θ).",
            (" + self.decay * theta)", " + self.lr * self.decay * theta)"),
        ),
        mistake(
            "one decay for all weights",
            "All weights lose the same: you add up θ. Each weight shrinks by its own size, decay "
            "times θ, number by number.",
            ("self.decay * theta)", "self.decay * theta.sum())"),
        ),
        mistake(
            "the mean weight decays",
            "All weights lose the same: you take a mean of θ. Each weight shrinks by its own size, "
            "decay times θ, number by number.",
            ("self.decay * theta)", "self.decay * theta.mean())"),
        ),
        mistake(
            "the size of θ",
            "You subtract decay · |θ|: what is negative moves away from 0. It is decay times θ, "
            "sign and all.",
            ("self.decay * theta)", "self.decay * np.abs(theta))"),
        ),
        mistake(
            "e to the power of the decay",
            "θ is multiplied by e^(−η · decay). That is nearly the same; the formula has "
            "1 − η · decay.",
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
            ("        theta -= ",
             "        theta *= np.exp(-self.lr * self.decay)\n        theta -= "),
        ),
        mistake(
            "divided by 1 + η · decay",
            "θ is divided by 1 + η · decay. That is nearly the same; the formula has 1 − η · "
            "decay.",
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
            ("        theta -= ",
             "        theta /= 1 + self.lr * self.decay\n        theta -= "),
        ),
        mistake(
            "the decay where nothing else moves",
            "You let a weight decay only where its gradient is 0. All weights shrink, at each "
            "step.",
            ("self.decay * theta)", "self.decay * theta * (grad == 0))"),
        ),
        mistake(
            "the first θ decays",
            "It is always the first θ that you take the decay of. Take θ as it is now, at this "
            "step.",
            ("self.t += 1\n",
             "self.t += 1\n        if self.t == 1:\n            self.first = theta.copy()\n"),
            ("self.decay * theta)", "self.decay * self.first)"),
        ),
        mistake(
            "m without its correction",
            "You step along m, which is too small at first: m̂ = m / (1 − β₁ᵗ) was right before.",
            ("(m_hat / (", "(self.m / ("),
        ),
        mistake(
            "ε under the root",
            "Your ε is under the root now: it stays where it was, added to the root of v̂.",
            ("(np.sqrt(v_hat) + self.eps)", "np.sqrt(v_hat + self.eps)"),
        ),
    ),
    alternatives=(
        """
        class MyAdamW:
            def __init__(self, lr, decay, beta1=0.9, beta2=0.999, eps=1e-8):
                self.adam, self.shrink = Adam(lr, beta1, beta2, eps), 1 - lr * decay

            def step(self, theta, grad):
                theta *= self.shrink
                self.adam.step(theta, grad)
        """,
    ),
)  # fmt: skip


NESTEROV = Code(
    id="optimizers.Nesterov",
    title="Nesterov's momentum",
    kind="beyond",
    level=1,
    given=("__init__",),
    task="""
A variant of momentum looks one step ahead
[[Nesterov, 1983](bibliography.md#nesterov1983)]. In the form in which PyTorch
has it, each step does $v \\leftarrow \\beta v + g$ and then
$\\theta \\leftarrow \\theta - \\eta\\,(g + \\beta v)$. Write the class, in place, after the
pattern of `Momentum`. Then let `steps_needed` compare the two on the bowl, with
$\\beta = 0.9$ and $\\eta = 0.3$. Which one bears $\\eta = 0.4$? (A warning of an overflow is an
answer, too.)
""",
    cases=momentum_cases,
    use=steps,
    hints=(
        "Copy `Momentum`. Only the line that changes θ is another.",
        "The v in the second formula is the new one: first v, then θ, with `grad + self.beta * "
        "self.v` in place of `self.v`.",
    ),
    solution='''
class MyNesterov:
    """v ← β v + g,  θ ← θ − η (g + β v): momentum that looks ahead (Nesterov, 1983)."""

    def __init__(self, lr, beta=0.9):
        self.lr, self.beta, self.v = lr, beta, None

    def step(self, theta, grad):
        if self.v is None:
            self.v = np.zeros_like(theta)
        self.v *= self.beta
        self.v += grad
        theta -= self.lr * (grad + self.beta * self.v)
''',
    mistakes=(
        not_in_place("self.lr * ("),
        mistake(
            "plain momentum",
            "θ goes along v, as in Momentum: v in place of g + β v. Or did you take the v of "
            "before this step? With it, g + β v is just the new v.",
            ("(grad + self.beta * self.v)", "self.v"),
        ),
        mistake(
            "β forgotten in the step",
            "You step by g + v. The velocity will have shrunk by β before it is used again: "
            "g + β v.",
            ("self.beta * self.v)", "self.v)"),
        ),
        mistake(
            "β on the wrong one",
            "You step by β g + v. The gradient comes in whole, and β belongs to the velocity.",
            ("(grad + self.beta * self.v)", "(self.beta * grad + self.v)"),
        ),
        mistake(
            "β for both",
            "You step by β (g + v). The gradient comes in whole: g + β v.",
            ("(grad + self.beta * self.v)", "self.beta * (grad + self.v)"),
        ),
        mistake(
            "β squared",
            "You step by g + β² v. The new v is multiplied by β once.",
            ("self.beta * self.v)", "self.beta**2 * self.v)"),
        ),
        mistake(
            "looking back",
            "You subtract β v. Looking ahead means going further along v: g + β v.",
            ("grad + self.beta * self.v", "grad - self.beta * self.v"),
        ),
        mistake(
            "no gradient in the step",
            "You step by β v, and the new gradient comes in only there. Add it: g + β v.",
            ("(grad + self.beta * self.v)", "self.beta * self.v"),
        ),
        mistake(
            "plain descent",
            "You step by g alone: where does the velocity come in?",
            ("(grad + self.beta * self.v)", "grad"),
        ),
        UPHILL,
        no_rate("self.lr * (", "("),
        mistake(
            "no brackets around g + β v",
            "Without brackets the learning rate multiplies g alone: η (g + β v).",
            ("self.lr * (grad + self.beta * self.v)", "self.lr * grad + self.beta * self.v"),
        ),
        mistake(
            "a running mean",
            "Your velocity is a mean, (1 − β) g. Here it is a sum: the gradient comes in whole.",
            ("self.v += grad", "self.v += (1 - self.beta) * grad"),
        ),
        mistake(
            "nothing is ever forgotten",
            "Your v is the sum of all gradients so far. Before the new one comes in, what is there "
            "shrinks by β.",
            ("        self.v *= self.beta\n", ""),
        ),
        mistake(
            "looking ahead is kept",
            "You put g + β v back into self.v, so that the next step starts from there. It is for "
            "this step alone: keep v.",
            ("        theta -= self.lr * (grad + self.beta * self.v)",
             "        self.v = grad + self.beta * self.v\n        theta -= self.lr * self.v"),
        ),
        mistake(
            "the gradient is overwritten",
            "It changes grad, which is the network's own array: `grad += …` does that. Add in a "
            "new array.",
            ("theta -= self.lr * (grad + self.beta * self.v)",
             "grad += self.beta * self.v\n        theta -= self.lr * grad"),
        ),
        mistake(
            "the velocity is the gradient's array",
            "`self.v = grad` makes no copy: v is now the network's own array, and the next "
            "backward overwrites it. Begin with zeros, or with a copy.",
            ("self.v = np.zeros_like(theta)\n        self.v *= self.beta\n        self.v += grad",
             "self.v = grad\n        else:\n            self.v = self.beta * self.v + grad"),
        ),
        mistake(
            "the velocity is not kept",
            NOT_KEPT,
            ("        if self.v is None:\n    ", ""),
        ),
        mistake(
            "the gradient's array is changed",
            "`self.v = grad` makes no copy: v is the network's own array, and `self.v *= …` and "
            "`self.v += …` change it there. Begin with zeros, or with a copy.",
            ("self.v = np.zeros_like(theta)\n",
             "self.v = grad\n"
             "            theta -= self.lr * (grad + self.beta * self.v)\n"
             "            return\n"),
        ),
        mistake(
            "η in the velocity",
            "You multiply the gradient by η as it comes into v, and then step without η. The "
            "gradient comes in as it is; η multiplies g + β v.",
            ("self.v += grad",
             "self.v += self.lr * grad"),
            ("theta -= self.lr * (grad",
             "theta -= (grad"),
        ),
        mistake(
            "η inside the velocity",
            "You multiply by η as the gradient comes in, so that the steps that v remembers keep "
            "the old rate when whoever trains changes it. v is a sum of gradients; η multiplies "
            "the step.",
            ("self.v += grad", "self.v += self.lr * grad"),
            ("theta -= self.lr * (grad + self.beta * self.v)",
             "theta -= self.lr * grad + self.beta * self.v"),
        ),
        mistake(
            "v in the place of g",
            "You step by v + β v, with the new v in both places. The first is the gradient: "
            "g + β v.",
            ("(grad + self.beta * self.v)", "(self.v + self.beta * self.v)"),
        ),
        FIRST_TWICE,
        mistake(
            "a plain first step",
            "The first step is plain descent with you. It looks ahead, too: v is g then, and the "
            "step (1 + β) g.",
            ("self.v = np.zeros_like(theta)\n",
             "self.v = grad.copy()\n            theta -= self.lr * grad\n            return\n"),
        ),
        mistake(
            "β v twice",
            "β v is in your step twice: g + β v.",
            ("(grad + self.beta * self.v)", "(grad + 2 * self.beta * self.v)"),
        ),
    ),
    alternatives=(
        """
        class MyNesterov:
            def __init__(self, lr, beta=0.9):
                self.lr, self.beta, self.old = lr, beta, 0.0

            def step(self, theta, grad):
                new = self.beta * self.old + grad
                theta -= self.lr * ((1 + self.beta) * new - self.beta * self.old)
                self.old = new
        """,
    ),
)  # fmt: skip

EXERCISES = (MOMENTUM, RMSPROP, ADAM, LOUDER, ADAMW, NESTEROV)
