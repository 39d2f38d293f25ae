"""Bad input for longer than the tests have time: every route of the OpenAPI document by schemathesis, and the CDS routes byte by byte.

    python bench/fuzz.py                     1,000 calls a route and mode, then 10 minutes of mutated bytes
    python bench/fuzz.py --calls N --seconds S

Ends with an error at the first answer that is a 5xx, or not as it is described.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))


def described_calls(calls: int) -> None:
    from hypothesis import HealthCheck, given, settings

    from tests.service.test_schemathesis import CALLS, CHECKS, described

    for method, path, mode in CALLS:
        begin = time.perf_counter()
        operation = described()[path][method]

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=calls, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def check(case: Any) -> None:
            case.call_and_validate(checks=CHECKS)

        check()
        print(
            f"{method} {path}, {mode.value}: up to {calls:,} calls in {time.perf_counter() - begin:.0f} s, each answered as described",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=600)
    given = parser.parse_args()
    described_calls(given.calls)
    import subprocess

    command = [sys.executable, "-m", "tests.service.cds.fuzzing", "--seconds", f"{given.seconds:g}"]
    raise SystemExit(subprocess.run(command, cwd=REPOSITORY).returncode)


if __name__ == "__main__":
    main()
