"""Pages that need nothing but themselves: MathJax beside them, and a search in a folder."""

from importlib.metadata import distribution
from pathlib import Path

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


def search_in_a_folder(app, page, context, doctree):
    """A search result quotes its page, which no browser lets a page from a folder read."""
    if page == "search":
        option = "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY"
        app.add_js_file(
            None, body=f'if (location.protocol === "file:") {option} = false;'
        )
