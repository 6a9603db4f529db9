"""Figures of chapter 5, Backpropagation."""

from functools import cache
from time import perf_counter

import numpy as np
from matplotlib.patches import Rectangle

from nnlib import (
    SGD,
    Linear,
    Network,
    ReLU,
    Tanh,
    accuracy,
    cross_entropy,
    gradient_check,
    normal,
    xavier_normal,
)
from nnlib.datasets import spirals
from nnlib.plots.style import CLASSES, DASHES, colour, figure, label_lines, log_scale


def nudged(w, h):
    """The slope of w³ from a nudge both ways, and from one to the right only."""
    up, here, down = ((w + step) * (w + step) * (w + step) for step in (h, 0, -h))
    return (up - down) / (2 * h), (up - here) / h


def draw_step(h=1.0):
    """The slope of w³ at w = 2, which is 12, from nudges of size h; and the error for every h."""
    both, one = nudged(2.0, h)
    steps = 10.0 ** np.arange(-16, 0.01, 0.25)
    errors = np.array([nudged(2.0, step) for step in steps]) / 12 - 1
    with figure(columns=2) as (picture, (left, right)):
        w = np.linspace(0.5, 3.5, 100)
        left.plot(w, w**3, color=colour("loss"))
        left.plot(w, 8 + 12 * (w - 2), color=colour("neutral"), linestyle=":")
        left.plot(w, 8 + both * (w - 2), color=colour("gradient"), linestyle="--")
        ends = np.array([2 - h, 2 + h])
        left.plot(ends, ends**3, "o", color=colour("highlight"), mec=colour("ink"))
        left.set(xlabel="w", ylim=(-6, 34), title=f"w³, slope {both:.4g}")
        for column, name, kind, at in (
            (1, "one way", "neutral", (3e-6, 1e-3)),
            (0, "both ways", "gradient", (2e-8, 1e-11)),
        ):
            error = np.maximum(np.abs(errors[:, column]), 1e-13)
            right.plot(steps, error, color=colour(kind), linestyle=DASHES[column])
            right.text(*at, name, color=colour(kind), ha="right", va="center")
        here = max(abs(both / 12 - 1), 1e-13)
        right.plot(h, here, "o", color=colour("highlight"), mec=colour("ink"), ms=9)
        right.set(xlabel="h", title="relative error")
        log_scale(right, -16, 0, axis="x")
        log_scale(right, -13, 0)
    return picture, (
        f"With h = {h:.3g} the slope of w³ at 2 comes out as {both:.6g} from a nudge both ways, "
        f"a relative error of {abs(both / 12 - 1):.1g}, and as {one:.6g} from a nudge one way. "
        f"The truth is 12."
    )


def draw_graph(w1=3.0, y=1.0):
    """The worked example as a graph: values above the arrows, gradients below."""
    x, b, w2 = 2.0, -5.0, -2.0
    p = w1 * x
    z = p + b
    a = max(0.0, z)
    out = w2 * a
    loss = (out - y) ** 2 / 2
    d_out = out - y
    d_w2, d_a = d_out * a, d_out * w2
    d_z = d_a * (z > 0)
    d_w1, d_x = d_z * x, d_z * w1

    with figure(height=3.3) as (picture, ax):
        ax.set(xlim=(-0.8, 5.3), ylim=(-0.75, 2.3))
        ax.axis("off")
        ink, line = colour("ink"), colour("neutral")
        back = {"color": colour("gradient"), "weight": "bold", "va": "center"}
        for i, operation in enumerate(("×", "+", "ReLU", "×", "L")):
            ax.text(
                i, 0, operation, ha="center", va="center", zorder=3, color=ink,
                size=10 if len(operation) > 1 else 16,
                bbox={"boxstyle": "circle,pad=0.3", "fc": "white", "ec": line},
            )  # fmt: skip
        along = ("x", x, d_x), ("p", p, d_z), ("z", z, d_z), ("a", a, d_a), ("ŷ", out, d_out)
        above = ("w₁", w1, d_w1), ("b", b, d_z), None, ("w₂", w2, d_w2), ("y", y, -d_out)
        arrow = {"arrowstyle": "-|>", "color": line, "shrinkA": 0, "shrinkB": 15}
        for i, (name, value, slope) in enumerate(along):
            ax.annotate("", (i, 0), (i - 0.72, 0), arrowprops=arrow)
            ax.text(i - 0.52, 0.13, f"{name}\n{value + 0.0:g}", ha="center", color=ink)
            ax.text(i - 0.52, -0.22, f"{slope + 0.0:g}", ha="center", **back)
        for i, (name, value, slope) in ((i, entry) for i, entry in enumerate(above) if entry):
            ax.annotate("", (i, 0), (i, 1.25), arrowprops=arrow)
            ax.text(i, 1.3, f"{name} = {value:g}", ha="center", color=ink)
            ax.text(i + 0.07, 0.82, f"{slope + 0.0:g}", **back)
        ax.text(4.36, 0, f"= {loss:g}", va="center", color=ink)
        ax.text(-0.8, 2.15, "values, on the way there →", va="center", color=ink)
        ax.text(5.3, 2.15, "← gradients, on the way back", ha="right", **back)
    return picture, (
        f"With w₁ = {w1:g} and y = {y:g}: z = {z:g}, a = {a:g}, ŷ = {out + 0.0:g}, "
        f"L = {loss:g}. The gradients are {d_w1 + 0.0:g} for w₁, {d_z + 0.0:g} for b and "
        f"{d_w2 + 0.0:g} for w₂."
    )
