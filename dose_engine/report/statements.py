"""A question that is answered yes or no, as a statement: "Does the patient have dry eyes?" reads "the patient has dry eyes".

Only what is sure is turned round. A question of another build is quoted instead, so that a sentence is at worst clumsy and never says
something else.
"""

from __future__ import annotations

import re
from typing import Final

_OWN: Final = {
    "a place to be treated": "this place",
    "a muscle to be treated": "this muscle",
}
"""Subjects that a rule reads as the place of the dose at hand."""

_SUBJECT: Final = re.compile(
    r"(?P<sure>the patient|there|a place to be treated|a muscle to be treated|this side|the asymmetry)\b"
    r"|(?P<noun>(?:an?|the|any) (?:(?:upper|lower|left|right|other|earlier) )?[a-z]+|[a-z]+)\b"
)
_QUESTION: Final = re.compile(
    r"(?P<lead>(?:After|Before|During|In|Since|On|With) [^,?]+, )?"
    r"(?P<aux>Is|Are|Was|Were|Has|Have|Does|Do|Did|Can|Could)\b (?P<rest>[^?]+)\?",
    re.IGNORECASE,
)
_TURNED: Final = re.compile(r"\b(is|was|has|can|could) (the patient|there)\b")
_BARE: Final = frozenset(("a", "an", "any", "at", "due", "in", "on", "under", "already", "now"))
"""Words that can follow *is* and its subject, where the subject is not one we know by heart."""

_VERBS: Final = frozenset(
    (
        "bleed",
        "bruise",
        "carry",
        "drink",
        "droop",
        "feel",
        "hang",
        "have",
        "hold",
        "lose",
        "move",
        "need",
        "see",
        "show",
        "sleep",
        "smoke",
        "speak",
        "suffer",
        "swell",
        "take",
        "use",
        "wear",
        "work",
    )
)
_PAST: Final = {
    "have": "had", "take": "took", "feel": "felt", "hold": "held", "lose": "lost", "see": "saw", "bleed": "bled", "hang": "hung",
    "drink": "drank", "sleep": "slept", "speak": "spoke", "swell": "swelled", "wear": "wore",
}  # fmt: skip


def statement(question: str, holds: bool = True) -> str | None:
    """What a yes (or, with `holds` false, a no) to the question says, as the middle of a sentence; None where that is not sure."""
    found = _QUESTION.fullmatch(" ".join(question.split()))
    if found is None or (not holds and ", or " in found["rest"]):
        return None
    lead, aux, rest = (found["lead"] or "").lower(), found["aux"].lower(), found["rest"]
    subject = _SUBJECT.match(rest)
    if subject is None:
        return None
    after = rest[subject.end() :].strip()
    if not after or (subject["noun"] and not _reads_on(aux, after)):
        return None
    said = _predicate(aux, subject[0], after, holds)
    return None if said is None else lead + _here(said)


def _reads_on(aux: str, after: str) -> bool:
    """Is what follows the start of a predicate, so that the subject before it was whole?"""
    word = re.split(r"[^a-z]", after, maxsplit=1)[0]
    if aux in ("does", "do", "did"):
        return word in _VERBS
    return word in _BARE or word == "been" or (len(word) > 4 and word.endswith("ed"))


def _predicate(aux: str, subject: str, after: str, holds: bool) -> str | None:
    if (turned := _TURNED.sub(_straight, after)) != after and not holds:
        return None
    who, rest = _OWN.get(subject, subject), turned
    match aux:
        case "does" | "do" if not holds:
            return f"{who} {aux} not {rest}"
        case "did" if not holds:
            return f"{who} did not {rest}"
        case "do":
            return f"{who} {rest}"
        case "does":
            return f"{who} {_each_verb(rest)}"
        case "did":
            verb, _, tail = rest.partition(" ")
            return f"{who} {_past(verb)} {tail}".rstrip()
        case "has" | "have" if rest.startswith("ever "):
            return f"{who} {aux} {'' if holds else 'never '}{rest.removeprefix('ever ')}"
        case _ if holds:
            return f"{who} {aux} {rest}"
        case "is" | "are" | "was" | "were" if subject == "there" and not rest.startswith(("a ", "an ", "any ")):
            return f"there {aux} no {rest}"
        case _:
            return f"{who} {aux} not {rest}"


def _straight(found: re.Match[str]) -> str:
    """`or could the patient be` reads on as `or could be`; `or has there been one` as `or there has been one`."""
    return found[1] if found[2] == "the patient" else f"there {found[1]}"


def _each_verb(text: str) -> str:
    """The first verb, and known verbs joined to it by *or*, as he, she or it does them."""
    first, _, rest = text.partition(" ")
    joined = re.sub(r"\bor ([a-z]+)\b", lambda found: f"or {_third(found[1])}" if found[1] in _VERBS else found[0], rest)
    return f"{_third(first)} {joined}".rstrip()


def _third(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb[-1:] == "y" and verb[-2:-1] not in "aeiou" else f"{verb}s"


def _past(verb: str) -> str:
    if verb in _PAST:
        return _PAST[verb]
    if verb not in _VERBS:
        return f"did {verb}"
    if verb[-1:] == "y" and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}d" if verb.endswith("e") else f"{verb}ed"


def _here(text: str) -> str:
    """Places of the question as the place of the dose at hand."""
    for asked, said in _OWN.items():
        text = re.sub(rf"\b{asked}\b", said, text)
    return text
