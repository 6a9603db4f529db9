"""Metrics: what a person wants to know of a classifier; it learns from the loss."""

import numpy as np

from nnlib import checks


def predicted_class(z):
    """The class of each row: the largest of k logits (…, k), or z > 0 for (…, 1)."""
    z = checks.by_class(z)
    return (z[..., 0] > 0).astype(int) if z.shape[-1] == 1 else z.argmax(axis=-1)


def accuracy(z, y):
    """The share of right answers, from 0 to 1.

    z (…, k) with integer labels y (…), or z (…, 1) with zeros and ones y (…, 1).
    """
    true = checks.classes(z, y)
    return float(np.mean(predicted_class(z) == true))


def confusion_matrix(z, y):
    """How often true class i was called j, in row i and column j: integers (k, k)."""
    true = checks.classes(z, y)
    k = max(2, np.shape(z)[-1])
    counts = np.zeros((k, k), np.int64)
    np.add.at(counts, (true, predicted_class(z)), 1)
    return counts
