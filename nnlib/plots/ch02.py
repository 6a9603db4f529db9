"""Figures of chapter 2, Initialization."""

from functools import cache

import numpy as np

from nnlib import (
    SGD,
    Adam,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    cross_entropy,
    he_normal,
    mse,
    normal,
    uniform,
    xavier_normal,
    zeros,
)
from nnlib.datasets import curve, spirals
from nnlib.plots.style import colour, figure, label_lines, log_scale

WIDTH, DEPTH = 256, 50
ACTIVATIONS = {"relu": ReLU, "tanh": Tanh, "sigmoid": Sigmoid}
NAMES = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


def written(number):
    """A number as a person writes it: 0.93, 117, 1,800; 3.9 · 10⁻⁸ when it is far from 1."""
    if 0.0095 <= number < 99_500:
        return f"{float(f'{number:.2g}'):,.10g}"
    factor, power = f"{number:.1e}".split("e")
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"{factor} · 10{str(int(power)).translate(superscript)}"


def size(numbers):
    """The root mean square: how far from zero the numbers typically are."""
    return np.sqrt(np.mean(np.square(numbers)))


def weighted(scale):
    """An initializer: normal weights with this standard deviation."""
    return lambda n_in, n_out, *, rng: normal(n_in, n_out, scale, rng=rng)


def constant(value):
    """An initializer: the same number everywhere."""
    return lambda n_in, n_out, *, rng: np.full((n_in, n_out), value)


# --- how large: a signal and a nudge through 50 layers


@cache
def deep_stack():
    """32 examples, a direction to nudge each of them in, and 50 matrices, all N(0, 1)."""
    rng = np.random.default_rng(0)
    examples, nudges = rng.standard_normal((2, 32, WIDTH))
    return examples, nudges, rng.standard_normal((DEPTH, WIDTH, WIDTH), np.float32)


@cache
def through_depth(gain, activation):
    """Sizes of signal and nudge after each layer, and the outputs of first and last layer."""
    a, nudge, matrices = deep_stack()
    signals, nudges, outputs = [size(a)], [size(nudge)], []
    for matrix in matrices:
        W = matrix * (gain / WIDTH**0.5)
        a, nudge = a @ W, nudge @ W
        if activation != "none":
            bend = ACTIVATIONS[activation]()
            a = bend.forward(a)
            nudge = bend.backward(nudge)  # times the slope, as for any small change
        signals.append(size(a))
        nudges.append(size(nudge))
        outputs.append(a)
    return signals, nudges, (outputs[0], outputs[-1])


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
        left.set(xlabel="layer", title="size", xlim=(0, DEPTH))
        log_scale(left, -8, 8)
        label_lines(left)
        bins = np.linspace(-3, 3, 61)
        for outputs, meaning, layer in (
            (first, "neutral", "layer 1"),
            (last, "class A", "layer 50"),
        ):
            heights = np.histogram(outputs, bins)[0] / outputs.size
            right.stairs(heights, bins, color=colour(meaning), label=layer)
        right.set(xlabel="output", title="how often", yticks=[], ylim=(0, 0.12))
        right.text(0.03, 0.93, "layer 1", color=colour("neutral"), transform=right.transAxes)
        right.text(0.03, 0.85, "layer 50", color=colour("class A"), transform=right.transAxes)
    return picture, _told(gain, activation, signals[-1], nudges[-1], last)


def _told(gain, activation, signal, nudge, last):
    if activation == "none":
        return (
            f"Weights {written(gain)} times the size that suits a layer of {WIDTH}: after "
            f"{DEPTH} layers a signal of size 1 has size {written(signal)}."
        )
    text = (
        f"{NAMES[activation]}, gain {gain:.4g}: after {DEPTH} layers the signal has size "
        f"{written(signal)}, and a nudge of size 1 has become {written(nudge)}."
    )
    if activation == "tanh":
        text += f" {np.mean(np.abs(last) > 0.9):.0%} of the last outputs lie beyond ±0.9."
    return text


def draw_gain(gain=1):
    """The same stack without any bend: only the size of the weights matters."""
    return draw_depth(gain, "none")


def draw_sums(counts=(1, 10, 100)):
    """How a neuron's z spreads as it gets more inputs, with weights of SD 1 and of 1/√n."""
    rng = np.random.default_rng(0)
    bins, spreads = np.linspace(-30, 30, 121), []
    with figure(columns=2) as (picture, axes):
        for ax, scaled in zip(axes, (False, True)):
            for count in counts:
                scale = 1 / np.sqrt(count) if scaled else 1.0
                W = normal(count, 20_000, scale, rng=rng)
                z = np.ones(count) @ W
                grid = bins / 10 if scaled else bins
                heights = np.histogram(z, grid)[0] / len(z)
                ax.plot((grid[1:] + grid[:-1]) / 2, heights, label=f"{count} inputs")
                spreads.append(f"{z.std():.1f}")
            ax.set(xlabel="z", yticks=[], xlim=(grid[0], grid[-1]))
        axes[0].set(title="weights of SD 1", ylabel="how often")
        axes[1].set(title="weights of SD 1/√n", ylim=axes[1].get_ylim())
    return picture, spreads
