"""JSON text to plain values that remember their lines: exact decimals, and no repeated keys, NaN or Infinity."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .documents import Builder, Node, Unreadable, exact_number, too_deep, usable
from .errors import Problem

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]|[^\s"\[\]{},:]++', re.DOTALL)
_PLAIN = {"true": True, "false": False, "null": None}


def read_json(text: str, name: str) -> tuple[Node, list[Problem]]:
    """Read JSON. Returns the document and the problems inside it (repeated keys); raises `Unreadable` when there is no document."""
    usable(text, name)
    try:
        json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        reason = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" starting at")
        raise Unreadable(Problem("not-json", f"not JSON: {reason}", _hint(error), name, error.lineno)) from None
    except RecursionError:
        raise Unreadable(too_deep(name, 1)) from None
    builder = Builder(name)
    for token, line in _tokens(text):
        _take(token, line, builder)
    assert builder.root is not None
    return builder.root, builder.problems


def _hint(error: json.JSONDecodeError) -> str:
    if error.msg.startswith("Extra data"):
        return "one file holds one value"
    before = error.doc[: error.pos].rstrip()[-1:]
    if before == "," or error.msg.startswith("Illegal trailing comma"):
        return "take out the comma behind the last entry, and write keys in double quotes"
    return ""


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, seen = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        yield found.group(), line


def _take(token: str, line: int, builder: Builder) -> None:
    match token:
        case "{":
            builder.open({}, line)
        case "[":
            builder.open([], line)
        case "}" | "]":
            builder.close()
        case "true" | "false" | "null":
            builder.scalar(_PLAIN[token], line, token)
        case "NaN" | "Infinity" | "-Infinity":
            raise Unreadable(Problem("not-json", f"`{token}` is not a number that can be used", file=builder.name, line=line))
        case _ if token.startswith('"'):
            word = json.loads(token)
            builder.scalar(word, line, word)
        case _:
            builder.scalar(exact_number(token, builder.name, line), line, token)
