"""What a case would have to expect, so that it fails under a mutated book and not under the book itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...advisory import Verdict
from ...evaluation import Evaluation
from ..cases.expected import ADDED_UP, NEVER, WINDOW, Days, PlacedAt
from ..cases.seen import Seen
from .outcome import Other

Expectation = dict[str, Any]


def differing(before: Seen, after: Seen, places: Iterable[PlacedAt], change: Other) -> Expectation | None:
    """What to expect so that the mutated book fails: the verdict, and what is otherwise there; None when nothing is."""
    found: Expectation = {}
    fires, possible = before.certain - after.certain, before.possible - after.possible
    unheard = {id for id, (old, _) in change.rules.items() if old is None}
    silent = (after.certain | after.possible) - before.certain - before.possible - unheard
    for key, rules in (("fires", fires), ("possible", possible), ("not", silent)):
        if rules:
            found[key] = sorted(rules)
    if before.verdict is not after.verdict:
        found.setdefault("verdict", before.verdict)
    if not found and (doses := {str(at): str(one) for at in places for one, two in _pairs(before, after, at) if one is not two}):
        found["doses"] = doses
    if not found and change.ranges and (ranges := dict(_ranges(before, after, places))):
        found["suggested"] = ranges
    if not found and (change.protocols or change.constants):
        found |= _added_up(before, after)
    if told := {id: days for id in change.rules if (days := _told(before.told(id), after.told(id))) is not None}:
        found["told"] = told
    if not found and _waits_otherwise(change) and before.verdict is after.verdict is Verdict.STOP and before.earliest != after.earliest:
        found["earliest"] = NEVER if before.earliest == NEVER else str(before.earliest)
    if not found:
        return None
    if not found.keys() & {"fires", "possible", "not", "told"} and before.certain:
        found["fires"] = sorted(before.certain)[:1]  # a case is about a rule
    return {"verdict": str(before.verdict), **{key: value for key, value in found.items() if key != "verdict"}}


def _pairs(before: Seen, after: Seen, at: PlacedAt) -> list[tuple[Verdict, Verdict]]:
    return list(zip(before.verdicts(at), after.verdicts(at), strict=True))


def _ranges(before: Seen, after: Seen, places: Iterable[PlacedAt]) -> Iterator[tuple[str, str]]:
    for at in places:
        one, two = before.ranges(at), after.ranges(at)
        if one != two and len(set(one)) == 1:
            yield str(at), str(one[0]).replace(" U", "")


def _added_up(before: Seen, after: Seen) -> Expectation:
    for name in (*ADDED_UP, WINDOW):
        one = before.added_up(name)
        if one != after.added_up(name) and one is not None:
            return {"exposure": {name: f"{one} days" if isinstance(one, int) else str(one).removesuffix(" U")}}
    return {}


def _told(one: Sequence[Days], two: Sequence[Days]) -> str | bool | None:
    if one == two:
        return None
    return False if not one else True if one[0].first is None else str(one[0])


def _waits_otherwise(change: Other) -> bool:
    return any(
        a is None or b is None or a.no_waiting is not b.no_waiting or a.expects_dose is not b.expects_dose for a, b in change.rules.values()
    )


def places_of(evaluation: Evaluation) -> list[PlacedAt]:
    """The doses of the plan as a case names them."""
    found = []
    for dose in evaluation.facts.doses:
        zone = evaluation.facts.book.zones[dose.zone]
        muscle = dose.muscle if len(zone.muscles) > 1 else None
        side = dose.side if len(zone.muscles[dose.muscle]) > 1 else None
        found.append(PlacedAt(dose.zone, muscle, side, dose.band if zone.bands else None))
    return list(dict.fromkeys(found))
