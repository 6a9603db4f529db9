"""The notebooks' Markdown for places without Sphinx, where parts of MyST read badly.

JupyterLite, with jupyterlab_myst, lacks the bibliography: `cited`. Colab knows plain Markdown and
mathematics only: `plain`. What is in code cells is nobody's to change.
"""

import html
import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from pybtex.database import parse_file

REFERENCES = Path(__file__).parents[2] / "references.bib"
CITATION = re.compile(r"\{cite\}`([\w, ]+)`")
LINK = re.compile(r"\]\((?:(\w+)(\.ipynb|\.md))?(?:#([\w-]+))?\)")
OPTIONS = re.compile(r"((?::\w+:[^\n]*\n)*)(.*)", re.S)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.S | re.M)


def cited(source):
    """Citations as the site shows them, [Kullback and Leibler, 1951, Shannon, 1948], as links."""
    return CITATION.sub(lambda found: f"[{', '.join(links(found[1]))}]", source)


def links(keys):
    labels = sorted(label(key.strip()) for key in keys.split(","))
    return [f"[{text}](bibliography.md)" for text in labels]


def label(key):
    """Whose work it is, and of which year."""
    entry = references()[key]
    people = [
        " ".join(map(str, person.rich_prelast_names + person.rich_last_names))
        for person in entry.persons["author"]
    ]
    who = " and ".join(people) if len(people) < 3 else f"{people[0]} *et al.*"
    return f"{who}, {entry.fields['year']}"


@cache
def references():
    return parse_file(REFERENCES, "bibtex").entries


def plain(source, address):
    """Plain Markdown. address(name, suffix, anchor) says where a link leads, or "" for each."""
    return LINK.sub(
        lambda found: f"]({address(*found.groups(''))})", unfenced(cited(source))
    )


def unfenced(source):
    """Admonitions as what GitHub, Colab and others show: folded ones as details, others quoted."""
    lines = source.split("\n")
    for token in reversed(MarkdownIt().parse(source)):
        if token.type == "fence" and token.info.startswith("{admonition}"):
            start, end = token.map
            title = token.info.removeprefix("{admonition}").strip()
            options, body = OPTIONS.fullmatch(token.content).groups()
            shown = folded if ":class: dropdown" in options else quoted
            lines[start:end] = shown(title, body.strip()).split("\n")
    return "\n".join(lines)


def folded(title, body):
    return f"<details><summary>{html.escape(title)}</summary>\n\n{body}\n\n</details>"


def quoted(title, body):
    """A formula goes on one line: within it a mark of quotation would be a part of it."""
    body = DISPLAY.sub(
        lambda found: "$$" + found[1].replace("\n", " ") + "$$",
        f"**{title}**\n\n{body}",
    )
    return "\n".join(f"> {line}".rstrip() for line in body.split("\n"))


def anchors(cells):
    """The headings of a notebook by the names that links give them: {anchor: id of the cell}."""
    found = {}
    for cell in cells:
        if cell.cell_type == "markdown":
            tokens = MarkdownIt().parse(cell.source)
            for heading, text in zip(tokens, tokens[1:], strict=False):
                if heading.type == "heading_open":
                    found.setdefault(anchor(text.content), cell.id)
    return found


def anchor(heading):
    """The name that MyST gives to a section: its title's words, without formulas."""
    words = re.sub(r"\$[^$]*\$|[^\w -]", "", heading)
    return words.lower().replace(" ", "-")
