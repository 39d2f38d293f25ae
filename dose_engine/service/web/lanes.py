"""The threads that work answers out, so that the event loop always has time for the next request.

The engine is pure Python: two threads share one processor. What is gained is fairness, not speed: a case that takes seconds shares with the
others instead of stopping them, and a request that takes too long is given up while the service goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, Literal, TypeVar

from ..strict_json import Refused

T = TypeVar("T")

Lane = Literal["light", "heavy", "batch", "watch"]

THREADS: Final[dict[Lane, int]] = {"light": 2, "heavy": 1, "batch": 1, "watch": 1}
"""Long cases and batches queue among themselves, so that short ones always find a thread; who watches the service waits for none."""

MOST_WAITING: Final = 200
"""Requests that wait or are worked on in one lane; one more is refused at once, before it holds memory and time."""


class Lanes:
    """A bounded queue and its threads for each lane."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._pools = _pools()
        self._waiting = dict.fromkeys(THREADS, 0)
        self._most = most_waiting

    async def run(self, lane: Lane, work: Callable[[], T]) -> T:
        """The result of `work`, called in a thread with the context of this task. Raises `Refused` (503) when too many wait already."""
        if self._waiting[lane] >= self._most:
            reason = "too many cases are being worked out already; try again in a moment"
            raise Refused(503, reason, "unavailable", headers={"Retry-After": "1"})
        self._waiting[lane] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pools[lane], copy_context().run, work)
        finally:
            self._waiting[lane] -= 1

    def close(self) -> None:
        """What still waits is dropped; what is being worked on ends by itself, at its time limit at the latest. An app may begin again."""
        ended, self._pools = self._pools, _pools()
        for pool in ended.values():
            pool.shutdown(wait=False, cancel_futures=True)


def _pools() -> dict[Lane, ThreadPoolExecutor]:
    """Their threads begin with the first work."""
    return {lane: ThreadPoolExecutor(count, thread_name_prefix=f"dose-engine-{lane}") for lane, count in THREADS.items()}
