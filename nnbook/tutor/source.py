"""Texts of code: the solution of an exercise, its stub, its mistakes, and a reader's answer."""

import ast
import builtins
import contextlib
import dis
import inspect
import linecache
import re
import symtable
import textwrap
import types
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
    return with_bodies(exercise, lambda space, body: [f"{space}..."])


def with_bodies(exercise, written):
    """The solution with other lines for what is to be written: written(space, lines)."""
    text = solution(exercise)
    lines = text.splitlines()
    for function in reversed(functions(text)):
        if function.name not in exercise.given:
            start, end = body(function)
            space = " " * (function.col_offset + 4)
            lines[start - 1 : end] = written(space, lines[start - 1 : end])
    return "\n".join(lines) + "\n"


def functions(text):
    """The functions of a text, or the methods of its class, in order."""
    top = ast.parse(text).body
    inside = [part for node in top for part in getattr(node, "body", [])]
    found = [node for node in top if isinstance(node, ast.FunctionDef)]
    return found or [node for node in inside if isinstance(node, ast.FunctionDef)]


def heads(text):
    """Its functions as `forward(self, x)`."""
    return [f"{it.name}({ast.unparse(it.args)})" for it in functions(text)]


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


def parts(answer):
    """{name: code object} of a function, or of all methods of a class of the reader's; what it
    inherits counts, if that is not nnlib's."""
    found = {"": answer}
    if isinstance(answer, type):
        kin = [k for k in answer.__mro__ if k is answer or not installed(k)]
        found = {name: value for k in reversed(kin) for name, value in vars(k).items()}
    inner = {name: code_of(getattr(it, "__func__", it)) for name, it in found.items()}
    return {name: code for name, code in inner.items() if code is not None}


def code_of(function):
    """The code object of a function below its decorators; None if it has none."""
    if callable(function):
        with contextlib.suppress(Exception):
            function = inspect.unwrap(function)
    code = getattr(type(function), "__code__", None) and function.__code__
    return code if isinstance(code, types.CodeType) else None


def installed(kind):
    return kind.__module__.partition(".")[0] in ("builtins", "nnlib", "nnbook")


def codes(answer):
    return list(parts(answer).values())


def untouched(exercise, answer):
    """The blanks of a stub that an answer leaves as they were: empty, or with the mistake."""
    found = parts(answer)
    if exercise.broken:
        text = answer_source(answer, exercise.mine) or ""
        one, other = (ast.dump(ast.parse(it)) for it in (text, stub(exercise)))
        return [exercise.mine] if one == other else []
    if not isinstance(answer, type):
        return blanks(exercise) if all(map(empty, found.values())) else []
    return [
        name for name in blanks(exercise) if name not in found or empty(found[name])
    ]


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


def answer_source(answer, name):
    """The text that defines an answer under this name, from its cell or file; None if it
    is lost."""
    called = getattr(answer, "__name__", name)
    for code in codes(answer):
        linecache.checkcache(code.co_filename)
        lines = linecache.getlines(code.co_filename)
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse("".join(lines))):
                first, last = lines_of(node)
                if first <= code.co_firstlineno <= last and defines(node, called):
                    text = textwrap.dedent("".join(lines[first - 1 : last]))
                    text = text if text.endswith("\n") else f"{text}\n"
                    same = called in (name, "<lambda>")
                    return text if same else f"{text}\n{name} = {called}\n"
    return None


def lines_of(node):
    """The first line of a node, its decorators included, and the last; (1, 0) if it has none."""
    starts = [node, *getattr(node, "decorator_list", [])]
    return (
        min(getattr(it, "lineno", 1) for it in starts),
        getattr(node, "end_lineno", 0),
    )


def defines(node, name):
    """Whether a statement is `def name`, `class name` or `… = lambda …`."""
    if name == "<lambda>":
        return isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
    return getattr(node, "name", None) == name


def elsewhere(exercise, text):
    """Names that a text uses, and that are there neither in it nor for an exercise."""
    return sorted(used(text) - namespace(exercise).keys())


def used(text):
    """Names that a text uses and does not define; Python's own are not counted."""
    found, own = set(), set(vars(builtins))

    def walk(scope):
        top = scope.get_type() == "module"
        for symbol in scope.get_symbols():
            if top and (symbol.is_assigned() or symbol.is_imported()):
                own.add(symbol.get_name())
            elif symbol.is_referenced() and (top or symbol.is_global()):
                found.add(symbol.get_name())
        for inner in scope.get_children():
            walk(inner)

    walk(symtable.symtable(text, "answer", "exec"))
    return found - own


def imports(exercises, text_of=stub):
    """The lines that import what the texts of these exercises use."""
    lines, names = {"import numpy as np"}, {}
    for exercise in (it for it in exercises if hasattr(it, "cases")):
        there = namespace(exercise)
        for name in used(text_of(exercise)) & there.keys() - {"np"}:
            if isinstance(there[name], types.ModuleType):
                package, _, module = there[name].__name__.rpartition(".")
                if package:
                    names.setdefault(package, set()).add(module)
                else:
                    lines.add(f"import {module}")
            else:
                home = "nnlib" if name in nnlib.__all__ else there[name].__module__
                names.setdefault(home, set()).add(name)
    ours = [f"from {it} import {', '.join(sorted(names[it]))}" for it in sorted(names)]
    return "\n".join([*sorted(lines), *[""] * bool(ours), *ours])
