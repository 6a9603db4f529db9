"""Exercises of *Softmax*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice


def logits(rng):
    """Batches for softmax: one row, two, extremes far apart, one drawn anew."""
    yield {"z": np.array([[0.0, np.log(3)]])}
    yield {"z": np.array([[1.0, 2.0, 3.0], [0.5, 0.5, -1.0]])}
    yield {"z": np.array([[0, 1], [-2, 3]])}  # whole numbers
    yield {"z": np.array([[-1e4 - 1, -1e4]])}
    yield {"z": np.array([[-1e4, -1e4, -1e4 - 1], [1e4, 0.0, 1e4]])}
    yield {"z": np.array([[90, 90, -90, -90]], np.float32)}  # where 89 is too much
    yield {"z": 3 * rng.standard_normal((rng.integers(4, 7), rng.integers(7, 10)))}


SOFTMAX = Code(
    id="losses.softmax",
    title="Softmax, row by row",
    kind="build",
    level=1,
    task="""
Write softmax for a batch: `z` holds logits, one row an example. Return the probabilities, in the
same shape. Logits of $\\pm 10^4$ must do no harm. (That `z` may have more axes, as in the package,
is not asked for.)
""",
    cases=logits,
    hints=(
        "`z.max(axis=1, keepdims=True)` is a column with the largest logit of each row.",
        "Subtract it from z first, then raise e to the power of the rest, then divide each row by "
        "its sum.",
    ),
    rtol=1e-9,
    atol=1e-12,
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
            "the largest absolute value",
            "You subtract the largest absolute value of a row. If all its logits are very "
            "negative, all exponentials become 0, and 0 / 0 is nan: subtract the largest logit.",
            ("z.max(", "np.abs(z).max("),
        ),
        mistake(
            "a sigmoid for each, divided by their sum",
            "You divide sigmoids by their sum. Softmax is made of exponentials: the sigmoid of a "
            "large logit is 1, and one that is twice as large gets no more.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "1 / (1 + np.exp(-z))"),
        ),
        mistake(
            "the maximum of each column",
            "You subtract each column's maximum, another number from each logit of a row, and the "
            "differences are lost. Each row has its own maximum: axis 1.",
            ("z.max(axis=-1, keepdims=True)", "z.max(axis=0)"),
        ),
        mistake(
            "over the columns",
            "You divide by the sums of the columns. One row is one example: its probabilities "
            "add up to 1 along axis 1.",
            ("e.sum(axis=-1", "e.sum(axis=0"),
        ),
        mistake(
            "over the columns, the maximum too",
            "Your columns add up to 1, and should be rows. One row is one example: its maximum "
            "and its sum are taken along axis 1.",
            ("z.max(axis=-1", "z.max(axis=0"),
            ("e.sum(axis=-1", "e.sum(axis=0"),
        ),
        mistake(
            "over the columns, and overflow",
            "Your columns add up to 1, and should be rows: sum along axis 1. And eᶻ overflows for "
            "large logits: subtract each row's maximum first.",
            ("z - z.max(axis=-1, keepdims=True)", "z"),
            ("e.sum(axis=-1", "e.sum(axis=0"),
        ),
        mistake(
            "over everything",
            "Your whole batch adds up to 1. Each row should: sum along axis 1, and keep the sums "
            "as a column.",
            ("e.sum(axis=-1, keepdims=True)", "e.sum()"),
        ),
        mistake(
            "over everything, the maximum too",
            "Your whole batch adds up to 1. Each row should: maximum and sum along axis 1, kept as "
            "columns.",
            ("z.max(axis=-1, keepdims=True)", "z.max()"),
            ("e.sum(axis=-1, keepdims=True)", "e.sum()"),
        ),
        mistake(
            "over everything, and overflow",
            "Your whole batch adds up to 1, and should row by row: sum along axis 1. And eᶻ "
            "overflows for large logits: subtract each row's maximum first.",
            ("z - z.max(axis=-1, keepdims=True)", "z"),
            ("e.sum(axis=-1, keepdims=True)", "e.sum()"),
        ),
        mistake(
            "keepdims forgotten",
            "A sum or a maximum over axis 1 has the shape (n,), which NumPy lays along the rows. "
            "As a column (n, 1) each number would meet its own row: `keepdims=True`.",
            ("e.sum(axis=-1, keepdims=True)", "e.sum(axis=-1)"),
        ),
        mistake(
            "a total that is never set back",
            "The first row is right. Each other one is divided by the sum of all rows so far: "
            "begin each row's sum at 0.",
            ("e.sum(axis=-1, keepdims=True)", "e.sum(axis=-1, keepdims=True).cumsum(axis=0)"),
        ),
        mistake(
            "the maximum in the numerator alone",
            "You subtract the maximum in the numerator, and not in the sum: e⁻ᵐ does not cancel. "
            "Both are made of the same exponentials: give them a name.",
            ("e / e.sum(axis", "e / np.exp(z).sum(axis"),
        ),
        mistake(
            "the minimum or the mean",
            "You subtract the smallest logit of each row, or its mean, so that the largest still "
            "overflows. Subtract the largest: then no exponent is above 0.",
            ("z.max(", "z.min("),
        ),
        mistake(
            "the maximum added",
            "You add the maximum, and the exponentials overflow sooner. Subtract it.",
            ("z - z.max(", "z + z.max("),
        ),
        mistake(
            "divided by the maximum",
            "You divide by the maximum. Softmax sees differences: only to subtract the same from "
            "all logits of a row leaves the probabilities as they are.",
            ("z - z.max(", "z / z.max("),
        ),
        mistake(
            "the maximum after the exponential",
            "You subtract the maximum from the exponentials. It belongs into the exponent: "
            "e to the power of (z − m).",
            (
                "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n",
                "    e = np.exp(z)\n    e = e - e.max(axis=-1, keepdims=True)\n",
            ),
        ),
        mistake(
            "logits between bounds",
            "You cut the logits off, so that differences beyond the bounds are lost. Subtract each "
            "row's maximum in place of that.",
            ("z - z.max(axis=-1, keepdims=True)", "np.clip(z, -500, 500)"),
        ),
        mistake(
            "nan replaced",
            "You put 0 where nan came out. What is lost in the overflow is not 0: subtract each "
            "row's maximum, and nothing is lost.",
            (
                "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n"
                "    return e / e.sum(axis=-1, keepdims=True)\n",
                "    e = np.exp(z)\n    return np.nan_to_num(e / e.sum(axis=-1, keepdims=True))\n",
            ),
        ),
        mistake(
            "the other sign",
            "You raise e to the power of −z: the largest logit gets the smallest probability.",
            ("z - z.max(axis=-1, keepdims=True)", "z.max(axis=-1, keepdims=True) - z"),
        ),
        mistake(
            "what is left of 1",
            "You subtract the probabilities from 1: the largest logit gets the least. Return them "
            "as they are.",
            ("return e / e.sum(axis=-1, keepdims=True)",
             "return 1 - e / e.sum(axis=-1, keepdims=True)"),
        ),
        mistake(
            "another base",
            "Your base is 2, and softmax is made with e: `np.exp`.",
            ("np.exp(", "np.exp2("),
        ),
        mistake(
            "no exponential",
            "You divide the logits themselves by their sum. That is negative for some, and may "
            "divide by 0: the exponential makes each number positive first.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "z"),
        ),
        mistake(
            "no exponential of the differences",
            "You divide the differences themselves by their sum: the largest logit gets 0. The "
            "exponential makes each number positive first.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "(z - z.max(axis=-1, keepdims=True))"),
        ),
        mistake(
            "absolute values",
            "You make the logits positive by leaving out their signs, and −3 counts as much as 3. "
            "The exponential keeps the order.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "np.abs(z)"),
        ),
        mistake(
            "not divided",
            "Your rows do not add up to 1: divide the exponentials by the sum of their row.",
            ("e / e.sum(axis=-1, keepdims=True)", "e"),
        ),
        mistake(
            "divided by the mean",
            "You divide by the mean of each row, so that its probabilities add up to k. Divide by "
            "the sum.",
            ("e.sum(axis=-1", "e.mean(axis=-1"),
        ),
        mistake(
            "the logarithm",
            "This is log-softmax, the logarithm of what is asked for. Return the probabilities.",
            (
                "return e / e.sum(axis=-1, keepdims=True)",
                "return z - z.max(axis=-1, keepdims=True) - np.log(e.sum(axis=-1, keepdims=True))",
            ),
        ),
        mistake(
            "a sigmoid for each",
            "Each logit goes through a sigmoid by itself, and the rows do not add up to 1. In a "
            "softmax the classes of a row share one probability.",
            ("return e / e.sum(axis=-1, keepdims=True)", "return 1 / (1 + np.exp(-z))"),
        ),
        mistake(
            "all to the largest",
            "The largest logit gets everything, and the others nothing. A softmax is soft: a class "
            "gets its share, eᶻ of all the eᶻ of its row.",
            ("return e / e.sum(axis=-1, keepdims=True)", "return np.where(e == 1, 1.0, 0.0)"),
        ),
        mistake(
            "all to the first of the largest",
            "The largest logit gets everything, and the others nothing. A softmax is soft: a class "
            "gets its share, eᶻ of all the eᶻ of its row.",
            ("return e / e.sum(axis=-1, keepdims=True)",
             "return np.eye(z.shape[-1])[z.argmax(axis=-1)]"),
        ),
        mistake(
            "divided by the length",
            "You divide each row by the root of its sum of squares. Probabilities add up to 1 as "
            "they are: divide by their sum.",
            ("e.sum(axis=-1, keepdims=True)", "np.sqrt((e**2).sum(axis=-1, keepdims=True))"),
        ),
        mistake(
            "the largest logit after the exponential",
            "You subtract the maximum from the exponentials. It belongs into the exponent: "
            "e to the power of (z − m), `np.exp(z - m)`.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))",
             "np.exp(z) - z.max(axis=-1, keepdims=True)"),
        ),
        mistake(
            "rounded",
            "You round the probabilities. They are for computing: a small one is not 0.",
            ("e / e.sum(axis=-1, keepdims=True)", "(e / e.sum(axis=-1, keepdims=True)).round(3)"),
        ),
        mistake(
            "nan counted as 1",
            "You put 1 where nan came out. What is lost in the overflow may be ½ or less: "
            "subtract each row's maximum, and nothing is lost.",
            (
                "    e = np.exp(z - z.max(axis=-1, keepdims=True))\n"
                "    return e / e.sum(axis=-1, keepdims=True)\n",
                "    e = np.exp(z)\n"
                "    return np.nan_to_num(e / e.sum(axis=-1, keepdims=True), nan=1.0)\n",
            ),
        ),
        mistake(
            "logits between small bounds",
            "You cut the logits off, so that differences beyond the bounds are lost. Subtract "
            "each row's maximum in place of that.",
            ("z - z.max(axis=-1, keepdims=True)", "np.clip(z, -20, 20)"),
        ),
        mistake(
            "squares",
            "You make the logits positive by squaring them, and −3 counts as much as 3. The "
            "exponential keeps the order.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "z**2"),
        ),
        mistake(
            "distances from the smallest",
            "You subtract each row's minimum and divide by the sum: the smallest logit gets 0. "
            "Softmax raises e to the power of the logits.",
            ("np.exp(z - z.max(axis=-1, keepdims=True))", "z - z.min(axis=-1, keepdims=True)"),
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


# Tiny numbers that people put into logarithms. Those below the last make no difference but where
# a probability is 0, whether they are added or are the least that is let through.
ADDED = (1e-16, np.finfo(float).eps, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)
LEAST = (1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6)
BETWEEN = (1e-7, 1e-6)  # and 1 minus as much, at most
PATCH = (
    "A tiny number in the logarithm hides a probability of 0, and does not mend it: however wrong "
    "the network is, the surprise stands still at {:.1f}, and is a little wrong everywhere else. "
    "Never compute the logarithm of p: "
)


def tiny_numbers(ending, old, new, more=""):
    """The mistakes of −log(p + ε), of −log max(p, ε) and the like, for the usual ε: `new` has
    what stands in place of p."""
    forms = (
        ("plus", "{p} + {size}", ADDED),
        ("at least", "np.maximum({p}, {size})", LEAST),
        ("as far from 0 and 1 as", "np.clip({p}, {size}, 1 - {size})", BETWEEN),
        ("at least", "np.maximum({p}, {size})", (1e-300,)),
    )
    return [
        mistake(
            f"{words} {size:.4g} in the logarithm{more}",
            PATCH.format(-np.log(size)) + ending,
            (old, new(form.replace("{size}", repr(size)))),
        )
        for words, form, sizes in forms
        for size in sizes
    ]


def logits_and_labels(rng):
    """Batches for a loss of classes: two fixed ones, one of extremes, one drawn anew."""
    yield {"z": np.array([[1.0, 2.0, 4.0]]), "y": np.array([1])}
    yield {
        "z": np.array([[0.0, 1.0, -1.0, 2.0], [3.0, 0.5, 0.5, -2.0], [1.0, 1.0, 1.0, 5.0]]),
        "y": np.array([3, 1, 0]),
    }  # fmt: skip
    yield {
        "z": np.array([[9.0, 0.0], [0.0, 12.0], [-3.0, 0.0]]),
        "y": np.array([1, 0, 0]),
    }
    yield {"z": np.array([[0.0, 1e4], [-1e4, 0.0]]), "y": np.array([0, 1])}
    yield {
        "z": np.array([[90, -90]], np.float32),
        "y": np.array([1]),
    }  # where 89 is too much
    n, k = rng.integers(5, 9), rng.integers(9, 13)
    yield {"z": 3 * rng.standard_normal((n, k)), "y": rng.integers(k, size=n)}


VALUE = "(np.log(total[:, 0]) - z[rows, y]).sum() / n"  # a piece of the package's text
COLUMNS = (
    "You normalise over the examples of the batch. Each row is one example: its probabilities "
    "add up to 1 along axis 1."
)
CROSS_ENTROPY = Code(
    id="losses.cross_entropy",
    title="Cross-entropy, and its gradient",
    kind="build",
    level=2,
    task="""
Write the loss of a classifier. `z` holds logits, one row an example, and `y` the number of
each row's true class. Return the mean of $-\\log p_y$ over the batch, and the gradient `dz`
with respect to the logits. Logits of $\\pm 10^4$ must do no harm. (That both may have more axes, as
in the package, is not asked for.)
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
    rtol=1e-9,
    atol=1e-12,
    mistakes=(
        mistake(
            "no mean in the value",
            "Your value is the sum of the surprises of the batch. A loss is their mean: "
            "divide by n, the number of rows, or the loss grows with the batch size.",
            (".sum() / n", ".sum()"),
        ),
        mistake(
            "no mean in the gradient",
            "The value is a mean over n rows, so each row of dz carries a factor 1/n. Yours is n "
            "times too large.",
            ("    dz /= n\n", ""),
        ),
        mistake(
            "no mean at all",
            "You add up the surprises of the batch, and your gradient is that of the sum. A loss "
            "is their mean: divide both by n, the number of rows.",
            (".sum() / n", ".sum()"),
            ("    dz /= n\n", ""),
        ),
        mistake(
            "mean over all elements",
            "The gradient is divided by the number of all logits, n · k. The mean is over "
            "examples, not over classes: divide by n, the number of rows.",
            ("dz /= n", "dz /= dz.size"),
        ),
        mistake(
            "a value over all elements",
            "You divide the value by n · k, as a mean over a one-hot matrix does. A row is one "
            "example, and has one surprise: divide by n, the number of rows.",
            (".sum() / n", ".sum() / z.size"),
        ),
        mistake(
            "mean over the classes",
            "The gradient is divided by the number of classes. The mean is over the examples: "
            "divide by n, the number of rows.",
            ("dz /= n", "dz /= z.shape[1]"),
        ),
        mistake(
            "a value for each example",
            "Your value has a number for each example. A loss is one number for the batch: their "
            "mean.",
            (".sum() / n", ""),
            ("float(value)", "value"),
        ),
        mistake(
            "the last row of the gradient alone",
            "Only the last row of dz is left. Is the array made within the loop, or overwritten "
            "there? Make it once, before the loop.",
            ("    dz /= n\n", "    dz[:-1] = 0\n    dz /= n\n"),
        ),
        mistake(
            "infinity replaced",
            "You put a huge number where −log 0 was infinite. What is lost in the overflow is not "
            "found again like this: log p is z − log Σ eᶻ, once the row's maximum is subtracted.",
            (VALUE, "-np.nan_to_num(np.log((e / total)[rows, y])).sum() / n"),
        ),
        mistake(
            "the true class forgotten in the gradient",
            "Your dz is p / n. The gradient is forecast minus truth: subtract 1 at each row's "
            "true class before you divide by n.",
            ("    dz[rows, y] -= 1\n", ""),
        ),
        mistake(
            "the true class alone in the gradient",
            "Your dz is 0 but at the true class. The other logits have a slope, too: each wrong "
            "class is pulled down by the probability that it got.",
            ("    dz[rows, y] -= 1\n", "    dz = np.eye(z.shape[1])[y] * (dz - 1)\n"),
        ),
        mistake(
            "1 subtracted everywhere",
            "You subtract 1 from each probability. It is subtracted at each row's true class "
            "alone: p − onehot.",
            ("dz[rows, y] -= 1", "dz -= 1"),
        ),
        mistake(
            "1 added",
            "You add 1 at each row's true class. The gradient is forecast minus truth: −1.",
            ("dz[rows, y] -= 1", "dz[rows, y] += 1"),
        ),
        mistake(
            "−1 at the true class",
            "You put −1 in the place of p at the true class (`= -1`). There it is p − 1: `-= 1`.",
            ("dz[rows, y] -= 1", "dz[rows, y] = -1"),
        ),
        mistake(
            "the gradient at p",
            "−1 / p is the slope at the probability. dz is the slope at the logits: "
            "differentiate through the softmax, too, and p − onehot is what remains.",
            ("    dz[rows, y] -= 1\n", "    dz = -np.eye(z.shape[1])[y] / dz\n"),
        ),
        mistake(
            "the slope of a sigmoid",
            "You multiply by p (1 − p). That slope is in p − onehot already: the logarithm of the "
            "loss has cancelled it.",
            (
                "    dz[rows, y] -= 1\n",
                "    p = dz.copy()\n    dz[rows, y] -= 1\n    dz *= p * (1 - p)\n",
            ),
        ),
        mistake(
            "gradient with the wrong sign",
            "dz points the other way: it is truth minus forecast. ∂L/∂z is forecast minus "
            "truth; it is the optimizer that subtracts it.",
            ("dz /= n", "dz /= -n"),
        ),
        mistake(
            "value with the wrong sign",
            "Your value is the mean of log p, which is negative. A surprise is −log p.",
            ("value = (", "value = -("),
        ),
        mistake(
            "all labels for each row, in the value",
            "`p[:, y]` takes, for each row, the columns of all labels. To take one from each row, "
            "name the rows as well: `p[np.arange(n), y]`.",
            (VALUE, "(np.log(total) - z[:, y]).mean()"),
        ),
        mistake(
            "all labels for each row, in the gradient",
            "`dz[:, y] -= 1` subtracts, in each row, at the columns of all labels. Name the rows "
            "as well: `dz[np.arange(n), y] -= 1`.",
            ("dz[rows, y] -= 1", "dz[:, y] -= 1"),
        ),
        mistake(
            "all labels for each row",
            "`p[:, y]` takes, for each row, the columns of all labels. To take one from each row, "
            "name the rows as well: `p[np.arange(n), y]`, in the value and in the gradient.",
            (VALUE, "(np.log(total) - z[:, y]).mean()"),
            ("dz[rows, y] -= 1", "dz[:, y] -= 1"),
        ),
        mistake(
            "whole rows in the gradient",
            "`[y]` alone numbers rows: whole ones are changed, those that bear a label's number. "
            "Name rows and columns, in pairs: `dz[np.arange(n), y] -= 1`.",
            ("dz[rows, y] -= 1", "dz[y] -= 1"),
        ),
        mistake(
            "whole rows in the gradient, and log of the probability",
            "`[y]` alone numbers rows: whole ones are changed, those that bear a label's number. "
            "Name rows and columns, in pairs: `dz[np.arange(n), y] -= 1`. And −log p is infinite "
            "where p is 0: compute log p as a difference.",
            ("dz[rows, y] -= 1", "dz[y] -= 1"),
            (VALUE, "-np.log((e / total)[rows, y]).mean()"),
        ),
        mistake(
            "labels counted from 1",
            "You take the column before the label's. Labels begin with 0, as columns do.",
            ("z, y = checks.labels(z, y)", "z, y = checks.labels(z, y)\n    y = y - 1"),
        ),
        mistake(
            "log of the probability",
            "It is right until a probability becomes 0: then −log 0 is infinite. Never compute "
            "the logarithm of p: log p is z − log Σ eᶻ, once the row's maximum is subtracted.",
            (VALUE, "-np.log(e[rows, y] / total[:, 0]).sum() / n"),
        ),
        *tiny_numbers(
            "log p is z − log Σ eᶻ, once the row's maximum is subtracted.",
            VALUE,
            lambda form: f"-np.log({form.format(p='(e / total)[rows, y]')}).mean()",
        ),
        mistake(
            "log₂ in the value",
            "Your value is in bits, with log₂. The book's losses are in nats, with the natural "
            "logarithm, `np.log`.",
            (VALUE, VALUE + " / np.log(2)"),
        ),
        mistake(
            "log₂ of the probability",
            "Your value is in bits, with log₂: use the natural logarithm. And it is infinite where "
            "a probability becomes 0: log p is z − log Σ eᶻ, once the row's maximum is subtracted.",
            (VALUE, "-np.log2((e / total)[rows, y]).mean()"),
        ),
        mistake(
            "log₁₀ in the value",
            "Your value has the logarithm to base 10. The book's losses have the natural one, "
            "`np.log`.",
            (VALUE, VALUE + " / np.log(10)"),
        ),
        mistake(
            "overflow",
            "eᶻ overflows for large logits. Subtract each row's maximum from z first: the "
            "probabilities stay as they are. Then compute log p as a difference, z − log Σ eᶻ, "
            "and it is safe, too.",
            ("z - z.max(axis=1, keepdims=True)", "z * 1.0"),
        ),
        mistake(
            "the logarithm after the subtraction",
            "You subtract 1 from the probabilities, and then take their logarithm. Take it before, "
            "or give what becomes dz an array of its own, `dz = p.copy()`.",
            ("    dz /= n\n", "    value = -np.log(dz[rows, y]).mean()\n    dz /= n\n"),
        ),
        mistake(
            "yes or no for each class",
            "You add the surprise of each class's no, log(1 − p). The classes of a row share one "
            "probability: −log p of the true class is all.",
            (
                VALUE,
                "-(np.eye(z.shape[1])[y] * np.log(e / total + 1e-12)"
                " + (1 - np.eye(z.shape[1])[y]) * np.log(1 - e / total + 1e-12)).sum() / n",
            ),
        ),
        mistake(
            "the maximum subtracted on one side",
            "log p is a difference, z − log Σ eᶻ, and you subtract the maximum from one z alone. "
            "Subtract it once, at the beginning, and use the new z in both.",
            (
                "    z = z - z.max(axis=1, keepdims=True)\n    e = np.exp(z)\n",
                "    e = np.exp(z - z.max(axis=1, keepdims=True))\n",
            ),
        ),
        mistake(
            "one maximum for the whole batch",
            "You subtract the largest logit of the whole batch. In a row far below it all "
            "exponentials are 0. Each row needs its own maximum.",
            ("z.max(axis=1, keepdims=True)", "z.max()"),
        ),
        mistake(
            "one maximum for the whole batch, with log p",
            "You subtract the largest logit of the whole batch. In a row far below it all "
            "exponentials are 0, and their logarithm is −∞. Each row needs its own maximum.",
            ("z.max(axis=1, keepdims=True)", "z.max()"),
            ("    dz = e / total\n", "    dz = np.exp(z - np.log(total))\n"),
        ),
        mistake(
            "keepdims forgotten",
            "A maximum over axis 1 has the shape (n,), which NumPy lays along the rows. As a "
            "column (n, 1) each number would meet its own row: `keepdims=True`.",
            ("z.max(axis=1, keepdims=True)", "z.max(axis=1)"),
        ),
        mistake(
            "softmax over the columns",
            COLUMNS,
            ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)"),
            ("np.log(total[:, 0])", "np.log(total[0, y])"),
        ),
        mistake(
            "softmax over the columns, the maximum too",
            COLUMNS,
            ("z.max(axis=1, keepdims=True)", "z.max(axis=0)"),
            ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)"),
            ("np.log(total[:, 0])", "np.log(total[0, y])"),
        ),
        mistake(
            "softmax over the columns, and log of the probability",
            COLUMNS + " And −log p is infinite where p is 0: compute it as a difference.",
            ("z.max(axis=1, keepdims=True)", "z.max(axis=0)"),
            ("e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)"),
            (VALUE, "-np.log((e / total)[rows, y]).mean()"),
        ),
        mistake(
            "softmax over everything",
            "Your probabilities add up to 1 over the whole batch. Each row is one example: maximum "
            "and sum along axis 1, kept as columns.",
            ("z.max(axis=1, keepdims=True)", "z.max()"),
            ("e.sum(axis=1, keepdims=True)", "e.sum(keepdims=True)"),
        ),
        mistake(
            "two softmaxes",
            "You take the softmax of a softmax. z holds logits: once is enough.",
            (
                "    dz = e / total\n",
                "    q = np.exp(e / total)\n    dz = q / q.sum(axis=1, keepdims=True)\n"
                "    value = -np.log(dz[rows, y]).mean()\n",
            ),
        ),
        mistake(
            "no softmax",
            "You treat the logits as if they were probabilities. They are any numbers: softmax "
            "turns them into probabilities first.",
            ("    dz = e / total\n", "    dz = 1.0 * z_given\n"),
            (VALUE, "-np.log(z_given[rows, y]).mean()"),
            ("z, y = checks.labels(z, y)", "z_given, y = z, y = checks.labels(z, y)"),
        ),
        mistake(
            "no softmax, and the slope of a logarithm",
            "You treat the logits as if they were probabilities. They are any numbers: softmax "
            "turns them into probabilities first, and the gradient goes through it.",
            ("    dz[rows, y] -= 1\n",
             "    dz = np.zeros_like(dz)\n    dz[rows, y] = -1 / z_given[rows, y]\n"),
            (VALUE, "-np.log(z_given[rows, y]).mean()"),
            ("z, y = checks.labels(z, y)", "z_given, y = z, y = checks.labels(z, y)"),
        ),
        mistake(
            "a one-hot matrix of the wrong width",
            "`np.eye(n)[y]` has a column for each example. A one-hot row has one for each class: "
            "np.eye(z.shape[1])[y].",
            (VALUE, "-(np.eye(n)[y] * (z - np.log(total))).sum() / n"),
        ),
        mistake(
            "squared error",
            "This is squared error between the softmax and the one-hot truth. The loss here is the "
            "surprise, −log p of the true class, and its gradient is shorter.",
            (VALUE, "((e / total - np.eye(z.shape[1])[y]) ** 2).mean()"),
            ("dz /= n", "dz *= 2 / dz.size"),
        ),
        mistake(
            "the value of squared error",
            "Your value is the squared error between the softmax and the one-hot truth. The loss "
            "here is the surprise: −log p of the true class.",
            (VALUE, "((e / total - np.eye(z.shape[1])[y]) ** 2).mean()"),
        ),
        mistake(
            "the mean of p in place of −log p",
            "You average the probabilities of the true classes. The loss is their surprise, "
            "−log p: small where p is near 1, without limit where p goes to 0.",
            (VALUE, "(e / total)[rows, y].mean()"),
        ),
        mistake(
            "the mean of −p",
            "You average −p of the true classes: the logarithm is missing. A surprise, −log p, has "
            "no limit where p goes to 0.",
            (VALUE, "-(e / total)[rows, y].mean()"),
        ),
        mistake(
            "the mean of 1 − p",
            "You average 1 − p of the true classes, which is at most 1. A surprise, −log p, has no "
            "limit where p goes to 0.",
            (VALUE, "(1 - (e / total)[rows, y]).mean()"),
        ),
        mistake(
            "the logit in place of log p",
            "Your value is −z of the true class. log p is z − log Σ eᶻ: the second part is "
            "missing, in which the other classes stand.",
            (VALUE, "-z[rows, y].mean()"),
        ),
        mistake(
            "the largest class in place of the true one",
            "Your value is the surprise of the class that the network holds most likely. Nobody "
            "asks what it believes: take the class that is true, y.",
            (VALUE, "(np.log(total[:, 0]) - z.max(axis=1)).mean()"),
        ),
        mistake(
            "the surprise of all classes",
            "You add up −log p over all classes of a row. Only one of them happened: take the "
            "column of the label.",
            (VALUE, "(np.log(total) - z).sum() / n"),
        ),
        mistake(
            "the surprise of the wrong classes",
            "You add up −log p over the classes that did not happen. Take the one that did: the "
            "column of the label.",
            (VALUE, "((np.log(total) - z).sum() - (np.log(total[:, 0]) - z[rows, y]).sum()) / n"),
        ),
        mistake(
            "the first row alone",
            "Your value is the surprise of the first row: does a `return` stand within the loop, "
            "or an index 0 too many? Take the mean over the rows.",
            (VALUE, "np.log(total[0, 0]) - z[0, y[0]]"),
        ),
        mistake(
            "the perplexity",
            "Your value is e to the power of the mean surprise, the perplexity. The loss is the "
            "surprise itself.",
            (VALUE, "np.exp((np.log(total[:, 0]) - z[rows, y]).sum() / n)"),
        ),
        mistake(
            "the network's own entropy",
            "You weight −log p with p, what the network believes. What happens is the true class: "
            "take −log p there.",
            (VALUE, "(e / total * (np.log(total) - z)).sum() / n"),
        ),
        mistake(
            "log of the probability, of all classes",
            "0 · log p is nan where p is 0. Compute log p as a difference, z − log Σ eᶻ, once "
            "the row's maximum is subtracted.",
            (VALUE, "-(np.eye(z.shape[1])[y] * np.log(e / total)).sum() / n"),
        ),
        mistake(
            "the label subtracted",
            "You subtract the label, a class's number, from each probability. What is subtracted"
            " is 1, at the true class alone.",
            ("    dz[rows, y] -= 1\n", "    dz -= y[:, None]\n"),
        ),
        mistake(
            "p (1 − p) in the gradient",
            "Your dz is p (1 − p), the slope of one probability. The loss's gradient is p − "
            "onehot: the logarithm has cancelled that slope.",
            ("    dz[rows, y] -= 1\n", "    dz *= 1 - dz\n"),
        ),
        mistake(
            "log p in the gradient",
            "Your dz has log p in place of p: it is p − onehot.",
            ("    dz = e / total\n", "    dz = z - np.log(total)\n"),
        ),
        mistake(
            "the logits in the gradient",
            "Your dz is made of the logits. It is forecast minus truth, and the forecast is "
            "softmax(z).",
            ("    dz = e / total\n", "    dz = 1.0 * z\n"),
        ),
        mistake(
            "the logarithm of Σ eᶻ forgotten",
            "Your value has Σ eᶻ, and needs its logarithm: log p is z − log Σ eᶻ.",
            (VALUE, "(total[:, 0] - z[rows, y]).sum() / n"),
        ),
        mistake(
            "a sigmoid for each class",
            "Each logit goes through a sigmoid by itself. The classes of a row share one "
            "probability: softmax.",
            (VALUE, "np.logaddexp(0, -z_given[rows, y]).mean()"),
            ("    dz = e / total\n", "    dz = 1 / (1 + np.exp(-z_given))\n"),
            ("z, y = checks.labels(z, y)", "z_given, y = z, y = checks.labels(z, y)"),
        ),
        *tiny_numbers(
            "log p is z − log Σ eᶻ. And you divide by n · k: the mean is over the n rows.",
            VALUE,
            lambda form: f"-np.log({form.format(p='(e / total)[rows, y]')}).sum() / z.size",
            ", a value over all elements",
        ),
        *tiny_numbers(
            "log p is z − log Σ eᶻ. And you add up the batch: the loss is its mean.",
            VALUE,
            lambda form: f"-np.log({form.format(p='(e / total)[rows, y]')}).sum()",
            ", no mean in the value",
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
    yield {"z": np.array([[0.0, np.log(3)]]), "t": np.array([[0.8, 0.2]])}
    yield {
        "z": np.array([[1.0, 2.0, 3.0], [0.0, 0.5, -1.0]]),
        "t": np.array([[0.1, 0.2, 0.7], [0.6, 0.25, 0.15]]),
    }
    yield {
        "z": np.array([[0.0, 1e4], [-1e4, 0.0]]),
        "t": np.array([[0.75, 0.25], [0.0, 1.0]]),
    }
    yield {
        "z": np.array([[9.0, 0.0], [0.0, 12.0], [-3.0, 0.0]]),
        "t": np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]),
    }
    yield {"z": np.array([[1.0, 3.0]]), "t": np.array([[0.999, 0.001]])}
    n, k = rng.integers(4, 7), rng.integers(7, 10)
    t = rng.dirichlet(np.ones(k), size=n)
    yield {"z": 3 * rng.standard_normal((n, k)), "t": t}


SOFT_VALUE = "-(t * log_p).sum() / len(z)"  # pieces of the solution's text
LOG_P = "z - np.log(np.exp(z).sum(axis=1, keepdims=True))"
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
    rtol=1e-9,
    atol=1e-12,
    mistakes=(
        mistake(
            "log of the probability",
            "It is right until a probability becomes 0: then log 0 is −∞, and 0 · ∞ is nan. "
            "Compute log p as a difference, z − m − log Σ eᶻ⁻ᵐ.",
            (LOG_P, "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"),
        ),
        mistake(
            "log of the probability, where it counts",
            "It is right until a probability becomes 0 where its target is not: then −log 0 is "
            "infinite. Compute log p as a difference, z − m − log Σ eᶻ⁻ᵐ.",
            (SOFT_VALUE, "-np.where(t > 0, t * np.log(np.exp(log_p)), 0).sum() / len(z)"),
        ),
        mistake(
            "nan replaced",
            "You put another number where nan or infinity came out. What is lost there is not lost "
            "if you compute log p as a difference: z − m − log Σ eᶻ⁻ᵐ.",
            (SOFT_VALUE, "-np.nan_to_num(t * np.log(np.exp(log_p))).sum() / len(z)"),
        ),
        *tiny_numbers(
            "it is a difference, z − m − log Σ eᶻ⁻ᵐ.",
            "-(t * log_p)",
            lambda form: f"-(t * np.log({form.format(p='np.exp(log_p)')}))",
        ),
        mistake(
            "overflow",
            "eᶻ overflows for large logits. Subtract each row's maximum from z first: the "
            "probabilities stay as they are.",
            ("z - z.max(axis=1, keepdims=True)", "z * 1.0"),
        ),
        mistake(
            "overflow, in the gradient too",
            "eᶻ overflows for large logits, and inf / inf is nan. Subtract each row's maximum from "
            "z first: the probabilities stay as they are.",
            ("z - z.max(axis=1, keepdims=True)", "z * 1.0"),
            ("(np.exp(log_p) - t)", "(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - t)"),
        ),
        mistake(
            "overflow, and log of the probability",
            "eᶻ overflows for large logits, and inf / inf is nan. Subtract each row's maximum "
            "first. Then compute log p as a difference: the logarithm of a probability of 0 is "
            "infinite.",
            ("z - z.max(axis=1, keepdims=True)", "z * 1.0"),
            (LOG_P, "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"),
        ),
        mistake(
            "one maximum for the whole batch",
            "You subtract the largest logit of the whole batch. In a row far below it all "
            "exponentials are 0. Each row needs its own maximum.",
            ("z.max(axis=1, keepdims=True)", "z.max()"),
        ),
        mistake(
            "the most likely class as a label",
            "You count only the largest target of each row, as if it were certain. The others "
            "count too, each with its probability.",
            ("    z = z -", "    t = np.eye(z.shape[1])[t.argmax(axis=1)]\n    z = z -"),
        ),
        mistake(
            "the most likely class in the gradient",
            "In the gradient you count only the largest target of each row, as if it were certain. "
            "It is p − t, with all of t.",
            ("(np.exp(log_p) - t)", "(np.exp(log_p) - np.eye(z.shape[1])[t.argmax(axis=1)])"),
        ),
        mistake(
            "the most likely class in the value",
            "In the value you count only the largest target of each row, as if it were certain. "
            "The others count too, each with its probability.",
            ("-(t * log_p)", "-(np.eye(z.shape[1])[t.argmax(axis=1)] * log_p)"),
        ),
        mistake(
            "the roles exchanged",
            "Your value is −Σ p log t, the surprise of whoever believes t. What happens is t, and "
            "p is the forecast that pays: −Σ t log p.",
            ("(t * log_p)", "(np.exp(log_p) * np.log(t))"),
        ),
        mistake(
            "the roles exchanged, with a tiny number",
            "Your value is −Σ p log t, the surprise of whoever believes t. What happens is t, and "
            "p is the forecast that pays: −Σ t log p.",
            ("(t * log_p)", "(np.exp(log_p) * np.log(np.maximum(t, 1e-12)))"),
        ),
        mistake(
            "the logarithm outside",
            "Your value is −log Σ t p: you weight the probabilities, and then take the logarithm. "
            "It is the surprises that are weighted: −Σ t log p.",
            (SOFT_VALUE, "-np.log((t * np.exp(log_p)).sum(axis=1)).mean()"),
        ),
        mistake(
            "a softmax of the targets",
            "You take the softmax of t. Its rows are probabilities already, and add up to 1.",
            ("    z = z -",
             "    t = np.exp(t) / np.exp(t).sum(axis=1, keepdims=True)\n    z = z -"),
        ),
        mistake(
            "the divergence",
            "Your value is the KL divergence, the cross-entropy without the entropy of t. Its "
            "gradient is the same; the loss that is asked for is −Σ t log p.",
            ("-(t * log_p)", "(t * (np.log(np.where(t > 0, t, 1)) - log_p))"),
        ),
        mistake(
            "the divergence with the wrong sign",
            "Your value is minus the KL divergence. The loss that is asked for is −Σ t log p, "
            "without a log t.",
            ("-(t * log_p)", "(t * (log_p - np.log(np.where(t > 0, t, 1))))"),
        ),
        mistake(
            "yes or no for each class",
            "You add the surprise of each class's no, (1 − t) log(1 − p). The classes of a row "
            "share one probability: −Σ t log p is all.",
            (
                "-(t * log_p)",
                "-(t * log_p + (1 - t) * np.log(1 - np.exp(log_p) + 1e-12))",
            ),
        ),
        mistake(
            "no softmax",
            "You treat the logits as if they were log-probabilities. log p is "
            "z − m − log Σ eᶻ⁻ᵐ.",
            (LOG_P, "z"),
        ),
        mistake(
            "mean over all elements",
            "You divide the value by n · k. A row is one example, and its sum over the classes one "
            "surprise: divide by n, the number of rows.",
            (SOFT_VALUE, "-(t * log_p).mean()"),
        ),
        mistake(
            "mean over the classes",
            "You divide the value by the number of classes. The mean is over the examples: divide "
            "by n, the number of rows.",
            (SOFT_VALUE, "-(t * log_p).sum() / z.shape[1]"),
        ),
        mistake(
            "each row with all rows",
            "t @ log p.T multiplies each row of targets with the forecasts of all rows. A row "
            "belongs to its own: number by number, t * log p, and summed along axis 1.",
            (SOFT_VALUE, "-(t @ log_p.T).mean()"),
        ),
        mistake(
            "the first row alone",
            "Your value is the surprise of the first row: does a `return` stand within the loop, "
            "or an index 0 too many? Take the mean over the rows.",
            (SOFT_VALUE, "-(t * log_p)[0].sum()"),
        ),
        mistake(
            "a gradient over all elements",
            "You divide the gradient by n · k. A row is one example: divide by n, the number of "
            "rows.",
            ("(np.exp(log_p) - t) / len(z)", "(np.exp(log_p) - t) / z.size"),
        ),
        mistake(
            "a value for each example",
            "Your value has a number for each example. A loss is one number for the batch: their "
            "mean.",
            (SOFT_VALUE, "-(t * log_p).sum(axis=1)"),
        ),
        mistake(
            "no mean in the value",
            "Your value is the sum of the surprises of the batch. A loss is their mean: divide by "
            "n, the number of rows.",
            (SOFT_VALUE, "-(t * log_p).sum()"),
        ),
        mistake(
            "log₂ in the value",
            "Your value is in bits, with log₂. The book's losses are in nats, with the natural "
            "logarithm, `np.log`.",
            (SOFT_VALUE, "-(t * log_p).sum() / len(z) / np.log(2)"),
        ),
        mistake(
            "value with the wrong sign",
            "Your value is negative: it is the mean of Σ t log p. A surprise is −log p.",
            ("-(t * log_p)", "(t * log_p)"),
        ),
        mistake(
            "gradient with the wrong sign",
            "dz points the other way: it is truth minus forecast. ∂L/∂z is forecast minus truth.",
            ("(np.exp(log_p) - t)", "(t - np.exp(log_p))"),
        ),
        mistake(
            "the truth forgotten in the gradient",
            "Your dz is p / n. The gradient is forecast minus truth: subtract t.",
            ("(np.exp(log_p) - t)", "np.exp(log_p)"),
        ),
        mistake(
            "1 in place of t in the gradient",
            "You subtract 1 from each p, as if each class were true. The truth is t: p − t.",
            ("(np.exp(log_p) - t)", "(np.exp(log_p) - 1)"),
        ),
        mistake(
            "each class by itself in the gradient",
            "Your dz is t (p − 1): each target pulls at its own logit alone. It pulls at the "
            "others too, and added up that is p − t.",
            ("(np.exp(log_p) - t)", "t * (np.exp(log_p) - 1)"),
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
        mistake(
            "softmax over the columns",
            COLUMNS,
            ("np.exp(z).sum(axis=1, keepdims=True)", "np.exp(z).sum(axis=0)"),
        ),
        mistake(
            "softmax over the columns, the maximum too",
            COLUMNS,
            ("z.max(axis=1, keepdims=True)", "z.max(axis=0)"),
            ("np.exp(z).sum(axis=1, keepdims=True)", "np.exp(z).sum(axis=0)"),
        ),
        mistake(
            "softmax over everything",
            "Your probabilities add up to 1 over the whole batch. Each row is one example: maximum "
            "and sum along axis 1, kept as columns.",
            ("z.max(axis=1, keepdims=True)", "z.max()"),
            ("np.exp(z).sum(axis=1, keepdims=True)", "np.exp(z).sum()"),
        ),
        mistake(
            "squared error",
            "This is squared error between the softmax and t. The loss here is the surprise, "
            "−Σ t log p, and its gradient p − t is not that of squares.",
            (SOFT_VALUE, "((np.exp(log_p) - t) ** 2).mean()"),
            ("(np.exp(log_p) - t) / len(z)", "2 * (np.exp(log_p) - t) / z.size"),
        ),
        mistake(
            "squared error, by rows",
            "This is squared error between the softmax and t. The loss here is the surprise, "
            "−Σ t log p, and its gradient p − t is not that of squares.",
            (SOFT_VALUE, "((np.exp(log_p) - t) ** 2).sum() / len(z)"),
            ("(np.exp(log_p) - t) / len(z)", "2 * (np.exp(log_p) - t) / len(z)"),
        ),
        mistake(
            "log₁₀ in the value",
            "Your value has the logarithm to base 10. The book's losses have the natural one, "
            "`np.log`.",
            (SOFT_VALUE, "-(t * log_p).sum() / len(z) / np.log(10)"),
        ),
        mistake(
            "the targets twice in the gradient",
            "You multiply p − t by t. The targets stand in p − t already.",
            ("(np.exp(log_p) - t)", "t * (np.exp(log_p) - t)"),
        ),
        mistake(
            "a product in the gradient",
            "Your dz is p · t. It is the difference, forecast minus truth: p − t.",
            ("(np.exp(log_p) - t)", "(np.exp(log_p) * t)"),
        ),
        mistake(
            "the logits in the gradient",
            "Your dz is made of the logits. It is forecast minus truth, and the forecast is "
            "softmax(z).",
            ("(np.exp(log_p) - t)", "(z - t)"),
        ),
        mistake(
            "the logits as they came in the gradient",
            "Your dz is made of the logits. It is forecast minus truth, and the forecast is "
            "softmax(z).",
            ("    z = z -", "    given = z\n    z = z -"),
            ("(np.exp(log_p) - t)", "(given - t)"),
        ),
        mistake(
            "the slope of a sigmoid",
            "You multiply by p (1 − p). That slope is in p − t already: the logarithm of the "
            "loss has cancelled it.",
            ("(np.exp(log_p) - t)", "np.exp(log_p) * (1 - np.exp(log_p)) * (np.exp(log_p) - t)"),
        ),
        mistake(
            "log p in the gradient",
            "Your dz has log p in place of p: it is p − t.",
            ("(np.exp(log_p) - t)", "(log_p - t)"),
        ),
        mistake(
            "the gradient over the classes",
            "The gradient is divided by the number of classes. The mean is over the examples: "
            "divide by n.",
            ("(np.exp(log_p) - t) / len(z)", "(np.exp(log_p) - t) / z.shape[1]"),
        ),
        mistake(
            "the targets forgotten in the value",
            "You add up −log p over all classes. Each counts with its target: −Σ t log p.",
            ("-(t * log_p)", "-(log_p)"),
        ),
        *tiny_numbers(
            "it is a difference. And you divide by n · k: the mean is over the n rows.",
            SOFT_VALUE,
            lambda form: f"-(t * np.log({form.format(p='np.exp(log_p)')})).mean()",
            ", a value over all elements",
        ),
        *tiny_numbers(
            "it is a difference. And you add up the batch: the loss is its mean.",
            SOFT_VALUE,
            lambda form: f"-(t * np.log({form.format(p='np.exp(log_p)')})).sum()",
            ", no mean in the value",
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
