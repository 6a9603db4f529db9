"""Checking an answer: what was done, which mistake was made, and the smallest failing case."""

import inspect
import pickle
import re
import traceback
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnbook.tutor import syntax, written
from nnbook.tutor.compare import difference, shown
from nnbook.tutor.result import Result
from nnbook.tutor.trial import (
    HIDDEN,
    Outcome,
    TooLong,
    attempt,
    numeric,
    same,
    too_little,
    too_much,
    too_near,
    words,
)
from nnbook.tutor.trial import equal as equal_values
from nnbook.tutor.witness import Witness

SPECIFIED = Path(__file__).parents[1] / "exercises"
BORROWED = (
    "This is the package's own code at work: nnlib.{path} is called, or copied by name. "
    "Write the steps yourself; NumPy is all you need."
)

# What a beginner does not read out of Python's and NumPy's own words.
CLUES = (
    (
        r"operands could not be broadcast together with shapes \(\d+,\) \(\d+,\)",
        "Two vectors of different lengths: was one of them found along the other axis, or from "
        "fewer rows?",
    ),
    (
        "operands could not be broadcast",
        "Should a sum or a maximum over an axis stay as a column (`keepdims=True`)?",
    ),
    (
        "numpy boolean subtract",
        "Make numbers of the truth values first, `.astype(float)`: what NumPy proposes loses the "
        "sign.",
    ),
    (
        "unsupported operand type.*NoneType",
        "Half of a sum or a product is None: which call has returned nothing?",
    ),
    (
        "truth value of an array",
        "An `if` chooses once, for the whole array: `np.where` chooses for each element.",
    ),
    (
        "keyword-only argument",
        "An argument has to be named in the call, as in `rng=rng`.",
    ),
    (
        "positional arguments but",
        "Must an argument be named in the call, as in `rng=rng`?",
    ),
    (
        "as a data type",
        "A shape is one argument, in parentheses of its own: `np.zeros((n_in, n_out))`.",
    ),
    ("'bitwise_xor'", "A power is written `**` in Python, and `^` is something else."),
    (
        "arrays can be converted to Python scalars",
        "The functions of `math`, and `float`, take one number: those of NumPy, such as `np.exp`, "
        "take a whole array.",
    ),
    (
        "matmul: Input operand",
        "`@` is the product of matrices, (n, m) @ (m, k). Number by number it is `*`.",
    ),
)
BEYOND = 50  # numbers are extreme: e to the power of it is more than 10²¹
LOOSE = 1e-4  # where a mistake is recognised although a guard against extremes differs


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
    if other_order(exercise.right_answer, answer):
        head = ", ".join(syntax.heads(exercise.stub))
        text = (
            f"Your arguments stand in another order than in the stub, {head}: whoever gives them "
            f"without their names gives each to another one."
        )
        return Result(exercise, text=text)
    return None


def other_order(right, answer):
    """Whether a function takes the same arguments as the right one, in another order."""
    if isinstance(answer, type):
        return False
    asked, mine = ([*inspect.signature(it).parameters] for it in (right, answer))
    return asked != mine and sorted(asked) == sorted(mine)


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


@dataclass
class Trial:
    """A case, what the right answer makes of it, and whether its objects are busy besides."""

    case: dict
    right: Outcome
    witness: Witness
    busy: tuple = ()


# What an object does besides, from much to little.
BUSY = (
    ("again", "more", "company", "other"),
    ("again", "company", "other"),
    ("again", "company"),
    ("again",),
    ("company",),
)


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
    return Result(exercise, passed=True, text=praise(exercise, mine))


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
    trial = trials[first]
    shows = evidence(exercise, trial, mine[first])
    known, also = recognised(exercise, mine, trials)
    if known:
        text = known.says + also
        return Result(exercise, mistake=known.name, text=text, evidence=shows)
    text = diagnosis(exercise, trials[: len(mine)], mine, first)
    if mine[first].error is None and (changed := other_defaults(exercise, answer)):
        text += f" ({changed})"
    text = of_name(answer, mine[first].error) + text
    ends = not isinstance(mine[first].error, TooLong)
    repeats = ends and comparable(mine[first].value)
    if repeats and not alike(exercise, run(exercise, answer, trial), mine[first]):
        text = of_memory(exercise, answer, text)
    elif trial.busy:
        text = of_use(exercise, answer, trial, mine[first], text)
    elif ends and only_extreme(mine, trials, bad):
        text += (
            " (It is right on ordinary numbers, and not on extreme ones: is something cut off "
            "there, or lost in an overflow?)"
        )
    elif first and drawn_anew(exercise, trial.case):
        text += (
            " (It is right on the cases that are always the same, and not on one that "
            "was drawn for this check: does it work for all inputs?)"
        )
    return Result(exercise, text=text, evidence=shows)


def other_defaults(exercise, answer):
    """A sentence for a number that is what it is unless one says otherwise, and should be
    another one: beta=0.99 for beta=0.9."""
    mine, right = defaults(answer), defaults(exercise.right_answer)
    for name in mine.keys() & right.keys():
        if mine[name] != right[name]:
            return (
                f"`{name}` is {mine[name]} with you, unless one says otherwise. The stub has "
                f"{name}={right[name]}: leave that as it is."
            )
    return ""


def defaults(answer):
    """{name: value} of all numbers that are defaults of a function, or of a class's methods."""
    functions = vars(answer).values() if isinstance(answer, type) else [answer]
    return {
        it.name: it.default
        for function in functions
        if isinstance(function, types.FunctionType)
        for it in inspect.signature(function).parameters.values()
        if type(it.default) in (int, float)
    }


def praise(exercise, mine):
    text = f"{exercise.mine} does what it should, on every case."
    if any(outcome.objects for outcome in mine):
        text += (
            " (Its arrays hold Python objects, as `np.frompyfunc` makes them, with which few "
            "functions of NumPy work: end with `.astype(float)` before you build on it.)"
        )
    return text


def alike(exercise, mine, other, rtol=0):
    return same(mine, other, max(exercise.rtol, rtol), exercise.atol)


def recognised(exercise, mine, trials):
    """(the known mistake with the same outcomes in every trial, ""), if there is one. If not,
    the one with the same in all trials where nothing is raised, or where no number is extreme,
    and a word on the others: two mistakes were made."""
    if len(mine) < len(trials):
        return None, ""
    if wrong := of_outcomes(exercise, mine, trials):
        return wrong, ""
    if found := of_parts(exercise, mine, trials):
        return found
    quiet = [i for i, outcome in enumerate(mine) if outcome.error is None]
    wrong = [i for i in quiet if not alike(exercise, mine[i], trials[i].right)]
    if len(wrong) < 2:
        return None, ""  # what is wrong is that it raises, or one case says too little
    some = [mine[i] for i in quiet], [trials[i] for i in quiet]
    if len(quiet) < len(mine) and (found := of_outcomes(exercise, *some)):
        raised = [words(outcome.error) for outcome in mine if outcome.error is not None]
        return found, f" (And on another case it raises {raised[0]})"
    tame = [i for i in quiet if not extreme(trials[i].case)]
    some = [mine[i] for i in tame], [trials[i] for i in tame]
    plainly = [a for a, b in zip(*some) if not alike(exercise, a, b.right, LOOSE)]
    if len(plainly) < 2 or len(tame) == len(mine):
        return None, ""
    return of_outcomes(exercise, *some, LOOSE), ""


def only_extreme(mine, trials, bad):
    """Whether it is numbers that are wrong, and in no case of ordinary ones."""
    return all(
        extreme(trials[i].case)
        and mine[i].error is None
        and not too_much(mine[i], trials[i].right)
        for i in bad
    )


def extreme(case):
    """Whether a case has numbers so large that answers guard against them in different ways."""
    found = [np.asarray(value) for value in case.values() if numeric(value)]
    return any(
        it.dtype.kind == "f" and np.abs(it).max(initial=0) > BEYOND for it in found
    )


def run_known(exercise, wrong, answer, trial):
    """The outcome of a known mistake."""
    key = trial.case, trial.busy, wrong.name
    return remembered(exercise, key, run, exercise, answer, trial)


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


def of_outcomes(exercise, mine, trials, rtol=0):
    """The known mistake whose outcomes are the same in all of these trials."""
    for wrong, answer in exercise.wrong_answers:
        if all(
            alike(exercise, one, run_known(exercise, wrong, answer, trial), rtol)
            for one, trial in zip(mine, trials)
        ):
            return wrong
    return None


def of_parts(exercise, mine, trials):
    """Of several things that are returned, each may have a mistake of its own: (the known mistake
    of the first that is wrong, a sentence on the next), None if that is not what happened."""
    right = [trial.right for trial in trials]
    places = wrong_parts(exercise, mine, right)
    if len(places) < 2:
        return None
    found = {}
    for known, answer in exercise.wrong_answers:
        other = [run_known(exercise, known, answer, trial) for trial in trials]
        place, *more = wrong_parts(exercise, other, right) or [None]
        if place in places and not more and place not in found:
            pairs = zip(mine, other)
            if all(part_alike(exercise, a, b, place) for a, b in pairs):
                found[place] = known
    if places[0] not in found:
        return None
    if says := [found[place].says for place in places[1:] if place in found]:
        return found[places[0]], f" And then: {says[0]}"
    names = [exercise.returns[place] for place in places[1:]]
    verb = "is" if len(names) == 1 else "are"
    return found[places[0]], f" (And {listed(names)} {verb} wrong, too.)"


def wrong_parts(exercise, outcomes, right):
    """The places of what is returned that are wrong in some trial; none if it cannot be said."""
    count = len(exercise.returns)
    for one, other in zip(outcomes, right):
        values = one.value, other.value
        if one.error or other.error or not all(isinstance(it, tuple) for it in values):
            return []
        if {*map(len, values)} != {count} or too_much(one, other):
            return []
    return [
        place
        for place in range(count)
        if not all(part_alike(exercise, a, b, place) for a, b in zip(outcomes, right))
    ]


def part_alike(exercise, one, other, place):
    return equal_values(
        one.value[place], other.value[place], exercise.rtol, exercise.atol
    )


def drawn_anew(exercise, case):
    """Whether another check would have another case here."""
    others = exercise.cases(np.random.default_rng())
    return not any(equal_values(case, dict(other), 0, 0) for other in others)


def diagnosis(exercise, trials, outcomes, place):
    """A sentence for an answer whose mistake is not known: about its outcome in one trial."""
    mine, right, case = outcomes[place], trials[place].right, trials[place].case
    if isinstance(mine.error, TooLong):
        return (
            f"It was stopped after {mine.error.lines:,} lines, at {mine.line or 'a call'}. "
            f"Does a loop in it never end?"
        )
    if mine.error is not None and right.error is None:
        return of_error(exercise, mine, right)
    if right.error is not None:
        did = f"raises {words(mine.error)}" if mine.error else "returns something"
        return f"It should raise {words(right.error)}; it {did}."
    if extra := too_much(mine, right):
        return of_change(exercise, case, extra)
    if missing := too_little(mine, right):
        return f"It should change {listed(missing)} in place, and does not."
    if near := too_near(mine, right):
        return of_sharing(near)
    if mine.value is None and mine.printed:
        return (
            "It prints its answer and returns None: put `return` in the place of print."
        )
    every = [(it.case, it.right.value, one.value) for it, one in zip(trials, outcomes)]
    part, _, _, text = difference(
        right.value,
        mine.value,
        case,
        exercise.rtol,
        exercise.atol,
        exercise.returns,
        every,
    )
    return f"{part}: {text[0].lower()}{text[1:]}" if part else text


def of_change(exercise, case, names):
    """A sentence for what is changed in place, and should not be."""
    if HIDDEN in names:
        return f"Your numbers come from np.random, which nobody can repeat: {instead(exercise)}."
    given = [name for name in names if name in case]
    shorter = {name.partition(" (its length)")[0] for name in given or names}
    early = {name.removesuffix(" later") for name in shorter}
    name = min(early, key=lambda it: (it.startswith("what"), len(it), it))
    if name.startswith("what "):
        return (
            f"It changes {name} before: whoever has that array finds other numbers in it now. "
            f"Return a new one, or a copy, and write `a = a * b` in place of `a *= b`."
        )
    if name.startswith("self."):
        return (
            f"It changes {name.partition('[')[0]}, which others have put there and still need: "
            f"give what you compute a name of its own."
        )
    return (
        f"It changes {listed(given) if given else name}, which belongs to the caller: work on a "
        f"copy, or write `a = a - b` in place of `a -= b`."
    )


def of_sharing(pairs):
    """A sentence for attributes that are one array."""
    one, other = min(pairs)
    if one == other:
        return (
            f"Two objects of your class share the array self.{one}: what one of them writes "
            f"there, the other finds. Make it anew in `__init__`, for each object."
        )
    return (
        f"self.{one} and self.{other} are two names for one array, as after `a = b = …`: what is "
        f"written into one is in the other, too. Make an array for each."
    )


def comparable(value):
    """Whether two of it can be equal: a function or a generator is equal to itself alone."""
    return type(value).__eq__ is not object.__eq__ or value is None


def of_memory(exercise, answer, text):
    """A sentence for an answer that gives other numbers when the same trial is repeated."""
    draws = {"random", "default_rng"}
    if any(draws & {*code.co_names} for code in written.codes(answer).values()):
        return f"The same case gives something else each time: {instead(exercise)}. ({text})"
    if isinstance(answer, type):
        return f"{sharing(answer)} ({text})"
    return (
        f"The same case gives something else each time: something is left of the calls before. Is "
        f"there a global, or a default value that is a list? ({text})"
    )


def instead(exercise):
    """Where random numbers should come from."""
    if any("rng" in head for head in syntax.heads(exercise.stub)):
        return "draw from the rng that you are given, and from nothing else"
    return "nothing is to be drawn here"


def sharing(answer):
    """A sentence for a class whose objects are not independent."""
    kinds = list | dict | set | np.ndarray
    names = [name for name, value in vars(answer).items() if isinstance(value, kinds)]
    what = (
        f"{', '.join(names)}, which is the class's"
        if names
        else (
            "something: a name in the class's body, a global, or a default value that is a list"
        )
    )
    return (
        f"Two objects of your class share {what}. What one of them leaves there, the other finds: "
        f"make what belongs to an object in `__init__`, and keep it in self."
    )


def of_use(exercise, answer, trial, mine, text):
    """A sentence for an answer that is right once and alone: `text` says what is wrong then."""
    if too_much(mine, trial.right) or too_near(mine, trial.right):
        return text
    if not isinstance(answer, type):
        return (
            f"It is right when it is called once. But when it has been called before, with other "
            f"numbers, something is left of that: a global, or a default value that is a list? "
            f"({text})"
        )
    alone = tuple(it for it in trial.busy if it in ("again", "more"))
    quiet = tried(exercise, trial.case, trial.witness, alone)
    if alone and not alike(exercise, run(exercise, answer, quiet), quiet.right):
        return (
            f"It is right the first time that an object is used. Used again, after other numbers, "
            f"it is not: something is left of the time before. ({text})"
        )
    return f"It is right as long as there is one object. {sharing(answer)} ({text})"


def listed(names):
    return " and ".join(sorted({name.removesuffix(" later") for name in names}))


def of_error(exercise, mine, right):
    """A sentence for an answer that raises, or that an exercise refuses in words of its own."""
    if mine.line:
        said = words(mine.error)
        clues = [clue for pattern, clue in CLUES if re.search(pattern, said)]
        return " ".join([*clues[:1], f"It raises {said}, at {mine.line}"])
    if refused(mine.error):
        text = str(mine.error)
        return f"{text[0].upper()}{text[1:].rstrip('.')}."
    frames = traceback.extract_tb(mine.error.__traceback__)
    if Path(frames[-1].filename).name == "witness.py":  # the call itself
        heads = ", ".join(syntax.heads(exercise.stub))
        return f"It raises {words(mine.error)}. Does it still have what the stub had: {heads}?"
    return of_results(exercise, mine, right)


def of_name(answer, error):
    """A sentence if a method asks for a name that only another method has; "" if not."""
    if not isinstance(error, NameError) or not isinstance(answer, type):
        return ""
    name = error.name
    for method, code in written.codes(answer).items():
        if name in code.co_varnames:
            return (
                f"{name} is a name of `{method}` alone, and gone when that is over. What another "
                f"method needs is kept in self: `self.{name} = …` there, `self.{name}` here. "
            )
    return ""


def of_results(exercise, mine, right):
    """A sentence for an answer with which the check itself cannot go on: what it returned."""
    for (name, got), (_, expected) in zip(mine.results, right.results):
        name = "It" if name == "it" else f"`{name}`"
        if got is None and expected is not None:
            return f"{name} returns None: is there a `return` on each way out?"
        if kind_of(got) != kind_of(expected):
            return (
                f"{name} returns {kind_of(got)}, and should return {kind_of(expected)}."
            )
    return (
        f"The check cannot go on with what this answer has done: {words(mine.error)}. Does it keep "
        f"all that the task asks for?"
    )


def kind_of(value):
    """What kind of thing something is, in words."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"{len(value)} things"
    return f"a {type(value).__name__}"


def refused(error):
    """Whether the `use` of an exercise raised this error itself."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).parent == SPECIFIED and (
        last.line.startswith("raise ") and bool(str(error))
    )


def evidence(exercise, trial, mine):
    """[(name, text), …]: the smallest case that fails, what was expected, what came."""
    lines = [(name, shown(value)) for name, value in trial.case.items()]
    if trial.busy:
        lines.append(("used", "a second time, and with other objects beside it"))
    part, expected, got = "", trial.right.value, mine.value
    if trial.right.error is None and mine.error is None:
        part, expected, got, _ = difference(
            expected, got, trial.case, exercise.rtol, exercise.atol, exercise.returns
        )
    lines += [
        (f"expected {part}".strip(), came(expected, trial.right.error)),
        (f"got {part}".strip(), came(got, mine.error)),
    ]
    if mine.printed:
        lines.append(("printed", mine.printed.strip()[:200]))
    return lines


def came(value, error):
    """A value, or the error in its place, as text."""
    if error is None:
        return shown(value)
    return "nothing: it was stopped" if isinstance(error, TooLong) else words(error)
