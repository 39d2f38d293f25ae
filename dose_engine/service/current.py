"""The engine in use, and its hot reload: a changed rulebook is loaded, verified and tried out beside the old one, then takes its place.

Whoever has taken `loaded` keeps it to the end of the request: an advisory and what is said about its rulebook are of one book. There is one
case in which the old book does not stay: when its own seal is required and a changed trust list no longer honours it.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from typing import Final

from ..errors import BadInput
from ..rulebook.model import Rulebook
from .book_files import Stamp, book_of, digest, files_of, stamp
from .observing.logs import LOGGER, fault_fields
from .observing.metrics import Metrics
from .served_engine import Loaded, NotFit, load, self_check
from .settings import Settings
from .web.refusals import seal_does_not_hold

_CHECKED_FOR: Final = 10.0
"""Seconds for which a self-check counts: anyone may ask, and each one takes the engine some milliseconds."""


@dataclass
class Standing:
    """How the last look at the rulebook, and the last self-check, ended."""

    refused: tuple[str, ...] = ()
    """The problems of the changed rulebook that was not taken; empty when the one in use is the newest."""
    since: dt.datetime | None = None
    unfit: str = ""
    """Why the engine in use must not be used; empty when it advises as it should."""
    checked: float = field(default=float("-inf"))


class Current:
    """Holds what is in use. `look` and `check` do their work in the calling thread; `loaded` may be read by any."""

    def __init__(self, settings: Settings, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        """Loads the rulebook. Raises as `load` does."""
        self._settings, self._metrics, self._clock = settings, metrics, clock
        self._log = logging.getLogger(LOGGER)
        self.standing = Standing()
        self._seen = self._tried = stamp(files_of(settings))
        self._contents = digest(files_of(settings))
        self._book = digest(book_of(settings))
        self._loaded = load(settings, metrics.advised)
        self._withdrawn = False

    @property
    def loaded(self) -> Loaded:
        """What advises now. Raises `Refused` (503) when a seal is required and the one of this book is no longer honoured."""
        if self._withdrawn:
            raise seal_does_not_hold()
        return self._loaded

    def look(self) -> bool:
        """Take a changed rulebook, if it is whole and passes; True when one was taken. A broken one is reported, and the old one stays.

        It is tried only when its files have stayed the same from one look to the next: one that is being written is left alone.
        """
        seen, before = stamp(files_of(self._settings)), self._seen
        self._seen = seen
        if seen == self._tried or seen != before:
            return False
        contents = digest(files_of(self._settings))
        if contents == self._contents:
            self._tried = seen
            return False
        return self._take(seen, contents)

    def _take(self, seen: Stamp, contents: str) -> bool:
        book = digest(book_of(self._settings))
        try:
            loaded = load(self._settings, self._metrics.advised)
        except BadInput as bad:
            self._withdrawn = book == self._book and any(problem.code == "seal" for problem in bad.problems)
            self._refuse([str(problem) for problem in bad.problems])
        except NotFit as unfit:
            self._refuse([str(unfit)])
        except Exception as fault:
            self._log.error("a changed rulebook ended in a fault", extra={"fields": fault_fields(fault)})
            self._refuse(["a fault in dose-engine while it was loaded; see the log"])
        else:
            if digest(files_of(self._settings)) != contents:  # it changed while it was read: at the next look again
                return False
            self._tried, self._contents, self._book = seen, contents, book
            self._loaded, self._withdrawn, self.standing = loaded, False, Standing()
            self._metrics.reloaded("loaded")
            self._log.info("a changed rulebook is in use", extra={"fields": _names(loaded.book)})
            return True
        self._tried, self._contents = seen, contents
        return False

    def _refuse(self, problems: list[str]) -> None:
        self._metrics.reloaded("refused")
        self.standing.refused, self.standing.since = tuple(problems), dt.datetime.now(dt.UTC)
        what = "the seal in use is no longer honoured, no advice is given" if self._withdrawn else "the old one stays in use"
        self._log.error(f"a changed rulebook or trust list is refused, {what}", extra={"fields": {"problems": problems[:20]}})

    def check(self) -> Standing:
        """The standing, with a self-check that is at most ten seconds old."""
        if self._withdrawn or self._clock() - self.standing.checked > _CHECKED_FOR:
            self.standing.unfit = self._unfit()
            self.standing.checked = self._clock()
        return self.standing

    def _unfit(self) -> str:
        if self._withdrawn:
            return "the seal of the rulebook no longer holds"
        try:
            Context().run(self_check, self._loaded.engine)  # in a context of its own: it is no request's advisory
        except NotFit as unfit:
            return str(unfit)
        except BadInput as bad:
            return str(bad.problems[0].message) if bad.problems else "nothing can be planned with this rulebook"
        except Exception as fault:
            self._log.error("the self-check ended in a fault", extra={"fields": fault_fields(fault)})
            return "the self-check ended in a fault; see the log"
        return ""

    @property
    def in_use(self) -> Loaded:
        """What is loaded, may it advise or not."""
        return self._loaded


def _names(book: Rulebook) -> dict[str, str]:
    return {"version": book.version, "sha256": book.sha256}
