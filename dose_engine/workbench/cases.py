"""The cases beside the rules: NAME.cases.yaml tests NAME.yaml.

A case is laid over a healthy, fully answered patient, says what must come of it, and may go on: with one fact changed, what must come then.
Such a pair shows on which side of a boundary a rule stands.

    - id: DAO-SIDE
      says: 2 U on one side is within the careful range, half a unit more is a caution.
      decides: [R12]
      given: {plan: [{zone: dao, side: left, units: 2}]}
      expect: {verdict: ok, not: [DAO-SIDE-CAUTION]}
      change: {"plan[0].units": 2.5}
      then: {verdict: caution, fires: [DAO-SIDE-CAUTION]}
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..advisory import Advisory, Certainty, Verdict
from ..documents import Node, Unreadable, read_text, read_yaml
from ..engine import Engine
from ..errors import CaseError, Problem, RulebookError
from ..intake import case_from
from ..rulebook.model import Rulebook
from ..rulebook.reader import Reader

STANDARD: Final[dict[str, Any]] = {
    "date": "2026-03-02",
    "visit": "first_pass",
    "product": "onabotulinumtoxinA",
    "patient": {"age": 34, "first_treatment": "no", "screening": {"everything_else": "no"}},
    "asymmetry": {"onset": "longstanding", "cause": "muscular", "seen_on_video": "yes", "millimetres": 2},
    "goals": ["even the face"],
    "history": {"complete": "yes", "treatments": []},
}
"""A healthy adult with every question answered; a case says only what differs."""

LEFT_OUT: Final = "left_out"
"""As the value of a change: the key is taken out."""

TODAY: Final = dt.date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out: the verdict, rules that certainly fire, that are possible, and that do not fire at all."""

    verdict: Verdict
    fires: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One case, or a pair when there is a change."""

    id: str
    says: str
    decides: tuple[str, ...]
    given: dict[str, Any]
    expect: Expected
    change: tuple[str, Any] | None
    then: Expected | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one run of a case. `wrong` is empty when it is as expected."""

    case: RuleCase
    changed: bool
    verdict: Verdict
    certain: frozenset[str]
    possible: frozenset[str]
    wrong: tuple[str, ...]


def case_files(folder: Path) -> list[Path]:
    return sorted((folder / "rules").glob("*.cases.yaml"))


def load_cases(folder: Path, book: Rulebook) -> list[RuleCase]:
    """Every case of the rulebook in `folder`. Raises `RulebookError` with every problem."""
    problems: list[Problem] = []
    cases: list[RuleCase] = []
    for path in case_files(folder):
        name = f"rules/{path.name}"
        try:
            root, inside = read_yaml(read_text(path, name), name)
        except Unreadable as unreadable:
            problems.append(unreadable.problem)
            continue
        reader = Reader(name)
        cases += [case for node in reader.items(root, name) if (case := _case(node, reader, book))]
        problems += [*inside, *reader.problems]
    seen: dict[str, RuleCase] = {}
    for case in cases:
        if case.id in seen:
            problems.append(Problem("duplicate-id", f"`{case.id}` is the id of two cases", "", case.file, case.line))
        seen[case.id] = case
    if problems:
        raise RulebookError(problems)
    return cases


def _case(node: Node, reader: Reader, book: Rulebook) -> RuleCase | None:
    entries = reader.mapping(node, "a case", ("id", "says", "given", "expect"), ("decides", "change", "then"))
    reader.about = f"case {entries['id'].value}" if "id" in entries else "a case"
    if ("change" in entries) != ("then" in entries):
        reader.wrong("missing-key", node, "`change` and `then` go together")
        return None
    if not {"id", "says", "given", "expect"} <= entries.keys():
        return None
    change = None
    if "change" in entries:
        changes = list(reader.entries(entries["change"], "change"))
        if len(changes) != 1:
            reader.wrong("wrong-type", entries["change"], "a pair differs in exactly one fact")
            return None
        change = (changes[0][0], changes[0][1].plain())
    expect = _expected(entries["expect"], reader, book)
    then = _expected(entries["then"], reader, book) if "then" in entries else None
    if expect is None or ("then" in entries and then is None):
        return None
    decides = reader.words(entries["decides"], "a source", book.sources) if "decides" in entries else ()
    return RuleCase(
        reader.text(entries["id"], "id", 80),
        reader.text(entries["says"], "says"),
        decides,
        entries["given"].plain(),
        expect,
        change,
        then,
        reader.file,
        node.line,
    )


def _expected(node: Node, reader: Reader, book: Rulebook) -> Expected | None:
    entries = reader.mapping(node, "what is expected", ("verdict",), ("fires", "possible", "not"))
    verdict = reader.word(entries["verdict"], "a verdict", list(Verdict)) if "verdict" in entries else None
    if verdict is None:
        return None
    return Expected(Verdict(verdict), *(_rules(entries.get(key), reader, book) for key in ("fires", "possible", "not")))


def _rules(node: Node | None, reader: Reader, book: Rulebook) -> tuple[str, ...]:
    return () if node is None else reader.words(node, "a rule", book.rule_by_id, "unknown-id")


def laid_over(base: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`given` over `base`: mappings are merged, everything else replaces."""
    merged = copy.deepcopy(base)
    for key, value in given.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = laid_over(merged[key], value) if both else copy.deepcopy(value)
    return merged


def changed(value: dict[str, Any], path: str, to: Any) -> dict[str, Any]:
    """The same case with one value replaced, added, or (`left_out`) removed."""
    result = copy.deepcopy(value)
    steps: list[str | int] = [int(step) if step.isdigit() else step for step in re.findall(r"[^.\[\]]+", path)]
    holder: Any = result
    for step in steps[:-1]:
        holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
    last: Any = steps[-1]
    if to == LEFT_OUT:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(to)
    else:
        holder[last] = to
    return result


def values_of(case: RuleCase) -> Iterator[tuple[dict[str, Any], Expected, bool]]:
    """The one or two runs of a case: the values, what is expected, and whether the change is in."""
    base = laid_over(STANDARD, case.given)
    yield base, case.expect, False
    if case.change is not None and case.then is not None:
        yield changed(base, *case.change), case.then, True


def run_case(case: RuleCase, engine: Engine) -> Iterator[Outcome]:
    """Run a case, and its changed half."""
    for values, expected, is_changed in values_of(case):
        try:
            advisory = engine.advise(case_from(values, engine.rulebook, TODAY), options=False)
        except (CaseError, LookupError, TypeError) as error:
            yield Outcome(case, is_changed, Verdict.STOP, frozenset(), frozenset(), (f"cannot be run: {error}",))
            continue
        yield _outcome(case, expected, advisory, is_changed)


def _outcome(case: RuleCase, expected: Expected, advisory: Advisory, is_changed: bool) -> Outcome:
    certain = frozenset(finding.rule for finding in advisory.findings if finding.certainty is Certainty.CERTAIN)
    possible = frozenset(finding.rule for finding in advisory.findings if finding.certainty is Certainty.POSSIBLE)
    wrong = []
    if advisory.verdict is not expected.verdict:
        reasons = ", ".join(f"{finding.rule} ({finding.counts_as})" for finding in advisory.findings if finding.counts_as is not Verdict.OK)
        wrong.append(f"verdict {advisory.verdict}, expected {expected.verdict}; findings: {reasons or 'none'}")
    wrong += [f"{rule} did not certainly fire" for rule in expected.fires if rule not in certain]
    wrong += [f"{rule} is not possible" for rule in expected.possible if rule not in possible]
    wrong += [f"{rule} fired" for rule in expected.silent if rule in certain | possible]
    return Outcome(case, is_changed, advisory.verdict, certain, possible, tuple(wrong))
