"""JSON in a request, read strictly and with exact numbers; and JSON in an answer, written without losing a digit.

What two parsers could read differently is refused: repeated keys, NaN and Infinity, lone surrogates, a NUL. Depth and size are counted
before anything is parsed. One byte order mark in front is skipped, as RFC 8259 allows; any other encoding than UTF-8 is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, Final, NoReturn

WIDEST: Final = 1_000
"""Characters of the longest number, and the largest power of ten, that are still worked with: 1e400 is read, and stays exact."""

_BRACKET: Final[dict[int, int]] = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_ALL_BUT_BRACKETS: Final = bytes(sorted(set(range(256)) - _BRACKET.keys()))
_PAIR: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_UNWRITABLE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_.:-]{0,63}")


class Refused(Exception):  # noqa: N818 - its name says what became of the request
    """A request that is answered with `status` (4xx, or 503) and a reason that the caller can act on.

    `code` is a stable word, as in `dose_engine.errors.CODES` where one fits; `where` is a path such as `context.userId`; `headers` go out
    with the answer; `more` holds what else is wrong. A reason quotes no value that was sent.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        code: str,
        *,
        where: str = "",
        headers: Mapping[str, str] | None = None,
        more: tuple[Refused, ...] = (),
    ) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.status, self.reason, self.code, self.where = status, reason, code, where
        self.headers: Mapping[str, str] = headers or {}
        self.more = more


def read_json(raw: bytes, *, deepest: int, most_values: int) -> Any:
    """The value in a body: numbers are int or Decimal, never float. Raises `Refused` (400; 413 for too many values).

    At most `deepest` lists and objects inside one another, and `most_values` values, counted by their commas and opening brackets.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refused(400, f"not UTF-8 text: byte {error.start + 1} begins no character", "not-text") from None
    if not text.strip(" \t\r\n"):
        raise Refused(400, "the body is empty; send JSON", "file-empty")
    _measure(raw, deepest, most_values)
    if b"\\u" in raw:
        _check_escapes(raw)
    try:
        return json.loads(text, parse_float=_decimal, parse_int=_whole, parse_constant=_no_number, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        reason = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" at").removesuffix(" starting").rstrip(": ")
        raise Refused(400, f"not JSON: {reason}, in line {error.lineno}, column {error.colno}", "not-json") from None


def write_json(value: object) -> bytes:
    """A value as compact UTF-8 JSON, members in their order, Decimals digit for digit. ValueError for what JSON cannot say."""
    return _written(value).encode()


def _measure(raw: bytes, deepest: int, most_values: int) -> None:
    """Counts brackets and commas outside of strings, so that the parser, which recurses, only meets what is shallow."""
    without_escapes = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b"".join(without_escapes.split(b'"')[::2])
    brackets = outside.translate(None, _ALL_BUT_BRACKETS)
    values = 1 + outside.count(b",") + brackets.count(b"[") + brackets.count(b"{")
    if values > most_values:
        raise Refused(413, f"more than {most_values:,} values; send less at once", "too-many")
    if max(accumulate(map(_BRACKET.__getitem__, brackets)), default=0) > deepest:
        raise Refused(400, f"lists and objects stand more than {deepest} deep inside one another", "too-deep")


def _check_escapes(raw: bytes) -> None:
    """Lone surrogates cannot be written out again, and a NUL ends a text for some readers only."""
    bad = _UNWRITABLE.search(_PAIR.sub(b"_", raw.replace(b"\\\\", b"")))
    if bad:
        kind = "a NUL" if bad[0].endswith(b"0000") else "half a surrogate pair"
        raise Refused(400, f"the escape {bad[0].decode()} is {kind}, and no character", "not-text")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        name = f"`{twice}`" if _PLAIN_KEY.fullmatch(twice) else "a key"
        raise Refused(400, f"{name} stands twice in one object; keep one of them", "duplicate-key")
    return members


def _whole(text: str) -> int:
    return int(text) if len(text) <= WIDEST else _no_number(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent that no machine word holds
        _no_number(text)
    return number if len(text) <= WIDEST and abs(number.adjusted()) <= WIDEST else _no_number(text)


def _no_number(text: str) -> NoReturn:
    if text.endswith(("N", "y")):
        raise Refused(400, f"`{text}` is not a JSON number", "not-json")
    raise Refused(400, f"a number of more than {WIDEST:,} digits, or with an exponent beyond {WIDEST:,}", "wrong-number")


def _written(value: object) -> str:
    match value:
        case str() | bool() | int() | None:
            return json.dumps(value, ensure_ascii=False)
        case Decimal() if value.is_finite():
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{_key(key)}:{_written(member)}" for key, member in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
    raise ValueError(f"{type(value).__name__} is not written as JSON; numbers are int or a finite Decimal")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise ValueError(f"a key is a text, not {type(key).__name__}")
    return json.dumps(key, ensure_ascii=False)
