"""What *Gradient descent* compares."""

import numpy as np

from claims import claim, low_high
from nnbook.figures.gradient_descent import (
    curvature_of_descent,
    line_data,
    pass_over,
    tanh_on_spirals,
)
from nnbook.figures.networks import descend, small_network
from nnlib import SGD, cross_entropy, train
from nnlib.datasets import spirals

SEEDS = range(5)


def best(measure, rates):
    """What the seeds got at the rate with the lowest mean, and that rate."""
    got = [[measure(rate, seed) for seed in SEEDS] for rate in rates]
    i = int(np.nanargmin(np.mean(got, axis=1)))
    return got[i], rates[i]


def line_left(size, lr, seed):
    """How far above its minimum the loss of a line ends, after three epochs."""
    x, y, goal, hessian = line_data()
    away = pass_over(x, y, size, lr, np.random.default_rng(seed))[-1] - goal
    return away @ hessian @ away / 2


def power(number):
    """10⁻⁶ for 1e-6 and its neighbours, in the words of the page."""
    return f"$10^{{{round(np.log10(number))}}}$"


@claim(
    says=lambda r: (
        f"the exact steps leave about {power(np.mean(r['exact']))} of the loss, the batches of 20 "
        f"and the single examples about {np.mean(r['batches of 20']):.3f} each"
    ),
    holds=lambda r: (
        max(r["exact"]) < 0.1 * min(*r["batches of 20"], *r["single examples"])
        and 0.5 < np.mean(r["batches of 20"]) / np.mean(r["single examples"]) < 2
    ),
    measures="loss above its minimum after three epochs",
)
def exact_steps_on_a_round_bowl():
    """A line fitted to 200 points in three epochs, each batch size at the best of 31 learning
    rates from 0.001 to 1."""
    rates = np.geomspace(0.001, 1, 31)
    sizes = {"exact": 200, "batches of 20": 20, "single examples": 1}
    return {
        name: best(lambda lr, seed: line_left(size, lr, seed), rates)[0]
        for name, size in sizes.items()
    }


def spirals_left(size, lr, seed, epochs=30):
    """The loss of a small ReLU network on all of three spirals, after some epochs."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    rng = np.random.default_rng(seed)
    net = small_network("relu", [2, 16, 16, 3], rng=rng)
    run = train(net, cross_entropy, SGD(lr), x, y, batch_size=size, rng=rng)
    for _ in range(epochs):
        next(run)
    return cross_entropy(net.predict(x), y)[0]


@claim(
    says=lambda r: (
        "On three spirals, after 30 epochs, a small network's loss is "
        f"{low_high(r['exact'])} with exact steps, {low_high(r['batches of 30'], 3)} with "
        f"batches of 30, and {low_high(r['single examples'], 4)} with single examples, over five "
        "starts and each at its own best rate"
    ),
    holds=lambda r: (
        min(r["exact"]) > 10 * max(r["batches of 30"])
        and min(r["batches of 30"]) > 2 * max(r["single examples"])
        and max(r["exact, as many steps"]) < 0.1
    ),
    measures="loss of a network after 30 epochs",
)
def batches_on_a_network():
    """Three spirals, 2-16-16-3 with ReLU, 30 epochs, each batch size at the best of some learning
    rates around its best one; and exact steps for 300 epochs, as many steps as batches of 30."""
    rates = {300: (0.4, 0.8, 1.2, 1.6), 30: (0.4, 0.6, 0.8, 1.2), 1: (0.04, 0.08, 0.12)}
    got = {
        name: best(lambda lr, seed: spirals_left(size, lr, seed), rates[size])[0]
        for name, size in (
            ("exact", 300),
            ("batches of 30", 30),
            ("single examples", 1),
        )
    }
    longer = best(lambda lr, seed: spirals_left(300, lr, seed, 300), rates[300])
    return got | {"exact, as many steps": longer[0]}


@claim(
    says=lambda r: (
        "With single examples the last thousand of 2,000 steps scatter by "
        f"{np.mean(r['η = 0.1, single']):.1f} at $\\eta = 0.1$, by "
        f"{np.mean(r['η = 0.01, single']):.1f} at 0.01, and with batches of 16 by "
        f"{np.mean(r['η = 0.1, batches of 16']):.1f} at 0.1"
    ),
    holds=lambda r: (
        min(r["η = 0.1, single"])
        > 1.5 * max(*r["η = 0.01, single"], *r["η = 0.1, batches of 16"])
    ),
    measures="scatter of θ around the minimum",
)
def noise_leaves_a_cloud():
    """One number fitted to 200, which disagree: SGD from the minimum, with a constant rate."""
    got = {}
    for lr, size in ((0.1, 1), (0.01, 1), (0.1, 16)):
        scatter = []
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            y = rng.normal(4, 2, 200)
            theta, path = y.mean(), []
            for _ in range(2000):
                theta -= lr * 2 * (theta - rng.choice(y, size)).mean()
                path.append(theta - y.mean())
            scatter.append(np.std(path[1000:]))
        got[f"η = {lr}, {'single' if size == 1 else f'batches of {size}'}"] = scatter
    return got


@claim(
    says=lambda r: (
        f"At $\\eta = 0.3$ the curvature is {low_high(r['0.3: largest λ'], 1)} at most, over five "
        "starts, and the loss never rises. At 0.7 it passes $2/\\eta$, the loss jumps by "
        f"{low_high(r['0.7: largest jump'], 1)}, and after 300 steps the curvature is "
        f"{low_high(r['0.7: λ at the end'], 1)}, and the loss "
        f"{low_high(r['0.7: loss'], 3)}, where at 0.3 it is {low_high(r['0.3: loss'])}",
        f"after 700 steps 0.3 is at {low_high(r['0.3, as far: loss'], 3)}, with a curvature of "
        f"{low_high(r['0.3, as far: λ at the end'], 1)}",
    ),
    holds=lambda r: (
        max(r["0.3: largest λ"]) < 2 / 0.3
        and max(r["0.3: largest jump"]) <= 0
        and min(r["0.7: largest λ"]) > 2 / 0.7
        and min(r["0.7: largest jump"]) > 0.01
        and max(r["0.7: λ at the end"]) < 2 / 0.7
        and max(r["0.7: loss"]) < min(r["0.3: loss"])
        and 0.7 < np.mean(r["0.7: loss"]) / np.mean(r["0.3, as far: loss"]) < 1.4
        and all(
            a < b
            for a, b in zip(r["0.7: λ at the end"], r["0.3, as far: λ at the end"])
        )
    ),
    measures="largest curvature, rises and end of the loss",
)
def curvature_meets_its_limit():
    """Three spirals, 2-16-16-3 with tanh, plain descent on all examples, 300 steps; and
    at 0.3 for 700, which is as far a walk as 300 at 0.7."""
    got = {}
    for lr, steps, name in (
        (0.3, 300, "0.3"),
        (0.7, 300, "0.7"),
        (0.3, 700, "0.3, as far"),
    ):
        runs = [curvature_of_descent(lr, seed, steps=steps) for seed in SEEDS]
        got[f"{name}: largest λ"] = [curvatures.max() for _, curvatures in runs]
        got[f"{name}: largest jump"] = [np.diff(losses).max() for losses, _ in runs]
        got[f"{name}: λ at the end"] = [curvatures[-1] for _, curvatures in runs]
        got[f"{name}: loss"] = [losses[-1] for losses, _ in runs]
    return got


def hessian(gradient, theta, h=1e-5):
    """All second derivatives, a column a weight."""
    columns = []
    for i in range(len(theta)):
        step = np.zeros_like(theta)
        step[i] = h
        columns.append((gradient(theta + step) - gradient(theta - step)) / (2 * h))
    return (np.array(columns) + np.array(columns).T) / 2


@claim(
    says=lambda r: (
        f"of this network's 371 directions, over five starts and after 200 steps, only "
        f"{min(r['directions']):.0f} to {max(r['directions']):.0f} have a curvature of more than "
        "a hundredth of the largest"
    ),
    holds=lambda r: max(r["directions"]) < 40 and max(r["error of the power"]) < 0.01,
    measures="directions that are not flat; relative error of power iteration",
)
def most_directions_are_flat():
    """The network above after 200 steps at 0.3: all eigenvalues of its Hessian."""
    got = {"directions": [], "error of the power": []}
    for seed in SEEDS:
        theta, measured = tanh_on_spirals(seed)
        for _ in range(200):
            theta -= 0.3 * measured(theta)[1]
        found = np.linalg.eigvalsh(hessian(lambda at: measured(at)[1].copy(), theta))
        _, curvatures = curvature_of_descent(0.3, seed, steps=200)
        got["directions"].append(int((np.abs(found) > found[-1] / 100).sum()))
        got["error of the power"].append(abs(curvatures[-1] / found[-1] - 1))
    return got


@claim(
    says=lambda r: (
        f"Of ten starts, all 16 units die in {sum(n == 16 for n in r['3: dead units'])} at 3, "
        f"and {min(r['3: dead units']):.0f} or more in the others; at 10 all die in "
        f"{sum(n == 16 for n in r['10: dead units'])}, and in "
        f"{sum(jump > 0.1 for jump in r['10: last jump'])} the loss still jumps at the end, "
        "because at that rate even the last bias overshoots"
    ),
    holds=lambda r: (
        min(r["3: dead units"]) >= 8
        and sum(n == 16 for n in r["10: dead units"]) >= 8
        and max(r["0.3: dead units"]) < 4
        and min(r["3: loss"]) > max(r["0.3: loss"])
    ),
    measures="dead units of the second layer; loss after 100 steps, and its last jump",
)
def too_fast_in_a_network():
    """Three spirals, 2-16-16-3 with ReLU, plain descent on all examples, 100 steps."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    got = {}
    for lr in (0.3, 3, 10):
        for seed in range(10):
            net = small_network("relu", [2, 16, 16, 3], rng=np.random.default_rng(seed))
            losses = descend(net, cross_entropy, SGD(lr), x, y, steps=100)
            dead = int(np.all(net.layers[3].x <= 0, axis=0).sum())
            for what, value in (
                ("dead units", dead),
                ("loss", losses[-1]),
                ("last jump", np.abs(np.diff(losses[-20:])).max()),
            ):
                got.setdefault(f"{lr:g}: {what}", []).append(value)
    return got
