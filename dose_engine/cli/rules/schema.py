"""`dose-engine rules schema`: JSON Schemas by which an editor completes and explains the files of a rulebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...errors import BadInput, Problem
from ..options import Rules, whole_at

STALE = 3


def schema(
    rules: Rules = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 3 when a schema is missing or out of date.")] = False,
) -> None:
    """Write the JSON Schemas of a rulebook's files to rules/schemas, for an editor with yaml-language-server.

    The first line of each file names its schema. Write them anew after a change of facts, zones, constants, sources, hazards or rules.
    """
    from ...workbench.editor_schemas import FOLDER, file_of, schemas, text_of

    whole = whole_at(rules)
    if whole.folder is None:
        raise BadInput([Problem("file-unreadable", "a git revision has no folder to write to", "name a folder with --rules", whole.name)])
    texts = {whole.folder / file_of(kind): text_of(made) for kind, made in schemas(whole.book).items()}
    stale = [path for path, text in texts.items() if _text(path) != text]
    if check:
        for path in stale:
            typer.echo(f"{path}: {'out of date' if path.exists() else 'missing'}")
        typer.echo("Run `dose-engine rules schema` to write them." if stale else f"The {len(texts)} schemas fit the rulebook.")
        if stale:
            raise typer.Exit(STALE)
        return
    from ...workbench.scaffold.files import writable_folder

    writable_folder(whole.folder, whole.name)
    for path in stale:
        _write(path, texts[path])
        typer.echo(f"wrote {path}")
    if not stale:
        typer.echo(f"The {len(texts)} schemas in {whole.folder / FOLDER} already fit the rulebook.")


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):  # a file that is no text is written anew
        return None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadInput([Problem("file-unreadable", f"cannot be written: {error.strerror or error}", file=str(path))]) from None
