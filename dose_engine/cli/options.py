"""The arguments that several verbs share."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import BadInput

if TYPE_CHECKING:
    from ..rulebook.model import Rulebook
    from ..workbench.whole import Whole

Format = Literal["text", "json", "markdown"]
ShortFormat = Literal["text", "json"]


def read_day(text: str | None) -> str | None:
    """Holds `--date` to a day of the calendar; the verb makes it a date."""
    if text is not None:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or not 1900 <= date.fromisoformat(text).year <= 2200:
                raise ValueError
        except ValueError:
            raise typer.BadParameter(f"`{text}` is not a day; a date is written YYYY-MM-DD, for example 2026-03-02") from None
    return text


def day_or_today(text: str | None) -> date:
    return date.fromisoformat(text) if text else date.today()


def book_at(rules: Path | None) -> Rulebook:
    """The rulebook alone, for verbs that check nothing. Raises `RulebookError`."""
    from ..rulebook.load import load

    return load(rules)


def whole_at(rules: Path | None) -> Whole:
    """The rulebook with its cases and claims. Where none was named, stderr says which one it is. Raises `RulebookError`."""
    from ..workbench.whole import load_whole

    whole = load_whole(rules)
    if rules is None:
        typer.echo(f"rulebook: {whole.folder} (name another with --rules DIR)", err=True)
    return whole


def complete_zone(incomplete: str) -> list[tuple[str, str]]:
    """Zones for the shell; nothing when the rulebook cannot be loaded."""
    try:
        return [(zone.name, zone.label) for zone in book_at(None).zones.values() if zone.name.startswith(incomplete)]
    except BadInput:
        return []


def complete_rule(incomplete: str) -> list[tuple[str, str]]:
    """Rule ids for the shell; nothing when the rulebook cannot be loaded."""
    try:
        return [(rule.id, rule.title) for rule in book_at(None).rules if rule.id.startswith(incomplete.upper())]
    except BadInput:
        return []


Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules", metavar="DIR", help="Another rulebook: a folder with zones.yaml and rules/. Default: DOSE_ENGINE_RULES, or ours."
    ),
]
Trust = Annotated[
    Path | None,
    typer.Option(
        "--trust",
        metavar="FILE",
        help="The list of who may seal. Default: DOSE_ENGINE_TRUST, or ~/.config/dose-engine/trusted.yaml.",
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="The passphrase is the first line of this file. Default: DOSE_ENGINE_KEY_PASSPHRASE, or it is asked for.",
    ),
]
Day = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", callback=read_day, help="Day of treatment where the case names none. Default: today."),
]
