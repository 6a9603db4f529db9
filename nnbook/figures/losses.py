"""Figures of *Losses*."""

from itertools import combinations
from math import exp

import numpy as np

from nnbook.figures.style import (
    colour,
    decision_regions,
    figure,
    label_lines,
    log_scale,
)
from nnbook.figures.words import percent
from nnlib import SGD, Linear, Network, Sigmoid, cross_entropy, mse, softmax, zeros
from nnlib.datasets import blobs, digits

# Eight students: hours of study, and who passed.
HOURS = np.arange(1.0, 9.0).reshape(-1, 1)
PASSED = np.array([[0.0], [1], [0], [0], [0], [1], [1], [1]])
# Twenty measurements near a line, and the two lines that can be fitted to them.
PLACE = np.linspace(0, 10, 20)
HEIGHT = 1 + 0.3 * PLACE + 0.4 * np.random.default_rng(35).standard_normal(20)
COLUMNS = np.column_stack([np.ones_like(PLACE), PLACE])
FIRST, SECOND = np.array(list(combinations(range(20), 2))).T


def squared_line(y):
    """The line that minimises the mean squared error, by least squares, at PLACE."""
    return COLUMNS @ np.linalg.lstsq(COLUMNS, y, rcond=None)[0]


def absolute_line(y):
    """The line that minimises the mean absolute error: it passes through two of the points."""
    slope = (y[SECOND] - y[FIRST]) / (PLACE[SECOND] - PLACE[FIRST])
    lines = y[FIRST, None] + slope[:, None] * (PLACE - PLACE[FIRST, None])
    return lines[np.abs(lines - y).sum(axis=1).argmin()]


def mark(ax, x, y, marker="o"):
    """The point that the text talks about."""
    edge = colour("ink")
    ax.plot(x, y, marker, color=colour("highlight"), mec=edge, ms=9, zorder=4)


def draw_outlier(moved_up=10, broken_point="last"):
    """Two lines through the same points, of which one is moved up; how far each follows."""
    broken = 19 if broken_point == "last" else 10
    heights = np.linspace(0, moved_up, 31)
    moved = np.tile(HEIGHT, (31, 1))  # the points, once for each height
    moved[:, broken] += heights
    follows = []
    with figure(columns=2, width_ratios=[1.2, 1]) as (picture, (left, right)):
        for name, fit, tone, dash in (
            ("squared", squared_line, "class A", "-"),
            ("absolute", absolute_line, "class B", "--"),
        ):
            lines = np.array([fit(y) for y in moved])
            distance = np.abs(lines - fit(HEIGHT)).mean(axis=1)
            look = {"color": colour(tone), "linestyle": dash}
            left.plot(PLACE, lines[-1], **look)
            right.plot(heights, distance, label=name, **look)
            right.plot(moved_up, distance[-1], "o", color=colour(tone))
            follows.append(f"{distance[-1]:.2f} with the {name} error")
        others = np.arange(20) != broken
        left.plot(PLACE[others], HEIGHT[others], "o", color=colour("ink"), ms=4)
        inside = moved[-1, broken] < 9.5
        top = moved[-1, broken] if inside else 9.5
        mark(left, PLACE[broken], top, "o" if inside else "^")
        left.set(xlabel="x", ylabel="y", ylim=(0, 10), title="the points, two lines")
        right.set(xlabel="point moved up by", title="line has moved by")
        right.set(xlim=(0, 31), ylim=(-0.05, 2.6))
        label_lines(right)
    return picture, (
        f"The {broken_point} point is moved up by {moved_up:g}. On average over the points, the "
        f"line has moved by {', and by '.join(follows)}."
    )


def draw_compass(threshold=7.5):
    """Accuracy and squared error of one neuron over its threshold: steps, and a slope."""
    t = np.linspace(0.5, 8.5, 801)
    p = Sigmoid().forward(2 * (HOURS - t))  # one column for each threshold
    curves = {
        "accuracy": np.mean((p > 0.5) == PASSED, axis=0),
        "mean squared error": np.mean((p - PASSED) ** 2, axis=0),
    }
    accuracy, loss = curves.values()
    i = np.abs(t - threshold).argmin()
    slope = (loss[i + 1] - loss[i - 1]) / (t[i + 1] - t[i - 1])
    with figure(columns=2) as (picture, axes):
        for ax, (title, curve) in zip(axes, curves.items()):
            ax.plot(t, curve, color=colour("loss"))
            mark(ax, threshold, curve[i])
            ax.set(xlabel="threshold t", title=title, ylim=(0, None))
        tip, tail = (threshold - 1.2, loss[i] - 1.2 * slope), (threshold, loss[i])
        arrow = {"arrowstyle": "->", "color": colour("gradient"), "lw": 2.2}
        axes[1].annotate("", tip, tail, arrowprops=arrow, zorder=5)
    best = loss.argmin()
    return picture, (
        f"At t = {threshold:g} the accuracy is {accuracy[i]:.3f} and flat; the squared error is "
        f"{loss[i]:.3f} with a slope of {slope:.2f}. Its lowest place is at t = {t[best]:.1f}, "
        f"where the accuracy is {accuracy[best]:.3f}."
    )


def draw_pulls():
    """Squared and absolute error, and their derivatives, over the error of one example."""
    error = np.linspace(-3, 3, 301)
    with figure(columns=2) as (picture, (left, right)):
        left.plot(error, error**2, label="squared")
        left.plot(error, np.abs(error), label="absolute")
        left.set(xlabel="error z − y", title="loss")
        right.plot(error, 2 * error, label="squared")
        right.plot(error, np.sign(error), label="absolute")
        right.set(xlabel="error z − y", title="pull")
        label_lines(left)
        label_lines(right)
    return picture, (
        "At an error of 3 the squared error is 9 and pulls with 6; the absolute error is 3 and "
        "pulls with 1, as at any other error."
    )


def draw_forecast(forecast=0.5, rainy_days=0.75):
    """Average surprise of who always forecasts q, where it rains with probability p."""
    q = np.linspace(0.003, 0.997, 300)

    def surprise(q, p=rainy_days):
        return -p * np.log(q) - (1 - p) * np.log(1 - q)

    cost = surprise(forecast)
    entropy = surprise(rainy_days) if rainy_days < 1 else 0.0
    with figure(columns=2, width_ratios=[1, 1.6]) as (picture, (left, right)):
        true, said = [rainy_days, 1 - rainy_days], [forecast, 1 - forecast]
        left.bar([-0.2, 0.8], true, 0.38, color=colour("neutral"), label="true")
        left.bar([0.2, 1.2], said, 0.38, color=colour("class A"), label="forecast")
        left.set(ylim=(0, 1.35), yticks=[0, 0.5, 1], title="probability")
        left.set_xticks([0, 1], ["rain", "dry"])
        left.legend(loc="upper center", ncols=1, borderpad=0)
        right.plot(q, surprise(q), color=colour("loss"))
        right.axhline(entropy, color=colour("neutral"), linestyle=":")
        label = entropy - 0.4 if entropy > 0.4 else entropy + 0.1
        right.text(0.3, label, "entropy", color=colour("neutral"))
        right.plot([forecast] * 2, [entropy, cost], "-", color=colour("gradient"))
        mark(right, forecast, cost)
        right.set(xlabel="forecast of rain q", title="average surprise", ylim=(-0.1, 5))
        right.set(xticks=[0, 0.25, 0.5, 0.75, 1])
    return picture, (
        f"It rains on {percent(rainy_days)} of the days, the forecast is always "
        f"{percent(forecast)}. The average surprise is {cost:.3f}: {entropy:.3f} that nobody "
        f"can avoid (entropy), and {cost - entropy:.3f} for the wrong forecast (KL divergence)."
    )


def draw_softmax(add=0, multiply_by=1):
    """Three logits, 1, 2, 3 multiplied and shifted, and what softmax makes of them."""
    z = np.array([[1.0, 2.0, 3.0]]) * multiply_by + add
    p = softmax(z)[0]
    tones = [colour(f"class {letter}") for letter in "ABC"]
    with figure(columns=2) as (picture, (left, right)):
        for ax, heights, form in ((left, z[0], "{:.4g}"), (right, p, "{:.3f}")):
            bars = ax.bar(list("ABC"), heights, color=tones)
            ax.bar_label(bars, fmt=form, padding=2)
            ax.set(yticks=[])
            ax.grid(False)
        left.set(title="logits", ylim=(0, 1.12 * z.max()))
        right.set(title="softmax", ylim=(0, 1.12))
    return picture, (
        f"softmax({', '.join(f'{value:g}' for value in z[0])}) = "
        f"({', '.join(f'{value:.3f}' for value in p)})."
    )


def draw_softmax_regression(steps=200, lr=1.0):
    """Three blobs, a linear layer, softmax and cross-entropy: the loss, and the regions."""
    x, y = blobs(150, rng=np.random.default_rng(0))
    net = Network(Linear(2, 3, init=zeros, rng=np.random.default_rng(0)))
    optimizer, losses = SGD(lr), []
    for _ in range(steps + 1):
        value, dz = cross_entropy(net.forward(x), y)
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
        losses.append(value)
    with figure(columns=2) as (picture, (left, right)):
        left.axhline(np.log(3), color=colour("neutral"), linestyle=":", linewidth=1)
        left.text(steps, 0.99, "guessing: ln 3", color=colour("neutral"), ha="right")
        left.plot(losses, color=colour("loss"))
        left.set(xlabel="step", title="cross-entropy", ylim=(0, 1.2))
        decision_regions(right, net.predict, x, y)
        right.set(title=f"after {steps} steps")
    return picture, (
        f"Softmax regression on three blobs: the cross-entropy falls from {losses[0]:.3f} to "
        f"{losses[-1]:.3f} in {steps} steps, and straight borders part the three classes."
    )


def steps_to_learn(start, loss, lr=0.15, goal=0.2):
    """The answers a of one neuron, x = 1 and target 0, step by step until a < goal."""
    z, answers = 2.0 * start, []
    while not answers or answers[-1] >= goal:
        a = 1 / (1 + exp(-z))
        answers.append(a)
        pull = a * a * (1 - a) if loss == "squared error" else a
        z -= 2 * lr * pull  # w and b each move by lr · pull
    return answers


def draw_one_neuron(w_and_b=0.5, loss="squared error"):
    """One neuron taught to answer 0: where it starts on its sigmoid, and how long it takes."""
    answers = steps_to_learn(w_and_b, loss)
    a, steps = answers[0], len(answers) - 1
    slope = a * (1 - a)
    pull = a * slope if loss == "squared error" else a
    z, start = np.linspace(-3, 9, 121), 2 * w_and_b
    with figure(columns=2) as (picture, (left, right)):
        left.plot(z, Sigmoid().forward(z), color=colour("class A"))
        mark(left, start, a)
        left.plot(
            [start, start - 6 * pull], [a, a], "-", color=colour("gradient"), lw=4
        )
        left.text(9, 0.06, f"pull {pull:.2g}", color=colour("gradient"), ha="right")
        left.set(xlabel="z = w + b", title=f"it answers {a:.4f}", ylim=(-0.05, 1.1))
        right.plot(range(1, steps + 2), answers, color=colour("loss"))
        right.axhline(0.2, color=colour("neutral"), linestyle=":", linewidth=1)
        right.set(xlabel="step", title=f"{steps:,} steps to 0.2", ylim=(-0.05, 1.1))
        log_scale(right, 0, 4, axis="x")
        right.set_xlim(1, 20_000)
    return picture, (
        f"From w = b = {w_and_b:g} the neuron answers {a:.4f} instead of 0, where the sigmoid's "
        f"slope is {slope:.2g}. With the {loss} the pull on z is {pull:.2g}, and the answer is "
        f"under 0.2 after {steps:,} steps."
    )


def squared_error_of_softmax(z, y):
    """Mean squared error between softmax(z) and one-hot targets, with its gradient dz."""
    p = softmax(z)
    value, dp = mse(p, np.eye(z.shape[1])[y])
    return value, p * (dp - (dp * p).sum(axis=1, keepdims=True))


def draw_softmax_pulls():
    """How strongly each loss pulls at the true logit, from surely right to surely wrong."""
    gap = np.linspace(-6, 10, 161)
    z = np.column_stack([np.zeros_like(gap), gap])  # class 0 is true, class 1 leads
    y = np.zeros(len(gap), int)
    with figure(height=3.2) as (picture, ax):
        ends = []
        for name, loss, dash in (
            ("cross-entropy", cross_entropy, "-"),
            ("squared error", squared_error_of_softmax, "--"),
        ):
            pull = -loss(z, y)[1][:, 0] * len(gap)  # undo the mean over the examples
            ax.plot(gap, pull, color=colour("gradient"), linestyle=dash, label=name)
            ends.append(
                f"{np.interp(0, gap, pull):.2f}, {np.interp(5, gap, pull):.3f} and "
                f"{pull[-1]:.1g} with {name}"
            )
        ax.axvline(0, color=colour("neutral"), linewidth=1, linestyle=":")
        ax.set(xlabel="lead of the wrong logit", title="pull on the true logit")
        label_lines(ax)
    return picture, (
        f"The pull at a lead of 0, 5 and 10 of the wrong logit: {'; '.join(ends)}."
    )


def draw_wrong_start(rates=(1, 3, 10, 30), steps=200):
    """Softmax regression on 600 digits from zero, and from weights that learnt wrong labels."""
    x, y = digits()
    x, y = x[:600].astype(float), y[:600]

    def learn(W, y_train, loss, lr):
        W, right = W.copy(), []
        for _ in range(steps + 1):
            z = x @ W
            right.append(np.mean(z.argmax(axis=1) == y))
            W -= lr * x.T @ loss(z, y_train)[1]
        return W, right

    zero = np.zeros((64, 10))
    wrong, _ = learn(
        zero, (y + 1) % 10, cross_entropy, 1.0
    )  # each digit called the next
    losses = {"cross-entropy": cross_entropy, "squared error": squared_error_of_softmax}
    with figure(columns=2, sharey=True) as (picture, axes):
        texts = []
        starts = {"from zero": zero, "from wrong labels": wrong}
        for ax, (title, W) in zip(axes, starts.items()):
            ends = []
            for (name, loss), tone in zip(losses.items(), ("class A", "class B")):
                curves = [learn(W, y, loss, lr)[1] for lr in rates]
                best = max(curves, key=sum)
                for curve in curves:
                    ax.plot(
                        curve, color=colour(tone), linestyle="-" if loss is cross_entropy else "--",
                        linewidth=2.4 if curve is best else 0.8,
                        label=name if curve is best and ax is axes[1] else "_",
                    )  # fmt: skip
                ends.append(f"{percent(best[50])} and {percent(best[-1])} with {name}")
            ax.set(xlabel="step", title=title, ylim=(0, 1.03))
            texts.append(f"{title} {', '.join(ends)}")
        axes[0].set_ylabel("accuracy")
        label_lines(axes[1])
    return picture, (
        f"Accuracy on 600 digits after 50 and {steps} steps, each loss at its best of "
        f"{len(rates)} learning rates: {'; '.join(texts)}."
    )
