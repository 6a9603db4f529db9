"""Is the gradient right? Nudge each parameter, watch the loss, and compare."""

import numpy as np

from nnlib import checks


def numerical_gradient(f, theta, h=1e-5):
    """∂f/∂θᵢ ≈ (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h: central differences, error O(h²).

    f maps an array of theta's shape to a number; it is called twice for each entry i,
    in float64. theta itself does not change.
    """
    f = checks.nudged(f, theta, h)
    theta = np.array(theta, dtype=np.float64)
    grad = np.empty_like(theta)
    for i in np.ndindex(theta.shape):
        value = theta[i]
        theta[i] = value + h
        up = f(theta)
        theta[i] = value - h
        down = f(theta)
        theta[i] = value
        grad[i] = (up - down) / (2 * h)
    return grad


def gradient_errors(net, loss, x, y):
    """max |a − b| / max(|a|, |b|) of each array: {"layer 2 (Linear).W": 3e-9, …}.

    a is from `backward`, b by nudges, on a float64 copy, with the best h of three. Below
    1e-6 it is right, around 1 wrong (or a nudge crosses a ReLU's kink), and nan undecided:
    nudges change the loss no more than rounding. An `rng` that it holds is put back.
    """
    x, y = checks.checkable(net, loss, x, y)
    net, losses, errors = net.astype(np.float64), [], {}
    dice = [it.rng for it in (net, *net.places.values()) if getattr(it, "rng", 0)]
    start, states = net.theta.copy(), [die.bit_generator.state for die in dice]

    def value(theta):
        net.theta[...] = theta
        for die, state in zip(dice, states):
            die.bit_generator.state = state
        losses.append(checks.loss_value(loss, loss(net.forward(x), y), net.z))
        return losses[-1]

    value(start)
    net.backward(loss(net.z, y)[1])
    for h in 1e-5, 1e-3, 1e-1:
        net.theta[...] = numerical_gradient(value, start, h)
        rounding = 1e-14 * max(np.abs(losses)) / h
        for (place, _, name, b), (*_, a) in zip(*net.views.values()):
            key, size = f"{place}.{name}", max(np.abs(a).max(), np.abs(b).max())
            error = min(np.abs(a - b).max() / (size or 1), errors.get(key, np.inf))
            errors[key] = np.nan if 0 < size <= rounding else float(error)
    return errors


def gradient_check(net, loss, x, y):
    """The largest of `gradient_errors`; nan if one is undecided, and none is wrong."""
    errors = gradient_errors(net, loss, x, y).values()
    return max(errors, key=lambda error: 0.1 if np.isnan(error) else error)
