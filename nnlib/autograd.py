"""Autograd: run a program once, remember each step, and go back through it.

A `Tensor` is an array that knows which operation made it, and out of what. So a program
leaves a graph behind, and `grad` follows the graph from the result back to all that it
was computed from. Nobody writes a `backward` by hand any more.
"""

import copy
import itertools
import math
import operator

import numpy as np

from nnlib import checks
from nnlib.layers import Layer
from nnlib.network import Network


def operation(forward, gradient):
    """A function of Tensors, made of two: what it computes, and how gradients go back.

    forward(*arrays, **settings) -> array. gradient(g, out, *inputs, **settings) -> one
    gradient for each input, from g = ∂L/∂out; all are Tensors there, so a gradient has a
    gradient. It may give a function instead, called if somebody asks, or None: there is
    none. An input that was broadcast needs no care, `vjp` adds up what its copies get.
    """

    def apply(*inputs, **settings):
        inputs = checks.tensors(forward, inputs, settings, Tensor)
        arrays = [tensor.data for tensor in inputs]
        try:
            data = forward(*arrays, **settings)
        except (IndexError, TypeError, ValueError) as error:
            raise checks.unfit(error, forward, arrays) from None
        out = Tensor(checks.result(data, arrays))
        out.operation, out.inputs, out.settings = apply, inputs, settings
        return out

    apply.forward, apply.gradient = forward, gradient
    return apply


add = operation(np.add, lambda g, out, a, b: (g, g))
subtract = operation(np.subtract, lambda g, out, a, b: (g, lambda: -g))
multiply = operation(np.multiply, lambda g, out, a, b: (lambda: g * b, lambda: g * a))
divide = operation(
    np.divide, lambda g, out, a, b: (lambda: g / b, lambda: -g * out / b)
)
power = operation(
    np.power,
    lambda g, out, a, b: (
        lambda: g * b * a ** where(b == 0, 1, b - 1),  # 0⁻¹ would be infinite
        lambda: g * out * log(where(a == 0, 1, a)),
    ),
)
negative = operation(np.negative, lambda g, out, a: (-g,))
exp = operation(np.exp, lambda g, out, a: (g * out,))
log = operation(np.log, lambda g, out, a: (g / a,))
tanh = operation(np.tanh, lambda g, out, a: (g * (1 - out * out),))
sqrt = operation(np.sqrt, lambda g, out, a: (g / (2 * out),))

# True or False has no slope; where two are equal, the second is the maximum, as in ReLU.
less = operation(np.less, lambda g, out, a, b: (None, None))
less_equal = operation(np.less_equal, lambda g, out, a, b: (None, None))
equal = operation(np.equal, lambda g, out, a, b: (None, None))
where = operation(
    np.where,
    lambda g, out, c, a, b: (None, lambda: where(c, g, 0), lambda: where(c, 0, g)),
)
maximum = operation(
    np.maximum,
    lambda g, out, a, b: (lambda: g * (a > b), lambda: g * (a <= b)),
)

# The same numbers in another shape, some of them, or sums of them.
reshape = operation(
    lambda a, shape: a.reshape(shape), lambda g, out, a, shape: (g.reshape(*a.shape),)
)
transpose = operation(
    np.transpose, lambda g, out, a, axes: (g.transpose(*np.argsort(axes).tolist()),)
)
broadcast = operation(np.broadcast_to, lambda g, out, a, shape: (g,))
cast = operation(lambda a, dtype: a.astype(dtype), lambda g, out, a, dtype: (g,))
total = operation(
    np.add.reduce, lambda g, out, a, axis, keepdims: (spread(g, a.shape, axis),)
)
largest = operation(
    np.maximum.reduce, lambda g, out, a, axis, keepdims: (share(g, out, a, axis),)
)
join = operation(
    lambda *arrays, axis: np.concatenate(arrays, axis),
    lambda g, out, *inputs, axis: pieces(g, inputs, axis),
)
pick = operation(
    lambda a, *rows, key: a[checks.key(key, rows)],
    lambda g, out, a, *rows, key: (
        lambda: place(g, *rows, key=key, shape=a.shape),
        *[None] * len(rows),
    ),
)


def put(a, *rows, key, shape):
    """Zeros, to which a is added where `key` says: twice, where it says so twice."""
    out = np.zeros(shape, a.dtype)
    np.add.at(out, checks.key(key, rows), a)
    return out


place = operation(
    put,
    lambda g, out, a, *rows, key, shape: (
        lambda: pick(g, *rows, key=key),
        *[None] * len(rows),
    ),
)


def spread(g, shape, axis):
    """g of sums along some axes, beside each of the numbers that were added."""
    kept = [1 if i in axis else n for i, n in enumerate(shape)]
    return broadcast(g.reshape(*kept), shape=shape)


def share(g, out, a, axis):
    """g goes to the largest number; where several are, each gets its share."""
    first = equal(a, spread(out, a.shape, axis))
    count = total(first, axis=axis, keepdims=True)
    return where(first, spread(g, a.shape, axis) / count, 0)


def pieces(g, inputs, axis):
    """The parts of g, each of the size of the input that stands there."""
    ends = np.cumsum([it.shape[axis] for it in inputs]).tolist()
    before = (slice(None),) * axis
    return [
        g[(*before, slice(end - it.shape[axis], end))] for it, end in zip(inputs, ends)
    ]


def product_gradient(g, out, a, b):
    """∂L/∂a = g bᵀ and ∂L/∂b = aᵀ g, as in `Linear`, for each matrix of a batch."""
    if a.ndim == b.ndim == 2:
        return lambda: g @ b.T, lambda: a.T @ g
    rows = a.reshape(1, -1) if a.ndim == 1 else a
    columns = b.reshape(-1, 1) if b.ndim == 1 else b
    batch = out.shape[: out.ndim - (a.ndim > 1) - (b.ndim > 1)]
    g = g.reshape(*batch, rows.shape[-2], columns.shape[-1])

    def db():
        if b.ndim == 1:
            return g.mT @ rows  # (…, 1, n): as a row it adds up to (n,)
        if b.ndim == 2:  # one matrix for all of a batch: one long product
            n = math.prod(rows.shape[:-1])
            return rows.reshape(n, len(b)).T @ g.reshape(n, g.shape[-1])
        return rows.mT @ g

    return lambda: g @ columns.mT, db


matmul = operation(np.matmul, product_gradient)


def concatenate(tensors, axis=0):
    """Several in a row, along an axis."""
    tensors, axis = checks.joined(tensors, axis, Tensor)
    return join(*tensors, axis=axis)


def mirrored(f):
    """f with its two inputs exchanged: what Python asks b for, in 2 - b."""
    return lambda self, other: f(other, self)


class Tensor:
    """A number or an array, `data`, and where it comes from: `operation`, `inputs`.

    Made by hand it comes from nowhere, and its data can be changed; what an operation
    made is read-only. NumPy's rules for shapes hold; an integer beside float32 becomes
    float32, and a Python number takes the type of what it meets.
    """

    numbers = itertools.count()
    recording = False  # whether the compiler writes down what is done
    operation, inputs, settings = None, (), {}

    def __init__(self, data):
        self.data = checks.data(data)
        self.number = next(Tensor.numbers)  # what is made of it has a larger one

    shape = property(operator.attrgetter("data.shape"))
    dtype = property(operator.attrgetter("data.dtype"))
    ndim = property(operator.attrgetter("data.ndim"))
    size = property(operator.attrgetter("data.size"))
    T = property(lambda self: self.transpose())
    mT = property(lambda self: self.transpose(*range(self.ndim - 2), -1, -2))

    add = __add__ = __radd__ = add
    multiply = __mul__ = __rmul__ = multiply
    subtract = __sub__ = subtract
    divide = __truediv__ = divide
    power = __pow__ = power
    matmul = __matmul__ = matmul
    negative = __neg__ = negative
    less = __lt__ = less
    less_equal = __le__ = less_equal
    equal = __eq__ = equal
    __hash__ = object.__hash__  # each Tensor is a place in a graph, whatever is in it
    exp, log, tanh, sqrt, maximum, where = exp, log, tanh, sqrt, maximum, where
    concatenate = concatenate

    __rsub__, __rtruediv__, __rpow__, __rmatmul__ = map(
        mirrored, (subtract, divide, power, matmul)
    )
    greater = __gt__ = mirrored(less)
    greater_equal = __ge__ = mirrored(less_equal)

    def not_equal(self, other):
        return where(self == other, False, True)

    __ne__ = not_equal

    def __getitem__(self, key):
        key, rows = checks.split_key(key, Tensor)
        return pick(self, *rows, key=key)

    def reshape(self, *shape):
        shape = checks.new_shape(self.shape, shape)
        return self if shape == self.shape else reshape(self, shape=shape)

    def transpose(self, *axes):
        return transpose(self, axes=checks.order(self.ndim, axes))

    def sum(self, axis=None, keepdims=False):
        axis = checks.axes(self.ndim, axis)
        return total(self, axis=axis, keepdims=keepdims)

    def mean(self, axis=None, keepdims=False):
        out = self.sum(axis, keepdims)
        return out / (self.size // max(out.size, 1))

    def max(self, axis=None, keepdims=False):
        axis = checks.axes(self.ndim, axis)
        return largest(self, axis=axis, keepdims=keepdims)

    def __array_ufunc__(self, function, method, *inputs, **settings):
        return checks.numpys(function, Tensor, inputs, settings, method)

    def __array_function__(self, function, types, inputs, settings):
        return checks.numpys(function, Tensor, inputs, settings)

    def __array__(self, dtype=None, copy=None):
        raise ValueError(
            "a Tensor is no array, and would lose its graph: take its .data"
        )

    def __setitem__(self, key, value):
        raise ValueError(
            "a Tensor cannot be written into: where, or concatenate, make a new one"
        )

    def __len__(self):
        return len(self.data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __bool__(self):
        return bool(checks.number_alone(self, Tensor.recording))

    def __float__(self):
        return float(checks.number_alone(self, Tensor.recording))

    def __format__(self, form):
        return format(float(self), form) if form else repr(self)

    def __reduce__(self):
        return Tensor, (self.data,)  # a copy or a pickle comes from nowhere

    def __repr__(self):
        return f"Tensor({np.array2string(self.data, separator=', ', prefix='Tensor(')})"


def unbroadcast(g, tensor):
    """The gradient of what was broadcast: its copies were all used, so theirs add up."""
    if g.shape == tensor.shape and g.dtype == tensor.dtype:
        return g
    extra = g.ndim - tensor.ndim
    grown = [i + extra for i, n in enumerate(tensor.shape) if n != g.shape[i + extra]]
    if extra or grown:
        g = g.sum((*range(extra), *grown)).reshape(*tensor.shape)
    if g.dtype != tensor.dtype and tensor.dtype.kind == "f":
        g = cast(g, dtype=tensor.dtype)
    return g


def vjp(out, wrt, g, *, again=True):
    """Σ g ∂out/∂w for each w of wrt: one pass backwards, from `out` and its gradient g.

    An operation is visited once, when all that used its result have been: the latest
    first. What was used twice gets two gradients, which add up. (The name: a product of
    a vector, g, and the Jacobian.) Nobody asks again: then no gradient keeps its graph.
    """
    graph, found = set(), [out]
    while found:
        tensor = found.pop()
        if tensor not in graph:
            graph.add(tensor)
            found.extend(tensor.inputs)
    graph = sorted(graph, key=operator.attrgetter("number"))
    asked = set(wrt)  # and all that was computed from them
    for tensor in graph:
        if not asked.isdisjoint(tensor.inputs):
            asked.add(tensor)
    gradients, kept = {out: unbroadcast(checks.gradient(g, out, out), out)}, set(wrt)
    for tensor in reversed(graph):
        if tensor in gradients and tensor.inputs:
            g = gradients[tensor] if tensor in kept else gradients.pop(tensor)
            back = tensor.operation.gradient(
                g, tensor, *tensor.inputs, **tensor.settings
            )
            for each, d in checks.handed_back(tensor, back):
                if each in asked and d is not None:
                    d = checks.gradient(d() if callable(d) else d, tensor, each)
                    d = unbroadcast(d, each)
                    d = d if again else Tensor(d.data)
                    gradients[each] = gradients[each] + d if each in gradients else d
    for w in kept - gradients.keys():
        gradients[w] = Tensor(np.zeros_like(w.data))
    return [gradients[w] for w in wrt]


def grad(value, wrt, *, again=True):
    """∂value/∂w for each w of wrt, as Tensors: gradients of gradients are had in the same way.

    value is a single number. What it does not depend on gets zeros. A gradient keeps all
    that it was computed from; with again=False it does not, and has no gradient.
    """
    value, wrt = checks.differentiable(value, wrt, Tensor)
    return vjp(value, wrt, Tensor(np.ones_like(value.data)), again=again)


class Weights(Layer):
    """Arrays by name, and a gradient for each: what a `Model` learns."""

    def __init__(self, arrays):
        self.params = tuple(arrays)
        for name, array in arrays.items():
            setattr(self, name, np.array(array, float))
            setattr(self, "d" + name, np.zeros(np.shape(array)))


class Model(Network):
    """A network written as a program of Tensors: `outputs(self, x)`; the rest is inherited.

    The arrays given to `super().__init__` become Tensors of these names, and their data
    are views into `theta`. Use one twice, and it is shared.
    """

    z = None  # of the last batch

    def __init__(self, *, dtype=np.float32, **arrays):
        own = set(vars(self))  # a subclass may have begun before
        super().__init__(Weights(checks.named(arrays, self)), dtype=dtype)
        self.out, self.weights = None, {}
        for name in arrays:
            self.weights[name] = Tensor(getattr(self.layers[0], name))
            setattr(self, name, self.weights[name])
        self.made = {"made", *vars(self)} - own

    def outputs(self, x):
        """z, a Tensor, from x, a Tensor: yours to write."""
        raise NotImplementedError(f"{type(self).__name__} has no outputs")

    def forward(self, x):
        """z of a batch x; keeps the graph for `backward`."""
        checks.weights_in_place(self)
        x, self.z = checks.inputs(x, self), None
        self.out = checks.output(self.outputs(Tensor(x)), Tensor, x)
        self.z = self.out.data
        return self.z

    def backward(self, dz):
        """Fills `grad` with ∂L/∂θ, given dz = ∂L/∂z."""
        checks.loss_gradient(dz, self.z)
        dz = Tensor(np.asarray(dz, self.dtype))
        gradients = vjp(self.out, list(self.weights.values()), dz, again=False)
        checks.attached(self, "grad")
        np.concatenate([d.data.ravel() for d in gradients], out=self.grad)

    def predict(self, x):
        """The outputs of a batch, a thousand rows at a time; no `backward` can follow."""
        checks.weights_in_place(self)
        x, self.z, self.out = checks.inputs(x, self), None, None
        starts = range(0, max(len(x), 1), 1000)
        parts = [x[start : start + 1000] for start in starts]
        z = [checks.output(self.outputs(Tensor(it)), Tensor, it).data for it in parts]
        return np.concatenate(z)

    def astype(self, dtype):
        """A copy whose numbers are of another type."""
        weights, _, others = copy.deepcopy(self.__getstate__())
        made = object.__new__(type(self))
        made.__setstate__((weights, dtype, others))
        return made

    def __getstate__(self):
        others = {k: v for k, v in vars(self).items() if k not in self.made}
        return self.weights, self.dtype, others

    def __setstate__(self, state):
        weights, dtype, others = state
        arrays = {name: tensor.data for name, tensor in weights.items()}
        Model.__init__(self, dtype=dtype, **arrays)
        for name, tensor in weights.items():  # the same, where `others` hold them, too
            tensor.data = self.weights[name].data
        self.weights = weights
        vars(self).update(weights | others)
