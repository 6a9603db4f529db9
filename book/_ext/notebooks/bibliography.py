"""Citations as plain Markdown, which every place shows that shows the book's pages.

An author writes {cite}`shannon1948`. `python book/_ext normalise` makes of it what JupyterLab,
JupyterLite, Colab and the site all know, [[Shannon, 1948](bibliography.md#shannon1948)], and
writes the list in bibliography.md anew. What is known of a work is in references.bib alone.
"""

import re
from functools import cache
from pathlib import Path

from pybtex.backends.markdown import Backend
from pybtex.database import parse_file
from pybtex.style.formatting.plain import Style

BOOK = Path(__file__).parents[2]
REFERENCES, PAGE = BOOK / "references.bib", BOOK / "bibliography.md"
CITATION = re.compile(r"\{cite\}`([\w, ]+)`")
LINK = re.compile(r"\[([^][]+)\]\(bibliography\.md#(\w+)\)")
FIRST, LAST = "<!-- from references.bib -->\n", "<!-- written by normalise -->\n"
ESCAPED = re.compile(r"\\([^\w\s*_\[\]`\\])")  # by pybtex, where Markdown needs it not


@cache
def references():
    return parse_file(REFERENCES, "bibtex")


def cited(source):
    """Markdown with its citations as links: [Kullback and Leibler, 1951; Shannon, 1948]."""

    def links(found):
        keys = [key.strip() for key in found[1].split(",")]
        return f"[{'; '.join(sorted(map(link, keys)))}]"

    def renewed(found):
        return link(found[2])

    return LINK.sub(renewed, CITATION.sub(links, source))


def link(key):
    return f"[{label(key)}](bibliography.md#{key})"


def label(key):
    """Whose work it is, and of which year."""
    entries = references().entries
    if key not in entries:
        raise ValueError(
            f"{REFERENCES.name} has no {key!r}, which a page cites: add it"
        )
    people = [
        " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
        for person in entries[key].persons["author"]
    ]
    who = " and ".join(people) if len(people) < 3 else f"{people[0]} *et al.*"
    return f"{who}, {entries[key].fields['year']}"


def listed():
    """All works, by their authors' names, each a paragraph that a link can lead to."""
    backend, data = Backend(), references()
    for entry in Style().format_bibliography(data, list(data.entries)):
        words = ESCAPED.sub(r"\1", " ".join(entry.text.render(backend).split()))
        yield f"({entry.key})=\n{words}\n"


def page(text):
    """The page's text with the list as references.bib has it."""
    before, _, rest = text.partition(FIRST)
    _, _, after = rest.partition(LAST)
    return f"{before}{FIRST}\n" + "\n".join(listed()) + f"\n{LAST}{after}"


def write():
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
