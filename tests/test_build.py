"""The build itself, on a tiny book of three pages: what it repeats, and where it has an address."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import links
import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.tools, pytest.mark.xdist_group("tiny book")]
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
TOC = """
format: jb-book
root: book/index
parts:
  - caption: Chapters
    chapters: [{file: book/one}, {file: book/execution_times}]
"""
INDEX = (
    "# A tiny book\n\nIts first page is here to be found, and says so in a sentence.\n"
)
PAGE = (
    "# One\n\nThis page has a cell, which prints what a module of the package holds.\n"
)


class Book:
    """A copy of this book's configuration and extensions, around pages of its own."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("_config.yml", "pyproject.toml", "book/references.bib"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        for name in ("_ext", "_templates", "assets"):
            shutil.copytree(ROOT / "book" / name, folder / "book" / name)
        shutil.copy(ROOT / "book" / "execution_times.md", folder / "book")
        self.write("_toc.yml", TOC)
        self.write("nnlib/tiny.txt", "data")
        self.write("book/index.md", INDEX)
        self.write_cell("print('it is', 1)")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")

    def write_cell(self, code):
        cells = [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": PAGE},
            {"cell_type": "code", "id": "b", "metadata": {}, "source": code}
            | {"execution_count": None, "outputs": []},
        ]
        metadata = {"kernelspec": {"display_name": "Python 3", "name": "python3"}}
        notebook = {"cells": cells, "metadata": metadata}
        self.write(
            "book/one.ipynb",
            json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 5}),
        )

    def build(self, cores=None, **environment):
        """Builds the book: whether all was well, and how many pages were read and written."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("SITE_URL", "REPOSITORY_URL", "NNLIB_FRAMES")
        }
        before = self.ages()
        done = subprocess.run(
            [JUPYTER_BOOK, "build", "-W", "-n", "--keep-going", self.folder],
            env=kept | environment,
            preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),
            capture_output=True,
            text=True,
        )
        said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout)
        assert "updating environment" in said, said + done.stderr
        added, changed = map(
            int, re.search(r"(\d+) added, (\d+) changed", said).groups()
        )
        after = self.ages()
        pages = [name for name in after if after[name] != before.get(name)]
        return done.returncode == 0, max(added, changed), len(pages)

    def ages(self):
        pages = (self.folder / "_build" / "html" / "book").glob("*.html")
        return {path.name: path.stat().st_mtime_ns for path in pages}

    def read(self, name):
        return (self.folder / "_build" / "html" / name).read_text("utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    found = Book(tmp_path_factory.mktemp("tiny") / "book_of_three")
    assert found.build() == (True, 3, 3)
    return found


def test_the_pages_are_the_same_from_one_core_and_from_all(book):
    """And a second time: of the first build there is left what was executed, with its times."""
    site = book.folder / "_build" / "html"

    def files():
        return {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}

    before = files()
    shutil.rmtree(site)
    shutil.rmtree(book.folder / "_build" / ".doctrees")
    assert book.build(cores=[min(os.sched_getaffinity(0))]) == (True, 3, 3)
    after = files()
    assert before.keys() == after.keys()
    assert not [path.name for path in before if before[path] != after[path]]


def test_what_has_not_changed_is_not_read(book):
    assert book.build() == (True, 0, 0)


def test_a_changed_page_is_read_alone(book):
    book.write_cell("print('it is', 2)")
    good, read, _ = book.build()
    assert (good, read) == (True, 1)
    assert "it is 2" in book.read("book/one.html")


@pytest.mark.parametrize("name", ["nnlib/tiny.txt", "book/_ext/new.py"])
def test_whatever_a_cell_may_use_has_all_pages_read(book, name):
    book.write(name, "# changed")
    assert book.build() == (True, 3, 3)


def test_a_changed_style_has_all_pages_written_and_none_read(book):
    path = book.folder / "book" / "assets" / "book.css"
    path.write_text(path.read_text("utf-8") + "/* changed */", "utf-8")
    assert book.build() == (True, 0, 3)
    assert "/* changed */" in book.read("_static/book.css")


def test_a_build_fails_until_its_faults_are_repaired(book):
    book.write_cell("import warnings; warnings.warn('no')")
    assert not book.build()[0]
    assert not book.build()[0], "the second build did not read the page again"
    book.write_cell("1 / 0")
    assert not book.build()[0]
    book.write_cell(
        "from IPython.display import HTML\n"
        'HTML(\'<img alt="none" src="frames:0123456789abcdef.png">\')'
    )
    assert not book.build()[0], "no cell wrote that picture"
    book.write_cell("print('it is', 3)")
    assert book.build() == (True, 3, 3)
    assert not (book.folder / "_build" / "html" / "reports").exists()


def test_a_page_that_is_left_out_is_removed(book):
    book.write("_toc.yml", TOC.replace("{file: book/one}, ", ""))
    assert book.build()[0]
    assert not (book.folder / "_build/html/book/one.html").exists()
    book.write("_toc.yml", TOC)
    assert book.build()[0]


def test_addresses_are_absolute_if_the_site_has_one(book):
    site, repository = "https://example.org/some/where", "https://github.com/some/book"
    before = book.read("book/one.html")
    assert "canonical" not in before and "og:image" not in before
    assert "Edit this page" not in before
    assert (
        "Run this page" in before
        and "google" not in before
        and "mybinder" not in before
    )
    assert book.build(SITE_URL=site, REPOSITORY_URL=repository)[0]
    page = book.read("book/one.html")
    assert f'<link rel="canonical" href="{site}/book/one.html" />' in page
    assert f'content="{site}/_static/social.png"' in page
    assert "Edit this page" in page
    assert f'href="{repository}/edit/main/book/one.ipynb"' in page
    assert (
        "colab.research.google.com/github/some/book/blob/colab/book/one.ipynb" in page
    )
    assert "mybinder.org/v2/gh/some/book/main?urlpath=lab%2Ftree%2Fbook%2Fone" in page
    assert f'<a href="{site}/book/one.html">The published page</a>' in page
    listed = re.findall("<loc>(.*?)</loc>", book.read("sitemap.xml"))
    names = ["book/execution_times", "book/index", "book/one"]
    assert listed == [f"{site}/{name}.html" for name in names]
    assert f"Sitemap: {site}/sitemap.xml" in book.read("robots.txt")
    assert '<base href="/some/where/" />' in book.read("404.html")
    folder = book.folder / "_build" / "html"
    assert not links.foreign_loads(folder, links.read_pages(folder))
    assert book.build()[0]
    assert not (folder / "sitemap.xml").exists()
    assert book.read("book/one.html") == before
