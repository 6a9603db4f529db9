"""The committed notebooks are in their normal form, so that nbval compares all of them."""

from pathlib import Path

import nbformat
import pytest
from notebooks import normalise, opened

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("path", normalise.notebooks(), ids=lambda path: path.stem)
def test_notebook_is_normal(path):
    problems = normalise.check(path)
    if problems:
        again = (
            f"make chapter NAME={path.stem} runs it, and stores it in its normal form."
        )
        words = [f"{path.relative_to(ROOT)} is not normal.", *problems, again]
        pytest.fail("\n".join(words), pytrace=False)


@pytest.mark.parametrize("path", normalise.notebooks(), ids=lambda path: path.stem)
def test_what_is_folded_on_the_page_is_folded_in_jupyterlab(path):
    folds = opened.FOLDS
    for cell in nbformat.read(path, as_version=4).cells:
        tags = cell.metadata.get("tags", [])
        tagged = {it for tag in tags for it in folds.get(tag, ())}
        assert set(cell.metadata.get("jupyter", {})) == tagged, cell.source


def test_no_notebook_is_outside_the_table_of_contents():
    listed = set(normalise.notebooks())
    stray = [
        path.name for path in (ROOT / "book").glob("**/*.ipynb") if path not in listed
    ]
    assert not [name for name in stray if not name.endswith("-checkpoint.ipynb")]
