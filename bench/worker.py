"""One section in a process of its own: `python -m bench.worker '{"section": "steps", …}'`.

Prints what it is doing to stderr and its result, as JSON, to stdout.
"""

import json
import os
import sys


def environment(threads):
    """What makes BLAS, OpenMP, PyTorch and XLA use this many threads."""
    names = "OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM"
    alone = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return (
        os.environ
        | {f"{name}_NUM_THREADS": str(threads) for name in names}
        | {"JAX_PLATFORMS": "cpu", "XLA_FLAGS": alone if threads == 1 else ""}
    )


def main(options):
    from importlib.util import find_spec

    from bench import sections

    if find_spec("torch"):
        import torch

        torch.set_num_threads(options["threads"])
    print(json.dumps(getattr(sections, options["section"])(**options, say=say)))


def say(what):
    print(f"    {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
