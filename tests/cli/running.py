"""Runs the command line in this process, as a shell would: arguments, standard input, and what came out."""

from __future__ import annotations

from typing import Final

from typer.testing import CliRunner, Result

from dose_engine.cli import app

SCREENED: Final = "patient: {age: 34, first_treatment: no, screening: {everything_else: no}}"

QUIET: Final = f"""\
case: raised-left-brow
date: 2026-03-02
visit: first_pass
product: onabotulinumtoxinA
{SCREENED}
asymmetry: {{onset: longstanding, cause: muscular, seen_on_video: yes, millimetres: 2}}
goals: [level the brows]
history: {{complete: yes}}
plan:
  - {{zone: frontalis, side: left, units: 3, points: 2, activity: overactive}}
  - {{zone: glabella, muscle: corrugator, side: right, units: 2}}
"""
"""A case that is ok."""

CAUTION: Final = QUIET.replace("everything_else: no", "everything_else: no, dry_eye: no, blood_thinner: yes")
OPEN: Final = QUIET.replace("everything_else: no", "pregnant: unknown, everything_else: no")
STOP: Final = QUIET.replace("everything_else: no", "pregnant: yes, everything_else: no")
BROKEN: Final = QUIET.replace("frontalis", "frontalus")

VERDICTS: Final = {"ok": (QUIET, 0), "caution": (CAUTION, 10), "incomplete": (OPEN, 20), "stop": (STOP, 30)}


def run(*arguments: str, given: str | None = None, **environment: str | None) -> Result:
    return CliRunner(env={"TERM": "dumb", "DOSE_ENGINE_RULES": None, "DOSE_ENGINE_DEBUG": None, **environment}).invoke(
        app, list(arguments), input=given, prog_name="dose-engine"
    )
