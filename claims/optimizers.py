"""What *Optimizers* compares."""

import numpy as np

from claims import claim, low_high
from nnbook.figures.networks import descend, small_network
from nnbook.figures.optimizers import RATES, quadratic, saddle_gradient
from nnlib import SGD, Adam, Momentum, RMSprop, accuracy, cross_entropy, train
from nnlib.datasets import spirals

SEEDS = range(5)
ANGLES = np.arange(8) * np.pi / 4 + 0.2  # of eight starts, at a distance of 5
LONG = 20_000  # steps: what is near for good, and what comes out again?


def steps_for_good(optimizer, gradient, minima, starts, near=0.1, steps=LONG):
    """Steps until each start stays near a minimum, at the rate that suits the slowest best."""
    theta = np.repeat(starts[:, None], len(RATES), axis=1)
    optimizer.lr = RATES[:, None]
    last = np.zeros(theta.shape[:2], int)
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            away = np.min([np.hypot(*(theta - at).T).T for at in minima], axis=0)
            last[~(away < near)] = step
            optimizer.step(theta, gradient(theta))
    return last[:, last.max(axis=0).argmin()] + 1


def on_a_bowl(optimizer, surface, steps=LONG):
    low, high, turned = {
        "bowl": (0.2, 4, False),
        "ravine": (0.1, 10, False),
        "turned": (0.1, 10, True),
    }[surface]
    _, gradient = quadratic(low, high, turned)
    angles = ANGLES + np.pi / 4 * turned
    starts = 5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return steps_for_good(optimizer, gradient, np.zeros((1, 2)), starts, steps=steps)


@claim(
    says=lambda r: (
        f"from eight other starts plain descent needs {low_high(r['SGD, bowl'], 0)} steps on the "
        f"bowl and {low_high(r['SGD, ravine'], 0)} on the ravine, turned or not; momentum "
        f"{low_high(r['Momentum, bowl'] + r['Momentum, ravine'] + r['Momentum, turned'], 0)} on "
        f"all three; RMSprop {low_high(r['RMSprop, ravine'], 0)} and Adam "
        f"{low_high(r['Adam, ravine'], 0)} on bowl and ravine alike, and "
        f"{low_high(r['RMSprop, turned'], 0)} and {low_high(r['Adam, turned'], 0)} on the turned "
        "one"
    ),
    holds=lambda r: (
        min(np.divide(r["SGD, ravine"], r["SGD, bowl"])) > 4
        and np.allclose(r["SGD, ravine"], r["SGD, turned"], rtol=0.05)
        and max(r["Momentum, turned"]) < 2 * min(r["Momentum, bowl"])
        and r["Adam, bowl"] == r["Adam, ravine"]
        and r["RMSprop, bowl"] == r["RMSprop, ravine"]
        and min(r["Adam, turned"]) > 4 * max(r["Adam, ravine"])
        and min(r["Adam, turned"]) > max(r["SGD, turned"])
    ),
    measures="steps to within 0.1, for good",
)
def each_at_its_best_rate():
    """Eight starts at a distance of 5; of 41 learning rates from 0.001 to 10 the one that suits
    the slowest start best; other settings as they come; near a minimum for 20,000 steps."""
    return {
        f"{kind.__name__}, {surface}": on_a_bowl(kind(1.0), surface).tolist()
        for kind in (SGD, Momentum, RMSprop, Adam)
        for surface in ("bowl", "ravine", "turned")
    }


@claim(
    says=lambda r: (
        f"With β chosen as well, momentum needs {low_high(r['Momentum, bowl'], 0)} steps on the "
        f"bowl and {low_high(r['Momentum, turned'], 0)} on the turned ravine, Adam "
        f"{low_high(r['Adam, bowl'], 0)} and {low_high(r['Adam, turned'], 0)}, and RMSprop "
        f"{low_high(r['RMSprop, bowl'], 0)} and {low_high(r['RMSprop, turned'], 0)}"
    ),
    holds=lambda r: (
        max(r["RMSprop, bowl"]) < min(r["Momentum, bowl"])
        and max(r["Momentum, bowl"]) < min(r["Adam, bowl"])
        and all(
            max(r["Momentum, turned"]) < min(r[f"{kind}, turned"])
            for kind in ("Adam", "RMSprop")
        )
    ),
    measures="steps to within 0.1, for good",
)
def each_with_its_own_beta():
    """The same starts and rates, and the best of β = 0.3, 0.5, 0.7, 0.8, 0.9 for momentum, 0.5,
    0.9, 0.99, 0.999 for RMSprop, and β₁ = 0.5, 0.7, 0.9 with β₂ = 0.9, 0.99, 0.999 for Adam."""
    settings = {
        "Momentum": [Momentum(1.0, beta) for beta in (0.3, 0.5, 0.7, 0.8, 0.9)],
        "RMSprop": [RMSprop(1.0, beta) for beta in (0.5, 0.9, 0.99, 0.999)],
        "Adam": [Adam(1.0, b, c) for b in (0.5, 0.7, 0.9) for c in (0.9, 0.99, 0.999)],
    }
    got = {}
    for surface in ("bowl", "turned"):
        for name, optimizers in settings.items():
            tried = []
            for given in optimizers:  # as new: none has been on another surface
                fresh = type(given)(**{k: v for k, v in vars(given).items() if v})
                tried.append(on_a_bowl(fresh, surface, LONG // 2).tolist())
            got[f"{name}, {surface}"] = min(tried, key=max)
    return got


@claim(
    says=lambda r: (
        f"From 0.1 beside the line SGD needs {r['SGD'][0]:.0f} steps, from 0.001 it needs "
        f"{r['SGD'][2]:.0f}, from a millionth {r['SGD'][4]:.0f}; momentum "
        f"{r['Momentum'][0]:.0f}, {r['Momentum'][2]:.0f} and {r['Momentum'][4]:.0f}; RMSprop and "
        f"Adam {r['RMSprop'][0]:.0f} and {r['Adam'][0]:.0f} from everywhere"
    ),
    holds=lambda r: (
        r["SGD"][0] < r["Adam"][0]  # a saddle is no trouble for who does not come near
        and r["SGD"][4] > 4 * r["SGD"][0]
        and len(set(r["RMSprop"])) == len(set(r["Adam"])) == 1
    ),
    measures="steps to within 0.1 of a minimum, from 0.1, 0.01, 0.001, 0.0001, 10⁻⁶",
    chance=False,
)
def how_near_to_the_ridge():
    """The saddle, from (d, −2), each at its best rate of 41, and 1,000 steps."""
    return {
        kind.__name__: [
            int(
                steps_for_good(
                    kind(1.0),
                    saddle_gradient,
                    np.array([[1, 0], [-1, 0]]),
                    np.array([[beside, -2.0]]),
                    steps=1000,
                )[0]
            )
            for beside in (0.1, 0.01, 0.001, 1e-4, 1e-6)
        ]
        for kind in (SGD, Momentum, RMSprop, Adam)
    }


def losses_on_spirals(kind, lr, seed, epochs):
    """The mean loss of each epoch, and the share of 3,000 new points that end right."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    rng = np.random.default_rng(seed)
    net = small_network("relu", [2, 16, 16, 3], rng=rng)
    run = train(net, cross_entropy, kind(lr), x, y, batch_size=30, rng=rng)
    losses = [next(run) for _ in range(epochs)]
    new_x, new_y = spirals(3000, rng=np.random.default_rng(77))
    return losses, accuracy(net.predict(new_x), new_y)


BEST = {  # rates around each one's best: 30 epochs, and 300
    SGD: (0.56, 1, 1.3),
    Momentum: (0.1, 0.178, 0.25),
    RMSprop: (0.0032, 0.0056, 0.01, 0.0178, 0.0316),
    Adam: (0.056, 0.1, 0.178),
}


@claim(
    says=lambda r: [
        f"at 0.03 SGD's loss is {ratio(r, 'at 0.03'):.0f} times Adam's, over five starts; each at "
        f"its best of a finer grid, SGD ends at {low_high(r['SGD, 30'], 4)}, Momentum at "
        f"{low_high(r['Momentum, 30'], 4)}, RMSprop at {low_high(r['RMSprop, 30'], 4)} and Adam at "
        f"{low_high(r['Adam, 30'], 4)}",
        f"After 300 epochs RMSprop is the lowest from every start, at {small(r['RMSprop, 300'])}, "
        f"before Adam at {small(r['Adam, 300'])}, Momentum at {small(r['Momentum, 300'])} and SGD "
        f"at {small(r['SGD, 300'])}",
        "after 30 epochs, each at its best rate, all four get "
        f"{100 * min(new(r)):.1f} to {100 * max(new(r)):.1f} % of new points right",
    ],
    holds=lambda r: (
        ratio(r, "at 0.03") > 50
        and max(r["Adam, 30"])
        < min(*r["SGD, 30"], *r["RMSprop, 30"], *r["Momentum, 30"])
        and max(r["RMSprop, 300"]) < min(r["Adam, 300"])
        and max(r["Adam, 300"]) < min(r["Momentum, 300"])
        and max(r["Momentum, 300"]) < min(r["SGD, 300"])
        and max(new(r)) - min(new(r)) < 0.01
    ),
    measures="training loss after 30 and 300 epochs; share of new points right",
)
def four_optimizers_on_spirals():
    """Three spirals, 2-16-16-3 with ReLU, mini-batches of 30: each at its best rate on a grid of
    four a decade; and all at 0.03."""
    got = {}
    for kind, rates in BEST.items():
        runs = {
            lr: [losses_on_spirals(kind, lr, s, 300)[0] for s in SEEDS] for lr in rates
        }
        for epochs in (30, 300):
            losses = {lr: [run[epochs - 1] for run in runs[lr]] for lr in rates}
            at = min(rates, key=lambda lr: np.mean(losses[lr]))
            got[f"{kind.__name__}, {epochs}"] = losses[at]
            if epochs == 30:
                got[f"{kind.__name__}, new points"] = [
                    losses_on_spirals(kind, at, s, 30)[1] for s in SEEDS
                ]
        got[f"{kind.__name__}, at 0.03"] = [
            losses_on_spirals(kind, 0.03, s, 30)[0][-1] for s in SEEDS
        ]
    return got


def ratio(r, where):
    return np.mean(r[f"SGD, {where}"]) / np.mean(r[f"Adam, {where}"])


def new(r):
    return [share for name in r if "new" in name for share in r[name]]


def small(values):
    """Their mean as 7 · 10⁻⁶, in the words of the page."""
    first, power = f"{np.mean(values):.0e}".split("e")
    return f"${first} \\cdot 10^{{{int(power)}}}$"


@claim(
    says=lambda r: (
        f"the rates with which it ends below 0.05 span a factor of {span(r, 'Adam'):.0f}; for SGD "
        f"it is {span(r, 'SGD'):.0f}, for Momentum {span(r, 'Momentum'):.0f}, for RMSprop "
        f"{span(r, 'RMSprop'):.0f}"
    ),
    holds=lambda r: (
        span(r, "Adam") > 1.5 * max(span(r, k) for k in ("SGD", "Momentum", "RMSprop"))
    ),
    measures="largest and smallest rate, of four a decade, that end below 0.05 after 30 epochs",
)
def who_forgives():
    """Three spirals as above, 30 epochs, learning rates from 0.001 to 10^0.25."""
    got = {}
    for kind in (SGD, Momentum, RMSprop, Adam):
        low, high = [], []
        for seed in SEEDS:
            good = [
                lr
                for lr in 10 ** np.arange(-3, 0.5, 0.25)
                if losses_on_spirals(kind, lr, seed, 30)[0][-1] < 0.05
            ]
            low.append(min(good))
            high.append(max(good))
        got |= {f"{kind.__name__}, smallest": low, f"{kind.__name__}, largest": high}
    return got


def span(r, name):
    """Between the rates that suit all seeds."""
    return min(r[f"{name}, largest"]) / max(r[f"{name}, smallest"])


def deep_loss(activation, kind, lr, seed, steps):
    x, y = spirals(90, rng=np.random.default_rng(1))
    net = small_network(activation, [2, *[16] * 4, 3], rng=np.random.default_rng(seed))
    losses = descend(net, cross_entropy, kind(lr), x, y, steps=steps)
    return losses[-1] if np.isfinite(losses[-1]) else 1e9


@claim(
    says=lambda r: (
        f"over five starts Adam ends at {low_high(r['Adam 0.03'])} at its best rate, SGD at "
        f"{low_high(r['SGD 3'])} at 3, and at 1.05 or more at any rate up to 1; RMSprop at "
        f"{low_high(r['RMSprop 0.03'])}, and momentum at {low_high(r['Momentum 1'])}",
        f"after 1,500 steps SGD at 3 is at {low_high(r['SGD 3, 1500 steps'])}",
    ),
    holds=lambda r: (
        max(r["Adam 0.03"]) < 0.1
        and min(r["SGD 3"]) > 0.9
        and min(r["SGD up to 1"]) >= 1.05
        and max(r["SGD 3, 1500 steps"]) < 0.05
        and np.mean(r["Adam 0.03"])
        < np.mean(r["RMSprop 0.03"])
        < np.mean(r["Momentum 1"])
        and max(r["Momentum 1"]) < min(r["SGD 3"])
    ),
    measures="loss of a deep sigmoid network",
)
def deep_sigmoids():
    """90 points of three spirals, four hidden layers of 16 sigmoids from Xavier's start, plain
    descent on all points, 150 steps, each at the best of eight rates from 0.003 to 10; SGD also
    for ten times the steps."""
    got = {}
    for kind in (Adam, RMSprop, Momentum, SGD):
        tried = {
            lr: [deep_loss("sigmoid", kind, lr, s, 150) for s in SEEDS]
            for lr in (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
        }
        lr = min(tried, key=lambda lr: np.mean(tried[lr]))
        got[f"{kind.__name__} {lr:g}"] = tried[lr]
    up_to_1 = zip(*(losses for lr, losses in tried.items() if lr <= 1))  # of SGD
    return got | {
        "SGD up to 1": [*map(min, up_to_1)],
        "SGD 3, 1500 steps": [deep_loss("sigmoid", SGD, 3, s, 1500) for s in SEEDS],
    }


@claim(
    says=lambda r: (
        f"At 1 SGD alone learns, from five starts: it ends at {low_high(r['SGD'])}, the others "
        f"at {min(min(r[k]) for k in ('Momentum', 'RMSprop', 'Adam')):.2f} or more"
    ),
    holds=lambda r: (
        max(r["SGD"]) < 0.5
        and min(min(r[k]) for k in ("Momentum", "RMSprop", "Adam")) > 0.9
    ),
    measures="loss of a deep ReLU network after 150 steps at a rate of 1",
)
def relu_at_a_rate_of_one():
    """90 points of three spirals, four hidden layers of 16 ReLUs, descent on all points."""
    return {
        kind.__name__: [deep_loss("relu", kind, 1, s, 150) for s in SEEDS]
        for kind in (SGD, Momentum, RMSprop, Adam)
    }


def cosine_loss(kind, lr, seed, falls, epochs=30):
    """The loss on all examples after some epochs, at a constant rate or half a cosine's."""
    x, y = spirals(300, rng=np.random.default_rng(1))
    rng = np.random.default_rng(seed)
    net, optimizer = small_network("relu", [2, 16, 16, 3], rng=rng), kind(lr)
    for step in range(10 * epochs):
        if step % 10 == 0:
            order = np.split(rng.permutation(300), 10)
        if falls:
            optimizer.lr = lr * (1 + np.cos(np.pi * step / (10 * epochs))) / 2
        rows = order[step % 10]
        _, dz = cross_entropy(net.forward(x[rows]), y[rows])
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
    return cross_entropy(net.predict(x), y)[0]


@claim(
    says=lambda r: (
        f"SGD ends at {low_high(r['SGD, constant'], 3)} with a constant rate and at "
        f"{low_high(r['SGD, cosine'], 3)} with the cosine, Adam at "
        f"{low_high(r['Adam, constant'], 4)} and {low_high(r['Adam, cosine'], 4)}"
    ),
    holds=lambda r: all(
        np.mean(r[f"{k}, cosine"]) > 1.5 * np.mean(r[f"{k}, constant"])
        for k in ("SGD", "Adam")
    ),
    measures="training loss after 30 epochs",
)
def a_schedule_on_spirals():
    """Three spirals as above: a constant rate, and one that falls to zero along half a cosine,
    each at its own best first rate."""
    got = {}
    for kind, rates in ((SGD, (0.56, 1, 1.3, 1.78)), (Adam, (0.056, 0.1, 0.178, 0.3))):
        for name, falls in (("constant", False), ("cosine", True)):
            runs = [[cosine_loss(kind, lr, s, falls) for s in SEEDS] for lr in rates]
            got[f"{kind.__name__}, {name}"] = min(runs, key=np.mean)
    return got
