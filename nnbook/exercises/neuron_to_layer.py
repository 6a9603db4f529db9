"""Exercises of *From a neuron to a layer*."""

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice


def all_doubled():
    """Where the boundary of w = (3, 4), b = −5 goes, and how z climbs, if both double."""
    w, b = np.array([3.0, 4.0]), -5.0
    before, after = -b / np.linalg.norm(w), -2 * b / np.linalg.norm(2 * w)
    if not np.isclose(before, after):
        return "a" if after < before else "b"
    return "c" if np.linalg.norm(2 * w) > np.linalg.norm(w) else "d"


LOUDER = Choice(
    id="layers.louder",
    title="Everything doubled",
    kind="predict",
    level=1,
    task="""
The neuron with $w = (3, 4)$ and $b = -5$ gets everything doubled: $w = (6, 8)$ and $b = -10$.
What becomes of its boundary?
""",
    options={
        "a": (
            "It moves towards the origin, because the weights are larger.",
            "Larger weights alone would do that: the distance is −b / ‖w‖. But b has doubled, "
            "too. What is left of a factor that stands above and below?",
        ),
        "b": (
            "It moves away from the origin, because the bias is larger.",
            "A larger bias alone would do that: the distance is −b / ‖w‖. But w has doubled, "
            "too. What is left of a factor that stands above and below?",
        ),
        "c": (
            "It stays where it is, and z climbs twice as fast across it.",
            "Right: −b / ‖w‖ is 5/5 before and 10/10 after. Twice zero is zero, so the boundary "
            "stays; everywhere else z is twice what it was.",
        ),
        "d": (
            "It stays where it is, and z is everywhere what it was.",
            "The boundary stays, that is right. But look at the origin: z was −5 there. What "
            "is it now?",
        ),
    },
    right="c",
    truth=all_doubled,
    hints=(
        "The boundary is where z = 0. Take a point on it, such as (0.6, 0.8): what is its z now?",
        "Its distance from the origin is −b / ‖w‖, and z climbs by ‖w‖ with each step across it.",
    ),
)


def batches_and_weights(rng):
    yield {
        "x": np.array([[1.0, 2], [3, 0], [0, 1]]),
        "W": np.array([[1.0], [10]]),
        "b": np.array([0.5]),
    }
    yield {
        "x": np.array([[2.0, 1, 0], [3, 3, 1], [4, 2, 0], [1, 3, 1]]),
        "W": np.array([[3.0, 1], [-2, -3], [4, 0]]),
        "b": np.array([-5.0, 5]),
    }
    yield {
        "x": np.array([[1e4], [0]]),
        "W": np.array([[1e4, -1, 0]]),
        "b": np.array([1.0, 2, 3]),
    }
    yield {
        "x": np.array([[1.0, 2], [0, 3], [-1, 1]]),
        "W": np.array([[1.0, -2], [3, 5]]),
        "b": np.array([0.5, -1]),
    }
    n, n_in, n_out = rng.permutation([4, 5, 6])
    yield {
        "x": rng.standard_normal((n, n_in)),
        "W": rng.standard_normal((n_in, n_out)),
        "b": rng.standard_normal(n_out),
    }


def with_weights(answer, x, W, b):
    """A layer whose W and b are set by hand, whether or not it has an __init__; before it is
    looked at, another one beside it answers a batch of one."""
    layer, neighbour = (object.__new__(answer) for _ in range(2))
    layer.W, layer.b = W, b
    neighbour.W, neighbour.b = -W, 2 * b
    z = layer.forward(x)
    neighbour.forward(x[:1] + 1)
    return {"forward(x)": z, "layer.x": layer.x}


FORWARD = Code(
    id="layers.Linear.forward",
    title="A layer answers a batch",
    kind="build",
    level=1,
    task="""
Write the `forward` of the linear layer: for a batch `x`, one row an example, it returns
$z = xW + b$. The layer has its weights in `self.W` and `self.b`. Before it answers, it keeps its
input as `self.x`: learning will need it.
""",
    cases=batches_and_weights,
    use=with_weights,
    base="Layer",
    hints=(
        "What belongs to the layer is written with `self.` in front: `self.W`, `self.b`.",
        "First `self.x = x`, in a line of its own. Then return the product `x @ self.W`, with "
        "the bias added.",
    ),
    mistakes=(
        mistake(
            "no bias",
            "You return x W. The bias is missing: without it, an example of zeros gets zeros "
            "from every neuron, whatever they have learnt.",
            ("x @ self.W + self.b", "x @ self.W"),
        ),
        mistake(
            "bias subtracted",
            "You subtract the bias. Some texts subtract a threshold; a bias is its negative, "
            "and is added.",
            ("x @ self.W + self.b", "x @ self.W - self.b"),
        ),
        mistake(
            "W in front",
            "You write W x, as textbooks do for one example in a column. Here examples are "
            "rows, and so x comes first.",
            ("x @ self.W", "self.W @ x"),
        ),
        mistake(
            "W turned",
            "You turn W on its side. It stands on its side already, (n_in, n_out), a column "
            "for each neuron: use it as it is.",
            ("x @ self.W", "x @ self.W.T"),
        ),
        mistake(
            "number by number",
            "* multiplies number by number. A neuron multiplies pair by pair and adds up: "
            "that is @.",
            ("x @ self.W", "x * self.W"),
        ),
        mistake(
            "bias in a column",
            "You make the bias a column, so that NumPy hands one to each example, in place of "
            "one to each neuron. Leave it as it is: (n_out,) is added to every row.",
            ("+ self.b", "+ self.b.reshape(-1, 1)"),
        ),
        mistake(
            "one bias for all",
            "All neurons get the same bias. Each has one of its own: add the whole row self.b.",
            ("self.b", "self.b[0]"),
        ),
        mistake(
            "the mean of the biases",
            "All neurons get the mean of the biases. Each has one of its own: add the whole row "
            "self.b, as it is.",
            ("self.b", "self.b.mean()"),
        ),
        mistake(
            "the sum of the biases",
            "All neurons get the sum of the biases. Each has one of its own: add the whole row "
            "self.b, as it is.",
            ("self.b", "self.b.sum()"),
        ),
        mistake(
            "the bias goes through the weights",
            "You add the bias to the input, so that it goes through the weights, too. It belongs "
            "behind the product.",
            ("x @ self.W + self.b", "(x + self.b) @ self.W"),
        ),
        mistake(
            "the bias on every weight",
            "You add the bias to each weight. It is added once, behind the product.",
            ("x @ self.W + self.b", "x @ (self.W + self.b)"),
        ),
        mistake(
            "the bias again and again",
            "Your bias is multiplied by the number of examples. Each example gets it once.",
            ("self.b", "len(x) * self.b"),
        ),
        mistake(
            "divided by the number of examples",
            "You divide by the number of examples. A mean belongs to a loss; each example has an "
            "answer of its own.",
            ("x @ self.W", "x @ self.W / len(x)"),
        ),
        mistake(
            "multiplied by the bias",
            "You multiply by the bias. It is added: an input of zeros gets the bias as its answer.",
            ("x @ self.W + self.b", "(x @ self.W) * self.b"),
        ),
        mistake(
            "cut at zero",
            "You cut what is below zero. The linear layer has no bend: that comes in a layer of "
            "its own.",
            ("x @ self.W + self.b", "np.maximum(x @ self.W + self.b, 0)"),
        ),
        mistake(
            "squashed",
            "You send z through a sigmoid. The linear layer has no bend: that comes in a layer "
            "of its own.",
            (
                "return x @ self.W + self.b",
                "return 1 / (1 + np.exp(-(x @ self.W + self.b)))",
            ),
        ),
        mistake(
            "the bias twice",
            "You add the bias twice. Once is enough.",
            ("+ self.b", "+ 2 * self.b"),
        ),
        mistake(
            "rounded",
            "You round the answer. Leave it as it is: the next layer counts with all its digits.",
            ("x @ self.W + self.b", "np.round(x @ self.W + self.b)"),
        ),
        mistake(
            "x is not kept",
            "The layer forgets what it was given. Keep the input as "
            'self.x before you return: "Backpropagation" will ask for it.',
            ("        self.x = x\n", ""),
        ),
        mistake(
            "the output is kept",
            "You keep the answer as self.x. Keep the input x: how a weight should change "
            "depends on the number that it was multiplied with.",
            (
                "self.x = x\n        return x @ self.W + self.b",
                "self.x = x @ self.W + self.b\n        return self.x",
            ),
        ),
    ),
    alternatives=(
        """
        class MyLinear(Layer):
            def forward(self, x):
                self.x = np.array(x)
                return np.einsum("ni,ij->nj", x, self.W) + self.b
        """,
        """
        class MyLinear(Layer):
            def __init__(self, W, b):
                self.W, self.b = W, b

            def forward(self, x):
                self.x = x
                z = np.zeros((len(x), len(self.b)))
                for row, example in enumerate(x):
                    for column, bias in enumerate(self.b):
                        z[row, column] = sum(example * self.W[:, column]) + bias
                return z
        """,
    ),
)


def lists_of_sizes(rng):
    yield {"sizes": [4, 2]}
    yield {"sizes": [3, 2, 1]}
    yield {"sizes": [5, 2, 5, 3]}
    yield {"sizes": [784, 128, 10]}
    yield {"sizes": [1] + 30 * [100]}
    yield {"sizes": rng.integers(2, 50, size=5).tolist()}


PARAMETERS = Code(
    id="network.parameters",
    title="How many parameters?",
    kind="beyond",
    level=1,
    task="""
Write a function that counts the parameters of a network of linear layers. `sizes` is a list: the
number of inputs, then the number of neurons of each layer, so that `[3, 2, 1]` are Ana, Ben and
their verdict, with 11 parameters.
""",
    cases=lists_of_sizes,
    hints=(
        "A layer lies *between* two neighbours in the list. Three sizes make two layers.",
        "`zip(sizes, sizes[1:])` gives the pairs of neighbours, `n_in` and `n_out`.",
        "Each pair adds (n_in + 1) · n_out: a weight for each input and a bias, for each neuron.",
    ),
    solution='''
def my_parameters(sizes):
    """The number of weights and biases of linear layers of these sizes."""
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))
''',
    mistakes=(
        mistake(
            "no biases",
            "You count the weights alone. Each neuron has a bias, too: n_out more for each layer.",
            ("(n_in + 1) * n_out", "n_in * n_out"),
        ),
        mistake(
            "a bias for each input",
            "You count a bias for each input of a layer. A bias belongs to a neuron: there are "
            "n_out of them, not n_in.",
            ("(n_in + 1) * n_out", "n_in * (n_out + 1)"),
        ),
        mistake(
            "biases of the inputs",
            "You count a bias for every number in the list. The first is the number of inputs: "
            "they compute nothing and have no parameters.",
            ("return sum(", "return sizes[0] + sum("),
        ),
        mistake(
            "one bias for each layer",
            "You count one bias for each layer. Each *neuron* has one: n_out of them in a layer.",
            ("(n_in + 1) * n_out", "n_in * n_out + 1"),
        ),
        mistake(
            "one bias for each number in the list",
            "You count one bias for each number in the list. Each neuron has one: as many as the "
            "numbers say, without the inputs.",
            (
                "sum((n_in + 1) * n_out for",
                "len(sizes) + sum(n_in * n_out for",
            ),
        ),
        mistake(
            "biases of the last layer alone",
            "You count the biases of the output layer alone. Hidden neurons have biases, too.",
            (
                "sum((n_in + 1) * n_out for",
                "sizes[-1] + sum(n_in * n_out for",
            ),
        ),
        mistake(
            "no biases at the output",
            "The output layer's biases are missing. Each neuron has one, those at the end, too.",
            ("return sum(", "return -sizes[-1] + sum("),
        ),
        mistake(
            "biases alone",
            "You count the biases alone. Each neuron also has a weight for each of its inputs.",
            ("(n_in + 1) * n_out", "n_out"),
        ),
        mistake(
            "all of it twice",
            "You count everything twice. A gradient may be as large as the parameters; it is no "
            "parameter.",
            ("return sum(", "return 2 * sum("),
        ),
        mistake(
            "one neuron too many",
            "You count a neuron too many in each layer. The 1 stands for the bias, beside the "
            "inputs: (n_in + 1) · n_out.",
            ("* n_out", "* (n_out + 1)"),
        ),
        mistake(
            "sizes added up",
            "You add up the numbers in the list: those are inputs and neurons. Each neuron has a "
            "weight for each of its inputs, and that is a product.",
            (
                "sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))",
                "sum(sizes)",
            ),
        ),
        mistake(
            "biases at both ends",
            "You count a bias for each input of a layer besides those of its neurons. Inputs "
            "have none.",
            ("(n_in + 1) * n_out", "n_in * n_out + n_in + n_out"),
        ),
        mistake(
            "one bias for the whole network",
            "You count one bias for the whole network. Each neuron has one.",
            ("sum((n_in + 1) * n_out for", "1 + sum(n_in * n_out for"),
        ),
        mistake(
            "neighbours added up",
            "You add up the two neighbours. Each of the n_out neurons has n_in weights: multiply.",
            ("(n_in + 1) * n_out", "n_in + n_out"),
        ),
        mistake(
            "all sizes multiplied",
            "You multiply all numbers in the list. Each layer has its own weights; the layers' "
            "counts are added.",
            (
                "sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))",
                "int(np.prod(np.array(sizes, dtype=object)))",
            ),
        ),
        mistake(
            "all sizes multiplied, beyond 64 bits",
            "You multiply all numbers in the list, until they fit into no whole number of NumPy's. "
            "Each layer has its own weights; the layers' counts are added.",
            (
                "sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:]))",
                "int(np.prod(sizes))",
            ),
        ),
        mistake(
            "neighbours added up, and the biases",
            "You add up the two neighbours. Each of the n_out neurons has n_in weights: multiply. "
            "Its bias is counted right.",
            ("(n_in + 1) * n_out", "n_in + n_out + n_out"),
        ),
        mistake(
            "each bias twice",
            "You count each bias twice. A neuron has one: n_in + 1 parameters with its weights.",
            ("(n_in + 1)", "(n_in + 2)"),
        ),
        mistake(
            "every second layer",
            "You take the numbers two by two, so that every second layer is left out. Pairs "
            "overlap: the neurons of one layer are the inputs of the next.",
            ("zip(sizes, sizes[1:])", "zip(sizes[::2], sizes[1::2])"),
        ),
        mistake(
            "each size with itself",
            "You pair each number with itself. A layer lies between two neighbours: sizes and "
            "sizes[1:].",
            ("zip(sizes, sizes[1:])", "zip(sizes, sizes)"),
        ),
        mistake(
            "squares",
            "You give each neuron as many weights as its own layer has neurons. It has one for "
            "each of its inputs: the number before it in the list.",
            ("(n_in + 1)", "(n_out + 1)"),
        ),
        mistake(
            "the network's inputs for every layer",
            "You count the network's inputs as those of every layer. Behind the first one, a layer "
            "gets what the layer before it gives out.",
            ("(n_in + 1)", "(sizes[0] + 1)"),
        ),
        mistake(
            "straight from inputs to outputs",
            "You count one layer from the inputs to the outputs, and leave out what lies between.",
            ("zip(sizes, sizes[1:])", "[(sizes[0], sizes[-1])]"),
        ),
        mistake(
            "every size with every size",
            "You pair every size with every size. Weights lie between *neighbours* alone.",
            (
                "for n_in, n_out in zip(sizes, sizes[1:])",
                "for n_in in sizes for n_out in sizes",
            ),
        ),
        mistake(
            "the last layer left out",
            "You stop one layer too early. The output layer has weights and biases like the "
            "others: three sizes make two layers.",
            ("zip(sizes, sizes[1:])", "zip(sizes[:-1], sizes[1:-1])"),
        ),
        mistake(
            "the first layer left out",
            "You leave out the weights from the inputs to the first layer of neurons. Often "
            "they are most of all there are.",
            ("zip(sizes, sizes[1:])", "zip(sizes[1:], sizes[2:])"),
        ),
        mistake(
            "only the first layer",
            "Only the first layer is counted. Does a `return` stand inside your loop? It ends the "
            "function in the first round.",
            ("zip(sizes, sizes[1:])", "zip(sizes[:1], sizes[1:])"),
        ),
        mistake(
            "only the last layer",
            "Only the last layer is counted. Is your total set to 0 inside the loop, in each "
            "round anew?",
            ("zip(sizes, sizes[1:])", "zip(sizes[-2:], sizes[-1:])"),
        ),
    ),
    alternatives=(
        """
        def my_parameters(sizes):
            total = 0
            for i in range(1, len(sizes)):
                total += sizes[i - 1] * sizes[i] + sizes[i]
            return total
        """,
        """
        def my_parameters(sizes):
            sizes = np.array(sizes)
            return sizes[:-1] @ sizes[1:] + sizes[1:].sum()
        """,
    ),
)


def points_and_a_neuron(rng):
    yield {
        "x": np.array([[0.0, 0], [3, 4], [1, 0.5]]),
        "w": np.array([3.0, 4.0]),
        "b": -5.0,
    }
    yield {
        "x": np.array([[0.0, 0, 0], [1, 2, 2], [-3, 0, 1], [2, 1, 2]]),
        "w": np.array([2.0, -1.0, 2.0]),
        "b": 6.0,
    }
    yield {"x": np.array([[1e4], [-1e4], [0.0]]), "w": np.array([-0.01]), "b": 0.0}
    n, d = rng.integers(3, 6), rng.integers(6, 9)
    x, w = rng.standard_normal((n, d)), rng.standard_normal(d)
    yield {"x": x, "w": w, "b": float(rng.uniform(1, 3))}


DISTANCE = Code(
    id="layers.distance",
    title="How far from the boundary?",
    kind="beyond",
    level=1,
    task="""
A neuron says yes or no; how clearly, its boundary tells. Write a function that returns for each row
of `x` (n, d) how far it lies from the boundary of the neuron with the weights `w` (d,) and the bias
`b`: positive where the neuron says yes, negative where it says no. Return an array of shape (n,).
""",
    cases=points_and_a_neuron,
    hints=(
        "With each step of length 1 straight across the boundary, z climbs by ‖w‖. How many "
        "steps is a point away from z = 0?",
        "z of all rows is `x @ w + b`, and ‖w‖ is `np.linalg.norm(w)`, or the root of the sum "
        "of the squares.",
    ),
    solution='''
def my_distance(x, w, b):
    """The distance of each row of x from x w + b = 0, negative on the no side."""
    return (x @ w + b) / np.linalg.norm(w)
''',
    mistakes=(
        mistake(
            "z, not yet a distance",
            "You return z. Double w and b, and it doubles, while no point has moved: divide by "
            "‖w‖, which is how much z climbs in a step.",
            (" / np.linalg.norm(w)", ""),
        ),
        mistake(
            "no side",
            "The distances are right, but the sides are lost. Take no absolute value: the sign "
            "of z says yes or no.",
            ("(x @ w + b)", "np.abs(x @ w + b)"),
        ),
        mistake(
            "yes for no",
            "The distances are right, and all signs are wrong: positive is where z is positive.",
            ("return (x", "return -(x"),
        ),
        mistake(
            "bias subtracted",
            "You subtract the bias. z is x w + b, and the boundary is where that is zero.",
            ("(x @ w + b)", "(x @ w - b)"),
        ),
        mistake(
            "subtracted the wrong way round",
            "You subtract x w from b. z is their sum, x w + b.",
            ("(x @ w + b)", "(b - x @ w)"),
        ),
        mistake(
            "the bias on every weight",
            "You add b to each weight. It is added once, behind the product.",
            ("x @ w + b", "x @ (w + b)"),
        ),
        mistake(
            "the bias moves the examples",
            "You subtract b from the numbers of x. b is no place; it belongs to z, behind the "
            "product.",
            ("(x @ w + b)", "((x - b) @ w)"),
        ),
        mistake(
            "the bias divided twice",
            "You divide b by ‖w‖ twice. Once is enough, as for x w.",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "x @ w / np.linalg.norm(w) + b / np.linalg.norm(w) ** 2",
            ),
        ),
        mistake(
            "the length of z",
            "You divide z by the length of z itself, taken over all examples. How much z climbs "
            "in a step, w says: divide by ‖w‖.",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "(x @ w + b) / np.linalg.norm(x @ w + b)",
            ),
        ),
        mistake(
            "yes or no alone",
            "You return yes and no as 1 and −1. How far is asked, too: divide z by ‖w‖.",
            ("(x @ w + b) / np.linalg.norm(w)", "np.sign(x @ w + b)"),
        ),
        mistake(
            "the yes side alone",
            "What lies on the no side is 0 in yours, and should be negative: no cut at zero.",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "np.maximum((x @ w + b) / np.linalg.norm(w), 0)",
            ),
        ),
        mistake(
            "the bias alone is divided",
            "Brackets are missing: only b is divided by ‖w‖. All of z must be: (x w + b) / ‖w‖.",
            ("(x @ w + b)", "x @ w + b"),
        ),
        mistake(
            "number by number",
            "* multiplies number by number. A neuron multiplies pair by pair and adds up: that "
            "is @.",
            ("x @ w", "x * w"),
        ),
        mistake(
            "added up over the examples",
            "You add up over the examples, axis 0. Each example is a row, and has a sum of its "
            "own: axis 1.",
            ("x @ w", "(x * w).sum(axis=0)"),
        ),
        mistake(
            "two inputs alone",
            "You take the first two inputs and weights. There may be more, or one: `x @ w` and "
            "`np.linalg.norm(w)` take them all.",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "(x[:, 0] * w[0] + x[:, 1] * w[1] + b) / np.sqrt(w[0] ** 2 + w[1] ** 2)",
            ),
        ),
        mistake(
            "the boundary's own distance",
            "You return how far the boundary lies from the origin, for each row the same. How far "
            "is the row from it? Its z tells.",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "np.full(len(x), -b / np.linalg.norm(w))",
            ),
        ),
        mistake(
            "the distance from w",
            "You return how far each row is from w, as if w were a point. It is a direction: the "
            "boundary stands at a right angle to it, where z is zero.",
            ("(x @ w + b) / np.linalg.norm(w)", "np.linalg.norm(x - w, axis=1)"),
        ),
        mistake(
            "one root too many",
            "You take the root of ‖w‖. np.linalg.norm is the length already, root included.",
            ("np.linalg.norm(w)", "np.sqrt(np.linalg.norm(w))"),
        ),
        mistake(
            "the squared sum",
            "You square the sum of the weights. First the squares, then their sum, then the root.",
            ("np.linalg.norm(w)", "np.sqrt(np.sum(w) ** 2)"),
        ),
        mistake(
            "whole steps",
            "// cuts off what is behind the point. A distance need not be whole: divide by /.",
            ("/ np.linalg.norm(w)", "// np.linalg.norm(w)"),
        ),
        mistake(
            "multiplied by the length",
            "You multiply by ‖w‖. It is how much z climbs in one step: how many steps go into z?",
            ("/ np.linalg.norm(w)", "* np.linalg.norm(w)"),
        ),
        mistake(
            "the bias is in the length",
            "The length that you divide by has the bias in it. A step across the boundary moves "
            "x alone, and z climbs by ‖w‖, without b.",
            ("np.linalg.norm(w)", "np.linalg.norm([*w, b])"),
        ),
        mistake(
            "the length of the examples",
            "You divide by the length of x. How much z climbs in a step, w says, the same for "
            "all examples.",
            ("np.linalg.norm(w)", "np.linalg.norm(x)"),
        ),
        mistake(
            "the length of each example",
            "You divide by the length of each row of x. How much z climbs in a step, w says, the "
            "same for all rows.",
            ("np.linalg.norm(w)", "np.linalg.norm(x, axis=1)"),
        ),
        mistake(
            "the number of weights",
            "You divide by the number of weights. What counts is how long the arrow w is: ‖w‖.",
            ("np.linalg.norm(w)", "len(w)"),
        ),
        mistake(
            "the root of the mean square",
            "You take the mean of the squared weights under the root. A length takes their sum.",
            ("np.linalg.norm(w)", "np.sqrt(np.mean(w**2))"),
        ),
        mistake(
            "the spread of the weights",
            "np.std is how far the weights lie from their mean. The length of the arrow w is "
            "np.linalg.norm(w).",
            ("np.linalg.norm(w)", "np.std(w)"),
        ),
        mistake(
            "the largest weight",
            "You divide by the largest weight. The length of the arrow w takes all of them: the "
            "root of the sum of the squares.",
            ("np.linalg.norm(w)", "np.abs(w).max()"),
        ),
        mistake(
            "measured from the origin",
            "You compare distances from the origin. That is right for points in the direction of "
            "the arrow alone; all others lie off that way. What does z say?",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "np.linalg.norm(x, axis=1) + b / np.linalg.norm(w)",
            ),
        ),
        mistake(
            "measured from one point of the boundary",
            "You measure how far each point is from *one* point of the boundary. The nearest one "
            "is another for each x: what does z say?",
            (
                "(x @ w + b) / np.linalg.norm(w)",
                "np.linalg.norm(x + b * w / (w @ w), axis=1)",
            ),
        ),
        mistake(
            "bias outside of the fraction",
            "You divide x w by ‖w‖, and add b as it is. All of z must be divided: b is measured "
            "in the same points as x w.",
            ("(x @ w + b) / np.linalg.norm(w)", "x @ w / np.linalg.norm(w) + b"),
        ),
        mistake(
            "no bias",
            "That is the distance from a boundary through the origin. The bias is missing: it "
            "moves the boundary away from there.",
            ("x @ w + b", "x @ w"),
        ),
        mistake(
            "root forgotten",
            "You divide by the sum of the squared weights. The length of the arrow w is its "
            "root: (3, 4) is 5 long, not 25.",
            ("np.linalg.norm(w)", "np.sum(w**2)"),
        ),
        mistake(
            "the sum of the weights, with their signs",
            "You divide by the sum of the weights. The length of the arrow (3, 4) is not 7: it is "
            "the long side of a right-angled triangle, 5.",
            ("np.linalg.norm(w)", "w.sum()"),
        ),
        mistake(
            "the sum of the weights",
            "You divide by the sum of the weights, without their signs. The length of the arrow "
            "(3, 4) is not 7: it is the long side of a right-angled triangle, 5.",
            ("np.linalg.norm(w)", "np.abs(w).sum()"),
        ),
    ),
    alternatives=(
        """
        def my_distance(x, w, b):
            length = (w**2).sum() ** 0.5
            return x @ (w / length) + b / length
        """,
        """
        def my_distance(x, w, b):
            foot = -b * w / (w @ w)  # the point of the boundary that is next to the origin
            arrow = w / np.sqrt(w @ w)
            return np.array([(row - foot) @ arrow for row in x])
        """,
    ),
)


def stacks(rng):
    """W1, b1, W2, … of layers in a row."""
    yield {
        **{"W1": np.array([[2.0]]), "b1": np.array([1.0])},
        **{"W2": np.array([[10.0]]), "b2": np.array([3.0])},
    }
    yield {
        **{"W1": np.array([[3.0, 1], [-2, -3], [4, 0]]), "b1": np.array([-5.0, 5])},
        **{"W2": np.array([[2.0], [1]]), "b2": np.array([-1.0])},
    }
    yield {"W1": np.array([[1.0, -2]]), "b1": np.array([3.0, 4])}
    sizes, drawn = rng.permutation([2, 3, 4, 5]), {}
    for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 1):
        drawn[f"W{i}"] = rng.standard_normal((n_in, n_out))
        drawn[f"b{i}"] = rng.standard_normal(n_out)
    yield drawn


def in_pairs(answer, **arrays):
    """A function of a list [(W1, b1), (W2, b2), …]."""
    arrays = list(arrays.values())
    return answer(list(zip(arrays[::2], arrays[1::2])))


COLLAPSE = Code(
    id="network.collapse",
    title="One layer for a whole stack",
    kind="beyond",
    level=2,
    task="""
`layers` is a list of linear layers, each a pair `(W, b)`, in the order in which a batch goes
through them. Return the pair `(W, b)` of the one layer that gives the same answers as all of them
together. The list holds one layer, or more.
""",
    cases=stacks,
    use=in_pairs,
    returns=("W", "b"),
    hints=(
        "Merge the first two, then the result with the third, and so on. "
        "`W, b = layers[0]` is a start, and `for W_next, b_next in layers[1:]:` goes on from it.",
        "What comes out of the first layer, its bias included, is the input of the next one. Put "
        "x W + b in the place of x in x W_next + b_next.",
        "x (W W_next) + (b W_next + b_next): the first bracket is the new W, the second the "
        "new b.",
    ),
    solution='''
def my_collapse(layers):
    """(W, b) of the one layer that answers as all of these in a row do."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b
''',
    mistakes=(
        mistake(
            "biases only added up",
            "You add up the biases. The first one comes out of the first layer together with "
            "x W, and so goes through the next layer's weights, too.",
            ("b @ W_next + b_next", "b + b_next"),
        ),
        mistake(
            "the earlier biases lost",
            "Only the last layer's bias is left. The earlier ones still act: they go through "
            "the weights of the layers behind them.",
            ("b @ W_next + b_next", "b_next"),
        ),
        mistake(
            "the next bias left out",
            "Only the first layer's bias is left, sent through the weights. Each layer behind "
            "adds its own: b W_next + b_next.",
            ("b @ W_next + b_next", "b @ W_next"),
        ),
        mistake(
            "the next bias subtracted",
            "You subtract the next bias. A layer adds it.",
            ("+ b_next", "- b_next"),
        ),
        mistake(
            "the old bias stays as well",
            "You add b W_next + b_next to the old b. It takes the old one's place.",
            ("b @ W_next + b_next", "b + b @ W_next + b_next"),
        ),
        mistake(
            "the bias is never merged",
            "W is merged, and b is still the first layer's. It goes through the next weights, and "
            "the next bias is added.",
            ("b @ W_next + b_next", "b"),
        ),
        mistake(
            "the weights are never merged",
            "b is merged, and W is still the first layer's: multiply it by the next one.",
            ("W @ W_next,", "W,"),
        ),
        mistake(
            "the biases change places",
            "The two biases have changed places. What comes from before goes through W_next; the "
            "next bias is added behind it.",
            ("b @ W_next + b_next", "b_next @ W_next + b"),
        ),
        mistake(
            "the bias meets the earlier weights",
            "b goes through the weights in front of it. It has them behind it: b W_next + b_next.",
            ("b @ W_next", "b @ W"),
        ),
        mistake(
            "no bias",
            "All biases are gone. They act like a part of x that is always there: they go through "
            "the weights behind them.",
            ("b @ W_next + b_next", "0 * b_next"),
        ),
        mistake(
            "weights added up",
            "You add up the weights. Layers in a row multiply: x W is what W_next meets.",
            ("W @ W_next, b @ W_next + b_next", "W + W_next, b + b_next"),
        ),
        mistake(
            "weights added up, biases merged",
            "Your b is right. You add up the weights: layers in a row multiply.",
            ("W @ W_next,", "W + W_next,"),
        ),
        mistake(
            "number by number",
            "* multiplies number by number. Layers in a row are a product of matrices: @.",
            ("W @ W_next, b @ W_next", "W * W_next, b * W_next"),
        ),
        mistake(
            "from the end",
            "You go through the list from its end. The batch meets layers[0] first, and x stands "
            "on the left: x W W_next.",
            ("layers[0]", "layers[-1]"),
            ("layers[1:]", "layers[-2::-1]"),
        ),
        mistake(
            "the first bias lost",
            "The first layer's bias is lost: it goes through the next weights, like all that comes "
            "out of that layer.",
            ("W, b = layers[0]", "W, b = layers[0][0], 0 * layers[0][1]"),
        ),
        mistake(
            "the bias meets the next weights on their side",
            "b goes through W_next turned on its side. It goes through it as x does: b W_next.",
            ("b @ W_next", "b @ W_next.T"),
        ),
        mistake(
            "the first layer alone",
            "You return the first layer. Its answers are what the others go on from: merge them "
            "all.",
            ("layers[1:]", "layers[1:1]"),
        ),
        mistake(
            "the last layer alone",
            "You return the last layer. What reaches it has gone through all the others: merge "
            "them all.",
            ("W @ W_next, b @ W_next + b_next", "W_next, b_next"),
        ),
        mistake(
            "the last layer left out",
            "You stop before the last layer. It belongs to the stack like the others.",
            ("layers[1:]", "layers[1:-1]"),
        ),
        mistake(
            "the next bias goes through its own weights",
            "You send both biases through the next layer's weights. Its own bias is added "
            "behind them: b W_next + b_next.",
            ("b @ W_next + b_next", "(b + b_next) @ W_next"),
        ),
        mistake(
            "W on its side",
            "Your W is turned on its side. It should be (n_in, n_out), as those that came in.",
            ("return W, b", "return W.T, b"),
        ),
        mistake(
            "factors in the wrong order",
            "You multiply W_next by W. The batch meets W first, and x stands on the left: "
            "x W W_next.",
            ("W @ W_next", "W_next @ W"),
        ),
        mistake(
            "only two layers",
            "You merge two layers and stop. Go on to the end of the list: the result with the "
            "third, and so on.",
            ("layers[1:]", "layers[1:2]"),
        ),
        mistake(
            "the first layer twice",
            "The first layer goes in twice: you begin with it, and the loop begins with it, too. "
            "Let the loop go over layers[1:].",
            ("layers[1:]", "layers"),
        ),
        mistake(
            "the bias meets the merged weights",
            "The W that b is multiplied with is the merged one: W was overwritten before b was "
            "computed. The bias needs the next layer's weights alone.",
            (
                "W, b = W @ W_next, b @ W_next + b_next",
                "W = W @ W_next; b = b @ W + b_next",
            ),
        ),
    ),
    alternatives=(
        """
        def my_collapse(layers):
            def answer(x):
                for W, b in layers:
                    x = x @ W + b
                return x

            n_in = len(layers[0][0])
            bias = answer(np.zeros((1, n_in)))
            return answer(np.eye(n_in)) - bias, bias[0]
        """,
        """
        def my_collapse(layers):
            *before, (W, b) = layers
            if not before:
                return W, b
            W_before, b_before = my_collapse(before)
            return W_before @ W, b_before @ W + b
        """,
    ),
)


def columns_of_another_program(rng):
    yield {
        "x": np.array([[1.0, 0.0], [1.0, 1.0]]),
        "W": np.array([[1.0, 2.0], [3.0, 4.0]]),
        "b": np.array([[10.0], [20.0]]),
    }
    yield {
        "x": np.array([[1.0, 2, 0], [0, 0, 0], [1, -1, 3], [2, 1, 1]]),
        "W": np.array([[3.0, -2, 4], [1, -3, 0]]),
        "b": np.array([[-5.0], [5]]),
    }
    yield {
        "x": np.array([[1e4]]),
        "W": np.array([[1.0], [-1]]),
        "b": np.array([[0.0], [1]]),
    }
    n, n_in, n_out = rng.permutation([4, 5, 6])
    yield {
        "x": rng.standard_normal((n, n_in)),
        "W": rng.standard_normal((n_out, n_in)),
        "b": rng.standard_normal((n_out, 1)),
    }


COPIED = Code(
    id="layers.copied",
    title="Weights from another program",
    kind="diagnose",
    level=1,
    task="""
A colleague's program keeps examples in columns: for `x` of shape (n_in, n) it computes W x + b,
with `W` of shape (n_out, n_in) and `b` of shape (n_out, 1). The function below is given her trained
`W` and `b` as they are, and a batch `x` with an example in each row. With two inputs, two neurons
and two examples it runs without a message, and its answers are nonsense. Find out what is wrong,
and mend it: it should return her answers, with an example in each row.
""",
    cases=columns_of_another_program,
    broken="nothing is turned",
    hints=(
        "Write down the shapes of x, W and b, for sizes that all differ: n = 4, n_in = 3, "
        "n_out = 2. Which products and sums do not fit?",
        "Two things are wrong. Here a column of W is a neuron, there a row is. And b should be "
        "added to each row.",
        "`W.T` is W turned on its side. A column b becomes a row by `b.T`, or flat by `b.ravel()`.",
    ),
    solution='''
def my_copied(x, W, b):
    """The answers (n, n_out) to x (n, n_in), from W (n_out, n_in) and b (n_out, 1)."""
    return x @ W.T + b.T
''',
    mistakes=(
        mistake(
            "nothing is turned",
            "Neither W nor b is turned: her W has a row for each neuron, and her b is a column. "
            "When all sizes are equal, nothing complains.",
            ("x @ W.T + b.T", "x @ W + b"),
        ),
        mistake(
            "the bias is still a column",
            "The product is right now. The bias is still a column: it gives each example a bias, "
            "in place of each neuron.",
            ("b.T", "b"),
        ),
        mistake(
            "W is not turned",
            "The bias is right now. W is not: in hers a neuron is a row, and a batch of rows "
            "needs a column for each neuron.",
            ("W.T", "W"),
        ),
        mistake(
            "answers in columns",
            "Those are her answers, with an example in each column, as in her program. Here they "
            "should lie down as rows: turn the result.",
            ("x @ W.T + b.T", "W @ x.T + b"),
        ),
        mistake(
            "her formula, rows for columns",
            "W x + b is her formula, and it wants an example in each column of x. Yours stand "
            "in rows.",
            ("x @ W.T + b.T", "W @ x + b"),
        ),
        mistake(
            "reshaped, not turned",
            "`reshape` changes the shape, but reads the numbers in the same order as before, so "
            "they end up in wrong places. To turn a matrix on its side, use .T.",
            ("W.T", "W.reshape(W.shape[::-1])"),
        ),
        mistake(
            "bias subtracted",
            "The product is right. The bias is added, in her program as in ours.",
            ("+ b.T", "- b.T"),
        ),
        mistake(
            "one bias for all",
            "The product is right. All neurons get the first one's bias: turn the column on its "
            "side, and each gets its own.",
            ("b.T", "b[0]"),
        ),
        mistake(
            "the mean of the biases",
            "The product is right. All neurons get the mean of the biases: turn the column on its "
            "side, and each gets its own.",
            ("b.T", "b.mean()"),
        ),
        mistake(
            "the sum of the biases",
            "The product is right. All neurons get the sum of the biases: turn the column on its "
            "side, and each gets its own.",
            ("b.T", "b.sum()"),
        ),
        mistake(
            "the bias goes through the weights",
            "You add the bias to x, so that it goes through the weights, too. It belongs behind "
            "the product.",
            ("x @ W.T + b.T", "(x + b.T) @ W.T"),
        ),
        mistake(
            "the last bias for all",
            "The product is right. All neurons get the last one's bias: turn the column on its "
            "side, and each gets its own.",
            ("b.T", "b[-1]"),
        ),
        mistake(
            "multiplied by the bias",
            "The product is right. The bias is added, not multiplied.",
            ("+ b.T", "* b.T"),
        ),
        mistake(
            "divided by the number of examples",
            "You divide by the number of examples. A mean belongs to a loss; each example has an "
            "answer of its own.",
            ("x @ W.T + b.T", "(x @ W.T + b.T) / len(x)"),
        ),
        mistake(
            "the bias twice",
            "The product is right. The bias is added twice.",
            ("+ b.T", "+ 2 * b.T"),
        ),
        mistake(
            "number by number",
            "* multiplies number by number. A neuron multiplies pair by pair and adds up: that "
            "is @.",
            ("x @ W.T", "x * W"),
        ),
        mistake(
            "number by number, W turned",
            "W and b are turned rightly. But * multiplies number by number. A neuron multiplies "
            "pair by pair and adds up: that is @.",
            ("x @ W.T", "x * W.T"),
        ),
        mistake(
            "turned back by the inverse",
            "`inv` is the matrix that undoes W. Turned on its side is another thing, W.T: rows "
            "become columns.",
            ("W.T", "np.linalg.inv(W)"),
        ),
        mistake(
            "the answers reshaped",
            "Those are her answers, and `reshape` reads them row by row, so they end up in wrong "
            "places. To turn a table on its side, use .T.",
            ("x @ W.T + b.T", "(W @ x.T + b).reshape(len(x), -1)"),
        ),
        mistake(
            "W turned where it does not fit",
            "You turn W only where its shape does not fit. Where it is square both ways fit, and "
            "one is wrong: turn it always.",
            ("x @ W.T", "x @ (W if x.shape[1] == len(W) else W.T)"),
        ),
        mistake(
            "the bias turned where it does not fit",
            "You turn b only where its shape does not fit. With as many examples as neurons both "
            "ways fit, and one is wrong: turn it always.",
            ("+ b.T", "+ (b if len(x) == len(b) else b.T)"),
        ),
        mistake(
            "x is turned",
            "You turn x. Its examples are rows, as they should be: what stands the other way is "
            "hers, W and b.",
            ("x @ W.T + b.T", "x.T @ W + b"),
        ),
        mistake(
            "only the answers are turned",
            "You use her formula, and turn its result. It wants an example in each *column* of x; "
            "yours stand in rows. Turn x before it goes in.",
            ("x @ W.T + b.T", "(W @ x + b).T"),
        ),
        mistake(
            "no bias",
            "The product is right, and the bias is gone. It belongs to each row: turn it, and "
            "add it.",
            (" + b.T", ""),
        ),
    ),
    alternatives=(
        """
        def my_copied(x, W, b):
            return (W @ x.T + b).T
        """,
        """
        def my_copied(x, W, b):
            return np.einsum("ni,oi->no", x, W) + b[:, 0]
        """,
    ),
)

EXERCISES = (LOUDER, FORWARD, PARAMETERS, DISTANCE, COLLAPSE, COPIED)
