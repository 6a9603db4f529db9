"""Who takes part: nnlib, its peers, and the matrix products alone.

Each starts from given weights and offers

    own(x, y)                   the same batch as its own kind of arrays
    steps(x, y, count)          the loss of the last of `count` training steps on these
    epoch(x, y, batch, order)   the mean loss of one epoch over the examples in this order
    accuracy(x, y)              the share of right answers

and each is written as its own manual would write it, the faster way where there are two.
"""

from functools import cache
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np

import nnlib
from bench.cases import RATES, network


class Contestant:
    def own(self, x, y):
        return x, y


class Nnlib(Contestant):
    name = "nnlib"

    def __init__(self, weights, optimizer):
        self.net = network(weights)
        self.optimizer = getattr(nnlib, optimizer)(RATES[optimizer])

    def steps(self, x, y, count):
        net, optimizer = self.net, self.optimizer
        for _ in range(count):
            value, dz = nnlib.cross_entropy(net.forward(x), y)
            net.backward(dz)
            optimizer.step(net.theta, net.grad)
        return value

    def epoch(self, x, y, batch, order):
        """As `nnlib.train` does it, which draws the order itself; tests compare the two."""
        total = 0.0
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            total += self.steps(x[rows], y[rows], 1) * len(rows)
        return total / len(x)

    def accuracy(self, x, y):
        return nnlib.accuracy(self.net.predict(x), y)


class Products(Contestant):
    """The floor: the matrix products of nnlib's step, into arrays made before, and no more."""

    name = "products"

    def __init__(self, weights, optimizer=None):
        self.weights = [W for W, _ in weights]
        self.batch = None

    def prepare(self, x):
        """Inputs and gradients of each layer, of the right shapes, filled with some numbers."""
        self.batch, n = x, len(x)
        self.inputs = [x] + [np.ones((n, len(W)), np.float32) for W in self.weights[1:]]
        self.outputs = [np.ones((n, W.shape[1]), np.float32) for W in self.weights]
        self.gradients = [np.ones_like(z) for z in self.outputs]
        self.dx = [np.empty_like(a) for a in self.inputs]
        self.dW = [np.empty_like(W) for W in self.weights]

    def steps(self, x, y, count):
        if self.batch is not x:
            self.prepare(x)
        for _ in range(count):
            self.forward()
            self.backward()

    def forward(self):
        for x, W, z in zip(self.inputs, self.weights, self.outputs):
            np.matmul(x, W, out=z)

    def backward(self):
        for i in reversed(range(len(self.weights))):
            np.matmul(self.inputs[i].T, self.gradients[i], out=self.dW[i])
            if i:  # nobody reads the gradient of the data
                np.matmul(self.gradients[i], self.weights[i].T, out=self.dx[i])


class Torch(Contestant):
    """Eager PyTorch, with the optimizer's plain loop over the parameters."""

    name, fused = "PyTorch", False

    def __init__(self, weights, optimizer):
        import torch

        self.torch, layers = torch, []
        for W, b in weights:
            linear = torch.nn.Linear(*W.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(W.T))
                linear.bias.copy_(torch.from_numpy(b))
            layers += [linear, torch.nn.ReLU()]
        self.net = torch.nn.Sequential(*layers[:-1])
        kind = getattr(torch.optim, optimizer)
        self.optimizer = kind(
            self.net.parameters(), lr=RATES[optimizer], fused=self.fused
        )

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.torch.nn.functional.cross_entropy(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def own(self, x, y):
        return self.torch.from_numpy(x), self.torch.from_numpy(y)

    def steps(self, x, y, count):
        for _ in range(count):
            loss = self.step(x, y)
        return loss.item()

    def epoch(self, x, y, batch, order):
        (x, y), total = self.own(x, y), 0.0
        for rows in self.torch.from_numpy(order).split(batch):
            total += self.step(x[rows], y[rows]) * len(rows)
        return total.item() / len(x)

    def accuracy(self, x, y):
        with self.torch.no_grad():
            best = self.net(self.torch.from_numpy(x)).argmax(dim=1)
        return float((best.numpy() == y).mean())


class TorchFused(Torch):
    """Eager PyTorch, with the optimizer that updates all parameters in one call."""

    name, fused = "PyTorch, fused", True


class Jax(Contestant):
    """JAX, the whole step compiled, its old state given away; Python calls each step."""

    name = "JAX"

    def __init__(self, weights, optimizer):
        import jax
        import jax.numpy as jnp

        self.jnp, self.run = jnp, compiled(optimizer)
        params = [(jnp.array(W), jnp.array(b)) for W, b in weights]
        self.state = (params,)
        if optimizer == "Adam":
            m, v = (jax.tree.map(jnp.zeros_like, params) for _ in range(2))
            self.state = params, m, v, jnp.float32(0)

    def own(self, x, y):
        return self.jnp.asarray(x), self.jnp.asarray(y)

    def steps(self, x, y, count):
        for _ in range(count):
            self.state, loss = self.run.step(self.state, x, y)
            loss.block_until_ready()  # all that a step computes is ready together
        return loss

    def epoch(self, x, y, batch, order):
        y, total = y.astype(np.int32), 0.0  # its own integers: no conversion each step
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]  # by NumPy: faster than JAX's indexing
            self.state, loss = self.run.step(self.state, x[rows], y[rows])
            total += loss * len(rows)
        return float(total) / len(x)

    def accuracy(self, x, y):
        return float(
            (np.asarray(self.run.outputs(self.state[0], x)).argmax(1) == y).mean()
        )


class JaxEpoch(Jax):
    """JAX, the whole epoch compiled: Python calls once, and sees nothing in between."""

    name = "JAX, epoch compiled"

    def epoch(self, x, y, batch, order):
        full = len(x) // batch * batch
        self.state, losses = self.run.scan(
            self.state, x, y, order[:full].reshape(-1, batch)
        )
        total = float(losses.sum()) * batch
        if full < len(x):
            rows = order[full:]
            self.state, loss = self.run.step(self.state, x[rows], y[rows])
            total += float(loss) * len(rows)
        return total / len(x)


@cache
def compiled(optimizer):
    """JAX's step, epoch of full batches, and outputs; compiled at the first call of a shape."""
    import jax
    import jax.numpy as jnp

    # JAX hands a step to another thread unless it is told not to, before its first array;
    # waiting for that thread takes longer than a small step.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    tree, lr = jax.tree.map, RATES[optimizer]

    def outputs(params, x):
        for W, b in params[:-1]:
            x = jnp.maximum(x @ W + b, 0)
        W, b = params[-1]
        return x @ W + b

    def loss_of(params, x, y):
        # One-hot labels: picking entries by index is slower to differentiate.
        log_p = jax.nn.log_softmax(outputs(params, x))
        return -jnp.sum(log_p * jax.nn.one_hot(y, log_p.shape[1])) / len(x)

    def sgd(state, x, y):
        loss, grads = jax.value_and_grad(loss_of)(state[0], x, y)
        return (tree(lambda p, g: p - lr * g, state[0], grads),), loss

    def adam(state, x, y):
        params, m, v, t = state
        loss, grads = jax.value_and_grad(loss_of)(params, x, y)
        t = t + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        rate, rest = lr / (1 - 0.9**t), 1 - 0.999**t
        params = tree(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v / rest) + 1e-8), params, m, v
        )
        return (params, m, v, t), loss

    step = adam if optimizer == "Adam" else sgd

    def scan(state, x, y, order):
        return jax.lax.scan(
            lambda state, rows: step(state, x[rows], y[rows]), state, order
        )

    return SimpleNamespace(
        step=jax.jit(step, donate_argnums=0),
        scan=jax.jit(scan, donate_argnums=0),
        outputs=jax.jit(outputs),
    )


class Sklearn(Contestant):
    """scikit-learn's MLPClassifier; its own shuffling, and ε added elsewhere in Adam."""

    name = "scikit-learn"

    def __init__(self, weights, optimizer):
        from sklearn.neural_network import MLPClassifier

        self.weights, self.model = weights, None
        self.make = lambda batch: MLPClassifier(
            [len(b) for _, b in weights[:-1]], solver=optimizer.lower(), alpha=0,
            learning_rate_init=RATES[optimizer], momentum=0, nesterovs_momentum=False,
            batch_size=batch, random_state=np.random.RandomState(0),
        )  # fmt: skip

    def start(self, x, y, batch):
        """The first call makes weights and an optimizer: ours, and a new one, replace them."""
        classes = np.arange(len(self.weights[-1][1]))
        self.model = self.make(batch)
        self.model.partial_fit(x[:batch], y[:batch], classes=classes)
        self.model.coefs_ = [W.copy() for W, _ in self.weights]
        self.model.intercepts_ = [b.copy() for _, b in self.weights]
        del self.model._optimizer

    def steps(self, x, y, count):
        for _ in range(count):
            self.epoch(x, y, len(x))
        return float(self.model.loss_)

    def epoch(self, x, y, batch, order=None):
        """All examples once, in an order of its own, not in the one that is given."""
        if self.model is None:
            self.start(x, y, batch)
        self.model.partial_fit(x, y)
        return float(self.model.loss_)

    def accuracy(self, x, y):
        return float(self.model.score(x, y))


ALL = {c.name: c for c in (Nnlib, Products, Torch, TorchFused, Jax, JaxEpoch, Sklearn)}
MODULES = {
    Torch: "torch", TorchFused: "torch", Jax: "jax", JaxEpoch: "jax", Sklearn: "sklearn"
}  # fmt: skip


def present(*kinds):
    """Those of the kinds whose package is installed."""
    return [k for k in kinds if k not in MODULES or find_spec(MODULES[k])]
