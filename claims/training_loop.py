"""What *The training loop* compares."""

from functools import cache

import numpy as np

from claims import claim, low_high, per_cent
from nnbook.figures.networks import small_network
from nnlib import (
    SGD,
    Adam,
    Linear,
    Network,
    accuracy,
    batches,
    cross_entropy,
    predicted_class,
    split,
    train,
)
from nnlib.datasets import spirals

RATES = (0.01, 0.03, 0.1, 0.3, 1, 3, 10)
SEEDS = range(4)


# --- how large a batch should be ------------------------------------------------------------------


@cache
def descended(size, lr, steps, seed):
    """The loss on 300 points of spirals after some steps of SGD on batches of a size."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    rng, done = np.random.default_rng(seed), 0
    net, optimizer = small_network("tanh", [2, 16, 16, 3], rng=rng), SGD(lr)
    with np.errstate(over="ignore", invalid="ignore"):
        while done < steps:
            for xb, yb in batches(x, y, batch_size=size, rng=rng):
                net.backward(cross_entropy(net.forward(xb), yb)[1])
                optimizer.step(net.theta, net.grad)
                done += 1
                if done == steps:
                    break
        return np.nan_to_num(cross_entropy(net.predict(x), y)[0], nan=np.inf)


def at_best_rate(size, steps):
    """{"batches of 30 at 1": the losses} at the rate of RATES that has the lowest mean."""
    tried = {lr: [descended(size, lr, steps, seed) for seed in SEEDS] for lr in RATES}
    lr = min(tried, key=lambda lr: np.mean(tried[lr]))
    return {f"batches of {size} at {lr:g}": tried[lr]}


def small(r):
    """All contenders but the last."""
    return [*r.values()][:-1]


def row(name, losses):
    """A row of the page's table: the size, its best rate, its losses."""
    _, _, size, _, lr = name.split()
    return f"| {size} | {lr} | {low_high(losses)} |"


@claim(
    says=lambda r: (
        f"{low_high(r['batches of 1'])} with one example, {low_high(r['batches of 300'])} with all"
    ),
    holds=lambda r: np.mean(r["batches of 1"]) - np.mean(r["batches of 300"]) < 0.1,
    measures="loss on all points after ten steps at 0.1",
)
def ten_steps_at_one_rate():
    """Three spirals of 100 points, tanh 2→16→16→3, ten steps of SGD at 0.1."""
    return {
        f"batches of {size}": [descended(size, 0.1, 10, seed) for seed in SEEDS]
        for size in (1, 300)
    }


@claim(
    says=lambda r: [row(name, losses) for name, losses in r.items()],
    holds=lambda r: (
        all(max(a) < min(b) for a, b in zip([*r.values()][1:], r.values()))
    ),
    measures="loss on all points after 100 steps",
)
def a_hundred_steps_at_their_own_rates():
    """The same network, 100 steps, each size of batch at the best of seven rates from 0.01 to
    10."""
    return at_best_rate(1, 100) | at_best_rate(10, 100) | at_best_rate(300, 100)


@claim(
    says=lambda r: [row(name, losses) for name, losses in r.items()],
    holds=lambda r: (
        all(np.mean(a) < np.mean(b) for a, b in zip(r.values(), [*r.values()][1:]))
        and max([*r.values()][1]) < min([*r.values()][2])
    ),
    measures="loss on all points after ten epochs",
)
def ten_epochs_at_their_own_rates():
    """The same network, ten epochs, each size of batch at the best of seven rates from 0.01 to
    10."""
    return at_best_rate(1, 3000) | at_best_rate(10, 300) | at_best_rate(300, 10)


@claim(
    says=lambda r: (
        f"0.01 with batches of 1 ({low_high(r['1 at 0.01'])}), 0.1 with batches of 10 "
        f"({low_high(r['10 at 0.1'])}) and 0.3 with batches of 30 ({low_high(r['30 at 0.3'])})",
        f"3 with all 300 does not: {low_high(r['300 at 3'])}",
    ),
    holds=lambda r: (
        max(map(np.mean, small(r))) < 1.1 * min(map(np.mean, small(r)))
        and np.mean(r["300 at 3"]) > 2 * np.mean(r["30 at 0.3"])
    ),
    measures="loss on all points after ten epochs",
)
def rate_and_batch_grow_together():
    """The same network, ten epochs, the rate in proportion to the size of the batches."""
    pairs = ((1, 0.01), (10, 0.1), (30, 0.3), (300, 3))
    return {
        f"{size} at {lr:g}": [descended(size, lr, 3000 // size, s) for s in SEEDS]
        for size, lr in pairs
    }


# --- tests of a new network -----------------------------------------------------------------------


def noisy_spirals(seed=1, n=300, noise=0.15):
    return spirals(n, noise=noise, rng=np.random.default_rng(seed))


@claim(
    says=lambda r: f"the first loss lies between {min(r['He']):.2f} and {max(r['He']):.2f}",
    holds=lambda r: 0.8 < min(r["He"]) and 1.1 < np.mean(r["He"]) < max(r["He"]) < 2.5,
    measures="cross-entropy before training, three classes",
)
def first_losses():
    """ReLU 2→32→32→3 with He initialization, drawn anew twenty times, on three spirals."""
    x, y = noisy_spirals()

    def first(seed):
        net = small_network("relu", [2, 32, 32, 3], rng=np.random.default_rng(seed))
        return cross_entropy(net.predict(x), y)[0]

    return {"He": [first(seed) for seed in range(20)]}


def learnt_by_heart(seed, activated):
    """How many of twelve points, four of each class, a network gets right after 300 steps."""
    x, y = noisy_spirals()
    rng = np.random.default_rng(seed)
    few = np.concatenate(
        [rng.choice(np.flatnonzero(y == label), 4, replace=False) for label in range(3)]
    )
    sizes = [2, 32, 32, 3]
    if activated:
        net = small_network("relu", sizes, rng=rng)
    else:
        net = Network(*(Linear(*ends, rng=rng) for ends in zip(sizes, sizes[1:])))
    run = train(net, cross_entropy, Adam(0.01), x[few], y[few], batch_size=12, rng=rng)
    for _ in zip(range(300), run):
        pass
    return int(np.sum(predicted_class(net.predict(x[few])) == y[few]))


@claim(
    says=lambda r: (
        f"Of eight handfuls drawn at random, the network with ReLU learns "
        f"{r['with ReLU'].count(12)} by heart, and the one without "
        f"{r['without'].count(12)}"
    ),
    holds=lambda r: r["with ReLU"].count(12) == 8 and 0 < r["without"].count(12) < 8,
    measures="points right of twelve",
)
def handfuls_by_heart():
    """Twelve points of three spirals, drawn anew, 300 steps of Adam at 0.01."""
    return {
        name: [learnt_by_heart(seed, activated) for seed in range(8)]
        for name, activated in (("with ReLU", True), ("without", False))
    }


# --- what goes wrong ------------------------------------------------------------------------------


@cache
def parts(seed):
    data = noisy_spirals(seed + 1, 500, 0.2)
    return split(*data, rng=np.random.default_rng(seed))


def in_order(optimizer, seed, *, shuffled, epochs):
    """Validation accuracy after training on the points class by class, or shuffled."""
    (x, y), (x_valid, y_valid), _ = parts(seed)
    by_class, rng = np.argsort(y, kind="stable"), np.random.default_rng(seed)
    net = small_network("relu", [2, 32, 32, 3], rng=np.random.default_rng(seed))
    for _ in range(epochs):
        order = rng.permutation(by_class) if shuffled else by_class
        for rows in np.split(order, 10):
            net.backward(cross_entropy(net.forward(x[rows]), y[rows])[1])
            optimizer.step(net.theta, net.grad)
    return accuracy(net.predict(x_valid), y_valid)


def best_order(make, rates, *, shuffled, epochs):
    tried = {
        lr: [in_order(make(lr), s, shuffled=shuffled, epochs=epochs) for s in range(6)]
        for lr in rates
    }
    lr = max(tried, key=lambda lr: np.mean(tried[lr]))
    order = "shuffled" if shuffled else "sorted"
    return {f"{order}, {make.__name__} at {lr:g}, {epochs} epochs": tried[lr]}


def with_words(r, *words):
    """The one contender whose name has all these words."""
    (found,) = (values for name, values in r.items() if all(w in name for w in words))
    return found


@claim(
    says=lambda r: (
        f"{per_cent(with_words(r, 'sorted', 'SGD', ' 20 epochs'))} right with the sorted "
        f"points, {per_cent(with_words(r, 'shuffled', 'SGD', ' 20 epochs'))} with shuffled ones",
        f"With Adam it hardly matters ({per_cent(with_words(r, 'sorted', 'Adam'))}, and "
        f"{per_cent(with_words(r, 'shuffled', 'Adam'))})",
        f"nor does it after 200 epochs of SGD ({per_cent(with_words(r, 'sorted', '200'))}, and "
        f"{per_cent(with_words(r, 'shuffled', '200'))})",
    ),
    holds=lambda r: (
        max(with_words(r, "sorted", "SGD", " 20 epochs"))
        <= min(with_words(r, "shuffled", "SGD", " 20 epochs"))
        and all(
            abs(
                np.mean(with_words(r, "sorted", w))
                - np.mean(with_words(r, "shuffled", w))
            )
            < 0.04
            for w in ("Adam", "200")
        )
    ),
    measures="share of the validation points right",
)
def sorted_data():
    """ReLU 2→32→32→3 on 300 points of noisy spirals in batches of 30, in the order of their
    classes or shuffled anew, each at the best of some rates; six data sets."""
    got = {}
    for shuffled in (False, True):
        how = {"shuffled": shuffled}
        got |= best_order(SGD, (0.03, 0.1, 0.3, 1), epochs=20, **how)
        got |= best_order(SGD, (0.03, 0.1), epochs=200, **how)
        got |= best_order(Adam, (0.003, 0.01, 0.03), epochs=20, **how)
    return got


@claim(
    says=lambda r: (
        f"it gets {per_cent(r['training'])} of the wrong labels right, and "
        f"{per_cent(r['validation'])} of the validation points"
    ),
    holds=lambda r: min(r["training"]) > 0.5 > max(r["validation"]),
    measures="share right after 200 epochs",
)
def inputs_shuffled_without_their_labels():
    """The same network, Adam at 0.01, batches of 30, the inputs permuted without their labels;
    six data sets."""
    got = {"training": [], "validation": []}
    for seed in range(6):
        (x, y), (x_valid, y_valid), _ = parts(seed)
        rng = np.random.default_rng(seed)
        net = small_network("relu", [2, 32, 32, 3], rng=rng)
        x = rng.permutation(x)
        run = train(net, cross_entropy, Adam(0.01), x, y, batch_size=30, rng=rng)
        for _ in zip(range(200), run):
            pass
        got["training"].append(accuracy(net.predict(x), y))
        got["validation"].append(accuracy(net.predict(x_valid), y_valid))
    return got
