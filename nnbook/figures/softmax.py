"""Figures of *Softmax*."""

from math import tanh

import numpy as np

from nnbook.figures.style import (
    colour,
    decision_regions,
    figure,
    label_lines,
    log_scale,
    mark,
)
from nnbook.figures.words import percent, rounded
from nnlib import SGD, Linear, Network, Sigmoid, cross_entropy, mse, softmax, zeros
from nnlib.datasets import blobs, digits


def draw_softmax(add=0, multiply_by=1):
    """Three logits, 1, 2, 3 multiplied and shifted, and what softmax makes of them."""
    z = np.array([[1.0, 2.0, 3.0]]) * multiply_by + add
    p = softmax(z)[0]
    tones = [colour(f"class {letter}") for letter in "ABC"]
    with figure(columns=2) as (picture, (left, right)):
        for ax, heights, form in ((left, z[0], "{:.4g}"), (right, p, "{:.3f}")):
            bars = ax.bar(list("ABC"), heights, color=tones)
            ax.bar_label(bars, fmt=form, padding=2)
            ax.set(yticks=[])
            ax.grid(False)
        left.set(title="logits", ylim=(0, 1.12 * z.max()))
        right.set(title="softmax", ylim=(0, 1.12))
    return picture, (
        f"softmax({', '.join(f'{value:g}' for value in z[0])}) = "
        f"({', '.join(f'{value:.3f}' for value in p)})."
    )


def draw_softmax_regression(steps=200, lr=1.0):
    """Three blobs, a linear layer, softmax and cross-entropy: the loss, and the regions."""
    x, y = blobs(150, rng=np.random.default_rng(0))
    net = Network(Linear(2, 3, init=zeros, rng=np.random.default_rng(0)))
    optimizer, losses = SGD(lr), []
    for _ in range(steps + 1):
        value, dz = cross_entropy(net.forward(x), y)
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
        losses.append(value)
    with figure(columns=2) as (picture, (left, right)):
        left.axhline(np.log(3), color=colour("neutral"), linestyle=":", linewidth=1)
        left.text(steps, 0.99, "guessing: ln 3", color=colour("neutral"), ha="right")
        left.plot(losses, color=colour("loss"))
        left.set(xlabel="step", title="cross-entropy", ylim=(0, 1.2))
        decision_regions(right, net.predict, x, y)
        right.set(title=f"after {steps} steps")
    return picture, (
        f"Softmax regression on three blobs: the cross-entropy falls from {losses[0]:.3f} to "
        f"{losses[-1]:.3f} in {steps} steps, and straight borders part the three classes."
    )


def steps_to_learn(start, loss, lr=0.15, goal=0.2):
    """The answers a of one neuron, x = 1 and target 0, step by step until a < goal."""
    z, answers = 2.0 * start, []
    while not answers or answers[-1] >= goal:
        a = (1 + tanh(z / 2)) / 2  # σ(z), without an overflow
        answers.append(a)
        pull = a * a * (1 - a) if loss == "squared error" else a
        z -= 2 * lr * pull  # w and b each move by lr · pull
    return answers


def draw_one_neuron(w_and_b=0.5, loss="squared error"):
    """One neuron taught to answer 0: where it starts on its sigmoid, and how long it takes."""
    answers = steps_to_learn(w_and_b, loss)
    a, steps = answers[0], len(answers) - 1
    slope = a * (1 - a)
    pull = a * slope if loss == "squared error" else a
    z, start = np.linspace(-3, 9, 121), 2 * w_and_b
    with figure(columns=2) as (picture, (left, right)):
        left.plot(z, Sigmoid().forward(z), color=colour("class A"))
        mark(left, start, a)
        left.plot(
            [start, start - 6 * pull], [a, a], "-", color=colour("gradient"), lw=4
        )
        left.text(9, 0.06, f"pull {pull:.2g}", color=colour("gradient"), ha="right")
        left.set(xlabel="z = w + b", title=f"it answers {a:.4f}", ylim=(-0.05, 1.1))
        right.plot(range(1, steps + 2), answers, color=colour("loss"))
        right.axhline(0.2, color=colour("neutral"), linestyle=":", linewidth=1)
        right.set(xlabel="step", title=f"{steps:,} steps to 0.2", ylim=(-0.05, 1.1))
        log_scale(right, 0, 4, axis="x")
        right.set_xlim(1, 20_000)
    return picture, (
        f"From w = b = {w_and_b:g} the neuron answers {a:.4f} instead of 0, where the sigmoid's "
        f"slope is {slope:.2g}. With the {loss} the pull on z is {pull:.2g}, and the answer is "
        f"under 0.2 after {steps:,} steps."
    )


def squared_error_of_softmax(z, y):
    """Mean squared error between softmax(z) and one-hot targets, with its gradient dz."""
    p = softmax(z)
    value, dp = mse(p, np.eye(z.shape[1])[y])
    return value, p * (dp - (dp * p).sum(axis=1, keepdims=True))


def draw_softmax_pulls():
    """How strongly each loss pulls at the true logit, from surely right to surely wrong."""
    gap = np.linspace(-6, 10, 161)
    z = np.column_stack([np.zeros_like(gap), gap])  # class 0 is true, class 1 leads
    y = np.zeros(len(gap), int)
    with figure(height=3.2) as (picture, ax):
        ends = []
        for name, loss, dash in (
            ("cross-entropy", cross_entropy, "-"),
            ("squared error", squared_error_of_softmax, "--"),
        ):
            pull = -loss(z, y)[1][:, 0] * len(gap)  # undo the mean over the examples
            ax.plot(gap, pull, color=colour("gradient"), linestyle=dash, label=name)
            ends.append(
                f"{np.interp(0, gap, pull):.2f}, {np.interp(5, gap, pull):.3f} and "
                f"{rounded(pull[-1], 1)} with {name}"
            )
        ax.axvline(0, color=colour("neutral"), linewidth=1, linestyle=":")
        ax.set(xlabel="lead of the wrong logit", title="pull on the true logit")
        label_lines(ax)
    return picture, (
        f"The pull at a lead of 0, 5 and 10 of the wrong logit: {'; '.join(ends)}."
    )


def digits_in_two(seed=0):
    """600 handwritten digits to learn from, drawn at random, and the other 1,197."""
    x, y = digits()
    order = np.random.default_rng(seed).permutation(len(y))
    x, y = x[order].astype(float), y[order]
    return (x[:600], y[:600]), (x[600:], y[600:])


def learn(loss, lr, x, y, new, *, looks, W=None):
    """Softmax regression in full batches: its weights, and its share of the new digits that are
    right after each number of steps in `looks`."""
    W, right = np.zeros((64, 10)) if W is None else W.copy(), []
    for step in range(max(looks) + 1):
        if step in looks:
            right.append(np.mean((new[0] @ W).argmax(axis=1) == new[1]))
        W -= lr * x.T @ loss(x @ W, y)[1]
    return W, np.array(right)


def weights_from_wrong_labels(x, y):
    """Weights that call each digit the next one, and are sure of it."""
    W, _ = learn(cross_entropy, 1.0, x, (y + 1) % 10, (x, y), looks=(200,))
    return W


def with_wrong_labels(y, share, rng):
    """The labels, that share of them drawn anew among the nine wrong ones."""
    wrong = rng.random(len(y)) < share
    return np.where(wrong, (y + rng.integers(1, 10, len(y))) % 10, y)


# Learning rates around each loss's best: after confident mistakes, and among wrong labels. Beyond
# 50 squared error is chaotic there: rounding decides where it arrives.
AFTER_MISTAKES = {"cross-entropy": (1, 3, 10), "squared error": (10, 30, 50)}
AMONG_WRONG = {"cross-entropy": (0.1, 0.3, 1), "squared error": (3, 10, 30)}
LOSSES = {"cross-entropy": cross_entropy, "squared error": squared_error_of_softmax}


def plot_accuracies(ax, looks, curves, name, *, label):
    """The accuracies of one loss at several rates; the best in thick. Returns that."""
    best = max(curves, key=max)
    for curve in curves:
        ax.plot(
            looks, 100 * curve,
            color=colour("class A" if name == "cross-entropy" else "class B"),
            linestyle="-" if name == "cross-entropy" else "--",
            linewidth=2.4 if curve is best else 0.8,
            label=name if label and curve is best else "_",
        )  # fmt: skip
    ax.set(xlabel="step", ylim=(0, 103))
    log_scale(ax, 0, 3, axis="x")
    ax.set_xlim(1, max(looks))
    return best


def draw_wrong_start(steps=1000):
    """Softmax regression on 600 digits from zero, and from weights that learnt wrong labels."""
    (x, y), new = digits_in_two()
    looks = sorted({*np.geomspace(1, steps, 40).astype(int), 200})
    starts = {"from zero": None, "from wrong labels": weights_from_wrong_labels(x, y)}
    with figure(columns=2, sharey=True) as (picture, axes):
        texts = []
        for ax, (title, W) in zip(axes, starts.items()):
            ends = []
            for name, loss in LOSSES.items():
                curves = [
                    learn(loss, lr, x, y, new, looks=looks, W=W)[1]
                    for lr in AFTER_MISTAKES[name]
                ]
                best = plot_accuracies(ax, looks, curves, name, label=ax is axes[1])
                early = max(curve[looks.index(200)] for curve in curves)
                ends.append(f"{percent(early)} and {percent(best.max())} with {name}")
            ax.set(title=title)
            texts.append(f"{title} {', '.join(ends)}")
        axes[0].set_ylabel("new digits right, %")
        label_lines(axes[1])
    return picture, (
        f"New digits that are right after 200 steps, and at best within {steps:,}, each loss at "
        f"its best learning rate: {'; '.join(texts)}."
    )


def draw_wrong_labels(wrong_labels=0):
    """Softmax regression on 600 digits of which some have a wrong label; new ones are asked."""
    (x, y), new = digits_in_two()
    y = with_wrong_labels(y, wrong_labels, np.random.default_rng(0))
    looks = sorted({*np.geomspace(1, 500, 40).astype(int)})
    ends = []
    with figure() as (picture, ax):
        for name, loss in LOSSES.items():
            curves = [
                learn(loss, lr, x, y, new, looks=looks)[1] for lr in AMONG_WRONG[name]
            ]
            best = plot_accuracies(ax, looks, curves, name, label=True)
            ends.append(f"{100 * best.max():.1f} % with {name}")
        ax.set(ylabel="new digits right, %", ylim=(70, 100))
        label_lines(ax)
    return picture, (
        f"{percent(wrong_labels)} of the labels are wrong. New digits that are right, each loss at "
        f"its best learning rate and step: {', '.join(ends)}."
    )
