"""Checking an answer: what was done, which mistake was made, and the smallest failing case."""

import time
import traceback
from pathlib import Path

import numpy as np

from nnbook.tutor import syntax, written
from nnbook.tutor.compare import difference, shown
from nnbook.tutor.result import Result
from nnbook.tutor.trial import LIMIT, TooLong, attempt, same, words
from nnbook.tutor.trial import equal as equal_values

SPECIFIED = Path(__file__).parents[1] / "exercises"
BORROWED = (
    "This is the package's own code at work: nnlib.{path} is called, or copied by name. "
    "Write the steps yourself; NumPy is all you need."
)


def judge_choice(exercise, answer):
    """The Result of a letter; None is no answer yet."""
    letter = answer.strip().strip("().").lower() if isinstance(answer, str) else ""
    if answer is None:
        return Result(exercise, attempted=False, text=exercise.asked)
    if letter not in exercise.options:
        letters = ", ".join(f'"{it}"' for it in exercise.options)
        return Result(
            exercise,
            text=f"{exercise.mine} should be one of {letters}, not {shown(answer)}.",
        )
    _, says = exercise.options[letter]
    passed = letter == exercise.right
    return Result(
        exercise, passed=passed, mistake=None if passed else letter, text=says
    )


def judge_code(exercise, answer, rng):
    """The Result of a function or a class."""
    return judge_kind(exercise, answer) or judge_outcomes(exercise, answer, rng)


def judge_kind(exercise, answer):
    """The Result of something that need not be run: no function or class, or an empty one."""
    if sentence := wrong_kind(exercise, answer):
        return Result(exercise, text=sentence)
    idle = exercise.untouched(answer)
    if set(idle) >= set(exercise.blanks):
        return Result(exercise, attempted=False, text=exercise.asked)
    if idle:
        return Result(exercise, text=f"{idle[0]} is still empty: write it, too.")
    return None


def wrong_kind(exercise, answer):
    """What is wrong with something that is not the function or class asked for."""
    mine, wants_class = exercise.mine, exercise.mine[0] == "M"
    if wants_class and type(answer).__name__ == mine:
        return f"{mine} should be the class, and is an object of it: leave out the ( )."
    if wants_class and not isinstance(answer, type):
        return f"{mine} should be a class, and is {shown(answer)}."
    if not wants_class and isinstance(answer, type):
        return f"{mine} should be a function, and is a class."
    if not wants_class and not callable(answer):
        return f"{mine} should be a function; it is {shown(answer)}, a {type(answer).__name__}."
    if written.codes(answer):
        return ""
    if wants_class:
        return f"{mine} has no methods of its own: write them."
    return f"{mine} has no Python code of its own: write it with def."


def judge_outcomes(exercise, answer, rng):
    cases = [dict(case) for case in exercise.cases(rng or np.random.default_rng())]
    right = [run(exercise, exercise.right_answer, case) for case in cases]
    mine = run_all(exercise, answer, cases)
    if any(outcome.borrowed for outcome in mine):
        text = BORROWED.format(path=exercise.id)
        return Result(exercise, text=text, mistake="the package's own code")
    bad = [i for i, pair in enumerate(zip(mine, right)) if not alike(exercise, *pair)]
    if not bad and len(mine) == len(cases):
        return Result(exercise, passed=True, text=praise(exercise))
    first = bad[0] if bad else len(mine) - 1
    shows = evidence(exercise, cases[first], mine[first], right[first])
    known, also = recognised(exercise, mine, right, cases)
    if known:
        text = known.says + also
        return Result(exercise, mistake=known.name, text=text, evidence=shows)
    text = diagnosis(exercise, cases[first], mine[first], right[first])
    if first and drawn_anew(exercise, cases[first]):
        text += (
            " (It is right on the cases that are always the same, and not on one that "
            "was drawn for this check: does it work for all inputs?)"
        )
    return Result(exercise, text=text, evidence=shows)


def praise(exercise):
    return f"{exercise.mine} does what it should, on every case."


def run(exercise, answer, case, deadline=np.inf, forbidden=()):
    return attempt(exercise.use, answer, case, deadline=deadline, forbidden=forbidden)


def run_all(exercise, answer, cases):
    """The outcomes of all cases, or of those up to one that takes too long."""
    forbidden = exercise.forbidden
    deadline, outcomes = time.perf_counter() + LIMIT, []
    for case in cases:
        outcomes.append(run(exercise, answer, case, deadline, forbidden))
        if isinstance(outcomes[-1].error, TooLong):
            break
    return outcomes


def alike(exercise, one, other):
    return same(one, other, exercise.rtol, exercise.atol)


def recognised(exercise, mine, right, cases):
    """(the known mistake with the same outcomes on every case, ""), if there is one. If not,
    the one with the same on all cases where nothing is raised, and a word on the others:
    two mistakes were made."""
    if len(mine) < len(cases):
        return None, ""
    everywhere = range(len(cases))
    quiet = [i for i in everywhere if mine[i].error is None]
    if wrong := of_outcomes(exercise, mine, cases, everywhere):
        return wrong, ""
    if all(alike(exercise, mine[i], right[i]) for i in quiet):
        return None, ""  # what is wrong is that it raises
    wrong = of_outcomes(exercise, mine, cases, quiet)
    raised = [words(outcome.error) for outcome in mine if outcome.error is not None]
    return wrong, f" (And on another case it raises {raised[0]})" if raised else ""


def of_outcomes(exercise, mine, cases, places):
    """The known mistake whose outcomes are the same on the cases at these places."""
    for wrong, answer in exercise.wrong_answers:
        deadline = time.perf_counter() + LIMIT
        if all(
            alike(exercise, mine[i], run(exercise, answer, cases[i], deadline))
            for i in places
        ):
            return wrong
    return None


def drawn_anew(exercise, case):
    """Whether another check would have another case here."""
    others = exercise.cases(np.random.default_rng())
    return not any(equal_values(case, dict(other), 0, 0) for other in others)


def diagnosis(exercise, case, mine, right):
    """A sentence for an answer whose mistake is not known."""
    if isinstance(mine.error, TooLong):
        return (
            f"It was stopped after {LIMIT:g} seconds, at {mine.line or 'a call'}. "
            f"Does a loop in it never end?"
        )
    if mine.error is not None and right.error is None:
        return of_error(exercise, mine)
    if right.error is not None:
        did = f"raises {words(mine.error)}" if mine.error else "returns something"
        return f"It should raise {words(right.error)}; it {did}."
    if extra := [name for name in mine.changed if name not in right.changed]:
        return (
            f"It changes {' and '.join(extra)}, which belongs to the caller: work on a "
            f"copy, or write `a = a - b` in place of `a -= b`."
        )
    if missing := [name for name in right.changed if name not in mine.changed]:
        return f"It should change {' and '.join(missing)} in place, and does not."
    if mine.value is None and mine.printed:
        return (
            "It prints its answer and returns None: put `return` in the place of print."
        )
    part, _, _, text = difference(
        right.value, mine.value, case, exercise.rtol, exercise.atol, exercise.returns
    )
    return f"{part}: {text[0].lower()}{text[1:]}" if part else text


def of_error(exercise, mine):
    """A sentence for an answer that raises, or that an exercise refuses in words of its own."""
    if mine.line:
        return f"It raises {words(mine.error)}, at {mine.line}"
    if refused(mine.error):
        text = str(mine.error)
        return f"{text[0].upper()}{text[1:].rstrip('.')}."
    heads = ", ".join(syntax.heads(exercise.stub))
    return (
        f"It raises {words(mine.error)}. Does it still have what the stub had: {heads}?"
    )


def refused(error):
    """Whether the `use` of an exercise raised this error itself."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).parent == SPECIFIED and (
        last.line.startswith("raise ") and bool(str(error))
    )


def evidence(exercise, case, mine, right):
    """[(name, text), …]: the smallest case that fails, what was expected, what came."""
    lines = [(name, shown(value)) for name, value in case.items()]
    if right.error is not None:
        part, expected, got = "", words(right.error), mine.value
    else:
        part, expected, got, _ = difference(
            right.value,
            mine.value,
            case,
            exercise.rtol,
            exercise.atol,
            exercise.returns,
        )
        expected = shown(expected)
    came = shown(got)
    if mine.error is not None:
        part, expected = "", shown(right.value) if right.error is None else expected
        stopped = isinstance(mine.error, TooLong)
        came = "nothing: it was stopped" if stopped else words(mine.error)
    space = f" {part}" if part else ""
    lines += [(f"expected{space}", expected), (f"got{space}", came)]
    if mine.printed:
        lines.append(("printed", mine.printed.strip()[:200]))
    return lines
