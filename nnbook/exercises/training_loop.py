"""Exercises of *The training loop*."""

from itertools import islice

import numpy as np

from nnbook.tutor.code import Code, mistake
from nnbook.tutor.specification import Choice
from nnlib import SGD, Linear, Network, cross_entropy, mse, predicted_class, zeros


def numbered(n, k):
    """n examples that can be told apart, with k inputs and a target that belongs to each."""
    x = np.arange(1.0, n * k + 1).reshape(n, k)
    return {"x": x, "y": 10 * np.arange(n)}


def drawn(rng):
    """Examples drawn anew, from 8 to 11 of 3 inputs."""
    n = int(rng.integers(8, 12))
    return {"x": rng.standard_normal((n, 3)), "y": rng.standard_normal(n)}


def batch_cases(rng):
    yield numbered(5, 1) | {"batch_size": 2}
    yield numbered(6, 2) | {"batch_size": 3}
    yield numbered(3, 1) | {"batch_size": 1}
    yield numbered(7, 2) | {"batch_size": 50}
    yield numbered(9, 2) | {"batch_size": 4}
    yield numbered(MANY, 2) | {"batch_size": 4}
    yield drawn(rng) | {"batch_size": int(rng.integers(3, 6))}


def batches_used(answer, x, y, batch_size):
    """What can be said of batches whatever their order, over some epochs with one rng."""

    def epoch(rng):
        made = answer(x, y, batch_size=batch_size, rng=rng)
        return made if made is None else pairs(islice(made, 2 * len(x)))

    rng = np.random.default_rng(7)
    epochs = [epoch(rng) for _ in range(6)]
    if None in epochs:
        return None
    rng = np.random.default_rng(7)
    again = [together(epoch(rng))[0].tolist() for _ in epochs]
    orders = [together(batches)[0].tolist() for batches in epochs]
    said = {
        "sizes of the batches": [len(batch) for batch, _ in epochs[0]],
        "each example once an epoch": dealt(x, epochs[0]),
        "each y with its x": belonging(x, y, epochs[0]),
        "shuffled": len(x) < 4 or any(one != x.tolist() for one in orders),
        "another order in the next epoch": (
            len(x) < 4 or any(one != orders[0] for one in orders)
        ),
        "same rng, same order": orders == again,
        "who shares a batch": BY_CHANCE,  # until it is looked at
        "where an example comes": BY_CHANCE,
    }
    if len(x) == MANY and all(word in (True, "yes") for word in [*said.values()][1:-2]):
        epochs += [epoch(rng) for _ in range(4 * OFTEN)]
        said["who shares a batch"] = meetings(x, epochs)
        if said["who shares a batch"] == BY_CHANCE:
            said["where an example comes"] = placed(x, epochs)
    return said


MANY, OFTEN = 12, 60  # examples in groups of four, dealt out this often
BY_CHANCE = "whom chance picks"


def pairs(made, what="batch"):
    """The batches as a list of pairs of arrays."""
    found = list(made)
    if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in found):
        raise ValueError(f"each {what} should be a pair (x, y)")
    if any(
        not isinstance(it, np.ndarray) or not it.ndim for pair in found for it in pair
    ) or any(len(x) != len(y) for x, y in found):
        raise ValueError(
            f"each {what} should be a pair (x, y) of arrays, with as many rows of x as of y"
        )
    return found


def together(batches):
    """All x and all y of some batches, one below the other."""
    return tuple(np.concatenate(part) for part in zip(*batches))


def numbers_of(rows, x):
    """Which rows of x these are, told by their first column; None if some are not of x."""
    if rows.shape[1:] != x.shape[1:]:
        return None
    order = np.argsort(x[:, 0])
    places = np.searchsorted(x[order, 0], rows[:, 0]).clip(max=len(x) - 1)
    return order[places] if np.array_equal(x[order[places]], rows) else None


def dealt(x, batches):
    """Whether each row of x is there once."""
    rows, _ = together(batches)
    if rows.dtype != x.dtype:
        return f"x holds {rows.dtype}, and came as {x.dtype}"
    if (numbers := numbers_of(rows, x)) is None:
        return "there are rows that x does not have"
    counts = np.bincount(numbers, minlength=len(x))
    if counts.min() == counts.max() == 1:
        return "yes"
    if counts.max() == 1:
        return "some are missing"
    return (
        "some come twice, and others are missing" if 0 in counts else "some come again"
    )


def belonging(x, y, batches):
    """Whether each row has the y that it came with."""
    rows, targets = together(batches)
    numbers = numbers_of(rows, x)
    if targets.shape != (len(rows), *y.shape[1:]):
        return f"y has the shape {targets.shape}"
    if targets.dtype != y.dtype:
        return f"y holds {targets.dtype}, and came as {y.dtype}"
    if not np.isin(targets, y).all():
        return "there are values that y does not have"
    right = numbers is not None and np.array_equal(targets, y[numbers])
    return "yes" if right else "no"


def meetings(x, deals):
    """Whether any two of MANY rows share a group of four as often as chance has it: in 3 of 11
    deals. Six and a half standard deviations away from that are no chance."""
    groups = [group for deal in deals for group, _ in deal]
    numbers = numbers_of(np.concatenate(groups), x)
    if numbers is None:
        return "rows that x does not have"
    member = np.zeros((len(groups), len(x)))
    member[np.repeat(np.arange(len(groups)), [*map(len, groups)]), numbers] = 1
    met = member.T @ member
    shares = met[~np.eye(len(x), dtype=bool)] / len(deals)
    if shares.min() == 0:
        return "some never meet, however often one deals"
    slack = 6.5 * np.sqrt(3 / 11 * 8 / 11 / len(deals))
    return BY_CHANCE if abs(shares - 3 / 11).max() < slack else "always much the same"


def placed(x, deals):
    """Whether no row of x has a place of its own, and none that it never has: by chance it comes
    to each in 1 of 12 deals, never in half of so many, and never in none."""
    orders = [numbers_of(together(deal)[0], x) for deal in deals]
    if any(order is None for order in orders):
        return "rows that x does not have"
    orders = np.array(orders)
    shares = [(orders == row).mean(axis=0) for row in range(len(x))]
    if np.max(shares) > 0.5:
        return "one of them always has the same place"
    if np.min(shares) == 0:
        return "some never come to some of the places"
    return BY_CHANCE


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
            "neighbours stay together",
            "Rows that are neighbours in the data share a batch in every epoch, and others never "
            "meet: you shuffle the batches, or the rows inside them. Shuffle all rows, and then "
            "cut.",
            ("rng.permutation(len(x))", "np.roll(np.arange(len(x)), rng.integers(len(x)))"),
        ),
        mistake(
            "hardly shuffled",
            "The order changes, and not enough: mostly the same rows share a batch. A "
            "permutation makes every order equally likely.",
            (
                "order = rng.permutation(len(x))",
                "order, (i, j) = np.arange(len(x)), rng.choice(len(x), 2, replace=False)\n"
                "    order[[i, j]] = order[[j, i]]",
            ),
        ),
        mistake(
            "batches of even size",
            "You cut into parts of about the same size. Each batch should have batch_size "
            "examples, and the last what is left.",
            (
                "rows = (order[start : start + batch_size] for start in starts)",
                "rows = np.array_split(order, len(starts))",
            ),
        ),
        mistake(
            "one example too few in a batch",
            "Each of your batches lacks its last example: the end of a slice is not part of it, "
            "so that `order[start : start + batch_size]` has batch_size of them.",
            ("start + batch_size]", "start + batch_size - 1]"),
        ),
        mistake(
            "the number of batches",
            "You make batch_size batches. It says how many examples there are in each.",
            (
                "rows = (order[start : start + batch_size] for start in starts)",
                "rows = np.array_split(order, batch_size)",
            ),
        ),
        mistake(
            "the small batch first",
            "Your first batch is the one that is smaller. Let it be the last.",
            (
                "starts = range(0, len(x), checks.count(batch_size, \"batch_size\"))\n"
                "    rows = (order[start : start + batch_size] for start in starts)",
                "starts = range(len(x) % batch_size, len(x), batch_size)\n"
                "    rows = [order[start : start + batch_size] for start in starts]\n"
                "    rows = [order[: len(x) % batch_size]][: len(x) % batch_size] + rows",
            ),
        ),
        mistake(
            "filled up from the start",
            "You fill the last batch up with examples that were there already. Let it be smaller: "
            "each example comes once.",
            (
                "order = rng.permutation(len(x))",
                "order = rng.permutation(len(x))\n"
                "    order = np.concatenate([order, order[: -len(x) % batch_size]])",
            ),
            ("range(0, len(x), ", "range(0, len(order), "),
        ),
        mistake(
            "the rest in the last batch",
            "What is left does not make your last batch longer: it is a batch of its own, a "
            "smaller one.",
            (
                "rows = (order[start : start + batch_size] for start in starts)",
                "last = max(len(x) // batch_size - 1, 0) * batch_size\n"
                "    cuts = range(batch_size, last + 1, batch_size)\n"
                "    rows = np.split(order, cuts)",
            ),
        ),
        mistake(
            "no end",
            "Your batches never end. One call deals out one epoch: each example once.",
            (
                "for start in starts)",
                "for _ in itertools.count() for start in starts)",
            ),
        ),
        mistake(
            "NumPy's own randomness",
            "Your order comes from np.random, which nobody can repeat. Draw it from the rng "
            "that is given: the same seed then makes the same training.",
            ("rng.permutation", "np.random.permutation"),
        ),
        mistake(
            "one example keeps its place",
            "One example has the same place in every epoch: your order leaves out the first row "
            "or the last. `rng.permutation(len(x))` draws all row numbers.",
            ("order = rng.permutation(len(x))",
             "order = np.append(0, 1 + rng.permutation(len(x) - 1))"),
        ),
        mistake(
            "y before x",
            "Your pairs are (y, x). Whoever takes them writes `for x_batch, y_batch in …`: x "
            "comes first.",
            ("((x[row], y[row])",
             "((y[row], x[row])"),
        ),
        mistake(
            "row numbers",
            "Your pairs hold row numbers, and should hold rows: `x[row], y[row]`.",
            ("((x[row], y[row])",
             "((row, row)"),
        ),
        mistake(
            "only the first batch",
            "Only the first batch comes out: a `return` inside the loop ends it. Collect the "
            "batches in a list and return that behind the loop, or write `yield`.",
            ("for row in rows)",
             "for row in list(rows)[:1])"),
        ),
        mistake(
            "the rest among the others",
            "You cut into n // B parts, and what is left makes some of them longer. Each batch "
            "has batch_size examples, and what is left is a batch of its own, a smaller one.",
            ("rows = (order[start : start + batch_size] for start in starts)",
             "rows = np.array_split(order, max(1, len(x) // batch_size))"),
        ),
        mistake(
            "sorted inside a batch",
            "The rows of each batch are in the order of the data: you sort them after drawing. "
            "Leave them as `rng` has dealt them.",
            ("rows = (order[start : start + batch_size] for start in starts)",
             "rows = (np.sort(order[start : start + batch_size]) for start in starts)"),
        ),
        mistake(
            "drawn anew for each batch",
            "You draw anew for each batch, so that some examples come twice in an epoch, and "
            "others not at all. Draw one order, and cut it.",
            ("rows = (order[start : start + batch_size] for start in starts)",
             "rows = (\n"
             "        rng.choice(len(x), min(batch_size, len(x) - start), replace=False)\n"
             "        for start in starts\n"
             "    )"),
        ),
        mistake(
            "some places never",
            "Some rows never come to some of the places. With `rng.permutation(len(x))` each row "
            "may come anywhere.",
            ("order = rng.permutation(len(x))",
             "order = rng.permutation(len(x))\n"
             "    if order[0] == 0:\n        order = np.roll(order, 1)"),
        ),
        mistake(
            "one array for all batches",
            "All your batches are one array, which the next batch fills with other numbers: "
            "whoever has kept one finds that it has changed. Make a new one for each, as `x[row]`"
            " does.",
            ("    return ((x[row], y[row]) for row in rows)",
             "    some, truth = x[:batch_size].copy(), y[:batch_size].copy()\n\n"
             "    def filled():\n        for row in rows:\n            n = len(row)\n"
             "            some[:n], truth[:n] = x[row], y[row]\n"
             "            yield some[:n], truth[:n]\n\n    return filled()"),
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
    yield two | {"W_and_b": np.ones(2), "lr": 0.9, "batch_size": 2}  # it diverges
    three = {"x": np.array([[1.0], [2.0], [3.0]]), "y": np.array([[0.0], [0.0], [5.0]])}
    yield three | {"W_and_b": np.array([1.0, 0.0]), "lr": 0.0, "batch_size": 2}
    eight = {"x": np.arange(8.0).reshape(8, 1), "y": np.arange(8.0).reshape(8, 1) ** 2}
    yield eight | {"W_and_b": np.array([1.0, 0.0]), "lr": 0.0, "batch_size": 3}
    alike = {"x": np.full((5, 2), 1.0), "y": np.full((5, 1), 3.0)}
    yield alike | {"W_and_b": np.array([1.0, 0.5, 0.0]), "lr": 0.1, "batch_size": 2}
    yield two | {"W_and_b": np.zeros(2), "lr": 1e200, "batch_size": 2}  # inf, then nan
    yield two | {"W_and_b": np.ones(2), "lr": 0.1, "batch_size": 2, "epochs": 1100}
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


def training_used(answer, x, y, W_and_b, lr, batch_size, epochs=4):
    """Three epochs of a linear network: its losses, what was called, and theta after them; then
    as many as it takes to see whether it ends by itself."""
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
    if net.calls and not np.isscalar(run):
        raise ValueError(
            "it trains as soon as it is called; it should wait until it is asked for a loss: "
            "yield one after each epoch"
        )
    losses, words, orders = [], [], []
    for loss in islice(run, 3):
        if not np.isscalar(loss):
            raise ValueError(f"an epoch should yield a number, and yields {loss!r:.60}")
        losses.append(loss)
        words.append(", ".join(word for word, _ in net.calls))
        orders.append([row for _, rows in net.calls for row in rows])
        net.calls.clear()
    few = len(x) < 6  # an order may come twice by chance
    theta = net.theta.copy()
    goes_on = next(islice(run, epochs - 4, None), None) is not None
    return {
        "calls in the first epoch": words[0] if words else "",
        "losses of three epochs": np.array(losses, float),
        "theta after them": theta,
        f"goes on to epoch {epochs}": goes_on,
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
            "an end of its own",
            "It ends by itself. Whoever asks decides how long to train: `while True`, without a "
            "number of epochs and without a loss that is good enough.",
            ("itertools.count()", "range(1000)"),
        ),
        mistake(
            "the sum of the losses",
            "You yield the sum over the examples. The mean does not depend on how many there "
            "are: divide by len(x).",
            ("return total / len(x)", "return total"),
        ),
        mistake(
            "the sum of the batches' means",
            "You add the losses of the batches, each of which is a mean already. Weigh each by "
            "its number of examples, and divide by all examples.",
            ("total += value * len(x_batch)", "total += value"),
            ("return total / len(x)", "return total"),
        ),
        mistake(
            "divided by the batch size",
            "You divide the sum over all examples by batch_size. Divide by all of them, len(x).",
            ("return total / len(x)", "return total / batch_size"),
        ),
        mistake(
            "the last batch counted as a whole one",
            "You weigh each batch with batch_size. The last may be smaller: len(x_batch).",
            ("total += value * len(x_batch)", "total += value * batch_size"),
        ),
        mistake(
            "the loss of the last batch",
            "You yield the loss of the last batch alone. Take the mean over all examples of the "
            "epoch.",
            ("return total / len(x)", "return value"),
        ),
        mistake(
            "no backward",
            "The optimizer steps without a gradient: `net.backward(dz)` fills `net.grad`, after "
            "the loss and before the step.",
            ("                net.backward(dz)\n", ""),
        ),
        mistake(
            "divided twice",
            "The loss has averaged over the batch already: hand dz to backward as it is.",
            ("net.backward(dz)", "net.backward(dz / len(x_batch))"),
        ),
        mistake(
            "measured before the epoch",
            "You measure the loss before the epoch, so that the first `next` trains nothing. Train "
            "first, add up what the batches give, and yield their mean.",
            (
                "return total / len(x)",
                "return net, loss",
            ),
            (
                "    return (one_epoch() for _ in itertools.count())",
                "    def before():\n        while True:\n"
                "            yield loss(net.predict(x), y)[0]\n            one_epoch()\n\n"
                "    return before()",
            ),
        ),
        mistake(
            "no step",
            "The weights stay as they are: after backward, `optimizer.step(net.theta, net.grad)` "
            "moves them.",
            ("                optimizer.step(net.theta, net.grad)\n", ""),
        ),
        mistake(
            "one step an epoch",
            "The optimizer steps once an epoch, and backward overwrites the gradient with each "
            "batch: all batches but the last are lost. A step belongs to each batch.",
            (
                "                optimizer.step(net.theta, net.grad)\n"
                "                total += value * len(x_batch)\n",
                "                total += value * len(x_batch)\n"
                "        optimizer.step(net.theta, net.grad)\n",
            ),
        ),
        mistake(
            "the last batch left out",
            "The batch that is smaller is not trained on. Each example counts.",
            (
                "                value, dz = loss(",
                "                if len(x_batch) < batch_size:\n"
                "                    continue\n"
                "                value, dz = loss(",
            ),
        ),
        mistake(
            "the same order in each epoch",
            "Each epoch sees the same batches. Deal them out anew: call `batches` in every "
            "epoch, with the rng that is given.",
            (
                "in batches(x, y, batch_size=batch_size, rng=rng):",
                "in batches(x, y, batch_size=batch_size, rng=np.random.default_rng(0)):",
            ),
        ),
        mistake(
            "no shuffling",
            "The batches come in the order of the data. `batches` shuffles with the rng that is "
            "given: use it.",
            (
                "for x_batch, y_batch in batches(x, y, batch_size=batch_size, rng=rng):",
                "for start in range(0, len(x), batch_size):\n"
                "                x_batch = x[start : start + batch_size]\n"
                "                y_batch = y[start : start + batch_size]",
            ),
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
        mistake(
            "z and y exchanged",
            "You call the loss with the targets first. It is `loss(z, y)`: the gradient that it "
            "returns is that of its first argument.",
            ("loss(net.forward(x_batch), y_batch)",
             "loss(y_batch, net.forward(x_batch))"),
        ),
        mistake(
            "theta and grad exchanged",
            "The optimizer moves the gradient, or a copy, and the weights stay: "
            "`optimizer.step(net.theta, net.grad)`, the network's own θ first.",
            ("optimizer.step(net.theta, net.grad)",
             "optimizer.step(net.grad, net.theta)"),
        ),
        mistake(
            "two steps a batch",
            "The optimizer steps twice for each batch. Once is meant: after a step the gradient "
            "is that of the place before.",
            ("                optimizer.step(net.theta, net.grad)\n",
             "                optimizer.step(net.theta, net.grad)\n"
             "                optimizer.step(net.theta, net.grad)\n"),
        ),
        mistake(
            "all examples for each batch",
            "You go through the whole of x for each batch. A step is meant to look at the batch "
            "alone: x_batch and y_batch.",
            ("loss(net.forward(x_batch), y_batch)",
             "loss(net.forward(x), y)"),
        ),
        mistake(
            "the loss after the step",
            "You measure the loss of a batch again, after the step. Add the value that you have "
            "from before it: that costs nothing.",
            ("total += value * len(x_batch)",
             "total += loss(net.forward(x_batch), y_batch)[0] * len(x_batch)"),
        ),
        mistake(
            "the best so far",
            "You yield the smallest loss so far. Whoever trains wants to see when it rises: the "
            "mean of this epoch, as it is.",
            ("    return (one_epoch() for _ in itertools.count())",
             "    return itertools.accumulate((one_epoch() for _ in itertools.count()), min)"),
        ),
        mistake(
            "the optimizer left out",
            "You move the weights yourself, with optimizer.lr. How a step is made is the "
            "optimizer's affair, and Momentum and Adam do more: `optimizer.step(net.theta, "
            "net.grad)`.",
            ("optimizer.step(net.theta, net.grad)", "net.theta -= optimizer.lr * net.grad"),
        ),
        mistake(
            "an end at nan",
            "You end where the loss is no number any more. It is yielded as it is, nan or inf: "
            "whoever asks decides what to do about it.",
            ("    return (one_epoch() for _ in itertools.count())",
             "    losses = (one_epoch() for _ in itertools.count())\n"
             "    return itertools.takewhile(np.isfinite, losses)"),
        ),
        mistake(
            "measured once more before training",
            "You measure the loss on everything before each epoch, which costs a pass more. Add up "
            "what the batches give, while the weights change.",
            ("        total = 0.0\n",
             "        before = loss(net.predict(x), y)[0]\n        total = 0.0\n"),
            ("return total / len(x)", "return before"),
        ),
        mistake(
            "one epoch ahead",
            "You train an epoch more than you were asked for: the loss that comes out is that of "
            "the epoch before. Yield as soon as an epoch is over.",
            ("    return (one_epoch() for _ in itertools.count())",
             "    def late():\n        last = one_epoch()\n        while True:\n"
             "            coming = one_epoch()\n            yield last\n"
             "            last = coming\n\n    return late()"),
        ),
        mistake(
            "the sum over the last batch's rows",
            "You divide by the number of rows in the last batch. The sum is over all examples: "
            "divide by len(x).",
            ("return total / len(x)", "return total / len(x_batch)"),
        ),
        mistake(
            "the means over whole batches",
            "You add the batches' means, and divide by how many batches are full. Weigh each by "
            "its number of examples, and divide by all of them.",
            ("total += value * len(x_batch)", "total += value"),
            ("return total / len(x)", "return total / (len(x) // batch_size)"),
        ),
        mistake(
            "the first targets for each batch",
            "Each batch of x gets the first targets of y. `batches` deals out pairs: y_batch "
            "belongs to x_batch.",
            ("loss(net.forward(x_batch), y_batch)",
             "loss(net.forward(x_batch), y[: len(x_batch)])"),
        ),
        mistake(
            "a yield for each batch, of the epoch so far",
            "You yield inside the loop over the batches. One `next` should train for a whole "
            "epoch: the yield belongs behind that loop.",
            ("    return (one_epoch() for _ in itertools.count())",
             """    def so_far():
        while True:
            total = 0.0
            for some, truth in batches(x, y, batch_size=batch_size, rng=rng):
                value, dz = loss(net.forward(some), truth)
                net.backward(dz)
                optimizer.step(net.theta, net.grad)
                total += value * len(some)
                yield total / len(x)

    return so_far()"""),
        ),
        mistake(
            "the loss after the step, predicted",
            "You measure the loss of a batch again, after the step. Add the value that you have "
            "from before it: that costs nothing.",
            ("total += value * len(x_batch)",
             "total += loss(net.predict(x_batch), y_batch)[0] * len(x_batch)"),
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
    yield {"z": np.array([[0.0], [0.0], [-1.0]]), "y": np.array([[0.0], [1.0], [1.0]])}
    yield {"z": np.array([[1.0, 1, 0], [0, 2, 2], [3, 3, 3]]), "y": np.array([0, 1, 1])}
    yield {"z": np.tile([[2.0, 1.0]], (300, 1)), "y": np.arange(300) // 270}
    yield {"z": np.array([[3.0, 1, 0], [0, 2, 4], [1, 5, 3]]), "y": np.array([1, 2, 1])}
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
            "A pair that occurs several times is counted once. `counts[i, j] = 1` does that, and "
            "`counts[i, j] += 1` with lists of places, which reads each place once, adds, and "
            "writes. Use np.add.at, or a loop that adds.",
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
            "shares of all",
            "You divide by the number of examples. Shares hide how many examples they rest on: "
            "return the counts.",
            ("return counts", "return counts / len(true)"),
        ),
        mistake(
            "shares of what is called so",
            "Each column is divided by its sum, which is precision. Return the counts: from them "
            "one has both, by row and by column.",
            ("return counts", "return counts / np.maximum(counts.sum(axis=0), 1)"),
        ),
        mistake(
            "one logit, one class",
            "For a single logit you make a matrix for one class. It decides between two: "
            "z > 0 says 1, and z ≤ 0 says 0.",
            ("max(2, np.shape(z)[-1])", "z.shape[1]"),
        ),
        mistake(
            "argmax of a single logit",
            "The largest of one logit is always the one at 0, so that nobody is ever called 1. "
            "For z (n, 1) its sign decides; `predicted_class(z)` knows both cases.",
            ("predicted_class(z)", "z.argmax(axis=1)"),
        ),
        mistake(
            "half as the limit of a logit",
            "You compare the logit with ½. That is the limit of the probability, and σ(z) > ½ "
            "where z > 0: `predicted_class(z)`.",
            (
                "predicted_class(z)",
                "(z[:, 0] > 0.5).astype(int) if z.shape[1] == 1 else z.argmax(1)",
            ),
        ),
        mistake(
            "a logit of 0",
            "A logit of exactly 0 is called 1 with you. `predicted_class` says 1 where z > 0.",
            (
                "predicted_class(z)",
                "(z[:, 0] >= 0).astype(int) if z.shape[1] == 1 else z.argmax(1)",
            ),
        ),
        mistake(
            "one row, k times",
            "`[[0] * k] * k` is one row under k names: what is counted in one is counted in all. "
            "Make each row anew, or use np.zeros((k, k), int).",
            ("return counts", "return np.tile(counts.sum(axis=0), (k, 1))"),
        ),
        mistake(
            "only the mistakes",
            "You count the wrong answers alone. The right ones belong into the matrix too, on "
            "its diagonal.",
            ("return counts", "return counts - np.diag(np.diag(counts))"),
        ),
        mistake(
            "only what is right",
            "You count the right answers alone. The wrong ones are what one wants to see: row "
            "of the true class, column of what it is called.",
            ("return counts", "return np.diag(np.diag(counts))"),
        ),
        mistake(
            "shares",
            "You divide by the number of examples in each row. Counts are asked for, as "
            "integers.",
            ("    return counts",
             "    return counts / counts.sum(axis=1, keepdims=True)"),
        ),
        mistake(
            "floats",
            "The counts are right, and floats: `np.zeros((k, k))` holds floats unless it is "
            "told otherwise. Write `np.zeros((k, k), int)`.",
            (", np.int64)",
             ")"),
        ),
        mistake(
            "only the first example",
            "Only the first example is counted: the `return` stands inside the loop. It belongs "
            "behind it.",
            ("(true, predicted_class(z))",
             "(true[:1], predicted_class(z)[:1])"),
        ),
        mistake(
            "counted from one",
            "Your counts begin at 1. Nothing has been counted yet: begin with `np.zeros`.",
            ("np.zeros(",
             "np.ones("),
        ),
        mistake(
            "the classes backwards",
            "Your rows and columns begin with the last class. Class 0 is the first.",
            ("    return counts",
             "    return counts[::-1, ::-1]"),
        ),
        mistake(
            "the last of equal logits",
            "Where two logits are equal, you take the last. `argmax` and `predicted_class` take "
            "the first.",
            ("predicted_class(z)",
             "predicted_class(z) if z.shape[1] == 1 else "
             "z.shape[1] - 1 - z[:, ::-1].argmax(axis=1)"),
        ),
        mistake(
            "the diagonal of what is called",
            "You pair what an example is called with itself. The row is its true class, from y.",
            ("(true, predicted_class(z))", "(predicted_class(z), predicted_class(z))"),
        ),
        mistake(
            "classes counted from one",
            "Your classes are one too low, and class 0 is the last: you subtract 1. In Python rows "
            "and columns count from 0, as the classes do.",
            ("(true, predicted_class(z))", "(true - 1, predicted_class(z) - 1)"),
        ),
        mistake(
            "two classes turned around",
            "For a single logit your rows and columns begin with class 1. Class 0 is the first.",
            ("    return counts", "    return counts[::-1, ::-1] if z.shape[1] == 1 else counts"),
        ),
        mistake(
            "the size of a logit",
            "You look for the logit of the largest size. A large negative one says no: the largest "
            "is meant.",
            ("predicted_class(z)", "predicted_class(z if z.shape[1] == 1 else np.abs(z))"),
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
    yield {"losses": [1.0, np.nan, np.nan, 2.0, 0.5, 0.6], "lr": 0.8, "patience": 2}
    yield {"losses": [2.0, 2.5, 1.9, 2.5, 1.8, 2.5, 1.7], "lr": 0.8, "patience": 2}
    yield {"losses": [1.0, 0.99999, 0.99998, 0.99997, 1.1], "lr": 0.8, "patience": 2}
    yield {"losses": [1.0, 2.0, np.nan, 2.0, 2.0], "lr": 0.8, "patience": 2}
    yield {"losses": [9e3, 8e3, 8e3, 7e3, 9e3], "lr": 0.8, "patience": 1}
    yield {"losses": [1.0] * 20, "lr": 0.008, "patience": 1}
    yield {"losses": [1.0] * 4, "lr": 0.8, "patience": 2, "lr_from_epoch_1": 0.2}
    drawn = np.cumsum(rng.normal(-0.1, 0.4, 30)).round(2) + 9
    yield {"losses": drawn.tolist(), "lr": 0.5, "patience": int(rng.integers(2, 4))}


def halving_used(answer, losses, lr, patience, lr_from_epoch_1=None):
    """What comes out, and the learning rate at which each epoch was trained: after the first one
    whoever trains may set it by hand."""
    optimizer, rates = SGD(lr), []

    def epochs():
        for loss in losses:
            if len(rates) == 1 and lr_from_epoch_1:
                optimizer.lr = lr_from_epoch_1
            rates.append(optimizer.lr)
            yield loss

    run = answer(epochs(), optimizer, patience)
    if run is None:
        return None
    out = list(islice(run, 1))
    first = len(rates)
    out += islice(run, 2 * len(losses))
    return {
        "epochs trained when the first loss comes out": first,
        "losses that come out": np.array(out, float),
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
        mistake(
            "a list at the end",
            "You return all losses at the end. On `train`, which never ends, nothing ever comes "
            "out: yield each loss as it comes.",
            ("    best, waited = np.inf, 0\n", "    out, best, waited = [], np.inf, 0\n"),
            ("        yield loss", "        out.append(loss)\n    return out"),
        ),
        mistake(
            "not in a row",
            "A new minimum does not end the waiting with you. It is about epochs in a row: count "
            "from 0 again.",
            ("best, waited = loss, 0", "best = loss"),
        ),
        mistake(
            "halved once",
            "You halve once, and never again: the count goes on past patience. Set it to 0 after "
            "a halving.",
            ("            waited = 0\n", ""),
        ),
        mistake(
            "at fixed times",
            "You halve every `patience` epochs, whatever the losses are. Only epochs without a "
            "new minimum count.",
            ("        else:\n            waited += 1\n", "        waited += 1\n"),
            ("best, waited = loss, 0", "best = loss"),
        ),
        mistake(
            "a new best by decree",
            "After a halving you take the present loss for the best. The best stays what it is; "
            "only the count begins anew.",
            ("            waited = 0\n", "            best, waited = loss, 0\n"),
        ),
        mistake(
            "nan as a minimum",
            "A loss that is nan counts as a new minimum with you: every comparison with nan is "
            "False, `loss >= best` too. Ask for what is better: `loss < best`.",
            ("if loss < best:", "if not loss >= best:"),
        ),
        mistake(
            "half of the first rate",
            "You always set half of the rate that it began with. Halve what it is now: "
            "optimizer.lr /= 2.",
            ("    best, waited = np", "    first, best, waited = optimizer.lr, np"),
            ("optimizer.lr /= 2", "optimizer.lr = first / 2"),
        ),
        mistake(
            "the loss kept back",
            "In an epoch that ends with a halving no loss comes out. Each is passed on.",
            ("            waited = 0\n", "            waited = 0\n            continue\n"),
        ),
        mistake(
            "the end after a halving",
            "You stop at the first halving. This schedule never stops: it halves, and goes on.",
            ("            waited = 0\n", "            return\n"),
        ),
        mistake(
            "twice the rate",
            "You double the rate. Where the loss rests, shorter steps are wanted: /= 2.",
            ("optimizer.lr /= 2", "optimizer.lr *= 2"),
        ),
        mistake(
            "the best passed on",
            "You yield the best loss so far. Pass on the loss of each epoch as it is.",
            ("        yield loss", "        yield best"),
        ),
        mistake(
            "a margin",
            "A loss that is better by very little does not count with you. Here every new "
            "minimum counts, however small the step.",
            ("if loss < best:",
             "if loss < best - 1e-3:"),
        ),
        mistake(
            "one epoch too soon",
            "You halve one epoch early: the count of epochs without a new minimum has to reach "
            "`patience` itself.",
            ("waited == patience",
             "waited == patience - 1"),
        ),
        mistake(
            "the best not kept",
            "You never write down the best loss, so that every epoch counts as a new minimum: "
            "`best = loss` where there is one.",
            ("best, waited = loss, 0",
             "waited = 0"),
        ),
        mistake(
            "the rate passed on",
            "You yield the learning rate. Pass on the loss of each epoch.",
            ("yield loss",
             "yield optimizer.lr"),
        ),
        mistake(
            "a quarter",
            "You divide the rate by 4 at once. Half of it is asked for.",
            ("/= 2",
             "/= 4"),
        ),
        mistake(
            "whole numbers",
            "`//=` divides and rounds down: a rate below 2 becomes 0, and nothing moves any "
            "more. Write `/= 2`.",
            ("/= 2",
             "//= 2"),
        ),
        mistake(
            "a rate of its own",
            "You keep a rate of your own, and write it into the optimizer at each halving: what "
            "whoever trains has set there since is lost. Halve what is there: optimizer.lr /= 2.",
            ("    best, waited = np", "    own, best, waited = optimizer.lr, np"),
            ("optimizer.lr /= 2", "own /= 2\n            optimizer.lr = own"),
        ),
        mistake(
            "nan as nothing at all",
            "A loss that is nan is neither better nor worse with you, so that nobody waits. "
            "Whatever is no new minimum is waiting: else.",
            ("        else:\n", "        elif loss >= best:\n"),
        ),
        mistake(
            "a tenth",
            "You divide the rate by 10. Half of it is asked for.",
            ("/= 2", "/= 10"),
        ),
        mistake(
            "a lowest rate",
            "Your rate stops falling at some lowest value. None is asked for: each time it is "
            "halved.",
            ("optimizer.lr /= 2", "optimizer.lr = max(optimizer.lr / 2, 1e-3)"),
        ),
        mistake(
            "the new minimum counts",
            "The epoch with the new minimum counts as waiting with you. The count begins at 0 "
            "there, and the next epoch without one makes it 1.",
            ("best, waited = loss, 0", "best, waited = loss, 1"),
        ),
        mistake(
            "a longer wait after a halving",
            "After a halving you wait one epoch longer. The count begins at 0 again, no lower.",
            ("            waited = 0\n", "            waited = -1\n"),
        ),
        mistake(
            "only at multiples of patience",
            "You look every `patience` epochs whether the loss rests. Count epochs without a new "
            "minimum: the halving comes when there have been `patience` in a row.",
            ("for loss in losses:", "for epoch, loss in enumerate(losses, 1):"),
            ("waited == patience", "waited and epoch % patience == 0"),
        ),
        mistake(
            "one epoch ahead",
            "You ask for the next loss before you pass this one on, so that an epoch is trained "
            "before its rate is known. Yield each loss before the next is asked for.",
            ("    for loss in losses:\n",
             "    losses = iter(losses)\n    coming = next(losses)\n    for after in losses:\n"
             "        loss, coming = coming, after\n"),
        ),
        mistake(
            "the first loss lost",
            "The first loss does not come out: `next` takes it away. Each loss is passed on.",
            ("    best, waited = np.inf, 0\n",
             "    losses = iter(losses)\n    best, waited = next(losses), 0\n"),
        ),
        mistake(
            "a start for the best",
            "Your best begins with a number that a loss may exceed, and then nothing is ever a new "
            "minimum: begin with np.inf.",
            ("np.inf, 0", "1000.0, 0"),
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
