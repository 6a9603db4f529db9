"""What a reader can set: a list of values becomes a slider or a choice, named in words."""

import inspect
import itertools
from dataclasses import dataclass
from numbers import Integral, Real

LABELS = {
    "lr": "learning rate",
    "beta": "momentum β",
    "beta1": "β₁",
    "beta2": "β₂",
    "eps": "ε",
    "n": "examples",
    "n_in": "inputs",
    "n_out": "outputs",
    "hidden": "hidden units",
    "w1": "w₁",
    "init": "initialization",
}
WORDS = {
    True: "yes",
    False: "no",
    None: "none",
    "relu": "ReLU",
    "leaky relu": "leaky ReLU",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "mse": "MSE",
}


@dataclass(frozen=True)
class Control:
    """One argument of `draw`, the values listed for it, and the first picture's.

    `kind` says what follows from the list: "linear" and "log" are sliders from its first
    number to its last; "stops" is a slider over exactly these numbers, which follow no
    rule; "choice" is a list of words.
    """

    name: str
    values: tuple
    first: object

    @property
    def label(self):
        return LABELS.get(self.name, self.name.replace("_", " "))

    @property
    def kind(self):
        if not all(map(is_number, self.values)):
            return "choice"
        pairs = list(itertools.pairwise(self.values))
        steps = [b - a for a, b in pairs]
        if max(steps) - min(steps) < 1e-6 * max(steps):
            return "linear"
        if self.values[0] <= 0:
            return "stops"
        # 1, 3, 10, 30 and 1, 2, 5, 10 are how a person writes a geometric list.
        ratios = [b / a for a, b in pairs]
        return "log" if max(ratios) < 1.3 * min(ratios) else "stops"

    @property
    def whole(self):
        return all(isinstance(value, Integral) for value in self.values)

    def settle(self, position):
        """The value for a slider's position: just the number that its label shows.

        A number of the list that is less than 3 % away (log) draws the slider in; the
        others are whole, or keep three digits.
        """
        if self.kind in ("choice", "stops"):
            return position
        near = min(self.values, key=lambda value: abs(value - position))
        if abs(near - position) < (0.03 * near if self.kind == "log" else 1e-9):
            return near
        return round(position) if self.whole else float(f"{position:.3g}")

    def describe(self, value):
        """A value as a person writes it: 0.001, 3, −30, 1e-8, ReLU, yes."""
        if not is_number(value):
            return WORDS.get(value, str(value))
        words = str(value) if isinstance(value, Integral) else f"{value:.6g}"
        words = words.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
        return words.replace("-", "−", 1) if value < 0 else words


def is_number(value):
    """A number; True and False are words."""
    return isinstance(value, Real) and not isinstance(value, bool)


def find_controls(draw, values):
    """A Control for each argument in `values`, which maps names to lists."""
    first = {}
    for name, parameter in inspect.signature(draw).parameters.items():
        first[name] = parameter.default
        if parameter.default is inspect.Parameter.empty:
            raise ValueError(
                f"every argument of {draw.__name__} needs a default, "
                f"the first picture's; {name} has none"
            )
    if not values:
        raise ValueError(
            "an explorer needs something to change, such as lr=[0.01, 0.1, 1]; "
            "for one picture there is show(draw(), caption)"
        )
    for name, listed in values.items():
        if name not in first:
            known = ", ".join(first)
            raise ValueError(f"{draw.__name__} has no argument {name!r}, only {known}")
        if not isinstance(listed, (list, tuple, range)) or len(listed) < 2:
            raise ValueError(
                f"{name} must be a list of two values or more, got {listed!r}"
            )
        if all(map(is_number, listed)) and list(listed) != sorted(set(listed)):
            raise ValueError(
                f"{name} must be a list of growing numbers, got {listed!r}"
            )
        if first[name] not in listed:
            raise ValueError(
                f"the first picture has {name}={first[name]!r}, the default of "
                f"{draw.__name__}, which must be in the list: got {listed!r}"
            )
    return [Control(name, tuple(values[name]), first[name]) for name in values]
