"""`rules new-rule` and `rules new-question`: what is asked for stands in the files and works, and what is refused leaves them untouched."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dose_engine.documents import read_yaml
from dose_engine.engine import Engine
from dose_engine.workbench.cases import run_case
from dose_engine.workbench.whole import Whole, load_whole
from tests.cli.running import QUIET, run
from tests.workbench.scaffolding import lean_whole

RULE = ("--zone", "dao", "--when", "placement: lateral", "--caution", "A lateral point can reach the smile.")
REST = ("--title", "Lateral point", "--because", "It lies near.", "--advise", "Move it.", "--source", "R12", "--hazard", "H-CROOKED-SMILE")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rulebook in an empty folder, which is where the person stands."""
    folder = tmp_path / "my-book"
    for name, text in lean_whole().texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return folder


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def new(verb: str, *arguments: str, given: str | None = None) -> Any:
    return run("rules", f"new-{verb}", *arguments, "--rules", "my-book", given=given)


def cases_pass(whole: Whole) -> bool:
    engine = Engine(whole.book)
    return not [outcome.wrong for case in whole.cases for outcome in run_case(case, engine) if outcome.wrong]


# what is written


def test_a_rule_stands_where_it_is_said_to_stand_and_works(book: Path) -> None:
    before = held(book)
    result = new("rule", "DAO-LATERAL", *RULE, *REST)
    assert result.exit_code == 0, result.output
    assert {name for name, raw in held(book).items() if raw != before.get(name)} == {"rules/lower_face.yaml", "rules/lower_face.cases.yaml"}
    for line in (line.split() for line in result.stdout.splitlines() if line.startswith("  my-book/")):
        file, _, number = line[0].rpartition(":")
        assert line[2].rstrip(":") in Path(file).read_text().splitlines()[int(number) - 1]
    assert "case DAO-LATERAL-PAIR: ok, then caution" in result.stdout
    assert "rules/lower_face.yaml because it holds in the lower face only" in result.stdout
    assert "FILL IN" not in result.stdout
    assert cases_pass(load_whole(book))
    Path("case.yaml").write_text(
        re.sub(r"plan:.*", "plan: [{zone: dao, side: left, units: 1, placement: [lateral]}]", QUIET, flags=re.DOTALL)
    )
    checked = run("check", "case.yaml", "--rules", "my-book", "--brief")
    assert (checked.exit_code, "DAO-LATERAL" in run("check", "case.yaml", "--rules", "my-book").stdout) == (10, True)


def test_a_question_brings_its_rule_and_cases(book: Path) -> None:
    result = new(
        "question",
        "dry_mouth",
        "--asked",
        "Is the mouth dry?",
        "--region",
        "lower_face",
        "--stop",
        "It is dry.",
        "--open",
        "caution",
        *REST,
    )
    assert result.exit_code == 0, result.output
    whole = load_whole(book)
    assert whole.book.facts["dry_mouth"].says == "Is the mouth dry?"
    assert whole.book.rule_by_id["DRY-MOUTH"].reads == {"dry_mouth", "region"}
    assert [case.id for case in whole.cases] == ["DRY-MOUTH-PAIR", "DRY-MOUTH-OPEN"]
    assert "case DRY-MOUTH-OPEN: caution, then ok" in result.stdout
    assert cases_pass(whole)


def test_what_a_question_leaves_out_is_read_strictly_and_said(book: Path) -> None:
    result = new("question", "dry_mouth", "--stop", "")
    assert result.exit_code == 0, result.output
    assert "counts for `incomplete`, the strictest" in result.stdout
    assert "The rule holds everywhere" in result.stdout
    assert str(load_whole(book).book.facts["dry_mouth"].open_counts) == "incomplete"
    assert "holds everywhere" not in new("question", "numb", "--about", "place", "--stop", "").stdout


def test_what_is_left_out_is_named_and_marked_in_the_files(book: Path) -> None:
    result = new("rule", "DAO-LATERAL", *RULE[:-1], "")
    assert result.exit_code == 0, result.output
    assert "FILL IN: title, the message, because, advise, sources, hazard." in result.stdout
    lint = run("rules", "lint", "--rules", "my-book")
    assert lint.exit_code == 3
    assert all(f"{key}` is still to be written" in lint.stdout for key in ("title", "caution", "because", "advise"))
    assert "no source is named yet" in lint.stdout


def test_what_comes_next_is_said_as_commands_that_run(book: Path) -> None:
    result = new("rule", "DAO-LATERAL", *RULE, *REST)
    commands = [shlex.split(line)[1:] for line in result.stdout.splitlines() if line.startswith("  dose-engine")]
    assert [words[1] for words in commands] == ["lint", "test", "impact", "seal"]
    for words in commands[:2]:
        assert run(*words).exit_code in (0, 3)


def test_a_new_source_is_cited_and_stands_as_unchecked(book: Path) -> None:
    source = "LIT-X-2026: Lateral points: a series; X 2026, J Y 1:2"
    result = new("rule", "DAO-LATERAL", *RULE, *REST, "--new-source", source)
    assert result.exit_code == 0, result.output
    found = load_whole(book).book
    assert found.rule_by_id["DAO-LATERAL"].sources == ("R12", "LIT-X-2026")
    entry = found.sources["LIT-X-2026"]
    assert (entry.title, entry.document, entry.checked) == ("Lateral points: a series", "X 2026, J Y 1:2", "unchecked")


def test_several_conditions_and_zones_all_have_to_hold(book: Path) -> None:
    words = (
        "--zone",
        "dao",
        "--zone",
        "mentalis",
        "--when",
        "age: {at_least: 70, less_than: 80}",
        "--when",
        "any: [{dry_eye: yes}, {visit: touch_up}]",
    )
    assert new("rule", "OLD", *words, "--info", "So.", *REST, "--in", "jaw").exit_code == 0
    root = read_yaml((book / "rules/jaw.yaml").read_text(), "x")[0].plain()[-1]
    assert root["when"] == {
        "zone": ["dao", "mentalis"],
        "age": {"at_least": 70, "less_than": 80},
        "any": [{"dry_eye": "yes"}, {"visit": "touch_up"}],
    }


def test_always_is_a_condition(book: Path) -> None:
    assert new("rule", "ALL", "--when", "always", "--info", "So.", *REST).exit_code == 0
    assert load_whole(book).book.rule_by_id["ALL"].reads == frozenset()


def test_a_rule_without_a_case_is_written_and_leaves_with_3(book: Path) -> None:
    result = new("rule", "CHIN-LEFT", "--zone", "mentalis", "--when", "side: left", "--stop", "So.", *REST)
    assert result.exit_code == 3
    assert "A case is missing: no patient was found" in result.stdout
    assert "Write it by hand in my-book/rules/lower_face.cases.yaml" in result.stdout
    assert "CHIN-LEFT" in load_whole(book).book.rule_by_id


def test_a_dry_run_shows_the_text_and_writes_nothing(book: Path) -> None:
    before = held(book)
    result = new("rule", "DAO-LATERAL", *RULE, *REST, "--dry-run")
    assert (result.exit_code, held(book)) == (0, before)
    assert new("rule", "DAO-LATERAL", *RULE, *REST).exit_code == 0
    shown = [line[2:] for line in result.stdout.splitlines() if line.startswith("  ")]
    rule = (book / "rules/lower_face.yaml").read_bytes()[len(before["rules/lower_face.yaml"]) :].decode()
    assert rule.strip() in "\n".join(shown)


# what is refused


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no_condition": (("rule", "NEW", "--stop", "x"), "it is not said when the rule holds"),
    "no_effect": (("rule", "NEW", "--zone", "dao"), "it is not said what the rule does"),
    "two_effects": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--info", "y"), "got `--info` and `--stop`"),
    "zone_and_region": (("rule", "NEW", "--zone", "dao", "--region", "neck", "--stop", "x"), "`--zone` and `--region` together"),
    "a_fact_twice": (("rule", "NEW", "--zone", "dao", "--when", "zone: neck", "--stop", "x"), "--when `zone: neck`: `zone` is said twice"),
    "no_mapping": (("rule", "NEW", "--when", "dao", "--stop", "x"), "--when `dao`: a condition is a fact, a colon and a value"),
    "no_yaml": (("rule", "NEW", "--when", "a: [b", "--stop", "x"), "--when `a: [b`: not YAML"),
    "a_key_twice": (("rule", "NEW", "--when", "{age: 3, age: 4}", "--stop", "x"), "--when `{age: 3, age: 4}`: `age` stands twice"),
    "no_zone": (("rule", "NEW", "--zone", "doa", "--stop", "x"), "did you mean `dao`?"),
    "no_fact": (("rule", "NEW", "--when", "placemnt: low", "--stop", "x"), "did you mean `placement`?"),
    "no_source": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--source", "LIT-LUPO-2061"), "did you mean `LIT-LUPO-2016`?"),
    "no_hazard": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--hazard", "H-CROOKED"), "did you mean `H-CROOKED-SMILE`?"),
    "no_file": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--in", "jow"), "did you mean `jaw`?"),
    "no_new_source": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--new-source", "LIT: no document"), "write 'ID: TITLE; DOCUMENT'"),
    "source_stands": (("rule", "NEW", "--zone", "dao", "--stop", "x", "--new-source", "R1: a; b"), "cite it with --source R1"),
    "no_id": (("rule", "new", "--zone", "dao", "--stop", "x"), "`new` is not an id"),
    "rule_stands": (("rule", "DAO-SIDE-STOP", "--zone", "dao", "--stop", "x"), "it stands in zones.yaml:"),
    "clears_with_more": (
        ("rule", "NEW", "--when", "units_in_zone: {less_than: 2}", "--stop", "x"),
        "turn the comparison round, or add --expects-dose",
    ),
    "steers_the_terminal": (("rule", "NEW", "--zone", "dao", "--stop", "a\x1b[2Jb"), "--stop: holds the control character U+001B"),
    "too_long": (("rule", "NEW", "--zone", "dao", "--stop", "x" * 201), "201 characters long"),
    "question_stands": (("question", "dry_eye", "--stop", "x"), "it stands in rules/facts.yaml:"),
    "no_name": (("question", "Dry Eye", "--stop", "x"), "is not a name for a fact"),
    "a_word_of_the_language": (("question", "never", "--stop", "x"), "is a word of the rule language"),
    "a_constant": (("question", "window_days", "--stop", "x"), "is also a constant"),
    "after_nothing": (("question", "new", "--stop", "x", "--after", "pregnent"), "did you mean `pregnant`?"),
    "everywhere_and_here": (("question", "new", "--stop", "x", "--everywhere", "--zone", "dao"), "`--everywhere` and a zone or region"),
    "question_without_effect": (("question", "new"), "it is not said what the rule does"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_every_file_untouched(name: str, book: Path) -> None:
    arguments, wanted = REFUSED[name]
    before = held(book)
    result = new(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert wanted in result.stderr
    assert "\x1b" not in result.stderr
    assert held(book) == before


def test_the_same_rule_a_second_time_is_refused_with_the_place_of_the_first(book: Path) -> None:
    first = new("rule", "DAO-LATERAL", *RULE, *REST)
    place = next(line.split()[0] for line in first.stdout.splitlines() if "rule DAO-LATERAL" in line).removeprefix("my-book/")
    before = held(book)
    second = new("rule", "DAO-LATERAL", *RULE, *REST)
    assert (second.exit_code, held(book)) == (2, before)
    assert f"it stands in {place};" in second.stderr


def test_a_file_that_is_read_only_is_named_and_nothing_is_written(book: Path) -> None:
    (book / "rules/lower_face.yaml").chmod(0o444)
    before = held(book)
    result = new("question", "dry_mouth", "--stop", "x", *REST, "--in", "lower_face")
    assert (result.exit_code, held(book)) == (2, before)
    assert "rules/lower_face.yaml: cannot be written: it is read-only" in result.stderr


def test_a_broken_book_is_reported_whole_before_anything_is_added(book: Path) -> None:
    for name in ("jaw", "neck"):
        (book / f"rules/{name}.yaml").write_text("- id: X\n")
    before = held(book)
    result = new("rule", "DAO-LATERAL", *RULE, *REST)
    assert (result.exit_code, held(book)) == (2, before)
    assert "rules/jaw.yaml:1" in result.stderr
    assert "rules/neck.yaml:1" in result.stderr


def test_a_git_revision_is_not_written_in(book: Path) -> None:
    git = ["git", "-C", str(book), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(book)
        result = run("rules", "new-rule", "DAO-LATERAL", *RULE, *REST, "--rules", "HEAD")
        assert run("rules", "new-rule", "DAO-LATERAL", *RULE, *REST, "--rules", "HEAD", "--dry-run").exit_code == 0
    assert result.exit_code == 2
    assert "a git revision cannot be written in" in result.stderr


def test_an_installed_book_is_not_written_in(book: Path) -> None:
    place = Path("lib/site-packages/dose_engine")
    place.mkdir(parents=True)
    book.rename(place / "book")
    result = run("rules", "new-rule", "DAO-LATERAL", *RULE, *REST, "--rules", str(place / "book"))
    assert result.exit_code == 2
    assert f"cp -r {place / 'book'} my-book" in result.stderr


# asked at a terminal


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dose_engine.cli.rules.drafting.at_a_terminal", lambda: True)


ANSWERS = ["dao, mentalis", "days_to_event", "less_than", "21", "", "caution", "The event is in {days_to_event} days.", "Event soon"]
ANSWERS += ["It shows.", "Wait.", "R12, R11", "H-CROOKED-SMILE"]


def lines(*answers: str) -> str:
    return "".join(f"{answer}\n" for answer in answers)


@pytest.mark.usefixtures("terminal")
def test_answers_make_the_rule_they_mean(book: Path) -> None:
    result = new("rule", "EVENT", given=lines(*ANSWERS))
    assert result.exit_code == 0, result.output
    rule = read_yaml((book / "rules/lower_face.yaml").read_text(), "x")[0].plain()[-1]
    assert rule == {
        "id": "EVENT",
        "title": "Event soon",
        "when": {"zone": ["dao", "mentalis"], "days_to_event": {"less_than": 21}},
        "then": {"caution": "The event is in {days_to_event} days."},
        "because": "It shows.",
        "advise": "Wait.",
        "sources": ["R12", "R11"],
        "hazard": "H-CROOKED-SMILE",
    }


@pytest.mark.usefixtures("terminal")
def test_only_what_was_not_said_is_asked(book: Path) -> None:
    result = new("rule", "DAO-LATERAL", *RULE, *REST, given="")
    assert (result.exit_code, "Where does it hold" in result.stdout) == (0, False)
    asked = new("rule", "OTHER", *RULE, *REST[:-2], given=lines(""))
    assert (asked.exit_code, asked.stdout.count("[later]")) == (0, 1)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 7, len(ANSWERS) - 1])
def test_leaving_anywhere_writes_nothing_and_says_how_to_go_on(count: int, book: Path) -> None:
    before = held(book)
    result = new("rule", "EVENT", given=lines(*ANSWERS[:count]))
    assert (result.exit_code, held(book)) == (2, before)
    command = shlex.split(result.stderr.split("To go on from here:\n\n  ")[1])
    rest = ANSWERS if count < 5 else ANSWERS[5:] if count < 7 else ANSWERS[count:]  # what was half said is asked again
    again = run(*command[1:], given=lines(*rest))
    assert again.exit_code == 0, again.output
    rule = load_whole(book).book.rule_by_id["EVENT"]
    assert (rule.title, rule.sources, rule.reads) == ("Event soon", ("R12", "R11"), {"zone", "days_to_event"})


@pytest.mark.usefixtures("terminal")
def test_what_is_refused_after_answering_is_not_lost(book: Path) -> None:
    answers = [*ANSWERS[:6], "In {days} days.", *ANSWERS[7:]]
    result = new("rule", "EVENT", given=lines(*answers))
    assert result.exit_code == 2
    assert "`{days}` is not a fact" in result.stderr
    command = shlex.split(result.stdout.split("without answering again:\n\n  ")[1].split("\n\n")[0])
    corrected = [word.replace("{days}", "{days_to_event}") for word in command[1:]]
    assert run(*corrected, given="").exit_code == 0
    assert load_whole(book).book.rule_by_id["EVENT"].message == "In {days_to_event} days."


@pytest.mark.usefixtures("terminal")
def test_wrong_answers_are_asked_again_with_what_is_near(book: Path) -> None:
    answers = ["doa", "dao, neck", "?", "dao", "event", "xyzzy", "?", "placement", "lo", "?", "low, lateral", "", "stop"]
    result = new("rule", "LOW", given=lines(*answers, "", "x" * 90, "", "", "", "droop", "", "lid", ""))
    assert result.exit_code == 0, result.output
    drooping = next(source.id for source in lean_whole().book.sources.values() if "droop" in source.title.lower())
    for wanted in (
        "did you mean `dao`?",
        "zones, or regions, or everywhere",
        "frontalis        Forehead",
        "days_to_event: When is the event",
        "`xyzzy` is not a fact",
        "asked: toxin_warning_signs",
        "`not` before them excludes them",
        "at most 80 characters, got 90",
        f"{drooping}: ",
        "H-LID-PTOSIS: Drooping upper eyelid",
    ):
        assert " ".join(wanted.split()) in " ".join(result.stdout.split()), wanted
    assert load_whole(book).book.rule_by_id["LOW"].reads == {"zone", "placement"}


@pytest.mark.usefixtures("terminal")
def test_a_taken_id_is_refused_before_anything_is_asked(book: Path) -> None:
    for arguments in (("rule", "DAO-SIDE-STOP"), ("rule", "dao"), ("question", "dry_eye")):
        result = new(*arguments, given="")
        assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.usefixtures("terminal")
def test_a_rule_that_more_would_clear_is_asked_about(book: Path) -> None:
    start = ["masseter", "units_in_zone", "less_than", "4", "", "stop", "So."]
    turned = ["no", "masseter", "units_in_zone", "more_than", "4", ""]
    rest = ["Title", "Because.", "Advise.", "R12", "H-UNEVEN"]
    assert new("rule", "MORE", given=lines(*start, *turned, *rest)).exit_code == 0
    assert new("rule", "LESS", given=lines(*start, "yes", *rest)).exit_code == 0
    rules = load_whole(book).book.rule_by_id
    assert (rules["MORE"].expects_dose, rules["LESS"].expects_dose) == (False, True)


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("answers", "when"),
    [
        (["everywhere", "dry_eye", "yes", ""], {"dry_eye": "yes"}),
        (["neck", "visit", "not touch_up", ""], {"region": "neck", "visit": {"is_not": "touch_up"}}),
        (["everywhere", "age", "at_least", "18", "age", "less_than", "30", ""], {"age": {"at_least": 18, "less_than": 30}}),
        (["everywhere", "days_since_this_muscle", "is", "never", ""], {"days_since_this_muscle": "never"}),
        (["everywhere", "units_peak", "more_than", "window_units_caution", ""], {"units_peak": {"more_than": "window_units_caution"}}),
        (["everywhere", "units_in_zone", "at_least", "2.5 U", ""], {"units_in_zone": {"at_least": "2.5"}}),
        (["everywhere", ""], "always"),
    ],
)
def test_a_condition_is_asked_in_words(answers: list[str], when: Any, book: Path) -> None:
    result = new("rule", "NEW", "--info", "So.", *REST[:-2], "--in", "totals", given=lines(*answers))
    assert result.exit_code == 0, result.output
    found = read_yaml((book / "rules/totals.yaml").read_text(), "x")[0].plain()[-1]["when"]
    assert str(found).replace("Decimal(", "").replace(")", "") == str(when)


@pytest.mark.usefixtures("terminal")
def test_a_question_is_asked_for(book: Path) -> None:
    answers = ["Is the mouth dry?", "lower_face", "stop", "The mouth is dry.", "", "Dry mouth", "It is.", "Wait.", "R24", "H-UNEVEN"]
    assert new("question", "dry_mouth", given=lines(*answers)).exit_code == 0
    whole = load_whole(book)
    assert (whole.book.facts["dry_mouth"].says, str(whole.book.facts["dry_mouth"].open_counts)) == (answers[0], "incomplete")
    assert whole.book.rule_by_id["DRY-MOUTH"].title == "Dry mouth"
    short = new("question", "numb", "--about", "place", "--asked", "Numb?", *("--open", "info"), *REST, given=lines("info", "It is."))
    assert short.exit_code == 0, short.output
    assert "Where does it hold" not in short.stdout


def test_without_a_terminal_nothing_is_asked(book: Path) -> None:
    assert "Where" not in new("rule", "NEW", "--stop", "x", given=lines(*ANSWERS)).output
