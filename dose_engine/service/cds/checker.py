"""A strict oracle for responses: CDS Hooks 2.0, and our own rules for an adviser that never acts.

Written from the specification and apart from the code that makes cards, so that the two can disagree. The rules are in `checks`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

from .checks.answer import Answer, Found

_MODULES: Final = ("shape", "card", "links", "suggestions", "updates", "texts", "numbers")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `code` stands in front of each problem it finds; `says` is what is right."""

    code: str
    says: str
    run: Callable[[Answer], Iterator[Found]]


def problems_in(
    response: object, *, draft_orders: Mapping[str, Any] | None = None, known_hosts: Iterable[str] = (), request: str = ""
) -> list[str]:
    """Everything wrong with a response, as `rule: where: what`; empty when nothing is. Never raises, whatever it is given.

    `response` is plain JSON values, best read with Decimals. With `draft_orders` (the Bundle of the request) updates are held against the
    orders. Links in a detail may lead to `known_hosts`. A text of the `request` that looks like a date may be repeated.
    """
    answer = Answer(response, draft_orders, frozenset(known_hosts), request)
    return [f"{rule.code}: {where or 'response'}: {what}" for rule in every_rule().values() for where, what in rule.run(answer)]


@cache
def every_rule() -> dict[str, Rule]:
    """Every rule by its code: the public functions of the modules of `checks`."""
    rules = {}
    for name in _MODULES:
        module = import_module(f"{__package__}.checks.{name}")
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not function_name.startswith("_"):
                code = function_name.replace("_", "-")
                assert code not in rules, code
                rules[code] = Rule(code, inspect.getdoc(function) or "", function)
    return rules
