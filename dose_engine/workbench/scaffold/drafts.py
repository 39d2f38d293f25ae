"""What is to be added, as far as it is said. What is left out stands in the file as FILL IN and what to write, which lint finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ...advisory import Severity

FILL_IN: Final = "FILL IN"
"""How every text that is still to be written begins."""

MISSING: Final = "FILL-IN"
"""The id of the source and of the hazard that a draft cites until it names its own; added to the files that list them."""

When = Mapping[str, Any] | Literal["always"]
"""A condition in the shape it has in a rule file."""

_TEXTS: Final = {
    "title": "the situation in a few words, not the verdict",
    "message": "what the injector is told, in one sentence",
    "because": "why this is so",
    "advise": "what to do about it",
    "asked": "the question, to be answered yes or no",
}


def or_fill_in(name: str, text: str) -> str:
    return text or f"{FILL_IN}: {_TEXTS[name]}"


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source that the book does not list yet. It is entered as unchecked: only a named reviewer changes a grade."""

    id: str
    title: str
    document: str

    def entries(self) -> dict[str, Any]:
        return {"title": self.title, "document": self.document, "checked": "unchecked"}


MISSING_SOURCE: Final = SourceDraft(
    MISSING, f"{FILL_IN}: cited where a source is still missing", f"{FILL_IN}: name the source where it is cited, then take this out"
)
MISSING_HAZARD: Final[Mapping[str, Any]] = {
    "title": f"{FILL_IN}: cited where a hazard is still missing",
    "says": f"{FILL_IN}: name the hazard where it is cited, then take this out",
    "sources": [MISSING],
}


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule with one finding. An empty text is one that is still to be written."""

    id: str
    when: When
    severity: Severity
    message: str = ""
    title: str = ""
    because: str = ""
    advise: str = ""
    sources: tuple[str, ...] = ()
    hazard: str = ""
    expects_dose: bool = False

    @property
    def needs_hazard(self) -> bool:
        return self.severity is not Severity.INFO

    @property
    def cited(self) -> tuple[str, ...]:
        return self.sources or (MISSING,)

    @property
    def cited_hazard(self) -> str:
        return self.hazard or (MISSING if self.needs_hazard else "")

    def entries(self) -> dict[str, Any]:
        """The rule as it stands in its file."""
        entries: dict[str, Any] = {
            "id": self.id,
            "title": or_fill_in("title", self.title),
            "when": dict(self.when) if isinstance(self.when, Mapping) else self.when,
            "then": {str(self.severity): or_fill_in("message", self.message)},
            "because": or_fill_in("because", self.because),
            "advise": or_fill_in("advise", self.advise),
            "sources": list(self.cited),
        }
        if self.cited_hazard:
            entries["hazard"] = self.cited_hazard
        if self.expects_dose:
            entries["expects_dose"] = True
        return entries

    def left_out(self) -> tuple[str, ...]:
        """The keys that are still to be filled in."""
        texts = {"title": self.title, "the message": self.message, "because": self.because, "advise": self.advise}
        names = [name for name, text in texts.items() if not text]
        return (*names, *(["sources"] if not self.sources else []), *(["hazard"] if self.needs_hazard and not self.hazard else []))


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A screening question. `counts`: the most an open answer counts for; it cites the sources of the rule that reads it."""

    name: str
    asked: str
    counts: Literal["incomplete", "caution", "info"]
    about_place: bool = False

    def entries(self, sources: tuple[str, ...]) -> dict[str, Any]:
        """The question as it stands in facts.yaml."""
        place = {"about": "place"} if self.about_place else {}
        return {"asked": or_fill_in("asked", self.asked), **place, "open": self.counts, "sources": list(sources)}
