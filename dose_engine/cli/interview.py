"""The questions of `dose-engine new`: the plan, the patient, the history, then what the plan makes necessary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ..engine import Engine
from ..intake import read_case
from ..rulebook.model import Fact, Kind, Zone
from ..rulebook.vocabulary import PLACE_ALIASES, VISITS
from . import asking
from .asking import Asker
from .case_text import case_text

YES_NO = ("yes", "no", "unknown")
THE_REST = "everything else: no"
_REST = ("everything else: no", "everything_else: no", "everything else no", "rest no")


class Interview:
    """Fills `case`, in the shape of a case file, answer by answer; whatever was answered so far is in it."""

    def __init__(self, engine: Engine, asker: Asker, today: date) -> None:
        self.engine, self.book, self.asker, self.today = engine, engine.rulebook, asker, today
        self.case: dict[str, Any] = {}

    def run(self, label: str = "") -> dict[str, Any]:
        """Ask everything. Raises EOFError or KeyboardInterrupt in the middle, `CaseError` if the answers do not make a case."""
        ask = self.asker.ask
        self.asker.say("`?` explains a question. Enter takes what stands in [brackets]. Ctrl-C keeps what was answered.")
        hint = f" [{label}]" if label else ""
        self.case["case"] = ask(
            f"Name of the case, no personal data{hint}", asking.label, "It is printed on the advisory.", default=label or None
        )
        help = "Intervals and totals are counted from this day."
        self.case["date"] = ask(f"Day of treatment [{self.today}]", asking.day(), help, default=self.today.isoformat())
        help = "first_pass: a new treatment; touch_up: a small addition to one; maintenance: a repeat after it has worn off"
        self.case["visit"] = ask(
            "Visit: first_pass, touch_up or maintenance [first_pass]", asking.one_of(VISITS), help, default="first_pass"
        )
        self._plan()
        patient = self.case.setdefault("patient", {})
        patient["age"] = ask("Age of the patient in years", asking.whole(0, 130), "Whole years.")
        self.case["product"] = self._product("Product planned")
        self._history(patient)
        self._open_questions()
        return self.case

    # the plan

    def _plan(self) -> None:
        plan = self.case.setdefault("plan", [])
        self.asker.say("\nThe plan. Zones: " + ", ".join(self.book.zones))
        while zone := self._zone("Zone" if not plan else "Next zone [none]", left_out=bool(plan)):
            entry: dict[str, Any] = {"zone": zone.name}
            plan.append(entry)
            self._place(entry, zone)
            if any(_where(entry) == _where(other) for other in plan[:-1]):
                self.asker.say("  this place is in the plan already; change it there")
                plan.pop()
                continue
            ask = self.asker.ask
            amount = ask(
                "  Units [ask for a suggestion]", asking.units, "Units of the product planned, at most two decimals.", left_out=True
            )
            if amount is not None:
                entry["units"] = amount
                points = ask(
                    "  Points [let it propose]", asking.whole(1, 100), "The number of points the units are split over.", left_out=True
                )
                entry.update({"points": points} if points is not None else {})
            if len(zone.muscles[entry.get("muscle") or next(iter(zone.muscles))]) > 1:
                words = ("overactive", "quieter")
                help = "Is this side the one that moves more, or the one that moves less?"
                activity = ask("  Activity: overactive or quieter [not stated]", asking.one_of(words), help, left_out=True)
                entry.update({"activity": activity} if activity is not None else {})

    def _zone(self, prompt: str, left_out: bool) -> Zone | None:
        labels = {zone.label: zone.name for zone in self.book.zones.values()}
        help = "\n".join(f"{zone.name:16} {zone.label}" for zone in self.book.zones.values())
        name = self.asker.ask(prompt, asking.one_of(self.book.zones, labels), help, left_out=left_out)
        return self.book.zones[name] if name else None

    def _place(self, entry: dict[str, Any], zone: Zone) -> None:
        """Muscle where the zone has several, side where the muscle has several, band where there are bands."""
        muscle = next(iter(zone.muscles))
        if len(zone.muscles) > 1:
            muscle = entry["muscle"] = self._word("  Muscle", tuple(zone.muscles))
        if len(zone.muscles[muscle]) > 1:
            entry["side"] = self._word("  Side", zone.muscles[muscle], "The patient's left and right.")
        if zone.bands:
            entry["band"] = self._word("  Band", zone.bands)

    # the patient

    def _product(self, prompt: str) -> str:
        ours = self.book.product
        brands = {brand: product.name for product in self.book.products.values() for brand in product.brands}
        help = "\n".join(f"{product.name} ({', '.join(product.brands)})" for product in self.book.products.values()) + "\nunknown"
        return self.asker.ask(f"{prompt} [{ours}]", asking.one_of([*self.book.products, "unknown"], brands), help, default=ours)

    def _history(self, patient: dict[str, Any]) -> None:
        self.asker.say("\nThe history: every toxin treatment, whatever it was for and whoever gave it.")
        patient["first_treatment"] = self._word("Is this the first toxin treatment", YES_NO)
        if patient["first_treatment"] != "yes":
            history = self.case.setdefault("history", {})
            treatments = history.setdefault("treatments", [])
            latest = date.fromisoformat(self.case["date"])
            self._treatments(
                treatments, "Date of an earlier treatment, or unknown [no more]", asking.day("unknown", latest=latest), past=True
            )
            history["complete"] = self._word("Is every earlier treatment listed", YES_NO, "The injector's word that nothing is missing.")
        tomorrow = date.fromordinal(date.fromisoformat(self.case["date"]).toordinal() + 1)
        scheduled = self.case.setdefault("scheduled", [])
        self._treatments(scheduled, "Date of a treatment already scheduled [none]", asking.day(earliest=tomorrow), past=False)

    def _treatments(self, treatments: list[dict[str, Any]], prompt: str, read: Callable[[str], str], past: bool) -> None:
        ask = self.asker.ask
        while when := ask(prompt, read, "YYYY-MM-DD. Enter when none is left.", left_out=True):
            entry: dict[str, Any] = {"date": when}
            treatments.append(entry)
            help = "\n".join(f"{protocol.name:28} {protocol.label}" for protocol in self.book.protocols.values())
            protocol = self.book.protocols[
                ask("  What it was for" if past else "  What it is for", asking.one_of(self.book.protocols), help)
            ]
            entry["protocol" if protocol.units else "purpose"] = protocol.name
            product = self._product("  Product")
            if product != self.book.product:
                entry["product"] = product
            usual = f"{protocol.units[0]} to {protocol.units[1]} U, as usual" if protocol.units else "not known"
            amount = ask(f"  Units in all [{usual}]", asking.units, "Not known counts as any amount, never as zero.", left_out=True)
            if amount is not None:
                entry["units"] = amount
            if past and not protocol.therapeutic:
                if self._word("  Was it a touch-up [no]", ("yes", "no"), default="no") == "yes":
                    entry["visit"] = "touch_up"
                self._past_doses(entry, amount)

    def _past_doses(self, entry: dict[str, Any], total: Decimal | None) -> None:
        doses = entry.setdefault("doses", [])
        while zone := self._zone("  Zone treated then [no more]", left_out=True):
            dose: dict[str, Any] = {"zone": zone.name}
            doses.append(dose)
            self._place(dose, zone)
            left = None if total is None else total - sum((other.get("units", Decimal(0)) for other in doses), Decimal(0))

            def within(text: str, left: Decimal | None = left) -> Decimal:
                amount = asking.units(text)
                if left is not None and amount > left:
                    raise ValueError(f"the doses add up to more than the whole treatment; {left} U are left")
                return amount

            amount = self.asker.ask("  Units there [not known]", within, "Not known counts as any amount, never as zero.", left_out=True)
            if amount is not None:
                dose["units"] = amount

    # what the plan makes necessary

    def _open_questions(self) -> None:
        """Ask what the rules need for these zones, in the order of the rulebook, until nothing new is open."""
        asked = {fact.name for fact in self.book.facts.values() if fact.given in _ASKED_BEFORE}
        first = True
        while waiting := [fact for fact in self._needed() if fact.name not in asked]:
            if first:
                self.asker.say(f"\n{len(waiting)} questions for this plan. Answer each, or `{THE_REST}` once all others were asked.")
            first = False
            for fact in waiting:
                asked.add(fact.name)
                if self._question(fact):
                    asked.update(other.name for other in self._unasked())
                    break

    def _needed(self) -> Iterator[Fact]:
        case = read_case(case_text(self.case), "the answers", self.book, self.today)
        names = {question.name for question in self.engine.advise(case, options=False).questions}
        return (fact for fact in self.book.facts.values() if fact.name in names and (fact.origin == "asked" or fact.given in _FIELDS))

    def _unasked(self) -> list[Fact]:
        """Every screening question without an answer, also those that no zone of the plan needs."""
        answered = self.case["patient"].get("screening", {})
        return [fact for fact in self.book.facts.values() if fact.origin == "asked" and fact.name not in answered]

    def _question(self, fact: Fact) -> bool:
        """Ask one; true when the answer settled all that is left of the screening."""
        if fact.origin != "asked":
            top, _, field = fact.given.partition(".")
            given = self._field(fact)
            if given is not None:
                self.case.setdefault(top, {})[field] = given
            return False
        screening = self.case["patient"].setdefault("screening", {})
        read = self._places if fact.about_place else asking.one_of(YES_NO)
        accepted = "no, unknown, or zones or regions" if fact.about_place else "yes, no or unknown"

        def answer(text: str) -> Any:
            return THE_REST if " ".join(text.casefold().split()) in _REST else read(text)

        given = self.asker.ask(f"{fact.says} ({accepted})", answer, self._help(fact, accepted))
        if given != THE_REST:
            screening[fact.name] = given
            return False
        self.asker.say("Read as asked and answered no:\n" + "\n".join(f"  {other.says}" for other in self._unasked()))
        if self._word("Is that right", ("yes", "no")) == "yes":
            screening["everything_else"] = "no"
            return True
        return self._question(fact)

    def _places(self, text: str) -> Any:
        if text.casefold() in ("no", "n", "yes", "y", "unknown"):
            return asking.one_of(YES_NO)(text)
        read = asking.one_of([*self.book.zones, *self.book.regions, *PLACE_ALIASES])
        return list(dict.fromkeys(read(word) for word in text.strip("[]").replace(",", " ").split())) or read(text)

    def _field(self, fact: Fact) -> Any:
        """A question about the asymmetry, the history or the patient that is not screening."""
        match fact.kind:
            case Kind.YES_NO:
                return self._word(fact.says, YES_NO)
            case Kind.WORD:
                return self._word(fact.says, (*(word for word in fact.words if word != "unknown"), "unknown"))
            case Kind.DAYS:
                treatment = date.fromisoformat(self.case["date"])
                return self.asker.ask(f"{fact.says} (a date, none or unknown)", asking.day("none", "unknown", earliest=treatment))
            case _:
                return self.asker.ask(f"{fact.says} [not measured]", _millimetres, left_out=True)

    def _help(self, fact: Fact, accepted: str) -> str:
        """What a question is asked for: the rules that read it."""
        read = [rule for rule in self.book.rules if fact.name in rule.reads and rule.severity]
        reasons = [f"{rule.severity}: {rule.title}" for rule in read[:6]]
        rest = f"`{THE_REST}` answers this and all the others with no."
        return "\n".join([*reasons, f"Answer {accepted}; unknown means not asked yet. {rest}"])

    def _word(self, prompt: str, words: tuple[str, ...], help: str = "", default: str | None = None) -> str:
        shown = f" ({', '.join(words)})" if default is None else ""
        return self.asker.ask(prompt + shown, asking.one_of(words), help or f"accepted: {', '.join(words)}", default=default)


_FIELDS = (
    "asymmetry.onset",
    "asymmetry.cause",
    "asymmetry.seen_on_video",
    "asymmetry.millimetres",
    "patient.next_performance",
)
"""Fields that an open question can be about, beside the screening and those of `_ASKED_BEFORE`."""

_ASKED_BEFORE = ("patient.first_treatment", "history.complete")


_MILLIMETRES = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,2})?\Z")


def _millimetres(text: str) -> Decimal:
    bare = text.removesuffix("mm").strip()
    if not _MILLIMETRES.match(bare) or Decimal(bare) > 100:
        raise ValueError("millimetres are from 0 to 100 with at most two decimals")
    return Decimal(bare)


def _where(entry: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(entry.get(key) for key in ("zone", "muscle", "side", "band"))
