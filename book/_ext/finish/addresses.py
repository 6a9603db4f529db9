"""Old addresses lead to the new places: the first edition's chapters bore their numbers, and some
of them are two chapters now.

Whoever moves or splits a page adds a line here. At the old address stands a page that leads on,
with what was asked for within it; in JupyterLite a notebook opens under its present name, and a
copy that a reader has changed is kept (book/lite/runtime.js). A page that was split leads on to
the sections and exercises that another page has of it: losses.html#exercise-losses-softmax.
"""

import json
from pathlib import PurePosixPath

from docutils import nodes

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
SPLIT = {  # {a page: those that have some of what stood on it}
    "losses": ("softmax",),
    "optimizers": ("gradient_descent",),
    "training_loop": ("overfitting",),
}
LEAD_ON = """
    <script>{
      const moved = %s;
      const lead = () => {
        const page = moved[location.hash.slice(1)];
        if (page) location.replace(page + location.search + location.hash);
      };
      lead();
      addEventListener("hashchange", lead);
    }</script>"""


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


def lead_on(app, page, context, doctree):
    """A page that was split leads on to what is elsewhere now."""
    folder, name = PurePosixPath(page).parent, PurePosixPath(page).name
    elsewhere = {}
    for new in SPLIT.get(name, ()):
        if f"{folder / new}" in app.env.found_docs:
            there = places(app.env.get_doctree(f"{folder / new}"))
            elsewhere |= dict.fromkeys(there, f"{new}.html")
    here = places(doctree) if elsewhere else ()  # the index is no document
    moved = {place: elsewhere[place] for place in elsewhere.keys() - here}
    if moved:
        script = LEAD_ON % json.dumps(moved, sort_keys=True)
        context["metatags"] = context.get("metatags", "") + script


def places(doctree):
    """The ids of a page's sections and exercises."""
    found = [*doctree.findall(nodes.section), *doctree.findall(nodes.Admonition)]
    return {name for node in found for name in node["ids"]}
