"""Exercises of *Losses*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice


def outputs_and_targets(rng):
    yield {"z": np.array([[3.0], [5.0]]), "y": np.array([[1.0], [6.0]])}
    yield {
        "z": np.array([[0.0, 1, 2, 3], [4, 3, 2, 1], [0, 0, 1, 1]]),
        "y": np.array([[1.0, 1, 0, 5], [3, 0, 2, 1], [0, -2, 1, 3]]),
    }
    yield {"z": np.array([[0.5, 3]], np.float32), "y": np.array([[1.5, 1]], np.float32)}
    n, k = rng.integers(3, 6), rng.integers(6, 9)
    yield {"z": rng.standard_normal((n, k)), "y": 3 * rng.standard_normal((n, k))}


MSE = Code(
    id="losses.mse",
    title="Squared error, and its gradient",
    kind="build",
    level=1,
    task="""
Write the mean squared error. `z` holds outputs and `y` targets, of one shape. Return two things:
the mean of $(z - y)^2$ over all elements, and the gradient `dz`, of the shape of `z`.
""",
    cases=outputs_and_targets,
    returns=("value", "dz"),
    hints=(
        "Give the difference a name: `error = z - y`. Both answers are made of it.",
        "The mean over all elements is `np.mean(error**2)`. Of its `z.size` terms only one "
        "contains a given element of z: what is the derivative of that one?",
    ),
    rtol=1e-9,
    atol=1e-12,
    mistakes=(
        mistake(
            "sum in place of mean",
            "Your value is the sum of the squares. Take their mean, or the loss grows with the "
            "number of examples.",
            ("np.mean(", "np.sum("),
        ),
        mistake(
            "the factor 2 forgotten",
            "The derivative of e² is 2e: your gradient lacks the 2. With ½ in the loss it would "
            "cancel, but this loss has none.",
            ("2 * error", "error"),
        ),
        mistake(
            "½ in the loss",
            "Value and gradient fit each other, but both are halved: this is the mean of ½ e². "
            "The mean squared error of this book has no ½.",
            ("np.mean(error**2)", "np.mean(error**2) / 2"),
            ("2 * error", "error"),
        ),
        mistake(
            "½ in the value alone",
            "Your value has a ½. The mean squared error of this book has none, and your gradient, "
            "which has the 2, is that of a loss without it.",
            ("np.mean(error**2)", "np.mean(error**2) / 2"),
        ),
        mistake(
            "no mean in the gradient",
            "The value is a mean over z.size elements, so each element of dz carries a factor "
            "1 / z.size. You left it out.",
            ("2 * error / error.size", "2 * error"),
        ),
        mistake(
            "no mean at all",
            "You add up the squares, and your gradient is that of the sum. The loss is their mean: "
            "divide both by z.size.",
            ("np.mean(", "np.sum("),
            ("2 * error / error.size", "2 * error"),
        ),
        mistake(
            "divided by the rows alone",
            "You divide the gradient by the number of rows. The value is a mean over all elements: "
            "divide by z.size, rows times columns.",
            ("error.size", "len(error)"),
        ),
        mistake(
            "a mean over the rows alone",
            "You add up the squares of a row, and divide by the number of rows. This mean is over "
            "all elements: divide both by z.size, rows times columns.",
            ("np.mean(error**2)", "np.sum(error**2) / len(error)"),
            ("error.size", "len(error)"),
        ),
        mistake(
            "divided by the columns",
            "You divide the gradient by the number of columns. The value is a mean over all "
            "elements: divide by z.size, rows times columns.",
            ("error.size", "error.shape[1]"),
        ),
        mistake(
            "a mean for each row",
            "Your value has a number for each row. A loss is one number for the whole batch: "
            "`np.mean` without an axis.",
            ("float(np.mean(error**2))", "np.mean(error**2, axis=1)"),
        ),
        mistake(
            "a mean for each column",
            "Your value has a number for each column. A loss is one number for the whole batch: "
            "`np.mean` without an axis.",
            ("float(np.mean(error**2))", "np.mean(error**2, axis=0)"),
        ),
        mistake(
            "the wrong sign",
            "dz points the other way: it is made of y − z. Where the output is too large, the loss "
            "rises with it, so dz is positive there.",
            ("2 * error", "-2 * error"),
        ),
        mistake(
            "a mean of the gradient",
            "You average the gradient to one number. Each element of z has a slope of its own: dz "
            "has the shape of z.",
            ("2 * error / error.size", "np.mean(2 * error)"),
        ),
        mistake(
            "one mean for all in the gradient",
            "Your dz has the mean of the errors everywhere. Each element of z has a slope of its "
            "own, that of its own error.",
            ("2 * error / error.size", "np.full_like(error, 2 * np.mean(error))"),
        ),
        mistake(
            "the error squared in the gradient",
            "Your gradient still has the square. The derivative of e² is 2e.",
            ("2 * error /", "2 * error**2 /"),
        ),
        mistake(
            "the gradient without y",
            "Your gradient is 2 z / z.size: what is squared is z − y, and its slope is that of "
            "the whole difference.",
            ("2 * error /", "2 * z /"),
        ),
        mistake(
            "the square of the mean",
            "You square the mean of the errors: errors up and down cancel each other. Square "
            "first, then take the mean.",
            ("np.mean(error**2)", "np.mean(error) ** 2"),
        ),
        mistake(
            "a difference of squares",
            "You take z² − y². The error is the difference, (z − y), and that is squared.",
            ("np.mean(error**2)", "np.mean(z**2 - y**2)"),
        ),
        mistake(
            "y laid flat",
            "You make y flat, (n,), and z is a column: NumPy compares every output with every "
            "target. Leave both as they are, of one shape.",
            ("error = z - y", "error = z - y.ravel()"),
        ),
        mistake(
            "the absolute error",
            "This is the mean absolute error, with its gradient: the chapter's other loss. Here "
            "the errors are squared.",
            ("np.mean(error**2)", "np.mean(np.abs(error))"),
            ("2 * error", "np.sign(error)"),
        ),
        mistake(
            "the root",
            "Your value is the root of the mean squared error. That is easier to read, in the unit "
            "of y, but its gradient is another one: return the mean itself.",
            ("np.mean(error**2)", "np.mean(error**2) ** 0.5"),
        ),
        mistake(
            "the root, and its gradient",
            "This is the root of the mean squared error, with its gradient. Return the mean "
            "itself: its slope has no root in it.",
            ("np.mean(error**2)", "np.mean(error**2) ** 0.5"),
            ("2 * error / error.size", "error / error.size / np.mean(error**2) ** 0.5"),
        ),
        mistake(
            "½ in the loss, and a mean over the rows",
            "You divide by 2n, with n rows, as some books do. The mean squared error of this "
            "book has no ½, and is a mean over all elements: z.size.",
            ("np.mean(error**2)", "np.sum(error**2) / (2 * len(error))"),
            ("2 * error / error.size", "error / len(error)"),
        ),
        mistake(
            "the factor 2 forgotten, and divided by the rows",
            "The derivative of e² is 2e, and the mean is over all elements: 2 (z − y) / z.size.",
            ("2 * error / error.size", "error / len(error)"),
        ),
        mistake(
            "the length",
            "Your value is the length of the vector of errors, the root of the sum of their "
            "squares. The loss is the mean of the squares.",
            ("np.mean(error**2)", "np.sum(error**2) ** 0.5"),
        ),
        mistake(
            "the variance",
            "Your value is the variance of the errors, from which their mean is subtracted: "
            "predictions that are all too large by 1 would cost nothing.",
            ("np.mean(error**2)", "np.var(error)"),
        ),
        mistake(
            "divided by one less",
            "You divide by z.size − 1, as for the variance of a sample. The loss is a plain mean: "
            "divide by z.size.",
            ("np.mean(error**2)", "np.sum(error**2) / (error.size - 1)"),
        ),
        mistake(
            "divided by one less, the gradient too",
            "You divide by z.size − 1, as for the variance of a sample. The loss is a plain mean: "
            "divide by z.size.",
            ("np.mean(error**2)", "np.sum(error**2) / (error.size - 1)"),
            ("2 * error / error.size", "2 * error / (error.size - 1)"),
        ),
    ),
    alternatives=(
        """
        def my_mse(z, y):
            (n, k), value, dz = z.shape, 0, np.zeros(z.shape)
            for i in range(n):
                for j in range(k):
                    value += (y[i, j] - z[i, j]) ** 2 / (n * k)
                    dz[i, j] = 2 * (z[i, j] - y[i, j]) / (n * k)
            return value, dz
        """,
    ),
)  # fmt: skip


def both_models():
    """The letter that names the model with the lower loss, and the one that is more accurate."""
    p = np.array([[0.51, 0.51], [0.99, 0.49]])
    loss, right = -np.log(p).mean(axis=1), np.mean(p > 0.5, axis=1)
    return {(0, 0): "a", (1, 1): "b", (0, 1): "c", (1, 0): "d"}[
        int(loss.argmin()), int(right.argmax())
    ]


LOWER_LOSS = Choice(
    id="losses.lower_loss",
    title="Which of two models?",
    kind="predict",
    level=1,
    task="""
Two models, two examples, two classes. To the true classes of the two examples, model 1 gives the
probabilities 0.51 and 0.51, model 2 gives 0.99 and 0.49. Whose cross-entropy is lower, and whose
accuracy is higher?
""",
    options={
        "a": (
            "model 1 has the lower loss and the higher accuracy",
            "The accuracy, yes: both of its answers are right, by a hair. Now the surprises: it "
            "pays −ln 0.51 = 0.67, twice. What does model 2 pay?",
        ),
        "b": (
            "model 2 has the lower loss and the higher accuracy",
            "The loss, yes: 0.99 is hardly a surprise. But with 0.49 for the true class, "
            "which class does model 2 answer?",
        ),
        "c": (
            "model 1 has the lower loss, model 2 the higher accuracy",
            "The other way round. How many answers of each are right? A probability of 0.49 for "
            "the true class leaves 0.51 for the other.",
        ),
        "d": (
            "model 2 has the lower loss, model 1 the higher accuracy",
            "Right: model 2 pays −ln 0.99 = 0.01 and −ln 0.49 = 0.71, model 1 pays 0.67 twice. "
            "But 0.49 is a wrong answer, and 0.51 a right one, however unsure.",
        ),
    },
    right="d",
    truth=both_models,
    hints=(
        "An answer is right if the true class has more than half of the probability.",
        "The loss is the mean of −ln p: compute it for (0.51, 0.51) and for (0.99, 0.49).",
    ),
)


def huber_cases(rng):
    yield {"z": np.array([[0.5], [4.0]]), "y": np.array([[0.0], [0.0]]), "delta": 1.0}
    yield {
        "z": np.array([[1.0, -3.0, 2.0], [0.0, 50.0, 0.0]]),
        "y": np.array([[1.5, 1.0, 2.0], [2.0, -1.0, -1.5]]),
        "delta": 2.0,
    }
    yield {
        "z": np.array([[0.4, -0.4, 0.1, 0.0]]),
        "y": np.array([[0.0, 0.0, 0.0, 2.0]]),
        "delta": 0.25,
    }
    yield {
        "z": np.array([[0.2, -0.3, 1.0, 0.0]]),
        "y": np.array([[0.0, 0.0, 0.0, -0.1]]),
        "delta": 0.5,
    }
    z, delta = 5 * rng.standard_normal((4, 3)), float(rng.uniform(0.5, 3))
    yield {"z": z, "y": z + 3 * rng.standard_normal((4, 3)), "delta": delta}


HUBER = Code(
    id="losses.huber",
    title="Huber's loss: squared near zero, straight beyond",
    kind="beyond",
    level=2,
    task="""
Write Huber's loss [[Huber, 1964](bibliography.md#huber1964)]: with $e = z - y$, the mean over all
elements of $\\frac12 e^2$ where $|e| \\le \\delta$, and of $\\delta\\,(|e| - \\frac12\\delta)$
beyond; and its gradient `dz`. An outlier then pulls as hard as an error of $\\delta$, and no
harder.
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
    rtol=1e-9,
    atol=1e-12,
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
            "a whole δ subtracted",
            "Your straight part is δ (|e| − δ). With ½ δ it meets the squared part at |e| = δ, "
            "where both are ½ δ².",
            ("delta / 2)", "delta)"),
        ),
        mistake(
            "a bracket forgotten",
            "Your straight part is δ |e| − ½ δ. The ½ δ stands in the bracket, and is multiplied "
            "by δ too: δ (|e| − ½ δ).",
            ("delta * (np.abs(e) - delta / 2)", "delta * np.abs(e) - delta / 2"),
        ),
        mistake(
            "½ without δ²",
            "Your straight part is δ |e| − ½. With the bracket of the task it is δ |e| − ½ δ².",
            ("delta * (np.abs(e) - delta / 2)", "delta * np.abs(e) - 0.5"),
        ),
        mistake(
            "½ δ squared",
            "Your straight part is δ |e| − (½ δ)². With the bracket of the task it is "
            "δ |e| − ½ δ²: the ½ is not squared.",
            ("delta * (np.abs(e) - delta / 2)", "delta * np.abs(e) - (delta / 2) ** 2"),
        ),
        mistake(
            "δ forgotten in front",
            "Your straight part is |e| − ½ δ, which has the slope 1. With δ in front its slope is "
            "that of the squared part at |e| = δ.",
            ("delta * (np.abs(e)", "(np.abs(e)"),
        ),
        mistake(
            "no absolute value in the straight part",
            "Your straight part has e in place of |e|: an output that is far too small makes the "
            "loss negative. Distance has no sign.",
            ("(np.abs(e) - delta / 2)", "(e - delta / 2)"),
        ),
        mistake(
            "no absolute value in the condition",
            "You ask whether e ≤ δ, and every negative error says yes, however large. Ask for "
            "|e| ≤ δ.",
            ("near = np.abs(e) <= delta", "near = e <= delta"),
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.sign(e))"),
        ),
        mistake(
            "no absolute value in the condition of the value",
            "For the value you ask whether e ≤ δ, and every negative error says yes, however "
            "large. Ask for |e| ≤ δ.",
            ("near = np.abs(e) <= delta", "near = e <= delta"),
        ),
        mistake(
            "the sign lost",
            "You take the absolute value at the beginning, and so dz is never negative. Keep the "
            "error with its sign for the gradient.",
            ("np.clip(e, -delta, delta)", "np.minimum(np.abs(e), delta)"),
        ),
        mistake(
            "the wrong sign",
            "dz points the other way: it is made of y − z. Where the output is too large, the loss "
            "rises with it, so dz is positive there.",
            ("np.clip(e, -delta, delta)", "np.clip(-e, -delta, delta)"),
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
            "δ e beyond δ",
            "Beyond δ your gradient is δ e, which still grows with the error. The slope of |e| is "
            "the sign of e: ±δ.",
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * e)"),
        ),
        mistake(
            "δ |e| beyond δ",
            "Beyond δ your gradient is δ |e|, the value's first term. The slope of |e| is the sign "
            "of e: ±δ.",
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.abs(e))"),
        ),
        mistake(
            "no slope beyond δ",
            "Beyond δ your gradient is 0, so that an outlier does not pull at all. The straight "
            "part has a slope: ±δ.",
            ("np.clip(e, -delta, delta)", "np.where(near, e, 0)"),
        ),
        mistake(
            "cut off on one side",
            "Your gradient is cut off at 0 below: an output that is too small does not pull. Cut "
            "off at −δ and at δ.",
            ("np.clip(e, -delta, delta)", "np.clip(e, 0, delta)"),
        ),
        mistake(
            "cut off at 1",
            "Your gradient is cut off at ±1, whatever δ is. Cut off at ±δ.",
            ("np.clip(e, -delta, delta)", "np.clip(e, -1, 1)"),
        ),
        mistake(
            "twice the slope",
            "Near zero your gradient is 2e. The loss there is ½ e², and the 2 cancels: e.",
            ("np.clip(e, -delta, delta)", "np.where(near, 2 * e, delta * np.sign(e))"),
        ),
        mistake(
            "the gradient of squared error",
            "The gradient is not cut off: it is that of ½ e², so that an outlier pulls as hard "
            "as before.",
            ("np.clip(e, -delta, delta)", "e"),
        ),
        mistake(
            "the gradient of squared error, without ½",
            "The gradient is that of e², not cut off: here the squared part is ½ e², with the "
            "slope e, and beyond δ the slope stays at ±δ.",
            ("np.clip(e, -delta, delta)", "2 * e"),
        ),
        mistake(
            "the error cut off in the value",
            "You cut the error off and square what is left: beyond δ your loss does not grow any "
            "more. There it goes on in a straight line, δ (|e| − ½ δ).",
            ("delta * (np.abs(e) - delta / 2)", "delta**2 / 2"),
        ),
        mistake(
            "both parts added",
            "You add the two parts. Each element has one of them: the squared one where |e| ≤ δ, "
            "the straight one beyond (`np.where`).",
            (
                "np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))",
                "near * e**2 / 2 + delta * (np.abs(e) - delta / 2)",
            ),
        ),
        mistake(
            "the parts exchanged",
            "The two parts are exchanged: the squared one belongs where |e| ≤ δ, the straight one "
            "beyond.",
            ("near = np.abs(e) <= delta", "near = np.abs(e) > delta"),
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.sign(e))"),
        ),
        mistake(
            "the parts exchanged in the value",
            "The two parts of the value are exchanged: the squared one belongs where |e| ≤ δ, the "
            "straight one beyond.",
            (
                "e**2 / 2, delta * (np.abs(e) - delta / 2)",
                "delta * (np.abs(e) - delta / 2), e**2 / 2",
            ),
        ),
        mistake(
            "the straight slope everywhere",
            "Your gradient is ±δ everywhere. Where |e| ≤ δ it is that of ½ e²: e.",
            ("np.clip(e, -delta, delta)", "delta * np.sign(e)"),
        ),
        mistake(
            "squared and absolute error",
            "Near zero you take e², beyond |e|: the two do not meet at δ. Here they are ½ e² and "
            "δ (|e| − ½ δ).",
            (
                "np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))",
                "np.where(near, e**2, np.abs(e))",
            ),
            ("np.clip(e, -delta, delta)", "np.where(near, 2 * e, np.sign(e))"),
        ),
        mistake(
            "one part for all",
            "You choose one part for the whole batch. Each element is near or far by itself: "
            "`np.where` chooses for each.",
            ("near = np.abs(e) <= delta", "near = (np.abs(e) <= delta).all()"),
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.sign(e))"),
        ),
        mistake(
            "one part for all, by the mean",
            "You choose one part for the whole batch. Each element is near or far by itself: "
            "`np.where` chooses for each.",
            ("near = np.abs(e) <= delta", "near = np.mean(np.abs(e)) <= delta"),
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.sign(e))"),
        ),
        mistake(
            "δ = 1",
            "You compute with δ = 1, whatever delta is.",
            ("near = np.abs(e) <= delta", "delta = 1\n    near = np.abs(e) <= delta"),
        ),
        mistake(
            "divided by δ",
            "This is Huber's loss divided by δ, as some libraries have it (smooth L1). Here the "
            "squared part is ½ e², and the slope ends at ±δ.",
            ("values.mean()", "values.mean() / delta"),
            ("np.clip(e, -delta, delta)", "np.clip(e, -delta, delta) / delta"),
        ),
        mistake(
            "smooth all the way",
            "This is the pseudo-Huber loss, one smooth formula for both parts. Asked for are the "
            "two: ½ e² where |e| ≤ δ, and a straight line beyond.",
            (
                "values.mean()",
                "(delta**2 * (np.sqrt(1 + (e / delta) ** 2) - 1)).mean()",
            ),
            ("np.clip(e, -delta, delta)", "e / np.sqrt(1 + (e / delta) ** 2)"),
        ),
        mistake(
            "squared error",
            "This is the mean squared error, without a straight part: an outlier pulls as hard as "
            "ever.",
            ("values.mean()", "(e**2).mean()"),
            ("np.clip(e, -delta, delta)", "2 * e"),
        ),
        mistake(
            "no mean in the gradient",
            "The value is a mean over all elements, so dz carries a factor 1 / e.size.",
            (" / e.size", ""),
        ),
        mistake(
            "mean over the rows alone",
            "The value is a mean over all elements, so dz carries 1 / e.size; you divided by "
            "the number of rows.",
            ("/ e.size", "/ len(e)"),
        ),
        mistake(
            "a value over the rows alone",
            "You divide the value by the number of rows. It is a mean over all elements.",
            ("values.mean()", "values.sum() / len(e)"),
        ),
        mistake(
            "two means added",
            "You take the mean of the near elements and that of the far ones, and add them. It is "
            "one mean over all elements.",
            (
                "values.mean()",
                "(values[near].sum() / max(near.sum(), 1)"
                " + values[~near].sum() / max((~near).sum(), 1))",
            ),
        ),
        mistake(
            "sum in place of mean",
            "The value is the sum over all elements. Take their mean, or the loss grows with "
            "the batch.",
            ("values.mean()", "values.sum()"),
        ),
        mistake(
            "½ δ added",
            "Your straight part is δ (|e| + ½ δ). With ½ δ subtracted it meets the squared part "
            "at |e| = δ.",
            ("np.abs(e) - delta / 2", "np.abs(e) + delta / 2"),
        ),
        mistake(
            "|e| beyond δ",
            "Your straight part is |e|. It has to go on where the squared part ends, at ½ δ², "
            "and with its slope, δ: δ (|e| − ½ δ).",
            ("delta * (np.abs(e) - delta / 2)", "np.abs(e)"),
        ),
        mistake(
            "cut off above alone",
            "Your gradient is cut off at δ, and not at −δ: an output that is far too small pulls"
            " as hard as before.",
            ("np.clip(e, -delta, delta)", "np.minimum(e, delta)"),
        ),
        mistake(
            "cut off below alone",
            "Your gradient is cut off at −δ, and not at δ: an output that is far too large pulls"
            " as hard as before.",
            ("np.clip(e, -delta, delta)", "np.maximum(e, -delta)"),
        ),
        mistake(
            "the slope divided by δ",
            "Your gradient is divided by δ: near zero it is e, and it ends at ±δ.",
            ("np.clip(e, -delta, delta)", "np.clip(e / delta, -1, 1)"),
        ),
        mistake(
            "the smaller of the two",
            "You take the smaller of the two parts. The straight one is the smaller everywhere: "
            "|e| ≤ δ decides.",
            (
                "np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))",
                "np.minimum(e**2 / 2, delta * (np.abs(e) - delta / 2))",
            ),
        ),
        mistake(
            "the larger of the two",
            "You take the larger of the two parts. The squared one is the larger everywhere, so "
            "that nothing is cut off: |e| ≤ δ decides.",
            (
                "np.where(near, e**2 / 2, delta * (np.abs(e) - delta / 2))",
                "np.maximum(e**2 / 2, delta * (np.abs(e) - delta / 2))",
            ),
        ),
        mistake(
            "e² compared with δ",
            "You ask whether e² ≤ δ. It is the distance, |e|, that is compared with δ.",
            ("near = np.abs(e) <= delta", "near = e**2 <= delta"),
        ),
        mistake(
            "e² compared with δ, in the gradient too",
            "You ask whether e² ≤ δ. It is the distance, |e|, that is compared with δ.",
            ("near = np.abs(e) <= delta", "near = e**2 <= delta"),
            ("np.clip(e, -delta, delta)", "np.where(near, e, delta * np.sign(e))"),
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

EXERCISES = (MSE, LOWER_LOSS, HUBER)
