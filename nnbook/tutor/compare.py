"""How an answer differs from the right one: the sentence that helps most, and what to show."""

import re
from itertools import combinations, permutations

import numpy as np

from nnbook.tutor.factor import of_factor
from nnbook.tutor.trial import equal, numeric


def difference(expected, got, case, rtol, atol, names=(), every=()):
    """(name of the part, expected, got, a sentence) for the first part that is not right. `every`
    has what came of all cases: (case, expected, got)."""
    every = every or [(case, expected, got)]
    if got is None and expected is not None:
        text = "It returns None: is there a `return` on each way out?"
        return "", expected, got, text
    if (
        isinstance(expected, tuple)
        and not isinstance(got, dict)
        and not plain(expected)
    ):
        return of_tuple(expected, got, case, rtol, atol, names, every)
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in expected:
            right, mine = expected[name], got.get(name)
            if not equal(mine, right, rtol, atol):
                if mine is None and "." in name and "(" not in name:
                    return name, right, mine, "It is None."
                deeper = difference(
                    right, mine, case, rtol, atol, (), parts(every, name)
                )
                return (f"{name} {deeper[0]}".strip(), *deeper[1:])
    return "", expected, got, sentence(expected, got, rtol, atol, every)


def of_tuple(expected, got, case, rtol, atol, names, every):
    count = len(expected)
    words = ", ".join(names) or f"{count} values"
    if not isinstance(got, tuple | list) or len(got) != count:
        number = len(got) if isinstance(got, tuple) else "one"
        text = f"It should return {count} things, {words}; it returns {number}."
        return "", expected, got, text
    if exchanged(every, count, rtol, atol):
        text = f"The right things in the wrong order: return {words}."
        return "", expected, got, text
    for i, (right, mine) in enumerate(zip(expected, got)):
        if not equal(mine, right, rtol, atol):
            name = names[i] if names else f"value {i + 1}"
            if mine is None:
                asked = "an array" if np.ndim(right) else "a number"
                return name, right, mine, f"It returns None, where {asked} should be."
            deeper = difference(right, mine, case, rtol, atol, (), parts(every, i))
            return (f"{name} {deeper[0]}".strip(), *deeper[1:])
    return "", expected, got, ""  # it is not in what is returned


def exchanged(every, count, rtol, atol):
    """Whether one other order of what is returned is right, in all cases."""
    made = [(right, mine) for _, right, mine in every if mine is not None]
    if not all(isinstance(it, tuple | list) and len(it) == count for _, it in made):
        return False
    _, *others = permutations(range(count)) if count < 6 else [()]
    return any(
        all(
            equal(tuple(mine[i] for i in order), right, rtol, atol)
            for right, mine in made
        )
        for order in others
    )


def parts(every, key):
    """What came of one part, in the cases that have it."""
    found = []
    for case, expected, got in every:
        try:
            found.append((case, expected[key], got[key]))
        except (TypeError, KeyError, IndexError):
            continue
    return found


def plain(value):
    """Whether a tuple is one thing, such as a shape, and not several that are returned."""
    return all(isinstance(part, bool | int | str) for part in value)


def sentence(expected, got, rtol, atol, every):
    """What is wrong with one value."""
    if numeric(expected) and not isinstance(expected, bool):
        right = np.asarray(expected)
        if not numeric(got):
            return of_type(right, got, rtol, atol)
        mine = np.asarray(got)
        if mine.shape != right.shape:
            return of_shape(right, mine, rtol, atol, every)
        if right.dtype.kind == "f" and mine.dtype.kind == "b":
            asked = "numbers" if right.ndim else "a number"
            return f"It is made of True and False, and should be {asked}: how many, or how much?"
        if right.dtype.kind == "f" and mine.dtype.kind != "f":
            made = np.allclose(mine, right, rtol, atol)
            end = "the numbers are right, but whole." if made else "were they rounded?"
            return f"It holds {mine.dtype} in place of floating-point numbers: {end}"
        if right.dtype.kind != "f" and mine.dtype.kind == "f":
            asked = f"hold {right.dtype}" if right.ndim else "be a whole number"
            held = f"holds {mine.dtype}" if right.ndim else f"is a {kind(got)}"
            return f"It should {asked}, and {held}."
        return of_numbers(right, mine, rtol, atol, every)
    if type(got) is not type(expected):
        asked = "None" if expected is None else f"a {kind(expected)}"
        return f"It should be {asked}, and is a {kind(got)}."
    return f"It is {shown(got)}, and should be {shown(expected)}."


def kind(value):
    return type(value).__name__


def of_type(right, got, rtol, atol):
    asked = "a NumPy array" if right.ndim else "a number"
    if isinstance(got, np.ndarray):
        return f"It holds {got.dtype}, and should hold {right.dtype}."
    try:
        numbers = np.asarray(got, float)
    except Exception:  # whatever it is
        return f"It should be {asked}, and is a {kind(got)}."
    if numbers.shape == right.shape and np.allclose(numbers, right, rtol, atol):
        return f"The numbers are right, but as a {kind(got)}: make it {asked}."
    return f"It should be {asked}, and is a {kind(got)}."


def of_shape(right, mine, rtol, atol, every):
    shapes = f"Its shape is {mine.shape}, and should be {right.shape}"
    if mine.shape == right.shape[::-1]:
        turned = equal(mine.T.astype(right.dtype), right, rtol, atol)
        end = "with the right numbers" if turned else "and the numbers differ, too"
        return f"{shapes}: transposed, {end}."
    if mine.size == right.size and always_as_many(every):
        return f"{shapes}: as many numbers, in another arrangement (`keepdims`? `reshape`?)."
    for axis in range(right.ndim):
        if mine.shape == right.shape[:axis] + right.shape[axis + 1 :]:
            return f"{shapes}: {of_axis(right, mine, axis, rtol, atol)}."
    shorter = mine.ndim == right.ndim > 0 and len(mine) == len(right) - 1
    differ = shorter and not np.all(right == right[:1])  # or none is the last one
    if differ and right.shape[1:] == mine.shape[1:]:
        for there, missing in ((right[:-1], "last"), (right[1:], "first")):
            if equal(mine.astype(right.dtype), there, rtol, atol):
                return f"{shapes}: the {missing} one is missing."
    return f"{shapes}."


def of_axis(right, mine, axis, rtol, atol):
    """What became of an axis that is not there any more."""
    size = right.shape[axis]
    if size > 1 and np.all(right == right.take([0], axis)):
        return f"the axis with {size} is gone"
    for place, name in ((0, "first"), (-1, "last")):
        one = right.take(place, axis)
        if size > 1 and equal(mine.astype(right.dtype), one, rtol, atol):
            return f"of the axis with {size} only the {name} is left"
    return f"the axis with {size} is gone, as after a sum or mean over it"


def always_as_many(every):
    """Whether there are as many numbers as there should be, and not just one where one is asked."""
    sizes = [(np.size(right), np.size(mine)) for _, right, mine in every]
    return all(a == b for a, b in sizes) and max(a for a, _ in sizes) > 1


def of_numbers(right, mine, rtol, atol, every):
    finite = np.isfinite(right)
    lost = int((~np.isfinite(mine) & finite).sum())
    if lost:
        what = "nan" if np.isnan(mine[finite]).any() else "infinite"
        verb = "is" if lost == 1 else "are"
        some = f"{lost} of its {right.size} numbers" if right.size > 1 else "The number"
        return f"{some} {verb} {what}."
    small = mine.dtype.kind in "iu" and right.max(initial=0) > np.iinfo(mine.dtype).max
    if small:
        return f"It holds {mine.dtype}, where a number above {np.iinfo(mine.dtype).max} overflows."
    if text := of_factor(every, rtol):
        return text
    if right.ndim == 2 and equal(mine.T, right, rtol, atol):
        return "It is transposed, with the right numbers."
    if digits := rounded_to(every):
        return f"It is rounded, to {digits} digits behind the point: leave it as it is."
    if np.allclose(mine, right, rtol=1e-3, atol=atol, equal_nan=True):
        cause = "an ε, a rounding step or float32 on the way"
        if mine.dtype != right.dtype:
            cause = f"{mine.dtype} where {right.dtype} is asked for"
        return f"It is nearly right, but more than rounding is off: {cause}?"
    wrong = ~np.isclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)
    if all_but_first(every, rtol, atol):
        return "The first row is right, and the others are 0: is a `return` within the loop?"
    if all_but_signs(every, rtol, atol):
        return "Without their signs the numbers are right: some have the wrong one."
    if right.size > 1 and wrong.sum() < right.size:
        at = ", ".join(map(str, np.argwhere(wrong)[0]))
        verb = "is" if wrong.sum() == 1 else "are"
        count = f"{wrong.sum()} of its {right.size} numbers"
        said = f"{count} {verb} wrong, the first at [{at}]."
        place = where_alone(every, rtol, atol)
        return f"It is wrong only where {place}: here {said}" if place else said
    return "All of its numbers are wrong." if right.size > 1 else "The number is wrong."


def rounded_to(every):
    """To how many digits the right numbers of all cases are rounded; 0 if they are not."""
    for digits in range(1, 8):
        if all(
            numeric(right) and equal(mine, np.round(right, digits), 0, 1e-14)
            for _, right, mine in every
        ):
            return digits
    return 0


def where_alone(every, rtol, atol):
    """A condition in words, such as "x < 0", that holds wherever a number is wrong, in all cases,
    and is false for some that are right; "" if there is none."""
    found = {}  # for each condition: wrong or not, of the numbers for which it holds; of the rest
    common = None  # the conditions that there are in each case with wrong numbers
    for case, right, mine in every:
        if not numeric(mine) or np.shape(mine) != np.shape(right):
            return ""
        right, mine = np.asarray(right), np.asarray(mine)
        wrong = ~np.isclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)
        there = dict(conditions(case, right.shape))
        if wrong.any():
            common = there.keys() if common is None else common & there.keys()
        for words, holds in there.items():
            inside, outside = found.setdefault(words, ([], []))
            inside.extend(wrong[holds])
            outside.extend(wrong[~holds])
    for words, (inside, outside) in found.items():
        tight = words in (common or ()) and 2 * sum(inside) > len(inside)
        if tight and outside and not any(outside):
            return words
    return ""


def conditions(case, shape):
    """(words, where they hold) for arrays of this shape in a case, and for labels of its rows."""
    arrays = {name: np.asarray(it) for name, it in case.items() if numeric(it)}
    alike = {
        name: it
        for name, it in arrays.items()
        if it.shape == shape and it.dtype.kind == "f"
    }
    for name, it in alike.items():
        yield f"{name} = 0", it == 0
        yield f"{name} < 0", it < 0
        yield f"{name} > 0", it > 0
        yield f"{name} ≤ 0", it <= 0
        yield f"{name} ≥ 0", it >= 0
    for (one, a), (other, b) in combinations(alike.items(), 2):
        yield f"{one} < {other}", a < b
        yield f"{one} > {other}", a > b
    for name, it in arrays.items():
        if (
            it.dtype.kind == "i"
            and it.shape == shape[:-1]
            and shape[1:]
            and it.max() < shape[-1]
        ):
            named = np.arange(shape[-1]) == it[..., None]
            yield f"the column is the one that {name} names", named
            yield f"the column is not the one that {name} names", ~named


def all_but_first(every, rtol, atol):
    """Whether in all cases the first row is right, and all others are 0."""
    pairs = [(np.atleast_1d(right), np.atleast_1d(mine)) for _, right, mine in every]
    return any(len(right) > 1 for right, _ in pairs) and all(
        equal(mine[:1], right[:1], rtol, atol) and not np.any(mine[1:])
        for right, mine in pairs
    )


def all_but_signs(every, rtol, atol):
    """Whether all cases are right but for signs."""
    pairs = [(np.asarray(right), np.asarray(mine)) for _, right, mine in every]
    return all(
        {right.dtype.kind, mine.dtype.kind} <= {*"iuf"}
        and right.shape == mine.shape
        and np.allclose(np.abs(mine), np.abs(right), rtol, atol, equal_nan=True)
        for right, mine in pairs
    )


def as_python(text):
    """NumPy's numbers as Python's: np.float64(0.25) and np.True_ say nothing more."""
    text = re.sub(r"\bnp\.\w+\(([^()]*)\)", r"\1", text)
    return re.sub(r"\bnp\.(True|False)_", r"\1", text)


def shown(value, digits=4):
    """A value as text of a few lines."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {shown(it, digits)}" for name, it in value.items())
    if isinstance(value, tuple) and any(isinstance(v, np.ndarray) for v in value):
        return ",\n".join(shown(part, digits) for part in value)
    if numeric(value) and not isinstance(value, bool):
        array = np.asarray(value)
        if array.ndim == 0:
            return f"{array.item():.{digits + 2}g}"
        return np.array2string(array, precision=digits, threshold=40, edgeitems=3)
    try:
        text = as_python(repr(value))
    except Exception:
        text = f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= 300 else f"{text[:299]}…"
