"""What each colour of the book means, on white paper and on a dark page.

Figures are drawn once, in the light set; `darken(figure)` then paints them in the dark one.
"""

from functools import cache

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import Collection
from matplotlib.colors import (
    LinearSegmentedColormap,
    ListedColormap,
    to_hex,
    to_rgb,
    to_rgba,
)
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

# Light and dark. Okabe and Ito (2008) for classes, chosen to stay apart for colour-blind
# readers; a colour keeps its name in the dark, so that a caption may say "blue"; every line
# can be labelled in its colour: a contrast of 4.5 to 1.
PALETTE = {
    "paper": ("#ffffff", "#14181e"),
    "ink": ("#1a1a1a", "#d4dae0"),
    "grid": ("#e3e3e3", "#31373f"),
    "neutral": ("#6e6e6e", "#878e96"),  # references: a target, zero, what was before
    "highlight": ("#ffb000", "#ffb000"),  # what the text is about, with an edge of ink
    "training": ("#332288", "#a99cf5"),
    "validation": ("#a36200", "#d98a2b"),
    "loss": ("#0e7c86", "#36b5c2"),
    "gradient": ("#aa3377", "#ea76b2"),
    "class A": ("#0072b2", "#4ea6e6"),
    "class B": ("#c44f00", "#f07b3f"),
    "class C": ("#00855f", "#2fc095"),
    "class D": ("#a8558a", "#cf8cc0"),
    "class E": ("#574300", "#bfa659"),
}
LIGHT, DARK = np.transpose(
    [[to_rgb(c) for c in both] for both in PALETTE.values()], (1, 0, 2)
)

# matplotlib's colour maps that figures use, and their dark counterparts from low to high.
DARK_MAPS = {
    "gray_r": [PALETTE["paper"][1], PALETTE["ink"][1]],
    "RdBu_r": ["#b8dcf8", "#3186cc", "#14181e", "#e0524c", "#ffbdb0"],  # paper at zero
}
# What has a colour of its own in each kind of artist.
PAINTED = {
    Line2D: ("color", "markerfacecolor", "markeredgecolor"),
    Text: ("color",),
    Patch: ("facecolor", "edgecolor"),
    Collection: ("facecolor", "edgecolor"),
}


def colour(meaning, *, dark=False):
    """The colour that always means this: "training", "gradient", "class A" …"""
    if meaning not in PALETTE:
        raise ValueError(
            f"no colour means {meaning!r}: the meanings are {', '.join(PALETTE)}"
        )
    return PALETTE[meaning][dark]


def shades(meaning, *, dark=False):
    """The colour map from paper, for nothing, to this colour."""
    ends = [colour(name, dark=dark) for name in ("paper", meaning)]
    return LinearSegmentedColormap.from_list(f"shades of {meaning}", ends)


def darken(figure):
    """Paints a figure in the colours of a dark page, in place; nothing moves.

    Each colour is found by its value, and keeps its alpha. One that is not in the palette,
    such as "black", is a ValueError that names it and the artist.
    """
    # All are listed first: a colour bar makes its artists anew when its map is replaced.
    for artist in list(_visible(figure)):
        try:
            _paint(artist)
        except ValueError as error:
            raise ValueError(f"{artist}: {error}") from None


def negative(colours):
    """The colours (n, 3) of a picture as it is in the dark, each number from 0 to 1.

    For every pixel of a picture that is not to be drawn a second time: those of the palette
    become their dark counterparts, and between them nothing jumps. `darken` draws it exactly.
    """
    turned, anchors = _turned(colours), DARK - _turned(LIGHT)
    away = np.square(colours[:, np.newaxis] - LIGHT).sum(axis=-1)
    near = np.exp(-away / 0.1**2)
    near /= np.maximum(1, near.sum(axis=-1, keepdims=True))
    return np.clip(turned + near @ anchors, 0, 1)


def _turned(colours):
    """Light as dark and dark as light, from the dark paper to the dark page's ink; hue stays."""
    (paper, ink), black = DARK[:2], 1 - LIGHT[1]  # ink is not quite black
    extremes = colours.max(axis=-1, keepdims=True) + colours.min(axis=-1, keepdims=True)
    return paper + (colours + 1 - extremes) * (ink - paper) / black


def _visible(artist):
    """The artist and all its parts that can be seen."""
    if artist.get_visible():
        yield artist
        parts = artist.get_children()
        if isinstance(artist, Text):  # its box and arrow are not among its children
            parts = [artist.get_bbox_patch(), getattr(artist, "arrow_patch", None)]
        for part in parts:
            if part is not None:
                yield from _visible(part)


def _paint(artist):
    numbers = artist.get_array() if isinstance(artist, ScalarMappable) else None
    if numbers is None:
        names = [
            n for kind in PAINTED if isinstance(artist, kind) for n in PAINTED[kind]
        ]
        # All are read first: a marker may take its colour from its line.
        now = [getattr(artist, f"get_{name}")() for name in names]
        for name, value in zip(names, now):
            many = isinstance(value, np.ndarray)  # a collection's, one a row
            new = [_dark(tuple(c)) for c in value] if many else _dark(to_rgba(value))
            getattr(artist, f"set_{name}")(new)
    elif numbers.ndim == 3:  # they are colours themselves, as those of decision_regions
        pixels = _dark_colours(artist.to_rgba(numbers))
        artist.set_data(np.rint(255 * pixels).astype(np.uint8))
    else:
        artist.set_cmap(_dark_map(artist.get_cmap()))


def _dark_map(light):
    if light.name in DARK_MAPS:
        return LinearSegmentedColormap.from_list("dark", DARK_MAPS[light.name])
    if light.name.startswith("shades of "):
        return shades(light.name.removeprefix("shades of "), dark=True)
    if isinstance(light, ListedColormap):  # of contour lines, which are of one colour
        return ListedColormap([_dark(to_rgba(c)) for c in np.atleast_1d(light.colors)])
    raise ValueError(f"the colour map {light.name!r} has no dark counterpart")


@cache
def _dark(rgba):
    return tuple(_dark_colours(rgba))


def _dark_colours(rgba):
    """Light colours (…, 4), each number from 0 to 1, as their dark counterparts."""
    rgba = np.array(rgba, float)
    away = np.abs(rgba[..., np.newaxis, :3] - LIGHT).max(axis=-1)
    seen = rgba[..., 3] > 0
    strange = seen & (away.min(axis=-1) > 1.01 / 255)  # eight bits may be rounded down
    if strange.any():
        raise ValueError(
            f"the colour {to_hex(rgba[strange][0])} is not in the book's palette, and has "
            f"no dark counterpart: take one from nnbook.figures.style.colour"
        )
    rgba[seen, :3] = DARK[away.argmin(axis=-1)][seen]
    return rgba
