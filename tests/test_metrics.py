"""Metrics: counted by hand, and what the loss does not see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import accuracy, binary_cross_entropy, confusion_matrix, predicted_class

pytestmark = pytest.mark.filterwarnings("error")

Z = np.array([[2.0, 1, 0], [0, 3, 1], [0, 2, 1], [1, 0, 5]])
Y = np.array([0, 1, 2, 2])
ZEROS_AND_ONES = np.array([[1.0], [0], [1], [0]])
LOGITS = np.array([[0.1], [-0.1], [0.0], [7.0]])


def test_by_hand():
    assert predicted_class(Z).tolist() == [0, 1, 1, 2]
    assert accuracy(Z, Y) == 0.75 and type(accuracy(Z, Y)) is float
    rows_are_true = [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert confusion_matrix(Z, Y).tolist() == rows_are_true


def test_two_classes_by_hand():
    """z > 0 is a 1, so a logit of exactly 0 is a 0: right, right, wrong, wrong."""
    assert predicted_class(LOGITS).tolist() == [1, 0, 0, 1]
    for y in ZEROS_AND_ONES, ZEROS_AND_ONES.astype(int), ZEROS_AND_ONES == 1:
        assert accuracy(LOGITS, y) == 0.5
        assert confusion_matrix(LOGITS, y).tolist() == [[1, 1], [1, 1]]


def test_a_label_for_each_place():
    """z (n, t, k) with y (n, t), and z (n, t, 1) with zeros and ones, count every place."""
    z, y = np.stack([Z, Z[::-1]]), np.stack([Y, Y[::-1]])
    assert predicted_class(z).tolist() == [[0, 1, 1, 2], [2, 1, 1, 0]]
    assert accuracy(z, y) == 0.75
    assert confusion_matrix(z, y).tolist() == [[2, 0, 0], [0, 2, 0], [0, 2, 2]]
    z, y = np.stack([LOGITS, -LOGITS]), np.stack([ZEROS_AND_ONES, ZEROS_AND_ONES])
    assert accuracy(z, y) == 0.375
    assert confusion_matrix(z, y).tolist() == [[2, 2], [3, 1]]


@pytest.mark.parametrize(
    "p, loss, share", [((0.51, 0.51), 0.673, 1.0), ((0.99, 0.49), 0.362, 0.5)]
)
def test_a_lower_loss_can_be_less_accurate(p, loss, share):
    p = np.array(p)[:, None]
    z, y = np.log(p / (1 - p)), np.ones((2, 1))
    assert binary_cross_entropy(z, y)[0] == pytest.approx(loss, abs=5e-4)
    assert accuracy(z, y) == share


@given(st.integers(1, 30), st.integers(2, 5), st.integers(0, 99))
def test_the_matrix_counts_every_example_once(n, k, seed):
    rng = np.random.default_rng(seed)
    z, y = rng.standard_normal((n, k)), rng.integers(0, k, n)
    counts = confusion_matrix(z, y)
    assert counts.shape == (k, k) and counts.dtype == np.int64
    assert counts.sum(axis=1).tolist() == np.bincount(y, minlength=k).tolist()
    assert np.trace(counts) / n == pytest.approx(accuracy(z, y))


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix])
@pytest.mark.parametrize(
    "z, y, match",
    [
        (Z, Y[:, None], r"one label an example, shape \(4,\), got \(4, 1\)"),
        (Z, Y[:3], r"one label an example, shape \(4,\), got \(3,\)"),
        (Z, Y + 1, "labels must be from 0 to 2"),
        (Z, Y.astype(float), "labels must be integers"),
        (LOGITS, Y, r"y must have the shape of z, \(4, 1\), got \(4,\)"),
        (LOGITS, ZEROS_AND_ONES + 1, "targets must be 0 or 1"),
        (Z[:0], Y[:0], "at least one example"),
        (LOGITS[:0], ZEROS_AND_ONES[:0], "at least one example"),
    ],
)
def test_what_metrics_refuse(metric, z, y, match):
    with pytest.raises(ValueError, match=match):
        metric(z, y)


@pytest.mark.parametrize(
    "z, got",
    [
        (3, "3"),
        (None, "None"),
        ("ab", "'ab'"),
        ([], "a list"),
        (np.zeros((3, 0)), r"an array of float64 of shape \(3, 0\)"),
        ([["a", "b"]], "a list"),
    ],
)
def test_a_class_is_predicted_from_logits(z, got):
    with pytest.raises(ValueError, match=f"z must hold the logits .* got {got}: it is"):
        predicted_class(z)


def test_a_list_of_outputs_is_as_good_as_an_array():
    z, y = [[2.0, 1.0], [0.0, 3.0]], [0, 0]
    assert accuracy(z, y) == 0.5
    assert confusion_matrix(z, y).tolist() == [[1, 1], [0, 0]]
