"""The built page "How sure are we?" has every claim, with what each contender got."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from built import ROOT, SITE
from pages.claims import number, paragraphs, quotation

pytestmark = pytest.mark.site
RESULTS = sorted((ROOT / "claims" / "results").glob("*.json"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda it: it.stem)
def test_each_claim_of_a_page_is_shown_and_leads_to_it(site, path):
    page = BeautifulSoup(
        (SITE / "book" / "how_sure.html").read_text("utf-8"), "html.parser"
    )
    section = page.find("section", id=f"of-{path.stem}")
    results = json.loads(path.read_text("utf-8")).values()
    tables = section.find_all("table", class_="nn-claims")
    assert len(tables) == len(results)
    for result, table in zip(results, tables):
        rows = [
            [cell.get_text(strip=True) for cell in row.find_all("td")]
            for row in table.tbody.find_all("tr")
        ]
        assert [row[0] for row in rows] == list(result["got"])
        for row, values in zip(rows, result["got"].values()):
            assert row[2:] == [
                number(min(values)),
                number(max(values)),
                str(len(values)),
            ]
        link = table.find_previous("a", class_="reference")
        assert link["href"].startswith(f"{path.stem}.html#")
    quotes = section.find_all("blockquote")
    assert len(quotes) == len(results)


def test_numbers_have_three_digits_and_powers_of_ten():
    values = (4.3e-7, 0, 1.5, -2e-9, 12345, 1.2345e7, 0.001234)
    assert [number(it) for it in values] == [
        "4.3 · 10⁻⁷",
        "0",
        "1.5",
        "−2 · 10⁻⁹",
        "12,345",
        "1.23 · 10⁷",
        "0.00123",
    ]


PAGE = """\
## A heading of it

Before. From [zero](losses.ipynb#a) both arrive:
*each* gets 95 to 96 % in 2.5 steps. (With ten
it is 97 %. With twenty, 98.) After.

- An item. Its second sentence.
- 3 of 4 others, `say` 5. More.

| size | loss |
|---|---|
| 1 | 0.5 |
| 2 | 0.4 |
"""


@pytest.mark.parametrize(
    "says, shown",
    [
        (
            ["gets 95 to 96 %"],
            ["From zero both arrive: *each* gets 95 to 96 % in 2.5 steps."],
        ),
        (["With ten it is 97 %"], ["With ten it is 97 %."]),
        (["twenty, 98."], ["With twenty, 98."]),
        (["97 %. With twenty"], ["(With ten it is 97 %. With twenty, 98.)"]),
        (["3 of 4", "others, `say` 5"], ["3 of 4 others, `say` 5."]),
        (["An item.", "4 others"], ["An item.", "", "3 of 4 others, `say` 5."]),
        (
            ["| 1 | 0.5 |", "| 2 | 0.4 |"],
            ["| size | loss |", "|---|---|", "| 1 | 0.5 |", "| 2 | 0.4 |"],
        ),
        (["in a caption"], ["in a caption"]),
    ],
)
def test_a_passage_is_shown_in_its_sentence_or_below_its_tables_head(
    says, shown, tmp_path
):
    caption = nbformat.v4.new_code_cell('show(picture, "What to see in a caption")')
    cells = [nbformat.v4.new_markdown_cell(PAGE), caption]
    path = tmp_path / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert quotation(says, [*paragraphs(path)]) == shown
