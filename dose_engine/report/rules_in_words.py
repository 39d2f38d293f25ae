"""Zones and rules of the rulebook in plain sentences, for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from ..advisory import Severity, Verdict
from ..evaluators.fold import FALSE, TRUE, Folded, fold
from ..rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Test, tests
from ..rulebook.model import LimitLine, Rule, Rulebook, Scope, Suggestion, Zone
from ..rulebook.vocabulary import PLACE_FACTS
from ..wording import test_text, words
from .terminal import STYLES, Page, Screen
from .words import BASES, CHECKED, clean, day

_VERDICT = {Severity.STOP: Verdict.STOP, Severity.CAUTION: Verdict.CAUTION, Severity.INFO: Verdict.OK}
_BRACES = re.compile(r"\{([^{}]+)\}")


def lines(condition: Condition, book: Rulebook, depth: int = 0) -> Iterator[tuple[int, str]]:
    """The parts of a condition, one a line, each with its depth. The top is "all of"."""
    match condition:
        case Test(fact=name):
            says = book.facts[name].says or words(name)
            yield depth, f"{says}{'' if says.endswith('?') else ':'} {test_text(condition, book)}"
        case Named(name, inner, holds):
            yield depth, f"{'' if holds else 'not: '}{book.facts[name].says or words(name)}, which is"
            yield from lines(inner, book, depth + 1)
        case All(parts) if depth == 0:
            for part in parts:
                yield from _nested(part, book, depth)
        case All() | AnyOf() | NoneOf():
            yield from _nested(condition, book, depth)


def _nested(condition: Condition, book: Rulebook, depth: int) -> Iterator[tuple[int, str]]:
    match condition:
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            yield depth, {All: "all of", AnyOf: "at least one of", NoneOf: "none of"}[type(condition)]
            for part in parts:
                yield from _nested(part, book, depth + 1)
        case _:
            yield from lines(condition, book, depth)


def short(conditions: Sequence[Condition], book: Rulebook) -> str:
    """Conditions beside a number, in few words: `visit: touch up`."""
    return " and ".join(f"{words(test.fact)}: {test_text(test, book)}" for condition in conditions for test in tests(condition))


def limit_rules(zone: Zone, book: Rulebook, severity: Severity) -> list[Rule]:
    return [rule for rule in book.rules if rule.limit and rule.limit.zone == zone.name and rule.severity is severity]


def limit_when(rule: Rule, book: Rulebook) -> str:
    """What a limit line is for, beyond its place: the parts between the place and the amount."""
    parts = rule.condition.parts if isinstance(rule.condition, All) else ()
    return short([part for part in parts[:-1] if not (isinstance(part, Test) and part.fact in ("zone", "muscle"))], book)


def sides(zone: Zone) -> str:
    if len(zone.muscles) == 1:
        return ", ".join(zone.sides)
    return "; ".join(f"{words(muscle)} {', '.join(where)}" for muscle, where in zone.muscles.items())


def all_zones(book: Rulebook, screen: Screen) -> str:
    """Every zone with its ranges and lines, and what each rests on."""
    page = Page(screen)
    page.line(f"{book.title}, {book.version}. Units (U) of {book.product}. A line is crossed above it.")
    region = ""
    for zone in book.zones.values():
        if zone.region != region:
            region = zone.region
            page.heading(words(region).capitalize())
        _numbers(page, zone, book)
    page.gap()
    page.line("dose-engine zones ZONE shows a zone in full, dose-engine rule ID a rule.", style="dim")
    return page.text()


def one_zone(zone: Zone, book: Rulebook, screen: Screen) -> str:
    """A zone in full: also its rules, its sources and who reviewed it."""
    page = Page(screen)
    _numbers(page, zone, book)
    page.line(words(zone.region), "    region     ")
    page.line("; ".join(f"{words(muscle)} ({', '.join(where)})" for muscle, where in zone.muscles.items()), "    muscles    ")
    if zone.bands:
        page.line(", ".join(zone.bands), "    bands      ")
    review = zone.review
    if review.reviewed_by:
        until = f", to be looked at again by {day(review.review_by)}" if review.review_by else ""
        page.line(f"by {review.reviewed_by}{f' on {day(review.reviewed_on)}' if review.reviewed_on else ''}{until}", "    reviewed   ")
    else:
        page.line("not yet, by a named clinician", "    reviewed   ")
    reasons = dict.fromkeys(line.because for line in zone.suggest if line.because)
    about = rules_of(zone, book)
    reasons.update(dict.fromkeys(rule.because for rule in about if rule.limit and rule.because))
    if reasons:
        page.heading("Why")
    for reason in reasons:
        page.line(reason, "  - ")
    page.heading("Rules that read this zone")
    for rule in about:
        severity = str(rule.severity or "tells")
        page.line(Text(rule.id).append(f"  {clean(rule.title)}", "dim"), f"  {severity:8} ")
    cited = [name for line in zone.suggest for name in line.sources] + [name for rule in about if rule.limit for name in rule.sources]
    _sources(page, cited, book)
    return page.text()


def rules_of(zone: Zone, book: Rulebook) -> list[Rule]:
    """The rules that read where a dose is, and that can hold in this zone."""
    names = {fact.name for fact in book.facts.values() if fact.given in PLACE_FACTS}
    placed = [rule for rule in book.rules if rule.reads & names]
    return [rule for rule in placed if any(folded.possible != FALSE for folded in _in_zone(rule, zone, book))]


def always_stops(zone: Zone, book: Rulebook) -> list[Rule]:
    """The rules that stop any dose in the zone, whoever the patient is."""
    stops = [rule for rule in rules_of(zone, book) if rule.severity is Severity.STOP]
    return [rule for rule in stops if all(folded.certain == TRUE for folded in _in_zone(rule, zone, book))]


def _in_zone(rule: Rule, zone: Zone, book: Rulebook) -> list[Folded]:
    """What each muscle of the zone leaves of the rule."""
    given = {fact.given: fact.name for fact in book.facts.values() if fact.given in PLACE_FACTS}
    known = [{"dose.zone": zone.name, "dose.region": zone.region, "dose.muscle": muscle} for muscle in zone.muscles]
    places = [{name: words[field] for field, name in given.items()} for words in known]
    return [fold(rule.condition, place, lambda name: book.facts[name].value_type) for place in places]


def one_rule(rule: Rule, book: Rulebook, screen: Screen) -> str:
    """A rule in sentences: when, then, why, what to do, the hazard, the sources, and where it is written."""
    page = Page(screen)
    page.line(Text(rule.id, "bold").append(f"  {clean(rule.title)}"))
    page.line(f"{rule.file}:{rule.line}, for {'each dose it holds for' if rule.scope is Scope.DOSE else 'the whole case'}", style="dim")
    page.heading("When all of this holds")
    for depth, text in list(lines(rule.condition, book)) or [(0, "always")]:
        page.line(text, "  - " + "  " * depth)
    page.heading("Then")
    for number, effect in enumerate(effects(rule)):
        style = f"bold {STYLES[_VERDICT[rule.severity]]}" if rule.severity and number == 0 else ""
        page.line(effect, "  - ", style)
    for heading, text in (("Why", rule.because), ("What to do", rule.advise)):
        if text:
            page.heading(heading)
            page.line(_plain(text), "  ")
    if rule.hazard:
        hazard = book.hazards[rule.hazard]
        page.heading("Hazard")
        page.line(f"{hazard.id}, {hazard.title}: {hazard.says}", "  ")
    _sources(page, rule.sources, book)
    return page.text()


def effects(rule: Rule) -> Iterator[str]:
    """What the rule does, one sentence each."""
    if rule.severity:
        yield f"{str(rule.severity).upper()}: {_plain(rule.message)}"
    if rule.withhold:
        yield "No suggested dose is shown."
    if rule.lower_max:
        yield f"The suggested maximum becomes at most {rule.lower_max.units} U {BASES[rule.lower_max.of]}."
    if rule.tell:
        days = "" if rule.tell.from_day is None else f", day {rule.tell.from_day}"
        days += f" to {rule.tell.to_day}" if days and rule.tell.to_day is not None else ""
        yield f"The {rule.tell.audience} is told{days}: {rule.tell.text}"
    if rule.expects_dose:
        yield "It looks for a dose that is missing, so a higher dose can clear it."


def _plain(text: str) -> str:
    """Placeholders as words: `{days_since_migraine_here}` reads <days since migraine here>."""
    return _BRACES.sub(lambda found: f"<{words(found[1])}>", text)


def _numbers(page: Page, zone: Zone, book: Rulebook) -> None:
    page.line(Text(zone.name, "bold").append(f"  {clean(zone.label)}: {sides(zone)}"), "  ")
    if not zone.suggest:
        page.line("none offered", "    suggested  ")
    for line in zone.suggest:
        page.line(_suggested(line, zone, book), "    suggested  ")
    for severity in (Severity.CAUTION, Severity.STOP):
        for rule in limit_rules(zone, book, severity):
            assert rule.limit is not None
            body = Text(f"{_limit(rule.limit, zone)}", STYLES[_VERDICT[severity]])
            when = limit_when(rule, book)
            page.line(body.append(f"{f', {when}' if when else ''}  [{', '.join(rule.sources)}]", "default"), f"    {severity:10} ")
    for rule in always_stops(zone, book):
        page.line(Text("any dose", STYLES[Verdict.STOP]).append(f": {clean(rule.title)} ({rule.id})", "default"), "    stop       ")


def _suggested(line: Suggestion, zone: Zone, book: Rulebook) -> str:
    when = f", {short([line.condition], book)}" if line.condition != All() else ""
    return f"{line.min} to {line.max} U {_of(line.of, zone)}{when}  [{', '.join(line.sources)}]"


def _limit(limit: LimitLine, zone: Zone) -> str:
    muscle = f", {words(limit.muscle)}" if limit.muscle else ""
    return f"above {limit.units} U {_of(limit.of, zone)}{muscle}"


def _of(basis: str, zone: Zone) -> str:
    return "a band" if basis == "dose" and zone.bands else {str(key): text for key, text in BASES.items()}[basis]


def _sources(page: Page, names: Sequence[str], book: Rulebook) -> None:
    page.heading("Sources")
    for name in dict.fromkeys(names):
        source = book.sources[name]
        page.line(Text(f"{name} ({source.checked})").append(f"  {clean(source.title)}. {clean(source.document)}", "dim"), "  ", rest="    ")
        if source.note:
            page.line(source.note, "    ", "dim")
    page.line(CHECKED, "  ", "dim")


__all__ = ["all_zones", "effects", "limit_rules", "limit_when", "lines", "one_rule", "one_zone", "rules_of"]
