"""The zones, in anatomical order: each with its ranges as a picture, what every number rests on, and its rules."""

from __future__ import annotations

from collections.abc import Iterator

from ...advisory import Severity
from ...report.rules_in_words import always_stops, limit_rules
from ...report.sentences import condition_text
from ...report.words import listed, plural
from ...rulebook.conditions import ALWAYS
from ...rulebook.model import Rule, Suggestion, Zone
from ...wording import words
from .claims import claims_of, named
from .drawing import drawn
from .edition import Edition, Part
from .markup import Content, Html, anchor, facts, link, literal, table, tag, together
from .pictures import basis_name, counted, picture_of, when_of
from .references import case_ids, coverage_said, hazard, see, severity_tag, sources, written
from .rules import entry, is_told, told_table


def chapter(edition: Edition) -> Html:
    """Every zone, in anatomical order."""
    return together(_zone(zone, part, edition) for zone, part in zip(edition.book.zones.values(), edition.under("zones"), strict=True))


def _zone(zone: Zone, part: Part, edition: Edition) -> Html:
    picture = picture_of(zone, edition.book)
    here = [rule for rule in edition.rules if edition.home(rule) == part.id and not rule.limit]
    findings, told = [rule for rule in here if not is_told(rule)], [rule for rule in here if is_told(rule)]
    return tag(
        "section",
        tag("p", words(zone.region).capitalize(), class_="region"),
        tag("h3", tag("span", part.number, class_="number"), " ", zone.label, " ", tag("code", zone.name, class_="id")),
        facts(_about(zone, edition), class_="facts about"),
        no_dose(zone, edition) if not zone.suggest else None,
        drawn(picture, edition.book) if picture else None,
        _numbers(zone, edition) if picture else None,
        together([tag("h4", "Rules of this zone"), *(entry(rule, edition) for rule in findings)]) if findings else None,
        _also(zone, part, edition),
        together([tag("h4", "What is told with a dose here"), told_table(told, edition)]) if told else None,
        id=part.id,
        class_="zone" if picture else "zone bare",
    )


def _about(zone: Zone, edition: Edition) -> Iterator[tuple[str, Content]]:
    yield "Muscles", "; ".join(f"{words(muscle)} ({', '.join(sides)})" for muscle, sides in zone.muscles.items())
    yield "Bands", ", ".join(zone.bands)
    yield "Hazard", hazard(zone.hazard, edition)
    yield "Why", zone.because
    yield "Reviewed", _review(zone, edition)


def _review(zone: Zone, edition: Edition) -> Html:
    review = zone.review
    if not review.reviewed_by:
        return tag("span", "not yet by a named clinician", class_="gap")
    when = f" on {review.reviewed_on}" if review.reviewed_on else ""
    until = f", to be looked at again by {review.review_by}" if review.review_by else ""
    overdue = tag("strong", " (overdue)", class_="gap") if zone.name in edition.overdue else None
    return together([f"by {review.reviewed_by}{when}{until}", overdue])


def no_dose(zone: Zone, edition: Edition) -> Html:
    """That nothing is suggested here, and which rules stop any dose."""
    stops = always_stops(zone, edition.book)
    rules = together((link("rule", rule.id, class_="id") for rule in stops), ", ")
    second = together([" Any dose in a plan is a stop, for every patient (", rules, ")."]) if stops else None
    return tag("p", tag("strong", "No dose is offered here."), second, class_="no-dose")


def _numbers(zone: Zone, edition: Edition) -> Html:
    """Every number of the zone, in the order of the picture."""
    limits = [rule for severity in (Severity.CAUTION, Severity.STOP) for rule in limit_rules(zone, edition.book, severity)]
    rows: list[Html | tuple[Content, ...]] = []
    for of, muscle in counted(zone, limits):
        rows += [_suggested(line, zone, edition) for line in zone.suggest if line.of == of and muscle is None and not line.today]
        rows += [_limit(rule, zone, edition) for rule in limits if rule.limit and (rule.limit.of, rule.limit.muscle) == (of, muscle)]
    rows += [_suggested(line, zone, edition) for line in zone.suggest if line.today]
    return table(("Number", "Why", "Sources", "Rule and cases"), rows, class_="numbers", caption="What each number rests on")


def _suggested(line: Suggestion, zone: Zone, edition: Edition) -> tuple[Content, ...]:
    when = (
        f"when {condition_text(line.condition, edition.book)}" if line.condition != ALWAYS else "otherwise" if len(zone.suggest) > 1 else ""
    )
    today = "; counts today's doses only" if line.today else ""
    basis = basis_name(line.of, None, zone)
    return (
        together([f"Suggested {line.min} to {line.max} U", literal("<br>"), _small(basis.lower(), f"{when}{today}")]),
        line.because,
        sources(line.sources, edition),
        written("zones.yaml", edition.whole.line("zones.yaml", zone.name, "suggest", zone.suggest.index(line))),
    )


def _limit(rule: Rule, zone: Zone, edition: Edition) -> Html:
    assert rule.limit is not None
    when = when_of(rule)
    basis = basis_name(rule.limit.of, rule.limit.muscle, zone)
    on = f"when {condition_text(when, edition.book)}" if when is not None else ""
    cases: Content = case_ids(edition.roles[rule.id]) or tag("strong", "no case", class_="gap")
    own = rule.because if rule.because != zone.because else None
    other = (
        together([own, literal("<br>") if own else None, "Hazard: ", hazard(rule.hazard, edition)]) if rule.hazard != zone.hazard else own
    )
    covered = coverage_said(rule, edition)
    claims = named(claims_of(rule, edition), edition)
    return tag(
        "tr",
        tag("th", severity_tag(rule), f" above {rule.limit.units} U", literal("<br>"), _small(basis.lower(), on), scope="row"),
        tag("td", other or tag("span", "as the zone says", class_="quiet")),
        tag("td", sources(rule.sources, edition)),
        tag(
            "td",
            tag("code", rule.id, class_="id"),
            literal("<br>"),
            tag("span", "Cases: ", cases),
            together([literal("<br>"), "Claims: ", claims]) if claims else None,
            together([literal("<br>"), covered]) if covered else None,
            literal("<br>"),
            written(rule.file, rule.line),
        ),
        id=anchor("rule", rule.id),
    )


def _small(basis: str, when: str) -> Html:
    return tag("small", f"{basis}{f', {when}' if when else ''}")


def _also(zone: Zone, part: Part, edition: Edition) -> Html | None:
    """Rules that are about this zone among others; those about every zone are not named."""
    every = len(edition.book.zones)
    found = [
        rule
        for rule in edition.rules
        if zone.name in (zones := edition.zones_of.get(rule.id, ())) and 1 < len(zones) < every and edition.home(rule) != part.id
    ]
    findings = [rule for rule in found if not is_told(rule)]
    told = [rule for rule in found if is_told(rule)]
    if not found:
        return None
    listed_rules = (
        tag("li", severity_tag(rule), " ", rule.title, " ", link("rule", rule.id, class_="id"), " ", _where(rule, edition))
        for rule in findings
    )
    also = together((link("rule", rule.id, class_="id") for rule in told), ", ")
    return together(
        [
            tag("h4", "Also held against this zone"),
            tag("ul", *listed_rules, class_="also") if findings else None,
            tag("p", f"Told with a dose here as well ({plural(len(told), 'line')}): ", also, ".", class_="aside") if told else None,
        ]
    )


def _where(rule: Rule, edition: Edition) -> Html:
    home = edition.home(rule)
    return see(edition, home, listed([f"section {edition.number[home]}"]))
