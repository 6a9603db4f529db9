"""The lock file of the Python that runs chapters in a browser, and the files that it names.

    python book/_ext lockfile make            writes pyodide-lock.json anew (needs npm and pip)
    python book/_ext lockfile check FOLDER    has this Pyodide distribution what chapters need?

Pyodide's own lock file names hundreds of packages, by file and SHA-256. Ours is the part of it that
the chapters need, and what Pyodide lacks: pure Python from PyPI, and the kernel's own wheels ("from"
says where each is had). nnlib is added when the site is built (book/_ext/lite/application.py), for
it changes with each commit.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
    PYPI_WHEELS,
)
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[2] / "lite" / "pyodide-lock.json"
LABEXTENSIONS = Path(sys.prefix, "share", "jupyter", "labextensions")
LABEXTENSION = LABEXTENSIONS / PYODIDE_KERNEL_NPM_NAME  # the kernel's
# What a chapter imports, what IPython completes with, and what installs the rest.
NEEDED = ("numpy", "matplotlib", "tqdm", "ipython", "jedi", "micropip")
# Wheels that the distribution lacks; what of their requirements runs in a browser.
FROM_PYPI = {"comm": [], "ipywidgets": ["comm", "ipython", "traitlets"]}
FROM_KERNEL = {
    "ipykernel": ["pyodide-kernel"],
    "piplite": ["micropip"],
    "pyodide-kernel": ["comm", "ipython"],
}
# The runtime itself, beside the packages.
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def read():
    """The lock file in the repository."""
    return json.loads(LOCK.read_text("utf-8"))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entry(name, wheel, depends, **more):
    """A package of a lock file: a pure Python wheel that is imported by its own name."""
    return {
        "depends": depends,
        "file_name": wheel.name,
        "imports": [name.replace("-", "_")],
        "install_dir": "site",
        "name": name,
        "package_type": "package",
        "sha256": sha256(wheel),
        "unvendored_tests": False,
        "version": wheel.name.split("-")[1],
        **more,
    }


def make(distribution, wheels):
    """Our lock file: from the folder of npm's pyodide, and a folder of PyPI's wheels."""
    upstream = json.loads((distribution / LOCK.name).read_text("utf-8"))
    packages = dict(closure(upstream["packages"], NEEDED))
    sources = {
        "pypi": (FROM_PYPI, wheels),
        "kernel": (FROM_KERNEL, LABEXTENSION / "static" / PYPI_WHEELS),
    }
    for source, (lacking, folder) in sources.items():
        for name, depends in lacking.items():
            (wheel,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
            packages[name] = entry(name, wheel, depends, **{"from": source})
    core = {name: sha256(distribution / name) for name in CORE}
    return {
        "pyodide": PYODIDE_VERSION,
        "core": core,
        "info": upstream["info"],
        "packages": dict(sorted(packages.items())),
    }


def closure(packages, names):
    """The packages with these names, and all that they depend on."""
    found, waiting = {}, list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found[name] = packages[name]
            waiting += packages[name]["depends"]
    return found


def fetch_distribution(folder):
    """npm's package `pyodide` of the kernel's version, unpacked; the path of its files.

    It is the distribution without its packages.
    """
    subprocess.run(
        ["npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (packed,) = folder.glob("pyodide-*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def fetch_wheels(folder, names):
    """Downloads wheels from PyPI into a folder: {name: version}, or {name: (version, sha256)}."""
    lines = []
    for name, pinned in names.items():
        number, digest = (pinned, None) if isinstance(pinned, str) else pinned
        lines.append(
            f"{name}=={number}" + (f" --hash=sha256:{digest}" if digest else "")
        )
    listed = folder / "wheels.txt"
    listed.write_text("\n".join(lines) + "\n", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        + ["--only-binary=:all:", "--python-version", PYODIDE_PYTHON_VERSION]
        + ["--disable-pip-version-check"]
        + ["--dest", str(folder), "--requirement", str(listed)],
        check=True,
    )


def needed():
    """The distribution's files that the chapters need, {name: sha256}."""
    lock = read()
    packages = [p for p in lock["packages"].values() if "from" not in p]
    return lock["core"] | {p["file_name"]: p["sha256"] for p in packages}


def wrong_files(folder):
    """What keeps a folder from being that distribution, in sentences."""
    for name, digest in sorted(needed().items()):
        path = folder / name
        if not path.is_file():
            yield f"{name} is not there"
        elif sha256(path) != digest:
            yield f"{name} is another file than Pyodide {read()['pyodide']}'s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="write pyodide-lock.json anew")
    checking = commands.add_parser("check", help="check a folder of Pyodide's files")
    checking.add_argument("folder", type=Path)
    checking.add_argument("--copy", type=Path, help="copy them, and no others, there")
    options = parser.parse_args()
    if options.command == "make":
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            fetch_wheels(folder, {name: version(name) for name in FROM_PYPI})
            lock = make(fetch_distribution(folder), folder)
        LOCK.write_text(json.dumps(lock, indent=1) + "\n", "utf-8")
        print(
            f"{LOCK.name}: Pyodide {PYODIDE_VERSION}, {len(lock['packages'])} packages"
        )
    elif found := list(wrong_files(options.folder)):
        sys.exit("\n".join(found))
    else:
        print(f"{options.folder} has all that the chapters need.")
        if options.copy:
            options.copy.mkdir(parents=True, exist_ok=True)
            for name in needed():
                shutil.copy(options.folder / name, options.copy)


if __name__ == "__main__":
    main()
