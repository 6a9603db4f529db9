"""Prints the name of another OpenBLAS kernel than this machine's own, for OPENBLAS_CORETYPE.

With it every matrix product is summed in another order, as on another machine: a number in
the book that changes was printed with too many digits.
"""

import numpy as np
from threadpoolctl import threadpool_info

# Machines whose products are Haswell's: they get an older one.
LIKE_HASWELL = {"Haswell", "Zen"}


def native():
    """The kernel that NumPy uses here, or None if it is not OpenBLAS's."""
    np.ones((2, 2)) @ np.ones((2, 2))
    kernels = [
        pool["architecture"] for pool in threadpool_info() if pool.get("architecture")
    ]
    return kernels[0] if kernels else None


if __name__ == "__main__":
    print("Nehalem" if native() in LIKE_HASWELL else "Haswell")
