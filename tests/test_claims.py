"""The comparisons of the prose: what was measured, what a page says of it, and that both are of
the experiment as it stands."""

import sys

import pytest

import claims
from claims import __main__ as command

KNOWN = [it for page in claims.pages() for it in claims.of_page(page)]
each = pytest.mark.parametrize("claim", KNOWN, ids=lambda it: f"{it.page}.{it.name}")


@each
def test_a_claim_holds_and_stands_on_its_page(claim):
    result = claims.stored(claim.page).get(claim.name)
    wrong = [*claims.problems(claim, result, claims.page_text(claim.page))]
    assert not wrong, f"{claim.name} {'; '.join(wrong)}"


@each
def test_what_is_stored_is_of_the_experiment_as_it_is(claim):
    result = claims.stored(claim.page)[claim.name]
    again = f"run make claims NAMES={claim.page}.{claim.name}"
    assert result["code"] == claims.code(claim), f"the experiment has changed: {again}"
    told = result["says"], result["setting"], result["measures"]
    assert told == (
        claim.sentences(result["got"]),
        claim.setting,
        claim.measures,
    ), again
    few = [name for name, values in result["got"].items() if len(values) < 3]
    assert not (claim.chance and few), f"expected three seeds or more: {few}"


def test_nothing_is_stored_of_claims_that_are_gone():
    known = {(it.page, it.name) for it in KNOWN}
    files = {path.stem for path in claims.RESULTS.glob("*.json")}
    found = {(page, name) for page in files for name in claims.stored(page)}
    assert found == known, "run make claims NAMES=<page>"


# --- planted: a comparison that does not hold, or is told otherwise, is named ------------------

PLANTED = '''
"""A page."""

from claims import claim


@claim(
    says=lambda r: f"A gets {max(r['A']):.1f} at least",
    holds=lambda r: min(r["A"]) > max(r["B"]),
    measures="points",
)
def a_beats_b():
    """Three seeds."""
    return {"A": [1.2312, 2, 3], "B": [0.5, 0.6, 0.7]}
'''


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one page with one claim, in a folder of its own."""
    monkeypatch.setattr(claims, "HERE", tmp_path)
    monkeypatch.setattr(claims, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(claims, "BOOK", tmp_path)
    monkeypatch.setattr(claims, "__path__", [str(tmp_path)])
    monkeypatch.setattr(command, "ProcessPoolExecutor", InThisProcess)
    (tmp_path / "planted.md").write_text("# Page\n\nWe see: A gets 3.0\nat least.")
    return tmp_path


class InThisProcess:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def submit(self, function, *given):
        class Future:
            result = staticmethod(lambda: function(*given))

        return Future


def run(book, monkeypatch, capsys, text=PLANTED):
    monkeypatch.delitem(sys.modules, "claims.planted", raising=False)
    (book / "planted.py").write_text(text)
    code = command.main([])
    return code, capsys.readouterr().out


def test_a_claim_that_holds_is_stored(book, monkeypatch, capsys):
    code, out = run(book, monkeypatch, capsys)
    assert (code, "All hold." in out, "A  2 (1.23 to 3)" in out) == (0, True, True)
    assert claims.stored("planted")["a_beats_b"]["got"]["A"] == [1.231, 2.0, 3.0]


@pytest.mark.parametrize(
    "now, says",
    [
        (PLANTED.replace("0.7", "1.7"), "planted.a_beats_b does not hold"),
        (PLANTED.replace("2, 3]", "2, 4]"), "it would be: A gets 4.0 at least"),
    ],
)
def test_a_claim_that_does_not_hold_is_named(book, monkeypatch, capsys, now, says):
    code, out = run(book, monkeypatch, capsys, now)
    assert code == 1
    assert says in out


@pytest.mark.parametrize(
    "number, other, page, told",
    [
        ("3", "0.5", "A gets 3.0 at least", (0, False)),
        ("3.1", "0.5", "A gets 3.0 at least", (0, True)),
        ("0.1", "0.5", "A gets 3.0 at least", (1, False)),  # does not hold there
        ("3.1", "0.4", "A gets 3.0 at least", (1, False)),  # another experiment
        ("3.1", "0.5", "A gets 2.9 at least", (1, False)),  # of no machine
    ],
)
def test_the_same_experiment_may_give_other_numbers_on_another_machine(
    book, monkeypatch, capsys, number, other, page, told
):
    """Its file is the same, so the digest is; here a number comes from elsewhere."""
    text = PLANTED.replace("[1.2312, 2, 3]", "[1.2312, 2, float(os.environ['A'])]")
    text = text.replace("from claims", "import os\n\nfrom claims")
    monkeypatch.setenv("A", "3")
    run(book, monkeypatch, capsys, text)
    monkeypatch.setenv("A", number)
    (book / "planted.md").write_text(page)
    code, out = run(book, monkeypatch, capsys, text.replace("0.5", other))
    assert (code, "numbers of another machine" in out) == told


def test_a_claim_that_is_gone_is_forgotten(book, monkeypatch, capsys):
    run(book, monkeypatch, capsys)
    run(book, monkeypatch, capsys, PLANTED.replace("a_beats_b", "a_is_ahead"))
    assert [*claims.stored("planted")] == ["a_is_ahead"]


def test_a_claim_without_a_result_is_named(book, monkeypatch, capsys):
    run(book, monkeypatch, capsys)
    (planted,) = claims.of_page("planted")
    assert [*claims.problems(planted, None, "A gets 3.0 at least")] == ["has no result"]


def test_two_seeds_are_too_few(book, monkeypatch, capsys):
    with pytest.raises(ValueError, match="three seeds or more.*'B': 2"):
        run(book, monkeypatch, capsys, PLANTED.replace("0.6, 0.7", "0.7"))


def test_another_experiment_has_another_digest_and_another_sentence_has_not(
    book, monkeypatch, capsys
):
    def digest(text):
        run(book, monkeypatch, capsys, text)
        return claims.stored("planted")["a_beats_b"]["code"]

    same = digest(PLANTED)
    assert digest(PLANTED.replace("at least", "or more")) == same
    assert digest(PLANTED.replace('"""A page."""', '"""The page."""')) == same
    assert digest(PLANTED.replace("Three seeds.", "3 seeds.")) == same
    assert digest(PLANTED.replace("0.5", "0.4")) != same
    assert digest(PLANTED.replace("\n\n\n@claim", "\n\nN = 3\n\n\n@claim")) == same


def test_what_an_experiment_uses_of_other_files_is_in_its_digest(
    book, monkeypatch, capsys
):
    text = PLANTED.replace(
        "import claim", "import claim\nfrom claims.beside import low"
    )
    text = text.replace("0.5", "low(1)")

    def digest(beside):
        (book / "beside.py").write_text(beside)
        monkeypatch.delitem(sys.modules, "claims.beside", raising=False)
        run(book, monkeypatch, capsys, text)
        return claims.stored("planted")["a_beats_b"]["code"]

    beside = "HALF = 0.5\n\n\ndef low(x):\n    return HALF * x\n"
    same = digest(beside)
    assert digest(beside.replace("\n\n\n", "\nTHIRD = 1 / 3\n\n\n")) == same
    assert digest(beside.replace("0.5", "0.4")) != same


def test_a_digest_is_the_same_on_each_python():
    """Which empty lists a syntax tree has, and tells, differs: all are left out."""
    tree = claims.defined("def f():\n    pass")["f"]
    told = "('FunctionDef', ('name', 'f'), ('args', ('arguments',)), ('body', (('Pass',),)))"
    assert repr(claims.plain(tree)) == told


def test_a_claim_that_is_not_there_is_named_with_others(capsys):
    assert command.main(["activatoins"]) == 2
    assert "try activations" in capsys.readouterr().err
