"""Explorers in a browser: every control, and the picture that belongs to each setting.

Which picture belongs to a setting is found in Python, from the drawing function and its
arguments; the page's list of pictures, and the player's arithmetic, have no part in it.
"""

import itertools
import os
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from built import ROOT
from playwright.sync_api import TimeoutError
from test_plots import explorers, find

from nnbook.explorers import Explorer, explore
from nnbook.explorers.store import publish

PLAIN = "!'()*-._~"  # what encodeURIComponent leaves, besides letters and digits
THUMB = 24  # px, about: the middle of a slider's knob does not reach the slider's ends

# Without `wait`, a picture that nobody has looked at may not be loaded yet.
READ = """async ([own, wait]) => {
  const figure = document.getElementById(own);
  const file = (url) => url.split("/").pop();
  const images = [...figure.querySelectorAll("img")];
  const seen = images.filter((image) => image.checkVisibility());
  for (const image of wait ? seen : []) {
    image.loading = "eager";
    const late = new Promise((done) => setTimeout(done, 5000));
    await Promise.race([image.decode().catch(() => {}), late]);
  }
  return {
    seen: seen.map((image) => file(image.currentSrc || image.src)),
    loaded: seen.every((image) => image.complete && image.naturalWidth > 0),
    files: images.map((image) => file(image.src)),
    words: images.map((image) => image.alt),
    spoken: figure.querySelector("[aria-live=polite]")?.textContent ?? null,
    link: figure.querySelector(".nn-link a").hash,
    controls: [...figure.querySelectorAll("[data-name]")].map((field) => ({
      place: field.matches("fieldset")
        ? [...field.querySelectorAll("input")].findIndex((input) => input.checked)
        : Number(field.value),
      said: field.matches("input") ? field.getAttribute("aria-valuetext") : null,
      read: field.matches("input") ? field.parentElement.querySelector("output").value : null,
    })),
  };
}"""

IN_SIGHT = """(own) => {
  const box = document.getElementById(own).getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}"""
GO_TO = """(hash) => new Promise((done) => {
  addEventListener("hashchange", done, { once: true });
  location.hash = hash;
})"""


@dataclass(frozen=True)
class Expected:
    """An explorer of a page: its id there, and by the places of its controls its frames."""

    own: str
    explorer: Explorer
    frames: dict

    @property
    def controls(self):
        return self.explorer.controls

    @property
    def first(self):
        return tuple(c.values.index(c.first) for c in self.controls)

    @property
    def last(self):
        return tuple(len(c.values) - 1 for c in self.controls)

    def values(self, places):
        return {c.name: c.values[i] for c, i in zip(self.controls, places)}

    def fragment(self, places):
        """The address of a setting within the page, as JavaScript escapes it."""
        setting = ",".join(
            f"{name}={quote(plain(value), safe=PLAIN)}"
            for name, value in self.values(places).items()
        )
        return f"#{self.own}:{setting}"


def plain(value):
    return f"{value:g}" if type(value) in (int, float) else str(value)


@cache
def expected(page):
    """The Expected of each explorer of a page, in the page's order."""
    notebook = f"{page.removeprefix('book/')}.ipynb"
    return [
        expect(find(name), values)
        for where, name, values in explorers()
        if where == notebook
    ]


def expect(draw, values):
    os.environ.setdefault("NNLIB_FRAMES", str(ROOT / "_build" / "frames"))
    explorer = explore(draw, **values)
    lengths = [range(len(control.values)) for control in explorer.controls]
    own = "explore-" + draw.__name__.removeprefix("draw_").replace("_", "-")
    empty = Expected(own, explorer, {})
    places = list(itertools.product(*lengths))
    settings = [empty.values(place) for place in places]
    frames = publish(draw, settings, explorer.frame)
    return Expected(own, explorer, dict(zip(places, frames)))


def stale_pictures(site, one):
    """Published pictures of some settings that differ from those drawn now."""
    wrong = []
    for places in {(0,) * len(one.controls), one.last}:
        frame, setting = one.frames[places], one.values(places)
        drawn = one.explorer.at(setting, one.explorer.frame, dark=True)
        for file, png in ((frame.light, drawn.png), (frame.dark, drawn.dark)):
            path = site / "frames" / file
            if not path.exists() or path.read_bytes() != png:
                wrong.append(f"{one.own} at {setting}: {file} is not what is drawn")
        if frame.text != drawn.text:
            wrong.append(f"{one.own} at {setting}: {frame.text!r}, not {drawn.text!r}")
    return wrong


def state(page, one, wait=True):
    return page.evaluate(READ, [one.own, wait])


def places_now(page, one):
    """Where an explorer's controls are."""
    seen = state(page, one, wait=False)
    return [control["place"] for control in seen["controls"]]


def wrong_state(page, one, places, mode, wait=True):
    """How an explorer differs from what belongs to these places of its controls."""
    seen, frame = state(page, one, wait), one.frames[places]
    shown = frame.dark if mode == "dark" else frame.light
    words = [
        control.describe(control.values[i]) for control, i in zip(one.controls, places)
    ]
    sliders = [control.kind != "choice" for control in one.controls]
    said = [word if slider else None for word, slider in zip(words, sliders)]
    compared = {
        "places": ([c["place"] for c in seen["controls"]], list(places)),
        "the picture": (seen["seen"], [shown]),
        "loaded": (seen["loaded"] or not wait, True),
        "pictures for both modes": (seen["files"], [frame.light, frame.dark]),
        "alternative texts": (seen["words"], [frame.text] * 2),
        "the words announced": (seen["spoken"], frame.text),
        "the link": (seen["link"], one.fragment(places)),
        "values said": ([c["said"] for c in seen["controls"]], said),
        "values read": ([c["read"] for c in seen["controls"]], said),
    }
    where = f"{one.own} at {', '.join(words)}"
    return [
        f"{where}: {what} {got!r}, not {want!r}"
        for what, (got, want) in compared.items()
        if got != want
    ]


def moved_alone(page, explorers, mode, move):
    """What is wrong when each explorer is moved by `move`, or moves others."""
    ids = page.locator(".nn-explorer").evaluate_all("all => all.map(e => e.id)")
    if ids != [one.own for one in explorers]:
        return [f"has the explorers {ids}, not {[one.own for one in explorers]}"]
    wrong = []
    for one in explorers:
        others = [other for other in explorers if other is not one]
        before = [state(page, other, wait=False) for other in others]
        field(page, one, 0).scroll_into_view_if_needed()
        wrong += move(page, one, mode)
        after = [state(page, other, wait=False) for other in others]
        for other, was, now in zip(others, before, after):
            if was | {"loaded": 0} != now | {"loaded": 0}:
                wrong.append(f"{one.own} moved {other.own}")
    return wrong


def field(page, one, k):
    """The k-th control: an input, a select, or the fieldset of radio buttons."""
    return page.locator(f"#{one.own} [data-name={one.controls[k].name}]")


def kind(control):
    """How a page shows a control."""
    if control.kind != "choice":
        return "slider"
    return "radio buttons" if len(control.values) <= 4 else "list"


# --- by keyboard ----------------------------------------------------------------------------


def snake(lengths):
    """All places of controls of these lengths, each one step of one control from the last."""
    ways = [()]
    for length in lengths:
        there = range(length)
        ways = [
            (*way, i)
            for turn, way in enumerate(ways)
            for i in (there if turn % 2 == 0 else reversed(there))
        ]
    return ways


def focus(page, one, k):
    control = field(page, one, k)
    if kind(one.controls[k]) == "radio buttons":
        control = control.locator(":checked")
    control.focus()


def by_keyboard(page, one, mode):
    """Goes through every setting by arrows, then to each slider's ends."""
    wrong = unreachable(page, one)
    for k, steps in enumerate(places_now(page, one)):
        focus(page, one, k)
        for _ in range(steps):
            page.keyboard.press("ArrowLeft")
    places = (0,) * len(one.controls)
    for way in snake([len(control.values) for control in one.controls]):
        for k, (was, now) in enumerate(zip(places, way)):
            if was != now:
                focus(page, one, k)
                page.keyboard.press("ArrowRight" if now > was else "ArrowLeft")
        places = way
        wrong += wrong_state(page, one, places, mode)
    return wrong + by_ends(page, one, list(places), mode)


def by_ends(page, one, places, mode):
    wrong = []
    for k, control in enumerate(one.controls):
        if kind(control) == "slider":
            focus(page, one, k)
            for key, place in (("Home", 0), ("End", one.last[k])):
                page.keyboard.press(key)
                places[k] = place
                wrong += wrong_state(page, one, tuple(places), mode)
    return wrong


def unreachable(page, one):
    """The controls that the Tab key does not reach, in the page's order."""
    wrong = []
    focus(page, one, 0)
    page.keyboard.press("Shift+Tab")
    for control in one.controls:
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.closest('[data-name]')?.dataset.name"
        )
        if name != control.name:
            wrong.append(f"{one.own}: the Tab key goes to {name}, not {control.name}")
    return wrong


# --- by mouse and by touch ------------------------------------------------------------------


def spot(page, one, k, place):
    """Where in the window a slider's knob is at this place."""
    control = field(page, one, k)
    control.scroll_into_view_if_needed()
    box, last = control.bounding_box(), one.last[k]
    way = (box["width"] - THUMB) * place / last
    return box["x"] + THUMB / 2 + way, box["y"] + box["height"] / 2


def by_mouse(page, one, mode):
    """Drags each slider's knob over all of its places, and clicks every choice."""

    def drag(k, places):
        page.mouse.move(*spot(page, one, k, places[k]))
        page.mouse.down()
        for place in range(one.last[k] + 1):
            page.mouse.move(*spot(page, one, k, place))
            yield place
        page.mouse.up()
        yield place

    return by_hand(page, one, mode, drag, lambda choice: choice.click())


def by_touch(page, one, mode):
    """Taps on all places of each slider, then draws its knob back; taps on every choice."""

    def tap(k, places):
        for place in range(one.last[k] + 1):
            page.touchscreen.tap(*spot(page, one, k, place))
            yield place
        swipe(page, [spot(page, one, k, place) for place in range(one.last[k], -1, -1)])
        yield 0

    return by_hand(page, one, mode, tap, lambda choice: choice.tap())


def by_hand(page, one, mode, slide, press):
    wrong, places = [], places_now(page, one)
    for k, control in enumerate(one.controls):
        if kind(control) == "slider":
            moves = slide(k, places)
        elif kind(control) == "list":  # the open list is the system's, out of reach
            moves = (
                field(page, one, k).select_option(str(i)) for i in range(one.last[k])
            )
            moves = (int(chosen[0]) for chosen in moves)
        else:
            moves = pressed(field(page, one, k).locator("label"), press)
        for place in moves:
            places[k] = place
            wrong += wrong_state(page, one, tuple(places), mode)
    return wrong


def pressed(choices, press):
    for place in range(choices.count()):
        press(choices.nth(place))
        yield place


def swipe(page, points):
    """One finger goes through these points of the window."""
    session = page.context.new_cdp_session(page)
    kinds = ["touchStart", *["touchMove"] * (len(points) - 1)]
    for name, (x, y) in zip(kinds, points):
        session.send(
            "Input.dispatchTouchEvent",
            {"type": name, "touchPoints": [{"x": x, "y": y}]},
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


# --- what is said to those who do not see it ------------------------------------------------


def wrong_names(page, explorers):
    """Where Chromium's accessibility tree has another role, name or live region.

    It shows no aria-valuetext, not even a correct one: wrong_state looks at the attribute.
    """
    session = page.context.new_cdp_session(page)
    tree = {
        node.get("backendDOMNodeId"): node
        for node in session.send("Accessibility.getFullAXTree")["nodes"]
    }

    def node(expression):
        element = session.send("Runtime.evaluate", {"expression": expression})["result"]
        described = session.send("DOM.describeNode", {"objectId": element["objectId"]})
        return tree.get(described["node"]["backendNodeId"], {})

    wrong = []
    for one in explorers:
        figure = f"document.getElementById('{one.own}')"
        for place, role, name in spoken_of(one):
            found = node(f"{figure}.querySelectorAll('{place[0]}')[{place[1]}]")
            got = tuple(found.get(part, {}).get("value") for part in ("role", "name"))
            if got != (role, name):
                wrong.append(f"{one.own}: {got} for the {role} {name!r}")
        live = node(f"{figure}.querySelector('figcaption [aria-live]')")
        said = {p["name"]: p["value"].get("value") for p in live.get("properties", [])}
        if said.get("live") != "polite":
            wrong.append(f"{one.own}: what changes is not announced")
    session.detach()
    return wrong


def spoken_of(one):
    """((selector, number), role, name) of all that a screen reader finds in the controls."""
    roles = {"slider": "slider", "list": "combobox", "radio buttons": "group"}
    inside = {"list": ("option", "option"), "radio buttons": ("input", "radio")}
    for control in one.controls:
        place = f"[data-name={control.name}]"
        yield (place, 0), roles[kind(control)], control.label
        if kind(control) in inside:
            tag, role = inside[kind(control)]
            for i, value in enumerate(control.values):
                yield (f"{place} {tag}", i), role, control.describe(value)


# --- the address ----------------------------------------------------------------------------


def nudge(page, one):
    """Moves the first control by one step; returns the places of all controls then."""
    places = places_now(page, one)
    step = -1 if places[0] == one.last[0] else 1
    focus(page, one, 0)
    page.keyboard.press("ArrowRight" if step > 0 else "ArrowLeft")
    return (places[0] + step, *places[1:])


def wrong_addresses(page, address, explorers):
    """What is wrong with pages opened at a setting, and with the address of a setting."""
    wrong = []
    for one in explorers:
        page.goto("about:blank")
        places = tuple(0 if a == b else b for a, b in zip(one.first, one.last))
        page.goto(address + one.fragment(places))
        wrong += wrong_state(page, one, places, "light")
        wrong += [
            f"{one.own} opened with another: {sentence}"
            for other in explorers
            if other is not one
            for sentence in wrong_state(page, other, other.first, "light", wait=False)
        ]
        if not page.evaluate(IN_SIGHT, one.own):
            wrong.append(f"{one.own} is not in sight where the address leads to it")
    return wrong + wrong_history(page, one)


def wrong_history(page, one):
    """What is wrong with the address while an explorer is moved, and after that."""
    before = page.evaluate("history.length")
    for _ in range(3):
        places = nudge(page, one)
    wanted, wrong = one.fragment(places), []
    try:
        page.wait_for_function(
            "hash => location.hash === hash", arg=wanted, timeout=2000
        )
    except TimeoutError:
        wrong.append(
            f"the address ends with {page.evaluate('location.hash')}, not {wanted}"
        )
    if page.evaluate("history.length") != before:
        wrong.append("each move is a step for the button that goes back")
    page.reload()
    wrong += [f"reloaded: {it}" for it in wrong_state(page, one, places, "light")]
    page.evaluate(GO_TO, one.fragment(one.first))
    wrong += [f"led on: {it}" for it in wrong_state(page, one, one.first, "light")]
    return wrong


def nonsense(one):
    """Ends of addresses that name no setting of an explorer."""
    name = one.controls[0].name
    yield from ("#%E0%A4", "#:", "#nothing-here:lr=1", f"#{one.own}", f"#{one.own}:")
    for setting in (f"{name}=abc", f"{name}=%E0%A4", name, f"{name}=", "other=1"):
        yield f"#{one.own}:{setting}"
    yield f"#{one.own}:,=,constructor=1,__proto__=0"


def wrong_at_nonsense(page, address, one):
    wrong = []
    for end in nonsense(one):
        page.goto("about:blank")
        page.goto(address + end)
        found = wrong_state(page, one, one.first, "light")
        wrong += [f"at {end}: {sentence}" for sentence in found]
    return wrong
