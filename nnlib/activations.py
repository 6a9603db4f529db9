"""Activations: layers without parameters that bend each number by itself.

Without a bend, a stack of linear layers is one linear layer. In each class the
function stands right above its derivative; `backward` multiplies by that derivative,
as the chain rule says.
"""

import numpy as np

from nnlib import checks
from nnlib.layers import Layer


class Sigmoid(Layer):
    """σ(x) = 1 / (1 + e⁻ˣ), from 0 to 1, with σ′ = σ (1 − σ) ≤ 1/4."""

    elementwise = True

    def forward(self, x):
        e = np.exp(-np.abs(x))  # never above 1, so it cannot overflow
        self.a = np.where(x >= 0, 1, e) / (1 + e)
        return self.a

    def backward(self, da):
        checks.backward(self, "a", da)
        return da * self.a * (1 - self.a)


class Tanh(Layer):
    """tanh(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ), from −1 to 1, with tanh′ = 1 − tanh² ≤ 1."""

    elementwise = True

    def forward(self, x):
        self.a = np.tanh(x)
        return self.a

    def backward(self, da):
        checks.backward(self, "a", da)
        return da * (1 - self.a**2)


class ReLU(Layer):
    """max(0, x), with derivative 1 where x > 0 and 0 elsewhere, at x = 0 too."""

    elementwise = True

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, da):
        checks.backward(self, "x", da)
        return da * (self.x > 0)


class LeakyReLU(Layer):
    """x where x > 0, slope · x elsewhere: never silent (Maas, Hannun and Ng, 2013)."""

    state = ("slope",)
    elementwise = True

    def __init__(self, slope=0.01):
        self.slope = checks.number(slope, "slope")

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.slope * x)

    def backward(self, da):
        checks.backward(self, "x", da)
        return np.where(self.x > 0, da, self.slope * da)
