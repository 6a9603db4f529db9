"""What a source defines, and the command that copies nnlib's definitions into the cells that show
them:

    python book/_ext definitions                  all that differ
    python book/_ext definitions softmax Linear   these

A cell that shows a class in part keeps to the members that it shows.
"""

import argparse
import ast
import difflib
import io
import re
import sys
import textwrap
import tokenize
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path

import nbformat

from notebooks import normalise

CORE = [  # the modules of nnlib that Part I's chapters show, in the order of the story
    "initializers",
    "layers",
    "activations",
    "losses",
    "network",
    "gradcheck",
    "optimizers",
    "metrics",
    "training",
]
LATER = {  # the modules of the later parts, in order, and the chapters that show each whole
    "autograd": ["autograd"],
    "programs": ["compiler"],
    "loops": ["compiler"],
    "languages": ["compiler"],
    "compiler": ["compiler"],
}


@dataclass(frozen=True)
class Member:
    """A statement of a class's body: what it gives a name to, and its text with the comments
    above it. Where it stands, and after how many empty lines, makes no difference."""

    name: str
    text: str
    line: int = field(compare=False)
    lines: list = field(compare=False)


@dataclass(frozen=True)
class Definition:
    """A top-level def or class: its text and its line, and if it is a class, its header and
    members."""

    name: str
    text: str
    line: int
    header: str = ""
    members: tuple = ()

    @property
    def is_class(self):
        return bool(self.header)


def definitions(source, assigned=False):
    """The top-level defs and classes of a source, with decorators and comments inside; and what
    is `assigned` to a name, as in `add = operation(…)`."""
    return [
        define(node, source)
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        or (assigned and is_assignment(node))
    ]


def is_assignment(node):
    """Whether a statement gives one name to something."""
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
    )


def define(node, source):
    lines = source.splitlines()
    marks = getattr(node, "decorator_list", [])
    start = min([node.lineno, *(mark.lineno for mark in marks)])
    text = "\n".join(lines[start - 1 : node.end_lineno])
    if isinstance(node, ast.Assign):
        return Definition(node.targets[0].id, text, start)
    if not isinstance(node, ast.ClassDef):
        return Definition(node.name, text, start)
    end = logical_line_end(source, node.lineno)
    header, members = "\n".join(lines[start - 1 : end]), []
    for member in node.body:
        chunk = lines[end : member.end_lineno]
        plain = textwrap.dedent("\n".join(chunk)).strip("\n")
        members.append(Member(member_name(member), plain, end + 1, chunk))
        end = member.end_lineno
    return Definition(node.name, text, start, header, tuple(members))


def member_name(node):
    """What tells a statement of a class's body from the others."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        marks = [f"@{ast.unparse(mark)} " for mark in node.decorator_list]
        return "".join(marks) + node.name
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return "its docstring" if is_docstring else ast.unparse(node)


def logical_line_end(source, lineno):
    """The last line of the statement's head that starts on this line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE and token.start[0] >= lineno:
            return token.start[0]
    raise ValueError(f"no end of the line {lineno}")


def parses(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def is_empty(numbered):
    return not numbered[1]


def in_package(shown, package):
    """[(line's number, line)] of the package's text of what is shown: of a class, the members
    that the cell shows."""
    wanted = {member.name for member in shown.members}
    chosen = [member for member in package.members if member.name in wanted]
    if not package.is_class or len(chosen) in (0, len(package.members)):
        return list(enumerate(package.text.splitlines(), package.line))
    found = list(enumerate(package.header.splitlines(), package.line))
    for member in chosen:
        lines = list(enumerate(member.lines, member.line))
        found += lines if member is not chosen[0] else dropwhile(is_empty, lines)
    return found


def difference(shown, package, file):
    """A cell's text (-) beside the package's (+), and the lines where that stands."""
    ours, theirs = shown.text.splitlines(), in_package(shown, package)
    texts = [text for _, text in theirs]
    found = []
    for line in list(difflib.unified_diff(ours, texts, n=2, lineterm=""))[2:]:
        if hunk := re.match(r"@@ .* \+(\d+)", line):
            number, _ = theirs[max(int(hunk[1]), 1) - 1]
            line = f"{file}, line {number}:"
        found.append(f"    {line}")
    return "\n".join(found)


# --- the command --------------------------------------------------------------------------


def read_core(root, modules=CORE):
    """The sources of modules of nnlib, by name."""
    folder = Path(root) / "nnlib"
    return {name: (folder / f"{name}.py").read_text("utf-8") for name in modules}


def core_definitions(core):
    return {
        d.name: d
        for module, source in core.items()
        for d in definitions(source, assigned=module in LATER)
    }


def told(root, chapter):
    """The definitions that a chapter shows: Part I's, and those of the later modules it tells."""
    later = [module for module, chapters in LATER.items() if chapter in chapters]
    return core_definitions(read_core(root, [*CORE, *later]))


def refreshed(source, package, names):
    """A cell's source with the package's text of these names, and which have changed."""
    lines, changed = source.splitlines(), []
    for shown in reversed(definitions(source, assigned=True)):
        if shown.name not in names or shown.name not in package:
            continue
        new = "\n".join(text for _, text in in_package(shown, package[shown.name]))
        if new != shown.text and not same_members(shown, new):
            end = shown.line - 1 + len(shown.text.splitlines())
            lines[shown.line - 1 : end] = new.splitlines()
            changed.append(shown.name)
    return "\n".join(lines), changed[::-1]


def same_members(shown, new):
    """Whether a class differs from this text in empty lines between its members alone."""
    [other] = definitions(new, assigned=True)
    same = shown.header == other.header and shown.members == other.members
    return shown.is_class and same


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("names", nargs="*", help="all of nnlib if none is given")
    package = core_definitions(read_core(normalise.ROOT, [*CORE, *LATER]))
    names = parser.parse_args().names or list(package)
    if unknown := sorted(set(names) - set(package)):
        sys.exit(
            f"nnlib defines no {', '.join(unknown)}; it defines {', '.join(package)}"
        )
    pages = []
    for path in normalise.notebooks():
        notebook = nbformat.read(path, as_version=4)
        package = told(normalise.ROOT, path.stem)
        for number, cell in enumerate(notebook.cells, 1):
            if cell.cell_type != "code" or not parses(cell.source):
                continue
            cell.source, changed = refreshed(cell.source, package, names)
            if changed:
                print(f"{path.name}, cell {number}: {', '.join(changed)}")
                pages += [path.stem] * (path.stem not in pages)
        if path.stem in pages:
            path.write_text(normalise.as_text(notebook), "utf-8")
    if not pages:
        print("Every cell shows what nnlib says.")
    for name in pages:
        print(f"Now run it: make chapter NAME={name}")


if __name__ == "__main__":
    main()
