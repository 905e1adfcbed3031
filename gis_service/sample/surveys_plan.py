"""The surveys of the sample as data: which land, what lies in it, how it was drilled. Pure.

What stage a survey has reached is the register's word (`ways`); here is only what a survey finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SurveyTold:
    """A survey: its land, its holes, and the waste that lies there."""

    parcel_no: str
    holes: int
    m3: float = 0
    """Waste that really lies in `ground`; the holes see a part of it."""
    waste_class: str = "mixed"
    spots: tuple[tuple[float, float], ...] = ()
    """Middles of what is buried, as shares of the width and height of the ground; none: the middle of each piece of it."""
    peak_m: float = 3.2
    """How thick it is in the middle, about."""
    ground: tuple[str, ...] = ()
    """Land over which the waste lies, where it is more than the parcel."""
    bodies: tuple[tuple[str, int], ...] = ()
    """Name and spot of every body this survey draws."""
    reclaimed: bool = True
    """Whether mud lies below, as on land won from the sea; else residual soil and granite."""
    over: str = ""
    """An analyte that one sample has too much of."""
    hint: str = "medium"
    approved_on: date | None = None
    """Where it was approved earlier than the register and its disposal tell."""
    again: bool = False
    """Whether holes were added when the experts sent the report back."""

    @property
    def positive(self) -> bool:
        return self.m3 > 0

    @property
    def land(self) -> tuple[str, ...]:
        return self.ground or (self.parcel_no,)


PAIR = ("TJ-0007", "TJ-0015")
PAIR_SPOTS = ((0.55, 0.88), (0.33, 0.60))

SURVEYS = (
    SurveyTold("BW-0019", 46, 3_900, "decoration_waste", ((0.55, 0.45),), 2.6, bodies=(("中部填埋体", 0),), hint="high"),
    SurveyTold("SS-0016", 46, 18_600, "demolition_waste", (), 3.8, bodies=(("一区填埋体", 0), ("二区填埋体", 1)), over="铅", hint="high"),
    SurveyTold("TJ-0007", 20, 5_600, "excavated_soil", PAIR_SPOTS, 2.6, PAIR, (("北侧填埋体", 0),), approved_on=date(2024, 5, 6)),
    SurveyTold("TJ-0015", 24, 5_600, "excavated_soil", PAIR_SPOTS, 2.6, PAIR, (("连片填埋体(跨两宗地)", 1),)),
    SurveyTold("BW-0039", 34, 14_200, "domestic_waste", ((0.45, 0.5),), 4.4, bodies=(("中部填埋体", 0),), over="镉", hint="high"),
    SurveyTold("BW-0023", 26, 12_000, "decoration_waste", ((0.7, 0.45),), bodies=(("东侧填埋体", 0),)),
    SurveyTold("TJ-0006", 28, 10_300, "demolition_waste", ((0.5, 0.5),), 3.6, bodies=(("中部填埋体", 0),), hint="high"),
    SurveyTold("BW-0045", 14, hint="low"),
    SurveyTold("TJ-0020", 8, hint="low"),
    SurveyTold("HT-0016", 12, reclaimed=False, again=True),
    SurveyTold("HH-0019", 16, 3_600, "mixed", ((0.6, 0.5),), 2.6, bodies=(("东侧填埋体", 0),)),
    SurveyTold("QA-0022", 12, 4_000, "site_waste", ((0.6, 0.5),), 2.4),
    SurveyTold("HT-0019", 12, 8_000, "mixed", ((0.4, 0.4),), 2.6, reclaimed=False),
    SurveyTold("JD-0005", 8, 1_600, "mixed", ((0.7, 0.6),), 2.0),
    SurveyTold("BW-0038", 0, 5_000, "mixed", ((0.4, 0.5),), hint="high"),
    SurveyTold("QA-0011", 0, hint="low"),
)  # fmt: skip

FOUND_M3 = {
    "BW-0019": 3_780,
    "SS-0016": 18_010,
    "TJ-0007": 2_490,
    "TJ-0015": 3_010,
    "BW-0039": 13_930,
    "BW-0023": 10_280,
    "TJ-0006": 9_370,
}
"""m³ that a finished survey found in a parcel, to tens, as the register keeps it. The surveys' bodies say the same: a test compares."""


@dataclass(frozen=True)
class ProgrammeTold:
    """A survey programme: land to be supplied by a year, frozen on a day."""

    title: str
    supply_year_to: int
    frozen_on: date
    due_on: date
    closed: bool = False


PROGRAMMES = (
    ProgrammeTold("2025 年度供地范围摸排(示例)", 2025, date(2024, 12, 2), date(2025, 12, 31), closed=True),
    ProgrammeTold("2027 年度前供地范围摸排(示例)", 2027, date(2025, 1, 10), date(2026, 12, 31)),
)
