"""The pictures of the built site: each drawn once, several at a time, and kept.

Files are in the folder NNLIB_FRAMES: a picture is named by its content, `0123456789abcdef.png`,
and `….json`, named by what it was drawn from, says which pictures and words a setting has. The
name covers all code of the book that the drawing function can reach, its data, and the
versions of what draws, so a picture is drawn anew when, and only when, it may have changed.
"""

import ast
import importlib.metadata
import importlib.util
import json
import multiprocessing
import os
import platform
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from nnbook.explorers.frames import render

ROOT = Path(__file__).parents[2]
PACKAGES = ("nnlib", "nnbook")
DRAWN_BY = ("numpy", "matplotlib", "pillow")
FEW = 3  # as many pictures are drawn here: starting helpers takes longer


@dataclass(frozen=True)
class Published:
    """A frame as a page has it: the files for a light and a dark page, and the words."""

    light: str
    dark: str
    text: str
    width: int
    height: int


def publish(draw, settings, near):
    """The Published of each setting, a dict of arguments of `draw`, laid out as `near`."""
    code = fingerprint(draw.__module__) if draw.__module__ != "__main__" else None
    entries = [
        folder() / f"{key(code, draw, setting, near)}.json" for setting in settings
    ]
    jobs = [
        (draw, setting, near, entry)
        for entry, setting in zip(entries, settings)
        if code is None or not entry.exists()
    ]
    # What a notebook defines, no helper can import.
    if code is None or len(jobs) <= FEW:
        for job in jobs:
            draw_one(*job)
    else:
        for done in [helpers().submit(draw_one, *job) for job in jobs]:
            done.result()
    return [Published(**json.loads(entry.read_text("utf-8"))) for entry in entries]


def draw_one(draw, setting, near, entry):
    """Draws one setting, and writes its two pictures and this entry, a .json file."""
    try:
        frame = render(draw(**setting), near, dark=True)
    except Exception as error:
        error.add_note(f"while drawing {draw.__name__} with {setting}")
        raise
    published = asdict(keep(frame, entry.parent))
    write(entry, json.dumps(published, ensure_ascii=False).encode())


def keep(frame, kept_in):
    """Writes a frame's two pictures, named by their content, and returns its Published."""
    names = [f"{sha256(png).hexdigest()[:16]}.png" for png in (frame.png, frame.dark)]
    for name, png in zip(names, (frame.png, frame.dark)):
        write(kept_in / name, png)
    return Published(*names, frame.text, frame.width, frame.height)


def folder():
    """Where pictures are kept; the extension of the book's build says where."""
    path = Path(os.environ.get("NNLIB_FRAMES", "_build/frames"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def write(path, content):
    """All of a file or nothing, though several processes may write it."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def key(code, draw, setting, near):
    """The name of all that decides what a setting's frame looks like."""
    places = [[box.extents.tolist() for box in place] for place in near.places]
    parts = [code, draw.__module__, draw.__qualname__, sorted(setting.items()), places]
    return sha256(repr(parts).encode()).hexdigest()[:24]


@cache
def fingerprint(module):
    """A hash of all that a drawing function of this module may depend on."""
    seen = set()
    follow(module, seen)
    follow(render.__module__, seen)
    files = {Path(importlib.util.find_spec(name).origin) for name in seen}
    files |= {
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")  # data and the style sheet
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    found = sha256(platform.python_version().encode())
    for name in DRAWN_BY:
        found.update(f"{name} {importlib.metadata.version(name)}".encode())
    for path in sorted(files):
        found.update(path.name.encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def follow(module, seen):
    """Adds to `seen` this module of ours and all that it imports, at the top or later."""
    if module in seen or module.split(".")[0] not in PACKAGES:
        return
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:  # `from nnlib import Linear` tries nnlib.Linear, too
        return
    if spec is None:
        return
    seen.add(module)
    for node in ast.walk(ast.parse(Path(spec.origin).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                follow(alias.name, seen)
        elif isinstance(node, ast.ImportFrom):
            follow(node.module, seen)
            for alias in node.names:
                follow(f"{node.module}.{alias.name}", seen)


@cache
def helpers():
    """Processes that draw, as many as there are cores.

    New ones, not forks: a notebook's kernel has threads, and a fork would copy their locks.
    They outlive the interrupt that ends a kernel, to end quietly with it.
    """
    return ProcessPoolExecutor(
        mp_context=multiprocessing.get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
