"""The checks of the built pages find what they are for: each sees a fault planted in a copy."""

import contextlib
import os
import shutil

import pytest
from browser import PHONE, served, tab, visit
from browser_checks import (
    COLOURS,
    choose,
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
    stale_pictures,
    wrong_addresses,
    wrong_at_nonsense,
    wrong_names,
)
from test_site import INDEX, MOST_BYTES, MOST_BYTES_OF_THE_INDEX

pytestmark = pytest.mark.pages
MANY = "book/backpropagation"  # a page of several explorers
END = "</article>"
# More specific than the site's own rules.
DARK, FORM = (
    f"html[data-theme] .bd-article .nn-figure {part}"
    for part in (".only-dark", ".nn-controls")
)
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def planted(browser, site, tmp_path):
    """Opens a copy of a page with HTML added at its end, a text in place of another, or
    without a file of the site."""

    @contextlib.contextmanager
    def plant(
        added="", *, swap=None, missing=None, name=INDEX, mathematics=False, **options
    ):
        copy = tmp_path / "site"
        shutil.copytree(site, copy, copy_function=os.symlink)
        html = (site / f"{name}.html").read_text("utf-8")
        for old, new in [(END, added + END), *filter(None, [swap])]:
            assert old in html
            html = html.replace(old, new, 1)
        (copy / f"{name}.html").unlink()
        (copy / f"{name}.html").write_text(html, "utf-8")
        if missing:
            (copy / missing).unlink()
        wrong = []
        with served(copy) as base, tab(browser, base, wrong, **options) as page:
            if not mathematics:
                page.route("**/mathjax/**", lambda route: route.fulfill(body=""))
            visit(page, f"{base}/{name}.html")
            page.site, page.base, page.wrong = copy, base, wrong
            yield page

    return plant


def script(code):
    return f"<script>{code}</script>"


def style(rules):
    return f"<style>{rules}</style>"


def after_input(code):
    """A script that does something when the player has answered to a move."""
    figure = "const figure = document.querySelector('.nn-explorer')"
    return script(f"{figure}; addEventListener('input', (event) => {{ {code} }})")


@pytest.mark.parametrize(
    "added, found",
    [
        (f'<script src="{ELSEWHERE}/x.js"></script>', f"asks for {ELSEWHERE}/x.js"),
        (script(f"fetch('{ELSEWHERE}/y').catch(() => 0)"), f"'{ELSEWHERE}/y' violates"),
        (f'<link rel="preconnect" href="{ELSEWHERE}">', "of another origin"),
        (script("boom()"), "throws boom is not defined"),
        (script("console.error('no')"), "console: no"),
        ('<img alt="A" src="none.png">', "lacks http"),
        ('<img alt="A" src="none.png" hidden loading="lazy">', "does not load"),
        ('<div style="width: 2000px">wide</div>', "px too wide at 1280"),
        (
            style(f"{DARK} {{ display: block !important }}"),
            "['light', 'dark'], not one",
        ),
        (style(".only-light { display: none !important }"), "[], not one for light"),
    ],
)
def test_a_fault_of_a_page_is_seen(planted, added, found):
    with planted(added) as page:
        sentences = whole(page, "light") + page.wrong
    assert any(found in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "file, place",
    [("lite/build/core.js", " in /lite/build/core.js:1:11"), ("book/mine.js", "")],
)
def test_what_jupyterlab_throws_is_told_from_what_the_book_throws(
    browser, tmp_path, file, place
):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text("undefined.node")
    (tmp_path / "index.html").write_text(f'<script src="{file}"></script>')
    with served(tmp_path) as base, tab(browser, base, wrong := []) as page:
        page.goto(f"{base}/index.html")
    text = "throws Cannot read properties of undefined (reading 'node')"
    assert [it for it in wrong if it.startswith("throws")] == [text + place]


@pytest.mark.parametrize(
    "formula, found",
    [
        (r"\(\frac\)", "does not parse"),
        ("x = 1", "in plain text: x = 1"),
        (r"\(x\)", "begins a line after a formula: x, which"),
    ],
)
def test_a_formula_that_cannot_be_read_is_seen(planted, formula, found):
    span = f'<span class="math notranslate nohighlight">{formula}</span>'
    added = f'<p style="width: 0.7em">{span}, which</p>'
    with planted(added, name=MANY, mathematics=True) as page:
        sentences = whole(page, "light")
    assert any(found in sentence for sentence in sentences), sentences


@pytest.mark.parametrize("alt", ["", " ", "plot.png", "_images/a b", None])
def test_a_picture_without_words_is_seen(alt):
    html = '<img alt="A loss falls." src="a.png">'
    assert not wordless_pictures(html)
    dark = "<img>" if alt is None else f'<img class="only-dark" alt="{alt}">'
    assert len(wordless_pictures(html + dark)) == 1


def test_a_warning_on_a_page_is_seen():
    assert printed_warnings('<div class="output stderr highlight-x">…</div>')
    assert not printed_warnings('<div class="output stream highlight-x">…</div>')


def test_words_and_controls_that_are_hard_to_use_are_seen(planted):
    added = (
        '<input type="range"><p style="color: #bbb; background: #fff">pale</p>'
        '<p id="night">night</p>'
        + style("html[data-theme=dark] #night { background: #111; color: #333 }")
    )
    with planted(added) as page:
        light = {rule for rule, _ in violations(page)}
        places = {place for _, place in violations(page)}
        prefer(page, "dark")
        dark = {place for _, place in violations(page, COLOURS)}
    assert {"color-contrast", "label"} <= light
    assert "#night" in dark - places


@pytest.mark.parametrize(
    "swap, found",
    [
        (('<label for="', '<label for="no-'), "for the slider 'learning rate'"),
        (("<legend>activation", "<legend>"), "for the group 'activation'"),
        ((">tanh</label>", "></label>"), "for the radio 'tanh'"),
        (('aria-live="polite"', 'aria-live="off"'), "what changes is not announced"),
    ],
)
def test_a_control_without_a_name_is_seen(planted, swap, found):
    with planted(swap=swap) as page:
        sentences = wrong_names(page, expected(INDEX))
    assert any(found in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "code, found",
    [
        (
            "figure.querySelector('img').src = '../frames/x.png'",
            "the picture ['x.png']",
        ),
        ("figure.querySelectorAll('img')[1].src = ''", "pictures for both modes"),
        ("figure.querySelector('img').alt = 'A picture.'", "alternative texts"),
        (
            "figure.querySelector('[aria-live=polite]').textContent = ''",
            "the words announced",
        ),
        (
            "event.target.setAttribute('aria-valuetext', event.target.value)",
            "values said",
        ),
        ("figure.querySelector('output').textContent = ''", "values read"),
        ("figure.querySelector('.nn-link a').href = '#'", "the link"),
    ],
)
def test_an_answer_that_does_not_belong_to_the_setting_is_seen(planted, code, found):
    with planted(after_input(code)) as page:
        sentences = moved_alone(page, expected(INDEX), "light", by_keyboard)
    assert any(found in sentence for sentence in sentences), sentences


def test_two_pictures_in_the_wrong_order_are_seen(planted):
    one = expected(INDEX)[0]
    last, other = one.frames[one.last], one.frames[(0,) * len(one.last)]
    with planted(swap=(f'{last.light}", "', f'{other.light}", "')) as page:
        sentences = moved_alone(page, [one], "light", by_keyboard)
    assert sentences and all("the picture" in it for it in sentences[:1]), sentences


def test_a_picture_that_is_not_there_is_seen(planted):
    one = expected(INDEX)[0]
    with planted(missing=f"frames/{one.frames[one.last].light}") as page:
        sentences = moved_alone(page, [one], "light", by_keyboard)
    assert any("loaded False" in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "added, move, options",
    [
        (script("onkeydown = () => false"), by_keyboard, {}),
        (script("onmousedown = () => false"), by_mouse, {}),
        (style(".nn-control [type=range] { pointer-events: none }"), by_touch, PHONE),
    ],
)
def test_a_control_that_does_not_move_is_seen(planted, added, move, options):
    one, mode = expected(INDEX)[0], options.get("color_scheme", "light")
    with planted(added, **options) as page:
        sentences = moved_alone(page, [one], mode, move)
    assert any(": places" in sentence for sentence in sentences), sentences


def test_a_control_that_the_keyboard_does_not_reach_is_seen(planted):
    with planted(
        swap=('<input type="range"', '<input type="range" tabindex="-1"')
    ) as page:
        sentences = moved_alone(page, expected(INDEX), "light", by_keyboard)
    assert any("the Tab key goes to" in sentence for sentence in sentences), sentences


def test_explorers_that_disturb_each_other_are_seen(planted):
    code = "for (const image of document.images) image.alt = figure.id"
    with planted(after_input(code), name=MANY) as page:
        sentences = moved_alone(page, expected(MANY)[:2], "light", by_keyboard)
        assert "has the explorers" in sentences[0]
        sentences = moved_alone(page, expected(MANY), "light", by_keyboard)
    assert any(" moved explore-" in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "code, found",
    [
        ("history.replaceState(null, '', location.pathname)", "the picture"),
        ("history.replaceState = () => 0", "the address ends with"),
        ("history.replaceState = history.pushState", "each move is a step"),
    ],
)
def test_an_address_that_is_not_followed_or_kept_is_seen(planted, code, found):
    with planted(script(code)) as page:
        address = f"{page.base}/{INDEX}.html"
        sentences = wrong_addresses(page, address, expected(INDEX))
    assert any(found in sentence for sentence in sentences), sentences


def test_nonsense_in_an_address_that_does_harm_is_seen(planted):
    code = "if (location.hash.endsWith('=abc')) document.querySelector('.nn-explorer img').remove()"
    with planted(script(f"decodeURIComponent(location.hash); {code}")) as page:
        address, one = f"{page.base}/{INDEX}.html", expected(INDEX)[0]
        sentences = wrong_at_nonsense(page, address, one)
    assert any("=abc: explore-" in sentence for sentence in sentences), sentences
    assert "throws URI malformed" in page.wrong


@pytest.mark.parametrize(
    "rules, found",
    [
        (".nn-controls { display: block !important }", "controls that do nothing"),
        (".nn-link { display: block !important }", "controls that do nothing"),
        (".nn-explorer noscript { display: none }", "does not say that it needs"),
        (".nn-explorer img { display: none !important }", "shows no picture"),
    ],
)
def test_a_page_that_needs_javascript_is_seen(planted, rules, found):
    with planted(style(rules), java_script_enabled=False) as page:
        sentences = missing_without_script(page)
    assert any(found in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    "rules, found",
    [
        (f"{DARK} {{ display: block !important }}", "not one for light"),
        (f"{FORM} {{ display: block !important }}", "prints its controls"),
        ("html .bd-article { color: #ccc !important }", "prints words in rgb"),
    ],
)
def test_a_print_of_the_screen_is_seen(planted, rules, found):
    with planted(style(f"@media print {{ {rules} }}")) as page:
        choose(page, "dark")
        sentences = wrong_in_print(page)
    assert any(found in sentence for sentence in sentences), sentences


def test_pictures_that_do_not_follow_the_colour_mode_are_seen(planted):
    rules = f"{DARK} {{ display: none !important }}"
    with planted(style(rules)) as page:
        choose(page, "dark")
        assert "pictures for [], not one for dark" in wrong_pictures(page, "dark")[0]


def test_controls_that_are_too_small_are_seen(planted):
    rules = ".nn-control input { height: 16px !important; min-height: 0 !important }"
    with planted(style(rules), **PHONE) as page:
        assert "explore-training-lr" in small_targets(page)[0]


def test_a_heavy_page_is_seen(planted):
    with planted('<script src="heavy.js"></script>') as page:
        noise = os.urandom(MOST_BYTES // 2).hex()  # half of it when compressed
        (page.site / "book" / "heavy.js").write_text(f"'{noise}'")
        page_bytes, _ = weigh(page, page.site, page.base, INDEX)
    assert page_bytes > MOST_BYTES // 2 > MOST_BYTES_OF_THE_INDEX


def test_a_picture_drawn_with_other_code_is_seen(planted):
    one = expected(INDEX)[0]
    with planted() as page:
        assert not stale_pictures(page.site, one)
        path = page.site / "frames" / one.frames[one.last].dark
        path.unlink()
        path.write_bytes(b"another")
        assert path.name in stale_pictures(page.site, one)[0]
