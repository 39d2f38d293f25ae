"""`dose-engine api-key`, as the operator meets it."""

from __future__ import annotations

import datetime as dt
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import Result

from dose_engine.errors import SettingsError
from dose_engine.service.security import adding
from dose_engine.service.security.adding import add_key
from dose_engine.service.security.api_keys import ApiKeys, new_key
from tests.cli.running import run

FAR = "2199-12-31"


def api_key(path: Path, *arguments: str) -> Result:
    return run("api-key", *arguments, "--file", str(path))


def test_the_key_alone_is_on_stdout_and_works(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    made = api_key(path, "clinic-north", "--expires", FAR)
    assert made.exit_code == 0
    assert re.fullmatch(r"dose_[0-9a-f]{8}_[0-9a-f]{64}\n", made.stdout)
    caller = ApiKeys.read(path).caller(made.stdout.strip())
    assert caller is not None
    assert caller.name == "clinic-north"


def test_the_key_is_written_nowhere_and_said_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    made = api_key(path, "clinic-north", "--expires", FAR)
    secret = made.stdout.strip().rpartition("_")[2]
    assert [file.name for file in tmp_path.iterdir()] == ["keys.yaml"]
    assert secret not in path.read_text()
    assert secret not in made.stderr
    assert made.output.count(secret) == 1


def test_stderr_says_what_to_know(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    first = api_key(path, "clinic-north", "--expires", FAR)
    assert f"It counts until {FAR} (UTC), that day included." in first.stderr
    assert "also has" not in first.stderr
    second = api_key(path, "clinic-north")
    assert "until its line is taken out; --expires sets a last day" in second.stderr
    assert f"clinic-north also has: {first.stdout[5:13]}. Take their lines out" in second.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_new_file_is_its_owners_alone_and_an_old_one_keeps_its_mode_and_its_text(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    assert api_key(path, "a").exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(f"# who may call\n{path.read_text().rstrip()}")
    path.chmod(0o640)
    before = path.read_text()
    assert api_key(path, "b").exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_text().startswith(f'{before}\n- {{name: "b"')


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "keys.yaml"
    link.symlink_to(tmp_path / "real" / "keys.yaml")
    for name in ("a", "b"):
        assert api_key(link, name).exit_code == 0
    assert link.is_symlink()
    assert [key.name for key in ApiKeys.read(link).keys] == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("- {", "not YAML"),
        ("- {name: a}\n", "an API key needs `sha256`"),
        ("  - {name: a}\n", "an API key needs `sha256`"),
        ("[]\n", "a line cannot be added to the file as it is laid out"),
        ("---\n...\n", "a file of API keys is a list, got nothing"),
    ],
)
def test_a_file_that_would_be_broken_is_left_as_it_was(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(content)
    made = api_key(path, "clinic-north")
    assert (made.exit_code, made.stdout) == (2, "")
    assert says in made.stderr
    assert path.read_text() == content
    assert len(list(tmp_path.iterdir())) == 1


def test_keys_that_are_indented_are_not_broken_by_a_line(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    content = "  " + new_key("a", None)[1].line
    path.write_text(content)
    made = api_key(path, "b")
    assert (made.exit_code, path.read_text()) == (2, content)
    assert "begin each key at the start of a line with `- {`" in made.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Dr. Example",), "`Dr. Example` is not a name for a caller\n  lower-case letters"),
        (("a", "--expires", "2020-01-01"), "--expires 2020-01-01 is before today"),
        (("a", "--expires", "tomorrow"), "is not a day"),
        ((), "Missing argument 'NAME'"),
    ],
)
def test_what_nobody_could_use_makes_no_key_and_no_file(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    made = api_key(tmp_path / "keys.yaml", *arguments)
    assert (made.exit_code, made.stdout) == (2, "")
    assert says in made.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["circle", "folder"])
def test_what_can_be_no_file_is_said(tmp_path: Path, kind: str) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "folder").mkdir()
    made = api_key(tmp_path / kind, "a")
    assert (made.exit_code, made.stdout) == (2, "")
    assert re.search("cannot be (read|written): ", made.stderr)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    made = api_key(tmp_path / "nowhere" / "keys.yaml", "a")
    assert made.exit_code == 2
    assert "keys.yaml: cannot be written: no such file or directory" in made.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_file_that_others_can_write_is_not_added_to(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    assert api_key(path, "a").exit_code == 0
    path.chmod(0o666)
    before = path.read_text()
    assert "others can write this file" in api_key(path, "b").stderr
    assert path.read_text() == before


def test_a_disk_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys.yaml"
    assert api_key(path, "a").exit_code == 0
    before = path.read_text()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adding.os, "fsync", full)
    made = api_key(path, "b")
    assert (made.exit_code, made.stdout) == (2, "")
    assert "cannot be written: no space left on device" in made.stderr
    assert path.read_text() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_many_who_add_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda number: add_key(path, f"caller-{number}", None), range(24)))
    keys = ApiKeys.read(path)
    assert {keys.caller(one.secret).name for one in added} == {f"caller-{number}" for number in range(24)}  # type: ignore[union-attr]


def test_two_processes_that_add_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.yaml"
    command = [sys.executable, "-m", "dose_engine", "api-key", "--file", str(path)]
    running = [subprocess.Popen([*command, f"caller-{number}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) for number in range(3)]
    secrets = [process.communicate()[0].decode().strip() for process in running]
    keys = ApiKeys.read(path)
    assert [keys.caller(secret) is not None for secret in secrets] == [True] * 3


def test_the_verb_loads_neither_the_engine_nor_the_web(tmp_path: Path) -> None:
    code = (
        f"from dose_engine.cli import main; main(['api-key', 'a', '--file', {str(tmp_path / 'keys.yaml')!r}]); import sys;"
        "print([m for m in ('fastapi', 'jwt', 'durable_rules_engine', 'dose_engine.engine') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_file_with_as_many_keys_as_are_compared_takes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dose_engine.service.security.api_keys.MOST_KEYS", 2)
    path = tmp_path / "keys.yaml"
    for name in ("a", "b"):
        add_key(path, name, None, dt.date(2026, 3, 2))
    with pytest.raises(SettingsError, match="3 API keys, at most 2"):
        add_key(path, "c", None, dt.date(2026, 3, 2))
    assert len(ApiKeys.read(path).keys) == 2
