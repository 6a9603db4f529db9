"""Timing side by side: rounds in rotated order, so that whatever disturbs one disturbs all."""

import gc
from statistics import median
from time import perf_counter

import numpy as np

WORK = 0.004  # seconds of nnlib in a round: short enough to be left alone now and then


def race(starts, rounds, count=None):
    """Seconds of each contestant, {name: [one a round]}.

    `starts` maps names to functions that prepare a fresh and warm contestant and return
    what is timed: a function of the number of repetitions. All repeat equally often.
    """
    if count is None:
        count = repetitions(starts["nnlib"]())
    names, times = list(starts), {name: [] for name in starts}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for i in range(rounds):
            for name in names[i % len(names) :] + names[: i % len(names)]:
                run = starts[name]()
                start = perf_counter()
                run(count)
                times[name].append((perf_counter() - start) / count)
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return times


def repetitions(run):
    """How many take about WORK seconds, from 3 to 200."""
    start = perf_counter()
    run(3)
    return int(min(200, max(3, 3 * WORK / (perf_counter() - start))))


def summary(times):
    """Best and median in microseconds; the ratio of the bests to nnlib, and of the rounds.

    The best of many rounds is what the program costs when nothing disturbs it; the ratio
    of one round compares what ran next to each other.
    """
    ours = np.array(times["nnlib"])
    result = {}
    for name, theirs in times.items():
        low, middle, high = np.percentile(np.array(theirs) / ours, [25, 50, 75])
        result[name] = {
            "best": rounded(1e6 * min(theirs)),
            "median": rounded(1e6 * median(theirs)),
            "ratio": rounded(min(theirs) / ours.min()),
            "ratios": [rounded(low), rounded(middle), rounded(high)],
        }
    return result


def rounded(value):
    """Four figures are more than any timing is worth."""
    return float(f"{value:.4g}")
