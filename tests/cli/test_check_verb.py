"""`check`: a verdict is an exit code, one broken file never hides another, and nothing ends in a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dose_engine.advisory import Advisory
from dose_engine.engine import Engine
from dose_engine.errors import EvaluatorFault
from tests.cli.running import BROKEN, QUIET, STOP, VERDICTS, run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.yaml"
    path.write_text(QUIET)
    return path


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_the_verdict_is_the_exit_code(verdict: str, form: str, tmp_path: Path) -> None:
    text, code = VERDICTS[verdict]
    path = tmp_path / "case.yaml"
    path.write_text(text)
    result = run("check", str(path), "--format", form)
    assert result.exit_code == code, result.output
    head = {"text": f"=== {verdict.upper()} ===", "markdown": f"# {verdict.upper()}: raised-left-brow", "json": "{"}[form]
    assert result.stdout.startswith(head)
    if form == "json":
        assert json.loads(result.stdout)["verdict"] == verdict


def test_an_empty_path_is_not_the_working_folder() -> None:
    result = run("check", "")
    assert result.exit_code == 2
    assert "an empty path" in result.stderr


def test_json_of_one_case_is_the_advisory_itself(case: Path) -> None:
    result = run("check", str(case), "--format", "json")
    assert Advisory.model_json_schema()
    assert set(json.loads(result.stdout)) == set(Advisory.model_fields)


def test_no_line_of_a_piped_report_is_wider_than_80(case: Path) -> None:
    case.write_text(STOP)
    for extra in ([], ["--full"], ["--explain"], ["--brief"]):
        assert max(map(len, run("check", str(case), *extra).stdout.splitlines())) <= 80, extra


def test_standard_input_is_yaml_or_json() -> None:
    assert run("check", "-", given=QUIET).exit_code == 0
    as_json = json.dumps(
        {"product": "onabotulinumtoxinA", "patient": {"age": 34}, "plan": [{"zone": "frontalis", "side": "left", "units": 3}]}
    )
    assert run("check", "-", given=as_json).exit_code == 20
    wrong = run("check", "-", given='{"product": 1')
    assert (wrong.exit_code, wrong.stderr.startswith("stdin.json:1: not JSON")) == (2, True)
    assert run("check", "-", given="").exit_code == 2


def test_a_case_without_a_date_is_of_the_day_given(case: Path) -> None:
    case.write_text(QUIET.replace("date: 2026-03-02\n", ""))
    shown = json.loads(run("check", str(case), "--date", "2026-05-04", "--format", "json").stdout)
    assert shown["date"] == "2026-05-04"
    case.write_text(QUIET)
    assert json.loads(run("check", str(case), "--date", "2026-05-04", "--format", "json").stdout)["date"] == "2026-03-02"


@pytest.mark.parametrize("day", ["2026-13-01", "20260301", "tomorrow", "", "0001-01-01", "2026-W10-1"])
def test_a_day_that_is_none_is_wrong_usage(case: Path, day: str) -> None:
    result = run("check", str(case), "--date", day)
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["chek"], ["check", "x.yaml", "--format", "xml"], ["check", "--nothing", "x.yaml"], ["schema", "zone"], ["rule"]],
)
def test_wrong_usage_is_2_and_says_how(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.output


def test_a_misspelt_word_is_told_with_its_line_and_the_nearest_word(case: Path) -> None:
    case.write_text(BROKEN)
    result = run("check", str(case))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{case}:10: plan[0].zone: `frontalus` is not a zone\n  did you mean `frontalis`?\n")


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    gone = run("check", str(tmp_path / "gone.yaml"))
    assert (gone.exit_code, gone.stderr.startswith(f"{tmp_path / 'gone.yaml'}: ")) == (2, True)
    empty = run("check", str(tmp_path))
    assert (empty.exit_code, "no case file in this folder" in empty.stderr) == (2, True)
    no_rules = run("check", "-", "--rules", str(tmp_path), given=QUIET)
    assert (no_rules.exit_code, "no rulebook here" in no_rules.stderr) == (2, True)


def test_a_folder_is_read_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "sub/c.json", ".hidden/d.yaml", ".e.yaml", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(QUIET)
    result = run("check", str(tmp_path), "--format", "json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(line["file"]).relative_to(tmp_path).as_posix() for line in lines] == ["a.yaml", "b.yml", "sub/c.json"]
    assert "error" in lines[2], "YAML in a .json file is not JSON"


def test_a_thousand_cases_with_one_broken_are_999_advisories_and_one_error(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number:04}.yaml").write_text(BROKEN if number == 500 else QUIET)
    result = run("check", str(tmp_path), "--format", "json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 2
    assert len(lines) == 1000
    assert sum("advisory" in line for line in lines) == 999
    assert [number for number, line in enumerate(lines) if "error" in line] == [500]
    assert lines[500]["error"][0]["code"] == "wrong-word"
    assert lines[500]["error"][0]["line"] == 10


def test_several_cases_stand_under_their_names_and_are_counted(tmp_path: Path) -> None:
    for name, text in (("ok", QUIET), ("stop", STOP), ("broken", BROKEN)):
        (tmp_path / f"{name}.yaml").write_text(text)
    names = [str(tmp_path / f"{name}.yaml") for name in ("ok", "stop")]
    result = run("check", *names)
    assert result.exit_code == 30
    assert result.stdout.count("\n---- ") + result.stdout.startswith("---- ") == 2
    assert result.stdout.endswith("2 cases: 1 stop, 1 ok\n")
    brief = run("check", str(tmp_path), "--brief")
    assert brief.exit_code == 2
    assert brief.stdout.endswith("3 cases: 1 stop, 1 ok, 1 could not be read\n")


def test_a_fault_in_one_case_is_told_and_the_others_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(QUIET.replace("raised-left-brow", name))
    advise = Engine.advise

    def failing(self: Engine, case: object, options: bool = True) -> Advisory:
        if case.case == "a":  # type: ignore[attr-defined]
            raise EvaluatorFault("it broke\nin two")
        return advise(self, case, options)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "advise", failing)
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    assert "=== OK ===  b" in result.stdout
    assert "a fault in dose-engine, not in your file: EvaluatorFault: it broke in two; please report it" in result.stderr
    assert result.stderr.count("\n") == 1
    alone = run("check", str(tmp_path / "a.yaml"))
    assert (alone.exit_code, alone.stderr.count("\n"), "Traceback" in alone.output) == (1, 1, False)
    assert json.loads(run("check", str(tmp_path), "--format", "json").stdout.splitlines()[0])["fault"].startswith("a fault in dose-engine")
    debugged = run("check", str(tmp_path / "a.yaml"), DOSE_ENGINE_DEBUG="1")
    assert isinstance(debugged.exception, EvaluatorFault)


def test_what_a_file_holds_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(QUIET.replace("case: raised-left-brow", 'case: "\\e[2J\\u202ekcots"'))
    for form in ("text", "markdown"):
        assert not {"\x1b", "\u202e"} & set(run("check", str(path), "--format", form).stdout)
    path.write_text(QUIET.replace("frontalis", '"\\e[2J"'))
    assert "\x1b" not in run("check", str(path)).stderr


def test_explain_shows_what_fired_and_rule_also_what_did_not(case: Path) -> None:
    case.write_text(STOP)
    fired = run("check", str(case), "--explain").stdout
    assert "PREGNANT" in fired.split("\nWhy\n")[1]
    quiet = run("check", str(case), "--rule", "INTERVAL-90").stdout.split("\nWhy\n")[1]
    assert "does not hold" in quiet
    assert "never" in quiet
    shown = json.loads(run("check", str(case), "--rule", "INTERVAL-90", "--format", "json").stdout)
    assert set(shown) == {"advisory", "explanation"}
    assert {one["holds"] for one in shown["explanation"]} == {"no"}
    assert "## Why" in run("check", str(case), "--explain", "--format", "markdown").stdout


def test_an_unknown_rule_is_told_with_the_nearest(case: Path) -> None:
    result = run("check", str(case), "--rule", "INTERVAL-9")
    assert result.exit_code == 2
    assert "did you mean `INTERVAL-90`?" in result.stderr


def shell(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=60)


def test_the_reader_of_a_pipe_may_go_away(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.yaml").write_text(QUIET)
    command = f'"{sys.executable}" cli.py check "{tmp_path}"'
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert done.stdout.startswith("---- ")
    assert (done.returncode, done.stderr) == (141, "")


def test_no_color_and_a_pipe_have_no_escapes(case: Path) -> None:
    for setting in ({}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}):
        done = shell("cli.py", "check", str(case), **setting)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout
    assert "\x1b[" in shell("cli.py", "check", str(case), FORCE_COLOR="1", TERM="xterm-256color").stdout


def test_help_imports_neither_pydantic_nor_the_evaluators() -> None:
    program = """
        import sys, types
        package = types.ModuleType("dose_engine")  # stands for a package that imports on demand
        package.__path__ = ["dose_engine"]
        sys.modules["dose_engine"] = package
        from dose_engine.cli import main
        assert main(["--help"]) == 0
        heavy = {"pydantic", "durable", "yaml", "rich", "dose_engine.engine"} & set(sys.modules)
        assert not heavy, heavy
        assert main(["check", "--help"]) == 0
        heavy = {"durable", "yaml", "rich", "dose_engine.engine"} & set(sys.modules)
        assert not heavy, heavy
    """
    done = shell("-c", textwrap.dedent(program))
    assert done.returncode == 0, done.stderr


def test_the_program_runs_from_the_checkout() -> None:
    done = shell("cli.py", "--version")
    assert done.stdout.startswith("dose-engine ")


def test_output_survives_an_encoding_that_lacks_its_letters(case: Path) -> None:
    case.write_text(QUIET.replace("raised-left-brow", "br\u014dw \N{FACE WITH TEARS OF JOY}"), encoding="utf-8")
    assert shell("cli.py", "check", str(case), PYTHONIOENCODING="latin-1").returncode == 0
    done = shell("cli.py", "check", str(case), "--format", "json", PYTHONIOENCODING="latin-1", PYTHONUTF8="1")
    assert json.loads(done.stdout)["case"].startswith("br\u014dw")
