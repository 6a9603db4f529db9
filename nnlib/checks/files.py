"""Files of networks and of runs, written whole and believed only when they fit."""

import json
import secrets
from pathlib import Path

import numpy as np

from nnlib.checks.runs import attributes, run_history, run_optimizer
from nnlib.checks.values import generator, what


def file_name(path):
    """The name of a file, not of a folder; as a Path."""
    if not isinstance(path, (str, Path)):
        raise ValueError(f"path must be the name of a file, got {what(path)}")
    if Path(path).is_dir():
        raise ValueError(
            f"path must be the name of a file, got the folder {path}: "
            f"{str(Path(path) / 'network.npz')!r} names a file in it"
        )
    return Path(path)


def write(path, **arrays):
    """A .npz file, written beside path, then put in its place: a crash leaves the old one whole.

    Nobody can guess the name it has until then, and so nobody can have put a link there.
    """
    path = file_name(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path.parent} to write {path.name} into: make it first, "
            f"Path({str(path.parent)!r}).mkdir(parents=True)"
        )
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            np.savez(file, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def arrays(path):
    """All arrays in a file that `Network.save` or `save_run` wrote, by name."""
    with file_name(path).open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                found = {name: stored[name] for name in stored}
            found["network"], found["theta"]
        except Exception as error:
            raise ValueError(
                f"{path} is not a whole file that Network.save wrote "
                f"({type(error).__name__}: {error})"
            ) from None
    return found


def saved(path, network):
    """(theta, state) in a file that `Network.save` wrote for a network with the same table.

    A run that `save_run` wrote beside them is left where it is.
    """
    found = {k: v for k, v in arrays(path).items() if not k.startswith(RUN)}
    table = str(found.pop("network"))
    if table != repr(network):
        raise ValueError(
            f"{path} holds another network. Expected\n{network}\ngot\n{table}\n"
            f"Build the network that was saved, with its dtype, and load into that"
        )
    ours = {"theta": network.theta, **network.state}
    if found.keys() != ours.keys():
        raise ValueError(
            f"{path} must hold {', '.join(ours)}, got {', '.join(found)}: "
            f"save the network again"
        )
    for name, value in ours.items():
        want, got = np.asarray(value), found[name]
        if (got.shape, got.dtype.kind) != (want.shape, want.dtype.kind):
            raise ValueError(
                f"{path}: {name} must have shape {want.shape} and type {want.dtype}, "
                f"got {got.shape} and {got.dtype}: save the network again"
            )
        array = isinstance(value, np.ndarray)
        found[name] = got.astype(value.dtype) if array else got.item()
    return found.pop("theta"), found


RUN = "run: "  # how the names of what `save_run` writes beside a network begin


def pieces(net, optimizer, history, rng):
    """All that a run goes on with, beside the network: name in the file, holder, attribute."""
    run_optimizer(optimizer)
    run_history(history)
    generator(rng)
    yield from attributes("optimizer", optimizer)
    yield from attributes("history", history)
    yield "rng", rng.bit_generator, "state"
    holders = {"network": net} | getattr(net, "places", {})
    for place, holder in holders.items():
        for name, value in vars(holder).items():
            if isinstance(value, np.random.Generator):
                yield f"{place}.{name}", value.bit_generator, "state"


def run_arrays(net, optimizer, history, rng):
    """What `save_run` writes beside a network, as arrays: None and words as JSON."""
    ours = list(pieces(net, optimizer, history, rng))
    made = {"kinds": json.dumps(kinds(optimizer, rng))}
    for name, holder, attribute in ours:
        value = getattr(holder, attribute)
        if value is None or isinstance(value, (str, dict)):
            value = json.dumps(value, default=np.ndarray.tolist)
        made[name] = np.asarray(value)
        if made[name].dtype.kind not in "biufU":
            raise ValueError(
                f"{name} must be a number, an array or a word to be saved, got {what(value)}"
            )
    return {RUN + name: value for name, value in made.items()}


def kinds(optimizer, rng):
    """What the objects of a run must be again."""
    return [type(it).__name__ for it in (optimizer, rng.bit_generator)]


def saved_run(path, net, optimizer, history, rng):
    """(holder, attribute, value) of all that `save_run` wrote, for such objects as it got."""
    ours = {name: it for name, *it in pieces(net, optimizer, history, rng)}
    found = {k[len(RUN) :]: v for k, v in arrays(path).items() if k.startswith(RUN)}
    if "kinds" not in found:
        raise ValueError(
            f"{path} holds a network, but no run: save_run writes one; net.load reads this"
        )
    for want, got in zip(json.loads(str(found.pop("kinds"))), kinds(optimizer, rng)):
        if got != want:
            raise ValueError(
                f"{path} holds a run with {want}, got {got}: give it a {want}"
            )
    if found.keys() != ours.keys():
        raise ValueError(
            f"{path} must hold {', '.join(ours)}, got {', '.join(found)}: the optimizer, the "
            f"history and the layers must be made as those that were saved"
        )
    values = []
    for name, (holder, attribute) in ours.items():
        value, have = found[name], getattr(holder, attribute)
        if value.dtype.kind == "U":
            value = json.loads(str(value))
        elif isinstance(have, list) or value.ndim == 0:
            value = value.tolist()
        if isinstance(have, np.ndarray) and np.shape(value) not in ((), have.shape):
            raise ValueError(
                f"{path}: {name} must have shape {have.shape}, got {np.shape(value)}"
            )
        if isinstance(
            have, dict
        ):  # of a generator: refused here, before anything has changed
            try:
                type(holder)().state = value
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(
                    f"{path}: {name} must be a generator's state: {error}"
                ) from None
        values.append((holder, attribute, value))
    return values
