"""Chapters are called by their titles: their numbers, and how many there are, change.

`_toc.yml` knows them, and the site computes what it shows. Whoever moves, splits or renames a
chapter is told here of each sentence that has to change with it.
"""

import ast
import io
import json
import re
import tokenize
from pathlib import Path

import pytest
import reference
from notebooks.normalise import pages
from pages import overview

from nnbook import contents

ROOT = Path(__file__).resolve().parents[1]

SMALL = "one two three four five six seven eight nine ten eleven twelve".split()
PLACES = "first second third fourth fifth sixth seventh eighth ninth tenth next last previous"
NUMBER = rf"(?:\d+|{'|'.join(SMALL[1:])})"
NUMBERED = re.compile(
    rf"\bchapters? \[?(?:\d|{'|'.join(SMALL)}\b)"  # chapter 4, chapters [4](losses.ipynb)
    rf"|\bexercises? \d+\.\d"  # exercise 4.2
    rf"|\b{NUMBER} (?:\[?exercises|chapters)\b"  # eight chapters
    rf"|\b(?:{PLACES.replace(' ', '|')}) chapters?\b",
    re.IGNORECASE,
)
OTHERS = re.compile(r"\]\(bibliography\.md#\w+\)\], chapter \d+")  # of another book
NIELSEN = "[[Nielsen, 2015](bibliography.md#nielsen2015)]"
LINK = re.compile(r"\[([^][]+)\]\((?:book/)?(\w+\.(?:ipynb|md))?(?:#([\w-]+))?\)")


# --- what is read ---------------------------------------------------------------------------


def texts():
    """{file and place: text}: all that readers and contributors read, but no program."""
    found = {}
    for name in ("README.md", "CONTRIBUTING.md", "CITATION.cff"):
        if (ROOT / name).exists():
            found[name] = (ROOT / name).read_text("utf-8")
    for path in sorted((ROOT / "book").rglob("*.md")):
        found[path.relative_to(ROOT).as_posix()] = path.read_text("utf-8")
    for path in sorted((ROOT / "book/_templates").iterdir()):
        found[f"book/_templates/{path.name}"] = path.read_text("utf-8")
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        for i, cell in enumerate(cells, 1):
            found[f"book/{path.name}, cell {i}"] = "\n".join(said(cell))
    for folder in ("nnlib", "nnbook"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found[name] = words(path.read_text("utf-8"))
    found["book/changelog.md"] = unreleased(found["book/changelog.md"])
    return found


def said(cell):
    """A cell's source, and what it prints."""
    yield "".join(cell["source"])
    for output in cell.get("outputs", []):
        yield "".join(
            output.get("text") or output.get("data", {}).get("text/plain", [])
        )


def words(program):
    """The strings of a program, docstrings among them, and its comments."""
    tokens = tokenize.generate_tokens(io.StringIO(program).readline)
    comments = [
        token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT
    ]
    nodes = ast.walk(ast.parse(program))
    strings = [it.value for it in nodes if isinstance(getattr(it, "value", None), str)]
    return "\n".join([*strings, *comments])


def unreleased(changelog):
    """Editions that are out keep what was true of them."""
    return re.split(r"^## \d", changelog, flags=re.M)[0]


TEXTS = texts()


# --- no numbers -----------------------------------------------------------------------------


def numbers(text):
    """What calls a chapter by its number or place, or counts chapters or exercises by hand."""
    flowing = " ".join(OTHERS.sub("", text).split())
    return [found[0] for found in NUMBERED.finditer(flowing)]


def test_nothing_calls_a_chapter_by_its_number_or_counts_by_hand():
    typed = [
        f"{place}: {what}" for place, text in TEXTS.items() for what in numbers(text)
    ]
    assert not typed, (
        "the table of contents changes; use the chapter's title, as a link where there can be "
        "one, [*Losses*](losses.ipynb), or have it counted:\n" + "\n".join(typed)
    )


@pytest.mark.parametrize(
    "typed",
    [
        "In [chapter 4](losses.ipynb) you saw",
        "the sigmoid of\nchapter 3",
        "Chapters [4](losses.ipynb) and [5](backpropagation.ipynb) each",
        "Chapters 2 to 7 each recommended something.",
        "as chapter four says",
        "In eight chapters you build",
        "55 exercises, and more",
        "55 [exercises](exercises.md) in code",
        "Exercise 4.2 asks",
        "in the last chapter",
    ],
)
def test_a_number_is_noticed(typed):
    assert numbers(typed)


def test_chapters_of_other_books_have_their_numbers():
    assert not numbers(f"He begins with a neuron {NIELSEN}, chapter 1.")
    assert numbers(f"He begins with a neuron {NIELSEN}. See chapter 1.")


def test_words_of_programs_are_read():
    program = '"""Figures of a."""\nx = 1  # as in b\ny = f"c {x} d"\nchapter_4 = 4\n'
    assert words(program).split() == "Figures of a. c d as in b".split()


# --- titles -----------------------------------------------------------------------------------

SECTIONS = {
    Path(ROOT, f"{page}{suffix}").name: reference.sections(ROOT, page)
    for page in pages(ROOT)
    for suffix in (".ipynb", ".md")
    if Path(ROOT, f"{page}{suffix}").exists()
}
DERIVED = {
    "exercises.md",
    "solutions.md",
    "bibliography.md",
    "api.md",
}  # have more sections


def astray(place, text):
    """Links that lead to no page or section, or are called by another title than it has."""
    here = Path(place.partition(",")[0]).name
    for shown, page, anchor in LINK.findall(" ".join(text.split())):
        page = page or here
        sections = SECTIONS.get(page)
        if sections is None:
            if page.endswith((".ipynb", ".md")) and not Path(ROOT, page).exists():
                yield f"{place}: no page {page}"
            continue
        title = next(iter(sections.values()))
        if anchor and anchor not in sections and page not in DERIVED:
            yield f"{place}: no section #{anchor} in {page}"
        called = re.fullmatch(r"\*([^*]+)\*", shown)
        if called and called[1] not in (title, sections.get(anchor)):
            name = " or ".join(filter(None, [title, sections.get(anchor)]))
            yield f"{place}: {shown} leads to {page}#{anchor}, which is called {name}"


def test_links_are_called_by_the_title_of_what_they_lead_to():
    wrong = [told for place, text in TEXTS.items() for told in astray(place, text)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("[*Loss*](losses.ipynb)", "is called Losses"),
        ("[*Losses*](optimizers.ipynb)", "is called Optimizers"),
        ("[*Likely*](losses.ipynb#likelihood)", "is called Losses or Likelihood"),
        ("[*Losses*](losses.ipynb#likelyhood)", "no section #likelyhood"),
        ("[softmax](softmacs.ipynb)", "no page softmacs.ipynb"),
        ("[above](#likelyhood)", "no section #likelyhood in losses.ipynb"),
    ],
)
def test_a_link_that_went_astray_is_noticed(link, told):
    (sentence,) = astray("book/losses.ipynb, cell 1", f"As in {link}.")
    assert told in sentence


def test_links_to_a_page_or_a_section_by_either_title_are_good():
    good = (
        "[*Losses*](losses.ipynb), [*Losses*](losses.ipynb#likelihood), "
        "[*Likelihood*](#likelihood), [*Surprise,\ncounted*](losses.ipynb#surprise-counted)"
    )
    assert not list(astray("book/losses.ipynb, cell 1", good))


@pytest.mark.parametrize("name", contents.chapters())
def test_the_files_of_a_chapter_call_it_by_its_title(name):
    title, _ = overview.opening(ROOT / f"book/{name}.ipynb")
    for path in (ROOT / "nnbook").glob(f"*/{name}.py"):
        first = path.read_text("utf-8").partition("\n")[0]
        assert f"*{title}*" in first, f"{path.name} begins with {first}"
