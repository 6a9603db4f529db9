"""The theme's icons as small drawings in the pages.

The theme sends all of Font Awesome with each page (540 KB), to draw a dozen icons. Here each
`<i class="fa-solid fa-bars"></i>` becomes, when a page is written, what that script would make of
it in the browser. book/_templates/layout.html uses the filter; book/assets/icons.css holds the
four rules that the script would add.
"""

import re
from functools import cache
from pathlib import Path

import pydata_sphinx_theme
from sphinx.util import logging

SCRIPT = "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
# bars:[448,512,["navicon"],"f0c9","M0 96C0 …"], brands first, then outlines, then solid icons
DRAWING = re.compile(
    r'"?([a-z0-9-]+)"?:\[(\d+),(\d+),\[([^\]]*)\],"[0-9a-f]+","([^"]+)"\]'
)
ICON = re.compile(
    r'<(i|span) class="([^"]*\bfa(?:[srb]|-solid|-regular|-brands)\s[^"]*)"([^>]*)></\1>'
)
STYLES = {"fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands"}
SIZES = re.compile(r"fa-(\d*x[sl]|\d+x|sm|lg|fw)$")
logger = logging.getLogger(__name__)


@cache
def drawings():
    """(width, height, path) of each icon by its name and other names; a solid one goes first."""
    script = Path(pydata_sphinx_theme.__file__).parent / SCRIPT
    found = {}
    for name, width, height, others, path in DRAWING.findall(script.read_text("utf-8")):
        for each in [name, *re.findall(r'"([^"]+)"', others)]:
            found[each] = width, height, path
    return found


def draw(match):
    """The icon that an element's classes name, with its other classes and attributes."""
    classes = [word for word in match[2].split() if word not in STYLES]
    names = [w for w in classes if w.startswith("fa-") and not SIZES.match(w)]
    if len(names) != 1 or names[0][3:] not in drawings():
        logger.warning("no icon %s", match[2])
        return match[0]
    width, height, path = drawings()[names[0][3:]]
    return (
        f'<svg class="svg-inline--fa {" ".join(classes)}"{match[3]} aria-hidden="true" '
        f'focusable="false" viewBox="0 0 {width} {height}">'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )


def draw_icons(page):
    return ICON.sub(draw, page)


def add_filter(app):
    if app.builder.format == "html":
        app.builder.templates.environment.filters["draw_icons"] = draw_icons
