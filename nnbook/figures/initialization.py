"""Figures of *Initialization*."""

from functools import cache

import numpy as np

from nnbook.figures.networks import ACTIVATIONS, NAMES, descend, small_network
from nnbook.figures.style import colour, figure, label_lines, log_scale
from nnbook.figures.words import percent, power_of_ten
from nnlib import (
    SGD,
    Adam,
    Linear,
    Network,
    Tanh,
    cross_entropy,
    he_normal,
    mse,
    normal,
    xavier_normal,
    zeros,
)
from nnlib.datasets import curve, spirals

WIDTH, DEPTH = 256, 50


def written(number):
    """A number as a person writes it: 0.93, 115, 1,570; 3.9 · 10⁻⁸ when it is far from 1."""
    if 0.0095 <= number < 99_500:
        return f"{float(f'{number:.3g}' if number >= 100 else f'{number:.2g}'):,.10g}"
    factor, power = f"{number:.1e}".split("e")
    return f"{factor} · {power_of_ten(int(power))}"


def size(numbers):
    """The root mean square: how far from zero the numbers typically are."""
    return np.sqrt(np.mean(np.square(numbers)))


def spread(scale):
    """An initializer: normal weights with this standard deviation."""
    return lambda n_in, n_out, *, rng: normal(n_in, n_out, scale, rng=rng)


def gain_of(gain):
    """An initializer: normal weights that multiply the size of a signal by this gain."""
    return lambda n_in, n_out, *, rng: normal(n_in, n_out, gain / n_in**0.5, rng=rng)


def equal(n_in, n_out, *, rng):
    """An initializer: all weights the same, ½ shared among the inputs."""
    return np.full((n_in, n_out), 0.5 / n_in)


# --- how large: a signal and a nudge through 50 layers


@cache
def deep_stack():
    """16 examples with a direction to nudge each of them in, and 50 matrices, all N(0, 1)."""
    rng = np.random.default_rng(3)
    return rng.standard_normal((2, 16, WIDTH)), rng.standard_normal(
        (DEPTH, WIDTH, WIDTH)
    )


def through_depth(gain, activation):
    """Sizes of signal and nudge after each layer, and the outputs of first and last layer."""
    both, matrices = deep_stack()
    sizes, outputs = [[size(part) for part in both]], []
    for matrix in matrices:
        both = both @ matrix
        both *= gain / WIDTH**0.5
        if activation != "none":
            bend = ACTIVATIONS[activation]()
            both[0] = bend.forward(both[0])
            both[1] = bend.backward(both[1])  # times the slope, as any small change
        sizes.append([size(part) for part in both])
        outputs.append(both[0])
    return *np.transpose(sizes), (outputs[0], outputs[-1])


def draw_depth(gain=1, activation="relu"):
    """Signal and nudge through 50 layers of 256 neurons, and what the last layer gives out."""
    signals, nudges, (first, last) = through_depth(gain, activation)
    with figure(columns=2, width_ratios=[3, 2]) as (picture, (left, right)):
        left.axhline(1, color=colour("neutral"), linestyle=":", linewidth=1)
        layers = range(DEPTH + 1)
        left.plot(layers, signals, color=colour("class A"), label="signal")
        if activation != "none":
            dash, nudge_colour = (0, (5, 1.5)), colour("gradient")
            left.plot(layers, nudges, color=nudge_colour, linestyle=dash, label="nudge")
        left.set(xlabel="layer", title="size", xlim=(0, DEPTH), xticks=[0, 25, 50])
        log_scale(left, -8, 8)
        label_lines(left)
        bins = np.linspace(-4, 4, 65)
        for outputs, meaning, layer, height in (
            (first, "neutral", "layer 1", 0.93),
            (last, "class A", "layer 50", 0.85),
        ):
            shares = np.histogram(outputs, bins)[0] / outputs.size
            filled = {"fill": True, "alpha": 0.4} if outputs is last else {}
            right.stairs(shares, bins, color=colour(meaning), **filled)
            right.text(
                0.03, height, layer, color=colour(meaning), transform=right.transAxes
            )
        right.set(xlabel="output", title="how often", ylim=(0, 0.15))
        right.set(xticks=[-3, 0, 3], yticks=[])
    return picture, _told(gain, activation, signals[-1], nudges[-1], last)


def _told(gain, activation, signal, nudge, last):
    if activation == "none":
        return (
            f"Gain {gain:.4g}, no bend: after {DEPTH} layers a signal of size 1 has size "
            f"{written(signal)}."
        )
    text = (
        f"{NAMES[activation]}, gain {gain:.4g}: after {DEPTH} layers the signal has size "
        f"{written(signal)}, and a nudge of size 1 has become {written(nudge)}."
    )
    if activation == "tanh":
        text += f" {percent(np.mean(np.abs(last) > 0.9))} of the last outputs lie beyond ±0.9."
    return text


def draw_gain(gain=1):
    """The same stack without any bend: only the size of the weights matters."""
    return draw_depth(gain, "none")


def draw_sums(counts=(4, 25, 100)):
    """How z spreads over 40,000 neurons with more and more inputs, for two sizes of weights."""
    rng = np.random.default_rng(0)
    spreads = {False: [], True: []}
    with figure(columns=2) as (picture, axes):
        for ax, scaled in zip(axes, (False, True)):
            bins = np.linspace(-3, 3, 49) if scaled else np.linspace(-30, 30, 61)
            for count in counts:
                scale = 1 / np.sqrt(count) if scaled else 1.0
                z = np.ones(count) @ normal(count, 40_000, scale, rng=rng)
                shares = np.histogram(z, bins)[0] / len(z)
                (line,) = ax.plot((bins[1:] + bins[:-1]) / 2, shares)
                if not scaled:
                    ax.text(
                        z.std() + 1, 0.62 * shares.max() + 0.004, f"{count} inputs",
                        color=line.get_color(),
                    )  # fmt: skip
                spreads[scaled].append(f"{z.std():.1f}")
            ax.set(xlabel="z", yticks=[], xlim=(bins[0], bins[-1]))
            ax.set_ylim(bottom=0)
        axes[0].set(title="weights of SD 1", ylabel="how often")
        axes[1].set(title="weights of SD 1/√n")
        axes[1].text(1.15, 0.62 * shares.max(), "all three")
    inputs = ", ".join(map(str, counts))
    return picture, (
        f"With weights of SD 1, neurons of {inputs} inputs give z an SD of "
        f"{', '.join(spreads[False])}. With weights of SD 1/√n: {', '.join(spreads[True])}."
    )


# --- how equal: neurons that start the same


STARTS = {
    "all zero": (zeros, zeros),
    "all equal": (equal, equal),
    "outputs random": (equal, xavier_normal),
    "all random": (xavier_normal, xavier_normal),
}


def learnt_features(start, neurons, seed=0):
    """A hidden layer that has learnt a curve in 400 steps: x, its features, the fit, the RMSE."""
    hidden_init, output_init = STARTS[start]
    rng = np.random.default_rng(seed)
    hidden = Linear(1, neurons, init=hidden_init, rng=rng)
    output = Linear(neurons, 1, init=output_init, rng=rng)
    net = Network(hidden, Tanh(), output, dtype=np.float64)
    optimizer = Adam(0.05)
    x = np.linspace(-3, 3, 60).reshape(-1, 1)
    for _ in range(400):
        _, dz = mse(net.forward(x), curve(x))
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
    fit = net.predict(x)
    return x, np.tanh(hidden.forward(x)), fit, size(fit - curve(x))


def draw_features(start="all equal", neurons=1):
    """What each neuron of a hidden layer gives out after learning, and the fit."""
    x, features, fit, rmse = learnt_features(start, neurons)
    different = len(np.unique(features.round(3), axis=1).T)

    with figure(columns=2) as (picture, (left, right)):
        left.plot(x, features, color=colour("class B"), linestyle="-", alpha=0.7)
        left.set(xlabel="x", ylim=(-1.1, 1.1), xticks=[-3, 0, 3], yticks=[-1, 0, 1])
        left.set_title(f"{neurons} neurons" if neurons > 1 else "1 neuron")
        right.plot(x, curve(x), color=colour("neutral"), label="target")
        right.plot(x, fit, color=colour("class A"), linestyle="--", label="fit")
        right.set(xlabel="x", ylim=(-2.3, 2.3), title=f"RMSE {rmse:.3f}")
        right.set(xticks=[-3, 0, 3], yticks=[-2, 0, 2])
        label_lines(right)
    count = f"{neurons} hidden neurons" if neurons > 1 else "1 hidden neuron"
    return picture, (
        f"{count}, at the start {start}: after 400 steps {different} different "
        f"{'features' if different > 1 else 'feature'}, and an RMSE of {rmse:.3f}."
    )


# --- does it learn?

INITS = {
    "He": he_normal,
    "Xavier": xavier_normal,
    "SD 0.01": spread(0.01),
    "SD 1": spread(1.0),
}
OPTIMIZERS = {"SGD": SGD, "Adam": Adam}
# With which each start's last loss is lowest, on average over the seeds of claims/initialization.
RATES = {
    ("SGD", "relu"): {"He": 0.03, "Xavier": 0.03, "SD 0.01": 0.03, "SD 1": 0.003},
    ("SGD", "tanh"): {"He": 0.1, "Xavier": 0.06, "SD 0.01": 0.03, "SD 1": 0.01},
    ("Adam", "relu"): {"He": 0.003, "Xavier": 0.003, "SD 0.01": 0.003},
}


@cache
def trained(activation, start, optimizer, lr, *, seed=0, steps=200, layers=20):
    """The losses of a deep network on three spirals, to the first that is not finite."""
    x, y = spirals(75, rng=np.random.default_rng(seed + 1))
    rng = np.random.default_rng(seed)
    net = small_network(activation, [2, *[24] * layers, 3], init=INITS[start], rng=rng)
    return descend(net, cross_entropy, OPTIMIZERS[optimizer](lr), x, y, steps=steps)


def plot_losses(ax, optimizer, activation, steps):
    """The losses from each start at its own best rate, and what became of them, in words."""
    told = []
    for start, lr in RATES[optimizer, activation].items():
        losses = trained(activation, start, optimizer, lr, steps=steps)
        finite = np.isfinite(losses).all()
        ax.plot(losses if finite else [], label=start if finite else "_")
        # Two hundred steps enlarge what rounding does: one digit is the same everywhere.
        end = "below 0.1" if losses[-1] < 0.1 else f"{losses[-1]:.1f}"
        told.append(f"{end if finite else 'overflow'} from {start}")
    ax.set(xlabel="step", ylim=(0, 1.5), xlim=(0, steps))
    return ", ".join(told)


def draw_deep_learning(steps=200):
    """20 hidden layers and three spirals: four starts, each at its own best learning rate."""
    told = []
    with figure(columns=2, sharey=True) as (picture, axes):
        for ax, activation in zip(axes, ("relu", "tanh")):
            ends = plot_losses(ax, "SGD", activation, steps)
            ax.set_title(NAMES[activation])
            told.append(f"{NAMES[activation]}: {ends}.")
        axes[0].set_ylabel("loss")
        label_lines(axes[1])
    return picture, (
        f"The loss after {steps} steps, where guessing costs {np.log(3):.2f}. {' '.join(told)}"
    )


def draw_rescues(patience=2000, steps=200):
    """The ReLU network again: with more steps, and with Adam."""
    with figure(columns=2, sharey=True) as (picture, axes):
        slow = plot_losses(axes[0], "SGD", "relu", patience)
        quick = plot_losses(axes[1], "Adam", "relu", steps)
        axes[0].set(title=f"SGD, {patience:,} steps", ylabel="loss")
        axes[1].set_title(f"Adam, {steps} steps")
        label_lines(axes[1])
    return picture, (
        f"ReLU. The loss after {patience:,} steps of SGD: {slow}. After {steps} steps of Adam: "
        f"{quick}."
    )
