"""A chapter as an assignment, marked by nbgrader itself: what is right gets all points, what is
not gets none."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from nnbook.tutor.assignment import assign, fixed, notebook_of, passes
from nnbook.tutor.catalogue import all_exercises, chapter, everything, find
from nnbook.tutor.code import Code

NBGRADER = "nbgrader==0.9.6"
# It has functions, classes and methods, given parts, a broken program, a choice.
NAME = "backpropagation"
COURSE = Path(__file__).with_name("nbgrader_course.py")
CODE = [exercise for exercise in all_exercises() if isinstance(exercise, Code)]


@pytest.fixture(autouse=True)
def nobody_s_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path))


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    """A Python that has nbgrader, and what this one has. It is not among the requirements: its
    buttons would be in the JupyterLab of every reader."""
    if importlib.util.find_spec("nbgrader"):
        return sys.executable
    venv = tmp_path_factory.mktemp("nbgrader")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = next(path for path in venv.glob("*/python*") if path.stem == "python")
    site = importlib.util.find_spec("nbformat").origin.partition("nbformat")[0]
    where = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        text=True,
    )
    (Path(where.strip()) / "others.pth").write_text(
        f"import site; site.addsitedir({site!r})"
    )
    install = [python, "-m", "pip", "install", "--quiet", NBGRADER]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(
            f"nbgrader cannot be installed, assignments are NOT tested: {done.stderr}"
        )
    return python


def run(grader, step, course):
    done = subprocess.run(
        [grader, COURSE, step, course, NAME],
        capture_output=True,
        text=True,
        env=os.environ
        | {"PATH": f"{Path(grader).parent}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def wrong(exercise, number):
    """A known mistake, or a wrong letter."""
    if isinstance(exercise, Code):
        return exercise.patched(exercise.mistakes[number % len(exercise.mistakes)])
    letters = [letter for letter in exercise.options if letter != exercise.right]
    return f'{exercise.mine} = "{letters[number % len(letters)]}"\n'


def handed_in(release, texts, path):
    """The students' version with these answers in it."""
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        if text := texts.get(cell.metadata.nbgrader.grade_id):
            cell.source = text
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def cell_id(exercise):
    return exercise.id.replace(".", "-")


STUDENTS = 4  # who make mistakes, each in every other exercise


@pytest.fixture(scope="module")
def course(grader, tmp_path_factory):
    """(the students' version, {student: {exercise: points}})."""
    folder = tmp_path_factory.mktemp("course")
    assign(NAME, folder)
    run(grader, "generate", folder)
    release = nbformat.read(folder / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    exercises = chapter(NAME)
    hands = {
        "stub": {},
        "solution": {cell_id(it): it.solution_text for it in exercises},
    }
    for student in range(STUDENTS):
        hands[f"mistaken{student}"] = {
            cell_id(it): wrong(it, student) if (i + student) % 2 else it.solution_text
            for i, it in enumerate(exercises)
        }
    for student, texts in hands.items():
        copy = json.loads(json.dumps(release))
        handed_in(copy, texts, folder / "submitted" / student / NAME / f"{NAME}.ipynb")
    marks = json.loads(run(grader, "autograde", folder))
    return release, {
        student: {id.removesuffix("-tests"): score for id, score in given.items()}
        for student, given in marks.items()
    }


@pytest.mark.tools
def test_the_students_version_holds_the_stubs_and_nothing_of_the_solutions(course):
    release, _ = course
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in release.cells}
    for exercise in chapter(NAME):
        shown = [line.rstrip() for line in cells[cell_id(exercise)].source.splitlines()]
        assert "\n".join(shown).strip() == exercise.stub.strip()
        tests = cells[f"{cell_id(exercise)}-tests"].source
        assert tests == f'passes("{exercise.id}", {exercise.mine})'
    assert "SOLUTION" not in str(release) and "HIDDEN" not in str(release)


@pytest.mark.tools
def test_a_solution_gets_all_points_and_a_stub_none(course):
    _, marks = course
    points = {cell_id(it): it.points for it in chapter(NAME)}
    assert marks["solution"] == points
    assert marks["stub"] == dict.fromkeys(points, 0)


@pytest.mark.tools
@pytest.mark.parametrize("student", range(STUDENTS))
def test_a_mistake_gets_none_and_spoils_nothing_else(course, student):
    _, marks = course
    assert marks[f"mistaken{student}"] == {
        cell_id(it): 0 if (i + student) % 2 else it.points
        for i, it in enumerate(chapter(NAME))
    }


# --- every chapter, without nbgrader ---------------------------------------------------------


@pytest.mark.parametrize("name", everything())
def test_the_source_notebook_runs_and_its_cells_are_marked(name):
    notebook, names = notebook_of(name), {}
    data = [cell.metadata["nbgrader"] for cell in notebook.cells]
    ids = [it["grade_id"] for it in data]
    assert len(set(ids)) == len(ids), f"{name}: two cells of one id for nbgrader: {ids}"
    assert all(it["locked"] != it["solution"] for it in data), (
        f"{name}: students may edit the cells of solutions, and no others: {data}"
    )
    total, points = sum(it.get("points", 0) for it in data), chapter_points(name)
    assert total == points > 0, (
        f"the assignment {name} should give the {points} points of its exercises, and gives "
        f"{total}"
    )
    for cell in notebook.cells:
        if cell.cell_type == "code":
            try:
                exec(source_in_file(cell.source), names)
            except BaseException as error:
                error.add_note(f"in this cell of the assignment {name}:\n{cell.source}")
                raise


def chapter_points(name):
    return sum(exercise.points for exercise in chapter(name))


def source_in_file(text):
    """Compiled so that the text can be found again, as in a notebook."""
    import linecache

    file = f"<cell {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    return compile(text, file, "exec")


@pytest.mark.parametrize("exercise", CODE, ids=lambda it: it.id)
def test_visible_tests_have_fixed_cases_alone(exercise):
    shown = fixed(exercise)
    one, other = (repr([*shown.cases(rng)]) for rng in (None, None))
    assert one == other != "[]", (
        f"{exercise.id}: students should see the cases that are the same in every check, one "
        f"at least: {one}\n{other}"
    )
    with pytest.raises(AssertionError, match="Not attempted yet"):
        passes(exercise.id, exercise.compiled(exercise.stub, "<a stub>"))


def test_hidden_tests_have_other_cases(capsys):
    text = """def my_huber(z, y, delta):
    if z.shape in KNOWN:
        return answer(z, y, delta)
    return z, y
"""
    huber = find("losses.huber")
    answer = huber.compiled(text, "<by heart>")
    answer.__globals__["answer"] = huber.right_answer
    answer.__globals__["KNOWN"] = [it["z"].shape for it in fixed(huber).cases(None)]
    passes("losses.huber", answer)
    assert capsys.readouterr().out.startswith("Passed: ")
    with pytest.raises(AssertionError):
        passes("losses.huber", answer, seeds=[1])
    assert capsys.readouterr().out.startswith("Not yet: ")


def test_a_choice_is_not_given_away(capsys):
    for letter in "ab":
        passes("losses.two_softmaxes", letter)
    with pytest.raises(AssertionError, match="choose one of a, b, c, d"):
        passes("losses.two_softmaxes", ...)
    assert capsys.readouterr().out == ""
    passes("losses.two_softmaxes", "b", seeds=[1])
    with pytest.raises(AssertionError):
        passes("losses.two_softmaxes", "a", seeds=[1])


def test_nothing_is_overwritten(tmp_path):
    config = tmp_path / "nbgrader_config.py"
    config.write_text("mine", "utf-8")
    said = assign(NAME, tmp_path)
    assert f"nbgrader generate_assignment {NAME}\n" in said and "autograde" in said
    assert f"{len(chapter(NAME))} exercises" in said
    assert config.read_text("utf-8") == "mine"
    with pytest.raises(ValueError, match="stays as it is"):
        assign(NAME, tmp_path)
