"""What came of a case, held against what it expects. Nothing here says why; that is `why.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from ...advisory import Advisory, Certainty, DoseAdvice, Exposure, Suggested, Verdict
from ...rulebook.model import Rulebook
from .expected import NEVER, Amount, Days, Expected, PlacedAt, RangeShown, Shown


class Seen(Protocol):
    """What a case can expect something of."""

    @property
    def verdict(self) -> Verdict: ...

    @property
    def certain(self) -> frozenset[str]:
        """Rules whose finding is certain."""

    @property
    def possible(self) -> frozenset[str]:
        """Rules whose finding is possible."""

    def verdicts(self, place: PlacedAt) -> Sequence[Verdict]:
        """The verdict of each dose of the plan at the place."""

    def ranges(self, place: PlacedAt) -> Sequence[Shown]:
        """The range shown for each dose of the plan at the place."""

    def told(self, rule: str) -> Sequence[Days]:
        """When the line of a rule is told; empty when it is not."""

    def added_up(self, name: str) -> Amount | int | None:
        """An amount of the exposure, or how many days its window is long; None where it cannot be said."""

    @property
    def earliest(self) -> dt.date | str: ...


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that did not come out as expected, in words. `rule` is the one it is about; empty where it is about none."""

    kind: Literal["verdict", "fires", "possible", "not", "dose", "suggested", "told", "exposure", "earliest", "run"]
    what: str
    rule: str = ""


def misses(expected: Expected, seen: Seen) -> Iterator[Miss]:
    """Everything that is not as expected; what costs most to find out comes last."""
    certain, possible = seen.certain, seen.possible
    if seen.verdict is not expected.verdict:
        yield Miss("verdict", f"verdict {seen.verdict}, expected {expected.verdict}")
    for rule in expected.fires:
        if rule not in certain:
            yield Miss("fires", f"{rule} should fire, and {'is only possible' if rule in possible else 'did not'}", rule)
    for rule in expected.possible:
        if rule not in possible:
            yield Miss("possible", f"{rule} should be possible, and {'is certain' if rule in certain else 'is ruled out'}", rule)
    for rule in expected.silent:
        if rule in certain or rule in possible:
            yield Miss("not", f"{rule} should not fire, and {'did' if rule in certain else 'is possible'}", rule)
    for place, verdict in expected.doses:
        for one in seen.verdicts(place):
            if one is not verdict:
                yield Miss("dose", f"verdict of {place}: {one}, expected {verdict}")
    for place, range in expected.suggested:
        for found in seen.ranges(place):
            if not _same(range, found):
                yield Miss("suggested", f"suggested for {place}: {found}, expected {range}")
    for rule, days in expected.told:
        yield from _told(rule, days, seen.told(rule))
    for name, amount in expected.exposure:
        if (found_amount := seen.added_up(name)) != amount:
            yield Miss("exposure", f"exposure, {name}: {_in_words(found_amount)}, expected {_in_words(amount)}")
    if expected.earliest is not None and seen.earliest != expected.earliest:
        yield Miss("earliest", f"the first day without a stop is {seen.earliest}, expected {expected.earliest}")


def _in_words(amount: Amount | int | None) -> str:
    return "not known" if amount is None else f"{amount} days" if isinstance(amount, int) else str(amount)


def added_up(exposure: Exposure, name: str) -> Amount | int | None:
    """One number of the exposure, as a case names it."""
    match name:
        case "planned":
            return Amount(exposure.planned, exposure.planned)
        case "total":
            return Amount(exposure.total.low, exposure.total.high)
        case "peak":
            return Amount(exposure.peak.units.low, exposure.peak.units.high)
        case "remaining":
            return Amount(exposure.remaining.low, exposure.remaining.high) if exposure.remaining else None
        case "limit":
            return Amount(exposure.limit, exposure.limit) if exposure.limit is not None else None
    return exposure.window_days


def _same(range: Shown, found: Shown) -> bool:
    if not isinstance(range, RangeShown) or not isinstance(found, RangeShown):
        return range == found
    return (range.low, range.high) == (found.low, found.high) and range.of in (None, found.of)


def shown(suggested: Suggested | None, because: Iterable[str]) -> Shown:
    """The range as a case names it. `because`: what lowered or withheld it, in the advisory's words."""
    if suggested is not None:
        return RangeShown(suggested.min, suggested.max, suggested.of)
    return "withheld" if any(reason.startswith("Withheld") for reason in because) else "none"


def _told(rule: str, days: bool | Days, found: Sequence[Days]) -> Iterator[Miss]:
    when = " and ".join(map(str, found))
    match days:
        case False if found:
            yield Miss("told", f"{rule} should not be told, and is told {when}", rule)
        case True if not found:
            yield Miss("told", f"{rule} should be told, and is not", rule)
        case Days() if days not in found:
            yield Miss("told", f"{rule} should be told {days}, and is {f'told {when}' if found else 'not told'}", rule)


class InAdvisory:
    """What an advisory shows."""

    def __init__(self, advisory: Advisory, book: Rulebook) -> None:
        self._advisory, self._book = advisory, book

    @property
    def verdict(self) -> Verdict:
        return self._advisory.verdict

    @cached_property
    def certain(self) -> frozenset[str]:
        return frozenset(finding.rule for finding in self._advisory.findings if finding.certainty is Certainty.CERTAIN)

    @cached_property
    def possible(self) -> frozenset[str]:
        return frozenset(finding.rule for finding in self._advisory.findings if finding.certainty is Certainty.POSSIBLE)

    def _at(self, place: PlacedAt) -> list[DoseAdvice]:
        return [dose for dose in self._advisory.doses if place.is_at(dose.place.zone, dose.place.muscle, dose.place.side, dose.place.band)]

    def verdicts(self, place: PlacedAt) -> list[Verdict]:
        return [dose.verdict for dose in self._at(place)]

    def ranges(self, place: PlacedAt) -> list[Shown]:
        return [shown(dose.suggested, dose.because) for dose in self._at(place)]

    def told(self, rule: str) -> list[Days]:
        found = self._book.rule_by_id.get(rule)
        if found is None or (tell := found.tell) is None:
            return []
        today = self._advisory.date
        dated = [line for line in self._advisory.timeline if line.what == tell.text]
        days = [Days((line.date - today).days, ((line.until or line.date) - today).days) for line in dated]
        return [*days, *(Days() for line in self._advisory.counselling if line.text == tell.text)]

    def added_up(self, name: str) -> Amount | int | None:
        return added_up(self._advisory.exposure, name)

    @property
    def earliest(self) -> dt.date | str:
        return self._advisory.earliest_date or NEVER
