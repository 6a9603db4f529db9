"""The built pages (`make book` builds them): complete, self-contained, and read in a browser.

Without Chromium the browser's tests are skipped, and say so; where CI is set they fail.
"""

import contextlib
import functools
import http.server
import os
import re
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest
from normalise import pages

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
PAGES = pages()
WIDTHS = (1280, 390)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# --- what is in the files -----------------------------------------------------------------


def newest_source():
    """The source of the site that was changed last."""
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml"]
    for folder in ("book", "nnlib"):
        sources += [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file()
            and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
        ]
    return max(sources, key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="module", autouse=True)
def site():
    """The folder of the pages, if they are as new as their sources."""
    built = [SITE / f"{page}.html" for page in PAGES]
    missing = [str(path.relative_to(ROOT)) for path in built if not path.exists()]
    if missing:
        pytest.fail(f"not built (run make book): {', '.join(missing)}", pytrace=False)
    newest = newest_source()
    if min(path.stat().st_mtime for path in built) < newest.stat().st_mtime:
        name = newest.relative_to(ROOT)
        pytest.fail(f"the site is older than {name}: run make book", pytrace=False)
    return SITE


class Images(HTMLParser):
    """The attributes of every img, and the classes of every element."""

    def __init__(self):
        super().__init__()
        self.images, self.classes = [], set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.classes.update((attributes.get("class") or "").split())
        if tag == "img":
            self.images.append(attributes)


def bad_alternatives(html):
    """The alternative texts that say nothing: empty ones, and names of files."""
    parser = Images()
    parser.feed(html)
    texts = [(image.get("alt") or "").strip() for image in parser.images]
    return [
        text
        for text in texts
        if not text or re.fullmatch(r"\S+\.\w{2,4}|_images/.*", text)
    ]


def has_errors_printed(html):
    """Whether a cell's output is a traceback's or a warning's."""
    parser = Images()
    parser.feed(html)
    return bool({"stderr", "traceback"} & parser.classes)


def read(page):
    return (SITE / f"{page}.html").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_page_is_built_and_prints_no_warning(page):
    assert not has_errors_printed(read(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_has_words(page):
    assert not bad_alternatives(read(page))


def test_no_page_beyond_the_table_of_contents():
    built = {
        p.relative_to(SITE).with_suffix("").as_posix()
        for p in SITE.rglob("book/**/*.html")
    }
    assert built == set(PAGES)


def test_the_root_page_leads_to_the_book():
    assert PAGES[0] in (SITE / "index.html").read_text("utf-8")


# --- what a reader's browser says -----------------------------------------------------------


def find_browser():
    """The path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing_browser(message):
    """No browser: a failure where all must be tested, else a skip that says so."""
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    print(f"\n*** {message} ***\n")
    pytest.skip(message)


@pytest.fixture(scope="module")
def browser():
    path = find_browser()
    if path is None:
        missing_browser(
            "no Chromium on PATH: the built pages were NOT tested in a browser"
        )
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the site below /a/book/, as a static host does below a sub-path."""

    def translate_path(self, path):
        inside = path.startswith("/a/book/")
        return super().translate_path(path[len("/a/book") :] if inside else "/nowhere")

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a static host of a folder."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/a/book"
        server.shutdown()


@pytest.fixture(scope="module")
def origin(site):
    with served(site) as address:
        yield address


MEASURE = """async () => {
  if (window.MathJax?.startup) await MathJax.startup.promise;
  const wide = [...document.querySelectorAll('.bd-article *')].filter(
    e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('pre, mjx-container'));
  return {
    formulas: [...document.querySelectorAll('.math')].filter(e => !e.querySelector('mjx-container'))
      .map(e => e.textContent),
    errors: [...document.querySelectorAll('mjx-merror')].map(e => e.textContent),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wide: wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120)),
  };
}"""


def visit(browser, base, page, widths=WIDTHS):
    """What is wrong with a page in a browser, a sentence for each."""
    wrong = []
    tab = browser.new_page(viewport={"width": widths[0], "height": 900})

    def guard(route):
        url = route.request.url
        if url.startswith((base, "data:", "blob:")):
            return route.continue_()
        wrong.append(f"asks for {url}")
        return route.abort()

    tab.route("**/*", guard)
    tab.on("pageerror", lambda error: wrong.append(f"throws {error}"))
    tab.on(
        "console", lambda m: m.type == "error" and wrong.append(f"console: {m.text}")
    )
    tab.on("requestfailed", lambda request: wrong.append(f"lacks {request.url}"))
    try:
        tab.goto(f"{base}/{page}.html", wait_until="load")
        for width in widths:
            tab.set_viewport_size({"width": width, "height": 900})
            seen = tab.evaluate(MEASURE)
            if seen["overflow"] > 0:
                wrong.append(
                    f"is {seen['overflow']} px too wide at {width}: {seen['wide']}"
                )
        wrong += [
            f"has a formula that does not parse: {text}" for text in seen["errors"]
        ]
        wrong += [
            f"has a formula that is not typeset: {text}" for text in seen["formulas"]
        ]
    finally:
        tab.close()
    return wrong


@pytest.mark.parametrize("page", PAGES)
def test_page_over_http_in_a_browser(browser, origin, page):
    assert not visit(browser, origin, page)


@pytest.mark.parametrize("page", PAGES)
def test_page_from_a_folder_in_a_browser(browser, page):
    assert not visit(browser, SITE.as_uri(), page, widths=(1280,))
