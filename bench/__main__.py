"""How fast is nnlib, next to PyTorch, JAX, scikit-learn and the bare matrix products?

Install the peers once:  pip install -r requirements-bench.txt   (those missing are left out)
Everything:              python -m bench --mnist FOLDER
A first look:            python -m bench --quick
One part of it:          python -m bench --only steps --threads 1
The book's result:       python -m bench --mnist FOLDER --out nnbook/figures/speed.json
A stored result again:   python -m bench --show nnbook/figures/speed.json

Sections: steps (one training step), epochs, task (10,000 images of MNIST), growth (with
batch, width, depth, examples), parts (where the time of a step goes), variants (what the
tricks of nnlib gain), memory.

A ratio above 1 says how many times longer a peer takes than nnlib. Everybody starts from
the same weights, gets the same batches, and must reach the same loss, or it is an error.
Close other programs: the ratios forgive a busy machine, the times do not.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from bench.machine import load, machine
from bench.table import text
from bench.worker import environment

SECTIONS = "steps", "epochs", "task", "growth", "parts", "variants", "memory"
SECONDS = {
    "steps": 40,
    "epochs": 60,
    "task": 150,
    "growth": 20,
    "parts": 15,
    "variants": 15,
    "memory": 40,
}
EVERY_THREADS = "steps", "epochs", "task"  # the others are measured with one thread


def options():
    parser = argparse.ArgumentParser(
        "python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--quick",
        action="store_true",
        help="few rounds, under a minute: is it working?",
    )
    add("--only", nargs="+", choices=SECTIONS, default=SECTIONS, metavar="SECTION")
    add(
        "--threads",
        nargs="+",
        type=int,
        metavar="N",
        help="1 2 if not given (--quick: 1)",
    )
    add("--rounds", type=int, default=40, help="of each race, 40 if not given")
    add(
        "--mnist",
        metavar="FOLDER",
        help="where t10k-images-idx3-ubyte.gz and its labels are",
    )
    add("--out", metavar="FILE", type=Path, help="where to store the result, as JSON")
    add(
        "--show",
        metavar="FILE",
        type=Path,
        help="measure nothing, print a stored result",
    )
    chosen = parser.parse_args()
    chosen.threads = chosen.threads or ([1] if chosen.quick else [1, 2])
    return chosen


def section(name, threads, chosen):
    """What a fresh process with this number of threads measured."""
    print(
        f"--- {name}, {threads} thread{'s' if threads > 1 else ''}",
        file=sys.stderr,
        flush=True,
    )
    asked = {
        "section": name, "threads": threads, "quick": chosen.quick, "folder": chosen.mnist,
        "rounds": 4 if chosen.quick else chosen.rounds,
    }  # fmt: skip
    return fresh("bench.worker", json.dumps(asked), threads)


def fresh(module, argument, threads):
    command = [sys.executable, "-m", module, argument]
    done = subprocess.run(
        command, env=environment(threads), stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"{module} {argument} failed; the lines above say why")
    return json.loads(done.stdout)


def memory(threads=1):
    """Peak memory of each contestant, in a process of its own."""
    from bench.contestants import ALL, Products, present

    print("--- memory, one thread", file=sys.stderr, flush=True)
    kinds = present(*(k for k in ALL.values() if k is not Products))
    return {k.name: fresh("bench.memory", k.name, threads) for k in kinds}


def measure(chosen):
    before = load()
    runs = []
    for threads in chosen.threads:
        names = [n for n in SECTIONS if n in chosen.only and n != "memory"]
        if threads != chosen.threads[0]:
            names = [n for n in names if n in EVERY_THREADS]
        if not chosen.mnist and "task" in names:
            names.remove("task")
        runs.append(
            {"threads": threads} | {n: section(n, threads, chosen) for n in names}
        )
    result = {"machine": machine(), "quick": chosen.quick, "runs": runs}
    if "memory" in chosen.only:
        result["memory"] = memory()
    return result | {"load": [before, load()]}


def seconds(chosen):
    """About how long it takes."""
    names = [n for n in chosen.only if n != "task" or chosen.mnist]
    all_ = sum(SECONDS[n] for n in names)
    again = sum(SECONDS[n] for n in names if n in EVERY_THREADS)
    return (all_ + again * (len(chosen.threads) - 1)) / (8 if chosen.quick else 1)


def main():
    chosen = options()
    if chosen.show:
        print(text(json.loads(chosen.show.read_text(encoding="utf-8"))))
        return
    from bench.contestants import ALL, MODULES, present

    there = present(*ALL.values())
    missing = sorted({MODULES[k] for k in ALL.values() if k not in there})
    if missing:
        print(
            f"Left out, not installed: {', '.join(missing)} (requirements-bench.txt)."
        )
    if "task" in chosen.only and not chosen.mnist:
        print(
            "Left out: the real task. --mnist FOLDER says where MNIST's test images are."
        )
    print(
        f"This takes about {max(1, round(seconds(chosen) / 60))} minutes.", flush=True
    )
    result = measure(chosen)
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"Stored in {chosen.out}.")
    print(text(result))


if __name__ == "__main__":
    main()
