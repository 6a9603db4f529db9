"""The tables of the chapters on the first page, derived from the chapters and _toc.yml."""

from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from notebooks.normalise import ROOT
from pages import overview

CONTENTS = """
root: book/index
parts:
- caption: Before
  chapters: [{file: book/refresher}]
- {caption: "Part I: Small", numbered: 1, chapters: [{file: book/one}, {file: book/three}]}
- {caption: "Part II: Large", numbered: 1, chapters: [{file: book/four}]}
"""


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text(CONTENTS)
    for name in ("one", "three", "four"):
        write(
            tmp_path, name, f"# Of {name}\n\n*It counts to {name}.*\n\nYou will count."
        )
    return tmp_path


def write(root, name, opening):
    notebook = new_notebook(cells=[new_markdown_cell(opening)])
    nbformat.write(notebook, root / f"book/{name}.ipynb")


def first_page():
    return new_notebook(
        cells=[new_markdown_cell("old", id=overview.CELL), new_markdown_cell("b")]
    )


def rows(root):
    return [line for line in overview.tables(root).splitlines() if "ipynb" in line]


def test_a_part_has_a_table_and_a_chapter_a_row(book):
    assert overview.tables(book).splitlines()[:5] == [
        "### Part I: Small",
        "",
        "| chapter | in one sentence |",
        "|---|---|",
        "| [*Of one*](one.ipynb) | It counts to one. |",
    ]
    assert rows(book)[-1] == "| [*Of four*](four.ipynb) | It counts to four. |"
    assert overview.tables(book).count("### Part") == 2


def test_the_notebook_of_the_first_page_lists_the_chapters_as_they_are():
    """The site would; who opens the notebook sees what is stored."""
    notebook = nbformat.read(ROOT / "book" / "index.ipynb", as_version=4)
    (stored,) = (cell.source for cell in notebook.cells if cell.id == overview.CELL)
    assert stored == overview.tables(ROOT), (
        "the list of chapters on the first page is not that of _toc.yml and their openings: "
        "run make chapter NAME=index"
    )


def test_the_site_lists_a_new_chapter_in_its_place(book):
    """The notebook of the first page stays as it is."""
    text = [nbformat.writes(first_page())]
    write(book, "two", "# Of two\n\n*It counts to two.*\n\nYou will count.")
    toc = CONTENTS.replace("{file: book/one}", "{file: book/one}, {file: book/two}")
    (book / "_toc.yml").write_text(toc)
    overview.renew(site(book), "book/index", text)
    tables, other = nbformat.reads(text[0], as_version=4).cells
    assert (tables.source, other.source) == (overview.tables(book), "b")
    assert ["two.ipynb" in row for row in rows(book)] == [False, True, False, False]


def test_other_pages_are_read_as_they_are(book):
    text = [stored := nbformat.writes(first_page())]
    overview.renew(site(book), "book/one", text)
    assert text == [stored]


def site(root):
    return SimpleNamespace(
        srcdir=root,
        config=SimpleNamespace(root_doc="book/index"),
        env=SimpleNamespace(doc2path=lambda page: f"{root}/{page}.ipynb"),
    )


@pytest.mark.parametrize(
    "opening", ["# Of one\n\nYou will count.", "*It counts.*\n\nYou"]
)
def test_a_chapter_without_its_sentence_is_named(book, opening):
    write(book, "one", opening)
    with pytest.raises(
        ValueError, match=r"one\.ipynb: expected a title and, below it, a sentence"
    ):
        overview.tables(book)
