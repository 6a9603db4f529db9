"""An explorer's life with a kernel: widgets, and the newest picture that was asked for.

A drag sends settings faster than pictures are drawn. Those that are out of date when their
turn comes are never drawn: an event only notes that something changed, and a moment later,
when all events that are waiting have been taken in, the newest setting is drawn.
"""

import asyncio
import gc
import html
import math

import ipywidgets as widgets

PAUSE = 0.002  # seconds in which the kernel takes in the events that are waiting
FEW = 4  # as many choices stand side by side; more are a drop-down list
# Choices as wide as their words: all of a row is seen, on a phone in several lines.
STYLE = """<style>
.nn-explorer .widget-radio { height: auto }
.nn-explorer .widget-radio-box { flex-flow: row wrap; height: auto; column-gap: 1.2em }
.nn-explorer .widget-radio-box label { width: auto; margin: 0; flex: none }
</style>"""


class Live:
    """`box` is the widget to display: `inputs` by name, and the picture below them."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.inputs = {
            control.name: make_input(control) for control in explorer.controls
        }
        self.readouts = {name: widgets.Label() for name in self.inputs}
        self.picture = widgets.HTML()
        self.drawn = None
        self.timer = None
        rows = []
        for control in explorer.controls:
            moved = self.inputs[control.name]
            moved.observe(self.changed, "value")
            readout = [] if control.kind == "choice" else [self.readouts[control.name]]
            rows.append(widgets.HBox([moved, *readout]))
        self.box = widgets.VBox([widgets.HTML(STYLE), *rows, self.picture])
        self.box.add_class("nn-explorer")
        self.read()
        self.place(explorer.frame)
        self.drawn = self.setting

    @property
    def setting(self):
        return {
            control.name: control.settle(self.inputs[control.name].value)
            for control in self.explorer.controls
        }

    def changed(self, _change=None):
        """Called for each event: shows the number at once, and sees to it that it is drawn."""
        self.read()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # plain Python, no kernel
            self.update()
            return
        # One timer at a time: more would be overdue after a picture, and leave no pause.
        if self.timer is None:
            self.timer = loop.call_later(PAUSE, self.update)

    def read(self):
        for control in self.explorer.controls:
            self.readouts[control.name].value = control.describe(
                self.setting[control.name]
            )

    def update(self):
        """Draws the newest setting, if it is not the one that is drawn."""
        self.timer = None
        setting = self.setting
        if setting == self.drawn:
            return
        self.drawn = setting
        collecting = gc.isenabled()
        gc.disable()  # a full collection takes as long as a picture: not before it is out
        try:  # not kept, a picture may be a third larger, and is 4 ms faster
            self.place(self.explorer.at(setting, self.frame, effort=1))
        except Exception as error:  # nobody else would see it: this runs after the cell
            where = ", ".join(
                f"{control.label} {control.describe(setting[control.name])}"
                for control in self.explorer.controls
            )
            message = html.escape(f"{type(error).__name__}: {error}")
            self.picture.value = f'<p role="alert">No picture at {where}. {message}</p>'
        finally:
            if collecting:
                gc.enable()

    def place(self, frame):
        self.frame = frame
        self.picture.value = frame.html(self.explorer.below(frame))


def make_input(control):
    """The widget for a Control, at its first value."""
    look = {
        "description": control.label,
        "tooltip": control.label,
        "style": {"description_width": "9em"},
        "layout": {"width": "28em", "max_width": "80%"},
    }
    low, high, steps = control.values[0], control.values[-1], len(control.values) - 1
    words = [(control.describe(value), value) for value in control.values]
    if control.kind == "choice":
        if len(words) > FEW:
            return widgets.Dropdown(options=words, value=control.first, **look)
        look["layout"] = {"width": "auto", "max_width": "100%"}
        return widgets.RadioButtons(
            options=words, value=control.first, orientation="horizontal", **look
        )
    look["readout"] = False
    if control.kind == "stops":
        return widgets.SelectionSlider(options=words, value=control.first, **look)
    if control.kind == "log":
        low, high = math.log10(low), math.log10(high)
        return widgets.FloatLogSlider(
            value=control.first, min=low, max=high, step=(high - low) / 100, **look
        )
    if control.whole:
        return widgets.IntSlider(value=control.first, min=low, max=high, **look)
    return widgets.FloatSlider(
        value=control.first, min=low, max=high, step=(high - low) / steps / 10, **look
    )
