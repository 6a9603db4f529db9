"""A network is layers in a row, and all their weights in one vector θ.

Every W and b is a window (a NumPy view) into the flat vector `theta`, every dW and
db one into `grad`. So an optimizer, a gradient check, a saved file or a picture of
the loss needs to know nothing about layers: it sees θ.
"""

import copy
from pathlib import Path

import numpy as np

from nnlib.checks import (
    check_attached,
    check_dtype,
    check_layers,
    check_loss_gradient,
    check_saved,
)
from nnlib.layers import Linear


class Network:
    """z = f(x; θ): layers in a row; `theta` holds all weights, `grad` is ∂L/∂θ."""

    def __init__(self, *layers, dtype=np.float32):
        check_layers(layers)
        self.layers, self.dtype, self.z = layers, check_dtype(dtype), None
        size = sum(
            getattr(layer, param).size for layer in layers for param in layer.params
        )
        self.theta, self.grad = np.zeros(size, dtype), np.zeros(size, dtype)
        self.views, start = [], 0
        for layer in layers:
            for param in layer.params:
                stop = start + getattr(layer, param).size
                for name, flat in ((param, "theta"), ("d" + param, "grad")):
                    values = getattr(layer, name)
                    view = getattr(self, flat)[start:stop].reshape(values.shape)
                    view[...] = values
                    setattr(layer, name, view)
                    self.views.append((layer, name, flat, view))
                start = stop

    def forward(self, x):
        """z (n, n_out) of a batch x (n, n_in); layers keep what `backward` needs."""
        check_attached(self)
        a, self.z = np.asarray(x, self.dtype), None
        for layer in self.layers:
            a = layer.forward(a)
        self.z = a
        return a

    def backward(self, dz):
        """Fills `grad` with ∂L/∂θ, given dz = ∂L/∂z, from the last layer back."""
        check_loss_gradient(dz, self.z)
        dz = np.asarray(dz, self.dtype)
        first, *others = self.layers
        for layer in reversed(others):
            dz = layer.backward(dz)
        if type(first) is Linear:
            # Nobody reads the gradient of the data: a third of the work is saved.
            first.backward(dz, need_dx=False)
        else:
            first.backward(dz)
        check_attached(self)

    def predict(self, x):
        """The outputs of a batch when not training; no `backward` can follow."""
        check_attached(self)
        a, self.z = np.asarray(x, self.dtype), None
        for layer in self.layers:
            a = layer.predict(a)
        return a

    def save(self, path):
        """Writes the layers' names and shapes, and theta, to a .npz file, or nothing."""
        check_attached(self)
        part = Path(f"{path}.part")
        try:
            with part.open("wb") as file:
                np.savez(file, layers=self.describe(), theta=self.theta)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def load(self, path):
        """Reads what `save` wrote for the same layers; otherwise nothing changes."""
        check_attached(self)
        self.theta[...] = check_saved(path, self.describe(), self.theta)

    def describe(self):
        """One line a layer: its name, and its parameters with their shapes."""
        lines = []
        for layer in self.layers:
            shapes = [
                f"{param} {getattr(layer, param).shape}" for param in layer.params
            ]
            lines.append(" ".join([type(layer).__name__, *shapes]))
        return lines

    def __repr__(self):
        lines = []
        for i, (layer, line) in enumerate(zip(self.layers, self.describe())):
            size = sum(getattr(layer, param).size for param in layer.params)
            lines.append(f"{i:3}  {line:40}{size:>12,}")
        lines.append(f"     {f'all, {self.dtype}':40}{self.theta.size:>12,}")
        return "\n".join(lines)

    def __copy__(self):
        return copy.deepcopy(self)

    def __getstate__(self):
        return self.layers, self.dtype

    def __setstate__(self, state):
        layers, dtype = state
        Network.__init__(self, *layers, dtype=dtype)
