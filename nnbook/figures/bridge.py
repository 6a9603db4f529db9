"""Figures of *The bridge*, from a run of all three programs that `make bridge` repeats."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from nnbook.figures.style import DASHES, colour, figure, label_lines, log_scale
from nnbook.figures.words import percent

STORED = Path(__file__).with_name("bridge.json")
EVERY = 5  # steps from one number of a curve to the next
PROGRAMS = {
    "PyTorch": "class A",
    "JAX": "class B",
    "nnlib, rows in another order": "neutral",
}


@cache
def stored():
    """What the chapter tells of PyTorch and JAX."""
    return json.loads(STORED.read_text("utf-8"))


def draw_apart(training="SGD, lr 0.1", precision="float64"):
    """How far two programs, and nnlib with the rows of its batches in another order, get from
    nnlib in 300 steps."""
    found = stored()["apart"][f"{training}, {precision}"]
    with figure(height=3.4) as (picture, ax):
        for (name, meaning), dash in zip(PROGRAMS.items(), DASHES):
            curve = found[name]["curve"]
            steps = EVERY * np.arange(1, len(curve) + 1)
            ax.plot(
                steps, curve, color=colour(meaning), linestyle=dash,
                label=name.replace(", rows", ",\nrows").replace("another ", "another\n"),
            )  # fmt: skip
        ax.set(xlabel="step", title=f"{training}, {precision}: apart from nnlib")
        log_scale(ax, -18, 0)
        label_lines(ax)
    ends = {name: found[name]["curve"][-1] for name in PROGRAMS}
    loss = found["final loss"][0]
    return picture, (
        f"{training}, in {precision}: after 300 steps the weights differ from nnlib's by "
        f"{ends['PyTorch']:.1g} of their size in PyTorch, by {ends['JAX']:.1g} in JAX, and by "
        f"{ends['nnlib, rows in another order']:.1g} in nnlib itself with the rows of each batch "
        f"in another order. The loss is then {loss:.2f}."
    )


def draw_loops(loop="usual"):
    """The loss of one of eight loops in colour over the other seven."""
    loops = stored()["line_up"]
    with figure(height=3.2) as (picture, ax):
        for name, found in loops.items():
            curve = np.minimum(found["curve"], 4)
            steps = EVERY * (np.arange(len(curve)) + 0.5)
            look = {"color": colour("loss"), "zorder": 3, "linestyle": "-"}
            if name != loop:
                look = {"color": colour("neutral"), "alpha": 0.45, "linewidth": 1.2}
                look |= {"linestyle": "-"}
            ax.plot(steps, curve, **look)
        ax.set(xlabel="step", title=f"{loop}: loss", ylim=(0, 4.05), xlim=(0, 300))
    found = loops[loop]
    low, high = (end(found["loss"]) for end in (min, max))
    worst, best = (percent(end(found["right"])) for end in (min, max))
    return picture, (
        f"{loop}: over its last 20 steps the loss is {low:.2g} to {high:.2g}, from five starts. Of "
        f"the digits that it has not seen, {worst} to {best} are read right."
    )
