"""The toys are balanced, seeded and of the promised shapes; the digits are the real ones."""

import hashlib

import numpy as np
import pytest

from nnlib.datasets import blobs, circles, curve, digits, moons, noisy_curve, spirals

TOYS = [spirals, moons, circles, blobs]
DIGITS_SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
SPREAD = {spirals: "noise", moons: "noise", circles: "noise", blobs: "spread"}


@pytest.mark.parametrize("toy", TOYS)
def test_toys_give_float32_rows_and_int_labels(toy, rng):
    x, y = toy(41, rng=rng)
    assert x.shape == (41, 2) and x.dtype == np.float32
    assert y.shape == (41,) and y.dtype == int
    assert np.ptp(np.bincount(y)) <= 1


@pytest.mark.parametrize("toy", TOYS)
def test_toys_repeat_with_the_seed_and_only_with_it(toy):
    first = toy(rng=np.random.default_rng(1))
    again, other = toy(rng=np.random.default_rng(1)), toy(rng=np.random.default_rng(2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("toy", TOYS)
def test_toys_are_shuffled_and_about_unit_scale(toy, rng):
    x, y = toy(rng=rng)
    assert 0.3 * len(y) < np.count_nonzero(np.diff(y)) < 0.9 * len(y)
    assert np.all(np.abs(x.mean(axis=0)) < 0.2)
    assert np.all((x.std(axis=0) > 0.4) & (x.std(axis=0) < 1.4))


def test_spirals_without_noise_follow_their_equation(rng):
    x, y = spirals(500, 4, noise=0, rng=rng)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    turned = angle - 2 * radius - np.pi / 2 * y  # φ = 4t + 2πk/4 with t = r/2
    assert np.all((radius >= 0.2) & (radius <= 2))
    np.testing.assert_allclose(np.cos(turned), 1, atol=1e-5)


def test_moons_without_noise_follow_their_equation(rng):
    x, y = moons(500, noise=0, rng=rng)
    across, up = x[:, 0] + 0.5, x[:, 1] + 0.25
    np.testing.assert_allclose(np.hypot(across, up)[y == 0], 1, atol=1e-6)
    np.testing.assert_allclose(np.hypot(across - 1, up - 0.5)[y == 1], 1, atol=1e-6)
    assert np.all(up[y == 0] >= -1e-6) and np.all(up[y == 1] <= 0.5 + 1e-6)


def test_circles_without_noise_have_two_radii(rng):
    x, y = circles(100, noise=0, rng=rng)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1.6, 0.7), rtol=1e-5)


def test_blobs_are_centred_anticlockwise_from_the_top(rng):
    x, y = blobs(8, 4, spread=0, rng=rng)
    centres = np.array([[0, 1.5], [-1.5, 0], [0, -1.5], [1.5, 0]])
    np.testing.assert_allclose(x, centres[y], atol=1e-6)


@pytest.mark.parametrize("toy", [*TOYS, noisy_curve])
def test_noise_is_a_standard_deviation(toy):
    name = SPREAD.get(toy, "noise")
    seeds = [np.random.default_rng(3) for _ in range(2)]
    calm, noisy = (toy(4000, rng=r, **{name: s}) for r, s in zip(seeds, (0, 0.3)))
    column = 1 if toy is noisy_curve else 0
    added = noisy[column] - calm[column]
    np.testing.assert_allclose(added.std(axis=0), 0.3, rtol=0.05)
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=0.03)


def test_curve_by_hand():
    np.testing.assert_allclose(curve(np.pi / 4), 1 + 0.3 * np.pi / 4)


def test_noisy_curve_without_noise_is_the_curve(rng):
    x, y = noisy_curve(50, noise=0, rng=rng)
    assert x.shape == y.shape == (50, 1) and x.dtype == y.dtype == np.float32
    assert x.min() >= -3 and x.max() <= 3 and np.ptp(x) > 5
    np.testing.assert_allclose(y, np.sin(2 * x) + 0.3 * x, atol=1e-5)


@pytest.mark.parametrize("outliers", [0, 1, 7, 50])
def test_outliers_replace_as_many_targets(outliers):
    x, y = noisy_curve(50, outliers=outliers, rng=np.random.default_rng(4))
    plain_x, plain_y = noisy_curve(50, rng=np.random.default_rng(4))
    far = y > 5
    assert np.count_nonzero(far) == outliers
    np.testing.assert_array_equal(x, plain_x)
    np.testing.assert_array_equal(y[~far], plain_y[~far])
    assert np.all((y[far] >= 6) & (y[far] <= 8))


def test_digits_are_the_published_ones():
    x, y = digits()
    assert x.shape == (1797, 64) and x.dtype == np.float32
    assert y.shape == (1797,) and y.dtype == int
    assert x.min() == 0 and x.max() == 1
    # Of scikit-learn's load_digits(), as uint8, images then labels.
    stored = (x * 16).astype(np.uint8).tobytes() + y.astype(np.uint8).tobytes()
    assert hashlib.sha256(stored).hexdigest() == DIGITS_SHA256
    first = [0, 0, 5, 13, 9, 1, 0, 0]  # the top row of the first image, a zero
    np.testing.assert_array_equal(x[0, :8] * 16, first)
    assert y[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(y).tolist() == counts


def test_digits_are_fresh_each_time():
    x, y = digits()
    x[:], y[:] = 7, 7
    again_x, again_y = digits()
    assert again_x.max() == 1 and again_y[0] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: spirals(0, rng=rng), "n must be a whole number, 1 or more, got 0"),
        (lambda rng: spirals(9.5, rng=rng), "n must be a whole number"),
        (lambda rng: spirals(classes=0, rng=rng), "classes must be a whole number"),
        (lambda rng: blobs(4, 5, rng=rng), "number of classes, 5, got 4"),
        (lambda rng: spirals(3, 5, rng=rng), "number of classes, 5, got 3"),
        (lambda rng: moons(1, rng=rng), "number of classes, 2, got 1"),
        (lambda rng: moons(noise=-1, rng=rng), "noise must be a finite number"),
        (lambda rng: circles(noise=np.nan, rng=rng), "noise must be a finite number"),
        (lambda rng: blobs(spread=-1, rng=rng), "spread must be a finite number"),
        (lambda rng: noisy_curve(0, rng=rng), "n must be a whole number"),
        (lambda rng: noisy_curve(noise="0", rng=rng), "noise must be a finite number"),
        (lambda rng: noisy_curve(5, outliers=6, rng=rng), "at most n = 5, got 6"),
        (lambda rng: noisy_curve(outliers=-1, rng=rng), "outliers must be a whole"),
        (lambda rng: noisy_curve(outliers=0.5, rng=rng), "outliers must be a whole"),
        *[(lambda _, f=f: f(rng=0), "numpy.random.Generator, got 0") for f in TOYS],
        (lambda rng: noisy_curve(rng=0), "numpy.random.Generator, got 0"),
    ],
)
def test_bad_arguments_are_named(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)


@pytest.mark.parametrize("toy", [*TOYS, noisy_curve])
def test_rng_cannot_be_forgotten(toy):
    with pytest.raises(TypeError, match="rng"):
        toy(10)
