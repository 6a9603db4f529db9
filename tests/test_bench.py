"""The benchmark measures what it says; no time is asserted, and no peer is needed."""

import json
import re
from pathlib import Path
from statistics import geometric_mean, mean, stdev

import numpy as np
import pytest

import bench.variants
import nnlib
from bench import race, sections, table
from bench.__main__ import SECTIONS
from bench.cases import CASES, RATES, Case, data, initial
from bench.contestants import Nnlib, Products
from bench.variants import OF_OPTIMIZERS, VARIANTS, AllGradients, Variant
from nnbook.figures import speed
from nnlib import cross_entropy, train

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).resolve().parents[1]
SMALL = Case((2, 16, 16, 3), 32)


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


def test_the_book_s_result_is_whole_small_and_names_nobody():
    text = speed.STORED.read_text(encoding="utf-8")
    result = json.loads(text)
    assert {"machine", "load", "runs", "memory"} <= result.keys() and not result[
        "quick"
    ]
    assert {"date", "cpu", "cores", "versions"} <= result["machine"].keys()
    versions = {"nnlib", "numpy", "torch", "jax", "scikit-learn"}
    assert result["machine"]["versions"].keys() == versions
    assert [run["threads"] for run in result["runs"]] == [1, 2]
    timed = set(SECTIONS) - {"memory"}
    assert result["runs"][0].keys() == timed | {"threads"}
    assert len(text) < 200_000 and "/home/" not in text and "/work/" not in text
    assert table.text(result).count("\n| ") > 50


# --- variants ---------------------------------------------------------------------------------


def variants():
    for optimizer in RATES:
        for name, change in (VARIANTS | OF_OPTIMIZERS[optimizer]).items():
            yield pytest.param(optimizer, change, id=f"{optimizer}-{name}")


@pytest.mark.parametrize("optimizer, change", list(variants()))
def test_a_variant_learns_what_nnlib_learns(optimizer, change, monkeypatch):
    monkeypatch.setattr(bench.variants, "PIECE", 100)  # of 387 weights
    x, y = data(SMALL)
    ours = Nnlib(initial(SMALL.sizes), optimizer)
    other = Variant(initial(SMALL.sizes), optimizer, **change)
    for run in (ours, other):
        run.steps(x, y, 10)
    np.testing.assert_allclose(ours.net.theta, other.net.theta, atol=1e-5)
    assert other.net.theta.dtype == change.get("dtype", np.float32)
    assert type(other.net) is change.get("network", nnlib.Network)
    assert type(other.optimizer) is change.get("other", getattr(nnlib, optimizer))


def test_a_variant_computes_the_gradient_of_the_data_and_nnlib_does_not(monkeypatch):
    x, y = data(SMALL)
    seen, backward = [], nnlib.Linear.backward

    def spy(layer, da, need_dx=True):
        dx = backward(layer, da, need_dx)
        seen.append(dx is None)
        return dx

    monkeypatch.setattr(nnlib.Linear, "backward", spy)
    for network in (nnlib.Network, AllGradients):
        Variant(initial(SMALL.sizes), "SGD", network=network).steps(x, y, 1)
    assert seen == [False, False, True, False, False, False]


def test_variants_are_raced_and_told():
    few = sections.timed_variants(SMALL, "SGD", 3, lambda what: None)
    assert list(few["times"]) == ["nnlib", *VARIANTS, "SGD in pieces"]
    lines = table.variants([few]).splitlines()
    assert len(lines) == 5 and lines[2].startswith(
        "| 2-16-16-3, batch 32 | SGD | gradient"
    )


def test_a_variant_that_learns_something_else_is_an_error(monkeypatch):
    faster = {"faster": {"other": lambda lr: nnlib.SGD(2 * lr)}}
    monkeypatch.setattr(sections, "VARIANTS", faster)
    with pytest.raises(ArithmeticError, match="the loss of faster"):
        sections.timed_variants(SMALL, "SGD", 3, lambda what: None)


# --- the page on speed ------------------------------------------------------------------------


def test_the_figure_of_growth_means_the_networks_that_are_measured(monkeypatch):
    monkeypatch.setattr(sections, "growth_of", lambda case, rounds: {"case": case})
    monkeypatch.setattr(sections, "growth_with_examples", lambda n, rounds: {})
    ways = sections.growth(1, say=lambda what: None)
    assert list(ways) == list(speed.GROWING)
    for way in ("batch", "width", "depth"):
        _, network = speed.GROWING[way]
        for point in ways[way]:
            case = point["case"]
            assert network(point["value"]) == (case.sizes, case.batch)
    assert speed.GROWING["examples"][1](250) == (CASES[2].sizes, CASES[2].batch)


@pytest.mark.parametrize("threads", ["one", "two"])
@pytest.mark.parametrize("time_of", ["a step", "an epoch"])
def test_the_figure_of_peers_marks_the_better_of_each(time_of, threads):
    picture, words = speed.draw_peers(time_of, threads)
    what, count = f"{time_of.split()[1]}s", {"one": 1, "two": 2}[threads]
    lines = {line.get_label(): line for line in picture.axes[0].get_lines()}
    for name, peers in speed.PEERS.items():
        ratios = [
            min(case["times"][peer]["ratio"] for peer in peers if peer in case["times"])
            for case in speed.measured(what, count)
            if peers[0] in case["times"]
        ]
        assert (name in lines) == bool(ratios)
        if ratios:
            np.testing.assert_array_equal(lines[name].get_xdata(), ratios)
            low, high = picture.axes[0].get_xlim()
            assert low < min(ratios) and max(ratios) < high
            assert f"{name} from {min(ratios):.2f} " in words


def test_a_section_that_was_not_measured_says_how_to_measure_it():
    with pytest.raises(ValueError, match="python -m bench --only parts --threads 2"):
        speed.measured("parts", 2)


def ratio(what, network, optimizer, name, threads=1):
    """The ratio of one contestant in the first such case; a framework's is its better one."""
    cases = speed.measured(what, threads)
    found = [c for c in cases if (c["network"], c["optimizer"]) == (network, optimizer)]
    return speed.best(found[0]["times"], speed.PEERS.get(name, (name,)))


def range_of(what, name):
    cases = speed.measured(what)
    ratios = [speed.best(case["times"], speed.PEERS[name]) for case in cases]
    return min(ratios), max(ratios), geometric_mean(ratios)


def claims():
    """What prose says of the stored result, written with its numbers."""
    small, large = "2-16-16-3", "784-512-256-10"

    def pytorch(network, optimizer):
        return ratio("steps", network, optimizer, "PyTorch")

    yield (
        f"PyTorch takes {pytorch(small, 'SGD'):.1f} times as long as `nnlib` with SGD "
        f"and {pytorch(small, 'Adam'):.1f} times with Adam"
    )
    yield (
        f"needs {pytorch(large, 'SGD'):.2f} of our time with SGD and "
        f"{pytorch(large, 'Adam'):.2f} with Adam"
    )
    jax = [speed.best(c["times"], speed.PEERS["JAX"]) for c in speed.measured("steps")]
    counts = "none one two three four five six seven eight nine ten".split()
    wins = counts[sum(r < 1 for r in jax)]
    yield f"beats `nnlib` in {wins} of ten cases, on the smallest networks too"
    low, high, _ = range_of("epochs", "scikit-learn")
    yield f"scikit-learn takes {low:.1f} to {high:.1f} times as long as `nnlib`"
    parts = [
        {k: 100 * v / sum(each["shares"].values()) for k, v in each["shares"].items()}
        for each in speed.measured("parts")
    ]
    products, optimizers, calls = (
        [f"{part[kind]:.0f} %" for part in parts]
        for kind in ("matrix products", "optimizer", "calls")
    )
    yield f"The products take {products[0]} of the small step. Calls take {calls[0]}"
    yield f"products take {products[1]}, and the optimizer more, {optimizers[1]}"
    yield f"it is {products[2]} and {optimizers[2]}, and all the calls together are {calls[2]}"
    *_, last = speed.measured("steps")
    plain, fused = (
        last["times"][f"PyTorch{kind}"]["ratio"] for kind in ("", ", fused")
    )
    yield f"from {plain:.2f} of our time on the largest network to {fused:.2f}"

    def variant(network, name):
        return f"{100 * abs(ratio('variants', network, 'Adam', name) - 1):.0f} %"

    middle = "784-128-10"
    yield f"it would cost {variant(middle, 'gradient of the data, too')} more time"
    yield f"the step takes {variant(middle, 'Adam as the formula')} longer"
    yield f"a step takes {ratio('variants', middle, 'Adam', 'float64'):.1f} times as long"
    yield f"a pass, and {variant(middle, 'Adam, correction folded')} of the step"
    yield f"saves {variant(large, 'Adam in pieces')} in the largest network"
    sgd = ratio("variants", large, "SGD", "SGD in pieces")
    yield f"SGD, which makes two passes, gains {100 * (1 - sgd):.0f} % that way"
    batch = {p["value"]: p["times"] for p in speed.measured("growth")["batch"]}
    ours = {value: times["nnlib"]["best"] for value, times in batch.items()}
    more, later = 100 * (ours[8] / ours[2] - 1), ours[512] / ours[128]
    yield f"cost {more:.0f} % more at first, and {later:.1f} times as much later"
    yield f"longer than a batch of two: {ours[1]:.0f} µs against {ours[2]:.0f}"
    adam = [each["shares"]["optimizer"] for each in speed.measured("parts")]
    far, near = 120 * 535_818 / adam[2] / 1000, 120 * 101_770 / adam[1] / 1000
    yield f"Adam moves {far:.0f} GB a second, in the middle one {near:.0f}"
    two = speed.measured("steps", 2)[5]["times"]["nnlib"]
    yield f"took {two['best']:.0f} µs in its best round and {two['median']:.0f} in the median"


def test_what_the_page_says_without_numbers_holds():
    """If one of these fails after a new measurement, the page needs another sentence."""
    steps, epochs = speed.measured("steps"), speed.measured("epochs")
    small = [speed.best(case["times"], speed.PEERS["JAX"]) for case in steps[:4]]
    assert max(small) < 1, "JAX is ahead on the smallest networks too"
    ratios = [speed.best(case["times"], speed.PEERS["JAX"]) for case in epochs]
    assert max(ratios) <= 1, "it loses nowhere if it may compile an epoch"
    pytorch = [speed.best(case["times"], speed.PEERS["PyTorch"]) for case in steps]
    assert min(pytorch[:8]) > 1 > max(pytorch[8:]), (
        "ahead of PyTorch but for the largest"
    )
    one, two = (speed.measured("steps", n)[8]["times"]["nnlib"] for n in (1, 2))
    assert 0.6 < two["best"] / one["best"] < 0.72, "two thirds of the time"
    tasks = [speed.measured("task", n)["runs"] for n in (1, 2)]
    one, two = (min(run["seconds"] for run in runs["nnlib"]) for runs in tasks)
    assert two > one, "MNIST takes longer with two threads"
    right = [[run["accuracy"] for run in runs] for runs in tasks[0].values()]
    means, spread = [mean(each) for each in right], min(stdev(each) for each in right)
    assert max(means) - min(means) < spread / 2, "all are equally accurate"


@pytest.mark.parametrize("claim", list(claims()))
def test_the_page_says_what_was_measured(claim):
    cells = json.loads((ROOT / "book" / "speed.ipynb").read_text("utf-8"))["cells"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    assert claim in "\n".join(prose), (
        "the stored result says otherwise than book/speed.ipynb"
    )


def test_the_readme_says_what_was_measured():
    text = (ROOT / "README.md").read_text("utf-8")
    for head, what, name in (
        ("PyTorch, the better of plain and fused", "steps", "PyTorch"),
        ("JAX, the step compiled", "steps", "JAX"),
        ("the matrix products alone", "steps", "products alone"),
        ("scikit-learn, an epoch", "epochs", "scikit-learn"),
    ):
        [line] = [s for s in text.splitlines() if s.startswith(f"| {head} |")]
        found = [float(number) for number in re.findall(r"\| (\d+\.\d+)", line)]
        low, high, middle = range_of(what, name)
        assert found == [round(high, 2), round(low, 2), round(middle, 2)], head
    runs = speed.measured("task")["runs"]
    best = {name: min(run["seconds"] for run in of) for name, of in runs.items()}
    times = best["PyTorch, fused"] / best["nnlib"], best["JAX"] / best["nnlib"]
    assert "takes {:.2f} times as long, JAX {:.2f} times".format(*times) in text
