"""A changed rulebook takes its place while the service runs, if it is whole; a broken one is refused and the old one stays."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dose_engine.errors import Problem, SettingsError
from dose_engine.rulebook.load import shipped_folder
from dose_engine.service import app as app_module
from dose_engine.service.current import Current
from dose_engine.service.native.example import DAY, example_case
from dose_engine.service.observing.metrics import Metrics
from dose_engine.service.settings import Settings
from dose_engine.service.strict_json import Refused
from dose_engine.service.web.lanes import Lanes
from tests.workbench.seal.sealed import LEAD, Place, sealed_place

from ..client import Client

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A rulebook of its own."""
    folder = tmp_path / "book"
    folder.mkdir()
    shutil.copy(shipped_folder() / "zones.yaml", folder)
    shutil.copytree(shipped_folder() / "rules", folder / "rules")
    return folder


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(insecure_local=True, reload_seconds=0, rules=folder, **given)


@pytest.fixture
def current(folder: Path) -> Current:
    return Current(settings(folder), Metrics())


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def version(folder: Path, name: str) -> None:
    """Gives the rulebook another version."""
    path = folder / "rules" / "rulebook.yaml"
    lines = [f'version: "{name}"' if line.startswith("version:") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")


def settled(current: Current) -> bool:
    """Two looks: the first sees that something changed, the second that it has stayed so."""
    assert not current.look()
    return current.look()


def test_a_changed_rulebook_that_is_whole_is_taken(current: Current, folder: Path, logged: Logged) -> None:
    before = current.loaded
    version(folder, "2099.1")
    assert settled(current)
    assert current.loaded.book.version == "2099.1"
    assert before.book.version != "2099.1"
    assert json.loads(current.loaded.example_advisory)["rulebook"]["version"] == "2099.1"
    (told,) = [one for one in logged() if "in use" in one["message"]]
    assert told["version"] == "2099.1"
    assert not settled(current)


def test_a_rulebook_that_is_being_written_is_left_alone(current: Current, folder: Path) -> None:
    before = current.loaded
    for number in range(5):
        version(folder, f"2099.{'1' * (number + 1)}")  # of another length each time: also where the clock of the file system is coarse
        assert not current.look()
    assert current.loaded is before
    assert current.look()


def test_files_that_were_only_touched_change_nothing(current: Current, folder: Path) -> None:
    before = current.loaded
    os.utime(folder / "zones.yaml", (1, 1))
    assert not settled(current)
    assert current.loaded is before


def test_a_broken_rulebook_is_refused_told_counted_and_the_old_one_stays(current: Current, folder: Path, logged: Logged) -> None:
    before = current.loaded
    change(folder / "zones.yaml", "glabella:", "glabella: 7 #")
    assert not settled(current)
    assert current.loaded is before
    standing = current.check()
    assert standing.refused
    assert standing.since is not None
    assert not standing.unfit
    (told,) = [one for one in logged() if one["level"] == "error"]
    assert "the old one stays in use" in told["message"]
    assert any("zones.yaml" in problem for problem in told["problems"])
    assert b'rulebook_reloads_total{outcome="refused"} 1.0' in current._metrics.page()[0]
    assert not settled(current)  # it is not tried again before it changes
    assert b'rulebook_reloads_total{outcome="refused"} 1.0' in current._metrics.page()[0]


def test_a_mended_rulebook_is_taken_and_the_refusal_forgotten(current: Current, folder: Path) -> None:
    text = (folder / "zones.yaml").read_text()
    (folder / "zones.yaml").write_text("nonsense")
    assert not settled(current)
    (folder / "zones.yaml").write_text(text)
    assert settled(current)
    assert not current.check().refused


@pytest.mark.parametrize("gone", ["zones.yaml", "rules", "."])
def test_a_rulebook_that_is_taken_away_leaves_the_old_one(current: Current, folder: Path, gone: str) -> None:
    (folder / gone).rename(folder.parent / "elsewhere")
    assert not settled(current)
    assert current.check().refused
    assert current.loaded.engine.advise(example_case(current.in_use.book)).verdict == "ok"


def test_a_rulebook_that_fails_its_self_check_is_refused(current: Current, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from .test_watching import DIFFER, Confirmer

    version(folder, "2099.1")
    with monkeypatch.context() as patched:
        patched.setattr(Confirmer, "confirm", lambda *_: DIFFER)
        assert not settled(current)
    assert current.in_use.book.version != "2099.1"
    assert current.check().refused == ("the built-in case was not confirmed: the evaluators differ",)


def test_a_fault_while_loading_leaves_the_old_rulebook(
    current: Current, folder: Path, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    version(folder, "2099.1")
    monkeypatch.setattr("dose_engine.service.current.load", lambda *_: 1 / 0)
    assert not settled(current)
    assert current.check().refused
    assert [one["fault"] for one in logged() if "fault" in one] == ["ZeroDivisionError"]


def test_a_rulebook_that_changes_while_it_is_loaded_is_not_taken_half(
    current: Current, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dose_engine.service import current as module

    real = module.load

    def slow(*given: Any) -> Any:
        loaded = real(*given)
        version(folder, "2099.22")
        return loaded

    version(folder, "2099.1")
    with monkeypatch.context() as patched:
        patched.setattr(module, "load", slow)
        assert not settled(current)
    assert not current.standing.refused
    assert not current.look()
    assert current.look()
    assert current.in_use.book.version == "2099.22"


def test_a_request_in_flight_keeps_the_rulebook_it_began_with(
    folder: Path, serve: Callable[..., Client], case: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()
    client = serve(settings(folder))
    current = client.app.state.current
    real = current.loaded.engine.advise

    def held(*given: Any) -> Any:
        begun.set()
        assert go.wait(10)
        return real(*given)

    monkeypatch.setattr(current.loaded.engine, "advise", held)

    async def meanwhile() -> tuple[Any, Any]:
        first = asyncio.create_task(
            client._called("POST", "/v1/advisories", json.dumps(case).encode(), (("content-type", "application/json"),))
        )
        await asyncio.to_thread(begun.wait, 10)
        version(folder, "2099.1")
        assert await asyncio.to_thread(settled, current)
        second = await client._called("POST", "/v1/advisories", json.dumps(case).encode(), (("content-type", "application/json"),))
        go.set()
        return (await first).json(), second.json()

    first, second = client._runner.run(meanwhile())
    assert first["rulebook"]["version"] != "2099.1"
    assert second["rulebook"]["version"] == "2099.1"


def test_etags_and_the_description_change_with_the_rulebook(folder: Path, serve: Callable[..., Client]) -> None:
    client = serve(settings(folder))
    current = client.app.state.current
    paths = ("/v1/zones", "/v1/rulebook", "/openapi.json")
    before = {path: client.get(path).headers["etag"] for path in paths}
    change(folder / "zones.yaml", "label: ", "label: The ")
    assert settled(current)
    for path in paths:
        answer = client.get(path, {"if-none-match": before[path]})
        assert answer.status == 200
        assert answer.headers["etag"] != before[path]


# seals


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A small rulebook that is sealed, and whose seal is trusted."""
    for name in ("DOSE_ENGINE_TRUST", "DOSE_ENGINE_REQUIRE_SEAL", "DOSE_ENGINE_RULES"):
        monkeypatch.delenv(name, raising=False)
    return sealed_place(tmp_path)


def sealed(place: Place) -> Current:
    return Current(settings(place.book, trust=place.trust, require_seal=True), Metrics())


def test_a_change_that_nobody_has_sealed_is_refused_where_a_seal_is_required(place: Place) -> None:
    current = sealed(place)
    before = current.loaded
    place.change("zones.yaml", "stop_above: 8", "stop_above: 9")
    assert not settled(current)
    assert current.loaded is before
    assert "the seal does not hold" in current.check().refused[0]
    place.sign()
    assert settled(current)


def test_a_seal_that_is_revoked_ends_all_advice_where_one_is_required(place: Place, logged: Logged) -> None:
    current = sealed(place)
    assert current.loaded.engine.about(DAY).sealed_by == "Dr A. Example"
    place.revoke()
    assert not settled(current)
    with pytest.raises(Refused) as refused:
        _ = current.loaded
    assert refused.value.status == 503
    assert current.check().unfit == "the seal of the rulebook no longer holds"
    assert [one for one in logged() if "no advice is given" in one["message"]]
    place.trusts(LEAD)
    assert settled(current)
    assert current.loaded.engine.about(DAY).sealed_by == "Dr A. Example"
    assert not current.check().unfit


def test_a_revoked_seal_makes_a_draft_where_none_is_required(place: Place) -> None:
    current = Current(settings(place.book, trust=place.trust), Metrics())
    place.revoke()
    assert settled(current)
    assert current.loaded.engine.about(DAY).seal == "revoked"


def test_a_seal_that_ends_while_the_service_runs_ends_all_advice(
    place: Place, serve: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dose_engine.engine import Engine
    from dose_engine.rulebook.seal.load import NOT_SEALED, RulebookError

    client = serve(settings(place.book, trust=place.trust, require_seal=True))
    described = client.get("/openapi.json").json()["paths"]["/v1/advisories"]["post"]
    case = described["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/advisories", case).status == 200

    def ended(_: Engine) -> None:
        raise RulebookError([NOT_SEALED])

    monkeypatch.setattr(Engine, "_seal_now", ended)
    for answer in (client.post("/v1/advisories", case), client.get("/v1/rulebook"), client.get("/readyz")):
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0


# the task that looks


def test_the_service_looks_again_and_again_and_a_look_that_fails_does_not_end_it(logged: Logged) -> None:
    looks: list[str] = []

    async def watched() -> None:
        enough, loop = asyncio.Event(), asyncio.get_running_loop()

        def look() -> bool:
            looks.append("look")
            if len(looks) == 1:
                raise OSError("Zaphira")
            if len(looks) == 2:
                raise SettingsError([Problem("wrong-word", "`x` is not a name", "letters", "keys.yaml", 3)])
            if len(looks) == 5:
                loop.call_soon_threadsafe(enough.set)
            return False

        lanes = Lanes()
        task = asyncio.create_task(app_module._watch(0.001, lanes, [look]))
        await asyncio.wait_for(enough.wait(), 30)
        task.cancel()
        lanes.close()

    asyncio.run(watched())
    assert len(looks) >= 5
    faults = [one for one in logged() if one["level"] == "error"]
    assert faults[0]["fault"] == "OSError"
    assert "keys.yaml:3" in faults[1]["problems"][0]
    assert "Zaphira" not in json.dumps(logged())


def test_zero_seconds_never_looks() -> None:
    def look() -> bool:
        raise AssertionError

    asyncio.run(app_module._watch(0, Lanes(), [look]))
