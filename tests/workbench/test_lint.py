"""The checks as a whole: found by the registry, documented, and satisfied with the shipped rulebook."""

from __future__ import annotations

import ast
import pkgutil
import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from dose_engine.workbench.lint import Severity, every_check, lint
from dose_engine.workbench.lint import checks as folder
from dose_engine.workbench.lint.plain_words import ACTIONS, JARGON, TO_A_PATIENT
from dose_engine.workbench.lint.registry import SECTIONS
from dose_engine.workbench.whole import whole_of
from tests.strategies import rulebook_texts
from tests.workbench.planting import TODAY, looked_through, shipped_texts

PUBLISHED: Final = """
    acknowledgement dead-part dead-rule dead-suggestion doubled-unit fill-in gap-between-suggest-and-limit
    hidden-number jargon long-sentence long-text lowers-nothing never-in-message no-action number-instead-of-constant
    number-without-source off-half-unit open-below-stop overlapping-limits protocol-sum question-form redundant-test
    review-incomplete review-overdue rule-without-case same-title shadowed-rule source-set-aside suggested-above-limit
    suspicious-step text-number-differs title-names-verdict unchecked-stop unreachable-limit unused-constant
    unused-fact unused-hazard unused-question unused-source zone-without-stop
"""
"""Codes that stand in the books of others: none of them may go or be renamed."""


def test_the_shipped_book_is_clean() -> None:
    report = lint(whole_of(dict(shipped_texts())), TODAY)
    assert [f"{one.file}:{one.line}: {one.about}: {one.message} [{one.code}]" for one in report.findings] == []


def test_what_the_shipped_book_acknowledges_names_a_decision() -> None:
    report = lint(whole_of(dict(shipped_texts())), TODAY)
    assert all(re.match(r"[RDS][0-9]+ ", one.because) for one in report.acknowledged)


def test_no_published_code_has_gone() -> None:
    assert set(PUBLISHED.split()) <= every_check().keys()


def test_every_code_is_published() -> None:
    assert every_check().keys() <= set(PUBLISHED.split())


@pytest.mark.parametrize("code", every_check())
def test_every_check_says_what_it_finds_why_and_what_to_do(code: str) -> None:
    check = every_check()[code]
    assert tuple(check.sections) == SECTIONS
    assert all(text.strip() for text in check.sections.values())
    assert check.summary.endswith((".", ";", ":"))
    assert len(check.summary) <= 180
    assert "\u2014" not in check.documentation


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(folder.__path__)])
def test_every_module_is_a_small_check(name: str) -> None:
    text = (Path(folder.__path__[0]) / f"{name}.py").read_text()
    assert every_check()[name.replace("_", "-")].severity in Severity
    assert len(text.splitlines()) <= 120
    assert ast.get_docstring(ast.parse(text))


def test_a_finding_says_where_what_and_what_to_do() -> None:
    report = looked_through(
        ("rules/neck.yaml", "title: More than two neck bands in the plan", "title: Stop, too many neck bands"),
        (
            "zones.yaml",
            "- {of: side, caution_above: 2, stop_above: 4, sources: [S61",
            "- {of: side, caution_above: 1.2, stop_above: 4, sources: [S61",
        ),
        ("rules/facts.yaml", "asked: Does the patient see double?", "asked: Does the patient not see double"),
    )
    assert len(report.findings) >= 4
    for finding in report.findings:
        assert finding.line > 0
        assert finding.file in shipped_texts()
        assert finding.message[:1] == finding.message[:1].lower()
        assert not finding.message.endswith(".")
        assert finding.about
        assert finding.help


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rulebook_texts(rules=12))
def test_whatever_loads_can_be_looked_through(texts: dict[str, str]) -> None:
    for finding in lint(whole_of(texts), TODAY).findings:
        assert finding.file in texts
        assert 0 < finding.line <= texts[finding.file].count("\n") + 1
        assert finding.message.isprintable()


def test_words_are_told_with_a_plain_one_and_a_reason() -> None:
    for word, plain in {**JARGON, **TO_A_PATIENT}.items():
        assert word == word.lower()
        assert plain.instead
        assert plain.why
    assert not JARGON.keys() & TO_A_PATIENT.keys()
    assert not JARGON.keys() & ACTIONS
