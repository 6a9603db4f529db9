"""Every figure says in words and numbers what it shows, in every setting of its sliders.

A picture of an explorer is drawn once, here or by the build of the site: whoever is first keeps
it where both look, in _build/frames.
"""

import ast
import importlib
import inspect
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from test_style import contrast, drawn

from nnbook.contents import chapters
from nnbook.explorers import explore, store
from nnbook.figures.colours import DARK, LIGHT, negative
from nnbook.figures.style import colour, darken, look

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).resolve().parents[1]
BOOK, PLOTS = ROOT / "book", ROOT / "nnbook" / "figures"
MOST_FRAMES = 64  # on one page
# A program's 66%, 10^33 and 8e-05 are 66 %, 10³³ and 8 · 10⁻⁵ in prose.
CODE = re.compile(r"\d%|\d\^|\de[-+]0")


def drawings():
    """(module, name) of every draw_… function of the book."""
    for path in sorted(PLOTS.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("draw_"):
                yield f"nnbook.figures.{path.stem}", node.name


def explorers():
    """(page, name of the draw function, {control: values}) of every explorer in the book."""
    for path in sorted(BOOK.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or "explore(" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") == "explore"
                ):
                    values = {k.arg: ast.literal_eval(k.value) for k in node.keywords}
                    yield (
                        path.name,
                        getattr(node.args[0], "attr", None) or node.args[0].id,
                        {
                            name: value
                            for name, value in values.items()
                            if name != "caption"
                        },
                    )


def corners():
    """(name of the draw function, values): the ends of all sliders."""
    for _, name, values in explorers():
        ends = (
            sorted({options[0], options[-1]}, key=str) for options in values.values()
        )
        for setting in itertools.product(*ends):
            yield name, dict(zip(values, setting))


def find(name):
    modules = [module for module, drawing in drawings() if drawing == name]
    assert len(modules) == 1, f"{name} is in {modules or 'no module of nnbook.figures'}"
    return getattr(importlib.import_module(modules[0]), name)


def assert_speaks(text, what):
    assert len(text) > 20 and any(c.isdigit() for c in text), (
        f"{what}: {text!r} has no numbers"
    )
    assert "  " not in text and "\n" not in text and text.endswith("."), (
        f"{what}: {text!r}"
    )
    assert not CODE.search(text), f"{what}: not written as in prose: {text}"
    explained = any(word in text for word in ("diverge", "overflow"))
    assert explained or not {"nan", "inf"} & set(text.replace(",", " ").split()), (
        f"{what}: {text}"
    )


def contrasts(figure):
    """The figure's pixels without its words, and (contrast, words) for each text on them."""
    words = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text()
    ]
    for text in words:
        text.set_alpha(0)
    pixels, found = drawn(figure) / 255, []
    for text in words:
        text.set_alpha(None)
        (left, low), (right, high) = np.rint(text.get_window_extent()).astype(int)
        below = pixels[::-1][max(low, 0) : high, max(left, 0) : right].reshape(-1, 3)
        if len(below):  # else it is beyond the figure's edge
            paper = np.median(below, axis=0)
            found.append((contrast(paper, text.get_color()), text.get_text()))
    return pixels, found


def seen(figure):
    """(words, the box they take) of each text of a figure that has been drawn."""
    away = (
        set()
    )  # the ticks' labels that are not drawn: no axis there, or beyond its ends
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for place, label in zip(axis.get_majorticklocs(), axis.get_ticklabels()):
                if not (ax.axison and low <= place <= high):
                    away.add(label)
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in away:
            yield text.get_text(), text.get_window_extent()


def crowded(figure, slack=3):
    """What is cut off at the figure's edge, and pairs of words that stand on each other."""
    texts, edge = list(seen(figure)), figure.bbox.padded(slack)
    wrong = [
        words
        for words, box in texts
        if not edge.contains(*box.min) or not edge.contains(*box.max)
    ]
    for (words, box), (others, at) in itertools.combinations(texts, 2):
        both = np.minimum(box.max, at.max) - np.maximum(box.min, at.min)
        if both.min() > slack:
            wrong.append(f"{words} on {others}")
    return wrong


def test_words_on_each_other_and_cut_off_are_found():
    with look():
        figure = Figure(figsize=(3, 2), dpi=150)
        ax = figure.subplots()
        ax.text(0.5, 0.5, "one")
        ax.text(0.55, 0.52, "other")
        ax.set_title("far too long for a figure of three inches")
    drawn(figure)
    assert crowded(figure) == [
        "far too long for a figure of three inches",
        "one on other",
    ]


def test_without_a_second_drawing_the_colours_of_the_dark_page_are_met():
    """By a picture's pixels, which JupyterLab shows in the dark; mixtures are in between."""
    np.testing.assert_allclose(negative(LIGHT), DARK, atol=0.06)
    for light in LIGHT[1:]:
        blend = negative(np.linspace(LIGHT[0], light, 50))
        assert np.abs(np.diff(blend, axis=0)).max() < 0.1


def assert_readable(figure):
    """On white and on dark; the figure stays dark."""
    assert isinstance(figure, Figure) and figure.axes
    said = [text.get_text() for text in figure.findobj(Text)]
    assert not list(filter(CODE.search, said)), f"not written as in prose: {said}"
    assert min(contrasts(figure)[1])[0] >= 4.5, min(contrasts(figure)[1])
    assert not crowded(figure)
    darken(figure)
    pixels, words = contrasts(figure)
    assert min(words)[0] >= 4.5, min(words)
    paper, ink = (to_rgb(colour(meaning, dark=True)) for meaning in ("paper", "ink"))
    np.testing.assert_allclose(pixels[[0, 0, -1, -1], [0, -1, 0, -1]], [paper] * 4)
    # Nothing is lighter than ink, and there is little of that: no sheet of paper is left.
    assert pixels.mean(axis=2).max() <= np.mean(ink) + 0.01
    assert pixels.mean() < 0.35


@pytest.mark.parametrize(
    "module, name", list(drawings()), ids=lambda part: part.split(".")[-1]
)
def test_a_drawing_needs_no_arguments_speaks_and_is_readable(module, name):
    draw = getattr(importlib.import_module(module), name)
    missing = [
        p.name
        for p in inspect.signature(draw).parameters.values()
        if p.default is p.empty
    ]
    assert not missing, f"{name} has no first value for {missing}"
    figure, text = draw()
    assert_speaks(text, name)
    assert draw()[1] == text, f"{name} is not a pure function"
    assert_readable(figure)


@pytest.mark.parametrize(
    "page, name, values", list(explorers()), ids=lambda part: str(part)[:40]
)
def test_an_explorer_speaks_in_every_setting(page, name, values, monkeypatch):
    monkeypatch.setenv("NNLIB_FRAMES", str(ROOT / "_build" / "frames"))
    monkeypatch.setattr(store, "FEW", MOST_FRAMES)  # the other core has other tests
    explorer = explore(find(name), **values)
    settings = [dict(zip(values, it)) for it in itertools.product(*values.values())]
    for setting, published in zip(
        settings, store.publish(explorer.draw, settings, explorer.frame), strict=True
    ):
        assert_speaks(published.text, f"{page}: {name}({setting})")


@pytest.mark.parametrize(
    "name, values", list(corners()), ids=lambda part: str(part)[:60]
)
def test_a_picture_at_the_ends_of_the_sliders_is_readable(name, values):
    assert_readable(find(name)(**values)[0])


def test_every_chapter_has_an_explorer_and_no_page_too_many_frames():
    frames = {}
    for page, _, values in explorers():
        count = 1
        for options in values.values():
            count *= len(options)
        frames[page] = frames.get(page, 0) + count
    told = {f"{name}.ipynb" for name in chapters()} | {"index.ipynb"}
    assert told <= set(frames), f"no explorer in {told - set(frames)}"
    assert max(frames.values()) <= MOST_FRAMES, frames
