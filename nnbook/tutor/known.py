"""Which known mistake an answer has made: it gives the same, case by case."""

from dataclasses import replace

from nnbook.tutor.cases import alike, extreme, remembered, run
from nnbook.tutor.diagnosis import listed
from nnbook.tutor.trial import equal, too_much, words

LOOSE = 1e-4  # where a mistake is recognised although a guard against extremes differs


def recognised(exercise, mine, trials):
    """(the known mistake with the same outcomes in every trial, ""), if there is one. If not,
    the one with the same in all trials where nothing is raised, or where no number is extreme,
    and a word on the others: two mistakes were made."""
    if len(mine) < len(trials):
        return None, ""
    if wrong := of_outcomes(exercise, mine, trials):
        return wrong, ""
    if found := of_parts(exercise, mine, trials):
        return found
    if found := of_two(exercise, mine, trials):
        return found
    quiet = [i for i, outcome in enumerate(mine) if outcome.error is None]
    wrong = [i for i in quiet if not alike(exercise, mine[i], trials[i].right)]
    if len(wrong) < 2:
        return None, ""  # what is wrong is that it raises, or one case says too little
    some = [mine[i] for i in quiet], [trials[i] for i in quiet]
    if len(quiet) < len(mine) and (found := of_outcomes(exercise, *some)):
        raised = [words(outcome.error) for outcome in mine if outcome.error is not None]
        return found, f" (And on another case it raises {raised[0]})"
    tame = [i for i in quiet if not extreme(trials[i].case)]
    some = [mine[i] for i in tame], [trials[i] for i in tame]
    plainly = [a for a, b in zip(*some) if not alike(exercise, a, b.right, LOOSE)]
    if len(plainly) < 2 or len(tame) == len(mine):
        return None, ""
    return of_outcomes(exercise, *some, LOOSE), ""


def of_outcomes(exercise, mine, trials, rtol=0):
    """The known mistake whose outcomes are the same in all of these trials."""
    for wrong, answer in exercise.wrong_answers:
        if all(
            alike(exercise, one, run_known(exercise, wrong, answer, trial), rtol)
            for one, trial in zip(mine, trials)
        ):
            return wrong
    return None


def run_known(exercise, wrong, answer, trial):
    """The outcome of a known mistake."""
    key = trial.case, trial.busy, wrong.name
    return remembered(exercise, key, run, exercise, answer, trial)


def of_two(exercise, mine, trials):
    """(a known mistake, a sentence on another one) if both together give the same; None if not."""
    wrong = [
        (one, trial)
        for one, trial in zip(mine, trials)
        if not alike(exercise, one, trial.right)
    ]
    if len(wrong) < 2 or any(one.error for one in mine):
        return None  # that says too little
    pairs = [wrong[0], *zip(mine, trials)]
    for known, also, answer in exercise.doubly_wrong:
        if all(
            alike(exercise, one, run(exercise, answer, trial)) for one, trial in pairs
        ):
            return replace(known, says=known.beside), f" And then: {also.beside}"
    return None


def of_parts(exercise, mine, trials):
    """Of several things that are returned, each may have a mistake of its own: (the known mistake
    of the first that is wrong, a sentence on the next), None if that is not what happened."""
    right = [trial.right for trial in trials]
    places = wrong_parts(exercise, mine, right)
    if len(places) < 2:
        return None
    found = {}
    for known, answer in exercise.wrong_answers:
        other = [run_known(exercise, known, answer, trial) for trial in trials]
        place, *more = wrong_parts(exercise, other, right) or [None]
        if place in places and not more and place not in found and known.joins:
            pairs = zip(mine, other)
            if all(part_alike(exercise, a, b, place) for a, b in pairs):
                found[place] = known
    if places[0] not in found:
        return None
    first = found[places[0]]
    first = replace(first, says=first.beside)
    if says := [found[place].beside for place in places[1:] if place in found]:
        return first, f" And then: {says[0]}"
    names = [name_of(exercise, place) for place in places[1:]]
    verb = "is" if len(names) == 1 else "are"
    return first, f" (And {listed(names)} {verb} wrong, too.)"


def wrong_parts(exercise, outcomes, right):
    """The places of what is returned, or the names of what its `use` finds, that are wrong in some
    trial; none if it cannot be said."""
    pairs = list(zip(outcomes, right))
    if not all(in_parts(exercise, one, other) for one, other in pairs):
        return []
    places = dict.fromkeys(place for _, other in pairs for place in places_of(other))
    return [
        place
        for place in places
        if not all(part_alike(exercise, a, b, place) for a, b in pairs)
    ]


def in_parts(exercise, one, other):
    """Whether an outcome has the same parts as the right one, and nothing else is wrong."""
    if one.error or other.error or too_much(one, other):
        return False
    if isinstance(one.value, dict) and isinstance(other.value, dict):
        words = any(isinstance(it, str) for it in other.value.values())  # of one draw
        return not words and one.value.keys() == other.value.keys()
    values = one.value, other.value
    return all(
        isinstance(it, tuple | list) and len(it) == len(exercise.returns) > 0
        for it in values
    )


def places_of(outcome):
    value = outcome.value
    return value if isinstance(value, dict) else range(len(value))


def part_alike(exercise, one, other, place):
    """Whether one part is the same, or neither has it."""
    if place not in places_of(other):
        return True
    return equal(one.value[place], other.value[place], exercise.rtol, exercise.atol)


def name_of(exercise, place):
    return place if isinstance(place, str) else exercise.returns[place]
