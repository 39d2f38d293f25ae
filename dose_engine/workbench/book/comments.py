"""The headings that the clinical lead writes into the files as comments: "# Stops that hold for every zone."

They say nothing to the engine and are no part of the meaning of the book; on paper they group what belongs together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPOKEN = re.compile(r"#+\s*(.*)")
_FOR_TOOLS = re.compile(r"#+\s*(yaml-language-server\s*:|lint\b|-\*-|vim?:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headings:
    """The opening comment of a file, and by line of a top-level entry the comment right above it, where a new group starts."""

    opening: str
    groups: tuple[tuple[int, str], ...]

    def group_of(self, line: int) -> str:
        """The heading that an entry on this line stands under; empty before the first."""
        return next((text for start, text in reversed(self.groups) if start <= line), "")


def headings(yaml_text: str) -> Headings:
    """The comments of a file that stand on lines of their own, at its left edge."""
    opening = ""
    groups: list[tuple[int, str]] = []
    blocks: list[str] = []
    block: list[str] = []
    entered = False
    for number, line in enumerate(yaml_text.splitlines(), 1):
        if line.startswith("#"):
            if not _FOR_TOOLS.match(line) and (found := _SPOKEN.match(line)) and found[1].strip():
                block.append(found[1].strip())
            continue
        if block:
            blocks.append(" ".join(block))
            block = []
        if not line.strip() or line.startswith((" ", "\t")):
            continue
        if not entered and blocks:
            opening, blocks = blocks[0], blocks[1:]
        if blocks:
            groups.append((number, " ".join(blocks)))
        blocks, entered = [], True
    return Headings(opening, tuple(groups))
