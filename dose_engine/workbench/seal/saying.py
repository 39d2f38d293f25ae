"""What is said of a seal, in plain words: by whom, when, until when, whether it holds, why not, and what changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...report.words import clean, day, listed, plural
from ...rulebook.load import SEAL
from ...rulebook.seal.paper import Seal, fingerprint
from ...rulebook.seal.standing import Fails, Holds, Standing
from ..whole import Whole
from .signed_files import SIGNED_FILES, signed_whole

NO_SEAL = "The rulebook has no seal, so every advisory says that it is a draft."
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Verified:
    """How the seal of a rulebook stands (None: it has none), and what changed since (None: that cannot be said)."""

    whole: Whole
    standing: Standing | None
    changes: tuple[str, ...] | None = ()

    @property
    def holds(self) -> bool:
        return isinstance(self.standing, Holds)


def verified(whole: Whole, standing: Standing | None) -> Verified:
    """With what changed, where the seal is genuine and something did. Raises `RulebookError` when the signed files are damaged."""
    if standing is None:
        return Verified(whole, standing)
    changes = changes_since(whole, standing.seal)
    told = isinstance(standing, Fails) and any(reason.state == "changed" for reason in standing.reasons)
    return Verified(whole, standing, changes if told else ())


def changes_since(whole: Whole, seal: Seal) -> tuple[str, ...] | None:
    """What the rulebook means now and did not mean when it was signed, in clinical words; None when the signed files were not kept.

    Raises `RulebookError` when they are damaged.
    """
    from ..diff import changes

    then = signed_whole(whole.folder, seal) if whole.folder else None
    if then is None:
        return None
    return tuple(change.sentence if change.subject else f"{change.group}: {change.says}" for change in changes(then, whole))


def before_signing(whole: Whole, previous: Seal | None) -> Iterator[tuple[str, str]]:
    """What is about to be signed: the book, and what changed since the seal before. Raises `RulebookError` like `changes_since`."""
    yield "", f"To be signed: {_about(whole)}."
    if previous is not None:
        yield from changed(changes_since(whole, previous), f"Changed since {clean(previous.signer)} signed on {day(previous.signed_on)}:")


def lines(found: Verified) -> Iterator[tuple[str, str]]:
    """Each line with what stands before it."""
    match found.standing:
        case None:
            yield "", NO_SEAL
            yield "  ", "If it was signed before, its seal was taken away: go back to what was signed."
            yield "  ", "To sign it: dose-engine rules seal --key FILE"
        case Holds(seal, signer, rewritten) as holds:
            role = f" ({clean(signer.role)})" if signer.role else ""
            yield "", f"The seal holds. {clean(signer.name)}{role} signed this rulebook on {_days(seal.signed_on, holds.until)}."
            yield from _statement(seal)
            yield "  ", f"{_about(found.whole)}."
            same = f"Written differently, and meaning the same: {listed(rewritten)}." if rewritten else "Every file is as it was signed."
            yield "  ", same
            yield from _marks(seal)
        case Fails() as fails:
            yield "", f"{fails.text[:1].upper()}{fails.text[1:]}."
            yield "  ", _signed_by(fails)
            yield from _statement(fails.seal)
            yield from changed(found.changes, "Changed since it was signed:")
            for help in dict.fromkeys(reason.help for reason in fails.reasons):
                yield from (("  Do: " if number == 0 else "      ", line) for number, line in enumerate(help.split("\n")))
            yield from _marks(fails.seal)


def _signed_by(fails: Fails) -> str:
    seal, signer = fails.seal, fails.signer
    if signer is None:
        return f"It says that {clean(seal.signer)} signed it on {_days(seal.signed_on, seal.valid_until)}. That is not proved."
    return f"{clean(signer.name)} signed it on {_days(seal.signed_on, seal.valid_until)}."


def _days(on: dt.date, until: dt.date | None) -> str:
    return f"{day(on)}, until {day(until)}" if until else f"{day(on)}, without a last day"


def _statement(seal: Seal) -> Iterator[tuple[str, str]]:
    if seal.says:
        yield "  ", f'"{clean(seal.says)}"'
    if seal.despite:
        yield "  ", f"Signed despite: {listed([clean(text) for text in seal.despite])}."


def _about(whole: Whole) -> str:
    book = whole.book
    parts = (
        plural(len(book.rules), "rule"),
        plural(len(book.zones), "zone"),
        plural(len(whole.cases), "case"),
        plural(len(whole.claims), "claim"),
    )
    return f"{clean(book.title)} {clean(book.version)}: {', '.join(parts)}"


def changed(changes: Sequence[str] | None, heading: str) -> Iterator[tuple[str, str]]:
    """Changes under a heading; nothing when there are none."""
    if changes is None:
        yield (
            "  ",
            f"What changed cannot be said: the files that were signed are not kept, or this version cannot read them ({SIGNED_FILES}).",
        )
        return
    if changes:
        yield "  ", heading
    for line in changes[:MOST_CHANGES]:
        yield "    - ", line
    if len(changes) > MOST_CHANGES:
        yield "    - ", f"and {len(changes) - MOST_CHANGES} more"


def _marks(seal: Seal) -> Iterator[tuple[str, str]]:
    before = f", follows the seal {seal.previous[:12]}" if seal.previous else ""
    yield "  ", f"Key {fingerprint(seal.key)}. Seal {seal.sha256[:12]}{before} ({SEAL}, made by {clean(seal.made_by)})."


def as_json(found: Verified) -> dict[str, Any]:
    """The same for a program."""
    standing = found.standing
    if standing is None:
        return {"seal": "none", "holds": False, "note": NO_SEAL}
    seal = standing.seal
    return {
        "seal": standing.state,
        "holds": found.holds,
        "note": standing.text,
        "sealed_by": standing.sealed_by,
        "says_signer": seal.signer,
        "signed_on": seal.signed_on.isoformat(),
        "valid_until": seal.valid_until.isoformat() if seal.valid_until else None,
        "says": seal.says,
        "despite": list(seal.despite),
        "key": seal.key,
        "fingerprint": fingerprint(seal.key),
        "sha256": seal.sha256,
        "previous": seal.previous,
        "rewritten": list(standing.rewritten) if isinstance(standing, Holds) else [],
        "changes": _or_none(found.changes),
    }


def _or_none(changes: Sequence[str] | None) -> list[str] | None:
    return None if changes is None else list(changes)
