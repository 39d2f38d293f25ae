"""The small rulebook of the bad files, with cases, a claim and a source more, and copies of it with a change."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from dose_engine.workbench.whole import Whole, whole_of

BASE: Final = Path(__file__).resolve().parents[1] / "bad_files" / "base_book"

BESIDE: Final = {
    "rules/neck.cases.yaml": """\
- id: FROWN-12
  says: 12 U is within the careful range, half a unit more is a caution.
  given: {plan: [{zone: glabella, muscle: corrugator, side: left, units: 6}, {zone: glabella, muscle: corrugator, side: right, units: 6}]}
  expect: {verdict: ok, not: [GLABELLA-TOTAL-CAUTION]}
  change: {"plan[0].units": 6.5}
  then: {verdict: caution, fires: [GLABELLA-TOTAL-CAUTION]}
- id: PREGNANT-ANY-DOSE
  says: A pregnant patient is not treated.
  given: {patient: {screening: {pregnant: yes}}, plan: [{zone: platysma, side: left, band: medial, units: 1}]}
  expect: {verdict: stop, fires: [PREGNANT]}
""",
    "rules/claims.yaml": """\
- id: PREGNANT-STOPS
  says: A pregnant patient is never treated.
  where: {pregnant: yes}
  verdict: stop
  sources: [S1]
""",
}
SECOND_SOURCE: Final = "\nS2:\n  title: An article\n  document: The article\n  checked: secondary\n"


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    files = {path.relative_to(BASE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(BASE.rglob("*.yaml"))}
    files["rules/sources.yaml"] += SECOND_SOURCE
    return {**files, **BESIDE}


@lru_cache(maxsize=1)
def base() -> Whole:
    return whole_of(texts(), "old")


def edited(*edits: tuple[str, str, str], **more: str) -> Whole:
    """The book with texts replaced, each exactly once: (file, what stands there, what stands there now). `more`: whole files, by stem."""
    files = dict(texts())
    for file, old, new in edits:
        assert files[file].count(old) == 1, (file, old, files[file].count(old))
        files[file] = files[file].replace(old, new)
    files |= {f"rules/{stem}.yaml": text for stem, text in more.items()}
    return whole_of(files, "new")


def folder(place: Path, whole: Whole, change_log: str = "") -> Path:
    """The book written out as files."""
    for name, text in whole.texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    if change_log:
        (place / "rules" / "CHANGES.md").write_text(change_log, encoding="utf-8")
    return place
