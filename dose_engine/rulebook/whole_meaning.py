"""The meaning of a whole rulebook: the book, and beside it its cases and claims, which are read here as they are written.

Cases and claims change no advice, so the engine does not read them to advise. It reads them here only to hold a seal against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ..documents import Node, Unreadable, read_yaml
from ..errors import Problem, RulebookError, quoted
from .load import CLAIMS, is_beside
from .meaning import FORM, book_meaning, canonical_json, exact
from .model import Rulebook

SETS: Final = ("decides", "sources", "fires", "possible", "not", "never")
"""Keys of a case or claim whose value is one word or a list of them, in any order."""


def whole_meaning(book: Rulebook, texts: Mapping[str, str]) -> dict[str, Any]:
    """The book, and the cases and claims among `texts` (by file name), as plain data in one form.

    Raises `RulebookError` when the cases or claims cannot be read.
    """
    cases: dict[str, Any] = {}
    claims: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in sorted(texts.items()):
        if is_beside(name):
            try:
                root, inside = read_yaml(text, name)
            except Unreadable as unreadable:
                problems.append(unreadable.problem)
            else:
                problems += [*inside, *_take(root, name, claims if name == CLAIMS else cases)]
    if problems:
        raise RulebookError(problems)
    return {"form": FORM, **book_meaning(book), "cases": cases, "claims": claims}


def _take(root: Node, name: str, into: dict[str, Any]) -> list[Problem]:
    """Put each entry of a file under its id; a file that is a mapping brings its own names."""
    problems = []
    entries = root.value.items() if isinstance(root.value, dict) else [(_id(node), node) for node in _items(root)]
    for key, node in entries:
        if key is None:
            problems.append(Problem("missing-key", "an entry needs an `id`", file=name, line=node.line))
        elif key in into:
            problems.append(Problem("duplicate-id", f"{quoted(key)} is the id of two entries", file=name, line=node.line))
        else:
            into[key] = as_written(node, any_order=name == CLAIMS)
    return problems


def _items(root: Node) -> list[Node]:
    return root.value if isinstance(root.value, list) else [root]


def _id(node: Node) -> str | None:
    named = node.value.get("id") if isinstance(node.value, dict) else None
    return named.value if named is not None and isinstance(named.value, str) else None


def as_written(node: Node, *, any_order: bool) -> Any:
    """A value of a YAML file as plain data: `2.50` is 2.5, `true` is yes, and a line break in a text is a blank.

    `any_order`: no list has an order (in a claim); otherwise only those of `SETS` have none (a case counts its doses by their place).
    """
    match node.value:
        case dict() as entries:
            return {key: _set(value) if key in SETS else as_written(value, any_order=any_order) for key, value in entries.items()}
        case list() as items:
            written = [as_written(item, any_order=any_order) for item in items]
            return sorted(written, key=canonical_json) if any_order else written
        case bool(answer):
            return "yes" if answer else "no"
        case str(text):
            return " ".join(text.split())
        case Decimal() as number:
            return exact(number)
        case other:
            return other


def _set(node: Node) -> Any:
    written = as_written(node, any_order=True)
    return sorted(written if isinstance(written, list) else [written], key=canonical_json)


__all__ = ["as_written", "whole_meaning"]
