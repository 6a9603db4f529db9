"""The notebooks' Markdown for places without Sphinx."""

import re

import nbformat
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
