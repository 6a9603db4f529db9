"""What the first page says of its network at different learning rates."""

import numpy as np

from claims import claim
from nnbook.figures.networks import descend, small_network
from nnlib import SGD, accuracy, cross_entropy
from nnlib.datasets import spirals

SEEDS = range(5)  # the first is that of the picture


def trained(activation, lr, seed):
    """The share of points that are right after the picture's 150 steps, and all losses."""
    x, y = spirals(150, rng=np.random.default_rng(seed + 1))
    net = small_network(activation, [2, 16, 16, 3], rng=np.random.default_rng(seed))
    losses = descend(net, cross_entropy, SGD(lr), x, y, steps=150)
    return accuracy(net.predict(x), y), losses


def shares(activation, lr):
    return [trained(activation, lr, seed)[0] for seed in SEEDS]


@claim(
    says=lambda got: (
        "ReLU learns from 0.1 on, tanh from 0.3, and the sigmoid network crawls almost "
        "everywhere and is at its best near 3",
        "With four other spirals and starts ReLU gets only "
        f"{100 * min(got['relu, 3'][1:]):.0f} to {100 * max(got['relu, 3'][1:]):.0f} % right at "
        "this rate, and tanh all of them.",
    ),
    holds=lambda got: (
        min(got["relu, 0.1"]) > 0.8 > 0.75 > max(got["relu, 0.03"])
        and min(got["tanh, 0.3"]) > 0.8 > 0.75 > max(got["tanh, 0.1"])
        and all(
            s > max(lower, higher)
            for lower, s, higher in zip(
                *(got[f"sigmoid, {lr}"] for lr in (1, 3, 10)), strict=True
            )
        )
        and got["relu, 3"][0] > 0.9 > 0.6 > max(got["relu, 3"][1:])
        and min(got["tanh, 1"]) == min(got["tanh, 3"]) == 1
    ),
    measures="share of the 150 points that is right after 150 steps",
)
def each_activation_has_rates_of_its_own():
    """Three spirals, two hidden layers of 16; other spirals and other first weights each time."""
    rates = {"relu": (0.03, 0.1, 1, 3), "tanh": (0.1, 0.3, 1, 3), "sigmoid": (1, 3, 10)}
    return {
        f"{activation}, {lr}": shares(activation, lr)
        for activation in rates
        for lr in rates[activation]
    }


@claim(
    says=lambda _: "From 10 on ReLU falls apart, with a loss of more than 10,000 on the way",
    holds=lambda got: min(map(min, got.values())) > 10_000,
    measures="largest loss within 150 steps",
)
def relu_falls_apart():
    """As above."""
    with np.errstate(all="ignore"):
        return {
            f"relu, {lr}": [np.nanmax(trained("relu", lr, seed)[1]) for seed in SEEDS]
            for lr in (10, 30)
        }
