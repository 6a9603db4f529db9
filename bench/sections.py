"""What is measured, section by section; each returns what is stored, made of plain numbers.

A section runs in a process of its own for each number of threads, because the libraries
read that number when they are imported.
"""

import gc
from pathlib import Path
from time import perf_counter, perf_counter_ns

import numpy as np

import nnlib
from bench.cases import CASES, RATES, Case, data, initial
from bench.contestants import (
    Jax,
    JaxEpoch,
    Nnlib,
    Products,
    Sklearn,
    Torch,
    TorchFused,
    present,
)
from bench.race import race, rounded, summary
from bench.variants import OF_OPTIMIZERS, VARIANTS, Variant
from nnlib.datasets.idx import IMAGES, LABELS, read_idx

FEW = CASES[:2]  # for a quick look
CHECKED = 5  # steps after which all losses must agree


def test_images(folder):
    """MNIST's 10,000 test images as published: x float32 (10000, 784) in 0 … 1, y int64."""
    folder = Path(folder)
    x = read_idx(folder / "t10k-images-idx3-ubyte.gz", IMAGES)
    y = read_idx(folder / "t10k-labels-idx1-ubyte.gz", LABELS)
    return x.reshape(len(x), -1).astype(np.float32) / 255, y.astype(np.int64)


def agree(losses, what, tolerance=1e-4):
    """The contestants did the same work: their losses are nnlib's, up to rounding."""
    for name, loss in losses.items():
        if not np.isclose(loss, losses["nnlib"], rtol=tolerance, atol=0):
            raise ArithmeticError(
                f"{what}: the loss of {name} is {loss:.7g}, of nnlib {losses['nnlib']:.7g}; "
                f"they do not compute the same, so their times say nothing"
            )


def steps(rounds, quick=False, say=print, **_):
    """One training step on a batch: forward, loss, backward, optimizer."""
    return [
        timed_steps(case, optimizer, rounds, say)
        for case in (FEW if quick else CASES)
        for optimizer in RATES
    ]


def timed_steps(case, optimizer, rounds, say):
    say(f"a step of {case}, {optimizer}")
    x, y = (part[: case.batch] for part in data(case))
    weights, kinds = initial(case.sizes), present(Nnlib, Torch, TorchFused, Jax)

    losses = {}
    for kind in kinds:
        run = ready(kind, weights, optimizer, x, y)
        losses[kind.name] = float(run(CHECKED))
    agree(losses, f"{CHECKED} steps of {case}, {optimizer}")

    starts = {
        k.name: lambda k=k: ready(k, weights, optimizer, x, y)
        for k in [*kinds, Products]
    }
    times = race(starts, rounds)
    return described(case, optimizer) | {"times": summary(times)}


def ready(kind, weights, optimizer, x, y):
    """A fresh contestant, warm after three steps: a function of the number of steps."""
    contestant = kind(weights, optimizer)
    x, y = contestant.own(x, y)
    contestant.steps(x, y, 3)
    return lambda count: contestant.steps(x, y, count)


def described(case, optimizer):
    return {
        "network": "-".join(map(str, case.sizes)),
        "batch": case.batch,
        "optimizer": optimizer,
    }


def epochs(rounds, quick=False, say=print, **_):
    """One epoch: the data in a new order, cut into mini-batches, a step for each."""
    results = []
    for case in FEW if quick else CASES:
        for optimizer in RATES:
            say(f"an epoch of {case}, {optimizer}")
            results.append(timed_epochs(case, optimizer, max(3, rounds // 4)))
    return results


def timed_epochs(case, optimizer, rounds):
    x, y = data(case)
    weights = initial(case.sizes)
    order = np.random.default_rng(0).permutation(len(x))
    kinds = present(Nnlib, Torch, TorchFused, Jax, JaxEpoch, Sklearn)
    same = [k for k in kinds if k is not Sklearn]  # it shuffles by itself

    losses = {
        k.name: k(weights, optimizer).epoch(x, y, case.batch, order) for k in same
    }
    agree(losses, f"an epoch of {case}, {optimizer}", 1e-3)

    def start(kind):
        def begin():
            contestant, rng = kind(weights, optimizer), np.random.default_rng(0)
            contestant.steps(*contestant.own(x[: case.batch], y[: case.batch]), 3)

            def run(count):
                for _ in range(count):
                    contestant.epoch(x, y, case.batch, rng.permutation(len(x)))

            return run

        return begin

    starts = {k.name: start(k) for k in kinds}
    starts["nnlib"] = lambda: started_train(weights, optimizer, x, y, case.batch)
    times = race(starts, rounds, count=1)
    return described(case, optimizer) | {"examples": len(x)} | {"times": summary(times)}


def started_train(weights, optimizer, x, y, batch):
    """The package's own loop, `nnlib.train`, ready to run."""
    nn, rng = Nnlib(weights, optimizer), np.random.default_rng(0)
    nn.steps(x[:batch], y[:batch], 3)
    losses = nnlib.train(
        nn.net, nnlib.cross_entropy, nn.optimizer, x, y, batch_size=batch, rng=rng
    )

    def run(count):
        for _ in range(count):
            next(losses)

    return run


def growth(rounds, quick=False, say=print, **_):
    """How the cost of a step grows with batch and network, and of an epoch with the examples."""
    wide = (8, 32) if quick else (8, 16, 32, 64, 128, 256, 512, 1024)
    ways = {
        "batch": [(b, Case((784, 128, 10), b)) for b in (1, 2, *wide)],
        "width": [(w, Case((784, w, 10), 32)) for w in wide],
        "depth": [
            (d, Case((64, *[64] * d, 10), 32)) for d in (1, 2, 4, 8, 16)[: len(wide)]
        ],
    }
    results = {}
    for way, cases in ways.items():
        say(f"growth with {way}")
        results[way] = [
            {"value": value} | growth_of(case, rounds) for value, case in cases
        ]
    say("growth with examples")
    results["examples"] = [
        {"value": n} | growth_with_examples(n, rounds)
        for n in (250, 500, 1000, 2000)[: len(wide)]
    ]
    return results


def growth_of(case, rounds):
    x, y = data(case, n=case.batch)
    x, y, weights = x[: case.batch], y[: case.batch], initial(case.sizes)

    starts = {
        k.name: lambda k=k: ready(k, weights, "Adam", x, y) for k in (Nnlib, Products)
    }
    times = race(starts, max(3, rounds // 2))
    return {"times": summary(times)}


def growth_with_examples(n, rounds):
    case = CASES[2]
    x, y = data(case, n)
    weights = initial(case.sizes)
    starts = {"nnlib": lambda: started_train(weights, "Adam", x, y, case.batch)}
    return {"times": summary(race(starts, max(3, rounds // 4), count=1))}


def variants(rounds, say=print, **_):
    """nnlib's step beside steps that differ from it in one thing, in three networks."""
    return [
        timed_variants(case, optimizer, rounds, say)
        for case in (CASES[0], CASES[2], CASES[-1])
        for optimizer in RATES
    ]


def timed_variants(case, optimizer, rounds, say):
    say(f"variants of a step of {case}, {optimizer}")
    x, y = (part[: case.batch] for part in data(case))
    weights = initial(case.sizes)
    kinds = {"nnlib": {}} | VARIANTS | OF_OPTIMIZERS[optimizer]

    def start(change):
        return ready(lambda *args: Variant(*args, **change), weights, optimizer, x, y)

    losses = {name: float(start(change)(CHECKED)) for name, change in kinds.items()}
    agree(losses, f"{CHECKED} steps of {case}, {optimizer}")
    starts = {
        name: lambda change=change: start(change) for name, change in kinds.items()
    }
    return described(case, optimizer) | {"times": summary(race(starts, rounds))}


def parts(rounds, say=print, **_):
    """Where the time of a step goes, in the smallest and the largest network."""
    results = []
    for case in (CASES[0], CASES[2], CASES[-1]):
        say(f"the parts of a step of {case}")
        nothing = Case((1,) * (len(case.sizes) - 1) + (2,), 1)
        whole = measured_parts(case, 20 * rounds)
        calls = measured_parts(nothing, 20 * rounds)
        results.append(
            described(case, "Adam")
            | {"shares": shares(whole, calls), "parts": whole, "calls": calls}
        )
    return results


def shares(whole, calls):
    """Microseconds of a step by kind, {kind: µs}.

    What a part takes in a network of single numbers is the cost of its calls; what it
    takes besides is arithmetic, memory, and calls that are slower because large arrays
    have pushed Python out of the processor's cache.
    """

    def work(start):
        return sum(whole[k] - calls[k] for k in whole if k.startswith(start))

    linear = sum(whole[key] - calls[key] for key in whole if key.endswith(" Linear"))
    products = min(work("products"), linear)
    relu = work(("forward", "backward")) - linear
    kinds = {
        "matrix products": products,
        "bias and activation": linear - products + relu,
        "loss": work("loss"),
        "optimizer": work("optimizer"),
        "calls": calls["whole step"],
    }
    return {kind: rounded(max(0.0, time)) for kind, time in kinds.items()}


def measured_parts(case, passes):
    """Microseconds of each part of a step in its place, {part: µs}: the lower quartile of many.

    The same parts of a network of single numbers say what the calls alone cost: Python,
    the checks, and NumPy's way to its arithmetic.
    """
    x, y = (part[: case.batch] for part in data(case))
    weights = initial(case.sizes)
    floor = Products(weights)
    floor.prepare(x)
    passed = []
    gc.disable()
    for i in range(passes):
        if i % 3 == 0:
            # Weights that have learned the batch by heart leave gradients of 1e-40, with
            # which processors are many times slower.
            nn = Nnlib(weights, "Adam")
            nn.steps(x, y, 3)
        passed.append(one_pass(nn, x, y) | products(floor))
    gc.enable()
    keys = passed[0]
    times = {key: np.percentile([each[key] for each in passed], 25) for key in keys}
    return {key: rounded(max(0.0, time / 1000)) for key, time in times.items()}


def clocked(function, *args):
    """(What the function returned, nanoseconds less those that the clock itself takes)."""
    start = perf_counter_ns()
    middle = perf_counter_ns()
    result = function(*args)
    return result, perf_counter_ns() - middle - (middle - start)


def one_pass(nn, x, y):
    """A step as Network and the loop do it, layer by layer, with a clock at each."""
    net, times, a = nn.net, {}, x
    for i, layer in enumerate(net.layers):
        a, times[f"forward {i} {type(layer).__name__}"] = clocked(layer.forward, a)
    (_, dz), times["loss"] = clocked(nnlib.cross_entropy, a, y)
    for i, layer in reversed(list(enumerate(net.layers))):
        need = () if i else (False,)
        dz, times[f"backward {i} {type(layer).__name__}"] = clocked(
            layer.backward, dz, *need
        )
    _, times["optimizer"] = clocked(nn.optimizer.step, net.theta, net.grad)
    _, times["whole step"] = clocked(nn.steps, x, y, 1)
    return times


def products(floor):
    """The matrix products of a step, forward and backward, without anything around them."""
    return {
        "products forward": clocked(floor.forward)[1],
        "products backward": clocked(floor.backward)[1],
    }


def task(rounds, folder=None, quick=False, say=print, **_):
    """The real task: 10,000 images of MNIST, 8,000 to learn from, 15 epochs, batch 32, Adam."""
    if folder is None:
        say(
            "the real task is left out: --mnist FOLDER says where MNIST's test images are"
        )
        return None
    x, y = test_images(folder)
    seeds, count = (1, 1) if quick else (5, 15)
    kinds = present(Nnlib, Torch, TorchFused, Jax, JaxEpoch, Sklearn)
    runs = {k.name: [] for k in kinds}
    for seed in range(seeds):
        say(f"the real task, seed {seed}")
        for k in kinds[seed % len(kinds) :] + kinds[: seed % len(kinds)]:
            runs[k.name].append(learned(k, x, y, seed, count))
    return {
        "network": "784-128-10", "batch": 32, "optimizer": "Adam", "epochs": count,
        "examples": [8000, 2000], "runs": runs,
    }  # fmt: skip


def learned(kind, x, y, seed, epochs):
    """Seconds, and accuracy on 2,000 images not learned from; the split belongs to the seed."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    learn, test = order[:8000], order[8000:]
    contestant = kind(initial((784, 128, 10), seed), "Adam")
    if kind in (Jax, JaxEpoch):  # compiled before: it happens once, not once a seed
        kind(initial((784, 128, 10), seed), "Adam").epoch(
            x[learn], y[learn], 32, order[:8000] % 8000
        )
    x_learn, y_learn = x[learn], y[learn]
    start = perf_counter()
    for _ in range(epochs):
        contestant.epoch(x_learn, y_learn, 32, rng.permutation(len(x_learn)))
    seconds = perf_counter() - start
    return {
        "seconds": rounded(seconds),
        "accuracy": rounded(contestant.accuracy(x[test], y[test])),
    }
