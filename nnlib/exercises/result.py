"""What a check says, as text and as HTML."""

import html
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
        bar = {"passed": "#1a7f5a", "not-yet": "#c2410c", "open": "#777777"}[state]
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left; vertical-align: top">'
            f'{html.escape(name)}</th><td style="text-align: left"><pre style="margin: 0">'
            f"{html.escape(value)}</pre></td></tr>"
            for name, value in self.evidence
        )
        table = (
            f"<table><caption>The smallest case that shows it</caption>{rows}</table>"
            if rows
            else ""
        )
        after = "".join(
            f"<p>{html.escape(it)}</p>" for it in (self.next, self.note) if it
        )
        return (
            f'<div class="nn-check nn-{state}" role="status" style="border-left: 4px solid '
            f'{bar}; padding: 0.2em 0 0.2em 1em"><p><strong>{self.word}.</strong> '
            f"{html.escape(self.text)}</p>{table}{after}</div>"
        )


class Said:
    """A sentence or two, as text; the second, if any, is about the file of progress."""

    def __init__(self, text, note=""):
        self.text, self.note = text, note

    def __repr__(self):
        return "\n".join(filter(None, [textwrap.fill(self.text, 88), self.note]))
