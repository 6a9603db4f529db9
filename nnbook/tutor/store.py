"""What a reader has done so far: a small JSON file beside the notebooks, never lost.

It is written whole or not at all, for its owner alone. One that cannot be understood is set aside
under another name, and said so. NNLIB_PROGRESS names another folder for it.

It holds answers, and these are code. What was loaded from another file has its `origin` beside
it, until the reader's own answer passes: use_mine() runs it for nobody who has not asked for it.
"""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

NAME = "progress.json"
VERSION = 1
EMPTY = {"attempts": 0, "passed": False, "hints": 0, "answer": None}
PATIENCE = 2  # seconds for others that write; nobody takes that long

unsaved = {}  # what could not be written: a hint goes on all the same


def path():
    return Path(os.environ.get("NNLIB_PROGRESS", ".")) / NAME


def read():
    """({id: what was done}, a sentence if something is wrong with the file)."""
    try:
        content, said = opened(path())
        return content["answers"] | unsaved, said
    except OSError as error:
        return {**unsaved}, f"Your progress could not be read: {error}"


def opened(file):
    """What is in a file, and a sentence if it had to be set aside; an OSError if there is a
    file that can be neither read nor set aside."""
    try:
        return valid(file.read_text("utf-8")), ""
    except FileNotFoundError:
        return {"version": VERSION, "answers": {}}, ""
    except ValueError as error:
        kept = set_aside(file, "damaged")
        return {"version": VERSION, "answers": {}}, (
            f"{file.name} could not be read ({error}). It is kept as {kept.name}, and a "
            f"new one begins."
        )


def valid(text):
    """The content of a file, or a ValueError that says what is wrong with it. What another
    edition of this book knows, and this one does not, stays in it."""
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ValueError(f"expected a file of progress, version {VERSION}")
    answers = content.get("answers")
    if not isinstance(answers, dict):
        raise ValueError("its answers should be a dictionary")
    for id, one in answers.items():
        answers[id] = EMPTY | one if isinstance(one, dict) else {}
        if not all(fits(key, answers[id].get(key)) for key in (*EMPTY, "origin")):
            raise ValueError(f"what it says about {id!r} makes no sense")
    return content


def fits(key, value):
    kind = type(EMPTY[key]) if EMPTY.get(key) is not None else str | None
    return isinstance(value, kind)


def set_aside(file, why):
    """Renames a file, to a name that is free."""
    number = 1
    while (kept := file.with_name(f"{file.stem}.{why}-{number}.json")).exists():
        number += 1
    file.rename(kept)
    return kept


def write(content, file):
    """Writes a file, whole or not at all, for its owner alone; a link in its place is replaced,
    and not followed."""
    number, part = tempfile.mkstemp(".part", f"{file.name}.", file.parent)
    part = Path(part)
    try:
        with open(number, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(content, indent=1) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(file):
    """Two notebooks that save at once do so one after the other: whoever makes the lock goes
    first. One that is there for long was left behind."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock, until = file.with_name(f"{file.name}.lock"), time.monotonic() + PATIENCE
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
            break
        except FileExistsError:
            time.sleep(0.01)
            if time.monotonic() > until:
                lock.unlink(missing_ok=True)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def change(changed):
    """Changes the answers, {id: what was done}, in place; returns what there is to say."""
    with alone(path()):
        content, said = opened(path())
        changed(content["answers"])
        write(content, path())
    return said


def note(id, changed):
    """Changes what is known about one exercise; returns a sentence if that went wrong."""

    def update(answers):
        answers.update(unsaved)
        answers[id] = changed(EMPTY | answers.get(id, {}))

    try:
        said = change(update)
        unsaved.clear()
        return said
    except OSError as error:
        unsaved[id] = changed(EMPTY | read()[0].get(id, {}))
        return f"Your progress could not be saved: {error}"


def export(file):
    """Writes a copy of all answers; a ValueError if another kind of file is there."""
    file = Path(file)
    try:
        with contextlib.suppress(FileNotFoundError):
            valid(file.read_text("utf-8"))
    except ValueError:
        raise ValueError(
            f"{file} is another kind of file, and stays as it is"
        ) from None
    content, said = opened(path())
    write(content, file)
    return f"{len(content['answers'])} answers are in {file}. {said}".rstrip()


def load(file):
    """Adds the answers of an exported file, and notes where they are from; one that passed
    stays."""
    try:
        theirs = valid(Path(file).read_text("utf-8"))["answers"]
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{file} is not a file that progress().export wrote: {error}"
        ) from None

    def add(mine):
        kept = {id: one for id, one in mine.items() if one["passed"]}
        mine.update(
            {id: from_elsewhere(one, file) for id, one in theirs.items()} | kept
        )

    said = change(add)
    return (
        f"{len(theirs)} answers were read from {file}. They are not taken for yours: use_mine() "
        f"shows them, and runs none that you do not name. {said}".rstrip()
    )


def from_elsewhere(one, file):
    return one if one.get("answer") is None else one | {"origin": Path(file).name}


def reset():
    """Begins anew; what was there is kept under another name."""
    if not path().exists():
        return "There is no progress yet."
    return f"Begun anew. What you had is kept as {set_aside(path(), 'before').name}."
