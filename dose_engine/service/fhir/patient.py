"""What is read about the patient: the age, the answers to screening questions, and whether the patient performs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ...advisory import Verdict
from . import observations, screening
from .elements import EMPTY, Raw, distinct, reference, word
from .orders import Words
from .provenance import Gap, Known
from .purposes import AESTHETIC, purposes
from .searches import State, kind_of
from .sources import Sources

ANOTHER: Final = Gap("another-patients-record", "The record sent holds an entry of another patient; it was not used. Check the record.")
_OLDEST: Final = 130


class PatientReader:
    """Reads one patient. `known` and `gaps` fill while it reads."""

    def __init__(self, sources: Sources, words: Words, today: dt.date, pregnancy_days: int) -> None:
        self.sources, self.words, self.today, self.pregnancy_days = sources, words, today, pregnancy_days
        self.known: list[Known] = []
        self.gaps: list[Gap] = []

    def patient(self) -> dict[str, Any]:
        """The patient of a case; without an age where it is not known."""
        made: dict[str, Any] = {"screening": self._screening(), "performer": self._performer(), "event": "unknown"}
        _, resource = self.resource()
        ages = ages_on(resource.get("birthDate"), self.today)
        if ages is None:
            self.gaps.append(Gap("age-not-known", "The age is not known. Under 18 is a stop: ask for the birth date."))
            return made
        youngest, oldest = ages
        made["age"] = youngest
        if youngest == oldest:
            self.known.append(Known("patient.age", str(youngest), (reference(resource),)))
            return made
        says = f"{youngest} (the youngest that an incomplete birth date allows)"
        self.known.append(Known("patient.age", says, (reference(resource),)))
        asks = f"The birth date is incomplete: the patient may be {oldest}, and was checked as {youngest}. Ask for the day."
        self.gaps.append(Gap("age-not-exact", asks, Verdict.CAUTION))
        return made

    def resource(self) -> tuple[State, Raw]:
        """How the patient's own resource was obtained, and the resource where it is usable."""
        found = self.sources.search("patient")
        if not found.answered:
            return found.state, EMPTY
        held = distinct(found.resources)
        if not held:
            return State.EMPTY, EMPTY
        same = len({word(one.get("birthDate")) for one in held}) == 1
        mine = all(word(one.get("id")) in ("", self.sources.patient_id) for one in held)
        return (found.state, held[0]) if same and mine and (len(held) == 1 or word(held[0].get("id"))) else (State.FAILED, EMPTY)

    def own(self, key: str) -> list[Raw]:
        """The resources of a search that are this patient's, each once; one of somebody else is said, and not used."""
        return self._own(self.sources.search(key).resources)

    def _own(self, resources: Iterable[Raw]) -> list[Raw]:
        kept = []
        for resource in distinct(resources):
            if self.words.person.is_another(resource):
                self.gaps.append(ANOTHER)
            else:
                kept.append(resource)
        return kept

    def _screening(self) -> dict[str, str]:
        """Answers by question. Yes wins; an answer the rulebook does not ask for is left out."""
        found: dict[str, str] = {}
        for answer in self._answers():
            asked = self.words.book.facts.get(answer.question)
            if asked is None or asked.origin != "asked" or asked.about_place:
                continue
            if answer.answer is None:
                self.known.append(Known("", answer.note, (answer.source,), answer.dated))
                continue
            if found.get(answer.question) != "yes":
                found[answer.question] = answer.answer
            says = f"{answer.answer}{f' ({answer.said})' if answer.said else ''}"
            self.known.append(Known(f"patient.screening.{answer.question}", says, (answer.source,), answer.dated))
        return {name: found[name] for name in self.words.book.facts if name in found}

    def _answers(self) -> Iterator[screening.Answer]:
        codes = self.words.codes
        for condition in self.own("conditions"):
            yield from screening.of_condition(condition, codes)
            self._treated(condition)
        for allergy in self.own("allergies"):
            yield from screening.of_allergy(allergy, self.words.medicines)
        drafts = [one for one in self.sources.drafts() if kind_of(one) == "MedicationRequest"]
        drafts = [one for one in drafts if not self.words.person.is_another(one)]
        for request in distinct([*self.own("medications"), *drafts]):
            yield from screening.of_drug(request, self.words.medicines, self.words.resolve)
        if pregnancy := observations.of_pregnancy(self.own("observations"), codes, self.today, self.pregnancy_days):
            yield pregnancy

    def _treated(self, condition: Raw) -> None:
        """A diagnosis that toxin is given for is no answer, but a reason to ask for earlier treatments."""
        if screening.is_meant(condition):
            book = self.words.book
            for purpose in sorted(set(purposes(condition.get("code"), self.words.codes, book)) - {AESTHETIC}):
                says = f"{book.protocols[purpose].label.lower()} is on record: ask for earlier botulinum toxin treatment of it"
                self.known.append(Known("", says, (reference(condition),)))

    def _performer(self) -> list[str] | str:
        found = set()
        for answer in observations.of_occupation(self.own("observations"), self.words.codes):
            found.add(answer.answer or "")
            self.known.append(Known("patient.performer", answer.said, (answer.source,), answer.dated))
        return sorted(found) or "unknown"


def ages_on(birth: Any, today: dt.date) -> tuple[int, int] | None:
    """The youngest and the oldest age in whole years that a birth date allows, which may be a year or a month. None when unusable."""
    parts = word(birth).split("-")
    if not all(part.isascii() and part.isdigit() for part in parts) or [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]):
        return None
    year, month, day = (*map(int, parts), *(1, 1)[len(parts) - 1 :])
    try:
        first = dt.date(year, month, day)
    except ValueError:
        return None
    last = first if len(parts) == 3 else _last_day(first, of_year=len(parts) == 1)
    if first > today:
        return None
    youngest, oldest = _age(min(last, today), today), _age(first, today)
    return (youngest, oldest) if oldest <= _OLDEST else None


def _last_day(first: dt.date, of_year: bool) -> dt.date:
    if of_year or first.month == 12:
        return dt.date(first.year, 12, 31)
    return dt.date(first.year, first.month + 1, 1) - dt.timedelta(days=1)


def _age(birth: dt.date, today: dt.date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
