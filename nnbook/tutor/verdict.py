"""Checking an answer: what is no answer yet, what is wrong, what passes; the Result of it."""

import inspect
import types

import numpy as np

from nnbook.tutor import syntax, written
from nnbook.tutor.cases import (
    alike,
    busier,
    drawn_anew,
    extreme,
    remembered,
    run,
    run_all,
    tried,
)
from nnbook.tutor.compare import shown
from nnbook.tutor.diagnosis import diagnosis, evidence, of_memory, of_name, of_use
from nnbook.tutor.known import recognised
from nnbook.tutor.result import Result
from nnbook.tutor.trial import TooLong, form, too_much

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
    if other_places(exercise.right_answer, answer):
        head = ", ".join(syntax.heads(exercise.stub))
        text = (
            f"Your arguments stand in another order than in the stub, {head}, or a * is missing "
            f"there: what is given without its name goes to another one."
        )
        return Result(exercise, text=text)
    return None


def other_places(right, answer):
    """Whether a function, or a method of a class, takes the arguments of the right one at other
    places: in another order, or all that follow as one."""
    if isinstance(right, type):
        return any(
            other_places(function, getattr(answer, name, function))
            for name, function in vars(right).items()
            if isinstance(function, types.FunctionType)
        )
    asked, mine = placed(right), placed(answer)
    same = {it.strip("*") for it in asked} == {it.strip("*") for it in mine}
    return same and asked != mine


def placed(function):
    """The arguments of a function that can be given without their names."""
    if not callable(function):
        return []
    arguments = inspect.signature(function).parameters.values()
    return [
        f"*{it.name}" if it.kind is it.VAR_POSITIONAL else it.name
        for it in arguments
        if it.kind not in (it.KEYWORD_ONLY, it.VAR_KEYWORD)
    ]


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
    """Each case by itself; if all is right, again with objects that are used more than once,
    and not alone."""
    cases = [dict(case) for case in exercise.cases(rng or np.random.default_rng())]
    trials = [remembered(exercise, (case,), tried, exercise, case) for case in cases]
    mine = run_all(exercise, answer, trials)
    if result := judge_trials(exercise, answer, trials, mine):
        return result
    used = [
        remembered(exercise, (trial.case, "busier"), busier, exercise, trial)
        for trial in trials
    ]
    trials += [busy for busy in used if busy]
    mine += run_all(exercise, answer, trials[len(mine) :])
    if result := judge_trials(exercise, answer, trials, mine):
        return result
    return Result(exercise, passed=True, text=praise(exercise, mine, trials))


def judge_trials(exercise, answer, trials, mine):
    """The Result of outcomes; None if nothing is wrong with them."""
    if any(outcome.borrowed for outcome in mine):
        text = BORROWED.format(path=exercise.id)
        return Result(exercise, text=text, mistake="the package's own code")
    bad = [
        i
        for i, (it, trial) in enumerate(zip(mine, trials))
        if not alike(exercise, it, trial.right)
    ]
    if not bad and len(mine) == len(trials):
        return None
    first = bad[0] if bad else len(mine) - 1
    shows = evidence(exercise, trials[first], mine[first])
    known, also = recognised(exercise, mine, trials)
    if known:
        text = known.says + also
        return Result(exercise, mistake=known.name, text=text, evidence=shows)
    text = explained(exercise, answer, trials, mine, bad, first)
    return Result(exercise, text=text, evidence=shows)


def explained(exercise, answer, trials, mine, bad, first):
    """What is said of the first outcome that is wrong, if no known mistake is."""
    trial, outcome = trials[first], mine[first]
    text = diagnosis(exercise, trials[: len(mine)], mine, first)
    if outcome.error is None:
        said = other_defaults(exercise, answer) or unused(exercise, answer)
        text += f" ({said})" if said else ""
    text = of_name(answer, outcome.error) + text
    ends = not isinstance(outcome.error, TooLong)
    before = bodies(answer)
    again = run(exercise, answer, trial) if ends else outcome
    repeats = not comparable(outcome.value) or alike(exercise, again, outcome)
    if not repeats or bodies(answer) != before:
        return of_memory(exercise, answer, text)
    if trial.busy:
        return of_use(exercise, answer, trial, outcome, text)
    if ends and only_extreme(mine, trials, bad):
        return (
            f"{text} (It is right on ordinary numbers, and not on extreme ones: is something cut "
            f"off there, or lost in an overflow?)"
        )
    if first and drawn_anew(exercise, trial.case):
        return (
            f"{text} (It is right on the cases that are always the same, and not on one that was "
            f"drawn for this check: does it work for all inputs?)"
        )
    return text


def only_extreme(mine, trials, bad):
    """Whether it is numbers that are wrong, and in no case of ordinary ones."""
    return all(
        extreme(trials[i].case)
        and mine[i].error is None
        and form(mine[i].value) == form(trials[i].right.value)
        and not too_much(mine[i], trials[i].right)
        for i in bad
    )


def bodies(answer):
    """The ids of all that a class's body has: whoever writes MyLinear.W = … changes them."""
    inside = vars(answer) if isinstance(answer, type) else {}
    return {name: id(value) for name, value in inside.items()}


def comparable(value):
    """Whether two of it can be equal: a function or a generator is equal to itself alone."""
    return type(value).__eq__ is not object.__eq__ or value is None


def other_defaults(exercise, answer):
    """A sentence for what is something unless one says otherwise, and should be something else:
    beta=0.99 for beta=0.9."""
    mine, right = defaults(answer), defaults(exercise.right_answer)
    for name in mine.keys() & right.keys():
        if mine[name] != right[name]:
            return (
                f"`{name}` is {mine[name]} with you, unless one says otherwise. The stub has "
                f"{name}={right[name]}: leave that as it is."
            )
    return ""


def defaults(answer):
    """{name: what it is} of all numbers and functions that are defaults of a function, or of a
    class's methods."""
    functions = vars(answer).values() if isinstance(answer, type) else [answer]
    return {
        it.name: getattr(it.default, "__name__", it.default)
        for function in functions
        if isinstance(function, types.FunctionType)
        for it in inspect.signature(function).parameters.values()
        if type(it.default) in (int, float, types.FunctionType)
    }


def unused(exercise, answer):
    """A sentence for an argument that the right answer reads, and this one does not."""
    mine = written.codes(answer)
    for name, right in written.codes(exercise.right_answer).items():
        read = written.arguments_read(right) - {"self", "rng"}
        given = set(mine[name].co_varnames) if name in mine else set()
        if idle := read & given - written.arguments_read(mine.get(name, right)):
            where = f" in `{name}`" if name else ""
            return f"`{min(idle)}` is never used{where}."
    return ""


def praise(exercise, mine, trials):
    text = f"{exercise.mine} does what it should, on every case."
    if any(outcome.objects for outcome in mine):
        text += (
            " (Its arrays hold Python objects, as `np.frompyfunc` makes them, with which few "
            "functions of NumPy work: end with `.astype(float)` before you build on it.)"
        )
    if any(wider(one.value, trial.right.value) for one, trial in zip(mine, trials)):
        text += (
            " (To 32-bit numbers it gives 64-bit ones, which take twice the memory. The package's "
            "own stays with 32. (`np.zeros` and `float` are 64-bit, `np.zeros_like` is not.))"
        )
    return text


def wider(one, right):
    """Whether some array has 64-bit numbers where the right one has 32-bit numbers."""
    if isinstance(right, dict):
        return any(wider(one[name], right[name]) for name in right)
    if isinstance(right, tuple | list):
        return any(map(wider, one, right))
    kinds = [it.dtype for it in (one, right) if isinstance(it, np.ndarray)]
    return kinds == [np.float64, np.float32]
