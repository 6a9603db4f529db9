"""Leaves out what no page uses.

The theme and the extensions give every page every script and style, and copy translations, fonts
and maps for debuggers beside them.
"""

import re
from pathlib import Path
from shutil import rmtree

from docutils import nodes
from pages.launch import written

from finish import addresses

# Scripts and styles, by words in their names, that a page gets only if it has an element whose
# class begins so.
NEEDED_FOR = {
    "clipboard": "highlight",
    "copybutton": "highlight",
    "togglebutton": "(toggle|dropdown)",
    "toggle": "(toggle|dropdown)",
    "mathjax": r"math\b",  # every page has the class mathjax_ignore
    "design-tabs": "sd-tab-",
    "sphinx-design": "sd-",
    "mystnb": "(cell|output|traceback)",
    "player": "nn-explorer",
    "thebe": "never",
}
# Of the theme's style sheet: the fonts of Font Awesome, and a rule for each of its icons.
FONT_AWESOME = re.compile(r"@font-face\{[^}]*\}|(?:\.fa-[a-z0-9-]+:before,?)+\{[^}]*\}")
KEPT = re.compile(r"LICENSE|OFL|README|/mathjax/")


def drop_thebe(app, doctree, page):
    """Thebe, which nobody starts here, writes its settings below the page's last section."""
    for node in list(doctree.children):
        if isinstance(node, nodes.raw) and "kernel" in node.astext().lower():
            doctree.remove(node)


def trim_page(app, page, context, doctree):
    """Takes out of a page the scripts and styles that it does not need, and doubles."""
    body = context.get("body") or ""
    for key in ("script_files", "css_files"):
        seen = set()
        context[key][:] = [
            asset
            for asset in context[key]
            if is_needed(text := describe(asset), body)
            and not (text in seen or seen.add(text))
        ]


def describe(asset):
    return f"{asset.filename or ''} {asset.attributes.get('body') or ''}".lower()


def is_needed(asset, body):
    """Whether a body needs a script or a style, described by its name or its text."""
    reasons = [reason for name, reason in NEEDED_FOR.items() if name in asset]
    return not reasons or any(
        re.search(rf'class="[^"]*(?<![\w-]){reason}', body) for reason in reasons
    )


def trim_site(app):
    """Takes out of the site the files that nothing in it names."""
    remove_old_pages(Path(app.outdir), app.env.found_docs | addresses.moved(app).keys())
    if not app._warncount:  # what a notebook of an earlier build failed at
        rmtree(Path(app.outdir, "reports"), ignore_errors=True)
    static = Path(app.outdir, "_static")
    theme = static / "styles" / "pydata-sphinx-theme.css"
    style = theme.read_text("utf-8")
    if FONT_AWESOME.search(style):
        theme.write_text(FONT_AWESOME.sub("", style), "utf-8")
    pages = [p for p in written(Path(app.outdir)) if static not in p.parents]
    for path in unnamed(static, "".join(p.read_text("utf-8") for p in pages)):
        path.unlink()
    for folder in sorted(static.rglob("*/"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def remove_old_pages(folder, found):
    """Pages, and the sources beside them, of which an earlier build knew."""
    books = {page.split("/")[0] for page in found if "/" in page}
    for base in (folder, folder / "_sources"):
        for path in [p for book in books for p in (base / book).rglob("*.*")]:
            if path.relative_to(base).with_suffix("").as_posix() not in found:
                path.unlink()


def unnamed(folder, text):
    """The files whose name is neither in the text nor in a style or script that is."""
    left = {path for path in folder.rglob("*") if path.is_file()}
    found = {path for path in left if KEPT.search(path.as_posix())}
    left -= found
    while text:
        found = {path for path in left if path.suffix != ".map" and path.name in text}
        left -= found
        text = "".join(
            path.read_text("utf-8") for path in found if path.suffix in (".css", ".js")
        )
    return left
