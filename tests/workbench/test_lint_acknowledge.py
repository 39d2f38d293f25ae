"""A finding can be acknowledged in the file, with a reason; an acknowledgement that is not one is a finding itself."""

from __future__ import annotations

import pytest

from dose_engine.workbench.lint import Report, every_check, lint
from dose_engine.workbench.lint.acknowledge import acknowledgements
from dose_engine.workbench.whole import whole_of
from tests.workbench.planting import TODAY, Edit, looked_through, of, planted, shipped_texts

TITLE = "  title: More than two neck bands in the plan\n"
LONG = "  title: More than two neck bands in the plan, and more, and more, and more of them"
CODE = "long-text"
REASON = "the lead wants the whole sentence in the title"
ALLOW = f"# lint: allow {CODE} because {REASON}"


def neck(*lines: str) -> Edit:
    return "rules/neck.yaml", TITLE, "\n".join(lines) + "\n"


def only(report: Report) -> list[str]:
    """The codes found in the file that was changed, whose cases were left out."""
    return [finding.code for finding in report.findings if finding.file == "rules/neck.yaml" and finding.code != "rule-without-case"]


@pytest.mark.parametrize(
    "edit",
    [
        neck(f"  {ALLOW}", LONG),
        neck(f"{LONG}  {ALLOW}"),
        neck("  # The next line says why.", f"  {ALLOW}", "  # It was decided so.", LONG),
        ("rules/neck.yaml", f"- id: PLATYSMA-MORE-BANDS\n{TITLE}", f"{ALLOW}\n- id: PLATYSMA-MORE-BANDS\n{LONG}\n"),
        ("rules/neck.yaml", f"- id: PLATYSMA-MORE-BANDS\n{TITLE}", f"- id: PLATYSMA-MORE-BANDS  {ALLOW}\n{LONG}\n"),
        neck(f"  #lint:allow {CODE}   because  {REASON}", LONG),
        neck(f"  # lint allow {CODE} because {REASON}", LONG),
    ],
    ids=["above", "on the line", "among comments", "above the rule", "on the rule", "written tightly", "without the colon"],
)
def test_an_acknowledged_finding_is_no_finding_and_keeps_its_reason(edit: Edit) -> None:
    report = looked_through(edit)
    assert only(report) == []
    allowed = [one for one in report.acknowledged if one.finding.file == "rules/neck.yaml"]
    assert [(one.finding.code, one.because) for one in allowed] == [(CODE, REASON)]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (neck(f"  # lint: allow {CODE}", LONG), "it gives no reason"),
        (neck(f"  # lint: allow {CODE} because D5", LONG), "the reason `D5` says nothing"),
        (neck(f"  # lint: allow long-txt because {REASON}", LONG), "`long-txt` is not a code of lint"),
        (neck(f"  # lint: allow {CODE}, {REASON}", LONG), "is no acknowledgement"),
        (neck(f"  # lint: ignore {CODE} because {REASON}", LONG), "is no acknowledgement"),
        (neck(f"  # lint: allow jargon because {REASON}", LONG), "nothing here is found by `jargon`"),
        (neck(f"  {ALLOW}", "", LONG), f"nothing here is found by `{CODE}`"),
        (neck(LONG, f"  {ALLOW}"), f"nothing here is found by `{CODE}`"),
        (
            ("rules/neck.yaml", "  sources: [S66, D11, R18]\n", f"  sources: [S66, D11, R18]  {ALLOW}\n"),
            f"nothing here is found by `{CODE}`",
        ),
        (neck("  # lint: allow acknowledgement because nobody has the time for it", LONG), "cannot be allowed away"),
    ],
    ids=["no reason", "two letters", "unknown code", "a comma", "another verb", "another code", "a gap", "below", "elsewhere", "itself"],
)
def test_an_acknowledgement_that_is_none_is_a_finding_and_silences_nothing(edit: Edit, says: str) -> None:
    report = looked_through(edit)
    found = of(report, "acknowledgement")
    assert [says in finding.message for finding in found] == [True]
    assert not [one for one in report.acknowledged if one.finding.file == "rules/neck.yaml"]
    if edit[1] == TITLE:
        assert CODE in only(report)


def test_a_misspelt_code_is_answered_with_the_nearest() -> None:
    report = looked_through(neck(f"  # lint: allow long-txt because {REASON}", LONG))
    assert "did you mean `long-text`?" in of(report, "acknowledgement")[0].help


def test_two_findings_of_one_line_need_one_acknowledgement_each_code() -> None:
    both = "  title: Too many neck bands in the plan, and more, and more, and more, and more of them"
    report = looked_through(neck(f"  {ALLOW}", both))
    assert only(report) == ["title-names-verdict"]


def test_words_in_a_text_are_no_acknowledgement() -> None:
    said = f"  because: 'Write\n    {ALLOW}'\n"
    texts = planted(
        ("rules/neck.yaml", "  because: A blanket pattern adds dose where nothing pulls, next to the muscles of swallowing.\n", said)
    )
    whole = whole_of(texts)
    assert ALLOW in whole.book.rule_by_id["PLATYSMA-MORE-BANDS"].because
    assert not [one for one in acknowledgements(whole) if one.file == "rules/neck.yaml"]


def test_an_acknowledgement_goes_with_its_finding() -> None:
    """Each one of the shipped book still allows something: where the finding is mended, it is reported."""
    for one in acknowledgements(whole_of(dict(shipped_texts()))):
        assert one.code in every_check()
        assert one.covers


@pytest.mark.parametrize("sign", ["", "\u2028", "\x85", "\u2029"], ids=["plain", "u2028", "x85", "u2029"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_odd_ends_of_lines_do_not_move_an_acknowledgement(sign: str, end: str) -> None:
    because = "  because: A blanket pattern adds dose where nothing pulls, next to the muscles of swallowing.\n"
    advise = "  advise: Keep the one or two bands that visibly pull.\n"
    odd = f'  because: "A blanket pattern {sign} adds dose where nothing pulls."\n'
    idle = f"  # lint: allow no-action because {REASON}\n  advise: One or two bands pull.\n"
    texts = planted(("rules/neck.yaml", because, odd), ("rules/neck.yaml", advise, idle))
    texts["rules/neck.yaml"] = texts["rules/neck.yaml"].replace("\n", end)
    report = lint(whole_of(texts), TODAY)
    assert only(report) == []
    assert [one.because for one in report.acknowledged if one.finding.file == "rules/neck.yaml"] == [REASON]


def test_the_order_of_the_files_does_not_matter() -> None:
    texts = planted(neck(LONG), ("rules/jaw.yaml", "aim: {is_not: slimming}", "aim: {is_not: slimming}, region: jaw"))
    turned = dict(reversed(texts.items()))
    assert lint(whole_of(texts), TODAY).findings == lint(whole_of(turned), TODAY).findings
