"""What came, and whether it is a value of the right kind."""

import numbers

import numpy as np


def what(value):
    """How a sentence names a value that is something else than was expected."""
    if isinstance(value, type):
        return f"the class {value.__name__}: {value.__name__}(…) makes one"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if value is None or isinstance(value, (str, numbers.Number)):
        return repr(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def single(value):
    """Whether it is one number: of Python, of NumPy, or an array without axes."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "biuf"
    return isinstance(value, numbers.Real)


def function(value, name, example):
    """Something to be called, and no class."""
    if isinstance(value, type) or not callable(value):
        hint = ": the function itself, without quotes" * isinstance(value, str)
        if isinstance(value, np.ndarray):
            hint = ": the function itself, without ( )"
        raise ValueError(
            f"{name} must be a function, such as {example}, got {what(value)}{hint}"
        )


def nudged(f, theta, h):
    """f as it is, but what it returns has to be a number; theta are numbers, and h one above 0."""
    number(h, "h", above=0.0)
    function(f, "f", "lambda theta: np.sum(theta**2)")
    if np.asarray(theta).dtype.kind not in "biuf":
        raise ValueError(f"theta must be an array of numbers, got {what(theta)}")

    def value(theta):
        found = f(theta)
        if not single(found):
            hint = ": is there a return?" if found is None else ""
            raise ValueError(f"f must return a number, got {what(found)}{hint}")
        return found

    return value


def generator(rng):
    """The source of randomness is a `numpy.random.Generator`, passed by whoever wants it."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng must be a numpy.random.Generator, got {rng!r}: try rng=np.random.default_rng(0)"
        )


def count(value, name):
    """A whole number, at least 1; returns it as an int."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(f"{name} must be a whole number, 1 or more, got {value!r}")
    return int(value)


def number(value, name, *, low=0.0, high=np.inf, above=None):
    """A finite number with low <= value < high (and value > above, if given), as a float.

    A Python float leaves float32 arrays float32; `np.float64(0.1)` would not.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not low <= value < high or (above is not None and value <= above):
        start = f"more than {above:g}" if above is not None else f"at least {low:g}"
        end = "" if high == np.inf else f" and less than {high:g}"
        raise ValueError(f"{name} must be a finite number, {start}{end}, got {value!r}")
    return float(value)


def finite(**arrays):
    """No nan and no infinity in any of the named arrays."""
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{name} must hold numbers, got {array.dtype}: try {name}.astype(float), or for "
                f"named classes {name} = np.unique({name}, return_inverse=True)[1]"
            )
        with np.errstate(invalid="ignore"):
            ends = [array.min(), array.max()] if array.size else []
        if not np.isfinite(ends).all():  # the minimum of nan and numbers is nan
            bad = np.argwhere(~np.isfinite(array))
            at = tuple(bad[0].tolist())
            raise ValueError(
                f"{name} must be finite, but {len(bad)} of its {np.size(array)} numbers are nan or "
                f"infinite, the first at {at}: remove or replace them before training"
            )


def sizes(n_in, n_out, rng):
    """Two sizes and a generator, which every initializer needs; returns the shape of W."""
    generator(rng)
    return count(n_in, "n_in"), count(n_out, "n_out")


def weights(W, n_in, n_out):
    """What an initializer returned has the shape (n_in, n_out); a copy, as floats."""
    if np.shape(W) != (n_in, n_out):
        raise ValueError(
            f"init must return an array of shape (n_in, n_out) = {(n_in, n_out)}, "
            f"got {np.shape(W)}: he_normal is an example"
        )
    if np.asarray(W).dtype.kind not in "biuf":
        raise ValueError(
            f"init must return numbers, got {what(W)}: he_normal is an example"
        )
    W = np.array(W, float)
    finite(W=W)
    return W
