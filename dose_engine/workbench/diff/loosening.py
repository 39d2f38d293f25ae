"""What a changed rulebook loosens, by id, and whether its change log names it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..whole import Whole
from . import changes
from .change import Change, Lean
from .changelog import REVIEWED, Entry, added
from .direction import Direction, Sides, decide
from .tries import tries
from .two_books import TwoBooks

GRADE: Final = "GRADE-"


@dataclass(frozen=True, slots=True)
class Loosening:
    """Something that is let through, offered or held true more easily. `certain`: not only that it cannot be ruled out."""

    id: str
    certain: bool
    entry: Entry | None = None
    """Where the change log names it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rulebooks compared: every change, which way the verdicts go, and what is loosened."""

    old: Whole
    new: Whole
    changes: tuple[Change, ...]
    direction: Direction
    loosenings: tuple[Loosening, ...]

    @property
    def unnamed(self) -> tuple[Loosening, ...]:
        return tuple(one for one in self.loosenings if one.entry is None)

    def loosening(self, change: Change) -> Loosening | None:
        """What the change loosens, if it does."""
        return next((one for one in self.loosenings if loosens(change, self.direction) and one.id == change.id), None)


def compare(old: Whole, new: Whole) -> Comparison:
    """Compare two rulebooks. Raises `RulebookError` when a change log cannot be read."""
    found = changes(old, new)
    log = added(old, new)
    direction = direction_of(old, new, found)
    ids: dict[str, bool] = {}
    judging = {change.id for change in found if change.about == "verdict" and loosens(change, direction)}
    for change in found:
        if loosens(change, direction):
            certain = change.lean is Lean.LOOSER if change.about != "verdict" else _shown(change, judging, direction)
            ids[change.id] = ids.get(change.id, False) or certain
    loosenings = tuple(Loosening(id, certain, naming(id, log)) for id, certain in ids.items())
    return Comparison(old, new, found, direction, loosenings)


def direction_of(old: Whole, new: Whole, found: Iterable[Change]) -> Direction:
    """Which way the verdicts go by these changes."""
    judging = [change for change in found if change.about == "verdict" and change.lean is not Lean.NEITHER]
    wanted = Sides(any(change.lean.may_tighten for change in judging), any(change.lean.may_loosen for change in judging))
    rules = frozenset[str]().union(*(change.touches for change in judging))
    rules_only = all(change.touches for change in judging)
    if not rules_only:
        rules = frozenset(rule.id for book in (old.book, new.book) for rule in book.rules)
    return decide(TwoBooks(old.book, new.book), tries(old, new, rules), rules, wanted, rules_only=rules_only)


def loosens(change: Change, direction: Direction) -> bool:
    """Does the change loosen anything, or may it?

    Where a proof says that no verdict gets milder, it says so of patients within its bounds. A rule that by its shape lets more through is
    named all the same: it may matter to a larger plan.
    """
    if not change.lean.may_loosen:
        return False
    return change.about != "verdict" or direction.may_loosen or change.lean is Lean.LOOSER


def _shown(change: Change, judging: Collection[str], direction: Direction) -> bool:
    """Does a case show that it is this change that loosens a verdict?"""
    return direction.looser is not None and (change.lean is Lean.LOOSER or len(judging) == 1)


def naming(id: str, log: Sequence[Entry]) -> Entry | None:
    """The entry that names it. A raised grade is named only together with who reviewed it."""
    return next((entry for entry in log if entry.names(id) and (not id.startswith(GRADE) or REVIEWED.search(entry.text))), None)
