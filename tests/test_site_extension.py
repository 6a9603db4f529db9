"""The parts of the site's Sphinx extensions that work without a build; test_build.py builds."""

import json
import os
import types
import zipfile
from copy import deepcopy
from types import SimpleNamespace

import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document
from finish import addresses, freshness, offline, unused
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from notebooks import executed
from pages import explorers, icons, nowrap, publication, streams

pytestmark = pytest.mark.thorough
FRAME = "0123456789abcdef.png"


def printed(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def test_a_line_that_comes_in_pieces_stays_a_line():
    shown = {"output_type": "display_data", "data": {"text/plain": "a figure"}}
    outputs = [
        printed("[1, 2"),
        printed(", 3]\n"),
        shown,
        printed("end\n"),
        printed("!", "stderr"),
    ]
    before = deepcopy(outputs)
    for _ in range(
        2
    ):  # what is joined once more is what it was: the notebook is not changed
        joined = streams.join_streams(outputs)
        texts = [output.get("text") for output in joined]
        assert texts == ["[1, 2, 3]\n", None, "end\n", "!"]
        assert joined[1] == shown and outputs == before


# --- a project without a build ----------------------------------------------------------------


@pytest.fixture
def app(tmp_path):
    """As much of a Sphinx application as the extensions' handlers ask for."""
    out = tmp_path / "_build" / "html"
    for folder in (out / "_static", tmp_path / "nnlib", tmp_path / "book" / "assets"):
        folder.mkdir(parents=True)
    (tmp_path / "nnlib" / "core.py").write_text("X = 1")
    (tmp_path / "book" / "assets" / "book.css").write_text("a {}")
    return SimpleNamespace(
        srcdir=tmp_path,
        outdir=out,
        builder=SimpleNamespace(format="html"),
        env=SimpleNamespace(found_docs={"book/one"}),
        config=SimpleNamespace(project="A book: of tests", html_baseurl=""),
        _warncount=0,
    )


# --- pictures -------------------------------------------------------------------------------


def place(app, body):
    context = {"body": body, "pathto": lambda name, resource: f"../{name}"}
    explorers.place_frames(app, "book/one", context, None)
    return context["body"]


def test_pictures_get_the_address_that_the_page_needs(app, tmp_path):
    executed.frames(tmp_path).mkdir()
    (executed.frames(tmp_path) / FRAME).write_bytes(b"picture")
    body = f'<img src="frames:{FRAME}"><script>["frames:{FRAME}"]</script>'
    there = f"../frames/{FRAME}"
    assert place(app, body) == f'<img src="{there}"><script>["{there}"]</script>'
    assert (app.outdir / "frames" / FRAME).read_bytes() == b"picture"


def test_a_picture_that_no_page_shows_is_removed(app):
    (app.outdir / "frames").mkdir()
    shown, left = app.outdir / "frames" / FRAME, app.outdir / "frames" / f"f{FRAME[1:]}"
    shown.touch()
    left.touch()
    (app.outdir / "one.html").write_text(f'<img src="frames/{FRAME}">')
    explorers.remove_unused(app)
    assert shown.exists() and not left.exists()


# --- what a build repeats -----------------------------------------------------------------------


def settings(app):
    """The settings by which Sphinx knows whether all is read, or written, anew."""
    freshness.configure(app, config := SimpleNamespace())
    return config.read_with, config.written_with


@pytest.mark.parametrize(
    "name, read, written",
    [
        ("nnlib/core.py", True, False),
        ("nnlib/datasets/new.csv", True, False),
        ("nnbook/figures/look.mplstyle", True, False),
        ("book/_ext/one.py", True, False),
        ("pyproject.toml", True, False),
        ("book/assets/book.css", False, True),
        ("book/_templates/layout.html", False, True),
        ("nnlib/__pycache__/core.pyc", False, False),
        ("README.md", False, False),
    ],
)
def test_what_a_change_has_read_and_written(app, name, read, written):
    before = settings(app)
    assert settings(app) == before
    path = app.srcdir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    after = settings(app)
    assert (after[0] != before[0], after[1] != before[1]) == (read, written)


def test_another_version_of_a_package_has_all_pages_read(app, monkeypatch):
    before = settings(app)
    monkeypatch.setattr(executed, "distributions", lambda: [])
    after = settings(app)
    assert after[0] != before[0] and after[1] == before[1]


def all_is_read(app):
    """Whether a build that begins now reads all pages."""
    freshness.begin(app)
    return freshness.read_all(app, app.env, set(), set(), set()) == {"book/one"}


def test_a_good_build_is_remembered_as_of_its_start(app):
    assert all_is_read(app)
    freshness.remember(app)
    file = freshness.record(app)
    assert file.stat().st_mtime == pytest.approx(app.began, abs=0.01)
    assert not all_is_read(app)
    assert all_is_read(app), "a build that is killed must not count as good"


def test_a_build_with_a_warning_is_not_remembered(app):
    app._warncount = 1
    assert all_is_read(app)
    freshness.remember(app)
    assert all_is_read(app)


# --- what was executed ----------------------------------------------------------------------------


def test_a_package_that_is_found_twice_is_one(monkeypatch):
    """Tests have the sources on their path, and so the book's package once more."""
    one = types.SimpleNamespace(name="nnlib-book", version="1")
    monkeypatch.setattr(executed, "distributions", lambda: [one])
    built = executed.hash_installed()
    monkeypatch.setattr(executed, "distributions", lambda: [one, one])
    assert executed.hash_installed() == built


def test_chapters_are_kept_as_long_as_nothing_they_depend_on_changes(app):
    root = app.srcdir
    (root / "book" / "_ext").mkdir()
    seen = [executed.folder(root)]
    for name in ("README.md", "book/_ext/one.py", "book/assets/book.css"):
        (root / name).write_text("changed")
        assert executed.folder(root) in seen, name
    for name in ("nnlib/core.py", "_toc.yml", "pyproject.toml"):
        (root / name).write_text("changed")
        assert executed.folder(root) not in seen, name
        seen.append(executed.folder(root))
    first, last = seen[0], seen[-1]
    first.mkdir(parents=True)
    assert executed.prepare(root) == last and last.is_dir() and not first.exists()


def keep(root, notebook):
    """Puts a notebook as it was executed where a build does."""
    bundle = CacheBundleIn(notebook, "one.ipynb", data={"execution_seconds": 1})
    get_cache(executed.prepare(root)).cache_notebook_bundle(
        bundle, check_validity=False, overwrite=True
    )


def notebook(code, *outputs):
    cell = nbformat.v4.new_code_cell(code, outputs=list(outputs), execution_count=1)
    prose = nbformat.v4.new_markdown_cell("# One")
    return nbformat.v4.new_notebook(cells=[prose, cell])


def stream(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_what_was_executed_is_compared_with_what_is_stored(app):
    root, path = app.srcdir, app.srcdir / "one.ipynb"
    code, words = "print(1)\nprint(2)", {"text/plain": "a figure"}
    stored = nbformat.v4.new_output("display_data", words)
    shown = nbformat.v4.new_output("display_data", words | {"text/html": "<img>"})

    def found(*outputs):
        nbformat.write(notebook(code, *outputs), path)
        return list(executed.differences(path, executed.folder(root)))

    assert "has not been executed as it stands" in found(stream("1\n2\n"))[0]
    keep(root, notebook(code, stream("1\n"), stream("2\n"), shown))
    assert found(stream("1\n2\n"), stored) == []
    assert found(stream("1\n"), stored) == [
        "one.ipynb, cell 2: stored ('stdout', '1\\n'), executed ('stdout', '1\\n2\\n')"
    ]
    assert len(found(stream("1\n2\n"))) == 1, "an output that is not stored"
    assert len(found(stream("1\n2\n"), stored, stream("3\n"))) == 1
    nbformat.write(notebook("print(3)"), path)
    (said,) = executed.differences(path, executed.folder(root))
    assert "has not been executed as it stands" in said


# --- icons --------------------------------------------------------------------------------------


def test_an_icon_is_drawn_with_its_other_classes_and_attributes():
    html = '<i class="theme-switch fa-solid fa-sun    fa-lg" data-mode="light"></i>'
    drawn = icons.draw_icons(html)
    assert drawn.startswith('<svg class="svg-inline--fa theme-switch fa-sun fa-lg" ')
    assert 'data-mode="light"' in drawn and 'viewBox="0 0 512 512"' in drawn


def test_icons_are_known_by_their_other_names_and_solid():
    assert icons.drawings()["pencil-alt"] == icons.drawings()["pencil"]
    assert icons.drawings()["moon"][2].startswith("M223.5")  # the outline is M144.7
    assert icons.drawings()["github"]


def test_an_unknown_icon_is_a_warning(monkeypatch):
    said = []
    monkeypatch.setattr(icons.logger, "warning", lambda *words: said.append(words))
    html = '<i class="fas fa-no-such-icon"></i>'
    assert icons.draw_icons(html) == html and said


# --- what is left out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asset, body, needed",
    [
        ("sphinx-thebe.js", '<div class="cell">', False),
        ("design-tabs.js", '<div class="sd-tab-set">', True),
        ("design-tabs.js", '<div class="sd-card">', False),
        ("togglebutton.js", '<div class="dropdown admonition">', True),
        ("togglebutton.js", '<div class="admonition">', False),
        ("copybutton.js", '<div class="highlight">', True),
        ("doctools.js", "", True),
        ("player.js", '<figure class="nn-figure nn-explorer">', True),
        ("player.js", '<figure class="nn-figure">', False),
    ],
)
def test_a_page_gets_what_it_needs(asset, body, needed):
    assert unused.is_needed(asset, body) == needed


def test_files_that_nothing_names_are_found(tmp_path):
    files = {
        "a.css": "url(b.woff2)",
        "b.woff2": "",
        "c.js": "// sourceMappingURL=c.js.map",
        "c.js.map": "c.js",
        "c.js.LICENSE.txt": "",
        "mathjax/fonts/x.woff": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    left = unused.unnamed(tmp_path, '<link href="a.css">')
    assert {path.name for path in left} == {"c.js", "c.js.map"}
    left = unused.unnamed(tmp_path, '<link href="a.css"><script src="c.js">')
    assert {path.name for path in left} == {"c.js.map"}


# --- words about a page -----------------------------------------------------------------------


def page(*paragraphs):
    """A document of one section with these paragraphs."""
    document = nodes.section()
    document += [nodes.paragraph("", "", *parts) for parts in paragraphs]
    return nodes.container("", document)


def test_a_description_is_the_first_prose_up_to_a_formula():
    bold = [nodes.strong("", "What you will be able to do")]
    sentence = (
        "A loss says how wrong a network is, and each weight must know its part. "
    )
    prose = [
        nodes.Text(sentence + "It is "),
        nodes.math("", r"\frac{1}{2}"),
        nodes.Text("."),
    ]
    assert publication.describe(page(bold, prose), "-") == sentence.strip()
    assert publication.describe(page(bold), "otherwise") == "otherwise"
    assert publication.describe(None, "otherwise") == "otherwise"


def test_a_description_ends_with_a_sentence_or_says_that_it_does_not():
    sentence = "Nine words are in this sentence of the book. "
    assert publication.shorten(sentence * 9) == (sentence * 4).strip()
    cut = publication.shorten("word " * 99)
    assert cut.endswith("word …") and len(cut) <= publication.LONGEST + 2


# --- formulas and their punctuation -----------------------------------------------------------


def bound(*parts):
    """The parts of a paragraph, {what is bound together}, when its formulas are."""
    paragraph = nodes.paragraph("", "", *parts)
    for formula in list(paragraph.findall(nodes.math)):
        nowrap.bind(formula)
    for whole in paragraph.findall(nodes.inline):
        assert whole["classes"] == ["nowrap"]
        whole.insert(0, nodes.Text("{"))
        whole.append(nodes.Text("}"))
    return paragraph.astext()


def test_a_formula_keeps_the_marks_that_touch_it():
    x, y = nodes.math("", "x"), nodes.math("", "y")
    assert bound(nodes.Text("at ("), x, nodes.Text(", "), y, nodes.Text(").")) == (
        "at {(x,} {y).}"
    )


def test_a_formula_keeps_a_mark_behind_the_emphasis_that_it_ends():
    strong = nodes.strong("", "", nodes.Text("of "), nodes.math("", "x"))
    assert bound(strong, nodes.Text(", and")) == "of {x,} and"
    assert strong.astext() == "of {x,}"


@pytest.mark.parametrize(
    "before, after", [("", ""), ("of ", " is"), ("2", "s"), ("(\n", " ,")]
)
def test_a_formula_without_marks_stays_alone(before, after):
    parts = nodes.Text(before), nodes.math("", "x"), nodes.Text(after)
    assert bound(*parts) == f"{before}x{after}"
    assert bound(nodes.strong("", ","), nodes.math("", "x")) == ",x"


def test_a_long_formula_may_part_from_its_full_stop():
    texts = ["x", "x" * (nowrap.LONGEST + 1)]
    parts = [(nodes.math("", text), nodes.Text(".")) for text in texts]
    document = new_document("a page")
    document += [nodes.paragraph("", "", *part) for part in parts]
    nowrap.BindPunctuation(document).run()
    assert [p[0].tagname for p in document] == ["inline", "math"]


def test_a_number_keeps_its_per_cent_sign_in_prose_alone():
    code = nodes.literal("", "50 %"), nodes.literal_block("", "3 % 2")
    document = new_document("a page")
    document += [
        nodes.paragraph("", "67 to 88 % of 9 and %"),
        nodes.paragraph("", "", code[0]),
        code[1],
    ]
    nowrap.BindPerCent(document).run()
    assert [it.astext() for it in document] == [
        "67 to 88\N{NO-BREAK SPACE}% of 9 and %",
        "50 %",
        "3 % 2",
    ]


# --- the zip ------------------------------------------------------------------------------------


def test_the_zip_is_the_same_for_the_same_pages_and_does_not_offer_itself(app):
    offer = '<li><a href="a-book-of-tests.zip">whole book</a></li>'
    (app.outdir / "one.html").write_text(f"<ul><li>more</li>{offer}</ul>")
    (app.outdir / ".buildinfo").touch()
    offline.finish(app)
    path = app.outdir / "a-book-of-tests.zip"
    first = path.read_bytes()
    os.utime(app.outdir / "one.html", (1e9, 1e9))
    offline.finish(app)
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as packed:
        assert packed.namelist() == ["a-book-of-tests/one.html"]
        assert packed.read(packed.namelist()[0]) == b"<ul><li>more</li></ul>"


def test_the_zips_size_is_written_into_the_pages(app):
    (app.outdir / "one.html").write_text('<span class="nn-size">0 MB</span>')
    (app.outdir / "two.png").write_bytes(os.urandom(2_000_000))
    offline.finish(app)
    assert (app.outdir / "one.html").read_text() == '<span class="nn-size">2 MB</span>'


def test_files_are_saved_and_not_opened():
    link = '<a href="../_sources/book/one.ipynb" target="_blank" class="btn">'
    assert offline.mark_downloads(link) == link.replace('target="_blank"', "download")
    other = '<a href="https://example.org" target="_blank">'
    assert offline.mark_downloads(other) == other


# --- a page that was split ----------------------------------------------------------------------


def page_of(*ids):
    """A page's tree, with a section for each id."""
    document = new_document("page")
    document += [nodes.section(ids=[name]) for name in ids]
    return document


def test_a_page_that_was_split_leads_on_to_what_is_elsewhere_now():
    there = page_of("softmax", "overflow", "summary")
    there += nodes.admonition(ids=["exercise-losses-softmax"])
    env = SimpleNamespace(found_docs={"book/softmax"}, get_doctree=lambda page: there)
    app, context = SimpleNamespace(env=env), {"metatags": "<meta>"}
    addresses.lead_on(app, "book/losses", context, page_of("losses", "summary"))
    assert context["metatags"].startswith("<meta>")
    moved = json.loads(context["metatags"].partition("moved = ")[2].partition(";")[0])
    gone = ("softmax", "overflow", "exercise-losses-softmax")
    assert moved == dict.fromkeys(gone, "softmax.html")


@pytest.mark.parametrize(
    "page, found", [("book/softmax", True), ("book/losses", False)]
)
def test_a_page_that_nothing_was_taken_from_leads_nowhere(page, found):
    env = SimpleNamespace(found_docs={"book/softmax"} if found else ())
    context = {}
    addresses.lead_on(SimpleNamespace(env=env), page, context, page_of("a"))
    assert context == {}
