"""Rules in plain sentences: each once in full, with its reason, what to do, its hazard, its sources and the cases around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ...report.sentences import Clause, Reading, reading
from ...rulebook.model import Rule, Scope
from .claims import claims_of, named
from .edition import Edition, Part, file_title
from .markup import Content, Html, anchor, code, facts, items, literal, table, tag, text, together
from .references import case_ids, cases_said, coverage_said, hazard, message, severity_tag, sources, written


def chapter(edition: Edition) -> Html:
    """The rules of every file that do not stand with one zone."""
    return together(_file(file, part, edition) for file, part in zip(edition.files, edition.under("rules"), strict=True))


def _file(file: str, part: Part, edition: Edition) -> Html:
    opening = edition.headings[file].opening
    here = [rule for rule in edition.rules if rule.file == file and edition.home(rule) == part.id]
    elsewhere = [rule for rule in edition.rules if rule.file == file and edition.home(rule) != part.id]
    homes = dict.fromkeys(edition.home(rule) for rule in elsewhere)
    title = {other.id: other for other in edition.parts}
    linked = together((tag("a", f"{title[home].number} {title[home].title}", href=f"#{home}") for home in homes), ", ")
    other = (
        tag("p", "Rules of this file that are about one zone only stand with that zone: ", linked, ".", class_="aside") if homes else None
    )
    return tag(
        "section",
        tag("h3", tag("span", part.number, class_="number"), " ", file_title(file), " ", tag("small", code(file))),
        tag("p", opening) if opening else None,
        other,
        grouped(here, edition),
        id=part.id,
    )


def grouped(rules: Sequence[Rule], edition: Edition) -> Html:
    """Rules of a file under its headings: findings as entries, what is only told as a table."""
    found: list[Content] = []
    for heading, group in groupby(rules, key=lambda rule: edition.headings[rule.file].group_of(rule.line)):
        found.append(_heading(heading))
        for told, members in groupby(group, key=is_told):
            here = list(members)
            found.append(told_table(here, edition) if told else together(entry(rule, edition, "h5" if heading else "h4") for rule in here))
    return together(found)


def _heading(heading: str) -> Html | None:
    """A short comment is a heading; a longer one goes on as a paragraph."""
    if not heading:
        return None
    first, dot, rest = heading.partition(". ")
    return together([tag("h4", first.rstrip(".")), tag("p", rest) if dot else None])


def is_told(rule: Rule) -> bool:
    """Is it a line for the timeline or the counselling, and nothing else?"""
    return rule.tell is not None and rule.severity is None and not rule.withhold and rule.lower_max is None


def entry(rule: Rule, edition: Edition, head: str = "h5") -> Html:
    """A rule in full, under a heading one step below the one it stands under."""
    said = reading(rule, edition.book)
    title = tag(head, severity_tag(rule), " ", rule.title, " ", tag("code", rule.id, class_="id"))
    rows: list[tuple[str, Content]] = [
        ("Says", tag("q", message(rule.message)) if rule.message else None),
        ("Tells", told_text(rule) if rule.tell else None),
        ("Why", rule.because or None),
        ("What to do", message(rule.advise) if rule.advise else None),
        ("Instead", rule.instead or None),
        ("Mind", " ".join(_minds(rule)) or None),
        ("Hazard", hazard(rule.hazard, edition)),
        ("Sources", sources(rule.sources, edition)),
        *evidence(rule, edition),
    ]
    return tag("article", title, sentence(said), facts(rows), class_=f"rule {rule.severity or 'range'}", id=anchor("rule", rule.id))


def evidence(rule: Rule, edition: Edition) -> Iterator[tuple[str, Content]]:
    """What the rule was tried and proved with, and where it is written."""
    roles = edition.roles[rule.id]
    yield "Cases", cases_said(roles) or tag("strong", "no case names this rule", class_="gap")
    yield "Claims", named(claims_of(rule, edition), edition)
    covered = coverage_said(rule, edition)
    yield "Written", together([written(rule.file, rule.line), f", {held(rule)}", f"; {covered}" if covered else None])


def held(rule: Rule) -> str:
    return "held against each dose" if rule.scope is Scope.DOSE else "held against the whole case"


def _minds(rule: Rule) -> Iterator[str]:
    if rule.expects_dose:
        yield "It looks for a dose that is missing, so a higher dose can clear it."
    if rule.no_waiting:
        yield "Waiting is no way out: no later date is offered."


def sentence(said: Reading) -> Html:
    """When the rule holds: one sentence, or a sentence and a list."""
    if not said.clauses or said.is_short:
        return tag("p", str(said), class_="when")
    listed = items(_clause(part) for part in said.clauses)
    return tag("div", tag("p", f"{said.opening} all of this holds:"), listed, class_="when")


def _clause(part: Clause) -> Html:
    if isinstance(part, str):
        return text(part)
    return together([f"{part.head}:", items(_clause(inner) for inner in part.parts)])


def told_table(rules: Sequence[Rule], edition: Edition) -> Html:
    """Lines of the timeline and of the counselling, one a row."""
    return table(("To whom, when", "Text", "Rests on"), (_told(rule, edition) for rule in rules), class_="told")


def _told(rule: Rule, edition: Edition) -> Html:
    said = reading(rule, edition.book)
    when = str(said) if said.clauses else f"{said.place or 'with every plan'}."
    roles = edition.roles[rule.id]
    cases = together(["Cases: ", case_ids(roles) or tag("strong", "none", class_="gap")])
    rests = (cases, coverage_said(rule, edition), written(rule.file, rule.line))
    assert rule.tell is not None
    cells = (
        tag("th", told_days(rule), literal("<br>"), tag("code", rule.id, class_="id"), scope="row"),
        tag(
            "td",
            tag("strong", rule.title),
            tag("p", rule.tell.text, class_="told-text"),
            tag("p", when[:1].upper() + when[1:], class_="when"),
        ),
        tag("td", sources(rule.sources, edition), *(together([literal("<br>"), part]) for part in rests if part)),
    )
    return tag("tr", *cells, id=anchor("rule", rule.id))


def told_days(rule: Rule) -> str:
    """To whom, and from which day to which: "Patient, day 10 to 14"."""
    assert rule.tell is not None
    who, first, last = rule.tell.audience.capitalize(), rule.tell.from_day, rule.tell.to_day
    if first is None:
        return f"{who}, at the visit"
    return f"{who}, day {first}" + (f" to {last}" if last not in (None, first) else "" if last == first else " on")


def told_text(rule: Rule) -> Html:
    assert rule.tell is not None
    return together([f"{told_days(rule)}: ", tag("q", rule.tell.text)])
