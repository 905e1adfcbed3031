"""English descriptions of strata by stated rules (`ags_words.toml`): the name of the soil, and whether made ground is waste. Pure."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis_service.surveys.rules import WasteClass

FILE = Path(__file__).parent / "ags_words.toml"

WASTE_FILL, SOIL_FILL = "杂填土", "素填土"
NEVER_FILL = ("未取芯", "风化岩")
"""What is not made ground, whatever the code of its legend says."""


@dataclass(frozen=True)
class Meaning:
    """What a description was taken for, and the words that decided it. `soil` is empty where no rule fits."""

    soil: str
    is_waste: bool = False
    waste_class: WasteClass | None = None
    made_ground: bool = False
    because: tuple[str, ...] = ()
    """The words of waste that were found; in natural ground they only make it doubtful."""
    against_legend: bool = False
    """The legend calls it made ground, which these words cannot be."""


def meaning(description: str, legend: str = "") -> Meaning:
    """What a layer is, from its description and the words of its legend.

    >>> meaning("MADE GROUND: Brick and concrete rubble mixed with clay fill.").waste_class
    <WasteClass.DEMOLITION_WASTE: 'demolition_waste'>
    >>> meaning("MADE GROUND: Soft brown slightly sandy CLAY of low plasticity.").soil
    '素填土'
    >>> meaning("Stiff brown silty CLAY."), meaning("Grass over ashy SAND", "MADE GROUND").is_waste
    (Meaning(soil='黏土', is_waste=False, waste_class=None, made_ground=False, because=(), against_legend=False), True)
    """
    rules = _rules()
    text = rules.harmless.sub(" ", description)
    found = {kind: words for kind, pattern in rules.waste if (words := _words(pattern, text))}
    because = tuple(dict.fromkeys(word for words in found.values() for word in words))
    natural = _natural(text, legend)
    by_legend = not rules.made.search(text) and bool(rules.made.search(legend))
    if (
        by_legend and not found and natural in NEVER_FILL
    ):  # a legend against the words: the words are nearer to the ground
        return Meaning(natural, against_legend=True)
    if by_legend or rules.made.search(text):
        if not found:
            return Meaning(SOIL_FILL, made_ground=True)
        return Meaning(WASTE_FILL, True, _class(list(found)), True, because)
    return Meaning(natural, because=because)


def _class(kinds: list[WasteClass]) -> WasteClass:
    """One class, or mixed; anything hazardous decides alone."""
    if WasteClass.HAZARDOUS in kinds:
        return WasteClass.HAZARDOUS
    return kinds[0] if len(kinds) == 1 else WasteClass.MIXED


def _natural(text: str, legend: str) -> str:
    """The main soil: what stands in capitals, else the first that is named, else the legend."""
    capitals = " ".join(re.findall(r"\b[A-Z][A-Z/]+\b", text))
    for part in (capitals, text, legend):
        for soil, pattern in _rules().natural:
            if pattern.search(part):
                return soil
    return ""


def _words(pattern: re.Pattern[str], text: str) -> list[str]:
    return [each.casefold() for each in pattern.findall(text)]


@dataclass(frozen=True)
class _Rules:
    made: re.Pattern[str]
    harmless: re.Pattern[str]
    waste: tuple[tuple[WasteClass, re.Pattern[str]], ...]
    natural: tuple[tuple[str, re.Pattern[str]], ...]


@cache
def _rules() -> _Rules:
    data = tomllib.loads(FILE.read_text("utf-8"))
    return _Rules(
        _pattern(data["made_ground"]["words"]),
        _pattern(data["not_waste"]["phrases"]),
        tuple((WasteClass(each["waste_class"]), _pattern(each["words"])) for each in data["waste"]),
        tuple((each["soil"], _pattern(each["words"])) for each in data["natural"]),
    )


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Whole words in any case; * stands for any letters."""
    parts = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)
