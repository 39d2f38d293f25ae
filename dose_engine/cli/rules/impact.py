"""`dose-engine rules impact`: what a changed rulebook does to past cases."""

from __future__ import annotations

from typing import Annotated

import typer

from ..guard import BAD_INPUT, tell
from ..options import Day, ShortFormat, day_or_today
from .diff import two_wholes


def impact(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder with zones.yaml and rules/, or a git revision: REV or REV:folder.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, as it is now.")],
    cases: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASES", help="Past cases: files, folders, .ndjson, or -. Default: the cases beside OLD's rules."),
    ] = None,
    format: Annotated[ShortFormat, typer.Option("--format", help="How to show it. JSON lists every case that changes.")] = "text",
    date: Day = None,
) -> None:
    """Show which past cases a changed rulebook gives another verdict, and which came close.

    Exit code: 0 shown, 2 a rulebook or a case that cannot be used; the other cases are shown all the same.
    """
    from ...workbench.impact import Impact
    from ...workbench.impact.past import beside_the_rules
    from ...workbench.impact.tally import Tally
    from .past import past_cases

    wholes = two_wholes(old, new)
    found = Impact(*wholes, day_or_today(date))
    seen = found.over(past_cases(cases) if cases else beside_the_rules(wholes[0].cases))
    tally = Tally()
    if format == "json":
        from ...workbench.impact.views import JsonReport

        report = JsonReport(*wholes)
        typer.echo(report.start(), nl=False)
        for one in seen:
            tally.take(one)
            typer.echo(report.case(one), nl=False)
        typer.echo(report.end(tally), nl=False)
    else:
        from ...report.terminal import Screen
        from ...workbench.impact.views import TextReport

        for one in seen:
            tally.take(one)
            if one.before is None and one.after is None:
                tell(one.problems)
        typer.echo(TextReport(*wholes, found, Screen.here()).text(tally), nl=False)
    if tally.neither:
        raise typer.Exit(BAD_INPUT)
