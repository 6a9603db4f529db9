"""Exercises of *Overfitting*."""

from itertools import islice

import numpy as np

from nnbook.exercises.training_loop import (
    BY_CHANCE,
    MANY,
    OFTEN,
    belonging,
    dealt,
    drawn,
    meetings,
    numbered,
    pairs,
    together,
)
from nnbook.tutor.code import Code, mistake


def validation_losses(rng):
    yield {"patience": 1, "losses": [0.5, 0.5]}
    yield {"patience": 2, "losses": [1.0, 0.8, 0.9, 0.7, 0.75, 0.72, 0.71]}
    yield {"patience": 3, "losses": [1.0, 0.6, 0.9, 0.8, 0.7, 0.3]}
    yield {"patience": 4, "losses": [3.0, 2.0, 2.5, 1.5, 1.9, 1.8, 1.0]}
    yield {"patience": 2, "losses": [1.0, np.nan, 0.9, np.nan, np.nan, 1.1, 1.2]}
    yield {"patience": 2, "losses": [1.0, 0.99999, 1.2, 0.99998, 1.1, 1.3]}
    yield {"patience": 2, "losses": [0.5, -0.5, -1.5, -1.0, -0.2, -2.0]}
    yield {"patience": 1, "losses": [np.nan, 0.5, 0.6]}
    yield {"patience": 3, "losses": [9e4, 9e3, 8e3, np.nan, 9e3]}
    yield {
        "patience": 2,
        "losses": [0.5, 0.6, 0.7, 0.8, 0.9, 0.4],
        "asked": "on and on",
    }
    drawn = np.cumsum(rng.normal(-0.1, 0.3, 40)).round(2) + 9
    yield {"patience": int(rng.integers(2, 5)), "losses": drawn.tolist()}


def stopping_used(answer, losses, patience, asked="until it says stop"):
    """An epoch for each loss, in which theta changes in place; beside it, another one watches a
    training that gets better all the time."""
    stopping, other = answer(patience), answer(patience)
    theta, said = np.zeros(1, np.float32), []
    for epoch, loss in enumerate(losses):
        theta[0] = epoch + 3 / 64  # as an optimizer would: in place, whatever is said
        if "stop" not in said or asked == "on and on":
            said.append("stop" if stopping.update(loss, theta) else "go on")
        other.update(-float(epoch), theta.astype(np.float64))
    kept = stopping.best_theta
    if kept is other.best_theta is not None:
        raise ValueError(
            "two objects of your class share what they remember: keep it in self, "
            "`self.best_theta = …`, and not in the class"
        )
    for it, dtype in ((kept, theta.dtype), (other.best_theta, np.float64)):
        if isinstance(it, np.ndarray) and it.dtype != dtype:
            raise ValueError(
                f"best_theta holds {it.dtype}, and theta {np.dtype(dtype)}: a copy is to be what "
                f"was there, to the last digit, as theta.copy() is"
            )
    return {
        "update, each epoch": said,
        "best_loss": stopping.best_loss,
        "best_theta (theta is the epoch's number + 3/64)": "nothing"
        if kept is None
        else kept,
    }


EARLY_STOPPING = Code(
    id="training.EarlyStopping",
    title="Stop in time, and remember the best",
    kind="build",
    level=2,
    task="""
After each epoch `update` gets the validation loss and the weights. It keeps the best loss and
the weights that had it, and says whether to stop: True when `patience` epochs in a row have
brought no new minimum. A loss as good as the best is none, and nan is none either.
""",
    cases=validation_losses,
    use=stopping_used,
    given=("__init__",),
    hints=(
        "Two cases: a loss below the best one so far, which is then remembered and ends all "
        "waiting, and any other, which means one more epoch waited.",
        "The optimizer changes theta in place, in the epochs to come as well. What must you "
        "keep, so that it stays?",
        "Both cases end alike: `return self.waited >= self.patience`.",
    ),
    mistakes=(
        mistake(
            "no copy of theta",
            "`best_theta = theta` is a second name for the same array. The optimizer goes on "
            "changing it, so that in the end you remember the last weights: keep theta.copy().",
            ("theta.copy()", "theta"),
        ),
        mistake(
            "waiting never ends",
            "After a new minimum, `waited` keeps what it had: you count all epochs without "
            "a minimum. Patience is about epochs in a row: set it to 0.",
            ("theta.copy(), 0", "theta.copy(), self.waited"),
        ),
        mistake(
            "as good as the best",
            "A loss equal to the best counts as new with you. Training that stands still would "
            "go on for ever: use <, not <=.",
            ("valid_loss < self.best_loss", "valid_loss <= self.best_loss"),
        ),
        mistake(
            "one epoch too late",
            "You stop one epoch late: with patience 2, after two epochs without a minimum. "
            ">= in place of >.",
            ("self.waited >= self.patience", "self.waited > self.patience"),
        ),
        mistake(
            "one epoch too soon",
            "You stop one epoch early: with patience 2, after the first epoch without a minimum. "
            "A new minimum sets the count to 0, and the stop comes when it reaches patience.",
            ("self.waited >= self.patience", "self.waited >= self.patience - 1"),
        ),
        mistake(
            "the count in place of the verdict",
            "You return the count. Any number but 0 is true, so that training stops at the first "
            "epoch without a minimum: return whether it has reached patience.",
            ("return self.waited >= self.patience", "return self.waited"),
        ),
        mistake(
            "stop and go on exchanged",
            "True means stop, and you return True as long as training may go on: turn the "
            "comparison around.",
            ("self.waited >= self.patience", "self.waited < self.patience"),
        ),
        mistake(
            "the largest loss",
            "You keep the largest loss. The best is the smallest.",
            (
                "valid_loss < self.best_loss",
                "self.best_theta is None or valid_loss > self.best_loss",
            ),
        ),
        mistake(
            "theta kept in every epoch",
            "You keep the weights of every epoch, so that in the end you have the last ones. Keep "
            "them only when there is a new minimum.",
            (
                "self.waited += 1\n",
                "self.waited += 1\n            self.best_theta = theta.copy()\n",
            ),
        ),
        mistake(
            "theta not kept",
            "best_theta stays None: keep a copy of theta when there is a new minimum.",
            ("theta.copy(), 0", "None, 0"),
        ),
        mistake(
            "nan as a minimum",
            "A loss that is nan counts as a new minimum with you: every comparison with nan is "
            "False, `valid_loss >= best` too. Ask for what is better: valid_loss < best.",
            ("if valid_loss < self.best_loss", "if not valid_loss >= self.best_loss"),
        ),
        mistake(
            "nan as nothing at all",
            "A loss that is nan is neither better nor worse with you, so that nobody waits, and "
            "training that has broken down never ends. Whatever is no new minimum is waiting: "
            "else.",
            ("        else:\n", "        elif valid_loss >= self.best_loss:\n"),
        ),
        mistake(
            "a margin",
            "A loss that is better by very little does not count with you. Here every new "
            "minimum counts, however small the step.",
            ("valid_loss < self.best_loss", "valid_loss < self.best_loss - 1e-3"),
        ),
        mistake(
            "compared with the epoch before",
            "You compare with the loss of the epoch before. A loss that rises and falls again "
            "would count as new: compare with the best so far.",
            ("+= 1\n", "+= 1\n        self.best_loss = valid_loss\n"),
        ),
        mistake(
            "without self",
            "What you remember are names inside update, which are gone when it returns. Only "
            "what is written to self (self.best_loss, …) is there in the next epoch.",
            (
                "            self.best_loss, self.best_theta, self.waited =",
                "            best_loss, best_theta, waited =",
            ),
        ),
        mistake(
            "never says stop",
            "update never says stop. Return whether the waiting has lasted for `patience` "
            "epochs; a function without return gives None, which counts as False.",
            ("return self.waited >= self.patience", "pass"),
        ),
        mistake(
            "the loss not kept",
            "You never write down the best loss: it stays what it was at the start, and every "
            "epoch counts as a new minimum. Keep it, with the weights: self.best_loss = "
            "valid_loss.",
            ("self.best_loss, self.best_theta, self.waited = valid_loss, theta.copy(), 0",
             "self.best_theta, self.waited = theta.copy(), 0"),
        ),
        mistake(
            "nan as the end",
            "You stop at the first loss that is nan. It is one more epoch without a new "
            "minimum, and no more: wait for `patience` of them.",
            ("        if valid_loss <",
             "        if np.isnan(valid_loss):\n            return True\n        if valid_loss <"),
        ),
        mistake(
            "zeros of the same shape",
            "best_theta has the shape of theta and none of its numbers: np.zeros_like makes an "
            "empty place. Keep theta.copy().",
            ("theta.copy()",
             "np.zeros_like(theta)"),
        ),
        mistake(
            "the best put back",
            "You write the best weights back into theta. Whoever trains decides that: here they "
            "are kept, in best_theta.",
            ("        return self.waited >=",
             "        if self.waited >= self.patience:\n"
             "            theta[...] = self.best_theta\n"
             "        return self.waited >="),
        ),
        mistake(
            "begun anew after the stop",
            "Once it has said stop, it begins to wait anew. As long as the last `patience` epochs "
            "have brought nothing, the answer is True: the count ends with a new minimum alone.",
            ("        return self.waited >= self.patience",
             "        stop = self.waited >= self.patience\n"
             "        if stop:\n            self.waited = 0\n        return stop"),
        ),
        mistake(
            "a stop that is said once",
            "It says stop once, and then no more: the count goes on past patience. `>=`, not `==`.",
            ("self.waited >= self.patience", "self.waited == self.patience"),
        ),
        mistake(
            "the best forgotten at the stop",
            "When it says stop, you forget the best loss. Whoever asks wants to know it: it stays.",
            ("        return self.waited >= self.patience",
             "        stop = self.waited >= self.patience\n"
             "        if stop:\n            self.best_loss = np.inf\n        return stop"),
        ),
        mistake(
            "rounded weights",
            "You round the weights that you keep. A copy is to be what was there, to the last "
            "digit: theta.copy().",
            ("theta.copy()", "np.round(theta, 3)"),
        ),
        mistake(
            "the first loss, whatever it is",
            "You keep the first loss even if it is nan or infinite. No number is smaller than "
            "nan, so that nothing is ever a new minimum: ask for `valid_loss < self.best_loss` "
            "alone.",
            ("if valid_loss < self.best_loss",
             "if self.best_theta is None or valid_loss < self.best_loss"),
        ),
        mistake(
            "the size of the loss",
            "You compare the size of the loss, without its sign. A loss may be negative, and -2 is "
            "less than -1.",
            ("if valid_loss < self.best_loss", "if abs(valid_loss) < self.best_loss"),
        ),
        mistake(
            "a start at 0",
            "Your best loss begins at 0, and hardly a loss is below it: nothing is ever a new "
            "minimum. Begin with np.inf.",
            ("if valid_loss < self.best_loss", "if valid_loss < min(self.best_loss, 0)"),
        ),
    ),
    alternatives=(
        """
        class MyEarlyStopping:
            def __init__(self, patience):
                self.patience, self.losses, self.best_loss = patience, [np.inf], np.inf
                self.best_theta = None

            def update(self, valid_loss, theta):
                self.losses.append(np.inf if np.isnan(valid_loss) else valid_loss)
                best = int(np.argmin(self.losses))
                if best == len(self.losses) - 1:
                    self.best_loss, self.best_theta = valid_loss, np.array(theta)
                return len(self.losses) - 1 - best >= self.patience
        """,
    ),
)  # fmt: skip


def fold_cases(rng):
    yield numbered(5, 1) | {"k": 2}
    yield numbered(7, 2) | {"k": 3}
    yield numbered(7, 3) | {"k": 4}
    yield numbered(MANY, 2) | {"k": 3}
    yield drawn(rng) | {"k": int(rng.integers(4, 6))}


def folds_used(answer, x, y, k):
    """What can be said of the parts, however they were drawn."""

    def deal(seed):
        made = answer(x, y, k, np.random.default_rng(seed))
        if made is None:
            return None
        folds = list(islice(made, 5 * k))
        if not all(isinstance(fold, tuple | list) and len(fold) == 2 for fold in folds):
            raise ValueError(
                "each fold should be two pairs: (x_train, y_train), (x_valid, y_valid)"
            )
        return [pairs(parts, "part") for parts in zip(*folds)]

    if (first := deal(0)) is None:
        return None
    training, validation = first
    seen = [part.tolist() for part, _ in training]
    deals = [deal(seed)[1] for seed in range(4)]
    orders = [together(parts)[0].tolist() for parts in deals]
    said = {
        "how many parts": len(validation),
        "validation examples trained on, in each fold": [
            sum(row in known for row in part.tolist())
            for known, (part, _) in zip(seen, validation)
        ],
        "training examples, in each fold": sorted(map(len, seen)),
        "each example validates once": dealt(x, validation),
        "each y with its x, validation": belonging(x, y, validation),
        "each y with its x, training": belonging(x, y, training),
        "shuffled": any(one != x.tolist() for one in orders),
        "same rng, same parts": orders[0] == together(validation)[0].tolist(),
        "another rng, other parts": any(one != orders[0] for one in orders),
        "who shares a part": BY_CHANCE,  # until it is looked at
    }
    if len(x) == MANY and all(word in (True, "yes") for word in [*said.values()][3:-1]):
        deals += [deal(seed)[1] for seed in range(4, OFTEN)]
        said["who shares a part"] = meetings(x, deals)
    return said


FOLDS = Code(
    id="training.folds",
    title="Too good to be true",
    kind="diagnose",
    level=2,
    task="""
*Cross-validation* is for small data: deal them into k parts, as equal as can be, train k times,
and let each part validate once a network that was trained on the others. With the function
below, every network scores as well as on its own training examples, and far worse on fresh
ones. Mend it.
""",
    cases=fold_cases,
    use=folds_used,
    hints=(
        "Call it with `np.arange(6)` for x and y, k = 3, and print what it yields.",
        "Which parts are in `parts[:i] + parts[i:]`?",
    ),
    solution="""
def my_folds(x, y, k, rng):
    \"\"\"Yields (x_train, y_train), (x_valid, y_valid), once for each of k parts.\"\"\"
    parts = np.array_split(rng.permutation(len(x)), k)
    for i, valid in enumerate(parts):
        train = np.concatenate(parts[:i] + parts[i + 1 :])
        yield (x[train], y[train]), (x[valid], y[valid])
""",
    broken="a leak",
    mistakes=(
        mistake(
            "a leak",
            "The examples that validate are among those trained on: `parts[i:]` begins with "
            "part i itself. The score says what the network remembers.",
            ("parts[i + 1 :]", "parts[i:]"),
        ),
        mistake(
            "only the parts before",
            "A network is trained on the parts before its own, and those after it are wasted. "
            "For data in order of time this is right, but these are shuffled.",
            ("parts[:i] + parts[i + 1 :]", "[valid[:0]] + parts[:i]"),
        ),
        mistake(
            "only the parts after",
            "A network is trained on the parts behind its own, and those before it are wasted: "
            "take both, `parts[:i] + parts[i + 1 :]`.",
            ("parts[:i] + parts[i + 1 :]", "[valid[:0]] + parts[i + 1 :]"),
        ),
        mistake(
            "a part left out",
            "There is no leak any more, but one part too many is left out of the training: of k "
            "parts, k − 1 train.",
            ("parts[i + 1 :]", "parts[i + 2 :] + [valid[:0]]"),
        ),
        mistake(
            "training and validation exchanged",
            "The first pair is to train on, the second validates: yours are the other way "
            "around.",
            (
                "(x[train], y[train]), (x[valid], y[valid])",
                "(x[valid], y[valid]), (x[train], y[train])",
            ),
        ),
        mistake(
            "the rest left over",
            "Where k does not divide the number of examples, some never validate. "
            "np.array_split makes parts that differ by one.",
            (
                "np.array_split(rng.permutation(len(x)), k)",
                "np.split(rng.permutation(len(x))[: len(x) // k * k], k)",
            ),
        ),
        mistake(
            "a rng of its own",
            "Every rng gives the same parts: you draw nothing, or from another one. Use the rng "
            "that is given.",
            ("rng.permutation(len(x))", "np.random.default_rng(0).permutation(len(x))"),
        ),
        mistake(
            "neighbours stay together",
            "Rows that are neighbours in the data end in the same part, whatever rng says. "
            "Shuffle all rows, and then cut.",
            ("rng.permutation(len(x))", "np.roll(np.arange(len(x)), rng.integers(len(x)))"),
        ),
        mistake(
            "the last part never validates",
            "There are k parts, and each validates once: yours end too soon.",
            ("in enumerate(parts):", "in enumerate(parts[:-1]):"),
        ),
        mistake(
            "dealt out anew each time",
            "You draw new parts for each fold, so that some examples validate several times "
            "and others never. Deal them out once, before the loop.",
            (
                "        train =",
                "        parts = np.array_split(rng.permutation(len(x)), k)\n"
                "        valid = parts[i]\n        train =",
            ),
        ),
        mistake(
            "x and y shuffled apart",
            "The targets of a part do not belong to its rows: x and y need the same row "
            "numbers.",
            ("(x[valid], y[valid])", "(x[valid], y[rng.permutation(valid)])"),
            ("(x[train], y[train])", "(x[train], y[rng.permutation(train)])"),
        ),
        mistake(
            "no shuffling",
            "The leak is mended, and now nothing is shuffled. Data are often sorted: each "
            "part would be a class of its own.",
            ("rng.permutation(len(x))", "np.arange(len(x))"),
        ),
        mistake(
            "the first part left out",
            "You leave out the first part each time, whichever validates: it is part i that the "
            "network must not see.",
            ("parts[:i] + parts[i + 1 :]",
             "parts[1:]"),
        ),
        mistake(
            "all but the one before",
            "You leave out the part before the one that validates: `parts[:i] + parts[i + 1 :]` "
            "leaves out part i.",
            ("parts[:i] + parts[i + 1 :]",
             "[p for j, p in enumerate(parts) if j != (i - 1) % k]"),
        ),
        mistake(
            "the first part validates each time",
            "The same part validates each time: it is to be another in each round, the one that "
            "is left out.",
            ("(x[valid], y[valid])",
             "(x[parts[0]], y[parts[0]])"),
        ),
        mistake(
            "validated on the training examples",
            "The second pair is the training examples again: it should hold those that were "
            "left out, x[valid] and y[valid].",
            ("(x[valid], y[valid])",
             "(x[train], y[train])"),
        ),
        mistake(
            "one part too many",
            "You make k + 1 parts. There are k, and each validates once.",
            (", k)",
             ", k + 1)"),
        ),
        mistake(
            "only the first part",
            "Only the first part validates: a `return` inside the loop ends it. Write `yield` "
            "there.",
            ("in enumerate(parts):",
             "in enumerate(parts[:1]):"),
        ),
        mistake(
            "the rest in the last part",
            "What is left over makes your last part longer. np.array_split makes parts that "
            "differ by one at most.",
            ("np.array_split(rng.permutation(len(x)), k)",
             "np.split(rng.permutation(len(x)), [i * (len(x) // k) for i in range(1, k)])"),
        ),
        mistake(
            "only the next part",
            "Each network is trained on one part alone. All others but its own are for training: "
            "`parts[:i] + parts[i + 1 :]`.",
            ("parts[:i] + parts[i + 1 :]", "[parts[(i + 1) % k]]"),
        ),
        mistake(
            "parts twice",
            "The later parts are in the training twice: `parts[:i] + parts[i + 1 :]` has each "
            "once.",
            ("parts[i + 1 :])", "parts[i + 1 :] + parts[i + 1 :])"),
        ),
        mistake(
            "the last row left out",
            "One row is in no part: `rng.permutation(len(x))` has the numbers of all.",
            ("rng.permutation(len(x))", "rng.permutation(len(x) - 1)"),
        ),
    ),
    alternatives=(
        """
        def my_folds(x, y, k, rng):
            order = rng.permutation(len(x))
            ends = [round(i * len(x) / k) for i in range(k + 1)]
            folds = []
            for start, end in zip(ends, ends[1:]):
                out = np.zeros(len(x), bool)
                out[order[start:end]] = True
                folds.append(((x[~out], y[~out]), (x[out], y[out])))
            return folds
        """,
    ),
)  # fmt: skip

EXERCISES = (EARLY_STOPPING, FOLDS)
