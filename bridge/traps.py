"""What runs, and does something else than it seems: in PyTorch, then in JAX."""

import jax
import jax.numpy as jnp
import optax
import torch
from torch import nn
from torch.nn import functional as F

from bridge.with_jax import loss


def share_right(net, x, y):
    with torch.no_grad():
        return (net(x).argmax(dim=1) == y).float().mean().item()


def still_training(net, x, y):
    """The share of right answers when training, and when not."""
    net.train()
    training = share_right(net, x, y)
    net.eval()
    return training, share_right(net, x, y)


def flat_targets(x, y):
    """A line through points: x of shape (n, 1), y of shape (n,)."""
    line = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        F.mse_loss(line(x), y).backward()
        optimizer.step()
    return line


def forgetful(params, optimizer, x, y, order):
    state = optimizer.init(params)

    @jax.jit
    def step(params, x, y):
        value, grads = jax.value_and_grad(loss)(params, x, y)
        updates, _ = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), value

    for rows in order:
        params, value = step(params, x[rows], y[rows])
        yield float(value), params


def one_key():
    key = jax.random.key(0)
    W1 = jax.random.normal(key, (64, 64))
    W2 = jax.random.normal(key, (64, 64))
    return W1, W2


def frozen_rate():
    lr = 0.1

    @jax.jit
    def step(theta):
        return theta - lr * theta

    first = step(jnp.ones(1))
    lr = 0.001
    return first, step(jnp.ones(1))
