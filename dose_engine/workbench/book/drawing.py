"""Draws the picture of a zone as inline SVG, the numbers written at the lines.

It reads without colour: what is suggested is a solid bar, what is above a caution line is hatched, what is above a stop line is
cross-hatched, and each line carries its words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from ...advisory import Severity
from ...report.words import clean
from ...rulebook.model import Rulebook, Suggestion
from ...units import STEPS
from .markup import Html, tag, together
from .pictures import WORDS, Line, Picture, Row

_LEFT, _RIGHT, _WIDTH = 172, 618, 760
_BAR, _LETTER, _TIER, _GAP = 20, 6.9, 16, 14


def drawn(picture: Picture, book: Rulebook) -> Html:
    """The picture as a figure: inline SVG with a title and a description, and its footnotes below."""
    zone, top = picture.zone, picture.top
    body: list[Html] = []
    y = 10.0
    for row in picture.rows:
        part, height = _row(row, y, top, zone.name)
        body.append(part)
        y += height
    axis = _axis(top, y := y + 4)
    svg = tag(
        "svg",
        tag("title", f"{zone.label}: suggested ranges, caution lines and stop lines, in units of {book.product}", id=f"t-{zone.name}"),
        tag("desc", " ".join(row.says for row in picture.rows), id=f"d-{zone.name}"),
        patterns(zone.name),
        _grid(top, y),
        *body,
        axis,
        viewBox=f"0 0 {_WIDTH} {y + 34:g}",
        role="img",
        aria_labelledby=f"t-{zone.name} d-{zone.name}",
        class_="ranges",
    )
    notes = together((f"({number}) {text}" for number, text in enumerate(picture.notes, 1)), "; ")
    return tag("figure", svg, tag("figcaption", notes) if notes else None)


def _x(units: float, top: int) -> float:
    """Where so many units (U) are on the axis."""
    return round(_LEFT + (_RIGHT - _LEFT) * min(units, top) / top, 1)


def patterns(name: str) -> Html:
    """The hatching, under ids of this picture's own."""
    return tag(
        "defs",
        tag(
            "pattern",
            tag("rect", width=8, height=8, class_="caution-ground"),
            tag("path", d="M0 8 L8 0", class_="caution-hatch"),
            id=f"c-{name}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        ),
        tag(
            "pattern",
            tag("rect", width=6, height=6, class_="stop-ground"),
            tag("path", d="M0 6 L6 0 M0 0 L6 6", class_="stop-hatch"),
            id=f"s-{name}",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        ),
    )


def _grid(top: int, bottom: float) -> Html:
    return tag("g", *(tag("line", x1=_n(_x(u, top)), x2=_n(_x(u, top)), y1=2, y2=_n(bottom)) for u in _ticks(top)), class_="grid")


def _axis(top: int, y: float) -> Html:
    labels = [tag("text", str(u), x=_n(_x(u, top)), y=_n(y + 15), class_="tick") for u in _ticks(top)]
    line = tag("line", x1=_LEFT, x2=_RIGHT, y1=_n(y), y2=_n(y), class_="axis")
    return tag("g", line, *labels, tag("text", "units (U)", x=_RIGHT + 12, y=_n(y + 15), class_="unit"))


def _ticks(top: int) -> range:
    step = next((step for step in (1, 2, 4, 5, 10, 20, 50, 100) if top / step <= 14), 200)
    return range(0, top + 1, step)


def _row(row: Row, y: float, top: int, name: str) -> tuple[Html, float]:
    """A row from `y` on, and how high it is."""
    labels = [*_wrapped(row.counted, "what"), *_wrapped(row.when, "when")]
    bar = y + (_TIER if row.suggested else 4)
    tiers = _tiers(row.lines, top)
    deepest = max(tiers, default=-1) + 1
    height = max(bar - y + _BAR + deepest * _TIER, len(labels) * 15) + _GAP
    drawn = [
        tag("rect", x=_LEFT, y=_n(bar), width=_RIGHT - _LEFT, height=_BAR, class_="track"),
        *_areas(row.lines, bar, top, name),
        *(_suggested(row.suggested, bar, top) if row.suggested else ()),
        *(mark for line, tier in zip(row.lines, tiers, strict=True) for mark in _mark(line, tier, bar, top)),
        tag("rect", x=_LEFT, y=_n(bar), width=_RIGHT - _LEFT, height=_BAR, class_="frame"),
        *(tag("text", said, x=_LEFT - 12, y=_n(bar + 14 + 15 * place), class_=class_) for place, (said, class_) in enumerate(labels)),
    ]
    return tag("g", *drawn), height


def _wrapped(text: str, class_: str) -> Iterator[tuple[str, str]]:
    for part in textwrap.wrap(clean(text), 27, break_on_hyphens=False):
        yield part, class_


def _areas(lines: Sequence[Line], bar: float, top: int, name: str) -> Iterator[Html]:
    """What is above the caution line is hatched, what is above the stop line cross-hatched, each to the next line or the end."""
    cautions = [line.units for line in lines if line.severity is Severity.CAUTION]
    stops = [line.units for line in lines if line.severity is Severity.STOP]
    end = _x(min(stops) / STEPS, top) if stops else _RIGHT
    if cautions and _x(min(cautions) / STEPS, top) < end:
        start = _x(min(cautions) / STEPS, top)
        yield tag("rect", x=_n(start), y=_n(bar), width=_n(end - start), height=_BAR, fill=f"url(#c-{name})")
    if stops:
        yield tag("rect", x=_n(end), y=_n(bar), width=_n(_RIGHT - end), height=_BAR, fill=f"url(#s-{name})")


def _suggested(line: Suggestion, bar: float, top: int) -> Iterator[Html]:
    start, end = _x(line.min / STEPS, top), _x(line.max / STEPS, top)
    yield tag("rect", x=_n(start), y=_n(bar + 3), width=_n(max(end - start, 3)), height=_BAR - 6, class_="suggested")
    yield tag("text", f"suggested {line.min} to {line.max} U", x=_n(start), y=_n(bar - 4), class_="range")


def _mark(line: Line, tier: int, bar: float, top: int) -> Iterator[Html]:
    x = _x(line.units / STEPS, top)
    foot = bar + _BAR + tier * _TIER + 12
    kind = WORDS[line.severity]
    yield tag("line", x1=_n(x), x2=_n(x), y1=_n(bar - 1), y2=_n(foot), class_=f"mark {kind}")
    yield tag("text", line.says, x=_n(x + 5), y=_n(foot), class_=f"said {kind}")


def _tiers(lines: Sequence[Line], top: int) -> list[int]:
    """How deep the words of each line hang, so that none is over another: the rightmost at the top, each to its left lower if it must."""
    tiers = [0] * len(lines)
    for place in range(len(lines) - 1, -1, -1):
        end = _x(lines[place].units / STEPS, top) + 10 + len(lines[place].says) * _LETTER
        crossed = [tiers[right] + 1 for right in range(place + 1, len(lines)) if end > _x(lines[right].units / STEPS, top)]
        tiers[place] = max(crossed, default=0)
    return tiers


def _n(value: float) -> str:
    return f"{value:g}"


__all__ = ["drawn", "patterns"]
