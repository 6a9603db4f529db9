"""What *The bridge* compares: nnlib's part is repeated; what PyTorch and JAX did, `make bridge`
repeats and stores."""

import numpy as np

import nnlib
from claims import claim, low_high, per_cent
from nnbook.figures.bridge import stored
from nnlib import Linear, Network, ReLU, cross_entropy
from nnlib.datasets import digits

RATES = {"SGD": 0.1, "Momentum": 0.02, "RMSprop": 0.001, "Adam": 0.003}
OTHERS = ("PyTorch", "JAX")


def tex(value):
    """2 · 10⁻¹⁵, as a formula."""
    digit, _, power = f"{value:.0e}".partition("e")
    return rf"{digit} \cdot 10^{{{int(power)}}}"


def most(value):
    """The same, and no less than the value."""
    return tex(max(value, value + 0.5 * 10 ** np.floor(np.log10(value))))


def ends(precision, what="theta", rates=RATES):
    """How far PyTorch and JAX are from nnlib, {"Adam, JAX": [a number a seed]}."""
    found = stored()["apart"]
    return {
        f"{optimizer}, {name}": found[f"{optimizer}, lr {lr:g}, {precision}"][name][
            what
        ]
        for optimizer, lr in rates.items()
        for name in OTHERS
    }


def every(got):
    return [value for values in got.values() for value in values]


@claim(
    says=lambda r: f"by at most ${most(max(every(r)))}$ of its size",
    holds=lambda r: max(every(r)) < 1e-12,
    measures="largest difference from nnlib's loss in 300 steps, as a share of it",
)
def losses_agree_to_twelve_digits():
    """64-64-10 on the digits in float64, 300 steps from the same weights, on the same batches."""
    return ends("float64", "loss")


@claim(
    says=lambda r: (
        f"{sum(it < 1e-6 for it in every(r))} of {len(every(r))} runs end between "
        f"${tex(min(every(r)))}$ and ${tex(max(it for it in every(r) if it < 1e-6))}$ apart"
    ),
    holds=lambda r: sum(it > 1e-6 for it in every(r)) == 1,
    measures="difference from nnlib's weights after 300 steps, as a share of their size",
)
def float32_agrees_to_seven_digits():
    """64-64-10 on the digits in float32, 300 steps from the same weights, on the same batches."""
    return ends("float32")


@claim(
    says=lambda r: (
        f"between ${tex(min(every(r)))}$ and ${tex(max(every(r)))}$ from itself"
    ),
    holds=lambda r: 5e-8 < min(every(r)) < max(every(r)) < 1e-6,
    measures="difference of the weights after 300 steps, as a share of their size",
)
def nnlib_is_as_far_from_itself():
    """nnlib twice, in float32; the second time the rows of each batch come in another order."""
    x, y = digits()
    found = {}
    for optimizer, lr in RATES.items():
        found[optimizer] = []
        for seed in range(3):
            thetas = []
            for mix in (False, True):
                rng, other = (np.random.default_rng(it) for it in (seed, 1000 + seed))
                order = [rng.choice(len(x), 64, replace=False) for _ in range(300)]
                rng = np.random.default_rng(seed)
                hidden, output = Linear(64, 64, rng=rng), Linear(64, 10, rng=rng)
                net, its = (
                    Network(hidden, ReLU(), output),
                    getattr(nnlib, optimizer)(lr),
                )
                for rows in order:
                    rows = other.permutation(rows) if mix else rows
                    _, dz = cross_entropy(net.forward(x[rows]), y[rows])
                    net.backward(dz)
                    its.step(net.theta, net.grad)
                thetas.append(net.theta)
            one, two = thetas
            found[optimizer].append(np.linalg.norm(one - two) / np.linalg.norm(one))
    return found


@claim(
    says=lambda r: (f"all three end about ${tex(max(every(r)))}$ from it"),
    holds=lambda r: max(every(r)) < 1.1 * min(every(r)),
    measures="difference from the weights of the float64 run, as a share of their size",
)
def nobody_in_float32_is_right():
    """SGD at 0.1, 300 steps in float32, beside nnlib's run in float64."""
    return stored()["truth"]["SGD"]


@claim(
    says=lambda r: (
        f"in float64 ${tex(min(r['float64']))}$, ${tex(sorted(r['float64'])[1])}$ and "
        f"{max(r['float64']):.1f}, in float32 {low_high(r['float32'], 1)}"
    ),
    holds=lambda r: max(r["float64"]) > 0.05 and min(r["float32"]) > 0.05,
    measures="difference between PyTorch's and nnlib's weights after 300 steps",
)
def where_training_fails_nothing_agrees():
    """SGD at 2, where the loss stays at that of guessing."""
    found = stored()["apart"]
    return {
        it: found[f"SGD, lr 2, {it}"]["PyTorch"]["theta"]
        for it in ("float64", "float32")
    }


# --- mistakes -------------------------------------------------------------------------------------


def of_loops(what):
    return {name: found[what] for name, found in stored()["line_up"].items()}


@claim(
    says=lambda r: (
        f"Of new digits the two read {per_cent(r['usual'])} and {per_cent(r['step_first'])} right",
        f"reads {per_cent(r['PlainList'])} of new digits right",
    ),
    holds=lambda r: (
        min(r["usual"]) > max(r["PlainList"]) and min(r["step_first"]) > 0.94
    ),
    measures="share of new digits read right",
)
def two_loops_pass_for_right():
    """Eight training loops in PyTorch, SGD at 0.5, 300 steps, five starts each."""
    return of_loops("right")


@claim(
    says=lambda r: (
        f"ends at {low_high(r['softmax_first'])}, above",
        f"It ends at {low_high(r['PlainList'])}, where the usual loop reaches "
        f"{low_high(r['usual'])}",
    ),
    holds=lambda r: (
        r["step_first"] == r["usual"]
        and min(r["softmax_first"]) > 1.46
        and min(r["PlainList"]) > 3 * max(r["usual"])
        and min(map(min, (r["never_zeroed"], r["summed"]))) > 2.4
    ),
    measures="mean loss of the last 20 steps",
)
def the_others_have_a_floor_or_explode():
    """The same eight loops."""
    return of_loops("loss")


@claim(
    says=lambda r: (
        f"{per_cent(r['Dropout, training'])} instead of {per_cent(r['Dropout'])}",
        f"{per_cent(r['BatchNorm1d, training'])} instead of {per_cent(r['BatchNorm1d'])}",
    ),
    holds=lambda r: (
        max(r["Dropout, training"]) < min(r["Dropout"])
        and max(r["BatchNorm1d, training"]) < 0.2
    ),
    measures="share of new digits read right, in batches of one digit each",
)
def forgotten_eval_costs_accuracy():
    """64-64-10 with either layer, SGD at 0.1, 300 steps, five starts; predicted as if training."""
    return {
        name + ", training" * (kind == "training"): shares
        for name, found in stored()["modes"].items()
        for kind, shares in found.items()
    }


@claim(
    says=lambda r: (
        f"{per_cent(r['transposed'])} of new digits are read right, and "
        f"{per_cent(r['as it is'])} if the square one is not transposed"
    ),
    holds=lambda r: min(r["transposed"]) > 0.9 and max(r["as it is"]) < 0.2,
    measures="share of new digits read right by the weights in PyTorch",
)
def a_square_one_is_not_noticed():
    """64-64-10 trained by nnlib, Adam at 0.003, 300 steps, five starts; carried to PyTorch."""
    found = stored()["square"]
    return {kind: found[kind] for kind in ("transposed", "as it is")}


@claim(
    says=lambda r: (
        f"With momentum the loss ends at {low_high(r['Momentum, lost'])} instead of "
        f"{low_high(r['Momentum'])}",
        f"with Adam at {low_high(r['Adam, lost'])} instead of {low_high(r['Adam'])}",
    ),
    holds=lambda r: (
        min(r["Momentum, lost"]) > 2 * max(r["Momentum"])
        and max(r["Adam, lost"]) < 1.3 * min(r["Adam"])
    ),
    measures="mean loss of the last 20 steps",
)
def a_lost_memory_shows_only_in_one():
    """optax in JAX, 300 steps, three starts: Momentum at 0.02, Adam at 0.003."""
    found, apart = stored()["memory_lost"], stored()["apart"]
    kept = {
        name: apart[f"{name}, lr {RATES[name]:g}, float32"]["final loss"]
        for name in found
    }
    return kept | {f"{name}, lost": values for name, values in found.items()}


@claim(
    says=lambda r: (
        f"differ from one example to the next by ${tex(max(r['PyTorch’s own']))}$; with He's "
        f"weights by {low_high(r['He’s'])}"
    ),
    holds=lambda r: max(r["PyTorch’s own"]) < 1e-6 < 0.01 < min(r["He’s"]),
    measures="standard deviation of an output from example to example",
)
def a_deep_stack_dies_of_the_default():
    """30 layers of 100 with ReLU in PyTorch, inputs N(0, 1), five starts."""
    found = stored()["deep"]
    return {
        "PyTorch’s own": found["PyTorch's own"]["differ"],
        "He’s": found["He's"]["differ"],
    }
