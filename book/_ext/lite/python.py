"""The Python of lite/: what of it the site has itself, and where the rest comes from.

Pyodide's own files come from the public address, or from a school's, or are on the site: the
setting `pyodide_url`, and book/lite/README.md. What Pyodide lacks is always there: nnlib with its
data, and the wheels that pyodide-lock.json names "from" elsewhere.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYPI_WHEELS

from lite import lockfile

ROOT = Path(__file__).parents[3]
LOADER = ROOT / "book" / "lite" / "python.js"
COMPILE = Path(__file__).with_name("compile.mjs")
EPOCH = 315532800  # the first second of 1980: the same files from the same sources
# What the kernel would install if it were not said to be there; it can do without jedi.
KERNELS = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "ipython")
WITHOUT = ("jedi",)
# What Python does at its start, for else the first cell of a chapter would wait for it
START = "import IPython, ipywidgets, matplotlib.pyplot, matplotlib_inline, nnbook"
ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NNLIB_QUIET": "1",  # a bar that is written line by line to the error stream is none
}
NEEDS = ("numpy", "matplotlib", "ipywidgets", "tqdm")
# What the wheel of nnlib and nnbook is made of.
PACKAGES = ("nnlib", "nnbook")
BESIDE = ("_toc.yml", "pyproject.toml", "setup.py", "LICENSE")


def source(config):
    """Where Pyodide's files come from: an address, or a folder whose files the site gets."""
    said = os.environ.get("PYODIDE_URL") or config.pyodide_url or lockfile.CDN
    if "://" in said:
        return said.rstrip("/") + "/"
    folder = ROOT / said
    problems = list(lockfile.wrong_files(folder))
    if problems:
        raise ValueError(
            f"pyodide_url is an address (https://…) or a folder with Pyodide's files, got {said}: "
            f"{'; '.join(problems)}. Try python book/_ext lockfile fetch {said}"
        )
    return folder


def address(source):
    """Where that is for a page of lite/."""
    return "python/" if isinstance(source, Path) else source


# --- wheels -----------------------------------------------------------------------------------


def fetched(lock, work):
    """The wheels that Pyodide lacks: PyPI's, kept from build to build, and the kernel's own."""
    folders = {"pypi": work, "kernel": lockfile.LABEXTENSION / "static" / PYPI_WHEELS}
    lacking = {name: it for name, it in lock["packages"].items() if "from" in it}
    paths = {n: folders[it["from"]] / it["file_name"] for n, it in lacking.items()}
    absent = {
        name: lacking[name]
        for name, path in paths.items()
        if lacking[name]["from"] == "pypi" and not fits(path, lacking[name])
    }
    if absent:
        lockfile.fetch_wheels(work, absent)
    for name, path in paths.items():
        if not fits(path, lacking[name]):
            raise RuntimeError(
                f"{path.name} is not the file that {lockfile.LOCK.name} names: "
                f"make it anew (python book/_ext lockfile make)"
            )
    return list(paths.values())


def fits(path, package):
    return path.exists() and lockfile.sha256(path) == package["sha256"]


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


# --- the folder -------------------------------------------------------------------------------


def place(folder, lock, wheels, source):
    """Writes lite/python: the loader, the wheels, and the lock file as it holds there."""
    folder.mkdir()
    shutil.copy(LOADER, folder)
    core = [{"file_name": name, "sha256": it} for name, it in lock["core"].items()]
    packages = copy.deepcopy(lock["packages"])
    for theirs in [*core, *packages.values()]:
        if not theirs.pop("from", None):
            name = theirs["file_name"]
            if isinstance(source, Path):
                shutil.copyfile(source / name, folder / name)
            else:
                theirs["file_name"] = source + name
    for wheel in wheels:
        shutil.copyfile(wheel, folder / wheel.name)
    packages["nnlib-book"] = lockfile.entry(
        "nnlib-book", wheels[-1], list(NEEDS), imports=list(PACKAGES)
    )
    published = {
        "info": lock["info"],
        "core": core,
        "packages": packages,
        "start": START,
        "environment": ENVIRONMENT,
    }
    write(folder, published)
    if isinstance(source, Path) and compiles():
        subprocess.run(["node", str(COMPILE), str(folder)], check=True)
        for theirs in [*core, *packages.values()]:
            theirs["sha256"] = lockfile.sha256(folder / theirs["file_name"])
        write(folder, published)


def write(folder, published):
    (folder / lockfile.LOCK.name).write_text(json.dumps(published, indent=1), "utf-8")


def compiles():
    """Whether code is compiled here and not in each browser, which takes it five seconds."""
    return bool(shutil.which("node"))
