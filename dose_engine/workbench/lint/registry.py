"""Finds the checks: every module of `checks` is one. Its name is the code (`dead_rule` is `dead-rule`), its docstring the documentation."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from . import checks as folder
from .finding import Found, Severity
from .reading import Reading

SECTIONS = ("Summary", "Why it matters", "What to do", "Example")
"""The sections of the documentation of a check, in this order."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. Codes never change: they stand in acknowledgements in the books of others."""

    code: str
    severity: Severity
    documentation: str
    run: Callable[[Reading], Iterable[Found]]

    @property
    def sections(self) -> dict[str, str]:
        """The documentation by its headings."""
        found: dict[str, list[str]] = {}
        heading = ""
        for line in self.documentation.splitlines():
            if line in SECTIONS:
                heading = line
                found[heading] = []
            elif heading:
                found[heading].append(line.removeprefix("    "))
        return {name: "\n".join(lines).strip("\n") for name, lines in found.items()}

    @property
    def summary(self) -> str:
        """The first sentence of the documentation, on one line."""
        return " ".join(self.sections["Summary"].split())


@cache
def every_check() -> dict[str, Check]:
    """Every check by its code."""
    found = {}
    for module in pkgutil.iter_modules(folder.__path__):
        made = import_module(f"{folder.__name__}.{module.name}")
        code = module.name.replace("_", "-")
        found[code] = Check(code, made.SEVERITY, made.__doc__ or "", made.check)
    return found
