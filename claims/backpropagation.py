"""What *Backpropagation* compares."""

import numpy as np

from claims import claim
from nnbook.figures.backpropagation import WIDTHS, way_back
from nnbook.figures.faulty import PROGRAMS, run_program

SEEDS = range(2, 7)  # the page's own pictures have seed 1
WRONG = [program for program in PROGRAMS if program != "E"]
SURVIVORS = "ACDG"


def ending(program, lr=0.5):
    """The mean loss of the last 50 of 400 steps, a number a seed."""
    return [float(run_program(program, 400, lr, s)[0][-50:].mean()) for s in SEEDS]


def over(got, program, best="E"):
    """How many times the correct program's loss a program ends with, a number a seed."""
    return np.array(got[program]) / np.array(got[best])


@claim(
    says=lambda r: (
        f"{min(min(r[p]) for p in SURVIVORS):.0%} or more of the training examples right"
    ),
    holds=lambda r: (
        min(min(r[p]) for p in "ACDEG") > 0.97 and max(max(r[p]) for p in "BF") < 0.9
    ),
    measures="share of the training examples right, over the last 50 of 400 steps",
)
def wrong_gradients_train():
    """The seven programs on three spirals at lr 0.5, from other starts than the page's."""
    return {
        program: [
            float(run_program(program, 400, 0.5, s)[1][-50:].mean()) for s in SEEDS
        ]
        for program in PROGRAMS
    }


@claim(
    says=lambda r: (
        f"below $10^{{-6}}$ for E, and {min(min(r[p]) for p in WRONG):.1g} or more for each of "
        "the others"
    ),
    holds=lambda r: max(r["E"]) < 1e-6 and min(min(r[p]) for p in WRONG) > 0.5,
    measures="result of the gradient check",
)
def the_check_tells_them_apart():
    """`gradient_check` of the seven programs on ten examples, before the first step."""
    return {
        program: [run_program(program, 400, 0.5, s)[2] for s in SEEDS]
        for program in PROGRAMS
    }


@claim(
    says=lambda r: (
        f"A, C and G end with {min(min(over(r, p)) for p in 'ACG'):.1f} to "
        f"{max(max(over(r, p)) for p in 'ACG'):.1f} times the loss of the correct program, and D "
        f"with {min(over(r, 'D')):.0f} to {max(over(r, 'D')):.0f} times"
    ),
    holds=lambda r: min(min(over(r, p)) for p in SURVIVORS) > 1,
    measures="loss over the last 50 of 400 steps",
)
def survivors_end_higher_at_one_rate():
    """The programs that train, and the correct one, E, at lr 0.5."""
    return {program: ending(program) for program in "ACDEG"}


@claim(
    says=lambda r: (
        f"A, C and G end with {min(min(over(r, p)) for p in 'ACG'):.1f} to "
        f"{max(max(over(r, p)) for p in 'ACG'):.1f} times the loss that the correct program "
        "reaches at 0.5",
        f"At 1.5 the correct program is lower still, at {min(over(r, 'E, lr 1.5')):.1f} to "
        f"{max(over(r, 'E, lr 1.5')):.1f} times",
    ),
    holds=lambda r: (
        max(max(over(r, p)) for p in "ACG") < 1
        and all(np.mean(r["E, lr 1.5"]) < np.mean(r[p]) for p in "ACG")
    ),
    measures="loss over the last 50 of 400 steps",
)
def a_better_rate_hides_the_bug():
    """Three of the survivors at lr 1.5, and the correct program, E, at 0.5 and at 1.5."""
    wrong = {p: ending(p, 1.5) for p in "ACG"}
    return wrong | {"E": ending("E"), "E, lr 1.5": ending("E", 1.5)}


@claim(
    says=lambda r: (
        f"at lr 0.005 it ends with about {max(over(r, 'B, lr 0.005', 'E, lr 0.5')):.1f} times the "
        "loss that the correct program reaches at 0.5"
    ),
    holds=lambda r: max(over(r, "B, lr 0.005", "E, lr 0.5")) < 1.2,
    measures="loss over the last 50 of 400 steps",
)
def a_forgotten_mean_is_a_larger_rate():
    """The program that forgets 1/n, n = 120, at a hundredth of the rate."""
    return {"B, lr 0.005": ending("B", 0.005), "E, lr 0.5": ending("E")}


@claim(
    says=lambda r: (
        f"between {min(map(min, r.values())):.1f} and {max(map(max, r.values())):.1f} of what the "
        "formula says"
    ),
    holds=lambda r: 0.2 < min(map(min, r.values())) < max(map(max, r.values())) < 5,
    measures="size of the gradient below 30 layers, over the predicted one",
)
def one_network_strays_from_the_formula():
    """Thirty ReLU layers of the explorer's widths, variance 2/n_in, eight networks each. (Another
    variance multiplies both, what comes out and what is predicted.)"""
    ratios = {}
    for widths in WIDTHS:
        runs = [way_back("2/n_in", widths, seed) for seed in range(8)]
        ratios[widths] = [back[0] / gradient[0] for _, back, _, gradient in runs]
    return ratios
