"""Summary
    The title of a caution or stop that says the verdict instead of the situation.

Why it matters
    While a question is open, the advisory prints "Not ruled out: TITLE". "Not ruled out: Do not treat" says something
    else than was meant.

What to do
    Name the situation in the title, and what follows from it in the message.

Example
    # better: More than 8 U in the upper face on one side
    title: Stop, dose too high
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....advisory import Severity as Finds
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
_VERDICT = re.compile(
    r"\b(stop|caution|contra-?indicat\w+|forbidden|not allowed|do not|don't|never treat|must not|too (?:high|much|many))\b", re.I
)


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        said = _VERDICT.search(rule.title) if rule.severity in (Finds.CAUTION, Finds.STOP) else None
        if said is not None:
            message = f"the title says `{said[0].lower()}`; it is also printed where the rule only could hold"
            yield Found(
                message, reading.rule_place(rule, "title"), f"rule {rule.id}", "name the situation; the verdict goes to the message"
            )
