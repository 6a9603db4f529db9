"""What is shown of exercises: all of them, what is done, and a solution."""

import html

from nnbook import contents
from nnbook.tutor import store
from nnbook.tutor.catalogue import everything, find_chapter, number_of
from nnbook.tutor.result import Said
from nnbook.tutor.specification import KINDS


def state(one):
    """A word for what is known about an exercise."""
    if one["passed"]:
        return "passed"
    return "begun" if one["attempts"] or one["hints"] else "open"


def state_here(one):
    """The same, with the file that an answer was loaded from."""
    return f"{state(one)}, from {one['origin']}" if one.get("origin") else state(one)


class Table:
    """Rows of words, as text and as HTML; `note` stands below them."""

    def __init__(self, head, rows, title, note=""):
        self.head, self.rows, self.title, self.note = head, rows, title, note

    def __repr__(self):
        rows = [self.head, *self.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.head))]
        lines = [
            "  ".join(word.ljust(w) for word, w in zip(row, widths)).rstrip()
            for row in rows
        ]
        return "\n".join(filter(None, [self.title, *lines, self.note]))

    def _repr_html_(self):
        head = "".join(f'<th scope="col" style="{CELL}">{it}</th>' for it in self.head)
        body = "".join(
            f'<tr><th scope="row" style="{CELL}; font-weight: normal">{html.escape(first)}</th>'
            + "".join(f'<td style="{CELL}">{html.escape(word)}</td>' for word in rest)
            + "</tr>"
            for first, *rest in self.rows
        )
        return (
            f'<table class="table nn-table" style="margin: 0.5em 0; width: auto">'
            f'<caption style="{TITLE}">{html.escape(self.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            + (f"<p>{html.escape(self.note)}</p>" if self.note else "")
        )


CELL = "text-align: left; padding: 0.2em 1em 0.2em 0"
# A page's style may hide the triangle.
SUMMARY = "cursor: pointer; display: list-item; list-style: revert; font-weight: 600"
TITLE = "caption-side: top; text-align: left; color: inherit; font-weight: 600"


class Exercises(Table):
    """The exercises of one chapter, or of all."""

    def __init__(self, answers, note, only=None):
        if only is not None:
            only = find_chapter(only)
        rows = [
            (
                number_of(e), e.id, e.title, KINDS[e.kind], str(e.points),
                state_here(answers.get(e.id, store.EMPTY)),
            )
            for name, known in everything().items()
            if only in (None, name)
            for e in known
        ]  # fmt: skip
        head = ("", "id", "exercise", "kind", "points", "state")
        super().__init__(head, rows, f"{len(rows)} exercises", note)


class Progress(Table):
    """Passed, begun and open exercises by chapter."""

    def __init__(self, answers, note):
        rows, sums = [], [0, 0, 0, 0]
        for name, exercises in everything().items():
            number = contents.chapters()[name].number
            known = [(e, answers.get(e.id, store.EMPTY)) for e in exercises]
            states = [state(one) for _, one in known]
            points = sum(e.points for e, one in known if one["passed"])
            counts = [states.count("passed"), states.count("begun"), len(known), points]
            sums = [a + b for a, b in zip(sums, counts)]
            rows.append((f"chapter {number}", *map(str, counts)))
        rows.append(("all", *map(str, sums)))
        self.passed, self.total, self.points = sums[0], sums[2], sums[3]
        head = ("", "passed", "begun", "of", "points")
        title = f"Your progress: {self.passed} of {self.total} passed"
        super().__init__(head, rows, title, note)

    def export(self, file):
        """Writes a copy of your answers, to take them elsewhere."""
        return Said(store.export(file))

    def load(self, file):
        """Adds the answers of an exported file to yours; one that passed stays. They are noted
        as not your own: use_mine() runs none of them that you do not name.

        A ValueError, and nothing changes, if the file is not one that export wrote.
        """
        return Said(store.load(file))

    def reset(self):
        """Begins anew; what was there is kept under another name."""
        return Said(store.reset())


class Solution:
    """One right answer, and the place of the package's own."""

    def __init__(self, exercise):
        self.exercise, self.text = exercise, exercise.shown

    def __repr__(self):
        return self.text.rstrip()

    def _repr_html_(self):
        return (
            f"<details><summary style='{SUMMARY}'>Solution of "
            f"{number_of(self.exercise)}, {html.escape(self.exercise.title)}</summary>"
            f"<pre>{html.escape(self.text)}</pre></details>"
        )
