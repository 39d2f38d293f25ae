"""What a reading is made of: facts with what they rest on, and what could not be read with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ...advisory import Verdict


@dataclass(frozen=True, slots=True)
class Known:
    """A fact of the case, and what it rests on. Without a `path` it is said beside the case, and answers no question."""

    path: str
    says: str
    sources: tuple[str, ...]
    dated: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be read, why, and the least that the verdict then is. `orders`: those it is about, none for the patient."""

    code: str
    says: str
    counts_as: Verdict = Verdict.INCOMPLETE
    orders: tuple[str, ...] = ()
    stated: str = ""
    """The same without what was assumed in order to check it; empty where nothing was."""
