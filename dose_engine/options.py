"""What would make it better, each found by running the engine again: a lower dose, a later date, a staged plan, an answered question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from .advisory import Change, Option, Verdict
from .case import PlannedDose
from .compose import place_of
from .evaluation import Evaluation, Runner
from .lowering import lowered, more_points
from .questions import Answers, answered, answering, open_asks
from .rulebook.model import Fact
from .units import Units
from .waiting import Waiting, moved

MOST_OPTIONS = 6


def options(run: Runner, start: Evaluation, waiting: Waiting, answers: Answers, earliest: date | None, as_new: bool) -> tuple[Option, ...]:
    """Options that improve the verdict, the best first. `as_new`: the earliest day is for a new treatment, not a touch-up."""
    found = [
        *_deferring(run, start, waiting, earliest, as_new),
        *_lowering(run, start),
        *_spreading(run, start),
        *_as_new_treatment(run, start),
        *_leaving_out(run, start, waiting),
        *_staging(run, start),
        *_answering(start, answers),
    ]
    better = [option for option in found if option.verdict_if_done.rank < start.verdict.rank]
    ordered = sorted(better, key=lambda option: (len(option.changes), option.verdict_if_done.rank, -_units(option), option.what))
    kept: list[Option] = []
    for option in ordered:
        if not any(_is_better(other, option) for other in kept):
            kept.append(option)
    return tuple(sorted(kept, key=lambda option: (option.verdict_if_done.rank, len(option.changes), -_units(option), option.what)))[
        :MOST_OPTIONS
    ]


def _units(option: Option) -> int:
    return sum(change.units or 0 for change in option.changes)


def _is_better(one: Option, other: Option) -> bool:
    """Does one option reach the same or more by changing nothing that the other leaves alone, and no dose further?"""
    does = {_what(change): change.units or 0 for change in one.changes}
    others = {_what(change): change.units or 0 for change in other.changes}
    within = all(key in others and others[key] <= units for key, units in does.items())
    return within and one.verdict_if_done.rank <= other.verdict_if_done.rank


def _what(change: Change) -> tuple[object, ...]:
    return (
        change.kind if change.kind != "stage" else "leave_out",
        change.place,
        change.until,
        "" if change.place or change.until else change.what,
    )


def _option(done: Evaluation, changes: Sequence[Change]) -> Option:
    return Option(what=_joined(changes), changes=tuple(changes), verdict_if_done=done.verdict)


def _joined(changes: Sequence[Change]) -> str:
    first, *rest = (change.what for change in changes)
    return "; ".join([first, *(f"{what[:1].lower()}{what[1:]}" if what.startswith(_VERBS) else what for what in rest)])


_VERBS = ("Leave", "Come", "Plan", "Agree", "Answer")


def _deferring(run: Runner, start: Evaluation, waiting: Waiting, earliest: date | None, as_new: bool) -> Iterator[Option]:
    if earliest is None and start.verdict is Verdict.CAUTION:
        earliest = waiting.first_day_without(Verdict.CAUTION)
    if earliest is not None:
        what = f"Come back on {earliest:%A} {earliest.isoformat()}" + (", as a new treatment, not a touch-up" if as_new else "")
        done = run(moved(start.case, earliest, "maintenance"), like=start) if as_new else waiting.on(earliest)
        yield _option(done, [Change(kind="defer", what=what, until=earliest)])


def _as_new_treatment(run: Runner, start: Evaluation) -> Iterator[Option]:
    if start.case.visit == "touch_up" and start.verdict is Verdict.STOP:
        change = Change(kind="visit", what="Plan it as a new treatment today, not as a touch-up")
        yield _option(run(start.case.model_copy(update={"visit": "maintenance"}), like=start), [change])


# lower doses, more points


def _lower_changes(start: Evaluation, units: dict[int, int]) -> list[Change]:
    changes = []
    for index, amount in sorted(units.items()):
        place = place_of(start.facts.doses[index])
        before = start.case.plan[index].units
        what = f"{start.facts.doses[index].label}: {Units(amount)} U instead of {before} U"
        changes.append(Change(kind="lower", what=what, place=place, units=Units(amount)))
    return changes


def _lowering(run: Runner, start: Evaluation) -> Iterator[Option]:
    for counts in (Verdict.STOP, Verdict.CAUTION):
        if start.verdict.rank < counts.rank:
            continue
        units, after = lowered(run, start, counts)
        if units:
            changes = _lower_changes(start, units)
            yield _option(after, changes)
            if after.verdict is Verdict.STOP:
                waiting = Waiting(run, after)
                yield from _combined(run, after, waiting, changes)
                yield from _later_and_lower(run, start, waiting, counts)


def _later_and_lower(run: Runner, start: Evaluation, waiting: Waiting, counts: Verdict) -> Iterator[Option]:
    """On the day that clears the rest the doses of before may have left their window: then less has to be lowered."""
    day = waiting.first_day_without(Verdict.STOP)
    if day is not None:
        later = run(moved(start.case, day), like=start)
        units, then = lowered(run, later, counts)
        if units:
            changes = [*_lower_changes(later, units), _defer(day)]
            yield _option(then, changes)


def _spreading(run: Runner, start: Evaluation) -> Iterator[Option]:
    counts = more_points(start)
    if counts:
        plan = tuple(dose.model_copy(update={"points": counts[i]}) if i in counts else dose for i, dose in enumerate(start.case.plan))
        changes = []
        for index, count in sorted(counts.items()):
            place = place_of(start.facts.doses[index])
            what = f"{start.facts.doses[index].label}: {count} points instead of {start.case.plan[index].points}"
            changes.append(Change(kind="points", what=what, place=place))
        after = run(start.case.model_copy(update={"plan": plan}), like=start)
        yield _option(after, changes)
        if after.verdict is Verdict.STOP:
            yield from _combined(run, after, Waiting(run, after), changes)


def _combined(run: Runner, after: Evaluation, waiting: Waiting, changes: list[Change]) -> Iterator[Option]:
    """Where lowering leaves a stop: also leave those doses out, or also wait."""
    left = _stopped(after)
    kept = tuple(dose for index, dose in enumerate(after.case.plan) if index not in left)
    if left and kept:
        here = {place_of(after.facts.doses[index]) for index in left}
        rest = [change for change in changes if change.place not in here]
        done = run(after.case.model_copy(update={"plan": kept}), like=after)
        yield _option(done, [*rest, *_leave_changes(after, left)])
    day = waiting.first_day_without(Verdict.STOP)
    if day is not None:
        yield _option(waiting.on(day), [*changes, _defer(day)])


def _defer(day: date) -> Change:
    return Change(kind="defer", what=f"come back on {day:%A} {day.isoformat()}", until=day)


# leave out and stage


def _stopped(evaluation: Evaluation) -> list[int]:
    return sorted({one.index for one in evaluation.fired if one.index is not None and one.at_most is Verdict.STOP})


def _leave_changes(evaluation: Evaluation, left: Iterable[int]) -> list[Change]:
    changes = []
    for index in left:
        place = place_of(evaluation.facts.doses[index])
        what = f"Leave out {evaluation.facts.doses[index].label}"
        instead = _instead(evaluation, index)
        changes.append(Change(kind="leave_out", what=f"{what}: {instead[:1].lower()}{instead[1:]}" if instead else what, place=place))
    return changes


def _instead(evaluation: Evaluation, index: int) -> str:
    """What the rules say can be done instead of a dose."""
    texts = dict.fromkeys(
        one.rule.instead.rstrip(".") for one in evaluation.fired if one.index == index and one.certain and one.rule.instead
    )
    return "; ".join(texts)


def _leaving_out(run: Runner, start: Evaluation, waiting: Waiting) -> Iterator[Option]:
    """Without the doses that have a stop; or only without those that waiting does not clear, and on the day that clears the others."""
    left = _stopped(start)
    kept = _without(start, left)
    if left and (kept or any(_instead(start, index) for index in left)):
        yield _option(run(start.case.model_copy(update={"plan": kept}), like=start), _leave_changes(start, left))
    stuck = [index for index in left if not _waits(start, index, waiting)]
    if stuck and stuck != left:
        later = Waiting(run, run(start.case.model_copy(update={"plan": _without(start, stuck)}), like=start))
        day = later.first_day_without(Verdict.STOP)
        if day is not None:
            yield _option(later.on(day), [*_leave_changes(start, stuck), _defer(day)])


def _without(start: Evaluation, left: Sequence[int]) -> tuple[PlannedDose, ...]:
    return tuple(dose for index, dose in enumerate(start.case.plan) if index not in left)


def _waits(start: Evaluation, index: int, waiting: Waiting) -> bool:
    """Does every stop of the dose end on some day?"""
    stops = (one for one in start.fired if one.index == index and one.at_most is Verdict.STOP)
    return all(waiting.first_day_without(Verdict.STOP, (one.rule.id, index)) is not None for one in stops)


def _staging(run: Runner, start: Evaluation) -> Iterator[Option]:
    """Fewer goals at a time; one side now and the other later."""
    book, case = start.facts.book, start.case
    for one in start.fired:
        if one.counts_as.rank < Verdict.CAUTION.rank or not one.certain:
            continue
        read = [book.facts[name] for name in one.rule.reads]
        if case.goals is not None and any(fact.given == "goals" for fact in read):
            for keep in range(len(case.goals) - 1, 0, -1):
                fewer = case.model_copy(update={"goals": case.goals[:keep]})
                done = run(fewer, like=start)
                if not done.holds(one.rule):
                    what = f"Agree on {keep} goals now and leave the rest for a later stage"
                    yield _option(done, [Change(kind="stage", what=what)])
                    break
    for index in _second_sides(start):
        place = place_of(start.facts.doses[index])
        what = f"Leave {start.facts.doses[index].label} for a later stage"
        kept = tuple(dose for number, dose in enumerate(case.plan) if number != index)
        yield _option(run(case.model_copy(update={"plan": kept}), like=start), [Change(kind="stage", what=what, place=place)])


def _second_sides(start: Evaluation) -> list[int]:
    """Doses that a rule about both sides warns of and that can wait: not the side stated overactive, which is treated first."""
    book = start.facts.book
    warned = {
        one.index
        for one in start.fired
        if one.index is not None
        and one.certain
        and one.counts_as.rank >= Verdict.CAUTION.rank
        and any(_other_side_today(book.facts[name]) for name in one.rule.reads)
    }
    doses = start.facts.doses
    leading = {doses[index].zone for index in warned if doses[index].activity == "overactive"}
    waiting = {index for index in warned if doses[index].zone not in leading or doses[index].activity != "overactive"}
    return sorted(waiting) if len(doses) > 1 else []


def _other_side_today(fact: Fact) -> bool:
    how = fact.computation
    return how is not None and "other_side" in how.this and "planned" in how.over


# answers


def _answering(start: Evaluation, answers: Answers) -> Iterator[Option]:
    """What answering every open question can give at best: each question by the answer that leaves the fewest findings."""
    asked = open_asks(start)
    if not asked or start.verdict is Verdict.STOP:
        return
    now, count = start, 0
    for ask in asked:
        fact = start.facts.book.facts.get(ask.name)
        words = answering(fact) if fact else ()
        if fact is None or not words:
            continue
        now = min((_answered(now, fact, word, answers) for word in words), key=_weight)
        count += 1
    if count:
        what = "Answer the open question" if count == 1 else f"Answer the {count} open questions"
        change = Change(kind="answer", what=f"{what}; at best, when every answer is the reassuring one")
        yield _option(now, [change])


def _answered(now: Evaluation, fact: Fact, word: str, answers: Answers) -> Evaluation:
    return answers.tried(fact, word) if now is answers.start else answers.run(answered(now.case, fact, word), like=now)


def _weight(evaluation: Evaluation) -> tuple[int, int]:
    return evaluation.verdict.rank, sum(one.counts_as.rank for one in evaluation.fired)
