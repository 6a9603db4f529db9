"""A chapter's exercises as an assignment for nbgrader: for instructors.

The source notebook holds the task of each exercise, its stub with a solution (which nbgrader
takes out), and a locked cell of tests: students see those on cases that are always the same,
and not those on cases drawn from seeds.
"""

from collections import ChainMap
from dataclasses import replace
from pathlib import Path

import numpy as np

from nnbook import contents
from nnbook.tutor import package
from nnbook.tutor.catalogue import chapter, find, find_chapter, number_of
from nnbook.tutor.specification import Choice
from nnbook.tutor.trial import equal

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CONFIG = """c = get_config()  # noqa: F821
# The students' version holds the stubs as they are, and nothing in the solutions' place.
c.ClearSolutions.code_stub = {"python": ""}
"""
README = """{notebook}: {count} exercises, {points} points.

In {folder}, with nbgrader installed (in a copy of the book: pip install -e ".[nbgrader]"):

  nbgrader generate_assignment {name}
      makes release/{name}/, the students' version
  nbgrader autograde {name}
      marks what is in submitted/STUDENT/{name}/
  nbgrader export
      writes all marks into grades.csv

An exercise gives all of its points or none. You may change words, points and the order of
things in the notebook before you generate; keep the ids that nbgrader gives its cells.
Students need this package, too, installed from the book: the tests are calls of it.

This is no defence: whoever looks for the solutions finds them in nnlib, and students' code
runs with your rights when it is marked. Mark it where it can do no harm.
"""


def passes(id, answer, seeds=()):
    """Prints what a check says of an answer, and raises an AssertionError unless it passes: on
    the cases that are always the same; with seeds, on cases drawn from each of them."""
    exercise = find(id)
    if not seeds and isinstance(exercise, Choice):
        # Right or wrong is for the marks to say.
        assert answer in exercise.options, exercise.asked
        return
    exercise = exercise if seeds else fixed(exercise)
    for seed in seeds or (0,):
        result = exercise.judge(answer, np.random.default_rng(seed))
        if not result.passed:
            print(result)
            raise AssertionError(result.word)
    print(result)


def fixed(exercise):
    """An exercise without the cases that are drawn anew."""
    one, other = ([*exercise.cases(np.random.default_rng(s))] for s in (1, 2))
    same = [case for case, twin in zip(one, other) if equal(case, twin, 0, 0)]
    return replace(exercise, cases=lambda rng: same or one[:1])


def with_solution(exercise):
    """The stub, and after each blank, or at the end, the lines that nbgrader takes out."""
    if not exercise.fills_blanks:
        return f"{exercise.stub}{BEGIN}\n{exercise.solution_text}{END}\n"
    text = exercise.with_bodies(
        lambda space, body: [
            f"{space}...", f"{space}{BEGIN}", *body, f"{space}{END}",
        ],
    )  # fmt: skip
    return text.replace(f"{END}\n\n", f"{END}\n")  # an empty line is left of it


def tests(exercise):
    """The cell that gives the points."""
    seeds = np.random.default_rng().integers(10**6, size=3).tolist()
    call = f'passes("{exercise.id}", {exercise.mine}'
    return (
        f"{call})\n### BEGIN HIDDEN TESTS\n{call}, seeds={seeds})\n### END HIDDEN TESTS"
    )


def notebook_of(name):
    """The source notebook of a chapter."""
    from nbformat import v4

    exercises = chapter(name)
    needed = [it.needs(it.solution_text) for it in exercises]
    number = contents.chapters()[name].number
    head = f"# Chapter {number}: exercises\n\nReplace each `...` by your answer."
    setup = (
        f"{package.imports(ChainMap(*needed))}\n"
        "from nnbook import hint\n"
        "from nnbook.tutor.assignment import passes"
    )
    cells = [v4.new_markdown_cell(head), v4.new_code_cell(setup)]
    marks = [mark("head"), mark("setup")]
    for exercise in exercises:
        cells += [
            v4.new_markdown_cell(words(exercise)),
            v4.new_code_cell(with_solution(exercise).strip()),
            v4.new_code_cell(tests(exercise)),
        ]
        id = exercise.id.replace(".", "-")
        marks += [
            mark(f"{id}-task"),
            mark(id, solution=True, locked=False),
            mark(f"{id}-tests", grade=True, points=exercise.points),
        ]
    for cell, data in zip(cells, marks):
        cell.metadata["nbgrader"] = {**data, "cell_type": cell.cell_type}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(
        cells=cells,
        metadata={"kernelspec": kernel, "language_info": {"name": "python"}},
    )


def mark(id, *, grade=False, solution=False, locked=True, **more):
    """What nbgrader knows of a cell."""
    return {
        "schema_version": 3, "grade_id": id, "task": False,
        "grade": grade, "solution": solution, "locked": locked, **more,
    }  # fmt: skip


def words(exercise):
    points = f"{exercise.points} point{'s' if exercise.points > 1 else ''}"
    head = f"## {number_of(exercise)} {exercise.title}\n\n*{exercise.label}; {points}.*"
    return f'{head} {exercise.task_elsewhere}\n\nStuck? Call `hint("{exercise.id}")`.'


def assign(name, folder):
    """Writes the source notebook of a chapter into the folder of a course, and, unless there is
    one, nbgrader_config.py; returns what to do next. Nothing is overwritten."""
    import nbformat

    folder, name = Path(folder), find_chapter(name)
    file = folder / "source" / name / f"{name}.ipynb"
    if file.exists():
        raise ValueError(f"{file} stays as it is: move it, or name another folder")
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook_of(name), file)
    config = folder / "nbgrader_config.py"
    if not config.exists():
        config.write_text(CONFIG, "utf-8")
    points = sum(exercise.points for exercise in chapter(name))
    count = len(chapter(name))
    return README.format(
        notebook=file, folder=folder, name=name, count=count, points=points
    )
