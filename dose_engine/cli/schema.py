"""`dose-engine schema`: the JSON Schema of what goes in, or of what comes out."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from .options import Rules, book_at


def schema(
    of: Annotated[Literal["case", "advisory"], typer.Argument(metavar="case|advisory", help="The case file, or the advisory.")],
    rules: Rules = None,
) -> None:
    """Print a JSON Schema."""
    import json

    from ..schemas import advisory_schema, case_schema

    typer.echo(json.dumps(case_schema(book_at(rules)) if of == "case" else advisory_schema(), indent=2, ensure_ascii=False))
