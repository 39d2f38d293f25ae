"""An advisory sorted for reading: what is certain, what is open (one entry a question), and the lines every report ends with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..advisory import Advisory, Certainty, Finding, Severity, Verdict
from .words import clean, listed, spoken, where

MANY_OPEN = 10
"""With more open questions than this, screening as a whole has not been done (the other fields of a case are fewer)."""

ASK_ALL = "Most of the screening is open. Ask every question once, list each answer that is not no, then write `everything_else: no`."

_GRAVITY = {Severity.STOP: 0, Severity.CAUTION: 1, Severity.INFO: 2}
_AS_SEVERITY = {
    Verdict.STOP: Severity.STOP,
    Verdict.INCOMPLETE: Severity.STOP,
    Verdict.CAUTION: Severity.CAUTION,
    Verdict.OK: Severity.INFO,
}


@dataclass(frozen=True, slots=True)
class Open:
    """One thing that is not known, and the worst it could turn out to be. Without a prompt it is a finding that no answer settles."""

    prompt: str
    worst: Severity
    decisive: bool
    titles: tuple[str, ...]

    @property
    def gravity(self) -> tuple[bool, int]:
        return (not self.decisive, _GRAVITY[self.worst])


def certain(advisory: Advisory, severity: Severity) -> list[Finding]:
    """What certainly holds; findings that read the same at several places stand once, with all of them."""
    found: dict[tuple[object, ...], Finding] = {}
    for one in advisory.findings:
        if one.certainty is Certainty.CERTAIN and one.severity is severity:
            key = (one.rule, one.message, one.advise, one.clears_when, one.defer_until, bool(one.places))
            same = found.get(key)
            places = (*same.places, *one.places) if same else one.places
            facts = (*same.facts, *one.facts) if same else one.facts
            found[key] = one.model_copy(update={"places": tuple(dict.fromkeys(places)), "facts": tuple(dict.fromkeys(facts))})
    return list(found.values())


def narrowed(advisory: Advisory) -> list[tuple[str, str]]:
    """What lowered or withheld suggestions: (place, reason), without the place where it holds for every dose, a place on one line."""
    everywhere = [
        reason for reason in dict.fromkeys(r for d in advisory.doses for r in d.because) if all(reason in d.because for d in advisory.doses)
    ]
    lines = [("", "; ".join(map(clean, everywhere)))] if everywhere else []
    for dose in advisory.doses:
        own = [clean(reason) for reason in dict.fromkeys(dose.because) if reason not in everywhere]
        if own:
            lines.append((where(dose.place, dose.label), "; ".join(own)))
    return lines


def unanswered(advisory: Advisory) -> list[Open]:
    """What is open, most decisive first; each question once, however many findings wait for it."""
    possible = [finding for finding in advisory.findings if finding.certainty is Certainty.POSSIBLE]
    entries = []
    asked: set[str] = set()
    for question in advisory.questions:
        waiting = [finding for finding in possible if question.name in finding.missing or finding.rule in question.findings]
        asked.update(finding.rule for finding in waiting)
        worst = min((_could_be(finding) for finding in waiting), key=_GRAVITY.__getitem__, default=Severity.INFO)
        titles = tuple(dict.fromkeys(clean(finding.title) for finding in waiting))
        entries.append(Open(clean(question.prompt).strip() or spoken(question.name), worst, question.decisive, titles))
    for finding in possible:
        if finding.rule not in asked:
            entries.append(Open("", _could_be(finding), False, (clean(finding.title),)))
    return sorted(entries, key=lambda entry: entry.gravity)


def _could_be(finding: Finding) -> Severity:
    """What an open finding counts for, which the question may hold below its severity."""
    return max(finding.severity, _AS_SEVERITY[finding.counts_as], key=_GRAVITY.__getitem__)


def left_out(advisory: Advisory) -> str:
    """How fields that were left out were read; empty when none was."""
    return "; ".join(f"{spoken(entry.fact)}: {spoken(entry.read_as)}" for entry in advisory.assumed)


def broken_seal(advisory: Advisory) -> str:
    """What is said first where the rulebook has a seal that does not hold; empty where it holds, or where there is none."""
    return f"DRAFT: {clean(advisory.rulebook.seal_note)}." if advisory.rulebook.seal not in ("none", "holds") else ""


def standing(advisory: Advisory) -> Iterator[str]:
    """Which rulebook, who answers for it, and whether a second evaluator agreed."""
    book, ran = advisory.rulebook, advisory.evaluators
    note = clean(book.seal_note)
    signed = (
        f"signed by {clean(book.sealed_by)}{f' ({note})' if note else ''}" if book.sealed_by else "DRAFT, not signed by a named clinician"
    )
    yield f"Rulebook {clean(book.version)} ({book.sha256[:12]}), {signed}."
    if book.overdue:
        yield f"Past its review day: {listed([clean(name) for name in book.overdue])}."
    by = listed([clean(name) for name in ran.ran])
    confirmed = {True: "Confirmed by a second evaluator", False: "THE EVALUATORS DISAGREE", None: "Not independently confirmed"}[ran.agreed]
    note = clean(ran.note).strip()
    yield f"{confirmed} ({by})." + (f" {note}" if note and ran.agreed is not True else "")
