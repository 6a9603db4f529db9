"""The chapters on the first page: a table for each part, derived from the chapters themselves.

A chapter's title is followed by a sentence in italics, which says what it is about. So a new
chapter is listed as soon as it is in _toc.yml, without an edit of the first page: the site takes
the tables from here, and `make notebooks` leaves them in the notebook for who opens that.
"""

import re
from itertools import groupby
from pathlib import Path

import nbformat

from nnbook import contents

CELL = "chapters"  # the id of the cell on the first page that holds the tables
OPENING = re.compile(r"# (.+)\n\n\*([^*]+)\*\n\n")


def tables(root):
    """The tables of a book in a folder, as Markdown."""
    numbered = [page for page in contents.pages(root) if page.number]
    parts = groupby(numbered, lambda page: page.part)
    return "\n\n".join(
        f"### {part}\n\n| chapter | in one sentence |\n|---|---|\n"
        + "\n".join(row(root, page) for page in chapters)
        for part, chapters in parts
    )


def row(root, page):
    title, sentence = opening(root / "book" / f"{page.name}.ipynb")
    return f"| [*{title}*]({page.name}.ipynb) | {sentence} |"


def opening(path):
    """A chapter's title, and the sentence below it."""
    first = nbformat.read(path, as_version=4).cells[0].source
    found = OPENING.match(first)
    if not found:
        raise ValueError(
            f"{path.name}: expected a title and, below it, a sentence in *italics* that says "
            f"what the chapter is about, got {first[:60]!r}"
        )
    return found.groups()


def place(notebook, root):
    """Writes the tables anew, in the notebook that has a place for them."""
    for cell in notebook.cells:
        if cell.get("id") == CELL:
            cell.source = tables(root)


def renew(app, page, text):
    """A Sphinx step: the first page is read with the tables as they are now."""
    if page == app.config.root_doc and app.env.doc2path(page).endswith(".ipynb"):
        notebook = nbformat.reads(text[0], as_version=4)
        place(notebook, Path(app.srcdir))
        text[0] = nbformat.writes(notebook)


def setup(app):
    app.connect("source-read", renew)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
