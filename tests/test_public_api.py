"""The names of the package are those it says, and what an integrator reads in the README works."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import dose_engine
from dose_engine.schemas import advisory_schema, case_schema

from .strategies import REPOSITORY, shipped


def test_every_public_name_is_there() -> None:
    assert sorted(dose_engine._HOME) == sorted(name for name in dose_engine.__all__ if name != "__version__")
    for name in dose_engine.__all__:
        assert getattr(dose_engine, name) is not None


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, dose_engine; print([m for m in ('pydantic', 'yaml', 'durable_rules_engine', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_python_example_of_the_readme_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    case = {"product": "onabotulinumtoxinA", "patient": {"age": 34}, "plan": [{"zone": "dao", "side": "left", "units": 1}]}
    done = subprocess.run(
        [sys.executable, "-c", f"text = {json.dumps(case)!r}\n{example}"], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    first, rest = done.stdout.split("\n", 1)
    assert first.startswith("incomplete ")
    assert json.loads(rest)["verdict"] == "incomplete"


def test_the_case_file_in_the_readme_is_a_case() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    from .strategies import TODAY

    case = dose_engine.read_case(example, "readme.yaml", shipped(), TODAY)
    assert dose_engine.Engine(shipped()).advise(case).evaluators.agreed


def test_the_published_schemas_are_those_of_the_models() -> None:
    published = {name: json.loads((REPOSITORY / "docs" / f"{name}.schema.json").read_text()) for name in ("case", "advisory")}
    assert published == {"case": case_schema(shipped()), "advisory": advisory_schema()}


def test_the_examples_and_their_advisories_fit_the_published_schemas() -> None:
    import jsonschema
    import yaml

    for path in (REPOSITORY / "examples").glob("*.yaml"):
        jsonschema.validate(_plain(yaml.safe_load(path.read_text())), case_schema(shipped()))
    for path in (REPOSITORY / "tests" / "golden").glob("*.json"):
        advisory = json.loads(path.read_text())
        full = {"sha256": "", "sealed_by": None, "seal": "none", "seal_note": "", "overdue": []}
        jsonschema.validate(advisory | {"rulebook": advisory["rulebook"] | full}, advisory_schema())


def _plain(value: object) -> object:
    """As JSON has it: dates as text, yes and no as words."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, (int, float, str)) else str(value)


def test_eight_threads_give_the_same_bytes_as_one() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from dose_engine.workbench.generate import RandomDraw, generate_case

    from .strategies import as_case

    engine = dose_engine.Engine(shipped())
    cases = [as_case(generate_case(RandomDraw(seed), shipped()), shipped()) for seed in range(40)]
    one = [engine.advise(case).model_dump_json() for case in cases]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda case: dose_engine.Engine.advise(engine, case).model_dump_json(), cases)) == one


def test_every_verb_and_option_in_the_readmes_exists() -> None:
    from dose_engine.cli import app

    text = (REPOSITORY / "README.md").read_text() + (REPOSITORY / "rules" / "README.md").read_text()
    known = {name.replace("_", "-") for command in app.registered_commands if command.callback for name in [command.callback.__name__]}
    known |= {"rules", "api-key", "from-fhir", "serve"}
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)) + "\n".join(re.findall(r"`([^`\n]+)`", text))
    assert {"check", "new"} <= set(re.findall(r"dose-engine ([a-z]+(?:-[a-z]+)*)\b", blocks)) <= known
    shown = subprocess.run([sys.executable, "-m", "dose_engine", "check", "--help"], capture_output=True, text=True, check=True).stdout
    spans = re.findall(r"`([^`]*)`", text)
    options = {option for span in spans if span.startswith(("check", "dose-engine check")) for option in re.findall(r"--[a-z]+", span)}
    assert {"--explain", "--rule", "--full", "--format"} <= options
    assert not [option for option in options if option not in shown]


def test_an_error_comes_whole_out_of_another_process() -> None:
    import pickle

    error = dose_engine.CaseError([dose_engine.Problem("wrong-word", "`doa` is not a zone", path="plan[0].zone")])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.problems, str(again)) == (type(error), error.problems, str(error))
