"""A picture as a page shows it: a small PNG and the words that say the same."""

import base64
import html
import io
from dataclasses import dataclass, field

INCH = 100  # CSS pixels; style.py draws one and a half dots in each
SLACK = 0.06  # inches between a picture's parts, which a label may take


# Which of a figure's two pictures is seen. JupyterLab, VS Code and Colab each say in their own
# way that they are dark; where this style is lost, the inline one shows the picture on white.
NIGHT = ':is([data-jp-theme-light="false"], [theme="dark"], .vscode-dark, .vscode-high-contrast)'
STYLE = f"""<style>
{NIGHT} .nn-figure .nn-day {{ display: none }}
{NIGHT} .nn-figure .nn-night {{ display: inline !important }}
.nn-figure img {{ max-width: 100%; height: auto }}
.nn-figure figcaption {{ max-width: 60em; text-align: left; line-height: 1.5 }}
</style>"""


@dataclass(frozen=True)
class Frame:
    """One picture of an explorer; width and height in CSS pixels."""

    png: bytes
    text: str
    width: int
    height: int
    places: list = field(repr=False, compare=False)  # of the axes, with their labels
    dark: bytes = field(default=b"", repr=False)  # the picture on a dark page

    def html(self, *lines):
        """A figure whose alternative text is the picture's, with these lines (HTML) below it."""
        day = self.image("nn-day", self.png)
        night = self.image("nn-night", self.dark, ' style="display: none"')
        return (
            f'{STYLE}<figure class="nn-figure" style="margin: 0">'
            f"{day}{night}{''.join(lines)}</figure>"
        )

    def image(self, name, png, more=""):
        source = base64.b64encode(png).decode()
        return (
            f'<img class="{name}" alt="{html.escape(self.text)}" width="{self.width}" '
            f'height="{self.height}"{more} src="data:image/png;base64,{source}">'
        )


def render(picture, near=None, *, effort=6, dark=False):
    """What `draw` returned, (figure, text), as a Frame; the same picture is the same bytes.

    Axes stand where they stand in `near`, another Frame of the same explorer, unless a label
    would not fit: they do not jump while a slider moves, and it is quicker. The second picture,
    in the colours of a dark page, is the first with other colours, or with `dark` drawn anew,
    in exactly those of the book; `effort` is that of zlib. What a picture
    of two axes costs, in milliseconds on a slow core: 12 to make; 24 to lay out (6 to see
    that it fits as before); 35 to draw, most of it ticks and text, so few numbers and short
    labels are fast; 6 to encode, with an adaptive palette by octree (median cut takes 20,
    and a PNG of all colours is four times as large). Of all that, 10 go at 120 dots an inch
    in place of 150; one pair of axes takes a little more than half.
    """
    # Imported here: the package itself needs no matplotlib.
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from nnbook.figures.style import darken, look

    figure, text = check_picture(picture)
    with look():
        canvas = FigureCanvasAgg(figure)
        engine = figure.get_layout_engine()
        if near is not None and len(near.places) == len(figure.axes):
            figure.set_layout_engine("none")
            for ax, (position, _) in zip(figure.axes, near.places):
                ax.set_position(position)
        canvas.draw()
        places = find_places(figure)
        if figure.get_layout_engine() is not engine:
            if fits(places, near.places):
                places = near.places
            else:
                figure.set_layout_engine(engine)
                for ax in figure.axes:
                    ax.set_in_layout(True)  # which set_position had ended
                canvas.draw()
                places = find_places(figure)
        day = few_colours(canvas)
        night = in_the_dark(day)
        if dark:
            darken(figure)
            figure.set_layout_engine("none")  # laid out again, all would move a little
            canvas.draw()
            night = few_colours(canvas)
    width, height = (round(INCH * inches) for inches in figure.get_size_inches())
    pngs = encode(day, effort), encode(night, effort)
    return Frame(pngs[0], text, width, height, places, pngs[1])


def few_colours(canvas):
    """What is drawn on a canvas, in 64 colours."""
    from PIL import Image

    size = canvas.get_width_height()
    drawn = Image.frombuffer("RGBA", size, canvas.buffer_rgba()).convert("RGB")
    octree, plain = Image.Quantize.FASTOCTREE, Image.Dither.NONE
    few = drawn.quantize(64, method=octree, dither=plain)
    paper = 3 * few.getpixel((0, 0))  # which rounding has made a little darker
    colours = few.getpalette()
    colours[paper : paper + 3] = drawn.getpixel((0, 0))
    few.putpalette(colours)
    return few


def in_the_dark(picture):
    """The same picture for a dark page: other colours, and not one pixel drawn."""
    import numpy as np

    from nnbook.figures.colours import negative

    colours = np.reshape(picture.getpalette(), (-1, 3)) / 255
    night = picture.copy()
    night.putpalette(np.rint(255 * negative(colours)).astype(int).ravel().tolist())
    return night


def encode(picture, effort):
    file = io.BytesIO()
    picture.save(file, "png", compress_level=effort)
    return file.getvalue()


def find_places(figure):
    """For all axes their position, and in inches the box that they and their labels take."""
    inches = figure.dpi_scale_trans.inverted()
    positions = [ax.get_position(original=True).frozen() for ax in figure.axes]
    boxes = [ax.get_tightbbox() or ax.bbox for ax in figure.axes]  # none if invisible
    return [
        (position, box.transformed(inches)) for position, box in zip(positions, boxes)
    ]


def fits(places, room):
    """Whether no axes and labels take more than the room of those before, and some slack."""
    return all(
        box.x0 > free.x0 - SLACK
        and box.x1 < free.x1 + SLACK
        and box.y0 > free.y0 - SLACK
        and box.y1 < free.y1 + SLACK
        for (_, box), (_, free) in zip(places, room)
    )


def check_picture(picture):
    """A picture is (figure, text): a matplotlib Figure and words; returns the two."""
    from matplotlib.figure import Figure

    if not isinstance(picture, tuple) or len(picture) != 2:
        raise ValueError(
            f"a picture is (figure, text), got {type(picture).__name__}: "
            f"call the drawing function, as in show(draw_sigmoid(), …)"
        )
    figure, text = picture
    if not isinstance(figure, Figure):
        raise ValueError(
            f"a picture starts with a matplotlib Figure, got {type(figure).__name__}: "
            f"nnbook.figures.style.figure makes one"
        )
    check_words(text, "the text of a picture")
    return figure, text


def check_words(words, name):
    """Some text that is not blank."""
    if not isinstance(words, str) or not words.strip():
        raise ValueError(
            f"{name} must say what the picture shows, got {words!r}: "
            f"write a sentence, with numbers"
        )
