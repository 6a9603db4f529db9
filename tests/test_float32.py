"""float32 stays float32: half the bytes of float64, and no step takes the long way unseen.

One float64 scalar in the wrong place makes float64 of all that follows, silently: the numbers
stay right, and a step takes twice as long.
"""

import functools
import tracemalloc

import numpy as np
import pytest

from nnlib import (
    SGD,
    Adam,
    EarlyStopping,
    LeakyReLU,
    Linear,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Sigmoid,
    Tanh,
    accuracy,
    binary_cross_entropy,
    confusion_matrix,
    cross_entropy,
    fit,
    he_normal,
    mse,
    normal,
    softmax,
    train,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)

f4, f8 = np.float32, np.float64
ACTIVATIONS = {
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "ReLU": ReLU,
    "LeakyReLU": LeakyReLU,
    "LeakyReLU of float64": lambda: LeakyReLU(f8(0.1)),
}
OPTIMIZERS = {
    "SGD": lambda number: SGD(number(0.1)),
    "Momentum": lambda number: Momentum(number(0.1), number(0.9)),
    "RMSprop": lambda number: RMSprop(number(0.1), number(0.9), number(1e-8)),
    "Adam": lambda number: Adam(number(0.1), number(0.9), number(0.99), number(1e-8)),
}
# Targets as readers bring them, and as NumPy and other libraries give them.
TARGETS = [
    *((mse, kind) for kind in (f4, f8, np.float16, np.int64, np.uint8)),
    *((binary_cross_entropy, kind) for kind in (f4, f8, np.int64, np.uint8, bool)),
    *((cross_entropy, kind) for kind in (np.int64, np.int32, np.uint8, np.int8)),
]


def floats(thing):
    """The floating-point arrays and NumPy scalars among an object's attributes, by name."""
    return {
        name: value
        for name, value in vars(thing).items()
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"
    }


def assert_narrow(thing):
    wide = {name: a.dtype for name, a in floats(thing).items() if a.dtype != f4}
    assert not wide, f"{type(thing).__name__}: {wide}"


def network(rng, activation=ReLU, out=3):
    return Network(
        Linear(4, 6, rng=rng), activation(), Linear(6, 5, rng=rng), activation(),
        Linear(5, out, rng=rng),
    )  # fmt: skip


def batch(rng, loss, kind, n=8):
    """x float64 (n, 4), and targets of this kind that fit the loss."""
    x, shape = rng.standard_normal((n, 4)), n if loss is cross_entropy else (n, 3)
    return x, rng.integers(0, 2, shape).astype(kind)


@pytest.mark.parametrize("make", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_layer_of_a_network_gives_and_keeps_float32(make, rng, monkeypatch):
    seen = []

    def watched(kind, name):
        method = getattr(kind, name)

        @functools.wraps(method)
        def call(self, *args, **options):
            result = method(self, *args, **options)
            if result is not None:
                seen.append((kind.__name__, name, result.dtype))
            return result

        monkeypatch.setattr(kind, name, call)

    for kind in (Linear, type(make())):
        for name in ("forward", "backward"):
            watched(kind, name)
    net = network(rng, make)
    x, y = batch(rng, cross_entropy, np.int64)
    _, dz = cross_entropy(net.forward(x), y)
    net.backward(dz.astype(f8))
    z = net.predict(x)
    assert len(seen) == 5 + 4 + 5 and z.dtype == f4
    assert {dtype for _, _, dtype in seen} == {np.dtype(f4)}, seen
    for layer in net.layers:
        assert_narrow(layer)
        assert floats(layer), "nothing was looked at"


@pytest.mark.parametrize("make", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_an_activation_alone_keeps_float32(make, rng):
    layer, x = make(), rng.standard_normal((3, 4)).astype(f4)
    assert layer.forward(x).dtype == layer.predict(x).dtype == f4
    assert layer.backward(x).dtype == f4


@pytest.mark.parametrize(
    "init", [zeros, normal, uniform, xavier_normal, xavier_uniform, he_normal]
)
def test_initial_weights_become_float32(init, rng):
    net = Network(Linear(3, 2, init=init, rng=rng))
    assert net.layers[0].W.dtype == net.layers[0].dW.dtype == f4
    assert_narrow(net)


@pytest.mark.parametrize("loss, kind", TARGETS)
def test_a_loss_is_a_python_float_and_its_gradient_float32(loss, kind, rng):
    _, y = batch(rng, loss, kind)
    value, dz = loss(rng.standard_normal((8, 3)).astype(f4), y)
    assert type(value) is float and dz.dtype == f4


def test_softmax_and_metrics_keep_to_plain_types(rng):
    z = rng.standard_normal((8, 3)).astype(f4)
    y = rng.integers(0, 3, 8).astype(np.uint8)
    assert softmax(z).dtype == f4
    assert type(accuracy(z, y)) is float
    assert confusion_matrix(z, y).dtype.kind == "i"


@pytest.mark.parametrize("number", [float, f8, f4])
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_optimizer_and_its_state_stay_float32(make, number, rng):
    optimizer, theta = make(number), rng.standard_normal(10).astype(f4)
    start = theta
    for step in range(3):
        optimizer.step(theta, rng.standard_normal(10).astype(f4 if step else f8))
        optimizer.lr = number(0.1 / (1 + step))  # a schedule
    assert theta is start and theta.dtype == f4
    assert_narrow_state(optimizer)


def assert_narrow_state(optimizer):
    state = {
        name: value.dtype
        for name, value in vars(optimizer).items()
        if isinstance(value, np.ndarray)
    }
    assert set(state.values()) <= {np.dtype(f4)}, state
    kept = {SGD: 0, Momentum: 1, RMSprop: 1, Adam: 3}
    assert len(state) == kept[type(optimizer)]


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("loss, kind", TARGETS)
def test_training_stays_float32(make, loss, kind, rng, monkeypatch):
    seen, forward = [], Linear.forward

    def watched(layer, x):
        seen.append(x.dtype)
        return forward(layer, x)

    monkeypatch.setattr(Linear, "forward", watched)
    net, optimizer = network(rng), make(f8)
    x, y = batch(rng, loss, kind)
    value = next(train(net, loss, optimizer, x, y, batch_size=3, rng=rng))
    history = fit(
        net, loss, optimizer, (x, y), (x, y), epochs=2, batch_size=3, patience=1, rng=rng,
        progress=False,
    )  # fmt: skip
    assert set(seen) == {np.dtype(f4)}
    assert_narrow(net)
    assert_narrow_state(optimizer)
    numbers = [value, *history.train_loss, *history.valid_loss]
    numbers += history.train_accuracy + history.valid_accuracy
    assert {type(number) for number in numbers} == {float}


def test_what_early_stopping_and_files_keep_is_float32(rng, tmp_path):
    net, other = network(rng), network(rng)
    stopping = EarlyStopping(2)
    stopping.update(f8(1), net.theta)
    assert stopping.best_theta.dtype == f4
    net.save(tmp_path / "net.npz")
    other.load(tmp_path / "net.npz")
    assert_narrow(other)
    np.testing.assert_array_equal(other.theta, net.theta)
    with np.load(tmp_path / "net.npz") as saved:
        assert saved["theta"].dtype == f4


# --- no more work than that ---------------------------------------------------------------------


def test_adam_makes_no_array_of_the_size_of_theta_after_its_first_step(rng):
    theta, grad = rng.standard_normal((2, 100_000)).astype(f4)
    adam = Adam(0.01)
    adam.step(theta, grad)
    tracemalloc.start()
    try:
        for _ in range(3):
            adam.step(theta, grad)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < theta.nbytes / 10


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_no_optimizer_makes_a_float64_array(make, rng):
    """What a step makes is at most a few float32 arrays; a float64 one has twice the bytes."""
    theta, grad = rng.standard_normal((2, 100_000)).astype(f4)
    optimizer, most = make(f8), {SGD: 1, Momentum: 1, RMSprop: 3, Adam: 0}
    optimizer.step(theta, grad)
    tracemalloc.start()
    try:
        optimizer.step(theta, grad)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (most[type(optimizer)] + 0.1) * theta.nbytes
