"""Optimizers: how θ moves, given its gradient g. They see two arrays, never a model.

`step(theta, grad)` changes theta in place. Adam has the most to compute, and makes its
arrays once: a step is cheap arithmetic, and waiting for memory would take the time.
"""

import numpy as np

from nnlib import checks


class SGD:
    """θ ← θ − η g: gradient descent, stochastic when g comes from a mini-batch."""

    def __init__(self, lr):
        self.lr = checks.number(lr, "lr", above=0.0)

    def step(self, theta, grad):
        checks.step(theta, grad)
        theta -= self.lr * grad


class Momentum:
    """v ← β v + g,  θ ← θ − η v: a running sum of gradients (Polyak, 1964)."""

    def __init__(self, lr, beta=0.9):
        self.lr = checks.number(lr, "lr", above=0.0)
        self.beta = checks.number(beta, "beta", high=1.0)
        self.v = None

    def step(self, theta, grad):
        checks.step(theta, grad, self.v)
        if self.v is None:
            self.v = np.zeros_like(theta)
        self.v *= self.beta
        self.v += grad
        theta -= self.lr * self.v


class RMSprop:
    """s ← β s + (1 − β) g²,  θ ← θ − η g / (√s + ε)  (Tieleman and Hinton, 2012)."""

    def __init__(self, lr, beta=0.99, eps=1e-8):
        self.lr = checks.number(lr, "lr", above=0.0)
        self.beta = checks.number(beta, "beta", high=1.0)
        self.eps = checks.number(eps, "eps", above=0.0)
        self.s = None

    def step(self, theta, grad):
        checks.step(theta, grad, self.s)
        if self.s is None:
            self.s = np.zeros_like(theta)
        self.s *= self.beta
        self.s += (1 - self.beta) * grad**2
        theta -= self.lr * grad / (np.sqrt(self.s) + self.eps)


class Adam:
    """m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − η m̂ / (√v̂ + ε).

    m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), t = 1, 2, …, make up for the start at zero
    (Kingma and Ba, 2015).
    """

    def __init__(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr = checks.number(lr, "lr", above=0.0)
        self.beta1 = checks.number(beta1, "beta1", high=1.0)
        self.beta2 = checks.number(beta2, "beta2", high=1.0)
        self.eps = checks.number(eps, "eps", above=0.0)
        self.m, self.v, self.t = None, None, 0

    def step(self, theta, grad):
        checks.step(theta, grad, self.m, self.v, t=self.t)
        if self.t == 0:
            self.m, self.v = np.zeros_like(theta), np.zeros_like(theta)
        if not hasattr(self, "_scratch"):  # nothing in it survives a step
            self._scratch = np.zeros_like(theta)
        self.t += 1
        m, v, scratch = self.m, self.v, self._scratch

        np.multiply(grad, 1 - self.beta1, out=scratch)  # m ← β₁ m + (1 − β₁) g
        m *= self.beta1
        m += scratch

        np.multiply(grad, grad, out=scratch)  # v ← β₂ v + (1 − β₂) g²
        scratch *= 1 - self.beta2
        v *= self.beta2
        v += scratch

        np.divide(v, 1 - self.beta2**self.t, out=scratch)  # θ ← θ − η m̂ / (√v̂ + ε)
        np.sqrt(scratch, out=scratch)
        scratch += self.eps
        np.divide(m, scratch, out=scratch)
        scratch *= self.lr / (1 - self.beta1**self.t)
        theta -= scratch
