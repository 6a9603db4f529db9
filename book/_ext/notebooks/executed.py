"""What the chapters said when they were run: each is executed once, for the site and the tests.

    python book/_ext executed           which stored outputs differ from what was executed

The build executes a chapter, and keeps it in a jupyter-cache below `_build/executed`. Who needs
its outputs afterwards finds them there (`of`), and whether they are those that are stored in
the book (`differences`). The cache is kept in a folder named by all that an output depends on
beside its notebook: a change in the packages, or another version of what is installed, has every
chapter executed anew; a change in prose, in a style or in these extensions, none.
"""

import argparse
import os
import platform
import sys
from hashlib import sha256
from importlib.metadata import distributions
from itertools import zip_longest
from pathlib import Path
from shutil import rmtree

import nbformat
from jupyter_cache import get_cache

from notebooks import normalise

DEPENDED_ON = ("nnlib", "nnbook", "_toc.yml", "pyproject.toml", "CITATION.cff")


def hash_files(root, places):
    """A hash of the names and contents of all files in these places."""
    found = sha256()
    for place in (Path(root, name) for name in places):
        files = place.rglob("*") if place.is_dir() else [place]
        for path in sorted(files):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(root)}\n".encode())
                found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()


def hash_installed():
    """A hash of Python's version, the machine's kind and all installed packages' versions."""
    # A set: where the sources are on the path, the book's own package is found twice.
    names = sorted({f"{d.name} {d.version}" for d in distributions()})
    return sha256(f"{sys.version} {platform.machine()} {names}".encode()).hexdigest()


def folder(root):
    """Where chapters are kept that ran with the packages as they now are."""
    both = hash_files(root, DEPENDED_ON) + hash_installed()
    return Path(root, "_build", "executed", sha256(both.encode()).hexdigest()[:16])


def prepare(root):
    """The empty cache, if it is not there; those of other versions are removed."""
    made = folder(root)
    for other in made.parent.glob("*"):
        if other != made:
            rmtree(other)
    get_cache(made).list_cache_records()  # makes it, before two processes would at once
    return made


def frames(root):
    """Where the pictures are kept that chapters draw for the site."""
    return Path(root, "_build", "frames").resolve()


def tell_cells(root):
    """Says in the environment that what runs from now on runs for the site."""
    os.environ["NNLIB_SITE"] = "1"  # an explorer shows a picture in place of widgets
    os.environ["NNLIB_QUIET"] = "1"  # no progress bars
    os.environ["NNLIB_FRAMES"] = str(frames(root))
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # quickest at the chapters' sizes


def configure(app, config):
    config.nb_execution_cache_path = str(prepare(app.srcdir))
    tell_cells(app.srcdir)


def of(path, kept):
    """A notebook as it was executed with its present code, in the normal form; None if it was not.

    `kept` is the `folder` of such runs. Only those without an error are there.
    """
    cache = get_cache(kept)
    try:
        _, executed = cache.merge_match_into_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return None
    return normalise.normalise(executed)


def differences(path, kept):
    """Where a stored notebook says something else than it did when it was run, in sentences."""
    executed, stored = of(path, kept), nbformat.read(path, as_version=4)
    if executed is None:
        yield f"{path.name} has not been executed as it stands: run make book"
        return
    for number, (cell, run) in enumerate(zip(stored.cells, executed.cells), 1):
        if cell.cell_type == "code":
            pairs = zip_longest(map(words, cell.outputs), map(words, run.outputs))
            for kept, said in pairs:
                if kept != said:
                    yield f"{path.name}, cell {number}: stored {kept!r}, executed {said!r}"


def words(output):
    """What an output says, and how."""
    if output.output_type == "error":
        return "error", f"{output.ename}: {output.evalue}"
    if output.output_type == "stream":
        return output.name, output.text
    return output.output_type, output.data.get("text/plain")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="all of _toc.yml if none")
    files = parser.parse_args().files or normalise.notebooks()
    kept = folder(normalise.ROOT)
    found = [one for path in files for one in differences(path, kept)]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()
