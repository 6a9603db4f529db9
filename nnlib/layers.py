"""Layers: each turns a batch x (n, n_in) into a (n, n_out), and its gradient back.

`forward` keeps what `backward` needs. `backward` is told how the loss changes with
the layer's output, da = ∂L/∂a, writes how it changes with the layer's parameters
into dW and db, and returns how it changes with the layer's input, dx.
"""

import numpy as np

from nnlib import checks
from nnlib.initializers import he_normal


class Layer:
    """One step of a network; `params` names what it learns: "W" stands for W and dW."""

    params = ()
    state = ()  # names of what it needs besides to predict: numbers, or arrays of them
    lasting = ()  # names of what it had when it went into a network
    elementwise = False  # True: works on each number by itself, so the shape stays

    def forward(self, x):
        """a from x, for a batch; keeps what `backward` needs."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, da):
        """dx from da, after `forward`; the gradient of W is written into dW[...]."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def predict(self, x):
        """`forward`, unless the layer behaves differently when not training."""
        return self.forward(x)

    def __getstate__(self):
        """A copy or a pickle carries no batch: None for arrays that `forward` has kept."""
        lasting = {*self.lasting, *self.state} if self.lasting else vars(self).keys()
        batch = [k for k, v in vars(self).items() if isinstance(v, checks.CONTAINERS)]
        return vars(self) | dict.fromkeys(set(batch) - set(lasting))


class Linear(Layer):
    """z = x W + b: x (…, n_in), W (n_in, n_out), b (n_out,). A column is a neuron."""

    params = ("W", "b")

    def __init__(self, n_in, n_out, *, init=he_normal, rng):
        checks.function(init, "init", "he_normal")
        self.n_in, self.n_out = checks.sizes(n_in, n_out, rng)
        self.W = checks.weights(init(n_in, n_out, rng=rng), n_in, n_out)
        self.b = np.zeros(n_out)
        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

    def forward(self, x):
        """z = x W + b; keeps x."""
        x = checks.batch(x, self.W)
        self.x = x
        return x @ self.W + self.b

    def backward(self, da, need_dx=True):
        """dW = xᵀ da, db = sum of da's rows, dx = da Wᵀ (unless nobody needs it)."""
        x, rows = checks.backward(self, "x", da)
        np.matmul(x.T, rows, out=self.dW)
        rows.sum(axis=0, out=self.db)
        if need_dx:
            return da @ self.W.T
