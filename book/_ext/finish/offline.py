"""Downloads: each page's source, and the whole book as one file.

The zip is made from the finished site, the same bytes from the same pages. Every page's download
menu has it, with its size; the pages inside it do not. Nor is JupyterLite inside: 29 MB that start
only from a web server (see pages/launch.py).
"""

import re
import zipfile
from pathlib import Path

from pages.launch import LITE, for_a_folder, written

SIZE = re.compile(r'(<span class="nn-size">)[^<]*(</span>)')
OFFER = re.compile(r'<li>(?:(?!</li>).)*href="[^"]*\.zip"(?:(?!</li>).)*</li>', re.S)
OPENED = re.compile(r'(<a href="[^"]*(?:/_sources/[^"]*|\.zip)") target="_blank"')
PACKED = {".png", ".woff", ".woff2", ".inv"}  # deflating these again gains nothing
WHAT = {".ipynb": "notebook", ".pdf": "print"}
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same in each build; the format has none before


def name(app):
    return re.sub(r"\W+", "-", app.config.project).strip("-").lower() + ".zip"


def mark_downloads(page):
    """Links that save a file, whatever its host says that it is; the theme's open a tab."""
    return OPENED.sub(r"\1 download", page)


def add_filter(app):
    if app.builder.format == "html":
        app.builder.templates.environment.filters["mark_downloads"] = mark_downloads


def offer(app, page, context, doctree):
    """One more entry of the download menu, on pages that have one; the others in words."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            for button in group["buttons"]:
                button["text"] = (
                    f"{WHAT.get(button['text'], 'this page')} ({button['text']})"
                )
            group["buttons"].append(
                {
                    "type": "link",
                    "url": context["pathto"](name(app), resource=True),
                    "text": 'whole book (.zip, <span class="nn-size"></span>)',
                    "tooltip": "Download the whole book, to read without a network",
                    "icon": "fas fa-file-zipper",
                    "label": "download-book-button",
                }
            )


def pack(folder, target):
    """All files of a folder but the target and JupyterLite's, in one zip, below a folder of
    the same name."""
    with zipfile.ZipFile(target, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path == target or not path.is_file() or path.name.startswith("."):
                continue
            inside = path.relative_to(folder)
            if inside.parts[0] == LITE:
                continue
            content = path.read_bytes()
            if path.suffix == ".html":
                page = OFFER.sub("", content.decode())
                content = for_a_folder(page).encode()
            entry = zipfile.ZipInfo(f"{target.stem}/{inside.as_posix()}", EPOCH)
            entry.create_system = 3  # Unix, whatever it is built on
            entry.external_attr = 0o644 << 16
            if path.suffix not in PACKED:
                entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)


def finish(app):
    """Makes the zip, and writes its size into the pages."""
    folder = Path(app.outdir)
    target = folder / name(app)
    pack(folder, target)
    size = f"{max(1, round(target.stat().st_size / 1e6))} MB"
    for path in written(folder):
        page = path.read_text("utf-8")
        if (sized := SIZE.sub(rf"\g<1>{size}\2", page)) != page:
            path.write_text(sized, "utf-8")
