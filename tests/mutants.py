"""Small changes of a program's text, each of which may break it: what a check must notice."""

import ast
import copy

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def mutants(text):
    """(what was changed, the changed text) for each change of one place of a program."""
    tree = ast.parse(text)
    for i, node in enumerate(places(tree)):
        for words, change in changes(node):
            other = copy.deepcopy(tree)
            change(places(other)[i])
            line = getattr(node, "lineno", 0)
            yield f"line {line}: {words}", ast.unparse(ast.fix_missing_locations(other))


def places(tree):
    """All nodes that may be changed: none in what only checks the input."""
    found = []

    def walk(node):
        if is_check(node):
            return
        found.append(node)
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(tree)
    return found


def is_check(node):
    """A statement that calls checks.…, or raises."""
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Expr | ast.Assign) and any(
        isinstance(part, ast.Attribute) and ast.unparse(part.value) == "checks"
        for part in ast.walk(node)
    )


def changes(node):
    """(words, function that changes a node in place) for what can be changed there."""
    kind = type(getattr(node, "op", None))
    if isinstance(node, ast.BinOp | ast.AugAssign) and kind in SWAPS:
        words = f"{kind.__name__} became {SWAPS[kind].__name__} in {ast.unparse(node)}"
        yield words, lambda n: setattr(n, "op", SWAPS[kind]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        other = SWAPS[type(node.ops[0])]
        yield (
            f"{ast.unparse(node)} with {other.__name__}",
            lambda n: setattr(n, "ops", [other()]),
        )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield f"no minus in {ast.unparse(node)}", lambda n: setattr(n, "op", ast.UAdd())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield f"{node.value} + 1", lambda n: setattr(n, "value", n.value + 1)
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        yield f"not {node.value}", lambda n: setattr(n, "value", not n.value)
    if isinstance(node, ast.Call) and node.keywords:
        names = [k.arg for k in node.keywords]
        for i, name in enumerate(names):
            yield f"no {name} in {ast.unparse(node)}", lambda n, i=i: n.keywords.pop(i)
    for name in ("body", "orelse"):
        parts = getattr(node, name, None)  # of `a if b else c` no list
        for i, part in enumerate(parts if isinstance(parts, list) else []):
            if removable(part) and not isinstance(node, ast.Module):
                yield (
                    f"without {ast.unparse(part)}",
                    lambda n, name=name, i=i: getattr(n, name).__setitem__(
                        i, ast.Pass()
                    ),
                )


def removable(part):
    """A statement that does something, but for a docstring and the definition itself."""
    text = isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
    kept = ast.FunctionDef | ast.ClassDef | ast.Pass
    return (
        isinstance(part, ast.stmt)
        and not text
        and not is_check(part)
        and not isinstance(part, kept)
    )
