"""Where the command starts: `dose-engine`, or `python -m dose_engine`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line. What it makes on the way to an answer is kept, so garbage is not collected; `check` of many files turns
    collecting on again once the rulebook is loaded."""
    gc.disable()
    from .cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
