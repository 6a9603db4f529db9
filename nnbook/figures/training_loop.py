"""Figures of *The training loop*."""

import numpy as np

from nnbook.figures.networks import NAMES, small_network
from nnbook.figures.style import (
    CLASSES,
    DASHES,
    MARKERS,
    colour,
    decision_regions,
    figure,
)
from nnbook.figures.words import percent
from nnlib import SGD, accuracy, batches, cross_entropy, train
from nnlib.datasets import spirals


def draw_epochs(n=10, batch_size=4, epochs=3):
    """n examples, shuffled anew for each epoch and cut into batches: a row an epoch."""
    rng = np.random.default_rng(0)
    number = np.arange(n)
    y = number * 2 // n * 2  # circles and squares: a digit fits into both
    with figure(height=2.6) as (picture, ax):
        for epoch in range(epochs):
            parts = batches(number, y, batch_size=batch_size, rng=rng)
            for i, (rows, labels) in enumerate(parts):
                for j, (row, label) in enumerate(zip(rows, labels)):
                    place = i * (batch_size + 0.7) + j, -epoch
                    ax.plot(
                        *place, MARKERS[label], markersize=19, color=colour(CLASSES[label]),
                    )  # fmt: skip
                    ax.text(
                        *place, row, color=colour("paper"), ha="center", va="center_baseline",
                        fontsize=11,
                    )  # fmt: skip
        starts = np.arange(i + 1) * (batch_size + 0.7)
        middles = starts + (batch_size - 1) / 2
        middles[-1] = starts[-1] + j / 2
        ax.set_xticks(middles, [f"batch {k}" for k in range(i + 1)])
        ax.set_yticks(-np.arange(epochs), [f"epoch {k}" for k in range(epochs)])
        ax.set(xlim=(-0.7, starts[-1] + j + 0.8), ylim=(0.6 - epochs, 0.6))
        ax.tick_params(length=0)
        ax.grid(False)
        ax.spines[:].set_visible(False)
    return picture, (
        f"{n} numbered examples in {epochs} epochs. Each epoch shuffles them anew and cuts them "
        f"into {i} batches of {batch_size} and one of {n - i * batch_size}; every example occurs "
        f"once in each epoch."
    )


def draw_batch_sizes(sizes=(1, 10, 300), lr=0.1, epochs=10):
    """The loss on all examples against the epochs, and against the steps, for some batch sizes."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    ends = []
    with figure(columns=2, sharey=True) as (picture, (left, right)):
        for size, key, dash in zip(sizes, CLASSES, DASHES):
            rng = np.random.default_rng(0)
            net, optimizer = small_network("tanh", [2, 16, 16, 3], rng=rng), SGD(lr)
            step = 0
            losses, steps = [cross_entropy(net.predict(x), y)[0]], [0]
            for _ in range(epochs):
                for xb, yb in batches(x, y, batch_size=size, rng=rng):
                    net.backward(cross_entropy(net.forward(xb), yb)[1])
                    optimizer.step(net.theta, net.grad)
                    step += 1
                    if step <= 10 or step % 10 == 0:
                        losses.append(cross_entropy(net.predict(x), y)[0])
                        steps.append(step)
            for ax, at in (
                (left, np.array(steps) * size / len(x)),
                (right, steps),
            ):
                ax.plot(
                    at, losses, color=colour(key), linestyle=dash, linewidth=1.5,
                    label=f"{size}",
                )  # fmt: skip
            tenth = losses[steps.index(10)]
            ends.append(
                f"{size}: {tenth:.2f} after ten steps, {losses[-1]:.2f} after "
                f"{epochs} epochs ({step} steps)"
            )
        left.set(xlabel="epoch", ylabel="loss", ylim=(0, 1.5), title="ten epochs")
        right.set(xlabel="step", xlim=(0, 10), title="ten steps")
        right.legend(title="batch size", loc="lower left")
    return picture, (
        f"Loss on all {len(x)} examples, {losses[0]:.2f} at first, at η = {lr:g}. Batches of "
        f"{'; of '.join(ends)}."
    )


def plot_both(ax, training, validation, label=False, **look):
    """Two curves over the epochs, as `training_curves` draws them, for axes with a legend."""
    for name, numbers, dash in (
        ("training", training, "-"), ("validation", validation, DASHES[1]),
    ):  # fmt: skip
        ax.plot(
            numbers,
            color=colour(name),
            linestyle=dash,
            label=name if label else None,
            **look,
        )


def draw_training_run(lr=0.1, activation="relu", batch_size=9, epochs=16):
    """Some epochs on three noisy spirals: the plane with the validation points, and both curves."""
    x, y = spirals(180, noise=0.15, rng=np.random.default_rng(1))
    rng = np.random.default_rng(0)
    net = small_network(activation, [2, 32, 32, 3], rng=rng)
    run = train(
        net, cross_entropy, SGD(lr), x[:90], y[:90], batch_size=batch_size, rng=rng
    )
    training, validation = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for _, loss in zip(range(epochs), run):
            training.append(loss)
            validation.append(cross_entropy(net.predict(x[90:]), y[90:])[0])
        share = accuracy(net.predict(x[90:]), y[90:])

    with figure(columns=2, width_ratios=[2, 3]) as (picture, (plane, curves)):
        decision_regions(plane, net.predict, x[90:], y[90:], steps=60)
        plane.set(title=f"{percent(share)} of validation", xticks=[], yticks=[])
        plane.set(xlabel="", ylabel="")
        curves.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
        plot_both(
            curves, np.fmin(training, 1.97), np.fmin(validation, 1.97), label=True
        )
        curves.legend(loc="lower left")
        curves.set(
            xlabel="epoch", ylim=(0, 2), xlim=(0, epochs - 1), xticks=[0, 5, 10, 15]
        )
        curves.set(
            title="loss"
            if max(validation) < 2
            else f"loss, up to {max(validation):.1f}"
        )
    steps = epochs * -(-90 // batch_size)
    lowest = int(np.argmin(validation))
    best = f" (lowest {validation[lowest]:.2f}, in epoch {lowest}, counted from 0)"
    if lowest == epochs - 1:
        best = ", its lowest"
    return picture, (
        f"{NAMES[activation]}, learning rate {lr:g}, batches of {batch_size}: after {epochs} "
        f"epochs, {steps} steps, the training loss is {training[-1]:.2f}, the validation loss "
        f"{validation[-1]:.2f}{best}, and {percent(share)} of the validation points are right."
    )
