"""The block below a title that says where a page can be run; test_publication.py opens it."""

import zipfile
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from built import Elements
from finish import offline
from lite import lockfile
from pages import launch

pytestmark = pytest.mark.thorough
BODY = '<section id="one">\n<h1>One<a href="#one">#</a></h1>\n<p>Text.</p>\n</section>'
REPOSITORY = "https://github.com/some/book"


@pytest.fixture
def app(tmp_path, monkeypatch):
    """As much of a Sphinx application as the extension asks for."""
    monkeypatch.delenv("PYODIDE_URL", raising=False)
    sources = {"book/index": ".ipynb", "book/one": ".ipynb", "book/glossary": ".md"}
    return SimpleNamespace(
        outdir=tmp_path,
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(
            project="A book",
            root_doc="book/index",
            html_baseurl="",
            html_theme_options={"repository_url": "", "repository_branch": "main"},
        ),
        env=SimpleNamespace(
            doc2path=lambda page: f"/some/where/{page}{sources[page]}",
            found_docs=set(sources) | {"book/read_run_do"},
            toc_secnumbers={"book/one": {"": (1,)}},
        ),
    )


def page_of(app, page="book/one"):
    def pathto(name, resource=False):
        return f"../{name}" if resource else f"{name.removeprefix('book/')}.html"

    context = {"body": BODY, "pathto": pathto}
    launch.offer(app, page, context, doctree=object())
    return context["body"]


def links(app, page="book/one"):
    return [
        a["href"]
        for a in Elements(page_of(app, page)).named("a")
        if a["href"] != "#one"
    ]


def test_a_notebooks_page_has_a_button_below_its_title_and_others_have_none(app):
    text = page_of(app)
    assert text.startswith(BODY.partition("<p>")[0].rstrip() + "\n<div")
    assert text.endswith("</div>\n" + BODY.partition("</h1>\n")[2])
    assert links(app) == [
        "../lite/notebooks/index.html?path=one.ipynb",
        "../_sources/book/one.ipynb",
        "read_run_do.html",
    ]
    assert "Run this chapter in your browser" in text
    assert "Run this page in your browser" in page_of(app, "book/index")
    assert page_of(app, "book/glossary") == BODY


def test_the_page_of_all_ways_is_named_only_where_there_is_one(app):
    app.env.found_docs.remove("book/read_run_do")
    assert len(links(app)) == 2


@pytest.mark.parametrize(
    "url", [REPOSITORY, f"{REPOSITORY}/", f"{REPOSITORY}.git"], ids=len
)
def test_colab_and_binder_open_the_page_of_a_repository_on_github(app, url):
    app.config.html_theme_options.update(repository_url=url, repository_branch="a/b")
    _, colab, binder, *_ = links(app)
    there = "https://colab.research.google.com/github/some/book/blob/colab"
    assert colab == f"{there}/book/one.ipynb"
    path = "lab%2Ftree%2Fbook%2Fone.ipynb"
    assert binder == f"https://mybinder.org/v2/gh/some/book/a%2Fb?urlpath={path}"


@pytest.mark.parametrize(
    "url",
    ["", "https://example.org/some/book", "https://github.com/some", "http://[no"],
)
def test_other_repositories_have_no_such_links(app, url):
    app.config.html_theme_options["repository_url"] = url
    assert not [link for link in links(app) if link.startswith("http")]


@pytest.mark.parametrize(
    "setting, environment, host",
    [
        (None, None, "cdn.jsdelivr.net"),
        ("", None, "cdn.jsdelivr.net"),
        ("https://files.example.org/python/", None, "files.example.org"),
        ("https://files.example.org/python/", "a/folder", "this site"),
        ("pyodide", None, "this site"),
        ("https://school.example.org/pyodide/", None, "this site"),
    ],
)
def test_the_page_says_who_is_asked_for_python(
    app, monkeypatch, setting, environment, host
):
    app.config.html_baseurl = "https://school.example.org/book/"
    if setting is not None:
        app.config.pyodide_url = setting
    if environment:
        monkeypatch.setenv("PYODIDE_URL", environment)
    assert f" MB from {host} at the first visit" in page_of(app)


def test_unless_told_otherwise_jupyterlite_asks_the_same_host():
    assert urlsplit(launch.PYODIDE).hostname == urlsplit(lockfile.CDN).hostname


# --- from a folder ------------------------------------------------------------------------------


def test_a_page_for_a_folder_says_why_it_cannot_run_and_links_to_no_jupyterlite(app):
    text = launch.for_a_folder(page_of(app))
    assert "lite/" not in text and "<script>" not in text and "hidden" not in text
    assert "comes from a web server." in text and "published page" not in text
    assert "../_sources/book/one.ipynb" in text
    app.config.html_baseurl = "https://example.org/book/"
    published = "https://example.org/book/book/one.html"
    assert f'<a href="{published}">' in launch.for_a_folder(page_of(app))


def test_jupyterlite_is_not_in_the_zip_and_its_pages_are_left_alone(app):
    size = '<span class="nn-size">0 MB</span>'
    (app.outdir / "lite").mkdir()
    (app.outdir / "lite" / "index.html").write_text(size)
    (app.outdir / "one.html").write_text(size)
    offline.finish(app)
    with zipfile.ZipFile(app.outdir / "a-book.zip") as packed:
        assert packed.namelist() == ["a-book/one.html"]
    assert (app.outdir / "lite" / "index.html").read_text() == size
    assert [path.name for path in launch.written(app.outdir)] == ["one.html"]
    assert (app.outdir / "one.html").read_text() != size
