"""`import nnlib`: NumPy alone, and everything public by one name."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

from notebooks.definitions import CORE, LATER

import nnlib


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()


def test_numpy_alone():
    """No other package outside the standard library is loaded."""
    loaded = python(
        "import sys; before = set(sys.modules); import nnlib\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    others = set(loaded) - sys.stdlib_module_names
    # (Compiled parts of NumPy leave a "_cython_3_2_4" or the like.)
    assert {name for name in others if "cython" not in name} == {"numpy", "nnlib"}


def test_the_core_trains_without_the_others():
    """With matplotlib, ipywidgets, tqdm and pooch missing."""
    assert python(
        "import sys, os; os.environ['NNLIB_QUIET'] = '1'\n"
        "for name in 'matplotlib ipywidgets tqdm pooch IPython'.split(): sys.modules[name] = None\n"
        "import numpy as np\n"
        "from nnlib import SGD, Linear, Network, fit, mse\n"
        "rng = np.random.default_rng(0)\n"
        "x = np.ones((4, 1)); data = x, x\n"
        "net = Network(Linear(1, 1, rng=rng))\n"
        "h = fit(net, mse, SGD(0.1), data, data, epochs=2, batch_size=2, rng=rng)\n"
        "print(len(h.train_loss))"
    ) == ["2"]


def test_fit_has_its_bar_and_no_warning_where_there_are_no_threads():
    """As in a browser."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THREADS],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "NNLIB_QUIET"},
    )
    assert "2/2" in done.stderr and "arning" not in done.stderr


def test_fit_has_its_bar_and_no_warning_in_a_notebook_without_ipywidgets():
    """tqdm would say in red that IProgress is missing, and then go on well without it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_WIDGETS],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "NNLIB_QUIET"},
    )
    assert "2/2" in done.stderr and "arning" not in done.stderr


WITHOUT_WIDGETS = """
import sys, types, numpy as np

sys.modules["ipywidgets"] = sys.modules["IPython.html.widgets"] = None
sys.modules["ipykernel.zmqshell"] = types.ModuleType("zmqshell")  # by which tqdm knows it
sys.modules["IPython"] = types.SimpleNamespace(
    get_ipython=lambda: types.SimpleNamespace(config={"IPKernelApp": {}}), version_info=(8,)
)
from nnlib import SGD, Linear, Network, fit, mse
rng = np.random.default_rng(0)
data = np.ones((4, 1)), np.ones((4, 1))
fit(Network(Linear(1, 1, rng=rng)), mse, SGD(0.1), data, data, epochs=2, batch_size=2, rng=rng)
assert "tqdm.notebook" in sys.modules
"""


WITHOUT_THREADS = """
import sys, threading, numpy as np, tqdm.auto

def start(self):
    raise RuntimeError("can't start new thread")

threading.Thread.start = start
sys.platform = "emscripten"
from nnlib import SGD, Linear, Network, fit, mse
rng = np.random.default_rng(0)
data = np.ones((4, 1)), np.ones((4, 1))
fit(Network(Linear(1, 1, rng=rng)), mse, SGD(0.1), data, data, epochs=2, batch_size=2, rng=rng)
"""


def test_every_module_is_told():
    """Of one that stands in no list, no rule of the story would look at a line."""
    files = {path.stem for path in Path(nnlib.__file__).parent.glob("*.py")}
    strays = files - {*CORE, *LATER, "checks", "__init__"}
    assert not strays, (
        f"nnlib/ has {', '.join(strays)}, which no chapter has to tell: name it in CORE or LATER "
        f"(book/_ext/notebooks/definitions.py), where it comes in the story"
    )


def test_everything_public_is_importable_from_nnlib():
    public = set()
    for name in CORE:
        module = importlib.import_module(f"nnlib.{name}")
        own = {
            k
            for k, v in vars(module).items()
            if getattr(v, "__module__", "") == module.__name__
        }
        assert not [k for k in own if k.startswith("_")]
        public |= own
    assert public == set(nnlib.__all__)
    for name in nnlib.__all__:
        assert getattr(nnlib, name).__doc__
