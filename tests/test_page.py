"""An explorer on the built page: what it is made of, and that no picture is drawn in vain."""

import json
import re
from pathlib import Path

import pytest

from nnbook.explorers import explore, show, store
from nnbook.figures.neuron_to_layer import draw_line
from nnbook.figures.style import figure

pytestmark = pytest.mark.thorough
SMALL = {"multiply_both": [0.5, 1, 2, 4], "b": [-5, 0]}


@pytest.fixture(autouse=True)
def frames(monkeypatch, tmp_path):
    """The folder of pictures of a site that is being built."""
    monkeypatch.setenv("NNLIB_SITE", "1")
    monkeypatch.setenv("NNLIB_FRAMES", str(tmp_path / "frames"))
    return tmp_path / "frames"


@pytest.fixture
def drawn(monkeypatch):
    """The settings drawn in this process."""
    settings, draw_one = [], store.draw_one

    def counted(draw, setting, *rest):
        settings.append(setting)
        draw_one(draw, setting, *rest)

    monkeypatch.setattr(store, "draw_one", counted)
    return settings


def figure_of(lr):
    with figure() as (picture, ax):
        ax.plot([0, 1], [0, lr])
    return picture


def draw(lr=0.1, loss="mse", program="A"):
    if lr == 13:
        raise RuntimeError("no luck")
    return figure_of(lr), f"Slope {lr:g} < 20 & {loss} of program {program}."


def html(explorer):
    return explorer._repr_mimebundle_()["text/html"]


def content(page):
    return json.loads(
        re.search(r'<script type="application/json">(.*?)</script>', page)[1]
    )


# --- what a page gets


def test_show_gives_one_picture_for_each_colour_mode(frames):
    bundle = show(draw(), "See <this>")._repr_mimebundle_()
    assert bundle.keys() == {"text/plain", "text/html"}
    shown = bundle["text/html"]
    assert shown.endswith("<figcaption>See &lt;this&gt;</figcaption></figure>")
    light, dark = re.findall(
        r'<img class="only-(?:light|dark)" .*?src="frames:(\w+.png)"', shown
    )
    assert light != dark and (frames / light).exists() and (frames / dark).exists()
    assert shown.count('alt="Slope 0.1 &lt; 20 &amp; mse of program A."') == 2
    assert shown.count('width="640" height="360"') == 2


def test_the_first_picture_is_in_the_page_with_its_words_and_caption(frames):
    explorer = explore(draw, caption="Look & see.", lr=[0.01, 0.1, 1])
    shown = html(explorer)
    light = re.search(r'<img class="only-light" .*?src="frames:(\w+.png)"', shown)[1]
    assert (frames / light).read_bytes() == explorer.frame.png
    assert "<figcaption>Look &amp; see. " in shown
    assert '<span aria-live="polite">Slope 0.1 &lt; 20 &amp; mse' in shown
    assert repr(explorer) == explorer._repr_mimebundle_()["text/plain"]


def test_a_page_leaves_room_for_the_longest_words():
    shown = html(explore(draw, lr=[0.1, 1.25, 2]))
    assert 'data-room="Slope 1.25 &lt; 20 &amp; mse of program A."' in shown


def test_every_setting_has_its_frame_in_the_order_of_the_controls(frames):
    explorer = explore(draw, loss=["mse", "l1"], lr=[0.1, 1, 2])
    found = content(html(explorer))
    assert found["names"] == ["loss", "lr"]
    assert found["values"] == [["mse", "l1"], ["0.1", "1", "2"]]
    settings = [
        {"loss": loss, "lr": lr} for loss in ("mse", "l1") for lr in (0.1, 1, 2)
    ]
    for setting, (light, dark, text) in zip(settings, found["frames"], strict=True):
        drawn = explorer.at(setting, explorer.frame, dark=True)
        assert text == drawn.text == draw(**setting)[1]
        assert (frames / light.removeprefix("frames:")).read_bytes() == drawn.png
        assert (frames / dark.removeprefix("frames:")).read_bytes() == drawn.dark


def test_words_cannot_end_the_script_or_start_a_tag():
    def sneaky(lr=1):
        return draw()[0], "a </script><b> 1"

    sneaky.__module__ = "__main__"
    shown = html(explore(sneaky, lr=[1, 2]))
    assert shown.count("</script>") == 1 and "<b>" not in shown
    assert content(shown)["frames"][0][2] == "a </script><b> 1"


def test_numbers_are_a_slider_that_says_its_value_as_a_person_would():
    shown = html(explore(draw, lr=[0.01, 0.1, 1]))
    assert '<label for="explore-draw-lr">learning rate</label>' in shown
    slider = re.search(r"<input [^>]*>", shown)[0]
    assert 'type="range"' in slider and 'min="0" max="2" value="1"' in slider
    assert 'aria-valuetext="0.1"' in slider
    assert content(shown)["words"] == [["0.01", "0.1", "1"]]


def test_few_words_are_radio_buttons_and_many_a_list():
    shown = html(explore(draw, loss=["mse", "l1"], program=list("ABCDE")))
    radios = re.findall(r'<label><input type="radio" [^>]*>(.*?)</label>', shown)
    assert radios == ["MSE", "l1"] and "<legend>loss</legend>" in shown
    assert len(re.findall(r" checked", shown)) == 1
    options = re.findall(r"<option [^>]*>(.*?)</option>", shown)
    assert options == list("ABCDE") and shown.count(" selected") == 1


# --- drawn once


def test_an_unchanged_explorer_is_not_drawn_again(drawn):
    first = html(explore(draw, lr=[0.1, 1, 2]))
    assert len(drawn) == 3
    assert html(explore(draw, lr=[0.1, 1, 2])) == first and len(drawn) == 3


def test_a_longer_list_draws_only_what_is_new(drawn):
    html(explore(draw, lr=[0.1, 1]))
    html(explore(draw, lr=[0.1, 1, 2]))
    assert drawn == [{"lr": 0.1}, {"lr": 1}, {"lr": 2}]


def test_what_a_notebook_defines_is_always_drawn(drawn, monkeypatch):
    monkeypatch.setattr(draw, "__module__", "__main__")
    for _ in range(2):
        html(explore(draw, lr=[0.1, 1]))
    assert len(drawn) == 4


def test_what_a_notebook_defines_anew_is_shown_anew():
    def shown(words):
        def draw(lr=1):
            return figure_of(lr), words

        draw.__module__ = "__main__"
        return content(html(explore(draw, lr=[1, 2])))["frames"][0][2]

    assert [shown("Before, 1."), shown("After, 2.")] == ["Before, 1.", "After, 2."]


def test_helpers_draw_the_same_pictures_as_this_process(frames, monkeypatch):
    html(explore(draw_line, **SMALL))  # more than FEW
    assert store.helpers.cache_info().currsize == 1
    apart = {path.name: path.read_bytes() for path in frames.iterdir()}
    monkeypatch.setenv("NNLIB_FRAMES", str(frames.with_name("again")))
    monkeypatch.setattr(store, "FEW", 100)
    monkeypatch.setattr(store, "helpers", None)
    html(explore(draw_line, **SMALL))
    alone = {p.name: p.read_bytes() for p in frames.with_name("again").iterdir()}
    assert alone == apart and len(alone) >= 8 * 2


def test_a_setting_that_cannot_be_drawn_is_named_and_leaves_nothing(frames):
    with pytest.raises(RuntimeError, match="no luck") as caught:
        html(explore(draw, lr=[0.1, 13]))
    assert caught.value.__notes__ == ["while drawing draw with {'lr': 13}"]
    assert len(list(frames.glob("*.json"))) == 1


# --- a change is noticed


def with_change(monkeypatch, module, changed):
    """The fingerprint of a module of figures when a file of the package has other content."""
    read = Path.read_bytes
    path = store.ROOT / changed
    assert path.exists()
    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "read_bytes", lambda self: read(self) + b"#" * (self == path)
        )
        return store.fingerprint.__wrapped__(module)


@pytest.mark.parametrize(
    "changed",
    ["nnlib/losses.py", "nnlib/checks/__init__.py", "nnlib/datasets/digits.npz",
     "nnbook/figures/losses.py", "nnbook/figures/style.py", "nnbook/figures/colours.py",
     "nnbook/figures/book.mplstyle", "nnbook/explorers/frames.py"],
)  # fmt: skip
def test_a_change_of_what_a_figure_is_drawn_with_is_noticed(monkeypatch, changed):
    before = store.fingerprint.__wrapped__("nnbook.figures.losses")
    assert with_change(monkeypatch, "nnbook.figures.losses", changed) != before


@pytest.mark.parametrize(
    "changed",
    [
        "nnbook/figures/backpropagation.py",
        "nnbook/explorers/page.py",
        "nnbook/explorers/live.py",
    ],
)
def test_a_change_elsewhere_draws_nothing_again(monkeypatch, changed):
    before = store.fingerprint.__wrapped__("nnbook.figures.losses")
    assert with_change(monkeypatch, "nnbook.figures.losses", changed) == before


def test_another_version_of_what_draws_is_noticed(monkeypatch):
    before = store.fingerprint.__wrapped__("nnbook.figures.losses")
    version = store.importlib.metadata.version
    monkeypatch.setattr(
        store.importlib.metadata,
        "version",
        lambda name: version(name) + "1" * (name == "pillow"),
    )
    assert store.fingerprint.__wrapped__("nnbook.figures.losses") != before


def test_without_a_site_a_picture_is_in_the_page_itself(frames, monkeypatch):
    monkeypatch.delenv("NNLIB_SITE")
    shown = show(draw(), "See")._repr_mimebundle_()["text/html"]
    assert "data:image/png;base64," in shown and "frames:" not in shown
    assert not frames.exists()
