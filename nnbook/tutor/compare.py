"""How an answer differs from the right one: the sentence that helps most, and what to show."""

import numpy as np

from nnbook.tutor.trial import equal, numeric


def difference(expected, got, case, rtol, atol, names=()):
    """(name of the part, expected, got, a sentence) for the first part that is not right."""
    if got is None and expected is not None:
        text = "It returns None: is there a `return` on each way out?"
        return "", expected, got, text
    if (
        isinstance(expected, tuple)
        and not isinstance(got, dict)
        and not plain(expected)
    ):
        return of_tuple(expected, got, case, rtol, atol, names)
    if isinstance(expected, dict) and isinstance(got, dict):
        for name in expected:
            if not equal(got.get(name), expected[name], rtol, atol):
                deeper = difference(expected[name], got.get(name), case, rtol, atol)
                return (f"{name} {deeper[0]}".strip(), *deeper[1:])
    return "", expected, got, sentence(expected, got, case, rtol, atol)


def of_tuple(expected, got, case, rtol, atol, names):
    count = len(expected)
    words = ", ".join(names) or f"{count} values"
    if not isinstance(got, tuple | list) or len(got) != count:
        number = len(got) if isinstance(got, tuple) else "one"
        text = f"It should return {count} things, {words}; it returns {number}."
        return "", expected, got, text
    if equal(tuple(got)[::-1], expected, rtol, atol):
        text = f"The right things in the wrong order: return {words}."
        return "", expected, got, text
    for i, (right, mine) in enumerate(zip(expected, got)):
        if not equal(mine, right, rtol, atol):
            name = names[i] if names else f"value {i + 1}"
            deeper = difference(right, mine, case, rtol, atol)
            return (f"{name} {deeper[0]}".strip(), *deeper[1:])
    return "", expected, got, f"Return a tuple: return {words}."


def plain(value):
    """Whether a tuple is one thing, such as a shape, and not several that are returned."""
    return all(isinstance(part, bool | int | str) for part in value)


def sentence(expected, got, case, rtol, atol):
    """What is wrong with one value."""
    if numeric(expected) and not isinstance(expected, bool):
        right = np.asarray(expected)
        if not numeric(got):
            return of_type(right, got, rtol, atol)
        mine = np.asarray(got)
        if mine.shape != right.shape:
            return of_shape(right, mine, rtol, atol)
        if right.dtype.kind == "f" and mine.dtype.kind != "f":
            return f"It holds {mine.dtype} in place of floating-point numbers: were they rounded?"
        if right.dtype.kind != "f" and mine.dtype.kind == "f":
            asked = f"hold {right.dtype}" if right.ndim else "be a whole number"
            return f"It should {asked}, and {'holds' if right.ndim else 'is'} {mine.dtype}."
        return of_numbers(right, mine, case, rtol, atol)
    if type(got) is not type(expected):
        return f"It should be a {kind(expected)}, and is a {kind(got)}."
    return f"It is {shown(got)}, and should be {shown(expected)}."


def kind(value):
    return type(value).__name__


def of_type(right, got, rtol, atol):
    if got is None:
        return "It is None: is there a `return`, on each way out?"
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


def of_shape(right, mine, rtol, atol):
    shapes = f"Its shape is {mine.shape}, and should be {right.shape}"
    if mine.shape == right.shape[::-1]:
        turned = equal(mine.T.astype(right.dtype), right, rtol, atol)
        end = "with the right numbers" if turned else "and the numbers differ, too"
        return f"{shapes}: transposed, {end}."
    if mine.size == right.size:
        return f"{shapes}: as many numbers, in another arrangement (`keepdims`? `reshape`?)."
    for axis in range(right.ndim):
        if mine.shape == right.shape[:axis] + right.shape[axis + 1 :]:
            size = right.shape[axis]
            return f"{shapes}: the axis with {size} is gone, as after a sum or mean over it."
    return f"{shapes}."


def of_numbers(right, mine, case, rtol, atol):
    finite = np.isfinite(right)
    lost = int((~np.isfinite(mine) & finite).sum())
    if lost:
        what = "nan" if np.isnan(mine[finite]).any() else "infinite"
        return (
            f"{lost} of its {right.size} numbers {'is' if lost == 1 else 'are'} {what}."
        )
    if factor := common_factor(right, mine, rtol):
        return of_factor(factor, case)
    if np.allclose(mine, right, rtol=1e-3, atol=atol, equal_nan=True):
        return (
            f"It is nearly right, but more than rounding is off: {mine.dtype} where "
            f"{right.dtype} is asked for, or an ε or a rounding step too many?"
        )
    wrong = ~np.isclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)
    if right.size > 1 and wrong.sum() < right.size:
        at = ", ".join(map(str, np.argwhere(wrong)[0]))
        verb = "is" if wrong.sum() == 1 else "are"
        count = f"{wrong.sum()} of its {right.size} numbers"
        return f"{count} {verb} wrong, the first at [{at}]."
    return "All of its numbers are wrong." if right.size > 1 else "The number is wrong."


def common_factor(right, mine, rtol):
    """c if mine = c · right with one c for all numbers; else None."""
    right, mine = right.astype(float).ravel(), mine.astype(float).ravel()
    there = (np.abs(right) > 1e-12) & np.isfinite(right)
    if not there.any() or np.any(np.abs(mine[~there & np.isfinite(right)]) > 1e-9):
        return None
    ratios = mine[there] / right[there]
    alike = np.allclose(ratios, ratios[0], rtol=max(rtol, 1e-6), atol=0)
    simple = there.sum() > 1 or np.isclose(ratios[0], np.round(ratios[0]))
    near = np.isclose(ratios[0], 1, rtol=1e-4)  # right, but for rounding
    return (
        ratios[0] if alike and simple and not near and abs(ratios[0]) > 1e-300 else None
    )


def of_factor(factor, case):
    if np.isclose(factor, -1):
        return "It has the wrong sign: each number is −1 times what it should be."
    inverse = np.isclose(1 / factor, np.round(1 / factor)) and abs(factor) < 1
    size = 1 / factor if inverse else factor
    words = f"1/{size:.4g}" if inverse else f"{size:.4g}"
    start = f"Each number is {words} times what it should be"
    for name, value in case.items():
        shape = np.shape(value) if numeric(value) else ()
        places = ("numbers",) if len(shape) == 1 else ("rows", "columns", "layers")
        for place, length in zip(places, shape):
            if length > 1 and np.isclose(abs(size), length):
                return f"{start}, and {length} is how many {place} {name} has."
    return f"{start}."


def shown(value):
    """A value as text of a few lines."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {shown(part)}" for name, part in value.items())
    if isinstance(value, tuple) and any(isinstance(v, np.ndarray) for v in value):
        return ",\n".join(shown(part) for part in value)
    if numeric(value) and not isinstance(value, bool):
        array = np.asarray(value)
        if array.ndim == 0:
            return f"{array.item():.6g}"
        return np.array2string(array, precision=4, threshold=40, edgeitems=3)
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= 300 else f"{text[:299]}…"
