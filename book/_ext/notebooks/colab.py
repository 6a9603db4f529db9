r"""Writes Colab's copies of the notebooks, each with a first cell that installs the package.

    python book/_ext colab OUT --repository https://github.com/OWNER/NAME --commit SHA \
        [--site https://OWNER.github.io/NAME]

The book's own notebooks have no such cell: nowhere else is it needed. And their text is MyST, of
which Colab shows the raw text: in the copies it is plain Markdown (portable.py). The workflow that
publishes the site puts the copies on a branch, to which the pages' links to Colab lead
(pages/launch.py).

Versions are those of requirements.txt, as far as Colab has not others that it depends on: its own
ipywidgets 7 stays, as Colab shows no slider of a later one. That is why the extra `book`, which
asks for 8, is not named, and matplotlib is.
"""

import argparse
from functools import partial
from pathlib import Path

import nbformat
from pages.launch import BRANCH, github

from notebooks import portable
from notebooks.normalise import ROOT, as_text, notebooks

NOTE = """*This is Colab's copy of [a page of the book]({page}). Run the next cell first, once a \
session. Keep what you change with File → Save a copy in Drive. What the checks note of your \
exercises ends with the session: `progress().export("mine.json")` writes it to a file that you \
can download in the side bar.*"""

CELL = """# Installs nnlib, the book's package, if it is not there: about half a minute.
from importlib.util import find_spec

if not find_spec("nnlib"):
    %pip install --quiet -c {constraints} "{package}" matplotlib"""


def owner_and_name(repository):
    if not (owner := github(repository)):
        raise ValueError(
            f"https://github.com/OWNER/NAME was expected, not {repository}"
        )
    return owner


def cells(repository, commit, page):
    """The two first cells of a copy: a note, and what installs the package."""
    owner = owner_and_name(repository)
    raw = f"https://raw.githubusercontent.com/{owner}/{commit}"
    code = CELL.format(
        constraints=f"{raw}/requirements.txt",
        package=f"nnlib-book[data] @ git+https://github.com/{owner}@{commit}",
    )
    return [
        nbformat.v4.new_markdown_cell(NOTE.format(page=page), id="colab-note"),
        nbformat.v4.new_code_cell(code, id="colab-install"),
    ]


class Addresses:
    """Where the copies' links lead: to other copies, and for other pages to the site.

    Without a site's address, to the files of the repository.
    """

    def __init__(self, repository, commit, site, books):
        self.owner, self.commit = owner_and_name(repository), commit
        self.site = site and site.rstrip("/") + "/book"
        self.cells = {name: portable.anchors(it.cells) for name, it in books.items()}

    def page(self, name, suffix, anchor=""):
        """A page to read."""
        files = f"https://github.com/{self.owner}/blob/{self.commit}/book"
        place = f"{self.site}/{name}.html" if self.site else f"{files}/{name}{suffix}"
        return f"{place}#{anchor}" if anchor else place

    def of(self, here, name, suffix, anchor):
        """What the notebook `here` links to. Colab finds no heading, but a cell by its id."""
        if suffix == ".md":
            return self.page(name, suffix, anchor)
        copies = f"https://colab.research.google.com/github/{self.owner}/blob/{BRANCH}"
        place = f"{copies}/book/{name}.ipynb" if name else ""
        if anchor:
            place += f"#scrollTo={self.cells[name or here][anchor]}"
        return place


def write(out, repository, commit, site="", root=ROOT):
    """Writes the copies below a folder, at the places that the notebooks have in the book."""
    paths = {path.stem: path for path in notebooks(root)}
    books = {name: nbformat.read(path, as_version=4) for name, path in paths.items()}
    addresses = Addresses(repository, commit, site, books)
    for name, notebook in books.items():
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = portable.plain(cell.source, partial(addresses.of, name))
        notebook.cells[:0] = cells(repository, commit, addresses.page(name, ".ipynb"))
        copy = out / paths[name].relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(as_text(notebook), "utf-8")
        yield copy


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--repository", required=True)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--site", default="", help="the address of the published site")
    given = parser.parse_args()
    for copy in write(given.out, given.repository, given.commit, given.site):
        print(copy)


if __name__ == "__main__":
    main()
