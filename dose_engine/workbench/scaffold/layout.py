"""Where an addition goes in a YAML text. Every byte that was there stays: comments, order, blank lines and line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import yaml

from ...errors import Problem, RulebookError, quoted

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BREAK: Final = re.compile("\r\n|[\n\r]")


class Added(NamedTuple):
    """A text with an addition. `first` and `last` are the lines of the addition, from 1; `line` the one on which its key or item stands."""

    text: str
    line: int
    first: int
    last: int


def item_appended(text: str, name: str, item: Sequence[str], heading: Sequence[str] = ()) -> Added:
    """The text of a list with one more item, its lines as they stand in the first column, at the very end of the file.

    A text that is empty begins with `heading`. Raises `RulebookError` where the list is not written item below item.
    """
    if not text:
        return _inserted("\n".join(heading) + "\n" * (2 if heading else 0), None, item, 0, spaced=False)
    root = yaml.compose(text, Loader=_LOADER)
    if not isinstance(root, yaml.SequenceNode) or root.flow_style:
        raise RulebookError([_one_below_another(name, "- ", root)])
    column = root.start_mark.column
    return _inserted(text, None, item, column, spaced=_spaced(text, [item.start_mark.index for item in root.value]))


def key_inserted(text: str, name: str, lines: Sequence[str], after: str | None = None) -> Added:
    """The text of a mapping with one more key: behind the key `after` and the comments that belong to it, or at the end of the file.

    Raises `RulebookError` where the mapping is not written key below key, or has no key `after`.
    """
    root = yaml.compose(text, Loader=_LOADER)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise RulebookError([_one_below_another(name, "key: ", root)])
    column = root.start_mark.column
    spaced = _spaced(text, [key.start_mark.index for key, _ in root.value])
    if after is None:
        return _inserted(text, None, lines, column, spaced)
    values = [value for key, value in root.value if key.value == after]
    if not values:
        raise RulebookError([Problem("unknown-id", f"{quoted(after)} does not stand in this file", file=name, line=1)])
    return _inserted(text, _behind(text, _end(values[0]), column), lines, column, spaced)


def _one_below_another(name: str, sign: str, root: Any) -> Problem:
    line = root.start_mark.line + 1 if root is not None else 1
    help = "write the file in that way, one below another, and run this again"
    return Problem("wrong-type", f"nothing can be added here: the entries of this file do not each start with `{sign}`", help, name, line)


def _spaced(text: str, starts: Sequence[int]) -> bool:
    """Do blank lines stand between the entries? The last two tell."""
    if len(starts) < 2:
        return True
    return any(not line.strip() for line in _lines(text[starts[-2] : starts[-1]])[1:-1])


def _lines(text: str) -> list[str]:
    return _BREAK.split(text)


def _end(node: yaml.Node) -> int:
    """Where the last character of a value is, without the blank lines and comments that a block counts as its own."""
    match node:
        case yaml.MappingNode(flow_style=False, value=[*_, (_, last)]) | yaml.SequenceNode(flow_style=False, value=[*_, last]):
            return _end(last)
    return int(node.end_mark.index)


def _behind(text: str, index: int, column: int) -> int:
    """The start of the line behind `index`, and behind the comments that follow it at once and are set in further than the key."""
    for start in _line_starts(text, index):
        line = _lines(text[start:])[0]
        if not (line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > column):
            return start
    return len(text)


def _line_starts(text: str, index: int) -> Iterator[int]:
    if index == 0 or text[index - 1] in "\n\r":
        yield index
    yield from (found.end() for found in _BREAK.finditer(text, index))


def _inserted(text: str, at: int | None, lines: Sequence[str], column: int, spaced: bool) -> Added:
    """The text with the lines put in at an offset that begins a line (None: at the end), in the line ends of the text."""
    found = _BREAK.search(text)
    end = found.group() if found else "\n"
    before, after = (text, "") if at is None else (text[:at], text[at:])
    if before and not before.endswith(("\n", "\r")):
        before += end
    above = end if spaced and before and _lines(before)[-2].strip() else ""
    below = end if spaced and after and _lines(after)[0].strip() else ""
    body = end.join(" " * column + line if line else "" for line in lines) + end
    first = len(_lines(before + above))
    return Added(before + above + body + below + after, first, first, first + len(lines) - 1)
