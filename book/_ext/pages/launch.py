"""Where a page can be run.

Below the title of each notebook's page stands a button that opens it in JupyterLite, which is a
part of the site (lite/application.py), and other ways to run it: Colab and Binder, where the book's
repository is known and on GitHub, and the notebook itself.

A page that is read from a folder (file://) cannot start Python: there a sentence says so in the
button's place. The zip of the whole book (finish/offline.py) has no JupyterLite, and that sentence
only.
"""

import html
import os
import re
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

# What a first visit costs, as book/lite/README.md measured it
MEGABYTES = 30
SECONDS = "half a minute"

LITE = "lite"  # the folder of JupyterLite in the site
PYODIDE = (
    "https://cdn.jsdelivr.net/"  # who is asked for Python, unless pyodide_url is set
)
BRANCH = (
    "colab"  # where the workflow that publishes puts Colab's copies: notebooks/colab.py
)
WAYS = "read_run_do"  # the page that compares all ways, beside the first page

TITLE_END = "</h1>"
ELSEWHERE = 'target="_blank" rel="noopener"'
NEW_TAB = '<span class="visually-hidden"> (opens a new tab)</span>'
IN_A_FOLDER = (
    '<script>if (location.protocol === "file:") document.querySelectorAll('
    '".nn-run, .nn-folder").forEach((it) => { it.hidden = !it.hidden; });</script>'
)
BUTTON = re.compile(r'<div class="nn-run">.*?</div>\n', re.S)
FOLDER = '<p class="nn-folder"'


def written(folder):
    """The HTML pages of a site that are the book's: JupyterLite's are another program's."""
    for path in sorted(folder.rglob("*.html")):
        if path.relative_to(folder).parts[0] != LITE:
            yield path


def for_a_folder(page):
    """A page as it stands in the zip: it says why it cannot run, and links to no JupyterLite."""
    page = BUTTON.sub("", page).replace(f"{IN_A_FOLDER}\n", "")
    return page.replace(f"{FOLDER} hidden>", f"{FOLDER}>")


def offer(app, page, context, doctree):
    body = context.get("body")
    if doctree and body and app.env.doc2path(page).endswith(".ipynb"):
        title, end, rest = body.partition(TITLE_END)
        context["body"] = title + end + block(app, page, context["pathto"]) + rest


def block(app, page, pathto):
    file = PurePosixPath(page).name + ".ipynb"
    what = "chapter" if app.env.toc_secnumbers.get(page) else "page"
    lite = pathto(f"{LITE}/notebooks/index.html", resource=True)
    published = ""
    if site := app.config.html_baseurl:
        address = f"{html.escape(site)}{page}.html"
        published = f' <a href="{address}">The published page</a> can.'
    return f"""
<div class="nn-launch">
<div class="nn-run">
<a class="nn-button" href="{lite}?path={quote(file)}" {ELSEWHERE} \
aria-describedby="nn-what-loads">Run this {what} in your browser</a>
<p id="nn-what-loads">{what_loads(app.config)}</p>
</div>
{FOLDER} hidden>This copy cannot run in your browser: it is read from a folder, and a browser \
starts Python only on a page that comes from a web server.{published}</p>
{IN_A_FOLDER}
<p class="nn-others">Or: {" · ".join(others(app, page, pathto))}</p>
</div>"""


def what_loads(config):
    host = html.escape(host_of(config))
    return (
        f"Opens a new tab and loads Python itself: about {MEGABYTES} MB from {host} at the "
        f"first visit, ready in about {SECONDS}. Nothing is installed. Your edits and your "
        "progress stay in this browser."
    )


def host_of(config):
    """Where Python comes from, in a reader's words."""
    url = os.environ.get("PYODIDE_URL") or getattr(config, "pyodide_url", "") or PYODIDE
    host, own = urlsplit(url).hostname, urlsplit(config.html_baseurl).hostname
    return host if host and host != own else "this site"


def others(app, page, pathto):
    """The other ways, as links."""
    options = app.config.html_theme_options
    if repository := github(options.get("repository_url", "")):
        branch = options.get("repository_branch") or "main"
        colab = f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}"
        binder = f"https://mybinder.org/v2/gh/{repository}/{quote(branch, safe='')}"
        yield f'<a href="{colab}/{page}.ipynb" {ELSEWHERE}>Colab{NEW_TAB}</a>'
        path = quote(f"lab/tree/{page}.ipynb", safe="")
        yield f'<a href="{binder}?urlpath={path}" {ELSEWHERE}>Binder{NEW_TAB}</a>'
    source = pathto(f"_sources/{page}.ipynb", resource=True)
    yield f'<a href="{source}" download>download the notebook</a>'
    ways = str(PurePosixPath(app.config.root_doc).with_name(WAYS))
    if ways in app.env.found_docs:
        yield f'<a href="{pathto(ways)}">which way suits you?</a>'


def github(url):
    """OWNER/NAME of a repository on GitHub, or None."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", url)
    return found and found[1]
