"""The first values of a weight matrix W (n_in, n_out).

Equal values would make all neurons of a layer learn the same thing, so they are
random; their size decides whether a signal survives many layers. Xavier keeps the
variance of a layer's output (and of the gradient on its way back) near that of its
input; He does so when a ReLU then silences half of it.
"""

import numpy as np

from nnlib import checks


def zeros(n_in, n_out, *, rng):
    """W = 0: all neurons of the layer stay the same, for ever. rng is not used."""
    return np.zeros(checks.sizes(n_in, n_out, rng))


def normal(n_in, n_out, scale=1, *, rng):
    """W ~ N(0, scale²): scale is the standard deviation."""
    shape = checks.sizes(n_in, n_out, rng)
    return checks.number(scale, "scale") * rng.standard_normal(shape)


def uniform(n_in, n_out, scale=1, *, rng):
    """W ~ U(−scale, scale), with standard deviation scale / √3."""
    shape = checks.sizes(n_in, n_out, rng)
    return checks.number(scale, "scale") * rng.uniform(-1, 1, shape)


def xavier_normal(n_in, n_out, *, rng):
    """W ~ N(0, 2/(n_in + n_out)): tanh, no bend (Glorot and Bengio, 2010)."""
    return normal(n_in, n_out, rng=rng) * np.sqrt(2 / (n_in + n_out))


def xavier_uniform(n_in, n_out, *, rng):
    """W ~ U(−r, r), r = √(6/(n_in + n_out)): tanh, no bend (Glorot and Bengio, 2010)."""
    return uniform(n_in, n_out, rng=rng) * np.sqrt(6 / (n_in + n_out))


def he_normal(n_in, n_out, *, rng):
    """W ~ N(0, 2/n_in): ReLU (He et al., 2015)."""
    return normal(n_in, n_out, rng=rng) * np.sqrt(2 / n_in)


def he_uniform(n_in, n_out, *, rng):
    """W ~ U(−r, r), r = √(6/n_in): ReLU (He et al., 2015)."""
    return uniform(n_in, n_out, rng=rng) * np.sqrt(6 / n_in)
