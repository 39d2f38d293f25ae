"""`dose-engine rules verify`: does the seal hold, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Rules, ShortFormat, Trust, day_or_today, read_day, whole_at

if TYPE_CHECKING:
    from ...workbench.seal.saying import Verified

FOUND = 3


def verify(
    rules: Rules = None,
    trust: Trust = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", callback=read_day, help="Judge it as on this day. Default: today.")
    ] = None,
    format: Annotated[ShortFormat, typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Say who sealed the rulebook, until when, and whether the seal holds.

    Exit code: 0 it holds, 3 it does not hold or there is none, 2 something cannot be read.
    """
    from ...errors import BadInput, Problem
    from ...rulebook.load import has_seal
    from ...rulebook.seal.load import seal_in
    from ...rulebook.seal.standing import judge
    from ...rulebook.seal.trust import find_trust
    from ...workbench.seal.saying import verified

    whole = whole_at(rules)
    if whole.folder is None:
        raise BadInput([Problem("contradiction", "the seal of a git revision is not looked at", "check it out first", file=whole.name)])
    standing = None
    if has_seal(whole.folder):
        seal = seal_in(whole.folder)
        standing = judge(seal, find_trust(trust, whole.folder), whole.book, whole.texts, day_or_today(date))
    found = verified(whole, standing)
    show(found, format)
    raise typer.Exit(0 if found.holds else FOUND)


def show(found: Verified, format: ShortFormat) -> None:
    """Write it to standard output."""
    from ...workbench.seal.saying import as_json, lines

    if format == "json":
        import json

        typer.echo(json.dumps(as_json(found), indent=2, ensure_ascii=False))
        return
    write(lines(found))


def write(lines: Iterable[tuple[str, str]]) -> None:
    """Lines with what stands before each, wrapped to the screen; the first is the heading."""
    from ...report.terminal import Page, Screen

    page = Page(Screen.here())
    for number, (before, text) in enumerate(lines):
        page.line(text, before, "" if number else "bold")
    typer.echo(page.text(), nl=False)
