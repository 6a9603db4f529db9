"""Training steps that differ from nnlib's in one thing: what a trick gains, or would gain.

Those that nnlib has are left out here, those that it leaves out for clarity are put in.
All of them compute the same loss.
"""

import numpy as np

import nnlib
from bench.contestants import Nnlib
from nnlib import checks

PIECE = 65_536  # numbers: Adam's five arrays of that length fit into a fast cache


class AllGradients(nnlib.Network):
    """Backpropagation that also computes the gradient of the data."""

    def backward(self, dz):
        checks.loss_gradient(dz, self.z)
        for layer in reversed(self.layers):
            dz = layer.backward(dz)
        checks.attached(self, "grad")


class PlainAdam(nnlib.Adam):
    """Adam as the formula stands in a book: every intermediate result a new array."""

    def step(self, theta, grad):
        checks.step(theta, grad, self.m)
        if self.t == 0:
            self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)
        self.t += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * grad
        self.v = self.beta2 * self.v + (1 - self.beta2) * grad**2
        m_hat = self.m / (1 - self.beta1**self.t)
        v_hat = self.v / (1 - self.beta2**self.t)
        theta -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class FoldedAdam(nnlib.Adam):
    """nnlib's Adam, the correction of v moved into η and ε: one pass less, and no v̂."""

    def step(self, theta, grad):
        checks.step(theta, grad, self.m)
        if self.t == 0:
            self.m, self.v, self.scratch = (np.zeros_like(theta) for _ in range(3))
        self.t += 1
        update(self, theta, grad, self.m, self.v, self.scratch)


class AdamInPieces(nnlib.Adam):
    """The same, piece by piece: what one pass has read is still near for the next."""

    def step(self, theta, grad):
        checks.step(theta, grad, self.m)
        if self.t == 0:
            self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)
            self.scratch = np.empty_like(theta[:PIECE])
        self.t += 1
        for start in range(0, len(theta), PIECE):
            piece = slice(start, start + PIECE)
            arrays = theta[piece], grad[piece], self.m[piece], self.v[piece]
            update(self, *arrays, self.scratch[: len(arrays[0])])


def update(adam, theta, grad, m, v, scratch):
    """θ ← θ − η √c m / (1 − β₁ᵗ) / (√v + ε √c), with c = 1 − β₂ᵗ: the same number."""
    root = (1 - adam.beta2**adam.t) ** 0.5
    np.multiply(grad, 1 - adam.beta1, out=scratch)
    m *= adam.beta1
    m += scratch
    np.multiply(grad, grad, out=scratch)
    scratch *= 1 - adam.beta2
    v *= adam.beta2
    v += scratch
    np.sqrt(v, out=scratch)
    scratch += adam.eps * root
    np.divide(m, scratch, out=scratch)
    scratch *= adam.lr * root / (1 - adam.beta1**adam.t)
    theta -= scratch


class SGDInPieces(nnlib.SGD):
    """SGD, piece by piece."""

    def step(self, theta, grad):
        checks.step(theta, grad)
        for start in range(0, len(theta), PIECE):
            piece = slice(start, start + PIECE)
            theta[piece] -= self.lr * grad[piece]


class Variant(Nnlib):
    """nnlib with another network, number type or optimizer."""

    def __init__(self, weights, optimizer, network=None, dtype=None, other=None):
        super().__init__(weights, optimizer)
        if network or dtype:
            kind = network or nnlib.Network
            self.net = kind(*self.net.layers, dtype=dtype or self.net.dtype)
        if other:
            self.optimizer = other(self.optimizer.lr)


VARIANTS = {
    "gradient of the data, too": {"network": AllGradients},
    "float64": {"dtype": np.float64},
}
OF_OPTIMIZERS = {
    "Adam": {
        "Adam as the formula": {"other": PlainAdam},
        "Adam, correction folded": {"other": FoldedAdam},
        "Adam in pieces": {"other": AdamInPieces},
    },
    "SGD": {"SGD in pieces": {"other": SGDInPieces}},
}
