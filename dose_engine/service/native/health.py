"""Is the process alive, may it be sent requests, and what does it count."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field

from ...errors import RulebookError
from ..current import Current, Standing
from ..web.problems import NotReady

_ABOUT = """dose-engine: advice on botulinum toxin doses in face and neck

It holds a plan against ranges, limits, earlier treatments and contraindications, and says what is not known. It advises; a clinician
decides. No answer, and no card, is not a statement that a plan is safe.

Rulebook: {title}, version {version}
{signed}
Each finding names its rule and its sources, and how far each source was checked: primary (read in a label or study), secondary (read on
another page), derived (worked out), unchecked.
"""


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class BookInUse(BaseModel):
    version: str
    sha256: str


class Reload(BaseModel):
    """What became of the last change of the rulebook."""

    refused: bool = Field(description="A changed rulebook was refused, and the old one is in use; the log says why.")
    problems: int = Field(description="How many problems it has.")
    since: str | None = Field(description="When it was refused.")


class Ready(BaseModel):
    """The engine advises on a known case, and both evaluators agree."""

    status: Literal["ready"] = "ready"
    rulebook: BookInUse
    confirmed: bool = Field(description="A second evaluator confirms every advisory. False: it is not installed.")
    reload: Reload


def ready(current: Current) -> bytes:
    """The answer of `/readyz`; takes some milliseconds. Raises `NotReady` (503)."""
    standing = current.check()
    loaded = current.in_use
    book = BookInUse(version=loaded.book.version, sha256=loaded.book.sha256)
    state = Ready(rulebook=book, confirmed=loaded.confirmed, reload=_reload(standing))
    if standing.unfit:
        told: dict[str, Any] = state.model_dump(exclude={"status"})
        raise NotReady(standing.unfit, told)
    return state.model_dump_json().encode()


def _reload(standing: Standing) -> Reload:
    since = standing.since.isoformat(timespec="seconds") if standing.since else None
    return Reload(refused=bool(standing.refused), problems=len(standing.refused), since=since)


def about(current: Current) -> bytes:
    """Who speaks, for a person who follows the source of a card: plain text, about nobody."""
    book = current.loaded.engine.rulebook
    try:
        signed_by = current.loaded.engine.about(dt.date.today()).sealed_by
    except RulebookError:
        signed_by = None
    signed = f"Signed by {signed_by}." if signed_by else "It is a draft: no named clinician has signed it."
    return _ABOUT.format(title=book.title, version=book.version, signed=signed).encode()
