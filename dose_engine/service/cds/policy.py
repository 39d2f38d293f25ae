"""What each hook shows: every card costs attention, and a hook that fires often must say little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Indicator = Literal["critical", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which cards a hook may show. `gaps`: does it say what could not be checked, where nothing else is to say?"""

    indicators: frozenset[Indicator]
    gaps: bool = False
    patient_only: bool = False
    """Only what concerns the patient, whatever is planned."""
    selected_only: bool = False
    """Only what concerns the patient or an order that was just selected."""


SIGNING: Final = Policy(frozenset(("critical", "warning", "info")), gaps=True)
"""All details are there, and it is the last chance to revise."""

SELECTING: Final = Policy(frozenset(("critical",)), selected_only=True)
"""Early: hard facts only, never that a dose is missing."""

VIEWING: Final = Policy(frozenset(("critical",)), patient_only=True)
"""Fires on every opening of a chart: silent unless it is critical."""


def policy_of(service_id: str) -> Policy:
    """The policy of a service; what is not known to fire early or often is treated as the last chance."""
    return {"bont-order-select": SELECTING, "bont-patient-view": VIEWING}.get(service_id, SIGNING)
