"""Lint: what a careful colleague would say of a rulebook that loads, before anyone is treated by it.

Each check is one module of `checks`; `acknowledge` reads the findings that the book itself acknowledges.
"""

from __future__ import annotations

import datetime as dt

from ..whole import Whole
from .acknowledge import acknowledgements, held_against
from .finding import Acknowledged, Finding, Found, Report, Severity
from .reading import Reading
from .registry import Check, every_check

SPARE = "acknowledgement"
"""The code of acknowledgements that are none; it cannot be allowed itself."""


def lint(whole: Whole, day: dt.date) -> Report:
    """Every finding of every check, less those that the book acknowledges. `day` is what a review is overdue against."""
    reading = Reading(whole, day)
    found = [_finding(check, one) for check in every_check().values() for one in check.run(reading)]
    acknowledged, unused = held_against(found, acknowledgements(whole), every_check().keys() - {SPARE})
    silenced = {one.finding for one in acknowledged}
    spare = every_check()[SPARE]
    left = [*(finding for finding in found if finding not in silenced), *(_finding(spare, one) for one in unused)]
    return Report(tuple(sorted(set(left), key=_place)), tuple(sorted(acknowledged, key=lambda one: _place(one.finding))))


def _finding(check: Check, found: Found) -> Finding:
    file, line, home = found.place
    return Finding(check.code, check.severity, found.message, found.help, file, line, found.about, home)


def _place(finding: Finding) -> tuple[str, int, str, str, str]:
    return finding.file, finding.line, finding.code, finding.about, finding.message


__all__ = ["Acknowledged", "Check", "Finding", "Found", "Reading", "Report", "Severity", "every_check", "lint"]
