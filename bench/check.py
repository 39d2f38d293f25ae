"""Figures of one check: start-up, advice from JSON to JSON, where the time goes, memory, threads. Prints; judges nothing.

    python bench/check.py            everything (a few minutes, mostly the 100,000 checks)
    python bench/check.py --quick    without the long memory run

Ratios are measured within one run, the two sides in turn, because machines are noisy; quote the medians.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "raised-left-brow.yaml"
TODAY = dt.date(2026, 3, 2)

BARE = """
import typer, yaml, durable.engine
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
class One(BaseModel):
    number: int
    word: str
One(number=1, word="a")
"""

CASE = {
    "case": "bench",
    "date": "2026-03-02",
    "visit": "first_pass",
    "product": "onabotulinumtoxinA",
    "patient": {"age": 41, "first_treatment": "no", "screening": {"everything_else": "no"}, "performer": [], "event": "none"},
    "asymmetry": {"onset": "longstanding", "cause": "muscular", "seen_on_video": "yes", "millimetres": 2},
    "goals": ["level the brows", "even the smile"],
    "history": {
        "complete": "yes",
        "treatments": [
            {"date": "2025-11-20", "protocol": "chronic_migraine", "units": 155},
            {"date": "2026-01-10", "purpose": "axillary_hyperhidrosis", "units": 100},
            {"date": "2025-11-01", "purpose": "aesthetic", "doses": [{"zone": "masseter", "side": "left", "units": 15}]},
        ],
    },
    "plan": [
        {"zone": "frontalis", "side": "left", "units": 3, "points": 2, "activity": "overactive", "placement": ["lateral"]},
        {"zone": "glabella", "muscle": "corrugator", "side": "right", "units": 2, "points": 1},
        {"zone": "dao", "side": "left", "units": 1, "points": 1, "activity": "overactive"},
        {"zone": "mentalis", "units": 2, "points": 1},
    ],
}


def seconds(work: Callable[[], object], runs: int) -> float:
    """The median time of one call, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def side_by_side(*works: Callable[[], object], rounds: int = 300) -> list[float]:
    """Median seconds of each, measured in turn."""
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[index].append(time.perf_counter() - start)
    return [statistics.median(one) for one in times]


def start_up() -> None:
    print("\nStart-up: whole processes, in turn, median of 9")
    check = [sys.executable, "-m", "dose_engine", "check", str(EXAMPLE)]
    installed = Path(sys.executable).parent / "dose-engine"
    if installed.exists():
        check = [str(installed), "check", str(EXAMPLE)]
    bare = [sys.executable, "-c", BARE]
    times: dict[str, list[float]] = {"check": [], "bare": []}
    for _ in range(10):
        for name, command in (("check", check), ("bare", bare)):
            start = time.perf_counter()
            done = subprocess.run(command, stdout=subprocess.DEVNULL, cwd=REPOSITORY, check=False, env={**os.environ, "NO_COLOR": "1"})
            times[name].append(time.perf_counter() - start)
            assert done.returncode == 0, done
    medians = {name: statistics.median(one[1:]) for name, one in times.items()}
    print(f"  dose-engine check   {medians['check'] * 1000:7.1f} ms")
    print(f"  bare imports        {medians['bare'] * 1000:7.1f} ms")
    print(f"  ratio               {medians['check'] / medians['bare']:7.2f}     (goal: at most 1.5)")


def advice() -> None:
    from dose_engine import Advisory, Case, Engine, read_case
    from dose_engine.canonical import canonical
    from dose_engine.exposure import exposure

    engine, alone = Engine.load(REPOSITORY), Engine.load(REPOSITORY, confirm=False)
    book = engine.rulebook
    raw = json.dumps(CASE).encode()

    def read() -> Case:
        return read_case(raw, "case.json", book, TODAY)

    case = read()
    advisory = engine.advise(case, options=False)
    assert not advisory.questions, [question.name for question in advisory.questions]
    assert advisory.evaluators.agreed
    values, shown = case.model_dump(), advisory.model_dump()

    def pydantic_alone() -> None:
        Case.model_validate(values)
        Advisory.model_validate(shown).model_dump_json()

    runner = alone._runner
    evaluation = runner(canonical(case, book))
    compiled = runner.compiled
    programs = [(compiled.case(), evaluation.records[None])]
    programs += [(compiled.dose(d.zone, d.muscle), evaluation.records[i]) for i, d in enumerate(evaluation.facts.doses)]

    def rules_alone() -> None:
        for program, record in programs:
            program.run(record)

    base, whole, rules, confirmed, full = side_by_side(
        pydantic_alone,
        lambda: alone.advise(read(), options=False).model_dump_json(),
        rules_alone,
        lambda: engine.advise(read(), options=False).model_dump_json(),
        lambda: engine.advise(read()).model_dump_json(),
    )
    print("\nAdvice: four injections, three history entries, every question answered, JSON to JSON")
    print(f"  pydantic's own validate and dump       {base * 1e6:8.0f} us")
    print(f"  advise, no options, not confirmed      {whole * 1e6:8.0f} us   {whole / base:5.2f} x   (goal: at most 10 x)")
    print(f"  the compiled rules alone               {rules * 1e6:8.0f} us   {rules / base:5.2f} x   (goal: at most 0.3 x)")
    print(f"  advise with confirmation               {confirmed * 1e6:8.0f} us               (goal: at most 2500 us)")
    print(f"  with options                           {full * 1e6:8.0f} us               (goal: at most 15000 us more)")
    stopped = read_case(json.dumps(_stopped()).encode(), "case.json", book, TODAY)
    plain, optioned = side_by_side(lambda: engine.advise(stopped, options=False), lambda: engine.advise(stopped), rounds=100)
    count = len(engine.advise(stopped).options)
    print(f"  a stop: without options, with them     {plain * 1e6:8.0f} us {optioned * 1e6:8.0f} us  ({count} options)")

    print("\nWhere it goes")
    facts_of = runner
    steps: list[tuple[str, Callable[[], object]]] = [
        ("read the case", read),
        ("order it", lambda: canonical(case, book)),
        ("facts, rules, firings", lambda: facts_of(evaluation.case)),
        ("confirm (rete)", lambda: engine._confirmer.confirm(evaluation)),
        ("exposure", lambda: exposure(evaluation.facts)),
        ("write the advisory", advisory.model_dump_json),
    ]
    for (name, _), spent in zip(steps, side_by_side(*(work for _, work in steps)), strict=True):
        print(f"  {name:28} {spent * 1e6:8.0f} us")


def _stopped() -> dict[str, object]:
    plan = [
        {"zone": "frontalis", "side": "left", "units": 12, "points": 4, "activity": "overactive"},
        {"zone": "lateral_canthal", "side": "left", "units": 13, "points": 4},
        {"zone": "dao", "side": "left", "units": 5, "points": 2},
        {"zone": "mentalis", "units": 9, "points": 3},
    ]
    history = {"complete": "yes", "treatments": [*CASE["history"]["treatments"], {"date": "2026-01-20", "protocol": "chronic_migraine"}]}  # type: ignore[index]
    return {**CASE, "plan": plan, "history": history}


def memory(checks: int = 100_000) -> None:
    from dose_engine import Engine, read_case

    engine = Engine.load(REPOSITORY)
    raw = json.dumps(CASE).encode()

    def run(count: int) -> None:
        for _ in range(count):
            engine.advise(read_case(raw, "case.json", engine.rulebook, TODAY), options=False).model_dump_json()

    run(2000)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    run(checks)
    spent = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"\nMemory: {checks:,} checks in {spent:.0f} s, {grown:.1f} MB more at the peak   (goal: under 5 MB)")


def threads() -> None:
    from dose_engine import Engine, read_case
    from dose_engine.intake import case_from
    from dose_engine.workbench.generate import RandomDraw, generate_case

    engine = Engine.load(REPOSITORY)
    cases = [case_from(generate_case(RandomDraw(seed), engine.rulebook), engine.rulebook, TODAY) for seed in range(200)]
    cases.append(read_case(json.dumps(CASE).encode(), "case.json", engine.rulebook, TODAY))

    def advise(case: object) -> str:
        return engine.advise(case).model_dump_json()  # type: ignore[arg-type]

    one = [advise(case) for case in cases]
    with ThreadPoolExecutor(8) as pool:
        eight = list(pool.map(advise, cases))
    print(f"\nThreads: 8 threads over {len(cases)} cases give {'the same bytes as one' if one == eight else 'OTHER BYTES than one'}")


if __name__ == "__main__":
    start_up()
    advice()
    threads()
    if "--quick" not in sys.argv:
        memory()
