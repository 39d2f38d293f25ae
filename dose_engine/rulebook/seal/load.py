"""Loads a rulebook together with its seal, from one reading of its files: what is advised with is what the seal was held against."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ...documents import Unreadable, read_text
from ...errors import Problem, RulebookError
from ..load import SEAL, folder_texts, is_beside, load_texts
from ..model import Rulebook
from .paper import Seal, read_seal, with_remedy
from .standing import Fails, Standing, judge
from .trust import find_trust

NOT_SEALED = Problem(
    "seal",
    "a seal is asked for, and the rulebook has none",
    "a clinician signs it with dose-engine rules seal; if it was signed before, its seal was taken away: go back to what was signed",
    SEAL,
)


def load_sealed(folder: Path, trust: Path | None, today: dt.date) -> tuple[Rulebook, Standing]:
    """The rulebook in `folder`, which has a seal, and how the seal stands.

    A case or claim that cannot be read breaks the seal, not the book. Raises `RulebookError` for a book or seal that cannot be read, and
    `BadInput` for such a trust list.
    """
    texts, problems = folder_texts(folder, beside=True)
    if of_book := [problem for problem in problems if not is_beside(problem.file)]:
        raise RulebookError(of_book)
    book = load_texts({name: text for name, text in texts.items() if not is_beside(name)})
    return book, judge(seal_in(folder), find_trust(trust, folder), book, texts, today)


def seal_in(folder: Path) -> Seal:
    """The seal of the rulebook in `folder`. Raises `RulebookError` that names the file when it cannot be read."""
    try:
        return read_seal(read_text(folder / SEAL, SEAL))
    except Unreadable as unreadable:
        raise RulebookError([with_remedy(unreadable.problem)]) from None


def refusal(standing: Standing | None) -> Problem | None:
    """What is said where a seal is asked for and this is how it stands; None when it holds."""
    if standing is None:
        return NOT_SEALED
    return standing.problem if isinstance(standing, Fails) else None
