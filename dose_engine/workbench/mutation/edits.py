"""Small changes to a document, made on a copy that shares everything that is not changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ...documents import Node

Path = tuple[str | int, ...]


class Put(NamedTuple):
    """Another value at a place that is there."""

    path: Path
    value: Node


class Drop(NamedTuple):
    """A key or list item taken out."""

    path: Path


class Rename(NamedTuple):
    """The last key of the path written differently; its value stays."""

    path: Path
    key: str


Edit = Put | Drop | Rename


def edited(root: Node, edits: Iterable[Edit]) -> Node:
    """The document with the edits made, one after the other. Raises `LookupError` where a path leads nowhere."""
    for edit in edits:
        root = _at(root, edit.path, edit)
    return root


def at(root: Node, path: Path) -> Node:
    """What stands at a path. Raises `LookupError`."""
    for step in path:
        root = root.value[step]
    return root


def _at(node: Node, path: Path, edit: Edit) -> Node:
    if not path:
        assert isinstance(edit, Put)
        return edit.value
    step, rest = path[0], path[1:]
    if rest or isinstance(edit, Put):
        return _with(node, step, _at(node.value[step], rest, edit))
    if isinstance(edit, Drop):
        return _without(node, step)
    lines = {edit.key if key == step else key: line for key, line in (node.key_lines or {}).items()}
    return Node({edit.key if key == step else key: value for key, value in node.value.items()}, node.line, lines)


def _with(node: Node, step: str | int, value: Node) -> Node:
    changed: Any = list(node.value) if isinstance(node.value, list) else dict(node.value)
    changed[step] = value
    return Node(changed, node.line, node.key_lines)


def _without(node: Node, step: str | int) -> Node:
    if isinstance(node.value, list):
        return Node([item for number, item in enumerate(node.value) if number != step], node.line)
    return Node({key: value for key, value in node.value.items() if key != step}, node.line, node.key_lines)
