"""The exercises in the built site: each in its chapter, with a link to its closed solution."""

import functools
import json
import re

import pytest
from browser import PHONE, tab, visit
from browser_checks import layout, violations
from bs4 import BeautifulSoup
from built import CHAPTERS, SITE
from docutils.nodes import make_id

from nnbook.tutor.catalogue import everything, number_of
from nnbook.tutor.cells import slug
from nnbook.tutor.code import Code

pytestmark = [pytest.mark.site, pytest.mark.usefixtures("site")]
PAGES = {
    name: next(page for page in CHAPTERS if page.endswith(f"/{name}"))
    for name in everything()
}
ALL = [(PAGES[n], it) for n, exercises in everything().items() for it in exercises]
each = pytest.mark.parametrize(
    "page, exercise", [pytest.param(page, it, id=it.id) for page, it in ALL]
)


@functools.cache
def parsed(page):
    return BeautifulSoup((SITE / f"{page}.html").read_text("utf-8"), "html.parser")


@functools.cache
def codes(page):
    """The text of each piece of code on a page."""
    return [pre.get_text().strip() for pre in parsed(page)("pre")]


def place(exercise):
    """The id of its task on the page, as docutils writes it."""
    return make_id(slug(exercise))


def target(exercise):
    return slug(exercise).replace("exercise-", "solution-")


@each
def test_its_chapter_has_the_task_the_stub_and_the_check(page, exercise):
    task = parsed(page).find(class_="exercise", id=place(exercise))
    assert task, (
        f"{page}.html should have the task of {exercise.id}, and has no such box"
    )
    title = task.p.get_text()
    assert f"Exercise {number_of(exercise)}:" in title, (
        f"{page}.html should call {exercise.id} Exercise {number_of(exercise)}, as _toc.yml "
        f"counts, and calls it {title!r}"
    )
    stub, check = task.find_next_siblings(class_="cell", limit=2)
    shown = stub.find("pre").get_text().strip()
    assert shown == exercise.stub.strip(), (
        f"{page}.html should show the stub of {exercise.id} below its task, and shows:\n{shown}"
    )
    said = check.find(class_="nn-check")
    assert said and said.get_text().startswith("Not attempted yet:"), (
        f"{page}.html: below its stub the check of {exercise.id} should say that it is not "
        f"attempted yet; the cell there is:\n{check.get_text()}"
    )
    link = task.find("a", href=f"solutions.html#{target(exercise)}")
    assert link and link.get_text() == "see the solutions", (
        f"{page}.html: the task of {exercise.id} should lead to solutions.html#"
        f"{target(exercise)} by the words 'see the solutions', and has {task('a')}"
    )


@each
def test_its_solution_is_closed_and_there_once(page, exercise):
    section = parsed("book/solutions").find(id=target(exercise))
    assert section, f"solutions.html should have a section {target(exercise)}"
    folds = section("details")
    assert folds and not any("open" in fold.attrs for fold in folds), (
        f"solutions.html should have the solution of {exercise.id} folded; {len(folds)} folds"
    )
    name = page.removeprefix("book/")
    assert section.find("a", href=f"{name}.html#{place(exercise)}"), (
        f"solutions.html: {exercise.id} should lead back to its task in {name}.html"
    )
    if isinstance(exercise, Code):
        text = exercise.solution_text.strip()
        shown = folds[0].find("pre").get_text().strip()
        assert shown == text, (
            f"solutions.html should show the solution of {exercise.id}, and shows:\n{shown}"
        )
        for other, times in (("book/solutions", 1), (page, 0), ("book/exercises", 0)):
            assert codes(other).count(text) == times, (
                f"{other}.html should have the solution of {exercise.id} {times} times, and "
                f"has it {codes(other).count(text)} times"
            )
    else:
        said = folds[0].dt.get_text()
        assert said.startswith(f"({exercise.right})"), (
            f"solutions.html: {exercise.id} should begin with ({exercise.right}): {said!r}"
        )


@each
def test_the_list_of_exercises_leads_to_it(page, exercise):
    href = f"{page.removeprefix('book/')}.html#{place(exercise)}"
    count = len(parsed("book/exercises")("a", href=href))
    assert count >= 2, (
        f"exercises.html should lead to {href} twice at least, by chapter and by difficulty; "
        f"it does {count} times"
    )


def test_the_list_says_how_many_there_are():
    said = parsed("book/exercises").find(id="by-chapter").p.get_text()
    counted = re.search(r"(\d+) exercises in (\d+) chapters", said)
    assert list(map(int, counted.groups())) == [len(ALL), len(PAGES)]


def test_the_search_does_not_quote_solutions():
    text = (SITE / "searchindex.js").read_text("utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    page = index["docnames"].index("book/solutions")
    places = [[p] if isinstance(p, int) else p for p in index["terms"].values()]
    assert not [p for p in places if page in p] and any(places)


# --- in a browser -------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_open_solutions_are_accessible_and_fit_the_screen(browser, origin, options):
    wrong = []
    with tab(browser, origin, wrong, **options) as page:
        visit(page, f"{origin}/book/solutions.html")
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        found = layout(page) + list(violations(page).values())
    assert not found + wrong


def test_a_link_leads_to_a_closed_solution_which_opens_by_keyboard(browser, origin):
    page_of, exercise = next(pair for pair in ALL if isinstance(pair[1], Code))
    wrong = []
    with tab(browser, origin, wrong) as page:
        visit(page, f"{origin}/{page_of}.html")
        page.locator(f"#{place(exercise)} a[href*='solutions.html']").click()
        page.wait_for_url(f"**/book/solutions.html#{target(exercise)}")
        section = page.locator(f"#{target(exercise)}")
        assert section.locator("h3").is_visible()
        assert not section.locator("pre").is_visible()
        summary = section.get_by_text(f"Solution of {number_of(exercise)}", exact=True)
        summary.focus()
        page.keyboard.press("Enter")
        assert section.locator("pre").is_visible()
    assert not wrong


def test_the_packages_code_is_folded_and_opens_by_keyboard(browser, origin):
    page_of = next(page for page, exercise in ALL if exercise.kind == "build")
    wrong = []
    with tab(browser, origin, wrong) as page:
        visit(page, f"{origin}/{page_of}.html")
        fold = page.locator("details.hide", has_text="Show the package's code").first
        assert not fold.locator("pre").is_visible()
        fold.locator("summary").focus()
        page.keyboard.press("Enter")
        assert fold.locator("pre").is_visible()
        ring = fold.locator("summary").evaluate("e => getComputedStyle(e).outlineStyle")
        assert ring == "solid"
    assert not wrong
