"""What comes of the chapter's mistakes, over several starts; what the frameworks say of others."""

import re
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import nnlib
from bridge import loops, traps, with_jax, with_pytorch
from bridge.batches import SEEDS, STARTS, rounded, rows_of
from bridge.with_nnlib import network, to_jax, to_torch, train_nnlib
from nnlib.datasets import digits

RATE = 0.5  # of SGD, in the line-up


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
        for seed in STARTS:
            (x, y, other_x, other_y), order = held_out(seed)
            state = to_torch(network("float32", seed))
            if name == "PlainList":
                net = loops.plain_list(state)
            else:
                net = with_pytorch.network_torch(state, torch.float32)
            optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
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
        for seed in STARTS:
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
    for seed in STARTS:
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
