"""Words of the logs (`words.toml`): which soil names there are, which of them are waste, and what waste is made of. Pure."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis_service.surveys.rules import WasteClass

FILE = Path(__file__).parent / "words.toml"


@dataclass(frozen=True)
class Soil:
    """A name of soil or waste, how it is drawn, and other names people write for it."""

    zh: str
    en: str
    is_waste: bool
    pattern: str
    waste_class: WasteClass | None
    aka: tuple[str, ...]


@dataclass(frozen=True)
class Component:
    code: str
    zh: str
    en: str


@cache
def soils() -> dict[str, Soil]:
    """Every soil by its Chinese name, in the order of the file."""
    return {each["zh"]: _soil(each) for each in tomllib.loads(FILE.read_text("utf-8"))["soil"]}


def _soil(entry: dict) -> Soil:  # type: ignore[type-arg]
    kind = entry.get("waste_class")
    return Soil(
        entry["zh"], entry["en"], entry["is_waste"], entry["pattern"], WasteClass(kind) if kind else None, tuple(entry["aka"])
    )  # fmt: skip


@cache
def components() -> dict[str, Component]:
    """What waste is made of, by code."""
    return {each["code"]: Component(**each) for each in tomllib.loads(FILE.read_text("utf-8"))["component"]}


@cache
def _named() -> dict[str, Soil]:
    found = {each: soil for soil in soils().values() for each in soil.aka}
    return found | soils()


def soil(name: str) -> Soil | None:
    """The soil a written name means; None for a word nobody knows, which a person must decide.

    >>> soil("吹填砂").zh, soil("吹填砂").is_waste
    ('冲填土', False)
    >>> soil("杂填土").is_waste, soil("天外来物")
    (True, None)
    """
    return _named().get(name.strip())
