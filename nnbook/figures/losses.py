"""Figures of *Losses*."""

from itertools import combinations

import numpy as np

from nnbook.figures.style import colour, figure, label_lines, mark
from nnbook.figures.words import percent
from nnlib import Sigmoid

# Eight students: hours of study, and who passed.
HOURS = np.arange(1.0, 9.0).reshape(-1, 1)
PASSED = np.array([[0.0], [1], [0], [0], [0], [1], [1], [1]])
# Twenty measurements near a line, and the two lines that can be fitted to them.
PLACE = np.linspace(0, 10, 20)
HEIGHT = 1 + 0.3 * PLACE + 0.4 * np.random.default_rng(35).standard_normal(20)
FIRST, SECOND = np.array(list(combinations(range(20), 2))).T


def squared_line(y, x=PLACE):
    """The line that minimises the mean squared error, by least squares, at each x."""
    columns = np.column_stack([np.ones_like(x), x])
    return columns @ np.linalg.lstsq(columns, y, rcond=None)[0]


def absolute_line(y, x=PLACE):
    """The line that minimises the mean absolute error: it passes through two of the points."""
    slope = (y[SECOND] - y[FIRST]) / (x[SECOND] - x[FIRST])
    lines = y[FIRST, None] + slope[:, None] * (x - x[FIRST, None])
    return lines[np.abs(lines - y).sum(axis=1).argmin()]


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
    h = np.linspace(0.5, 8.5, 801)
    p = Sigmoid().forward(2 * (HOURS - h))  # one column for each threshold
    curves = {
        "accuracy": np.mean((p > 0.5) == PASSED, axis=0),
        "mean squared error": np.mean((p - PASSED) ** 2, axis=0),
    }
    accuracy, loss = curves.values()
    i = np.abs(h - threshold).argmin()
    slope = (loss[i + 1] - loss[i - 1]) / (h[i + 1] - h[i - 1])
    with figure(columns=2) as (picture, axes):
        for ax, (title, curve) in zip(axes, curves.items()):
            ax.plot(h, curve, color=colour("loss"))
            mark(ax, threshold, curve[i])
            ax.set(xlabel="threshold h", title=title, ylim=(0, None))
        tip, tail = (threshold - 1.2, loss[i] - 1.2 * slope), (threshold, loss[i])
        arrow = {"arrowstyle": "->", "color": colour("gradient"), "lw": 2.2}
        axes[1].annotate("", tip, tail, arrowprops=arrow, zorder=5)
    best = loss.argmin()
    return picture, (
        f"At h = {threshold:g} the accuracy is {accuracy[i]:.3f} and flat; the squared error is "
        f"{loss[i]:.3f} with a slope of {slope:.2f}. Its lowest place is at h = {h[best]:.1f}, "
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
    """Average surprise of who always forecasts p, where it rains with probability t."""
    p = np.linspace(0.003, 0.997, 300)

    def surprise(p, t=rainy_days):
        return -t * np.log(p) - (1 - t) * np.log(1 - p)

    cost = surprise(forecast)
    entropy = surprise(rainy_days) if rainy_days < 1 else 0.0
    with figure(columns=2, width_ratios=[1, 1.6]) as (picture, (left, right)):
        true, said = [rainy_days, 1 - rainy_days], [forecast, 1 - forecast]
        left.bar([-0.2, 0.8], true, 0.38, color=colour("neutral"), label="true")
        left.bar([0.2, 1.2], said, 0.38, color=colour("class A"), label="forecast")
        left.set(ylim=(0, 1.35), yticks=[0, 0.5, 1], title="probability")
        left.set_xticks([0, 1], ["rain", "dry"])
        left.legend(loc="upper center", ncols=1, borderpad=0)
        right.plot(p, surprise(p), color=colour("loss"))
        right.axhline(entropy, color=colour("neutral"), linestyle=":")
        label = entropy - 0.4 if entropy > 0.4 else entropy + 0.1
        right.text(0.265, label, "entropy", color=colour("neutral"))
        right.plot([forecast] * 2, [entropy, cost], "-", color=colour("gradient"))
        mark(right, forecast, cost)
        right.set(xlabel="forecast of rain p", title="average surprise", ylim=(-0.1, 5))
        right.set(xticks=[0, 0.25, 0.5, 0.75, 1])
    return picture, (
        f"It rains on {percent(rainy_days)} of the days, the forecast is always "
        f"{percent(forecast)}. The average surprise is {cost:.3f}: {entropy:.3f} that nobody "
        f"can avoid (entropy), and {cost - entropy:.3f} for the wrong forecast (KL divergence)."
    )
