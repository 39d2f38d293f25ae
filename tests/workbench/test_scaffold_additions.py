"""A rule or a question added to a book: it loads, its cases pass, all else means what it meant, and what is wrong is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from dose_engine.advisory import Severity, Verdict
from dose_engine.engine import Engine
from dose_engine.errors import RulebookError
from dose_engine.evaluators.semantics import Truth
from dose_engine.rulebook.load_rules import RULE_ID
from dose_engine.workbench.scaffold.additions import Addition, Scaffold, scaffold
from dose_engine.workbench.scaffold.drafts import FILL_IN, MISSING, QuestionDraft, RuleDraft, SourceDraft
from dose_engine.workbench.scaffold.homes import Home, home_named, home_of, homes
from dose_engine.workbench.whole import Whole, whole_of
from tests.workbench.scaffolding import FULL, added, all_right, lean_whole, outcomes, rule_of, shipped_whole

BOOK = lean_whole().book
SCREENING = Home("rules/screening.yaml")
TOTALS = Home("rules/totals.yaml")
WORST = {"info": Verdict.OK, "caution": Verdict.CAUTION, "stop": Verdict.STOP}


def question(severity: str = "stop", counts: Any = "incomplete", place: bool = False, after: str | None = None, **where: str) -> Scaffold:
    rule = RuleDraft("NUMB", {"numb": True, **where}, Severity(severity), **FULL)
    asked = QuestionDraft("numb", "Is a place numb?", counts, place)
    return scaffold(lean_whole(), Addition(rule, SCREENING, question=asked, after=after))


def refused(whole: Whole, addition: Addition) -> str:
    before = dict(whole.texts)
    with pytest.raises(RulebookError) as caught:
        scaffold(whole, addition)
    assert whole.texts == before
    return str(caught.value)


def lines_kept(before: Mapping[str, str], after: Mapping[str, str], made: Scaffold) -> None:
    """Without the additions and the blank lines before them, every file is byte for byte what it was."""
    for file, text in after.items():
        lines = text.splitlines(keepends=True)
        for placed in sorted((one for one in made.placed if one.file == file), key=lambda one: -one.line):
            start, end = placed.line - 1, placed.line - 1 + len(placed.lines)
            assert [line.rstrip("\n") for line in lines[start:end]] == list(placed.lines)
            blank = start > 0 and lines[start - 1] == "\n"
            lines[start - blank : end] = []
        assert "".join(lines) == before.get(file, "".join(lines))


@pytest.mark.parametrize("zone", BOOK.zones)
def test_a_rule_of_every_zone_and_severity_loads_and_its_cases_pass(zone: str) -> None:
    for severity in ("info", "caution", "stop"):
        made = added(lean_whole(), {"zone": zone}, severity, f"rules/{BOOK.zones[zone].region}.yaml")
        assert [case.then and case.then.truth for case in made.cases] == [Truth.CERTAIN]
        assert all_right(outcomes(made, Engine(made.whole.book, confirm=False)))
        (pair,) = made.cases
        assert pair.then is not None
        assert pair.then.verdict.rank >= WORST[severity].rank
        assert (made.missing, made.whole.book.rule_by_id["NEW"].severity) == ("", severity)


def test_an_addition_to_the_shipped_book_changes_no_other_line() -> None:
    made = added(shipped_whole(), {"zone": "dao", "placement": "lateral"}, "caution", "rules/lower_face.yaml", sources=(), hazard="")
    assert list(made.texts) == ["rules/sources.yaml", "rules/hazards.yaml", "rules/lower_face.yaml", "rules/lower_face.cases.yaml"]
    lines_kept(shipped_whole().texts, made.texts, made)
    assert made.whole.texts == {**shipped_whole().texts, **made.texts}


def test_files_are_named_in_an_order_in_which_each_loads_after_the_ones_before() -> None:
    made = scaffold(
        lean_whole(),
        Addition(RuleDraft("NUMB", {"numb": True}, Severity.STOP), SCREENING, question=QuestionDraft("numb", "", "incomplete")),
    )
    texts = dict(lean_whole().texts)
    for file, text in made.texts.items():
        texts[file] = text
        whole_of(texts)


def test_a_place_without_cases_gets_a_file_of_cases_with_a_heading() -> None:
    made = added(lean_whole(), {"zone": "masseter"}, file="rules/jaw.yaml")
    assert made.texts["rules/jaw.cases.yaml"].startswith(
        "# yaml-language-server: $schema=schemas/cases.schema.json\n# The cases of jaw.yaml.\n\n- id: NEW-PAIR\n"
    )


# questions


@pytest.mark.parametrize(
    ("severity", "counts", "verdict"),
    [
        ("stop", "incomplete", "incomplete"),
        ("stop", "caution", "caution"),
        ("stop", "info", "ok"),
        ("caution", "incomplete", "caution"),
        ("caution", "info", "ok"),
        ("info", "incomplete", "ok"),
    ],
)
def test_yes_fires_no_is_silent_and_unknown_comes_to_what_the_question_says(severity: str, counts: str, verdict: str) -> None:
    made = question(severity, counts)
    pair, opened = made.cases
    assert pair.change == ("patient.screening.numb", "yes")
    assert pair.then is not None
    assert (pair.expect.truth, pair.then.truth, pair.then.verdict) == (Truth.IMPOSSIBLE, Truth.CERTAIN, WORST[severity])
    assert opened.given["patient"]["screening"] == {"numb": "unknown"}
    assert (opened.expect.truth, opened.expect.verdict) == (Truth.POSSIBLE, verdict)
    assert opened.change == ("patient.screening.numb", "no")
    assert all_right(outcomes(made, Engine(made.whole.book, confirm=False)))


def test_a_question_is_asked_after_the_last_one_or_after_the_one_named() -> None:
    names = [fact.name for fact in BOOK.facts.values() if fact.origin == "asked"]
    for after, expected in ((None, [*names, "numb"]), ("pregnant", [*names[: names.index("pregnant") + 1], "numb"])):
        asked = [fact.name for fact in question(after=after).whole.book.facts.values() if fact.origin == "asked"]
        assert asked[: len(expected)] == expected


def test_a_question_about_a_place_belongs_to_the_dose() -> None:
    made = question(place=True)
    assert made.whole.book.facts["numb"].about_place
    assert [case.id for case in made.cases] == ["NUMB-PAIR", "NUMB-OPEN", "NUMB-PLACE"]
    assert all_right(outcomes(made, Engine(made.whole.book, confirm=False)))


def test_a_question_of_one_region_is_shown_with_a_dose_there() -> None:
    made = question(region="neck")
    assert {dose["zone"] for case in made.cases for dose in case.given["plan"]} == {"platysma"}


# what is left out


def test_what_is_left_out_loads_and_is_marked() -> None:
    made = scaffold(lean_whole(), Addition(RuleDraft("NEW", {"zone": "dao"}, Severity.STOP), TOTALS))
    rule = made.whole.book.rule_by_id["NEW"]
    assert all(text.startswith(FILL_IN) for text in (rule.title, rule.message, rule.because, rule.advise))
    assert (rule.sources, rule.hazard) == ((MISSING,), MISSING)
    assert made.whole.book.sources[MISSING].checked == "unchecked"


def test_what_stands_in_for_a_source_is_added_once() -> None:
    first = scaffold(lean_whole(), Addition(RuleDraft("ONE", {"zone": "dao"}, Severity.STOP), TOTALS))
    second = scaffold(first.whole, Addition(RuleDraft("TWO", {"zone": "dao"}, Severity.STOP), TOTALS))
    assert "rules/sources.yaml" not in second.texts
    assert "rules/hazards.yaml" not in second.texts


def test_an_info_needs_no_hazard() -> None:
    made = scaffold(lean_whole(), Addition(RuleDraft("NEW", {"zone": "dao"}, Severity.INFO), TOTALS))
    assert made.whole.book.rule_by_id["NEW"].hazard is None
    assert "rules/hazards.yaml" not in made.texts


@pytest.mark.parametrize("left", ["message", "title", "because", "advise", "sources", "hazard"])
def test_what_is_left_out_is_named(left: str) -> None:
    said = {**FULL, left: () if left == "sources" else ""}
    assert RuleDraft("NEW", "always", Severity.STOP, **said).left_out() == (("the message",) if left == "message" else (left,))


def test_a_new_source_is_unchecked_and_cited() -> None:
    source = SourceDraft("LIT-NEW-2026", "What it says: in short", "A paper, 2026")
    draft = RuleDraft("NEW", {"zone": "dao"}, Severity.STOP, **{**FULL, "sources": ("R1", source.id)})
    made = scaffold(lean_whole(), Addition(draft, TOTALS, (source,)))
    entry = made.whole.book.sources[source.id]
    assert (entry.title, entry.document, entry.checked) == (source.title, source.document, "unchecked")
    assert made.whole.book.rule_by_id["NEW"].sources == ("R1", source.id)


# what is refused


def test_an_id_that_stands_is_refused_with_its_place() -> None:
    rule = RuleDraft("DAO-SIDE-STOP", {"zone": "dao"}, Severity.STOP, **FULL)
    line = BOOK.rule_by_id["DAO-SIDE-STOP"].line
    assert f"it stands in zones.yaml:{line}" in refused(lean_whole(), Addition(rule, TOTALS))
    made = added(lean_whole(), {"zone": "dao"})
    line = next(placed.line for placed in made.placed if placed.what == "rule NEW")
    assert f"it stands in rules/totals.yaml:{line}" in refused(
        made.whole, Addition(RuleDraft("NEW", "always", Severity.STOP, **FULL), TOTALS)
    )


def test_a_question_that_stands_is_refused_with_its_place() -> None:
    rule = RuleDraft("NEW", {"dry_eye": True}, Severity.STOP, **FULL)
    text = refused(lean_whole(), Addition(rule, SCREENING, question=QuestionDraft("dry_eye", "Dry?", "info")))
    assert f"it stands in rules/facts.yaml:{BOOK.facts['dry_eye'].line}" in text


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"when": {"zone": "doa"}}, "did you mean `dao`?"),
        ({"when": {"placemnt": "low"}}, "did you mean `placement`?"),
        ({"when": {}}, "an empty condition"),
        ({"when": {"units_in_zone": {"less_than": 3}}}, "a higher or added dose could clear this rule"),
        ({"when": {"zone": "dao"}, "sources": ("R99",)}, "`R99` is not a source"),
        ({"when": {"zone": "dao"}, "hazard": "H-LIDPTOSIS"}, "did you mean `H-LID-PTOSIS`?"),
        ({"when": {"zone": "dao"}, "message": "{units_in_zone}"}, "is not read by this rule's `when`"),
        ({"when": {"zone": "dao"}, "title": "x" * 81}, "81 characters long"),
        ({"when": {"zone": "dao"}, "id": "dao-x"}, "is not an id"),
        ({"when": {"zone": "dao"}, "expects_dose": True}, "no higher dose can clear this rule"),
    ],
)
def test_what_does_not_load_is_refused_and_named_by_the_rule(said: dict[str, Any], wanted: str) -> None:
    text = refused(lean_whole(), Addition(RuleDraft(**{"id": "NEW", "severity": Severity.STOP, **FULL, **said}), TOTALS))
    assert wanted in text
    assert text.startswith("rule "), "it stands in no file yet"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [(SourceDraft("R1", "a", "b"), "there is a source `R1` already"), (SourceDraft("a b", "a", "b"), "is not an id for a source")],
)
def test_a_new_source_that_cannot_be_one_is_refused(source: SourceDraft, wanted: str) -> None:
    assert wanted in refused(lean_whole(), Addition(RuleDraft("NEW", "always", Severity.STOP, **FULL), TOTALS, (source,)))


def test_a_question_after_one_that_is_not_asked_is_refused() -> None:
    with pytest.raises(RulebookError, match="did you mean `pregnant`"):
        question(after="pregnent")
    with pytest.raises(RulebookError, match="is not a question"):
        question(after="zone")


@pytest.mark.parametrize("odd", ["[]\n", "{}...\n"])
def test_a_file_in_an_unusual_layout_is_refused_by_name(odd: str) -> None:
    whole = lean_whole()
    texts = {**whole.texts, "rules/totals.yaml": odd.replace("{}", whole.texts["rules/totals.yaml"])}
    rule = RuleDraft("NEW", {"zone": "dao"}, Severity.STOP, **FULL)
    assert refused(replace(whole, texts=texts), Addition(rule, TOTALS)).startswith("rules/totals.yaml:")


def test_a_case_keeps_clear_of_the_ids_of_others() -> None:
    made = added(lean_whole(), {"zone": "dao"})
    texts = {**made.whole.texts, "rules/totals.cases.yaml": made.whole.texts["rules/totals.cases.yaml"].replace("NEW-PAIR", "OTHER-PAIR")}
    again = scaffold(whole_of(texts), Addition(RuleDraft("OTHER", {"zone": "dao"}, Severity.STOP, **FULL), TOTALS))
    assert [case.id for case in again.cases] == ["OTHER-PAIR-2"]


def test_a_rule_for_which_no_case_is_found_is_written_and_says_so() -> None:
    made = added(lean_whole(), {"zone": "mentalis", "side": "left"})
    assert made.cases == ()
    assert "no patient was found" in made.missing
    assert "NEW" in made.whole.book.rule_by_id


# where it goes


@pytest.mark.parametrize(
    ("condition", "stem"),
    [
        ("{zone: dao}", "lower_face"),
        ("{zone: [dao, mentalis], placement: low}", "lower_face"),
        ("{region: neck, days_to_event: {less_than: 9}}", "neck"),
        ("{zone: dao, dry_eye: yes}", "screening"),
        ("{any: [{dry_eye: yes}, {age: {more_than: 70}}]}", "screening"),
        ("{zone: [dao, frontalis]}", "totals"),
        ("{zone: {is_not: dao}}", "totals"),
        ("{zone: [dao, frontalis], visit: touch_up}", "timing"),
        ("{days_to_event: {less_than: 9}}", "timing"),
        ("{units_peak: {more_than: 9}}", "totals"),
        ("always", "totals"),
    ],
)
def test_the_file_is_chosen_by_what_the_rule_reads(condition: str, stem: str) -> None:
    home = home_of(rule_of(condition, BOOK).condition, BOOK, lean_whole().texts)
    assert (home.file, bool(home.why)) == (f"rules/{stem}.yaml", True)


@pytest.mark.parametrize("name", ["jaw", "jaw.yaml", "rules/jaw.yaml"])
def test_a_file_is_named_as_people_name_it(name: str) -> None:
    assert home_named(name, lean_whole().texts) == Home("rules/jaw.yaml")
    assert home_named(name, lean_whole().texts).cases == "rules/jaw.cases.yaml"


@pytest.mark.parametrize("name", ["jow", "facts", "jaw.cases", "../rules/jaw", "", "/jaw", "claims"])
def test_a_file_that_holds_no_rules_is_refused(name: str) -> None:
    with pytest.raises(RulebookError, match="is not a file of rules"):
        home_named(name, shipped_whole().texts)


def test_a_book_without_the_file_says_which_there_are() -> None:
    condition = rule_of("{zone: dao}", BOOK).condition
    with pytest.raises(RulebookError, match="--in: jaw"):
        home_of(condition, BOOK, ["zones.yaml", "rules/facts.yaml", "rules/jaw.yaml", "rules/jaw.cases.yaml"])
    assert homes(shipped_whole().texts) == [f"rules/{stem}.yaml" for stem in sorted(STEMS)]


STEMS = ("counselling", "jaw", "lower_face", "midface", "neck", "screening", "timing", "totals", "upper_face")


def test_the_ids_of_what_is_made_are_ids() -> None:
    assert all(RULE_ID.fullmatch(case.id) for case in [*added(lean_whole(), {"zone": "dao"}).cases, *question(place=True).cases])
