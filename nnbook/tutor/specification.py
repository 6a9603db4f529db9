"""What an exercise is: a task, the right answer, cases to try it on, and known mistakes.

The specifications are in nnbook/exercises, one file a chapter, with its name. Whatever can be
derived from them is (stubs, checks, the pages of solutions and exercises, assignments).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from nnbook import contents

KINDS = {
    "build": "build it",
    "beyond": "go beyond",
    "predict": "predict",
    "diagnose": "diagnose",
}


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that is known: its name, what a good teacher says about it, and the
    change of the solution's text that makes it.

    Each patch is (old, new), and old stands exactly once in the solution. Whoever makes
    the mistake is recognised by outputs alone, however the code is written.
    """

    name: str
    says: str
    patches: tuple


def mistake(name, says, *patches):
    return Mistake(name, says, patches)


def call(answer, **case):
    """An answer used on a case, unless an exercise says otherwise: a function is called."""
    return answer(**case)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """Something to answer. `id` is "losses.cross_entropy": where the package has it, or,
    where it has not, the module it would stand in, and a name of its own."""

    id: str
    title: str
    kind: str
    level: int  # 1 takes minutes, 2 a quarter of an hour, 3 longer
    task: str  # Markdown; the chapter shows it above the stub
    hints: tuple  # in the order in which they are given

    def __post_init__(self):
        if self.kind not in KINDS or self.level not in (1, 2, 3):
            raise ValueError(f"{self.id}: kind {self.kind!r}, level {self.level!r}")

    @property
    def points(self):
        return self.level

    @property
    def name(self):
        """The last part of the id, or of a method's the class and the method's: the
        answer to "layers.Linear.forward" is a class MyLinear."""
        parts = self.id.split(".")
        return parts[1] if len(parts) == 3 else parts[-1]

    @property
    def mine(self):
        """What the reader's answer is called: my_softmax, MyReLU."""
        return f"My{self.name}" if self.name[0].isupper() else f"my_{self.name}"


@dataclass(frozen=True, kw_only=True)
class Code(Exercise):
    """Code to be written, or to be mended where `broken` names the mistake that it has.

    `cases(rng)` gives dictionaries of arguments, smallest first, all dimensions different;
    some are always the same, and some are drawn from rng. `use(answer, **case)` is what
    comes out for one of them: the answers compared are whatever it returns, a dictionary
    if the parts have names.
    """

    cases: Callable
    use: Callable = call
    mistakes: tuple
    alternatives: tuple = ()  # other right answers, as source texts
    solution: str = ""  # where nnlib has none
    base: str = ""  # the class that a method's stub is derived from
    given: tuple = ()  # methods of a class that the stub shows whole
    returns: tuple = ()  # names of what is returned, if several things are
    broken: str = ""
    rtol: float = 1e-6
    atol: float = 1e-9

    @property
    def in_package(self):
        """Whether an answer can take the place of something in nnlib."""
        return not self.solution


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """A question with answers to choose from: what will happen, what is broken?

    `options` is {"a": (the answer, what to say to whoever chooses it), …}, and `truth()`
    finds the right letter by running the experiment; tests compare it with `right`.
    """

    options: dict
    right: str
    truth: Callable


@cache
def chapter(name):
    """The exercises of a chapter, in the order of its page."""
    return import_module(f"nnbook.exercises.{name}").EXERCISES


@cache
def everything():
    """{name of a chapter: its exercises}, in reading order, for those that have some."""
    names = contents.chapters()
    return {it: chapter(it) for it in names if find_spec(f"nnbook.exercises.{it}")}


def number_of(exercise):
    """Its number in the book: the chapter's, and the place in the chapter."""
    for name, exercises in everything().items():
        for place, other in enumerate(exercises, 1):
            if other is exercise:
                return f"{contents.chapters()[name].number}.{place}"
    raise ValueError(f"{exercise.id} is in no chapter of _toc.yml")


def find(id):
    """The exercise with this id; ValueError with the nearest ids if there is none."""
    from difflib import get_close_matches

    known = {e.id: e for exercises in everything().values() for e in exercises}
    if not isinstance(id, str) or id not in known:
        near = get_close_matches(str(id), known, n=3, cutoff=0.3)
        words = f"did you mean {', '.join(map(repr, near))}? " if near else ""
        raise ValueError(
            f"no exercise has the id {id!r}: {words}exercises() lists them all"
        )
    return known[id]
