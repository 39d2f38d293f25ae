"""What became of a condition, part by part, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Test
from ...rulebook.meaning import condition_meaning
from ...rulebook.model import Rulebook
from ...wording import fact_text, test_text, words
from .phrases import phrase


def with_constants(condition: Condition, values: dict[str, int]) -> Condition:
    """The condition with other values of constants; a number that was written out stays."""
    match condition:
        case Test(number=int(), text=text) if text in values:
            return replace(condition, number=values[text])
        case Named(_, inner, _):
            return replace(condition, condition=with_constants(inner, values))
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            return replace(condition, parts=tuple(with_constants(part, values) for part in parts))
        case _:
            return condition


def part_changes(old: Condition, new: Condition, was: Rulebook, now: Rulebook) -> list[str]:
    """The parts that were added, taken out or changed, one sentence each; empty when only the arrangement differs."""
    return list(_changes(_parts(old), _parts(new), was, now, ""))


def _parts(condition: Condition) -> list[Condition]:
    """The parts of "all of", opened; anything else is the one part."""
    if isinstance(condition, All):
        return [inner for part in condition.parts for inner in _parts(part)]
    return [condition]


def _changes(old: Sequence[Condition], new: Sequence[Condition], was: Rulebook, now: Rulebook, within: str) -> Iterator[str]:
    gone, come = _unmatched(old, new), _unmatched(new, old)
    for before in list(gone):
        after = min((part for part in come if _goes_with(before, part)), key=lambda part: _strangeness(before, part), default=None)
        if after is not None:
            gone.remove(before)
            come.remove(after)
            yield from _one(before, after, was, now, within)
    lost, gained = {
        "": ("no longer asks: {}", "also asks now: {}"),
        "any": ("one way less to hold: {}", "one more way to hold: {}"),
        "none": ("no longer excludes: {}", "also excludes now: {}"),
    }[within]
    yield from (lost.format(phrase(part, was)) for part in gone)
    yield from (gained.format(phrase(part, now)) for part in come)


def _unmatched(these: Sequence[Condition], those: Sequence[Condition]) -> list[Condition]:
    """The parts of the first that the second has not, each counted as often as it stands there."""
    left = [_key(part) for part in those]
    found = []
    for part in these:
        if _key(part) in left:
            left.remove(_key(part))
        else:
            found.append(part)
    return found


def _key(condition: Condition) -> str:
    return json.dumps(condition_meaning(condition), sort_keys=True)


def _goes_with(before: Condition, after: Condition) -> bool:
    """Is the second what became of the first?"""
    match before, after:
        case Test(fact=one), Test(fact=other):
            return one == other
        case Named(fact=one), Named(fact=other):
            return one == other
        case (AnyOf(), AnyOf()) | (NoneOf(), NoneOf()):
            return True
        case (AnyOf(parts), _):
            return _key(after) in map(_key, parts)
        case (_, AnyOf(parts)):
            return _key(before) in map(_key, parts)
    return False


def _strangeness(before: Condition, after: Condition) -> bool:
    """Of two tests on one fact, the one that compares alike goes with it."""
    return isinstance(before, Test) and isinstance(after, Test) and before.op is not after.op


def _one(before: Condition, after: Condition, was: Rulebook, now: Rulebook, within: str) -> Iterator[str]:
    match before, after:
        case Test(), Test():
            yield f"{_excluded(within)}{_label(after.fact, now)} {_asked(after, now)} now, was {_asked(before, was)}"
        case Named(), Named():
            yield f"{_excluded(within)}{phrase(after, now)} now, was {phrase(before, was)}"
        case (AnyOf(parts=old), AnyOf(parts=new)) | (NoneOf(parts=old), NoneOf(parts=new)):
            group = "any" if isinstance(after, AnyOf) else "none"
            if within or (len(old) > 1 and not set(map(_key, old)) & set(map(_key, new))):
                yield f"{phrase(after, now)} now; was: {phrase(before, was)}"
            else:
                yield from _changes(old, new, was, now, group)
        case AnyOf(parts), _:  # of several ways one is left
            yield from _changes(parts, (after,), was, now, "any")
        case _, AnyOf(parts):
            yield from _changes((before,), parts, was, now, "any")


def _asked(test: Test, book: Rulebook) -> str:
    """What a test asks, with the constant that it follows."""
    follows = f" ({test.text})" if test.number is not None and test.text in book.constants else ""
    return f"{test_text(test, book).strip()}{follows}"


def _excluded(within: str) -> str:
    return "what it excludes: " if within == "none" else ""


def _label(name: str, book: Rulebook) -> str:
    says = book.facts[name].says if name in book.facts else words(name)
    return f'"{says}"' if says.endswith("?") else f"{fact_text(book.facts[name]) if name in book.facts else says}:"
