"""Reads what a case expects, and refuses what cannot be expected of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ...advisory import Verdict
from ...documents import Node
from ...errors import did_you_mean, quoted
from ...rulebook.model import Rule, Rulebook, Zone
from ...rulebook.reader import Reader, shown
from ...rulebook.vocabulary import BANDS, SIDES
from ...units import Units
from .expected import ADDED_UP, BASES, NEVER, NONE, WINDOW, WITHHELD, Amount, Days, Expected, PlacedAt, RangeShown, Shown

KEYS: Final = ("fires", "possible", "not", "doses", "suggested", "told", "exposure", "earliest")

_RANGE = re.compile(r"([0-9.]+)(?: to ([0-9.]+))?(?: U)?(?: (a side|in total|a band|here))?\Z")
_DAYS = re.compile(r"day ([0-9]{1,4})(?: to ([0-9]{1,4}))?\Z")
_RANGE_HELP = (
    "a range is written `1 to 4`, `1 to 4 a side`, `5 to 12 in total` or `3 to 5 a band`; "
    "where a rule shows none, `withheld`; where the zone has none, `none`"
)
_DAYS_HELP = "`yes` (on whatever day), `no`, `day 10` or `day 10 to 14`"
_AMOUNT = re.compile(r"(at least )?([0-9.]+)(?: to ([0-9.]+))?(?: U)?\Z")
_AMOUNT_HELP = "an amount is written `100`, `155 to 195` or, where it is open, `at least 155`"
_WINDOW_DAYS = re.compile(r"([0-9]{1,4}) days\Z")

Plan = Sequence[Mapping[str, Any]] | None
"""The doses of a case as plain values; None where they cannot be told."""


def read_expected(node: Node, plan: Callable[[], Plan], reader: Reader, book: Rulebook) -> Expected | None:
    """What is expected of a case with such a plan; problems are noted on the reader."""
    entries = reader.mapping(node, "what is expected", ("verdict",), KEYS)
    verdict = reader.word(entries["verdict"], "a verdict", list(Verdict)) if "verdict" in entries else None
    if verdict is None:
        return None
    fires, possible, silent = (_rules(entries.get(key), reader, book) for key in ("fires", "possible", "not"))
    return Expected(
        Verdict(verdict),
        fires,
        possible,
        silent,
        tuple(_doses(entries["doses"], plan(), reader, book)) if "doses" in entries else (),
        tuple(_suggested(entries["suggested"], plan(), reader, book)) if "suggested" in entries else (),
        tuple(_told(entries["told"], reader, book)) if "told" in entries else (),
        tuple(_exposure(entries["exposure"], reader)) if "exposure" in entries else (),
        _earliest(entries["earliest"], Verdict(verdict), reader) if "earliest" in entries else None,
        node.line,
    )


def _rules(node: Node | None, reader: Reader, book: Rulebook) -> tuple[str, ...]:
    """Rules that give a finding: of one that gives none, `not` would hold whatever happens."""
    named = () if node is None else reader.words(node, "a rule", book.rule_by_id, "unknown-id")
    for id in named:
        rule = book.rule_by_id[id]
        if rule.severity is None and node is not None:
            reader.wrong("contradiction", node, f"`{id}` gives no finding, so it is never seen to fire", _where_seen(rule))
    return named


def _where_seen(rule: Rule) -> str:
    if rule.tell is not None:
        return f"what it tells is expected under `told: {{{rule.id}: yes}}`"
    if rule.lower_max is not None:
        return f"what it does is expected under `suggested`, or as `{rule.id}-LOWERED`, the caution for a dose above its maximum"
    return "what it does is expected under `suggested`"


# what is said of single doses


def _doses(node: Node, plan: Plan, reader: Reader, book: Rulebook) -> Iterable[tuple[PlacedAt, Verdict]]:
    for place, value in _placed(node, "`doses`", plan, reader, book):
        if verdict := reader.word(value, "a verdict", list(Verdict)):
            yield place, Verdict(verdict)


def _suggested(node: Node, plan: Plan, reader: Reader, book: Rulebook) -> Iterable[tuple[PlacedAt, Shown]]:
    for place, value in _placed(node, "`suggested`", plan, reader, book):
        if read := _range(value, reader):
            yield place, read


def _placed(node: Node, what: str, plan: Plan, reader: Reader, book: Rulebook) -> Iterable[tuple[PlacedAt, Node]]:
    """What is said by the place of a dose, for places that are planned."""
    for key, value, line in reader.entries(node, what):
        place = _placed_at(key, line, reader, book)
        if place is None:
            continue
        if plan is not None and not any(_is_planned(place, entry, book) for entry in plan):
            planned = ", ".join(f"`{words}`" for entry in plan if (words := _words_of(entry)))
            reader.wrong("wrong-place", line, f"{quoted(key)} is no dose of this plan", f"planned: {planned}" if planned else "")
        else:
            yield place, value


def _placed_at(key: str, line: int, reader: Reader, book: Rulebook) -> PlacedAt | None:
    zone_name, *words = key.split() or [""]
    zone_word = reader.word(Node(zone_name, line), "a zone", book.zones)
    if zone_word is None:
        return None
    zone = book.zones[zone_word]
    found: dict[str, str] = {}
    for word in words:
        part = _part(word, zone)
        if part is None:
            accepted = [*zone.muscles, *zone.sides, *zone.bands]
            help = did_you_mean(
                word, dict.fromkeys(accepted), f"{zone_word} has: {', '.join(f'`{one}`' for one in dict.fromkeys(accepted))}"
            )
            reader.wrong("wrong-place", line, f"{quoted(word)} is no muscle, side or band of {zone_word}", help)
            return None
        if part in found:
            reader.wrong("contradiction", line, f"{quoted(key)} names two of one kind: `{found[part]}` and `{word}`")
            return None
        found[part] = word
    return PlacedAt(zone_word, **found)


def _part(word: str, zone: Zone) -> str | None:
    return "muscle" if word in zone.muscles else "side" if word in zone.sides else "band" if word in zone.bands else None


def _is_planned(place: PlacedAt, entry: Mapping[str, Any], book: Rulebook) -> bool:
    zone = book.zones.get(str(entry.get("zone")))
    if zone is None:
        return False
    muscle = str(entry.get("muscle") or next(iter(zone.muscles)))
    side = str(entry.get("side") or next(iter(zone.muscles.get(muscle, SIDES))))
    return place.is_at(zone.name, muscle, side, entry.get("band") or BANDS[-1])


def _words_of(entry: Mapping[str, Any]) -> str:
    return " ".join(str(entry[key]) for key in ("zone", "muscle", "side", "band") if entry.get(key))


def _range(node: Node, reader: Reader) -> Shown | None:
    if node.value == WITHHELD:
        return "withheld"
    if node.value == NONE:
        return "none"
    if isinstance(node.value, (int, Decimal)) and not isinstance(node.value, bool):
        units = reader.units(node, "a suggested dose")
        return None if units is None else RangeShown(units, units)
    match = _RANGE.match(node.value) if isinstance(node.value, str) else None
    try:
        if match is None:
            raise ValueError
        low = Units.parse(match[1])
        read = RangeShown(low, Units.parse(match[2]) if match[2] else low, BASES[match[3]] if match[3] else None)
    except ValueError:
        reader.wrong("wrong-word", node, f"{shown(node)} is not a suggested range", _RANGE_HELP)
        return None
    if read.high < read.low:
        reader.wrong("limit-order", node, f"the range ends below its start: {shown(node)}")
        return None
    return read


# what is told, and when


def _told(node: Node, reader: Reader, book: Rulebook) -> Iterable[tuple[str, bool | Days]]:
    telling = {rule.id: rule for rule in book.rules if rule.tell is not None}
    for id, value, line in reader.entries(node, "`told`"):
        if id in book.rule_by_id and id not in telling:
            reader.wrong(
                "contradiction", line, f"`{id}` tells nothing", did_you_mean(id, telling, "its finding is expected under `fires` or `not`")
            )
            continue
        if reader.word(Node(id, line), "a rule that tells something", telling, "unknown-id") is None:
            continue
        read = _days(value)
        if read is None:
            reader.wrong("wrong-word", value, f"{shown(value)} is not when a line is told", f"accepted: {_DAYS_HELP}")
        else:
            yield id, read


def _days(node: Node) -> bool | Days | None:
    if node.value is True or node.value == "yes":
        return True
    if node.value is False or node.value == "no":
        return False
    match = _DAYS.match(node.value) if isinstance(node.value, str) else None
    return Days(int(match[1]), int(match[2] or match[1])) if match else None


def _earliest(node: Node, verdict: Verdict, reader: Reader) -> dt.date | str | None:
    if verdict is not Verdict.STOP:
        reader.wrong("contradiction", node, "`earliest` is the first day without a stop, and goes with `verdict: stop`")
        return None
    if node.value == NEVER:
        return NEVER
    if not isinstance(node.value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", node.value):
        reader.wrong("wrong-date", node, f"earliest is a date YYYY-MM-DD or `never`, got {shown(node)}")
        return None
    return reader.day(node, "earliest")


# what is added up


def _exposure(node: Node, reader: Reader) -> Iterable[tuple[str, Amount | int]]:
    entries = reader.mapping(node, "exposure", (), (*ADDED_UP, WINDOW))
    for name, value in entries.items():
        read = _window(value, reader) if name == WINDOW else _amount(value, reader)
        if read is not None:
            yield name, read


def _window(node: Node, reader: Reader) -> int | None:
    match = _WINDOW_DAYS.match(node.value) if isinstance(node.value, str) else None
    if match is None:
        reader.wrong("wrong-word", node, f"{shown(node)} is not how long a window is", "it is written `92 days`")
        return None
    return int(match[1])


def _amount(node: Node, reader: Reader) -> Amount | None:
    if isinstance(node.value, (int, Decimal)) and not isinstance(node.value, bool):
        units = reader.units(node, "an amount")
        return None if units is None else Amount(units, units)
    match = _AMOUNT.match(node.value) if isinstance(node.value, str) else None
    try:
        if match is None or (match[1] and match[3]):
            raise ValueError
        low = Units.parse(match[2])
        read = Amount(low, None if match[1] else Units.parse(match[3]) if match[3] else low)
    except ValueError:
        reader.wrong("wrong-word", node, f"{shown(node)} is not an amount", _AMOUNT_HELP)
        return None
    if read.high is not None and read.high < read.low:
        reader.wrong("limit-order", node, f"the amount ends below its start: {shown(node)}")
        return None
    return read
