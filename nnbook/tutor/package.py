"""What nnlib has of an exercise's id, such as "losses.softmax" or "layers.Linear.forward"."""

import functools
import inspect
import textwrap
import types
from functools import cache, reduce
from importlib import import_module
from importlib.util import find_spec

import numpy as np

import nnlib


def module(id):
    """The module of nnlib that an id begins with."""
    return import_module(f"nnlib.{id.partition('.')[0]}")


@cache
def original(id):
    """The function, class or method of nnlib that an answer can take the place of.

    Remembered, because use_mine() may have put another one there since."""
    return reduce(getattr, id.split(".")[1:], module(id))


def owner(id):
    """The class of nnlib whose method an id names; None if it names no method."""
    _, name, *method = id.split(".")
    return getattr(module(id), name) if method else None


@cache
def text(id):
    """The package's own text of it, without its indentation."""
    return textwrap.dedent(inspect.getsource(original(id)))


def names(id=None):
    """{name: what it is}: NumPy and all of nnlib's core, and, of an id, what its module has."""
    own = vars(module(id)) if id else {}
    return {name: getattr(nnlib, name) for name in nnlib.__all__} | own | {"np": np}


def is_later(id):
    """Whether an id is of a module beyond Part I: no name of it can be had from nnlib itself."""
    name = f"nnlib.{id.partition('.')[0]}"
    homes = {getattr(nnlib, it).__module__ for it in nnlib.__all__}
    return name not in homes and find_spec(name) is not None


def at_home(answer, id):
    """A function of a page that defines a later module, seeing the module's own definitions in
    the place of the page's: else its Tensors would not be those that the check hands over."""
    if not isinstance(answer, types.FunctionType) or not is_later(id):
        return answer
    page = answer.__globals__
    own = {
        name: it
        for name, it in vars(module(id)).items()
        if getattr(it, "__module__", None) == module(id).__name__
        and getattr(page.get(name), "__module__", None) == page.get("__name__")
    }
    moved = types.FunctionType(
        answer.__code__,
        page | own,
        answer.__name__,
        answer.__defaults__,
        answer.__closure__,
    )
    moved.__kwdefaults__ = answer.__kwdefaults__
    return functools.update_wrapper(moved, answer, updated=("__dict__",))


def imports(names):
    """The lines that import these names, {name: what it is}; NumPy's comes first, always."""
    lines, taken = {"import numpy as np"}, {}
    for name, value in names.items():
        if value is np:
            continue
        if isinstance(value, types.ModuleType):
            home, _, last = value.__name__.rpartition(".")
            if not home:
                lines.add(f"import {last}")
                continue
        else:
            home = "nnlib" if name in nnlib.__all__ else value.__module__
        taken.setdefault(home, set()).add(name)
    ours = [f"from {it} import {', '.join(sorted(taken[it]))}" for it in sorted(taken)]
    return "\n".join([*sorted(lines), *[""] * bool(ours), *ours])
