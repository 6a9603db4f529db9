"""A formula keeps its punctuation, a number its %: a Sphinx extension for the book's build.

A browser may break a line on either side of what MathJax typesets, so a comma or a closing bracket
could begin a line, and an opening one end it. Here a short formula and the marks that touch it
become one element, which book/assets/book.css does not let wrap.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

LONGEST = 60  # characters of TeX: a longer formula needs all of a phone's line
PER_CENT = re.compile(r"(?<=\d) (?=%)")
OPENING, CLOSING = re.compile(r"[^\s\w]*\Z"), re.compile(r"\A[^\s\w]*")


class BindPunctuation(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **options):
        for formula in list(self.document.findall(nodes.math)):
            if len(formula.astext()) <= LONGEST:
                bind(formula)


class BindPerCent(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **options):
        for text in list(self.document.findall(nodes.Text)):
            as_typed = isinstance(
                text.parent, (nodes.literal, nodes.math, nodes.FixedTextElement)
            )
            if not as_typed and PER_CENT.search(text):
                text.parent.replace(
                    text, nodes.Text(PER_CENT.sub("\N{NO-BREAK SPACE}", text))
                )


def bind(formula):
    """Puts a formula into one element with the marks before and after it, if there are any."""
    opening = cut(OPENING, formula, -1)
    last = formula
    while isinstance(last.parent, (nodes.strong, nodes.emphasis)) and is_last(last):
        last = last.parent  # its full stop stands outside: **the shape of $W$**.
    closing = cut(CLOSING, last, 1)
    if opening or closing:
        whole = nodes.inline("", "", classes=["nowrap"])
        formula.replace_self(whole)
        whole += [nodes.Text(opening), formula, nodes.Text(closing)]


def is_last(node):
    return node.parent[-1] is node


def cut(marks, node, step):
    """Takes the marks away from the text beside a node."""
    row, at = node.parent, node.parent.index(node) + step
    if not 0 <= at < len(row) or not isinstance(row[at], nodes.Text):
        return ""
    found = marks.search(row[at])[0]
    if found:
        row[at] = nodes.Text(marks.sub("", row[at], count=1))
    return found


def setup(app):
    app.add_post_transform(BindPunctuation)
    app.add_post_transform(BindPerCent)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
