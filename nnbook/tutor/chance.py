"""What can be said of random numbers whatever the draw: a number, and how far chance moves it.

An exercise whose answer draws from a generator compares such estimates, made of many draws from
fixed seeds. Two are equal if chance explains their difference, so that no verdict depends on
the draw:

    return {"mean": mean(W), "standard deviation": deviation(W), "W > 0": share(W > 0)}
"""

from dataclasses import dataclass

import numpy as np

LIMIT = 6  # standard errors; by chance one pair in 500 million is further apart


@dataclass(frozen=True)
class Estimate:
    """A number that was measured on random draws, and its standard error."""

    value: float
    error: float

    def near(self, other):
        if np.isnan(self.value) or np.isnan(other.value):
            return bool(np.isnan(self.value) and np.isnan(other.value))
        rounding = 1e-9 * max(abs(self.value), abs(other.value))
        allowed = LIMIT * np.hypot(self.error, other.error) + rounding
        return bool(abs(self.value - other.value) <= allowed)

    def __repr__(self):
        return f"{self.value:.4g} ± {self.error:.1g}"


def mean(sample):
    """The mean of independent numbers."""
    sample = np.asarray(sample, float).ravel()
    return Estimate(float(sample.mean()), float(sample.std() / np.sqrt(sample.size)))


def deviation(sample):
    """Their standard deviation."""
    sample = np.asarray(sample, float).ravel()
    squares = (sample - sample.mean()) ** 2
    sd = float(np.sqrt(squares.mean()))
    error = squares.std() / (2 * sd * np.sqrt(sample.size)) if sd else 0.0
    return Estimate(sd, float(error))


def share(truths):
    """How many of them are true, from 0 to 1."""
    truths = np.asarray(truths, bool).ravel()
    likely = (truths.sum() + 1) / (truths.size + 2)  # never quite 0 or 1
    error = np.sqrt(likely * (1 - likely) / truths.size)
    return Estimate(float(truths.mean()), float(error))
