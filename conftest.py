"""How `pytest --nbval book` compares a notebook: strictly, and words only.

What an output says as text/plain, and what is printed, must be equal, character by character.
Its pictures are not stored (see book/_ext/notebooks/normalise.py), so they are not compared.
"""

import os

import pytest

PICTURES = (
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "text/html",
    "text/latex",
    "text/markdown",
)

os.environ["NNLIB_QUIET"] = "1"  # no progress bars
os.environ.pop("NNLIB_SITE", None)


@pytest.hookimpl
def pytest_collectstart(collector):
    if getattr(collector, "skip_compare", None):  # nbval's collector of one notebook
        collector.skip_compare += PICTURES
