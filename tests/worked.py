"""Worked examples: the equations between numbers in a text's formulas, evaluated."""

import math
import re

FORMULA = re.compile(r"\$\$(.*?)\$\$|(?<![\\$])\$([^$]+)\$", re.S)
CONTINUED = re.compile(
    r"(?:\\\\(?:\[[^]]*\])?)?\s*&\s*(?==|\\approx)"
)  # an aligned chain
APART = re.compile(r"\\\\|&|\\q?quad\b|;|\\(?:begin|end)\{[^}]*\}")
REPLACED = [
    (r"\\text\{[^}]*\}|\\[,;!:\s]|\\(?:left|right|[bB]igg?[lr]?)\b|~", " "),
    (r"\{,\}", ""),  # 1{,}000
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (r"\\[td]?frac\s*(\d)\s*(\d)", r"((\1)/(\2))"),
    (r"\\(?:cdot|times)\b", "*"),
    (r"\\(?:ln|log)\b(?!_)", "log"),
    (r"\\exp\b", "exp"),
    (r"−", "-"),
    (r"\\%", "*0.01"),
]
NAMES = {"log": math.log, "exp": math.exp, "sqrt": math.sqrt, "e": math.e}
ALLOWED = re.compile(r"(?:[\d.+*/() -]|\*\*|\b(?:log|exp|sqrt|e)\b)+")


def equations(text):
    """(left, right) of each equation in a text whose two sides are numbers alone."""
    for displayed, inline in FORMULA.findall(text):
        for chain in APART.split(CONTINUED.sub(" ", displayed or inline)):
            sides = re.split(r"=|\\approx", chain)
            yield from zip(sides, sides[1:])


def value(side):
    """What a side of an equation comes to, or None if it is not numbers alone."""
    text = side.strip().strip(".,")
    for pattern, by in REPLACED:
        text = re.sub(pattern, by, text)
    before = None
    while before != text:
        before = text
        text = re.sub(
            r"\\[td]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"((\1)/(\2))", text
        )
        text = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r"sqrt(\1)", text)
        text = re.sub(r"\^\s*\{([^{}]*)\}", r"**(\1)", text)
    text = re.sub(r"\^\s*(\d)", r"**\1", text)
    text = re.sub(r"\\sqrt\s*(\d)", r"sqrt(\1)", text)
    text = re.sub(r"log\s+([\d.]+)", r"log(\1)", text)
    text = re.sub(r"(?<=[\d)])\s*(?=\(|log|exp|sqrt|e\b)", "*", text)
    if not re.search(r"\d", text) or not ALLOWED.fullmatch(text.strip()):
        return None
    try:
        return eval(text, {"__builtins__": {}}, NAMES)
    except (ArithmeticError, SyntaxError, TypeError, ValueError):
        return None


NUMBER = re.compile(
    r"\s*[-−]?\d[\d,{}]*(?:\.(\d+))?(\s*\\%)?(?:\s*\\cdot\s*10\^\{?(-?\d+)\}?)?\s*[.,]?\s*"
)


def last_place(side):
    """What its last digit stands for, if it is a plain number: 0.01 in 3.14; else None."""
    found = NUMBER.fullmatch(side)
    if found:
        places, percent, power = found.groups()
        return 10.0 ** (int(power or 0) - len(places or "") - 2 * bool(percent))


def wrong(text):
    """Equations of a text whose sides differ by more than the last digit that is written."""
    for left, right in equations(text):
        a, b = value(left), value(right)
        if a is None or b is None:
            continue
        places = [it for it in map(last_place, (left, right)) if it]
        if abs(a - b) > max([0.5001 * it for it in places] or [1e-9 * abs(a)]):
            yield f"{left.strip()} = {right.strip()}: {a:.6g} and {b:.6g}"
