"""`dose-engine rules new-rule`: a rule with its cases, in the right file, ready to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from ..options import Rules, whole_at
from .draft_options import (
    Advise,
    Because,
    Caution,
    DryRun,
    File,
    HazardId,
    Info,
    NewSources,
    Regions,
    Sources,
    Stop,
    Title,
    Zones,
)


def new_rule(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of the new rule, for example DAO-LATE.")],
    zone: Zones = None,
    region: Regions = None,
    when: Annotated[
        list[str] | None,
        typer.Option(
            "--when", metavar="'FACT: VALUE'", help="What must hold, as in a rule file; `always`. Can be repeated: all must hold."
        ),
    ] = None,
    info: Info = None,
    caution: Caution = None,
    stop: Stop = None,
    title: Title = None,
    because: Because = None,
    advise: Advise = None,
    source: Sources = None,
    new_source: NewSources = None,
    hazard: HazardId = None,
    expects_dose: Annotated[
        bool, typer.Option("--expects-dose", help="For a rule that a higher dose may clear; say why in --because.")
    ] = False,
    file: File = None,
    dry_run: DryRun = False,
    rules: Rules = None,
) -> None:
    """Add a rule and its cases: one half in which it fires, one in which it is silent, with the verdicts the engine gives.

    At a terminal, whatever is left out is asked. Elsewhere a text, source or hazard that is left out stands in the file as FILL IN.
    Exit code: 0 written, 3 written but a case is missing, 2 wrong input and nothing written.
    """
    from ...workbench.scaffold.additions import Addition
    from .adding import finish
    from .drafting import Said, again, at_a_terminal, condition_said, home_said, new_sources_said, severity_said

    severity, message = severity_said({"info": info, "caution": caution, "stop": stop})
    said = Said(
        id=id,
        when=condition_said(zone or (), region or (), when or ()),
        severity=severity,
        message=message,
        title=title,
        because=because,
        advise=advise,
        sources=tuple(source) if source else None,
        new_sources=new_sources_said(new_source or ()),
        hazard=hazard,
        expects_dose=expects_dose,
        file=file,
        rules=rules,
    )
    whole = whole_at(rules)
    answered = at_a_terminal()
    if answered:
        from .asking_rule import asked_rule

        said = asked_rule(said, whole)
    addition = Addition(said.rule(), home_said(said, whole), said.new_sources)
    raise typer.Exit(finish(whole, addition, dry_run, rules, again(said) if answered else ""))
