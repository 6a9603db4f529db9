"""Figures of the page on speed, from a result that `python -m bench` has stored."""

import itertools
import json
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

from nnbook.figures.style import (
    CLASSES,
    DASHES,
    MARKERS,
    colour,
    figure,
    log_scale,
)

STORED = Path(__file__).with_name("speed.json")
PEERS = {
    "products alone": ("products",),
    "PyTorch": ("PyTorch", "PyTorch, fused"),
    "JAX": ("JAX", "JAX, epoch compiled"),
    "scikit-learn": ("scikit-learn",),
}
PARTS = {
    "products": ("matrix products",),
    "number by number": ("bias and activation", "loss"),
    "optimizer": ("optimizer",),
    "calls": ("calls",),
}
# What grows: its name on the axis, and the network (sizes, batch) for each of its values.
GROWING = {
    "batch": ("examples in a batch", lambda b: ((784, 128, 10), b)),
    "width": ("hidden neurons", lambda w: ((784, w, 10), 32)),
    "depth": ("hidden layers", lambda d: ((64, *[64] * d, 10), 32)),
    "examples": ("examples in an epoch", lambda n: ((784, 128, 10), 32)),
}


@cache
def stored(path=STORED):
    """The result that the book shows."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def measured(what, threads=1, result=None):
    """One section of a result, measured with this number of threads."""
    runs = (result or stored())["runs"]
    found = [r[what] for r in runs if r["threads"] == threads and what in r]
    if not found:
        raise ValueError(
            f"the result holds no {what} with {threads} threads: "
            f"python -m bench --only {what} --threads {threads}"
        )
    return found[0]


def best(times, names):
    """The best peer of a framework: its time over nnlib's, or None if it was not there."""
    ratios = [times[name]["ratio"] for name in names if name in times]
    return min(ratios, default=None)


def draw_peers(time_of="a step", threads="one", result=None):
    """For each case how many times longer each peer takes than nnlib, and the products alone."""
    what = {"a step": "steps", "an epoch": "epochs"}[time_of]
    cases = measured(what, {"one": 1, "two": 2}[threads], result)
    groups = itertools.groupby(cases, lambda each: (each["network"], each["batch"]))
    rows, headings, y = [], {}, 0.0
    for (network, batch), group in groups:
        headings[y] = f"{network}, batches of {batch}"
        rows += [(y + i, each) for i, each in enumerate(group, 1)]
        y = rows[-1][0] + 1.15
    words = []
    with figure(height=0.26 * y + 1.15) as (picture, ax):
        for (name, names), meaning, marker in zip(
            PEERS.items(), ["neutral", *CLASSES], MARKERS
        ):
            found = [(best(each["times"], names), y, each) for y, each in rows]
            found = [each for each in found if each[0] is not None]
            if not found:
                continue
            at, heights, _ = zip(*found)
            look = {"color": colour(meaning), "markersize": 8, "label": name}
            ax.plot(at, heights, marker, clip_on=False, zorder=3, **look)
            low, high = (f(found, key=lambda each: each[0]) for f in (min, max))
            words.append(f"{name} from {said(low)} to {said(high)}")
        for height, heading in headings.items():
            ax.text(
                0.01, height + 0.1, heading, va="center", transform=ax.get_yaxis_transform(),
            )  # fmt: skip
        ax.axvline(1, color=colour("ink"), linewidth=1.4, linestyle="-")
        ax.set_xscale("log")
        low, high = ax.get_xlim()
        low, high = min(0.12, low), max(7, high)  # the same in all frames
        ax.set(xlim=(low, high), ylim=(y - 0.4, -1.6))
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= t <= high]
        ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
        ax.set_yticks([y for y, _ in rows], [each["optimizer"] for _, each in rows])
        ax.set_xlabel("time, as a multiple of nnlib's")
        ax.text(0.95, -1, "← faster than nnlib", ha="right", va="center")
        ax.text(1.06, -1, "slower →", va="center")
        picture.legend(loc="outside upper center", ncols=4, handlelength=1)
    many = "one thread" if threads == "one" else f"{threads} threads"
    return picture, (
        f"{time_of.capitalize()} with {many}, in multiples of nnlib's time, over "
        f"{len(cases)} cases: {'; '.join(words)}."
    )


def said(found):
    ratio, _, each = found
    return f"{ratio:.2f} ({each['network']}, {each['optimizer']})"


def draw_parts(result=None):
    """Where the time of a step goes: one bar for each network, in percent of its step."""
    networks = measured("parts", 1, result)
    totals = [sum(each["shares"].values()) for each in networks]
    words, starts = [], np.zeros(len(networks))
    with figure(height=0.75 * len(networks) + 1.1) as (picture, ax):
        for (part, kinds), meaning in zip(PARTS.items(), CLASSES):
            shares = np.array(
                [
                    100 * sum(each["shares"][kind] for kind in kinds) / total
                    for each, total in zip(networks, totals)
                ]
            )
            ax.barh(
                range(len(networks)), shares, left=starts, height=0.66, label=part,
                color=colour(meaning), edgecolor=colour("paper"),
            )  # fmt: skip
            for row, (start, share) in enumerate(zip(starts, shares)):
                if share >= 6:
                    label = f"{part}\n{share:.0f} %" if share >= 20 else f"{share:.0f}"
                    ax.text(
                        start + share / 2, row, label, ha="center", va="center",
                        color=colour("paper"),
                    )  # fmt: skip
            starts = starts + shares
            words.append(f"{part} {', '.join(f'{share:.0f} %' for share in shares)}")
        names = [
            f"{each['network']}\n{total:,.0f} µs"
            for each, total in zip(networks, totals)
        ]
        ax.set_yticks(range(len(networks)), names)
        ax.set(ylim=(len(networks) - 0.5, -0.5), xlim=(0, 100), xlabel="% of a step")
        ax.grid(False)
        picture.legend(loc="outside upper center", ncols=4, handlelength=1)
    sizes = ", ".join(each["network"] for each in networks)
    return picture, f"Of a step with Adam, of the networks {sizes}: {'; '.join(words)}."


def draw_growth(model=None, result=None):
    """The time of a step as batch, width and depth grow, and of an epoch with the examples.

    `model(sizes, batch)` predicts a step's microseconds; its line is dotted.
    """
    words = []
    with figure(2, 2, height=5.6) as (picture, axes):
        for ax, (way, points) in zip(axes.flat, measured("growth", 1, result).items()):
            label, network = GROWING[way]
            values = np.array([point["value"] for point in points])
            curves = {
                name: np.array([point["times"][name]["best"] for point in points])
                for name in ("nnlib", "products")
                if name in points[0]["times"]
            }
            if model:
                curves["model"] = np.array(
                    [model(*network(v)) for v in values.tolist()]
                )
                if way == "examples":
                    curves["model"] *= values / 32
            for name, meaning, dash, marker in (
                ("products", "neutral", DASHES[1], ""),
                ("model", "class B", DASHES[2], ""),
                ("nnlib", "class A", DASHES[0], "o"),
            ):
                if name in curves:
                    shown = curves[name] / (1000 if way == "examples" else 1)
                    look = {"color": colour(meaning), "marker": marker, "label": name}
                    ax.plot(values, shown, linestyle=dash, markersize=4, **look)
            ax.set_xscale("log", base=2)
            ax.set_yscale("log")
            ticks = values[np.linspace(0, len(values) - 1, 4).round().astype(int)]
            ax.set_xticks(ticks, [str(v) for v in ticks])
            decades = (5, 10, 20) if way == "examples" else (10, 100, 1000)
            ax.set_yticks(decades, [f"{d:,}" for d in decades])
            ax.minorticks_off()
            ax.set(xlabel=label)
            ax.set_title("ms an epoch" if way == "examples" else "µs a step")
            ours = curves["nnlib"]
            words.append(
                f"{label} from {values[0]} to {values[-1]}, "
                f"{ours[0]:,.0f} to {ours[-1]:,.0f} µs"
            )
        handles, labels = axes[0, 0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside upper center", ncols=3)
    return picture, f"What nnlib takes as something grows: {'; '.join(words)}."


def draw_calls(powers=12):
    """The time of one addition of two arrays, measured here and now, and its share a number."""
    sizes, times = 4 ** np.arange(1, powers), []
    for size in sizes:
        a, b = np.ones((2, size), np.float32)
        np.add(a, b, out=a)  # the first call is slower
        count = max(1, 2000 // size)
        rounds = []
        for _ in range(9):
            start = perf_counter()
            for _ in range(count):
                np.add(a, b, out=a)
            rounds.append((perf_counter() - start) / count)
        times.append(1e6 * min(rounds))
    with figure(columns=2) as (picture, (left, right)):
        left.plot(sizes, times, "o-", color=colour("class A"))
        right.plot(sizes, 1000 * np.array(times) / sizes, "o-", color=colour("class A"))
        left.set_title("µs an addition")
        right.set_title("ns a number")
        for ax in (left, right):
            ax.set(xlabel="numbers in each array")
            log_scale(ax, 0, 7, axis="x")
        log_scale(left, -1, 4)
        log_scale(right, -2, 3)
    return picture, (
        f"The time of one NumPy addition of arrays of 4 to {sizes[-1]:,} numbers, measured "
        f"where this runs: {sizes[-1] // 4:,} times the arithmetic, in a single call each."
    )
