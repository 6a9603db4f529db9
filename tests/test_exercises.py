"""Every exercise: its stub, its solution, other right answers, its mistakes, and mutants.

A failing test says what is expected of an exercise, what came, and where to change it.
"""

import re
import textwrap

import nbformat
import numpy as np
import pytest
from equivalent_mutants import EQUIVALENT
from mutants import mutants

from nnbook.tutor import pages
from nnbook.tutor.catalogue import all_exercises, chapter, everything
from nnbook.tutor.cells import file_of, position
from nnbook.tutor.code import Code
from nnbook.tutor.specification import LINK, Choice
from nnbook.tutor.syntax import defines

CODE = [exercise for exercise in all_exercises() if isinstance(exercise, Code)]
CHOICES = [exercise for exercise in all_exercises() if isinstance(exercise, Choice)]
SEEDS = range(5)
ROLE = re.compile(r"\{\w+\}`")
each = {"ids": lambda exercise: exercise.id}


def told(exercise, sentence):
    """What a failing test says: of which exercise, and where that is changed."""
    return f"{exercise.id} ({file_of(exercise)}): {sentence}"


def answer(exercise, text):
    return exercise.compiled(textwrap.dedent(text), "<answer>")


def judged(exercise, text, seed=0):
    return exercise.judge(answer(exercise, text), np.random.default_rng(seed))


@pytest.mark.parametrize("exercise", CODE, **each)
def test_stub_is_not_attempted(exercise):
    result = judged(exercise, exercise.stub)
    assert not result.attempted, told(
        exercise,
        f"nobody has begun who runs the stub as it is, and the check says: {result}",
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", CODE, **each)
def test_right_answers_pass(exercise, seed):
    for text in (exercise.solution_text, *exercise.alternatives):
        result = judged(exercise, text, seed)
        assert result.passed, told(
            exercise,
            f"its solution and each of its alternatives should pass on cases drawn from seed "
            f"{seed}. This one does not:\n{text}\n{result}",
        )


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("exercise", CODE, **each)
def test_each_mistake_is_told_by_its_name(exercise, seed):
    for wrong in exercise.mistakes:
        if wrong.name == exercise.broken:
            continue  # the stub: not attempted
        result = judged(exercise, exercise.patched(wrong), seed)
        assert result.mistake == wrong.name and not result.passed, told(
            exercise,
            f"the mistake {wrong.name!r} should be recognised as itself on cases drawn from "
            f"seed {seed}, and is taken for {result.mistake!r}. If two mistakes have the same "
            f"outcomes, a case has to tell them apart:\n{exercise.patched(wrong)}\n{result}",
        )


@pytest.mark.parametrize("id", ["activations.Sigmoid", "activations.Softplus"])
def test_an_overflow_is_noticed_in_a_browser_too(id, monkeypatch):
    """WebAssembly has no flag for it, so that np.errstate(over="raise") does nothing there."""
    [exercise] = [it for it in CODE if it.id == id]
    errstate = np.errstate
    monkeypatch.setattr(np, "errstate", lambda **_: errstate(all="ignore"))
    [wrong] = [it for it in exercise.mistakes if it.name == "overflow"]
    result = judged(exercise, exercise.patched(wrong))
    assert result.mistake == "overflow", told(
        exercise, f"an overflow should be found without np.errstate: {result}"
    )
    for text in (exercise.solution_text, *exercise.alternatives):
        result = judged(exercise, text)
        assert result.passed, told(
            exercise, f"a right answer is taken to overflow:\n{text}\n{result}"
        )


@pytest.mark.parametrize("exercise", CODE, **each)
def test_mutants_are_noticed(exercise):
    passed = {
        words: text
        for words, text in mutants(exercise.solution_text)
        if judged_or_none(exercise, text)
    }
    known = EQUIVALENT.get(exercise.id, {})
    for words in passed.keys() - known:
        pytest.fail(
            told(
                exercise,
                f"the solution with one change ({words}) passes, too. Add a case that shows "
                f"the difference; or, if this is a right answer, name it in "
                f"tests/equivalent_mutants.py, with the reason:\n{passed[words]}",
            ),
            pytrace=False,
        )
    assert not known.keys() - passed, told(
        exercise,
        f"tests/equivalent_mutants.py lists changes that no longer pass, or no longer are "
        f"made. Take them out: {sorted(known.keys() - passed)}",
    )


def judged_or_none(exercise, text):
    """Whether a mutant passes; one that cannot even be defined does not."""
    try:
        found = answer(exercise, text)
    except Exception:
        return False
    return exercise.judge(found, np.random.default_rng(1)).passed


def test_equivalent_mutants_have_a_reason():
    unknown = EQUIVALENT.keys() - {exercise.id for exercise in CODE}
    assert not unknown, (
        f"tests/equivalent_mutants.py names exercises that are not there: {unknown}"
    )
    for id, known in EQUIVALENT.items():
        for words, why in known.items():
            assert len(why) > 10, (
                f"tests/equivalent_mutants.py, {id}: say in a sentence why {words!r} is a "
                f"right answer, not {why!r}"
            )


@pytest.mark.parametrize("exercise", CODE, **each)
def test_mistakes_have_names_of_their_own_and_whole_sentences(exercise):
    names = [wrong.name for wrong in exercise.mistakes]
    assert len(names) >= 2, told(
        exercise, f"a check should know two mistakes at least; its mistakes are {names}"
    )
    assert not pages.twice(names), told(
        exercise, f"two mistakes have one name: {pages.twice(names)}"
    )
    for wrong in exercise.mistakes:
        assert wrong.says.strip().endswith((".", "?")), told(
            exercise,
            f"what is said of the mistake {wrong.name!r} should be whole sentences, and ends "
            f"with {wrong.says[-20:]!r}",
        )


@pytest.mark.parametrize("exercise", CODE, **each)
def test_some_cases_are_drawn_anew_and_some_are_always_the_same(exercise):
    one, other = ([*exercise.cases(np.random.default_rng(s))] for s in (1, 2))
    alike = [repr(a) == repr(b) for a, b in zip(one, other)]
    assert alike[0], told(
        exercise,
        f"its first case should be the same in every check, for that is what a reader is "
        f"shown; with two seeds it is\n{one[0]}\n{other[0]}",
    )
    assert not all(alike), told(
        exercise,
        f"one case at least should be drawn from rng, or the answers could be known by "
        f"heart; all {len(alike)} are the same with two seeds",
    )


@pytest.mark.parametrize("exercise", CHOICES, **each)
def test_the_right_choice_is_what_the_experiment_says(exercise):
    found = exercise.truth()
    assert found == exercise.right, told(
        exercise,
        f"right={exercise.right!r}, and the experiment, truth(), finds {found!r}",
    )
    assert not exercise.judge(...).attempted, told(
        exercise, "nobody has begun who leaves the `...` of the stub"
    )
    for letter, (_, says) in exercise.options.items():
        result, right = exercise.judge(letter), letter == exercise.right
        assert (result.passed, result.text) == (right, says), told(
            exercise,
            f"({letter}) should {'pass' if right else 'not pass'}, with the sentence "
            f"{says!r}; the check says {result}",
        )
        assert result.mistake == (None if right else letter), told(
            exercise, f"({letter}) is taken for the mistake {result.mistake!r}"
        )


@pytest.mark.parametrize("exercise", all_exercises(), **each)
def test_hints_and_task_are_there(exercise):
    assert len(exercise.hints) >= 2, told(
        exercise, f"it should have two hints at least, and has {exercise.hints}"
    )
    assert exercise.task.strip(), told(exercise, "its task is empty")
    for text in (exercise.task, *exercise.hints):
        assert not ROLE.search(text), told(
            exercise,
            f"it is read outside of the book, too, where {ROLE.search(text)[0]} means "
            f"nothing: name a page by its title. It says: {text}",
        )
    for said in exercise.hints:
        assert not LINK.search(said), told(
            exercise, f"a hint is plain text, without links. It says: {said}"
        )
    assert "](" not in exercise.task_elsewhere, told(
        exercise, f"a link is in the way outside of the book: {exercise.task_elsewhere}"
    )


# --- in the chapters ------------------------------------------------------------------------


def test_every_exercise_is_on_its_page_as_specified():
    """No file without a page, no exercise without a place, no half of one."""
    if problems := pages.problems():
        pytest.fail("\n\n".join(problems), pytrace=False)


def page(name):
    return nbformat.read(pages.BOOK / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", everything())
def test_nothing_is_attempted_in_a_chapter_as_it_is_stored(name):
    notebook = page(name)
    for exercise in chapter(name):
        cell = notebook.cells[position(notebook, exercise) + 2]
        said = [it.get("data", {}).get("text/plain", "") for it in cell.outputs]
        assert said and said[0].startswith("Not attempted yet"), told(
            exercise,
            f"in book/{name}.ipynb its check should say that it is not attempted yet, and "
            f"says {said}: run `make notebooks`",
        )


@pytest.mark.parametrize("exercise", [it for it in CODE if it.kind == "build"], **each)
def test_the_package_s_own_code_comes_later_and_is_folded(exercise):
    [name] = [name for name, known in everything().items() if exercise in known]
    cells, start = page(name).cells, position(page(name), exercise)
    *_, last = exercise.id.split(".")  # of a method its own name
    own = [
        (i, cell.metadata)
        for i, cell in enumerate(cells)
        if cell.cell_type == "code"
        and defines(cell.source, exercise.name)
        and (last == exercise.name or f"def {last}(" in cell.source)
    ]
    assert own and own[0][0] > start, told(
        exercise,
        f"book/{name}.ipynb should show nnlib's own {exercise.name} after the exercise, and "
        f"shows it {'before' if own else 'nowhere'}",
    )
    metadata = own[0][1]
    assert "hide-input" in metadata.get("tags", ()), told(
        exercise,
        f"the cell of book/{name}.ipynb that shows nnlib's own {exercise.name} should be "
        f"folded (the tag hide-input): run `make notebooks`",
    )
    assert metadata.get("jupyter", {}).get("source_hidden"), told(
        exercise,
        f"the cell of book/{name}.ipynb that shows nnlib's own {exercise.name} should be "
        f"folded in JupyterLab, too: run `make notebooks`",
    )
