"""What *Autograd* compares."""

import math
import tracemalloc
from time import process_time

import numpy as np

from claims import claim, low_high
from nnlib import (
    SGD,
    Adam,
    Linear,
    Network,
    ReLU,
    cross_entropy,
    fit,
    gradient_check,
    xavier_normal,
)
from nnlib.autograd import Model, Tensor, grad, operation, vjp
from nnlib.datasets import spirals

SEEDS = range(5)


def fastest(*programs, times=5):
    """The least seconds of the processor that each takes, in turns."""
    best = [math.inf] * len(programs)
    for _ in range(times):
        for i, program in enumerate(programs):
            start = process_time()
            program()
            best[i] = min(best[i], process_time() - start)
    return best


# --- numbers and arrays ---------------------------------------------------------------------


class Number:
    """The page's, with a tanh."""

    made = 0

    def __init__(self, value, *made_of):
        self.value, self.made_of = value, made_of
        Number.made += 1
        self.place = Number.made

    def __add__(self, other):
        return Number(self.value + other.value, (self, 1), (other, 1))

    def __mul__(self, other):
        rates = (self, other.value), (other, self.value)
        return Number(self.value * other.value, *rates)

    def tanh(self):
        value = math.tanh(self.value)
        return Number(value, (self, 1 - value * value))


def slopes_of(result):
    """The page's."""
    found, waiting = {result}, [result]
    while waiting:
        for source, _ in waiting.pop().made_of:
            if source not in found:
                found.add(source)
                waiting.append(source)
    slopes = dict.fromkeys(found, 0) | {result: 1}
    for number in sorted(found, key=lambda it: it.place, reverse=True):
        for source, rate in number.made_of:
            slopes[source] += slopes[number] * rate
    return slopes


def step_on_numbers(x, weights):
    """The slopes of the sum of the squared outputs of tanh layers, number by number."""
    weights = [[[Number(w) for w in column] for column in W.T] for W in weights]
    loss = Number(0.0)
    for row in x:
        a = [Number(value) for value in row]
        for W in weights:
            a = [dot(a, column).tanh() for column in W]
        for out in a:
            loss = loss + out * out
    return slopes_of(loss)


def dot(a, column):
    z = a[0] * column[0]
    for one, w in zip(a[1:], column[1:]):
        z = z + one * w
    return z


def step_on_arrays(x, weights):
    """The same on arrays."""
    weights = [Tensor(W) for W in weights]
    a = Tensor(x)
    for W in weights:
        a = np.tanh(a @ W)
    return grad((a * a).sum(), weights, again=False)


@claim(
    says=lambda r: "more than a thousand times as long",
    holds=lambda r: min(r["numbers / arrays"]) > 1000,
    measures="time of a step on numbers, in steps on arrays",
)
def numbers_are_slow():
    """Forward and back through tanh layers 2-16-16-3, without biases, of 100 points."""
    ratios = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((100, 2))
        weights = [rng.standard_normal(it) for it in ((2, 16), (16, 16), (16, 3))]
        [numbers] = fastest(lambda: step_on_numbers(x.tolist(), weights), times=2)
        [arrays] = fastest(lambda: step_on_arrays(x, weights), times=200)
        ratios.append(numbers / arrays)
    return {"numbers / arrays": ratios}


# --- Part I's step --------------------------------------------------------------------------


class OneHidden(Model):
    def outputs(self, x):
        return np.maximum(x @ self.W1 + self.b1, 0) @ self.W2 + self.b2


def steps(sizes, n, seed):
    """A training step of a network of layers, and of the same as a model."""
    rng = np.random.default_rng(seed)
    one, two = (Linear(*it, rng=rng) for it in zip(sizes, sizes[1:]))
    net = Network(one, ReLU(), two)
    model = OneHidden(W1=one.W, b1=one.b, W2=two.W, b2=two.b)
    x = rng.standard_normal((n, sizes[0])).astype(np.float32)
    y = rng.integers(0, sizes[-1], n)

    def step(it):
        _, dz = cross_entropy(it.forward(x), y)
        it.backward(dz)
        SGD(0.01).step(it.theta, it.grad)

    return lambda: step(net), lambda: step(model)


@claim(
    says=lambda r: (
        f"{low_high(r['784-128-10'], 1)} times as long as Part I's, on a small one, "
        f"2-16-3 with 100 points, {low_high(r['2-16-3'], 1)} times"
    ),
    holds=lambda r: max(r["784-128-10"]) < min(r["2-16-3"]),
    measures="time of a step of the model, in steps of Part I's network",
)
def the_price_of_recording():
    """A step with SGD, batch 64 of 784-128-10 and 100 of 2-16-3, float32, one thread."""
    ratios = {}
    for name, sizes, n in (
        ("784-128-10", (784, 128, 10), 64),
        ("2-16-3", (2, 16, 3), 100),
    ):
        ratios[name] = []
        for seed in range(3):
            plain, recorded = fastest(*steps(sizes, n, seed), times=200)
            ratios[name].append(recorded / plain)
    return ratios


# --- memory ---------------------------------------------------------------------------------


def layers(a, *weights):
    for W in weights:
        a = np.tanh(a @ W)
    return a


def checkpoint(stretch):
    """The page's."""

    def forward(*arrays):
        return stretch(*map(Tensor, arrays)).data

    def gradient(g, out, *inputs):
        inputs = [Tensor(it.data) for it in inputs]
        return vjp(stretch(*inputs), inputs, g, again=False)

    return operation(forward, gradient)


def deep(seed):
    """Two programs of 64 layers, 128 wide, for a batch of 512: all kept, and every eighth."""
    rng = np.random.default_rng(seed)
    x = Tensor(rng.standard_normal((512, 128)).astype(np.float32))
    weights = [
        Tensor(xavier_normal(128, 128, rng=rng).astype(np.float32)) for _ in range(64)
    ]

    def plain():
        return grad((layers(x, *weights) ** 2).mean(), weights, again=False)

    def kept():
        a, stretch = x, checkpoint(layers)
        for start in range(0, 64, 8):
            a = stretch(a, *weights[start : start + 8])
        return grad((a**2).mean(), weights, again=False)

    return plain, kept


@claim(
    says=lambda r: (
        f"{r['plain'][0]:.0f} MiB at most, with the checkpoints {r['checkpoints'][0]:.0f}"
    ),
    holds=lambda r: r["plain"][0] > 2 * r["checkpoints"][0],
    measures="the most MiB in use during a gradient",
    chance=False,
)
def the_memory_in_use():
    """The same, as Python's tracemalloc counts NumPy's arrays."""
    most = {}
    for name, program in zip(("plain", "checkpoints"), deep(0)):
        tracemalloc.start()
        program()
        most[name] = [tracemalloc.get_traced_memory()[1] / 2**20]
        tracemalloc.stop()
    return most


# --- curvature ------------------------------------------------------------------------------


class TwoHidden(Model):
    def outputs(self, x):
        a = np.tanh(x @ self.W1 + self.b1)
        a = np.tanh(a @ self.W2 + self.b2)
        return a @ self.W3 + self.b3


@claim(
    says=lambda r: f"{low_high(r['H v / gradient'], 1)} times the price of a gradient",
    holds=lambda r: max(r["H v / gradient"]) < 6,
    measures="time of H v, in gradients",
)
def a_product_with_the_hessian_is_cheap():
    """The page's network and loss, 2-16-16-3 and 300 points, both as programs of Tensors."""
    ratios = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x, y = spirals(300, rng=rng)
        x = x.astype(float)
        linears = [
            Linear(*it, init=xavier_normal, rng=rng)
            for it in ((2, 16), (16, 16), (16, 3))
        ]
        arrays = {}
        for i, it in enumerate(linears, 1):
            arrays |= {f"W{i}": it.W, f"b{i}": it.b}
        model = TwoHidden(dtype=np.float64, **arrays)
        weights = list(model.weights.values())
        v = [rng.standard_normal(it.shape) for it in weights]

        def loss():
            z = model.outputs(Tensor(x))
            z = z - z.max(axis=1, keepdims=True)
            return (np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]).mean()

        def gradient():
            return grad(loss(), weights, again=False)

        def along():
            slopes = grad(loss(), weights)
            return grad(
                sum((s * d).sum() for s, d in zip(slopes, v)), weights, again=False
            )

        one, both = fastest(gradient, along, times=50)
        ratios.append(both / one)
    return {"H v / gradient": ratios}


# --- what leaves the graph ------------------------------------------------------------------


class Scaled(Model):
    def outputs(self, x):
        a = np.tanh(x @ self.W1 + self.b1)
        size = np.sqrt((a.data**2).mean(axis=1, keepdims=True))
        return (a / size) @ self.W2 + self.b2


class Mended(Scaled):
    def outputs(self, x):
        a = np.tanh(x @ self.W1 + self.b1)
        size = np.sqrt((a**2).mean(axis=1, keepdims=True))
        return (a / size) @ self.W2 + self.b2


def trained(kind, seed):
    """(what the gradient check says, the share of the points that are right in the end)."""
    points, labels = spirals(300, rng=np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    it = kind(
        W1=rng.normal(0, 2, (2, 16)),
        b1=rng.normal(0, 1, 16),
        W2=rng.normal(0, 0.3, (16, 3)),
        b2=np.zeros(3),
    )
    error = gradient_check(it, cross_entropy, points[:10], labels[:10])
    fit(
        it, cross_entropy, Adam(0.01), (points, labels), (points, labels), epochs=100,
        batch_size=30, rng=np.random.default_rng(seed), progress=False,
    )  # fmt: skip
    return error, float(np.mean(it.predict(points).argmax(axis=1) == labels))


@claim(
    says=lambda r: (
        f"from five starts {100 * min(r['.data']):.1f} % or more of the points are right",
    ),
    holds=lambda r: (
        min(r[".data"]) > 0.9
        and min(r["check, .data"]) > 0.01 > 1e-6 > max(r["check, mended"])
    ),
    measures="share of the training points right after 100 epochs; what the check says",
)
def a_lost_gradient_trains():
    """2-16-3, rows of the hidden layer scaled to one size, Adam(0.01), three spirals."""
    lost = [trained(Scaled, seed) for seed in SEEDS]
    mended = [trained(Mended, seed) for seed in SEEDS]
    return {
        ".data": [share for _, share in lost],
        "mended": [share for _, share in mended],
        "check, .data": [error for error, _ in lost],
        "check, mended": [error for error, _ in mended],
    }
