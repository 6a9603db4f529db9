"""Nothing in the book installs a stranger: on PyPI, nnlib is somebody else's package.

Ours is installed by its path or its address, wherever a page, a message or a file says how.
"""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAME = r"(?<![\w./\\{-])(?:nnlib[-_.]book|nnlib|nnbook)(?![\w/-])"
ADDRESS = r"(?:\[[\w\s,-]*\])?\s*@"  # nnlib-book[data] @ git+https://…
OURS = re.compile(rf"{NAME}(?!{ADDRESS})", re.IGNORECASE)
INSTALL = re.compile(
    r"""\b(?:pip3?|pipx|uv|conda|mamba|micropip|piplite)[\s"',.]+(?:install|add)\b"""
    r"([^`\n#;|&]*)"
)
REQUIREMENTS = re.compile(r"(requirements|constraints|environment)[\w.-]*$|\.lock$")


def strangers(name, text):
    """What a file, or one of its lines, would have installed from PyPI under a name of ours."""
    if name.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells)
    text = text.replace("\\\n", " ")
    asked = INSTALL.findall(text)
    if REQUIREMENTS.search(name):
        asked += [line.partition("#")[0] for line in text.splitlines()]
    if name.endswith("pyproject.toml"):
        project = tomllib.loads(text)["project"]
        asked += project.get("dependencies", [])
        asked += sum(project.get("optional-dependencies", {}).values(), [])
    return [f"{name}: {words.strip()}" for words in asked if OURS.search(words)]


def tracked():
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path != Path(__file__) and path.is_file():
            yield name, path.read_text("utf-8", errors="ignore")


def test_no_page_message_or_file_installs_a_stranger():
    found = [it for name, text in tracked() for it in strangers(name, text)]
    assert not found, (
        "on PyPI this name is, or may become, somebody else's package. Install ours by a path "
        '(pip install -e ".[nbgrader]") or an address (nnlib-book @ git+https://…):\n'
        + "\n".join(found)
    )


@pytest.mark.parametrize(
    "name, text",
    [
        ("README.md", 'For instructors: `pip install "nnlib[nbgrader]"`.'),
        ("README.md", "python3 -m pip install --quiet nnlib-book"),
        ("a.py", 'raise ImportError(f"{name} is needed: pip install nnlib[data]")'),
        ("a.py", 'run([python, "-m", "pip", "install", "--quiet", "nnbook"])'),
        ("a.py", "await micropip.install('nnlib')"),
        ("a.yml", "      - run: uv pip install -r requirements.txt nnlib==0.1.0"),
        ("Makefile", "\t@pip install \\\n\t\tnumpy NNLIB_BOOK"),
        ("requirements-bench.txt", "numpy\nnnlib>=0.1\n"),
        ("environment.yml", "dependencies:\n  - nnbook\n"),
        ("requirements.lock", "nnlib==1.0 \\\n    --hash=sha256:0\n"),
        ("pyproject.toml", '[project]\noptional-dependencies.x = ["nnlib-book[data]"]'),
        (
            "a.ipynb",
            json.dumps(
                {"cells": [{"source": ["import os\n", "%pip install -q nnlib"]}]}
            ),
        ),
    ],
)
def test_a_stranger_is_found(name, text):
    assert strangers(name, text)


@pytest.mark.parametrize(
    "name, text",
    [
        ("README.md", "pip install -r requirements.txt -e .  # then `import nnlib`"),
        ("README.md", '`pip install -e ".[nbgrader]"`, and nnlib is there'),
        ("README.md", "pip install ./nnlib /somewhere/nnbook"),
        ("a.py", '%pip install "nnlib-book[data] @ git+https://github.com/a/nnlib"'),
        ("a.py", '"nnlib is installed from the book, pip is not asked"'),
        ("requirements.txt", "numpy  # nnlib as a wheel\n-e .[book]\n"),
    ],
)
def test_what_installs_by_path_or_address_is_none(name, text):
    assert not strangers(name, text)
