"""Figures of *Activations*."""

import numpy as np

from nnbook.figures.networks import ACTIVATIONS, INITS, NAMES, descend, small_network
from nnbook.figures.style import colour, figure, label_lines, log_scale, shades
from nnbook.figures.words import percent
from nnlib import SGD, LeakyReLU, Linear, ReLU, Sigmoid, cross_entropy, normal
from nnlib.datasets import curve, spirals


def best_sum(features, y):
    """The weights with which columns of numbers add up nearest to y, and the RMSE left."""
    weights = np.linalg.lstsq(features, y, rcond=None)[0]
    return weights, np.sqrt(np.mean((features @ weights - y) ** 2))


def draw_cliff(slope=0):
    """Twelve units with a kink, slope left of it and 1 right of it, fitted by least squares."""
    rng = np.random.default_rng(2)
    W = rng.standard_normal(12)
    b = -W * rng.uniform(-3, 3, 12)  # the kinks lie where the data are
    x = np.linspace(-3, 3, 200)
    units = LeakyReLU(slope).forward(np.outer(x, W) + b)
    features = np.column_stack([units, x, np.ones_like(x)])
    weights, rmse = best_sum(features, curve(x))
    largest = np.abs(weights[:12]).max()

    with figure(columns=2, width_ratios=[1, 2]) as (picture, (left, right)):
        z = np.array([-1, 0, 1])
        left.plot(z, LeakyReLU(slope).forward(z), color=colour("class B"))
        left.set(xlabel="z", ylabel="a", title=f"slope α = {slope:g}")
        left.set(xticks=z, yticks=z, ylim=(-1.1, 1.1))
        right.plot(x, curve(x), color=colour("neutral"), label="target")
        right.plot(
            x, features @ weights, color=colour("class A"), label="fit", linestyle="--"
        )
        right.set(xlabel="x", ylim=(-2.3, 2.3), title=f"RMSE {rmse:.3f}")
        label_lines(right)
    size = f"{largest:,.1f}" if largest < 10 else f"{largest:,.0f}"
    return picture, (
        f"With slope α = {slope:g} left of the kink, twelve neurons fit the curve with an RMSE of "
        f"{rmse:.3f}; the largest of their weights is {size}."
    )


def draw_bends(counts=(4, 16)):
    """Sums of ReLUs with evenly spaced kinks, fitted to the curve of *From a neuron to a layer*."""
    x = np.linspace(-3, 3, 300)
    with figure(columns=len(counts), sharey=True) as (picture, axes):
        errors = []
        for ax, count in zip(axes, counts):
            kinks = np.linspace(-3, 3, count + 1)[:-1]
            units = ReLU().forward(x[:, np.newaxis] - kinks)
            features = np.column_stack([units, np.ones_like(x)])
            weights, rmse = best_sum(features, curve(x))
            fit = features @ weights
            ax.plot(x, curve(x), color=colour("neutral"), linewidth=4, alpha=0.5)
            ax.plot(x, fit, color=colour("class A"))
            ax.plot(kinks, np.interp(kinks, x, fit), "o", color=colour("class A"))
            ax.set(xlabel="x", title=f"{count} ReLUs")
            errors.append(f"{count} ReLUs fit it with an RMSE of {rmse:.3f}")
    return (
        picture,
        f"The curve that no line fits, as a sum of ReLUs: {'; '.join(errors)}.",
    )


def draw_functions():
    """Sigmoid, tanh, ReLU and leaky ReLU with their derivatives."""
    z = np.linspace(-4, 4, 401).reshape(-1, 1)
    with figure(2, 2, height=4.6, sharex=True, sharey=True) as (picture, axes):
        for ax, (key, kind) in zip(axes.flat, ACTIVATIONS.items()):
            layer = kind()
            ax.plot(z, layer.forward(z), color=colour("class A"), label="g")
            slope = layer.backward(np.ones_like(z))
            ax.plot(z, slope, color=colour("gradient"), linestyle="--", label="g′")
            ax.set(title=NAMES[key], ylim=(-1.2, 2.2))
            label_lines(ax)
        for ax in axes[1]:
            ax.set_xlabel("z")
    return picture, (
        "Four activations and their slopes. Sigmoid runs from 0 to 1 with a slope of at most "
        "0.25; tanh from −1 to 1, slope at most 1; ReLU has slope 0 left of zero and 1 right of "
        "it; leaky ReLU 0.01 and 1."
    )


def draw_saturation(scales=(0.1, 1.0)):
    """Histograms of 50 sigmoids' outputs for 1000 random inputs, for two sizes of weights."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1000, 100))
    with figure(columns=len(scales), sharey=True) as (picture, axes):
        shares = []
        for ax, scale in zip(axes, scales):
            a = Sigmoid().forward(x @ normal(100, 50, scale, rng=rng))
            ax.hist(a.ravel(), bins=np.linspace(0, 1, 41), color=colour("class A"))
            ax.set(xlabel="output of a unit", title=f"weights of size {scale:g}")
            ax.set(yticks=[], xticks=[0, 0.5, 1])
            flat = np.mean(a * (1 - a) < 0.025)
            shares.append(
                f"{percent(flat)} of the answers with weights of size {scale:g}"
            )
        axes[0].set_ylabel("how often")
    return (
        picture,
        f"Saturated (slope under a tenth of the best) are {' and '.join(shares)}.",
    )


def draw_slopes_through_depth(layers=20, units=64):
    """A random gradient sent back through a stack of layers, for each activation."""
    with figure() as (picture, ax):
        ends = []
        for key, style in zip(
            ("sigmoid", "tanh", "relu"), ("class B", "class C", "class A")
        ):
            rng = np.random.default_rng(0)
            stack = []
            for _ in range(layers):
                stack += [
                    Linear(units, units, init=INITS[key], rng=rng),
                    ACTIVATIONS[key](),
                ]
            a = rng.standard_normal((200, units))
            for layer in stack:
                a = layer.forward(a)
            da = rng.standard_normal(a.shape)
            sizes = [da.std()]
            for layer in reversed(stack):
                da = layer.backward(da)
                if layer.params:
                    sizes.append(da.std())
            sizes = np.array(sizes) / sizes[0]
            ax.plot(range(layers + 1), sizes, color=colour(style), label=NAMES[key])
            ends.append(f"{sizes[-1]:.1g} with {NAMES[key]}")
        ax.set(xlabel="layers passed on the way back", ylabel="size of the gradient")
        ax.set_xticks(range(0, layers + 1, 5))
        log_scale(ax, -14, 2)
        label_lines(ax)
    return (
        picture,
        f"After {layers} layers a gradient of size 1 has become {', '.join(ends)}.",
    )


def draw_dead_units(push=10.0):
    """Outputs of twelve ReLUs for 200 examples, before and after a push on five biases."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((200, 4))
    layer = Linear(4, 12, rng=rng)
    counts = []
    with figure(columns=2, sharey=True) as (picture, axes):
        for ax, title in zip(axes, ("before", "after")):
            a = ReLU().forward(layer.forward(x))
            ax.imshow(a[:60], shades("class A"), vmin=0, vmax=3, aspect="auto")
            ax.set(title=title, xlabel="unit", xticks=range(0, 12, 2), yticks=[])
            ax.grid(False)
            counts.append(int(np.all(a == 0, axis=0).sum()))
            layer.b[:5] -= push
        axes[0].set_ylabel("example")
    return picture, (
        f"Outputs of twelve ReLUs. Before: {counts[0]} of them are zero on every example. "
        f"After five biases were pushed down by {push:g}: {counts[1]}."
    )


def draw_deep_training(activation="relu", hidden_layers=1, lr=0.3):
    """150 steps of a network on three spirals, and the first gradient of each layer."""
    x, y = spirals(150, rng=np.random.default_rng(1))
    sizes = [2, *[16] * hidden_layers, 3]
    net = small_network(activation, sizes, rng=np.random.default_rng(0))
    net.backward(cross_entropy(net.forward(x), y)[1])
    pulls = [np.sqrt(np.mean(layer.dW**2)) for layer in net.layers if layer.params]
    losses = descend(net, cross_entropy, SGD(lr), x, y, steps=150)

    with figure(columns=2) as (picture, (left, right)):
        left.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
        left.plot(np.fmin(losses, 3), color=colour("loss"))
        left.set(xlabel="step", title="loss", ylim=(0, 2), xlim=(0, 150))
        left.set(xticks=[0, 75, 150], yticks=[0, 1, 2])
        right.bar(range(1, len(pulls) + 1), pulls, color=colour("gradient"))
        right.set(xlabel="layer", title="size of the first gradient")
        right.set_xticks(range(1, len(pulls) + 1))
        log_scale(right, -6, 0)
    if losses[-1] > 1.5 * losses[0]:
        ending = (
            f"diverges from {losses[0]:.2f} to {losses[-1]:.2f} in 150 steps: the "
            f"learning rate is too large"
        )
    elif np.isfinite(losses[-1]):
        ending = f"goes from {losses[0]:.2f} to {losses[-1]:.2f} in 150 steps"
    else:
        ending = (
            f"overflows after {len(losses) - 1} steps: the learning rate is too large"
        )
    return picture, (
        f"{NAMES[activation]}, {hidden_layers} hidden "
        f"{'layer' if hidden_layers == 1 else 'layers'}, learning rate {lr:g}: the loss {ending}. "
        f"At the start the gradient of the first layer is {pulls[0] / pulls[-1]:.1g} times that "
        f"of the last."
    )
