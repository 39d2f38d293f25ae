"""`rules/sealed.zip`: the files as they were signed, byte for byte, so that what changed since can be said in clinical words.

The files are kept rather than their meaning: anyone can open them and compare (`dose-engine rules diff`), go back to them, and any later
version can read them. No check reads them; each is covered by its digest in the seal.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ...documents import LARGEST_FILE, Unreadable, decode
from ...errors import Problem, RulebookError
from ...rulebook.seal.paper import Seal, file_digest
from ..whole import Whole, whole_of
from .writing import write_whole

SIGNED_FILES: Final = "rules/sealed.zip"
REMEDY: Final = "take it out (it is only needed to say what changed), or take it from where it is whole; the next seal writes it anew"
_DAY: Final = (1980, 1, 1, 0, 0, 0)
"""The same bytes for the same files, on any day."""


def write_signed(folder: Path, texts: Mapping[str, str]) -> None:
    """Keep the files as they are signed. Raises `BadInput` when they cannot be written."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in sorted(texts.items()):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.encode())
    write_whole(folder / SIGNED_FILES, box.getvalue())


def signed_texts(folder: Path, seal: Seal) -> dict[str, str] | None:
    """The files that the seal signed, by name; None when they were not kept.

    Raises `RulebookError` that names the file when it is damaged, or holds other files than those signed.
    """
    path = folder / SIGNED_FILES
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(f"cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST_FILE:
        raise _damaged(f"the file is larger than {LARGEST_FILE:,} bytes")
    try:
        texts = _unpacked(raw, frozenset(seal.files))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, Unreadable):
        raise _damaged("the file is damaged") from None
    if {name: file_digest(text) for name, text in texts.items()} != dict(seal.files):
        raise _damaged("holds other files than those that the seal signed")
    return texts


def _unpacked(raw: bytes, wanted: frozenset[str]) -> dict[str, str]:
    """The files in an archive that holds just these; nothing is unpacked beyond the size that a rulebook's file may have."""
    texts: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if len(archive.namelist()) != len(wanted) or set(archive.namelist()) != wanted:
            return {}
        for name in archive.namelist():
            with archive.open(name) as file:
                texts[name] = decode(file.read(LARGEST_FILE + 1), name)
    return texts


def _damaged(what: str) -> RulebookError:
    return RulebookError([Problem("file-unreadable", what, REMEDY, SIGNED_FILES)])


def signed_whole(folder: Path, seal: Seal) -> Whole | None:
    """The whole rulebook as it was signed; None when it was not kept, or this version cannot read it any more."""
    texts = signed_texts(folder, seal)
    try:
        return None if texts is None else whole_of(texts, "the sealed rulebook")
    except RulebookError:
        return None
