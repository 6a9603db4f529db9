"""`python -m claims`, or `make claims`: repeats the experiments behind the book's comparisons,
stores what they give, and names the sentences that do not hold.

    python -m claims                        all of them
    python -m claims losses                 those of a page
    python -m claims losses.flipped_labels  this one
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from difflib import get_close_matches
from time import perf_counter

import claims


def chosen(names):
    """The claims that are meant: of a page, or one of them."""
    known = {
        f"{page}.{it.name}": it
        for page in claims.pages()
        for it in claims.of_page(page)
    }
    if not names:
        return list(known.values())
    found = []
    for name in names:
        meant = [it for full, it in known.items() if name in (full, it.page)]
        if not meant:
            near = get_close_matches(name, [*known, *claims.pages()], n=3)
            raise ValueError(
                f"there is no claim {name!r}; try {', '.join(near or claims.pages())}"
            )
        found += meant
    return found


def repeat(claim):
    begun = perf_counter()
    return claim.repeat(), perf_counter() - begun


def repeated(page, name):
    """In another process, where a Claim itself, with its lambdas, cannot be sent."""
    (claim,) = (it for it in claims.of_page(page) if it.name == name)
    return repeat(claim)


def report(claim, result, seconds):
    seeds = {len(values) for values in result["got"].values()}
    of = f"{max(seeds)} seeds" if claim.chance else "nothing is drawn"
    print(f"\n{claim.page}.{claim.name}: {claim.measures} ({of}; {seconds:.1f} s)")
    print(f"  {claims.words(claim.setting)}")
    width = max(map(len, result["got"]))
    for name, values in result["got"].items():
        print(f"    {name:{width}}  {claims.spread(values)}")
    for sentence in result["says"]:
        print(f"  it says: {sentence}")


def main(names=()):
    try:
        asked = chosen(names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    wrong, moved = [], 0
    with ProcessPoolExecutor() as pool:
        running = [pool.submit(repeated, it.page, it.name) for it in asked]
        for claim, one in zip(asked, running):
            result, seconds = one.result()
            before = claims.stored(claim.page).get(claim.name)
            report(claim, result, seconds)
            claims.store(claim.page, {claim.name: result})
            text = claims.page_text(claim.page)
            problems = [*claims.problems(claim, result, text)]
            if is_rounding(claim, before, result, text):
                moved += 1
                problems = []
                print("  It holds; the page has the numbers of another machine.")
            for problem in problems:
                print(f"  WRONG: {problem}")
            wrong += [f"{claim.page}.{claim.name} {it}" for it in problems]
    print(f"\n{len(asked)} claims repeated, {moved} of them with other numbers.")
    print(*wrong or ["All hold."], sep="\n")
    return 1 if wrong else 0


def is_rounding(claim, before, result, text):
    """Whether the same experiment, stored from another machine, gave the numbers of the page,
    and what it gives here says the same with others."""
    return (
        before is not None
        and before["code"] == result["code"]
        and before["says"] != result["says"]
        and claim.holds(result["got"])
        and all(claims.words(it) in text for it in before["says"])
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
