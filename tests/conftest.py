"""What tests share: their tiers, a seeded generator, Hypothesis without a clock, the site and a
browser."""

import os

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("nnlib", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("nnlib")

LATER = {"thorough", "site", "pages", "browser", "lab", "tools"}  # than `make check`


def pytest_collection_modifyitems(items):
    for item in items:
        if not LATER & {marker.name for marker in item.iter_markers()}:
            item.add_marker("quick")


def pytest_terminal_summary(terminalreporter):
    """What could not be tested is told; where CI is set, it is a failure."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("CI"):
        terminalreporter.write_line(f"{len(skipped)} skipped: in CI nothing may be.")


def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter and reporter.stats.get("skipped")
    if skipped and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


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
