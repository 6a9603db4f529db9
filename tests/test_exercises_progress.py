"""What is kept of a reader's work: written whole, never lost; and their code in nnlib's place."""

import inspect
import json
import linecache
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import nnbook.figures.softmax
import nnlib
import nnlib.losses
from nnbook import check, contents, hint, progress, use_mine
from nnbook.exercises import exercises
from nnbook.tutor import mine as swapping
from nnbook.tutor import package, store, trial, written
from nnbook.tutor.catalogue import all_exercises, find
from nnlib import Linear, he_normal

BUILD = [exercise for exercise in all_exercises() if exercise.in_package]


@pytest.fixture(autouse=True)
def file(monkeypatch, tmp_path):
    """The file of progress of this test; whatever is swapped in is given back."""
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path))
    yield tmp_path / "progress.json"
    swapping.swap_out()
    store.unsaved.clear()


def answers(file):
    return json.loads(file.read_text("utf-8"))["answers"]


def solve(exercise, text=None):
    text = text or exercise.solution_text
    answer = exercise.compiled(textwrap.dedent(text), f"<cell {exercise.id}>")
    return check(exercise.id, answer)


def softmax_of_mine():
    """A right answer that is not the package's text."""
    return """
    def my_softmax(z):
        e = np.exp(z - np.max(z, axis=1)[:, None])
        return e / np.sum(e, axis=1)[:, None]
    """


# --- the file ------------------------------------------------------------------------------


def test_a_check_is_counted_and_what_passes_is_kept(file):
    check("losses.softmax", lambda z: z)
    assert answers(file) == {"losses.softmax": store.EMPTY | {"attempts": 1}}
    solve(find("losses.softmax"), softmax_of_mine())
    kept = answers(file)["losses.softmax"]
    assert (kept["attempts"], kept["passed"]) == (2, True)
    assert kept["answer"].strip() == textwrap.dedent(softmax_of_mine()).strip()
    check("losses.softmax", lambda z: z)
    assert answers(file)["losses.softmax"]["answer"] == kept["answer"]


def test_a_stub_is_not_counted(file):
    check("losses.softmax", ...)
    assert not file.exists()


def test_the_letter_of_a_choice_is_kept(file):
    check("losses.two_softmaxes", np.str_(" B"))
    assert answers(file)["losses.two_softmaxes"]["answer"] == "b"


@pytest.mark.parametrize("fails", ["json.dumps", "os.fsync", "Path.replace"])
def test_a_fault_in_the_middle_of_a_write_leaves_the_old_file(file, fails, monkeypatch):
    hint("losses.softmax")
    before = file.read_text("utf-8")

    def fault(*_, **__):
        raise OSError("no space left")

    where = {"json": json, "os": store.os, "Path": Path}[fails.partition(".")[0]]
    monkeypatch.setattr(where, fails.partition(".")[2], fault)
    said = repr(hint("losses.softmax"))
    monkeypatch.undo()
    assert said.startswith("Hint 2 of")
    assert said.endswith("Your progress could not be saved: no space left")
    assert file.read_text("utf-8") == before
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


DAMAGED = [
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"version": 1}',
    b'{"version": 1, "answers": []}',
    b'{"version": 1, "answers": {"losses.mse": 3}}',
    b'{"version": 1, "answers": {"losses.mse": {"passed": "yes"}}}',
    b'{"version": 2, "answers": {}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("damaged", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_is_set_aside_and_said_so(file, damaged):
    file.write_bytes(damaged)
    result = check("losses.softmax", lambda z: z)
    assert "progress.json could not be read (" in result.note
    assert "It is kept as progress.damaged-1.json, and a new one begins." in repr(
        result
    )
    assert (file.parent / "progress.damaged-1.json").read_bytes() == damaged
    assert answers(file)["losses.softmax"]["attempts"] == 1
    file.write_bytes(damaged)
    assert "progress.damaged-2.json" in repr(progress())


def test_a_folder_that_cannot_be_written_is_said_so(file, monkeypatch):
    file.write_text("a file", "utf-8")
    monkeypatch.setenv("NNLIB_PROGRESS", str(file))  # not a folder: even root cannot
    result = solve(find("losses.softmax"))
    assert result.passed and "Your progress could not be saved: " in result.note
    assert "Your progress could not be saved: " in repr(hint("losses.softmax"))
    assert "Your progress could not be read: " in repr(progress())
    assert "Your progress could not be read: " in repr(use_mine())
    assert file.read_text("utf-8") == "a file"


def test_a_damaged_file_that_cannot_be_set_aside_is_not_overwritten(file, monkeypatch):
    def fault(*_):
        raise PermissionError("read-only")

    file.write_bytes(b"{")
    monkeypatch.setattr(Path, "rename", fault)
    assert "could not be saved: read-only" in check("losses.softmax", lambda z: z).note
    assert file.read_bytes() == b"{"


def test_the_folder_is_made(file, monkeypatch):
    monkeypatch.setenv("NNLIB_PROGRESS", str(file.parent / "new" / "folder"))
    assert check("losses.softmax", lambda z: z).note == ""
    assert (file.parent / "new" / "folder" / "progress.json").exists()


def test_without_the_variable_it_is_beside_the_notebook(file, monkeypatch):
    monkeypatch.delenv("NNLIB_PROGRESS")
    monkeypatch.chdir(file.parent)
    hint("losses.softmax")
    assert answers(file)["losses.softmax"]["hints"] == 1


def test_what_a_later_edition_knows_is_kept(file):
    later = {"passed": True, "stars": 5}
    content = {"version": 1, "colour": "blue", "answers": {"transformers.heads": later}}
    file.write_text(json.dumps(content), "utf-8")
    hint("losses.softmax")
    kept = json.loads(file.read_text("utf-8"))
    assert kept["colour"] == "blue" and set(kept["answers"]) > {"transformers.heads"}
    assert kept["answers"]["transformers.heads"].items() >= later.items()


FORMER = """{
 "version": 1,
 "answers": {
  "losses.softmax": {
   "attempts": 3,
   "passed": true,
   "hints": 2,
   "answer": "def my_softmax(z):\\n    e = np.exp(z - z.max(axis=1, keepdims=True))\\n\
    return e / e.sum(axis=1, keepdims=True)\\n"
  },
  "losses.two_softmaxes": {
   "attempts": 1,
   "passed": true,
   "hints": 0,
   "answer": "b"
  },
  "layers.Linear.forward": {
   "attempts": 2,
   "passed": false,
   "hints": 1,
   "answer": null
  }
 }
}
"""


def test_the_file_of_the_edition_whose_chapters_had_numbers_counts(file):
    """It knows ids, and no names of chapters or files: whoever has one goes on with it."""
    file.write_text(FORMER, "utf-8")
    done = progress()
    points = [find(id).points for id in ("losses.softmax", "losses.two_softmaxes")]
    assert (done.passed, done.points, done.note) == (2, sum(points), "")
    assert repr(hint("losses.softmax")).startswith("Hint 1 of 2")  # 2 were given
    mine = use_mine()
    assert mine.taken == {"nnlib.softmax": "my_softmax"} and not mine.left
    kept = answers(file)
    before = json.loads(FORMER)["answers"]
    assert kept.pop("losses.softmax")["hints"] == 3
    assert kept == {id: one for id, one in before.items() if id in kept}
    assert len(kept) == 2


def test_two_programs_that_save_at_once_lose_nothing(file):
    code = (
        "import sys; from nnbook.tutor import store\n"
        "for _ in range(30):\n"
        "    assert not store.note(sys.argv[1], lambda one: one | {'hints': one['hints'] + 1})\n"
        "    assert not store.note('both', lambda one: one | {'hints': one['hints'] + 1})"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, name])
        for name in ("one", "other")
    ]
    assert [process.wait() for process in running] == [0, 0]
    counts = {id: one["hints"] for id, one in answers(file).items()}
    assert counts == {"one": 30, "other": 30, "both": 60}


def test_a_lock_left_behind_is_taken_over(file, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.05)
    (file.parent / "progress.json.lock").touch()
    hint("losses.softmax")
    assert answers(file)["losses.softmax"]["hints"] == 1
    assert not (file.parent / "progress.json.lock").exists()


def test_export_and_load_take_answers_elsewhere(file, monkeypatch):
    copy = file.parent / "copy.json"
    solve(find("losses.softmax"))
    assert progress().export(copy).text == f"1 answers are in {copy}."
    monkeypatch.setenv("NNLIB_PROGRESS", str(file.parent / "elsewhere"))
    check("losses.softmax", lambda z: z)
    check("losses.mse", lambda z, y: z)
    progress().load(copy)
    there = answers(file.parent / "elsewhere" / "progress.json")
    assert there["losses.softmax"]["answer"] == find("losses.softmax").solution_text
    assert there["losses.mse"]["attempts"] == 1 and progress().passed == 1


def test_load_keeps_what_has_passed(file):
    other = file.parent / "other.json"
    check("losses.softmax", lambda z: z)
    progress().export(other)
    solve(find("losses.softmax"))
    progress().load(other)
    assert answers(file)["losses.softmax"]["passed"]


@pytest.mark.parametrize("text", ["", "{}", "not JSON", '{"version": 1, "answers": 3}'])
def test_load_of_another_file_changes_nothing(file, text):
    solve(find("losses.softmax"))
    before, other = file.read_bytes(), file.parent / "other.json"
    other.write_text(text, "utf-8")
    for wrong in (other, file.parent / "nothing.json", file.parent):
        with pytest.raises(ValueError, match="is not a file that progress"):
            progress().load(wrong)
    assert file.read_bytes() == before


def test_export_spares_other_files(file):
    other = file.parent / "notes.txt"
    other.write_text("mine", "utf-8")
    with pytest.raises(ValueError, match="another kind of file, and stays as it is"):
        progress().export(other)
    assert other.read_text("utf-8") == "mine"
    progress().export(file.parent / "copy.json")
    progress().export(file.parent / "copy.json")  # an older copy may go


def test_reset_keeps_what_was_there(file):
    assert repr(progress().reset()) == "There is no progress yet."
    solve(find("losses.softmax"))
    before = file.read_bytes()
    said = repr(progress().reset())
    assert said == "Begun anew. What you had is kept as progress.before-1.json."
    assert (file.parent / "progress.before-1.json").read_bytes() == before
    assert progress().passed == 0 and not file.exists()


def test_progress_counts_points():
    assert (progress().passed, progress().points) == (0, 0)
    solve(find("losses.cross_entropy"))
    hint("losses.soft_targets")
    done = progress()
    assert (done.passed, done.points) == (1, find("losses.cross_entropy").points)
    number = contents.chapters()["softmax"].number
    row = next(row for row in done.rows if row[0] == f"chapter {number}")
    assert row[1:3] == ("1", "1")


# --- the text of an answer ------------------------------------------------------------------

LEFT_BEHIND = {
    "a helper": ("def helper(z): return z\n", "helper(z)", "helper"),
    "an import": ("import math\n", "z * math.e / math.e", "math"),
    "another name": ("import numpy\n", "numpy.sign(z)", "numpy"),
    "two": ("import math\nfrom math import tau\n", "z * math.e / tau", "math, tau"),
}


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_an_answer_uses_from_elsewhere_is_told_at_once(name, file):
    before, use, names = LEFT_BEHIND[name]
    body = softmax_of_mine().replace("np.exp(", f"0 * ({use}) + np.exp(")
    result = solve(find("losses.softmax"), before + textwrap.dedent(body))
    assert result.passed
    assert result.note.startswith(
        f"my_softmax uses {names}, defined or imported elsewhere"
    )
    assert "use_mine() cannot take it" in repr(result)


def test_what_an_answer_uses_of_its_own_is_not(file):
    text = """
    def my_softmax(z, axis=1):
        import math
        def rows(z):
            return np.array([[math.exp(v - max(row)) for v in row] for row in z.tolist()])
        e = rows(z)
        return e / e.sum(axis=axis, keepdims=True)
    """
    assert solve(find("losses.softmax"), text).note == ""


@pytest.mark.parametrize(
    "text, kept",
    [
        ("import numpy\nmy_softmax = lambda z: softmax_(z)", "my_softmax = lambda z: softmax_(z)"),
        ("def other(z): return softmax_(z)\nmy_softmax = other",
         "def other(z): return softmax_(z)\n\nmy_softmax = other"),
        ("if True:\n    def my_softmax(z):\n        return softmax_(z)",
         "def my_softmax(z):\n    return softmax_(z)"),
        ("def same(f): return f\n@same\ndef my_softmax(z): return softmax_(z)",
         "@same\ndef my_softmax(z): return softmax_(z)"),
        ("def my_softmax(z): return 1\ndef my_softmax(z): return softmax_(z)",
         "def my_softmax(z): return softmax_(z)"),
    ],
)  # fmt: skip
def test_the_text_that_is_kept(text, kept):
    exercise = find("losses.softmax")
    answer = exercise.compiled(text, "<a cell>")
    assert written.text_of(answer, "my_softmax").strip() == kept


def test_an_answer_without_a_text_passes_and_says_so(file):
    names = {"np": np}
    exec(compile(textwrap.dedent(softmax_of_mine()), "<nowhere>", "exec"), names)
    result = check("losses.softmax", names["my_softmax"])
    assert result.passed and "The text of my_softmax was not found" in result.note
    reason = use_mine().left["nnlib.softmax"]
    assert reason.startswith("its text is not in the file of progress")


# --- use_mine -------------------------------------------------------------------------------


def everything_in(package="nnlib"):
    """All that the modules, the classes and the default arguments of the package hold."""
    found = {}
    for name, module in sys.modules.items():
        if f"{name}.".startswith(f"{package}.") and "exercises" not in name:
            for key, value in vars(module).items():
                found[name, key] = value
                if isinstance(value, type):
                    found |= {(name, key, k): v for k, v in vars(value).items()}
                for method in [
                    value,
                    *(vars(value).values() if isinstance(value, type) else ()),
                ]:
                    for k, v in (getattr(method, "__kwdefaults__", None) or {}).items():
                        found[name, key, str(method), k] = v
    return found


def same(one, other):
    return one.keys() == other.keys() and all(one[key] is other[key] for key in one)


def is_mine(relu):
    """Whether a class is the reader's, by the place of its code: it has the package's name."""
    return relu.forward.__code__.co_filename == "<MyReLU>"


def test_nothing_yet():
    assert repr(use_mine()).startswith("Nothing of yours yet: pass a check")


def test_functions_are_swapped_wherever_they_are_known(file):
    theirs = nnlib.softmax
    names = {
        "use_mine": use_mine,
        "softmax": theirs,
        "alias": theirs,
        "other": nnlib.mse,
    }
    before = everything_in()
    solve(find("losses.softmax"), softmax_of_mine())
    exec("mine = use_mine()", names)
    assert names["mine"].taken == {"nnlib.softmax": "my_softmax"}
    yours = nnlib.softmax
    assert yours.__name__ == "my_softmax"
    assert names["softmax"] is names["alias"] is nnlib.losses.softmax is yours
    assert nnbook.figures.softmax.softmax is yours and names["other"] is nnlib.mse
    names["alias"] = 3  # the reader's own from now on
    names["mine"].undo()
    assert same(everything_in(), before)
    assert names["softmax"] is theirs and names["alias"] == 3


def test_classes_methods_and_default_arguments(file):
    before, own = everything_in(), Linear.forward
    for id in ("activations.ReLU", "layers.Linear.forward", "initializers.he_normal"):
        assert solve(find(id)).passed
    mine = use_mine()
    assert mine.taken == {
        "nnlib.Linear.forward": "MyLinear.forward",
        "nnlib.he_normal": "my_he_normal",
        "nnlib.ReLU": "MyReLU",
    }
    assert nnlib.Linear is Linear and Linear.forward is not own
    assert Linear.__init__.__kwdefaults__["init"].__name__ == "my_he_normal"
    assert is_mine(nnlib.ReLU) and he_normal.__name__ == "my_he_normal"
    again = use_mine()  # not on top of the first
    assert again.taken == mine.taken
    again.undo()
    assert same(everything_in(), before) and Linear.forward is own


@pytest.fixture
def notebook():
    """notebook.run(text): a cell, in a namespace where nnlib is imported; notebook.names."""

    class Notebook:
        names = {"__name__": "__main__", "np": np, "use_mine": use_mine}
        names |= {name: getattr(nnlib, name) for name in nnlib.__all__}
        names |= {"checks": nnlib.checks}

        def run(self, text):
            file = f"<cell {hash(text)}>"
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            exec(compile(text, file, "exec"), self.names)
            return self.names

    return Notebook()


def test_what_a_cell_defines_as_the_package_does_is_yours_too(file, notebook):
    """A chapter's cells define ReLU and Linear in their own names: those are used below."""
    shown = [he_normal, nnlib.ReLU, Linear]
    here = notebook.run("\n\n".join(map(inspect.getsource, shown)))
    before = {it.__name__: here[it.__name__] for it in shown}
    forward = before["Linear"].forward
    assert all(before[it.__name__] is not it for it in shown)
    for id in ("activations.ReLU", "layers.Linear.forward", "initializers.he_normal"):
        solve(find(id))
    mine = notebook.run("mine = use_mine()")["mine"]
    assert here["ReLU"] is nnlib.ReLU and is_mine(nnlib.ReLU)
    assert here["he_normal"].__name__ == "my_he_normal"
    assert here["Linear"] is before["Linear"] is not Linear
    assert here["Linear"].forward is Linear.forward is not forward
    init = here["Linear"].__init__.__kwdefaults__["init"]
    assert init is here["he_normal"] is nnlib.he_normal
    assert "stays" not in repr(mine)
    mine.undo()
    assert {name: here[name] for name in before} == before
    assert here["Linear"].forward is forward


def test_what_a_cell_defines_otherwise_stays_and_is_named(file, notebook):
    """The reader has edited the definition in place: it is theirs already."""
    text = inspect.getsource(nnlib.ReLU).replace("class ReLU", "# faster\nclass ReLU")
    text = text.replace("    def forward", "    slope = 0\n\n    def forward")
    edited = inspect.getsource(Linear).replace("self.x = x", "self.x = x.copy()")
    here = notebook.run(f"{text}\n\n{edited}")
    before = here["ReLU"], here["Linear"], here["Linear"].forward
    for id in ("activations.ReLU", "layers.Linear.forward"):
        solve(find(id))
    mine = notebook.run("mine = use_mine()")["mine"]
    assert (here["ReLU"], here["Linear"], here["Linear"].forward) == before
    assert is_mine(nnlib.ReLU) and mine.other == ["Linear.forward", "ReLU"]
    said = " ".join(repr(mine).split())
    assert "ReLU of this notebook stays: a cell defines it, and not as the" in said
    assert "Linear.forward of this notebook stays" in said
    assert "To use yours here, run `from nnlib import Linear`." in said
    assert is_mine(notebook.run("from nnlib import ReLU")["ReLU"])


def test_a_class_that_a_cell_shows_in_part_is_left_as_it_is(file, notebook):
    here = notebook.run(
        "class Linear(Layer):\n    def backward(self, da):\n        pass"
    )
    solve(find("layers.Linear.forward"))
    mine = notebook.run("mine = use_mine()")["mine"]
    assert "forward" not in vars(here["Linear"]) and not mine.other
    assert mine.taken == {"nnlib.Linear.forward": "MyLinear.forward"}


def test_what_is_no_longer_there_goes_back(file):
    theirs = nnlib.softmax
    solve(find("losses.softmax"), softmax_of_mine())
    use_mine()
    assert nnlib.softmax is not theirs
    progress().reset()
    assert repr(use_mine()).startswith("Nothing of yours yet")
    assert nnlib.softmax is theirs


def all_taken(mine):
    """The solution of each exercise that builds a piece has been swapped in."""
    expected = {f"nnlib.{it.id.partition('.')[2]}" for it in BUILD}
    assert not mine.left and mine.taken.keys() == expected, (
        f"use_mine() should take the solutions of {expected - mine.taken.keys()}, too; it says "
        f"{mine}"
    )


def test_a_solution_stays_the_package_s(file):
    for exercise in BUILD:
        solve(exercise)
    texts = {exercise.id: exercise.package_text for exercise in BUILD}
    all_taken(use_mine())
    assert texts == {exercise.id: exercise.package_text for exercise in BUILD}
    assert all(solve(exercise).passed for exercise in BUILD)
    assert check("losses.softmax", package.original("losses.softmax")).mistake


def test_the_whole_package_can_be_the_reader_s(file):
    """A network trains to the same numbers on the reader's code as on the package's."""

    def loss_after_training():
        rng = np.random.default_rng(0)
        net = nnlib.Network(Linear(3, 8, rng=rng), nnlib.ReLU(), Linear(8, 2, rng=rng))
        x, y = rng.standard_normal((40, 3)), rng.integers(2, size=40)
        losses = nnlib.train(
            net, nnlib.cross_entropy, nnlib.Adam(0.01), x, y, batch_size=8, rng=rng
        )
        return [next(losses) for _ in range(5)], type(net.layers[1])

    package, kind = loss_after_training()
    assert not is_mine(kind)
    for exercise in BUILD:
        assert solve(exercise).passed, exercise.id
    all_taken(use_mine())
    yours, kind = loss_after_training()
    assert is_mine(kind) and yours == pytest.approx(package, rel=1e-5)


def test_what_does_not_pass_now_stays_the_package_s_and_says_why(file):
    theirs = nnlib.softmax, nnlib.mse, nnlib.ReLU, nnlib.cross_entropy
    texts = {
        "losses.softmax": "def my_softmax(z):\n    return helper(z)\n",
        "losses.mse": "def my_mse(z, y):\n    return (z - y).mean(), z\n",
        "activations.ReLU": "class MyReLU(Missing):\n    pass\n",
        "losses.cross_entropy": None,
    }
    saved = {
        id: store.EMPTY | {"passed": True, "answer": it} for id, it in texts.items()
    }
    file.write_text(json.dumps({"version": 1, "answers": saved}), "utf-8")
    mine = use_mine()
    assert not mine.taken and set(mine.left) == {
        "nnlib.softmax", "nnlib.mse", "nnlib.ReLU", "nnlib.cross_entropy",
    }  # fmt: skip
    assert "line 2: return helper(z)" in mine.left["nnlib.softmax"]
    assert (
        mine.left["nnlib.ReLU"] == "it raises NameError: name 'Missing' is not defined"
    )
    assert (nnlib.softmax, nnlib.mse, nnlib.ReLU, nnlib.cross_entropy) == theirs
    assert repr(mine).startswith("Yours now: 0, until use_mine().undo()")
    assert "nnlib.mse stays the package's, because your answer does not pass" in repr(
        mine
    )


RESTARTED = """
import pickle, sys
import numpy as np
from nnlib import Linear, Network, ReLU
from nnbook import use_mine
folder, mine = sys.argv[1:]
if mine == "mine":
    use_mine()
with open(f"{folder}/net.pickle", "rb") as file:
    pickled = pickle.load(file)
rng = np.random.default_rng(1)
loaded = Network(Linear(3, 4, rng=rng), ReLU(), Linear(4, 2, rng=rng))
loaded.load(f"{folder}/net.npz")
x = np.arange(6).reshape(2, 3)
print(pickled.predict(x).tolist(), loaded.predict(x).tolist())
"""


@pytest.mark.parametrize("mine", ["mine", "the package's"])
def test_a_network_of_the_reader_s_pieces_loads_after_a_restart(file, mine):
    for id in ("activations.ReLU", "layers.Linear.forward", "initializers.he_normal"):
        solve(find(id))
    use_mine()
    rng = np.random.default_rng(0)
    net = nnlib.Network(Linear(3, 4, rng=rng), nnlib.ReLU(), Linear(4, 2, rng=rng))
    assert is_mine(type(net.layers[1]))
    net.save(file.parent / "net.npz")
    (file.parent / "net.pickle").write_bytes(pickle.dumps(net))
    run = [sys.executable, "-c", RESTARTED, str(file.parent), mine]
    out = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    here = net.predict(np.arange(6).reshape(2, 3)).tolist()
    assert out == f"{here} {here}\n"


# --- a file of progress is code -----------------------------------------------------------------


def a_stranger_s(file, **answers):
    """The file of somebody else, loaded; its answers by the last part of their ids."""
    saved = {
        f"losses.{name}": store.EMPTY
        | {"passed": True, "answer": textwrap.dedent(text)}
        for name, text in answers.items()
    }
    theirs = file.parent / "theirs.json"
    theirs.write_text(json.dumps({"version": 1, "answers": saved}), "utf-8")
    return progress().load(theirs)


def test_what_was_loaded_is_shown_and_not_run(file, tmp_path):
    trace = tmp_path / "trace"
    text = f"open({str(trace)!r}, 'w')\n{textwrap.dedent(softmax_of_mine())}"
    assert "not taken for yours" in " ".join(
        repr(a_stranger_s(file, softmax=text)).split()
    )
    theirs = nnlib.softmax
    said = repr(use_mine())
    assert not trace.exists() and nnlib.softmax is theirs
    assert "losses.softmax was read from theirs.json, and is not run" in said
    assert "    |     e = np.exp(z - np.max(z, axis=1)[:, None])" in said
    assert "passed, from theirs.json" in repr(exercises())
    mine = use_mine("losses.softmax")
    assert trace.exists() and mine.taken == {"nnlib.softmax": "my_softmax"}


def test_an_answer_of_one_s_own_is_one_s_own_again(file):
    a_stranger_s(file, softmax=softmax_of_mine(), mse="def my_mse(z, y): 1 / 0")
    solve(find("losses.softmax"))
    mine = use_mine()
    assert mine.taken == {"nnlib.softmax": "my_softmax"} and [*mine.others] == [
        "losses.mse"
    ]


def test_a_file_cannot_say_that_it_is_the_reader_s(file):
    kept = store.EMPTY | {"passed": True, "answer": softmax_of_mine(), "origin": None}
    theirs = file.parent / "theirs.json"
    theirs.write_text(
        json.dumps({"version": 1, "answers": {"losses.softmax": kept}}), "utf-8"
    )
    progress().load(theirs)
    assert not use_mine().taken


@pytest.mark.parametrize(
    "text, why",
    [
        ("raise SystemExit", "it raises SystemExit"),
        ("while True: pass", "it does not end, at line 1: while True: pass"),
        ("def my_softmax(z):\n    while True: pass", "It was stopped after"),
        ("def my_softmax(z): raise SystemExit", "It raises SystemExit"),
    ],
)
def test_an_answer_from_elsewhere_cannot_end_or_hold_what_asks_for_it(
    file, text, why, monkeypatch
):
    monkeypatch.setattr(trial, "LINES", 10_000)
    a_stranger_s(file, softmax=text)
    assert why in use_mine("losses.softmax").left["nnlib.softmax"]


def test_only_its_owner_may_read_the_file(file):
    solve(find("losses.softmax"))
    progress().export(file.parent / "copy.json")
    for path in (file, file.parent / "copy.json"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_no_link_is_followed(file):
    """Whoever may write to the folder could otherwise have the reader overwrite any file."""
    precious = file.parent / "precious"
    precious.write_text("mine", "utf-8")
    for name in ("progress.json.lock", f"progress.json.{store.os.getpid()}.part"):
        (file.parent / name).symlink_to(precious)
    file.symlink_to(file.parent / "nowhere")
    solve(find("losses.softmax"))
    assert not file.is_symlink() and precious.read_text("utf-8") == "mine"
    assert not (file.parent / "nowhere").exists()
    assert answers(file)["losses.softmax"]["passed"]


def test_hints_go_on_where_nothing_can_be_saved(file, monkeypatch):
    file.write_text("a file", "utf-8")
    monkeypatch.setenv("NNLIB_PROGRESS", str(file))  # not a folder
    heads = [repr(hint("losses.cross_entropy"))[:6] for _ in range(3)]
    assert heads == ["Hint 1", "Hint 2", "Hint 3"]
    monkeypatch.setenv("NNLIB_PROGRESS", str(file.parent / "new"))
    hint("losses.softmax")
    kept = answers(file.parent / "new" / "progress.json")
    assert kept["losses.cross_entropy"]["hints"] == 3 and not store.unsaved
