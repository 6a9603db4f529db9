"""What a reader has written: the code that it has, and where its text stands."""

import ast
import contextlib
import dis
import inspect
import linecache
import textwrap
import types

from nnbook.tutor import syntax

OURS = ("builtins", "nnlib", "nnbook")


def codes(answer):
    """{name: code object} of a function, or of all methods of a class of the reader's; what it
    inherits counts, if that is not nnlib's."""
    found = {"": answer}
    if isinstance(answer, type):
        kin = [k for k in answer.__mro__ if k is answer or not installed(k)]
        found = {name: value for k in reversed(kin) for name, value in vars(k).items()}
    inner = {name: code(value) for name, value in found.items()}
    return {name: found for name, found in inner.items() if found is not None}


def code(function):
    """The code object of a function or method below its decorators; None if it has none."""
    if isinstance(function, staticmethod | classmethod):
        function = function.__func__
    if callable(function):
        with contextlib.suppress(Exception):
            function = inspect.unwrap(function)
    return function.__code__ if isinstance(function, types.FunctionType) else None


def installed(kind):
    return kind.__module__.partition(".")[0] in OURS


def is_empty(code):
    """Whether code does nothing: a docstring, `...`, `pass` or `return None`, no more."""
    idle = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(code))
    values = [step.argval for step in steps if step.opname.endswith("CONST")]
    return {step.opname for step in steps} <= idle and set(values) <= {None, ...}


def arguments_read(code):
    """The arguments of a function that its code reads."""
    count = (
        code.co_argcount
        + code.co_kwonlyargcount
        + bool(code.co_flags & inspect.CO_VARARGS)
    )
    loads = [it.argval for it in dis.get_instructions(code) if "LOAD" in it.opname]
    names = {name for it in loads for name in (it if isinstance(it, tuple) else (it,))}
    return set(code.co_varnames[:count]) & names


def text_of(answer, name):
    """The text that defines an answer under this name, from its cell or file; None if it
    is lost."""
    called = getattr(answer, "__name__", name)
    for it in codes(answer).values():
        linecache.checkcache(it.co_filename)
        lines = linecache.getlines(it.co_filename)
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse("".join(lines))):
                if not syntax.binds(node, called):
                    continue
                first, last = syntax.lines_of(node)
                if first <= it.co_firstlineno <= last:
                    text = textwrap.dedent("".join(lines[first - 1 : last]))
                    text = text if text.endswith("\n") else f"{text}\n"
                    same = called in (name, "<lambda>")
                    return text if same else f"{text}\n{name} = {called}\n"
    return None
