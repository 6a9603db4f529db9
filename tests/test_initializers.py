"""Initializers: distributions, which the numbers here tell apart, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib import Linear, ReLU

pytestmark = pytest.mark.filterwarnings("error")

NAMES = "zeros normal uniform xavier_normal xavier_uniform he_normal he_uniform".split()
ALL = [getattr(nnlib, name) for name in NAMES]

# 400 inputs and 100 outputs: 2/n_in, 2/n_out, 1/n_in and 2/(n_in + n_out) all differ.
SPREAD = {
    "zeros": 0,
    "normal": 1,
    "uniform": 1 / 3**0.5,
    "xavier_normal": (2 / 500) ** 0.5,
    "xavier_uniform": (2 / 500) ** 0.5,
    "he_normal": (2 / 400) ** 0.5,
    "he_uniform": (2 / 400) ** 0.5,
}


@pytest.mark.parametrize("name", NAMES)
def test_mean_and_standard_deviation(name, rng):
    W = getattr(nnlib, name)(400, 100, rng=rng)
    assert W.shape == (400, 100)
    assert np.std(W) == pytest.approx(SPREAD[name], rel=0.015)
    assert abs(np.mean(W)) <= 0.02 * SPREAD[name]


@pytest.mark.parametrize(
    "name, r",
    [("uniform", 1), ("xavier_uniform", (6 / 500) ** 0.5), ("he_uniform", 0.015**0.5)],
)
def test_uniform_reaches_its_bounds_and_no_further(name, r, rng):
    W = getattr(nnlib, name)(400, 100, rng=rng)
    assert 0.999 * r < W.max() <= r and -r <= W.min() < -0.999 * r


@pytest.mark.parametrize("name", ["normal", "xavier_normal", "he_normal"])
def test_normal_has_the_tails_of_a_normal(name, rng):
    W = getattr(nnlib, name)(400, 100, rng=rng) / SPREAD[name]
    assert np.mean(np.abs(W) > 2) == pytest.approx(0.0455, abs=0.005)
    assert np.abs(W).max() > 3.5


def test_scale_is_a_standard_deviation_or_a_bound(rng):
    assert np.std(nnlib.normal(400, 100, 0.1, rng=rng)) == pytest.approx(0.1, rel=0.015)
    assert np.abs(nnlib.uniform(400, 100, scale=0.1, rng=rng)).max() == pytest.approx(
        0.1, rel=1e-3
    )


def test_zeros_draws_nothing_and_the_others_do(rng):
    before = rng.bit_generator.state
    for init in ALL:
        init(2, 3, rng=rng)
        assert (rng.bit_generator.state == before) == (init is nnlib.zeros)
        rng.bit_generator.state = before


def test_by_hand_a_hundred_inputs(rng):
    """SD 0.1 keeps the size of a signal of 100 numbers; SD 0.01 takes nine tenths of it."""
    x = rng.standard_normal((2000, 100))
    for scale, expected in (0.1, 1), (0.01, 0.1):
        z = x @ nnlib.normal(100, 100, scale, rng=rng)
        assert np.std(z) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    "init, low, high", [(nnlib.he_normal, 0.1, 10), (nnlib.xavier_normal, 1e-9, 1e-6)]
)
def test_a_signal_through_50_relu_layers(init, low, high, rng):
    """He keeps it alive; 1/n instead of 2/n halves its variance in each layer: 2⁻²⁵ of its size."""
    a = rng.standard_normal((100, 128))
    for _ in range(50):
        a = ReLU().forward(Linear(128, 128, init=init, rng=rng).forward(a))
    assert low < np.std(a) < high


@given(st.sampled_from(ALL), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_shape_and_seed(init, n_in, n_out, seed):
    W = init(n_in, n_out, rng=np.random.default_rng(seed))
    assert W.shape == (n_in, n_out) and W.dtype == np.float64 and np.isfinite(W).all()
    assert np.array_equal(W, init(n_in, n_out, rng=np.random.default_rng(seed)))


@pytest.mark.parametrize("init", ALL)
def test_two_draws_differ_unless_they_are_zero(init, rng):
    same = np.array_equal(init(3, 4, rng=rng), init(3, 4, rng=rng))
    assert same == (init is nnlib.zeros)


@pytest.mark.parametrize("init", ALL)
def test_what_initializers_refuse(init, rng):
    with pytest.raises(TypeError, match="rng"):
        init(2, 3)
    for wrong in (0, None, np.random, np.random.RandomState(0)):
        with pytest.raises(
            ValueError, match=r"rng must be a numpy.*Generator.*default_rng\(0\)"
        ):
            init(2, 3, rng=wrong)
    for n_in, n_out, name in (
        (0, 3, "n_in"),
        (2.0, 3, "n_in"),
        (2, -1, "n_out"),
        (2, True, "n_out"),
    ):
        with pytest.raises(
            ValueError, match=f"{name} must be a whole number, 1 or more"
        ):
            init(n_in, n_out, rng=rng)


@pytest.mark.parametrize("init", [nnlib.normal, nnlib.uniform])
@pytest.mark.parametrize("scale", [-1, np.nan, np.inf, "1", None, True])
def test_scale_must_be_a_number(init, scale, rng):
    with pytest.raises(ValueError, match="scale must be a finite number, at least 0"):
        init(2, 3, scale, rng=rng)
