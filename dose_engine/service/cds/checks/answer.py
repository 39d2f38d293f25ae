"""A response taken apart: its cards and their parts, each with its path. Parts of a wrong shape are left to the rule that says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Part = tuple[str, Mapping[str, Any]]
Found = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    """The body of a response, and of the request what is needed to judge it."""

    response: object
    draft_orders: Mapping[str, Any] | None = None
    known_hosts: frozenset[str] = frozenset()
    request: str = ""

    @property
    def whole(self) -> Mapping[str, Any]:
        return self.response if isinstance(self.response, dict) else {}

    def cards(self) -> Iterator[Part]:
        return _objects(self.whole, "cards", "")

    def sources(self) -> Iterator[Part]:
        return _each(self.cards(), "source")

    def topics(self) -> Iterator[Part]:
        return _each(self.sources(), "topic")

    def override_reasons(self) -> Iterator[Part]:
        return _all(self.cards(), "overrideReasons")

    def links(self) -> Iterator[Part]:
        return _all(self.cards(), "links")

    def suggestions(self) -> Iterator[Part]:
        return _all(self.cards(), "suggestions")

    def actions(self) -> Iterator[Part]:
        return _all(self.suggestions(), "actions")

    def texts(self) -> Iterator[tuple[str, str]]:
        """What a person reads, save `detail`: plain texts."""
        for parts, name in (
            (self.cards(), "summary"),
            (self.sources(), "label"),
            (self.topics(), "display"),
            (self.override_reasons(), "display"),
            (self.links(), "label"),
            (self.suggestions(), "label"),
            (self.actions(), "description"),
        ):
            yield from _texts(parts, name)

    def details(self) -> Iterator[tuple[str, str]]:
        """The Markdown of each card."""
        return _texts(self.cards(), "detail")

    def nodes(self, *, resources: bool) -> Iterator[tuple[str, object]]:
        """Every value inside, the response included; FHIR resources in actions only if they are asked for."""
        waiting: list[tuple[str, object]] = [("", self.response)]
        while waiting:
            where, value = waiting.pop()
            yield where, value
            match value:
                case dict():
                    waiting += [(f"{where}.{key}".lstrip("."), one) for key, one in value.items() if resources or key != "resource"]
                case list():
                    waiting += [(f"{where}[{index}]", one) for index, one in enumerate(value)]


def _objects(holder: Mapping[str, Any], name: str, at: str) -> Iterator[Part]:
    given = holder.get(name)
    for index, one in enumerate(given if isinstance(given, list) else ()):
        if isinstance(one, dict):
            yield f"{at}{name}[{index}]", one


def _each(parts: Iterable[Part], name: str) -> Iterator[Part]:
    for where, part in parts:
        if isinstance(part.get(name), dict):
            yield f"{where}.{name}", part[name]


def _all(parts: Iterable[Part], name: str) -> Iterator[Part]:
    for where, part in parts:
        yield from _objects(part, name, f"{where}.")


def _texts(parts: Iterable[Part], name: str) -> Iterator[tuple[str, str]]:
    for where, part in parts:
        if isinstance(part.get(name), str):
            yield f"{where}.{name}", part[name]
