"""The reader's own code in the package's place, and back."""

import inspect
import sys
import textwrap
import types
from functools import partial

from nnbook.tutor import package, store, written
from nnbook.tutor.catalogue import all_exercises
from nnbook.tutor.trial import TooLong, guarded, words

undo = []  # what to call so that the package is as it was


def swap_in(names, asked=()):
    """Swaps in each saved answer that passes now; returns a Mine. `names` are the globals
    of whoever asked: what was imported there before is swapped, too, and what a cell
    defines just as the package does. Answers from elsewhere are run only if they are `asked`
    for by their ids."""
    swap_out()
    done, note = store.read()
    mine = Mine(note=note)
    for exercise in all_exercises():
        saved = done.get(exercise.id, store.EMPTY)
        if not exercise.in_package or not saved["passed"]:
            continue
        if saved.get("origin") and exercise.id not in asked:
            mine.others[exercise.id] = saved["origin"], saved["answer"]
        else:
            take(exercise, saved["answer"], mine, names)
    return mine


def take(exercise, text, mine, names):
    """Checks a saved answer again; swaps it in, or notes why not."""
    _, name, *method = exercise.id.split(".")
    path = ".".join(["nnlib", name, *method])
    if text is None:
        mine.left[path] = "its text is not in the file of progress: check it again"
        return
    made = guarded(lambda: exercise.compiled(text, f"<{exercise.mine}>"))
    if isinstance(made.error, TooLong):
        mine.left[path] = f"it does not end, at {made.line}"
        return
    if made.error is not None:
        mine.left[path] = f"it raises {words(made.error)}"
        return
    answer = made.value
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
    if not method:
        call_like(answer, theirs)
    replace(exercise, theirs, answer, names)


def call_like(answer, theirs):
    """A network that was saved or pickled with the reader's pieces is one of nnlib's: whoever
    loads it after a restart finds a class or function of that name in that place."""
    answer.__module__, answer.__qualname__ = theirs.__module__, theirs.__qualname__
    if isinstance(answer, type):
        answer.__name__ = theirs.__name__


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
    """What is yours now (`taken`), what is not, and why (`left`), what a cell has defined
    otherwise, so that it stays (`other`), and what is somebody else's (`others`); `undo()` gives
    it all back."""

    def __init__(self, note=""):
        self.taken, self.left, self.other, self.note = {}, {}, [], note
        self.others = {}  # {id: (the file it was read from, its text)}

    undo = staticmethod(swap_out)

    def __repr__(self):
        if not self.taken and not self.left and not self.others:
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
        for id, (origin, text) in self.others.items():
            said = f'{id} was read from {origin}, and is not run: use_mine("{id}") would run this.'
            lines += textwrap.wrap(
                said, 86, initial_indent="  ", subsequent_indent="    "
            )
            lines.append(textwrap.indent((text or "").strip(), "    | "))
        return "\n".join([first, *lines, *filter(None, [self.note])])
