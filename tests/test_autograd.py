"""Autograd: each operation against central differences and a value worked by hand."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from nnlib import (
    SGD,
    Adam,
    Linear,
    Network,
    ReLU,
    Tanh,
    cross_entropy,
    fit,
    gradient_check,
    he_normal,
    load_run,
    mse,
    numerical_gradient,
    save_run,
)
from nnlib import autograd as ag
from nnlib.autograd import (
    Model,
    Tensor,
    concatenate,
    grad,
    maximum,
    operation,
    vjp,
    where,
)

RNG = np.random.default_rng(0)


def agree(f, *arrays):
    """The gradient of Σ w f(…), w random, is that of central differences, for each input."""
    tensors = [Tensor(array) for array in arrays]
    out = f(*tensors)
    w = RNG.normal(size=out.shape)
    found = grad((out * w).sum(), tensors)
    for i, (array, d) in enumerate(zip(arrays, found)):

        def value(it):
            given = [it if j == i else other for j, other in enumerate(arrays)]
            return float((f(*map(Tensor, given)) * w).sum())

        wanted = numerical_gradient(value, array)
        assert d.shape == np.shape(array)
        np.testing.assert_allclose(
            d.data, wanted, atol=2e-7 * max(1, abs(wanted).max())
        )


# --- each operation -------------------------------------------------------------------------

# name: (function, inputs, outputs by hand, gradients of their sum by hand)
BY_HAND = {
    "a + b": (lambda a, b: a + b, (2, 3), 5, (1, 1)),
    "a − b": (lambda a, b: a - b, (2, 3), -1, (1, -1)),
    "a b": (lambda a, b: a * b, (2, 3), 6, (3, 2)),
    "a / b": (lambda a, b: a / b, (6, 3), 2, (1 / 3, -2 / 3)),
    "a ** b": (lambda a, b: a**b, (2, 3), 8, (12, 8 * np.log(2))),
    "a ** 0 at 0": (lambda a: a**0, (0,), 1, (0,)),
    "a ** 1 at 0": (lambda a: a**1, (0,), 0, (1,)),
    "0 ** b": (lambda a, b: a**b, (0, 2), 0, (0, 0)),
    "5 − a": (lambda a: 5 - a, (2,), 3, (-1,)),
    "6 / a": (lambda a: 6 / a, (2,), 3, (-1.5,)),
    "2 ** a": (lambda a: 2**a, (3,), 8, (8 * np.log(2),)),
    "−a": (lambda a: -a, (2,), -2, (-1,)),
    "eᵃ": (lambda a: a.exp(), (0,), 1, (1,)),
    "log a": (lambda a: a.log(), (2,), np.log(2), (0.5,)),
    "tanh a": (lambda a: a.tanh(), (0.5,), np.tanh(0.5), (1 - np.tanh(0.5) ** 2,)),
    "√a": (lambda a: a.sqrt(), (4,), 2, (0.25,)),
    "max(a, 0), a < 0": (lambda a: maximum(a, 0), (-1,), 0, (0,)),
    "max(a, 0) at 0, as ReLU": (lambda a: maximum(a, 0), (0,), 0, (0,)),
    "max(a, b)": (lambda a, b: a.maximum(b), (3, 2), 3, (1, 0)),
    "where a > b": (lambda a, b: where(a > b, a * a, b), (3, 2), 9, (6, 0)),
    "where a ≤ b": (lambda a, b: where(a <= b, a * a, b), (3, 2), 2, (0, 1)),
    "x + x + x": (lambda a: a + a + a, (2,), 6, (3,)),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_values_and_gradients_worked_by_hand(name):
    f, numbers, value, gradients = BY_HAND[name]
    tensors = [Tensor(float(it)) for it in numbers]
    out = f(*tensors)
    assert float(out) == pytest.approx(value)
    assert [float(d) for d in grad(out, tensors)] == pytest.approx(gradients)


PAIRS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: (a * a + 1) ** b,
    "maximum": maximum,
    "where": lambda a, b: where(a > b, a * b, a - b),
}


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=12, deadline=None)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3))
def test_any_pair_of_shapes_that_broadcasts(name, shapes):
    one, two = (
        RNG.permutation(np.arange(1, 1 + np.prod(it, dtype=int)))
        for it in shapes.input_shapes
    )
    one, two = one / 4 + 0.3, two / 3 + 0.7  # never equal, where maximum has a kink
    agree(
        PAIRS[name], *(v.reshape(it) for v, it in zip((one, two), shapes.input_shapes))
    )


@st.composite
def products(draw):
    """Two shapes that `@` takes: vectors, matrices, and batches of them that broadcast."""
    n, m, k = (draw(st.integers(1, 3)) for _ in range(3))
    one = draw(st.sampled_from([(m,), (n, m)]))
    two = draw(st.sampled_from([(m,), (m, k)]))
    batch = draw(mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=2))
    front, behind = batch.input_shapes
    return (
        (*front, *one) if len(one) == 2 else one,
        (*behind, *two) if len(two) == 2 else two,
    )


@settings(max_examples=60, deadline=None)
@given(products())
def test_any_product_of_vectors_matrices_and_batches(shapes):
    agree(lambda a, b: a @ b, *(RNG.normal(size=it) for it in shapes))


@pytest.mark.parametrize(
    "one, two",
    [
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((0,), (0,)),
        ((3,), (3, 0)),
        ((0, 2, 3), (3, 2)),
        ((2, 0, 3), (3,)),
    ],
)
def test_products_of_what_is_empty(one, two):
    a, b = Tensor(np.ones(one)), Tensor(np.ones(two))
    da, db = grad((a @ b).sum(), [a, b])
    assert (da.shape, db.shape) == (one, two)
    assert not da.data.any() and not db.data.any()


@pytest.mark.parametrize(
    "f",
    [
        lambda a: a.sum(0),
        lambda a: a.sum((0, 2), keepdims=True),
        lambda a: a.sum(axis=-1),
        lambda a: a.sum(),
        lambda a: a.mean((0, 1)),
        lambda a: a.mean(),
        lambda a: a.max(1),
        lambda a: a.max((0, -1), keepdims=True),
        lambda a: a.max(),
        lambda a: a.T,
        lambda a: a.transpose(1, 0, 2),
        lambda a: a.transpose(2, 0, 1) ** 2,
        lambda a: a.reshape(-1, 2),
        lambda a: a.reshape(6, 4) * 2,
        lambda a: a[1],
        lambda a: a[-1, 1:, ::2] ** 2,
        lambda a: a[0, 1, 2],
        lambda a: a[:, np.array([0, 2, 0])],
        lambda a: a[np.array([0, 1, 0]), np.array([1, 1, 1])] ** 2,
        lambda a: a[..., None, 0],
        lambda a: a[np.arange(24).reshape(2, 3, 4) % 3 == 0],
        lambda a: np.concatenate([a, a * a], axis=-1),
        lambda a: np.concatenate([a[:, :1], a, a[:, 1:]], axis=1),
        lambda a: np.tanh(np.exp(np.sqrt(np.log(a * a + 1)))),
    ],
)
def test_shapes_and_sums(f):
    a = RNG.permutation(24).reshape(2, 3, 4) / 10 + 0.05
    agree(f, a)
    np.testing.assert_allclose(f(Tensor(a)).data, f(a), rtol=1e-14)
    assert f(Tensor(a)).shape == np.shape(f(a))


def test_methods_are_the_functions():
    a = Tensor(RNG.random((2, 3)) + 0.5)
    for one, two in (
        (a.exp(), np.exp(a)),
        (a.log(), np.log(a)),
        (a.tanh(), np.tanh(a)),
        (a.sqrt(), np.sqrt(a)),
        (a.maximum(1), maximum(a, 1)),
        ((a > 1).where(a, 0), where(a > 1, a, 0)),
        (concatenate([a, a]), np.concatenate([a, a])),
    ):
        np.testing.assert_array_equal(one.data, two.data)


def test_what_is_largest_twice_shares_the_gradient():
    a = Tensor(np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]]))
    (d,) = grad(a.max(1).sum(), [a])
    np.testing.assert_array_equal(d.data, [[0, 0.5, 0.5], [1, 0, 0]])


def test_numpys_own_functions_may_be_called():
    a = RNG.normal(size=(2, 3))
    t = Tensor(a)
    for f in (
        np.exp,
        np.tanh,
        np.negative,
        np.sum,
        np.mean,
        np.max,
        np.transpose,
        lambda x: np.sum(x, axis=0, keepdims=True),
        lambda x: np.reshape(x, (3, 2)),
        lambda x: np.maximum(x, 0.5),
        lambda x: np.where(x > 0, x, 0.1 * x),
        lambda x: np.concatenate([x, x], axis=1),
        lambda x: np.matmul(x, np.ones((3, 2))),
        lambda x: np.ones((4, 2)) @ x,
        lambda x: np.ones(3) - x / np.full((2, 1), 2.0),
        lambda x: np.float64(2) * x,
        lambda x: np.sum(x, 0),
        lambda x: np.reshape(x, 6),
        lambda x: np.transpose(x, axes=(1, 0)),
        lambda x: np.not_equal(x, x),
    ):
        np.testing.assert_allclose(f(t).data, f(a))
        assert isinstance(f(t), Tensor)
    assert np.shape(t) == (2, 3) and np.ndim(t) == 2 and np.size(t) == 6


def test_comparisons_give_truth_and_no_gradient():
    a = Tensor(np.array([1.0, 2.0, 3.0]))
    for got, want in (
        (a < 2, [1, 0, 0]),
        (a <= 2, [1, 1, 0]),
        (a > 2, [0, 0, 1]),
        (a >= 2, [0, 1, 1]),
        (a == 2, [0, 1, 0]),
        (a != 2, [1, 0, 1]),
        (2 < a, [0, 0, 1]),
    ):
        assert got.dtype == bool
        np.testing.assert_array_equal(got.data, want)
    (d,) = grad(((a > 2) * a).sum(), [a])
    np.testing.assert_array_equal(d.data, [0, 0, 1])


def test_what_stands_on_the_right_is_asked_with_its_inputs_exchanged():
    a = Tensor(3.0)
    assert float(ag.mirrored(ag.subtract)(a, 5.0)) == float(5.0 - a) == 2
    assert float(ag.mirrored(ag.power)(a, 2.0)) == float(2.0**a) == 8
    assert [bool(it) for it in (a > 2, a >= 3, a > 3)] == [True, True, False]


def test_the_gradient_of_copies_adds_up():
    g = Tensor(np.arange(6.0).reshape(2, 3))
    for shape, want in (
        ((3,), [3, 5, 7]),
        ((2, 1), [[3], [12]]),
        ((1, 3), [[3, 5, 7]]),
        ((), 15),
    ):
        got = ag.unbroadcast(g, Tensor(np.zeros(shape)))
        np.testing.assert_array_equal(got.data, want)
        assert got.shape == shape
    assert ag.unbroadcast(g, g) is g
    assert ag.unbroadcast(g, Tensor(np.zeros((2, 3), np.float32))).dtype == np.float32


def test_the_gradient_of_a_product_worked_by_hand():
    a, b = Tensor(np.array([[1.0, 2.0]])), Tensor(np.array([[3.0], [4.0]]))
    da, db = ag.product_gradient(Tensor(np.array([[5.0]])), a @ b, a, b)
    np.testing.assert_array_equal(da().data, [[15, 20]])
    np.testing.assert_array_equal(db().data, [[5], [10]])


def test_what_python_asks_of_a_single_number_and_of_rows():
    number, rows = Tensor(np.array([[3.0]])), Tensor(np.arange(6.0).reshape(2, 3))
    assert (float(number), bool(number), f"{number:.2f}") == (3.0, True, "3.00")
    assert f"{rows[0]}" == "Tensor([0., 1., 2.])"
    assert [float(row.sum()) for row in rows] == [3, 12] and len(rows) == 2
    for f in len, list:
        with pytest.raises(TypeError):  # as for numbers
            f(Tensor(3.0))
    assert {rows: 1}[rows] == 1 and rows in [rows]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_a_copy_of_a_tensor_comes_from_nowhere(copied):
    x = Tensor(2.0)
    for _ in range(5000):
        x = x * 1
    other = copied(x)
    assert float(other) == 2 and other.inputs == () and other.number > x.number


# --- types ------------------------------------------------------------------------------------


def test_float32_stays_float32():
    a = Tensor(np.ones((2, 3), np.float32))
    whole = Tensor(np.arange(3))
    for out in (
        a * 2,
        0.5 * a,
        np.sqrt(0.5) * a,
        np.float64(2) - a,
        a**2,
        a + whole,
        a @ whole,
        (a > 0) * a,
        a.mean(0),
        a.sum() * 0.1,
        where(a > 0, a, 0.0),
        maximum(a, 0),
    ):
        assert out.dtype == np.float32
        (d,) = grad(out.sum(), [a])
        assert d.dtype == np.float32


def test_integers_stay_integers():
    a = Tensor(np.arange(4))
    for out in (a + 1, 2 * a, a * a, a.sum(), a.max(), a[1:], a**2, -a):
        assert out.dtype.kind == "i"
    assert (a / 2).dtype == (a * 0.5).dtype == np.float64


def test_a_gradient_has_the_type_of_what_it_is_of():
    a, b = Tensor(np.ones(3, np.float32)), Tensor(np.ones(3))
    one, two = grad((a * b).sum(), [a, b])
    assert (one.dtype, two.dtype) == (np.float32, np.float64)


# --- the graph --------------------------------------------------------------------------------


def test_the_second_derivative_of_a_cube_and_the_third():
    x = Tensor(2.0)
    (first,) = grad(x**3, [x])
    (second,) = grad(first, [x])
    (third,) = grad(second, [x])
    assert [float(it) for it in (first, second, third)] == [12, 12, 6]


def test_a_hessian_times_a_vector():
    A, v = RNG.normal(size=(4, 4)), RNG.normal(size=4)
    x = Tensor(RNG.normal(size=4))
    f = (x @ A * x).sum() + (x**3).sum()
    (g,) = grad(f, [x])
    (Hv,) = grad((g * v).sum(), [x])
    np.testing.assert_allclose(Hv.data, (A + A.T + np.diag(6 * x.data)) @ v)


SECOND = [
    lambda a: a.tanh() * a.exp(),
    lambda a: (a * a + 1).sqrt() / (2 + a),
    lambda a: (a.reshape(3, 2) @ a.reshape(2, 3)).max(1).log(),
    lambda a: a[np.array([0, 0, 3])] ** 3 * a.T[:3],
    lambda a: np.concatenate([a.exp(), a * a]).sum() ** 2,
    lambda a: where(a > 1, a**3, a) * maximum(a, 1),
    lambda a: a / a.sum(keepdims=True),
]


@pytest.mark.parametrize("f", SECOND)
def test_gradients_of_gradients(f):
    w = RNG.normal(size=6)
    agree(
        lambda a: grad((f(a) ** 2).sum(), [a])[0] * w,
        np.array([0.3, 0.7, 1.2, 1.9, 0.4, 2.2]),
    )


def test_asked_twice_it_says_the_same_twice():
    a = Tensor(3.0)
    out = a * a
    assert [float(grad(out, [a])[0]) for _ in range(3)] == [6, 6, 6]


def test_a_chain_of_100_000_and_sixty_doublings():
    x = Tensor(1.0)
    out = x
    for _ in range(100_000):
        out = out + 1
    assert float(grad(out, [x])[0]) == 1
    out = x
    for _ in range(60):
        out = out + out
    assert float(out) == float(grad(out, [x])[0]) == 2**60


def test_each_operation_is_visited_once_and_only_if_asked_for():
    visits = []
    identity = operation(lambda a: a, lambda g, out, a: (visits.append("a") or g,))
    unused = operation(lambda a: a, lambda g, out, a: visits.append("unused"))
    x, y = Tensor(1.0), Tensor(2.0)
    out = identity(x)
    for _ in range(20):
        out = out + out
    unused(x)  # leads nowhere
    out = out + unused(y)  # nobody asks for y
    assert float(grad(out, [x])[0]) == 2**20
    assert visits == ["a"]


def test_what_nobody_asks_for_is_not_computed():
    asked = []
    product = operation(
        np.multiply,
        lambda g, out, a, b: (
            lambda: asked.append("a") or g * b,
            lambda: asked.append("b") or g * a,
        ),
    )
    x = Tensor(2.0)
    assert float(grad(product(x, 3.0), [x])[0]) == 3 and asked == ["a"]


def test_what_it_does_not_depend_on_gets_zeros():
    x, y = Tensor(2.0), Tensor(np.ones((2, 3)))
    (d,) = grad(x * x, [y])
    np.testing.assert_array_equal(d.data, np.zeros((2, 3)))
    assert float(grad(x, [x])[0]) == 1
    assert [float(it) for it in grad(x * x, [x, x])] == [4, 4]


def test_gradients_of_what_lies_between():
    x = Tensor(2.0)
    square = x * x
    assert [float(it) for it in grad(square * square + x, [square, x])] == [8, 33]


def test_an_operation_of_ones_own():
    softplus = operation(
        lambda a: np.logaddexp(0, a), lambda g, out, a: (g / (1 + np.exp(-a)),)
    )
    agree(softplus, RNG.normal(size=(2, 3)))
    agree(lambda a: grad(softplus(a).sum(), [a])[0], RNG.normal(size=4))


def test_what_an_operation_made_is_read_only_and_its_inputs_are_not():
    x = Tensor(np.ones(3))
    identity = operation(lambda a: a, lambda g, out, a: (g,))
    for out in (x * 2, x.reshape(3, 1), x[:2], x.T, identity(x), x.sum()):
        with pytest.raises(ValueError, match="read-only"):
            out.data[...] = 0
        with pytest.raises(ValueError, match="cannot be written into"):
            out[...] = 0
    x.data[0] = 5  # a parameter changes
    assert float((x * 1)[0]) == 5


# --- models -----------------------------------------------------------------------------------


class Dense(Model):
    """Part I's network as a program."""

    def __init__(self, *sizes, bend=np.tanh, rng, dtype=np.float32):
        self.bend, self.depth, arrays = bend, len(sizes) - 1, {}
        for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:])):
            arrays |= {
                f"W{i}": he_normal(n_in, n_out, rng=rng),
                f"b{i}": np.zeros(n_out),
            }
        super().__init__(dtype=dtype, **arrays)

    def outputs(self, x):
        for i in range(self.depth):
            x = x @ vars(self)[f"W{i}"] + vars(self)[f"b{i}"]
            x = self.bend(x) if i < self.depth - 1 else x
        return x


def relu(x):
    return maximum(x, 0)


def pair(layer, bend, dtype, sizes=(4, 6, 5, 3), seed=1):
    """Part I's network and the same as a model."""
    rng, layers = np.random.default_rng(seed), []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [Linear(n_in, n_out, rng=rng), layer()]
    model = Dense(*sizes, bend=bend, dtype=dtype, rng=np.random.default_rng(seed))
    return Network(*layers[:-1], dtype=dtype), model


X, Y = RNG.normal(size=(30, 4)).astype(np.float32), RNG.integers(0, 3, 30)


@pytest.mark.parametrize("layer, bend", [(Tanh, np.tanh), (ReLU, relu)])
def test_a_model_is_part_ones_network_to_twelve_digits(layer, bend):
    ours, theirs = pair(layer, bend, np.float64)
    np.testing.assert_array_equal(ours.theta, theirs.theta)
    for net in ours, theirs:
        net.backward(cross_entropy(net.forward(X), Y)[1])
    np.testing.assert_allclose(ours.z, theirs.z, rtol=1e-12)
    np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)


def test_a_loss_written_in_tensors_has_part_ones_gradient():
    def loss(z, y):
        z = z - z.max(1, keepdims=True)
        return (z.exp().sum(1).log() - z[np.arange(len(y)), y]).mean()

    z = Tensor(RNG.normal(size=(30, 3)) * 3)
    value, dz = cross_entropy(z.data, Y)
    assert float(loss(z, Y)) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(
        grad(loss(z, Y), [z])[0].data, dz, rtol=1e-11, atol=1e-15
    )
    labels = Tensor(Y)  # labels in the graph, too
    np.testing.assert_array_equal(
        grad(loss(z, labels), [z])[0].data, grad(loss(z, Y), [z])[0].data
    )


def test_fit_optimizers_and_the_gradient_check_work_on_models():
    ours, theirs = pair(Tanh, np.tanh, np.float32)
    histories = [
        fit(
            net, cross_entropy, Adam(0.01), (X, Y), (X, Y),
            epochs=5, batch_size=8, patience=3, rng=np.random.default_rng(0), progress=False,
        )
        for net in (ours, theirs)
    ]  # fmt: skip
    assert histories[0].train_loss == pytest.approx(histories[1].train_loss, rel=1e-4)
    assert gradient_check(theirs, cross_entropy, X, Y) < 1e-6
    assert "W0 (4, 6)" in repr(theirs) and "65" not in repr(theirs).splitlines()[0][:3]


def test_weights_are_arrays_with_a_gradient_each():
    weights = ag.Weights({"W": np.ones((2, 3), int), "b": np.zeros(3)})
    assert weights.params == ("W", "b") and weights.W.dtype == float
    assert weights.dW.shape == (2, 3) and not weights.db.any()


def test_the_gradient_check_finds_a_models_wrong_operation():
    wrong = operation(np.tanh, lambda g, out, a: (g * (1 + out * out),))
    _, model = pair(Tanh, wrong, np.float32)
    assert gradient_check(model, cross_entropy, X, Y) > 1e-2


class Chance(Model):
    """Half of what is hidden, by chance."""

    def __init__(self, rng):
        super().__init__(W=he_normal(4, 6, rng=rng), V=he_normal(6, 3, rng=rng))
        self.rng = rng

    def outputs(self, x):
        hidden = (x @ self.W).tanh()
        return (hidden * (self.rng.random(hidden.shape) < 0.5)) @ self.V


def test_a_models_chance_is_put_back_and_saved(tmp_path):
    model = Chance(np.random.default_rng(0))
    assert gradient_check(model, cross_entropy, X, Y) < 1e-6
    rng, opt, data = np.random.default_rng(1), Adam(0.01), (X, Y)
    kw = dict(epochs=1, batch_size=8, progress=False)
    history = fit(model, cross_entropy, opt, data, data, rng=rng, **kw)
    save_run(tmp_path / "run.npz", model, opt, history, rng)
    other = Chance(np.random.default_rng(2))
    load_run(tmp_path / "run.npz", other, Adam(0.01), history, np.random.default_rng(3))
    np.testing.assert_array_equal(model.forward(X), other.forward(X))


class Shared(Model):
    """One matrix there and back, and a list that holds it, too."""

    def __init__(self, rng):
        super().__init__(W=he_normal(4, 6, rng=rng), c=np.zeros(4))
        self.twice = [self.W, self.W]

    def outputs(self, x):
        return (x @ self.twice[0]).tanh() @ self.twice[1].T + self.c


def test_weights_may_be_shared():
    model = Shared(np.random.default_rng(0))
    assert model.theta.size == 28
    assert gradient_check(model, mse, X, X) < 1e-6
    losses = []
    for _ in range(20):
        value, dz = mse(model.forward(X), X)
        model.backward(dz)
        SGD(0.1).step(model.theta, model.grad)
        losses.append(value)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_a_copy_learns_by_itself_and_carries_no_graph(copied):
    model = Shared(np.random.default_rng(0))
    z = model.forward(X)
    other = copied(model)
    assert other.z is None and other.out is None
    np.testing.assert_array_equal(other.forward(X), z)
    assert other.twice[0] is other.W
    other.theta[...] = 0
    assert not other.forward(X).any() and (model.forward(X) == z).all()
    assert len(pickle.dumps(model)) < 5000


def test_a_model_is_saved_loaded_and_its_run_resumed(tmp_path):
    data, kw = (X, Y), dict(batch_size=8, progress=False)
    whole, part = (pair(Tanh, np.tanh, np.float32)[1] for _ in range(2))
    rng, opt = np.random.default_rng(0), Adam(0.01)
    fit(whole, cross_entropy, opt, data, data, epochs=4, rng=rng, **kw)
    rng, opt = np.random.default_rng(0), Adam(0.01)
    history = fit(part, cross_entropy, opt, data, data, epochs=2, rng=rng, **kw)
    save_run(tmp_path / "run.npz", part, opt, history, rng)
    part, opt, rng = (
        pair(Tanh, np.tanh, np.float32, seed=5)[1],
        Adam(0.01),
        np.random.default_rng(9),
    )
    load_run(tmp_path / "run.npz", part, opt, history, rng)
    fit(part, cross_entropy, opt, data, data, epochs=2, rng=rng, history=history, **kw)
    np.testing.assert_array_equal(whole.theta, part.theta)
    part.save(tmp_path / "net.npz")
    other = pair(Tanh, np.tanh, np.float32, seed=6)[1]
    other.load(tmp_path / "net.npz")
    np.testing.assert_array_equal(other.theta, whole.theta)


def test_integers_reach_a_model_as_they_are():
    class Embedding(Model):
        def __init__(self):
            super().__init__(E=np.arange(12.0).reshape(4, 3))

        def outputs(self, x):
            assert x.dtype.kind == "i"
            return self.E[x].sum(1)

    model = Embedding()
    z = model.forward(np.array([[0, 1], [1, 1]]))
    assert z.dtype == np.float32
    model.backward(np.ones_like(z))
    np.testing.assert_array_equal(
        model.grad.reshape(4, 3), [[1] * 3, [3] * 3, [0] * 3, [0] * 3]
    )


def test_memory_is_saved_by_a_checkpoint():
    """An operation that keeps its inputs alone, and computes again what lies between."""

    def checkpoint(f):
        def again(g, out, *inputs):
            # As if they came from nowhere: how they depend on each other counts elsewhere.
            inputs = [Tensor(it.data) for it in inputs]
            return vjp(f(*inputs), inputs, g)

        return operation(lambda *arrays: f(*map(Tensor, arrays)).data, again)

    def block(x, W):
        return (x @ W).tanh() @ W.T

    x, *W = (Tensor(RNG.normal(size=it)) for it in ((5, 4), (4, 6), (4, 7)))
    plain = grad((block(block(x, W[0]), W[1]) ** 2).sum(), [x, *W])
    saved = checkpoint(block)
    again = grad((saved(saved(x, W[0]), W[1]) ** 2).sum(), [x, *W])
    for one, two in zip(plain, again):
        np.testing.assert_array_equal(one.data, two.data)


# --- bad input --------------------------------------------------------------------------------

T = Tensor(np.ones((2, 3)))


class Nothing(Model):
    def __init__(self, **arrays):
        super().__init__(**arrays)

    def outputs(self, x):
        return None


def replaced():
    model = Shared(np.random.default_rng(0))
    model.W = Tensor(np.ones((4, 6)))
    model.forward(X)


def other_data():
    model = Shared(np.random.default_rng(0))
    model.W.data = np.ones((4, 6), np.float32)
    model.forward(X)


def asked(gradient):
    """grad of an operation whose gradient is written so."""
    return grad(operation(lambda a, b: a * b, gradient)(T, T).sum(), [T])


def outputs(f, **arrays):
    """A model that computes f, on X."""
    made = type("Made", (Model,), {"outputs": lambda self, x: f(self, x)})
    return made(**(arrays or {"W": np.ones((4, 3))})).forward(X)


class Forgetful(Model):
    def __init__(self):
        self.W = Tensor(np.ones((4, 3)))


def inside():
    model = Shared(np.random.default_rng(0))
    model.inner = Shared(np.random.default_rng(0))
    model.forward(X)


def grad_replaced():
    model = Shared(np.random.default_rng(0))
    z = model.forward(X)
    model.grad = np.zeros_like(model.grad)
    model.backward(z)


def backward_after_predict():
    model = Shared(np.random.default_rng(0))
    model.forward(X)
    model.predict(X)
    model.backward(X)


BAD = {
    "a list": (lambda: Tensor([1, 2]), r"np\.array\(…\)"),
    "a list beside a Tensor": (
        lambda: T + [1, 2, 3],
        "a number or an array, got a list",
    ),
    "text": (lambda: Tensor("3"), "a number or an array, got '3'"),
    "an array of texts": (lambda: Tensor(np.array(["3"])), "got an array of <U1"),
    "a Tensor of a Tensor": (lambda: Tensor(T), "is one already"),
    "None": (lambda: T * None, "got None"),
    "shapes of @": (
        lambda: T @ T,
        r"rows of b as a has columns, 3, got shapes \(2, 3\) and \(2, 3\)",
    ),
    "shapes of +": (lambda: T + np.ones(4), r"add of shapes \(2, 3\) and \(4,\)"),
    "grad of an array": (
        lambda: grad(T * 2, [T]),
        r"got shape \(2, 3\): try value\.sum",
    ),
    "grad of a number": (lambda: grad(3.0, [T]), "value must be a Tensor, got 3.0"),
    "wrt alone": (lambda: grad(T.sum(), T), r"try grad\(value, \[w\]\)"),
    "wrt an array": (
        lambda: grad(T.sum(), [np.ones(2)]),
        "each of wrt must be a Tensor",
    ),
    "an unknown ufunc": (lambda: np.sin(T), r"np\.sin knows no Tensors: operation\("),
    "an unknown function": (lambda: np.linalg.norm(T), r"np\.norm knows no Tensors"),
    "a method of a ufunc": (
        lambda: np.add.reduce(T),
        r"np\.add\.reduce knows no Tensors",
    ),
    "as an array": (lambda: np.asarray(T), r"take its \.data"),
    "an axis too many": (lambda: T.sum(2), "axis must be from -2 to 1"),
    "an axis twice": (lambda: T.sum((0, -2)), "names an axis twice"),
    "transpose by too few": (lambda: T.transpose(1), "each of the 2 axes once"),
    "a shape of other size": (lambda: T.reshape(4, 2), r"\(2, 3\) holds 6 numbers"),
    "two sizes left open": (lambda: T.reshape(-1, -1), "holds 6 numbers"),
    "an index that is a list": (lambda: T[[0, 1]], "got a list"),
    "an index of floats": (lambda: T[np.array([0.0])], "whole numbers, got float64"),
    "a forward that returns nothing": (
        lambda: operation(lambda a: None, lambda g, out, a: (g,))(T),
        "must return an array, got None: does it end",
    ),
    "a model without arrays": (lambda: Nothing(), "at least one array"),
    "a model's list": (
        lambda: Nothing(W=[1, 2]),
        "W must be an array of numbers, got a list",
    ),
    "a model's taken name": (lambda: Nothing(theta=np.ones(2)), "take another name"),
    "outputs that return nothing": (
        lambda: Nothing(W=np.ones(2)).forward(X),
        "must return a Tensor, got None",
    ),
    "weights replaced": (replaced, r"W is no longer what the model learns"),
    "data replaced": (other_data, r"W is no longer what the model learns"),
    "backward after predict": (backward_after_predict, "after predict, again"),
    "one input too many": (lambda: ag.exp(T, T), "exp takes Tensors or numbers, 1 of"),
    "out=": (lambda: np.add(T, 1, out=np.ones((2, 3))), r"no Tensors into an array"),
    "an array += a Tensor": (
        lambda: np.ones((2, 3)).__iadd__(T),
        r"no Tensors into an array",
    ),
    "where=": (lambda: np.exp(T, where=T > 0), "1 of them and nothing else, got 1, wh"),
    "dtype=": (lambda: np.sum(T, dtype=float), r"np\.sum of a Tensor: .*'dtype'"),
    "a product with a number": (lambda: T @ 2, r"two arrays with axes.*try a \* b"),
    "batches of @": (
        lambda: Tensor(np.ones((3, 2, 2))) @ np.ones((2, 2, 2)),
        "as many matrices in a as in b",
    ),
    "a branch on an array": (lambda: T if T > 1 else 0, r"where\(condition, a, b\)"),
    "a float of an array": (lambda: float(T), "only a single number"),
    "an index too large": (lambda: T[5], r"does not fit shape \(2, 3\): index 5"),
    "an index of text": (lambda: T["a":], "got 'a'"),
    "minus true": (lambda: -(T > 1), r"negative of shapes \(2, 3\): .*boolean"),
    "a number too large": (lambda: Tensor(np.int8(1)) + 300, "too large for int8"),
    "nothing in a row": (lambda: concatenate([]), "at least one, got none"),
    "numbers in a row": (lambda: concatenate([Tensor(1.0)]), r"reshape\(1\) gives one"),
    "in a row, of other shapes": (
        lambda: concatenate([T, np.ones((2, 2))]),
        r"same in all other axes, got \(2, 3\) and \(2, 2\)",
    ),
    "an axis of a number": (lambda: Tensor(1.0).sum(0), "a single number has no axes"),
    "a shape of text": (lambda: T.reshape("6"), "reshape takes whole numbers, got '6'"),
    "the largest of nothing": (
        lambda: Tensor(np.ones((0, 3))).max(0),
        r"maximum of shapes \(0, 3\)",
    ),
    "wrt None": (
        lambda: grad(T.sum(), None),
        "wrt must be a list of Tensors, got None",
    ),
    "a gradient too few": (
        lambda: asked(lambda g, out, a, b: (g * b,)),
        "each of 2 inputs, got a tuple of 1",
    ),
    "a gradient without a comma": (
        lambda: asked(lambda g, out, a, b: g * b),
        r"got a Tensor: a tuple of one has a comma",
    ),
    "a gradient of another shape": (
        lambda: asked(lambda g, out, a, b: (g.sum(), g)),
        r"has shape \(\), where its input has \(2, 3\)",
    ),
    "a gradient that left the graph": (
        lambda: asked(lambda g, out, a, b: (g.data, g)),
        "must be made of Tensors, got an array",
    ),
    "a g of another shape": (
        lambda: vjp(T * 2, [T], Tensor(1.0)),
        r"has shape \(\), where its input has \(2, 3\)",
    ),
    "super().__init__ forgotten": (
        lambda: Forgetful().forward(X),
        r"must call super\(\)\.__init__",
    ),
    "super().__init__ forgotten, saved": (
        lambda: Forgetful().save("net.npz"),
        r"must call super\(\)\.__init__",
    ),
    "a name the model has": (lambda: Nothing(places=np.ones(2)), "take another name"),
    "a name that is none": (lambda: Nothing(**{"W 1": np.ones(2)}), "name of an attr"),
    "too few rows": (
        lambda: outputs(lambda self, x: (x @ self.W)[:3]),
        r"as many rows as x has, 30, got shape \(3, 3\)",
    ),
    "a loss for outputs": (
        lambda: outputs(lambda self, x: (x @ self.W).mean()),
        "the loss takes the mean",
    ),
    "a layer in a model": (
        lambda: outputs(lambda self, x: Linear(4, 3, rng=RNG).forward(x)),
        r"write x @ self\.W \+ self\.b",
    ),
    "a network in a model": (
        lambda: outputs(lambda self, x: Network(Linear(4, 3, rng=RNG)).forward(x)),
        "x must be an array, got a Tensor",
    ),
    "a model in a model": (inside, "inner has a theta of its own"),
    "a model in a network": (
        lambda: Network(Shared(np.random.default_rng(0))),
        "a Model stands by itself",
    ),
    "grad replaced": (grad_replaced, "no longer a part of the network's grad"),
    "backward before forward": (
        lambda: Shared(np.random.default_rng(0)).backward(X),
        "backward before forward",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told(what):
    do, sentence = BAD[what]
    with pytest.raises(ValueError, match=sentence):
        do()


def test_a_model_without_outputs_says_so():
    with pytest.raises(NotImplementedError, match="Model has no outputs"):
        Model(W=np.ones(2)).forward(X)


def test_a_tensor_shows_itself():
    assert repr(Tensor(2.0) * 3) == "Tensor(6.)"
    assert repr(Tensor(np.array([1, 2]))) == "Tensor([1, 2])"
    assert ag.Tensor(True).dtype == bool
