"""The contract of the memory of used tokens, for both kinds; and what the file alone promises."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.errors import SettingsError
from dose_engine.service.security.replay import MemoryUnusable, ReplayFile, ReplayInProcess, ReplayMemory

from .using_once import die_while_writing, use_all

Make = Callable[[int], ReplayMemory]


@pytest.fixture(params=["in process", "in a file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes a memory with room for so many tokens of each issuer."""
    made: list[ReplayMemory] = []

    def make(most_each: int) -> ReplayMemory:
        path = tmp_path / f"replay-{len(made)}.sqlite"
        made.append(ReplayInProcess(most_each) if request.param == "in process" else ReplayFile(path, most_each))
        return made[-1]

    yield make
    for memory in made:
        memory.close()


# both kinds


def test_a_token_is_used_for_the_first_time_once(make: Make) -> None:
    memory = make(10)
    assert [memory.first_use("a", "1", until=100, now=now) for now in (0, 0, 50, 99.9)] == [True, False, False, False]


def test_issuers_do_not_share_their_ids(make: Make) -> None:
    memory = make(10)
    uses = [("a", "1"), ("b", "1"), ("a", "2"), ("a1", ""), ("", "a1")]
    assert all(memory.first_use(issuer, jti, until=100, now=0) for issuer, jti in uses)
    assert not any(memory.first_use(issuer, jti, until=100, now=0) for issuer, jti in uses)


def test_what_has_ended_is_forgotten_and_makes_room(make: Make) -> None:
    memory = make(2)
    assert memory.first_use("a", "1", until=100, now=0)
    assert memory.first_use("a", "2", until=50, now=0)
    assert memory.first_use("a", "3", until=100, now=50)
    assert not memory.first_use("a", "1", until=100, now=50)
    assert memory.first_use("a", "1", until=200, now=100)


def test_a_full_memory_refuses_and_still_knows_what_it_holds(make: Make) -> None:
    memory = make(3)
    for number in range(3):
        assert memory.first_use("a", str(number), until=100, now=0)
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "3", until=100, now=0)
    assert not memory.first_use("a", "2", until=100, now=0)
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "3", until=100, now=0)
    assert memory.first_use("a", "3", until=200, now=100)


def test_one_issuer_that_fills_its_share_does_not_shut_out_another(make: Make) -> None:
    memory = make(1)
    assert memory.first_use("a", "1", until=100, now=0)
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "2", until=100, now=0)
    assert memory.first_use("b", "1", until=100, now=0)


def test_any_text_can_be_remembered(make: Make) -> None:
    memory = make(10)
    for text in ("", "\0", "'; DROP TABLE used; --", "\ud800", "x" * 100_000, "\u00e4", "a\u0308"):
        assert memory.first_use(text, text, until=100, now=0)
        assert not memory.first_use(text, text, until=100, now=0)


def test_of_many_uses_at_once_in_threads_one_is_the_first(make: Make) -> None:
    memory, threads, tokens = make(1000), 8, 50
    start = threading.Barrier(threads)

    def use(_: int) -> int:
        firsts = 0
        for number in range(tokens):
            start.wait()
            firsts += memory.first_use("a", str(number), until=100, now=0)
        return firsts

    with ThreadPoolExecutor(threads) as pool:
        assert sum(pool.map(use, range(threads))) == tokens


uses = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12345"), st.integers(0, 3), st.integers(0, 6)), max_size=40)


@given(uses)
def test_both_kinds_say_the_same_of_any_uses(both: tuple[Make, Make], uses: list[tuple[str, str, int, int]]) -> None:
    """Against a model that keeps everything: who, which token, how far time moves, and how long the token lasts."""
    in_process, in_file = both[0](3), both[1](3)
    held: dict[tuple[str, str], int] = {}
    now = 0
    for issuer, jti, later, lasts in uses:
        now += later
        held = {use: until for use, until in held.items() if until > now}
        full = sum(owner == issuer for owner, _ in held) >= 3
        expected = "known" if (issuer, jti) in held else "full" if full else "first"
        if expected == "first" and lasts:
            held[issuer, jti] = now + lasts
        until = now + lasts if lasts else now
        assert [_said(memory, issuer, jti, until, now) for memory in (in_process, in_file)] == [expected] * 2
    in_file.close()


def _said(memory: ReplayMemory, issuer: str, jti: str, until: int, now: int) -> str:
    try:
        return "first" if memory.first_use(issuer, jti, until=until, now=now) else "known"
    except MemoryUnusable:
        return "full"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Make, Make]:
    folder = tmp_path_factory.mktemp("replay")
    numbers = iter(range(10_000))
    return ReplayInProcess, lambda most: ReplayFile(folder / f"{next(numbers)}.sqlite", most)


# the file


def test_of_many_uses_at_once_in_processes_one_is_the_first(tmp_path: Path) -> None:
    """The processes also open the file, which is not there, at the same moment."""
    spawn, workers, tokens = multiprocessing.get_context("spawn"), 4, 40
    with spawn.Manager() as manager, ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        start = manager.Barrier(workers)
        uses = [pool.submit(use_all, tmp_path / "replay.sqlite", start, tokens) for _ in range(workers)]
        assert sum(use.result() for use in uses) == tokens


def test_what_one_worker_saw_another_knows_also_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    one, other = ReplayFile(path), ReplayFile(path)
    assert one.first_use("a", "1", until=100, now=0)
    assert not other.first_use("a", "1", until=100, now=0)
    one.close()
    other.close()
    later = ReplayFile(path)
    assert not later.first_use("a", "1", until=100, now=50)
    later.close()


def test_many_that_end_at_once_are_forgotten_little_by_little_and_count_no_more(tmp_path: Path) -> None:
    memory = ReplayFile(tmp_path / "replay.sqlite")
    numbers = sorted(map(str, range(1_200)), key=lambda number: sha256(number.encode()).digest(), reverse=True)
    for number in numbers:
        assert memory.first_use("a", number, until=100, now=0)
    assert all(memory.first_use("a", number, until=200, now=100) for number in numbers), "those that are forgotten last come first"
    assert not any(memory.first_use("a", number, until=200, now=100) for number in numbers)
    memory.close()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked on POSIX only")
def test_workers_make_the_file_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite refuses, without waiting, whoever opens a file that another is just changing to its log."""
    import fcntl

    original = ReplayFile._open

    def opened_alone(self: ReplayFile) -> sqlite3.Connection:
        folder = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(folder)
        return original(self)

    monkeypatch.setattr(ReplayFile, "_open", opened_alone)
    ReplayFile(tmp_path / "replay.sqlite").close()


def test_a_worker_that_is_killed_while_it_writes_leaves_a_usable_file(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    memory = ReplayFile(path)
    assert memory.first_use("a", "1", until=100, now=0)
    victim = multiprocessing.get_context("spawn").Process(target=die_while_writing, args=(path,))
    victim.start()
    victim.join()
    assert victim.exitcode == 9
    assert not memory.first_use("a", "1", until=100, now=0)
    assert memory.first_use("a", "2", until=100, now=0)
    memory.close()


def test_a_file_that_is_locked_or_broken_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dose_engine.service.security.replay._SECONDS_TO_WAIT", 0)
    path = tmp_path / "replay.sqlite"
    memory = ReplayFile(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "1", until=100, now=0)
    other.execute("ROLLBACK")
    assert memory.first_use("a", "1", until=100, now=0), "and works again once it is free"
    other.execute("DROP TABLE used")
    other.close()
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "2", until=100, now=0)
    memory.close()
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "3", until=100, now=0)


def test_a_full_disk_refuses(tmp_path: Path) -> None:
    memory = ReplayFile(tmp_path / "replay.sqlite")
    memory._file.execute("PRAGMA max_page_count = 8")
    said = [_said(memory, "a", str(number), 100, 0) for number in range(2_000)]
    assert said[0] == "first"
    assert said[-1] == "full"
    assert not memory.first_use("a", "0", until=100, now=0)
    memory.close()


def test_the_file_holds_no_issuer_and_no_id_and_is_its_owners_alone(tmp_path: Path) -> None:
    memory = ReplayFile(tmp_path / "replay.sqlite")
    assert memory.first_use("https://ehr.example.org", "Maria-Musterfrau", until=100, now=0)
    files = list(tmp_path.iterdir())
    assert len(files) >= 2, "the file and its log"
    for file in files:
        assert b"ehr.example" not in file.read_bytes()
        assert b"Musterfrau" not in file.read_bytes()
        assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    memory.close()


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    memory = ReplayFile(tmp_path / "replay.sqlite")
    sizes = []
    for turn in range(4):
        for number in range(1_000):
            assert memory.first_use("a", f"{turn}-{number}", until=turn + 1, now=turn)
        sizes.append(memory._file.execute("PRAGMA page_count").fetchone()[0])
    assert sizes[-1] <= sizes[0] * 1.5
    assert memory._file.execute("SELECT count(*) FROM used").fetchone()[0] <= 1_500
    memory.close()


def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path, content = tmp_path / "replay.sqlite", b"not a database\n" * 1_000
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"replay\.sqlite: no memory of used tokens can be kept here"):
        ReplayFile(path)
    assert path.read_bytes() == content


def test_the_file_is_closed_also_when_its_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    memory = ReplayFile(folder / "replay.sqlite")
    shutil.rmtree(folder)
    memory.close()
    with pytest.raises(MemoryUnusable):
        memory.first_use("a", "1", until=100, now=0)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written: no such file or directory"):
        ReplayFile(tmp_path / "nowhere" / "replay.sqlite")


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "replay.sqlite"
    path.touch()
    path.chmod(0o666)
    with pytest.raises(SettingsError, match="others can write this file"):
        ReplayFile(path)
