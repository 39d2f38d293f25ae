"""API keys: the file holds a hash of each, never a key.

    - {name: "clinic-north", id: "3f9a1c22", salt: "…32 digits…", sha256: "…64 digits…", not_before: 2026-11-24, expires: 2027-11-24}

`sha256` is that of the salt's bytes and the key's text. A fast hash is right here, because a key is 256 random bits: nobody can try them
out, however fast, and a slow hash, made for passwords that people choose, would only make every request slow. The salt keeps equal keys
from looking equal. A caller may have several keys, so that a new one can be given out before the old line is taken away.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from ...documents import Node, Unreadable, read_yaml
from ...errors import Problem, SettingsError, quoted
from ...rulebook.reader import Reader, shown
from .caller import Caller
from .files_read import FilesRead, FromFiles, refused

MOST_KEYS: Final = 1_000
"""Lines of the file: every one is compared at every call."""

NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,59}")
_KEY: Final = re.compile(r"dose_[0-9a-f]{8}_[0-9a-f]{64}")
_KEY_BEGINS: Final = re.compile(r"dose_[0-9a-f]{8}_[0-9a-f]")
NAMES: Final = "lower-case letters, digits, `.`, `_` and `-`, at most 60, a letter first; it stands in logs, so no person's name"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One line of the file. Days are in UTC; `expires` is the last day on which the key counts, None: it never expires."""

    name: str
    id: str
    salt: bytes
    sha256: bytes
    not_before: dt.date | None = None
    expires: dt.date | None = None

    def counts_on(self, day: dt.date) -> bool:
        return (self.not_before is None or self.not_before <= day) and (self.expires is None or day <= self.expires)

    @property
    def line(self) -> str:
        """As it stands in the file."""
        parts = [f'name: "{self.name}"', f'id: "{self.id}"', f'salt: "{self.salt.hex()}"', f'sha256: "{self.sha256.hex()}"']
        parts += [f"{key}: {day}" for key, day in (("not_before", self.not_before), ("expires", self.expires)) if day is not None]
        return f"- {{{', '.join(parts)}}}\n"


@dataclass(frozen=True, slots=True)
class KeyList:
    keys: tuple[ApiKey, ...]
    warnings: tuple[str, ...]
    """What the operator should know, and what to do."""


class ApiKeys:
    """The keys that count, from one file. Safe in threads."""

    def __init__(self, path: Path, today: Callable[[], dt.date]) -> None:
        self._today = today
        self._list = FromFiles(lambda files: _read(path, files, today()))

    @classmethod
    def read(cls, path: Path, today: Callable[[], dt.date] | None = None) -> Self:
        """The keys in a file. Raises `SettingsError` with every problem, also when others can write the file."""
        return cls(path, today or utc_today)

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        return self._list.now.keys

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._list.now.warnings

    def reread_if_changed(self) -> bool:
        """True when a changed file now counts. Raises `SettingsError`, once a change, when it is broken; the old keys stay."""
        return self._list.reread_if_changed()

    def caller(self, presented: str) -> Caller | None:
        """Whose key this is, or None. Every line is hashed and compared, whichever fits, so that time tells nothing about them."""
        well_formed = _KEY.fullmatch(presented) is not None
        secret = presented.encode() if well_formed else b""
        today, found = self._today(), None
        for key in self.keys:
            same = hmac.compare_digest(_digest(key.salt, secret), key.sha256)
            found = key if same and well_formed and key.counts_on(today) else found
        return Caller(found.name, "api-key", key=found.id) if found else None


def new_key(name: str, expires: dt.date | None, today: dt.date | None = None, taken: Iterable[str] = ()) -> tuple[str, ApiKey]:
    """A new key that counts from today: its text, to be shown once, and what the file keeps (`.line`).

    `taken` are the ids it must not have. Raises `SettingsError` for a name or a day that the file would refuse.
    """
    reader = Reader("")
    today = today or utc_today()
    _check_name(name, 0, reader)
    if expires is not None and expires < today:
        reader.wrong("date-order", 0, f"--expires {expires} is before today, {today} (UTC)")
    if reader.problems:
        raise SettingsError(reader.problems)
    used = set(taken)
    id = next(id for id in iter(lambda: secrets.token_hex(4), None) if id not in used)
    text, salt = f"dose_{id}_{secrets.token_hex(32)}", secrets.token_bytes(16)
    return text, ApiKey(name, id, salt, _digest(salt, text.encode()), today, expires)


def read_keys(text: str, file: str) -> tuple[ApiKey, ...]:
    """The keys in the text of a file; none in an empty one, so that emptying it shuts everyone out. Raises `SettingsError`."""
    if leaked := _KEY_BEGINS.search(text):
        help = "take it out, and its line as well: whoever could read this file has it; make a new one with dose-engine api-key"
        line = text.count("\n", 0, leaked.start()) + 1
        raise refused(Problem("contradiction", "an API key itself stands here, and only its hash may", help, file, line))
    try:
        root, problems = read_yaml(text, file)
    except Unreadable as broken:
        if broken.problem.code == "file-empty":
            return ()
        raise refused(broken.problem) from None
    reader = Reader(file, problems=problems)
    lines = reader.items(root, "a file of API keys")
    if len(lines) > MOST_KEYS:
        reader.wrong("too-many", root, f"{len(lines):,} API keys, at most {MOST_KEYS:,} are compared at each call")
        lines = []
    by_id: dict[str, Node] = {}
    keys = [key for node in lines if (key := _key(node, by_id, reader)) is not None]
    if reader.problems:
        raise SettingsError(reader.problems)
    return tuple(keys)


def utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _digest(salt: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(salt + secret).digest()


def _read(path: Path, files: FilesRead, today: dt.date) -> KeyList:
    try:
        text = files.text(path)
    except Unreadable as broken:
        if broken.problem.code != "file-empty":
            raise refused(broken.problem) from None
        text = ""
    keys = read_keys(text, str(path))
    reads = "everyone on this machine can read it; it holds no keys, but it says who calls: chmod o-r"
    warnings = [f"{file}: {reads}" for file in files.readable_by_all]
    if not any(key.counts_on(today) for key in keys):
        warnings.append(f"{path}: no key in it counts today, so nobody is let in; make one with dose-engine api-key")
    return KeyList(keys, tuple(warnings))


def _check_name(name: str, node: Node | int, reader: Reader) -> None:
    if not NAME.fullmatch(name):
        reader.wrong("wrong-word", node, f"{quoted(name)} is not a name for a caller", NAMES)


def _key(node: Node, by_id: dict[str, Node], reader: Reader) -> ApiKey | None:
    reader.about = ""
    entries = reader.mapping(node, "an API key", ("name", "id", "salt", "sha256"), ("not_before", "expires"))
    if not {"name", "id", "salt", "sha256"} <= entries.keys():
        return None
    name = reader.text(entries["name"], "name")
    reader.about = name
    if name:
        _check_name(name, entries["name"], reader)
    id, salt, digest = (_hex(entries[key], key, count, reader) for key, count in (("id", 4), ("salt", 16), ("sha256", 32)))
    if id.hex() in by_id:
        reader.wrong("duplicate-id", node, f"the key {id.hex()} stands twice", f"the other is in line {by_id[id.hex()].line}")
    by_id[id.hex()] = node
    start, end = (_day(entries, key, reader) for key in ("not_before", "expires"))
    if start is not None and end is not None and end < start:
        reader.wrong("date-order", entries["expires"], f"expires {end} is before not_before {start}")
    return ApiKey(name, id.hex(), salt, digest, start, end)


def _hex(node: Node, what: str, count: int, reader: Reader) -> bytes:
    value = node.value
    if isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{2 * count}}}", value):
        return bytes.fromhex(value)
    got = shown(node) if what == "id" else "something else"
    help = "in quotes, as dose-engine api-key writes it; a key itself never stands in this file"
    reader.wrong("wrong-word", node, f"{what} is {2 * count} hexadecimal digits (0-9, a-f), got {got}", help)
    return b""


def _day(entries: dict[str, Node], key: str, reader: Reader) -> dt.date | None:
    if key in entries and entries[key].value is None:
        reader.wrong("wrong-date", entries[key], f"{key} is a date YYYY-MM-DD, got nothing", "leave the key out for no such day")
        return None
    return reader.day(entries.get(key), key)
