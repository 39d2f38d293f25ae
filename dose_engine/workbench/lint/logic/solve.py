"""Whether conditions can hold together: a search over their alternatives, with what each leaves of every fact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ....rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test
from ....rulebook.model import Kind, Rulebook
from ....units import LARGEST, OPEN
from .grounds import CASE, Ground, grounds
from .ordered import at_most

MOST_STEPS = 2_000
"""Alternatives looked at before a condition counts as one that can hold."""

OLDEST = 130
WIDEST = 100 * 100
"""The largest age, and difference between the sides in hundredths of a millimetre, that a case accepts."""

_NEGATED = {
    Op.IS: Op.IS_NOT,
    Op.IS_NOT: Op.IS,
    Op.MORE_THAN: Op.AT_MOST,
    Op.AT_MOST: Op.MORE_THAN,
    Op.AT_LEAST: Op.LESS_THAN,
    Op.LESS_THAN: Op.AT_LEAST,
}
Wanted = tuple[Condition, bool]
"""A condition, and whether it is to hold or not to hold."""


@dataclass(frozen=True, slots=True)
class Left:
    """What the tests so far leave of each fact."""

    words: dict[str, frozenset[str]] = field(default_factory=dict)
    has_any: dict[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    has_none: dict[str, frozenset[str]] = field(default_factory=dict)
    numbers: dict[str, tuple[int, int]] = field(default_factory=dict)
    holes: dict[str, frozenset[int]] = field(default_factory=dict)
    apart: tuple[tuple[str, str, int], ...] = ()
    """Pairs of which the first is at least the second and the margin."""


class Logic:
    """Asks of one rulebook what can hold. Answers are for facts known in full."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._order: dict[tuple[str, str, Ground], bool] = {}

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        return grounds(self.book)

    case: tuple[Ground, ...] = (CASE,)

    def where_possible(self, condition: Condition, at: Iterable[Ground]) -> tuple[Ground, ...]:
        """The places at which the condition can hold."""
        return tuple(ground for ground in at if self.possible([(condition, True)], ground))

    def implies(self, narrow: Condition, wide: Condition, at: Iterable[Ground]) -> bool:
        """Wherever the first holds, at each of these places, does the second hold too?"""
        return not any(self.possible([(narrow, True), (wide, False)], ground) for ground in at)

    def together(self, conditions: Iterable[Condition], at: Iterable[Ground]) -> bool:
        """Can all of them hold at one of these places?"""
        wanted = [(condition, True) for condition in conditions]
        return any(self.possible(wanted, ground) for ground in at)

    def possible(self, wanted: Sequence[Wanted], ground: Ground) -> bool:
        """Can these hold, and not hold, as wanted? True where it cannot be told within bounds."""
        return _Search(self, ground).run(list(wanted), Left(), [])

    def may_bound(self, name: str) -> frozenset[str]:
        """The facts whose value can say something about this one, and it itself: of one kind, and both computed alike."""
        return self._alike.get(self._sort(name), frozenset()) | {name}

    @cached_property
    def _alike(self) -> dict[str, frozenset[str]]:
        sorts: dict[str, set[str]] = {}
        for name in self.book.facts:
            if sort := self._sort(name):
                sorts.setdefault(sort, set()).add(name)
        return {sort: frozenset(names) for sort, names in sorts.items()}

    def _sort(self, name: str) -> str:
        fact = self.book.facts[name]
        return fact.computation.op if fact.computation else "sum" if fact.given == "dose.units_each_point" else ""

    def at_most(self, low: str, high: str, ground: Ground) -> bool:
        key = (low, high, ground)
        if key not in self._order:
            self._order[key] = at_most(self.book.facts[low], self.book.facts[high], ground)
        return self._order[key]


class _Search:
    def __init__(self, logic: Logic, ground: Ground) -> None:
        self.logic, self.ground = logic, ground
        self.steps = 0

    def run(self, todo: list[Wanted], left: Left, later: list[Wanted]) -> bool:
        """Tests first, alternatives when nothing else is left to do."""
        while todo:
            condition, holds = todo.pop()
            match condition:
                case Test():
                    narrowed = self._narrowed(left, condition, holds, later)
                    if narrowed is None:
                        return False
                    left = narrowed
                case All(parts) if holds:
                    todo += [(part, True) for part in parts]
                case AnyOf(parts) if not holds:
                    todo += [(part, False) for part in parts]
                case NoneOf(parts):
                    todo.append((AnyOf(parts), not holds))
                case Named(_, inner, as_named):
                    todo.append((inner, holds is as_named))
                case All() | AnyOf():
                    later.append((condition, holds))
        if not later:
            return self._fits(left)
        self.steps += 1
        if self.steps > MOST_STEPS:
            return True
        (choice, holds), *rest = later
        parts = choice.parts if isinstance(choice, All | AnyOf) else ()
        return any(self.run([(part, holds)], left, list(rest)) for part in parts)

    def _narrowed(self, left: Left, test: Test, holds: bool, later: list[Wanted]) -> Left | None:
        """What is left when the test holds, or does not; None when nothing is."""
        fact = self.logic.book.facts[test.fact]
        op = test.op if holds else _NEGATED[test.op]
        if fact.kind is Kind.LIST:
            return _listed(left, test, op, frozenset(fact.words))
        if not fact.kind.is_number:
            return self._worded(left, test, op, frozenset(fact.words))
        if test.other is None:
            return self._bounded(left, test.fact, op, test.number or 0)
        if op is Op.IS_NOT:
            more, less = (Test(test.fact, way, other=test.other) for way in (Op.MORE_THAN, Op.LESS_THAN))
            later.append((AnyOf((more, less)), True))
            return left
        return replace(left, apart=(*left.apart, *_apart(test.fact, op, test.other)))

    def _worded(self, left: Left, test: Test, op: Op, known: frozenset[str]) -> Left | None:
        now = left.words.get(test.fact)
        if now is None:
            now = self.ground.words.get(test.fact, known)
        now = now.intersection(test.words) if op is Op.IS else now.difference(test.words)
        return replace(left, words={**left.words, test.fact: now}) if now else None

    def _bounded(self, left: Left, fact: str, op: Op, number: int) -> Left | None:
        low, high = left.numbers.get(fact) or self._ends(fact)
        match op:
            case Op.MORE_THAN:
                low = max(low, number + 1)
            case Op.AT_LEAST:
                low = max(low, number)
            case Op.AT_MOST:
                high = min(high, number)
            case Op.LESS_THAN:
                high = min(high, number - 1)
            case Op.IS:
                low, high = max(low, number), min(high, number)
            case Op.IS_NOT:
                return replace(left, holes={**left.holes, fact: left.holes.get(fact, frozenset()) | {number}})
        return replace(left, numbers={**left.numbers, fact: (low, high)}) if low <= high else None

    def _ends(self, name: str) -> tuple[int, int]:
        """What the number can be at all."""
        fact = self.logic.book.facts[name]
        if name in self.ground.empty:
            return (OPEN, OPEN) if fact.kind is Kind.DAYS else (0, 0)
        if fact.kind is Kind.UNITS and fact.given:
            return 0, LARGEST
        return 0, {Kind.YEARS: OLDEST, Kind.MILLIMETRES: WIDEST}.get(fact.kind, OPEN)

    def _fits(self, left: Left) -> bool:
        """Is there a value for every number between its bounds, holes left out and the order of the numbers kept?"""
        if not all(_some(*left.numbers.get(fact, self._ends(fact)), holes) for fact, holes in left.holes.items()):
            return False
        names = list(dict.fromkeys([*left.numbers, *(name for a, b, _ in left.apart for name in (a, b))]))
        ordered = [(b, a, 0) for a in names for b in names if a != b and self.logic.at_most(a, b, self.ground)]
        pairs = [*left.apart, *ordered]
        if not pairs:
            return True
        low = {name: left.numbers.get(name, self._ends(name))[0] for name in names}
        high = {name: left.numbers.get(name, self._ends(name))[1] for name in names}
        for _ in range(len(names) + 1):
            moved = False
            for more, less, margin in pairs:
                if low[more] < low[less] + margin:
                    low[more], moved = low[less] + margin, True
            if not moved:
                return all(low[name] <= high[name] and _some(low[name], high[name], left.holes.get(name, frozenset())) for name in names)
        return False  # the lower ends push each other up without end


def _some(low: int, high: int, holes: frozenset[int]) -> bool:
    """Is a number from low to high left beside the holes?"""
    return high - low + 1 > sum(low <= hole <= high for hole in holes)


def _listed(left: Left, test: Test, op: Op, known: frozenset[str]) -> Left | None:
    """A list fact that has any of the words, or none."""
    words = frozenset(test.words) & known
    has_none = left.has_none.get(test.fact, frozenset()) | (words if op is Op.IS_NOT else frozenset())
    has_any = left.has_any.get(test.fact, ()) + ((words,) if op is Op.IS else ())
    if any(wanted <= has_none for wanted in has_any):
        return None
    return replace(left, has_any={**left.has_any, test.fact: has_any}, has_none={**left.has_none, test.fact: has_none})


def _apart(fact: str, op: Op, other: str) -> list[tuple[str, str, int]]:
    match op:
        case Op.MORE_THAN:
            return [(fact, other, 1)]
        case Op.AT_LEAST:
            return [(fact, other, 0)]
        case Op.AT_MOST:
            return [(other, fact, 0)]
        case Op.LESS_THAN:
            return [(other, fact, 1)]
        case _:
            return [(fact, other, 0), (other, fact, 0)]
