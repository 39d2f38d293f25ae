"""What is looked at before a rulebook is signed: its cases, lint and proofs.

What is wanting can be signed all the same, and is then written into the seal, where everyone reads it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ..whole import Whole

Gate = Literal["cases", "lint", "proofs"]
GATES: Final[tuple[Gate, ...]] = get_args(Gate)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Why a rulebook should not be signed yet. `says` goes into the seal when it is signed all the same."""

    gate: Gate
    says: str
    details: tuple[str, ...] = ()
    remedy: str = ""


def wanting(whole: Whole, today: dt.date) -> tuple[Wanting, ...]:
    """Everything that speaks against signing the rulebook today."""
    found = failing_cases(whole), lint_errors(whole, today), missing_proofs(whole)
    return tuple(one for one in found if one is not None)


def failing_cases(whole: Whole) -> Wanting | None:
    from ...engine import Engine
    from ..cases import run_case

    if not whole.cases:
        return Wanting("cases", "no cases", remedy="write cases beside the rules")
    engine = Engine(whole.book)
    failed = [outcome for case in whole.cases for outcome in run_case(case, engine) if outcome.wrong]
    shown = tuple(f"{one.case.file}:{one.case.line}: case {one.case.id}: {one.wrong[0]}" for one in failed)
    return Wanting("cases", _count(len(failed), "case fails", "cases fail"), shown, "dose-engine rules test shows why") if failed else None


def lint_errors(whole: Whole, today: dt.date) -> Wanting | None:
    from ..lint import Severity, lint

    errors = [finding for finding in lint(whole, today).findings if finding.severity is Severity.ERROR]
    shown = tuple(f"{one.file}:{one.line}: {one.about}: {one.message} ({one.code})" for one in errors)
    return (
        Wanting("lint", _count(len(errors), "lint error", "lint errors"), shown, "dose-engine rules lint shows them all")
        if errors
        else None
    )


def missing_proofs(whole: Whole) -> Wanting | None:
    """Proofs are not made here: their certificate is read, and must be about this book and these claims.

    Raises `RulebookError` for a certificate that is damaged.
    """
    from ..prove.certificate import FILE, read, stale

    if not whole.claims:
        return Wanting("proofs", "nothing is claimed, so nothing is proved", remedy="write claims into rules/claims.yaml")
    wrong = stale(read(whole.folder / FILE) if whole.folder else None, whole)
    return Wanting("proofs", "not every claim is proved", tuple(wrong), "dose-engine rules prove --write proves them") if wrong else None


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
