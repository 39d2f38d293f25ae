"""The impact on past cases as text for a terminal, and as JSON for a program, written while the cases are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from ...advisory import Advisory, Verdict
from ...engine import Engine
from ...errors import Problem
from ...report.terminal import STYLES, Page, Screen
from ...report.words import VERDICTS, clean, plural
from ..whole import Whole
from . import Impact, Moved, Seen
from .nearness import CLOSE_SHARE, CLOSE_STEPS, STEPS_NAMED
from .tally import LISTED, Tally

_NARROW = 56


class TextReport:
    """For the terminal, wrapped to it."""

    def __init__(self, old: Whole, new: Whole, impact: Impact, screen: Screen) -> None:
        self.old, self.new, self.impact, self.screen = old, new, impact, screen
        self._engines = Engine(old.book, confirm=False), Engine(new.book, confirm=False)

    def text(self, tally: Tally) -> str:
        page = Page(self.screen)
        for word, whole in (("OLD", self.old), ("NEW", self.new)):
            page.line(f"{whole.name}, version {whole.book.version} of {whole.book.date}", f"{word}  ", "dim")
        page.gap()
        page.line(_summary(tally), style="bold")
        self._matrix(page, tally)
        self._findings(page, tally)
        self._changed(page, tally)
        self._nearest(page, tally)
        self._close(page, tally)
        self._unread(page, tally)
        return page.text()

    def _matrix(self, page: Page, tally: Tally) -> None:
        if not tally.read:
            return
        page.heading("Verdicts: was (down), is now (across)")
        if self.screen.width < _NARROW:
            for (before, after), count in sorted(tally.verdicts.items(), key=lambda item: (item[0][0].rank, item[0][1].rank)):
                page.line(f"{before} -> {after}: {count:,}", "  ")
            return
        wide = max(10, *(len(f"{count:,}") + 2 for count in tally.verdicts.values()))
        page.line(Text(" " * 12 + "".join(f"{VERDICTS[after]:>{wide + 2}}" for after in Verdict), "dim"))
        for before in Verdict:
            row = Text(f"  {VERDICTS[before]:10}", f"bold {STYLES[before]}")
            for after in Verdict:
                count = tally.verdicts[before, after]
                style = "" if before is after or not count else "bold red" if after.rank < before.rank else "bold"
                row.append(f"{f'{count:,}' if count else '.':>{wide + 2}}", style or "default")
            page.line(row)

    def _findings(self, page: Page, tally: Tally) -> None:
        if not tally.moved:
            return
        page.heading("Findings that changed")
        for moved, count in sorted(tally.moved.items(), key=lambda item: (-item[1], item[0])):
            page.line(f"{moved.rule} {moved.how}: {plural(count, 'case')}{self._title(moved)}", "  ")

    def _changed(self, page: Page, tally: Tally) -> None:
        changed = tally.worse + tally.milder
        if not changed:
            return
        page.heading("Cases with another verdict, those that are milder now first")
        for seen in tally.most_grave():
            assert seen.before is not None
            assert seen.after is not None
            body = Text(f"{seen.before} -> {seen.after}".ljust(24), "bold red" if seen.milder else "bold")
            page.line(body.append(clean(seen.label), "default"), "  ", rest=" " * 26)
        if changed > LISTED:
            page.line(f"and {changed - LISTED:,} more: --format json lists them all", "  ", "dim")

    def _nearest(self, page: Page, tally: Tally) -> None:
        shown = tally.nearest()
        if not shown:
            return
        page.heading(f"The nearest {len(shown)}" if len(shown) > 1 else "The nearest")
        page.line(
            "Nearest: of the cases with another verdict, those that came closest to keeping it. The number that decides lies fewest steps "
            f"({STEPS_NAMED}) from the line as it is now. Cases in which no number decides come last."
        )
        for number, seen in enumerate(shown, 1):
            page.gap()
            page.line(f"{clean(seen.label)}: {seen.before} before, {seen.after} now", f"{number}. ", "bold")
            if seen.near is not None:
                page.line(seen.near.says, "   ")
            for word, advisory in zip(("before", "now"), self._advisories(seen), strict=True):
                page.line(advisory.summary, f"   {word}: ")
            for moved in seen.moved:
                page.line(f"{moved.rule} {moved.how}{self._title(moved)}", "   - ")
            for line in _case_lines(seen):
                page.line(line.strip(), "   | " + " " * (len(line) - len(line.lstrip(" "))), "dim")

    def _title(self, moved: Moved) -> str:
        """Of the rule as it stands in the book in which it fires."""
        first, second = (self.old, self.new) if moved.how == "is gone" else (self.new, self.old)
        found = first.book.rule_by_id.get(moved.rule) or second.book.rule_by_id.get(moved.rule)
        return f" ({found.title})" if found else ""

    def _advisories(self, seen: Seen) -> Iterator[Advisory]:
        for engine in self._engines:
            yield engine.advise(seen.past.case(engine.rulebook, self.impact.today), options=False)

    def _close(self, page: Page, tally: Tally) -> None:
        if not tally.close.cases:
            return
        page.heading("Unchanged, but close to a changed line")
        page.line(f"Within {CLOSE_STEPS} steps of it, or {100 // CLOSE_SHARE} % of it; a little more or less, and it decides.")
        for seen in tally.close.cases:
            assert seen.near is not None
            page.line(f"{clean(seen.label)} ({seen.after}): {seen.near.line.rule}, {seen.near.says}", "  - ")

    def _unread(self, page: Page, tally: Tally) -> None:
        if tally.one_book:
            page.heading("Read by one of the books only")
            for seen in tally.one_book:
                which = "NEW cannot read it" if seen.after is None else "OLD could not read it"
                verdict = f"was {seen.before}" if seen.after is None else f"is {seen.after}"
                page.line(f"{clean(seen.label)} ({verdict}): {which}", "  - ")
                for problem in seen.problems[:3]:
                    page.line(_short(problem), "      ", "dim")
            if (left := tally.only_old + tally.only_new - len(tally.one_book)) > 0:
                page.line(f"and {left:,} more", "  ", "dim")


def _summary(tally: Tally) -> str:
    if not tally.total:
        return "No past case was given."
    parts = [
        f"{plural(tally.milder, 'case')} {'is' if tally.milder == 1 else 'are'} milder now",
        f"{tally.worse:,} worse",
        f"{tally.read - tally.milder - tally.worse:,} keep their verdict",
    ]
    parts += [f"{tally.only_old:,} cannot be read by NEW"] if tally.only_old else []
    parts += [f"{tally.only_new:,} could not be read by OLD"] if tally.only_new else []
    parts += [f"{tally.neither:,} cannot be read at all"] if tally.neither else []
    return f"Of {tally.total:,} past {'case' if tally.total == 1 else 'cases'}: {', '.join(parts)}."


def _case_lines(seen: Seen) -> list[str]:
    from ...cli.case_text import case_text

    return case_text(_as_written(seen.past.values())).rstrip("\n").split("\n")


def _as_written(value: Any) -> Any:
    """Answers as people write them: yes and no, not True and False."""
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return {str(key): _as_written(item) for key, item in value.items()}
        case list():
            return [_as_written(item) for item in value]
        case _:
            return value


def _short(problem: Problem) -> str:
    return f"{problem.path + ': ' if problem.path else ''}{problem.message}"


# JSON


class JsonReport:
    """One object, its cases written as they are seen: however many there are, none is kept."""

    def __init__(self, old: Whole, new: Whole) -> None:
        self.old, self.new = old, new
        self._before = ""

    def start(self) -> str:
        head = {word: _whole(whole) for word, whole in (("old", self.old), ("new", self.new))}
        return json.dumps(head)[:-1] + ', "cases": ['

    def case(self, seen: Seen) -> str:
        """Every case that changes, comes close, or cannot be read by a book; nothing for the others."""
        if seen.readable and not seen.changed and not seen.moved and seen.near is None:
            return ""
        before, self._before = self._before, ",\n"
        return (before or "\n") + json.dumps(_case(seen))

    def end(self, tally: Tally) -> str:
        rest = {
            "total": tally.total,
            "milder": tally.milder,
            "worse": tally.worse,
            "unread_by_new": tally.only_old,
            "unread_by_old": tally.only_new,
            "unread": tally.neither,
            "verdicts": {before: {after: tally.verdicts[before, after] for after in Verdict} for before in Verdict},
            "findings": [{"rule": moved.rule, "how": moved.how, "cases": count} for moved, count in sorted(tally.moved.items())],
            "nearest": [seen.label for seen in tally.nearest()],
            "close": [seen.label for seen in tally.close.cases],
        }
        return "\n], " + json.dumps(rest)[1:] + "\n"


def _case(seen: Seen) -> dict[str, Any]:
    near = seen.near
    return {
        "case": seen.label,
        "before": seen.before,
        "after": seen.after,
        "findings": [{"rule": moved.rule, "how": moved.how} for moved in seen.moved],
        "near": {"rule": near.line.rule, "fact": near.line.fact, "steps": round(near.steps, 3), "says": near.says} if near else None,
        "problems": [{"code": problem.code, "message": str(problem)} for problem in seen.problems],
    }


def _whole(whole: Whole) -> dict[str, Any]:
    return {"name": whole.name, "version": whole.book.version, "sha256": whole.book.sha256}
