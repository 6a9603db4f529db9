"""Runs the chapters and stores them in the one normal form that the repository keeps.

    python book/_ext normalise                      every notebook of _toc.yml
    python book/_ext normalise book/losses.ipynb …
    python book/_ext normalise --check […]          runs nothing, says what is not normal

A chapter's exercises (their tasks, stubs and checks) are written anew from nnbook/exercises,
the one place where they are edited (what was edited in the notebook is shown, and stays), and
the tables of the chapters on the first page from the chapters. How long a chapter takes is
reading.py's, what is for those who open a
notebook as one is opened.py's, and citations with their list are bibliography.py's.

Normal: each code cell executed, in order, 1, 2, 3 …; outputs are text alone (text/plain and
stdout), because that is what `pytest --nbval` compares and what a diff can show; pictures,
HTML, widgets, versions of programs and the paths of a machine are left out.
"""

import argparse
import difflib
import hashlib
import os
import re
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import nbformat
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from nbclient import NotebookClient
from pages import overview

from nnbook import contents
from nnbook.tutor import cells
from nnbook.tutor import pages as tutor
from nnbook.tutor.catalogue import everything
from notebooks import bibliography, opened, reading

ROOT = Path(__file__).resolve().parents[3]
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},  # JupyterLite asks for a kernel without it
}
CELL_METADATA = {"exercise", "jupyter", "mystnb", "tags"}
# They would let a cell's output differ, or the cell not run, unnoticed.
BLIND = re.compile(
    r"(NBVAL_|PYTEST_VALIDATE_)\w+|nbval-(skip|ignore-output|check-output)"
)
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{4,}")
TIMEOUT = 300


def pages(root=ROOT):
    """The pages of _toc.yml, in reading order."""
    return [page.file for page in contents.pages(root)]


def notebooks(root=ROOT):
    """The notebooks among them."""
    return [path for page in pages(root) if (path := root / f"{page}.ipynb").exists()]


# --- the normal form ----------------------------------------------------------------------


def normalise(notebook):
    """Puts an executed notebook into the normal form, in place."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    taken = set()
    for cell in notebook.cells:
        if not cell.get("id") or cell.id in taken:
            cell.id = new_id(cell.source, taken)
        taken.add(cell.id)
        cell.metadata = {
            k: v for k, v in cell.metadata.items() if k in CELL_METADATA and v
        }
        cell.source = tidy(cell)
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs = list(text_outputs(cell.outputs))
    return notebook


def new_id(source, taken):
    """An id that the text decides, so that it is the same on every machine."""
    for salt in range(len(taken) + 1):
        found = hashlib.sha256(f"{salt or ''}{source}".encode()).hexdigest()[:8]
        if found not in taken:
            return found


def tidy(cell):
    """The source without spaces at the ends of lines (in prose two of them mean a line break)."""
    lines = cell.source.splitlines()
    if cell.cell_type == "code":
        lines = [line.rstrip() for line in lines]
    return "\n".join(lines).strip("\n")


def text_outputs(outputs):
    """The outputs in words; neighbouring streams of one name become one."""
    last = None
    for output in outputs:
        if output.output_type == "stream":
            if last is not None and last.name == output.name:
                last.text += output.text
                continue
            last = output
        else:
            last = None
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        elif output.output_type in ("display_data", "execute_result"):
            output.metadata = {}
            output.data = {k: v for k, v in output.data.items() if k == "text/plain"}
            if not output.data:
                continue
        yield output


def problems(notebook):
    """What is not normal in a notebook, a sentence for each."""
    found, count, ids = [], 0, set()
    if notebook.metadata != METADATA or (
        notebook.nbformat,
        notebook.nbformat_minor,
    ) != (4, 5):
        found.append("metadata other than the kernel's name and the language's")
    for number, cell in enumerate(notebook.cells, 1):
        wrong = []
        if not cell.get("id") or cell.id in ids:
            wrong.append("no id of its own")
        ids.add(cell.get("id"))
        if extra := sorted(set(cell.metadata) - CELL_METADATA):
            wrong.append(f"metadata {', '.join(extra)}")
        if cell.source != tidy(cell):
            wrong.append("spaces at the end of a line, or empty lines around the cell")
        if cell.get("attachments"):
            wrong.append("an attachment: put the file into book/assets")
        if cell.cell_type == "code":
            count += 1
            wrong += code_problems(cell, count)
        found += [f"cell {number}: {sentence}" for sentence in wrong]
    return found


def code_problems(cell, count):
    """What is not normal in the code cell that should have this execution count."""
    if not cell.source.strip():
        yield "an empty code cell"
    if cell.execution_count is None:
        yield "never executed, so that its outputs are compared with nothing"
    elif cell.execution_count != count:
        yield f"execution count {cell.execution_count}, not {count}: run in another order"
    tags = cell.metadata.get("tags", [])
    for mark in [*BLIND.finditer(cell.source), *BLIND.finditer(" ".join(tags))]:
        yield f"{mark.group()}: every output is compared"
    if "skip-execution" in tags:
        yield "skip-execution: every cell is run"
    names = [output.get("name") for output in cell.outputs]
    if any(a == b == "stdout" for a, b in zip(names, names[1:])):
        yield "one stream in two pieces"
    for output in cell.outputs:
        yield from output_problems(output, "raises-exception" in tags)


def output_problems(output, may_raise):
    """What is not normal in one output."""
    if output.output_type == "error":
        if not may_raise:
            yield f"raises {output.ename}: {output.evalue}"
        elif output.traceback != [f"{output.ename}: {output.evalue}"]:
            yield "a traceback, with a machine's paths"
        return
    if output.output_type == "stream":
        if output.name == "stderr":
            yield f"prints a warning (stderr): {output.text.strip()}"
        text = output.text
    else:
        if extra := sorted(set(output.data) - {"text/plain"}):
            yield f"an output in {', '.join(extra)}"
        if output.metadata:
            yield "metadata of an output"
        text = output.data.get("text/plain", "")
        if not text:
            yield "an output without words"
        if output.output_type == "execute_result" and re.match(r"np\.\w+\(", text):
            yield f"the bare number {text}: print it, rounded"
    if match := ADDRESS.search(text):
        yield f"an address in memory ({match.group()}), another one in each run"
    if str(ROOT) in text:
        yield "a path of this machine"


# --- running ------------------------------------------------------------------------------


def execute(notebook, folder):
    """Runs all cells with the Python that runs this, whatever kernels are installed."""

    class ThisPython(AsyncKernelManager):
        kernel_spec = KernelSpec(**get_kernel_dict())

    notebook.metadata = nbformat.from_dict(METADATA)
    NotebookClient(
        notebook,
        kernel_manager_class=ThisPython,
        extra_arguments=["--log-level=ERROR"],
        timeout=TIMEOUT,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def show_failures(path, notebook, out):
    """Each problem of an executed notebook, with the cell's code; True if there is one."""
    found = problems(notebook)
    for sentence in found:
        print(f"\n{path.name}, {with_code(sentence, notebook)}", file=out)
    return bool(found)


def with_code(sentence, notebook):
    """A sentence that begins with "cell 3:", and the source of that cell below it."""
    if not (match := re.match(r"cell (\d+):", sentence)):
        return sentence
    source = notebook.cells[int(match[1]) - 1].source
    return "\n".join([sentence, *(f"    | {line}" for line in source.splitlines())])


def run(path):
    """Executes and stores one notebook; returns the seconds it took and whether it failed. Where
    an exercise is not what its specification says, nothing is run and nothing written."""
    notebook = nbformat.read(path, as_version=4)
    cells.place(notebook, everything().get(path.stem, ()))
    if wrong := [*tutor.problems_of(notebook, path.stem)]:
        print(*(f"\n{path.name}: {sentence}" for sentence in wrong), sep="\n")
        return 0, True
    overview.place(notebook, ROOT)
    opened.place(notebook)
    reading.place(notebook, path.stem)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:  # nobody's progress
        os.environ["NNLIB_PROGRESS"] = folder
        execute(notebook, path.parent)
    seconds = time.perf_counter() - start
    failed = show_failures(path, normalise(notebook), sys.stdout)
    if not failed:
        path.write_text(as_text(notebook), "utf-8")
    return seconds, failed


def as_text(notebook):
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def check(path):
    """What is not normal in a stored notebook."""
    text = path.read_text("utf-8")
    notebook = nbformat.reads(text, as_version=4)
    found = problems(notebook)
    found += opened.problems(notebook)
    found += reading.problems(notebook, path.stem)
    if not found and text != (normal := as_text(notebook)):
        lines = difflib.unified_diff(
            text.splitlines(),
            normal.splitlines(),
            "as it is",
            "normal",
            n=1,
            lineterm="",
        )
        found.append(
            "\n".join(["the file is formatted otherwise:", *islice(lines, 12)])
        )
    return [with_code(sentence, notebook) for sentence in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "files", nargs="*", type=Path, help="all of _toc.yml if none is given"
    )
    parser.add_argument(
        "--check", action="store_true", help="run nothing, say what is not normal"
    )
    options = parser.parse_args()
    files = [path.resolve() for path in options.files] or notebooks()
    failed = 0
    if options.check:
        for path in files:
            found = check(path)
            failed += bool(found)
            print(f"{path.name}: {'normal' if not found else ''}")
            print("".join(f"  {sentence}\n" for sentence in found), end="")
    else:
        os.environ["NNLIB_QUIET"] = "1"
        os.environ.pop("NNLIB_SITE", None)
        if wrong := [*tutor.problems_of_files()]:
            sys.exit("\n".join(wrong))
        bibliography.write()
        for path in files:
            seconds, bad = run(path)
            failed += bad
            state = "NOT STORED: see above" if bad else "stored"
            print(f"{path.name:32} {seconds:6.1f} s  {state}", flush=True)
    if failed:
        sys.exit(f"{failed} of {len(files)} notebooks are not normal")


if __name__ == "__main__":
    main()
