"""The look of the book: colours that can be read, and nothing left behind in matplotlib."""

import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from nnlib.explore.frames import render
from nnlib.plots.style import (
    CLASSES,
    DASHES,
    MARKERS,
    PALETTE,
    class_scatter,
    colour,
    decision_regions,
    figure,
    image,
    label_lines,
    matrix,
    training_curves,
)

POINTS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)


def luminance(name):
    """Relative luminance as WCAG defines it."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in to_rgb(colour(name))
    ]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize(
    "name", sorted(PALETTE.keys() - {"paper", "grid", "highlight"})
)
def test_lines_and_their_labels_can_be_read_on_paper(name):
    contrast = (luminance("paper") + 0.05) / (luminance(name) + 0.05)
    assert contrast >= 4.5


def seen_by(kind, name):
    """The colour as CIE Lab after Machado, Oliveira and Fernandes (2009), severity 1."""
    eye = {
        "everybody": np.eye(3),
        "protanopes": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "deuteranopes": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "tritanopes": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    }[kind]  # fmt: skip
    rgb = np.array(to_rgb(colour(name)))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = to_xyz @ np.clip(eye @ linear, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    "kind", ["everybody", "protanopes", "deuteranopes", "tritanopes"]
)
@pytest.mark.parametrize("together", [CLASSES[:3], ["training", "validation"]])
def test_colours_that_meet_stay_apart_for_colour_blind_readers(kind, together):
    for one, other in itertools.combinations(together, 2):
        assert np.linalg.norm(seen_by(kind, one) - seen_by(kind, other)) > 10


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
