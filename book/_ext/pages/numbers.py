"""A chapter bears one number: above its title, and in those of its exercises.

Sphinx counts what stands above a title, nnbook/contents.py what exercises are called, both from
_toc.yml; where they disagree the build says so.
"""

import yaml
from notebooks.normalise import pages
from sphinx.util import logging

from nnbook import contents

logger = logging.getLogger(__name__)


def check(app, env):
    toc = yaml.safe_load((app.srcdir / "_toc.yml").read_text("utf-8"))
    for name, page in zip(pages(app.srcdir), contents.read(toc), strict=True):
        shown = (env.toc_secnumbers.get(name, {}).get("") or [None])[0]
        if shown != page.number:
            logger.warning(
                "the site counts this as chapter %s, and its exercises as chapter %s",
                shown,
                page.number,
                location=name,
            )


def setup(app):
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
