"""Faults planted in the shipped rulebook: its texts with one thing changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Final

from dose_engine.rulebook.load import folder_texts, shipped_folder
from dose_engine.workbench.lint import Finding, Report, lint
from dose_engine.workbench.whole import Whole, whole_of

TODAY: Final = dt.date(2026, 11, 24)
Edit = tuple[str, str, str]
"""A file, what stands in it, and what is put there instead (`""` as what stands there: put at the end)."""


@cache
def shipped_texts() -> Mapping[str, str]:
    texts, problems = folder_texts(shipped_folder(), beside=True)
    assert not problems
    return texts


def planted(*edits: Edit, cases: bool = False) -> dict[str, str]:
    """The shipped texts with these edits. Without their cases, unless they matter: they take the most time to read."""
    texts = {name: text for name, text in shipped_texts().items() if cases or not name.endswith((".cases.yaml", "claims.yaml"))}
    for file, old, new in edits:
        assert not old or texts[file].count(old) == 1, f"{file} holds {old!r} {texts[file].count(old)} times"
        texts[file] = texts[file].replace(old, new) if old else texts[file] + new
    return texts


def whole_with(*edits: Edit, cases: bool = False) -> Whole:
    return whole_of(planted(*edits, cases=cases))


def looked_through(*edits: Edit, cases: bool = False, day: dt.date = TODAY) -> Report:
    return lint(whole_with(*edits, cases=cases), day)


def line_of(whole: Whole, file: str, text: str) -> int:
    """The line on which a text stands for the first time."""
    return whole.texts[file][: whole.texts[file].index(text)].count("\n") + 1


def of(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.findings if finding.code == code]
