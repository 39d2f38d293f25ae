"""YAML text to plain values that remember their lines; `json_text.py` does the same for JSON.

YAML is parsed in C (libyaml) and its scalars are read here, as plain decimal digits and words: PyYAML alone reads `010` as 8, `12:30` as
750, `1_000` as 1000 and `on` as true. With a leading zero, a `+` or an exponent it is a word here, and refused where a number is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import yaml

from .errors import Problem, quoted

LARGEST_FILE: Final = 2_000_000
"""Bytes in the largest file that is read, case or rulebook."""

DEEPEST: Final = 40
"""Lists and mappings inside one another."""

_WIDEST = 1000
"""Digits before or behind the point of a number that is still worked with."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?\Z")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# In C, parsing is fast; without libyaml the same page is read by PyYAML's own parser.

_HINTS = (
    ("but found another document", "one file holds one document; take out the `---` between them"),
    ("cannot start any token", "indent with spaces, not tabs; put a text that starts with @ ` % or a tab in quotes"),
    ("mapping values are not allowed", "put a text that holds `: ` in quotes, and indent the keys of one mapping alike"),
    ("could not find expected ':'", "each line of a mapping is `key: value`"),
    ("did not find expected key", "indent the keys of one mapping alike"),
    ("did not find expected '-'", "indent the items of one list alike"),
    ("did not find expected ','", "close the brackets, and put a comma between entries"),
    ("unexpected end of stream", "close the quotes"),
    ("escape", "in double quotes a `\\` starts an escape; use single quotes"),
)


class Unreadable(Exception):  # noqa: N818 - its name says what the text is
    """A text that is not a document; carries its Problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(slots=True)
class Node:
    """A value in a document: `value` is a str, Decimal, int, bool, None, list of Nodes, or dict of key to Node."""

    value: Any
    line: int
    key_lines: dict[str, int] | None = None

    def plain(self) -> Any:
        """The value without positions."""
        match self.value:
            case list() as items:
                return [item.plain() for item in items]
            case dict() as entries:
                return {key: node.plain() for key, node in entries.items()}
            case other:
                return other

    def places(self, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], int]]:
        """Every path inside, with the line on which its key, or its list item, stands."""
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield (*path, key), (self.key_lines or {}).get(key, node.line)
                yield from node.places((*path, key))
        elif isinstance(self.value, list):
            for index, node in enumerate(self.value):
                yield (*path, index), node.line
                yield from node.places((*path, index))


def read_text(path: Path, name: str = "") -> str:
    """The text of a file; raises `Unreadable` with what is wrong."""
    shown = name or str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = str(getattr(error, "strerror", None) or error)
        raise Unreadable(Problem("file-unreadable", f"cannot be read: {reason[:1].lower()}{reason[1:]}", file=shown)) from None
    return decode(raw, shown)


def decode(raw: bytes, name: str) -> str:
    """Bytes to usable text: UTF-8, not empty, not too large, no control characters."""
    if len(raw) > LARGEST_FILE:
        raise Unreadable(_too_large(name))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable(Problem("not-text", "not UTF-8 text", "save the file as UTF-8", name, line)) from None
    return usable(text, name)


def usable(text: str, name: str) -> str:
    """The text itself, when it can be read at all; raises `Unreadable`."""
    if len(text) > LARGEST_FILE:
        raise Unreadable(_too_large(name))
    if bad := _CONTROL.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise Unreadable(Problem("not-text", f"holds the control character U+{ord(bad.group()):04X}", file=name, line=line))
    if not text.strip():
        raise Unreadable(Problem("file-empty", "the file is empty", file=name))
    return text


def _too_large(name: str) -> Problem:
    return Problem("file-too-large", f"the file is larger than {LARGEST_FILE:,} bytes", file=name)


def read_yaml(text: str, name: str) -> tuple[Node, list[Problem]]:
    """Read YAML. Returns the document and the problems inside it (repeated keys); raises `Unreadable` when there is no document."""
    usable(text, name)
    builder = Builder(name)
    try:
        loader = _LOADER(text)
        while loader.check_event():
            _take(loader.get_event(), builder)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_not_yaml(error, name)) from None
    except yaml.YAMLError as error:
        raise Unreadable(Problem("not-yaml", f"not YAML: {' '.join(str(error).split())}", "", name)) from None
    if builder.root is None:
        raise Unreadable(Problem("file-empty", "the file holds no value, only comments", file=name))
    return builder.root, builder.problems


def _not_yaml(error: yaml.MarkedYAMLError, name: str) -> Problem:
    reason = " ".join(part for part in (error.context, error.problem) if part) or "cannot be read"
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 0
    if "maximum nesting depth" in reason:  # libyaml's own bound on brackets; it is met before ours is counted to
        return too_deep(name, line)
    start = error.context_mark.line + 1 if error.context_mark is not None else line
    hint = next((hint for sign, hint in _HINTS if sign in reason), "")
    if start != line:
        hint = "\n".join(part for part in (f"it starts in line {start}", hint) if part)
    return Problem("not-yaml", f"not YAML: {reason}", hint, name, line)


def _take(event: yaml.Event, builder: Builder) -> None:
    assert event.start_mark is not None
    line = event.start_mark.line + 1
    match event:
        case yaml.ScalarEvent():
            if event.tag is not None:
                _untagged(event, builder, line)
            builder.scalar(event.value if event.style else _scalar(event.value, builder.name, line), line, event.value)
        case yaml.SequenceStartEvent():
            _untagged(event, builder, line)
            builder.open([], line)
        case yaml.MappingStartEvent():
            _untagged(event, builder, line)
            builder.open({}, line)
        case yaml.CollectionEndEvent():
            builder.close()
        case yaml.AliasEvent():
            help = "write the value out"
            raise Unreadable(Problem("alias", f"an alias ({quoted(f'*{event.anchor}')}) is not accepted", help, builder.name, line))
        case yaml.DocumentStartEvent() if builder.root is not None:
            raise Unreadable(Problem("not-yaml", "a second document starts here", _HINTS[0][1], builder.name, line))


def _untagged(event: Any, builder: Builder, line: int) -> None:
    if event.tag is not None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        builder.problems.append(Problem("alias", f"a tag ({quoted(tag)}) is not accepted", "take it out", builder.name, line))


class Builder:
    """Puts a document together, without recursion, from the scalars and brackets met on the way."""

    _NO_KEY, _LEFT_OUT = object(), object()

    def __init__(self, name: str) -> None:
        self.name = name
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[tuple[Node, list[Any]]] = []

    def scalar(self, value: Any, line: int, text: str) -> None:
        """A value that holds no others; as a key it is its `text`."""
        self._put(Node(value, line), text)

    def open(self, value: list[Node] | dict[str, Node], line: int) -> None:
        if len(self._open) >= DEEPEST:
            raise Unreadable(too_deep(self.name, line))
        node = Node(value, line, {} if isinstance(value, dict) else None)
        self._put(node, None)
        self._open.append((node, [self._NO_KEY]))

    def close(self) -> None:
        self._open.pop()

    def _put(self, node: Node, text: str | None) -> None:
        if not self._open:
            self.root = node
            return
        holder, waiting = self._open[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif waiting[0] is self._NO_KEY:
            waiting[0] = self._key(holder, node.line, text)
        else:
            if waiting[0] is not self._LEFT_OUT:
                holder.value[waiting[0]] = node
            waiting[0] = self._NO_KEY

    def _key(self, holder: Node, line: int, text: str | None) -> object:
        assert holder.key_lines is not None
        if text is None:
            self.problems.append(Problem("wrong-type", "a key is a word, not a list or a mapping", "", self.name, line))
            return self._LEFT_OUT
        if text in holder.key_lines:
            help = f"the first stands in line {holder.key_lines[text]}; keep one of them"
            self.problems.append(Problem("duplicate-key", f"{quoted(text)} stands twice", help, self.name, line))
            return self._LEFT_OUT
        holder.key_lines[text] = line
        return text


def too_deep(name: str, line: int) -> Problem:
    return Problem("too-deep", f"nested more than {DEEPEST} deep", file=name, line=line)


_STARTS_A_NUMBER: Final = frozenset("-0123456789")
_PLAIN_WORDS: Final[dict[str, str | bool | None]] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("Yes", "YES"), "yes"),
    **dict.fromkeys(("No", "NO"), "no"),
}


def _scalar(text: str, name: str, line: int) -> str | int | Decimal | bool | None:
    """A plain scalar: decimal digits are numbers, true and false are booleans, nothing is null, all else is a word."""
    if text[:1] in _STARTS_A_NUMBER and _NUMBER.match(text):
        return exact_number(text, name, line)
    return _PLAIN_WORDS.get(text, text)


def exact_number(text: str, name: str, line: int) -> int | Decimal:
    """A number as it is written. `Unreadable` when it is beyond all that is worked with."""
    if len(text) <= 40 and text.lstrip("-").isdigit():
        return int(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("Infinity")
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or len(digits) > _WIDEST or abs(exponent) > _WIDEST:
        raise Unreadable(Problem("wrong-number", f"the number {quoted(text)} is beyond all that is accepted", "", name, line))
    return number


def words_in(node: Node) -> Iterator[Node]:
    """A single value or the items of a list, as nodes."""
    if isinstance(node.value, list):
        yield from node.value
    else:
        yield node
