"""Exercises of *Activations*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice


def batches(rng, small, da):
    """Inputs of an activation, and what comes back: by hand, both signs, extremes, drawn."""
    yield {"x": np.array([small]), "da": np.array([da])}
    yield {
        "x": np.array([[0.5, -0.2, -3.0], [0.0, 2.5, -1.0]]),
        "da": np.array([[-1.0, 4.0, 0.5], [2.0, -3.0, -2.0]]),
    }
    yield {"x": np.array([[1000.0, -1000.0]]), "da": np.array([[3.0, 2.0]])}
    # Networks compute in float32, whose largest number is e to the power of 88.7.
    small = np.array([[100.0, -100.0, 1000.0]], np.float32)
    yield {"x": small, "da": np.array([[2.0, 4.0, 1.0]], np.float32)}
    yield {"x": np.array([[1e-9, -1e-9]]), "da": np.array([[3.0, 2.0]])}
    n, k = rng.integers(3, 6), rng.integers(6, 9)
    yield {"x": 2 * rng.standard_normal((n, k)), "da": rng.standard_normal((n, k))}


def use(answer, x, da, **settings):
    """Forward, then backward. What NumPy warns of, a number too large for a float, is an
    error here."""
    with np.errstate(over="raise"):
        layer = answer(**settings)
        a = floats(layer.forward(x.view(Watched)))
        dx = floats(layer.backward(da.view(Watched)))
    fits = hasattr(layer, "params") and hasattr(layer, "predict")  # into a Network
    return {"forward(x)": a, "backward(da)": dx, "a Layer": fits}


class Watched(np.ndarray):
    """Numbers that raise NumPy's own error of an overflow where NumPy cannot: WebAssembly, and
    so a browser, has no flag that says there was one."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        inputs = [plain(it) for it in inputs]
        options = {name: plain(value) for name, value in options.items()}
        if out:
            options["out"] = tuple(plain(it) for it in out)
        result = getattr(ufunc, method)(*inputs, **options)
        floats = np.asarray(result).dtype.kind == "f"  # np.frompyfunc makes objects
        if (
            floats
            and method == "__call__"
            and ufunc.nout == 1
            and "where" not in options
        ):
            over = np.isinf(result)
            for it in inputs:  # 1 / 0 and ln 0 are infinite, and no overflow
                over = over & np.isfinite(it) & np.not_equal(it, 0)
            if over.any():
                raise FloatingPointError(f"overflow encountered in {ufunc.__name__}")
        if out:
            return out[0]
        return result.view(Watched) if isinstance(result, np.ndarray) else result


def plain(value):
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def floats(value):
    """A copy; True and False, or whole numbers, are as good as 1.0 and 0.0."""
    return plain(value) + 0.0 if isinstance(value, np.ndarray) else value


def not_a_layer(*patches):
    return mistake(
        "not a Layer",
        "The numbers are right, but the class is no Layer, so a network could not use it. "
        "Its first line should end with `(Layer):`.",
        ("(Layer)", ""),
        *patches,
    )


def one_question(*patches):
    return mistake(
        "one question for a whole array",
        "`if`, `max`, `and`, `or` want a single True or False, and x > 0 is an array of them. Each "
        "number needs an answer of its own: `np.where`, `np.maximum`, or a product with x > 0.",
        *patches,
    )


UNCHECKED = ("        checks.backward", "        # checks.backward")


def sigmoid_cases(rng):
    return batches(rng, [0.0, np.log(3)], [1.0, 2.0])


SIGMOID = Code(
    id="activations.Sigmoid",
    title="A sigmoid that no number breaks",
    kind="build",
    level=2,
    task="""
Write the sigmoid as a layer. `forward(x)` returns $\\sigma(x)$ for each number of `x`, and keeps in
`self` what `backward` will need. `backward(da)` returns `da` times the derivative, number by
number. At $\\pm 1000$ nothing may overflow, in 64-bit or in 32-bit numbers: here a warning counts
as an error.
""",
    cases=sigmoid_cases,
    use=use,
    rtol=1e-9,
    hints=(
        "`np.exp(-np.abs(x))` is at most 1, whatever x is: it cannot overflow.",
        "With e for it, σ is 1 / (1 + e) where x ≥ 0, and e / (1 + e) where x < 0: "
        "`np.where(x >= 0, 1, e) / (1 + e)`.",
        "Keep the result as `self.a`. The derivative is `self.a * (1 - self.a)`, and backward "
        "multiplies `da` by it.",
    ),
    mistakes=(
        mistake(
            "overflow",
            "The numbers are right, but on the way e is raised to a large positive power, which no "
            "float can hold. (`np.where` does not help by itself: it computes both of its answers "
            "for every number.) Use no exponential but that of −|x|.",
            ("np.exp(-np.abs(x))", "np.exp(-x)"),
            ("np.where(x >= 0, 1, e) / (1 + e)", "1 / (1 + e)"),
        ),
        mistake(
            "clipped for float64",
            "Right for 64-bit numbers. But networks compute with 32-bit ones, and the largest of "
            "them is e to the power of 88.7. Use no exponential but that of −|x|, and there is "
            "nothing to clip.",
            ("np.exp(-np.abs(x))", "np.exp(-np.clip(x, -500, 500))"),
            ("np.where(x >= 0, 1, e) / (1 + e)", "1 / (1 + e)"),
        ),
        mistake(
            "clipped where it matters",
            "You clip x at ±20. The sigmoid of 30 is not that of 20, and its slope is not, either. "
            "With e⁻|ˣ| there is nothing to clip.",
            ("np.exp(-np.abs(x))", "np.exp(-np.clip(x, -20, 20))"),
            ("np.where(x >= 0, 1, e) / (1 + e)", "1 / (1 + e)"),
        ),
        mistake(
            "without 1 − σ",
            "Your derivative is σ alone. It is σ (1 − σ): flat at both ends.",
            ("da * self.a * (1 - self.a)", "da * self.a"),
        ),
        mistake(
            "1 − σ alone",
            "Your derivative is 1 − σ alone. It is σ (1 − σ): flat at both ends.",
            ("da * self.a * (1 - self.a)", "da * (1 - self.a)"),
        ),
        mistake(
            "the derivative of tanh",
            "1 − a² is the derivative of tanh. That of the sigmoid is a (1 − a).",
            ("self.a * (1 - self.a)", "(1 - self.a**2)"),
        ),
        mistake(
            "the steepest slope everywhere",
            "You multiply by ¼, the slope at 0, everywhere. Further out the sigmoid is flatter: "
            "a (1 − a).",
            ("self.a * (1 - self.a)", "0.25"),
        ),
        mistake(
            "da for the first term alone",
            "da · a − a² lacks brackets: da multiplies the whole derivative, da · (a − a²).",
            ("da * self.a * (1 - self.a)", "da * self.a - self.a**2"),
        ),
        mistake(
            "da in place of the output",
            "da (1 − da) is made of da alone. The derivative is made of what forward returned, "
            "a (1 − a), and da multiplies it.",
            ("da * self.a * (1 - self.a)", "da * (1 - da)"),
        ),
        mistake(
            "a sign in the derivative",
            "Your derivative is a (1 + a). It is a (1 − a).",
            ("(1 - self.a)", "(1 + self.a)"),
        ),
        mistake(
            "σ of the output",
            "You take the sigmoid of the sigmoid. self.a is σ already: the derivative is "
            "a (1 − a).",
            (
                "return da * self.a * (1 - self.a)",
                "a = self.forward(self.a)\n        return da * a * (1 - a)",
            ),
        ),
        mistake(
            "the derivative of da's sigmoid",
            "backward takes the sigmoid of da. It is the output of forward of which the derivative "
            "is made; da only multiplies.",
            (
                "return da * self.a * (1 - self.a)",
                "a = self.forward(da)\n        return a * (1 - a)",
            ),
        ),
        mistake(
            "tanh(x/2)",
            "tanh(x/2) runs from −1 to 1. The sigmoid is (1 + tanh(x/2)) / 2.",
            ("np.where(x >= 0, 1, e) / (1 + e)", "np.tanh(x / 2)"),
        ),
        mistake(
            "tanh",
            "That is tanh, which runs from −1 to 1, with its derivative. The sigmoid runs from 0 "
            "to 1.",
            ("np.where(x >= 0, 1, e) / (1 + e)", "np.tanh(x)"),
            ("self.a * (1 - self.a)", "(1 - self.a**2)"),
        ),
        mistake(
            "twice as steep",
            "(1 + tanh x)/2 is σ(2x). Halve x first.",
            ("np.where(x >= 0, 1, e) / (1 + e)", "(1 + np.tanh(x)) / 2"),
        ),
        mistake(
            "σ(|x|)",
            "Negative inputs get the answer of positive ones: 1 / (1 + e⁻|ˣ|) is σ where x ≥ 0 "
            "alone. Where x < 0 the numerator is e⁻|ˣ|.",
            ("np.where(x >= 0, 1, e)", "1"),
        ),
        mistake(
            "σ(−x)",
            "Your sigmoid falls where it should rise: it is σ(−x). Large x should give 1. Which of "
            "the two formulas belongs to x ≥ 0?",
            ("np.where(x >= 0, 1, e)", "np.where(x >= 0, e, 1)"),
        ),
        mistake(
            "1 − σ(|x|)",
            "Positive inputs get the answer of negative ones: e⁻|ˣ| / (1 + e⁻|ˣ|) is σ where x < 0 "
            "alone. Where x ≥ 0 the numerator is 1.",
            ("np.where(x >= 0, 1, e)", "e"),
        ),
        mistake(
            "the input in the derivative",
            "Your derivative is x (1 − x). In σ (1 − σ) stands the output of forward: keep that "
            "one.",
            (
                "self.a = np.where(x >= 0, 1, e) / (1 + e)\n        return self.a",
                "self.a = x\n        return np.where(x >= 0, 1, e) / (1 + e)",
            ),
        ),
        mistake(
            "da forgotten",
            "backward returns the derivative alone. By the chain rule the answer is da times the "
            "derivative, number by number.",
            ("da * self.a", "self.a"),
        ),
        mistake(
            "nothing kept",
            "backward looks for self.a, and nobody has put anything there. What forward computes "
            "is lost when it returns, unless it stores it: `self.a = …`.",
            ("self.a = np.where", "a = np.where"),
            ("return self.a\n", "return a\n"),
            ('        checks.backward(self, "a", da)\n', ""),
        ),
        not_a_layer(UNCHECKED),
        one_question(
            (
                "        e = np.exp",
                "        if x >= 0:\n            return 1 / (1 + np.exp(-x))\n        e = np.exp",
            )
        ),
    ),
    alternatives=(
        """
        class MySigmoid(Layer):
            def forward(self, x):
                self.x = x
                return (1 + np.tanh(x / 2)) / 2

            def backward(self, da):
                a = self.forward(self.x)
                return da * (a - a * a)
        """,
        """
        class MySigmoid(Layer):
            def forward(self, x):
                self.out = np.zeros(x.shape)
                for place, value in np.ndenumerate(x):
                    if value < 0:
                        self.out[place] = np.exp(value) / (1 + np.exp(value))
                    else:
                        self.out[place] = 1 / (1 + np.exp(-value))
                return self.out

            def backward(self, da):
                return self.out * da - self.out**2 * da
        """,
    ),
)  # fmt: skip


def relu_cases(rng):
    return batches(rng, [-1.0, 0.0, 2.0], [3.0, 4.0, -5.0])


RELU = Code(
    id="activations.ReLU",
    title="ReLU, and what it lets back",
    kind="build",
    level=1,
    task="""
Write ReLU as a layer: `forward(x)` passes what is positive and puts 0 for the rest, `backward(da)`
is `da` times the derivative. At exactly 0 the derivative is 0.
""",
    cases=relu_cases,
    use=use,
    rtol=1e-9,
    hints=(
        "`np.maximum(x, 0)` compares number by number.",
        "The derivative is 1 where the input was positive, else 0. So backward has to know the "
        "input of forward: keep it, `self.x = x`.",
        "`self.x > 0` is an array of True and False, which count as 1 and 0 in a product.",
    ),
    mistakes=(
        mistake(
            "np.max in place of np.maximum",
            "np.max(x, 0) is the largest number of each column: the 0 is an axis. To compare each "
            "number with 0, use np.maximum.",
            ("np.maximum(x, 0)", "np.max(x, 0)"),
        ),
        mistake(
            "output ≥ 0",
            "Your derivative is 1 everywhere, also where the unit sleeps. If you ask whether the "
            "output is ≥ 0: it always is. Ask whether the input is > 0.",
            ("self.x = x\n", "self.x = np.maximum(x, 0)\n"),
            ("self.x > 0", "self.x >= 0"),
        ),
        mistake(
            "ReLU of da",
            "You cut the negative numbers of da. A gradient may well be negative: what decides "
            "whether it passes is the sign of the input of forward.",
            ("self.x > 0", "da > 0"),
        ),
        mistake(
            "the input passed back",
            "backward multiplies da by ReLU's value. It is the *derivative* that multiplies: 1 "
            "where the input was positive.",
            ("(self.x > 0)", "np.maximum(self.x, 0)"),
        ),
        mistake(
            "the input in place of da",
            "backward returns the input where it is positive. What passes there is da.",
            ("da * (self.x > 0)", "self.x * (self.x > 0)"),
        ),
        mistake(
            "the wrong side in backward",
            "backward lets pass what forward cuts, and the other way round: da passes where the "
            "input was positive.",
            ("self.x > 0", "self.x <= 0"),
        ),
        mistake(
            "the wrong side in backward, without zero",
            "backward lets pass what forward cuts, and the other way round: da passes where the "
            "input was positive.",
            ("self.x > 0", "self.x < 0"),
        ),
        mistake(
            "the wrong side",
            "You keep what is negative, and its slopes. A ReLU passes what is positive.",
            ("np.maximum(x, 0)", "np.minimum(x, 0)"),
            ("self.x > 0", "self.x < 0"),
        ),
        mistake(
            "the wrong side in forward",
            "forward keeps what is negative. It should pass what is positive.",
            ("np.maximum(x, 0)", "np.minimum(x, 0)"),
        ),
        mistake(
            "the absolute value",
            "forward turns negative numbers round. A ReLU puts 0 for them.",
            ("np.maximum(x, 0)", "np.abs(x)"),
        ),
        mistake(
            "the absolute value, and its slope",
            "That is |x|, with its slope: negative numbers turn round. A ReLU puts 0 for them, and "
            "has the slope 0 there.",
            ("np.maximum(x, 0)", "np.abs(x)"),
            ("(self.x > 0)", "np.sign(self.x)"),
        ),
        mistake(
            "True and False",
            "forward returns whether x is positive, 1 or 0. It should pass x itself there.",
            ("np.maximum(x, 0)", "(x > 0) * 1.0"),
        ),
        mistake(
            "a leak",
            "That is a leaky ReLU: on the left it lets a hundredth through. A ReLU cuts to 0.",
            ("np.maximum(x, 0)", "np.where(x > 0, x, 0.01 * x)"),
            ("da * (self.x > 0)", "np.where(self.x > 0, da, 0.01 * da)"),
        ),
        mistake(
            "the sign as slope",
            "`np.sign` is −1 on the left, so da comes back with the other sign there. The slope is "
            "0 on the left: `self.x > 0`.",
            ("(self.x > 0)", "np.sign(self.x)"),
        ),
        mistake(
            "slope ½ at zero",
            "Right but for inputs of exactly 0, where you let half of da through. The task chooses "
            "0.",
            ("(self.x > 0)", "np.heaviside(self.x, 0.5)"),
        ),
        mistake(
            "clipped at 1",
            "forward cuts what is above 1, too. A ReLU has no upper end.",
            ("np.maximum(x, 0)", "np.clip(x, 0, 1)"),
        ),
        mistake(
            "clipped at 6",
            "That is ReLU6: it stops at 6. A ReLU has no upper end.",
            ("np.maximum(x, 0)", "np.clip(x, 0, 6)"),
            ("(self.x > 0)", "((self.x > 0) & (self.x < 6))"),
        ),
        mistake(
            "whole numbers",
            "forward cuts off what stands after the point (`int`). What is positive passes as it "
            "is.",
            ("np.maximum(x, 0)", "np.maximum(x, 0).astype(int)"),
        ),
        mistake(
            "da forgotten",
            "backward returns the derivative alone, ones and zeros. The answer is da times the "
            "derivative.",
            ("da * (self.x > 0)", "1.0 * (self.x > 0)"),
        ),
        mistake(
            "slope 1 at zero",
            "Right but for inputs of exactly 0: there you let da through. A kink has no "
            "derivative, and the task chooses 0.",
            ("self.x > 0", "self.x >= 0"),
        ),
        mistake(
            "in place",
            "The numbers are right, but x itself has changed: it belongs to the caller, "
            "who may still need its negative numbers. Return a new array.",
            (
                "self.x = x\n        return np.maximum(x, 0)",
                "x[x < 0] = 0\n        self.x = x\n        return x",
            ),
        ),
        mistake(
            "nothing kept",
            "backward looks for self.x, and nobody has put anything there: forward should keep its "
            "input, `self.x = x`.",
            ("        self.x = x\n", ""),
            ('        checks.backward(self, "x", da)\n', ""),
        ),
        not_a_layer(UNCHECKED),
        one_question(("np.maximum(x, 0)", "max(x, 0)")),
    ),
    alternatives=(
        """
        class MyReLU(Layer):
            def forward(self, x):
                self.a = (x + np.abs(x)) / 2
                return self.a

            def backward(self, da):
                dx = da.copy()
                dx[self.a == 0] = 0
                return dx
        """,
    ),
)  # fmt: skip


def leaky_cases(rng):
    slopes = 0.1, 0.5, 0.25, 2.0, 0.0, float(rng.uniform(1.1, 3))  # "of any size"
    for slope, case in zip(slopes, batches(rng, [-2.0, 0.0, 3.0], [4.0, 5.0, -6.0])):
        yield case | {"slope": slope}
    yield {"x": np.array([[-100.0, 7.0]]), "da": np.array([[1.0, 1.0]])}


def use_beside_another(answer, x, da, **settings):
    """As `use`, while there is another layer, with a slope of its own, given without its name.
    What `state` names is what a network saves: it has to be there."""
    made = []

    def first(**settings):
        made.append(answer(**settings))
        made.append(answer(7.0))
        return made[0]

    result = use(first, x, da, **settings)
    names = getattr(made[0], "state", ())
    return result | {"has what state names": all(hasattr(made[0], it) for it in names)}


LEAKY_RELU = Code(
    id="activations.LeakyReLU",
    title="A leak, of any size",
    kind="build",
    level=1,
    task="""
Write leaky ReLU, with a slope on the left that whoever makes the layer may choose:
`MyLeakyReLU(slope=0.2)`, or `MyLeakyReLU()` for 0.01. At exactly 0 the left slope counts.
""",
    cases=leaky_cases,
    use=use_beside_another,
    rtol=1e-9,
    hints=(
        "`__init__` keeps the slope, `self.slope = slope`; forward keeps its input.",
        "`np.where(x > 0, one, other)` takes each number from one of two arrays.",
        "In backward, too, the sign of the input decides: `da` where it was positive, slope · `da` "
        "elsewhere.",
    ),
    mistakes=(
        mistake(
            "always 0.01",
            "Your leak is 0.01, whatever slope is asked for. `__init__` should keep the slope, "
            "and forward and backward use it.",
            ('checks.number(slope, "slope")', "0.01"),
        ),
        mistake(
            "always 0.01 in backward",
            "forward uses the slope that was chosen, and backward always 0.01: self.slope is the "
            "derivative, too.",
            ("da, self.slope * da", "da, 0.01 * da"),
        ),
        mistake(
            "always 0.01 in forward",
            "backward uses the slope that was chosen, and forward always 0.01: self.slope * x.",
            ("x, self.slope * x)", "x, 0.01 * x)"),
        ),
        mistake(
            "the slope under another name",
            "The numbers are right. But `state` says that what the layer needs is called slope, "
            "and a network that is saved or copied looks for self.slope: call it that.",
            ("self.slope = check", "self.alpha = check"),
            ("x, self.slope * x", "x, self.alpha * x"),
            ("da, self.slope * da", "da, self.alpha * da"),
        ),
        mistake(
            "the slope not kept",
            "A name in `__init__` is gone when `__init__` is over. What forward and backward need "
            "belongs into self: `self.slope = slope`.",
            ("self.slope = check", "slope = check"),
        ),
        mistake(
            "the larger of the two",
            "`np.maximum(x, slope * x)` is right as long as the slope is at most 1. With a slope "
            "of 2 the larger of the two is the wrong one: ask for the sign of x.",
            ("np.where(x > 0, x, self.slope * x)", "np.maximum(x, self.slope * x)"),
        ),
        mistake(
            "a slope for all layers",
            "All layers share one slope, the one that was chosen last: it belongs to the class. "
            "Keep it in the object, `self.slope = slope`.",
            ("self.slope = check", "type(self).slope = check"),
        ),
        *[
            mistake(
                f"another default, {default}",
                f"With a slope that is given you are right. Without one, `MyLeakyReLU()`, it is "
                f"{default} with you, and should be 0.01.",
                ("slope=0.01", f"slope={default}"),
            )
            for default in (0, 0.001, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 1)
        ],
        mistake(
            "no leak in forward",
            "backward leaks, forward does not: on the left it returns 0. Asked for is slope · x.",
            ("np.where(x > 0, x, self.slope * x)", "np.maximum(x, 0)"),
        ),
        mistake(
            "the slope as value",
            "Left of zero forward returns the slope itself. It is a *slope*: slope · x.",
            ("x, self.slope * x)", "x, self.slope)"),
        ),
        mistake(
            "the larger of slope and x",
            "`np.maximum(slope, x)` is the slope itself wherever x is less. On the left it should "
            "be slope · x.",
            ("np.where(x > 0, x, self.slope * x)", "np.maximum(self.slope, x)"),
        ),
        mistake(
            "1 − slope",
            "On the left you multiply by 1 − slope. It is the slope itself: slope · x.",
            ("x, self.slope * x)", "x, (1 - self.slope) * x)"),
            ("da, self.slope * da", "da, (1 - self.slope) * da"),
        ),
        mistake(
            "the leak on both sides",
            "You add slope · x everywhere, so the slope on the right is 1 + slope. On the right it "
            "is 1.",
            ("np.where(x > 0, x, self.slope * x)", "np.maximum(x, 0) + self.slope * x"),
            (
                "np.where(self.x > 0, da, self.slope * da)",
                "da * ((self.x > 0) + self.slope)",
            ),
        ),
        mistake(
            "upside down",
            "On the left your function rises again: negative numbers should stay negative, slope · "
            "x, without a sign or an absolute value.",
            ("np.where(x > 0, x, self.slope * x)", "np.where(x > 0, x, -self.slope * x)"),
        ),
        mistake(
            "upside down, and back",
            "On the left your function rises again, and its derivative fits it. But negative "
            "numbers should stay negative: slope · x.",
            ("np.where(x > 0, x, self.slope * x)", "np.where(x > 0, x, -self.slope * x)"),
            ("da, self.slope * da", "da, -self.slope * da"),
        ),
        mistake(
            "divided",
            "You divide by the slope. On the left x is *multiplied* by it.",
            ("x, self.slope * x)", "x, x / self.slope)"),
            ("da, self.slope * da)", "da, da / self.slope)"),
        ),
        mistake(
            "the smaller of the two",
            "`np.minimum` takes the wrong one of the two. Ask for the sign of x: `np.where`.",
            ("np.where(x > 0, x, self.slope * x)", "np.minimum(x, self.slope * x)"),
        ),
        mistake(
            "the slope twice",
            "backward multiplies by the slope twice. Once is enough: it is the derivative.",
            ("da, self.slope * da", "da, self.slope**2 * da"),
        ),
        mistake(
            "da forgotten",
            "backward returns the derivative alone, 1 or the slope. The answer is da times the "
            "derivative.",
            ("da, self.slope * da", "1.0, self.slope"),
        ),
        mistake(
            "da on the right alone",
            "On the left backward returns the slope alone. It is da times the slope.",
            ("da, self.slope * da", "da, self.slope"),
        ),
        mistake(
            "no leak in backward",
            "forward leaks, backward does not: on the left it returns 0, as ReLU does. "
            "The slope is the derivative there.",
            ("da, self.slope * da", "da, 0.0 * da"),
        ),
        mistake(
            "the sign of da",
            "backward looks at the sign of da. What decides is the sign of forward's input, "
            "whichever sign the gradient has.",
            ("self.x > 0", "da > 0"),
        ),
        mistake(
            "the wrong side",
            "The two sides are exchanged: positive numbers pass as they are, the others are "
            "multiplied by the slope.",
            ("np.where(x > 0", "np.where(x <= 0"),
            ("self.x > 0", "self.x <= 0"),
        ),
        mistake(
            "the wrong side in backward",
            "forward is right. In backward the two sides are exchanged: da passes as it is where "
            "the input was positive.",
            ("da, self.slope * da", "self.slope * da, da"),
        ),
        mistake(
            "the slope on both sides in backward",
            "backward multiplies by the slope everywhere. On the right da passes as it is.",
            ("np.where(self.x > 0, da, self.slope * da)", "self.slope * da"),
        ),
        mistake(
            "the input passed back",
            "On the left backward returns slope · x. It is da that comes back: slope · da.",
            ("da, self.slope * da", "da, self.slope * self.x"),
        ),
        mistake(
            "the slope on both sides",
            "You multiply by the slope everywhere: that is a straight line. On the right x passes "
            "as it is.",
            ("np.where(x > 0, x, self.slope * x)", "self.slope * x"),
            ("np.where(self.x > 0, da, self.slope * da)", "self.slope * da"),
        ),
        mistake(
            "slope 1 at zero",
            "Right but for inputs of exactly 0, where the left slope counts: there, too, da is "
            "multiplied by the slope.",
            ("self.x > 0", "self.x >= 0"),
        ),
        not_a_layer(UNCHECKED),
        one_question(("np.where(x > 0, x, self.slope * x)", "x if x > 0 else self.slope * x")),
    ),
    alternatives=(
        """
        class MyLeakyReLU(Layer):
            def __init__(self, slope=0.01):
                self.leak = slope

            def forward(self, x):
                self.left = x <= 0
                return np.maximum(x, 0) + self.leak * np.minimum(x, 0)

            def backward(self, da):
                dx = np.array(da)
                dx[self.left] *= self.leak
                return dx
        """,
    ),
)  # fmt: skip


def saturated_share():
    """The letter nearest to the share of saturated sigmoids behind weights of size 1."""
    from nnlib import Sigmoid, normal

    rng, sigmoid = np.random.default_rng(0), Sigmoid()
    sigmoid.forward(rng.standard_normal((1000, 100)) @ normal(100, 50, 1.0, rng=rng))
    share = 100 * np.mean(sigmoid.backward(np.ones((1000, 50))) < 0.025)
    return min("abcd", key=lambda it: abs(float(SHARES[it][0].split()[1]) - share))


SHARES = {
    "a": (
        "about 0 %",
        "So it is with weights ten times smaller. These make z ten times larger: its standard "
        "deviation is √100 · 1 = 10. How flat is a sigmoid at 10?",
    ),
    "b": (
        "about 10 %",
        "The slope is below 0.025 wherever |z| > 3.6, and z has the standard deviation "
        "√100 · 1 = 10: is 3.6 far out, or near the middle?",
    ),
    "c": (
        "about 40 %",
        "That would be so if z had a standard deviation of about 4. Here 100 products add up, "
        "each with variance 1: what is the standard deviation of the sum?",
    ),
    "d": (
        "about 70 %",
        "Right: z has the standard deviation √100 · 1 = 10, and the slope is below 0.025 wherever "
        "|z| > 3.6. About 72 % of a bell lie more than 0.36 standard deviations from its middle.",
    ),
}  # fmt: skip
SATURATION = Choice(
    id="activations.saturation",
    title="How many are saturated?",
    kind="predict",
    level=1,
    task="""
A layer has 100 inputs of standard deviation 1, and weights of standard deviation 1, ten times more
than [*Initialization*](initialization.ipynb#which-one-when) recommends. How many of its sigmoids
are saturated, in the sense that their slope is below a tenth of the best possible, $0.25$?
""",
    options=SHARES,
    right="d",
    truth=saturated_share,
    hints=(
        'What is the standard deviation of a sum of 100 such products? (See "Initialization".)',
        "The slope falls below 0.025 where |z| exceeds 3.6: σ(3.6) is 0.973, and "
        "0.973 · 0.027 = 0.026.",
    ),
)


def dead_cases(rng):
    yield {"a": np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])}
    yield {
        "a": np.array([
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.5, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0, 0.001],
        ])
    }  # fmt: skip
    yield {"a": np.zeros((3, 2))}
    yield {"a": np.ones((2, 3))}
    yield {
        "a": np.array([[0.0, 1e-12, 0.0], [1e-5, 0.0, 0.0]])
    }  # little is not nothing
    a = np.maximum(rng.standard_normal((30, 7)), 0)
    dead, nearly = rng.permutation(7)[:2]
    a[:, [dead, nearly]] = 0
    a[rng.integers(1, 29), nearly] = 1
    yield {"a": a}


DEAD_UNITS = Code(
    id="activations.dead_units",
    title="Counting the dead",
    kind="beyond",
    level=1,
    task="""
`a` holds the outputs of a ReLU layer, a row for each example, a column for each unit. Return the
share of its units that are dead, from 0 to 1.
""",
    cases=dead_cases,
    hints=(
        "`a == 0` says where a zero is. Which axis runs over the examples?",
        "`np.all(…, axis=0)` gives one True or False a column, and the mean of those is a share.",
    ),
    solution="""
def my_dead_units(a):
    \"\"\"The share of dead units, from 0 to 1, given outputs a (n, k).\"\"\"
    return np.mean(np.all(a == 0, axis=0))
""",
    mistakes=(
        mistake(
            "the share of zeros",
            "That is the share of zero outputs. A zero is a ReLU's normal business: a unit is dead "
            "if it is 0 on every example.",
            ("np.all(a == 0, axis=0)", "a == 0"),
        ),
        *(
            mistake(
                f"nearly silent, {test}",
                "You count units that give out little, or allow for rounding. A ReLU's zeros are "
                "exact. A small number is not zero: a gradient passes, and the unit can learn.",
                ("np.all(a == 0, axis=0)", test),
            )
            for test in (
                "np.mean(a, axis=0) < 0.01",
                "np.all(a < 1e-4, axis=0)",
                "np.isclose(a, 0).all(axis=0)",
            )
        ),
        mistake(
            "cut to a whole number",
            "`int` cuts off what is behind the point, and of a share that is nearly always all.",
            ("np.mean(np.all(a == 0, axis=0))", "int(np.mean(np.all(a == 0, axis=0)))"),
        ),
        mistake(
            "one zero is enough",
            "You count each unit that sleeps for some example. Dead is who sleeps for all of them.",
            ("np.all", "np.any"),
        ),
        mistake(
            "always awake",
            "You look for columns without a zero: units that are awake on every example. "
            "A dead unit's column holds nothing else than zeros.",
            ("a == 0", "a != 0"),
        ),
        mistake(
            "below zero",
            "You ask where outputs are below 0. A ReLU's never are: a silent one gives exactly 0.",
            ("a == 0", "a < 0"),
        ),
        mistake(
            "the living",
            "That is the share of units that are alive. Asked for are the others.",
            ("np.all(a == 0, axis=0)", "np.any(a != 0, axis=0)"),
        ),
        mistake(
            "an answer for each unit",
            "You return True or False for each unit. Asked for is one number, the share of them: "
            "their mean.",
            ("np.mean(np.all(a == 0, axis=0))", "np.all(a == 0, axis=0)"),
        ),
        mistake(
            "half of the time",
            "You count units that are zero on most examples. Dead is who is zero on all of them.",
            ("np.all(a == 0, axis=0)", "np.mean(a == 0, axis=0) > 0.5"),
        ),
        mistake(
            "nearly always",
            "You count units that are zero on nearly all examples. One on which a unit wakes is "
            "enough for it to learn.",
            ("np.all(a == 0, axis=0)", "np.mean(a == 0, axis=0) > 0.95"),
        ),
        mistake(
            "the whole layer at once",
            "You ask once whether all outputs are zero. Ask for each column: axis=0.",
            ("np.all(a == 0, axis=0)", "np.all(a == 0)"),
        ),
        mistake(
            "divided by the living",
            "You divide the number of the dead by that of the living. A share is one of all units.",
            ("np.mean(np.all(a == 0, axis=0))",
             "np.sum(np.all(a == 0, axis=0)) / np.sum(np.any(a != 0, axis=0))"),
        ),
        mistake(
            "a loop over the examples",
            "Your loop goes as far as len(a), the number of rows. The units are the columns: "
            "a.shape[1] of them.",
            ("np.mean(np.all(a == 0, axis=0))",
             "sum(np.all(a[:, j] == 0) for j in range(len(a))) / len(a)"),
        ),
        mistake(
            "a loop over the examples, divided by the units",
            "Your loop goes as far as len(a), the number of rows. The units are the columns: "
            "a.shape[1] of them.",
            ("np.mean(np.all(a == 0, axis=0))",
             "sum(np.all(a[:, j] == 0) for j in range(len(a))) / a.shape[1]"),
        ),
        *[
            mistake(
                f"rounded to {places} places",
                f"You round the share to {places} after the point: return it as it is.",
                ("np.mean(np.all(a == 0, axis=0))",
                 f"np.round(np.mean(np.all(a == 0, axis=0)), {places})"),
            )
            for places in (1, 2)
        ],
        mistake(
            "the first example alone",
            "You look at the first example alone. A unit may be zero there, and wake up for "
            "another.",
            ("np.all(a == 0, axis=0)", "a[0] == 0"),
        ),
        mistake(
            "the last example alone",
            "You look at the last example alone. A unit may be zero there, and awake for another.",
            ("np.all(a == 0, axis=0)", "a[-1] == 0"),
        ),
        mistake(
            "units that never change",
            "You count units that say the same to every example. One that always says 1 is not "
            "dead.",
            ("np.all(a == 0, axis=0)", "np.std(a, axis=0) == 0"),
        ),
        mistake(
            "divided by all outputs",
            "You divide the number of dead units by that of all outputs, a.size. There are as many "
            "units as columns.",
            ("np.mean(np.all(a == 0, axis=0))", "np.sum(np.all(a == 0, axis=0)) / a.size"),
        ),
        mistake(
            "over the units",
            "You count examples for which no unit is awake. A unit is a column: look along the "
            "rows of it, axis 0.",
            ("axis=0", "axis=1"),
        ),
        mistake(
            "a number, not a share",
            "You return how many units are dead. Asked for is the share: divide by the number of "
            "units, which is that of columns.",
            ("np.mean", "np.sum"),
        ),
        mistake(
            "divided by the examples",
            "You divide the number of dead units by len(a), the number of rows. These are the "
            "examples; the units are the columns.",
            ("np.mean(np.all(a == 0, axis=0))", "np.sum(np.all(a == 0, axis=0)) / len(a)"),
        ),
    ),
    alternatives=(
        """
        def my_dead_units(a):
            dead = 0
            for unit in a.T:
                if max(unit) == 0:
                    dead += 1
            return dead / a.shape[1]
        """,
    ),
)  # fmt: skip


def softplus_cases(rng):
    yield from sigmoid_cases(rng)
    # Far out it is nearly ReLU, and is not.
    yield {
        "x": np.array([[6.0, -6.0, 9.0, -12.0, 12.0]]),
        "da": np.array([[1.0, 2.0, -1.0, 3.0, 1.0]]),
    }


SOFTPLUS = Code(
    id="activations.Softplus",
    title="Softplus, a ReLU without a kink",
    kind="beyond",
    level=2,
    task="""
Write $g(z) = \\ln(1 + e^z)$ as a layer. What is its derivative? (You have met it.) Both must be
safe at $\\pm 1000$, without a warning, in 64-bit and in 32-bit numbers.
""",
    cases=softplus_cases,
    use=use,
    rtol=1e-9,
    hints=(
        "Differentiate by the chain rule: 1 / (1 + eᶻ), times the derivative of what is inside.",
        "eᶻ / (1 + eᶻ) is the sigmoid. You have a class for it.",
        "`np.logaddexp(0, x)` is ln(e⁰ + eˣ), and does not overflow. Or take the larger of x and 0 "
        "out: ln(1 + eˣ) = max(x, 0) + ln(1 + e⁻|ˣ|).",
    ),
    solution="""
class MySoftplus(Layer):
    \"\"\"ln(1 + eˣ), near 0 on the far left and near x on the far right.\"\"\"

    elementwise = True

    def forward(self, x):
        self.x = x
        return np.logaddexp(0, x)  # ln(e⁰ + eˣ), without overflow

    def backward(self, da):
        return da * Sigmoid().forward(self.x)
""",
    mistakes=(
        mistake(
            "overflow",
            "The numbers are right, but e is raised to a large positive power, in forward or in "
            "backward, which no float can hold. Look for a way without: `np.logaddexp`, e⁻|ˣ|, or "
            "the class Sigmoid.",
            ("np.logaddexp(0, x)", "np.log(1 + np.exp(x))"),
        ),
        mistake(
            "clipped for float64",
            "You clip x at 500. Softplus of 1000 is 1000; and in 32-bit numbers, with which "
            "networks compute, e to the power of 89 is already too large.",
            ("np.logaddexp(0, x)", "np.log1p(np.exp(np.clip(x, -500, 500)))"),
        ),
        *[
            mistake(
                f"clipped at {bound}",
                f"You clip x at ±{bound}, and softplus of 1000 is 1000. Take the larger of x and 0 "
                f"out of the logarithm instead.",
                ("np.logaddexp(0, x)", f"np.log1p(np.exp(np.clip(x, -{bound}, {bound})))"),
            )
            for bound in (20, 30, 50, 80, 88, 100)
        ],
        *[
            mistake(
                f"ReLU beyond {bound}",
                f"Beyond ±{bound} you take ReLU's value. Softplus comes near it, and is "
                f"still above it. `np.logaddexp`, or ln(1 + e⁻|ˣ|), is exact everywhere.",
                ("np.logaddexp(0, x)",
                 f"np.where(abs(x) > {bound}, np.maximum(x, 0), np.logaddexp(0, x))"),
            )
            for bound in (5, 8, 10)
        ],
        mistake(
            "the larger part left out",
            "ln(1 + e⁻|ˣ|) is what is left when the larger of x and 0 has been taken out of the "
            "logarithm. Add it again.",
            ("np.logaddexp(0, x)", "np.log1p(np.exp(-np.abs(x)))"),
        ),
        mistake(
            "the smaller part added",
            "You add the smaller of x and 0 to ln(1 + e⁻|ˣ|). What has been taken out of the "
            "logarithm is the larger of the two.",
            ("np.logaddexp(0, x)", "np.minimum(x, 0) + np.log1p(np.exp(-np.abs(x)))"),
        ),
        mistake(
            "the logarithm forgotten",
            "forward returns 1 + eˣ. The logarithm of that is asked for.",
            ("np.logaddexp(0, x)", "1 + np.exp(x)"),
        ),
        mistake(
            "|x| added",
            "You add |x| to ln(1 + e⁻|ˣ|). What has been taken out of the logarithm is the larger "
            "of x and 0: on the left it is 0.",
            ("np.logaddexp(0, x)", "np.abs(x) + np.log1p(np.exp(-np.abs(x)))"),
        ),
        mistake(
            "x added",
            "You add x to ln(1 + e⁻|ˣ|). What has been taken out of the logarithm is the larger "
            "of x and 0: on the left it is 0.",
            ("np.logaddexp(0, x)", "x + np.log1p(np.exp(-np.abs(x)))"),
        ),
        mistake(
            "log₂",
            "You take a logarithm to the base 2. ln is `np.log`, or `np.logaddexp`.",
            ("np.logaddexp(0, x)", "np.logaddexp2(0, x)"),
        ),
        mistake(
            "ln(e + eˣ)",
            "`np.logaddexp(1, x)` is ln(e¹ + eˣ). The 1 of the formula is e⁰.",
            ("np.logaddexp(0, x)", "np.logaddexp(1, x)"),
        ),
        mistake(
            "the other side",
            "Yours falls from left to right: it is softplus of −x.",
            ("np.logaddexp(0, x)", "np.logaddexp(0, -x)"),
        ),
        mistake(
            "ReLU's value",
            "forward is ReLU itself. Softplus lies above it, by ln 2 at zero.",
            ("np.logaddexp(0, x)", "np.maximum(x, 0)"),
        ),
        mistake(
            "the sigmoid's value",
            "forward is the sigmoid, which is softplus's *derivative*. Its value is ln(1 + eˣ).",
            ("np.logaddexp(0, x)", "Sigmoid().forward(x)"),
        ),
        mistake(
            "the logarithm of the sigmoid",
            "That is ln σ(x), which ends at 0 on the right. Softplus has no 1 / in the logarithm: "
            "ln(1 + eˣ).",
            ("np.logaddexp(0, x)", "-np.logaddexp(0, -x)"),
            ("Sigmoid().forward(self.x)", "Sigmoid().forward(-self.x)"),
        ),
        mistake(
            "σ of da",
            "You take σ of da. The derivative is σ of forward's input, and da multiplies it.",
            ("da * Sigmoid().forward(self.x)", "Sigmoid().forward(da)"),
        ),
        mistake(
            "tanh",
            "Your derivative is tanh. Differentiate ln(1 + eˣ): eˣ / (1 + eˣ).",
            ("Sigmoid().forward(self.x)", "np.tanh(self.x)"),
        ),
        mistake(
            "the derivative of tanh",
            "1 − tanh² is the derivative of tanh. Differentiate ln(1 + eˣ): eˣ / (1 + eˣ).",
            ("Sigmoid().forward(self.x)", "(1 - np.tanh(self.x) ** 2)"),
        ),
        mistake(
            "the inner derivative forgotten",
            "Your derivative is 1 / (1 + eˣ), that of the logarithm alone. The chain rule goes on: "
            "times the derivative of what stands inside, eˣ.",
            ("Sigmoid().forward(self.x)", "Sigmoid().forward(-self.x)"),
        ),
        mistake(
            "the inner derivative alone",
            "Your derivative is eˣ, that of what stands inside. The logarithm's comes before it: "
            "1 / (1 + eˣ).",
            ("Sigmoid().forward(self.x)", "np.exp(self.x)"),
        ),
        mistake(
            "σ of the output",
            "The derivative is σ of forward's input. You take σ of its output, ln(1 + eˣ).",
            ("self.x = x\n", "self.x = np.logaddexp(0, x)\n"),
        ),
        mistake(
            "one derivative too many",
            "σ (1 − σ) is the derivative of the sigmoid. That of softplus is the sigmoid itself.",
            (
                "return da * Sigmoid().forward(self.x)",
                "a = Sigmoid().forward(self.x)\n        return da * a * (1 - a)",
            ),
        ),
        mistake(
            "the derivative of ReLU",
            "Your derivative jumps from 0 to 1, as that of ReLU does. Softplus has no kink: "
            "its derivative climbs smoothly, and is ½ at 0.",
            ("Sigmoid().forward(self.x)", "(self.x > 0)"),
        ),
        mistake(
            "da forgotten",
            "backward returns the derivative alone. The answer is da times the derivative.",
            ("da * Sigmoid", "Sigmoid"),
        ),
        not_a_layer(),
    ),
    alternatives=(
        """
        class MySoftplus(Layer):
            def forward(self, x):
                self.a = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
                return self.a

            def backward(self, da):
                return da * (1 - np.exp(-self.a))
        """,
    ),
)  # fmt: skip


def elu_cases(rng):
    alphas = 0.5, 2.0, 0.5, 2.0, 0.5, float(rng.uniform(1.2, 3))
    small = [-np.log(2), 0.0, 3.0], [1.0, 2.0, 4.0]
    for alpha, case in zip(alphas, batches(rng, *small)):
        yield case | {"alpha": alpha}
    yield {"x": np.array([[-1.0, 1.0]]), "da": np.array([[1.0, 1.0]])}


ELU = Code(
    id="activations.ELU",
    title="A derivative that is right by chance",
    kind="diagnose",
    level=2,
    task="""
ELU [[Clevert *et al.*, 2016](bibliography.md#clevert2016)] is $x$ where $x > 0$ and
$\\alpha\\,(e^x - 1)$ elsewhere: it leaks on the left, and levels off at $-\\alpha$. With
$\\alpha = 1$ the class below passes the comparison with numerical slopes. With $\\alpha = 0.5$ it
fails. Find the mistake, and mend it, so that nothing overflows at 1000.
""",
    cases=elu_cases,
    use=use,
    rtol=1e-9,
    broken="right for α = 1 alone",
    hints=(
        "forward is right. What is the derivative of α (eˣ − 1)?",
        "It is α eˣ. Now write that with the help of the output, a = α eˣ − α.",
    ),
    solution="""
class MyELU(Layer):
    \"\"\"x where x > 0, α (eˣ − 1) elsewhere: smooth for α = 1, and never below −α.\"\"\"

    elementwise = True

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):
        e = np.exp(np.minimum(x, 0))  # where x > 0 it is not needed, and might overflow
        self.x, self.a = x, np.where(x > 0, x, self.alpha * (e - 1))
        return self.a

    def backward(self, da):
        return da * np.where(self.x > 0, 1, self.a + self.alpha)
""",
    mistakes=(
        mistake(
            "right for α = 1 alone",
            "For x ≤ 0 backward multiplies by a + 1. The derivative is α eˣ, and the output is "
            "a = α eˣ − α: the two differ by 1 only if α is 1.",
            ("self.a + self.alpha", "self.a + 1"),
        ),
        mistake(
            "α times (a + 1)",
            "α (a + 1) is not α eˣ: the output a = α eˣ − α has α in it already. "
            "What must be added to a?",
            ("self.a + self.alpha", "self.alpha * (self.a + 1)"),
        ),
        mistake(
            "e to the power of the output",
            "Your derivative is α eᵃ, with the output in the exponent. It is α eˣ, with the input.",
            ("self.a + self.alpha", "self.alpha * np.exp(np.minimum(self.a, 0))"),
        ),
        mistake(
            "α forgotten",
            "Your derivative is eˣ. The factor α stays when α (eˣ − 1) is differentiated.",
            ("self.a + self.alpha", "np.exp(np.minimum(self.x, 0))"),
        ),
        mistake(
            "overflow",
            "α eˣ is right. But e is raised to large positive powers where x > 0, though nobody "
            "needs them there: `np.where` computes both of its answers. forward shows a way, "
            "np.minimum(x, 0); or use the output.",
            ("self.a + self.alpha", "self.alpha * np.exp(self.x)"),
        ),
        mistake(
            "the output alone",
            "Your derivative is the output, α eˣ − α. That of α eˣ − α is α eˣ: what must be added "
            "to the output?",
            ("self.a + self.alpha", "self.a"),
        ),
        mistake(
            "α times the output",
            "Your derivative is α a. The output has α in it already, and a constant is missing: "
            "α eˣ = a + α.",
            ("self.a + self.alpha", "self.alpha * self.a"),
        ),
        mistake(
            "1 + α a",
            "1 + α a is not α eˣ: the output a = α eˣ − α has α in it already. What must be added "
            "to it?",
            ("self.a + self.alpha", "1 + self.alpha * self.a"),
        ),
        mistake(
            "minus α",
            "You subtract α from the output, α eˣ − α. To be left with α eˣ, add it.",
            ("self.a + self.alpha", "self.a - self.alpha"),
        ),
        mistake(
            "α minus the output",
            "α − a is 2α − α eˣ. To be left with α eˣ, add α to a.",
            ("self.a + self.alpha", "self.alpha - self.a"),
        ),
        mistake(
            "divided by α",
            "You divide by α. The derivative of α eˣ − α is α eˣ, α times *larger* than eˣ.",
            ("self.a + self.alpha", "(self.a + 1) / self.alpha"),
        ),
        mistake(
            "α on the right, too",
            "On the right the slope is 1, whatever α is.",
            ("self.x > 0, 1,", "self.x > 0, self.alpha,"),
        ),
        mistake(
            "slope 1 at zero",
            "Right but for inputs of exactly 0, which belong to the left side here: there the "
            "slope is α.",
            ("np.where(self.x > 0, 1", "np.where(self.x >= 0, 1"),
        ),
        mistake(
            "da on the right alone",
            "On the left backward returns the derivative alone. It is da times the derivative, on "
            "both sides.",
            (
                "da * np.where(self.x > 0, 1, self.a + self.alpha)",
                "np.where(self.x > 0, da, self.a + self.alpha)",
            ),
        ),
        mistake(
            "everything passes",
            "backward lets all of da through. On the left the slope is α eˣ.",
            ("self.a + self.alpha", "1"),
        ),
        mistake(
            "no derivative on the left",
            "On the left your derivative is 0, as that of ReLU. ELU leaks there: α eˣ.",
            ("self.a + self.alpha", "0"),
        ),
        mistake(
            "the input in place of the output",
            "You add α to the *input*. It is the output, α eˣ − α, that becomes α eˣ when α is "
            "added.",
            ("self.a + self.alpha", "self.x + self.alpha"),
        ),
        mistake(
            "the slope of a leaky ReLU",
            "Left of zero your derivative is α everywhere. That holds at 0 alone: further left ELU "
            "flattens, with the slope α eˣ.",
            ("self.a + self.alpha", "self.alpha"),
        ),
        mistake(
            "forward was bent to fit",
            "Now forward and backward fit each other, but α has gone: this is the ELU of α = 1. "
            "forward was right; mend backward.",
            ("self.alpha * (e - 1)", "(e - 1)"),
            ("self.a + self.alpha", "self.a + 1"),
        ),
        mistake(
            "forward without − α",
            "You have changed forward, and α eˣ jumps at 0. forward was right; mend backward.",
            ("self.alpha * (e - 1)", "self.alpha * e"),
            ("self.a + self.alpha", "self.a"),
        ),
        mistake(
            "forward with − 1",
            "You have changed forward, and α eˣ − 1 jumps at 0. forward was right; mend backward.",
            ("self.alpha * (e - 1)", "self.alpha * e - 1"),
            ("self.a + self.alpha", "self.a + 1"),
        ),
        mistake(
            "α in forward's exponent",
            "You have changed forward: α stands in the exponent. It was right; mend backward.",
            ("self.alpha * (e - 1)", "np.exp(self.alpha * np.minimum(x, 0)) - 1"),
            ("self.a + self.alpha", "self.alpha * (self.a + 1)"),
        ),
        mistake(
            "α on both sides of forward",
            "You have changed forward: α multiplies the right side, too. It was right; mend "
            "backward.",
            ("np.where(x > 0, x, self.alpha * (e - 1))", "self.alpha * np.where(x > 0, x, e - 1)"),
            ("self.x > 0, 1,", "self.x > 0, self.alpha,"),
        ),
        mistake(
            "forward upside down",
            "You have changed forward: on the left it is positive now. It was right; mend "
            "backward.",
            ("self.alpha * (e - 1)", "self.alpha * (1 - e)"),
            ("self.a + self.alpha", "self.a - self.alpha"),
        ),
        mistake(
            "the larger of the two in forward",
            "You have changed forward: where α is more than 1, the larger of x and α (eˣ − 1) may "
            "be x, left of zero, too. forward was right; mend backward.",
            ("np.where(x > 0, x, self.alpha * (e - 1))", "np.maximum(x, self.alpha * (e - 1))"),
        ),
        mistake(
            "da forgotten",
            "backward returns the derivative alone. It is da times the derivative.",
            ("return da * np.where", "return np.where"),
        ),
        mistake(
            "α twice",
            "α (a + α) is α² eˣ: a + α is α eˣ already.",
            ("self.a + self.alpha", "self.alpha * (self.a + self.alpha)"),
        ),
        mistake(
            "1 and α added",
            "a + 1 + α is α eˣ + 1: α comes in the place of the 1.",
            ("self.a + self.alpha", "self.a + 1 + self.alpha"),
        ),
        mistake(
            "α added on both sides",
            "You add α on the right, too, where the slope is 1. It belongs to the output on the "
            "left alone.",
            ("np.where(self.x > 0, 1, self.a + self.alpha)",
             "(np.where(self.x > 0, 1, self.a) + self.alpha)"),
        ),
        mistake(
            "α added to α eˣ",
            "Your derivative is α eˣ + α. To get α eˣ, add α once to forward's output, α eˣ − α, "
            "and not to what has lost the − α.",
            ("self.a + self.alpha", "self.a + 2 * self.alpha"),
        ),
        mistake(
            "the wrong side in backward",
            "In backward the two sides are exchanged: the slope is 1 where the input was positive.",
            ("np.where(self.x > 0, 1, self.a + self.alpha)",
             "np.where(self.x > 0, self.a + self.alpha, 1)"),
        ),
        *[
            mistake(
                f"another default, {default}",
                f"With an α that is given you are right. Without one, `MyELU()`, it is {default} "
                f"with you, and was 1: leave `__init__` as it is.",
                ("alpha=1.0", f"alpha={default}"),
            )
            for default in (0.5, 2.0)
        ],
    ),
    alternatives=(
        """
        class MyELU(Layer):
            def __init__(self, alpha=1.0):
                self.alpha = alpha

            def forward(self, x):
                self.right, self.e = x > 0, np.exp(np.minimum(x, 0))
                return np.maximum(x, 0) + self.alpha * (self.e - 1)

            def backward(self, da):
                return da * self.right + da * ~self.right * self.alpha * self.e
        """,
    ),
)  # fmt: skip

EXERCISES = (SIGMOID, RELU, LEAKY_RELU, SATURATION, DEAD_UNITS, SOFTPLUS, ELU)
