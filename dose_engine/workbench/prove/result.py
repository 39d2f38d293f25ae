"""What came of a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["proved", "broken", "not proved"]


@dataclass(frozen=True, slots=True)
class Witness:
    """A patient who shows something; where `then` is given, the same patient a step on."""

    says: str
    values: Mapping[str, Any]
    then: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """One claim and its outcome. `bounds` says for which patients it holds; `note` what was found on the way or why it is not proved."""

    claim: str
    says: str
    outcome: Outcome
    bounds: str
    note: str = ""
    witnesses: tuple[Witness, ...] = ()
    line: int = 0


class Undecided(Exception):  # noqa: N818 - it is no error: the solver ran out of time
    """The time was not enough. What depends on it is not proved."""
