"""How a seal stands: it holds, or it does not and why. Days are judged by the day today, never by the day of a case.

A key must count today, not only on the day it signed: who has the key also writes that day, so it proves nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from ...advisory import SealState
from ...errors import Problem, RulebookError
from ..load import SEAL
from ..meaning import FORM, digest
from ..model import Rulebook
from ..whole_meaning import whole_meaning
from .paper import Seal, file_digest, fingerprint
from .trust import TRUST, Trusted, TrustList, default_trust

INSTALL: Final = 'install it with the extra `seal`: pip install "dose-engine[seal]"'
SEAL_AGAIN: Final = "have it looked at and sealed again (dose-engine rules seal), or go back to what was signed (kept in rules/sealed.zip)"


class Reason(NamedTuple):
    """Why a seal does not hold, and what to do about it."""

    state: SealState
    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Holds:
    """The seal holds. `rewritten` are the files that are written differently from those signed, and mean the same."""

    seal: Seal
    signer: Trusted
    rewritten: tuple[str, ...] = ()

    @property
    def state(self) -> SealState:
        return "holds"

    @property
    def sealed_by(self) -> str | None:
        """Whom the trust list names for the key; what the seal calls its signer is only a word."""
        return self.signer.name

    @property
    def until(self) -> dt.date | None:
        """The last day on which it holds; None when neither the seal nor its key has one."""
        return min(filter(None, (self.seal.valid_until, self.signer.not_after)), default=None)

    @property
    def text(self) -> str:
        """When it was signed, until when it holds, and what was wanting then."""
        until = f", holds until {self.until}" if self.until else ""
        despite = f"; signed despite: {'; '.join(self.seal.despite)}" if self.seal.despite else ""
        return f"signed on {self.seal.signed_on}{until}{despite}"

    def on(self, day: dt.date) -> Standing:
        """How it stands on another day."""
        reasons = tuple(_days(self.seal, self.signer, day))
        return Fails(self.seal, self.signer, reasons) if reasons else self


@dataclass(frozen=True, slots=True)
class Fails:
    """The seal does not hold, or could not be checked; the first reason is the gravest. `signer` is who signed it, where that is proved."""

    seal: Seal
    signer: Trusted | None
    reasons: tuple[Reason, ...]

    def on(self, day: dt.date) -> Standing:  # noqa: ARG002 - what has failed fails on any day
        return self

    @property
    def state(self) -> SealState:
        return self.reasons[0].state

    @property
    def sealed_by(self) -> str | None:
        return None

    @property
    def text(self) -> str:
        """That it does not hold, and every reason."""
        words = "the seal could not be checked" if self.state == "unchecked" else "the seal does not hold"
        return f"{words}: {'; '.join(reason.text for reason in self.reasons)}"

    @property
    def problem(self) -> Problem:
        """The refusal, where a seal is asked for."""
        help = "\n".join(dict.fromkeys(reason.help for reason in self.reasons))
        return Problem("seal", f"a seal is asked for, and {self.text}", help, SEAL)


Standing = Holds | Fails


def judge(seal: Seal, trust: TrustList | None, book: Rulebook, texts: Mapping[str, str], today: dt.date) -> Standing:
    """Hold a seal against whom we trust, against the day, and against what the rulebook (`texts`: every file of it, by name) means now."""
    if trust is None:
        help = f"put the signer's public line into {default_trust()}, or name a trust list with {TRUST}"
        return _unchecked(seal, "there is no trust list that says whose signature counts", help)
    signer = trust.by_key.get(seal.key)
    if signer is None:
        help = (
            f"the key is {fingerprint(seal.key)}; the signer says the same over another way, or it is not theirs.\n"
            f"If it is, add their public line to {trust.file}; if not, the seal is worth nothing"
        )
        return Fails(seal, None, (Reason("foreign", "it was made with a key that is not in the trust list", help),))
    genuine = is_genuine(seal)
    if genuine is None:
        return _unchecked(seal, "the library `cryptography` is not installed", INSTALL)
    if not genuine:
        text = "its signature does not fit: the seal itself was changed, or never made by the key that it names"
        return Fails(seal, None, (Reason("forged", text, SEAL_AGAIN),))
    changed, rewritten = _changed(seal, book, texts)
    reasons = (*_revoked(signer), *changed, *_days(seal, signer, today))
    return Fails(seal, signer, reasons) if reasons else Holds(seal, signer, rewritten)


def _unchecked(seal: Seal, text: str, help: str) -> Fails:
    return Fails(seal, None, (Reason("unchecked", text, help),))


def is_genuine(seal: Seal) -> bool | None:
    """Was it signed with the key that it names? None when that cannot be checked here."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(seal.key)).verify(seal.signature, seal.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _revoked(signer: Trusted) -> Iterator[Reason]:
    if signer.revoked is not None:
        on, because = signer.revoked
        yield Reason("revoked", f"the key of {signer.name} was revoked on {on}: {because.rstrip('.')}", "seal it again with another key")


def _days(seal: Seal, signer: Trusted, today: dt.date) -> Iterator[Reason]:
    """What the day says against it."""
    if seal.valid_until is not None and today > seal.valid_until:
        yield Reason("expired", f"it ended on {seal.valid_until}", SEAL_AGAIN)
    if signer.not_after is not None and today > signer.not_after:
        yield Reason("expired", f"the key of {signer.name} ended on {signer.not_after}", "seal it again with a key that counts")
    if signer.not_before is not None and seal.signed_on < signer.not_before:
        text = f"it was signed on {seal.signed_on}, and what {signer.name} signs counts from {signer.not_before} on"
        yield Reason("expired", text, "use the newer seal, or seal it again")
    if seal.signed_on > today:
        yield Reason("not_yet", f"it was signed on {seal.signed_on}, which is still to come", "set the clock of this computer")


def _changed(seal: Seal, book: Rulebook, texts: Mapping[str, str]) -> tuple[tuple[Reason, ...], tuple[str, ...]]:
    """Does the rulebook still mean what was signed? And the files that are written differently."""
    now = {name: file_digest(text) for name, text in texts.items()}
    differ = tuple(name for name in sorted({*now, *seal.files}) if now.get(name) != seal.files.get(name))
    if not differ:
        return (), ()
    where = _listed(differ)
    if seal.form != FORM:
        text = f"files were changed since ({where}), and it was made by another version ({seal.made_by}) that this one cannot compare with"
        return (Reason("changed", text, SEAL_AGAIN),), ()
    try:
        same = digest(whole_meaning(book, texts)) == seal.meaning
    except RulebookError as error:
        return (Reason("changed", f"what was signed cannot be read any more: {error.problems[0]}", SEAL_AGAIN),), ()
    if same:
        return (), differ
    return (Reason("changed", f"the rulebook was changed after it was signed ({where})", SEAL_AGAIN),), ()


def _listed(names: tuple[str, ...], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
