"""The glossary has the chapters' terms, the API page the package's names, all the same version."""

import importlib
import inspect
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import reference
import yaml
from notebooks.definitions import CORE
from notebooks.normalise import pages
from pages import api

import nnlib

ROOT = Path(__file__).resolve().parents[1]
TERMS = reference.terms(ROOT)
GLOSSARY = (ROOT / "book" / "glossary.md").read_text("utf-8")
ENTRIES = reference.glossary(GLOSSARY)
HEADS = {reference.normal(head): entry for entry in ENTRIES for head in entry.terms}


# --- the glossary ---------------------------------------------------------------------------


def test_every_bold_term_is_in_the_glossary():
    missing = [
        f"{b.page}, {b.heading!r}: {b.text}"
        for b in TERMS
        if reference.normal(b.text) not in HEADS
    ]
    assert not missing, (
        "bold, and not in book/glossary.md; if it is emphasis and no term, "
        "use *italics*:\n" + "\n".join(missing)
    )


def test_a_term_is_bold_once():
    seen = {}
    for b in TERMS:
        seen.setdefault(reference.normal(b.text), []).append(f"{b.page}, {b.heading!r}")
    assert not {term: where for term, where in seen.items() if len(where) > 1}


def test_no_term_of_the_glossary_is_lost_on_the_way():
    """The reader of glossary.md in reference.py sees every entry that Sphinx will see."""
    inside = re.findall(r"^```\{glossary\}\n(.*?)^```", GLOSSARY, re.M | re.S)
    heads = [
        line for body in inside for line in body.splitlines() if re.match(r"\S", line)
    ]
    assert heads == [head for entry in ENTRIES for head in entry.terms]
    assert len(HEADS) == len(heads)  # no term twice


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.terms[0])
def test_entry_leads_to_the_section_that_defines_it(entry):
    assert entry.page, f"no link to a section at the end of: {entry.words}"
    assert f"book/{entry.page}" in pages(ROOT)
    sections = reference.sections(ROOT, f"book/{entry.page}")
    assert sections.get(entry.slug) == entry.heading
    assert entry.title == reference.title(ROOT, f"book/{entry.page}")
    heads = {reference.normal(head) for head in entry.terms}
    places = {
        (b.page, reference.slug(b.heading))
        for b in TERMS
        if reference.normal(b.text) in heads
    }
    assert (entry.page, entry.slug) in places


def twice(words):
    """Whether an entry names a page as its own section."""
    return re.search(r"Defined in \[\*(.+)\*\]\([^)]*\), \*\1\*\.", words)


def test_no_entry_names_its_page_twice():
    assert not [entry.terms[0] for entry in ENTRIES if twice(entry.words)]
    assert twice("A rule. Defined in [*Rules*](rules.ipynb#rules), *Rules*.")


def test_the_glossary_is_in_alphabetical_order():
    def key(entry):
        return re.sub(r"\W", " ", entry.terms[0].casefold())

    assert [key(e) for e in ENTRIES] == sorted(key(e) for e in ENTRIES)
    assert all(key(e).startswith(e.letter.casefold()) for e in ENTRIES)
    letters = re.findall(r"^\[(\w)\]\(#(\w)\)", GLOSSARY, re.M)
    assert letters == [(c, c.lower()) for c in dict.fromkeys(e.letter for e in ENTRIES)]


# --- the API page, from the sources -------------------------------------------------------------

PUBLIC = [e for module in CORE for e in api.entries(f"nnlib.{module}")]
PLACES = api.places(ROOT, {e.node.name: e for e in PUBLIC})
CREW = api.entries("nnlib.datasets") + api.entries(
    "nnbook.explorers", ["show", "explore"]
)


def test_the_api_page_asks_for_every_module_in_the_order_of_the_story():
    text = (ROOT / "book" / "api.md").read_text("utf-8")
    core = [f"nnlib.{name}" for name in CORE]
    asked = re.findall(r"^% ```\{api\} (\S+)", text, re.M)
    assert asked == [*core, "nnlib.datasets", "nnbook.explorers"]
    assert {e.name for e in PUBLIC} == {f"nnlib.{name}" for name in nnlib.__all__}


@pytest.mark.parametrize("entry", PUBLIC + CREW, ids=lambda entry: entry.name)
def test_signature_names_every_argument_as_python_does(entry):
    shown = api.signature(entry)
    module, _, name = entry.name.rpartition(".")
    real = inspect.signature(getattr(importlib.import_module(module), name))
    if name == "History":  # a dataclass: its arguments are its attributes
        assert list(real.parameters) == list(api.attributes(entry))
        return
    namespace = {"np": np, "he_normal": nnlib.he_normal}
    exec(f"def again{shown}: pass", namespace)
    assert inspect.signature(namespace["again"]) == real
    assert " at 0x" not in shown and "<" not in shown


def test_attributes_are_those_that_an_object_has(rng):
    made = {
        "Linear": nnlib.Linear(2, 3, rng=rng),
        "Network": nnlib.Network(nnlib.Linear(2, 3, rng=rng)),
        "Adam": nnlib.Adam(0.1),
        "LeakyReLU": nnlib.LeakyReLU(),
        "EarlyStopping": nnlib.EarlyStopping(3),
    }
    by_name = {e.node.name: e for e in PUBLIC}
    for name, thing in made.items():
        shown = {text.partition(" = ")[0] for text in api.attributes(by_name[name])}
        assert set(vars(thing)) <= shown, name
        assert all(hasattr(thing, attribute) for attribute in shown), name


def test_a_property_is_named_without_arguments_and_says_what_it_is():
    [network] = [e for e in PUBLIC if e.node.name == "Network"]
    [state] = [e for e in api.methods(network) if e.node.name == "state"]
    assert (state.kind, api.signature(state)) == ("property", "")
    assert "beyond theta" in api.docstring(state)
    [save] = [e for e in api.methods(network) if e.node.name == "save"]
    assert (save.kind, api.signature(save)) == ("method", "(path)")


@pytest.mark.parametrize("name", nnlib.__all__)
def test_definition_is_found_where_the_story_finds_it(name):
    """By api.py from syntax trees, by the story from texts."""
    seen = PLACES[name]
    assert [seen[0].page, seen[-1].page] == reference.chapters_of(ROOT, name)
    assert [p.whole for p in seen] in ([True], [False, True])
    assert all(
        reference.slug(p.heading) in reference.sections(ROOT, p.page) for p in seen
    )


# --- the citation ---------------------------------------------------------------------------------


def test_citation_package_changelog_and_bibtex_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    book = citation["preferred-citation"]
    version, date = citation["version"], citation["date-released"]
    assert version == book["version"] == project["version"] == nnlib.__version__
    assert citation["authors"] == book["authors"] == project["authors"]
    assert (citation["license"], book["license"]) == (project["license"], "CC-BY-4.0")
    assert book["year"] == date.year
    changes = (ROOT / "book" / "changelog.md").read_text("utf-8")
    editions = re.findall(r"^## (\S+)(?: - (\S+))?$", changes, re.M)
    assert editions[:2] == [("Unreleased", ""), (version, date.isoformat())]
    cite = (ROOT / "book" / "bibliography.md").read_text("utf-8")
    assert (
        cite.count(f"ersion {version}") == 2 and "({}), *A".format(book["year"]) in cite
    )
    assert f"year   = {{{date.year}}}" in cite
    assert f"title  = {{{citation['title']}}}" in cite
    assert f"author = {{{{{citation['authors'][0]['name']}}}}}" in cite
