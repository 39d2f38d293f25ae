"""What goes out: an Advisory shows ranges, findings, their basis and the options. It never decides.

Units are onabotulinumtoxinA units (U), exact; dates are days; `null` as the high end of a range means open (it could be anything above).
The models are frozen and their JSON is the published format (`docs/advisory.schema.json`).
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from .units import Units, spelled

SCHEMA_VERSION = "1"
"""The version of the advisory's JSON format."""


class Verdict(StrEnum):
    """How the plan stands, best first: the case takes the worst of its doses and findings."""

    rank: int
    """0 for the best; an attribute, because verdicts are compared everywhere."""

    OK = "ok"
    CAUTION = "caution"
    INCOMPLETE = "incomplete"
    STOP = "stop"

    def __init__(self, _: str) -> None:
        self.rank = len(type(self).__members__)


class Severity(StrEnum):
    INFO = "info"
    CAUTION = "caution"
    STOP = "stop"


class Certainty(StrEnum):
    CERTAIN = "certain"
    POSSIBLE = "possible"


class Checked(StrEnum):
    """How far the number behind a source was checked."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DERIVED = "derived"
    UNCHECKED = "unchecked"


Amount = Annotated[
    Units,
    PlainSerializer(spelled, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "description": "units of toxin (U), exact"}),
]
Side = Literal["left", "right", "midline"]
Basis = Literal["point", "dose", "side", "total"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class AmountRange(Model):
    """From `low` to `high` units; `high` is null when it is open."""

    low: Amount
    high: Amount | None


class Place(Model):
    """Where a dose is planned."""

    zone: str
    muscle: str
    side: Side
    band: str | None = None
    placement: tuple[str, ...] = ()


class Source(Model):
    id: str
    title: str
    checked: Checked


class Points(Model):
    """How many points; `proposed` when the plan does not say. `units_each` is the largest (rounded up to 0.005 U); `split` shares the
    dose out in steps of 0.5 U where it can be."""

    planned: int | None
    proposed: int | None
    units_each: Amount | None
    split: tuple[Amount, ...]


class Suggested(Model):
    """What a careful treatment uses here, and of what it is a range: this dose, the zone on this side, or the zone in total."""

    of: Basis
    min: Amount
    max: Amount
    used_by_others: AmountRange
    """What other planned doses, and (unless it is a range for today alone) doses of the last 28 days, already use of the same basis."""
    reasons: tuple[str, ...]
    sources: tuple[str, ...]


class Limit(Model):
    """The stop line that applies to this place, the narrowest first. `units` is crossed above it, not at it."""

    of: Basis
    units: Amount
    sources: tuple[str, ...]


Position = Literal["below", "within", "above", "over_limit", "suggestion", "withheld"]


class DoseAdvice(Model):
    place: Place
    label: str
    planned: Amount | None
    points: Points
    suggested: Suggested | None
    limits: tuple[Limit, ...]
    position: Position
    verdict: Verdict
    findings: tuple[str, ...]
    because: tuple[str, ...]
    """What lowered or withheld the suggestion, in words."""


class FindingFact(Model):
    """A fact the rule fired on: its value, and what the rule asks of it, both in words."""

    name: str
    value: str
    condition: str


class Finding(Model):
    rule: str
    severity: Severity
    certainty: Certainty
    counts_as: Verdict
    """What the finding makes of the verdict: a possible stop is `incomplete`, an info is `ok`."""
    places: tuple[Place, ...]
    """The doses it is about; empty when it is about the whole case."""
    title: str
    message: str
    why: str
    advise: str
    hazard: str | None
    facts: tuple[FindingFact, ...]
    missing: tuple[str, ...]
    sources: tuple[Source, ...]
    clears_when: str
    defer_until: dt.date | None


class Question(Model):
    name: str
    prompt: str
    decisive: bool
    """Could the answer alone change the verdict of the case?"""
    verdicts: dict[str, Verdict]
    """The verdict of the case for each answer, found by running the engine again; for an open number, the worst it could become."""
    findings: tuple[str, ...]


class Recent(Model):
    purpose: str
    units: AmountRange


class Peak(Model):
    units: AmountRange
    date: dt.date


class MuscleExposure(Model):
    muscle: str
    side: Side
    planned: Amount
    recent: AmountRange
    last_treated: dt.date | Literal["unknown"] | None
    free_from: dt.date | None
    """The first day on which the rulebook's interval has passed since the last treatment; null when that is not known or there was none."""


class Exposure(Model):
    window_days: int
    limit: Amount | None
    planned: Amount
    recent: tuple[Recent, ...]
    total: AmountRange
    peak: Peak
    remaining: AmountRange | None
    """What is left below the limit at the peak; null when it cannot be said."""
    uncountable: tuple[str, ...]
    muscles: tuple[MuscleExposure, ...]


class Change(Model):
    """One thing done differently."""

    kind: Literal["lower", "points", "leave_out", "defer", "visit", "stage", "answer"]
    what: str
    place: Place | None = None
    units: Amount | None = None
    until: dt.date | None = None


class Option(Model):
    what: str
    changes: tuple[Change, ...]
    verdict_if_done: Verdict


class TimelineEntry(Model):
    date: dt.date
    until: dt.date | None
    what: str
    sources: tuple[str, ...]


class Counsel(Model):
    text: str
    audience: Literal["patient", "injector"]
    sources: tuple[str, ...]


class Assumed(Model):
    """A field that was left out, and how it was read."""

    fact: str
    read_as: str


SealState = Literal["none", "holds", "unchecked", "changed", "foreign", "forged", "expired", "not_yet", "revoked"]
"""How the seal of a rulebook stands; with anything but `holds` the rulebook is a draft."""


class RulebookInfo(Model):
    title: str
    version: str
    sha256: str
    sealed_by: str | None
    """Who signed the rulebook, where the seal holds; null means draft: no named clinician answers for these numbers."""
    seal: SealState
    """Whether it has a seal that holds; otherwise what is wrong with it, the gravest first."""
    seal_note: str
    """The same in words: since when and until when it holds, or why it does not; empty without a seal."""
    overdue: tuple[str, ...]
    """Zones and sources whose review date has passed."""


class Evaluators(Model):
    """Who worked the rules out. `agreed` is null when the answer was not independently confirmed."""

    ran: tuple[str, ...]
    agreed: bool | None
    note: str


class Advisory(Model):
    schema_version: str = Field(default=SCHEMA_VERSION)
    verdict: Verdict
    summary: str
    case: str
    product: str
    date: dt.date
    doses: tuple[DoseAdvice, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    exposure: Exposure
    options: tuple[Option, ...]
    earliest_date: dt.date | None
    timeline: tuple[TimelineEntry, ...]
    counselling: tuple[Counsel, ...]
    assumed: tuple[Assumed, ...]
    rulebook: RulebookInfo
    evaluators: Evaluators
    case_sha256: str
