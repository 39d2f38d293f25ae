"""The file of API keys: who is let in by it, what is refused, and what a change does."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.errors import SettingsError
from dose_engine.service.security import api_keys
from dose_engine.service.security.api_keys import MOST_KEYS, ApiKeys, new_key, read_keys
from dose_engine.service.security.caller import Caller

TODAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def key_file(folder: Path, *lines: str) -> Path:
    path = folder / "keys.yaml"
    path.write_text("".join(lines))
    return path


def read(path: Path, today: dt.date = TODAY) -> ApiKeys:
    return ApiKeys.read(path, lambda: today)


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        read(path)
    return str(refused.value)


# who is let in


def test_a_key_says_whose_it_is(tmp_path: Path) -> None:
    (north, north_key), (south, south_key) = new_key("north", None, TODAY), new_key("south", None, TODAY)
    keys = read(key_file(tmp_path, north_key.line, south_key.line))
    assert keys.caller(north) == Caller("north", "api-key", None, north_key.id)
    assert keys.caller(south) == Caller("south", "api-key", None, south_key.id)


def test_nothing_but_the_whole_key_is_let_in(tmp_path: Path) -> None:
    text, key = new_key("north", None, TODAY)
    other, _ = new_key("north", None, TODAY)
    keys = read(key_file(tmp_path, key.line))
    nearly = [text[:-1], text + "0", text.upper(), f" {text}", f"{text}\n", text[:14] + other[14:], other, "", key.sha256.hex(), key.line]
    assert [keys.caller(presented) for presented in nearly] == [None] * len(nearly)


def test_a_line_that_is_the_hash_of_nothing_lets_nobody_in(tmp_path: Path) -> None:
    nothing = hashlib.sha256(bytes(16)).hexdigest()
    keys = read(key_file(tmp_path, line("0" * 64, nothing)))
    assert [keys.caller(presented) for presented in ("", " ", "dose_", "x" * 10_000)] == [None] * 4


@given(text=st.text())
def test_any_text_is_refused_and_nothing_else_happens(one_key: ApiKeys, text: str) -> None:
    assert one_key.caller(text) is None


@pytest.fixture(scope="module")
def one_key(tmp_path_factory: pytest.TempPathFactory) -> ApiKeys:
    path = key_file(tmp_path_factory.mktemp("keys"), new_key("north", None, TODAY)[1].line)
    path.chmod(0o600)
    return read(path)


def test_a_key_counts_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    text, key = new_key("north", TODAY + DAY, TODAY)
    path = key_file(tmp_path, key.line)
    counts = {day: read(path, TODAY + day * DAY).caller(text) is not None for day in (-1, 0, 1, 2)}
    assert counts == {-1: False, 0: True, 1: True, 2: False}


def test_a_key_that_ends_while_the_service_runs_counts_no_more(tmp_path: Path) -> None:
    text, key = new_key("north", TODAY, TODAY)
    today = [TODAY]
    keys = ApiKeys.read(key_file(tmp_path, key.line), lambda: today[0])
    assert keys.caller(text)
    today[0] += DAY
    assert keys.caller(text) is None


def test_a_caller_may_have_two_keys_while_one_follows_the_other(tmp_path: Path) -> None:
    (old, old_key), (new, new_key_) = new_key("north", None, TODAY), new_key("north", None, TODAY)
    path = key_file(tmp_path, old_key.line, new_key_.line)
    keys = read(path)
    assert [keys.caller(text) for text in (old, new)] == [Caller("north", "api-key", key=key.id) for key in (old_key, new_key_)]
    key_file(tmp_path, new_key_.line)
    assert keys.reread_if_changed()
    assert keys.caller(old) is None
    assert keys.caller(new)


# time tells nothing


def test_every_line_is_compared_in_constant_time_whoever_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [new_key("north", None, TODAY) for _ in range(3)] + [new_key("south", TODAY, TODAY)]
    keys = read(key_file(tmp_path, *(key.line for _, key in made)), TODAY + DAY)
    compared: list[tuple[bytes, bytes]] = []
    original = hmac.compare_digest
    monkeypatch.setattr(api_keys.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or original(a, b))
    for presented in [text for text, _ in made] + ["", "dose_", "x" * 10_000, new_key("north", None, TODAY)[0]]:
        compared.clear()
        keys.caller(presented)
        assert [expected for _, expected in compared] == [key.sha256 for _, key in made]


# what the file holds


def test_the_file_holds_a_salted_hash_and_no_key() -> None:
    text, key = new_key("north", dt.date(2027, 3, 1), TODAY)
    assert re.fullmatch(r"dose_[0-9a-f]{8}_[0-9a-f]{64}", text)
    assert text.rpartition("_")[2] not in key.line
    assert key.sha256 == hashlib.sha256(key.salt + text.encode()).digest()
    assert f'"{key.sha256.hex()}", not_before: 2026-03-02, expires: 2027-03-01}}' in key.line
    assert read_keys(key.line, "keys.yaml") == (key,)


def test_equal_keys_do_not_look_equal() -> None:
    keys = [new_key("north", None, TODAY)[1] for _ in range(50)]
    assert len({key.salt for key in keys}) == len({key.id for key in keys}) == len({key.sha256 for key in keys}) == 50


def test_an_id_that_is_taken_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["aaaaaaaa", "bbbbbbbb", "f" * 64])
    monkeypatch.setattr(api_keys.secrets, "token_hex", lambda count: next(ids))
    assert new_key("north", None, TODAY, taken=["aaaaaaaa"])[1].id == "bbbbbbbb"


@pytest.mark.parametrize("name", ["", "Dr. Example", "North", "9north", "a" * 61, "north\n", "näh", "../x", "a b"])
def test_a_name_that_does_not_belong_in_a_log_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is not a name for a caller"):
        new_key(name, None, TODAY)


def test_a_key_that_has_ended_is_not_made() -> None:
    with pytest.raises(SettingsError, match=r"--expires 2026-03-01 is before today, 2026-03-02 \(UTC\)"):
        new_key("north", TODAY - DAY, TODAY)


# what is refused when it is read


def line(old: str = "", new: str = "") -> str:
    """A line of the file, with one change."""
    whole = f'- {{name: "a", id: "aaaaaaaa", salt: "{"0" * 32}", sha256: "{"0" * 64}"}}\n'
    return whole.replace(old, new) if old else whole


def with_days(days: str) -> str:
    return line("}", f", {days}}}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: a\n", "a file of API keys is a list"),
        ("- a\n", "an API key is a mapping, got `a`"),
        ("- {name: a}\n", "an API key needs `sha256`"),
        (line() * 2, "keys.yaml:2: a: the key aaaaaaaa stands twice\n  the other is in line 1"),
        (line("sha256", "hash"), "`hash` is not a key of an API key"),
        (line("aaaaaaaa", "AAAAAAAA"), "id is 8 hexadecimal digits (0-9, a-f), got `AAAAAAAA`"),
        (line("0" * 64, "0" * 63), "sha256 is 64 hexadecimal digits (0-9, a-f), got something else"),
        (line('"aaaaaaaa"', "12345678"), "id is 8 hexadecimal digits (0-9, a-f), got `12345678`\n  in quotes"),
        (line('"a"', '"Dr. A"'), "`Dr. A` is not a name for a caller"),
        (with_days("expires: 2027-02-30"), "expires is a date YYYY-MM-DD, got `2027-02-30`"),
        (with_days("expires: "), "expires is a date YYYY-MM-DD, got nothing"),
        (
            with_days("not_before: 2027-02-02, expires: 2027-02-01"),
            "expires 2027-02-01 is before not_before 2027-02-02",
        ),
        ("- {", "not YAML"),
        ("\x07", "holds the control character"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    path = key_file(tmp_path, text)
    assert says in refusal(path)
    assert str(path) in refusal(path)


def test_a_file_with_more_keys_than_are_compared_is_refused(tmp_path: Path) -> None:
    lines = [line("aaaaaaaa", f"{number:08x}") for number in range(MOST_KEYS + 1)]
    assert len(read(key_file(tmp_path, *lines[:-1])).keys) == MOST_KEYS
    assert "1,001 API keys, at most 1,000" in refusal(key_file(tmp_path, *lines))


@pytest.mark.parametrize("line", ["- {key}\n", "- {{name: a, key: {key}}}\n", "# {key}\n", '- {{name: "{key}", id: x}}\n'])
def test_a_key_that_stands_in_the_file_itself_is_refused_and_not_shown(tmp_path: Path, line: str) -> None:
    text, key = new_key("north", None, TODAY)
    said = refusal(key_file(tmp_path, key.line, line.format(key=text)))
    assert "keys.yaml:2: an API key itself stands here, and only its hash may" in said
    assert text[14:24] not in said


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o660])
def test_a_file_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, new_key("north", None, TODAY)[1].line)
    path.chmod(mode)
    assert f"others can write this file (mode {mode:o}), and so let themselves in\n  chmod go-w {path}" in refusal(path)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_file_that_others_could_replace_is_refused(tmp_path: Path) -> None:
    """Everyone can write to its folder; not so where each may only move files of their own, as in /tmp."""
    folder = tmp_path / "open"
    folder.mkdir()
    path = key_file(folder, new_key("north", None, TODAY)[1].line)
    link = tmp_path / "keys.yaml"
    link.symlink_to(path)
    folder.chmod(0o777)
    for one in (path, link):
        assert f"everyone can put another file in its place: the folder {folder} has mode 777\n  chmod o-w {folder}" in refusal(one)
    folder.chmod(0o1777)
    assert len(read(path).keys) == 1


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_file_that_everyone_can_read_is_warned_of(tmp_path: Path) -> None:
    path = key_file(tmp_path, new_key("north", None, TODAY)[1].line)
    for mode, warned in ((0o600, False), (0o440, False), (0o644, True), (0o444, True)):
        path.chmod(mode)
        warnings = read(path).warnings
        assert [f"{path}: everyone on this machine can read it" in warning for warning in warnings] == [True] * warned


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "keys.yaml"
    {"missing": lambda: None, "folder": path.mkdir, "pipe": lambda: os.mkfifo(path)}[kind]()
    assert f"{path}: cannot be read: {'no such file' if kind == 'missing' else 'it is not a file'}" in refusal(path)


# what a change does


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    (old, old_key), (new, fresh_key) = new_key("north", None, TODAY), new_key("south", None, TODAY)
    path = key_file(tmp_path, old_key.line)
    keys, before = read(path), path.stat()
    assert not keys.reread_if_changed()
    key_file(tmp_path, fresh_key.line)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert keys.reread_if_changed(), "same size, same time, other bytes"
    assert not keys.reread_if_changed()
    assert keys.caller(old) is None
    assert keys.caller(new)


@pytest.mark.parametrize("break_it", [lambda path: path.write_text("- {"), lambda path: path.unlink(), lambda path: path.chmod(0o666)])
def test_a_broken_file_is_said_once_and_the_old_keys_stay(tmp_path: Path, break_it: Any) -> None:
    text, key = new_key("north", None, TODAY)
    path = key_file(tmp_path, key.line)
    keys = read(path)
    break_it(path)
    with pytest.raises(SettingsError):
        keys.reread_if_changed()
    assert not keys.reread_if_changed()
    assert keys.caller(text)
    path.unlink(missing_ok=True)
    key_file(tmp_path, new_key("south", None, TODAY)[1].line)
    assert keys.reread_if_changed()
    assert keys.caller(text) is None


@pytest.mark.parametrize("text", ["", "\n", "# all gone\n", "[]\n"])
def test_an_emptied_file_shuts_everyone_out(tmp_path: Path, text: str) -> None:
    presented, key = new_key("north", None, TODAY)
    path = key_file(tmp_path, key.line)
    keys = read(path)
    path.write_text(text)
    assert keys.reread_if_changed()
    assert keys.caller(presented) is None
    assert "nobody is let in" in keys.warnings[-1]


def test_that_every_key_has_ended_is_warned_of(tmp_path: Path) -> None:
    path = key_file(tmp_path, new_key("north", TODAY, TODAY)[1].line)
    path.chmod(0o600)
    assert read(path).warnings == ()
    assert "no key in it counts today" in read(path, TODAY + DAY).warnings[0]


def test_threads_that_call_while_the_file_changes_see_one_list_or_the_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    first, second = new_key("north", None, TODAY), new_key("north", None, TODAY)
    path = key_file(tmp_path, first[1].line)
    keys = read(path)

    def call(turn: int) -> bool:
        if turn % 10 == 0:
            beside = tmp_path / f"{turn}.new"
            beside.write_text([first, second][turn // 10 % 2][1].line)
            beside.replace(path)
            keys.reread_if_changed()
        return keys.caller(new_key("south", None, TODAY)[0]) is None and all(key.name == "north" for key in keys.keys)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(call, range(400)))
