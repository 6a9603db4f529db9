"""The page of claims: a Sphinx extension for the book's build.

    ```{claims}
    ```                 each comparison that the prose makes, with what was measured

All of it is derived from claims/results, which `make claims` writes.
"""

import json
from pathlib import Path
from statistics import median

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from nnbook import contents
from pages.api import HEADING, Place
from pages.exercises import fold, table

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Claims(SphinxDirective):
    def run(self):
        made = []
        for page in contents.pages(self.env.srcdir):
            results = Path(self.env.srcdir, "claims", "results", f"{page.name}.json")
            if results.exists():
                self.env.note_dependency(str(results))
                made.append(self.of_page(page, json.loads(results.read_text("utf-8"))))
        return made

    def of_page(self, page, results):
        path = Path(self.env.srcdir, f"{page.file}.ipynb")
        self.env.note_dependency(str(path))
        passages = [*sections(path)]
        title = passages[0][0].title
        made = nodes.section("", nodes.title("", title), ids=[f"of-{page.name}"])
        self.state.document.note_implicit_target(made)
        for result in results.values():
            place = next(
                (it for it, text in passages if words(result["says"][0]) in text),
                passages[0][0],
            )
            made += self.claim(result, place)
        return made

    def claim(self, result, place):
        quoted = "\n>\n".join(f"> {passage(words(it))}" for it in result["says"])
        link = place.link.partition(", *")[0]  # without the title, which stands above
        made = self.parse(f"{quoted}\n\n{words(result['setting'])} ({link})")
        what = result["measures"]
        head = (what[0].upper() + what[1:], "median", "from", "to", "runs")
        rows = [
            [[nodes.Text(cell)] for cell in (name, *numbers(values), str(len(values)))]
            for name, values in result["got"].items()
        ]
        return [*made, *fold("What each got", table(head, rows, "nn-claims"))]

    def parse(self, text):
        node = nodes.Element()
        self.state.nested_parse(StringList(text.splitlines(), "claims"), 0, node)
        return node.children


def sections(path):
    """(its Place, its words) of each section of a notebook, captions in its code included."""
    found, title = [], ""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        for line in "".join(cell["source"]).splitlines():
            if cell["cell_type"] == "markdown" and (heading := HEADING.match(line)):
                title = title or heading[1]
                found.append((Place(path.stem, title, heading[1]), []))
            elif found:
                found[-1][1].append(line)
    return [(place, words("\n".join(lines))) for place, lines in found]


def words(text):
    return " ".join(text.split())


def passage(text):
    """A part of a sentence, marked as one."""
    whole = text.rstrip('*_`)"')[-1:] in (".", "!", "?", ":", ";")
    return ("… " if text[0].islower() else "") + text + ("" if whole else " …")


def numbers(values):
    return [number(it) for it in (median(values), min(values), max(values))]


def number(value):
    """Three digits, with a power of ten where they stand far from the point."""
    if 1000 <= abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", "−")
    digits, _, power = f"{value:.3g}".replace("-", "−").partition("e")
    if not power:
        return digits
    return f"{digits} · 10{str(int(power.replace('−', '-'))).translate(RAISED)}"


def setup(app):
    app.add_directive("claims", Claims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
