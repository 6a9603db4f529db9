"""Where and with what it was measured."""

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = "nnlib", "numpy", "torch", "jax", "scikit-learn"


def machine():
    """CPU, cores, system and versions; no name of the machine or of anybody."""
    return {
        "date": date.today().isoformat(),
        "cpu": cpu(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "blas": blas(),
        "versions": {name: found(name) for name in PACKAGES if found(name)},
    }


def cpu():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [s.partition(":")[2].strip() for s in lines if s.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def blas():
    import numpy as np

    found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{found['name']} {found['version']}"


def found(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def load():
    """How busy the machine is, in processes, over the last minute; None where nobody says."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
