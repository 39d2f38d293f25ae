"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ...errors import BadInput, Problem


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that the old one stays until the new one is whole. Raises `BadInput`."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        _settle(path.parent)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        problem = Problem("file-unreadable", f"cannot be written: {reason[:1].lower()}{reason[1:]}", file=str(path))
        raise BadInput([problem]) from None


def _settle(folder: Path) -> None:
    """Have the move itself on the disk, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
