"""What tests share: a seeded generator, Hypothesis without a clock, the site and a browser."""

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("nnlib", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("nnlib")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def site():
    """The folder of the built pages, which must be as new as their sources."""
    from built import SITE, staleness

    if reason := staleness():
        pytest.fail(reason, pytrace=False)
    return SITE


@pytest.fixture(scope="module")
def browser():
    from browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def origin(site):
    """The address of a static host of the site."""
    from browser import served

    with served(site) as address:
        yield address
