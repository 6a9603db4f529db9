"""Pictures of the chapters and their explorers.

A cell that shows a picture writes it into a folder beside the site, kept from build to build,
and says `frames:NAME.png` (nnbook/explorers/page.py). Here each page gets the address it needs,
and the site the pictures that its pages show.
"""

import re
import shutil
from pathlib import Path

from notebooks.executed import frames
from sphinx.util import logging

from pages.launch import written

FRAME = re.compile(r"\bframes:([0-9a-f]{16}\.png)\b")
SHOWN = re.compile(r"\bframes/([0-9a-f]{16}\.png)\b")
logger = logging.getLogger(__name__)


def place_frames(app, page, context, doctree):
    """Fills in the pictures' addresses."""
    body = context.get("body")
    if not body:
        return
    copy_frames(app, page, set(FRAME.findall(body)))
    context["body"] = FRAME.sub(
        lambda found: context["pathto"](f"frames/{found[1]}", resource=True), body
    )


def copy_frames(app, page, names):
    kept, folder = frames(app.srcdir), Path(app.outdir, "frames")
    folder.mkdir(exist_ok=True)
    for name in sorted(names):
        if not (kept / name).exists():
            logger.warning("no picture %s", kept / name, location=page)
        elif not (folder / name).exists():
            shutil.copyfile(kept / name, folder / name)


def remove_unused(app):
    """A picture that no page shows any more is not published."""
    shown = set()
    for page in written(Path(app.outdir)):
        shown.update(SHOWN.findall(page.read_text("utf-8")))
    for path in Path(app.outdir, "frames").glob("*.png"):
        if path.name not in shown:
            path.unlink()
