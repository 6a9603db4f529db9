"""Exercises of *The bridge*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import Linear, Network, ReLU, Tanh, he_normal, uniform


def network(rng, *sizes, bends=(ReLU, Tanh), dtype=np.float64):
    """Linear layers of these sizes, all numbers different, and activations in between."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [Linear(n_in, n_out, rng=rng), bends[len(layers) // 2 % 2]()]
    net = Network(*layers[:-1], dtype=dtype)
    net.theta[...] = rng.standard_normal(net.theta.size)
    return net


def networks(rng):
    small = Network(Linear(2, 3, rng=rng), dtype=np.float64)
    small.theta[...] = np.arange(1, 10)
    yield {"net": small}
    yield {"net": network(rng, 2, 2, 3)}
    yield {"net": network(rng, 3, 4, 4, 2, dtype=np.float32)}
    n_in, hidden, n_out = rng.permutation([4, 5, 6])
    yield {"net": network(rng, n_in, hidden, n_out)}


def use_state(answer, net):
    """What the answer makes, by name, when the network has learnt on afterwards."""
    state = answer(net)
    if not isinstance(state, dict):
        return state
    net.theta += 1
    return {str(name): np.array(array) for name, array in state.items()}


WEIGHT = "layer.W.T.copy()"  # pieces of the solution's text
BIAS = "layer.b.copy()"
STATE = Code(
    id="bridge.state_dict",
    title="Weights for PyTorch",
    kind="beyond",
    level=1,
    task="""
`nn.Sequential` calls its weights by the places of its layers, activations counted: the weights of
64-64-10 are `0.weight`, `0.bias`, `2.weight` and `2.bias`. A `weight` has the shape
$(n_\\text{out}, n_\\text{in})$. Write the function that makes this dict of arrays from a network of
`nnlib`. `net.layers` has its layers in order; those that are `Linear` have weights. What you
return stays as it is when the network learns on.
""",
    cases=networks,
    use=use_state,
    hints=(
        "`for i, layer in enumerate(net.layers)` counts all layers; `isinstance(layer, Linear)` "
        "finds those with weights.",
        "`layer.W` is $(n_\\text{in}, n_\\text{out})$: it has to be transposed, square or not.",
        "`layer.W.T` looks at the network's own numbers, and so does `layer.b`: return copies.",
    ),
    solution='''
def my_state_dict(net):
    """A network's weights by PyTorch's names: {"0.weight": W transposed, "0.bias": b, …}."""
    state = {}
    for i, layer in enumerate(net.layers):
        if isinstance(layer, Linear):
            state[f"{i}.weight"] = layer.W.T.copy()
            state[f"{i}.bias"] = layer.b.copy()
    return state
''',
    mistakes=(
        mistake(
            "not transposed",
            "W goes over as it is. PyTorch keeps a neuron in a row, (n_out, n_in): transpose it. "
            "Where W is square nothing would warn you.",
            (WEIGHT, "layer.W.copy()"),
        ),
        mistake(
            "square ones not transposed",
            "You transpose W where its shape asks for it, and leave square ones. They are "
            "transposed as well, whatever their shape says.",
            (WEIGHT, "(layer.W.T if len(layer.W) != len(layer.b) else layer.W).copy()"),
        ),
        mistake(
            "reshaped",
            "`reshape` gives the right shape, and puts the numbers in other places: it reads them "
            "row by row. `.T` turns rows into columns.",
            (WEIGHT, "layer.W.reshape(layer.W.shape[::-1]).copy()"),
        ),
        mistake(
            "activations not counted",
            "You number the linear layers 0, 1, 2. PyTorch counts all layers of a Sequential, "
            "those without weights too.",
            (
                "enumerate(net.layers):\n        if isinstance(layer, Linear):",
                "enumerate(it for it in net.layers if isinstance(it, Linear)):\n        if True:",
            ),
        ),
        mistake(
            "counted from 1",
            "You count from 1. The first layer of a Sequential has the number 0.",
            ("enumerate(net.layers)", "enumerate(net.layers, 1)"),
        ),
        mistake(
            "called as in nnlib",
            "The numbers are right, the names are ours. PyTorch says `weight` and `bias`.",
            ('"{i}.weight"', '"{i}.W"'),
            ('"{i}.bias"', '"{i}.b"'),
        ),
        mistake(
            "the network's own numbers",
            "What you return changes when the network learns on: `layer.W.T` and `layer.b` look "
            "at θ. Return copies.",
            (WEIGHT, "layer.W.T"),
            (BIAS, "layer.b"),
        ),
        mistake(
            "the network's own biases",
            "Your weights are copies, your biases are not: they change when the network learns on.",
            (BIAS, "layer.b"),
        ),
        mistake(
            "the network's own weights",
            "Your biases are copies, your weights are not: `.T` makes no copy, and they change "
            "when the network learns on.",
            (WEIGHT, "layer.W.T"),
        ),
        mistake(
            "biases forgotten",
            "The weights are all there. Each Linear has a bias, too.",
            ('            state[f"{i}.bias"] = layer.b.copy()\n', ""),
        ),
    ),
    alternatives=(
        """
        def my_state_dict(net):
            state = {}
            for i, layer in enumerate(net.layers):
                for name, array in zip(("weight", "bias"), map(np.array, (
                    getattr(layer, "W", np.empty(0)).T, getattr(layer, "b", ())
                ))):
                    if array.size:
                        state[f"{i}.{name}"] = array
            return state
        """,
    ),
)  # fmt: skip


def complaints():
    """Which weights of 64-64-10 have another shape if they are not transposed; then whether
    transposing only those is enough to keep what the network says."""
    rng = np.random.default_rng(0)
    net = network(rng, 64, 64, 10, bends=(ReLU, ReLU))
    W = {i: net.layers[i].W for i in (0, 2)}
    named = [i for i, it in W.items() if it.shape != it.T.shape]
    x = rng.standard_normal((5, 64))
    z = net.predict(x)
    net.layers[0].W[...] = W[0].T.copy()  # what PyTorch takes it for
    same = np.allclose(net.predict(x), z)
    return {(2,): "b" if same else "c", (0, 2): "a"}[tuple(named)]


MISMATCH = Choice(
    id="bridge.size_mismatch",
    title="The layer that complains",
    kind="diagnose",
    level=1,
    task="""
Somebody carries a trained 64-64-10 from `nnlib` to PyTorch: each `W` under its name, as it is.
`load_state_dict` raises an error: *size mismatch for 2.weight*. So they transpose that one, and it
loads. What now?
""",
    options={
        "a": (
            "it cannot load: 0.weight must complain as well",
            "Its shape is (64, 64) either way. What would PyTorch have to complain about?",
        ),
        "b": (
            "all is well: what did not complain was right",
            "A shape that fits is no proof. 0.weight is (64, 64) both ways: is it what PyTorch "
            "takes it for?",
        ),
        "c": (
            "it loads, and reads digits no better than by chance",
            "Right: 0.weight should have been transposed, too, and is square, so nothing warned. "
            "Whenever weights are carried over, compare the outputs of one batch.",
        ),
        "d": (
            "it loads, and works; it only trains worse",
            "It is the same network only if each number is in its place. Where do the weights of "
            "the first hidden neuron end up?",
        ),
    },
    right="c",
    truth=complaints,
    hints=(
        "Which shape has `0.weight` before it is transposed, and which after?",
        "PyTorch takes a row for a neuron; what has been put into the rows of `0.weight`?",
    ),
)


def size_of_torch_s_start():
    """The SD of PyTorch's first weights for a ReLU layer, over that of He's."""
    rng = np.random.default_rng(0)
    theirs = uniform(300, 2000, 300**-0.5, rng=rng).std()
    ratio = theirs / he_normal(300, 2000, rng=rng).std()
    known = {1.0: "a", 6**-0.5: "b", 3**-0.5: "c", 6**0.5: "d"}
    return known[min(known, key=lambda it: abs(it - ratio))]


START = Choice(
    id="bridge.first_weights",
    title="How large PyTorch begins",
    kind="predict",
    level=1,
    task="""
`nn.Linear` draws its weights evenly from $\\pm 1/\\sqrt{n_\\text{in}}$. Compare their standard
deviation with that of `he_normal`. It is
""",
    options={
        "a": (
            "the same: both are made for ReLU",
            "He's variance is 2/n_in. Which variance have numbers drawn evenly from ±c?",
        ),
        "b": (
            "0.41 times as large",
            "Right: evenly from ±c has the variance c²/3, here 1/(3 n_in), a sixth of He's 2/n_in: "
            "the SD is 1/√6 of it. The biases, which are not 0, hide it in a shallow network.",
        ),
        "c": (
            "0.58 times as large",
            "That is 1/√3, the SD of numbers between ±1. What is He's SD for n_in = 1?",
        ),
        "d": (
            "2.4 times as large",
            "The right number, the wrong way round: a sixth of the variance.",
        ),
    },
    right="b",
    truth=size_of_torch_s_start,
    hints=(
        "The variance of numbers drawn evenly from ±c is c²/3.",
        "Divide 1/(3 n_in) by 2/n_in; the SD is the root of a variance.",
    ),
)


def decayed():
    """What AdamW's default decay leaves of a weight without a gradient, in 1000 steps at 0.001."""
    theta = 1.0
    for _ in range(1000):
        theta -= 0.001 * 0.01 * theta
    known = {1.0: "a", 0.99: "b", 0.9: "c", 0.01: "d"}
    return known[min(known, key=lambda it: abs(it - theta))]


DECAY = Choice(
    id="bridge.default_decay",
    title="Adam becomes AdamW",
    kind="predict",
    level=1,
    task="""
You replace `torch.optim.Adam(params, lr=0.001)` by `torch.optim.AdamW(params, lr=0.001)`, whose
decay is 0.01 unless told otherwise: in each step $\\theta$ loses
$\\eta \\cdot 0.01 \\cdot \\theta$. A weight has never had a gradient. What is left of it after
1000 steps?
""",
    options={
        "a": (
            "all of it: without a gradient nothing moves",
            "Adam's step is 0 there. The decay needs no gradient.",
        ),
        "b": (
            "99 %",
            "Right: 1 − 0.00001 a step, to the power of 1000. The default is gentle while η is "
            "small and the training short; with lr=0.01 and 100,000 steps next to nothing is left.",
        ),
        "c": (
            "90 %",
            "The decay is multiplied by η as well. What share is lost in one step?",
        ),
        "d": (
            "nothing to speak of",
            "A hundredth lost in each step would leave nothing. But the decay is multiplied by η.",
        ),
    },
    right="b",
    truth=decayed,
    hints=(
        "In one step the share η · decay is lost.",
        "$(1 - 10^{-5})^{1000}$ is about $1 - 1000 \\cdot 10^{-5}$.",
    ),
)


def distance_without_zeroing():
    """How far ten steps with accumulated gradients go, in steps with g, for a gradient g of 1."""
    accumulated, way = 0.0, 0.0
    for _ in range(10):
        accumulated += 1.0
        way += accumulated
    return {10: "a", 20: "b", 55: "c", 1023: "d"}[round(way)]


ACCUMULATED = Choice(
    id="bridge.accumulated",
    title="What zero_grad is for",
    kind="predict",
    level=1,
    task="""
The gradient is the same in each step, and the optimizer is plain SGD. `zero_grad()` is forgotten.
How far do ten steps go?
""",
    options={
        "a": (
            "as far as 10 steps should",
            "They would if `backward` overwrote the gradient, as `nnlib`'s does. PyTorch adds to "
            "it. What is in `.grad` at the second step?",
        ),
        "b": (
            "as far as 20",
            "From the second step on `.grad` holds more than two gradients. Write down what it "
            "holds in each step, and add up.",
        ),
        "c": (
            "as far as 55",
            "Right: the steps are 1, 2, 3, … 10 gradients long, together 55. It is momentum with "
            "β = 1, which forgets nothing and never comes to rest.",
        ),
        "d": (
            "as far as 1023",
            "The gradients do not double; in each step one more is added. Which series is that?",
        ),
    },
    right="c",
    truth=distance_without_zeroing,
    hints=(
        "`backward` adds the new gradient to what is in `.grad`.",
        "The step is η times what is there: 1 gradient, then 2, then 3.",
    ),
)


def ignored_cases(rng):
    yield {"z": np.log([[1.0, 3.0], [3.0, 1.0]]), "y": np.array([1, -100])}
    yield {
        "z": np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0], [2.0, 0.5, 0.0]]),
        "y": np.array([0, -100, 2]),
    }
    yield {
        "z": np.array([[1e4, 0.0], [0.0, 1e4], [5.0, 1.0]]),
        "y": np.array([-100, 0, 0]),
    }
    n, k = rng.integers(6, 9), rng.integers(4, 6)
    y = rng.integers(0, k, n)
    y[rng.permutation(n)[: n // 2]] = -100
    yield {"z": 3 * rng.standard_normal((n, k)), "y": y}


IGNORE = Code(
    id="bridge.ignore_index",
    title="Labels that do not count",
    kind="beyond",
    level=2,
    task="""
Sentences in a batch are filled up to the same length, and the places that were filled up should
not count. PyTorch's `F.cross_entropy` leaves out each label that equals `ignore_index`, −100 unless
told otherwise, and takes the mean over the others. Write its value for logits `z` of shape $(n, k)$
and labels `y`, and its gradient `dz`. One label counts at least. Logits of $\\pm 10^4$ must do no
harm.
""",
    cases=ignored_cases,
    returns=("value", "dz"),
    hints=(
        "`counts = y != ignore_index` says which rows count. `z[counts]` are their logits.",
        "Of these, value and gradient are those of `cross_entropy`: the mean over the rows that "
        "count.",
        "`dz` has the shape of `z`: zeros, and the gradient in the rows that count.",
    ),
    solution='''
def my_ignore_index(z, y, ignore_index=-100):
    """The cross-entropy of the rows whose label is another, and dz, 0 in the rest."""
    counts = y != ignore_index
    value, dz_counted = cross_entropy(z[counts], y[counts])
    dz = np.zeros_like(z)
    dz[counts] = dz_counted
    return value, dz
''',
    rtol=1e-9,
    atol=1e-12,
    mistakes=(
        mistake(
            "a mean over all rows",
            "You divide by all rows. The mean is over those that count: the loss of a sentence "
            "should not shrink because more places are filled up.",
            ("    dz = np.zeros_like(z)\n",
             "    share = counts.mean()\n"
             "    value, dz_counted = share * value, share * dz_counted\n"
             "    dz = np.zeros_like(z)\n"),
        ),
        mistake(
            "a sum",
            "You add up the rows that count. The loss is their mean.",
            ("    dz = np.zeros_like(z)\n",
             "    many = counts.sum()\n    value, dz_counted = many * value, many * dz_counted\n"
             "    dz = np.zeros_like(z)\n"),
        ),
        mistake(
            "the last class instead",
            "Where the label is to be ignored you take the last class: an index of −1 is the last "
            "one. Leave those rows out before you look anything up.",
            ("    counts = y != ignore_index\n",
             "    y = np.where(y == ignore_index, z.shape[1] - 1, y)\n"
             "    counts = np.full(len(y), True)\n"),
        ),
        mistake(
            "class 0 instead",
            "Where the label is to be ignored you count class 0. Those rows add nothing, to the "
            "loss and to the gradient.",
            ("    counts = y != ignore_index\n",
             "    y = np.where(y == ignore_index, 0, y)\n"
             "    counts = np.full(len(y), True)\n"),
        ),
        mistake(
            "a gradient in the rows that count alone",
            "Your dz has fewer rows than z. It has z's shape: 0 in the rows that do not count.",
            ("return value, dz\n", "return value, dz_counted\n"),
        ),
        mistake(
            "the rows that do not count",
            "You have it the other way round: `y == ignore_index` are the rows to leave out.",
            ("    value, dz_counted", "    y, counts = np.where(counts, y, 0), ~counts\n"
             "    value, dz_counted"),
        ),
    ),
    alternatives=(
        """
        def my_ignore_index(z, y, ignore_index=-100):
            rows = np.flatnonzero(y - ignore_index)
            shifted = z - z.max(axis=1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            dz = np.zeros(z.shape)
            dz[rows] = np.exp(log_p[rows])
            dz[rows, y[rows]] -= 1
            return -log_p[rows, y[rows]].mean(), dz / len(rows)
        """,
    ),
)  # fmt: skip


EXERCISES = (STATE, MISMATCH, START, DECAY, ACCUMULATED, IGNORE)
