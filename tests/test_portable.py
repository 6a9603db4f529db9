"""The notebooks' Markdown for places without Sphinx."""

import re

import nbformat
import pytest
from notebooks import portable
from notebooks.normalise import notebooks

ADMONITION = """Before.

```{admonition} What happens, & why
:class: dropdown
*Nothing* happens.

$$
a \\
= b
$$
```

After."""


def where(name, suffix, anchor):
    return f"<{name}|{suffix}|{anchor}>"


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("polyak1964", "[Polyak, 1964]"),
        ("kingma2015", "[Kingma and Ba, 2015]"),
        ("lecun1998efficient", "[LeCun *et al.*, 1998]"),
        ("shannon1948, kullback1951", "[Kullback and Leibler, 1951, Shannon, 1948]"),
    ],
)
def test_a_citation_says_who_and_when(keys, shown):
    made = portable.cited(f"As they say {{cite}}`{keys}`.")
    assert re.sub(r"\[([^][]+)\]\(bibliography.md\)", r"\1", made) == (
        f"As they say {shown}."
    )
    assert made.count("](bibliography.md)") == len(keys.split(","))


def test_what_is_not_in_the_bibliography_stops_the_build():
    with pytest.raises(KeyError, match="nobody2020"):
        portable.cited("{cite}`nobody2020`")


def test_a_folded_admonition_stays_folded():
    assert portable.plain(ADMONITION, where) == (
        "Before.\n\n<details><summary>What happens, &amp; why</summary>\n\n"
        "*Nothing* happens.\n\n$$\na \\\n= b\n$$\n\n</details>\n\nAfter."
    )


def test_another_admonition_is_quoted_with_its_formula_on_one_line():
    source = ADMONITION.replace(":class: dropdown", ":class: tip\n:name: a-tip")
    assert portable.plain(source, where) == (
        "Before.\n\n> **What happens, & why**\n>\n> *Nothing* happens.\n>\n"
        "> $$a \\ = b$$\n\nAfter."
    )


def test_code_in_the_text_stays():
    source = "```python\nx[0](1)  # ```{admonition}\n```"
    assert portable.plain(source, where) == source


def test_links_lead_where_they_are_told_to():
    source = "[a](b.md#c-d), [e](f.ipynb), [g](#h), [i](https://j.example/k.md)"
    assert portable.plain(source, where) == (
        "[a](<b|.md|c-d>), [e](<f|.ipynb|>), [g](<||h>), [i](https://j.example/k.md)"
    )


def test_nothing_of_myst_is_left_in_any_notebook():
    for path in notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                left = portable.plain(cell.source, lambda *link: "there")
                assert not re.search(
                    r"\{[\w:-]+\}`|[`:]{3}\{|^:\w+:|^\(.*\)=", left, re.M
                )
                assert set(re.findall(r"\]\((?!https?://)(.*?)\)", left)) <= {"there"}
                assert "{cite" not in portable.cited(cell.source)
