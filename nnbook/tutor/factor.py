"""Whether numbers are, in all cases, as many times what they should be: the batch size, −1, ½."""

import numpy as np

from nnbook.tutor.trial import numeric

POWERS = {"": 1, "1/": -1, "√": 0.5, "1/√": -0.5}
BASES = {2: "log₂", 10: "log₁₀"}


def of_factor(every, rtol):
    """A sentence if the numbers are, in all cases, as many times what they should be; "" if not.
    The factor may be a size: the number of rows in one case and in the others."""
    ratios, numbers = [], 0
    for case, right, mine in every:
        if right is None and mine is None:
            continue  # a part that this case does not have
        right, mine = np.asarray(right), np.asarray(mine)
        if right.dtype.kind not in "iuf" or mine.dtype.kind not in "iuf":
            return ""
        if right.shape != mine.shape:
            return ""
        ratio, count = common_factor(right, mine, max(rtol, 1e-6))
        if count and ratio is None:
            return ""
        numbers += count
        ratios += [(case, ratio)] if count else []
    if all(np.isclose(ratio, 1, rtol=1e-3) for _, ratio in ratios):
        return ""
    first = ratios[0][1]
    subject = (
        "Each number"
        if any(np.size(right) > 1 for _, right, _ in every)
        else "The number"
    )
    same = all(np.isclose(ratio, first, rtol=1e-4, atol=0) for _, ratio in ratios)
    if same and np.isclose(first, -1):
        return (
            f"It has the wrong sign: {subject.lower()} is −1 times what it should be."
        )
    if text := of_size(ratios, subject):
        return text
    if not same:
        return ""
    if numbers == 1 and not (whole(first) or whole(1 / first)):
        return ""
    for base, name in BASES.items():
        if np.isclose(first, 1 / np.log(base)):
            return f"{subject} is 1/ln {base} times what it should be: is it {name}, and not ln?"
    return f"{subject} is {in_words(first)} times what it should be."


def common_factor(right, mine, rtol):
    """(c, how many numbers say so) if mine = c · right for all of them; c is None if there is
    no such c. Zeros say nothing."""
    right, mine = right.astype(float).ravel(), mine.astype(float).ravel()
    there = (np.abs(right) > 1e-12) & np.isfinite(right)
    if np.any(np.abs(mine[~there & np.isfinite(right)]) > 1e-9):
        return None, len(right)
    if not there.any():
        return None, 0
    ratios = mine[there] / right[there]
    alike = np.allclose(ratios, ratios[0], rtol=rtol, atol=0)
    return (ratios[0] if alike and abs(ratios[0]) > 1e-300 else None), len(ratios)


def of_size(ratios, subject):
    """A sentence if each factor is a size of its case, or 1 over it, or a root of it."""
    case = next(case for case, ratio in ratios if not np.isclose(ratio, 1))
    found = [ratio for _, ratio in ratios]
    for key, length in sizes(case).items():
        lengths = [sizes(other).get(key, np.nan) for other, _ in ratios]
        if 0 in lengths:
            continue
        for sign in (1, -1):
            for power, exponent in POWERS.items():
                told = sign * np.array(lengths, float) ** exponent
                if "√" in power and len({*lengths}) == 1:
                    continue  # 1/√4 is a half, too
                if length > 1 and np.allclose(told, found, rtol=1e-4, atol=0):
                    name, place = key
                    return (
                        f"{subject} is {'−' if sign < 0 else ''}{power}{length} times what it "
                        f"should be, and {length} is how many {place} {name} has."
                    )
    return ""


def sizes(case):
    """{(name, what is counted): how many} of the arrays of a case."""
    found = {}
    for name, value in case.items():
        shape = shape_of(value)
        places = ("numbers",) if len(shape) == 1 else ("rows", "columns", "layers")
        found |= {(name, place): length for place, length in zip(places, shape)}
        if len(shape) > 1:
            found[name, "numbers"] = int(np.prod(shape))
    return found


def shape_of(value):
    """The shape of an array, or of a list that could be one; () of all else."""
    try:
        value = np.asarray(value)
    except ValueError:  # rows of different lengths
        return ()
    return value.shape if numeric(value) else ()


def whole(number):
    return bool(np.isclose(number, np.round(number)))


def in_words(factor):
    """2, −1/3, 1.5."""
    over = whole(1 / factor) and abs(factor) < 1
    size = abs(1 / factor) if over else abs(factor)
    return f"{'−' if factor < 0 else ''}{'1/' if over else ''}{size:.4g}"
