"""Data to learn from: small plane puzzles, a noisy curve, and real images.

The toys take an explicit `rng`, so the same seed gives the same examples everywhere. Their
rows come in random order, and their coordinates are about as large as a network likes
them: around zero, with a spread of about one.
"""

from importlib.resources import files

import numpy as np

from nnlib import checks
from nnlib.datasets.downloads import load_images


def spirals(n=300, classes=3, noise=0.08, *, rng):
    """r = 2t, φ = 4t + 2πk / classes: one arm of a spiral for each class k, with t in 0.1 … 1.

    Gives x float32 (n, 2) and y int (n,), the classes as equal in number as n allows.
    `noise` is the standard deviation of what is added to each coordinate. A size that is
    not a whole number, n < classes, a negative noise or an rng that is no Generator is a
    ValueError. After CS231n's spirals (Karpathy, 2015).
    """
    y = _labels(n, classes, rng)
    t = rng.uniform(0.1, 1, n)
    angle = 4 * t + 2 * np.pi / classes * y
    return _examples(2 * t * np.cos(angle), 2 * t * np.sin(angle), y, noise, rng)


def moons(n=200, noise=0.15, *, rng):
    """(cos t, sin t) and (1 − cos t, ½ − sin t), t in 0 … π: two half circles, interlocked.

    Gives x float32 (n, 2), centred on zero, and y int (n,), 0 for the upper moon and 1
    for the lower. `noise` and the ValueErrors are those of `spirals`.
    """
    y = _labels(n, 2, rng)
    t = rng.uniform(0, np.pi, n)
    across = np.where(y == 0, np.cos(t), 1 - np.cos(t)) - 0.5
    up = np.where(y == 0, np.sin(t), 0.5 - np.sin(t)) - 0.25
    return _examples(across, up, y, noise, rng)


def circles(n=200, noise=0.1, *, rng):
    """Radius 1.6 for class 0 around radius 0.7 for class 1: no line can part them.

    Gives x float32 (n, 2) and y int (n,). `noise` and the ValueErrors are those of
    `spirals`.
    """
    y = _labels(n, 2, rng)
    radius, angle = np.where(y == 0, 1.6, 0.7), rng.uniform(0, 2 * np.pi, n)
    return _examples(radius * np.cos(angle), radius * np.sin(angle), y, noise, rng)


def blobs(n=300, classes=3, spread=0.5, *, rng):
    """Normal clouds of standard deviation `spread`, centred evenly on a circle of radius 1.5.

    Gives x float32 (n, 2) and y int (n,). The centre of class 0 is at the top, the others
    follow anticlockwise. The ValueErrors are those of `spirals`.
    """
    y = _labels(n, classes, rng)
    checks.number(spread, "spread")
    angle = np.pi / 2 + 2 * np.pi / classes * y
    return _examples(1.5 * np.cos(angle), 1.5 * np.sin(angle), y, spread, rng)


def curve(x):
    """sin 2x + 0.3x, what `noisy_curve` measures; any shape."""
    return np.sin(2 * x) + 0.3 * x


def noisy_curve(n=60, noise=0.2, outliers=0, *, rng):
    """y = sin 2x + 0.3x + noise · normal, at n places x in −3 … 3: data for a regression.

    Gives x float32 (n, 1), in random order, and y float32 (n, 1). The targets of as many
    examples as `outliers` says are replaced by numbers in 6 … 8, far above the curve, as a
    broken instrument would. A number out of range or an rng that is no Generator is a
    ValueError.
    """
    checks.generator(rng)
    n, noise = checks.count(n, "n"), checks.number(noise, "noise")
    x = rng.uniform(-3, 3, (n, 1))
    y = curve(x) + noise * rng.standard_normal((n, 1))
    if outliers != 0 and checks.count(outliers, "outliers") > n:
        raise ValueError(f"outliers must be at most n = {n}, got {outliers!r}")
    y[rng.permutation(n)[:outliers]] = rng.uniform(6, 8, (outliers, 1))
    return x.astype(np.float32), y.astype(np.float32)


def digits():
    """1,797 handwritten digits of 8 × 8 pixels: x float32 (1797, 64) in 0 … 1, y int (1797,).

    Pixel 8i + j is in row i and column j; 0 is paper and 1 is ink. Each call gives fresh
    arrays. E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits,
    UCI Machine Learning Repository, doi 10.24432/C50P49, the test part; CC BY 4.0.
    """
    with (files(__name__) / "digits.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        x, y = stored["pixels"], stored["labels"]
    return x.astype(np.float32) / np.float32(16), y.astype(int)


def mnist(folder=None):
    """70,000 handwritten digits of 28 × 28 pixels: (x, y) to train on, (x, y) to test on.

    x is float32 (60000, 784), or (10000, 784), in 0 … 1; y is int (60000,), or (10000,).
    Pixel 28i + j is in row i and column j; 0 is paper and 1 is ink. The first call downloads
    12 MB (`pip install pooch`) into the user's cache folder, with a progress bar unless
    NNLIB_QUIET is set; later calls read them there. On a machine that is offline, `folder`
    is where the four published files are, gzip or not.

    No mirror that gives the right files, or a file in `folder` that is missing or wrong, is a
    ValueError, a full disk an OSError: what arrived in part is never kept. Y. LeCun,
    L. Bottou, Y. Bengio, P. Haffner (1998), Gradient-Based Learning Applied to Document
    Recognition, Proceedings of the IEEE 86; by Keras's account under CC BY-SA 3.0.
    """
    return load_images("mnist", folder)


def fashion_mnist(folder=None):
    """70,000 photographs of clothes, made to take the digits' place where those are too easy.

    Shapes, files, `folder` and errors are those of `mnist`; 31 MB. Classes 0 … 9: T-shirt or
    top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot. H. Xiao,
    K. Rasul, R. Vollgraf (2017), Fashion-MNIST: a Novel Image Dataset for Benchmarking
    Machine Learning Algorithms, arXiv 1708.07747; MIT licence, © Zalando SE.
    """
    return load_images("fashion_mnist", folder)


def _labels(n, classes, rng):
    """Each class as often as the others, give or take one, in random order."""
    checks.generator(rng)
    n, classes = checks.count(n, "n"), checks.count(classes, "classes")
    if n < classes:
        raise ValueError(
            f"n must be at least the number of classes, {classes}, got {n}: "
            f"each class needs an example"
        )
    return rng.permutation(np.arange(n) % classes)


def _examples(x1, x2, y, noise, rng):
    """Coordinates with noise on them, as rows of float32, and their labels."""
    x = np.stack([x1, x2], axis=1)
    x += checks.number(noise, "noise") * rng.standard_normal(x.shape)
    return x.astype(np.float32), y
