"""What a check says, as text and as HTML."""

import html
import re
import textwrap
from dataclasses import dataclass, field


@dataclass
class Result:
    """`passed`, `attempted`, and the name of the `mistake` if it is a known one."""

    exercise: object
    passed: bool = False
    attempted: bool = True
    mistake: str | None = None
    text: str = ""
    evidence: list = field(default_factory=list)
    note: str = ""  # about the file of progress, if there is something to say

    @property
    def word(self):
        if self.passed:
            return "Passed"
        return "Not yet" if self.attempted else "Not attempted yet"

    @property
    def next(self):
        """What the reader may do now."""
        if self.passed or not self.attempted or not self.exercise.hints:
            return ""
        return f'For a hint: hint("{self.exercise.id}")'

    def __repr__(self):
        words = textwrap.fill(f"{self.word}: {self.text}", 88)
        lines = [words]
        if self.evidence:
            width = max(len(name) for name, _ in self.evidence)
            lines.append("  The smallest case that shows it:")
            for name, value in self.evidence:
                inside = value.replace("\n", "\n" + " " * (width + 6))
                lines.append(f"    {name:{width}}  {inside}")
        return "\n".join(lines + [it for it in (self.next, self.note) if it])

    def _repr_html_(self):
        state = "passed" if self.passed else "not-yet" if self.attempted else "open"
        says = paragraph(f"<strong>{self.word}:</strong> {prose(self.text)}")
        if self.evidence:
            says += paragraph("The smallest case that shows it:")
            says += listed(self.evidence)
        if self.next:
            says += paragraph(prose(re.sub(r"hint\(.*?\)", r"`\g<0>`", self.next)))
        if self.note:
            says += paragraph(html.escape(self.note))
        return (
            f'<div class="nn-check nn-{state}" role="status" style="border-left: '
            f'{BARS[state]}; padding: 0 0 0 1em">{says}</div>'
        )


# Seen on white paper and on black: the words have the page's own colour.
BARS = {
    "passed": "4px solid #1f8a63",
    "not-yet": "4px solid #d1571c",
    "open": "2px solid #848b97",
}
VALUE = (
    "margin: 0; padding: 0; border: 0; background: none; color: inherit; "
    "font-size: 0.85em; line-height: 1.5; white-space: pre-wrap; word-break: normal; "
    "overflow-wrap: anywhere"
)


def prose(text):
    """A sentence as HTML; what it has in `backticks` is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def paragraph(words):
    return f'<p style="margin: 0.4em 0">{words}</p>'


def listed(evidence):
    """Names and values, in two columns."""
    pairs = "".join(
        f'<dt style="float: none; margin: 0; padding: 0; width: auto">{html.escape(name)}</dt>'
        f'<dd style="margin: 0; padding: 0; width: auto; min-width: 0"><pre style="{VALUE}">'
        f"{html.escape(value)}</pre></dd>"
        for name, value in evidence
    )
    grid = "display: grid; grid-template-columns: auto 1fr; gap: 0.3em 1.2em; margin: 0.4em 0"
    return f'<dl style="{grid}">{pairs}</dl>'


class Said:
    """A sentence or two, as text; the second, if any, is about the file of progress."""

    def __init__(self, text, note=""):
        self.text, self.note = text, note

    def __repr__(self):
        return "\n".join(filter(None, [textwrap.fill(self.text, 88), self.note]))

    def _repr_html_(self):
        both = filter(None, [self.text, self.note])
        return "".join(paragraph(prose(text)) for text in both)
