"""An answer is tried: on a copy of a case, against the clock, and all that it does is noted."""

import contextlib
import copy
import io
import linecache
import sys
import sysconfig
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np

LIMIT = 2.0  # seconds for all cases together
LIBRARIES = tuple(
    str(path)
    for path in (
        Path(__file__).parents[1],
        Path(np.__file__).parent,
        sysconfig.get_paths()["stdlib"],
    )
)


class TooLong(BaseException):
    """The time is over. No Exception: an answer's own `except Exception` lets it pass."""


@dataclass
class Outcome:
    """What came of one case: a value or an error, and the rest that is worth a word."""

    value: object = None
    error: BaseException = None
    line: str = ""  # of the answer, where the error came from
    printed: str = ""
    changed: tuple = ()  # names of the arguments that are not what they were
    borrowed: bool = False  # the package's own code did the work


def attempt(use, answer, case, *, deadline, forbidden=(), files=()):
    """Uses an answer on a copy of a case; nothing that it does gets out.

    The time limit works by tracing, line by line, so that it needs no thread and no
    signal, and works in a browser too. A single call of NumPy cannot be stopped.
    """
    given, before = copy.deepcopy(case), sys.gettrace()
    outcome, printed = Outcome(), io.StringIO()

    def at_call(frame, event, argument):
        if frame.f_code in forbidden:
            outcome.borrowed = True
        library = frame.f_code.co_filename.startswith(LIBRARIES)
        return None if library else at_line

    def at_line(frame, event, argument):
        if time.perf_counter() > deadline:
            raise TooLong
        return at_line

    with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
        try:
            sys.settrace(at_call)
            outcome.value = use(answer, **given)
        except (Exception, TooLong, SystemExit) as error:
            outcome.error, outcome.line = error, own_line(error, files)
        finally:
            sys.settrace(before)
    outcome.printed = printed.getvalue()
    outcome.changed = tuple(k for k in case if not equal(case[k], given[k], 0, 0))
    return outcome


def own_line(error, files):
    """'line 3: z = x @ W' of the deepest line that is the answer's; "" if there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in files:
            text = frame.line or linecache.getline(frame.filename, frame.lineno).strip()
            return f"line {frame.lineno}: {text}"
    return ""


def same(one, other, rtol, atol):
    """Whether two outcomes cannot be told apart: values, errors, changed arguments."""
    if (one.error is None) != (other.error is None) or one.changed != other.changed:
        return False
    if one.error is not None:
        errors = (one.error, other.error)
        return type(errors[0]) is type(errors[1]) and str(errors[0]) == str(errors[1])
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
    return type(one) is type(other) and bool(one is other or one == other)


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
