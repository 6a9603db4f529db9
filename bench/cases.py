"""What is measured: five networks, their data, and the weights that all start from."""

from dataclasses import dataclass

import numpy as np

from nnlib import Linear, Network, ReLU
from nnlib.datasets import digits, spirals

RATES = {"SGD": 0.05, "Adam": 0.001}


@dataclass(frozen=True)
class Case:
    """A network of ReLU layers of these sizes, and a batch size."""

    sizes: tuple
    batch: int

    def __str__(self):
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch}"


CASES = (
    Case((2, 16, 16, 3), 32),
    Case((64, 64, 10), 32),
    Case((784, 128, 10), 32),
    Case((784, 128, 10), 64),
    Case((784, 512, 256, 10), 128),
)


def data(case, n=2000):
    """x float32 (n, n_in) and labels y int64 (n,): spirals, digits, or random images."""
    rng = np.random.default_rng(0)
    if case.sizes[0] == 2:
        return spirals(300, case.sizes[-1], rng=rng)
    if case.sizes[0] == 64 and case.sizes[-1] == 10:
        return digits()
    x = rng.random((n, case.sizes[0])) * (rng.random((n, case.sizes[0])) < 0.2)
    return x.astype(np.float32), rng.integers(case.sizes[-1], size=n)


def initial(sizes, seed=0):
    """He's weights and zero biases, [(W, b), …] in float32: nobody starts elsewhere."""
    rng, pairs = np.random.default_rng(seed), zip(sizes, sizes[1:])
    layers = [Linear(n_in, n_out, rng=rng) for n_in, n_out in pairs]
    return [
        (layer.W.astype(np.float32), np.zeros_like(layer.b, np.float32))
        for layer in layers
    ]


def network(weights):
    """nnlib's network, with these weights."""
    layers, rng = [], np.random.default_rng(0)
    for W, b in weights:
        linear = Linear(*W.shape, rng=rng)
        linear.W, linear.b = W.copy(), b.copy()
        layers += [linear, ReLU()]
    return Network(*layers[:-1])
