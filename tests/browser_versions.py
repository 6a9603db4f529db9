"""Prints a folder with the NumPy and the matplotlib that a browser gets, for PYTHONPATH.

Their versions are those of book/lite/pyodide-lock.json. With the folder every chapter runs with
them, natively: a number in the book that another version prints otherwise is found.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "book" / "lite" / "pyodide-lock.json"
PACKAGES = "numpy", "matplotlib"


def versions(lock=LOCK):
    """["numpy==…", "matplotlib==…"] as the browser's lock file has them."""
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    return [f"{name}=={packages[name]['version']}" for name in PACKAGES]


def found(folder):
    """The same list of what Python finds with this folder."""
    code = f"import {', '.join(PACKAGES)}\n" + "".join(
        f"print('{name}==' + {name}.__version__)\n" for name in PACKAGES
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
    return done.stdout.split()


def install(wanted, folder):
    """Installs them there, and nothing that they need: it is in the environment already."""
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
        + ["--disable-pip-version-check", "--target", str(folder), *wanted],
        check=True,
        stdout=sys.stderr,
    )


if __name__ == "__main__":
    wanted = versions()
    folder = ROOT / "_build" / "browser" / "-".join(wanted).replace("==", "-")
    if found(folder) != wanted:
        install(wanted, folder)
    if (got := found(folder)) != wanted:
        sys.exit(f"expected {wanted}, got {got}")
    print(folder)
