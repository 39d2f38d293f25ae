"""Responses that the checker must pass, and for each of its rules some that it must not; each of those is wrong in one thing only."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

UUID = "0b6ff1d4-8d52-4f9e-9a3b-0a7f0f5a4c01"
OTHER_UUID = "0b6ff1d4-8d52-4f9e-9a3b-0a7f0f5a4c02"
THIRD_UUID = "0b6ff1d4-8d52-4f9e-9a3b-0a7f0f5a4c03"
HOST = "advice.example.org"
"""Links in a detail may lead there."""
SYSTEM = "https://example.org/fhir/CodeSystem/bont-topic"

ORDER: Json = {
    "resourceType": "MedicationRequest",
    "id": "draft-1",
    "status": "draft",
    "text": {"status": "generated", "div": "<div>8 U</div>"},
    "name": ["a", None],
    "dosageInstruction": [{"text": "8 U", "doseAndRate": [{"doseQuantity": {"value": 8, "unit": "U", "code": "[arb'U]"}}]}],
}
"""A draft order of a request, with what an EHR may send and a response may repeat."""

DRAFTS: Json = {"resourceType": "Bundle", "entry": [{"resource": ORDER}]}

CARD: Json = {
    "uuid": UUID,
    "summary": "Botulinum toxin, 8 U planned vs. at most 4 U: lower the dose.",
    "detail": "**Too much.** 8 U \\<planned\\>, 5 < 8, since 2026-03-02T10:00:00Z.\n\n"
    "- see https://advice.example.org/r\n- a &lt;b&gt; \\!\\[x\\]",
    "indicator": "critical",
    "source": {
        "label": "dose-engine",
        "url": "https://advice.example.org/v1/rulebook",
        "icon": "https://advice.example.org/icon.png",
        "topic": {"system": SYSTEM, "code": "bontDose", "display": "Dose"},
    },
    "overrideReasons": [{"code": "record-wrong", "system": SYSTEM, "display": "The record is wrong"}],
    "links": [{"label": "The rule", "url": "https://docs.example.org/rule", "type": "absolute"}],
    "extension": {"org.example.dose-engine": {"rules": ["A"]}},
}


def lowered(value: Any = 4, **members: Any) -> Json:
    """The order with another dose."""
    order = deepcopy(ORDER)
    order["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] = value
    order["dosageInstruction"][0]["text"] = f"{value} U"
    return order | members


def suggestion(resource: Json | None = None, **members: Any) -> Json:
    """A suggestion that lowers the dose of the order."""
    action = {"type": "update", "description": "Lower the dose to 4 U", "resource": lowered() if resource is None else resource}
    return {"label": "Lower the dose to 4 U", "uuid": OTHER_UUID, "actions": [action]} | members


def card(**members: Any) -> Json:
    """A card with other members; `...` takes one out."""
    return {name: value for name, value in (deepcopy(CARD) | members).items() if value is not ...}


def response(*cards: Any, **members: Any) -> Json:
    return {"cards": list(cards)} | members


def _source(**members: Any) -> Json:
    return response(card(source={name: value for name, value in (CARD["source"] | members).items() if value is not ...}))


def _topic(**members: Any) -> Json:
    return _source(topic={name: value for name, value in (CARD["source"]["topic"] | members).items() if value is not ...})


def _link(**members: Any) -> Json:
    return response(card(links=[{name: value for name, value in (CARD["links"][0] | members).items() if value is not ...}]))


def _suggesting(*suggestions: Any, behavior: Any = "any", **members: Any) -> Json:
    return response(card(suggestions=list(suggestions), selectionBehavior=behavior, **members))


def _acting(**members: Any) -> Json:
    action = {name: value for name, value in (suggestion()["actions"][0] | members).items() if value is not ...}
    return _suggesting(suggestion(actions=[action]))


GOOD: dict[str, Json] = {
    "nothing to say": response(),
    "a card": response(card()),
    "the least a card holds": response(
        {
            "uuid": UUID,
            "summary": "Ask.",
            "indicator": "info",
            "source": {"label": "x", "url": "http://127.0.0.1:8000/r", "topic": {"code": "a1", "system": "urn:oid:1.2.3"}},
        }
    ),
    "two cards": response(card(), card(uuid=OTHER_UUID, indicator="warning")),
    "a suggestion that lowers a dose": _suggesting(suggestion()),
    "a suggestion without uuid and actions": _suggesting({"label": "Think again"}, behavior="at-most-one"),
    "a summary of 139 characters": response(card(summary="x" * 138 + ".")),
    "a lowered decimal": _suggesting(suggestion(lowered(Decimal("2.5")))),
    "an extension of the response": response(extension={"org.example.dose-engine": {"a": 1}}),
}

BROKEN: tuple[tuple[str, str, Any], ...] = (
    ("answers-with-cards", "no object", []),
    ("answers-with-cards", "no cards", {}),
    ("answers-with-cards", "cards that are no list", {"cards": {"0": card()}}),
    ("answers-with-cards", "a card that is a text", response(card(), "stop")),
    ("known-members", "an unknown member of the response", response(version="2.0")),
    ("known-members", "an unknown member of a card", response(card(severity="high"))),
    ("known-members", "an unknown member of a source", _source(name="x")),
    ("known-members", "an unknown member of a topic", _topic(version="1")),
    (
        "known-members",
        "an unknown member of an override reason",
        response(card(overrideReasons=[CARD["overrideReasons"][0] | {"userSelected": True}])),
    ),
    ("known-members", "an unknown member of a link", _link(target="_blank")),
    ("known-members", "an unknown member of a suggestion", _suggesting(suggestion(actionSelectionBehavior="any"))),
    ("known-members", "an unknown member of an action", _acting(reason="x")),
    ("nothing-empty", "a null", response(card(detail=None))),
    ("nothing-empty", "an empty text", response(card(detail=""))),
    ("nothing-empty", "an empty list", response(card(links=[]))),
    ("nothing-empty", "an empty object", response(card(extension={}))),
    ("nothing-empty", "no suggestions, spelled out", response(card(suggestions=[]))),
    ("nothing-empty", "a null in an extension", response(card(extension={"org.example.x": {"a": None}}))),
    ("nothing-empty", "an empty summary", response(card(summary=""))),
    ("extensions", "a list", response(card(extension=[{"url": "https://example.org"}]))),
    ("extensions", "a name that is no reverse domain", response(card(extension={"rules": {"a": 1}}))),
    ("extensions", "a value that is a text", response(card(extension={"org.example.x": "23"}))),
    ("no-system-actions", "an action without the user", response(card(), systemActions=[{"type": "update", "resource": lowered()}])),
    ("summary", "140 characters", response(card(summary="x" * 139 + "."))),
    ("summary", "139 characters that are more in a browser", response(card(summary="x" * 137 + "\U0001f489."))),
    ("summary", "none", response(card(summary=...))),
    ("summary", "a number", response(card(summary=7))),
    ("summary-is-one-sentence", "two sentences", response(card(summary="Too much. Lower the dose."))),
    ("summary-is-one-sentence", "two lines", response(card(summary="Too much:\nlower the dose."))),
    ("summary-is-one-sentence", "a question and an answer", response(card(summary="Pregnant? Do not treat."))),
    ("indicator", "HL7's list of codes", response(card(indicator="error"))),
    ("indicator", "the name of before 1.0", response(card(indicator="hard-stop"))),
    ("indicator", "capitals", response(card(indicator="Critical"))),
    ("indicator", "none", response(card(indicator=...))),
    ("detail", "a list", response(card(detail=["a", "b"]))),
    ("card-uuid", "none", response(card(uuid=...))),
    ("card-uuid", "no UUID", response(card(uuid="card-1"))),
    ("card-uuid", "a variant of before RFC 4122", response(card(uuid="0b6ff1d4-8d52-4f9e-1a3b-0a7f0f5a4c01"))),
    ("card-uuid", "no version", response(card(uuid="0b6ff1d4-8d52-0f9e-9a3b-0a7f0f5a4c01"))),
    ("uuids-differ", "two cards alike", response(card(), card(uuid=UUID.upper()))),
    ("uuids-differ", "a card and its suggestion", _suggesting(suggestion(uuid=UUID))),
    ("source-label", "no source", response(card(source=...))),
    ("source-label", "no label", _source(label=...)),
    ("source-label", "a source that is a text", response(card(source="dose-engine"))),
    ("source-urls", "no url", _source(url=...)),
    ("source-urls", "a relative url", _source(url="/v1/rulebook")),
    ("source-urls", "a url without host", _source(url="https:///x")),
    ("source-urls", "a url with a user", _source(url="https://me:pw@advice.example.org/r")),
    ("source-urls", "an icon that is data", _source(icon="data:image/png;base64,AAAA")),
    ("source-topic", "no topic", _source(topic=...)),
    ("source-topic", "a topic that is a text", _source(topic="dose")),
    ("source-topic", "a hyphen", _topic(code="bont-dose")),
    ("source-topic", "101 characters", _topic(code="b" * 101)),
    ("source-topic", "no code", _topic(code=...)),
    ("source-topic", "no system", _topic(system=...)),
    ("source-topic", "a system that is no URI", _topic(system="topics")),
    ("source-topic", "a display that is a number", _topic(display=1)),
    ("override-reasons", "no display", response(card(overrideReasons=[{"code": "a", "system": SYSTEM}]))),
    ("override-reasons", "no system", response(card(overrideReasons=[{"code": "a", "display": "A"}]))),
    ("override-reasons", "no code", response(card(overrideReasons=[{"system": SYSTEM, "display": "A"}]))),
    ("override-reasons", "texts", response(card(overrideReasons=["record-wrong"]))),
    ("override-reasons", "an object", response(card(overrideReasons=CARD["overrideReasons"][0]))),
    ("link", "no label", _link(label=...)),
    ("link", "no url", _link(url=...)),
    ("link", "a script", _link(url="javascript:alert(1)")),
    ("link", "no type", _link(type=...)),
    ("link", "another type", _link(type="relative")),
    ("link", "texts", response(card(links=["https://docs.example.org"]))),
    ("app-context", "for an absolute link", _link(appContext="x")),
    ("no-smart-links", "an app", _link(type="smart", appContext="x")),
    ("nothing-launches-itself", "a link that starts by itself", _link(autolaunchable=True)),
    ("nothing-launches-itself", "a link that says it does not", _link(autolaunchable=False)),
    ("suggestion", "no label", _suggesting({"uuid": OTHER_UUID})),
    ("suggestion", "no UUID", _suggesting(suggestion(uuid="s1"))),
    ("suggestion", "a text for a boolean", _suggesting(suggestion(isRecommended="false"))),
    ("suggestion", "one action, not a list", _suggesting(suggestion(actions=suggestion()["actions"][0]))),
    ("suggestion", "texts", response(card(suggestions=["lower"], selectionBehavior="any"))),
    ("selection-behavior", "missing", response(card(suggestions=[suggestion()]))),
    ("selection-behavior", "another word", _suggesting(suggestion(), behavior="all")),
    ("selection-behavior", "with nothing to select", response(card(selectionBehavior="any"))),
    ("nothing-recommended", "one recommended", _suggesting(suggestion(isRecommended=True))),
    ("action", "no type", _acting(type=...)),
    ("action", "another type", _acting(type="patch")),
    ("action", "no description", _acting(description=...)),
    ("action", "no resource", _acting(resource=...)),
    ("action", "a resource without a type", _acting(resource={"id": "draft-1", "status": "draft"})),
    ("action", "an update without id", _acting(resource={"resourceType": "MedicationRequest", "status": "draft"})),
    ("action", "a resource id beside an update", _acting(resourceId="MedicationRequest/draft-1")),
    ("nothing-created-or-deleted", "a new order", _acting(type="create")),
    ("nothing-created-or-deleted", "an order taken away", _acting(type="delete", resource=..., resourceId="MedicationRequest/draft-1")),
    ("update-is-whole", "a field left out", _acting(resource={name: value for name, value in lowered().items() if name != "status"})),
    ("update-is-whole", "a field added", _acting(resource=lowered(priority="stat"))),
    ("update-is-whole", "a field changed", _acting(resource=lowered(status="active"))),
    ("update-is-whole", "another order", _acting(resource=lowered(id="draft-2"))),
    ("update-only-lowers", "a higher dose", _acting(resource=lowered(9))),
    ("update-only-lowers", "no dose at all", _acting(resource=lowered(0))),
    ("update-only-lowers", "a text", _acting(resource=lowered("4"))),
    ("printable", "a control character", response(card(detail="8\x07 U"))),
    ("printable", "a mark that turns the text around", response(card(summary="8 U \u202eU 04"))),
    ("printable", "half a character", response(card(summary="8 U \ud800"))),
    ("no-html", "a tag in a detail", response(card(detail="<b>8 U</b>"))),
    ("no-html", "a comment", response(card(detail="a <!-- b"))),
    ("no-html", "a tag behind an escaped backslash", response(card(detail="\\\\<img src=x>"))),
    ("no-html", "a tag in a summary", response(card(summary="<script>8 U"))),
    ("no-html", "a tag in a label", _source(label="<i>dose-engine</i>")),
    ("no-images", "an image", response(card(detail="![x](https://advice.example.org/x.png)"))),
    ("links-lead-to-known-hosts", "a link elsewhere", response(card(detail="[details](https://elsewhere.example.net/x)"))),
    ("links-lead-to-known-hosts", "a bare address", response(card(detail="see https://elsewhere.example.net."))),
    ("links-lead-to-known-hosts", "an address without scheme", response(card(detail="see www.elsewhere.example.net"))),
    ("links-lead-to-known-hosts", "a script", response(card(detail="[x](javascript:alert)"))),
    ("links-lead-to-known-hosts", "a relative link", response(card(detail="[x](/etc)"))),
    ("links-lead-to-known-hosts", "a reference", response(card(detail="[x][1]\n\n[1]: https://elsewhere.example.net"))),
    ("links-lead-to-known-hosts", "a mail address", response(card(detail="ask someone@elsewhere.example.net"))),
    (
        "links-lead-to-known-hosts",
        "a known name before another host",
        response(card(detail="https://advice.example.org@elsewhere.example.net/")),
    ),
    ("dates-exist", "a day that is not in the calendar", response(card(detail="since 2026-02-30"))),
    ("dates-exist", "a time without zone", response(card(detail="since 2026-02-03T10:00:00"))),
    ("dates-exist", "an hour that does not exist", response(card(summary="Since 2026-02-03T25:00:00Z."))),
    ("exact-numbers", "a binary float", response(card(extension={"org.example.x": {"a": 0.1}}))),
    ("exact-numbers", "more digits than arrive", response(card(extension={"org.example.x": {"a": Decimal("20.0000000000000001")}}))),
    ("exact-numbers", "a whole number too large", response(card(extension={"org.example.x": {"a": 2**53}}))),
    ("exact-numbers", "not a number", response(card(extension={"org.example.x": {"a": float("nan")}}))),
    ("exact-numbers", "a number beyond all", response(card(extension={"org.example.x": {"a": Decimal("1e400")}}))),
)
"""The rule that must catch it and no other, what is wrong, and the response."""

TWO_RECOMMENDED = _suggesting(suggestion(isRecommended=True), suggestion(isRecommended=True, uuid=THIRD_UUID), behavior="at-most-one")
"""Breaks a rule of the specification and, as it must, our own stricter one."""
