"""The file that feedback is kept in."""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dose_engine.errors import SettingsError
from dose_engine.service.cds.feedback import LONGEST_COMMENT, LONGEST_TEXT, MOST_SUGGESTIONS, read_feedback
from dose_engine.service.cds.feedback_log import JsonLines
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import write_json

from ..client import Client
from ..requests import accepted, feedback

ADDRESS = "/cds-services/bont-order-sign/feedback"

Make = Callable[..., Client]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_file_is_for_its_owner_only(tmp_path: Path):
    JsonLines.at(tmp_path / "feedback.jsonl")
    assert stat.S_IMODE((tmp_path / "feedback.jsonl").stat().st_mode) == 0o600


def test_a_file_that_is_there_is_added_to(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"a":1}\n')
    JsonLines.at(path).add([{"a": 2}, {"a": 3}])
    assert lines(path) == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_a_line_that_was_torn_does_not_spoil_the_next(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"a":1}\n{"a":')
    JsonLines.at(path).add([{"a": 2}])
    assert path.read_text() == '{"a":1}\n{"a":\n{"a":2}\n'


def test_a_file_that_is_moved_away_is_begun_anew(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    log = JsonLines.at(path)
    log.add([{"a": 1}])
    path.rename(tmp_path / "feedback.1")
    log.add([{"a": 2}])
    assert (lines(tmp_path / "feedback.1"), lines(path)) == ([{"a": 1}], [{"a": 2}])


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo], ids=["a folder", "a pipe"])
def test_what_is_no_file_is_refused_at_the_start(tmp_path: Path, make: Callable[[Path], None]):
    make(tmp_path / "feedback")
    with pytest.raises(SettingsError, match="cannot be kept here"):
        JsonLines.at(tmp_path / "feedback")


def test_a_folder_that_is_not_there_is_refused_at_the_start(cds: Make, tmp_path: Path):
    with pytest.raises(SettingsError, match="cannot be kept here"):
        cds(settings=Settings(insecure_local=True, feedback=tmp_path / "none" / "feedback.jsonl"))


def test_feedback_that_cannot_be_written_is_a_503_and_leaves_the_file_as_it_was(cds: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "feedback.jsonl"
    client = cds(settings=Settings(insecure_local=True, feedback=path))
    assert client.post(ADDRESS, feedback()).status == 200
    before = path.read_bytes()
    write = os.write

    def full(file: int, some: Any) -> int:
        if len(some) < 100:
            raise OSError(28, "No space left on device")
        return write(file, bytes(some)[:-90])

    monkeypatch.setattr(os, "write", full)
    answer = client.post(ADDRESS, feedback())
    monkeypatch.undo()
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert answer.json()["issue"][0]["code"] == "transient"
    assert path.read_bytes() == before
    assert client.post(ADDRESS, feedback()).status == 200
    assert len(lines(path)) == 2


def test_what_was_answered_with_200_is_on_the_disk(cds: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "feedback.jsonl"
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    assert cds(settings=Settings(insecure_local=True, feedback=path)).post(ADDRESS, feedback()).status == 200
    assert synced == [path.stat().st_size]


def _add_many(path: str, worker: int) -> None:
    log = JsonLines(Path(path))
    for number in range(50):
        log.add([{"worker": worker, "number": number, "part": part, "filler": "x" * 2_000} for part in range(3)])


def test_workers_that_write_at_once_tear_no_line_and_part_no_batch(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(str(path), worker)) for worker in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert [one.exitcode for one in workers] == [0, 0, 0]
    written = lines(path)
    assert len(written) == 3 * 50 * 3
    batches = [written[index : index + 3] for index in range(0, len(written), 3)]
    assert all([line["part"] for line in batch] == [0, 1, 2] for batch in batches)
    assert all(len({(line["worker"], line["number"]) for line in batch}) == 1 for batch in batches)


def test_the_longest_line_is_bounded(tmp_path: Path):
    wide = "\U0001f489"
    reason = {"code": wide * LONGEST_TEXT, "system": wide * 1_024, "display": wide * LONGEST_TEXT}
    entry = accepted(
        wide * LONGEST_TEXT,
        *[wide * LONGEST_TEXT] * MOST_SUGGESTIONS,
        overrideReason={"reason": reason, "userComment": wide * LONGEST_COMMENT},
    )
    settings = Settings(insecure_local=True, feedback=tmp_path / "f", feedback_comments=True)
    (read,) = read_feedback(write_json(feedback(entry)), settings)
    assert len(write_json(read.record("bont-injection-plan-review", dt.datetime.now(dt.UTC)))) < 80_000
