"""One difference in meaning between two rulebooks: in words, where it stands, and which way it leans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple


class Lean(StrEnum):
    """Which way a change can move an answer, as far as its shape tells. Sound: `stricter` means that no case gets a milder answer by it."""

    NEITHER = "neither"
    STRICTER = "stricter"
    LOOSER = "looser"
    EITHER = "either"
    """Not told by the shape: it may loosen."""

    @property
    def may_loosen(self) -> bool:
        return self in (Lean.LOOSER, Lean.EITHER)

    @property
    def may_tighten(self) -> bool:
        return self in (Lean.STRICTER, Lean.EITHER)


def joined(leans: Iterable[Lean]) -> Lean:
    """The lean of several changes together."""
    kept = set(leans) - {Lean.NEITHER}
    return kept.pop() if len(kept) == 1 else Lean.EITHER if kept else Lean.NEITHER


class At(NamedTuple):
    """Where a change stands: a line of NEW, or of OLD when it is gone."""

    file: str
    line: int
    in_new: bool = True

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return place if self.in_new else f"OLD {place}"


About = Literal["verdict", "offered", "evidence", "guard", "words"]
"""What a change is about: the verdict of a case; the doses that are offered (suggestions); how far a number was checked; what the book is
tested and proved with; or only words."""


@dataclass(frozen=True, slots=True)
class Change:
    """`path` names it in the model: kind, name and field, for example `rules`, `INTERVAL-90`, `condition`."""

    path: tuple[str, str, str]
    group: str
    """The heading it is shown under."""
    says: str
    at: At
    subject: str = ""
    """Where set, the thing that `says` goes on about; left out where the heading says it."""
    about: About = "words"
    lean: Lean = Lean.NEITHER
    id: str = ""
    """What the change log names it by, should it loosen anything. Stable: it holds no number and no place."""
    details: tuple[tuple[str, str], ...] = ()
    """More, each with a word before it: what was and is written, what it touches."""
    covers: frozenset[str] = frozenset()
    """Other fields of the same thing that differ only as its consequence."""
    called_out: bool = False
    """Something a reader must not miss, though no answer changes by it."""
    touches: frozenset[str] = frozenset()
    """The rules that mean something else by it."""

    @property
    def sentence(self) -> str:
        """The change without its heading."""
        return f"{self.subject}: {self.says}" if self.subject else self.says

    @property
    def danger(self) -> int:
        """What to read first: 0 is what may let more through."""
        if self.about in ("verdict", "offered") and self.lean.may_loosen:
            return 0 if self.about == "verdict" else 1
        if self.called_out or (self.about in ("evidence", "guard") and self.lean.may_loosen):
            return 2
        return {"verdict": 3, "offered": 4, "guard": 6, "evidence": 6, "words": 5}[self.about]
