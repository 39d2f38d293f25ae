"""Where feedback goes: a file of JSON Lines that several worker processes add to, or, where none is named, the log."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from ...errors import Problem, SettingsError
from ..strict_json import write_json

Record = Mapping[str, object]

_IN_THE_LOG: Final = ("service", "outcome", "matched")


class FeedbackLog(Protocol):
    """Keeps feedback. `add` returns when all of it is kept, and raises OSError when none of it is."""

    def add(self, records: Sequence[Record]) -> None: ...


class JsonLines:
    """Adds to a file, one line a record. Many threads, processes and hosts' log rotation may be at work on it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def at(cls, path: Path) -> JsonLines:
        """The log in this file, which is made if need be. Raises `SettingsError` when nothing could be added to it."""
        try:
            os.close(_opened(path))
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"feedback cannot be kept here: {reason[:1].lower()}{reason[1:]}"
            raise SettingsError(
                [Problem("file-unreadable", message, "name a file in a folder that the service may write to", str(path))]
            ) from None
        return cls(path)

    def add(self, records: Sequence[Record]) -> None:
        """All lines in one write behind the last whole line, on the disk before this returns; after an error the file is as it was."""
        import fcntl

        lines = b"".join(write_json(record) + b"\n" for record in records)
        file = _opened(self._path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = os.fstat(file).st_size
            torn = before > 0 and os.pread(file, 1, before - 1) != b"\n"  # a machine that went down while it wrote
            try:
                _write(file, b"\n" + lines if torn else lines)
                os.fsync(file)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(file, before)
                raise
        finally:
            os.close(file)


class ToLog:
    """Tells the log that there was feedback, without ids and texts: enough to see that it arrives."""

    def add(self, records: Sequence[Record]) -> None:
        for record in records:
            logging.getLogger(__name__).info("feedback", extra={"fields": {name: record[name] for name in _IN_THE_LOG}})


def _opened(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("it is not a file")
    return file


def _write(file: int, lines: bytes) -> None:
    left = memoryview(lines)
    while left:
        left = left[os.write(file, left) :]
