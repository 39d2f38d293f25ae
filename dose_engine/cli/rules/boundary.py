"""`dose-engine rules boundary`: the two patients on either side of each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ...errors import Problem, RulebookError, did_you_mean
from ..options import Rules, complete_rule, whole_at
from .prove import need_solver

if TYPE_CHECKING:
    from ...rulebook.model import Rule, Rulebook
    from ...workbench.prove.boundary import Boundary


def boundary(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="RULES", autocompletion=complete_rule, help="Ids of rules, or zones. Default: every rule.")
    ] = None,
    rules: Rules = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.001, max=3600, help="The most that one question to the solver may take.")
    ] = 10,
    format: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", help="How to show it. Markdown has a column to sign.")
    ] = "text",
) -> None:
    """Show, for each threshold, two patients who are alike but for one step: one without the finding, one with it."""

    whole = whole_at(rules)
    chosen = _chosen(ids, whole.book)
    need_solver()
    from ...workbench.prove.boundaries import boundaries
    from ...workbench.prove.whole_book import processes

    found = boundaries(whole, [rule.id for rule in chosen], seconds, processes())
    match format:
        case "json":
            import json

            typer.echo(json.dumps([_plain(one, whole.book) for one in found], indent=2, default=float))
        case "markdown":
            typer.echo(_markdown(list(found), whole.book))
        case _:
            for one in found:
                typer.echo(_lines(one, whole.book), nl=False)


def _chosen(ids: Sequence[str] | None, book: Rulebook) -> list[Rule]:
    if not ids:
        return [rule for rule in book.rules if rule.severity is not None]
    found: dict[str, Rule] = {}
    for name in ids:
        if name in book.zones:
            found |= {rule.id: rule for rule in book.rules if rule.limit is not None and rule.limit.zone == name}
        elif name in book.rule_by_id:
            found[name] = book.rule_by_id[name]
        else:
            help = did_you_mean(name.upper(), book.rule_by_id, "`dose-engine zones` lists the zones")
            raise RulebookError([Problem("unknown-id", f"`{name}` is not a rule or a zone of the rulebook", help)])
    return list(found.values())


def _words(one: Boundary, book: Rulebook) -> tuple[str, str, str]:
    """The threshold, and the two patients."""
    from ...wording import test_text, words
    from ...workbench.cases.in_words import in_words

    says = book.facts[one.test.fact].says or words(one.test.fact)
    test = f"{says}{'' if says.endswith('?') else ':'} {test_text(one.test, book)}"
    if one.without is None or one.with_it is None:
        return test, f"({one.note})", ""
    return test, in_words(one.without.values, book), in_words(one.with_it.values, book)


def _lines(one: Boundary, book: Rulebook) -> str:
    from ...report.terminal import Page, Screen

    rule = book.rule_by_id[one.rule]
    test, without, with_it = _words(one, book)
    page = Page(Screen.here())
    page.line(f"{rule.id} ({rule.severity}; {', '.join(rule.sources)})")
    page.line(test, "  ")
    if one.without is None or one.with_it is None:
        page.line(without, "  ")
    else:
        page.line(without, f"  without  {one.without.verdict:<10}  ")
        page.line(with_it, f"  with     {one.with_it.verdict:<10}  ")
    page.gap()
    return page.text()


def _markdown(found: Sequence[Boundary], book: Rulebook) -> str:
    from ...report.words import clean

    rows = ["| rule | threshold | without it | with it | right? |", "|---|---|---|---|---|"]
    for one in found:
        test, without, with_it = (clean(text).replace("|", "\\|") for text in _words(one, book))
        sides = (one.without, one.with_it)
        before, after = (f"**{side.verdict}**: {text}" if side else text for side, text in zip(sides, (without, with_it), strict=True))
        rows.append(f"| {one.rule} | {test} | {before} | {after} | |")
    return "\n".join([*rows, "", "Signed: ______________________  Date: ____________"])


def _plain(one: Boundary, book: Rulebook) -> dict[str, Any]:
    test, without, with_it = _words(one, book)
    sides = {
        name: {"verdict": side.verdict, "case": side.values, "says": text} if side else None
        for name, side, text in (("without", one.without, without), ("with", one.with_it, with_it))
    }
    return {"rule": one.rule, "threshold": test, **sides, "note": one.note}
