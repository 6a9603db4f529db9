"""What is half an exercise is found: each test plants one fault into a chapter or a file."""

import json
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from notebooks.normalise import as_text, run

from nnbook import exercises as specified
from nnbook.exercises import activations, losses
from nnbook.tutor import cells, pages
from nnbook.tutor.catalogue import chapter, everything, find

CHAPTER = pages.BOOK / "softmax.ipynb"
SOFTMAX = find("losses.softmax")


@pytest.fixture
def notebook():
    return nbformat.read(CHAPTER, as_version=4)


def sentences(notebook):
    return [*pages.problems_of(notebook, "softmax")]


def at(notebook, exercise=SOFTMAX):
    """The three cells of an exercise, as a slice of the page."""
    start = cells.position(notebook, exercise)
    return slice(start, start + 3)


# --- a page -----------------------------------------------------------------------------------


def test_the_chapter_as_it_is_has_no_fault(notebook):
    assert sentences(notebook) == []


@pytest.mark.parametrize(
    "cell, sentence",
    [
        (
            new_markdown_cell("exercise: losses.sofmax"),
            "there is no exercise 'losses.sofmax': did you mean losses.softmax? Else "
            "specify it in nnbook/exercises/softmax.py",
        ),
        (
            new_markdown_cell("exercise: activations.ReLU"),
            "activations.ReLU is an exercise of another chapter, in "
            "nnbook/exercises/activations.py",
        ),
        (
            new_markdown_cell("Now you.\n\nexercise: losses.softmax"),
            "`exercise: losses.softmax` needs a Markdown cell of its own",
        ),
        (
            new_code_cell("exercise: losses.softmax"),
            "`exercise: losses.softmax` needs a Markdown cell of its own",
        ),
        (new_markdown_cell("exercise:"), "there is no exercise ''"),
        (
            new_markdown_cell("Exercise: losses.cross_entropy"),
            "the exercise losses.cross_entropy begins twice",
        ),
        (
            new_markdown_cell(
                "```{admonition} X\n:class: exercise\n:name: exercise-x-y"
            ),
            "there is no exercise 'exercise-x-y'",
        ),
        (new_code_cell('check("losses.tanh")'), "there is no exercise 'losses.tanh'"),
        (
            new_code_cell('check("activations.ReLU")'),
            "activations.ReLU is an exercise of another chapter",
        ),
        (
            new_markdown_cell("exercise: losses.cross_entropy"),
            "the exercise losses.cross_entropy begins twice",
        ),
    ],
    ids=range(10),
)
def test_a_cell_that_is_half_an_exercise(notebook, cell, sentence):
    notebook.cells.append(cell)
    found = sentences(notebook)
    assert any(sentence in it for it in found), found


def test_an_exercise_without_a_place(notebook):
    del notebook.cells[at(notebook)]
    assert sentences(notebook) == [
        "the exercise losses.softmax is not on this page: write `exercise: losses.softmax` "
        "into a Markdown cell of its own"
    ]


def test_another_order_than_the_numbers_have(notebook):
    first, second = (it for it in chapter("softmax")[:2])
    one, other = at(notebook, first), at(notebook, second)
    a, b = notebook.cells[one], notebook.cells[other]
    notebook.cells[other], notebook.cells[one] = a, b
    [found] = sentences(notebook)
    assert f"in the order {second.id}, {first.id}, " in found
    assert f"nnbook/exercises/softmax.py: {first.id}, {second.id}, " in found


# --- a task has one source ----------------------------------------------------------------------


@pytest.mark.parametrize("which", range(3), ids=["task", "stub", "check"])
def test_an_edit_in_the_notebook_is_shown_and_not_overwritten(notebook, which):
    cell = notebook.cells[at(notebook)][which]
    cell.source = cell.source.replace("softmax", "soft maximum", 1)
    edited = [it.source for it in notebook.cells]
    cells.place(notebook, chapter("softmax"))
    assert [it.source for it in notebook.cells] == edited
    *_, found = sentences(notebook)
    assert "losses.softmax was edited in the notebook, and its source is" in found
    assert "nnbook/exercises/softmax.py. Make the change there" in found
    _, _, old, new = (it for it in found.splitlines() if it.startswith(("-", "+")))
    assert (
        "soft maximum" in new and new[1:].replace("soft maximum", "softmax") == old[1:]
    )


def test_a_cell_between_is_noticed(notebook):
    start = at(notebook).start
    notebook.cells.insert(start + 1, new_markdown_cell("A word more."))
    cells.place(notebook, chapter("softmax"))
    assert notebook.cells[start + 1].source == "A word more."
    assert "+A word more." in "\n".join(sentences(notebook))


def test_what_was_taken_over_into_the_specification_is_fine_again(notebook):
    """The cell was edited, and its source has caught up with it."""
    first = notebook.cells[at(notebook)][0]
    first.metadata["exercise"]["written"] = "something else"
    assert not sentences(notebook)
    cells.place(notebook, chapter("softmax"))
    assert first.metadata["exercise"]["written"] == cells.sum_of(cells.texts(SOFTMAX))


def older(notebook):
    """The page as it was before an edit of the specification."""
    task, *rest = notebook.cells[at(notebook)]
    task.source = task.source.replace("in the", "in its", 1)
    task.metadata["exercise"]["written"] = cells.sum_of(
        [it.source for it in (task, *rest)]
    )


def test_a_change_of_the_specification_is_asked_for_and_written(notebook):
    before = [it.source for it in notebook.cells]
    older(notebook)
    assert sentences(notebook) == [
        "the exercise losses.softmax is not what nnbook/exercises/softmax.py says now: run "
        "`make notebooks`"
    ]
    cells.place(notebook, chapter("softmax"))
    assert not sentences(notebook)
    assert [it.source for it in notebook.cells] == before


def test_a_new_exercise_is_written_out(notebook):
    notebook.cells[at(notebook)] = [new_markdown_cell("exercise: losses.softmax")]
    assert sentences(notebook) == [
        "the exercise losses.softmax is not written out yet: run `make notebooks`"
    ]
    cells.place(notebook, chapter("softmax"))
    assert not sentences(notebook)
    assert [it.source for it in notebook.cells[at(notebook)]] == cells.texts(SOFTMAX)


def test_an_exercise_that_moves_keeps_its_record(notebook):
    three = notebook.cells[at(notebook)]
    del notebook.cells[at(notebook)]
    notebook.cells[at(notebook, find("losses.cross_entropy")).start : 0] = three
    assert not sentences(notebook)


def test_make_notebooks_stores_nothing_then(notebook, tmp_path, capsys):
    copy = tmp_path / "softmax.ipynb"
    notebook.cells[at(notebook)][0].source += "\n\nOne word more."
    copy.write_text(as_text(notebook), "utf-8")
    before = copy.read_text("utf-8")
    _, failed = run(copy)
    said = capsys.readouterr().out
    assert failed and copy.read_text("utf-8") == before
    assert "softmax.ipynb: the exercise losses.softmax was edited" in said
    assert "\n+One word more.\n" in said


# --- files --------------------------------------------------------------------------------------


@pytest.fixture
def forget():
    """What is known of the files of exercises is read anew, now and afterwards."""

    def forget():
        for known in (chapter, everything):
            known.cache_clear()

    yield forget
    forget()


def test_a_file_that_belongs_to_no_chapter(tmp_path, monkeypatch):
    (tmp_path / "dropout.py").write_text("EXERCISES = ()\n")
    monkeypatch.setattr(specified, "__path__", [*specified.__path__, str(tmp_path)])
    assert [*pages.problems_of_files()] == [
        "nnbook/exercises/dropout.py is of no chapter: no numbered part of _toc.yml has a "
        "page called dropout"
    ]


@pytest.mark.parametrize(
    "exercises, sentence",
    [
        ((), "nnbook/exercises/losses.py has no EXERCISES = (…)"),
        (losses.EXERCISES[1:], "losses.py: MSE is not among its EXERCISES"),
        (losses.EXERCISES * 2, "the id losses.mse is given more than once"),
        (losses.EXERCISES * 2, "more than one answer is called my_mse"),
    ],
)
def test_a_file_whose_exercises_nobody_meets(exercises, sentence, monkeypatch, forget):
    with monkeypatch.context() as patch:
        patch.setattr(losses, "EXERCISES", exercises)
        forget()
        found = [*pages.problems_of_files()]
        assert any(sentence in it for it in found), found


def test_answers_of_two_chapters_have_two_names(monkeypatch, forget):
    other = replace(losses.MSE, id="activations.mse")
    with monkeypatch.context() as patch:
        patch.setattr(activations, "EXERCISES", (*activations.EXERCISES, other))
        forget()
        assert [*pages.problems_of_files()] == [
            "activations.mse and losses.mse both ask for my_mse, and `nnbook check` finds an "
            "answer by its name: give one of them another"
        ]


def test_the_whole_book_is_looked_at(tmp_path, notebook):
    """A fault in one notebook is found, and a chapter that is not there."""
    notebook.cells.append(new_markdown_cell("exercise: losses.none"))
    for name in everything():
        (tmp_path / f"{name}.ipynb").write_text(
            (pages.BOOK / f"{name}.ipynb").read_text("utf-8"), "utf-8"
        )
    (tmp_path / "softmax.ipynb").write_text(json.dumps(notebook), "utf-8")
    (tmp_path / "optimizers.ipynb").unlink()
    found = pages.problems(tmp_path)
    assert found[1] == "optimizers.ipynb is missing, and has exercises"
    assert found[0].startswith(
        f"softmax.ipynb: cell {len(notebook.cells)}: there is no"
    )
    assert len(found) == 2
