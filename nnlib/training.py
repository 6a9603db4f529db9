"""Training: mini-batches, epoch after epoch, watched on data not trained on."""

import itertools
import os
from dataclasses import dataclass, field

import numpy as np

from nnlib import checks
from nnlib.losses import binary_cross_entropy, cross_entropy
from nnlib.metrics import accuracy


def split(x, y, *, fractions=(0.6, 0.2, 0.2), rng):
    """Shuffles the examples and deals them out: one pair (x, y) for each fraction."""
    checks.generator(rng)
    x, y = checks.rows(x, y)
    ends = checks.fractions(fractions, len(x))
    parts = np.split(rng.permutation(len(x)), ends[:-1])
    return tuple((x[part], y[part]) for part in parts)


def batches(x, y, *, batch_size, rng):
    """Pairs (x, y) of batch_size examples, in random order; the last may be smaller."""
    checks.generator(rng)
    x, y = checks.rows(x, y)
    order = rng.permutation(len(x))
    starts = range(0, len(x), checks.count(batch_size, "batch_size"))
    rows = (order[start : start + batch_size] for start in starts)
    return ((x[row], y[row]) for row in rows)


def train(net, loss, optimizer, x, y, *, batch_size, rng):
    """Yields the mean training loss of one epoch after another, as long as it is asked.

    One epoch: for each mini-batch forward, loss, backward, and a step of the optimizer.
    The mean is over the examples, while the weights change; a loss that diverges is
    yielded as nan or inf. Arguments are checked at the call.
    """
    checks.generator(rng)
    x, y = checks.rows(x, y)
    checks.count(batch_size, "batch_size")
    checks.run(net, loss, x, y, optimizer=optimizer)

    def one_epoch():
        total = 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            for x_batch, y_batch in batches(x, y, batch_size=batch_size, rng=rng):
                value, dz = loss(net.forward(x_batch), y_batch)
                net.backward(dz)
                optimizer.step(net.theta, net.grad)
                total += value * len(x_batch)
        return total / len(x)

    return (one_epoch() for _ in itertools.count())


class EarlyStopping:
    """Says when the validation loss has had no new minimum for `patience` epochs."""

    def __init__(self, patience):
        self.patience = checks.count(patience, "patience")
        self.best_loss, self.best_theta, self.waited = np.inf, None, 0

    def update(self, valid_loss, theta):
        """True means stop. A copy of the best theta so far is in `best_theta`."""
        checks.watched(valid_loss, theta)
        if valid_loss < self.best_loss:
            self.best_loss, self.best_theta, self.waited = valid_loss, theta.copy(), 0
        else:
            self.waited += 1
        return self.waited >= self.patience


@dataclass
class History:
    """What `fit` saw after each epoch; where there is no metric, accuracies stay empty."""

    train_loss: list = field(default_factory=list)
    valid_loss: list = field(default_factory=list)
    train_accuracy: list = field(default_factory=list)
    valid_accuracy: list = field(default_factory=list)
    best_epoch: int = 0  # the index of the smallest valid_loss


def fit(
    net,
    loss,
    optimizer,
    train_data,
    valid_data,
    *,
    epochs,
    batch_size,
    patience=None,
    metric=None,
    history=None,
    rng,
    progress=True,
):
    """Trains for some epochs, watching the validation data; returns a `History`.

    train_data and valid_data are pairs (x, y). With patience, stops early and gives the
    network its best weights back; without, it keeps the last. metric(z, y) is measured on
    both: the accuracy for cross_entropy and binary_cross_entropy, nothing for other
    losses, unless you give one. history goes on where another call stopped, and patience
    begins anew. Ctrl-C ends it, with the history and the best weights. A loss that becomes
    nan or infinite is a ValueError, and the network gets back the weights it came with.
    """
    (x, y), (x_valid, y_valid) = checks.data_sets(
        train_data=train_data, valid_data=valid_data
    )
    one_logit = loss is binary_cross_entropy and y.shape[1:] == (1,)
    if metric is None and (loss is cross_entropy or one_logit):
        metric = accuracy
    losses = train(net, loss, optimizer, x, y, batch_size=batch_size, rng=rng)
    loss_before = checks.run(net, loss, x_valid, y_valid, metric=metric)
    history = checks.going_on(history, metric) or History()
    done, start = len(history.train_loss), (net.theta.copy(), net.state)
    epochs = range(done, done + checks.count(epochs, "epochs"))
    stopping, best = EarlyStopping(len(epochs) if patience is None else patience), start
    if done:  # the weights it came with may stay the best
        stopping.best_loss = loss_before
    show = progress and not os.environ.get("NNLIB_QUIET")
    if show:
        from tqdm.auto import tqdm

        bar = tqdm(total=len(epochs), unit="epoch")
    try:
        for epoch, train_loss in zip(epochs, losses):
            with np.errstate(over="ignore", invalid="ignore"):
                z = net.predict(x_valid)
                valid_loss, _ = loss(z, y_valid)
            if not np.isfinite(train_loss + valid_loss):
                net.theta[...], net.state = start
                found = epoch, train_loss, valid_loss
                raise checks.diverged(*found, optimizer, net, loss, x, y)
            if metric is not None:
                shares = metric(net.predict(x), y), metric(z, y_valid)
                history.train_accuracy.append(float(shares[0]))
                history.valid_accuracy.append(float(shares[1]))
            history.train_loss.append(train_loss)
            history.valid_loss.append(valid_loss)
            if show:
                bar.set_postfix(train_loss=train_loss, valid_loss=valid_loss)
                bar.update()
            stop = stopping.update(valid_loss, net.theta)
            if stopping.waited == 0:
                best = stopping.best_theta, net.state
            if stop:
                break
    except KeyboardInterrupt:
        patience = stopping.patience  # so that the best weights are given back
    if show:
        bar.total = bar.n  # it stopped early because it should: a full bar
        bar.close()
    if patience is not None:
        net.theta[...], net.state = best
    history.best_epoch = int(np.argmin(history.valid_loss or [0]))
    return history


def save_run(path, net, optimizer, history, rng):
    """Writes all that `load_run` needs to go on, bit for bit, to a .npz file; or nothing.

    After `fit` with patience, or Ctrl-C, that is from the best weights, not from the last.
    """
    checks.attached(net, "theta")
    run = checks.run_arrays(net, optimizer, history, rng)
    checks.write(path, network=repr(net), theta=net.theta, **net.state, **run)


def load_run(path, net, optimizer, history, rng):
    """Puts it back into objects that are made as those were; otherwise nothing changes."""
    found = checks.saved_run(path, net, optimizer, history, rng)
    net.load(path)
    for holder, name, value in found:
        setattr(holder, name, value)
