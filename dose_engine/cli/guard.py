"""Every error of every verb ends here: what is wrong on stderr, an exit code, and no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import BadInput, Problem

FAULT = 1
BAD_INPUT = 2
READER_GONE = 141
"""128 + SIGPIPE, what a shell reports when the reader of a pipe went away."""

DEBUG = "DOSE_ENGINE_DEBUG"


RULES = "rules"
"""The verbs of the clinical lead; a group of its own, loaded only when it is named or listed."""

SERVE = "serve"
"""A verb with so many options that it is loaded only when it is named or listed."""


class Guarded(TyperGroup):
    """The group of all verbs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(dict.fromkeys([*super().list_commands(ctx), SERVE, RULES]))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name == RULES and RULES not in self.commands:
            from .rules import app

            self.add_command(typer.main.get_command(app), RULES)
        if cmd_name == SERVE and SERVE not in self.commands:
            from .serve import verb

            self.add_command(typer.main.get_command(verb), SERVE)
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            _leave_quietly()
            raise typer.Exit(READER_GONE) from None
        except BadInput as bad:
            tell(bad.problems)
            raise typer.Exit(BAD_INPUT) from None
        except (typer.Exit, typer.Abort, typer.TyperException, EOFError):
            raise
        except Exception as fault:
            if os.environ.get(DEBUG):
                raise
            typer.echo(fault_line(fault), err=True)
            raise typer.Exit(FAULT) from None


def tell(problems: Iterable[Problem]) -> None:
    """Each problem on stderr, as it is written for people."""
    for problem in problems:
        typer.echo("\n".join(plain(line) for line in str(problem).split("\n")), err=True)


def fault_line(fault: Exception, name: str = "") -> str:
    what = plain(" ".join(f"{type(fault).__name__}: {fault}".split()))
    where = f"{name}: " if name else ""
    return f"{where}a fault in dose-engine, not in your file: {what[:400]}; please report it (set {DEBUG}=1 for the traceback)"


def plain(line: str) -> str:
    """A line that cannot steer the terminal, whatever a file held."""
    return "".join(c if c.isprintable() else "\ufffd" for c in line)


def _leave_quietly() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not complain at its end."""
    with suppress(OSError):  # a stream without a file, in tests
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
