"""The ranges of a zone as a picture: one axis in units, a row for each thing that is counted. How it is drawn is in `drawing.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from ...advisory import Basis, Severity
from ...report.rules_in_words import limit_rules
from ...report.sentences import condition_text
from ...rulebook.conditions import ALWAYS, All, Condition, Test
from ...rulebook.model import Rule, Rulebook, Suggestion, Zone
from ...units import STEPS, Units
from ...wording import words

TOPS: Final = (12, 28, 40, 80, 160, 400, 1100)
"""Ends of the axis, in units. Zones share one where their numbers allow it, so that their pictures can be laid side by side."""

WORDS: Final = {Severity.CAUTION: "caution", Severity.STOP: "stop"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the zone: above so many units it is crossed. `note` is the number of its footnote, where it does not always hold."""

    severity: Literal[Severity.CAUTION, Severity.STOP]
    units: Units
    note: int | None = None

    @property
    def says(self) -> str:
        return f"{WORDS[self.severity]} above {self.units} U" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted, for whom, the range suggested for it, and its lines."""

    counted: str
    when: str
    suggested: Suggestion | None
    lines: tuple[Line, ...]

    @property
    def says(self) -> str:
        """The row in one sentence, for those who cannot see it."""
        parts = [f"suggested {self.suggested.min} to {self.suggested.max} U"] if self.suggested else []
        parts += [line.says for line in self.lines]
        return f"{self.counted}{f', {self.when}' if self.when else ''}: {', '.join(parts)}."


@dataclass(frozen=True, slots=True)
class Picture:
    """The rows of a zone, and what the numbers in brackets stand for."""

    zone: Zone
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def top(self) -> int:
        """The end of the axis in units."""
        numbers = [line.units for row in self.rows for line in row.lines] + [row.suggested.max for row in self.rows if row.suggested]
        highest = max(numbers, default=0) / STEPS
        return next((top for top in TOPS if highest * 1.08 <= top), TOPS[-1])


@dataclass(slots=True)
class _Notes:
    texts: list[str] = field(default_factory=list)

    def number(self, text: str) -> int | None:
        if not text:
            return None
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def picture_of(zone: Zone, book: Rulebook) -> Picture | None:
    """The picture of a zone; None where no dose is offered and no line is drawn."""
    limits = [rule for severity in WORDS for rule in limit_rules(zone, book, severity)]
    notes = _Notes()
    rows: list[Row] = []
    for of, muscle in counted(zone, limits):
        here = [rule for rule in limits if rule.limit and (rule.limit.of, rule.limit.muscle) == (of, muscle)]
        suggested = [line for line in zone.suggest if line.of == of and muscle is None and not line.today]
        cases: Sequence[Suggestion | None] = suggested or (None,)
        for line in cases:
            drawn = [rule for rule in here if _drawn_at(rule, line, suggested)]
            same = line.condition if line else None
            marks = tuple(_line(rule, same, notes, book) for rule in sorted(drawn, key=lambda rule: rule.limit.units if rule.limit else 0))
            rows.append(Row(basis_name(of, muscle, zone), _when(line, suggested, book), line, marks))
    for line in zone.suggest:
        if line.today:
            when = condition_text(line.condition, book) if line.condition != ALWAYS else ""
            rows.append(Row(basis_name(line.of, None, zone), f"when {when}; counts today only" if when else "counts today only", line, ()))
    return Picture(zone, tuple(rows), tuple(notes.texts)) if rows else None


def basis_name(of: Basis, muscle: str | None, zone: Zone) -> str:
    """What is counted: "Each side", "In total", "One point", "One band", "Corrugator, each side"."""
    plain = {"point": "one point", "dose": "one band" if zone.bands else "one dose", "side": "each side", "total": "in total"}[of]
    if of == "side" and muscle is not None and zone.muscles.get(muscle) == ("midline",):
        plain = "midline"
    name = f"{words(muscle)}, {plain}" if muscle else plain
    return name[:1].upper() + name[1:]


def when_of(rule: Rule) -> Condition | None:
    """What a limit holds for, beyond its place: the parts between the place and the amount."""
    parts = rule.condition.parts if isinstance(rule.condition, All) else ()
    rest = tuple(part for part in parts[:-1] if not (isinstance(part, Test) and part.fact in ("zone", "muscle")))
    return None if not rest else rest[0] if len(rest) == 1 else All(rest)


def counted(zone: Zone, limits: Sequence[Rule]) -> list[tuple[Basis, str | None]]:
    """What is counted in the zone, the widest first: in total, each side, each muscle of a side, a band, a point."""
    found: list[tuple[Basis, str | None]] = [(line.of, None) for line in zone.suggest if not line.today]
    found += [(rule.limit.of, rule.limit.muscle) for rule in limits if rule.limit]
    order = {"side": 0, "dose": 0, "total": 1, "point": 3}
    first = next((line.of for line in zone.suggest if not line.today), None)
    return sorted(dict.fromkeys(found), key=lambda key: (key[0] != first or key[1] is not None, order[key[0]] + (key[1] is not None)))


def _drawn_at(rule: Rule, line: Suggestion | None, suggested: Sequence[Suggestion]) -> bool:
    """A limit for one suggestion's case only is drawn at that one; one for no suggestion's case at the last; any other everywhere."""
    when = when_of(rule)
    if when is None or line is None:
        return True
    if when in [other.condition for other in suggested]:
        return when == line.condition
    return line is suggested[-1]


def _line(rule: Rule, same: Condition | None, notes: _Notes, book: Rulebook) -> Line:
    assert rule.limit is not None
    when = when_of(rule)
    note = None if when is None or when == same else notes.number(f"when {condition_text(when, book)}")
    return Line(Severity.STOP if rule.severity is Severity.STOP else Severity.CAUTION, rule.limit.units, note)


def _when(line: Suggestion | None, suggested: Sequence[Suggestion], book: Rulebook) -> str:
    if line is None or len(suggested) == 1:
        return ""
    return f"when {condition_text(line.condition, book)}" if line.condition != ALWAYS else "otherwise"


__all__ = ["Line", "Picture", "Row", "basis_name", "counted", "picture_of", "when_of"]
