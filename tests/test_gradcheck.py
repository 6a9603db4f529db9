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
    gradient_errors,
    mse,
    normal,
    numerical_gradient,
    xavier_normal,
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
    lambda: Linear(4, 4, rng=np.random.default_rng(0)),
]
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
        # Near a loss of 0 rounding shows; a wrong gradient gets 0.1 and more.
        assert gradient_check(net, loss, x, y) < 1e-4


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


@pytest.mark.parametrize(
    "f, theta, match",
    [
        (None, [1.0], r"f must be a function, such as lambda theta: .*, got None"),
        (np.ones(2), np.sum, "f must be a function.*got an array of float64"),
        (Sigmoid, [1.0], "f must be a function.*got the class Sigmoid"),
        (lambda t: None, [1.0], "f must return a number, got None: is there a return"),
        (lambda t: t, [1.0, 2.0], r"a number, got an array of float64 of shape \(2,\)"),
        (lambda t: (1.0, t), [1.0], "f must return a number, got a tuple"),
        (lambda t: 1j, [1.0], "f must return a number, got 1j"),
        (np.sum, "abc", "theta must be an array of numbers, got 'abc'"),
        (np.sum, None, "theta must be an array of numbers, got None"),
    ],
)
def test_what_numerical_gradient_refuses(f, theta, match):
    with pytest.raises(ValueError, match=match):
        numerical_gradient(f, theta)


def test_an_array_without_axes_is_a_number():
    assert numerical_gradient(lambda t: np.array(3 * t[0]), [2]) == pytest.approx(3)


@pytest.mark.parametrize("check", [gradient_check, gradient_errors])
def test_what_a_gradient_check_refuses(check, rng):
    layer = Linear(3, 2, rng=rng)
    net, (x, y) = Network(layer), problem(mse, 6, 2, rng)

    class Halfway:
        theta, forward = np.zeros(3), layer.forward

    def made(*returned):
        return lambda z, y: returned if len(returned) > 1 else returned[0]

    for which, loss, match in (
        (Network, mse, r"net must be a network.*got the class Network"),
        (layer, mse, r"got a Linear: Network\(layer\) makes a network"),
        (None, mse, "net must be a network.*got None"),
        (Halfway(), mse, "got a Halfway, which lacks backward, astype, places, views"),
        (net, None, "loss must be a function, such as cross_entropy.*got None"),
        (net, Sigmoid, "loss must be a function.*got the class Sigmoid"),
        (net, "mse", "got 'mse': the function itself, without quotes"),
        (net, made(1.0), r"must return two things, \(value, dz\).*got 1.0"),
        (net, made(None), r"must return two things, \(value, dz\).*got None"),
        (net, made(y, y), r"a single number first, got an array .* first"),
        (net, made("a", y), "a single number first, got 'a' first"),
        (net, made(1.0, y[0]), r"with dz of z's shape \(6, 2\), got \(2,\)"),
        (net, made(1.0, None), r"with dz of z's shape \(6, 2\), got None"),
    ):
        with pytest.raises(ValueError, match=match):
            check(which, loss, x, y)


def test_a_layer_without_its_own_backward_is_no_layer(rng):
    class Halfway(Layer):
        def forward(self, x):
            return x

    net = Network(Linear(3, 2, rng=rng), Halfway())
    with pytest.raises(NotImplementedError, match="Halfway has no backward"):
        gradient_check(net, mse, np.ones((1, 3)), np.ones((1, 2)))


def worse(factor, loss=cross_entropy, size=1.0):
    """A loss in another unit, whose gradient is wrong by a factor."""

    def wrong(z, y):
        value, dz = loss(z, y)
        return size * value, factor * size * dz

    return wrong


@pytest.mark.parametrize("size", [1e-10, 1e-3, 1, 1e10])
def test_the_verdict_does_not_depend_on_the_unit_of_the_loss(size, rng):
    """An error that counts as small beside 1 would let a flipped sign pass at 1e-10."""
    net = Network(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng))
    x, y = problem(cross_entropy, 6, 2, rng)
    assert gradient_check(net, worse(1, size=size), x, y) < 1e-6
    flipped = gradient_errors(net, worse(-1, size=size), x, y)
    assert list(flipped.values()) == pytest.approx([2, 2, 2, 2], rel=1e-2)


def sigmoids(depth, first=Linear, last=Linear, seed=0):
    """Hidden sigmoid layers: each passes at most a quarter of its gradient, or so."""
    rng = np.random.default_rng(seed)
    layers = []
    for i in range(depth):
        kind, n_in = (Linear, 4) if i else (first, 3)
        layers += [kind(n_in, 4, init=xavier_normal, rng=rng), Sigmoid()]
    return Network(*layers, last(4, 3, init=xavier_normal, rng=rng))


@pytest.mark.parametrize("depth", [4, 8, 16])
@pytest.mark.parametrize("seed", [0, 1])
def test_each_array_is_judged_by_its_own_size(depth, seed, rng):
    """The first of 16 sigmoid layers has 1e-11 of the last's gradient: it counts, too."""
    x, y = problem(cross_entropy, 6, 3, rng)
    right = gradient_errors(sigmoids(depth, seed=seed), cross_entropy, x, y)
    assert max(right.values()) < (1e-6 if depth < 8 else 1e-2)
    assert all(right[f"layer {2 * depth} (Linear).{name}"] < 1e-6 for name in "Wb")
    wrong = gradient_errors(sigmoids(depth, Flipped, seed=seed), cross_entropy, x, y)
    assert wrong["layer 0 (Flipped).W"] == pytest.approx(2, abs=0.01)
    assert wrong["layer 0 (Flipped).b"] < 1e-2
    assert gradient_check(sigmoids(depth, Flipped), cross_entropy, x, y) > 1.9


@pytest.mark.parametrize("first", [Linear, Flipped])
def test_what_drowns_in_rounding_is_undecided(first, rng):
    """Behind 24 sigmoid layers nothing can be measured: neither right nor wrong."""
    x, y = problem(cross_entropy, 6, 3, rng)
    errors = gradient_errors(sigmoids(24, first), cross_entropy, x, y)
    assert np.isnan(errors[f"layer 0 ({first.__name__}).W"])
    assert errors["layer 48 (Linear).W"] < 1e-6
    assert np.isnan(gradient_check(sigmoids(24, first), cross_entropy, x, y))
    wrong = sigmoids(24, first, last=Flipped)
    assert gradient_check(wrong, cross_entropy, x, y) > 1.9  # not hidden by a nan


def test_a_gradient_of_zero_is_right_where_nothing_moves(rng):
    """All units dead, then a loss at its very minimum: no rounding makes a mistake of it."""
    net = Network(Linear(3, 4, rng=rng), ReLU(), Linear(4, 2, rng=rng))
    x, y = problem(mse, 6, 2, rng)
    net.layers[0].b[...] = -100
    errors = gradient_errors(net, mse, x, y)
    assert errors["layer 0 (Linear).W"] == 0 and max(errors.values()) < 1e-6
    net = Network(Linear(3, 2, rng=rng), dtype=np.float64)
    errors = gradient_errors(net, mse, x, net.forward(x))
    assert not any(error > 1e-6 for error in errors.values())  # nan, undecided


class Dropout(Layer):
    """Silences half of the numbers, others each time; anew on the way back, if `wrong`."""

    def __init__(self, rng, wrong=False):
        self.rng, self.wrong = rng, wrong

    def draw(self, x):
        return 2 * (self.rng.uniform(size=x.shape) < 0.5)

    def forward(self, x):
        self.mask = self.draw(x)
        return x * self.mask

    def backward(self, da):
        return da * (self.draw(da) if self.wrong else self.mask)


@pytest.mark.parametrize("wrong", [False, True])
def test_chance_in_a_layer_is_put_back(wrong, rng):
    """Two layers share one generator, as they would in a network of a reader."""
    dice = np.random.default_rng(3)
    layers = [Linear(3, 8, rng=rng), Tanh(), Dropout(dice), Linear(8, 8, rng=rng)]
    net = Network(*layers, Dropout(dice, wrong), Linear(8, 2, rng=rng))
    before = dice.bit_generator.state
    error = gradient_check(net, mse, *problem(mse, 6, 2, rng))
    assert error > 0.1 if wrong else error < 1e-6
    assert dice.bit_generator.state == before


def test_layers_in_layers_have_names(rng):
    class Both(Layer):
        def __init__(self, *layers):
            self.layers = layers

        def forward(self, x):
            return sum(layer.forward(x) for layer in self.layers)

        def backward(self, da):
            return sum(layer.backward(da) for layer in self.layers)

    inner = Both(Linear(4, 4, rng=rng), Flipped(4, 4, rng=rng))
    net = Network(Linear(3, 4, rng=rng), Tanh(), inner)
    errors = gradient_errors(net, mse, *problem(mse, 6, 4, rng))
    assert [name for name, error in errors.items() if error > 1e-6] == [
        "layer 2 (Both).layers[1] (Flipped).W"
    ]
    assert len(errors) == 6
