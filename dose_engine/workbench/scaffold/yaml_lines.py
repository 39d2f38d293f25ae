"""Values as YAML in the layout of the rulebook: on one line in brackets where they fit, one below another where they do not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...documents import Unreadable, read_yaml

WIDTH: Final = 140
"""Characters in a line of the rulebook."""


def item_lines(entries: Mapping[str, Any], below: frozenset[str] = frozenset()) -> list[str]:
    """A mapping as an item of a list. `below`: keys whose mapping always stands one key below another."""
    first, *rest = mapping_lines(entries, "  ", below)
    return [f"- {first.strip()}", *rest]


def key_lines(key: str, entries: Mapping[str, Any]) -> list[str]:
    """A key whose mapping stands below it."""
    return [f"{scalar(key)}:", *mapping_lines(entries, "  ")]


def mapping_lines(entries: Mapping[str, Any], indent: str, below: frozenset[str] = frozenset()) -> Iterator[str]:
    for key, value in entries.items():
        line = f"{indent}{scalar(key)}: {flow(value)}"
        match value:
            case {} if value and (key in below or len(line) > WIDTH):
                yield f"{indent}{scalar(key)}:"
                yield from mapping_lines(value, indent + "  ")
            case [_, *_] if len(line) > WIDTH:
                yield f"{indent}{scalar(key)}:"
                for item in value:
                    yield from _items(item, indent + "  ")
            case _:
                yield line if isinstance(value, (dict, list)) else f"{indent}{scalar(key)}: {scalar(value)}"


def _items(item: Any, indent: str) -> Iterator[str]:
    line = f"{indent}- {flow(item)}"
    if isinstance(item, dict) and len(line) > WIDTH:
        first, *rest = mapping_lines(item, indent + "  ")
        yield f"{indent}- {first.strip()}"
        yield from rest
    else:
        yield line


def flow(value: Any) -> str:
    """A value on one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{scalar(key, inside=True)}: {flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case _:
            return scalar(value, inside=True)


def scalar(value: Any, inside: bool = False) -> str:
    """A number, word or text; in quotes where it would be read as something else. `inside`: between brackets."""
    match value:
        case None:
            return "null"
        case bool():
            return "yes" if value else "no"
        case str():
            return value if _reads_back(value, inside) else _in_quotes(value)
        case _:
            return str(value)


def _reads_back(text: str, inside: bool) -> bool:
    """Is the text, as it is, read as itself, as a value and as a key?"""
    shape: Any
    written, shape = (f"[{text}, {{{text}: {text}}}]", [text, {text: text}]) if inside else (f"{text}: {text}", {text: text})
    try:
        root, problems = read_yaml(written, "")
    except Unreadable:
        return False
    return not problems and bool(root.plain() == shape)


def _in_quotes(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))
