"""Findings that the book itself acknowledges, in a comment on the line of the finding or of the thing it is about, or right above it:

    # lint: allow gap-between-suggest-and-limit because D5 leaves 7 to 10 U to the injector

The reason is what a later reader needs: the decision, or the source. An acknowledgement is for the next line that is not a comment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ..whole import Whole
from .finding import Acknowledged, Finding, Found, Place

SHORTEST_REASON = 10
"""Characters below which a reason says nothing."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*lint(?::|(?=\s+allow\b))\s*(.*?)\s*$", re.MULTILINE | re.IGNORECASE)
_ALLOW = re.compile(r"allow\s+([a-z0-9-]+)(?:\s+because\s+(.+))?\Z")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line of YAML, as the reader of documents counts lines."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One comment. `code` is empty where the comment cannot be read as an acknowledgement."""

    file: str
    line: int
    covers: int
    """The line it is for; 0 for none."""
    code: str
    because: str
    text: str

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, self.line)


def acknowledgements(whole: Whole) -> tuple[Acknowledgement, ...]:
    """Every comment that begins with `lint`, in every file of the book."""
    return tuple(one for name, text in sorted(whole.texts.items()) if "lint" in text for one in _in_file(name, text))


def _in_file(name: str, text: str) -> Iterator[Acknowledgement]:
    found = list(_COMMENT.finditer(text))
    if not found:
        return
    inside = _scalars(text)
    lines = _BREAK.split(text)
    for comment in found:
        hash_at = text.index("#", comment.start())
        if any(start <= hash_at < end for start, end in inside):
            continue
        line = len(_BREAK.split(text[:hash_at]))
        own = lines[line - 1].lstrip().startswith("#")
        read = _ALLOW.match(comment[1])
        code, because = (read[1], (read[2] or "").strip()) if read else ("", "")
        yield Acknowledgement(name, line, _next(lines, line) if own else line, code, because, comment[1])


def _scalars(text: str) -> list[tuple[int, int]]:
    """Where the values of the document begin and end: a `#` inside one is no comment."""
    events = yaml.parse(text, Loader=_LOADER)
    return [(event.start_mark.index, event.end_mark.index) for event in events if isinstance(event, yaml.ScalarEvent)]  # type: ignore[union-attr]


def _next(lines: list[str], line: int) -> int:
    """The next line that is not a comment; 0 where a blank line or the end of the file comes first."""
    for number in range(line, len(lines)):
        if not lines[number].lstrip().startswith("#"):
            return number + 1 if lines[number].strip() else 0
    return 0


def held_against(
    found: Iterable[Finding], said: Iterable[Acknowledgement], codes: Collection[str]
) -> tuple[list[Acknowledged], list[Found]]:
    """The findings that are acknowledged, and the acknowledgements that silence nothing."""
    by_line = _by_line(found)
    acknowledged: dict[Finding, Acknowledged] = {}
    unused = []
    for one in said:
        if one.code not in codes or len(one.because) < SHORTEST_REASON:
            continue  # the check `acknowledgement` names these
        silenced = by_line.get((one.file, one.code, one.covers), [])
        acknowledged |= {finding: Acknowledged(finding, one.because, one.line) for finding in silenced if finding not in acknowledged}
        if not silenced:
            unused.append(
                Found(
                    f"nothing here is found by `{one.code}`, so there is nothing to allow",
                    one.place,
                    "acknowledgement",
                    "take it out, or put it right above the line that the finding names",
                )
            )
    return list(acknowledged.values()), unused


def _by_line(findings: Iterable[Finding]) -> dict[tuple[str, str, int], list[Finding]]:
    by_line: dict[tuple[str, str, int], list[Finding]] = {}
    for finding in findings:
        for line in {finding.line, finding.home}:
            by_line.setdefault((finding.file, finding.code, line), []).append(finding)
    return by_line
