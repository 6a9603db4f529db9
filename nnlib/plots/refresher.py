"""Figures of the refresher: shapes and slopes."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from nnlib.plots.ch01 import written
from nnlib.plots.style import colour, figure

STEPS = np.array([[1, 2], [3, 4], [5, 6]])
EDGE = 3.7  # of the plane on which partial slopes are shown
ARRAYS = {
    "table": STEPS,
    "column": np.array([[10], [20], [30]]),
    "vector of 2": np.array([10, 20]),
    "vector of 3": np.array([10, 20, 30]),
}


def boxes(ax, values, left, top, meaning, own=None):
    """A table of numbers in boxes; those outside the `own` first (rows, columns) are copies."""
    rows, columns = values.shape
    own = own or values.shape
    for i, j in np.ndindex(rows, columns):
        copied = i >= own[0] or j >= own[1]
        ax.add_patch(
            Rectangle(
                (left + j, top + i), 1, 1, linewidth=1.2, edgecolor=colour(meaning),
                linestyle=":" if copied else "-", zorder=1 if copied else 2,
                facecolor=(*to_rgb(colour(meaning)), 0 if copied else 0.2),
            )
        )  # fmt: skip
        ax.text(
            left + j + 0.5, top + i + 0.5, written(values[i, j]), ha="center",
            va="center", color=colour("neutral" if copied else "ink"),
        )  # fmt: skip


def draw_axes():
    """A table of three rows and two columns, added up down the rows and across them."""
    down, across = STEPS.sum(axis=0), STEPS.sum(axis=1)
    with figure(height=2.9) as (picture, ax):
        boxes(ax, STEPS, 0, 0, "class A")
        boxes(ax, down[np.newaxis], 0, 4.4, "class B")
        boxes(ax, across[:, np.newaxis], 4.6, 0, "class C")
        for j in range(2):
            arrow(ax, (j + 0.5, 3.1), (j + 0.5, 4.3), "class B")
        for i in range(3):
            arrow(ax, (2.1, i + 0.5), (4.5, i + 0.5), "class C")
        ax.text(-0.3, 1.5, "x\n(3, 2)", ha="right", va="center")
        ax.text(-0.3, 3.7, "axis=0: down", ha="right", va="center")
        ax.text(2.35, 4.9, "x.sum(axis=0)   shape (2,)", va="center")
        ax.text(2.2, -0.35, "axis=1: across", va="bottom")
        ax.text(5.95, 1.5, "x.sum(axis=1)\nshape (3,)", va="center")
        ax.set(xlim=(-3.2, 9.6), ylim=(5.5, -1), aspect="equal")
        ax.axis("off")
    return picture, (
        f"A table of shape (3, 2). Added up down the rows, axis=0, it gives two numbers, "
        f"{' and '.join(map(str, down))}; across the columns, axis=1, three: "
        f"{', '.join(map(str, across))}."
    )


def arrow(ax, start, end, meaning, **look):
    """An arrow in data coordinates, from start to end."""
    look = {"arrowstyle": "-|>", "color": colour(meaning), "lw": 1.8} | look
    look |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=look, zorder=4)


def as_table(values):
    """A vector lies down as one row: that is how broadcasting reads it."""
    return values if values.ndim == 2 else values[np.newaxis]


def draw_broadcasting(left="column", right="vector of 2"):
    """left − right for two arrays: what NumPy repeats to make the shapes equal, or the error."""
    a, b = ARRAYS[left], ARRAYS[right]
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        shape = None
    rows, columns = (
        shape if shape and len(shape) == 2 else (1, shape[0] if shape else 0)
    )
    with figure(height=3) as (picture, ax):
        edge = 0
        parts = [("left", a, "class A", "−"), ("right", b, "class B", "=")]
        if shape:
            parts.append(("result", a - b, "class C", ""))
        for name, values, meaning, sign in parts:
            own = as_table(values).shape
            table = (
                np.broadcast_to(values, (rows, columns)) if shape else as_table(values)
            )
            boxes(ax, table, edge, (3 - len(table)) / 2, meaning, own)
            wide = table.shape[1]
            middle = edge + wide / 2
            ax.text(middle, -0.9, str(values.shape), ha="center", weight="bold",
                    color=colour(meaning))  # fmt: skip
            ax.text(middle, 3.9, name, ha="center", va="center")
            ax.text(edge + wide + 0.55, 1.5, sign, ha="center", va="center", size=15)
            edge += wide + 1.1
        if not shape:
            verdict = f"error:\n{a.shape[-1]} is not {b.shape[-1]}"
            ax.text(edge + 0.1, 1.5, verdict, va="center", weight="bold")
        ax.set(xlim=(-0.2, 11.4), ylim=(4.3, -1.4), aspect="equal")
        ax.axis("off")
    words = f"{left} {a.shape} minus {right} {b.shape}: "
    if not shape:
        return picture, words + (
            f"an error, because the last sizes are {a.shape[-1]} and {b.shape[-1]}, and "
            f"neither is 1."
        )
    return picture, words + f"the result has shape {shape}; {repeats(a, b, shape)}."


def repeats(a, b, shape):
    """Which of the two arrays is repeated how often, in words."""
    told = []
    for name, values in (("the left one", a), ("the right one", b)):
        missing = len(shape) - values.ndim
        sizes = (1,) * missing + values.shape
        ways = [
            f"{size} times {way}"
            for own, size, way in zip(sizes, shape, ("down", "across")[-len(shape) :])
            if own != size
        ]
        if ways:
            told.append(f"{name} is repeated {' and '.join(ways)}")
    return " and ".join(told) or "nothing is repeated"


def draw_zoom(h=1):
    """The parabola x² near x = 3 under a magnifying glass of half-width h, and its tangent."""
    x = np.linspace(-0.5, 4.5, 200)
    near = 3 + h * np.linspace(-1.2, 1.2, 100)
    rise = (3 + h) ** 2 - 9
    with figure(columns=2) as (picture, (whole, glass)):
        whole.plot(x, x**2, color=colour("class A"))
        whole.add_patch(
            Rectangle((3 - 1.2 * h, 9 - 7.2 * h), 2.4 * h, 14.4 * h, fill=False,
                      edgecolor=colour("ink"), linewidth=1.2)
        )  # fmt: skip
        for ax in (whole, glass):
            ax.plot(3, 9, "o", color=colour("highlight"), mec=colour("ink"), zorder=4)
        whole.set(xlabel="x", ylim=(-1, 20), xticks=[0, 1, 2, 3, 4], title="x²")
        glass.plot(near, near**2, color=colour("class A"))
        glass.plot(near, 9 + 6 * (near - 3), "--", color=colour("gradient"))
        glass.plot([3, 3 + h, 3 + h], [9, 9, 9 + rise], "-", color=colour("ink"), lw=1)
        glass.text(3 + h / 2, 9 - h, f"{h:g}", ha="center", va="center")
        glass.text(
            3 + h * 0.95, 9 + rise / 2 - h, f"{rise:.4g}", ha="right", va="center"
        )
        glass.set(xlim=(3 - 1.2 * h, 3 + 1.2 * h), ylim=(9 - 7.2 * h, 9 + 7.2 * h))
        glass.set(xticks=[3 - h, 3, 3 + h], yticks=[9 - 6 * h, 9, 9 + 6 * h])
        glass.set(xlabel="x", title=f"rise / step = {rise / h:.6g}")
    return picture, (
        f"At x = 3 a step of {h:g} lifts x² by {rise:.4g}: {rise / h:.6g} "
        f"times the step. The tangent says 6 times."
    )


def draw_partial_slopes(x=1.0, y=1.0):
    """f = x² + xy + y² from above with its gradient, and cut along x and along y."""
    across, along = 2 * x + y, x + 2 * y
    f = x**2 + x * y + y**2
    line, turn = np.linspace(-EDGE, EDGE, 60), np.linspace(0, 2 * np.pi, 90)
    with figure(2, 2, height=4, width_ratios=[1.35, 1]) as (picture, axes):
        for ax in axes[:, 0]:
            ax.remove()
        plane = picture.add_subplot(axes[0, 0].get_gridspec()[:, 0])
        for level in (1, 3, 6, 10, 16):  # where f = level lies an ellipse
            long, short = level**0.5 * np.cos(turn), (level / 3) ** 0.5 * np.sin(turn)
            plane.plot(short - long, short + long, "-", color=colour("neutral"), lw=0.9)
            plane.text(
                -(level**0.5), level**0.5, level, ha="center", va="center", size=10,
                color=colour("neutral"), bbox={"fc": colour("paper"), "lw": 0, "pad": 1},
                clip_on=True,
            )  # fmt: skip
        plane.plot([-EDGE, EDGE], [y, y], "--", color=colour("class A"), lw=1.8)
        plane.plot([x, x], [-EDGE, EDGE], ":", color=colour("class B"), lw=2.2)
        tip = x + across / 4, y + along / 4
        if across or along:
            arrow(plane, (x, y), tip, "gradient", lw=3, mutation_scale=18)
        plane.plot(
            x, y, "o", color=colour("highlight"), mec=colour("ink"), ms=8, zorder=5
        )
        plane.set(
            xlim=(-EDGE, EDGE),
            ylim=(-EDGE, EDGE),
            aspect="equal",
            xlabel="x",
            ylabel="y",
        )
        plane.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2], title=f"f = {written(f)}")
        plane.grid(False)
        cuts = (
            (axes[0, 1], "x", x, across, line**2 + line * y + y**2, "class A", "--", y),
            (axes[1, 1], "y", y, along, x**2 + x * line + line**2, "class B", ":", x),
        )
        for ax, name, here, slope, heights, meaning, dash, held in cuts:
            ax.plot(line, heights, dash, color=colour(meaning))
            reach = 1.2 * np.array([-1, 1]) / np.hypot(1, slope / 3)
            ax.plot(
                here + reach, f + slope * reach, "-", color=colour("gradient"), lw=3
            )
            ax.plot(here, f, "o", color=colour("highlight"), mec=colour("ink"), ms=7)
            other = "y" if name == "x" else "x"
            ax.set(xlim=(-EDGE, EDGE), ylim=(-2, 16), xticks=[-2, 0, 2], yticks=[0, 10])
            ax.set(
                xlabel=name, title=f"{other} = {written(held)}: slope {written(slope)}"
            )
    return picture, (
        f"At x = {written(x)}, y = {written(y)} the height is {written(f)}. Along x the slope is "
        f"{written(across)}, along y {written(along)}: the gradient is ({written(across)}, "
        f"{written(along)}), of length {written(np.hypot(across, along))}."
    )
