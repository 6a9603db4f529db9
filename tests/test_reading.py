"""How long a chapter takes is counted, and said at its top."""

from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from notebooks import reading

OPENING = "# Losses\n\n*A sentence.*\n\n"


def notebook(*cells):
    return new_notebook(cells=[new_markdown_cell(OPENING), *cells])


def minutes(*cells):
    """More than those of the opening."""
    return reading.minutes(notebook(*cells)) - reading.minutes(notebook())


@pytest.mark.parametrize(
    "cell, seconds",
    [
        (new_markdown_cell("word " * 200), 60),
        (new_markdown_cell("$$\na = b\n$$"), 30),
        (new_markdown_cell("$a = b$"), 2),
        (new_markdown_cell("[word](losses.ipynb#far-away)"), 0.3),
        (new_markdown_cell("```{admonition} word\n:class: dropdown\nword\n```"), 0.3),
        (new_code_cell("a = 1\n\nb = 2"), 8),
        (new_code_cell("a = 1", metadata={"tags": ["hide-input"]}), 0),
        (new_code_cell("a = 1", metadata={"tags": ["hide-cell"]}), 0),
        (new_markdown_cell("word", metadata={"tags": ["remove-cell"]}), 0),
    ],
)
def test_words_formulas_and_visible_code_take_time(cell, seconds):
    assert minutes(cell) * 60 == pytest.approx(seconds)


def test_an_exercise_is_for_doing():
    task = new_markdown_cell("Write it.", metadata={"exercise": {"id": "losses.mse"}})
    cells = task, new_code_cell("def my_mse(z, y):\n    ..."), new_code_cell("check()")
    assert minutes(*cells) == 0
    assert minutes(*cells, new_code_cell("a = 1")) * 60 == pytest.approx(4)


@pytest.mark.parametrize(
    "given, said",
    [
        (5, "15 minutes"),
        (60, "1 hour"),
        (80, "1¼ hours"),
        (105, "1¾ hours"),
        (120, "2 hours"),
    ],
)
def test_doing_is_told_in_quarters_of_an_hour(given, said):
    assert reading.duration(given) == said


def test_each_exercise_takes_the_time_of_its_level():
    levels = [SimpleNamespace(level=level) for level in (1, 2, 3, 3)]
    assert "and 1¼ hours for its exercises" in reading.line(notebook(), levels)
    assert "and 15 minutes for its" in reading.line(notebook(), levels[1:2])


def test_exercises_on_paper_take_time_and_their_results_do_not():
    tasks = (
        "1. **By hand.** One.\n2. Two.\n\n```{admonition} Results\n1. 1\n2. 2\n```\n"
    )
    section = new_markdown_cell(f"## Exercises\n\nOn paper:\n\n{tasks}")
    assert reading.on_paper(notebook(section)) == 2
    assert reading.on_paper(notebook(new_markdown_cell(tasks))) == 0
    assert ", and 15 minutes for its exercises" in reading.line(notebook(section), ())


def test_the_line_is_written_once_and_anew():
    chapter = notebook(new_markdown_cell("word " * 1900))
    chapter.cells[0].source += "**What you will be able to do**"
    for words, told in ((1900, 10), (2100, 15), (2900, 15), (2900, 15)):
        chapter.cells[1].source = "word " * words
        takes = reading.minutes(chapter)
        reading.place(chapter, "losses")
        assert reading.minutes(chapter) == takes  # the line itself does not count
        first = chapter.cells[0].source
        assert f"*About {told} minutes to read" in first
        assert first.count("minutes to read") == 1
        assert first.startswith(OPENING) and first.endswith("to do**")
        assert not [*reading.problems(chapter, "losses")]


def test_a_time_that_is_no_longer_true_and_a_chapter_too_long_are_named():
    chapter = notebook()
    reading.place(chapter, "losses")
    chapter.cells.append(new_markdown_cell("word " * 10_000))
    stale, long = reading.problems(chapter, "losses")
    assert "cell 1: does not say how long" in stale
    assert "takes 50 minutes to read: expected 45 at most" in long


def test_other_pages_say_nothing():
    page = notebook()
    reading.place(page, "index")
    assert page.cells[0].source == OPENING
    assert not [*reading.problems(page, "index")]
