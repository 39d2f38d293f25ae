"""`dose-engine rule`: one rule in plain sentences, with everything it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import CaseError, Problem, did_you_mean
from .options import Rules, ShortFormat, book_at, complete_rule

if TYPE_CHECKING:
    from ..rulebook.model import Rule, Rulebook


_LISTING = "`dose-engine zones ZONE` lists the rules of a zone"


def rule(
    id: Annotated[str, typer.Argument(metavar="ID", autocompletion=complete_rule, help="The id a finding names, for example INTERVAL-90.")],
    rules: Rules = None,
    format: Annotated[ShortFormat, typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Show a rule: when it holds, what it does, why, and its sources."""
    book = book_at(rules)
    check_rule(id, book)
    if format == "json":
        import json

        typer.echo(json.dumps(in_json(book.rule_by_id[id], book), indent=2))
        return
    from ..report.rules_in_words import one_rule
    from ..report.terminal import Screen

    typer.echo(one_rule(book.rule_by_id[id], book, Screen.here()), nl=False)


def check_rule(id: str, book: Rulebook) -> None:
    """Raises `CaseError` with the nearest id when there is no such rule."""
    if id not in book.rule_by_id:
        begun = [known for known in book.rule_by_id if known.startswith(id.upper())][:6]
        listing = f"ids that begin so: {', '.join(f'`{known}`' for known in begun)}" if id and begun else _LISTING
        help = did_you_mean(id.upper(), book.rule_by_id, listing)
        raise CaseError([Problem("unknown-id", f"`{id}` is not a rule of the rulebook", help)])


def in_json(rule: Rule, book: Rulebook) -> dict[str, Any]:
    """A rule ready for JSON."""
    from ..report.rules_in_words import effects, lines

    hazard = book.hazards[rule.hazard] if rule.hazard else None
    return {
        "id": rule.id,
        "title": rule.title,
        "scope": rule.scope,
        "when": [{"depth": depth, "text": text} for depth, text in lines(rule.condition, book)],
        "severity": rule.severity,
        "message": rule.message or None,
        "then": list(effects(rule)),
        "because": rule.because or None,
        "advise": rule.advise or None,
        "hazard": {"id": hazard.id, "title": hazard.title, "says": hazard.says} if hazard else None,
        "sources": [
            {"id": name, "title": book.sources[name].title, "document": book.sources[name].document, "checked": book.sources[name].checked}
            for name in rule.sources
        ],
        "file": rule.file,
        "line": rule.line,
    }
