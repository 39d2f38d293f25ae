"""The book as one page of HTML that needs nothing else: no network, no script, no font; its style and its pictures are inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from . import evidence, front, registers, rules, signing, trace, zones
from .edition import Edition, Part
from .markup import Content, Html, css_string, literal, tag, together

MADE_BY: Final = "dose-engine rules book"
"""By this word in its head a file is known as one that may be written over."""

_STYLE: Final = Path(__file__).with_name("style.css")
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_CHAPTERS: Final[Mapping[str, Callable[[Edition], Content]]] = {
    "how": front.how_to_read,
    "zones": zones.chapter,
    "rules": rules.chapter,
    "questions": registers.questions,
    "constants": registers.constants,
    "facts": registers.computed,
    "protocols": registers.protocols,
    "products": registers.products,
    "sources": evidence.sources_chapter,
    "cases": evidence.cases_chapter,
    "coverage": evidence.coverage_chapter,
    "claims": evidence.claims_chapter,
    "trace": trace.chapter,
    "changes": signing.changes_chapter,
    "sign-off": signing.sign_off,
    "index": signing.index,
}


def page(edition: Edition) -> str:
    """The whole book. The same edition gives the same text."""
    chapters = (_chapter(edition, part) for part in edition.parts if part.level == 1)
    body = tag(
        "body",
        tag("a", "To the text", href="#main", class_="skip"),
        front.side(edition),
        tag("main", front.cover(edition), front.contents(edition), *chapters, id="main"),
    )
    return f"<!doctype html>\n{tag('html', _head(edition), body, lang='en')}\n"


def _chapter(edition: Edition, part: Part) -> Html:
    title = tag("h2", tag("span", part.number, class_="number"), " ", part.title)
    return tag("section", title, _CHAPTERS[part.id](edition), id=part.id, class_="chapter")


def _head(edition: Edition) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="generator", content=MADE_BY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("title", f"{edition.book.title}, {edition.book.version}"),
        together([literal("<style>"), literal(_STYLE.read_text(encoding="utf-8")), literal(_running(edition)), literal("</style>")]),
    )


def _running(edition: Edition) -> str:
    """What stands at the head and foot of each printed page."""
    state = "sealed" if edition.seal.holds else "DRAFT, not sealed"
    head = css_string(f"{edition.book.title}, {edition.book.version}")
    foot = css_string(f"Meaning {edition.digest[:16]}, printed for {edition.today.isoformat()}")
    return (
        f"@page {{ @top-left {{ content: {head}; }} @top-right {{ content: {css_string(state)}; }} @bottom-left {{ content: {foot}; }} }}\n"
    )


__all__ = ["MADE_BY", "page"]
