"""What is said of an answer whose mistake is not known: one sentence, and what to show."""

import re
import traceback
from pathlib import Path

import numpy as np

from nnbook.tutor import syntax, written
from nnbook.tutor.cases import alike, run, tried
from nnbook.tutor.compare import difference, shown
from nnbook.tutor.trial import HIDDEN, TooLong, too_little, too_much, too_near, words

SPECIFIED = Path(__file__).parents[1] / "exercises"
# What a beginner does not read out of Python's and NumPy's own words.
CLUES = (
    (
        r"operands could not be broadcast together with shapes \(\d+,\) \(\d+,\)",
        "Two vectors of different lengths: was one of them found along the other axis, or from "
        "fewer rows?",
    ),
    (
        r"could not be broadcast together with shapes \((\d+),\d+\) \(\1,\)",
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
        "More is given than is taken there. Or must an argument be named, as in `rng=rng`?",
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


def diagnosis(exercise, trials, outcomes, place):
    """A sentence for an answer whose mistake is not known: about its outcome in one trial."""
    mine, right, case = outcomes[place], trials[place].right, trials[place].case
    if isinstance(mine.error, TooLong):
        return (
            f"It was stopped after {mine.error.lines:,} lines, at {mine.line or 'a call'}. "
            f"Does a loop in it never end?"
        )
    extra = too_much(mine, right)
    if mine.error is not None and right.error is None:
        own = {name for name in extra if name.startswith("self.")}
        if own and not mine.line:  # so that the check cannot go on
            return of_change(exercise, case, own)
        return of_error(exercise, mine, right)
    if right.error is not None:
        did = f"raises {words(mine.error)}" if mine.error else "returns something"
        return f"It should raise {words(right.error)}; it {did}."
    if extra:
        return of_change(exercise, case, extra)
    never = set(case).difference(*(it.changed for it in outcomes))
    if missing := too_little(mine, right) & never:
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
    verb = "belong" if len(given) > 1 else "belongs"
    return (
        f"It changes {listed(given) if given else name}, which {verb} to the caller: work on a "
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


def listed(names):
    return " and ".join(sorted({name.removesuffix(" later") for name in names}))


def of_error(exercise, mine, right):
    """A sentence for an answer that raises, or that an exercise refuses in words of its own."""
    if refused(mine.error):
        text = str(mine.error)
        place = f" (At {mine.line})" if mine.line else ""
        return f"{text[0].upper()}{text[1:].rstrip('.')}.{place}"
    if mine.line:
        said = words(mine.error)
        clues = [clue for pattern, clue in CLUES if re.search(pattern, said)]
        return " ".join([*clues[:1], f"It raises {said}, at {mine.line}"])
    frames = traceback.extract_tb(mine.error.__traceback__)
    if Path(frames[-1].filename).name == "witness.py":  # the call itself
        heads = ", ".join(syntax.heads(exercise.stub))
        return f"It raises {words(mine.error)}. Does it still have what the stub had: {heads}?"
    return of_results(exercise, mine, right)


def refused(error):
    """Whether the `use` of an exercise raised this error itself."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).parent == SPECIFIED and (
        last.line.startswith("raise ") and bool(str(error))
    )


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
    texts = came(expected, trial.right.error), came(got, mine.error)
    if (
        texts[0] == texts[1] and mine.error is None
    ):  # they differ further behind the point
        texts = shown(expected, 12), shown(got, 12)
    lines += [(f"expected {part}".strip(), texts[0]), (f"got {part}".strip(), texts[1])]
    if mine.printed:
        lines.append(("printed", mine.printed.strip()[:200]))
    return lines


def came(value, error):
    """A value, or the error in its place, as text."""
    if error is None:
        return shown(value)
    return "nothing: it was stopped" if isinstance(error, TooLong) else words(error)
