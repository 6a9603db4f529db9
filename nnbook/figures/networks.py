"""Small networks that figures train, and what became of their loss, in words."""

import numpy as np

from nnbook.figures.words import percent, power_of_ten
from nnlib import (
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    he_normal,
    xavier_normal,
)

ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU, "leaky relu": LeakyReLU}
NAMES = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky relu": "leaky ReLU",
}
INITS = {
    "sigmoid": xavier_normal,
    "tanh": xavier_normal,
    "relu": he_normal,
    "leaky relu": he_normal,
}

OVERSHOT = (
    "the steps are so long that they overshoot, and land where the loss is higher"
)


def small_network(activation, sizes, *, init=None, rng):
    """Linear layers of these sizes, with an activation between them, in float64."""
    init, layers, last = init or INITS[activation], [], len(sizes) - 2
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
        layers.append(Linear(n_in, n_out, init=init, rng=rng))
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
    ending = (
        f"{last:.2f} after {steps} steps, with {percent(share)} of the points right"
    )
    size = f"{peak:.1f}" if peak < 1000 else power_of_ten(np.log10(peak))
    if not np.isfinite(last):
        return f"diverges, and after {steps} steps it is no longer a number: {OVERSHOT}"
    if peak > 1.5 * first and last > 0.8 * first:
        return f"diverges to {size} in step {where} and is {ending}: {OVERSHOT}"
    if peak > 1.5 * first:
        return f"jumps from {first:.2f} to {size} in step {where}, recovers and is {ending}"
    verb = "creeps" if last > 0.8 * first else "goes"
    fall = f"{verb} from {first:.2f} to {ending}"
    again = losses - np.minimum.accumulate(losses)
    if again.max() > 0.4 * first:
        step = int(again.argmax())
        fall += f"; on the way it jumps back to {losses[step]:.2f}, in step {step}"
    return fall
