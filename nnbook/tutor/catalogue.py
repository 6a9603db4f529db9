"""Which exercises there are: by chapter, by number and by id. Order and numbers come from
the table of contents alone."""

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from nnbook import contents

LISTED = "exercises(), of nnbook.exercises,"


@cache
def chapter(name):
    """The exercises of a chapter, in the order of its page."""
    return import_module(f"nnbook.exercises.{name}").EXERCISES


@cache
def everything():
    """{name of a chapter: its exercises}, in reading order, for those that have some."""
    names = contents.chapters()
    return {it: chapter(it) for it in names if find_spec(f"nnbook.exercises.{it}")}


def all_exercises():
    """All of them, in reading order."""
    return [it for exercises in everything().values() for it in exercises]


def number_of(exercise):
    """Its number in the book: the chapter's, and the place in the chapter."""
    for name, exercises in everything().items():
        for place, other in enumerate(exercises, 1):
            if other is exercise:
                return f"{contents.chapters()[name].number}.{place}"
    raise ValueError(f"{exercise.id} is in no chapter of _toc.yml")


def find_chapter(name):
    """The name of a chapter that has exercises, by its name or its number (4 or "4")."""
    for known in everything():
        if str(name) in (known, str(contents.chapters()[known].number)):
            return known
    raise ValueError(
        f"expected a chapter with exercises ({', '.join(everything())}) or its number, "
        f"got {name!r}"
    )


def find(id):
    """The exercise with this id, or with this number, "4.2"; ValueError with the nearest ids
    if there is none."""
    known = {it.id: it for it in all_exercises()}
    numbers = {number_of(it): it for it in known.values()}
    id = str(id) if isinstance(id, float) else id  # hint(4.2)
    if isinstance(id, str) and id in known | numbers:
        return (known | numbers)[id]
    if inside := [
        it for it in numbers if it.startswith(f"{str(id).partition('.')[0]}.")
    ]:
        raise ValueError(
            f"no exercise has the id {id!r}: of this chapter there are {', '.join(inside)}"
        )
    near = get_close_matches(str(id), known, n=3, cutoff=0.3)
    words = f"did you mean {', '.join(map(repr, near))}? " if near else ""
    raise ValueError(f"no exercise has the id {id!r}: {words}{LISTED} lists them all")


def misspelt(names):
    """(name, the answer's name that was meant) for names that are nearly an answer's: MyRelu."""
    mine = {it.mine for it in all_exercises()}
    free = {it.lower(): it for it in sorted(mine - {*names})}
    for name in sorted({*names} - mine):
        if name.lower().startswith("my"):
            near = get_close_matches(name.lower(), free, n=1, cutoff=0.85)
            yield from ((name, free[it]) for it in near)
