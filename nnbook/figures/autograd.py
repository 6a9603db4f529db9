"""Figures of *Autograd*."""

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from nnbook.figures.style import colour, figure

# Each is three operations: (name, sign, its inputs, how it is computed, the rate of each input).
PLUS = ("+", lambda x, y: x + y, lambda out, x, y: (1, 1))
TIMES = ("×", lambda x, y: x * y, lambda out, x, y: (y, x))
TANH = ("tanh", math.tanh, lambda out, x: (1 - out * out,))
EXPRESSIONS = {
    "(a·b + a)²": [
        ("p", TIMES, ("a", "b")),
        ("s", PLUS, ("p", "a")),
        ("L", TIMES, ("s", "s")),
    ],
    "a·tanh(a + b)": [
        ("s", PLUS, ("a", "b")),
        ("t", TANH, ("s",)),
        ("L", TIMES, ("a", "t")),
    ],
    "a, doubled 3 times": [
        ("p", PLUS, ("a", "a")),
        ("q", PLUS, ("p", "p")),
        ("L", PLUS, ("q", "q")),
    ],
}
B = -2.0
LAST = 7  # steps: three on the way there, the 1 at the end, three on the way back
PLACES = {"a": (0, 1.15), "b": (0, -1.15)}


@dataclass
class Recording:
    """A program as far as it has run: the values so far, and the gradients so far, each as the
    list of what came in; `visited` are the operations that have handed theirs on."""

    program: list
    values: dict
    slopes: dict
    handed: dict  # {(operation, place of its input): what it handed there}
    visited: list


def record(expression, a, step):
    """The recording after some steps."""
    program = EXPRESSIONS[expression]
    run = Recording(program, {"a": float(a), "b": B}, {}, {}, [])
    for name, (_, compute, _), inputs in program[:step]:
        run.values[name] = compute(*(run.values[it] for it in inputs))
    if step > len(program):
        run.slopes["L"] = [1.0]
    for name, (_, _, rates), inputs in program[::-1][: max(0, step - 4)]:
        arguments = [run.values[it] for it in inputs]
        for i, rate in enumerate(rates(run.values[name], *arguments)):
            run.handed[name, i] = sum(run.slopes[name]) * rate
            run.slopes.setdefault(inputs[i], []).append(run.handed[name, i])
        run.visited.append(name)
    return run


def number(value):
    """A value as it stands in the picture."""
    return f"{value + 0.0:.3g}".replace("-", "−")


def added(parts):
    """What came in, and what it makes: "2 + 3 = 5"."""
    if len(parts) == 1:
        return number(parts[0])
    terms = [number(parts[0])]
    terms += [f"{'−' if it < 0 else '+'} {number(abs(it))}" for it in parts[1:]]
    return f"{' '.join(terms)} = {number(sum(parts))}"


def draw_recording(expression="(a·b + a)²", step=0, a=3):
    """The graph of a small program, a step at a time: three operations forward, and back."""
    run = record(expression, a, step)
    places = PLACES | {
        name: (1.75 * i, 0) for i, (name, _, _) in enumerate(run.program, 1)
    }
    ink, line, back = colour("ink"), colour("neutral"), colour("gradient")
    with figure(height=3.5) as (picture, ax):
        ax.set(xlim=(-0.75, 6.1), ylim=(-2.0, 2.3))
        ax.set_aspect("equal")
        ax.axis("off")
        for name, (x, y) in places.items():
            if name not in run.values:
                continue
            sign = next((it[1][0] for it in run.program if it[0] == name), name)
            edge = colour("highlight") if name == latest(run, step) else line
            ax.text(
                x, y, sign, ha="center", va="center", zorder=3, color=ink,
                size=10 if len(sign) > 1 else 15,
                bbox={
                    "boxstyle": "circle,pad=0.3", "fc": colour("paper"), "ec": edge,
                    "lw": 2.5 if edge != line else 1,
                },
            )  # fmt: skip
            text = f"{name} = {number(run.values[name])}"
            ax.text(x, y + 0.42, text, ha="center", color=ink, size=12)
            if name in run.slopes:  # above the input that arrows leave downwards
                height = y + 0.78 if name == "a" else y - 0.7
                given = name in PLACES
                ax.text(
                    x - 0.4 * given, height, added(run.slopes[name]), color=back, size=12,
                    ha="left" if given else "center", weight="bold",
                )  # fmt: skip
        for name, _, inputs in run.program:
            for i, source in enumerate(inputs):
                if name in run.values:
                    arrow(
                        ax,
                        places,
                        source,
                        name,
                        bend(places, inputs, i, name),
                        run.handed.get((name, i)),
                    )
    return picture, told(run, expression, step)


def latest(run, step):
    """The operation that the step has just dealt with."""
    if step <= 3:
        return list(run.values)[-1] if step else ""
    return run.visited[-1] if run.visited else "L"


def bend(places, inputs, i, name):
    """How an arrow is bent: two from one place part, and none runs through a circle."""
    if len(inputs) == 2 and inputs[0] == inputs[1]:
        return (-0.45, 0.45)[i] if inputs[0] != "a" else (-0.35, 0.35)[i]
    far = places[name][0] - places[inputs[i]][0] > 2
    return -0.28 if far and inputs[i] == "a" else 0


def arrow(ax, places, source, name, rad, handed):
    """From a value to the operation that uses it; and what came back along it."""
    (x0, y0), (x1, y1) = places[source], places[name]
    ax.annotate(
        "", (x1, y1), (x0, y0),
        arrowprops={
            "arrowstyle": "-|>", "color": colour("neutral"), "shrinkA": 14, "shrinkB": 14,
            "connectionstyle": f"arc3,rad={rad}",
        },
    )  # fmt: skip
    if handed is not None:
        x = (x0 + x1) / 2 + rad * (y1 - y0) / 2
        y = (y0 + y1) / 2 - rad * (x1 - x0) / 2
        ax.text(
            x, y, number(handed), ha="center", va="center", color=colour("gradient"), size=10.5,
            bbox={"boxstyle": "round,pad=0.12", "fc": colour("paper"), "ec": "none"},
        )  # fmt: skip


def told(run, expression, step):
    """The state in words."""
    at = f"a = {number(run.values['a'])} and b = {number(B)}"
    start = f"{expression} with {at}, step {step} of {LAST}: "
    if step == 0:
        return start + "nothing is computed yet."
    if step <= 3:
        name, (sign, _, _), inputs = run.program[step - 1]
        value = f"{name} = {number(run.values[name])}"
        return f"{start}{formula(sign, inputs)} is computed and recorded, {value}."
    if step == 4:
        value = f"L = {number(run.values['L'])}"
        return f"{start}the way back begins, the gradient of {value} itself is 1."
    name = run.visited[-1]
    inputs = next(it[2] for it in run.program if it[0] == name)
    parts = [f"{it} has {added(run.slopes[it])}" for it in dict.fromkeys(inputs)]
    end = ""
    if step == LAST:
        of_a, of_b = (number(sum(run.slopes.get(it, [0]))) for it in "ab")
        end = f" The gradients are {of_a} for a and {of_b} for b."
    return f"{start}{name} hands its gradient on, {' and '.join(parts)}.{end}"


def formula(sign, inputs):
    return (
        f"{inputs[0]} {sign} {inputs[1]}"
        if len(inputs) == 2
        else f"{sign}({inputs[0]})"
    )


# --- broadcasting ---------------------------------------------------------------------------

SHAPES = {
    "(3, 4)": (3, 4),
    "(3, 1)": (3, 1),
    "(4,)": (4,),
    "()": (),
}


def draw_broadcast(shape="(4,)"):
    """An array of some shape is added to x (3, 4): its copies, and what comes back to it."""
    small = SHAPES[shape]
    rng = np.random.default_rng(4)
    g = rng.integers(-3, 6, (3, 4))
    values = np.arange(1, 1 + int(np.prod(small, dtype=int))).reshape(small)
    copies = np.broadcast_to(values, (3, 4))
    rows, columns = (1, 1, *small)[-2:]
    axes = tuple(i for i, n in enumerate((rows, columns)) if n == 1 and g.shape[i] > 1)
    back = g.sum(axis=axes, keepdims=True)
    with figure(height=3.5) as (picture, ax):
        ax.set(xlim=(-0.6, 11.2), ylim=(-4.35, 4.5))
        ax.axis("off")
        grid(
            ax,
            0,
            0.4,
            values.reshape(rows, columns),
            "class A",
            np.zeros((rows, columns)),
        )
        first = np.arange(12).reshape(3, 4) % 4 >= columns
        first |= (np.arange(12).reshape(3, 4) // 4) >= rows
        grid(ax, 6.2, 0.4, copies, "class A", first)
        grid(ax, 6.2, -4.1, g, "gradient", np.zeros((3, 4)))
        grid(ax, 0, -4.1, back, "gradient", np.zeros(back.shape))
        ink, drawn = colour("ink"), {"arrowstyle": "-|>", "color": colour("neutral")}
        ax.text(2, 3.75, f"b, shape {shape}", ha="center", color=ink)
        ax.text(8.2, 3.75, "used with x (3, 4)", ha="center", color=ink)
        ax.text(
            8.2, -0.75, "g, the gradient there", ha="center", color=colour("gradient")
        )
        ax.text(2, -0.75, "the gradient of b", ha="center", color=colour("gradient"))
        ax.annotate("", (6, 1.9), (4.2, 1.9), arrowprops=drawn)
        ax.annotate("", (4.2, -2.6), (6, -2.6), arrowprops=drawn)
        ax.text(
            5.1, 2.1, "copied" if axes else "as it is", ha="center", color=ink, size=10
        )
        ax.text(
            5.1,
            -2.4,
            "added up" if axes else "as it is",
            ha="center",
            color=colour("gradient"),
            size=10,
        )
    uses = g.size // values.size
    how = f"used {uses} times, and its gradient adds up {uses} numbers of g"
    if uses == 1:
        how = "used once, and its gradient is g itself"
    return picture, (
        f"An array of shape {shape} beside one of shape (3, 4): each of its numbers is {how}. "
        f"Its first gradient is {number(float(back.ravel()[0]))}."
    )


def grid(ax, x, y, numbers, meaning, faint):
    """Numbers in cells, the copies among them paler, in the middle of a place for 3 rows of 4."""
    rows, columns = numbers.shape
    x, y = x + (4 - columns) / 2, y + (3 - rows) / 2
    for i in range(rows):
        for j in range(columns):
            pale = 0.08 if faint[i, j] else 0.28
            corner = x + j, y + rows - 1 - i
            ax.add_patch(
                Rectangle(
                    corner,
                    1,
                    1,
                    fc=(*to_rgb(colour(meaning)), pale),
                    ec=colour("paper"),
                    lw=2,
                )
            )
            ax.text(
                corner[0] + 0.5,
                corner[1] + 0.45,
                number(float(numbers[i, j])),
                ha="center",
                va="center",
                size=11,
            )
