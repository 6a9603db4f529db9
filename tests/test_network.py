"""Network: one flat theta and grad, and everything that could quietly come loose from them."""

import copy
import pickle
import re

import numpy as np
import pytest

from nnlib import (
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

    def spy(self, da, **options):
        returned.append(backward(self, da, **options))
        return returned[-1]

    monkeypatch.setattr(Linear, "backward", spy)
    net = make()
    net.backward(net.forward(X))
    assert [dx is None for dx in returned] == [False, True]
    assert net.layers[0].backward(np.ones((5, 4), np.float32)).shape == X.shape


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


@pytest.mark.parametrize("method", ["forward", "predict"])
@pytest.mark.parametrize("x", [X[:, :2], X.T, X[0], X[:0]])
def test_batches_that_do_not_fit(method, x):
    with pytest.raises(ValueError, match=r"x must be a batch of shape \(n, 3\)"):
        getattr(make(), method)(x)


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
    fails_to_load(path, "26 numbers of float32, got 25")
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
