"""What an answer does to all that it meets, call by call, and what becomes of it in use.

A Witness stands between the `use` of an exercise and an answer. At each call it looks at what
was handed over, what was returned before, and what an object was given to keep: whatever an
answer changes in place is noted by name. In a trial that is `busy` it also uses each object for
other numbers before its turn comes, and a second object of the class in between.
"""

import copy
import functools
import inspect
import types
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

MEMORY = 100  # values that are looked at again after each call
SCALARS = bool | int | float | complex | str | bytes | np.generic | type(None)


@dataclass
class Life:
    """What is known of an object of the answer's class; or of the answer, if it is a function."""

    it: object = None
    # {attribute: the id of its value}, after __init__
    began: dict = field(default_factory=dict)
    calls: list = field(default_factory=list)  # (method, arguments), to be repeated
    # Attributes that others have set: not for the answer to change.
    given: set | None = None
    twin: object = None  # another object of its class, in a busy trial


class Witness:
    """Watches one use of an answer. `plan` is the witness of the right answer, and `busy` says
    what to do with it before and between the calls: "again", "more", "company", "other"."""

    def __init__(self, right, plan=None, busy=()):
        self.right, self.plan, self.busy = right, plan, busy
        self.changed, self.results, self.lives, self.inside = set(), [], [], False
        self.pairs = set()  # names of attributes that are one array
        self.seen = {}  # id of a value: (its name, the value, what it was at the last look)

    # --- between use and answer ---------------------------------------------------------------

    def watched(self, answer):
        """The answer, with this witness at each call."""
        if not isinstance(answer, type):
            life = Life()
            self.lives.append(life)
            return functools.wraps(answer)(
                lambda *given, **named: self.call(life, answer, given, named)
            )
        inside = {
            name: self.method(function) for name, function in methods_of(answer).items()
        }
        inside |= {"__module__": answer.__module__, "__doc__": answer.__doc__}
        return type(answer)(answer.__name__, (answer,), inside)

    def method(self, function):
        @functools.wraps(function)
        def watched(it, *given, **named):
            if self.inside:  # called by the answer itself
                return function(it, *given, **named)
            if function.__name__ == "__init__":
                return self.birth(it, function, given, named)
            return self.call(self.life(it), function, given, named)

        return watched

    def birth(self, it, function, given, named):
        made_of = copied((given, named))
        self.remember(self.named(function, given, named))
        returned = self.privately(function, it, *given, **named)
        self.look()
        life = Life(it, {name: id(v) for name, v in attributes(it).items()})
        self.lives.append(life)
        self.pairs |= shared_pairs(weights_and_gradients(it))
        if "company" in self.busy and made_of is not None:
            life.twin = self.privately(made, type(it), made_of, "other" in self.busy)
            mine, theirs = weights_and_gradients(it), weights_and_gradients(life.twin)
            self.pairs |= shared_by(mine, theirs)
        return returned  # None, or Python says that it should be

    def call(self, life, function, given, named):
        self.look(" later")
        if life.it is not None:
            self.keep(life)
        self.prepare(life, function)
        arguments = copied((given, named))
        self.remember(self.named(function, given, named))
        before = () if life.it is None else (life.it,)
        result = self.privately(function, *before, *given, **named)
        self.look()
        self.note(function, result)
        life.calls.append((function.__name__, arguments))
        return result

    def privately(self, function, *given, **named):
        """Calls without looking."""
        before, self.inside = self.inside, True
        try:
            return function(*given, **named)
        finally:
            self.inside = before

    def named(self, function, given, named):
        """The arguments by name: by those that they have in the right answer."""
        right, before = self.right, ()
        if isinstance(right, type):
            right, before = getattr(right, function.__name__, function), (None,)
        try:
            return signature_of(right).bind(*before, *given, **named).arguments
        except TypeError:  # the call itself will say so
            return named

    def note(self, function, result):
        name = function.__name__ if isinstance(self.right, type) else "it"
        self.results = [*self.results[-MEMORY:], (name, result)]
        self.remember({f"what {name} returned": result})

    def life(self, it):
        for life in self.lives:
            if life.it is it:
                return life
        self.lives.append(Life(it))
        return self.lives[-1]

    # --- a busy trial -------------------------------------------------------------------------

    def prepare(self, life, function):
        """Other numbers come first, and another object in between."""
        if not self.busy:
            return
        planned = self.planned(life).calls
        if not life.calls and "again" in self.busy:
            for more in (True, False) if "more" in self.busy else (False,):
                for name, arguments in planned[:4]:
                    own = function if life.it is None else getattr(life.it, name)
                    self.rehearse(own, arguments, more)
        if life.it is None or "company" not in self.busy:
            return
        if life.twin is None and not life.calls:
            life.twin = object.__new__(type(life.it))
            vars(life.twin).update(copy.deepcopy(attributes(life.it)))
        done = len(life.calls)
        if life.twin is not None and 0 < done <= len(planned):
            name, arguments = planned[done - 1]
            self.rehearse(getattr(life.twin, name), arguments, "more" in self.busy)

    def rehearse(self, function, arguments, more):
        if arguments is not None:
            arguments = copy.deepcopy(arguments)
            given, named = other_numbers(arguments, more)
            self.note(function, self.privately(function, *given, **named))

    def planned(self, life):
        """The same object's Life in the use of the right answer."""
        number, lives = self.lives.index(life), self.plan.lives
        return lives[number] if number < len(lives) else Life()

    # --- what has changed ---------------------------------------------------------------------

    def keep(self, life):
        """Finds out which attributes others have given to an object, and watches them."""
        if life.given is not None:
            return
        life.given = {
            k for k, v in attributes(life.it).items() if life.began.get(k) != id(v)
        }
        life.given |= {*weights_of(life.it)}
        if self.plan is not None:
            life.given &= self.planned(life).given or set()
        self.remember({"self": Given(life)})

    def remember(self, values):
        for name, value in values.items():
            if not isinstance(value, SCALARS) and id(value) not in self.seen:
                self.seen[id(value)] = name, value, leaves(value, name)
        while len(self.seen) > MEMORY:
            del self.seen[next(iter(self.seen))]

    def look(self, when=""):
        """Notes what is not as it was at the last look."""
        for key, (name, value, before) in self.seen.items():
            now = leaves(value, name)
            self.changed |= {
                f"{path}{when}"
                for path in before.keys() | now.keys()
                if path not in before
                or path not in now
                or differ(before[path], now[path])
            }
            self.seen[key] = name, value, now

    # --- what is shared -----------------------------------------------------------------------

    def arrays(self):
        """The names of all attributes of objects that are arrays."""
        return frozenset(name for life in self.lives for name in arrays_of(life.it))

    def shared(self):
        """Pairs of names: attributes of an object that are one array; a name twice, if two
        objects that were made apart share it."""
        found = set(self.pairs)
        for life in self.lives:
            mine, theirs = arrays_of(life.it), arrays_of(life.twin)
            found |= shared_pairs(mine)
            found |= shared_by(mine, theirs)
        return frozenset(found)


class Given:
    """The attributes of an object that others have set, as they are now."""

    def __init__(self, life):
        self.life = life

    def leaves(self):
        there = attributes(self.life.it)
        found = {}
        for name in sorted(self.life.given & there.keys()):
            found |= leaves(there[name], f"self.{name}")
        return found


# --- values -------------------------------------------------------------------------------------


def methods_of(answer):
    """{name: function} of what a class offers, nnlib's included, but for private ones."""
    found = {}
    for kind in reversed(answer.__mro__[:-1]):
        found |= vars(kind)
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, types.FunctionType)
        and (name == "__init__" or not name.startswith("_"))
    }


def made(kind, arguments, other):
    """Another object of a class, from copies of the arguments, or with other settings: half of
    each lr, beta, slope."""
    given, named = copy.deepcopy(arguments)
    if other:
        given = [it / 2 if isinstance(it, float) else it for it in given]
        named = {k: it / 2 if isinstance(it, float) else it for k, it in named.items()}
    return kind(*given, **named)


@functools.lru_cache(maxsize=256)
def signature_of(function):
    return inspect.signature(function)


def copied(value):
    """A deep copy; None of what has none, such as a generator."""
    try:
        return copy.deepcopy(value)
    except Exception:
        return None


def other_numbers(value, more):
    """The same arguments with other numbers in their arrays; with one row more, if `more`."""
    rows = []

    def find(value):
        if isinstance(value, np.ndarray) and value.ndim > 1:
            rows.append(len(value))
        for inner in parts(value):
            find(inner)

    def change(value):
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.ndim:
            value = value[::-1]
            if more and rows and len(value) == rows[0]:
                value = np.concatenate([value, value[:1]])
            return 0.5 - 0.75 * value if value.dtype.kind == "f" else value.copy()
        if isinstance(value, dict):
            return {key: change(inner) for key, inner in value.items()}
        if type(value) in (list, tuple):
            return type(value)(change(inner) for inner in value)
        return value

    find(value)
    return change(value)


def parts(value):
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def leaves(value, path, depth=5):
    """{path: a copy} of all arrays and plain values in something: a["x"][0], net.layers[1].W."""
    if isinstance(value, np.ndarray):
        return {path: np.array(value)}
    if isinstance(value, Given):
        return value.leaves()
    if isinstance(value, dict | list | tuple):
        inner = list(parts(value))
        if all(isinstance(it, SCALARS) for it in inner):
            return {path: copy.copy(value)}
        if not depth:
            return {}
        keys = value if isinstance(value, dict) else range(len(inner))
        found = {f"{path} (its length)": len(inner)}
        for key, it in zip(keys, inner):
            found |= leaves(it, f"{path}[{key!r}]", depth - 1)
        return found
    found = {}
    for name in weights_of(value):
        if depth:
            found |= leaves(vars(value)[name], f"{path}.{name}", depth - 1)
    return found


def weights_of(value):
    """The attributes of a layer or a network that hold what it has learnt."""
    params = getattr(value, "params", ()) if attributes(value) else ()
    params = params if isinstance(params, tuple | list) else ()
    names = {it for it in params if isinstance(it, str)} | {"layers", "theta"}
    return sorted(names & attributes(value).keys())


def differ(one, other):
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape or one.dtype != other.dtype:
            return True
        return one.tobytes() != other.tobytes() if one.dtype.kind in "biufc" else False
    try:
        return type(one) is not type(other) or repr(one) != repr(other)
    except Exception:
        return False


def attributes(it):
    return vars(it) if hasattr(it, "__dict__") and not isinstance(it, type) else {}


def arrays_of(it):
    found = attributes(it).items()
    return {k: v for k, v in found if isinstance(v, np.ndarray) and v.size}


def weights_and_gradients(it):
    """A layer's W, b, dW, db, its own or its class's: a network will write into each of them."""
    names = {f"{d}{name}" for name in weights_of(it) for d in ("", "d")}
    found = {name: getattr(it, name, None) for name in names}
    return {
        name: value for name, value in found.items() if isinstance(value, np.ndarray)
    }


def shared_by(mine, theirs):
    """(name, name) for each attribute that two objects share."""
    both = mine.keys() & theirs.keys()
    return {(name, name) for name in both if one_memory(mine[name], theirs[name])}


def shared_pairs(arrays):
    pairs = combinations(sorted(arrays), 2)
    return {(a, b) for a, b in pairs if one_memory(arrays[a], arrays[b])}


def one_memory(one, other):
    try:
        return np.shares_memory(one, other, max_work=10_000)
    except np.exceptions.TooHardError:
        return False
