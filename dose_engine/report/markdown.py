"""The advisory as GitHub-flavoured Markdown, in full: for a record, a ticket or a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..advisory import Advisory, DoseAdvice, Finding, Severity
from .digest import ASK_ALL, MANY_OPEN, broken_seal, certain, left_out, narrowed, standing, unanswered
from .words import (
    ADVISES,
    CHECKED,
    COULD_BE,
    POSITIONS,
    VERDICTS,
    amount,
    basis,
    cited,
    clean,
    day,
    last_treated,
    places,
    plural,
    shared_out,
    spoken,
    suggestion,
    used_already,
    where,
)

_COLUMNS: Final = ("Dose", "Place", "Plan", "Points", "Suggested", "Position", "Stop above")
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#|~&@$])")
_LINKS: Final = re.compile(r"(?i)\b(www)\.|(:)(?=//)|(:)(?=\w+:)")
_NUMBERED: Final = re.compile(r"^(\s*[0-9]{1,9})([.)])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is written: no emphasis, links, mentions, cells or list marks come out of it."""
    shown = _MARKS.sub(r"\\\1", clean(text).strip())
    shown = _LINKS.sub(lambda found: f"{found[1]}\\." if found[1] else "\\:", shown)
    shown = _NUMBERED.sub(r"\1\\\2", shown)
    return re.sub(r"^([-+=])", r"\\\1", shown)


def report(advisory: Advisory, name: str = "") -> str:
    """The whole advisory. `name` heads it where several stand in one text."""
    return "\n".join(_lines(advisory, name)).rstrip() + "\n"


def _lines(advisory: Advisory, name: str) -> Iterator[str]:
    title = " - ".join(part for part in (escaped(name), escaped(advisory.case)) if part)
    yield f"# {VERDICTS[advisory.verdict]}{': ' + title if title else ''}"
    yield ""
    yield f"**{escaped(advisory.summary)}**" if advisory.summary.strip() else ""
    yield ""
    if broken := broken_seal(advisory):
        yield from (f"**{escaped(broken)}**", "")
    yield f"Treatment on {day(advisory.date)} with {escaped(advisory.product)}."
    yield ""
    yield from _options(advisory)
    yield from _doses(advisory)
    for severity, heading in ((Severity.STOP, "Stop"), (Severity.CAUTION, "Caution"), (Severity.INFO, "For information")):
        found = certain(advisory, severity)
        if found:
            yield from ("", f"## {heading} ({len(found)})", "")
        for finding in found:
            yield from _finding(advisory, finding)
        if severity is Severity.STOP:
            yield from _open(advisory)
    yield from _exposure(advisory)
    yield from _timeline(advisory)
    yield from _counselling(advisory)
    yield from _footer(advisory)


def _options(advisory: Advisory) -> Iterator[str]:
    if not advisory.options and advisory.earliest_date is None:
        return
    yield from ("", "## What to change", "")
    for number, option in enumerate(advisory.options, 1):
        yield f"{number}. {escaped(option.what)} Then: **{VERDICTS[option.verdict_if_done]}**"
    if advisory.earliest_date is not None:
        yield from ("", f"No stop is left from **{day(advisory.earliest_date)}** on.")


def _doses(advisory: Advisory) -> Iterator[str]:
    yield from ("", "## Doses", "", f"| {' | '.join(_COLUMNS)} |", f"|{' --- |' * len(_COLUMNS)}")
    for dose in advisory.doses:
        limits = "; ".join(f"{limit.units} U {basis(limit.of, dose.place)}{_cites(limit.sources)}" for limit in dose.limits)
        plan = f"{dose.planned} U" if dose.planned is not None else "none"
        place = escaped(where(dose.place, dose.label))
        points = shared_out(dose.points) or "not stated"
        cells = (VERDICTS[dose.verdict], place, plan, points, _suggested(dose), POSITIONS[dose.position], limits or "none")
        yield f"| {' | '.join(cells)} |"
    reasons = [
        (where(dose.place, dose.label), clean(reason)) for dose in advisory.doses if dose.suggested for reason in dose.suggested.reasons
    ]
    reasons = list(dict.fromkeys([*reasons, *narrowed(advisory)]))
    if reasons:
        yield ""
    for at, reason in reasons:
        yield f"- {escaped(f'{at}: {reason}' if at else reason)}"


def _suggested(dose: DoseAdvice) -> str:
    if dose.suggested is None:
        return "none"
    used = f", {used}" if (used := used_already(dose.suggested)) else ""
    return f"{suggestion(dose.suggested, dose.place)}{used}{_cites(dose.suggested.sources)}"


def _cites(sources: Sequence[str]) -> str:
    return f" ({', '.join(map(escaped, sources))})" if sources else ""


def _finding(advisory: Advisory, finding: Finding) -> Iterator[str]:
    at = f" ({escaped(places(finding.places, advisory.doses))})" if finding.places else ""
    yield f"- **{escaped(finding.title) or escaped(finding.rule)}**{at}"
    if message := escaped(finding.message):
        yield f"  - {message}"
    parts = {"Why": finding.why, "Hazard": finding.hazard or "", "Do": finding.advise, "Clears when": finding.clears_when}
    for label, text in parts.items():
        if shown := escaped(text):
            yield f"  - {label}: {shown}"
    if finding.defer_until is not None:
        yield f"  - Not before {day(finding.defer_until)}"
    if finding.facts:
        facts = "; ".join(f"{spoken(fact.name)}: {fact.value} ({fact.condition})" for fact in finding.facts)
        yield f"  - Facts: {escaped(facts)}"
    yield f"  - Rule {escaped(finding.rule)}" + (f"; sources {escaped(cited(finding.sources))}" if finding.sources else "")


def _open(advisory: Advisory) -> Iterator[str]:
    entries = unanswered(advisory)
    if not entries:
        return
    yield from ("", f"## Not ruled out ({plural(len(entries), 'open question')})", "")
    for entry in entries:
        what = f"Unanswered: {escaped(entry.prompt)}" if entry.prompt else f"Could hold: {escaped(entry.titles[0])}"
        yield f"- {what} ({COULD_BE[entry.worst]}{': ' + escaped('; '.join(entry.titles)) if entry.prompt and entry.titles else ''})"
    if len(entries) > MANY_OPEN:
        yield from ("", escaped(ASK_ALL))


def _exposure(advisory: Advisory) -> Iterator[str]:
    exposure = advisory.exposure
    yield from ("", f"## Exposure over {exposure.window_days} days", "")
    yield f"- Planned: {exposure.planned} U"
    for part in exposure.recent:
        yield f"- Before, {escaped(spoken(part.purpose))}: {amount(part.units)}"
    yield f"- Together: {amount(exposure.total)}" + (f" of at most {exposure.limit} U" if exposure.limit is not None else "")
    yield f"- Highest: {amount(exposure.peak.units)} on {day(exposure.peak.date)}"
    if exposure.remaining is not None:
        yield f"- Left below the limit: {amount(exposure.remaining)}"
    for entry in exposure.uncountable:
        yield f"- Cannot be counted: {escaped(entry)}"
    if not exposure.muscles:
        return
    yield from ("", "| Muscle | Side | Planned | Recent | Last treated | Free from |", "| --- | --- | --- | --- | --- | --- |")
    for muscle in exposure.muscles:
        last = last_treated(muscle.last_treated)
        free = day(muscle.free_from) if muscle.free_from else "-"
        yield f"| {escaped(spoken(muscle.muscle))} | {muscle.side} | {muscle.planned} U | {amount(muscle.recent)} | {last} | {free} |"


def _timeline(advisory: Advisory) -> Iterator[str]:
    if not advisory.timeline:
        return
    yield from ("", "## Timeline", "")
    for entry in advisory.timeline:
        until = f" to {day(entry.until)}" if entry.until and entry.until != entry.date else ""
        yield f"- {day(entry.date)}{until}: {escaped(entry.what)}"


def _counselling(advisory: Advisory) -> Iterator[str]:
    for audience, heading in (("patient", "Tell the patient"), ("injector", "For the injector")):
        told = [counsel for counsel in advisory.counselling if counsel.audience == audience]
        if told:
            yield from ("", f"## {heading}", "")
        for counsel in told:
            yield f"- {escaped(counsel.text)}{_cites(counsel.sources)}"


def _footer(advisory: Advisory) -> Iterator[str]:
    cited_here = {source.id: source for finding in advisory.findings for source in finding.sources}
    if cited_here:
        yield from ("", "## Sources of the findings", "")
    for name, source in sorted(cited_here.items()):
        yield f"- {escaped(name)} ({source.checked}): {escaped(source.title)}"
    yield from ("", "---", "")
    if read_as := left_out(advisory):
        yield from (f"Left out and read as: {escaped(read_as)}.", "")
    for line in standing(advisory):
        yield from (escaped(line), "")
    yield from (f"Rulebook sha256 {advisory.rulebook.sha256}; case sha256 {advisory.case_sha256}.", "")
    yield from (f"Sources are {escaped(CHECKED)}.", "", f"**{ADVISES}**")
