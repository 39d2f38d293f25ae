"""Runs the cases of a rulebook, and says of each that fails which fact made the difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ...canonical import canonical
from ...engine import Engine
from ...errors import BadInput, Problem, did_you_mean, quoted
from ...evaluation import Evaluation, Runner
from ...evaluators.compiled import Compiled
from ...intake import case_from
from ..cases import TODAY, Half, Outcome, RuleCase, halves_of, run_case
from ..cases.seen import Miss
from ..cases.yaml_text import flow
from ..whole import Whole
from .why import Reason, behind, reasons, where_it_stands


@dataclass(frozen=True, slots=True)
class Failed:
    """One thing that did not come out, the rule it is about (`rule_at`: its file and line), and the facts that made the difference."""

    miss: Miss
    rule_at: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FailedHalf:
    """A run of a case that did not come out as it says. `behind`: the rules that made the verdict."""

    name: str
    case: RuleCase
    line: int
    outcome: Outcome
    failed: tuple[Failed, ...]
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What came of all the cases. `runs` counts both halves of a pair."""

    cases: int
    runs: int
    failures: tuple[FailedHalf, ...]


def run_all(cases: Sequence[RuleCase], engine: Engine) -> Results:
    """Run the cases with their changes."""
    explain = Explaining(engine)
    runs = 0
    failures: list[FailedHalf] = []
    for case in cases:
        for outcome in run_case(case, engine):
            runs += 1
            if outcome.missed:
                failures.append(explain(outcome))
    return Results(len(cases), runs, tuple(failures))


class Explaining:
    """Says why halves failed; builds its rules only when one did."""

    def __init__(self, engine: Engine) -> None:
        self._book = engine.rulebook
        self._runner = Runner(Compiled(engine.rulebook))

    def __call__(self, outcome: Outcome) -> FailedHalf:
        case = outcome.case
        if outcome.missed[0].kind == "run":
            return FailedHalf(case.id, case, case.line, outcome, (Failed(outcome.missed[0], "", ()),), ())
        half = next(half for half in halves_of(case) if half.changed is outcome.changed)
        evaluation = evaluated(half, self._runner)
        failed = tuple(Failed(miss, where_it_stands(miss.rule, self._book), reasons(miss, evaluation)) for miss in outcome.missed)
        return FailedHalf(name_of(half), case, half.line, outcome, failed, tuple(rule.id for rule in behind(evaluation)))


def name_of(half: Half) -> str:
    """The id of the case, with the change where there is one."""
    if not half.changed or half.case.change is None:
        return half.case.id
    path, to = half.case.change
    return f"{half.case.id} with {path}: {flow(to)}"


def evaluated(half: Half, runner: Runner) -> Evaluation:
    """What the rules say of one half. Raises `CaseError`."""
    book = runner.compiled.book
    return runner(canonical(case_from(half.values, book, TODAY), book))


def chosen(whole: Whole, names: Iterable[str]) -> tuple[RuleCase, ...]:
    """The cases that are meant by ids of cases, by ids of rules (every case that names the rule), or by files (of cases, or of the rules
    they stand beside); all of them without names.

    Raises `BadInput` with every name that means none.
    """
    wanted = list(names)
    if not wanted:
        return whole.cases
    picked: set[str] = set()
    problems = []
    for name in wanted:
        found = {case.id for case in whole.cases if _is_meant(case, name, whole)}
        picked |= found
        if not found:
            problems.append(_unknown(name, whole))
    if problems:
        raise BadInput(problems)
    return tuple(case for case in whole.cases if case.id in picked)


def _is_meant(case: RuleCase, name: str, whole: Whole) -> bool:
    named = named_by(case)
    file = PurePath(name).name
    if file == "zones.yaml":
        return any(whole.book.rule_by_id[rule].file == file for rule in named)
    stem = PurePath(case.file).name.removesuffix(".cases.yaml")
    return name == case.id or name in named or file in (stem, f"{stem}.yaml", f"{stem}.cases.yaml")


def named_by(case: RuleCase) -> frozenset[str]:
    """Every rule that a case names."""
    return case.expect.names | (case.then.names if case.then else frozenset())


def _unknown(name: str, whole: Whole) -> Problem:
    if name in whole.book.rule_by_id:
        return Problem("unknown-id", f"no case names the rule {quoted(name)}", "name it under `fires` or `not` in a case beside its rule")
    files = dict.fromkeys(case.file.removeprefix("rules/") for case in whole.cases)
    known = [*(case.id for case in whole.cases), *whole.book.rule_by_id, *files]
    help = did_you_mean(name, known, "name a case, a rule, or a file such as " + next(iter(files), "rules/NAME.cases.yaml"))
    return Problem("unknown-id", f"{quoted(name)} is no case, no rule that a case names, and no file of cases", help)
