"""What a fact can be: a word, a list, or a number, each as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

UNKNOWN = "unknown"
"""The word that no answer has been given for."""


class Range(NamedTuple):
    """A number known to lie in `low .. high`, both ends included; `units.OPEN` as an end means open, or never for days."""

    low: int
    high: int


class Members(NamedTuple):
    """A list: the members it has, and the members it may have. A member in neither is not in the list."""

    has: frozenset[str]
    may_have: frozenset[str] = frozenset()


Value = str | Range | Members
Record = Mapping[str, Value]
"""The facts of a case, or of one dose of it, by name."""
