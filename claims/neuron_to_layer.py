"""What *From a neuron to a layer* says of learning by nudges."""

import numpy as np

from claims import claim
from nnbook.figures.neuron_to_layer import OPINIONS, nudge_until_stuck

PARTS = [1, 2, 4, 8, 16, 32, 64]  # nudges to a point


@claim(
    says=lambda got: (
        f"Nudges of 1/64 need {got['1/64, rounds'][0]:.0f} rounds until none helps any more.",
        "each single nudge of 1, up or down, makes the loss larger, and so does each nudge of "
        f"½. A quarter gets stuck after {got['1/4, rounds'][0]:.0f} rounds. From an eighth on, "
        "halving the nudge doubles the rounds and leaves a quarter of the loss.",
    ),
    holds=lambda got: (
        got["1/1, rounds"] == got["1/2, rounds"] == [0]
        and all(
            1.9 < got[f"1/{2 * n}, rounds"][0] / got[f"1/{n}, rounds"][0] < 2.2
            and 3.9 < got[f"1/{n}, loss"][0] / got[f"1/{2 * n}, loss"][0] < 4.1
            for n in (8, 16, 32)
        )
    ),
    measures="rounds until no nudge helps, and the loss that is left",
    chance=False,
)
def halving_the_nudge():
    """Ana's ten flats, from zeros."""
    got = {}
    for n in PARTS:
        _, losses = nudge_until_stuck(1 / n)
        got |= {f"1/{n}, rounds": [len(losses) - 1], f"1/{n}, loss": [losses[-1]]}
    return got


@claim(
    says=lambda got: (
        "for five other tens, drawn at random, a nudge of ½ leaves a loss of "
        f"{min(got['1/2']):.3g} to {max(got['1/2']):.3g}, and 1/64 one of "
        f"{min(got['1/64']):.4f} to {max(got['1/64']):.4f}"
    ),
    holds=lambda got: min(got["1/2"]) > 10 * max(got["1/64"]),
    measures="loss at which no nudge helps any more",
)
def small_nudges_get_nearer():
    """Ten random flats, with the points that Ana would give, from zeros; five seeds."""
    got = {"1/2": [], "1/8": [], "1/64": []}
    for seed in range(5):
        rng = np.random.default_rng(seed)
        limits = [(1, 6), (1, 7), (0, 2)]  # rooms, tens of minutes, balcony
        x = np.column_stack([rng.integers(*limit, 10) for limit in limits])
        points = x @ OPINIONS[0][:, 0] + OPINIONS[1][0]
        for n in (2, 8, 64):
            got[f"1/{n}"].append(nudge_until_stuck(1 / n, x, points)[1][-1])
    return got
