"""The built pages (`make book` builds them): complete, self-contained, and read in a browser.

All pages are looked at, and some in every mode; of the others, `make test-pages` takes those that
have changed and a sample, `make test-every-page` each. Without Chromium the browser's tests are
skipped, and say so. That each check here can fail is shown in test_site_guards.py.
"""

from collections import namedtuple

import changed
import pytest
from browser import DESK, PHONE, tab, visit
from browser_checks import (
    COLOURS,
    choose,
    layout,
    missing_without_script,
    prefer,
    printed_warnings,
    small_targets,
    violations,
    weigh,
    whole,
    wordless_pictures,
    wrong_in_print,
    wrong_pictures,
)
from browser_explorers import (
    by_keyboard,
    by_mouse,
    by_touch,
    expected,
    moved_alone,
    nudge,
    stale_pictures,
    state,
    wrong_addresses,
    wrong_at_nonsense,
    wrong_names,
    wrong_state,
)
from built import CHAPTERS, PAGES, SITE, read
from finish import addresses
from pages.launch import written
from test_plots import explorers

pytestmark = [pytest.mark.site, pytest.mark.usefixtures("site")]
INDEX = CHAPTERS[0]
MOST_BYTES = 2_500_000
MOST_BYTES_OF_THE_INDEX = 500_000  # besides its explorer's pictures after the first
SOME = [INDEX, "book/activations", "book/exercises", "search"]  # of each kind one
assert set(SOME) <= {*PAGES, "search"}, "a page that is looked at in all modes has gone"


def closer(pages):
    """Pages as parameters: some of them for `make test`, others for `make test-pages`."""
    others = [page for page in pages if page not in SOME]
    by_name = {page.removeprefix("book/"): page for page in others}
    others = [by_name[name] for name in changed.closer(list(by_name))]
    marks = [pytest.mark.pages]
    return [
        # All of a page on one core: it is opened once for several tests.
        pytest.param(page, marks=[pytest.mark.xdist_group(page), *more])
        for listed, more in (([p for p in SOME if p in pages], []), (others, marks))
        for page in listed
    ]


CLOSER = closer(PAGES)
EXPLORING = closer(
    sorted({f"book/{page.removesuffix('.ipynb')}" for page, *_ in explorers()})
)

Opened = namedtuple("Opened", "name page wrong")


def opened(browser, base, name, options):
    """A page in a tab of its own, for the tests of a module."""
    wrong = []
    with tab(browser, base, wrong, **options) as page:
        visit(page, f"{base}/{name}.html")
        yield Opened(name, page, wrong)


@pytest.fixture(scope="module", params=CLOSER)
def desk(request, browser, origin):
    """A page, from a static host below a sub-path, on a wide screen."""
    yield from opened(browser, origin, request.param, DESK)


@pytest.fixture(scope="module", params=CLOSER)
def phone(request, browser, origin):
    """A page on a phone, whose system is dark."""
    yield from opened(browser, origin, request.param, PHONE)


@pytest.fixture(scope="module", params=CLOSER)
def folder(request, browser, site):
    """A page from the file system."""
    yield from opened(browser, site.as_uri(), request.param, DESK)


# --- what is in the files -------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_page_prints_no_warning(page):
    assert not printed_warnings(read(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_picture_has_words(page):
    assert not wordless_pictures(read(page))


def test_no_page_beyond_the_table_of_contents():
    files = {path.relative_to(SITE) for path in written(SITE)}
    built = {f.with_suffix("").as_posix() for f in files if f.parts[0] != "_static"}
    old = {f"book/{name}" for name in addresses.MOVED}
    assert built == {*PAGES, *old, "index", "404"}


def test_the_root_page_leads_to_the_book(browser, origin):
    wrong = []
    with tab(browser, origin, wrong) as page:
        page.goto(f"{origin}/")
        page.wait_for_url(f"{origin}/{INDEX}.html")
    assert not wrong


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_for_a_wrong_address(browser, origin, options):
    wrong = []
    with tab(browser, origin, wrong, **options) as page:
        page.goto(f"{origin}/404.html")
        found = layout(page) + list(violations(page).values())
    assert not found + wrong


@pytest.mark.parametrize("page", EXPLORING)
def test_published_pictures_are_what_is_drawn_now(page):
    wrong = [it for one in expected(page) for it in stale_pictures(SITE, one)]
    assert not wrong


@pytest.mark.parametrize("name", PAGES)
def test_a_first_look_at_every_page_on_a_wide_screen_and_a_narrow_one(
    browser, origin, name
):
    wrong = []
    with tab(browser, origin, wrong) as page:
        visit(page, f"{origin}/{name}.html")
        wrong += whole(page, "light")
        page.set_viewport_size(PHONE["viewport"])
        wrong += layout(page)
    assert not wrong


# --- on a wide screen -----------------------------------------------------------------------


def test_page_is_whole_over_http(desk):
    assert not whole(desk.page, "light") + desk.wrong


def test_page_is_accessible(desk):
    found = violations(desk.page)
    assert not found


def test_controls_have_names(desk):
    wrong = wrong_names(desk.page, expected(desk.name))
    assert not wrong


def test_each_control_by_keyboard(desk):
    found = moved_alone(desk.page, expected(desk.name), "light", by_keyboard)
    assert not found + desk.wrong


def test_each_control_by_mouse(desk):
    found = moved_alone(desk.page, expected(desk.name), "light", by_mouse)
    assert not found + desk.wrong


def test_dark_mode_at_the_button_and_light_again(desk):
    page = desk.page
    choose(page, "dark")
    assert not whole(page, "dark")
    found = violations(page, COLOURS)
    assert not found
    wrong, moved = [], [(one, nudge(page, one)) for one in expected(desk.name)]
    for mode in ("dark", "light"):
        choose(page, mode)
        wrong += wrong_pictures(page, mode)
        for one, places in moved:
            wrong += wrong_state(page, one, places, mode)
    assert not wrong + desk.wrong


def test_print_from_dark_mode(desk):
    choose(desk.page, "dark")
    assert not wrong_in_print(desk.page) + desk.wrong


# --- on a phone -----------------------------------------------------------------------------


def test_page_is_whole_on_a_phone(phone):
    page = phone.page
    assert not whole(page, "dark") + small_targets(page) + phone.wrong


def test_page_is_accessible_on_a_phone_in_the_dark(phone):
    found = violations(phone.page)
    assert not found


def test_each_control_by_touch(phone):
    found = moved_alone(phone.page, expected(phone.name), "dark", by_touch)
    assert not found + phone.wrong


def test_page_is_whole_on_a_phone_in_the_light(phone):
    prefer(phone.page, "light")
    assert not whole(phone.page, "light")


# --- from the file system, without JavaScript, at an address, in bytes ------------------------


def test_page_is_whole_from_a_folder(folder):
    assert not whole(folder.page, "light") + folder.wrong
    found = moved_alone(folder.page, expected(folder.name), "light", by_keyboard)
    assert not found + folder.wrong


@pytest.mark.parametrize("name", EXPLORING)
def test_first_pictures_without_javascript(browser, origin, name):
    with tab(browser, origin, [], java_script_enabled=False) as page:
        page.goto(f"{origin}/{name}.html")
        assert not missing_without_script(page) + wrong_pictures(page, "light")
        for one in expected(name):
            seen = state(page, one, wait=False)["seen"]
            assert seen == [one.frames[one.first].light]


@pytest.mark.parametrize("name", EXPLORING)
def test_an_address_leads_to_a_setting(browser, origin, name):
    wrong = []
    with tab(browser, origin, wrong) as page:
        page.route("**/mathjax/**", lambda route: route.fulfill(body=""))  # quicker
        found = wrong_addresses(page, f"{origin}/{name}.html", expected(name))
        assert not found + wrong


def test_an_address_that_names_no_setting_shows_the_first(browser, origin):
    wrong, one = [], expected(INDEX)[0]
    with tab(browser, origin, wrong) as page:
        assert not wrong_at_nonsense(page, f"{origin}/{INDEX}.html", one) + wrong


@pytest.mark.parametrize("where", ["http", "file"])
def test_search_finds(browser, origin, site, where):
    base, wrong = (origin if where == "http" else site.as_uri()), []
    with tab(browser, base, wrong) as page:
        page.goto(f"{base}/search.html?q=softmax")
        page.locator("#search-results li a").first.wait_for()
        page.locator("#search-results .search-summary").wait_for()
    assert not wrong


@pytest.mark.parametrize("name", closer(CHAPTERS))
def test_page_is_no_heavier_than_promised(browser, origin, site, name):
    with tab(browser, origin, []) as page:
        page_bytes, later = weigh(page, site, origin, name)
    if name == INDEX:
        assert page_bytes <= MOST_BYTES_OF_THE_INDEX
    assert page_bytes + later <= MOST_BYTES
