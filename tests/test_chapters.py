"""A chapter that is half there is an error, and a whole one is added by files of its own."""

import ast
import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import chapters
import nbformat
import pytest
from pages import numbers, overview

from nnbook.contents import chapters as numbered

ROOT = Path(__file__).resolve().parents[1]
GUARDS = (
    chapters.strays,
    chapters.unseen_figures,
    chapters.undrawn,
    chapters.untested,
)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.__name__)
def test_nothing_is_half_there(guard):
    said = list(guard(ROOT))
    if said:
        pytest.fail("\n".join(said), pytrace=False)


# --- planted faults -------------------------------------------------------------------------------

SMALL = {
    "_toc.yml": """
root: book/index
parts: [{caption: A part, numbered: 1, chapters: [{file: book/one}]}]
""",
    "book/index.md": "# A book",
    "book/one.md": "# One",
    "nnlib/losses.py": "def mse(z, y): pass",
    "nnbook/figures/one.py": "from nnbook.figures import words\ndef draw_one(): pass",
    "nnbook/figures/words.py": "def percent(x): pass",
    "nnbook/show.py": "from nnbook.figures.one import draw_one\nprint(draw_one())",
    "tests/test_losses.py": "def test_mse(): assert mse(1, 1)",
}
FAULTS = {
    "book/two.md": ("# Two", chapters.strays, "book/two.md is not in _toc.yml"),
    "nnbook/figures/two.py": (
        "",
        chapters.unseen_figures,
        "no page of _toc.yml is called two",
    ),
    "nnbook/figures/words.py": (
        "def draw_two(): pass",
        chapters.undrawn,
        "nothing shows draw_two",
    ),
    "nnlib/two.py": (
        "def twice(x): pass",
        chapters.untested,
        "nnlib/two.py: no test uses twice",
    ),
    "tests/test_losses.py": (
        '"""mse is here."""\ndef mse(): pass',
        chapters.untested,
        "uses mse",
    ),
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_half_there_is_named(tmp_path, name):
    text, guard, expected = FAULTS[name]
    write(tmp_path, SMALL)
    assert [sentence for look in GUARDS for sentence in look(tmp_path)] == []
    write(tmp_path, {name: text})
    (sentence,) = guard(tmp_path)
    assert expected in sentence


@pytest.mark.parametrize("shown, said", [({"": (1,)}, 0), ({"": (2,)}, 1), ({}, 1)])
def test_a_chapter_with_two_numbers_is_a_warning(tmp_path, monkeypatch, shown, said):
    write(tmp_path, SMALL)
    warnings = []
    monkeypatch.setattr(
        numbers.logger, "warning", lambda *words, **_: warnings.append(words)
    )
    env = SimpleNamespace(toc_secnumbers={"book/one": shown})
    numbers.check(SimpleNamespace(srcdir=tmp_path), env)
    assert len(warnings) == said


# --- a chapter between two others -----------------------------------------------------------------


def growing(test):
    """The copy is made once: its tests run in one process."""
    return pytest.mark.thorough(pytest.mark.xdist_group("grown")(test))


BEFORE = "losses"  # which chapter the new one goes before
FIGURES = '''"""Figures of *Counting*."""

from nnbook.figures.style import figure


def draw_weights(neurons=3):
    """How many numbers a layer has."""
    with figure() as (picture, ax):
        ax.set(xlabel="inputs", ylabel="weights")
        ax.plot([1, 2, 3], [2 * neurons, 3 * neurons, 4 * neurons])
    return picture, f"With {neurons} neurons, one input more brings {neurons} weights more."
'''
EXERCISES = '''"""Exercises of *Counting*."""

from nnbook.tutor.code import Code, mistake

HOW_MANY = Code(
    id="counting.how_many",
    title="How many numbers",
    kind="beyond",
    level=1,
    task="How many numbers has a linear layer, biases included?",
    cases=lambda rng: [{"n_in": 2, "n_out": 3}, {"n_in": 5, "n_out": 4}],
    hints=("Each neuron has a weight for each input.", "And it has a bias."),
    solution="""
def my_how_many(n_in, n_out):
    \\"\\"\\"The numbers of a layer.\\"\\"\\"
    return n_in * n_out + n_out
""",
    mistakes=(
        mistake("no biases", "You left the biases out.", (" + n_out", "")),
        mistake("biases of inputs", "A bias belongs to a neuron.", ("+ n_out", "+ n_in")),
    ),
)
EXERCISES = (HOW_MANY,)
'''
OPENING = """# Counting

*A layer's size is known before it is built.*

What you draw here has as many numbers as you think."""
CODE = """from nnbook import check, show
from nnbook.figures.counting import draw_weights

show(draw_weights(), "one input more, as many weights more as there are neurons")"""


def new_chapter():
    """What a contributor writes: all of it is the chapter's own."""
    cells = [
        nbformat.v4.new_markdown_cell(OPENING),
        nbformat.v4.new_code_cell(CODE),
        nbformat.v4.new_markdown_cell("exercise: counting.how_many"),
    ]
    return {
        "book/counting.ipynb": nbformat.writes(nbformat.v4.new_notebook(cells=cells)),
        "nnbook/figures/counting.py": FIGURES,
        "nnbook/exercises/counting.py": EXERCISES,
    }


def sums(folder):
    """{file: a hash of its content} of a book."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


class Copy:
    """A copy of this book, whose packages its programs import."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("nnlib", "nnbook", "book", "tests"):
            without = shutil.ignore_patterns("__pycache__", "assets", "lite")
            shutil.copytree(ROOT / name, folder / name, ignore=without)
        for name in (
            "_toc.yml",
            "_config.yml",
            "pyproject.toml",
            "CITATION.cff",
            "CONTRIBUTING.md",
            "README.md",
        ):
            shutil.copy(ROOT / name, folder)

    def run(self, *command):
        """What a program says, run with the copy's packages and extensions."""
        paths = f"{self.folder}{os.pathsep}{self.folder / 'book' / '_ext'}"
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The book with one chapter more, and the sums of its files before."""
    book = Copy(tmp_path_factory.mktemp("grown") / "book")
    book.before = sums(book.folder)
    write(book.folder, new_chapter())
    toc = book.folder / "_toc.yml"
    line = f"      - file: book/{BEFORE}\n"
    assert line in (text := toc.read_text("utf-8"))
    toc.write_text(text.replace(line, f"      - file: book/counting\n{line}"), "utf-8")
    # What `make notebooks` does, for the new chapter and the list on the first page.
    book.run("book/_ext", "normalise", "book/counting.ipynb")
    first = book.folder / "book" / "index.ipynb"
    notebook = nbformat.read(first, as_version=4)
    overview.place(notebook, book.folder)
    first.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", "utf-8")
    return book


@growing
def test_a_new_chapter_touches_the_table_of_contents_and_its_own_files(grown):
    after = sums(grown.folder)
    changed = {name for name in after if after[name] != grown.before.get(name)}
    listed = {"_toc.yml", "book/index.ipynb"}  # which `make notebooks` lists it in
    assert changed == {*new_chapter(), *listed}
    assert grown.before.keys() <= after.keys()


@growing
def test_the_guards_of_the_book_find_nothing_wrong_with_it(grown):
    assert [sentence for look in GUARDS for sentence in look(grown.folder)] == []
    grown.run(
        "-c",
        "from nnbook.tutor import pages; assert not (said := pages.problems()), said",
    )
    tests = (
        "test_story.py",
        "test_notebooks.py",
        "test_exercise_guards.py",
        "test_prose.py",
    )
    there = [
        f"tests/{name}" for name in tests if (grown.folder / "tests" / name).exists()
    ]
    grown.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *there)


@growing
def test_the_chapters_after_it_and_their_exercises_count_on(grown):
    said = grown.run(
        "-c",
        "from nnbook import contents\n"
        "from nnbook.tutor.catalogue import all_exercises, number_of\n"
        "print({name: page.number for name, page in contents.chapters().items()})\n"
        "print({it.id: number_of(it) for it in all_exercises()})",
    )
    pages, exercises = map(ast.literal_eval, said.splitlines())
    place = numbered()[BEFORE].number
    assert pages["counting"] == place and exercises["counting.how_many"] == f"{place}.1"
    for name, page in numbered().items():
        assert pages[name] == page.number + (page.number >= place), name
    assert exercises["losses.mse"].startswith(f"{place + 1}.")


BUILD = """
import json, sys
from docutils import nodes
from sphinx.application import Sphinx

extensions = ["sphinx_external_toc", "sphinx_multitoc_numbering", "myst_nb", "pages.exercises"]
app = Sphinx(
    ".", None, "_build/dummy", "_build/read", "dummy", status=None,
    confoverrides={
        "extensions": [*extensions, "pages.numbers"],
        "external_toc_path": "_toc.yml",
        "external_toc_exclude_missing": True,
        "exclude_patterns": ["_build", ".*"],
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["dollarmath", "colon_fence", "deflist", "amsmath"],
        "use_multitoc_numbering": True,
        "suppress_warnings": ["myst", "ref", "app", "mystnb", "toc"],
    },
)
app.connect("env-check-consistency", lambda app, env: print(json.dumps([
    [page, (env.toc_secnumbers.get(page, {}).get("") or [0])[0],
     [it.next_node(nodes.title).astext() for it in env.get_doctree(page).findall(nodes.admonition)
      if "exercise" in it["classes"]]]
    for page in sorted(env.found_docs)])))
app.build()
"""


@growing
def test_the_site_counts_chapters_and_exercises_alike(grown):
    """Read by Sphinx, executed by nobody, written nowhere."""
    found = json.loads(grown.run("-c", BUILD).splitlines()[-1])
    told = {Path(page).name: (number, tasks) for page, number, tasks in found}
    place = numbered()[BEFORE].number
    assert told["counting"] == (place, [f"Exercise {place}.1: How many numbers"])
    for name, page in numbered().items():
        number, tasks = told[name]
        assert number == page.number + (page.number >= place), name
        expected = [f"Exercise {number}.{i}:" for i in range(1, len(tasks) + 1)]
        assert tasks and [task.partition(" ")[0] for task in tasks] == [
            "Exercise"
        ] * len(tasks)
        assert [task[: len(words)] for task, words in zip(tasks, expected)] == expected
