"""The exercises at the command line: files of answers, exit codes, and a watch that goes on."""

import ast
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import ChainMap
from pathlib import Path

import pytest

import nnlib
from nnbook import contents
from nnbook.__main__ import main
from nnbook.tutor import package
from nnbook.tutor.catalogue import chapter, everything, find, number_of

SOFTMAX = """
def my_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
IMPORT = "import numpy as np\n"
WRONG = "def my_mse(z, y):\n    return (z - y).mean(), z\n"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


@pytest.fixture
def run(capsys):
    """run("list", "losses") -> (exit code, what is printed, what is printed as an error)."""

    def call(*arguments):
        with contextlib.suppress(AttributeError):
            capsys.readouterr()
        try:
            code = main([str(it) for it in arguments])
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return call


def answers(text, name="answers.py"):
    Path(name).write_text(text, "utf-8")
    return name


# --- to look things up ---------------------------------------------------------------------


def test_help_teaches(run):
    code, out, _ = run("--help")
    assert code == 0
    for line in (
        "nnbook list losses ",
        "nnbook check my_losses.py ",
        "nnbook watch my_losses.py ",
        "NNLIB_PROGRESS",
    ):
        assert line in out
    for command in ("list", "start", "check", "watch", "hint", "solution", "progress"):
        code, out, _ = run(command, "--help")
        assert code == 0 and len(out) > 100


@pytest.mark.parametrize(
    "call",
    [
        (),
        ("chek",),
        ("check",),
        ("check", "nothing.py"),
        ("hint",),
        ("hint", "losses.sofmax"),
        ("solution", "softmax"),
        ("list", "99"),
        ("start", "loses"),
        ("hint", "99.1"),
        ("progress", "--load", "nothing.json"),
        ("progress", "--reset", "--export", "a.json"),
        ("assignment", "losses"),
        ("check", __file__, "losses.sofmax"),
    ],
)
def test_a_wrong_call_is_exit_code_2(run, call):
    code, out, error = run(*call)
    assert code == 2 and out == "" and "usage: nnbook" in error


def test_the_nearest_id_and_where_to_find_all(run):
    *_, error = run("hint", "losses.sofmax")
    assert "did you mean 'losses.softmax'" in error
    assert "`nnbook list` lists them all" in error


def test_list_hint_and_solution(run):
    code, out, _ = run("list", "losses")
    assert code == 0 and out.startswith(f"{len(chapter('losses'))} exercises\n")
    assert "losses.huber" in out and "losses.softmax" in run("list")[1]
    assert run("hint", "losses.softmax")[1].startswith("Hint 1 of")
    assert run("hint", "losses.softmax")[1].startswith("Hint 2 of")
    text = find("losses.softmax").solution_text
    assert run("solution", "losses.softmax")[1].strip() == text.strip()


def test_a_number_will_do_where_a_reader_would_type_one(run):
    number = contents.chapters()["losses"].number
    assert run("list", number) == run("list", "losses")
    said = run("solution", f"{number}.1")
    assert said[0] == 0 and said == run("solution", chapter("losses")[0].id)
    assert run("start", number)[0] == 0 and Path("my_losses.py").exists()
    code, out, _ = run("check", answers(IMPORT + WRONG), f"{number}.1")
    assert code == 1 and out.startswith(f"{number}.1 losses.mse\n")


def test_progress(run, folder):
    code, out, _ = run("progress")
    assert code == 0 and out.startswith("Your progress: 0 of")
    assert out.endswith(f"It is kept in {folder / 'progress.json'}.\n")
    run("check", answers(IMPORT + SOFTMAX))
    assert run("progress")[1].startswith("Your progress: 1 of")
    assert (
        run("progress", "--export", "copy.json")[1] == "1 answers are in copy.json.\n"
    )
    assert "kept as progress.before-1.json" in run("progress", "--reset")[1]
    assert run("progress")[1].startswith("Your progress: 0 of")
    run("progress", "--load", "copy.json")
    assert run("progress")[1].startswith("Your progress: 1 of")


# --- a file of answers -----------------------------------------------------------------------


@pytest.mark.parametrize("name", everything())
def test_start_writes_a_file_that_runs_with_nothing_attempted(run, name):
    code, out, _ = run("start", name)
    file = Path(f"my_{name}.py")
    assert code == 0 and f"{file} is yours" in out
    text = file.read_text("utf-8")
    for exercise in chapter(name):
        head = f"# {number_of(exercise)} {exercise.id}: {exercise.title}"
        task = f"# {exercise.task_elsewhere.splitlines()[0]}"
        for part in (head, task, f"\n{exercise.stub}"):
            assert part in text, f"`nnbook start {name}` should write:\n{part}"
    code, out, _ = run("check", file)
    assert (code, out.splitlines()[0]) == (0, f"{file}: 0 of 0 attempted pass."), (
        f"the file that `nnbook start {name}` writes should run as it is, with nothing "
        f"attempted; `nnbook check` says:\n{out}"
    )
    left = " ".join(out.split()).partition("Not attempted yet: ")[2].split(", ")
    assert left == [exercise.id for exercise in chapter(name)], out


@pytest.mark.parametrize("name", everything())
def test_a_chapter_s_answers_fit_into_one_file(run, name):
    texts = [exercise.solution_text for exercise in chapter(name)]
    needed = ChainMap(*(it.needs(it.solution_text) for it in chapter(name)))
    code, out, _ = run("check", answers("\n\n".join([package.imports(needed), *texts])))
    count = len(texts)
    assert code == 0 and f"answers.py: {count} of {count} attempted pass" in out, (
        f"all solutions of {name}, in one file below the imports that they need, should pass: "
        f"do two of them use one name?\n{out}"
    )


def test_what_a_task_names_is_imported(run):
    """Whoever writes what the task says has a file that runs by itself."""
    run("start", "training_loop")
    text = Path("my_training_loop.py").read_text("utf-8")
    names = {}
    exec(text, names)
    assert "`predicted_class(z)`" in text and "`batches(x, y, batch_size" in text
    assert names["predicted_class"] is nnlib.predicted_class
    assert names["batches"] is nnlib.batches


def test_only_its_owner_may_read_a_file_of_answers(run):
    run("start", "losses")
    assert Path("my_losses.py").stat().st_mode & 0o777 == 0o600


def test_start_never_overwrites(run):
    run("start", "losses")
    Path("my_losses.py").write_text("mine", "utf-8")
    code, _, error = run("start", "losses")
    assert code == 2 and "my_losses.py stays as it is" in error
    assert Path("my_losses.py").read_text("utf-8") == "mine"
    assert run("start", "softmax", "chapter_04.py")[0] == 0  # as it was called once
    assert "def my_softmax" in Path("chapter_04.py").read_text("utf-8")
    assert run("check", "chapter_04.py")[0] == 0


def test_check_says_what_passes_and_what_does_not(run, folder):
    code, out, _ = run("check", answers(IMPORT + SOFTMAX))
    assert code == 0 and "  Passed: my_softmax does what it should" in out
    assert "answers.py: 1 of 1 attempted passes." in out
    code, out, _ = run("check", answers(IMPORT + SOFTMAX + WRONG))
    assert code == 1 and "1 of 2 attempted passes" in out
    assert "  Not yet: " in out and "The smallest case that shows it" in out
    assert "For a hint: nnbook hint losses.mse" in out
    code, out, _ = run("check", "answers.py", "losses.softmax")
    assert code == 0 and "losses.mse" not in out
    text = (folder / "progress.json").read_text("utf-8")
    assert repr(SOFTMAX.splitlines()[0])[1:-1] in text


def test_what_is_asked_for_by_id_must_be_there(run):
    code, out, _ = run("check", answers(IMPORT + SOFTMAX), "losses.huber")
    assert code == 1 and "Not attempted yet: losses.huber" in out


def test_a_file_may_import_its_neighbours_and_have_dataclasses(run):
    answers("import numpy\nshift = 3", "neighbour.py")
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "import neighbour\n@dataclass\nclass Pair:\n    one: int = neighbour.shift\n"
        "if __name__ == '__main__':\n    1 / 0\n"
    )
    code, out, error = run("check", answers(text + IMPORT + SOFTMAX))
    assert code == 0, out + error


def test_a_file_in_another_encoding(run):
    text = IMPORT + SOFTMAX + "Größe = 'ä'\n"
    Path("marked.py").write_bytes(b"\xef\xbb\xbf" + text.encode())
    Path("latin.py").write_bytes(f"# -*- coding: latin-1 -*-\n{text}".encode("latin-1"))
    for name in ("marked.py", "latin.py"):
        code, out, error = run("check", name)
        assert code == 0 and "1 of 1 attempted" in out, out + error
    Path("neither.py").write_bytes(text.encode("latin-1"))
    assert "save it as UTF-8, or begin it with a line" in run("check", "neither.py")[2]


def test_a_class_in_other_capitals(run):
    out = run(
        "check", answers("class MyRelu:\n    def forward(self, x):\n        return x")
    )[1]
    assert "MyRelu belongs to no exercise: did you mean MyReLU?" in out


def test_a_name_that_is_nearly_an_answer_s(run):
    _, out, _ = run("check", answers("def my_sofmax(z): return z\ndef my_own(): pass"))
    assert "my_sofmax belongs to no exercise: did you mean my_softmax?" in out
    assert "my_own" not in out


@pytest.mark.parametrize(
    "text, says",
    [
        (
            "x = 1\ny = x.nothing\n",
            'answers.py", line 2, in <module>\n    y = x.nothing',
        ),
        ("def f(:\n", 'answers.py", line 1\n    def f(:'),
        (
            "def f():\n    raise KeyError(3)\nf()\n",
            "line 2, in f\n    raise KeyError(3)",
        ),
        ("import sys\nsys.exit(3)\n", "line 2, in <module>\n    sys.exit(3)"),
        ("import numpy as np\nnp.zeros(-1)\n", "line 2, in <module>\n    np.zeros(-1)"),
        (
            "import nothing_here\n",
            "ModuleNotFoundError: No module named 'nothing_here'",
        ),
    ],
)
def test_an_error_in_the_file_shows_its_own_lines(run, text, says):
    code, out, error = run("check", answers(text))
    assert code == 1 and error == "" and says in out
    assert "nnbook/exercises" not in out and "__main__" not in out
    assert out.startswith("answers.py was not checked, because running it ends here:")


def test_an_answer_that_raises_shows_the_line_of_the_file(run):
    text = "\n\ndef helper(z):\n    return z.nothing\n\ndef my_softmax(z):\n    return helper(z)\n"
    code, out, _ = run("check", answers(text))
    assert code == 1 and "at line 4: return z.nothing" in " ".join(out.split())


def test_ctrl_c_shows_where(run):
    code, out, _ = run("check", answers("x = 1\nraise KeyboardInterrupt\n"))
    assert code == 130 and "line 2, in <module>\n    raise KeyboardInterrupt" in out


# --- as a program of its own -----------------------------------------------------------------


def program(*arguments, **options):
    command = [sys.executable, "-m", "nnbook", *arguments]
    env = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=env,
        # Where tests run in the background, Ctrl-C is ignored by all that they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_the_exit_code_of_the_program(folder):
    process = program("check", answers(IMPORT + WRONG))
    out, _ = process.communicate()
    assert process.returncode == 1 and "0 of 1 attempted pass." in out


def wait_for(process, words):
    """Reads what a program prints until it says these words; all that was said."""
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without {words!r}: {said}")


def save(text):
    """As an editor does it: another file in its place."""
    answers(text, "new")
    later = time.time_ns() + 10**9
    os.utime("new", ns=(later, later))
    os.replace("new", "answers.py")


def test_watch_checks_again_when_the_file_is_saved_and_gives_up_what_never_ends():
    answers(IMPORT + WRONG)
    process = program("watch", "answers.py")
    try:
        wait_for(process, "answers.py: 0 of 1 attempted pass.")
        save("print('here', flush=True)\nwhile True:\n    pass\n")
        wait_for(process, "here")
        save("x = = 1\n")
        wait_for(process, "SyntaxError")
        os.remove("answers.py")
        time.sleep(0.5)  # longer than it takes to look again
        save(IMPORT + SOFTMAX)
        wait_for(process, "answers.py: 1 of 1 attempted passes.")
        process.send_signal(2)
        assert "Traceback" not in process.communicate(timeout=60)[0]
        assert process.returncode == 0
    finally:
        process.kill()


def test_no_module_of_the_exercises_needs_more_than_numpy():
    code = (
        "import sys; sys.modules |= dict.fromkeys(['nbformat', 'matplotlib', 'IPython'])\n"
        "import nnbook.__main__"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_file_of_stubs_is_tidy():
    from nnbook.__main__ import file_of_stubs

    for name in everything():
        text = file_of_stubs(name, "chapter.py")
        assert text.endswith("\n") and ast.get_docstring(ast.parse(text))
        assert not any(line != line.rstrip() for line in text.splitlines())
