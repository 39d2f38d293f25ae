"""HTML in which nothing that a rulebook says can be anything but text: a plain `str` is escaped, only `Html` is taken as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from ...report.words import clean

_VOID: Final = frozenset(("br", "meta", "line", "rect", "path", "hr", "col"))


class Html(str):
    """Markup that is safe to put on the page. Made only in this module, and by `markup` from literals of ours."""

    __slots__ = ()


Content = str | Html | None


def text(value: str) -> Html:
    """Text of the rulebook: one line, escaped, without control characters and marks that turn its direction."""
    return value if isinstance(value, Html) else Html(html.escape(clean(value), quote=True))


def tag(name: str, /, *children: Content, **attributes: str | int | None) -> Html:
    """An element. Attributes of None are left out; `class_` is `class`, and `_` inside a name is `-`."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(str(value))}"' for key, value in attributes.items() if value is not None)
    if name in _VOID:
        return Html(f"<{name}{given}>" if name not in ("line", "rect", "path") else f"<{name}{given}/>")
    return Html(f"<{name}{given}>{together(children)}</{name}>")


def together(parts: Iterable[Content], between: str = "") -> Html:
    """Parts one after the other; None is left out."""
    return Html(text(between).join(text(part) for part in parts if part is not None))


def literal(markup: str) -> Html:
    """Markup that we wrote ourselves, never one that holds a value."""
    return Html(markup)


def anchor(kind: str, name: str) -> str:
    """The id of the place where a thing is described: `rule-DAO-MEDIAL`. Any name makes a valid and its own id."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_-]", lambda found: f".{ord(found[0]):x}.", name)


def link(kind: str, name: str, shown: Content = None, /, **attributes: str | int | None) -> Html:
    """A link to where a thing is described, with its name as the text."""
    return tag("a", name if shown is None else shown, href=f"#{anchor(kind, name)}", **attributes)


def code(value: str) -> Html:
    return tag("code", value)


def items(parts: Iterable[Content], class_: str | None = None) -> Html | None:
    """A list, or nothing."""
    listed = [tag("li", part) for part in parts if part is not None]
    return tag("ul", *listed, class_=class_) if listed else None


def facts(rows: Iterable[tuple[str, Content]], class_: str = "facts") -> Html:
    """Terms and what they are; those without content are left out."""
    return tag("dl", *(tag("div", tag("dt", term), tag("dd", said)) for term, said in rows if said), class_=class_)


def table(heads: Iterable[str], rows: Iterable[Iterable[Content]], class_: str | None = None, caption: Content = None) -> Html:
    """A table with column heads; the first cell of each row heads the row. A row may be `Html` already."""
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads)))
    body = tag("tbody", *(row if isinstance(row, Html) else _row(row) for row in rows))
    return tag("div", tag("table", tag("caption", caption) if caption else None, head, body, class_=class_), class_="table")


def _row(cells: Iterable[Content]) -> Html:
    first, *rest = cells
    return tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in rest))


def css_string(value: str) -> str:
    """Text as a CSS string: every character that is no plain letter, digit or blank as its number."""
    return '"' + re.sub(r"[^A-Za-z0-9 .,:()-]", lambda found: f"\\{ord(found[0]):x} ", clean(value)) + '"'
