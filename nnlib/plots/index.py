"""The figure of the first page: a small network while it learns."""

import numpy as np

from nnlib import SGD, Linear, Network, accuracy, cross_entropy
from nnlib.datasets import spirals
from nnlib.plots.ch03 import ACTIVATIONS, INITS, NAMES
from nnlib.plots.style import colour, decision_regions, figure

OVERSHOT = (
    "the steps are so long that they overshoot, and land where the loss is higher"
)


def small_network(activation, sizes, *, rng):
    """Linear layers of these sizes, with an activation between them, in float64."""
    layers, last = [], len(sizes) - 2
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        layers.append(Linear(n_in, n_out, init=INITS[activation], rng=rng))
        if i < last:
            layers.append(ACTIVATIONS[activation]())
    return Network(*layers, dtype=np.float64)


def descend(net, loss, optimizer, x, y, *, steps):
    """The loss before each step on all examples, and after the last; ends where it overflows."""
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps + 1):
            value, dz = loss(net.forward(x), y)
            losses.append(value)
            if step == steps or not np.isfinite(value):
                break
            net.backward(dz)
            optimizer.step(net.theta, net.grad)
    return np.array(losses)


def outcome(losses, share):
    """What became of the loss, in words; share is the part of the points that end right."""
    first, last, steps = losses[0], losses[-1], len(losses) - 1
    peak, where = np.nanmax(losses), int(np.nanargmax(losses))
    ending = f"{last:.2f} after {steps} steps, with {share:.0%} of the points right"
    size = f"{peak:.1f}" if peak < 1000 else f"10 to the power {np.log10(peak):.0f}"
    if not np.isfinite(last):
        return f"diverges, and after {steps} steps it is no longer a number: {OVERSHOT}"
    if peak > 1.5 * first and last > 0.8 * first:
        return f"diverges to {size} in step {where} and is {ending}: {OVERSHOT}"
    if peak > 1.5 * first:
        return f"jumps from {first:.2f} to {size} in step {where}, recovers and is {ending}"
    verb = "creeps" if last > 0.8 * first else "goes"
    return f"{verb} from {first:.2f} to {ending}"


def draw_training(lr=0.1, activation="tanh", steps=150):
    """A network with two hidden layers of 16 units learns three spirals, from scratch."""
    x, y = spirals(150, rng=np.random.default_rng(1))
    net = small_network(activation, [2, 16, 16, 3], rng=np.random.default_rng(0))
    losses = descend(net, cross_entropy, SGD(lr), x, y, steps=steps)
    share = accuracy(net.predict(x), y)

    with figure(columns=2) as (picture, (plane, curve)):
        decision_regions(plane, net.predict, x, y, steps=80)
        plane.set(title=f"{share:.0%} right")
        loss_curve(curve, losses, guess=np.log(3), top=2.5)
        curve.set(xlim=(0, steps))
    return picture, (
        f"{NAMES[activation]}, learning rate {lr:g}: the loss {outcome(losses, share)}."
    )


def loss_curve(ax, losses, *, guess, top):
    """A loss over the steps, with the loss of guessing; what exceeds top runs along it."""
    ax.axhline(guess, color=colour("neutral"), linewidth=1, linestyle=":")
    ax.text(0.99, guess + 0.02 * top, "guessing", color=colour("neutral"), fontsize=11,
            ha="right", transform=ax.get_yaxis_transform())  # fmt: skip
    ax.plot(np.fmin(losses, 0.98 * top), color=colour("loss"), linestyle="-")
    ax.set(xlabel="step", title="loss", ylim=(0, top))
    if np.nanmax(losses) > top:
        power = np.log10(np.nanmax(losses))
        peak = f"{np.nanmax(losses):.0f}" if power < 3 else f"10^{power:.0f}"
        ax.set_title(f"loss (off the scale: up to {peak})", fontsize=11)
