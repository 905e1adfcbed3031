"""States of a clue, its likeness to another, its numbers, and pictures of cameras. Pure."""

import re
import secrets
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gis_service.cases.rules import SOURCES, WASTE_KINDS


class ClueState(StrEnum):
    NEW = "new"
    MERGED = "merged"
    OPENED = "opened"
    DISMISSED = "dismissed"


class Source(StrEnum):
    PATROL = "patrol"
    PHONE = "phone"
    LETTER = "letter"
    PUBLIC_PAGE = "public_page"
    CAMERA = "camera"
    DRONE = "drone"
    HOTLINE = "hotline"
    POLICE = "police"
    MEDIA = "media"


class WasteKind(StrEnum):
    CONSTRUCTION = "construction"
    EXCAVATED_SOIL = "excavated_soil"
    DOMESTIC = "domestic"
    MIXED = "mixed"
    SLUDGE = "sludge"
    HAZARDOUS = "hazardous"
    OTHER = "other"


STATE_WORDS = {
    ClueState.NEW: ("待处理", "waiting"),
    ClueState.MERGED: ("已并入", "merged"),
    ClueState.OPENED: ("已转案件", "case opened"),
    ClueState.DISMISSED: ("不予处理", "dismissed"),
}
KIND_WORDS = {code: (zh, en) for code, zh, en in WASTE_KINDS}
SOURCE_WORDS = {code: (zh, en) for code, zh, en in SOURCES}

COARSE = {
    "received": ("已收到,正在处理。", "Received; it is being looked at."),
    "taken_up": ("已受理,正在调查处理。", "Taken up; it is being investigated."),
    "finished": ("已办结。", "Finished."),
    "not_taken_up": ("经核查未予受理。", "Looked at, and not taken up."),
}
"""All that somebody who knows the tracking number is told."""


def coarse(state: str, *, case_closed: bool) -> str:
    """
    >>> coarse("new", case_closed=False), coarse("opened", case_closed=True)
    ('received', 'finished')
    """
    if state == ClueState.OPENED:
        return "finished" if case_closed else "taken_up"
    return "not_taken_up" if state == ClueState.DISMISSED else "received"


# --- likeness -------------------------------------------------------------------------------------------------------

GROUPS = {
    "construction": "spoil", "excavated_soil": "spoil", "domestic": "refuse", "mixed": "any", "other": "any",
    "sludge": "dangerous", "hazardous": "dangerous",
}  # fmt: skip
"""Kinds that people take for each other at a glance; mixed waste may be either."""


@dataclass(frozen=True)
class Limits:
    """Within what two clues may be of one dumping (product defaults)."""

    radius_m: float = 150.0
    days: int = 7


WEIGHTS = {"place": 50, "time": 30, "kind": 20}


@dataclass(frozen=True)
class Line:
    """One part of a score, in words."""

    zh: str
    en: str
    points: int


@dataclass(frozen=True)
class Likeness:
    """How alike two clues are, of 100, line by line; `is_candidate` when place, time and kind all agree."""

    score: int
    lines: tuple[Line, ...]
    is_candidate: bool


def likeness(
    *, distance_m: float | None, same_words: bool, days_apart: float | None, kinds: tuple[str, str], limits: Limits
) -> Likeness:
    """Likeness by place (metres of the plane, or the same words where one has no position), time and kind.

    >>> likeness(distance_m=30, same_words=False, days_apart=1, kinds=("construction", "excavated_soil"), limits=Limits()).score
    81
    >>> likeness(distance_m=151, same_words=False, days_apart=0, kinds=("domestic", "domestic"), limits=Limits()).is_candidate
    False
    """
    place, near = _place(distance_m, same_words, limits)
    time, soon = _time(days_apart, limits)
    kind, same = _kind(kinds)
    lines = (place, time, kind)
    return Likeness(sum(line.points for line in lines), lines, near and soon and same)


def _place(distance_m: float | None, same_words: bool, limits: Limits) -> tuple[Line, bool]:
    most = WEIGHTS["place"]
    if distance_m is None:
        zh, en = (
            ("地点文字相同", "the same words for the place")
            if same_words
            else ("地点无法比较", "places cannot be compared")
        )
        return Line(zh, en, most // 2 if same_words else 0), same_words
    near = distance_m <= limits.radius_m
    points = round(most * (1 - distance_m / limits.radius_m)) if near else 0
    zh = f"相距 {distance_m:.0f} 米(界限 {limits.radius_m:.0f} 米)"
    return Line(zh, f"{distance_m:.0f} m apart (limit {limits.radius_m:.0f} m)", points), near


def _time(days_apart: float | None, limits: Limits) -> tuple[Line, bool]:
    if days_apart is None:
        return Line("时间无法比较", "times cannot be compared", 0), False
    soon = abs(days_apart) <= limits.days
    points = round(WEIGHTS["time"] * (1 - abs(days_apart) / (limits.days + 1))) if soon else 0
    zh = f"相隔 {abs(days_apart):.1f} 天(界限 {limits.days} 天)"
    return Line(zh, f"{abs(days_apart):.1f} days apart (limit {limits.days} days)", points), soon


def _kind(kinds: tuple[str, str]) -> tuple[Line, bool]:
    first, second = kinds
    words = f"{KIND_WORDS[first][0]} / {KIND_WORDS[second][0]}", f"{KIND_WORDS[first][1]} / {KIND_WORDS[second][1]}"
    most = WEIGHTS["kind"]
    if first == second:
        return Line(f"种类相同:{KIND_WORDS[first][0]}", f"the same kind: {KIND_WORDS[first][1]}", most), True
    groups = {GROUPS[first], GROUPS[second]}
    same = len(groups) == 1 or "any" in groups
    return Line(
        f"种类{'相近' if same else '不同'}:{words[0]}",
        f"{'like' if same else 'other'} kinds: {words[1]}",
        most // 2 if same else 0,
    ), same


def days_between(first: tuple[date, date] | None, second: tuple[date, date] | None) -> float | None:
    """Days between two spans of days; 0 where they meet.

    >>> days_between((date(2026, 8, 1), date(2026, 8, 4)), (date(2026, 8, 3), date(2026, 8, 9)))
    0.0
    """
    if first is None or second is None:
        return None
    return float(max(0, (second[0] - first[1]).days, (first[0] - second[1]).days))


def same_words(first: str | None, second: str | None) -> bool:
    """Whether two descriptions of a place say the same, whatever their spaces and marks.

    >>> same_words("北围 兴中路旁,", "北围兴中路旁"), same_words("", "")
    (True, False)
    """
    a, b = (re.sub(r"\W+", "", text or "").lower() for text in (first, second))
    return bool(a) and a == b


# --- numbers and pictures -------------------------------------------------------------------------------------------

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Characters that are not taken for each other on the phone."""
TRACKING = re.compile(rf"XS\d{{6}}-[{ALPHABET}]{{8}}")


def tracking_no(on: date) -> str:
    """A number that cannot be guessed: the day and 8 characters of chance (about 40 bits)."""
    return f"XS{on:%y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"


def camera_evidence(*, reviewed: bool, published: bool) -> tuple[bool, str, str]:
    """Whether pictures of a fixed camera may be evidence for a penalty [PEN art. 41], and why.

    >>> camera_evidence(reviewed=True, published=False)[0]
    False
    """
    if reviewed and published:
        return True, "设备已经法制和技术审核,设置地点已公布", "the device was reviewed and its location is published"
    missing = [
        pair
        for there, pair in (
            (reviewed, ("法制和技术审核", "review")),
            (published, ("地点公布", "publication of its location")),
        )
        if not there
    ]
    zh, en = "、".join(zh for zh, _ in missing), " and ".join(en for _, en in missing)
    return False, f"缺{zh}记录,不得作为处罚证据,仅作线索", f"without {en}: a lead only, no evidence for a penalty"
