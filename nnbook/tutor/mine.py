"""The reader's own code in the package's place, and back."""

import inspect
import sys
import textwrap
import types
from functools import partial

from nnbook.tutor import source, store
from nnbook.tutor.specification import everything
from nnbook.tutor.trial import words
from nnbook.tutor.verdict import judge

undo = []  # what to call so that the package is as it was


def swap_in(names):
    """Swaps in each saved answer that passes now; returns a Mine. `names` are the globals
    of whoever asked: a name imported there before is swapped, too."""
    swap_out()
    answers, note = store.read()
    mine = Mine(note=note)
    for exercises in everything().values():
        for exercise in exercises:
            saved = answers.get(exercise.id, store.EMPTY)
            if getattr(exercise, "in_package", False) and saved["passed"]:
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
        answer = source.compiled(exercise, text, f"<{exercise.mine}>")
    except Exception as error:
        mine.left[path] = f"it raises {words(error)}"
        return
    result = judge(exercise, answer)
    if not result.passed:
        mine.left[path] = result.text
        return
    mine.taken[path] = ".".join([exercise.mine, *method])
    replace(exercise, answer, names)


def replace(exercise, answer, names):
    """Puts an answer wherever the package's own is known by name; a method into its class."""
    theirs = source.original(exercise)
    *_, attribute = exercise.id.split(".")
    if attribute != exercise.name:
        owner = source.original_class(exercise)
        put(owner, attribute, inspect.getattr_static(answer, attribute))
        return
    for module in package():
        swap(vars(module), theirs, answer)
    for defaults in defaults_of_package():
        swap(defaults, theirs, answer)
    swap(names, theirs, answer)


def package():
    """The modules of nnlib that are there, and of the figures that use it."""
    for name, module in list(sys.modules.items()):
        if f"{name}.".startswith(("nnlib.", "nnbook.figures.")):
            yield module


def defaults_of_package():
    """The default arguments of functions and methods, such as Linear's `init=he_normal`."""
    for module in package():
        for value in list(vars(module).values()):
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
    """What is yours now (`taken`), what is not, and why (`left`); `undo()` gives it back."""

    def __init__(self, note=""):
        self.taken, self.left, self.note = {}, {}, note

    undo = staticmethod(swap_out)

    def __repr__(self):
        if not self.taken and not self.left:
            first = (
                "Nothing of yours yet: pass a check of an exercise that builds a piece."
            )
        else:
            first = f"Yours now: {len(self.taken)}, until use_mine().undo()"
        lines = [f"  {path} is {name}" for path, name in self.taken.items()]
        for path, reason in self.left.items():
            text = f"{path} stays the package's, because your answer does not pass now: {reason}"
            lines += textwrap.wrap(
                text, 86, initial_indent="  ", subsequent_indent="    "
            )
        return "\n".join([first, *lines, *filter(None, [self.note])])
