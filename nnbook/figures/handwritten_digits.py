"""Figures of *Reading handwritten digits*."""

from functools import cache

import numpy as np

from nnbook.figures.networks import small_network
from nnbook.figures.style import (
    DIVERGING,
    colour,
    figure,
    frame,
    image,
    shades,
    training_curves,
)
from nnbook.figures.words import percent
from nnlib import (
    Adam,
    accuracy,
    confusion_matrix,
    cross_entropy,
    fit,
    softmax,
    split,
    train,
)
from nnlib.datasets import digits


def build(widths, rng):
    """64 pixels, hidden ReLU layers of these widths, ten logits."""
    return small_network("relu", [64, *widths, 10], rng=rng)


@cache
def parts(order=None):
    """Training, validation and test part of the chapter's split; pixels in a given order."""
    x, y = digits()
    if order is not None:
        x = x[:, list(order)]
    return split(x, y, rng=np.random.default_rng(0))


@cache
def trained(order=None, widths=(64,), epochs=20, lr=0.003):
    """A network trained on the training part."""
    rng = np.random.default_rng(1)
    net = build(widths, rng)
    losses = train(
        net, cross_entropy, Adam(lr), *parts(order)[0], batch_size=32, rng=rng
    )
    for _ in range(epochs):
        next(losses)
    return net


def moved(x, shift):
    """Images (n, 64) moved to the right by some pixels; what leaves is lost, ink-free enters."""
    pictures = x.reshape(-1, 8, 8)
    result = np.zeros_like(pictures)
    if shift > 0:
        result[:, :, shift:] = pictures[:, :, :-shift]
    elif shift < 0:
        result[:, :, :shift] = pictures[:, :, -shift:]
    else:
        result[...] = pictures
    return result.reshape(x.shape)


def draw_shapes(shift=0, pixels="in place"):
    """Accuracy on shifted new images, with pixels in place or in one fixed random order."""
    order = None
    if pixels == "shuffled":
        order = tuple(np.random.default_rng(3).permutation(64).tolist())
    net, shifts = trained(order), range(-3, 4)
    x, y = parts()[1]
    take = slice(None) if order is None else list(order)
    scores = [100 * accuracy(net.predict(moved(x, s)[:, take]), y) for s in shifts]
    now = 100 * accuracy(net.predict(moved(x, shift)[:, take]), y)

    with figure(columns=2, width_ratios=[1, 1.7]) as (picture, (left, right)):
        image(left, moved(x, shift)[0, take], title="what the network gets")
        right.plot(shifts, scores, color=colour("class A"), marker="o")
        right.plot(
            shift,
            now,
            "o",
            markersize=13,
            color=colour("highlight"),
            markeredgecolor=colour("ink"),
        )
        right.axhline(10, color=colour("neutral"), linestyle=":", linewidth=1)
        right.set(xlabel="pixels moved to the right", title="accuracy on new images, %")
        right.set(ylim=(0, 104), xticks=list(shifts))
    side = "left" if shift < 0 else "right"
    way = f"moved {abs(shift)} to the {side}" if shift else "not moved"
    return picture, (
        f"Pixels {pixels}, new images {way}: {now:.0f} % right. "
        f"Unmoved it is {scores[3]:.0f} %; guessing gives 10 %."
    )


def draw_digits(rows=3, columns=10):
    """The first images of the data set, one column for each digit."""
    x, y = digits()
    with figure(rows, columns, height=2.2) as (picture, axes):
        for label, column in zip(range(columns), axes.T):
            for ax, pixels in zip(column, x[y == label]):
                image(ax, pixels)
            column[0].set_title(str(label))
    return (
        picture,
        f"{rows} examples of each of the digits 0 to 9, of 8 by 8 pixels each.",
    )


def draw_templates(net=None):
    """The ten columns of a linear model's weights, as images."""
    if net is None:
        net = trained(widths=(), epochs=40)
    W = net.layers[-1].W
    with figure(2, 5, height=2.9) as (picture, axes):
        limit = np.abs(W).max()
        for label, ax in enumerate(axes.flat):
            ax.imshow(W[:, label].reshape(8, 8), DIVERGING, vmin=-limit, vmax=limit)
            ax.set(title=str(label), xticks=[], yticks=[])
            ax.grid(False)
            frame(ax)
    middle = W.reshape(8, 8, 10)[3:5, 3:5, 0].mean()
    return picture, (
        "The weights of a linear model as ten images, red for ink that speaks for the digit and "
        f"blue for ink that speaks against it. For 0, the four pixels in the middle have "
        f"weights of {middle:.1f} on average.".replace("-", "−")
    )


def draw_learning_rate(lr=0.003, hidden=64):
    """Five epochs of a network with one hidden layer: loss and validation accuracy."""
    (x, y), (x_valid, y_valid), _ = parts()
    rng = np.random.default_rng(1)
    net, losses, scores = build((hidden,), rng), [], []
    steps = train(net, cross_entropy, Adam(lr), x, y, batch_size=64, rng=rng)
    for _, value in zip(range(5), steps):
        losses.append(value)
        scores.append(100 * accuracy(net.predict(x_valid), y_valid))
    epochs = range(1, 6)
    with figure(columns=2) as (picture, (left, right)):
        left.plot(epochs, np.minimum(losses, 4), color=colour("training"), marker="o")
        left.axhline(np.log(10), color=colour("neutral"), linestyle=":", linewidth=1)
        left.set(xlabel="epoch", title="training loss", ylim=(0, 3), xticks=epochs)
        right.plot(epochs, scores, color=colour("validation"), marker="s")
        right.set(
            xlabel="epoch", title="validation accuracy, %", ylim=(0, 104), xticks=epochs
        )
    ending = f"{losses[-1]:.2f}" if np.isfinite(losses[-1]) else "an overflow"
    return picture, (
        f"{hidden} hidden units, learning rate {lr:g}: in five epochs the training loss goes from "
        f"{losses[0]:.2f} to {ending}, and {scores[-1]:.0f} % of the validation images are right."
    )


def draw_history(history=None):
    """Loss and accuracy, on training and validation images, over the epochs."""
    if history is None:
        rng = np.random.default_rng(1)
        history = fit(
            build((64,), rng), cross_entropy, Adam(0.001), *parts()[:2],
            epochs=15, batch_size=32, rng=rng, progress=False,
        )  # fmt: skip
    with figure(columns=2) as (picture, (left, right)):
        training_curves(left, history.train_loss, history.valid_loss)
        left.set(ylim=(0, 0.5), ylabel="", title="loss")
        left.axvline(history.best_epoch, color=colour("neutral"), linestyle=":")
        training_curves(
            right,
            np.multiply(100, history.train_accuracy),
            np.multiply(100, history.valid_accuracy),
        )
        right.set(ylim=(90, 100.5), ylabel="", title="accuracy, %")
        right.axvline(history.best_epoch, color=colour("neutral"), linestyle=":")
    best, last = history.best_epoch, len(history.valid_loss) - 1
    return picture, (
        f"Training runs for {last + 1} epochs. The validation loss is smallest, "
        f"{history.valid_loss[best]:.2f}, in epoch {best}; the training loss goes to "
        f"{history.train_loss[-1]:.3f}."
    )


def draw_confusion(counts=None):
    """A confusion matrix without its diagonal, so that the mistakes can be seen."""
    if counts is None:
        x, y = parts()[1]
        counts = confusion_matrix(trained().predict(x), y)
    mistakes = counts - np.diag(np.diag(counts))
    with figure(height=4.2, width=5.2) as (picture, ax):
        # Even one mistake has colour; on many, the number can still be read.
        depth = 0.15 + 0.35 * mistakes / max(3, mistakes.max())
        ax.imshow(depth * (mistakes > 0), shades("class B"), vmin=0, vmax=1)
        for i, j in zip(*np.nonzero(counts)):
            ink = colour("neutral") if i == j else colour("ink")
            ax.text(
                j, i, counts[i, j], ha="center", va="center", color=ink, fontsize=11
            )
        ax.set(xlabel="called", ylabel="truly", xticks=range(10), yticks=range(10))
        ax.grid(False)
    i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return picture, (
        f"Of {counts.sum():,} held-out images {mistakes.sum()} are misread. The most frequent "
        f"mistake: {i} called {j}, {mistakes.max()} times."
    )


def draw_mistakes(x=None, y=None, z=None, most=10):
    """Misread images x with labels y and logits z, each once, the most certain mistakes first."""
    if x is None:
        x, y = parts()[1]
        z = trained().predict(x)
    p = softmax(z)
    called, certain = p.argmax(axis=1), p.max(axis=1)
    wrong = np.flatnonzero(called != y)
    wrong = wrong[np.argsort(-certain[wrong])]
    _, first = np.unique(x[wrong], axis=0, return_index=True)
    found, wrong = len(first), wrong[np.sort(first)][:most]
    with figure(2, most // 2, height=3.6) as (picture, axes):
        for ax in axes.flat:
            ax.set_axis_off()
        for ax, i in zip(axes.flat, wrong):
            image(ax, x[i], title=f"{y[i]}, called {called[i]}")
            ax.set_axis_on()
    return picture, (
        f"{len(wrong)} of {found} different misread images. Of each of them the network is at "
        f"least {percent(certain[wrong[-1]])} sure; the first is {y[wrong[0]]}, called "
        f"{called[wrong[0]]}."
    )
