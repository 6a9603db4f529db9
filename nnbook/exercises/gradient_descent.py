"""Exercises of *Gradient descent*."""

import numpy as np

from nnbook.tutor.code import Code, mistake

NOT_IN_PLACE = (
    "θ has not moved: `theta = theta - …` makes a new array, which ends with your method. The "
    "network's weights are windows into the one that came in: change it in place, `theta -= …`."
)


def steps(answer, theta, gradients, **settings):
    """θ after each step. `grad` is one array, filled anew for each step, as in a network."""
    theta, optimizer, after = np.array(theta), answer(**settings), {}
    grad = np.empty_like(theta)
    for t, g in enumerate(gradients, 1):
        grad[...] = g
        optimizer.step(theta, grad)
        after[f"theta after step {t}"] = theta.copy()
        after[f"grad after step {t}"] = grad.copy()
    return after


def drawn(rng, **settings):
    """Three weights, four steps."""
    theta, gradients = rng.standard_normal(3), rng.standard_normal((4, 3))
    return {"theta": theta, "gradients": gradients, **settings}


def sgd_cases(rng):
    yield {"theta": [1.0], "gradients": [[2.0]], "lr": 0.25}
    yield {"theta": [-5.0, -2.0], "gradients": [[-1.0, -8.0], [3.0, 4.0]], "lr": 0.5}
    yield drawn(rng, lr=rng.uniform(0.2, 0.4))


SGD = Code(
    id="optimizers.SGD",
    title="Gradient descent",
    kind="build",
    level=1,
    task="""
Write the class of plain gradient descent. `step(theta, grad)` moves `theta` in place,
against its gradient and $\\eta$ times as far. `grad` stays as it is.
""",
    cases=sgd_cases,
    use=steps,
    hints=(
        "`__init__` keeps the learning rate for later: `self.lr = lr`.",
        "`theta -= …` changes the array that came in; `theta = theta - …` makes another.",
    ),
    mistakes=(
        mistake(
            "not in place",
            NOT_IN_PLACE,
            ("theta -= self.lr * grad", "theta = theta - self.lr * grad"),
        ),
        mistake(
            "uphill",
            "It climbs. The gradient points to where the loss rises: go against it, "
            "θ minus η times g.",
            ("theta -= ", "theta += "),
        ),
        mistake(
            "no learning rate",
            "You subtract the whole gradient. How long the step is, the learning rate decides: "
            "multiply by self.lr.",
            ("self.lr * grad", "grad"),
        ),
        mistake(
            "the gradient is overwritten",
            "θ is right, and grad is not what it was: `grad *= …` changes the network's own "
            "array. Multiply into a new one, `self.lr * grad`.",
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
    ),
    alternatives=(
        """
        class MySGD:
            def __init__(self, lr):
                self.rate = lr

            def step(self, theta, grad):
                for i in range(len(theta)):
                    theta[i] = theta[i] - self.rate * grad[i]
        """,
    ),
)  # fmt: skip

EXERCISES = (SGD,)
