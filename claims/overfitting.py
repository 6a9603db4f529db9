"""What *Overfitting* compares."""

from functools import partial

import numpy as np

from claims import claim, per_cent
from nnbook.figures.networks import small_network
from nnlib import (
    SGD,
    Adam,
    EarlyStopping,
    accuracy,
    binary_cross_entropy,
    cross_entropy,
    fit,
    predicted_class,
    split,
    train,
)
from nnlib.datasets import moons, spirals

SEEDS = range(6)
ALL = 1000  # a patience that never stops
SLOW = partial(Adam, 0.01)


def some_moons(seed, flipped):
    """120 moons, a fifth of their labels flipped or none, and their chance from then on."""
    rng = np.random.default_rng(seed)
    x, y = moons(120, rng=rng)
    y = y.reshape(-1, 1)
    if flipped:
        y[::5] = 1 - y[::5]
    return x, y, rng


class Run:
    """What a tanh network on 60 moons was after each epoch."""

    def __init__(self, seed, flipped, make, batch_size, width, epochs):
        self.x, self.y, rng = some_moons(seed, flipped)
        self.seed, sizes = seed, [2, width, width, 1]
        self.net = small_network("tanh", sizes, rng=rng).astype(np.float32)
        run = train(
            self.net,
            binary_cross_entropy,
            make(),
            self.x[:60],
            self.y[:60],
            batch_size=batch_size,
            rng=rng,
        )
        self.thetas, seen = [], []
        for _ in zip(range(epochs), run):
            z = self.net.predict(self.x[60:])
            loss, _ = binary_cross_entropy(z, self.y[60:])
            seen.append((loss, accuracy(z, self.y[60:])))
            self.thetas.append(self.net.theta.copy())
        self.loss, self.accuracy = np.array(seen).T

    def kept(self, patience=ALL):
        """The epoch that early stopping gives back."""
        stopping, last = EarlyStopping(patience), len(self.loss)
        for epoch, loss in enumerate(self.loss, 1):
            if stopping.update(loss, np.zeros(0)):
                last = epoch
                break
        return int(self.loss[:last].argmin())

    def fresh(self, epoch):
        """The share of 1000 fresh points, labels never flipped, that it gets right then."""
        x, y = moons(1000, rng=np.random.default_rng(100 + self.seed))
        self.net.theta[...] = self.thetas[epoch]
        return accuracy(self.net.predict(x), y.reshape(-1, 1))

    def learnt(self, epoch):
        """The shares of the honest and of the flipped labels that it has learnt by then."""
        self.net.theta[...] = self.thetas[epoch]
        right = predicted_class(self.net.predict(self.x[:60])) == self.y[:60, 0]
        flipped = np.arange(60) % 5 == 0
        return right[~flipped].mean(), right[flipped].mean()


def runs(flipped, make=SLOW, batch_size=60, width=128, epochs=250):
    return [Run(seed, flipped, make, batch_size, width, epochs) for seed in SEEDS]


# --- patience -------------------------------------------------------------------------------------


@claim(
    says=lambda r: (
        f"on six data sets patience 5 keeps a network with {per_cent(r['patience 5'])} "
        f"of fresh points right, and no limit one with {per_cent(r['no limit'])}"
    ),
    holds=lambda r: max(r["patience 5"]) < min(r["no limit"]),
    measures="share of 1,000 fresh points right",
)
def patience_on_honest_labels():
    """60 moons, tanh 2→128→128→1, Adam at 0.01, all points in one batch, 250 epochs at most."""
    made = runs(False)
    return {
        name: [run.fresh(run.kept(patience)) for run in made]
        for name, patience in (("patience 5", 5), ("no limit", ALL))
    }


def needed(run):
    """The smallest patience that keeps a network nearly as good on fresh points as the one of
    the lowest validation loss."""
    enough = run.fresh(run.kept()) - 0.02
    return next(p for p in range(1, ALL) if run.fresh(run.kept(p)) >= enough)


@claim(
    says=lambda r: [
        f"| {name.replace(', ', ' | ')} | {np.median(p):.0f} | {min(p):.0f} to {max(p):.0f} |"
        for name, p in r.items()
    ],
    holds=lambda r: (
        np.median(r["0.003, 60"])
        > 1.5 * np.median(r["0.01, 60"])
        > 2 * np.median(r["0.03, 60"])
        and np.median(r["0.01, 60"]) > 1.5 * np.median(r["0.01, 10"])
    ),
    measures="patience that gets within two points of the best",
)
def patience_needed():
    """The same network and points, at other rates and in smaller batches."""
    return {
        f"{lr:g}, {size}": [needed(run) for run in runs(False, partial(Adam, lr), size)]
        for lr, size in ((0.003, 60), (0.01, 60), (0.03, 60), (0.01, 10))
    }


@claim(
    says=lambda r: f"{max(r['patience 5']):.2f} of the validation loss at most",
    holds=lambda r: max(r["patience 5"]) < 0.1,
    measures="validation loss more than without a limit",
)
def patience_on_flipped_labels():
    """The same with a fifth of the labels flipped."""
    return {
        "patience 5": [
            run.loss[run.kept(5)] - run.loss[run.kept()] for run in runs(True)
        ]
    }


@claim(
    says=lambda r: (
        f"Waiting for all 250 epochs instead of 20 changes the share of fresh points by "
        f"{100 * min(r['honest']):.0f} to {100 * max(r['honest']):.0f} points with honest labels, "
        f"and by {100 * min(r['flipped']):.0f} to {100 * max(r['flipped']):.0f} with flipped ones"
    ),
    holds=lambda r: min(r["honest"] + r["flipped"]) > -0.02,
    measures="accuracy on fresh points, without a limit minus with patience 20",
)
def waiting_too_long():
    """The same networks: what 250 epochs of waiting change, in place of 20."""
    return {
        name: [run.fresh(run.kept()) - run.fresh(run.kept(20)) for run in runs(flipped)]
        for name, flipped in (("honest", False), ("flipped", True))
    }


def mean(values):
    return f"{100 * np.mean(values):.0f} %"


def others(r, labels):
    """What all contenders but the page's own network got of the labels."""
    return [
        share
        for name, shares in r.items()
        if labels in name and "Adam at 0.01" not in name
        for share in shares
    ]


def told(r, how):
    """The means of the contenders of a kind: "85, 86 and 86 %"."""
    first, second, third = (mean(r[name]) for name in r if name.startswith(how))
    return f"{first[:-2]}, {second[:-2]} and {third}"


def gains(r):
    """What watching the accuracy gains, at each rate."""
    by_loss, by_accuracy = (
        [np.mean(r[n]) for n in r if n.startswith(how)]
        for how in ("by loss", "by accuracy")
    )
    return [b - a for a, b in zip(by_loss, by_accuracy)]


# --- overfitting ----------------------------------------------------------------------------------

HOW = {
    "Adam at 0.01": {},
    "Adam at 0.03": {"make": partial(Adam, 0.03)},
    "batches of 10": {"batch_size": 10},
    "16 units": {"make": partial(Adam, 0.03), "width": 16},
    "SGD": {"make": partial(SGD, 1), "batch_size": 10},
}


@claim(
    says=lambda r: (
        f"At the lowest validation loss it knows {per_cent(r['Adam at 0.01, honest'])} of the "
        f"honest labels, and {per_cent(r['Adam at 0.01, flipped'])} of the flipped ones",
        f"{per_cent(others(r, 'honest'))}, and {per_cent(others(r, 'flipped'))}",
    ),
    holds=lambda r: (
        min(r["Adam at 0.01, honest"] + others(r, "honest"))
        > 0.7
        > 0.5
        > max(r["Adam at 0.01, flipped"] + others(r, "flipped"))
    ),
    measures="share of the labels that are learnt at the lowest validation loss",
)
def honest_labels_first():
    """60 moons, a fifth of the labels flipped; tanh 2→128→128→1, Adam at 0.01 and one batch,
    unless said otherwise (16 units: Adam at 0.03; SGD at 1 in batches of 10); 250 epochs."""
    got = {}
    for name, how in HOW.items():
        made = runs(True, **how)
        shares = [run.learnt(run.kept()) for run in made]
        got[f"{name}, honest"], got[f"{name}, flipped"] = map(list, zip(*shares))
    return got


@claim(
    says=lambda r: (
        f"Over six data sets early stopping keeps networks with "
        f"{mean(r['Adam at 0.01, kept'])} of fresh points right on average, and the last of 250 "
        f"epochs has {mean(r['Adam at 0.01, last'])}",
        f"early stopping keeps {mean(r['SGD, kept'])}, and the last has {mean(r['SGD, last'])}",
    ),
    holds=lambda r: (
        np.mean(r["Adam at 0.01, kept"]) > np.mean(r["Adam at 0.01, last"]) + 0.03
        and abs(np.mean(r["SGD, kept"]) - np.mean(r["SGD, last"])) < 0.03
    ),
    measures="share of 1,000 fresh points right",
)
def stopped_and_not():
    """The same, kept by early stopping without a limit, or after the last of 250 epochs."""
    got = {}
    for name, how in HOW.items():
        made = runs(True, **how)
        got[f"{name}, kept"] = [run.fresh(run.kept()) for run in made]
        got[f"{name}, last"] = [run.fresh(-1) for run in made]
    return got


@claim(
    says=lambda r: (
        f"{told(r, 'by accuracy')} of fresh points at the rates 0.003, 0.01 and 0.03",
        f"{told(r, 'by loss')}",
    ),
    holds=lambda r: (
        max(map(abs, gains(r))) < 0.08 and min(gains(r)) < 0.02 and max(gains(r)) > 0
    ),
    measures="share of 1,000 fresh points right",
)
def loss_or_accuracy():
    """The same: the epoch of the lowest validation loss, or of the highest validation accuracy."""
    got = {}
    for lr in (0.003, 0.01, 0.03):
        made = runs(True, partial(Adam, lr))
        got[f"by loss, Adam at {lr:g}"] = [run.fresh(run.kept()) for run in made]
        got[f"by accuracy, Adam at {lr:g}"] = [
            run.fresh(int(run.accuracy.argmax())) for run in made
        ]
    return got


# --- what validation promises ---------------------------------------------------------------------


def three_spirals(seed, noise):
    """The three parts of 500 points, and 3,000 fresh ones."""
    data = spirals(500, noise=noise, rng=np.random.default_rng(seed + 1))
    fresh = spirals(3000, noise=noise, rng=np.random.default_rng(1000 + seed))
    return *split(*data, rng=np.random.default_rng(seed)), fresh


def stopped_early(parts, *, lr, width, epochs, patience, rng):
    """Accuracy on the validation and on fresh points of a network that fit stopped."""
    training, validation, _, (x, y) = parts
    net = small_network("relu", [2, width, width, 3], rng=rng)
    history = fit(
        net,
        cross_entropy,
        Adam(lr),
        training,
        validation,
        epochs=epochs,
        batch_size=30,
        patience=patience,
        rng=rng,
        progress=False,
    )
    return history.valid_accuracy[history.best_epoch], accuracy(net.predict(x), y)


@claim(
    says=lambda r: (
        f"the kept epoch has {100 * np.mean(r['validation']):.1f} % of the validation points "
        f"right and {100 * np.mean(r['fresh']):.1f} % of fresh ones"
    ),
    holds=lambda r: abs(np.mean(r["validation"]) - np.mean(r["fresh"])) < 0.015,
    measures="share right at the epoch that early stopping keeps",
)
def one_run_hardly_flatters():
    """The spirals of the page, ReLU 2→32→32→3, Adam at 0.01, patience 30, twenty data sets."""
    got = [
        stopped_early(
            three_spirals(seed, 0.2),
            lr=0.01,
            width=32,
            epochs=300,
            patience=30,
            rng=np.random.default_rng(seed),
        )
        for seed in range(20)
    ]
    return dict(zip(("validation", "fresh"), map(list, zip(*got))))


@claim(
    says=lambda r: (
        f"the best of twenty promises {100 * np.mean(r['promised']):.1f} %, and gets "
        f"{100 * np.mean(r['the best, fresh']):.1f} % of 3,000 fresh points right, where the "
        f"average of the twenty gets {100 * np.mean(r['all, fresh']):.1f} %"
    ),
    holds=lambda r: (
        np.mean(r["promised"]) > np.mean(r["the best, fresh"]) + 0.015
        and np.mean(r["the best, fresh"]) < np.mean(r["all, fresh"]) + 0.01
    ),
    measures="share right",
)
def the_best_of_twenty_settings_flatters():
    """Noisier spirals, six data sets; twenty networks of 16, 32 or 64 units with a rate drawn
    between 0.003 and 0.03, 40 epochs, patience 10, and the one with the highest validation
    accuracy."""
    got = {"promised": [], "the best, fresh": [], "all, fresh": []}
    for seed in range(6):
        parts, scores = three_spirals(seed, 0.3), []
        for k in range(20):
            rng = np.random.default_rng(100 * seed + k)
            lr, width = 10 ** rng.uniform(-2.5, -1.5), int(rng.choice([16, 32, 64]))
            how = {"lr": lr, "width": width, "epochs": 40, "patience": 10}
            scores.append(stopped_early(parts, **how, rng=rng))
        promised, fresh = max(scores)[0], [fresh for _, fresh in scores]
        winner = [promised for promised, _ in scores].index(promised)
        got["promised"].append(promised)
        got["the best, fresh"].append(fresh[winner])
        got["all, fresh"].append(np.mean(fresh))
    return got


@claim(
    says=lambda r: (
        f"validation says {per_cent(r['validation'])}, and other points say "
        f"{per_cent(r['other points'])}"
    ),
    holds=lambda r: all(a > b for a, b in zip(r["validation"], r["other points"])),
    measures="share right after 300 epochs",
)
def copies_before_the_split():
    """60 moons, a fifth of the labels flipped, each point four times, slightly shifted, and then
    split; tanh 2→128→128→1, Adam at 0.01."""
    got = {"validation": [], "other points": []}
    for seed in SEEDS:
        x, y, rng = some_moons(seed, True)
        net = small_network("tanh", [2, 128, 128, 1], rng=rng).astype(np.float32)
        copies = np.repeat(x[:60], 4, axis=0)
        copies = copies + rng.normal(0, 0.02, copies.shape)
        training, validation = split(
            copies, np.repeat(y[:60], 4, axis=0), fractions=(0.6, 0.4), rng=rng
        )
        run = train(
            net, binary_cross_entropy, Adam(0.01), *training, batch_size=60, rng=rng
        )
        for _ in zip(range(300), run):
            pass
        got["validation"].append(accuracy(net.predict(validation[0]), validation[1]))
        got["other points"].append(accuracy(net.predict(x[60:]), y[60:]))
    return got
