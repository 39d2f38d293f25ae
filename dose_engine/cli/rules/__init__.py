"""`dose-engine rules ...`: what the clinical lead works with. One file a verb; loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from .book import book
from .boundary import boundary
from .diff import diff
from .impact import impact
from .keygen import keygen
from .lint import lint
from .new_question import new_question
from .new_rule import new_rule
from .prove import prove
from .schema import schema
from .seal import seal
from .test import run_cases
from .verify import verify

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="For the clinical lead: check, test, prove, compare, print and seal a rulebook.",
)

VERBS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("lint", lint),
    ("test", run_cases),
    ("prove", prove),
    ("boundary", boundary),
    ("diff", diff),
    ("impact", impact),
    ("book", book),
    ("seal", seal),
    ("verify", verify),
    ("keygen", keygen),
    ("schema", schema),
    ("new-rule", new_rule),
    ("new-question", new_question),
)
for name, verb in VERBS:
    app.command(name)(verb)
