"""Pyodide's distribution on this machine, as far as it can be had without its own host.

npm carries the runtime, byte for byte. PyPI carries the pure Python packages in wheels of its own,
of the same versions: in the lock file that a test's page gets, their sums replace Pyodide's. The
compiled packages (NumPy, matplotlib, contourpy, kiwisolver, pillow) are nowhere, so they are
missing, and Python starts, and goes as far as `import numpy`.
"""

import contextlib
import functools
import http.server
import json
import os
import shutil
import threading
from pathlib import Path

import pytest
from browser import SubPath
from lite import application, lockfile
from packaging.utils import parse_wheel_filename

KEPT = application.ROOT / "_build" / "distribution"


def upstream():
    """The folder of npm's package of the runtime, kept from test to test.

    Without npm a failure if CI is set, else a skip.
    """
    folder = KEPT / lockfile.read()["pyodide"]
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


def stand_in(folder):
    """Fills a folder with what can be had; returns {file: sha256} of the wheels that are others."""
    for path in upstream().iterdir():
        shutil.copy(path, folder)
    packages = lockfile.read()["packages"]
    pure = {
        name: package
        for name, package in packages.items()
        if "from" not in package and package["file_name"].endswith("-none-any.whl")
    }
    wheels = KEPT / "wheels"
    wheels.mkdir(exist_ok=True)
    found = {path.name for path in wheels.glob("*.whl")}
    lacking = {n: p["version"] for n, p in pure.items() if p["file_name"] not in found}
    if lacking:
        lockfile.fetch_wheels(wheels, lacking)
    for path in wheels.glob("*.whl"):
        name, _, _, _ = parse_wheel_filename(path.name)
        if name in pure:
            shutil.copy(path, folder / pure[name]["file_name"])
    return {
        p["file_name"]: lockfile.sha256(folder / p["file_name"]) for p in pure.values()
    }


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
def site_with(site, overlay, url, sums=None):
    """The address of the site, its Python coming from another distribution, with other sums."""
    config = (site / "lite" / "jupyter-lite.json").read_text("utf-8")
    settings = json.loads(config)["jupyter-config-data"]["litePluginSettings"]
    old = settings[application.PYODIDE_KERNEL_PLUGIN_ID]["pyodideUrl"]
    old = old.removesuffix("pyodide.mjs").removeprefix("./")
    places = {
        "jupyter-lite.json": "./",
        "python/pyodide-lock.json": "../",
        "notebooks/index.html": "",
    }
    for name, there in places.items():
        text = (site / "lite" / name).read_text("utf-8")
        assert application.seen_from(there, old) in text, f"{name} does not name {old}"
        text = text.replace(
            application.seen_from(there, old), application.seen_from(there, url)
        )
        if name.endswith("lock.json"):
            text = with_sums(text, sums or {})
        path = overlay / "lite" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    handler = type("Laid", (Overlaid,), {"overlay": overlay})
    with serving(handler, directory=str(site)) as address:
        yield f"{address}a/book"


def with_sums(text, sums):
    """A lock file with other SHA-256 sums of some files."""
    lock = json.loads(text)
    for package in lock["packages"].values():
        file = package["file_name"].split("/")[-1]
        package["sha256"] = sums.get(file, package["sha256"])
    return json.dumps(lock)
