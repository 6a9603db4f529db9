"""Network: one flat theta and grad, and everything that could quietly come loose from them."""

import copy
import pickle
import re
from functools import reduce

import numpy as np
import pytest

from nnlib import (
    SGD,
    Layer,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    cross_entropy,
    gradient_check,
    mse,
    train,
    zeros,
)

pytestmark = pytest.mark.filterwarnings("error")


def make(seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return Network(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng), dtype=dtype)


X = np.random.default_rng(1).standard_normal((5, 3))
Y = np.array([0, 1, 1, 0, 1])


def train_a_little(net):
    for _ in range(3):
        net.backward(cross_entropy(net.forward(X), Y)[1])
        net.theta -= 0.1 * net.grad
    return net


# --- forward, backward, theta and grad


def test_two_weights_by_hand(rng):
    """ŷ = −2 relu(3 · 2 − 5) = −2, y = 1, L = ½ (ŷ − y)² = 4.5: gradients 12, 6, −3 (and −3)."""
    net = Network(
        Linear(1, 1, rng=rng), ReLU(), Linear(1, 1, rng=rng), dtype=np.float64
    )
    net.theta[...] = [3, -5, -2, 0]  # w₁, b, w₂, and the second layer's b

    def half_squared_error(z, y):
        return 0.5 * float(np.sum((z - y) ** 2)), z - y

    value, dz = half_squared_error(net.forward([[2]]), 1)
    net.backward(dz)
    assert value == 4.5 and net.grad.tolist() == [12, 6, -3, -3]
    net.theta[0] += 0.01
    assert half_squared_error(net.forward([[2]]), 1)[0] - value == pytest.approx(0.1208)


def test_theta_and_grad_are_the_layers_in_order():
    net = make()
    first, _, last = net.layers
    assert net.theta.shape == net.grad.shape == (3 * 4 + 4 + 4 * 2 + 2,)
    for flat, prefix in (net.theta, ""), (net.grad, "d"):
        flat[...] = np.arange(26)
        assert (
            getattr(first, prefix + "W").tolist()
            == np.arange(12).reshape(3, 4).tolist()
        )
        assert getattr(first, prefix + "b").tolist() == [12, 13, 14, 15]
        assert getattr(last, prefix + "b").tolist() == [24, 25]
        getattr(last, prefix + "W")[0, 1] = -1
        assert flat[17] == -1


def test_the_layers_values_are_kept(rng):
    layer = Linear(3, 2, rng=rng)
    layer.b[...] = [7, 8]
    W, net = layer.W.copy(), Network(layer, dtype=np.float64)
    assert np.array_equal(net.theta, [*W.ravel(), 7, 8]) and not net.grad.any()


def test_forward_and_predict_are_the_layers_in_a_row():
    net = make(dtype=np.float64)
    first, tanh, last = net.layers
    z = last.forward(tanh.forward(first.forward(X)))
    for method in net.forward, net.predict:
        assert np.array_equal(method(X), z)
        assert np.array_equal(method(X.tolist()), z)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_has_the_networks_dtype(dtype, rng):
    layers = [
        Linear(3, 4, rng=rng),
        Sigmoid(),
        LeakyReLU(np.float64(0.1)),
        ReLU(),
        Tanh(),
    ]
    net = Network(*layers, Linear(4, 2, rng=rng), dtype=dtype)
    assert net.dtype == net.theta.dtype == net.grad.dtype == dtype
    for x in X.astype(np.float32), X.astype(np.float64), X.astype(int):
        assert net.forward(x).dtype == net.predict(x).dtype == dtype
    z = net.forward(X)
    for layer in reversed(net.layers):
        z = layer.backward(z)
        assert z.dtype == dtype


def test_a_wide_dz_does_not_widen_the_way_back(rng):
    net, seen = Network(Linear(3, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng)), []
    tanh = net.layers[1]
    tanh.backward = lambda da: seen.append(da.dtype) or Tanh.backward(tanh, da)
    net.backward(net.forward(X) * np.sqrt(0.5))
    net.backward(net.forward(X).tolist())
    assert seen == [np.float32, np.float32]


def test_the_default_is_float32(rng):
    assert Network(Linear(1, 1, rng=rng)).dtype == np.float32


def test_backward_overwrites_and_returns_nothing():
    net = make()
    _, dz = cross_entropy(net.forward(X), Y)
    assert net.backward(dz) is None
    once = net.grad.copy()
    net.backward(dz)
    assert once.any() and np.array_equal(net.grad, once)


def test_the_first_layers_input_gradient_is_not_paid_for(monkeypatch):
    returned, backward = [], Linear.backward

    def spy(self, da, need_dx=True):
        returned.append(backward(self, da, need_dx))
        return returned[-1]

    monkeypatch.setattr(Linear, "backward", spy)
    net = make()
    net.backward(net.forward(X))
    assert [dx is None for dx in returned] == [False, True]
    assert net.layers[0].backward(np.ones((5, 4), np.float32)).shape == X.shape


class Narrow(Linear):
    """A subclass, as a reader may write it, whose backward always returns dx."""

    def backward(self, da):
        return super().backward(da)


class Wide(Linear):
    """A subclass that inherits backward."""


def test_whoever_offers_it_skips_the_input_gradient(rng):
    asked = []

    class Offering(Layer):
        def forward(self, x):
            return 2 * x

        def backward(self, da, need_dx=True):
            asked.append(need_dx)
            return 2 * da

    net = Network(Offering(), Linear(3, 2, rng=rng), Offering())
    net.backward(net.forward(X))
    assert asked == [True, False]
    for kind, skips in (Wide, True), (Narrow, False):
        net = Network(kind(3, 2, rng=rng), Tanh())
        assert net.no_dx == ({"need_dx": False} if skips else {})
        assert gradient_check(net, mse, X, X[:, :2]) < 1e-6


def test_a_layer_may_predict_differently(rng):
    class Doubling(Layer):
        def forward(self, x):
            return 2 * x

        def backward(self, da):
            return 2 * da

        def predict(self, x):
            return x

    linear = Linear(3, 2, rng=rng)
    net = Network(linear, Doubling())
    assert np.array_equal(net.forward(X), 2 * net.predict(X))


def test_repr_is_a_table(rng):
    net = Network(Linear(784, 128, rng=rng), ReLU(), Linear(128, 10, rng=rng))
    first, relu, last, total = repr(net).splitlines()
    assert first.split() == "0 Linear W (784, 128), b (128,) 100,480".split()
    assert relu.split() == ["1", "ReLU", "0"]
    assert last.split() == "2 Linear W (128, 10), b (10,) 1,290".split()
    assert total.split() == ["all,", "float32", "101,770"]


# --- what does not fit


def test_layers_that_do_not_make_a_network(rng):
    def linear(n_in, n_out):
        return Linear(n_in, n_out, rng=rng)

    class Bare(Layer):
        params = ("gain",)
        gain = np.ones(3)

    twice = ReLU()
    for layers, match in (
        (
            [linear(2, 3), linear(4, 1)],
            r"layer 0 \(Linear\) gives 3 .* layer 1 .* expects 4",
        ),
        (
            [linear(2, 3), ReLU(), Tanh(), linear(4, 1)],
            r"layer 0 .* gives 3 .* layer 3 .* 4",
        ),
        ([linear(2, 3), twice, linear(3, 3), twice], r"layer 3 \(ReLU\).* twice"),
        ([linear(2, 3), ReLU], r"layer 1 must be a layer, such as ReLU\(\)"),
        ([[linear(2, 3), ReLU()]], "layer 0 must be a layer"),
        ([linear(2, 3), np.tanh], "layer 1 must be a layer"),
        ([linear(2, 3), Network(linear(3, 1))], "layer 1 must be a layer"),
        ([linear(2, 3), Bare()], r"layer 1 \(Bare\) needs dgain"),
        ([], "at least one layer"),
    ):
        with pytest.raises(ValueError, match=match):
            Network(*layers)


@pytest.mark.parametrize("dtype", [int, bool, complex, object])
def test_theta_is_made_of_floats(dtype):
    with pytest.raises(
        ValueError, match="dtype must be a type of floating-point numbers"
    ):
        make(dtype=dtype)


@pytest.mark.parametrize("dtype", ["float33", "float32 ", "a b,", 3, None, np.sin])
def test_what_is_no_type_at_all(dtype):
    match = re.escape(f"numbers, got {dtype!r}: try np.float32")
    if callable(dtype):
        match = "numbers, got an? .*: try np.float32"
    for call in (lambda: make(dtype=dtype), lambda: make().astype(dtype)):
        with pytest.raises(ValueError, match=match):
            call()


@pytest.mark.parametrize("method", ["forward", "predict"])
@pytest.mark.parametrize("x", [X[:, :2], X.T, X[0], X[:0]])
def test_batches_that_do_not_fit(method, x):
    with pytest.raises(ValueError, match=r"x must be a batch of shape \(n, 3\)"):
        getattr(make(), method)(x)


@pytest.mark.parametrize(
    "x, match",
    [
        (None, "x must be a batch, one row an example, got None"),
        ([[1, 2, 3], [1, 2]], "x must be a batch, rows of equal length"),
        (X.astype(str), r"x must hold numbers, got <U\d+: try x.astype"),
        (X * 1j, "x must hold numbers, got complex"),
        (np.array([[None, 1, 2]]), "x must hold numbers, got object"),
    ],
)
def test_what_is_no_batch_of_numbers(x, match):
    for method in make().forward, make().predict:
        with pytest.raises(ValueError, match=match):
            method(x)


def layer_of(**methods):
    """A reader's own layer, with these methods in the place of right ones."""
    right = {"forward": lambda self, x: x, "backward": lambda self, da: da}
    return type("Own", (Layer,), right | methods)()


NOTHING = {
    "forward": {"forward": lambda self, x: None},
    "predict": {"predict": lambda self, x: None},
    "backward": {"backward": lambda self, da: None},
}


@pytest.mark.parametrize("method", NOTHING)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_layer_that_returns_nothing_is_named(method, place, rng):
    layers = [Linear(3, 3, rng=rng), layer_of(), Tanh()]
    net = Network(*layers[:place], layer_of(**NOTHING[method]), *layers[place:])
    with pytest.raises(
        ValueError,
        match=rf"Own.{method} must return an array, got None: does it end with",
    ):
        net.backward(net.forward(X)) if method != "predict" else net.predict(X)


@pytest.mark.parametrize(
    "returned, got",
    [
        (lambda x: x.tolist(), "a list"),
        (lambda x: 1.5, "1.5"),
        (lambda x: Tanh, "the class Tanh"),
    ],
)
def test_a_layer_that_returns_no_array_is_named(returned, got, rng):
    net = Network(layer_of(forward=lambda self, x: returned(x)), Tanh())
    with pytest.raises(
        ValueError, match=f"Own.forward must return an array, got {got}"
    ):
        net.forward(X)


def test_the_first_layer_need_not_return_the_gradient_of_the_data():
    net = Network(layer_of(**NOTHING["backward"]), Tanh())
    net.backward(net.forward(X))


def test_a_gradient_of_another_shape_comes_from_behind(rng):
    turned = layer_of(backward=lambda self, da: da.T)
    net = Network(Linear(3, 4, rng=rng), turned)
    net.forward(X)
    with pytest.raises(
        ValueError, match="got .4, 5.: it is what the backward of the layer beh"
    ):
        net.backward(np.ones((5, 4)))


def test_backward_needs_forward():
    net, dz = make(), np.ones((5, 2))
    with pytest.raises(ValueError, match="backward before forward"):
        net.backward(dz)
    net.forward(X)
    net.predict(X)  # the layers now hold another batch
    with pytest.raises(ValueError, match="backward before forward.*after predict"):
        net.backward(dz)
    net.forward(X)
    with pytest.raises(ValueError, match="x must be a batch"):
        net.forward(X.T)  # a failing forward leaves nothing to go back from
    with pytest.raises(ValueError, match="backward before forward"):
        net.backward(dz)
    net.forward(X)
    for wrong in dz.T, dz[:4], dz[:, :1], 1.0:
        with pytest.raises(ValueError, match=r"dz must have the shape .*\(5, 2\)"):
            net.backward(wrong)


# --- what comes loose


class Scale(Layer):
    """A reader's own layer, as it should be: a = x · gain."""

    params = ("gain",)

    def __init__(self, n):
        self.gain, self.dgain = np.full(n, 1.5), np.zeros(n)

    def forward(self, x):
        self.x = x
        return x * self.gain

    def backward(self, da):
        self.dgain[...] = np.sum(da * self.x, axis=0)
        return da * self.gain


class Rebinding(Scale):
    """The same with the usual mistake."""

    def backward(self, da):
        self.dgain = np.sum(da * self.x, axis=0)
        return da * self.gain


@pytest.mark.parametrize("place", [0, 1])
def test_a_gradient_that_is_rebound_is_named(place, rng):
    layers = [Linear(3, 3, rng=rng)]
    layers.insert(place, Rebinding(3))
    net = Network(*layers)
    dz = net.forward(X)
    with pytest.raises(
        ValueError, match=rf"layer {place} \(Rebinding\): dgain .*dgain\[\.\.\.\]"
    ):
        net.backward(dz)


@pytest.mark.parametrize("place", [0, 1])
def test_a_layer_of_the_readers_own(place, rng):
    layers = [Linear(3, 3, rng=rng)]
    layers.insert(place, Scale(3))
    net = Network(*layers)
    assert net.theta.size == 15 and gradient_check(net, mse, X, X[::-1]) < 1e-6


@pytest.mark.parametrize("method", ["forward", "predict"])
def test_a_weight_that_is_assigned_anew_is_noticed(method):
    net = make()
    net.layers[2].W = np.zeros((4, 2), np.float32)
    with pytest.raises(
        ValueError, match=r"layer 2 \(Linear\): W is no longer .*W\[\.\.\.\]"
    ):
        getattr(net, method)(X)


@pytest.mark.parametrize(
    "anew", [lambda b: b[::-1], lambda b: b[:1], lambda b: b.tolist()]
)
def test_even_another_part_of_theta_is_noticed(anew):
    net = make()
    net.layers[0].b = anew(net.layers[0].b)
    with pytest.raises(
        ValueError, match="b is no longer a part of the network's theta"
    ):
        net.forward(X)


def test_two_layers_cannot_share_weights(rng):
    net = Network(Linear(3, 3, rng=rng), Linear(3, 3, rng=rng))
    net.layers[1].W = net.layers[0].W
    with pytest.raises(ValueError, match=r"layer 1 \(Linear\): W is no longer"):
        net.forward(X)


def test_a_detached_network_is_not_saved(tmp_path):
    net = make()
    net.layers[0].W = np.zeros((3, 4))
    with pytest.raises(ValueError, match="W is no longer"):
        net.save(tmp_path / "net.npz")
    assert not list(tmp_path.iterdir())


def test_a_detached_network_does_not_load(tmp_path):
    net = make()
    net.save(tmp_path / "net.npz")
    net.layers[0].b = np.zeros(4, np.float32)
    with pytest.raises(
        ValueError, match="b is no longer a part of the network's theta"
    ):
        net.load(tmp_path / "net.npz")


def test_theta_or_grad_assigned_anew_is_noticed():
    net = make()
    net.theta = net.theta - 0.1
    with pytest.raises(
        ValueError, match="W is no longer a part of the network's theta"
    ):
        net.forward(X)
    net = make()
    dz = net.forward(X)
    net.grad = net.grad.copy()
    with pytest.raises(
        ValueError, match="dW is no longer a part of the network's grad"
    ):
        net.backward(dz)


def test_writing_in_place_is_fine():
    net = make()
    net.theta -= 0.1 * net.theta
    net.layers[0].W *= 2
    net.layers[2].W[...] = np.zeros((4, 2))
    assert not net.forward(X).any()


def test_two_networks_cannot_share_a_layer(rng):
    shared = Linear(3, 2, rng=rng)
    one, other = Network(shared), Network(shared)
    other.forward(X)
    with pytest.raises(ValueError, match="another network.*copy.deepcopy"):
        one.forward(X)
    Network(copy.deepcopy(shared)).forward(X)
    other.forward(X)


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "in a list": lambda net: copy.deepcopy([net])[0],
}


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_are_whole_and_independent(how, dtype):
    net = train_a_little(make(dtype=dtype))
    theta, z = net.theta.copy(), net.predict(X)
    twin = COPIES[how](net)
    assert np.array_equal(twin.theta, theta) and twin.dtype == dtype
    assert np.array_equal(twin.predict(X), z) and repr(twin) == repr(net)

    train_a_little(twin)  # its views are attached: this moves its outputs …
    assert not np.array_equal(twin.predict(X), z)
    assert np.array_equal(net.theta, theta) and np.array_equal(
        net.predict(X), z
    )  # … only its
    train_a_little(net)
    assert np.array_equal(net.theta, twin.theta) and np.array_equal(net.grad, twin.grad)


def test_a_copy_of_a_network_and_its_layer_still_belong_together():
    net = make()
    for twin, layer in (
        copy.deepcopy((net, net.layers[2])),
        pickle.loads(pickle.dumps((net, net.layers[2]))),
    ):
        assert twin.layers[2] is layer
        layer.W[...] = layer.b[...] = 0
        assert not twin.forward(X).any() and net.forward(X).any()


# --- layers inside layers


class Residual(Layer):
    """The reader's: a = x + f(x), with layers f in a row."""

    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        return x + reduce(lambda a, layer: layer.forward(a), self.layers, x)

    def predict(self, x):
        return x + reduce(lambda a, layer: layer.predict(a), self.layers, x)

    def backward(self, da):
        return da + reduce(lambda da, layer: layer.backward(da), self.layers[::-1], da)


class Both(Layer):
    """Two layers side by side, in attributes, and a factor of its own."""

    params = ("gain",)

    def __init__(self, right, left):
        self.right, self.left = right, left
        self.gain, self.dgain = np.array([1.5]), np.zeros(1)

    def forward(self, x):
        self.sum = self.left.forward(x) + self.right.forward(x)
        return self.gain * self.sum

    def backward(self, da):
        self.dgain[...] = np.sum(da * self.sum)
        da = self.gain * da
        return self.left.backward(da) + self.right.backward(da)


def nested(seed=0, dtype=np.float32):
    """Of 3 inputs and 2 outputs, with layers three deep: 16 + 35 + 41 + 10 weights."""
    rng = np.random.default_rng(seed)

    def linear(n_in, n_out):
        return Linear(n_in, n_out, rng=rng)

    inner = Residual(linear(4, 3), Tanh(), Residual(linear(3, 3)), linear(3, 4))
    both = Both([linear(4, 4), Tanh()][0], Residual(linear(4, 4)))
    return Network(linear(3, 4), inner, both, linear(4, 2), dtype=dtype)


def test_all_weights_are_in_theta_in_order_of_assignment():
    net = nested()
    first, inner, both, last = net.layers
    deep = inner.layers[2].layers[0]
    order = [
        (first, "W b"),
        (inner.layers[0], "W b"),
        (deep, "W b"),
        (inner.layers[3], "W b"),
        (both, "gain"),
        (both.right, "W b"),
        (both.left.layers[0], "W b"),
        (last, "W b"),
    ]
    arrays = [getattr(layer, name) for layer, names in order for name in names.split()]
    assert net.theta.size == sum(array.size for array in arrays) == 110
    assert np.array_equal(net.theta, np.concatenate([a.ravel() for a in arrays]))
    for flat, prefix in (net.theta, ""), (net.grad, "d"):
        flat[...] = np.arange(110)
        assert getattr(deep, prefix + "W").ravel().tolist() == list(range(31, 40))
        getattr(both, prefix + "gain")[0] = -1
        assert flat[59] == -1


class Gain(Layer):
    params = ("gain",)

    def __init__(self):
        self.gain, self.dgain = np.ones(3), np.zeros(3)


def gain(**attributes):
    layer = Gain()
    vars(layer).update(attributes)
    return layer


class NoLayer:
    """It was not begun with class NoLayer(Layer)."""

    def forward(self, x):
        return x

    def backward(self, da):
        return da


class AlmostALayer(NoLayer):
    params = ()


@pytest.mark.parametrize(
    "layer, match",
    [
        (
            gain(params="gain"),
            r"\(Gain\): params must be a tuple of names.*comma, params = .*,\)",
        ),
        (
            gain(state="gain"),
            r'state must be a tuple of names, got .gain.*state = \("gain",\)',
        ),
        (gain(gain=1.5), r"needs gain, .* an array, got 1.5: try np.array\(\[1.5\]\)"),
        (gain(gain=[1, 2]), "needs gain, .* an array, got a list"),
        (
            NoLayer(),
            r"must be a layer.*got a NoLayer: begin it with class NoLayer\(Layer\)",
        ),
        (
            AlmostALayer(),
            r"\(AlmostALayer\) has no method predict.*class AlmostALayer\(Layer\)",
        ),
        (ReLU, r"such as ReLU\(\), got the class ReLU: ReLU\(…\) makes one$"),
        ([ReLU()], r"got a list: with a star, Network\(\*layers\)"),
        (make(), r"got a Network: its layers are what another network can have"),
        ("relu", "got 'relu'"),
    ],
)
def test_what_is_no_layer_is_told_what_it_lacks(layer, match, rng):
    with pytest.raises(ValueError, match=match):
        Network(Linear(3, 3, rng=rng), layer)


def test_layers_inside_layers_learn():
    """The gradient is right, every weight moves, and the loss falls as it should."""
    net = nested(dtype=np.float64)
    assert gradient_check(net, cross_entropy, X, Y) < 1e-6
    start, losses = net.theta.copy(), []
    for _ in range(200):
        value, dz = cross_entropy(net.forward(X), Y)
        losses.append(value)
        net.backward(dz)
        net.theta -= 0.1 * net.grad
    assert (net.theta != start).all() and losses[-1] < 0.01 < 0.1 < losses[0]


@pytest.mark.parametrize("missing", [0, 2])
def test_a_wrong_gradient_inside_a_layer_is_convicted(missing):
    class Frozen(Linear):
        def backward(self, da):
            dx = super().backward(da)
            self.dW[...] = 0
            return dx

    rng = np.random.default_rng(0)
    layers = [Linear(3, 3, rng=rng), Tanh(), Linear(3, 3, rng=rng)]
    layers[missing] = Frozen(3, 3, rng=rng)
    net = Network(Residual(*layers), Linear(3, 2, rng=rng))
    assert gradient_check(net, cross_entropy, X, Y) > 0.5


def test_a_layer_is_in_one_place_at_any_depth(rng):
    def linear():
        return Linear(3, 3, rng=rng)

    twice, loop = linear(), Residual(linear())
    loop.layers += (loop,)
    for layers, places in (
        ([twice, Residual(linear(), twice)], ["0 (Linear)", r"1 (Residual).layers[1]"]),
        ([Both(twice, twice)], ["0 (Both).right (Linear)", "0 (Both).left (Linear)"]),
        (
            [Residual(Residual(twice)), Residual([linear(), twice])],
            ["layers[0] (Residual).layers[0] (Lin", "1 (Residual).layers[0][1] (Lin"],
        ),
        ([loop], ["layer 0 (Residual).layers[1] (Residual)"]),
    ):
        with pytest.raises(ValueError, match="twice.*make one for each place") as info:
            Network(*layers)
        assert all(place in str(info.value) for place in places), info.value


def test_errors_name_the_place_inside(rng):
    class Bare(Layer):
        params = ("gain",)
        gain = np.ones(3)

    with pytest.raises(
        ValueError, match=r"layer 0 \(Residual\).layers\[1\] \(Bare\) needs dgain"
    ):
        Network(Residual(Linear(3, 3, rng=rng), Bare()))
    with pytest.raises(
        ValueError, match=r"layers\[0\] has a theta of its own.*layers\[0\].layers"
    ):
        Network(Residual(Network(Linear(3, 3, rng=rng))))
    Bare.gain = 1.0
    with pytest.raises(ValueError, match=r"needs gain, which it names in params: an"):
        Network(Bare())
    del Bare.gain
    with pytest.raises(ValueError, match=r"\(Bare\) needs gain, which"):
        Network(Bare())
    net = nested()
    net.layers[1].layers[2].layers[0].W = np.zeros((3, 3), np.float32)
    place = r"layer 1 \(Residual\).layers\[2\] \(Residual\).layers\[0\] \(Linear\)"
    with pytest.raises(ValueError, match=f"{place}: W is no longer"):
        net.forward(X)
    net = Network(Residual(Rebinding(3)))
    dz = net.forward(X)
    with pytest.raises(ValueError, match=r"layers\[0\] \(Rebinding\): dgain is no"):
        net.backward(dz)


@pytest.mark.parametrize(
    "hold", [lambda it: {"skip": it}, lambda it: {"skip": [it]}, lambda it: {it}]
)
def test_layers_that_would_not_learn_are_refused(hold, rng):
    layer = Residual()
    layer.layers = hold(Linear(3, 3, rng=rng))
    place = r"layer 0 \(Residual\).layers holds layers in a (dict|set)"
    with pytest.raises(ValueError, match=f"{place}.*put them into a list or a tuple"):
        Network(layer)
    layer.layers = {"rate": 0.5}
    assert Network(layer).theta.size == 0


def exchange(holder, rng):
    holder.layers[0] = Linear(3, 3, rng=rng)


def append(holder, rng):
    holder.layers.append(Linear(3, 3, rng=rng))


@pytest.mark.parametrize("change", [exchange, append])
def test_layers_that_come_later_are_not_trained_in_vain(change, rng):
    holder = Residual()
    holder.layers = [Linear(3, 3, rng=rng)]
    net = Network(holder, Linear(3, 2, rng=rng))
    change(holder, rng)
    told = {"batch_size": 2, "rng": rng}
    with pytest.raises(ValueError, match="would not learn: make it anew"):
        train(net, cross_entropy, SGD(0.1), X, Y, **told)
    net = Network(*net.layers)
    start = net.theta.copy()
    next(train(net, cross_entropy, SGD(0.1), X, Y, **told))
    assert (net.theta != start).all()


def test_the_table_shows_layers_inside_layers(tmp_path):
    table = repr(nested()).splitlines()
    assert [line.split()[:2] for line in table[1:5]] == [
        ["1", "Residual"],
        ["layers[0]", "(Linear)"],
        ["layers[1]", "(Tanh)"],
        ["layers[2]", "(Residual)"],
    ]
    assert table[5].startswith("         layers[0] (Linear)  W (3, 3), b (3,)")
    assert len({len(line) for line in table}) == 1 and table[-1].endswith(" 110")
    nested().save(tmp_path / "net.npz")
    other = nested(seed=1)
    other.load(tmp_path / "net.npz")
    assert np.array_equal(other.theta, nested().theta)
    rng = np.random.default_rng(0)
    flat = Network(Residual(Linear(3, 3, rng=rng)), Linear(3, 2, rng=rng))
    flat.save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match="another network"):
        Network(Linear(3, 3, rng=rng), Linear(3, 2, rng=rng)).load(tmp_path / "net.npz")


@pytest.mark.parametrize("how", COPIES)
def test_copies_of_nested_networks_are_whole_and_independent(how):
    net = train_a_little(nested())
    theta = net.theta.copy()
    twin = train_a_little(COPIES[how](net))
    assert np.array_equal(net.theta, theta) and not np.array_equal(twin.theta, theta)
    assert np.array_equal(train_a_little(net).theta, twin.theta)


@pytest.mark.parametrize("call", ["forward", "predict", "save", "load", "backward"])
def test_a_layer_added_to_the_tuple_is_noticed_at_the_next_call(call, rng, tmp_path):
    """`net.layers += …` gives the network a layer of which theta knows nothing."""
    net = make()
    net.save(path := tmp_path / "net.npz")
    dz = net.forward(X)
    net.layers += (Linear(2, 2, rng=rng),)
    given = {"save": path, "load": path, "backward": dz}.get(call, X)
    with pytest.raises(
        ValueError,
        match=r"layer 3 \(Linear\) came since, and would not learn: make it anew",
    ):
        if call == "backward":  # in a loop of one's own, forward is asked first
            net.forward(X)
        getattr(net, call)(given)
    net = Network(*net.layers)
    assert net.forward(X).shape == (5, 2)
    net.layers = net.layers[:2]
    with pytest.raises(ValueError, match="some are gone: make it anew"):
        net.predict(X)
    net = make()
    net.layers = list(net.layers)  # the same, in a list
    assert net.forward(X).shape == (5, 2)


# --- state beyond theta, batches, integers, many rows


class Centred(Layer):
    """Subtracts the mean; a running mean when predicting."""

    state = ("mean", "batches")

    def __init__(self, n):
        self.mean, self.batches = np.zeros(n, np.float32), 0

    def forward(self, x):
        self.batches += 1
        self.mean += (x.mean(axis=0) - self.mean) / self.batches
        return x - x.mean(axis=0)

    def backward(self, da):
        return da - da.mean(axis=0)

    def predict(self, x):
        return x - self.mean


def centred(slope=0.3, seed=0):
    rng = np.random.default_rng(seed)
    return Network(Residual(Centred(3), LeakyReLU(slope)), Linear(3, 2, rng=rng))


MEAN = "layer 0 (Residual).layers[0] (Centred).mean"
SLOPE = "layer 0 (Residual).layers[1] (LeakyReLU).slope"


def test_state_is_saved_and_restored(tmp_path):
    net, path = train_a_little(centred()), tmp_path / "net.npz"
    mean, leaky = net.layers[0].layers
    assert list(net.state) == [
        "layer 0 (Residual).layers[0] (Centred).mean",
        "layer 0 (Residual).layers[0] (Centred).batches",
        "layer 0 (Residual).layers[1] (LeakyReLU).slope",
    ]
    assert list(net.state.values())[1:] == [3, 0.3] and mean.mean.any()
    net.save(path)
    other = centred(slope=0.5, seed=1)
    other.load(path)
    assert np.array_equal(other.predict(X), net.predict(X))
    theirs = other.layers[0].layers
    assert theirs[1].slope == 0.3 and type(theirs[1].slope) is float
    assert theirs[0].batches == 3 and theirs[0].mean.dtype == np.float32
    theirs[0].mean += 1
    assert not np.array_equal(theirs[0].mean, mean.mean)


def test_state_of_another_shape_is_refused_and_nothing_changes(tmp_path):
    path, net = tmp_path / "net.npz", Network(Centred(3))
    net.save(path)
    other = Network(Centred(4))
    other.layers[0].batches = 7
    with pytest.raises(ValueError, match=r"mean must have shape \(4,\).*got \(3,\)"):
        other.load(path)
    assert other.layers[0].batches == 7 and other.layers[0].mean.shape == (4,)


@pytest.mark.parametrize("value", [None, "fast", object()])
def test_state_is_numbers(value):
    layer = Centred(3)
    layer.mean = value
    with pytest.raises(ValueError, match=r"layer 0 \(Centred\) needs mean.*a number"):
        Network(layer)


@pytest.mark.parametrize(
    "state, match",
    [
        ([0.1], "state must be a dict, name: value, got a list"),
        ({"slope": 0.1}, "'slope' is no state of this network, which has layer 0"),
        ({SLOPE: "steep"}, "slope must have shape .. and type float64, got .. and <U5"),
        (
            {SLOPE: np.ones(2)},
            r"slope must have shape \(\) and type float64, got \(2,\)",
        ),
        ({MEAN: 1.0}, r"mean must have shape \(3,\) and type float32, got \(\)"),
        ({MEAN: np.ones(3), SLOPE: None}, "slope must have shape .. and type float64"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, match):
    net = centred()
    with pytest.raises(ValueError, match=match):
        net.state = state
    assert net.state[SLOPE] == 0.3 and not net.state[MEAN].any()


@pytest.mark.parametrize("how", COPIES)
def test_copies_have_the_state_and_no_batch(how):
    net = train_a_little(centred())
    twin = COPIES[how](net)
    assert np.array_equal(twin.predict(X), net.predict(X))
    mean = net.layers[0].layers[0].mean
    twin.forward(X + 1)
    assert not np.array_equal(twin.layers[0].layers[0].mean, mean)
    assert twin.layers[0].layers[1].slope == 0.3


class Keeping(Layer):
    """A reader's layer that keeps a batch under names of its own."""

    def __init__(self):
        self.mask, self.name = None, "kept"

    def forward(self, x):
        self.mask, self.twice = x > 0, (x, x)
        return x * self.mask

    def backward(self, da):
        return da * self.mask


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_carries_no_batch(how, rng):
    leaky = LeakyReLU()
    net = Network(Residual(Keeping(), leaky, Sigmoid()), Linear(3, 2, rng=rng))
    net.forward(np.ones((2000, 3)))
    assert len(pickle.dumps(net)) < 5000 < leaky.x.nbytes
    twin = COPIES[how](net)
    keeping, leaky, _ = twin.layers[0].layers
    assert keeping.mask is None and keeping.twice is None and keeping.name == "kept"
    with pytest.raises(ValueError, match="backward before forward"):
        leaky.backward(np.ones((2000, 3)))
    net.backward(np.ones((2000, 2)))  # the network itself still has its batch


class Noting(Layer):
    """A reader's layer with a table that is its own, and a batch in a dict."""

    def __init__(self):
        self.table, self.seen = np.arange(3.0), 0

    def forward(self, x):
        self.seen += 1
        self.batch = {"x": x}
        return x * self.table

    def backward(self, da):
        return da * self.table


@pytest.mark.parametrize("how", COPIES)
def test_a_batch_that_came_before_the_network_is_not_carried_either(how, rng):
    layers = Linear(3, 3, rng=rng), ReLU(), Noting(), Sigmoid()
    x = np.ones((20_000, 3))
    for layer in layers:
        x = layer.forward(x)
    net = Network(*layers)
    assert len(pickle.dumps(net)) < 5000
    twin = COPIES[how](net)
    assert twin.layers[2].table.tolist() == [0, 1, 2] and twin.layers[2].seen == 1
    assert np.array_equal(twin.predict(X), net.predict(X))


@pytest.mark.parametrize("how", COPIES)
def test_a_note_made_on_a_layer_later_is_copied(how):
    net = make()
    net.layers[0].frozen = True
    assert COPIES[how](net).layers[0].frozen is True


def test_a_network_of_the_readers_own_has_a_copy_in_another_type(rng):
    class Small(Network):
        def __init__(self):
            super().__init__(Linear(2, 1, rng=rng))

    twin = Small().astype(np.float64)
    assert type(twin) is Small and twin.theta.dtype == twin.grad.dtype == np.float64


def test_astype_is_a_copy_in_another_type():
    net = train_a_little(nested())
    other = net.astype(np.float64)
    assert other.dtype == other.theta.dtype == np.float64
    assert np.array_equal(other.theta, net.theta)
    assert np.allclose(other.predict(X), net.predict(X), atol=1e-5)
    theta = net.theta.copy()
    train_a_little(other)
    assert np.array_equal(net.theta, theta) and net.theta.dtype == np.float32


class Embedding(Layer):
    """Tokens to vectors: x (…) integers, a (…, n_out)."""

    params = ("W",)

    def __init__(self, n_in, n_out, rng):
        self.W, self.n_out = rng.standard_normal((n_in, n_out)), n_out
        self.dW = np.zeros_like(self.W)

    def forward(self, x):
        assert x.dtype.kind in "iu"
        self.x = x
        return self.W[x]

    def backward(self, da):
        self.dW[...] = 0
        np.add.at(self.dW, self.x, da)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_tokens_reach_the_first_layer_as_they_are(dtype, rng):
    """From tokens (n, t) to logits (n, t, k), learned with labels (n, t)."""
    net = Network(Embedding(5, 4, rng), Tanh(), Linear(4, 3, rng=rng))
    x, y = rng.integers(0, 5, (6, 7)).astype(dtype), rng.integers(0, 3, (6, 7))
    assert net.forward(x).shape == net.predict(x).shape == (6, 7, 3)
    assert net.predict(x).dtype == np.float32
    assert gradient_check(net, cross_entropy, x, y) < 1e-6


@pytest.mark.parametrize("method", ["forward", "predict"])
def test_what_layers_give_is_of_the_networks_type(method, rng):
    """Integers that meet float32 in a first layer would become float64, as would np.float64."""
    residual = Network(Residual(Linear(3, 3, rng=rng)))
    x = np.ones((4, 3), np.int64)
    assert getattr(residual, method)(x).dtype == np.float32

    class Wide(Layer):
        def forward(self, x):
            return x * np.full(3, 2.0)

        def backward(self, da):
            assert da.dtype == np.float32
            return da * np.full(3, 2.0)

    net = Network(Linear(3, 3, rng=rng), Wide(), Tanh(), Wide())
    z = getattr(net, method)(X)
    assert z.dtype == np.float32
    net.forward(X)
    net.backward(z)
    assert net.layers[2].a.dtype == np.float32


@pytest.mark.parametrize("layer", [Sigmoid, Tanh, ReLU, LeakyReLU])
def test_activations_of_small_integers_do_not_overflow(layer):
    x = np.array([[0, 1, 100, 255]], np.uint8)
    with_floats = Network(layer()).forward(x.astype(float))
    assert np.array_equal(Network(layer()).forward(x), with_floats)


def test_many_rows_are_predicted_a_thousand_at_a_time(rng):
    """The same numbers, and no layer is left with more."""
    for rows in 1, 999, 1000, 1001, 2500:
        x = rng.standard_normal((rows, 3)).astype(np.float32)
        net = Network(Linear(3, 8, rng=rng), ReLU(), Linear(8, 2, rng=rng))
        z = net.forward(x)
        assert z.shape == net.predict(x).shape == (rows, 2)
        assert np.allclose(net.predict(x), z, atol=1e-6)
        assert all(len(layer.x) <= 1000 for layer in net.layers)


# --- files


def test_a_round_trip_is_bit_exact(tmp_path):
    net, other = make(), make(seed=1)
    net.theta[:6] = -0.0, 1e-45, np.nan, np.inf, np.pi, 3.4e38
    for path in tmp_path / "weights.npz", str(tmp_path / "no ending"):
        net.save(path)
        other.theta[...] = 1
        other.load(path)
        assert other.theta.tobytes() == net.theta.tobytes()
        assert np.array_equal(other.layers[2].b, net.layers[2].b)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["no ending", "weights.npz"]


def test_a_file_holds_no_pickles(tmp_path):
    make().save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind != "O" for name in file)


def fails_to_load(path, match, error=ValueError, **options):
    """The load is refused, and the network stays what it was."""
    net = make(seed=2, **options)
    theta, before = net.theta, net.theta.copy()
    with pytest.raises(error, match=match):
        net.load(path)
    assert (
        net.theta is theta
        and np.array_equal(theta, before)
        and net.forward(X).shape == (5, 2)
    )


def test_a_file_of_another_network(tmp_path, rng):
    def linear(n_in, n_out):
        return Linear(n_in, n_out, init=zeros, rng=rng)

    for layers in (
        [linear(3, 5), Tanh(), linear(5, 2)],
        [linear(3, 4), ReLU(), linear(4, 2)],
        [linear(3, 4), linear(4, 2)],
        [linear(4, 3), Tanh(), linear(3, 3)],
        [Scale(26)],  # as many numbers as the network that reads it
    ):
        saved = Network(*layers)
        saved.save(tmp_path / "net.npz")
        tables = re.escape(f"{make()!r}\ngot\n{saved!r}\n")
        fails_to_load(tmp_path / "net.npz", f"another network. Expected\n{tables}")


@pytest.mark.parametrize(
    "wrote, reads", [(np.float32, np.float64), (np.float64, np.float32)]
)
def test_a_file_of_another_dtype(tmp_path, wrote, reads):
    make(dtype=wrote).save(tmp_path / "net.npz")
    names = rf"all, {np.dtype(reads)} +26\ngot\n(.*\n)+ +all, {np.dtype(wrote)} +26\n"
    fails_to_load(tmp_path / "net.npz", names, dtype=reads)


def test_a_truncated_file(tmp_path):
    path = tmp_path / "net.npz"
    make().save(path)
    whole = path.read_bytes()
    for length in [*range(0, len(whole), 7), *range(len(whole) - 30, len(whole))]:
        path.write_bytes(whole[:length])
        fails_to_load(path, "not a whole file that Network.save wrote")


def test_a_file_with_a_changed_weight(tmp_path):
    path = tmp_path / "net.npz"
    net = make()
    net.save(path)
    whole, weights = path.read_bytes(), net.theta.tobytes()
    assert whole.count(weights) == 1
    path.write_bytes(whole.replace(weights, b"\x01" + weights[1:]))
    fails_to_load(path, "not a whole file")


def test_a_file_with_one_byte_changed(tmp_path):
    """Either it is refused, or the byte did not matter: never another error or weight."""
    path, net = tmp_path / "net.npz", make()
    net.save(path)
    whole, theta = path.read_bytes(), net.theta.copy()
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 0x80]) + whole[i + 1 :])
        try:
            net.load(path)
        except ValueError:
            pass
        assert np.array_equal(net.theta, theta)


class Trap:
    """Unpickling it runs code."""

    sprung = []

    def __reduce__(self):
        return Trap.sprung.append, (True,)


def test_files_that_are_something_else(tmp_path):
    net, path = make(), tmp_path / "net.npz"

    def savez(**arrays):
        with path.open("wb") as file:
            np.savez(file, **arrays)

    def one_array():
        with path.open("wb") as file:
            np.save(file, net.theta)

    writers = [
        lambda: path.write_text("not a zip"),
        lambda: path.write_bytes(pickle.dumps(net)),
        lambda: path.write_bytes(pickle.dumps(Trap())),
        lambda: savez(network=repr(net), theta=np.array([Trap()] * 26, object)),
        lambda: savez(network=np.array(Trap(), object), theta=net.theta),
        lambda: savez(names=repr(net), theta=net.theta),
        lambda: savez(network=repr(net)),
        one_array,
    ]
    for write in writers:
        write()
        fails_to_load(path, "not a whole file that Network.save wrote")
    assert not Trap.sprung
    savez(network=np.arange(3), theta=net.theta)
    fails_to_load(path, "another network")
    savez(network=repr(net), theta=net.theta[:-1])
    fails_to_load(path, r"theta must have shape \(26,\) and type float32, got \(25,\)")
    savez(network=repr(net), theta=net.theta, **{"layer 1 (Tanh).slope": 0.1})
    fails_to_load(path, r"must hold theta, got theta, layer 1 \(Tanh\).slope")
    fails_to_load(tmp_path / "nothing.npz", "nothing.npz", error=FileNotFoundError)


def test_a_failing_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    make().save(path)
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half a file")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="no space left"):
        make(seed=1).save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_network_is_not_written_through_a_link(tmp_path):
    """Whatever somebody has put beside it, under a name that could be guessed."""
    path, other = tmp_path / "net.npz", tmp_path / "other"
    other.write_text("mine")
    for name in "net.npz.part", "net.part", ".net.npz.part":
        (tmp_path / name).symlink_to(other)
    make().save(path)
    assert other.read_text() == "mine"
    make(seed=1).load(path)
    assert len(list(tmp_path.iterdir())) == 5  # and nothing is left beside it


def test_where_nothing_can_be_saved_is_told(tmp_path):
    for path, got in (None, "None"), (3, "3"), (Network, "the class Network"):
        with pytest.raises(
            ValueError, match=f"path must be the name of a file, got {got}"
        ):
            make().save(path)
        with pytest.raises(
            ValueError, match=f"path must be the name of a file, got {got}"
        ):
            make().load(path)
    for call in make().save, make().load:
        with pytest.raises(
            ValueError,
            match=r"a file, got the folder .*network.npz' names a file in it",
        ):
            call(tmp_path)
    assert not [*tmp_path.iterdir()]
    with pytest.raises(
        FileNotFoundError, match="there is no folder .*nowhere to write net.npz"
    ):
        make().save(tmp_path / "nowhere" / "net.npz")
