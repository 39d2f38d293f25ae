"""A report of lint, and the documentation of its checks, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.text import Text

from ...report.terminal import Page, Screen
from ...report.words import clean, plural
from .finding import Acknowledged, Finding, Report, Severity
from .registry import SECTIONS, Check

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
Place = Callable[[str], str]


def report(found: Report, place: Place, screen: Screen, *, acknowledged: bool = False) -> str:
    """Every finding with its place, what it is about and what to do; `acknowledged` adds those the book allows, with its reasons."""
    page = Page(screen)
    for finding in found.findings:
        _finding(page, finding, place)
    if acknowledged and found.acknowledged:
        page.heading("Acknowledged in the book")
        for one in found.acknowledged:
            _acknowledged(page, one, place)
    if found.findings or (acknowledged and found.acknowledged):
        page.gap()
    page.line(_summary(found, acknowledged), style="bold")
    if found.findings:
        page.line("dose-engine rules lint --explain CODE says why a finding matters and what to do.", style="dim")
    return page.text()


def _finding(page: Page, finding: Finding, place: Place) -> None:
    severity = Text(f"  {finding.severity}", STYLES[finding.severity])
    _whole_line(page, Text(f"{clean(place(finding.file))}:{finding.line}", "bold"), severity, Text(f"  {finding.code}"))
    page.line(f"{finding.about}: {finding.message}", "    ")
    if finding.help:
        page.line(finding.help, "    Do: ", "dim")


def _whole_line(page: Page, *parts: Text) -> None:
    """A line that is never wrapped, so that the place in it can be opened."""
    page.console.print(Text().join(parts), soft_wrap=True)


def _acknowledged(page: Page, one: Acknowledged, place: Place) -> None:
    _whole_line(page, Text(f"{clean(place(one.finding.file))}:{one.line}", "bold"), Text(f"  {one.finding.code}"))
    page.line(f"{one.finding.about}: {one.finding.message}", "    ")
    page.line(one.because, "    Because: ")


def _summary(found: Report, shown: bool) -> str:
    errors, warnings = found.count(Severity.ERROR), found.count(Severity.WARNING)
    counted = [plural(count, word) for count, word in ((errors, "error"), (warnings, "warning")) if count]
    allowed = f"; {plural(len(found.acknowledged), 'finding')} acknowledged in the book" if found.acknowledged else ""
    where = " (--acknowledged shows them)" if found.acknowledged and not shown else ""
    return f"{' and '.join(counted) or 'Nothing found'}{allowed}{where}."


def listing(checks: Iterable[Check], screen: Screen) -> str:
    """Every code with its severity and what it finds."""
    page = Page(screen)
    for check in checks:
        page.line(Text(check.code, "bold").append(f"  {check.severity}", f"not bold {STYLES[check.severity]}"))
        page.line(check.summary, "    ")
    return page.text()


def documentation(checks: Iterable[Check], screen: Screen) -> str:
    """Checks in full: what each finds, why it matters, what to do, and an example, which keeps its lines."""
    page = Page(screen)
    for number, check in enumerate(checks):
        if number:
            page.gap()
        page.line(Text(check.code, "bold").append(f"  {check.severity}", f"not bold {STYLES[check.severity]}"))
        for heading in SECTIONS:
            page.heading(heading)
            text = check.sections[heading]
            for line in text.splitlines() if heading == "Example" else [" ".join(text.split())]:
                kept = line.strip()
                page.line(kept, "  " + " " * (len(line) - len(line.lstrip())))
    return page.text()
