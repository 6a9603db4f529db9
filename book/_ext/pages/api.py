"""The API reference, from the docstrings: a Sphinx extension with the directive `api`.

    ```{api} nnlib.losses
    ```

writes the module's docstring and an entry for each of its public names, in the order of the
file: signature, docstring, methods, attributes, the chapter that defines it, and its source.
Nothing is typed twice: sources are read as syntax trees, chapters as notebooks.

Docstrings are plain text with code in `backticks` and indented examples. They become nodes
directly, so no sign in them (`*`, `|`, `_`) can be taken for markup.
"""

import ast
import copy
import importlib
import inspect
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from myst_parser.mdit_to_docutils.base import default_slugify
from notebooks.normalise import pages
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

import nnlib
from nnbook import contents

FENCE = re.compile(r"^(`{3,}|:{3,}).*?^\1", re.M | re.S)
HEADING = re.compile(r"^#{1,3} (.+)$", re.M)


# --- what the sources say -----------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A public function, class, method or property: its full name, tree and source text."""

    name: str
    kind: str
    node: ast.AST
    source: str

    @property
    def text(self):
        first = min([self.node, *self.node.decorator_list], key=lambda n: n.lineno)
        lines = self.source.splitlines()[first.lineno - 1 : self.node.end_lineno]
        return "\n".join(lines)

    @property
    def children(self):
        """By name; of a property the function that gets it, which has the words."""
        found = {}
        for child in filter(is_definition, self.node.body):
            found.setdefault(child.name, child)
        return found


def is_definition(node):
    return isinstance(node, (ast.FunctionDef, ast.ClassDef))


def source_of(module):
    return Path(inspect.getsourcefile(importlib.import_module(module))).read_text(
        "utf-8"
    )


def entries(module, only=None):
    """The public names that a module defines, as readers import them: nnlib.Linear."""
    source, found = source_of(module), []
    for node in filter(is_definition, ast.parse(source).body):
        if node.name.startswith("_") or (only and node.name not in only):
            continue
        where = "nnlib" if node.name in nnlib.__all__ else module
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        found.append(Entry(f"{where}.{node.name}", kind, node, source))
    return found


def methods(entry):
    """The public methods and properties of a class, in its order."""
    return [
        Entry(f"{entry.name}.{name}", kind_of(node), node, entry.source)
        for name, node in entry.children.items()
        if not name.startswith("_")
    ]


def kind_of(node):
    """What a function in a class is: one that is called, or one that is only named."""
    named = any(ast.unparse(wrapper) == "property" for wrapper in node.decorator_list)
    return "property" if named else "method"


def signature(entry):
    """The arguments as the source writes them: `(n_in, n_out, *, init=he_normal, rng)`."""
    if entry.kind == "property":
        return ""
    node = entry.node
    if entry.kind == "class":
        node = entry.children.get("__init__")
        if node is None:
            return "()"
    arguments = copy.deepcopy(node.args)
    arguments.defaults = [as_written(entry, value) for value in arguments.defaults]
    arguments.kw_defaults = [as_written(entry, v) for v in arguments.kw_defaults]
    if entry.kind != "function":
        arguments.args.pop(0)  # self
    return f"({ast.unparse(arguments)})"


def as_written(entry, value):
    """1e-8 stays 1e-8, and he_normal a name."""
    return value and ast.Name(ast.get_source_segment(entry.source, value))


def attributes(entry):
    """Public attributes of a class, and the comments beside them: those of the class as they are
    written, `elementwise = True`, then those that `__init__` sets, by name."""
    found, init = {}, entry.children.get("__init__")
    for statement in entry.node.body:
        if isinstance(statement, ast.Assign):
            found[ast.get_source_segment(entry.source, statement)] = comment(
                entry, statement
            )
        elif isinstance(statement, ast.AnnAssign):
            found[statement.target.id] = comment(entry, statement)
    stored = [
        node
        for node in ast.walk(init or ast.Module([]))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]
    for node in sorted(stored, key=lambda node: (node.lineno, node.col_offset)):
        if ast.unparse(node.value) == "self":
            found.setdefault(node.attr, "")
    return {name: text for name, text in found.items() if not name.startswith("_")}


def comment(entry, statement):
    """What is said beside a statement, at the end of its line."""
    line = entry.source.splitlines()[statement.end_lineno - 1]
    return line.encode()[statement.end_col_offset :].decode().partition("#")[2].strip()


def docstring(entry, bases=()):
    """Its own; for a method that has none, that of the method it replaces, or what the module
    says of all methods of this name: "`step(theta, grad)` changes theta in place."."""
    name, words = entry.node.name, ast.get_docstring(ast.parse(entry.source))
    inherited = [
        ast.get_docstring(b.children[name]) for b in bases if name in b.children
    ]
    if entry.kind == "method":
        inherited += re.findall(rf"^(`{name}\(.*?\.)(?:\s|$)", words, re.M | re.S)
    return ast.get_docstring(entry.node) or next(iter(inherited), "")


# --- which chapter defines it ---------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """The section of a chapter in which a definition stands, and whether it is whole."""

    page: str
    title: str
    heading: str
    whole: bool = True

    @property
    def link(self):
        """In MyST, so that the build warns of a section that does not exist."""
        slug = default_slugify(re.sub(r"\$.*?\$|[`*]", "", self.heading))
        name = self.page.rpartition("/")[2]
        return f"[*{self.heading}*]({name}.ipynb#{slug}), *{self.title}*"


def definitions(root):
    """(name, tree, place) of everything that the chapters' cells define, in reading order."""
    for page in pages(Path(root)):
        path = Path(root, f"{page}.ipynb")
        if path.stem not in contents.chapters() or not path.exists():
            continue
        title = heading = ""
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                found = HEADING.findall(FENCE.sub("", text)) or [heading]
                title, heading = title or found[0], found[-1]
                continue
            for node in filter(is_definition, ast.parse(text).body):
                yield node.name, node, Place(page, title, heading)


def places(root, public):
    """name -> [where it is first shown whole], after [where its first part is] for a class."""
    found = {}
    for name, node, place in definitions(root):
        if name not in public:
            continue
        whole = ast.dump(node) == ast.dump(public[name].node)
        seen = found.setdefault(name, [])
        if not any(p.whole for p in seen) and (whole or not seen):
            seen.append(replace(place, whole=whole))
    return found


def defined(seen):
    """Where a name is defined, in MyST."""
    if not seen:
        return ""
    last = seen[-1]
    if len(seen) == 1:
        return f"Defined in {last.link}."
    return f"Begun in {seen[0].link}; whole in {last.link}."


# --- the page ---------------------------------------------------------------------------------


class Api(SphinxDirective):
    """`{api} module`; the option `only` names those of its public names to be shown."""

    required_arguments = 1
    option_spec = {"only": str.split}

    def run(self):
        module, root = self.arguments[0], self.env.srcdir
        found = entries(module, self.options.get("only"))
        public = {e.node.name: e for e in entries_of_core()}
        self.known = {e.node.name: e.name for e in (*public.values(), *found)}
        self.places = places(root, public)
        self.note_sources(module)
        words = ast.get_docstring(ast.parse(source_of(module)))
        made = self.prose(words)
        for entry in found:
            made += self.describe(entry, public)
        return made

    def note_sources(self, module):
        """The page is written anew when the module or a chapter changes."""
        self.env.note_dependency(inspect.getsourcefile(importlib.import_module(module)))
        for page in pages(Path(self.env.srcdir)):
            if Path(self.env.srcdir, f"{page}.ipynb").exists():
                self.env.note_dependency(f"{page}.ipynb")

    def describe(self, entry, public):
        """The index entry, and the description, of a function, class, method or property."""
        made, body = self.open(entry)
        bases = [
            public[b.id] for b in getattr(entry.node, "bases", ()) if b.id in public
        ]
        body += self.prose(docstring(entry))
        body += self.attributes(entry) if entry.kind == "class" else []
        for method in methods(entry) if entry.kind == "class" else ():
            inner, words = self.open(method)
            words += self.prose(docstring(method, bases))
            body += inner
        if entry.name.startswith("nnlib.") and entry.node.name in self.places:
            body += self.parse(defined(self.places[entry.node.name]))
        body += source_listing(entry)
        return made

    def open(self, entry):
        """Sphinx's own description of a Python object, still empty, and its body."""
        module, _, name = entry.name.rpartition(".")
        if entry.kind in ("method", "property"):
            module, _, owner = module.rpartition(".")
            name = f"{owner}.{name}"
        made = self.parse(
            f"```{{py:{entry.kind}}} {name}{signature(entry)}\n:module: {module}\n```"
        )
        for prefix in [p for n in made for p in n.findall(addnodes.desc_addname)]:
            prefix.parent.remove(prefix)
        [body] = [b for n in made for b in n.findall(addnodes.desc_content)]
        return made, body

    def parse(self, text):
        box = nodes.Element()
        self.state.nested_parse(StringList(text.splitlines(), "api"), 0, box)
        return box.children

    def prose(self, text):
        """Paragraphs and indented examples of a docstring."""
        made = []
        for block in re.split(r"\n\s*\n", text.strip("\n")):
            if block.startswith("    "):
                code = inspect.cleandoc(block)
                made.append(nodes.literal_block(code, code, language="python"))
            elif block:
                made.append(
                    nodes.paragraph("", "", *self.inline(" ".join(block.split())))
                )
        return made

    def inline(self, text):
        """Words, and code in backticks, which leads to its entry if it has one."""
        for i, part in enumerate(text.split("`")):
            if i % 2 == 0:
                yield nodes.Text(part)
            elif part in self.known:
                code = nodes.literal(part, part)
                yield nodes.reference(
                    "", "", code, refid=self.known[part], internal=True
                )
            else:
                yield nodes.literal(part, part)

    def attributes(self, entry):
        found = attributes(entry)
        if not found:
            return []
        words = [
            f"`{name}`" + (f" ({text})" if text else "") for name, text in found.items()
        ]
        return [
            nodes.paragraph("", "", *self.inline(f"Attributes: {', '.join(words)}."))
        ]


def entries_of_core():
    """All public names of nnlib, wherever they are defined."""
    modules = {getattr(nnlib, name).__module__ for name in nnlib.__all__}
    return [e for module in sorted(modules) for e in entries(module)]


def source_listing(entry):
    """The whole definition, folded away."""
    code = nodes.literal_block(entry.text, entry.text, language="python")
    fold = '<details class="nn-source"><summary>Source</summary>'
    return [
        nodes.raw("", fold, format="html"),
        code,
        nodes.raw("", "</details>", format="html"),
    ]


def setup(app):
    app.add_directive("api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
