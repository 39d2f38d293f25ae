"""Summary
    A message that would say "never days ago".

Why it matters
    A number of days can be `never`, which is more than any number. Where the condition lets it be, the message prints
    the word in the place of the number, and the injector reads nonsense.

What to do
    Add `is_not: never` to the test, or word the message without the placeholder.

Example
    when: {days_since_first_pass_here: {more_than: 28}}
    # never is more than 28, too
    then: {stop: "Day {days_since_first_pass_here} after the first pass."}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....rulebook.conditions import Op, Test
from ....rulebook.model import Kind
from ....units import OPEN
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR
_BRACES = re.compile(r"\{([^{}]+)\}")


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        for key, text in ((str(rule.severity), rule.message), ("advise", rule.advise)):
            for name in dict.fromkeys(_BRACES.findall(text)):
                never = Test(name, Op.IS, number=OPEN)
                if reading.book.facts[name].kind is not Kind.DAYS:
                    continue
                if reading.logic.together([rule.condition, never], reading.possible_at(rule)):
                    path = ("advise",) if key == "advise" else ("then", key)
                    message = f"`{{{name}}}` can be never here, and the text then reads so"
                    help = f"add `is_not: never` to the test of `{name}`, or leave the placeholder out"
                    yield Found(message, reading.rule_place(rule, *path), f"rule {rule.id}", help)
