"""A sealed rulebook for every test that wants one, and an environment that says nothing about seals."""

from pathlib import Path

import pytest

from .sealed import Place, sealed_place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("DOSE_ENGINE_TRUST", "DOSE_ENGINE_REQUIRE_SEAL", "DOSE_ENGINE_RULES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return sealed_place(tmp_path)
