"""The engine of the exercises: whatever an answer is and does, a check helps, and returns."""

import functools
import inspect
import linecache
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from notebooks.normalise import execute

import nnlib
from nnbook import contents
from nnbook.exercises import check, exercises, hint, solution
from nnbook.tutor import trial, verdict
from nnbook.tutor.catalogue import everything, find, number_of
from nnbook.tutor.code import Code, mistake
from nnbook.tutor.compare import difference, shown
from nnbook.tutor.trial import equal
from nnlib import autograd


@pytest.fixture(autouse=True)
def nobody_s_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path))


def batches_of_numbers(rng):
    yield {"x": np.array([[1.0, 2.0, 4.0], [3.0, 0.0, 0.0]])}
    yield {"x": rng.standard_normal((5, 4))}


CENTRE = Code(
    id="metrics.centre",
    title="Centre",
    kind="beyond",
    level=1,
    task="Subtract each column's mean.",
    hints=("Which axis?", "axis=0"),
    cases=batches_of_numbers,
    solution="""
    def my_centre(x):
        return x - x.mean(axis=0)
    """,
    mistakes=(
        mistake("rows", "You centre the rows.", ("axis=0", "axis=1, keepdims=True")),
    ),
)
STATISTICS = Code(
    id="metrics.statistics",
    title="Mean and spread",
    kind="beyond",
    level=1,
    task="Return the mean and the standard deviation of all numbers.",
    hints=("np.mean", "np.std"),
    cases=batches_of_numbers,
    returns=("mean", "spread"),
    solution="""
    def my_statistics(x):
        return float(x.mean()), float(x.std())
    """,
    mistakes=(mistake("variance", "That is the variance.", ("x.std()", "x.var()")),),
)
COUNT = Code(
    id="training.count",
    title="Count",
    kind="beyond",
    level=1,
    task="Yield 0, 1, … n − 1.",
    hints=("yield", "range"),
    cases=lambda rng: iter([{"n": 3}, {"n": int(rng.integers(4, 99))}]),
    use=lambda answer, n: list(answer(n)),
    solution="""
    def my_count(n):
        yield from range(n)
    """,
    mistakes=(mistake("from 1", "Begin at 0.", ("range(n)", "range(1, n + 1)")),),
)


def said(text, exercise=CENTRE, file="<a cell>"):
    """What is said of an answer with this text."""
    answer = exercise.compiled(textwrap.dedent(text), file)
    return exercise.judge(answer, np.random.default_rng(3))


def words(text, exercise=CENTRE):
    result = said(text, exercise)
    assert result.attempted and not result.passed
    return result.text


# --- answers that do not come back ---------------------------------------------------------

LOOPS = {
    "plain": ("while True:\n        x = x + 1", "line"),
    "except Exception": (
        """
        while True:
            try:
                x = x + 1
            except Exception:
                pass
        """,
        "line",
    ),
    "bare except": (
        """
        while True:
            try:
                x = x + 1
            except:
                pass
        """,
        "line",
    ),
    "bare except twice": (
        """
        while True:
            try:
                while True:
                    try:
                        x = x + 1
                    except:
                        x = x - 1
            except:
                x = x - 1
        """,
        "line",
    ),
    "finally": (
        """
        while True:
            try:
                x = x + 1
            finally:
                x = x - 1
        """,
        "line",
    ),
    "a function of its own": (
        """
        def forever():
            while True:
                pass
        forever()
        """,
        "line",
    ),
    "one line": ("while True: pass", "line 2: while True: pass"),
    "many small calls of NumPy": ("while True: np.sin(x)", "line 2"),
}


SWALLOWED = """
def my_centre(x):
    try:
        for _ in iter(int, 1):
            pass
    except {}:
        return x - x.mean(axis=0)
"""


@pytest.fixture
def short_patience(monkeypatch):
    monkeypatch.setattr(trial, "LINES", 10_000)


@pytest.mark.parametrize("name", LOOPS)
def test_an_endless_answer_is_stopped(name, short_patience):
    body, line = LOOPS[name]
    text = "def my_centre(x):\n" + textwrap.indent(
        textwrap.dedent(body).strip(), "    "
    )
    result = said(text)
    assert result.text.startswith("It was stopped after 10,000 lines, at " + line)
    assert not result.passed and ("got", "nothing: it was stopped") in result.evidence


@pytest.mark.parametrize("what", ["", "Exception", "BaseException"])
def test_an_answer_that_swallows_the_end_of_its_time_does_not_pass(
    what, short_patience
):
    assert words(SWALLOWED.format(what)).startswith("It was stopped after 10,000 lines")


def test_a_generator_without_end_is_stopped(short_patience):
    text = """
    def my_count(n):
        i = 0
        while True:
            yield i
            i += 1
    """
    assert words(text, COUNT).startswith("It was stopped after 10,000 lines, at line")


def test_a_text_that_defines_another_name_is_told():
    with pytest.raises(ValueError, match="asks for my_centre, which is not defined"):
        CENTRE.compiled("def my_center(x): return x", "<a cell>")


def test_an_endless_loop_in_a_function_of_another_cell_is_stopped(short_patience):
    other = {}
    exec(
        compile("def helper(x):\n    while True: pass", "<another cell>", "exec"), other
    )
    answer = CENTRE.compiled("def my_centre(x): return helper(x)", "<a cell>")
    answer.__globals__["helper"] = other["helper"]
    assert "It was stopped" in CENTRE.judge(answer).text


def test_the_clock_starts_anew_with_each_check(short_patience):
    assert "stopped" in words("def my_centre(x):\n    while True: pass")
    assert said(CENTRE.solution_text).passed


def test_recursion_without_end_shows_the_line():
    text = "def my_centre(x):\n    return my_centre(x)"
    found = words(text)
    assert found.startswith(
        "It raises RecursionError: maximum recursion depth exceeded"
    )
    assert found.endswith(
        (", at line 2: return my_centre(x)", ", at line 1: def my_centre(x):")
    )


# --- answers that raise ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "line, error",
    [
        ("return x @ x", "ValueError: matmul: Input operand 1 has a mismatch"),
        ("return y", "NameError: name 'y' is not defined"),
        ("raise SystemExit", "SystemExit, at"),
        ("raise SystemExit(3)", "SystemExit: 3, at"),
        ("raise GeneratorExit", "GeneratorExit, at"),
        ("assert x.ndim == 1, 'flat'", "AssertionError: flat, at"),
        ("raise KeyError", "KeyError, at"),
        ("return nnlib.mse(x, 3)", "ValueError: "),  # deeper lines are the package's
        ("return np.stack(x, axis=7)", "AxisError: "),
    ],
)
def test_an_error_shows_the_reader_s_line(line, error):
    found = words(f"def my_centre(x):\n    import nnlib\n    {line}")
    assert f"It raises {error}" in found
    assert found.endswith(f", at line 3: {line}")


@pytest.mark.parametrize(
    "line, clue",
    [
        ("return x @ x", "Number by number it is `*`."),
        ("return float(x)", "`float`, take one number"),
    ],
)
def test_what_numpy_says_is_said_again_in_plain_words(line, clue):
    assert clue in words(f"def my_centre(x):\n    {line}").partition("It raises")[0]


@pytest.mark.parametrize("name, kept", [("x", True), ("elsewhere", False)])
def test_a_name_of_another_method_belongs_into_self(name, kept):
    text = f"""
    class MyReLU(Layer):
        def forward(self, x):
            return np.maximum(x, 0)

        def backward(self, da):
            return da * ({name} > 0)
    """
    found = words(text, find("activations.ReLU"))
    assert (f"{name} is a name of `forward` alone" in found) is kept


def test_an_error_in_a_function_of_another_cell_shows_its_line():
    text = "def helper(x):\n    return x.nothing\n"
    linecache.cache["<another cell>"] = (len(text), None, text.splitlines(True), "")
    other = {}
    exec(compile(text, "<another cell>", "exec"), other)
    answer = CENTRE.compiled("def my_centre(x): return helper(x)", "<a cell>")
    answer.__globals__["helper"] = other["helper"]
    assert CENTRE.judge(answer).text.endswith(", at line 2: return x.nothing")


def test_a_file_beside_the_package_is_the_reader_s():
    beside = f"{Path(nnlib.__file__).parent}_answers.py"
    found = said("def my_centre(x):\n    return x.nothing", file=beside)
    assert found.text.endswith(", at line 2: return x.nothing")


@pytest.mark.parametrize(
    "line, clue",
    [
        ("np.zeros(2, 3)", "A shape is one argument"),
        ("(lambda *, rng: rng)(rng)", "must an argument be named"),
        ("(lambda n, *, rng: rng)(n)", "An argument has to be named"),
        ("x if x > 0 else -x", "An `if` chooses once"),
        ("x - x.max(axis=1)", "(`keepdims=True`)?"),
    ],
)
def test_what_a_beginner_does_not_read_out_of_an_error_is_said_before_it(line, clue):
    text = f"def my_centre(x):\n    n, rng = 1, 2\n    return {line}"
    found = said(text).text
    assert clue in found.partition("It raises")[0]
    assert found.endswith(f", at line 3: return {line}")


def test_numbers_of_numpy_are_shown_as_numbers():
    given = (np.float64(0.25), [np.True_, np.int64(3)], None)
    assert shown(given) == "(0.25, [True, 3], None)"


def test_an_error_that_cannot_be_shown():
    text = """
    class Sly(Exception):
        def __str__(self):
            raise TypeError

    def my_centre(x):
        raise Sly
    """
    assert "Sly: (it cannot be shown), at line 7: raise Sly" in words(text)


@pytest.mark.parametrize("head", ["my_centre()", "my_centre(z)", "my_centre(x, axis)"])
def test_another_list_of_arguments_is_compared_with_the_stub(head):
    found = words(f"def {head}: return 0")
    assert found.startswith("It raises TypeError: ")
    assert found.endswith("Does it still have what the stub had: my_centre(x)?")


def test_a_class_without_one_of_the_methods():
    text = "class MyReLU(Layer):\n    def forward(self, x):\n        return x * (x > 0)"
    assert (
        words(text, find("activations.ReLU"))
        == "backward is still empty: write it, too."
    )


def test_ctrl_c_passes_through_and_all_is_as_it_was():
    before = sys.stdout, sys.gettrace(), np.geterr()
    with pytest.raises(KeyboardInterrupt):
        said("def my_centre(x): raise KeyboardInterrupt")
    assert (sys.stdout, sys.gettrace(), np.geterr()) == before


# --- answers that are not right, and what helps ----------------------------------------------

DIAGNOSES = {
    "prints": ("print(x - x.mean(0))", "It prints its answer and returns None"),
    "no return": ("x - x.mean(0)", "It returns None: is there a `return`"),
    "list": (
        "return (x - x.mean(0)).tolist()",
        "The numbers are right, but as a list: make it a NumPy array.",
    ),
    "tuple": ("return tuple(x - x.mean(0))", "The numbers are right, but as a tuple"),
    "strings": ("return x.astype(str)", "It holds <U32, and should hold float64."),
    "objects": ("return np.array([[None] * 3] * 2)", "It holds object, and should"),
    "complex": ("return x + 0j", "It holds complex128, and should hold float64."),
    "whole numbers": ("return x.astype('i8')", "It holds int64 in place of floating"),
    "half precision": (
        "return (x - x.mean(0) + 1).astype(np.float16).astype(float) - 1 + 1e-5",
        "It is nearly right, but more than rounding is off",
    ),
    "rounded": (
        "return (x - x.mean(0)).round(2)",
        "It is rounded, to 2 digits behind the point",
    ),
    "never uses x": (
        "return np.zeros((2, 3))",
        "(`x` is never used.)",
    ),
    "transposed": (
        "return (x - x.mean(0)).T",
        "Its shape is (3, 2), and should be (2, 3): transposed, with the right numbers.",
    ),
    "transposed and wrong": ("return x.T", "transposed, and the numbers differ, too."),
    "flat": (
        "return (x - x.mean(0)).ravel()",
        "as many numbers, in another arrangement",
    ),
    "an axis gone": ("return x.mean(0)", "the axis with 2 is gone, as after a sum"),
    "the first alone": (
        "return x[0] - x.mean(0)",
        "of the axis with 2 only the first is left.",
    ),
    "the last missing": (
        "return (x - x.mean(0))[:-1]",
        "and should be (2, 3): the last one is missing.",
    ),
    "the first missing": ("return (x - x.mean(0))[1:]", "the first one is missing."),
    "the first column alone": (
        "return (x - x.mean(0))[:, :1].ravel()",
        "Its shape is (2,), and should be (2, 3): of the axis with 3 only the first is left.",
    ),
    "truths": ("return x > 0", "It is made of True and False, and should be numbers"),
    "from a compiled library": (
        "np.random.default_rng(0).uniform(1, -1)\n    return x",
        "It raises ValueError: high - low < 0, at line 2: np.random.default_rng(0)",
    ),
    "drawn, and no rng is given": (
        "return x - np.random.default_rng().normal(size=3)",
        "The same case gives something else each time: nothing is to be drawn here.",
    ),
    "a new function each time": (
        "return lambda: 3",
        "It should be a NumPy array, and is a function.",
    ),
    "a shape": ("return x[:, :2]", "Its shape is (2, 2), and should be (2, 3)."),
    "nan": ("return (x - x.mean(0)) / (x > 0) * (x > 0)", "of its 6 numbers are nan."),
    "infinite": ("return (x - x.mean(0)) / 0", "6 of its 6 numbers are infinite."),
    "sign": ("return x.mean(0) - x", "It has the wrong sign: each number is −1 times"),
    "factor": (
        "return (x - x.mean(0)) * len(x)",
        "Each number is 2 times what it should be, and 2 is how many rows x has.",
    ),
    "one part": (
        "return (x - x.mean(0)) / x.shape[1]",
        "Each number is 1/3 times what it should be, and 3 is how many columns x has.",
    ),
    "another factor": ("return 7 * (x - x.mean(0))", "Each number is 7 times what it"),
    "one number": (
        "x = x - x.mean(0); x[1, 2] = 5; return x",
        "1 of its 6 numbers is wrong, the first at [1, 2].",
    ),
    "the first row": (
        "x = x - x.mean(0); x[1:] = 0; return x",
        "The first row is right, and the others are 0: is a `return` within the loop?",
    ),
    "signs": (
        "return np.abs(x - x.mean(0))",
        "Without their signs the numbers are right: some have the wrong one.",
    ),
    "numbers on one side": (
        "return x - x.mean(0) + (x > 0)",
        "It is wrong only where x > 0: here 4 of its 6",
    ),
    "all numbers": ("return np.sin(x) + 9", "All of its numbers are wrong."),
    "a number": ("return 3.0", "Its shape is (), and should be (2, 3)."),
    "changes its input": (
        "x -= x.mean(0); return x",
        "It changes x, which belongs to the caller: work on a copy",
    ),
    "changes its shape": (
        "y = x - x.mean(0); x.shape = (-1,); return y",
        "It changes x",
    ),
    "a set": ("return {1}", "It should be a NumPy array, and is a set."),
    "an enormous number": (
        "return [10**400]",
        "should be a NumPy array, and is a list.",
    ),
    "a generator": ("yield 3", "It should be a NumPy array, and is a generator."),
    "itself": ("return my_centre", "It should be a NumPy array, and is a function."),
}


@pytest.mark.parametrize("name", DIAGNOSES)
def test_a_wrong_answer_gets_the_sentence_that_helps(name):
    body, sentence = DIAGNOSES[name]
    assert sentence in words(f"def my_centre(x):\n    {body}")


@pytest.mark.parametrize(
    "body, sentence",
    [
        ("return x.std(), x.mean()", "in the wrong order: return mean, spread."),
        ("return x.mean()", "It should return 2 things, mean, spread; it returns one."),
        ("return 1, 2, 3", "It should return 2 things, mean, spread; it returns 3."),
        ("return x.mean(), x.std() + 1", "spread: the number is wrong."),
        ("return x.mean(), None", "spread: it returns None"),
        ("return x.mean(), 'a'", "spread: it should be a number, and is a str."),
        ("return x.mean() + np.nan, x.std()", "mean: the number is nan."),
        (
            "return (x.std(), x.mean()) if len(x) < 3 else (x.min(), x.max())",
            "mean: the number is wrong.",  # in the other case the parts are not exchanged
        ),
    ],
)
def test_several_things_that_are_returned(body, sentence):
    assert sentence in words(f"def my_statistics(x): {body}", STATISTICS)


def test_a_list_of_what_is_to_be_returned_is_as_good():
    answer = "def my_statistics(x): return [float(x.mean()), x.std()]"
    assert said(answer, STATISTICS).passed


def test_arguments_in_another_order_are_no_answer():
    exercise = replace(
        CENTRE,
        id="toys.shift",
        cases=lambda rng: [{"x": np.ones(2), "by": 2.0}],
        use=lambda answer, x, by: answer(x=x, by=by),
        solution="def my_shift(x, by):\n    return x + by\n",
        mistakes=(),
    )
    text = words("def my_shift(by, x): return x + by", exercise)
    assert "in another order than in the stub, my_shift(x, by)" in text
    assert said("def my_shift(x, by): return by + x", exercise).passed
    named = replace(
        exercise, solution="def my_shift(x, *, by, rng=0):\n    return x + by\n"
    )
    assert said("def my_shift(x, *, rng=0, by): return by + x", named).passed


def test_a_method_s_arguments_in_another_order_are_no_answer():
    exercise = find("optimizers.Momentum")
    text = exercise.solution_text.replace(
        "self, lr, beta=0.9", "self, beta=0.9, lr=0.1"
    )
    assert "in another order than in the stub" in words(text, exercise)


def test_a_place_is_named_only_where_all_wrong_numbers_have_it():
    """A list is no array of which it could be said where it is negative."""
    right, mine = np.ones(3), np.array([1.0, 2.0, 1.0])
    arrays, lists = {"x": np.array([1.0, -1.0, 1.0])}, {"x": [1.0, 1.0, 1.0]}
    every = [(arrays, right, mine), (arrays, right, np.array([1.0, 3.0, 1.0]))]
    told = difference(right, mine, arrays, 0, 0, (), every)[3]
    assert "only where x < 0" in told
    every.append((lists, right, mine))
    assert "only where" not in difference(right, mine, arrays, 0, 0, (), every)[3]


def test_numbers_that_look_alike_are_shown_further():
    result = said("def my_centre(x): return x - x.mean(0) + 1e-7")
    assert "-0.9999999" in repr(result)


def test_counts_that_overflow_are_told():
    right, mine = np.array([200, 1]), np.array([200, 1]).astype(np.int8)
    assert "int8, where a number above 127" in difference(right, mine, {}, 0, 0)[3]


def test_an_attribute_that_is_none_was_not_returned():
    part, _, _, text = difference(
        {"layer.dW": np.ones(2)}, {"layer.dW": None}, {}, 0, 0
    )
    assert (part, text) == ("layer.dW", "It is None.")
    right, mine = {"forward(x)": np.ones(2)}, {"forward(x)": None}
    assert "a `return`" in difference(right, mine, {}, 0, 0)[3]


@pytest.mark.parametrize(
    "expected, got, text",
    [
        (True, False, "It is False, and should be True."),
        ((2, 3), (3, 2), "It is (3, 2), and should be (2, 3)."),
        (["a", "b"], ["b", "a"], "It is ['b', 'a'], and should be ['a', 'b']."),
        (4, 4.5, "It should be a whole number, and is a float."),
    ],
)
def test_values_that_are_no_arrays_are_named(expected, got, text):
    assert difference({"it": expected}, {"it": got}, {}, 1e-6, 1e-9)[3] == text


def test_a_factor_is_looked_for_beside_lists_of_arrays():
    case = {"layers": [np.ones((2, 3)), np.ones(3)], "x": np.ones((4, 2))}
    right = np.array([1.0, 2.0])
    *_, text = difference(right, 4 * right, case, 1e-6, 1e-9)
    assert text.endswith("4 is how many rows x has.")


@pytest.mark.parametrize(
    "factors, sentence",
    [
        ([0.5, 0.5], "The number is 1/2 times what it should be."),
        ([-1, -1], "It has the wrong sign: the number is −1 times what it should be."),
        ([-0.5, -0.5], "The number is −1/2 times what it should be."),
        (
            [3, 5],
            "The number is 3 times what it should be, and 3 is how many rows x has.",
        ),
        (
            [1 / 3, 1 / 5],
            "The number is 1/3 times what it should be, and 3 is how many rows",
        ),
        ([12, 20], "times what it should be, and 12 is how many numbers x has."),
        (
            [3**-0.5, 5**-0.5],
            "is 1/√3 times what it should be, and 3 is how many rows x has.",
        ),
        (
            [1 / np.log(2)] * 2,
            "The number is 1/ln 2 times what it should be: is it log₂",
        ),
        ([2, 7], "The number is wrong."),  # a factor of one case alone
        ([2, 1], "The number is wrong."),
        ([1.00001, 1.00001], "It is nearly right, but more than rounding is off"),
        ([1.0004, 1.0002], "It is nearly right"),
    ],
)
def test_a_factor_is_told_if_all_cases_agree(factors, sentence):
    cases = [{"x": np.ones((3, 4))}, {"x": np.ones((5, 4))}]
    every = [(case, 7.0, 7.0 * c) for case, c in zip(cases, factors)]
    *_, text = difference(7.0, 7.0 * factors[0], cases[0], 1e-6, 1e-9, (), every)
    assert sentence in text and "1 times" not in text.replace("−1 times", "")


@pytest.mark.filterwarnings("error")
def test_a_factor_that_has_no_inverse_is_none():
    right = np.array([1.0, 2.0])
    *_, text = difference(right, 1e-310 * right, {}, 1e-6, 1e-9)
    assert text == "All of its numbers are wrong."


def test_an_exercise_may_refuse_in_words_of_its_own():
    text = "def my_batches(x, y, *, batch_size, rng):\n    return [x, y, x]"
    assert (
        words(text, find("training.batches")) == "Each batch should be a pair (x, y)."
    )


def test_rounding_is_allowed_where_the_right_answer_has_it():
    exact = np.array([1.0, 0.1])
    near = exact * (1 + 1e-6)
    assert equal(near, exact.astype(np.float32), 1e-9, 1e-12)
    assert not equal(near.astype(np.float32), exact, 1e-9, 1e-12)


def test_a_known_mistake_is_told_however_it_is_written():
    text = """
    def my_centre(x):
        return np.stack([row - sum(row) / len(row) for row in x])
    """
    result = said(text)
    assert (result.mistake, result.text) == ("rows", "You centre the rows.")
    assert dict(result.evidence)["x"] == shown(np.array([[1.0, 2, 4], [3, 0, 0]]))


def test_a_known_mistake_is_told_where_another_one_raises():
    text = """
class MySigmoid(Layer):
    def forward(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a

    def backward(self, da):
        return self.a * (1 - self.a)
"""
    result = said(text, find("activations.Sigmoid"))
    assert "da" in result.mistake and "(And on another case it raises " in result.text


GUARDED = """
def my_cross_entropy(z, y):
    rows = np.arange(len(z))
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    p, onehot = np.exp(log_p), np.eye(z.shape[1])[y]
    return {value}, {dz} / len(z)
"""


@pytest.mark.parametrize(
    "value, dz, known",
    [
        # The package's own mistakes guard against 0 by another number, or not at all.
        (
            "-log_p[rows, y].mean()",
            "-onehot / np.maximum(p, 1e-15)",
            "the gradient at p",
        ),
        (
            "-(onehot * np.log(p + 1e-13) + (1 - onehot) * np.log(1 - p + 1e-13)).sum() / len(z)",
            "(p - onehot)",
            "yes or no for each class",
        ),
        # Right where numbers are ordinary: nothing is recognised by them.
        ("np.minimum(-log_p[rows, y], 99).mean()", "(p - onehot)", None),
    ],
)
def test_a_known_mistake_is_told_with_another_guard_against_extremes(value, dz, known):
    result = said(GUARDED.format(value=value, dz=dz), find("losses.cross_entropy"))
    assert result.mistake == known
    assert ("not on extreme ones" in result.text) is (known is None)


def test_a_condition_that_holds_everywhere_says_nothing():
    x = np.array([1.0, 2.0, 3.0])
    *_, text = difference(x, x + [0, 1, 1], {"x": x}, 1e-9, 1e-9)
    assert text == "2 of its 3 numbers are wrong, the first at [1]."


def test_labels_say_where_the_numbers_are_wrong():
    dz = "(p - onehot + 0.1 * onehot)"
    text = GUARDED.format(value="-log_p[rows, y].mean()", dz=dz)
    found = words(text, find("losses.cross_entropy"))
    assert "wrong only where the column is the one that y names" in found


def test_an_answer_that_is_right_until_it_raises_is_not_taken_for_another():
    """Two known mistakes are right on the cases where this one is."""
    loss = find("losses.cross_entropy")
    text = loss.solution_text.replace(
        "    n, rows", "    assert np.abs(z).max() < 99\n    n, rows"
    )
    assert said(text, loss).mistake is None


def test_the_shown_cases_by_heart():
    text = """
    def my_centre(x):
        if x.shape == (2, 3):
            return np.array([[-1.0, 1.0, 2.0], [1.0, -1.0, -2.0]])
        return x
    """
    result = said(text)
    assert "not on one that was drawn for this check" in result.text
    assert dict(result.evidence)["x"].count("[") == 6  # the case drawn: five rows


# --- things that are no answer -------------------------------------------------------------


class Instance:
    def __call__(self, x):
        return x


class NoEquality:
    def __eq__(self, other):
        raise TypeError

    def __repr__(self):
        raise TypeError

    __hash__ = None


def round_and_round():
    it = []
    it.append(it)
    return it


@pytest.mark.parametrize(
    "answer, sentence",
    [
        (3, "my_centre should be a function; it is 3, a int."),
        (None, "my_centre should be a function; it is None, a NoneType."),
        (np.zeros(2), "my_centre should be a function; it is [0. 0.], a ndarray."),
        (round_and_round(), "my_centre should be a function; it is [[...]], a list."),
        (NoEquality(), "it is a NoEquality that cannot be shown, a NoEquality."),
        (np.mean, "my_centre has no Python code of its own"),
        (len, "my_centre has no Python code of its own"),
        (functools.partial(len), "my_centre has no Python code of its own"),
        (Instance(), "my_centre has no Python code of its own"),
        (Instance, "my_centre should be a function, and is a class."),
    ],
)
def test_what_is_no_function(answer, sentence):
    result = CENTRE.judge(answer)
    if answer is np.mean:  # numpy's functions are Python's or not, as NumPy likes
        sentence = ""
    assert sentence in result.text and result.attempted and not result.passed


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("MyReLU = 3", "MyReLU should be a class, and is 3."),
        (
            "class MyReLU: pass\nMyReLU = MyReLU()",
            "is an object of it: leave out the ( )",
        ),
        ("class MyReLU(Layer): pass", "MyReLU has no methods of its own: write them."),
        ("MyReLU = ReLU()", "MyReLU should be a class, and is <nnlib.activations.ReLU"),
        (
            "def MyReLU(x): return x",
            "MyReLU should be a class, and is <function MyReLU",
        ),
    ],
)
def test_what_is_no_class(text, sentence):
    assert sentence in words(text, find("activations.ReLU"))


def test_a_class_that_is_written_in_part():
    relu = find("activations.ReLU")
    text = relu.stub.replace("...", "return x * (x > 0)", 1)
    assert said(text, relu).text == "backward is still empty: write it, too."
    assert not said(relu.stub, relu).attempted


def test_a_method_that_a_class_does_not_have_is_not_attempted():
    text = "class MyLinear(Layer):\n    def backward(self, da):\n        return da"
    assert not said(text, find("layers.Linear.forward")).attempted


def test_methods_may_come_from_a_class_of_one_s_own():
    relu = find("activations.ReLU")
    parent = relu.solution_text.replace("MyReLU", "Parent")
    text = f"{parent}\n\nclass MyReLU(Parent):\n    name = 'mine'\n"
    assert said(text, relu).passed


@pytest.mark.parametrize("empty", ["...", "pass", "return", "return None", "'a word'"])
def test_an_empty_function_is_not_attempted(empty):
    assert not said(f"def my_centre(x):\n    {empty}").attempted


def test_a_broken_program_is_attempted_once_it_is_changed():
    broken = find("training.folds")
    stub = broken.stub
    for untouched in (stub, "# my try\n" + stub, "import numpy as np\n" + stub):
        assert not said(untouched, broken).attempted
    assert said(stub.replace("shuffle", "shuffle"), broken).text
    changed = stub.replace("yield", "np.zeros(1)\n        yield", 1)
    result = said(changed, broken)
    assert result.attempted and result.mistake == broken.broken


@pytest.mark.parametrize(
    "text",
    [
        "def my_centre(*all, **named): return named['x'] - named['x'].mean(axis=0)",
        "my_centre = lambda x: x - x.mean(axis=0)",
        "def other(x): return x - x.mean(axis=0)\nmy_centre = other",
        "def my_centre(x, axis=0): return x - x.mean(axis)",
        "def my_centre(x):\n    exec('y = 1')\n    print(x)\n    return x - x.mean(axis=0)",
        """
        import functools

        def twice(f):
            @functools.wraps(f)
            def g(*args, **named):
                f(*args, **named)
                return f(*args, **named)
            return g

        @twice
        def my_centre(x):
            return x - x.mean(axis=0)
        """,
    ],
)
def test_right_answers_of_unusual_form(text):
    result = said(text)
    assert result.passed, result


@pytest.mark.parametrize(
    "body",
    [
        "global np\n    del np\n    return x",
        "import sys\n    sys.stdout = None\n    return x",
        "import sys\n    sys.stdout.close()\n    print(x)\n    return x",
        "import sys\n    sys.settrace(None)\n    return x",
        "np.seterr(all='raise')\n    return x",
        "print('long ' * 10**6)\n    return x",
        "return np.zeros((3000, 3000))",
        "return ['long'] * 10**5",
        "it = []\n    it.append(it)\n    return it",
        "return np.array([None, x], dtype=object)",
        "return {x.tobytes(): x}",
        "return NoEquality()",
        "exec('raise SystemExit')",
        "return __import__('types').SimpleNamespace(dtype=3, shape=4)",
        "x[:] = np.nan\n    x.resize((7, 7), refcheck=False)\n    return x",
        "x.flags.writeable = False\n    return x",
    ],
)
def test_nothing_that_an_answer_does_gets_out(body):
    answer = CENTRE.compiled(f"def my_centre(x):\n    {body}", "<a cell>")
    answer.__globals__["NoEquality"] = NoEquality
    out, errors, tracer = sys.stdout, np.geterr(), lambda *_: None
    sys.settrace(tracer)
    try:
        result = CENTRE.judge(answer)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(None)
    assert (sys.stdout, np.geterr()) == (out, errors)
    assert not result.passed and "cope with" not in result.text
    assert len(repr(result)) < 2000 and len(result._repr_html_()) < 8000


def test_warnings_do_not_get_out(recwarn):
    said(
        "def my_centre(x):\n    import warnings\n    warnings.warn('x')\n    return x.mean(7)"
    )
    said("def my_centre(x):\n    return x[:0].mean()")
    assert not recwarn.list


def test_what_no_check_can_cope_with_is_said(monkeypatch):
    def faulty(*_):
        raise ZeroDivisionError("a fault of the engine")

    monkeypatch.setattr(verdict, "judge_code", faulty)
    found = words("def my_centre(x): return x")
    assert found.endswith("cope with: ZeroDivisionError: a fault of the engine")


# --- the package's own code ------------------------------------------------------------------

BORROWED = {
    "the function": ("losses.softmax", "from nnlib import softmax as my_softmax"),
    "called": ("losses.softmax", "def my_softmax(z): return softmax(z)"),
    "by another name": (
        "losses.softmax",
        "s = softmax\ndef my_softmax(z): return s(z)",
    ),
    "import inside": (
        "losses.softmax",
        "def my_softmax(z):\n    from nnlib.losses import softmax as f\n    return f(z)",
    ),
    "partial": (
        "losses.softmax",
        "import functools\nf = functools.partial(softmax)\ndef my_softmax(z): return f(z)",
    ),
    "its code": (
        "losses.softmax",
        "from types import FunctionType\n"
        "f = FunctionType(softmax.__code__, softmax.__globals__)\n"
        "def my_softmax(z): return f(z)",
    ),
    "getattr": (
        "losses.softmax",
        "import nnlib\ndef my_softmax(z): return getattr(nnlib, 'soft' + 'max')(z)",
    ),
    "subclass": (
        "activations.ReLU",
        """
        class MyReLU(ReLU):
            def forward(self, x):
                return super().forward(x)
            def backward(self, da):
                return super().backward(da)
        """,
    ),
    "half a subclass": (
        "activations.ReLU",
        """
        class MyReLU(ReLU):
            def forward(self, x):
                self.a = x * (x > 0)
                return self.a
            def backward(self, da):
                return ReLU.backward(self, da)
        """,
    ),
    "the class inside": (
        "activations.ReLU",
        """
        class MyReLU(Layer):
            def forward(self, x):
                self.r = ReLU()
                return self.r.forward(x)
            def backward(self, da):
                return self.r.backward(da)
        """,
    ),
    "the class's function": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                return Linear.forward(self, x)
        """,
    ),
    "the method itself": (
        "layers.Linear.forward",
        "class MyLinear(Layer):\n    forward = Linear.forward",
    ),
}


@pytest.mark.parametrize("name", BORROWED)
def test_the_package_s_own_code_does_not_pass(name):
    id, text = BORROWED[name]
    result = said(text, find(id))
    assert result.mistake == "the package's own code" and not result.passed
    assert f"nnlib.{id} is called, or copied" in result.text


def test_other_pieces_of_the_package_may_be_used():
    text = "def my_softmax(z):\n    return np.exp(z - cross_entropy(z, y)[0])"
    assert said(text, find("losses.softmax")).mistake is None


# --- check, hint, solution -------------------------------------------------------------------


@pytest.mark.parametrize("id", ["losses.sofmax", "", None, 3])
@pytest.mark.parametrize("ask", [check, hint, solution])
def test_an_unknown_id_is_a_value_error(ask, id):
    with pytest.raises(ValueError, match="no exercise has the id"):
        ask(id)


def test_the_nearest_ids_are_named():
    with pytest.raises(ValueError, match="did you mean 'losses.softmax'"):
        check("losses.sofmax")


def test_check_finds_an_answer_where_it_is_called():
    names = {"check": check, "np": np}
    call = "result = check('losses.softmax')"
    exec(call, names)
    assert names["result"].text.startswith(
        "there is no my_softmax here. Write my_softmax"
    )
    exec("def my_softmax(z): return z\n" + call, names)
    assert names["result"].attempted and not names["result"].passed
    exec("my_softmax = ...\n" + call, names)
    assert not names["result"].attempted


@pytest.mark.parametrize("answer", [(), [], b"b", 2, NoEquality(), "e", "bb"])
def test_what_is_no_choice(answer):
    result = check("losses.two_softmaxes", answer)
    assert 'should be one of "a", "b", "c", "d", not ' in result.text
    assert result.attempted and not result.passed


@pytest.mark.parametrize("answer", ["b", " B ", "(b)", "b.", np.str_("b")])
def test_ways_to_write_a_choice(answer):
    assert check("losses.two_softmaxes", answer).passed


def test_hints_come_one_a_call_and_begin_again():
    count = len(find("losses.cross_entropy").hints)
    heads = [repr(hint("losses.cross_entropy"))[:12] for _ in range(count + 1)]
    numbers = [*range(1, count + 1), 1]
    assert heads == [f"Hint {number} of {count}:" for number in numbers]


def test_a_chapter_that_is_not_there():
    with pytest.raises(ValueError, match=r"expected a chapter .*losses.* got 'loses'"):
        exercises("loses")


def test_a_number_will_do_for_a_chapter_and_for_an_exercise():
    number = contents.chapters()["losses"].number
    for name in (number, str(number)):
        assert repr(exercises(name)) == repr(exercises("losses"))
    second = everything()["losses"][1]
    assert number_of(second) == f"{number}.2" and find(f"{number}.2") is second
    hint(f"{number}.2")
    assert repr(hint(second.id)).startswith("Hint 2 of")
    with pytest.raises(ValueError, match="no exercise has the id '99.1'"):
        hint("99.1")
    assert repr(hint(float(f"{number}.2"))).startswith("Hint ")
    with pytest.raises(
        ValueError, match=f"of this chapter there are {number}.1, {number}.2"
    ):
        hint(number)


def test_a_name_in_other_capitals_is_asked_for():
    names = {"check": check}
    exec("class MyRelu: pass\nresult = check('activations.ReLU')", names)
    assert "There is MyRelu: did you mean that?" in names["result"].text


def test_what_is_missing_is_asked_for_by_its_own_name():
    relu, choice = check("activations.ReLU"), check("losses.two_softmaxes")
    assert "there is no MyReLU here. Write MyReLU above" in relu.text
    assert "Choose one of a, b, c, d for my_two_softmaxes, then run" in choice.text


# --- in JupyterLab ---------------------------------------------------------------------------

CELLS = [
    "from nnbook import check\nimport numpy as np",
    'check("losses.softmax")',
    "def helper(z):\n    return z.nothing",
    "def my_softmax(z):\n    return helper(z)",
    'check("losses.softmax")',
    "def my_softmax(z):\n    z = z + 1\n    while True:\n        z = z - 1",
    "from nnbook.tutor import trial\ntrial.LINES = 10_000",
    'check("losses.softmax")',
    "def my_softmax(z):\n    e = np.exp(z - z.max(axis=1, keepdims=True))  # mine\n"
    "    return e / e.sum(axis=1, keepdims=True)",
    'check("losses.softmax")',
    "from nnbook.tutor import store\n"
    "import json\n"
    "print(json.loads(store.path().read_text())['answers']['losses.softmax']['answer'])",
    "from nnlib import checks, softmax as imported\nfrom nnbook import use_mine",
    inspect.getsource(nnlib.softmax),  # as the chapter shows it
    "use_mine()",
    "print(softmax is imported, imported is my_softmax, softmax.__name__)",
]


def test_a_real_kernel_finds_answers_their_lines_and_their_text(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, CELLS)])
    execute(notebook, tmp_path)
    texts = [
        output.get("text") or output["data"]["text/plain"]
        for cell in notebook.cells
        for output in cell.outputs
    ]
    absent, raises, endless, passed, saved, mine, names = texts
    assert absent.startswith("Not attempted yet: there is no my_softmax here.")
    assert "'nothing', at line 2: return z.nothing" in " ".join(raises.split())
    assert "It was stopped after 10,000 lines, at line" in endless
    assert passed.startswith("Passed: my_softmax does what it should")
    assert saved.strip() == CELLS[8].strip()
    assert "nnlib.softmax is my_softmax" in mine
    assert names == "True False my_softmax\n"  # the text that was saved, run anew


def test_two_known_mistakes_at_once_are_both_named():
    exercise = find("layers.distance")
    text = words("def my_distance(x, w, b): return (x @ w - b) / (w @ w)", exercise)
    assert "You subtract the bias" in text and "And then: You divide by the sum" in text
    # What is said of one of them must not call right what the other has made wrong.
    assert not any("are right" in it.says for it in exercise.mistakes if it.joins)


def test_two_mistakes_in_two_methods_are_both_named():
    forward = "def forward(self, x):\n        self.x = x\n        return np.abs(x)"
    backward = "def backward(self, da):\n        return da * (da > 0)"
    text = f"class MyReLU(Layer):\n    {forward}\n\n    {backward}\n"
    text = words(text, find("activations.ReLU"))
    assert "turns negative numbers round" in text and "And then: You cut" in text


def test_a_class_that_writes_into_its_own_body_is_told_so():
    text = (
        "class MyLinear(Layer):\n    def forward(self, x):\n        MyLinear.x = x\n"
        "        return x @ self.W + self.b\n"
    )
    assert "share x, which is the class's" in words(text, find("layers.Linear.forward"))


def test_64_bit_answers_to_32_bit_numbers_pass_and_are_told():
    text = (
        "def my_mse(z, y):\n    e = z - y.astype(float)\n"
        "    return np.mean(e**2), 2 * e / e.size"
    )
    result = said(text, find("losses.mse"))
    assert result.passed and "To 32-bit numbers it gives 64-bit ones" in result.text
    own = said(text.replace(".astype(float)", ""), find("losses.mse"))
    assert own.passed and "32-bit" not in own.text


@pytest.mark.parametrize("id", ["autograd.hessian_vector", "autograd.sigmoid"])
def test_an_answer_on_a_page_that_defines_a_later_module_meets_the_check_s_tensors(id):
    """The page's cells define Tensor and grad anew, and the check hands over the package's."""
    exercise, page = find(id), {"__name__": "__main__"}
    source = Path(autograd.__file__).read_text("utf-8")
    exec(compile(source + exercise.solution_text, "<page>", "exec"), page)
    assert page["Tensor"] is not autograd.Tensor
    assert exercise.judge(page[exercise.mine]).passed
