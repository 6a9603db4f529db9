"""What all programs are given alike: the rows of each batch, and numbers kept short."""

import numpy as np

STEPS = 300
SEEDS = range(3)  # of what PyTorch and JAX do alike
STARTS = range(5)  # of what is compared within one of them


def rows_of(n, seed):
    """The rows of each batch: drawn once, by NumPy, for all programs."""
    rng = np.random.default_rng(seed)
    return [rng.choice(n, 64, replace=False) for _ in range(STEPS)]


def rounded(values, digits=3):
    return [float(f"{float(value):.{digits}g}") for value in values]
