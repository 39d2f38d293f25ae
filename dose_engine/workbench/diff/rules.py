"""What became of a rule, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...report.rules_in_words import effects
from ...report.sentences import reading
from ...rulebook.meaning import plain
from ...rulebook.model import Rule, Tell
from ...wording import words
from .both import Both
from .change import About, At, Change, Lean, joined
from .conditions import part_changes, with_constants
from .lean import reach_lean, rule_lean
from .phrases import BASES, came_and_went, phrase, was_now

LOWERED: Final = "-LOWERED"
"""The end of the id of the caution that a rule with `lower_max_to` brings with it."""

_TEXTS: Final = {
    "title": "its title",
    "message": "what it says",
    "because": "why it is there",
    "advise": "what it advises",
    "instead": "what it offers instead",
}


def kind_of(rule: Rule) -> str:
    """What a rule is: a stop, a caution, an info, or what it does without a finding."""
    if rule.severity is not None:
        return str(rule.severity)
    return "line of the timeline or counselling" if rule.tell else "rule about the suggestion"


def a(kind: str) -> str:
    return f"an {kind}" if kind.startswith("i") else f"a {kind}"


def group_of(rule: Rule) -> str:
    return words(rule.file.removeprefix("rules/").removesuffix(".yaml")).capitalize()


class RuleChanges:
    """One rule that is in at least one of the books."""

    def __init__(self, both: Both, old: Rule | None, new: Rule | None) -> None:
        self.both, self.old, self.new = both, old, new
        self.rule = new or old
        assert self.rule is not None
        self.id = self.rule.id
        self.group = group_of(self.rule)

    def change(self, field: str, says: str, *, about: About = "words", lean: Lean = Lean.NEITHER, **more: Any) -> Change:
        at = self._at(field)
        return Change(("rules", self.id, field), self.group, f"{self.id}{says}", at, about=about, lean=lean, id=self.id, **more)

    def consequences(self) -> frozenset[str]:
        """The condition, where only the value of a constant is another."""
        if self.old is None or self.new is None:
            return frozenset()
        same = plain(with_constants(self.old.condition, constants_of(self.both))) == plain(self.new.condition)
        return frozenset(("condition",)) if same else frozenset()

    def _at(self, field: str) -> At:
        return self.both.at("rules", self.id, *(() if field == "id" else (field,)))

    # a rule that came or went

    def come(self) -> Iterator[Change]:
        rule, book = self.new, self.both.new.book
        assert rule is not None
        details = [("reads", str(reading(rule, book))), *(("then", text) for text in effects(rule))]
        yield self.change(
            "id",
            f" is new, {a(kind_of(rule))}: {rule.title}",
            about="verdict" if rule.severity else "words",
            lean=self._verdict(),
            details=tuple(details),
            touches=frozenset((self.id,)),
        )

    def gone(self) -> Iterator[Change]:
        rule, book = self.old, self.both.old.book
        assert rule is not None
        yield self.change(
            "id",
            f" is gone, {a(kind_of(rule))}: {rule.title}",
            about="verdict" if rule.severity else "words",
            lean=self._verdict(),
            details=(("read", str(reading(rule, book))),),
            touches=frozenset((self.id,)),
        )
        if rule.withhold:
            yield self.change("withhold", " no longer withholds the suggestion", about="offered", lean=Lean.LOOSER)
        if rule.lower_max:
            yield self.change("lower_max", " no longer lowers the suggested maximum", about="offered", lean=Lean.LOOSER)

    # a rule that changed

    def field(self, name: str) -> Iterator[Change]:
        """The changes of one field; none where the field has no words."""
        old, new = self.old, self.new
        assert old is not None
        assert new is not None
        match name:
            case "condition":
                yield from self._condition(old, new)
            case "severity":
                yield self.change(
                    name,
                    f" is {a(kind_of(new))} now, was {a(kind_of(old))}",
                    about="verdict",
                    lean=self._verdict(),
                    touches=frozenset((self.id,)),
                )
            case "title" | "message" | "because" | "advise" | "instead":
                was, now = getattr(old, name), getattr(new, name)
                yield self.change(name, f": {_TEXTS[name]} is another text", details=was_now(was, now))
            case "sources":
                says = came_and_went(old.sources, new.sources, "rests on", "no longer on")
                yield self.change(name, f": {says}", about="evidence")
            case "hazard":
                yield self.change(name, f": its hazard is {new.hazard or 'none'} now, was {old.hazard or 'none'}")
            case "expects_dose":
                yield self.change(name, f": {'looks' if new.expects_dose else 'no longer looks'} for a dose that is missing")
            case "withhold":
                lean = Lean.STRICTER if new.withhold else Lean.LOOSER
                says = "withholds the suggestion now" if new.withhold else "no longer withholds the suggestion"
                yield self.change(name, f" {says}", about="offered", lean=lean)
            case "lower_max":
                yield from self._lower_max(old, new)
            case "tell":
                yield from self._tell(old.tell, new.tell)
            case "no_waiting":
                says = "waiting is no way out now" if new.no_waiting else "a later date is offered again as a way out"
                yield self.change(name, f": {says}")
            case "scope":
                yield self.change(name, f": belongs to the {new.scope} now, belonged to the {old.scope}")

    def _condition(self, old: Rule, new: Rule) -> Iterator[Change]:
        was, now = self.both.old.book, self.both.new.book
        before = with_constants(old.condition, constants_of(self.both))
        says = part_changes(before, new.condition, was, now) or [
            f"its condition is put together otherwise: {phrase(new.condition, now)}; was: {phrase(before, was)}"
        ]
        judges, offers = bool(old.severity or new.severity), _offers(old) or _offers(new)
        reach = reach_lean(old.condition, new.condition, was, now)
        about: About = "verdict" if judges else "offered" if offers else "words"
        lean = self._verdict() if judges else reach if offers else Lean.NEITHER
        for text in says:
            yield self.change("condition", f": {text}", about=about, lean=lean, covers=frozenset(("scope",)), touches=frozenset((self.id,)))
        if judges and offers and reach is not Lean.NEITHER:
            where = {Lean.STRICTER: "in more cases", Lean.LOOSER: "in fewer cases"}.get(reach, "in other cases")
            yield self.change("condition", f": it holds back the suggestion {where} now", about="offered", lean=reach)

    def _lower_max(self, old: Rule, new: Rule) -> Iterator[Change]:
        before, after = old.lower_max, new.lower_max
        if after is None:
            says, offered = "no longer lowers the suggested maximum, and no dose is a caution for being above it", Lean.LOOSER
        else:
            was = f", was {before.units} U {BASES[before.of]}" if before else ""
            says, offered = f"lowers the suggested maximum to {after.units} U {BASES[after.of]} now{was}", Lean.STRICTER
            if before:
                offered = Lean.EITHER if before.of != after.of else Lean.LOOSER if after.units > before.units else Lean.STRICTER
        yield self.change("lower_max", f" {says}", about="verdict", lean=self._verdict(), touches=frozenset((self.id, self.id + LOWERED)))
        if offered is not Lean.STRICTER:
            yield self.change("lower_max", ": a higher dose is suggested where it holds", about="offered", lean=offered)

    def _tell(self, old: Tell | None, new: Tell | None) -> Iterator[Change]:
        if old is None or new is None:
            what = f"is told now: {new.text}" if new else f"is no longer told: {old.text if old else ''}"
            yield self.change("tell", f": {what}")
            return
        if old.text != new.text:
            yield self.change("tell", f": what the {new.audience} is told is another text", details=was_now(old.text, new.text))
        if old.audience != new.audience:
            yield self.change("tell", f" is told to the {new.audience} now, was told to the {old.audience}")
        if (old.from_day, old.to_day) != (new.from_day, new.to_day):
            yield self.change("tell", f" is for {_days(new)} now, was for {_days(old)}")

    def _verdict(self) -> Lean:
        """How the rule, with the caution it brings along, can move a verdict."""
        was, now = self.both.old.book, self.both.new.book
        leans = [rule_lean(self.old, self.new, was, now)]
        before, after = was.rule_by_id.get(self.id + LOWERED), now.rule_by_id.get(self.id + LOWERED)
        if before is not None or after is not None:
            leans.append(rule_lean(before, after, was, now))
        return joined(leans)


def _offers(rule: Rule) -> bool:
    return rule.withhold or rule.lower_max is not None


def _days(tell: Tell) -> str:
    if tell.from_day is None:
        return "the counselling"
    return f"day {tell.from_day}" + (f" to {tell.to_day}" if tell.to_day is not None else "")


def constants_of(both: Both) -> dict[str, int]:
    """The constants that both books have, with the values they have now."""
    was, now = both.old.book.constants, both.new.book.constants
    return {name: constant.value for name, constant in now.items() if name in was and was[name].kind is constant.kind}
