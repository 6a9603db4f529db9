"""What *Losses* compares."""

import numpy as np

from claims import claim
from nnbook.figures.losses import PLACE, absolute_line, squared_line

TRUE = 1 + 0.3 * PLACE  # the line that the points of the first picture lie near
LINES = {"squared": squared_line, "absolute": absolute_line}
DRAWS = 200  # of the noise, for each seed


def noisy(seed):
    """The heights of the twenty points, drawn anew."""
    rng = np.random.default_rng(seed)
    return TRUE + 0.4 * rng.standard_normal((DRAWS, len(PLACE)))


def distance(fit, points):
    """How far a fitted line is from the true one, on average."""
    return np.mean([np.abs(fit(y) - TRUE).mean() for y in points])


@claim(
    says=lambda r: (
        f"the absolute error's line is {np.mean(r['absolute, none moved']):.2f} from the true "
        f"one on average, the squared error's {np.mean(r['squared, none moved']):.2f}. (With "
        f"the last point moved up by 10 it is {np.mean(r['absolute, last moved']):.2f} against "
        f"{np.mean(r['squared, last moved']):.2f}.)"
    ),
    holds=lambda r: (
        max(r["squared, none moved"]) < min(r["absolute, none moved"])
        and max(r["absolute, last moved"]) < 0.25 * min(r["squared, last moved"])
    ),
    measures="distance from the true line, on average over the points and 200 draws",
)
def without_outliers_squares_are_nearer():
    """Twenty points near a line, with bell-shaped noise of standard deviation 0.4; the line that
    each error makes best; none of the points moved, or the last one moved up by 10."""
    got = {}
    for moved in (0, 10):
        for name, fit in LINES.items():
            case = f"{name}, {'last' if moved else 'none'} moved"
            up = moved * (PLACE == PLACE[-1])
            got[case] = [distance(fit, noisy(seed) + up) for seed in range(5)]
    return got


@claim(
    says=lambda r: (
        f"it flattens both lines, from a slope of {np.mean(r['squared, x = 10']):.2f} to "
        f"{np.mean(r['squared, x = 100']):.2f}"
    ),
    holds=lambda r: (
        max(r["squared, x = 100"] + r["absolute, x = 100"]) < 0.03
        and min(r["squared, x = 10"] + r["absolute, x = 10"]) > 0.29
    ),
    measures="slope of the fitted line, on average over 200 draws",
)
def a_broken_x_tilts_both_lines():
    """Twenty points near a line of slope 0.3, with bell-shaped noise of standard deviation 0.4;
    the last one at its x, 10, or at 100."""
    got = {}
    for last in (10, 100):
        x = np.where(PLACE == PLACE[-1], float(last), PLACE)
        for name, fit in LINES.items():
            got[f"{name}, x = {last}"] = [
                np.mean([slope(fit(y, x), x) for y in noisy(seed)]) for seed in range(5)
            ]
    return got


def slope(line, x):
    return (line[-1] - line[0]) / (x[-1] - x[0])
