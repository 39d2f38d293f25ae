"""How often one caller may call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.service.security.rates import RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_is_allowed_and_then_the_wait_is_said(clock: Clock) -> None:
    limiter = RateLimiter(60, 3, clock)
    assert [limiter.wait("a") for _ in range(5)] == [0, 0, 0, 1, 1]


def test_who_waits_as_long_as_told_may_call(clock: Clock) -> None:
    limiter = RateLimiter(7, 2, clock)
    while not (wait := limiter.wait("a")):
        pass
    clock.now += wait * 0.99
    assert limiter.wait("a") > 0
    clock.now += wait * 0.02
    assert limiter.wait("a") == 0


def test_a_refused_call_costs_nothing(clock: Clock) -> None:
    limiter = RateLimiter(60, 1, clock)
    assert limiter.wait("a") == 0
    assert {limiter.wait("a") for _ in range(100)} == {1.0}
    clock.now += 1
    assert limiter.wait("a") == 0


def test_callers_do_not_share_their_limit(clock: Clock) -> None:
    limiter = RateLimiter(60, 1, clock)
    assert [limiter.wait(name) for name in "abcabc"] == [0, 0, 0, 1, 1, 1]


def test_a_pause_saves_up_no_more_than_a_burst(clock: Clock) -> None:
    limiter = RateLimiter(60, 3, clock)
    limiter.wait("a")
    clock.now += 10_000
    assert [limiter.wait("a") for _ in range(4)] == [0, 0, 0, 1]


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing(clock: Clock) -> None:
    limiter = RateLimiter(60, 1, clock)
    assert limiter.wait("a") == 0
    clock.now -= 500
    assert limiter.wait("a") == 1
    clock.now += 500.5
    assert limiter.wait("a") == pytest.approx(0.5)


def test_memory_is_bounded_and_nobody_escapes_by_filling_it(clock: Clock) -> None:
    limiter = RateLimiter(60, 1, clock, most_callers=100)
    assert limiter.wait("a") == 0
    allowed = sum(limiter.wait(f"caller-{number}") == 0 for number in range(10_000))
    assert allowed == 100, "99 with a bucket of their own, and one for all others together"
    assert limiter.wait("a") == 1
    assert len(limiter._buckets) == 101


def test_callers_not_seen_for_long_are_forgotten(clock: Clock) -> None:
    limiter = RateLimiter(60, 5, clock, most_callers=100)
    for number in range(200):
        limiter.wait(f"caller-{number}")
    clock.now += 5
    assert limiter.wait("new") == 0
    assert len(limiter._buckets) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 30)), max_size=60), st.integers(1, 200), st.integers(1, 10))
def test_in_any_span_no_more_than_a_burst_and_the_rate_is_allowed(calls: list[tuple[str, float]], per_minute: int, burst: int) -> None:
    clock, allowed = Clock(), []
    limiter = RateLimiter(per_minute, burst, clock, most_callers=2)
    for name, pause in calls:
        clock.now += pause
        if limiter.wait(name) == 0:
            allowed.append((name, clock.now))
    for caller in "abc":
        times = [time for name, time in allowed if name == caller]
        for start in range(len(times)):
            for end in range(start, len(times)):
                assert end - start + 1 <= burst + (times[end] - times[start]) * per_minute / 60 + 1e-6


def test_threads_together_get_no_more_than_one_would(clock: Clock) -> None:
    limiter = RateLimiter(60, 50, clock)
    with ThreadPoolExecutor(8) as pool:
        assert sum(wait == 0 for wait in pool.map(lambda _: limiter.wait("a"), range(400))) == 50
