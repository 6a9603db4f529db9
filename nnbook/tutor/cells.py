"""An exercise as cells of a notebook: the task, the stub and the check.

They have one source, the specification in nnbook/exercises. A chapter holds what was written of
it, and, in the metadata of the first cell, the sum of that. So whoever edits these cells in the
notebook is told where to edit, and nothing of theirs is overwritten.
"""

import re
from difflib import unified_diff
from hashlib import sha256

from nnbook.tutor.catalogue import everything
from nnbook.tutor.syntax import defines

NEW = re.compile(r"^[ \t]*exercise:[ \t]*(\S*)[ \t]*$", re.MULTILINE | re.IGNORECASE)
NAMED = re.compile(r"^:name: (exercise-\S+)$", re.MULTILINE)
CALL = re.compile(r'check\("([^"]*)"\)')
TYPES = ["markdown", "code", "code"]
FOLDED = {
    "tags": ["hide-input"],
    "jupyter": {"source_hidden": True},
    "mystnb": {
        "code_prompt_show": "Show the package's code",
        "code_prompt_hide": "Hide the package's code",
    },
}


# --- texts ----------------------------------------------------------------------------------


def slug(exercise):
    """What a link to its task is called."""
    return "exercise-" + re.sub("[^a-z0-9]+", "-", exercise.id.lower()).strip("-")


def markdown(exercise):
    """The cell above the stub. Its number is not in it, for a new chapter would change it: the
    site puts it there."""
    where = slug(exercise)
    return (
        f"```{{admonition}} Exercise: {exercise.title}\n"
        f":class: exercise\n:name: {where}\n"
        f"*{exercise.label}.* {exercise.whole_task}\n\n"
        f'Stuck? `hint("{exercise.id}")`. Done, or given up: `solution("{exercise.id}")`.'
        "\n```"
    )


def check_call(exercise):
    return f'check("{exercise.id}")'


def texts(exercise):
    """The sources of its cells."""
    return [markdown(exercise), exercise.stub.strip(), check_call(exercise)]


def sum_of(sources):
    return sha256("\0".join(sources).encode()).hexdigest()[:12]


# --- cells ----------------------------------------------------------------------------------


def begins(cell):
    """What a cell says that begins with it: an exercise's id, or its slug; else None."""
    if new := NEW.fullmatch(cell.source.strip()):
        return new[1]
    if "exercise" in cell.metadata:
        return cell.metadata["exercise"]["id"]
    named = NAMED.search("\n".join(cell.source.splitlines()[:3]))
    return named and named[1]


def position(notebook, exercise):
    """The index of the cell where an exercise begins, or None."""
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and begins(cell) in (
            exercise.id, slug(exercise),
        ):  # fmt: skip
            return i
    return None


def is_new(cell):
    """Whether it is `exercise: losses.softmax`, and not yet written out."""
    return bool(NEW.fullmatch(cell.source.strip()))


def is_edited(cells, exercise):
    """Whether the cells of an exercise are neither what was last written there, nor what would
    be written now."""
    now = [cell.source for cell in cells]
    written = cells[0].metadata.get("exercise", {}).get("written")
    right = [cell.cell_type for cell in cells] == TYPES
    return not right or (sum_of(now) != written and now != texts(exercise))


def place(notebook, exercises):
    """Writes the cells of these exercises anew, each where its first cell stands: the task, or
    `exercise: losses.softmax` in a cell of its own, for one that is new. The package's
    own code, further down, is folded. What was edited in the notebook stays as it is:
    pages.problems_of says so."""
    import nbformat  # only who writes notebooks needs it

    for exercise in exercises:
        cells, i = notebook.cells, position(notebook, exercise)
        if i is None:
            continue
        if is_new(cells[i]):
            cells[i + 1 : i + 1] = [nbformat.v4.new_code_cell() for _ in TYPES[1:]]
        elif is_edited(cells[i : i + 3], exercise):
            continue
        for cell, text in zip(cells[i:], texts(exercise)):
            cell.source = text
        cells[i].metadata["exercise"] = {
            "id": exercise.id,
            "written": sum_of(texts(exercise)),
        }
        if exercise.kind == "build":
            fold(cells[i + 3 :], exercise.name)


def fold(cells, name):
    """Folds the first cell that defines a name."""
    for cell in cells:
        if cell.cell_type == "code" and defines(cell.source, name):
            for key, value in FOLDED.items():
                cell.metadata[key] = value
            return


def difference(cells, exercise):
    """What is wrong with the cells of an exercise, in a sentence or with a diff; "" if nothing
    is."""
    now, file = [cell.source for cell in cells], file_of(exercise)
    if is_new(cells[0]):
        return "is not written out yet: run `make notebooks`"
    if not is_edited(cells, exercise):
        stale = f"is not what {file} says now: run `make notebooks`"
        return "" if now == texts(exercise) else stale
    lines = unified_diff(
        "\n\n".join(texts(exercise)).splitlines(),
        "\n\n".join(now).splitlines(),
        file,
        "this notebook: a task, a stub and a check, in three cells",
        lineterm="",
    )
    return "\n".join(
        [
            f"was edited in the notebook, and its source is {file}. Make the change "
            f"there (or undo it here), then run `make notebooks`:",
            *lines,
        ]
    )


def file_of(exercise):
    """The file that specifies it."""
    [name] = [name for name, known in everything().items() if exercise in known]
    return f"nnbook/exercises/{name}.py"
