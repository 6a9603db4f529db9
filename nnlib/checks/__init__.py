"""Validation: every message says what was expected, what came, and what to try.

The other files call these functions in one line each, such as `checks.batch(x, W)`, so
that their code shows the mathematics. All of them raise `ValueError`. What is written to a
file and read again is here, too: most of its lines ask whether it is what it should be.
"""

from nnlib.checks.batches import (
    backward,
    batch,
    binary,
    by_class,
    classes,
    data_sets,
    fractions,
    labels,
    outputs,
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
from nnlib.checks.runs import (
    checkable,
    diverged,
    going_on,
    loss_value,
    run,
    step,
    watched,
)
from nnlib.checks.values import (
    count,
    function,
    generator,
    nudged,
    number,
    sizes,
    weights,
)

__all__ = [
    "CONTAINERS",
    "array",
    "attached",
    "backward",
    "batch",
    "binary",
    "by_class",
    "checkable",
    "classes",
    "count",
    "data_sets",
    "diverged",
    "float_type",
    "fractions",
    "function",
    "generator",
    "going_on",
    "inputs",
    "labels",
    "lasting",
    "layers",
    "loss_gradient",
    "loss_value",
    "nudged",
    "number",
    "outputs",
    "rows",
    "run",
    "run_arrays",
    "saved",
    "saved_run",
    "sizes",
    "state",
    "step",
    "targets",
    "watched",
    "weights",
    "write",
]
