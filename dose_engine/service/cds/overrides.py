"""Why a clinician may set a card aside: categories of HL7, and our own. Each has a display, as the specification asks."""

from __future__ import annotations

from typing import Final

OVERRIDE_SYSTEM: Final = "https://example.org/fhir/CodeSystem/bont-override"
_HL7: Final = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


def override_reasons() -> list[dict[str, str]]:
    """The reasons a card offers, ours first. Of HL7's six categories only those whose codes were seen are here."""
    return [
        {"system": OVERRIDE_SYSTEM, "code": "asked-and-answered", "display": "The open questions were asked and answered"},
        {"system": OVERRIDE_SYSTEM, "code": "record-wrong", "display": "The record is wrong or out of date"},
        {"system": OVERRIDE_SYSTEM, "code": "dose-intended", "display": "The dose is intended, the reason is documented"},
        {"system": OVERRIDE_SYSTEM, "code": "contraindicated", "display": "Accepted: the treatment will not be given"},
        {"system": _HL7, "code": "cds-not-applicable", "display": "PC CDS does not apply to patient"},
        {"system": _HL7, "code": "cds-suboptimal-context", "display": "PC CDS delivered in suboptimal context"},
        {
            "system": _HL7,
            "code": "recipient-disagrees-evidence",
            "display": "Recipient disagrees with recommendation because of issues with the evidence",
        },
    ]
