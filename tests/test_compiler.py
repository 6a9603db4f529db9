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
    kinds = json.dumps(
        [None if not n.shape else n.dtype.name for n in program.inputs]
    )
    text = f"""(() => {{
        {program.source}
        const kinds = {kinds}, arrays = {{ float64: Float64Array, float32: Float32Array,
            int64: Int32Array, bool: Uint8Array }};
        const list = it => ArrayBuffer.isView(it) ? Array.from(it) : Array.isArray(it) ? it.map(list) : it;
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
        [NODE, "-e", f"console.log({text})"], capture_output=True, text=True
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
    return [it.data.ravel() for it in (out if isinstance(out, (tuple, list)) else [out])]


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


@settings(deadline=None, max_examples=15)
@given(steps)
def test_any_program_in_javascript(steps):
    f = of_steps(steps)
    program = compile(f, *GIVEN, target="javascript")
    close(results(program, *OTHERS), eager(f, *OTHERS))
