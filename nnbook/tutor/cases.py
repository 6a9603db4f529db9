"""A case, tried with the right answer: once and alone, and again with objects that are busy."""

import pickle
from dataclasses import dataclass

import numpy as np

from nnbook.tutor.trial import Outcome, TooLong, attempt, equal, numeric, same
from nnbook.tutor.witness import Witness

BEYOND = 50  # numbers are extreme: e to the power of it is more than 10²¹
# What an object does besides, from much to little.
BUSY = (
    ("again", "more", "company", "other"),
    ("again", "company", "other"),
    ("again", "company"),
    ("again",),
    ("company",),
)


@dataclass
class Trial:
    """A case, what the right answer makes of it, and whether its objects are busy besides."""

    case: dict
    right: Outcome
    witness: Witness
    busy: tuple = ()


def tried(exercise, case, plan=None, busy=()):
    """A case with the right answer's outcome."""
    answer = exercise.right_answer
    witness = Witness(answer, plan, busy)
    return Trial(case, attempt(exercise.use, answer, case, witness), witness, busy)


def busier(exercise, trial):
    """The same case with its objects as busy as leaves the right outcome what it is (an optimizer
    remembers its steps, and early stopping that it has stopped); None if nothing does."""
    for busy in BUSY if trial.right.error is None else ():
        found = tried(exercise, trial.case, trial.witness, busy)
        if found.right.error is None and alike(exercise, found.right, trial.right):
            found.witness = trial.witness
            return found
    return None


def run(exercise, answer, trial, forbidden=()):
    witness = Witness(exercise.right_answer, trial.witness, trial.busy)
    return attempt(exercise.use, answer, trial.case, witness, forbidden)


def run_all(exercise, answer, trials):
    """The outcomes of all trials, or of those up to one that does not end."""
    outcomes = []
    for trial in trials:
        outcomes.append(run(exercise, answer, trial, exercise.forbidden))
        if isinstance(outcomes[-1].error, TooLong):
            break
    return outcomes


def remembered(exercise, key, function, *arguments):
    """function(*arguments), which depends on the key alone: many cases are the same in every
    check. What cannot be written as bytes is found anew each time."""
    try:
        key = pickle.dumps(key)
    except Exception:
        return function(*arguments)
    if key not in exercise.remembered:
        if len(exercise.remembered) > 1000:
            exercise.remembered.clear()
        exercise.remembered[key] = function(*arguments)
    return exercise.remembered[key]


def alike(exercise, mine, other, rtol=0):
    return same(mine, other, max(exercise.rtol, rtol), exercise.atol)


def extreme(case):
    """Whether a case has numbers so large that answers guard against them in different ways."""
    found = [np.asarray(value) for value in case.values() if numeric(value)]
    return any(
        it.dtype.kind == "f" and np.abs(it).max(initial=0) > BEYOND for it in found
    )


def drawn_anew(exercise, case):
    """Whether another check would have another case here."""
    others = exercise.cases(np.random.default_rng())
    return not any(equal(case, dict(other), 0, 0) for other in others)
