"""Linear, forward and backward: by hand, by loops, and by central differences."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import Layer, Linear, ReLU, normal, numerical_gradient, zeros

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def linear(rng):
    layer = Linear(3, 2, rng=rng)
    layer.W[...] = [[1, 2], [3, 4], [5, 6]]
    layer.b[...] = [10, 20]
    return layer


X = np.array([[1.0, 0, -1], [2, 1, 0]])


def test_by_hand(linear):
    assert linear.forward(X).tolist() == [[6, 16], [15, 28]]
    dx = linear.backward(np.array([[1.0, 0], [0, 2]]))
    assert linear.dW.tolist() == [[1, 4], [0, 2], [-1, 0]]
    assert linear.db.tolist() == [1, 2]  # a sum over the batch, not a mean
    assert dx.tolist() == [[1, 3, 5], [4, 8, 12]]


def test_two_linear_layers_are_one(linear, rng):
    second = Linear(2, 4, rng=rng)
    one = Linear(3, 4, rng=rng)
    one.W[...] = linear.W @ second.W
    one.b[...] = linear.b @ second.W + second.b
    assert np.allclose(second.forward(linear.forward(X)), one.forward(X), rtol=1e-14)


sizes = st.integers(1, 5)


@given(sizes, sizes, sizes, st.integers(0, 99))
def test_against_loops_and_central_differences(n, n_in, n_out, seed):
    """Every entry of z, dW, db and dx, in float64; L = Σ c z, so that ∂L/∂z = c."""
    rng = np.random.default_rng(seed)
    layer = Linear(n_in, n_out, init=normal, rng=rng)
    layer.b[...] = rng.standard_normal(n_out)
    x, c = rng.standard_normal((n, n_in)), rng.standard_normal((n, n_out))
    z = layer.forward(x)
    for i in range(n):
        for j in range(n_out):
            expected = sum(x[i, k] * layer.W[k, j] for k in range(n_in)) + layer.b[j]
            assert z[i, j] == pytest.approx(expected, rel=1e-12, abs=1e-12)

    dx = layer.backward(c)
    W, b = layer.W.copy(), layer.b.copy()
    for analytic, theta, f in (
        (dx, x, lambda x: np.sum(c * (x @ W + b))),
        (layer.dW, W, lambda W: np.sum(c * (x @ W + b))),
        (layer.db, b, lambda b: np.sum(c * (x @ W + b))),
    ):
        assert analytic.shape == theta.shape
        assert np.allclose(analytic, numerical_gradient(f, theta), rtol=1e-6, atol=1e-8)


def test_gradients_are_written_in_place_and_overwritten(linear):
    dW, db = linear.dW, linear.db
    for _ in range(2):  # nothing piles up
        linear.forward(X)
        linear.backward(np.ones((2, 2)))
        assert linear.dW is dW and linear.db is db
        assert db.tolist() == [2, 2] and dW.tolist() == [[3, 3], [1, 1], [-1, -1]]


def test_dx_is_returned_unless_nobody_needs_it(linear):
    linear.forward(X)
    assert linear.backward(np.ones((2, 2))).tolist() == [[3, 7, 11], [3, 7, 11]]
    dW = linear.dW.copy()
    linear.dW[...] = 0
    assert linear.backward(np.ones((2, 2)), need_dx=False) is None
    assert np.array_equal(linear.dW, dW)


@pytest.mark.parametrize("shape", [(4, 2), (2, 5, 2), (3, 1, 2)])
def test_more_axes_in_front_are_more_rows(shape, rng):
    """z, dW, db and dx of x (…, 3) are those of its rows in one matrix."""
    layer, other = Linear(3, 4, rng=rng), Linear(3, 4, rng=rng)
    other.W[...] = layer.W
    # Its axes in another order in memory: a view of such an array as rows is no view.
    x = rng.standard_normal((3, *shape)).transpose(1, 2, *range(3, 1 + len(shape)), 0)
    da = rng.standard_normal((4, *shape)).transpose(1, 2, *range(3, 1 + len(shape)), 0)
    z, rows = layer.forward(x), other.forward(x.reshape(-1, 3))
    assert z.shape == (*shape, 4) and np.allclose(z.reshape(-1, 4), rows, rtol=1e-13)
    dx, drows = layer.backward(da), other.backward(da.reshape(-1, 4))
    assert dx.shape == x.shape and np.allclose(dx.reshape(-1, 3), drows, rtol=1e-13)
    assert np.allclose(layer.dW, other.dW) and np.allclose(layer.db, other.db)
    with pytest.raises(ValueError, match="da must have the shape of forward's output"):
        layer.backward(da.reshape(-1, 4))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool, np.float32])
def test_numbers_of_another_type_are_taken_in_the_weights_type(dtype, linear):
    x = np.array([[1, 0, 1], [0, 1, 1]], dtype)
    z = linear.forward(x)
    assert z.dtype == linear.backward(z).dtype == np.float64
    assert z.tolist() == [[16, 28], [18, 30]] and linear.x.dtype == np.float64


def test_a_new_layer(rng):
    layer = Linear(200, 100, rng=rng)
    assert layer.params == ("W", "b") and (layer.n_in, layer.n_out) == (200, 100)
    assert np.std(layer.W) == pytest.approx(0.1, rel=0.05)  # he_normal: √(2 / 200)
    assert not layer.b.any() and not layer.dW.any() and not layer.db.any()
    assert (layer.dW.shape, layer.db.shape) == ((200, 100), (100,))
    assert not Linear(2, 3, init=zeros, rng=rng).W.any()


@pytest.mark.parametrize("dtype", [int, float])
def test_an_initializers_array_is_copied_as_floats(dtype, rng):
    ones = np.ones((3, 2), dtype)
    layer = Linear(3, 2, init=lambda n_in, n_out, *, rng: ones, rng=rng)
    layer.forward(X)
    layer.backward(np.full((2, 2), 0.25))
    layer.W -= 0.1 * layer.dW
    assert layer.W[0, 0] == pytest.approx(0.925) and (ones == 1).all()


def test_inputs_do_not_change(linear):
    x, da = X.copy(), np.ones((2, 2))
    linear.forward(x)
    linear.backward(da)
    assert np.array_equal(x, X) and np.array_equal(da, np.ones((2, 2)))


def test_the_bare_layer():
    class Forgetful(Layer):
        pass

    assert Layer.params == ()
    with pytest.raises(NotImplementedError, match="Forgetful has no forward"):
        Forgetful().predict(X)
    with pytest.raises(NotImplementedError, match="Forgetful has no backward"):
        Forgetful().backward(X)


def test_predict_is_forward(linear):
    assert np.array_equal(linear.predict(X), linear.forward(X))


@pytest.mark.parametrize(
    "x, got",
    [
        (np.zeros((4, 2)), r"shape \(4, 2\)"),
        (X.T, r"shape \(3, 2\)"),
        (X[0], r"shape \(3,\)"),
        (np.zeros((1, 3, 2)), r"shape \(1, 3, 2\)"),
        (np.zeros((0, 3)), r"shape \(0, 3\)"),
        (np.zeros((2, 0, 3)), r"shape \(2, 0, 3\)"),
        (np.zeros(()), r"shape \(\)"),
        (X.tolist(), "a list"),
    ],
)
def test_what_forward_refuses(linear, x, got):
    with pytest.raises(
        ValueError, match=rf"x must be a batch of shape \(n, 3\).*got {got}"
    ):
        linear.forward(x)


@pytest.mark.parametrize(
    "n_in, x, advice",
    [
        (3, X[0], "x[np.newaxis]"),
        (1, X[0], "x[:, np.newaxis]"),
        (1, np.ones(1), "x[:, np.newaxis]"),
        (64, np.ones((5, 8, 8)), "x.reshape(len(x), -1)"),
        (64, np.ones((8, 8)), "x.reshape(1, -1)"),
        (12, np.ones((5, 2, 3, 2)), "x.reshape(len(x), -1)"),
        (3, X.T, "x.T"),
        (3, X.tolist(), "np.array(x)"),
    ],
)
def test_the_advice_makes_a_batch_of_it(n_in, x, advice, rng):
    layer = Linear(n_in, 2, rng=rng)
    with pytest.raises(ValueError, match=f"got .*{re.escape(advice)}"):
        layer.forward(x)
    batch = eval(advice, {"x": x, "np": np})
    assert layer.forward(batch).shape == (len(batch), 2)


@pytest.mark.parametrize(
    "n_in, x, advice",
    [
        (3, np.ones((4, 2)), r"rows of 2 numbers need Linear\(2, …\)"),
        (3, np.ones((4, 8, 8)), r"rows of 64 numbers, which need Linear\(64, …\)"),
        (3, np.ones(5), "an example has 3 numbers, as many as W has rows"),
        (3, np.ones((0, 3)), "there is no example in it"),
        (3, None, "what the layer before it computes has to be returned"),
    ],
)
def test_where_x_cannot_be_made_to_fit_the_layer_is_told(n_in, x, advice, rng):
    with pytest.raises(ValueError, match=advice):
        Linear(n_in, 2, rng=rng).forward(x)


@pytest.mark.parametrize("da", [np.ones((2, 3)), np.ones((3, 2)), np.ones(2), 1.0])
def test_what_backward_refuses(linear, da):
    with pytest.raises(ValueError, match="Linear.backward before forward"):
        linear.backward(da)
    linear.forward(X)
    with pytest.raises(
        ValueError, match=r"da must have the shape of forward's output, \(2, 2\)"
    ):
        linear.backward(da)


def test_what_construction_refuses(rng):
    with pytest.raises(TypeError, match="rng"):
        Linear(2, 3)
    with pytest.raises(ValueError, match="rng must be a numpy.random.Generator, got 0"):
        Linear(2, 3, rng=0)
    with pytest.raises(
        ValueError, match="n_out must be a whole number, 1 or more, got 0"
    ):
        Linear(2, 0, rng=rng)
    with pytest.raises(ValueError, match=r"init must return .*\(2, 3\).*got \(3, 2\)"):
        Linear(2, 3, init=lambda n_in, n_out, *, rng: np.zeros((n_out, n_in)), rng=rng)
    for init, got in (
        (None, "None$"),
        (3, "3$"),
        ("he_normal", "'he_normal': the function itself, without quotes"),
        (zeros(2, 3, rng=rng), r"an array .*: the function itself, without \( \)"),
        (ReLU, "the class ReLU"),
    ):
        with pytest.raises(
            ValueError, match=f"init must be a function, such as he_normal, got {got}"
        ):
            Linear(2, 3, init=init, rng=rng)
    with pytest.raises(ValueError, match="init must return numbers, got a list"):
        Linear(2, 3, init=lambda n_in, n_out, *, rng: [["a"] * 3] * 2, rng=rng)
    with pytest.raises(
        ValueError, match="W must be finite, but 6 of its 6 numbers are nan"
    ):
        Linear(
            2,
            3,
            init=lambda n_in, n_out, *, rng: np.full((n_in, n_out), np.nan),
            rng=rng,
        )
    with pytest.raises(ValueError, match="ReLU.backward before forward"):
        ReLU().backward(X)
