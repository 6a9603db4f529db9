"""Every number of every chapter: what the build of the site executed says what is stored.

The comparison is as strict as nbval's, which runs a chapter again where the site is not built
(`make check`, `make test-versions`); how it can fail is shown in test_site_extension.py. That a
stored cell has a count, and no warning, is test_notebooks.py's.
"""

import pytest
from built import ROOT
from notebooks import executed, normalise

pytestmark = [pytest.mark.site, pytest.mark.usefixtures("site")]


@pytest.fixture(scope="module")
def kept():
    return executed.folder(ROOT)


@pytest.mark.parametrize("path", normalise.notebooks(), ids=lambda path: path.stem)
def test_what_was_executed_is_what_is_stored(path, kept):
    if found := list(executed.differences(path, kept)):
        again = f"If that is meant: make chapter NAME={path.stem}"
        pytest.fail("\n".join([*found, again]), pytrace=False)
