"""What comes in: a patient, a plan and what the patient has had before. The README shows a case file and how its entries are read.

The models fix the shape, the exact units and the dates. Which zones, muscles, questions, products and protocols exist is the rulebook's
to say; `intake.py` holds a case against it.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from .units import LARGEST, Units, spelled

MOST_PLANNED = 60
MOST_TREATMENTS = 150
MOST_SCHEDULED = 50
MOST_DOSES = 40
"""Bounds that keep every possible sum below 2**31 two-hundredths of a unit: (60 + 200 * 40) * 1000 U."""


def _units(value: object) -> Units:
    if isinstance(value, Units):
        read = value
    elif isinstance(value, float):
        raise PydanticCustomError("units", "units are exact, an int or a Decimal and never a float")
    elif isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise PydanticCustomError("units", "units are a plain number, for example `2.5`, without quotes")
    else:
        try:
            read = Units.of(value)
        except ValueError as error:
            raise PydanticCustomError("units", "{reason}", {"reason": str(error)}) from None
    if not 0 < read <= LARGEST:
        raise PydanticCustomError("units", "units are more than 0 and at most 1000")
    return read


def _whole(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 6 and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("whole", "a whole number is needed, without quotes")
    return value


_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


def _day(value: object) -> object:
    if isinstance(value, dt.datetime) or not isinstance(value, (str, dt.date)) or (isinstance(value, str) and not _WRITTEN.match(value)):
        raise PydanticCustomError("day", "a date is written YYYY-MM-DD")
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("day", "this day is not in the calendar") from None
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("day", "a date lies between 1900-01-01 and 2200-12-31")
    return value


def _day_or_word(*words: str) -> Any:
    def read(value: object) -> object:
        return value if isinstance(value, str) and value in words else _day(value)

    return read


def _yes_no(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _answer(value: object) -> object:
    read = _yes_no(value)
    if _single(read) and read not in ("yes", "no", "unknown"):
        raise PydanticCustomError("answer", "an answer is `yes`, `no` or `unknown`")
    return read


def _performer(value: object) -> object:
    if value is not None and _single(value) and value != "unknown":
        raise PydanticCustomError("performer", "a list is needed, for example `[singer]`, or `unknown`")
    return value


def _single(value: object) -> bool:
    """Not a list of any sort."""
    return value is None or isinstance(value, (str, int, float, Decimal, Mapping))


class Hundredths(int):
    """Millimetres in whole hundredths."""

    __slots__ = ()

    def number(self) -> int | float:
        """The JSON spelling: the shortest decimal, which is exact."""
        return self // 100 if self % 100 == 0 else self / 100


def _millimetres(value: object) -> Hundredths:
    if isinstance(value, Hundredths):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise PydanticCustomError("millimetres", "millimetres are a plain number, for example `1.5`, without quotes")
    exact = Decimal(value)
    if not exact.is_finite() or not 0 <= exact <= 100 or exact * 100 != (exact * 100).to_integral_value():
        raise PydanticCustomError("millimetres", "millimetres are from 0 to 100 with at most two decimals")
    return Hundredths(exact * 100)


PlannedUnits = Annotated[
    Units,
    PlainValidator(_units),
    PlainSerializer(spelled, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": 0.01}),
]
Day = Annotated[dt.date, BeforeValidator(_day)]
DayOrUnknown = Annotated[dt.date | Literal["unknown"], BeforeValidator(_day_or_word("unknown"))]
DayOrNone = Annotated[dt.date | Literal["none", "unknown"], BeforeValidator(_day_or_word("none", "unknown"))]
YesNo = Annotated[Literal["yes", "no", "unknown"], BeforeValidator(_yes_no)]
Whole = Annotated[int, BeforeValidator(_whole)]
Answer = Annotated[Literal["yes", "no", "unknown"] | tuple[str, ...], BeforeValidator(_answer)]
Millimetres = Annotated[
    Hundredths,
    PlainValidator(_millimetres),
    PlainSerializer(Hundredths.number, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01}),
]

Visit = Literal["first_pass", "touch_up", "maintenance"]
SideWord = Literal["left", "right", "midline"]
Band = Literal["medial", "lateral"]
Placement = Literal["standard", "lateral", "medial", "low", "lower_lid", "below_zygomatic_arch", "medial_to_orbital_rim"]
Label = Annotated[str, Field(max_length=200)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class PlannedDose(Model):
    """One dose of the plan. `units` left out asks for a suggestion; `points` left out asks for a proposal."""

    zone: str
    muscle: str | None = None
    side: SideWord | None = None
    band: Band | None = None
    units: PlannedUnits | None = None
    points: Annotated[Whole, Field(ge=1, le=100), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100})] | None = None
    activity: Literal["overactive", "quieter"] | None = None
    aim: Literal["match_widths", "slimming"] | None = None
    placement: tuple[Placement, ...] = ()


class PastDose(Model):
    """One dose of an earlier or scheduled treatment, as far as the record says: a zone, or a muscle outside the zones."""

    zone: str | None = None
    muscle: str | None = None
    side: SideWord | None = None
    band: Band | None = None
    units: PlannedUnits | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.zone is None and self.muscle is None:
            raise PydanticCustomError("somewhere", "a dose names its `zone`, or its `muscle`")
        return self


class Treatment(Model):
    """One earlier or scheduled treatment. Units left out are not known, never zero; product left out is the rulebook's product."""

    date: DayOrUnknown
    product: str | None = None
    protocol: str | None = None
    purpose: str | None = None
    visit: Visit | None = None
    units: PlannedUnits | None = None
    doses: Annotated[tuple[PastDose, ...], Field(max_length=MOST_DOSES)] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.protocol is not None and self.purpose is not None and self.protocol != self.purpose:
            raise PydanticCustomError("purpose", "`protocol` already says the purpose; leave `purpose` out or make them the same")
        if self.units is not None and sum(dose.units or 0 for dose in self.doses) > self.units:
            raise PydanticCustomError("contradiction", "the doses add up to more than `units`, the whole treatment")
        return self


class History(Model):
    """What the patient has had. `complete: yes` is the injector's word that nothing is missing."""

    complete: YesNo = "unknown"
    treatments: Annotated[tuple[Treatment, ...], Field(max_length=MOST_TREATMENTS)] = ()


class Patient(Model):
    age: Annotated[Whole, Field(ge=0, le=130), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 130})]
    first_treatment: YesNo = "unknown"
    screening: dict[str, Answer] = Field(default_factory=dict)
    performer: Annotated[
        tuple[Literal["singer", "wind_player", "speaker", "actor"], ...] | Literal["unknown"] | None, BeforeValidator(_performer)
    ] = None
    next_performance: DayOrNone = "unknown"
    event: DayOrNone | None = None


class Asymmetry(Model):
    onset: Literal["longstanding", "new", "progressive", "unknown"] = "unknown"
    cause: Literal["muscular", "skeletal", "palsy", "surgical", "volume", "unknown"] = "unknown"
    seen_on_video: YesNo = "unknown"
    millimetres: Millimetres | None = None


class Case(Model):
    """A patient and a plan, on one day."""

    case: Label = ""
    date: Day = Field(default_factory=dt.date.today)
    visit: Visit | None = None
    product: str
    patient: Patient
    asymmetry: Asymmetry = Field(default_factory=Asymmetry)
    goals: Annotated[tuple[Label, ...], Field(max_length=50)] | None = None
    history: History | None = None
    scheduled: Annotated[tuple[Treatment, ...], Field(max_length=MOST_SCHEDULED)] = ()
    plan: Annotated[tuple[PlannedDose, ...], Field(min_length=1, max_length=MOST_PLANNED)]

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        wrong = [*self._dates_out_of_order()]
        first = self.patient.first_treatment == "yes"
        if first and self.history and (self.history.treatments or self.history.complete == "no"):
            reason = "`first_treatment: yes` and a history exclude each other; say which is right"
            wrong.append(("contradiction", "patient.first_treatment", reason))
        if wrong:
            raise PydanticCustomError("order", "{reason}", {"reason": "; ".join(reason for *_, reason in wrong), "all": wrong})
        return self

    def _dates_out_of_order(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong: a code, the path and the reason."""
        for index, treatment in enumerate(self.history.treatments if self.history else ()):
            if treatment.date != "unknown" and treatment.date > self.date:
                yield "date-order", f"history.treatments[{index}].date", f"{treatment.date} is after the treatment date {self.date}"
        for index, treatment in enumerate(self.scheduled):
            if treatment.date != "unknown" and treatment.date <= self.date:
                yield "date-order", f"scheduled[{index}].date", f"{treatment.date} is not after the treatment date {self.date}"
        for name in ("event", "next_performance"):
            day = getattr(self.patient, name)
            if isinstance(day, dt.date) and day < self.date:
                yield "date-order", f"patient.{name}", f"{day} is before the treatment date {self.date}"
