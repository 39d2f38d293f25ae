"""What the book rests on and was tried with: sources, cases, coverage, claims and their proofs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ...report.words import plural
from ...rulebook.model import SourceEntry
from ..cases import RuleCase
from ..cases.yaml_text import flow
from ..claims import Claim
from .claims import OTHER_VERSION, result_tag, standing
from .edition import Edition
from .markup import Content, Html, anchor, code, link, literal, table, tag, together
from .references import see, sources, written

SOURCES = "rules/sources.yaml"


def sources_chapter(edition: Edition) -> Html:
    """Every source, under the headings of its file, with its grade and where it is used."""
    used = _uses(edition)
    found: list[Content] = []
    for heading, group in groupby(edition.book.sources.values(), key=lambda source: _heading(source, edition)):
        rows = (_source(source, used.get(source.id, []), edition) for source in group)
        found += [
            tag("h3", heading.rstrip(".")) if heading else None,
            table(("Source", "What it says, and where", "Checked", "Used by"), rows, class_="sources"),
        ]
    return together(found)


def _heading(source: SourceEntry, edition: Edition) -> str:
    return edition.headings[SOURCES].group_of(edition.whole.line(SOURCES, source.id))


def _source(source: SourceEntry, used: list[Html], edition: Edition) -> Html:
    is_overdue = source.id in edition.overdue
    overdue = tag("strong", f"overdue since {source.review_by}", class_="gap") if is_overdue else None
    due = f"review by {source.review_by}" if source.review_by and not is_overdue else None
    note = tag("span", f" {source.note}", class_="note") if source.note else None
    grade: Content = str(source.checked) if source.checked != "unchecked" else tag("strong", "unchecked")
    return tag(
        "tr",
        tag("th", source.id, scope="row"),
        tag("td", source.title, literal("<br>"), tag("cite", source.document), note),
        tag("td", grade, literal("<br>") if overdue or due else None, overdue or due),
        tag("td", together(used, ", ") if used else tag("strong", "nothing", class_="gap")),
        id=anchor("source", source.id),
    )  # fmt: skip


def _uses(edition: Edition) -> dict[str, list[Html]]:
    """By source, links to everything that cites it."""
    book = edition.book
    used: dict[str, list[Html]] = {}

    def note(names: tuple[str, ...], where: Html) -> None:
        for name in dict.fromkeys(names):
            if where not in (known := used.setdefault(name, [])):
                known.append(where)

    for zone in book.zones.values():
        for line in zone.suggest:
            note(line.sources, together(["range of ", see(edition, anchor("zone", zone.name), zone.label)]))
    for rule in edition.rules:
        note(rule.sources, link("rule", rule.id, class_="id"))
    for fact in book.facts.values():
        note(fact.sources, link("fact", fact.name, code(fact.name)))
    for kind, things in (("constant", book.constants), ("hazard", book.hazards), ("protocol", book.protocols)):
        for name, thing in things.items():
            note(thing.sources, link(kind, name, code(name)))
    for product in book.products.values():
        note(product.sources, together([see(edition, "products", "product"), f" {product.name}"]))
    for claim in edition.whole.claims:
        note(claim.sources, together(["claim ", link("claim", claim.id, class_="id")]))
    for case in edition.whole.cases:
        note(case.decides, together(["case ", link("case", case.id, class_="id")]))
    return used


def cases_chapter(edition: Edition) -> Html:
    """Every case, by file; what each expects of which rule."""
    opening = (
        "A case is laid over a healthy, fully answered patient and says what must come of it. Many are pairs: with one fact changed, what "
        "must come then. So a case shows on which side of a line a rule stands. dose-engine rules test runs them all."
    )
    found: list[Content] = [tag("p", opening)]
    for file, group in groupby(edition.whole.cases, key=lambda case: case.file):
        members = list(group)
        rows = (_case(case, edition) for case in members)
        head = tag("h3", code(file), " ", tag("small", plural(len(members), "case")))
        found += [head, table(("Case", "What it says, and what is expected", "Rules"), rows, class_="cases")]
    return together(found)


def _case(case: RuleCase, edition: Edition) -> Html:
    change = f" with {case.change[0]}: {flow(case.change[1])}" if case.change else ""
    expected: list[Content] = [tag("strong", str(case.expect.verdict))]
    if case.then is not None:
        expected += [", then ", tag("strong", str(case.then.verdict)), change]
    return tag(
        "tr",
        tag("th", tag("code", case.id, class_="id"), literal("<br>"), tag("small", written(case.file, case.line)), scope="row"),
        tag("td", case.says, tag("p", *expected, _decides(case), class_="aside")),
        tag("td", together(_rules(case, edition), ", ")),
        id=anchor("case", case.id),
    )


def _decides(case: RuleCase) -> Html | None:
    return tag("span", ". Decides ", together((link("source", name) for name in case.decides), ", "), ".") if case.decides else None


def _rules(case: RuleCase, edition: Edition) -> Iterator[Html]:
    for name in dict.fromkeys(
        rule
        for half in (case.expect, case.then)
        if half
        for rule in (*half.fires, *half.possible, *half.silent, *(n for n, _ in half.told))
    ):
        role = next((role for role in edition.roles[name] if role.case.id == case.id), None)
        says = tag("small", f" ({role.says})") if role and role.says else None
        yield together([link("rule", name, class_="id"), says])


def coverage_chapter(edition: Edition) -> Html:
    """Per rule, how many of the values of its condition the cases have seen."""
    if edition.coverage is None:
        return tag("p", "The cases were not run for this print. dose-engine rules test --coverage shows what they have seen.")
    seen = sum(covered.seen for covered in edition.coverage.values())
    of = sum(covered.of for covered in edition.coverage.values())
    short = [(rule, edition.coverage[rule.id]) for rule in edition.rules if edition.coverage[rule.id].missing]
    opening = (
        f"Each rule, and each part of its condition, is seen certain, possible and impossible in some case, where it can be: "
        f"{seen} of {of} such values were seen ({100 * seen // of if of else 100} %, rounded down). "
    )
    full = f"All of them were seen for {plural(len(edition.coverage) - len(short), 'rule')}."
    rows = ((link("rule", rule.id, class_="id"), f"{covered.seen} of {covered.of}", "; ".join(covered.missing)) for rule, covered in short)
    gaps = table(("Rule", "Seen", "Not seen in any case"), rows, class_="coverage") if short else None
    return together([tag("p", opening, full), gaps])


def claims_chapter(edition: Edition) -> Html:
    """Every claim, how it stands, within which bounds, and with what it was proved."""
    if not edition.whole.claims:
        return tag("p", tag("strong", "No claim is written yet (rules/claims.yaml).", class_="gap"))
    rows = (_claim(claim, edition) for claim in edition.whole.claims)
    return together([_certified(edition), table(("Claim", "What it says", "Result", "Bounds and notes"), rows, class_="claims")])


def _certified(edition: Edition) -> Html:
    certificate = edition.certificate
    if certificate is None:
        return tag("p", tag("strong", "Nothing is proved yet: there is no certificate. dose-engine rules prove writes one.", class_="gap"))
    with_what = f"{certificate.solver} {certificate.version}"
    if certificate.rulebook != edition.digest:
        text = f"The certificate ({with_what}) is about another version of this book, with the meaning "
        return tag("p", tag("strong", text, code(certificate.rulebook[:16]), ". It proves nothing of this one.", class_="gap"))
    return tag("p", f"Proved with {with_what}, over all patients within the bounds that stand with each claim, about this very meaning.")


def _claim(claim: Claim, edition: Edition) -> Html:
    result = standing(claim, edition)
    proof = edition.certificate.claims.get(claim.id) if edition.certificate and result != OTHER_VERSION else None
    bounds = proof.bounds if proof else ""
    note = proof.note if proof and result in ("proved", "broken", "not proved") else ""
    rules = together((link("rule", name, class_="id") for name in edition.behind[claim.id]), ", ")
    left_out = ((link("rule", name, class_="id"), f": {why}") for name, why in claim.but)
    return tag(
        "tr",
        tag("th", tag("code", claim.id, class_="id"), literal("<br>"), tag("small", written(claim.file, claim.line)), scope="row"),
        tag("td", claim.says, tag("p", "Rules behind it: ", rules, class_="aside") if rules else None,
            tag("p", "Leaves out ", together((together(pair) for pair in left_out), "; "), class_="aside") if claim.but else None,
            tag("p", "Sources: ", sources(claim.sources, edition), class_="aside") if claim.sources else None),
        tag("td", result_tag(result)),
        tag("td", bounds, literal("<br>") if bounds and note else None, note),
        id=anchor("claim", claim.id),
    )  # fmt: skip
