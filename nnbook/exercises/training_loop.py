"""Exercises of *The training loop*."""

from itertools import islice

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import SGD, Linear, Network, cross_entropy, mse, predicted_class, zeros


def numbered(n, k):
    """n examples that can be told apart, with k inputs and a target that belongs to each."""
    x = np.arange(1.0, n * k + 1).reshape(n, k)
    return {"x": x, "y": 10 * x[:, 0]}


def drawn(rng):
    """Examples drawn anew, from 8 to 11 of 3 inputs."""
    n = int(rng.integers(8, 12))
    return {"x": rng.standard_normal((n, 3)), "y": rng.standard_normal(n)}


def batch_cases(rng):
    yield numbered(5, 1) | {"batch_size": 2}
    yield numbered(6, 2) | {"batch_size": 3}
    yield numbered(7, 2) | {"batch_size": 50}
    yield drawn(rng) | {"batch_size": int(rng.integers(3, 6))}


def batches_used(answer, x, y, batch_size):
    """What can be said of batches whatever their order, over six epochs with one rng."""

    def epoch(rng):
        made = answer(x, y, batch_size=batch_size, rng=rng)
        return made if made is None else pairs(islice(made, 5 * len(x)))

    rng = np.random.default_rng(7)
    epochs = [epoch(rng) for _ in range(6)]
    if None in epochs:
        return None
    rng = np.random.default_rng(7)
    again = [together(epoch(rng))[0].tolist() for _ in epochs]
    rows, targets = together(epochs[0])
    order = np.lexsort(rows.T[::-1])
    orders = [together(batches)[0].tolist() for batches in epochs]
    return {
        "sizes of the batches": [len(batch) for batch, _ in epochs[0]],
        "rows of x in an epoch, sorted": rows[order],
        "their y": targets[order],
        "shuffled": any(one != x.tolist() for one in orders),
        "another order in the next epoch": any(one != orders[0] for one in orders),
        "same rng, same order": orders == again,
    }


def pairs(batches):
    """The batches as a list of pairs of arrays."""
    found = list(batches)
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in found):
        raise ValueError("each batch should be a pair (x, y)")
    return [(np.asarray(x), np.asarray(y)) for x, y in found]


def together(batches):
    """All x and all y of some batches, one below the other."""
    return tuple(np.concatenate(part) for part in zip(*batches))


BATCHES = Code(
    id="training.batches",
    title="Shuffled mini-batches",
    kind="build",
    level=2,
    task="""
Deal the examples out in batches: pairs of `batch_size` rows of x and the same rows of y, in an
order that `rng` draws. Each example comes once; the last batch holds what is left. Any
iterable will do: a list, or a function with `yield`.
""",
    cases=batch_cases,
    use=batches_used,
    hints=(
        "Draw one order of row numbers, `rng.permutation(len(x))`, and cut that: then x and "
        "y cannot get out of step.",
        "The batches start at 0, B, 2B, …: `range(0, len(x), batch_size)`.",
        "With `row = order[start : start + batch_size]` a batch is `x[row], y[row]`. A slice "
        "that goes over the end is simply shorter.",
    ),
    mistakes=(
        mistake(
            "no shuffling",
            "Your batches come in the order of the data. Draw an order from rng each time: "
            "sorted data would give batches of a single class.",
            ("rng.permutation(len(x))", "np.arange(len(x))"),
        ),
        mistake(
            "x and y shuffled apart",
            "x and y are shuffled by two different permutations, so the examples lose their "
            "targets. Draw one order, and use it for both.",
            ("((x[row], y[row])", "((x[row], y[rng.permutation(len(x))[: len(row)]])"),
        ),
        mistake(
            "the last batch dropped",
            "The examples that do not fill a whole batch are left out. Let the last batch be "
            "smaller: each example is seen once an epoch.",
            (
                "range(0, len(x), checks.count(batch_size, \"batch_size\"))",
                "range(0, len(x) - batch_size + 1, batch_size)",
            ),
        ),
        mistake(
            "a generator of its own",
            "Each epoch has the same order: you make a new generator, with the same seed, in "
            "every call. Use the rng that is given.",
            ("rng.permutation(len(x))", "np.random.default_rng(0).permutation(len(x))"),
        ),
        mistake(
            "drawn with replacement",
            "Some examples come twice, and others never: `integers` and `choice` draw each "
            "number anew. A permutation holds every row once.",
            ("rng.permutation(len(x))", "rng.integers(len(x), size=len(x))"),
        ),
        mistake(
            "an empty batch",
            "Where the batches come out even, yours end with an empty one, whose mean loss is "
            "nan. There are ⌈n / B⌉ batches, not n // B + 1.",
            ("range(0, len(x),", "range(0, len(x) + 1,"),
        ),
        mistake(
            "NumPy's own randomness",
            "Your order comes from np.random, which nobody can repeat. Draw it from the rng "
            "that is given: the same seed then makes the same training.",
            ("rng.permutation", "np.random.permutation"),
        ),
    ),
    alternatives=(
        """
        def my_batches(x, y, *, batch_size, rng):
            order = np.arange(len(x))
            rng.shuffle(order)
            while len(order):
                row, order = order[:batch_size], order[batch_size:]
                yield x[row], y[row]
        """,
        """
        def my_batches(x, y, *, batch_size, rng):
            order = rng.choice(len(x), size=len(x), replace=False)
            cuts = np.arange(batch_size, len(x), batch_size)
            return list(zip(np.split(x[order], cuts), np.split(y[order], cuts)))
        """,
    ),
)  # fmt: skip


def training_cases(rng):
    """No result depends on the order: all at once, weights that stay, or rows all alike."""
    two = {"x": np.array([[1.0], [2.0]]), "y": np.array([[0.0], [2.0]])}
    yield two | {"W_and_b": np.zeros(2), "lr": 0.1, "batch_size": 2}
    three = {"x": np.array([[1.0], [2.0], [3.0]]), "y": np.array([[0.0], [0.0], [5.0]])}
    yield three | {"W_and_b": np.array([1.0, 0.0]), "lr": 0.0, "batch_size": 2}
    alike = {"x": np.full((5, 2), 1.0), "y": np.full((5, 1), 3.0)}
    yield alike | {"W_and_b": np.array([1.0, 0.5, 0.0]), "lr": 0.1, "batch_size": 2}
    n, k = (int(i) for i in rng.integers(3, 6, 2) + [4, 0])
    some = {"x": rng.standard_normal((n, k)), "y": rng.standard_normal((n, 1))}
    some["W_and_b"] = rng.standard_normal(k + 1)
    yield some | {"lr": 0.0, "batch_size": 3}
    yield some | {"lr": 0.1, "batch_size": n}


class Watched(Network):
    """A network that writes down what is called, and with which examples."""

    calls = ()

    def forward(self, x):
        self.calls.append((f"forward {len(x)}", np.asarray(x).tolist()))
        return super().forward(x)

    def backward(self, dz):
        self.calls.append(("backward", []))
        super().backward(dz)


def training_used(answer, x, y, W_and_b, lr, batch_size):
    """Three epochs of a linear network: its losses, what was called, and theta after them."""
    rng = np.random.default_rng(3)
    net = Watched(Linear(x.shape[1], 1, init=zeros, rng=rng), dtype=np.float64)
    net.theta[...], net.calls = W_and_b, []

    class Steps:
        def step(self, theta, grad):
            net.calls.append(("step", []))
            theta -= lr * grad

    run = answer(net, mse, Steps(), x, y, batch_size=batch_size, rng=rng)
    if run is None:
        return None
    losses, words, orders = [], [], []
    for loss in islice(run, 3):
        if not np.isscalar(loss):
            raise ValueError(f"an epoch should yield a number, and yields {loss!r:.60}")
        losses.append(loss)
        words.append(", ".join(word for word, _ in net.calls))
        orders.append([row for _, rows in net.calls for row in rows])
        net.calls.clear()
    few = len(x) < 6  # an order may come twice by chance
    return {
        "calls in the first epoch": words[0] if words else "",
        "losses of three epochs": np.array(losses, float),
        "theta after them": net.theta.copy(),
        "shuffled": few or any(rows != x.tolist() for rows in orders),
        "another order in the next epoch": few or orders[0] != orders[1],
    }


TRAIN = Code(
    id="training.train",
    title="The loop",
    kind="build",
    level=3,
    task="""
Write the loop as a generator. Each `next` trains for one epoch, on the batches that
`batches(x, y, batch_size=batch_size, rng=rng)` deals out anew, and yields the mean of the loss
over the examples. It never ends by itself: whoever asks decides how long to train. (The check
trains one `Linear` layer with `mse`.)
""",
    cases=training_cases,
    use=training_used,
    hints=(
        "Begin with `while True:` around one epoch, and a `yield` at the end of it.",
        "One step: `value, dz = loss(net.forward(x_batch), y_batch)`, then backward, then "
        "the optimizer's step with `net.theta` and `net.grad`.",
        "`total += value * len(x_batch)` for each batch, and `total / len(x)` at the end; "
        "total begins at 0 in each epoch.",
    ),
    mistakes=(
        mistake(
            "the mean of the batches' means",
            "You average the losses of the batches, as if all were of one size. The last may "
            "be smaller: weigh each loss by its number of examples, and divide by all.",
            ("total += value * len(x_batch)", "total += value"),
            ("return total / len(x)", "return total / np.ceil(len(x) / batch_size)"),
        ),
        mistake(
            "step before backward",
            "The optimizer steps before backward has filled `net.grad`: it uses the gradient "
            "of the batch before, and in the first step zeros.",
            (
                "net.backward(dz)\n                optimizer.step(net.theta, net.grad)",
                "optimizer.step(net.theta, net.grad)\n                net.backward(dz)",
            ),
        ),
        mistake(
            "one epoch, and no more",
            "It ends after one epoch. It should go on for as long as it is asked: put the "
            "epoch inside `while True`.",
            ("itertools.count()", "range(1)"),
        ),
        mistake(
            "batches dealt out once",
            "`batches` is called once, before the first epoch. A generator is used up after "
            "one pass, so that the later epochs see nothing: call it in each epoch.",
            ("in batches(x, y, batch_size=batch_size, rng=rng):", "in once:"),
            (
                "    def one_epoch():",
                "    once = batches(x, y, batch_size=batch_size, rng=rng)\n    def one_epoch():",
            ),
        ),
        mistake(
            "a total that never begins anew",
            "Your total goes on from epoch to epoch, so that the losses add up. Set it to 0 "
            "where an epoch begins.",
            (
                "    def one_epoch():\n        total = 0.0\n",
                "    total = 0.0\n\n    def one_epoch():\n        nonlocal total\n",
            ),
        ),
        mistake(
            "measured after the epoch",
            "You measure the loss after the epoch, with the new weights: one more pass over "
            "everything. Here it is the mean of what the batches gave on the way.",
            ("return total / len(x)", "return loss(net.predict(x), y)[0]"),
        ),
        mistake(
            "a number for each batch",
            "You yield the loss of each batch. One `next` should train for an epoch: the yield "
            "belongs after the loop over the batches.",
            (
                "    return (one_epoch() for _ in itertools.count())",
                """    def one_batch():
        while True:
            for some, truth in batches(x, y, batch_size=batch_size, rng=rng):
                value, dz = loss(net.forward(some), truth)
                net.backward(dz)
                optimizer.step(net.theta, net.grad)
                yield value

    return one_batch()""",
            ),
        ),
    ),
    alternatives=(
        """
        def my_train(net, loss, optimizer, x, y, *, batch_size, rng):
            while True:
                values, sizes = [], []
                for some, truth in batches(x, y, batch_size=batch_size, rng=rng):
                    value, dz = loss(net.forward(some), truth)
                    net.backward(dz)
                    optimizer.step(net.theta, net.grad)
                    values.append(value)
                    sizes.append(len(some))
                yield np.average(values, weights=sizes)
        """,
        """
        def my_train(net, loss, optimizer, x, y, *, batch_size, rng):
            n = len(x)
            for _ in iter(int, 1):
                mean, order = 0, rng.permutation(n)
                for start in range(0, n, batch_size):
                    rows = order[start : start + batch_size]
                    value, dz = loss(net.forward(x[rows]), y[rows])
                    net.backward(dz)
                    optimizer.step(net.theta, net.grad)
                    mean += value * len(rows) / n
                yield mean
        """,
    ),
)  # fmt: skip


def votes_and_labels(rng):
    yield {"z": np.array([[2.0, 0, 0], [0, 3, 1], [0, 1, 2]]), "y": np.array([0, 1, 1])}
    yield {
        "z": np.array([[0.0, 0, 5, 1], [0, 0, 3, 1], [0, 2, 1, 0], [0, 9, 0, 0], [0, 0, 2, 1]]),
        "y": np.array([0, 0, 0, 1, 0]),
    }  # fmt: skip
    yield {
        "z": np.array([[1.0], [-2.0], [3.0], [0.5], [-1.0]]),
        "y": np.array([[1.0], [0.0], [0.0], [1.0], [1.0]]),
    }
    n, k = int(rng.integers(30, 40)), int(rng.integers(5, 8))
    yield {"z": rng.standard_normal((n, k)), "y": rng.integers(k, size=n)}


CONFUSION = Code(
    id="metrics.confusion_matrix",
    title="Who is mistaken for whom",
    kind="build",
    level=2,
    task="""
Count how often an example of class i is called j, in row i and column j of a (k, k) array of
integers; `predicted_class(z)` says what it is called. A class that does not occur still has
its row and column. With one logit a row, z (n, 1), there are two classes, and y (n, 1) holds
zeros and ones.
""",
    cases=votes_and_labels,
    hints=(
        "k is the number of z's columns (two, if there is one), not the number of labels "
        "that you happen to see.",
        "A loop over pairs (true, called) that adds 1 to `counts[true, called]` is right. "
        "For z (n, 1), make labels of y first: `y.ravel().astype(int)`.",
        "Without a loop: `np.add.at(counts, (true, called), 1)`.",
    ),
    mistakes=(
        mistake(
            "rows and columns swapped",
            "The matrix is transposed: rows are the true classes, columns what the network "
            "said. Some libraries do it your way, so always look.",
            ("(true, predicted_class(z))", "(predicted_class(z), true)"),
        ),
        mistake(
            "a pair counted once",
            "A pair that occurs several times is counted once: `counts[i, j] += 1` with lists "
            "of places reads each place once, adds, and writes. Use np.add.at, or a loop.",
            (
                "np.add.at(counts, (true, predicted_class(z)), 1)",
                "counts[true, predicted_class(z)] += 1",
            ),
        ),
        mistake(
            "only the classes of y",
            "You have as many classes as y has labels. The last ones may be missing from these "
            "examples, and the network can still say them: z has a column for each.",
            ("max(2, np.shape(z)[-1])", "true.max() + 1"),
        ),
        mistake(
            "shares in place of counts",
            "Each row is divided by its sum. Shares hide how many examples they rest on: "
            "return the counts.",
            ("return counts", "return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)"),
        ),
        mistake(
            "one logit, one class",
            "For a single logit you make a matrix for one class. It decides between two: "
            "z > 0 says 1, and z ≤ 0 says 0.",
            ("max(2, np.shape(z)[-1])", "z.shape[1]"),
        ),
    ),
    alternatives=(
        """
        def my_confusion_matrix(z, y):
            k = z.shape[1] if z.shape[1] > 1 else 2
            counts = [[0] * k for _ in range(k)]
            for true, called in zip(y.ravel().astype(int), predicted_class(z)):
                counts[true][called] += 1
            return np.array(counts)
        """,
        """
        def my_confusion_matrix(z, y):
            single = z.shape[1] == 1
            called = (z.ravel() > 0).astype(int) if single else np.argmax(z, axis=1)
            one_hot = np.eye(2 if single else z.shape[1], dtype=int)
            return one_hot[y.ravel().astype(int)].T @ one_hot[called]
        """,
    ),
)  # fmt: skip


def votes_without_shuffling():
    """The class that a network votes for too often, trained on sorted data as in the text."""
    from nnlib import ReLU, split
    from nnlib.datasets import spirals

    data = spirals(500, noise=0.2, rng=np.random.default_rng(1))
    (x, y), (x_valid, y_valid), _ = split(*data, rng=np.random.default_rng(0))
    rng = np.random.default_rng(0)
    sizes = ((2, 32), (32, 32), (32, 3))
    one, two, three = (Linear(*size, rng=rng) for size in sizes)
    net = Network(one, ReLU(), two, ReLU(), three, dtype=np.float64)
    order, optimizer = np.argsort(y, kind="stable"), SGD(0.3)
    for rows in np.split(order, 10) * 20:
        _, dz = cross_entropy(net.forward(x[rows]), y[rows])
        net.backward(dz)
        optimizer.step(net.theta, net.grad)
    votes = np.bincount(predicted_class(net.predict(x_valid)), minlength=3)
    extra = votes - np.bincount(y_valid, minlength=3)
    return "abc"[extra.argmax()] if extra.max() > 10 else "d"


UNSHUFFLED = Choice(
    id="training.unshuffled",
    title="Sorted data",
    kind="predict",
    level=1,
    task="""
The 300 training points come sorted: all of class 0, then all of 1, then all of 2. A network
trains on them for 20 epochs of SGD at 0.3, in this order, in batches of 30. Then it looks at the
validation points. Which class does it vote for too often?
""",
    options={
        "a": (
            "class 0",
            "What was learnt first is what was longest ago: 20 batches of other classes "
            "come after it in each epoch, and each of their steps says \"not 0\".",
        ),
        "b": (
            "class 1",
            "Class 1 is in the middle, and 10 batches of class 2 come after it. What do the "
            "last steps before you look say?",
        ),
        "c": (
            "class 2",
            "Right: the last ten batches hold nothing but class 2, and for each of them "
            "\"always 2\" is a good answer.",
        ),
        "d": (
            "none: it has seen each class equally often",
            "It has, but a step answers to its own batch alone. In the last ten batches, "
            "every step makes one and the same class more likely.",
        ),
    },
    right="c",
    truth=votes_without_shuffling,
    hints=(
        "Which answer lowers the loss of a batch that holds a single class?",
        "Which batches had the last word?",
    ),
)  # fmt: skip


def loss_curves(rng):
    yield {"losses": [1.0, 1.2], "lr": 0.8, "patience": 1}
    yield {"losses": [3.0, 2.0, 2.0, 2.5, 1.0, 0.9, 1.1], "lr": 0.4, "patience": 2}
    yield {"losses": [1.0] + [2.0] * 8 + [0.5, 0.6], "lr": 0.1, "patience": 3}
    yield {"losses": [1.0, 0.9, 1.1, 0.8, 1.0, 0.7, 0.9, 0.6], "lr": 1.0, "patience": 2}
    yield {"losses": [1.0, 3.0, 2.0, 4.0, 1.5, 0.9], "lr": 1.0, "patience": 2}
    drawn = np.cumsum(rng.normal(-0.1, 0.4, 30)).round(2) + 9
    yield {"losses": drawn.tolist(), "lr": 0.5, "patience": int(rng.integers(2, 4))}


def halving_used(answer, losses, lr, patience):
    """What comes out, and the learning rate at which each epoch was trained."""
    optimizer, rates = SGD(lr), []

    def epochs():
        for loss in losses:
            rates.append(optimizer.lr)
            yield loss

    run = answer(epochs(), optimizer, patience)
    if run is None:
        return None
    out = list(islice(run, 2 * len(losses)))
    return {
        "losses that come out": out,
        "lr of each epoch": np.array(rates),
        "lr in the end": float(optimizer.lr),
    }


HALVING = Code(
    id="training.halving",
    title="Half the learning rate where the loss rests",
    kind="beyond",
    level=2,
    task="""
A schedule that looks: write a generator that passes the losses of `train` on, and halves
`optimizer.lr` when `patience` epochs in a row have brought no new minimum, before the next
epoch begins. After a halving it waits for `patience` epochs anew. It is used as
`for loss in my_halving(train(…), optimizer, patience=5)`.
""",
    cases=loss_curves,
    use=halving_used,
    hints=(
        "It is early stopping that does not stop: the best loss so far, and a count.",
        "`for loss in losses:` trains an epoch each time it goes around, because `losses` is "
        "a generator. So never make a list of it.",
        "When the count reaches patience: halve, and count from 0 again. The best loss stays "
        "what it is.",
    ),
    solution="""
def my_halving(losses, optimizer, patience):
    \"\"\"Yields the losses; halves optimizer.lr after `patience` epochs of rest.\"\"\"
    best, waited = np.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            optimizer.lr /= 2
            waited = 0
        yield loss
""",
    mistakes=(
        mistake(
            "no new patience",
            "After a halving you go on counting from where you were. Give the smaller rate its "
            "chance, `patience` epochs: the count begins at 0.",
            ("            waited = 0\n", ""),
            ("waited == patience", "waited >= patience"),
        ),
        mistake(
            "compared with the epoch before",
            "You compare with the epoch before, so that a loss that jumps up and down is "
            "always \"better\". Compare with the best so far.",
            ("            waited += 1\n", "            waited += 1\n            best = loss\n"),
        ),
        mistake(
            "as good as the best",
            "A loss that equals the best one counts as a new minimum with you. A loss that "
            "rests would never halve the rate.",
            ("loss < best", "loss <= best"),
        ),
        mistake(
            "one epoch too late",
            "You halve one epoch late: when `patience` epochs have brought nothing, the next "
            "one should have the smaller rate.",
            ("waited == patience", "waited == patience + 1"),
        ),
        mistake(
            "the best forgotten",
            "After a halving you forget the best loss, and the next one, however bad, counts "
            "as a new minimum. Only the count begins anew.",
            ("            waited = 0\n", "            best, waited = np.inf, 0\n"),
        ),
        mistake(
            "a rate that stays",
            "optimizer.lr is never changed: `optimizer.lr / 2` computes a number that nobody "
            "keeps, and `lr = …` keeps it for you alone. Write optimizer.lr /= 2.",
            ("optimizer.lr /= 2", "optimizer.lr / 2"),
        ),
        mistake(
            "all epochs first",
            "You run through all losses before you yield one: `list(losses)` trains all epochs "
            "at the first rate (and on `train` it never ends). Take one at a time.",
            ("for loss in losses:", "for loss in list(losses):"),
        ),
    ),
    alternatives=(
        """
        def my_halving(losses, optimizer, patience):
            seen, last = [], -1
            for epoch, loss in enumerate(losses):
                if not seen or loss < min(seen):
                    last = epoch
                seen.append(loss)
                yield loss
                if epoch - last >= patience:
                    optimizer.lr, last = optimizer.lr * 0.5, epoch
        """,
    ),
)  # fmt: skip

EXERCISES = (BATCHES, TRAIN, CONFUSION, UNSHUFFLED, HALVING)
