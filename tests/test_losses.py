"""Losses and their gradients: by hand, by formula, by differences, far out, and the refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib import binary_cross_entropy, cross_entropy, mse, numerical_gradient, softmax

pytestmark = pytest.mark.filterwarnings("error")

LN3 = math.log(3)


def column(*numbers):
    return np.array(numbers, dtype=float)[:, None]


def test_mse_by_hand():
    """The mean over all 4 elements: 7.25. Over the 2 rows it would be 14.5, with ½ 3.625."""
    value, dz = mse(np.array([[1.0, 2], [3, 5]]), np.array([[1.0, 0], [0, 1]]))
    assert value == 7.25 and dz.tolist() == [[0, 1], [1.5, 2]]


def test_softmax_by_hand():
    p = softmax(np.array([[1.0, 2, 3], [math.log(2), LN3, math.log(5)]]))
    assert np.allclose(
        p, [[0.09003057, 0.24472847, 0.66524096], [0.2, 0.3, 0.5]], atol=1e-8
    )
    assert np.allclose(softmax(np.array([[101.0, 102, 103]])), p[:1], rtol=1e-12)
    assert np.allclose(softmax(np.array([1.0, 2, 3])), p[0], rtol=1e-15)


def test_cross_entropy_by_hand():
    """p = (0.2, 0.3, 0.5) with truth 1 costs −ln 0.3 and pulls by (0.2, −0.7, 0.5)."""
    z = np.log([[0.2, 0.3, 0.5]])
    value, dz = cross_entropy(z, np.array([1]))
    assert value == pytest.approx(-math.log(0.3)) and np.allclose(
        dz, [[0.2, -0.7, 0.5]]
    )
    value, dz = cross_entropy(
        np.vstack([z, z]), np.array([1, 2])
    )  # the mean over the batch
    assert value == pytest.approx(-(math.log(0.3) + math.log(0.5)) / 2)
    assert np.allclose(dz, [[0.1, -0.35, 0.25], [0.1, 0.15, -0.25]])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_label_for_each_place(order, dtype, rng):
    """z (n, t, k) with y (n, t) costs the mean over all places; whatever z's memory order."""
    z = rng.standard_normal(np.take((2, 3, 4), np.argsort(order))).astype(dtype)
    z = z.transpose(np.argsort(np.argsort(order)))
    y = rng.integers(0, z.shape[-1], z.shape[:-1])
    value, dz = cross_entropy(z, y)
    flat, dflat = cross_entropy(z.reshape(-1, z.shape[-1]), y.ravel())
    assert value == pytest.approx(flat, rel=1e-6) and dz.shape == z.shape
    assert dz.dtype == dtype and np.allclose(dz.reshape(dflat.shape), dflat, atol=1e-7)
    numerical = numerical_gradient(lambda z: cross_entropy(z, y)[0], z)
    assert np.allclose(dz, numerical, atol=1e-6)
    assert np.allclose(softmax(z).sum(axis=-1), 1)


def test_guessing_among_ten_costs_ln_10():
    assert cross_entropy(np.zeros((7, 10)), np.arange(7))[0] == pytest.approx(
        2.302585, abs=1e-6
    )


def test_binary_cross_entropy_by_hand():
    """z = ln 3 is p = 3/4: truth 1 costs ln 4/3, truth 0 costs ln 4; the mean over both."""
    value, dz = binary_cross_entropy(column(LN3, LN3), column(1, 0))
    assert value == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
    assert np.allclose(dz, column(-1 / 8, 3 / 8))


def test_binary_cross_entropy_is_cross_entropy_with_a_second_logit_of_zero(rng):
    z, y = rng.standard_normal((20, 1)), rng.integers(0, 2, (20, 1))
    value, dz = binary_cross_entropy(z, y)
    both, dboth = cross_entropy(np.hstack([np.zeros_like(z), z]), y.ravel())
    assert value == pytest.approx(both) and np.allclose(dz[:, 0], dboth[:, 1])


def reference(loss, z, y):
    """The formulas, one number at a time."""
    if loss is mse:
        return sum((a - b) ** 2 for a, b in zip(z.ravel(), y.ravel())) / z.size
    if loss is binary_cross_entropy:
        p = [1 / (1 + math.exp(-a)) for a in z.ravel()]
        return -sum(math.log(q if b else 1 - q) for q, b in zip(p, y.ravel())) / z.size
    rows = [
        row[label] - math.log(sum(math.exp(a) for a in row)) for row, label in zip(z, y)
    ]
    return -sum(rows) / len(z)


def targets(loss, z, rng):
    if loss is mse:
        return rng.standard_normal(z.shape)
    if loss is binary_cross_entropy:
        return rng.integers(0, 2, z.shape)
    return rng.integers(0, z.shape[1], len(z))


ALL = [mse, binary_cross_entropy, cross_entropy]
every_loss = pytest.mark.parametrize("loss", ALL)


@every_loss
@given(n=st.integers(1, 5), k=st.integers(2, 5), seed=st.integers(0, 99))
def test_against_the_formula_and_central_differences(loss, n, k, seed):
    rng = np.random.default_rng(seed)
    z = 3 * rng.standard_normal((n, k))
    y, kept = targets(loss, z, rng), z.copy()
    value, dz = loss(z, y)
    assert type(value) is float and value == pytest.approx(
        reference(loss, z, y), rel=1e-10
    )
    numerical = numerical_gradient(lambda z: loss(z, y)[0], z)
    assert dz.shape == z.shape
    assert np.max(np.abs(dz - numerical)) <= 1e-6 * np.max(np.abs(dz)) + 1e-10
    assert np.array_equal(z, kept)


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data(), seed=st.integers(0, 99))
def test_up_to_ten_thousand(loss, dtype, data, seed):
    """Finite, not negative, of z's type, for any logits up to ±10⁴; and no warning."""
    width = np.dtype(dtype).itemsize * 8
    shape = st.tuples(st.integers(1, 5), st.integers(2, 5))
    z = data.draw(
        arrays(dtype, shape, elements=st.floats(-10_000, 10_000, width=width))
    )
    value, dz = loss(z, targets(loss, z, np.random.default_rng(seed)))
    assert 0 <= value < 2e8 and np.isfinite(dz).all()
    assert dz.dtype == dtype and dz.shape == z.shape
    if loss is cross_entropy:
        assert (
            np.allclose(dz.sum(axis=1), 0, atol=1e-6)
            and (np.abs(dz) <= 1.001 / len(z)).all()
        )


def test_a_small_loss_is_not_rounded_away():
    """In float32 too: log(1 + e¹⁵) − 15 would be 0, not 3.06e-7."""
    for z, y in (15, 1), (-15, 0):
        value, _ = binary_cross_entropy(np.array([[z]], np.float32), np.array([[y]]))
        assert value == pytest.approx(3.059e-7, rel=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out(dtype):
    """A gap of 2 · 10⁴ costs 2 · 10⁴, not infinity; being right costs nothing."""
    z = np.array([[1e4, -1e4]], dtype)
    for label, cost, dz in (1, 2e4, [[1, -1]]), (0, 0, [[0, 0]]):
        value, got = cross_entropy(z, np.array([label]))
        assert value == cost and np.array_equal(got, dz) and got.dtype == dtype
    value, dz = binary_cross_entropy(z.T, column(0, 1))
    assert value == 1e4 and np.array_equal(dz, column(0.5, -0.5)) and dz.dtype == dtype
    assert binary_cross_entropy(z.T, column(1, 0))[0] == 0
    assert np.array_equal(softmax(z), [[1, 0]]) and softmax(z).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_softmax_rows(dtype, data):
    """Positive or 0, adding up to 1, in the order of the logits, blind to a common shift."""
    width = np.dtype(dtype).itemsize * 8
    shape = st.tuples(st.integers(1, 6), st.integers(1, 6))
    z = data.draw(
        arrays(dtype, shape, elements=st.floats(-10_000, 10_000, width=width))
    )
    p = softmax(z)
    assert p.dtype == dtype and p.shape == z.shape
    assert (p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-6)
    rows = np.arange(len(z))
    assert np.array_equal(p[rows, z.argmax(axis=1)], p.max(axis=1))
    assert np.allclose(softmax(z + dtype(512)), p, atol=2e-3)


@every_loss
def test_targets_may_be_of_another_type(loss):
    """float32 logits stay float32 with float64 or integer targets, and lists will do."""
    z = np.zeros((2, 2), np.float32)
    y = (
        np.array([0, 1], np.uint8)
        if loss is cross_entropy
        else np.array([[0.0, 1], [1, 0]])
    )
    value, dz = loss(z, y)
    assert dz.dtype == np.float32
    assert loss(z.tolist(), y.tolist())[0] == pytest.approx(value)


def test_integer_outputs_are_taken_as_floats():
    """z = 1, 2 with y = ½, ½: (¼ + 9/4) / 2, with no target rounded to 0."""
    value, dz = mse(np.array([1, 2]), np.array([0.5, 0.5]))
    assert value == 1.25 and dz.tolist() == [0.5, 1.5]


Z2, Z1 = np.zeros((4, 2)), np.zeros((4, 1))
INTS = np.array([0, 1, 1, 0])


@pytest.mark.parametrize(
    "loss, z, y, match",
    [
        (mse, Z1, INTS, r"y must have the shape of z, \(4, 1\), got \(4,\).*reshape"),
        (mse, Z1[:, 0], Z1, r"y must have the shape of z, \(4,\), got \(4, 1\)"),
        (
            mse,
            Z2,
            Z1,
            r"z, \(4, 2\), got \(4, 1\).*as many outputs as y has columns, 1",
        ),
        (mse, Z1, Z1[:3], r"z, \(4, 1\), got \(3, 1\): an example has one row in both"),
        (mse, None, Z1, "z must hold the numbers that a network gives, got None"),
        (mse, Z1[:0], Z1[:0], "at least one example"),
        (mse, Z1, [["a"]] * 4, r"y must hold numbers, got <U1: try y.astype\(float\)"),
        (
            binary_cross_entropy,
            Z1,
            INTS,
            r"y must have the shape of z, \(4, 1\), got \(4,\)",
        ),
        (
            binary_cross_entropy,
            Z1,
            Z1 + 2,
            "0 or 1, got values from 2 to 2.*cross_entropy",
        ),
        (binary_cross_entropy, Z1, Z1 + 0.5, "targets must be 0 or 1"),
        (binary_cross_entropy, Z1, Z1 - 1, "targets must be 0 or 1"),
        (binary_cross_entropy, Z1, Z1 * np.nan, "targets must be 0 or 1"),
        (binary_cross_entropy, Z1[:0], Z1[:0], "at least one example"),
        (
            cross_entropy,
            Z2,
            INTS[:, None],
            r"one label an example.*\(4,\), got \(4, 1\)",
        ),
        (cross_entropy, Z2, np.eye(2)[INTS], r"one label an example.*one-hot"),
        (
            cross_entropy,
            Z2,
            INTS[:3],
            r"\(4,\), got \(3,\): as many labels as examples",
        ),
        (
            cross_entropy,
            Z2,
            np.eye(2)[INTS],
            r"try y.argmax\(axis=-1\), if .* one-hot$",
        ),
        (cross_entropy, Z2, INTS[:, None], r"try y.ravel\(\)$"),
        (
            cross_entropy,
            np.zeros((4, 8, 2)),
            INTS,
            "each of the 8 rows of an example: if it is an image",
        ),
        (
            cross_entropy,
            Z2.astype(str),
            INTS,
            "z must hold the numbers that a network gives",
        ),
        (cross_entropy, Z2, INTS * 2, "labels must be from 0 to 1.*got 0 to 2"),
        (cross_entropy, Z2, -INTS, "labels must be from 0 to 1.*got -1 to 0"),
        (cross_entropy, Z2, INTS.astype(float), "labels must be integers, got float64"),
        (cross_entropy, Z2, INTS == 1, "labels must be integers, got bool"),
        (cross_entropy, Z1, INTS, "one logit a class.*binary_cross_entropy"),
        (cross_entropy, Z1[:, 0], INTS, "one logit a class"),
        (cross_entropy, Z2[:0], INTS[:0], "at least one example"),
        (
            cross_entropy,
            Z2[None],
            INTS,
            r"one label an example, shape \(1, 4\), got \(4,\)",
        ),
        (
            cross_entropy,
            Z2[None],
            INTS[None] * 2,
            "labels must be from 0 to 1.*got 0 to 2",
        ),
        (cross_entropy, Z2, INTS.astype(np.int8) - 1, "from 0 to 1.*got -1 to 0"),
    ],
)
def test_what_losses_refuse(loss, z, y, match):
    with pytest.raises(ValueError, match=match):
        loss(z, y)


def test_softmax_is_of_numbers():
    for z in None, "z", [None], object():
        with pytest.raises(
            ValueError, match="z must hold the numbers that a network gives"
        ):
            softmax(z)


def test_softmax_refuses_nothing_at_all():
    with pytest.raises(ValueError, match=r"at least one example, got shape \(0, 3\)"):
        softmax(np.zeros((0, 3)))
