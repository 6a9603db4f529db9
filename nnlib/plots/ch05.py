"""Figures of chapter 5, Backpropagation."""

from functools import cache
from time import perf_counter

import numpy as np
from matplotlib.patches import Rectangle

from nnlib import (
    SGD,
    Linear,
    Network,
    ReLU,
    Tanh,
    accuracy,
    cross_entropy,
    gradient_check,
    normal,
    xavier_normal,
)
from nnlib.datasets import spirals
from nnlib.plots.style import CLASSES, DASHES, colour, figure, label_lines, log_scale


def nudged(w, h):
    """The slope of w³ from a nudge both ways, and from one to the right only."""
    up, here, down = ((w + step) * (w + step) * (w + step) for step in (h, 0, -h))
    return (up - down) / (2 * h), (up - here) / h


def draw_step(h=1.0):
    """The slope of w³ at w = 2, which is 12, from nudges of size h; and the error for every h."""
    both, one = nudged(2.0, h)
    steps = 10.0 ** np.arange(-16, 0.01, 0.25)
    errors = np.array([nudged(2.0, step) for step in steps]) / 12 - 1
    with figure(columns=2) as (picture, (left, right)):
        w = np.linspace(0.5, 3.5, 100)
        left.plot(w, w**3, color=colour("loss"))
        left.plot(w, 8 + 12 * (w - 2), color=colour("neutral"), linestyle=":")
        left.plot(w, 8 + both * (w - 2), color=colour("gradient"), linestyle="--")
        ends = np.array([2 - h, 2 + h])
        left.plot(ends, ends**3, "o", color=colour("highlight"), mec=colour("ink"))
        left.set(xlabel="w", ylim=(-6, 34), title=f"w³, slope {both:.4g}")
        for column, name, kind, at in (
            (1, "one way", "neutral", (3e-6, 1e-3)),
            (0, "both ways", "gradient", (2e-8, 1e-11)),
        ):
            error = np.maximum(np.abs(errors[:, column]), 1e-13)
            right.plot(steps, error, color=colour(kind), linestyle=DASHES[column])
            right.text(*at, name, color=colour(kind), ha="right", va="center")
        here = max(abs(both / 12 - 1), 1e-13)
        right.plot(h, here, "o", color=colour("highlight"), mec=colour("ink"), ms=9)
        right.set(xlabel="h", title="relative error")
        log_scale(right, -16, 0, axis="x")
        log_scale(right, -13, 0)
    return picture, (
        f"With h = {h:.3g} the slope of w³ at 2 comes out as {both:.6g} from a nudge both ways, "
        f"a relative error of {abs(both / 12 - 1):.1g}, and as {one:.6g} from a nudge one way. "
        f"The truth is 12."
    )


def draw_graph(w1=3.0, y=1.0):
    """The worked example as a graph: values above the arrows, gradients below."""
    x, b, w2 = 2.0, -5.0, -2.0
    p = w1 * x
    z = p + b
    a = max(0.0, z)
    out = w2 * a
    loss = (out - y) ** 2 / 2
    d_out = out - y
    d_w2, d_a = d_out * a, d_out * w2
    d_z = d_a * (z > 0)
    d_w1, d_x = d_z * x, d_z * w1

    def sign(number):
        return f"{number + 0.0:g}".replace("-", "−")

    with figure(height=3.3) as (picture, ax):
        ax.set(xlim=(-0.8, 5.35), ylim=(-0.55, 2.2))
        ax.axis("off")
        ink, line = colour("ink"), colour("neutral")
        back = {"color": colour("gradient"), "weight": "bold", "va": "center"}
        for i, operation in enumerate(("×", "+", "ReLU", "×", "L")):
            ax.text(
                i, 0, operation, ha="center", va="center", zorder=3, color=ink,
                size=10 if len(operation) > 1 else 16,
                bbox={"boxstyle": "circle,pad=0.3", "fc": "white", "ec": line},
            )  # fmt: skip
        along = ("x", x, d_x), ("p", p, d_z), ("z", z, d_z), ("a", a, d_a), ("ŷ", out, d_out)
        above = ("w₁", w1, d_w1), ("b", b, d_z), None, ("w₂", w2, d_w2), ("y", y, -d_out)
        arrow = {"arrowstyle": "-|>", "color": line, "shrinkA": 0, "shrinkB": 15}
        for i, (name, value, slope) in enumerate(along):
            ax.annotate("", (i, 0), (i - 0.72, 0), arrowprops=arrow)
            text = f"{name}\n{sign(value)}"
            ax.text(i - 0.52, 0.12, text, ha="center", color=ink, size=14)
            ax.text(i - 0.52, -0.24, sign(slope), ha="center", size=14, **back)
        for i, (name, value, slope) in ((i, entry) for i, entry in enumerate(above) if entry):
            ax.annotate("", (i, 0), (i, 1.25), arrowprops=arrow)
            text = f"{name} = {sign(value)}"
            ax.text(i, 1.3, text, ha="center", color=ink, size=14)
            ax.text(i + 0.08, 0.8, sign(slope), size=14, **back)
        ax.text(4.36, 0, f"= {loss:g}", va="center", color=ink, size=14)
        ax.text(-0.8, 2.05, "values, on the way there →", va="center", color=ink)
        ax.text(5.35, 2.05, "← gradients, on the way back", ha="right", **back)
    return picture, (
        f"With w₁ = {w1:g} and y = {y:g}: z = {z:g}, a = {a:g}, ŷ = {out + 0.0:g}, "
        f"L = {loss:g}. The gradients are {d_w1 + 0.0:g} for w₁, {d_z + 0.0:g} for b and "
        f"{d_w2 + 0.0:g} for w₂."
    )


def draw_layers():
    """A network of two Linear layers: what goes forward, and what comes back, with shapes."""
    steps = (
        ("Linear", "x", "(n, 2)", None),
        ("ReLU", "z", "(n, 16)", "dz"),
        ("Linear", "a", "(n, 16)", "da"),
        ("loss", "z", "(n, 3)", "dz"),
    )
    with figure(height=3.0) as (picture, ax):
        ax.set(xlim=(-1.15, 6.6), ylim=(-1.35, 1.2))
        ax.axis("off")
        ink, pink, line = colour("ink"), colour("gradient"), colour("neutral")
        for i, (layer, name, shape, back) in enumerate(steps):
            centre = 2 * i
            ax.add_patch(
                Rectangle((centre - 0.45, -0.35), 0.9, 0.7, fc="white", ec=line, lw=1.5)
            )
            ax.text(centre, 0, layer, ha="center", va="center", color=ink)
            there = {"arrowstyle": "-|>", "color": ink}
            ax.annotate("", (centre - 0.45, 0.17), (centre - 1.5, 0.17), arrowprops=there)
            ax.text(centre - 1, 0.3, f"{name}\n{shape}", ha="center", color=ink)
            home = {"arrowstyle": "-|>", "color": pink, "linestyle": "--"}
            if back:
                ax.annotate("", (centre - 1.55, -0.17), (centre - 0.45, -0.17), arrowprops=home)
                ax.text(centre - 1, -0.3, f"{back}\n{shape}", ha="center", va="top", color=pink)
            if layer == "Linear":
                ax.annotate("", (centre, -0.85), (centre, -0.35), arrowprops=home)
                ax.text(centre, -0.9, "dW, db", ha="center", va="top", color=pink)
    return picture, (
        "Four boxes in a row: Linear, ReLU, Linear, loss. Forward: x (n, 2), z (n, 16), a (n, 16), "
        "z (n, 3). Back, dashed: dz (n, 3), da (n, 16), dz (n, 16), each of the shape of what went "
        "forward. Each Linear also drops its dW and db."
    )


def draw_theta(sizes=(2, 3, 1)):
    """The numbers of all W and b, and their places in the one vector θ."""
    with figure(height=2.9) as (picture, ax):
        count = sum((a + 1) * b for a, b in zip(sizes, sizes[1:]))
        ax.set(xlim=(-1.4, count + 0.1), ylim=(-2.2, 4.1))
        ax.axis("off")

        def cell(column, row, text, name):
            box = Rectangle((column, row), 1, 1, fc=colour(name), alpha=0.22, lw=0)
            ax.add_patch(box)
            edge = Rectangle((column, row), 1, 1, fill=False, ec=colour("paper"), lw=2)
            ax.add_patch(edge)
            ax.text(column + 0.5, row + 0.45, text, ha="center", va="center", size=11)

        start, names = 0, iter(CLASSES)
        for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
            for param, rows in ((f"W{'₁₂'[i - 1]}", n_in), (f"b{'₁₂'[i - 1]}", 1)):
                name, stop = next(names), start + rows * n_out
                left, top = start + (stop - start - n_out) / 2, 2.4
                for k in range(start, stop):
                    row, column = divmod(k - start, n_out)
                    cell(left + column, top - row if rows < 3 else top + 0.5 - row, k, name)
                    cell(k, -1, k, name)
                    cell(k, -2.2, "", name)
                text = {"ha": "center", "color": colour(name), "weight": "bold"}
                ax.text((start + stop) / 2, 3.6 if rows < 3 else 4, param, **text)
                ax.plot([start + 0.1, stop - 0.1], [0.2, 0.2], color=colour(name))
                start = stop
        ax.text(-0.3, -0.55, "θ", ha="right", va="center", color=colour("ink"), size=14)
        ax.text(-0.3, -1.75, "grad", ha="right", va="center", color=colour("gradient"))
    return picture, (
        f"A network {' → '.join(map(str, sizes))} has {count} parameters. Its matrices and biases "
        f"stand in one row of {count} numbers, θ, one after the other, a matrix row by row; the "
        f"vector grad has the same places."
    )


def draw_cost(hidden=(4, 8, 16, 32, 64)):
    """Forward passes that a gradient costs, counted; and its time, measured here and now."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((32, 64)), rng.integers(0, 10, 32)
    counts, times = [], []
    for units in hidden:
        net = Network(Linear(64, units, rng=rng), Tanh(), Linear(units, 10, rng=rng))

        def forward():
            return cross_entropy(net.forward(x), y)[1]

        def both():
            net.backward(forward())

        forward_time, both_time = (fastest(run) for run in (forward, both))
        counts.append(net.theta.size)
        times.append((2 * net.theta.size * forward_time, both_time))
    counts, times = np.array(counts), np.array(times)
    with figure(columns=2) as (picture, (left, right)):
        for ax, numerical, back, title in (
            (left, 2 * counts, 0 * counts + 3, "forward passes, counted"),
            (right, *times.T, "seconds, measured"),
        ):
            ax.plot(counts, numerical, "o-", color=colour("neutral"))
            ax.plot(counts, back, "s--", color=colour("gradient"))
            ax.set(xlabel="parameters", title=title)
            log_scale(ax, 2, 4, axis="x")
        log_scale(left, 0, 5)
        log_scale(right, -5, 1)
        left.text(130, 8e3, "differences", color=colour("neutral"))
        left.text(150, 5, "backpropagation", color=colour("gradient"))
    return picture, (
        f"A gradient by differences takes {2 * counts[0]:,} forward passes for a network of "
        f"{counts[0]:,} parameters and {2 * counts[-1]:,} for one of {counts[-1]:,}. By "
        f"backpropagation it takes the work of at most 3 for any of them."
    )


def fastest(run, times=15):
    """The shortest of some runs, in seconds."""
    best = np.inf
    for _ in range(times):
        start = perf_counter()
        run()
        best = min(best, perf_counter() - start)
    return best


class Untransposed(Linear):
    def backward(self, da, need_dx=True):
        super().backward(da, need_dx=False)
        return da @ self.W


class RandomFeedback(Linear):
    def backward(self, da, need_dx=True):
        super().backward(da, need_dx=False)
        random = xavier_normal(*self.W.shape, rng=np.random.default_rng(5))
        return da @ random.T.astype(da.dtype)


class Frozen(Linear):
    def backward(self, da, need_dx=True):
        super().backward(da, need_dx=False)
        self.dW[...] = 0


class Flipped(Linear):
    def backward(self, da, need_dx=True):
        super().backward(da, need_dx=False)
        self.dW *= -1
        self.db *= -1


class MeanOfBias(Linear):
    def backward(self, da, need_dx=True):
        dx = super().backward(da, need_dx)
        self.db /= len(da)
        return dx


def not_averaged(z, y):
    value, dz = cross_entropy(z, y)
    return value, dz * len(z)


# The letter of each program: what is wrong with it, its three Linear layers, and its loss.
PROGRAMS = {
    "A": ("W is not transposed", (Linear, Untransposed, Linear), cross_entropy),
    "B": ("1/n is forgotten", (Linear, Linear, Linear), not_averaged),
    "C": ("bias gradients are averaged", (MeanOfBias,) * 3, cross_entropy),
    "D": ("random numbers for Wᵀ", (Linear, RandomFeedback, RandomFeedback), cross_entropy),
    "E": ("correct", (Linear, Linear, Linear), cross_entropy),
    "F": ("first layer: wrong sign", (Flipped, Linear, Linear), cross_entropy),
    "G": ("first W is never changed", (Frozen, Linear, Linear), cross_entropy),
}


@cache
def run_program(program, steps=400):
    """Losses and accuracies of a program while it trains, and its gradient check before."""
    _, kinds, loss = PROGRAMS[program]
    x, y = spirals(120, rng=np.random.default_rng(1))
    rng, layers = np.random.default_rng(1), []
    for kind, n_in, n_out in zip(kinds, (2, 16, 16), (16, 16, 3)):
        init = xavier_normal if layers else normal
        layers += [kind(n_in, n_out, init=init, rng=rng), Tanh()]
    net = Network(*layers[:-1])
    error = gradient_check(net, loss, x[:10], y[:10])
    optimizer, losses, accuracies = SGD(0.5), [], []
    for _ in range(steps):
        z = net.forward(x)
        value, dz = loss(z, y)
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
        losses.append(value)
        accuracies.append(accuracy(z, y))
    return np.array(losses), np.array(accuracies), error


def draw_line_up(program="A", verdict=False):
    """One of seven programs in colour over the other six; the verdict of the gradient check."""
    steps = np.arange(0, 400, 3)
    with figure(columns=2) as (picture, (left, right)):
        for other in PROGRAMS:
            losses, accuracies, _ = run_program(other)
            shown = other == program
            look = {"zorder": 3} if shown else {"color": colour("grid"), "linewidth": 1.5}
            mine = {"color": colour("loss")} if shown else {}
            left.plot(steps, np.minimum(losses, 2)[steps], **look, **mine, linestyle="-")
            mine = {"color": colour("training")} if shown else {}
            right.plot(steps, 100 * accuracies[steps], **look, **mine, linestyle="-")
        losses, accuracies, error = run_program(program)
        left.set(xlabel="step", title=f"program {program}: loss", ylim=(0, 2.03))
        right.set(xlabel="step", title="accuracy in %", ylim=(0, 104))
        if verdict:
            right.text(
                395, 22, f"{PROGRAMS[program][0]}\ncheck {size(error)}", ha="right", va="center",
                color=colour("ink"), bbox={"fc": "white", "ec": colour("neutral")}, zorder=4,
            )  # fmt: skip
    mean = losses[-50:].mean()
    result = (
        f"Program {program}: over the last 50 of 400 steps the mean loss is "
        f"{mean:{'.0f' if mean > 1 else '.1g'}} and the mean accuracy {accuracies[-50:].mean():.0%}."
    )
    if verdict:
        result += f" Verdict: {PROGRAMS[program][0]}. The gradient check says {size(error)}."
    return picture, result


def size(error):
    """0.95, 2 or "below 1e-6": as much of an error as every computer agrees on."""
    return "below 1e-6" if error < 1e-6 else f"{error:.2g}"


VARIANCES = {
    "2/n_in": lambda n_in, n_out: 2 / n_in,
    "2/n_out": lambda n_in, n_out: 2 / n_out,
    "4/(n_in + n_out)": lambda n_in, n_out: 4 / (n_in + n_out),
}
WIDTHS = {
    "all 64": [64] * 31,
    "128 and 32 in turn": [128, 32] * 15 + [128],
    "from 160 down to 40": [160 - 4 * i for i in range(31)],
}


def draw_way_back(variance="2/n_in", widths="all 64"):
    """30 ReLU layers: the size of the signal on its way there, of the gradient on its way back."""
    rng, sizes = np.random.default_rng(0), WIDTHS[widths]
    a = rng.standard_normal((64, sizes[0]))
    stack, there = [], [np.sqrt(np.mean(a**2))]
    for n_in, n_out in zip(sizes, sizes[1:]):
        scale = np.sqrt(VARIANCES[variance](n_in, n_out))
        linear, relu = Linear(n_in, n_out, rng=rng), ReLU()
        linear.W[...] = normal(n_in, n_out, scale, rng=rng)
        a = relu.forward(linear.forward(a))
        there.append(np.sqrt(np.mean(a**2)))
        stack.append((linear, relu))
    da = rng.standard_normal(a.shape)
    back = [np.sqrt(np.mean(da**2))]
    for linear, relu in reversed(stack):
        da = linear.backward(relu.backward(da))
        back.append(np.sqrt(np.mean(da**2)))
    back = back[::-1]
    there, back = np.array(there) / there[0], np.array(back) / back[-1]
    with figure() as (picture, ax):
        ax.axhline(1, color=colour("neutral"), linewidth=1, linestyle=":")
        ax.plot(there, color=colour("ink"), label="signal →", linestyle="-")
        ax.plot(back, color=colour("gradient"), label="← gradient", linestyle="--")
        ax.set(xlabel="layer", title=f"widths {widths}; Var(W) = {variance}")
        log_scale(ax, -3, 3)
        label_lines(ax)
    return picture, (
        f"Layers of widths {widths}, variance of the weights {variance}: at the last layer the "
        f"signal has {there[-1]:.1g} times the size it started with, and back at the first the "
        f"gradient {back[0]:.1g} times."
    )
