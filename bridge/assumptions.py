"""What the frameworks take if they are told nothing: numbers of a seed, first weights, defaults."""

import inspect

import jax
import numpy as np
import optax
import torch
from torch import nn

import nnlib
from bridge.batches import STARTS, rounded


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
    for seed in STARTS:
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
