"""The record: valid GitHub-flavoured Markdown that says everything, in which text stays text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from dose_engine.advisory import Advisory
from dose_engine.report.markdown import escaped, report
from dose_engine.report.words import clean
from tests.report.advisory_samples import WILD, advisory, stopped, unscreened, wild

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def text_of(markdown: str) -> list[str]:
    """The text of a rendered paragraph, and the kinds of everything in it that is not text."""
    tokens = RENDERER.parse(markdown)
    return [child.content if child.type == "text" else child.type for token in tokens for child in token.children or []]


@settings(max_examples=400, deadline=None)
@given(WILD)
def test_text_comes_out_as_it_went_in(text: str) -> None:
    wanted = clean(text).strip()
    rendered = text_of(f"- {escaped(text)}")
    assert "".join(rendered) == wanted


@settings(max_examples=200, deadline=None)
@given(WILD)
def test_a_cell_stays_one_cell(text: str) -> None:
    tokens = RENDERER.parse(f"| a | b |\n| --- | --- |\n| {escaped(text)} | end |\n")
    assert [token.type for token in tokens].count("td_open") == 2


@settings(max_examples=100, deadline=None)
@given(wild())
def test_the_headings_are_ours_whatever_the_texts_hold(shown: Advisory) -> None:
    tokens = RENDERER.parse(report(shown))
    ours = {"What to change", "Doses", "Timeline", "Tell the patient", "Sources of the findings"}
    begun = ("Stop (", "Caution (", "For information (", "Not ruled out (", "Exposure over")
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and heading.tag == "h2":
            assert inline.content in ours or inline.content.startswith(begun), inline.content
    assert not [token for token in tokens if token.type in ("html_block", "code_block", "fence")]


@pytest.mark.parametrize("text", ["www.example.org", "https://example.org", "@someone", "a@b.org", ":smile:", "$x$", "#12", "~~gone~~"])
def test_nothing_becomes_a_link_a_mention_or_a_sign(text: str) -> None:
    assert "\\" in escaped(text)


def test_everything_is_in_the_record() -> None:
    text = report(stopped(), "a.yaml")
    for part in (
        "# STOP: a.yaml - raised-left-brow",
        "1. Come back on Monday 2026-04-20",
        "| STOP | Frown lines (glabella), corrugator, right | none | 3 points (proposed) |",
        "- **Migraine treatment has just used this muscle** (Forehead, left; Frown lines (glabella), corrugator, right)",
        "  - Facts: days since migraine here: 41 (less than 90)",
        "  - Not before Mon 2026-04-20",
        "Unanswered: Is the patient pregnant? (could be a stop: Title of PREGNANT)",
        "- Cannot be counted: 120 units of abobotulinumtoxinA on 2026-01-19",
        "| frontalis | left | 3 U | 10 U | Tue 2026-01-20 | Mon 2026-04-20 |",
        "- Thu 2026-03-12 to Mon 2026-03-16: Come for the review visit.",
        "- L17 (primary): Migraine split",
        "cd" * 32,
        "**This advises. A clinician decides.**",
    ):
        assert part in text, part


def test_every_question_is_in_the_record() -> None:
    assert report(unscreened()).count("- Unanswered:") == 20


def test_a_quiet_case_is_short() -> None:
    assert "## Stop" not in report(advisory())
