"""A network is layers in a row, and all their weights in one vector θ.

Every W and b is a window (a NumPy view) into the flat vector `theta`, every dW and
db one into `grad`. So an optimizer, a gradient check, a saved file or a picture of
the loss needs to know nothing about layers: it sees θ.
"""

import copy
from pathlib import Path

import numpy as np

from nnlib import checks
from nnlib.layers import Linear


class Network:
    """z = f(x; θ): layers in a row; `theta` holds all weights, `grad` is ∂L/∂θ."""

    def __init__(self, *layers, dtype=np.float32):
        checks.layers(layers)
        self.layers, self.dtype, self.z = layers, checks.float_type(dtype), None
        params = [(layer, name) for layer in layers for name in layer.params]
        size = sum(getattr(layer, name).size for layer, name in params)
        self.theta, self.grad = np.zeros(size, dtype), np.zeros(size, dtype)
        self.views, start = [], 0
        for layer, name in params:
            stop = start + getattr(layer, name).size
            for key, flat in ((name, "theta"), ("d" + name, "grad")):
                values = getattr(layer, key)
                view = getattr(self, flat)[start:stop].reshape(values.shape)
                view[...] = values
                setattr(layer, key, view)
                self.views.append((layer, key, flat, view))
            start = stop

    def forward(self, x):
        """z (n, n_out) of a batch x (n, n_in); layers keep what `backward` needs."""
        checks.attached(self)
        a, self.z = np.asarray(x, self.dtype), None
        for layer in self.layers:
            a = layer.forward(a)
        self.z = a
        return a

    def backward(self, dz):
        """Fills `grad` with ∂L/∂θ, given dz = ∂L/∂z, from the last layer back."""
        checks.loss_gradient(dz, self.z)
        dz = np.asarray(dz, self.dtype)
        first, *others = self.layers
        for layer in reversed(others):
            dz = layer.backward(dz)
        if type(first) is Linear:
            # Nobody reads the gradient of the data: a third of the work is saved.
            first.backward(dz, need_dx=False)
        else:
            first.backward(dz)
        checks.attached(self)

    def predict(self, x):
        """The outputs of a batch when not training; no `backward` can follow."""
        checks.attached(self)
        a, self.z = np.asarray(x, self.dtype), None
        for layer in self.layers:
            a = layer.predict(a)
        return a

    def save(self, path):
        """Writes the table of layers, and theta, to a .npz file: whole or not at all."""
        checks.attached(self)
        part = Path(f"{path}.part")
        try:
            with part.open("wb") as file:
                np.savez(file, network=repr(self), theta=self.theta)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def load(self, path):
        """Reads what `save` wrote for the same layers; otherwise nothing changes."""
        checks.attached(self)
        self.theta[...] = checks.saved(path, repr(self), self.theta)

    def __repr__(self):
        lines = []
        for i, layer in enumerate(self.layers):
            arrays = {name: getattr(layer, name) for name in layer.params}
            shapes = ", ".join(
                f"{name} {array.shape}" for name, array in arrays.items()
            )
            size = sum(array.size for array in arrays.values())
            lines.append(f"{i:3}  {type(layer).__name__:12}{shapes:28}{size:>12,}")
        lines.append(f"     {f'all, {self.dtype}':40}{self.theta.size:>12,}")
        return "\n".join(lines)

    def __copy__(self):
        return copy.deepcopy(self)

    def __getstate__(self):
        return self.layers, self.dtype

    def __setstate__(self, state):
        layers, dtype = state
        Network.__init__(self, *layers, dtype=dtype)
