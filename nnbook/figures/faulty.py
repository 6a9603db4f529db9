"""Seven programs for *Backpropagation*: one is right, six have one fault each in their gradient."""

from functools import cache

import numpy as np

from nnlib import (
    SGD,
    Linear,
    Network,
    Tanh,
    accuracy,
    cross_entropy,
    gradient_check,
    normal,
    xavier_normal,
)
from nnlib.datasets import spirals


class Faulty(Linear):
    """A Linear layer with a fault: a function of the layer and da that returns a wrong dx."""

    def __init__(self, *sizes, fault, **options):
        super().__init__(*sizes, **options)
        self.fault = fault

    def backward(self, da, need_dx=True):
        dx = super().backward(da)
        wrong = self.fault(self, da) if self.fault else None
        return dx if wrong is None else wrong


def untransposed(layer, da):
    return da @ layer.W


def random_feedback(layer, da):
    random = xavier_normal(*layer.W.shape, rng=np.random.default_rng(5))
    return da @ random.T.astype(da.dtype)


def frozen(layer, da):
    layer.dW[...] = 0


def flipped(layer, da):
    layer.dW *= -1
    layer.db *= -1


def mean_of_bias(layer, da):
    layer.db /= len(da)


def not_averaged(z, y):
    value, dz = cross_entropy(z, y)
    return value, dz * len(z)


# For each program: what is wrong with it, the faults of its three layers, its loss.
PROGRAMS = {
    "A": ("W is not transposed", (None, untransposed, None), cross_entropy),
    "B": ("1/n is forgotten", (None, None, None), not_averaged),
    "C": ("bias gradients are averaged", [mean_of_bias] * 3, cross_entropy),
    "D": ("random numbers for Wᵀ", (None, *[random_feedback] * 2), cross_entropy),
    "E": ("correct", (None, None, None), cross_entropy),
    "F": ("first layer: wrong sign", (flipped, None, None), cross_entropy),
    "G": ("first W is never changed", (frozen, None, None), cross_entropy),
}


@cache
def run_program(program, steps=400, lr=0.5, seed=1):
    """Losses and accuracies of a program while it trains, and its gradient check before."""
    _, faults, loss = PROGRAMS[program]
    x, y = spirals(120, rng=np.random.default_rng(seed))
    rng, layers = np.random.default_rng(seed), []
    for fault, n_in, n_out in zip(faults, (2, 16, 16), (16, 16, 3)):
        init = xavier_normal if layers else normal
        layers += [Faulty(n_in, n_out, fault=fault, init=init, rng=rng), Tanh()]
    net = Network(*layers[:-1])
    error = gradient_check(net, loss, x[:10], y[:10])
    optimizer, losses, accuracies = SGD(lr), [], []
    for _ in range(steps):
        z = net.forward(x)
        value, dz = loss(z, y)
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
        losses.append(value)
        accuracies.append(accuracy(z, y))
    return np.array(losses), np.array(accuracies), error


def size(error):
    """0.95, 2 or "below 1e-6": as much of an error as every computer agrees on."""
    return "below 1e-6" if error < 1e-6 else f"{error:.2g}"
