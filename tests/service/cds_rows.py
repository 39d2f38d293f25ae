"""What a CDS service must do, row by row, and which rows no test is named after: `python tests/service/cds_rows.py`.

A test of row C12 is a function `test_c12_…`, anywhere below this folder. `asks` names the rows of the independent requirement list for CDS
Hooks 2.0 that a row answers, so that what is covered is measured against someone else's list.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
LEVELS = {"S": "shall", "sh": "should", "m": "may", "L": "our own rule"}


@dataclass(frozen=True)
class Row:
    """One row: its number, how binding it is, what is promised, and the numbers of the independent list."""

    number: int
    level: str
    promise: str
    asks: str = ""


ROWS = (
    Row(1, "S", "discovery is always there: a 200 with an object that holds a list of services", "4-6, 13"),
    Row(2, "S", "each service names its hook, its id and what it does", "7-12"),
    Row(3, "S", "each listed id answers at exactly its own address", "16"),
    Row(4, "S", "a prefetch template is an object of FHIR queries, each a text", "11, 29, 36"),
    Row(5, "S", "prefetch tokens name only context fields that may be tokens", "55-57, 59"),
    Row(6, "sh", "prefetch queries keep to the portable subset of FHIR search", "58"),
    Row(7, "m", "with no service to offer, discovery is a 200 with an empty list"),
    Row(8, "L", "one id for each hook, in small letters, without a slash at its end"),
    Row(9, "L", "discovery is the same bytes for one version and one configuration"),
    Row(10, "S", "calls are JSON over POST, in production over HTTPS", "1, 2, 168"),
    Row(11, "S", "a call without hook, hookInstance (a UUID) or context is refused"),
    Row(12, "S", "an authorization for a FHIR server needs that server"),
    Row(13, "S", "an authorization has every field in its form"),
    Row(14, "S", "extensions, and whatever else nobody here knows, change nothing"),
    Row(15, "S", "patient-view needs the user and the patient, and no encounter"),
    Row(16, "S", "order-select needs selections and drafts; advice is on the selected orders"),
    Row(17, "S", "order-sign needs the drafts, whatever their status"),
    Row(18, "L", "the user is a type and an id, the patient a bare id, and the hook that of the called service"),
    Row(19, "L", "an order for another patient is not evaluated, and reported"),
    Row(20, "L", "any bytes get an answer of 4xx with a reason, never of 5xx"),
    Row(21, "S", "the service itself sees which prefetch keys were answered, and says which were not"),
    Row(22, "S", "without the required data a call is refused with 412", "54"),
    Row(23, "S", "a prefetch key that is null was searched, and nothing is there"),
    Row(24, "sh", "an OperationOutcome in the prefetch is understood, alone and as an entry", "52"),
    Row(25, "S", "a page with a next one is an incomplete answer, and the card says so"),
    Row(26, "L", "what was not sent is named as not checked, and never read as no risk"),
    Row(27, "S", "the access token is not kept, not shared, not logged and not used"),
    Row(28, "L", "the same resources give the same cards, however they came"),
    Row(30, "S", "success is a 200 with a list of cards, empty when there is nothing to say", "74, 77"),
    Row(31, "S", "a summary is one sentence of at most 139 characters", "83"),
    Row(32, "S", "an indicator is info, warning or critical", "87-88"),
    Row(33, "S", "a source has a label, absolute URLs, and a topic with code and system", "90, 105-116"),
    Row(34, "S", "a detail is Markdown without HTML, and what the EHR sent is escaped in it", "85"),
    Row(35, "S", "each card has a UUID of its own, fresh for each answer", "80"),
    Row(36, "S", "a suggestion has a label, and its other members in their forms", "117-124"),
    Row(37, "S", "suggestions come with how many may be chosen", "93-96"),
    Row(38, "S", "where one may be chosen, at most one is recommended"),
    Row(39, "S", "an action has a type and a description, and what its type needs", "127-135"),
    Row(40, "S", "an update repeats the whole order, and changes only what it is about", "132"),
    Row(41, "S", "each override reason has code, system and display", "98-100, 136, 216-219"),
    Row(42, "S", "a link has a label, an absolute URL and a type; a context only for apps", "138-147"),
    Row(43, "S", "no member is null or empty, save the list of cards", "3"),
    Row(44, "S", "extensions are objects with reverse domain names", "214-215"),
    Row(45, "m", "nothing is applied without the user", "75"),
    Row(46, "sh", "whatever is not a success carries an OperationOutcome, without patient data"),
    Row(47, "sh", "an answer takes no network, and little time", "27"),
    Row(48, "L", "advice on some of the orders says which"),
    Row(50, "m", "feedback is taken in the form the specification gives it"),
    Row(51, "S", "feedback on many cards, and on one card many times, is all accepted"),
    Row(52, "L", "real clients' habits in feedback are tolerated, and unknown cards are stored as such"),
    Row(53, "L", "a user's comment is dropped, unless the operator keeps comments"),
    Row(60, "sh", "callers are authenticated, unless that is switched off for a local trial", "177"),
    Row(61, "S", "a token without a signature, or with a shared secret, is never accepted", "201, 203, 205"),
    Row(62, "S", "a token holds all its claims, and is for the URL that is called"),
    Row(63, "sh", "issuers, key addresses and tenants come from lists, and nothing else is fetched", "195"),
    Row(64, "sh", "a token counts once, a refusal says not why, and no token is logged"),
    Row(65, "S", "browsers of named origins may call, also with a preflight; others may not", "208"),
    Row(66, "S", "topics are stable, and no card depends on an earlier one", "210-212"),
)
"""Numbers have gaps between the groups: discovery, request, prefetch, response, feedback, security."""


def named_tests(folder: Path = FOLDER) -> Mapping[int, tuple[str, ...]]:
    """The tests named after each row number, found without importing anything."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("test_*.py")):
        for name in _functions(path):
            if named := re.match(r"test_c([0-9]+)_", name):
                found[int(named[1])].append(f"{path.relative_to(folder)}::{name}")
    return {number: tuple(names) for number, names in found.items()}


def rows_without_test(folder: Path = FOLDER) -> list[Row]:
    """The rows that no test is named after."""
    tested = named_tests(folder)
    return [row for row in ROWS if row.number not in tested]


def _functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def main() -> int:
    missing = rows_without_test()
    for row in missing:
        print(f"C{row.number} ({LEVELS[row.level]}): {row.promise}")
    print(f"{len(ROWS) - len(missing)} of {len(ROWS)} rows have a test", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
