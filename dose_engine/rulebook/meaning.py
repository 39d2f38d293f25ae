"""What a rulebook means, in one form that does not depend on how it is written: comments, layout, quotes, the order of keys, of rules and
of the parts of a condition, and the file a rule stands in change nothing; one changed digit, word or source does.

Order means something only where a reader sees it, and then it stands under `order`: the zones and their muscles (anatomical), and the
questions (as an injector asks them). The form is plain data, ready for JSON. It is what a seal signs, what a certificate names, and what a
diff compares.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from .conditions import All, AnyOf, Condition, Named, NoneOf, Test
from .model import Rulebook

FORM: Final = 1
"""The version of this form. A seal or certificate of another form says nothing about meaning here; raise it when the form changes."""

_LAYOUT = frozenset(("file", "line"))
"""Where something is written."""
_ELSEWHERE = frozenset(("order",))
"""Said once for all, under `order`."""
_ORDERLESS = frozenset(("sources", "over", "this", "words", "brands", "bands", "split", "above_split", "muscles"))
"""Lists in which order means nothing; `muscles` of a protocol, because those of a zone are a mapping."""


def book_meaning(book: Rulebook) -> dict[str, Any]:
    """The whole book as plain data in one form."""
    return {
        "about": {"title": book.title, "version": book.version, "date": book.date.isoformat(), "product": book.product},
        "order": {
            "zones": list(book.zones),
            "muscles": {zone.name: list(zone.muscles) for zone in book.zones.values()},
            "questions": [fact.name for fact in book.facts.values() if fact.origin in ("asked", "given")],
        },
        "constants": _by_name(book.constants),
        "facts": _by_name(book.facts),
        "zones": _by_name(book.zones),
        "rules": {rule.id: plain(rule) for rule in book.rules},
        "sources": _by_name(book.sources),
        "hazards": _by_name(book.hazards),
        "products": _by_name(book.products),
        "protocols": _by_name(book.protocols),
    }


def canonical_json(value: Any) -> bytes:
    """Plain data as JSON in one way: sorted keys, no blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def digest(meaning: Any) -> str:
    """SHA-256 of the meaning, written as JSON in one way."""
    return hashlib.sha256(canonical_json(meaning)).hexdigest()


def book_digest(book: Rulebook) -> str:
    return digest(book_meaning(book))


def _by_name(things: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(thing) for name, thing in sorted(things.items())}


def plain(value: Any) -> Any:
    """A part of the model as plain data."""
    match value:
        case Test() | All() | AnyOf() | NoneOf() | Named():
            return condition_meaning(value)
        case Enum():
            return str(value.value)
        case None | str() | bool():
            return value
        case int():
            return int(value)
        case Decimal():
            return exact(value)
        case dt.date():
            return value.isoformat()
        case set() | frozenset():
            return sorted(map(plain, value), key=canonical_json)
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case _ if hasattr(value, "_fields"):
            return _named({name: getattr(value, name) for name in value._fields})
        case tuple() | list():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return _named({field.name: getattr(value, field.name) for field in fields(value)})
    raise TypeError(f"no meaning for {type(value).__name__}")


def exact(number: Decimal) -> Any:
    """A decimal as it counts: 2.50 is 2.5 and 2.0 is 2. Never a binary float, and never mistaken for a text."""
    return int(number) if number == number.to_integral_value() else {"decimal": f"{number:f}".rstrip("0")}


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in _LAYOUT | _ELSEWHERE}
    return {
        name: sorted(map(plain, value), key=canonical_json) if name in _ORDERLESS and isinstance(value, tuple) else plain(value)
        for name, value in kept.items()
    }


def condition_meaning(condition: Condition) -> Any:
    """A condition with its parts and words in one order; "all of" inside "all of" is one list, and a group of one is what it holds.

    A constant keeps its name beside its number, because the name says what the number will follow.
    """
    match condition:
        case Test(fact, op, words, None, None):
            return {"fact": fact, str(op): sorted(set(words))}
        case Test(fact, op, _, None, other):
            return {"fact": fact, str(op): {"fact": other}}
        case Test(fact, op, _, number, _, text):
            constant = {"constant": text} if _is_name(text) else {}
            return {"fact": fact, str(op): number, **constant}
        case Named(fact, _, holds):
            return {"named": fact, "holds": holds}
        case All(parts):
            return _group("all", parts, All)
        case AnyOf(parts):
            return _group("any", parts, AnyOf)
        case NoneOf(parts):
            return {"none": _ordered(parts)}


def _is_name(text: str) -> bool:
    """Is the text of a number test the name of a constant, and not a number or `never`?"""
    return text[:1].isalpha() and text != "never"


def _group(word: str, parts: Iterable[Condition], kind: type[All] | type[AnyOf]) -> Any:
    flat = _ordered(_flat(parts, kind))
    return flat[0] if len(flat) == 1 else {word: flat}


def _flat(parts: Iterable[Condition], kind: type[All] | type[AnyOf]) -> Iterable[Condition]:
    for part in parts:
        if isinstance(part, kind):
            yield from _flat(part.parts, kind)
        else:
            yield part


def _ordered(parts: Iterable[Condition]) -> list[Any]:
    return sorted(map(condition_meaning, parts), key=canonical_json)
