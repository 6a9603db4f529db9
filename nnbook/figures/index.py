"""The figure of the first page: a small network while it learns."""

import numpy as np

from nnbook.figures.networks import NAMES, descend, outcome, small_network
from nnbook.figures.style import colour, decision_regions, figure
from nnbook.figures.words import percent, power_of_ten
from nnlib import SGD, accuracy, cross_entropy
from nnlib.datasets import spirals


def draw_training(lr=0.1, activation="tanh", steps=150):
    """A network with two hidden layers of 16 units learns three spirals, from scratch."""
    x, y = spirals(150, rng=np.random.default_rng(1))
    net = small_network(activation, [2, 16, 16, 3], rng=np.random.default_rng(0))
    losses = descend(net, cross_entropy, SGD(lr), x, y, steps=steps)
    share = accuracy(net.predict(x), y)

    with figure(columns=2) as (picture, (plane, curve)):
        decision_regions(plane, net.predict, x, y, steps=80)
        plane.set(title=f"{percent(share)} right", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        loss_curve(curve, losses, guess=np.log(3), top=2.5)
        curve.set(xlim=(0, steps), xticks=[0, steps // 2, steps], yticks=[0, 1, 2])
    return picture, (
        f"{NAMES[activation]}, learning rate {lr:g}: the loss {outcome(losses, share)}."
    )


def loss_curve(ax, losses, *, guess, top):
    """A loss over the steps, with the loss of guessing; what exceeds top runs along it."""
    ax.axhline(guess, color=colour("neutral"), linewidth=1, linestyle=":")
    side = 1 if losses[-1] < guess else -1  # of the line: where the loss is not
    ax.text(
        0.99, guess + 0.02 * side * top, "guessing", color=colour("neutral"), fontsize=11,
        ha="right", va="bottom" if side > 0 else "top", transform=ax.get_yaxis_transform(),
    )  # fmt: skip
    ax.plot(np.fmin(losses, 0.98 * top), color=colour("loss"), linestyle="-")
    ax.set(xlabel="step", title="loss", ylim=(0, top))
    peak = losses[np.isfinite(losses)].max()
    if peak > top:
        number = f"{peak:.0f}" if peak < 1000 else power_of_ten(np.log10(peak))
        ax.set_title(f"loss (off the scale: up to {number})", fontsize=11)
