"""Adds a new key to the file of API keys: whole or not at all, and one writer at a time."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...documents import Unreadable
from ...errors import Problem, SettingsError
from .alone import alone_in
from .api_keys import ApiKey, new_key, read_keys, utc_today
from .files_read import FilesRead, refused, unreadable


@dataclass(frozen=True, slots=True)
class Added:
    """A key that now stands in the file. `secret` is to be shown once; nothing else keeps it."""

    secret: str
    key: ApiKey
    others: tuple[ApiKey, ...]
    """The keys that the same caller had before."""


def add_key(path: Path, name: str, expires: dt.date | None, today: dt.date | None = None) -> Added:
    """Make a key and add its line to the file; a file that is not there is made, for its owner alone.

    Raises `SettingsError`, and leaves the file as it was, when it is broken, cannot be written, or others can write it.
    """
    today = today or utc_today()
    try:
        real = path.resolve()  # a link stays a link
        with alone_in(real.parent):
            return _add(real, name, expires, today)
    except (OSError, ValueError, RuntimeError) as error:  # links that lead in a circle
        raise refused(unreadable(path, error, "written")) from None


def _add(path: Path, name: str, expires: dt.date | None, today: dt.date) -> Added:
    text = _text(path) if os.path.lexists(path) else ""
    keys = read_keys(text, str(path))
    secret, key = new_key(name, expires, today, {other.id for other in keys})
    longer = text + ("\n" if text and not text.endswith("\n") else "") + key.line
    _check(longer, path, len(keys) + 1)
    _replace(path, longer.encode())
    return Added(secret, key, tuple(other for other in keys if other.name == name))


def _text(path: Path) -> str:
    try:
        return FilesRead().text(path)
    except Unreadable as broken:
        if broken.problem.code == "file-empty":
            return ""
        raise refused(broken.problem) from None


def _check(text: str, path: Path, count: int) -> None:
    """What will stand in the file must be a file of keys."""
    try:
        whole = len(read_keys(text, str(path))) == count
    except SettingsError as broken:
        if any(problem.code == "too-many" for problem in broken.problems):
            raise
        whole = False
    if not whole:
        help = "begin each key at the start of a line with `- {`, and take out what is no key, such as `[]`"
        raise refused(Problem("not-yaml", "a line cannot be added to the file as it is laid out", help, str(path)))


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            _as_before(file.fileno(), path)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _as_before(handle: int, path: Path) -> None:
    """Owner and mode of the file that is replaced: the service must still be able to read it."""
    if os.name == "posix" and path.exists():
        before = path.stat()
        os.fchown(handle, before.st_uid, before.st_gid)
        os.fchmod(handle, stat.S_IMODE(before.st_mode))
