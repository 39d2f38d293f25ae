"""What became of the things that rules refer to: the head of the book, constants, sources, hazards, products and protocols."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...advisory import Checked
from ...rulebook.conditions import tests
from ...rulebook.model import Constant, Hazard, Product, Protocol, Rule, SourceEntry
from ...units import Units
from ...wording import words
from .both import Both
from .change import About, Change, Lean, joined
from .facts import FactChanges, follows
from .lean import fact_lean, rule_lean
from .phrases import came_and_went, constant_text, named, was_now, word_list
from .zones import spelled

GROUPS: Final = {
    "book": "The book",
    "constants": "Constants",
    "sources": "Sources",
    "hazards": "Hazards",
    "products": "Products",
    "protocols": "Protocols",
}
ONLY_A_REVIEWER: Final = "nothing is promoted by being copied: only a named reviewer changes a grade"
"""What stands beside a grade that was raised."""

_GRADES: Final = {grade: rank for rank, grade in enumerate(reversed(Checked))}


class RegisterChanges:
    """One entry that is in at least one of the books, or the head of the book."""

    def __init__(self, both: Both, kind: str, name: str, old: Any, new: Any) -> None:
        self.both, self.kind, self.name, self.old, self.new = both, kind, name, old, new
        self.group = GROUPS[kind]

    def consequences(self) -> frozenset[str]:
        return frozenset()

    def change(
        self, field: str, says: str, *keys: str, about: About = "words", lean: Lean = Lean.NEITHER, id: str = "", **more: Any
    ) -> Change:
        at = self.both.at(self.kind, self.name, *(keys or (() if field == "name" else (field,))))
        return Change((self.kind, self.name, field), self.group, says, at, about=about, lean=lean, id=id, **more)

    @property
    def label(self) -> str:
        entry = self.new or self.old
        match entry:
            case Protocol(label=label):
                return str(label)
            case _:
                return self.name

    def come(self) -> Iterator[Change]:
        match self.new:
            case SourceEntry() as entry:
                yield self._new_source(entry)
            case Constant() as entry:
                yield self.change("name", f"a new constant, {entry.name}, {constant_text(entry)}: {entry.says}")
            case Hazard() as entry:
                yield self.change("name", f"a new hazard, {entry.id}: {entry.title}")
            case Product() as entry:
                yield self.change("name", f"a new product, {entry.name}; a case may name it now")
            case Protocol() as entry:
                says = f"a new purpose, {entry.label}{_units(entry.units, ', ')}; a case may name it now"
                yield self.change("name", says)

    def gone(self) -> Iterator[Change]:
        what = {"sources": "source", "constants": "constant", "hazards": "hazard", "products": "product", "protocols": "purpose"}[self.kind]
        unread = "; a case that names it cannot be read" if self.kind in ("products", "protocols") else ""
        yield self.change("name", f"the {what} {self.label} is gone{unread}", about="evidence" if self.kind == "sources" else "words")

    def field(self, name: str) -> Iterator[Change]:
        """The changes of one field; none where the field has no words."""
        match self.kind, name:
            case "book", "product":
                says = f"the book doses {self.new.product} now, was {self.old.product}"
                yield self.change(name, says, about="verdict", lean=Lean.EITHER, id="PRODUCT")
            case "book", "title" | "version" | "date":
                yield self.change(name, f"the {name} of the book is {getattr(self.new, name)} now, was {getattr(self.old, name)}")
            case "constants", "value" | "kind":
                yield self._constant(self.old, self.new)
            case "sources", "checked":
                yield self._grade(self.old, self.new)
            case "sources", "review_by":
                yield self.change(name, f"{self.name} is to be looked at again by {_day(self.new)} now, was {_day(self.old)}")
            case "protocols", "units":
                was = _units(self.old.units) or "no fixed units"
                yield self._protocol(name, f"is {_units(self.new.units) or 'of no fixed units'} now, was {was}")
            case "protocols", "split":
                yield from self._split(self.old, self.new)
            case "protocols", "above_split":
                says = came_and_went(self.old.above_split, self.new.above_split, "what exceeds the split may also be in", "no longer in")
                yield self._protocol(name, says)
            case "protocols", "muscles":
                yield self._protocol(name, f"may be in {_muscles(self.new.muscles)} now, was in {_muscles(self.old.muscles)}")
            case "protocols", "therapeutic":
                yield self.change(name, f"{self.label} is {'a' if self.new.therapeutic else 'no longer a'} therapeutic treatment")
            case "products", "type":
                yield self.change(name, f"{self.name} is a toxin of type {self.new.type} now, was {self.old.type}")
            case _, "sources":
                says = came_and_went(self.old.sources, self.new.sources, "rests on", "no longer on")
                yield self.change(name, f"{self.label} {says}", about="evidence")
            case _, "brands":
                says = came_and_went(self.old.brands, self.new.brands, "is also sold as", "no longer as")
                yield self.change(name, f"{self.label} {says}")
            case _, "says" | "title" | "document" | "note" | "label":
                was, now = getattr(self.old, name), getattr(self.new, name)
                yield self.change(
                    name, f"the {name} of {self.label} is another text".replace("the says", "what is said"), details=was_now(was, now)
                )

    # constants

    def _constant(self, old: Constant, new: Constant) -> Change:
        touched = self._touched(old, new)
        facts = [name for name in self.both.new.book.facts if name in self.both.old.book.facts and follows(self.both, name, new.name)]
        leans = [rule_lean(before, after, self.both.old.book, self.both.new.book) for before, after in self.both.pairs(touched)]
        for name in facts:
            one = FactChanges(self.both, self.both.old.book.facts[name], self.both.new.book.facts[name])
            assert one.old is not None
            assert one.new is not None
            leans.append(fact_lean(one.old, one.new, list(self.both.pairs(one.readers)), self.both.old.book, self.both.new.book))
            touched |= one.readers
        says = f"{new.name} is {constant_text(new)} now, was {constant_text(old)}: {new.says}"
        text = " and ".join(part for part in (named(touched, "rule"), named(facts, "fact")) if part)
        details = (("touches", text),) if text else ()
        about: About = "verdict" if touched or facts else "words"
        covers = frozenset(("kind", "value"))
        id = f"CONSTANT-{spelled(new.name)}"
        return self.change("value", says, about=about, lean=joined(leans), id=id, details=details, covers=covers, touches=touched)

    def _touched(self, old: Constant, new: Constant) -> frozenset[str]:
        """The rules that name the constant."""
        if old.value == new.value:
            return frozenset()
        both = self.both
        return frozenset(
            before.id
            for before, after in both.pairs(frozenset(both.old.book.rule_by_id))
            if _names_constant(before, new.name) or _names_constant(after, new.name)
        )

    # sources

    def _new_source(self, entry: SourceEntry) -> Change:
        copied = next((source.id for source in self.both.old.book.sources.values() if _promoted(source, entry)), None)
        says = f"a new source, {entry.id}, graded {entry.checked}: {entry.title}"
        if copied is None:
            return self.change("name", says, about="evidence")
        says += f". It is {copied} under another name, with a better grade"
        return self._called_out("name", says, entry)

    def _grade(self, old: SourceEntry, new: SourceEntry) -> Change:
        says = f"{new.id} is graded {new.checked} now, was {old.checked}: {new.title}"
        if _GRADES[new.checked] > _GRADES[old.checked]:
            return self._called_out("checked", says, new)
        return self.change("checked", says, about="evidence", lean=Lean.STRICTER)

    def _called_out(self, field: str, says: str, entry: SourceEntry) -> Change:
        return self.change(field, says, about="evidence", lean=Lean.LOOSER, id=grade_id(entry.id), called_out=True)

    # protocols

    def _protocol(self, field: str, says: str, *keys: str) -> Change:
        id = f"PROTOCOL-{spelled(self.name)}"
        return self.change(field, f"{self.label} {says}", *(keys or (field,)), about="verdict", lean=Lean.EITHER, id=id)

    def _split(self, old: Protocol, new: Protocol) -> Iterator[Change]:
        before, after = ({(muscle, side): units for muscle, side, units in one.split} for one in (old, new))
        for place in dict.fromkeys((*before, *after)):
            if before.get(place) != after.get(place):
                muscle, side = place
                was, now = (f"{units} U" if units is not None else "nothing" for units in (before.get(place), after.get(place)))
                yield self._protocol("split", f"puts {now} into {words(muscle)}, {side} now, was {was}", "split", muscle, side)


def grade_id(source: str) -> str:
    """What the change log names a raised grade by."""
    return f"GRADE-{source}"


def _names_constant(rule: Rule, constant: str) -> bool:
    return any(test.number is not None and test.text == constant for test in tests(rule.condition))


def _promoted(source: SourceEntry, entry: SourceEntry) -> bool:
    alike = source.title.casefold() == entry.title.casefold() and source.document.casefold() == entry.document.casefold()
    return alike and _GRADES[entry.checked] > _GRADES[source.checked]


def _day(entry: SourceEntry) -> str:
    return entry.review_by.isoformat() if entry.review_by else "no set day"


def _units(units: tuple[Units, Units] | None, before: str = "") -> str:
    if units is None:
        return ""
    low, high = units
    return before + (f"{low} U" if low == high else f"{low} to {high} U")


def _muscles(muscles: tuple[str, ...] | None) -> str:
    if muscles is None:
        return "any muscle"
    return word_list(muscles) if muscles else "none of the muscles we know"
