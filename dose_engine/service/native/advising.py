"""From the bytes of a case to the bytes of its advisory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ...case import Case
from ...errors import CaseError, RulebookError
from ...intake import read_case
from ..served_engine import Loaded
from ..settings import Settings
from ..strict_json import _measure as measure
from ..web.problems import BadCase
from ..web.refusals import seal_does_not_hold

MUCH: Final = 64_000
"""Bytes of a body that may take long to read already, when something is wrong in it."""

_LONG: Final = 2_000
"""Planned doses, times all doses of plan, history and schedule together: where this is more, seconds may pass."""

Today = Callable[[], dt.date]


@dataclass(frozen=True, slots=True)
class TakesLong:
    """A case that is to be worked on in the lane of long ones."""

    case: Case


@dataclass(frozen=True, slots=True)
class Advising:
    """Advises on cases as they arrive, under the settings' bounds."""

    settings: Settings
    today: Today

    def read(self, raw: bytes, loaded: Loaded) -> Case:
        """Raises `Refused`: 422 with every problem, 413 for too many values."""
        measure(raw, self.settings.deepest, self.settings.most_values)
        try:
            return read_case(raw, "case.json", loaded.book, self.today())
        except CaseError as error:
            raise BadCase(error) from None

    def advise(self, case: Case, loaded: Loaded, options: bool) -> bytes:
        """The advisory as JSON. Raises `Refused`: 503 when it takes too long, or when a required seal no longer holds."""
        try:
            return loaded.engine.advise(case, options).model_dump_json().encode()
        except CaseError as error:
            raise BadCase(error) from None
        except RulebookError:
            raise seal_does_not_hold() from None

    def at_once(self, raw: bytes, loaded: Loaded, options: bool) -> bytes | TakesLong:
        """Read and advised in one go; only read, where it will take long."""
        case = self.read(raw, loaded)
        return TakesLong(case) if takes_long(case, options) else self.advise(case, loaded, options)


def takes_long(case: Case, options: bool) -> bool:
    """Will it take the engine a second or more, as far as can be told from the size of the case?"""
    treatments = (*(case.history.treatments if case.history else ()), *case.scheduled)
    doses = len(case.plan) + sum(max(1, len(one.doses)) for one in treatments)
    return len(case.plan) * doses > (_LONG if options else 2 * _LONG)
