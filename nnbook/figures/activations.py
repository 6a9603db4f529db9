"""Figures of *Activations*."""

from math import erf

import numpy as np

from nnbook.figures.initialization import gain_of
from nnbook.figures.networks import ACTIVATIONS, INITS, NAMES, descend, small_network
from nnbook.figures.style import (
    class_scatter,
    colour,
    figure,
    label_lines,
    log_scale,
    shades,
)
from nnbook.figures.words import percent, rounded
from nnlib import SGD, LeakyReLU, Linear, ReLU, Sigmoid, cross_entropy, normal
from nnlib.datasets import curve, spirals

BENDS = {
    "z²": np.square,
    "z³": lambda z: z**3,
    "tanh": np.tanh,
    "ReLU": lambda z: np.maximum(z, 0),
}


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


def random_features(bend, neurons, seed):
    """200 places x, and a column for what each random neuron with this bend says of them."""
    rng = np.random.default_rng(seed)
    W = rng.standard_normal(neurons)
    b = -W * rng.uniform(-3, 3, neurons)
    x = np.linspace(-3, 3, 200)
    return x, np.column_stack([BENDS[bend](np.outer(x, W) + b), np.ones_like(x)])


def draw_any_bend(bend="z²", neurons=12):
    """The best sum of random neurons with a bend of one's choice, by least squares."""
    x, features = random_features(bend, neurons, seed=2)
    weights, rmse = best_sum(features, curve(x))
    left_over = f"of {rmse:.3f}" if rmse >= 0.0005 else "below 0.001"
    with figure(columns=2, width_ratios=[1, 2]) as (picture, (left, right)):
        z = np.linspace(-1, 1, 101)
        left.plot(z, BENDS[bend](z), color=colour("class B"))
        left.set(xlabel="z", ylabel="a", title=bend, ylim=(-1.1, 1.1))
        left.set(xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        right.plot(x, curve(x), color=colour("neutral"), label="target")
        right.plot(
            x, features @ weights, color=colour("class A"), label="fit", linestyle="--"
        )
        right.set(
            xlabel="x", ylim=(-2.3, 2.3), title=f"RMSE {left_over.removeprefix('of ')}"
        )
        label_lines(right)
    return picture, (
        f"{neurons} neurons with the bend {bend} fit the curve with an RMSE {left_over}."
    )


def draw_xor():
    """The four points of exclusive or, before and after the hidden layer of the page."""
    bits, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    a = np.maximum(bits @ np.ones((2, 2)) + [0, -1], 0)
    output = a @ [1, -2]
    with figure(columns=2, height=3.2, sharex=True, sharey=True) as (picture, axes):
        for ax, points in zip(axes, (bits, a)):
            class_scatter(ax, points, y, size=110)
            ax.set(xlim=(-0.6, 2.6), ylim=(-0.6, 1.6), aspect="equal")
            ax.set(xticks=[0, 1, 2], yticks=[0, 1])
        ends = np.array([-0.6, 2.6])
        for total in (0, 1):  # where the first neuron begins to answer, and the second
            axes[0].plot(ends, total - ends, color=colour("neutral"), linestyle=":")
        axes[0].set(title="before")
        axes[1].plot(ends, (ends - 0.5) / 2, color=colour("ink"), linestyle="-")
        axes[1].set(title="after the hidden layer", xlabel="a₁", ylabel="a₂")
    places = " and ".join(f"({p:g}, {q:g})" for p, q in np.unique(a[y == 0], axis=0))
    [(p, q)] = np.unique(a[y == 1], axis=0)
    return picture, (
        f"The hidden layer moves the points of class 1 to one place, ({p:g}, {q:g}), and those "
        f"of class 0 to {places}. The line a₁ − 2 a₂ = 0.5 runs between them: a₁ − 2 a₂ is "
        f"{output[1]:g} in the one and {output[0]:g} in the others."
    )


def pieces(sizes, seed=0, side=240):
    """The plane cut by random ReLUs: for each pixel of a square the number of its piece."""
    rng = np.random.default_rng(seed)
    axis = np.linspace(-1, 1, side)
    a = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    awake = []
    for n_in, n_out in zip([2, *sizes], sizes):
        z = a @ rng.standard_normal((n_in, n_out))
        z = z - z[rng.integers(len(z), size=n_out), range(n_out)]  # kinks in the square
        awake.append(z > 0)
        a = np.maximum(z, 0)
    codes = np.hstack(awake) @ 2 ** np.arange(sum(sizes))
    return np.unique(codes, return_inverse=True)[1].reshape(side, side)


def draw_pieces(neurons=6):
    """Where the kinks of one layer of ReLUs cut the plane, and those of a second behind it."""
    told = []
    with figure(columns=2, height=3.4) as (picture, axes):
        for ax, sizes in zip(axes, ([neurons], [neurons, neurons])):
            piece = pieces(sizes)
            count = piece.max() + 1
            tone = np.random.default_rng(1).permutation(np.linspace(0.05, 0.75, count))
            ax.imshow(tone[piece], shades("class A"), vmin=0, vmax=1, origin="lower")
            ax.set(xticks=[], yticks=[], xlabel="x₁", ylabel="x₂")
            layers = "one layer" if len(sizes) == 1 else "two layers"
            ax.set_title(f"{layers} of {neurons}")
            ax.grid(False)
            told.append(f"{layers} of {neurons} into {count}")
    return picture, (
        f"Random ReLUs cut this square into flat pieces: {', '.join(told)}. The cuts of the "
        f"first layer are straight; those of the second bend where they cross one of the first."
    )


def folded(x, layers):
    """A tent of a tent of a tent: in each layer two ReLUs of what the layer before gave."""
    for _ in range(layers):
        x = 2 * np.maximum(x, 0) - 4 * np.maximum(x - 0.5, 0)
    return x


def draw_folds(depths=(1, 2, 5)):
    """What layers of two ReLUs each can draw when each folds what the one before has drawn."""
    x = np.linspace(0, 1, 2**10 + 1)
    told = []
    with figure(columns=len(depths), height=2.6, sharey=True) as (picture, axes):
        for ax, layers in zip(axes, depths):
            y = folded(x, layers)
            ax.plot(x, y, color=colour("class A"))
            count = 1 + np.count_nonzero(np.diff(np.sign(np.diff(y))))
            ax.set(xlabel="x", xticks=[0, 1], yticks=[0, 1])
            ax.set_title(f"{layers} layers" if layers > 1 else "1 layer")
            told.append(f"{2 * layers} ReLUs in {layers} make {count} pieces")
    return picture, f"Layers of two ReLUs each: {'; '.join(told)}."


def gelu(z):
    """z Φ(z): z times the share of a normal distribution that lies below it."""
    return z * (1 + np.vectorize(erf)(z / np.sqrt(2))) / 2


def silu(z):
    """z σ(z), also called Swish."""
    return z * Sigmoid().forward(z)


def draw_relatives():
    """GELU and SiLU beside ReLU."""
    z = np.linspace(-4, 2, 601)
    lowest = {}
    with figure(height=3) as (picture, ax):
        relu = np.maximum(z, 0)
        ax.plot(z, relu, color=colour("neutral"), linestyle=":", label="ReLU")
        for name, bend, meaning, dash in (
            ("GELU", gelu, "class A", "-"),
            ("SiLU", silu, "class B", "--"),
        ):
            a = bend(z)
            ax.plot(z, a, color=colour(meaning), linestyle=dash, label=name)
            lowest[name] = (
                f"{name} falls to −{-a.min():.2f} at z = −{-z[a.argmin()]:.2f}"
            )
        ax.set(xlabel="z", ylabel="a", ylim=(-0.5, 2))
        label_lines(ax)
    return picture, f"Two smooth relatives of ReLU: {'; '.join(lowest.values())}."


def draw_functions():
    """Sigmoid, tanh, ReLU and leaky ReLU with their derivatives."""
    z = np.linspace(-4, 4, 401).reshape(-1, 1)
    told = []
    with figure(2, 2, height=4.6, sharex=True, sharey=True) as (picture, axes):
        for ax, (key, kind) in zip(axes.flat, ACTIVATIONS.items()):
            layer = kind()
            a, slope = layer.forward(z), layer.backward(np.ones_like(z))
            ax.plot(z, a, color=colour("class A"), label="g")
            ax.plot(z, slope, color=colour("gradient"), linestyle="--", label="g′")
            ax.set(title=NAMES[key], ylim=(-1.2, 2.2))
            label_lines(ax)
            told.append(f"{NAMES[key]} from {slope.min():.2g} to {slope.max():.2g}")
        for ax in axes[1]:
            ax.set_xlabel("z")
    return picture, (
        f"Four activations and their slopes between z = −4 and 4: {', '.join(told)}."
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
            ax.set(xlabel="output of a unit", title=f"weights of SD {scale:g}")
            ax.set(yticks=[], xticks=[0, 0.5, 1])
            flat = np.mean(a * (1 - a) < 0.025)
            shares.append(
                f"{percent(flat)} of the answers with weights of SD {scale:g}"
            )
        axes[0].set_ylabel("how often")
    return picture, (
        f"Saturated (slope under a tenth of the best) are {' and '.join(shares)}."
    )


def gradient_sizes(key, init, seed, layers=20, units=64):
    """The size of a random gradient, sent back through a stack of layers: after each of them."""
    rng = np.random.default_rng(seed)
    stack = []
    for _ in range(layers):
        stack += [Linear(units, units, init=init, rng=rng), ACTIVATIONS[key]()]
    a = rng.standard_normal((200, units))
    for layer in stack:
        a = layer.forward(a)
    da = rng.standard_normal(a.shape)
    sizes = [da.std()]
    for layer in reversed(stack):
        da = layer.backward(da)
        if layer.params:
            sizes.append(da.std())
    return np.array(sizes) / sizes[0]


def draw_slopes_through_depth(layers=20):
    """A random gradient sent back through a stack of layers, for each activation."""
    with figure() as (picture, ax):
        ends = []
        for key, init, meaning, name in (
            ("sigmoid", INITS["sigmoid"], "class B", "sigmoid"),
            ("tanh", INITS["tanh"], "class C", "tanh"),
            ("relu", INITS["relu"], "class A", "ReLU"),
        ):
            sizes = gradient_sizes(key, init, seed=0, layers=layers)
            ax.plot(range(layers + 1), sizes, color=colour(meaning), label=name)
            ends.append(f"{rounded(sizes[-1], 1)} with {name}")
        ax.set(xlabel="layers passed on the way back", ylabel="size of the gradient")
        ax.set_xticks(range(0, layers + 1, 5))
        log_scale(ax, -14, 2)
        label_lines(ax)
    return picture, (
        f"After {layers} layers a gradient of size 1 has become {', '.join(ends)}."
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
    net, (x, y) = deep_network(activation, hidden_layers)
    return drawn_training(
        net,
        x,
        y,
        lr,
        f"{NAMES[activation]}, {counted(hidden_layers)}, learning rate {lr:g}",
    )


def draw_deep_sigmoids(gain=1, centred=False):
    """150 steps of six hidden sigmoid layers, with a start of one's choice."""
    net, (x, y) = deep_network("sigmoid", 6, init=gain_of(gain))
    if centred:
        centre(net)
    start = f"gain {gain:g}, {'centred' if centred else 'not centred'}"
    return drawn_training(net, x, y, 0.3, f"Six hidden sigmoid layers, {start}")


def counted(layers):
    return f"{layers} hidden {'layer' if layers == 1 else 'layers'}"


def deep_network(activation, hidden_layers, *, init=None, seed=0):
    """A network with hidden layers of 16, and three spirals for it to separate."""
    sizes = [2, *[16] * hidden_layers, 3]
    rng = np.random.default_rng(seed)
    net = small_network(activation, sizes, init=init, rng=rng)
    return net, spirals(150, rng=np.random.default_rng(seed + 1))


def centre(net):
    """Biases that take away what a sigmoid says to everything, ½: b = −½ ΣW."""
    _, *behind_sigmoids = (layer for layer in net.layers if layer.params)
    for layer in behind_sigmoids:
        layer.b[...] = -layer.W.sum(axis=0) / 2


def drawn_training(net, x, y, lr, setting):
    """The picture and the words of 150 steps, and of each layer's first gradient."""
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
        f"{setting}: the loss {ending}. At the start the gradient of the first layer is "
        f"{rounded(pulls[0] / pulls[-1], 1)} times that of the last."
    )
