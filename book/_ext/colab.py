"""Writes Colab's copies of the notebooks, each with a first cell that installs the package.

    python book/_ext/colab.py OUT --repository https://github.com/OWNER/NAME --commit SHA

The book's own notebooks have no such cell: nowhere else is it needed. The workflow that publishes
the site puts the copies on a branch, to which the pages' links to Colab lead (launch.py).

Versions are those of requirements.txt, as far as Colab has not others that it depends on: its own
ipywidgets 7 stays, as Colab shows no slider of a later one. That is why the extra `book`, which
asks for 8, is not named, and matplotlib is.
"""

import argparse
from pathlib import Path

import nbformat
from launch import github
from normalise import ROOT, as_text, notebooks

NOTE = """*This is Colab's copy of [a page of the book]({page}). Run the next cell first, once a \
session. Keep what you change with File → Save a copy in Drive. What the checks note of your \
exercises ends with the session: `progress().export("mine.json")` writes it to a file that you \
can download in the side bar.*"""

CELL = """# Installs nnlib, the book's package, if it is not there: about half a minute.
from importlib.util import find_spec

if not find_spec("nnlib"):
    %pip install --quiet -c {constraints} "{package}" matplotlib"""


def cells(repository, commit, name):
    """The two first cells of a copy: a note, and what installs the package."""
    if not (owner := github(repository)):
        raise ValueError(
            f"https://github.com/OWNER/NAME was expected, not {repository}"
        )
    repository = f"https://github.com/{owner}"
    raw = f"https://raw.githubusercontent.com/{owner}/{commit}"
    note = NOTE.format(page=f"{repository}/blob/{commit}/book/{name}")
    code = CELL.format(
        constraints=f"{raw}/requirements.txt",
        package=f"nnlib[data] @ git+{repository}@{commit}",
    )
    return [
        nbformat.v4.new_markdown_cell(note, id="colab-note"),
        nbformat.v4.new_code_cell(code, id="colab-install"),
    ]


def write(out, repository, commit, root=ROOT):
    """Writes the copies below a folder, at the places that the notebooks have in the book."""
    for path in notebooks(root):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[:0] = cells(repository, commit, path.name)
        copy = out / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(as_text(notebook), "utf-8")
        yield copy


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--repository", required=True)
    parser.add_argument("--commit", required=True)
    given = parser.parse_args()
    for copy in write(given.out, given.repository, given.commit):
        print(copy)


if __name__ == "__main__":
    main()
