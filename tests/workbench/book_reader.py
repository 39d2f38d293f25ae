"""Reads a printed book back: well-formed or not, and what stands where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Final

from dose_engine.workbench.book import Edition, page
from dose_engine.workbench.book.gather import NOT_SEALED, gather
from dose_engine.workbench.whole import Whole, load_whole

DAY: Final = dt.date(2026, 11, 24)
_VOID: Final = frozenset(("br", "meta", "hr", "col", "line", "rect", "path"))


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, blanks run together."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()
                yield " " if child.name in ("td", "th", "p", "li", "dt", "dd", "div", "text", "br") else ""

    def every(self, name: str = "") -> Iterator[Element]:
        """Every element inside, itself first."""
        if not name or self.name == name:
            yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.every(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has one attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _VOID, f"<{tag}/> closes nothing in HTML"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(markup: str) -> Element:
    """The page as a tree. Fails where a tag is not closed, or is closed by another."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is not closed"
    return reader.root


def edition(whole: Whole, **beside: object) -> Edition:
    """An edition without seal or proofs, its cases not run."""
    return Edition(whole, DAY, **{"seal": NOT_SEALED, **beside})  # type: ignore[arg-type]


@cache
def shipped() -> Edition:
    return gather(load_whole(), DAY)


@cache
def shipped_page() -> str:
    return page(shipped())


@cache
def shipped_tree() -> Element:
    return tree(shipped_page())


@cache
def by_id() -> dict[str, Element]:
    """What stands at each anchor of the shipped book."""
    return {element.attributes["id"]: element for element in shipped_tree().every() if "id" in element.attributes}
