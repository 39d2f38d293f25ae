"""Certificates: what was proved, of which book, within which bounds, by which solver. `rules/certificates.json`.

A certificate names the meaning of the book and of each claim: when either changes, it no longer holds, and says so.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...documents import Node, Unreadable, read_text
from ...errors import Problem, RulebookError
from ...json_text import read_json
from ...rulebook.meaning import book_digest, digest, plain
from ...rulebook.reader import Reader
from ..claims import Claim
from ..whole import Whole
from .result import Outcome, Proof

FILE: Final = "rules/certificates.json"
FORMAT: Final = 1
_OUTCOMES: Final = ("proved", "broken", "not proved")


def certificate(whole: Whole, proofs: Sequence[Proof], version: str) -> dict[str, Any]:
    """The certificate of these proofs, ready for JSON."""
    claims = {claim.id: claim for claim in whole.claims}
    return {
        "format": FORMAT,
        "rulebook": book_digest(whole.book),
        "solver": "z3",
        "version": version,
        "claims": [
            {
                "id": proof.claim,
                "says": proof.says,
                "claim": digest(plain(claims[proof.claim])),
                "result": proof.outcome,
                "bounds": proof.bounds,
                "note": proof.note,
            }
            for proof in proofs
        ],
    }


def write(path: Path, certificate: Mapping[str, Any]) -> None:
    """Write the file whole or not at all. Raises `RulebookError` when it cannot be written."""
    text = json.dumps(certificate, indent=2, ensure_ascii=False) + "\n"
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".certificates", suffix=".json")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RulebookError([Problem("file-unreadable", f"cannot be written: {error.strerror}", file=str(path))]) from None


def read(path: Path) -> dict[str, Any] | None:
    """The certificate in a file, None where there is none. Raises `RulebookError`, naming the file, when it cannot be used."""
    if not path.exists():
        return None
    try:
        root, problems = read_json(read_text(path, str(path)), str(path))
    except Unreadable as unreadable:
        raise RulebookError([unreadable.problem]) from None
    reader = Reader(str(path))
    entries = reader.mapping(root, "a certificate", ("format", "rulebook", "solver", "version", "claims"))
    if "format" in entries and entries["format"].value != FORMAT:
        reader.wrong("wrong-number", entries["format"], f"format {FORMAT} is read", "write it anew: `dose-engine rules prove --write`")
    for key in ("rulebook", "solver", "version"):
        reader.text(entries.get(key), key)
    for node in reader.items(entries["claims"], "claims") if "claims" in entries else ():
        _claim(node, reader)
    if problems or reader.problems:
        raise RulebookError([*problems, *reader.problems])
    found: dict[str, Any] = root.plain()
    return found


def _claim(node: Node, reader: Reader) -> None:
    inside = reader.mapping(node, "a proof", ("id", "says", "claim", "result", "bounds"), ("note",))
    if "result" in inside:
        reader.word(inside["result"], "a result", _OUTCOMES)
    for key in ("id", "says", "claim", "bounds"):
        reader.text(inside.get(key), key, 1000)


def stale(certificate: Mapping[str, Any] | None, whole: Whole) -> list[str]:
    """Why the certificate does not speak for this book and its claims, a sentence each; empty when it does and all is proved."""
    if certificate is None:
        return ["There is no certificate yet."] if whole.claims else []
    if certificate["rulebook"] != book_digest(whole.book):
        return ["It was written for another version of the rulebook: the meaning of the book has changed since."]
    proved: dict[str, Mapping[str, Any]] = {entry["id"]: entry for entry in certificate["claims"]}
    wrong = [f"{name} is no claim of the book." for name in proved if name not in {claim.id for claim in whole.claims}]
    for claim in whole.claims:
        entry = proved.get(claim.id)
        if entry is None:
            wrong.append(f"{claim.id} has no proof.")
        elif entry["claim"] != digest(plain(claim)):
            wrong.append(f"{claim.id} has changed since it was proved.")
        elif entry["result"] != "proved":
            wrong.append(f"{claim.id}: {entry['result']}.")
    return wrong


def outcomes(certificate: Mapping[str, Any] | None, claims: Sequence[Claim]) -> dict[str, Outcome | None]:
    """By claim, what the certificate says of it; None where it says nothing of the claim as it stands."""
    said = {(entry["id"], entry["claim"]): entry["result"] for entry in (certificate or {}).get("claims", ())}
    return {claim.id: said.get((claim.id, digest(plain(claim)))) for claim in claims}
