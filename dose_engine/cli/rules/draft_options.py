"""The options of `new-rule` and `new-question`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ...errors import BadInput
from ..options import book_at, complete_zone


def _complete(register: str) -> Any:
    """Ids of a register of the book for the shell; nothing when the book cannot be loaded."""

    def complete(incomplete: str) -> list[tuple[str, str]]:
        try:
            entries = getattr(book_at(None), register)
        except BadInput:
            return []
        return [(name, entry.title) for name, entry in entries.items() if name.startswith(incomplete)]

    return complete


Zones = Annotated[
    list[str] | None,
    typer.Option("--zone", metavar="ZONE", autocompletion=complete_zone, help="Only for doses in this zone. Can be repeated."),
]
Regions = Annotated[list[str] | None, typer.Option("--region", metavar="REGION", help="Only for doses in this region. Can be repeated.")]
Caution = Annotated[str | None, typer.Option("--caution", metavar="TEXT", help="A caution, and what the injector is told.")]
Stop = Annotated[str | None, typer.Option("--stop", metavar="TEXT", help="A stop, and what the injector is told.")]
Info = Annotated[str | None, typer.Option("--info", metavar="TEXT", help="An info, and what the injector is told.")]
Title = Annotated[str | None, typer.Option("--title", metavar="TEXT", help="The situation in a few words, not the verdict.")]
Because = Annotated[str | None, typer.Option("--because", metavar="TEXT", help="Why this is so.")]
Advise = Annotated[str | None, typer.Option("--advise", metavar="TEXT", help="What to do about it.")]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="ID", autocompletion=_complete("sources"), help="A source of rules/sources.yaml. Can be repeated."),
]
NewSources = Annotated[
    list[str] | None,
    typer.Option("--new-source", metavar="'ID: TITLE; DOCUMENT'", help="A source to be added, as unchecked, and cited. Can be repeated."),
]
HazardId = Annotated[
    str | None, typer.Option("--hazard", metavar="ID", autocompletion=_complete("hazards"), help="A hazard of rules/hazards.yaml.")
]
File = Annotated[
    str | None, typer.Option("--in", metavar="FILE", help="The file of rules, for example jaw. Left out, it is chosen and named.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be added, and write nothing.")]
