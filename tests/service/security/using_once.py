"""What a worker process does in the tests of the memory of used tokens. Light to import, because each process does."""

from __future__ import annotations

import os
import sqlite3
from multiprocessing.synchronize import Barrier
from pathlib import Path

from dose_engine.service.security.replay import ReplayFile


def use_all(path: Path, start: Barrier, count: int) -> int:
    """Opens the memory and uses the same tokens as everyone else, at the same moment; how many of the uses were the first."""
    start.wait()
    memory = ReplayFile(path)
    firsts = 0
    for number in range(count):
        start.wait()
        firsts += memory.first_use("issuer", str(number), until=1000, now=0)
    memory.close()
    return firsts


def die_while_writing(path: Path) -> None:
    """Ends as if killed, with a write begun and not finished."""
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    file.execute("INSERT INTO used VALUES (x'00', x'00', 1000)")
    os._exit(9)
