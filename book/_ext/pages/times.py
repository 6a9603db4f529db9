"""A readable page of execution times: a Sphinx extension for the book's build.

MyST-NB's `nb-exec-table` knows the times, and when they change. Its table names files, methods and
the minute of the build; here it gets the pages' titles, in the book's order, and seconds.
"""

from docutils import nodes
from myst_nb.ext.execution_tables import METADATA_KEY
from myst_nb.sphinx_ import NbMetadataCollector


def fill_table(app, doctree, page):
    known = NbMetadataCollector.get_doc_data(app.env)
    if not known.get(page, {}).get(METADATA_KEY):
        return
    root = app.config.root_doc
    rows, total = [], 0
    for name in [root, *app.env.toctree_includes.get(root, [])]:
        if run := known.get(name, {}).get("exec_data"):
            seconds = run["runtime"] or 0
            address = app.builder.get_relative_uri(page, name)
            title = app.env.titles[name].astext()
            link = nodes.reference("", title, internal=True, refuri=address)
            rows.append(make_row(link, nodes.Text(f"{seconds:.1f}")))
            total += seconds
    rows.append(make_row(nodes.strong("", "All"), nodes.strong("", f"{total:.1f}")))
    for table in doctree.findall(nodes.table):
        group = nodes.tgroup("", nodes.colspec(), nodes.colspec(), cols=2)
        head = make_row(nodes.Text("Page"), nodes.Text("Seconds"))
        group += [nodes.thead("", head), nodes.tbody("", *rows)]
        table.children = []
        table += group


def make_row(*cells):
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", c)) for c in cells))


def setup(app):
    app.connect("doctree-resolved", fill_table)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
