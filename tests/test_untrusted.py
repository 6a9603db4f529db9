"""What somebody else wrote, met without a site: notebooks, addresses, a host's other folders."""

import html
import json

import pytest
from browser import tab
from distribution import Distribution, serving
from jinja2 import Template
from lite.policy import policy, with_policy
from pages import publication
from test_build import ROOT

LITE = ROOT / "book" / "lite"
TOLD = {"distribution": "../python/", "files": [], "moved": {}}
TOLD |= {"editions": {"a.ipynb": "0123"}}
RUNTIME = f"""<!DOCTYPE html><title>lite</title>
<script id="nn-told" type="application/json">{json.dumps(TOLD)}</script>
<script src="../runtime.js"></script>"""


# --- a page of lite/ ----------------------------------------------------------------------------


def sources(text, name):
    (found,) = (it for it in text.split("; ") if it.startswith(f"{name} "))
    return found.split()[1:]


def test_a_page_asks_the_site_and_pythons_own_folder_alone():
    text = policy([], "https://cdn.example/pyodide/v1/full/")
    python = "https://cdn.example/pyodide/v1/full/"
    assert sources(text, "default-src") == ["'self'"]
    assert sources(text, "img-src") == ["'self'", "data:", "blob:"]
    assert sources(text, "connect-src") == ["'self'", "data:", "blob:", python]
    assert text.count("cdn.example") == 1  # no script of its pages comes from there
    assert not any("://" in sources for sources in policy([], "../pyodide/").split())


def test_a_page_runs_its_own_scripts_and_none_that_is_written_into_it():
    page = (
        "<html><head><script>\n run() </script><script src='x.js'></script>"
        '<script type="application/json">{}</script></head></html>'
    )
    before, _, after = with_policy(page, "/py/").partition("<script>")
    expected = policy(["\n run() "], "/py/")
    assert before.startswith("<html><head><meta http-equiv=")
    assert f'content="{expected}"' in html.unescape(before)
    may = sources(expected, "script-src")
    assert len(may) == 3 and may[2].startswith("'sha256-")
    assert "'unsafe-inline'" not in may and after == page.partition("<script>")[2]
    with pytest.raises(RuntimeError, match="no <head>"):
        with_policy("<title>x</title>", "/py/")


# --- the first script -----------------------------------------------------------------------------

shown = pytest.mark.thorough


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    """The address of a page that has runtime.js, and nothing of JupyterLite."""
    folder = tmp_path_factory.mktemp("lite")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "index.html").write_text(RUNTIME, "utf-8")
    for name in ("runtime.js", "untrusted/static/untrusted.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((LITE / name).read_bytes())
    with serving(Distribution, directory=str(folder)) as url:
        yield f"{url}notebooks/index.html"


@shown
@pytest.mark.parametrize(
    "asked",
    ["?path=a.ipynb#%", "?path=a.ipynb#%E0%A4", "?path=http://[#x", "?path=%FF%25", ""],
)
def test_no_address_holds_the_application_back(browser, lite, asked):
    with tab(browser, lite, wrong := []) as page:
        page.goto(lite + asked)
        page.evaluate("window.nnReady")
    assert not [it for it in wrong if it.startswith("throws")]


@shown
@pytest.mark.parametrize("name", ["a.ipynb", "constructor", "__proto__", "toString"])
def test_an_edition_is_one_of_the_books_notebooks(browser, lite, name):
    with tab(browser, lite, []) as page:
        page.goto(f"{lite}?path={name}")
        page.evaluate("window.nnReady")
        known = name in TOLD["editions"]
        assert page.locator("#nn-page").count() == known
        assert page.get_by_text("from elsewhere runs nothing").count() == (not known)


@shown
def test_what_is_no_address_spoils_no_other_link(browser, lite):
    with tab(browser, lite, wrong := []) as page:
        page.goto(f"{lite}?path=a.ipynb")
        page.evaluate("window.nnReady")
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', `<div><div class=myst>"
            "<a href='http://['>none</a> <a href='//x.invalid/b.md'>far</a> "
            "<a href='b.md#c'>near</a></div></div>`)"
        )
        near = page.get_by_role("link", name="near")
        page.wait_for_function("document.querySelector('.myst a[target=_blank]')")
        assert near.get_attribute("href").endswith("/book/b.html#c")
        far = page.get_by_role("link", name="far")
        assert far.get_attribute("href") == "//x.invalid/b.md"
    assert not [it for it in wrong if it.startswith("throws")]


# --- the word "trusted" ---------------------------------------------------------------------------

READ = """async (file) => {
  const manager = { contents: { get: async () => JSON.parse(file) } };
  const [container] = Object.values(window._JUPYTERLAB);
  (await container.get("./extension"))().default.activate({ serviceManager: manager });
  const { content } = await manager.contents.get("x.ipynb", {});
  const words = (content?.cells ?? []).map((it) => [it.trusted, it.metadata?.trusted]);
  return [words.flat().some((it) => it !== undefined), JSON.stringify(content)];
}"""
CELL = {"cell_type": "code", "metadata": {"tags": ["x"]}, "source": "1"}


@shown
@pytest.mark.parametrize(
    "said",
    [
        {"metadata": {"tags": ["x"], "trusted": True}},
        {"metadata": {"tags": ["x"], "trusted": "yes"}},
        {"metadata": {"tags": ["x"], "__proto__": {"trusted": True}}},
        {"trusted": True},
        {"__proto__": {"trusted": True}},
    ],
    ids=str,
)
def test_a_notebook_loses_its_word_and_nothing_else(browser, lite, said):
    content = {"cells": [CELL, CELL | said], "metadata": {"x": 1}, "nbformat": 4}
    with tab(browser, lite, []) as page:
        page.goto(lite)
        page.add_script_tag(url="../untrusted/static/untrusted.js")
        file = json.dumps({"type": "notebook", "content": content})
        trusted, read = page.evaluate(READ, file)
    assert not trusted
    assert json.loads(read) == content | {"cells": [CELL, CELL]}


@shown
@pytest.mark.parametrize("content", [None, "text", [{"name": "a.ipynb"}], {"a": 1}])
def test_what_is_no_notebook_is_read_as_it_is(browser, lite, content):
    with tab(browser, lite, []) as page:
        page.goto(lite)
        page.add_script_tag(url="../untrusted/static/untrusted.js")
        _, read = page.evaluate(READ, json.dumps({"content": content}))
    assert json.loads(read) == content


# --- the page for lost readers --------------------------------------------------------------------


class Other(Distribution):
    """A host of somebody else's: it has what a site has, in whatever folder."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_GET


class Root(Other):
    """A host whose root is the site's, and its page in place of what is not there."""

    page = b""

    def do_GET(self):
        self.send_response(200 if self.path == "/objects.inv" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.page)

    def do_HEAD(self):
        self.send_response(200 if self.path == "/objects.inv" else 404)
        self.end_headers()


@shown
@pytest.mark.parametrize("before", ["", "/", "//", "a//"])
def test_a_lost_readers_page_never_leads_to_another_host(browser, before):
    template = Template((ROOT / "book" / "_templates" / "404.html").read_text("utf-8"))
    text = template.render(title="Lost", contents=[("One", "book/one.html")])
    root = type("Lost", (Root,), {"page": text.encode()})
    with serving(root) as here, serving(Other) as other, tab(browser, here, []) as page:
        page.goto(f"{here}{before}{other.removeprefix('http://')}gone")
        page.wait_for_function("!document.querySelector(`base[href='./']`)")
        assert page.evaluate("document.baseURI").startswith(here)


def test_a_sites_root_is_a_folder_of_its_own_host():
    assert publication.root_folder("") == ""
    assert publication.root_folder("https://a.example/") == "/"
    assert publication.root_folder("https://a.example/b/") == "/b/"
    assert publication.root_folder("https://a.example//b.example/") == "/b.example/"
