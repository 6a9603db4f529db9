"""What a reader sees and hears of a picture, with a kernel and on the built page."""

import asyncio
import base64
import gc
import html
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nnbook.explorers import explore, show
from nnbook.explorers.controls import Control, find_controls
from nnbook.explorers.frames import render
from nnbook.figures.style import figure, matrix

pytestmark = pytest.mark.thorough
VIEW = "application/vnd.jupyter.widget-view+json"


def draw(lr=0.1, beta=0, activation="tanh"):
    """A picture of one line; lr = 13 has no picture, as a faulty drawing might."""
    if lr == 13:
        raise RuntimeError("<no> luck")
    with figure(columns=2) as (picture, (left, right)):
        left.plot([0, 1], [0, lr])
        right.plot([0, 1], [beta, 0])
    return picture, f"Slope {lr:g} & offset {beta:g} with {activation}."


@pytest.fixture
def live(monkeypatch):
    """The widgets of an explorer, as with a kernel."""
    monkeypatch.delenv("NNLIB_SITE", raising=False)

    def make(**values):
        explorer = explore(draw, **values)
        explorer._repr_mimebundle_()
        return explorer.live

    return make


def shown_png(page):
    return base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])


# --- pictures


def test_show_gives_text_and_an_accessible_figure():
    bundle = show(draw(), "See <this>")._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html"}
    assert bundle["text/plain"] == (
        "Slope 0.1 & offset 0 with tanh.\n[Run the cells to see the picture.]"
    )
    page = bundle["text/html"]
    for name in ("nn-day", "nn-night"):
        assert f'<img class="{name}" alt="Slope 0.1 &amp; offset 0 with tanh."' in page
    assert page.endswith("<figcaption>See &lt;this&gt;</figcaption></figure>")
    assert page.count('width="640" height="360"') == 2


def test_in_the_dark_a_picture_has_other_colours_and_nothing_has_moved():
    frame = render(draw())
    day, night = (Image.open(io.BytesIO(png)) for png in (frame.png, frame.dark))
    assert night.tobytes() == day.tobytes()  # the numbers of the colours
    corners = [picture.convert("RGB").getpixel((0, 0)) for picture in (day, night)]
    assert corners == [(255, 255, 255), (0x14, 0x18, 0x1E)]


def test_repr_is_the_text_and_no_memory_address():
    assert repr(show(draw(), "See")) == (
        "Slope 0.1 & offset 0 with tanh.\n[Run the cells to see the picture.]"
    )


def test_png_has_64_colours_half_as_many_dots_again_and_no_date():
    png = render(draw()).png
    assert render(draw()).png == png
    image = Image.open(io.BytesIO(png))
    assert image.size == (960, 540) and len(image.getcolors()) <= 64
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    assert not image.info.get("Software") and not image.info.get("Creation Time")
    dark = np.asarray(image.convert("L")) < 128
    assert 0.002 < dark.mean() < 0.2  # lines and text on paper


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (draw, r"\(figure, text\), got function: call the drawing function"),
        (Figure(), r"\(figure, text\), got Figure"),
        ((Figure(), ""), "the text of a picture must say"),
        ((Figure(), " \n"), "the text of a picture must say"),
        ((Figure(), None), "the text of a picture must say"),
        (("words", "more"), "starts with a matplotlib Figure, got str"),
    ],
)
def test_a_picture_is_a_figure_and_words(picture, message):
    with pytest.raises(ValueError, match=message):
        show(picture, "caption")


@pytest.mark.parametrize("caption", ["", "  ", None])
def test_a_caption_is_needed(caption):
    with pytest.raises(ValueError, match="the caption must say"):
        show(draw(), caption)


def positions(places):
    return [tuple(np.round(position.bounds, 6)) for position, _ in places]


def wide(label):
    with figure() as (picture, ax):
        ax.set_yticks([0, 1], ["", label])
    return picture, "A label."


def test_axes_stay_while_a_slider_moves_unless_a_label_would_not_fit():
    first = render(wide("0.5"))
    as_before = render(wide("7"), first)
    assert positions(as_before.places) == positions(first.places)
    moved = render(wide("one million"), first)
    assert positions(moved.places) == positions(render(wide("one million")).places)
    assert positions(moved.places) != positions(first.places)
    back = render(wide("0.5"), moved)  # and the room that was made is kept
    assert back.places is moved.places


def test_other_axes_than_before_are_laid_out_anew():
    other = render(draw(), render(wide("0.5")))
    assert positions(other.places) == positions(render(draw()).places)


def heat(label, shown=True):
    with figure(1, 3) as (picture, (left, middle, right)):
        matrix(left, np.eye(2))
        middle.set_yticks([0, 1], ["", label])
        right.set_visible(shown)
    return picture, "A matrix, its scale, and nothing to the right."


@pytest.mark.parametrize("shown", [True, False])
def test_a_scale_beside_a_matrix_and_hidden_axes_can_be_laid_out_again(shown):
    first = render(heat("0", shown))
    assert render(heat("0", shown), first).places is first.places
    moved = render(heat("one million", shown), first)
    anew = render(heat("one million", shown))
    np.testing.assert_allclose(
        positions(moved.places), positions(anew.places), atol=0.01
    )


def test_a_live_picture_has_the_same_pixels():
    published = render(draw())
    live = render(draw(), published)
    pixels = [
        Image.open(io.BytesIO(frame.png)).convert("RGB") for frame in (published, live)
    ]
    np.testing.assert_array_equal(*pixels)


# --- controls


@pytest.mark.parametrize(
    ("values", "kind", "whole"),
    [
        ([0.001, 0.01, 0.1, 1.0], "log", False),
        ([0.001, 0.003, 0.01, 0.03, 0.1], "log", False),
        ([1, 2, 5, 10, 20, 50], "log", True),
        ([1, 2, 4, 8], "log", True),
        ([10, 11, 12, 13], "linear", True),
        ([0.0, 0.1, 0.2, 0.3], "linear", False),
        ([0, 0.5, 1], "linear", False),
        ([-3, 0, 3], "linear", True),
        ([1, 100], "linear", True),
        ([0, 0.9, 0.99, 1], "stops", False),
        ([1, 2, 3, 5, 8, 64], "stops", True),
        ([-1, -10, -100][::-1], "stops", True),
        (["sgd", "adam"], "choice", False),
        ([False, True], "choice", False),
        ([None, 5, 10], "choice", False),
        ([np.float64(0.1), np.float64(1), np.float64(10)], "log", False),
    ],
)
def test_a_list_says_what_kind_of_control_it_is(values, kind, whole):
    control = Control("lr", tuple(values), values[0])
    assert control.kind == kind
    if kind != "choice":
        assert control.whole == whole


@pytest.mark.parametrize(
    ("name", "label"),
    [("lr", "learning rate"), ("beta", "momentum β"), ("batch_size", "batch size")],
)
def test_labels_are_words(name, label):
    assert Control(name, (1, 2), 1).label == label


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.001, "0.001"),
        (0.03, "0.03"),
        (3.0, "3"),
        (30, "30"),
        (1234567, "1234567"),
        (0.99, "0.99"),
        (0.0, "0"),
        (1e-8, "1e-8"),
        (2e10, "2e10"),
        (1e6, "1e6"),
        (-0.5, "−0.5"),
        (np.float64(0.1), "0.1"),
        (np.float32(0.1), "0.1"),
    ],
)
def test_numbers_are_written_as_a_person_does(value, words):
    assert Control("lr", (1, 2), 1).describe(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("relu", "ReLU"),
        ("leaky relu", "leaky ReLU"),
        ("2/n_in", "2/n_in"),
        (True, "yes"),
        (None, "none"),
    ],
)
def test_choices_are_words(value, words):
    assert Control("activation", ("a", "b"), "a").describe(value) == words


def test_a_number_among_choices_is_still_a_number():
    control = Control("patience", (None, 1, 5), None)
    assert [control.describe(value) for value in control.values] == ["none", "1", "5"]


@pytest.mark.parametrize(
    ("values", "position", "value"),
    [
        ((0.01, 0.03, 0.1), 0.0301, 0.03),  # a listed number draws the slider in
        ((0.01, 0.03, 0.1), 0.0324159, 0.0324),
        ((1, 2, 5, 10), 3.3, 3),
        ((0.0, 0.5, 1.0), 0.30000000000000004, 0.3),
        ((0.0, 0.5, 1.0), 0.5000000000000001, 0.5),
        ((0.1235, 0.5617, 0.9999), 0.5617, 0.5617),
        ((0, 0.9, 0.99), 0.99, 0.99),
        (("sgd", "adam"), "adam", "adam"),
    ],
)
def test_the_value_is_what_the_label_shows(values, position, value):
    settled = Control("lr", values, values[0]).settle(position)
    assert settled == value and type(settled) is type(value)


def needs_size(size, lr=1):
    raise AssertionError("never drawn")


@pytest.mark.parametrize(
    ("drawing", "values", "message"),
    [
        (draw, {}, "needs something to change"),
        (draw, {"lr": []}, r"lr must be a list of two values or more, got \[\]"),
        (draw, {"lr": [0.1]}, r"two values or more, got \[0.1\]"),
        (draw, {"lr": 0.1}, "two values or more, got 0.1"),
        (draw, {"activation": "tanh"}, "two values or more, got 'tanh'"),
        (draw, {"lr": [0.2, 1]}, r"lr=0.1, the default of draw, .* got \[0.2, 1\]"),
        (draw, {"lr": [1, 0.1]}, r"growing numbers, got \[1, 0.1\]"),
        (draw, {"lr": [0.1, 0.1]}, "growing numbers"),
        (draw, {"rate": [1, 2]}, "no argument 'rate', only lr, beta, activation"),
        (needs_size, {"lr": [1, 2]}, "size has none"),
    ],
)
def test_bad_arguments_are_named(drawing, values, message):
    with pytest.raises(ValueError, match=message):
        explore(drawing, **values)


def test_a_picture_without_words_is_refused_in_an_explorer_too():
    with pytest.raises(ValueError, match="the text of a picture"):
        explore(lambda lr=1: (Figure(), ""), lr=[1, 2])


def test_controls_keep_the_order_they_were_given_in():
    found = find_controls(draw, {"activation": ["relu", "tanh"], "lr": [0.1, 1]})
    assert [control.name for control in found] == ["activation", "lr"]
    assert [control.first for control in found] == ["tanh", 0.1]


# --- the two lives


def test_with_a_kernel_the_same_text_and_a_widget(monkeypatch):
    monkeypatch.delenv("NNLIB_SITE", raising=False)
    explorer = explore(draw, lr=[0.1, 1])
    bundle = explorer._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html", VIEW}
    assert bundle["text/plain"] == (
        "Slope 0.1 & offset 0 with tanh.\n"
        "[Run the cells to see the picture and its controls.]"
    )
    assert 'alt="Slope 0.1 &amp; offset 0 with tanh."' in bundle["text/html"]
    assert explorer._repr_mimebundle_() == bundle  # shown twice, it is one widget


def test_the_first_widget_shows_the_defaults(live):
    shown = live(beta=[0, 0.5, 0.9], lr=[0.01, 0.1, 1])
    assert shown.setting == {"beta": 0, "lr": 0.1}
    assert shown_png(shown.picture.value) == render(draw()).png
    assert 'alt="Slope 0.1 &amp; offset 0' in shown.picture.value
    assert '<span aria-live="polite">Slope 0.1 &amp; offset 0' in shown.picture.value
    assert shown.readouts["lr"].value == "0.1"


@pytest.mark.parametrize(
    ("values", "widget"),
    [
        ({"lr": [0.01, 0.1, 1]}, "FloatLogSlider"),
        ({"lr": [0.1, 0.2, 0.3]}, "FloatSlider"),
        ({"lr": [0, 0.1, 0.9, 1]}, "SelectionSlider"),
        ({"beta": [0, 1, 2]}, "IntSlider"),
        ({"activation": ["tanh", "relu"]}, "RadioButtons"),
        ({"activation": ["tanh", "a", "b", "c", "d"]}, "Dropdown"),
    ],
)
def test_each_kind_has_its_widget_with_a_name_and_its_range(live, values, widget):
    shown = live(**values)
    [(name, listed)] = values.items()
    made = shown.inputs[name]
    assert type(made).__name__ == widget
    assert made.description == Control(name, (1, 2), 1).label
    for end in (listed[0], listed[-1]):  # both ends can be reached
        made.value = end
        assert shown.setting == {name: end}
    assert html.escape(draw(**shown.setting)[1]) in shown.picture.value


def test_a_slider_asks_for_values_between(live):
    shown = live(lr=[0.01, 0.1, 1])
    shown.inputs["lr"].value = 0.05125
    assert "Slope 0.0512 " in shown.picture.value
    assert shown.readouts["lr"].value == "0.0512"


def test_live_pictures_are_laid_out_as_the_one_before(live):
    shown = live(lr=[0.1, 0.2, 0.3])
    first = shown.frame
    shown.inputs["lr"].value = 0.2
    assert shown.frame is not first and shown.frame.places is first.places


def test_an_error_is_shown_and_the_next_picture_is_drawn(live):
    shown = live(lr=[0.1, 13, 20], activation=["tanh", "relu"])
    shown.inputs["lr"].value = 13
    assert shown.picture.value == (
        '<p role="alert">No picture at learning rate 13, activation tanh. '
        "RuntimeError: &lt;no&gt; luck</p>"
    )
    shown.inputs["lr"].value = 20
    assert "Slope 20 " in shown.picture.value
    assert gc.isenabled()


def test_an_error_in_the_first_picture_is_an_error_of_the_cell():
    def fails(lr=1):
        raise RuntimeError("at once")

    with pytest.raises(RuntimeError, match="at once"):
        explore(fails, lr=[1, 2])


def test_a_drag_draws_only_the_newest_setting(live):
    shown = live(lr=[0.01, 0.1, 1], beta=[0, 1, 2])
    drawn = []
    original = shown.explorer.at
    shown.explorer.at = lambda setting, near, **how: drawn.append(setting) or original(
        setting, near
    )

    async def drag():
        for lr in np.linspace(0.2, 0.9, 50):
            shown.inputs["lr"].value = lr
        shown.inputs["beta"].value = 2
        assert drawn == []  # events are taken in first; the number moves at once
        assert shown.readouts["lr"].value == "0.9"
        await asyncio.sleep(0.05)
        shown.inputs["beta"].value = 1
        await asyncio.sleep(0.05)
        shown.inputs[
            "beta"
        ].value = 0  # there and back within a moment: nothing to draw
        shown.inputs["beta"].value = 1
        await asyncio.sleep(0.05)

    asyncio.run(drag())
    assert drawn == [{"lr": 0.9, "beta": 2}, {"lr": 0.9, "beta": 1}]
    assert "Slope 0.9 &amp; offset 1" in shown.picture.value


def test_a_slow_drag_draws_once_a_pause_however_many_events(live, monkeypatch):
    monkeypatch.setattr("nnbook.explorers.live.PAUSE", 0.05)
    shown = live(lr=[0.01, 0.1, 1])
    drawn = []
    shown.explorer.at = lambda setting, near, **how: drawn.append(setting) or near

    async def drag():
        for lr in np.linspace(0.2, 0.9, 40):
            shown.inputs["lr"].value = lr
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)

    asyncio.run(drag())
    assert 2 <= len(drawn) <= 12 and drawn[-1] == {"lr": 0.9}


def test_the_module_loads_neither_matplotlib_nor_widgets():
    code = (
        "import sys, nnbook.explorers; "
        "print([m for m in ('matplotlib', 'ipywidgets', 'PIL') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stderr
