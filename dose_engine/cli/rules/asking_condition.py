"""Asks at the terminal when a rule holds: where, and which facts must be how. A name is found by a word of it, or of what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ...errors import did_you_mean
from ...rulebook.conditions import Op
from ...rulebook.model import Fact, Kind
from ..asking import Asker, one_of

if TYPE_CHECKING:
    from ...rulebook.model import Rulebook

EVERYWHERE: Final = "everywhere"
_MOST_SHOWN: Final = 12


class ConditionAsker:
    """Asks for conditions over the facts of one rulebook."""

    def __init__(self, book: Rulebook, asker: Asker) -> None:
        self.book, self.asker = book, asker

    def condition(self) -> Mapping[str, Any] | str:
        """Where it holds, and what else must be so."""
        when: dict[str, Any] = dict(self.place())
        self.asker.say("What else must hold? One fact at a time; all of them together.")
        while name := self.asker.ask(
            "Fact [no more]" if when else "Fact [none: it always holds]", self._fact, self._facts_help(), left_out=True
        ):
            fact = self.book.facts[name]
            value = self._number(fact) if fact.kind.is_number else self._words(fact)
            both = isinstance(when.get(name), dict) and isinstance(value, dict)
            when[name] = {**when[name], **value} if both else value
        return when or "always"

    def place(self) -> Mapping[str, Any]:
        """`{zone: …}`, `{region: …}`, or nothing for everywhere."""
        zones, regions = list(self.book.zones), list(self.book.regions)
        labels = {zone.label: zone.name for zone in self.book.zones.values()}
        read = several(one_of([*zones, *regions, EVERYWHERE], labels))

        def places(text: str) -> tuple[str, ...]:
            words = read(text)
            kinds = {word in zones for word in words} | ({None} if EVERYWHERE in words and len(words) > 1 else set())
            if len(kinds) > 1:
                raise ValueError("zones, or regions, or everywhere; not several of these")
            return words

        help = "\n".join([*(f"{zone.name:16} {zone.label}" for zone in self.book.zones.values()), "regions: " + ", ".join(regions)])
        words = self.asker.ask(f"Where does it hold: zones, regions, or {EVERYWHERE}", places, help)
        if words == (EVERYWHERE,):
            return {}
        return {"zone" if words[0] in zones else "region": words[0] if len(words) == 1 else list(words)}

    def _fact(self, text: str) -> str:
        names = {fact.name: fact.says for fact in self.book.facts.values() if fact.given not in ("dose.zone", "dose.region")}
        return named(names, "a fact")(text)

    def _facts_help(self) -> str:
        asked = [fact.name for fact in self.book.facts.values() if fact.origin == "asked"]
        other = [fact.name for fact in self.book.facts.values() if fact.origin != "asked"]
        return "\n".join(
            [
                "Type a name, or a word to search for, such as `days`.",
                f"asked: {', '.join(asked)}",
                f"given and computed: {', '.join(other)}",
            ]
        )

    def _words(self, fact: Fact) -> Any:
        """A word, a list of them, or `{is_not: …}`."""
        read = several(one_of(fact.words))

        def answer(text: str) -> Any:
            excluded = text.startswith("not ")
            words = read(text.removeprefix("not "))
            value = words[0] if len(words) == 1 else list(words)
            return {"is_not": value} if excluded else value

        help = f"{fact.says}\naccepted: {', '.join(fact.words)}; several are `one of`; `not` before them excludes them"
        return self.asker.ask(f"  {fact.name} is ({', '.join(fact.words)})", answer, help)

    def _number(self, fact: Fact) -> Any:
        ops = [str(op) for op in Op]
        op = self.asker.ask(f"  {fact.name} is compared how ({', '.join(ops)})", one_of(ops), fact.says)
        same = [*(name for name, constant in self.book.constants.items() if constant.kind is fact.kind)]
        same += [other.name for other in self.book.facts.values() if other.kind is fact.kind and other is not fact]

        def value(text: str) -> Any:
            from ...documents import read_yaml

            found = read_yaml(f"[{text.removesuffix('U').strip()}]", "")[0].plain() if text else []
            if len(found) == 1 and not isinstance(found[0], (str, bool, dict, list)) and found[0] is not None:
                return found[0]
            if fact.kind is Kind.DAYS and text == "never":
                return text
            return one_of(same)(text)

        help = f"a number ({fact.kind}), or one of: {', '.join(same)}"
        number = self.asker.ask(f"  {fact.name} {op.replace('_', ' ')}", value, help)
        return number if op == "is" else {op: number}


def several(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Reads one or more answers with commas between them."""

    def each(text: str) -> tuple[str, ...]:
        parts = [part.strip() for part in text.strip("[]").split(",") if part.strip()]
        return tuple(dict.fromkeys(read(part) for part in parts)) or (read(""),)

    return each


def named(titles: Mapping[str, str], what: str) -> Callable[[str], str]:
    """Reads a name; a word that is none, but stands in names or titles, lists those."""
    ids = {name.casefold(): name for name in titles}

    def read(text: str) -> str:
        word = text.casefold()
        if word in ids:
            return ids[word]
        found = [name for name, title in titles.items() if word and (word in name.casefold() or word in title.casefold())]
        if len(found) == 1 and found[0].casefold().startswith(word):
            return found[0]
        if not found:
            near = did_you_mean(text, titles, " ")
            raise ValueError(f"`{text}` is not {what}\n{near}".rstrip() if text else f"{what}, or a word to search for")
        raise ValueError("\n".join(_listed(found, titles)))

    return read


def _listed(names: Sequence[str], titles: Mapping[str, str]) -> Iterable[str]:
    yield from (f"{name}: {titles[name]}" for name in names[:_MOST_SHOWN])
    if len(names) > _MOST_SHOWN:
        yield f"and {len(names) - _MOST_SHOWN} more; type more of it"
