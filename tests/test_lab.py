"""The chapters in a real JupyterLab, as `make lab` opens it, in Chromium."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from browser import chromium

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "activations"  # four choices side by side, sliders, exercises of all kinds
NARROW = {"width": 480, "height": 800}
WIDE = {"width": 1400, "height": 900}
LONG = 120_000  # milliseconds: all cells of a chapter, on a busy machine

CELLS = nbformat.read(ROOT / f"book/{CHAPTER}.ipynb", as_version=4).cells
HIDDEN = [
    number
    for number, cell in enumerate(CELLS)
    if {"remove-input", "hide-input"} & set(cell.metadata.get("tags", ()))
]


# --- a JupyterLab and a tab ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of what JupyterLab is given, so that nothing it saves is in the repository."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("book", ".jupyter", "Makefile"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def environment(folder):
    """Nobody's settings, workspace or progress; what a browser would open is written down."""
    opener = folder / "browser"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n')
    opener.chmod(0o755)
    own = {
        name: str(folder / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "NNLIB_PROGRESS",
        )
    }
    return os.environ | own | {"BROWSER": str(opener), "NNLIB_QUIET": "1"}


@pytest.fixture(scope="module")
def address(folder, environment):
    """Where the browser is sent by the command of `make lab`."""
    said = subprocess.run(
        ["make", "--dry-run", "lab", f"BIN={Path(sys.executable).parent}"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    command = said.stdout.splitlines()[-1] + " --ServerApp.use_redirect_file=False"
    command += " --port=0" + " --allow-root" * (os.getuid() == 0)
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        ["sh", "-c", f"exec env {command}"],
        cwd=folder, env=environment, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        yield wait_for(lambda: (folder / "opened").read_text().strip(), folder / "log")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def wait_for(read, log, seconds=60):
    """What a file holds, as soon as there is one."""
    for _ in range(10 * seconds):
        try:
            if found := read():
                return found
        except FileNotFoundError:
            pass
        time.sleep(0.1)
    pytest.fail(f"nothing was opened:\n{log.read_text()}")


@pytest.fixture(scope="module")
def wrong():
    """What the page complains of."""
    return []


@pytest.fixture(scope="module")
def lab(address, wrong):
    """The tab that `make lab` opens."""
    with chromium() as browser:
        page = browser.new_context(viewport=WIDE, color_scheme="light").new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: wrong.append(f"throws {error}"))
        page.on(
            "console",
            lambda said: said.type == "error" and wrong.append(f"says {said.text}"),
        )
        page.goto(address)
        page.wait_for_selector(".jp-Notebook h1")
        yield page


@pytest.fixture(scope="module")
def unrun(lab):
    """The chapter, as a reader finds it by the first page."""
    lab.locator(f'.jp-Notebook a[href*="{CHAPTER}.ipynb"]').first.click()
    lab.wait_for_selector(f'.lm-TabBar-tab.lm-mod-current:has-text("{CHAPTER}.ipynb")')
    lab.wait_for_selector(f"{PANEL} .jp-Notebook h1")
    return lab


@pytest.fixture(scope="module")
def chapter(unrun):
    """The chapter when all of its cells have run, as its first lines say."""
    run_all(unrun)
    return unrun


PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
CELL = f"{PANEL} .jp-Cell"
EXPLORER = f"{PANEL} .nn-explorer"
FIGURES = f"{PANEL} .nn-figure"


def run_all(page):
    page.click('.lm-MenuBar-item:has-text("Run")')
    page.click('.lm-Menu-item:has-text("Run All Cells")')
    page.wait_for_function(
        """panel => {
            const prompts = [...document.querySelectorAll(`${panel} .jp-CodeCell .jp-InputPrompt`)];
            return prompts.every(it => /^\\[\\d+\\]:$/.test(it.textContent.trim()))
                && document.querySelector(`${panel} .jp-Notebook-ExecutionIndicator`)
                    ?.dataset.status === "idle";
        }""",
        arg=PANEL, timeout=LONG,
    )  # fmt: skip


def cell_of(number):
    return f'{CELL}[data-windowed-list-index="{number}"]'


def write(page, number, text):
    """Puts a text into a code cell, as a reader would, and runs it."""
    page.locator(f"{cell_of(number)} .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")


def at_width(page, size, sidebar):
    page.set_viewport_size(size)
    shown = page.locator("#jp-left-stack").is_visible()
    if shown != sidebar:
        page.keyboard.press("Control+b")
        page.wait_for_timeout(500)
