"""An exercise as cells of a notebook: the task, the stub and the check. Chapters show these,
and a test keeps them from drifting apart."""

import ast
import re

from nnbook.tutor import source
from nnbook.tutor.specification import KINDS, number_of

TIMES = {1: "some minutes", 2: "a quarter of an hour", 3: "half an hour or more"}
FOLDED = {
    "tags": ["hide-input"],
    "jupyter": {"source_hidden": True},
    "mystnb": {
        "code_prompt_show": "Show the package's code",
        "code_prompt_hide": "Hide the package's code",
    },
}


def slug(exercise):
    return "exercise-" + re.sub("[^a-z0-9]+", "-", exercise.id.lower()).strip("-")


def task(exercise):
    """The text of the task, with the answers to choose from."""
    lines = [exercise.task.strip()]
    options = getattr(exercise, "options", {})
    lines += [f"- ({letter}) {text}" for letter, (text, _) in options.items()]
    return "\n".join(lines[:1] + [""] * bool(options) + lines[1:])


def markdown(exercise):
    """The cell above the stub."""
    kind, where = KINDS[exercise.kind], slug(exercise)
    return (
        f"```{{admonition}} Exercise {number_of(exercise)}: {exercise.title}\n"
        f":class: exercise\n:name: {where}\n"
        f"*{kind.capitalize()}, {TIMES[exercise.level]}.* {task(exercise)}\n\n"
        f'Stuck? `hint("{exercise.id}")`. Done, or given up: `solution("{exercise.id}")`, '
        f"or [see the solutions](solutions.md#solution-{where.removeprefix('exercise-')}).\n```"
    )


def check_call(exercise):
    return f'check("{exercise.id}")'


def place(notebook, exercises):
    """Writes the cells of these exercises anew, each where its first cell stands: the task, or
    `exercise: losses.softmax` in a cell of its own, for one that is new. The package's
    own code, further down, is folded."""
    import nbformat  # only who writes notebooks needs it

    for exercise in exercises:
        cells, i = notebook.cells, position(notebook, exercise)
        if i is None:
            continue
        known = i + 2 < len(cells) and cells[i + 2].source == check_call(exercise)
        if not known:
            new = [nbformat.v4.new_code_cell() for _ in range(2)]
            cells[i + 1 : i + 1] = new
        cells[i].source = markdown(exercise)
        cells[i + 1].source = source.stub(exercise).strip()
        cells[i + 2].source = check_call(exercise)
        if exercise.kind == "build":
            fold(cells[i + 3 :], exercise.name)


def position(notebook, exercise):
    """The index of the cell where an exercise begins, or None."""
    for i, cell in enumerate(notebook.cells):
        lines = cell.source.splitlines()
        if cell.cell_type == "markdown" and (
            lines == [f"exercise: {exercise.id}"]
            or f":name: {slug(exercise)}" in lines[:3]
        ):
            return i
    return None


def fold(cells, name):
    """Folds the first cell that defines a name."""
    for cell in cells:
        if cell.cell_type == "code" and defines(cell.source, name):
            for key, value in FOLDED.items():
                cell.metadata[key] = value
            return


def defines(text, name):
    return any(getattr(node, "name", None) == name for node in ast.parse(text).body)
