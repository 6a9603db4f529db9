"""Prints a folder with other versions than the environment's, for PYTHONPATH.

    python tests/other_versions.py browser    the NumPy and the matplotlib that a browser gets
    python tests/other_versions.py oldest     the oldest NumPy that pyproject.toml allows

With the folder the chapters or the tests run with them, natively: a number in the book that
another version prints otherwise is found, and a function that an older NumPy lacks.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "book" / "lite" / "pyodide-lock.json"


def browser(lock=LOCK):
    """["numpy==…", "matplotlib==…"] as the browser's lock file has them."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    return [f"{name}=={packages[name]['version']}" for name in ("numpy", "matplotlib")]


def oldest(project=ROOT / "pyproject.toml"):
    """["numpy==2.0.*"]: the last repairs of the oldest one."""
    needed = tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"]
    (version,) = (
        it[1] for it in map(re.compile(r"numpy>=([\d.]+)").match, needed) if it
    )
    return [f"numpy=={version}.*"]


def found(wanted, folder):
    """Whether Python finds what is wanted with this folder."""
    names = [it.partition("==")[0] for it in wanted]
    code = "".join(f"import {n}\nprint('{n}==' + {n}.__version__)\n" for n in names)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    got = done.stdout.split()
    return len(got) == len(wanted) and all(
        it.startswith(like.rstrip("*")) for it, like in zip(got, wanted)
    )


def install(wanted, folder):
    """Installs them there, and nothing that they need: it is in the environment already."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
        + ["--disable-pip-version-check", "--target", str(folder), *wanted],
        check=True,
        stdout=sys.stderr,
    )


if __name__ == "__main__":
    wanted = {"browser": browser, "oldest": oldest}[sys.argv[1]]()
    name = re.sub(r"[=*]+|\.\*", "-", "-".join(wanted)).strip("-")
    folder = ROOT / "_build" / "versions" / name
    if not found(wanted, folder):
        install(wanted, folder)
    if not found(wanted, folder):
        sys.exit(f"{folder} has not {', '.join(wanted)}")
    print(folder)
