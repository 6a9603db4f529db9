"""What is wrong with the exercises of the book: each is on the page of its chapter, as it is
specified, and nothing there is half an exercise."""

import pkgutil
from collections import Counter
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from nnbook import contents
from nnbook import exercises as specified
from nnbook.tutor import cells
from nnbook.tutor.catalogue import all_exercises, everything
from nnbook.tutor.specification import Exercise

BOOK = contents.ROOT / "book"


def problems(folder=BOOK):
    """All that is wrong with the exercises of a book, a sentence each; its notebooks are in
    this folder."""
    import nbformat

    found = [*problems_of_files()]
    for page in contents.pages():
        path = Path(folder, f"{page.name}.ipynb")
        if path.exists():
            notebook = nbformat.read(path, as_version=4)
            said = problems_of(notebook, page.name)
            found += [f"{path.name}: {sentence}" for sentence in said]
        elif page.name in everything():
            found.append(f"{path.name} is missing, and has exercises")
    return found


def problems_of_files():
    """What is wrong with the files of specifications, before one looks at any page."""
    for module in pkgutil.iter_modules(specified.__path__):
        file = f"nnbook/exercises/{module.name}.py"
        if module.name not in contents.chapters():
            yield (
                f"{file} is of no chapter: no numbered part of _toc.yml has a page called "
                f"{module.name}"
            )
            continue
        there = vars(import_module(f"{specified.__name__}.{module.name}"))
        told = there.get("EXERCISES", ())
        if not told:
            yield f"{file} has no EXERCISES = (…), in the order of the page"
        for name, value in there.items():
            if isinstance(value, Exercise) and value not in told:
                yield f"{file}: {name} is not among its EXERCISES, so nobody meets it"
        for mine in twice(exercise.mine for exercise in told):
            yield f"{file}: more than one answer is called {mine}, and a reader has one file"
    known = all_exercises()
    for id in twice(exercise.id for exercise in known):
        yield f"the id {id} is given more than once"
    # Of a class's methods, asked for one by one, each may be in a class of that name.
    for mine in twice(it.mine for it in known if it.id.count(".") == 1):
        ids = " and ".join(it.id for it in known if it.mine == mine)
        yield (
            f"{ids} both ask for {mine}, and `nnbook check` finds an answer by its name: give one "
            f"of them another"
        )


def problems_of(notebook, name):
    """What is wrong with the exercises of one page, a sentence each."""
    mine = everything().get(name, ())
    known = {it.id: it for it in all_exercises()}
    slugs = {cells.slug(it): it.id for it in known.values()}
    ids = {it.id for it in mine}
    begun = []
    for number, cell in enumerate(notebook.cells, 1):
        place = f"cell {number}"
        if new := cells.NEW.search(cell.source):
            if cell.cell_type != "markdown" or not cells.is_new(cell):
                yield f"{place}: `{new[0].strip()}` needs a Markdown cell of its own"
                continue
        begins = cells.begins(cell)
        if cell.cell_type == "markdown" and begins is not None:
            id = slugs.get(begins, begins)
            begun.append(id)
            if id not in ids:
                yield f"{place}: {stray(id, known, name)}"
        if cell.cell_type == "code" and (called := cells.CALL.match(cell.source)):
            if called[1] not in ids:
                yield f"{place}: {stray(called[1], known, name)}"
    for id in twice(begun):
        yield f"the exercise {id} begins twice"
    for exercise in mine:
        i = cells.position(notebook, exercise)
        if i is None:
            yield (
                f"the exercise {exercise.id} is not on this page: write "
                f"`exercise: {exercise.id}` into a Markdown cell of its own"
            )
        elif wrong := cells.difference(notebook.cells[i : i + 3], exercise):
            yield f"the exercise {exercise.id} {wrong}"
    order = [it for it in begun if it in ids]
    asked = [it.id for it in mine if it.id in order]
    if order != asked and not twice(begun):
        yield (
            f"its exercises stand in the order {', '.join(order)}, and are numbered in "
            f"that of {cells.file_of(mine[0])}: {', '.join(asked)}"
        )


def stray(id, known, page):
    """What to say of an exercise that does not belong to this page."""
    if id in known:
        home = cells.file_of(known[id])
        return f"{id} is an exercise of another chapter, in {home}"
    near = get_close_matches(id, known, n=1)
    hint = f"did you mean {near[0]}? Else " if near else ""
    return (
        f"there is no exercise {id!r}: {hint}specify it in nnbook/exercises/{page}.py, "
        f"and name it in its EXERCISES"
    )


def twice(values):
    """Those of the values that come more than once."""
    return [value for value, count in Counter(values).items() if count > 1]
