"""The registers of the book: what is asked, the constants, how facts are worked out, protocols and products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...advisory import Side, Verdict
from ...report.sentences import condition_text
from ...report.words import listed
from ...rulebook.conditions import All, AnyOf, Condition, Named, NoneOf
from ...rulebook.model import Computation, Constant, Fact, Protocol
from ...rulebook.vocabulary import PLACE_FACTS
from ...units import Units
from ...wording import number, words
from .edition import Edition
from .markup import Content, Html, anchor, code, link, literal, table, tag, together
from .references import sources, written

_OPEN: Final = {
    Verdict.INCOMPLETE: "incomplete",
    Verdict.CAUTION: "caution",
    Verdict.OK: "information",
}
_STRETCH: Final = {"planned": "planned today", "history": "given before", "scheduled": "scheduled"}
_BOUND: Final = {"other_side": "on the other side"}
_MANY: Final = 8


def questions(edition: Edition) -> Html:
    """What is asked, in order, and what an open answer counts for; then what a case states."""
    stated = [fact for fact in edition.book.facts.values() if fact.origin == "given" and fact.open_counts is None]
    asked = table(
        ("Question", "An open answer counts for", "Read by", "Sources"),
        (_question(fact, edition) for fact in edition.questions),
        class_="questions",
    )
    other = table(
        ("What the case states", "Left out, it is read as", "Read by", "Sources"),
        (_stated(fact, edition) for fact in stated),
        class_="questions",
    )
    opening = (
        "In the order in which an injector is asked. What an open answer counts for is the most it can do: incomplete where a rule that "
        "could then hold would stop, caution where it would caution; caution never more than that; information nothing at all."
    )
    return together([tag("p", opening), asked, tag("h3", "What a case states by itself"), other])


def _question(fact: Fact, edition: Edition) -> Html:
    place = tag("small", "asked for each place: answered with zones or regions") if fact.about_place else None
    counts = _OPEN[fact.open_counts] if fact.open_counts is not None else ""
    left_out = f"; left out, it is read as {words(fact.if_left_out)}" if fact.if_left_out else ""
    return _fact_row(fact, together([fact.says, literal("<br>"), code(fact.name), " ", place]), f"{counts}{left_out}", edition)


def _stated(fact: Fact, edition: Edition) -> Html:
    given = together([fact.says or words(fact.name), literal("<br>"), code(fact.name)])
    return _fact_row(fact, given, words(fact.if_left_out) if fact.if_left_out else "it is always there", edition)


def _fact_row(fact: Fact, what: Content, second: Content, edition: Edition) -> Html:
    cells = (tag("td", second), tag("td", _read_by(fact, edition)), tag("td", sources(fact.sources, edition)))
    return tag("tr", tag("th", what, scope="row"), *cells, id=anchor("fact", fact.name))


def _read_by(fact: Fact, edition: Edition) -> Html:
    """The rules that read a fact; one that a zone's lines are held with is read by every limit."""
    readers = [rule for rule in edition.rules if fact.name in rule.reads or fact.name in named_in(rule.condition)]
    if not readers:
        return tag("strong", "no rule", class_="gap")
    if len(readers) > _MANY:
        limits = sum(rule.limit is not None for rule in readers)
        return tag("span", f"{len(readers)} rules" + (f", {limits} of them lines of zones" if limits else ""))
    return together((link("rule", rule.id, class_="id") for rule in readers), ", ")


def named_in(condition: Condition) -> Iterator[str]:
    """The named conditions that a condition uses."""
    match condition:
        case Named(name, inner, _):
            yield name
            yield from named_in(inner)
        case All(parts) | AnyOf(parts) | NoneOf(parts):
            for part in parts:
                yield from named_in(part)
        case _:
            pass


def constants(edition: Edition) -> Html:
    rows = (_constant(constant, edition) for constant in edition.book.constants.values())
    return table(("Constant", "Value", "What it is", "Sources"), rows, class_="constants")


def _constant(constant: Constant, edition: Edition) -> Html:
    unit = " days" if constant.kind == "days" else ""
    return tag(
        "tr",
        tag("th", code(constant.name), scope="row"),
        tag("td", tag("strong", f"{number(constant.value, constant.kind)}{unit}")),
        tag("td", constant.says),
        tag("td", sources(constant.sources, edition), literal("<br>"), _line("rules/rulebook.yaml", edition, "constants", constant.name)),
        id=anchor("constant", constant.name),
    )


def computed(edition: Edition) -> Html:
    """Facts that are worked out, and conditions with a name."""
    found = [fact for fact in edition.book.facts.values() if fact.origin in ("computed", "named")]
    rows = (_computed(fact, edition) for fact in found)
    return table(("Fact", "How it is worked out", "Read by", "Sources"), rows, class_="computed")


def _computed(fact: Fact, edition: Edition) -> Html:
    if fact.computation is not None:
        how = worked_out(fact.computation, edition)
    else:
        how = f"Holds when {condition_text(fact.condition, edition.book)}." if fact.condition is not None else ""
    line = _line("rules/facts.yaml", edition, fact.name)
    what = together([fact.says or words(fact.name), literal("<br>"), code(fact.name), " ", line])
    return _fact_row(fact, what, how, edition)


def worked_out(how: Computation, edition: Edition) -> str:
    """A declared sum, count or distance in days, in words."""
    over = listed([_STRETCH[stretch] for stretch in how.over])
    what = {
        "sum": f"Adds up the units {over}",
        "count": f"Counts the doses {over}",
        "days_since": "Days since the latest dose given before",
        "days_until": "Days until the next scheduled dose",
    }[how.op]
    parts = [what, *_filters(how, edition)]
    if how.within_days is not None:
        peak = f"in the {how.within_days} days, today among them, that hold the most" if how.at_peak else _days(how)
        parts.append(peak)
    if how.midline_half:
        parts.append("a dose on the midline counting half for each side")
    product = edition.book.product
    ours = how.op in ("sum", "count")
    parts.append({"ours": f"{product} only", "other": f"of any product not stated to be {product}", "any": "of any product"}[how.product])
    return (", ".join(parts) + ".") if not (ours and how.product == "any") else ", ".join(parts[:-1]) + "."


def _days(how: Computation) -> str:
    return f"today and in the last {how.within_days} days" if "planned" in how.over else f"in the last {how.within_days} days"


def _filters(how: Computation, edition: Edition) -> Iterator[str]:
    same = [words(name) for name in how.this if name not in _BOUND]
    if same:
        yield f"in the same {listed(same)} as the dose at hand"
    yield from (_BOUND[name] for name in how.this if name in _BOUND)
    for name, accepted, negated in how.where:
        shown = [_word(name, word, edition) for word in sorted(accepted)]
        yield f"{words(name)}{' not' if negated else ''} {' or '.join(shown)}"


def _word(name: str, word: str, edition: Edition) -> str:
    book = edition.book
    if f"dose.{name}" in PLACE_FACTS and word in book.zones:
        return book.zones[word].label
    return book.protocols[word].label.lower() if name == "purpose" and word in book.protocols else words(word)


def protocols(edition: Edition) -> Html:
    """Regimens and purposes, those with fixed units with their split."""
    return together(_protocol(protocol, edition) for protocol in edition.book.protocols.values())


def _protocol(protocol: Protocol, edition: Edition) -> Html:
    head = tag("h3", protocol.label, " ", tag("code", protocol.name, class_="id"))
    what = "Therapeutic" if protocol.therapeutic else "Aesthetic"
    about = f"{what}. {_units(protocol)} {_where(protocol)}"
    return tag(
        "article",
        head,
        tag("p", about),
        tag("p", protocol.note) if protocol.note else None,
        _split(protocol) if protocol.split else None,
        tag(
            "p", "Sources: ", sources(protocol.sources, edition), " ", _line("rules/protocols.yaml", edition, protocol.name), class_="aside"
        ),
        class_="protocol",
        id=anchor("protocol", protocol.name),
    )


def _units(protocol: Protocol) -> str:
    if protocol.units is None:
        return "No units of its own: a treatment without stated units is uncountable, never a guess."
    low, high = protocol.units
    return f"{low} U." if low == high else f"{low} to {high} U."


def _where(protocol: Protocol) -> str:
    if protocol.muscles is None:
        return "Its units may be in any muscle."
    return f"In {listed([words(muscle) for muscle in protocol.muscles])}." if protocol.muscles else "In none of the muscles of this book."


def _split(protocol: Protocol) -> Html:
    muscles = dict.fromkeys(muscle for muscle, _, _ in protocol.split)
    units = {(muscle, side): amount for muscle, side, amount in protocol.split}
    sides: tuple[Side, ...] = ("left", "midline", "right")
    rows: list[Sequence[Content]] = []
    for muscle in muscles:
        found = [units.get((muscle, side)) for side in sides]
        total = Units(sum(int(amount) for amount in found if amount is not None))
        more = " (more may be here)" if muscle in protocol.above_split else ""
        rows.append((words(muscle) + more, *(f"{amount} U" if amount is not None else "" for amount in found), f"{total} U"))
    whole = Units(sum(int(amount) for amount in units.values()))
    rows.append(("Together", "", "", "", tag("strong", f"{whole} U")))
    return table(("Muscle", "Left", "Midline", "Right", "Both sides"), rows, class_="split")


def products(edition: Edition) -> Html:
    rows = (
        (
            together([tag("strong", product.name), literal("<br>"), _line("rules/products.yaml", edition, product.name)]),
            together([", ".join(product.brands), f" (type {product.type})"]),
            together([product.note, tag("strong", " The product of this book.") if product.name == edition.book.product else None]),
            sources(product.sources, edition),
        )
        for product in edition.book.products.values()
    )
    return table(("Product", "Brands", "What is known", "Sources"), rows, class_="products")


def _line(file: str, edition: Edition, *path: str | int) -> Html:
    return written(file, edition.whole.line(file, *path))
