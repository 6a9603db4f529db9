"""What is made for the Python in the browser: the lock file, its wheels, the editions."""

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import distribution
import nbformat
import pytest
from lite import application, lockfile, python
from notebooks.normalise import notebooks

pytestmark = pytest.mark.thorough
LOCK = lockfile.read()


def config(url=""):
    return SimpleNamespace(config=SimpleNamespace(pyodide_url=url)).config


# --- the lock file ------------------------------------------------------------------------------


@pytest.mark.browser  # as the tests that need npm
def test_the_lock_file_is_what_its_script_makes():
    """From npm's copy of the distribution, and from PyPI's wheels of the versions it names."""
    wheels = distribution.KEPT / "locked"
    wheels.mkdir(parents=True, exist_ok=True)
    pinned = {name: LOCK["packages"][name] for name in lockfile.FROM_PYPI}
    if len(list(wheels.glob("*.whl"))) < len(pinned):
        lockfile.fetch_wheels(wheels, pinned)
    assert lockfile.make(distribution.upstream(), wheels) == LOCK


def test_the_lock_file_is_small_and_complete():
    assert lockfile.LOCK.stat().st_size < 20_000
    for name, package in LOCK["packages"].items():
        assert len(package["sha256"]) == 64
        assert not set(map(lockfile.canonicalize_name, package["depends"])) - set(
            LOCK["packages"]
        ), name
    assert {*python.KERNELS, *python.NEEDS} <= set(LOCK["packages"])


def test_a_package_brings_all_that_it_depends_on():
    packages = {
        "a": {"depends": ["b", "C_d"]},
        "b": {"depends": ["a"]},
        "c-d": {"depends": []},
        "e": {"depends": []},
    }
    assert set(lockfile.closure(packages, ["a"])) == {"a", "b", "c-d"}


# --- a distribution of one's own ----------------------------------------------------------------


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """A folder that is a whole distribution, by a lock file of two files."""
    (tmp_path / "pyodide.mjs").write_bytes(b"runtime")
    (tmp_path / "numpy.whl").write_bytes(b"numpy")
    lock = {
        "pyodide": "1.2.3",
        "core": {"pyodide.mjs": hashlib.sha256(b"runtime").hexdigest()},
        "packages": {
            "numpy": {
                "file_name": "numpy.whl",
                "sha256": hashlib.sha256(b"numpy").hexdigest(),
            },
            "comm": {"file_name": "comm.whl", "sha256": "0", "from": "pypi"},
        },
    }
    monkeypatch.setattr(lockfile, "read", lambda: lock)
    return tmp_path


def test_a_whole_distribution_is_found_whole(whole):
    assert list(lockfile.wrong_files(whole)) == []


def test_a_missing_file_and_another_version_are_named(whole):
    (whole / "pyodide.mjs").unlink()
    (whole / "numpy.whl").write_bytes(b"another")
    assert list(lockfile.wrong_files(whole)) == [
        "numpy.whl is another file than Pyodide 1.2.3's",
        "pyodide.mjs is not there",
    ]


def test_the_command_says_what_a_folder_lacks(whole, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["lockfile", "check", str(whole)])
    lockfile.main()
    assert "has all that the chapters need" in capsys.readouterr().out
    (whole / "numpy.whl").unlink()
    with pytest.raises(SystemExit, match="numpy.whl is not there"):
        lockfile.main()


def test_the_command_fetches_what_is_lacking_and_no_other_file(whole, tmp_path_factory):
    """From an address, which gives whatever it gives: the sums decide."""
    (whole / "scipy.whl").write_bytes(b"not needed")
    ours = tmp_path_factory.mktemp("ours")
    with distribution.serving(distribution.Distribution, directory=whole) as url:
        lockfile.fetch(ours, url)
        assert {path.name for path in ours.iterdir()} == {"pyodide.mjs", "numpy.whl"}
        (whole / "numpy.whl").write_bytes(b"altered")
        (ours / "numpy.whl").unlink()
        lockfile.fetch(ours, url)
    assert list(lockfile.wrong_files(ours)) == [
        "numpy.whl is another file than Pyodide 1.2.3's"
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("https://school.example/py", "https://school.example/py/"),
        ("https://school.example/py/", "https://school.example/py/"),
        ("", lockfile.CDN),
    ],
)
def test_the_address_of_python_is_one_setting(said, told, monkeypatch):
    monkeypatch.delenv("PYODIDE_URL", raising=False)
    assert python.source(config(said)) == python.address(python.source(config(said)))
    assert python.source(config(said)) == told
    monkeypatch.setenv("PYODIDE_URL", "https://other.example")
    assert python.source(config(said)) == "https://other.example/"


def test_a_folder_is_taken_if_all_that_it_holds_is_right(whole, monkeypatch):
    monkeypatch.delenv("PYODIDE_URL", raising=False)
    assert python.source(config(str(whole))) == whole
    assert python.address(whole) == "python/"
    (whole / "pyodide.mjs").write_bytes(b"altered")
    with pytest.raises(ValueError, match="pyodide.mjs is another file than Pyodide 1"):
        python.source(config(str(whole)))
    with pytest.raises(ValueError, match="pyodide.mjs is not there.*lockfile fetch"):
        python.source(config("no/such/folder"))


@pytest.fixture
def wheel(tmp_path):
    made = tmp_path / "nnlib_book-0.1.0-py3-none-any.whl"
    made.write_bytes(b"nnlib")
    return made


def test_the_published_lock_file_names_each_file_where_it_is(wheel, tmp_path):
    url = "https://school.example/py/"
    python.place(tmp_path / "python", LOCK, [wheel], url)
    published = json.loads((tmp_path / "python" / "pyodide-lock.json").read_text())
    files = {name: it["file_name"] for name, it in published["packages"].items()}
    assert files["numpy"] == url + LOCK["packages"]["numpy"]["file_name"]
    assert files["nnlib-book"] == wheel.name
    assert files["ipywidgets"] == LOCK["packages"]["ipywidgets"]["file_name"]
    assert published["info"] == LOCK["info"]
    assert {it["file_name"]: it["sha256"] for it in published["core"]} == {
        url + name: digest for name, digest in LOCK["core"].items()
    }
    packages = published["packages"].values()
    assert published["packages"]["nnlib-book"]["sha256"] == lockfile.sha256(wheel)
    assert not any("from" in package for package in packages)


def test_a_folder_of_python_is_in_the_site_whole(whole, wheel, tmp_path, monkeypatch):
    """And where nothing compiles, each file is the one that the lock file names."""
    monkeypatch.setattr(python, "compiles", lambda: False)
    lock = lockfile.read() | {"info": {}}
    folder = tmp_path / "python"
    python.place(folder, lock, [wheel], whole)
    published = json.loads((folder / "pyodide-lock.json").read_text())
    for it in [*published["core"], published["packages"]["numpy"]]:
        assert lockfile.sha256(folder / it["file_name"]) == it["sha256"]


# --- wheels -------------------------------------------------------------------------------------


def test_nnlib_is_a_wheel_of_all_its_files_and_always_the_same(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    for folder in (first, second):
        folder.mkdir()
    one, two = python.nnlib_wheel(first), python.nnlib_wheel(second)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as packed:
        inside = {name for name in packed.namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(python.ROOT).as_posix()
        for name in python.PACKAGES
        for path in (python.ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == ours | {"nnbook/contents.json"}  # of _toc.yml


def test_a_wheel_that_is_another_than_the_lock_file_says_stops_the_build(
    tmp_path, monkeypatch
):
    lock = lockfile.read()
    wrong = lock["packages"]["comm"]
    (tmp_path / wrong["file_name"]).write_bytes(b"something else")
    bad = lambda folder, names: None  # what is downloaded is no better  # noqa: E731
    monkeypatch.setattr(lockfile, "fetch_wheels", bad)
    with pytest.raises(
        RuntimeError, match="is not the file that pyodide-lock.json names"
    ):
        python.fetched(lock, tmp_path)


def test_the_install_fetches_what_the_build_would_need_a_network_for(
    tmp_path, monkeypatch
):
    asked = []
    monkeypatch.setattr(python, "fetched", lambda lock, folder: asked.append(folder))
    monkeypatch.setattr(sys, "argv", ["", "wheels", str(tmp_path / "lite")])
    lockfile.main()
    assert asked == [tmp_path / "lite"] and asked[0].is_dir()
    recipe = (python.ROOT / "Makefile").read_text("utf-8").partition("\nlock:")[0]
    assert "book/_ext lockfile wheels _build/lite\n" in recipe


def test_a_build_that_fails_for_a_wheel_leaves_the_old_lite_as_it_was(
    tmp_path, monkeypatch
):
    old = tmp_path / "html" / "lite" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("as it was")
    app = SimpleNamespace(
        outdir=tmp_path / "html",
        builder=SimpleNamespace(format="html"),
        config=config(),
        env=SimpleNamespace(found_docs=[]),
    )
    monkeypatch.setattr(lockfile, "fetch_wheels", lambda folder, names: None)
    with pytest.raises(RuntimeError, match="is not the file"):
        application.build(app)
    assert old.read_text() == "as it was"


def test_the_kernels_wheels_are_the_ones_that_the_lock_file_names(tmp_path):
    lock = lockfile.read()
    only = {n: p for n, p in lock["packages"].items() if p.get("from") == "kernel"}
    assert len(python.fetched({**lock, "packages": only}, tmp_path)) == len(only) == 3
    only["piplite"]["sha256"] = "0" * 64
    with pytest.raises(RuntimeError, match="piplite"):
        python.fetched({**lock, "packages": only}, tmp_path)


# --- notebooks and pages ------------------------------------------------------------------------


def test_an_edition_is_known_by_what_its_cells_say(tmp_path):
    path = tmp_path / "a.ipynb"
    cell = nbformat.v4.new_code_cell("x = 1")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    ((edition, text),) = application.editions({"a.ipynb": path}).values()
    assert edition == hashlib.sha256(b"x = 1").hexdigest()[:16]
    assert json.loads(text)["metadata"]["edition"] == edition
    cell.source = "x = 2"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert application.editions({"a.ipynb": path})["a.ipynb"][0] != edition


def test_a_chapter_is_published_there_as_it_is_here():
    for path in notebooks():
        ((_, text),) = application.editions({path.name: path}).values()
        published, ours = json.loads(text), nbformat.read(path, as_version=4)
        del published["metadata"]["edition"]
        assert (
            published == ours
        )  # no list of lines among it: JupyterLite would show commas


def test_another_jupyterlite_that_starts_in_another_way_stops_the_build(tmp_path):
    for app in application.APPS:
        (tmp_path / app).mkdir()
        (tmp_path / app / "index.html").write_text("<title>x</title> started otherwise")
    with pytest.raises(RuntimeError, match="starts in another way"):
        application.finish_pages(tmp_path, {}, LOCK, "https://school.example/", "w.js")


def test_another_kernel_without_such_a_worker_stops_the_build(tmp_path):
    with pytest.raises(RuntimeError, match="one worker of the kernel was expected"):
        application.wrap_worker(tmp_path)


def test_whatever_lite_is_made_of_makes_it_anew(tmp_path, monkeypatch):
    """A changed notebook, another address; and a file of book/lite."""
    monkeypatch.setattr(application, "ROOT", tmp_path)
    monkeypatch.setattr(application, "LITE", tmp_path / "lite")
    monkeypatch.setattr(application, "HERE", tmp_path / "ext")
    for name in ("pyproject.toml", "ext/x.mjs", "nnlib/x.py", "lite/runtime.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    one, other = {"a.ipynb": ("1", "text")}, {"a.ipynb": ("1", "another")}
    seen = {
        application.digest(url, found)
        for url, found in [("u", one), ("v", one), ("u", other)]
    }
    for name in ("pyproject.toml", "ext/x.mjs", "nnlib/x.py", "lite/runtime.js"):
        (tmp_path / name).write_text("2")
        seen.add(application.digest("u", one))
    assert len(seen) == 7
    assert application.digest("u", one) in seen


def test_a_book_without_a_lock_file_has_no_lite(tmp_path, monkeypatch):
    monkeypatch.setattr(lockfile, "LOCK", Path(tmp_path, "none.json"))
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    application.build(app)
    assert not list(tmp_path.iterdir())
