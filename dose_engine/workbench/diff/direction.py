"""Which way a changed rulebook moves verdicts: only to worse ones, only to milder ones, both, or none; with a case that shows it.

Three ways, the cheap first: the shape of the changes (`diff.lean`) rules a side out for every case; the cases of both books, and cases made
up around the changed lines, find witnesses; and where z3 is there (`by_solver`), it finds one or proves that there is none. What
none of them settles is "not decided", which is never read as "no".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any, Final

from ...advisory import Verdict
from ...rulebook.model import Rulebook
from ..cases import TODAY
from .two_books import TwoBooks

INSTALL: Final = "install dose-engine[prove]"
_COMPARE: Final = "dose_engine.workbench.diff.by_solver"
"""Loaded by name: with the solver, which need not be there."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A case, as plain values, of which the two books say something else."""

    values: dict[str, Any]
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Direction:
    """A case that gets a worse verdict, and one that gets a milder one. `decided`: where there is none, there can be none."""

    stricter: Witness | None = None
    looser: Witness | None = None
    decided: bool = True
    note: str = ""
    never_looser: bool = False
    """No case gets a milder verdict, whatever else is not decided."""
    never_stricter: bool = False

    @property
    def word(self) -> str:
        match self.stricter is not None, self.looser is not None, self.decided:
            case True, True, _:
                return "both"
            case True, False, True:
                return "stricter only"
            case False, True, True:
                return "looser only"
            case False, False, True:
                return "no case changes its verdict"
            case _:
                return "not decided"

    @property
    def may_loosen(self) -> bool:
        return self.looser is not None or not (self.decided or self.never_looser)


@dataclass(frozen=True, slots=True)
class Sides:
    """Which sides are still to be looked for: one that the shape of a change rules out is not."""

    stricter: bool = True
    looser: bool = True

    def left(self, found: Direction) -> Sides:
        return Sides(self.stricter and found.stricter is None, self.looser and found.looser is None)

    @property
    def none(self) -> bool:
        return not (self.stricter or self.looser)


def by_cases(books: TwoBooks, tries: Iterable[Mapping[str, Any]], wanted: Sides = Sides()) -> Direction:
    """The first case of each wanted side among the tries. A side without one is not decided by them."""
    found = Direction(decided=False)
    for values in () if wanted.none else tries:
        judged = books.of_values(values, TODAY)
        if judged is None or judged.before.verdict is judged.after.verdict:
            continue
        before, after = judged.before.verdict, judged.after.verdict
        witness = Witness(dict(values), before, after)
        if after.rank > before.rank:
            found = replace(found, stricter=found.stricter or witness)
        else:
            found = replace(found, looser=found.looser or witness)
        if wanted.left(found).none:
            break
    return replace(found, decided=wanted.left(found).none, never_looser=not wanted.looser, never_stricter=not wanted.stricter)


def decide(
    books: TwoBooks, tries: Iterable[Mapping[str, Any]], changed_rules: Collection[str], wanted: Sides, *, rules_only: bool = True
) -> Direction:
    """The direction, by every way there is. `rules_only`: all that can change a verdict is in the rules and the facts they read; what else
    could (a protocol, the muscles of a zone) is not proved of."""
    found = by_cases(books, tries, wanted) if not wanted.none else Direction(never_looser=True, never_stricter=True)
    if found.decided:
        return found
    if not can_prove():
        return replace(found, note=INSTALL)
    proved = by_proof(books.old, books.new, changed_rules)
    stricter = found.stricter or (proved.stricter if wanted.stricter and _shows(books, proved.stricter) else None)
    looser = found.looser or (proved.looser if wanted.looser and _shows(books, proved.looser) else None)
    both = replace(found, stricter=stricter, looser=looser, decided=False)
    settled = wanted.left(both).none or (proved.decided and rules_only)
    if settled:
        return replace(both, decided=True, note="" if wanted.left(both).none else f"proved for {proof_bounds()}")
    beyond = "" if rules_only else "a protocol, a product or the places of a zone changed, which is not proved of"
    return replace(both, decided=False, note=beyond or proved.note)


def can_prove() -> bool:
    """Are the solver and the comparison that uses it there?"""
    return find_spec("z3") is not None and find_spec(_COMPARE) is not None


def by_proof(old: Rulebook, new: Rulebook, changed_rules: Collection[str]) -> Direction:
    """The direction over all cases within the bounds of the solver."""
    from importlib import import_module

    found: Direction = import_module(_COMPARE).direction(old, new, changed_rules)
    return found


def proof_bounds() -> str:
    """How large the patients are that a proof covers."""
    from importlib import import_module

    return f"at most {import_module(_COMPARE).BOUNDS}"


def _shows(books: TwoBooks, witness: Witness | None) -> bool:
    """Does a witness hold when it is run? One that does not is no witness."""
    if witness is None:
        return False
    judged = books.of_values(witness.values, TODAY)
    return judged is not None and (judged.before.verdict, judged.after.verdict) == (witness.before, witness.after)
