"""Citations: written out as links that every place shows, to works that references.bib holds."""

import re

import nbformat
import pytest
from notebooks import bibliography
from notebooks.normalise import notebooks


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


def test_every_work_is_cited():
    said = "".join(
        cell.source
        for path in notebooks()
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
    )
    cited = {key for _, key in bibliography.LINK.findall(said)}
    assert set(bibliography.references().entries) == cited
