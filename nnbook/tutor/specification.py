"""What an exercise is, and the kind that asks for a choice; code.py has the one that asks for code.

The specifications are in nnbook/exercises, one file a chapter, with its name. Whatever can be
derived from them is (stubs, checks, the pages of solutions and exercises, assignments).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from nnbook.tutor import verdict
from nnbook.tutor.result import Result
from nnbook.tutor.trial import words

KINDS = {
    "build": "build it",
    "beyond": "go beyond",
    "predict": "predict",
    "diagnose": "diagnose",
}
LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
TIMES = {1: "some minutes", 2: "a quarter of an hour", 3: "half an hour or more"}


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """Something to answer. `id` is "losses.cross_entropy": where the package has it, or,
    where it has not, the module it would stand in, and a name of its own.

    Each kind of exercise (Code, Choice) says what its `stub` is, its `solution_text` and how
    that is `shown`, what is `asked` of whoever has not begun, and the `result_of` an answer.
    """

    id: str
    title: str
    kind: str
    level: int  # one of TIMES
    task: str  # Markdown; the chapter shows it above the stub
    hints: tuple  # in the order in which they are given

    def __post_init__(self):
        if self.kind not in KINDS or self.level not in TIMES:
            raise ValueError(
                f"{self.id}: expected a kind of {', '.join(KINDS)} and a level of 1, 2, 3, "
                f"got {self.kind!r} and {self.level!r}"
            )

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

    @property
    def label(self):
        """What is to be done, and how long it takes: "Build it, a quarter of an hour"."""
        return f"{KINDS[self.kind].capitalize()}, {TIMES[self.level]}"

    @property
    def whole_task(self):
        """The task, with whatever one needs to see to answer it."""
        return self.task.strip()

    @property
    def task_elsewhere(self):
        """The same outside of the book, where links lead nowhere: their words are left."""
        return LINK.sub(r"\1", self.whole_task)

    def judge(self, answer, rng=None):
        """The Result of an answer, whatever that is; cases are drawn anew from rng, or from
        the system."""
        try:
            if answer is ...:
                return Result(self, attempted=False, text=self.asked)
            return self.result_of(answer, rng)
        except Exception as error:
            text = f"This answer is more than the check can cope with: {words(error)}"
            return Result(self, text=text)


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """A question with answers to choose from: what will happen, what is broken?

    `options` is {"a": (the answer, what to say to whoever chooses it), …}, and `truth()`
    finds the right letter by running the experiment; tests compare it with `right`.
    """

    options: dict
    right: str
    truth: Callable

    in_package = False
    fills_blanks = False
    mistakes = ()

    @property
    def whole_task(self):
        answers = [f"- ({letter}) {text}" for letter, (text, _) in self.options.items()]
        return "\n".join([self.task.strip(), "", *answers])

    @property
    def stub(self):
        letters = ", ".join(f'"{letter}"' for letter in self.options)
        return f"{self.mine} = ...  # one of {letters}\n"

    @property
    def solution_text(self):
        return f'{self.mine} = "{self.right}"\n'

    @property
    def shown(self):
        answer, why = self.options[self.right]
        return f"{self.solution_text.rstrip()}  # {answer}\n\n# {why}\n"

    @property
    def asked(self):
        letters = ", ".join(self.options)
        return (
            f"choose one of {letters} for {self.mine}, then run its cell and this one."
        )

    def needs(self, text):
        return {}

    def result_of(self, answer, rng):
        return verdict.judge_choice(self, answer)

    def kept(self, answer):
        return self.right, ""
