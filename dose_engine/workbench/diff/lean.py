"""Which way a change leans, told from its shape alone.

"Stricter" is claimed only where it holds for every case, whatever is known of the patient: a condition that holds whenever the old one
held, certainly when certainly, possibly when possibly. One thing more has to be looked at: an open question counts only for so much
(`open`), so a possible stop may count for less when another question is the open one. Where that could happen, the shape tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...advisory import Severity, Verdict
from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ...rulebook.model import Computation, Fact, Kind, Rule, Rulebook
from ...units import OPEN
from .both import asked_behind_numbers
from .change import Lean

_RANK: Final = {None: 0, Severity.INFO: 0, Severity.CAUTION: 1, Severity.STOP: 2}
_POSSIBLE: Final = {0: Verdict.OK, 1: Verdict.CAUTION, 2: Verdict.INCOMPLETE}
_TURNED: Final = {
    Op.IS: Op.IS_NOT,
    Op.IS_NOT: Op.IS,
    Op.MORE_THAN: Op.AT_MOST,
    Op.AT_MOST: Op.MORE_THAN,
    Op.AT_LEAST: Op.LESS_THAN,
    Op.LESS_THAN: Op.AT_LEAST,
}
_ALWAYS_KNOWN: Final = frozenset(
    (
        *("dose.zone", "dose.region", "dose.muscle", "dose.side", "dose.band", "dose.activity", "dose.aim", "dose.placement"),
        *("visit", "patient.age", "goals", "goals.given"),
    )
)
"""Fields of a case that are never open: what is left out has a value."""


def rule_lean(old: Rule | None, new: Rule | None, was: Rulebook, now: Rulebook) -> Lean:
    """How a rule that came, went or changed can move a verdict."""
    before, after = _RANK[old.severity if old else None], _RANK[new.severity if new else None]
    if not before and not after:
        return Lean.NEITHER
    if old is None or new is None or not before or not after:
        return Lean.STRICTER if after else Lean.LOOSER
    first, second = plain(old.condition), plain(new.condition)
    if first == second:
        return {-1: Lean.LOOSER, 0: Lean.NEITHER, 1: Lean.STRICTER}[(after > before) - (after < before)]
    wider = implies(first, second, now) and after >= before and _one_question(first, second, now, _POSSIBLE[before])
    narrower = implies(second, first, was) and after <= before and _one_question(second, first, was, _POSSIBLE[after])
    if wider and narrower:
        return Lean.NEITHER
    return Lean.STRICTER if wider else Lean.LOOSER if narrower else Lean.EITHER


def reach_lean(old: Condition, new: Condition, was: Rulebook, now: Rulebook) -> Lean:
    """The same for what acts as soon as a condition could hold: `stricter` where it holds at least as far as before."""
    first, second = plain(old), plain(new)
    wider, narrower = implies(first, second, now), implies(second, first, was)
    if wider and narrower:
        return Lean.NEITHER
    return Lean.STRICTER if wider else Lean.LOOSER if narrower else Lean.EITHER


def plain(condition: Condition) -> Condition:
    """The same condition with names opened and "none of" turned into its opposites, so that only all, any and tests are left."""
    return _plain(condition, held=True)


def _plain(condition: Condition, held: bool) -> Condition:
    match condition:
        case Test(fact, op, words, number, other):
            return Test(fact, op if held else _TURNED[op], tuple(sorted(words)), number, other)
        case Named(_, inner, holds):
            return _plain(inner, held is holds)
        case NoneOf(parts):
            return _joined(tuple(_plain(part, not held) for part in parts), every=held)
        case All(parts):
            return _joined(tuple(_plain(part, held) for part in parts), every=held)
        case AnyOf(parts):
            return _joined(tuple(_plain(part, held) for part in parts), every=not held)


def _joined(parts: tuple[Condition, ...], every: bool) -> Condition:
    kind = All if every else AnyOf
    opened = tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,)))
    kept = tuple(sorted(dict.fromkeys(opened), key=repr))
    return kept[0] if len(kept) == 1 else kind(kept)


def implies(a: Condition, b: Condition, book: Rulebook) -> bool:
    """Does `b` hold at least as far as `a`, whatever the facts? False where that is not seen. Both are `plain`."""
    if a == b:
        return True
    match a, b:
        case _, All(parts):
            return all(implies(a, part, book) for part in parts)
        case AnyOf(parts), _:
            return all(implies(part, b, book) for part in parts)
        case All(parts), AnyOf(others):
            return any(implies(part, b, book) for part in parts) or any(implies(a, other, book) for other in others)
        case All(parts), _:
            return any(implies(part, b, book) for part in parts)
        case _, AnyOf(parts):
            return any(implies(a, part, book) for part in parts)
        case Test(), Test():
            return a.fact == b.fact and _within(a, b, book.facts[a.fact])
    return False


def _within(a: Test, b: Test, fact: Fact) -> bool:
    """Is every value that passes the first test one that passes the second?"""
    if a.other is not None or b.other is not None:
        return a.other == b.other and (a.op, b.op) in ((Op.MORE_THAN, Op.AT_LEAST), (Op.LESS_THAN, Op.AT_MOST))
    if fact.kind.is_number:
        return all(any(low >= start and high <= end for start, end in _spans(b)) for low, high in _spans(a))
    one, other = set(a.words), set(b.words)
    if a.op is b.op:
        return one <= other if a.op is Op.IS else other <= one
    if fact.kind is Kind.LIST:
        return False
    if a.op is Op.IS:
        return one.isdisjoint(other)
    return fact.kind is Kind.YES_NO and set(fact.words) - one <= other


def _spans(test: Test) -> list[tuple[int, int]]:
    """The numbers that pass a test, as spans with both ends included."""
    number = test.number or 0
    match test.op:
        case Op.MORE_THAN:
            spans = [(number + 1, OPEN)]
        case Op.AT_LEAST:
            spans = [(number, OPEN)]
        case Op.AT_MOST:
            spans = [(0, number)]
        case Op.LESS_THAN:
            spans = [(0, number - 1)]
        case Op.IS:
            spans = [(number, number)]
        case Op.IS_NOT:
            spans = [(0, number - 1), (number + 1, OPEN)]
    return [span for span in spans if span[0] <= span[1]]


# what an open question counts for


def _one_question(old: Condition, new: Condition, book: Rulebook, level: Verdict) -> bool:
    """Can the new condition, where it is only possible, not count for less than the old one did?

    Either every open question counts in full for this level, or only one test of each can be open at all, and it asks about one thing.
    """
    tests = list(_openable(new, book.facts))
    if all(_counts(name, book).rank >= level.rank for test in tests for name in _facts_of(test)):
        return True
    asked = {_facts_of(test) for test in (*tests, *_openable(old, book.facts))}
    return len(tests) <= 1 and len(asked) <= 1


def _openable(condition: Condition, facts: Mapping[str, Fact]) -> Iterator[Test]:
    """The tests whose answer may be open."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _openable(part, facts)
        case Test() if any(name not in facts or facts[name].given not in _ALWAYS_KNOWN for name in _facts_of(condition)):
            yield condition


def _facts_of(test: Test) -> tuple[str, ...]:
    return tuple(sorted(name for name in (test.fact, test.other) if name is not None))


def _counts(name: str, book: Rulebook) -> Verdict:
    """The least that an open answer to a fact may count for. Planned units that are not decided yet count for nothing."""
    fact = book.facts[name]
    if fact.computation is not None:
        if fact.computation.op == "sum" and "planned" in fact.computation.over:
            return Verdict.OK
        behind = [book.facts[other].open_counts or Verdict.INCOMPLETE for other in asked_behind_numbers(book)]
        return min((Verdict.INCOMPLETE, *behind), key=lambda verdict: verdict.rank)
    if fact.given in ("dose.units_each_point", "dose.half_unit_steps"):
        return Verdict.OK
    return Verdict.INCOMPLETE if fact.open_counts is None else fact.open_counts


# facts


def fact_lean(old: Fact, new: Fact, rules: list[tuple[Rule, Rule]], was: Rulebook, now: Rulebook) -> Lean:
    """How a fact that is computed otherwise can move the verdicts of the rules that read it in both books."""
    judging = [(before, after) for before, after in rules if _RANK[before.severity] or _RANK[after.severity]]
    if not judging:
        return Lean.NEITHER
    grows = _grows(old.computation, new.computation) if old.computation and new.computation else None
    if grows is None:
        return Lean.EITHER
    leans = set()
    for before, after in judging:
        conditions = [plain(before.condition), plain(after.condition)]
        upward = {held for condition in conditions for held in _upward(condition, new.name)}
        single = all(len(list(_openable(condition, book.facts))) <= 1 for condition, book in zip(conditions, (was, now), strict=True))
        if len(upward) != 1 or not single or None in upward:
            return Lean.EITHER
        leans.add(Lean.STRICTER if (upward == {True}) is grows else Lean.LOOSER)
    return leans.pop() if len(leans) == 1 else Lean.EITHER


def _grows(old: Computation, new: Computation) -> bool | None:
    """Can the number only be larger (True), only smaller (False), or is that not told (None)? Only the length of the window is judged."""
    same = all(getattr(old, name) == getattr(new, name) for name in ("op", "over", "this", "where", "at_peak", "midline_half", "product"))
    if not same or old.op not in ("sum", "count") or old.within_days == new.within_days:
        return None
    return new.within_days is None or (old.within_days is not None and new.within_days > old.within_days)


def _upward(condition: Condition, fact: str) -> Iterator[bool | None]:
    """For each test on the fact: does it become true as the number grows (True), as it shrinks (False), or neither (None)?"""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _upward(part, fact)
        case Test(op=op) if fact in (condition.fact, condition.other):
            rises = {Op.MORE_THAN: True, Op.AT_LEAST: True, Op.AT_MOST: False, Op.LESS_THAN: False}.get(op)
            both = condition.fact == condition.other
            yield None if rises is None or both else rises is (condition.fact == fact)
