"""Pages that need nothing but themselves: a Sphinx extension for the book's build.

It tells the cells that a site is being built, copies MathJax beside the pages, and takes out
scripts that the theme adds and this book does not use.
"""

import os
from importlib.metadata import distribution
from pathlib import Path

import myst_nb.core.render
from sphinx.util.fileutil import copy_asset

MATHJAX = ("tex-chtml-full.js", "output/chtml/fonts")


def copy_mathjax(app, error):
    """MathJax's one script and its fonts (2 MB), from the package that carries all of it."""
    if error or app.builder.format != "html":
        return
    package = distribution("sphinx-mathjax-offline")
    source = Path(package.locate_file("sphinx-mathjax-offline/static/mathjax"))
    target = Path(app.outdir, "_static", "mathjax")
    for part in MATHJAX:
        copy_asset(
            source / part, (target / part).parent if "." in part else target / part
        )


def drop_thebe(app, page, template, context, doctree):
    """Thebe is added twice, throws in the console and names another origin; nobody starts it."""
    scripts = context.get("script_files", [])
    scripts[:] = [
        s for s in scripts if "thebe" not in f"{s.filename} {s.attributes}".lower()
    ]


def join_streams(outputs):
    """The pieces of one printed text as one text, nothing added.

    MyST-NB's own function ends each piece with a line break; a slow machine sends a line in two.
    """
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            joined.append(output)
    return joined


def setup(app):
    myst_nb.core.render.coalesce_streams = join_streams  # used when nb_merge_streams is set
    # NNLIB_SITE: an explorer shows a picture instead of widgets. NNLIB_QUIET: no progress bars.
    os.environ.update(NNLIB_SITE="1", NNLIB_QUIET="1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # quickest at the chapters' sizes
    app.connect("build-finished", copy_mathjax)
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
