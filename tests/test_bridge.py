"""*The bridge* shows the programs that its command runs, and tells what came out of them.

Neither PyTorch nor JAX is needed here: `make bridge` runs the programs.
"""

import ast
import copy
import inspect
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import claims
from bridge import __main__ as command
from bridge.with_nnlib import from_torch, network, to_jax, to_torch, train_nnlib
from nnbook.exercises import find
from nnbook.figures import bridge
from nnlib import Adam, cross_entropy
from nnlib.datasets import digits

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
SIDES = [path.stem for path in sorted((ROOT / "bridge").glob("[!_]*.py"))]


# --- what is shown is what is run -----------------------------------------------------------------


def pieces(text):
    """The statements of a program, as they are written: {text: its name}."""
    lines = text.splitlines()
    return {
        "\n".join(lines[node.lineno - 1 : node.end_lineno]): getattr(node, "name", "")
        for node in ast.parse(text).body
    }


def run_text():
    """All statements of the programs that the command runs."""
    return {
        piece: name
        for side in SIDES
        for piece, name in pieces(
            (ROOT / "bridge" / f"{side}.py").read_text("utf-8")
        ).items()
    }


def shown(cells):
    """(statement, its name) of the frameworks' code on the page, and of what cells define under
    a name of the command."""
    known = set(run_text().values()) - {""}
    for cell in cells:
        if cell.cell_type == "markdown":
            for block in BLOCK.findall(cell.source):
                yield from pieces(block).items()
        else:
            yield from (it for it in pieces(cell.source).items() if it[1] in known)


def astray(cells):
    """What the page shows and the command does not run."""
    run = run_text()
    return [name or piece for piece, name in shown(cells) if piece not in run]


def page():
    return nbformat.read(ROOT / "book" / "bridge.ipynb", as_version=4).cells


def test_the_page_shows_what_the_command_runs():
    assert astray(page()) == [], "copy these from bridge/*.py, word for word"
    names = {name for _, name in shown(page())}
    wanted = {
        "network",
        "train_nnlib",
        "to_torch",
        "from_torch",
        "network_torch",
        "train_torch",
    }
    wanted |= {"back_again", "outputs", "loss", "train_jax", "forgetful", "PlainList"}
    assert wanted <= names


def test_another_text_on_the_page_is_noticed():
    cells = copy.deepcopy(page())
    one = next(cell for cell in cells if "def train_torch" in cell.source)
    one.source = one.source.replace("optimizer.zero_grad()", "net.zero_grad()")
    two = next(cell for cell in cells if "def to_torch" in cell.source)
    two.source = two.source.replace("layer.W.T.copy()", "layer.W.copy()")
    assert sorted(astray(cells)) == ["to_torch", "train_torch"]


def test_every_loop_of_the_picture_is_on_the_page():
    names = {name for _, name in shown(page())}
    assert set(bridge.stored()["line_up"]) <= names


def test_the_optimizers_are_called_as_the_page_says():
    """Its table, against the command's OPTIMIZERS."""
    table = next(
        cell.source for cell in page() if "| `nnlib` | PyTorch | optax |" in cell.source
    )
    rows = [
        re.findall(r"`([^`]*)`", line)
        for line in table.splitlines()
        if "params" in line
    ]
    found = {}
    for side, column, package in (("pytorch", 1, "torch.optim"), ("jax", 2, "optax")):
        text = (ROOT / "bridge" / f"with_{side}.py").read_text("utf-8")
        for row in rows:
            name, lr = re.match(r"(\w+)\((.*)\)", row[0]).groups()
            call = row[column].replace(f"lr={lr}", "lr=lr").replace(f"({lr}", "(lr")
            found[name, package] = f"{package}.{call}," in text
    assert len(found) == 8 and all(found.values()), found


# --- weights --------------------------------------------------------------------------------------


def test_weights_go_to_pytorch_and_back():
    net, other = network("float32", seed=1), network("float32", seed=2)
    state = to_torch(net)
    assert {name: array.shape for name, array in state.items()} == {
        "0.weight": (64, 64), "0.bias": (64,), "2.weight": (10, 64), "2.bias": (10,)
    }  # fmt: skip
    x = np.random.default_rng(0).random((5, 64), np.float32)
    hidden = np.maximum(x @ state["0.weight"].T + state["0.bias"], 0)
    z = hidden @ state["2.weight"].T + state["2.bias"]  # what torch.nn.Linear computes
    np.testing.assert_allclose(z, net.predict(x), rtol=1e-4, atol=1e-5)
    from_torch(state, other)
    np.testing.assert_array_equal(other.theta, net.theta)


def test_what_is_carried_over_is_a_copy():
    net = network()
    before = [a.copy() for a in to_torch(net).values()]
    state, params = to_torch(net), to_jax(net)
    net.theta += 1
    for one, two in zip(before, state.values()):
        np.testing.assert_array_equal(one, two)
    assert all((W != layer.W).all() for (W, _), layer in zip(params, net.layers[::2]))


def test_a_state_of_other_shapes_is_an_error():
    state = to_torch(network())
    state["2.weight"] = state["2.weight"].T
    with pytest.raises(ValueError):
        from_torch(state, network())


# --- what is stored -------------------------------------------------------------------------------


def test_nnlib_s_part_of_the_stored_run_is_what_it_computes_now():
    x, y = digits()
    x = x.astype("float64")
    rng = np.random.default_rng(0)
    order = [rng.choice(len(x), 64, replace=False) for _ in range(5)]
    losses = list(train_nnlib(network(), Adam(0.003), x, y, order))
    np.testing.assert_allclose(
        losses, bridge.stored()["five"]["Adam"]["nnlib"], rtol=1e-12
    )


def test_the_stored_run_agrees_to_twelve_digits():
    run = bridge.stored()
    for programs in run["five"].values():
        for name in ("PyTorch", "JAX"):
            np.testing.assert_allclose(programs[name], programs["nnlib"], rtol=1e-12)
    for what in run["first_batch"].values():
        assert max(what["apart"].values()) < 1e-12
    for what in run["dictionary"]["apart"].values():
        assert max(what.values()) < 1e-12
    assert run["carried"]["changed"] == 0 and run["dictionary"]["unknown names"] == []


def test_what_a_perfect_softmax_of_a_softmax_costs():
    """The floor that the page tells."""
    value, _ = cross_entropy(np.eye(10)[:1], np.array([0]))
    assert f"{value:.2f}" == "1.46"
    assert min(bridge.stored()["line_up"]["softmax_first"]["loss"]) > value


@pytest.mark.parametrize(
    "claim",
    [it for it in claims.of_page("bridge") if it.name != "nnlib_is_as_far_from_itself"],
    ids=lambda it: it.name,
)
def test_claims_are_of_the_stored_run(claim):
    """Which `make bridge` renews, not `make claims`."""
    assert claim.repeat()["got"] == claims.stored("bridge")[claim.name]["got"]


# --- what the command notices ---------------------------------------------------------------------


def changed(place, value):
    """The stored run with another value at a place."""
    found = copy.deepcopy(bridge.stored())
    *way, last = place
    inside = found
    for key in way:
        inside = inside[key]
    inside[last] = value
    return found


def test_the_same_run_is_the_same():
    assert not [*command.differences(bridge.stored(), bridge.stored())]


@pytest.mark.parametrize(
    "place, value",
    [
        (("five", "Adam", "JAX", 4), 2.183649636),
        (("apart", "SGD, lr 0.1, float64", "PyTorch", "theta", 0), 1e-9),
        (("apart", "Adam, lr 0.003, float32", "JAX", "loss", 1), 0.2),
        (("apart", "Adam, lr 0.003, float32", "JAX", "loss", 1), float("nan")),
        (("first_batch", "gradient", "apart", "PyTorch"), 1e-8),
        (("carried", "changed"), 64),
        (("dictionary", "apart", "mse", "JAX"), 0.5),
        (("dictionary", "unknown names"), ["optax.mse"]),
        (("defaults", "torch.optim.AdamW", "weight_decay"), 0.1),
        (("defaults", "optax.rmsprop", "eps_in_sqrt"), False),
        (("line_up", "softmax_first", "loss", 0), 0.4),
        (("line_up", "PlainList", "right", 2), 0.5),
        (("square", "as it is", 1), 0.95),
        (("modes", "BatchNorm1d", "training", 0), 0.9),
        (("broadcast", "(n,)", "warnings"), 0),
        (("errors", 2, 1), "RuntimeError"),
        (("silent_in_jax", "float64 becomes"), "float64"),
        (("chance", "normal", "JAX"), []),
        (("new",), 1),
    ],
)
def test_another_number_is_named(place, value):
    told = [*command.differences(bridge.stored(), changed(place, value))]
    assert len(told) == 1 and told[0].startswith("/".join(map(str, place)))


@pytest.mark.parametrize(
    "place, value",
    [
        (("machine", "python"), "3.13"),
        (("apart", "SGD, lr 0.1, float64", "PyTorch", "theta", 0), 3e-15),
        (("apart", "SGD, lr 2, float64", "PyTorch", "theta", 0), 0.9),
        (("line_up", "usual", "right", 0), 0.95),
    ],
)
def test_what_differs_from_machine_to_machine_may(place, value):
    assert not [*command.differences(bridge.stored(), changed(place, value))]


def test_without_the_frameworks_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "bridge.measure", raising=False)
    with pytest.raises(SystemExit, match="make bridge"):
        command.main([])


def test_stored_text_is_what_was_found():
    assert json.loads(command.text(bridge.stored())) == bridge.stored()
    assert command.text(bridge.stored()) == bridge.STORED.read_text("utf-8")


# --- pictures -------------------------------------------------------------------------------------


def test_pictures_tell_the_numbers_of_the_stored_run():
    _, text = bridge.draw_apart("Momentum, lr 0.02", "float32")
    assert "by 1 · 10⁻⁷ of their size in PyTorch, by 2 · 10⁻⁵ in JAX" in text
    _, text = bridge.draw_loops("PlainList")
    assert "the loss is 0.35 to 0.4" in text and "86 % to 92 %" in text


def test_the_exercise_asks_for_the_page_s_own_function():
    own = inspect.getsource(to_torch).replace("to_torch", "my_state_dict")
    assert find("bridge.state_dict").solution.strip() == own.strip()
