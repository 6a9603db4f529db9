"""The lock file of the Python that runs chapters in a browser, and the files that it names.

    python book/_ext lockfile make            writes pyodide-lock.json anew (needs npm and pip)
    python book/_ext lockfile fetch FOLDER    downloads the files that the chapters need
    python book/_ext lockfile check FOLDER    has this folder all that the chapters need?
    python book/_ext lockfile wheels FOLDER   downloads the wheels that Pyodide lacks

Pyodide's own lock file names hundreds of packages, by file and SHA-256. Ours is the part of it that
the chapters need, and what Pyodide lacks: pure Python from PyPI, and the kernel's own wheels
("from" says where each is had). nnlib is added when the site is built (book/_ext/lite/python.py),
for it changes with each commit.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from importlib.metadata import version
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_KERNEL_NPM_NAME, PYPI_WHEELS
from packaging.utils import canonicalize_name

# Chosen here, not by the kernel, which runs older versions as well: the tests run this one.
PYODIDE = "0.27.7"
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/"
LOCK = Path(__file__).parents[2] / "lite" / "pyodide-lock.json"
LABEXTENSIONS = Path(sys.prefix, "share", "jupyter", "labextensions")
LABEXTENSION = LABEXTENSIONS / PYODIDE_KERNEL_NPM_NAME  # the kernel's
# What a chapter imports, and what shows it; without jedi IPython completes from what was run.
NEEDED = ("numpy", "matplotlib", "ipython")
# Wheels from PyPI: of the version that is installed here, but for micropip, which only the kernel's
# piplite imports (it needs 0.10's names; 0.11 needs a newer Pyodide).
FROM_PYPI = {name: version(name) for name in ("comm", "ipywidgets", "tqdm")}
FROM_PYPI |= {"micropip": "0.10.0"}
FROM_KERNEL = ("ipykernel", "piplite", "pyodide-kernel")
# What of their requirements runs in a browser.
DEPENDS = {
    "ipywidgets": ["comm", "ipython", "traitlets"],
    "micropip": ["packaging"],
    "ipykernel": ["pyodide-kernel"],
    "piplite": ["micropip"],
    "pyodide-kernel": ["comm", "ipython"],
}
# The runtime itself, beside the packages.
CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")


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
    packages = closure(upstream["packages"], NEEDED)
    kernels = LABEXTENSION / "static" / PYPI_WHEELS
    for source, names, folder in (
        ("pypi", FROM_PYPI, wheels),
        ("kernel", FROM_KERNEL, kernels),
    ):
        for name in names:
            (wheel,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
            depends = DEPENDS.get(name, [])
            packages[name] = entry(name, wheel, depends, **{"from": source})
    core = {name: sha256(distribution / name) for name in CORE}
    return {
        "pyodide": PYODIDE,
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
    """npm's package `pyodide` of this version, unpacked; the path of its files.

    It is the distribution without its packages.
    """
    subprocess.run(
        ["npm", "pack", "--silent", f"pyodide@{PYODIDE}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (packed,) = folder.glob("pyodide-*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def fetch_wheels(folder, packages):
    """Downloads wheels from PyPI into a folder: {name: version}, or a lock file's packages."""
    lines = []
    for name, package in packages.items():
        if isinstance(package, str):
            lines.append(f"{name}=={package}")
        else:
            pinned = f"{name}=={package['version']}"
            lines.append(f"{pinned} --hash=sha256:{package['sha256']}")
    listed = folder / "wheels.txt"
    listed.write_text("\n".join(lines) + "\n", "utf-8")
    # micropip says that it needs Python 3.13; what piplite imports of it does not.
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        + ["--only-binary=:all:", "--ignore-requires-python"]
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


def fetch(folder, address=CDN):
    """Downloads into a folder what of that distribution is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest in needed().items():
        path = folder / name
        if not (path.is_file() and sha256(path) == digest):
            with urllib.request.urlopen(f"{address}{name}") as answer:
                path.write_bytes(answer.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="write pyodide-lock.json anew")
    fetching = commands.add_parser("fetch", help="download the files of Pyodide")
    fetching.add_argument("--from", dest="address", default=CDN, help="another address")
    checking = commands.add_parser("check", help="check a folder of Pyodide's files")
    wheels = commands.add_parser("wheels", help="download the wheels that it lacks")
    for command in (fetching, checking, wheels):
        command.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "make":
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            fetch_wheels(folder, FROM_PYPI)
            lock = make(fetch_distribution(folder), folder)
        LOCK.write_text(json.dumps(lock, indent=1) + "\n", "utf-8")
        print(f"{LOCK.name}: Pyodide {PYODIDE}, {len(lock['packages'])} packages")
        return
    if options.command == "wheels":
        from lite import python  # which needs this module

        options.folder.mkdir(parents=True, exist_ok=True)
        python.fetched(read(), options.folder)
        return
    if options.command == "fetch":
        fetch(options.folder, options.address)
    if found := list(wrong_files(options.folder)):
        sys.exit("\n".join(found))
    print(f"{options.folder} has all that the chapters need.")


if __name__ == "__main__":
    main()
