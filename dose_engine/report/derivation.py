"""Why a rule fired, or why it did not: each part of its condition with the value it met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from ..advisory import Advisory
from .markdown import escaped
from .terminal import Page, Screen
from .words import clean, spoken, where

if TYPE_CHECKING:
    from ..explain import Derivation

HOLDS: Final = {"certain": "holds", "possible": "could hold", "no": "does not hold"}
MARKS: Final = {"certain": "yes ", "possible": "open", "no": "no  "}
_STYLES: Final = {"certain": "bold", "possible": "bold magenta", "no": ""}


def explained(derivations: Sequence[Derivation], advisory: Advisory, screen: Screen) -> str:
    """For the terminal: each rule with its place, and under it one line a part, marked yes, open or no."""
    page = Page(screen)
    page.heading("Why")
    for derivation in derivations:
        page.line(Text(_title(derivation, advisory)).append(f": {HOLDS[derivation.holds]}", _STYLES[derivation.holds]), "  ", rest="    ")
        for line in derivation.lines:
            page.line(line.text, "    " + MARKS[line.holds] + "  " + "  " * line.depth)
    if not derivations:
        page.line("No rule fired.", "  ")
    return page.text()


def explained_in_markdown(derivations: Sequence[Derivation], advisory: Advisory) -> str:
    lines = ["", "## Why", ""]
    for derivation in derivations:
        lines.append(f"- {escaped(_title(derivation, advisory))}: **{HOLDS[derivation.holds]}**")
        lines += [f"{'  ' * (line.depth + 1)}- {MARKS[line.holds].strip()}: {escaped(line.text)}" for line in derivation.lines]
    if not derivations:
        lines.append("No rule fired.")
    return "\n".join(lines) + "\n"


def as_json(derivations: Sequence[Derivation]) -> list[dict[str, object]]:
    return [
        {
            "rule": derivation.rule,
            "title": derivation.title,
            "place": derivation.place.model_dump(mode="json") if derivation.place else None,
            "holds": derivation.holds,
            "lines": [{"depth": line.depth, "text": line.text, "holds": line.holds} for line in derivation.lines],
        }
        for derivation in derivations
    ]


def _title(derivation: Derivation, advisory: Advisory) -> str:
    title = f"{derivation.rule} ({clean(derivation.title)})"
    if derivation.place is None:
        return title
    label = next((dose.label for dose in advisory.doses if dose.place == derivation.place), spoken(derivation.place.zone))
    return f"{title} at {where(derivation.place, label)}"
