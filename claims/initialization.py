"""What *Initialization* compares."""

import numpy as np

from claims import claim, low_high
from nnbook.figures.initialization import (
    RATES,
    gain_of,
    learnt_features,
    size,
    trained,
)
from nnbook.figures.networks import ACTIVATIONS, descend, small_network
from nnlib import SGD, Linear, cross_entropy, he_normal, he_uniform
from nnlib.datasets import spirals

SEEDS = range(5)
TRIED = {
    "SGD": (0.003, 0.01, 0.03, 0.06, 0.1, 0.2),
    "Adam": (0.001, 0.003, 0.01),
}


# --- how equal ------------------------------------------------------------------------------


@claim(
    says=lambda r: (
        "16 neurons are one neuron, written down 16 times, and not better than one",
        f'with "outputs random" 16 neurons reach {low_high(r["outputs random, 16"])}, with "all '
        f'random" {low_high(r["all random, 16"])}',
    ),
    holds=lambda r: (
        min(r["all equal, 16"]) > 0.99 * max(r["all equal, 1"])
        and max(r["all random, 16"] + r["outputs random, 16"]) < min(r["all equal, 16"])
        and np.mean(r["all random, 16"]) < np.mean(r["outputs random, 16"])
        and all(
            np.mean(r[f"outputs random, {2 * n}"]) < np.mean(r[f"outputs random, {n}"])
            for n in (1, 2, 4, 8)
        )
    ),
    measures="RMSE after 400 steps of Adam",
)
def random_outputs_break_the_symmetry():
    """A hidden layer of tanh learns the curve, from three kinds of start."""
    return {
        f"{start}, {neurons}": [
            learnt_features(start, neurons, seed)[-1] for seed in SEEDS
        ]
        for start in ("all equal", "outputs random", "all random")
        for neurons in (1, 2, 4, 8, 16)
    }


# --- how large ------------------------------------------------------------------------------


def after_fifty_layers(gain, activation, seed, width=256, depth=50):
    """The sizes of signal and nudge behind a random stack, both 1 in front of it."""
    rng = np.random.default_rng(seed)
    a, nudge = rng.standard_normal((2, 16, width))
    for _ in range(depth):
        W, bend = gain_of(gain)(width, width, rng=rng), ACTIVATIONS[activation]()
        a = bend.forward(a @ W)
        nudge = bend.backward(nudge @ W)
    return size(a), size(nudge)


def signals(activation, *gains):
    return {
        f"gain {gain:g}": [
            after_fifty_layers(gain, activation, seed)[0] for seed in SEEDS
        ]
        for gain in gains
    }


def nudges(activation, *gains):
    return {
        f"gain {gain:g}": [
            after_fifty_layers(gain, activation, seed)[1] for seed in SEEDS
        ]
        for gain in gains
    }


@claim(
    says=lambda r: (
        f"in five random stacks {low_high(r['gain 1.414'], 1)} of the signal is left",
        f"at 1.3 it is {low_high(r['gain 1.3'])}, at 1.5 it is {low_high(r['gain 1.5'], 0)}",
    ),
    holds=lambda r: (
        0.3 < min(r["gain 1.414"]) < max(r["gain 1.414"]) < 3
        and max(r["gain 1.3"]) < 0.05
        and min(r["gain 1.5"]) > 5
    ),
    measures="size of the signal behind 50 ReLU layers",
)
def only_hes_gain_keeps_a_signal_behind_relus():
    """50 layers of 256 with ReLU; the signal in front has size 1."""
    return signals("relu", 1, 1.3, 1.414, 1.5)


@claim(
    says=lambda r: (
        f"at 1.1 and 1.2 a nudge stays between {min(r['gain 1.1']):.1f} and "
        f"{max(r['gain 1.2']):.1f}",
        f"at 2 it has grown to between {min(r['gain 2']):,.0f} and {max(r['gain 2']):,.0f}",
    ),
    holds=lambda r: (
        min(r["gain 1.1"]) > 0.3 and max(r["gain 1.2"]) < 2 and min(r["gain 2"]) > 1000
    ),
    measures="size of a nudge behind 50 tanh layers",
)
def tanh_forgives_a_gain_above_one():
    """50 layers of 256 with tanh; the nudge in front has size 1."""
    return nudges("tanh", 1, 1.1, 1.2, 1.414, 2)


@claim(
    says=lambda r: f"at a gain of 10, {low_high(r['gain 10'], 1)} of the nudge is left",
    holds=lambda r: (
        min(r["gain 10"]) > 0.1 and max(r["gain 2"]) < 1e-18 and max(r["gain 4"]) < 1e-9
    ),
    measures="size of a nudge behind 50 sigmoid layers",
)
def a_large_gain_keeps_a_nudge_behind_sigmoids():
    """50 layers of 256 with a sigmoid; the nudge in front has size 1."""
    return nudges("sigmoid", 1, 2, 4, 10)


# --- does it learn? -------------------------------------------------------------------------


def lasts(activation, start, optimizer, *, steps=200, layers=20, rates=None):
    """The last losses from five seeds, at the rate where they are lowest on average."""
    results = {
        lr: [
            trained(
                activation, start, optimizer, lr, seed=s, steps=steps, layers=layers
            )[-1]
            for s in SEEDS
        ]
        for lr in rates or TRIED[optimizer]
    }
    means = {lr: np.mean(np.nan_to_num(it, nan=np.inf)) for lr, it in results.items()}
    best = min(means, key=means.get)
    drawn = RATES.get((optimizer, activation), {}).get(start)
    if (
        drawn in means
        and (steps, layers) == (200, 20)
        and means[drawn] > means[best] + 0.02
    ):
        raise ValueError(
            f"{optimizer}, {activation}, {start}: the figure draws {drawn:g}, and the best "
            f"learning rate is {best:g}"
        )
    return results[best]


@claim(
    says=lambda r: (
        f"He's start has come to {low_high(r['He'])}, Xavier's to {low_high(r['Xavier'])}: four "
        "of the five are hardly better than guessing"
    ),
    holds=lambda r: (
        all(he < xavier for he, xavier in zip(r["He"], r["Xavier"]))
        and np.mean(r["He"]) < 0.5 * np.mean(r["Xavier"])
        and sum(loss > 1 for loss in r["Xavier"]) == 4
        and min(r["SD 0.01"]) > 1.09
    ),
    measures="loss after 200 steps of SGD",
)
def two_hundred_steps_of_sgd_with_relu():
    """20 hidden ReLU layers of 24 on three spirals, each start at the best of six
    learning rates, 0.003 to 0.2."""
    return {start: lasts("relu", start, "SGD") for start in ("He", "Xavier", "SD 0.01")}


@claim(
    says=lambda r: (
        f"Xavier's start comes to {low_high(r['Xavier'])}, and He's, somewhat larger, to "
        f"{low_high(r['He'])}"
    ),
    holds=lambda r: max(r["He"]) < min(r["Xavier"]) and max(r["Xavier"]) < 0.8,
    measures="loss after 200 steps of SGD",
)
def two_hundred_steps_of_sgd_with_tanh():
    """20 hidden tanh layers of 24 on three spirals, each start at the best of six
    learning rates, 0.003 to 0.2."""
    return {start: lasts("tanh", start, "SGD") for start in ("He", "Xavier")}


@claim(
    says=lambda r: (
        f"in 2,000 steps of SGD Xavier's start comes to {low_high(r['SGD, Xavier'])}",
        "with Adam all five networks come below 0.01 in the same 200",
        "From SD 0.01 the loss is still 1.10 with either",
    ),
    holds=lambda r: (
        max(r["SGD, Xavier"]) < 0.1
        and max(r["Adam, Xavier"]) < 0.01
        and min(r["SGD, SD 0.01"] + r["Adam, SD 0.01"]) > 1.095
    ),
    measures="loss after 2,000 steps of SGD, or 200 of Adam",
)
def patience_or_adam_rescues_xavier():
    """20 hidden ReLU layers of 24 on three spirals: SGD at a rate of 0.03, Adam at the best of
    0.001, 0.003 and 0.01."""
    got = {
        f"SGD, {start}": lasts("relu", start, "SGD", steps=2000, rates=[0.03])
        for start in ("Xavier", "SD 0.01")
    }
    return got | {
        f"Adam, {start}": lasts("relu", start, "Adam")
        for start in ("He", "Xavier", "SD 0.01")
    }


@claim(
    says=lambda r: (
        "At 40 hidden layers Adam brings all five of He's starts below 0.01 in 200 steps, and "
        f"Xavier's to {low_high(r['Xavier'])}"
    ),
    holds=lambda r: max(r["He"]) < 0.01 and np.mean(r["Xavier"]) > 0.2,
    measures="loss after 200 steps of Adam",
)
def at_forty_layers_he_is_ahead_again():
    """40 hidden ReLU layers of 24 on three spirals, each start at the best of the learning
    rates 0.0003, 0.0006, 0.001 and 0.003."""
    return {
        start: lasts(
            "relu", start, "Adam", layers=40, rates=[0.0003, 0.0006, 0.001, 0.003]
        )
        for start in ("He", "Xavier")
    }


@claim(
    says=lambda r: "With two hidden layers training makes up for it",
    holds=lambda r: max(r["Xavier"] + r["He"]) < 0.15,
    measures="loss after 200 steps of SGD",
)
def two_layers_forgive():
    """Two hidden ReLU layers of 24 on three spirals, each start at the best of the learning
    rates 0.1, 0.3 and 1."""
    return {
        start: lasts("relu", start, "SGD", layers=2, rates=[0.1, 0.3, 1])
        for start in ("He", "Xavier")
    }


@claim(
    says=lambda r: "Normal or uniform makes little difference",
    holds=lambda r: (
        max(
            max(values) / min(values)
            for values in zip(
                sorted(r["he_normal, signal"]), sorted(r["he_uniform, signal"])
            )
        )
        < 2.5
        and min(r["he_normal, loss"]) < np.mean(r["he_uniform, loss"])
        and min(r["he_uniform, loss"]) < np.mean(r["he_normal, loss"])
        and max(r["he_normal, loss"] + r["he_uniform, loss"]) < 1
    ),
    measures="size of the signal behind 50 ReLU layers; loss after 200 steps of SGD",
)
def normal_or_uniform():
    """He's weights. The signal: 50 layers of 256 with ReLU, size 1 in front. The loss: 20 hidden
    ReLU layers of 24 on three spirals, at the best rate of the normal ones, 0.03."""

    def left(init, seed):
        rng = np.random.default_rng(seed)
        a = rng.standard_normal((16, 256))
        for _ in range(50):
            a = np.maximum(Linear(256, 256, init=init, rng=rng).forward(a), 0)
        return size(a)

    def last(init, seed):
        x, y = spirals(75, rng=np.random.default_rng(seed + 1))
        rng = np.random.default_rng(seed)
        net = small_network("relu", [2, *[24] * 20, 3], init=init, rng=rng)
        return descend(net, cross_entropy, SGD(0.03), x, y, steps=200)[-1]

    return {
        f"{init.__name__}, {what}": [measure(init, seed) for seed in SEEDS]
        for init in (he_normal, he_uniform)
        for what, measure in (("signal", left), ("loss", last))
    }
