"""Which case files a command line names, and their text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..documents import LARGEST_FILE, Unreadable, decode, read_text
from ..errors import CaseError, Problem

STDIN = "-"
ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Input:
    """One case to read. `problem` is set where there is nothing to read."""

    name: str
    path: Path | None = None
    problem: Problem | None = None

    def read(self) -> tuple[str, str]:
        """The text, and the name that says how to read it. Raises `CaseError`."""
        if self.problem is not None:
            raise CaseError([self.problem])
        try:
            if self.path is not None:
                return read_text(self.path, self.name), self.name
            text = decode(sys.stdin.buffer.read(LARGEST_FILE + 1), "stdin")
            return text, "stdin.json" if text.lstrip().startswith("{") else "stdin.yaml"
        except Unreadable as unreadable:
            raise CaseError([unreadable.problem]) from None


def inputs(names: Iterable[str]) -> Iterator[Input]:
    """The cases behind files, folders and `-`, in the order given, those of a folder sorted."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            yield Input("stdin")
        elif not name.strip():
            yield Input("''", problem=Problem("file-unreadable", "an empty path", "name a file, a folder, or `-` for standard input", "''"))
        elif path.is_dir():
            found = sorted(_within(path))
            if not found:
                help = f"cases end in {', '.join(ENDINGS)}; hidden folders are left out"
                yield Input(name, problem=Problem("file-unreadable", "no case file in this folder", help, name))
            yield from (Input(str(file), file) for file in found)
        else:
            yield Input(name, path)


def _within(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in files if name.lower().endswith(ENDINGS) and not name.startswith("."))
