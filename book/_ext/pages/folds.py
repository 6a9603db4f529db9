"""A folded cell is called by the words that it shows: MyST-NB says "Toggle hidden content".

Where the code is not on the page either, what is folded is what `show` gives: a picture.
"""

from html import escape

from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput


def visit(page, node):
    page.body.append(
        f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>\n'
    )
    for state in ("show", "hide"):
        shown = {"show": "collapsed", "hide": "expanded"}[state]
        words = escape(node[f"prompt_{state}"].replace("outputs", "picture"))
        page.body.append(f'<p class="{shown} admonition-title">{words}</p>\n')
    page.body.append("</summary>\n")


def setup(app):
    app.add_node(HideCodeCellNode, override=True, html=(visit, depart_HideCellInput))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
