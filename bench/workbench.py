"""How long the verbs of the clinical lead take on the shipped rulebook, each as a whole process. Prints figures; asserts nothing.

python bench/workbench.py           one run each
python bench/workbench.py --runs 5  the median of five
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
GOALS = {"lint": 1, "test": 5, "test --mutate": 60, "prove": 60}
"""Seconds on two cores."""


def commands(scratch: Path) -> dict[str, list[str]]:
    own = ["--rules", str(REPOSITORY)]
    return {
        "lint": ["lint", *own],
        "test": ["test", *own],
        "test --coverage": ["test", "--coverage", *own],
        "test --mutate": ["test", "--mutate", *own],
        "prove --check": ["prove", "--check", *own],
        "prove": ["prove", *own],
        "boundary": ["boundary", *own],
        "diff": ["diff", str(REPOSITORY), str(REPOSITORY)],
        "impact": ["impact", str(REPOSITORY), str(REPOSITORY)],
        "book": ["book", "-o", str(scratch / "book.html"), "--force", *own],
        "schema --check": ["schema", "--check", *own],
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=1)
    runs = arguments.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        for name, command in commands(Path(scratch)).items():
            took, codes = [], set()
            for _ in range(runs):
                start = time.perf_counter()
                done = subprocess.run([sys.executable, "-m", "dose_engine", "rules", *command], capture_output=True, check=False)
                took.append(time.perf_counter() - start)
                codes.add(done.returncode)
            goal = f"  (goal {GOALS[name]} s)" if name in GOALS else ""
            wrong = "" if codes == {0} else f"  exit code {', '.join(map(str, sorted(codes)))}"
            print(f"{name:<16} {statistics.median(took):7.2f} s{goal}{wrong}", flush=True)


if __name__ == "__main__":
    main()
