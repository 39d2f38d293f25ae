"""Summary
    A unit behind a placeholder that brings its own.

Why it matters
    `{session_units}` is printed as "52 U". With another U behind it the injector reads "52 U U".

What to do
    Take the unit behind the placeholder out. Days, years and counts are printed without a unit, so "{days} days" is
    right.

Example
    then: {caution: "{session_units} U in this session."}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....rulebook.model import Kind
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR
_FOLLOWED = re.compile(r"\{([^{}]+)\}\s?(units?\b|U\b|mm\b|millimet(?:re|er)s?\b)")
_UNIT = {Kind.UNITS: "U", Kind.MILLIMETRES: "mm"}


def check(reading: Reading) -> Iterator[Found]:
    for rule in reading.written:
        for path, text in ((("then", str(rule.severity)), rule.message), (("advise",), rule.advise)):
            for name, unit in _FOLLOWED.findall(text):
                own = _UNIT.get(reading.book.facts[name].kind)
                if own:
                    message = f"`{{{name}}}` is printed with its {own}, and `{unit}` stands behind it"
                    yield Found(message, reading.rule_place(rule, *path), f"rule {rule.id}", f"take `{unit}` out")
