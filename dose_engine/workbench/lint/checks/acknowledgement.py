"""Summary
    An acknowledgement that cannot be read, gives no reason, or allows nothing.

Why it matters
    An acknowledgement says that somebody looked and decided. One without a reason cannot be judged later; one that
    allows nothing is left over from a finding that was mended, and would hide the next.

What to do
    Write `# lint: allow CODE because REASON` on the line of the finding or right above it, with the decision or the
    source as the reason. When the finding is gone, take the line out.

Example
    # lint: allow gap-between-suggest-and-limit
"""

from __future__ import annotations

from collections.abc import Iterator

from ....errors import did_you_mean, quoted
from ..acknowledge import SHORTEST_REASON, acknowledgements
from ..finding import Found, Severity
from ..reading import Reading

SEVERITY = Severity.ERROR
_FORM = "write `# lint: allow CODE because REASON`"


def check(reading: Reading) -> Iterator[Found]:
    """Those that cannot be used; `lint` adds those that allow nothing, once it knows what there is to allow."""
    from ..registry import every_check

    codes = every_check()
    for one in acknowledgements(reading.whole):
        if not one.code:
            yield Found(f"{quoted(one.text)} is no acknowledgement", one.place, "acknowledgement", _FORM)
        elif one.code not in codes:
            help = did_you_mean(one.code, codes, "`dose-engine rules lint --list` lists the codes")
            yield Found(f"{quoted(one.code)} is not a code of lint", one.place, "acknowledgement", help)
        elif one.code == "acknowledgement":
            yield Found("an acknowledgement cannot be allowed away", one.place, "acknowledgement", "correct it or take it out")
        elif len(one.because) < SHORTEST_REASON:
            said = f"the reason {quoted(one.because)} says nothing" if one.because else "it gives no reason"
            yield Found(said, one.place, "acknowledgement", f"{_FORM}, with the decision or the source")
