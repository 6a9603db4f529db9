"""Exercises of *Initialization*."""

import inspect
from math import erf

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import initializers


def ten_per_cent_too_large():
    """The size after 50 layers whose weights are 10 % too large, from a size of 1."""
    rng = np.random.default_rng(0)
    signal = rng.standard_normal((20, 100))
    for _ in range(50):
        signal = signal @ (1.1 * rng.standard_normal((100, 100)) / 10)
    size = np.sqrt(np.mean(signal**2))
    return "a" if size < 2 else "b" if size < 20 else "c" if size < 1000 else "d"


TEN_PER_CENT = Choice(
    id="initializers.ten_per_cent",
    title="Ten per cent, fifty times",
    kind="predict",
    level=1,
    task="""
Numbers of size 1 go through 50 layers in a row, with nothing between them. All weights are 10 % too
large. How wrong is the size of the numbers that come out of layer 50?
""",
    options={
        "a": (
            "about 10 %",
            "After one layer it is. The second layer gets numbers that are too large already, "
            "and makes them 10 % larger again.",
        ),
        "b": (
            "about 5 times too large",
            "50 times 10 % would be that, if each layer added the same. But each layer "
            "multiplies what it is given: what is 1.1 · 1.1 · 1.1 …?",
        ),
        "c": (
            "more than 100 times too large",
            "Right: each layer multiplies by 1.1, and 1.1 to the power of 50 is 117.",
        ),
        "d": (
            "more than a million times too large",
            "That is too much: 1.1 to the power of 10 is 2.6. Take that to the power of 5.",
        ),
    },
    right="c",
    truth=ten_per_cent_too_large,
    hints=(
        "What one layer gives out, the next one takes in. What happens to a number of size 1 in "
        "two layers, and in three?",
        "Compute `1.1**50`.",
    ),
)


def described(W):
    if not isinstance(W, np.ndarray) or W.dtype.kind not in "iuf":
        return type(W).__name__
    if not np.isfinite(W).all():
        return f"array of shape {W.shape} with nan or infinite numbers"
    if W.size > 1 and np.ptp(W) == 0:
        return f"array of shape {W.shape}, all of it {W.flat[0]:g}"
    return f"array of shape {W.shape}"


def spread(W):
    """What can be said of 10,000 random weights or more whatever the draw: the SD to some per
    cent (see `rtol`), the rest so roughly that chance decides nothing, or it is five SDs off."""
    W = np.asarray(W, float)
    mean, sd = W.mean(), W.std()
    found = {
        "standard deviation": float(f"{sd:.3g}"),
        "mean / SD": abs(round(float(mean / sd), 1)),
        "distribution": distribution((W - mean).ravel() / sd),
    }
    for name, one, other in (
        ("columns", W[:, :-1], W[:, 1:]),
        ("rows", W[:-1], W[1:]),
    ):
        if one.size > 9000:
            product = np.mean((one - mean) * (other - mean)) / sd**2
            found[f"neighbouring {name}"] = (
                "independent" if abs(product) < 0.1 else "not independent"
            )
    return found


def distribution(z):
    """Which one has shares below some places as these numbers have, with mean 0 and SD 1."""
    if (values := len(np.unique(z))) < 10:
        return f"{values} values"
    places = np.linspace(-2, 2, 17)
    shares = np.searchsorted(np.sort(z), places) / len(z)
    known = {
        "uniform": np.clip(0.5 + places / 12**0.5, 0, 1),
        "normal": np.array([0.5 + erf(it / 2**0.5) / 2 for it in places]),
    }
    for name, right in known.items():
        if np.abs(shares - right).max() < 0.012:
            return name
    return "neither uniform nor normal"


def drawn(answer, n_in, n_out, seed):
    """The weights of a function of n_in, n_out and rng: their shape, spread and origin."""

    def again():
        return answer(n_in, n_out, rng=np.random.default_rng(seed))

    rng = np.random.default_rng(seed)
    W, other = answer(n_in, n_out, rng=rng), answer(n_in, n_out, rng=rng)
    if W is None:
        return None
    found = {"W": described(W)}
    found["the next draw from rng"] = same_or_other(W, other)
    found["the same seed again"] = same_or_other(W, again())
    return found | (spread(W) if np.size(W) > 10_000 else {})


def same_or_other(one, other):
    same = np.array_equal(np.nan_to_num(one), np.nan_to_num(other))
    return f"{'the same' if same else 'other'} numbers"


def shapes_and_seeds(rng):
    yield {"n_in": 3, "n_out": 2, "seed": 0}
    yield {"n_in": 200, "n_out": 250, "seed": 1}
    yield {"n_in": 1, "n_out": 40_000, "seed": 2}
    yield {"n_in": 1, "n_out": 1, "seed": 3}
    n_in, n_out, seed = rng.integers((300, 120, 3), (400, 150, 1000)).tolist()
    yield {"n_in": n_in, "n_out": n_out, "seed": seed}


OWN_GENERATOR = (
    "Each call returns the same numbers, so that all layers of one shape start alike. Draw from "
    "the rng that you are given, not from a generator of your own."
)


def wrong_draws(draw):
    """Mistakes of any initializer that draws by draw(n_in, n_out, rng=rng)."""
    right = f"{draw}(n_in, n_out, rng=rng)"
    hidden = {
        "normal": "np.random.standard_normal(",
        "uniform": "np.random.uniform(-1, 1, ",
    }
    return (
        mistake(
            "turned",
            "W has a row for each input and a column for each neuron: (n_in, n_out).",
            (right, f"{draw}(n_out, n_in, rng=rng)"),
        ),
        mistake(
            "a generator of its own",
            OWN_GENERATOR,
            ("rng=rng", "rng=np.random.default_rng(0)"),
        ),
        mistake(
            "one neuron for all",
            "All columns are the same, so all neurons start equal: what you have drawn are n_in "
            "numbers. Draw a whole matrix, `(n_in, n_out)`.",
            (right, f"{draw}(n_in, 1, rng=rng) @ np.ones((1, n_out))"),
        ),
        mistake(
            "one row for all",
            "All rows are the same: every input has the same weight to a neuron. Draw a whole "
            "matrix, `(n_in, n_out)`.",
            (right, f"np.ones((n_in, 1)) @ {draw}(1, n_out, rng=rng)"),
        ),
        mistake(
            "NumPy's hidden generator",
            "Whatever rng you are given, the numbers are other ones each time, and nobody can get "
            "yours again. Draw from rng, neither from np.random nor from a new generator.",
            (right, f"{hidden[draw]}(n_in, n_out))"),
        ),
        mistake(
            "a new generator each time",
            "Whatever rng you are given, the numbers are other ones each time, and nobody can get "
            "yours again. Draw from rng, neither from np.random nor from a new generator.",
            ("rng=rng", "rng=np.random.default_rng()"),
        ),
    )


XAVIER_UNIFORM = Code(
    id="initializers.xavier_uniform",
    title="Xavier's weights, uniform",
    kind="build",
    level=1,
    task="""
Write the initializer whose weights are uniform between $-r$ and $r$, with the $r$ that gives them
the variance $2/(n_\\text{in} + n_\\text{out})$. All randomness comes from `rng`: use `uniform` from
above, or `rng.uniform`.
""",
    cases=shapes_and_seeds,
    use=drawn,
    rtol=0.03,
    hints=(
        "A number that is uniform between −r and r has the variance r²/3. Set that equal to the "
        "variance that you want, and solve for r.",
        "r = √(6 / (n_in + n_out)). `uniform(n_in, n_out, rng=rng)` is between −1 and 1: "
        "multiply it.",
    ),
    mistakes=(
        mistake(
            "half-width taken for SD",
            "You use the standard deviation as the largest weight. Uniform weights between −r "
            "and r have an SD of r/√3, so r must be √3 times as much.",
            ("np.sqrt(6 /", "np.sqrt(2 /"),
        ),
        mistake(
            "no root",
            "6/(n_in + n_out) is r². You use it as r: the root is missing.",
            ("np.sqrt(6 / (n_in + n_out))", "(6 / (n_in + n_out))"),
        ),
        mistake(
            "the sum, not the mean",
            "Your weights have the variance 1/(n_in + n_out). The n of the rule is the *mean* of "
            "n_in and n_out, half of their sum: the variance is twice that.",
            ("6 /", "3 /"),
        ),
        mistake(
            "inputs alone",
            "You look at n_in alone, as He's rule does. Xavier counts the way back, too: "
            "n_in + n_out.",
            ("np.sqrt(6 / (n_in + n_out))", "np.sqrt(6 / n_in)"),
        ),
        mistake(
            "three times twice",
            "Your weights are √3 times too large. The 6 has the 3 of r²/3 in it already.",
            ("6 /", "18 /"),
        ),
        mistake(
            "twice as wide",
            "Your weights lie between −2r and 2r, with r = √(6/(n_in + n_out)). r is how far they "
            "go to one side, not how far from end to end.",
            ("6 /", "24 /"),
        ),
        mistake(
            "from 0 to 2r",
            "Your weights lie between 0 and 2r. The width is right, but the mean should be zero: "
            "from −r to r.",
            ("uniform(n_in, n_out, rng=rng)", "rng.uniform(0, 2, (n_in, n_out))"),
        ),
        mistake(
            "brackets missing",
            "6 / n_in + n_out divides by n_in alone, and then adds n_out. Brackets are missing "
            "around the sum.",
            ("6 / (n_in + n_out)", "6 / n_in + n_out"),
        ),
        mistake(
            "upside down",
            "The more neurons, the larger your weights: the fraction stands on its head.",
            ("6 / (n_in + n_out)", "(n_in + n_out) / 6"),
        ),
        mistake(
            "1/√n_in as the largest weight",
            "1/√n_in is the SD for a layer without a bend, not the largest weight, and it looks at "
            "the way forward alone. Xavier's r is √(6/(n_in + n_out)).",
            ("np.sqrt(6 / (n_in + n_out))", "1 / np.sqrt(n_in)"),
        ),
        mistake(
            "normal, with r",
            "Your weights are normal, with r as their SD. Make them uniform between −r and r.",
            ("uniform(n_in, n_out, rng=rng)", "normal(n_in, n_out, rng=rng)"),
        ),
        mistake(
            "r or −r",
            "Your weights have two values only, −r and r. Uniform ones take every value between.",
            ("uniform(n_in, n_out, rng=rng)", "rng.choice([-1, 1], (n_in, n_out))"),
        ),
        mistake(
            "half as wide",
            "Your weights lie between −r/2 and r/2. (`rng.random` is between 0 and 1.) But r²/3 is "
            "the variance of numbers between −r and r, an interval of width 2 r.",
            ("uniform(n_in, n_out, rng=rng)", "rng.uniform(-0.5, 0.5, (n_in, n_out))"),
        ),
        mistake(
            "twelfths",
            "(2r)²/12 = r²/3: with the width 2r the variance is a twelfth, with r, its half, a "
            "third. You mixed the two, and your weights are √2 times too large.",
            ("6 /", "12 /"),
        ),
        mistake(
            "the variance for r",
            "You use the variance itself, 2/(n_in + n_out), as the largest weight. Solve r²/3 = "
            "2/(n_in + n_out) for r.",
            ("np.sqrt(6 / (n_in + n_out))", "2 / (n_in + n_out)"),
        ),
        mistake(
            "the root of 6 alone",
            "You take the root of 6 alone. The whole of 6/(n_in + n_out) stands under it.",
            ("np.sqrt(6 / (n_in + n_out))", "np.sqrt(6) / (n_in + n_out)"),
        ),
        mistake(
            "the product",
            "You multiply n_in by n_out. The rule adds them: it is about their mean.",
            ("np.sqrt(6 / (n_in + n_out))", "np.sqrt(6 / (n_in * n_out))"),
        ),
        mistake(
            "outputs alone",
            "You look at n_out alone, the way back. Xavier counts both: n_in + n_out.",
            ("np.sqrt(6 / (n_in + n_out))", "np.sqrt(6 / n_out)"),
        ),
        mistake(
            "the rule without a bend",
            "3/n_in gives the variance 1/n_in, which looks at the way forward alone. Xavier puts "
            "the mean of n_in and n_out in the place of n_in.",
            ("np.sqrt(6 / (n_in + n_out))", "np.sqrt(3 / n_in)"),
        ),
        mistake(
            "two values",
            "The variance is right, but your weights have two values only, −s and s. Uniform ones "
            "take every value between −r and r.",
            (
                "uniform(n_in, n_out, rng=rng) * np.sqrt(6 /",
                "rng.choice([-1, 1], (n_in, n_out)) * np.sqrt(2 /",
            ),
        ),
        mistake(
            "normal, not uniform",
            "The variance is right, but your weights are normal. Make them uniform between −r "
            "and r, with r²/3 in the place of the variance.",
            ("np.sqrt(6 /", "np.sqrt(2 /"),
            ("uniform(n_in, n_out, rng=rng)", "normal(n_in, n_out, rng=rng)"),
        ),
        mistake(
            "only positive",
            "All your weights have one sign. The derivation needs the mean zero, or the terms of "
            "a sum do not cancel: from −r to r.",
            ("uniform(n_in, n_out, rng=rng)", "rng.uniform(0, 1, (n_in, n_out))"),
        ),
        *wrong_draws("uniform"),
    ),
    alternatives=(
        """
        def my_xavier_uniform(n_in, n_out, *, rng):
            r = (6 / (n_in + n_out)) ** 0.5
            return rng.uniform(-r, r, size=(n_in, n_out))
        """,
        """
        def my_xavier_uniform(n_in, n_out, *, rng):
            sd = np.sqrt(2 / (n_in + n_out))
            return sd * np.sqrt(3) * (2 * rng.random((n_in, n_out)) - 1)
        """,
    ),
)

HE_NORMAL = Code(
    id="initializers.he_normal",
    title="He's weights, normal",
    kind="build",
    level=1,
    task="""
Write the initializer for layers with a ReLU behind them: normal weights with mean zero and the
variance $2/n_\\text{in}$.
""",
    cases=shapes_and_seeds,
    use=drawn,
    rtol=0.03,
    hints=(
        "`normal(n_in, n_out, rng=rng)` has the standard deviation 1. What you multiply it with "
        "becomes its standard deviation.",
        "The variance should be 2/n_in. The standard deviation is its root.",
    ),
    mistakes=(
        mistake(
            "variance for SD",
            "2/n_in is the variance. What multiplies the weights is the standard deviation, its "
            "root: without it the signal dies out.",
            ("np.sqrt(2 / n_in)", "(2 / n_in)"),
        ),
        mistake(
            "no ReLU in mind",
            "Your variance is 1/n_in, the rule for a layer without a bend. A ReLU cuts off half "
            "of the mean square: that is what the 2 makes up for.",
            ("2 / n_in", "1 / n_in"),
        ),
        mistake(
            "outputs in place of inputs",
            "You divide by n_out. A neuron adds up its *inputs*: the size of its sum depends "
            "on n_in.",
            ("2 / n_in", "2 / n_out"),
        ),
        mistake(
            "Xavier's rule",
            "That is Xavier's variance, 2/(n_in + n_out). He's rule looks at the way forward "
            "alone: 2/n_in.",
            ("2 / n_in", "2 / (n_in + n_out)"),
        ),
        mistake(
            "He's uniform twin",
            "The variance is right, but your weights are uniform. Asked for are normal ones.",
            ("np.sqrt(2 / n_in)", "np.sqrt(6 / n_in)"),
            ("normal(n_in, n_out, rng=rng)", "uniform(n_in, n_out, rng=rng)"),
        ),
        mistake(
            "only positive",
            "All your weights are positive. The derivation needs a mean of zero: half of them "
            "negative.",
            ("normal(n_in, n_out, rng=rng)", "np.abs(normal(n_in, n_out, rng=rng))"),
        ),
        mistake(
            "the SD as the mean",
            "The first argument of `rng.normal` is the *mean*, 0 here. The standard deviation is "
            "the second one, `scale`.",
            (
                "normal(n_in, n_out, rng=rng) * np.sqrt(2 / n_in)",
                "rng.normal(np.sqrt(2 / n_in), size=(n_in, n_out))",
            ),
        ),
        mistake(
            "the SD as mean, too",
            "The SD is right, but your weights lie around it, not around 0.",
            (
                "normal(n_in, n_out, rng=rng) * np.sqrt(2 / n_in)",
                "(1 + normal(n_in, n_out, rng=rng)) * np.sqrt(2 / n_in)",
            ),
        ),
        mistake(
            "the half-width as the SD",
            "√(6/n_in) is the largest weight of He's *uniform* twin. Normal weights have the SD "
            "√(2/n_in).",
            ("2 / n_in", "6 / n_in"),
        ),
        mistake(
            "SD 1",
            "Your weights have the SD 1, however many inputs there are. Multiply by the SD that "
            "is asked for, √(2/n_in).",
            (" * np.sqrt(2 / n_in)", ""),
        ),
        mistake(
            "n_in left out",
            "You multiply by √2 alone. The more inputs, the smaller each weight: √(2/n_in).",
            ("2 / n_in", "2"),
        ),
        mistake(
            "the mean of both",
            "You use the mean of n_in and n_out. He's rule needs n_in alone.",
            ("2 / n_in", "4 / (n_in + n_out)"),
        ),
        mistake(
            "the mean 1",
            "Your weights lie around 1. The first argument of `rng.normal` is the mean, and it "
            "is 0.",
            (
                "normal(n_in, n_out, rng=rng) * np.sqrt(2 / n_in)",
                "rng.normal(1, np.sqrt(2 / n_in), (n_in, n_out))",
            ),
        ),
        mistake(
            "clipped",
            "You cut the largest weights down to two SDs, and the SD of all goes down with them. "
            "Draw normal weights, and leave them as they are.",
            (
                "normal(n_in, n_out, rng=rng)",
                "np.clip(normal(n_in, n_out, rng=rng), -2, 2)",
            ),
        ),
        mistake(
            "divided by what the draw's SD is",
            "You divide by the SD of the very numbers that you have drawn. The variance is that "
            "of the distribution, not of one draw: a single weight's SD is 0, and it becomes nan.",
            (
                "normal(n_in, n_out, rng=rng)",
                "(lambda W: W / W.std())(normal(n_in, n_out, rng=rng))",
            ),
        ),
        mistake(
            "the shape in two arguments",
            "`standard_normal` takes the shape as one argument, in brackets of its own: "
            "`rng.standard_normal((n_in, n_out))`.",
            ("normal(n_in, n_out, rng=rng)", "rng.standard_normal(n_in, n_out)"),
        ),
        mistake(
            "upside down",
            "The more inputs, the larger your weights: the fraction stands on its head. It is "
            "2 divided by n_in.",
            ("2 / n_in", "n_in / 2"),
        ),
        mistake(
            "the root of 2 alone",
            "You take the root of 2, and divide by n_in itself. The root covers both.",
            ("np.sqrt(2 / n_in)", "np.sqrt(2) / n_in"),
        ),
        mistake(
            "the root of n_in alone",
            "You take the root of n_in, and leave 2 as it is. The root covers both.",
            ("np.sqrt(2 / n_in)", "2 / np.sqrt(n_in)"),
        ),
        mistake(
            "the product",
            "You divide by n_in times n_out. A neuron adds up its n_in inputs; how many "
            "neighbours it has does not matter to its sum.",
            ("2 / n_in", "2 / (n_in * n_out)"),
        ),
        mistake(
            "two values",
            "The variance is right, but your weights have two values only, −s and s. Normal ones "
            "take all values, small ones more often.",
            ("normal(n_in, n_out, rng=rng)", "rng.choice([-1, 1], (n_in, n_out))"),
        ),
        mistake(
            "columns made equally long",
            "You divide by a *length*. The root of a sum of n_in squares grows with n_in itself, "
            "so the weights come out √n_in too small. Nothing has to be divided but the 2.",
            (
                "normal(n_in, n_out, rng=rng)",
                "(lambda W: W / np.sqrt((W**2).sum(axis=0)))(normal(n_in, n_out, rng=rng))",
            ),
        ),
        mistake(
            "uniform, not normal",
            "Your weights are uniform, between −1 and 1 times the wanted SD. Draw normal ones "
            "(or, for uniform ones, use √6 in the place of √2).",
            ("normal(n_in, n_out, rng=rng)", "uniform(n_in, n_out, rng=rng)"),
        ),
        *wrong_draws("normal"),
    ),
    alternatives=(
        """
        def my_he_normal(n_in, n_out, *, rng):
            return rng.normal(0, (2 / n_in) ** 0.5, size=(n_in, n_out))
        """,
        """
        def my_he_normal(n_in, n_out, *, rng):
            W = np.empty((n_in, n_out))
            for row in W:
                row[:] = rng.standard_normal(n_out)
            return W / np.sqrt(n_in / 2)
        """,
    ),
)


def layers_to_make(rng):
    default = "(not given)"
    yield {"n_in": 1, "n_out": 2, "init": "normal", "seed": 0}
    yield {"n_in": 4, "n_out": 3, "init": default, "seed": 0}
    yield {
        "n_in": 5,
        "n_out": 2,
        "init": "xavier_uniform",
        "seed": int(rng.integers(1000)),
    }


def made(answer, n_in, n_out, init, seed):
    """What two layers from one generator have."""
    rng = np.random.default_rng(seed)
    kinds = {} if init.startswith("(") else {"init": getattr(initializers, init)}
    layer, next_layer = (answer(n_in, n_out, **kinds, rng=rng) for _ in range(2))
    names = {f"layer.{name}": getattr(layer, name) for name in ("W", "b", "dW", "db")}
    return names | {"W of the next layer": next_layer.W}


INIT = Code(
    id="layers.Linear.__init__",
    title="A layer that starts by itself",
    kind="build",
    level=1,
    task="""
Write what happens when `Linear(n_in, n_out, init=…, rng=…)` makes a new layer. Its weights `self.W`
are what the function `init` returns for these sizes and this `rng`; its biases `self.b` are zeros.
`self.dW` and `self.db` are zeros of the same shapes, places for the gradients of
[*Backpropagation*](backpropagation.ipynb#the-code-whole).
""",
    cases=layers_to_make,
    use=made,
    base="Layer",
    hints=(
        "`init` is a function like `he_normal`. Call it as the page calls `normal`: two sizes, "
        "and `rng=rng`.",
        "`np.zeros(n_out)` are biases. `np.zeros_like(self.W)` has the shape of W.",
        "Four assignments: self.W, self.b, self.dW, self.db. Nothing is returned.",
    ),
    mistakes=(
        mistake(
            "always He",
            "You always use he_normal. Whoever says `init=zeros` gets He's weights all the same: "
            "call the function init.",
            ("init(n_in, n_out, rng=rng)", "he_normal(n_in, n_out, rng=rng)"),
        ),
        mistake(
            "always zeros",
            "self.W is zeros, whatever `init` says. It is the function that makes the weights: "
            "call it.",
            ("init(n_in, n_out, rng=rng)", "np.zeros((n_in, n_out))"),
        ),
        mistake(
            "drawn twice",
            "You call `init` twice, and keep the second draw. Call it once: the next layer gets "
            "the numbers that follow.",
            (
                "self.W = checks.weights(init(n_in, n_out, rng=rng), n_in, n_out)",
                "init(n_in, n_out, rng=rng); self.W = init(n_in, n_out, rng=rng)",
            ),
        ),
        mistake(
            "scaled once more",
            "You multiply by √(2/n_in). The size is the business of `init`: take what it returns.",
            (
                "init(n_in, n_out, rng=rng)",
                "init(n_in, n_out, rng=rng) * np.sqrt(2 / n_in)",
            ),
        ),
        mistake(
            "biases of 1",
            "Your biases are 1. They start at 0.",
            ("self.b = np.zeros(n_out)", "self.b = np.ones(n_out)"),
        ),
        mistake(
            "random gradients",
            "self.dW is drawn with `init`. Nobody has computed a gradient yet, so it is zeros; and "
            "each draw takes numbers that the next layer should get.",
            ("np.zeros_like(self.W)", "init(n_in, n_out, rng=rng)"),
        ),
        mistake(
            "a generator of its own",
            OWN_GENERATOR,
            (
                "init(n_in, n_out, rng=rng)",
                "init(n_in, n_out, rng=np.random.default_rng(0))",
            ),
        ),
        mistake(
            "another default",
            "Whoever does not say `init` gets other weights than He's: the default is he_normal.",
            ("init=he_normal", "init=zeros"),
        ),
        mistake(
            "random biases",
            "Your biases are random. They may start at zero: the weights are enough to make the "
            "neurons different.",
            ("self.b = np.zeros(n_out)", "self.b = rng.standard_normal(n_out)"),
        ),
        mistake(
            "a bias for each input",
            "You make a bias for each input. A bias belongs to a neuron, and there are n_out.",
            ("np.zeros(n_out)", "np.zeros(n_in)"),
        ),
        mistake(
            "biases in a table",
            "Your biases have two axes. b has one number for each neuron: shape (n_out,).",
            ("np.zeros(n_out)", "np.zeros((1, n_out))"),
        ),
        mistake(
            "no places for the gradients",
            "The layer can answer, but not learn: it also needs self.dW and self.db, zeros of "
            "the shapes of W and b.",
            (
                "        self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)\n",
                "",
            ),
        ),
        mistake(
            "biases from init",
            "Your biases are drawn with `init`. They may start at zero; and each draw takes "
            "numbers that the next layer should get.",
            ("self.b = np.zeros(n_out)", "self.b = init(1, n_out, rng=rng)[0]"),
        ),
        mistake(
            "Xavier by default",
            "Whoever does not say `init` gets Xavier's weights: the default is he_normal.",
            ("init=he_normal", "init=xavier_normal"),
        ),
        mistake(
            "gradients of 1",
            "Your gradients are 1. Nobody has computed one yet: zeros.",
            (
                "np.zeros_like(self.W), np.zeros_like(self.b)",
                "np.ones_like(self.W), np.ones_like(self.b)",
            ),
        ),
        mistake(
            "dW is a copy of W",
            "self.dW begins as a copy of the weights. Nobody has computed a gradient yet: zeros, "
            "of the shape of W.",
            (
                "np.zeros_like(self.W), np.zeros_like(self.b)",
                "self.W.copy(), self.b.copy()",
            ),
        ),
        mistake(
            "dW is W",
            "self.dW is another name for the array W, so whoever writes a gradient into it "
            "overwrites the weights. Make new arrays of zeros.",
            ("np.zeros_like(self.W), np.zeros_like(self.b)", "self.W, self.b"),
        ),
    ),
    alternatives=(
        """
        class MyLinear(Layer):
            def __init__(self, n_in, n_out, *, init=he_normal, rng):
                self.W, self.b = init(n_in, n_out, rng=rng), np.zeros((n_out,))
                self.dW, self.db = 0.0 * self.W, 0.0 * self.b
        """,
    ),
)


def signals(rng):
    yield {"x": np.array([[3.0, -4.0]]), "W1": np.array([[1.0], [-1.0]])}
    yield {
        "x": np.array([[1.0, 2], [-1, 0], [0, 2]]),
        "W1": np.array([[1.0, -1, 0, 2], [0, 1, -3, 1]]),
        "W2": np.array([[1.0], [2], [0], [-1]]),
    }
    n, *sizes = rng.permutation([3, 4, 5, 6])
    arrays = {"x": rng.standard_normal((n, sizes[0]))}
    for i, pair in enumerate(zip(sizes, sizes[1:]), 1):
        arrays[f"W{i}"] = 10 * rng.standard_normal(pair)
    yield arrays
    yield {
        "x": np.array([[1.0, -1], [2, 0]]),
        "W1": np.array([[1.0, 0], [1, 2]]),
        "W2": np.array([[0.0, 1], [3, 0]]),
        "W3": np.array([[-1.0, -1], [0, -2]]),  # behind it all units are silent
        "W4": np.array([[1.0], [1]]),
    }


def through(answer, x, **weights):
    """A function of x and a list of weights."""
    return answer(x, list(weights.values()))


SIGNAL = Code(
    id="initializers.signal",
    title="Watch the signal",
    kind="beyond",
    level=2,
    task="""
Write the instrument that finds a bad start before any training. `x` is a batch and `weights` a list
of matrices: each layer multiplies its input by its matrix and applies a ReLU. Return an array of
sizes: first that of `x`, then that of what each layer gives out. Size is the root mean square.
""",
    cases=signals,
    use=through,
    hints=(
        "`size` on this page is the root mean square, and `np.maximum(0, z)` is the ReLU.",
        "Keep a list that begins with the size of x. In a loop over the weights, replace x by "
        "the layer's output and append its size. At the end: np.array.",
    ),
    solution='''
def my_signal(x, weights):
    """The size of x and of what each layer gives out: x W, then a ReLU."""
    sizes = [np.sqrt(np.mean(x**2))]
    for W in weights:
        x = np.maximum(0, x @ W)
        sizes.append(np.sqrt(np.mean(x**2)))
    return np.array(sizes)
''',
    mistakes=(
        mistake(
            "standard deviations",
            "You return standard deviations: distances from the mean. Behind a ReLU the mean is "
            "not zero, and it is the mean *square* that travels through the layers.",
            ("[np.sqrt(np.mean(x**2))]", "[x.std()]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(x.std())"),
        ),
        mistake(
            "no root",
            "Those are mean squares. The size is the root of each.",
            ("[np.sqrt(np.mean(x**2))]", "[np.mean(x**2)]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.mean(x**2))"),
        ),
        mistake(
            "variances",
            "You return variances: mean squares of the distance from the mean. Size is the root "
            "of the mean square of the numbers themselves.",
            ("[np.sqrt(np.mean(x**2))]", "[x.var()]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(x.var())"),
        ),
        mistake(
            "mean absolute values",
            "You take the mean of the absolute values. Size is the *root mean square*: square, "
            "then the mean, then the root.",
            ("[np.sqrt(np.mean(x**2))]", "[np.abs(x).mean()]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.abs(x).mean())"),
        ),
        mistake(
            "the largest",
            "You return the largest absolute value. Size is the root mean square of all of them.",
            ("[np.sqrt(np.mean(x**2))]", "[np.abs(x).max()]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.abs(x).max())"),
        ),
        mistake(
            "the mean squared",
            "You square the *mean*, where negative and positive numbers have cancelled already. "
            "First the squares, then their mean.",
            ("[np.sqrt(np.mean(x**2))]", "[np.abs(np.mean(x))]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.abs(np.mean(x)))"),
        ),
        mistake(
            "divided by the rows alone",
            "You divide the sum of squares by the number of rows. The mean is over all numbers, "
            "rows times columns.",
            ("[np.sqrt(np.mean(x**2))]", "[np.sqrt(np.sum(x**2) / len(x))]"),
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.sum(x**2) / len(x)))",
            ),
        ),
        mistake(
            "the mean of the rows' sizes",
            "You take the size of each row, and then the mean of those. A root of a mean is not a "
            "mean of roots: one mean over all numbers, then one root.",
            ("[np.sqrt(np.mean(x**2))]", "[np.sqrt(np.mean(x**2, axis=1)).mean()]"),
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.mean(x**2, axis=1)).mean())",
            ),
        ),
        mistake(
            "zeros left out",
            "You leave the zeros out. What a ReLU has cut off counts, with size zero.",
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.mean(x[x > 0] ** 2)))",
            ),
        ),
        mistake(
            "no ReLU behind the last",
            "There is no ReLU behind the last matrix. Here each layer has one.",
            (
                "sizes.append(np.sqrt(np.mean(x**2)))",
                "sizes.append(np.sqrt(np.mean((z if W is weights[-1] else x) ** 2)))",
            ),
            ("x = np.maximum(0, x @ W)", "z = x @ W; x = np.maximum(0, z)"),
        ),
        mistake(
            "ReLU before the product",
            "Your layers cut first and multiply then. It is the product, x W, that is cut.",
            ("np.maximum(0, x @ W)", "np.maximum(0, x) @ W"),
        ),
        mistake(
            "x cut, too",
            "You cut x itself. It comes as it is; a ReLU stands behind each matrix.",
            ("    sizes = [", "    x = np.maximum(0, x)\n    sizes = ["),
        ),
        mistake(
            "absolute values",
            "Your ReLU is `np.abs`: it turns negative numbers round. A ReLU puts 0 for them.",
            ("np.maximum(0, x @ W)", "np.abs(x @ W)"),
        ),
        mistake(
            "tanh",
            "You bend with tanh. This network has ReLUs: `np.maximum(0, z)`.",
            ("np.maximum(0, x @ W)", "np.tanh(x @ W)"),
        ),
        mistake(
            "leaky",
            "Your ReLU lets a hundredth of what is negative pass. A plain one puts 0 for it.",
            ("np.maximum(0, x @ W)", "np.maximum(0.01 * (x @ W), x @ W)"),
        ),
        mistake(
            "the negative half",
            "np.minimum keeps what is negative. A ReLU keeps what is positive: np.maximum.",
            ("np.maximum", "np.minimum"),
        ),
        mistake(
            "np.max",
            "`np.max(0, z)` takes z for an axis: it looks for the largest in *one* array. To "
            "compare each number with 0, `np.maximum(0, z)`.",
            ("np.maximum(0, x @ W)", "np.max(0, x @ W)"),
        ),
        mistake(
            "W in front",
            "You write W x, as textbooks do for one example in a column. Here examples are rows, "
            "and so x comes first.",
            ("x @ W", "W @ x"),
        ),
        mistake(
            "W turned",
            "You turn W on its side. It has a column for each neuron already: x W.",
            ("x @ W", "x @ W.T"),
        ),
        mistake(
            "made size 1 again",
            "You divide each layer's output by its size before the next layer gets it. Measure the "
            "signal, and leave it as it is.",
            (
                "sizes.append(np.sqrt(np.mean(x**2)))",
                "sizes.append(np.sqrt(np.mean(x**2))); x = x / sizes[-1]",
            ),
        ),
        mistake(
            "a size for each neuron",
            "You take a size for each column, that is, for each neuron. One mean over all the "
            "numbers: no axis.",
            ("[np.sqrt(np.mean(x**2))]", "[np.sqrt(np.mean(x**2, axis=0))]"),
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.mean(x**2, axis=0)))",
            ),
        ),
        mistake(
            "a size for each example",
            "You take a size for each row, that is, for each example. One mean over all the "
            "numbers: no axis.",
            ("[np.sqrt(np.mean(x**2))]", "[np.sqrt(np.mean(x**2, axis=1))]"),
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.mean(x**2, axis=1)))",
            ),
        ),
        mistake(
            "relative to x",
            "You divide by the size of x. Return the sizes as they are, that of x first.",
            ("return np.array(sizes)", "return np.array(sizes) / sizes[0]"),
        ),
        mistake(
            "sizes of the weights",
            "Those are the sizes of the matrices. Asked for are those of the numbers that pass "
            "through them.",
            ("append(np.sqrt(np.mean(x**2)))", "append(np.sqrt(np.mean(W**2)))"),
        ),
        mistake(
            "number by number",
            "`x * W` multiplies number by number, where the shapes let it. A layer's product is "
            "`x @ W`.",
            ("np.maximum(0, x @ W)", "np.maximum(0, x * W)"),
        ),
        mistake(
            "lengths",
            "That is the root of the *sum* of squares, as `np.linalg.norm` takes it: it grows with "
            "the number of numbers. Size is the root of their mean.",
            ("[np.sqrt(np.mean(x**2))]", "[np.linalg.norm(x)]"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.linalg.norm(x))"),
        ),
        mistake(
            "measured before the ReLU",
            "You measure z, before the ReLU cuts it. Measure what the layer gives out.",
            (
                "x = np.maximum(0, x @ W)\n        sizes.append(np.sqrt(np.mean(x**2)))",
                "z = x @ W\n        sizes.append(np.sqrt(np.mean(z**2))); x = np.maximum(0, z)",
            ),
        ),
        mistake(
            "no ReLU",
            "There is no ReLU: your layers only multiply. Cut off what is negative before the "
            "next layer gets it.",
            ("np.maximum(0, x @ W)", "x @ W"),
        ),
        mistake(
            "not passed on",
            "Each layer gets the first x. It should get what the layer before it gave out.",
            ("x = np.maximum(0, x @ W)", "a = np.maximum(0, x @ W)"),
            ("append(np.sqrt(np.mean(x**2)))", "append(np.sqrt(np.mean(a**2)))"),
        ),
        mistake(
            "z passed on",
            "You measure behind the ReLU, but hand on what was in front of it. The next layer gets "
            "what this one gives out.",
            ("x = np.maximum(0, x @ W)", "x = x @ W"),
            (
                "append(np.sqrt(np.mean(x**2)))",
                "append(np.sqrt(np.mean(np.maximum(0, x) ** 2)))",
            ),
        ),
        mistake(
            "x left out",
            "The sizes of the layers are right. Begin with that of x: whoever looks at a signal "
            "wants to know what went in.",
            ("[np.sqrt(np.mean(x**2))]", "[]"),
        ),
    ),
    alternatives=(
        """
        def my_signal(x, weights):
            signals = [x]
            for W in weights:
                z = signals[-1] @ W
                signals.append(z * (z > 0))
            return np.array([np.linalg.norm(s) / s.size**0.5 for s in signals])
        """,
    ),
)


def orthogonal_cases(rng):
    yield {"n_in": 2, "n_out": 2, "seed": 0}
    yield {"n_in": 4, "n_out": 3, "seed": 1}
    yield {"n_in": 2, "n_out": 5, "seed": 2}
    yield {"n_in": 1, "n_out": 9, "seed": 3}
    yield {"n_in": 3, "n_out": 1000, "seed": 4}
    n_in, n_out, seed = rng.integers((4, 7, 4), (7, 10, 1000)).tolist()
    yield {"n_in": n_in, "n_out": n_out, "seed": seed}


def at_right_angles(answer, n_in, n_out, seed):
    """Whether rows or columns are orthonormal, and whether all such matrices are as likely."""
    found = drawn(answer, n_in, n_out, seed)
    if found is None or found["W"] != f"array of shape {(n_in, n_out)}":
        return found and {"W": found["W"]}
    rng = np.random.default_rng(seed)
    W = answer(n_in, n_out, rng=rng)
    name, product = ("W.T @ W", W.T @ W) if n_in >= n_out else ("W @ W.T", W @ W.T)
    lengths, angles = np.diag(product), product[~np.eye(len(product), dtype=bool)]
    found = {
        "W": found["W"],
        f"diagonal of {name}": alike(lengths),
        f"{name} elsewhere": "zeros" if np.allclose(angles, 0) else "not all zeros",
        "numbers that are 0": "none" if np.all(np.abs(W) > 1e-12) else "some",
        **found,
    }
    if W.size > 1000:
        # A row that points anywhere has numbers as if they were normal: fourth powers of 3.
        peak = np.mean(W**4) / np.mean(W**2) ** 2
        found["directions"] = "all as likely" if 2.4 < peak < 3.6 else "not as likely"
    if W.size > 10:
        return found
    draw = inspect.unwrap(
        answer
    )  # it has been watched above: now only what it returns counts
    draws = [draw(n_in, n_out, rng=rng).ravel() for _ in range(200)]
    return found | chances(np.array(draws) * max(n_in, n_out) ** 0.5, n_out)


def alike(numbers):
    """All ones, all the same, or neither."""
    if np.allclose(numbers, 1):
        return "ones"
    same = len(numbers) > 1 and np.allclose(numbers, numbers[0])
    return f"all {numbers[0]:.3g}" if same else "not all ones"


def chances(draws, columns):
    """What 200 draws of a flattened W tell of the signs. Each number has mean 0 and mean square
    1; means over the draws then have an SD of 0.07, and the limit, 0.45, is six of them."""
    mean, product = np.abs(draws.mean(axis=0)), np.abs(draws.T @ draws / len(draws))
    places = np.arange(len(mean))
    same = places[:, np.newaxis] % columns == places % columns
    beside = same & ~np.eye(len(mean), dtype=bool)
    words = {True: "independent", False: "not independent"}
    return {
        "a number's sign, by 200 draws": "by chance"
        if mean.max() < 0.45
        else "by a rule",
        "signs in one column": words[bool(product[beside].max() < 0.45)],
        "signs in two columns": words[bool(product[~same].max() < 0.45)],
    }


ORTHOGONAL = Code(
    id="initializers.orthogonal",
    title="Weights at right angles",
    kind="beyond",
    level=3,
    task="""
Draw the weights of Saxe and others (2014): random, but with columns that have length 1 and stand at
right angles to each other, so that `W.T @ W` has ones on the diagonal and zeros elsewhere. Where
there are more columns than rows that is impossible; then the *rows* are to be so. A square `W` of
this kind keeps the size of every signal exactly. Any such matrix should be as likely as any other:
each number of `W` is as often negative as positive. (NumPy has a function that sets columns at
right angles; the first hint names it.)
""",
    cases=orthogonal_cases,
    use=at_right_angles,
    hints=(
        "`Q, R = np.linalg.qr(A)` makes columns at right angles, Q, out of the columns of a "
        "random A with at least as many rows as columns.",
        "For a wide W, make a tall one and turn it on its side.",
        "`qr` decides the signs by a rule of its own: look at W[0, 0] in some draws. Multiply "
        "each column by a random sign, or by the sign of R's diagonal.",
    ),
    solution='''
def my_orthogonal(n_in, n_out, *, rng):
    """W with columns (or rows) of length 1, at right angles to each other."""
    tall = max(n_in, n_out), min(n_in, n_out)
    Q, R = np.linalg.qr(rng.standard_normal(tall))
    Q = Q * np.sign(np.diag(R))  # qr itself chooses the signs by a rule, not by chance
    if n_in < n_out:
        Q = Q.T
    return Q
''',
    mistakes=(
        mistake(
            "signs without chance",
            "The angles and lengths are right, but the signs are not drawn: W[0, 0] always has the "
            "same, because routines such as `qr` and `svd` choose them by a rule. Multiply each "
            "column by a sign that chance decides.",
            (
                "    Q = Q * np.sign(np.diag(R))  # qr itself chooses the signs by a rule, not "
                "by chance\n",
                "",
            ),
        ),
        mistake(
            "qr as it comes",
            "That is `qr` as it comes. Two things are left to do: it chooses the signs by a rule, "
            "so that W[0, 0] always has the same, and for more columns than rows its Q is square.",
            ("max(n_in, n_out), min(n_in, n_out)", "(n_in, n_out)"),
            ("Q = Q * np.sign(np.diag(R))", "pass"),
            ("Q = Q.T", "pass"),
        ),
        mistake(
            "random numbers as they are",
            "Random columns are neither of length 1 nor at right angles to each other. Make them "
            "so: `np.linalg.qr` does both.",
            (
                "Q, R = np.linalg.qr(rng.standard_normal(tall))",
                "return rng.standard_normal((n_in, n_out))",
            ),
        ),
        mistake(
            "the unit matrix",
            "That is the unit matrix: its columns stand at right angles, but nothing is drawn. "
            "Begin with random numbers.",
            (
                "Q, R = np.linalg.qr(rng.standard_normal(tall))",
                "return np.eye(n_in, n_out)",
            ),
        ),
        mistake(
            "one sign for the whole",
            "The signs of your columns hang together, as when the whole matrix is multiplied by "
            "one sign. Give each column a random sign of its own.",
            ("np.sign(np.diag(R))", "rng.choice([-1, 1])"),
        ),
        mistake(
            "one column's sign",
            "Some of the signs are not by chance: routines such as `qr` and `eigh` choose them by "
            "a rule. Give each column a random sign of its own.",
            (
                "Q = Q * np.sign(np.diag(R))",
                "Q[:, 0] *= rng.choice([-1, 1])",
            ),
        ),
        mistake(
            "zeros beyond the square",
            "You fill a square, and leave the rest of W zero: some inputs, or some neurons, would "
            "not take part. Begin with a random matrix that is as long as W.",
            (
                "max(n_in, n_out), min(n_in, n_out)",
                "min(n_in, n_out), min(n_in, n_out)",
            ),
            (
                "    if n_in < n_out:\n        Q = Q.T\n    return Q",
                "    W = np.zeros((n_in, n_out))\n    W[: len(Q), : len(Q)] = Q\n    return W",
            ),
        ),
        mistake(
            "a permutation",
            "Your columns are those of the unit matrix in another order, with a sign: at right "
            "angles, but there are few such matrices. Any should be as likely: begin with random "
            "numbers.",
            (
                "Q, R = np.linalg.qr(rng.standard_normal(tall))",
                "Q = R = np.eye(*tall)[rng.permutation(tall[0])]",
            ),
            ("np.sign(np.diag(R))", "rng.choice([-1, 1], tall[1])"),
        ),
        mistake(
            "uniform numbers",
            "Lengths, angles and signs are right. But your columns do not point everywhere as "
            "often. Of random numbers only normal ones prefer no direction (uniform ones fill a "
            "cube, which reaches farther at its corners): `rng.standard_normal`.",
            ("rng.standard_normal(tall)", "rng.uniform(-1, 1, tall)"),
        ),
        mistake(
            "random numbers that are all positive, and the signs of R",
            "`rng.random` gives positive numbers only, so the first column always points the same "
            "way. Begin with `rng.standard_normal`.",
            ("rng.standard_normal(tall)", "rng.random(tall)"),
        ),
        mistake(
            "random numbers that are all positive",
            "`rng.random` gives positive numbers only, so the first column always points the same "
            "way, but for its sign. Begin with `rng.standard_normal`.",
            ("rng.standard_normal(tall)", "rng.random(tall)"),
            ("np.sign(np.diag(R))", "rng.choice([-1, 1], tall[1])"),
        ),
        mistake(
            "R's diagonal itself",
            "The angles are right, and the lengths are not 1. Of the diagonal of R only the sign "
            "is wanted, `np.sign`; and if you made the angles by hand, divide each column by its "
            "length.",
            ("np.sign(np.diag(R))", "np.diag(R)"),
        ),
        mistake(
            "too long",
            "Your columns have length √2. These weights are not He's: at a gain of exactly 1 a "
            "square W keeps the size.",
            ("np.sign(np.diag(R))", "np.sign(np.diag(R)) * np.sqrt(2)"),
        ),
        mistake(
            "lengths alone",
            "Your columns have length 1, but do not stand at right angles. Dividing a column by "
            "its length does not turn it: `np.linalg.qr` does.",
            ("max(n_in, n_out), min(n_in, n_out)", "(n_in, n_out)"),
            (
                "Q = Q * np.sign(np.diag(R))",
                "Q = rng.standard_normal(tall); Q /= np.sqrt((Q**2).sum(axis=0))",
            ),
            ("Q = Q.T", "pass"),
        ),
        mistake(
            "wide matrices as they are",
            "For more columns than rows `qr` returns a square Q, so W has the wrong shape. Make "
            "a tall matrix, and turn the result.",
            ("max(n_in, n_out), min(n_in, n_out)", "(n_in, n_out)"),
            ("Q = Q.T", "pass"),
        ),
        mistake(
            "not turned back",
            "A wide W comes out tall: turn it on its side before you return it.",
            ("Q = Q.T", "pass"),
        ),
        mistake(
            "a generator of its own",
            OWN_GENERATOR,
            (
                "rng.standard_normal(tall)",
                "np.random.default_rng(0).standard_normal(tall)",
            ),
        ),
    ),
    alternatives=(
        """
        def my_orthogonal(n_in, n_out, *, rng):
            U, _, Vt = np.linalg.svd(rng.standard_normal((n_in, n_out)), full_matrices=False)
            return U @ Vt
        """,
        """
        def my_orthogonal(n_in, n_out, *, rng):
            rows, columns = max(n_in, n_out), min(n_in, n_out)
            found = []
            while len(found) < columns:
                new = rng.standard_normal(rows)
                for old in found:
                    new = new - (new @ old) * old
                found.append(new / np.linalg.norm(new))
            return np.array(found) if n_in < n_out else np.array(found).T
        """,
    ),
)


def networks(rng):
    yield {"widths": [400, 100], "seed": 0}
    yield {"widths": [150, 150, 150], "seed": 1}
    yield {
        "widths": [3, 8000, 2],
        "seed": 2,
    }  # so small a number that n_in + 1 is not n_in
    yield {"widths": [400, 100, 100, 250], "seed": int(rng.integers(3, 1000))}


def drawn_weights(answer, widths, seed):
    """Shapes and spreads of a list of weights, and whether they differ."""
    rng = np.random.default_rng(seed)
    weights = answer(list(widths), rng=rng)
    if weights is None:
        return None
    if not isinstance(weights, list | tuple):
        return {"what it returns": described(weights)}
    found = {"what it returns": f"a list of {len(weights)}"}
    if not weights:
        return found
    for i, W in enumerate(weights, 1):
        found[f"W{i}"] = described(W)
        if isinstance(W, np.ndarray):
            found |= {f"W{i}, {name}": value for name, value in spread(W).items()}
    for W in weights[1:2]:
        found["W1 and W2"] = same_or_other(weights[0], W)
    further = answer(list(widths), rng=rng)
    again = answer(list(widths), rng=np.random.default_rng(seed))
    return found | {
        "the next draw from rng": same_or_other(weights[0], further[0]),
        "the same seed again": same_or_other(weights[0], again[0]),
    }


FUNNEL = Code(
    id="initializers.weights",
    title="Well in a tower, ill in a funnel",
    kind="diagnose",
    level=1,
    task="""
The function below should draw the weights of a whole ReLU network by He's rule, one matrix for each
pair of neighbouring widths. In a tower of layers, each as wide as the one before, the signal keeps
its size. In a funnel from 400 to 100 to 25 neurons each layer doubles it. Find the cause, and mend
it.
""",
    cases=networks,
    use=drawn_weights,
    rtol=0.04,
    broken="outputs in place of inputs",
    hints=(
        "What do towers hide? Which two numbers are equal there, and not in a funnel?",
        "A layer with a ReLU multiplies the mean square by ½ n_in σ². What is that for 400 and "
        "100, with the σ² of the code?",
    ),
    solution='''
def my_weights(widths, *, rng):
    """A list of matrices W (n_in, n_out) for layers of these widths, inputs first."""
    weights = []
    for n_in, n_out in zip(widths, widths[1:]):
        sd = np.sqrt(2 / n_in)
        weights.append(sd * rng.standard_normal((n_in, n_out)))
    return weights
''',
    mistakes=(
        mistake(
            "outputs in place of inputs",
            "The rule is still given n_out. A neuron adds up its inputs: n_in decides.",
            ("2 / n_in", "2 / n_out"),
        ),
        mistake(
            "Xavier's rule",
            "That is Xavier's variance. It is a compromise with the way back, and knows of no "
            "ReLU. He's rule needs one number alone.",
            ("2 / n_in", "2 / (n_in + n_out)"),
        ),
        mistake(
            "turned, and outputs in place of inputs",
            "You changed the shape of W in place of the rule. (n_in, n_out) was right; it is "
            "the SD that looks at the wrong number.",
            ("2 / n_in", "2 / n_out"),
            ("(n_in, n_out))", "(n_out, n_in))"),
        ),
        mistake(
            "one for two",
            "Your variance is 1/n_in. Behind a ReLU it is twice that, since half of the mean "
            "square is cut off.",
            ("2 / n_in", "1 / n_in"),
        ),
        mistake(
            "made up for by hand",
            "Your variance is now 1/n_out: right by chance for a layer with twice as many inputs. "
            "It is n_in that has to be in the rule.",
            ("2 / n_in", "1 / n_out"),
        ),
        mistake(
            "the mean of both",
            "You use the mean of n_in and n_out. He's rule needs n_in alone.",
            ("2 / n_in", "4 / (n_in + n_out)"),
        ),
        mistake(
            "the larger of both",
            "You use the larger of n_in and n_out. In a layer that widens that is the wrong one.",
            ("2 / n_in", "2 / max(n_in, n_out)"),
        ),
        mistake(
            "the smaller of both",
            "You use the smaller of n_in and n_out. In a layer that narrows, as in the funnel, "
            "that is the wrong one.",
            ("2 / n_in", "2 / min(n_in, n_out)"),
        ),
        mistake(
            "the product",
            "You divide by n_in times n_out. A neuron adds up its n_in inputs, and no more.",
            ("2 / n_in", "2 / (n_in * n_out)"),
        ),
        mistake(
            "the last size for all",
            "You use the number of the network's outputs for every layer. Each layer has inputs "
            "of its own.",
            ("2 / n_in", "2 / widths[-1]"),
        ),
        mistake(
            "the number of layers",
            "`len(widths)` says how many widths there are. What decides is how many inputs a layer "
            "has.",
            ("2 / n_in", "2 / len(widths)"),
        ),
        mistake(
            "the root of n_in alone",
            "You take the root of n_in, and leave 2 as it is. The root covers both.",
            ("np.sqrt(2 / n_in)", "2 / np.sqrt(n_in)"),
        ),
        mistake(
            "upside down",
            "The more inputs, the larger your weights: the fraction stands on its head.",
            ("2 / n_in", "n_in / 2"),
        ),
        mistake(
            "the half-width as the SD",
            "√(6/n_in) is the largest weight of He's *uniform* twin. Normal weights have the SD "
            "√(2/n_in).",
            ("2 / n_in", "6 / n_in"),
        ),
        mistake(
            "halved",
            "You divide the old SD by 2: right for a layer with four times as many inputs as "
            "neurons, and for no other. It is n_in that has to be in the rule.",
            ("np.sqrt(2 / n_in)", "np.sqrt(2 / n_out) / 2"),
        ),
        mistake(
            "the root of 2 alone",
            "You take the root of 2, and divide by n_in itself. The root covers both.",
            ("np.sqrt(2 / n_in)", "np.sqrt(2) / n_in"),
        ),
        mistake(
            "the root of the product",
            "You use √(n_in n_out), a mean of both. He's rule needs n_in alone.",
            ("2 / n_in", "2 / np.sqrt(n_in * n_out)"),
        ),
        mistake(
            "uniform, with the SD as the largest",
            "Your weights are uniform between −SD and SD. The rule was the mistake, not the "
            "distribution: draw normal ones.",
            ("rng.standard_normal((", "rng.uniform(-1, 1, ("),
        ),
        mistake(
            "the SD as the mean",
            "The first argument of `rng.normal` is the *mean*, 0 here. The standard deviation is "
            "the second one, `scale`.",
            (
                "sd * rng.standard_normal((n_in, n_out))",
                "rng.normal(sd, size=(n_in, n_out))",
            ),
        ),
        mistake(
            "whole division",
            "2 // n_in is 0 for more than two inputs, and so are all weights. Divide by /.",
            ("2 / n_in", "2 // n_in"),
        ),
        mistake(
            "a generator of its own",
            OWN_GENERATOR,
            (
                "    weights = []",
                "    rng = np.random.default_rng(0)\n    weights = []",
            ),
        ),
        mistake(
            "uniform",
            "The size is right, but the weights are uniform now. The rule was the mistake, not "
            "the distribution.",
            (
                "sd * rng.standard_normal((n_in, n_out))",
                "sd * rng.uniform(-(3**0.5), 3**0.5, (n_in, n_out))",
            ),
        ),
        mistake(
            "the first size for all",
            "You use the number of the network's inputs for every layer. Each layer has inputs "
            "of its own: as many as the layer before it has neurons.",
            ("2 / n_in", "2 / widths[0]"),
        ),
        mistake(
            "no root",
            "n_in is right. But now the variance stands in the place of the SD: the root is gone.",
            ("np.sqrt(2 / n_in)", "2 / n_in"),
        ),
    ),
    alternatives=(
        """
        def my_weights(widths, *, rng):
            pairs = zip(widths[:-1], widths[1:])
            return [rng.normal(0, (2 / a) ** 0.5, (a, b)) for a, b in pairs]
        """,
    ),
)

EXERCISES = (
    TEN_PER_CENT,
    XAVIER_UNIFORM,
    HE_NORMAL,
    INIT,
    SIGNAL,
    ORTHOGONAL,
    FUNNEL,
)
