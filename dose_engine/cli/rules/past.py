"""The past cases that a command line names: files, folders, NDJSON (one JSON case a line) and standard input, read one by one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Final

from ...documents import LARGEST_FILE, Unreadable, decode
from ...errors import CaseError, Problem
from ...workbench.impact.past import Past
from ..reading import STDIN, Input, inputs

LINES: Final = (".ndjson", ".jsonl")


def past_cases(names: Iterable[str]) -> Iterator[Past]:
    """Every case, in the order given; what cannot be read is a case with its problem."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            yield from _stdin(sys.stdin.buffer)
        elif path.suffix.lower() in LINES:
            yield from _file_of_lines(name, path)
        elif path.is_dir():
            yield from _folder(name, path)
        else:
            yield from (_read(one) for one in inputs([name]))


def _folder(name: str, path: Path) -> Iterator[Past]:
    many = sorted(file for file in path.rglob("*") if file.suffix.lower() in LINES and not _hidden(file, path))
    for one in inputs([name]):
        if one.path is not None or not many:  # a folder of nothing but NDJSON is not empty
            yield _read(one)
    for file in many:
        yield from _file_of_lines(str(file), file)


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _read(one: Input) -> Past:
    try:
        text, name = one.read()
    except CaseError as error:
        return Past(one.name, problem=error.problems[0])
    return Past(name, text, is_json=name.lower().endswith(".json"))


def _file_of_lines(name: str, path: Path) -> Iterator[Past]:
    try:
        with path.open("rb") as file:
            yield from _lines(name, _numbered(file))
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        problem = Problem("file-unreadable", f"cannot be read: {reason[:1].lower()}{reason[1:]}", file=name)
        yield Past(name, problem=problem)


def _stdin(stream: IO[bytes]) -> Iterator[Past]:
    """One case in YAML or JSON, or, where the first line is a JSON object of its own, one a line."""
    numbered = _numbered(stream)
    first = next(((number, line) for number, line in numbered if line.strip()), None)
    if first is not None and _is_object(first[1]):
        yield from _lines("stdin", chain([first], numbered))
        return
    raw = (first[1] if first else b"") + stream.read(LARGEST_FILE + 1)
    try:
        text = decode(raw, "stdin")
    except Unreadable as unreadable:
        yield Past("stdin", problem=unreadable.problem)
        return
    yield Past("stdin", text, is_json=text.lstrip().startswith("{"))


def _numbered(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines of a stream, read one at a time and none of them larger than a file may be."""
    number = 0
    while line := stream.readline(LARGEST_FILE + 2):
        number += 1
        yield number, line


def _lines(name: str, numbered: Iterable[tuple[int, bytes]]) -> Iterator[Past]:
    for number, line in numbered:
        if not line.strip():
            continue
        try:
            yield Past(name, decode(line, name), is_json=True, line=number)
        except Unreadable as unreadable:
            yield Past(name, line=number, problem=Problem(unreadable.problem.code, unreadable.problem.message, "", name, number))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.load(io.BytesIO(line)), dict)
    except (ValueError, RecursionError):
        return False
