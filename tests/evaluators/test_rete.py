"""What the rete network promises: the same answers as the meaning of the rules, or a fault."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dose_engine.evaluators import rete
from dose_engine.evaluators.fold import FALSE, TRUE, Above, Apart, Both, Either, Folded, Formula, Member, Word, fold
from dose_engine.evaluators.rete import Network, ReteFault, spell
from dose_engine.evaluators.semantics import Truth, evaluate
from dose_engine.evaluators.values import UNKNOWN, Members, Range, Record, Value
from dose_engine.rulebook import conditions as c
from dose_engine.rulebook.conditions import Condition, Op
from dose_engine.units import OPEN, Units

pytestmark = pytest.mark.skipif(not rete.available(), reason="durable-rules cannot be built here")

NUMBERS = ("units", "days", "points", "age")
WORDS = ("cause", "product", "visit")
LISTS = ("placement", "performer")
PLACE: Record = {"zone": "dao", "region": "lower_face"}
SOME_WORDS = ("yes", "no", "onabotulinumtoxinA", "onabotulinumtoxina", "first_pass", "")
SOME_NUMBERS = (0, 1, 2, 3, 5, 8, OPEN - 1, OPEN)
FEWEST = {Op.AT_LEAST: 1, Op.LESS_THAN: 1}
"""From here on a number says something of a fact of which nothing is known."""
MOST = {Op.MORE_THAN: OPEN - 1, Op.AT_MOST: OPEN - 1}
ORDERS = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN)


def kind(fact: str) -> type:
    return Range if fact in NUMBERS else Members if fact in LISTS else str


def number_tests(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Condition]:
    ops = st.sampled_from((*ORDERS, Op.IS, Op.IS_NOT))
    facts = st.sampled_from(NUMBERS)
    return st.builds(lambda fact, op, number: c.Test(fact, op, number=number), facts, ops, numbers) | st.builds(
        lambda fact, op, other: c.Test(fact, op, other=other), facts, ops, facts
    )


def telling(test: Condition) -> Condition:
    """The test with its number moved to where some value would pass and some would not."""
    if isinstance(test, c.Test) and test.number is not None:
        number = max(FEWEST.get(test.op, 0), min(MOST.get(test.op, OPEN), test.number))
        return c.Test(test.fact, test.op, number=number)
    return test


is_or_not = st.sampled_from((Op.IS, Op.IS_NOT))
some_words = st.lists(st.sampled_from(SOME_WORDS), min_size=1, max_size=3).map(tuple)
word_tests = st.builds(lambda fact, op, words: c.Test(fact, op, words), st.sampled_from((*WORDS, *LISTS)), is_or_not, some_words)
place_tests = st.builds(
    lambda fact, op, word: c.Test(fact, op, (word, "neck")), st.sampled_from(tuple(PLACE)), is_or_not, st.sampled_from(("dao", "jaw"))
)


def nested(tests: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions at most three groups deep."""
    conditions = tests
    for _ in range(3):
        parts = st.lists(conditions, max_size=3).map(tuple)
        conditions = st.one_of(
            tests,
            parts.map(c.All),
            parts.map(c.AnyOf),
            parts.map(c.NoneOf),
            st.builds(lambda inner, holds: c.Named("named", inner, holds), conditions, st.booleans()),
        )
    return conditions


conditions = nested(st.one_of(number_tests(st.sampled_from(SOME_NUMBERS)).map(telling), word_tests, place_tests))
ranges = st.lists(st.sampled_from(SOME_NUMBERS), min_size=2, max_size=2).map(lambda ends: Range(min(ends), max(ends)))
members = st.frozensets(st.sampled_from(SOME_WORDS), max_size=3)
values: dict[str, st.SearchStrategy[Value]] = {
    **dict.fromkeys(NUMBERS, ranges),
    **dict.fromkeys(WORDS, st.sampled_from((*SOME_WORDS, UNKNOWN, "not named"))),
    **dict.fromkeys(LISTS, st.builds(Members, members, members)),
}
full_records = st.fixed_dictionaries(values).map(lambda facts: {**PLACE, **facts})
records = st.fixed_dictionaries({}, optional=values).map(lambda facts: {**PLACE, **facts})


def folded(rules: Mapping[str, Condition]) -> dict[str, Folded]:
    return {rule: fold(condition, PLACE, kind) for rule, condition in rules.items()}


def meant(rules: Mapping[str, Condition], facts: Record) -> dict[str, bool]:
    truths = {rule: evaluate(condition, facts) for rule, condition in rules.items()}
    return {rule: truth is Truth.CERTAIN for rule, truth in truths.items() if truth is not Truth.IMPOSSIBLE}


def compared(conditions: Iterable[Condition], facts: Record) -> Record:
    """The facts, with a number that is missing and is compared with another number written out as the range of all numbers.

    The meaning calls every test of a missing fact possible and never certain. Once folded, a missing number is the range of all numbers,
    which is certainly at least another that is 0, and never more than another that is OPEN. Only there do the two part.
    """
    left = {test.fact for condition in conditions for test in c.tests(condition) if test.other is not None}
    return {**dict.fromkeys(left, Range(0, OPEN)), **facts}


def holds(formula: Formula, facts: Record) -> bool:
    """The formula, read word by word."""
    match formula:
        case Both(parts):
            return all(holds(part, facts) for part in parts)
        case Either(parts):
            return any(holds(part, facts) for part in parts)
        case Above(fact, end, bound, negated):
            return (getattr(facts.get(fact, Range(0, OPEN)), end) >= bound) is not negated
        case Apart(fact, end, other, other_end, margin, negated):
            one, two = (getattr(facts.get(f, Range(0, OPEN)), e) for f, e in ((fact, end), (other, other_end)))
            return (one >= two + margin) is not negated
        case Word(fact, words, negated):
            return (facts.get(fact, UNKNOWN) in words) is not negated
        case Member(fact, member, sure, negated):
            known = facts.get(fact)
            if not isinstance(known, Members):
                return sure is negated
            return (member in known.has or (not sure and member in known.may_have)) is not negated


def rules_of(parts: list[Condition]) -> dict[str, Condition]:
    return {f"R{n}": condition for n, condition in enumerate(parts)}


@given(conditions, records)
@settings(max_examples=1000, deadline=None)
def test_the_folded_formulas_hold_exactly_when_the_rule_is_certain_and_possible(condition: Condition, facts: Record) -> None:
    formulas = fold(condition, PLACE, kind)
    truth = evaluate(condition, compared([condition], facts))
    assert holds(formulas.certain, facts) is (truth is Truth.CERTAIN)
    assert holds(formulas.possible, facts) is (truth is not Truth.IMPOSSIBLE)


@given(st.lists(conditions, min_size=1, max_size=8).map(rules_of), st.lists(records, min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_the_network_answers_what_the_rules_mean(rules: dict[str, Condition], cases: list[Record]) -> None:
    network = Network("generated", folded(rules))
    for facts in cases:
        assert network.fired(facts) == meant(rules, compared(rules.values(), facts))


@given(
    st.lists(nested(number_tests(st.integers(-2, 3) | st.integers(OPEN - 2, OPEN + 2))), min_size=1, max_size=6).map(rules_of),
    st.lists(full_records, min_size=1, max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_a_bound_outside_the_numbers_is_decided_before_the_network(rules: dict[str, Condition], cases: list[Record]) -> None:
    network = Network("bounds", folded(rules))
    for facts in cases:
        assert network.fired(facts) == meant(rules, facts)


@given(st.lists(st.lists(st.lists(conditions, min_size=2, max_size=4), min_size=2, max_size=3), min_size=2, max_size=3), records)
@settings(max_examples=100, deadline=None)
def test_a_rule_too_large_for_one_durable_rule_is_still_right(groups: list[list[list[Condition]]], facts: Record) -> None:
    rules = {"R": c.All(tuple(c.AnyOf(tuple(c.All(tuple(part)) for part in parts)) for parts in groups))}
    assert Network("large", folded(rules)).fired(facts) == meant(rules, compared(rules.values(), facts))


def alternatives(formula: Formula) -> Iterator[Either]:
    """Every *or* in the formula."""
    if isinstance(formula, Both | Either):
        yield from (inner for part in formula.parts for inner in alternatives(part))
    if isinstance(formula, Either):
        yield formula


few_words = st.builds(Word, st.sampled_from(WORDS), st.sampled_from("ab").map(lambda word: (word,)), st.booleans())
few_formulas = st.recursive(few_words, lambda parts: st.lists(parts, min_size=2, max_size=3).flatmap(
    lambda some: st.sampled_from((Both(tuple(some)), Either(tuple(some))))), max_leaves=6)  # fmt: skip


@given(few_formulas, st.fixed_dictionaries(dict.fromkeys(WORDS, st.sampled_from("abc"))))
@settings(max_examples=1000, deadline=None)
def test_no_two_branches_of_an_or_are_ever_both_true(formula: Formula, facts: Record) -> None:
    written = rete.exclusive(rete.plain(formula))
    assert holds(written, facts) is holds(formula, facts)
    assert all(sum(holds(branch, facts) for branch in either.parts) <= 1 for either in alternatives(written))


def test_many_rules_that_all_hold_all_fire() -> None:
    rules = {f"R{n}": c.AnyOf((c.Test("units", Op.MORE_THAN, number=n), c.Test("days", Op.LESS_THAN, number=1000 + n))) for n in range(300)}
    network = Network("many", folded(rules))
    assert network.fired({"units": Range(400, 400), "days": Range(9, 9)}) == dict.fromkeys(rules, True)
    assert network.fired({"units": Range(0, 400), "days": Range(9, OPEN)}) == dict.fromkeys(rules, False)


def test_every_branch_of_a_wide_or_that_holds_counts_once() -> None:
    words = tuple(f"w{n}" for n in range(60))
    parts = tuple(c.Test(fact, Op.MORE_THAN, number=n) for n in range(20) for fact in NUMBERS)
    rules: dict[str, Condition] = {"WIDE": c.AnyOf(parts), "NONE": c.NoneOf(parts), "WORDS": c.Test("cause", Op.IS, words)}
    network = Network("wide", folded(rules))
    high, low = dict.fromkeys(NUMBERS, Range(50, 50)), dict.fromkeys(NUMBERS, Range(0, 0))
    assert network.fired({**high, "cause": "w59"}) == {"WIDE": True, "WORDS": True}
    assert network.fired({**low, "cause": "w60"}) == {"NONE": True}
    assert network.fired({**low, "units": Range(0, 1)}) == {"WIDE": False, "NONE": False, "WORDS": False}


def test_a_network_answers_five_thousand_checks() -> None:
    network = Network("long", folded({"R": c.Test("units", Op.AT_LEAST, number=2500)}))
    for n in range(5000):
        assert network.fired({"units": Range(n, n)}) == ({"R": True} if n >= 2500 else {})


def test_a_decided_rule_needs_no_network() -> None:
    network = Network("decided", {"NEVER": Folded(FALSE, FALSE), "MAYBE": Folded(FALSE, TRUE), "ALWAYS": Folded(TRUE, TRUE)})
    assert network.fired({}) == {"MAYBE": False, "ALWAYS": True}


def test_a_missing_fact_is_unknown() -> None:
    rules: dict[str, Condition] = {
        "NUMBER": c.Test("units", Op.LESS_THAN, number=5),
        "WORD": c.Test("cause", Op.IS, ("palsy",)),
        "NOT": c.Test("cause", Op.IS_NOT, ("palsy",)),
        "LIST": c.Test("performer", Op.IS, ("singer",)),
    }
    assert Network("missing", folded(rules)).fired({}) == dict.fromkeys(rules, False)


def test_a_missing_number_compared_with_another_is_the_range_of_all_numbers() -> None:
    tests = {"LEAST": Op.AT_LEAST, "MORE": Op.MORE_THAN}
    network = Network("compared", folded({rule: c.Test("days", op, other="units") for rule, op in tests.items()}))
    assert network.fired({"units": Range(0, 0)}) == {"LEAST": True, "MORE": False}
    assert network.fired({"units": Range(OPEN, OPEN)}) == {"LEAST": False}


def test_units_are_read_as_whole_steps_not_as_their_text() -> None:
    network = Network("units", folded({"R": c.Test("units", Op.MORE_THAN, number=Units.parse("12.5"))}))
    assert network.fired({"units": Range(Units.parse("12.51"), Units.parse("12.51"))}) == {"R": True}
    assert network.fired({"units": Range(Units.parse("12.5"), Units.parse("12.5"))}) == {}


def test_words_that_differ_in_capitals_or_accents_stay_apart() -> None:
    words = ("onabotulinumtoxinA", "onabotulinumtoxina", "é", "e", 'a"b', "a\\", "%d", "_41_", "A", "", "{")
    rules = {f"R{n}": c.Test("product", Op.IS, (word,)) for n, word in enumerate(words)}
    network = Network("words", folded(rules))
    for n, word in enumerate(words):
        assert network.fired({"product": word}) == {f"R{n}": True}


@given(st.text(max_size=6), st.text(max_size=6))
@settings(max_examples=500)
def test_words_are_spelled_in_small_ascii_and_no_two_alike(one: str, two: str) -> None:
    assert set(spell(one)) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert (spell(one) == spell(two)) is (one == two)


@pytest.mark.parametrize(
    "facts",
    [
        {"units": Range(5, 4)},
        {"units": Range(-1, 4)},
        {"units": Range(0, OPEN + 1)},
        {"units": Range(1.5, 2)},  # type: ignore[arg-type]
        {"units": Range(True, 2)},
        {"units": "12"},
        {"units": 12},
        {"units": (1, 2)},
        {"units": None},
        {"cause": Range(1, 2)},
        {"cause": None},
        {"cause": True},
        {"performer": "singer"},
        {"performer": None},
        {"performer": Members({"singer"})},  # type: ignore[arg-type]
        {"performer": Range(0, 1)},
    ],
)
def test_a_value_of_another_kind_is_a_fault(facts: dict[str, Any]) -> None:
    network = Network(
        "kinds",
        folded(
            {
                "N": c.Test("units", Op.MORE_THAN, number=3),
                "W": c.Test("cause", Op.IS, ("palsy",)),
                "L": c.Test("performer", Op.IS, ("singer",)),
            }
        ),
    )
    with pytest.raises(ReteFault, match="is read as a"):
        network.fired(facts)
    assert network.fired({"units": Range(4, 4), "cause": "volume", "performer": Members(frozenset())}) == {"N": True}


@pytest.mark.parametrize(
    "formula",
    [
        Above("units", "middle", 3),  # type: ignore[arg-type]
        Above("units", "low", "3"),  # type: ignore[arg-type]
        Above("units", "low", 1e9),  # type: ignore[arg-type]
        Above("units", "low", True),
        Above("units", "low", 3, 1),  # type: ignore[arg-type]
        Above(3, "low", 3),  # type: ignore[arg-type]
        Apart("units", "low", "days", "up", 0),  # type: ignore[arg-type]
        Apart("units", "low", "days", "low", None),  # type: ignore[arg-type]
        Word("cause", "palsy"),  # type: ignore[arg-type]
        Word("cause", (3,)),  # type: ignore[arg-type]
        Member("performer", "singer", "yes"),  # type: ignore[arg-type]
        Both((Word("cause", ("palsy",)), None)),  # type: ignore[arg-type]
        Either([Word("cause", ("palsy",))]),  # type: ignore[arg-type]
        Both((Word("units", ("palsy",)), Above("units", "low", 3))),
        "units > 3",
    ],
)
def test_a_formula_that_is_not_well_formed_is_refused(formula: Any) -> None:
    with pytest.raises(ReteFault):
        Network("wrong", {"R": Folded(formula, TRUE)})


def test_more_rules_or_keys_than_the_library_takes_are_refused() -> None:
    with pytest.raises(ReteFault, match="durable rules"):
        Network("rules", folded({f"R{n}": c.Test("units", Op.MORE_THAN, number=n) for n in range(400)}))
    pairs = tuple(c.AnyOf((c.Test("units", Op.IS, number=n), c.Test("days", Op.IS, number=n))) for n in range(40))
    with pytest.raises(ReteFault, match="durable rules"):
        Network("pairs", folded({"R": c.All(pairs)}))
    with pytest.raises(ReteFault, match="keys"):
        Network("keys", {f"R{n}": Folded(FALSE, Word(f"w{n}", ("yes",))) for n in range(251)})


def test_no_two_keys_share_a_hash_in_the_library() -> None:
    def hashed(text: str) -> int:
        value = 0x811C9DC5
        for byte in text.encode():
            value = (value ^ byte) * 16777619 % 2**32
        return value

    operators = ("$lt", "$lte", "$gt", "$gte", "$eq", "$neq", "$mt", "$imt", "$iall", "$iany", "$ex", "$nex", "$or", "$and", "$forward")
    keys = [*(f"k{n}" for n in range(251)), "sid", "id", "live", "$s", "$m", *operators]
    assert len({hashed(key) for key in keys}) == len(keys)


class Altered:
    """The library, with some of its functions replaced."""

    def __init__(self, library: Any, **changed: Any) -> None:
        self._library, self._changed = library, changed

    def __getattr__(self, name: str) -> Any:
        return self._changed.get(name) or getattr(self._library, name)


def small() -> Network:
    return Network("small", folded({"R": c.Test("units", Op.MORE_THAN, number=3)}))


def test_a_broken_handle_is_a_fault() -> None:
    network = small()
    network._handle = 131071
    with pytest.raises(ReteFault, match="the library failed"):
        network.fired({"units": Range(4, 4)})


def test_a_network_is_built_anew_after_the_library_failed() -> None:
    network = small()
    for _ in range(3):
        network._handle = 131071
        with pytest.raises(ReteFault):
            network.fired({"units": Range(4, 4)})
        assert network.fired({"units": Range(4, 4)}) == {"R": True}


def test_an_interrupted_check_leaves_the_network_usable() -> None:
    def interrupt(handle: int, state: int) -> Any:
        raise KeyboardInterrupt

    network = small()
    network._library = Altered(network._library, complete_and_start_action=interrupt)
    with pytest.raises(KeyboardInterrupt):
        network.fired({"units": Range(4, 4)})
    assert network.fired({"units": Range(4, 4)}) == {"R": True}


def test_a_fact_taken_for_a_seen_one_is_asserted_once_more_in_another_session() -> None:
    network = small()
    real = network._library
    asked: list[str] = []

    def seen_once(handle: int, text: str) -> Any:
        asked.append(text)
        result = real.assert_fact(handle, text)
        return (2, result[1]) if len(asked) == 1 else result

    network._library = Altered(real, assert_fact=seen_once)
    assert network.fired({"units": Range(4, 4)}) == {"R": True}
    assert len(set(asked)) == 2
    network._library = Altered(real, assert_fact=lambda handle, text: (2, real.assert_fact(handle, text)[1]))
    with pytest.raises(ReteFault, match="twice"):
        network.fired({"units": Range(4, 4)})


@pytest.mark.parametrize(
    "changed",
    [
        {"assert_fact": lambda handle, text: (1, 1)},
        {"assert_fact": lambda handle, text: (3, 1)},
        {"start_action_for_state": lambda handle, state: None},
        {"start_action_for_state": lambda handle, state: ("{}", '{"0":{"m":{}}}')},
        {"start_action_for_state": lambda handle, state: ("{}", '{"another":{"m":{}}}')},
        {"start_action_for_state": lambda handle, state: ("{}", "")},
        {"start_action_for_state": lambda handle, state: ("{}", '{"1":{"m":{}}}'), "complete_and_start_action": lambda handle, state: None},
        {"complete_and_start_action": lambda handle, state: '{"live":{"m":{}}}'},
        {"complete_and_start_action": lambda handle, state: 5},
        {"start_action_for_state": lambda handle, state: ("{}", '{"1":{"m":{"sid":"1","id":"1","live":1}}}')},
        {"retract_fact": lambda handle, text: 1 / 0},
        {"retract_fact": lambda handle, text: (1, 1)},
        {"retract_fact": lambda handle, text: None},
    ],
)
def test_whatever_else_the_library_answers_is_a_fault(changed: dict[str, Any]) -> None:
    network = small()
    real = network._library
    network._library = Altered(real, **changed)
    with pytest.raises(ReteFault):
        network.fired({"units": Range(2, 2)})


def test_a_session_that_cannot_be_ended_is_a_fault_and_the_network_is_built_anew() -> None:
    network = small()
    real = network._library
    network._library = Altered(real, retract_fact=lambda handle, text: (1, 1), delete_state=lambda handle, session: 1 / 0)
    with pytest.raises(ReteFault, match="the library failed"):
        network.fired({"units": Range(4, 4)})
    assert network.fired({"units": Range(4, 4)}) == {"R": True}


def test_a_fact_never_meets_the_one_before_it() -> None:
    """Facts follow one another in one session; what fired for one must not fire for the next, nor keep it from firing."""
    bounds = range(1, 60)
    network = Network("followers", folded({f"R{n}": c.Test("units", Op.AT_LEAST, number=n) for n in bounds}))
    real, told = network._library, []

    def overheard(handle: int, text: str) -> Any:
        told.append(text)
        return real.assert_fact(handle, text)

    network._library = Altered(real, assert_fact=overheard)
    for number in [*range(0, 60, 7), *range(60, 0, -11)] * 40:
        assert network.fired({"units": Range(number, number)}) == {f"R{n}": True for n in bounds if n <= number}
    sessions = [text.split(",")[0] for text in told]
    assert len(set(told)) == len(told)
    assert max(sessions.count(session) for session in set(sessions)) > 100
    assert real.get_facts(network._handle, str(network._session)) == "[]"


def test_a_rule_that_fires_for_another_fact_is_a_fault() -> None:
    network = small()
    real = network._library

    def stale(handle: int, state: int) -> Any:
        session, message = real.start_action_for_state(handle, state)
        return session, message.replace('"k1":4', '"k1":5')

    network._library = Altered(real, start_action_for_state=stale)
    with pytest.raises(ReteFault, match="another fact"):
        network.fired({"units": Range(4, 4)})
    network._library = real
    assert network.fired({"units": Range(2, 2)}) == {}


def test_a_session_is_left_after_a_thousand_facts() -> None:
    network = small()
    first = network._session
    for number in range(2500):
        assert network.fired({"units": Range(number % 9, number % 9)}) == ({"R": True} if number % 9 > 3 else {})
    assert network._session != first
    assert network._checks == 500


def test_certain_but_not_possible_is_a_fault() -> None:
    network = Network("impossible", {"R": Folded(Above("units", "low", 3), Above("units", "high", 5))})
    assert network.fired({"units": Range(5, 6)}) == {"R": True}
    with pytest.raises(ReteFault, match="certain but not possible"):
        network.fired({"units": Range(4, 4)})


def test_a_fault_leaves_no_session_behind() -> None:
    network = small()
    real = network._library
    for _ in range(1100):
        network._library = Altered(real, complete_and_start_action=lambda handle, state: None)
        with pytest.raises(ReteFault):
            network.fired({"units": Range(4, 4)})
    network._library = real
    assert network.fired({"units": Range(4, 4)}) == {"R": True}


def test_a_network_that_is_dropped_gives_its_ruleset_back() -> None:
    network = small()
    library, handle = network._library, network._handle
    del network
    gc.collect()
    with pytest.raises(library.error):
        library.assert_fact(handle, '{"sid":"1","id":"f","live":1}')


def test_threads_get_the_answers_to_their_own_questions() -> None:
    network = Network("threads", folded({f"R{n}": c.Test("units", Op.IS, number=n) for n in range(50)}))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: network.fired({"units": Range(n % 50, n % 50)}), range(2000)))
    assert answers == [{f"R{n % 50}": True} for n in range(2000)]


def test_the_library_is_loaded_only_when_a_network_is_built() -> None:
    program = "import sys, dose_engine.evaluators.rete; sys.exit(any(name.startswith('durable') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
