"""The rules confirmed by a second machine: the rete network of durable-rules, behind a typed boundary.

Each rule stands in the network twice, as the formula that is true when it is certain and the one that is true when it is possible (see
`fold`). Nothing reaches the library but whole numbers and lower-case ASCII words, and nothing it answers is believed without a check: a
rule that always holds must fire in every session, certain implies possible, and whatever else is unexpected is a `ReteFault`.

Limits of the library (2.0.28, read in its source) that the layout keeps to:

- 64 matched nodes may wait at once: rules hang in groups below gates, and the branches of an *or* are made to exclude one another, so
  that one rule never waits twice (it would also fire once a branch);
- 15 groups (*and*, *or*) fit into one rule: a larger formula is written as several rules with the same answer;
- 254 keys fit into one fact;
- to make a session costs more than to check a fact in it: facts follow one another in one session, each taken back before the next, and
  what fires must hold the very fact that was asserted, word for word;
- a session deleted before any action has started frees memory it does not own, unless another was in its place before: each network runs
  one session when it is built;
- a session that could not be made is half there, and deleting it crashes: when the library fails, the network is built anew.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from itertools import count, islice
from threading import RLock
from typing import Any, Final

from ..errors import EvaluatorFault
from ..units import OPEN
from .fold import FALSE, TRUE, Above, Apart, Both, Either, Folded, Formula, Member, Word, both, either, negate
from .values import UNKNOWN, Members, Range, Record, Value

_LIVE: Final = "live"
_NOTHING_KNOWN: Final = Range(0, OPEN)
_NOTHING_LISTED: Final = Members(frozenset())
"""Stands for a list of which any member may be there; told from an empty list by being this very object."""
_LARGEST_FACT: Final = 250
"""Keys a network may read; the library takes 254 in a fact, with the session, the fact's own id and `live`."""
_GROUPS: Final = 15
"""`$and` and `$or` groups in one durable rule: two of 31 places each."""
_GATE: Final = 16
"""Durable rules below a gate. With 40 gates at most 56 of the 64 nodes wait."""
_LARGEST_NETWORK: Final = 40 * _GATE
"""Durable rules in a network."""
_NAMES: Final = '{"sid":"%d","id":"%d"}'
"""The names of a session and of a fact in it: all that it takes to take the fact back."""
_DONE: Final = 0
_OBSERVED: Final = 2
_CHECKS: Final = 1000
"""Facts in one session, then another is made: should the library forget to let go of anything, it does not add up."""
_LOCK = RLock()


class ReteFault(EvaluatorFault):
    """The network could not answer, or answered what it must not: its answer is no answer."""


def available() -> bool:
    """Whether durable-rules is installed and loads (it cannot be built on Windows)."""
    try:
        import_module("durable_rules_engine")
    except ImportError:
        return False
    return True


@lru_cache(maxsize=4096)
def spell(word: str) -> str:
    """The word in `a-z 0-9 _`, no two words alike: `_` is doubled, any other character is its code point between two `_`."""
    return "".join(c if c in "abcdefghijklmnopqrstuvwxyz0123456789" else "__" if c == "_" else f"_{ord(c):x}_" for c in word)


class Network:
    """One ruleset: for each rule id two durable rules, certain and possible. A rule decided when it was folded is not in the network."""

    def __init__(self, name: str, rules: Mapping[str, Folded]) -> None:
        sides = [(rule, sure, plain(side)) for rule, f in rules.items() for sure, side in ((True, f.certain), (False, f.possible))]
        self._always_certain = frozenset(rule for rule, sure, formula in sides if sure and formula == TRUE)
        self._always_possible = frozenset(rule for rule, sure, formula in sides if not sure and formula == TRUE)
        written = ((rule, sure, piece) for rule, sure, formula in sides if formula != TRUE for piece in _pieces(formula))
        pieces = list(islice(written, _LARGEST_NETWORK + 1))
        if len(pieces) > _LARGEST_NETWORK:
            raise ReteFault(f"the rules of `{name}` take more than the {_LARGEST_NETWORK} durable rules that fit into one network")
        self._fact = _Fact(atom for _, _, piece in pieces for part in piece for atom in _atoms(part))
        self._answers: dict[str, tuple[str, bool] | None] = {str(n): (rule, sure) for n, (rule, sure, _) in enumerate(pieces)}
        definition: dict[str, Any] = {
            str(n): {"all": [{"m": {"$and": [{"$neq": {_LIVE: 2 + n // _GATE}}, *(_expression(part, self._fact) for part in piece)]}}]}
            for n, (_, _, piece) in enumerate(pieces)
        }
        self._answers[_LIVE] = None
        definition[_LIVE] = {"all": [{"m": {_LIVE: 1}}]}
        self._name, self._definition = spell(name), json.dumps(definition)
        self._numbers = count()
        self._session, self._checks = 0, 0
        self._handle = 0
        with _LOCK:
            self._open()

    def fired(self, facts: Record) -> dict[str, bool]:
        """Rule id -> certain? for every rule that is at least possible. A fact that is missing is unknown.

        `ReteFault` when a value is of another kind than the rules read, or anything in the library goes wrong.
        """
        values = self._fact.values(facts)
        with _LOCK:
            if not self._handle:
                self._open()
            answers = self._check(values)
            if answers is None:  # two hashes of 32 bits may be the same by chance, hardly twice
                answers = self._check(values)
        if answers is None:
            raise ReteFault("the library took a new fact for one it has seen, twice")
        certain = self._always_certain.union([rule for rule, sure in answers if sure])
        possible = self._always_possible.union([rule for rule, sure in answers if not sure])
        if not certain <= possible:
            raise ReteFault(f"certain but not possible: {', '.join(sorted(certain - possible))}")
        return {rule: rule in certain for rule in possible}

    def _open(self) -> None:
        """Build the ruleset, and run the one session that makes deleting later ones safe."""
        try:
            self._library: Any = import_module("durable_rules_engine")
            self._handle = self._library.create_ruleset(self._name, self._definition)
        except Exception as error:
            raise ReteFault(f"the network `{self._name}` was not built: {error}") from error
        self._free = weakref.finalize(self, self._library.delete_ruleset, self._handle)
        self._free.atexit = False
        self._session = next(self._numbers)
        self._check(self._fact.values({}))
        self._end_session()

    def _close(self) -> None:
        """Give the ruleset up, with whatever session is in it: after a failure none of its functions is safe to call."""
        self._handle = 0
        with suppress(Exception):
            self._free()

    def _end_session(self) -> None:
        """The next fact gets a session of its own."""
        ended, self._session, self._checks = self._session, next(self._numbers), 0
        self._library.delete_state(self._handle, str(ended))

    def _check(self, values: list[int | str]) -> list[tuple[str, bool]] | None:
        """Assert the fact, collect what fires, and take the fact back; `None` when the library has seen the fact. A session in which
        anything else than that happened is ended."""
        names = (self._session, next(self._numbers))
        text = self._fact.text % (*names, *values)
        answers, clean = None, False
        try:
            try:
                result, state = self._library.assert_fact(self._handle, text)
                if result != _OBSERVED:
                    answers = self._collect(result, state, text)
                    clean = self._library.retract_fact(self._handle, _NAMES % names)[0] == _DONE
                    if not clean:
                        raise ReteFault("the library did not take a fact back")
            finally:
                self._checks += 1
                if not clean or self._checks >= _CHECKS:
                    self._end_session()
        except ReteFault:
            raise
        except Exception as error:
            self._close()
            raise ReteFault(f"the library failed: {error}") from error
        except BaseException:
            self._close()
            raise
        return answers

    def _collect(self, result: int, state: int, text: str) -> list[tuple[str, bool]]:
        """The answers of the rules that fired for this very fact; each durable rule fires at most once."""
        answers: list[tuple[str, bool]] = []
        alive, fact = False, f'{{"m":{text}}}}}'
        message = self._library.start_action_for_state(self._handle, state)[1] if result == _DONE else None
        for _ in self._answers:
            if message is None:
                break
            name = message[2 : message.index('"', 2)]
            if not message.endswith(fact):
                raise ReteFault("a rule fired for another fact")
            answer = self._answers[name]
            if answer is None:
                alive = True
            else:
                answers.append(answer)
            message = self._library.complete_and_start_action(self._handle, state)
        if message is not None or not alive:
            raise ReteFault("rules fired more often than they can" if alive else "the rule that always holds did not fire")
        return answers


def plain(formula: Formula) -> Formula:
    """The formula with single words only, and with what no value can change decided: every number lies in 0..OPEN.

    `ReteFault` when it is not well-formed; the library would not notice, or crash.
    """
    match formula:
        case Both(tuple(parts)):
            return both(plain(part) for part in parts)
        case Either(tuple(parts)):
            return either(plain(part) for part in parts)
        case Above(str(), "low" | "high", int(bound), bool(negated)) if type(bound) is not bool:
            decided = True if bound <= 0 else False if bound > OPEN else None
        case Apart(str(), "low" | "high", str(), "low" | "high", int(margin), bool(negated)) if type(margin) is not bool:
            decided = True if margin <= -OPEN else False if margin > OPEN else None
        case Word(str(fact), tuple(words), bool(negated)) if all(isinstance(word, str) for word in words):
            single = either(Word(fact, (word,)) for word in words)
            return negate(single) if negated else single
        case Member(str(), str(), bool(), bool()):
            return formula
        case _:
            raise ReteFault(f"not a formula: {formula!r}")
    if decided is None:
        return formula
    return TRUE if decided is not negated else FALSE


class _Fact:
    """The one flat fact that a network's rules read: its keys, and how a record fills them."""

    def __init__(self, atoms: Iterable[Above | Apart | Word | Member]) -> None:
        keys = sorted({_key(atom) for atom in atoms})
        if len(keys) > _LARGEST_FACT:
            raise ReteFault(f"the rules read {len(keys)} keys, at most {_LARGEST_FACT} fit into one fact")
        self._keys = {key: f"k{n}" for n, key in enumerate(keys)}
        ends = [key[1:] for key in keys if key[0] == "above"]
        gaps = [key[1:] for key in keys if key[0] == "apart"]
        self._members = [key[1:] for key in keys if key[0] == "member"]
        self._words = [key[1] for key in keys if key[0] == "word"]
        numbers = dict.fromkeys(name for key in [*ends, *gaps] for name in key[::2])
        lists = dict.fromkeys(fact for fact, _ in self._members)
        self._numbers, self._lists = tuple(numbers), tuple(lists)
        place, side = {name: number for number, name in enumerate(numbers)}, {"low": 0, "high": 1}
        self._ends = [(place[fact], side[end]) for fact, end in ends]
        self._gaps = [(place[fact], side[end], place[other], side[other_end]) for fact, end, other, other_end in gaps]
        if len(numbers | lists | dict.fromkeys(self._words)) < len(numbers) + len(lists) + len(self._words):
            raise ReteFault("a fact is read as two kinds")
        fields = (f'"k{n}":%d' if key[0] in ("above", "apart") else f'"k{n}":"%s"' for n, key in enumerate(keys))
        self.text = "{" + ",".join(['"sid":"%d"', '"id":"%d"', f'"{_LIVE}":1', *fields]) + "}"

    def key(self, atom: Above | Apart | Word | Member) -> str:
        return self._keys[_key(atom)]

    def values(self, facts: Record) -> list[int | str]:
        """What fills the fact, in the order of its keys (which is: ends, gaps, members, words)."""
        ranges = [_range(fact, facts.get(fact, _NOTHING_KNOWN)) for fact in self._numbers]
        values: list[int | str] = [ranges[number][end] for number, end in self._ends]
        values += [ranges[one][end] - ranges[other][other_end] for one, end, other, other_end in self._gaps]
        lists: dict[str, Members | None] = {}
        for fact in self._lists:
            named = facts.get(fact, _NOTHING_LISTED)
            if type(named) is not Members or not (isinstance(named.has, frozenset) and isinstance(named.may_have, frozenset)):
                raise _not_a("list", fact, named)
            lists[fact] = None if named is _NOTHING_LISTED else named
        for fact, member in self._members:
            known = lists[fact]
            values.append("may" if known is None else "yes" if member in known.has else "may" if member in known.may_have else "no")
        for fact in self._words:
            word = facts.get(fact, UNKNOWN)
            if type(word) is not str and not isinstance(word, str):
                raise _not_a("word", fact, word)
            values.append(spell(word))
        return values


def _range(fact: str, value: Value) -> Range:
    """The value, when it is a range of whole numbers that the library can hold."""
    if type(value) is Range:
        low, high = value
        if (type(low) is type(high) is int or (_whole(low) and _whole(high))) and 0 <= low <= high <= OPEN:
            return value
    raise _not_a("range of whole numbers", fact, value)


def _whole(number: object) -> bool:
    return isinstance(number, int) and type(number) is not bool


def _not_a(kind: str, fact: str, value: Value | None) -> ReteFault:
    return ReteFault(f"`{fact}` is read as a {kind}, and is {value!r}")


def _key(atom: Above | Apart | Word | Member) -> tuple[str, ...]:
    """What of the record the atom reads."""
    match atom:
        case Above(fact, end):
            return "above", fact, end
        case Apart(fact, end, other, other_end):
            return "apart", fact, end, other, other_end
        case Word(fact):
            return "word", fact
        case Member(fact, member):
            return "member", fact, member


def _atoms(formula: Formula) -> Iterator[Above | Apart | Word | Member]:
    match formula:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _atoms(part)
        case atom:
            yield atom


def _expression(formula: Formula, fact: _Fact) -> dict[str, Any]:
    """The formula as durable-rules reads it."""
    match formula:
        case Both(parts):
            return {"$and": [_expression(part, fact) for part in parts]}
        case Either(parts):
            return {"$or": [_expression(part, fact) for part in parts]}
        case Above(_, _, number, negated) | Apart(_, _, _, _, number, negated):
            return {"$lt" if negated else "$gte": {fact.key(formula): int(number)}}
        case Word(_, (word,), negated):
            return {"$neq" if negated else "$eq": {fact.key(formula): spell(word)}}
        case Member(_, _, sure, negated):
            return {"$neq" if sure is negated else "$eq": {fact.key(formula): "yes" if sure else "no"}}
    raise ReteFault(f"not a plain formula: {formula!r}")


def _conjuncts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, Both) else (formula,)


def exclusive(formula: Formula) -> Formula:
    """The formula with every *or* written so that never two branches are true: each part with all before it denied. Plain atoms go
    first, so that what is denied stays small."""
    match formula:
        case Both(parts):
            return Both(tuple(exclusive(part) for part in parts))
        case Either(parts):
            branches: list[Formula] = []
            before: list[Formula] = []
            for part in sorted(parts, key=_size):
                denied = [inner for other in before if not _never_both(other, part) for inner in _conjuncts(negate(other))]
                branches.append(exclusive(Both((*denied, *_conjuncts(part))) if denied else part))
                before.append(part)
            return Either(tuple(branches))
    return formula


def _never_both(one: Formula, two: Formula) -> bool:
    """Two words of one fact."""
    return isinstance(one, Word) and isinstance(two, Word) and one.fact == two.fact and not one.negated and not two.negated


def _size(formula: Formula) -> int:
    return sum(_size(part) for part in formula.parts) if isinstance(formula, Both | Either) else 1


def _groups(formula: Formula) -> int:
    """How many `$and` and `$or` groups the formula takes when it is written out."""
    return 1 + sum(_groups(part) for part in formula.parts) if isinstance(formula, Both | Either) else 0


def _pieces(formula: Formula) -> Iterator[tuple[Formula, ...]]:
    """Durable rules, each what must hold together; any of them is true exactly when the formula is. None for `FALSE`."""
    if formula == FALSE:
        return
    parts = _conjuncts(formula)
    written = tuple(exclusive(part) for part in parts)
    if 1 + sum(_groups(part) for part in written) <= _GROUPS:
        yield written
        return
    widest = max((part for part in parts if isinstance(part, Either)), key=_groups)
    others = [part for part in parts if part is not widest]
    middle = len(widest.parts) // 2
    for half in either(widest.parts[:middle]), either(widest.parts[middle:]):
        yield from _pieces(both([half, *others]))
