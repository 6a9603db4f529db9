"""Pages that need nothing but themselves: a Sphinx extension for the book's build.

It tells the cells that a site is being built, and copies MathJax beside the pages.
"""

import os
from importlib.metadata import distribution
from pathlib import Path

import myst_nb.core.render
import myst_nb.sphinx_ext
from sphinx.util.fileutil import copy_asset

MATHJAX = ("tex-chtml-full.js", "output/chtml/fonts")


def copy_early(app):
    """MathJax's one script and its fonts (2 MB), from the package that carries all of it.

    Before the pages are written, as they name files with their checksums. MyST-NB copies its style
    afterwards: a first build's pages would differ from a second's.
    """
    if app.builder.format != "html":
        return
    package = distribution("sphinx-mathjax-offline")
    source = Path(package.locate_file("sphinx-mathjax-offline/static/mathjax"))
    target = Path(app.outdir, "_static", "mathjax")
    for part in MATHJAX:
        copy_asset(
            source / part, (target / part).parent if "." in part else target / part
        )
    myst_nb.sphinx_ext.add_global_html_resources(app, None)


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


def search_in_a_folder(app, page, template, context, doctree):
    """A search result quotes its page, which no browser lets a page from a folder read."""
    if page == "search":
        option = "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY"
        app.add_js_file(
            None, body=f'if (location.protocol === "file:") {option} = false;'
        )


def setup(app):
    # Used when nb_merge_streams is set.
    myst_nb.core.render.coalesce_streams = join_streams
    # NNLIB_SITE: an explorer shows a picture instead of widgets. NNLIB_QUIET: no progress bars.
    os.environ.update(NNLIB_SITE="1", NNLIB_QUIET="1")
    # One thread is quickest at the chapters' sizes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app.connect("builder-inited", copy_early)
    app.connect("html-page-context", search_in_a_folder)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
