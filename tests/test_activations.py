"""Activations and their derivatives: by hand, by formula, by differences, and far out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnlib import LeakyReLU, Linear, ReLU, Sigmoid, Tanh, numerical_gradient

pytestmark = pytest.mark.filterwarnings("error")

ALL = [Sigmoid, Tanh, ReLU, LeakyReLU, lambda: LeakyReLU(np.float64(0.3))]
NAMES = ["Sigmoid", "Tanh", "ReLU", "LeakyReLU", "LeakyReLU(0.3)"]
every_activation = pytest.mark.parametrize("make", ALL, ids=NAMES)
LN3 = math.log(3)


@pytest.mark.parametrize(
    "layer, x, value, slope",
    [
        (Sigmoid(), 0, 1 / 2, 1 / 4),
        (Sigmoid(), LN3, 3 / 4, 3 / 16),
        (Sigmoid(), -LN3, 1 / 4, 3 / 16),
        (Tanh(), 0, 0, 1),
        (Tanh(), LN3, 4 / 5, 9 / 25),
        (Tanh(), -LN3, -4 / 5, 9 / 25),
        (ReLU(), 3, 3, 1),
        (ReLU(), -3, 0, 0),
        (ReLU(), 0, 0, 0),
        (LeakyReLU(), 3, 3, 1),
        (LeakyReLU(), -3, -0.03, 0.01),
        (LeakyReLU(0.2), -3, -0.6, 0.2),
        (LeakyReLU(0.2), 0, 0, 0.2),
        (LeakyReLU(1), -3, -3, 1),
    ],
)
def test_by_hand(layer, x, value, slope):
    """A value, its slope, and the chain rule: da = 2 comes back as twice the slope."""
    x = np.array([[float(x)]])
    assert layer.forward(x).item() == pytest.approx(value, abs=1e-15)
    assert layer.backward(np.array([[2.0]])).item() == pytest.approx(
        2 * slope, abs=1e-15
    )


def test_by_hand_the_slope_of_a_neuron_across_its_boundary(rng):
    """w = (3, 4), b = −5: the boundary is 1 from the origin; (6, 8), −10 is the same line."""
    w, at = Linear(2, 1, rng=rng), np.array([[0.6, 0.8]])
    for scale, steepness in (1, 1.25), (2, 2.5):
        w.W[...], w.b[...] = scale * np.array([[3], [4]]), -5 * scale
        sigmoid = Sigmoid()
        assert sigmoid.forward(w.forward(at)).item() == pytest.approx(0.5)
        dx = w.backward(sigmoid.backward(np.ones((1, 1))))
        assert np.linalg.norm(dx) == pytest.approx(steepness)


FORMULA = {
    "Sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "Tanh": lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1),
    "ReLU": lambda x: x if x > 0 else 0.0,
    "LeakyReLU": lambda x: x if x > 0 else 0.01 * x,
    "LeakyReLU(0.3)": lambda x: x if x > 0 else 0.3 * x,
}
GRID = np.linspace(-6, 6, 60).reshape(12, 5)  # without 0, where ReLU has a kink


@pytest.mark.parametrize("make, name", list(zip(ALL, NAMES)), ids=NAMES)
def test_against_the_formula_and_central_differences(make, name, rng):
    a = make().forward(GRID)
    expected = [FORMULA[name](x) for x in GRID.ravel()]
    assert np.allclose(a.ravel(), expected, rtol=1e-13, atol=1e-15)

    layer, c = make(), rng.standard_normal(GRID.shape)
    numerical = numerical_gradient(lambda x: np.sum(c * make().forward(x)), GRID)
    layer.forward(GRID)
    assert np.allclose(layer.backward(c), numerical, rtol=1e-6, atol=1e-8)


def any_floats(dtype, bound):
    width = np.dtype(dtype).itemsize * 8
    shape = array_shapes(min_dims=1, max_dims=3, max_side=6)
    return arrays(dtype, shape, elements=st.floats(-bound, bound, width=width))


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_shapes_types_and_range(make, dtype, data):
    x = data.draw(any_floats(dtype, 10_000))
    kept, layer = x.copy(), make()
    a = layer.forward(x)
    dx = layer.backward(np.ones_like(x))
    assert a.shape == dx.shape == x.shape and a.dtype == dx.dtype == dtype
    assert np.isfinite(a).all() and np.array_equal(x, kept)
    assert (dx >= 0).all() and (dx <= {Sigmoid: 0.25}.get(make, 1)).all()
    if make in (Sigmoid, Tanh):
        assert (np.abs(a) <= 1).all()


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out(make, dtype):
    """At ±10⁴ there is no overflow, no warning (the mark above), and the limit is right."""
    layer, x = make(), np.array([[-1e4, 1e4]], dtype)
    limit = {Sigmoid: [0, 1], Tanh: [-1, 1], ReLU: [0, 1e4], LeakyReLU: [-100, 1e4]}
    assert np.allclose(layer.forward(x), [limit.get(make, [-3000, 1e4])], rtol=1e-6)
    steep = {Sigmoid: [0, 0], Tanh: [0, 0], ReLU: [0, 1], LeakyReLU: [0.01, 1]}
    assert np.allclose(
        layer.backward(np.ones_like(x)), [steep.get(make, [0.3, 1])], rtol=1e-6
    )


@every_activation
def test_each_stands_for_itself(make):
    """No state between instances, no parameters, and backward asks for forward first."""
    one, other = make(), make()
    one.forward(GRID)
    assert one.params == () and one.elementwise
    with pytest.raises(ValueError, match="backward before forward: call forward"):
        other.backward(GRID)
    with pytest.raises(
        ValueError, match=r"da must have the shape.*\(12, 5\), got \(5, 12\)"
    ):
        one.backward(GRID.T)


def test_a_list_is_no_batch():
    layer = ReLU()
    layer.forward([1.0, -1.0])
    with pytest.raises(ValueError, match=r"ReLU.forward must get a batch.* got a list"):
        layer.backward(np.ones(2))


@pytest.mark.parametrize("slope", [-0.1, np.nan, np.inf, "0.1", None])
def test_a_slope_must_be_a_number(slope):
    with pytest.raises(ValueError, match="slope must be a finite number, at least 0"):
        LeakyReLU(slope)
