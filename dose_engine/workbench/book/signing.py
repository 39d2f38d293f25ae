"""The end of the book: what changed since it was last signed, room to sign, and where each rule is found."""

from __future__ import annotations

from collections.abc import Iterator

from .edition import Edition
from .markup import Content, Html, anchor, code, link, table, tag, together
from .references import see

_STATEMENT = (
    "I have read this version of the rulebook, named by its version and its meaning. I have looked at its numbers, its rules, their "
    "reasons and sources, and at what is marked as missing. What I do not agree with I have written on this page or on a sheet added to it."
)
_ROWS = 3


def changes_chapter(edition: Edition) -> Html:
    if edition.changes is None:
        never = "This book was never sealed, so there is nothing to compare it with."
        return tag(
            "p", never if edition.seal.holds is None else "What was sealed was not kept (rules/sealed.zip), so it cannot be compared."
        )
    if not edition.changes:
        return tag("p", "Nothing that the book means has changed since it was last sealed.")
    rows = ((changed.what, changed.says, code(changed.at)) for changed in edition.changes)
    opening = "What the book means now and did not mean when it was last sealed; what may let more through comes first."
    return together([tag("p", opening), table(("What", "Change", "Where"), rows, class_="changes")])


def sign_off(edition: Edition) -> Html:
    """Room for names, roles, dates and signatures: for the whole book, and for each zone."""
    named = tag(
        "p",
        f"Version {edition.book.version} of {edition.book.date.isoformat()}, meaning ",
        tag("code", edition.sealed_digest, class_="digest"),
    )
    blank = ("", "", "", "")
    book = table(("Name", "Role", "Date", "Signature"), (blank for _ in range(_ROWS)), class_="sign")
    zones = (
        (together([tag("span", edition.number[id], class_="number"), " ", zone.label]), "", "", "", "")
        for zone in edition.book.zones.values()
        if (id := anchor("zone", zone.name))
    )
    return together(
        [
            tag("p", _STATEMENT),
            named,
            tag("h3", "The whole book"),
            book,
            tag("h3", "Zone by zone"),
            tag("p", "A signature here is for the ranges, the lines and the rules of that zone. The name and the date then go into ",
                code("zones.yaml"), ", under ", code("review"), ". A signature on paper is not the seal: dose-engine rules seal signs the "
                "meaning itself."),
            table(("Zone", "Name", "Role", "Date", "Signature"), zones, class_="sign by-zone"),
        ]
    )  # fmt: skip


def index(edition: Edition) -> Html:
    """Every rule by its id, with the number of the section that holds it."""
    return tag("ul", *_entries(edition), class_="index")


def _entries(edition: Edition) -> Iterator[Content]:
    for rule in sorted(edition.book.rules, key=lambda rule: rule.id):
        home = edition.home(rule)
        yield tag("li", link("rule", rule.id, class_="id"), " ", see(edition, home, edition.number[home]))
