"""What can hold together, without any patient at hand: a small solver over conditions, for questions a lint asks by the thousand.

It answers for facts that are known in full, each with one value; `evaluators.semantics` remains the meaning. Where it cannot tell within
its bounds, it says that a condition can hold, so that no finding is made up.
"""

from .grounds import Ground
from .solve import Logic

__all__ = ["Ground", "Logic"]
