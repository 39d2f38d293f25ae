"""A comparison as text for a terminal, as Markdown for a record, and as JSON for a program."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from ...report.terminal import Page, Screen
from ...report.words import clean, listed, plural
from ..whole import Whole
from .change import Change
from .direction import Witness
from .layout import ending, groups, heading, layout_only, remarks, sentence, witnesses
from .loosening import Comparison

SAME = "No change in meaning."


def text(comparison: Comparison, screen: Screen) -> str:
    """For the terminal, wrapped to it."""
    page = Page(screen)
    for word, whole in (("OLD", comparison.old), ("NEW", comparison.new)):
        page.line(f"{_name(whole)}", f"{word}  ", "dim")
    page.gap()
    if not comparison.changes:
        page.line(_same(comparison), style="bold")
        return page.text()
    page.line(f"{plural(len(comparison.changes), 'change')} in meaning. {heading(comparison.direction)}", style="bold")
    for title, case in witnesses(comparison.direction):
        page.heading(title)
        for line in case.rstrip("\n").split("\n"):
            indent = " " * (len(line) - len(line.lstrip(" ")))
            page.line(line.strip(), "  " + indent, rest="  " + indent + "    ")
    for group, found in groups(comparison):
        page.heading(clean(group))
        for change in found:
            _line(page, change, group, comparison)
    for number, end in enumerate(ending(comparison)):
        if not number:
            page.gap()
        page.line(end, style="bold" if "Not named" in end else "")
    return page.text()


def _line(page: Page, change: Change, group: str, comparison: Comparison) -> None:
    body = Text(clean(sentence(change, group)), "red" if change.danger <= 2 else "")
    page.line(body.append(f"  {change.at}", "dim"), "  - ")
    for word, says in remarks(change, comparison):
        page.line(says, f"      {word}: ", "bold" if "loosen" in word else "")


def markdown(comparison: Comparison) -> str:
    """For a record or a review."""
    lines = ["# What changed in the rulebook", "", f"From {_escaped(_name(comparison.old))} to {_escaped(_name(comparison.new))}.", ""]
    if not comparison.changes:
        return "\n".join([*lines, _escaped(_same(comparison)), ""])
    lines += [f"**{plural(len(comparison.changes), 'change')} in meaning. {_escaped(heading(comparison.direction))}**", ""]
    for title, case in witnesses(comparison.direction):
        lines += [f"{title}:", "", "```yaml", *case.rstrip("\n").split("\n"), "```", ""]
    for group, found in groups(comparison):
        lines += [f"## {_escaped(group)}", ""]
        for change in found:
            lines.append(f"- {_escaped(sentence(change, group))} (`{change.at}`)")
            lines += [f"    - {word}: {_escaped(says)}" for word, says in remarks(change, comparison)]
        lines.append("")
    lines += [_escaped(end) for end in ending(comparison)]
    return "\n".join(lines).rstrip("\n") + "\n"


def in_json(comparison: Comparison) -> dict[str, Any]:
    """Ready for JSON."""
    direction = comparison.direction
    return {
        "old": _whole(comparison.old),
        "new": _whole(comparison.new),
        "same_meaning": not comparison.changes,
        "direction": {
            "word": direction.word,
            "decided": direction.decided,
            "note": direction.note,
            "stricter": _witness(direction.stricter),
            "looser": _witness(direction.looser),
        },
        "changes": [_change(change, comparison) for _, found in groups(comparison) for change in found],
        "loosens": [
            {"id": one.id, "certain": one.certain, "named_in_line": one.entry.line if one.entry else None} for one in comparison.loosenings
        ],
        "unnamed": [one.id for one in comparison.unnamed],
    }


def _change(change: Change, comparison: Comparison) -> dict[str, Any]:
    one = comparison.loosening(change)
    return {
        "group": change.group,
        "says": change.sentence,
        "kind": change.path[0],
        "name": change.path[1],
        "field": change.path[2],
        "about": change.about,
        "leans": str(change.lean),
        "file": change.at.file,
        "line": change.at.line,
        "in": "new" if change.at.in_new else "old",
        "details": [{"what": word, "text": says} for word, says in change.details],
        "rules": sorted(change.touches),
        "loosens": one.id if one else None,
    }


def _witness(witness: Witness | None) -> dict[str, Any] | None:
    from ...rulebook.meaning import plain

    return None if witness is None else {"before": witness.before, "after": witness.after, "case": _numbers(plain(witness.values))}


def _numbers(value: Any) -> Any:
    """Exact decimals as JSON numbers: a float's shortest text is the exact decimal of at most two places."""
    match value:
        case {"decimal": str(number), **others} if not others:
            return float(number)
        case dict():
            return {key: _numbers(item) for key, item in value.items()}
        case list():
            return [_numbers(item) for item in value]
        case _:
            return value


def _whole(whole: Whole) -> dict[str, Any]:
    return {"name": whole.name, "version": whole.book.version, "date": whole.book.date.isoformat(), "sha256": whole.book.sha256}


def _name(whole: Whole) -> str:
    return f"{whole.name}, version {whole.book.version} of {whole.book.date}"


def _same(comparison: Comparison) -> str:
    files = layout_only(comparison)
    return SAME + (f" Only the layout differs: {listed(files)}." if files else "")


def _escaped(said: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in clean(said))
