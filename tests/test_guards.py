"""Every guard of the book is shown to fail: a small book with one planted fault for each."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import story
from nbformat.v4 import new_code_cell, new_notebook, new_output
from notebooks import definitions, normalise, opened
from notebooks.definitions import core_definitions, refreshed

ROOT = Path(__file__).resolve().parents[1]

# --- the story, on a package of two modules -----------------------------------------------

PACKAGE = {
    "initializers": '''\
"""Where weights start."""

import numpy as np

from nnlib import checks


def normal(n_in, n_out, *, rng, scale=1):
    """W ~ N(0, scale²)."""
    checks.generator(rng)  # one line
    return scale * rng.normal(size=(n_in, n_out))
''',
    "layers": '''\
"""Layers."""

import numpy as np

from nnlib.initializers import normal


class Linear:
    """z = x W + b."""

    params = ("W", "b")

    def __init__(self, n_in, n_out, *, init=normal, rng):
        self.W, self.b = init(n_in, n_out, rng=rng), np.zeros(n_out)

    # one column is one neuron
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, da):
        return da @ self.W.T
''',
}
PUBLIC = ("Linear", "normal")
IMPORTS = "import numpy as np\n\nfrom nnlib import checks"
NORMAL = PACKAGE["initializers"].partition("\n\n\n")[2].rstrip()
LINEAR = PACKAGE["layers"].partition("\n\n\n")[2].rstrip()
PARTIAL = '''\
class Linear:
    """z = x W + b."""

    # one column is one neuron
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b'''
BOOK = {
    "01": ["import numpy as np", PARTIAL],
    "02": [IMPORTS, NORMAL, "W = normal(2, 3, rng=np.random.default_rng(0))"],
    "03": [
        "import numpy as np\n\nfrom nnlib import normal\nfrom nnbook.explorers import explore",
        LINEAR,
    ],
}


def book(**changed):
    """The small book, with some chapters' cells replaced: book(_02=[…])."""
    cells = BOOK | {name.strip("_"): cells for name, cells in changed.items()}
    return [story.Chapter(name, tuple(cells[name])) for name in sorted(cells)]


def problems(chapters, package=PACKAGE, public=PUBLIC):
    """What all the rules say."""
    return [
        *story.check_cells(chapters),
        *story.check_definitions(chapters, package, public),
        *story.check_imports(chapters, public),
        *story.check_uses(chapters, package, public),
        *story.check_modules(package, public),
        *story.check_complete(chapters, public),
        *story.check_budget(package),
    ]


def test_the_small_book_is_in_order():
    assert problems(book()) == []


def test_a_book_may_show_a_class_whole_at_once_or_twice():
    assert problems(book(_01=[], _03=[*BOOK["03"], LINEAR])) == []


def test_a_definition_may_use_what_the_same_page_defines_again():
    assert problems(
        book(_03=["import numpy as np", "\n\n\n".join([NORMAL, LINEAR])])
    ) == [
        "03, code cell 2: normal uses checks, so the chapter needs above it: "
        "from nnlib import checks"
    ]
    assert problems(book(_03=[IMPORTS, NORMAL, LINEAR])) == []


FAULTS = {
    "a changed line": (
        dict(_02=[IMPORTS, NORMAL.replace("scale * rng", "rng")]),
        "02, code cell 2, line 1: normal is not nnlib's:\n"
        "    nnlib/initializers.py, line 9:\n"
        '         """W ~ N(0, scale²)."""\n'
        "         checks.generator(rng)  # one line\n"
        "    -    return rng.normal(size=(n_in, n_out))\n"
        "    +    return scale * rng.normal(size=(n_in, n_out))\n"
        "    The package's text (+) comes into the cell by: make cells NAMES=normal",
    ),
    "a changed comment": (
        dict(_02=[IMPORTS, NORMAL.replace("# one line", "# two")]),
        "normal is not nnlib's",
    ),
    "a line left out": (
        dict(
            _02=[IMPORTS, NORMAL.replace("    checks.generator(rng)  # one line\n", "")]
        ),
        "normal is not nnlib's",
    ),
    "a decorator added": (
        dict(_02=[IMPORTS, "@print\n" + NORMAL]),
        "    -@print\n",
    ),
    "a member changed": (
        dict(_01=["import numpy as np", PARTIAL.replace("+ self.b", "")]),
        "01, code cell 2, line 1: Linear is not nnlib's:\n"
        "    nnlib/layers.py, line 17:\n"
        "         def forward(self, x):\n"
        "             self.x = x\n"
        "    -        return x @ self.W \n"
        "    +        return x @ self.W + self.b\n",
    ),
    "a member's comment changed": (
        dict(_01=["import numpy as np", PARTIAL.replace("one neuron", "a neuron")]),
        "    +    # one column is one neuron\n",
    ),
    "a member that the package lacks": (
        dict(_01=["import numpy as np", PARTIAL + "\n\n    depth = 3"]),
        "Linear has depth, which nnlib's has not:",
    ),
    "members in another order": (
        dict(_01=["import numpy as np", PARTIAL + '\n\n    params = ("W", "b")']),
        "Linear has not nnlib's order:",
    ),
    "another base class": (
        dict(_01=["import numpy as np", PARTIAL.replace("Linear:", "Linear(dict):")]),
        "Linear does not begin as nnlib's:\n    nnlib/layers.py, line 8:\n"
        "    -class Linear(dict):\n    +class Linear:\n",
    ),
    "a class never shown whole": (
        dict(_03=["from nnlib import normal"]),
        "01, code cell 2: shows Linear in part, and no chapter shows it whole",
    ),
    "a public name given to something else": (
        dict(_03=[*BOOK["03"], "normal = 3"]),
        "03, code cell 3: gives the package's name normal to something else",
    ),
    "a public name defined inside a condition": (
        dict(_03=[*BOOK["03"], "if True:\n    def normal(): ..."]),
        "gives the package's name normal to something else",
    ),
    "a public name imported from elsewhere": (
        dict(_03=[*BOOK["03"], "from numpy.random import normal"]),
        "gives the package's name normal to something else",
    ),
    "a name imported too early": (
        dict(_01=["import numpy as np\nfrom nnlib import normal", PARTIAL]),
        "01, code cell 1: imports normal, which 02 introduces",
    ),
    "a name imported where it is introduced": (
        dict(_02=[IMPORTS, NORMAL, "from nnlib import normal"]),
        "02, code cell 3: imports normal, which 02 introduces",
    ),
    "a name used too early": (
        dict(_01=["import numpy as np", LINEAR]),
        "01, code cell 2: Linear uses normal, which is introduced later",
    ),
    "a name used without an import": (
        dict(_03=["import numpy as np", LINEAR]),
        "Linear uses normal, so the chapter needs: from nnlib import normal",
    ),
    "NumPy used without an import": (
        dict(_03=["from nnlib import normal", LINEAR]),
        "Linear uses np, so the chapter needs above it: import numpy",
    ),
    "a check used without an import": (
        dict(_02=["import numpy as np", NORMAL]),
        "so the chapter needs above it: from nnlib import checks",
    ),
    "an import from a module of the core": (
        dict(_03=["import numpy as np\nfrom nnlib.initializers import normal", LINEAR]),
        "from nnlib.initializers import normal: use from nnlib import",
    ),
    "a check imported by its own name": (
        dict(_03=[*BOOK["03"], "from nnlib.checks import generator"]),
        "from nnlib.checks import generator: use from nnlib import",
    ),
    "the whole package imported": (
        dict(_03=[*BOOK["03"], "import nnlib"]),
        "import nnlib brings in names not yet introduced",
    ),
    "a star import": (
        dict(_03=[*BOOK["03"], "from nnlib import *"]),
        "* is no public name of nnlib's core",
    ),
    "a name imported inside a function": (
        dict(
            _01=[
                "import numpy as np",
                PARTIAL,
                "def f():\n    from nnlib import normal",
            ]
        ),
        "01, code cell 3: imports normal, which 02 introduces",
    ),
    "a public name never introduced": (
        dict(_02=[IMPORTS], _03=["import numpy as np", PARTIAL]),
        "normal is public in nnlib and introduced by no chapter",
    ),
    "a magic": (
        dict(_02=[IMPORTS, NORMAL, "%timeit 1"]),
        "02, code cell 3: not plain Python",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_story_finds(fault):
    changed, sentence = FAULTS[fault]
    assert any(sentence in found for found in problems(book(**changed))), problems(
        book(**changed)
    )


def test_a_class_that_differs_is_told_once():
    other = LINEAR.replace("self.W.T", "self.W")
    (said,) = problems(book(_03=[BOOK["03"][0], other]))
    assert "Linear is not nnlib's" in said


def test_a_core_of_too_many_lines_is_found():
    more = "\n".join(f"# {i}" for i in range(story.MOST_LINES))
    found = story.check_budget(PACKAGE | {"layers": PACKAGE["layers"] + more})
    assert re.match(
        r"the core has \d+ lines, and 749 are promised: layers \d+, init", found[0]
    )
    assert story.check_budget(PACKAGE) == []


# --- the story of a later module, told by a page of its own ---------------------------------

GRAPHS = {
    "graphs": '''\
"""Graphs."""

import numpy as np

from nnlib.layers import Linear


def operation(forward):
    """A function of nodes."""
    return lambda a: forward(a)


double = operation(lambda a: total(a + a))
total = operation(np.sum)


class Model(Linear):
    """A layer of operations."""

    double = double
'''
}
IMPORTED, OPERATION, DOUBLE, MODEL = (
    GRAPHS["graphs"].partition("\n\n")[2].split("\n\n\n")
)
DOUBLE, TOTAL = DOUBLE.splitlines()
LATER_PAGE = [
    IMPORTED.replace("nnlib.layers", "nnlib"),
    OPERATION,
    DOUBLE,
    TOTAL,
    MODEL,
]
NEXT_PAGE = ["from nnlib.graphs import double", "total = double(3)"]


def later_problems(
    monkeypatch, page=LATER_PAGE, after=NEXT_PAGE, source=GRAPHS["graphs"]
):
    """What the rules say of a module `graphs`, which the page 04 tells, and 05 uses."""
    monkeypatch.setattr(story, "LATER", {"graphs": ["04"]})
    chapters = book() + [
        story.Chapter("04", tuple(page)),
        story.Chapter("05", tuple(after)),
    ]
    package, names = {"graphs": source}, story.names_of(source)
    return [
        *story.check_definitions(chapters, package, names, "graphs"),
        *story.check_imports(chapters, PUBLIC, package),
        *story.check_uses(chapters, package, names, "graphs"),
        *story.check_modules(PACKAGE | package, PUBLIC),
        *story.check_complete(chapters, names, "graphs"),
    ]


def test_the_later_page_is_in_order(monkeypatch):
    monkeypatch.setattr(definitions, "LATER", {"graphs": ["04"]})
    assert later_problems(monkeypatch) == []


def page_without(cell, new=None):
    return {
        "page": [
            new if it is cell else it for it in LATER_PAGE if new or it is not cell
        ]
    }


LATER_FAULTS = {
    "an assignment that differs": (
        page_without(TOTAL, "total = operation(np.max)"),
        "04, code cell 4, line 1: total is not nnlib's",
    ),
    "a definition left out": (
        page_without(TOTAL),
        "total is public in nnlib.graphs and introduced by no chapter",
    ),
    "a class of Part I that is not imported": (
        page_without(LATER_PAGE[0], "import numpy as np"),
        "Model uses Linear, so the chapter needs above it: from nnlib import Linear",
    ),
    "what is shown nowhere": (
        page_without(DOUBLE),
        "double is public in nnlib.graphs and introduced by no chapter",
    ),
    "imported from nnlib itself": (
        {"after": ["from nnlib import double"]},
        "05, code cell 1: double is no public name of nnlib's core",
    ),
    "imported, and nowhere defined": (
        {"after": ["from nnlib.graphs import half"]},
        "05, code cell 1: imports half, which no chapter introduces from nnlib.graphs",
    ),
    "imported on its own page": (
        {"page": [*LATER_PAGE, "from nnlib.graphs import double"]},
        "04, code cell 6: imports double, which 04 introduces",
    ),
    "a hidden name": (
        {"source": GRAPHS["graphs"] + "\n\n_half = operation(np.sqrt)\n"},
        "nnlib/graphs.py hides _half: in a module all is public",
    ),
    "a module above that imports it": (
        {"source": GRAPHS["graphs"].replace("nnlib.layers", "nnlib.graphs")},
        "nnlib/graphs.py imports nnlib.graphs, which is not above it",
    ),
}


@pytest.mark.parametrize("fault", LATER_FAULTS)
def test_the_story_finds_in_a_later_module(fault, monkeypatch):
    monkeypatch.setattr(definitions, "LATER", {"graphs": ["04"]})
    changed, sentence = LATER_FAULTS[fault]
    found = later_problems(monkeypatch, **changed)
    assert any(sentence in it for it in found), found


# --- the package's text, copied into the cells that show it ----------------------------------

EDITED = {
    "a function": (
        f"x = 1\n\n\n{NORMAL.replace('scale * ', '')}\n\n\nnormal(2, 3, rng=rng)",
        f"x = 1\n\n\n{NORMAL}\n\n\nnormal(2, 3, rng=rng)",
        ["normal"],
    ),
    "a class": (LINEAR.replace("(da)", "(a)").replace(".T", ""), LINEAR, ["Linear"]),
    "a class shown in part": (PARTIAL.replace("+ self.b", ""), PARTIAL, ["Linear"]),
    "in part, with a comment lost": (
        PARTIAL.replace("    # one column is one neuron\n", ""),
        PARTIAL,
        ["Linear"],
    ),
    "in part, with a member of its own": (
        PARTIAL + "\n\n    d = 3",
        PARTIAL,
        ["Linear"],
    ),
    "in part, and right": (PARTIAL, PARTIAL, []),
    "in part, with other empty lines": (
        PARTIAL.replace("\n\n", "\n"),
        PARTIAL.replace("\n\n", "\n"),
        [],
    ),
    "two, one of them wrong": (
        f"{NORMAL.replace('scale * ', '')}\n\n\n{PARTIAL}",
        f"{NORMAL}\n\n\n{PARTIAL}",
        ["normal"],
    ),
    "of the reader": ("def mine(x): ...", "def mine(x): ...", []),
}


@pytest.mark.parametrize("edit", EDITED)
def test_the_packages_text_comes_into_a_cell(edit):
    source, expected, changed = EDITED[edit]
    package = core_definitions(PACKAGE)
    assert refreshed(source, package, PUBLIC) == (expected, changed)
    assert refreshed(expected, package, PUBLIC) == (expected, [])
    assert refreshed(source, package, ["another"]) == (source, [])


def test_an_assignment_comes_into_a_cell_too(monkeypatch):
    monkeypatch.setattr(definitions, "LATER", {"graphs": ["04"]})
    package = core_definitions(GRAPHS)
    old = f"x = 1\n\n{TOTAL.replace('sum', 'max')}\n{DOUBLE}"
    new = f"x = 1\n\n{TOTAL}\n{DOUBLE}"
    assert refreshed(old, package, ["total", "double"]) == (new, ["total"])


def test_a_docstring_of_a_class_in_part_keeps_its_empty_line():
    whole = 'class Two:\n    """One.\n\n    More.\n    """\n\n    a = 1\n\n    b = 2'
    shown = whole.removesuffix("\n\n    b = 2")
    package = core_definitions({"two": whole})
    assert refreshed(shown, package, ["Two"]) == (shown, [])
    old = shown.replace("a = 1", "a = 0")
    assert refreshed(old, package, ["Two"]) == (shown, ["Two"])


WRONG_MODULES = {
    "an import from below": (
        "initializers",
        "import numpy as np",
        "import numpy as np\nfrom nnlib.layers import Linear",
        "nnlib/initializers.py imports nnlib.layers, which is not above it",
    ),
    "a name from the package itself": (
        "layers",
        "import numpy as np",
        "import numpy as np\nfrom nnlib import normal",
        "nnlib/layers.py imports nnlib, which is not above it",
    ),
    "an import of the stage crew": (
        "layers",
        "import numpy as np",
        "import matplotlib",
        "nnlib/layers.py imports matplotlib, which is not above it",
    ),
    "an import of the crew inside a function": (
        "layers",
        "        self.x = x",
        "        from nnbook.figures import style",
        "nnlib/layers.py imports nnbook.figures, which is not above it",
    ),
    "a private function": (
        "layers",
        "class Linear:",
        "def _scale(): ...\n\n\nclass Linear:",
        "nnlib/layers.py defines _scale, not in nnlib.__all__",
    ),
    "a constant": (
        "layers",
        "class Linear:",
        "EPS = 1e-8\n\n\nclass Linear:",
        "nnlib/layers.py has a name that no cell can show: EPS = 1e-08",
    ),
    "a name that is gone": (
        "layers",
        "class Linear:",
        "class Line:",
        "nnlib.__all__ has Linear, which no module of the core defines",
    ),
}


@pytest.mark.parametrize("fault", WRONG_MODULES)
def test_the_order_of_modules_finds(fault):
    module, old, new, sentence = WRONG_MODULES[fault]
    assert old in PACKAGE[module]
    package = PACKAGE | {module: PACKAGE[module].replace(old, new)}
    assert sentence in story.check_modules(package, PUBLIC)


def test_tqdm_may_be_imported_inside_a_function():
    inside = PACKAGE["layers"].replace(
        "        self.x = x", "        from tqdm import tqdm"
    )
    assert story.check_modules(PACKAGE | {"layers": inside}, PUBLIC) == []
    outside = "import tqdm\n" + PACKAGE["layers"]
    assert story.check_modules(PACKAGE | {"layers": outside}, PUBLIC) != []


def test_code_in_markdown_pages_and_missing_pages_are_found(tmp_path):
    (tmp_path / "book").mkdir()
    toc = {"root": "book/index", "parts": [{"chapters": [{"file": "book/one"}]}]}
    (tmp_path / "_toc.yml").write_text(str(toc))
    (tmp_path / "book" / "index.md").write_text("# A page\n\n```python\nx = 1\n```\n")
    chapters, found = story.read_book(tmp_path)
    assert (chapters, len(found)) == ([], 1)
    assert "book/one: named in _toc.yml, but is missing" in found[0]
    (tmp_path / "book" / "one.md").write_text(
        "# One\n\n```{code-cell} python\nx = 1\n```\n"
    )
    assert (
        "book/one: a page in Markdown with code cells"
        in story.read_book(tmp_path)[1][0]
    )


# --- the normal form of a notebook --------------------------------------------------------


def notebook(*cells):
    """A notebook in its normal form: pairs (source, outputs)."""
    made = new_notebook(metadata=nbformat.from_dict(normalise.METADATA))
    for count, (source, outputs) in enumerate(cells, 1):
        cell = new_code_cell(source, execution_count=count, outputs=list(outputs))
        cell.id = f"cell-{count}"
        made.cells.append(cell)
    return made


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def result(**data):
    return new_output(
        "execute_result", {k.replace("_", "/"): v for k, v in data.items()}
    )


def good():
    return notebook(
        ("print(1 + 1)", [printed("2\n")]), ("'a'", [result(text_plain="'a'")])
    )


def test_a_normal_notebook_is_normal():
    assert normalise.problems(good()) == []


def never_executed(made):
    made.cells[1].execution_count, made.cells[1].outputs = None, []


def out_of_order(made):
    made.cells[0].execution_count, made.cells[1].execution_count = 2, 1


def an_image_left_in(made):
    made.cells[1].outputs[0].data["image/png"] = "iVBORw0KGgo="


def widget_state(made):
    made.metadata["widgets"] = {}


def a_version_of_python(made):
    made.metadata["language_info"] = {"name": "python", "version": "3.11.7"}


def a_warning_printed(made):
    made.cells[0].outputs.append(printed("RuntimeWarning: overflow\n", "stderr"))


def an_exception(made):
    made.cells[0].outputs = [
        new_output("error", ename="ValueError", evalue="no", traceback=[])
    ]


def a_bare_number(made):
    made.cells[1].outputs[0].data["text/plain"] = "np.float64(0.5)"


def an_address(made):
    made.cells[1].outputs[0].data["text/plain"] = (
        "<nnlib.Linear object at 0x7f00aa11bb22>"
    )


def an_output_not_compared(made):
    made.cells[0].source = "# NBVAL_IGNORE_OUTPUT\nprint(1 + 1)"


def a_tag_that_skips(made):
    made.cells[0].metadata["tags"] = ["nbval-skip"]


def timings(made):
    made.cells[0].metadata["execution"] = {"iopub.execute_input": "2026-01-01"}


def one_id_twice(made):
    made.cells[1].id = made.cells[0].id


def an_empty_cell(made):
    made.cells[1].source, made.cells[1].outputs = "", []


FORMS = {
    never_executed: "cell 2: never executed",
    out_of_order: "cell 1: execution count 2, not 1",
    an_image_left_in: "cell 2: an output in image/png",
    widget_state: "metadata other than",
    a_version_of_python: "metadata other than",
    a_warning_printed: "cell 1: prints a warning (stderr): RuntimeWarning: overflow",
    an_exception: "cell 1: raises ValueError: no",
    a_bare_number: "cell 2: the bare number np.float64(0.5)",
    an_address: "cell 2: an address in memory",
    an_output_not_compared: "cell 1: NBVAL_IGNORE_OUTPUT",
    a_tag_that_skips: "cell 1: nbval-skip",
    timings: "cell 1: metadata execution",
    one_id_twice: "cell 2: no id of its own",
    an_empty_cell: "cell 2: an empty code cell",
}


@pytest.mark.parametrize("plant", FORMS, ids=lambda plant: plant.__name__)
def test_the_normal_form_finds(plant):
    made = good()
    plant(made)
    assert any(
        sentence.startswith(FORMS[plant]) for sentence in normalise.problems(made)
    )


def test_a_file_formatted_by_something_else_is_not_normal(tmp_path):
    path, made = tmp_path / "one.ipynb", good()
    opened.place(made)
    path.write_text(normalise.as_text(made), "utf-8")
    assert normalise.check(path) == []
    path.write_text(path.read_text("utf-8").replace("\n ", "\n  "), "utf-8")
    [said] = normalise.check(path)
    assert said.startswith("the file is formatted otherwise:\n--- as it is\n")
    made.cells[1].outputs += [printed("no\n", "stderr")]
    path.write_text(normalise.as_text(made), "utf-8")
    [said] = normalise.check(path)
    assert "prints a warning (stderr): no\n    | print(1 + 1)" in said


def test_normalising_keeps_words_and_ids_and_drops_the_rest():
    made = notebook(
        (
            "1",
            [
                printed("a\n"),
                printed("b\n"),
                result(text_plain="1", text_html="<b>1</b>"),
            ],
        ),
        ("2  \n", [result(image_png="iVBORw0KGgo=")]),
    )
    made.metadata["widgets"] = {}
    made.cells[0].metadata = {"tags": ["hide-input"], "collapsed": True}
    normal = normalise.normalise(made)
    assert normalise.problems(normal) == []
    assert [cell.id for cell in normal.cells] == ["cell-1", "cell-2"]
    assert normal.cells[0].outputs == [printed("a\nb\n"), result(text_plain="1")]
    assert normal.cells[0].metadata == {"tags": ["hide-input"]}
    assert (normal.cells[1].source, normal.cells[1].outputs) == ("2", [])


@pytest.mark.parametrize(
    "source, sentence",
    [
        ("1 / 0", "raises ZeroDivisionError: division by zero"),
        ("import warnings\nwarnings.warn('careful')", "prints a warning (stderr)"),
    ],
)
def test_a_chapter_that_fails_is_shown_and_not_stored(
    tmp_path, capsys, source, sentence
):
    path = tmp_path / "one.ipynb"
    path.write_text(normalise.as_text(notebook((source, []))), "utf-8")
    before = path.read_text("utf-8")
    _, failed = normalise.run(path)
    shown = capsys.readouterr().out
    assert failed and sentence in shown and f"    | {source.splitlines()[0]}" in shown
    assert path.read_text("utf-8") == before


def test_a_chapter_is_run_and_stored(tmp_path):
    path = tmp_path / "one.ipynb"
    made = notebook(("print(6 * 7)", []), ("raise ValueError('meant')", []))
    made.cells[1].metadata["tags"] = ["raises-exception"]
    path.write_text(normalise.as_text(made), "utf-8")
    assert not normalise.run(path)[1]
    assert normalise.check(path) == []
    stored = nbformat.read(path, as_version=4).cells
    first = next(cell for cell in stored if cell.cell_type == "code")
    assert first.outputs == [printed("42\n")]


# --- nbval with the book's policy -----------------------------------------------------------


def nbval(folder, made):
    """How `pytest --nbval` with the project's conftest ends on this notebook."""
    (folder / "conftest.py").write_bytes((ROOT / "conftest.py").read_bytes())
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "one.ipynb").write_text(normalise.as_text(made), "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-current-env",
        ".",
    ]
    ended = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    return ended.returncode, ended.stdout


PICTURE = """\
class Picture:
    def _repr_mimebundle_(self, include=None, exclude=None):
        import random
        return {
            "text/plain": "the loss falls to 0.03",
            "text/html": f"<b>{random.random()}</b>",
            "image/svg+xml": f"<svg>{random.random()}</svg>",
        }
Picture()"""


@pytest.mark.thorough
def test_nbval_compares_words_and_numbers_and_nothing_else(tmp_path):
    made = notebook(
        ("print('loss', 0.1 + 0.2)", [printed("loss 0.30000000000000004\n")]),
        (PICTURE, [result(text_plain="the loss falls to 0.03")]),
        ("import os; print(os.environ['NNLIB_QUIET'])", [printed("1\n")]),
    )
    code, out = nbval(tmp_path, made)
    assert code == 0, out
    made.cells[0].outputs = [printed("loss 0.30000000000000001\n")]
    made.cells[1].outputs = [result(text_plain="the loss falls to 0.02")]
    made.cells[2].outputs = []
    code, out = nbval(tmp_path, made)
    assert code == 1 and "3 failed" in out, out
