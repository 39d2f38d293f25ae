"""Mutations of calls, as bytes and as JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from dose_engine.service.strict_json import write_json

Call = tuple[str, bytes]
"""An address and a body."""

TOKENS: Sequence[bytes] = (
    *(
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b"-1",
        b"0",
        b"1e400",
        b"1e-400",
        b"1e9999",
        b"NaN",
        b"-Infinity",
        b"9" * 400,
        b"0.1",
        b"2.50",
    ),
    *(
        b'"8"',
        b'"\\ud800"',
        b'"\\u0000"',
        b'"\\u202e"',
        b"\xff",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\\",
        b'"',
        b"[[[[",
        b"}}",
        b",",
        b":",
        b" " * 50,
    ),
    *(b'"Patient/p2"', b'"Bundle"', b'"OperationOutcome"', b'"[arb\'U]"', b'"mg"', b'"2026-02-30"', b'"<script>"', b'"![a](http://x.y)"'),
)
VALUES: Sequence[Any] = (
    *(
        None,
        True,
        False,
        [],
        {},
        "",
        " ",
        0,
        -1,
        2**70,
        Decimal("1e400"),
        Decimal("-0.0"),
        Decimal("0.005"),
        Decimal("1e-400"),
        [None],
        [[]],
    ),
    *(
        "8",
        "U",
        "mg",
        "x" * 3_000,
        "\u202e",
        "<b>",
        "![a](http://x.y)",
        "a\nb",
        "Patient/p2",
        "#m",
        "2026",
        "2026-02-30",
        "9999-12-31",
        "0000",
    ),
    *({"reference": "Patient/p2"}, {"resourceType": "OperationOutcome"}, [{"resource": None}], {"a": {"b": [{}]}}, ["a", 1, None, {}]),
    *(
        {"value": 8, "unit": "U"},
        {"value": "8", "unit": "U", "comparator": "<"},
        {"coding": [{"code": 7}]},
        "onabotulinumtoxinA",
        "procerus",
    ),
)


def mutants(calls: Sequence[Call], chance: random.Random) -> Iterator[Call]:
    """Calls with one to four mutations, for ever."""
    while True:
        path, raw = chance.choice(calls)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            raw = chance.choice(_MUTATIONS)(raw, calls, chance)
        yield path, raw


Mutation = Callable[[bytes, Sequence[Call], random.Random], bytes]


def _flip(raw: bytes, _: Sequence[Call], chance: random.Random) -> bytes:
    if not raw:
        return b"{"
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << chance.randrange(8))]) + raw[at + 1 :]


def _cut(raw: bytes, _: Sequence[Call], chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:start] + raw[min(end, start + chance.choice((1, 5, 50, 5_000))) :]


def _repeat(raw: bytes, _: Sequence[Call], chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    return raw[:end] + raw[start : min(end, start + 200)] + raw[end:]


def _insert(raw: bytes, _: Sequence[Call], chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.choice(TOKENS) + raw[at:]


def _splice(raw: bytes, calls: Sequence[Call], chance: random.Random) -> bytes:
    other = chance.choice(calls)[1]
    return raw[: chance.randrange(len(raw) + 1)] + other[chance.randrange(len(other)) :]


def _change(raw: bytes, calls: Sequence[Call], chance: random.Random) -> bytes:
    """Another value at one place of the JSON: rubbish, or what stands elsewhere."""
    try:
        whole = json.loads(raw, parse_float=Decimal)
    except (ValueError, RecursionError):
        return raw
    places = list(_places(whole))
    if not places:
        return raw
    holder, key = chance.choice(places)
    match chance.randrange(4):
        case 0:
            del holder[key]
        case 1:
            other, name = chance.choice(places)
            holder[key] = json.loads(json.dumps(other[name], default=float)) if name in other or isinstance(other, list) else None
        case 2 if isinstance(holder, list):
            holder.extend([holder[key]] * chance.choice((1, 3, 100)))
        case _:
            holder[key] = chance.choice(VALUES)
    try:
        return json.dumps(whole, default=str).encode() if chance.random() < 0.2 else write_json(whole)
    except (ValueError, RecursionError):
        return raw


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        keys = one.keys() if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            yield one, key
            waiting.append(one[key])


_MUTATIONS: Sequence[Mutation] = (_flip, _cut, _repeat, _insert, _splice, *[_change] * 7)
