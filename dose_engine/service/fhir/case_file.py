"""A reading as a person completes it: the case with nothing assumed in it, and what each fact rests on.

A dose whose place is not all stated stands in the plan as far as it is, so that a check asks for the rest. Where nothing is planned there
is no plan, and without an order no product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .provenance import Known
from .reading import Reading

NOT_ON_RECORD: Final = {"onset": "unknown", "cause": "unknown", "seen_on_video": "unknown"}
"""What no record says about an asymmetry, written out to be filled in."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as plain values; by path (`patient.age`, `plan[0]`) what it rests on; and what is said beside it."""

    values: Mapping[str, Any]
    notes: Mapping[str, tuple[Known, ...]]
    beside: tuple[Known, ...]


def case_file(reading: Reading) -> CaseFile:
    """The case of a reading, to be completed. No name, no birth date and no id of the patient is in it."""
    given = reading.document
    history = {key: value for key, value in given["history"].items() if value != []}
    planned = (*reading.stated, *reading.open)
    values: dict[str, Any] = {
        "date": given["date"],
        **({"product": given["product"]} if reading.concerns_toxin else {}),
        "patient": given["patient"],
        "asymmetry": NOT_ON_RECORD,
        "history": history,
        **({"scheduled": given["scheduled"]} if "scheduled" in given else {}),
        **({"plan": [one.entry for one in planned]} if planned else {}),
    }
    notes: dict[str, list[Known]] = defaultdict(list)
    for one in reading.known:
        if one.path == "product" or one.path.startswith("patient."):
            notes[one.path].append(_without_patient(one))
    _of_list(notes, "history.treatments", reading.treatment_sources, _by_source(reading))
    _of_list(notes, "scheduled", reading.scheduled_sources, {})
    for index, dose in enumerate(planned):
        notes[f"plan[{index}]"].append(Known("", dose.says, dose.sources))
    beside = tuple(dict.fromkeys(one for one in reading.known if not one.path))
    return CaseFile(values, {path: tuple(found) for path, found in notes.items()}, beside)


def _by_source(reading: Reading) -> Mapping[str, Sequence[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for one in reading.known:
        if one.path in ("history.treatments", "history.today"):
            for source in one.sources:
                found[source].append(one)
    return found


def _of_list(notes: dict[str, list[Known]], path: str, sources: Sequence[tuple[str, ...]], said: Mapping[str, Sequence[Known]]) -> None:
    for index, names in enumerate(sources):
        found = [one for name in dict.fromkeys(names) for one in said.get(name, ())] or [Known("", "", names)]
        notes[f"{path}[{index}]"] += found


def _without_patient(known: Known) -> Known:
    """The patient's own resource, of which only the birth date is read, is named without its id."""
    sources = tuple("Patient.birthDate" if source.startswith("Patient/") else source for source in known.sources)
    return Known(known.path, known.says, sources, known.dated)
