"""What the core's tests share: a seeded generator, and Hypothesis without a clock."""

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("nnlib", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("nnlib")


@pytest.fixture
def rng():
    return np.random.default_rng(0)
