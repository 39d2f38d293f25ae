"""Advisories made by hand, for the reports: each part that can stand in one, and text as wild as a case file may hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from dose_engine.advisory import (
    Advisory,
    AmountRange,
    Assumed,
    Certainty,
    Change,
    Checked,
    Counsel,
    DoseAdvice,
    Evaluators,
    Exposure,
    Finding,
    FindingFact,
    Limit,
    MuscleExposure,
    Option,
    Peak,
    Place,
    Points,
    Question,
    Recent,
    RulebookInfo,
    Severity,
    Source,
    Suggested,
    TimelineEntry,
    Verdict,
)
from dose_engine.units import Units

TODAY = date(2026, 3, 2)
FOREHEAD = Place(zone="frontalis", muscle="frontalis", side="left")
FROWN = Place(zone="glabella", muscle="corrugator", side="right")
NECK = Place(zone="platysma", muscle="platysma", side="left", band="lateral", placement=("low",))


def units(number: int) -> Units:
    return Units.of(number)


def span(low: int, high: int | None) -> AmountRange:
    return AmountRange(low=units(low), high=None if high is None else units(high))


def finding(**changes: Any) -> Finding:
    whole: dict[str, Any] = {
        "rule": "MIG-SAME-MUSCLE",
        "severity": Severity.STOP,
        "certainty": Certainty.CERTAIN,
        "counts_as": Verdict.STOP,
        "places": (FOREHEAD,),
        "title": "Migraine treatment has just used this muscle",
        "message": "This muscle was treated for migraine 41 days ago.",
        "why": "Stacked doses add up.",
        "advise": "Agree the next cycle with the treating neurologist.",
        "hazard": "Stacked doses",
        "facts": (FindingFact(name="days_since_migraine_here", value="41", condition="less than 90"),),
        "missing": (),
        "sources": (
            Source(id="S38", title="Coordinate timing", checked=Checked.SECONDARY),
            Source(id="L17", title="Migraine split", checked=Checked.PRIMARY),
        ),
        "clears_when": "from 2026-04-20",
        "defer_until": date(2026, 4, 20),
    }
    return Finding(**{**whole, **changes})


def possible(rule: str, question: str, severity: Severity = Severity.STOP, **changes: Any) -> Finding:
    counts = {Severity.STOP: Verdict.INCOMPLETE, Severity.CAUTION: Verdict.CAUTION, Severity.INFO: Verdict.OK}[severity]
    return finding(
        rule=rule,
        severity=severity,
        certainty=Certainty.POSSIBLE,
        counts_as=counts,
        title=f"Title of {rule}",
        missing=(question,),
        places=(),
        clears_when="an answer",
        defer_until=None,
        **changes,
    )


def question(name: str, prompt: str, decisive: bool = True) -> Question:
    return Question(name=name, prompt=prompt, decisive=decisive, verdicts={"yes": Verdict.STOP, "no": Verdict.OK}, findings=())


def dose(place: Place = FOREHEAD, **changes: Any) -> DoseAdvice:
    whole: dict[str, Any] = {
        "place": place,
        "label": {"frontalis": "Forehead", "glabella": "Frown lines (glabella)", "platysma": "Neck bands (platysma)"}.get(
            place.zone, "Zone"
        ),
        "planned": units(3),
        "points": Points(planned=2, proposed=None, units_each=Units(300), split=()),
        "suggested": Suggested(
            of="side", min=units(1), max=units(4), used_by_others=span(0, 0), reasons=("Low single digits.",), sources=("S56",)
        ),
        "limits": (Limit(of="point", units=units(4), sources=("S8",)), Limit(of="side", units=units(10), sources=("R7",))),
        "position": "within",
        "verdict": Verdict.OK,
        "findings": (),
        "because": (),
    }
    return DoseAdvice(**{**whole, **changes})


def advisory(**changes: Any) -> Advisory:
    """A quiet case; every part can be replaced."""
    whole: dict[str, Any] = {
        "verdict": Verdict.OK,
        "summary": "Within the careful ranges; nothing known speaks against it.",
        "case": "raised-left-brow",
        "product": "onabotulinumtoxinA",
        "date": TODAY,
        "doses": (dose(),),
        "findings": (),
        "questions": (),
        "exposure": Exposure(
            window_days=92,
            limit=units(400),
            planned=units(5),
            recent=(),
            total=span(5, 5),
            peak=Peak(units=span(5, 5), date=TODAY),
            remaining=span(395, 395),
            uncountable=(),
            muscles=(),
        ),
        "options": (),
        "earliest_date": None,
        "timeline": (TimelineEntry(date=date(2026, 3, 12), until=date(2026, 3, 16), what="Come for the review visit.", sources=("S30",)),),
        "counselling": (
            Counsel(text="Expression is kept.", audience="patient", sources=("S1",)),
            Counsel(text="Print the basis.", audience="injector", sources=()),
        ),
        "assumed": (Assumed(fact="placement", read_as="standard"),),
        "rulebook": RulebookInfo(
            title="Micro-dosing", version="2026.1", sha256="ab" * 32, sealed_by=None, seal="none", seal_note="", overdue=()
        ),
        "evaluators": Evaluators(ran=("compiled", "rete"), agreed=True, note=""),
        "case_sha256": "cd" * 32,
    }
    return Advisory(**{**whole, **changes})


def stopped() -> Advisory:
    """A stop with everything a stop can have."""
    return advisory(
        verdict=Verdict.STOP,
        summary="Do not treat as planned: migraine treatment has just used this muscle.",
        doses=(
            dose(verdict=Verdict.STOP, because=("Withheld: Double vision",)),
            dose(
                FROWN,
                planned=None,
                points=Points(planned=None, proposed=3, units_each=None, split=()),
                position="suggestion",
                verdict=Verdict.STOP,
            ),
            dose(
                NECK, suggested=None, position="withheld", verdict=Verdict.STOP, because=("Withheld: Double vision", "Lowered: hooded lids")
            ),
        ),
        findings=(
            finding(),
            finding(places=(FROWN,)),
            possible("PREGNANT", "pregnant"),
            finding(rule="NECK-CAUTION", severity=Severity.CAUTION, counts_as=Verdict.CAUTION, places=(NECK,), title="More than two bands"),
            finding(rule="ALWAYS", severity=Severity.INFO, counts_as=Verdict.OK, places=(), message="Toxin labels name asymmetry."),
        ),
        questions=(question("pregnant", "Is the patient pregnant?"),),
        exposure=Exposure(
            window_days=92,
            limit=units(400),
            planned=units(5),
            recent=(Recent(purpose="chronic_migraine", units=span(155, 195)), Recent(purpose="other", units=span(0, None))),
            total=span(160, None),
            peak=Peak(units=span(315, None), date=date(2026, 3, 20)),
            remaining=span(0, 85),
            uncountable=("120 units of abobotulinumtoxinA on 2026-01-19",),
            muscles=(
                MuscleExposure(
                    muscle="frontalis",
                    side="left",
                    planned=units(3),
                    recent=span(10, 10),
                    last_treated=date(2026, 1, 20),
                    free_from=date(2026, 4, 20),
                ),
                MuscleExposure(muscle="platysma", side="left", planned=units(3), recent=span(0, 0), last_treated="unknown", free_from=None),
            ),
        ),
        options=(
            Option(
                what="Come back on Monday 2026-04-20",
                changes=(Change(kind="defer", what="Wait", until=date(2026, 4, 20)),),
                verdict_if_done=Verdict.OK,
            ),
            Option(
                what="Leave out the forehead.",
                changes=(Change(kind="leave_out", what="Leave out", place=FOREHEAD),),
                verdict_if_done=Verdict.STOP,
            ),
        ),
        earliest_date=date(2026, 4, 20),
        rulebook=RulebookInfo(
            title="Micro-dosing",
            version="2026.1",
            sha256="ab" * 32,
            sealed_by="Dr A. Example",
            seal="holds",
            seal_note="signed on 2026-01-02",
            overdue=("glabella", "S57"),
        ),
        evaluators=Evaluators(ran=("compiled",), agreed=None, note="the second evaluator is not installed"),
    )


def unscreened(count: int = 20) -> Advisory:
    """A case in which nearly nothing was asked."""
    names = [f"question_{number}" for number in range(count)]
    return advisory(
        verdict=Verdict.INCOMPLETE,
        summary=f"Not enough is known: {count} open questions could change this to a stop.",
        findings=tuple(possible(f"RULE-{name.upper()}", name) for name in names),
        questions=tuple(question(name, f"Is {name} so?") for name in names),
    )


WILD = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="[]bold/*_`|<>&#~$@:!-+=1.) \\", max_size=40),
    st.sampled_from(
        [
            "[bold]x[/bold]",
            "[/]",
            "\N{FACE WITH TEARS OF JOY}" * 30,
            "x" * 200,
            "\u202eevil",
            "\x1b[31mred",
            "a\nb",
            "| a | b |",
            "---",
            "1. one",
        ]
    ),
)
"""Text such as a case or a rulebook of someone else may hold."""


@st.composite
def wild(draw: st.DrawFn) -> Advisory:
    """An advisory whose texts are anything at all."""
    text = lambda: draw(WILD)  # noqa: E731
    severity = draw(st.sampled_from(Severity))
    findings = tuple(
        finding(
            rule=f"RULE-{number}",
            severity=severity,
            certainty=draw(st.sampled_from(Certainty)),
            title=text(),
            message=text(),
            why=text(),
            advise=text(),
            clears_when=text(),
            missing=("asked",),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    return advisory(
        verdict=draw(st.sampled_from(Verdict)),
        case=text(),
        summary=text(),
        doses=(dose(label=text(), because=(text(),)), dose(NECK, label=text())),
        findings=findings,
        questions=(question("asked", text()),),
        options=(Option(what=text(), changes=(), verdict_if_done=Verdict.OK),),
        timeline=(TimelineEntry(date=TODAY, until=None, what=text(), sources=(text(),)),),
        counselling=(Counsel(text=text(), audience="patient", sources=(text(),)),),
        rulebook=RulebookInfo(
            title=text(),
            version=text(),
            sha256="ab" * 32,
            sealed_by=draw(st.one_of(st.none(), WILD)),
            seal=draw(st.sampled_from(["none", "holds", "changed"])),
            seal_note=text(),
            overdue=(text(),),
        ),
    )
