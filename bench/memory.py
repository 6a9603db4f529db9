"""Peak memory of a fresh process that imports one contestant and trains it for an epoch.

`python -m bench.memory nnlib` prints it, in MB, as JSON.
"""

import json
import resource
import sys
import tracemalloc
from pathlib import Path


def peak():
    """The most memory this process had at once, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss may be that of the process which started this one
        [line] = [s for s in status.read_text().splitlines() if s.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def main(name):
    start = peak()
    import numpy as np

    from bench.cases import CASES, data, initial
    from bench.contestants import ALL

    case, numpy = CASES[2], peak()
    x, y = data(case)
    order, weights = np.arange(len(x)), initial(case.sizes)
    ALL[name](weights, "Adam")  # imports what it needs
    imported = peak()
    tracemalloc.start()
    if name != "nnlib":
        tracemalloc.stop()  # it sees Python's and NumPy's memory only
    ALL[name](weights, "Adam").epoch(x, y, case.batch, order)
    own = tracemalloc.get_traced_memory()[1] / 2**20 if name == "nnlib" else None
    megabytes = {
        "python": start,
        "numpy": numpy,
        "imported": imported,
        "trained": peak(),
    }
    if own:
        megabytes["arrays"] = own
    print(json.dumps({key: round(value, 1) for key, value in megabytes.items()}))


if __name__ == "__main__":
    main(sys.argv[1])
