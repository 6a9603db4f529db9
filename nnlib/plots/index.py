"""The figure of the first page: a small network while it learns."""

import numpy as np

from nnlib import SGD, Linear, Network, accuracy, cross_entropy
from nnlib.datasets import spirals
from nnlib.plots.ch03 import ACTIVATIONS, INITS, NAMES
from nnlib.plots.style import colour, decision_regions, figure


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


def verdict(losses, share):
    """What happened to a loss, in a sentence; share is the final accuracy."""
    first, last, steps = losses[0], losses[-1], len(losses) - 1
    peak = np.nanmax(losses)
    if not np.isfinite(last):
        return (
            f"diverges: each step overshoots further than the one before, and after {steps} "
            f"steps the loss is no longer a number"
        )
    ending = f"{last:.2f} after {steps} steps, with {share:.0%} of the points right"
    if peak > 1.5 * first:
        size = f"{peak:.1f}" if peak < 100 else f"10^{np.log10(peak):.0f}"
        where = int(np.argmax(losses))
        return (
            f"first jumps from {first:.2f} to {size} (step {where}), because the steps are so "
            f"long that they overshoot; it is {ending}"
        )
    return f"goes from {first:.2f} to {ending}"


def draw_training(lr=0.1, activation="tanh", steps=150):
    """A network with two hidden layers of 16 units learns three spirals, from scratch."""
    x, y = spirals(150, rng=np.random.default_rng(1))
    net = small_network(activation, [2, 16, 16, 3], rng=np.random.default_rng(0))
    losses = descend(net, cross_entropy, SGD(lr), x, y, steps=steps)
    share = accuracy(net.predict(x), y)

    with figure(columns=2) as (picture, (plane, curve)):
        decision_regions(plane, net.predict, x, y, steps=80)
        plane.set(title=f"{share:.0%} right")
        curve.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
        curve.plot(losses, color=colour("loss"), linestyle="-")
        curve.set(xlabel="step", title="loss", ylim=(0, 2.4), xlim=(0, steps))
    return picture, (
        f"{NAMES[activation]}, learning rate {lr:g}: the loss {verdict(losses, share)}."
    )
