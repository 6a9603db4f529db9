"""Which known mistake an answer has made: it gives the same, case by case."""

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
        if place in places and not more and place not in found:
            pairs = zip(mine, other)
            if all(part_alike(exercise, a, b, place) for a, b in pairs):
                found[place] = known
    if places[0] not in found:
        return None
    if says := [found[place].says for place in places[1:] if place in found]:
        return found[places[0]], f" And then: {says[0]}"
    names = [exercise.returns[place] for place in places[1:]]
    verb = "is" if len(names) == 1 else "are"
    return found[places[0]], f" (And {listed(names)} {verb} wrong, too.)"


def wrong_parts(exercise, outcomes, right):
    """The places of what is returned that are wrong in some trial; none if it cannot be said."""
    count = len(exercise.returns)
    for one, other in zip(outcomes, right):
        values = one.value, other.value
        if one.error or other.error or not all(isinstance(it, tuple) for it in values):
            return []
        if {*map(len, values)} != {count} or too_much(one, other):
            return []
    return [
        place
        for place in range(count)
        if not all(part_alike(exercise, a, b, place) for a, b in zip(outcomes, right))
    ]


def part_alike(exercise, one, other, place):
    return equal(one.value[place], other.value[place], exercise.rtol, exercise.atol)
