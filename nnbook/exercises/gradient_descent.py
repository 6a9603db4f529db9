"""Exercises of *Gradient descent*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice

OVERWRITTEN = (
    "step changes grad, which is the network's own array: `grad *= …` does that, and so does "
    "changing `self.v` after `self.v = grad`. Compute with a new array, or a copy"
)
SHARED = (
    "two optimizers of this class get in each other's way: what one remembers, the other finds. "
    "What belongs to one is made in `__init__`, as `self.…`, not in the class"
)
FIRST_ARRAY = "step moves an array that it was given earlier: it should move the theta of this call"
UPHILL = mistake(
    "uphill",
    "It climbs. The gradient points to where the loss rises: go against it, θ minus η times the "
    "step.",
    ("theta -= ", "theta += "),
)
CLASS_RATE = (
    "Two optimizers of your class have one learning rate, that of whichever was made last. What "
    "belongs to one of them is kept in self: `self.lr = lr`."
)
ONE_FOR_ALL = (
    "You make one number of all gradients, by a sum or a mean. Each weight has a gradient of its "
    "own, and everything happens weight by weight."
)


def not_in_place(step):
    """The mistake of a solution that begins its last line with theta -= and this."""
    return mistake(
        "not in place",
        "θ has not moved. If you write `theta = theta - …`, that makes a new array, which ends "
        "with your method. The network's weights are windows into the one that came in: change it "
        "in place, `theta -= …`.",
        (f"theta -= {step}", f"theta = theta - {step}"),
    )


def no_rate(with_it, without):
    return mistake(
        "no learning rate",
        "The learning rate is missing: how long the step is, `self.lr` decides.",
        (with_it, without),
    )


def steps(answer, theta, gradients, **settings):
    """How far θ moves in each step. `grad` is one array, filled anew for each step, as in a
    network. Beside it walks a second optimizer, with another array for θ each time, and a third
    one, of other settings, waits. In the end one of the two gets half of its rate, if it has it
    as a number: as a schedule does."""
    theta, moves, lr = np.array(theta), {}, settings["lr"]
    one, other = answer(**settings), answer(**settings)
    answer(**settings | {"lr": 0.7 * lr})
    copy, grad = theta, np.empty_like(theta)
    for t, g in enumerate(gradients, 1):
        before, copy = theta.copy(), copy.copy()
        for optimizer, moving in ((one, theta), (other, copy)):
            grad[...] = g
            optimizer.step(moving, grad)
            if not np.array_equal(grad, np.asarray(g, grad.dtype)):
                raise ValueError(OVERWRITTEN)
        if not np.array_equal(theta, copy, equal_nan=True):
            still = np.array_equal(copy, before)
            raise ValueError(FIRST_ARRAY if still else SHARED)
        moves[f"the move in step {t}"] = theta - before
    moves["half the rate, half the step"] = True
    if getattr(one, "lr", None) == lr:
        one.lr, before = lr / 2, theta.copy()
        for optimizer, moving in ((one, theta), (other, copy)):
            grad[...] = g
            optimizer.step(moving, grad)
        half, whole = theta - before, copy - before
        kept = np.allclose(2 * half, whole, rtol=1e-3, atol=1e-6, equal_nan=True)
        moves["half the rate, half the step"] = kept
    return moves


def drawn(rng, **settings):
    """Three weights, twelve steps, both signs."""
    theta, gradients = rng.standard_normal(3), rng.standard_normal((12, 3))
    theta[1] = -abs(theta[0])
    return {"theta": theta, "gradients": gradients, **settings}


def in_float32(case):
    """A case in float32: all its numbers are exact there, in any order of the operations."""
    arrays = {name: np.float32(case[name]) for name in ("theta", "gradients")}
    return case | arrays


def sgd_cases(rng):
    yield {"theta": [1.0], "gradients": [[2.0]], "lr": 0.25}
    two = {"theta": [-5.0, -2.0], "gradients": [[-1.0, -8.0], [3.0, 4.0]], "lr": 0.5}
    yield two
    yield in_float32(two)
    yield drawn(rng, lr=rng.uniform(0.2, 0.4))


def with_schedule(answer, theta, gradients, lr):
    """Some steps, and another one after a change of the rate."""
    moves = steps(answer, theta, gradients, lr=lr)
    optimizer, start, grad = answer(lr), np.array(theta), np.array(gradients[0])
    optimizer.lr = 2 * lr
    moving = start.copy()
    optimizer.step(moving, grad)
    return moves | {"the move after optimizer.lr *= 2": moving - start}


SGD = Code(
    id="optimizers.SGD",
    title="Gradient descent",
    kind="build",
    level=1,
    task="""
Write the class of plain gradient descent. `step(theta, grad)` moves `theta` in place,
against its gradient and $\\eta$ times as far. `grad` stays as it is. Keep $\\eta$ in
`self.lr`, where a schedule may change it between two steps.
""",
    cases=sgd_cases,
    use=with_schedule,
    hints=(
        "`__init__` keeps the learning rate for later: `self.lr = lr`.",
        "`theta -= …` changes the array that came in; `theta = theta - …` makes another.",
    ),
    mistakes=(
        not_in_place("self.lr * grad"),
        UPHILL,
        no_rate("self.lr * grad", "grad"),
        mistake(
            "the gradient is overwritten",
            "It changes grad, the network's own array. Multiply into a new one, `self.lr * grad`, "
            "and leave grad as it came: no `grad *= …`, and nothing is set to 0.",
            ("theta -= self.lr * grad", "grad *= self.lr\n        theta -= grad"),
        ),
        mistake(
            "θ replaced by the step",
            "You put the step in the place of θ. It is to be subtracted from what is there.",
            ("theta -= self.lr * grad", "theta[...] = -self.lr * grad"),
        ),
        mistake(
            "the sign alone",
            "You step by η whatever the size of the gradient. Here a steep slope means a long "
            "step: η times g.",
            ("self.lr * grad", "self.lr * np.sign(grad)"),
        ),
        mistake(
            "the length is taken out",
            "You divide the gradient by its length, so that all steps are η long. Here a steep "
            "slope means a long step: η times g.",
            ("self.lr * grad", "self.lr * grad / np.linalg.norm(grad)"),
        ),
        mistake(
            "divided by the rate",
            "You divide by the learning rate. A larger rate means a longer step: multiply.",
            ("self.lr * grad", "grad / self.lr"),
        ),
        mistake(
            "the mean of the gradient",
            ONE_FOR_ALL,
            ("self.lr * grad", "self.lr * grad.mean()"),
        ),
        mistake(
            "the sum of the gradient",
            ONE_FOR_ALL,
            ("self.lr * grad", "self.lr * grad.sum()"),
        ),
        mistake(
            "gradients add up",
            "From the second step on you walk along the sum of all gradients so far. Plain "
            "descent remembers nothing: only the gradient of this step counts.",
            ("theta -= self.lr * grad",
             "self.sum = getattr(self, 'sum', 0.0) + grad\n        theta -= self.lr * self.sum"),
        ),
        mistake(
            "the step times θ",
            "You multiply by θ, too: `theta *= …` in place of `theta -= …`, or a θ too many.",
            ("self.lr * grad", "self.lr * grad * theta"),
        ),
        mistake(
            "one step late",
            "You take the gradient of the step before, and none at first. It is `grad` that "
            "belongs to θ as it is now.",
            ("theta -= self.lr * grad",
             "theta -= self.lr * getattr(self, 'last', 0.0)\n        self.last = grad.copy()"),
        ),
        mistake(
            "the square of the gradient",
            "You square the gradient: its sign is gone, and each step leads the same way.",
            ("self.lr * grad", "self.lr * grad**2"),
        ),
        mistake(
            "the rate as it was at first",
            "Your steps are right as long as the rate stays. A schedule sets `optimizer.lr`, and "
            "your `step` never looks there: keep η in `self.lr`, and read it at each step.",
            ("self.lr = checks", "self.rate = checks"),
            ("self.lr * grad", "self.rate * grad"),
        ),
        mistake(
            "momentum",
            "From the second step on the gradients before come along: that is momentum. Plain "
            "descent takes this gradient alone.",
            ("theta -= self.lr * grad",
             "self.v = 0.9 * getattr(self, 'v', 0.0) + grad\n        theta -= self.lr * self.v"),
        ),
        mistake(
            "the rate belongs to the class",
            CLASS_RATE,
            ("self.lr = checks", "type(self).lr = checks"),
        ),
        mistake(
            "the rate belongs to the class, and is read there",
            CLASS_RATE,
            ("self.lr = checks", "type(self).lr = checks"),
            ("self.lr * grad", "type(self).lr * grad"),
        ),
    ),
    alternatives=(
        """
        class MySGD:
            def __init__(self, lr):
                self.lr = lr

            def step(self, theta, grad):
                for i in range(len(theta)):
                    theta[i] = theta[i] - self.lr * grad[i]
        """,
        """
        class MySGD:
            def __init__(self, lr):
                self.lr = lr

            def step(self, theta, grad):
                np.subtract(theta, self.lr * grad, out=theta)
        """,
    ),
)  # fmt: skip


def rate_in_millimetres():
    """By what the largest rate has to be multiplied when one input is 1000 times as large."""

    def limit(unit):
        x = np.column_stack([np.ones(50), unit * np.random.default_rng(0).random(50)])
        return 2 / np.linalg.eigvalsh(2 * x.T @ x / 50)[-1]

    ratio = limit(1000) / limit(1)
    known = {"a": 1000, "b": 1, "c": 1e-3, "d": 1e-6}
    return min(known, key=lambda key: abs(np.log10(ratio / known[key])))


MILLIMETRES = Choice(
    id="optimizers.millimetres",
    title="An input in millimetres",
    kind="predict",
    level=1,
    task="""
A straight line $b + wx$ is fitted by gradient descent, with the mean of squared errors. Someone
writes the input in millimetres in place of metres, so that every $x$ is 1000 times as large.
About what becomes of the largest learning rate that does not diverge?
""",
    options={
        "a": (
            "it is 1000 times as large",
            "Larger inputs make steeper slopes: dw is the mean of dz times x. Steeper calls for "
            "shorter steps. By how much?",
        ),
        "b": (
            "it stays what it was",
            "The best line is the same, but not the loss as a function of w: a w that is 0.001 "
            "off now moves the line as far as one that was 1 off before.",
        ),
        "c": (
            "it is a thousandth of what it was",
            "The slope grows a thousandfold. But the limit is 2/λ, and the curvature is how fast "
            "the slope changes *with w*: how often does x come in?",
        ),
        "d": (
            "it is a millionth of what it was",
            "Right: the curvature along w is twice the mean of x², a million times as large. And "
            "b, whose curvature is still 2, now waits for ever: κ has grown as much. That is why "
            "inputs are brought to one size before training.",
        ),
    },
    right="d",
    truth=rate_in_millimetres,
    hints=(
        "The limit is 2/λ. So what becomes of the curvature along w?",
        "With z = b + wx the loss is the mean of (z − y)². Take its second derivative by w.",
    ),
)


def falling_cases(rng):
    yield {"theta": [1.0], "gradients": [[2.0]], "lr": 0.25, "halved_after": 5}
    ones = [[1.0]] * 4
    yield {"theta": [0.0], "gradients": ones, "lr": 1.0, "halved_after": 1}
    yield {"theta": [0.0], "gradients": ones, "lr": 1.0, "halved_after": 2}
    yield drawn(rng, lr=rng.uniform(0.2, 0.4), halved_after=3)


FALLING = Code(
    id="optimizers.FallingSGD",
    title="A rate that falls",
    kind="beyond",
    level=1,
    task="""
Where noise does not let SGD come to rest, the learning rate has to become smaller. Write SGD with
the rate $\\eta_t = \\eta / (1 + t/h)$, where $t$ counts the steps taken before: the first step is
taken with $\\eta$ itself, and after $h$ steps (`halved_after`) the rate is half of it.

Then start it *at* the minimum `best` of the noise experiment, with single examples, $\\eta = 0.1$
and $h = 100$, and take 2,000 steps. How far do its last hundred scatter, and those of plain SGD?
""",
    cases=falling_cases,
    use=steps,
    hints=(
        "The object has to count: `self.t = 0` in `__init__`, and one more at each step.",
        "Compute the rate of this step first, from `self.lr`, which stays; then move; then count.",
    ),
    solution='''
class MyFallingSGD:
    """θ ← θ − ηₜ g, with ηₜ = η / (1 + t/h): half the rate after h steps."""

    def __init__(self, lr, halved_after):
        self.lr, self.halved_after, self.t = lr, halved_after, 0

    def step(self, theta, grad):
        rate = self.lr / (1 + self.t / self.halved_after)
        theta -= rate * grad
        self.t += 1
''',
    mistakes=(
        not_in_place("rate"),
        UPHILL,
        mistake(
            "counted too early",
            "You count before the step, so that the first one is already shortened: t is the "
            "number of steps that have been taken, 0 at first.",
            ("self.halved_after, self.t = lr, halved_after, 0",
             "self.halved_after, self.t = lr, halved_after, 1"),
        ),
        mistake(
            "the rate does not fall",
            "All steps are taken with the same rate: does t grow with each call?",
            ("        self.t += 1\n", ""),
        ),
        mistake(
            "the fallen rate is kept",
            "You put the new rate in the place of η and make it smaller again at the next step: it "
            "falls twice. Keep `self.lr` as it came, and compute this step's rate from it.",
            ("rate = self.lr / (1 + self.t / self.halved_after)",
             "rate = self.lr = self.lr / (1 + self.t / self.halved_after)"),
        ),
        mistake(
            "halved again and again",
            "You halve the rate after each h steps, or shrink it by the same factor at each: an "
            "exponential. The formula falls more slowly later: a half after h steps, a third after "
            "2h.",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr * 0.5 ** (self.t / self.halved_after)"),
        ),
        mistake(
            "one too many under the line",
            "You divide 1 + t by h. The 1 stands by itself: η / (1 + t/h), and the first step is "
            "taken with η.",
            ("(1 + self.t / self.halved_after)", "((1 + self.t) / self.halved_after)"),
        ),
        mistake(
            "h in place of 1",
            "You divide by h + t. That is η / h at first: under the line stands 1 + t/h.",
            ("(1 + self.t / self.halved_after)", "(self.halved_after + self.t)"),
        ),
        mistake(
            "half after half of h",
            "Your rate is down to a half too early: after h steps t/h is 1 already, and η / 2 "
            "needs no factor 2.",
            ("1 + self.t / self.halved_after", "1 + 2 * self.t / self.halved_after"),
        ),
        mistake(
            "squares of t",
            "You square t/h. The formula has it as it is: η / (1 + t/h).",
            ("self.t / self.halved_after", "(self.t / self.halved_after) ** 2"),
        ),
        mistake(
            "a straight line through zero",
            "Your rate falls along a straight line, is zero after 2h steps, and then negative. In "
            "the formula it is divided: η / (1 + t/h).",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr * (1 - self.t / (2 * self.halved_after))"),
        ),
        mistake(
            "h times t",
            "You multiply by h where the formula divides: the longer h, the *slower* the rate "
            "falls.",
            ("self.t / self.halved_after", "self.t * self.halved_after"),
        ),
        mistake(
            "brackets",
            "`1 + t / h` stands below the line, all of it: put it in brackets.",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr / 1 + self.t / self.halved_after"),
        ),
        mistake(
            "a straight line down",
            "Your rate falls along a straight line, and would be zero, and then negative, after h "
            "steps. In the formula it is divided: η / (1 + t/h).",
            (
                "self.lr / (1 + self.t / self.halved_after)",
                "self.lr * (1 - self.t / self.halved_after)",
            ),
        ),
        mistake(
            "an exponential",
            "Your rate shrinks by the same factor at each step. The formula falls more slowly "
            "later: a half after h steps, a third after 2h.",
            (
                "self.lr / (1 + self.t / self.halved_after)",
                "self.lr * np.exp(-self.t / self.halved_after)",
            ),
        ),
        mistake(
            "a root",
            "You divide by a root. The formula has none: η / (1 + t/h).",
            ("(1 + self.t / self.halved_after)", "np.sqrt(1 + self.t / self.halved_after)"),
        ),
        mistake(
            "without h",
            "You divide by the number of the step, whatever h is: η / (1 + t/h).",
            ("(1 + self.t / self.halved_after)", "(1 + self.t)"),
        ),
        mistake(
            "whole numbers",
            "`//` divides and rounds down, so that the rate stays for h steps and then jumps: use "
            "`/`.",
            ("self.t / self.halved_after", "self.t // self.halved_after"),
        ),
        mistake(
            "a rate that grows",
            "You multiply by 1 + t/h, so that the rate grows: divide by it.",
            ("self.lr / (1 + self.t",
             "self.lr * (1 + self.t"),
        ),
        mistake(
            "h over t",
            "You divide h by t. The more steps have been taken, the smaller the rate: t / h.",
            ("self.t / self.halved_after",
             "self.halved_after / max(self.t, 1)"),
        ),
        mistake(
            "one fall after h steps",
            "Your rate stays what it is for h steps and is then halved at once. The formula "
            "lets it fall with each step: after one it is η / (1 + 1/h).",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr * (1.0 if self.t < self.halved_after else 0.5)"),
        ),
        mistake(
            "halved every h steps",
            "You halve the rate after every h steps. The formula lets it fall with each step, "
            "and more slowly later: a half after h, a third after 2h.",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr * 0.5 ** (self.t // self.halved_after)"),
        ),
        mistake(
            "η and h are swapped",
            "η and h have changed places, in `__init__` or in step.",
            ("self.lr, self.halved_after, self.t = lr, halved_after, 0",
             "self.halved_after, self.lr, self.t = lr, halved_after, 0"),
        ),
        mistake(
            "a straight line",
            "Your rate falls along a straight line, to nothing after 2h steps. η / (1 + t/h) "
            "falls fast at first, and never ends.",
            ("self.lr / (1 + self.t / self.halved_after)",
             "self.lr * max(0.0, 1 - self.t / (2 * self.halved_after))"),
        ),
    ),
    alternatives=(
        """
        class MyFallingSGD:
            def __init__(self, lr, halved_after):
                self.first, self.h, self.taken = lr, halved_after, -1

            def step(self, theta, grad):
                self.taken += 1
                theta[...] = theta - self.first * self.h / (self.h + self.taken) * grad
        """,
    ),
)  # fmt: skip

EXERCISES = (SGD, MILLIMETRES, FALLING)
