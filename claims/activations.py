"""What *Activations* compares."""

from functools import partial

import numpy as np

from claims import claim
from nnlib import Linear, Sigmoid, normal


def share_of_gradient(scale, seed, depth=10, width=100):
    """How much of a gradient's length arrives below a stack of sigmoid layers."""
    rng = np.random.default_rng(seed)
    init = partial(normal, scale=scale)
    layers = []
    for _ in range(depth):
        layers += [Linear(width, width, init=init, rng=rng), Sigmoid()]
    a = rng.standard_normal((50, width))
    for layer in layers:
        a = layer.forward(a)
    da = sent = rng.standard_normal(a.shape)
    for layer in reversed(layers):
        da = layer.backward(da)
    return np.linalg.norm(da) / np.linalg.norm(sent)


@claim(
    says=lambda r: (
        f"between {min(r['SD 1']):.2f} and {max(r['SD 1']):.2f} of the gradient arrives"
    ),
    holds=lambda r: min(r["SD 1"]) > 0.1 and max(r["SD 0.1"]) < 1e-5,
    measures="share of the gradient that arrives at the first of ten layers",
)
def saturated_layers_pass_gradients():
    """Ten sigmoid layers of 100 neurons, weights with a standard deviation of 1 or 0.1, a
    gradient drawn at random behind the last."""
    return {
        f"SD {scale:g}": [share_of_gradient(scale, seed) for seed in range(5)]
        for scale in (1, 0.1)
    }
