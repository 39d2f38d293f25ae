"""Signs a rulebook: writes down what it means, who signs it and until when, and signs that."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import __version__
from ...errors import BadInput, Problem, quoted
from ...rulebook.load import SEAL, has_seal
from ...rulebook.meaning import FORM, digest
from ...rulebook.seal.load import seal_in
from ...rulebook.seal.paper import FORMAT, Seal, file_digest, read_seal, signed_bytes
from ...rulebook.seal.standing import Fails, Standing, judge
from ...rulebook.seal.trust import Trusted, find_trust
from ...rulebook.whole_meaning import whole_meaning
from ..whole import Whole
from .keys import public_key
from .signed_files import write_signed
from .writing import write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def statement(
    whole: Whole,
    *,
    signer: str,
    key: str,
    signed_on: dt.date,
    valid_until: dt.date | None = None,
    says: str = "",
    despite: Iterable[str] = (),
    previous: Seal | None = None,
) -> dict[str, Any]:
    """What is signed. `key` is the public key in base64, `previous` the seal before this one."""
    book = whole.book
    return {
        "rulebook": {"title": book.title, "version": book.version, "date": book.date.isoformat()},
        "signer": signer,
        "key": key,
        "signed_on": signed_on.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
        "says": says,
        "despite": list(despite),
        "meaning": {"form": FORM, "sha256": digest(whole_meaning(book, whole.texts))},
        "files": {name: file_digest(text) for name, text in sorted(whole.texts.items())},
        "previous": previous.sha256 if previous else None,
        "made_by": f"dose-engine {__version__}",
    }


def signed(said: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The text of `rules/seal.json` for a statement. Raises `BadInput` when the statement is not signed with its own key."""
    if said["key"] != public_key(key):
        raise BadInput([Problem("contradiction", "the statement names another key than the one that signs it", file=SEAL)])
    signature = base64.b64encode(key.sign(signed_bytes(said))).decode()
    text = json.dumps({"format": FORMAT, "statement": said, "signature": signature}, indent=1, ensure_ascii=False) + "\n"
    read_seal(text)  # what is written can be read
    return text


@dataclass(frozen=True, slots=True)
class Wish:
    """What the signer asks for. `name` is only needed where the trust list does not have the key."""

    name: str
    today: dt.date
    until: dt.date | None = None
    says: str = ""
    trust: Path | None = None


def seal_whole(whole: Whole, key: Ed25519PrivateKey, wish: Wish, despite: Iterable[str], previous: Seal | None) -> Standing:
    """Sign a rulebook in its folder, and say how the seal stands here.

    Raises `BadInput` for a seal that could not hold (its last day is past, its key is revoked or has ended), and when it cannot be written.
    """
    assert whole.folder is not None
    if wish.until is not None and wish.until < wish.today:
        raise BadInput([Problem("date-order", f"--until {wish.until} is before today, {wish.today}")])
    trust, public = find_trust(wish.trust, whole.folder), public_key(key)
    said = statement(
        whole,
        signer=_signer(trust.by_key.get(public) if trust else None, wish.name),
        key=public,
        signed_on=wish.today,
        valid_until=wish.until,
        says=wish.says,
        despite=despite,
        previous=previous,
    )
    text = signed(said, key)
    standing = judge(read_seal(text), trust, whole.book, whole.texts, wish.today)
    if isinstance(standing, Fails) and standing.state not in ("foreign", "unchecked"):
        reasons = "; ".join(reason.text for reason in standing.reasons)
        raise BadInput([Problem("contradiction", f"a seal made with this key would not hold: {reasons}", standing.reasons[0].help)])
    write_seal(whole.folder, whole, text)
    return standing


def _signer(listed: Trusted | None, name: str) -> str:
    """The name in the seal: the one in the trust list, where the key is there. Raises `BadInput`."""
    if listed is not None and name and name != listed.name:
        help = "leave --name out, or use your own key"
        raise BadInput([Problem("contradiction", f"the trust list calls the owner of this key {quoted(listed.name)}", help)])
    if listed is None and not name:
        help = "say who signs with --name, or name the trust list with --trust"
        raise BadInput([Problem("missing-key", "the key is not in a trust list, so nobody knows whose it is", help)])
    return listed.name if listed is not None else name


def previous_seal(folder: Path) -> Seal | None:
    """The seal that the next one follows. Raises `RulebookError` when it is there and cannot be read."""
    return seal_in(folder) if has_seal(folder) else None


def write_seal(folder: Path, whole: Whole, text: str) -> None:
    """Keep the signed files, then the seal, each whole or not at all. Raises `BadInput` when they cannot be written.

    In this order, because the seal alone counts: should the second step fail, the old seal stands, and says that the files changed.
    """
    write_signed(folder, whole.texts)
    write_whole(folder / SEAL, text.encode())
