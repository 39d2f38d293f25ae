"""Files that say who may call: read strictly, refused when others can write them, and read again when they change."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from ...documents import LARGEST_FILE, Unreadable, decode
from ...errors import Problem, SettingsError

T = TypeVar("T")

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class FilesRead:
    """The files that were read for one list, so that a change of any of them is seen, also of one that was missing."""

    def __init__(self) -> None:
        self._prints: dict[Path, str] = {}
        self.readable_by_all: list[Path] = []

    def text(self, path: Path) -> str:
        """The text of a file. Raises `Unreadable` when it cannot be read, or when others can write it."""
        try:
            mode, raw = _mode_and_bytes(path)
            self._prints[path] = _print((mode, raw))
            refuse_if_others_write(path, mode)
        except (OSError, ValueError) as error:
            self._prints[path] = _print(error)
            raise Unreadable(unreadable(path, error)) from None
        if mode & stat.S_IROTH:
            self.readable_by_all.append(path)
        return decode(raw, str(path))

    def changed(self) -> bool:
        """Does any of the files hold other bytes, or have another mode, than when it was read?"""
        return any(_print_now(path) != before for path, before in self._prints.items())


class FromFiles(Generic[T]):
    """A list that was read from files. Raises `SettingsError` at once when they are broken; later, the old list stays."""

    def __init__(self, read: Callable[[FilesRead], T]) -> None:
        self._read = read
        self._files = FilesRead()
        self.now: T = read(self._files)

    def reread_if_changed(self) -> bool:
        """True when a new list counts from now on. Raises `SettingsError`, once a change, for files that are broken; the old list stays."""
        if not self._files.changed():
            return False
        files = FilesRead()
        try:
            self.now = self._read(files)
        finally:
            self._files = files
        return True


def refuse_if_others_write(path: Path, mode: int) -> None:
    """Raises `Unreadable` for a file that others than its owner could change, or put another in its place. `OSError` when it is gone."""
    if os.name != "posix":
        return
    if mode & _OTHERS_WRITE:
        message = f"others can write this file (mode {stat.S_IMODE(mode):03o}), and so let themselves in"
        raise Unreadable(Problem("contradiction", message, f"chmod go-w {path}", str(path)))
    for folder in dict.fromkeys((path.parent, path.resolve().parent)):
        state = folder.stat().st_mode
        if state & stat.S_IWOTH and not state & stat.S_ISVTX:
            message = f"everyone can put another file in its place: the folder {folder} has mode {stat.S_IMODE(state):03o}"
            raise Unreadable(Problem("contradiction", message, f"chmod o-w {folder}", str(path)))


def unreadable(path: Path, error: Exception, verb: str = "read") -> Problem:
    """A file that the system will not give, in its words."""
    reason = str(getattr(error, "strerror", None) or error)
    return Problem("file-unreadable", f"cannot be {verb}: {reason[:1].lower()}{reason[1:]}", file=str(path))


def refused(problem: Problem) -> SettingsError:
    return SettingsError([problem])


def _print_now(path: Path) -> str:
    try:
        return _print(_mode_and_bytes(path))
    except (OSError, ValueError) as error:
        return _print(error)


def _print(found: tuple[int, bytes] | Exception) -> str:
    """Mode and bytes in one digest; not times, because two changes can fall into one tick of the clock."""
    match found:
        case (mode, raw):
            return hashlib.sha256(f"{mode} ".encode() + raw).hexdigest()
        case error:
            return type(error).__name__


def _mode_and_bytes(path: Path) -> tuple[int, bytes]:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, for ever
        raise ValueError("it is not a file")
    with path.open("rb") as file:
        return os.fstat(file.fileno()).st_mode, file.read(LARGEST_FILE + 1)
