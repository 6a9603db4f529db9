"""nnbook: the stage crew of the book. Nothing here is built by the reader.

    from nnbook import explore, show           pictures with sliders (nnbook/explorers)
    from nnbook import check, hint, solution   the exercises (nnbook/exercises)
    from nnbook.figures.losses import …        what a chapter draws

`python -m nnbook` is the command line of the exercises. Each name is loaded when it is
first asked for: whoever checks an answer need not wait for matplotlib.
"""

from importlib import import_module

HOME = {
    "explorers": ("explore", "show"),
    "exercises": ("check", "hint", "progress", "solution", "use_mine"),
}
__all__ = sorted(name for names in HOME.values() for name in names)


def __getattr__(name):
    for home, names in HOME.items():
        if name in names:
            return getattr(import_module(f"nnbook.{home}"), name)
    raise AttributeError(f"module 'nnbook' has no attribute {name!r}")


def __dir__():
    return __all__
