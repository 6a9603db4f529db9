"""Prints the notebooks of the chapters that have changed: their own file, figures or exercises.

Changed is what differs from the main branch (or, on that branch, from the last commit), and
what git does not know yet. `make check` runs these chapters, `make test-pages` looks closer at
their pages, and `make test-browser` runs them in a browser, with a sample of the others.
"""

import os
import subprocess
from pathlib import Path

from nnbook.contents import pages

ROOT = Path(__file__).resolve().parents[1]
OF_A_CHAPTER = {"book": ".ipynb", "nnbook/figures": ".py", "nnbook/exercises": ".py"}
MAIN = "origin/main", "main", "HEAD"


def git(*arguments, root=ROOT):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return done.stdout.split("\0")[:-1] if done.returncode == 0 else None


def files(root=ROOT):
    """The paths of changed files; of no checkout of git, none."""
    for branch in MAIN:
        known = git("diff", "-z", "--name-only", "--merge-base", branch, root=root)
        if known is not None:
            new = git("ls-files", "-z", "--others", "--exclude-standard", root=root)
            return [Path(name) for name in known + new]
    return []


def chapters(root=ROOT):
    """The notebooks of the table of contents whose chapter has changed."""
    names = {
        path.stem
        for path in files(root)
        if OF_A_CHAPTER.get(path.parent.as_posix()) == path.suffix
    }
    found = [root / "book" / f"{page.name}.ipynb" for page in pages()]
    return [path for path in found if path.stem in names and path.exists()]


def sample(listed, size=3, root=ROOT):
    """As many of them, others for each commit, and for one commit always the same."""
    time = git("log", "-1", "-z", "--format=%ct", root=root) or ["0"]
    first, step = int(time[0]), max(len(listed) // size, 1)
    return [listed[(first + i * step) % len(listed)] for i in range(size)]


def closer(names, size=3):
    """Of these chapters the changed ones and a sample: all, where EVERY_PAGE is set."""
    if os.environ.get("EVERY_PAGE"):
        return names
    changed = {path.stem for path in files()}  # or its figures, or code
    some = changed.union(sample(names, size))
    return [name for name in names if name in some]


if __name__ == "__main__":
    for path in chapters():
        print(path.relative_to(ROOT))
