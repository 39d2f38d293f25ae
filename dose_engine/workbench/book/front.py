"""The title page, how the book is to be read, and its contents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ...advisory import Checked, Severity
from ...report.words import ADVISES, plural
from ...rulebook.vocabulary import LIMIT_FACTS
from .claims import standing
from .drawing import patterns
from .edition import Edition, Part
from .markup import Content, Html, facts, items, table, tag, together

GRADES = {
    Checked.PRIMARY: "read in the document itself: a label text, a regulator's page or a journal abstract",
    Checked.SECONDARY: "read in a page about it only",
    Checked.DERIVED: "worked out by arithmetic from other sources",
    Checked.UNCHECKED: "not confirmed: general knowledge, or a decision of the engine that no named reviewer has signed",
}
_VERDICTS = (
    ("ok", "Nothing known speaks against the plan, and no open question could."),
    ("caution", "Something to weigh, or an open question that could matter."),
    ("incomplete", "Nothing known stops it, but an open question could."),
    ("stop", "Do not treat as planned."),
)


_MEANING = (
    "The meaning is a hash over everything the book says: a changed number or word changes it, a changed layout or comment does not. "
    "Proofs name the first; a seal signs the second, which holds the cases and claims as well."
)
_TRIED = (
    "A case is a patient for whom it is written down what must come out: that a rule fires, is possible (an answer is open), or is silent. "
    "Coverage counts for a rule, and for each part of its condition, whether some case showed it certain, possible and impossible. A claim "
    "is proved over all patients within its bounds, not over cases; the rules behind a claim are those by which it holds."
)
_SAID = (
    "“This muscle”, “this side” and “this place” are those of the dose at hand. In a message, what stands in [brackets] is filled in when "
    "it is shown. “Not on record” is known: a record that is not complete is unknown. What never happened, or is not planned, counts as "
    "more than any number of days ago, or away."
)


def cover(edition: Edition) -> Html:
    book = edition.book
    limits = sum(rule.limit is not None for rule in book.rules)
    reviewed = sum(zone.review.reviewed_by is not None for zone in book.zones.values())
    grades = Counter(source.checked for source in book.sources.values())
    results = Counter(standing(claim, edition) for claim in edition.whole.claims)
    proofs = ", ".join(f"{count} {result}" for result, count in results.items()) or "no claim is written yet"
    rows: list[tuple[str, Content]] = [
        ("Version", book.version),
        ("Date of the book", book.date.isoformat()),
        ("Product", f"{book.product}; units (U) of this product only, never converted"),
        ("State", together([tag("strong", "Sealed" if edition.seal.holds else "Draft"), f": {edition.seal.says}"])),
        ("Meaning", tag("code", *_groups(edition.digest), class_="digest")),
        ("With cases and claims", tag("code", *_groups(edition.sealed_digest), class_="digest")),
        ("Holds", f"{plural(len(book.zones), 'zone')}, {plural(len(book.rules), 'rule')} ({limits} of them lines of zones), "
                  f"{plural(len(edition.questions), 'question')}, {plural(len(edition.whole.cases), 'case')}"),
        ("Claims", f"{len(edition.whole.claims)}: {proofs}" if edition.whole.claims else proofs),
        ("Sources", f"{len(book.sources)}: " + ", ".join(f"{grades[grade]} {grade}" for grade in Checked)),
        ("Reviewed", f"{reviewed} of {plural(len(book.zones), 'zone')} by a named clinician"),
        ("Overdue", _overdue(edition)),
        ("Printed for", f"{edition.today.isoformat()}: what is overdue, and whether a seal holds, is judged by this day"),
    ]  # fmt: skip
    return tag(
        "header",
        tag("p", "Rulebook", class_="kind"),
        tag("h1", *_unbroken(book.title)),
        tag("p", "Sealed" if edition.seal.holds else "Draft", class_="state" if edition.seal.holds else "state draft"),
        facts(rows, class_="facts"),
        tag("p", f"{ADVISES} {_MEANING}", class_="aside"),
        class_="cover",
    )  # fmt: skip


def _unbroken(title: str) -> Iterator[Content]:
    """A title whose words with a hyphen stay on one line."""
    for word in title.split():
        yield tag("span", word, class_="unbroken") if "-" in word else word
        yield " "


def _groups(digest: str) -> Iterator[Content]:
    """A hash in groups of eight, so that two can be compared by eye."""
    for start in range(0, len(digest), 8):
        yield digest[start : start + 8] + " "


def _overdue(edition: Edition) -> Content:
    names = sorted(edition.overdue)
    return tag("strong", f"{len(names)}: {', '.join(names)}", class_="gap") if names else "nothing"


def contents(edition: Edition) -> Html:
    return tag("nav", tag("h2", "Contents", class_="plain"), _listed(edition), id="contents", class_="contents", aria_label="Contents")


def side(edition: Edition) -> Html:
    """The contents beside the text, on a screen that is wide enough."""
    return tag("nav", tag("p", edition.book.title, class_="side-title"), _listed(edition), class_="side", aria_label="Contents, beside")


def _listed(edition: Edition) -> Html | None:
    chapters = [part for part in edition.parts if part.level == 1]
    return items(
        (together([_entry(chapter), items(map(_entry, edition.under(chapter.id)))]) for chapter in chapters),
        class_="toc",
    )


def _entry(part: Part) -> Html:
    return tag("a", tag("span", part.number, class_="number"), " ", part.title, href=f"#{part.id}")


def how_to_read(edition: Edition) -> Html:
    """Verdicts, lines, pictures, open questions and grades."""
    counts = Counter(source.checked for source in edition.book.sources.values())
    window = {fact.computation.within_days for name in LIMIT_FACTS.values() if (fact := edition.book.facts.get(name)) and fact.computation}
    counted = f"today's plan and what the same place had in the last {window.pop()} days" if len(window) == 1 else "what its rule says"
    severities = Counter(rule.severity for rule in edition.book.rules)
    return together(
        [
            tag("p", f"This book is what the engine goes by. {ADVISES} The engine shows ranges, findings, their basis and the options."),
            tag("h3", "Verdicts"),
            table(("Verdict", "Means"), ((tag("strong", word), means) for word, means in _VERDICTS), class_="plain"),
            tag("p", "A case takes the worst verdict of its doses and findings. A question that was not asked is unknown, never “no”: "
                     "a rule that could hold is a possible finding. A possible stop makes the case incomplete, a possible caution makes it "
                     "caution, or less where the question says so."),
            tag("h3", "Rules"),
            tag("p", f"A rule stops ({severities[Severity.STOP]}), cautions ({severities[Severity.CAUTION]}), notes "
                     f"({severities[Severity.INFO]}), or lowers or withholds the suggested range or tells something ({severities[None]}). "
                     f"{_SAID}"),
            tag("h3", "Lines and ranges"),
            tag("p", "A suggested range is what a careful treatment uses. A caution line or a stop line is crossed above it, not at it: "
                     "exactly on the line is still within. Each line counts ", counted, "; a line for a point counts the largest point. "
                     "A range that counts today only leaves no more than what the lines leave."),
            _legend(),
            tag("h3", "Cases, coverage and claims"),
            tag("p", _TRIED),
            tag("h3", "Grades of sources"),
            tag("p", "A grade says how far a number was checked, not how strong the evidence is. Only a named reviewer changes it."),
            table(("Grade", "Means", "Sources"), ((tag("strong", str(g)), GRADES[g], str(counts[g])) for g in Checked), class_="plain"),
            tag("p", "A place such as ", tag("code", "zones.yaml:12"), " is a file of the rulebook and a line in it. "
                     "What is missing is marked ", tag("strong", "like this", class_="gap"), "."),
        ]
    )  # fmt: skip


def _legend() -> Html:
    """What the pictures are drawn with."""
    swatches = (
        (tag("rect", x=0, y=3, width=44, height=14, class_="suggested"), "solid bar: the suggested range"),
        (tag("rect", x=0, y=0, width=44, height=20, fill="url(#c-legend)", class_="swatch"), "hatched: above the caution line"),
        (tag("rect", x=0, y=0, width=44, height=20, fill="url(#s-legend)", class_="swatch"), "cross-hatched: above the stop line"),
    )
    rows = (
        tag("li", tag("svg", shape, viewBox="0 0 44 20", width=44, height=20, aria_hidden="true", class_="key"), " ", says)
        for shape, says in swatches
    )
    defs = tag("svg", patterns("legend"), width=0, height=0, aria_hidden="true", class_="defs")
    return together([defs, tag("ul", *rows, class_="legend")])
