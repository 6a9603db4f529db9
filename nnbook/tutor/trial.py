"""An answer is tried: on a copy of a case, against the clock, and all that it does is noted."""

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

LIMIT = 2.0  # seconds for all cases together
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
    """The time is over. No Exception: an answer's own `except Exception` lets it pass.

    A bare `except:` does not, and Python ends tracing when a trace function raises. But
    what is caught is let go of at the end of the `except`: then `again` is called.
    """

    def __init__(self, again):
        self.again = again

    def __del__(self):
        self.again()


class Printed(io.StringIO):
    """What an answer prints; an answer that closes it does no harm."""

    def close(self):
        pass


@dataclass
class Outcome:
    """What came of one case: a value or an error, and the rest that is worth a word."""

    value: object = None
    error: BaseException = None
    line: str = ""  # of the reader's, where the error came from
    printed: str = ""
    changed: tuple = ()  # names of the arguments that are not what they were
    borrowed: bool = False  # the package's own code did the work


def attempt(use, answer, case, *, deadline, forbidden=()):
    """Uses an answer on a copy of a case; nothing that it does gets out, but for Ctrl-C.

    The time limit works by tracing, line by line, so that it needs no thread and no
    signal, and works in a browser too. A single call of NumPy cannot be stopped, nor recursion
    without end that catches its own RecursionError.
    """
    given, before = copy.deepcopy(case), sys.gettrace()
    outcome, printed, running = Outcome(), Printed(), True

    def at_call(frame, event, argument):
        if frame.f_code in forbidden:
            outcome.borrowed = True
        at_line(frame, event, argument)
        if frame.f_code.co_filename.startswith(LIBRARIES):
            return None
        frame.f_trace_opcodes = spins(frame.f_code)
        return at_line

    def at_line(frame, event, argument):
        if time.perf_counter() > deadline:
            raise TooLong(again)
        return at_line

    def again():
        if running:
            frame = sys._getframe(2)  # whose `except:` it was
            while frame and frame.f_code is not attempt.__code__:
                frame.f_trace, frame = at_line, frame.f_back
            sys.settrace(at_call)

    with (
        contextlib.redirect_stdout(printed),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        try:
            sys.settrace(at_call)
            outcome.value = use(answer, **given)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            outcome.error, outcome.line = error, own_line(error)
        finally:
            running = False
            sys.settrace(before)
    outcome.printed = printed.getvalue()
    outcome.changed = tuple(k for k in case if not equal(case[k], given[k], 0, 0))
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
    return [it for it in frames if not it.filename.startswith(LIBRARIES)]


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


def same(one, other, rtol, atol):
    """Whether two outcomes cannot be told apart: values, errors, changed arguments."""
    if (one.error is None) != (other.error is None) or one.changed != other.changed:
        return False
    if one.error is not None:
        return words(one.error) == words(other.error)
    return equal(one.value, other.value, rtol, atol)


def equal(one, other, rtol, atol):
    """Equality of nested tuples, lists, dictionaries and arrays; floats within a tolerance."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            equal(one[k], other[k], rtol, atol) for k in one
        )
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        alike = type(one) is type(other) and len(one) == len(other)
        return alike and all(equal(a, b, rtol, atol) for a, b in zip(one, other))
    if numeric(one) and numeric(other):
        return equal_arrays(np.asarray(one), np.asarray(other), rtol, atol)
    try:
        return type(one) is type(other) and bool(one is other or one == other)
    except Exception:  # arrays of objects, or an __eq__ that raises
        return False


def numeric(value):
    kinds = bool | int | float | np.ndarray | np.generic
    return isinstance(value, kinds) and np.asarray(value).dtype.kind in "biuf"


def equal_arrays(one, other, rtol, atol):
    """Same shape, whole numbers or not alike, and each number near; nan equals nan."""
    if one.shape != other.shape or (one.dtype.kind == "f") != (other.dtype.kind == "f"):
        return False
    if rtol == atol == 0:
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    finite = np.abs(other[np.isfinite(other)])
    atol = atol + rtol * 0.1 * float(finite.max(initial=0))
    return bool(np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True))
