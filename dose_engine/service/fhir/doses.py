"""The dose of an order or administration: one number, exact, in units of a known product; or the reason why it is not read.

A mass or a volume is never units. Several numbers for one dose are never added. A range is read at its high end; `unit` and `code` agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ...units import LARGEST, Units
from .elements import Raw, codings, items, mapping, modified, short, texts, whole, word
from .measures import unit_of

_ORDERED_SYSTEMS: Final = frozenset(("http://terminology.hl7.org/CodeSystem/dose-rate-type", "http://epic.com/CodeSystem/dose-rate-type"))
_QUANTITIES: Final = ("doseQuantity", "doseSimpleQuantity")
_RANGE: Final = "doseRange"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in units, or why there is none. `note` says how it was read where that is not plain. `stated`: a dose was given at all."""

    units: Units | None = None
    why: str = ""
    note: str = ""
    stated: bool = True


NOT_STATED: Final = Dose(None, "no dose is stated", stated=False)
MODIFIED: Final = Dose(None, "it carries a modifier that this service does not know")
MISSHAPEN: Final = Dose(None, "it is not written as FHIR has it")


def of_instruction(instruction: Raw, product: str | None) -> Dose:
    """The dose of one `dosageInstruction`: the entry typed `ordered`, else the only one."""
    rates = items(instruction.get("doseAndRate"))
    direct = any(instruction.get(name) is not None for name in (*_QUANTITIES, _RANGE))  # as STU3 had it
    if not whole(instruction.get("doseAndRate")):
        return MISSHAPEN
    if rates and direct:
        return Dose(None, "it stands in two places of the order")
    if not rates:
        return _of_entry(instruction, product)
    chosen = [rate for rate in rates if _is_ordered(rate)] or list(rates)
    if len(chosen) > 1:
        return Dose(None, f"{len(chosen)} doses are given for one injection, and not one of them is marked as the one ordered")
    return _of_entry(chosen[0], product)


def of_administration(dosage: Any, product: str | None) -> Dose:
    """The dose of a MedicationAdministration."""
    if dosage is not None and not isinstance(dosage, dict):
        return MISSHAPEN
    read = mapping(dosage)
    return MODIFIED if modified(read) else of_quantity(read.get("dose"), product)


def _is_ordered(rate: Raw) -> bool:
    kind = rate.get("type")
    coded = [one for one in codings(kind) if one.system in _ORDERED_SYSTEMS]
    if coded:
        return any(one.code == "ordered" for one in coded)
    return not codings(kind) and any(text.casefold() == "ordered" for text in texts(kind))


def _of_entry(entry: Raw, product: str | None) -> Dose:
    given = [(name, entry[name]) for name in (*_QUANTITIES, _RANGE) if entry.get(name) is not None]
    if len(given) > 1:
        return Dose(None, "it is given more than once")
    if modified(entry):
        return MODIFIED
    match given:
        case []:
            return NOT_STATED
        case [(name, value)] if name == _RANGE:
            return _of_range(value, product)
        case [(_, value)]:
            return of_quantity(value, product)
    raise AssertionError(given)


def _of_range(value: Any, product: str | None) -> Dose:
    if not isinstance(value, dict):
        return MISSHAPEN
    high = of_quantity(value.get("high"), product)
    if high.units is None:
        return Dose(None, f"the range has no high end that can be read: {high.why}")
    if value.get("low") is not None:
        low = of_quantity(value["low"], product)
        if low.units is None or low.units > high.units:
            return Dose(None, "the low end of the range does not fit its high end")
    said = f"a range was ordered; its high end, {high.units} U, was checked"
    return Dose(high.units, "", f"{said}; {high.note}" if high.note else said)


def of_quantity(quantity: Any, product: str | None) -> Dose:
    """An amount with its unit. `product` None: not known, and then no unit can be read."""
    if quantity is None or quantity == {}:
        return NOT_STATED
    if not isinstance(quantity, dict):
        return MISSHAPEN
    amount = short(f"{_shown(quantity.get('value'))} {word(quantity.get('unit')) or word(quantity.get('code'))}".strip())
    if modified(quantity):
        return MODIFIED
    if quantity.get("comparator") is not None:
        return Dose(None, f"it is not exact ({' '.join((short(word(quantity['comparator'])), amount)).strip()})")
    unit, note = unit_of(quantity, product)
    if unit:
        return Dose(None, f"'{amount}' {unit}")
    if product is None:
        return Dose(None, "units of a product that is not known cannot be read")
    return _exact(quantity.get("value"), amount, note)


def _exact(value: Any, amount: str, note: str) -> Dose:
    match value:
        case None:
            return Dose(None, "the amount is missing")
        case float():
            return Dose(None, "the amount is a binary fraction; numbers are read from JSON as exact decimals")
        case str():
            return Dose(None, f"'{amount}' is not a number, but a text in quotes")
        case int() | Decimal() if not isinstance(value, bool):
            pass
        case _:
            return Dose(None, "the amount is not a number")
    try:
        units = Units.of(value)
    except ValueError as error:
        return Dose(None, f"'{amount}': {error}")
    if not 0 < units <= LARGEST:
        return Dose(None, f"'{amount}': units are more than 0 and at most 1000")
    return Dose(units, "", note)


def _shown(value: object) -> str:
    match value:
        case bool() | None:
            return ""
        case int():
            return str(value) if abs(value) < 10**12 else "a number far too large"
        case Decimal():
            return str(value) if len(value.as_tuple().digits) < 20 and -9 < value.adjusted() < 12 else "a number that cannot be used"
        case str():
            return f'"{short(value)}"'
        case _:
            return ""


def shared(units: Units, weights: Sequence[int]) -> list[Decimal]:
    """Units split by weights as nearly as hundredths allow; their sum is exact, and equal weights get the larger parts first."""
    hundredths, total = int(units) // 2, sum(weights)
    parts = [hundredths * weight // total for weight in weights]
    by_rest = sorted(range(len(parts)), key=lambda index: (-(hundredths * weights[index] % total), index))
    for index in by_rest[: hundredths - sum(parts)]:
        parts[index] += 1
    return [Decimal(part) / 100 for part in parts]


def plain_number(units: Units) -> int | Decimal:
    """Units as a case states them: an int or a Decimal."""
    text = str(units)
    return int(text) if text.isdigit() else Decimal(text)
