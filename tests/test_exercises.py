"""Every exercise: its stub, its solution, other right answers, its mistakes, and mutants."""

import textwrap

import nbformat
import numpy as np
import pytest
from equivalent_mutants import EQUIVALENT
from mutants import mutants
from notebooks.normalise import notebooks

from nnbook.tutor import source
from nnbook.tutor.cells import check_call, defines, markdown, position
from nnbook.tutor.specification import chapter, everything
from nnbook.tutor.verdict import judge

ALL = [exercise for exercises in everything().values() for exercise in exercises]
CODE = [exercise for exercise in ALL if hasattr(exercise, "cases")]
CHOICES = [exercise for exercise in ALL if not hasattr(exercise, "cases")]
SEEDS = range(5)
each = {"ids": lambda exercise: exercise.id}


def answer(exercise, text):
    return source.compiled(exercise, textwrap.dedent(text), "<answer>")


def judged(exercise, text, seed=0):
    return judge(exercise, answer(exercise, text), np.random.default_rng(seed))


@pytest.mark.parametrize("exercise", CODE, **each)
def test_stub_is_not_attempted(exercise):
    result = judged(exercise, source.stub(exercise))
    assert not result.attempted and not result.passed and result.mistake is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", CODE, **each)
def test_right_answers_pass(exercise, seed):
    for text in (source.solution(exercise), *exercise.alternatives):
        result = judged(exercise, text, seed)
        assert result.passed, f"{text}\n{result}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("exercise", CODE, **each)
def test_each_mistake_is_told_by_its_name(exercise, seed):
    for wrong in exercise.mistakes:
        if wrong.name != exercise.broken:
            result = judged(exercise, source.patched(exercise, wrong), seed)
            assert result.mistake == wrong.name, f"{wrong.name}\n{result}"
            assert not result.passed and result.attempted


@pytest.mark.parametrize("id", ["activations.Sigmoid", "activations.Softplus"])
def test_an_overflow_is_noticed_in_a_browser_too(id, monkeypatch):
    """WebAssembly has no flag for it, so that np.errstate(over="raise") does nothing there."""
    [exercise] = [it for it in CODE if it.id == id]
    errstate = np.errstate
    monkeypatch.setattr(np, "errstate", lambda **_: errstate(all="ignore"))
    [wrong] = [it for it in exercise.mistakes if it.name == "overflow"]
    assert judged(exercise, source.patched(exercise, wrong)).mistake == "overflow"
    for text in (source.solution(exercise), *exercise.alternatives):
        assert judged(exercise, text).passed


@pytest.mark.parametrize("exercise", CODE, **each)
def test_mutants_are_noticed(exercise):
    """Those that are still right answers are listed by name in equivalent_mutants.py."""
    passed = {
        words
        for words, text in mutants(source.solution(exercise))
        if judged_or_none(exercise, text)
    }
    assert passed == set(EQUIVALENT.get(exercise.id, {}))


def judged_or_none(exercise, text):
    """Whether a mutant passes; one that cannot even be defined does not."""
    try:
        found = answer(exercise, text)
    except Exception:
        return False
    return judge(exercise, found, np.random.default_rng(1)).passed


def test_equivalent_mutants_have_a_reason():
    assert set(EQUIVALENT) <= {exercise.id for exercise in CODE}
    assert all(len(why) > 10 for known in EQUIVALENT.values() for why in known.values())


@pytest.mark.parametrize("exercise", CODE, **each)
def test_mistakes_have_names_of_their_own_and_whole_sentences(exercise):
    names = [wrong.name for wrong in exercise.mistakes]
    assert len(names) == len(set(names)) >= 2
    assert all(wrong.says.strip().endswith((".", "?")) for wrong in exercise.mistakes)


@pytest.mark.parametrize("exercise", CODE, **each)
def test_some_cases_are_drawn_anew_and_some_are_always_the_same(exercise):
    one, other = ([*exercise.cases(np.random.default_rng(s))] for s in (1, 2))
    alike = [repr(a) == repr(b) for a, b in zip(one, other)]
    assert alike[0] and not all(alike)


@pytest.mark.parametrize("exercise", CHOICES, **each)
def test_the_right_choice_is_what_the_experiment_says(exercise):
    assert exercise.truth() == exercise.right
    assert judge(exercise, exercise.right).passed
    assert not judge(exercise, ...).attempted
    for letter, (_, says) in exercise.options.items():
        result = judge(exercise, letter)
        assert result.text == says and result.passed == (letter == exercise.right)
        assert result.mistake == (None if result.passed else letter)


@pytest.mark.parametrize("exercise", ALL, **each)
def test_hints_and_task_are_there(exercise):
    assert len(exercise.hints) >= 2 and exercise.task.strip()
    assert "{cite}" not in exercise.task  # it is read outside of the book, too


def test_ids_are_unique():
    ids = [exercise.id for exercise in ALL]
    assert len(set(ids)) == len(ids)


# --- in the chapters ------------------------------------------------------------------------


def page(name):
    path = next(p for p in notebooks() if p.stem == name)
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("name", everything())
def test_a_chapter_shows_its_exercises_as_specified_and_in_order(name):
    notebook, places = page(name), []
    for exercise in chapter(name):
        i = position(notebook, exercise)
        assert i is not None, f"{exercise.id} is not in the chapter"
        shown = [cell.source for cell in notebook.cells[i : i + 3]]
        stub = source.stub(exercise).strip()
        assert shown == [markdown(exercise), stub, check_call(exercise)], exercise.id
        said = notebook.cells[i + 2].outputs[0].data["text/plain"]
        assert said.startswith("Not attempted yet"), exercise.id
        places.append(i)
    assert places == sorted(places)
    checks = [cell for cell in notebook.cells if cell.source.startswith("check(")]
    assert len(checks) == len(places)


@pytest.mark.parametrize("exercise", ALL, **each)
def test_the_package_s_own_code_comes_later_and_is_folded(exercise):
    if exercise.kind != "build":
        return
    name = next(n for n in everything() if exercise in chapter(n))
    cells, start = page(name).cells, position(page(name), exercise)
    *_, last = exercise.id.split(".")  # of a method its own name
    own = [
        (i, cell.metadata)
        for i, cell in enumerate(cells)
        if cell.cell_type == "code"
        and defines(cell.source, exercise.name)
        and (last == exercise.name or f"def {last}(" in cell.source)
    ]
    assert own and own[0][0] > start
    place, metadata = next((i, m) for i, m in own if i > start)
    assert "hide-input" in metadata["tags"] and metadata["jupyter"]["source_hidden"]
