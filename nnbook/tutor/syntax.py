"""What a text of Python says, found without running it."""

import ast
import builtins
import symtable


def functions(text):
    """The functions of a text, or the methods of its class, in order."""
    top = ast.parse(text).body
    inside = [
        part for node in top if isinstance(node, ast.ClassDef) for part in node.body
    ]
    found = [node for node in top if isinstance(node, ast.FunctionDef)]
    return found or [node for node in inside if isinstance(node, ast.FunctionDef)]


def heads(text):
    """Its functions as `forward(self, x)`."""
    return [f"{it.name}({ast.unparse(it.args)})" for it in functions(text)]


def with_bodies(text, given, instead):
    """The text with other lines for the bodies of its functions, but for those whose names are
    `given`: instead(space, lines), where space indents them."""
    lines = text.splitlines()
    for function in reversed(functions(text)):
        if function.name not in given:
            start, end = body(function)
            space = " " * (function.col_offset + 4)
            lines[start - 1 : end] = instead(space, lines[start - 1 : end])
    return "\n".join(lines) + "\n"


def body(function):
    """The first and last line of a function without its docstring (with it, if that is all)."""
    first, *rest = function.body
    if ast.get_docstring(function) is not None:
        if not rest:
            return first.end_lineno + 1, first.end_lineno
        first = rest[0]
    return first.lineno, function.end_lineno


def lines_of(node):
    """The first line of a statement, its decorators included, and the last."""
    starts = [node, *getattr(node, "decorator_list", [])]
    return min(it.lineno for it in starts), node.end_lineno


def binds(node, name):
    """Whether a statement is `def name` or `class name`; of "<lambda>", `… = lambda …`."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    return (
        name == "<lambda>"
        and isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Lambda)
    )


def defines(text, name):
    """Whether a text has `def name` or `class name` at its top level."""
    return any(binds(node, name) for node in ast.parse(text).body)


def alike(one, other):
    """Whether two texts are the same program: comments and empty lines apart."""
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))


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
