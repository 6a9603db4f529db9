"""No sentence claims a number that nothing on its page gives.

A number in a sentence is printed by a cell, stands in the code or in a formula, is computed for
the description of a picture or by a claim. When a default or a seed changes, the outputs change
with it; a sentence that still tells the old number is found here. And equations between numbers
are true.
"""

import json
import re
from functools import cache

import pytest
import worked
from bs4 import BeautifulSoup
from built import SITE
from notebooks import reading
from notebooks.normalise import notebooks

import claims

COMPUTED = "speed"  # each of its sentences is: tests/test_bench.py
CONVENTIONS = "notation"
PAGES = [path for path in notebooks() if path.stem not in (COMPUTED, CONVENTIONS)]
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)(?P<percent>\s?%)?")
MATHS = re.compile(r"\$\$.*?\$\$|(?<![\\$])\$[^$]+\$", re.S)
CODE = re.compile(r"`[^`]*`")
CITED = re.compile(
    r"\[\[?[^][]*\]\(bibliography[^)]*\)\]?(?:, (?:chapter|section) [\d.]+)?"
)
LINK = re.compile(r"\]\([^)]*\)")
GIVEN = re.compile(
    r"^## (?:Exercises|Where to read more)"
)  # tasks, and what others did
SMALL = 10  # fewer are counted on the fingers
YEARS = range(1600, 2100)


def numbers(text):
    """(as it is written, its value, how many places, whether a percentage) of each number."""
    for found in NUMBER.finditer(text):
        written = found[0].removesuffix(found["percent"] or "").rstrip(",")
        plain = written.replace(",", "")
        yield (
            written,
            float(plain),
            len(plain.partition(".")[2]),
            bool(found["percent"]),
        )


def given(text):
    """The values that a text of code, outputs or formulas holds."""
    text = text.replace("{,}", ",").replace("\\,", " ")
    text = re.sub(r"(?<=\d)_(?=\d)", "", text)
    found = set()
    for number in re.findall(r"\d[\d,]*\.?\d*(?:e[-+]?\d+)?", text):
        found.add(float(number.replace(",", "").rstrip(".")))
    return found


def unfounded(prose, values):
    """Numbers of some prose that are none of these values, rounded."""
    for written, value, places, percent in numbers(prose):
        if not places and (value < SMALL or int(value) in YEARS and "," not in written):
            continue
        shares = (1, 100) if percent else (1,)
        if not any(round(v * k, places) == value for v in values for k in shares):
            around = " ".join(prose.partition(written)[0].split()[-6:])
            yield f"… {around} {written}{' %' * percent}"


@cache
def cells(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def sources(path):
    """What gives numbers to a notebook's sentences, as text."""
    for cell in cells(path):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield from MATHS.findall(text)
            yield from CODE.findall(text)
        else:
            yield text
            for output in cell["outputs"]:
                yield "".join(output.get("text") or output["data"]["text/plain"])
    for result in claims.stored(path.stem).values():
        yield from result["says"]


def sentences(path):
    """(number of the cell, its prose)."""
    is_given = False
    for number, cell in enumerate(cells(path), 1):
        text = "".join(cell["source"])
        if cell["cell_type"] != "markdown" or "exercise" in cell["metadata"]:
            continue
        kept = []
        for part in re.split(r"^(?=## )", text, flags=re.M):
            is_given = (
                bool(GIVEN.match(part)) or is_given and not part.startswith("## ")
            )
            kept += [] if is_given else [part]
        prose = reading.TIME.sub("", "".join(kept))
        for pattern, by in ((CITED, " "), (MATHS, " "), (CODE, " "), (LINK, "]")):
            prose = pattern.sub(by, prose)
        yield number, prose


def pictures(path):
    """The descriptions of all pictures of a built page, those of each setting included."""
    page = BeautifulSoup(
        (SITE / "book" / f"{path.stem}.html").read_text("utf-8"), "html.parser"
    )
    yield from (image.get("alt", "") for image in page.find_all("img"))
    yield from (
        it.string or "" for it in page.find_all("script", type="application/json")
    )


@pytest.mark.site
@pytest.mark.parametrize("path", PAGES, ids=lambda it: it.stem)
def test_each_number_of_a_sentence_is_given_by_its_page(site, path):
    values = given("\n".join([*sources(path), *pictures(path)]))
    found = [
        f"cell {number}: {told}"
        for number, prose in sentences(path)
        for told in unfounded(prose, values)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", notebooks(), ids=lambda it: it.stem)
def test_equations_between_numbers_are_true(path):
    found = [
        f"cell {number}: {told}"
        for number, cell in enumerate(cells(path), 1)
        if cell["cell_type"] == "markdown"
        for told in worked.wrong("".join(cell["source"]))
    ]
    assert not found, "\n".join(found)


# --- planted ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prose",
    [
        "It leaks a slope of 0.01.",
        "About 97.7 % are right.",
        "It takes 1,443 steps.",
        "Some 16 neurons.",
        "After 1,990 steps.",
        "After 98 steps.",  # 0.976 is 98 % alone
    ],
)
def test_a_number_that_nothing_gives_is_noticed(prose):
    assert [*unfounded(prose, given("slope=0.02, right 0.976, 1_437 steps"))]


@pytest.mark.parametrize(
    "prose",
    [
        "It leaks a slope of 0.02, and 97.6 % are right, 98 % almost.",
        "In 1986 it took 1,437 steps, or 3 of 4.",
    ],
)
def test_a_number_that_is_given_passes(prose):
    assert not [*unfounded(prose, given("slope=0.02, right 0.9756, 1_437 steps"))]


@pytest.mark.parametrize(
    "text",
    [
        r"$\tfrac12 \cdot 1 + \frac14 \cdot 2 = 1.25$",
        r"$-\ln 0.5 = 0.70$",
        r"$1{,}000 = 10^2$",
        "$$\n\\begin{aligned}\na &= 3 \\cdot 4 \\\\\n&= 13\n\\end{aligned}\n$$",
        r"$2^{25} = 4 \cdot 10^7$",
        r"$e^2 \approx 7.38$",
    ],
)
def test_a_wrong_equation_is_noticed(text):
    assert [*worked.wrong(text)]


@pytest.mark.parametrize(
    "text",
    [
        r"$\tfrac12 \cdot 1 + \frac14 \cdot 2 = 1$",
        r"$-\ln 0.5 = 0.693$, and $a = 2, b = 3$",
        "$$\n\\begin{aligned}\na &= 3 \\cdot 4 \\\\\n&= 12\n\\end{aligned}\n$$",
        r"$2^{25} = 3 \cdot 10^7$, $1{,}000 = 10^3$, $\sqrt{16} = 4$, $e^2 \approx 7.39$",
    ],
)
def test_a_true_equation_passes(text):
    assert not [*worked.wrong(text)]
    assert [*worked.equations(text)]
