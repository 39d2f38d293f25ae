"""What happens when: onset, review, full effect, fade, the earliest re-treatment; and what to say to the patient."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from .advisory import Counsel, TimelineEntry
from .facts import Facts
from .rulebook.model import Rule
from .rulebook.vocabulary import RETREATMENT
from .wording import words


def timeline(facts: Facts, told: Iterable[Rule]) -> tuple[TimelineEntry, ...]:
    """The dated lines: what the rules tell, what the case has ahead, and the first day of a new treatment, by date."""
    case, book = facts.case, facts.book
    entries: dict[TimelineEntry, None] = {}
    for rule in told:
        tell = rule.tell
        if tell is not None and tell.from_day is not None:
            until = case.date + timedelta(days=tell.to_day) if tell.to_day not in (None, tell.from_day) else None
            entries[TimelineEntry(date=case.date + timedelta(days=tell.from_day), until=until, what=tell.text, sources=rule.sources)] = None
    for treatment in case.scheduled:
        if treatment.date != "unknown":
            what = words(treatment.protocol or treatment.purpose or "treatment")
            entries[TimelineEntry(date=treatment.date, until=None, what=f"Scheduled: {what}.", sources=())] = None
    for name, day in (("Performance", case.patient.next_performance), ("Event", case.patient.event)):
        if day is not None and day not in ("none", "unknown"):
            entries[TimelineEntry(date=day, until=None, what=f"{name}.", sources=())] = None  # type: ignore[arg-type]
    if told:
        again = book.constants[RETREATMENT]
        what = "Earliest day to treat the same muscles again."
        entries[TimelineEntry(date=_last_injection(facts) + timedelta(days=again.value), until=None, what=what, sources=again.sources)] = (
            None
        )
    return tuple(sorted(entries, key=lambda entry: (entry.date, entry.until or entry.date, entry.what)))


def _last_injection(facts: Facts) -> date:
    """The last day ahead on which one of the planned muscles is injected: today, or in a scheduled treatment that follows on."""
    muscles = {dose.muscle for dose in facts.doses}
    ahead = [
        one.far
        for one in facts.injections
        if one.stretch == "scheduled" and one.near == one.far and ((known := one.may_be["muscle"]) is None or not known.isdisjoint(muscles))
    ]
    last = 0
    for days in sorted(ahead):
        if days - last < facts.book.constants[RETREATMENT].value:
            last = days
    return facts.case.date + timedelta(days=last)


def counselling(told: Iterable[Rule]) -> tuple[Counsel, ...]:
    """The lines without a day, each once, in the order of their ids."""
    lines: dict[Counsel, None] = {}
    for rule in sorted(told, key=lambda rule: rule.id):
        if rule.tell is not None and rule.tell.from_day is None:
            lines[Counsel(text=rule.tell.text, audience=rule.tell.audience, sources=rule.sources)] = None
    return tuple(lines)
