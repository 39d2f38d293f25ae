"""Which codes and names mean what: `codes.csv`, with how far each was checked. A code that is not listed means nothing.

What a line means is one of `toxin` (a botulinum toxin, product not told), `product:INN`, `question:NAME` (a screening question answered
yes), `purpose:NAME`, `allergen`, `pregnancy:yes|no|unknown`, `performer:NAME`, `site:CODE`. A `*` at the end of a code stands for anything.
The system `name` holds exact names, in lower case without punctuation; `word` holds single words that name a medicine wherever they stand.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from .elements import Coding, tokens

ATC: Final = "atc"
NDC: Final = "ndc"
ICD: Final = "icd-10"
LOINC: Final = "loinc"
NAME: Final = "name"
WORD: Final = "word"
PURPOSE_SYSTEM: Final = "https://example.org/fhir/CodeSystem/bont-purpose"
"""Our code system of purposes: its codes are the names of the rulebook's protocols."""

_SYSTEMS: Final[Mapping[str, str]] = {
    "http://www.whocc.no/atc": ATC,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
    "http://hl7.org/fhir/sid/ndc": NDC,
    "urn:oid:2.16.840.1.113883.6.69": NDC,
    "https://www.cms.gov/medicare/coding/hcpcsreleasecodesets": "hcpcs",
    "http://www.cms.gov/medicare/coding/hcpcsreleasecodesets": "hcpcs",
    "http://terminology.hl7.org/codesystem/hcpcs-level-ii": "hcpcs",
    "urn:oid:2.16.840.1.113883.6.285": "hcpcs",
    "http://hl7.org/fhir/sid/icd-10": ICD,
    "http://hl7.org/fhir/sid/icd-10-cm": ICD,
    "http://hl7.org/fhir/sid/icd-10-gm": ICD,
    "http://fhir.de/codesystem/bfarm/icd-10-gm": ICD,
    "http://fhir.de/codesystem/dimdi/icd-10-gm": ICD,
    "urn:oid:2.16.840.1.113883.6.3": ICD,
    "urn:oid:2.16.840.1.113883.6.90": ICD,
    "http://loinc.org": LOINC,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
}
SHORT_NAMES: Final = frozenset(_SYSTEMS.values()) | {NAME, WORD}
"""Short names of systems, as the tables write them."""

_TOXINS: Final = "M03AX"
"""The ATC group of the toxins, inside the group of muscle relaxants."""

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Codes:
    """What codes mean, by system and code; codes that stand for all that begin so, with the lengths they have in each system."""

    exact: Mapping[tuple[str, str], frozenset[str]]
    beginnings: Mapping[tuple[str, str], frozenset[str]]
    lengths: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> Codes:
        """From (system, code, means)."""
        exact: dict[tuple[str, str], set[str]] = defaultdict(set)
        beginnings: dict[tuple[str, str], set[str]] = defaultdict(set)
        for system, written, means in rows:
            key = system_key(system)
            table = beginnings if written.endswith("*") else exact
            table[key, normal(key, written.rstrip("*"))].add(means)
        lengths: dict[str, set[int]] = defaultdict(set)
        for key, code in beginnings:
            lengths[key].add(len(code))
        return cls(_frozen(exact), _frozen(beginnings), {key: tuple(sorted(found)) for key, found in lengths.items()})

    def of_coding(self, coding: Coding) -> frozenset[str]:
        """What a coding means; nothing when it is not listed."""
        key = system_key(coding.system)
        if key in (NAME, WORD):
            return _NOTHING
        code = normal(key, coding.code)
        found = self.exact.get((key, code), _NOTHING)
        if key not in self.lengths or (key == ATC and code.startswith(_TOXINS)):
            return found
        return found.union(*(self.beginnings.get((key, code[:length]), _NOTHING) for length in self.lengths[key]))

    def of_text(self, text: str) -> frozenset[str]:
        """What an exact name means."""
        return self.of_name(tokens(text))

    def of_name(self, words: tuple[str, ...]) -> frozenset[str]:
        """What an exact name means, given as its words."""
        return self.exact.get((NAME, " ".join(words)), _NOTHING)

    def of_words(self, words: Iterable[str]) -> frozenset[str]:
        """What single words mean, wherever they stand."""
        return _NOTHING.union(*(self.exact[WORD, word] for word in words if (WORD, word) in self.exact))


def _frozen(table: Mapping[tuple[str, str], set[str]]) -> dict[tuple[str, str], frozenset[str]]:
    return {key: frozenset(found) for key, found in table.items()}


def meaning(meant: Iterable[str], kind: str) -> Iterator[str]:
    """The words of one kind among what codes mean: `product`, `question`, …"""
    for one in sorted(set(meant)):
        head, _, rest = one.partition(":")
        if head == kind:
            yield rest


def system_key(system: str) -> str:
    """The short name of a code system where it has several, else the system itself."""
    plain = system.strip().rstrip("/")
    return _SYSTEMS.get(plain) or _SYSTEMS.get(plain.casefold(), plain)


def normal(key: str, code: str) -> str:
    """A code as it is compared: ICD without dots, NDC as labeler and product in 5 + 4 digits, all in capitals."""
    if key == ICD:
        return code.replace(".", "").replace(" ", "").upper()
    if key == NDC:
        return _ndc(code)
    if key in (NAME, WORD):
        return " ".join(tokens(code))
    return code.upper() if key in SHORT_NAMES else code


def _ndc(code: str) -> str:
    """Labeler and product of a national drug code; the package behind them does not tell products apart."""
    parts = code.strip().split("-")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() for part in parts) and len(parts[0]) <= 5 and len(parts[1]) <= 4:
        return f"{parts[0]:>05}{parts[1]:>04}"
    digits = re.sub(r"[^0-9]", "", code)
    return digits[:9] if len(digits) == 11 and digits == code.strip() else f"?{code}"


@cache
def shipped() -> tuple[tuple[str, str, str], ...]:
    """The lines of `codes.csv`: system, code, means."""
    text = resources.files(__package__).joinpath("codes.csv").read_text("utf-8")
    return tuple((row["system"], row["code"], row["means"]) for row in csv.DictReader(text.splitlines()))
