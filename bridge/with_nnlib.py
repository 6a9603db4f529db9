"""The network in nnlib, and its weights for the other two."""

import numpy as np

from nnlib import Linear, Network, ReLU, cross_entropy


def network(dtype=np.float64, seed=0):
    """64-64-10, with He's weights from a seed."""
    rng = np.random.default_rng(seed)
    hidden, output = Linear(64, 64, rng=rng), Linear(64, 10, rng=rng)
    return Network(hidden, ReLU(), output, dtype=dtype)


def train_nnlib(net, optimizer, x, y, order):
    """Trains on one batch of rows after another; yields the loss of each."""
    for rows in order:
        value, dz = cross_entropy(net.forward(x[rows]), y[rows])
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
        yield value


def to_torch(net):
    """A network's weights by PyTorch's names: {"0.weight": W transposed, "0.bias": b, …}."""
    state = {}
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Linear):
            state[f"{i}.weight"] = layer.W.T.copy()
            state[f"{i}.bias"] = layer.b.copy()
    return state


def from_torch(state, net):
    """Writes weights with PyTorch's names into a network of the same layers."""
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Linear):
            layer.W[...] = state[f"{i}.weight"].T
            layer.b[...] = state[f"{i}.bias"]


def to_jax(net):
    """A network's weights as JAX takes them: a list of (W, b), as they are."""
    linear = [layer for layer in net.layers if isinstance(layer, Linear)]
    return [(layer.W.copy(), layer.b.copy()) for layer in linear]
