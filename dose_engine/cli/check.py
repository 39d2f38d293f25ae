"""`dose-engine check`: hold one or many cases against the rulebook."""

import gc
from typing import Annotated

import typer

from .options import Day, Format, Rules, Trust, complete_rule, day_or_today


def check(
    paths: Annotated[list[str], typer.Argument(metavar="PATHS", help="Case files, folders of them, or - for standard input.")],
    format: Annotated[Format, typer.Option("--format", help="How to show it. JSON of many cases is one line a case.")] = "text",
    explain: Annotated[bool, typer.Option("--explain", help="Add why each rule fired.")] = False,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule", metavar="ID", autocompletion=complete_rule, help="Add how this rule came out at each place, also why it did not fire."
        ),
    ] = None,
    rules: Rules = None,
    date: Day = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line a case.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Everything: timeline, counselling, every question and its facts.")] = False,
    require_seal: Annotated[
        bool, typer.Option("--require-seal", help="Refuse a rulebook without a seal that holds. DOSE_ENGINE_REQUIRE_SEAL=1 does the same.")
    ] = False,
    trust: Trust = None,
) -> None:
    """Check plans. Exit code: 0 ok, 10 caution, 20 incomplete, 30 stop, 2 wrong input, 1 fault."""
    from ..engine import Engine
    from .checking import Checking, Wanted

    wanted = Wanted(format, explain or rule is not None, rule, brief, full)
    engine = Engine.load(rules, require_seal=require_seal, trust=trust)
    gc.freeze()
    gc.enable()
    raise typer.Exit(Checking(engine, wanted, day_or_today(date)).run(paths))
