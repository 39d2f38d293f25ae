"""Reads the files of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..advisory import Severity
from ..documents import Node
from ..errors import quoted
from .conditions import All, Condition, Op, Test
from .load_conditions import ConditionReader, clears_with_more, placeholders_checked
from .load_zones import sources_of
from .model import Fact, LowerMax, Rule, Scope, Tell
from .reader import Reader
from .vocabulary import LIMIT_FACTS, LIMIT_WORDS

RULE_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*\Z")
_THEN = ("info", "caution", "stop", "withhold", "lower_max_to", "tell", "instead", "no_waiting")
_OPTIONAL = ("because", "advise", "hazard", "expects_dose")
_SEVERITIES = tuple(Severity)


def load_rules(root: Node, reader: Reader, facts: Mapping[str, Fact], conditions: ConditionReader) -> list[Rule]:
    """Every rule of one file, and the rules that `lower_max_to` stands for."""
    rules: list[Rule] = []
    for node in reader.items(root, f"{reader.file}"):
        rules += _rule(node, reader, facts, conditions)
    reader.about = ""
    return rules


def _rule(node: Node, reader: Reader, facts: Mapping[str, Fact], conditions: ConditionReader) -> list[Rule]:
    named = node.value.get("id") if isinstance(node.value, dict) else None
    reader.about = f"rule {quoted(named.value)[1:-1]}" if named is not None and isinstance(named.value, str) else "a rule"
    entries = reader.mapping(node, "a rule", ("id", "title", "when", "then", "sources"), _OPTIONAL)
    rule_id = reader.text(entries.get("id"), "id", 60)
    if rule_id and not RULE_ID.fullmatch(rule_id):
        reader.wrong(
            "wrong-word", entries["id"], f"{quoted(rule_id)} is not an id", "upper-case words joined by hyphens, for example DAO-MEDIAL"
        )
    if "when" not in entries or "then" not in entries:
        return []
    before = len(reader.problems), conditions.left_out
    condition = conditions.read(entries["when"])
    readable = (len(reader.problems), conditions.left_out) == before
    then = _then(entries["then"], reader)
    severities = [severity for severity in _SEVERITIES if severity in then]
    severity = severities[0] if len(severities) == 1 else None
    message = reader.text(then[severity], str(severity), 200) if severity else ""
    advise = reader.text(entries.get("advise"), "advise", 220)
    because = reader.text(entries.get("because"), "because", 220)
    if severity in (Severity.CAUTION, Severity.STOP):
        for key in ("because", "advise", "hazard"):
            if key not in entries and key not in reader.misspelt(node, entries):
                reader.wrong("missing-key", node, f"a {severity} needs `{key}`")
    if readable:
        for text, where in ((message, then.get(str(severity))), (advise, entries.get("advise"))):
            placeholders_checked(text, condition, facts, reader, where.line if where is not None else node.line)
    rule = Rule(
        id=rule_id,
        title=reader.text(entries.get("title"), "title", 80),
        condition=condition,
        sources=sources_of(entries, reader),
        severity=severity,
        message=message,
        because=because,
        advise=advise,
        hazard=reader.cite("hazard", entries.get("hazard")) or None,
        expects_dose=reader.yes(entries.get("expects_dose"), "expects_dose"),
        withhold=reader.yes(then.get("withhold"), "withhold"),
        lower_max=_lower_max(then.get("lower_max_to"), reader),
        tell=_tell(then.get("tell"), reader),
        no_waiting=reader.yes(then.get("no_waiting"), "no_waiting"),
        instead=reader.text(then.get("instead"), "instead", 160),
        scope=conditions.scope_of(condition),
        file=reader.file,
        line=node.line,
    )
    if readable and (severity or len(then) > len(severities)):
        _check_expects_dose(rule, entries.get("expects_dose"), reader, facts)
    return [rule, *_above_lowered(rule, reader, conditions)]


def _then(node: Node, reader: Reader) -> dict[str, Node]:
    """What the rule does: at least one effect, and at most one finding."""
    then = reader.mapping(node, "then", (), _THEN)
    if node.value == {}:
        reader.wrong("missing-key", node, "`then` says what the rule does", "one of " + ", ".join(f"`{key}`" for key in _THEN))
    found = [f"`{severity}`" for severity in _SEVERITIES if severity in then]
    if len(found) > 1:
        reader.wrong("contradiction", node, f"a rule has one of `info`, `caution`, `stop`, got {' and '.join(found)}")
    return then


def _check_expects_dose(rule: Rule, said: Node | None, reader: Reader, facts: Mapping[str, Fact]) -> None:
    through = clears_with_more(rule.condition, facts) if rule.severity in (Severity.CAUTION, Severity.STOP) else None
    if through and said is None:
        help = "turn the comparison round, or say `expects_dose: yes` and why in `because`"
        reader.wrong("expects-dose", rule.line, f"a higher or added dose could clear this rule, through `{through}`", help)
    if rule.expects_dose and not through and said is not None:
        reader.wrong("expects-dose", said, "`expects_dose: yes`, but no higher dose can clear this rule", "remove it")


def _lower_max(node: Node | None, reader: Reader) -> LowerMax | None:
    if node is None:
        return None
    entries = reader.mapping(node, "lower_max_to", ("of", "units"))
    of = reader.word(entries["of"], "a basis", ("dose", "side", "total")) if "of" in entries else None
    units = reader.units(entries["units"], "units") if "units" in entries else None
    return LowerMax(of, units) if of is not None and units is not None else None  # type: ignore[arg-type]


def _tell(node: Node | None, reader: Reader) -> Tell | None:
    if node is None:
        return None
    entries = reader.mapping(node, "tell", ("text",), ("from_day", "to_day", "for"))
    start = reader.whole(entries["from_day"], "from_day", 0, 3650) if "from_day" in entries else None
    end = reader.whole(entries["to_day"], "to_day", 0, 3650) if "to_day" in entries else None
    if end is not None and (start is None or end < start):
        reader.wrong("limit-order", node, "`to_day` needs a `from_day` that is not after it")
    audience = reader.word(entries["for"], "who a line is for", ("patient", "injector")) if "for" in entries else "patient"
    return Tell(reader.text(entries.get("text"), "text", 240), audience or "patient", start, end)  # type: ignore[arg-type]


def _above_lowered(rule: Rule, reader: Reader, conditions: ConditionReader) -> list[Rule]:
    """A planned dose above a maximum that a rule lowered is at least a caution by that rule."""
    if rule.lower_max is None:
        return []
    of, units = rule.lower_max.of, rule.lower_max.units
    facts, fact = conditions.facts, LIMIT_FACTS[(of, False)]
    if fact not in facts and fact in conditions.broken:
        return []
    if fact not in facts:
        reader.wrong("unknown-fact", rule.line, f"`lower_max_to` is held against `{fact}`, which facts.yaml does not declare")
        return []
    above: Condition = Test(fact, Op.MORE_THAN, number=int(units), text=str(units))
    where = LIMIT_WORDS[of]
    return [
        Rule(
            id=f"{rule.id}-LOWERED",
            title=f"{rule.title}: more than {units} U {where}",
            condition=All((rule.condition, above)),
            sources=rule.sources,
            severity=Severity.CAUTION,
            message=f"{{{fact}}} {where}: above the {units} U that this rule leaves.",
            because=rule.because or rule.title,
            advise=f"Bring it to {units} U or less {where}.",
            hazard=rule.hazard or "",
            expects_dose=clears_with_more(rule.condition, facts) is not None,
            scope=Scope.DOSE if facts[fact].scope is Scope.DOSE else rule.scope,
            file=rule.file,
            line=rule.line,
        )
    ]
