"""`dose-engine rules diff`: what a changed rulebook means, in clinical words, and which way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import Problem, RulebookError
from ..options import Format

if TYPE_CHECKING:
    from ...workbench.whole import Whole

FOUND = 3
"""The verb ran, and what it is there to find is there."""


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder with zones.yaml and rules/, or a git revision: REV or REV:folder.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, as it is now.")],
    format: Annotated[Format, typer.Option("--format", help="How to show it.")] = "text",
    require_named: Annotated[
        bool,
        typer.Option("--require-named", help="Exit with 3 when something is loosened that rules/CHANGES.md does not newly name."),
    ] = False,
) -> None:
    """Show what changed in a rulebook: by meaning, not by text, and whether it gets stricter or looser.

    Exit code: 0 shown, 2 a rulebook that cannot be used, 3 with --require-named something is loosened and not named.
    """
    from ...workbench.diff import views
    from ...workbench.diff.loosening import compare

    comparison = compare(*two_wholes(old, new))
    match format:
        case "json":
            import json

            typer.echo(json.dumps(views.in_json(comparison), indent=2))
        case "markdown":
            typer.echo(views.markdown(comparison), nl=False)
        case _:
            from ...report.terminal import Screen

            typer.echo(views.text(comparison, Screen.here()), nl=False)
    if require_named and comparison.unnamed:
        raise typer.Exit(FOUND)


def two_wholes(old: str, new: str) -> tuple[Whole, Whole]:
    """Both rulebooks. Raises `RulebookError` with every problem of both, each saying in which of the two."""
    from ...workbench.whole import load_whole

    wholes = []
    problems: list[Problem] = []
    for word, place in (("OLD", old), ("NEW", new)):
        if not place.strip():  # an unset variable in a script must not compare a book with itself
            problems.append(Problem("file-unreadable", "an empty name", "name a folder, or a git revision: REV or REV:folder", word))
            continue
        try:
            wholes.append(load_whole(place))
        except RulebookError as error:
            problems += [_named(problem, word, place) for problem in error.problems]
    if problems:
        raise RulebookError(problems)
    return wholes[0], wholes[1]


def _named(problem: Problem, word: str, place: str) -> Problem:
    from dataclasses import replace

    inside = f" {problem.file}" if problem.file and problem.file != place else ""
    return replace(problem, file=f"{word} {place}:{inside}" if inside else f"{word} {place}")
