"""Writes several files of a rulebook, all of them or none. Where writing is not right, or does not go, every file is as it was."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from ...documents import Unreadable, decode
from ...errors import Problem, RulebookError
from ...rulebook.load import shipped_folder

_BOM: Final = b"\xef\xbb\xbf"
_INSTALLED: Final = frozenset(("site-packages", "dist-packages"))


def writable_folder(folder: Path | None, name: str) -> Path:
    """The folder of a rulebook that may be written in. Raises `RulebookError` for a git revision (None) and for an installed package."""
    if folder is None:
        help = "check the revision out, or write its files into a folder, and name that with --rules"
        raise RulebookError([Problem("file-unreadable", "a git revision cannot be written in", help, file=name)])
    real = folder.resolve()
    inside = real == shipped_folder().resolve() and shipped_folder().name == "book"
    if inside or _INSTALLED & set(real.parts):
        help = f"work in a copy:\n  cp -r {folder} my-book\nand add `--rules my-book` to each command"
        raise RulebookError([Problem("file-unreadable", "the rulebook of an installed package is not written in", help, file=str(folder))])
    return real


def write(folder: Path, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Replace the files of `after` (new ones are made), in this order, where they still hold what `before` says.

    Raises `RulebookError`; then every file is as it was.
    """
    held = {name: _held(folder / name, name, before.get(name)) for name in after}
    with ExitStack() as aside:
        written = {name: _beside(folder, name, _encoded(text, held[name]), aside) for name, text in after.items()}
        kept = {name: _beside(folder, name, raw, aside) for name, raw in held.items() if raw is not None}
        done: list[str] = []
        try:
            for name, new in written.items():
                done.append(name)
                new.replace((folder / name).resolve())
        except BaseException as error:  # also when the person leaves with Ctrl-C
            _put_back(folder, done, kept, aside)
            if isinstance(error, OSError):
                raise RulebookError([_unwritable(done[-1], error)]) from None
            raise


def _held(path: Path, name: str, text: str | None) -> bytes | None:
    """The bytes of a file that is about to be replaced; None where there is none, as there should be."""
    try:
        raw = path.read_bytes() if path.exists() else None
        mode = path.stat().st_mode if raw is not None else stat.S_IWUSR
    except OSError as error:
        raise RulebookError([_unwritable(name, error)]) from None
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path if raw is not None else path.parent, os.W_OK):
        help = f"make it writable: chmod u+w {path}"
        raise RulebookError([Problem("file-unreadable", "cannot be written: it is read-only; nothing was changed", help, file=name)])
    try:
        now = decode(raw, name) if raw is not None else None
    except Unreadable as unreadable:
        raise RulebookError([unreadable.problem]) from None
    if now != text:
        help = "save it, and run this again"
        raise RulebookError([Problem("file-unreadable", "was changed while this ran; nothing was written", help, file=name)])
    return raw


def _encoded(text: str, held: bytes | None) -> bytes:
    return (_BOM if held is not None and held.startswith(_BOM) else b"") + text.encode()


def _beside(folder: Path, name: str, raw: bytes, aside: ExitStack) -> Path:
    """A file beside the one of that name, safely on disk, that is taken away again at the end. Its ending keeps loaders from reading it."""
    real = (folder / name).resolve()
    try:
        handle, made = tempfile.mkstemp(prefix=f".{real.name}.", suffix=".part", dir=real.parent)
        aside.callback(_gone, Path(made))
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        like = real if real.exists() else folder / "zones.yaml"
        Path(made).chmod(stat.S_IMODE(like.stat().st_mode))
    except OSError as error:
        raise RulebookError([_unwritable(name, error)]) from None
    return Path(made)


def _gone(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _put_back(folder: Path, names: list[str], kept: Mapping[str, Path], aside: ExitStack) -> None:
    """Every file as it was. Where even that fails, what a file held stays beside it, and the error says where."""
    lost = []
    for name in names:
        real = (folder / name).resolve()
        try:
            if name in kept:
                kept[name].replace(real)
            else:
                real.unlink(missing_ok=True)
        except OSError as error:
            help = f"what it held is kept in {kept[name]}; copy it back" if name in kept else "it is new; take it away"
            lost.append(Problem("file-unreadable", f"could not be put back as it was: {error.strerror or error}", help, file=str(real)))
    if lost:
        aside.pop_all()
        raise RulebookError(lost)


def _unwritable(name: str, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem("file-unreadable", f"cannot be written: {reason[:1].lower()}{reason[1:]}; nothing was changed", file=name)
