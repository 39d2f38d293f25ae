"""What goes into a trust list for a new key."""

from __future__ import annotations

import datetime as dt
import json

from ...errors import BadInput, Problem
from ...rulebook.seal.trust import LONGEST_NAME, Trusted


def new_signer(name: str, role: str, today: dt.date, expires: dt.date | None) -> Trusted:
    """The entry of a signer who has no key yet. Raises `BadInput` for what a trust list would refuse."""
    if expires is not None and expires < today:
        raise BadInput([Problem("date-order", f"--expires {expires} is before today, {today}")])
    return Trusted("", one_line(name, "--name"), one_line(role, "--role") if role else "", today, expires)


def one_line(text: str, option: str, longest: int = LONGEST_NAME) -> str:
    """A text of the command line as it will be read again. Raises `BadInput` when it is empty, too long, or cannot be shown."""
    line = " ".join(text.split())
    if not line:
        raise BadInput([Problem("missing-key", f"{option} is empty")])
    if len(line) > longest:
        raise BadInput([Problem("too-many", f"{option} is {len(line)} characters long, at most {longest} are kept")])
    if not line.isprintable():
        raise BadInput([Problem("not-text", f"{option} holds a character that cannot be shown")])
    return line


def public_line(signer: Trusted) -> str:
    """The entry as YAML, ready to be added to a trust list."""
    lines = [f"- key: {signer.key}", f"  name: {_quoted(signer.name)}"]
    lines += [f"  role: {_quoted(signer.role)}"] if signer.role else []
    lines += [f"  not_before: {signer.not_before}"] if signer.not_before else []
    lines += [f"  not_after: {signer.not_after}"] if signer.not_after else []
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """In double quotes, as JSON and YAML both read it."""
    return json.dumps(text, ensure_ascii=False)
