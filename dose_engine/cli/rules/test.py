"""`dose-engine rules test`: the cases beside the rules, how much of the rules they see, and whether they notice a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..options import Rules, ShortFormat, whole_at

if TYPE_CHECKING:
    from ...workbench.mutation.score import Score
    from ...workbench.testing import Results
    from ...workbench.testing.coverage import Coverage

FOUND = 3
"""The exit code when a case fails, when there is none, or when less is reached than was asked for."""


def run_cases(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE|RULE|FILE", show_default=False, help="Cases by id, by a rule they name, or by file. Default: all."),
    ] = None,
    rules: Rules = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Show which rules and tests no case has seen.")] = False,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Change every number and word a little, and see whether a case notices.")
    ] = False,
    min_coverage: Annotated[
        int | None, typer.Option("--min-coverage", metavar="PERCENT", min=0, max=100, help="Leave with 3 below this coverage.")
    ] = None,
    min_score: Annotated[
        int | None, typer.Option("--min-score", metavar="PERCENT", min=0, max=100, help="Leave with 3 below this score of the mutants.")
    ] = None,
    format: Annotated[ShortFormat, typer.Option("--format", help="How to show it.")] = "text",
) -> None:
    """Run the cases beside the rules. Leaves with 3 when one does not come out as it says, and shows which fact made the difference."""
    from ...engine import Engine
    from ...workbench.testing import chosen, named_by, run_all
    from ...workbench.testing.runs import Runs

    whole = whole_at(rules)
    cases = chosen(whole, names or ())
    found = run_all(cases, Engine(whole.book))
    seen: Coverage | None = None
    score: Score | None = None
    if coverage or mutate or min_coverage is not None or min_score is not None:
        runs = Runs(whole.book, cases)
        if coverage or min_coverage is not None:
            from ...workbench.testing.coverage import coverage as covered

            seen = covered(runs)
        if (mutate or min_score is not None) and not found.failures:
            from ...workbench.mutation.score import score as scored

            about = {name for name in names or () if name in whole.book.rule_by_id} or set().union(*map(named_by, cases))
            score = scored(whole, Runs(whole.book, whole.cases), about) if names else scored(whole, runs)
    unscored = (mutate or min_score is not None) and score is None
    _show(whole.name, found, seen, score, unscored, format)
    short = (seen is not None and seen.total.percent < (min_coverage or 0)) or (score is not None and score.percent < (min_score or 0))
    if found.failures or short or not found.runs:
        raise typer.Exit(FOUND)


def _show(name: str, found: Results, seen: Coverage | None, score: Score | None, unscored: bool, format: str) -> None:
    if format == "json":
        import json

        typer.echo(json.dumps(_in_json(name, found, seen, score), indent=2, default=str))
        return
    from ...report.terminal import Page, Screen
    from ...report.tests_in_words import covered, mutated, results

    page = Page(Screen.here())
    results(found, page)
    if seen is not None:
        covered(seen, page)
    if score is not None:
        mutated(score, page)
    if unscored:
        page.line("Mutants are not tried while a case fails: mend that first.")
    typer.echo(page.text(), nl=False)


# for programs


def _in_json(name: str, found: Results, seen: Coverage | None, score: Score | None) -> dict[str, Any]:
    return {
        "rulebook": name,
        "cases": found.cases,
        "runs": found.runs,
        "failing": [
            {
                "case": half.case.id,
                "file": half.case.file,
                "line": half.line,
                "changed": half.outcome.changed,
                "says": half.case.says,
                "verdict": half.outcome.verdict,
                "behind": half.behind,
                "wrong": [
                    {
                        "kind": one.miss.kind,
                        "what": one.miss.what,
                        "rule": one.miss.rule or None,
                        "rule_at": one.rule_at or None,
                        "facts": [
                            {"rule": why.rule, "place": why.place or None, "fact": why.fact, "seen": why.seen, "asked": why.asked}
                            for why in one.reasons
                        ],
                    }
                    for one in half.failed
                ],
            }
            for half in found.failures
        ],
        **({"coverage": _coverage_in_json(seen)} if seen is not None else {}),
        **({"mutation": _score_in_json(score)} if score is not None else {}),
    }


def _coverage_in_json(seen: Coverage) -> dict[str, Any]:
    def cells(found: Any) -> list[dict[str, Any]]:
        return [
            {"rule": cell.rule, "file": cell.file, "line": cell.line, "test": cell.test, "what": cell.what, "value": cell.value}
            | ({"why": cell.out_of_reach} if cell.out_of_reach else {})
            for cell in found
        ]

    return {
        "percent": seen.total.percent,
        "seen": seen.total.seen,
        "of": seen.total.of,
        "files": {file: {"percent": one.percent, "seen": one.seen, "of": one.of} for file, one in seen.files.items()},
        "missing": cells(seen.missing),
        "out_of_reach": cells(seen.out_of_reach),
    }


def _score_in_json(score: Score) -> dict[str, Any]:
    return {
        "percent": score.percent,
        **{fate: len(score.of(fate)) for fate in ("killed", "survived", "equivalent", "refused")},
        "mutants": [
            {
                "file": one.mutant.file,
                "line": one.mutant.line,
                "kind": one.mutant.kind,
                "what": one.mutant.what,
                "fate": one.fate,
                "why": one.why or None,
                "case": one.case,
            }
            for one in score.judged
        ],
    }
