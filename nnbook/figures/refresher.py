"""Figures of the refresher: shapes and slopes."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from nnbook.figures.neuron_to_layer import written
from nnbook.figures.style import colour, figure

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


def draw_broadcasting(left="column", right="vector of 2"):
    """left − right for two arrays: what NumPy repeats to make the shapes equal, or the error."""
    a, b = ARRAYS[left], ARRAYS[right]
    own = np.atleast_2d(a), np.atleast_2d(b)  # a vector lies down as a row
    words = f"{left.capitalize()} {a.shape} minus {right} {b.shape}: "
    try:
        full, result = np.broadcast_arrays(*own), a - b
        words += f"the result has shape {result.shape}; {repeats(own, full)}."
    except ValueError:
        full, result = own, None
        last = a.shape[-1], b.shape[-1]
        words += "an error, the last sizes are {} and {}, and neither is 1.".format(
            *last
        )

    with figure(height=3) as (picture, ax):
        parts = [
            ("left", a.shape, full[0], own[0].shape, "class A", "−"),
            ("right", b.shape, full[1], own[1].shape, "class B", "="),
        ]
        if result is not None:
            table = np.atleast_2d(result)
            parts += [("result", result.shape, table, table.shape, "class C", "")]
        edge = 0
        for name, shape, table, solid, meaning, sign in parts:
            rows, columns = table.shape
            boxes(ax, table, edge, (3 - rows) / 2, meaning, solid)
            middle, centred = edge + columns / 2, {"ha": "center", "va": "center"}
            shaded = {"color": colour(meaning), "weight": "bold"}
            ax.text(middle, -1, shape, **centred, **shaded)
            ax.text(middle, 3.9, name, **centred)
            ax.text(edge + columns + 0.55, 1.5, sign, **centred, size=15)
            edge += columns + 1.1
        if result is None:
            verdict = "error:\n{} is not {}".format(*last)
            ax.text(edge + 0.1, 1.5, verdict, va="center", weight="bold")
        ax.set(xlim=(-0.2, 11.4), ylim=(4.3, -1.4), aspect="equal")
        ax.axis("off")
    return picture, words


def repeats(own, full):
    """Which of two tables is repeated, how often and in which direction, in words."""
    told = []
    for name, few, many in zip(("the left one", "the right one"), own, full):
        ways = [
            f"{after} times {way}"
            for before, after, way in zip(few.shape, many.shape, ("down", "across"))
            if before != after
        ]
        if ways:
            told.append(f"{name} is repeated {' and '.join(ways)}")
    return " and ".join(told) or "nothing is repeated"


def draw_zoom(step=1):
    """The parabola x² and its tangent at x = 3, magnified the more the smaller the step."""
    x = np.linspace(-0.5, 4.5, 200)
    near = 3 + step * np.linspace(-1.2, 1.2, 100)
    rise = (3 + step) ** 2 - 9
    with figure(columns=2) as (picture, (whole, glass)):
        whole.plot(x, x**2, color=colour("class A"))
        whole.add_patch(
            Rectangle((3 - 1.2 * step, 9 - 7.2 * step), 2.4 * step, 14.4 * step, fill=False,
                      edgecolor=colour("ink"), linewidth=1.2)
        )  # fmt: skip
        for ax in (whole, glass):
            ax.plot(3, 9, "o", color=colour("highlight"), mec=colour("ink"), zorder=4)
        whole.set(xlabel="x", ylim=(-1, 20), xticks=[0, 1, 2, 3, 4], title="x²")
        glass.plot(near, near**2, color=colour("class A"))
        glass.plot(near, 9 + 6 * (near - 3), "--", color=colour("gradient"))
        corner, top = [3, 3 + step, 3 + step], [9, 9, 9 + rise]
        glass.plot(corner, top, "-", color=colour("ink"), lw=1)
        glass.text(3 + step / 2, 9 - step, f"{step:g}", ha="center", va="center")
        middle = 9 + rise / 2 - step
        glass.text(3 + 0.95 * step, middle, f"{rise:.4g}", ha="right", va="center")
        ends = np.array([-1, 1])
        glass.set(xlim=3 + 1.2 * step * ends, ylim=9 + 7.2 * step * ends)
        ticks = step * np.array([-1, 0, 1])
        glass.set(xticks=3 + ticks, yticks=9 + 6 * ticks)
        glass.set(xlabel="x", title=f"rise / step = {rise / step:.6g}")
    return picture, (
        f"At x = 3 a step of {step:g} lifts x² by {rise:.4g}: {rise / step:.6g} "
        f"times the step. The tangent says 6 times."
    )


def draw_partial_slopes(x=1.0, y=1.0):
    """f = x² + xy + y² from above with its gradient, and cut along x and along y."""
    gradient = 2 * x + y, x + 2 * y
    f = x**2 + x * y + y**2
    line = np.linspace(-EDGE, EDGE, 60)
    with figure(2, 2, height=4, width_ratios=[1.35, 1]) as (picture, axes):
        for ax in axes[:, 0]:
            ax.remove()
        plane = picture.add_subplot(axes[0, 0].get_gridspec()[:, 0])
        from_above(plane, x, y, gradient)
        plane.set(title=f"f = {written(f)}")
        along_x, along_y = axes[:, 1]
        along_x.plot(line, line**2 + line * y + y**2, "--", color=colour("class A"))
        along_y.plot(line, x**2 + x * line + line**2, ":", color=colour("class B"))
        for ax, here, slope in zip(axes[:, 1], (x, y), gradient):
            reach = 1.2 * np.array([-1, 1]) / np.hypot(1, slope / 3)
            tangent = here + reach, f + slope * reach
            ax.plot(*tangent, "-", color=colour("gradient"), lw=3)
            ax.plot(here, f, "o", color=colour("highlight"), mec=colour("ink"), ms=7)
            ax.set(xlim=(-EDGE, EDGE), ylim=(-2, 16), xticks=[-2, 0, 2], yticks=[0, 10])
        slopes = [written(slope) for slope in gradient]
        along_x.set(xlabel="x", title=f"y = {written(y)}: slope {slopes[0]}")
        along_y.set(xlabel="y", title=f"x = {written(x)}: slope {slopes[1]}")
    return picture, (
        f"At x = {written(x)}, y = {written(y)} the height is {written(f)}. Along x the slope is "
        f"{slopes[0]}, along y {slopes[1]}: the gradient is ({', '.join(slopes)}), of length "
        f"{written(np.hypot(*gradient))}."
    )


def from_above(ax, x, y, gradient):
    """Curves of equal height of x² + xy + y², a point, its two cuts and its gradient."""
    turn, grey = np.linspace(0, 2 * np.pi, 90), colour("neutral")
    for height in (1, 3, 6, 10, 16):  # ellipses, long where x = −y
        long, short = height**0.5 * np.cos(turn), (height / 3) ** 0.5 * np.sin(turn)
        ax.plot(short - long, short + long, "-", color=grey, lw=0.9)
        ax.text(
            -(height**0.5), height**0.5, height, ha="center", va="center", size=10,
            color=grey, bbox={"fc": colour("paper"), "lw": 0, "pad": 1}, clip_on=True,
        )  # fmt: skip
    ax.plot([-EDGE, EDGE], [y, y], "--", color=colour("class A"), lw=1.8)
    ax.plot([x, x], [-EDGE, EDGE], ":", color=colour("class B"))
    if any(gradient):
        tip = x + gradient[0] / 4, y + gradient[1] / 4
        arrow(ax, (x, y), tip, "gradient", lw=3, mutation_scale=18)
    point = {"color": colour("highlight"), "mec": colour("ink"), "ms": 8, "zorder": 5}
    ax.plot(x, y, "o", **point)
    ax.set(xlim=(-EDGE, EDGE), ylim=(-EDGE, EDGE), aspect="equal")
    ax.set(xlabel="x", ylabel="y", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    ax.grid(False)
