"""The look of the book: colours that can be read on white and on dark, and nothing left behind."""

import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import rgb_to_hsv, to_hex, to_rgb, to_rgba_array
from matplotlib.text import Text

from nnbook.explorers.frames import render
from nnbook.figures.style import (
    CLASSES,
    DASHES,
    MARKERS,
    PALETTE,
    class_scatter,
    colour,
    darken,
    decision_regions,
    figure,
    image,
    label_lines,
    look,
    matrix,
    shades,
    training_curves,
)

pytestmark = pytest.mark.thorough
POINTS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)


def linear(rgb):
    """From sRGB to amounts of light."""
    rgb = np.asarray(rgb)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The contrast of two colours as WCAG defines it, from 1 to 21."""
    low, high = sorted(
        linear(to_rgb(c)) @ [0.2126, 0.7152, 0.0722] + 0.05 for c in (one, other)
    )
    return high / low


def test_contrast_as_published():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", sorted(PALETTE.keys() - {"paper", "grid", "highlight"})
)
def test_lines_and_their_labels_can_be_read_on_paper(name, dark):
    assert contrast(colour("paper", dark=dark), colour(name, dark=dark)) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_ink_can_be_read_in_the_pale_colours_of_every_class(dark):
    paper, ink = (to_rgb(colour(name, dark=dark)) for name in ("paper", "ink"))
    for name in CLASSES:
        pale = 0.78 * np.array(paper) + 0.22 * np.array(to_rgb(colour(name, dark=dark)))
        assert contrast(pale, ink) >= 4.5


def hue(name, dark):
    return 360 * rgb_to_hsv(to_rgb(colour(name, dark=dark)))[0]


@pytest.mark.parametrize("name", sorted(PALETTE.keys() - {"paper", "ink", "grid"}))
def test_a_colour_keeps_its_name_in_the_dark(name):
    turned = abs(hue(name, False) - hue(name, True))
    saturation = rgb_to_hsv(to_rgb(colour(name, dark=True)))[1]
    assert min(turned, 360 - turned) < 20 or (name == "neutral" and saturation < 0.15)


def seen_by(kind, name, dark):
    """The colour as CIE Lab after Machado, Oliveira and Fernandes (2009), severity 1."""
    eye = {
        "everybody": np.eye(3),
        "protanopes": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "deuteranopes": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "tritanopes": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    }[kind]  # fmt: skip
    light = linear(to_rgb(colour(name, dark=dark)))
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = to_xyz @ np.clip(eye @ light, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    "kind", ["everybody", "protanopes", "deuteranopes", "tritanopes"]
)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("together", [CLASSES[:4], ["training", "validation"]])
def test_colours_that_meet_stay_apart_for_colour_blind_readers(kind, together, dark):
    for one, other in itertools.combinations(together, 2):
        distance = seen_by(kind, one, dark) - seen_by(kind, other, dark)
        assert np.linalg.norm(distance) > 10


def test_every_class_has_a_marker_and_a_dash_of_its_own():
    assert len(CLASSES) == len(set(MARKERS)) == len(set(DASHES)) == 5


def test_an_unknown_meaning_is_named():
    with pytest.raises(
        ValueError, match="no colour means 'red': the meanings are paper,"
    ):
        colour("red")


def test_the_style_is_in_force_inside_and_leaves_nothing_behind():
    settings = {
        "font.size": 5,
        "lines.linewidth": 9,
        "backend": "svg",
        "axes.grid": False,
    }
    with matplotlib.rc_context(settings):
        before = dict(matplotlib.rcParams)
        with figure(columns=2) as (picture, (left, _)):
            [line] = left.plot([1, 2])
            text = left.text(0, 0, "words")
        assert line.get_linewidth() == 2.2 and text.get_fontsize() == 12
        assert line.get_color() == colour("class A")
        render((picture, "A line."))
        assert dict(matplotlib.rcParams) == before


def test_a_picture_does_not_depend_on_the_reader_s_own_style():
    def draw():
        with figure() as (picture, ax):
            ax.plot([1, 2], label="up")
            label_lines(ax)
        return picture, "A line."

    plain = render(draw()).png
    with matplotlib.rc_context(
        {"font.size": 5, "axes.facecolor": "k", "xtick.color": "r"}
    ):
        assert render(draw()).png == plain


def test_sizes_must_be_counts():
    with pytest.raises(ValueError, match="rows must be a whole number"):
        with figure(0):
            pass


def labels_of(ax):
    """For each label its height in the axes and half that of a line of text."""
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    return {text.get_text(): box for text, box in zip(ax.texts, boxes)}


@pytest.mark.parametrize("ends", [(0, 0, 0, 1), (1, 1, 1, 0), (0.5, 0.5, 0.51, 0.52)])
def test_labels_of_lines_that_end_together_do_not_overlap(ends):
    with figure() as (_, ax):
        for name, end in zip("abcd", ends):
            ax.plot([0, 1], [0.5, end], label=name)
        ax.plot([0, 1], [0, 1])  # no label, no words
        label_lines(ax)
    boxes = labels_of(ax)
    assert boxes.keys() == set("abcd")
    for one, other in itertools.combinations(boxes.values(), 2):
        assert one.y1 <= other.y0 or other.y1 <= one.y0
    for box in boxes.values():
        assert box.x0 > ax.bbox.x1
        assert box.y1 > ax.bbox.y0 and box.y0 < ax.bbox.y1


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_a_label_stands_where_its_line_ends(scale):
    with figure() as (_, ax):
        [line] = ax.plot([0, 1, 2, 3], [1, 10, 3, np.nan], label="loss")
        ax.set_yscale(scale)
        label_lines(ax)
    box = labels_of(ax)["loss"]
    end = ax.transData.transform((2, 3))[1]
    assert abs((box.y0 + box.y1) / 2 - end) < 0.1 * box.height + 1
    assert ax.texts[0].get_color() == line.get_color()


def test_training_is_solid_and_validation_dashed():
    with figure() as (_, ax):
        training_curves(ax, [3, 2, 1], [3, 2, 2], quantity="accuracy")
    training, validation = ax.get_lines()
    assert training.get_color() == colour("training") and not training.is_dashed()
    assert validation.get_color() == colour("validation") and validation.is_dashed()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "accuracy")


def test_classes_have_their_colour_and_marker():
    with figure() as (_, ax):
        class_scatter(ax, POINTS, np.array([0, 2, 2, 0]))
    a, c = ax.collections
    assert (a.get_label(), c.get_label()) == ("class A", "class C")
    np.testing.assert_array_equal(c.get_offsets(), POINTS[[1, 2]])
    np.testing.assert_allclose(c.get_facecolor()[0, :3], to_rgb(colour("class C")))


def test_zeros_and_ones_in_a_column_are_classes_too():
    with figure() as (_, ax):
        class_scatter(ax, POINTS, np.array([[0.0], [1.0], [1.0], [0.0]]))
    np.testing.assert_array_equal(ax.collections[1].get_offsets(), POINTS[[1, 2]])


@pytest.mark.parametrize("columns", [1, 2])
def test_regions_have_the_colour_of_the_class_that_is_predicted(columns):
    def predict(x):
        assert x.dtype == np.float32
        x = np.where(x[:, 1:] > 0.5, np.nan, x)  # nothing to say in the upper part
        return x[:, :1] if columns == 1 else x[:, :1] * [0, 1]

    with figure() as (_, ax):
        decision_regions(ax, predict, POINTS.astype(float), np.array([0, 1, 0, 1]))
    [drawn] = ax.get_images()
    assert drawn.origin == "lower"
    pixels = np.asarray(drawn.get_array())
    for at, name in ((0, "class A"), (-1, "class B")):
        seen = pixels[0, at, :3] / 255
        np.testing.assert_allclose(seen, to_rgb(colour(name)), atol=0.01)
        assert 0 < pixels[0, at, 3] < 128
    assert pixels[-1, 0, 3] == pixels[-1, -1, 3] == 0
    assert ax.get_xlim()[0] < -1 and ax.get_ylim()[1] > 1


def test_an_image_is_dark_ink_on_paper():
    with figure() as (_, ax):
        image(ax, np.array([0, 0.25, 0.5, 1]), title="4")
    drawn = ax.get_images()[0]
    shades = drawn.to_rgba(drawn.get_array())[..., 0]
    assert shades.shape == (2, 2) and shades[0, 0] == 1 and shades[1, 1] == 0
    assert ax.get_title(loc="left") == "4" and len(ax.get_xticks()) == 0


def test_a_matrix_has_zero_in_the_middle_of_its_colours():
    with figure() as (picture, ax):
        matrix(ax, np.array([[-1.0, 0.0], [0.5, 3.0]]))
    assert ax.get_images()[0].get_clim() == (-3, 3)
    assert len(picture.axes) == 2  # the scale


def full_figure():
    """One of everything that the book draws: each has colours in its own way."""
    with figure(2, 2, height=4) as (picture, ((one, two), (three, four))):
        one.plot([1, 2], "-o", mfc=colour("class B"), mec=colour("ink"), label="up")
        one.plot([2, 1], "s", fillstyle="none", color=colour("gradient"), label="down")
        one.bar([0, 1], [1, 1.5], color=(colour("class C"), 0.5))
        one.fill_between([0, 1], [0, 1], color=colour("class D"), alpha=0.3)
        one.legend(title="lines", frameon=True, edgecolor=colour("grid"))
        one.annotate("here", (0, 1), (1, 2), arrowprops={"color": colour("loss")})
        two.text(0, 1, "words", color=colour("highlight"))
        two.text(0, 0, "box", bbox={"fc": colour("paper"), "ec": colour("neutral")})
        two.stairs([1, 2], fill=True, color=colour("class E"))
        two.contour(np.eye(3), [0.3, 0.6], colors=colour("neutral"), alpha=0.6)
        decision_regions(three, lambda x: x, POINTS, np.array([0, 1, 0, 1]))
        matrix(four, np.array([[-1.0, 0.0], [0.5, 3.0]]), title="W")
        four.imshow(np.eye(2), shades("class A"))
    return picture


def colours_of(picture):
    """Every colour of lines, words and shapes that can be seen, without its alpha."""
    found = set()
    for artist in picture.findobj(lambda artist: artist.get_visible()):
        for part in (artist, getattr(artist, "arrow_patch", None)):
            for name in ("color", "facecolor", "edgecolor", "markerfacecolor"):
                value = getattr(part, f"get_{name}", lambda: "none")()
                found |= {to_hex(c) for c in to_rgba_array(value) if c[3] > 0}
    return found


def drawn(picture):
    """The pixels of a figure as a page gets it, without a new layout."""
    with look():
        canvas = FigureCanvasAgg(picture)
        canvas.draw()
        picture.set_layout_engine("none")
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def test_a_darkened_figure_has_the_dark_colours_and_none_of_before():
    picture = full_figure()
    drawn(picture)
    before = colours_of(picture)  # with those of the colour bar
    darken(picture)
    drawn(picture)
    after = colours_of(picture)
    light, dark = ({both[k] for both in PALETTE.values()} for k in (0, 1))
    unused = {"training", "validation"}
    assert light - before == {colour(name) for name in unused}
    assert dark - after == {colour(name, dark=True) for name in unused}
    assert len(before - light) > 9 and not after & (before - dark)


def test_darkening_moves_nothing():
    def places(picture):
        texts = [t for t in picture.findobj(Text) if t.get_visible() and t.get_text()]
        return [t.get_window_extent().extents.tolist() for t in texts] + [
            ax.get_position().extents.tolist() for ax in picture.axes
        ]

    picture = full_figure()
    before = drawn(picture), places(picture)
    darken(picture)
    after = drawn(picture), places(picture)
    assert len(after[1]) > 20 and after[1] == before[1]
    # The paper that was empty is empty.
    blank = (before[0] == 255).all(axis=2)
    paper = np.rint(255 * np.array(to_rgb(colour("paper", dark=True))))
    assert blank.mean() > 0.3 and (after[0][blank] == paper).all()


def test_regions_keep_their_class_in_the_dark():
    with figure() as (picture, ax):
        decision_regions(
            ax,
            lambda x: np.where(x[:, 1:] > 0.5, np.nan, x[:, :1]),
            POINTS,
            [0, 1, 0, 1],
        )
    before = np.asarray(ax.get_images()[0].get_array())
    darken(picture)
    after = np.asarray(ax.get_images()[0].get_array())
    for at, name in ((0, "class A"), (-1, "class B")):
        seen = after[0, at, :3] / 255
        np.testing.assert_allclose(seen, to_rgb(colour(name, dark=True)), atol=0.003)
    np.testing.assert_array_equal(after[..., 3], before[..., 3])


@pytest.mark.parametrize(
    "cmap, at, name",
    [("gray_r", 0, "paper"), ("gray_r", 1, "ink"), ("RdBu_r", 0.5, "paper"),
     (shades("class B"), 0, "paper"), (shades("class B"), 1, "class B")],
    ids=lambda part: getattr(part, "name", str(part)),
)  # fmt: skip
def test_numbers_have_their_colour_in_the_dark(cmap, at, name):
    with figure() as (picture, ax):
        [drawn] = [ax.imshow([[at]], cmap, vmin=0, vmax=1)]
    darken(picture)
    seen = drawn.to_rgba(drawn.get_array())[0, 0, :3]
    np.testing.assert_allclose(seen, to_rgb(colour(name, dark=True)), atol=0.01)


def test_weights_are_blue_below_zero_and_red_above_in_the_dark_too():
    with figure() as (picture, ax):
        matrix(ax, np.linspace(-1, 1, 5)[None])
    darken(picture)
    drawn = ax.get_images()[0]
    red, _, blue = drawn.to_rgba(drawn.get_array())[0, :, :3].T
    assert (blue[:2] > red[:2]).all() and (red[3:] > blue[3:]).all()


@pytest.mark.parametrize(
    "plant, named",
    [
        (lambda ax: ax.plot([1, 2], color="red"), "Line2D.*#ff0000"),
        (lambda ax: ax.plot([1, 2], "o", mec="red"), "Line2D.*#ff0000"),
        (lambda ax: ax.set_title("T", color="black"), "'T'.*#000000"),
        (lambda ax: ax.text(0, 0, "T", bbox={"ec": "red"}), "Patch.*#ff0000"),
        (lambda ax: ax.annotate("", (0, 0), (1, 1), arrowprops={"color": "red"}), "Arrow.*#ff0000"),
        (lambda ax: ax.bar(1, 1, edgecolor="red"), "Rectangle.*#ff0000"),
        (lambda ax: ax.scatter([1, 2], [1, 2], c=["k", "r"]), "PathCollection.*#000000"),
        (lambda ax: ax.contour(np.eye(3), colors="red"), "ContourSet.*#ff0000"),
        (lambda ax: ax.imshow(np.full((2, 2, 3), 0.5)), "AxesImage.*#808080"),
        (lambda ax: ax.imshow(np.eye(2)), "AxesImage.*cividis|AxesImage.*#00224e"),
        (lambda ax: ax.imshow(np.eye(2), "Oranges"), "AxesImage.*'Oranges'"),
        (lambda ax: ax.tick_params(labelcolor="red"), "Text.*#ff0000"),
        (lambda ax: ax.set_facecolor("red"), "Rectangle.*#ff0000"),
    ],
)  # fmt: skip
def test_a_colour_that_is_not_the_book_s_is_named(plant, named):
    with figure() as (picture, ax):
        plant(ax)
    with pytest.raises(ValueError, match=named):
        darken(picture)
