"""Chapters that run in the browser, at lite/ of the site: a Sphinx extension for the book's build.

JupyterLite is an application of static files; Python itself (Pyodide) is loaded, when a reader
opens a chapter there, from the address that `pyodide_url` says. What Pyodide lacks is on the site:
the package with its data, and the wheels that book/lite/pyodide-lock.json names.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_KERNEL_PLUGIN_ID,
    PYPI_WHEELS,
)
from notebooks import portable
from sphinx.util import logging

from lite import lockfile

ROOT = Path(__file__).parents[3]
LITE = Path(__file__).parents[2] / "lite"
APPS = ("notebooks", "tree")  # a notebook, and the list of files
LABEXTENSIONS = (
    PYODIDE_KERNEL_NPM_NAME,
    "@jupyter-widgets/jupyterlab-manager",
    "jupyterlab-myst",
    "jupyterlab_pygments",
)
# The programs whose other versions make another site of the same sources.
MADE_BY = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "jupyterlab-widgets")
MADE_BY += ("jupyterlab-myst", "jupyterlab-pygments", "setuptools")
EPOCH = 315532800  # the first second of 1980: the same files from the same sources
# Loaded when Python starts, all at once, each checked against its SHA-256: the kernel's packages,
# and the book's with what it needs, so that the first cell has not to wait for them.
AT_START = (
    "micropip",
    "piplite",
    "ipykernel",
    "comm",
    "pyodide-kernel",
    "jedi",
    "ipython",
    "nnlib-book",
)
NEEDS = ("numpy", "matplotlib", "ipywidgets", "tqdm")
# What the wheel of nnlib and nnbook is made of.
PACKAGES = ("nnlib", "nnbook")
BESIDE = ("_toc.yml", "pyproject.toml", "setup.py", "LICENSE")
LEFT_OUT = ("doc", "rspack.*", "package.json", "**/rspack.*")
logger = logging.getLogger(__name__)


def distribution(config):
    """The address of Pyodide's files, as a page in lite/ has to name it."""
    url = (
        os.environ.get("PYODIDE_URL") or config.pyodide_url or PYODIDE_CDN_URL
    ).rstrip("/")
    return f"{url}/" if "://" in url or url.startswith("/") else f"../{url}/"


def seen_from(there, url):
    """The address as it is written elsewhere than in lite/, which is `there` from that place."""
    return f"{there}{url}" if url.startswith("..") else url


def build(app, error):
    """Makes lite/ anew if anything that it is made of has changed."""
    if error or app.builder.format != "html" or not lockfile.LOCK.exists():
        return
    site, work = Path(app.outdir) / "lite", Path(app.outdir).resolve().parent / "lite"
    work.mkdir(exist_ok=True)
    url, published = distribution(app.config), editions(chapters(app))
    stamp, made_of = work / "made-of", digest(url, published)
    if site.exists() and stamp.exists() and stamp.read_text() == made_of:
        return
    logger.info("making lite/, where chapters run in the browser...")
    lock = lockfile.read()
    wheels = [
        *fetched(lock, work),
        nnlib_wheel(work),
    ]  # what fails here leaves lite/ as it is
    stamp.unlink(missing_ok=True)
    shutil.rmtree(site, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        run_jupyterlite(Path(place), published, url, site)
    finish_pages(site, published, lock, url)
    place_python(site / "python", lock, wheels, url)
    stamp.write_text(made_of)


def chapters(app):
    """The book's notebooks, {name: path}."""
    paths = [Path(app.env.doc2path(page)) for page in sorted(app.env.found_docs)]
    return {path.name: path for path in paths if path.suffix == ".ipynb"}


def digest(url, published):
    """A hash of all that decides what is in lite/."""
    found = hashlib.sha256(url.encode())
    for name, (_, text) in published.items():
        found.update(f"{name} {text}".encode())
    for name in MADE_BY:
        found.update(f"{name} {version(name)}".encode())
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*")]
    files += [Path(__file__), *(ROOT / name for name in BESIDE)]
    files += [path for path in LITE.iterdir() if path.suffix != ".md"]
    for path in sorted(files):
        if "__pycache__" not in path.parts and path.is_file():
            found.update(f"{path.relative_to(ROOT)}".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


# --- notebooks --------------------------------------------------------------------------------


def editions(notebooks):
    """Each notebook as it is published there: {name: (edition, text)}.

    Its citations are links, as on the site: portable.py. The edition is a hash of what its cells
    say then. It goes into the notebook's metadata, and stays in the copy that a reader makes, so
    that runtime.js can tell a copy of an earlier edition, and one that was changed.
    """
    found = {}
    for name, path in notebooks.items():
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = portable.cited(cell.source)
        sources = "\0".join(cell.source for cell in notebook.cells)
        edition = hashlib.sha256(sources.encode()).hexdigest()[:16]
        notebook.metadata["edition"] = edition
        # Each output as one string: of a list of lines JupyterLite shows the commas, too.
        found[name] = edition, json.dumps(notebook, ensure_ascii=False, indent=1)
    return found


# --- the application --------------------------------------------------------------------------


def run_jupyterlite(folder, published, url, site):
    """Runs `jupyter lite build` in a folder of its own."""
    contents = folder / "contents"
    contents.mkdir()
    for name, (_, text) in published.items():
        (contents / name).write_text(text, "utf-8")
    kernel = {
        "pyodideUrl": seen_from("./", url) + "pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": "./python/pyodide-lock.json",
            "packages": list(AT_START),
        },
    }
    data = {
        "appName": "A neural network from scratch",
        "appUrl": "./tree",
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
                    str(lockfile.LABEXTENSIONS / name) for name in LABEXTENSIONS
                ],
                "source_date_epoch": EPOCH,
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


def finish_pages(site, published, lock, url):
    """Gives the application's pages runtime.js, which goes first; leaves out what none needs."""
    for name in ("runtime.js", "runtime.css"):
        shutil.copy(LITE / name, site)
    told = {
        "distribution": url,
        "files": [*lock["core"], *large_files(lock)],
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
    for pattern in LEFT_OUT:
        for path in site.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def large_files(lock):
    """The packages that a chapter cannot do without, by the names of their files."""
    return [lock["packages"][name]["file_name"] for name in ("numpy", "matplotlib")]


# --- Python -----------------------------------------------------------------------------------


def fetched(lock, work):
    """The wheels that Pyodide lacks: PyPI's, kept from build to build, and the kernel's own."""
    kernels = lockfile.LABEXTENSION / "static" / PYPI_WHEELS
    from_pypi, found = {}, []
    for name, package in lock["packages"].items():
        folder = {"pypi": work, "kernel": kernels}.get(package.get("from"))
        if folder:
            path = folder / package["file_name"]
            found.append(path)
            if folder == work and not (path.exists() and fits(path, package)):
                from_pypi[name] = package["version"], package["sha256"]
    if from_pypi:
        lockfile.fetch_wheels(work, from_pypi)
    named = {package["file_name"]: package for package in lock["packages"].values()}
    for path in found:
        if not path.exists() or not fits(path, named[path.name]):
            raise RuntimeError(
                f"{path.name} is not the file that {lockfile.LOCK.name} names: "
                f"make it anew (python book/_ext lockfile make)"
            )
    return found


def fits(path, package):
    return lockfile.sha256(path) == package["sha256"]


def nnlib_wheel(work):
    """The package with its data, as a wheel: the same bytes from the same sources."""
    for old in work.glob("nnlib_book-*.whl"):
        old.unlink()
    # From a copy: setuptools leaves its files beside the sources.
    with tempfile.TemporaryDirectory() as place:
        copied = Path(place)
        for name in PACKAGES:
            without = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, copied / name, ignore=without)
        for name in BESIDE:
            shutil.copy(ROOT / name, copied)
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
            + ["--no-build-isolation", "--disable-pip-version-check"]
            + ["--wheel-dir", str(work), str(copied)],
            env=os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)},
            check=True,
        )
    (made,) = work.glob("nnlib_book-*.whl")
    return made


def place_python(folder, lock, wheels, url):
    """The wheels, and beside them the lock file with addresses that hold there."""
    folder.mkdir()
    packages = lock["packages"]
    for package in packages.values():
        if "from" not in package:
            package["file_name"] = seen_from("../", url) + package["file_name"]
    for wheel in wheels:
        shutil.copyfile(wheel, folder / wheel.name)
    packages["nnlib-book"] = lockfile.entry(
        "nnlib-book", wheels[-1], list(NEEDS), imports=list(PACKAGES)
    )
    for package in packages.values():
        package.pop("from", None)
    published = {"info": lock["info"], "packages": packages}
    (folder / lockfile.LOCK.name).write_text(json.dumps(published, indent=1), "utf-8")


def setup(app):
    app.add_config_value("pyodide_url", "", "html")
    app.connect("build-finished", build, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
