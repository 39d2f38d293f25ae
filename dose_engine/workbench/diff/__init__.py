"""What a changed rulebook means: two whole rulebooks compared by meaning, in clinical words, each change with its place.

Nothing is left out. What differs is taken from the meaning itself (`rulebook.meaning`), field by field; a field without words of its own
gets a plain sentence, and so does a difference that no field accounts for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Protocol

from ...rulebook.meaning import plain
from ...rulebook.model import Rule
from ...rulebook.whole_meaning import whole_meaning
from ...wording import words
from ..whole import Whole
from .beside import beside_changes, order_changes
from .both import Both
from .change import At, Change, Lean
from .facts import FactChanges
from .limits import LimitChanges
from .phrases import shown
from .registers import RegisterChanges
from .rules import LOWERED, RuleChanges
from .zones import ZoneChanges

KINDS: Final = ("zones", "rules", "facts", "constants", "sources", "hazards", "products", "protocols")


class Words(Protocol):
    """Puts one thing of the model into words: that it came, that it is gone, or what became of a field of it."""

    group: str

    def come(self) -> Iterable[Change]: ...

    def gone(self) -> Iterable[Change]: ...

    def field(self, name: str) -> Iterable[Change]:
        """The changes of one field; none where the field has no words."""

    def consequences(self) -> frozenset[str]:
        """Fields that differ only because something else changed, which is told with that."""


def changes(old: Whole, new: Whole) -> tuple[Change, ...]:
    """Every change in meaning, the dangerous first. None: the two mean the same, however differently they are written."""
    both = Both(old, new)
    was, now = (whole_meaning(whole.book, whole.texts) for whole in (old, new))
    head = RegisterChanges(both, "book", "", old.book, new.book)
    found = [*_fields(both, ("book", ""), head, was["about"], now["about"]), *_things(both, was, now)]
    found += order_changes(both, was["order"], now["order"])
    for kind in ("cases", "claims"):
        found += beside_changes(both, kind, was[kind], now[kind])
    if not found and was != now:
        unknown = Change(("book", "", ""), "The book", "the meaning differs in a way that has no words here", At("zones.yaml", 0))
        found.append(unknown)
    return tuple(sorted(found, key=lambda change: (change.danger, change.at.file, change.at.line, change.sentence)))


def _things(both: Both, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for kind in KINDS:
        before, after = was[kind], now[kind]
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) == after.get(name):
                continue
            writer = _words_for(both, kind, name)
            if writer is None:
                continue
            if name not in before:
                yield from writer.come()
            elif name not in after:
                yield from writer.gone()
            else:
                yield from _fields(both, (kind, name), writer, before[name], after[name])


def _words_for(both: Both, kind: str, name: str) -> Words | None:
    """None for a rule of which everything is told with another thing."""
    if kind == "rules":
        old, new = both.old.book.rule_by_id.get(name), both.new.book.rule_by_id.get(name)
        if _told_by_another(both, old, new):
            return None
        limits = all(rule is None or rule.limit is not None for rule in (old, new))
        return LimitChanges(both, old, new) if limits else RuleChanges(both, old, new)
    was, now = (getattr(book, kind).get(name) for book in (both.old.book, both.new.book))
    match kind:
        case "zones":
            return ZoneChanges(both, was, now)
        case "facts":
            return FactChanges(both, was, now)
        case _:
            return RegisterChanges(both, kind, name, was, now)


def _told_by_another(both: Both, old: Rule | None, new: Rule | None) -> bool:
    """Is it told with the zone that came or went, or with the rule that brings this one along?"""
    rule = new or old
    assert rule is not None
    books = both.old.book, both.new.book
    if rule.limit and (old is None or new is None):
        return any(rule.limit.zone not in book.zones for book in books)
    parent = rule.id.removesuffix(LOWERED)
    before, after = (book.rule_by_id.get(parent) for book in books)
    return parent != rule.id and (before is None or after is None or bool(plain(before) != plain(after)))


def _fields(both: Both, about: tuple[str, str], writer: Words, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    """Each field that differs in its words, or else in plain ones. What another field accounts for is not said twice."""
    told: dict[str, list[Change]] = {}
    for field in dict.fromkeys((*was, *now)):
        if was.get(field) != now.get(field) and field not in writer.consequences():
            told[field] = list(writer.field(field)) or [_generic(both, about, field, writer.group, was, now)]
    covers = {field: frozenset[str]().union(*(change.covers for change in found)) for field, found in told.items()}
    covered: set[str] = set()
    for field in sorted(told, key=lambda field: -len(covers[field])):  # what accounts for most comes first; of two alike, one stays
        if field not in covered:
            covered |= covers[field]
            yield from told[field]


def _generic(both: Both, about: tuple[str, str], field: str, group: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Change:
    """For what has no words of its own. What it does to an answer is not known, so the worst is taken."""
    kind, name = about
    says = f"{name + ': ' if name else ''}its {words(field)} is {shown(now.get(field))} now, was {shown(was.get(field))}"
    return Change((kind, name, field), group, says, both.at(kind, name, field), about="verdict", lean=Lean.EITHER, id=name or field.upper())


__all__ = ["At", "Change", "Lean", "changes"]
