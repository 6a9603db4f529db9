"""The chapters in a real JupyterLab, as `make lab` opens it, in Chromium."""

import html
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from browser import chromium
from bs4 import BeautifulSoup

pytestmark = pytest.mark.lab
ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "activations"  # four choices side by side, sliders, exercises of all kinds
NARROW = {"width": 480, "height": 800}
WIDE = {"width": 1400, "height": 900}
LONG = 120_000  # milliseconds: all cells of a chapter, on a busy machine

# While jupyterlab-myst renders cell after cell it misses the headings of those to come.
NOT_OURS = re.compile(r"^(No target for internal|Linking) ")
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
    for name in ("book", ".jupyter", "Makefile", "requirements.txt", "pyproject.toml"):
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
        ["make", "--no-print-directory", "--dry-run", "lab", f"BIN={Path(sys.executable).parent}"],
        cwd=folder, check=True, capture_output=True, text=True,
    )  # fmt: skip
    command = said.stdout.splitlines()[-1] + " --ip=127.0.0.1 --expose-app-in-browser"
    command += " --port=0" + " --allow-root" * (os.getuid() == 0)
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        ["sh", "-c", f"exec env {command}"],
        cwd=folder, env=environment, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        opened = wait_for(lambda: (folder / "opened").read_text(), folder / "log")
        redirects = Path(urlsplit(opened.strip()).path).read_text("utf-8")
        yield html.unescape(re.search(r'url=([^"]+)', redirects)[1])
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
            lambda said: said.type == "error"
            and not NOT_OURS.search(said.text)
            and wrong.append(f"says {said.text}"),
        )
        page.goto(address)
        page.wait_for_selector(".jp-Notebook h1")
        yield page


@pytest.fixture(scope="module")
def unrun(lab):
    """The chapter, as a reader finds it by the first page."""
    follow(lab, lab.locator(f'.jp-Notebook a[href*="{CHAPTER}.ipynb"]:visible').first)
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


# Cells that nobody looks at are not in the page: the application knows them all.
RUNNING = """[...jupyterapp.shell.currentWidget.content.model.cells]
    .some(cell => cell.type === "code" && cell.executionState === "running")"""


def run_all(page):
    page.click('.lm-MenuBar-item:has-text("Run")')
    page.click('.lm-Menu-item:has-text("Run All Cells")')
    page.wait_for_function(RUNNING)
    page.wait_for_function(f"!{RUNNING}", timeout=LONG)


def cell_of(number):
    return f'{CELL}[data-windowed-list-index="{number}"]'


def number_of(start, also=""):
    """Of the first cell that starts so."""
    return next(
        number
        for number, cell in enumerate(CELLS)
        if cell.source.startswith(start) and also in cell.source
    )


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


# --- the first page -----------------------------------------------------------------------------


def test_the_first_page_is_opened_and_not_a_list_of_names(lab, address):
    assert "/lab/tree/index.ipynb" in address
    title = lab.locator(f"{PANEL} .jp-Notebook h1").first
    assert title.inner_text().strip("¶") == "A neural network from scratch"


def test_the_list_of_files_is_what_a_reader_may_open(lab):
    names = set(lab.locator(".jp-DirListing-itemText").all_inner_texts())
    assert {"index.ipynb", f"{CHAPTER}.ipynb"} <= names
    assert not [
        n for n in names if n.startswith("_") or not n.endswith(("ipynb", "md"))
    ]


def test_nobody_asks_about_news(lab):
    lab.wait_for_timeout(1000)
    assert not lab.locator(".Toastify__toast").count()


# --- before anything is run ---------------------------------------------------------------------


def test_a_line_says_how_to_run_all_before_the_first_code(unrun):
    first = next(i for i, cell in enumerate(CELLS) if cell.cell_type == "code")
    assert "Run → Run All Cells" in unrun.locator(cell_of(first - 1)).inner_text()


def test_what_the_site_hides_is_folded(unrun):
    for number, cell in enumerate(CELLS):
        if cell.cell_type == "code":
            place = unrun.locator(cell_of(number))
            place.scroll_into_view_if_needed()
            folded = place.locator(".jp-InputPlaceholder").count() == 1
            assert folded == (number in HIDDEN), cell.source


def test_what_an_explorer_will_show_is_said_before_it_is_run(unrun):
    number = next(i for i in HIDDEN if CELLS[i].source.startswith("explore("))
    place = unrun.locator(cell_of(number))
    place.scroll_into_view_if_needed()
    place.get_by_text("Run the cells to see the picture and its controls").wait_for()


def test_no_text_is_a_sign_that_jupyterlab_does_not_know(unrun):
    """Roles of Sphinx are shown as they are written, in red, or as keys."""
    for number, cell in enumerate(CELLS):
        if cell.cell_type == "markdown":
            place = unrun.locator(cell_of(number))
            place.scroll_into_view_if_needed()
            text = place.inner_text()
            assert text and not re.findall(r"\{[a-z]+\}`|Unknown|cybenko\d", text), text


def test_a_citation_is_a_link_to_the_work(unrun):
    follow(unrun, unrun.locator(f"{PANEL} a", has_text="Cybenko, 1989").first)
    page = unrun.locator(".jp-MarkdownViewer:not(.lm-mod-hidden)")
    page.get_by_text(
        "Approximation by superpositions of a sigmoidal function"
    ).wait_for()
    close(unrun, "bibliography.md")


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ROOT / "book").glob("*.md"))
)
def test_a_page_without_cells_reads_well(unrun, name):
    unrun.locator(f'.jp-DirListing-item:has-text("{name}")').dblclick()
    page = unrun.locator(".jp-MarkdownViewer:not(.lm-mod-hidden)")
    page.locator("h1").first.wait_for()
    text = page.inner_text()
    close(unrun, name)
    assert not re.findall(r"Unknown|\{[a-z-]+\}|^%|^---|^\(\w+\)=", text, re.M), text


def follow(page, link):
    """A click selects a link's cell; while that is drawn anew, it is lost, and takes another."""
    tabs, before = (
        page.locator(".lm-TabBar-tab"),
        page.locator(".lm-TabBar-tab").count(),
    )
    for _ in range(3):
        link.click()
        for _ in range(20):
            if tabs.count() > before:
                return
            page.wait_for_timeout(100)


def close(page, name):
    tab = page.locator(f'.lm-TabBar-tab:has-text("{name}")')
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    tab.wait_for(state="detached")


# --- all cells have run -------------------------------------------------------------------------


def test_all_cells_run_without_a_word_of_complaint(chapter):
    complaints = chapter.locator(f'{PANEL} [data-mime-type*="stderr"]')
    assert complaints.all_inner_texts() == []
    assert chapter.locator(EXPLORER).count() == sum(
        cell.source.startswith("explore(") for cell in CELLS
    )


def test_a_slider_moves_the_picture_and_its_words(chapter):
    explorer = chapter.locator(EXPLORER).first
    picture, words = explorer.locator("img.nn-day"), explorer.locator("figcaption")
    explorer.scroll_into_view_if_needed()
    before = picture.get_attribute("src"), words.text_content()
    explorer.locator("[role=slider]").first.focus()
    chapter.keyboard.press("ArrowRight")
    chapter.wait_for_function(
        "([panel, src]) => document.querySelector(`${panel} .nn-day`).src !== src",
        arg=[EXPLORER, before[0]],
    )
    assert words.text_content() != before[1]
    assert explorer.locator("img:visible").count() == 1


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1400", "480"])
def test_choices_and_pictures_are_seen_whole(chapter, size):
    at_width(chapter, size, sidebar=size is WIDE)
    try:
        chapter.locator(
            cell_of(number_of("explore(", "activation="))
        ).scroll_into_view_if_needed()
        chapter.wait_for_selector(f"{PANEL} .widget-radio-box label")
        cut = chapter.evaluate(
            """panel => {
                const seen = [];
                const notebook = document.querySelector(`${panel} .jp-Notebook`);
                const room = notebook.getBoundingClientRect();
                const inside = (it, box) => it.left >= box.left - 1 && it.right <= box.right + 1
                    && it.top >= box.top - 1 && it.bottom <= box.bottom + 1;
                for (const label of document.querySelectorAll(`${panel} .widget-radio-box label`)) {
                    const box = label.closest(".widget-radio").getBoundingClientRect();
                    const [own, dot] = [label, label.querySelector("input")]
                        .map(it => it.getBoundingClientRect());
                    if (!inside(own, box) || !inside(dot, own) || box.right > room.right
                        || label.scrollWidth > label.clientWidth + 1) seen.push(label.innerText);
                }
                for (const it of document.querySelectorAll(
                    `${panel} :is(.widget-radio, .widget-radio-box)`
                )) if (it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)
                    seen.push(it.className);
                for (const image of document.querySelectorAll(`${panel} .nn-figure img`)) {
                    const box = image.getBoundingClientRect();
                    if (box.right > room.right) seen.push(image.alt);
                }
                return seen;
            }""",
            PANEL,
        )
        assert cut == []
        assert chapter.locator(f"{PANEL} .widget-radio-box label").count() >= 4
    finally:
        at_width(chapter, WIDE, sidebar=True)


def themed(page, light):
    page.wait_for_selector(f'[data-jp-theme-light="{light}"]', state="attached")


def test_in_the_dark_pictures_are_dark(chapter):
    corner = """image => {
        const canvas = document.createElement("canvas");
        canvas.getContext("2d").drawImage(image, 0, 0);
        return Math.max(...canvas.getContext("2d").getImageData(0, 0, 1, 1).data.slice(0, 3));
    }"""

    def corners():
        seen = chapter.locator(f"{FIGURES} img:visible")
        return seen.evaluate_all(f"images => images.map({corner})")

    assert min(corners()) > 250
    shown = len(corners())
    chapter.emulate_media(color_scheme="dark")
    try:
        themed(chapter, "false")
        assert max(corners()) < 50 and len(corners()) == shown
    finally:
        chapter.emulate_media(color_scheme="light")
        themed(chapter, "true")


# --- an exercise --------------------------------------------------------------------------------


def test_an_exercise_is_solved_and_checked(chapter):
    stub, check = (
        number_of("my_saturation ="),
        number_of('check("activations.saturation")'),
    )
    for answer, said in (("a", "Not yet"), ("d", "Passed")):
        write(chapter, stub, f'my_saturation = "{answer}"')
        write(chapter, check, CELLS[check].source)
        chapter.locator(f"{cell_of(check)} .nn-check", has_text=said).wait_for()


def test_a_solution_opens_at_its_triangle(chapter):
    number = number_of('check("activations.dead_units")')
    write(chapter, number, 'solution("activations.dead_units")')
    summary = chapter.locator(f"{cell_of(number)} summary")
    summary.wait_for()
    style = "it => [getComputedStyle(it).display, getComputedStyle(it).listStyleType]"
    assert summary.evaluate(style) == ["list-item", "disclosure-closed"]
    code = chapter.locator(f"{cell_of(number)} details pre")
    assert not code.is_visible()
    summary.click()
    assert code.is_visible() and "my_dead_units" in code.inner_text()
    assert summary.evaluate(style) == ["list-item", "disclosure-open"]


# --- all the time -------------------------------------------------------------------------------


def test_nothing_threw(chapter, wrong):
    assert wrong == []


# --- as a page ----------------------------------------------------------------------------------


def test_what_jupyterlab_exports_keeps_answers_folded(lab, address):
    page = (
        f"{address.partition('/lab/')[0]}/nbconvert/html/{CHAPTER}.ipynb?download=false"
    )
    made = lab.evaluate("async page => (await fetch(page)).text()", page)
    assert "<details><summary>What happens, and why</summary>" in made
    assert "{admonition}" not in made


def test_a_page_made_by_nbconvert_has_pictures_and_keeps_answers_folded(
    folder, environment
):
    """Of some cells of the chapter: with all of them it takes longer, and shows no more."""
    some = nbformat.read(ROOT / f"book/{CHAPTER}.ipynb", as_version=4)
    last = number_of("explore(") + 1
    some.cells = some.cells[: last + 1]
    assert ":class: dropdown" in some.cells[-1].source
    nbformat.write(some, folder / "some.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "some.ipynb"],
        cwd=folder, check=True, capture_output=True,
        env=environment | {"JUPYTER_CONFIG_PATH": str(folder / ".jupyter")},
    )  # fmt: skip
    page = BeautifulSoup((folder / "some.html").read_text("utf-8"), "html.parser")
    day, night = page.select(".nn-figure img")
    assert "RMSE" in day["alt"] and night["style"] == "display: none"
    assert "widget-view" not in {script.get("type") for script in page("script")}
    answer = page.find("summary", string="What happens, and why").parent
    assert answer.name == "details" and not answer.has_attr("open")
    assert "Nothing happens until the very end" in answer.get_text()
    assert "{admonition}" not in page.get_text()
