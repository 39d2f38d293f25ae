"""What stands in the `detail` of a card: the findings with their basis, the orders, what was not checked, and what to ask."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ...advisory import Advisory, DoseAdvice, Finding, Place, Verdict
from ..fhir import Gap, Known, Reading
from .markdown import plain, section

_MOST_LINES: Final = 40
_OF_RECORD: Final = re.compile(r"(history|scheduled) .*: (units|date|doses|purpose|product)\Z")
_ASKED_OF_RECORD: Final = {
    "units": "How many units",
    "date": "On which day",
    "doses": "In which muscles and sides",
    "purpose": "For what purpose",
    "product": "With which product",
}


def findings_in_words(findings: Sequence[Finding], reading: Reading, advisory: Advisory) -> list[str]:
    """A paragraph a rule: what it is, what to do, and each place where it holds with the orders and the record behind it."""
    by_rule: dict[str, list[Finding]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, []).append(one)
    return [_rule(same, reading, advisory) for same in by_rule.values()]


def _rule(same: Sequence[Finding], reading: Reading, advisory: Advisory) -> str:
    first = same[0]
    lines = []
    for one in same:
        said = [f"{one.message[:1].upper()}{one.message[1:]}"]
        if one.places:
            where = ", ".join(dict.fromkeys(map(place_in_words, one.places)))
            said.append(f"Where: {where} ({', '.join(_orders(one.places, reading))}).")
        if basis := _basis(one, reading):
            said.append(f"On record: {basis}.")
        lines.append(plain(" ".join(said)))
    sources = ", ".join(f"{source.id} ({source.checked})" for source in first.sources)
    lines.append(plain(f"Rule {first.rule}, rulebook {advisory.rulebook.version}. Sources: {sources}"))
    advise = f" {plain(first.advise)}" if first.advise else ""
    return f"**{plain(first.title)}.**{advise}\n\n" + "\n".join(f"- {line}" for line in lines)


def _orders(places: Iterable[Place], reading: Reading) -> list[str]:
    found = (source for place in places for source in reading.orders_at(place.zone, place.muscle, place.side, place.band))
    return list(dict.fromkeys(found))


def _basis(finding: Finding, reading: Reading) -> str:
    """The entries of the record that the facts of a finding rest on, with their dates."""
    paths = {f"patient.screening.{fact.name}" for fact in finding.facts} | {"patient.age" for fact in finding.facts if fact.name == "age"}
    return "; ".join(_known(one) for one in reading.known if one.path in paths)


def _known(one: Known) -> str:
    return ", ".join((one.says, *((f"on {one.dated}",) if one.dated else ()), *one.sources))


def _from(one: Known) -> str:
    return f" ({', '.join(one.sources)})" if one.sources else ""


def orders_in_words(advisory: Advisory, reading: Reading) -> str:
    """Each dose that was held against the limits, with what is suggested there and the line it may not cross."""
    return section("Orders checked", [_dose(dose, reading) for dose in advisory.doses])


def _dose(dose: DoseAdvice, reading: Reading) -> str:
    said = [f"{dose.planned} U" if dose.planned is not None else "dose not read", place_in_words(dose.place)]
    if dose.suggested is not None:
        said.append(f"suggested {dose.suggested.min} to {dose.suggested.max} U {_of(dose.suggested.of)}")
    wide = [limit for limit in dose.limits if limit.of != "point"]
    said += [f"never above {limit.units} U {_of(limit.of)}" for limit in wide[:1]]
    return plain(f"{', '.join(said)} ({', '.join(_orders([dose.place], reading))})")


def _of(basis: str) -> str:
    return {"total": "in total", "side": "on this side", "point": "a point", "dose": "a dose"}[basis]


def place_in_words(place: Place) -> str:
    words = [place.muscle.replace("_", " "), place.side if place.side != "midline" else "", f"{place.band} band" if place.band else ""]
    return " ".join(word for word in words if word)


def scope_in_words(gaps: Sequence[Gap], reading: Reading, advisory: Advisory, asking: bool) -> list[str]:
    """What was not checked, what the record says beside, and, when `asking`, what to ask."""
    notes = [plain(f"{one.says[:1].upper()}{one.says[1:]}{_from(one)}.") for one in reading.known if not one.path]
    asked, of_record = _open(advisory)
    less = len(advisory.questions) - len(asked) - sum(of_record.values())
    lines = [
        *(plain(prompt) for prompt in asked[:_MOST_LINES]),
        *(f"{_ASKED_OF_RECORD[what]} was it, in {count} of the earlier treatments on record?" for what, count in of_record.items()),
        *([f"{less} more questions are open; an answer could be a caution."] if less > 0 else []),
    ]
    parts = (
        section("Not checked", [gap_in_words(gap) for gap in gaps][:_MOST_LINES]),
        section("On record", list(dict.fromkeys(notes))[:_MOST_LINES]),
        section("Please ask: an answer could be a stop" if asked or of_record else "Please ask", lines if asking else []),
    )
    return [part for part in parts if part]


def open_count(advisory: Advisory) -> int:
    """How many questions are open whose answer could be a stop; those about one entry of the record count as one of each kind."""
    asked, of_record = _open(advisory)
    return len(asked) + len(of_record)


def _open(advisory: Advisory) -> tuple[list[str], Counter[str]]:
    """The prompts of questions whose answer could be a stop; and how many of them ask the same of an entry of the record."""
    missing = {name for one in advisory.findings if one.counts_as is Verdict.INCOMPLETE for name in one.missing}
    asked: list[str] = []
    of_record: Counter[str] = Counter()
    for question in advisory.questions:
        if question.name not in missing:
            continue
        if found := _OF_RECORD.match(question.name):
            of_record[found[2]] += 1
        elif question.prompt not in asked:
            asked.append(question.prompt)
    return asked, of_record


def gap_in_words(gap: Gap) -> str:
    """A gap, with the orders it is about."""
    return plain(f"{gap.says} ({', '.join(gap.orders)})" if gap.orders else gap.says)


def earlier_in_words(reading: Reading) -> str:
    """The latest treatments on record."""
    given = sorted((one for one in reading.known if one.path == "history.treatments"), key=lambda one: str(one.dated or ""), reverse=True)
    lines = [plain(f"{one.dated or 'Day not known'}: {one.says}") for one in given[:10]]
    more = [f"{len(given) - 10} more"] if len(given) > 10 else []
    return section("Earlier botulinum toxin on record", [*lines, *more] or ["None was sent."])


def footer(version: str, advisory: Advisory | None = None) -> str:
    """Who decides, and how far the rulebook can be trusted."""
    said = ["Advice only; the clinician decides."]
    if advisory is not None:
        said.append(f"Treatment day {advisory.date}, read as a {_visit(advisory)}.")
        signed = advisory.rulebook.sealed_by
        said.append(
            f"Rulebook {version}, signed by {signed}." if signed else f"Rulebook {version} is a draft: no named clinician has signed it."
        )
        if advisory.evaluators.agreed is not True:
            said.append(f"{advisory.evaluators.note[:1].upper()}{advisory.evaluators.note[1:]}.")
    return plain(" ".join(said))


def _visit(advisory: Advisory) -> str:
    """How the visit was read: a record cannot say that it is a touch-up."""
    return next((one.read_as.replace("_", " ") for one in advisory.assumed if one.fact == "visit"), "first pass")
