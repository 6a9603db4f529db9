"""What a page of lite/ may load, run and send: its content security policy.

A notebook that a reader brings is somebody else's file. What it holds can ask for nothing but the
site's own files and Python's, pictures included, so it can send nothing off; and no script runs
but those that the page is published with.
"""

import base64
import hashlib
import html

from bs4 import BeautifulSoup


def policy(scripts, url):
    """The policy of a page with these scripts in it; Python comes from the address `url`."""
    python = [url] if "://" in url else []  # else from the site itself
    may = {
        "default-src": ["'self'"],
        # JupyterLab compiles the schemas of its settings: that is 'unsafe-eval'.
        "script-src": ["'self'", "'unsafe-eval'", *map(sha256, scripts)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", "data:", "blob:", *python],
        "worker-src": ["'self'", "blob:"],
        "frame-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{what} {' '.join(sources)}" for what, sources in may.items())


def sha256(script):
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def inline(page):
    """The scripts that stand in a page; what only holds data is none."""
    for script in BeautifulSoup(page, "html.parser")("script", src=False):
        if script.get("type", "module") == "module":
            yield script.string


def with_policy(page, url):
    """The text of a finished page, which has its policy before anything that it loads."""
    content = html.escape(policy(inline(page), url))
    head, start, rest = page.partition("<head>")
    if not start:
        raise RuntimeError("a page of JupyterLite has no <head>")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    return head + start + meta + rest
