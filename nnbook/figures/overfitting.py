"""Figures of *Overfitting*."""

from functools import cache
from itertools import product
from math import comb

import numpy as np

from nnbook.figures.networks import small_network
from nnbook.figures.style import CLASSES, DASHES, colour, decision_regions, figure
from nnbook.figures.training_loop import plot_both
from nnbook.figures.words import percent
from nnlib import (
    Adam,
    EarlyStopping,
    accuracy,
    binary_cross_entropy,
    predicted_class,
    train,
)
from nnlib.datasets import moons

EPOCHS = 240
FRESH = 1000  # points that nobody has trained on or chosen by


@cache
def watched(flipped, seed, epochs=EPOCHS):
    """120 moons, tanh 2→128→128→1 trained by Adam on 60 of them, and how it went.

    Gives x, y, the network, its θ after each epoch that had a new lowest validation loss
    and after the last, and four curves: loss and accuracy on the 60 and on the others.
    """
    rng = np.random.default_rng(seed)
    x, y = moons(120, rng=rng)
    y = y.reshape(-1, 1)
    if flipped:
        y[::5] = 1 - y[::5]
    net = small_network("tanh", [2, 128, 128, 1], rng=rng)
    run = train(
        net, binary_cross_entropy, Adam(0.01), x[:60], y[:60], batch_size=60, rng=rng
    )
    best, curves = {}, []
    lowest = np.inf
    for epoch, loss in zip(range(epochs), run):
        z = net.predict(x)
        valid_loss, _ = binary_cross_entropy(z[60:], y[60:])
        curves.append(
            (loss, valid_loss, accuracy(z[:60], y[:60]), accuracy(z[60:], y[60:]))
        )
        if valid_loss < lowest or epoch == epochs - 1:
            lowest = min(lowest, valid_loss)
            best[epoch] = net.theta.astype(np.float32)
    return x, y, net, best, np.array(curves).T


@cache
def fresh_accuracy(flipped, seed, epoch):
    """The share of fresh points, labels never flipped, that the θ of an epoch gets right."""
    *_, net, best, _ = watched(flipped, seed)
    net.theta[...] = best[epoch]
    x, y = moons(FRESH, rng=np.random.default_rng(100 + seed))
    return accuracy(net.predict(x), y.reshape(-1, 1))


def draw_patience(patience=50, flipped_labels="none", seed=0):
    """Both curves, where training stops, the epoch given back, and what it makes of the plane."""
    flipped = flipped_labels != "none"
    for setting in product((True, False), (0, 1)):
        watched(
            *setting
        )  # all at the first picture, so that no slider waits for training
    x, y, net, best, (training, validation, *_) = watched(flipped, seed)
    stopping = EarlyStopping(patience)
    stop = next(
        (i for i in range(EPOCHS) if stopping.update(validation[i], net.theta[:1])),
        None,
    )
    seen = EPOCHS if stop is None else stop + 1
    kept, lowest = int(np.argmin(validation[:seen])), int(np.argmin(validation))
    share = fresh_accuracy(flipped, seed, kept)

    with figure(columns=2, width_ratios=[3, 2]) as (picture, (curves, plane)):
        plot_both(curves, training, validation, linewidth=1, alpha=0.45)
        plot_both(curves, training[:seen], validation[:seen], label=True)
        curves.axvline(seen - 1, ymax=0.76, color=colour("neutral"), linewidth=1.2)
        curves.plot(
            kept, validation[kept], "*", markersize=15, color=colour("highlight"),
            markeredgecolor=colour("ink"), markeredgewidth=0.8, zorder=4,
        )  # fmt: skip
        curves.legend(
            loc="upper left", bbox_to_anchor=(0.12, 1)
        )  # no curve comes there
        curves.set(xlabel="epoch", ylabel="loss", xlim=(-8, EPOCHS), ylim=(0, 1.05))
        curves.set(title=f"stops after {seen - 1}, keeps {kept}")
        net.theta[...] = best[kept]
        decision_regions(plane, net.predict, x[:60], y[:60], steps=50)
        plane.set(title=f"{percent(share)} of fresh points", xticks=[], yticks=[])
        plane.set(xlabel="", ylabel="")
    end = f"after epoch {stop}"
    if stop is None:
        end = f"with the last epoch, {EPOCHS - 1} (they count from 0),"
    later = np.flatnonzero(validation[seen:] < validation[kept])
    missed = (
        f" A new low would have come in epoch {seen + later[0]}." if len(later) else ""
    )
    return picture, (
        f"Patience {patience}, {'20 %' if flipped else 'no'} flipped labels, seed {seed}: "
        f"training stops {end} and goes back to epoch {kept}, with a validation loss of "
        f"{validation[kept]:.3f} and {percent(share)} of {FRESH:,} fresh points right.{missed} The "
        f"lowest of all {EPOCHS} epochs is {validation[lowest]:.3f}, in epoch {lowest}; after the "
        f"last it is {validation[-1]:.3f}."
    )


def draw_curves(seed=0, epochs=500):
    """Loss and accuracy on training and validation points, a fifth of the labels flipped."""
    *_, curves = watched(True, seed, epochs)
    lowest = int(curves[1].argmin())
    with figure(columns=2) as (picture, axes):
        for ax, pair, quantity in zip(
            axes, (curves[:2], curves[2:]), ("loss", "accuracy")
        ):
            ax.axvline(lowest, color=colour("neutral"), linewidth=1.2)
            plot_both(ax, *pair, linewidth=1.6, label=True)
            ax.set(xlabel="epoch", title=quantity, xlim=(-8, epochs))
        axes[0].set(ylim=(0, 1.8))
        axes[1].set(ylim=(0, 1.05))
        axes[0].legend(loc="upper left", bbox_to_anchor=(0.18, 1))
    return picture, (
        f"The validation loss is lowest in epoch {lowest}, at {curves[1][lowest]:.2f} (bar), and "
        f"{curves[1][-1]:.2f} after the last. The validation accuracy is "
        f"{percent(curves[3][lowest])} there and {percent(curves[3][-1])} after the last. On the "
        f"training points the loss falls to {curves[0][-1]:.2f} and the accuracy climbs to "
        f"{percent(curves[2][-1])}."
    )


def draw_overfitting(epochs=(0, 92, 239), seed=0):
    """The plane at three moments of training on flipped labels; flipped points ringed."""
    x, y, net, best, _ = watched(True, seed)
    with figure(columns=len(epochs), height=2.9, sharey=True) as (picture, axes):
        texts = []
        for ax, epoch in zip(axes, epochs):
            net.theta[...] = best[epoch]
            decision_regions(ax, net.predict, x[:60], y[:60], steps=80)
            ax.plot(
                *x[:60:5].T, "o", markersize=11, fillstyle="none", color=colour("ink"),
                markeredgewidth=1.2,
            )  # fmt: skip
            right = predicted_class(net.predict(x[:60])) == y[:60, 0]
            flipped = np.arange(60) % 5 == 0
            share = fresh_accuracy(True, seed, epoch)
            ax.set(
                title=f"epoch {epoch}: {percent(share)}",
                xlabel="",
                ylabel="",
                xticks=[],
                yticks=[],
            )
            texts.append(
                f"epoch {epoch}: {right[~flipped].sum()} of the {(~flipped).sum()} honest and "
                f"{right[flipped].sum()} of the {flipped.sum()} flipped labels learnt, "
                f"{percent(share)} of {FRESH:,} fresh points right"
            )
    return picture, f"{'; '.join(texts).capitalize()}."


def best_of(players, n=100):
    """The chances that the best of some coin-tossers has 0, 1, … n of n right."""
    chance = np.array([comb(n, k) for k in range(n + 1)], float) / 2.0**n
    return np.diff(np.cumsum(chance) ** players, prepend=0)


def draw_best_of(counts=(1, 20, 1000), n=100):
    """How many of n the best of some coin-tossers gets right: chances and means."""
    means = []
    with figure() as (picture, ax):
        for players, key, dash in zip(counts, CLASSES, DASHES):
            chance = best_of(players, n)
            mean = chance @ np.arange(n + 1)
            name = "one" if players == 1 else f"best of {players:,}"
            ax.plot(100 * chance, color=colour(key), linestyle=dash)
            top = int(chance.argmax())
            ax.text(
                top + 2, 100 * chance[top] + 0.5, f"{name}: {mean:.1f}", color=colour(key),
                ha="right",
            )  # fmt: skip
            means.append(f"{name} {mean:.1f}")
        ax.set(xlabel=f"right answers out of {n}", ylabel="chance (%)")
        ax.set(xlim=(30, 80), ylim=(0, 27))
    return picture, (
        f"Mean score of coin-tossers on {n} yes-or-no questions: {', '.join(means)}."
    )
