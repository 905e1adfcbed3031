"""The table of what the lists ask: each line names tests that exist, or says why there is none."""

import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
TABLE: list[dict[str, Any]] = tomllib.loads((TESTS / "access" / "requirements.toml").read_text("utf-8"))["requirement"]


def names(path: Path) -> set[str]:
    """Tests that a file defines."""
    return {node.name for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["id"])
def test_each_line_names_tests_that_exist_or_says_why_there_is_none(line: dict[str, Any]) -> None:
    assert bool(line.get("tests")) is not bool(line.get("unmet"))
    for each in line.get("tests", ()):
        path, _, name = each.partition("::")
        assert name in names(TESTS / path), each


def test_no_line_is_there_twice() -> None:
    ids = [line["id"] for line in TABLE]
    assert len(set(ids)) == len(ids) > 25
