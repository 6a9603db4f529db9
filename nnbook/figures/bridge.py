"""Figures of *The bridge*, from a run of all three programs that `make bridge` repeats."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from nnbook.figures.style import DASHES, colour, figure, label_lines, log_scale
from nnbook.figures.words import percent, power_of_ten

STORED = Path(__file__).with_name("bridge.json")
EVERY = 5  # steps from one number of a curve to the next
ITSELF = "nnlib, rows in another order"
PROGRAMS = {  # by the name in the stored run: colour, label
    "PyTorch": ("class A", "PyTorch"),
    "JAX": ("class B", "JAX"),
    ITSELF: ("neutral", "nnlib itself"),
}


@cache
def stored():
    """What the chapter tells of PyTorch and JAX."""
    return json.loads(STORED.read_text("utf-8"))


def share(value):
    """2 · 10⁻¹⁶; 0.1."""
    digit, _, power = f"{value:.0e}".partition("e")
    small = f"{digit} · {power_of_ten(int(power))}"
    return f"{value:.1g}" if value >= 0.01 else small


def draw_apart(training="SGD, lr 0.1", precision="float64"):
    """How far two programs, and nnlib with the rows of its batches in another order, get from
    nnlib in 300 steps."""
    found = stored()["apart"][f"{training}, {precision}"]
    with figure(height=3.4) as (picture, ax):
        for (name, (meaning, label)), dash in zip(PROGRAMS.items(), DASHES):
            curve = found[name]["curve"]
            steps = EVERY * np.arange(1, len(curve) + 1)
            look = {"color": colour(meaning), "linestyle": dash}
            ax.plot(steps, curve, label=label, **look)
        ax.set(xlabel="step", title=f"{training}, {precision}: apart from nnlib")
        log_scale(ax, -18, 0)
        label_lines(ax)
    torch, jax, itself = (share(found[name]["curve"][-1]) for name in PROGRAMS)
    return picture, (
        f"{training}, in {precision}: after 300 steps the weights differ from nnlib's by {torch} "
        f"of their size in PyTorch, by {jax} in JAX, and by {itself} in nnlib itself with the rows "
        f"of each batch in another order. The loss is then {found['final loss'][0]:.2f}."
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
