"""Runs the programs of the chapter, and returns what it tells of them, as plain numbers."""

import platform
from importlib.metadata import version

import jax
import torch

from bridge import agreement, assumptions, mistakes


def everything(say):
    """All that the chapter tells."""
    torch.set_num_threads(1)
    jax.config.update("jax_enable_x64", True)
    found = {
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "versions": {it: version(it) for it in ("numpy", "torch", "jax", "optax")},
        }
    }
    for part in (
        agreement.first_batch,
        agreement.carried,
        agreement.dictionary,
        assumptions.chance,
        assumptions.deep,
        assumptions.defaults,
        mistakes.line_up,
        mistakes.modes,
        mistakes.square,
        mistakes.broadcast,
        mistakes.memory_lost,
        mistakes.silent_in_jax,
        mistakes.errors,
    ):
        say(part.__doc__.partition("\n")[0])
        found[part.__name__] = part()
    say(agreement.same_training.__doc__)
    return found | agreement.same_training()
