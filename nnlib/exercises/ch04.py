"""Exercises of chapter 4, Losses."""

import numpy as np

from nnlib.exercises.specification import Choice, Code, mistake


def logits_and_labels(rng):
    """Batches for a loss of classes: two fixed ones, one of extremes, one drawn anew."""
    yield {"z": np.array([[1.0, 2.0, 4.0]]), "y": np.array([1])}
    yield {
        "z": np.array([[0.0, 1.0, -1.0, 2.0], [3.0, 0.5, 0.5, -2.0], [1.0, 1.0, 1.0, 5.0]]),
        "y": np.array([3, 1, 0]),
    }  # fmt: skip
    yield {"z": np.array([[0.0, 1e4], [-1e4, 0.0]]), "y": np.array([0, 1])}
    n, k = rng.integers(5, 9), rng.integers(9, 13)
    yield {"z": 3 * rng.standard_normal((n, k)), "y": rng.integers(k, size=n)}


CROSS_ENTROPY = Code(
    id="losses.cross_entropy",
    title="Cross-entropy, and its gradient",
    kind="build",
    level=2,
    task="""
Write the loss of a classifier. `z` holds logits, one row an example, and `y` the number of
each row's true class. Return the mean of $-\\log p_y$ over the batch, and the gradient `dz`
with respect to the logits. Logits of $\\pm 10^4$ must do no harm.
""",
    cases=logits_and_labels,
    returns=("value", "dz"),
    hints=(
        "Begin with `z = z - z.max(axis=1, keepdims=True)`: no probability changes, and no "
        "exponential overflows.",
        "log p is a difference, z[i, y] − log Σ eᶻ, with no probability in it. "
        "`z[np.arange(len(z)), y]` picks one logit from each row.",
        "The gradient is softmax(z), minus 1 at each row's true class, divided by the number "
        "of rows.",
    ),
    mistakes=(
        mistake(
            "no mean in the value",
            "Your value is the sum of the surprises of the batch. A loss is their mean: "
            "divide by n, the number of rows, or the loss grows with the batch size.",
            (".sum() / n", ".sum()"),
        ),
        mistake(
            "no mean in the gradient",
            "The value is right. The gradient is n times too large: the value is a mean over "
            "n rows, so each row of dz carries a factor 1/n.",
            ("    dz /= n\n", ""),
        ),
        mistake(
            "mean over all elements",
            "The gradient is divided by the number of all logits, n · k. The mean is over "
            "examples, not over classes: divide by n, the number of rows.",
            ("dz /= n", "dz /= dz.size"),
        ),
        mistake(
            "the true class forgotten in the gradient",
            "Your dz is p / n. The gradient is forecast minus truth: subtract 1 at each row's "
            "true class before you divide by n.",
            ("    dz[rows, y] -= 1\n", ""),
        ),
        mistake(
            "gradient with the wrong sign",
            "dz points the other way: it is truth minus forecast. ∂L/∂z is forecast minus "
            "truth; it is the optimizer that subtracts it.",
            ("dz /= n", "dz /= -n"),
        ),
        mistake(
            "log of the probability",
            "It is right until a probability becomes 0: then −log 0 is infinite. Never compute "
            "the logarithm of p: log p is z − log Σ eᶻ, once the row's maximum is subtracted.",
            (
                "(np.log(total[:, 0]) - z[rows, y]).sum()",
                "-np.log(dz[rows, y] / total[:, 0]).sum()",
            ),
        ),
        mistake(
            "overflow",
            "eᶻ overflows for large logits, and inf / inf is nan. Subtract each row's maximum "
            "from z first: the probabilities stay as they are.",
            ("z - z.max(axis=1, keepdims=True)", "z * 1.0"),
        ),
        mistake(
            "softmax over the columns",
            "You normalise over the examples of the batch. Each row is one example: its "
            "probabilities add up to 1 along axis 1.",
            ("dz.sum(axis=1, keepdims=True)", "dz.sum(axis=0, keepdims=True)"),
            ("np.log(total[:, 0])", "np.log(total[0, y])"),
        ),
        mistake(
            "the mean of p in place of −log p",
            "You average the probabilities of the true classes. The loss is their surprise, "
            "−log p: small where p is near 1, without limit where p goes to 0.",
            ("(np.log(total[:, 0]) - z[rows, y])", "(np.exp(z[rows, y]) / total[:, 0])"),
        ),
    ),
    alternatives=(
        """
        def my_cross_entropy(z, y):
            shifted = z - np.max(z, axis=1)[:, None]
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
            onehot = np.eye(z.shape[1])[y]
            return -(onehot * log_p).sum(axis=1).mean(), (np.exp(log_p) - onehot) / len(z)
        """,
        """
        def my_cross_entropy(z, y):
            value, dz = 0, np.zeros(z.shape)
            for i, (row, true) in enumerate(zip(z, y)):
                row = row - max(row)
                p = np.exp(row) / sum(np.exp(row))
                value += np.log(sum(np.exp(row))) - row[true]
                dz[i] = p
                dz[i, true] -= 1
            return value / len(z), dz / len(z)
        """,
    ),
)  # fmt: skip


def huber_cases(rng):
    yield {"z": np.array([[0.5], [4.0]]), "y": np.array([[0.0], [0.0]]), "delta": 1.0}
    yield {
        "z": np.array([[1.0, -3.0, 2.0], [0.0, 50.0, 1.5]]),
        "y": np.array([[1.5, 1.0, 2.0], [2.0, -1.0, -1.5]]),
        "delta": 2.0,
    }
    z, delta = 5 * rng.standard_normal((4, 3)), float(rng.uniform(0.5, 3))
    yield {"z": z, "y": z + 3 * rng.standard_normal((4, 3)), "delta": delta}


HUBER = Code(
    id="losses.huber",
    title="Huber's loss: squared near zero, straight beyond",
    kind="beyond",
    level=2,
    task="""
Write the loss of Huber (1964): the mean over all elements of
$\\frac12 e^2$ where $|e| \\le \\delta$, with $e = z - y$, and of $\\delta\\,(|e| - \\frac12\\delta)$
beyond, and its gradient `dz`. An outlier then pulls as hard as an error of $\\delta$, and no harder.
""",
    cases=huber_cases,
    returns=("value", "dz"),
    hints=(
        "`np.where(condition, a, b)` takes each element from a or from b.",
        "The derivative of ½ e² is e. That of the straight part is δ or −δ: the sign of e, "
        "times δ.",
        "Both together are the error, cut off at ±δ: `np.clip(e, -delta, delta)`. The mean "
        "over all elements adds a factor 1 / e.size.",
    ),
    solution="""
def my_huber(z, y, delta):
    \"\"\"L = mean of ½ e² where |e| ≤ δ, of δ (|e| − ½ δ) elsewhere, e = z − y; and dz.\"\"\"
    e = z - y
    near = np.abs(e) <= delta
    values = np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))
    return values.mean(), np.clip(e, -delta, delta) / e.size
""",
    mistakes=(
        mistake(
            "no half in the squared part",
            "The squared part is e² in place of ½ e²: the two parts do not meet at |e| = δ.",
            ("e**2 / 2", "e**2"),
        ),
        mistake(
            "the parts do not meet",
            "The straight part is δ |e|: it lies ½ δ² too high, and the loss jumps at |e| = δ.",
            ("(np.abs(e) - delta / 2)", "np.abs(e)"),
        ),
        mistake(
            "slope 1 beyond δ",
            "Beyond δ your gradient is ±1, and should go on at ±δ, the slope that the squared "
            "part has reached there.",
            ("np.clip(e, -delta, delta)", "np.where(near, e, np.sign(e))"),
        ),
        mistake(
            "no sign beyond δ",
            "Beyond δ your gradient is +δ on both sides. Where the output is too small, e < 0, "
            "it is −δ: use the sign of e.",
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta)"),
        ),
        mistake(
            "the gradient of squared error",
            "The gradient is not cut off: it is that of ½ e², so that an outlier pulls as hard "
            "as before.",
            ("np.clip(e, -delta, delta)", "e"),
        ),
        mistake(
            "mean over the rows alone",
            "The value is a mean over all elements, so dz carries 1 / e.size; you divided by "
            "the number of rows.",
            ("/ e.size", "/ len(e)"),
        ),
        mistake(
            "sum in place of mean",
            "The value is the sum over all elements. Take their mean, or the loss grows with "
            "the batch.",
            ("values.mean()", "values.sum()"),
        ),
    ),
    alternatives=(
        """
        def my_huber(z, y, delta):
            e = np.abs(z - y)
            inside = np.minimum(e, delta)
            value = (inside**2 / 2 + delta * (e - inside)).sum() / e.size
            return float(value), np.sign(z - y) * inside / e.size
        """,
    ),
)


def loss_after_two_softmaxes():
    """The least cross-entropy that ten probabilities, taken for logits, can have."""
    from nnlib import cross_entropy

    value, _ = cross_entropy(np.eye(10)[:1], np.array([0]))
    return min("abcd", key=lambda letter: abs(float(TWO[letter][0].split()[1]) - value))


TWO = {
    "a": (
        "about 0.00",
        "With one softmax it would. Probabilities are at most 1 and at least 0, so as logits "
        "the right one is at most 1 ahead: what is softmax(1, 0, 0, …)?",
    ),
    "b": (
        "about 1.46",
        "Right: the best that the first softmax can give is (1, 0, …, 0). Taken as logits, "
        "that is e / (e + 9) = 0.23 for the true class, and −log 0.23 = 1.46.",
    ),
    "c": (
        "about 2.30",
        "That is ln 10, the loss of knowing nothing. The second softmax still sees which "
        "number is largest, so it can do better than that.",
    ),
    "d": (
        "about 0.69",
        "That is ln 2, for two equal classes. Here there are ten: compute softmax of one 1 "
        "and nine 0s.",
    ),
}
TWO_SOFTMAXES = Choice(
    id="losses.two_softmaxes",
    title="One softmax too many",
    kind="diagnose",
    level=1,
    task="""
A network for ten classes ends with a softmax, and its output goes to `cross_entropy`, which
applies another. Training runs, the accuracy rises, but the loss never falls below a certain
number. Which one?
""",
    options=TWO,
    right="b",
    truth=loss_after_two_softmaxes,
    hints=(
        "What is the best output that the first softmax can give, if class 0 is true?",
        "Compute `cross_entropy(np.eye(10)[:1], np.array([0]))`.",
    ),
)

EXERCISES = (CROSS_ENTROPY, TWO_SOFTMAXES, HUBER)
