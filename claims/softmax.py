"""What *Softmax* compares."""

from functools import partial

import numpy as np

from claims import claim
from nnbook.figures.softmax import (
    LOSSES,
    digits_in_two,
    learn,
    steps_to_learn,
    weights_from_wrong_labels,
    with_wrong_labels,
)
from nnlib import Linear, Network, ReLU, normal
from nnlib.datasets import digits

SEEDS = range(5)
RATES = (0.3, 1, 3, 10, 30, 60, 100)  # beyond 100 both losses only get worse


def percents(*lists):
    """How far some shares go, in whole per cent: "95" or "74 to 77"."""
    low, high = min(map(min, lists)), max(map(max, lists))
    ends = [f"{100 * low:.0f}", f"{100 * high:.0f}"]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def best(loss, x, y, new, *, looks, W=None):
    """The share of the new digits that are right after each of these numbers of steps, each time
    at the learning rate that is best there."""
    curves = [learn(loss, lr, x, y, new, looks=looks, W=W)[1] for lr in RATES]
    return np.max(curves, axis=0)


@claim(
    says=lambda r: (
        f"From zero both losses get {percents(r['cross-entropy'], r['squared error'])} % of new "
        f"digits right within 200 steps"
    ),
    holds=lambda r: (
        max(abs(a - b) for a, b in zip(r["cross-entropy"], r["squared error"])) < 0.02
    ),
    measures="share of new digits that are right after 200 steps",
)
def from_zero_both_losses_arrive():
    """Softmax regression on 600 digits, from zero, in full batches; each loss at the best of seven
    learning rates from 0.3 to 100."""
    got = {name: [] for name in LOSSES}
    for seed in SEEDS:
        (x, y), new = digits_in_two(seed)
        for name, loss in LOSSES.items():
            got[name] += [*best(loss, x, y, new, looks=(200,))]
    return got


@claim(
    says=lambda r: (
        f"From confident mistakes cross-entropy gets "
        f"{percents(r['cross-entropy, 200 steps'])} % right in the same 200 steps, squared error "
        f"{percents(r['squared error, 200 steps'])} %, and with ten times as many "
        f"{percents(r['squared error, 2,000 steps'])} %"
    ),
    holds=lambda r: (
        min(r["cross-entropy, 200 steps"]) > max(r["squared error, 200 steps"]) + 0.05
        and min(r["squared error, 2,000 steps"]) > 0.94
    ),
    measures="share of new digits that are right",
)
def from_confident_mistakes_squared_error_is_slow():
    """Softmax regression on 600 digits, in full batches, from weights that had learnt to call
    each digit the next one; each loss at the best of seven learning rates from 0.3 to 100."""
    got = {
        f"{name}, {steps} steps": []
        for name, steps in (
            ("cross-entropy", "200"),
            ("squared error", "200"),
            ("squared error", "2,000"),
        )
    }
    for seed in SEEDS:
        (x, y), new = digits_in_two(seed)
        W = weights_from_wrong_labels(x, y)
        for name, loss in LOSSES.items():
            looks = (200, 2000) if name == "squared error" else (200,)
            for steps, right in zip(looks, best(loss, x, y, new, looks=looks, W=W)):
                got[f"{name}, {steps:,} steps"].append(right)
    return got


SHARES = {"none wrong": 0, "a fifth wrong": 0.2, "two fifths wrong": 0.4}


def lead(got, share):
    """By how many points squared error is ahead, seed by seed."""
    ours, theirs = got[f"squared error, {share}"], got[f"cross-entropy, {share}"]
    return [100 * (a - b) for a, b in zip(ours, theirs)]


@claim(
    says=lambda r: (
        "squared error is ahead in each draw: by {:.1f} to {:.1f} points with a fifth of the "
        "labels wrong, by {:.1f} to {:.1f} with two fifths".format(
            *(end(lead(r, share)) for share in [*SHARES][1:] for end in (min, max))
        ),
        "No label wrong, and they are even.",
    ),
    holds=lambda r: (
        min(min(lead(r, share)) for share in [*SHARES][1:]) > 0
        and min(lead(r, "none wrong")) <= 0 <= max(lead(r, "none wrong"))
        and np.ptp(lead(r, "none wrong")) < 1
    ),
    measures="share of new digits that are right",
)
def wrong_labels_hurt_cross_entropy_more():
    """Softmax regression on 600 digits, from zero, in full batches of which none, a fifth or two
    fifths have a label drawn among the nine wrong ones; each loss at the best of seven learning
    rates from 0.3 to 100, and stopped at its best step of the first 500."""
    got = {}
    for words, share in SHARES.items():
        for seed in SEEDS:
            (x, y), new = digits_in_two(seed)
            y = with_wrong_labels(y, share, np.random.default_rng(seed))
            for name, loss in LOSSES.items():
                right = best(loss, x, y, new, looks=range(20, 501, 20))
                got.setdefault(f"{name}, {words}", []).append(right.max())
    return got


@claim(
    says=lambda r: (
        f"give a network of 64, 128 and 10 neurons weights with a standard deviation of 1, and "
        f"over five draws the largest logit of its first hundred digits is "
        f"{min(r['largest logit']):.0f} to "
        f"{max(r['largest logit']):.0f}"
    ),
    holds=lambda r: min(r["largest logit"]) < 88.7 < max(r["largest logit"]),
    measures="largest logit of a hundred digits",
)
def large_weights_reach_the_limit_of_float32():
    """A network of 64, 128 and 10 neurons with ReLU whose weights have a standard deviation of
    1, before any training."""
    x, _ = digits()
    got = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        linear = partial(Linear, init=partial(normal, scale=1), rng=rng)
        net = Network(linear(64, 128), ReLU(), linear(128, 10))
        got.append(net.predict(x[:100]).max())
    return {"largest logit": got}


@claim(
    says=lambda r: (
        "A larger learning rate shortens all waits alike: 0.9997 still takes about a hundred "
        "times as long as 0.73"
    ),
    holds=lambda r: all(90 < waits[1] / waits[0] < 120 for waits in r.values()),
    measures="steps to an answer under 0.2, from 0.73 and from 0.9997",
    chance=False,
)
def larger_rates_shorten_all_waits():
    """One neuron with one example, behind a sigmoid with squared error."""
    return {
        f"lr {lr:g}": [
            len(steps_to_learn(start, "squared error", lr=lr)) - 1 for start in (0.5, 4)
        ]
        for lr in (0.15, 1.5, 15)
    }


@claim(
    says=lambda r: "at a rate of 15,000 a single step is enough from each of the five starts",
    holds=lambda r: all(steps == [1] for steps in r.values()),
    measures="steps to an answer under 0.2",
    chance=False,
)
def one_neuron_can_jump():
    """One neuron with one example, behind a sigmoid with squared error, at a learning rate of
    15,000."""
    return {
        f"w = b = {start:g}": [
            len(steps_to_learn(start, "squared error", lr=15_000)) - 1
        ]
        for start in (0.5, 1, 2, 3, 4)
    }
