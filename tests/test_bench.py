"""The benchmark measures what it says; no time is asserted, and no peer is needed."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import race, sections, table
from bench.cases import CASES, RATES, Case, data, initial
from bench.contestants import Nnlib, Products
from nnlib import cross_entropy, train

ROOT = Path(__file__).resolve().parents[1]
SMALL = Case((2, 16, 16, 3), 32)
RESULTS = sorted((ROOT / "bench" / "results").glob("*.json"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_floor_is_the_products_of_a_step_all_and_no_others(case):
    x, y = (part[: case.batch] for part in data(case, n=case.batch))
    ours, floor = Nnlib(initial(case.sizes), "SGD"), Products(initial(case.sizes))
    floor.prepare(x)
    z = ours.net.forward(x)
    linears = ours.net.layers[::2]
    for i, layer in enumerate(linears):
        floor.inputs[i] = layer.x
    floor.forward()
    last = floor.outputs[-1] + linears[-1].b
    value, dz = cross_entropy(z, y)
    assert cross_entropy(last, y)[0] == pytest.approx(value, rel=1e-6)

    for i, layer in reversed(list(enumerate(ours.net.layers))):
        if i % 2 == 0:
            floor.gradients[i // 2] = dz
        dz = layer.backward(dz)
        if i % 2 == 0:
            back = dz, i // 2
            floor.backward()
            np.testing.assert_allclose(floor.dW[i // 2], layer.dW, atol=1e-6)
            if back[1]:
                np.testing.assert_allclose(floor.dx[i // 2], dz, atol=1e-6)


def test_the_floor_makes_two_products_for_the_first_layer_and_three_for_the_others(
    monkeypatch,
):
    calls = []
    monkeypatch.setattr(np, "matmul", lambda a, b, out: calls.append(out.shape))
    Products(initial((4, 3, 2))).steps(np.ones((5, 4), np.float32), None, 1)
    assert calls == [(5, 3), (5, 2), (3, 2), (5, 3), (4, 3)]


@pytest.mark.parametrize("optimizer", RATES)
def test_the_benchmark_s_epoch_is_that_of_train(optimizer):
    x, y = data(SMALL)
    one, other = (Nnlib(initial(SMALL.sizes), optimizer) for _ in range(2))
    rng = np.random.default_rng(3)
    losses = train(
        other.net, cross_entropy, other.optimizer, x, y, batch_size=32, rng=rng
    )
    order = np.random.default_rng(3).permutation(len(x))
    assert one.epoch(x, y, 32, order) == pytest.approx(next(losses))
    np.testing.assert_array_equal(one.net.theta, other.net.theta)


def test_another_loss_than_nnlibs_is_an_error():
    sections.agree({"nnlib": 1.0, "JAX": 1.00005}, "a step")
    with pytest.raises(ArithmeticError, match="the loss of JAX is 1.001"):
        sections.agree({"nnlib": 1.0, "JAX": 1.001}, "a step")
    with pytest.raises(ArithmeticError):
        sections.agree({"nnlib": 1.0, "JAX": float("nan")}, "a step")


def test_rounds_rotate_and_everybody_repeats_equally_often():
    log = []

    def start(name):
        return lambda: lambda count: log.append((name, count))

    race.race({name: start(name) for name in ("nnlib", "b", "c")}, rounds=2, count=7)
    assert [name for name, _ in log] == ["nnlib", "b", "c", "b", "c", "nnlib"]
    assert {count for _, count in log} == {7}


def test_a_ratio_above_one_is_a_peer_that_takes_longer():
    found = race.summary({"nnlib": [2e-6, 1e-6, 4e-6], "b": [4e-6, 3e-6, 8e-6]})
    assert found["b"] == {
        "best": 3.0, "median": 4.0, "ratio": 3.0, "ratios": [2.0, 2.0, 2.5]
    }  # fmt: skip


def numbers(value):
    """All numbers of a nested result."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in numbers(each)]
    return [value] if isinstance(value, float | int) else []


def test_a_section_gives_plain_numbers_and_its_table(monkeypatch):
    monkeypatch.setattr(sections, "FEW", [SMALL])
    steps = sections.steps(rounds=2, quick=True, say=lambda what: None)
    parts = sections.measured_parts(SMALL, passes=3)
    shares = sections.shares(parts, parts)
    assert json.loads(json.dumps(steps)) == steps
    assert all(np.isfinite(numbers([steps, parts]))) and parts["loss"] > 0
    assert shares["matrix products"] == 0 and shares["calls"] == parts["whole step"]
    assert "2-16-16-3, batch 32 | SGD" in table.races(steps)


def result(ratio):
    """The least that a table needs."""
    times = {
        "nnlib": {"best": 100.0, "median": 110.0, "ratio": 1.0},
        "products": {"best": 50.0, "median": 55.0, "ratio": 0.5},
        "PyTorch": {"best": 100 * ratio, "median": 1.0, "ratio": ratio},
        "PyTorch, fused": {"best": 900.0, "median": 1.0, "ratio": 9.0},
    }
    step = {"network": "784-128-10", "batch": 32, "optimizer": "SGD", "times": times}
    machine = {
        "date": "2026-11-24", "cpu": "a CPU", "cores": 2, "system": "Linux x86_64",
        "python": "3.11", "blas": "openblas", "versions": {"numpy": "2.4"},
    }  # fmt: skip
    runs = [{"threads": 1, "steps": [step]}]
    return {"machine": machine, "load": [0.1, 0.2], "quick": True, "runs": runs}


def test_a_table_from_a_stored_result():
    text = table.text(json.loads(json.dumps(result(2.5))))
    assert "| 784-128-10, batch 32 | SGD | 2.50 | 9.00 | 2.00 | 100 | 110 |" in text
    assert "a CPU, 2 cores" in text and "numpy 2.4" in text


@pytest.mark.parametrize("ratio, met", [(2.5, "yes"), (0.9, "NO")])
def test_aims_are_judged_by_the_better_of_the_two_pytorches(ratio, met):
    lines = table.text(result(ratio)).splitlines()
    [line] = [line for line in lines if line.startswith("| best PyTorch / nnlib")]
    assert line.endswith(f"| at least 1 | {ratio:.2f} | {met} |")


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_stored_results_are_whole_small_and_name_nobody(path):
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert {"machine", "load", "runs"} <= stored.keys() and not stored["quick"]
    assert {"date", "cpu", "cores", "versions"} <= stored["machine"].keys()
    assert stored["machine"]["versions"].keys() >= {"numpy", "torch", "jax"}
    assert path.stat().st_size < 200_000 and "/home/" not in path.read_text("utf-8")
    assert table.text(stored).count("\n| ") > 50


def test_there_is_a_stored_result_for_the_book():
    assert "book" in [path.stem for path in RESULTS]
