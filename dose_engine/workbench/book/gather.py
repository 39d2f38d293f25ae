"""Brings together what is printed beside the rules: the seal, what changed since it, the certificate, and what the cases have seen."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...rulebook.load import has_seal
from ..whole import Whole
from .edition import Changed, Covered, Edition, Seal
from .proofs import read_certificate

if TYPE_CHECKING:
    from ...rulebook.seal.standing import Standing

NOT_SEALED = Seal(None, "it has no seal: no named clinician answers for these numbers")


def gather(whole: Whole, today: dt.date, trust: Path | None = None) -> Edition:
    """The edition of a rulebook for a day. Runs its cases.

    Raises `RulebookError` for a seal or certificate that is corrupted, and `BadInput` for such a trust list.
    """
    return Edition(
        whole=whole,
        today=today,
        seal=seal_of(whole, today, trust),
        certificate=read_certificate(whole.folder, whole.claims),
        coverage=coverage_of(whole),
        changes=changes_since_seal(whole),
    )


def seal_of(whole: Whole, today: dt.date, trust: Path | None = None) -> Seal:
    """How the seal beside the rules stands on the day; a git revision has none."""
    if whole.folder is None or not has_seal(whole.folder):
        return NOT_SEALED
    from ...rulebook.seal.load import seal_in
    from ...rulebook.seal.standing import Holds, judge
    from ...rulebook.seal.trust import find_trust

    standing: Standing = judge(seal_in(whole.folder), find_trust(trust, whole.folder), whole.book, whole.texts, today)
    if not isinstance(standing, Holds):
        return Seal(False, standing.text)
    says = f"; “{standing.seal.says}”" if standing.seal.says else ""
    return Seal(True, f"by {standing.sealed_by}, {standing.text}{says}")


def changes_since_seal(whole: Whole) -> tuple[Changed, ...] | None:
    """What the book means now and did not mean when it was last sealed, the dangerous first, whether the seal holds or not.

    None where it was never sealed, or what was sealed was not kept.
    """
    if whole.folder is None or not has_seal(whole.folder):
        return None
    from ...rulebook.seal.load import seal_in
    from ..diff import changes
    from ..seal.signed_files import signed_whole

    signed = signed_whole(whole.folder, seal_in(whole.folder))
    if signed is None:
        return None
    return tuple(Changed(change.group, change.sentence, str(change.at)) for change in changes(signed, whole))


def coverage_of(whole: Whole) -> Mapping[str, Covered]:
    """By rule, how many of the values that its condition can have the cases have seen."""
    from ..testing.coverage import coverage
    from ..testing.runs import Runs

    reachable = defaultdict(list)
    for cell in coverage(Runs(whole.book, whole.cases)).cells:
        if not cell.out_of_reach:
            reachable[cell.rule].append(cell)
    missing = {rule: tuple(f"{cell.what} ({cell.value})" for cell in cells if not cell.seen) for rule, cells in reachable.items()}
    found = {rule: Covered(sum(cell.seen for cell in cells), len(cells), missing[rule]) for rule, cells in reachable.items()}
    return {rule.id: found.get(rule.id, Covered(0, 0)) for rule in whole.book.rules}


__all__ = ["changes_since_seal", "coverage_of", "gather", "seal_of"]
