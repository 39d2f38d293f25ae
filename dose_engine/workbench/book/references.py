"""What every chapter refers to in the same way: sources with their grade, cases, places in files, and messages with their blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ...advisory import Checked, Severity
from ...rulebook.model import Rule
from ...wording import words
from .edition import Edition, Role
from .markup import Content, Html, code, link, literal, tag, together

_BLANK = re.compile(r"\{([^{}]+)\}")
_TAGS = {Severity.STOP: "Stop", Severity.CAUTION: "Caution", Severity.INFO: "Note"}


def see(edition: Edition, id: str, shown: Content) -> Html:
    """A link to a part of the book; on paper its number stands behind it."""
    return tag("a", shown, href=f"#{id}", data_part=edition.number.get(id))


def sources(names: Iterable[str], edition: Edition) -> Html | None:
    """Sources, those of one grade together, the best first: "L17, L18 (primary); S38 (secondary)"."""
    cited = list(dict.fromkeys(names))
    by_grade = {grade: [name for name in cited if edition.book.sources[name].checked is grade] for grade in Checked}
    parts = [
        together([together((_source(name, edition) for name in found), ", "), literal(" "), tag("small", f"({grade})")])
        for grade, found in by_grade.items()
        if found
    ]
    return together(parts, "; ") if parts else None


def _source(name: str, edition: Edition) -> Html:
    overdue = tag("strong", " overdue", class_="gap") if name in edition.overdue else None
    return together([link("source", name), overdue])


def hazard(name: str | None, edition: Edition) -> Html | None:
    if not name:
        return None
    return together([edition.book.hazards[name].title, " (", link("hazard", name, class_="id"), ")"])


def severity_tag(rule: Rule) -> Html:
    """The word of what a rule does, shaped so that it is told apart without colour."""
    word = _TAGS[rule.severity] if rule.severity else "Tell" if rule.tell else "Range"
    return tag("span", word, class_=f"tag {word.lower()}")


def written(file: str, line: int) -> Html:
    return code(f"{file}:{line}" if line else file)


def message(text: str) -> Html:
    """A message; what is filled in when it is shown stands in brackets."""
    return together(_pieces(text))


def _pieces(text: str) -> Iterator[Content]:
    for place, piece in enumerate(_BLANK.split(text)):
        yield tag("span", f"[{words(piece)}]", class_="blank") if place % 2 else piece


def cases_said(roles: Sequence[Role]) -> Html | None:
    """The cases around a rule: what each expects of it, its id, what it says and where it is written."""
    lines = (
        tag(
            "li",
            tag("span", role.says, class_="role"),
            " ",
            link("case", role.case.id, class_="id"),
            " ",
            role.case.says,
            " ",
            written(role.case.file, role.case.line),
        )
        for role in roles
    )
    return tag("ul", *lines, class_="cases") if roles else None


def case_ids(roles: Sequence[Role]) -> Html | None:
    """The cases around a rule, by their ids."""
    return together((link("case", role.case.id, class_="id") for role in roles), ", ") if roles else None


def coverage_said(rule: Rule, edition: Edition) -> str:
    """How much of the rule the cases have seen; empty where they were not run."""
    if edition.coverage is None or rule.id not in edition.coverage:
        return ""
    covered = edition.coverage[rule.id]
    missing = f"; not seen: {'; '.join(covered.missing)}" if covered.missing else ""
    return f"coverage {covered.seen} of {covered.of}{missing}"
