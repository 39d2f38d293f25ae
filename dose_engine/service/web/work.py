"""One request on its way through the service: what its log line will say, and until when it may take."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from ..security.caller import Caller

KEY: Final = "dose_engine.work"
"""Where it stands in the scope of a request."""


@dataclass(slots=True)
class Work:
    """Filled in on the way, read at the end. Nothing in it comes from a body, a path or a query."""

    id: str
    kind: str = "other"
    """What sort of advice is asked for: single, batch, cds or other; a label of the metrics."""
    route: str = ""
    """The template of the route, never the path that was called."""
    caller: Caller | None = None
    verdicts: Counter[str] = field(default_factory=Counter)
    until: float | None = None
    """On the clock of `time.monotonic`; None without a limit."""
    given_up: bool = False
    """Nobody waits for the answer any more."""
    notes: dict[str, str | int | bool] = field(default_factory=dict)
    """More for the log line."""

    @property
    def over(self) -> bool:
        return self.given_up or (self.until is not None and time.monotonic() > self.until)

    def may_take(self, seconds: float) -> None:
        """The limit starts anew."""
        self.until = time.monotonic() + seconds


WORK: ContextVar[Work | None] = ContextVar("work", default=None)
"""The request that this task, or this thread, works for. None outside of requests."""


def work_of(scope: MutableMapping[str, Any]) -> Work:
    """The request's own record. The outermost layer has put it there."""
    work: Work = scope[KEY]
    return work
