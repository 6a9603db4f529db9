"""Guards of the repository itself: names without numbers, and tiers that leave no test out."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import changed
import of_chapter
import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")

# --- a chapter's number comes from _toc.yml, and stands in no name and no glob ------------------

NUMBERED = re.compile(
    r"""\bch(?:ap(?:ter)?_?)?\d\d?\b(?!\s*=)   # ch04, chapter_04
    | \b\d\d_[a-z]\w*\.(?:ipynb|py|md|html)\b   # 04_losses.ipynb
    | (?<![\w.])(?:ch)?(?:0\*|\[0-9\]\*)   # 0*.ipynb, ch[0-9]*, which a tenth escapes
    | \brange\(1,\ *(?:9|1\d)\)""",
    re.X,
)
# What was called so once: addresses that lead on, files that readers have.
ONCE = {
    "book/_ext/finish/addresses.py",
    "tests/test_exercises_cli.py",
    "tests/test_exercises_progress.py",
    "tests/test_repository.py",
}
TEXTS = {".py", ".md", ".yml", ".toml", ".js", ".css", ".html", ".sh", ".txt", ""}


def tracked():
    return [ROOT / name for name in changed.git("ls-files", "-z") or []]


def numbered(text):
    """The lines with a name or a glob that counts chapters."""
    return [line.strip() for line in text.splitlines() if NUMBERED.search(line)]


def test_no_name_and_no_glob_counts_chapters():
    found = {}
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name in ONCE or path.suffix not in TEXTS or not path.is_file():
            continue
        if lines := numbered(f"{path.name}\n{path.read_text('utf-8')}"):
            found[name] = lines
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "from nnbook.exercises import ch04",
        "book/04_losses.ipynb",
        "BOOK.glob('0*.ipynb')",
        "for number in range(1, 9):",
        "glob('ch[0-9]*.py')",
        "chapter_04.py",
    ],
)
def test_a_name_that_counts_chapters_is_found(line):
    assert numbered(f"x = 1\n{line}\n") == [line]


@pytest.mark.parametrize("line", ["range(1, 8)", "0 * x", "a = 10 * b", "ch = 3"])
def test_another_is_not(line):
    assert not numbered(line)


# --- tiers ----------------------------------------------------------------------------------------


def markers():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = config["tool"]["pytest"]["ini_options"]["markers"]
    return {it.partition(":")[0] for it in listed}


def recipes(goal):
    """The commands of a goal of the Makefile, and of all goals that it needs."""
    head = re.search(rf"^{goal}:(.*)\n((?:\t.*\n)*)", MAKEFILE, re.M)
    needed = [it for it in head[1].split() if not it.startswith("$")]
    return head[2] + "".join(map(recipes, needed))


def test_make_test_all_runs_every_tier():
    run = set(
        re.findall(r"\b\w+\b", " ".join(re.findall("-m (.*)", recipes("test-all"))))
    )
    assert markers() <= run


def goals(text):
    return set(re.findall(r"\bmake ([a-z][\w-]+)", text))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_the_commands_that_are_named_are_there(name):
    code = re.findall(
        r"`(make .*?)`|^(make .*)$", (ROOT / name).read_text("utf-8"), re.M
    )
    named = goals("\n".join(map("".join, code)))
    assert "test" in named
    assert named <= set(re.findall(r"^([a-z][\w-]+):", MAKEFILE, re.M))


def test_ci_runs_what_the_readme_says_and_then_the_rest():
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"^make (\S+)", ci, re.M) == ["test", "test-rest"]
    assert recipes("test-all").endswith(recipes("test") + recipes("test-rest"))


def ended(folder, test, **environment):
    """How a run of pytest ends that has the tiers of this book, and what it says."""
    (folder / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    marks = "".join(f"    {name}: a tier\n" for name in markers())
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = -rs\nmarkers =\n{marks}")
    (folder / "test_one.py").write_text(f"import pytest\n\n\n{test}")
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "quick"],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.thorough
def test_what_is_skipped_is_told_and_fails_in_ci(tmp_path):
    test = "def test_a(): ...\n\n\ndef test_b():\n    pytest.skip('there is no B')\n"
    code, said = ended(tmp_path, test)
    assert code == 0 and "there is no B" in said
    code, said = ended(tmp_path, test, CI="true")
    assert code == 1 and "1 skipped: in CI nothing may be" in said


@pytest.mark.thorough
def test_a_test_without_a_marker_is_quick(tmp_path):
    test = "def test_a(): ...\n\n\n@pytest.mark.site\ndef test_b(): ...\n"
    code, said = ended(tmp_path, test)
    assert code == 0 and "1 passed, 1 deselected" in said


# --- what has changed -----------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path):
    """A repository with files of two chapters on its main branch."""
    for name in ("book/losses.ipynb", "book/index.ipynb", "nnbook/figures/losses.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    run_git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def run_git(folder, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def commit(folder, time="2026-01-01T00:00:00"):
    run_git(folder, "add", "-A")
    os.environ["GIT_COMMITTER_DATE"] = time
    run_git(folder, "commit", "-q", "-m", "one")
    del os.environ["GIT_COMMITTER_DATE"]


def names(folder):
    return [path.stem for path in changed.chapters(folder)]


@pytest.mark.parametrize(
    "file, chapters",
    [
        ("book/losses.ipynb", ["losses"]),
        ("nnbook/figures/losses.py", ["losses"]),
        ("nnbook/exercises/losses.py", ["losses"]),  # which git does not know yet
        ("nnbook/figures/style.py", []),
        ("README.md", []),
    ],
)
def test_a_chapter_has_changed_if_a_file_of_its_own_has(checkout, file, chapters):
    assert names(checkout) == []
    (checkout / file).parent.mkdir(exist_ok=True)
    (checkout / file).write_text("2")
    assert names(checkout) == chapters
    run_git(checkout, "checkout", "-q", "-b", "branch")
    commit(checkout)
    assert names(checkout) == chapters
    run_git(checkout, "checkout", "-q", "-B", "main")
    assert names(checkout) == []


def test_without_git_nothing_has_changed(tmp_path):
    assert names(tmp_path) == []


def test_a_sample_is_another_for_another_commit(checkout):
    pages, seen = list("abcdefghij"), set()
    for second in range(10):
        (checkout / "book/index.ipynb").write_text(str(second))
        commit(checkout, f"2026-01-02T00:00:0{second}")
        found = changed.sample(pages, root=checkout)
        assert found == changed.sample(pages, root=checkout) and len(set(found)) == 3
        seen.update(found)
    assert seen == set(pages)


# --- one chapter ----------------------------------------------------------------------------------


def test_a_chapters_tests_are_also_those_of_the_code_that_it_shows():
    found = of_chapter.expression("training_loop").split(" or ")
    assert found[0] == "training_loop" and {"test_training", "test_metrics"} <= {*found}
    assert "test_losses" not in found
