"""What became of a zone and of what it suggests, in words. Its lines are in `limits`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...report.rules_in_words import short
from ...report.words import listed, plural
from ...rulebook.conditions import ALWAYS, Condition
from ...rulebook.meaning import condition_meaning
from ...rulebook.model import Review, Rulebook, Suggestion, Zone
from ...wording import words
from .both import Both
from .change import About, Change, Lean
from .conditions import with_constants
from .phrases import BASES, came_and_went, was_now, word_list
from .rules import constants_of


class ZoneChanges:
    """One zone that is in at least one of the books."""

    def __init__(self, both: Both, old: Zone | None, new: Zone | None) -> None:
        self.both, self.old, self.new = both, old, new
        zone = new or old
        assert zone is not None
        self.zone, self.group = zone, zone.label

    def change(self, field: str, says: str, *keys: str | int, about: About = "words", lean: Lean = Lean.NEITHER, **more: Any) -> Change:
        at = self.both.at("zones", self.zone.name, *(keys or (() if field == "name" else (field,))))
        id = f"{spelled(self.zone.name)}-SUGGEST" if field == "suggest" else f"ZONE-{spelled(self.zone.name)}"
        path = ("zones", self.zone.name, field)
        return Change(path, self.zone.label, says, at, subject=self.zone.label, about=about, lean=lean, id=id, **more)

    def consequences(self) -> frozenset[str]:
        return frozenset()

    def come(self) -> Iterator[Change]:
        """A place that plans were refused for is offered now."""
        lines = plural(sum(1 for rule in self.both.new.book.rules if rule.limit and rule.limit.zone == self.zone.name), "line")
        offered = "a dose is suggested" if self.zone.suggest else "no dose is suggested"
        says = f"a new zone in {words(self.zone.region)}: {word_list(self.zone.muscles)}; {offered}, {lines}"
        yield self.change("name", says, about="offered", lean=Lean.LOOSER)

    def gone(self) -> Iterator[Change]:
        says = "the zone is gone, with its lines; a case that names it cannot be read"
        yield self.change("name", says, about="offered", lean=Lean.STRICTER)

    def field(self, name: str) -> Iterator[Change]:
        """The changes of one field; none where the field has no words."""
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
        match name:
            case "label":
                yield self.change(name, f"its label is now {new.label}, was {old.label}")
            case "region":
                says = f"is in {words(new.region)} now, was in {words(old.region)}"
                yield self.change(name, says, about="verdict", lean=Lean.EITHER)
            case "muscles":
                yield from self._muscles(old, new)
            case "bands":
                says = came_and_went(old.bands, new.bands, "tells bands apart now:", "no longer tells apart:")
                yield self.change(name, says, about="verdict", lean=Lean.EITHER)
            case "suggest":
                yield from self._suggest(old.suggest, new.suggest)
            case "hazard":
                yield self.change(name, f"the hazard of its lines is {new.hazard or 'none'} now, was {old.hazard or 'none'}")
            case "because":
                yield self.change(name, "why it has lines is another text", details=was_now(old.because, new.because))
            case "review":
                yield self.change(name, f"{_review(new.review)} now, was {_review(old.review)}")

    def _muscles(self, old: Zone, new: Zone) -> Iterator[Change]:
        for muscle in dict.fromkeys((*old.muscles, *new.muscles)):
            before, after = old.muscles.get(muscle, ()), new.muscles.get(muscle, ())
            if before == after:
                continue
            if not before or not after:
                says = f"{words(muscle)} ({listed(after or before)}) {'is a muscle of it now' if after else 'is no longer a muscle of it'}"
            else:
                says = f"{words(muscle)} has the sides {listed(after)} now, had {listed(before)}"
            yield self.change("muscles", says, "muscles", muscle, about="verdict", lean=Lean.EITHER)

    # what is suggested

    def _suggest(self, old: Sequence[Suggestion], new: Sequence[Suggestion]) -> Iterator[Change]:
        values = constants_of(self.both)
        old = [line._replace(condition=with_constants(line.condition, values)) for line in old]
        left = list(enumerate(new))
        pairs: list[tuple[Suggestion, int, Suggestion]] = []
        gone: list[Suggestion] = []
        for line in old:
            match = next((entry for entry in left if same(entry[1].condition, line.condition)), None)
            if match is None:
                gone.append(line)
            else:
                left.remove(match)
                pairs.append((line, *match))
        for line in gone:
            lean = Lean.STRICTER if not new or all(_milder(other, line) for other in new) else Lean.EITHER
            yield self._offered(f"no longer suggested{self._where(line, self.both.old.book)}: {self._range(line)}", lean)
        for index, line in left:
            lean = Lean.STRICTER if old and all(_milder(line, other) for other in old) else Lean.LOOSER if not old else Lean.EITHER
            yield self._offered(f"also suggested{self._where(line, self.both.new.book)}: {self._range(line)}", lean, index)
        for before, index, after in pairs:
            yield from self._line(before, after, index)
        if [index for _, index, _ in pairs] != sorted(index for _, index, _ in pairs):
            yield self._offered("its suggestions are tried in another order", Lean.EITHER)

    def _offered(self, says: str, lean: Lean, index: int | None = None) -> Change:
        keys = ("suggest",) if index is None else ("suggest", index)
        return self.change("suggest", says, *keys, about="offered", lean=lean)

    def _line(self, old: Suggestion, new: Suggestion, index: int) -> Iterator[Change]:
        where = self._where(new, self.both.new.book)
        if (old.of, old.min, old.max) != (new.of, new.min, new.max):
            was = f"{old.min} to {old.max}" + ("" if old.of == new.of else f" U {self._basis(old)}")
            lean = Lean.STRICTER if _milder(new, old) else Lean.LOOSER if _milder(old, new) else Lean.EITHER
            yield self._offered(f"suggested{where} {self._range(new)} now, was {was}", lean, index)
        if old.today != new.today:
            says = "count only today's doses now" if new.today else "count the last 28 days now, not today alone"
            yield self._offered(f"the units suggested{where} {says}", Lean.LOOSER if new.today else Lean.STRICTER, index)
        if old.because != new.because:
            says = f"why {self._range(new)} are suggested{where} is another text"
            yield self.change("suggest", says, "suggest", index, "because", details=was_now(old.because, new.because))
        if sorted(old.sources) != sorted(new.sources):
            says = came_and_went(old.sources, new.sources, "now also", "no longer")
            yield self.change("suggest", f"what is suggested{where} rests on: {says}", "suggest", index, "sources", about="evidence")

    def _where(self, line: Suggestion, book: Rulebook) -> str:
        return "" if same(line.condition, ALWAYS) else f" where {short([line.condition], book)}"

    def _range(self, line: Suggestion) -> str:
        return f"{line.min} to {line.max} U {self._basis(line)}"

    def _basis(self, line: Suggestion) -> str:
        return "per band" if line.of == "dose" and self.zone.bands else BASES[line.of]


def _milder(line: Suggestion, than: Suggestion) -> bool:
    """Does the line never suggest more than the other?"""
    return line.of == than.of and line.max <= than.max and line.min <= than.min and line.today is than.today


def same(one: Condition, other: Condition) -> bool:
    return bool(condition_meaning(one) == condition_meaning(other))


def _review(review: Review) -> str:
    if not review.reviewed_by:
        text = "not reviewed"
    else:
        text = f"reviewed by {review.reviewed_by}" + (f" on {review.reviewed_on}" if review.reviewed_on else "")
    return f"{text}, to be looked at again by {review.review_by}" if review.review_by else text


def spelled(name: str) -> str:
    """A name of the files as part of an id: `lateral_canthal` is LATERAL-CANTHAL."""
    return name.upper().replace("_", "-").replace(" ", "-")
