"""The services that are offered: one id for each hook, and what each asks a client to send along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ..settings import Settings

PREFETCH: Final[Mapping[str, str]] = MappingProxyType(
    {
        "patient": "Patient/{{context.patientId}}",
        "conditions": "Condition?patient={{context.patientId}}",
        "allergies": "AllergyIntolerance?patient={{context.patientId}}",
        "medications": "MedicationRequest?patient={{context.patientId}}&status=active",
        "administrations": "MedicationAdministration?patient={{context.patientId}}&status=completed&_sort=-effective-time&_count=100",
        "observations": "Observation?patient={{context.patientId}}&code=82810-3,11341-5",
    }
)
"""Six short queries of the portable subset. Only `patient` is required; what else is missing is said on the card."""

REQUIRED: Final = "patient"
"""The one prefetch key without which nothing is answered."""

_USAGE: Final = (
    "Send the prefetch key `patient` (412 without it) and, as far as you can, the other five: what was not sent or is not complete is named"
    " on the card and never read as no risk. The service calls nobody, your FHIR server included."
    " Advice only: no card is not a statement of safety."
)


@dataclass(frozen=True, slots=True)
class HookService:
    """One CDS service. `context` names what the context must hold beside `userId` and `patientId`."""

    id: str
    hook: str
    title: str
    description: str
    usage_requirements: str = _USAGE
    prefetch: Mapping[str, str] = field(default_factory=lambda: PREFETCH)
    context: tuple[str, ...] = ()

    @property
    def takes_orders(self) -> bool:
        return "draftOrders" in self.context

    @property
    def takes_selections(self) -> bool:
        return "selections" in self.context


def services(settings: Settings) -> tuple[HookService, ...]:
    """The services, in the order of discovery."""
    return (
        HookService(
            "bont-order-sign",
            "order-sign",
            "Botulinum toxin dose check, before signing",
            "Holds the facial onabotulinumtoxinA doses of unsigned orders against limits, earlier treatments and contraindications.",
            context=("draftOrders",),
        ),
        HookService(
            "bont-order-select",
            "order-select",
            "Botulinum toxin early check, while ordering",
            "Warns early of contraindications and of treatments too soon after one another, for the selected botulinum toxin orders.",
            context=("selections", "draftOrders"),
        ),
        HookService(
            "bont-patient-view",
            "patient-view",
            "Botulinum toxin alert, on opening the chart",
            "Speaks only of hard contraindications to botulinum toxin; silent otherwise.",
        ),
        HookService(
            "bont-injection-plan-review",
            settings.custom_hook,
            "Botulinum toxin injection plan review",
            "The check of bont-order-sign for clinics without order entry; the context is that of order-sign.",
            context=("draftOrders",),
        ),
    )
