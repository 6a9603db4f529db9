"""Every figure says in words and numbers what it shows, in every setting of its sliders."""

import ast
import importlib
import inspect
import itertools
import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

BOOK = Path(__file__).parent.parent / "book"
PLOTS = Path(__file__).parent.parent / "nnlib" / "plots"
MOST_FRAMES = 64  # on one page


def drawings():
    """(module, name) of every draw_… function of the book."""
    for path in sorted(PLOTS.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("draw_"):
                yield f"nnlib.plots.{path.stem}", node.name


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


def find(name):
    modules = [module for module, drawing in drawings() if drawing == name]
    assert len(modules) == 1, f"{name} is in {modules or 'no module of nnlib.plots'}"
    return getattr(importlib.import_module(modules[0]), name)


def assert_picture(picture, what):
    figure, text = picture
    assert isinstance(figure, Figure) and figure.axes, f"{what}: no figure"
    assert len(text) > 20 and any(c.isdigit() for c in text), (
        f"{what}: {text!r} has no numbers"
    )
    assert "  " not in text and "\n" not in text and text.endswith("."), (
        f"{what}: {text!r}"
    )
    explained = any(word in text for word in ("diverge", "overflow"))
    assert explained or not {"nan", "inf"} & set(text.replace(",", " ").split()), (
        f"{what}: {text}"
    )


@pytest.mark.parametrize(
    "module, name", list(drawings()), ids=lambda part: part.split(".")[-1]
)
def test_a_drawing_needs_no_arguments_and_speaks(module, name):
    draw = getattr(importlib.import_module(module), name)
    missing = [
        p.name
        for p in inspect.signature(draw).parameters.values()
        if p.default is p.empty
    ]
    assert not missing, f"{name} has no first value for {missing}"
    assert_picture(draw(), name)
    assert draw()[1] == draw()[1], f"{name} is not a pure function"


@pytest.mark.parametrize(
    "page, name, values", list(explorers()), ids=lambda part: str(part)[:40]
)
def test_an_explorer_speaks_in_every_setting(page, name, values):
    draw = find(name)
    for setting in itertools.product(*values.values()):
        chosen = dict(zip(values, setting))
        assert_picture(draw(**chosen), f"{page}: {name}({chosen})")


def test_every_chapter_has_an_explorer_and_no_page_too_many_frames():
    frames = {}
    for page, _, values in explorers():
        count = 1
        for options in values.values():
            count *= len(options)
        frames[page] = frames.get(page, 0) + count
    chapters = {path.name for path in BOOK.glob("0*.ipynb")} | {"index.ipynb"}
    assert chapters <= set(frames), f"no explorer in {chapters - set(frames)}"
    assert max(frames.values()) <= MOST_FRAMES, frames
