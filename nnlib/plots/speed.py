"""Figures of the page on speed, from a result that `python -m bench` has stored."""

import json
from functools import cache
from pathlib import Path

from nnlib.plots.style import CLASSES, DASHES, MARKERS, colour, figure, label_lines

STORED = Path(__file__).parents[2] / "bench" / "results" / "book.json"
PEERS = {
    "PyTorch": ("PyTorch", "PyTorch, fused"),
    "JAX": ("JAX", "JAX, epoch compiled"),
    "scikit-learn": ("scikit-learn",),
}
PARTS = {
    "matrix products": "class A",
    "bias and activation": "class C",
    "loss": "loss",
    "optimizer": "training",
    "calls": "class B",
}


@cache
def stored(path=STORED):
    """The result that the book shows."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def measured(what, threads, result):
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


def draw_peers(what="steps", threads=1, result=None):
    """For each case how many times longer each peer takes than nnlib, and the products alone."""
    cases = measured(what, threads, result)
    rows = [
        f"{each['network']}\n{each['optimizer']}, {each['batch']}" for each in cases
    ]
    words = []
    with figure(height=0.62 * len(cases) + 0.9) as (picture, ax):
        kinds = {"products alone": ("products",)} | PEERS
        for (name, names), meaning, marker in zip(
            kinds.items(), ["neutral", *CLASSES], MARKERS
        ):
            ratios = [best(each["times"], names) for each in cases]
            there = [(r, i) for i, r in enumerate(ratios) if r is not None]
            if there:
                at, heights = zip(*there)
                ax.plot(
                    at, heights, marker, color=colour(meaning), label=name, markersize=8
                )
                words.append(f"{name} {min(at):.2g} to {max(at):.2g}")
        ax.axvline(1, color=colour("ink"), linewidth=1, linestyle="-")
        ax.set_xscale("log")
        top = ax.get_xlim()[1]
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if t <= top]
        ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
        ax.minorticks_off()
        ax.set_yticks(range(len(rows)), rows, fontsize=9)
        ax.set(ylim=(len(rows) - 0.5, -0.5), xlabel="time, as a multiple of nnlib's")
        picture.legend(loc="outside upper center", ncols=4, handlelength=1)
    one = "A training step" if what == "steps" else "An epoch"
    many = "one thread" if threads == 1 else f"{threads} threads"
    return picture, (
        f"{one} with {many}, in multiples of nnlib's time, over {len(cases)} cases: "
        f"{'; '.join(words)}."
    )


def draw_parts(result=None):
    """Where the time of a step goes: one bar for each network, in percent of its step."""
    networks = measured("parts", 1, result)
    words = []
    with figure(height=0.7 * len(networks) + 1.3) as (picture, ax):
        starts = [0.0] * len(networks)
        for part, meaning in PARTS.items():
            shares = []
            for each in networks:
                times = each["shares"]
                shares.append(100 * times[part] / sum(times.values()))
            bars = ax.barh(
                range(len(networks)),
                shares,
                left=starts,
                height=0.62,
                label=part,
                color=colour(meaning),
                edgecolor=colour("paper"),
            )
            for bar, share in zip(bars, shares):
                if share >= 8:
                    ax.text(
                        bar.get_x() + share / 2, bar.get_y() + 0.31, f"{share:.0f}",
                        ha="center", va="center", color=colour("paper"),
                    )  # fmt: skip
            starts = [start + share for start, share in zip(starts, shares)]
            words.append(f"{part} {', '.join(f'{s:.0f} %' for s in shares)}")
        names = [
            f"{each['network']}\n{sum(each['shares'].values()):.0f} µs"
            for each in networks
        ]
        ax.set_yticks(range(len(networks)), names, fontsize=9)
        ax.set(ylim=(len(networks) - 0.5, -0.5), xlim=(0, 100), xlabel="% of a step")
        ax.grid(False)
        picture.legend(loc="outside upper center", ncols=3)
    return picture, (
        f"A step of {', '.join(each['network'] for each in networks)}, with Adam: "
        f"{'; '.join(words)}."
    )


def draw_growth(result=None):
    """Microseconds of a step as batch, width and depth grow, and of an epoch with the examples."""
    ways = measured("growth", 1, result)
    words = []
    with figure(2, 2, height=5.2) as (picture, axes):
        for ax, (way, points) in zip(axes.flat, ways.items()):
            values = [point["value"] for point in points]
            for name, meaning, dash in (
                ("nnlib", "class A", DASHES[0]),
                ("products", "neutral", DASHES[1]),
            ):
                if name in points[0]["times"]:
                    costs = [point["times"][name]["best"] for point in points]
                    ax.plot(
                        values,
                        costs,
                        linestyle=dash,
                        marker="o",
                        markersize=4,
                        color=colour(meaning),
                        label=name,
                    )
            ax.set_xscale("log", base=2)
            ax.set_yscale("log")
            ticks = values[:: max(1, len(values) // 4)]
            ax.set_xticks(ticks, [str(v) for v in ticks])
            ax.minorticks_off()
            ax.set(
                xlabel=way, title="µs an epoch" if way == "examples" else "µs a step"
            )
            label_lines(ax)
            ours = [point["times"]["nnlib"]["best"] for point in points]
            times = f"{ours[-1] / ours[0]:.2g} times as much"
            words.append(f"{way} from {values[0]} to {values[-1]} costs {times}")
    return picture, f"Time on logarithmic axes: {'; '.join(words)}."
