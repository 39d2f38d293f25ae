"""`dose-engine rules book`: the rulebook as a document for reading, printing and signing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..options import Rules, Trust, day_or_today, read_day, whole_at

if TYPE_CHECKING:
    from ...errors import Problem

STANDARD_OUTPUT = "-"
HEAD = 2000
"""Bytes at the start of a file in which it says what made it."""


def book(
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - prints it. Default: rulebook.html in this folder.")
    ] = "rulebook.html",
    rules: Rules = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="YYYY-MM-DD", callback=read_day, help="The day by which overdue and sealed are judged. Default: today."
        ),
    ] = None,
    trust: Trust = None,
    force: Annotated[bool, typer.Option("--force", help="Write over any file, not only over a book that this command wrote.")] = False,
) -> None:
    """Write the rulebook as one HTML file: ranges as pictures, rules in sentences, sources, cases, proofs, and room to sign.

    The file needs no network and no scripts; print it from a browser, on A4. Exit code: 0 written, 2 something cannot be used.
    """
    from ...errors import BadInput, Problem
    from ...workbench.book import page
    from ...workbench.book.gather import gather

    path = Path(output)
    if output != STANDARD_OUTPUT and (problem := in_the_way(path, force)):
        raise BadInput([problem])
    with uncollected():
        content = page(gather(whole_at(rules), day_or_today(date), trust)).encode()
    if output == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        return
    from ...workbench.seal.writing import write_whole

    try:
        whole = path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a NUL in the name, links in a circle
        raise BadInput([Problem("file-unreadable", f"cannot be written: {error}", file=output)]) from None
    write_whole(whole, content)
    typer.echo(f"Written to {path}. Open it in a browser; to sign it, print it on A4.")


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for garbage: everything that is made here stays until the page is written, and looking takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def in_the_way(path: Path, force: bool) -> Problem | None:
    """What speaks against writing there: something that is no file, or a file that this command did not write."""
    from ...errors import Problem
    from ...workbench.book import MADE_BY

    try:
        if not path.exists():
            return None
        if not path.is_file():
            return Problem("file-unreadable", "is no file, so nothing is written there", "name a file with -o", file=str(path))
        if force:
            return None
        with path.open("rb") as file:
            start = file.read(HEAD)
    except (OSError, ValueError) as error:
        return Problem("file-unreadable", f"cannot be looked at: {getattr(error, 'strerror', None) or error}", file=str(path))
    if f'content="{MADE_BY}"'.encode() in start and start.startswith(b"<!doctype html>"):
        return None
    help = "name another file with -o, or add --force to write over it"
    return Problem("file-unreadable", "the file exists and is no book that this command wrote; it is left as it is", help, file=str(path))
