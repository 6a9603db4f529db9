"""Figures of *Optimizers*."""

import numpy as np

from nnbook.figures.gradient_descent import arrival, contours, mark
from nnbook.figures.networks import NAMES, descend, outcome, small_network
from nnbook.figures.style import DASHES, colour, figure, label_lines, log_scale
from nnbook.figures.words import rounded
from nnlib import SGD, Adam, Momentum, RMSprop, accuracy, cross_entropy, train
from nnlib.datasets import spirals

OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "RMSprop": RMSprop, "Adam": Adam}
COLOURS = dict(zip(OPTIMIZERS, ("class A", "class B", "class C", "class D")))
STYLES = {
    name: {"color": colour(COLOURS[name]), "linestyle": dash}
    for name, dash in zip(OPTIMIZERS, DASHES)
}
ALONG = np.array([[1, -1], [1, 1]]) / np.sqrt(2)  # turns the plane by 45°


def walk(optimizer, gradient, start, steps):
    """The path of an optimizer, one row a step, as long as it is between 10⁻⁶ and 10⁶."""
    theta = np.array(start, dtype=float)
    path = [theta.copy()]
    for _ in range(steps):
        optimizer.step(theta, gradient(theta))
        path.append(theta.copy())
        if not 1e-6 < np.abs(theta).max() < 1e6:
            break
    return np.array(path)


def slowest(lr, beta, curvature):
    """|r| of the larger root of r² − (1 + β − ηλ) r + β: what a step multiplies by at last."""
    return np.abs(np.roots([1, -(1 + beta - lr * curvature), beta])).max()


def draw_bowl(lr=0.4, beta=0.0):
    """Momentum on 0.1x₁² + 2x₂² from (−5, −2): the path, and the distance left."""
    path = walk(Momentum(lr, beta), lambda x: x * (0.2, 4), (-5, -2), 3000)
    distance = np.hypot(*path.T)
    steps = arrival(distance)
    flat, steep = slowest(lr, beta, 0.2), slowest(lr, beta, 4)
    with figure(columns=2, width_ratios=[3, 2]) as (picture, (left, right)):
        contours(
            left, lambda x, y: 0.1 * x**2 + 2 * y**2, [0.1, 0.5, 2, 5, 10, 20, 40],
            (-6.5, 6.5), (-5, 5),
        )  # fmt: skip
        shown = path[:60][np.abs(path[:60]).max(axis=1) < 20]
        left.plot(*shown.T, "-o", color=colour("class A"), linewidth=1, markersize=3)
        mark(left, path[0], (0, 0))
        left.set(
            xlabel="x₁",
            ylabel="x₂",
            title=f"η = {lr:g}, β = {beta:g}{': diverges' if steep > 1 else ''}",
        )
        right.axhline(1e-3, color=colour("neutral"), linewidth=1, linestyle=":")
        right.plot(np.maximum(distance, 1e-5), color=colour("class A"))
        right.set(xlabel="step", xlim=(0, 200), title="distance left")
        log_scale(right, -4, 2)
    text = f"η = {lr:g}, β = {beta:g}: "
    if steep > 1:
        away = int(np.argmax(distance > 1000))
        text += (
            f"diverges along x₂, the steep direction, where the distance grows by a factor of "
            f"{steep:.3g} a step; after {away} steps it is over 1,000. With β = {beta:g}, η must "
            f"stay below 2(1 + β)/4 = {(1 + beta) / 2:.3g}."
        )
    else:
        where = "x₁" if flat > steep else "x₂"
        both = abs(flat - steep) < 1e-9
        text += (
            f"within 0.001 of the minimum, for good, after {steps:,} steps. In the long run a step "
            f"multiplies the distance along {'both axes' if both else where} by "
            f"{max(flat, steep):.3g}"
            + ("." if both else f", along the other axis by {min(flat, steep):.3g}.")
        )
    return picture, text


def draw_memory(beta=0.9, steps=20):
    """The velocity v ← βv + g for a gradient that stays 1, and for one that alternates."""
    t = np.arange(1, steps + 1)
    velocity = []
    with figure(columns=2) as (picture, axes):
        for ax, g, title in zip(
            axes,
            (np.ones(steps), (-1.0) ** (t - 1)),
            ("the gradient stays", "the gradient flips"),
        ):
            v = [g[0]]
            for gradient in g[1:]:
                v.append(beta * v[-1] + gradient)
            velocity.append(v)
            ax.axhline(0, color=colour("neutral"), linewidth=1)
            ax.plot(t, g, "s", color=colour("gradient"), markersize=4, label="g")
            ax.plot(t, v, "-o", color=colour("class B"), lw=1, ms=4, label="v")
            ax.set(xlabel="step", title=title)
            label_lines(ax)
    stays, flips = velocity
    return picture, (
        f"With β = {beta:g}, {steps} equal gradients of 1 build up a velocity of {stays[-1]:.2f} "
        f"(limit {1 / (1 - beta):.3g}). Gradients of +1 and −1 in turn leave {abs(flips[-1]):.2f} "
        f"(limit {1 / (1 + beta):.3g})."
    )


def draw_best_beta(rates=(0.1, 0.4, 0.6)):
    """Steps to within 0.001 on the bowl against β, for some learning rates."""
    betas = np.r_[np.arange(0, 0.9, 0.02), np.arange(0.9, 0.991, 0.01)]
    gradient = np.array([0.2, 4])
    with figure() as (picture, ax):
        best = []
        for lr, key in zip(rates, COLOURS.values()):
            x = np.tile([-5.0, -2.0], (len(betas), 1))
            v, distance = np.zeros_like(x), []
            with np.errstate(over="ignore", invalid="ignore"):
                for _ in range(2000):  # all values of β at once
                    distance.append(np.hypot(*x.T))
                    v = betas[:, None] * v + gradient * x
                    x = x - lr * v
            steps = [arrival(column) for column in np.array(distance).T]
            steps = np.array([np.nan if s is None else s for s in steps])
            ax.plot(betas, steps, color=colour(key), label=f"η = {lr:g}")
            i = np.nanargmin(steps)
            best.append(f"{steps[i]:.0f} at β = {betas[i]:.2g} for η = {lr:g}")
            ax.plot(betas[i], steps[i], "o", color=colour(key))
        ax.axhline(0, color=colour("neutral"), linewidth=1)
        log_scale(ax, 1, 4)
        ax.set(xlabel="momentum β", ylabel="steps to 0.001", xlim=(0, 1))
        ax.legend(loc="upper left")
    return picture, f"The fewest steps: {'; '.join(best)}. Towards β = 1 all climb."


def draw_first_steps(steps=40):
    """Step sizes, in units of η, for a gradient that is 1 at every step."""
    with figure() as (picture, ax):
        t = np.arange(1, steps + 1)
        sizes = {}
        for name in ("RMSprop", "Adam", "Momentum"):
            theta, moves = np.zeros(1), []
            optimizer = OPTIMIZERS[name](1.0)
            for _ in t:
                before = theta[0]
                optimizer.step(theta, np.ones(1))
                moves.append(before - theta[0])
            sizes[name] = moves
            ax.plot(t, moves, label=name, **STYLES[name])
        raw = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
        ax.plot(
            t, raw, color=colour("neutral"), linestyle=DASHES[4], label="uncorrected"
        )
        ax.set(xlabel="step", ylabel="step size / η", ylim=(0, 11), xlim=(0, steps))
        label_lines(ax)
    return picture, (
        f"A gradient of 1 at every step, in units of η: RMSprop's first step is "
        f"{sizes['RMSprop'][0]:.1f}, its 40th {sizes['RMSprop'][39]:.2f}; Momentum grows from 1 to "
        f"{sizes['Momentum'][39]:.1f}; Adam takes 1 each time; Adam without correction starts "
        f"with {raw[0]:.2f} and peaks at {raw.max():.2f} in step {raw.argmax() + 1}."
    )


def quadratic(low, high, turned=False):
    """Height and gradient of ½(low · u² + high · w²), u and w along the axes or turned by 45°."""
    H = np.diag([low, high])
    if turned:
        H = ALONG @ H @ ALONG.T

    def height(x, y):
        return (H[0, 0] * x**2 + 2 * H[0, 1] * x * y + H[1, 1] * y**2) / 2

    def gradient(
        theta,
    ):  # written out: a matrix product differs from machine to machine
        x, y = theta[..., 0], theta[..., 1]
        return np.stack([H[0, 0] * x + H[0, 1] * y, H[1, 0] * x + H[1, 1] * y], axis=-1)

    return height, gradient


def saddle_height(x, y):
    """A pass at 0: up to both sides along x₂; along x₁ gently down to the minima at ±1."""
    return 0.05 * (x**2 - 1) ** 2 + 2 * y**2


def saddle_gradient(theta):
    x, y = theta[..., 0], theta[..., 1]
    return np.stack([0.2 * (x**3 - x), 4 * y], axis=-1)


START, ORIGIN = np.array([-5.0, -2.0]), np.zeros((1, 2))
WIDE, TURNED = ((-6, 6), (-4, 4)), ((-8.2, 8.2), (-5.5, 5.5))
SURFACES = {  # height and gradient, start, minima, the part of the plane to draw
    "bowl": (*quadratic(0.2, 4), START, ORIGIN, WIDE),
    "ravine": (*quadratic(0.1, 10), START, ORIGIN, WIDE),
    "turned ravine": (*quadratic(0.1, 10, turned=True), ALONG @ START, ORIGIN, TURNED),
    "saddle": (
        saddle_height, saddle_gradient, np.array([0.001, -2]), np.array([[1, 0], [-1, 0]]),
        ((-0.7, 1.5), (-2.3, 2.3)),
    ),
}  # fmt: skip
RATES = np.geomspace(0.001, 10, 41)  # ten a decade


def best_rate(kind, surface, near=0.1, steps=1000):
    """(η, steps): of 41 learning rates the one that is first near a minimum, and stays there to
    the end of so many steps."""
    _, gradient, start, minima, _ = SURFACES[surface]
    theta, optimizer = np.tile(start, (len(RATES), 1)), kind(1.0)
    optimizer.lr = RATES[:, None]  # a row for each rate: all descents at once
    last = np.zeros(len(RATES), int)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            away = np.linalg.norm(theta[:, None] - minima, axis=2).min(axis=1)
            last[~(away < near)] = step
            optimizer.step(theta, gradient(theta))
    return float(RATES[last.argmin()]), int(last.min()) + 1


def trace(ax, name, surface):
    """One optimizer's path on one surface at its best rate; returns the rate and the steps."""
    height, gradient, start, minima, limits = SURFACES[surface]
    lr, steps = best_rate(OPTIMIZERS[name], surface)
    path = walk(OPTIMIZERS[name](lr), gradient, start, steps)
    levels = np.array([0.0025, 0.006, 0.02, 0.1, 0.3, 1, 2])
    contours(
        ax, height, levels[0 if surface == "saddle" else 2 :] * height(*start), *limits
    )
    ax.plot(*path.T, "-o", color=colour(COLOURS[name]), linewidth=1, markersize=2.5)
    mark(ax, start, minima[0])
    ax.set(xticks=[], yticks=[])
    count = steps if steps < 500 else f"≈ {round(steps, -2)}"
    ax.set_xlabel(f"η = {lr:.2g}: {count} steps", fontsize=11)
    return f"{count} (η = {lr:.2g})"


def draw_paths(surfaces=("bowl", "ravine", "turned ravine")):
    """The four optimizers (rows) on some surfaces (columns), each at its own best rate."""
    found = []
    with figure(4, len(surfaces), height=6.8) as (picture, axes):
        for row, name in zip(axes, OPTIMIZERS):
            ends = [trace(ax, name, key) for ax, key in zip(row, surfaces)]
            found.append(f"{name} {', '.join(ends)}")
            row[0].set_ylabel(name)
        for ax, surface in zip(axes[0], surfaces):
            ax.set_title(surface)
    return picture, (
        f"Steps to within 0.1, of 1,000, each at its best rate, on {', '.join(surfaces)}: "
        f"{'; '.join(found)}."
    )


def draw_bursts(rates=(RATES[32], RATES[19]), steps=5000):
    """How far Adam is from the bottom of the turned ravine, long after it has arrived."""
    _, gradient, start, _, _ = SURFACES["turned ravine"]
    told = []
    with figure() as (picture, ax):
        ax.axhline(0.1, color=colour("neutral"), linewidth=1, linestyle=":")
        for lr, key in zip(rates, ("class D", "class A")):
            theta, optimizer, distance = start.copy(), Adam(lr), []
            for _ in range(steps):
                optimizer.step(theta, gradient(theta))
                distance.append(np.hypot(*theta))
            distance = np.array(distance)
            ax.plot(distance, color=colour(key), linewidth=1, label=f"η = {lr:.2g}")
            arrived = int(np.argmax(distance < 0.1)) + 1
            text = f"at η = {lr:.2g} Adam is within 0.1 after {arrived} steps"
            out = np.flatnonzero(distance[1000:] > 0.1) + 1000
            if len(out):
                far = distance[out[0] : out[0] + 100].max()
                text += f", and out again in step {out[0] + 1}, as far as {far:.1f}"
            told.append(text + ("" if len(out) else ", and stays"))
        ax.set(xlabel="step", ylabel="distance left", xlim=(0, steps))
        log_scale(ax, -4, 1)
        label_lines(ax)
    return picture, f"The turned ravine, {steps:,} steps: {'; '.join(told)}."


def draw_saddle():
    """The four optimizers at a saddle, each at its own best rate."""
    with figure(2, 2, height=4.6) as (picture, axes):
        found = []
        for ax, name in zip(axes.flat, OPTIMIZERS):
            found.append(f"{name} {trace(ax, name, 'saddle')}")
            ax.plot(0, 0, "x", color=colour("ink"))
            ax.set_title(name)
    return picture, (
        f"Steps from beside the ridge over the saddle (cross) to within 0.1 of a minimum, each "
        f"at its best rate: {', '.join(found)}."
    )


def draw_comparison(shared=0.03, best=(1, 0.18, 0.018, 0.1), epochs=30):
    """The same network with each optimizer: at one learning rate, and each at its best."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    with figure(columns=2, sharey=True) as (picture, axes):
        texts = []
        for ax, rates in zip(axes, ([shared] * 4, best)):
            ends = []
            for (name, kind), lr in zip(OPTIMIZERS.items(), rates):
                runs = []
                for seed in range(3):
                    rng = np.random.default_rng(seed)
                    net = small_network("relu", [2, 16, 16, 3], rng=rng)
                    run = train(
                        net, cross_entropy, kind(lr), x, y, batch_size=30, rng=rng
                    )
                    runs.append([next(run) for _ in range(epochs)])
                mean = np.mean(runs, axis=0)
                ax.plot(range(1, epochs + 1), mean, label=name, **STYLES[name])
                ends.append(f"{name} {mean[-1]:.4f} (η = {lr:g})")
            texts.append(", ".join(ends))
            ax.set_xlabel("epoch")
        axes[0].set(ylabel="loss", title=f"all at η = {shared:g}")
        axes[1].set_title("each at its best η")
        log_scale(axes[0], -4, 1)
        label_lines(axes[1])
    return picture, (
        f"Loss of epoch {epochs}, mean of three runs. At one rate: {texts[0]}. Each at its best: "
        f"{texts[1]}."
    )


def draw_deep_network(activation="sigmoid", optimizer="sgd", lr=0.1):
    """150 steps of four hidden layers on spirals: the loss, and how far each layer moves."""
    x, y = spirals(90, rng=np.random.default_rng(1))
    name = {key.lower(): key for key in OPTIMIZERS}[optimizer]
    moving = OPTIMIZERS[name](lr)
    net = small_network(activation, [2, *[16] * 4, 3], rng=np.random.default_rng(0))
    start = [layer.W.copy() for layer in net.layers[::2]]
    first = descend(net, cross_entropy, moving, x, y, steps=10)
    ways = [
        np.sqrt(np.mean((layer.W - W) ** 2)) for layer, W in zip(net.layers[::2], start)
    ]
    rest = descend(net, cross_entropy, moving, x, y, steps=140)
    losses = np.concatenate([first[:-1], rest])

    with figure(columns=2) as (picture, (left, right)):
        left.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
        left.plot(losses, color=colour("loss"))
        left.set(xlabel="step", title="loss", xlim=(0, 150))
        log_scale(left, -3, 3)
        right.bar(range(1, 6), ways, color=colour("class A"))
        right.set(xlabel="layer", title="moved in 10 steps")
        right.set_xticks(range(1, 6))
        log_scale(right, -7, 2)
    share = accuracy(net.predict(x), y)
    near, far = (
        rounded(way, 1) if way < 1 else f"{way:.0f}" for way in (ways[0], ways[-1])
    )
    return picture, (
        f"{NAMES[activation]}, {name}, η = {lr:g}: the loss {outcome(losses, share)}. In the "
        f"first ten steps a weight of the first layer moves by about {near}, one of the "
        f"last by {far}."
    )
