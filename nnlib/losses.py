"""Losses: one number that says how wrong the outputs are, and which way is better.

Each is a function `loss(z, y) -> (value, dz)`: the mean loss L of a batch, and
dz = ∂L/∂z, of z's shape, from which backpropagation starts.
"""

import numpy as np

from nnlib import checks
from nnlib.activations import Sigmoid


def mse(z, y):
    """L = mean of (z − y)² over all elements;  dz = 2 (z − y) / z.size.

    z and y have the same shape, for example (n, 1). There is no factor ½.
    """
    z, y = checks.targets(z, y)
    error = z - y
    return float(np.mean(error**2)), 2 * error / error.size


def softmax(z):
    """p = eᶻ / Σ eᶻ along each row: positive, and each row adds up to 1.

    z (…, k), any real numbers. Subtracting a row's maximum changes no ratio, and
    keeps the exponentials from overflowing.
    """
    z = checks.outputs(z)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def cross_entropy(z, y):
    """L = mean of −log p[y] over the batch, p = softmax(z);  dz = (p − onehot(y)) / n.

    z (n, k) are logits, y (n,) integer labels from 0 to k − 1; there may be more axes in
    front, of both. log p is computed as a difference of logarithms, so a gap of 10⁴
    between logits costs 10⁴, not ∞.
    """
    shape = np.shape(z)
    z, y = checks.labels(z, y)
    n, rows = len(z), np.arange(len(z))
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=1, keepdims=True)
    value = (np.log(total[:, 0]) - z[rows, y]).sum() / n
    dz = e / total
    dz[rows, y] -= 1
    dz /= n
    return float(value), dz.reshape(shape)


def binary_cross_entropy(z, y):
    """L = mean of −y log p − (1 − y) log(1 − p), p = σ(z);  dz = (p − y) / z.size.

    z are logits, y zeros and ones of the same shape, for example (n, 1). With p = σ(z)
    the loss is log(1 + eᶻ) where y = 0 and log(1 + e⁻ᶻ) where y = 1, which `logaddexp`
    computes without overflow.
    """
    z, y = checks.binary(z, y)
    value = np.mean(np.logaddexp(0, (1 - 2 * y) * z))
    return float(value), (Sigmoid().forward(z) - y) / z.size
