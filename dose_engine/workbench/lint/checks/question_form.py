"""Summary
    A question that cannot be answered with a plain yes or no.

Why it matters
    It is read aloud and answered in a second. A question with a "not" in it gets a yes that means no; a text without
    a question mark is not heard as one.

What to do
    Ask in the positive, end with a question mark, and let yes be the answer that the rules look for.

Example
    # better: Is the patient pregnant, or could the patient be?
    asked: Is the patient not pregnant?
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.WARNING
_NEGATED = re.compile(r"\b(not|no|never|none|without|isn't|hasn't|doesn't|don't)\b", re.I)


def check(reading: Reading) -> Iterator[Found]:
    for fact in reading.book.facts.values():
        if fact.origin != "asked":
            continue
        place = reading.at("rules/facts.yaml", fact.name, "asked")
        if not fact.says.endswith("?"):
            yield Found("the question does not end with a question mark", place, f"question {fact.name}", "ask for a yes or a no")
        if negated := _NEGATED.search(fact.says):
            message = f"the question holds `{negated[0].lower()}`, so that a yes may mean no"
            yield Found(message, place, f"question {fact.name}", "ask in the positive")
