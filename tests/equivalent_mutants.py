"""Mutants of solutions that are right answers all the same, and why: {id: {mutant: reason}}."""

SIZES = (
    "the stub has the line, and no network fails for lack of it: sizes are then not "
    "compared across this layer"
)
EQUIVALENT = {
    "initializers.orthogonal": {
        "line 5: Mult became Div in Q * np.sign(np.diag(R))": (
            "dividing by a sign, 1 or -1, is multiplying by it"
        ),
    },
    "activations.Sigmoid": {
        "line 1: without elementwise = True": SIZES,
        "line 4: not True": SIZES,
    },
    "activations.ReLU": {
        "line 1: without elementwise = True": SIZES,
        "line 4: not True": SIZES,
    },
    "activations.LeakyReLU": {
        "line 1: without state = ('slope',)": (
            "the stub has the line, and the check saves no network"
        ),
        "line 1: without elementwise = True": SIZES,
        "line 5: not True": SIZES,
    },
    "activations.Softplus": {
        "line 1: without elementwise = True": SIZES,
        "line 4: not True": SIZES,
    },
    "activations.ELU": {
        "line 1: without elementwise = True": SIZES,
        "line 4: not True": SIZES,
        "line 10: 0 + 1": (
            "the minimum with 1 in place of 0 changes e only where x > 0, where it is not used"
        ),
    },
    "losses.softmax": {
        "line 8: no minus in -1": (
            "of a matrix, as the task says it is, the last axis is axis 1"
        ),
        "line 9: no minus in -1": (
            "of a matrix, as the task says it is, the last axis is axis 1"
        ),
    },
    "network.Network.backward": {
        "line 10: no None in first.backward(da, **self.no_dx)": (
            "the first layer's dx is computed, and nobody reads it"
        ),
    },
    "autograd.unbroadcast": {
        "line 1: without if g.shape == tensor.shape and g.dtype == tensor.dtype:\n    return g": (
            "it saves time: the lines below find nothing to do"
        ),
        "line 3: without return g": (
            "it saves time: the lines below find nothing to do"
        ),
    },
    "metrics.confusion_matrix": {
        "line 4: no minus in -1": (
            "of a matrix, as the task says it is, the last axis is axis 1"
        ),
    },
    "training.train": {
        "line 15: no over in np.errstate(over='ignore', invalid='ignore')": (
            "it only keeps NumPy from warning when a training diverges; a check ignores warnings"
        ),
        "line 15: no invalid in np.errstate(over='ignore', invalid='ignore')": (
            "it only keeps NumPy from warning when a training diverges; a check ignores warnings"
        ),
    },
    "training.EarlyStopping": {
        "line 6: 0 + 1": (
            "the first loss is a new minimum, and sets the count to 0, whatever it was"
        ),
    },
    "training.halving": {
        "line 3: 0 + 1": (
            "the first loss is a new minimum, and sets the count to 0, whatever it was"
        ),
    },
    "metrics.selective": {
        "line 1: without if not answered.any():\n    return (0.0, np.nan)": (
            "the mean of no numbers is nan as well, with a warning"
        ),
        "line 5: without return (0.0, np.nan)": (
            "the mean of no numbers is nan as well, with a warning"
        ),
    },
}
