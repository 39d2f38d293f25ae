"""The rulebook as JSON: its zones, rules, questions, and what it is. Made once for each book."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...advisory import RulebookInfo, Severity
from ...case import Hundredths
from ...report.rules_in_words import always_stops, effects, limit_rules, limit_when, lines, rules_of, short
from ...rulebook.conditions import ALWAYS
from ...rulebook.model import Constant, Fact, Kind, Rule, Rulebook, Zone
from ...schemas import advisory_schema, case_schema
from ...units import Units
from ..web.etags import Fixed
from .models import (
    BookShown,
    ConstantShown,
    HazardShown,
    LimitShown,
    Line,
    ProductShown,
    ProtocolShown,
    Questions,
    QuestionShown,
    RangeShown,
    ReviewShown,
    RuleBrief,
    Rules,
    RuleShown,
    SealShown,
    SourceShown,
    Zones,
    ZoneShown,
)

SCHEMA = "application/schema+json"


def reference(book: Rulebook) -> Mapping[str, Fixed]:
    """Every answer that only depends on the book, by its path."""
    return dict(_answers(book))


def _answers(book: Rulebook) -> Iterator[tuple[str, Fixed]]:
    yield "/v1/zones", _fixed(Zones(zones=tuple(zone_shown(zone, book) for zone in book.zones.values())))
    yield "/v1/rules", _fixed(Rules(rules=tuple(_brief(rule) for rule in book.rules)))
    for rule in book.rules:
        yield f"/v1/rules/{rule.id}", _fixed(rule_shown(rule, book))
    questions = (fact for fact in book.facts.values() if fact.origin == "asked")
    yield "/v1/questions", _fixed(Questions(questions=tuple(map(_question, questions))))
    yield "/v1/schemas/case", _schema(case_schema(book))
    yield "/v1/schemas/advisory", _schema(advisory_schema())


def _fixed(shown: Zones | Rules | RuleShown | Questions | BookShown) -> Fixed:
    return Fixed.of(shown.model_dump_json().encode())


def _schema(schema: dict[str, Any]) -> Fixed:
    return Fixed.of(json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode(), SCHEMA)


def zone_shown(zone: Zone, book: Rulebook) -> ZoneShown:
    return ZoneShown(
        zone=zone.name,
        label=zone.label,
        region=zone.region,
        muscles=dict(zone.muscles),
        bands=zone.bands,
        suggest=tuple(
            RangeShown(
                of=line.of,
                min=line.min,
                max=line.max,
                when=short([line.condition], book) if line.condition != ALWAYS else None,
                because=line.because,
                sources=line.sources,
            )
            for line in zone.suggest
        ),
        limits=tuple(_limits(zone, book)),
        always_stops=tuple(rule.id for rule in always_stops(zone, book)),
        rules=tuple(rule.id for rule in rules_of(zone, book)),
        review=ReviewShown(**zone.review._asdict()),
    )


def _limits(zone: Zone, book: Rulebook) -> Iterator[LimitShown]:
    for severity in (Severity.CAUTION, Severity.STOP):
        for rule in limit_rules(zone, book, severity):
            assert rule.limit is not None
            yield LimitShown(
                rule=rule.id,
                severity=severity,
                of=rule.limit.of,
                muscle=rule.limit.muscle,
                above=rule.limit.units,
                when=limit_when(rule, book) or None,
                sources=rule.sources,
            )


def _brief(rule: Rule) -> RuleBrief:
    return RuleBrief(id=rule.id, title=rule.title, severity=rule.severity, scope=rule.scope)


def rule_shown(rule: Rule, book: Rulebook) -> RuleShown:
    return RuleShown(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        scope=rule.scope,
        when=tuple(Line(depth=depth, text=text) for depth, text in lines(rule.condition, book)),
        then=tuple(effects(rule)),
        because=rule.because,
        advise=rule.advise,
        hazard=_hazard(rule.hazard, book) if rule.hazard else None,
        sources=tuple(_source(name, book) for name in rule.sources),
        file=rule.file,
        line=rule.line,
    )


def _hazard(name: str, book: Rulebook) -> HazardShown:
    hazard = book.hazards[name]
    return HazardShown(id=hazard.id, title=hazard.title, says=hazard.says)


def _source(name: str, book: Rulebook) -> SourceShown:
    source = book.sources[name]
    return SourceShown(id=source.id, title=source.title, document=source.document, checked=source.checked, note=source.note)


def _question(fact: Fact) -> QuestionShown:
    return QuestionShown(
        name=fact.name,
        prompt=fact.says,
        answers=("yes", "no", "unknown"),
        about_place=fact.about_place,
        open_counts=fact.open_counts,
        sources=fact.sources,
    )


def book_shown(book: Rulebook, info: RulebookInfo) -> Fixed:
    """The book itself; how its seal stands, and what is overdue, can change with the day."""
    return _fixed(
        BookShown(
            title=book.title,
            version=book.version,
            date=book.date,
            sha256=book.sha256,
            product=book.product,
            seal=SealShown(state=info.seal, sealed_by=info.sealed_by, note=info.seal_note),
            overdue=info.overdue,
            zones=tuple(book.zones),
            rules=len(book.rules),
            constants=tuple(map(_constant, book.constants.values())),
            products=tuple(ProductShown(name=one.name, brands=one.brands, type=one.type, note=one.note) for one in book.products.values()),
            protocols=tuple(
                ProtocolShown(name=one.name, label=one.label, units=one.units, note=one.note) for one in book.protocols.values()
            ),
            hazards=tuple(_hazard(name, book) for name in book.hazards),
            sources=tuple(_source(name, book) for name in book.sources),
        )
    )


def _constant(constant: Constant) -> ConstantShown:
    match constant.kind:
        case Kind.UNITS:
            value: int | float = Units(constant.value).number()
        case Kind.MILLIMETRES:
            value = Hundredths(constant.value).number()
        case _:
            value = constant.value
    return ConstantShown(name=constant.name, kind=constant.kind, value=value, says=constant.says, sources=constant.sources)


__all__ = ["SCHEMA", "book_shown", "reference", "rule_shown", "zone_shown"]
