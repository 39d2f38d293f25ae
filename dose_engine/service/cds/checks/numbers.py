"""Numbers that arrive as they were sent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from .answer import Answer, Found

_WIDEST_WHOLE: Final = 2**53 - 1


def exact_numbers(answer: Answer) -> Iterator[Found]:
    """Our own: a client that reads numbers as binary floats reads each as it was written, and no binary float stands for a decimal."""
    for where, value in answer.nodes(resources=True):
        match value:
            case bool():
                pass
            case int() if abs(value) > _WIDEST_WHOLE:
                yield where, "a whole number that a binary float does not hold"
            case float() if not math.isfinite(value) or Decimal(value) != Decimal(repr(value)):
                yield where, "a binary float that is not the number it looks like"
            case Decimal() if not value.is_finite() or not _survives(value):
                yield where, "a number that a binary float does not hold"


def _survives(value: Decimal) -> bool:
    as_float = float(value)
    return math.isfinite(as_float) and Decimal(repr(as_float)) == value
