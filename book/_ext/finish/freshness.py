"""Repeats nothing and misses nothing: a Sphinx extension for the book's build.

Sphinx reads again the pages whose own files have changed. What a chapter says depends on more:
on the code of nnlib, of these extensions and of the installed packages. If any of that has
changed since the last build without an error or a warning, or if there was none, all pages are
read, and so all notebooks executed. If a style or a template has changed, all pages are written.

`built.json` beside the site remembers that build. It is as old as the build's first moment, so
whatever is younger than this file is not in the site.
"""

import json
import os
import sys
import time
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

READ = ("nnlib", "nnbook", "book/_ext", "pyproject.toml", "CITATION.cff")
WRITTEN = ("book/assets", "book/_templates")


def record(app):
    return Path(app.outdir).resolve().parent / "built.json"


def hash_files(root, places):
    """A hash of the names and contents of all files in these places."""
    found = sha256()
    for place in (root / name for name in places):
        files = place.rglob("*") if place.is_dir() else [place]
        for path in sorted(files):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(root)}\n".encode())
                found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()


def hash_installed():
    """A hash of Python's version and of all installed packages'."""
    names = sorted(f"{d.name} {d.version}" for d in distributions())
    return sha256(f"{sys.version} {names}".encode()).hexdigest()


def start(app):
    """Compares with the last good build, and forgets it until this one is good, too."""
    app.freshness = {"started": time.time(), "read": None, "written": None}
    if app.builder.format != "html":
        return
    now = {
        "read": hash_files(Path(app.srcdir), READ) + hash_installed(),
        "written": hash_files(Path(app.srcdir), WRITTEN),
    }
    before = {}
    if record(app).exists():
        before = json.loads(record(app).read_text("utf-8"))
        record(app).unlink()
    app.freshness.update(now=now)
    for key in now:
        app.freshness[key] = before.get(key) != now[key]


def read_all(app, env, added, changed, removed):
    return env.found_docs if app.freshness["read"] else []


def write_all(app, env):
    return list(env.found_docs) if app.freshness["written"] else None


def finish(app, error):
    """After a build without an error or a warning, and only then."""
    if error or app._warncount or "now" not in app.freshness:
        return
    record(app).write_text(json.dumps(app.freshness["now"]), "utf-8")
    os.utime(record(app), (app.freshness["started"],) * 2)


def setup(app):
    app.connect("builder-inited", start)
    app.connect("env-get-outdated", read_all)
    app.connect("env-updated", write_all)
    app.connect("build-finished", finish, priority=999)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
