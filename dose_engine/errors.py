"""Every error the engine raises on purpose.

    DoseEngineError
    +-- BadInput            the caller's input cannot be used; carries every Problem found, sorted by place (exit code 2)
    |   +-- CaseError       a case file or case object
    |   +-- RulebookError   the rulebook: zones.yaml and rules/*.yaml
    |   +-- SettingsError   what the operator of the service sets: options, environment variables, the files they name
    +-- EvaluatorFault      an evaluator failed; a live check turns it into a `stop`, never into fewer findings (exit code 1 elsewhere)

A Problem says where, what was got, what is accepted and, where it can, the nearest valid word. Its `code` is stable; `CODES` lists all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

CODES: Final[dict[str, str]] = {
    "file-unreadable": "the file cannot be opened or read",
    "file-empty": "the file holds nothing",
    "file-too-large": "the file is larger than the stated size",
    "not-text": "the file is not UTF-8 text, or holds control characters",
    "not-yaml": "the text is not YAML",
    "not-json": "the text is not JSON, or JSON with NaN or Infinity",
    "too-deep": "lists and mappings are nested too deeply",
    "alias": "YAML aliases and tags are not used in these files",
    "duplicate-key": "one key stands twice in one mapping",
    "unknown-key": "a key that nothing reads",
    "missing-key": "a required key is missing",
    "wrong-type": "a value of another type than the key takes",
    "wrong-number": "a number outside what the key takes",
    "wrong-date": "not a date, or not in the calendar",
    "wrong-word": "a word that is not in the list for this key",
    "wrong-place": "a muscle outside its zone, or a side the zone does not have",
    "twice": "one place is planned twice",
    "date-order": "a date on the wrong side of the treatment date",
    "contradiction": "two fields that exclude each other",
    "too-many": "more entries than a case may hold, or a text over its length",
    "unknown-fact": "a rule reads a fact that facts.yaml does not declare",
    "wrong-comparison": "a comparison that does not fit the kind of the fact",
    "unknown-placeholder": "a placeholder in a message is not a fact that the rule reads",
    "cycle": "named conditions that lead back to themselves",
    "duplicate-id": "one id is used twice in the rulebook",
    "no-source": "a number or rule without a source",
    "unknown-id": "a source, hazard, zone, protocol or constant that is not declared",
    "limit-order": "a stop line at or below its own caution line, or a range whose end is below its start",
    "unreachable": "a condition that can never hold, or always excludes itself",
    "expects-dose": "a rule that a higher dose could clear and that does not say so, or says so without need",
    "seal": "a seal is asked for, and the rulebook has none that holds",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input."""

    code: str
    message: str
    """What is wrong: lower-case start, no full stop, input in backticks."""
    help: str = ""
    file: str = ""
    line: int = 0
    path: str = ""

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        at = f"{self.path}: " if self.path else ""
        lines = "".join(f"\n  {line}" for line in self.help.split("\n")) if self.help else ""
        return f"{place}{at}{self.message}{lines}"


class DoseEngineError(Exception):
    """Base of every error of this package."""


class BadInput(DoseEngineError):  # noqa: N818
    """Input that cannot be used. `problems` holds everything found, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.path, p.code, p.message)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class CaseError(BadInput):
    """A case that cannot be read."""


class RulebookError(BadInput):
    """A rulebook that cannot be loaded. Nothing of it is used."""


class SettingsError(BadInput):
    """Settings of the service that cannot be used: it does not start."""


class EvaluatorFault(DoseEngineError):  # noqa: N818
    """An evaluator failed or disagreed. Never swallowed: a live check answers `stop`."""


def quoted(text: str) -> str:
    """Input as an error shows it: in backticks, one line, short, with nothing that could steer a terminal."""
    start = text if len(text) <= 40 else text[:37]
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in start)
    return f"`{plain}...`" if len(text) > 40 else f"`{plain}`"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The valid word that a misspelt one is nearest to, if any is near."""
    words = {known_word.casefold(): known_word for known_word in sorted(known, reverse=True)}
    near = get_close_matches(word.casefold(), words, n=1, cutoff=0.6) if 0 < len(word) <= 60 else []
    return words[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str], listing: str = "") -> str:
    """Help for a misspelt word: the nearest valid one, and where or which words are accepted."""
    words = sorted(known)
    near = nearest(word, words)
    hint = f"did you mean `{near}`?" if near else ""
    rest = listing or ("accepted: " + ", ".join(f"`{w}`" for w in words) if 0 < len(words) <= 24 else "")
    return "\n".join(part for part in (hint, rest) if part)
