"""Lower doses and more points: the least that would have to change, found by running the rules with other units."""

from __future__ import annotations

from collections.abc import Iterable

from .advisory import Verdict
from .compose import Firing
from .evaluation import Evaluation, Runner
from .evaluators.values import Range
from .facts import points_for
from .rulebook.conditions import Op, tests
from .rulebook.model import Kind, Rising, Rulebook
from .units import HALF, OPEN


def lowered(run: Runner, start: Evaluation, counts: Verdict) -> tuple[dict[int, int], Evaluation]:
    """For each dose that is too high for a verdict below `counts`, the most that is not, in steps of 0.5 U; and the plan with those.

    Lines of the dose itself first. A total over the whole case is mended at one dose, if there is one that can: a plan cut down
    everywhere is another plan.
    """
    found: dict[int, int] = {}
    now = start
    largest_first = sorted(range(len(start.case.plan)), key=lambda index: -int(start.case.plan[index].units or 0))
    for index in largest_first:
        amount, now = most_without(run, now, index, index, counts, HALF)
        if amount is not None:
            found[index] = amount
    for index in largest_first:
        amount, then = most_without(run, now, index, None, counts, _least(now, index))
        if amount is not None:
            return found | {index: amount}, then
    return found, now


def _least(now: Evaluation, index: int) -> int:
    """The least that is ever suggested where the dose is."""
    zone = now.facts.book.zones[now.facts.doses[index].zone]
    return min((int(line.min) for line in zone.suggest), default=HALF)


def most_without(run: Runner, now: Evaluation, index: int, scope: int | None, counts: Verdict, least: int) -> tuple[int | None, Evaluation]:
    """The most at one place, not less than `least`, that leaves none of the findings of the scope that a lower dose there can clear; and
    the run that shows it. The lines that were crossed say where to look; halving finds it where they do not."""
    units = int(now.case.plan[index].units or 0)
    too_high = from_doses(now, scope, counts)
    if units <= least or not too_high:
        return None, now
    low, high = least // HALF, -(-units // HALF)
    everything = {one.rule.id for one in too_high}
    guess = min(_within(one, now, index) for one in too_high) // HALF
    best = run.with_units(now, {index: max(guess, low) * HALF})
    left = {one.rule.id for one in from_doses(best, scope, counts)}
    if low < guess < high and not everything & left:
        clearable, low, tries = everything, guess, [guess + 1]
    else:
        best = best if guess <= low else run.with_units(now, {index: least})
        clearable = everything - {one.rule.id for one in from_doses(best, scope, counts)}
        mendable = [_within(one, now, index) for one in too_high if one.rule.id in clearable]
        tries = [steps + more for steps in ([min(mendable) // HALF] if mendable else []) for more in (0, 1)]
    if not clearable:
        return None, now
    while high - low > 1:
        steps = next((steps for steps in tries if low < steps < high), (low + high) // 2)
        shown = run.with_units(now, {index: steps * HALF})
        if any(one.rule.id in clearable for one in from_doses(shown, scope, counts)):
            high = steps
        else:
            low, best = steps, shown
    return low * HALF, best


def from_doses(evaluation: Evaluation, scope: int | None, counts: Verdict) -> list[Firing]:
    """Findings of a dose (or of the case) that count for this much and read planned units."""
    book, found = evaluation.facts.book, evaluation.at(scope).firings
    return [one for one in found if one.at_most.rank >= counts.rank and _reads_doses(one, book) and one.counts_as.rank >= counts.rank]


def _reads_doses(one: Firing, book: Rulebook) -> bool:
    for name in one.rule.reads:
        fact = book.facts[name]
        planned = fact.computation is None or "planned" in fact.computation.over
        if fact.kind is Kind.UNITS and fact.rises is Rising.UP and planned:
            return True
    return False


def _within(one: Firing, now: Evaluation, index: int) -> int:
    """What the dose would have to be for the crossed lines of a rule not to be crossed, going by the numbers alone."""
    units, book = int(now.case.plan[index].units or 0), now.facts.book
    allowed = units
    for test in tests(one.rule.condition):
        fact = book.facts[test.fact]
        value = now.at(one.index).record.get(test.fact)
        if test.number is None or fact.kind is not Kind.UNITS or fact.rises is not Rising.UP or not isinstance(value, Range):
            continue
        line = test.number - (test.op is Op.AT_LEAST)
        if fact.given:
            allowed = min(allowed, line * (now.facts.doses[index].points or 1))
        elif line < value.high < OPEN:
            allowed = min(allowed, units - (value.high - line))
    return max(allowed, 0)


def more_points(evaluation: Evaluation) -> dict[int, int]:
    """For each dose with too much at a point: how many points would share it out."""
    book, found = evaluation.facts.book, dict[int, int]()
    for one in _at_a_point(evaluation.fired, book):
        assert one.index is not None
        dose = evaluation.facts.doses[one.index]
        count = points_for(int(dose.units or 0), dose.zone, book)
        if count is not None and dose.points is not None and count > dose.points:
            found[one.index] = count
    return found


def _at_a_point(fired: Iterable[Firing], book: Rulebook) -> Iterable[Firing]:
    return (
        one
        for one in fired
        if one.index is not None
        and one.counts_as.rank >= Verdict.CAUTION.rank
        and any(book.facts[name].given == "dose.units_each_point" for name in one.rule.reads)
    )
