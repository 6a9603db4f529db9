"""Figures of *Backpropagation*."""

from time import perf_counter

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from nnbook.figures.faulty import PROGRAMS, run_program, size
from nnbook.figures.style import DASHES, colour, figure, label_lines, log_scale
from nnbook.figures.words import percent, rounded
from nnlib import Linear, Network, ReLU, Tanh, cross_entropy, normal


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
        left.set(xticks=[1, 2, 3], yticks=[0, 8, 27])
        for column, name, kind, at in (
            (1, "one way", "neutral", (3e-6, 1e-3)),
            (0, "both ways", "gradient", (2e-8, 1e-11)),
        ):
            error = np.maximum(np.abs(errors[:, column]), 1e-13)
            right.plot(steps, error, color=colour(kind), linestyle=DASHES[column])
            right.text(*at, name, color=colour(kind), ha="right", va="center")
        here = max(abs(both / 12 - 1), 1e-13)
        right.plot(
            h, here, "o", color=colour("highlight"), mec=colour("ink"), ms=9,
            clip_on=False, zorder=4,
        )  # fmt: skip
        right.set(xlabel="h", title="relative error")
        log_scale(right, -16, 0, axis="x")
        log_scale(right, -13, 0)
    return picture, (
        f"With h = {rounded(h, 3)} the slope of w³ at 2 comes out as {both:.6g} from a nudge "
        f"both ways, a relative error of {rounded(abs(both / 12 - 1), 1)}, and as {one:.6g} from "
        f"a nudge one way. The truth is 12."
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
                bbox={"boxstyle": "circle,pad=0.3", "fc": colour("paper"), "ec": line},
            )  # fmt: skip
        along = [("x", x, d_x), ("p", p, d_z), ("z", z, d_z), ("a", a, d_a)]
        along += [("ŷ", out, d_out)]
        above = {0: ("w₁", w1, d_w1), 1: ("b", b, d_z)}
        above |= {3: ("w₂", w2, d_w2), 4: ("y", y, -d_out)}
        arrow = {"arrowstyle": "-|>", "color": line, "shrinkA": 0, "shrinkB": 15}
        for i, (name, value, slope) in enumerate(along):
            ax.annotate("", (i, 0), (i - 0.72, 0), arrowprops=arrow)
            text = f"{name}\n{sign(value)}"
            ax.text(i - 0.52, 0.12, text, ha="center", color=ink, size=14)
            ax.text(i - 0.52, -0.24, sign(slope), ha="center", size=14, **back)
        for i, (name, value, slope) in above.items():
            ax.annotate("", (i, 0), (i, 1.25), arrowprops=arrow)
            text = f"{name} = {sign(value)}"
            ax.text(i, 1.3, text, ha="center", color=ink, size=14)
            ax.text(i + 0.08, 0.8, sign(slope), size=14, **back)
        ax.text(4.36, 0, f"= {loss:g}", va="center", color=ink, size=14)
        ax.text(-0.8, 2.05, "values, on the way there →", va="center", color=ink)
        ax.text(5.35, 2.05, "← gradients, on the way back", ha="right", **back)
    return picture, (
        f"With w₁ = {sign(w1)} and y = {sign(y)}: z = {sign(z)}, a = {sign(a)}, "
        f"ŷ = {sign(out)}, L = {loss:g}. The gradients are {sign(d_w1)} for w₁, "
        f"{sign(d_z)} for b and {sign(d_w2)} for w₂."
    )


def draw_layers():
    """A network of two Linear layers: what goes forward, and what comes back, with shapes."""
    ink, back = colour("ink"), colour("gradient")
    there = {"arrowstyle": "-|>", "color": ink}
    home = {"arrowstyle": "-|>", "color": back, "linestyle": "--"}
    with figure(height=2.5) as (picture, ax):
        ax.set(xlim=(-1.6, 6.5), ylim=(-1.3, 1.1))
        ax.axis("off")
        for x, layer, name, shape in (
            (0, "Linear", "x", "(n, 2)"),
            (2, "ReLU", "z₁", "(n, 16)"),
            (4, "Linear", "a₁", "(n, 16)"),
            (6, "loss", "z₂", "(n, 3)"),
        ):
            corner = x - 0.48, -0.4
            ax.add_patch(Rectangle(corner, 0.96, 0.8, fill=False, ec=colour("neutral")))
            ax.text(x, -0.02, layer, ha="center", va="center", color=ink)
            ax.annotate("", (x - 0.5, 0.17), (x - 1.5, 0.17), arrowprops=there)
            ax.text(x - 1, 0.28, f"{name}\n{shape}", ha="center", color=ink)
            if x > 0:
                ax.annotate("", (x - 1.5, -0.17), (x - 0.5, -0.17), arrowprops=home)
                text = f"d{name}\n{shape}"
                ax.text(x - 1, -0.28, text, ha="center", va="top", color=back)
            if layer == "Linear":
                ax.annotate("", (x, -0.98), (x, -0.38), arrowprops=home)
                ax.text(x, -1, "dW, db", ha="center", va="top", color=back)
    return picture, (
        "Four boxes in a row: Linear, ReLU, Linear, loss. Forward: x (n, 2), z₁ (n, 16), "
        "a₁ (n, 16), z₂ (n, 3). Back, dashed: dz₂ (n, 3), da₁ (n, 16), dz₁ (n, 16), each of the "
        "shape of what went forward. Each Linear also drops its dW and db."
    )


def draw_theta():
    """The parameters of a network 2 → 3 → 1, and their places in the one vector θ."""
    with figure(height=2.9) as (picture, ax):
        ax.set(xlim=(-1.4, 13.1), ylim=(-2.2, 4.1))
        ax.axis("off")

        def cell(x, y, text, face):
            ax.add_patch(Rectangle((x, y), 1, 1, fc=face, ec=colour("paper"), lw=2))
            ax.text(x + 0.5, y + 0.45, text, ha="center", va="center", size=11)

        start = 0
        for name, meaning, rows, columns in (
            ("W₁", "class A", 2, 3),
            ("b₁", "class B", 1, 3),
            ("W₂", "class C", 3, 1),
            ("b₂", "class D", 1, 1),
        ):
            face, size = (*to_rgb(colour(meaning)), 0.22), rows * columns
            for k in range(size):
                row, column = divmod(k, columns)
                left = start + (size - columns) / 2 + column
                cell(left, 2.5 - row, start + k, face)
                cell(start + k, -1, start + k, face)
                cell(start + k, -2.2, "", face)
            look = {"ha": "center", "color": colour(meaning), "weight": "bold"}
            ax.text(start + size / 2, 3.6, name, **look)
            ends = [start + 0.1, start + size - 0.1]
            ax.plot(ends, [0.2, 0.2], color=colour(meaning))
            start += size
        ax.text(-0.3, -0.55, "θ", ha="right", va="center", color=colour("ink"), size=14)
        ax.text(-0.3, -1.75, "grad", ha="right", va="center", color=colour("gradient"))
    return picture, (
        "The 13 parameters of a network 2 → 3 → 1 stand in one row of numbers, θ: W₁ in places 0 "
        "to 5, row by row, b₁ in 6 to 8, W₂ in 9 to 11 and b₂ in 12. The vector grad has the same "
        "places."
    )


def fastest(net, x, y, *, backward):
    """The seconds of a forward pass and the loss, perhaps with a backward pass; best of 15."""
    best = np.inf
    for _ in range(15):
        start = perf_counter()
        _, dz = cross_entropy(net.forward(x), y)
        if backward:
            net.backward(dz)
        best = min(best, perf_counter() - start)
    return best


def draw_cost(hidden=(4, 8, 16, 32, 64)):
    """Forward passes that a gradient costs, counted; and its time, measured here and now."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((32, 64)), rng.integers(0, 10, 32)
    rows = []
    for units in hidden:
        net = Network(Linear(64, units, rng=rng), Tanh(), Linear(units, 10, rng=rng))
        one = fastest(net, x, y, backward=False)
        back = fastest(net, x, y, backward=True)
        rows.append([net.theta.size, 3, 2 * net.theta.size * one, back])
    sizes, passes, numerical, back = np.array(rows).T
    with figure(columns=2) as (picture, (left, right)):
        for ax, slow, quick in (left, 2 * sizes, passes), (right, numerical, back):
            ax.plot(sizes, slow, "o-", color=colour("neutral"))
            ax.plot(sizes, quick, "s--", color=colour("gradient"))
            ax.set(xlabel="parameters")
            log_scale(ax, 2, 4, axis="x")
        left.set_title("forward passes, counted")
        left.text(130, 8e3, "differences", color=colour("neutral"))
        left.text(150, 5, "backpropagation", color=colour("gradient"))
        right.set_title("seconds, measured")
        log_scale(left, 0, 5)
        log_scale(right, -5, 1)
    first, *_, last = sizes.astype(int)
    return picture, (
        f"A gradient by differences takes {2 * first:,} forward passes for a network of "
        f"{first:,} parameters and {2 * last:,} for one of {last:,}. Backpropagation takes the "
        f"work of at most 3 for any of them."
    )


def draw_line_up(program="A", verdict=False):
    """One of seven programs in colour over the other six; the verdict of the gradient check."""
    steps = np.arange(0, 400, 3)
    with figure(columns=2) as (picture, (left, right)):
        for ax, kind in (left, "loss"), (right, "training"):
            curves = []
            for other in PROGRAMS:
                losses, accuracies, error = run_program(other)
                curve = np.minimum(losses, 2) if ax is left else 100 * accuracies
                if other == program:
                    ax.plot(steps, curve[steps], color=colour(kind), zorder=3)
                else:  # all in one line with gaps: quicker to draw
                    curves.append([*curve[steps], np.nan])
            grey = np.tile([*steps, np.nan], len(curves))
            ax.plot(
                grey,
                np.ravel(curves),
                color=colour("neutral"),
                alpha=0.45,
                linewidth=1.2,
                linestyle="-",
            )
        losses, accuracies, error = run_program(program)
        left.set(xlabel="step", title=f"program {program}: loss", ylim=(0, 2.03))
        right.set(xlabel="step", title="accuracy in %", ylim=(0, 104))
        left.set(xticks=[0, 200, 400], yticks=[0, 1, 2])
        right.set(xticks=[0, 200, 400], yticks=[0, 50, 100])
        if verdict:
            right.text(
                395, 22, f"{PROGRAMS[program][0]}\ncheck {size(error)}", ha="right", va="center",
                bbox={"fc": colour("paper"), "ec": colour("neutral")}, zorder=4,
            )  # fmt: skip
    mean, share = losses[-50:].mean(), accuracies[-50:].mean()
    result = (
        f"Program {program}: over the last 50 of 400 steps the mean loss is "
        f"{mean:{'.0f' if mean > 1 else '.1g'}} and the mean accuracy {percent(share)}."
    )
    if verdict:
        result += (
            f" Verdict: {PROGRAMS[program][0]}. The gradient check says {size(error)}."
        )
    return picture, result


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


def way_back(variance, widths, seed=0):
    """The size of the signal on its way through 30 ReLU layers, and of the gradient on its way
    back, layer by layer; then both as the formula predicts them."""
    rng, sizes = np.random.default_rng(seed), WIDTHS[widths]
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
    n_in, n_out = np.array(sizes[:-1]), np.array(sizes[1:])
    half = VARIANCES[variance](n_in, n_out) / 2
    signal = np.sqrt(np.cumprod([1, *(n_in * half)]))
    gradient = np.sqrt(np.cumprod([1, *(n_out * half)[::-1]]))[::-1]
    return there, back, signal, gradient


def draw_way_back(variance="2/n_in", widths="all 64"):
    """30 ReLU layers: the size of the signal on its way there, of the gradient on its way back."""
    there, back, signal, gradient = way_back(variance, widths)
    with figure() as (picture, ax):
        predicted = {"color": colour("neutral"), "linewidth": 1, "linestyle": ":"}
        ax.plot(signal, **predicted)
        ax.plot(gradient, **predicted)
        ax.plot(there, color=colour("ink"), label="signal →", linestyle="-")
        ax.plot(back, color=colour("gradient"), label="← gradient", linestyle="--")
        ax.set(xlabel="layer", title=f"widths {widths}; Var(W) = {variance}")
        log_scale(ax, -2, 1)
        label_lines(ax)
    return picture, (
        f"Widths {widths}, variance of the weights {variance}: through 30 layers the signal should "
        f"change its size by a factor of {signal[-1]:.2g} on the way there, and the gradient by "
        f"{gradient[0]:.2g} on the way back; in this network they change by {there[-1]:.1g} and "
        f"{back[0]:.1g}."
    )
