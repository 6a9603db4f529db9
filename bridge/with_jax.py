"""The network in JAX, with the optimizers of optax."""

import jax
import jax.numpy as jnp
import optax


def outputs(params, x):
    (W1, b1), (W2, b2) = params
    return jax.nn.relu(x @ W1 + b1) @ W2 + b2


def loss(params, x, y):
    log_p = jax.nn.log_softmax(outputs(params, x))
    return -log_p[jnp.arange(len(y)), y].mean()


def train_jax(params, optimizer, x, y, order):
    """Trains on one batch of rows after another; yields the loss of each, and the new params."""

    @jax.jit
    def step(params, state, x, y):
        value, grads = jax.value_and_grad(loss)(params, x, y)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, value

    state = optimizer.init(params)
    for rows in order:
        params, state, value = step(params, state, x[rows], y[rows])
        yield float(value), params


OPTIMIZERS = {
    "SGD": lambda lr: optax.sgd(lr),
    "Momentum": lambda lr: optax.sgd(lr, momentum=0.9),
    "RMSprop": lambda lr: optax.rmsprop(lr, decay=0.99, eps_in_sqrt=False),
    "Adam": lambda lr: optax.adam(lr),
}
