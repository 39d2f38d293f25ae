"""Text in a card: GitHub-flavoured Markdown for `detail`, plain text for `summary`. What an EHR sent is escaped: no markup, no links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LONGEST_SUMMARY: Final = 139
_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~!])")
_LINKS: Final = ((re.compile(r"(?i)://"), ": //"), (re.compile(r"(?i)\bwww\."), "www ."), (re.compile("@"), " at "))


def plain(text: str) -> str:
    """A text that Markdown shows as it is: marks escaped, and nothing that would turn into a link."""
    for pattern, instead in _LINKS:
        text = pattern.sub(instead, text)
    escaped = _MARKS.sub(r"\\\1", " ".join(text.replace("`", "'").split()))
    return escaped.replace("&", "&amp;").replace("\\<", "&lt;").replace("\\>", "&gt;")


def bullets(lines: Sequence[str]) -> str:
    """A list, one line an item; the lines are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def section(title: str, lines: Sequence[str]) -> str:
    """A titled list, or nothing where there is nothing to list."""
    return f"**{title}**\n\n{bullets(lines)}" if lines else ""


def summary(opening: str, titles: Sequence[str], generic: str) -> str:
    """One sentence of at most 139 characters: as many titles as fit and how many more there are. Numbers and units are never cut; where not
    even one title fits, the generic sentence stands, and the numbers stand in the detail."""
    for shown in range(len(titles), 0, -1):
        rest = len(titles) - shown
        more = f", and {rest} more" if rest else ""
        sentence = f"{opening}: {'; '.join(map(_inside, titles[:shown]))}{more}."
        if len(sentence) <= LONGEST_SUMMARY:
            return sentence
    assert len(generic) <= LONGEST_SUMMARY
    return generic


def _inside(title: str) -> str:
    """A title inside a sentence: its first letter small, unless it begins a word of capitals."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"
