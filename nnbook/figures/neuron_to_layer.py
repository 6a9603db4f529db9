"""Figures of *From a neuron to a layer*."""

import numpy as np
from matplotlib.patches import Rectangle

from nnbook.figures.activations import best_sum
from nnbook.figures.style import colour, figure, label_lines, log_scale
from nnlib.datasets import curve

# Ten flats: rooms, tens of minutes to work, a balcony (1) or none (0). And Ana's points.
SEEN = np.array(
    [
        *([2, 1, 0], [3, 3, 1], [4, 2, 0], [1, 3, 1], [2, 4, 1]),
        *([5, 5, 0], [3, 1, 1], [1, 1, 0], [4, 6, 1], [2, 2, 1]),
    ],
    float,
)
POINTS = np.array([-1, 2, 3, -4, -3, 0, 6, -4, -1, 1], float)
FLATS = SEEN[:4]
OPINIONS = np.array([[3, 1], [-2, -3], [4, 0]], float), np.array([-5.0, 5.0])
VERDICT = np.array([[2.0], [1.0]]), np.array([-1.0])


def written(number):
    """A number as a person writes it, with a real minus sign."""
    return f"{number + 0.0:.3g}".replace("-", "−")


def plural(count, noun):
    """1 neuron, 2 neurons."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def draw_dead_slider(neurons=4):
    """The best sum of neurons without a bend, with random w and b, by least squares."""
    rng = np.random.default_rng(2)
    w = rng.standard_normal(neurons)
    b = -w * rng.uniform(-3, 3, neurons)  # each neuron is zero somewhere in the data
    x = np.linspace(-3, 3, 200)
    z = np.outer(x, w) + b
    features = np.column_stack([z, np.ones_like(x)])
    factors, rmse = best_sum(features, curve(x))

    with figure(columns=2, sharey=True) as (picture, (left, right)):
        left.plot(x, z, color=colour("class B"), linewidth=1.2, linestyle="-")
        left.set(xlabel="x", ylabel="z of each neuron", ylim=(-2.3, 2.3))
        left.set_title(plural(neurons, "neuron"))
        right.plot(x, curve(x), color=colour("neutral"), label="target")
        right.plot(
            x, features @ factors, color=colour("class A"), linestyle="--", label="sum"
        )
        right.set(xlabel="x", ylabel="their best sum", title=f"RMSE {rmse:.3f}")
        label_lines(right)
    return picture, (
        f"{plural(neurons, 'neuron')}, {plural(3 * neurons + 1, 'number')} in all: the best "
        f"sum is a straight line, with an RMSE of {rmse:.3f}."
    )


def draw_decision(x=FLATS[1], w=OPINIONS[0][:, 0], b=OPINIONS[1][0]):
    """What each input adds to a neuron's sum, bar by bar, down to the bias."""
    parts = [*(np.asarray(w) * x), b]
    ends = np.cumsum(parts)
    names = [
        f"{plural(int(x[0]), 'room')}",
        f"{10 * x[1]:.0f} minutes",
        "a balcony" if x[2] else "no balcony",
        "bias",
    ]
    signed = [("+" if part >= 0 else "") + written(part) for part in parts]
    with figure(height=2.7) as (picture, ax):
        for row, (part, end) in enumerate(zip(parts, ends)):
            shade = colour("class A" if part >= 0 else "class B")
            ax.barh(row, part, left=end - part, color=shade, height=0.6)
            ax.text(max(end, end - part) + 0.15, row, signed[row], va="center")
            ax.plot([end, end], [row, row + 1], "-", color=colour("neutral"), lw=1)
        ax.plot(
            ends[-1],
            len(parts),
            "D",
            color=colour("highlight"),
            mec=colour("ink"),
            ms=9,
        )
        ax.text(ends[-1] + 0.3, len(parts), f"z = {written(ends[-1])}", va="center")
        ax.axvline(0, color=colour("ink"), linewidth=1, linestyle="-")
        ax.set(xlabel="points", ylim=(len(parts) + 0.6, -0.5))
        ax.set_xlim(min(0, *ends) - 0.6, max(0, *ends) + 1.4)
        ax.set_yticks(range(len(parts)), names)
    added = ", ".join(f"{name} {sign}" for name, sign in zip(names, signed))
    return picture, f"{added}: together z = {written(ends[-1])}."


def nudge_until_stuck(nudge, x=SEEN, points=POINTS, rounds=1000):
    """Weights and bias that learn by nudges, and the loss before and after each round."""
    columns = np.column_stack([x, np.ones(len(x))]).T
    theta, gap = np.zeros(len(columns)), -points
    losses = [gap @ gap / len(points)]
    for _ in range(rounds):
        for i, column in enumerate(columns):
            for step in (nudge, -nudge):
                tried = gap + step * column
                if tried @ tried < gap @ gap:
                    theta[i] += step
                    gap = tried
        losses.append(gap @ gap / len(points))
        if losses[-1] == losses[-2]:
            return theta, losses[:-1]
    return theta, losses


def draw_nudges(nudges_to_a_point=8):
    """Ana's weights, learnt from her points by nudges of a part of a point."""
    theta, losses = nudge_until_stuck(1 / nudges_to_a_point)
    rounds = len(losses) - 1
    with figure(columns=2, height=3.1) as (picture, (left, right)):
        left.plot([-6, 8], [-6, 8], "-", color=colour("neutral"), linewidth=1)
        left.plot(POINTS, SEEN @ theta[:3] + theta[3], "o", color=colour("class A"))
        left.set(xlim=(-5.5, 7.5), ylim=(-5.5, 7.5), xlabel="Ana's points")
        left.set(ylabel="the neuron's points", box_aspect=1)
        right.plot(losses, color=colour("loss"), linestyle="-")
        right.plot(rounds, losses[-1], "o", color=colour("loss"))
        right.set(xlabel="round", ylabel="loss", xlim=(-10, 350), box_aspect=1)
        log_scale(right, -3, 1)
    size = f"1/{nudges_to_a_point:g} of a point" if nudges_to_a_point > 1 else "1 point"
    if not rounds:
        return picture, (
            f"Nudges of {size}: none of them helps. The loss stays at {losses[0]:.1f}, and all "
            "weights and the bias at 0."
        )
    values = [f"{value + 0.0:.2f}".replace("-", "−") for value in theta]
    return picture, (
        f"Nudges of {size}: after {plural(rounds, 'round')} none of them helps any more. The "
        f"loss has gone from {losses[0]:.1f} to {losses[-1]:.3g}, with the weights "
        f"({', '.join(values[:3])}) and the bias {values[3]}."
    )


def draw_line(multiply_both=1, w1=3, b=-5):
    """A neuron with two inputs, w = (w1, 4): its boundary, and z on the way across."""
    w, b = multiply_both * np.array([w1, 4.0]), multiply_both * b
    length = np.hypot(*w)
    across = w / length
    along = np.array([-across[1], across[0]])
    foot = -b / length  # so far along `across` lies the boundary
    # Dashes of no width, which the style would choose, are an error in matplotlib 3.10.
    pale = {"alpha": 0.2, "linewidth": 0, "linestyle": "-"}

    with figure(columns=2, height=3.3) as (picture, (plane, walk)):
        for side, name in ((1, "class A"), (-1, "class B")):
            near, far = foot * across, (foot + 20 * side) * across
            corners = [near - 20 * along, near + 20 * along]
            corners += [far + 20 * along, far - 20 * along]
            plane.fill(*np.transpose(corners), color=colour(name), **pale)
            walk.axhspan(0, 30 * side, color=colour(name), **pale)
        for level in range(-20, 21, 5):
            middle = (level - b) / length * across
            plane.plot(
                *np.transpose([middle - 20 * along, middle + 20 * along]),
                color=colour("neutral" if level else "ink"), linestyle="-",
                linewidth=0.8 if level else 2.5,
            )  # fmt: skip
        plane.plot(*np.transpose([[0, 0], foot * across]), ":", color=colour("ink"))
        plane.plot(0, 0, "+", color=colour("ink"), markersize=10, mew=2)
        plane.annotate(
            "", (foot + 1) * across, foot * across, zorder=3,
            arrowprops={"arrowstyle": "-|>", "lw": 2.5, "color": colour("gradient")},
        )  # fmt: skip
        plane.set(xlim=(-4, 4), ylim=(-4, 4), xlabel="x₁", ylabel="x₂", aspect="equal")
        plane.set_title(f"w = ({written(w[0])}, {written(w[1])}), b = {written(b)}")
        plane.grid(False)
        steps = np.array([-4, 4])
        walk.plot(steps, length * steps + b, color=colour("gradient"))
        walk.set(xlim=(-4, 4), ylim=(-22, 22), ylabel="z", box_aspect=1)
        walk.set(
            xlabel="steps along the arrow", title=f"z climbs {written(length)} a step"
        )
        walk.text(-3.8, 15, "yes: z > 0")
        walk.text(3.8, -17.5, "no: z < 0", ha="right")
        walk.plot([0, foot], [0, 0], ":", color=colour("ink"))
        walk.plot(0, 0, "+", color=colour("ink"), markersize=10, mew=2)
        for ax, spot in ((plane, foot * across), (walk, (foot, 0))):
            ax.plot(
                *spot, "o", color=colour("highlight"), mec=colour("ink"), ms=8, zorder=4
            )
    where = "goes through the origin"
    if b:
        side = "in the direction of" if b < 0 else "against"
        where = f"lies at distance {abs(foot):.3g} from the origin, {side} the arrow"
    return picture, (
        f"w = ({written(w[0])}, {written(w[1])}) and b = {written(b)}: the boundary "
        f"{where}. Each step across it adds {length:.3g} to z."
    )


def draw_product(x=FLATS, W=OPINIONS[0], b=OPINIONS[1], row=1, column=0):
    """x W + b = z as tables; one row and one column, and the number they make, stand out."""
    x, W, b = (np.asarray(values) for values in (x, W, b))
    z = x @ W + b
    (n, n_in), n_out = x.shape, len(b)
    tall = max(n, n_in)
    tables = [("x", x, "@"), ("W", W, "+"), ("b", b[np.newaxis], "="), ("z", z, "")]
    chosen = {"x": (row, None), "W": (None, column), "b": (0, column)}
    chosen["z"] = (row, column)

    with figure(height=2.5) as (picture, ax):
        left = 0
        for name, table, sign in tables:
            rows, columns = table.shape
            top = (tall - rows) / 2
            pick = chosen[name]
            for i, j in np.ndindex(rows, columns):
                lit = pick[0] in (None, i) and pick[1] in (None, j)
                # Pale, so that ink is read on it in both modes.
                shade = (colour("highlight"), 0.4) if lit else colour("paper")
                edge = colour("neutral")
                corner = left + j, top + i
                ax.add_patch(Rectangle(corner, 1, 1, facecolor=shade, edgecolor=edge))
                ax.text(
                    left + j + 0.5, top + i + 0.5, written(table[i, j]),
                    ha="center", va="center",
                )  # fmt: skip
            middle = left + columns / 2
            shape = f"({columns},)" if name == "b" else f"({rows}, {columns})"
            ax.text(middle, -0.3, name, ha="center", va="bottom", weight="bold")
            ax.text(middle, tall + 0.3, shape, ha="center", va="top", fontsize=11)
            ax.text(left + columns + 0.5, tall / 2, sign, ha="center", va="center")
            left += columns + 1
        ax.set(xlim=(-0.1, left - 0.9), ylim=(tall + 1, -1), aspect="equal")
        ax.axis("off")
    terms = " + ".join(
        f"{written(a)} · {written(c) if c >= 0 else f'({written(c)})'}"
        for a, c in zip(x[row], W[:, column])
    )
    end = f"{'−' if b[column] < 0 else '+'} {written(abs(b[column]))}"
    return picture, (
        f"x {x.shape} times W {W.shape} plus b ({n_out},) gives z {z.shape}. The marked "
        f"number: {terms} {end} = {written(z[row, column])}."
    )


def draw_network(x=FLATS[1], layers=(OPINIONS, VERDICT)):
    """Circles and weights: one flat on its way through two layers."""
    values = [np.asarray(x)]
    for W, b in layers:
        values.append(values[-1] @ W + b)
    names = ["rooms", "time", "balcony"], ["Ana", "Ben"], ["verdict"]
    titles = ["input layer", "hidden layer", "output layer"]
    spots = []
    for k, numbers in enumerate(values):
        heights = 1.5 * ((len(numbers) - 1) / 2 - np.arange(len(numbers)))
        spots.append([np.array([3.2 * k, up]) for up in heights])
    ink, paper = colour("ink"), colour("paper")
    with figure(height=3.4) as (picture, ax):
        for (W, _), starts, ends in zip(layers, spots, spots[1:]):
            for (i, j), weight in np.ndenumerate(W):
                shade = colour("class A" if weight >= 0 else "class B")
                line = np.transpose([starts[i], ends[j]])
                ax.plot(*line, "-" if weight else ":", color=shade, lw=1.5, zorder=1)
                share = 0.3 if i <= j else 0.36  # so that no two numbers collide
                ax.text(
                    *(starts[i] + share * (ends[j] - starts[i])), written(weight),
                    ha="center", va="center", color=shade, fontsize=11, zorder=2,
                    bbox={"facecolor": paper, "lw": 0, "pad": 1.5},
                )  # fmt: skip
        for k, (places, numbers) in enumerate(zip(spots, values)):
            ax.text(3.2 * k, 2.5, titles[k], ha="center", va="bottom", weight="bold")
            for i, (x, y) in enumerate(places):
                ax.plot(x, y, "o", ms=30, color=paper, mec=ink, zorder=3)
                number = written(numbers[i])
                ax.text(x, y, number, ha="center", va="center", zorder=4)
                note = names[k][i]
                if k > 0:
                    note += f", b = {written(layers[k - 1][1][i])}"
                ax.text(x, y - 0.62, note, ha="center", va="top", fontsize=11)
        ax.set(xlim=(-0.9, 7.4), ylim=(-2.5, 2.9))
        ax.axis("off")
    hidden = " and ".join(written(number) for number in values[1])
    return picture, (
        f"One flat goes through the network: {', '.join(written(v) for v in values[0])} come "
        f"in, the hidden layer makes {hidden} of them, the output layer "
        f"{written(values[2][0])}."
    )
