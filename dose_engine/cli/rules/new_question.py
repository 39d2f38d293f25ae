"""`dose-engine rules new-question`: a screening question, the rule that reads it, and its cases."""

from __future__ import annotations

from typing import Annotated, Literal

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


def new_question(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of the question in rules and cases, for example dry_mouth.")],
    asked: Annotated[str | None, typer.Option("--asked", metavar="TEXT", help="The question, answered yes or no.")] = None,
    counts: Annotated[
        Literal["incomplete", "caution", "info"] | None,
        typer.Option("--open", help="The most an open answer counts for. Left out: incomplete, the strictest."),
    ] = None,
    about: Annotated[
        Literal["place"] | None, typer.Option("--about", help="A question about a place is answered for zones or regions.")
    ] = None,
    zone: Zones = None,
    region: Regions = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="The rule holds wherever a dose is.")] = False,
    info: Info = None,
    caution: Caution = None,
    stop: Stop = None,
    title: Title = None,
    because: Because = None,
    advise: Advise = None,
    source: Sources = None,
    new_source: NewSources = None,
    hazard: HazardId = None,
    id: Annotated[str | None, typer.Option("--id", metavar="ID", help="The id of the rule. Left out: the name in capitals.")] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="NAME", help="The question it is asked after. Left out: the last one.")
    ] = None,
    file: File = None,
    dry_run: DryRun = False,
    rules: Rules = None,
) -> None:
    """Add a question, the rule that reads it, and its cases: yes fires, no is silent, and what an open answer comes to.

    At a terminal, whatever is left out is asked. Elsewhere a text, source or hazard that is left out stands in the file as FILL IN.
    Exit code: 0 written, 3 written but a case is missing, 2 wrong input and nothing written.
    """
    from ...errors import BadInput, Problem
    from ...workbench.scaffold.additions import Addition
    from ...workbench.scaffold.homes import SCREENING, Home, home_named
    from .adding import finish
    from .drafting import Question, Said, again, at_a_terminal, condition_said, new_sources_said, severity_said

    severity, message = severity_said({"info": info, "caution": caution, "stop": stop})
    place = condition_said(zone or (), region or (), ())
    if everywhere and place is not None:
        raise BadInput([Problem("contradiction", "`--everywhere` and a zone or region", "leave one of them out")])
    said = Said(
        id=id or name.upper().replace("_", "-"),
        when={name: True, **(place if isinstance(place, dict) else {})},
        severity=severity,
        message=message,
        title=title,
        because=because,
        advise=advise,
        sources=tuple(source) if source else None,
        new_sources=new_sources_said(new_source or ()),
        hazard=hazard,
        file=file,
        rules=rules,
    )
    question = Question(name, asked, counts, about == "place", everywhere or place is not None, after)
    whole = whole_at(rules)
    answered = at_a_terminal()
    if answered:
        from .asking_rule import asked_question

        question, said = asked_question(question, said, whole)
    home = home_named(said.file or SCREENING, whole.texts)
    home = home if said.file else Home(home.file, f"it reads the answer to `{name}`")
    addition = Addition(said.rule(), home, said.new_sources, question.draft(), question.after)
    raise typer.Exit(finish(whole, addition, dry_run, rules, again(said, question) if answered else "", question.notes()))
