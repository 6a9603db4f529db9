"""Optimizers: by hand, against plain loops, at the bottom of a bowl; in place and in float32."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import SGD, Adam, Momentum, RMSprop

pytestmark = pytest.mark.filterwarnings("error")

ALL = [SGD, Momentum, RMSprop, Adam]
every_optimizer = pytest.mark.parametrize("make", ALL)


def steps(optimizer, *grads, start=0.0):
    """Where one number goes, from start, under these gradients."""
    theta, path = np.array([start]), []
    for grad in grads:
        optimizer.step(theta, np.array([float(grad)]))
        path.append(theta.item())
    return path


# --- by hand


@pytest.mark.parametrize("lr, factor", [(0.4, -0.6), (0.5, -1), (0.6, -1.4)])
def test_gradient_descent_on_2y2(lr, factor):
    """y ← (1 − 4η) y: swings in, swings for ever, swings out."""
    theta, optimizer = np.array([1.0]), SGD(lr)
    for t in range(1, 6):
        optimizer.step(theta, 4 * theta)
        assert theta.item() == pytest.approx(factor**t)


def test_momentum():
    """v ← βv + g, as in PyTorch: 1, 1.9, 2.71. With (1 − β) g it would start at 0.1."""
    optimizer = Momentum(0.1)
    assert steps(optimizer, 1, 1, 1) == pytest.approx([-0.1, -0.29, -0.561])
    assert optimizer.v.item() == pytest.approx(2.71)
    assert steps(Momentum(0.1), *[1] * 300)[-1] - steps(Momentum(0.1), *[1] * 299)[
        -1
    ] == pytest.approx(-0.1 / (1 - 0.9))


def test_momentum_rescues_a_learning_rate_that_diverges():
    """0.1 x₁² + 2 x₂² from (−5, −2) at η = 0.6; β = 0.5 arrives, β = 0 does not."""
    for beta, arrives in (0.5, True), (0, False):
        theta, optimizer = np.array([-5.0, -2]), Momentum(0.6, beta)
        for _ in range(30):
            optimizer.step(theta, np.array([0.2, 4]) * theta)
        assert (np.abs(theta).max() < 1e-3) == arrives


@pytest.mark.parametrize("g", [0.001, 100, -100])
def test_first_steps_have_one_size(g):
    """Adam's is lr; RMSprop's, without a correction, lr / √0.01 = 10 lr."""
    sign = math.copysign(1, g)
    assert steps(Adam(0.01), g)[0] == pytest.approx(-0.01 * sign, rel=1e-4)
    assert steps(RMSprop(0.01), g)[0] == pytest.approx(-0.1 * sign, rel=1e-3)


def test_epsilon_stands_outside_the_root():
    """With g = ε: Adam moves lr / 2, RMSprop lr / 1.1 (inside, both about lr / 10⁴)."""
    assert steps(Adam(1), 1e-8)[0] == pytest.approx(-1 / 2)
    assert steps(RMSprop(1), 1e-8)[0] == pytest.approx(-1 / 1.1)


def test_adam_under_a_constant_gradient_walks():
    """Both moments corrected, t counted before use: every step is lr, not 3.16 lr at first."""
    path = steps(Adam(0.1, eps=1e-12), *[5] * 20)
    assert path == pytest.approx([-0.1 * t for t in range(1, 21)])


# --- against plain loops


def plain_sgd(g, s, lr):
    return -lr * g


def plain_momentum(g, s, lr, beta=0.9):
    s["v"] = beta * s.get("v", 0.0) + g
    return -lr * s["v"]


def plain_rmsprop(g, s, lr, beta=0.99, eps=1e-8):
    s["s"] = beta * s.get("s", 0.0) + (1 - beta) * g * g
    return -lr * g / (math.sqrt(s["s"]) + eps)


def plain_adam(g, s, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    s["t"] = s.get("t", 0) + 1
    s["m"] = beta1 * s.get("m", 0.0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0.0) + (1 - beta2) * g * g
    m, v = s["m"] / (1 - beta1 ** s["t"]), s["v"] / (1 - beta2 ** s["t"])
    return -lr * m / (math.sqrt(v) + eps)


@pytest.mark.parametrize(
    "make, plain, options",
    [
        (SGD, plain_sgd, {}),
        (Momentum, plain_momentum, {}),
        (Momentum, plain_momentum, {"beta": 0.5}),
        (RMSprop, plain_rmsprop, {}),
        (RMSprop, plain_rmsprop, {"beta": 0.9, "eps": 0.1}),
        (Adam, plain_adam, {}),
        (Adam, plain_adam, {"beta1": 0.5, "beta2": 0.9, "eps": 0.1}),
        (Adam, plain_adam, {"beta1": 0, "beta2": 0}),
    ],
)
def test_against_a_plain_loop(make, plain, options, rng):
    theta, optimizer = rng.standard_normal(5), make(0.03, **options)
    expected, states = theta.tolist(), [{} for _ in range(5)]
    for _ in range(25):
        grad = rng.standard_normal(5) * 10 ** rng.uniform(-3, 3, 5)
        optimizer.step(theta, grad)
        for i, s in enumerate(states):
            expected[i] += plain(grad[i], s, 0.03, **options)
        assert np.allclose(theta, expected, rtol=1e-10, atol=1e-12)
    for name, value in states[0].items():  # the state is public
        assert np.ravel(getattr(optimizer, name))[0] == pytest.approx(value)


# --- properties


@every_optimizer
@given(
    start=st.lists(st.floats(-3, 3), min_size=1, max_size=4),
    steepness=st.floats(0.2, 4.0),
)
def test_the_bottom_of_a_bowl(make, start, steepness):
    """f = ½ k θ², gradient kθ: in the end, and however the step began, near 0."""
    theta, optimizer = np.array(start), make(0.02)
    for _ in range(2500):
        optimizer.step(theta, steepness * theta)
    assert np.abs(theta).max() < 0.03


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_in_place_and_in_its_own_type(make, dtype, rng):
    """theta changes where it is, grad not at all, and an np.float64 rate widens nothing."""
    flat = rng.standard_normal(8).astype(dtype)
    theta, before = flat[:6].reshape(2, 3), flat.copy()
    grad = rng.standard_normal((2, 3)).astype(dtype)
    kept, optimizer = grad.copy(), make(np.float64(0.1))
    for _ in range(2):
        optimizer.step(theta, grad)
    assert (flat[:6] != before[:6]).all() and np.array_equal(flat[6:], before[6:])
    assert theta.dtype == dtype and np.array_equal(grad, kept)
    for name in "msv":
        state = getattr(optimizer, name, None)
        assert state is None or (state.dtype == dtype and state.shape == (2, 3))
    assert type(optimizer.lr) is float


@every_optimizer
def test_state_does_not_hang_on_the_gradients_array(make):
    """`Network.backward` writes every gradient into the same array."""
    one, other, grad = np.zeros(3), np.zeros(3), np.ones(3)
    reused, fresh = make(0.1), make(0.1)
    for value in 1.0, -2.0, 5.0:
        grad[...] = value
        reused.step(one, grad)
        fresh.step(other, np.full(3, value))
    assert np.array_equal(one, other)


@every_optimizer
def test_the_state_can_be_put_back(make, rng):
    """An optimizer that was stopped goes on as if it never had been."""
    theta, grads = rng.standard_normal(3), rng.standard_normal((5, 3))
    one = make(0.1)
    for grad in grads[:3]:
        one.step(theta, grad)
    other, moved = make(0.1), theta.copy()
    for name in "msvt":
        if hasattr(one, name):
            setattr(other, name, np.copy(getattr(one, name)))
    for grad in grads[3:]:
        one.step(theta, grad)
        other.step(moved, grad)
    assert np.array_equal(theta, moved)


@every_optimizer
def test_float32_follows_float64(make, rng):
    narrow, wide = (rng.standard_normal(4).astype(np.float32) for _ in range(2))
    wide = narrow.astype(np.float64)
    first, second = make(0.01), make(0.01)
    for _ in range(50):
        grad = rng.standard_normal(4).astype(np.float32)
        first.step(narrow, grad)
        second.step(wide, grad.astype(np.float64))
    assert np.allclose(narrow, wide, atol=1e-5)


@every_optimizer
def test_a_zero_gradient_moves_nothing(make):
    assert steps(make(0.1), 0, 0, start=2.0) == [2, 2]


def test_the_learning_rate_may_be_changed_on_the_way():
    for make in SGD, Adam:
        optimizer = make(0.1)
        first = steps(optimizer, 1)[0]
        optimizer.lr /= 2
        assert steps(optimizer, 1)[0] == pytest.approx(first / 2)


def test_the_defaults():
    assert vars(Momentum(0.1)) == {"lr": 0.1, "beta": 0.9, "v": None}
    assert vars(RMSprop(0.1)) == {"lr": 0.1, "beta": 0.99, "eps": 1e-8, "s": None}
    adam = Adam(0.1)
    assert (adam.beta1, adam.beta2, adam.eps) == (0.9, 0.999, 1e-8)
    assert (adam.m, adam.v, adam.t) == (None, None, 0)


# --- what they refuse


@every_optimizer
@pytest.mark.parametrize("lr", [0, -0.1, np.nan, np.inf, "0.1", None, True])
def test_the_learning_rate_is_more_than_0(make, lr):
    with pytest.raises(
        ValueError, match="lr must be a finite number, more than 0, got"
    ):
        make(lr)


@pytest.mark.parametrize(
    "make, name",
    [(Momentum, "beta"), (RMSprop, "beta"), (Adam, "beta1"), (Adam, "beta2")],
)
@pytest.mark.parametrize("value", [-0.1, 1, 1.5, np.nan])
def test_a_decay_is_from_0_to_1(make, name, value):
    with pytest.raises(
        ValueError, match=f"{name} must be .* at least 0 and less than 1"
    ):
        make(0.1, **{name: value})


@pytest.mark.parametrize("make", [RMSprop, Adam])
def test_epsilon_is_more_than_0(make):
    with pytest.raises(ValueError, match="eps must be a finite number, more than 0"):
        make(0.1, eps=0)


@every_optimizer
def test_what_step_refuses(make):
    optimizer = make(0.1)
    whole = np.array([1, 2], np.int32)
    for theta, got in ([1.0, 2.0], "list"), (whole, "int32"), (2.0, "float"):
        with pytest.raises(
            ValueError, match=f"theta must be a NumPy array of floats.*{got}"
        ):
            optimizer.step(theta, np.ones(2))
    for grad in np.ones(3), np.ones((2, 1)), 1.0:
        with pytest.raises(ValueError, match=r"grad must have theta's shape \(2,\)"):
            optimizer.step(np.ones(2), grad)


@pytest.mark.parametrize("make", [Momentum, RMSprop, Adam])
def test_the_state_belongs_to_one_shape(make):
    optimizer, theta = make(0.1), np.ones(3)
    optimizer.step(np.ones(2), np.ones(2))
    with pytest.raises(
        ValueError, match=r"worked on a theta of shape \(2,\), got \(3,\).*new opt"
    ):
        optimizer.step(theta, np.ones(3))
    assert np.array_equal(theta, np.ones(3))


@pytest.mark.parametrize(
    "state",
    [
        {"t": 3},
        {"m": np.ones(2), "v": np.ones(2)},
        {"m": np.ones(2), "t": 3},
        {"v": np.ones(2), "t": 3},
        {"m": np.ones(2)},
    ],
)
def test_a_part_of_adams_state_is_not_enough(state):
    optimizer, theta = Adam(0.1), np.ones(2)
    vars(optimizer).update(state)
    with pytest.raises(
        ValueError, match="state must be put back whole, got a part of it"
    ):
        optimizer.step(theta, np.ones(2))
    assert theta.tolist() == [1, 1]


@pytest.mark.parametrize("make, names", [(Momentum, "v"), (RMSprop, "s"), (Adam, "mv")])
def test_a_state_is_an_array_of_thetas_shape(make, names):
    for wrong, match in (
        (np.ones(3), r"worked on a theta of shape \(3,\), got \(2,\)"),
        ([1.0, 1.0], "state must be an array, got a list"),
        (1.0, "state must be an array, got 1.0"),
    ):
        for name in names:
            optimizer, theta = make(0.1), np.ones(2)
            vars(optimizer).update({it: np.ones(2) for it in names} | {"t": 1})
            setattr(optimizer, name, wrong)
            with pytest.raises(ValueError, match=match):
                optimizer.step(theta, np.ones(2))
            assert theta.tolist() == [1, 1]


@every_optimizer
def test_a_gradient_that_is_no_array_is_named(make):
    for grad, got in (None, "None"), ([1.0, 2.0], "a list"), (SGD, "the class SGD"):
        with pytest.raises(
            ValueError, match=f"grad must have theta's shape.*got {got}"
        ):
            make(0.1).step(np.ones(2), grad)
