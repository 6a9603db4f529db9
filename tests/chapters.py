"""What is half there: sentences about files that no page shows and names that no test tries.

Nothing is run and nothing is imported, so that a copy of the book can be looked at, too. For
exercises, nnbook/tutor/pages.py does the same.
"""

import ast
from pathlib import Path

import nbformat
from notebooks.definitions import LATER
from notebooks.normalise import pages

PACKAGES = ("nnlib", "nnbook")
BEHIND = ("nnlib/checks/", "nnlib/datasets/downloads.py")  # tried by who calls them


def names(root):
    """The names of the pages of _toc.yml, in order."""
    return [Path(page).name for page in pages(Path(root))]


def strays(root):
    """Chapters of which _toc.yml does not know, and so the site neither."""
    for path in sorted(Path(root, "book").glob("*")):
        if path.suffix in (".ipynb", ".md") and path.stem not in names(root):
            yield f"book/{path.name} is not in _toc.yml: no reader will see it"


def unseen_figures(root):
    """Files of figures that are no page's, and that no page's figures need."""
    folder = Path(root, "nnbook", "figures")
    known = {path.stem: imported(path) for path in sorted(folder.glob("[!_]*.py"))}
    asked = {
        name for path in Path(root, "nnbook").rglob("*.py") for name in imported(path)
    }
    for name in known:
        if name not in names(root) and f"nnbook.figures.{name}" not in asked:
            yield (
                f"nnbook/figures/{name}.py: no page of _toc.yml is called {name}, and no module "
                f"imports it"
            )


def imported(path):
    """All that a file imports, by the full names: modules, and what may be modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{it.name}" for it in node.names)}
    return found


def undrawn(root):
    """Figures of a page, `draw_…`, that no notebook and no other module draws."""
    used = {word for path in sources(root) for word in words(path.read_text("utf-8"))}
    used |= {word for text in cells(root) for word in words(text)}
    for path in sorted(Path(root, "nnbook", "figures").glob("[!_]*.py")):
        for name in public(path):
            if name.startswith("draw_") and name not in used:
                yield f"nnbook/figures/{path.name}: nothing shows {name}"


def sources(root):
    return [
        path for name in PACKAGES for path in sorted(Path(root, name).rglob("*.py"))
    ]


def cells(root):
    """The code of all notebooks."""
    for page in pages(Path(root)):
        path = Path(root, f"{page}.ipynb")
        if path.exists():
            notebook = nbformat.read(path, as_version=4)
            yield from (it.source for it in notebook.cells if it.cell_type == "code")


def public(path):
    """The public functions and classes that a file defines."""
    defined = (ast.FunctionDef, ast.ClassDef)
    tree = ast.parse(path.read_text("utf-8"))
    nodes = [node for node in tree.body if isinstance(node, defined)]
    return [node.name for node in nodes if not node.name.startswith("_")]


def words(text):
    """The names that a program uses, also in strings of names: not those that it defines, and
    none in its sentences."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if all(word.isidentifier() for word in node.value.split()):
                yield from node.value.split()


def untested(root):
    """Public names of what the reader builds that no test uses by name."""
    tests = sorted(Path(root, "tests").glob("*.py"))
    used = {word for path in tests for word in words(path.read_text("utf-8"))}
    for path in sorted(Path(root, "nnlib").rglob("*.py")):
        told = LATER.get(path.stem)
        if told and not {*told} & {*names(root)}:
            continue  # its chapter is to come
        file = path.relative_to(root).as_posix()
        for name in public(path) if not file.startswith(BEHIND) else ():
            if name not in used:
                yield f"{file}: no test uses {name}, and it is public"
