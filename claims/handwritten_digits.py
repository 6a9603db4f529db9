"""What *Reading handwritten digits* compares."""

from functools import cache

import numpy as np

from claims import claim
from nnbook.figures.handwritten_digits import build, moved, parts
from nnlib import (
    SGD,
    Adam,
    Linear,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Sigmoid,
    Tanh,
    accuracy,
    confusion_matrix,
    cross_entropy,
    fit,
    he_normal,
    mse,
    normal,
    softmax,
    split,
    train,
    xavier_normal,
)
from nnlib.datasets import digits

SEEDS = range(2, 7)  # the page's own runs have seed 1


def percent(values):
    """ "96.4 to 97.8", in percent."""
    return f"{100 * min(values):.1f} to {100 * max(values):.1f}"


def mean(values):
    return f"{100 * np.mean(values):.1f}"


def trained(net, data, rng, epochs=20, lr=0.003, batch_size=32):
    """The network, after so many epochs with Adam."""
    steps = train(net, cross_entropy, Adam(lr), *data, batch_size=batch_size, rng=rng)
    for _ in range(epochs):
        next(steps)
    return net


@cache
def reading(seed, shuffled=False):
    """Of 64 hidden units after 20 epochs: accuracy on validation images moved by −1, 0, 1."""
    rng = np.random.default_rng(seed)
    (x, y), (x_valid, y_valid), _ = parts()
    order = rng.permutation(64) if shuffled else np.arange(64)
    net = trained(build((64,), rng), (x[:, order], y), rng)
    return [
        accuracy(net.predict(moved(x_valid, shift)[:, order]), y_valid)
        for shift in (-1, 0, 1)
    ]


@claim(
    says=lambda r: (
        f"{mean(r['in place'])} % with pixels in place, {mean(r['shuffled'])} % shuffled"
    ),
    holds=lambda r: abs(np.mean(r["in place"]) - np.mean(r["shuffled"])) < 0.015,
    measures="accuracy on the validation images",
)
def shuffled_pixels_cost_nothing():
    """64 hidden units, 20 epochs with Adam at 0.003; another order of the pixels for each seed."""
    return {
        "in place": [reading(seed)[1] for seed in SEEDS],
        "shuffled": [reading(seed, True)[1] for seed in SEEDS],
    }


@claim(
    says=lambda r: (
        f"only {100 * min(map(min, r.values())):.0f} to {100 * max(map(max, r.values())):.0f} %"
    ),
    holds=lambda r: max(map(max, r.values())) < 0.5,
    measures="accuracy on moved validation images",
)
def a_pixel_costs_more_than_half():
    """The same networks with pixels in place; the images moved by one pixel."""
    return {
        "to the left": [reading(seed)[0] for seed in SEEDS],
        "to the right": [reading(seed)[2] for seed in SEEDS],
    }


@claim(
    says=lambda r: (
        f"from other handfuls it reads {100 * min(r['handful']):.0f} to "
        f"{100 * max(r['handful']):.0f} % of them"
    ),
    holds=lambda r: min(r["handful"]) > 0.4,
    measures="accuracy on the validation images",
)
def twenty_images_teach_a_lot():
    """64 hidden units, 300 steps on 20 training images, five handfuls."""
    (x, y), (x_valid, y_valid), _ = parts()
    scores = []
    for i in SEEDS:
        rng, some = np.random.default_rng(i), slice(20 * i, 20 * i + 20)
        net = trained(build((64,), rng), (x[some], y[some]), rng, epochs=300)
        scores.append(accuracy(net.predict(x_valid), y_valid))
    return {"handful": scores}


@claim(
    says=lambda r: (
        f"at 0.0003 the three sizes read {mean(r['16'])[:-2]} %, {mean(r['64'])[:-2]} % and "
        f"{mean(r['256'])[:-2]} % of the validation images"
    ),
    holds=lambda r: max(r["16"]) < min(r["64"]) and max(r["64"]) < min(r["256"]),
    measures="accuracy on the validation images",
)
def wide_networks_are_fast_at_small_rates():
    """Five epochs with Adam at 0.0003, batches of 64."""
    (x_valid, y_valid), got = parts()[1], {}
    for width in (16, 64, 256):
        scores = []
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            net = trained(build((width,), rng), parts()[0], rng, 5, 0.0003, 64)
            scores.append(accuracy(net.predict(x_valid), y_valid))
        got[str(width)] = scores
    return got


@cache
def split_of(seed):
    return split(*digits(), rng=np.random.default_rng(seed))


def stopped(widths, lr, seed):
    """Validation and test accuracy of the restored weights, on a split of the seed's own."""
    train_data, valid_data, test_data = split_of(seed)
    rng = np.random.default_rng(seed)
    net = build(widths, rng)
    fit(
        net, cross_entropy, Adam(lr), train_data, valid_data, epochs=100, batch_size=32,
        patience=10, rng=rng, progress=False,
    )  # fmt: skip
    return [accuracy(net.predict(x), y) for x, y in (valid_data, test_data)]


SIZES = {"none": (), "16": (16,), "64": (64,), "256": (256,), "64, 64": (64, 64)}


def gain(r, width="64"):
    """What the hidden layer wins, in points, split by split."""
    none, hidden = (
        next(v for k, v in r.items() if k.startswith(f"{n} at"))
        for n in ("none", width)
    )
    return 100 * (np.array(hidden) - none)


def row(key, scores):
    size, _, lr = key.partition(" at ")
    return f"| {size} | {lr} | {mean(scores)} | {percent(scores)} |"


@claim(
    says=lambda r: [
        *(row(key, scores) for key, scores in r.items()),
        f"64 units read {gain(r).min():.1f} to {gain(r).max():.1f} points more than none, "
        f"{gain(r).mean():.1f} on average; 16 units {gain(r, '16').mean():.1f}",
    ],
    holds=lambda r: (
        gain(r).min() > -0.5
        and 0.3 < gain(r).mean() < 2
        and abs(gain(r, "16").mean()) < 0.3
        and np.ptp(
            [
                np.mean(v)
                for k, v in r.items()
                if k.split(" at ")[0] in ("64", "256", "64, 64")
            ]
        )
        < 0.015
    ),
    measures="accuracy on the images that chose neither rate nor epoch",
)
def sizes_at_their_own_rate():
    """Hidden layers of five sizes, each at the best of the rates 0.003, 0.01 and 0.03 by its own
    validation score, until its validation loss has not fallen for ten epochs (100 at most); five
    splits of the data."""
    got = {}
    for name, widths in SIZES.items():
        tried = {}
        for lr in (0.003, 0.01, 0.03):
            tried[lr] = np.array([stopped(widths, lr, seed) for seed in SEEDS])
        lr = max(tried, key=lambda it: tried[it][:, 0].mean())
        got[f"{name} at {lr:g}"] = tried[lr][:, 1].tolist()
    return got


def later(r):
    """What the page's rate ends with more than the best of three, in points."""
    return 100 * np.subtract(r["0.003"], r["0.01"])


@claim(
    says=lambda r: (
        f"moves the score by {later(r).min():.1f} to {later(r).max():.1f} points".replace(
            "-", "−"
        )
    ),
    holds=lambda r: abs(later(r).mean()) < 0.3,
    measures="accuracy on the images that chose neither rate nor epoch",
)
def the_rate_may_stay():
    """64 hidden units at two rates, the same five splits, stopped as above."""
    return {
        str(lr): [stopped((64,), lr, seed)[1] for seed in SEEDS] for lr in (0.003, 0.01)
    }


def one_hot_mse(z, y):
    return mse(z, np.eye(10)[y])


CHANGES = {
    "as recommended": {},
    "weights N(0, 1)": {"init": normal},
    "Xavier": {"init": xavier_normal},
    "sigmoid": {"activation": Sigmoid, "init": xavier_normal},
    "tanh": {"activation": Tanh, "init": xavier_normal},
    "squared error": {"loss": one_hot_mse},
    "SGD": {"optimizer": SGD, "rates": (0.1, 0.3, 1, 3)},
    "momentum": {"optimizer": Momentum, "rates": (0.01, 0.03, 0.1, 0.3)},
    "RMSprop": {"optimizer": RMSprop},
    "batches of 256": {"batch_size": 256},
}


def short_run(
    seed, lr, activation=ReLU, init=he_normal, loss=cross_entropy, optimizer=Adam,
    batch_size=32,
):  # fmt: skip
    """Validation and test accuracy of 64 hidden units after eight epochs, on the seed's split."""
    train_data, valid_data, test_data = split_of(seed)
    rng = np.random.default_rng(seed)
    layers = [Linear(64, 64, init=init, rng=rng), activation()]
    net = Network(*layers, Linear(64, 10, init=init, rng=rng))
    steps = train(net, loss, optimizer(lr), *train_data, batch_size=batch_size, rng=rng)
    for _ in range(8):
        next(steps)
    return [accuracy(net.predict(x), y) for x, y in (valid_data, test_data)]


def behind(r, name):
    """By how many points a choice is behind what is recommended, split by split."""
    known, other = (
        next(v for k, v in r.items() if k.startswith(n)) for n in ("as", name)
    )
    return 100 * (np.array(known) - other)


def best_to_worst(points):
    return f"{points.min():.1f} to {points.max():.1f} points".replace("-", "−")


@claim(
    says=lambda r: [
        *(row(key, scores) for key, scores in r.items()),
        f"weights from N(0, 1), by {best_to_worst(behind(r, 'weights'))}",
        f"batches of 256 are behind by {behind(r, 'batches').mean():.1f} on average "
        f"({best_to_worst(behind(r, 'batches'))})",
    ],
    holds=lambda r: (
        min(min(v) for v in r.values()) > 0.9
        and behind(r, "weights").min() > 0
        and 0.5 < behind(r, "batches").mean() < behind(r, "weights").mean()
        and all(
            behind(r, n).min() < 0.1 and behind(r, n).mean() < 0.6
            for n in (
                "Xavier",
                "sigmoid",
                "tanh",
                "squared",
                "SGD",
                "momentum",
                "RMSprop",
            )
        )
    ),
    measures="accuracy on the images that did not choose the rate",
)
def choices_at_their_own_rate():
    """64 hidden units, eight epochs; each choice at the best of four learning rates by validation,
    those of Adam and RMSprop 0.003, 0.01, 0.03 and 0.1; five splits of the data."""
    got = {}
    for name, change in CHANGES.items():
        rates = change.get("rates", (0.003, 0.01, 0.03, 0.1))
        change = {key: value for key, value in change.items() if key != "rates"}
        tried = {
            lr: np.array([short_run(s, lr, **change) for s in SEEDS]) for lr in rates
        }
        lr = max(tried, key=lambda it: tried[it][:, 0].mean())
        got[f"{name} at {lr:g}"] = tried[lr][:, 1].tolist()
    return got


def nearest(known, new):
    """Accuracy of the label of the known image that is most like each new one."""
    (x, y), (x_new, y_new) = known, new
    distance = (x**2).sum(axis=1) - 2 * x_new @ x.T
    return np.mean(y[distance.argmin(axis=1)] == y_new)


def final(data, seed):
    rng = np.random.default_rng(seed)
    return trained(build((64,), rng), data, rng, epochs=30)


@claim(
    says=lambda r: (
        f"Nine other starts on the same split read {percent(r['same split'])} % of its test "
        f"images, {mean(r['same split'])} % on average; nine other splits "
        f"{percent(r['other splits'])} %, {mean(r['other splits'])} % on average",
        f"on the same nine splits the nearest image reads {percent(r['nearest image'])} %, "
        f"{mean(r['nearest image'])} % on average",
    ),
    holds=lambda r: (
        np.mean(r["same split"]) > np.mean(r["other splits"])
        and np.std(r["same split"]) < np.std(r["other splits"])
        and all(a > b for a, b in zip(r["nearest image"], r["other splits"]))
    ),
    measures="accuracy on a fifth that was held out",
)
def the_split_was_lucky():
    """The final network, 30 epochs: other starts on the page's split, and other splits; on these
    also the label of the nearest known image."""
    *known, (x_test, y_test) = parts()
    known = [np.concatenate(both) for both in zip(*known)]
    same = [
        accuracy(final(known, seed).predict(x_test), y_test) for seed in range(2, 11)
    ]
    others, images = [], []
    for seed in range(2, 11):
        rng = np.random.default_rng(seed)
        data, (x, y) = split(*digits(), fractions=(0.8, 0.2), rng=rng)
        others.append(accuracy(final(data, seed).predict(x), y))
        images.append(nearest(data, (x, y)))
    return {"same split": same, "other splits": others, "nearest image": images}


@claim(
    says=lambda r: (
        f"finds {100 * min(r['recall of 8']):.0f} to {100 * max(r['recall of 8']):.0f} % of "
        f"the 8s, with {100 * min(r['accuracy']):.0f} to {100 * max(r['accuracy']):.0f} % accuracy",
        f"shown twenty times in each epoch, {100 * min(r['shown often']):.0f} to "
        f"{100 * max(r['shown often']):.0f} % of the 8s are found",
    ),
    holds=lambda r: (
        max(r["recall of 8"]) < min(r["accuracy"]) - 0.15
        and min(r["shown often"]) > max(r["recall of 8"])
    ),
    measures="share",
)
def accuracy_hides_a_rare_class():
    """The final network, trained without 19 of 20 of the training images of an 8; and the same
    with those that are left shown twenty times each."""
    *known, (x_test, y_test) = parts()
    x, y = (np.concatenate(both) for both in zip(*known))
    keep = (y != 8) | (np.cumsum(y == 8) % 20 == 0)
    got = {"accuracy": [], "recall of 8": [], "precision of 8": [], "shown often": []}
    x, y = x[keep], y[keep]
    often = np.repeat(np.arange(len(x)), np.where(y == 8, 20, 1))
    for seed in SEEDS:
        counts = confusion_matrix(
            final((x[often], y[often]), seed).predict(x_test), y_test
        )
        got["shown often"].append(counts[8, 8] / counts[8].sum())
        counts = confusion_matrix(final((x, y), seed).predict(x_test), y_test)
        got["accuracy"].append(np.trace(counts) / counts.sum())
        got["recall of 8"].append(counts[8, 8] / counts[8].sum())
        got["precision of 8"].append(counts[8, 8] / counts[:, 8].sum())
    return got


@claim(
    says=lambda r: (
        f"between {min(r['noise']):.2f} and {max(r['noise']):.2f} sure of noise, and "
        f"{min(r['digits']):.2f} to {max(r['digits']):.2f} of digits"
    ),
    holds=lambda r: 0.5 < min(r["noise"]) < max(r["noise"]) < min(r["digits"]),
    measures="mean of the largest probability",
)
def noise_is_read_with_confidence():
    """The final network on a thousand images of noise, and on the test images."""
    *known, (x_test, _) = parts()
    data = [np.concatenate(both) for both in zip(*known)]
    got = {"noise": [], "digits": []}
    for seed in SEEDS:
        net = final(data, seed)
        noise = np.random.default_rng(seed).uniform(0, 1, (1000, 64))
        got["noise"].append(softmax(net.predict(noise)).max(axis=1).mean())
        got["digits"].append(softmax(net.predict(x_test)).max(axis=1).mean())
    return got
