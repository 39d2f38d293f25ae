"""An addition changes no byte around it, and means what it says wherever the file puts it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dose_engine.documents import read_yaml
from dose_engine.errors import RulebookError
from dose_engine.rulebook.load import NEEDED
from dose_engine.workbench.scaffold.layout import Added, item_appended, key_inserted
from dose_engine.workbench.scaffold.yaml_lines import WIDTH, flow, item_lines, key_lines
from tests.workbench.scaffolding import shipped_whole

ITEM = ["- id: NEW", "  says: more"]
KEY = ["new:", "  says: more"]
LISTS = sorted(name for name in shipped_whole().texts if name not in NEEDED and name != "rules/claims.yaml")
ENDS = ("\n", "\r\n")


def around(added: Added, lines: list[str], column: int = 0) -> str:
    """The text without the lines of the addition and without the blank lines it brought."""
    kept = added.text.splitlines(keepends=True)
    assert [line.rstrip("\r\n") for line in kept[added.first - 1 : added.last]] == [" " * column + line for line in lines]
    return "".join(kept[: added.first - 1] + kept[added.last :])


def without_blank(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("name", "end", "closed"), [*product(LISTS, ENDS, (True, False))])
def test_a_shipped_list_keeps_every_byte_before_its_new_item(name: str, end: str, closed: bool) -> None:
    text = shipped_whole().texts[name].rstrip("\n").replace("\n", end) + (end if closed else "")
    added = item_appended(text, name, ITEM)
    assert added.text.startswith(text)
    assert added.text == text + ("" if closed else end) + end + end.join(ITEM) + end
    assert read_yaml(added.text, name)[0].value[-1].line == added.line


@pytest.mark.parametrize("end", ENDS)
def test_a_question_goes_behind_another_and_keeps_every_byte_around_it(end: str) -> None:
    name = "rules/facts.yaml"
    text = shipped_whole().texts[name].replace("\n", end)
    for after in ("toxin_warning_signs", "site_infection", "skin_condition"):
        added = key_inserted(text, name, KEY, after)
        before, _, behind = added.text.partition(end.join(KEY) + end)
        assert text.startswith(before.removesuffix(end))
        assert text.endswith(behind)
        assert len(added.text) == len(text) + len(end.join(KEY) + end) + len(end)
        keys = list(read_yaml(added.text, name)[0].value)
        assert keys[keys.index(after) + 1] == "new"


NAMES = st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"])
VALUES = st.sampled_from(["word", "{a: 1, b: [x, y]}", "'quoted # text'", "|\n    block\n    # no comment\n", ">-\n    folded\n\n    text"])


@st.composite
def mappings(draw: st.DrawFn) -> str:
    """A mapping in an unusual layout: comments on, above, below and inside entries, blank lines or none, a column of its own."""
    column = " " * draw(st.sampled_from([0, 0, 2]))
    lines = ["# heading"] if draw(st.booleans()) else []
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        lines += [""] * draw(st.integers(0, 2))
        lines += [f"{column}# above {name}"] if draw(st.booleans()) else []
        value = draw(VALUES)
        plain = "\n" not in value
        lines.append(f"{column}{name}:")
        lines += f"{column}  says: {value}".split("\n") if not column or plain else [f"{column}  says: word"]
        lines[-1] += "  # on the line" if plain and draw(st.booleans()) else ""
        lines += [f"{column}  # of {name}"] if draw(st.booleans()) else []
    end = draw(st.sampled_from(ENDS))
    return end.join(lines) + draw(st.sampled_from(["", end, end + end, f"{end}# the end{end}"]))


@given(mappings(), st.data())
def test_any_mapping_keeps_its_lines_and_its_meaning(text: str, data: st.DataObject) -> None:
    root, problems = read_yaml(text, "x")
    assert not problems
    after = data.draw(st.sampled_from([None, *root.value]))
    column = next(len(line) - len(line.lstrip()) for line in text.splitlines() if line.strip().endswith(":"))
    added = key_inserted(text, "x", KEY, after)
    assert without_blank(around(added, KEY, column)) == without_blank(text)
    new, problems = read_yaml(added.text, "x")
    assert not problems
    assert new.value["new"].plain() == {"says": "more"}
    assert {key: words(value.plain()) for key, value in new.value.items() if key != "new"} == {
        key: words(value.plain()) for key, value in root.value.items()
    }
    order = list(new.value)
    assert order.index("new") == (len(order) - 1 if after is None else order.index(after) + 1)


def words(value: dict[str, object]) -> str:
    """A text as the loader reads it: blank space is no meaning."""
    return " ".join(str(value["says"]).split())


def test_a_comment_that_is_set_in_stays_with_the_entry_above() -> None:
    text = "a:\n  says: x\n  # of a\n# of b\nb:\n  says: y\n"
    assert key_inserted(text, "x", KEY, "a").text == "a:\n  says: x\n  # of a\nnew:\n  says: more\n# of b\nb:\n  says: y\n"


def test_entries_without_blank_lines_between_them_get_none() -> None:
    assert key_inserted("a: {x: 1}\nb: {x: 2}\n", "x", ["c: {x: 3}"]).text == "a: {x: 1}\nb: {x: 2}\nc: {x: 3}\n"


def test_a_new_file_begins_with_its_heading() -> None:
    assert item_appended("", "x", ITEM, ["# The cases."]).text == "# The cases.\n\n- id: NEW\n  says: more\n"


@pytest.mark.parametrize(
    ("text", "add"), [("[{id: A}]\n", item_appended), ("{a: 1}\n", key_inserted), ("a: 1\n", item_appended), ("- 1\n", key_inserted)]
)
def test_a_file_that_is_not_written_one_below_another_is_refused(text: str, add: object) -> None:
    with pytest.raises(RulebookError, match="one below another"):
        add(text, "rules/x.yaml", ITEM)  # type: ignore[operator]


# values

SCALARS = st.one_of(
    st.text(min_size=1, max_size=30).map(lambda text: " ".join(text.split())).filter(lambda text: text and text.isprintable()),
    st.sampled_from(
        [
            "yes",
            "no",
            "true",
            "null",
            "~",
            "2026-03-02",
            "12",
            "0.5",
            "010",
            "a: b",
            "a # b",
            "{x}",
            "[",
            "*a",
            "&a",
            "plan[0].units",
            "Yes",
            "-",
        ]
    ),
    st.integers(0, 1000),
    st.decimals(0, 1000, places=2),
)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(SCALARS.map(str), inner, min_size=1, max_size=3)
)


@given(st.dictionaries(SCALARS.map(str), TREES, min_size=1, max_size=4))
def test_any_value_reads_back_as_it_was_written(entries: dict[str, object]) -> None:
    root, problems = read_yaml("\n".join(item_lines(entries)), "x")
    assert not problems
    assert root.plain() == [entries]
    assert read_yaml(flow(entries), "x")[0].plain() == entries
    assert read_yaml("\n".join(key_lines("key", entries)), "x")[0].plain() == {"key": entries}


def test_what_fits_on_a_line_stands_on_one() -> None:
    short = {"when": {"zone": "dao", "placement": "medial"}}
    assert item_lines(short) == ["- when: {zone: dao, placement: medial}"]
    assert item_lines(short, frozenset(("when",))) == ["- when:", "    zone: dao", "    placement: medial"]
    long = {"given": {"plan": [{"zone": "frontalis", "side": "left", "units": 2}] * 5}}
    assert max(map(len, item_lines(long))) <= WIDTH
    assert len(item_lines(long)) > 1
