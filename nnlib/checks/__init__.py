"""Validation: every message says what was expected, what came, and what to try.

The other files call these functions in one line each, such as `checks.batch(x, W)`, so
that their code shows the mathematics. All of them raise `ValueError`. What is written to a
file and read again is here, too: most of its lines ask whether it is what it should be.
"""

from nnlib.checks.batches import (
    backward,
    batch,
    binary,
    classes,
    data_sets,
    fractions,
    labels,
    outputs,
    pairs,
    rows,
    targets,
)
from nnlib.checks.files import run_arrays, saved, saved_run, write
from nnlib.checks.networks import (
    CONTAINERS,
    array,
    attached,
    float_type,
    inputs,
    lasting,
    layers,
    loss_gradient,
    state,
)
from nnlib.checks.runs import diverged, going_on, run, step
from nnlib.checks.values import count, generator, number, sizes, weights

__all__ = [
    "CONTAINERS",
    "array",
    "attached",
    "backward",
    "batch",
    "binary",
    "classes",
    "count",
    "data_sets",
    "diverged",
    "float_type",
    "fractions",
    "generator",
    "going_on",
    "inputs",
    "labels",
    "lasting",
    "layers",
    "loss_gradient",
    "number",
    "outputs",
    "pairs",
    "rows",
    "run",
    "run_arrays",
    "saved",
    "saved_run",
    "sizes",
    "state",
    "step",
    "targets",
    "weights",
    "write",
]
