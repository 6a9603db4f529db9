"""Texts of code: the solution of an exercise, its stub, its mistakes, and a reader's answer."""

import ast
import dis
import inspect
import linecache
import re
import textwrap
from functools import cache, reduce
from importlib import import_module

import numpy as np

import nnlib


def solution(exercise):
    """The right answer, under the name that a reader's answer has."""
    if exercise.in_package:
        name = rf"\b(def|class) {exercise.name}\b"
        return re.sub(name, rf"\1 {exercise.mine}", package_source(exercise))
    return textwrap.dedent(exercise.solution).strip("\n") + "\n"


def package_source(exercise):
    """The package's own text; of a method, as the only one of its class."""
    *_, attribute = exercise.id.split(".")
    text = textwrap.dedent(inspect.getsource(original(exercise)))
    if attribute == exercise.name:
        return text
    return f"class {exercise.name}({exercise.base}):\n" + textwrap.indent(text, "    ")


@cache
def original(exercise):
    """The function, class or method of nnlib that an answer can take the place of.

    Remembered, because use_mine() may have put another one there since."""
    return reduce(getattr, exercise.id.split(".")[1:], home(exercise))


def original_class(exercise):
    """The class of nnlib whose method an answer can take the place of."""
    return getattr(home(exercise), exercise.name)


def home(exercise):
    """The module of nnlib that an exercise belongs to."""
    return import_module(f"nnlib.{exercise.id.partition('.')[0]}")


def stub(exercise):
    """What the chapter shows: the solution without the bodies, or with the mistake to mend."""
    if not hasattr(exercise, "cases"):
        letters = ", ".join(f'"{letter}"' for letter in exercise.options)
        return f"{exercise.mine} = ...  # one of {letters}\n"
    if exercise.broken:
        wrong = next(m for m in exercise.mistakes if m.name == exercise.broken)
        return patched(exercise, wrong)
    text = solution(exercise)
    lines = text.splitlines()
    for function in reversed(functions(text)):
        if function.name not in exercise.given:
            start, end = body(function)
            space = " " * (function.col_offset + 4)
            lines[start - 1 : end] = [f"{space}..."]
    return "\n".join(lines) + "\n"


def functions(text):
    """The functions of a text, or the methods of its class, in order."""
    top = ast.parse(text).body
    inside = [part for node in top for part in getattr(node, "body", [])]
    found = [node for node in top if isinstance(node, ast.FunctionDef)]
    return found or [node for node in inside if isinstance(node, ast.FunctionDef)]


def body(function):
    """The first and last line of a function without its docstring (with it, if that is all)."""
    first, *rest = function.body
    if ast.get_docstring(function) is not None:
        if not rest:
            return first.end_lineno + 1, first.end_lineno
        first = rest[0]
    return first.lineno, function.end_lineno


def patched(exercise, mistake):
    """The solution with a mistake in it."""
    text = solution(exercise)
    for old, new in mistake.patches:
        if text.count(old) != 1:
            raise ValueError(
                f"{exercise.id}, {mistake.name!r}: the patch must match once, and matches "
                f"{text.count(old)} times: {old!r}"
            )
        text = text.replace(old, new)
    return text


def namespace(exercise):
    """The names that code of an exercise may use: NumPy, nnlib's, and its module's own."""
    names = {name: getattr(nnlib, name) for name in nnlib.__all__}
    if exercise.in_package:
        names |= vars(home(exercise))
    return names | {"np": np, "__name__": "answer"}


def compiled(exercise, text, file=None):
    """What a text defines under the answer's name. Errors show its lines."""
    file = file or f"<{exercise.id}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    names = namespace(exercise)
    exec(compile(text, file, "exec"), names)
    return names[exercise.mine]


@cache
def right_answer(exercise):
    return compiled(exercise, solution(exercise))


@cache
def wrong_answer(exercise, mistake):
    return compiled(exercise, patched(exercise, mistake))


def codes(answer):
    """The code objects of a function, or of all methods of a class."""
    if isinstance(answer, type):
        found = [getattr(value, "__func__", value) for value in vars(answer).values()]
    else:
        found = [inspect.unwrap(answer) if callable(answer) else answer]
    return [f.__code__ for f in found if hasattr(f, "__code__")]


def untouched(exercise, answer):
    """The parts of an answer that still do what the stub does: nothing, or the mistake."""
    parts = codes(answer)
    if exercise.broken:
        stubs = codes(compiled(exercise, stub(exercise)))
        same = [shape(code) for code in parts] == [shape(code) for code in stubs]
        return [exercise.mine] if same else []
    return [code.co_name for code in parts if empty(code)]


def blanks(exercise):
    """What a stub leaves to be done: names of functions, or the whole, if it is broken."""
    if exercise.broken:
        return [exercise.mine]
    names = [function.name for function in functions(stub(exercise))]
    return [name for name in names if name not in exercise.given]


def forbidden(exercise):
    """The package's code objects that an answer may not run in place of its own."""
    found = codes(original(exercise)) if exercise.in_package else []
    return {code for code in found if code.co_name not in exercise.given}


def empty(code):
    """Whether code does nothing: a docstring, `...`, `pass` or `return None`, no more."""
    idle = {"RESUME", "NOP", "LOAD_CONST", "POP_TOP", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(code))
    values = [step.argval for step in steps if step.opname.endswith("CONST")]
    return {step.opname for step in steps} <= idle and set(values) <= {None, ...}


def shape(code):
    """What a code object does, wherever it stands."""
    inside = [shape(c) if hasattr(c, "co_code") else repr(c) for c in code.co_consts]
    return code.co_name, code.co_code, code.co_names, inside


def answer_source(answer):
    """The text of a reader's function or class, from its cell or file; None if it is lost."""
    for code in codes(answer):
        lines = linecache.getlines(code.co_filename)
        try:
            tree = ast.parse("".join(lines))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
            named = getattr(node, "name", None) == answer.__name__
            if named and first <= code.co_firstlineno <= last:
                return textwrap.dedent("".join(lines[first - 1 : last]))
    return None
