"""The command line: one file a verb, and every import that takes time inside the verb.

0 ok   10 caution   20 incomplete   30 stop   2 wrong input or usage   1 a fault of dose-engine   141 the reader went away
"""

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from .api_key import api_key
from .check import check
from .from_fhir import from_fhir
from .guard import Guarded
from .new import new
from .rule import rule
from .schema import schema
from .zones import zones

__all__ = ["app", "main"]

PROGRAM = "dose-engine"

app = typer.Typer(
    name=PROGRAM,
    cls=Guarded,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        from .. import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _whole(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """Check a botulinum toxin plan for facial asymmetry against a rulebook. It advises; a clinician decides."""


for verb in (check, new, zones, rule, schema, from_fhir, api_key):
    app.command()(verb)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        typer.main.get_command(app).main(args=arguments, prog_name=PROGRAM)
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0
