"""Remembers which tokens have been used, until they would be refused for their age. What cannot be remembered is refused.

Each issuer has a share of its own, so that one client that sends too many tokens does not shut the others out. Neither memory holds an
issuer or a `jti`, only their hashes.
"""

from __future__ import annotations

import heapq
import os
import sqlite3
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from ...documents import Unreadable
from ...errors import Problem
from .alone import alone_in
from .files_read import refuse_if_others_write, refused, unreadable

MOST_EACH: Final = 100_000
"""Tokens of one issuer that are remembered at one time: 600 a minute, each an hour long, are 36,000."""

_SECONDS_TO_WAIT: Final = 2.0
"""For another worker that is writing; a write takes far less than a millisecond."""

_FORGOTTEN_AT_ONCE: Final = 500

_TABLES: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS used (issuer BLOB, token BLOB, until REAL NOT NULL, PRIMARY KEY (issuer, token)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used_until ON used (until);
CREATE TABLE IF NOT EXISTS held (issuer BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS remembered AFTER INSERT ON used BEGIN
  INSERT INTO held VALUES (new.issuer, 1) ON CONFLICT (issuer) DO UPDATE SET number = number + 1; END;
CREATE TRIGGER IF NOT EXISTS forgotten AFTER DELETE ON used BEGIN
  UPDATE held SET number = number - 1 WHERE issuer = old.issuer; END;
COMMIT;
"""

_FORGET: Final = "DELETE FROM used WHERE (issuer, token) IN (SELECT issuer, token FROM used WHERE until <= ? ORDER BY until LIMIT ?)"
_REMEMBER: Final = "INSERT INTO used VALUES (?, ?, ?) ON CONFLICT (issuer, token) DO UPDATE SET until = excluded.until"


class MemoryUnusable(Exception):  # noqa: N818 - its name says what the memory is
    """The memory is full or broken: whether a token has been used cannot be told."""


class ReplayMemory(Protocol):
    """What remembers the tokens that were used."""

    def first_use(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """True for exactly one of all uses of a token, and remembers it until `until` (seconds since 1970, as `now`).

        Raises `MemoryUnusable`; the token is then to be refused.
        """
        ...

    def close(self) -> None:
        """No use of it follows."""
        ...


class ReplayInProcess:
    """For one worker. Lost when it ends: a token can then be used again while it lasts. Safe in threads."""

    def __init__(self, most_each: int = MOST_EACH) -> None:
        self._most = most_each
        self._lock = threading.Lock()
        self._until: dict[bytes, dict[bytes, float]] = {}
        self._next: dict[bytes, list[tuple[float, bytes]]] = {}

    def first_use(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """As `ReplayMemory` says."""
        owner, token = _hash(issuer), _hash(jti)
        with self._lock:
            held, ends = self._until.setdefault(owner, {}), self._next.setdefault(owner, [])
            while ends and ends[0][0] <= now:
                del held[heapq.heappop(ends)[1]]
            if token in held:
                return False
            if len(held) >= self._most:
                raise MemoryUnusable("full")
            held[token] = until
            heapq.heappush(ends, (until, token))
            return True

    def close(self) -> None:
        """Nothing to close."""


class ReplayFile:
    """For several workers: an SQLite file in a folder that only the service can write. Safe in threads; every process opens its own.

    It is not forced to the disk: after a crash of the machine (not of a worker) the last uses may be forgotten.
    """

    def __init__(self, path: Path, most_each: int = MOST_EACH) -> None:
        """Opens or makes the file. Raises `SettingsError` when that cannot be done, or when it is something else."""
        self._path, self._most = path, most_each
        self._lock = threading.Lock()
        try:
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            refuse_if_others_write(path, path.stat().st_mode)
            with alone_in(path.parent):  # SQLite does not wait for another that is just making the file
                self._file = self._open()
        except (OSError, ValueError) as error:
            raise refused(unreadable(path, error, "written")) from None
        except Unreadable as open_to_others:
            raise refused(open_to_others.problem) from None
        except sqlite3.Error as error:
            help = "if it is damaged, take it away: it is made anew, and tokens used before can be used again while they last"
            raise refused(Problem("file-unreadable", f"no memory of used tokens can be kept here: {error}", help, str(path))) from None

    def first_use(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """As `ReplayMemory` says; waits at most two seconds for other workers."""
        with self._lock:
            try:
                return self._first_use(_hash(issuer), _hash(jti), until, now)
            except sqlite3.Error as error:
                with suppress(sqlite3.Error):
                    self._file.rollback()
                raise MemoryUnusable(type(error).__name__) from None

    def close(self) -> None:
        """Closes the file, also when its folder is gone."""
        with self._lock, suppress(FileNotFoundError), alone_in(self._path.parent):
            self._file.close()
        self._file.close()

    def _open(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=_SECONDS_TO_WAIT, isolation_level=None, check_same_thread=False)
        try:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = OFF")
            file.executescript(_TABLES)
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _first_use(self, owner: bytes, token: bytes, until: float, now: float) -> bool:
        file = self._file
        file.execute("BEGIN IMMEDIATE")
        file.execute(_FORGET, (now, _FORGOTTEN_AT_ONCE))
        known = file.execute("SELECT until FROM used WHERE issuer = ? AND token = ?", (owner, token)).fetchone()
        first = known is None or known[0] <= now
        if first:
            held = file.execute("SELECT number FROM held WHERE issuer = ?", (owner,)).fetchone()
            if known is None and held is not None and held[0] >= self._most:
                file.execute("COMMIT")  # what was forgotten stays forgotten
                raise MemoryUnusable("full")
            file.execute(_REMEMBER, (owner, token, until))
        file.execute("COMMIT")
        return first


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
