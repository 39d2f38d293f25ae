"""The mutants of a rulebook: every small change that would matter, each to be noticed by a case.

A mutant is an edit of one file, made on the document as it is written, so that the loader reads it as it would read the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ...documents import Node
from ...rulebook.load import NEEDED
from ...rulebook.model import Rulebook
from .change import Change, MutantKind
from .edits import Edit
from .of_facts import constants, facts, protocols
from .of_rules import rules
from .of_zones import zones

_OWN: Final[Mapping[str, Callable[[Node, Rulebook], Iterator[Change]]]] = {
    "zones.yaml": zones,
    "rules/facts.yaml": facts,
    "rules/rulebook.yaml": constants,
    "rules/protocols.yaml": protocols,
}
"""The files that hold something other than rules, and have numbers or words that decide."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `place` is the top of its file that it is in: a zone, a fact, or the number of a rule; `what` says it in words."""

    file: str
    line: int
    kind: MutantKind
    what: str
    edits: tuple[Edit, ...]

    @property
    def place(self) -> str | int:
        return self.edits[0].path[0]

    @property
    def at(self) -> str:
        return f"{self.file}:{self.line}"


def mutants(roots: Mapping[str, Node], book: Rulebook) -> Iterator[Mutant]:
    """Every mutant, file by file. `roots` are the documents of the book, without its cases and claims."""
    for file, root in sorted(roots.items()):
        changes = _OWN.get(file) or (None if file in NEEDED else rules)
        for change in changes(root, book) if changes else ():
            yield Mutant(file, change.line, change.kind, change.what, change.edits)
