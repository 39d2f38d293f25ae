"""Conditions taken apart: their parts, the names they open, and how a rulebook writes them."""

from __future__ import annotations

from collections.abc import Iterator

from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf, Op, Test


def names_in(condition: Condition) -> Iterator[str]:
    """The conditions with a name that the condition opens."""
    match condition:
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from names_in(part)
        case Named(name, inner):
            yield name
            yield from names_in(inner)
        case Test():
            return


def spelt(condition: Condition) -> str:
    """A condition as a rulebook writes it, on one line: `visit: touch_up`, `age: {at_least: 65}`."""
    match condition:
        case Test(fact, Op.IS, words) if words:
            return f"{fact}: {words[0] if len(words) == 1 else '[' + ', '.join(words) + ']'}"
        case Test(fact, Op.IS):
            return f"{fact}: {condition.text}"
        case Test(fact, op, words):
            value = condition.text if not words else words[0] if len(words) == 1 else "[" + ", ".join(words) + "]"
            return f"{fact}: {{{op}: {value}}}"
        case Named(fact, _, holds):
            return f"{fact}: {'yes' if holds else 'no'}"
        case All(parts):
            return "{" + ", ".join(map(spelt, parts)) + "}" if parts else "always"
        case AnyOf(parts) | NoneOf(parts):
            group = "any" if isinstance(condition, AnyOf) else "none"
            return f"{group}: [" + ", ".join(f"{{{spelt(part)}}}" for part in parts) + "]"


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold, "all of" inside "all of" opened."""
    match condition:
        case All(parts):
            return tuple(inner for part in parts for inner in parts_of(part))
        case _:
            return (condition,)
