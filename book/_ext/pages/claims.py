"""The page of claims: a Sphinx extension for the book's build.

    ```{claims}
    ```                 each comparison that the prose makes, with what was measured

All of it is derived from claims/results, which `make claims` writes, and from the pages: a claim
has some words of a page, and they are shown in their sentence, or below their table's head.
"""

import json
import re
from pathlib import Path
from statistics import median

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from nnbook import contents
from pages.api import HEADING, Place
from pages.exercises import fold, table

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LINK = re.compile(r"\[([^][]*)\]\([^)]*\)")
ITEM = re.compile(r" *([-*]|\d+\.) ")
NO_PROSE = re.compile(r"```|:\w+:|#")
SENTENCE_END = re.compile(r"[.!?][\"”*_)]*\s+(?=[\"“*_(\[$`A-Z\d])")


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
        passages, prose = [*sections(path)], [*paragraphs(path)]
        title = passages[0][0].title
        made = nodes.section("", nodes.title("", title), ids=[f"of-{page.name}"])
        self.state.document.note_implicit_target(made)
        for result in results.values():
            place = next(
                (it for it, text in passages if words(result["says"][0]) in text),
                passages[0][0],
            )
            made += self.claim(result, place, prose)
        return made

    def claim(self, result, place, prose):
        quoted = "\n".join(f"> {line}" for line in quotation(result["says"], prose))
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


def cells(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def sections(path):
    """(its Place, its words) of each section of a notebook, captions in its code included."""
    found, title = [], ""
    for cell in cells(path):
        for line in "".join(cell["source"]).splitlines():
            if cell["cell_type"] == "markdown" and (heading := HEADING.match(line)):
                title = title or heading[1]
                found.append((Place(path.stem, title, heading[1]), []))
            elif found:
                found[-1][1].append(line)
    return [(place, words("\n".join(lines))) for place, lines in found]


def paragraphs(path):
    """A notebook's paragraphs, items of lists and tables, each a list of lines."""
    texts = [
        "".join(it["source"]) for it in cells(path) if it["cell_type"] == "markdown"
    ]
    block = []
    for line in "\n\n".join([*texts, ""]).split("\n"):
        ends = not line.strip() or NO_PROSE.match(line)
        if block and (ends or ITEM.match(line)):
            yield block
            block = []
        if not ends:
            block.append(line)


def quotation(says, prose):
    """Lines of Markdown: passages of a page, each in its sentence or below its table's head."""
    quoted, head = [], None
    for said in map(words, says):
        block = next((it for it in prose if said in words(" ".join(it))), None)
        if not said.startswith("|") or not block:
            lines = ["", sentence(said, words(" ".join(block)) if block else said)]
        elif block is head:
            lines = [said]
        else:
            lines = ["", *block[:2], said]
        head = block
        if lines[-1] not in quoted:  # two passages of one sentence
            quoted += lines
    return quoted[1:]


def sentence(said, text):
    """The sentences of a paragraph in which a passage stands, without their links."""
    at = text.index(said)
    ends = [0, *(it.end() for it in SENTENCE_END.finditer(text)), len(text)]
    start = max(it for it in ends if it <= at)
    whole = text[start : min(it for it in ends if it >= at + len(said))].strip()
    if item := ITEM.match(whole):
        whole = whole[item.end() :]
    if whole.count("(") != whole.count(")"):  # one of several sentences in brackets
        whole = whole.removeprefix("(").removesuffix(")")
    return LINK.sub(r"\1", whole)


def words(text):
    return " ".join(text.split())


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
