"""The book on others' computers: Colab's copies of the notebooks, and Binder's environment.

What they would install is resolved here by pip itself, from the packages that are there.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib

import nbformat
import pytest
import yaml
from built import ROOT
from notebooks import colab
from notebooks.normalise import notebooks
from pages.launch import BRANCH

pytestmark = pytest.mark.tools
REPOSITORY, COMMIT = "https://github.com/some/book", "0123abc"
HIDDEN = "import sys; sys.modules['nnlib'] = None  # as if it were not installed\n"


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    out = tmp_path_factory.mktemp("colab")
    written = list(colab.write(out, REPOSITORY, COMMIT))
    assert len(written) == len(set(written)) == len(notebooks())
    return out


def test_a_copy_is_the_notebook_with_two_cells_before_and_plain_text(copies):
    for path in notebooks():
        ours = nbformat.read(path, as_version=4)
        copy = nbformat.read(copies / path.relative_to(ROOT), as_version=4)
        nbformat.validate(copy)
        note, install, *others = copy.cells
        for cell, our in zip(others, ours.cells, strict=True):
            if our.cell_type == "markdown":
                assert not re.search(
                    r"`{3}\{|\{cite\}|\]\(\w+\.(md|ipynb)", cell.source
                )
                our.source = cell.source
        assert others == ours.cells and copy.metadata == ours.metadata
        assert (note.cell_type, install.cell_type) == ("markdown", "code")
        assert len({cell.id for cell in copy.cells}) == len(copy.cells)
        page = f"{REPOSITORY}/blob/{COMMIT}/book/{path.name}"
        assert f"[a page of the book]({page})" in note.source


def linked(folder):
    """What the copies' links lead to, {name: addresses}, but for those to elsewhere."""
    found = {}
    for path in (folder / "book").iterdir():
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        found[path.stem] = set(re.findall(r"\]\(([^)\s]+)\)", text))
    return found


def test_links_lead_to_copies_and_to_the_files_of_the_commit(copies):
    """A heading is looked for by the id of its cell: Colab gives headings no names."""
    chapter = linked(copies)["activations"]
    there = "https://colab.research.google.com/github/some/book/blob/colab/book"
    files = f"{REPOSITORY}/blob/{COMMIT}/book"
    assert f"{there}/neuron_to_layer.ipynb" in chapter
    assert f"{files}/bibliography.md#cybenko1989" in chapter
    refresher = nbformat.read(copies / "book/refresher.ipynb", as_version=4)
    (cell,) = (it.id for it in refresher.cells if "## The chain rule\n" in it.source)
    assert f"{there}/refresher.ipynb#scrollTo={cell}" in chapter
    assert f"#scrollTo={cell}" in linked(copies)["refresher"]


def test_links_lead_to_the_site_if_there_is_one(tmp_path):
    list(colab.write(tmp_path, REPOSITORY, COMMIT, "https://some.example/book/"))
    chapter = linked(tmp_path)["activations"]
    pages = "https://some.example/book/book"
    assert f"{pages}/activations.html" in chapter
    assert f"{pages}/bibliography.html#cybenko1989" in chapter
    assert not [it for it in chapter if it.startswith(REPOSITORY)]


@pytest.mark.parametrize(
    "address", ["https://github.com/some/book.git", REPOSITORY + "/"]
)
def test_an_address_may_be_written_in_other_ways(address):
    assert colab.cells(address, COMMIT, "x") == colab.cells(REPOSITORY, COMMIT, "x")


def test_a_repository_elsewhere_is_refused():
    with pytest.raises(ValueError, match="https://github.com/OWNER/NAME was expected"):
        colab.cells("https://example.org/some/book", COMMIT, "x")


# --- the cell -------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    """Runs the first code cell in IPython: what it gives to pip, which is another program here."""
    told = tmp_path / "told"
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").touch()
    (tmp_path / "pip" / "__main__.py").write_text(
        f"import sys; open({str(told)!r}, 'a').write('\\n'.join(sys.argv[1:]))"
    )

    def run(before=""):
        _, cell = colab.cells(REPOSITORY, COMMIT, "x")
        code = (
            "from IPython.core.interactiveshell import InteractiveShell\n"
            f"InteractiveShell().run_cell({before + cell.source!r}).raise_error()"
        )
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONPATH": str(tmp_path), "IPYTHONDIR": str(tmp_path)},
            check=True,
        )
        return told.read_text().splitlines() if told.exists() else None

    return run


def test_the_cell_installs_the_package_of_just_that_commit(run):
    assert run(HIDDEN) == [
        "install",
        "--quiet",
        "-c",
        f"https://raw.githubusercontent.com/some/book/{COMMIT}/requirements.txt",
        f"nnlib-book[data] @ git+{REPOSITORY}@{COMMIT}",
        "matplotlib",
    ]


def test_the_cell_does_nothing_where_the_package_is(run):
    assert run() is None


# --- what pip makes of it -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A copy of what is installed of the repository: building leaves files beside the sources."""
    folder = tmp_path_factory.mktemp("repository")
    for name in ("nnlib", "nnbook", ".binder"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in (
        "pyproject.toml",
        "setup.py",
        "_toc.yml",
        "requirements.txt",
        "LICENSE",
    ):
        shutil.copy(ROOT / name, folder)
    return folder


def resolve(folder, *arguments):
    """Has pip find out what it would install; no index is asked."""
    options = ["--dry-run", "--no-index", "--no-build-isolation"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def test_pip_takes_the_requirements_as_constraints_of_colabs_packages(repository):
    _, cell = colab.cells(REPOSITORY, COMMIT, "x")
    wanted = re.search(r'"(nnlib-book\[.*?\]) @ git', cell.source)[1]
    package = f"{wanted} @ {repository.as_uri()}"
    good, said = resolve(repository, "-c", "requirements.txt", package, "matplotlib")
    assert good, said
    assert re.search(r"already satisfied: pooch", said), said
    assert "ipywidgets" not in said, "Colab's own widgets are to stay"


def test_pip_takes_binders_requirements(repository):
    good, said = resolve(repository, "-r", ".binder/requirements.txt")
    assert good, said
    for name in ("numpy", "matplotlib", "ipywidgets", "pooch", "jupyterlab-myst"):
        assert re.search(rf"already satisfied: {name}", said), f"{name} not in {said}"


def test_constraints_are_kept(repository):
    """pip says so if a version is not allowed: the last test would see it."""
    path = repository / "requirements.txt"
    text = path.read_text("utf-8")
    path.write_text(text.replace("matplotlib>=3.10,<3.12", "matplotlib==3.9"), "utf-8")
    try:
        assert path.read_text("utf-8") != text
        assert not resolve(repository, "-r", ".binder/requirements.txt")[0]
    finally:
        path.write_text(text, "utf-8")


def test_every_package_of_the_extras_has_its_version_in_the_requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + [
        one for name in ("book", "data", "lab") for one in extras[name]
    ]
    pinned = re.findall(
        r"^[\w-]+(?=[=<>])", (ROOT / "requirements.txt").read_text(), re.M
    )
    assert {re.match(r"[\w-]+", one)[0] for one in wanted} <= set(pinned)


def test_binder_has_a_python_that_the_package_supports():
    found = (ROOT / ".binder" / "runtime.txt").read_text()
    assert re.fullmatch(r"python-3\.1[1-9]\n", found)


# --- the workflow ---------------------------------------------------------------------------------


def test_the_workflow_pushes_the_copies_where_the_pages_look_for_them(tmp_path):
    """Two steps of it, run as they stand, with a remote on this machine."""
    text = (ROOT / ".github/workflows/publish.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    (write,) = (s for s in jobs["site"]["steps"] if "_ext colab" in s.get("run", ""))
    bring, push = jobs["colab"]["steps"]
    clone, remote = tmp_path / "clone", tmp_path / "remote.git"
    shutil.copytree(ROOT / "book", clone / "book")
    shutil.copy(ROOT / "_toc.yml", clone)
    (clone / ".venv").symlink_to(sys.prefix)
    people = itertools.product(("AUTHOR", "COMMITTER"), ("NAME", "EMAIL"))
    environment = os.environ | {f"GIT_{who}_{what}": "x" for who, what in people}
    environment |= {"GITHUB_SHA": COMMIT, "REMOTE": str(remote)}
    environment |= {"REPOSITORY_URL": REPOSITORY, "SITE_URL": "https://some.example/"}
    assert {*write["env"], *push["env"]} <= set(environment)

    def run(*command, cwd):
        done = subprocess.run(
            command, cwd=cwd, env=environment, check=True, capture_output=True
        )
        return done.stdout.decode()

    run("git", "init", "--quiet", "--bare", remote, cwd=tmp_path)
    copies = tmp_path / bring["with"]["path"]
    assert push["working-directory"] == bring["with"]["path"]
    output = re.search(r"needs\.site\.outputs\.(\w+)", bring["with"]["artifact-ids"])[1]
    (kept,) = (
        step["with"]["path"]
        for step in jobs["site"]["steps"]
        if f"steps.{step.get('id')}.outputs" in jobs["site"]["outputs"][output]
    )
    for _ in range(2):  # the second time, in place of the first
        run("bash", "-e", "-c", write["run"], cwd=clone)
        shutil.rmtree(copies, ignore_errors=True)
        shutil.copytree(clone / kept, copies)
        run("bash", "-e", "-c", push["run"], cwd=copies)
    listed = run("git", "ls-tree", "-r", "--name-only", BRANCH, cwd=remote).split()
    assert listed == sorted(p.relative_to(ROOT).as_posix() for p in notebooks())
    assert run("git", "rev-list", "--count", BRANCH, cwd=remote) == "1\n"
    copy = run("git", "show", f"{BRANCH}:book/activations.ipynb", cwd=remote)
    assert f"{REPOSITORY}@{COMMIT}" in copy
    assert "https://some.example/book/bibliography.html" in copy
