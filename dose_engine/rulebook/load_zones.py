"""Reads zones.yaml: muscles and sides, what a careful treatment uses, and the lines a plan is held against.

A limit line is a short rule: it is written out here, so that evaluators see only rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..advisory import Severity, Side
from ..documents import Node, words_in
from ..errors import quoted
from ..units import Units
from .conditions import ALWAYS, All, Condition, Op, Test
from .load_conditions import ConditionReader, clears_with_more
from .model import Fact, LimitLine, Review, Rule, Scope, Suggestion, Zone
from .reader import Reader
from .vocabulary import BANDS, LIMIT_FACTS, LIMIT_WORDS, SIDES

_KEYS = ("label", "region", "muscles", "limits", "hazard", "because")
_OPTIONAL = ("bands", "suggest", "review")
_BASES = ("point", "dose", "side", "total")


def load_shapes(root: Node, reader: Reader) -> dict[str, Zone]:
    """The zones with their muscles, sides and regions; suggestions come with `load_lines`."""
    zones: dict[str, Zone] = {}
    for order, (name, node, line) in enumerate(reader.entries(root, "zones.yaml")):
        reader.about = f"zone {quoted(name)[1:-1]}"
        reader.named(name, line, "a zone")
        entries = reader.mapping(node, "a zone", _KEYS, _OPTIONAL)
        muscles = _muscles(entries.get("muscles"), reader)
        region = reader.text(entries.get("region"), "region", 40)
        if region:
            reader.named(region, entries["region"].line, "a region")
        label = reader.text(entries.get("label"), "label", 40)
        bands = reader.words(entries["bands"], "a band", BANDS[:2]) if "bands" in entries else ()
        zones[name] = Zone(name, label, region, muscles, bands, (), _review(entries.get("review"), reader), order)
    reader.about = ""
    return zones


def _muscles(node: Node | None, reader: Reader) -> dict[str, tuple[Side, ...]]:
    muscles: dict[str, tuple[Side, ...]] = {}
    for muscle, sides, line in reader.entries(node, "muscles") if node is not None else ():
        reader.named(muscle, line, "a muscle")
        muscles[muscle] = reader.words(sides, "a side", SIDES)  # type: ignore[assignment]
    if node is not None and node.value == {}:
        reader.wrong("missing-key", node, "a zone has at least one muscle")
    return muscles


def load_lines(
    root: Node, reader: Reader, zones: dict[str, Zone], facts: Mapping[str, Fact], conditions: ConditionReader
) -> tuple[dict[str, Zone], list[Rule]]:
    """The zones with their suggestions, and the rules that their limits stand for."""
    whole: dict[str, Zone] = {}
    rules: list[Rule] = []
    for name, node, _ in reader.entries(root, "zones.yaml"):
        reader.about = f"zone {name}"
        if name not in zones or not isinstance(node.value, dict):
            continue
        suggest = node.value.get("suggest")
        lines = [_suggestion(item, reader, conditions) for item in reader.items(suggest, "suggest")] if suggest else []
        if suggest is not None:
            _check_order(suggest, reader)
        hazard, because = reader.cite("hazard", node.value.get("hazard")), reader.text(node.value.get("because"), "because", 200)
        whole[name] = replace(zones[name], suggest=tuple(line for line in lines if line is not None), hazard=hazard, because=because)
        rules += _limits(name, node, whole[name], reader, facts, conditions)
    reader.about = ""
    return whole, rules


def _check_order(suggest: Node, reader: Reader) -> None:
    """Only the last line of `suggest` is without a condition, and it is."""
    items = suggest.value if isinstance(suggest.value, list) else []
    for place, item in enumerate(items):
        if not isinstance(item.value, dict):
            continue
        always = "when" not in item.value or item.value["when"].value == "always"
        if place == len(items) - 1 and not always:
            help = "without it some patients get no suggestion by accident"
            reader.wrong("unreachable", item, "the last line of `suggest` has no `when`", help)
        if place < len(items) - 1 and always:
            reader.wrong("unreachable", items[place + 1], "a line of `suggest` after one without `when` is never used")
            return


def _review(node: Node | None, reader: Reader) -> Review:
    if node is None:
        return Review()
    entries = reader.mapping(node, "review", (), ("reviewed_by", "reviewed_on", "review_by"))
    by = entries.get("reviewed_by")
    return Review(
        reader.text(by, "reviewed_by", 80) if by is not None and by.value is not None else None,
        reader.day(entries.get("reviewed_on"), "reviewed_on"),
        reader.day(entries.get("review_by"), "review_by"),
    )


def _suggestion(node: Node, reader: Reader, conditions: ConditionReader) -> Suggestion | None:
    entries = reader.mapping(node, "a suggestion", ("of", "min", "max", "sources"), ("when", "because", "counts"))
    of = reader.word(entries["of"], "a basis", _BASES[1:]) if "of" in entries else None
    low = reader.units(entries["min"], "min") if "min" in entries else None
    high = reader.units(entries["max"], "max") if "max" in entries else None
    condition = conditions.read(entries["when"]) if "when" in entries else ALWAYS
    today = "counts" in entries and reader.word(entries["counts"], "what a suggestion counts", ("today",)) == "today"
    if of is None or low is None or high is None:
        return None
    if low > high:
        reader.wrong("limit-order", node, f"the suggestion ends below its start: {low}..{high} U")
    because = reader.text(entries.get("because"), "because", 160)
    return Suggestion(of, low, high, condition, because, sources_of(entries, reader), today)  # type: ignore[arg-type]


def _limits(name: str, node: Node, zone: Zone, reader: Reader, facts: Mapping[str, Fact], conditions: ConditionReader) -> list[Rule]:
    if "limits" not in node.value:
        return []
    rules: list[Rule] = []
    for item in reader.items(node.value["limits"], "limits"):
        entries = reader.mapping(
            item, "a limit", ("of", "sources"), ("muscle", "when", "caution_above", "stop_above", "hazard", "because", "called")
        )
        of = reader.word(entries["of"], "a basis", _BASES) if "of" in entries else None
        muscle = reader.word(entries["muscle"], f"a muscle of {name}", zone.muscles) if "muscle" in entries else None
        caution = reader.units(entries["caution_above"], "caution_above") if "caution_above" in entries else None
        stop = reader.units(entries["stop_above"], "stop_above") if "stop_above" in entries else None
        if isinstance(item.value, dict) and not {"caution_above", "stop_above"} & {*item.value, *reader.misspelt(item, entries)}:
            reader.wrong("missing-key", item, "a limit has `caution_above`, `stop_above` or both")
        if caution is not None and stop is not None and stop <= caution:
            reader.wrong("limit-order", item, f"`stop_above: {stop}` is not above its own `caution_above: {caution}`")
        if of is None or (muscle is None and "muscle" in entries):
            continue
        fact = LIMIT_FACTS.get((of, muscle is not None and of in ("side", "total")), "")
        if fact not in facts:
            if fact not in conditions.broken:
                reader.wrong("unknown-fact", item, f"a limit of {of} is held against `{fact}`", "declare it in rules/facts.yaml")
            continue
        when = conditions.read(entries["when"]) if "when" in entries else None
        hazard = reader.cite("hazard", entries["hazard"]) if "hazard" in entries else zone.hazard
        because = reader.text(entries["because"], "because", 200) if "because" in entries else zone.because
        called = reader.text(entries.get("called"), "called", 40)
        basis = LimitBasis(name, zone.label, of, muscle, fact, when, called)
        if when is not None and (through := clears_with_more(when, facts)):
            reader.wrong(
                "expects-dose", item, f"a higher or added dose could clear this limit, through `{through}`", "take it out of `when`"
            )
        for severity, units in ((Severity.CAUTION, caution), (Severity.STOP, stop)):
            if units is not None:
                rule = basis.rule(severity, units, sources_of(entries, reader), reader.file, item.line)
                rules.append(replace(rule, hazard=hazard, because=because))
    return _numbered(rules)


class LimitBasis:
    """What a limit counts, ready to be written out as a rule for its caution or its stop line."""

    def __init__(self, zone: str, label: str, of: str, muscle: str | None, fact: str, when: Condition | None, called: str) -> None:
        self.zone, self.label, self.of, self.muscle, self.fact, self.when, self.called = zone, label, of, muscle, fact, when, called

    def rule(self, severity: Severity, units: Units, sources: tuple[str, ...], file: str, line: int) -> Rule:
        parts: list[Condition] = [Test("zone", Op.IS, words=(self.zone,), text=self.zone)]
        if self.muscle:
            parts.append(Test("muscle", Op.IS, words=(self.muscle,), text=self.muscle))
        if self.when is not None:
            parts.extend(self.when.parts if isinstance(self.when, All) else [self.when])
        parts.append(Test(self.fact, Op.MORE_THAN, number=int(units), text=str(units)))
        muscle = f"-{self.muscle.upper()}" if self.muscle else ""
        called = f"-{self.called.upper()}" if self.called else ""
        what = f"{self.label}, {self.muscle}" if self.muscle else self.label
        where = LIMIT_WORDS[self.of]
        ends = "the end of the careful range" if severity is Severity.CAUTION else "the most that is let pass"
        return Rule(
            id=f"{self.zone.upper()}{muscle}-{self.of.upper()}{called}-{severity.upper()}".replace("_", "-").replace(" ", "-"),
            title=f"{what}: more than {units} U {where}" + (f", {self.called}" if self.called else ""),
            condition=All(tuple(parts)),
            sources=sources,
            severity=severity,
            message=f"{{{self.fact}}} {where}, today and in the last 28 days: above {units} U, {ends}."
            if self.of != "point"
            else f"{{{self.fact}}} {where}: above {units} U, {ends}.",
            advise=f"Bring it to {units} U or less {where}."
            if self.of != "point"
            else f"Use more points or a lower dose: {units} U or less {where}.",
            limit=LimitLine(self.zone, self.muscle, self.of, units, self.when is not None),  # type: ignore[arg-type]
            scope=Scope.DOSE,
            file=file,
            line=line,
        )


def _numbered(rules: list[Rule]) -> list[Rule]:
    """Several limits of one basis, told apart by `when`, get a number."""
    seen: dict[str, int] = {}
    named = []
    for rule in rules:
        seen[rule.id] = seen.get(rule.id, 0) + 1
        named.append(rule if seen[rule.id] == 1 else replace(rule, id=f"{rule.id}-{seen[rule.id]}"))
    return named


def sources_of(entries: Mapping[str, Node], reader: Reader) -> tuple[str, ...]:
    """The ids in `sources`; a number without any is an error."""
    if "sources" not in entries:
        return ()
    node = entries["sources"]
    if node.value == []:
        reader.wrong("no-source", node, "`sources` is empty: every number names where it comes from")
    return tuple(dict.fromkeys(name for item in words_in(node) if (name := reader.cite("source", item))))
