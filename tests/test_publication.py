"""The built site as a publication: no link leads nowhere, nothing is loaded from elsewhere, and
what is offered for download works.
"""

import filecmp
import functools
import http.server
import re
import threading
import zipfile

import links
import nbformat
import pytest
from browser import PHONE, tab, visit
from browser_checks import violations
from built import CHAPTERS, PAGES, ROOT, SITE, Elements, read
from finish import addresses
from pages.launch import LITE, written

pytestmark = [pytest.mark.site, pytest.mark.usefixtures("site")]
BESIDE = ["404", "index"]  # pages at the root that are no part of the book
OLD = {f"book/{old}": f"book/{new}" for old, new in addresses.MOVED.items()}
SPLIT = {
    f"book/{old}": f"book/{new}"
    for old, pages in addresses.SPLIT.items()
    for new in pages
    if f"book/{new}" in CHAPTERS
}
NOTEBOOKS = [page for page in CHAPTERS if (ROOT / f"{page}.ipynb").exists()]
ICON = re.compile(r"^fa[srb]?$|^fa-")


@pytest.fixture(scope="module")
def pages(site):
    return links.read_pages(site)


def named(page, tag, **attributes):
    """The elements of a built page with this tag and these attributes."""
    return [
        found
        for found in Elements(read(page)).named(tag)
        if attributes.items() <= found.items()
    ]


# --- links ------------------------------------------------------------------------------------


def test_every_link_leads_to_a_file_and_an_id_in_it(pages):
    assert set(pages) == {f"{page}.html" for page in [*PAGES, *BESIDE, *OLD]}
    assert not links.broken_links(SITE, pages)


def test_nothing_is_loaded_from_elsewhere(pages):
    assert not links.foreign_loads(SITE, pages)


def test_every_picture_of_a_cell_is_shown_by_some_page():
    text = "".join(path.read_text("utf-8") for path in written(SITE))
    shown = set(re.findall(r"\bframes/([0-9a-f]{16}\.png)", text))
    assert shown == {path.name for path in (SITE / "frames").iterdir()}
    assert not re.search(r"\bframes:[0-9a-f]{16}", text)


# --- old addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize("old", OLD)
def test_an_old_address_names_the_page_and_is_in_no_list(site, old):
    page = Elements(read(old))
    assert [link["href"] for link in page.named("a")] == [f"{OLD[old][5:]}.html"]
    assert {"name": "robots", "content": "noindex"} in page.named("meta")
    for file in ("searchindex.js", "genindex.html", "sitemap.xml"):
        if (site / file).exists():
            assert old not in (site / file).read_text("utf-8"), file


@pytest.mark.parametrize("old", OLD)
def test_an_old_address_leads_to_the_place_within_the_page(browser, origin, old):
    section = next(it["id"] for it in Elements(read(OLD[old])).named("section")[1:])
    with tab(browser, origin, wrong := []) as page:
        page.goto(f"{origin}/{old}.html#{section}")
        page.wait_for_url(f"**/{OLD[old]}.html#{section}")
    assert not wrong


@pytest.mark.parametrize("old", SPLIT)
def test_a_page_that_was_split_leads_on_to_a_section_that_moved(browser, origin, old):
    here, there = (
        {it.get("id") for it in Elements(read(it)).named("section")}
        for it in (old, SPLIT[old])
    )
    with tab(browser, origin, wrong := []) as page:
        for section in sorted(there - here)[:3]:
            page.goto(f"{origin}/{old}.html#{section}")
            page.wait_for_url(f"**/{SPLIT[old]}.html#{section}")
        page.goto(f"{origin}/{old}.html#summary")
        page.goto(f"{origin}/{old}.html#{section}")  # within the page
        page.wait_for_url(f"**/{SPLIT[old]}.html#{section}")
    assert not wrong


def test_without_javascript_an_old_address_leads_to_the_page(browser, origin):
    old = next(iter(OLD))
    with tab(browser, origin, [], java_script_enabled=False) as page:
        page.goto(f"{origin}/{old}.html")
        page.wait_for_url(f"**/{OLD[old]}.html")


# --- what pages carry --------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES + BESIDE)
def test_every_icon_is_drawn(page):
    found = Elements(read(page)).found
    for tag, elements in found.items():
        for element in elements:
            if any(map(ICON.match, element.get("class", "").split())):
                assert tag == "svg", f"no drawing for {element}"


def test_scripts_and_styles_go_only_where_they_are_needed():
    assert not [page for page in PAGES if "thebe" in read(page).lower()]
    for page in PAGES:
        text = read(page)
        playing = 'class="nn-figure nn-explorer"' in text
        assert ("_static/player.js" in text) == playing, page
        assert ("searchindex.js" in text) == (page == "search"), page
    left = {path.name for path in (SITE / "_static").rglob("*")}
    assert not left & {"fontawesome.js", "locales", "sphinx-thebe.js", "vendor"}


def test_our_own_scripts_are_small():
    ours = [path.read_bytes() for path in (ROOT / "book" / "assets").glob("*.js")]
    inline = re.findall(r"<script>.*?</script>", read("404"), re.S)
    assert 0 < sum(map(len, ours)) + sum(map(len, inline)) < 10_000


@pytest.mark.parametrize("page", PAGES + BESIDE)
def test_a_page_says_what_it_is(page):
    assert named(page, "html", lang="en")
    described = {}
    for meta in named(page, "meta"):
        key = meta.get("name") or meta.get("property")
        if key and key != "viewport":
            assert key not in described or key == "theme-color", f"{key} twice"
            described[key] = meta["content"]
    assert 50 < len(described["description"]) <= 202
    assert not re.search(r"[\\$`<>]|\ufffd", described["description"])
    assert described["og:description"] == described["description"]
    assert described["og:title"] and described["og:site_name"]
    assert described["twitter:card"].startswith("summary")


def test_no_two_pages_of_the_book_describe_themselves_alike():
    texts = [named(page, "meta", name="description")[0]["content"] for page in CHAPTERS]
    assert len(set(texts)) == len(CHAPTERS)


def test_absolute_addresses_where_the_site_has_one_and_only_there():
    """Whether SITE_URL was set at this build; test_build.py sets it for a tiny book."""
    known = (SITE / "sitemap.xml").exists()
    assert (SITE / "robots.txt").exists() == known
    for page in PAGES:
        assert bool(named(page, "link", rel="canonical")) == known, page
        assert bool(named(page, "meta", property="og:image")) == known, page


@pytest.mark.parametrize("page", PAGES + BESIDE)
def test_a_page_may_ask_its_own_site_alone(page):
    (policy,) = named(page, "meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'self';" in policy["content"]
    assert "//" not in policy["content"] and "*" not in policy["content"]
    head = read(page).partition("</head>")[0]
    assert head.index("http-equiv") < min(map(head.index, ("<title", "<link")))


# --- downloads ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_a_chapter_can_be_downloaded_as_its_notebook(page):
    (link,) = [a for a in named(page, "a") if a["href"].endswith(".ipynb")][:1]
    assert "download" in link
    path, _ = links.inside(f"{page}.html", link["href"])
    assert filecmp.cmp(SITE / path, ROOT / f"{page}.ipynb", shallow=False)
    nbformat.validate(nbformat.read(SITE / path, as_version=4))


def zips(page):
    return [a for a in named(page, "a") if a["href"].endswith(".zip")]


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_page_offers_the_whole_book_and_says_its_size(page):
    (link,) = zips(page)
    path, _ = links.inside(f"{page}.html", link["href"])
    size = round((SITE / path).stat().st_size / 1e6)
    assert "download" in link
    assert f'<span class="nn-size">{max(1, size)} MB</span>' in read(page)


def test_a_click_saves_the_notebook_and_the_book(browser, origin):
    wrong = []
    with tab(browser, origin, wrong, accept_downloads=True) as page:
        page.goto(f"{origin}/{NOTEBOOKS[1]}.html")
        for name in ("notebook (.ipynb)", "whole book"):
            page.locator(".dropdown-download-buttons button").first.click()
            with page.expect_download() as saved:
                page.get_by_role("link", name=name).click()
            source = SITE / saved.value.url.removeprefix(f"{origin}/")
            assert saved.value.suggested_filename == source.name
            assert filecmp.cmp(saved.value.path(), source, shallow=False)
            page.keyboard.press("Escape")
    assert not wrong


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    """The folder that the zip of the whole book unpacks to."""
    (path,) = site.glob("*.zip")
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return folder / path.stem


def test_the_zip_is_the_whole_site_without_itself_and_jupyterlite(unpacked):
    def files(folder):
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file()
            and not path.name.startswith(".")
            and path.relative_to(folder).parts[0] != LITE
        }

    assert not (unpacked / LITE).exists()
    assert files(SITE) - files(unpacked) == {path.name for path in SITE.glob("*.zip")}
    assert not files(unpacked) - files(SITE)


def test_every_link_in_the_zip_leads_somewhere(unpacked):
    found = links.read_pages(unpacked)
    assert not links.broken_links(unpacked, found)
    assert not links.foreign_loads(unpacked, found)


def test_the_unpacked_book_opens_from_its_folder(browser, unpacked):
    wrong = []
    with tab(browser, unpacked.as_uri(), wrong) as page:
        page.goto((unpacked / "index.html").as_uri())
        page.wait_for_url("**/book/index.html")
        page.get_by_role("link", name="From a neuron to a layer").first.click()
        page.wait_for_url("**/neuron_to_layer.html")
        assert page.locator("mjx-container").count()
        assert page.get_by_text("This copy cannot run in your browser").is_visible()
        assert not page.get_by_role("link", name="Run this chapter").count()
    assert not wrong


def test_the_page_of_execution_times_has_every_notebook():
    text = read("book/execution_times")
    rows = re.findall(r'<p><a [^>]*href="(\w+)\.html".*?<p>(\d+\.\d)</p>', text, re.S)
    assert [f"book/{name}" for name, _ in rows] == NOTEBOOKS
    total = sum(float(seconds) for _, seconds in rows)
    assert abs(float(re.search(r"<strong>(\d+\.\d)<", text)[1]) - total) < 1
    assert re.search(r"Python 3\.\d+\.\d+, NumPy \d+\.\d+", text)


# --- running a page ---------------------------------------------------------------------------


def buttons(page):
    return [a for a in named(page, "a") if a.get("class") == "nn-button"]


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_button_opens_just_this_notebook(page):
    file = f"{page.removeprefix('book/')}.ipynb"
    expected = [f"../{LITE}/notebooks/index.html?path={file}"]
    assert [a["href"] for a in buttons(page)] == expected * (page in NOTEBOOKS)


@pytest.mark.parametrize("page", NOTEBOOKS)
def test_what_the_button_says_is_no_description_of_the_page(page):
    (described,) = named(page, "meta", name="description")
    assert "browser" not in described["content"]


def test_a_new_tab_opens_which_the_page_says_before(browser, origin):
    wrong = []
    with tab(browser, origin, wrong) as page:
        visit(page, f"{origin}/{NOTEBOOKS[3]}.html")
        page.context.route(f"**/{LITE}/**", lambda route: route.fulfill(body="here"))
        button = page.get_by_role("link", name="Run this chapter in your browser")
        what = page.locator(f"#{button.get_attribute('aria-describedby')}")
        assert re.search(
            r"new tab.*\d MB from \S+ at the first visit.*stay", what.inner_text()
        )
        assert not page.get_by_text("This copy cannot run").is_visible()
        with page.expect_popup() as opened:
            button.focus()
            page.keyboard.press("Enter")
        file = f"{NOTEBOOKS[3].removeprefix('book/')}.ipynb"
        address = f"{origin}/{LITE}/notebooks/index.html?path={file}"
        assert opened.value.url == address
    assert not wrong


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_from_a_folder_a_sentence_stands_in_the_buttons_place(browser, options):
    wrong, base = [], SITE.as_uri()
    with tab(browser, base, wrong, **options) as page:
        visit(page, f"{base}/{NOTEBOOKS[3]}.html")
        assert page.get_by_text("This copy cannot run in your browser").is_visible()
        assert not page.get_by_text("Run this chapter").is_visible()
        assert not page.get_by_text("loads Python").is_visible()
        assert page.locator(".nn-others a[download]").is_visible()
        assert not violations(page)
    assert not wrong


def test_without_javascript_the_button_is_a_link(browser, origin):
    with tab(browser, origin, [], java_script_enabled=False) as page:
        page.goto(f"{origin}/{NOTEBOOKS[3]}.html")
        assert page.get_by_role("link", name="Run this chapter").is_visible()
        assert not page.get_by_text("This copy cannot run").is_visible()


def test_on_paper_there_is_nothing_to_press(browser, origin):
    with tab(browser, origin, []) as page:
        page.goto(f"{origin}/{NOTEBOOKS[3]}.html")
        page.emulate_media(media="print")
        assert not page.locator(".nn-launch").is_visible()


def test_a_thumb_does_not_miss_the_button(browser, origin):
    with tab(browser, origin, [], **PHONE) as page:
        page.goto(f"{origin}/{NOTEBOOKS[3]}.html")
        box = page.locator(".nn-button").bounding_box()
        assert box["height"] >= 44 and box["width"] > 300


# --- search, and pages that are not there -----------------------------------------------------


@pytest.mark.parametrize("folder", [True, False], ids=["file", "http"])
def test_search_finds_a_word(browser, origin, folder):
    base, wrong = SITE.as_uri() if folder else origin, []
    with tab(browser, base, wrong) as page:
        page.goto(f"{base}/book/activations.html")
        page.keyboard.press("Control+k")
        page.locator("#pst-search-dialog input[type=search]").fill("softmax")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=softmax*")
        found = page.locator("#search-results li a[href*='softmax.html']")
        found.first.wait_for()
    assert not wrong


class Lost(http.server.SimpleHTTPRequestHandler):
    """Shows 404.html in place of what is not there, as hosts of static pages do."""

    below = ""  # of which folder of the host

    def translate_path(self, path):
        inside = path.startswith(self.below)
        return super().translate_path(path[len(self.below) - 1 :] if inside else "/-")

    def send_error(self, code, *arguments):
        content = (SITE / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def lost(pages):
    """The address of such a host, below the path that the site is built for, or any path."""
    base = pages["404.html"].base
    below = base if base.startswith("/") else "/a/book/"
    handler = type("Below", (Lost,), {"below": below})
    handler = functools.partial(handler, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{below}"
        server.shutdown()


@pytest.mark.parametrize("address", ["gone", "book/gone.html", "book/a/b/c/gone", "x/"])
def test_a_lost_reader_finds_the_book(browser, lost, address):
    with tab(browser, lost, []) as page:
        page.goto(lost + address)
        page.wait_for_function("root => document.baseURI === root", arg=lost)
        chapters = page.locator("main a").all()
        assert len(chapters) == len(CHAPTERS)
        chapters[1].click()
        page.wait_for_url(f"{lost}{CHAPTERS[1]}.html")
        assert page.locator("#main-content").is_visible()
