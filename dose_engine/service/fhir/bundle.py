"""An EHR export as one bundle: its open toxin orders are the plan, all else is what is known of the patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ...errors import CaseError, Problem, quoted
from ...rulebook.model import Rulebook
from .code_map import CodeMap
from .elements import Raw, items, mapping, whole, word
from .reading import Reading, read
from .searches import Searched, State, has_more, is_error, kind_of
from .sources import KINDS, Sources

_ORDERS: Final = ("MedicationRequest", "ServiceRequest")


def read_bundle(bundle: Any, name: str, book: Rulebook, codes: CodeMap, today: dt.date, *, pregnancy_days: int = 0) -> Reading:
    """Read an export. Raises `CaseError` when it is no bundle, or not of one patient.

    The export is taken for all there is of each kind that stands in it; a kind that does not was not sent.
    """
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        got = quoted(kind_of(mapping(bundle))) if kind_of(mapping(bundle)) else "something else"
        help = "export the patient's record as one Bundle"
        raise CaseError([Problem("wrong-type", f"a FHIR Bundle is needed, got {got}", help, name, 1)])
    export = _Export()
    export.take(bundle)
    sources = export.sources(_patient_of(export, name))
    return read(sources, book, codes, today, pregnancy_days=pregnancy_days)


@dataclass
class _Export:
    """The entries of a bundle, those of bundles inside it too, as a batch of answers is sent."""

    entries: list[Raw] = field(default_factory=list)
    complete: bool = True
    """Is there no next page, no error and no entry that cannot be read?"""

    def take(self, bundle: Raw) -> None:
        waiting = [bundle]
        while waiting:
            one = waiting.pop()
            self.complete &= whole(one.get("entry"))
            for entry in items(one.get("entry")):
                inner = mapping(entry.get("resource"))
                match kind_of(inner):
                    case "Bundle":
                        waiting.append(inner)
                    case "OperationOutcome":
                        self.complete &= not is_error(inner)
                    case "":
                        self.complete = False
                    case _:
                        self.entries.append(entry)
            self.complete &= not has_more(one, len(items(one.get("entry"))))

    def of_kinds(self, *kinds: str) -> Iterator[Raw]:
        for entry in self.entries:
            if kind_of(mapping(entry.get("resource"))) in kinds:
                yield entry

    def sources(self, patient_id: str) -> Sources:
        searches = {}
        for key, kinds in KINDS.items():
            found = tuple(mapping(entry.get("resource")) for entry in self.of_kinds(*kinds))
            state = State.PART if not self.complete else State.WHOLE if found else State.ABSENT
            searches[key] = Searched(state, found)
        entries = tuple(self.entries)
        searches["patient"] = Searched(State.WHOLE, searches["patient"].resources, entries)
        return Sources(patient_id, tuple(self.of_kinds(*_ORDERS)), (), searches)


def _patient_of(export: _Export, name: str) -> str:
    """The id of the one patient of an export."""
    ids = {word(mapping(entry.get("resource")).get("id")) for entry in export.of_kinds("Patient")}
    help = "export the record of one patient, with the Patient resource and its id"
    if ids == {""}:
        raise CaseError([Problem("missing-key", "the Patient has no id", help, name, 1)])
    if len(ids) != 1:
        raise CaseError([Problem("missing-key", f"one Patient is needed, got {len(ids) or 'none'}", help, name, 1)])
    return ids.pop()
