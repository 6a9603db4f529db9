"""Pictures of the chapters and their explorers: a Sphinx extension for the book's build.

A cell that shows a picture writes it into a folder beside the site, kept from build to build,
and says `frames:NAME.png` (nnbook/explorers/page.py). Here each page gets the address it needs,
and the site the pictures that its pages show.
"""

import os
import re
import shutil
from pathlib import Path

from sphinx.util import logging

from pages.launch import written

FRAME = re.compile(r"\bframes:([0-9a-f]{16}\.png)\b")
SHOWN = re.compile(r"\bframes/([0-9a-f]{16}\.png)\b")
logger = logging.getLogger(__name__)


def kept(app):
    """The folder of all pictures drawn so far."""
    return Path(app.outdir).resolve().parent / "frames"


def tell_cells(app):
    os.environ["NNLIB_FRAMES"] = str(kept(app))


def place_frames(app, page, template, context, doctree):
    """Fills in the pictures' addresses, and gives the player to a page with explorers."""
    body = context.get("body")
    if not body:
        return
    copy_frames(app, page, set(FRAME.findall(body)))
    context["body"] = FRAME.sub(
        lambda found: context["pathto"](f"frames/{found[1]}", resource=True), body
    )
    if re.search(r'class="[^"]*\bnn-explorer\b', body):
        app.add_js_file("player.js", loading_method="defer")


def copy_frames(app, page, names):
    folder = Path(app.outdir, "frames")
    folder.mkdir(exist_ok=True)
    for name in sorted(names):
        if not (kept(app) / name).exists():
            logger.warning("no picture %s", kept(app) / name, location=page)
        elif not (folder / name).exists():
            shutil.copyfile(kept(app) / name, folder / name)


def remove_unused(app, error):
    """A picture that no page shows any more is not published."""
    if error or app.builder.format != "html":
        return
    shown = set()
    for page in written(Path(app.outdir)):
        shown.update(SHOWN.findall(page.read_text("utf-8")))
    for path in Path(app.outdir, "frames").glob("*.png"):
        if path.name not in shown:
            path.unlink()


def setup(app):
    app.connect("builder-inited", tell_cells)
    app.connect("html-page-context", place_frames)
    app.connect("build-finished", remove_unused)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
