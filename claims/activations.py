"""What *Activations* compares."""

from functools import partial

import numpy as np

from claims import claim, low_high
from nnbook.figures.activations import (
    best_sum,
    centre,
    deep_network,
    gradient_sizes,
    random_features,
)
from nnbook.figures.initialization import gain_of, spread
from nnbook.figures.networks import descend
from nnlib import (
    SGD,
    Adam,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    cross_entropy,
    mse,
)
from nnlib.datasets import curve, spirals

SEEDS = range(5)
RATES = 0.03, 0.1, 0.3, 1, 3


def own_best(results):
    """Of results at several settings the one that is lowest on average."""
    return min(results, key=lambda losses: np.mean(np.nan_to_num(losses, nan=np.inf)))


# --- bends ----------------------------------------------------------------------------------


@claim(
    says=lambda r: (
        f"leaves the error at {max(r['z², 512 neurons']):.3f}, however many neurons there are"
    ),
    holds=lambda r: (
        min(map(min, (r[f"z², {n} neurons"] for n in (12, 64, 512)))) > 0.6599
        and max(r["tanh, 512 neurons"]) < 1e-6
        and max(r["ReLU, 512 neurons"]) < 1e-3
    ),
    measures="RMSE of the best sum of random neurons",
)
def a_square_is_no_bend_to_draw_with():
    """Random neurons, added up by least squares to fit the curve."""

    def error(bend, neurons, seed):
        x, features = random_features(bend, neurons, seed)
        return best_sum(features, curve(x))[1]

    return {
        f"{bend}, {neurons} neurons": [error(bend, neurons, seed) for seed in SEEDS]
        for bend in ("z²", "z³", "tanh", "ReLU")
        for neurons in (12, 64, 512)
    }


def trained_kink(slope, lr, seed):
    """The RMSE of twelve leaky units after 1,000 steps of Adam; their kinks lie in the data."""
    rng = np.random.default_rng(seed)
    hidden, output = Linear(1, 12, rng=rng), Linear(12, 1, rng=rng)
    hidden.b[...] = -hidden.W[0] * rng.uniform(-3, 3, 12)
    net = Network(hidden, LeakyReLU(slope), output, dtype=np.float64)
    x = np.linspace(-3, 3, 60).reshape(-1, 1)
    losses = descend(net, mse, Adam(lr), x, curve(x), steps=1000)
    return losses[-1] ** 0.5


@claim(
    says=lambda r: (
        f"{low_high(r['α = 0'])} with the full kink, {low_high(r['α = 0.9'])} with "
        f"$\\alpha = 0.9$, and {low_high(r['α = 0.99'])} with $\\alpha = 0.99$"
    ),
    holds=lambda r: (
        max(r["α = 0"]) < min(r["α = 0.9"]) and max(r["α = 0.9"]) < min(r["α = 0.99"])
    ),
    measures="RMSE after 1,000 steps of Adam",
)
def a_hardly_visible_kink_trains_badly():
    """Twelve hidden units, all weights trained; each slope at the best of the learning rates
    0.01, 0.03 and 0.1."""
    return {
        f"α = {slope}": own_best(
            [trained_kink(slope, lr, seed) for seed in SEEDS]
            for lr in (0.01, 0.03, 0.1)
        )
        for slope in (0, 0.9, 0.99)
    }


# --- a gradient on its way back -------------------------------------------------------------


def share_of_gradient(scale, seed, depth=10, width=100):
    """How much of a gradient's length arrives below a stack of sigmoid layers."""
    return gradient_sizes("sigmoid", spread(scale), seed, depth, width)[-1]


@claim(
    says=lambda r: (
        f"between {min(r['SD 1']):.2f} and {max(r['SD 1']):.2f} of the gradient arrives"
    ),
    holds=lambda r: min(r["SD 1"]) > 0.1 and max(r["SD 0.1"]) < 1e-6,
    measures="share of the gradient that arrives at the first of ten layers",
)
def saturated_layers_pass_gradients():
    """Ten sigmoid layers of 100 neurons, weights with a standard deviation of 1 or 0.1, a
    gradient drawn at random behind the last."""
    return {
        f"SD {scale:g}": [share_of_gradient(scale, seed) for seed in SEEDS]
        for scale in (1, 0.1)
    }


# --- deep sigmoids --------------------------------------------------------------------------


def lasts(
    activation, hidden_layers, lr, *, init=None, centred=False, optimizer=SGD, steps=150
):
    """The last losses of networks that separate three spirals, from five seeds."""
    ends = []
    for seed in SEEDS:
        net, (x, y) = deep_network(activation, hidden_layers, init=init, seed=seed)
        if centred:
            centre(net)
        ends.append(descend(net, cross_entropy, optimizer(lr), x, y, steps=steps)[-1])
    return ends


@claim(
    says=lambda r: (
        "stands still at 1.10, the loss of guessing, at *every* rate of the slider",
        "With four it is little better.",
    ),
    holds=lambda r: all(
        min(r[f"6 layers, lr {lr:g}"]) > 1.095
        and max(r[f"6 layers, lr {lr:g}"]) < 1.105
        for lr in RATES
    )
    and min(r["4 layers, best of five rates"]) > 1
    and max(r["1 layer, lr 3"]) < 0.5,
    measures="loss after 150 steps of SGD",
)
def xavier_leaves_six_sigmoid_layers_standing():
    """Hidden sigmoid layers of 16 from Xavier's weights, on three spirals."""
    got = {f"6 layers, lr {lr:g}": lasts("sigmoid", 6, lr) for lr in RATES}
    four = own_best(lasts("sigmoid", 4, lr) for lr in RATES)
    return got | {
        "4 layers, best of five rates": four,
        "1 layer, lr 3": lasts("sigmoid", 1, 3),
    }


@claim(
    says=lambda r: (
        f"a loss of {low_high(r['gain 10, lr 0.3'])}",
        f"reaches {low_high(r['gain 4, centred, lr 0.3'])}",
    ),
    holds=lambda r: (
        max(r["gain 10, lr 0.3"]) < 0.6
        and max(r["gain 4, centred, lr 0.3"]) < 0.7
        and min(r["gain 1, best of five rates"]) > 1.09
    ),
    measures="loss after 150 steps of SGD",
)
def larger_weights_let_six_sigmoid_layers_learn():
    """Six hidden sigmoid layers of 16 on three spirals; a gain of 1 gets the best of five
    learning rates, 0.03 to 3."""
    return {
        "gain 1, best of five rates": own_best(
            lasts("sigmoid", 6, lr, init=gain_of(1)) for lr in RATES
        ),
        "gain 4, lr 0.3": lasts("sigmoid", 6, 0.3, init=gain_of(4)),
        "gain 10, lr 0.3": lasts("sigmoid", 6, 0.3, init=gain_of(10)),
        "gain 4, centred, lr 0.3": lasts(
            "sigmoid", 6, 0.3, init=gain_of(4), centred=True
        ),
    }


@claim(
    says=lambda r: (
        "with [Adam](optimizers.ipynb), and ten times the steps, Xavier's start comes below 0.01 "
        "in all five networks"
    ),
    holds=lambda r: (
        max(r["Adam, 1,500 steps"]) < 0.01 < min(r["Adam, 150 steps"])
        and min(r["SGD, 1,500 steps"]) > 0.5
    ),
    measures="loss",
)
def patience_rescues_six_sigmoid_layers():
    """Six hidden sigmoid layers of 16 from Xavier's weights, on three spirals; SGD at a learning
    rate of 3, Adam at 0.01."""
    return {
        f"{name}, {steps:,} steps": lasts(
            "sigmoid", 6, lr, optimizer=optimizer, steps=steps
        )
        for name, optimizer, lr, steps in (
            ("SGD", SGD, 3, 1500),
            ("Adam", Adam, 0.01, 150),
            ("Adam", Adam, 0.01, 1500),
        )
    }


@claim(
    says=lambda r: (
        f"{1 / max(r['sigmoid']):,.0f} to {1 / min(r['sigmoid']):,.0f} times smaller"
    ),
    holds=lambda r: max(r["sigmoid"]) < 0.005 and min(r["ReLU"]) > 0.1,
    measures="size of the first layer's gradient, that of the last being 1",
)
def the_first_of_six_sigmoid_layers_is_hardly_pulled():
    """Six hidden layers of 16 at the start, from Xavier's weights for sigmoid, He's for ReLU."""

    def ratio(activation, seed):
        net, (x, y) = deep_network(activation, 6, seed=seed)
        net.backward(cross_entropy(net.forward(x), y)[1])
        first, last = net.layers[0].dW, net.layers[-1].dW
        return np.sqrt(np.mean(first**2) / np.mean(last**2))

    return {
        "sigmoid": [f"{ratio('sigmoid', seed):.1g}" for seed in SEEDS],
        "ReLU": [ratio("relu", seed) for seed in SEEDS],
    }


@claim(
    says=lambda r: "Tanh and ReLU learn at any of these depths",
    holds=lambda r: max(max(losses) for losses in r.values()) < 0.15,
    measures="loss after 150 steps of SGD",
)
def tanh_and_relu_learn_at_these_depths():
    """1, 2, 4 and 6 hidden layers of 16 on three spirals, each at the best of five learning
    rates, 0.03 to 3."""
    return {
        f"{activation}, {depth} hidden": own_best(
            lasts(activation, depth, lr) for lr in RATES
        )
        for activation in ("tanh", "relu")
        for depth in (1, 2, 4, 6)
    }


@claim(
    says=lambda r: "With one hidden layer all three learn, if the learning rate suits them",
    holds=lambda r: max(max(losses) for losses in r.values()) < 0.5,
    measures="loss after 150 steps of SGD",
)
def one_hidden_layer_learns():
    """One hidden layer of 16 on three spirals, each at the best of five learning rates."""
    return {
        activation: own_best(lasts(activation, 1, lr) for lr in RATES)
        for activation in ("sigmoid", "tanh", "relu")
    }


@claim(
    says=lambda r: "at 3 a ReLU network of four or six hidden layers ends at guessing",
    holds=lambda r: max(map(max, (r["4 hidden, lr 3"], r["6 hidden, lr 3"]))) < 0.4
    and min(r["1 hidden, lr 3"]) > 0.9,
    measures="share of the points that are right after 150 steps",
)
def deeper_networks_want_smaller_steps():
    """ReLU networks on three spirals, at learning rates of 0.3 and 3."""

    def right(depth, lr):
        shares = []
        for seed in SEEDS:
            net, (x, y) = deep_network("relu", depth, seed=seed)
            descend(net, cross_entropy, SGD(lr), x, y, steps=150)
            with np.errstate(over="ignore", invalid="ignore"):
                shares.append(np.mean(net.predict(x).argmax(axis=1) == y))
        return shares

    return {
        f"{depth} hidden, lr {lr:g}": right(depth, lr)
        for depth in (1, 4, 6)
        for lr in (0.3, 3)
    }


# --- a leak ---------------------------------------------------------------------------------


def still_asleep(kind, push, optimizer, seed, steps=1000):
    """How many of twelve units are at or below zero for every example, five of them pushed."""
    rng = np.random.default_rng(seed)
    x, y = spirals(100, rng=rng)
    hidden = Linear(2, 12, rng=rng)
    hidden.b[:5] -= push
    net = Network(hidden, kind, Linear(12, 3, rng=rng), dtype=np.float64)
    descend(net, cross_entropy, optimizer, x, y, steps=steps)
    return np.sum(np.all(hidden.forward(x) <= 0, axis=0))


@claim(
    says=lambda r: (
        f"{min(r['SGD, leaky']):.0f} to {max(r['SGD, leaky']):.0f} were still asleep",
        f"with [Adam](optimizers.ipynb), {min(r['Adam, leaky']):.0f} to "
        f"{max(r['Adam, leaky']):.0f}",
    ),
    holds=lambda r: (
        sum(r["SGD, leaky"]) >= sum(r["SGD, ReLU"])
        and np.mean(r["Adam, leaky"]) < 0.7 * np.mean(r["Adam, ReLU"])
    ),
    measures="units that are asleep for every example after 1,000 steps",
)
def a_leak_is_no_rescue_yet():
    """Twelve units on three spirals, five of whose biases were pushed down by 3; for the leak
    of 0.01 the best learning rate of three for each optimizer."""

    def asleep(kind, optimizer, rates):
        return own_best(
            [still_asleep(kind(), 3, optimizer(lr), seed) for seed in SEEDS]
            for lr in rates
        )

    return {
        f"{name}, {activation}": asleep(kind, optimizer, rates)
        for name, optimizer, rates in (
            ("SGD", SGD, (0.1, 0.3, 1)),
            ("Adam", Adam, (0.01, 0.03, 0.1)),
        )
        for activation, kind in (("leaky", partial(LeakyReLU, 0.01)), ("ReLU", ReLU))
    }
