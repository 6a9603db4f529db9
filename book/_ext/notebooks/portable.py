"""The notebooks' Markdown for Colab, which knows plain Markdown and mathematics only.

What is in code cells is nobody's to change.
"""

import html
import re

from markdown_it import MarkdownIt

LINK = re.compile(r"\]\((?:(\w+)(\.ipynb|\.md))?(?:#([\w-]+))?\)")
OPTIONS = re.compile(r"((?::\w+:[^\n]*\n)*)(.*)", re.S)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.S | re.M)


def plain(source, address):
    """Plain Markdown. address(name, suffix, anchor) says where a link leads, or "" for each."""
    return LINK.sub(lambda found: f"]({address(*found.groups(''))})", unfenced(source))


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
