"""Is the unit of a Quantity units of toxin? A mass or a volume never is; `unit` and `code` agree; what is not listed is refused."""

from __future__ import annotations

import re
from typing import Final

from .elements import Raw, short, word

UCUM: Final = "http://unitsofmeasure.org"
_WORDS: Final = frozenset(("u", "unit", "units", "unt"))
_CODES: Final = frozenset(("[arb'u]", "[usp'u]", "[iu]"))
_INVALID: Final = "[u]"
"""Often sent, and no code of UCUM."""

_OF_PRODUCT: Final = {
    "allergan unit": "onabotulinumtoxinA",
    "allergan units": "onabotulinumtoxinA",
    "speywood unit": "abobotulinumtoxinA",
    "speywood units": "abobotulinumtoxinA",
}
"""Units that name their maker: of that product only."""

_ANNOTATION = re.compile(r"\{([^{}]*)\}\Z")
_MASSES: Final = frozenset(("kg", "g", "mg", "ug", "µg", "μg", "mcg", "ng", "pg", "gram", "milligram", "microgram", "nanogram"))
_VOLUMES: Final = frozenset(("l", "dl", "cl", "ml", "ul", "µl", "μl", "cc", "liter", "litre", "milliliter", "millilitre", "microliter"))
_UNITS: Final = ""
"""What is wrong with units of toxin: nothing."""


def unit_of(quantity: Raw, product: str | None) -> tuple[str, str]:
    """Why the unit is not units of this product (empty when it is), and a note where it is written in an invalid way."""
    code, text = quantity.get("code"), quantity.get("unit")
    if not all(part is None or isinstance(part, str) for part in (code, text, quantity.get("system"))):
        return "has a unit that cannot be read", ""
    said = [_of_code(word(code), word(quantity.get("system")), product)] if word(code) else []
    said += [_of_text(word(text), product)] if word(text) and not _same(word(text), word(code)) else []
    if not said:
        return "has no unit", ""
    if len(set(map(bool, said))) > 1:
        return f"has a unit and a code that disagree ('{short(word(text))}' and '{short(word(code))}')", ""
    invalid = _INVALID in (word(code).casefold(), word(text).casefold())
    return said[0], "the unit was sent as [U], which is no valid code" if invalid and said[0] == _UNITS else ""


def _same(text: str, code: str) -> bool:
    """Is the text only the code in words?"""
    return text.casefold().replace(".", "") == "iu" and code.casefold() == "[iu]"


def _of_code(code: str, system: str, product: str | None) -> str:
    ucum = not system or system.rstrip("/") == UCUM
    if code == "u" and system and ucum:
        return "is a mass (u is the atomic mass unit); a dose of toxin is in units"
    plain = code.casefold()
    why = _of_word(plain, product)
    return why if why == _UNITS or ucum else "has a unit in a code system that is not read"


def _of_text(text: str, product: str | None) -> str:
    return _of_word(" ".join(text.casefold().rstrip(".").split()), product)


def _of_word(plain: str, product: str | None) -> str:
    annotation = _ANNOTATION.match(plain)
    inner = annotation[1].strip() if annotation else plain
    if inner in _WORDS or plain in _CODES or plain == _INVALID:
        return _UNITS
    if inner in _OF_PRODUCT:
        return _UNITS if _OF_PRODUCT[inner] == product else "is in units of another product"
    single = plain.removesuffix("s")
    if {plain, single} & _MASSES:
        return "is a mass; a dose of toxin is in units"
    if {plain, single} & _VOLUMES:
        return "is a volume; a dose of toxin is in units"
    return "is not in units of toxin"
