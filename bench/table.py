"""A stored result as Markdown: ratios first, for they hold on more machines than times do."""

from statistics import geometric_mean, mean, stdev

TORCH = "PyTorch", "PyTorch, fused"
JAX = "JAX", "JAX, epoch compiled"
PEERS = *TORCH, *JAX, "scikit-learn"


def text(result):
    """Everything that the result holds."""
    blocks = [about(result)]
    for run in result["runs"]:
        threads = run["threads"]
        many = "one thread" if threads == 1 else f"{threads} threads"
        if "steps" in run:
            blocks.append(f"## One training step, {many}\n\n{races(run['steps'])}")
        if "epochs" in run:
            blocks.append(f"## One epoch, {many}\n\n{races(run['epochs'])}")
        if run.get("task"):
            blocks.append(f"## MNIST's test images, {many}\n\n{task(run['task'])}")
        if "growth" in run:
            blocks.append(f"## How the cost grows, {many}\n\n{growth(run['growth'])}")
        if "parts" in run:
            blocks.append(f"## Where the time of a step goes\n\n{parts(run['parts'])}")
        if "variants" in run:
            blocks.append(f"## What tricks gain\n\n{variants(run['variants'])}")
    if "memory" in result:
        blocks.append(f"## Memory\n\n{memory(result['memory'])}")
    if aims(result):
        blocks.append(f"## Aims\n\n{judged(result)}")
    return "\n\n".join(blocks) + "\n"


def about(result):
    machine = result["machine"]
    versions = ", ".join(f"{name} {v}" for name, v in machine["versions"].items())
    return (
        f"# nnlib and its peers, {machine['date']}\n\n"
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; "
        f"Python {machine['python']}, {versions}; {machine['blas']}. "
        f"Load of the machine from {result['load'][0]} to {result['load'][1]}."
    )


def rows(heads, lines):
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def races(results):
    """A row for each case; a ratio above 1 is a peer that takes longer than nnlib."""
    first = results[0]["times"]
    peers = [name for name in PEERS if name in first]
    floor = ["nnlib / products"] if "products" in first else []
    lines = []
    for each in results:
        times = each["times"]
        ratios = [f"{times[name]['ratio']:.2f}" for name in peers]
        over = [f"{1 / times['products']['ratio']:.2f}"] if floor else []
        ours = f"{times['nnlib']['best']:.0f}", f"{times['nnlib']['median']:.0f}"
        lines.append([name_of(each), each["optimizer"], *ratios, *over, *ours])
    heads = ["network", "optimizer", *(f"{name} / nnlib" for name in peers), *floor]
    return rows([*heads, "nnlib: best, µs", "median, µs"], lines)


def name_of(each):
    return f"{each['network']}, batch {each['batch']}"


def task(result):
    ours, lines = result["runs"]["nnlib"], []
    for name, runs in result["runs"].items():
        seconds = [run["seconds"] for run in runs]
        right = [100 * run["accuracy"] for run in runs]
        spread = stdev(right) if len(right) > 1 else 0.0
        ratio = min(seconds) / min(run["seconds"] for run in ours)
        lines.append(
            [
                name,
                f"{ratio:.2f}",
                f"{min(seconds):.2f}",
                f"{mean(right):.2f} ± {spread:.2f}",
            ]
        )
    learn, test = result["examples"]
    return (
        f"{result['network']}, batch {result['batch']}, {result['optimizer']}, "
        f"{result['epochs']} epochs on {learn} images, accuracy on {test} others, "
        f"{len(ours)} seeds.\n\n"
        + rows(
            ["", "time / nnlib's", "best, s", "accuracy, %: mean ± deviation"], lines
        )
    )


def growth(ways):
    lines = []
    for way, points in ways.items():
        for point in points:
            times = point["times"]
            floor = times.get("products", {}).get("best", "")
            lines.append([way, point["value"], times["nnlib"]["best"], floor])
    return rows(["what grows", "to", "nnlib: best, µs", "products: best, µs"], lines)


def parts(results):
    kinds = list(results[0]["shares"])
    lines = []
    for each in results:
        times = each["shares"].values()
        percent = (f"{100 * time / sum(times):.0f} %" for time in times)
        lines.append([name_of(each), f"{sum(times):.0f}", *percent])
    return rows(["network", "whole step, µs", *kinds], lines)


def variants(results):
    lines = []
    for each in results:
        for name, times in each["times"].items():
            low, middle, high = (f"{ratio:.2f}" for ratio in times["ratios"])
            if name != "nnlib":
                ratio = f"{times['ratio']:.2f}", f"{middle} ({low} to {high})"
                lines.append([name_of(each), each["optimizer"], name, *ratio])
    heads = ["network", "optimizer", "with", "time / nnlib's", "median (quartiles)"]
    return rows(heads, lines)


def memory(results):
    keys = "python", "numpy", "imported", "trained"
    lines = [[name, *(each[key] for key in keys)] for name, each in results.items()]
    return rows(
        ["peak, MB", "Python", "and NumPy", "all imported", "an epoch trained"], lines
    )


def aims(result):
    """(what, aim, measured, whether it is met) for each aim that this result can judge."""
    [one, *_] = [r for r in result["runs"] if r["threads"] == 1] or [{}]
    found = []

    def judge(what, aim, value, most=False):
        met = value <= aim if most else value >= aim
        sign = "at most" if most else "at least"
        found.append((what, f"{sign} {aim:g}", f"{value:.2f}", met))

    def against(each, names):
        return min(
            each["times"][name]["ratio"] for name in names if name in each["times"]
        )

    steps = one.get("steps", [])
    if steps and TORCH[0] in steps[0]["times"]:
        torch = [against(each, TORCH) for each in steps]
        judge("best PyTorch / nnlib, a step: the least", 1.0, min(torch))
        judge("the same: the geometric mean", 2.0, geometric_mean(torch))
    if steps and JAX[0] in steps[0]["times"]:
        small = [e for e in steps if not e["network"].startswith("784")]
        large = [e for e in steps if e["network"].startswith("784")]
        both = TORCH + JAX[:1]
        for size, aim, some in (("small", 1.0, small), ("784-wide", 0.8, large)):
            if some:
                least = min(against(each, both) for each in some)
                judge(f"best of PyTorch and JAX / nnlib, {size}: the least", aim, least)
    for optimizer, aim in (("SGD", 1.5), ("Adam", 2.0)):
        over = [
            1 / e["times"]["products"]["ratio"]
            for e in steps
            if e["network"].startswith("784") and e["optimizer"] == optimizer
        ]
        if over:
            judge(
                f"nnlib / products, 784-wide, {optimizer}: the most",
                aim,
                max(over),
                True,
            )
    digits = [e for e in one.get("epochs", []) if e["network"] == "64-64-10"]
    if digits and "scikit-learn" in digits[0]["times"]:
        sklearn = min(against(e, ["scikit-learn"]) for e in digits)
        judge("scikit-learn / nnlib, an epoch of the digits", 3.0, sklearn)
    runs = (one.get("task") or {}).get("runs", {})
    if TORCH[0] in runs:
        best = {name: min(run["seconds"] for run in of) for name, of in runs.items()}
        fastest = min(best[name] for name in TORCH if name in best)
        judge("MNIST: best PyTorch / nnlib", 1.0, fastest / best["nnlib"])
    return found


def judged(result):
    lines = [[*aim[:3], "yes" if aim[3] else "NO"] for aim in aims(result)]
    return rows(["", "aim", "measured", "met"], lines)
