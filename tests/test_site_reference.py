"""The built API page has every public name, and each link of it leads somewhere."""

import functools
import importlib
import inspect
import re

import pytest
import reference
from bs4 import BeautifulSoup
from built import ROOT, SITE

import nnlib
from nnlib import datasets

pytestmark = pytest.mark.site
TOYS = [
    name
    for name, thing in vars(datasets).items()
    if inspect.isfunction(thing)
    and thing.__module__ == datasets.__name__
    and not name.startswith("_")
]
NAMES = (
    [f"nnlib.{name}" for name in nnlib.__all__]
    + [f"nnlib.datasets.{name}" for name in TOYS]
    + ["nnbook.explorers.explore", "nnbook.explorers.show"]
)


@pytest.fixture(scope="module")
def page(site):
    return parsed("api.html")


@functools.cache
def parsed(file):
    return BeautifulSoup((SITE / "book" / file).read_text("utf-8"), "html.parser")


def plain(text):
    """Without what a page adds to a docstring: curly quotes, other spaces, code's backticks."""
    for curly, straight in zip("“”‘’", "\"\"''"):
        text = text.replace(curly, straight)
    return " ".join(text.replace("`", "").split())


def entry(page, name):
    """The signature and the words of a name."""
    head = page.find("dt", id=name)
    assert head, f"no entry for {name}"
    return plain(head.get_text()), head.find_next_sibling("dd")


@pytest.mark.parametrize("name", NAMES)
def test_name_has_its_docstring_and_its_arguments(page, name):
    module, _, short = name.rpartition(".")
    thing = getattr(importlib.import_module(module), short)
    head, words = entry(page, name)
    assert re.match(rf"(class )?{short}\b", head)
    said = plain(
        words.p.get_text()
    )  # the first paragraph: the source below says it again
    assert said.startswith(plain(inspect.getdoc(thing).splitlines()[0]))
    if short != "History":  # a dataclass: its arguments are attributes
        for argument in inspect.signature(thing).parameters:
            assert re.search(rf"\b{argument}\b", head.partition("(")[2]), head


@pytest.mark.parametrize("name", nnlib.__all__)
def test_class_has_its_methods(page, name):
    thing = getattr(nnlib, name)
    for method, function in vars(thing).items() if inspect.isclass(thing) else ():
        if inspect.isfunction(function) and not method.startswith("_"):
            head, words = entry(page, f"nnlib.{name}.{method}")
            assert head.startswith(f"{method}(")
            assert words.get_text().strip(), f"{name}.{method} says nothing"


@pytest.mark.parametrize("name", nnlib.__all__)
def test_link_leads_to_the_section_that_defines_the_name(page, name):
    _, words = entry(page, f"nnlib.{name}")
    [said] = [
        p
        for p in words.find_all("p", recursive=False)
        if re.match("Defined in|Begun in", p.get_text())
    ]
    links = [link["href"].partition("#") for link in said.find_all("a")]
    pages = [f"book/{file.removesuffix('.html')}" for file, _, _ in links]
    assert [pages[0], pages[-1]] == reference.chapters_of(ROOT, name)
    for file, _, anchor in links:
        section = parsed(file).find("section", id=anchor)
        assert section, f"no section {file}#{anchor}"
        code = [
            pre.get_text()
            for pre in section.find_all("pre")
            if pre.find_parent("section") is section  # and in no section below it
        ]
        assert any(re.search(rf"^(def|class) {name}\b", text, re.M) for text in code)


def test_index_and_search_know_the_names(site):
    index = (site / "genindex.html").read_text("utf-8")
    search = (site / "searchindex.js").read_text("utf-8")
    for name in NAMES:
        assert f'href="book/api.html#{name}"' in index
        assert f'"{name.rpartition(".")[2]}"' in search
    terms = BeautifulSoup(
        (site / "book/glossary.html").read_text("utf-8"), "html.parser"
    )
    for term in terms.select("dl.glossary dt"):
        assert f'href="book/glossary.html#{term["id"]}"' in index
