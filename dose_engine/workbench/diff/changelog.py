"""`rules/CHANGES.md`, the change log of the rulebook, which people write:

    ## 2026.2 (2026-12-01)

    - The DAO may have 3 U a side before it is a caution (DAO-SIDE-CAUTION). Agreed by the lead, minutes of 2026-11-20.

What a change loosens is named there by its id. A source that is graded better (`GRADE-S20`) is named together with its reviewer:
"reviewed by" and a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..whole import Whole, text_beside

CHANGE_LOG: Final = "rules/CHANGES.md"
REVIEWED: Final = re.compile(r"\b[Rr]eviewed by\s+(?!NAME\b)[^\W\d_]")

_HEADING = re.compile(r"##\s+(.*\S)\s*\Z")
_BULLET = re.compile(r"\s*[-*+]\s+(.*)\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One bullet of the log: what it says on one line, under which heading, and where it starts."""

    heading: str
    text: str
    line: int

    def names(self, id: str) -> bool:
        """Does it hold the id, as a word of its own?"""
        return re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", self.text) is not None


def entries(text: str) -> Iterator[Entry]:
    """The bullets below the heading of a version, with the lines that go on below them. What stands above the first is no entry."""
    heading, started, words = "", 0, list[str]()

    def ended() -> Iterator[Entry]:
        if words:
            yield Entry(heading, " ".join(" ".join(words).split()), started)
            words.clear()

    for number, line in enumerate(text.split("\n"), 1):
        if found := _HEADING.match(line):
            yield from ended()
            heading = found[1]
        elif (found := _BULLET.match(line)) and heading:
            yield from ended()
            started = number
            words.append(found[1])
        elif line.strip() and words:
            words.append(line)
        else:
            yield from ended()
    yield from ended()


def added(old: Whole, new: Whole) -> tuple[Entry, ...]:
    """The bullets that NEW has and OLD has not; one that only moved under another heading is not new.

    Raises `RulebookError` when a log is there and cannot be read.
    """
    known = Counter(entry.text for entry in entries(text_beside(old, CHANGE_LOG) or ""))
    found = []
    for entry in entries(text_beside(new, CHANGE_LOG) or ""):
        if known[entry.text]:
            known[entry.text] -= 1
        else:
            found.append(entry)
    return tuple(found)
