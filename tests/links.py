"""Where the links of a folder of pages lead, and what a page needs to be shown."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from pages.launch import LITE, written

HERE = (
    "http://folder.invalid/"  # stands for the folder, so that addresses can be joined
)
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
FRAME = re.compile(r"frames[:/][0-9a-f]{16}\.png")


class Page(HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    def __init__(self, html):
        super().__init__()
        self.ids, self.links, self.loads, self.base = set(), [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        has = {name: value or "" for name, value in attributes}
        self.ids.update(has[key] for key in ("id", "name") if key in has)
        if tag == "base":
            self.base = has["href"]
        elif tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "form" and "action" in has:
            self.links.append(has["action"])
        elif tag == "link":
            told = has.get("rel") in ("canonical", "next", "prev", "index", "search")
            (self.links if told else self.loads).append(has["href"])
        elif tag == "meta" and has.get("http-equiv", "").lower() == "refresh":
            self.links.append(has["content"].partition("url=")[2])
        else:
            self.loads += [has[key] for key in ("src", "poster", "data") if key in has]
        self.loads += [a or b for a, b in CSS_URL.findall(has.get("style", ""))]

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.loads += [a or b for a, b in CSS_URL.findall(data)]
        if self.cdata_elem == "script":
            self.loads += FRAME_ADDRESS.findall(data)


FRAME_ADDRESS = re.compile(rf"[./]*{FRAME.pattern}")


def read_pages(folder):
    """Each page of the book in a folder by its path in it."""
    return {
        path.relative_to(folder).as_posix(): Page(path.read_text("utf-8"))
        for path in written(folder)
    }


def inside(name, address, base=""):
    """(path in the folder, fragment) of an address in a file; None if it leads elsewhere."""
    found = urlsplit(urljoin(urljoin(HERE + name, base), address))
    if found.scheme != "data" and found.netloc != "folder.invalid":
        return None
    path = unquote(found.path).lstrip("/")
    return path + ("index.html" if found.path.endswith("/") else ""), found.fragment


def broken_links(folder, pages):
    """The links and addresses of what is loaded that lead to no file, or to no id in it."""
    broken = []
    for name, page in pages.items():
        base = "" if page.base == "./" else page.base
        for address in page.links + page.loads:
            target = inside(name, address, base)
            if target is None or address.startswith("data:"):
                continue
            path, fragment = target
            fragment = unquote(fragment).partition(":")[0]  # an explorer's setting
            if not (folder / path).is_file():
                broken.append(f"{name}: no file for {address}")
            elif fragment and path in pages and fragment not in pages[path].ids:
                broken.append(f"{name}: no id for {address}")
    return broken


def foreign_loads(folder, pages):
    """What pages and style sheets load from elsewhere, or from outside the folder."""
    foreign = [
        f"{name} loads {address}"
        for name, page in pages.items()
        for address in page.loads
        if inside(name, address, page.base) is None
    ]
    for path in sorted(folder.rglob("*.css")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(f"{LITE}/"):
            continue
        for groups in CSS_URL.findall(path.read_text("utf-8")):
            address = groups[0] or groups[1]
            if address.startswith("data:"):
                continue
            target = inside(name, address)
            if target is None or not (folder / target[0]).is_file():
                foreign.append(f"{name} loads {address}")
    return foreign
