"""Signs that a case may be a crime: shown, never decided. Pure.

The numbers are those of 法释〔2023〕7号 art. 1–2 as the handbook of the field gives them. Whether it is a crime the head of the office,
the police, the procuratorate and the court say; penalty may not replace transfer [XFER art. 11].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

HAZARDOUS_T, SERIOUS_T = Decimal(3), Decimal(100)
MONEY_YUAN, SERIOUS_YUAN = Decimal(300_000), Decimal(1_000_000)
PENALTIES = 2

ORDINARY = frozenset({"construction", "excavated_soil", "domestic", "mixed", "other"})
"""Kinds of waste that are usually no 有毒物质 by themselves: the flag needs lab evidence."""


@dataclass(frozen=True)
class Flag:
    """One sign. `serious`: 情节严重. `needs_lab`: only of weight once a laboratory finds toxic matter."""

    code: str
    zh: str
    en: str
    serious: bool = False
    needs_lab: bool = False
    basis: str = "法释〔2023〕7号第1、2条"


CAUTION_ZH = "普通建筑垃圾、生活垃圾通常不属于“有毒物质”,须有检验鉴定结论才可作为涉嫌犯罪的依据。"
CAUTION_EN = "Ordinary construction or domestic waste is usually not 'toxic matter' by itself; the flag needs laboratory evidence."


def flags(facts: Mapping[str, Any]) -> list[Flag]:
    """The signs that the facts of a case show.

    >>> [f.code for f in flags({"waste_kind": "hazardous", "hazardous_t": "3"})]
    ['hazardous_3t']
    >>> [(f.code, f.needs_lab) for f in flags({"waste_kind": "construction", "gain_yuan": "300000.00"})]
    [('money_300k', True)]
    """
    needs_lab = is_ordinary(facts)
    hazardous_t = _number(facts, "hazardous_t")
    money = max(_number(facts, "gain_yuan"), _number(facts, "loss_yuan"))
    found = []
    if hazardous_t >= SERIOUS_T:
        found.append(Flag("hazardous_100t", "危险废物 100 吨以上", "100 t or more of hazardous waste", serious=True))
    elif hazardous_t >= HAZARDOUS_T:
        found.append(Flag("hazardous_3t", "危险废物 3 吨以上", "3 t or more of hazardous waste"))
    if money >= SERIOUS_YUAN:
        found.append(
            Flag(
                "money_1m", "违法所得或财产损失 100 万元以上", "gain or loss of 1,000,000 yuan or more", True, needs_lab
            )
        )
    elif money >= MONEY_YUAN:
        found.append(
            Flag(
                "money_300k", "违法所得或财产损失 30 万元以上", "gain or loss of 300,000 yuan or more", False, needs_lab
            )
        )
    if _number(facts, "toxic_penalties_2y") >= PENALTIES:
        found.append(
            Flag(
                "repeated",
                "二年内因有毒物质受过两次以上处罚又实施",
                "repeated within two years after two penalties for toxic matter",
                needs_lab=needs_lab,
            )
        )
    if facts.get("in_water_source"):
        found.append(Flag("water_source", "在饮用水水源保护区内", "in a protected water source", False, needs_lab))
    return found


def is_ordinary(facts: Mapping[str, Any]) -> bool:
    """Whether it is ordinary waste in which no laboratory found toxic matter."""
    return facts.get("waste_kind") in ORDINARY and not facts.get("lab_toxic")


def weighs(flag: Flag) -> bool:
    """Whether a sign asks for the head's decision on a transfer."""
    return not flag.needs_lab


def _number(facts: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(facts.get(name) or 0))
