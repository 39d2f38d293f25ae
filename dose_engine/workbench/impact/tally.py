"""What the impact over many cases comes to. Bounded, however many there are: counts, and the few cases that are shown."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from ...advisory import Verdict
from . import Moved, Seen

SHOWN_WHOLE: Final = 5
LISTED: Final = 40
"""Changed cases named in a report that is read by people; the others are counted."""


@dataclass(slots=True)
class Nearest:
    """The few cases that lie nearest to a line."""

    kept: list[tuple[float, int, Seen]] = field(default_factory=list)

    def take(self, seen: Seen, number: int) -> None:
        """`number` is how many cases came before: of two as near, the earlier stays."""
        if seen.near is not None:
            item = (-seen.near.steps, -number, seen)
            if len(self.kept) < SHOWN_WHOLE:
                heapq.heappush(self.kept, item)
            else:
                heapq.heappushpop(self.kept, item)

    @property
    def cases(self) -> list[Seen]:
        return [seen for *_, seen in sorted(self.kept, reverse=True)]


@dataclass(slots=True)
class Tally:
    """The sum of what was seen."""

    verdicts: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    moved: Counter[Moved] = field(default_factory=Counter)
    listed: list[Seen] = field(default_factory=list)
    by_line: Nearest = field(default_factory=Nearest)
    close: Nearest = field(default_factory=Nearest)
    one_book: list[Seen] = field(default_factory=list)
    unread: list[Seen] = field(default_factory=list)
    only_old: int = 0
    only_new: int = 0
    neither: int = 0
    without_line: list[Seen] = field(default_factory=list)
    """The first changed cases in which no number decides."""

    def take(self, seen: Seen) -> None:
        """One more case."""
        if seen.before is None or seen.after is None:
            self._unread(seen)
            return
        number = sum(self.verdicts.values())
        self.verdicts[seen.before, seen.after] += 1
        self.moved.update(seen.moved)
        if not seen.changed:
            self.close.take(seen, number)
            return
        self.by_line.take(seen, number)
        if seen.near is None and len(self.without_line) < SHOWN_WHOLE:
            self.without_line.append(seen)
        self.listed.append(seen)
        if len(self.listed) > 2 * LISTED:
            self._trim()

    def _unread(self, seen: Seen) -> None:
        if seen.before is None and seen.after is None:
            self.neither += 1
            kept = self.unread
        else:
            self.only_old += seen.before is not None
            self.only_new += seen.after is not None
            kept = self.one_book
        if len(kept) < LISTED:
            kept.append(seen)

    def _trim(self) -> None:
        self.listed = sorted(self.listed, key=_gravity)[:LISTED]

    def most_grave(self) -> list[Seen]:
        """The changed cases, those that are milder now first, then by how far they moved."""
        return sorted(self.listed, key=_gravity)[:LISTED]

    def nearest(self) -> list[Seen]:
        """The changed cases to show whole; where too few have a number that decides, also others."""
        return [*self.by_line.cases, *self.without_line][:SHOWN_WHOLE]

    @property
    def total(self) -> int:
        return self.read + self.only_old + self.only_new + self.neither

    @property
    def read(self) -> int:
        return sum(self.verdicts.values())

    @property
    def milder(self) -> int:
        return sum(count for (before, after), count in self.verdicts.items() if after.rank < before.rank)

    @property
    def worse(self) -> int:
        return sum(count for (before, after), count in self.verdicts.items() if after.rank > before.rank)


def _gravity(seen: Seen) -> tuple[bool, int, str]:
    assert seen.before is not None
    assert seen.after is not None
    return not seen.milder, -abs(seen.after.rank - seen.before.rank), seen.label
