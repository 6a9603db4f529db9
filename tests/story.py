"""The rules of the story, as functions of sources: no notebook is run, no file is read but by
`read_book` and `read_core`.

1. A chapter introduces a name by defining it in a cell, word for word as the package does.
2. A class may be shown in part, its members in the package's order; some chapter shows it whole.
3. A chapter imports from nnlib only what earlier chapters introduced, and what a definition
   uses is public and introduced, or comes from nnlib's checks, NumPy or the standard library.
4. Every public name of the core is introduced by some chapter.
5. Whoever has read Part I knows its core by heart: it has MOST_LINES at most.

A module of the later parts is imported by its own name, `from nnlib.autograd import grad`, all
that it defines is public, and what is assigned to a name is a definition, too. Its names mean
something on its own chapters' pages, and where they are imported: elsewhere `total` is free.

Each rule returns a list of sentences that say what is wrong and where; an empty list is good.
"""

import ast
import json
import re
import symtable
import sys
from dataclasses import dataclass
from pathlib import Path

from notebooks.definitions import (
    CORE,
    LATER,
    core_definitions,
    definitions,
    difference,
    is_assignment,
    parses,
)
from notebooks.normalise import pages

from nnbook.tutor.syntax import used

CREW = {"datasets"}
MOST_LINES = 749  # of Part I together
CHECKS = (
    "nnlib",
    "checks",
)  # importable by every file and every chapter, under this name
EXTRAS = {
    "tqdm",
    "numba",
    "scipy",
}  # imported where they are used, and only if they are
OUTSIDE = {"numpy"} | set(sys.stdlib_module_names)
CODE_IN_MARKDOWN = re.compile(
    r"^\s*(`{3,}|~{3,}|:{3,})\s*\{(code-cell|jupyter-execute)\}", re.M
)

SESSION = "book/exercises"  # shows a reader at work, and is read with its own directive


@dataclass(frozen=True)
class Chapter:
    """A page of the book: its name in _toc.yml and the sources of its code cells."""

    name: str
    cells: tuple


# --- reading the book and the package ---------------------------------------------------


def read_book(root):
    """The chapters of _toc.yml in order, and what is wrong with its pages as files."""
    chapters, problems = [], []
    for page in pages(Path(root)):
        notebook, text = (
            Path(root) / f"{page}{suffix}" for suffix in (".ipynb", ".md")
        )
        if notebook.exists() == text.exists():
            state = "is there twice" if text.exists() else "is missing"
            problems.append(
                f"{page}: named in _toc.yml, but {state} (as .ipynb or .md)"
            )
        elif text.exists():
            problems += markdown_problems(page, text.read_text("utf-8"))
        else:
            cells = json.loads(notebook.read_text("utf-8"))["cells"]
            code = ("".join(c["source"]) for c in cells if c["cell_type"] == "code")
            chapters.append(Chapter(page, tuple(code)))
    return chapters, problems


def markdown_problems(page, text):
    """Code cells in a Markdown page would be executed by the build, and seen by no test."""
    if page != SESSION and CODE_IN_MARKDOWN.search(text):
        return [
            f"{page}: a page in Markdown with code cells, which no test sees: use .ipynb"
        ]
    return []


# --- what stands in a source --------------------------------------------------------------


def origins(statements):
    """What imports among these statements bind: name -> (module, name there or None)."""
    bound = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                bound[name] = (alias.name if alias.asname else name, None)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                bound[alias.asname or alias.name] = (module, alias.name)
    return bound


def imported_modules(tree):
    """(module, imported name or None, inside a function?) for every import of a tree."""
    inside = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, id(node) in inside
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield (
                    "." * node.level + (node.module or ""),
                    alias.name,
                    id(node) in inside,
                )


def assigned_names(source):
    """Names that a cell binds at its top level in any way."""
    table = symtable.symtable(source, "<cell>", "exec")
    return {
        s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()
    }


def places(chapters):
    """(chapter's position, cell's position, "page, code cell 3", source) of cells that parse."""
    for c, chapter in enumerate(chapters):
        for i, source in enumerate(chapter.cells):
            if parses(source):
                yield c, i, f"{chapter.name}, code cell {i + 1}", source


def introductions(chapters, public, module=""):
    """For each public name, (chapter's position, cell's position) of its first definition; of a
    later module, on its own chapters' pages."""
    first = {}
    for c, i, _, source in places(chapters):
        if module and not tells(chapters[c], module):
            continue
        for definition in definitions(source, assigned=bool(module)):
            if definition.name in public:
                first.setdefault(definition.name, (c, i))
    return first


def tells(chapter, module):
    """Whether a chapter is one of those that show a later module."""
    return Path(chapter.name).name in LATER[module]


def names_of(source):
    """All that a later module defines: all of it is public."""
    return tuple(d.name for d in definitions(source, assigned=True))


def home(module):
    """Whence a chapter imports what a module defines."""
    return f"nnlib.{module}" if module in LATER else "nnlib"


# --- the rules ------------------------------------------------------------------------------


def check_cells(chapters):
    """A cell that is no plain Python (a magic, a shell line) cannot be read by these tests."""
    return [
        f"{chapter.name}, code cell {i + 1}: not plain Python: {source[:60]!r}"
        for chapter in chapters
        for i, source in enumerate(chapter.cells)
        if not parses(source)
    ]


def check_definitions(chapters, core, public, module=""):
    """Rules 1 and 2: what a chapter defines is the package's text."""
    problems, theirs, whole, partly = [], core_definitions(core), set(), {}
    files = {
        d.name: f"nnlib/{name}.py"
        for name, source in core.items()
        for d in definitions(source, assigned=bool(module))
    }
    if module:
        chapters = [it for it in chapters if tells(it, module)]
    for _, _, place, source in places(chapters):
        found = definitions(source, assigned=bool(module))
        shown = [d for d in found if d.name in public]
        for definition in shown:
            name, package = definition.name, theirs[definition.name]
            if wrong := wrong_text(definition, package):
                problems.append(
                    f"{place}, line {definition.line}: {name} {wrong}:\n"
                    f"{difference(definition, package, files[name])}\n"
                    f"    The package's text (+) comes into the cell by: make cells NAMES={name}"
                )
                whole.add(name)  # perhaps: said once is enough
            elif len(definition.members) == len(package.members):
                whole.add(name)
            if definition.is_class:
                partly.setdefault(name, place)
        imported = origins(ast.parse(source).body)
        for name in assigned_names(source) & set(public) - {d.name for d in shown}:
            if imported.get(name, (None,))[0] != home(module):
                problems.append(
                    f"{place}: gives the package's name {name} to something else"
                )
    for name, place in partly.items():
        if name not in whole:
            problems.append(
                f"{place}: shows {name} in part, and no chapter shows it whole"
            )
    return problems


def wrong_text(shown, package):
    """How a definition is not the package's; empty lines between a class's members are free."""
    if not package.is_class or not shown.is_class:
        return "" if shown.text == package.text else "is not nnlib's"
    if shown.header != package.header:
        return "does not begin as nnlib's"
    known = [member.name for member in package.members]
    names = [member.name for member in shown.members]
    if foreign := [name for name in names if name not in known]:
        return f"has {', '.join(foreign)}, which nnlib's has not"
    if names != [name for name in known if name in names]:
        return "has not nnlib's order"
    expected = tuple(member for member in package.members if member.name in names)
    return "" if shown.members == expected else "is not nnlib's"


def check_imports(chapters, public, later=None):
    """Rule 3, imports: only what earlier chapters introduced, and the stage crew. `later` has
    the sources of the later modules."""
    problems, first = [], introductions(chapters, public)
    known = {
        module: introductions(chapters, names_of(source), module)
        for module, source in (later or {}).items()
    }
    for c, _, place, source in places(chapters):
        for module, name, _ in imported_modules(ast.parse(source)):
            top, _, rest = module.partition(".")
            if module.startswith("."):
                problems.append(f"{place}: a relative import")
            elif top != "nnlib":
                continue
            elif name is None:
                problems.append(
                    f"{place}: import {module} brings in names not yet introduced"
                )
            elif rest:
                child = rest.partition(".")[0]
                if child in known:
                    problems += later_problem(
                        place, name, child, known[child], c, chapters
                    )
                elif child not in CREW:
                    problems.append(
                        f"{place}: from {module} import {name}: use from nnlib import"
                    )
            elif name == "checks":
                continue
            elif name not in public:
                problems.append(f"{place}: {name} is no public name of nnlib's core")
            elif name not in first:
                problems.append(f"{place}: imports {name}, which no chapter introduces")
            elif first[name][0] >= c:
                other = chapters[first[name][0]].name
                problems.append(f"{place}: imports {name}, which {other} introduces")
    return problems


def later_problem(place, name, module, first, c, chapters):
    """What is wrong with `from nnlib.autograd import …` on a page, in a list."""
    if name not in first:
        return [
            f"{place}: imports {name}, which no chapter introduces from {home(module)}"
        ]
    if first[name][0] >= c:
        return [
            f"{place}: imports {name}, which {chapters[first[name][0]].name} introduces"
        ]
    return []


def check_uses(chapters, core, public, module=""):
    """Rule 3, uses: a definition stands on what the reader has seen, and can be run there."""
    problems, first, around = [], introductions(chapters, public, module), {}
    assigned = bool(module)
    for source in core.values():
        tree = ast.parse(source)
        bound = origins(tree.body)
        for definition in definitions(source, assigned):
            around[definition.name] = bound
    here, page = {}, None  # what the cells of a page bound so far, and from where
    for c, i, place, source in places(chapters):
        if module and not tells(chapters[c], module):
            continue
        if c != page:
            here, page = {}, c
        here.update(origins(ast.parse(source).body))
        defined = definitions(source, assigned)
        here.update({d.name: (home(module), d.name) for d in defined})
        for definition in defined:
            if definition.name not in public:
                continue
            for name in sorted(used(definition.text)):
                problem = use_problem(
                    name, (c, i), first, here, around[definition.name], module
                )
                if problem:
                    problems.append(
                        f"{place}: {definition.name} uses {name}, {problem}"
                    )
    return problems


def use_problem(name, place, first, here, bound, told=""):
    """What is wrong with a core definition that uses this name here, or None. What a function
    of a later module calls when it runs may be defined below it, on the same page: an
    operation's gradient is written in operations."""
    if name in first:
        if first[name] > place and not (told and first[name][0] == place[0]):
            return "which is introduced later"
        fine = here.get(name) == (home(told), name)  # imported, or defined above
        if fine or (told and first[name] > place):
            return None
        return f"so the chapter needs: from {home(told)} import {name}"
    module, original = bound.get(name, (None, None))
    if told and (module or "").startswith("nnlib."):
        file = module.removeprefix("nnlib.")
        if here.get(name) != (home(file), name):
            return f"so the chapter needs above it: from {home(file)} import {name}"
        return None
    if module is None or name.startswith("_"):
        return "which is neither public nor introduced"
    if (module, original) != CHECKS and module.partition(".")[0] not in OUTSIDE:
        return f"which comes from {module} and is introduced nowhere"
    if here.get(name) != (module, original):
        line = f"from {module} import {original}" if original else f"import {module}"
        return f"so the chapter needs above it: {line}"
    return None


def check_modules(core, public):
    """Rule 3, the package: each module imports only modules above it, and hides nothing."""
    problems, owners = [], {}
    order = [*CORE, *LATER]
    for name, source in core.items():
        tree = ast.parse(source)
        above = {f"nnlib.{other}" for other in order[: order.index(name)]}
        for module, what, inside in imported_modules(tree):
            top = module.partition(".")[0]
            allowed = (
                top in OUTSIDE
                or (module, what) == CHECKS
                or (top in EXTRAS if inside else module in above)
            )
            if not allowed:
                problems.append(
                    f"nnlib/{name}.py imports {module}, which is not above it"
                )
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                if name in LATER:
                    problems += hidden(name, node.name)
                    continue
                owners[node.name] = name
                if node.name not in public:
                    problems.append(
                        f"nnlib/{name}.py defines {node.name}, not in nnlib.__all__"
                    )
            elif name in LATER and is_assignment(node):
                problems += hidden(name, node.targets[0].id)
            elif not is_plain(node):
                line = ast.unparse(node).splitlines()[0]
                problems.append(
                    f"nnlib/{name}.py has a name that no cell can show: {line}"
                )
    for name in sorted(set(public) - set(owners)):
        problems.append(
            f"nnlib.__all__ has {name}, which no module of the core defines"
        )
    return problems


def hidden(module, name):
    """What is wrong with a name in a later module, in a list."""
    if not name.startswith("_"):
        return []
    return [f"nnlib/{module}.py hides {name}: in a module all is public"]


def is_plain(node):
    """An import, or the docstring."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, (ast.Import, ast.ImportFrom))


def check_complete(chapters, public, module=""):
    """Rule 4: every public name of the core is introduced by some chapter."""
    missing = sorted(set(public) - set(introductions(chapters, public, module)))
    return [
        f"{name} is public in {home(module)} and introduced by no chapter"
        for name in missing
    ]


def check_budget(core):
    """Rule 5: the core stays as short as it was promised, docstrings and comments included."""
    lines = {name: len(source.splitlines()) for name, source in core.items()}
    if (total := sum(lines.values())) <= MOST_LINES:
        return []
    longest = sorted(lines, key=lines.get, reverse=True)
    listed = ", ".join(f"{name} {lines[name]}" for name in longest)
    return [f"the core has {total} lines, and {MOST_LINES} are promised: {listed}"]
