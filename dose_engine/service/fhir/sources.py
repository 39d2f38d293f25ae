"""What there is to read: the draft orders, and the answer to each search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .elements import Raw, mapping
from .searches import ABSENT, Searched, searched, together

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "patient": ("Patient",),
    "conditions": ("Condition",),
    "allergies": ("AllergyIntolerance",),
    "medications": ("MedicationRequest", "MedicationStatement"),
    "administrations": ("MedicationAdministration",),
    "observations": ("Observation",),
    "procedures": ("Procedure",),
}
"""The resources that each search is for."""

ASKED_OF: Final[Mapping[str, str]] = {
    "conditions": "diagnoses",
    "allergies": "allergies",
    "medications": "other medicines",
    "administrations": "earlier injections",
    "observations": "pregnancy status and occupation",
}
"""The searches that are missed where they were not made, and what they are about."""

MAY_FAIL: Final[Mapping[str, str]] = {**ASKED_OF, "procedures": "earlier procedures"}
_ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = {"administrations": ("pastInjections",)}


@dataclass(frozen=True, slots=True)
class Sources:
    """What there is to read: the draft orders with the selected ones, and the answer to each search."""

    patient_id: str
    orders: tuple[Raw, ...] = ()
    """The entries of the bundle of draft orders."""
    selections: tuple[str, ...] = ()
    searches: Mapping[str, Searched] = field(default_factory=dict)

    @classmethod
    def of_prefetch(
        cls, patient_id: str, prefetch: Mapping[str, Any], orders: tuple[Raw, ...] = (), selections: tuple[str, ...] = ()
    ) -> Sources:
        """From the prefetch of a CDS Hooks request."""
        found = {}
        for key, kinds in KINDS.items():
            names = (key, *_ALSO_CALLED.get(key, ()))
            sent = [name for name in names if name in prefetch] or [key]
            found[key] = together([searched(prefetch, name, *kinds) for name in sent])
        return cls(patient_id, orders, selections, found)

    def search(self, key: str) -> Searched:
        """The answer to a search."""
        return self.searches.get(key, ABSENT)

    def entries(self) -> Iterator[Raw]:
        """Every bundle entry that was sent."""
        yield from self.orders
        for one in self.searches.values():
            yield from one.entries

    def drafts(self) -> Iterator[Raw]:
        """The resources of the bundle of draft orders."""
        yield from (mapping(entry.get("resource")) for entry in self.orders)
