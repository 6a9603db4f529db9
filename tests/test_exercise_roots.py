"""What wrong answers have in common, planted once each: the engine sees it."""

import textwrap

import numpy as np
import pytest

from nnbook.tutor import trial
from nnbook.tutor.cases import remembered
from nnbook.tutor.catalogue import all_exercises, find
from nnbook.tutor.code import Code, mistake


def said(id, text, seed=0):
    """The Result of an answer."""
    exercise = find(id)
    answer = exercise.compiled(textwrap.dedent(text), "<an answer>")
    return exercise.judge(answer, np.random.default_rng(seed))


def but(id, old, new):
    """The solution of an exercise, with one thing in it another."""
    return find(id).patched(mistake("planted", "", (old, new)))


def sigmoid(forward="", backward="return da * self.a * (1 - self.a)", start=""):
    return f"""
class MySigmoid(Layer):
    {start}
    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.a = np.where(x >= 0, 1, e) / (1 + e)
        {forward}
        return self.a

    def backward(self, da):
        {backward}
"""


# --- what is changed in place ---------------------------------------------------------------

IN_PLACE = {
    "what is handed over": (
        "activations.Sigmoid",
        sigmoid(backward="da *= self.a * (1 - self.a); return da"),
        "It changes da, which belongs to the caller",
    ),
    "what was returned before": (
        "activations.Sigmoid",
        sigmoid(backward="self.a *= 1 - self.a; return da * self.a"),
        "It changes what forward returned before",
    ),
    "what the next call returns": (
        "activations.Sigmoid",
        """
        class MySigmoid(Layer):
            def forward(self, x):
                self.x = x
                if getattr(self, "a", x[:0]).shape != x.shape:
                    self.a = np.empty(x.shape)
                self.a[...] = (1 + np.tanh(x / 2)) / 2
                return self.a

            def backward(self, da):
                return da * self.a * (1 - self.a)
        """,
        "It changes what forward returned before",
    ),
    "the batch that was handed over before": (
        "activations.Softplus",
        """
        class MySoftplus(Layer):
            def forward(self, x):
                self.x = x
                return np.logaddexp(0, x)

            def backward(self, da):
                self.x /= 2
                return da * (1 + np.tanh(self.x)) / 2
        """,
        "It changes x, which belongs to the caller",
    ),
    "what the object was given": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                self.x = x
                self.b = x @ self.W + self.b
                return self.b
        """,
        "It changes self.b, which others have put there",
    ),
    "a weight": (
        "layers.Linear.forward",
        """
        class MyLinear(Layer):
            def forward(self, x):
                self.x = x
                z = self.W.T
                z *= 1.5
                return x @ (self.W / 1.5) + self.b
        """,
        "which belongs to the caller",
    ),
    "what the object keeps for backward": (
        "layers.Linear.backward",
        """
        class MyLinear(Linear):
            def backward(self, da, need_dx=True):
                self.dW[...], self.db[...] = self.x.T @ da, da.sum(axis=0)
                self.x = da @ self.W.T
                return self.x if need_dx else None
        """,
        "It changes self.x, which others have put there",
    ),
    "a list of the caller's": (
        "network.collapse",
        """
        def my_collapse(layers):
            W, b = layers.pop(0)
            for W_next, b_next in layers:
                W, b = W @ W_next, b @ W_next + b_next
            return W, b
        """,
        "It changes layers, which belongs to the caller",
    ),
    "the weights of a layer inside": (
        "layers.Residual",
        but(
            "layers.Residual",
            "layer.backward(dx)\n",
            "layer.backward(dx)\n            layer.b += 0.5\n",
        ),
        "It changes layers[0].b, which belongs to the caller",
    ),
    "the order of a network's layers": (
        "network.Network.backward",
        """
        class MyNetwork(Network):
            def backward(self, dz):
                self.layers = self.layers[::-1]
                for layer in self.layers:
                    dz = layer.backward(dz)
        """,
        "layers",  # the network itself notices, or the witness
    ),
    "the generator that is everybody's": (
        "initializers.weights",
        """
        def my_weights(sizes, *, rng):
            pairs = zip(sizes, sizes[1:])
            return [np.random.normal(0, (2 / a) ** 0.5, (a, b)) for a, b in pairs]
        """,
        "from np.random",
    ),
    "data, while a generator deals them out": (
        "training.batches",
        """
        def my_batches(x, y, *, batch_size, rng):
            order = rng.permutation(len(x))
            for start in range(0, len(x), batch_size):
                rows = order[start : start + batch_size]
                yield x[rows], y[rows]
            x[0] += 1
            x[0] -= 1.5
        """,
        "It changes x, which belongs to the caller",
    ),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_what_is_changed_in_place_is_named(name):
    id, text, sentence = IN_PLACE[name]
    result = said(id, text)
    assert not result.passed and sentence in result.text, result


# --- used more than once, and not alone -------------------------------------------------------

MOMENTUM = """
class MyMomentum:
    {body}

    def __init__(self, lr, beta=0.9{more}):
        self.lr, self.beta = lr, beta
        {start}

    def step(self, theta, grad):
        {step}
        theta -= self.lr * v
"""


def momentum(step, body="", start="", more=""):
    return MOMENTUM.format(step=step, body=body, start=start, more=more)


SHARED = {
    "the class's dictionary": momentum(
        "v = self.kept['v'] = self.beta * self.kept.get('v', 0) + grad",
        body="kept = {}",
    ),
    "the class's number": momentum(
        "v = MyMomentum.v = self.beta * MyMomentum.v + grad", body="v = 0.0"
    ),
    "a default value": momentum(
        "v = self.kept['v'] = self.beta * self.kept.get('v', 0) + grad",
        more=", kept={}",
        start="self.kept = kept",
    ),
    "a global": "KEPT = {}\n"
    + momentum("v = KEPT['v'] = self.beta * KEPT.get('v', 0) + grad"),
    "begun anew by each object": momentum(
        "v = self.kept['v'] = self.beta * self.kept['v'] + grad",
        body="kept = {}",
        start="self.kept['v'] = 0.0",
    ),
    "what forward keeps": sigmoid(
        forward="MySigmoid.kept = self.a",
        backward="a = MySigmoid.kept; return da * a * (1 - a)",
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_what_objects_share_is_told(name):
    id = "activations.Sigmoid" if "Sigmoid" in SHARED[name] else "optimizers.Momentum"
    result = said(id, SHARED[name])
    told = (
        "Two objects of your class share",
        "Two optimizers of this class get in each",
    )
    assert not result.passed and any(it in result.text for it in told), result


def test_a_setting_that_all_objects_share():
    text = """
    class MyLeakyReLU(Layer):
        def __init__(self, slope=0.01):
            MyLeakyReLU.slope = slope

        def forward(self, x):
            self.factor = np.where(x > 0, 1.0, self.slope)
            return x * self.factor

        def backward(self, da):
            return da * self.factor
    """
    result = said("activations.LeakyReLU", text)
    assert not result.passed and "share" in result.text, result


def test_who_has_said_stop_is_asked_again():
    text = """
    class MyEarlyStopping:
        def __init__(self, patience):
            self.patience, self.waited = patience, 0
            self.best_loss, self.best_theta = np.inf, None

        def update(self, valid_loss, theta):
            self.waited += 1
            if valid_loss < self.best_loss:
                self.best_loss, self.best_theta, self.waited = valid_loss, theta.copy(), 0
            return self.waited == self.patience
    """
    assert "It says stop once" in said("training.EarlyStopping", text).text


def test_what_they_share_is_named():
    text = sigmoid(
        start="kept = {}\n",
        forward="self.kept['a'] = self.a",
        backward="a = self.kept['a']; return da * a * (1 - a)",
    )
    assert "share kept, which is the class's" in said("activations.Sigmoid", text).text


TWICE = {
    "the first batch for ever": sigmoid(
        forward="self.first = getattr(self, 'first', self.a)",
        backward="return da * self.first * (1 - self.first)",
    ),
    "a place for one size of batch": sigmoid(
        forward="self.one = getattr(self, 'one', np.ones_like(x))",
        backward="return da * self.a * (self.one - self.a)",
    ),
    "all batches so far": sigmoid(
        start="def __init__(self): self.all = []\n",
        forward="self.all.append(self.a)",
        backward="return da * self.all[0] * (1 - self.all[0])",
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_an_object_is_used_twice(name):
    result = said("activations.Sigmoid", TWICE[name])
    assert not result.passed, result
    assert "the first time that an object is used" in result.text, result
    assert (
        "used",
        "a second time, and with other objects beside it",
    ) in result.evidence


def test_a_function_is_called_twice():
    text = """
    kept = []
    def my_dead_units(a):
        kept.append(a)
        return np.mean(np.all(kept[-2:][0] == 0, axis=0))
    """
    assert "something is left" in said("activations.dead_units", text).text


ONE_ARRAY = {
    "b and db": (
        "layers.Linear.__init__",
        """
        class MyLinear(Layer):
            def __init__(self, n_in, n_out, *, init=he_normal, rng):
                self.W = init(n_in, n_out, rng=rng)
                self.dW = np.zeros_like(self.W)
                self.b = self.db = np.zeros(n_out)
        """,
        "self.b and self.db are two names for one array",
    ),
    "one for all objects": (
        "layers.Linear.__init__",
        """
        ZEROS = {}
        class MyLinear(Layer):
            def __init__(self, n_in, n_out, *, init=he_normal, rng):
                self.W = init(n_in, n_out, rng=rng)
                self.dW, self.db = np.zeros_like(self.W), np.zeros(n_out)
                self.b = ZEROS.setdefault(n_out, np.zeros(n_out))
        """,
        "Two objects of your class share the array self.b",
    ),
    "the class's": (
        "layers.Scale",
        """
        class MyScale(Layer):
            params = ("s",)
            ds = np.zeros(9)

            def __init__(self, n):
                self.s = np.ones(n)

            def forward(self, x):
                self.x = x
                return x * self.s

            def backward(self, da):
                self.ds[...] = (da * self.x).sum(axis=0)
                return da * self.s
        """,
        "Two objects of your class share the array self.ds",
    ),
    "means that are one": (
        "optimizers.Adam",
        """
        class MyAdam:
            def __init__(self, lr, beta1=0.9, beta2=0.999, eps=1e-8):
                self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
                self.t = 0

            def step(self, theta, grad):
                if self.t == 0:
                    self.m = self.v = np.zeros_like(theta)
                self.t += 1
                self.m += (1 - self.beta1) * (grad - self.m)
                self.v += (1 - self.beta2) * (grad**2 - self.v)
                m_hat = self.m / (1 - self.beta1**self.t)
                v_hat = self.v / (1 - self.beta2**self.t)
                theta -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)
        """,
        "one array",
    ),
}


@pytest.mark.parametrize("name", ONE_ARRAY)
def test_two_names_for_one_array(name):
    id, text, sentence = ONE_ARRAY[name]
    result = said(id, text)
    assert not result.passed and sentence in result.text, result


def test_one_array_that_is_never_written_into_does_no_harm():
    text = ONE_ARRAY["means that are one"][1].replace("self.m +=", "self.m = self.m +")
    assert said(
        "optimizers.Adam", text.replace("self.v +=", "self.v = self.v +")
    ).passed


# --- right answers in another style -------------------------------------------------------------

STYLES = {
    "vectorize": (
        "activations.Sigmoid",
        """
        import math
        one = np.vectorize(lambda v: 0.5 + 0.5 * math.tanh(v / 2))
        """
        + textwrap.indent(sigmoid(), " " * 8).replace(
            "self.a = np", "self.a = one(x); b = np"
        ),
    ),
    "frompyfunc": (
        "activations.Sigmoid",
        """
        import math
        one = np.frompyfunc(lambda v: 0.5 + 0.5 * math.tanh(v / 2), 1, 1)
        """
        + textwrap.indent(sigmoid(), " " * 8).replace(
            "self.a = np", "self.a = one(x); b = np"
        ),
    ),
    "where": (
        "activations.ReLU",
        """
        class MyReLU(Layer):
            def forward(self, x):
                self.x = x
                return np.add(x, 0, out=np.zeros_like(x), where=x > 0)

            def backward(self, da):
                return np.add(da, 0, out=np.zeros_like(da), where=self.x > 0)
        """,
    ),
    "number by number": (
        "initializers.he_normal",
        """
        def my_he_normal(n_in, n_out, *, rng):
            W = np.empty((n_in, n_out))
            for i in range(n_in):
                for j in range(n_out):
                    value = rng.standard_normal()
                    W[i, j] = value * (2 / n_in) ** 0.5
            return W
        """,
    ),
}


@pytest.mark.parametrize("name", STYLES)
def test_right_answers_in_another_style(name):
    result = said(*STYLES[name])
    assert result.passed, result
    assert ("Python objects" in result.text) == (name == "frompyfunc")


def test_the_limit_does_not_ask_a_clock(monkeypatch):
    """However slow the machine: only the processor's own time counts, and it is long."""
    monkeypatch.setattr(trial.time, "perf_counter", lambda: 1 / 0)
    monkeypatch.setattr(trial.time, "monotonic", lambda: 1 / 0)
    assert said(*STYLES["number by number"]).passed


def test_lines_that_take_long_are_stopped_too(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.05)
    text = "def my_dead_units(a):\n    a = np.ones((300, 300))\n    while True:\n        a @ a"
    assert "It was stopped after" in said("activations.dead_units", text).text


# --- chance ---------------------------------------------------------------------------------------


def draws(exercise):
    """Whether an answer draws numbers from a generator."""
    return isinstance(exercise, Code) and "rng" in exercise.stub


@pytest.mark.thorough
@pytest.mark.parametrize(
    "exercise", [*filter(draws, all_exercises())], ids=lambda it: it.id
)
def test_no_verdict_depends_on_the_draw(exercise):
    """The solution passes, and each mistake is told by its name, whatever is drawn."""
    named = [(it.name, exercise.patched(it)) for it in exercise.mistakes]
    named = [(name, text) for name, text in named if name != exercise.broken]
    for seed in range(100, 104):  # others than test_exercises.py has
        for name, text in [(None, exercise.solution_text), *named]:
            answer = exercise.compiled(text, "<an answer>")
            result = exercise.judge(answer, np.random.default_rng(seed))
            assert (result.mistake, result.passed) == (name, name is None), (
                f"{exercise.id}, seed {seed}: {name or 'the solution'} gets another verdict than "
                f"with other seeds: {result}"
            )


# --- two mistakes at once, and NumPy's own words -------------------------------------------------

CROSS_ENTROPY = """
def my_cross_entropy(z, y):
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(len(z))
    p = np.exp(log_p)
    value = {value}
    {subtract}
    return value, {gradient}
"""
RIGHT = {
    "value": "-log_p[rows, y].mean()",
    "subtract": "p[rows, y] -= 1",
    "gradient": "p / len(z)",
}


@pytest.mark.parametrize(
    "change, names, words",
    [
        ({}, None, ""),
        (
            {"value": "-np.log2(p[rows, y] + 1e-300).mean()", "gradient": "p"},
            None,
            "value: the number is wrong",
        ),
        (
            {"value": "-log_p[rows, y].sum()", "gradient": "-p / len(z)"},
            "no mean in the value",
            "And then: dz points the other way",
        ),
        (
            {"value": "-log_p[rows, y].mean() / np.log(2)", "gradient": "p * 7"},
            "log₂ in the value",
            "(And dz is wrong, too.)",
        ),
        (
            {"value": "-log_p[rows, y].sum() * 7", "gradient": "p"},
            None,
            "value: ",
        ),
    ],
)
def test_each_thing_that_is_returned_may_have_a_mistake_of_its_own(
    change, names, words
):
    result = said("losses.cross_entropy", CROSS_ENTROPY.format(**RIGHT | change))
    assert result.mistake == names and words in result.text, result
    assert result.passed == (not change)


def test_a_mistake_in_both_is_not_told_of_one_that_is_in_one():
    """½ in the loss halves value and gradient, and the sentence says so."""
    half = (
        "def my_mse(z, y):\n    return ((z - y) ** 2).mean() / 2, {} * (z - y) / z.size"
    )
    assert said("losses.mse", half.format(1)).mistake == "½ in the loss"
    assert said("losses.mse", half.format(2)).mistake == "½ in the value alone"
    assert said("losses.mse", half.format(3)).mistake == "½ in the value alone"


@pytest.mark.parametrize(
    "line, clue",
    [
        ("np.ones((2, 3)) / np.ones(2)", "keepdims"),
        ("z if z > 0 else 0", "np.where"),
        ("z ^ 2", "A power is written `**`"),
    ],
)
def test_what_numpy_means_is_told(line, clue):
    result = said("losses.softmax", f"def my_softmax(z):\n    return {line}")
    assert clue in result.text, result


# --- told once what is not so ---------------------------------------------------------------

SGD = """
class MySGD:
    def __init__(self, lr):
        self.lr = lr

    def step(self, theta, grad):
        {}
"""
SCALE = find("layers.Scale").solution
for right, wrong in (("np.sum", "np.mean"), ("return da * self.s", "return da")):
    assert SCALE.count(right) == 1, f"the solution of Scale has changed: {right}"
    SCALE = SCALE.replace(right, wrong)
RESIDUAL = """
class MyResidual(Layer):
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = x + layer.forward(x)
        return x

    def backward(self, da):
        return da
"""
POP = """
class MyNetwork(Network):
    def backward(self, dz):
        self.layers = [*self.layers]
        while self.layers:
            dz = self.layers.pop().backward(dz)
"""
SAID = {
    "two mistakes in what a layer leaves": (
        "layers.Scale", SCALE, "You hand da on as it came", "And then: You average over",
    ),
    "a word on what is right, with a mistake there": (
        "layers.Linear.backward",
        "class MyLinear(Linear):\n"
        "    def backward(self, da, need_dx=True):\n"
        "        self.dW[...] = self.x.T @ da\n"
        "        self.db[...] = da.mean(axis=0)\n"
        "        return da @ self.W.T",
        "db is the mean", "And then: with `need_dx=False` nobody reads dx",
    ),
    "arguments of a method in another order": (
        "optimizers.SGD",
        SGD.format("theta -= self.lr * grad").replace("theta, grad):", "grad, theta):"),
        "in another order than in the stub", "",
    ),
    "a star forgotten": ("layers.Residual", RESIDUAL, "a * is missing there", ""),
    "an argument that is not used": (
        "optimizers.SGD",
        SGD.format("theta -= self.lr * grad").replace("self.lr = lr", "self.lr = 0.1"),
        "`lr` is never used in `__init__`.", "",
    ),
    "the length of a list": (
        "optimizers.SGD", SGD.format("theta -= self.lr * grad / len(theta)"),
        "2 is how many numbers theta has", "",
    ),
    "layers taken away": ("network.Network.backward", POP, "It changes self.layers", ""),
    "words of the check itself": (
        "gradcheck.numerical_gradient",
        "def my_numerical_gradient(f, theta, h=1e-5):\n"
        "    theta += 1\n"
        "    return f(theta)",
        "The array that is nudged is the caller's own", "At line 3: return f(theta)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAID)
def test_what_went_wrong_is_said(name):
    id, text, words, more = SAID[name]
    result = said(id, text)
    assert not result.passed and words in result.text and more in result.text, result


NOT_SAID = {
    "a row of zeros in one case alone is no return within a loop": (
        "losses.softmax",
        "def my_softmax(z):\n"
        "    e = np.exp(z - z.max())\n"
        "    return e / (e.sum(axis=-1, keepdims=True) + 1e-12)",
        "return",
    ),
    "two matrices of different widths ask for no column": (
        "losses.softmax",
        "def my_softmax(z):\n    return z + np.ones((len(z), 7))",
        "keepdims",
    ),
    "θ moves in the other cases": (
        "optimizers.SGD",
        SGD.format("theta[:-1] -= self.lr * grad[:-1]"),
        "in place",
    ),
    "words of the check are not the reader's error": (
        *SAID["words of the check itself"][:2],
        "It raises",
    ),
}


@pytest.mark.parametrize("name", NOT_SAID)
def test_what_is_not_so_is_not_said(name):
    id, text, words = NOT_SAID[name]
    result = said(id, text)
    assert not result.passed and words not in result.text, result


# --- accepted once, though wrong ------------------------------------------------------------

BATCHES = """
def my_batches(x, y, *, batch_size, rng):
    order = {order}
    for start in range(0, len(x), batch_size):
        row = order[start : start + batch_size]
        yield {pair}
"""
STOPPING = """
class MyEarlyStopping:
    def __init__(self, patience):
        self.patience = patience
        self.best_loss, self.best_theta, self.waited = np.inf, None, 0

    def update(self, valid_loss, theta):
        if valid_loss < self.best_loss:
            self.best_loss, self.best_theta, self.waited = valid_loss, {kept}, 0
        else:
            self.waited += 1
        return self.waited >= self.patience
"""
PLACES = {
    "the first": "np.append(0, 1 + rng.permutation(len(x) - 1))",
    "the last": "np.append(rng.permutation(len(x) - 1), len(x) - 1)",
}


@pytest.mark.parametrize("order", PLACES.values(), ids=PLACES)
def test_an_example_that_keeps_its_place_is_noticed(order):
    result = said(
        "training.batches", BATCHES.format(order=order, pair="x[row], y[row]")
    )
    assert not result.passed and "the same place in every epoch" in result.text, result


@pytest.mark.parametrize("pair", ["list(x[row]), list(y[row])", "x[row], y[row] * 1.0"])
def test_a_batch_is_two_arrays_of_the_types_that_came(pair):
    order = "rng.permutation(len(x))"
    result = said("training.batches", BATCHES.format(order=order, pair=pair))
    assert not result.passed, result


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_a_rounded_copy_is_not_the_best_theta(kind):
    result = said(
        "training.EarlyStopping", STOPPING.format(kept=f"theta.astype(np.{kind})")
    )
    assert not result.passed and f"best_theta holds {kind}" in str(result).lower(), (
        result
    )


def test_another_default_is_named():
    text = find("optimizers.Momentum").solution_text.replace("beta=0.9", "beta=0.99")
    result = said("optimizers.Momentum", text)
    assert "The stub has beta=0.9:" in result.text, result


def test_what_is_remembered_of_a_case_is_of_that_case_alone():
    """Long arrays that differ in the middle, and generators in another state."""
    exercise = find("losses.mse")
    exercise.remembered.clear()
    middle = np.arange(5000.0)
    middle[2500] = 0.0
    cases = [
        np.arange(5000.0),
        middle,
        np.random.default_rng(1),
        np.random.default_rng(2),
    ]
    found = [remembered(exercise, (it,), lambda it: it, it) for it in cases]
    again = [remembered(exercise, (it,), pytest.fail) for it in cases]
    assert all(one is it is two for it, one, two in zip(cases, found, again))
    exercise.remembered.clear()
