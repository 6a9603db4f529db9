"""The comparisons that the book makes: each is a small experiment, repeated over seeds.

`claims/<page>.py` holds those of a page, `claims/results/<page>.json` what each contender got and
the sentences that follow from it. `make claims` repeats them; tests/test_claims.py holds pages,
experiments and results together, and the page *How sure are we?* shows them.
"""

import ast
import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from inspect import cleandoc
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
RESULTS = HERE / "results"
BOOK = HERE.parent / "book"
DIGITS = 4  # that are kept of a result: the others differ from machine to machine


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a page says of an experiment.

    `experiment()` returns what each contender got, {"Xavier": [a number a seed], …}. `says(got)`
    are the very words of the page, with their numbers, or several such passages; `holds(got)` is
    what has to be true for them to be true. `measures` says what the numbers are.
    """

    page: str
    experiment: Callable
    says: Callable
    holds: Callable
    measures: str
    chance: bool  # nothing is drawn at random: one number a contender will do

    @property
    def name(self):
        return self.experiment.__name__

    @property
    def setting(self):
        return cleandoc(self.experiment.__doc__)

    def sentences(self, got):
        said = self.says(got)
        return [said] if isinstance(said, str) else list(said)

    def repeat(self):
        """What the experiment gives now, as it is stored."""
        got = {
            name: [rounded(value) for value in values]
            for name, values in self.experiment().items()
        }
        if self.chance and any(len(values) < 3 for values in got.values()):
            raise ValueError(
                f"{self.page}.{self.name}: expected three seeds or more for each contender, got "
                f"{ {name: len(values) for name, values in got.items()} }; where nothing is drawn "
                "at random, say chance=False"
            )
        return {
            "says": self.sentences(got),
            "setting": self.setting,
            "measures": self.measures,
            "code": code(self),
            "got": got,
        }


def claim(*, says, holds, measures, chance=True):
    """Makes a Claim of the experiment below it, for the page that its file is named after."""

    def of(experiment):
        return Claim(
            page=experiment.__module__.rpartition(".")[2],
            experiment=experiment,
            says=says,
            holds=holds,
            measures=measures,
            chance=chance,
        )

    return of


def pages():
    """The names of the pages that have claims."""
    return sorted(p.stem for p in HERE.glob("[a-z]*.py"))


def of_page(page):
    """A page's claims, in the order of its file."""
    there = vars(import_module(f"claims.{page}")).values()
    return [it for it in there if isinstance(it, Claim) and it.page == page]


def stored(page):
    """What the last `make claims` got for a page, {name of the claim: …}."""
    path = RESULTS / f"{page}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def store(page, results):
    """Keeps the results of a page, and forgets those of claims that are gone."""
    known = stored(page) | results
    names = [it.name for it in of_page(page) if it.name in known]
    text = json.dumps(
        {name: known[name] for name in names}, indent=1, ensure_ascii=False
    )
    # A list of numbers on one line: a diff then shows a contender a line.
    text = re.sub(
        r"\[\s+([^][\"]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text
    )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{page}.json").write_text(text + "\n", "utf-8")


def code(claim):
    """A digest of the experiment and of all that it uses of its file and of the book's figures: a
    result of other code is not this claim's. Comments and the words of the page do not count."""
    told, waiting = {}, [(f"claims.{claim.page}", claim.name)]
    for place in waiting:
        module, name = place
        node = definitions(module).get(name)
        if node is None or place in told:
            continue
        told[place] = repr(plain(node))
        if isinstance(node, tuple):  # from where it is imported
            waiting += [node] if node[0].startswith(("claims", "nnbook")) else []
        else:
            names = (it.id for it in ast.walk(node) if isinstance(it, ast.Name))
            waiting += [(module, it) for it in names]
    return hashlib.sha256("\n".join(sorted(told.values())).encode()).hexdigest()[:12]


def definitions(module):
    """What a module defines, {name: its syntax tree}, and imports, {name: (module, name there)}."""
    return defined(Path(find_spec(module).origin).read_text("utf-8"))


@cache
def defined(text):
    found, tree = {}, ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = []  # a claim's words
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.ImportFrom):
            found |= {it.asname or it.name: (node.module, it.name) for it in node.names}
        elif isinstance(node, ast.Assign):
            names = (
                it.id
                for at in node.targets
                for it in ast.walk(at)
                if isinstance(it, ast.Name)
            )
            found |= dict.fromkeys(names, node)
    return found


def plain(node):
    """A syntax tree as tuples, without what is empty: which of that there is, differs from one
    Python to the next."""
    if isinstance(node, ast.AST):
        fields = ((name, plain(it)) for name, it in ast.iter_fields(node))
        return type(node).__name__, *(it for it in fields if it[1] not in (None, ()))
    return tuple(map(plain, node)) if isinstance(node, (list, tuple)) else node


def rounded(value):
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return value
    return float(f"{value:.{DIGITS}g}")


def words(text):
    """A text with its white space as on one line: where a line ends says nothing."""
    return " ".join(text.split())


def page_text(page):
    """All that a page says, its cells' code and captions included."""
    path = BOOK / f"{page}.ipynb"
    if not path.exists():
        return words((BOOK / f"{page}.md").read_text("utf-8"))
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return words("\n".join("".join(cell["source"]) for cell in cells))


def problems(claim, result, text):
    """What is wrong with a claim: its experiment's result, and the text of its page."""
    if result is None:
        yield "has no result"
        return
    got = result["got"]
    if not claim.holds(got):
        yield "does not hold"
    for sentence in claim.sentences(got):
        if words(sentence) not in text:
            yield f"is not what the page says; it would be: {sentence}"


def spread(values):
    """The middle one of some values, and how far they go: "0.71 (0.57 to 0.84)"."""
    low, middle, high = (f"{v:.3g}" for v in (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def low_high(values, digits=2):
    """From the lowest to the highest, as a page writes it: "0.57 to 0.84"."""
    low, high = (f"{end(values):.{digits}f}" for end in (min, max))
    return low if low == high else f"{low} to {high}"


def per_cent(shares):
    return f"{low_high([100 * it for it in shares], 0)} %"
