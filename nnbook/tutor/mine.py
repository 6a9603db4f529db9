"""The reader's own code in the package's place, and back."""

import inspect
import sys
import textwrap
import types
from functools import partial

from nnbook.tutor import package, store, written
from nnbook.tutor.catalogue import all_exercises
from nnbook.tutor.trial import words

undo = []  # what to call so that the package is as it was


def swap_in(names):
    """Swaps in each saved answer that passes now; returns a Mine. `names` are the globals
    of whoever asked: what was imported there before is swapped, too, and what a cell
    defines just as the package does."""
    swap_out()
    done, note = store.read()
    mine = Mine(note=note)
    for exercise in all_exercises():
        saved = done.get(exercise.id, store.EMPTY)
        if exercise.in_package and saved["passed"]:
            take(exercise, saved["answer"], mine, names)
    return mine


def take(exercise, text, mine, names):
    """Checks a saved answer again; swaps it in, or notes why not."""
    _, name, *method = exercise.id.split(".")
    path = ".".join(["nnlib", name, *method])
    if text is None:
        mine.left[path] = "its text is not in the file of progress: check it again"
        return
    try:
        answer = exercise.compiled(text, f"<{exercise.mine}>")
    except Exception as error:
        mine.left[path] = f"it raises {words(error)}"
        return
    result = exercise.judge(answer)
    if not result.passed:
        mine.left[path] = result.text
        return
    mine.taken[path] = ".".join([exercise.mine, *method])
    here = names.get(name)
    if is_of_a_cell(here, names) and here is not answer:
        text = text_here(here, method)
        if text == package.text(exercise.id).strip():
            replace(exercise, here, answer, names)
        elif text is not None:
            mine.other.append(".".join([name, *method]))
    theirs = package.owner(exercise.id) or package.original(exercise.id)
    replace(exercise, theirs, answer, names)


def is_of_a_cell(value, names):
    """Whether a function or class was defined where these names are, and not imported."""
    kinds = type | types.FunctionType
    return isinstance(value, kinds) and value.__module__ == names.get("__name__")


def text_here(value, method):
    """The text of what a cell defines, or of that method of a class; None if a class, shown in
    part, does not have it, "" if it cannot be found."""
    *_, name = value.__name__, *method
    if method:
        value = vars(value).get(name) if isinstance(value, type) else None
    return value and (written.text_of(value, name) or "").strip()


def replace(exercise, old, answer, names):
    """Puts an answer wherever a function or class is known by name; a method into its class."""
    *_, attribute = exercise.id.split(".")
    if attribute != exercise.name:
        put(old, attribute, inspect.getattr_static(answer, attribute))
        return
    spaces = [*modules(), names]
    for space in [*spaces, *defaults(spaces)]:
        swap(space, old, answer)


def modules():
    """What is in the modules of nnlib that are there, and of the figures that use it."""
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(("nnlib.", "nnbook.figures.")):
            yield vars(module)


def defaults(spaces):
    """The default arguments of functions and methods, such as Linear's `init=he_normal`."""
    for space in spaces:
        for value in list(space.values()):
            inside = vars(value).values() if isinstance(value, type) else [value]
            for function in inside:
                if isinstance(function, types.FunctionType):
                    yield function.__kwdefaults__ or {}


def swap(names, old, new):
    """Another value for each name that has the old one, in the dictionary of a namespace."""
    for name in [key for key, value in names.items() if value is old]:
        names[name] = new
        undo.append(partial(give_back, names, name, old, new))


def give_back(names, name, old, new):
    if names.get(name) is new:  # not changed by somebody else since
        names[name] = old


def put(holder, name, value):
    undo.append(partial(setattr, holder, name, inspect.getattr_static(holder, name)))
    setattr(holder, name, value)


def swap_out():
    """The package as it was."""
    while undo:
        undo.pop()()


class Mine:
    """What is yours now (`taken`), what is not, and why (`left`), and what a cell has defined
    otherwise, so that it stays (`other`); `undo()` gives it all back."""

    def __init__(self, note=""):
        self.taken, self.left, self.other, self.note = {}, {}, [], note

    undo = staticmethod(swap_out)

    def __repr__(self):
        if not self.taken and not self.left:
            first = (
                "Nothing of yours yet: pass a check of an exercise that builds a piece."
            )
        else:
            first = f"Yours now: {len(self.taken)}, until use_mine().undo()"
        lines = [f"  {path} is {name}" for path, name in self.taken.items()]
        said = [
            f"{path} stays the package's, because your answer does not pass now: {reason}"
            for path, reason in self.left.items()
        ]
        said += [
            f"{name} of this notebook stays: a cell defines it, and not as the package does. "
            f"To use yours here, run `from nnlib import {name.partition('.')[0]}`."
            for name in self.other
        ]
        for text in said:
            lines += textwrap.wrap(
                text, 86, initial_indent="  ", subsequent_indent="    "
            )
        return "\n".join([first, *lines, *filter(None, [self.note])])
