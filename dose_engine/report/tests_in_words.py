"""What the cases of a rulebook showed, for the terminal: what failed and why, what no case has seen, and which mutants nobody noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from rich.text import Text

from ..workbench.mutation.score import Judged, Score
from ..workbench.testing import Failed, FailedHalf, Results
from ..workbench.testing.coverage import Cell, Coverage, Covered
from .terminal import Page
from .words import clean, listed, plural

MOST_FAILED = 20
"""Runs that are shown in full; of the others only the names."""

_FAILED = "bold red"
_GOOD = "green"


def results(found: Results, page: Page) -> None:
    """One line when all is well; else every half that failed, and how many."""
    for half in found.failures[:MOST_FAILED]:
        _failed_half(half, page)
    for half in found.failures[MOST_FAILED:]:
        page.line(Text(f"{half.case.file}:{half.line}", "bold").append(f"  {clean(half.name)}"), rest="  ")
    counted = f"{plural(found.cases, 'case')}, {plural(found.runs, 'run')}"
    if found.failures:
        page.line(Text(f"{counted}: {plural(len(found.failures), 'run')} did not come out as expected.", _FAILED))
        _most_often(found, page)
    elif found.runs:
        page.line(Text(f"{counted}: all as expected.", _GOOD))
    else:
        page.line(Text("There are no cases: nothing was tested. They stand in rules/NAME.cases.yaml beside rules/NAME.yaml.", _FAILED))


def _most_often(found: Results, page: Page) -> None:
    """Which rules stand behind the most failures: often there is one cause."""
    named = Counter(
        rule for half in found.failures for rule in dict.fromkeys((*half.behind, *(one.miss.rule for one in half.failed))) if rule
    )
    often = [f"{rule} in {count}" for rule, count in named.most_common(3) if count > 1]
    if often:
        page.line(f"Most often: {listed(often)}. `rules test RULE` runs the cases that name a rule.", style="dim")


def _failed_half(half: FailedHalf, page: Page) -> None:
    page.line(Text(f"{half.case.file}:{half.line}", "bold").append(f"  {clean(half.name)}"), rest="  ")
    page.line(clean(half.case.says), "  ", "dim")
    said: set[tuple[str, str]] = set()
    for failed in half.failed:
        _failed(failed, half, page, said)
    page.gap()


def _failed(failed: Failed, half: FailedHalf, page: Page, said: set[tuple[str, str]]) -> None:
    """One thing that did not come out. A reason that was given for an earlier one is not given twice."""
    at = f" ({failed.rule_at})" if failed.rule_at else ""
    page.line(Text(clean(failed.miss.what), _FAILED).append(at, "dim"), "  ", rest="    ")
    if failed.miss.kind == "verdict":
        page.line(f"made by {listed(half.behind)}" if half.behind else "no finding counts for more", "    ")
    for reason in failed.reasons:
        named = f"{reason.rule}: " if failed.miss.kind == "verdict" else ""
        if (reason.rule, str(reason)) not in said:
            page.line(f"{named}{reason}", "    ", rest="      ")
        said.add((reason.rule, str(reason)))


# coverage


def covered(coverage: Coverage, page: Page) -> None:
    """How much of each file was seen, what is missing, and how much no case could show."""
    page.heading("Coverage: each rule, and each test of it, seen certain, possible and impossible")
    for file, found in coverage.files.items():
        page.line(_percent(found, file), "  ")
    page.line(_percent(coverage.total, "all rules"), "  ")
    if coverage.missing:
        page.heading("Not seen in any case")
        for (file, line, rule), cells in groupby(coverage.missing, key=lambda cell: (cell.file, cell.line, cell.rule)):
            page.line(Text(f"{file}:{line}", "bold").append(f"  {rule}"), "  ", rest="    ")
            for what, values in groupby(cells, key=lambda cell: (cell.test, cell.what)):
                page.line(f"{what[1]}: never {listed([cell.value for cell in values])}", "    ", rest="      ")
    _out_of_reach(coverage.out_of_reach, page)


def _percent(found: Covered, name: str) -> Text:
    style = _GOOD if found.percent == 100 else "yellow"
    return Text(f"{found.percent:3d} %", style).append(f"  {name}  ({found.seen} of {found.of})")


def _out_of_reach(cells: Iterable[Cell], page: Page) -> None:
    reasons = Counter((cell.value, cell.out_of_reach) for cell in cells)
    if reasons:
        page.heading("Not asked for, because no case could show it")
        for (value, why), count in reasons.most_common():
            page.line(f"{plural(count, 'value')}, {value}: {why}", "  ", "dim", rest="    ")


# mutants


def mutated(score: Score, page: Page) -> None:
    """The score, every survivor with a case that would notice it, and what is proved not to matter."""
    survived, equivalent, refused = (score.of(fate) for fate in ("survived", "equivalent", "refused"))
    page.heading(f"Mutants: {len(score.judged)} small changes, each to be noticed by a case")
    style = _GOOD if not survived else "yellow"
    page.line(
        Text(f"score {score.percent} %", f"bold {style}").append(
            f"  ({plural(len(score.of('killed')), 'mutant')} noticed, {len(survived)} not)"
        ),
        "  ",
    )
    page.line(f"{len(equivalent)} change nothing, which is proved; {len(refused)} are refused by the loader. Neither counts.", "  ", "dim")
    if survived:
        page.heading("Nobody notices")
        for one in survived:
            _survivor(one, page)
    if equivalent:
        page.heading("Changes nothing")
        for one in equivalent:
            page.line(Text(one.mutant.at, "bold").append(f"  {clean(one.mutant.what)}"), "  ", rest="    ")
            page.line(clean(one.why), "    ", "dim")


def _survivor(one: Judged, page: Page) -> None:
    page.line(Text(one.mutant.at, "bold").append(f"  {clean(one.mutant.what)}"), "  ", rest="    ")
    if one.case is None:
        page.line(
            "No case was found beside those there are. Perhaps what was changed is not needed; else write a case for it.", "    ", "dim"
        )
        return
    page.line("This case would notice it:", "    ", "dim")
    page.gap()
    page.as_written(one.case)
    page.gap()
