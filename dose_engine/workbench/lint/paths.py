"""Where a file of the rulebook is, as a person can open it from where they stand."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ..whole import Whole


def path_of(whole: Whole, file: str) -> str:
    """`my-book/rules/jaw.yaml` from the folder one works in, else the whole path; in a git revision `REV:rules/jaw.yaml`."""
    if whole.folder is None:
        return f"{whole.name}:{file}" if whole.name else file
    path = (whole.folder / file).resolve()
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def uri_of(whole: Whole, file: str) -> tuple[str, bool]:
    """The same as a URI, and whether it is to be read from the folder one works in."""
    if whole.folder is None:
        return quote(file), False
    path = (whole.folder / file).resolve()
    here = Path.cwd()
    return (quote(path.relative_to(here).as_posix()), True) if path.is_relative_to(here) else (path.as_uri(), False)
