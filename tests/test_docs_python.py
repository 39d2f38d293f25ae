"""The Python in docs/python.md runs, block after block, and what it asserts holds."""

from __future__ import annotations

import re
from typing import Any

from .strategies import REPOSITORY


def test_every_block_of_the_python_page_runs_in_its_order() -> None:
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "docs" / "python.md").read_text(), re.DOTALL)
    assert len(blocks) >= 6
    names: dict[str, Any] = {"__name__": "docs"}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
