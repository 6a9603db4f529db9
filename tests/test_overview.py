"""The tables of the chapters on the first page, derived from the chapters and _toc.yml."""

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from notebooks import overview

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
        "| | chapter | in one sentence |",
        "|---|---|---|",
        "| 1 | [*Of one*](one.ipynb) | It counts to one. |",
    ]
    assert rows(book)[-1] == "| 3 | [*Of four*](four.ipynb) | It counts to four. |"
    assert overview.tables(book).count("### Part") == 2


def test_a_new_chapter_is_listed_in_its_place(book):
    page = first_page()
    overview.place(page, book)
    write(book, "two", "# Of two\n\n*It counts to two.*\n\nYou will count.")
    (book / "_toc.yml").write_text(
        CONTENTS.replace("[{file: book/one}", "[{file: book/one}, {file: book/two}")
    )
    assert overview.is_stale(page, book)
    overview.place(page, book)
    assert not overview.is_stale(page, book)
    assert [cell.source for cell in page.cells] == [overview.tables(book), "b"]
    assert [row[:4] for row in rows(book)] == ["| 1 ", "| 2 ", "| 3 ", "| 4 "]
    assert "two.ipynb" in rows(book)[1]


@pytest.mark.parametrize(
    "opening", ["# Of one\n\nYou will count.", "*It counts.*\n\nYou"]
)
def test_a_chapter_without_its_sentence_is_named(book, opening):
    write(book, "one", opening)
    with pytest.raises(
        ValueError, match=r"one\.ipynb: expected a title and, below it, a sentence"
    ):
        overview.tables(book)
