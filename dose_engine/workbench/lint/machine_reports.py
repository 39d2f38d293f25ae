"""A report of lint for programs: as JSON of our own, and as SARIF 2.1.0 for editors and code review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ... import __version__
from ..whole import Whole
from .finding import Acknowledged, Finding, Report, Severity
from .paths import path_of, uri_of
from .registry import SECTIONS, Check

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_BASE = "%SRCROOT%"


def as_json(found: Report, whole: Whole, day: dt.date) -> dict[str, Any]:
    """The findings and what is acknowledged, by file and line, with their counts."""
    return {
        "rulebook": {"title": whole.book.title, "version": whole.book.version, "sha256": whole.book.sha256},
        "date": day.isoformat(),
        "errors": found.count(Severity.ERROR),
        "warnings": found.count(Severity.WARNING),
        "findings": [_entry(finding, whole) for finding in found.findings],
        "acknowledged": [{**_entry(one.finding, whole), "because": one.because} for one in found.acknowledged],
    }


def _entry(finding: Finding, whole: Whole) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "about": finding.about,
        "message": finding.message,
        "help": finding.help,
        "file": finding.file,
        "path": path_of(whole, finding.file),
        "line": finding.line,
    }


def as_sarif(found: Report, whole: Whole, checks: Iterable[Check]) -> dict[str, Any]:
    """One run. What is acknowledged is a suppressed result, with the reason."""
    rules = list(checks)
    places = {check.code: number for number, check in enumerate(rules)}
    results = [_result(finding, whole, places) for finding in found.findings]
    results += [_result(one.finding, whole, places) | _suppressed(one) for one in found.acknowledged]
    driver = {"name": "dose-engine rules lint", "semanticVersion": __version__, "rules": [_rule(check) for check in rules]}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {_BASE: {"uri": f"{Path.cwd().as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(check: Check) -> dict[str, Any]:
    text = "\n\n".join(f"{heading}\n{check.sections[heading]}" for heading in SECTIONS[1:])
    fenced = [f"```yaml\n{body}\n```" if heading == "Example" else body for heading, body in check.sections.items()]
    markdown = "\n\n".join(f"**{heading}**\n\n{body}" for heading, body in zip(check.sections, fenced, strict=True))
    return {
        "id": check.code,
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": " ".join(check.sections["Why it matters"].split())},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": check.severity.value},
    }


def _result(finding: Finding, whole: Whole, places: dict[str, int]) -> dict[str, Any]:
    uri, here = uri_of(whole, finding.file)
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri, **({"uriBaseId": _BASE} if here else {})}}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
    help = f" {finding.help[:1].upper()}{finding.help[1:]}." if finding.help else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": finding.severity.value,
        "message": {"text": f"{finding.about}: {finding.message}.{help}"},
        "locations": [{"physicalLocation": physical}],
    }


def _suppressed(one: Acknowledged) -> dict[str, Any]:
    return {"suppressions": [{"kind": "inSource", "justification": one.because}]}
