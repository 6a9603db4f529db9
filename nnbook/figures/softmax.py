"""Figures of *Softmax*."""

from math import exp

import numpy as np

from nnbook.figures.style import (
    colour,
    decision_regions,
    figure,
    label_lines,
    log_scale,
    mark,
)
from nnbook.figures.words import percent
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
        a = 1 / (1 + exp(-z))
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
                f"{pull[-1]:.1g} with {name}"
            )
        ax.axvline(0, color=colour("neutral"), linewidth=1, linestyle=":")
        ax.set(xlabel="lead of the wrong logit", title="pull on the true logit")
        label_lines(ax)
    return picture, (
        f"The pull at a lead of 0, 5 and 10 of the wrong logit: {'; '.join(ends)}."
    )


def draw_wrong_start(rates=(1, 3, 10, 30), steps=200):
    """Softmax regression on 600 digits from zero, and from weights that learnt wrong labels."""
    x, y = digits()
    x, y = x[:600].astype(float), y[:600]

    def learn(W, y_train, loss, lr):
        W, right = W.copy(), []
        for _ in range(steps + 1):
            z = x @ W
            right.append(np.mean(z.argmax(axis=1) == y))
            W -= lr * x.T @ loss(z, y_train)[1]
        return W, right

    zero = np.zeros((64, 10))
    wrong, _ = learn(
        zero, (y + 1) % 10, cross_entropy, 1.0
    )  # each digit called the next
    losses = {"cross-entropy": cross_entropy, "squared error": squared_error_of_softmax}
    with figure(columns=2, sharey=True) as (picture, axes):
        texts = []
        starts = {"from zero": zero, "from wrong labels": wrong}
        for ax, (title, W) in zip(axes, starts.items()):
            ends = []
            for (name, loss), tone in zip(losses.items(), ("class A", "class B")):
                curves = [learn(W, y, loss, lr)[1] for lr in rates]
                best = max(curves, key=sum)
                for curve in curves:
                    ax.plot(
                        curve, color=colour(tone), linestyle="-" if loss is cross_entropy else "--",
                        linewidth=2.4 if curve is best else 0.8,
                        label=name if curve is best and ax is axes[1] else "_",
                    )  # fmt: skip
                ends.append(f"{percent(best[50])} and {percent(best[-1])} with {name}")
            ax.set(xlabel="step", title=title, ylim=(0, 1.03))
            texts.append(f"{title} {', '.join(ends)}")
        axes[0].set_ylabel("accuracy")
        label_lines(axes[1])
    return picture, (
        f"Accuracy on 600 digits after 50 and {steps} steps, each loss at its best of "
        f"{len(rates)} learning rates: {'; '.join(texts)}."
    )
