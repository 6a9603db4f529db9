"""Runs the programs of *The bridge* in nnlib, PyTorch and JAX, and compares with what the book
says:

    python -m bridge            what differs from nnbook/figures/bridge.json is told
    python -m bridge --store    and put there in place of it
"""

import argparse
import json
import re
import sys
from pathlib import Path
from time import perf_counter

STORED = Path(__file__).resolve().parents[1] / "nnbook" / "figures" / "bridge.json"

# How far a number may be from the stored one, by where it stands; the first that fits counts. Of
# distances only the size is the same on another machine: it adds up in another order.
SAME = (
    ("machine", None),
    ("jump", None),  # which ReLU switches is chance
    ("apart/SGD, lr 2", None),  # and so is all that training which fails comes to
    ("line_up/(never_zeroed|summed|zeroed_before_the_step)/curve", None),
    ("line_up/(never_zeroed|summed)/loss", ("share", 0.5)),
    ("line_up/.*/right|square|modes", ("absolute", 0.15)),
    ("(apart|line_up)/.*/curve", None),
    ("apart/.*/final loss", ("share", 0.02)),
    ("truth", None),
    ("apart/.*float64", ("below", 1e-12)),
    ("apart/.*float32", ("below", 0.1)),  # a ReLU may switch on another machine, too
    ("(first_batch/.*|dictionary)/apart", ("below", 1e-12)),
    ("deep", ("share", 0.9)),
    ("five|first_batch", ("share", 1e-12)),
    ("line_up|memory_lost", ("share", 0.1)),
    ("", ("share", 1e-3)),
)


def differences(stored, now, place=""):
    """What is not as it is stored: sentences."""
    if type(stored) is not type(now) and not {type(stored), type(now)} <= {int, float}:
        yield f"{place}: expected {stored!r}, got {now!r}"
    elif isinstance(stored, dict):
        for key in sorted(stored.keys() | now.keys()):
            inside = f"{place}/{key}".strip("/")
            if key not in stored or key not in now:
                where = "stored" if key in stored else "found now"
                yield f"{inside}: only {where}"
            else:
                yield from differences(stored[key], now[key], inside)
    elif isinstance(stored, list):
        if len(stored) != len(now):
            yield f"{place}: expected {len(stored)} entries, got {len(now)}"
        for i, pair in enumerate(zip(stored, now)):
            yield from differences(*pair, f"{place}/{i}")
    else:
        kind = next(kind for pattern, kind in SAME if re.match(pattern, place))
        if kind and not same(stored, now, *kind):
            yield f"{place}: expected {stored!r}, got {now!r}"


def same(stored, now, kind, most):
    if isinstance(stored, (str, bool, type(None))):
        return stored == now
    if kind == "below":
        return now <= most
    return abs(now - stored) <= most * (abs(stored) if kind == "share" else 1)


def text(found):
    """As JSON, a list of numbers on one line."""
    written = json.dumps(found, indent=1, ensure_ascii=False)
    return (
        re.sub(
            r"\[\s+([^][{}]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", written
        )
        + "\n"
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument(
        "--store", action="store_true", help="keep what comes out for the book"
    )
    store = parser.parse_args(arguments).store
    try:
        from bridge import measure
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: pip install -r requirements-bridge.txt, or make bridge")
    start = perf_counter()
    found = json.loads(
        text(measure.everything(lambda what: print(f"- {what}", flush=True)))
    )
    versions = ", ".join(f"{k} {v}" for k, v in found["machine"]["versions"].items())
    print(f"Done in {perf_counter() - start:.0f} s, with {versions}.")
    told = (
        [*differences(json.loads(STORED.read_text("utf-8")), found)]
        if STORED.exists()
        else []
    )
    print("\n".join(told) or "All is as the book says.")
    if store:
        STORED.write_text(text(found), "utf-8")
        print(f"Stored: {STORED.name}. Now run: make chapter NAME=bridge")
    elif told:
        sys.exit(1)


if __name__ == "__main__":
    main()
