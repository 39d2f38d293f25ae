"""What is wrong with a CDS Hooks request, gathered so that the caller learns all of it at once. `Refused` serves every route."""

from __future__ import annotations

from ..strict_json import Refused

__all__ = ["Faults", "Refused"]


class Faults:
    """The faults of one body, in the order they are met."""

    def __init__(self) -> None:
        self._found: list[Refused] = []

    def add(self, where: str, reason: str, code: str = "wrong-type") -> None:
        """One more fault: lower-case start, no full stop, and no value that was sent."""
        self._found.append(Refused(400, reason, code, where=where))

    def refuse_if_any(self) -> None:
        """Raises the first fault as `Refused`, with the others in `more`."""
        if self._found:
            first, *rest = self._found
            raise Refused(400, first.reason, first.code, where=first.where, more=tuple(rest[:MOST_SHOWN]))


MOST_SHOWN = 30
"""Further faults that one answer shows."""
