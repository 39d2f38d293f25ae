"""`dose-engine api-key`: make an API key for the service."""

from pathlib import Path
from typing import Annotated

import typer

from .options import read_day


def api_key(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Who will call with it, for example clinic-north. It stands in logs: no person's name.")
    ],
    file: Annotated[Path, typer.Option("--file", metavar="FILE", help="The file of API keys. It is made when it is not there.")],
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="YYYY-MM-DD", callback=read_day, help="The last day on which it counts (UTC).")
    ] = None,
) -> None:
    """Make an API key for the service and print it, once.

    The file keeps only a hash of it. Exit code: 0 made, 2 not made.
    """
    from datetime import date

    from ..service.security.adding import add_key

    added = add_key(file, name, date.fromisoformat(expires) if expires else None)
    typer.echo(added.secret)
    last = added.key.expires
    until = f"until {last} (UTC), that day included" if last else "until its line is taken out; --expires sets a last day"
    typer.echo(
        f"Above is the key {added.key.id} of {name}. It is shown this once: {file} holds only its hash.\n"
        f"It counts {until}. A running service sees it within its reload time.",
        err=True,
    )
    if added.others:
        ids = ", ".join(key.id for key in added.others)
        typer.echo(f"{name} also has: {ids}. Take their lines out once nobody calls with them.", err=True)
