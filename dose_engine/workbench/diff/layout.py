"""A comparison laid out for reading, whatever it is shown in: its heading, groups of changes, and what is to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...report.words import listed
from ..cases import STANDARD, laid_over
from ..cases.yaml_text import difference, rule_case
from .change import Change
from .changelog import CHANGE_LOG
from .direction import Direction, Witness
from .loosening import GRADE, Comparison
from .registers import ONLY_A_REVIEWER

LAST: Final = ("Questions", "Facts", "Constants", "Protocols", "Products", "Hazards", "Sources", "Cases", "Claims", "The book")


def groups(comparison: Comparison) -> list[tuple[str, tuple[Change, ...]]]:
    """The changes by heading; the heading with the most dangerous first, then as the book goes."""
    found: dict[str, list[Change]] = {}
    for change in comparison.changes:
        found.setdefault(change.group, []).append(change)
    books = (comparison.new.book, comparison.old.book)
    zones = list(dict.fromkeys(zone.label for book in books for zone in book.zones.values()))

    def place(group: str) -> tuple[int, int, str]:
        if group in zones:
            return min(change.danger for change in found[group]), zones.index(group), ""
        rank = LAST.index(group) + 1 if group in LAST else 0
        return min(change.danger for change in found[group]), len(zones) + rank, group

    return [(group, tuple(found[group])) for group in sorted(found, key=place)]


def heading(direction: Direction) -> str:
    """Which way the verdicts go, in one or two sentences."""
    note = f" ({direction.note})" if direction.note else ""
    worse, milder = "whether any case gets a worse verdict", "whether any case gets a milder verdict"
    match direction.word:
        case "stricter only":
            return f"Stricter only: no case gets a milder verdict{note}."
        case "looser only":
            return f"Looser only: no case gets a worse verdict{note}."
        case "both":
            return "Both: some cases get a worse verdict, some a milder one."
        case "no case changes its verdict":
            return f"No case changes its verdict{note}."
    if direction.looser is not None:
        return f"Looser: some cases get a milder verdict. Not decided: {worse}{note}."
    if direction.stricter is not None:
        sure = " and none gets a milder one" if direction.never_looser else ""
        return f"Stricter: some cases get a worse verdict{sure}." + ("" if sure else f" Not decided: {milder}{note}.")
    if direction.never_looser:
        return f"No case gets a milder verdict. Not decided: {worse}{note}."
    if direction.never_stricter:
        return f"No case gets a worse verdict. Not decided: {milder}{note}."
    return f"Not decided: whether any case gets another verdict{note}."


def witnesses(direction: Direction) -> Iterator[tuple[str, str]]:
    """For each side a heading and the case, as YAML."""
    for witness in (direction.looser, direction.stricter):
        if witness is not None:
            yield f"A case that was {witness.before} and is {witness.after} now", witness_text(witness)


def witness_text(witness: Witness) -> str:
    """The case, ready to be saved: as a case beside the rules where it is one, else as a case file."""
    if laid_over(STANDARD, difference(witness.values)) == witness.values:
        says = f"Was {witness.before}, and is {witness.after} since the change."
        id = f"WAS-{witness.before}-IS-{witness.after}".upper()
        return rule_case(id, says, witness.values, {"verdict": str(witness.after)})
    from ...cli.case_text import case_text

    return case_text({"case": f"was-{witness.before}-is-{witness.after}", **witness.values})


def sentence(change: Change, group: str) -> str:
    """The change under its heading."""
    says = change.says if change.subject == group else change.sentence
    first = says.partition(" ")[0]
    return says if "_" in first or not first.islower() else says[:1].upper() + says[1:]


def remarks(change: Change, comparison: Comparison) -> Iterator[tuple[str, str]]:
    """What stands below a change: what was and is written, what it touches, and what it loosens."""
    yield from change.details
    one = comparison.loosening(change)
    if one is None:
        return
    if change.called_out:
        yield "note", f"{ONLY_A_REVIEWER}. {_reviewer(one.id) if one.entry is None else 'The change log names the reviewer'}"
    named = f", named in {CHANGE_LOG}:{one.entry.line}" if one.entry else f", not named in {CHANGE_LOG}"
    yield "loosens" if one.certain else "may loosen", one.id + named


def _reviewer(id: str) -> str:
    return f"Write into {CHANGE_LOG} who did: {id}, reviewed by NAME"


def ending(comparison: Comparison) -> Iterator[str]:
    """What is still to be done."""
    old, new = comparison.old.book, comparison.new.book
    if comparison.changes and old.version == new.version:
        yield f"The book is changed and its version is still {new.version}: give it a new one in rules/rulebook.yaml."
    if unnamed := [one.id for one in comparison.unnamed]:
        yield f"Not named in the change log: {listed(unnamed)}."
        yield (
            f"Name each in {CHANGE_LOG}, in a line under the version that it belongs to, with the reason"
            + (" (a grade with `reviewed by` and the name)" if any(id.startswith(GRADE) for id in unnamed) else "")
            + "; or take the change back."
        )


def layout_only(comparison: Comparison) -> Sequence[str]:
    """Files that are written otherwise; what they mean may be the same."""
    old, new = comparison.old.texts, comparison.new.texts
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
