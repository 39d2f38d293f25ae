"""Whoever follows rules/README.md step by step gets what it says, and every `rules` verb and option that a page names exists."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer

from dose_engine.cli.rules import VERBS, app
from dose_engine.documents import read_yaml
from tests.cli.running import run
from tests.strategies import REPOSITORY

README = REPOSITORY / "rules" / "README.md"
PAGES = [README, REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
EXAMPLES = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
OPTIONS = {
    verb: {option for one in command.params for option in one.opts} for verb, command in typer.main.get_command(app).commands.items()
}  # type: ignore[attr-defined]


def commands(text: str) -> list[list[str]]:
    """The commands of the shell blocks, a line that ends in a backslash joined to the next; what a shell alone would do is left out."""
    joined = "\n".join(COMMANDS.findall(text)).replace("\\\n", " ")
    lines = [line.partition("  #")[0] for line in joined.splitlines() if line.strip().startswith("dose-engine ")]
    return [shlex.split(re.split(r" [>|] ", line)[0])[1:] for line in lines]


def section(heading: str) -> str:
    """One section of the page."""
    return README.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_rules_verb_and_option_of_a_page_exists(page: Path) -> None:
    spans = [shlex.split(span)[1:] for span in re.findall(r"`(dose-engine rules [a-z][^`\n…]*)`", page.read_text())]
    for words in [*commands(page.read_text()), *spans]:
        if words[0] == "rules":
            assert words[1] in dict(VERBS), words
            wrong = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"} - OPTIONS[words[1]] - {"--help"}
            assert not wrong, words


def step(*words: str, wanted: int = 0) -> str:
    result = run(*words)
    assert result.exit_code == wanted, f"{shlex.join(words)}\n{result.output}"
    return str(result.stdout)


def edit(file: str, old: str, new: str, after: str = "") -> None:
    """What the person does in an editor: one text put for another, the first one behind a mark."""
    path = Path("my-book") / file
    text = path.read_text()
    assert after in text
    start = text.index(after) + len(after)
    head, tail = text[:start], text[start:]
    assert old in tail, f"{file} holds no {old!r}"
    path.write_text(head + tail.replace(old, new, 1))


def put_entry(file: str, example: str) -> None:
    """The entry of that id is written as the page shows it."""
    (shown,) = read_yaml(example, "README")[0].plain()
    path = Path("my-book") / file
    entries = re.split(r"(?m)^(?=- id: )", path.read_text())
    found = [index for index, entry in enumerate(entries) if entry.startswith(f"- id: {shown['id']}\n")]
    assert len(found) == 1
    entries[found[0]] = example + "\n" * (found[0] < len(entries) - 1)
    path.write_text("".join(entries))


def without_entry(file: str, key: str) -> None:
    path = Path("my-book") / file
    text, count = re.subn(rf"(?m)^{key}:\n(?:  .*\n)+\n?", "", path.read_text())
    assert count == 1
    path.write_text(text)


def named(heading: str, verb: str) -> list[list[str]]:
    found = [words for words in commands(section(heading)) if words[:2] == ["rules", verb]]
    assert found, f"{heading} has no `rules {verb}`"
    return found


def test_the_steps_lead_where_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "mkdir my-book && cp -r zones.yaml rules my-book/" in section("Work on a copy")
    for folder in (Path(), Path("my-book")):
        shutil.copytree(REPOSITORY / "rules", folder / "rules")
        shutil.copy(REPOSITORY / "zones.yaml", folder)

    limit = section("Change a limit")
    before, case = EXAMPLES.findall(limit)
    edit("zones.yaml", before.strip(), before.strip().replace("stop_above: 8", "stop_above: 7"), after="\nmentalis:")
    assert "Stop now above 7 U in total, was 8" in step(*named("Change a limit", "diff")[0])
    (test,) = named("Change a limit", "test")
    failed = step(*test, wanted=3)
    assert set(re.findall(r"cases\.yaml:\d+  (\S+)", failed)) == {"CHIN-TOTAL-8", "MARKED-ASYMMETRY-ALWAYS"}
    assert all(f"`{name}`" in limit for name in ("CHIN-TOTAL-8", "MARKED-ASYMMETRY-ALWAYS"))
    put_entry("rules/lower_face.cases.yaml", case)
    for old, new in (("units: 8}", "units: 7}"), ("8.5", "7.5")):
        edit("rules/screening.cases.yaml", old, new, after="- id: MARKED-ASYMMETRY-ALWAYS\n")

    _, question = named("Add a question", "new-question")
    assert "rule MIGRAINE-TODAY" in step(*question)
    _, rule = named("Add a rule with cases", "new-rule")
    assert "rules/lower_face.yaml because" in step(*rule)
    lint, last = named("Add a rule with cases", "lint")
    assert "fill-in" in step(*lint, wanted=3)
    (example,) = EXAMPLES.findall(section("Add a rule with cases"))
    put_entry("rules/lower_face.yaml", example)
    for file in ("rules/sources.yaml", "rules/hazards.yaml"):
        without_entry(file, "FILL-IN")
    assert "Nothing found" in step(*last)
    assert "all as expected" in step(*named("Add a rule with cases", "test")[0])
    step(*named("Add a rule with cases", "schema")[0])
    assert "fit the rulebook" in step("rules", "schema", "--check", "--rules", "my-book")

    edit("rules/rulebook.yaml", 'version: "', 'version: "next-', after="title:")
    named_changes = next(words for words in named("See the impact", "diff") if "--require-named" in words)
    assert "Stricter only" in step(*named_changes)

    (claim,) = EXAMPLES.findall(section("Prove"))
    path = Path("my-book/rules/claims.yaml")
    path.write_text(f"{path.read_text()}\n{claim}")
    assert "1 claim: 1 proved" in step(*named("Prove", "prove")[0])
    for verb in ("book", "keygen", "seal", "verify"):
        named("Seal", verb)
