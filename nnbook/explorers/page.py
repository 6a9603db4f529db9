"""An explorer's life on a page: HTML around pictures that were drawn when the site was built.

`frames:NAME.png` stands for the address of a picture, which the extension of the book's
build fills in for each page. player.js in the book's assets moves the pictures.
"""

import html
import itertools
import json

from nnbook.explorers.controls import is_number
from nnbook.explorers.store import folder, keep, publish

FEW = 4  # as many choices stand side by side; more are a drop-down list
NO_SCRIPT = (
    "The controls of this picture need JavaScript; this is the setting it starts with."
)


def still(frame, *lines):
    """One picture, with these lines (HTML) below it."""
    pictures = images(keep(frame, folder()))
    return f'<figure class="nn-figure">{pictures}{"".join(lines)}</figure>'


def player(explorer):
    """Controls over all pictures of an explorer, the first one shown."""
    controls = explorer.controls
    own = "explore-" + explorer.draw.__name__.removeprefix("draw_").replace("_", "-")
    settings = [
        dict(zip((control.name for control in controls), values))
        for values in itertools.product(*(control.values for control in controls))
    ]
    frames = publish(explorer.draw, settings, explorer.frame)
    first = frames[settings.index({c.name: c.first for c in controls})]
    content = {
        "names": [control.name for control in controls],
        "values": [[plain(value) for value in c.values] for c in controls],
        "words": [[c.describe(value) for value in c.values] for c in controls],
        "frames": [[f"frames:{f.light}", f"frames:{f.dark}", f.text] for f in frames],
    }
    room = max((frame.text for frame in frames), key=len)
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    fields = "".join(field(control, f"{own}-{control.name}") for control in controls)
    return (
        f'<figure class="nn-figure nn-explorer" id="{own}">'
        f'<div class="nn-controls">{fields}</div>'
        f"{images(first)}{explorer.below(first, room)}"
        f'<p class="nn-link"><a href="#{own}">Link to this setting</a></p>'
        f'<noscript><p class="nn-note">{NO_SCRIPT}</p></noscript>'
        f'<script type="application/json">{data}</script></figure>'
    )


def plain(value):
    """A value as the address of a setting has it."""
    return f"{value:g}" if is_number(value) else str(value)


def images(frame):
    """The picture for a light page and the one for a dark page; CSS shows one of them."""
    return "".join(
        f'<img class="only-{mode}" alt="{html.escape(frame.text)}" src="frames:{name}" '
        f'width="{frame.width}" height="{frame.height}" loading="lazy">'
        for mode, name in (("light", frame.light), ("dark", frame.dark))
    )


def field(control, own):
    """The native control for a Control; what it sets is the index of a value."""
    label, first = html.escape(control.label), control.values.index(control.first)
    named = f'data-name="{control.name}"'
    words = [html.escape(control.describe(value)) for value in control.values]
    if control.kind != "choice":
        return (
            f'<div class="nn-control"><label for="{own}">{label}</label>'
            f'<input type="range" id="{own}" {named} min="0" max="{len(words) - 1}" '
            f'value="{first}" aria-valuetext="{words[first]}" autocomplete="off">'
            f'<output for="{own}" aria-live="off">{words[first]}</output></div>'
        )
    if len(words) > FEW:
        options = "".join(
            f'<option value="{i}"{" selected" * (i == first)}>{word}</option>'
            for i, word in enumerate(words)
        )
        return (
            f'<div class="nn-control"><label for="{own}">{label}</label>'
            f'<select id="{own}" {named} autocomplete="off">{options}</select></div>'
        )
    radios = "".join(
        f'<label><input type="radio" name="{own}" value="{i}" autocomplete="off"'
        f"{' checked' * (i == first)}>{word}</label>"
        for i, word in enumerate(words)
    )
    return (
        f'<fieldset class="nn-control" {named}><legend>{label}</legend>'
        f"{radios}</fieldset>"
    )
