"""A compiler: run a program once on Tensors, and write down what it did as another program.

The other program has no Tensors, and no layers to go through: only loops over numbers and
products of matrices. It is written for NumPy, for Numba, which makes machine code of it,
or in JavaScript, for a page.
"""

import builtins
import copy
import functools
import hashlib
import inspect
import operator
import pathlib
import sys
import types
import warnings

import numpy as np

from nnlib import checks
from nnlib.activations import Sigmoid
from nnlib.autograd import (
    Model,
    Tensor,
    cast,
    concatenate,
    equal,
    exp,
    log,
    maximum,
    operation,
    vjp,
    where,
)
from nnlib.languages import Calls, JavaScript
from nnlib.layers import Linear
from nnlib.loops import Loops, Plan
from nnlib.losses import binary_cross_entropy, cross_entropy, mse
from nnlib.optimizers import SGD, Adam, Momentum, RMSprop
from nnlib.programs import Node, Sizes, computed, graph, instead, plus, times


def compile(f, *examples, target, sizes=None, changed=()):
    """f as a program for arrays of the examples' shapes and types; `source` is its text.

    f takes Tensors, and returns one or several. `sizes` leaves some open, with a tuple for
    each example: (("n", 2), ("n",)). `changed` are names of arguments that are changed in
    place: f's last results go there. target: "numpy", "numba" or "javascript".
    """
    examples = [np.asarray(it) for it in examples]
    names = list(inspect.signature(f).parameters)
    shapes = checks.open_sizes(sizes, examples, names)

    def recording(size, turn):
        """The same with other numbers, and other open sizes: np.resize repeats rows."""
        inputs = {}
        for name, it, shape in zip(names, examples, shapes):
            inputs[name] = other(it, [size.get(n, n) for n in shape], turn)
        return inputs, [], record(f, inputs.values())

    opened = [n for shape in shapes for n in shape if isinstance(n, str)]
    return Program(f.__name__, recording, opened, changed, target)


def other(array, shape, turn):
    """A Tensor like an array: of another shape, and turn by turn with other numbers."""
    found = np.resize(np.roll(array, turn), shape)
    if array.dtype.kind == "f":
        found = found * 0.9**turn
    return Tensor(found.astype(array.dtype))


def record(f, inputs):
    """What f makes of Tensors. Meanwhile nobody may ask what their numbers are."""
    Tensor.recording = True
    try:
        with np.errstate(all="ignore"):
            outputs = f(*inputs)
    finally:
        Tensor.recording = False
    outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
    return [checks.output(it, Tensor) for it in outputs]


WRITERS = {"numpy": Calls, "numba": Loops, "javascript": JavaScript}


class Program:
    """What `compile` makes: a function of arrays, with its text in `source`.

    recording(sizes, turn) gives inputs by name, their parts [(name, Tensors)] and outputs.
    """

    def __init__(self, name, recording, opened, changed, target):
        self.title, self.target = name, available(checks.target(target))
        if not name.isidentifier():
            self.title = "program"
        self.opened = list(dict.fromkeys(opened))
        sizes = Sizes(self.opened)
        born = next(Tensor.numbers)  # what is older, f has from outside
        first, second = recording(sizes.first, 0), recording(sizes.second, 1)
        self.inputs, known = known_nodes(first, second, sizes)
        self.outside = []
        if target != "javascript":  # looked up at each call, for they may have changed
            for tensor in computed(first[2]):
                if not tensor.inputs and tensor.number < born and tensor not in known:
                    shape = map(str, tensor.shape)
                    known[tensor] = Node(
                        "input", (), shape, tensor.dtype, name="outside"
                    )
                    self.outside.append((known[tensor], lambda it=tensor: it.data))
        outputs = graph([first[2], second[2]], sizes, known)
        by_name = {node.name: node for node in self.inputs}
        kept, places = len(outputs) - len(changed), {}
        checks.changes(changed, by_name, outputs)
        for node, given in zip(outputs[kept:], changed):
            if node in places or node.op in ("input", "part", "array"):
                node = Node("broadcast", (node,), node.shape, node.dtype)
            places[node] = by_name[given]
        self.changed = {by_name[it] for it in changed}
        plan = Plan(outputs[:kept], places)
        if target != "javascript":
            self.outside += [
                (it, lambda it=it: it.settings["data"].data)
                for it in plan.order
                if it.op == "array"
            ]
        given = [*self.inputs, *(it for it, _ in self.outside)]
        self.source = WRITERS[self.target](
            self.title, plan, given, self.opened
        ).source()
        self.lasting = [i for i, it in enumerate(self.inputs) if it in self.changed]
        self.rooms, self.run, self.room = {}, None, None

    def __call__(self, *arrays):
        """The results for other numbers."""
        if len(arrays) != len(self.inputs):
            names = ", ".join(it.name for it in self.inputs)
            raise ValueError(f"the program takes {names}, got {len(arrays)} arguments")
        arrays = [
            checks.given(array, node, node in self.changed)
            for array, node in zip(arrays, self.inputs)
        ]
        sizes = {}
        for array, node in zip(arrays, self.inputs):
            sizes |= {
                n: size for n, size in zip(node.shape, array.shape) if n in self.opened
            }
        for array, node in zip(arrays, self.inputs):
            checks.fits(node.name, node.shape, array.shape, sizes, self.opened)
        results = self.go(tuple(sizes[n] for n in self.opened), arrays)
        several = isinstance(results, tuple)
        copied = [np.array(it) for it in (results if several else (results,))]
        return tuple(copied) if several else copied[0]

    def go(self, sizes, arrays):
        """The program on arrays that fit, in rooms that are made once for each size."""
        if self.run is None:
            self.room, self.run = loaded(self.source, self.title, self.target)
        lasting = [arrays[i] for i in self.lasting]
        before, room = self.rooms.get(sizes, ((), None))
        if room is None or not all(map(operator.is_, lasting, before)):
            room = self.room(*sizes, *lasting)
            self.rooms[sizes] = lasting, room
        outside = [checks.given(look(), node, False) for node, look in self.outside]
        return self.run(*sizes, *arrays, *outside, *room)


def known_nodes(first, second, sizes):
    """Nodes of the inputs and of their parts, which lie in them one behind another."""
    (inputs, parts, _), (twins, twin_parts, _) = first, second
    words, inside = {}, {}
    for (name, tensors), (_, others) in zip(parts, twin_parts):
        ends = ["0"]
        for tensor, twin in zip(tensors, others):
            shape = sizes.words(tensor.shape, twin.shape)
            before = ends[-1]
            ends.append(plus([*before.split(" + "), times(shape)]))
            inside[tensor] = name, shape, {"place": (before, ends[-1])}
        words[name] = ends[-1]
        sizes.known[inputs[name].size, twins[name].size] = ends[-1]
    nodes, known = {}, {}
    for name, it in inputs.items():
        shape = sizes.words(it.shape, twins[name].shape)
        nodes[name] = known[it] = Node("input", (), shape, it.dtype, name=name)
    for tensor, (name, shape, place) in inside.items():
        base = nodes[name]
        known[tensor] = Node("part", (base,), shape, base.dtype, place, tensor.name)
    return list(nodes.values()), known


def available(target):
    """The target, or NumPy's where there is no Numba."""
    if target == "numba":
        try:
            import numba  # noqa: F401
            import scipy  # noqa: F401  (np.dot is its BLAS)
        except ImportError:
            missing_numba()
            return "numpy"
    return target


@functools.cache
def missing_numba():
    """Said once; in a browser there is none to be had."""
    if sys.platform != "emscripten":
        warnings.warn(
            "Numba and SciPy are not both installed (pip install numba scipy), so programs "
            "for Numba run in NumPy, more slowly.",
            stacklevel=2,
        )


def loaded(source, title, target):
    """The two functions of a program's text: room, and the program.

    For Numba the text is stored, so that it finds the next time what it has made of it.
    """
    if target == "javascript":
        raise ValueError(
            "a program in JavaScript runs on a page: its text is in source"
        )
    name = f"{title}_{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    path = pathlib.Path.home() / ".cache" / "nnlib" / "programs" / f"{name}.py"
    module = types.ModuleType(name)
    if target == "numba":
        import numba

        sys.modules[name] = module  # where Numba looks for it
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.exists() or path.write_text(source, "utf-8")
        except OSError:
            pass  # nothing can be stored here: it is made anew each time
    exec(builtins.compile(source, path, "exec"), vars(module))
    program = vars(module)[title]
    if target == "numba":
        if hasattr(module, "row"):
            module.row = numba.njit(module.row)
        program = numba.njit(cache=path.exists(), error_model="numpy")(program)
    return module.room, program


# --- one step of training ------------------------------------------------------------------


absolute = operation(np.absolute, lambda g, out, a: (where(a < 0, -g, g),))
log1p = operation(np.log1p, lambda g, out, a: (g / (1 + a),))
rules = {}  # of layers, losses and optimizers whose own code is not for Tensors


def rule(of):
    """The function below it is what `of` does, in Tensors."""

    def keep(f):
        rules[of] = f
        return f

    return keep


@rule(Linear)
def linear(layer, x):
    return cast(x, dtype=layer.W.dtype) @ layer.W + layer.b


@rule(Sigmoid)
def sigmoid(layer, x):
    e = exp(-absolute(x))
    return instead(where(x >= 0, 1, e) / (1 + e), x)


@rule(mse)
def squared_error(z, y):
    error = z - cast(y, dtype=z.dtype)
    return (error * error).mean(), 2 * error / error.size


@rule(cross_entropy)
def log_loss(z, y):
    shape, k = z.shape, z.shape[-1]
    z = z.reshape(-1, k)
    right = cast(equal(y.reshape(-1, 1), np.arange(k)), dtype=z.dtype)  # 0 or 1
    z = z - z.max(axis=1, keepdims=True)
    e = exp(z)
    total = e.sum(axis=1, keepdims=True)
    value = (log(total).sum() - (right * z).sum()) / len(z)
    return value, ((e / total - right) / len(z)).reshape(*shape)


@rule(binary_cross_entropy)
def binary_log_loss(z, y):
    y = cast(y, dtype=z.dtype)
    u = (1 - 2 * y) * z
    value = (maximum(u, 0) + log1p(exp(-absolute(u)))).mean()
    return value, (sigmoid(Sigmoid(), z) - y) / z.size


@rule(SGD)
def sgd(theta, g, lr):
    return [theta - cast(lr, dtype=g.dtype) * g]


@rule(Momentum)
def momentum(theta, g, v, lr, beta):
    v = cast(beta, dtype=g.dtype) * v + g
    return theta - cast(lr, dtype=g.dtype) * v, v


@rule(RMSprop)
def rmsprop(theta, g, s, lr, beta, eps):
    s = cast(beta, dtype=g.dtype) * s + cast(1 - beta, dtype=g.dtype) * (g * g)
    lr, eps = cast(lr, dtype=g.dtype), cast(eps, dtype=g.dtype)
    return theta - lr * g / (s.sqrt() + eps), s


@rule(Adam)
def adam(theta, g, m, v, t, lr, beta1, beta2, eps):
    m = cast(beta1, dtype=g.dtype) * m + cast(1 - beta1, dtype=g.dtype) * g
    v = cast(beta2, dtype=g.dtype) * v + cast(1 - beta2, dtype=g.dtype) * (g * g)
    scale = cast(lr / (1 - beta1**t), dtype=g.dtype)
    root = (v * cast(1 / (1 - beta2**t), dtype=g.dtype)).sqrt()
    return theta - scale * (m / (root + cast(eps, dtype=g.dtype))), m, v


def in_tensors(net, shapes=None):
    """The weights of a network as Tensors, a function that computes z, and all its state.

    With shapes, the weights have these instead of their own.
    """
    if isinstance(net, Model):
        for name, tensor in net.weights.items():
            tensor.name = name
        return list(net.weights.values()), lambda x, own: net.outputs(x), {}
    weights, state, memo = [], {}, {}
    for place, _, name, view in net.views["theta"]:
        shape = shapes[len(weights)] if shapes else view.shape
        weights.append(Tensor(view) if shape == view.shape else other(view, shape, 0))
        weights[-1].name = name + number_of(place, net)
        memo[id(view)] = weights[-1]
    layers = copy.deepcopy(net.layers, memo)  # with Tensors in the places of the views
    for place, layer in net.places.items():
        own = memo[id(layer)]
        if type(layer) in rules:
            own.forward = functools.partial(rules[type(layer)], own)
        for name in getattr(layer, "state", ()):
            tensor = Tensor(np.asarray(getattr(layer, name), net.dtype))
            state[name + number_of(place, net)] = layer, name, tensor
            setattr(own, name, tensor)

    def outputs(x, own):
        count = 0
        for layer, twin in zip(net.layers, layers):
            try:
                x = checks.output(twin.forward(x), Tensor)
            except (AttributeError, TypeError, ValueError) as error:
                raise checks.not_in_tensors(layer, error) from error
            count += not getattr(layer, "elementwise", False)
            x.name = f"{'a' if layer.elementwise else 'z'}{count}"
            own.append(x)
        for layer, name, tensor in state.values():
            checks.unchanged(memo[id(layer)], name, tensor)
        return x

    return weights, outputs, state


def number_of(place, net):
    """1, 2, …: which of the layers that learn, or have a state, a layer is."""
    own = [it for it, layer in net.places.items() if layer.params or layer.state]
    return str(own.index(place) + 1)


class Step:
    """step(x, y) -> loss, a whole step of training as one program: see `compile_step`."""

    def __init__(self, net, loss, optimizer, x, y, target, widths):
        self.net, self.loss, self.optimizer = net, loss, optimizer
        self.move = checks.known_optimizer(optimizer, rules)
        names = list(inspect.signature(self.move).parameters)[2:]
        numbers = [
            it for it in names if isinstance(getattr(optimizer, it), (int, float))
        ]
        self.names = [it for it in names if it not in numbers], numbers
        self.agreed = {}  # shapes and types of batches that fit; how many outputs they have
        x, y = self.batch(x, y)
        self.types = x.dtype, y.dtype
        self.layers = in_tensors(net)[2]
        self.widths = checks.widths(net, target) if widths else []
        self.program = Program(
            "step",
            functools.partial(self.recording, x, y),
            ["n", *self.widths],
            ["theta", *self.names[0]],
            target,
        )
        self.source = self.program.source

    def recording(self, x, y, sizes, turn):
        """Inputs by name, what theta is made of, and outputs, for a batch of another size."""
        net, inputs = self.net, {}
        widths, shapes, size = [sizes[it] for it in self.widths], None, net.theta.size
        rows, targets = x.shape[1:], y.shape[1:]
        if widths:  # of x, of each layer, and of y
            pairs = list(zip(widths, widths[1:]))
            shapes = [it for n, m in pairs for it in ((n, m), (m,))]
            size = sum(n * m + m for n, m in pairs)
            rows, targets = widths[:1], widths[-1:] * len(targets)
        inputs["x"] = other(x, (sizes["n"], *rows), turn)
        inputs["y"] = other(y, (sizes["n"], *targets), turn)
        for name in ("theta", *self.names[0]):
            inputs[name] = other(net.theta, (size,), turn)
        for name in self.names[1]:
            inputs[name] = Tensor(
                np.asarray(float(getattr(self.optimizer, name) + turn))
            )
        weights, outputs, state = in_tensors(net, shapes)
        inputs |= {name: tensor for name, (*_, tensor) in state.items()}
        order = list(inspect.signature(self.move).parameters)[2:]

        def step(x, y, theta, *_):
            own = []  # z1, a1, …
            z = outputs(x, own)
            value, dz = rules.get(self.loss, self.loss)(z, y)
            value.name = "loss"
            named = [*weights, *reversed(own)]
            gradients = vjp(z, named, dz)
            for gradient, it in zip(gradients, named):
                gradient.name = getattr(gradient, "name", "d" + it.name)
            gradients = gradients[: len(weights)]
            g = concatenate([it.reshape(-1) for it in gradients])
            g.name = "grad"
            return value, *self.move(theta, g, *(inputs[name] for name in order))

        return inputs, [("theta", weights)], record(step, inputs.values())

    def batch(self, x, y):
        """x and y as the program takes them; every mistake that can be made, now."""
        x, y = checks.inputs(x, self.net), np.asarray(y)
        key = x.shape, y.shape, y.dtype.kind
        known = key in self.agreed
        if known and self.loss is cross_entropy:  # -1 is a large number without a sign
            known = y.astype(np.uint64).max() < self.agreed[key]
        if not known:
            checks.run(self.net, self.loss, x, y, optimizer=self.optimizer)
            self.agreed[key] = self.net.predict(x).shape[-1]
        return x, y

    def __call__(self, x, y):
        net, optimizer = self.net, self.optimizer
        checks.attached(net, "theta")
        x, y = map(in_one_piece, self.batch(x, y), self.types)
        state = [getattr(optimizer, name) for name in self.names[0]]
        checks.step(net.theta, net.theta, *state, t=getattr(optimizer, "t", None))
        for i, name in enumerate(self.names[0]):
            if state[i] is None:
                state[i] = np.zeros_like(net.theta)
                setattr(optimizer, name, state[i])
        if hasattr(optimizer, "t"):
            optimizer.t += 1
        numbers = [float(getattr(optimizer, name)) for name in self.names[1]]
        layers = [net.dtype.type(getattr(*it[:2])) for it in self.layers.values()]
        given = [x, y, net.theta, *state, *numbers, *layers]
        return float(self.program.go((len(x),), given))


def in_one_piece(array, dtype):
    """The array, or a copy, as a program reads it: row after row."""
    flags = array.flags
    if array.dtype is dtype and flags.c_contiguous and flags.writeable:
        return array
    return np.array(array, dtype, order="C")


def compile_step(net, loss, optimizer, x, y, target="numba", widths=False):
    """step(x, y) -> loss: forward, backward and the optimizer's move as one program.

    It changes net.theta and the optimizer's state in place, as the plain loop does, and
    reads lr at each call; a batch may have any number of rows. Nothing moves while it is
    compiled. `step.source` is its text. In JavaScript, widths=True leaves the widths of all
    layers open, too: w0 of x, w1 of the first Linear layer, and so on.
    """
    return Step(net, loss, optimizer, x, y, target, widths)
