"""A network is layers in a row, and all their weights in one vector θ.

Every W and b is a window (a NumPy view) into the flat vector `theta`, every dW and
db one into `grad`. So an optimizer, a gradient check, a saved file or a picture of
the loss needs to know nothing about layers: it sees θ.
"""

import copy
import inspect

import numpy as np

from nnlib import checks


class Network:
    """z = f(x; θ): layers in a row; `theta` holds all weights, `grad` is ∂L/∂θ.

    Layers may hold layers, in attributes, tuples and lists: theta has their weights, too.
    """

    def __init__(self, *layers, dtype=np.float32):
        self.layers = self.made_of = layers
        self.dtype, self.z = checks.float_type(dtype), None
        self.places = checks.layers(layers)  # by name, with those inside layers
        params = [(*it, name) for it in self.places.items() for name in it[1].params]
        size = sum(getattr(layer, name).size for _, layer, name in params)
        self.theta, self.grad = np.zeros(size, dtype), np.zeros(size, dtype)
        self.views, start = {"theta": [], "grad": []}, 0
        for place, layer, name in params:
            stop = start + getattr(layer, name).size
            for key, flat in ((name, "theta"), ("d" + name, "grad")):
                values = getattr(layer, key)
                view = getattr(self, flat)[start:stop].reshape(values.shape)
                view[...] = values
                setattr(layer, key, view)
                self.views[flat].append((place, layer, key, view))
            start = stop
        for layer in self.places.values():  # all else, forward keeps of a batch
            lasting = getattr(layer, "lasting", ())
            layer.lasting = lasting or ("lasting", *checks.lasting(layer))
        # Nobody reads the gradient of the data: a third of the work can be saved.
        offered = inspect.signature(layers[0].backward).parameters
        self.no_dx = {"need_dx": False} if "need_dx" in offered else {}

    def forward(self, x):
        """z (n, n_out) of a batch x (n, n_in); layers keep what `backward` needs."""
        checks.attached(self, "theta")
        a, self.z = checks.inputs(x, self), None
        for layer in self.layers:
            a = checks.array(layer.forward(a), layer, "forward", self.dtype)
        self.z = a
        return a

    def backward(self, dz):
        """Fills `grad` with ∂L/∂θ, given dz = ∂L/∂z, from the last layer back."""
        checks.loss_gradient(dz, self.z)
        da = np.asarray(dz, self.dtype)
        first, *others = self.layers
        for layer in reversed(others):
            # its dx is the da of the layer before it
            da = checks.array(layer.backward(da), layer, "backward", self.dtype)
        first.backward(da, **self.no_dx)
        checks.attached(self, "grad")

    def astype(self, dtype):
        """A copy whose numbers are of another type."""
        made = copy.deepcopy(self)
        Network.__init__(made, *made.layers, dtype=dtype)
        return made

    def predict(self, x):
        """The outputs of a batch when not training; no `backward` can follow.

        A thousand rows at a time: so the activations of many rows need little memory.
        """
        checks.attached(self, "theta")
        x, self.z = checks.inputs(x, self), None
        parts = []
        for start in range(0, max(len(x), 1), 1000):
            a = x[start : start + 1000]
            for layer in self.layers:
                a = checks.array(layer.predict(a), layer, "predict", self.dtype)
            parts.append(a)
        return np.concatenate(parts)

    @property
    def state(self):
        """What layers need beyond theta: {"layer 1 (LeakyReLU).slope": 0.01}; a copy."""
        return {
            f"{place}.{name}": copy.copy(getattr(layer, name))
            for place, layer in self.places.items()
            for name in getattr(layer, "state", ())
        }

    @state.setter
    def state(self, values):
        for key, value in checks.state(values, self).items():
            place, _, name = key.rpartition(".")
            setattr(self.places[place], name, copy.copy(value))

    def save(self, path):
        """Writes the table of layers, theta and state to a .npz file: all or nothing."""
        checks.attached(self, "theta")
        checks.write(path, network=repr(self), theta=self.theta, **self.state)

    def load(self, path):
        """Reads what `save` wrote for the same layers; otherwise nothing changes."""
        checks.attached(self, "theta")
        self.theta[...], self.state = checks.saved(path, self)

    def __repr__(self):
        rows = []
        for place, layer in self.places.items():
            # "layer 1 (Residual)", or behind it "layers[0] (Linear)"
            *outer, name = place.split(".")
            number, name = ("", name) if outer else name[6:-1].split(" (")
            arrays = {name: getattr(layer, name) for name in layer.params}
            shapes = ", ".join(f"{name} {it.shape}" for name, it in arrays.items())
            size = sum(array.size for array in arrays.values())
            rows.append((f"{number:>3}  {'  ' * len(outer)}{name}", shapes, size))
        width = max(17, *(len(name) + 2 for name, _, _ in rows))
        rows.append((f"     all, {self.dtype}", "", self.theta.size))
        return "\n".join(
            f"{n:{width}}{shapes:28}{size:>12,}" for n, shapes, size in rows
        )

    def __copy__(self):
        return copy.deepcopy(self)

    def __getstate__(self):
        return self.layers, self.dtype

    def __setstate__(self, state):
        layers, dtype = state
        Network.__init__(self, *layers, dtype=dtype)
