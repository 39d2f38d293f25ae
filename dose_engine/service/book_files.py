"""The files of a rulebook as they lie on the disk: have they changed?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from ..rulebook.load import SEAL, default_folder
from .settings import Settings

Stamp = tuple[tuple[str, int, int], ...]


def stamp(files: Iterable[Path]) -> Stamp:
    """Names, sizes and times: cheap to look at."""
    found = []
    for path in files:
        try:
            state = path.stat()
            found.append((str(path), state.st_size, state.st_mtime_ns))
        except OSError:
            found.append((str(path), -1, 0))
    return tuple(found)


def digest(files: Iterable[Path]) -> str:
    """The contents, so that a file that was only touched changes nothing."""
    whole = hashlib.sha256()
    for path in files:
        try:
            body = path.read_bytes()
        except OSError:
            body = b"\0"
        whole.update(f"{path}\n{len(body)}\n".encode("utf-8", "surrogateescape") + body)
    return whole.hexdigest()


def files_of(settings: Settings) -> list[Path]:
    """Every file that decides what is loaded, there or not: the book, its seal, who may seal, and the deployer's codes."""
    from ..rulebook.seal.trust import TRUST, default_trust

    named = os.environ.get(TRUST)
    trust = settings.trust or (Path(named) if named else default_trust())
    return [*book_of(settings), trust, *([settings.code_map] if settings.code_map else [])]


def book_of(settings: Settings) -> list[Path]:
    """The files of the book and its seal."""
    folder = settings.rules or default_folder()
    return [folder / "zones.yaml", *sorted((folder / "rules").glob("*.yaml")), folder / SEAL]
