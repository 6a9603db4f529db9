"""The one look of the book: what each colour means, and the drawings that chapters share.

    with figure(columns=2) as (picture, (left, right)):
        left.plot(z, a, label="sigmoid")
        label_lines(left)
        decision_regions(right, network.predict, x, y)
    return picture, "Sigmoid has its largest slope, 0.25, at z = 0."

Inside the `with` the book's style is in force; matplotlib's global settings and pyplot
are not touched. Colour never speaks alone: a marker, a dash or a label says the same.
"""

from contextlib import contextmanager
from functools import cache
from pathlib import Path

import matplotlib
import matplotlib.ticker
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from nnbook.figures.colours import PALETTE, colour
from nnbook.figures.colours import darken as darken
from nnbook.figures.colours import shades as shades
from nnlib import checks

CLASSES = [meaning for meaning in PALETTE if meaning.startswith("class ")]
MARKERS = ["o", "^", "s", "D", "v"]
DASHES = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 2))]

DIVERGING = "RdBu_r"  # weights: blue below zero, paper at zero, red above


@cache
def _sizes():
    """The book's sizes over matplotlib's defaults."""
    return matplotlib.rc_params_from_file(Path(__file__).with_name("book.mplstyle"))


def look():
    """A context in which matplotlib draws in the book's style, whatever the reader's own is."""
    ink, paper = colour("ink"), colour("paper")
    inked = (
        "text.color",
        "axes.labelcolor",
        "axes.edgecolor",
        "xtick.color",
        "ytick.color",
    )
    colours = dict.fromkeys(inked, ink) | {
        "figure.facecolor": paper,
        "axes.facecolor": paper,
        "patch.edgecolor": ink,
        "grid.color": colour("grid"),
        "axes.prop_cycle": cycler(
            color=[colour(name) for name in CLASSES], linestyle=DASHES
        ),
    }
    return matplotlib.rc_context(_sizes() | colours)


@contextmanager
def figure(rows=1, columns=1, *, width=6.4, height=3.6, **options):
    """`with figure(columns=2) as (picture, axes):` a figure in inches, axes laid out to fit.

    `axes` is one Axes, a list, or an array (rows, columns); `options` (sharex, width_ratios …)
    are those of `matplotlib.figure.Figure.subplots`.
    """
    rows, columns = checks.count(rows, "rows"), checks.count(columns, "columns")
    with look():
        picture = Figure(figsize=(width, height), layout="constrained")
        axes = picture.subplots(rows, columns, **options)
        for ax in picture.axes:  # few numbers: legible on a phone, quick to draw
            ax.locator_params(nbins=5, steps=[1, 2, 5, 10])
        yield picture, axes


def label_lines(ax):
    """Each labelled line's label beside its right end, in its colour; none on another.

    Call it last: it reads where the lines end within the limits of the axes.
    """
    ax.autoscale_view()  # else automatic limits are settled only later, when drawn
    ends = []
    for line in ax.get_lines():
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        shown = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(shown) and not line.get_label().startswith("_"):
            end = ax.transData.transform((x[shown[-1]], y[shown[-1]]))
            ends.append(
                [np.clip(ax.transAxes.inverted().transform(end)[1], 0, 1), line]
            )
    ends.sort(key=lambda end: end[0])
    # A line of text is 12 points and a little; axes take most of their share of the height.
    rows = ax.get_subplotspec().get_gridspec().nrows
    gap = 16 / 72 / (0.75 * ax.get_figure().get_figheight() / rows)
    for low, high in zip(ends, ends[1:]):
        high[0] = max(high[0], low[0] + gap)
    for low, high in zip(ends[-2::-1], ends[:0:-1]):
        high[0] = min(high[0], 1)
        low[0] = min(low[0], high[0] - gap)
    for height, line in ends:
        ax.text(
            1.02, height, line.get_label(), color=line.get_color(), va="center",
            transform=ax.transAxes,
        )  # fmt: skip


def mark(ax, x, y, marker="o"):
    """The point that the text talks about."""
    edge = colour("ink")
    ax.plot(x, y, marker, color=colour("highlight"), mec=edge, ms=9, zorder=4)


def training_curves(ax, training, validation=(), *, quantity="loss"):
    """One number an epoch, on the training and (dashed) on the validation examples.

    `training_curves(ax, history.train_loss, history.valid_loss)`
    """
    curves = {"training": (training, "-"), "validation": (validation, DASHES[1])}
    for name, (numbers, dash) in curves.items():
        if len(numbers):
            ax.plot(numbers, color=colour(name), linestyle=dash, label=name)
    ax.set(xlabel="epoch", ylabel=quantity)
    label_lines(ax)


def class_scatter(ax, x, y, *, size=26):
    """Examples x (n, 2) of classes y, (n,) or 0/1 (n, 1): a colour and a marker for each class."""
    y = np.asarray(y).ravel()
    for label in np.unique(y).astype(int):
        name = CLASSES[label]
        ax.scatter(
            *np.asarray(x)[y == label].T, s=size, marker=MARKERS[label], color=colour(name),
            edgecolor=colour("paper"), linewidth=0.6, label=name, zorder=2,
        )  # fmt: skip
    ax.set(xlabel="x₁", ylabel="x₂")
    ax.grid(False)


def decision_regions(ax, predict, x, y, *, steps=80):
    """The plane in the pale colours of the classes that `predict` gives it, under the examples.

    `predict` takes (m, 2) float32 and gives logits, (m, classes) or (m, 1). Where they are
    not finite there is only paper.
    """
    (left, bottom), (right, top) = np.min(x, axis=0), np.max(x, axis=0)
    margin = 0.08 * max(right - left, top - bottom)
    box = left - margin, right + margin, bottom - margin, top + margin
    plane = np.meshgrid(np.linspace(*box[:2], steps), np.linspace(*box[2:], steps))
    z = predict(np.stack(plane, axis=-1).reshape(-1, 2).astype(np.float32))
    label = (z[:, 0] > 0).astype(int) if z.shape[1] == 1 else z.argmax(axis=1)
    pale = np.array([matplotlib.colors.to_rgba(colour(name), 0.22) for name in CLASSES])
    pixels = 255 * pale[label] * np.isfinite(z).all(axis=1, keepdims=True)
    ax.imshow(
        pixels.reshape(steps, steps, 4).astype(np.uint8), extent=box, origin="lower", aspect="auto",
        interpolation="bilinear", zorder=0,
    )  # fmt: skip
    class_scatter(ax, x, y)
    ax.set(xlim=box[:2], ylim=box[2:])


def image(ax, pixels, *, title=""):
    """A picture of numbers 0 … 1, ink on paper: (height, width), or a square one flat."""
    pixels = np.asarray(pixels)
    side = round(pixels.size**0.5)
    rows = pixels if pixels.ndim == 2 else pixels.reshape(side, side)
    ax.imshow(rows, "gray_r", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[], title=title)
    ax.grid(False)
    frame(ax)


def frame(ax):
    """A thin line around a picture, which tells its empty pixels from the page."""
    ax.spines[:].set(visible=True, color=colour("grid"))


def matrix(ax, values, *, title=""):
    """A matrix such as W as a heat map with its scale: zero is paper, above red, below blue."""
    limit = float(np.max(np.abs(values))) or 1.0
    drawn = ax.imshow(values, DIVERGING, vmin=-limit, vmax=limit, aspect="auto")
    ax.set(title=title)
    ax.grid(False)
    ax.get_figure().colorbar(drawn, ax=ax)


def log_scale(ax, low, high, *, axis="y"):
    """A logarithmic axis from 10^low to 10^high, labelled every decade or few.

    Plain characters: matplotlib's own labels are formulas, which double the time of a picture.
    """
    step = max(1, round((high - low) / 4))
    powers = range(low, high + 1, step)
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    getattr(ax, f"set_{axis}scale")("log")
    getattr(ax, f"set_{axis}lim")(10.0**low, 10.0**high)
    ticks = getattr(ax, f"{axis}axis")
    ticks.set_ticks([10.0**power for power in powers])
    ticks.set_ticklabels([f"10{str(power).translate(superscript)}" for power in powers])
    ticks.set_minor_locator(matplotlib.ticker.NullLocator())
