"""What is wrong with a page that is open in a browser: each check returns sentences."""

import gzip
import json
import re
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlparse

from browser import visit
from built import Elements

MEASURE = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const wide = all(".bd-article *").filter((e) =>
    e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, mjx-container"));
  const before = (mark) => {  // where the first character of a text begins
    const range = document.createRange();
    range.setStart(mark, 0);
    range.setEnd(mark, 1);
    return range.getBoundingClientRect().left;
  };
  const parted = all(".bd-article span.math").filter((e) => {
    const { right, width } = e.getBoundingClientRect();
    const text = e.nextSibling;
    return width < 200 && /^[^\\s\\w]/.test(text?.data ?? "") && before(text) < right - 2;
  });
  return {
    parted: parted.map((e) => e.textContent + e.nextSibling.data.slice(0, 20)),
    untypeset: all(".math").filter((e) => !e.querySelector("mjx-container"))
      .map((e) => e.textContent),
    errors: all("mjx-merror").map((e) => e.textContent),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wide: wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)),
    elsewhere: all("script[src], img[src], iframe, link:not([rel=canonical])")
      .map((e) => e.src || e.href).filter((url) => !/^(data|blob):/.test(url)
        && new URL(url, location).origin !== location.origin),
  };
}"""

# A hidden picture (of the other colour mode) has to be there, too.
LOAD = """async () => {
  const sources = [...new Set([...document.images].map((image) => image.src))];
  const loads = async (source) => {
    const image = Object.assign(new Image(), { src: source });
    return image.decode().then(() => image.naturalWidth > 0, () => false);
  };
  const loaded = await Promise.all(sources.map(loads));
  return sources.filter((_, i) => !loaded[i]);
}"""

# Of each figure the pictures that can be seen, by the colour mode they are for.
# What is folded is looked at, too.
SEEN = """() => {
  const folds = [...document.querySelectorAll("details:not([open])")]
    .filter((fold) => fold.querySelector(".nn-figure"));
  folds.forEach((fold) => { fold.open = true; });
  const seen = [...document.querySelectorAll(".nn-figure")].map((figure) => [
    figure.id || figure.querySelector("img").alt.slice(0, 40),
    [...figure.querySelectorAll("img")].filter((image) => image.checkVisibility())
      .map((image) => image.className.match(/only-(\\w+)/)?.[1] ?? "any mode"),
  ]);
  folds.forEach((fold) => { fold.open = false; });
  return seen;
}"""

SMALL = """() => [...document.querySelectorAll(".nn-controls :is(input, select)")]
  .map((control) => control.closest("label") ?? control)
  .map((target) => [target, target.getBoundingClientRect()])
  .filter(([_, box]) => box.width < 44 || box.height < 44)
  .map(([target, box]) => `${target.id || target.textContent}: ${box.width} × ${box.height}`)"""

SHOWN = """() => [...document.querySelectorAll(".nn-explorer")].map((figure) => ({
  id: figure.id,
  controls: figure.querySelector(".nn-controls").checkVisibility(),
  link: figure.querySelector(".nn-link").checkVisibility(),
  note: [...figure.querySelectorAll("noscript *")].some((e) => e.checkVisibility()),
  width: Math.max(0, ...[...figure.querySelectorAll("img")]
    .filter((image) => image.checkVisibility() && image.complete)
    .map((image) => image.naturalWidth)),
}))"""

INK = "getComputedStyle(document.querySelector('.bd-article') ?? document.body).color"

COLOURS = ["color-contrast", "link-in-text-block"]  # rules
AXE = """async (rules) => {
  for (const fading of document.getAnimations()) {  // from one colour mode to the other
    if (Number.isFinite(fading.effect.getComputedTiming().endTime)) fading.finish();
  }
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"], preload: false, ...(rules && { runOnly: rules }) });
  return violations.flatMap(({ id, impact, help, nodes }) => nodes.map(({ target, html }) =>
    ({ rule: id, impact, help, place: target.flat().join(" "), html: html.slice(0, 160) })));
}"""


def whole(page, mode):
    """What is wrong with a page at a first look, in this colour mode."""
    return layout(page) + lost_pictures(page) + wrong_pictures(page, mode)


def layout(page):
    """Too wide for the window, formulas that are not typeset or lose their punctuation, links
    to other origins."""
    seen = page.evaluate(MEASURE)
    width = page.viewport_size["width"]
    wrong = [f"needs a resource of another origin: {url}" for url in seen["elsewhere"]]
    if seen["overflow"] > 0:
        wrong.append(f"is {seen['overflow']} px too wide at {width}: {seen['wide']}")
    wrong += [f"has a formula that does not parse: {text}" for text in seen["errors"]]
    wrong += [f"has a formula in plain text: {text}" for text in seen["untypeset"]]
    wrong += [f"begins a line after a formula: {text}" for text in seen["parted"]]
    return wrong


def lost_pictures(page):
    """The pictures that are not there, those for the other colour mode included."""
    return [f"has a picture that does not load: {url}" for url in page.evaluate(LOAD)]


def wordless_pictures(html):
    """The alternative texts that say nothing: empty ones, and names of files."""
    texts = [image.get("alt", "").strip() for image in Elements(html).named("img")]
    return [
        f"has a picture with the alternative text {text!r}"
        for text in texts
        if not text or re.fullmatch(r"\S+\.\w{2,4}|_images/.*", text)
    ]


def printed_warnings(html):
    """The classes of a cell's output that is a warning or a traceback."""
    return {"stderr", "traceback"} & Elements(html).classes()


def wrong_pictures(page, mode):
    """The figures that do not show exactly one picture, the one for this colour mode."""
    return [
        f"shows in {figure} pictures for {seen}, not one for {mode}"
        for figure, seen in page.evaluate(SEEN)
        if seen != [mode]
    ]


def small_targets(page):
    """The controls that a thumb misses: smaller than 44 px, on a screen that is touched."""
    return [f"has a small control: {target}" for target in page.evaluate(SMALL)]


def choose(page, mode):
    """Presses the theme's button until this colour mode is chosen."""
    button = page.locator("button.theme-switch-button").locator("visible=true").first
    for _ in range(3):  # light, dark, as the system has it
        if page.evaluate("document.documentElement.dataset.mode") == mode:
            return
        button.click()
    raise AssertionError(f"the theme's button does not reach {mode}")


def prefer(page, mode):
    """The system's colour mode becomes this one, and the page follows."""
    page.emulate_media(color_scheme=mode)
    page.wait_for_function(
        "m => document.documentElement.dataset.theme === m", arg=mode
    )


def violations(page, rules=None):
    """What axe-core finds of impact serious or critical: {(rule, selector): sentence}.

    By these rules, or all: in a page's second colour mode COLOURS are all that can differ.
    """
    page.evaluate(axe())
    return {
        (found["rule"], found["place"]): f"{found['help']}: {found['html']}"
        for found in page.evaluate(AXE, rules)
        if found["impact"] in ("serious", "critical")
    }


@cache
def axe():
    """axe-core's script, which the package carries, so that it is pinned and at hand."""
    script = files("axe_playwright_python") / "axe.min.js"
    return script.read_text("utf-8") + "; null"


def missing_without_script(page):
    """What a page opened without JavaScript does not show, or should not."""
    wrong = []
    for figure in page.evaluate(SHOWN):
        if not figure["width"]:
            wrong.append(f"{figure['id']} shows no picture without JavaScript")
        if figure["controls"] or figure["link"]:
            wrong.append(f"{figure['id']} shows controls that do nothing")
        if not figure["note"]:
            wrong.append(f"{figure['id']} does not say that it needs JavaScript")
    return wrong


def wrong_in_print(page):
    """What a printed page shows that paper cannot do; it was dark on the screen."""
    page.emulate_media(media="print")
    wrong = wrong_pictures(page, "light")
    for figure in page.evaluate(SHOWN):
        if figure["controls"] or figure["link"]:
            wrong.append(f"{figure['id']} prints its controls")
    ink = page.evaluate(INK)
    if luminance(ink) > 0.4:
        wrong.append(f"prints words in {ink}")
    page.emulate_media(media="screen")
    return wrong


def luminance(color):
    """How light a CSS rgb() colour is, from 0 to 1."""
    red, green, blue = (float(part) / 255 for part in re.findall(r"[\d.]+", color)[:3])
    return 0.3 * red + 0.6 * green + 0.1 * blue


# --- bytes --------------------------------------------------------------------------------


def weigh(page, site, base, name):
    """What a page loads in the light mode when all of it is seen, gzipped where that helps.

    Two numbers of bytes: all but the pictures that explorers can change to, and these.
    """
    asked = set()
    page.on("request", lambda request: asked.add(request.url))
    visit(page, f"{base}/{name}.html")
    loaded = {
        site / unquote(urlparse(url).path).removeprefix("/a/book/") for url in asked
    }
    html = (site / f"{name}.html").read_text("utf-8")
    folder = (site / name).parent
    shown = {
        (folder / image["src"]).resolve()
        for image in Elements(html).named("img")
        if "only-dark" not in image.get("class", "")
    }
    frames = {
        (folder / light).resolve()
        for data in re.findall(r'<script type="application/json">(.*?)</script>', html)
        for light, dark, text in json.loads(data)["frames"]
    }
    later = frames - shown
    return sum(map(gzipped, (loaded | shown) - later)), sum(map(gzipped, later))


def gzipped(path):
    """The bytes that a host sends for a file; pictures and fonts are compressed already."""
    content = path.read_bytes()
    text = path.suffix in (".html", ".css", ".js", ".json", ".svg")
    return len(gzip.compress(content, 6)) if text else len(content)
