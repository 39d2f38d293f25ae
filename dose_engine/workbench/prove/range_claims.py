"""Claims about the suggested ranges: they are in order, they keep clear of the lines, and every dose has a position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...evaluation import Evaluation
from ...evaluators.solver import Formula, conjunction, disjunction, negation
from ...ranges import BASIS_RANK
from ...rulebook.model import LimitLine, Suggestion, Zone
from ...rulebook.vocabulary import LIMIT_FACTS
from ...units import LARGEST
from ..claims import Claim
from .patient import Bounds
from .prover import Prover, Question
from .result import Proof, Witness
from .terms import FactTerms


def suggestions_are_ordered(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """No line ends below its start, nor does a rule that lowers a maximum lower it below the start of a line that holds with it."""
    wrong = [
        f"{zone.name}: {line.min} to {line.max} U" for zone in prover.book.zones.values() for line in zone.suggest if line.min > line.max
    ]
    lowering = [rule for rule in prover.book.rules if rule.lower_max is not None]
    checked = 0
    for place, zone, line in _lines(prover):
        for rule in lowering:
            assert rule.lower_max is not None
            if BASIS_RANK[rule.lower_max.of] < BASIS_RANK[line.of] or rule.lower_max.units >= line.min:
                continue
            checked += 1
            question = Question(prover.book, prover.bounds, prover.seconds)
            question.here(place)
            terms = question.dose(0, place)
            question.search.add(conjunction([terms.held(rule.condition).possible, terms.held(line.condition).possible]))
            if (answer := question.search.look()) == "found":
                wrong.append(f"{zone.name}: {rule.id} lowers the maximum to {rule.lower_max.units} U, below the start {line.min} U")
            elif answer == "unknown":
                return prover.outcome(claim, "not proved", f"The time was not enough for {rule.id} in {zone.name}.")
    if wrong:
        return prover.outcome(claim, "broken", f"{'; '.join(dict.fromkeys(wrong))}.")
    count = sum(len(zone.suggest) for zone in prover.book.zones.values())
    return prover.outcome(claim, "proved", f"{count} ranges, and {len(lowering)} rules that lower a maximum.", "every patient")


def suggestions_stay_below_limits(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """Every dose of the zone keeps to its suggested maximum; then no line of the same or a wider basis is crossed."""
    bounds = Bounds(prover.bounds.planned, 0, 0)
    left: dict[str, None] = {}
    for place, zone in _places(prover):
        own = [rule for rule in prover.book.rules if rule.limit and rule.limit.zone == zone.name]
        left |= dict.fromkeys(rule.id for rule in own if rule.limit and rule.limit.of != "point" and not _held_against(rule.limit, zone))
        lines = [rule for rule in prover.book.rules if rule.limit and _held_against(rule.limit, zone)]
        if not zone.suggest or not lines:
            continue
        question = Question(prover.book, bounds, prover.seconds)
        question.here(place)
        for slot in question.patient.planned:
            for other, elsewhere in enumerate(question.patient.places):
                if elsewhere.zone == zone.name:
                    here = conjunction([slot.present, slot.place(str(other))])
                    question.search.add(disjunction([negation(here), _keeps(question.dose(slot.index, other), zone)]))
        crossed = [(rule, question.dose(0, place).held(rule.condition).certain) for rule in lines]
        question.search.add(disjunction(certain for _, certain in crossed))
        answer = question.search.look()
        if answer == "unknown":
            return prover.outcome(claim, "not proved", f"The time was not enough for {zone.name}.", str(bounds))
        if answer == "found":
            values = question.search.plainer()
            fired = {one.rule.id for one in prover.judge.evaluation(values).fired if one.certain}
            over = ", ".join(rule.id for rule, _ in crossed if rule.id in fired)
            witness = Witness(f"Every dose keeps to the suggested maximum of {zone.name}, and {over} fires.", values)
            return prover.outcome(claim, "broken", "", str(bounds), (witness,))
    note = "With nothing given in the last 28 days. Lines at one point are not held against it"
    note += f", nor these, which are narrower than what is suggested: {', '.join(sorted(left))}." if left else "."
    return prover.outcome(claim, "proved", note, str(bounds))


def every_dose_has_a_position(prover: Prover, claim: Claim, _: Sequence[Evaluation]) -> Proof:
    """In a zone with suggestions some line can always be used; and the engine places a dose at every point where its place can change."""
    for place, zone in _places(prover):
        if not zone.suggest:
            continue
        question = Question(prover.book, prover.bounds, prover.seconds)
        question.here(place)
        usable = disjunction(used for _, used in _usable(question.dose(0, place), zone))
        question.search.add(negation(usable))
        if (answer := question.search.look()) == "found":
            witness = Witness(f"No range of {zone.name} can be used for this patient.", question.search.case())
            return prover.outcome(claim, "broken", "", witnesses=(witness,))
        if answer == "unknown":
            return prover.outcome(claim, "not proved", f"The time was not enough for {zone.name}.")
    positions = list(_positions(prover))
    unplaced = next((values for values, position in positions if position is None), None)
    if unplaced is not None:
        return prover.outcome(claim, "broken", witnesses=(Witness("This dose has no position.", unplaced),))
    return prover.outcome(
        claim, "proved", f"The engine placed {len(positions):,} doses, at and beside every number at which a position changes."
    )


def _positions(prover: Prover) -> Iterator[tuple[dict[str, object], str | None]]:
    """Doses of a healthy patient at every place, with the position that the engine gives."""
    from ...ranges import dose_advice
    from ..cases import STANDARD
    from .reading import placed

    for place, zone in _places(prover):
        where = Question(prover.book, Bounds(1, 0, 0), prover.seconds).patient.places[place]
        entry = placed(where.zone, where.muscle, where.side, where.band, prover.book)
        for units in _breaks(prover, zone):
            values: dict[str, object] = {**STANDARD, "plan": [{**entry, "units": units}]}
            evaluation = prover.judge.evaluation(values)
            advice = dose_advice(0, evaluation.facts, evaluation.records[0], evaluation.fired, evaluation.case_verdict)
            yield values, advice.position or None


def _breaks(prover: Prover, zone: Zone) -> list[object]:
    """The smallest and the largest dose, and each number of the zone with its neighbours 0.01 U away."""
    from decimal import Decimal

    steps = {2, LARGEST}
    numbers = [number for line in zone.suggest for number in (int(line.min), int(line.max))]
    numbers += [int(rule.limit.units) for rule in prover.book.rules if rule.limit and rule.limit.zone == zone.name]
    for number in numbers:
        steps |= {number - 2, number, number + 2}
    return [Decimal(step) / 200 for step in sorted(steps) if 2 <= step <= LARGEST]


def _places(prover: Prover) -> Iterator[tuple[int, Zone]]:
    from .places import places

    for number, place in enumerate(places(prover.book)):
        yield number, prover.book.zones[place.zone]


def _lines(prover: Prover) -> Iterator[tuple[int, Zone, Suggestion]]:
    for place, zone in _places(prover):
        for line in zone.suggest:
            yield place, zone, line


def _held_against(limit: LimitLine, zone: Zone) -> bool:
    """A line that whoever keeps to the range must not cross: of the zone, and of the same or a wider basis than what is suggested."""
    if limit.zone != zone.name or limit.of == "point" or (limit.muscle is not None and len(zone.muscles) > 1):
        return False
    return all(BASIS_RANK[limit.of] >= BASIS_RANK[line.of] for line in zone.suggest if not line.today)


def _usable(terms: FactTerms, zone: Zone) -> Iterator[tuple[Suggestion, Formula]]:
    """Each line with when it is used: it could hold, and no earlier one certainly does."""
    earlier: list[Formula] = []
    for line in zone.suggest:
        holds = terms.held(line.condition)
        yield line, conjunction([holds.possible, *(negation(one) for one in earlier)])
        earlier.append(holds.certain)


def _keeps(terms: FactTerms, zone: Zone) -> Formula:
    """What is known to be counted stays at or below the maximum of every line that is used."""
    kept = []
    for line, used in _usable(terms, zone):
        low, _ = terms.ends(LIMIT_FACTS[line.of, False])
        kept.append(disjunction([negation(used), low <= int(line.max)]))
    return conjunction(kept)


__all__ = ["every_dose_has_a_position", "suggestions_are_ordered", "suggestions_stay_below_limits"]
