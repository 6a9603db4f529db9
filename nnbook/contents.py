"""The table of contents: the one place that says in which order the chapters are told.

`_toc.yml` is it. An installed copy of the package has no `_toc.yml` beside it, so setup.py
leaves there what is needed of it, as contents.json.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]  # of a checkout
INSTALLED = Path(__file__).with_name("contents.json")


@dataclass(frozen=True)
class Page:
    """A page of the book: its file, "book/losses"; `number` is None where none is counted."""

    file: str
    part: str
    number: int | None

    @property
    def name(self):
        return Path(self.file).name


def read(toc):
    """The pages of a table of contents, in reading order; chapters are counted throughout."""
    found = [Page(toc["root"], "", None)]
    count = 0
    for part in toc["parts"]:
        for one in part["chapters"]:
            count += bool(part.get("numbered"))
            number = count if part.get("numbered") else None
            found.append(Page(one["file"], part.get("caption", ""), number))
    return tuple(found)


def pages(root=ROOT):
    """All pages of the book in a folder, in reading order."""
    toc = Path(root, "_toc.yml")
    if root == ROOT and not toc.exists():
        return read(json.loads(INSTALLED.read_text("utf-8")))
    import yaml  # a checkout, where the requirements are installed

    return read(yaml.safe_load(toc.read_text("utf-8")))


@cache
def chapters():
    """The numbered ones, by name."""
    return {page.name: page for page in pages() if page.number}
