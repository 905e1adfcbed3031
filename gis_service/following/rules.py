"""What follows an observation: the table of `rules.toml` and the decision by it. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gis_service.cases.rules import WASTE_KINDS
from gis_service.patrols.items import ITEMS

SEVERITIES = ("low", "medium", "high")
KINDS = {code for code, _, _ in WASTE_KINDS}


class Then(StrEnum):
    """What an observation leads to; `followed_by_noun` of an observation says the same."""

    NONE = "none"
    RECTIFICATION = "rectification"
    CLUE = "clue"


@dataclass(frozen=True)
class Rule:
    """One line of the table."""

    then: Then
    least: str = "low"
    demand: str = ""
    waste_kind: str = "other"


@dataclass(frozen=True)
class Table:
    """The rules of a deployment. `merge_score` is of 100, `same_place_m` in metres of the plane."""

    recurred_raises: bool
    merge_score: int
    same_place_m: float
    materials: Mapping[str, str]
    rules: Mapping[str, Rule]


@dataclass(frozen=True)
class Decision:
    """What is to be done about one observation, and how severe it counts."""

    then: Then
    severity: str
    demand: str = ""
    waste_kind: str = "other"


def read(told: Mapping[str, Any]) -> Table:
    """The table; raises `ValueError` for an item, an outcome or a severity that does not exist, and for an item without a line.

    >>> read({"recurred_raises": True, "merge_score": 70, "same_place_m": 30, "items": {"FENCE": {"then": "party"}}})
    Traceback (most recent call last):
    ValueError: 'party' is not a valid Then
    """
    rules = {code: Rule(**{**line, "then": Then(line["then"])}) for code, line in told["items"].items()}
    if set(rules) != set(ITEMS):
        raise ValueError(f"items without a line, or unknown: {sorted(set(rules) ^ set(ITEMS))}")
    kinds = {*(rule.waste_kind for rule in rules.values()), *told.get("materials", {}).values()}
    if not kinds <= KINDS:
        raise ValueError(f"unknown kinds of waste: {sorted(kinds - KINDS)}")
    if any(rule.least not in SEVERITIES for rule in rules.values()):
        raise ValueError(f"least must be one of {SEVERITIES}")
    return Table(told["recurred_raises"], told["merge_score"], told["same_place_m"], told.get("materials", {}), rules)


TABLE = read(tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")))


def decide(item_code: str, severity: str, *, recurred: bool, material: object = None, table: Table = TABLE) -> Decision:
    """What follows; `material` is what the form was told of what lies there. An item that nobody knows any more is put before people as `OTHER` is.

    >>> decide("FENCE", "medium", recurred=False).then, decide("FENCE", "medium", recurred=True).severity
    (<Then.RECTIFICATION: 'rectification'>, 'high')
    >>> decide("OTHER", "low", recurred=False).then, decide("NEW_SOIL", "low", recurred=False).then
    (<Then.NONE: 'none'>, <Then.CLUE: 'clue'>)
    """
    rule = table.rules.get(item_code) or table.rules["OTHER"]
    counted = one_more(severity) if recurred and table.recurred_raises else severity
    if SEVERITIES.index(counted) < SEVERITIES.index(rule.least):
        return Decision(Then.NONE, counted)
    return Decision(rule.then, counted, rule.demand, table.materials.get(str(material), rule.waste_kind))


def one_more(severity: str) -> str:
    """
    >>> one_more("low"), one_more("high")
    ('medium', 'high')
    """
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def words(item_zh: str, description: str | None, quantity: str | None, unit: str | None) -> str:
    """What is wrong, in a line.

    >>> words("新增垃圾", None, "12", "m3"), words("围蔽", " 东侧破损 ", None, None)
    ('新增垃圾,约 12 立方米', '围蔽:东侧破损')
    """
    named = {"m3": "立方米", "m2": "平方米", "m": "米"}.get(unit or "", unit or "")
    much = f"约 {quantity} {named}".rstrip() if quantity else ""
    told = (description or "").strip()
    return ",".join(filter(None, (f"{item_zh}:{told}" if told else item_zh, much)))
