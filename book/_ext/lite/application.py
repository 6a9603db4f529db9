"""Chapters that run in the browser, at lite/ of the site.

JupyterLite is an application of static files. What its page loads when a reader opens a chapter,
Python itself and the packages, is python.py's.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
from finish import addresses
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_KERNEL_PLUGIN_ID,
)
from sphinx.util import logging

from lite import lockfile, python
from lite.policy import with_policy

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LITE = HERE.parents[1] / "lite"
APPS = ("notebooks", "tree")  # a notebook, and the list of files
LABEXTENSIONS = (
    PYODIDE_KERNEL_NPM_NAME,
    "@jupyter-widgets/jupyterlab-manager",
    "jupyterlab-myst",
    "jupyterlab_pygments",
)
# Renderers that run what an output holds, which the policy of the pages (policy.py) cannot forbid.
DISABLED = ("@jupyterlab/javascript-extension", "@jupyterlab/vega5-extension")
# The programs whose other versions make another site of the same sources.
MADE_BY = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "jupyterlab-widgets")
MADE_BY += ("jupyterlab-myst", "jupyterlab-pygments", "setuptools")
LEFT_OUT = ("doc", "rspack.*", "package.json", "**/rspack.*")
logger = logging.getLogger(__name__)


def build(app):
    """Makes lite/ anew if anything that it is made of has changed."""
    if not lockfile.LOCK.exists():
        return
    site, work = Path(app.outdir) / "lite", Path(app.outdir).resolve().parent / "lite"
    work.mkdir(exist_ok=True)
    source, published = python.source(app.config), editions(chapters(app))
    stamp, made_of = work / "made-of", digest(source, published)
    if site.exists() and stamp.exists() and stamp.read_text() == made_of:
        return
    logger.info("making lite/, where chapters run in the browser...")
    stamp.unlink(missing_ok=True)
    make(site, work, source, published)
    stamp.write_text(made_of)


def make(site, work, source, published):
    """Makes lite/. What fails while files are fetched leaves the old one as it is."""
    lock = lockfile.read()
    wheels = [*python.fetched(lock, work), python.nnlib_wheel(work)]
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        run_jupyterlite(Path(place), published, site)
    python.place(site / "python", lock, wheels, source)
    finish_pages(site, published, lock, source, wrap_worker(site))


def chapters(app):
    """The book's notebooks, {name: path}."""
    paths = [Path(app.env.doc2path(page)) for page in sorted(app.env.found_docs)]
    return {path.name: path for path in paths if path.suffix == ".ipynb"}


def digest(source, published):
    """A hash of all that decides what is in lite/."""
    found = hashlib.sha256(f"{source} {python.compiles()}".encode())
    for name, (_, text) in published.items():
        found.update(f"{name} {text}".encode())
    found.update(repr(addresses.MOVED).encode())
    for name in MADE_BY:
        found.update(f"{name} {version(name)}".encode())
    files = [path for name in python.PACKAGES for path in (ROOT / name).rglob("*")]
    files += [*HERE.iterdir(), *(ROOT / name for name in python.BESIDE)]
    files += [path for path in LITE.rglob("*") if path.suffix != ".md"]
    for path in sorted(files):
        if "__pycache__" not in path.parts and path.is_file():
            found.update(f"{path.relative_to(ROOT)}".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


# --- notebooks --------------------------------------------------------------------------------


def editions(notebooks):
    """Each notebook as it is published there: {name: (edition, text)}.

    The edition is a hash of what its cells say. It goes into the notebook's metadata, and stays in
    the copy that a reader makes, so that runtime.js can tell a copy of an earlier edition, and one
    that was changed.
    """
    found = {}
    for name, path in notebooks.items():
        notebook = nbformat.read(path, as_version=4)
        sources = "\0".join(cell.source for cell in notebook.cells)
        edition = hashlib.sha256(sources.encode()).hexdigest()[:16]
        notebook.metadata["edition"] = edition
        # Each output as one string: of a list of lines JupyterLite shows the commas, too.
        found[name] = edition, json.dumps(notebook, ensure_ascii=False, indent=1)
    return found


# --- the application --------------------------------------------------------------------------


def run_jupyterlite(folder, published, site):
    """Runs `jupyter lite build` in a folder of its own."""
    contents = folder / "contents"
    contents.mkdir()
    for name, (_, text) in published.items():
        (contents / name).write_text(text, "utf-8")
    kernel = {
        "pyodideUrl": "./python/python.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": [*python.KERNELS, *python.WITHOUT]},
    }
    data = {
        "appName": "A neural network from scratch",
        "appUrl": "./tree",
        "disabledExtensions": list(DISABLED),
        "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: kernel},
    }
    settings = {
        "jupyter-lite.json": {
            "jupyter-lite-schema-version": 0,
            "jupyter-config-data": data,
        },
        "overrides.json": {
            # What is changed is kept at once, not after two minutes.
            "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 3},
            "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
        },
        "jupyter_lite_config.json": {
            "LiteBuildConfig": {
                "apps": list(APPS),
                "contents": [str(contents)],
                "output_dir": str(site),
                "no_sourcemaps": True,
                "no_unused_shared_packages": True,
                "ignore_sys_prefix": ["federated_extensions"],
                "federated_extensions": [
                    *(str(lockfile.LABEXTENSIONS / name) for name in LABEXTENSIONS),
                    str(LITE / "untrusted"),
                ],
                "source_date_epoch": python.EPOCH,
            }
        },
    }
    for name, content in settings.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"jupyter lite build failed:\n{done.stdout}{done.stderr}")


def wrap_worker(site):
    """Makes lite/python/worker.js: the kernel's worker, and before it what starts Python.

    The worker's name, by which runtime.js knows when JupyterLab asks for it.
    """
    found = list(site.glob(f"extensions/{PYODIDE_KERNEL_NPM_NAME}/static/comlink.*.js"))
    if len(found) != 1:
        raise RuntimeError(f"one worker of the kernel was expected, got {found}")
    imported = ("./python.js", f"../{found[0].relative_to(site).as_posix()}")
    lines = "".join(f'import "{path}";\n' for path in imported)
    (site / "python" / "worker.js").write_text(lines, "utf-8")
    return found[0].name


def finish_pages(site, published, lock, source, worker):
    """Gives the application's pages runtime.js, which goes first; leaves out what none needs."""
    for name in ("runtime.js", "runtime.css"):
        shutil.copy(LITE / name, site)
    told = {
        "distribution": python.address(source),
        "worker": worker,
        "files": [*lock["core"], *large_files(lock)],
        "moved": {
            f"{old}.ipynb": f"{new}.ipynb" for old, new in addresses.MOVED.items()
        },
        "editions": {name: edition for name, (edition, _) in published.items()},
    }
    head = (
        '<link rel="icon" href="../../_static/favicon-32.png">'
        f'<script id="nn-told" type="application/json">{json.dumps(told)}</script>'
        '<link rel="stylesheet" href="../runtime.css">'
        '<script src="../runtime.js"></script>'
    )
    for app in APPS:
        page = site / app / "index.html"
        text = page.read_text("utf-8")
        start = "await import("
        if text.count(start) != 1:
            raise RuntimeError(
                f"{page.name} of JupyterLite's {app} starts in another way"
            )
        text = text.replace(start, "await window.nnReady; await import(")
        page.write_text(text.replace("</title>", f"</title>{head}", 1), "utf-8")
    for page in (site / "index.html", *(site / app / "index.html" for app in APPS)):
        page.write_text(
            with_policy(page.read_text("utf-8"), python.address(source)), "utf-8"
        )
    for pattern in LEFT_OUT:
        for path in site.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def large_files(lock):
    """The packages that a chapter cannot do without, by the names of their files."""
    return [lock["packages"][name]["file_name"] for name in ("numpy", "matplotlib")]
