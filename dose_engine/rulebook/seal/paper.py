"""`rules/seal.json`: the statement that was signed, and its signature. Read strictly; a file that is damaged is an error, never no seal.

    {"format": "dose-engine-seal-v1",
     "statement": {"rulebook": {title, version, date}, "signer", "key", "signed_on", "valid_until", "says", "despite",
                   "meaning": {form, sha256}, "files": {name: sha256}, "previous", "made_by"},
     "signature": base64 of Ed25519 over "dose-engine-seal-v1", a line end, and the statement as canonical JSON}

How the JSON is laid out means nothing: what is signed is the statement, written in one way.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ...documents import Node, Unreadable
from ...errors import Problem, RulebookError
from ...json_text import read_json
from ..load import SEAL
from ..meaning import canonical_json
from ..reader import Reader, shown

FORMAT: Final = "dose-engine-seal-v1"
LONGEST_STATEMENT: Final = 1000
REMEDY: Final = "take it from where it is whole (your copy, or the version history), or take it out and seal the rulebook again"

KEY_BYTES, SIGNATURE_BYTES = 32, 64
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_STATEMENT = (
    ("rulebook", "signer", "key", "signed_on", "valid_until", "says", "despite"),
    ("meaning", "files", "previous", "made_by"),
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is written: nothing in it is true before its signature has been checked."""

    title: str
    version: str
    signer: str
    key: str
    """The public key, in base64."""
    signed_on: dt.date
    valid_until: dt.date | None
    """The last day on which it holds; None: as long as its key does."""
    says: str
    despite: tuple[str, ...]
    """What was found wanting and signed all the same."""
    form: int
    meaning: str
    """The SHA-256 of the meaning that was signed, and the version of its form."""
    files: Mapping[str, str]
    """The SHA-256 of the text of each file, by name."""
    previous: str | None
    """The SHA-256 of the seal before this one."""
    made_by: str
    signature: bytes
    signed: bytes
    """What the signature is over."""

    @property
    def sha256(self) -> str:
        """What the next seal names as the one before it."""
        return hashlib.sha256(self.signed + self.signature).hexdigest()


def signed_bytes(statement: Mapping[str, Any]) -> bytes:
    """What is signed: the format first, so that a signature made for anything else is none here."""
    return FORMAT.encode() + b"\n" + canonical_json(statement)


def file_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(key: str) -> str:
    """A public key, short enough to be read out on the telephone: 20 hexadecimal digits in groups of four."""
    digits = hashlib.sha256(base64.b64decode(key)).hexdigest()[:20]
    return " ".join(digits[start : start + 4] for start in range(0, 20, 4))


def read_seal(text: str, name: str = SEAL) -> Seal:
    """The seal in this text. Raises `RulebookError` that names the file for one that is damaged, or that another version wrote."""
    try:
        root, problems = read_json(text, name)
    except Unreadable as unreadable:
        raise RulebookError([with_remedy(unreadable.problem)]) from None
    reader = Reader(name, problems=problems, about="seal")
    seal = _seal(root, reader)
    if seal is None or reader.problems:
        raise RulebookError(map(with_remedy, reader.problems))
    return seal


def with_remedy(problem: Problem) -> Problem:
    """A problem of the seal's file, with what to do about it."""
    help = "\n".join(part for part in (problem.help, REMEDY) if part)
    return Problem(problem.code, problem.message, help, problem.file, problem.line, problem.path)


def _seal(root: Node, reader: Reader) -> Seal | None:
    version = root.value.get("format") if isinstance(root.value, dict) else None
    if version is not None and version.value != FORMAT:
        reader.wrong("wrong-word", version, f"the format of a seal is `{FORMAT}`, got {shown(version)}", "another version may have made it")
        return None
    outer = reader.mapping(root, "a seal", ("format", "statement", "signature"))
    if "statement" not in outer or "signature" not in outer:
        return None
    node = outer["statement"]
    parts = reader.mapping(node, "the statement", (*_STATEMENT[0], *_STATEMENT[1]))
    signature = base64_bytes(outer["signature"], "signature", SIGNATURE_BYTES, reader)
    if len(parts) < sum(map(len, _STATEMENT)):
        return None
    about = reader.mapping(parts["rulebook"], "rulebook", ("title", "version", "date"))
    meaning = reader.mapping(parts["meaning"], "meaning", ("form", "sha256"))
    form = reader.whole(meaning["form"], "form", 1) if "form" in meaning else None
    signed_on = reader.day(parts["signed_on"], "signed_on")
    if parts["signed_on"].value is None:
        reader.wrong("wrong-date", parts["signed_on"], "signed_on is a date YYYY-MM-DD, got nothing")
    key = base64_bytes(parts["key"], "key", KEY_BYTES, reader)
    seal = Seal(
        title=reader.text(about.get("title"), "title"),
        version=reader.text(about.get("version"), "version"),
        signer=reader.text(parts["signer"], "signer"),
        key=base64.b64encode(key).decode(),
        signed_on=signed_on or dt.date.min,
        valid_until=reader.day(parts["valid_until"], "valid_until"),
        says=reader.text(parts["says"], "says", LONGEST_STATEMENT) if parts["says"].value != "" else "",
        despite=tuple(reader.text(item, "what it is signed despite") for item in reader.items(parts["despite"], "despite")),
        form=form or 0,
        meaning=_sha256(meaning.get("sha256"), "sha256", reader),
        files={file: _sha256(entry, f"the digest of {file}", reader) for file, entry, _ in reader.entries(parts["files"], "files")},
        previous=_sha256(parts["previous"], "previous", reader) if parts["previous"].value is not None else None,
        made_by=reader.text(parts["made_by"], "made_by"),
        signature=signature,
        signed=b"",
    )
    if "date" in about:
        reader.day(about["date"], "date")
    return None if reader.problems else replace(seal, signed=signed_bytes(node.plain()))


def base64_bytes(node: Node, what: str, length: int, reader: Reader) -> bytes:
    """So many bytes, in standard base64; zeros with the problem noted."""
    try:
        if not isinstance(node.value, str):
            raise ValueError
        raw = base64.b64decode(node.value.encode("ascii"), validate=True)
        if len(raw) != length or base64.b64encode(raw).decode() != node.value:
            raise ValueError
    except (ValueError, binascii.Error):
        reader.wrong("wrong-word", node, f"{what} is {length} bytes in base64, got {shown(node)}")
        return bytes(length)
    return raw


def _sha256(node: Node | None, what: str, reader: Reader) -> str:
    if node is None:
        return ""
    if not isinstance(node.value, str) or not _SHA256.match(node.value):
        reader.wrong("wrong-word", node, f"{what} is a SHA-256 in 64 hexadecimal digits, got {shown(node)}")
        return ""
    return node.value
