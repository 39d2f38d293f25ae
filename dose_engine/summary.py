"""The verdict in one or two plain sentences: what holds it up, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .advisory import Certainty, DoseAdvice, Finding, Question, Verdict


def summary(
    verdict: Verdict, findings: Sequence[Finding], questions: Sequence[Question], doses: Sequence[DoseAdvice], earliest: date | None
) -> str:
    """What an injector reads first."""
    certain = [finding for finding in findings if finding.certainty is Certainty.CERTAIN and finding.counts_as is verdict]
    titles = list(dict.fromkeys(finding.title for finding in certain))
    first = titles[0] if titles else ""
    more = f", and {len(titles) - 1} more" if len(titles) > 1 else ""
    deciding = [question for question in questions if question.decisive]
    match verdict:
        case Verdict.STOP:
            wait = f" The earliest day without a stop is {earliest.isoformat()}." if earliest else ""
            text = f"Do not treat as planned: {first}{more}.{wait}"
        case Verdict.INCOMPLETE:
            count = len(deciding) or len(questions)
            text = f"Not enough is known: {count} open question{'s' if count != 1 else ''} could change this to a stop."
        case Verdict.CAUTION:
            text = f"Take care: {first}{more}." if first else "Take care: an open question could matter."
        case Verdict.OK:
            text = "Within the careful ranges; nothing known speaks against it."
    unmeasured = sum(1 for dose in doses if dose.planned is None)
    if unmeasured:
        text += f" {unmeasured} dose{'s have' if unmeasured > 1 else ' has'} no units yet: a suggestion, not a check."
    return text
