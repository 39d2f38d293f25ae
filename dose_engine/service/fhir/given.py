"""One dose on record, as far as it is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from .doses import Dose
from .sites import Place, Site

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Given:
    """One dose on record, or the whole of a session. `date` None: not known to the day. `sites`: where it went, all of them together.

    `name` and `session` tell it and what it is a part of from all others. `parts` are the doses recorded as parts of it, which are in its
    dose.
    """

    source: str
    name: str
    date: dt.date | None
    product: str
    purpose: str | None
    session: str
    sites: tuple[Site, ...]
    dose: Dose
    parts: tuple[Given, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it went, as far as the record says it in words that are known."""
        return tuple(site.recorded for site in self.sites if site.recorded is not None)
