"""Chromium, a static host on this machine, and tabs that write down what goes wrong in them."""

import contextlib
import functools
import http.server
import re
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    # Every other host is unknown, so a page that asks one for anything does not get it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "has_touch": True,
}
TYPESET = "async () => { await window.MathJax?.startup?.promise; }"


@contextlib.contextmanager
def chromium():
    """A running Chromium. None on this machine: a skip, and so a failure if CI is set."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(
            "no Chromium on PATH: the pages are NOT tested in a browser "
            "(Debian: apt install chromium)"
        )
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


class SubPath(http.server.SimpleHTTPRequestHandler):
    """Serves a folder below /a/book/, as a static host does below a sub-path."""

    def translate_path(self, path):
        inside = path.startswith("/a/book/")
        return super().translate_path(path[len("/a/book") :] if inside else "/nowhere")

    def copyfile(self, source, outputfile):
        with contextlib.suppress(ConnectionError):  # the tab was closed meanwhile
            super().copyfile(source, outputfile)

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a static host of a folder."""
    handler = functools.partial(SubPath, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/a/book"
        server.shutdown()


def thrown(message, stack):
    """What a page has thrown, and if code of JupyterLite did that, which file's."""
    first = re.search(r"https?://[^\s)]+", stack or "")
    place = re.search(r"/lite/build/.*", first[0]) if first else None
    return f"throws {message} in {place[0]}" if place else f"throws {message}"


@contextlib.contextmanager
def tab(browser, base, wrong, **options):
    """A tab in a profile of its own; `wrong` gets a sentence for all that goes wrong there."""

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # by a test that went to another page
            wrong.append(f"lacks {request.url}: {request.failure}")

    context = browser.new_context(**(DESK | options))
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on(
        "request",
        lambda request: (
            request.url.startswith((base, "data:", "blob:"))
            or wrong.append(f"asks for {request.url}")
        ),
    )
    page.on("websocket", lambda socket: wrong.append(f"asks for {socket.url}"))
    page.on("requestfailed", failed)
    page.on(
        "response",
        lambda answer: (
            answer.status < 400 or wrong.append(f"lacks {answer.url}: {answer.status}")
        ),
    )
    page.on("pageerror", lambda error: wrong.append(thrown(error, error.stack)))
    page.on(
        "console",
        lambda said: (
            said.type == "error"
            and wrong.append(f"console: {said.text} {said.location['url']}")
        ),
    )
    try:
        yield page
    finally:
        context.close()


def visit(page, address):
    """Opens an address, and waits until its formulas are typeset."""
    page.goto(address)
    page.evaluate(TYPESET)
