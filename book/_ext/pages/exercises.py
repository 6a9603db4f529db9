"""The pages of exercises and of solutions: a Sphinx extension for the book's build.

    ```{exercises} by chapter     all of them, with links to their chapters; or "by difficulty"
    ```{solutions}                their solutions and the mistakes that are known, folded
    ```{code-cell} python         a reader's code, run when the page is read, and what it shows

All of it is derived from nnbook/exercises. Sentences there are plain text with code in
`backticks`; they become nodes directly, so no other sign can be taken for markup.

While a site is built, progress is kept in an empty folder: nobody's counts.
"""

import ast
import html
import linecache
import os
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from docutils import nodes
from notebooks.normalise import pages
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

import nnbook
import nnlib
from nnbook import contents
from nnbook.tutor.catalogue import all_exercises, everything, number_of
from nnbook.tutor.cells import slug
from nnbook.tutor.pages import problems_of
from nnbook.tutor.specification import KINDS, TIMES, Choice

logger = logging.getLogger(__name__)
PROGRESS = "NNLIB_PROGRESS"


@dataclass(frozen=True)
class Chapter:
    number: int
    page: str
    title: str
    exercises: tuple

    @property
    def id(self):
        """Of its section; a number would be another chapter's when one is put before it."""
        return Path(self.page).name.replace("_", "-")

    @property
    def heading(self):
        return f"Chapter {self.number}: {self.title}"


def chapters(root):
    """The chapters of a book that have exercises."""
    for page in pages(Path(root)):
        name, path = Path(page).name, Path(root, f"{page}.ipynb")
        if exercises := everything().get(name):
            cells = nbformat.read(path, as_version=4).cells
            title = re.search(r"^# (.+)$", cells[0].source, re.M)[1]
            yield Chapter(contents.chapters()[name].number, page, title, exercises)


def solution(task):
    """The target of a task's solution on the page of solutions."""
    return task.replace("exercise-", "solution-", 1)


# --- pieces of a page ---------------------------------------------------------------------


def inline(text):
    """Words, and code in backticks."""
    parts = enumerate(text.split("`"))
    return [nodes.literal(t, t) if i % 2 else nodes.Text(t) for i, t in parts if t]


def paragraph(*parts):
    return nodes.paragraph("", "", *parts)


def raw(text):
    return nodes.raw("", text, format="html")


def fold(summary, *content):
    opening = f'<details class="nn-fold"><summary>{html.escape(summary)}</summary>'
    return [raw(opening), *content, raw("</details>")]


def definitions(pairs):
    """A list of what is named, and what is said of it."""
    items = [
        nodes.definition_list_item(
            "",
            nodes.term("", "", *inline(name)),
            nodes.definition("", paragraph(*inline(says))),
        )
        for name, says in pairs
    ]
    return nodes.definition_list("", *items)


def table(head, rows, name):
    """A table of lists of nodes."""

    def row(cells):
        return nodes.row("", *(nodes.entry("", paragraph(*cell)) for cell in cells))

    columns = [nodes.colspec() for _ in head]
    group = nodes.tgroup("", *columns, cols=len(head))
    group += nodes.thead("", row([[nodes.Text(word)] for word in head]))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group, classes=[name])


def count(number, word):
    return f"{number} {word}{'' if number == 1 else 's'}"


class Derived(SphinxDirective):
    """A directive of a page that is written anew when an exercise or a chapter changes."""

    def run(self):
        for package in (nnlib, nnbook):
            for path in Path(package.__file__).parent.rglob("*.py"):
                self.env.note_dependency(str(path))
        listed = list(chapters(self.env.srcdir))
        for one in listed:
            self.env.note_dependency(f"{one.page}.ipynb")
        return self.derive(listed)

    def section(self, id, title, *content, name=""):
        """With a name, other pages' links can lead to it."""
        made = nodes.section("", nodes.title("", "", *inline(title)), *content)
        made["ids"].append(id)
        if name:
            made["names"].append(name)
            self.state.document.note_explicit_target(made)
        else:
            self.state.document.note_implicit_target(made)
        return made

    def link(self, exercise, words):
        """To its task in the chapter."""
        return reference(self.env.docname, slug(exercise), words)


def reference(page, target, words):
    """A link of a page to a target of any other; a warning if there is none."""
    link = addnodes.pending_xref(
        "", nodes.inline(words, words), refdomain="std", reftype="ref"
    )
    link["reftarget"], link["refdoc"] = target, page
    link["refexplicit"] = link["refwarn"] = True
    return link


# --- the page of exercises ------------------------------------------------------------------


class Index(Derived):
    """All exercises, by chapter, with their sums; or by the time that they take."""

    required_arguments = 1
    final_argument_whitespace = True

    def derive(self, listed):
        by = {"by chapter": self.by_chapter, "by difficulty": self.by_difficulty}
        return by[self.arguments[0]](listed)

    def by_chapter(self, listed):
        known = [exercise for one in listed for exercise in one.exercises]
        kinds = [exercise.kind for exercise in known]
        words = [
            f"{name} ({kinds.count(k)})" for k, name in KINDS.items() if k in kinds
        ]
        mistakes = sum(len(it.mistakes) for it in known)
        points = sum(exercise.points for exercise in known)
        sums = (
            f"{count(len(known), 'exercise')} in {count(len(listed), 'chapter')}: "
            f"{', '.join(words)}. Together they are worth {count(points, 'point')}, and "
            f"the checks know {count(mistakes, 'mistake')} by name."
        )
        return [paragraph(nodes.Text(sums)), *map(self.of_chapter, listed)]

    def of_chapter(self, one):
        head = ("No.", "Exercise", "Kind", "Time", "Points")
        rows = [
            [
                [nodes.Text(number_of(exercise))],
                [self.link(exercise, exercise.title)],
                [nodes.Text(KINDS[exercise.kind])],
                [nodes.Text(TIMES[exercise.level])],
                [nodes.Text(str(exercise.points))],
            ]
            for exercise in one.exercises
        ]
        made = table(head, rows, "nn-exercises")
        return self.section(one.id, one.heading, made)

    def by_difficulty(self, listed):
        made = []
        for level, time in TIMES.items():
            alike = [it for one in listed for it in one.exercises if it.level == level]
            items = [
                nodes.list_item(
                    "", paragraph(self.link(it, f"{number_of(it)} {it.title}"))
                )
                for it in alike
            ]
            if items:
                title = f"{time.capitalize()}: {count(len(items), 'exercise')}"
                content = nodes.bullet_list("", *items)
                made.append(self.section(f"level-{level}", title, content))
        return made


# --- the page of solutions --------------------------------------------------------------------


class Solutions(Derived):
    """Solutions by chapter, each folded, below a heading that a link can lead to."""

    def derive(self, listed):
        return [
            self.section(one.id, one.heading, *map(self.of_exercise, one.exercises))
            for one in listed
        ]

    def of_exercise(self, exercise):
        number = number_of(exercise)
        kind = f"{exercise.label}. "
        task = [nodes.emphasis(kind, kind), self.link(exercise, "The task")]
        answer = [*fold(f"Solution of {number}", *solved(exercise))]
        title, name = f"{number} {exercise.title}", solution(slug(exercise))
        return self.section(name, title, paragraph(*task), *answer, name=name)


def solved(exercise):
    """The solution, and what is said of other answers."""
    if isinstance(exercise, Choice):
        answer, says = exercise.options[exercise.right]
        first = definitions([(f"({exercise.right}) {answer}", says)])
        said = [
            (f"({letter}) {answer}", says)
            for letter, (answer, says) in exercise.options.items()
            if letter != exercise.right
        ]
        summary = "What is wrong with the others"
    else:
        text = exercise.solution_text.strip()
        first = nodes.literal_block(text, text, language="python")
        said = [(wrong.name, wrong.says) for wrong in exercise.mistakes]
        summary = f"Mistakes that the check knows ({len(said)})"
    return [first, *fold(summary, definitions(said))]


def link_solutions(app, doctree):
    """Ends each task with a link to its solution, where nothing can be run that shows it."""
    for task in doctree.findall(nodes.admonition):
        for name in task["names"]:
            if "exercise" in task["classes"] and name.startswith("exercise-"):
                link = reference(app.env.docname, solution(name), "see the solutions")
                task[-1] += [nodes.Text(" Or "), link, nodes.Text(".")]


def number_tasks(app, doctree):
    """A notebook calls a task "Exercise: its title"; its page says the number, too."""
    known = {slug(exercise): exercise for exercise in all_exercises()}
    for task in doctree.findall(nodes.admonition):
        for id in known.keys() & set(task["ids"]):
            words = task.next_node(nodes.title).next_node(nodes.Text)
            called = f"Exercise {number_of(known[id])}:"
            words.parent.replace(
                words, nodes.Text(words.replace("Exercise:", called, 1))
            )


def warn_of_halves(app, doctree):
    """An exercise that is not on its page as it is specified is a warning: the build fails."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        for sentence in problems_of(notebook, path.stem):
            logger.warning(sentence, location=app.env.docname)


# --- a reader's cells -------------------------------------------------------------------------


class Cell(SphinxDirective):
    """Code that is run as in a notebook of its own, each page's cells one after another."""

    optional_arguments = 1
    has_content = True

    def run(self):
        names = self.env.temp_data.setdefault("nn_names", {"__name__": "__main__"})
        folder = Path(self.env.app.progress.name, self.env.docname)
        folder.mkdir(parents=True, exist_ok=True)
        text = "\n".join(self.content)
        code = nodes.literal_block(text, text, language="python")
        made = nodes.container("", classes=["cell"])
        made += nodes.container("", code, classes=["cell_input"])
        value = run_cell(
            text, names, f"<{self.env.docname}, line {self.lineno}>", folder
        )
        if value is not None:
            made += nodes.container("", *shown(value), classes=["cell_output"])
        return [made]


def run_cell(text, names, file, folder):
    """What the last line gives, after all others; progress is kept in a folder."""
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    tree = ast.parse(text)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    before, os.environ[PROGRESS] = os.environ[PROGRESS], str(folder)
    try:
        exec(compile(tree, file, "exec"), names)
        return last and eval(compile(ast.Expression(last.value), file, "eval"), names)
    finally:
        os.environ[PROGRESS] = before


def shown(value):
    """A value as a notebook shows it, on a page."""
    if hasattr(value, "_repr_html_"):
        return [raw(f'<div class="output text_html">{value._repr_html_()}</div>')]
    text = nodes.literal_block(repr(value), repr(value), language="text")
    return [nodes.container("", text, classes=["output", "text_plain"])]


# --- the site -----------------------------------------------------------------------------------


def hide_progress(app):
    """Cells of the chapters, too, find no progress: those that run have their own folder."""
    app.progress = TemporaryDirectory(prefix="nnlib-")
    app.progress_before = os.environ.get(PROGRESS)
    os.environ[PROGRESS] = str(Path(app.progress.name, "nobody"))
    Path(os.environ[PROGRESS]).mkdir()


def restore_progress(app, error):
    app.progress.cleanup()
    os.environ.pop(PROGRESS)
    if app.progress_before is not None:
        os.environ[PROGRESS] = app.progress_before


def setup(app):
    app.add_directive("exercises", Index)
    app.add_directive("solutions", Solutions)
    # MyST-NB's own says that a page is no notebook; JupyterLab knows the name, and shows the code.
    app.add_directive("code-cell", Cell, override=True)
    app.connect("builder-inited", hide_progress)
    app.connect("doctree-read", link_solutions)
    app.connect("doctree-read", number_tasks)
    app.connect("doctree-read", warn_of_halves)
    app.connect("build-finished", restore_progress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
