"""Batches, what is computed from them, and what it is compared with: shapes and kinds."""

import numpy as np

from nnlib.checks.values import finite, what


def batch(x, W):
    """Rows of examples, at least one, with a column for each row of W; in W's type."""
    if getattr(x, "ndim", 0) < 2 or x.shape[-1] != W.shape[0] or x.size == 0:
        got = f"shape {x.shape}" if hasattr(x, "shape") else what(x)
        raise ValueError(
            f"x must be a batch of shape (n, {W.shape[0]}), one row an example, n at least 1; "
            f"got {got}: {as_batch(x, W.shape[0])}"
        )
    if type(x) is not type(W) and hasattr(x, "operation"):
        raise ValueError(
            "Linear takes an array, got a Tensor: in a Model write x @ self.W + self.b"
        )
    return x if x.dtype == W.dtype else x.astype(W.dtype)


def as_batch(x, n_in):
    """What makes a batch of n_in columns of x; it has been tried (tests/test_layers.py)."""
    if x is None:
        return "what the layer before it computes has to be returned"
    if not hasattr(x, "shape"):
        return "np.array(x) makes an array of it"
    if x.size == 0:
        return "there is no example in it"
    if x.ndim == 1 and n_in == 1:
        return "x[:, np.newaxis] is n examples of one number each"
    if x.size == n_in:
        return "a single example is " + (
            "x[np.newaxis]" if x.ndim == 1 else "x.reshape(1, -1)"
        )
    if x.ndim > 2 and x[0].size == n_in:
        return "x.reshape(len(x), -1) makes a row of each image"
    if x.ndim == 2 and len(x) == n_in:
        return "x.T, if a column is an example"
    if x.ndim < 2:
        return f"an example has {n_in} numbers, as many as W has rows"
    if x.ndim == 2:
        return f"rows of {x.shape[1]} numbers need Linear({x.shape[1]}, …)"
    wide = x[0].size
    return f"x.reshape(len(x), -1) has rows of {wide} numbers, which need Linear({wide}, …)"


def backward(layer, kept, da):
    """`forward` came first and left `layer.kept`; da has the shape of what it returned.

    Returns both as matrices, a row an example, whatever the number of axes.
    """
    array = layer.__dict__.get(kept)
    if array is not None and not isinstance(array, np.ndarray):
        raise ValueError(
            f"{type(layer).__name__}.forward must get a batch, an array, got {what(array)}: "
            f"np.array(x) makes one"
        )
    if array is None:
        raise ValueError(
            f"{type(layer).__name__}.backward before forward: call forward(x) on a batch first"
        )
    n_out, shape = getattr(layer, "n_out", None), array.shape
    if n_out is not None:
        shape = (*shape[:-1], n_out)
    if getattr(da, "shape", None) != shape:
        raise ValueError(
            f"{type(layer).__name__}.backward: da must have the shape of forward's output, "
            f"{shape}, got {getattr(da, 'shape', what(da))}: it is what the backward "
            f"of the layer behind it returns, or the dz of the loss"
        )
    if array.ndim == 2:
        return array, da
    return array.reshape(-1, array.shape[-1]), da.reshape(-1, shape[-1])


def targets(z, y):
    """Targets for a regression: as many numbers as outputs, in the same shape; (z, y) as floats."""
    z = outputs(z)
    if np.shape(y) != z.shape:
        if np.size(y) == z.size:
            hint = "subtracting them would broadcast; try y.reshape(z.shape)"
        elif np.shape(y)[:1] == z.shape[:1] and np.ndim(y) < 3 > z.ndim:
            hint = f"the last layer must have as many outputs as y has columns, {np.size(y[0])}"
        else:
            hint = "an example has one row in both"
        raise ValueError(
            f"y must have the shape of z, {z.shape}, got {np.shape(y)}: {hint}"
        )
    if np.asarray(y).dtype.kind not in "biuf":
        raise ValueError(
            f"y must hold numbers, got {np.asarray(y).dtype}: try y.astype(float)"
        )
    return z, np.asarray(y, z.dtype)


def labels(z, y):
    """Logits z (…, k) with k at least 2, and integer labels y (…) from 0 to k - 1.

    Returns both with a single axis in front of the classes: z (n, k) and y (n,).
    """
    z, y = outputs(z), np.asarray(y)
    if z.ndim < 2 or z.shape[-1] < 2:
        raise ValueError(
            f"z must hold one logit a class, shape (n, k) with k at least 2, got {z.shape}: "
            f"for a single logit use binary_cross_entropy"
        )
    if y.shape != z.shape[:-1]:
        if y.shape == z.shape:
            hint = "try y.argmax(axis=-1), if the labels are one-hot"
        elif y.size == z[..., 0].size:
            hint = "try y.ravel()" if z.ndim == 2 else "try y.reshape(z.shape[:-1])"
        elif y.shape == z.shape[:1]:
            hint = (
                f"there are outputs for each of the {z.shape[1]} rows of an example: if it is "
                f"an image, make a row of it, x.reshape(len(x), -1)"
            )
        else:
            hint = "as many labels as examples"
        raise ValueError(
            f"y must hold one label an example, shape {z.shape[:-1]}, got {y.shape}: {hint}"
        )
    if y.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be integers, got {y.dtype}: try y.astype(np.int64)"
        )
    if y.astype(np.uint64).max() >= z.shape[-1]:  # -1 is a large number without a sign
        raise ValueError(
            f"labels must be from 0 to {z.shape[-1] - 1}, one for each column of z, "
            f"got {y.min()} to {y.max()}: does the network have an output for each class?"
        )
    return (z, y) if z.ndim == 2 else (z.reshape(y.size, -1), y.ravel())


def binary(z, y):
    """Logits z, and targets y of 0 and 1 in the same shape; (z, y) as floats."""
    z, y = targets(z, y)
    if not np.all((y == 0) | (y == 1)):
        raise ValueError(
            f"targets must be 0 or 1, got values from {y.min():g} to {y.max():g}: "
            f"for more than two classes use cross_entropy"
        )
    return z, y


def classes(z, y):
    """The true classes, y (…), of outputs z (…, k), or of z (…, 1) with 0/1 targets (…, 1)."""
    if np.ndim(z) >= 2 and np.shape(z)[-1] == 1:
        return binary(z, y)[1][..., 0].astype(np.int64)
    return labels(z, y)[1].reshape(np.shape(y))


def by_class(z):
    """Numbers whose last axis has one for each class."""
    given, z = z, np.asarray(z)
    if z.ndim == 0 or z.shape[-1] == 0 or z.dtype.kind not in "biuf":
        raise ValueError(
            f"z must hold the logits of each example in a row, shape (n, k) or (n, 1), "
            f"got {what(given)}: it is what net.predict(x) returns"
        )
    return z


def outputs(z):
    """At least one output; as floats."""
    given, z = z, np.asarray(z)
    if z.size == 0:
        raise ValueError(f"z must hold at least one example, got shape {z.shape}")
    if z.dtype.kind == "f":
        return z
    if z.dtype.kind not in "biu":
        raise ValueError(
            f"z must hold the numbers that a network gives, got {what(given)}"
        )
    return z.astype(float)


def rows(x, y):
    """As many examples as targets, at least one; (x, y) as arrays."""
    x, y = np.asarray(x), np.asarray(y)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y) or len(x) == 0:
        raise ValueError(
            f"x and y must have the same number of rows, at least one, "
            f"got shapes {x.shape} and {y.shape}"
        )
    return x, y


def pairs(x, y):
    """Pairs to learn from: besides, all numbers, and finite."""
    x, y = rows(x, y)
    finite(x=x, y=y)
    return x, y


def data_sets(**data_sets):
    """Each is a pair (x, y) to learn from; the pairs as arrays."""
    for name, data in data_sets.items():
        if not isinstance(data, (tuple, list)) or len(data) != 2:
            raise ValueError(
                f"{name} must be a pair (x, y), got {type(data).__name__}: "
                f"fit(net, loss, optimizer, (x, y), (x_valid, y_valid), …)"
            )
    return [rows(*data) for data in data_sets.values()]


def fractions(fractions, n):
    """Parts of n examples that add up to 1 and hold at least one example each; their ends."""
    if np.asarray(fractions).dtype.kind not in "iuf":
        raise ValueError(
            f"fractions must be numbers, such as (0.6, 0.2, 0.2), got {fractions!r}"
        )
    ends = np.rint(np.cumsum(fractions) * n)
    if not np.isclose(np.sum(fractions), 1) or np.diff(ends, prepend=0).min() < 1:
        raise ValueError(
            f"fractions must be positive, add up to 1, and leave an example in each part, "
            f"got {fractions} of {n} examples: (0.6, 0.2, 0.2) is usual"
        )
    return ends.astype(int).tolist()
