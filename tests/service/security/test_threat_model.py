"""docs/security.md: every threat has a test that exists, and what the page shows works as shown."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dose_engine.service.security.api_keys import ApiKeys
from dose_engine.service.security.authorization import LONGEST_TOKEN
from dose_engine.service.security.caller import REASONS, Caller
from dose_engine.service.security.claims import Limits
from dose_engine.service.security.clients import CdsClients
from dose_engine.service.security.public_keys import ALGORITHMS
from dose_engine.service.security.replay import ReplayInProcess
from dose_engine.service.security.tokens import TokenChecker

REPOSITORY = Path(__file__).parents[3]
PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")


def table(first_column: str) -> list[list[str]]:
    """The rows of the table whose first column has this title, as cells."""
    _, _, rest = PAGE.partition(f"\n| {first_column} |")
    lines = rest.split("\n\n")[0].split("\n")[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names_of_tests(folder: Path) -> set[str]:
    """Every test function in a folder, found without importing anything."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in folder.rglob("test_*.py"))
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def missing(named: list[str], there: set[str]) -> list[str]:
    """Those named that no test bears; with a `*` at its end, that no test begins with."""
    return [name for name in named if not any(test.startswith(name[:-1]) if name.endswith("*") else test == name for test in there)]


def named_in(row: list[str]) -> list[str]:
    return re.findall(r"`(test_[a-z0-9_]+\*?)`", row[2])


# the threats


def test_every_threat_says_what_is_done_and_names_its_test() -> None:
    rows = table("threat")
    assert len(rows) >= 25
    for row in rows:
        assert len(row) == 3, row
        assert all(row)
        assert named_in(row), row[0]
        assert row[2] == ", ".join(f"`{name}`" for name in named_in(row)), "nothing but names of tests stands in the last column"


def test_every_test_that_a_threat_names_exists() -> None:
    named = [name for row in table("threat") for name in named_in(row)]
    assert missing(named, names_of_tests(REPOSITORY / "tests")) == []


def test_a_name_that_no_test_bears_is_found() -> None:
    there = {"test_c53_a_comment_is_dropped"}
    assert missing(["test_c53_*", "test_c53_a_comment_is_dropped"], there) == []
    assert missing(["test_c53_a_comment", "test_c54_*"], there) == ["test_c53_a_comment", "test_c54_*"]


FEARED = (
    *("stolen", "SSRF", "deputy", "HMAC", "used again", "another service", "size", "depth", "time", "rate", "markup", "reload"),
    *("wrong patient", "silent", "Feedback", "another worker", "code map", "Metrics", "Logs", "time an answer takes"),
)


@pytest.mark.parametrize("threat", FEARED)
def test_no_threat_is_forgotten(threat: str) -> None:
    assert [row for row in table("threat") if threat in row[0]]


# what the page says of the code


def test_the_reasons_of_the_page_are_those_of_the_code() -> None:
    assert [row[0].strip("`") for row in table("reason")] == list(REASONS)


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    assert (Limits().longest, Limits().leeway, LONGEST_TOKEN) == (3_600, 60, 8_192)
    listed = re.search(r"algorithms: \[ES384\] +# (.*)", PAGE)
    assert listed is not None
    assert re.findall(r"[A-Z]{2}[0-9]{3}", listed[1]) == list(ALGORITHMS)


def test_the_contents_of_the_page_lead_somewhere() -> None:
    titles = [line.removeprefix("## ") for line in PAGE.splitlines() if line.startswith("## ")]
    headings = {title.lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\(#([a-z-]+)\)", PAGE)) == headings


# what the page shows, as it is shown


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Path]:
    """A folder in which all commands of the page have been run, in their order."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there")
    program = tmp_path / "bin" / "dose-engine"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dose_engine "$@"\n')
    program.chmod(0o755)
    (tmp_path / "work").mkdir()
    commands = re.sub(r"--expires 20[0-9]{2}", "--expires 2199", "\n".join(blocks("sh")))
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(["/bin/sh", "-ec", commands], cwd=tmp_path / "work", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tmp_path / "work"


def test_the_key_that_the_page_makes_lets_its_caller_in(shown: Path) -> None:
    caller = ApiKeys.read(shown / "keys.yaml").caller((shown / "clinic-north.key").read_text().strip())
    assert caller is not None
    assert caller.name == "clinic-north"


def test_the_client_that_the_page_registers_is_let_in_with_the_token_that_it_makes(shown: Path) -> None:
    (shown / "clients.yaml").write_text(blocks("yaml")[1])
    made = subprocess.run([sys.executable, "-c", *blocks("python")], cwd=shown, capture_output=True, text=True, check=True)
    checker = TokenChecker(CdsClients.read(shown / "clients.yaml"), "https://advice.clinic.example", ReplayInProcess(), time.time)
    caller = checker.check(f"Bearer {made.stdout.strip()}", "/cds-services/bont-order-sign")
    assert caller == Caller("clinic-ehr", "cds-client", None, "clinic-ehr-2026")


def test_the_key_sets_that_the_page_speaks_of_are_read(shown: Path) -> None:
    """Two PEM keys side by side, as while one follows the other."""
    shutil.copy(shown / "ehr.pem", shown / "ehr-2027.pem")
    (renewed,) = re.findall(r"`(\[\{pem: ehr\.pem.*?\}\])`", PAGE, re.DOTALL)
    (one_key,) = re.findall(r"keys: (\[.*\])\n", blocks("yaml")[1])
    (shown / "clients.yaml").write_text(blocks("yaml")[1].replace(one_key, renewed))
    (client,) = CdsClients.read(shown / "clients.yaml").by_issuer.values()
    assert set(client.keys) == {"clinic-ehr-2026", "clinic-ehr-2027"}
