"""`dose-engine zones`: what may be treated, with the ranges and lines of each zone and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import CaseError, Problem, did_you_mean
from .options import Rules, ShortFormat, book_at, complete_zone

if TYPE_CHECKING:
    from ..rulebook.model import Rulebook, Zone


def zones(
    zone: Annotated[str | None, typer.Argument(metavar="ZONE", autocompletion=complete_zone, help="Show this zone in full.")] = None,
    rules: Rules = None,
    format: Annotated[ShortFormat, typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Show the zones: suggested ranges, caution and stop lines, and their basis."""
    book = book_at(rules)
    if zone is not None and zone not in book.zones:
        raise CaseError([Problem("wrong-word", f"`{zone}` is not a zone", did_you_mean(zone.lower(), book.zones))])
    if format == "json":
        import json

        shown = [in_json(entry, book) for entry in book.zones.values()] if zone is None else in_json(book.zones[zone], book)
        typer.echo(json.dumps(shown, indent=2))
        return
    from ..report.rules_in_words import all_zones, one_zone
    from ..report.terminal import Screen

    screen = Screen.here()
    typer.echo(all_zones(book, screen) if zone is None else one_zone(book.zones[zone], book, screen), nl=False)


def in_json(zone: Zone, book: Rulebook) -> dict[str, Any]:
    """A zone with its numbers, ready for JSON."""
    from ..advisory import Severity
    from ..report.rules_in_words import limit_rules, limit_when, rules_of, short
    from ..rulebook.conditions import ALWAYS

    limits = [rule for severity in (Severity.CAUTION, Severity.STOP) for rule in limit_rules(zone, book, severity)]
    return {
        "zone": zone.name,
        "label": zone.label,
        "region": zone.region,
        "muscles": {muscle: list(where) for muscle, where in zone.muscles.items()},
        "bands": list(zone.bands),
        "suggest": [
            {
                "of": line.of,
                "min": line.min.number(),
                "max": line.max.number(),
                "when": short([line.condition], book) if line.condition != ALWAYS else None,
                "because": line.because,
                "sources": list(line.sources),
            }
            for line in zone.suggest
        ],
        "limits": [
            {
                "rule": rule.id,
                "severity": rule.severity,
                "of": rule.limit.of,
                "muscle": rule.limit.muscle,
                "above": rule.limit.units.number(),
                "when": limit_when(rule, book) or None,
                "sources": list(rule.sources),
            }
            for rule in limits
            if rule.limit
        ],
        "rules": [rule.id for rule in rules_of(zone, book)],
        "reviewed_by": zone.review.reviewed_by,
        "reviewed_on": zone.review.reviewed_on.isoformat() if zone.review.reviewed_on else None,
        "review_by": zone.review.review_by.isoformat() if zone.review.review_by else None,
    }
