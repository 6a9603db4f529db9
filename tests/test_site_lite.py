"""The chapters at lite/ of the built site, in Chromium, without their Python: test_site_python.py
has that. What can be read there, and what is kept of a reader's changes.
"""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import distribution
import nbformat
import pytest
from browser import DESK, PHONE, tab
from browser_checks import violations
from built import CHAPTERS, ROOT, SITE
from changed import closer
from finish import addresses
from lite import application, lockfile
from lite_pages import WAIT, copies, open_notebook, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("site")]
NOTEBOOKS = [Path(page).name for page in CHAPTERS if (ROOT / f"{page}.ipynb").exists()]
CHAPTER = "activations"
OURS = SITE / "lite"
LOCK = lockfile.read()


def published():
    return json.loads((OURS / "python" / "pyodide-lock.json").read_text("utf-8"))


# --- files --------------------------------------------------------------------------------------


def test_every_file_that_the_lock_names_is_there_or_on_the_list_of_the_distribution():
    theirs = {
        p["file_name"]: p["sha256"]
        for p in LOCK["packages"].values()
        if "from" not in p
    }
    packages = published()["packages"]
    assert set(packages) == {*LOCK["packages"], "nnlib-book"}
    assert {it["file_name"]: it["sha256"] for it in published()["core"]} == {
        lockfile.CDN + name: digest for name, digest in LOCK["core"].items()
    }
    for name, package in packages.items():
        file = package["file_name"]
        if "/" in file:
            assert theirs[file.split("/")[-1]] == package["sha256"], name
        else:
            assert lockfile.sha256(OURS / "python" / file) == package["sha256"], name


def test_the_chapters_are_published_there_unedited():
    files = OURS / "files"
    assert {path.stem for path in files.iterdir()} == set(NOTEBOOKS)
    for name in NOTEBOOKS:
        theirs = nbformat.read(files / f"{name}.ipynb", as_version=4)
        ours = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4)
        assert theirs.cells == ours.cells, name
        assert theirs.metadata.language_info.name == "python"


def test_nothing_is_published_that_nobody_loads():
    names = [path.name for path in OURS.rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith((".map", ".ts"))]
    assert not list(OURS.glob("rspack*")) and not (OURS / "doc").exists()
    assert {path.name for path in OURS.glob("*/index.html")} == {"index.html"}
    assert {path.parent.name for path in OURS.glob("*/index.html")} == set(
        application.APPS
    )


# --- without Python -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def refusing(site, tmp_path_factory):
    """The site; the distribution answers, and has nothing."""
    empty, overlay = (
        tmp_path_factory.mktemp("empty"),
        tmp_path_factory.mktemp("overlay"),
    )
    with (
        distribution.serving(distribution.Distribution, directory=empty) as url,
        distribution.site_with(
            site, distribution.elsewhere(site, overlay, url)
        ) as address,
    ):
        yield address


@pytest.fixture
def opened(browser, refusing):
    """A tab in which nothing but the distribution's emptiness may go wrong."""
    with tab(browser, refusing, []) as page:
        page.base = refusing
        yield page


@pytest.mark.parametrize("name", closer(NOTEBOOKS))
def test_the_button_of_a_page_opens_that_page(browser, refusing, name):
    with tab(browser, refusing, []) as page:
        page.goto(f"{refusing}/book/{name}.html")
        button = page.get_by_role("link", name="in your browser")
        with page.context.expect_page() as opening:
            button.click()
        there = opening.value
        heading = there.locator(".jp-Notebook h1").first
        heading.wait_for(timeout=WAIT)
        first = nbformat.read(ROOT / "book" / f"{name}.ipynb", as_version=4).cells[0]
        title = first.source.splitlines()[0].removeprefix("# ")
        assert heading.inner_text().strip("¶ \n") == title


def test_the_way_back_leads_to_the_page(opened):
    open_notebook(opened, CHAPTER)
    opened.get_by_role("link", name="Back to the page").click()
    opened.wait_for_url(f"{opened.base}/book/{CHAPTER}.html")


def clicked(page, words):
    """The tab that the first link of these words opens, and its address below the site."""
    wait_until_drawn(page)
    link = page.locator(".jp-Notebook a[target=_blank]", has_text=words).first
    with page.context.expect_page() as opening:
        link.click()
    opening.value.wait_for_load_state("commit")
    return opening.value, opening.value.url.removeprefix(page.base)


def wait_until_drawn(page):
    """Until all cells are there, and keep their links: each new one draws the others again."""
    page.locator(".jp-Notebook h2", has_text="Where to read more").wait_for(
        timeout=WAIT
    )
    page.wait_for_function(SETTLED, polling=1000, timeout=WAIT)


SETTLED = """() => {
  const links = [...document.querySelectorAll(".myst a")], were = window.nnLinks ?? [];
  window.nnLinks = links;
  return links.length === were.length && links.every((link, i) => link === were[i]);
}"""


def test_links_lead_to_the_pages_of_the_site(opened):
    open_notebook(opened, CHAPTER)
    there = {
        "Cybenko, 1989": "/book/bibliography.html#cybenko1989",
    }
    for _ in range(2):
        for words, address in there.items():
            assert clicked(opened, words)[1] == address


def test_a_link_to_a_heading_of_another_notebook_leads_just_there(opened):
    """Also if a copy of it is kept: then JupyterLite hides its name."""
    open_notebook(opened, "refresher")
    opened.keyboard.press("Control+s")
    wait_for(opened, lambda: "refresher.ipynb" in copies(opened))
    open_notebook(opened, CHAPTER)
    page, address = clicked(opened, "refresher")
    assert address == "/lite/notebooks/index.html?path=refresher.ipynb#the-chain-rule"
    heading = page.locator("#the-chain-rule")
    wait_until_drawn(page)
    wait_for(page, lambda: 0 < heading.bounding_box()["y"] < 300)
    page.close()  # the other one is in front again
    assert clicked(opened, "From a neuron")[1].endswith("?path=neuron_to_layer.ipynb")


def test_what_a_cell_printed_is_shown_line_by_line(opened):
    open_notebook(opened, CHAPTER)
    code = nbformat.read(ROOT / "book" / f"{CHAPTER}.ipynb", as_version=4).cells
    printed = next(
        output.text
        for cell in code
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.text.count("\n") > 2
    )
    shown = opened.locator(".jp-OutputArea pre", has_text=printed.split("\n")[0]).first
    shown.wait_for(timeout=WAIT)
    assert shown.inner_text().strip() == printed.strip()


def test_an_answer_stays_folded_until_it_is_asked_for(opened):
    open_notebook(opened, "refresher")
    wait_until_drawn(opened)
    cell = opened.locator(".jp-CodeCell", has_text="np.float64, np.float32").first
    assert "1.0e-08" not in cell.inner_text()
    cell.locator(".jp-OutputPlaceholder .jp-Placeholder-content").click()
    cell.get_by_text("1.0e-08").wait_for()


def test_formulas_have_no_numbers(opened):
    open_notebook(opened, CHAPTER)
    wait_until_drawn(opened)
    assert not opened.get_by_text(re.compile(r"^\(\d+\)$")).filter(visible=True).count()


def said_to(page):
    note = page.get_by_role("alert")
    note.wait_for(timeout=20_000)
    return note.inner_text()


def test_a_reader_is_told_that_the_distribution_lacks_a_file(opened):
    open_notebook(opened, CHAPTER)
    assert "does not give pyodide.mjs" in said_to(opened)
    assert not [place for _, place in violations(opened) if "#nn-" in place]


def test_a_reader_is_told_that_the_distribution_is_out_of_reach(browser, origin):
    """The site as it is built: here no other host's name is known."""
    with tab(browser, origin, []) as page:
        page.base = origin
        open_notebook(page, CHAPTER)
        told = json.loads(page.locator("#nn-told").text_content())
        assert urlsplit(told["distribution"]).hostname in said_to(page)


def test_a_reader_is_told_that_the_distribution_does_not_answer(
    browser, site, tmp_path
):
    with (
        distribution.serving(distribution.Silent) as url,
        distribution.site_with(
            site, distribution.elsewhere(site, tmp_path, url)
        ) as address,
        tab(browser, address, []) as page,
    ):
        page.base = address
        open_notebook(page, CHAPTER)
        assert "Python cannot be loaded" in said_to(page)
        distribution.Silent.over.set()


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
def test_the_note_fits_and_can_be_closed(browser, refusing, look):
    with tab(browser, refusing, [], **look) as page:
        page.base = refusing
        open_notebook(page, CHAPTER)
        said_to(page)
        box, width = (
            page.locator("#nn-notes").bounding_box(),
            page.viewport_size["width"],
        )
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        page.get_by_role("button", name="Close").click()
        assert not page.get_by_role("alert").count()


# --- what a reader has changed ------------------------------------------------------------------

MARK = "# this line is mine"


def edit(page):
    """A reader's edit of the first code cell, and the copy that is kept of it."""
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.insert_text(f"{MARK}\n")
    wait_for(page, lambda: MARK in json.dumps(copies(page).get(f"{CHAPTER}.ipynb")))


def first_cell(page):
    """The text of the first code cell, once it is drawn."""
    cell = page.locator(".jp-CodeCell .cm-content").first
    wait_for(page, cell.inner_text)
    return cell.inner_text()


def test_an_edit_survives_a_reload_without_being_saved(opened):
    open_notebook(opened, CHAPTER)
    edit(opened)
    open_notebook(opened, CHAPTER)
    assert MARK in first_cell(opened)
    assert set(copies(opened)) == {f"{CHAPTER}.ipynb"}


def test_a_new_edition_is_shown_and_the_changed_copy_kept(opened):
    open_notebook(opened, CHAPTER)
    edit(opened)
    copies(
        opened, path=f"{CHAPTER}.ipynb", edition="0123456789abcdef"
    )  # an earlier one
    open_notebook(opened, CHAPTER)
    assert MARK not in first_cell(opened)
    note = opened.get_by_role("status").filter(has_text="new edition")
    note.wait_for()
    (kept,) = (name for name in copies(opened) if "yours" in name)
    assert kept.startswith(f"{CHAPTER}-yours-20") and kept in note.inner_text()
    note.get_by_role("link", name="Open yours").click()
    opened.wait_for_url("**yours**")
    opened.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=WAIT)
    assert MARK in first_cell(opened)


RENAME = """async ([path, name]) => {
  const done = (it) => new Promise((yes) => { it.onsuccess = () => yes(it.result); });
  const storage = await done(indexedDB.open((await indexedDB.databases())
    .map((it) => it.name).find((it) => it.startsWith("JupyterLite Storage"))));
  const files = () => storage.transaction("files", "readwrite").objectStore("files");
  const copy = await done(files().get(path));
  await done(files().put({ ...copy, name, path: name }, name));
  await done(files().delete(path));
  storage.close();
}"""
(FORMER,) = (old for old, new in addresses.MOVED.items() if new == CHAPTER)


def test_a_copy_under_a_former_name_is_kept_and_said_to_be(opened):
    open_notebook(opened, CHAPTER)
    edit(opened)
    opened.evaluate(RENAME, [f"{CHAPTER}.ipynb", f"{FORMER}.ipynb"])
    open_notebook(opened, FORMER)  # at its old address
    assert opened.url.endswith(f"?path={CHAPTER}.ipynb")
    assert MARK not in first_cell(opened)
    assert opened.locator("#nn-page").get_attribute("href").endswith(f"/{CHAPTER}.html")
    note = opened.get_by_role("status").filter(has_text="new edition")
    note.wait_for()
    (kept,) = (name for name in copies(opened) if "yours" in name)
    assert kept.startswith(f"{CHAPTER}-yours-20") and f"{FORMER}.ipynb" not in copies(
        opened
    )
    note.get_by_role("link", name="Open yours").click()
    opened.wait_for_url("**yours**")
    opened.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=WAIT)
    assert MARK in first_cell(opened)


def test_two_changed_copies_of_one_day_are_both_kept(opened):
    open_notebook(opened, CHAPTER)
    for edition in ("0000000000000001", "0000000000000002"):
        edit(opened)
        copies(opened, path=f"{CHAPTER}.ipynb", edition=edition)
        open_notebook(opened, CHAPTER)
    kept = [content for name, content in copies(opened).items() if "yours" in name]
    assert [MARK in json.dumps(content) for content in kept] == [True, True]


def test_a_copy_that_was_never_changed_makes_way_without_a_word(opened):
    """Only its metadata is an earlier edition's, as that of other cells would be."""
    open_notebook(opened, CHAPTER)
    opened.keyboard.press("Control+s")
    wait_for(opened, lambda: f"{CHAPTER}.ipynb" in copies(opened))
    (content,) = copies(opened).values()
    old = json.loads(json.dumps(content))
    old["cells"][0]["source"] = "An earlier edition."
    opened.evaluate(PLACE, [f"{CHAPTER}.ipynb", old])
    open_notebook(opened, CHAPTER)
    assert "An earlier edition." not in opened.locator(".jp-Notebook").inner_text()
    assert not [name for name in copies(opened) if "yours" in name]
    assert not opened.get_by_role("status").filter(has_text="new edition").count()


PLACE = """async ([path, content]) => {
  const sources = content.cells.map((cell) => [cell.source].flat().join("")).join("\\0");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sources));
  const hex = [...new Uint8Array(digest)].map((it) => it.toString(16).padStart(2, "0")).join("");
  content.metadata.edition = hex.slice(0, 16);
  const done = (it) => new Promise((yes) => { it.onsuccess = () => yes(it.result); });
  const name = (await indexedDB.databases()).map((it) => it.name)
    .find((it) => it.startsWith("JupyterLite Storage"));
  const storage = await done(indexedDB.open(name));
  const files = () => storage.transaction("files", "readwrite").objectStore("files");
  const copy = await done(files().get(path));
  await done(files().put({ ...copy, content }, path));
  storage.close();
}"""


def test_a_notebook_that_is_not_from_here_stays(opened):
    """One that a reader brought, under a chapter's name: it has no edition."""
    open_notebook(opened, CHAPTER)
    edit(opened)
    copies(opened, path=f"{CHAPTER}.ipynb", edition=None)
    open_notebook(opened, CHAPTER)
    assert MARK in first_cell(opened)


def test_a_chapter_goes_out_as_a_file_and_comes_back(opened, tmp_path):
    open_notebook(opened, CHAPTER)
    edit(opened)
    opened.get_by_role("menuitem", name="File").click()
    with opened.expect_download() as saved:
        opened.get_by_role("menuitem", name="Download").click()
    file = tmp_path / "brought.ipynb"
    saved.value.save_as(file)
    assert MARK in file.read_text("utf-8")
    opened.goto(f"{opened.base}/lite/tree/index.html")
    with opened.expect_file_chooser(timeout=WAIT) as choosing:
        opened.locator(
            "[data-command='filebrowser:upload'], .jp-id-upload"
        ).first.click()
    choosing.value.set_files(file)
    wait_for(opened, lambda: "brought.ipynb" in copies(opened))
    open_notebook(opened, "brought")
    assert MARK in first_cell(opened)
