"""The table of rows is whole, and every row has a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .cds_rows import FOLDER, LEVELS, ROWS, named_tests, rows_without_test

GROUPS = ((1, 9), (10, 20), (21, 28), (30, 48), (50, 53), (60, 66))


def test_the_table_holds_every_row_once_and_in_order():
    assert [row.number for row in ROWS] == [number for first, last in GROUPS for number in range(first, last + 1)]
    assert {row.level for row in ROWS} == LEVELS.keys()
    assert len({row.promise for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"C{row.number}")
def test_every_row_has_a_test(row):
    assert named_tests().get(row.number), f"no test is named test_c{row.number}_…: {row.promise}"


def test_no_test_is_named_after_a_row_that_does_not_exist():
    assert named_tests().keys() <= {row.number for row in ROWS}


def test_a_row_without_a_test_is_found(tmp_path: Path):
    (tmp_path / "test_some.py").write_text("def test_c1_there(): ...\nclass TestIt:\n    async def test_c65_also_there(self): ...\n")
    (tmp_path / "helper.py").write_text("def test_c2_not_collected(): ...\n")
    assert [row.number for row in rows_without_test(tmp_path)] == [row.number for row in ROWS if row.number not in (1, 65)]


def test_the_script_lists_the_rows_without_a_test():
    done = subprocess.run([sys.executable, str(FOLDER / "cds_rows.py")], capture_output=True, text=True, check=False)
    missing = rows_without_test()
    assert done.returncode == (1 if missing else 0)
    assert len(done.stdout.splitlines()) == len(missing)
    assert done.stderr.strip() == f"{len(ROWS) - len(missing)} of {len(ROWS)} rows have a test"
