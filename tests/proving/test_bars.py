"""The table of evidence loses no bar: each that is to be proved is named by some proof."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proving.__main__ import PARTS

HERE = Path(__file__).parent
BARS = [f"R{n}" for first, last in ((22, 29), (33, 45), (49, 60)) for n in range(first, last + 1)]
"""Load, faults, operation and security, by their numbers in the list of bars; R30 to R32 and R46 to R48 are tests of pages and files."""


def declared(source: str) -> Iterator[str]:
    """The bars of the lines that a module makes; what a comment or a docstring says is no line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def sources(name: str) -> list[Path]:
    """The module of a proof, or all modules of its package."""
    return [HERE / f"{name}.py"] if (HERE / f"{name}.py").exists() else sorted((HERE / name).glob("*.py"))


@pytest.fixture(scope="module")
def proved() -> set[str]:
    """Every bar that a proof of `make evidence` names."""
    found = {bar for name in PARTS for path in sources(name) for bar in declared(path.read_text(encoding="utf-8"))}
    return found | set(declared((HERE / "__main__.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("bar", BARS)
def test_every_bar_is_named_by_a_proof(bar: str, proved: set[str]) -> None:
    assert bar in proved


def test_words_alone_are_no_proof() -> None:
    told = '"""R1 is proved."""\nLine("R2", "name")\nother = "R3"  # R4\n'
    assert list(declared(told)) == ["R2"]


@pytest.mark.parametrize("name", PARTS)
def test_every_proof_has_a_module(name: str) -> None:
    assert sources(name)
