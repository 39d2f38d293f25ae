"""Summary
    A regimen whose muscles, units and note do not fit together.

Why it matters
    A regimen in the history brings its own units and says in which muscles they are. What does not add up is counted
    in the wrong muscle or not at all. (That the split adds up to `at_least` is checked when the book is read.)

What to do
    Let every muscle of the regimen have its share in `split`; give what exceeds it, up to `at_most`, a place in
    `above_split`; let the note name the same total.

Example
    # 40 U more than the split, and no above_split to hold them
    units: {at_least: 155, at_most: 195}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....rulebook.model import Protocol
from ..finding import Found, Place, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR
_IN_TOTAL = re.compile(r"([0-9]+(?:\.[0-9]+)?) U in total")


def check(reading: Reading) -> Iterator[Found]:
    for protocol in reading.book.protocols.values():
        for key, message, help in _wrong(protocol):
            yield Found(message, _place(protocol, key, reading), f"protocol {protocol.name}", help)


def _place(protocol: Protocol, key: str, reading: Reading) -> Place:
    return reading.at("rules/protocols.yaml", protocol.name, key)


def _wrong(protocol: Protocol) -> Iterator[tuple[str, str, str]]:
    if protocol.units is None:
        return
    low, high = protocol.units
    if protocol.split:
        without = [muscle for muscle in protocol.muscles or () if muscle not in {muscle for muscle, _, _ in protocol.split}]
        if without:
            yield "split", f"the split gives nothing to {', '.join(f'`{muscle}`' for muscle in without)}", "give it a share, or take it out"
        if high > low and not protocol.above_split:
            message = f"`at_most: {high}` is more than the split of {low} U, and `above_split` does not say where the rest is"
            yield "units", message, "name the muscles that hold what exceeds the split"
        if high == low and protocol.above_split:
            yield "above_split", f"the split holds all {high} U, so nothing is above it", "take `above_split` out, or raise `at_most`"
    for said in _IN_TOTAL.findall(protocol.note):
        if said not in (str(low), str(high)):
            yield (
                "note",
                f"the note says {said} U in total, `units` say {low}" + (f" to {high}" if high > low else ""),
                "correct one of them",
            )
