"""Summary
    A rule that no case shows at work.

Why it matters
    A case is the proof that the rule does what its author meant, on the patient the author had in mind. Without one,
    a later change can switch the rule off and nothing will tell.

What to do
    Write a case in `NAME.cases.yaml` beside the file of the rule, with the rule under `fires` or `possible` (what a
    rule tells stands under `told`), best as a pair whose other half is just on the other side. `dose-engine rules
    test --coverage` shows more.

Example
    expect: {verdict: caution, fires: [DAO-MEDIAL]}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.conditions import ALWAYS
from ....rulebook.model import Rule
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    shown = _shown(reading)
    for rule in (*reading.written, *reading.limits):
        if rule.id in shown or f"{rule.id}-LOWERED" in shown or _only_told_always(rule):
            continue
        key = "told" if rule.severity is None and rule.tell else "fires"
        help = f"write a case that has it under `{key}`, beside its file"
        yield Found("no case shows it at work", reading.rule_place(rule), reading.about(rule), help)


def _shown(reading: Reading) -> set[str]:
    shown: set[str] = set()
    for case in reading.whole.cases:
        for expected in (case.expect, case.then):
            if expected is not None:
                shown |= {*expected.fires, *expected.possible, *(rule for rule, told in expected.told if told is not False)}
    return shown


def _only_told_always(rule: Rule) -> bool:
    """A line that every patient is told has nothing to show."""
    return rule.severity is None and rule.tell is not None and rule.condition == ALWAYS and not rule.withhold
