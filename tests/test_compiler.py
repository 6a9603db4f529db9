"""The compiler: every target gives what the plain code gives; and its programs can be read."""

import copy
import json
import shutil
import subprocess
import warnings

import browser
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import (
    SGD,
    Adam,
    Layer,
    LeakyReLU,
    Linear,
    Momentum,
    Network,
    ReLU,
    RMSprop,
    Sigmoid,
    Tanh,
    binary_cross_entropy,
    compiler,
    cross_entropy,
    mse,
)
from nnlib.autograd import Model, Tensor, concatenate, grad, where
from nnlib.compiler import compile, compile_step

TARGETS = ("numpy", "numba", "javascript")
NODE = shutil.which("node") or shutil.which("nodejs")


# --- running programs --------------------------------------------------------------------------


def javascript(program, calls, run=None):
    """What a program in JavaScript returns for each of several calls; what it changed, too."""
    sizes, lines = [], []
    for arrays in calls:
        lines.append(json.dumps([plain(a) for a in arrays]))
        found = dict(
            pair
            for node, a in zip(program.inputs, arrays)
            for pair in zip(node.shape, np.shape(a))
        )
        sizes.append([found[name] for name in program.opened])
    kinds = json.dumps([None if not n.shape else n.dtype.name for n in program.inputs])
    text = f"""(() => {{
        {program.source}
        const kinds = {kinds}, arrays = {{ float64: Float64Array, float32: Float32Array,
            int64: Int32Array, bool: Uint8Array }};
        const list = it => ArrayBuffer.isView(it) ? Array.from(it)
            : Array.isArray(it) ? it.map(list) : it;
        const sizes = {json.dumps(sizes)}, calls = [{",".join(lines)}];
        return JSON.stringify(calls.map((call, k) => {{
            const given = call.map((it, i) => kinds[i] === null ? it : arrays[kinds[i]].from(it));
            return [list({program.title}(...sizes[k])(...given)), given.map(list)];
        }}));
    }})()"""
    return json.loads((run or in_node)(text))


def in_node(text):
    if NODE is None:
        pytest.skip("no Node on PATH: programs in JavaScript are NOT run")
    done = subprocess.run(
        [NODE, "-"], input=f"console.log({text})", capture_output=True, text=True
    )
    assert not done.returncode, done.stderr[-2000:]
    return done.stdout


def plain(a):
    return np.asarray(a).ravel().tolist() if np.ndim(a) else np.asarray(a).item()


def results(program, *arrays):
    """The results of a program, whatever its target, each as a flat list."""
    if program.target == "javascript":
        ((found, _),) = javascript(program, [arrays])
        several = len(program_outputs(program)) > 1
        return [np.ravel(it) for it in (found if several else [found])]
    found = program(*arrays)
    return [np.ravel(it) for it in (found if isinstance(found, tuple) else (found,))]


def program_outputs(program):
    line = [it for it in program.source.splitlines() if it.strip().startswith("return")]
    return line[-1].split(", ")


def eager(f, *arrays):
    out = f(*map(Tensor, arrays))
    return [
        it.data.ravel() for it in (out if isinstance(out, (tuple, list)) else [out])
    ]


def close(found, expected, rtol=1e-10):
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


def interpreted(program):
    """The loops that Numba would get, run by Python itself: slow, and at once."""
    program.room, program.run = compiler.loaded(program.source, program.title, "numpy")
    return program


# --- programs at random ----------------------------------------------------------------------


STEPS = {
    "tanh": lambda a, b: a.tanh(),
    "exp": lambda a, b: (-(a * a)).exp(),
    "log": lambda a, b: (1 + a * a).log(),
    "sqrt": lambda a, b: (1 + a * a).sqrt(),
    "power": lambda a, b: (1.5 + a.tanh()) ** b.tanh(),
    "square": lambda a, b: a**2 - 1,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: b - a,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (1 + b * b),
    "maximum": lambda a, b: a.maximum(b),
    "where": lambda a, b: where(a < b, a, 2 * b),
    "sum": lambda a, b: a.sum(),
    "rows": lambda a, b: a.sum(axis=-1, keepdims=True) if a.ndim else a,
    "columns": lambda a, b: a.sum(axis=0) if a.ndim else a,
    "mean": lambda a, b: a.mean(axis=0, keepdims=True) if a.ndim else a,
    "max": lambda a, b: a.max(axis=-1, keepdims=True) if a.ndim else a,
    "turned": lambda a, b: a.T,
    "flat": lambda a, b: a.reshape(-1),
    "column": lambda a, b: a.reshape(-1, 1),
    "part": lambda a, b: a[1:3] if a.ndim and len(a) > 2 else a,
    "one": lambda a, b: a[..., -1] if a.ndim else a,
    "new": lambda a, b: a[None],
    "picked": lambda a, b: a[np.array([0, 0, -1])] if a.ndim else a,
    "joined": lambda a, b: concatenate([a, 2 * a], axis=-1) if a.ndim else a,
    "outer": lambda a, b: a[..., None] * b,
    "product": lambda a, b: (a @ a.T).tanh() if a.ndim == 2 else a,
}


def of_steps(steps):
    """A program of the steps, each of what is there; its gradients are results, too."""

    def f(x, w, c):
        values = [x, w, c]
        for name, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            try:
                made = STEPS[name](a, b)
            except ValueError:  # shapes that do not meet
                continue
            if made.size < 200 and made.ndim < 4:
                values.append(made)
        loss = sum((it.tanh().sum() for it in values[3:]), start=x.sum() * c)
        return [values[-1], loss, *grad(loss, [x, w, c])]

    return f


steps = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=8,
)
RNG = np.random.default_rng(0)
GIVEN = RNG.normal(size=(4, 3)), RNG.normal(size=3), np.float64(0.7)
OTHERS = RNG.normal(size=(4, 3)), RNG.normal(size=3), np.float64(-0.4)


@settings(deadline=None, max_examples=60)
@given(steps)
def test_any_program_computes_what_it_computed_in_tensors(steps):
    f = of_steps(steps)
    with np.errstate(all="ignore"):
        expected = eager(f, *OTHERS)
        close(results(compile(f, *GIVEN, target="numpy"), *OTHERS), expected)
        loops = interpreted(compile(f, *GIVEN, target="numba"))
        close(results(loops, *OTHERS), expected)


def test_many_programs_in_javascript(node):
    """A hundred, in one run of Node."""
    rng, names = np.random.default_rng(0), sorted(STEPS)
    made, texts = [], []
    for _ in range(100):
        count = rng.integers(1, 9)
        made.append(
            [(str(rng.choice(names)), *rng.integers(0, 10, 2)) for _ in range(count)]
        )
        program = compile(of_steps(made[-1]), *GIVEN, target="javascript")
        given = json.dumps([plain(it) for it in OTHERS])
        texts.append(f"""(() => {{ try {{
            {program.source}
            const [x, w, c] = {given};
            return {program.title}()(x, w, c).map(it => it.length ? [...it] : [it]);
        }} catch (error) {{ return String(error); }} }})()""")
    found = json.loads(in_node(f"JSON.stringify([{','.join(texts)}])"))
    for steps, result in zip(made, found, strict=True):
        assert isinstance(result, list), (steps, result)
        close([np.ravel(it) for it in result], eager(of_steps(steps), *OTHERS))


# --- a step of training ------------------------------------------------------------------------


ACTIVATIONS = Tanh, ReLU, Sigmoid, LeakyReLU
LOSSES = mse, cross_entropy, binary_cross_entropy
OPTIMIZERS = (
    lambda: SGD(0.1),
    lambda: Momentum(0.05),
    lambda: RMSprop(0.01),
    lambda: Adam(0.01),
)


def case(activation, loss, dtype=np.float64, n=7, seed=0):
    """A small network with an activation, and data for a loss."""
    rng = np.random.default_rng(seed)
    k = {mse: 2, cross_entropy: 3, binary_cross_entropy: 1}[loss]
    net = Network(
        Linear(3, 5, rng=rng), activation(), Linear(5, k, rng=rng), dtype=dtype
    )
    x = rng.normal(size=(n, 3)).astype(dtype)
    y = {
        mse: rng.normal(size=(n, k)).astype(dtype),
        cross_entropy: rng.integers(0, k, n),
        binary_cross_entropy: rng.integers(0, 2, (n, 1)),
    }[loss]
    return net, x, y


def plainly(net, loss, optimizer, x, y):
    """One step of the plain loop; its loss."""
    value, dz = loss(net.forward(x), y)
    net.backward(dz)
    optimizer.step(net.theta, net.grad)
    return value


def state_of(optimizer):
    return {
        k: v
        for k, v in vars(optimizer).items()
        if isinstance(v, np.ndarray) and k != "_scratch"
    }


def same(net, twin, optimizer, other, rtol=1e-10):
    np.testing.assert_allclose(net.theta, twin.theta, rtol=rtol, atol=rtol)
    for name, array in state_of(optimizer).items():
        np.testing.assert_allclose(array, state_of(other)[name], rtol=rtol, atol=rtol)
    assert getattr(optimizer, "t", 0) == getattr(other, "t", 0)


@pytest.mark.parametrize("make", OPTIMIZERS, ids=lambda it: type(it()).__name__)
@pytest.mark.parametrize("loss", LOSSES, ids=lambda it: it.__name__)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_step_is_that_of_the_plain_loop(activation, loss, make):
    """Every layer, loss and optimizer of the package, in NumPy and as loops."""
    for target in ("numpy", "numba"):
        net, x, y = case(activation, loss)
        optimizer = make()
        step = compile_step(net, loss, optimizer, x, y, target=target)
        if target == "numba":
            interpreted(step.program)
        twin, other = copy.deepcopy(net), make()
        for i in range(4):
            rows = slice(0, 7 - i)  # smaller batches, too
            expected = plainly(twin, loss, other, x[rows], y[rows])
            assert step(x[rows], y[rows]) == pytest.approx(expected, rel=1e-10)
        same(net, twin, optimizer, other)


def test_a_step_in_javascript_is_that_of_the_plain_loop(node):
    """Every layer, loss and optimizer, in one run of Node."""
    texts, expected = [], []
    for activation in ACTIVATIONS:
        for loss in LOSSES:
            for make in OPTIMIZERS:
                net, x, y = case(activation, loss)
                optimizer = make()
                step = compile_step(net, loss, optimizer, x, y, target="javascript")
                texts.append(calls_of(step, x, y, times=3))
                values = [plainly(net, loss, optimizer, x, y) for _ in range(3)]
                expected.append([*values, *net.theta])
    found = json.loads(in_node(f"JSON.stringify([{','.join(texts)}])"))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.fixture
def node():
    if NODE is None:
        pytest.skip("no Node on PATH: programs in JavaScript are NOT run")


def calls_of(step, x, y, times, theta=None, sizes=None):
    """JavaScript that takes some steps, and gives the losses and theta."""
    optimizer, theta = step.optimizer, step.net.theta if theta is None else theta
    kind = {"float64": "Float64Array", "float32": "Float32Array"}[theta.dtype.name]
    state = [f"new {kind}({theta.size})" for _ in step.names[0]]
    numbers = [
        "t" if it == "t" else str(getattr(optimizer, it)) for it in step.names[1]
    ]
    layers = [str(getattr(*it[:2])) for it in step.layers.values()]
    return f"""(() => {{
        {step.source}
        const go = step({", ".join(map(str, sizes or [len(x)]))}), losses = [];
        const theta = {kind}.from({theta.tolist()});
        const x = {kind}.from({x.ravel().tolist()}), y = {y.ravel().tolist()};
        const state = [{", ".join(state)}];
        for (let t = 1; t <= {times}; t++)
            losses.push(go(x, y, theta, ...state, {", ".join([*numbers, *layers])}));
        return [...losses, ...theta];
    }})()"""


class Twist(Layer):
    """A reader's own layer, in code that works on Tensors, too: x · tanh(x)."""

    elementwise = True

    def forward(self, x):
        return x * np.tanh(x)

    def backward(self, da):
        raise AssertionError("the compiler needs none")


class Shared(Model):
    """A model that uses its weights twice."""

    def __init__(self):
        rng = np.random.default_rng(1)
        super().__init__(W=rng.normal(size=(3, 3)), b=np.zeros(3), dtype=np.float64)

    def outputs(self, x):
        a = (x @ self.W + self.b).tanh()
        return a @ self.W + self.b


@pytest.fixture(scope="module")
def machine_code():
    """Programs that Numba has compiled: once for all tests, for it takes seconds."""
    pytest.importorskip("numba", reason="no Numba: its programs are NOT run")
    rng = np.random.default_rng(0)
    net = Network(
        Linear(2, 8, rng=rng),
        Tanh(),
        Linear(8, 8, rng=rng),
        Tanh(),
        Linear(8, 3, rng=rng),
    )
    x, y = rng.normal(size=(32, 2)).astype(np.float32), rng.integers(0, 3, 32)
    start, optimizer = net.theta.copy(), Adam(0.01)
    step = compile_step(net, cross_entropy, optimizer, x, y)
    assert np.array_equal(net.theta, start) and optimizer.m is None and optimizer.t == 0
    return net, optimizer, step, x, y, start


def test_machine_code_is_the_plain_loop_after_200_steps(machine_code):
    net, optimizer, step, x, y, start = machine_code
    net.theta[...], optimizer.m, optimizer.v, optimizer.t = start, None, None, 0
    twin, other = copy.deepcopy(net), Adam(0.01)
    kept = net.grad.copy()
    for _ in range(200):
        value, expected = step(x, y), plainly(twin, cross_entropy, other, x, y)
    assert value == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(net.theta, twin.theta, rtol=1e-4, atol=1e-4)
    assert np.array_equal(net.grad, kept)  # it is left alone


def test_back_and_forth_with_other_rates_and_a_smaller_batch(machine_code):
    net, optimizer, step, x, y, start = machine_code
    net.theta[...], optimizer.m, optimizer.v, optimizer.t = start, None, None, 0
    twin, other = copy.deepcopy(net), Adam(0.01)
    for i in range(12):
        rows = slice(0, 32 if i % 4 else 5)
        optimizer.lr = other.lr = 0.01 / (i + 1)
        expected = plainly(twin, cross_entropy, other, x[rows], y[rows])
        if i % 3:
            value = step(x[rows], y[rows])
        else:
            value = plainly(net, cross_entropy, optimizer, x[rows], y[rows])
        assert value == pytest.approx(expected, rel=1e-5)
    same(net, twin, optimizer, other, rtol=1e-5)


def test_arrays_in_pieces_or_of_other_types_are_the_same_batch(machine_code):
    net, optimizer, step, x, y, start = machine_code
    values = []
    fixed = x.copy()
    fixed.flags.writeable = False
    for one in (
        x,
        np.asfortranarray(x),
        x.astype(float),
        np.repeat(x, 2, axis=0)[::2],
        fixed,
    ):
        for other in (y, y.astype(np.uint8), np.repeat(y, 2)[::2]):
            net.theta[...], optimizer.m, optimizer.v, optimizer.t = start, None, None, 0
            values.append(step(one, other))
    assert len(set(values)) == 1
    assert len(step.program.run.signatures) == 1  # it was compiled once


def test_a_state_that_is_put_back_is_used(machine_code):
    net, optimizer, step, x, y, start = machine_code
    net.theta[...], optimizer.m, optimizer.v, optimizer.t = start, None, None, 0
    step(x, y)
    kept = net.theta.copy(), optimizer.m.copy(), optimizer.v.copy(), optimizer.t
    first = step(x, y)
    net.theta[...], optimizer.m, optimizer.v, optimizer.t = kept
    assert step(x, y) == first


def test_models_in_tensors_and_a_readers_layer():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
    own = Network(Linear(3, 3, rng=rng), Twist(), dtype=np.float64)
    for net in (Shared(), own):
        step = compile_step(net, cross_entropy, SGD(0.1), x, y, target="numpy")
        before = net.theta.copy()
        first = step(x, y)
        if net is own:
            from nnlib import numerical_gradient

            def f(theta):
                net.theta[...] = theta
                return cross_entropy(net.predict(x), y)[0]

            moved = net.theta.copy()
            expected = before - 0.1 * numerical_gradient(f, before.copy())
            np.testing.assert_allclose(moved, expected, rtol=1e-6, atol=1e-8)
        else:
            twin = Shared()
            assert plainly(twin, cross_entropy, SGD(0.1), x, y) == pytest.approx(first)
            np.testing.assert_allclose(net.theta, twin.theta, rtol=1e-12)


# --- what can be read, and what is said --------------------------------------------------------


def test_a_program_that_is_compiled_twice_is_the_same_text():
    for target in TARGETS:
        texts = set()
        for _ in range(2):
            net, x, y = case(Tanh, cross_entropy)
            texts.add(compile_step(net, cross_entropy, Adam(0.1), x, y, target).source)
        assert len(texts) == 1


def area(x, W):
    a = np.tanh(x @ W)
    unused = (x * 3).sum()  # noqa: F841
    return (a + 1).sum() / (a + 1).max() * (2.0 * 3.0)


def test_a_number_times_true_is_a_choice():
    def positive(x):
        return x * (x > 0)

    x = np.array([-1.0, 2.0])
    for target, words in (("numpy", "np.multiply("), ("javascript", " ? ")):
        program = compile(positive, x, target=target)
        assert words in program.source
    np.testing.assert_array_equal(compile(positive, x, target="numpy")(x), [0, 2])


def test_dead_code_common_parts_and_constants_are_gone():
    source = compile(area, np.ones((4, 3)), np.ones((3, 2)), target="numba").source
    assert source.count("+ 1.0") == 1  # the same twice is computed once
    assert "3.0" not in source and "6.0" in source  # what is known is not computed
    assert source.count("for i") == 1  # neighbours share a loop


@pytest.mark.parametrize("target", TARGETS)
def test_batches_of_matrices(target):
    """As attention has them: products matrix by matrix, turned, broadcast, and gradients."""

    def f(q, k, W):
        scores = (q @ W) @ k.mT  # (2, 1, 4, 3) and (5, 3, 3): (2, 5, 4, 3)
        p = (scores - scores.max(axis=-1, keepdims=True)).exp()
        p = p / p.sum(axis=-1, keepdims=True)
        out = (p @ k).transpose(1, 0, 3, 2)
        return [out, *grad((out * out).sum(), [q, k, W])]

    shapes = (2, 1, 4, 3), (5, 3, 3), (3, 3)
    first, second = ([RNG.normal(size=it) for it in shapes] for _ in range(2))
    program = compile(f, *first, target=target)
    if target == "numba":
        interpreted(program)
    close(results(program, *second), eager(f, *second))


@pytest.mark.parametrize("target", ("numpy", "numba"))
def test_an_array_that_is_read_later_is_not_written_over(target):
    def f(x, w):
        p = x @ x
        a = p.tanh()
        return a @ a, p * a.sum(), w + a.sum()

    x, w = RNG.normal(size=(3, 3)), RNG.normal(size=3)
    program = compile(f, x, w, target=target, changed=("w",))
    if target == "numba":
        interpreted(program)
    expected = eager(f, x, w)
    close([*map(np.ravel, program(x, w)), w], expected)

    def g(w):
        return w.sum() * w.reshape(3, 1).sum(axis=1).exp().sum(), w + w.max()

    program = compile(g, w, target=target, changed=("w",))
    if target == "numba":
        interpreted(program)
    expected = eager(g, w)
    close([np.ravel(program(w)), w], expected)


def test_sizes_that_are_left_open():
    """One program in JavaScript for all widths and batches."""
    rng = np.random.default_rng(0)

    def gradients(x, W, b, y):
        value = ((np.tanh(x @ W + b) - y) ** 2).mean()
        return [value, *grad(value, [W, b])]

    def arrays(n, d, h):
        return (
            rng.normal(size=(n, d)),
            rng.normal(size=(d, h)),
            rng.normal(size=h),
            rng.normal(size=(n, h)),
        )

    program = compile(
        gradients,
        *arrays(4, 2, 4),
        target="javascript",
        sizes=(("n", 2), (2, "h"), ("h",), ("n", "h")),
    )
    calls = [arrays(4, 2, 4), arrays(9, 2, 1), arrays(1, 2, 6)]
    for (found, _), call in zip(javascript(program, calls), calls):
        close([np.ravel(it) for it in found], eager(gradients, *call))


def test_one_step_in_javascript_serves_networks_of_all_widths(node):
    """Written for one network, it trains others, with another batch, too."""
    texts, expected = [], []
    for loss in LOSSES:
        net, x, y = case(Tanh, loss)
        step = compile_step(
            net, loss, Adam(0.01), x, y, target="javascript", widths=True
        )
        for hidden in (1, 5, 8):
            rng = np.random.default_rng(hidden)
            k = net.layers[-1].n_out
            other = Network(
                Linear(3, hidden, rng=rng),
                Tanh(),
                Linear(hidden, k, rng=rng),
                dtype=float,
            )
            n = hidden % 5 + 1
            sizes = [n, 3, hidden, k]
            texts.append(calls_of(step, x[:n], y[:n], 3, other.theta, sizes))
            optimizer = Adam(0.01)
            values = [plainly(other, loss, optimizer, x[:n], y[:n]) for _ in range(3)]
            expected.append([*values, *other.theta])
    found = json.loads(in_node(f"JSON.stringify([{','.join(texts)}])"))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)


def test_programs_in_chromium():
    """The same engine as Node's, on a page."""
    with browser.chromium() as running:
        page = running.new_page()
        f = of_steps([("product", 0, 0), ("rows", 3, 0), ("multiply", 4, 3)])
        program = compile(f, *GIVEN, target="javascript")
        ((found, _),) = javascript(program, [OTHERS], page.evaluate)
        close([np.ravel(it) for it in found], eager(f, *OTHERS))


def branches(x):
    return x if x.sum() > 0 else -x


def peeks(x):
    return x * x.data.sum()


def draws(x):
    return x * np.random.default_rng().random(3)


def stretches(x):
    return x[: len(x) // 2]


CANNOT = {
    "branch": (branches, {}, "a branch on a value cannot be compiled"),
    "data": (peeks, {}, "does it read .data"),
    "chance": (draws, {}, "draw by chance"),
    "size": (stretches, {"sizes": (("n",),)}, "give it a fixed size"),
    "list": (lambda x: [1.0], {}, "must return a Tensor"),
    "name": (lambda x: x, {"sizes": (("n", 2),)}, "sizes of x must be"),
    "target": (lambda x: x, {"target": "c"}, 'target must be "numpy", "numba"'),
}


@pytest.mark.parametrize("what", CANNOT)
def test_what_cannot_be_compiled_is_said(what):
    f, more, message = CANNOT[what]
    with pytest.raises(ValueError, match=message):
        compile(f, np.ones(3), **({"target": "numpy"} | more))


def test_bad_arguments_are_said():
    def f(x, y):
        return x * 2 + y

    program = compile(f, np.ones((3, 2)), np.ones(2), target="numpy")
    for arrays, message in [
        ([np.ones((4, 2)), np.ones(2)], "another shape is another program"),
        ([np.ones(3), np.ones(2)], "must have 2 axes"),
        ([np.ones((3, 2))], "takes x, y, got 1"),
        ([np.ones((3, 2)), np.array(["a", "b"])], "must be of float64"),
    ]:
        with pytest.raises(ValueError, match=message):
            program(*arrays)
    with pytest.raises(ValueError, match="runs on a page"):
        compile(f, np.ones((3, 2)), np.ones(2), target="javascript")(
            np.ones((3, 2)), np.ones(2)
        )


class Clipped(Layer):
    def forward(self, x):
        return np.clip(x, -1, 1)


class Lion(SGD):
    pass


def test_a_step_that_cannot_be_compiled_is_said():
    net, x, y = case(Tanh, cross_entropy)
    with pytest.raises(ValueError, match="no rule for Lion"):
        compile_step(net, cross_entropy, Lion(0.1), x, y)
    with pytest.raises(ValueError, match="labels must be from 0 to 2"):
        compile_step(net, cross_entropy, SGD(0.1), x, y + 1)
    step = compile_step(net, cross_entropy, SGD(0.1), x, y, target="numpy")
    with pytest.raises(ValueError, match="labels must be from 0 to 2"):
        step(x, y + 1)
    with pytest.raises(ValueError, match="x must be a batch"):
        step(x[:, :2], y)
    with pytest.raises(ValueError, match="as many labels as examples"):
        step(x, y[:2])
    rng = np.random.default_rng(0)
    own = Network(Linear(3, 3, rng=rng), Clipped(), dtype=np.float64)
    with pytest.raises(ValueError, match="Clipped.forward must work on Tensors"):
        compile_step(own, cross_entropy, SGD(0.1), x, y)


def swap(a, b):
    return a.sum(), b, a


@pytest.mark.parametrize("target", ("numpy", "numba"))
def test_arguments_that_are_changed(target):
    """Also by one another: what is written is what was computed of the numbers before."""
    a, b = np.arange(3.0), np.ones(3)
    program = compile(swap, a, b, target=target, changed=("a", "b"))
    if target == "numba":
        interpreted(program)
    for _ in range(2):
        before = a.copy(), b.copy()
        assert program(a, b) == before[0].sum()
        np.testing.assert_array_equal((b, a), before)
    with pytest.raises(ValueError, match="changed in place, so it must be an array"):
        program([1.0, 2.0, 3.0], b)


@pytest.mark.parametrize("target", ("numpy", "numba"))
def test_another_array_that_is_changed_is_seen_in_all_its_parts(target):
    def length(w):
        return (w.reshape(1, 3) @ w.reshape(3, 1)).sum(), w * 2

    program = compile(length, np.ones(3), target=target, changed=("w",))
    if target == "numba":
        interpreted(program)
    assert [program(np.full(3, float(i))) for i in range(3)] == [0, 3, 12]


def test_what_cannot_be_changed_is_said():
    for changed, message in [
        (("c",), "must name arguments"),
        (("a", "a"), "each once"),
        (("a", "b"), "b is changed by a result of its shape and type"),
    ]:
        with pytest.raises(ValueError, match=message):
            compile(
                lambda a, b: (b + a, a.sum()),
                np.ones(3),
                np.ones(3),
                target="numpy",
                changed=changed,
            )


def test_an_index_that_is_too_large_is_said():
    def f(x, i):
        return x[i] * 2

    program = interpreted(compile(f, np.ones(3), np.array([0, 1]), target="numba"))
    close([program(np.arange(3.0), np.array([2, -1]))], [[4.0, 4.0]])
    with pytest.raises(IndexError):
        program(np.ones(3), np.array([0, 3]))


def test_without_numba_numpy_runs_and_says_so_once(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    compiler.missing_numba.cache_clear()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for _ in range(2):
            program = compile(area, np.ones((4, 3)), np.ones((3, 2)), target="numba")
    assert program.target == "numpy" and "np.add.reduce" in program.source
    assert len(said) == 1 and "Numba" in str(said[0].message)
    compiler.missing_numba.cache_clear()
