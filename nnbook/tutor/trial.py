"""An answer is tried: on a copy of a case, its steps counted, and all that it does is noted."""

import contextlib
import copy
import dis
import io
import os
import sys
import sysconfig
import time
import traceback
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import nnlib

LINES = 3_000_000  # lines that an answer may run in one trial, on any machine
SECONDS = 30  # of the processor, for lines that take long
HIDDEN = "NumPy's hidden generator"
LIBRARIES = (
    *(
        f"{path}{os.sep}"
        for path in (
            Path(__file__).parents[1],
            Path(nnlib.__file__).parent,
            Path(np.__file__).parents[1],  # and whatever else is installed
            sysconfig.get_paths()["stdlib"],
            Path(traceback.__file__).parent,  # a zip file, in a browser
        )
    ),
    "<frozen ",
)


class TooLong(BaseException):
    """It does not end. No Exception: an answer's own `except Exception` lets it pass.

    A bare `except:` does not, and Python ends tracing when a trace function raises. But
    what is caught is let go of at the end of the `except`: then `again` is called.
    """

    def __init__(self, lines, again):
        self.lines, self.again = lines, again

    def __del__(self):
        self.again()


class Printed(io.StringIO):
    """What an answer prints; an answer that closes it does no harm."""

    def close(self):
        pass


@dataclass
class Outcome:
    """What came of one trial: a value or an error, and the rest that is worth a word."""

    value: object = None
    error: BaseException = None
    line: str = ""  # of the reader's, where the error came from
    printed: str = ""
    borrowed: bool = False  # the package's own code did the work
    objects: bool = False  # its arrays hold Python objects, if numbers
    changed: frozenset = frozenset()  # names of what is not what it was
    shared: frozenset = frozenset()  # pairs of attributes that are one array
    arrays: frozenset = frozenset()  # names of attributes that could be
    results: tuple = ()  # (method, what it returned), of the last calls


def attempt(use, answer, case, witness, forbidden=()):
    """Uses an answer on a copy of a case, before a witness; returns the Outcome."""
    given, hidden = copy.deepcopy(case), np.random.get_state()
    outcome = guarded(lambda: use(witness.watched(answer), **given), forbidden)
    witness.look(" later")
    changed = {name for name in case if not equal(case[name], given[name], 0, 0)}
    if not equal(hidden, np.random.get_state(), 0, 0):
        changed.add(HIDDEN)
        np.random.set_state(hidden)
    outcome.changed = frozenset(changed | witness.changed)
    outcome.shared, outcome.arrays = witness.shared(), witness.arrays()
    outcome.value, outcome.objects = with_numbers(outcome.value)
    outcome.results = tuple(witness.results)
    return outcome


def guarded(action, forbidden=()):
    """Runs a reader's code; nothing that it does gets out, but for Ctrl-C.

    What never ends is stopped by tracing, line by line: that needs no thread and no signal, and
    works in a browser, too. Lines are counted, so that the verdict does not depend on the
    machine, or on what else it does. A single call of NumPy cannot be stopped, nor recursion
    without end that catches its own RecursionError.
    """
    outcome, printed, running = Outcome(), Printed(), True
    before, steps = sys.gettrace(), 0
    most, until = LINES, time.process_time() + SECONDS

    def at_call(frame, event, argument):
        if frame.f_code in forbidden:
            outcome.borrowed = True
        at_line(frame, event, argument)
        if frame.f_code.co_filename.startswith(LIBRARIES):
            return None
        frame.f_trace_opcodes = spins(frame.f_code)
        return at_line

    def at_line(frame, event, argument):
        nonlocal steps
        steps += 1
        if steps > most or not steps % 64 and time.process_time() > until:
            raise TooLong(min(steps, most), again)
        return at_line

    def again():
        if running:
            frame = sys._getframe(2)  # whose `except:` it was
            while frame and frame.f_code is not guarded.__code__:
                frame.f_trace, frame = at_line, frame.f_back
            sys.settrace(at_call)

    with (
        contextlib.redirect_stdout(printed),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        try:
            sys.settrace(at_call)
            outcome.value = action()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            outcome.error, outcome.line = error, own_line(error)
        finally:
            running = False
            sys.settrace(before)
    outcome.printed = printed.getvalue()
    return outcome


@cache
def spins(code):
    """Whether it has `while True: pass` in one line: Python 3.11 takes that for a single visit of
    the line, so its instructions have to be traced."""
    steps = dis.get_instructions(code)
    return any("JUMP" in it.opname and it.argval == it.offset for it in steps)


def own_frames(error):
    """The lines of an error's traceback that are the reader's."""
    frames = traceback.extract_tb(error.__traceback__)
    return [it for it in frames if not of_library(it.filename)]


def of_library(file):
    """Whether code is not the reader's; NumPy's compiled code names a file of its authors."""
    return file.startswith(LIBRARIES) or file.endswith(".pyx")


def own_line(error):
    """'line 3: z = x @ W' of the deepest of them; "" if there is none."""
    frames = own_frames(error)
    return f"line {frames[-1].lineno}: {frames[-1].line}" if frames else ""


def words(error):
    """'KeyError: 3', whatever the error's __str__ does."""
    try:
        text = str(error)
    except Exception:
        text = "(it cannot be shown)"
    text = text if len(text) <= 300 else f"{text[:299]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def same(mine, other, rtol, atol):
    """Whether an outcome is another one: values, errors, and no more that is changed or shared."""
    if (mine.error is None) != (other.error is None):
        return False
    if mine.error is not None:
        return words(mine.error) == words(other.error)
    if too_much(mine, other) or too_little(mine, other) or too_near(mine, other):
        return False
    return equal(mine.value, other.value, rtol, atol)


def too_much(mine, other):
    """What an answer changes in place, and should not."""
    return mine.changed - other.changed


def too_little(mine, other):
    """What it should change in place, and does not. (Attributes have their own names.)"""
    return {
        name for name in other.changed - mine.changed if not name.startswith("self")
    }


def too_near(mine, other):
    """Attributes that are one array, and should be two."""
    known = {pair for pair in mine.shared if set(pair) <= other.arrays}
    return known - other.shared


def equal(one, other, rtol, atol, depth=50):
    """Equality of nested tuples, lists, dictionaries and arrays; floats within a tolerance. The
    other one is right, or a known mistake."""
    if not depth:
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            equal(one[k], other[k], rtol, atol, depth - 1) for k in one
        )
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        kinds = type(one) is type(other) or isinstance(other, tuple)  # [a, b] for a, b
        return (
            kinds
            and len(one) == len(other)
            and all(equal(a, b, rtol, atol, depth - 1) for a, b in zip(one, other))
        )
    if numeric(one) and numeric(other):
        if type(one) is int and isinstance(other, float) and rtol:
            one = float(one)  # `return 0` for 0.0: Python computes with either
        return equal_arrays(np.asarray(one), np.asarray(other), rtol, atol)
    try:
        return type(one) is type(other) and bool(one is other or one == other)
    except Exception:  # arrays of objects, or an __eq__ that raises
        return False


def form(value):
    """The shapes of all numbers in something, and the kinds of all else."""
    if isinstance(value, dict):
        return {name: form(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [form(inner) for inner in value]
    return np.shape(value) if numeric(value) else type(value)


def numeric(value):
    kinds = bool | int | float | np.ndarray | np.generic
    return isinstance(value, kinds) and np.asarray(value).dtype.kind in "biuf"


def with_numbers(value, depth=3):
    """(a value whose arrays of Python's numbers are NumPy's, whether there were some):
    np.frompyfunc makes such arrays."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        numbers = [it for it in value.flat if isinstance(it, int | float | np.generic)]
        made = np.array(numbers)
        right = made.size == value.size > 0 and made.dtype.kind in "iuf"
        return (made.reshape(value.shape), True) if right else (value, False)
    if type(value) not in (dict, tuple, list) or not depth:
        return value, False
    keys, inner = (value, value.values()) if isinstance(value, dict) else (None, value)
    made = [with_numbers(it, depth - 1) for it in inner]
    new = [it for it, _ in made]
    new = dict(zip(keys, new)) if keys is not None else type(value)(new)
    return new, any(was for _, was in made)


def equal_arrays(one, other, rtol, atol):
    """Same shape, whole numbers or not alike, and each number near; nan equals nan."""
    if one.shape != other.shape or (one.dtype.kind == "f") != (other.dtype.kind == "f"):
        return False
    if rtol == atol == 0:
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    if other.dtype.kind == "f" and other.itemsize < 8:
        # Where the right answer is float32, its rounding is right.
        rtol = max(rtol, 100 * float(np.finfo(other.dtype).eps))
    finite = np.abs(other[np.isfinite(other)])
    atol = atol + rtol * 0.1 * float(finite.max(initial=0))
    return bool(np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True))
