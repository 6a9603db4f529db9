"""A chapter bears one number: above its title, and in those of its exercises.

Sphinx counts what stands above a title, nnbook/contents.py what exercises are called, both from
_toc.yml; where they disagree the build says so.
"""

from sphinx.util import logging

from nnbook import contents

logger = logging.getLogger(__name__)


def check(app, env):
    for page in contents.pages(app.srcdir):
        shown = (env.toc_secnumbers.get(page.file, {}).get("") or [None])[0]
        if shown != page.number:
            logger.warning(
                "the site counts this as chapter %s, and its exercises as chapter %s",
                shown,
                page.number,
                location=page.file,
            )


def setup(app):
    app.connect("env-check-consistency", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
