"""Citations: written out as links that every place shows, to works that references.bib holds."""

import re

import nbformat
import pytest
from notebooks import bibliography
from notebooks.normalise import notebooks
from pybtex.database import Entry

# Besides author, title and year. Conferences on Learning Representations have no pages.
WHERE = {
    "article": {"journal", "volume", "pages"},
    "inproceedings": {"booktitle", "pages"},
    "incollection": {"booktitle", "publisher", "pages"},
    "book": {"publisher"},
    "misc": set(),
}
WITHOUT_PAGES = re.compile(r"Learning Representations|Workshop")
LINKS = {"doi", "url", "eprint"}
NAMED = re.compile(r"[A-Z][a-zé]+(?: and [A-Z][a-z]+| et al\.)?,? \(?(?:19|20)\d\d\b")


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("polyak1964", "[Polyak, 1964]"),
        ("kingma2015", "[Kingma and Ba, 2015]"),
        ("lecun1998efficient", "[LeCun *et al.*, 1998]"),
        ("shannon1948, kullback1951", "[Kullback and Leibler, 1951; Shannon, 1948]"),
    ],
)
def test_a_citation_says_who_and_when(keys, shown):
    made = bibliography.cited(f"As they say {{cite}}`{keys}`.")
    assert re.sub(r"\[([^][]+)\]\(.*?\)", r"\1", made) == f"As they say {shown}."
    for key in keys.split(", "):
        assert f"](bibliography.md#{key})" in made
    assert bibliography.cited(made) == made


def test_a_citation_follows_its_work():
    old = "[[Someone, 1066](bibliography.md#shannon1948)]"
    assert bibliography.cited(old) == "[[Shannon, 1948](bibliography.md#shannon1948)]"


def test_what_is_not_in_the_bibliography_stops_whoever_cites_it():
    for source in ("{cite}`nobody2020`", "[Nobody, 2020](bibliography.md#nobody2020)"):
        with pytest.raises(ValueError, match="has no 'nobody2020'.*add it"):
            bibliography.cited(source)


def test_the_page_lists_what_references_bib_holds():
    text = bibliography.PAGE.read_text("utf-8")
    assert text == bibliography.page(text), "run make notebooks"
    keys = re.findall(r"^\((\w+)\)=$", text, re.M)
    assert sorted(keys) == sorted(bibliography.references().entries)
    assert "\n## How to cite\n" in text


def lacks(entry):
    """What a reader who looks for the work is not told."""
    wanted = {"title", "year"} | WHERE[entry.type]
    if WITHOUT_PAGES.search(entry.fields.get("booktitle", "")):
        wanted -= {"pages"}
    yield from sorted(wanted - set(entry.fields))
    if not LINKS & set(entry.fields):
        yield "a link: doi, url or eprint"


@pytest.mark.parametrize("key", bibliography.references().entries)
def test_a_work_can_be_found(key):
    entry = bibliography.references().entries[key]
    assert not [*lacks(entry)], (
        f"{key} in references.bib lacks {', '.join(lacks(entry))}"
    )
    [printed] = [words for words in bibliography.listed() if f"({key})=" in words]
    for field in ("volume", "pages", "publisher", "doi", "url", "eprint"):
        told = entry.fields.get(field, "").replace("--", "–")
        assert told in printed, f"{key}: its {field} is not in the list"


@pytest.mark.parametrize(
    ("kind", "fields", "missing"),
    [
        ("article", "title year journal doi", ["pages", "volume"]),
        ("misc", "title year", ["a link: doi, url or eprint"]),
        ("book", "title year url", ["publisher"]),
        ("inproceedings", "title year url booktitle", ["pages"]),
    ],
)
def test_what_a_work_lacks_is_named(kind, fields, missing):
    assert [*lacks(Entry(kind, [(name, "1") for name in fields.split()]))] == missing


def sentences():
    return "".join(
        cell.source
        for path in notebooks()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    )


def unlinked(text):
    """Works that a text names by author and year, and does not link to their entries."""
    return NAMED.findall(bibliography.LINK.sub("", text))


def test_a_work_that_is_named_has_an_entry():
    assert not unlinked(sentences())
    assert unlinked("The first to say so (Nesterov, 1983) was") == ["Nesterov, 1983"]
    assert unlinked("by He et al., 2016, and by Huber (1964)") == [
        "He et al., 2016",
        "Huber (1964",
    ]


def test_every_work_is_cited():
    cited = {key for _, key in bibliography.LINK.findall(sentences())}
    assert set(bibliography.references().entries) == cited
