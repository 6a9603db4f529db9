"""Python in the browser, really run: every chapter by its button, in Chromium, to the last cell.

The site has Pyodide's own files in it, as with `pyodide_url` a folder: distribution.py says where
they come from. That they may come from another host instead, is tested with one chapter.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import distribution
import nbformat
import pytest
from browser import tab
from changed import closer
from lite import lockfile
from lite_pages import (
    COPIES,
    NOTE_RUNS,
    WAIT,
    code,
    copies,
    open_notebook,
    pictures,
    run,
    run_all,
    wait_for,
    wait_for_python,
    words,
)
from notebooks.normalise import notebooks

from nnbook.exercises import find

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
CHAPTER = "activations"
WORKED_IN = "refresher"
HEARTBEAT = (
    "/api/service-worker-heartbeat"  # JupyterLite's worker answers it, no server
)
# What the console says before any cell is run: matplotlib, and MyST of headings, cell by cell.
EXPECTED = ("Matplotlib is building the font cache", "internal reference")
EXPECTED += ("to an implicit heading reference", HEARTBEAT)
# Thrown once on a busy machine, by JupyterLab: by which line is not known. Remove this when it is.
EXPECTED += ("Cannot read properties of undefined (reading 'node') in /lite/build/",)


@pytest.fixture(scope="module")
def carrying():
    """A folder with lite/ that carries its Python."""
    place = distribution.KEPT / "carrying"
    return distribution.made(distribution.complete(), place)


@pytest.fixture(scope="module")
def whole(site, carrying):
    """The address of the site that carries its Python."""
    with distribution.site_with(site, carrying) as address:
        yield address


def hosts(wrong):
    """The servers that a page asked."""
    asked = [it.split()[-1] for it in wrong if it.startswith("asks for")]
    return {urlsplit(url).netloc for url in asked if not url.endswith(HEARTBEAT)}


# --- every chapter ------------------------------------------------------------------------------


# What all chapters say with a browser's NumPy and where integers have 32 bits, `make
# test-versions` and `make test-32bit` see; the browser itself runs some of them.
@pytest.mark.parametrize("name", closer([path.stem for path in notebooks()]))
def test_a_chapter_says_what_is_stored_and_draws_its_pictures(browser, whole, name):
    path = distribution.ROOT / "book" / f"{name}.ipynb"
    stored = code(nbformat.read(path, as_version=4))
    with tab(browser, whole, wrong := []) as page:
        page.context.add_init_script(NOTE_RUNS)
        page.goto(f"{whole}/{path.relative_to(distribution.ROOT).with_suffix('.html')}")
        with page.context.expect_page() as opening:
            page.get_by_role("link", name="in your browser").click()
        there = opening.value
        there.set_default_timeout(10_000)
        wait_for_python(there)
        seconds, notebook = run_all(there, path.stem, len(stored))
        kept = code(notebook)
    print(f"{path.stem}: the slowest cell took {max(seconds):.1f} s")
    assert [cell["source"] for cell in kept] == [cell["source"] for cell in stored]
    for mine, theirs in zip(kept, stored):
        assert words(mine) == words(theirs), theirs["source"]
    drawn = [it for it in kept if it["source"].startswith(("show(", "explore("))]
    assert [it["source"] for it in drawn if not pictures(it)] == []
    assert hosts(wrong) <= {urlsplit(whole).netloc}


PUPPETEER = "puppeteer-core@24.43.1"
FIREFOXES = ("firefox-esr", "firefox")


@pytest.fixture(scope="module")
def puppeteer():
    """The folder where it is installed, kept from test to test."""
    folder = distribution.ROOT / "_build" / PUPPETEER
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"]
            + ["--ignore-scripts", "--prefix", str(folder), PUPPETEER],
            check=True,
        )
    return folder


def test_a_chapter_says_the_same_in_firefox(whole, puppeteer):
    firefox = next(filter(None, map(shutil.which, FIREFOXES)), None)
    if firefox is None:
        message = "no Firefox on PATH: NOT tested there (Debian: firefox-esr)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    file = "losses.ipynb"  # which is quick: Firefox takes several times as long
    stored = code(nbformat.read(distribution.ROOT / "book" / file, as_version=4))
    task = {
        "firefox": firefox,
        "address": f"{whole}/lite/notebooks/index.html?path={file}",
        "file": file,
        "count": len(stored),
        "noteRuns": NOTE_RUNS,
        "copies": COPIES,
        "patience": WAIT,
    }
    done = subprocess.run(
        ["node", Path(__file__).with_name("firefox.mjs"), puppeteer, json.dumps(task)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "firefox" in said["version"].lower()
    kept = code(said["notebook"])
    assert [words(cell) for cell in kept] == [words(cell) for cell in stored]
    drawn = [it for it in kept if it["source"].startswith(("show(", "explore("))]
    assert [it["source"] for it in drawn if not pictures(it)] == []


# --- one reader's work --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader(browser, whole):
    """The refresher, with its cells run; `wrong` is what went wrong until then."""
    stored = nbformat.read(distribution.ROOT / "book" / f"{WORKED_IN}.ipynb", 4)
    with tab(browser, whole, wrong := []) as page:
        page.add_init_script(NOTE_RUNS)
        page.base, page.wrong = whole, wrong
        open_notebook(page, WORKED_IN)
        wait_for_python(page)
        run_all(page, WORKED_IN, len(code(stored)))
        yield page


def test_python_is_the_one_that_the_lock_file_names(reader):
    lock = lockfile.read()
    said = run(
        reader,
        "import sys, platform, numpy, matplotlib\n"
        "print(sys.version.split()[0], platform.machine(), numpy.__version__, "
        "matplotlib.__version__, sys.maxsize > 2**32)",
    ).inner_text()
    versions = [lock["packages"][name]["version"] for name in ("numpy", "matplotlib")]
    assert " ".join([lock["info"]["python"], "wasm32", *versions, "False"]) in said


def test_nothing_goes_wrong_while_python_starts(reader):
    unknown = [it for it in reader.wrong if not any(word in it for word in EXPECTED)]
    assert unknown == []


def test_a_slider_draws_another_picture(reader):
    handle = reader.locator(".noUi-handle, [role=slider]")
    cell = reader.locator(".jp-Notebook .jp-CodeCell", has=handle).first
    picture, said = cell.locator("img").first, cell.locator("figcaption [aria-live]")
    picture.wait_for()
    source, sentence = picture.get_attribute("src"), said.text_content()
    slider = cell.locator(handle).first
    slider.focus()
    at, most = (slider.get_attribute(f"aria-value{it}") for it in ("now", "max"))
    reader.keyboard.press("ArrowLeft" if float(at) == float(most) else "ArrowRight")
    wait_for(reader, lambda: picture.get_attribute("src") != source)
    assert picture.get_attribute("src").startswith("data:image/")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert sentence and said.text_content() not in ("", sentence)


EXERCISE = find("activations.dead_units")
CHECK = f"""
from nnbook.exercises import check, progress
print(check("{EXERCISE.id}"))"""


def answer(*lines):
    return "import statistics\n" + "\n    ".join(["def my_dead_units(a):", *lines])


def test_an_exercise_is_checked_and_what_was_solved_survives_a_reload(reader):
    said = run(reader, answer("return oops") + CHECK).inner_text()
    assert "NameError" in said and "line 3: return oops" in said
    solved = run(reader, f"import numpy as np\n{EXERCISE.solution}{CHECK}")
    assert "Passed" in solved.inner_text()
    open_notebook(reader, WORKED_IN)
    wait_for_python(reader)
    listed = "from nnbook.exercises import progress\nprint(progress())"
    assert "1 of " in run(reader, listed).inner_text()
    export = "print(progress().export('mine.json'))"
    assert "mine.json" in run(reader, f"{listed}\n{export}").inner_text()
    wait_for(reader, lambda: "mine.json" in copies(reader))


def test_an_error_in_the_standard_library_is_shown_at_the_readers_line(reader):
    said = run(reader, answer("return statistics.mean([])") + CHECK).inner_text()
    assert "line 3: return statistics.mean([])" in " ".join(said.split())


def test_an_answer_without_an_end_is_stopped(reader):
    said = run(reader, answer("while True:", "    pass") + CHECK).inner_text()
    assert "it was stopped" in said and "that is all" in said


def test_a_package_that_is_not_here_is_asked_of_nobody(reader):
    said = run(reader, "%pip install requests").inner_text()
    assert said.rstrip().splitlines()[-1].startswith("PiplitePyPIDisabled: requests")


# --- from another host --------------------------------------------------------------------------


def test_python_comes_from_another_host_alone(browser, site, tmp_path):
    """As the site is built if nothing is set: with Pyodide's files, as they are, elsewhere."""
    folder = distribution.complete()
    with (
        distribution.serving(distribution.Distribution, directory=folder) as url,
        distribution.site_with(
            site, distribution.elsewhere(site, tmp_path, url)
        ) as address,
        tab(browser, address, wrong := []) as page,
    ):
        page.base = address
        open_notebook(page, CHAPTER)
        wait_for_python(page)
        said = run(page, "import nnlib, numpy\nprint(numpy.arange(3).sum())")
        assert "3\nthat is all" in said.inner_text()
    assert hosts(wrong) == {urlsplit(url).netloc}


@pytest.mark.parametrize("name", lockfile.CORE)
def test_an_altered_file_of_another_host_does_not_run(browser, site, tmp_path, name):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    shutil.copytree(distribution.complete(), theirs, copy_function=link)
    content = (theirs / name).read_bytes()
    (theirs / name).unlink()
    (theirs / name).write_bytes(content + b"\n")
    with (
        distribution.serving(distribution.Distribution, directory=theirs) as url,
        distribution.site_with(
            site, distribution.elsewhere(site, ours, url)
        ) as address,
        tab(browser, address, []) as page,
    ):
        page.base = address
        open_notebook(page, CHAPTER)
        assert f"{name} does not come, or is not the file" in said_to(page)


# --- where it cannot be ------------------------------------------------------------------------


@pytest.fixture
def altered(site, carrying, tmp_path):
    """Serves the site with another file in lite/python: `altered(name, content)`."""
    shutil.copytree(carrying / "lite", tmp_path / "lite", copy_function=link)

    def serve(name, content):
        path = tmp_path / "lite" / "python" / name
        path.unlink()
        path.write_bytes(content)
        return distribution.site_with(site, tmp_path)

    return serve


def link(source, target):
    Path(target).symlink_to(source)


def said_to(page):
    note = page.get_by_role("alert")
    note.wait_for(timeout=WAIT)
    return note.inner_text()


@pytest.mark.parametrize("name", [*lockfile.CORE, "numpy"])
def test_an_altered_file_does_not_run(browser, carrying, altered, name):
    packages = lockfile.read()["packages"]
    name = packages[name]["file_name"] if name in packages else name
    content = (carrying / "lite" / "python" / name).read_bytes()
    with altered(name, content + b"\n") as address, tab(browser, address, []) as page:
        page.base = address
        open_notebook(page, CHAPTER)
        said = said_to(page)
    assert f"{name} does not come, or is not the file that it should be" in said
    assert "No cell can run" in said and "Other ways to run it" in said


def test_a_start_that_fails_is_told(browser, carrying, altered):
    """Whatever it fails for; and "is being loaded" goes away."""
    name = lockfile.LOCK.name
    lock = json.loads((carrying / "lite" / "python" / name).read_text("utf-8"))
    lock["start"] = "raise ImportError('something is amiss')"
    content = json.dumps(lock).encode()
    with altered(name, content) as address, tab(browser, address, []) as page:
        page.base = address
        open_notebook(page, CHAPTER)
        assert "something is amiss" in said_to(page)
        assert not page.get_by_text("is being loaded").count()


def test_a_reader_is_told_where_files_cannot_be_kept(browser, whole):
    """In a window without service workers, as without https; Python runs all the same."""
    with tab(browser, whole, [], service_workers="block") as page:
        page.base = whole
        open_notebook(page, CHAPTER)
        wait_for_python(page)
        note = page.get_by_role("status").filter(has_text="Python cannot keep files")
        note.wait_for()
        said = run(page, "import ipywidgets\nprint(ipywidgets.__name__, 'is here')")
        assert "ipywidgets is here" in said.inner_text()
