"""What `rules prove` wrote down, as far as it is about the claims as they stand in this book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...rulebook.meaning import digest, plain
from ..claims import Claim
from ..prove.certificate import FILE, read
from ..prove.result import Outcome


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of one claim, and the bounds within which it holds."""

    outcome: Outcome
    bounds: str
    note: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """`rulebook` is the digest of the meaning that was proved; a certificate of another meaning proves nothing of this one.

    `claims` holds, by id, the claims that mean now what they meant when they were proved.
    """

    rulebook: str
    solver: str
    version: str
    claims: Mapping[str, Proved]


def read_certificate(folder: Path | None, claims: Sequence[Claim]) -> Certificate | None:
    """The certificate beside the rules of a folder; None where there is none. Raises `RulebookError` when it is corrupted."""
    written = read(folder / FILE) if folder is not None else None
    if written is None:
        return None
    said = {(entry["id"], entry["claim"]): entry for entry in written["claims"]}
    found = {}
    for claim in claims:
        if entry := said.get((claim.id, digest(plain(claim)))):
            found[claim.id] = Proved(entry["result"], entry["bounds"], entry.get("note") or "")
    return Certificate(written["rulebook"], written["solver"], written["version"], found)
