"""Cases to try a changed rulebook with: those of both books, the ones that name a changed rule first, and more made up around its lines."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from ...rulebook.conditions import Test, tests
from ...rulebook.model import Fact, Kind, Rule, Rulebook
from ...units import HALF, LARGEST, LATEST, STEPS
from ..cases import STANDARD, halves_of, laid_over
from ..cases.expected import Expected
from ..generate import RandomDraw, generate_case
from ..whole import Whole

_MOST_NEAR: Final = 40
"""Cases around which others are made up, by one edit each."""
_EDITS: Final = 60
"""Edits tried of one case."""
_MIXED: Final = 800
_GENERATED: Final = 200
_NOT_SET: Final = ("goals.given", "dose.half_unit_steps", "dose.zone", "dose.region", "dose.muscle")
"""Given fields that are no key of a case, or that are its place."""

Values = dict[str, Any]
Edit = Callable[[Values], None]


def tries(old: Whole, new: Whole, changed_rules: Iterable[str]) -> Iterator[Values]:
    """Cases as plain values, the likeliest to show a difference first. The same every time."""
    changed = frozenset(changed_rules)
    halves = [(expected, values) for whole in (old, new) for expected, values in _halves(whole)]
    naming = [values for expected, values in halves if expected.names & changed]
    others = [values for expected, values in halves if not expected.names & changed]
    lines = Lines.of((old.book, new.book), changed)
    yield from naming
    start = [*_plain_plans(old.book, lines), *naming[:_MOST_NEAR]] or others[:_MOST_NEAR]
    draw = RandomDraw(0)
    for values in start:
        found = list(edits(values, lines))
        chosen = found if len(found) <= _EDITS else [draw.one_of(found) for _ in range(_EDITS)]
        yield from (_edited(values, edit) for edit in chosen)
    yield from others
    yield from _mixed([*naming, *start] or others, lines, draw)
    for seed in range(_GENERATED):
        yield laid_over(STANDARD, generate_case(RandomDraw(seed), new.book if seed % 2 else old.book, knowing=90))


def _halves(whole: Whole) -> Iterator[tuple[Expected, Values]]:
    for case in whole.cases:
        try:
            for half in halves_of(case):
                yield half.expected, half.values
        except (LookupError, TypeError):  # a change that is at no place of the case; `rules test` tells it
            continue


class Lines:
    """What the changed rules compare with: numbers by kind, words by field, questions, and the zones they name."""

    def __init__(self) -> None:
        self.numbers: dict[Kind, set[int]] = {}
        self.words: dict[str, set[str]] = {}
        self.questions: dict[str, bool] = {}
        self.zones: set[str] = set()

    @classmethod
    def of(cls, books: Sequence[Rulebook], changed: frozenset[str]) -> Lines:
        lines = cls()
        for book in books:
            for rule in (book.rule_by_id[name] for name in sorted(changed) if name in book.rule_by_id):
                lines._take(rule, book)
        for kind in (Kind.UNITS, Kind.DAYS):  # a changed window or filter shows between the lines too
            known = sorted(lines.numbers.get(kind, ()))
            lines.numbers.setdefault(kind, set()).update((low + high) // 2 for low, high in pairwise(known))
        return lines

    def _take(self, rule: Rule, book: Rulebook) -> None:
        for test in tests(rule.condition):
            for name in (test.fact, test.other):
                if name is not None and name in book.facts:
                    self._fact(book.facts[name], test)

    def _fact(self, fact: Fact, test: Test) -> None:
        if fact.origin == "asked":
            self.questions[fact.name] = fact.about_place
        elif fact.given == "dose.zone":
            self.zones |= set(test.words)
        elif fact.given not in ("", *_NOT_SET) and test.words:
            self.words.setdefault(fact.given, set()).update(test.words)
        if test.number is not None and test.number <= LATEST:
            self.numbers.setdefault(fact.kind, set()).add(test.number)
        if fact.computation is not None and fact.computation.within_days is not None:
            self.numbers.setdefault(Kind.DAYS, set()).add(fact.computation.within_days)


def _plain_plans(book: Rulebook, lines: Lines) -> Iterator[Values]:
    """A healthy patient with one small dose, in each zone that a changed rule names."""
    for name in sorted(lines.zones & book.zones.keys()):
        zone = book.zones[name]
        for muscle, sides in zone.muscles.items():
            dose: Values = {"zone": name, "side": sides[0], "units": 1}
            dose |= {"muscle": muscle} if len(zone.muscles) > 1 else {}
            dose |= {"band": zone.bands[0]} if zone.bands else {}
            yield laid_over(STANDARD, {"plan": [dose]})


def _mixed(values: Sequence[Values], lines: Lines, draw: RandomDraw) -> Iterator[Values]:
    """Two or three edits to a case at once."""
    found = [(one, list(edits(one, lines))) for one in values]
    able = [(one, some) for one, some in found if some]
    for _ in range(_MIXED if able else 0):
        made, some = draw.one_of(able)
        for _ in range(draw.whole(2, 3)):
            made = _edited(made, draw.one_of(some))
        yield made


def _edited(values: Values, edit: Edit) -> Values:
    changed = copy.deepcopy(values)
    edit(changed)
    return changed


# one thing done otherwise


def edits(values: Values, lines: Lines) -> Iterator[Edit]:
    """Everything that can be set to one of the numbers, words or answers that changed rules ask about."""
    plan = values.get("plan") or []
    for index, dose in enumerate(plan):
        others = sum((Decimal(other.get("units", 0)) for place, other in enumerate(plan) if place != index), Decimal(0))
        for amount in _amounts(lines, (1, dose.get("points", 1)), others):
            yield _setting(("plan", index, "units"), amount)
        for field, words in lines.words.items():
            if field.startswith("dose."):
                key = field.removeprefix("dose.")
                yield from (_setting(("plan", index, key), [word] if key == "placement" else word) for word in sorted(words))
    yield from _of_patient(values, lines)
    yield from _of_treatments(values, lines)


def _of_patient(values: Values, lines: Lines) -> Iterator[Edit]:
    places = [dose["zone"] for dose in values.get("plan") or [] if "zone" in dose][:1]
    for question, about_place in sorted(lines.questions.items()):
        for answer in ("yes", "unknown", "no", *([places] if about_place and places else [])):
            yield _setting(("patient", "screening", question), answer)
    for field, words in sorted(lines.words.items()):
        if not field.startswith("dose."):
            for word in sorted({*words, "unknown", "first_pass"} if field == "visit" else {*words, "unknown"}):
                yield _setting(tuple(field.split(".")), [word] if field == "patient.performer" and word != "unknown" else word)
    for years in sorted(lines.numbers.get(Kind.YEARS, ())):
        yield from (_setting(("patient", "age"), max(years + step, 0)) for step in (-1, 0, 1))
    for size in sorted(lines.numbers.get(Kind.MILLIMETRES, ())):
        yield from (_setting(("asymmetry", "millimetres"), Decimal(max(size + step, 0)) / 100) for step in (-1, 0, 1))
    for days in _days(lines):
        for field in ("event", "next_performance"):
            yield _setting(("patient", field), _day(values, days))
    for count in sorted(lines.numbers.get(Kind.COUNT, ())):
        yield from (_setting(("goals",), [f"goal {number}" for number in range(max(count + step, 0))]) for step in (0, 1))


def _of_treatments(values: Values, lines: Lines) -> Iterator[Edit]:
    given = ((values.get("history") or {}).get("treatments")) or []
    for path, treatments, ahead in ((("history", "treatments"), given, -1), (("scheduled",), values.get("scheduled") or [], 1)):
        for index, treatment in enumerate(treatments):
            for days in _days(lines):
                yield _setting((*path, index, "date"), _day(values, ahead * days))
            if "units" in treatment:
                yield from (_setting((*path, index, "units"), amount) for amount in _amounts(lines))
            for number, dose in enumerate(treatment.get("doses") or []):
                if "units" in dose:
                    yield from (_setting((*path, index, "doses", number, "units"), amount) for amount in _amounts(lines))


def _amounts(lines: Lines, points: Iterable[int] = (1,), others: Decimal = Decimal(0)) -> list[Decimal]:
    """Units at each line, just above it and half a unit above it; also with what other doses leave of it."""
    found = set()
    for line in lines.numbers.get(Kind.UNITS, ()):
        for steps in (line, line + STEPS // 100, line + HALF):
            for amount in (Decimal(steps) / STEPS, Decimal(steps) / STEPS - others):
                found |= {round(amount * count, 2) for count in points}
    return sorted(amount for amount in found if 0 < amount <= LARGEST // STEPS)


def _days(lines: Lines) -> list[int]:
    return sorted({max(days + step, 0) for days in lines.numbers.get(Kind.DAYS, ()) for step in (-1, 0, 1)})


def _day(values: Mapping[str, Any], days: int) -> str:
    """So many days from the treatment; far ahead and back the calendar of a case ends."""
    return (dt.date.fromisoformat(str(values.get("date", STANDARD["date"]))) + dt.timedelta(days=max(min(days, 9000), -9000))).isoformat()


def _setting(path: tuple[str | int, ...], value: Any) -> Edit:
    def edit(values: Values) -> None:
        holder: Any = values
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        holder[path[-1]] = value

    return edit
