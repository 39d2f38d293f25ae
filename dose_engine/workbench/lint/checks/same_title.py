"""Summary
    Two rules with one title.

Why it matters
    A finding that is not ruled out is shown by its title alone. Two that read the same cannot be told apart on the
    advisory.

What to do
    Say in each title what sets the situation apart.

Example
    - {id: VOICE-NECK, title: Voice problem}
    - {id: VOICE-ELSEWHERE, title: Voice problem}
"""

from __future__ import annotations

from collections.abc import Iterator

from ....rulebook.model import Rule
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING


def check(reading: Reading) -> Iterator[Found]:
    first: dict[str, Rule] = {}
    for rule in sorted(reading.written, key=lambda rule: (rule.file, rule.line)):
        other = first.setdefault(rule.title.casefold().rstrip("."), rule)
        if other is not rule:
            message = f"`{other.id}` ({other.file}:{other.line}) has the same title"
            yield Found(message, reading.rule_place(rule, "title"), f"rule {rule.id}", "say in each what sets the situation apart")
