"""What a reader has done so far: a small JSON file beside the notebooks, never lost.

It is written whole or not at all. One that cannot be read is set aside under another name,
and said so. NNLIB_PROGRESS names another folder for it.
"""

import contextlib
import json
import os
from pathlib import Path

NAME = "progress.json"
VERSION = 1
EMPTY = {"attempts": 0, "passed": False, "hints": 0, "answer": None}


def path():
    return Path(os.environ.get("NNLIB_PROGRESS", ".")) / NAME


def read(file=None):
    """({id: what was done}, a sentence if the file was damaged)."""
    file = file or path()
    try:
        return valid(json.loads(file.read_text("utf-8"))), ""
    except FileNotFoundError:
        return {}, ""
    except (ValueError, UnicodeDecodeError) as error:
        kept = set_aside(file)
        return {}, (
            f"{file.name} could not be read ({error}). It is kept as {kept.name}, and a "
            f"new one begins."
        )


def valid(content):
    """The answers of a file's content, or a ValueError that says what is wrong with it."""
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ValueError(f"expected a file of progress, version {VERSION}")
    answers = content.get("answers")
    if not isinstance(answers, dict):
        raise ValueError("its answers should be a dictionary")
    for id, one in answers.items():
        if not isinstance(one, dict) or any(
            not isinstance(one.get(key), str if key == "answer" else type(value))
            and not (key == "answer" and one.get(key) is None)
            for key, value in EMPTY.items()
        ):
            raise ValueError(f"what it says about {id!r} is not complete")
    return answers


def set_aside(file, why="damaged"):
    """Renames a file, to a name that is free."""
    number = 1
    while (kept := file.with_name(f"{file.stem}.{why}-{number}.json")).exists():
        number += 1
    file.rename(kept)
    return kept


def write(answers, file=None):
    """Writes the file, whole or not at all."""
    file = file or path()
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        text = json.dumps({"version": VERSION, "answers": answers}, indent=1)
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def note(id, change):
    """Changes what is known about one exercise; returns a sentence if that went wrong."""
    try:
        answers, said = read()
        answers[id] = change(EMPTY | answers.get(id, {}))
        write(answers)
    except OSError as error:
        return f"Your progress could not be saved: {error}"
    return said
