"""Every wrong file gets the error it deserves: `bad_files/` holds one file an error, and beside it the exact text.

    bad_files/cases/NAME.yaml|json        a case read under the tiny rulebook in bad_files/base_book/
    bad_files/rulebooks/NAME/patch.yaml   one change or a list of them to that rulebook: {file, find, put}, {file, append} or {remove_file}
    bad_files/made/NAME.expected.txt      files too large or too odd to keep; `MADE` below makes them

After a change of wording, `DOSE_ENGINE_WRITE_EXPECTED=1 pytest tests/test_bad_files.py` writes the expected texts anew. Read the diff.
"""

from __future__ import annotations

import ast
import datetime as dt
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from dose_engine import Engine
from dose_engine.documents import LARGEST_FILE, Unreadable, read_text
from dose_engine.errors import CODES, BadInput, CaseError, RulebookError
from dose_engine.intake import read_case
from dose_engine.rulebook.load import load, load_texts
from dose_engine.rulebook.model import Rulebook

HERE = Path(__file__).resolve().parent
BAD = HERE / "bad_files"
PACKAGE = HERE.parent / "dose_engine"
TODAY = dt.date(2026, 3, 2)
WRITE = bool(os.environ.get("DOSE_ENGINE_WRITE_EXPECTED"))

CASES = sorted(path for path in (BAD / "cases").iterdir() if path.suffix in (".yaml", ".json"))
RULEBOOKS = sorted(path for path in (BAD / "rulebooks").iterdir() if path.is_dir())

DEEP = 100_000
DEEP_TEXTS = {
    "deep_flow_lists.yaml": "plan: " + "[" * DEEP,
    "deep_flow_lists_closed.yaml": "plan: " + "[" * DEEP + "]" * DEEP,
    "deep_flow_mappings.yaml": "{a: " * DEEP,
    "deep_block_lists.yaml": "- " * DEEP + "x",
    "deep_block_keys.yaml": "? " * DEEP + "x",
    "deep_block_mappings.yaml": "".join(f"{' ' * depth}a:\n" for depth in range(1500)),
    "deep_block_lists_in_mappings.yaml": "".join(f"{' ' * depth}- a:\n{' ' * depth}   " for depth in range(1, 50)) + "x",
    "deep_lists.json": '{"plan": ' + "[" * DEEP + "]" * DEEP + "}",
    "deep_lists_cut_off.json": "[" * DEEP,
    "deep_mappings.json": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep_by_one.json": "[" * 41 + "]" * 41,
}


def directory(folder: Path) -> Path:
    return folder


def missing(folder: Path) -> Path:
    return folder / "nothing.yaml"


def not_permitted(folder: Path) -> Path:
    path = folder / "secret.yaml"
    path.write_text("case: x\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root may read everything")
    return path


def too_large(folder: Path) -> Path:
    path = folder / "large.yaml"
    path.write_text("# " + "x" * LARGEST_FILE)
    return path


def nul_in_the_name(folder: Path) -> Path:
    return folder / "a\0b.yaml"


def name_too_long(folder: Path) -> Path:
    return folder / ("a" * 300 + ".yaml")


MADE: dict[str, Callable[[Path], Path]] = {
    make.__name__: make for make in (directory, missing, not_permitted, too_large, nul_in_the_name, name_too_long)
}


@lru_cache(maxsize=1)
def base_texts() -> dict[str, str]:
    folder = BAD / "base_book"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.yaml"))}


@lru_cache(maxsize=1)
def base_book() -> Rulebook:
    return load_texts(base_texts())


def patched(folder: Path) -> dict[str, str]:
    texts = dict(base_texts())
    patches = yaml.safe_load((folder / "patch.yaml").read_text())
    for patch in patches if isinstance(patches, list) else [patches]:
        match patch:
            case {"remove_file": name}:
                del texts[name]
            case {"file": name, "append": text}:
                texts[name] += text
            case {"file": name, "find": old, "put": new}:
                assert old in texts[name], f"{folder.name}: the base rulebook no longer holds {old!r}"
                texts[name] = texts[name].replace(old, new, 1)
            case _:
                raise AssertionError(f"{folder.name}: not a patch: {patch}")
    return texts


def error_of_case(path: Path, name: str) -> BadInput:
    """What a user is told: a problem with the file, or with the case in it."""
    with pytest.raises((CaseError, Unreadable)) as caught:  # and nothing else
        read_case(read_text(path, name), name, base_book(), TODAY)
    return CaseError([caught.value.problem]) if isinstance(caught.value, Unreadable) else caught.value


def error_of_rulebook(folder: Path) -> BadInput:
    with pytest.raises(RulebookError) as caught:
        load_texts(patched(folder))
    return caught.value


def expect(error: BadInput, file: Path) -> None:
    if WRITE:
        file.write_text(f"{error}\n", encoding="utf-8")
    assert f"{error}\n" == file.read_text(encoding="utf-8")


def assert_placed(error: BadInput) -> None:
    """Each problem names its file; a problem inside a file names the line too."""
    whole_file = ("file-unreadable", "file-empty", "file-too-large")
    for problem in error.problems:
        assert problem.file
        assert problem.line >= 1 or problem.code in whole_file, problem


def assert_styled(error: BadInput) -> None:
    """Lower-case start, no full stop, nothing that steers a terminal."""
    for problem in error.problems:
        assert problem.message[:1] == problem.message[:1].lower() or problem.message.startswith(("not YAML", "not JSON", "not UTF-8"))
        assert not problem.message.endswith(".") or problem.message.endswith("...`")
        assert all(line.isprintable() for line in str(problem).split("\n"))
        assert len(problem.message) <= 240, problem.message


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_a_bad_case_gets_its_error(path: Path) -> None:
    error = error_of_case(path, path.name)
    expect(error, path.with_name(f"{path.name}.expected.txt"))
    assert_placed(error)
    assert_styled(error)


@pytest.mark.parametrize("folder", RULEBOOKS, ids=lambda path: path.name)
def test_a_bad_rulebook_gets_its_error(folder: Path) -> None:
    error = error_of_rulebook(folder)
    expect(error, folder.with_name(f"{folder.name}.expected.txt"))
    assert_placed(error)
    assert_styled(error)


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_cannot_be_read_gets_its_error(name: str, tmp_path: Path) -> None:
    error = error_of_case(MADE[name](tmp_path), "FILE.yaml")
    expect(error, BAD / "made" / f"{name}.expected.txt")


@pytest.mark.parametrize("name", DEEP_TEXTS)
def test_deep_nesting_is_refused_and_does_not_crash(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(DEEP_TEXTS[name])
    error = error_of_case(path, name)
    expect(error, BAD / "made" / f"{name}.expected.txt")
    assert_placed(error)
    if name.endswith(".yaml"):
        with pytest.raises(RulebookError, match="nested more than 40 deep"):
            load_texts({**base_texts(), "rules/neck.yaml": DEEP_TEXTS[name]})


@pytest.mark.parametrize("text", ["a\ud800b", "\ufeff", "a: \x00", "", "x" * (LARGEST_FILE + 1)], ids=range(5))
def test_text_that_never_was_a_file_is_refused_too(text: str) -> None:
    for name in ("case.yaml", "case.json"):
        with pytest.raises(CaseError):
            read_case(text, name, base_book(), TODAY)
    with pytest.raises(RulebookError):
        load_texts({**base_texts(), "rules/neck.yaml": text})


@pytest.mark.parametrize("name", ["nothing", "a\0b", "a" * 300])
def test_a_folder_that_holds_no_rulebook_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        load(tmp_path / name)
    assert [problem.code for problem in caught.value.problems] == ["file-unreadable"]
    assert str(tmp_path) in str(caught.value)


def test_the_good_files_behind_the_bad_ones_are_good() -> None:
    for name in ("good.yaml", "good.json"):
        read_case((BAD / name).read_bytes(), name, base_book(), TODAY)


def test_yaml_and_json_find_the_same_lines() -> None:
    """JSON is nearly YAML: one bad JSON text, read as each, has its problems in the same places."""
    text = (BAD / "cases" / "json_several.json").read_text()
    found = []
    for name in ("case.json", "case.yaml"):
        with pytest.raises(CaseError) as caught:
            read_case(text, name, base_book(), TODAY)
        found.append([(problem.code, problem.line, problem.path) for problem in caught.value.problems])
    assert found[0] == found[1]
    assert len(found[0]) == 3


def test_problems_come_in_the_order_of_the_lines() -> None:
    for path in CASES:
        lines = [problem.line for problem in error_of_case(path, path.name).problems]
        assert lines == sorted(lines)


# the codes


def error_of_a_missing_seal() -> BadInput:
    with pytest.raises(RulebookError) as caught:
        Engine.load(BAD / "base_book", require_seal=True)
    return caught.value


def provoked() -> set[str]:
    errors = [error_of_case(path, path.name) for path in CASES] + [error_of_rulebook(folder) for folder in RULEBOOKS]
    errors.append(error_of_a_missing_seal())
    return {problem.code for error in errors for problem in error.problems} | {"file-unreadable", "file-too-large", "too-deep"}


def test_every_code_is_provoked_by_a_bad_file_and_no_other_is() -> None:
    assert provoked() == set(CODES)


def codes_in_the_package() -> dict[str, str]:
    """Every literal that is the code of a problem, and where it stands."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in ("Problem", "wrong") and call.args and isinstance(call.args[0], ast.Constant):
                found[str(call.args[0].value)] = f"{path.name}:{call.lineno}"
    return found


def words_in_the_package() -> set[str]:
    trees = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py") if path.name != "errors.py"]
    return {str(node.value) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_code_in_the_package_is_documented_and_no_other() -> None:
    assert {code: place for code, place in codes_in_the_package().items() if code not in CODES} == {}
    assert set(CODES) <= words_in_the_package()


def test_no_expected_text_is_left_over() -> None:
    wanted = {f"{path.name}.expected.txt" for path in [*CASES, *RULEBOOKS]} | {f"{name}.expected.txt" for name in [*MADE, *DEEP_TEXTS]}
    assert {path.name for path in BAD.rglob("*.expected.txt")} <= wanted
