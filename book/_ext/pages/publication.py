"""What makes the pages a publication.

Descriptions for search engines and for links that are shared, a page for lost readers, a front
door at the root, and where the site's address is known (the environment's SITE_URL, or
html.baseurl) absolute addresses, a sitemap and robots.txt. Where the repository is known
(REPOSITORY_URL, or repository.url) each page has a link to edit it.
"""

import html
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from docutils import nodes

PICTURE = "_static/social.png"
PICTURE_TEXT = (
    "A neural network from scratch: two inputs, three hidden neurons, one output"
)
# A page asks its own site alone, pictures included. Its scripts and styles may stand in it.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'"
)
SHORTEST, LONGEST = 60, 200  # characters of a description; search engines show 160
FORMULA = "\N{REPLACEMENT CHARACTER}"


def configure(app, config):
    """Takes the addresses from the environment, and says what the chapters run on."""
    if site := os.environ.get("SITE_URL") or config.html_baseurl:
        config.html_baseurl = site.rstrip("/") + "/"
    options = config.html_theme_options
    if url := os.environ.get("REPOSITORY_URL"):
        options["repository_url"] = url
    options["use_edit_page_button"] = bool(options.get("repository_url"))
    config.myst_substitutions.update(
        machine=f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        versions=f"Python {platform.python_version()}, NumPy {version('numpy')}",
    )


# --- what a page says of itself ------------------------------------------------------------


def describe(doctree, otherwise):
    """What a page says of itself (myst: html_meta), or its first sentences, up to a formula."""
    for meta in doctree.findall(nodes.meta) if doctree else ():
        if meta.get("name") == "description":
            return meta["content"]
    for section in doctree.findall(nodes.section) if doctree else ():
        for paragraph in section.children:
            if isinstance(paragraph, nodes.paragraph):
                text = " ".join(plain_text(paragraph).split())
                if len(text.partition(FORMULA)[0]) >= SHORTEST:
                    return shorten(text.partition(FORMULA)[0], FORMULA in text)
    return otherwise


def plain_text(node):
    """The text of a node, with a mark for each formula that is more than a number or a letter."""
    if isinstance(node, nodes.math) and re.search(r"[\\^_{]", node.astext()):
        return FORMULA
    if isinstance(node, nodes.Text) or not node.children:
        return node.astext()
    return "".join(plain_text(child) for child in node.children)


def shorten(text, is_cut=False):
    """As many whole sentences as fit, or as many words."""
    if len(text) <= LONGEST and not is_cut:
        return text
    sentences = re.match(rf".{{{SHORTEST},{LONGEST}}}[.?!](?=\s|$)", text)
    if sentences:
        return sentences[0]
    return text[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + " …"


def add_metadata(app, page, context, doctree):
    text = describe(doctree, app.config.book_description)
    title = re.sub("<[^>]*>", "", context.get("title") or app.config.project)
    tags = {
        ("name", "description"): text,
        ("property", "og:title"): html.unescape(title),
        ("property", "og:description"): text,
        ("property", "og:type"): "article" if doctree else "website",
        ("property", "og:site_name"): app.config.project,
        ("property", "og:locale"): "en_GB",
        ("name", "twitter:card"): "summary",
    }
    if site := app.config.html_baseurl:
        tags |= {
            ("property", "og:url"): f"{site}{page}.html",
            ("property", "og:image"): site + PICTURE,
            ("property", "og:image:width"): "1200",
            ("property", "og:image:height"): "630",
            ("property", "og:image:alt"): PICTURE_TEXT,
            ("name", "twitter:card"): "summary_large_image",
        }
    before = context.get("metatags", "")
    policy = f'\n    <meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
    described = [
        f'\n    <meta {key}="{name}" content="{html.escape(content)}" />'
        for (key, name), content in tags.items()
        if f'name="{name}"' not in before  # a page may describe itself
    ]
    context["metatags"] = "".join([policy, before, *described])


def name_edit_link(app, page, context, doctree):
    """One button, with a tooltip as its only words, which a screen reader says, too."""
    for button in context.get("header_buttons", []):
        if button.get("label") == "source-edit-button":
            button["tooltip"] = "Edit this page"


# --- pages beside the book's ------------------------------------------------------------------


def add_pages(app):
    """The front door, and the page that a host shows in place of one that is not there."""
    env, root = app.env, app.config.root_doc
    contents = [
        (env.titles[page].astext(), f"{page}.html")
        for page in [root, *env.toctree_includes.get(root, [])]
    ]
    base = root_folder(app.config.html_baseurl)
    lost = {"title": "Page not found", "contents": contents, "base": base}
    site = app.config.html_baseurl
    door = {"leads": f"{root}.html", "canonical": site and f"{site}{root}.html"}
    yield "404", lost, "404.html"
    yield "index", {"title": app.config.project, **door}, "forward.html"


def root_folder(site):
    """Where a site begins on its host; "" if its address is not known: 404.html finds it out."""
    return re.sub(
        "^/+", "/", urlsplit(site).path
    )  # "//x/" would be another host's root


def write_files(app):
    """For hosts and for search engines."""
    folder, site = Path(app.outdir), app.config.html_baseurl
    # Without it GitHub leaves out folders such as _static.
    (folder / ".nojekyll").touch()
    pages = "\n".join(
        f"  <url><loc>{site}{page}.html</loc></url>"
        for page in sorted(app.env.found_docs)
    )
    files = {
        "sitemap.xml": '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{pages}\n</urlset>\n",
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {site}sitemap.xml\n",
    }
    for name, content in files.items():
        if site:
            (folder / name).write_text(content, "utf-8")
        else:
            (folder / name).unlink(missing_ok=True)
