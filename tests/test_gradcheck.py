"""The gradient check is right about right gradients, and about wrong ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import (
    Layer,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    binary_cross_entropy,
    cross_entropy,
    gradient_check,
    mse,
    normal,
    numerical_gradient,
)

pytestmark = pytest.mark.filterwarnings("error")


def test_numerical_gradient_by_hand():
    """f = a² + 3ab at (2, 5): ∂f/∂a = 2a + 3b = 19, ∂f/∂b = 3a = 6."""
    grad = numerical_gradient(lambda t: t[0] ** 2 + 3 * t[0] * t[1], [2, 5])
    assert np.allclose(grad, [19, 6], rtol=1e-9)


def test_differences_are_central():
    """Of θ³ at 2 with h = 0.1: 3θ² + h² = 12.01 (a forward difference would give 12.61)."""
    assert numerical_gradient(lambda t: t[0] ** 3, [2.0], h=0.1)[0] == pytest.approx(
        12.01
    )
    assert numerical_gradient(lambda t: t[0] ** 3, [2.0])[0] == pytest.approx(
        12, abs=1e-8
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_shape_in_float64_and_theta_stays(dtype):
    theta = np.arange(6, dtype=dtype).reshape(2, 3)
    kept, calls = theta.copy(), []

    def f(t):
        calls.append(t.dtype)
        assert np.array_equal(theta, kept)  # not even for a moment
        return np.sum(t**2)

    grad = numerical_gradient(f, theta)
    assert np.allclose(grad, 2 * theta, atol=1e-9) and grad.dtype == np.float64
    assert calls == [np.float64] * 12


@pytest.mark.parametrize("h", [0, -1e-5, np.nan, "small"])
def test_h_must_be_more_than_0(h):
    with pytest.raises(ValueError, match="h must be a finite number, more than 0"):
        numerical_gradient(np.sum, [1.0], h)


def problem(loss, n, k, rng):
    """Inputs and targets for a network of 3 inputs and k outputs."""
    x = rng.standard_normal((n, 3))
    if loss is mse:
        return x, rng.standard_normal((n, k))
    if loss is binary_cross_entropy:
        return x, rng.integers(0, 2, (n, k))
    return x, rng.integers(0, k, n)


LAYERS = [
    Sigmoid,
    Tanh,
    ReLU,
    LeakyReLU,
    lambda: LeakyReLU(0.5),
    lambda: Linear(4, 4, rng=RNG),
]
RNG = np.random.default_rng(0)
LOSSES = [mse, binary_cross_entropy, cross_entropy]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layer", LAYERS)
@given(n=st.integers(1, 4), k=st.integers(2, 3), seed=st.integers(0, 999))
def test_every_layer_with_every_loss(layer, loss, n, k, seed):
    """Between two Linear layers, so that its dx is checked too; on points off the kinks."""
    rng = np.random.default_rng(seed)
    inner = layer()
    first = Linear(3, 4, init=normal, rng=rng)
    net = Network(first, inner, Linear(4, k, init=normal, rng=rng))
    net.theta += 0.1 * rng.standard_normal(net.theta.size).astype(
        np.float32
    )  # biases too
    x, y = problem(loss, n, k, rng)
    if np.abs(net.layers[0].forward(x)).min() > 1e-3:
        assert gradient_check(net, loss, x, y) < 1e-6


def test_a_deep_network(rng):
    layers = [Linear(3, 8, rng=rng), Sigmoid()]
    for activation in Tanh(), LeakyReLU(), ReLU():
        layers += [Linear(8, 8, rng=rng), activation]
    net = Network(*layers, Linear(8, 3, rng=rng))
    assert gradient_check(net, cross_entropy, *problem(cross_entropy, 9, 3, rng)) < 1e-6


class Untransposed(Linear):
    def backward(self, da):
        super().backward(da)
        return da @ self.W


class Flipped(Linear):
    def backward(self, da):
        dx = super().backward(da)
        self.dW *= -1
        return dx


class MeanOfBias(Linear):
    def backward(self, da):
        dx = super().backward(da)
        self.db /= len(da)
        return dx


class Frozen(Linear):
    def backward(self, da):
        dx = super().backward(da)
        self.dW[...] = 0
        return dx


class OneEntry(Linear):
    def backward(self, da):
        dx = super().backward(da)
        self.dW[1, 2] *= 1.001
        return dx


class Leaking(ReLU):
    def backward(self, da):
        return da


class NotANumber(Linear):
    def backward(self, da):
        dx = super().backward(da)
        self.db[0] = np.nan
        return dx


@pytest.mark.parametrize(
    "wrong",
    [Untransposed, Flipped, MeanOfBias, Frozen, OneEntry, NotANumber],
    ids=lambda c: c.__name__,
)
def test_wrong_layers_are_convicted(wrong, rng):
    net = Network(
        Linear(3, 4, rng=rng),
        Tanh(),
        wrong(4, 4, rng=rng),
        Tanh(),
        Linear(4, 2, rng=rng),
    )
    x, y = problem(cross_entropy, 6, 2, rng)
    assert not gradient_check(net, cross_entropy, x, y) < 1e-5


def test_a_wrong_activation_is_convicted(rng):
    net = Network(Linear(3, 4, rng=rng), Leaking(), Linear(4, 2, rng=rng))
    assert gradient_check(net, cross_entropy, *problem(cross_entropy, 6, 2, rng)) > 0.1


@pytest.mark.parametrize("factor, error", [(6, 5 / 6), (0.5, 1 / 2), (-1, 2)])
@pytest.mark.parametrize("size", [1e-2, 1, 1e4])
def test_the_error_is_relative(factor, error, size, rng):
    """A gradient 6 times too large is wrong by 5/6, whatever the size of the loss."""

    def wrong(z, y):
        value, dz = mse(z, y)
        return size * value, factor * size * dz

    net = Network(Linear(3, 2, rng=rng))
    x, y = problem(mse, 6, 2, rng)
    assert gradient_check(net, wrong, x, y) == pytest.approx(error, rel=1e-3)


def test_the_network_stays_as_it_was(rng):
    net = Network(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng))
    x, y = problem(cross_entropy, 6, 2, rng)
    net.forward(x)
    theta, grad = net.theta.copy(), net.grad.copy()
    assert gradient_check(net, cross_entropy, x, y) < 1e-6
    assert net.theta.dtype == np.float32
    assert np.array_equal(net.theta, theta) and np.array_equal(net.grad, grad)
    net.backward(np.ones((6, 2)))  # its forward still counts


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_found(bad, rng):
    net = Network(Linear(3, 2, rng=rng))
    x, y = problem(mse, 6, 2, rng)
    for name, array in ("x", x), ("y", y):
        keep, array[2, 1] = array[2, 1], bad
        with pytest.raises(
            ValueError, match=rf"{name} must be finite.*first at \(2, 1\)"
        ):
            gradient_check(net, mse, x, y)
        array[2, 1] = keep
    assert gradient_check(net, mse, x, y) < 1e-6


@pytest.mark.parametrize("rows", [0, 5])
def test_as_many_targets_as_inputs(rows, rng):
    with pytest.raises(ValueError, match="same number of rows, at least one"):
        gradient_check(
            Network(Linear(3, 2, rng=rng)), mse, np.ones((rows, 3)), np.ones((0, 2))
        )


def test_a_layer_without_its_own_backward_is_no_layer(rng):
    class Halfway(Layer):
        def forward(self, x):
            return x

    net = Network(Linear(3, 2, rng=rng), Halfway())
    with pytest.raises(NotImplementedError, match="Halfway has no backward"):
        gradient_check(net, mse, np.ones((1, 3)), np.ones((1, 2)))
