"""The exercises in your editor: write the answers in a file, and have it checked.

  nnbook list losses             the exercises of a chapter
  nnbook start losses            writes my_losses.py: tasks and stubs
  nnbook check my_losses.py      which of its answers are right?
  nnbook check my_losses.py losses.huber
  nnbook watch my_losses.py      the same, whenever you save it
  nnbook hint losses.huber       one hint a call
  nnbook solution losses.huber
  nnbook progress                what you have done so far

A chapter's number does as well, and an exercise's: list 4, hint 4.2.

An answer is found by its name: my_huber for losses.huber, MyReLU for activations.ReLU.
What is done is kept in progress.json, in the folder where you run this (or the one that the
environment variable NNLIB_PROGRESS names). In the folder of the book's chapters, the
notebooks share it, and use_mine() there trains with what you have written here.

For instructors: `assignment losses --out course` makes an assignment for nbgrader.
"""

import argparse
import os
import re
import subprocess
import sys
import textwrap
import time
import tokenize
import traceback
import types
from collections import ChainMap
from pathlib import Path

import nnlib
from nnbook import contents
from nnbook import exercises as book
from nnbook.tutor import package
from nnbook.tutor.assignment import assign
from nnbook.tutor.catalogue import (
    LISTED,
    all_exercises,
    chapter,
    find,
    find_chapter,
    misspelt,
    number_of,
)
from nnbook.tutor.store import path as file_of_progress
from nnbook.tutor.trial import own_frames

CALL = "nnbook"
CODE, WORD = re.compile(r"`([^`]+)`"), re.compile(r"\w+")
PAUSE = 0.3  # seconds between two looks at a file that is watched


def main(arguments=None):
    """Runs a command; returns its exit code."""
    sys.stdout.reconfigure(errors="replace")  # a console may have no Σ
    parser = parser_of_commands()
    options = vars(parser.parse_args(arguments))
    command = options.pop("command")
    try:
        return command(**options) or 0
    except (ValueError, OSError) as error:
        parser.error(str(error).replace(LISTED, f"`{CALL} list`"))
    except KeyboardInterrupt as error:
        print("\nStopped.", *traceback.format_list(own_frames(error)), sep="\n")
        return 130


def parser_of_commands():
    first, _, rest = __doc__.partition("\n")
    parser = argparse.ArgumentParser(
        CALL,
        description=first,
        epilog=rest.strip("\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(command, help, **arguments):
        sub = commands.add_parser(
            command.__name__.strip("_"), help=help, description=command.__doc__
        )
        sub.set_defaults(command=command)
        for name, settings in arguments.items():
            sub.add_argument(name, **settings)
        return sub

    subject = {"metavar": "CHAPTER"}
    file, ids = {"type": Path, "metavar": "FILE"}, {"nargs": "*", "metavar": "ID"}
    maybe, one = {"nargs": "?"}, {"metavar": "ID"}
    add(list_, "the exercises, and what you have done of them", chapter=subject | maybe)
    add(start, "write a file of tasks and stubs", chapter=subject, file=file | maybe)
    add(check, "run a file, and check its answers", file=file, ids=ids)
    add(watch, "check a file whenever it is saved", file=file, ids=ids)
    add(hint, "the next hint", id=one)
    add(solution, "one right answer", id=one)
    either = add(progress, "what you have done so far").add_mutually_exclusive_group()
    either.add_argument("--export", metavar="FILE", help="write a copy of it")
    either.add_argument("--load", metavar="FILE", help="add what such a copy holds")
    either.add_argument("--reset", action="store_true", help="begin anew")
    sub = add(assignment, "for instructors: a chapter for nbgrader", chapter=subject)
    sub.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    return parser


def list_(chapter):
    """All exercises, or those of a chapter: number, id, title, kind, points, and state."""
    print(book.exercises(chapter))


def hint(id):
    """The next hint; after the last one they begin again."""
    print(in_a_terminal(book.hint(id)))


def solution(id):
    """The package's own code, or one right answer."""
    print(book.solution(id))


def progress(export, load, reset):
    """What you have done so far, by chapter. --reset keeps what was there under another name."""
    done = book.progress()
    if export or load or reset:
        said = (
            done.export(export) if export else done.load(load) if load else done.reset()
        )
        print(said)
    else:
        print(done, f"It is kept in {file_of_progress().resolve()}.", sep="\n")


def assignment(chapter, out):
    """Writes a chapter's exercises as an assignment for nbgrader (which the extra
    `nbgrader` of this package installs), and prints what to do with it."""
    print(assign(chapter, out))


# --- a file of answers --------------------------------------------------------------------


def start(chapter, file):
    """Writes a Python file with a chapter's tasks as comments, its stubs, and the imports that
    they need. A file that is there already is never overwritten."""
    name = find_chapter(chapter)
    file = file or Path(f"my_{name}.py")
    text = file_of_stubs(name, file.name)
    try:
        with open(file, "x", encoding="utf-8", opener=for_its_owner) as stream:
            stream.write(text)
    except FileExistsError:
        raise ValueError(
            f"{file} stays as it is: give the new file another name"
        ) from None
    print(f"{file} is yours. Open it in your editor, and run: {CALL} watch {file}")


def for_its_owner(file, flags):
    """Opens a new file that nobody else may read."""
    return os.open(file, flags, 0o600)


def file_of_stubs(name, file):
    exercises, number = chapter(name), contents.chapters()[name].number
    doc = (
        f"Exercises of chapter {number}. Write your answers, then: {CALL} check {file}"
    )
    imports = package.imports(ChainMap(*map(named, exercises)))
    stubs = [f"{comment(it)}\n{it.stub}" for it in exercises]
    return "\n\n".join([f'"""{doc}"""', f"{imports}\n", *stubs])


def named(exercise):
    """What a stub uses, and of nnlib what else the task, the hints and the solution name."""
    texts = [exercise.task, *exercise.hints]
    words = {
        it for text in texts for code in CODE.findall(text) for it in WORD.findall(code)
    }
    needed = exercise.needs(exercise.solution_text)
    of_task = {name: getattr(nnlib, name) for name in words & {*nnlib.__all__}}
    public = {name: it for name, it in needed.items() if name in nnlib.__all__}
    return exercise.needs(exercise.stub) | of_task | public


def comment(exercise):
    """The task of an exercise as a comment."""
    head = f"{number_of(exercise)} {exercise.id}: {exercise.title}"
    task = exercise.task_elsewhere.splitlines()
    lines = [head, f"({exercise.label}.)", "", *task, ""]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def check(file, ids):
    """Runs a file, and checks the answers that it has, or those with the given ids. The exit
    code is 0 if all that are attempted pass, 1 if not, and 2 for a wrong call."""
    wanted = [find(id) for id in ids] or all_exercises()
    names = names_of(file)
    if names is None:
        return 1
    wanted = [it for it in wanted if ids or has(names, it)]
    results = [book.check(it.id, names.get(it.mine, ...)) for it in wanted]
    tried = [it for it in results if it.attempted]
    for result in tried:
        print(f"{number_of(result.exercise)} {result.exercise.id}")
        print(textwrap.indent(in_a_terminal(result), "  "), end="\n\n")
    passed = sum(it.passed for it in tried)
    print(
        f"{file}: {passed} of {len(tried)} attempted {'passes' if passed == 1 else 'pass'}."
    )
    if left := [it.exercise.id for it in results if not it.attempted]:
        print(textwrap.fill(f"Not attempted yet: {', '.join(left)}", 88))
    for name, meant in misspelt(names):
        print(f"{name} belongs to no exercise: did you mean {meant}?")
    return int(passed < len(tried) or bool(ids and left))


def names_of(file):
    """What a file defines when it is run; None, and its error printed, if it raises one."""
    text = text_of(file)
    module = types.ModuleType(file.stem)
    module.__file__ = str(file)
    sys.modules.setdefault(file.stem, module)  # dataclasses look for their module there
    sys.path.insert(0, str(file.resolve().parent))
    try:
        exec(compile(text, str(file), "exec"), vars(module))
        return vars(module)
    except (Exception, SystemExit) as error:
        lines = traceback.format_list(own_frames(error))
        print(f"{file} was not checked, because running it ends here:")
        print("".join(lines + traceback.format_exception_only(error)).rstrip())
        return None


def text_of(file):
    """The text of a Python file: in UTF-8, or as its first lines say, with a mark of byte order
    or without."""
    try:
        with tokenize.open(file) as stream:
            return stream.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{file} cannot be read ({error}): save it as UTF-8, or begin it with a line that "
            f"names its encoding, such as # coding: latin-1"
        ) from None


def has(names, exercise):
    """Whether there is an answer; of a method, whether the class of that name has the method."""
    *_, method = exercise.id.split(".")
    answer = names.get(exercise.mine)
    whole = method == exercise.name or not isinstance(answer, type)
    return exercise.mine in names and (whole or method in vars(answer))


def in_a_terminal(said):
    """What is said to a notebook, as it is said here."""
    return re.sub(r'\bhint\("([\w.]+)"\)', rf"{CALL} hint \1", repr(said))


def watch(file, ids):
    """Checks a file, and again whenever it is saved, until Ctrl-C. An answer that never ends is
    given up when you save another."""
    print(f"Watching {file}. Save it to have it checked again; Ctrl-C ends this.")
    seen = running = None
    try:
        while True:
            now = when_saved(file)
            if now != seen and now:
                stop(running)
                print(f"\n--- {time.strftime('%H:%M:%S')}", flush=True)
                running = subprocess.Popen(
                    [sys.executable, "-m", "nnbook", "check", file, *ids]
                )
            seen = now
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(running)


def when_saved(file):
    """What changes when a file is saved; None while it is not there."""
    try:
        stat = file.stat()
    except FileNotFoundError:  # some editors take the old one away first
        return None
    return stat.st_mtime_ns, stat.st_size


def stop(process):
    if process and process.poll() is None:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
