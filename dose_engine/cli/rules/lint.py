"""`dose-engine rules lint`: what a careful colleague would say of a rulebook that loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...errors import BadInput, Problem, did_you_mean
from ..options import Rules, day_or_today, read_day, whole_at

if TYPE_CHECKING:
    from ...workbench.lint import Check

FOUND = 3


def complete_code(incomplete: str) -> list[tuple[str, str]]:
    from ...workbench.lint import every_check

    return [(code, check.summary) for code, check in every_check().items() if code.startswith(incomplete)]


def lint(
    rules: Rules = None,
    format: Annotated[Literal["text", "json", "sarif"], typer.Option("--format", help="How to show it.")] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 on warnings too.")] = False,
    acknowledged: Annotated[
        bool, typer.Option("--acknowledged", help="Show also what the book acknowledges, with its reasons (as JSON and SARIF always do).")
    ] = False,
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", callback=read_day, help="The day a review is overdue against. Default: today."),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="CODE", autocompletion=complete_code, help="Show what a check finds and why, or `all` of them."),
    ] = None,
    list_codes: Annotated[bool, typer.Option("--list", help="List the codes of all checks.")] = False,
) -> None:
    """Look through a rulebook: rules that can never hold, limits that contradict, numbers without a source, texts that are hard to read.

    Exit code 3 when there are errors, 0 when there are none. A finding is acknowledged in the file, on its line or right above it:
    `# lint: allow CODE because REASON`.
    """
    if explain is not None or list_codes:
        typer.echo(_documented(explain), nl=False)
        return
    from ...workbench.lint import Severity, every_check
    from ...workbench.lint import lint as look_through

    whole, day = whole_at(rules), day_or_today(date)
    found = look_through(whole, day)
    if format == "text":
        from ...report.terminal import Screen
        from ...workbench.lint.paths import path_of
        from ...workbench.lint.text_report import report

        typer.echo(report(found, lambda file: path_of(whole, file), Screen.here(), acknowledged=acknowledged), nl=False)
    else:
        import json

        from ...workbench.lint.machine_reports import as_json, as_sarif

        shown = as_json(found, whole, day) if format == "json" else as_sarif(found, whole, every_check().values())
        typer.echo(json.dumps(shown, indent=2))
    if found.count(Severity.ERROR) or (strict and found.findings):
        raise typer.Exit(FOUND)


def _documented(code: str | None) -> str:
    """The documentation of one check, of all, or their list. Raises `BadInput` with the nearest code when there is no such check."""
    from ...report.terminal import Screen
    from ...workbench.lint import every_check
    from ...workbench.lint.text_report import documentation, listing

    known: dict[str, Check] = every_check()
    if code is None:
        return listing(known.values(), Screen.here())
    if code != "all" and code not in known:
        help = did_you_mean(code.lower(), known, "`dose-engine rules lint --list` lists the codes")
        raise BadInput([Problem("unknown-id", f"`{code}` is not a code of lint", help)])
    return documentation(known.values() if code == "all" else [known[code]], Screen.here())
