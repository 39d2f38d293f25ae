from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .forging import Door, Keys


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(
        ehr=ec.generate_private_key(ec.SECP384R1()),
        hospital=rsa.generate_private_key(65537, 2048),
        stranger=ec.generate_private_key(ec.SECP384R1()),
        strange_rsa=rsa.generate_private_key(65537, 2048),
    )


@pytest.fixture
def door(tmp_path: Path, keys: Keys) -> Door:
    return Door(tmp_path, keys)


@pytest.fixture(autouse=True)
def _files_are_the_owners_to_write() -> Iterator[None]:
    """Whatever the umask of whoever runs the tests: files that the group can write are refused."""
    before = os.umask(0o022)
    yield
    os.umask(before)
