"""What lint says: findings, each with a code, a place and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """An error makes the book do something other than it says; a warning makes it harder to read, keep or trust."""

    ERROR = "error"
    WARNING = "warning"


class Place(NamedTuple):
    """A line of a file of the rulebook, and the line on which the thing it is about begins (its rule, fact, limit or source)."""

    file: str
    line: int
    home: int


class Found(NamedTuple):
    """What one check found at one place. `about` names the thing: `rule DAO-MEDIAL`, `zone dao`, `source S8`."""

    message: str
    """What is wrong: lower-case start, no full stop, words of the book in backticks."""
    place: Place
    about: str
    help: str = ""
    """What to do, in a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, with the code and severity of the check."""

    code: str
    severity: Severity
    message: str
    help: str
    file: str
    line: int
    about: str
    home: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A finding that the book acknowledges, and the reason it gives."""

    finding: Finding
    because: str
    line: int
    """Where the acknowledgement stands, in the file of the finding."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything lint found, by file and line."""

    findings: tuple[Finding, ...]
    acknowledged: tuple[Acknowledged, ...]

    def count(self, severity: Severity) -> int:
        return sum(finding.severity is severity for finding in self.findings)
