"""What the chapters say in bold, and what the glossary and the API page make of it.

A bold piece of text is one of three things:

- a heading that runs into its paragraph or list item: `**By hand.** Compute …`;
- a sentence that deserves it, of five words or more, or with a full stop;
- a term, where it is defined. Terms belong in the glossary.

Mere emphasis is in italics.
"""

import functools
import json
import re
from collections import namedtuple
from pathlib import Path

import story
from myst_parser.mdit_to_docutils.base import default_slugify
from notebooks.definitions import core_definitions, definitions, read_core
from notebooks.normalise import pages

# The chapter's sentence needs another form than the glossary.
FORMS = {
    "axes": "axis",
    "dead": "dead unit",
    "diverges": "divergence",
    "generalizes": "generalization",
    "saturated": "saturation",
    "shuffles": "shuffling",
}
CONVENTIONS = {"notation"}  # a page whose bold sentences are conventions, not terms

BOLD = re.compile(r"\*\*(.+?)\*\*")
RUN_IN = re.compile(
    r"^\s*(?:[-*]|\d+\.)\s+\*\*|^\s*\*\*[^*]+(?:[.:?!,]\*\*|\*\*(?::|\s*$))"
)
HEADING = re.compile(r"(#{1,3}) (.+)")
FENCE = re.compile(r"\s*(`{3,}|:{3,}|~{3,})")

Bold = namedtuple("Bold", "text page heading line")
Entry = namedtuple("Entry", "terms words page slug heading title letter")


def lines(root, page):
    """(line, heading above it) of a page's Markdown, fences of code and directives included."""
    path = Path(root, f"{page}.ipynb")
    if path.exists():
        cells = json.loads(path.read_text("utf-8"))["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    else:
        texts = [path.with_suffix(".md").read_text("utf-8")]
    heading = ""
    for text in texts:
        fence = None
        for line in text.splitlines():
            mark = FENCE.match(line)
            if mark and fence is None:
                fence = mark[1]
            elif mark and line.strip() == fence:
                fence = None
            elif fence is None and (found := HEADING.match(line)):
                heading = found[2].strip()
            yield line, heading


def slug(heading):
    """The anchor of a heading, as the build makes it: its words, without the formulas."""
    return default_slugify(re.sub(r"\$[^$]*\$|[*`]", "", heading))


def sections(root, page):
    """{anchor: heading} of the sections of a page; the first is the page itself, and its title."""
    headings = [heading for _, heading in lines(root, page) if heading]
    return {slug(heading): heading for heading in headings}


def title(root, page):
    return next(iter(sections(root, page).values()))


def bold(root, page):
    """Everything that a page says in bold, and under which heading."""
    name = page.rpartition("/")[2]
    return [
        Bold(text, name, heading, line)
        for line, heading in lines(root, page)
        for text in BOLD.findall(line)
    ]


def is_term(piece):
    """Whether a bold piece is the name of something, being defined."""
    text = piece.text
    if RUN_IN.match(piece.line) and piece.line.lstrip(" -*0123456789.").startswith(
        text
    ):
        return False  # a heading that runs in
    # A request or a sentence is no name.
    sentence = text.endswith(".") or len(text.split()) > 4
    return not sentence and not text.startswith("Predict")


def chapters(root):
    """The pages that introduce terms."""
    return [
        page
        for page in pages(Path(root))
        if Path(root, f"{page}.ipynb").exists()
        and page.rpartition("/")[2] not in CONVENTIONS
    ]


def terms(root):
    """The bold terms of the book, in reading order."""
    return [b for page in chapters(root) for b in bold(root, page) if is_term(b)]


def normal(term):
    """The form in which a chapter's word and the glossary's are compared, without a plural s."""
    term = term.casefold()
    return re.sub("s$", "", FORMS.get(term, term))


def glossary(text):
    """The entries of glossary.md."""
    found = []
    for letter, body in re.findall(
        r"^## (\w)\n+```\{glossary\}\n(.*?)^```", text, re.M | re.S
    ):
        for block in re.split(r"\n\n", body.strip("\n")):
            heads = [line for line in block.splitlines() if not line.startswith(" ")]
            words = " ".join(
                line.strip() for line in block.splitlines() if line[0] == " "
            )
            link = re.search(
                r"Defined in \[\*(.*)\*\]\((\w+)\.ipynb#([\w-]+)\), \*(.*)\*\.$", words
            )
            heading, page, anchor, title = link.groups() if link else [None] * 4
            # What the first lines of a page define has no section: the page alone is named.
            if opening := re.search(
                r"Defined in \[\*(.*)\*\]\((\w+)\.ipynb\)\.$", words
            ):
                heading = title = opening[1]
                page, anchor = opening[2], slug(title)
            found.append(Entry(heads, words, page, anchor, heading, title, letter))
    return found


@functools.cache
def told(root):
    return story.read_book(root)[0], core_definitions(read_core(root))


def chapters_of(root, name):
    """The pages that define a public name of the core first, and whole, as the story sees it."""
    chapters, package = told(root)
    core = package[name]
    shown = [
        (chapter.name, definition)
        for chapter in chapters
        for source in chapter.cells
        for definition in definitions(source)
        if definition.name == name
    ]
    whole = [
        page
        for page, d in shown
        if d.text == core.text or (d.is_class and d.members == core.members)
    ]
    return [shown[0][0], whole[0]]
