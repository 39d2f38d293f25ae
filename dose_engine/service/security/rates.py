"""How often one caller may call: a token bucket each, in bounded memory."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

MOST_CALLERS: Final = 10_000
_ALL_OTHERS: Final = ""
"""The one bucket of all callers for whom there was no room."""


class _Bucket(NamedTuple):
    left: float
    """Calls that may still be made, at `seen`."""
    seen: float


class RateLimiter:
    """`burst` calls at once and `per_minute` in the long run, for each caller. Safe in threads; every worker counts for itself."""

    def __init__(
        self, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic, most_callers: int = MOST_CALLERS
    ) -> None:
        """`clock` gives seconds; one that is set back counts as standing still."""
        self._per_second, self._burst, self._clock, self._most = per_minute / 60, float(burst), clock, most_callers
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, caller: str) -> float:
        """0.0 when the call may be made, and it is counted; else the seconds until one may. A refused call is not counted."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            name = caller if caller in self._buckets or len(self._buckets) < self._most else _ALL_OTHERS
            bucket = self._buckets.get(name, _Bucket(self._burst, now))
            seen = max(now, bucket.seen)
            left = min(self._burst, bucket.left + (seen - bucket.seen) * self._per_second)
            allowed = left >= 1
            self._buckets[name] = _Bucket(left - allowed, seen)
            self._buckets.move_to_end(name)
            return 0.0 if allowed else (1 - left) / self._per_second

    def _forget(self, now: float) -> None:
        """Drops the buckets that must be full again: those not seen for as long as an empty one takes. The longest unseen comes first."""
        while self._buckets:
            name, bucket = next(iter(self._buckets.items()))
            if (now - bucket.seen) * self._per_second < self._burst:
                return
            del self._buckets[name]
