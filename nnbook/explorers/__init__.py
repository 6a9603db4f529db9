"""Pictures with words, and sliders that move them.

    show(draw_sigmoid(), "What to see: the slope is never more than a quarter.")
    explore(draw_training, lr=[0.001, 0.01, 0.1, 1], activation=["tanh", "relu"])

`draw(**values) -> (figure, text)` is a pure function whose default arguments are the
explorer's first picture. The text says with numbers what the picture shows: it is the
alternative text, and what a notebook stores.

Two lives: with a kernel, widgets that draw only the picture that is asked for (`live.py`);
while the site is built (NNLIB_SITE=1), HTML over pictures that are all drawn now (`page.py`).
And a third one, in which there is text alone: a notebook that nobody has run yet.
"""

import html
import os

from nnbook.explorers.controls import find_controls
from nnbook.explorers.frames import check_words, render

VIEW = "application/vnd.jupyter.widget-view+json"


class Shown:
    """What the last line of a cell returns: a picture, and a caption below it."""

    todo = "Run the cells to see the picture."

    def __init__(self, frame, caption):
        self.frame, self.caption = frame, caption

    def __repr__(self):
        return f"{self.frame.text}\n[{self.todo}]"

    def _repr_mimebundle_(self, include=None, exclude=None):
        line = f"<figcaption>{html.escape(self.caption)}</figcaption>"
        if site():
            from nnbook.explorers.page import still

            page = still(self.frame, line)
        else:
            page = self.frame.html(line)
        return {"text/plain": repr(self), "text/html": page}


def show(picture, caption):
    """One picture, (figure, text), and a caption that says what to see in it.

    A blank text or caption, or anything else in the picture's place, is a ValueError.
    """
    check_words(caption, "the caption")
    return Shown(render(picture, dark=site()), caption)


class Explorer(Shown):
    """A drawing function and its controls; `at` draws any of its pictures."""

    todo = "Run the cells to see the picture and its controls."

    def __init__(self, draw, controls, caption):
        self.draw, self.controls = draw, controls
        self.live = None
        frame = self.at({control.name: control.first for control in controls})
        super().__init__(frame, caption)

    def at(self, setting, near=None, **how):
        """The frame for one value of each control, laid out as `near`, the last one."""
        return render(self.draw(**setting), near, **how)

    def below(self, frame, room=""):
        """The caption of a frame, and its text, which is announced when it changes.

        `room` is the longest text to come: a page leaves room for it, and never jumps.
        """
        caption = f"{html.escape(self.caption)} " if self.caption else ""
        text = f'<span aria-live="polite">{html.escape(frame.text)}</span>'
        said = f'<span class="nn-said" data-room="{html.escape(room)}">{text}</span>'
        return f"<figcaption>{caption}{said}</figcaption>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        if site():
            from nnbook.explorers.page import player

            return {"text/plain": repr(self), "text/html": player(self)}
        if self.live is None:
            from nnbook.explorers.live import Live

            self.live = Live(self)
        # Not what the box says of itself: in ipywidgets 7, which Colab has, it does not.
        view = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": self.live.box.model_id,
        }
        # The first picture is for whoever knows no widgets: nbconvert, and a notebook's copy.
        still = self.frame.html(self.below(self.frame))
        return {VIEW: view, "text/html": still, "text/plain": repr(self)}


def site():
    """Whether the site is being built: there will be no kernel behind the page."""
    return os.environ.get("NNLIB_SITE") == "1"


def explore(draw, *, caption="", **values):
    """Controls over the pictures of `draw`: `explore(draw_fit, lr=[0.01, 0.1, 1])`.

    A list of numbers is a slider from the first to the last, and `draw` is asked for
    values in between; the slider is logarithmic where the list is geometric (1, 3, 10 …),
    whole where all numbers are ints, and stops only at the numbers listed where they
    follow no rule. Words, booleans and None are a choice. The first picture is that of
    `draw`'s defaults, which must be in the lists. What else is wrong with the arguments,
    or with a picture, is a ValueError.
    """
    return Explorer(draw, find_controls(draw, values), caption)
