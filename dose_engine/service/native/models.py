"""The rulebook as the API shows it. What is answered is made of these models, so the documents cannot differ from it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ...advisory import Amount, Basis, Checked, SealState, Severity, Side, Verdict


class Shown(BaseModel):
    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)


Sources = Annotated[tuple[str, ...], Field(description="Ids of the sources, as in `GET /v1/rulebook`.")]


class SourceShown(Shown):
    """Where a number or a rule comes from, and how far that was checked."""

    id: str
    title: str
    document: str
    checked: Checked
    note: str


class RangeShown(Shown):
    """What a careful treatment uses."""

    of: Basis
    min: Amount
    max: Amount
    when: str | None = Field(description="For which cases; null: for all others.")
    because: str
    sources: Sources


class LimitShown(Shown):
    """A line that a plan is held against; it is crossed above it, not at it."""

    rule: str
    severity: Severity
    of: Basis
    muscle: str | None
    above: Amount
    when: str | None = Field(description="For which cases; null: for all.")
    sources: Sources


class ReviewShown(Shown):
    """The named clinician who answers for the numbers; all null: nobody yet."""

    reviewed_by: str | None
    reviewed_on: dt.date | None
    review_by: dt.date | None


class ZoneShown(Shown):
    """A zone, with the ranges and lines of the rulebook."""

    zone: str
    label: str
    region: str
    muscles: dict[str, tuple[Side, ...]]
    bands: tuple[str, ...]
    suggest: tuple[RangeShown, ...] = Field(description="Empty: no dose is offered here.")
    limits: tuple[LimitShown, ...]
    always_stops: tuple[str, ...] = Field(description="Rules that stop any dose here, whoever the patient is.")
    rules: tuple[str, ...] = Field(description="Every rule that can hold here.")
    review: ReviewShown


class Line(Shown):
    """A line of a condition in words; `depth` is how far it is indented."""

    depth: int
    text: str


class HazardShown(Shown):
    id: str
    title: str
    says: str


class RuleBrief(Shown):
    """A rule in a list."""

    id: str
    title: str
    severity: Severity | None = Field(description="null: it makes no finding; it tells something, or lowers or withholds a suggestion.")
    scope: str = Field(description="`case`, or `dose`: for each dose it holds for.")


class RuleShown(RuleBrief):
    """A rule in plain sentences."""

    when: tuple[Line, ...] = Field(description="All of these at depth 0 must hold.")
    then: tuple[str, ...]
    because: str
    advise: str
    hazard: HazardShown | None
    sources: tuple[SourceShown, ...]
    file: str
    line: int


class QuestionShown(Shown):
    """A question of the screening. One that is left out is unknown, not "no"."""

    name: str = Field(description="The key under `patient.screening`.")
    prompt: str
    answers: tuple[str, ...]
    about_place: bool = Field(description="Then an answer may also be a list of zones or regions.")
    open_counts: Verdict | None = Field(description="The most that an open answer counts for.")
    sources: Sources


class ConstantShown(Shown):
    name: str
    kind: str
    value: int | float = Field(description="In what `kind` says: units (U), days, years, millimetres, or a count.")
    says: str
    sources: Sources


class ProductShown(Shown):
    name: str
    brands: tuple[str, ...]
    type: str
    note: str


class ProtocolShown(Shown):
    """A regimen, or a purpose, that an entry of the history may name."""

    name: str
    label: str
    units: tuple[Amount, Amount] | None = Field(description="From, to, in units (U); null: not known from the name alone.")
    note: str


class SealShown(Shown):
    """How the seal of the rulebook stands; with anything but `holds` the rulebook is a draft."""

    state: SealState
    sealed_by: str | None
    note: str


class BookShown(Shown):
    """The rulebook that advises now."""

    title: str
    version: str
    date: dt.date
    sha256: str
    product: str
    seal: SealShown
    overdue: tuple[str, ...] = Field(description="Zones and sources whose day of review has passed.")
    zones: tuple[str, ...]
    rules: int
    constants: tuple[ConstantShown, ...]
    products: tuple[ProductShown, ...]
    protocols: tuple[ProtocolShown, ...]
    hazards: tuple[HazardShown, ...]
    sources: tuple[SourceShown, ...]


class Zones(Shown):
    zones: tuple[ZoneShown, ...]


class Rules(Shown):
    rules: tuple[RuleBrief, ...]


class Questions(Shown):
    questions: tuple[QuestionShown, ...]
