"""The passphrase of a signing key: from a file, from the environment, or asked without showing it. Never from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import typer

from ...documents import Unreadable, read_text
from ...errors import BadInput, Problem

PASSPHRASE: Final = "DOSE_ENGINE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable


def passphrase(file: Path | None, *, new: bool) -> str:
    """The passphrase; one that is new is asked for twice. Raises `BadInput` when there is none and nobody to ask."""
    if file is not None:
        try:
            return read_text(file).split("\n", 1)[0].rstrip("\r")
        except Unreadable as unreadable:
            raise BadInput([unreadable.problem]) from None
    if os.environ.get(PASSPHRASE):
        return os.environ[PASSPHRASE]
    if not sys.stdin.isatty():
        help = f"set {PASSPHRASE}, or name a file with --passphrase-file"
        raise BadInput([Problem("missing-key", "the key needs a passphrase, and there is no terminal to ask for it", help)])
    prompt = "Passphrase for the new key" if new else "Passphrase of the key"
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True))
