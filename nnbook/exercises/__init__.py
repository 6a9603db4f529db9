"""Exercises: `check` says which mistake was made, `hint` helps on, `solution` shows one way.

    check("losses.cross_entropy")     looks for my_cross_entropy in the notebook, and tries it
    hint("losses.cross_entropy")      one hint a call
    solution("losses.cross_entropy")  the package's own code, or one right answer
    progress()                        what you have done so far
    exercises()                       all of them, by chapter
    use_mine()                        your code takes the place of the package's

A check is there to help whoever learns. It is no security boundary: whoever wants to
deceive it can.
"""

import sys

from nnbook.tutor import store
from nnbook.tutor.catalogue import find, misspelt
from nnbook.tutor.mine import swap_in
from nnbook.tutor.report import Exercises, Progress, Solution
from nnbook.tutor.result import Result, Said

__all__ = ["check", "exercises", "hint", "progress", "solution", "use_mine"]
MISSING = object()


def check(id, answer=MISSING):
    """The Result for your answer: whether it `passed`, and if not, which mistake it has.

    Without `answer`, it is found by its name where check is called: my_softmax for
    "losses.softmax", MyReLU for "activations.ReLU". A ValueError for an unknown id alone.
    """
    exercise = find(id)
    names = sys._getframe(1).f_globals
    if answer is MISSING:
        answer = names.get(exercise.mine, MISSING)
    if answer is MISSING:
        first, *rest = exercise.asked
        found = next((it for it, mine in misspelt(names) if mine == exercise.mine), "")
        near = f" There is {found}: did you mean that?" if found else ""
        text = f"there is no {exercise.mine} here.{near} {first.upper()}{''.join(rest)}"
        return Result(exercise, attempted=False, text=text)
    result = exercise.judge(answer)
    if result.attempted:
        result.note = remember(exercise, answer, result)
    return result


def remember(exercise, answer, result):
    """Counts an attempt, and keeps the text of an answer that passed; returns what there is
    to say about that."""
    text, said = None, []
    if result.passed:
        text, lost = exercise.kept(answer)
        said = [lost] if lost else []

    def change(one):
        one = one | {"attempts": one["attempts"] + 1}
        if not result.passed:
            return one
        own = {key: value for key, value in one.items() if key != "origin"}
        return own | {"passed": True, "answer": text}

    said.append(store.note(exercise.id, change))
    return " ".join(filter(None, said))


def hint(id):
    """The next hint; after the last one they begin again."""
    exercise = find(id)
    answers, _ = store.read()
    count = len(exercise.hints)
    given = answers.get(exercise.id, store.EMPTY)["hints"]
    number = given % count
    said = store.note(exercise.id, lambda one: one | {"hints": given + 1})
    return Said(f"Hint {number + 1} of {count}: {exercise.hints[number]}", said)


def solution(id):
    """The package's own code, or one right answer, folded until it is opened."""
    return Solution(find(id))


def progress():
    """What you have done, by chapter; it can `export(file)`, `load(file)` and `reset()`."""
    answers, note = store.read()
    return Progress(answers, note)


def exercises(chapter=None):
    """All exercises, or those of one chapter, with what you have done of them."""
    answers, note = store.read()
    return Exercises(answers, note, chapter)


def use_mine(*ids):
    """Puts each answer of yours that passes now in the package's place, and says which.

    Answers that were loaded from a file are somebody else's code: they are shown, and run only
    if you give their ids, use_mine("losses.softmax").

    In the notebook that asks, what was imported from nnlib is swapped, too, and what a cell
    defines just as the package does. A definition that you have changed there stays, and is
    named. Networks and layers that exist already stay what they are; a cell that is run again
    defines its names again. `use_mine().undo()` gives it all back.
    """
    named = {find(id).id for id in ids}
    return swap_in(sys._getframe(1).f_globals, named)
