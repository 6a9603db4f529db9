"""Whoever is asked to predict does not see the answer: below the question stand an explorer, or
code whose output is folded, and then the explanation, folded."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from notebooks.normalise import notebooks

from nnbook.tutor import cells as exercises

ASKED = re.compile(r"\*\*Predict")
IN_EXERCISE = re.compile(r"^\*Predict", re.M)
FOLD = re.compile(
    r"^(`{3,}|:{3,})\{admonition\}[^\n]*\n:class:[^\n]*dropdown.*?^\1$", re.M | re.S
)
LIST = re.compile(r"^(?:[-*]|\d\.) .*(?:\n[ ].*)*", re.M)
ASKS = re.compile(r"#|.{,150}\*\*Predict", re.S)  # another section or question
MARK = "\0"
FOLDED = {"hide-output", "hide-cell", "remove-output", "remove-cell"}


def spoiled(cells):
    """What tells the answer to a prediction before it is asked for: (number of the cell, how)."""
    for i, cell in enumerate(cells):
        if cell.cell_type != "markdown":
            continue
        if exercises.begins(cell) is not None:
            if IN_EXERCISE.search(cell.source):
                yield from answers(cells, i + 3)
        elif asked := [*ASKED.finditer(cell.source)]:
            text = FOLD.sub(MARK, cell.source[asked[-1].start() :])
            text, _, section = text.partition("\n#")
            before, fold, _ = text.partition(MARK)
            rest = LIST.sub("", before.partition("\n\n")[2]).strip()
            if rest and not leads_on(rest):
                yield i + 1, f"goes on after its question: {rest[:60]!r}"
            elif not fold and not section:
                yield from answers(cells, i + 1)


def answers(cells, start):
    """What comes before the folded explanation, the next question or the next section."""
    for number, cell in enumerate(cells[start:], start + 1):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown" and not tags & FOLDED:
            if leads_on(cell.source):
                continue
            asks = ASKS.match(cell.source) or exercises.begins(cell) is not None
            if not asks and not FOLD.match(cell.source):
                yield number, f"is not folded: {cell.source[:60]!r}"
            return
        if cell.get("outputs") and "explore(" not in cell.source and not tags & FOLDED:
            yield number, f"shows what comes out: {cell.source[:60]!r}"


def leads_on(text):
    """Whether it introduces what stands below it."""
    return text.endswith(":") and "\n\n" not in text and not text.startswith("#")


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_no_answer_stands_below_a_prediction(path):
    cells = nbformat.read(path, as_version=4).cells
    told = [f"cell {number} {how}" for number, how in spoiled(cells)]
    assert not told, "\n".join(told)


ASK = new_markdown_cell("Look.\n\n**Predict.** Which is larger?")
LONG = new_markdown_cell("**Predict.** Which?\n\n- the first\n- the second")
EXPLORER = new_code_cell("explore(draw)", outputs=[new_output("display_data")])
PRINTS = new_code_cell("print(1)", outputs=[new_output("stream", text="1")])
HIDDEN = new_code_cell(**PRINTS | {"metadata": {"tags": ["hide-output"]}})
WHY = new_markdown_cell(
    "```{admonition} What happens\n:class: dropdown\nIt falls.\n```\n\nOn."
)


NOTE = new_markdown_cell("The first.", metadata={"tags": ["hide-cell"]})
NEXT = new_markdown_cell("**Predict.** Which?\n\n## Another section\n\nOn.")
AGAIN = new_markdown_cell(f"{ASK.source}\n\n{WHY.source}\n\n**Predict.** And now?")
CHOICE = (
    new_markdown_cell("*Predict*. Which?", metadata={"exercise": {"id": "a.b"}}),
    new_code_cell("my_b = ..."),
    new_code_cell("check()"),
)


@pytest.mark.parametrize(
    "cells",
    [
        (ASK, EXPLORER, WHY),
        (ASK, NOTE, EXPLORER, WHY),
        (NEXT, PRINTS),
        (*CHOICE, HIDDEN, WHY, PRINTS),
        (LONG, HIDDEN, WHY),
        (ASK, WHY),
        (ASK, new_markdown_cell("Count, and compare:"), HIDDEN, WHY),
        (ASK, EXPLORER, ASK, WHY, PRINTS),
        (EXPLORER, PRINTS),
    ],
)
def test_what_is_folded_spoils_nothing(cells):
    assert not [*spoiled(cells)]


@pytest.mark.parametrize(
    "cells, where",
    [
        ((ASK, PRINTS, WHY), [2]),
        ((AGAIN, PRINTS, WHY), [2]),
        ((*CHOICE, PRINTS, WHY), [4]),
        ((ASK, EXPLORER, new_markdown_cell("The first is larger.")), [3]),
        ((new_markdown_cell(ASK.source + "\n\nThe first."), EXPLORER, WHY), [1]),
    ],
)
def test_an_answer_in_sight_is_noticed(cells, where):
    assert [number for number, _ in spoiled(cells)] == where
