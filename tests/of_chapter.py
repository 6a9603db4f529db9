"""The tests of a chapter, as pytest's -k takes them: those that bear its name, those of the modules
whose code it shows, and those that see what is half there.

    python tests/of_chapter.py losses
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from notebooks.definitions import definitions, parses, read_core  # noqa: E402

ALWAYS = ("story", "overview", "nothing_is_half_there")


def shown(name):
    """The modules of nnlib whose definitions a chapter's cells show."""
    cells = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4).cells
    code = [it.source for it in cells if it.cell_type == "code" and parses(it.source)]
    names = {found.name for source in code for found in definitions(source)}
    for module, source in read_core(ROOT).items():
        if names & {found.name for found in definitions(source)}:
            yield module


def expression(name):
    tests = (f"test_{module}" for module in shown(name))
    return " or ".join([name, *tests, *ALWAYS])


if __name__ == "__main__":
    print(expression(sys.argv[1]))
