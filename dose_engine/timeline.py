"""What happens when: onset, review, full effect, fade, the earliest re-treatment; and what to say to the patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from .advisory import Counsel, TimelineEntry
from .facts import Facts
from .rulebook.model import Rule, Rulebook
from .rulebook.vocabulary import RETREATMENT
from .wording import words

_Line = tuple[date, date | None, str, tuple[str, ...]]
"""The day, the last day or None, what, and the sources."""


def timeline(facts: Facts, told: Iterable[Rule]) -> tuple[TimelineEntry, ...]:
    """The dated lines: what the rules tell, what the case has ahead, and the first day of a new treatment, by date."""
    lines = sorted(dict.fromkeys(_lines(facts, list(told))), key=lambda line: (line[0], line[1] or line[0], line[2]))
    return tuple(TimelineEntry(date=day, until=until, what=what, sources=sources) for day, until, what, sources in lines)


def _lines(facts: Facts, told: list[Rule]) -> Iterator[_Line]:
    case, book = facts.case, facts.book
    for rule in told:
        tell = rule.tell
        if tell is not None and tell.from_day is not None:
            until = case.date + timedelta(days=tell.to_day) if tell.to_day not in (None, tell.from_day) else None
            yield case.date + timedelta(days=tell.from_day), until, tell.text, rule.sources
    for treatment in case.scheduled:
        if isinstance(treatment.date, date):
            yield treatment.date, None, f"Scheduled: {words(treatment.protocol or treatment.purpose or 'treatment')}.", ()
    for name, day in (("Performance", case.patient.next_performance), ("Event", case.patient.event)):
        if isinstance(day, date):
            yield day, None, f"{name}.", ()
    if told:
        again = book.constants[RETREATMENT]
        yield _last_injection(facts) + timedelta(days=again.value), None, "Earliest day to treat the same muscles again.", again.sources


def _last_injection(facts: Facts) -> date:
    """The last day ahead on which one of the planned muscles is injected: today, or in a scheduled treatment that follows on."""
    muscles = {dose.muscle for dose in facts.doses}
    ahead: set[int] = set()
    for kind in facts.tally.rest.kinds:
        here = kind.shape.may_be["muscle"]
        if kind.shape.stretch == "scheduled" and (here is None or not here.isdisjoint(muscles)):
            ahead.update(one.far for one in kind.doses if one.near == one.far)
    last = 0
    for days in sorted(ahead):
        if days - last < facts.book.constants[RETREATMENT].value:
            last = days
    return facts.case.date + timedelta(days=last)


class Counselling:
    """What the rules of a book have to say to the patient and the injector, beside the timeline."""

    def __init__(self, book: Rulebook) -> None:
        alike: dict[tuple[object, ...], Counsel] = {}
        self._lines: dict[str, Counsel] = {}
        for rule in book.rules:
            tell = rule.tell
            if tell is not None and tell.from_day is None:
                line = Counsel(text=tell.text, audience=tell.audience, sources=rule.sources)
                self._lines[rule.id] = alike.setdefault((tell.text, tell.audience, rule.sources), line)

    def __call__(self, told: Iterable[Rule]) -> tuple[Counsel, ...]:
        """The lines of these rules, each once, in the order of their ids."""
        lines = [self._lines[id] for id in sorted(rule.id for rule in told) if id in self._lines]
        return tuple({id(line): line for line in lines}.values())
