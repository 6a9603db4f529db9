"""Is the gradient right? Nudge each parameter, watch the loss, and compare."""

import numpy as np

from nnlib import checks


def numerical_gradient(f, theta, h=1e-5):
    """∂f/∂θᵢ ≈ (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h: central differences, error O(h²).

    f maps an array of theta's shape to a number; it is called twice for each entry i,
    in float64. theta itself does not change.
    """
    checks.number(h, "h", above=0.0)
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


def gradient_check(net, loss, x, y):
    """The largest relative error |a − b| / max(|a|, |b|) of `backward`.

    Compares ∂L/∂θ with central differences, on a float64 copy of the network: below
    1e-6 it is right, around 1 it is wrong. Entries under a thousandth of the largest
    (or of 1) count as that large: where the truth is 0, rounding leaves 1e-11, which is
    no error. Near a kink of ReLU a nudge crosses it, and a right gradient looks wrong.
    """
    x, y = checks.pairs(x, y)
    net = net.astype(np.float64)
    start = net.theta.copy()

    def value(theta):
        net.theta[...] = theta
        return loss(net.forward(x), y)[0]

    numerical = numerical_gradient(value, start)
    net.theta[...] = start
    net.backward(loss(net.forward(x), y)[1])
    size = np.maximum(np.abs(net.grad), np.abs(numerical))
    floor = 1e-3 * max(1.0, size.max())
    return float(np.max(np.abs(net.grad - numerical) / np.maximum(size, floor)))
