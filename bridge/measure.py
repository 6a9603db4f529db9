"""Runs the programs of the chapter, and returns what it tells of them, as plain numbers."""

import inspect
import platform
import re
import warnings
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch
from torch import nn
from torch.nn import functional as F

import nnlib
from bridge import loops, traps, with_jax, with_pytorch
from bridge.with_nnlib import from_torch, network, to_jax, to_torch, train_nnlib
from nnlib.datasets import digits

STEPS = 300
# What each is trained with where all shall agree; then SGD at larger rates.
RATES = (("SGD", 0.1), ("Momentum", 0.02), ("RMSprop", 0.001), ("Adam", 0.003))
LARGER = (("SGD", 0.5), ("SGD", 1.0), ("SGD", 2.0))
SEEDS = range(3)
LOOP_SEEDS = range(5)
LOOP_RATE = 0.5
KEPT = range(4, STEPS, 5)  # which steps of a curve are kept
PAGE = Path(__file__).resolve().parents[1] / "book" / "bridge.ipynb"
NAME = re.compile(r"(?<![\w.])(torch|nn|F|jax|jnp|optax)\.([A-Za-z][\w.]*)")
DTYPES = {"float64": torch.float64, "float32": torch.float32}


def rows_of(n, seed):
    """The rows of each batch: drawn once, by NumPy, for all programs."""
    rng = np.random.default_rng(seed)
    return [rng.choice(n, 64, replace=False) for _ in range(STEPS)]


def rounded(values, digits=3):
    return [float(f"{float(value):.{digits}g}") for value in values]


# --- the same training, four times --------------------------------------------------------------


def runs(optimizer, lr, dtype, seed):
    """{program: (losses, θ after each step)}, all from the same weights and batches. Last comes
    nnlib once more, which gets the rows of each batch in another order."""
    x, y = digits()
    x, order = x.astype(dtype), rows_of(len(x), seed)
    net, rng = network(dtype, seed), np.random.default_rng(1000 + seed)
    start = to_torch(net)

    other = network(dtype, seed)
    ours, theirs = (getattr(nnlib, optimizer)(lr) for _ in range(2))
    shuffled = [rng.permutation(rows) for rows in order]
    found = {
        "nnlib": [(v, net.theta.copy()) for v in train_nnlib(net, ours, x, y, order)]
    }

    in_torch = with_pytorch.network_torch(start, DTYPES[dtype])
    its = with_pytorch.OPTIMIZERS[optimizer](in_torch.parameters(), lr)
    tensors = torch.from_numpy(x), torch.from_numpy(y), map(torch.from_numpy, order)
    found["PyTorch"] = [
        (value, theta_of(with_pytorch.back_again(in_torch)))
        for value in with_pytorch.train_torch(in_torch, its, *tensors)
    ]

    params = to_jax(network(dtype, seed))
    its = with_jax.OPTIMIZERS[optimizer](lr)
    found["JAX"] = [
        (value, np.concatenate([np.ravel(a) for pair in params for a in pair]))
        for value, params in with_jax.train_jax(params, its, x, y, order)
    ]
    found["nnlib, rows in another order"] = [
        (v, other.theta.copy()) for v in train_nnlib(other, theirs, x, y, shuffled)
    ]
    thetas = {
        name: np.array([theta for _, theta in run]) for name, run in found.items()
    }
    assert all(theta.dtype == dtype for theta in thetas.values()), "another float"
    return {
        name: (np.array([float(value) for value, _ in run]), thetas[name])
        for name, run in found.items()
    }


def theta_of(state):
    """A state_dict as nnlib's θ, whose W is transposed."""
    return np.concatenate([np.ravel(a.T) for a in state.values()])


def apart(theta, other):
    """How far other weights are from these, as a share of their size, after each step."""
    return np.linalg.norm(other - theta, axis=1) / np.linalg.norm(theta, axis=1)


def same_training():
    """How far the programs are apart, for each optimizer, rate, float and seed."""
    distances, five, truth, jumps = {}, {}, {}, []
    for optimizer, lr in RATES + LARGER:
        for dtype in DTYPES:
            of_seeds = [runs(optimizer, lr, dtype, seed) for seed in SEEDS]
            told = {}
            for name in list(of_seeds[0])[1:]:
                ways = [apart(it["nnlib"][1], it[name][1]) for it in of_seeds]
                losses = [
                    np.max(np.abs(it[name][0] / it["nnlib"][0] - 1)) for it in of_seeds
                ]
                told[name] = {
                    "curve": rounded(ways[0][[*KEPT]], 2),
                    "theta": rounded([way[-1] for way in ways]),
                    "loss": rounded(losses),
                }
            told["final loss"] = rounded(
                [it["nnlib"][0][-20:].mean() for it in of_seeds]
            )
            distances[f"{optimizer}, lr {lr:g}, {dtype}"] = told
            if dtype == "float64":
                exact = of_seeds
                if (optimizer, lr) in RATES:
                    five[optimizer] = {
                        name: rounded(of_seeds[0][name][0][:5], 15)
                        for name in ("nnlib", "PyTorch", "JAX")
                    }
            elif (optimizer, lr) in RATES:
                jumps += [
                    jump(it, name, optimizer, seed)
                    for seed, it in enumerate(of_seeds)
                    for name in told
                    if name in it
                ]
                truth[optimizer] = {
                    name: rounded(
                        apart(one["nnlib"][1], it[name][1])[-1]
                        for one, it in zip(exact, of_seeds)
                    )
                    for name in ("nnlib", "PyTorch", "JAX")
                }
    largest = max(jumps, key=lambda it: it["after"] / it["before"])
    return {"apart": distances, "five": five, "truth": truth, "jump": largest}


def jump(found, name, optimizer, seed):
    """Where a program goes apart from nnlib most in a single step (the first 20 are apart by next
    to nothing), and the sums z of the hidden layer that have another sign there."""
    (x, _), net = digits(), network("float32")
    ours, theirs = found["nnlib"][1], found[name][1]
    way = apart(ours, theirs)
    step = 20 + int(np.argmax(way[20:] / way[19:-1]))
    sums, rows = [], rows_of(len(x), seed)[step]
    for theta in (ours, theirs):
        net.theta[...] = theta[step - 1]
        sums.append(net.layers[0].forward(x[rows]))
    other = (sums[0] > 0) != (sums[1] > 0)
    return {
        "program": name,
        "optimizer": optimizer,
        "seed": seed,
        "step": step + 1,
        "before": rounded(way[[step - 1]], 2)[0],
        "after": rounded(way[[step]], 2)[0],
        "sums": other.size,
        "other sign": [rounded(z[other], 2) for z in sums],
    }


def first_batch():
    """Outputs, loss and gradients of one batch in float64.

    Some numbers of each, and by how much all of them differ at most from nnlib's.
    """
    x, y = digits()
    rows = rows_of(len(x), 0)[0]
    x, y = x[rows].astype("float64"), y[rows]
    net = network()
    z = net.forward(x)
    value, dz = nnlib.cross_entropy(z, y)
    net.backward(dz)
    ours = {"outputs": z, "loss": value, "gradient": net.grad}

    in_torch = with_pytorch.network_torch(to_torch(net), torch.float64)
    z = in_torch(torch.from_numpy(x))
    value = F.cross_entropy(z, torch.from_numpy(y))
    value.backward()
    grads = {name: p.grad.numpy() for name, p in in_torch.named_parameters()}
    theirs = {
        "PyTorch": {
            "outputs": z.detach().numpy(),
            "loss": value.item(),
            "gradient": theta_of(grads),
        }
    }
    params = to_jax(net)
    value, grads = jax.value_and_grad(with_jax.loss)(params, x, y)
    theirs["JAX"] = {
        "outputs": np.asarray(with_jax.outputs(params, x)),
        "loss": float(value),
        "gradient": np.concatenate([np.ravel(a) for pair in grads for a in pair]),
    }
    shown = {
        "outputs": lambda z: z[0, :2],
        "loss": lambda value: [value],
        "gradient": lambda grad: grad[[64 * 2 + 1, -1]],
    }
    return {
        what: {
            "shown": {
                name: rounded(pick(of[what]), 16)
                for name, of in ({"nnlib": ours} | theirs).items()
            },
            "apart": {
                name: float(f"{np.max(np.abs(of[what] - ours[what])):.2g}")
                for name, of in theirs.items()
            },
        }
        for what, pick in shown.items()
    }


def carried():
    """Weights through files to PyTorch and back: how many of them have changed."""
    net, back = network("float32", seed=1), network("float32", seed=2)
    there, here = BytesIO(), BytesIO()
    np.savez(there, **to_torch(net))
    with np.load(BytesIO(there.getvalue())) as state:
        in_torch = with_pytorch.network_torch(state, torch.float32)
    np.savez(here, **with_pytorch.back_again(in_torch))
    with np.load(BytesIO(here.getvalue())) as state:
        from_torch(state, back)
    changed = int((net.theta != back.theta).sum())
    return {"parameters": net.theta.size, "changed": changed}


# --- starts and defaults --------------------------------------------------------------------------


def chance():
    """The first three normal numbers of seed 0, and how large first weights are."""
    torch.manual_seed(0)
    linear = nn.Linear(64, 1000)
    W, b = linear.weight.detach().numpy(), linear.bias.detach().numpy()
    rng = np.random.default_rng(0)
    return {
        "normal": {
            "NumPy": rounded(np.random.default_rng(0).standard_normal(3), 4),
            "PyTorch": rounded(torch.randn(3, generator=torch.manual_seed(0)), 4),
            "JAX": rounded(jax.random.normal(jax.random.key(0), 3, "float32"), 4),
        },
        "first weights": {
            "PyTorch's W": {"largest": rounded([abs(W).max()])[0], "SD": rounded([W.std()])[0]},
            "PyTorch's b": {"largest": rounded([abs(b).max()])[0], "SD": rounded([b.std()])[0]},
            "nnlib's W": {"SD": rounded([nnlib.he_normal(64, 1000, rng=rng).std()])[0]},
        },
    }  # fmt: skip


def deep():
    """30 layers with ReLU, the first weights PyTorch's own, then He's.

    The size of the outputs, and how much they differ from one example to another, five seeds.
    """
    found = {"PyTorch's own": [], "He's": []}
    for seed in LOOP_SEEDS:
        torch.manual_seed(seed)
        x = torch.randn(256, 100)
        for name, told in found.items():
            a = x
            for _ in range(30):
                linear = nn.Linear(100, 100)
                if name == "He's":
                    nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
                    nn.init.zeros_(linear.bias)
                with torch.no_grad():
                    a = linear(a).relu()
            size = a.pow(2).mean().sqrt().item()
            told.append(rounded([size, a.std(dim=0).mean().item()], 2))
    return {
        name: {"size": [it[0] for it in told], "differ": [it[1] for it in told]}
        for name, told in found.items()
    }


def defaults():
    """What the frameworks take if they are told nothing."""
    of = {
        "torch.optim": ("SGD", "RMSprop", "Adam", "AdamW"),
        "optax": ("sgd", "rmsprop", "adam", "adamw"),
    }
    wanted = {"lr", "learning_rate", "momentum", "alpha", "decay", "betas", "b1", "b2"}
    wanted |= {"eps", "eps_in_sqrt", "weight_decay"}
    found = {}
    for package, names in of.items():
        for name in names:
            kind = getattr({"torch.optim": torch.optim, "optax": optax}[package], name)
            found[f"{package}.{name}"] = {
                key: list(it.default) if isinstance(it.default, tuple) else it.default
                for key, it in inspect.signature(kind).parameters.items()
                if key in wanted and it.default is not it.empty
            }
    return found


def dictionary():
    """The losses of the dictionary, beside nnlib's; and names on the page that do not exist."""
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((6, 5, 4)), rng.integers(0, 4, (6, 5))
    one, flag = (
        rng.standard_normal((7, 1)),
        rng.integers(0, 2, (7, 1)).astype("float64"),
    )
    t = torch.from_numpy
    found = {
        "cross_entropy": (
            nnlib.cross_entropy(z, y)[0],
            F.cross_entropy(t(z).transpose(1, 2), t(y)),
            optax.softmax_cross_entropy_with_integer_labels(z, y).mean(),
        ),
        "binary_cross_entropy": (
            nnlib.binary_cross_entropy(one, flag)[0],
            F.binary_cross_entropy_with_logits(t(one), t(flag)),
            optax.sigmoid_binary_cross_entropy(one, flag).mean(),
        ),
        "mse": (
            nnlib.mse(one, flag)[0],
            F.mse_loss(t(one), t(flag)),
            jnp.mean((one - flag) ** 2),
        ),
        "mse, halved": (
            nnlib.mse(one, flag)[0] / 2,
            F.mse_loss(t(one), t(flag)) / 2,
            optax.l2_loss(one, flag).mean(),
        ),
    }
    apart = {
        what: {
            "PyTorch": float(f"{abs(float(theirs) - ours):.2g}"),
            "JAX": float(f"{abs(float(its) - ours):.2g}"),
        }
        for what, (ours, theirs, its) in found.items()
    }
    return {"apart": apart, "unknown names": unknown()}


def unknown():
    """What the page calls by a full name of a framework, and is not there."""
    roots = {"torch": torch, "nn": nn, "F": F, "jax": jax, "jnp": jnp, "optax": optax}
    missing = []
    for root, rest in sorted(set(NAME.findall(PAGE.read_text("utf-8")))):
        there = roots[root]
        for part in rest.strip(".").split("."):
            there = getattr(there, part, None)
        if there is None:
            missing.append(f"{root}.{rest}")
    return missing


# --- mistakes -------------------------------------------------------------------------------------


def held_out(seed):
    """Training and other digits as tensors, and the rows of each batch."""
    rng = np.random.default_rng(seed)
    (x, y), (other_x, other_y) = nnlib.split(*digits(), fractions=(0.8, 0.2), rng=rng)
    order = list(map(torch.from_numpy, rows_of(len(x), seed)))
    return [torch.from_numpy(it) for it in (x, y, other_x, other_y)], order


def line_up():
    """The loops of the chapter: losses, and the share of other digits read right."""
    found = {}
    named = [(step.__name__, step) for step in loops.STEPS] + [
        ("PlainList", loops.usual)
    ]
    for name, step in named:
        ends, right, curve = [], [], None
        for seed in LOOP_SEEDS:
            (x, y, other_x, other_y), order = held_out(seed)
            state = to_torch(network("float32", seed))
            if name == "PlainList":
                net = loops.plain_list(state)
            else:
                net = with_pytorch.network_torch(state, torch.float32)
            optimizer = torch.optim.SGD(net.parameters(), lr=LOOP_RATE)
            losses = [step(net, optimizer, x[rows], y[rows]).item() for rows in order]
            curve = curve or rounded(np.reshape(losses, (-1, 5)).mean(axis=1))
            ends.append(np.mean(losses[-20:]))
            right.append(traps.share_right(net, other_x, other_y))
        found[name] = {"curve": curve, "loss": rounded(ends), "right": rounded(right)}
    return found


def modes():
    """Networks with Dropout and with BatchNorm1d, as if training, and not.

    The share of other digits read right, in batches of one digit each.
    """
    found = {}
    for name, layer in (
        ("Dropout", lambda: nn.Dropout(0.5)),
        ("BatchNorm1d", lambda: nn.BatchNorm1d(64)),
    ):
        found[name] = {"training": [], "not training": []}
        for seed in LOOP_SEEDS:
            (x, y, other_x, other_y), order = held_out(seed)
            torch.manual_seed(seed)
            hidden, relu, output = with_pytorch.network_torch(
                to_torch(network("float32", seed)), torch.float32
            )
            net = nn.Sequential(hidden, layer(), relu, output)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
            for _ in with_pytorch.train_torch(net, optimizer, x, y, order):
                pass
            parts = [other_y == digit for digit in range(10)]
            shares = [traps.still_training(net, other_x[p], other_y[p]) for p in parts]
            many = [int(p.sum()) for p in parts]
            for kind, share in zip(
                found[name], np.average(shares, axis=0, weights=many)
            ):
                found[name][kind].extend(rounded([share]))
    return found


def square():
    """A trained network whose first W is loaded without being transposed."""
    found = {"transposed": [], "as it is": []}
    for seed in LOOP_SEEDS:
        (x, y, other_x, other_y), order = held_out(seed)
        net, adam = network("float32", seed), nnlib.Adam(0.003)
        for _ in train_nnlib(net, adam, x.numpy(), y.numpy(), order):
            pass
        state = to_torch(net)
        for kind in found:
            if kind == "as it is":
                state["0.weight"] = net.layers[0].W.copy()
            other = with_pytorch.network_torch(state, torch.float32)
            share = traps.share_right(other, other_x, other_y)
            found[kind].extend(rounded([share]))
    state["2.weight"] = net.layers[2].W.copy()
    try:
        with_pytorch.network_torch(state, torch.float32)
    except RuntimeError as error:
        found["said"] = str(error).split("\n")[1].strip()
    return found


def broadcast():
    """A line, 2 x + 1, learnt from targets of shape (n, 1) and (n,)."""
    x = torch.linspace(-1, 1, 100).reshape(-1, 1)
    found = {}
    for shape, y in (("(n, 1)", 2 * x + 1), ("(n,)", 2 * x[:, 0] + 1)):
        torch.manual_seed(0)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            line = traps.flat_targets(x, y)
        w, b = (round(p.item(), 3) + 0.0 for p in (line.weight, line.bias))
        loss = F.mse_loss(line(x), y.reshape(-1, 1)).item()
        found[shape] = {"w": w, "b": b, "loss": round(loss, 3), "warnings": len(said)}
    return found


def memory_lost():
    """optax with its first state in every step: the mean loss of the last 20 steps."""
    found, (x, y) = {}, digits()
    for optimizer, lr in (("Momentum", 0.02), ("Adam", 0.003)):
        found[optimizer] = []
        for seed in SEEDS:
            params = to_jax(network("float32", seed))
            its, order = with_jax.OPTIMIZERS[optimizer](lr), rows_of(len(x), seed)
            losses = [value for value, _ in traps.forgetful(params, its, x, y, order)]
            found[optimizer].extend(rounded([np.mean(losses[-20:])]))
    return found


def silent_in_jax():
    """What JAX does without a word."""
    W1, W2 = traps.one_key()
    before, after = traps.frozen_rate()
    x, y = digits()
    params = to_jax(network("float32"))
    jax.config.update("jax_enable_x64", False)
    kept = str(jnp.asarray(np.ones(3)).dtype)
    jax.config.update("jax_enable_x64", True)
    return {
        "one key: largest difference": float(abs(W1 - W2).max()),
        "rate 0.1, then 0.001": rounded([before.item(), after.item()]),
        "float64 becomes": kept,
        "loss with the label 9": rounded([with_jax.loss(params, x[:1], np.array([9]))])[
            0
        ],
        "loss with the label 10": rounded(
            [with_jax.loss(params, x[:1], np.array([10]))]
        )[0],
    }


def errors():
    """What the frameworks say of mistakes that they notice: [code, error, its words]."""
    x, y = (torch.from_numpy(part[:4]) for part in digits())
    net = with_pytorch.network_torch(to_torch(network("float32")), torch.float32)

    def twice():
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        loss.backward()

    def without():
        with torch.no_grad():
            loss = F.cross_entropy(net(x), y)
        loss.backward()

    def in_place():
        W = net[0].weight
        W -= 0.1 * W

    tries = {
        "net(x.double())": lambda: net(x.double()),
        "F.cross_entropy(net(x), y.int())": lambda: F.cross_entropy(net(x), y.int()),
        "F.cross_entropy(net(x), y + 10)": lambda: F.cross_entropy(net(x), y + 10),
        "loss.backward(), twice": twice,
        "loss.backward(), loss made under no_grad()": without,
        "W -= 0.1 * W, outside of no_grad()": in_place,
        "net(x).numpy()": lambda: net(x).numpy(),
        "net(x).backward()": lambda: net(x).backward(),
    }
    ones = jnp.ones(3)

    @jax.jit
    def branch(a):
        return a if a > 0 else -a

    def assign():
        ones[0] = 2

    tries |= {
        "jax.grad(f)(a), where f(a) is an array": lambda: jax.grad(lambda a: a * a)(
            ones
        ),
        "if a > 0 in a function with jit": lambda: branch(ones[0]),
        "a[0] = 2, a of JAX": assign,
    }
    return [[code, *said(run)] for code, run in tries.items()]


def said(run):
    """The kind of the error, and its first sentence."""
    try:
        run()
    except Exception as error:
        first = re.split(r"\n|\. | \(", str(error).strip())[0]
        return type(error).__name__, first.rstrip(".")
    raise AssertionError("expected an error, and all went well")


def everything(say):
    """All that the chapter tells."""
    torch.set_num_threads(1)
    jax.config.update("jax_enable_x64", True)
    found = {
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "versions": {it: version(it) for it in ("numpy", "torch", "jax", "optax")},
        }
    }
    for part in (
        first_batch, carried, dictionary, chance, deep, defaults, line_up, modes, square, broadcast,
        memory_lost, silent_in_jax, errors,
    ):  # fmt: skip
        say(part.__doc__.partition("\n")[0])
        found[part.__name__] = part()
    say(same_training.__doc__)
    return found | same_training()
