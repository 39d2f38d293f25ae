"""A deployer's own codes: a CSV file with the columns system, code, means. Codes of licensed systems stay in it, not in this project."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ...documents import Unreadable, read_text
from ...errors import BadInput, Problem, did_you_mean, quoted
from ...rulebook.model import Rulebook
from ...rulebook.vocabulary import PERFORMERS
from . import codes as shipped_codes
from .codes import NAME, WORD, Codes, normal, system_key
from .elements import tokens
from .site_table import site_codes

COLUMNS: Final = ("system", "code", "means")
ALONE: Final = ("toxin", "allergen")
"""Meanings of one word."""

_ONE_OF: Final = ("product", "site", "pregnancy")
"""Kinds of which a code can mean only one."""

_MOST_LINES: Final = 20_000

Row = tuple[str, str, str]


@dataclass(frozen=True)
class CodeMap:
    """The shipped codes and the deployer's own."""

    codes: Codes
    own: int = 0
    """How many lines the deployer's file has."""

    @classmethod
    def shipped(cls) -> CodeMap:
        return cls(Codes.of(shipped_codes.shipped()))

    @classmethod
    def read(cls, path: Path | None, book: Rulebook) -> CodeMap:
        """The shipped codes, and those of the file where there is one. Raises `BadInput` with every line that cannot be used."""
        if path is None:
            return cls.shipped()
        try:
            text = read_text(path)
        except Unreadable as unreadable:
            raise BadInput([unreadable.problem]) from None
        rows: list[Row] = []
        problems: list[Problem] = []
        meant: dict[tuple[str, str, str], tuple[str, int]] = {}
        for line, row in _lines(text, str(path)):
            problem = row if isinstance(row, Problem) else _wrong(row, line, str(path), book) or _other(row, line, str(path), meant)
            if problem is not None:
                problems.append(problem)
            elif not isinstance(row, Problem):
                rows.append(row)
        if problems:
            raise BadInput(problems)
        return cls(Codes.of([*shipped_codes.shipped(), *rows]), len(rows))


def _lines(text: str, name: str) -> Iterator[tuple[int, Row | Problem]]:
    """Each line that is not empty or a comment, behind the one that names the columns."""
    reader = csv.reader(io.StringIO(text), strict=True)
    begun = False
    try:
        for row in reader:
            line, cells = reader.line_num, [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if not begun:
                begun = True
                if tuple(cells) != COLUMNS:
                    yield line, Problem("missing-key", "the first line names the columns", f"write `{','.join(COLUMNS)}`", name, line)
            elif line > _MOST_LINES:
                yield line, Problem("too-many", f"more than {_MOST_LINES:,} lines", "", name, line)
                return
            elif len(cells) != len(COLUMNS):
                got = f"{len(COLUMNS)} columns are needed, got {len(cells)}"
                yield line, Problem("missing-key", got, "they are system, code, means; put a cell with a comma in quotes", name, line)
            elif empty := [column for column, cell in zip(COLUMNS, cells, strict=True) if not cell]:
                yield line, Problem("missing-key", f"the cell of `{empty[0]}` is empty", "", name, line, empty[0])
            else:
                yield line, (cells[0], cells[1], cells[2])
    except csv.Error as error:
        yield reader.line_num, Problem("not-text", f"not CSV: {error}", "", name, reader.line_num)


def _wrong(row: Row, line: int, name: str, book: Rulebook) -> Problem | None:
    """What is wrong with one line."""
    system, code, means = row
    if not code.rstrip("*"):
        return Problem("wrong-word", "`*` alone would stand for every code", "write the beginning that the codes share", name, line, "code")
    if system_key(system) in (NAME, WORD) and not _is_name(system_key(system), code):
        help = "words of letters and digits, without `*`; one of them where the system is `word`"
        return Problem("wrong-word", f"{quoted(code)} is not a {system_key(system)}", help, name, line, "code")
    kind, colon, rest = means.partition(":")
    if kind in ALONE and not colon:
        return None
    accepted = _accepted(book)
    if kind not in accepted or not colon:
        listed = ", ".join(f"`{one}`" for one in (*ALONE, *(f"{one}:…" for one in accepted)))
        return Problem("wrong-word", f"{quoted(means)} is not a meaning", f"accepted: {listed}", name, line, "means")
    if rest not in accepted[kind]:
        return Problem("wrong-word", f"{quoted(rest)} is not a {kind}", did_you_mean(rest, accepted[kind]), name, line, "means")
    return None


def _accepted(book: Rulebook) -> dict[str, Collection[str]]:
    """The words that each kind of meaning takes."""
    return {
        "product": set(book.products),
        "question": {fact.name for fact in book.facts.values() if fact.origin == "asked" and not fact.about_place},
        "purpose": set(book.protocols),
        "pregnancy": ("yes", "no", "unknown"),
        "performer": PERFORMERS,
        "site": site_codes(),
    }


def _is_name(key: str, code: str) -> bool:
    words = tokens(code)
    return bool(words) and "*" not in code and (key == NAME or len(words) == 1)


def _other(row: Row, line: int, name: str, meant: dict[tuple[str, str, str], tuple[str, int]]) -> Problem | None:
    """A code that a line before says to be something else."""
    system, code, means = row
    kind = means.partition(":")[0]
    if kind not in _ONE_OF:
        return None
    key = system_key(system)
    before, at = meant.setdefault((key, normal(key, code), kind), (means, line))
    if before == means:
        return None
    return Problem("duplicate-key", f"{quoted(code)} is {quoted(before)} in line {at}", "a code means one of these", name, line, "code")
