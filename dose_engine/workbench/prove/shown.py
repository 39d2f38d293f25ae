"""A patient who breaks a claim, as a case to save beside the rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...advisory import Severity, Verdict
from ..cases.yaml_text import rule_case
from ..claims import Claim
from ..whole import Whole
from .judge import Judge, forbidden
from .result import Proof, Witness

_SEVERE = {None: Verdict.OK, Severity.INFO: Verdict.OK, Severity.CAUTION: Verdict.CAUTION, Severity.STOP: Verdict.STOP}


def witness_text(proof: Proof, witness: Witness, whole: Whole) -> str:
    """The case in YAML: what the claim expects of it, and, as a comment, what the engine says now."""
    judge = Judge(whole.book)
    claim = next((one for one in whole.claims if one.id == proof.claim), None)
    text = _case(proof, witness.says, witness.values, claim, judge, whole)
    if witness.then is not None:
        text += _case(proof, f"{witness.says} (a step on)", witness.then, claim, judge, whole)
    return text


def _case(proof: Proof, says: str, values: Mapping[str, Any], claim: Claim | None, judge: Judge, whole: Whole) -> str:
    evaluation = judge.evaluation(values)
    fired = sorted({one.rule.id for one in evaluation.fired if one.counts_as is not Verdict.OK})
    worst = [evaluation.verdict, *(_SEVERE[whole.book.rule_by_id[rule].severity] for rule in (claim.fires if claim else ()))]
    expect: dict[str, Any] = {"verdict": str(claim.verdict if claim and claim.verdict else max(worst, key=lambda one: one.rank))}
    if claim and claim.fires:
        expect["fires"] = list(claim.fires)
    if claim and (never := [rule.id for rule in forbidden(claim, whole.book) if rule.id in fired]):
        expect["not"] = never
    name = re.sub(r"[^A-Z0-9]+", "-", f"BREAKS-{proof.claim}".upper()).strip("-")
    now = f"# now: {evaluation.verdict}" + (f", by {', '.join(fired)}" if fired else ", nothing fires")
    if "not" in expect and not (claim and claim.verdict):
        now += "; without what must not fire the verdict may be another: correct it"
    return f"{now}\n{rule_case(name, says, values, expect)}"
