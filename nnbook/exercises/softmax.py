"""Exercises of *Softmax*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice


def logits(rng):
    """Batches for softmax: one row, two, extremes far apart, one drawn anew."""
    yield {"z": np.array([[0.0, np.log(3)]])}
    yield {"z": np.array([[1.0, 2.0, 3.0], [0.5, 0.5, -1.0]])}
    yield {"z": np.array([[1e4, 0.0, 1e4], [-1e4, -1e4, -1e4 - 1]])}
    yield {"z": 3 * rng.standard_normal((rng.integers(4, 7), rng.integers(7, 10)))}


SOFTMAX = Code(
    id="losses.softmax",
    title="Softmax, row by row",
    kind="build",
    level=1,
    task="""
Write softmax for a batch: `z` holds logits, one row an example. Return the probabilities, in the
same shape. Logits of $\\pm 10^4$ must do no harm.
""",
    cases=logits,
    hints=(
        "`z.max(axis=1, keepdims=True)` is a column with the largest logit of each row.",
        "Subtract it from z first, then raise e to the power of the rest, then divide each row by "
        "its sum.",
    ),
    mistakes=(
        mistake(
            "overflow",
            "eᶻ overflows for large logits, and inf / inf is nan; very negative ones give 0 / 0. "
            "Subtract each row's maximum first: the probabilities stay as they are.",
            ("z - z.max(axis=-1, keepdims=True)", "z"),
        ),
        mistake(
            "one maximum for the whole batch",
            "You subtract the largest logit of the whole batch. A row far below it becomes all "
            "zeros, and 0 / 0 is nan. Each row needs its own maximum.",
            ("z.max(axis=-1, keepdims=True)", "z.max()"),
        ),
        mistake(
            "over the columns",
            "You divide by the sums of the columns. One row is one example: its probabilities "
            "add up to 1 along axis 1.",
            ("e.sum(axis=-1", "e.sum(axis=0"),
        ),
        mistake(
            "over everything",
            "Your whole batch adds up to 1. Each row should: sum along axis 1, and keep the sums "
            "as a column.",
            ("e.sum(axis=-1, keepdims=True)", "e.sum()"),
        ),
        mistake(
            "keepdims forgotten",
            "A sum or a maximum over axis 1 has the shape (n,), which NumPy lays along the rows. "
            "As a column (n, 1) each number would meet its own row: `keepdims=True`.",
            ("e.sum(axis=-1, keepdims=True)", "e.sum(axis=-1)"),
        ),
        mistake(
            "the maximum in the numerator alone",
            "You subtract the maximum in the numerator, and not in the sum: e⁻ᵐ does not cancel. "
            "Both are made of the same exponentials: give them a name.",
            ("e / e.sum(axis", "e / np.exp(z).sum(axis"),
        ),
        mistake(
            "no exponential",
            "You divide the logits themselves by their sum. That is negative for some, and may "
            "divide by 0: the exponential makes each number positive first.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "z"),
        ),
    ),
    alternatives=(
        """
        def my_softmax(z):
            p = np.empty(z.shape)
            for i in range(len(z)):
                for j in range(z.shape[1]):
                    differences = np.minimum(z[i] - z[i, j], 700)
                    p[i, j] = 1 / sum(np.exp(differences))
            return p
        """,
        """
        def my_softmax(z):
            z = z.T - np.max(z, 1)
            return np.exp(z - np.log(np.einsum("kn->n", np.exp(z)))).T
        """,
    ),
)  # fmt: skip


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
                "-np.log(e[rows, y] / total[:, 0]).sum()",
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
            ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)"),
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


def soft_cases(rng):
    yield {"z": np.array([[0.0, np.log(3)]]), "t": np.array([[0.5, 0.5]])}
    yield {
        "z": np.array([[1.0, 2.0, 3.0], [0.0, 0.5, -1.0]]),
        "t": np.array([[0.1, 0.2, 0.7], [0.6, 0.25, 0.15]]),
    }
    yield {
        "z": np.array([[0.0, 1e4], [-1e4, 0.0]]),
        "t": np.array([[0.75, 0.25], [0.0, 1.0]]),
    }
    n, k = rng.integers(4, 7), rng.integers(7, 10)
    t = rng.dirichlet(np.ones(k), size=n)
    yield {"z": 3 * rng.standard_normal((n, k)), "t": t}


SOFT_TARGETS = Code(
    id="losses.soft_targets",
    title="Targets in doubt",
    kind="beyond",
    level=2,
    task="""
Three of four people see a 4 in the picture, one sees a 9. Then the target is not a label but a row
of probabilities. Write the cross-entropy for targets `t` of shape $(n, k)$, whose rows add up to 1:
the mean over the examples of $-\\sum_j t_j \\log p_j$, with $p = \\text{softmax}(z)$, and its
gradient `dz`. Logits of $\\pm 10^4$ must do no harm.
""",
    cases=soft_cases,
    returns=("value", "dz"),
    hints=(
        "Take the label out of `cross_entropy`: where it picks one log p, this loss adds up all of "
        "a row, each times its target.",
        "log p is z − m − log Σ eᶻ⁻ᵐ, with m the maximum of the row. A one-hot row is a "
        "special case of t: what does the gradient become?",
        "The gradient is (softmax(z) − t) / n.",
    ),
    solution="""
def my_soft_targets(z, t):
    \"\"\"L = mean over the rows of −Σ t log p, p = softmax(z); and dz.\"\"\"
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -(t * log_p).sum() / len(z), (np.exp(log_p) - t) / len(z)
""",
    mistakes=(
        mistake(
            "log of the probability",
            "It is right until a probability becomes 0: then log 0 is −∞, and 0 · ∞ is nan. "
            "Compute log p as a difference, z − m − log Σ eᶻ⁻ᵐ.",
            (
                "z - np.log(np.exp(z).sum(axis=1, keepdims=True))",
                "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))",
            ),
        ),
        mistake(
            "a patch inside the logarithm",
            "It is right until a probability becomes 0. The tiny number in log(p + 1e-12) hides "
            "that, and beyond 27.6 a surprise stands still. Compute log p as a difference: "
            "z − m − log Σ eᶻ⁻ᵐ.",
            ("-(t * log_p)", "-(t * np.log(np.exp(log_p) + 1e-12))"),
        ),
        mistake(
            "the most likely class as a label",
            "You count only the largest target of each row, as if it were certain. The others "
            "count too, each with its probability.",
            ("    z = z -", "    t = np.eye(z.shape[1])[t.argmax(axis=1)]\n    z = z -"),
        ),
        mistake(
            "the roles exchanged",
            "Your value is −Σ p log t, the surprise of whoever believes t. What happens is t, and "
            "p is the forecast that pays: −Σ t log p.",
            ("(t * log_p)", "(np.exp(log_p) * np.log(t))"),
        ),
        mistake(
            "mean over all elements",
            "You divide the value by n · k. A row is one example, and its sum over the classes one "
            "surprise: divide by n, the number of rows.",
            ("-(t * log_p).sum() / len(z)", "-(t * log_p).mean()"),
        ),
        mistake(
            "the gradient at p",
            "−t / p is the slope at the probabilities. dz is the slope at the logits: "
            "differentiate through the softmax, too.",
            ("(np.exp(log_p) - t)", "-t / np.exp(log_p)"),
        ),
        mistake(
            "no mean in the gradient",
            "The value is a mean over n rows, and so each row of dz carries a factor 1/n.",
            ("(np.exp(log_p) - t) / len(z)", "np.exp(log_p) - t"),
        ),
    ),
    alternatives=(
        """
        def my_soft_targets(z, t):
            m = np.max(z, axis=1)
            log_sum = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
            value = np.mean(log_sum - np.einsum("nk,nk->n", t, z))
            return value, (softmax(z) - t) / z.shape[0]
        """,
    ),
)  # fmt: skip

EXERCISES = (SOFTMAX, CROSS_ENTROPY, TWO_SOFTMAXES, SOFT_TARGETS)
