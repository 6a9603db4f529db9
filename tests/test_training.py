"""split, batches, train, EarlyStopping and fit: against loops written out, and at the edges."""

import itertools
import json
import types
import warnings

import numpy as np
import pytest
import tqdm.auto
import tqdm.notebook
from hypothesis import given
from hypothesis import strategies as st

from nnlib import (
    SGD,
    Adam,
    EarlyStopping,
    History,
    Layer,
    LeakyReLU,
    Linear,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Sigmoid,
    Tanh,
    accuracy,
    batches,
    binary_cross_entropy,
    cross_entropy,
    fit,
    load_run,
    mse,
    save_run,
    softmax,
    split,
    train,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("NNLIB_QUIET", "1")


def generator(seed=0):
    return np.random.default_rng(seed)


def make(n_out=2, seed=0):
    rng = generator(seed)
    return Network(Linear(3, 8, rng=rng), Tanh(), Linear(8, n_out, rng=rng))


def noise(n, seed):
    """Random inputs with random labels: can be learnt by heart, never understood."""
    rng = generator(seed)
    return rng.standard_normal((n, 3)).astype(np.float32), rng.integers(0, 2, n)


TRAIN, VALID = noise(25, 1), noise(15, 2)


# --- split and batches


def rows(*parts):
    return sorted(i for x, _ in parts for i in x[:, 0].tolist())


@given(n=st.integers(10, 60), seed=st.integers(0, 99))
def test_split_is_disjoint_and_complete(n, seed):
    x = np.arange(2 * n).reshape(n, 2)
    parts = split(x, x[:, 0], fractions=(0.5, 0.3, 0.2), rng=generator(seed))
    assert rows(*parts) == x[:, 0].tolist()
    for part, fraction in zip(parts, (0.5, 0.3, 0.2)):
        assert np.array_equal(part[0][:, 0], part[1])  # inputs keep their targets
        assert abs(len(part[0]) - fraction * n) <= 1


def test_split_by_default_and_by_hand():
    x = np.arange(10)[:, None]
    assert [len(part) for part, _ in split(x, x, rng=generator())] == [6, 2, 2]
    assert [
        len(part) for part, _ in split(x, x, fractions=[0.9, 0.1], rng=generator())
    ] == [9, 1]
    ((whole, _),) = split(x, x, fractions=(1,), rng=generator())
    assert sorted(whole.ravel()) == list(range(10)) and whole.ravel().tolist() != list(
        range(10)
    )


def test_the_seed_decides_the_split():
    x = np.arange(50)[:, None]
    one, same, other = (split(x, x, rng=generator(seed))[0][0] for seed in (0, 0, 1))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


@pytest.mark.parametrize(
    "fractions",
    [(0.6, 0.2), (0.6, 0.6), (1.2, -0.2), (1, 0), (0.99, 0.01), (), (0.5, np.inf), 0.8],
)
def test_fractions_that_do_not_split(fractions):
    with pytest.raises(ValueError, match="fractions must be positive, add up to 1"):
        split(*noise(10, 0), fractions=fractions, rng=generator())


def test_a_split_may_be_cleaned_later():
    """Mending nan with what the training part knows comes after the split."""
    x = np.full((10, 2), np.nan)
    assert [len(part) for part, _ in split(x, x, rng=generator())] == [6, 2, 2]


@pytest.mark.parametrize("n", [0, 9, 11])
def test_as_many_targets_as_inputs(n):
    x, y = np.ones((10, 2)), np.ones(n)
    for call in (
        lambda: split(x, y, rng=generator()),
        lambda: batches(x, y, batch_size=2, rng=generator()),
    ):
        with pytest.raises(ValueError, match="same number of rows, at least one"):
            call()


@given(n=st.integers(1, 30), batch_size=st.integers(1, 35), seed=st.integers(0, 99))
def test_batches_hold_every_example_once(n, batch_size, seed):
    x = np.arange(2 * n).reshape(n, 2)
    drawn = list(batches(x, x[:, 0], batch_size=batch_size, rng=generator(seed)))
    assert rows(*drawn) == x[:, 0].tolist()
    assert all(np.array_equal(x_batch[:, 0], y_batch) for x_batch, y_batch in drawn)
    whole, rest = divmod(n, batch_size)
    assert [len(y) for _, y in drawn] == [batch_size] * whole + [rest] * (rest > 0)


def test_batches_are_shuffled_anew():
    rng, x = generator(), np.arange(30)[:, None]
    one, other = (
        next(batches(x, x, batch_size=30, rng=rng))[0].ravel() for _ in range(2)
    )
    assert not np.array_equal(one, other) and not np.array_equal(one, np.arange(30))


# --- train


def by_hand(net, optimizer, epochs, batch_size=10, rng=None):
    """The training loop, written out; yields what train should."""
    (x, y), rng = TRAIN, rng or generator()
    for _ in range(epochs):
        losses = []
        for x_batch, y_batch in batches(x, y, batch_size=batch_size, rng=rng):
            value, dz = cross_entropy(net.forward(x_batch), y_batch)
            net.backward(dz)
            optimizer.step(net.theta, net.grad)
            losses += [value] * len(y_batch)
        yield np.mean(losses)


def test_train_is_the_loop_written_out():
    """25 examples in batches of 10: the last batch is smaller and counts for less."""
    net, other = make(), make()
    losses = train(
        net, cross_entropy, Adam(0.01), *TRAIN, batch_size=10, rng=generator()
    )
    expected = list(by_hand(other, Adam(0.01), 5))
    assert list(itertools.islice(losses, 5)) == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(net.theta, other.theta)


def test_train_is_a_generator_that_waits():
    net = make()
    before, rng = net.theta.copy(), generator()
    state = rng.bit_generator.state
    losses = train(net, cross_entropy, SGD(0.1), *TRAIN, batch_size=10, rng=rng)
    assert isinstance(losses, types.GeneratorType)
    assert np.array_equal(net.theta, before) and rng.bit_generator.state == state
    assert type(next(losses)) is float and not np.array_equal(net.theta, before)


def test_the_same_seed_gives_the_same_theta():
    thetas = []
    for seed in 0, 0, 1:
        net = make()
        next(
            train(
                net,
                cross_entropy,
                Adam(0.01),
                *TRAIN,
                batch_size=4,
                rng=generator(seed),
            )
        )
        thetas.append(net.theta.tobytes())
    assert thetas[0] == thetas[1] != thetas[2]


def test_train_yields_what_diverges():
    """Without a warning, and without an end: what to do about it is the reader's business."""
    x = np.ones((4, 3))
    losses = train(make(1), mse, SGD(1e6), x, x[:, :1], batch_size=4, rng=generator())
    assert not np.isfinite(list(itertools.islice(losses, 30))[-1])


def test_float32_stays_float32():
    net = make()
    for optimizer in (
        SGD(np.float64(0.1)),
        Momentum(np.float64(0.1)),
        Adam(np.float64(0.1)),
    ):
        x, y = TRAIN
        next(
            train(
                net,
                cross_entropy,
                optimizer,
                x.astype(float),
                y,
                batch_size=10,
                rng=generator(),
            )
        )
        assert net.theta.dtype == net.grad.dtype == np.float32


def with_nan(array):
    array = array.astype(float)
    array.flat[7] = np.nan
    return array


X, Y = TRAIN
BAD_DATA = [
    (with_nan(X), Y, r"x must be finite, but 1 of its 75 numbers.*first at \(2, 1\)"),
    (X * np.inf, Y, "x must be finite"),
    (X.astype(str), Y, r"x must hold numbers, got <U\d+: try x.astype"),
    (X, Y.astype(str), "y must hold numbers.*np.unique"),
    (X, with_nan(Y), r"y must be finite.*first at \(7,\)"),
    (X[:24], Y, r"same number of rows.*\(24, 3\) and \(25,\)"),
    (X[:0], Y[:0], "at least one"),
    (X[:, :2], Y, r"x must be a batch of shape \(n, 3\)"),
    (X[:, 0], Y, "x must be a batch"),
    (X, Y[:, None], "one label an example"),
    (X, Y + 1, "labels must be from 0 to 1"),
    (X, Y.astype(float), "labels must be integers"),
]


@pytest.mark.parametrize("x, y, match", BAD_DATA)
def test_bad_data_is_found_at_the_call(x, y, match):
    net = make()
    theta = net.theta.copy()
    with pytest.raises(ValueError, match=match):
        train(net, cross_entropy, SGD(0.1), x, y, batch_size=10, rng=generator())
    options = dict(epochs=1, batch_size=10, rng=generator())
    with pytest.raises(ValueError, match=match):
        fit(net, cross_entropy, SGD(0.1), (x, y), VALID, **options)
    with pytest.raises(ValueError, match=match):
        fit(net, cross_entropy, SGD(0.1), TRAIN, (x, y), **options)
    assert np.array_equal(net.theta, theta)


def call_split(**options):
    split(X, Y, **options)


def call_batches(**options):
    batches(X, Y, **{"batch_size": 5, **options})


def call_train(**options):
    train(make(), cross_entropy, SGD(0.1), X, Y, **{"batch_size": 5, **options})


def call_fit(**options):
    options = {"batch_size": 5, "epochs": 1, **options}
    fit(make(), cross_entropy, SGD(0.1), TRAIN, VALID, **options)


@pytest.mark.parametrize("call", [call_split, call_batches, call_train, call_fit])
def test_rng_is_a_generator(call):
    with pytest.raises(TypeError, match="rng"):
        call()
    for wrong in 0, None, np.random.RandomState(0):
        with pytest.raises(ValueError, match="rng must be a numpy.random.Generator"):
            call(rng=wrong)


@pytest.mark.parametrize("call", [call_batches, call_train, call_fit])
@pytest.mark.parametrize("batch_size", [0, -1, 2.0, "8", True])
def test_a_batch_size_is_a_whole_number(call, batch_size):
    with pytest.raises(
        ValueError, match="batch_size must be a whole number, 1 or more"
    ):
        call(batch_size=batch_size, rng=generator())


@pytest.mark.parametrize("name", ["epochs", "patience"])
@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_epochs_and_patience_are_whole_numbers(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a whole number, 1 or more"):
        call_fit(rng=generator(), **{name: value})


# --- early stopping


def test_early_stopping_by_hand():
    """Patience 2: 0.9 and 0.8 are no better than 0.7, so it stops, and keeps the third theta."""
    stopping, theta, stopped = EarlyStopping(2), np.zeros(1), []
    for i, loss in enumerate([0.8, 0.9, 0.7, 0.9, 0.7]):
        theta[0] = i
        stopped.append(stopping.update(loss, theta))
    assert stopped == [
        False,
        False,
        False,
        False,
        True,
    ]  # an equal loss is no new minimum
    assert stopping.best_loss == 0.7 and stopping.best_theta.tolist() == [2]


def test_early_stopping_counts_nan_as_no_better():
    stopping = EarlyStopping(1)
    assert not stopping.update(1.0, np.zeros(1)) and stopping.update(np.nan, np.ones(1))
    assert stopping.best_loss == 1.0 and stopping.best_theta.tolist() == [0]


@pytest.mark.parametrize(
    "loss, theta, match",
    [
        (None, np.zeros(1), "valid_loss must be a number, got None"),
        ("0.5", np.zeros(1), "valid_loss must be a number, got '0.5'"),
        (np.zeros(2), np.zeros(1), "valid_loss must be a number, got an array"),
        (
            (0.5, np.zeros(1)),
            np.zeros(1),
            r"got a tuple: of .*\(value, dz\), it is the first",
        ),
        (0.5, None, "theta must be an array, such as net.theta, got None"),
        (0.5, [0.0], "theta must be an array, such as net.theta, got a list"),
        (0.5, make(), "theta must be an array, such as net.theta, got a Network"),
    ],
)
def test_what_early_stopping_refuses(loss, theta, match):
    """Before anything has changed."""
    stopping = EarlyStopping(2)
    stopping.update(np.array(0.7), np.ones(1))  # a number, too
    with pytest.raises(ValueError, match=match):
        stopping.update(loss, theta)
    assert stopping.best_loss == 0.7 and stopping.waited == 0


@pytest.mark.parametrize("patience", [0, 1.5, None])
def test_a_patience_is_a_whole_number(patience):
    with pytest.raises(ValueError, match="patience must be a whole number"):
        EarlyStopping(patience)


# --- fit


def fitted(epochs, patience=None, lr=0.02):
    net = make()
    options = dict(epochs=epochs, batch_size=10, patience=patience, rng=generator())
    return net, fit(net, cross_entropy, Adam(lr), TRAIN, VALID, **options)


def watched(epochs, lr=0.02):
    """The same by hand: for each epoch theta and all four numbers."""
    net, seen = make(), []
    for train_loss in by_hand(net, Adam(lr), epochs):
        z_train, z_valid = net.predict(X), net.predict(VALID[0])
        valid_loss = cross_entropy(z_valid, VALID[1])[0]
        shares = accuracy(z_train, Y), accuracy(z_valid, VALID[1])
        seen.append((net.theta.copy(), train_loss, valid_loss, *shares))
    return seen


def test_fit_is_the_loop_written_out():
    net, history = fitted(12)
    thetas, *columns = zip(*watched(12))
    names = "train_loss valid_loss train_accuracy valid_accuracy".split()
    for name, column in zip(names, columns):
        assert getattr(history, name) == pytest.approx(column, rel=1e-12)
    assert history.best_epoch == np.argmin(columns[1])
    assert np.array_equal(net.theta, thetas[-1])  # patience=None restores nothing


@pytest.mark.parametrize("patience", [1, 5])
def test_patience_stops_and_restores_the_best(patience):
    seen = watched(60)
    valid, best = [v for _, _, v, _, _ in seen], 0
    for epoch in range(60):
        if valid[epoch] < valid[best]:
            best = epoch
        if epoch - best == patience:
            break
    assert 0 < best < epoch < 59  # this case does turn, and stops early
    net, history = fitted(60, patience)
    assert history.valid_loss == pytest.approx(valid[: epoch + 1], rel=1e-12)
    assert history.best_epoch == best
    assert np.array_equal(net.theta, seen[best][0])
    z = net.predict(VALID[0])  # its layers have the weights too
    assert cross_entropy(z, VALID[1])[0] == pytest.approx(valid[best])
    assert not np.array_equal(net.theta, seen[epoch][0])


def test_patience_restores_the_best_when_the_epochs_run_out_first():
    seen = watched(60)
    valid = [v for _, _, v, _, _ in seen]
    epochs = int(np.argmin(valid)) + 3
    net, history = fitted(epochs, patience=50)
    assert len(history.valid_loss) == epochs and history.best_epoch == epochs - 3
    assert np.array_equal(net.theta, seen[epochs - 3][0])


def test_a_regression_has_no_accuracies():
    """By its loss, even where all targets happen to be 0 or 1."""
    rng = generator()
    for y in rng.standard_normal((25, 1)), rng.integers(0, 2, (25, 1)):
        net, data = make(1), (X, y)
        options = dict(epochs=3, batch_size=10, rng=generator())
        history = fit(net, mse, Adam(0.01), data, data, **options)
        assert len(history.train_loss) == len(history.valid_loss) == 3
        assert history.train_accuracy == history.valid_accuracy == []


def absolute_error(z, y):
    """A reader's own loss of a regression."""
    y = y.reshape(z.shape)
    return float(np.mean(np.abs(z - y))), np.sign(z - y) / z.size


@pytest.mark.parametrize("shape, n_out", [((25, 1), 1), ((25,), 1), ((25, 2), 2)])
@pytest.mark.parametrize("kind", ["numbers", "whole numbers", "zeros and ones"])
def test_a_regression_with_the_readers_own_loss(shape, n_out, kind):
    """Whatever its targets look like: nobody said that they are classes."""
    y = 5 * generator().standard_normal(shape)
    y = {"numbers": y, "whole numbers": y.astype(int), "zeros and ones": y > 0}[kind]
    data = X, (y.astype(int) if kind == "zeros and ones" else y)
    options = dict(epochs=2, batch_size=10, rng=generator())
    history = fit(make(n_out), absolute_error, SGD(0.1), data, data, **options)
    assert len(history.train_loss) == 2
    assert history.train_accuracy == history.valid_accuracy == []


def test_what_is_measured_is_said():
    """The same run, with one's own loss and the accuracy, or another metric, or none."""

    def own(z, y):
        return cross_entropy(z, y)

    def errors(z, y):
        return np.sum(z.argmax(axis=1) != y)  # not a share, and no float

    seen = {}
    for name, loss, metric in (
        ("default", cross_entropy, None),
        ("own", own, None),
        ("accuracy", own, accuracy),
        ("errors", cross_entropy, errors),
    ):
        options = dict(epochs=3, batch_size=10, rng=generator(), metric=metric)
        seen[name] = fit(make(), loss, Adam(0.02), TRAIN, VALID, **options)
    assert seen["own"].train_accuracy == seen["own"].valid_accuracy == []
    assert seen["accuracy"] == seen["default"] and seen["default"].train_accuracy
    for name, n in ("train_accuracy", 25), ("valid_accuracy", 15):
        counts = getattr(seen["errors"], name)
        shares = getattr(seen["default"], name)
        assert [1 - c / n for c in counts] == pytest.approx(shares)
        assert {type(count) for count in counts} == {float}


def test_a_metric_of_a_regression():
    def largest_error(z, y):
        return np.abs(z - y).max()

    data = X, X[:, :1]
    options = dict(epochs=2, batch_size=10, rng=generator(), metric=largest_error)
    net = make(1)
    history = fit(net, mse, SGD(0.1), data, data, **options)
    assert history.train_accuracy == history.valid_accuracy
    assert history.train_accuracy[1] == largest_error(net.predict(X), data[1])


@pytest.mark.parametrize("returned", [None, np.ones(3), "good", (0.5, 1)])
def test_a_metric_is_a_number(returned):
    net, options = make(), dict(epochs=1, batch_size=10, rng=generator())
    theta = net.theta.copy()
    with pytest.raises(ValueError, match=r"metric\(z, y\) must return a number"):
        fit(
            net,
            cross_entropy,
            SGD(0.1),
            TRAIN,
            VALID,
            metric=lambda z, y: returned,
            **options,
        )
    assert np.array_equal(net.theta, theta)


def test_several_answers_for_an_example_have_no_accuracy():
    """Two questions of yes or no each: a loss, but not one class."""
    data = X, np.stack([Y, 1 - Y], axis=1)
    options = dict(epochs=2, batch_size=10, rng=generator())
    history = fit(make(2), binary_cross_entropy, SGD(0.1), data, data, **options)
    assert len(history.train_loss) == 2 and history.train_accuracy == []


def test_a_label_for_each_place_of_an_example():
    x, y = generator().standard_normal((25, 4, 3)), generator().integers(0, 2, (25, 4))
    options = dict(epochs=2, batch_size=10, rng=generator())
    net = make()
    history = fit(net, cross_entropy, Adam(0.01), (x, y), (x, y), **options)
    share = np.mean(net.predict(x).argmax(axis=-1) == y)
    assert history.valid_accuracy[-1] == pytest.approx(share)


def test_two_classes_with_one_logit():
    net, data = make(1), (X, Y[:, None])
    options = dict(epochs=200, batch_size=5, rng=generator())
    history = fit(net, binary_cross_entropy, Adam(0.05), data, data, **options)
    assert history.train_accuracy[-1] == history.valid_accuracy[-1] == 1
    assert history.train_loss[-1] < 0.1 < 0.5 < history.train_loss[0]


def test_only_the_batches_go_through_forward():
    """Watching is predicting: a Dropout would be off."""

    class Watched(Tanh):
        def forward(self, x):
            seen.append(len(x))
            return super().forward(x)

        def predict(self, x):
            return np.tanh(x)

    seen, net = [], Network(Linear(3, 2, rng=generator()), Watched())
    options = dict(epochs=2, batch_size=10, rng=generator())
    fit(net, cross_entropy, SGD(0.1), TRAIN, VALID, **options)
    assert seen == [10, 10, 5] * 2


def test_no_layer_is_left_with_the_whole_training_set():
    x, y = noise(2500, 3)
    net, options = make(), dict(epochs=1, batch_size=10, rng=generator())
    fit(net, cross_entropy, SGD(0.1), (x, y), VALID, **options)
    kept = [net.layers[0].x, net.layers[1].a, net.layers[2].x]
    assert max(len(array) for array in kept) <= 1000


# --- to go on, to be stopped, and what is restored


@pytest.mark.parametrize("loss", [cross_entropy, mse])
def test_history_goes_on_where_another_call_stopped(loss):
    data = TRAIN if loss is cross_entropy else (X, X[:, :2])
    thetas, histories = [], []
    for calls in (7,), (4, 3), (1, 1, 5):
        net, optimizer, rng, history = make(), Adam(0.02), generator(), None
        for epochs in calls:
            options = dict(epochs=epochs, batch_size=10, rng=rng, history=history)
            history = fit(net, loss, optimizer, data, data, **options)
        thetas.append(net.theta)
        histories.append(history)
    assert np.array_equal(thetas[0], thetas[1]) and np.array_equal(*thetas[1:])
    assert histories[0] == histories[1] == histories[2]
    assert len(history.train_loss) == 7 and history.best_epoch == 6


def test_the_history_that_is_given_does_not_change():
    given = History([0.9], [0.8], [0.5], [0.5])
    options = dict(epochs=2, batch_size=10, rng=generator(), history=given)
    history = fit(make(), cross_entropy, Adam(0.02), TRAIN, VALID, **options)
    assert given == History([0.9], [0.8], [0.5], [0.5])
    assert len(history.valid_loss) == 3 and history.valid_loss[0] == 0.8


def test_weights_that_came_with_a_history_may_stay_the_best():
    net, history = fitted(60, patience=5)
    best = net.theta.copy()
    options = dict(epochs=10, batch_size=10, patience=2, rng=generator(1))
    again = fit(net, cross_entropy, SGD(20.0), TRAIN, VALID, history=history, **options)
    assert min(again.valid_loss[len(history.valid_loss) :]) > min(history.valid_loss)
    assert len(again.valid_loss) == len(history.valid_loss) + 2
    assert again.best_epoch == history.best_epoch and np.array_equal(net.theta, best)


def test_patience_begins_anew_where_another_call_stopped():
    """The best weights came back: no epoch has been in vain since."""
    net, history = fitted(60, patience=5)
    assert len(history.valid_loss) - 1 - history.best_epoch == 5
    options = dict(epochs=10, batch_size=10, patience=3, rng=generator(1))
    again = fit(net, cross_entropy, SGD(20.0), TRAIN, VALID, history=history, **options)
    assert len(again.valid_loss) == len(history.valid_loss) + 3


def test_divergence_counts_the_epochs_of_the_history():
    history = History([0.9] * 4, [0.8] * 4)
    x = 10 * np.ones((8, 3))
    options = dict(epochs=50, batch_size=4, rng=generator(), history=history)
    with pytest.raises(ValueError, match=r"diverged in epoch [45] "):
        fit(make(1), mse, SGD(3e9), (x, x[:, :1]), (x, x[:, :1]), **options)
    assert len(history.valid_loss) == 4


def interrupted(step, patience=None):
    """A run in which Ctrl-C is pressed in this step, three steps being an epoch."""

    class Pressed(Adam):
        def step(self, theta, grad):
            super().step(theta, grad)
            if self.t == step:
                raise KeyboardInterrupt

    net = make()
    options = dict(epochs=60, batch_size=10, patience=patience, rng=generator())
    return net, fit(net, cross_entropy, Pressed(0.02), TRAIN, VALID, **options)


@pytest.mark.parametrize("patience", [None, 50])
def test_ctrl_c_ends_with_the_history_and_the_best_weights(patience):
    seen = watched(60)
    valid = [v for _, _, v, _, _ in seen]
    best = int(np.argmin(valid))
    net, history = interrupted(3 * (best + 5) + 2, patience)
    assert history.valid_loss == pytest.approx(valid[: best + 5], rel=1e-12)
    lists = vars(history).values()
    assert {len(it) for it in lists if isinstance(it, list)} == {best + 5}
    assert history.best_epoch == best and np.array_equal(net.theta, seen[best][0])


def test_ctrl_c_in_the_first_epoch_leaves_everything_as_it_was():
    net, history = interrupted(2)
    assert history == History() and np.array_equal(net.theta, make().theta)


class Centred(Layer):
    """Subtracts the mean; when predicting, that of the last batch it has seen."""

    state = ("mean",)

    def __init__(self, n):
        self.mean = np.zeros(n, np.float32)

    def forward(self, x):
        self.mean[...] = x.mean(axis=0)
        return x - self.mean

    def backward(self, da):
        return da - da.mean(axis=0)

    def predict(self, x):
        return x - self.mean


def with_state():
    rng = generator()
    return Network(Linear(3, 8, rng=rng), Centred(8), Tanh(), Linear(8, 2, rng=rng))


def test_the_best_weights_come_with_their_state():
    net, options = with_state(), dict(batch_size=10, rng=generator())
    history = fit(
        net, cross_entropy, Adam(0.1), TRAIN, VALID, epochs=60, patience=5, **options
    )
    assert history.best_epoch < len(history.valid_loss) - 1
    value, _ = cross_entropy(net.predict(VALID[0]), VALID[1])
    assert value == pytest.approx(min(history.valid_loss), rel=1e-6)


def test_a_divergence_gives_the_state_back():
    net = with_state()
    net.layers[1].mean[...] = np.arange(8)
    x = 10 * np.ones((8, 3))
    options = dict(epochs=50, batch_size=4, rng=generator())
    with pytest.raises(ValueError, match="diverged"):
        fit(net, mse, SGD(3e9), (x, x[:, :2]), (x, x[:, :2]), **options)
    assert net.layers[1].mean.tolist() == list(range(8))


def test_history_starts_empty():
    assert History() == History([], [], [], [], 0)
    assert History().train_loss is not History().train_loss


@pytest.mark.parametrize("patience", [None, 3])
def test_divergence_is_explained_and_undone(patience):
    x = 10 * np.ones((8, 3))
    net, data = make(1), (x, x[:, :1])
    theta = net.theta.copy()
    options = dict(epochs=50, batch_size=4, patience=patience, rng=generator())
    match = r"diverged in epoch \d+ .*loss (nan|inf).*lr=3000 instead of 30000.*new optimizer"
    with pytest.raises(ValueError, match=match):
        fit(net, mse, SGD(3e4), data, data, **options)
    assert np.array_equal(net.theta, theta)
    options["rng"] = generator()
    assert fit(net, mse, Adam(0.05), data, data, **options).valid_loss[-1] < 100


def test_fit_takes_pairs():
    options = dict(epochs=1, batch_size=5, rng=generator())
    with pytest.raises(
        ValueError, match=r"train_data must be a pair \(x, y\), got ndarray"
    ):
        fit(make(), cross_entropy, SGD(0.1), X, Y, **options)
    with pytest.raises(
        ValueError, match=r"valid_data must be a pair \(x, y\), got NoneType"
    ):
        fit(make(), cross_entropy, SGD(0.1), TRAIN, None, **options)


def test_divergence_names_the_epoch():
    """One infinite loss, in the third epoch: after the two checks at the call, two epochs
    of three batches and a validation, and a batch."""
    calls = itertools.count()

    def loss(z, y):
        value, dz = cross_entropy(z, y)
        return (np.inf if next(calls) == 2 + 2 * (3 + 1) + 1 else value), dz

    options = dict(epochs=9, batch_size=10, rng=generator())
    with pytest.raises(
        ValueError, match="diverged in epoch 2 .*training loss inf, validation loss 0"
    ):
        fit(make(), loss, Adam(0.01), TRAIN, VALID, **options)


def test_divergence_on_validation_data_alone():
    valid = VALID[0] * np.float32(1e30), make(1).predict(VALID[0])
    options = dict(epochs=2, batch_size=10, rng=generator())
    data = X, make(1, seed=3).predict(X)
    net = Network(Linear(3, 1, rng=generator()))
    with pytest.raises(ValueError, match="diverged in epoch 0 .*validation loss inf"):
        fit(net, mse, SGD(0.01), data, valid, **options)


def test_an_optimizer_without_a_learning_rate():
    class Jump:
        def step(self, theta, grad):
            theta[...] = np.nan

    options = dict(epochs=2, batch_size=10, rng=generator())
    with pytest.raises(ValueError, match="Try a smaller learning rate"):
        fit(make(), cross_entropy, Jump(), TRAIN, VALID, **options)


def bar(capsys, **options):
    options = dict(epochs=3, batch_size=10, rng=generator(), **options)
    fit(make(), cross_entropy, Adam(0.01), TRAIN, VALID, **options)
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_a_progress_bar_unless_asked_to_be_quiet(capsys, monkeypatch):
    assert bar(capsys) == ""
    monkeypatch.delenv("NNLIB_QUIET")
    shown = bar(capsys)
    assert "3/3" in shown and "epoch" in shown and "valid_loss=0." in shown
    assert "2/9" not in shown
    assert bar(capsys, progress=False) == ""


def test_the_bar_does_not_change_the_result(capsys, monkeypatch):
    quiet, history = fitted(20, patience=2)
    monkeypatch.delenv("NNLIB_QUIET")
    loud, same = fitted(20, patience=2)
    assert np.array_equal(loud.theta, quiet.theta) and same == history
    assert capsys.readouterr().err


@pytest.mark.parametrize("end", ["patience", "Ctrl-C", "all epochs"])
def test_the_bar_of_a_run_that_stops_as_it_should_is_full(end, capsys, monkeypatch):
    """In a notebook a bar that is left half full turns red."""
    shown = []

    class Shown(tqdm.notebook.tqdm):
        def __init__(self, *args, **options):
            super().__init__(*args, **options, display=False)
            shown.append(self)

    class Pressed(Adam):
        def step(self, theta, grad):
            super().step(theta, grad)
            if end == "Ctrl-C" and self.t == 14:  # three steps an epoch
                raise KeyboardInterrupt

    monkeypatch.setattr("tqdm.auto.tqdm", Shown)
    monkeypatch.delenv("NNLIB_QUIET")
    patience = 2 if end == "patience" else None
    options = dict(epochs=60, batch_size=10, patience=patience, rng=generator())
    history = fit(make(), cross_entropy, Pressed(0.1), TRAIN, VALID, **options)
    (bar,) = shown
    assert len(history.train_loss) == bar.n == bar.total
    assert (bar.n == 60) == (end == "all epochs") and (bar.n == 4) == (end == "Ctrl-C")
    assert bar.container.children[1].bar_style == "success"


def test_the_bar_of_a_run_that_diverges_is_not_full(capsys, monkeypatch):
    monkeypatch.delenv("NNLIB_QUIET")
    x = 10 * np.ones((8, 3))
    with pytest.raises(ValueError, match="diverged"):
        options = dict(epochs=50, batch_size=4, rng=generator())
        fit(make(1), mse, SGD(3e4), (x, x[:, :1]), (x, x[:, :1]), **options)
    assert "/50" in capsys.readouterr().err


# --- a run is stopped, and goes on


class Dropout(Layer):
    """The reader's: chance lives in its `rng`."""

    def __init__(self, rng):
        self.rng = rng

    def forward(self, x):
        self.mask = 2 * (self.rng.random(x.shape) > 0.5)
        return x * self.mask

    def backward(self, da):
        return da * self.mask

    def predict(self, x):
        return x


class Clipped:
    """The reader's: an optimizer around an optimizer, with a word and a function in it."""

    def __init__(self, optimizer, most, name="by value"):
        self.optimizer, self.most, self.name, self.clip = optimizer, most, name, np.clip

    def step(self, theta, grad):
        self.optimizer.step(theta, self.clip(grad, -self.most, self.most))


def clipped(lr):
    return Clipped(Adam(lr), most=lr)


GENERATORS = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]


def run_of(make_optimizer, seed=0, generators="PCG64"):
    """All that a run is, with numbers that hang on the seed."""
    rng = generator(seed)
    layers = (
        Linear(3, 8, rng=rng),
        Centred(8),
        LeakyReLU(0.1 + seed),
        Dropout(generator(seed)),
    )
    net = Network(*layers, Linear(8, 2, rng=rng))
    draws = np.random.Generator(getattr(np.random, generators)(seed))
    return (
        net,
        make_optimizer(0.02 * (1 + seed)),
        History([0.1] * seed, [0.2] * seed),
        draws,
    )


def go_on(run, epochs):
    """The same run, some epochs later."""
    net, optimizer, history, rng = run
    options = dict(epochs=epochs, batch_size=10, history=history, rng=rng)
    return net, optimizer, fit(net, own_loss, optimizer, TRAIN, VALID, **options), rng


def own_loss(z, y):
    return cross_entropy(z, y)


def everything(run):
    """All numbers of a run, bit for bit, as text that can be compared."""
    net, optimizer, history, rng = run
    parts = vars(optimizer), history, net.state, rng.bit_generator.state
    inner = vars(getattr(optimizer, "optimizer", History()))
    chance = net.layers[3].rng.bit_generator.state
    with np.printoptions(threshold=10**6, floatmode="unique"):
        public = [
            {k: v for k, v in it.items() if k[0] != "_"} for it in (parts[0], inner)
        ]
        public[0].pop("optimizer", None)
        return repr((net.theta.tobytes(), public, parts[1:], chance))


@pytest.mark.parametrize("make_optimizer", [SGD, Momentum, RMSprop, Adam, clipped])
@pytest.mark.parametrize("generators", GENERATORS)
def test_a_run_that_is_stopped_is_the_one_never_stopped(
    make_optimizer, generators, tmp_path
):
    never = go_on(run_of(make_optimizer, generators=generators), 7)
    path, run = tmp_path / "run.npz", run_of(make_optimizer, generators=generators)
    for epochs in 3, 1, 3:  # each in new objects, whose numbers are others
        run = go_on(run, epochs)
        save_run(path, *run)
        stopped, run = run, run_of(make_optimizer, 2, generators)
        assert everything(run) != everything(stopped)
        load_run(path, *run)
        assert everything(run) == everything(stopped)
    assert everything(run) == everything(never)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_a_run_with_patience_goes_on_from_its_best_weights(tmp_path):
    """As the same objects would without the file."""
    path, runs = tmp_path / "run.npz", [run_of(Adam) for _ in range(2)]
    for i, (net, adam, history, rng) in enumerate(runs):
        for _ in range(2):
            options = dict(epochs=12, batch_size=10, patience=12, history=history)
            history = fit(net, own_loss, adam, TRAIN, VALID, rng=rng, **options)
            assert history.best_epoch < len(history.valid_loss) - 1
            if i == 1:
                save_run(path, net, adam, history, rng)
                net, adam, history, rng = run_of(Adam, seed=2)
                load_run(path, net, adam, history, rng)
        runs[i] = net, adam, history, rng
    assert everything(runs[0]) == everything(runs[1])


def test_a_run_before_its_first_step(tmp_path):
    save_run(tmp_path / "run.npz", *run_of(Adam))
    load_run(tmp_path / "run.npz", *(run := run_of(Adam, seed=1)))
    assert everything(run) == everything(run_of(Adam))
    assert everything(go_on(run, 2)) == everything(go_on(run_of(Adam), 2))


def test_a_file_of_a_run_is_one_of_a_network_and_holds_no_pickles(tmp_path):
    run = go_on(run_of(Adam), 2)
    save_run(tmp_path / "run.npz", *run)
    net = run_of(Adam, seed=1)[0]
    net.load(tmp_path / "run.npz")
    assert np.array_equal(net.predict(X), run[0].predict(X))
    with np.load(tmp_path / "run.npz", allow_pickle=False) as file:
        assert {file[name].dtype.kind for name in file} <= set("biufU")


def fails_to_load(path, match, run=None):
    """It is refused, and nothing at all has changed."""
    run = run or go_on(run_of(Adam, seed=1), 1)
    before = everything(run)
    with pytest.raises(ValueError, match=match):
        load_run(path, *run)
    assert everything(run) == before


def test_what_load_run_refuses(tmp_path):
    path, (net, adam, history, rng) = tmp_path / "run.npz", go_on(run_of(Adam), 2)
    net.save(path)
    fails_to_load(path, "holds a network, but no run: save_run writes one")
    save_run(path, net, adam, history, rng)
    _, *others = run_of(Adam, seed=1)
    wide = Network(Linear(3, 9, rng=rng), Centred(9), LeakyReLU(), Dropout(rng))
    fails_to_load(path, "holds another network", (wide, *others))
    fails_to_load(path, "a run with Adam, got SGD", run_of(SGD, seed=1))
    fails_to_load(path, "with PCG64, got SFC64", run_of(Adam, 1, "SFC64"))
    run = run_of(Adam, seed=1)
    run[1].warmup = 3
    fails_to_load(path, r"must hold.*optimizer.warmup.*the optimizer, the history", run)
    run = run_of(Adam, seed=1)
    run[1].m = run[1].v = np.zeros(3)
    fails_to_load(path, r"optimizer.m must have shape \(3,\), got", run)
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        fails_to_load(path, "not a whole file")


@pytest.mark.parametrize("name", ["rng", "layer 3 (Dropout).rng"])
def test_a_generators_state_is_looked_at_before_anything_changes(name, tmp_path):
    path, run = tmp_path / "run.npz", go_on(run_of(Adam), 2)
    save_run(path, *run)
    with np.load(path) as file:
        arrays = dict(file)
    state = json.loads(str(arrays[f"run: {name}"]))
    del state["state"]["inc"]
    arrays[f"run: {name}"] = json.dumps(state)
    np.savez(path, **arrays)
    fails_to_load(path, "must be a generator's state")


def test_what_save_run_refuses(tmp_path):
    path, run = tmp_path / "run.npz", list(run_of(Adam))
    save_run(path, *run)
    before = path.read_bytes()
    uneven = History([0.5], [])
    for place, wrong, match in (
        (1, Adam, "optimizer must have a method step.*got the class Adam"),
        (2, None, "history must be what fit returned, a History, got None"),
        (2, uneven, "history must have the same epochs in all its lists"),
        (3, 0, "rng must be a numpy.random.Generator"),
    ):
        with pytest.raises(ValueError, match=match):
            save_run(path, *run[:place], wrong, *run[place + 1 :])
        with pytest.raises(ValueError, match=match):
            load_run(path, *run[:place], wrong, *run[place + 1 :])
    run[1].schedule = [0.1, {}]
    with pytest.raises(
        ValueError, match="optimizer.schedule must be a number, an array"
    ):
        save_run(path, *run)
    run[1].schedule = {1}
    with pytest.raises(
        ValueError, match="optimizer.schedule must be a number, an array"
    ):
        save_run(path, *run)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    run[0].layers[0].W = np.ones((3, 8))
    with pytest.raises(ValueError, match="W is no longer a part"):
        save_run(path, run[0], Adam(0.1), History(), run[3])


# --- at the call: what is no network, loss, optimizer, metric or history


def begin(net=None, loss=cross_entropy, optimizer=None, data=TRAIN, **options):
    """The first epoch of fit and of train; the same error comes from both, or none."""
    net, optimizer = net or make(), optimizer or SGD(0.1)
    told = dict(batch_size=10, rng=generator())
    errors = []
    for call in (
        lambda: train(net, loss, optimizer, *data, **told),
        lambda: fit(net, loss, optimizer, data, data, epochs=1, **told, **options),
    ):
        try:
            call()
        except ValueError as error:
            errors.append(error)
    if errors:
        assert len(errors) == 2 and str(errors[0]) == str(errors[1])
        raise errors[0]


def ending_in(*layers, n_out=1):
    rng = generator()
    return Network(Linear(3, 8, rng=rng), Tanh(), Linear(8, n_out, rng=rng), *layers)


class MySigmoid(Layer):
    """A reader's own, by name."""

    forward = staticmethod(lambda x: 1 / (1 + np.exp(-x)))
    backward = staticmethod(lambda da: da)


class Squash(MySigmoid):
    """Another, that only what it gives can tell."""


class Softmax(MySigmoid):
    forward = staticmethod(softmax)


YES_OR_NO = X, Y[:, None]


@pytest.mark.parametrize(
    "layer, n_out, loss, data, made",
    [
        (
            Sigmoid(),
            1,
            binary_cross_entropy,
            YES_OR_NO,
            "the sigmoid itself, and accuracy asks",
        ),
        (MySigmoid(), 1, binary_cross_entropy, YES_OR_NO, "the sigmoid itself"),
        (Squash(), 1, binary_cross_entropy, YES_OR_NO, "the sigmoid itself"),
        (Sigmoid(), 2, cross_entropy, TRAIN, "the softmax itself$"),
        (Softmax(), 2, cross_entropy, TRAIN, "the softmax itself$"),
    ],
)
def test_a_loss_of_logits_refuses_a_network_that_ends_in_probabilities(
    layer, n_out, loss, data, made
):
    """With it, accuracy counts z > 0, which every probability is."""
    name, net = rf"layer 3 \({type(layer).__name__}\)", ending_in(layer, n_out=n_out)
    match = rf"must get logits.* {name} gives.*{made}"
    with pytest.raises(ValueError, match=match):
        begin(net, loss, data=data)
    begin(ending_in(n_out=n_out), loss, data=data)


def test_probabilities_are_seen_where_the_sigmoid_is_saturated():
    """0 and 1 in float32, as with inputs from 0 to 255."""
    net = ending_in(Sigmoid())
    net.layers[2].W *= 1000
    assert net.predict(X).min() == 0 and net.predict(X).max() == 1
    with pytest.raises(ValueError, match="must get logits"):
        begin(net, binary_cross_entropy, data=YES_OR_NO)


def my_binary_cross_entropy(z, y):
    return binary_cross_entropy(z, y)


def test_a_loss_of_the_readers_own_refuses_probabilities_by_its_name():
    with pytest.raises(ValueError, match="binary_cross_entropy must get logits"):
        begin(ending_in(Sigmoid()), my_binary_cross_entropy, data=YES_OR_NO)


def test_who_may_end_in_anything():
    """Another loss; layers that give logits; weights behind; and small logits by chance."""
    one, two = (X, Y[:, None].astype(float)), TRAIN
    begin(ending_in(Sigmoid()), mse, data=one)
    begin(ending_in(ReLU(), n_out=2), data=two)
    begin(ending_in(Tanh()), binary_cross_entropy, data=YES_OR_NO)
    begin(ending_in(LeakyReLU(), n_out=2), data=two)
    net = ending_in()
    net.layers[2].W *= 1e-3
    net.layers[2].b += 0.5
    begin(net, binary_cross_entropy, data=YES_OR_NO)  # all z are between 0 and 1


@pytest.mark.parametrize(
    "loss, match",
    [
        (lambda z, y: 0.5, r"must return two things, \(value, dz\).* got 0.5$"),
        (lambda z, y: None, r"must return two things.* got None"),
        (lambda z, y: z, "must return two things.* got an array of float32 of shape"),
        (lambda z, y: (0.5, z, y), "must return two things.* got a tuple"),
        (lambda z, y: (z, 0.5), r"a single number first, got an array of float32"),
        (lambda z, y: ("low", z), "a single number first, got 'low' first"),
        (lambda z, y: (None, z), "a single number first, got None first"),
        (lambda z, y: (0.5, None), r"with dz of z's shape \(25, 2\), got None"),
        (lambda z, y: (0.5, z[0]), r"with dz of z's shape \(25, 2\), got \(2,\)"),
        (lambda z, y: (0.5, z.sum()), r"with dz of z's shape \(25, 2\), got "),
        ("mse", "loss must be a function, such as cross_entropy.*got 'mse'"),
        (None, "loss must be a function.*got None"),
        (Adam, "loss must be a function.*got the class Adam: Adam"),
        (Adam(0.1), "loss must be a function.*got an Adam"),
        ((0.5, X), "loss must be a function.*got a tuple"),
    ],
)
def test_a_loss_is_a_function_that_returns_two_things(loss, match):
    with pytest.raises(ValueError, match=match):
        begin(loss=loss)


def test_a_losss_value_may_be_any_single_number():
    for kind in np.float32, np.float64, np.array, int:
        begin(loss=lambda z, y: (kind(mse(z, z)[0]), z))


class StepsNet:
    def step(self, net):
        net.theta -= net.grad


class Updates:
    def update(self, theta, grad):
        theta -= grad


class Rebinds:
    def step(self, theta, grad):
        theta = theta - 0.1 * grad


class Returns(Rebinds):
    def step(self, theta, grad):
        return theta - 0.1 * grad


class ReturnsANewName(Rebinds):
    def step(self, theta, grad):
        moved = theta - 0.1 * grad
        return moved


WRITE = "step has not changed theta: write into it"


@pytest.mark.parametrize(
    "optimizer, match",
    [
        (
            Adam,
            "optimizer must have a method step.*got the class Adam: Adam.* makes one",
        ),
        (0.1, r"optimizer must have a method step.*got 0.1: SGD\(0.1\) makes one"),
        ("adam", "optimizer must have a method step.*got 'adam'"),
        (Updates(), "optimizer must have a method step.*got an Updates"),
        (StepsNet(), "StepsNet.step must take theta and grad, two arrays"),
        (Rebinds(), f"Rebinds.{WRITE}"),
        (Returns(), f"Returns.{WRITE}"),
        (ReturnsANewName(), f"ReturnsANewName.{WRITE}"),
    ],
)
def test_an_optimizer_has_a_step_that_writes_into_theta(optimizer, match):
    net = make()
    with pytest.raises(ValueError, match=match):
        begin(net, optimizer=optimizer)
    assert np.array_equal(net.theta, make().theta)


def test_none_is_no_optimizer():
    with pytest.raises(ValueError, match="optimizer must have a method step.*got None"):
        train(make(), cross_entropy, None, *TRAIN, batch_size=10, rng=generator())


class Flat:
    """Writes into theta, by another name."""

    def step(self, theta, grad):
        theta = theta.reshape(-1)
        theta -= 0.1 * grad.ravel()
        return theta


class Waiting:
    """Adds four gradients up before it moves, and says whether it did."""

    def __init__(self):
        self.sum, self.t = 0.0, 0

    def step(self, theta, grad):
        self.sum, self.t = self.sum + grad, self.t + 1
        moved = self.t % 4 == 0
        if moved:
            theta -= 0.1 * self.sum
            self.sum = 0.0
        return moved


class Watching:
    """Never moves, and does not pretend to."""

    def __init__(self):
        self.steps = 0

    def step(self, theta, grad):
        self.steps += 1


def test_optimizers_that_only_look_as_if_they_made_theta_anew():
    for optimizer in Flat(), Waiting(), clipped(0.1):
        begin(optimizer=optimizer)


def test_an_optimizer_is_not_tried_out_behind_the_readers_back():
    watching, told = Watching(), dict(batch_size=10, rng=generator())
    losses = train(make(), cross_entropy, watching, *TRAIN, **told)
    assert watching.steps == 0
    next(losses)
    assert watching.steps == 3


@pytest.mark.parametrize("make_optimizer", [Momentum, RMSprop, Adam, clipped])
@pytest.mark.parametrize("n_out", [2, 3])
def test_an_optimizer_that_remembers_another_network_is_named(make_optimizer, n_out):
    """Of the same size as well, where nothing else could tell."""
    optimizer, told = make_optimizer(0.01), dict(batch_size=10, rng=generator())
    net = make()
    train(make(), cross_entropy, optimizer, *TRAIN, **told)  # not one step
    next(train(net, cross_entropy, optimizer, *TRAIN, **told))
    next(train(net, cross_entropy, optimizer, *TRAIN, **told))  # the same: goes on
    other = make(n_out, seed=1)
    match = f"this {type(optimizer).__name__} has worked on another network.*(m, v|v|s): make"
    for _ in range(2):
        with pytest.raises(ValueError, match=match):
            train(other, cross_entropy, optimizer, *TRAIN, **told)
    del net  # it is another still
    with pytest.raises(ValueError, match=match):
        train(other, cross_entropy, optimizer, *TRAIN, **told)
    next(train(other, cross_entropy, make_optimizer(0.01), *TRAIN, **told))


def test_an_optimizer_without_memory_may_change_networks():
    optimizer, told = SGD(0.01), dict(batch_size=10, rng=generator())
    for seed in range(3):
        next(train(make(seed=seed), cross_entropy, optimizer, *TRAIN, **told))


@pytest.mark.parametrize("lr", ["0.1", -0.1, np.nan])
def test_a_learning_rate_that_was_changed_is_a_number(lr):
    optimizer = SGD(0.1)
    optimizer.lr = lr
    with pytest.raises(ValueError, match="the optimizer's lr must be a finite number"):
        begin(optimizer=optimizer)
    optimizer.lr = 0.0  # a schedule may begin there
    begin(optimizer=optimizer)


@pytest.mark.parametrize("make_optimizer", [RMSprop, Adam])
def test_an_epsilon_that_is_zero_in_float16_is_named(make_optimizer):
    def small():
        return Network(Linear(3, 2, rng=generator()), dtype=np.float16)

    with pytest.raises(
        ValueError, match="eps=1e-08 of .* is 0 in .* float16.*eps=1e-4"
    ):
        begin(small(), optimizer=make_optimizer(0.01))
    net, told = small(), dict(batch_size=10, rng=generator())
    losses = train(net, cross_entropy, make_optimizer(0.01, eps=1e-4), *TRAIN, **told)
    assert np.isfinite([next(losses) for _ in range(5)]).all()


@pytest.mark.parametrize(
    "net, match",
    [
        (Network, "net must be a network.*got the class Network: Network"),
        (
            Linear(3, 2, rng=generator()),
            r"got a Linear: Network\(layer\) makes a network",
        ),
        ("net", "net must be a network.*got 'net'"),
        (cross_entropy, "net must be a network.*got a function"),
    ],
)
def test_a_network_is_no_class_and_no_layer(net, match):
    with pytest.raises(ValueError, match=match):
        begin(net)


@pytest.mark.parametrize("metric", ["accuracy", Adam, 3])
def test_a_metric_is_a_function(metric):
    with pytest.raises(ValueError, match="metric must be a function, such as accuracy"):
        fit(
            make(),
            cross_entropy,
            SGD(0.1),
            TRAIN,
            VALID,
            epochs=1,
            batch_size=5,
            metric=metric,
            rng=generator(),
        )


@pytest.mark.parametrize(
    "history, match",
    [
        ([0.5], "history must be what fit returned, a History, got a list"),
        ({"train_loss": []}, "got a dict"),
        (History, "got the class History"),
        (
            History([0.5, 0.4], [0.5]),
            "the same epochs in all its lists.*'valid_loss': 1",
        ),
        (History([0.5], [0.5], [1.0], []), "the same epochs in all its lists"),
        (
            History([0.5, 0.4], [0.5] * 2, [1.0], [1.0]),
            "the same epochs in all its lists",
        ),
        (History([0.5], [0.5]), "a metric for 0 of its 1 epochs, and this call one"),
    ],
)
def test_a_history_is_what_fit_has_returned(history, match):
    with pytest.raises(ValueError, match=match):
        call_fit(rng=generator(), history=history)


def test_a_history_with_a_metric_goes_on_with_one():
    data, given = (X, X[:, :2]), History([0.5], [0.5], [1.0], [1.0])
    options = dict(epochs=1, batch_size=5, rng=generator(), history=given)
    with pytest.raises(ValueError, match="for 1 of its 1 epochs, and this call none"):
        fit(make(), mse, SGD(0.1), data, data, **options)


def test_fractions_are_numbers():
    with pytest.raises(ValueError, match="fractions must be numbers.*got '0.6'"):
        split(X, Y, fractions="0.6", rng=generator())


# --- data in units of their own


def hints(net, loss, data, **options):
    """What is said at the call, and that it is said of this file's line."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        call = dict(epochs=1, batch_size=10, rng=generator(), **options)
        fit(net, loss, SGD(1e-9), data, data, **call)
        train(net, loss, SGD(1e-9), *data, batch_size=10, rng=generator())
    assert {it.filename for it in told} <= {__file__}
    said = [str(it.message) for it in told]
    assert said[: len(said) // 2] == said[len(said) // 2 :]
    return said[: len(said) // 2]


PIXELS = generator().integers(0, 256, (25, 3))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
def test_pixels_from_0_to_255_get_a_hint_that_helps(dtype):
    x = PIXELS.astype(dtype)
    (said,) = hints(make(), cross_entropy, (x, Y))
    assert "The inputs go from 0 to 25" in said and "try x / 255, with the same" in said
    assert hints(make(), cross_entropy, (x / 255, Y)) == []


def test_large_inputs_and_targets_get_hints_that_help():
    x, y = 2000 + 30 * X, 300_000 + 1e5 * X[:, :1]
    x[:, 2] = 7  # a column that is always the same
    said = hints(make(1), mse, (x, y))
    assert [text.split()[1] for text in said] == ["inputs", "targets"]
    x, y = (
        eval(text.split("try ")[1].split(", ")[0], {"x": x, "y": y}) for text in said
    )
    assert np.isfinite(x).all() and hints(make(1), mse, (x, y)) == []


def test_data_that_a_network_likes_get_no_hint():
    assert hints(make(), cross_entropy, TRAIN) == []
    assert hints(make(1), mse, (4 * X, 10 * X[:, :1])) == []
    assert (
        hints(make(1), mse, (X, np.full((25, 1), 100.0))) == []
    )  # nothing to scale by
    tokens = PIXELS % 50 * 5
    assert (
        hints(Network(Table(256, 2)), cross_entropy, (tokens, Y[:, None] + 0 * tokens))
        == []
    )


class Table(Layer):
    """Looks whole numbers up: they have no unit."""

    params = ("W",)

    def __init__(self, n, n_out):
        self.W = np.zeros((n, n_out))
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        self.x = x
        return self.W[x]

    def backward(self, da):
        np.add.at(self.dW, self.x, da)


def test_divergence_on_large_targets_is_told_to_scale_them_first():
    """Smaller steps, again and again, would be no way."""
    data = X, 300_000 + 1e5 * X[:, :1]
    options = dict(epochs=300, batch_size=5, rng=generator())
    match = r"(?s)diverged.*The targets go from.*try \(y - y.mean\(\)\) / y.std\(\).*then a new opt"
    net = Network(Linear(3, 8, rng=generator()), ReLU(), Linear(8, 1, rng=generator()))
    with (
        pytest.raises(ValueError, match=match),
        pytest.warns(UserWarning, match="targets"),
    ):
        fit(net, mse, SGD(0.1), data, data, **options)
    x, y = data
    data = x, (y - y.mean()) / y.std()
    assert fit(net, mse, SGD(0.1), data, data, **options).valid_loss[-1] < 0.1
