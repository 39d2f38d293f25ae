"""The trust list: whose signature counts. It lies outside the rulebook, because who can change the book must not choose who may sign it.

    - key: WjZ8…=                       # the public key that `dose-engine rules keygen` prints
      name: Dr A. Example
      role: clinical lead               # may be left out, as everything below
      not_before: 2026-03-01            # seals signed before this day do not count
      not_after: 2028-02-29             # the last day on which this key counts
      revoked: {on: 2027-05-04, because: The laptop was stolen.}

The file is YAML, or JSON when its name ends in .json.
"""

from __future__ import annotations

import base64
import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from ...documents import Node, Unreadable, read_text, read_yaml
from ...errors import BadInput, Problem
from ...json_text import read_json
from ..reader import Reader
from .paper import KEY_BYTES, base64_bytes

TRUST: Final = "DOSE_ENGINE_TRUST"
LONGEST_NAME: Final = 120


class Revoked(NamedTuple):
    """Why a key counts no more, whenever it signed."""

    on: dt.date
    because: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """Someone whose signature counts."""

    key: str
    name: str
    role: str = ""
    not_before: dt.date | None = None
    not_after: dt.date | None = None
    revoked: Revoked | None = None


@dataclass(frozen=True, slots=True)
class TrustList:
    """Who is trusted, by public key, and the file that says so."""

    file: str
    by_key: Mapping[str, Trusted]


def default_trust() -> Path:
    """Where the trust list is when nobody says otherwise."""
    settings = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = Path(settings) if settings else Path.home() / ".config"
    except RuntimeError:  # nobody's home; there is no such file then
        folder = Path("~/.config")
    return folder / "dose-engine" / "trusted.yaml"


def find_trust(named: Path | None, book: Path) -> TrustList | None:
    """The trust list that is named, or that DOSE_ENGINE_TRUST names, or at its usual place; None when there is none there.

    Raises `BadInput` when a named one is missing, when it cannot be read, or when it lies inside the rulebook's folder.
    """
    asked = named or (Path(os.environ[TRUST]) if os.environ.get(TRUST) else None)
    path = asked or default_trust()
    if asked is None and not os.path.lexists(path):
        return None
    if _inside(path, book):
        help = f"who can change the rulebook could then choose who may sign it; keep the list elsewhere, for example in {default_trust()}"
        raise BadInput([Problem("contradiction", "the trust list lies inside the rulebook's own folder", help, file=str(path))])
    try:
        text = read_text(path)
    except Unreadable as unreadable:
        raise BadInput([unreadable.problem]) from None
    return read_trust(text, str(path))


def _inside(path: Path, book: Path) -> bool:
    try:
        return path.resolve().is_relative_to(book.resolve())
    except (OSError, ValueError, RuntimeError):  # a name that cannot be a file; reading it says so
        return False


def read_trust(text: str, name: str) -> TrustList:
    """The trust list in this text (YAML, or JSON in a file named .json). Raises `BadInput` with every problem."""
    try:
        root, problems = (read_json if name.endswith(".json") else read_yaml)(text, name)
    except Unreadable as unreadable:
        raise BadInput([unreadable.problem]) from None
    reader = Reader(name, problems=problems)
    by_key: dict[str, Trusted] = {}
    for node in reader.items(root, "a trust list"):
        entry = _trusted(node, reader)
        if entry is not None and entry.key in by_key:
            reader.wrong("duplicate-id", node, "this key stands twice in the trust list", f"the other is {by_key[entry.key].name}'s")
        elif entry is not None:
            by_key[entry.key] = entry
    if reader.problems:
        raise BadInput(reader.problems)
    return TrustList(name, by_key)


def _trusted(node: Node, reader: Reader) -> Trusted | None:
    reader.about = "a trusted signer"
    entries = reader.mapping(node, "an entry of the trust list", ("key", "name"), ("role", "not_before", "not_after", "revoked"))
    if "key" not in entries or "name" not in entries:
        return None
    name = reader.text(entries["name"], "name", LONGEST_NAME)
    reader.about = f"signer {name}" if name else reader.about
    raw = base64_bytes(entries["key"], "key", KEY_BYTES, reader)
    start, end = (_day(entries, key, reader) for key in ("not_before", "not_after"))
    if start is not None and end is not None and end < start:
        reader.wrong("date-order", entries["not_after"], f"not_after {end} is before not_before {start}")
    revoked = _revoked(entries["revoked"], reader) if "revoked" in entries else None
    role = reader.text(entries.get("role"), "role", LONGEST_NAME)
    return Trusted(base64.b64encode(raw).decode(), name, role, start, end, revoked)


def _day(entries: Mapping[str, Node], key: str, reader: Reader) -> dt.date | None:
    if key in entries and entries[key].value is None:
        reader.wrong("wrong-date", entries[key], f"{key} is a date YYYY-MM-DD, got nothing", "leave the key out for no such day")
        return None
    return reader.day(entries.get(key), key)


def _revoked(node: Node, reader: Reader) -> Revoked | None:
    entries = reader.mapping(node, "revoked", ("on", "because"))
    on = _day(entries, "on", reader)
    because = reader.text(entries.get("because"), "because")
    return Revoked(on, because) if on is not None else None
