"""Conditions, facts and sums in the words of a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ...report.sentences import condition_text
from ...report.words import listed
from ...rulebook.conditions import Condition
from ...rulebook.model import Constant, Kind, Rulebook
from ...units import OPEN
from ...wording import number, words

BASES: Final = {"point": "per point", "dose": "per dose", "side": "per side", "total": "in total"}

MOST_NAMED: Final = 8
"""Rules or facts named in one line; the others are counted."""


def phrase(condition: Condition, book: Rulebook) -> str:
    """A condition in one line: "less than 90 days have passed since this muscle was treated for migraine"."""
    return condition_text(condition, book) or "always"


def amount(value: int, kind: Kind) -> str:
    """A number with its unit: `2.5 U`, `90 days`, `18 years`."""
    text = number(value, kind)
    unit = {Kind.DAYS: " days", Kind.YEARS: " years"}.get(kind, "")
    return text if kind is Kind.DAYS and value == OPEN else text + unit


def constant_text(constant: Constant) -> str:
    return amount(constant.value, constant.kind)


def named(things: Iterable[str], one: str) -> str:
    """`the rules A, B and C`, or with a count of what is left out; empty when there are none."""
    names = sorted(things)
    if not names:
        return ""
    shown = names if len(names) <= MOST_NAMED + 1 else [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} more"]
    return f"the {one if len(names) == 1 else one + 's'} {listed(shown)}"


def word_list(found: Iterable[str]) -> str:
    return listed([words(word) for word in found])


def came_and_went(old: Iterable[str], new: Iterable[str], gained: str, lost: str) -> str:
    """`GAINED a and b; LOST c`: what a list has more and less."""
    old, new = list(old), list(new)
    more = [item for item in new if item not in old]
    less = [item for item in old if item not in new]
    parts = [f"{gained} {listed(more)}"] if more else []
    return "; ".join([*parts, *([f"{lost} {listed(less)}"] if less else [])])


def shown(value: object) -> str:
    """Any plain value, for a change that has no words of its own."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case {"decimal": str(number), **others} if not others:
            return number
        case Mapping():
            return ", ".join(f"{words(str(key))}: {shown(item)}" for key, item in value.items()) or "nothing"
        case list() | tuple():
            return ", ".join(shown(item) for item in value) or "nothing"
        case _:
            return str(value)


def was_now(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """A text before and after, one under the other."""
    return (("was", old or "(nothing)"), ("now", new or "(nothing)"))
