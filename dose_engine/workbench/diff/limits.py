"""What became of the lines of a zone (a limit is written out as rules), in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...report.rules_in_words import limit_when
from ...rulebook.conditions import All, Condition, Test
from ...rulebook.meaning import plain
from ...rulebook.model import LimitLine, Rule, Rulebook
from ...wording import words
from .both import Both
from .change import Change, Lean
from .conditions import part_changes, with_constants
from .lean import rule_lean
from .phrases import BASES, came_and_went, was_now
from .rules import constants_of

WRITTEN_OUT: Final = frozenset(("title", "message", "advise"))
"""Fields of a limit's rule that are written from its number, its place and the label of its zone."""


class LimitChanges:
    """One limit line, of caution or of stop, that is in at least one of the books."""

    def __init__(self, both: Both, old: Rule | None, new: Rule | None) -> None:
        self.both, self.old, self.new = both, old, new
        rule = new or old
        assert rule is not None
        self.rule = rule
        self.book = both.new.book if new else both.old.book
        self.group = self.book.zones[_line(rule).zone].label

    def change(self, field: str, says: str, *keys: str, lean: Lean | None = None, **more: Any) -> Change:
        """A change; one with a lean is about the verdict."""
        at = self.both.at("rules", self.rule.id, *keys)
        if lean is not None:
            more = {"about": "verdict", "lean": lean, "touches": frozenset((self.rule.id,)), **more}
        return Change(("rules", self.rule.id, field), self.group, says, at, subject=self.group, id=self.rule.id, **more)

    def come(self) -> Iterator[Change]:
        yield self.change("id", f"a new line: {self._whole(self.rule, self.book)}", lean=self._lean())

    def gone(self) -> Iterator[Change]:
        yield self.change("id", f"a line is gone: {self._whole(self.rule, self.book)}", lean=self._lean())

    def consequences(self) -> frozenset[str]:
        if self.old is None or self.new is None:
            return frozenset()
        was, now = self.both.old.book.zones[_line(self.old).zone], self.both.new.book.zones[_line(self.new).zone]
        found = set(WRITTEN_OUT) if was.label != now.label else set()
        for field in ("hazard", "because"):
            of_zone = getattr(was, field), getattr(now, field)
            if of_zone[0] != of_zone[1] and (getattr(self.old, field), getattr(self.new, field)) == of_zone:
                found.add(field)
        return frozenset(found)

    def field(self, name: str) -> Iterator[Change]:
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
        line = self._whole(new, self.both.new.book)
        match name:
            case "limit":
                yield from self._number(old, new)
            case "condition":
                yield from self._when(old, new, line)
            case "sources":
                more = came_and_went(old.sources, new.sources, "also", "no longer")
                yield self.change(name, f"the {line} rests on other sources: {more}", "sources", about="evidence")
            case "hazard":
                yield self.change(name, f"the hazard of the {line} is {new.hazard or 'none'} now, was {old.hazard or 'none'}", name)
            case "because":
                yield self.change(name, f"why there is a {line} is another text", name, details=was_now(old.because, new.because))

    def _number(self, old: Rule, new: Rule) -> Iterator[Change]:
        """Its amount is another. (Whether it is conditional is told by the condition.)"""
        before, after, book = _line(old), _line(new), self.both.new.book
        if before.units != after.units:
            of = "" if before.of == after.of else f" U {self._basis(before, self.both.old.book)}"
            says = f"{self._what(new, book)} now above {after.units} U {self._basis(after, book)}, was {before.units}{of}"
            same = plain(_without_line(old.condition)) == plain(_without_line(new.condition))
            covers = WRITTEN_OUT | ({"condition"} if same else set())
            yield self.change("limit", says, f"{new.severity}_above", lean=self._lean(), covers=covers)

    def _when(self, old: Rule, new: Rule, line: str) -> Iterator[Change]:
        """What it is for is other; its amount is told by the number."""
        was, now = self.both.old.book, self.both.new.book
        before = with_constants(_without_line(old.condition), constants_of(self.both))
        covers = WRITTEN_OUT if _line(old).units != _line(new).units else WRITTEN_OUT | {"limit"}
        for text in part_changes(before, _without_line(new.condition), was, now):
            yield self.change("condition", f"the {line}: {text}", "when", lean=self._lean(), covers=covers)

    def _whole(self, rule: Rule, book: Rulebook) -> str:
        return f"{self._what(rule, book)} above {_line(rule).units} U {self._basis(_line(rule), book)}"

    def _what(self, rule: Rule, book: Rulebook) -> str:
        """`corrugator, caution (visit: touch up)`: a line without its number."""
        muscle = _line(rule).muscle
        when = f" ({limit_when(rule, book)})" if _line(rule).conditional else ""
        return f"{words(muscle) + ', ' if muscle else ''}{rule.severity}{when}"

    def _basis(self, line: LimitLine, book: Rulebook) -> str:
        return "per band" if line.of == "dose" and book.zones[line.zone].bands else BASES[line.of]

    def _lean(self) -> Lean:
        return rule_lean(self.old, self.new, self.both.old.book, self.both.new.book)


def _line(rule: Rule) -> LimitLine:
    assert rule.limit is not None
    return rule.limit


def _without_line(condition: Condition) -> Condition:
    """The condition without its last part, the amount."""
    parts = condition.parts if isinstance(condition, All) else ()
    return All(parts[:-1]) if parts and isinstance(parts[-1], Test) else condition
