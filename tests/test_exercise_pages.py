"""The pages of exercises and of solutions, on a small book with three exercises of its own.

tests/test_site_exercises.py looks at the real ones in the built site.
"""

import json
import os
import re
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from pages import exercises as pages
from sphinx.application import Sphinx

from nnbook import contents
from nnbook import exercises as engine
from nnbook.__main__ import parser_of_commands
from nnbook.exercises import losses
from nnbook.tutor import cells
from nnbook.tutor.catalogue import chapter, everything, number_of
from nnbook.tutor.code import Code, mistake
from nnbook.tutor.result import BARS, Result, Said
from nnbook.tutor.specification import Choice

PIECE = Code(
    id="losses.mse",
    title="Squared & <b>mean</b>",
    kind="build",
    level=1,
    task="Write it.",
    hints=("One.", "Two."),
    cases=lambda rng: [{}],
    mistakes=(
        mistake(
            "the sum", "Not the sum: use `np.mean`, and *not* $x$ or _x_.", ("", "")
        ),
        mistake("no 2", "The 2 is missing.", ("", "")),
    ),
)
MEND = Code(
    id="losses.thrice",
    title="Three times",
    kind="diagnose",
    level=3,
    task="Mend it.",
    hints=("One.", "Two."),
    cases=lambda rng: [{"x": 1.0}, {"x": rng.normal()}],
    solution="""
def my_thrice(x):
    return 3 * x
""",
    broken="twice",
    mistakes=(mistake("twice", "That is twice x.", ("3 *", "2 *")),),
)
GUESS = Choice(
    id="losses.guess",
    title="A guess",
    kind="predict",
    level=1,
    task="Which?",
    hints=("One.", "Two."),
    options={
        "a": ("`one`", "No: 1 is too small."),
        "b": ("two", "Right: it is two."),
        "c": ("three", "No: 3 is too large."),
    },
    right="b",
    truth=lambda: "b",
)
ALL = (PIECE, MEND, GUESS)
NUMBER = contents.chapters()["losses"].number
WRONG = "def my_thrice(x):\n    return x + x"
RIGHT = "def my_thrice(x):\n    return x + x + x"
INDEX = "# A book\n\n```{{toctree}}\n{}\n```\n".format(
    "\n".join(["losses", "exercises", "solutions", "session"])
)
EXERCISES = """# Exercises

## All

```{exercises} by chapter
```

## Again

```{exercises} by difficulty
```
"""
SESSION = f"""# A session

```{{code-cell}} python
from nnbook import check, hint, progress

{WRONG}
```

```{{code-cell}} python
check("losses.thrice")
```

```{{code-cell}} python
hint("losses.thrice")
```

```{{code-cell}} python
{RIGHT}


check("losses.thrice")
```

```{{code-cell}} python
progress()
```
"""
MINE = {"version": 1, "answers": {}}


def chapter_page(exercises, last):
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "python"}
    new = nbformat.v4.new_markdown_cell
    notebook.cells = [new("# Losses"), *(new(f"exercise: {it.id}") for it in exercises)]
    notebook.cells.append(nbformat.v4.new_code_cell("def mse(z, y):\n    return 0"))
    cells.place(notebook, exercises)
    notebook.cells.append(new(last))
    return nbformat.writes(notebook)


PAGES = ("exercises", "folds", "markdown")


class Book:
    """A book of five pages, and what its build said and did."""

    def __init__(self, folder, exercises=ALL, more="", last="The end."):
        files = {
            "_toc.yml": "root: book/index\nparts: [{chapters: [{file: book/losses}]}]",
            "book/index.md": INDEX,
            "book/losses.ipynb": chapter_page(exercises, last),
            "book/exercises.md": EXERCISES,
            "book/solutions.md": "# Solutions\n\n% ```{solutions}\n% ```\n",
            "book/session.md": SESSION + more,
        }
        (folder / "book").mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
        self.folder, self.warnings = folder, StringIO()
        self.progress = {}  # the folder where a chapter's cell finds it, when it is read
        config = {
            "extensions": ["myst_nb", *(f"pages.{it}" for it in PAGES)],
            "nb_execution_mode": "off",
            "root_doc": "book/index",
        }
        self.app = Sphinx(
            folder, None, folder / "out", folder / "doctrees", "html",
            confoverrides=config, status=None, warning=self.warnings,
        )  # fmt: skip
        self.app.connect("source-read", self.note_progress)
        self.app.build()

    def note_progress(self, app, page, text):
        folder = os.environ[pages.PROGRESS]
        self.progress[page] = folder, os.listdir(folder)

    def said(self):
        return re.sub(r"\x1b\[[\d;]*m", "", self.warnings.getvalue())

    def page(self, name):
        text = (self.folder / "out" / "book" / f"{name}.html").read_text("utf-8")
        return BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="module")
def three():
    """*Losses* has three other exercises."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(losses, "EXERCISES", ALL)
        forget()
        yield
    forget()


def forget():
    for known in (chapter, everything):
        known.cache_clear()


@pytest.fixture(scope="module")
def book(three, tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    (folder / "mine").mkdir()
    (folder / "mine" / "progress.json").write_text(json.dumps(MINE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pages.PROGRESS, str(folder / "mine"))
        built = Book(folder)
        built.left = os.environ[pages.PROGRESS]
    return built


def words(element):
    return " ".join(element.get_text(" ", strip=True).replace("’", "'").split())


def test_the_build_warns_of_nothing(book):
    assert not book.said()


# --- the page of exercises ------------------------------------------------------------------


def test_a_chapters_exercises_are_in_a_table_in_their_order(book):
    section = book.page("exercises").find(id="losses")
    assert words(section.h3).startswith(f"Chapter {NUMBER}: Losses")
    rows = [[words(td) for td in tr("td")] for tr in section.tbody("tr")]
    assert rows == [
        [f"{NUMBER}.1", PIECE.title, "build it", "some minutes", "1"],
        [f"{NUMBER}.2", "Three times", "diagnose", "half an hour or more", "3"],
        [f"{NUMBER}.3", "A guess", "predict", "some minutes", "1"],
    ]


def test_the_sums_of_all_are_told(book):
    assert words(book.page("exercises").find(id="all").p) == (
        "3 exercises in 1 chapter: build it (1), predict (1), diagnose (1). Together they "
        "are worth 5 points, and the checks know 3 mistakes by name."
    )


def test_each_exercise_is_listed_once_by_difficulty(book):
    again = book.page("exercises").find(id="again")
    found = {s["id"]: [words(li) for li in s("li")] for s in again("section")}
    assert found == {
        "level-1": [f"{NUMBER}.1 {PIECE.title}", f"{NUMBER}.3 A guess"],
        "level-3": [f"{NUMBER}.2 Three times"],
    }


@pytest.mark.parametrize("where", ["exercises", "solutions"])
@pytest.mark.parametrize("exercise", ALL, ids=lambda it: it.id)
def test_links_lead_to_the_task(book, where, exercise):
    link = f"losses.html#{cells.slug(exercise)}"
    count = len(book.page(where)("a", href=link))
    assert count == (2 if where == "exercises" else 1)
    assert book.page("losses").find(class_="exercise", id=cells.slug(exercise))


def test_an_exercise_that_is_not_in_its_chapter_is_a_warning(three, tmp_path):
    said = Book(tmp_path, (PIECE, MEND)).said()
    assert "undefined label: 'exercise-losses-guess'" in said
    assert "the exercise losses.guess is not on this page: write `exercise:" in said
    assert "thrice" not in said and "mse" not in said


def test_a_cell_that_names_no_exercise_is_a_warning(three, tmp_path):
    said = Book(tmp_path, last="exercise: losses.gues").said()
    assert (
        "cell 12: there is no exercise 'losses.gues': did you mean losses.guess?"
        in said
    )


def test_a_changed_exercise_has_both_pages_written_anew(book):
    for page in ("exercises", "solutions"):
        known = book.app.env.dependencies[f"book/{page}"]
        assert any(path.endswith("nnbook/exercises/losses.py") for path in known)
        assert any(path.endswith("nnlib/losses.py") for path in known)
        assert any(path.endswith("book/losses.ipynb") for path in known)


# --- the page of solutions --------------------------------------------------------------------


def solution(book, exercise):
    """The section, and its two folds."""
    section = book.page("solutions").find(id=pages.solution(cells.slug(exercise)))
    outer, inner = section("details")
    assert inner in outer.descendants
    return section, outer, inner


@pytest.mark.parametrize("exercise", ALL, ids=lambda it: it.id)
def test_a_solution_is_folded_below_the_heading_that_the_chapter_links_to(
    book, exercise
):
    section, outer, inner = solution(book, exercise)
    assert "open" not in outer.attrs and "open" not in inner.attrs
    number = number_of(exercise)
    assert words(section.h3).startswith(f"{number} {exercise.title}")
    assert words(outer.summary) == f"Solution of {number}"
    task = book.page("losses").find(id=cells.slug(exercise))
    assert task.find("a", href=f"solutions.html#{section['id']}")


@pytest.mark.parametrize("exercise", (PIECE, MEND), ids=lambda it: it.id)
def test_the_code_is_the_solution_once_and_highlighted(book, exercise):
    text = exercise.solution_text.strip()
    shown = [
        pre for pre in book.page("solutions")("pre") if pre.get_text().strip() == text
    ]
    assert len(shown) == 1 and shown[0].find_parent(class_="highlight-python")
    _, outer, inner = solution(book, exercise)
    assert shown[0] in outer.descendants and shown[0] not in inner.descendants


def test_what_is_to_be_mended_is_mended(book):
    text = words(solution(book, MEND)[1].pre)
    assert "3 * x" in text and "2 * x" not in text


def test_mistakes_are_listed_as_plain_text_with_code_in_backticks(book):
    _, _, inner = solution(book, PIECE)
    assert words(inner.summary) == "Mistakes that the check knows (2)"
    assert [words(dt) for dt in inner("dt")] == ["the sum", "no 2"]
    first = inner.dd
    assert words(first) == "Not the sum: use np.mean , and *not* $x$ or _x_."
    assert [words(code) for code in first("code")] == ["np.mean"]
    assert not first("em") and not first(class_="math")


def test_a_choice_shows_its_letter_and_why_and_then_the_others(book):
    _, outer, inner = solution(book, GUESS)
    assert words(outer.dt) == "(b) two" and words(outer.dd) == "Right: it is two."
    assert [words(dt) for dt in inner("dt")] == ["(a) one", "(c) three"]
    assert words(inner.dd) == "No: 1 is too small."


def test_a_link_to_no_solution_is_a_warning(three, tmp_path):
    said = Book(tmp_path, more="\n[x](solutions.md#solution-losses-none)\n").said()
    assert "local id not found" in said and "solution-losses-none" in said


def test_a_chapter_without_exercises_is_left_out(three, tmp_path, monkeypatch):
    (tmp_path / "book").mkdir()
    for name in ("losses", "other"):
        (tmp_path / f"book/{name}.ipynb").write_text(
            chapter_page(ALL, "The end."), "utf-8"
        )
    toc = "root: book/index\nparts: [{{chapters: [{}]}}]".format(
        ", ".join(
            f"{{file: book/{name}}}"
            for name in ("refresher", "losses", "other", "more")
        )
    )
    (tmp_path / "_toc.yml").write_text(toc)
    monkeypatch.setattr(pages, "everything", lambda: {"losses": ALL})
    [one] = pages.chapters(tmp_path)
    assert (one.number, one.title) == (NUMBER, "Losses")


# --- a reader's cells -------------------------------------------------------------------------


def test_cells_show_what_a_notebook_would(book):
    outputs = [words(it) for it in book.page("session")(class_="cell_output")]
    assert outputs[0].startswith("Not yet: That is twice x. The smallest case")
    assert outputs[0].endswith('For a hint: hint("losses.thrice")')
    assert outputs[1] == "Hint 1 of 2: One."
    assert outputs[2].startswith("Passed:")
    assert outputs[3].startswith("Your progress: 1 of ") and len(outputs) == 4
    codes = [words(it) for it in book.page("session")(class_="cell_input")]
    assert len(codes) == 5 and codes[1] == 'check ( "losses.thrice" )'


def test_a_cell_that_raises_is_no_page(monkeypatch, tmp_path):
    monkeypatch.setenv(pages.PROGRESS, "before")
    with pytest.raises(ZeroDivisionError):
        pages.run_cell("x = 1\nx / 0", {}, "<cell>", tmp_path)
    assert os.environ[pages.PROGRESS] == "before"
    assert pages.run_cell("x = 1", {}, "<cell>", tmp_path) is None
    assert pages.run_cell("x = 1\nx + 1", {}, "<cell>", tmp_path) == 2


def test_nobodys_progress_is_used_or_changed(book):
    folders = {folder for folder, _ in book.progress.values()}
    assert len(folders) == 1 and not any(files for _, files in book.progress.values())
    mine = book.folder / "mine"
    assert folders != {str(mine)} and not any(map(os.path.exists, folders))
    assert json.loads((mine / "progress.json").read_text()) == MINE
    assert book.left == str(mine)


def test_a_folded_cell_is_named_by_the_words_that_it_shows(book):
    folded = book.page("losses").find("details", class_="hide")
    assert "aria-label" not in folded.summary.attrs
    assert words(folded.summary).startswith("Show the package's code")


# --- what the page says of commands and functions ---------------------------------------------

PROSE = (Path(__file__).resolve().parents[1] / "book" / "exercises.md").read_text(
    "utf-8"
)
COMMANDS = re.findall(r"^nnbook (.+?)(?:  .*)?$", PROSE, re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_knows_the_commands_on_the_page(command):
    assert parser_of_commands().parse_args(command.split()).command


def test_the_commands_and_functions_on_the_page_are_all_there_are():
    shown = {command.split()[0] for command in COMMANDS}
    known = parser_of_commands().format_help()
    assert shown == set(re.findall(r"^    (\w+)\b", known, re.M))
    functions = set(re.findall(r"`(\w+)\(", PROSE))
    assert functions == {"solution", "progress", "exercises", "use_mine"}
    assert functions | {"check", "hint"} == set(engine.__all__)


# --- what a check says, as HTML ----------------------------------------------------------------

SAID = "Use `a < b`, not <script>."
EVIDENCE = [("x", "[[1.  <b>]\n [2.]]"), ("expected", "3"), ("got", "None")]
RESULTS = [
    Result(PIECE, attempted=False, text=SAID),
    Result(PIECE, text=SAID, evidence=EVIDENCE, note="The file <p> is new."),
    Result(PIECE, passed=True, text=SAID),
]


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.word)
def test_html_begins_with_the_word_and_says_all_that_the_text_says(result):
    html = BeautifulSoup(result._repr_html_(), "html.parser")
    assert words(html).startswith(f"{result.word}: Use")
    assert html.strong.get_text() == f"{result.word}:"
    assert html.find(role="status") and not html("script")
    assert [code.get_text() for code in html("code")][0] == "a < b"
    pairs = [(words(dt), dd.get_text()) for dt, dd in zip(html("dt"), html("dd"))]
    assert pairs == result.evidence
    said = words(html).replace(" ", "")
    for line in repr(result).replace("`", "").splitlines():
        assert all(word in said for word in line.split()), line


def test_a_hint_is_html_too():
    html = BeautifulSoup(Said(SAID, "A note.")._repr_html_(), "html.parser")
    assert [words(p) for p in html("p")] == ["Use a < b , not <script>.", "A note."]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("paper", ["#ffffff", "#14181e", "#111111"])
@pytest.mark.parametrize("state", BARS)
def test_the_bar_beside_it_is_seen_by_day_and_by_night(state, paper):
    """WCAG 1.4.11: 3 to 1. The words have no colour of their own."""
    bar = re.search("#[0-9a-f]{6}", BARS[state])[0]
    light, dark = sorted(map(luminance, (bar, paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3
    html = "".join(result._repr_html_() for result in RESULTS)
    assert set(re.findall(r"[^-]color: (\w+)", html)) == {"inherit"}


def test_inline_code_is_not_markup():
    made = nodes.paragraph("", "", *pages.inline("`a*b` and *c*, `d`"))
    assert [type(n).__name__ for n in made] == ["literal", "Text", "literal"]
    assert made.astext() == "a*b and *c*, d"
