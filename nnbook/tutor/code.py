"""An exercise that asks for code: its texts, the programs that they make, and what an answer
leaves to be done."""

import linecache
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from nnbook.tutor import package, syntax, verdict, written
from nnbook.tutor.specification import Exercise

JOINED = (
    30  # mistakes, the first, that are tried together in pairs: a fifth of a second
)


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

    @property
    def beside(self):
        """What is said of it beside another mistake: without "dW is right. But" before it."""
        return re.sub(r"^[^.]+ (is|are) right\. (But )?", "", self.says)

    @property
    def joins(self):
        """Whether that is true beside another mistake: not if it still says what is right."""
        return not re.search(
            r"(is|are|was|were|counted) right\b|^Right|rightly|fit ", self.beside
        )


def mistake(name, says, *patches):
    return Mistake(name, says, patches)


def call(answer, **case):
    """An answer used on a case, unless an exercise says otherwise: a function is called."""
    return answer(**case)


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
    # A sum in another order stays within these, an ε that harms does not.
    rtol: float = 1e-9
    atol: float = 1e-12

    @property
    def in_package(self):
        """Whether an answer can take the place of something in nnlib."""
        return not self.solution

    @property
    def fills_blanks(self):
        """Whether the stub has `...` in the places of what is to be written."""
        return not self.broken

    # --- texts ----------------------------------------------------------------------------

    @property
    def solution_text(self):
        """The right answer, under the name that a reader's answer has."""
        if self.in_package:
            return re.sub(
                rf"\b(def|class) {self.name}\b", rf"\1 {self.mine}", self.package_text
            )
        return textwrap.dedent(self.solution).strip("\n") + "\n"

    @property
    def package_text(self):
        """The package's own text; of a method, as the only one of its class."""
        text = package.text(self.id)
        if package.owner(self.id) is None:
            return text
        return f"class {self.name}({self.base}):\n" + textwrap.indent(text, "    ")

    @property
    def shown(self):
        """The solution as a reader sees it."""
        return self.solution_text

    @property
    def stub(self):
        """What the chapter shows: the solution without the bodies, or with the mistake to mend."""
        if self.broken:
            [wrong] = [it for it in self.mistakes if it.name == self.broken]
            return self.patched(wrong)
        return self.with_bodies(lambda space, body: [f"{space}..."])

    def with_bodies(self, instead):
        """The solution with other lines for what is to be written: instead(space, lines)."""
        return syntax.with_bodies(self.solution_text, self.given, instead)

    def patched(self, *mistakes):
        """The solution with a mistake in it, or with several."""
        text = self.solution_text
        for mistake in mistakes:
            for old, new in mistake.patches:
                if text.count(old) != 1:
                    raise ValueError(
                        f"{self.id}, {mistake.name!r}: the patch must match once, and matches "
                        f"{text.count(old)} times: {old!r}"
                    )
                text = text.replace(old, new)
        return text

    # --- programs -------------------------------------------------------------------------

    @property
    def names(self):
        """{name: what it is} of all that code of this exercise may use without an import."""
        here = self.in_package or package.is_later(self.id)
        return package.names(self.id if here else None)

    def needs(self, text):
        """Of these names, the ones that a text uses."""
        return {name: self.names[name] for name in syntax.used(text) & {*self.names}}

    def elsewhere(self, text):
        """What a text uses that is neither defined in it nor among these names."""
        return sorted(syntax.used(text) - {*self.names})

    def compiled(self, text, file=None):
        """What a text defines under the answer's name. Errors show its lines."""
        file = file or f"<{self.id}>"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        names = self.names | {"__name__": "answer"}
        exec(compile(text, file, "exec"), names)
        if self.mine not in names:
            raise ValueError(
                f"{self.id} asks for {self.mine}, which is not defined there"
            )
        return names[self.mine]

    @cached_property
    def right_answer(self):
        return self.compiled(self.solution_text)

    @cached_property
    def wrong_answers(self):
        """(the mistake, an answer that has it) for each known one."""
        return [(it, self.compiled(self.patched(it))) for it in self.mistakes]

    @cached_property
    def doubly_wrong(self):
        """(a mistake, another one, an answer that has both), where both fit into one text."""
        found = []
        alone = [it for it in self.mistakes if it.joins]
        for one, other in combinations(alone[:JOINED], 2):
            try:
                found.append((one, other, self.compiled(self.patched(one, other))))
            except (ValueError, SyntaxError):
                continue  # one of them has changed what the other changes
        return found

    @cached_property
    def remembered(self):
        """What came of the right answer and of known mistakes, for cases.remembered."""
        return {}

    # --- a reader's answer ------------------------------------------------------------------

    @property
    def asked(self):
        verb = "mend" if self.broken else "write"
        return f"{verb} {self.mine} above, run its cell, then this one."

    @cached_property
    def blanks(self):
        """What the stub leaves to be done: names of functions, or the whole, if it is broken."""
        if self.broken:
            return [self.mine]
        names = [function.name for function in syntax.functions(self.stub)]
        return [name for name in names if name not in self.given]

    def untouched(self, answer):
        """The blanks that an answer leaves as they were: empty, or with the mistake."""
        codes = written.codes(answer)
        if self.broken:
            text = written.text_of(answer, self.mine) or ""
            return self.blanks if syntax.alike(text, self.stub) else []
        if not isinstance(answer, type):
            return self.blanks if all(map(written.is_empty, codes.values())) else []
        return [
            name
            for name in self.blanks
            if name not in codes or written.is_empty(codes[name])
        ]

    @cached_property
    def forbidden(self):
        """The package's code objects that an answer may not run in place of its own."""
        if not self.in_package:
            return frozenset()
        codes = written.codes(package.original(self.id)).values()
        return frozenset(it for it in codes if it.co_name not in self.given)

    def result_of(self, answer, rng):
        return verdict.judge_code(self, package.at_home(answer, self.id), rng)

    def kept(self, answer):
        """The text of a right answer, for use_mine(), and a sentence if that could do nothing
        with it."""
        text = written.text_of(answer, self.mine)
        if text is None:
            return None, (
                f"The text of {self.mine} was not found, so use_mine() cannot take it."
            )
        if names := self.elsewhere(text):
            return text, (
                f"{self.mine} uses {', '.join(names)}, defined or imported elsewhere: bring "
                f"that inside, or use_mine() cannot take it."
            )
        return text, ""
