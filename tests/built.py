"""The built site (`make book` builds it): where it is, what is in it, and whether it is new."""

from html.parser import HTMLParser
from pathlib import Path

from notebooks.normalise import pages

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
STAMP = ROOT / "_build" / "built"  # as old as the start of the last build
SOURCES = ("_config.yml", "_toc.yml", "pyproject.toml", "CITATION.cff")
CHAPTERS = pages()  # of the table of contents
APPARATUS = ["genindex", "search"]  # which Sphinx adds
PAGES = CHAPTERS + APPARATUS


def newest_source():
    """The source of the site that was changed last."""
    sources = list(map(ROOT.joinpath, SOURCES))
    for folder in ("book", "nnlib", "nnbook", "claims"):
        sources += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
            and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
        ]
    return max(sources, key=lambda path: path.stat().st_mtime)


def staleness():
    """Why the site cannot be tested, or None: it is there, and as new as its sources."""
    if not STAMP.exists():
        return "there is no site that was built without a warning: run make book"
    missing = [page for page in PAGES if not (SITE / f"{page}.html").exists()]
    if missing:
        return f"the site has no {', '.join(missing)}: run make book"
    newest = newest_source()
    if STAMP.stat().st_mtime < newest.stat().st_mtime:
        return f"the site is older than {newest.relative_to(ROOT)}: run make book"


def read(page):
    return (SITE / f"{page}.html").read_text("utf-8")


class Elements(HTMLParser):
    """The attributes of every element of a page, by its tag."""

    def __init__(self, html):
        super().__init__()
        self.found = {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        self.found.setdefault(tag, []).append(attributes)

    def named(self, tag):
        return self.found.get(tag, [])

    def classes(self):
        everything = (e for elements in self.found.values() for e in elements)
        return {word for e in everything for word in e.get("class", "").split()}
