"""Figures of *Gradient descent*."""

import numpy as np

from nnbook.figures.networks import descend, small_network
from nnbook.figures.style import colour, figure, label_lines, log_scale
from nnbook.figures.words import rounded
from nnlib import SGD, cross_entropy
from nnlib.datasets import spirals


def arrival(distance, near=1e-3):
    """After how many steps a path comes near its goal and stays there; None if never."""
    far = np.flatnonzero(~(np.asarray(distance) < near))
    first = far[-1] + 1 if len(far) else 0
    return int(first) if first < len(distance) else None


def contours(ax, height, levels, x_limits, y_limits):
    """Lines of equal height of a surface, pale, as on a map."""
    x, y = np.linspace(*x_limits, 81), np.linspace(*y_limits, 81)
    ax.contour(
        x, y, height(*np.meshgrid(x, y)), levels, colors=colour("neutral"),
        linewidths=0.6, alpha=0.6,
    )  # fmt: skip
    ax.set(xlim=x_limits, ylim=y_limits)
    ax.grid(False)


def mark(ax, start, goal=None):
    """The start as a square and the minimum as a star, in the colour of the highlight."""
    for point, marker, size in ((start, "s", 7), (goal, "*", 14)):
        if point is not None:
            ax.plot(
                *point, marker, markersize=size, color=colour("highlight"),
                markeredgecolor=colour("ink"), markeredgewidth=0.8, zorder=4,
            )  # fmt: skip


def draw_rate(lr=0.02):
    """Gradient descent on L(w) = 2w² from w = −2: the curve with its steps, and w by step."""
    factor = 1 - 4 * lr
    w = -2 * factor ** np.arange(41.0)
    steps = arrival(np.abs(w))
    with figure(columns=2) as (picture, (left, right)):
        curve = np.linspace(-4, 4, 81)
        left.plot(curve, 2 * curve**2, color=colour("neutral"), linewidth=1.2)
        shown = w[np.abs(w) < 9]
        left.plot(shown, 2 * shown**2, "-o", color=colour("class A"), lw=1)
        mark(left, (-2, 8), (0, 0))
        left.set(xlabel="w", title="L = 2w²", xlim=(-4, 4), ylim=(-1.5, 32))
        right.axhline(0, color=colour("neutral"), linewidth=1)
        right.plot(shown, "-o", color=colour("class A"), linewidth=1)
        mark(right, (0, -2))
        title = f"w after each step: × {factor:.3g}".replace("-", "−")
        right.set(xlabel="step", xlim=(-0.5, 15), ylim=(-4, 4), title=title)
    end = f"η = {lr:g}: every step multiplies w by 1 − 4η = {factor:.3g}. ".replace(
        "-", "−"
    )
    if abs(factor) > 1:
        end += f"It diverges: after 10 steps |w| is {abs(w[10]):.3g}, from 2."
    elif abs(factor) == 1:
        end += "It jumps from −2 to 2 and back for ever."
    elif steps is None:
        end += f"After 40 steps |w| is still {abs(w[40]):.2g}."
    else:
        word = "step" if steps == 1 else "steps"
        end += f"It is within 0.001 of the minimum after {steps} {word}."
    return picture, end


def line_data():
    """200 points about the line 1 + 2x, the best b + wx, and the Hessian of its loss."""
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(200), rng.standard_normal(200)])
    y = x @ [1, 2] + rng.standard_normal(200)
    return x, y, np.linalg.lstsq(x, y, rcond=None)[0], 2 * x.T @ x / 200


def pass_over(x, y, size, lr, rng, *, passes=3):
    """The path of (b, w) from (−2, −1) in passes over the data, as long as it does not run away."""
    optimizer, theta = SGD(lr), np.array([-2.0, -1.0])
    path = [theta.copy()]
    for _ in range(passes):
        for rows in np.split(rng.permutation(len(x)), len(x) // size):
            error = x[rows] @ theta - y[rows]
            optimizer.step(theta, 2 * x[rows].T @ error / size)
            path.append(theta.copy())
            if np.abs(theta).max() > 1000:
                return np.array(path)
    return np.array(path)


def draw_passes(lr=0.05):
    """A line fitted to 200 points, three passes over them in batches of 200, 20 and 1."""
    x, y, best, curvatures = line_data()

    def height(b, w):
        d = np.stack([b - best[0], w - best[1]])
        return np.einsum("i...,ij,j...", d, curvatures, d) / 2

    ends = []
    with figure(columns=3, sharey=True) as (picture, axes):
        for ax, size in zip(axes, (200, 20, 1)):
            path = pass_over(x, y, size, lr, np.random.default_rng(1))
            contours(ax, height, [0.1, 0.5, 2, 5, 10, 15], (-2.5, 2.5), (-1.5, 3.5))
            ax.plot(*path.T, color=colour("class A"), linewidth=1)
            mark(ax, path[0], best)
            ax.set(xlabel="b", title=f"batches of {size}", xticks=[-2, 0, 2])
            steps, left = len(path) - 1, height(*path[-1])
            leave = f"leave {rounded(left, 2)}" if left < 20 else "run away"
            ends.append(f"{steps} steps in batches of {size} {leave}")
        axes[0].set_ylabel("w")
    return picture, (
        f"Three passes over 200 examples at η = {lr:g}. Of a loss that starts "
        f"{height(-2, -1):.3g} above its minimum, {'; '.join(ends)}. Its curvatures are "
        f"{' and '.join(f'{found:.1f}' for found in np.linalg.eigvalsh(curvatures))}."
    )


def largest_curvature(gradient, theta, v, rounds=30, h=1e-4):
    """λ of the steepest direction at theta, and that direction: by power iteration from v."""
    for _ in range(rounds):
        v = v / np.linalg.norm(v)
        turned = (gradient(theta + h * v) - gradient(theta - h * v)) / (2 * h)
        curvature, v = v @ turned, turned
    return curvature, v / np.linalg.norm(v)


def tanh_on_spirals(seed=0):
    """θ of a network, and its loss on all examples with the gradient, as a function of θ."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    net = small_network("tanh", [2, 16, 16, 3], rng=np.random.default_rng(seed))

    def measured(theta):
        net.theta[...] = theta
        value, dz = cross_entropy(net.forward(x), y)
        net.backward(dz)
        return value, net.grad

    return net.theta.copy(), measured


def curvature_of_descent(lr, seed=0, *, steps=300, every=20):
    """The loss before each step of plain descent, and the largest curvature every few steps."""
    theta, measured = tanh_on_spirals(seed)
    losses, curvatures = [], []
    direction = np.random.default_rng(0).standard_normal(theta.shape)
    for step in range(steps + 1):
        if step % every == 0:  # the direction turns little: a few rounds will do
            found, direction = largest_curvature(
                lambda at: measured(at)[1].copy(), theta, direction,
                rounds=5 if step else 30,
            )  # fmt: skip
            curvatures.append(found)
        value, grad = measured(theta)
        losses.append(value)
        theta -= lr * grad
    return np.array(losses), np.array(curvatures)


def draw_curvature(lr=0.3):
    """Plain descent on spirals: the loss, and the largest curvature where it is, against 2/η."""
    losses, curvatures = curvature_of_descent(lr)
    at = np.linspace(0, 300, len(curvatures))
    with figure(2, sharex=True, height=4.6) as (picture, (top, bottom)):
        top.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
        top.plot(losses, color=colour("loss"))
        log_scale(top, -3, 1)
        top.set(ylabel="loss", title=f"η = {lr:g}", xlim=(0, 300))
        limit = "2/η" if 2 / lr < 8 else "2/η ↑"  # above the picture
        bottom.axhline(2 / lr, color=colour("class B"), linestyle="--", label=limit)
        bottom.plot(at, curvatures, color=colour("class A"), label="largest λ")
        bottom.set(xlabel="step", ylabel="curvature", ylim=(0, 8))
        label_lines(bottom)
    above = np.flatnonzero(curvatures > 2 / lr)
    rises = np.flatnonzero(np.diff(losses) > 0) + 1
    text = (
        f"η = {lr:g}, 2/η = {2 / lr:.2g}: the largest curvature starts at {curvatures[0]:.1f}, "
        f"is {curvatures.max():.1f} at most"
    )
    if len(above):
        text += f", above 2/η from step {at[above[0]]:.0f} to {at[above[-1]]:.0f},"
    text += f" and ends at {curvatures[-1]:.1f}. The loss "
    if len(rises):
        peak = losses[rises[0] :].max()
        text += f"jumps, first in step {rises[0]}, to {peak:.1f} at most, and"
    else:
        text += "never rises, and"
    return picture, f"{text} ends at {losses[-1]:.2g}."


def draw_too_fast(rates=(0.03, 0.3, 3, 10), steps=100):
    """The loss of a ReLU network on spirals under plain descent, for some learning rates."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    with figure(2, 2, height=4.6, sharex=True, sharey=True) as (picture, axes):
        ends = []
        for ax, lr in zip(axes.flat, rates):
            net = small_network("relu", [2, 16, 16, 3], rng=np.random.default_rng(0))
            losses = descend(net, cross_entropy, SGD(lr), x, y, steps=steps)
            ax.axhline(np.log(3), color=colour("neutral"), linewidth=1, linestyle=":")
            ax.plot(losses, color=colour("loss"), linewidth=1.5)
            ax.set(title=f"η = {lr:g}")
            peak = f"peaks at {losses.max():.0f} and " if losses.max() > 2 else ""
            dead = int(np.all(net.layers[3].x <= 0, axis=0).sum())
            ends.append(
                f"at η = {lr:g} it {peak}ends at {losses[-1]:.2f}, with {dead} of the 16 units "
                f"of the second layer dead"
            )
        for ax in axes[1]:
            ax.set_xlabel("step")
        for ax in axes[:, 0]:
            ax.set_ylabel("loss")
        log_scale(axes[0, 0], -2, 3)
    return picture, f"The loss starts at {losses[0]:.2f}; {'; '.join(ends)}."
