"""Exercises of *Optimizers*."""

import numpy as np

from nnbook.exercises.gradient_descent import NOT_IN_PLACE, drawn, steps
from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice

NOT_KEPT = (
    "It is right for one step. Then it has forgotten: what an optimizer remembers is made "
    "once, at the first step, and kept in self."
)


def momentum_cases(rng):
    yield {"theta": [0.0], "gradients": [[2.0]], "lr": 0.5, "beta": 0.5}
    yield {"theta": [0.0], "gradients": [[2.0], [2.0]], "lr": 0.5, "beta": 0.5}
    yield {
        "theta": [0.0, 0.0],
        "gradients": [[1.0, 1.0], [1.0, -1.0], [1.0, 1.0]],
        "lr": 1.0,
    }
    yield drawn(rng, lr=rng.uniform(0.1, 0.5), beta=rng.uniform(0.3, 0.8))  # fmt: skip


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
        mistake(
            "not in place",
            NOT_IN_PLACE,
            ("theta -= self.lr * self.v", "theta = theta - self.lr * self.v"),
        ),
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
    yield drawn(rng, lr=0.1, beta=rng.uniform(0.3, 0.4), eps=rng.uniform(0.1, 0.2))  # fmt: skip


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
        mistake(
            "not in place",
            NOT_IN_PLACE,
            ("theta -= self.lr * grad", "theta = theta - self.lr * grad"),
        ),
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
        mistake(
            "not in place",
            NOT_IN_PLACE,
            ("theta -= scratch", "theta = theta - scratch"),
        ),
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
    yield {"theta": [1.0, 100.0], "gradients": [[0.0, 0.0]], "lr": 0.5, "decay": 0.1}
    yield {"theta": [2.0], "gradients": [[1.0], [2.0]], "lr": 0.1, "decay": 0.5}
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
\\left( \\frac{\\hat m}{\\sqrt{\\hat v} + \\varepsilon} + \\lambda\\theta \\right) .
$$

The program below runs, and trains. But where the gradient is 0, the weights 1 and 100
should lose the same share, with $\\eta = 0.5$ and $\\lambda = 0.1$ a twentieth of their
size. Instead both lose 0.5. Where does the decay go? Mend it.
""",
    cases=adamw_cases,
    use=steps,
    hints=(
        "Follow the number 100 with a gradient of 0. What are m̂ and v̂ after the first step?",
        "Whatever is added to the gradient is divided by its own size further down.",
        "Leave grad as it came, and add λθ behind the division, in the last line.",
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
            "λθ still goes through m and v: there it is divided by its own size, and a large "
            "weight shrinks no more than a small one. It belongs behind the division.",
            ("self.t += 1\n", "self.t += 1\n        grad = grad + self.decay * theta\n"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "both the old decay and the new",
            "The new decay is right, and the old one is still there: take λθ out of the "
            "gradient.",
            ("self.t += 1\n", "self.t += 1\n        grad = grad + self.decay * theta\n"),
        ),
        mistake(
            "half mended",
            "λθ is out of v, and still in m: it goes through the division all the same. Take "
            "it out of both.",
            ("(1 - self.beta1) * grad", "(1 - self.beta1) * (grad + self.decay * theta)"),
            (" + self.eps) + self.decay * theta)", " + self.eps))"),
        ),
        mistake(
            "no decay at all",
            "The decay is gone: this is Adam. Take λθ out of the gradient, but add it where "
            "θ changes.",
            (" + self.decay * theta)", ")"),
        ),
        mistake(
            "the decay without η",
            "The weights lose λθ, and should lose ηλθ: the learning rate multiplies both parts.",
            (
                "self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta)",
                "self.lr * m_hat / (np.sqrt(v_hat) + self.eps) + self.decay * theta",
            ),
        ),
        mistake(
            "the weights grow",
            "The sign of the decay is wrong: all weights grow. λθ is subtracted from θ, like "
            "Adam's own step.",
            (" + self.decay", " - self.decay"),
        ),
        mistake(
            "the decay after the step",
            "Nearly: you shrink what Adam's step has left, so that the step shrinks as well. "
            "In the formula both parts are computed from the θ before.",
            (" + self.eps) + self.decay * theta)",
             " + self.eps))\n        theta -= self.lr * self.decay * theta"),
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
        mistake(
            "not in place",
            NOT_IN_PLACE,
            ("theta -= self.lr * (", "theta = theta - self.lr * ("),
        ),
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
            "the velocity is not kept",
            NOT_KEPT,
            ("        if self.v is None:\n    ", ""),
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
