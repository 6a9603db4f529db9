"""The book's build: the one Sphinx extension that _config.yml names, and the order of its steps.

The rooms beside this file hold what it calls: `pages` what pages show, `finish` what makes the
built pages a site, `lite` Python in the browser, `notebooks` the chapters as files.
"""

import os
from itertools import chain

from finish import addresses, freshness, offline, self_contained, unused
from lite import application
from notebooks import executed
from pages import explorers, icons, launch, publication

# Directives, and how single elements of a page are shown.
ELEMENTS = (
    "api",
    "claims",
    "exercises",
    "folds",
    "markdown",
    "nowrap",
    "numbers",
    "overview",
    "streams",
    "times",
)

# Before anything is read: step(app, config).
SETTINGS = (
    publication.configure,
    freshness.configure,
    executed.configure,
)
# Before the first page: step(app).
START = (
    freshness.begin,
    icons.add_filter,
    offline.add_filter,
    self_contained.copy_early,
)
# Each page, before its template is filled in: step(app, page, context, doctree).
PAGE = (
    publication.add_metadata,
    publication.name_edit_link,
    addresses.lead_on,
    explorers.place_frames,
    launch.offer,
    offline.offer,
    self_contained.search_in_a_folder,
    unused.trim_page,  # of what the page then needs
)
# Pages beside the book's: (page, context, template) of each step(app).
ADDED = (
    publication.add_pages,
    addresses.add_pages,
)
# The site, once all pages are written, if none failed: step(app).
FINISH = (
    explorers.remove_unused,
    publication.write_files,
    unused.trim_site,  # of what no page names
    offline.finish,  # packs what is left
    application.build,
    freshness.remember,
)
# Jupyter Book's extensions that do not say so themselves: the one counts chapters when all pages
# are read, in one process, the other does nothing for a site.
SAFE_TO_READ_IN_PARALLEL = ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex")


def settings(app, config):
    for step in SETTINGS:
        step(app, config)
    for name in SAFE_TO_READ_IN_PARALLEL:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = True


def start(app):
    for step in START:
        step(app)


def page(app, page, template, context, doctree):
    for step in PAGE:
        step(app, page, context, doctree)


def added(app):
    return chain.from_iterable(step(app) for step in ADDED)


def finish(app, error):
    if not error and app.builder.format == "html":
        for step in FINISH:
            step(app)


def cores():
    """How many there are for this process, where the system says so."""
    return (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count()
    )


def setup(app):
    app.parallel = max(app.parallel, cores())
    for name in ELEMENTS:
        app.setup_extension(f"pages.{name}")
    app.add_config_value("book_description", "", "html")
    app.add_config_value("pyodide_url", "", "html")
    app.add_config_value("read_with", "", "env")
    app.add_config_value("written_with", "", "html")
    # First and last of all that an event calls: the theme's own steps are in between.
    app.connect("config-inited", settings, priority=100)
    app.connect("builder-inited", start)
    app.connect("env-get-outdated", freshness.read_all)
    app.connect("html-collect-pages", added)
    app.connect("html-page-context", page, priority=900)
    app.connect("doctree-resolved", unused.drop_thebe, priority=900)
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
