"""How far three programs are apart that should do the same: in 300 steps, in one batch, in what a
dictionary calls equal."""

import re
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
from bridge import with_jax, with_pytorch
from bridge.batches import SEEDS, STEPS, rounded, rows_of
from bridge.with_nnlib import from_torch, network, to_jax, to_torch, train_nnlib
from nnlib.datasets import digits

# What each is trained with where all shall agree; then SGD at larger rates.
RATES = (("SGD", 0.1), ("Momentum", 0.02), ("RMSprop", 0.001), ("Adam", 0.003))
LARGER = (("SGD", 0.5), ("SGD", 1.0), ("SGD", 2.0))
KEPT = range(4, STEPS, 5)  # which steps of a curve are kept
PAGE = Path(__file__).resolve().parents[1] / "book" / "bridge.ipynb"
NAME = re.compile(r"(?<![\w.])(torch|nn|F|jax|jnp|optax)\.([A-Za-z][\w.]*)")
DTYPES = {"float64": torch.float64, "float32": torch.float32}


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
