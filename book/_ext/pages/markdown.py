"""The pages' Markdown, which JupyterLab shows too: a Sphinx extension for the book's build.

What only Sphinx understands stands in comments of MyST, which nobody else shows:

    % ```{api} nnlib.losses
    % ```

And a link leads to any target of another page, (shannon1948)=, not to headings alone.
"""

import re

COMMENTED = re.compile(r"^% (?=```|:\w+:)", re.M)


def uncomment(app, page, text):
    if app.env.doc2path(page).endswith(".md"):
        text[0] = COMMENTED.sub("", text[0])


def note_targets(app, doctree):
    """Makes `bibliography.md#shannon1948` a link that MyST knows, as those to headings."""
    known = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for name, explicit in doctree.nametypes.items():
        if explicit and doctree.nameids.get(name):
            known.setdefault(name, (0, doctree.nameids[name], name))


def setup(app):
    app.connect("source-read", uncomment)
    app.connect("doctree-read", note_targets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
