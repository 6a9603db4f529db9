"""Old addresses lead to the new pages: the first edition's chapters bore their numbers.

Whoever moves a page adds a line here. At the old address stands a page that leads on, with what
was asked for within it; in JupyterLite a notebook opens under its present name, and a copy that a
reader has changed is kept (book/lite/runtime.js).
"""

from pathlib import PurePosixPath

MOVED = {  # {old name: present name}, in the folder of the book
    "01_neuron_to_layer": "neuron_to_layer",
    "02_initialization": "initialization",
    "03_activations": "activations",
    "04_losses": "losses",
    "05_backpropagation": "backpropagation",
    "06_optimizers": "optimizers",
    "07_training_loop": "training_loop",
    "08_handwritten_digits": "handwritten_digits",
}


def moved(app):
    """The old pages whose new ones there are, {old: new}."""
    folder = PurePosixPath(app.config.root_doc).parent
    pairs = {f"{folder / old}": f"{folder / new}" for old, new in MOVED.items()}
    return {old: new for old, new in pairs.items() if new in app.env.found_docs}


def add_pages(app):
    """They are in no list: no sitemap, no index for the search."""
    for old, new in moved(app).items():
        title, site = app.env.titles[new].astext(), app.config.html_baseurl
        page = {
            "title": title,
            "leads": f"{PurePosixPath(new).name}.html",
            "moved": True,
        }
        yield old, page | {"canonical": site and f"{site}{new}.html"}, "forward.html"
