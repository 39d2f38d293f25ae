"""Where the command starts: `dose-engine`, or `python -m dose_engine`."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line. Until its rulebook is loaded nothing made is garbage, so collecting waits until then (about 20 ms)."""
    gc.disable()
    from .cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
