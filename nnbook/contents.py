"""The table of contents: the one place that says in which order the chapters are told.

`_toc.yml` is it. An installed copy of the package has no `_toc.yml` beside it, so setup.py
leaves there what is needed of it, as contents.json.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
TOC, INSTALLED = HERE.parent / "_toc.yml", HERE / "contents.json"


@dataclass(frozen=True)
class Page:
    """A page of the book: `name` is its file's, `number` its chapter's (None outside a part)."""

    name: str
    part: str
    number: int | None


def read(toc):
    """The pages of a table of contents, in reading order; chapters are counted throughout."""
    found = [Page(Path(toc["root"]).name, "", None)]
    count = 0
    for part in toc["parts"]:
        for one in part["chapters"]:
            count += bool(part.get("numbered"))
            number = count if part.get("numbered") else None
            found.append(Page(Path(one["file"]).name, part["caption"], number))
    return tuple(found)


@cache
def pages():
    """All pages of the book, in reading order."""
    if TOC.exists():
        import yaml  # a checkout, where the requirements are installed

        return read(yaml.safe_load(TOC.read_text("utf-8")))
    return read(json.loads(INSTALLED.read_text("utf-8")))


def chapters():
    """The numbered ones, by name."""
    return {page.name: page for page in pages() if page.number}
