"""How often land is walked, and why: risk by its triggers, the usual plans, the rounds of a plan. Pure."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from gis_service.parcels.rules import RiskLevel
from gis_service.patrols.rules import ExtraReason, TaskState
from gis_service.procedures.workdays import DAY, Workdays

HORIZON_DAYS = 7
"""Tasks are made for rounds that begin within so many days."""

RECENT = timedelta(days=365)
"""A dumping within this time makes land risky (handbook §7.3: twelve months)."""

NEAR_ROAD_M, REMOTE_M, NEAR_SITE_M = 30.0, 500.0, 500.0
"""Near a road is where a truck can tip from it; remote is where none comes near (both product defaults). 500 m from a construction
site: handbook §7.3."""

MISSED_IN_A_ROW = 3
"""After so many missed rounds in a row of the same plan over the same land, those who supervise are told (product default)."""

SOON_SHARE = 0.75
"""From this share of the time between two rounds on, the next visit is due soon (product default; `objects/119` says the same)."""

MOVABLE = frozenset({TaskState.OPEN, TaskState.MISSED})
"""A task that nobody began may go to somebody else, to another day, or away."""


@dataclass(frozen=True)
class Ground:
    """What is known of a parcel when its risk is judged."""

    dumpings: int = 0
    """Cases and finds of dumping within twelve months."""
    waste_left: bool = False
    fence: str = "unknown"
    uses: frozenset[str] = frozenset()
    cameras: int = 0
    road_m: float | None = None
    """To the nearest road, metres; None where no road is known."""
    site_m: float | None = None
    """To the nearest parcel with construction on it, metres, within `NEAR_SITE_M`."""


@dataclass(frozen=True)
class Reason:
    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Judgement:
    """The level that is suggested, and every trigger of it."""

    level: RiskLevel
    reasons: tuple[Reason, ...]


BARE = frozenset({"none", "damaged"})
TEMPORARY = {
    "temporary_use": ("临时利用", "temporary use"),
    "parking": ("停车", "parking"),
    "stockpile": ("堆土", "a stockpile"),
    "planted": ("种植", "planting"),
    "occupied": ("被占用", "occupation"),
}


def judged(ground: Ground) -> Judgement:
    """The risk by the triggers of handbook §7.3; the highest level with a trigger holds, and medium where nothing speaks.

    >>> judged(Ground(fence="full", cameras=1)).level, judged(Ground(fence="none", road_m=5)).level
    (<RiskLevel.LOW: 'low'>, <RiskLevel.HIGH: 'high'>)
    """
    for level, triggers in ((RiskLevel.HIGH, _high), (RiskLevel.MEDIUM, _medium), (RiskLevel.LOW, _low)):
        if reasons := tuple(triggers(ground)):
            return Judgement(level, reasons)
    return Judgement(RiskLevel.MEDIUM, (Reason("nothing", "没有足以判断的依据", "nothing speaks for another level"),))


def _high(ground: Ground) -> Iterator[Reason]:
    if ground.dumpings:
        yield Reason(
            "dumping", f"12 个月内有倾倒 {ground.dumpings} 起", f"{ground.dumpings} dumpings within twelve months"
        )
    if ground.waste_left:
        yield Reason("waste", "已发现固废,尚未清除", "waste was found and is not removed")
    if ground.fence in BARE and ground.road_m is not None and ground.road_m <= NEAR_ROAD_M:
        yield Reason(
            "open_to_road",
            f"临路(约 {ground.road_m:.0f} 米)而无完好围蔽",
            f"no sound fence, and a road {ground.road_m:.0f} m away",
        )
    if ground.site_m is not None and ground.site_m <= NEAR_SITE_M:
        yield Reason(
            "site", f"{ground.site_m:.0f} 米内有施工地块", f"land under construction {ground.site_m:.0f} m away"
        )


def _medium(ground: Ground) -> Iterator[Reason]:
    if ground.fence == "partial":
        yield Reason("partial_fence", "部分围蔽", "fenced in part")
    if ground.fence in BARE:
        yield Reason("bare", "无完好围蔽", "no sound fence")
    for use, (zh, en) in TEMPORARY.items():
        if use in ground.uses:
            yield Reason(use, f"现状:{zh}", f"in use: {en}")


def _low(ground: Ground) -> Iterator[Reason]:
    if ground.fence == "full":
        yield Reason("full_fence", "已全围蔽", "fully fenced")
    if ground.cameras:
        yield Reason("camera", f"在线监控 {ground.cameras} 处", f"{ground.cameras} cameras online")
    if ground.road_m is not None and ground.road_m > REMOTE_M:
        yield Reason("remote", f"偏远,距道路 {ground.road_m:.0f} 米", f"remote: the road is {ground.road_m:.0f} m away")


@dataclass(frozen=True)
class Usual:
    """A plan as the handbook has it."""

    name: str
    walker: str
    risk_level: str
    times: int
    per_days: int
    night: bool = False
    workdays_only: bool = False


@dataclass(frozen=True)
class Extra:
    """An extra round: how many days it may take before and after the day."""

    zh: str
    en: str
    before_days: int
    after_days: int

    def days(self, day: date, *, after: bool) -> tuple[date, date]:
        """The first and last day of the round before the day, or from it on."""
        if after:
            return day, day + DAY * (self.after_days - 1)
        return day - DAY * self.before_days, day - DAY


def _data() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("usual.toml").read_text(encoding="utf-8"))


USUAL: tuple[Usual, ...] = tuple(Usual(**plan) for plan in _data()["plan"])
EXTRA: dict[ExtraReason, Extra] = {ExtraReason(code): Extra(**facts) for code, facts in _data()["extra"].items()}


@dataclass(frozen=True)
class Frequency:
    """`times` rounds in every `per_days` days from `starts_on` on."""

    times: int
    per_days: int
    starts_on: date
    ends_on: date | None = None
    workdays_only: bool = False

    @property
    def every_days(self) -> float:
        """Days between two rounds."""
        return self.per_days / self.times


@dataclass(frozen=True)
class Round:
    """一轮: its number in the plan, and the days between which it is walked."""

    no: int
    first: date
    last: date


def rounds(frequency: Frequency, since: date, until: date, calendar: Workdays) -> list[Round]:
    """The rounds that are not over on `since` and begin by `until`.

    Each period of `per_days` days is shared evenly among its rounds; several rounds on one day share that day. With
    `workdays_only` a round keeps to the working days of its share; a share without any moves to the next working day where rounds
    are a week apart or more, and has no round where they are closer, since the next one is near.

    >>> twice = Frequency(2, 7, date(2026, 11, 23))
    >>> [(r.no, r.first.day, r.last.day) for r in rounds(twice, date(2026, 11, 24), date(2026, 11, 29), Workdays())]
    [(1, 23, 25), (2, 26, 29)]
    """
    found = []
    # a share that moved past its end may still be open, so look a little further back
    period = max(0, (since - frequency.starts_on).days // frequency.per_days - 1 - 14 // frequency.per_days)
    while (start := frequency.starts_on + DAY * (period * frequency.per_days)) <= until:
        for k in range(frequency.times):
            share = _share(frequency, start, k, calendar)
            if share and share[0] <= until and share[1] >= since and not _over(frequency, share[0]):
                last = share[1] if frequency.ends_on is None else min(share[1], frequency.ends_on)
                found.append(Round(period * frequency.times + k + 1, share[0], last))
        period += 1
    return found


def _over(frequency: Frequency, first: date) -> bool:
    return frequency.ends_on is not None and first > frequency.ends_on


def _share(frequency: Frequency, start: date, k: int, calendar: Workdays) -> tuple[date, date] | None:
    begin = k * frequency.per_days // frequency.times
    end = max(begin, (k + 1) * frequency.per_days // frequency.times - 1)
    first, last = start + DAY * begin, start + DAY * end
    if not frequency.workdays_only:
        return first, last
    working = [day for n in range((last - first).days + 1) if calendar.is_working(day := first + DAY * n)]
    if working:
        return working[0], working[-1]
    moved = calendar.roll(last)
    return (moved, moved) if frequency.every_days >= 7 else None
