"""How long a chapter takes, to read and to do, counted: stored below its opening sentence.

What is folded until a reader opens it counts, where it is prose: it is the second half of each
prediction. Folded code, and what the site leaves out, do not.
"""

import re
from math import ceil

from pages.overview import OPENING

from nnbook import contents
from nnbook.tutor import cells
from nnbook.tutor.catalogue import everything

WORDS = 60 / 200  # seconds for each
LINE = 4  # of code
DISPLAYED = 30  # a formula on a line of its own
INLINE = 2
LONGEST = 45  # minutes to read, of a chapter
DOING = {1: 5, 2: 15, 3: 30}  # minutes for an exercise, by its level
ON_PAPER = 5  # for one on paper, which has none
UNSEEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
TIME = re.compile(r"\*About \d+ minutes to read[^*]*\*\n\n")
QUARTERS = ("", "¼", "½", "¾")


def minutes(notebook):
    """To read a notebook; its exercises are for doing."""
    seconds, exercise = 0, 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cells.begins(cell) is not None:
            exercise = len(cells.TYPES)  # the task, the stub, the check
        exercise -= 1
        if exercise >= 0 or "remove-cell" in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown":
            seconds += of_prose(cell.source)
        elif not UNSEEN & set(cell.metadata.get("tags", [])):
            seconds += LINE * sum(map(bool, map(str.strip, cell.source.splitlines())))
    return seconds / 60


def of_prose(text):
    """The seconds for a cell of Markdown."""
    text = TIME.sub("", text)
    text, displayed = re.subn(r"\$\$.*?\$\$", " ", text, flags=re.S)
    text, inline = re.subn(r"(?<![\\$])\$[^$]+\$", " ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)  # where a link leads
    text = re.sub(r"^(?:`{3,}|:{3,}).*|^:\w+:.*", "", text, flags=re.M)  # of directives
    words = re.findall(r"\w[\w'’.,-]*", text)
    return DISPLAYED * displayed + INLINE * inline + WORDS * len(words)


def line(notebook, exercises):
    """What the chapter says of it."""
    read = 5 * ceil(minutes(notebook) / 5)
    done = sum(DOING[exercise.level] for exercise in exercises)
    done += ON_PAPER * on_paper(notebook)
    doing = f", and {duration(done)} for its exercises" if done else ""
    return f"*About {read} minutes to read{doing}.*\n\n"


def on_paper(notebook):
    """How many exercises on paper it has: the numbers of the list below "Exercises"."""
    for cell in notebook.cells:
        _, heading, tasks = cell.source.partition("## Exercises\n")
        if cell.cell_type == "markdown" and heading:
            tasks = re.sub(r"^(`{3,}).*?^\1$", "", tasks, flags=re.M | re.S)  # results
            return len(re.findall(r"^\d+\. ", tasks, re.M))
    return 0


def duration(minutes):
    """In quarters of an hour: "1¾ hours"."""
    hours, quarters = divmod(max(1, round(minutes / 15)), 4)
    if not hours:
        return f"{15 * quarters} minutes"
    return f"{hours}{QUARTERS[quarters]} hour{'s' * (hours > 1 or quarters > 0)}"


def place(notebook, name):
    """Writes the line anew, in a chapter."""
    if name in contents.chapters():
        first = notebook.cells[0]
        opening = OPENING.match(first.source)
        if opening:
            rest = TIME.sub("", first.source[opening.end() :], count=1)
            told = line(notebook, everything().get(name, ()))
            first.source = opening[0] + told + rest


def problems(notebook, name):
    """What is wrong with what a chapter says of its time, or with the time itself."""
    if name not in contents.chapters():
        return
    now = notebook.cells[0].source
    told = line(notebook, everything().get(name, ()))
    if told not in now:
        yield f"cell 1: does not say how long the chapter takes: {told.strip()}"
    if (read := minutes(notebook)) > LONGEST:
        yield (
            f"takes {read:.0f} minutes to read: expected {LONGEST} at most; split it, or fold "
            "code that shows no idea"
        )
