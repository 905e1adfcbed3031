"""The ranking in points: what each factor adds, in words; the level; the order. Pure. Weights are data (`weights.toml`)."""

import itertools
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from gis_service.parcels.rules import RiskLevel
from gis_service.parcels.vocabulary import vocabulary


class RunKind(StrEnum):
    RANKING = "ranking"
    HOTSPOT = "hotspot"


class RunState(StrEnum):
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"


class Grade(StrEnum):
    """How sure it is that dumping gathers in a cell (Gi*, after false discovery rate)."""

    HOT99 = "hot99"
    HOT95 = "hot95"
    HOT90 = "hot90"
    PLAIN = "plain"
    COLD = "cold"


Figure = float | str | None


@dataclass(frozen=True)
class Factor:
    """One line of the weights; see `weights.toml` for what its fields mean."""

    code: str
    zh: str
    en: str
    say_zh: str
    say_en: str
    source: str
    source_en: str
    knots: tuple[tuple[float, float], ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    per_log: float = 0.0
    most: float = math.inf
    rising: bool | None = None
    axis: str = ""
    digits: int = 0
    unknown: float = 0.0
    unknown_zh: str = ""
    unknown_en: str = ""

    def points(self, x: Figure) -> float:
        """Log odds of a figure (or stored value); of one that is not known `unknown`."""
        if x is None:
            return self.unknown
        if isinstance(x, str):
            return self.values.get(x, 0.0)
        if self.per_log:
            return min(self.per_log * math.log1p(x), self.most)
        return _between(self.knots, x)

    def said(self, x: Figure) -> tuple[str, str]:
        """The figure as a sentence, Chinese and English."""
        if x is None:
            return self.unknown_zh, self.unknown_en
        if isinstance(x, str):
            zh, en = vocabulary()[self.axis][x] if self.axis else (x, x)
        else:
            zh = en = f"{x:,.{self.digits}f}"
        return self.say_zh.replace("{x}", zh), self.say_en.replace("{x}", en)


def _between(knots: tuple[tuple[float, float], ...], x: float) -> float:
    """In straight lines between the knots, level outside of them.

    >>> _between(((0, 0.0), (40, 0.6), (120, 1.0)), 40), _between(((0, 0.0), (40, 0.6)), 20), _between(((0, 0.8), (30, 0.2)), 99)
    (0.6, 0.3, 0.2)
    """
    if x <= knots[0][0]:
        return knots[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(knots):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return knots[-1][1]


@dataclass(frozen=True)
class Weights:
    """All numbers of a ranking."""

    factors: tuple[Factor, ...]
    high: float
    medium: float
    bandwidth_m: float
    half_life_days: float
    kinds: Mapping[str, float]

    def level(self, score: float) -> RiskLevel:
        if score >= self.high:
            return RiskLevel.HIGH
        return RiskLevel.MEDIUM if score >= self.medium else RiskLevel.LOW


@cache
def data() -> dict[str, Any]:
    """`weights.toml` as it is."""
    return tomllib.loads(Path(__file__).with_name("weights.toml").read_text(encoding="utf-8"))


@cache
def weights() -> Weights:
    told = data()
    factors = tuple(
        Factor(**{**line, "knots": tuple((float(x), float(y)) for x, y in line.get("knots", ()))})
        for line in told["factor"]
    )
    past = told["past"]
    return Weights(factors, **told["levels"], bandwidth_m=past["bandwidth_m"], half_life_days=past["half_life_days"], kinds=past["kinds"])  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What one factor adds to a score."""

    code: str
    points: float
    zh: str
    en: str


@dataclass(frozen=True)
class Score:
    """Points with what made them, the heaviest first; what adds nothing is left out."""

    points: float
    level: RiskLevel
    parts: tuple[Part, ...]


def scored(figures: Mapping[str, Figure], using: Weights) -> Score:
    """The score of one parcel by its figures (factor → figure). A factor that is not among them is not known."""
    parts = []
    for factor in using.factors:
        x = figures.get(factor.code)
        if points := round(factor.points(x), 2):
            parts.append(Part(factor.code, points, *factor.said(x)))
    total = round(sum(part.points for part in parts), 2)
    return Score(total, using.level(total), tuple(sorted(parts, key=lambda part: -abs(part.points))))


def ranked(scores: Mapping[int, Score]) -> list[tuple[int, int, Score]]:
    """(rank, parcel, score), the riskiest first; equals share a rank, and the order of what was given does not matter.

    >>> low, high = Score(1.0, RiskLevel.LOW, ()), Score(3.0, RiskLevel.HIGH, ())
    >>> [(rank, parcel) for rank, parcel, _ in ranked({9: low, 7: high, 3: low})]
    [(1, 7), (2, 3), (2, 9)]
    """
    found: list[tuple[int, int, Score]] = []
    for place, (parcel, score) in enumerate(sorted(scores.items(), key=lambda each: (-each[1].points, each[0])), 1):
        same = found and found[-1][2].points == score.points
        found.append((found[-1][0] if same else place, parcel, score))
    return found


def needs_walk(level: str, patrol_days: int | None) -> bool:
    """Whether land of a level was not walked for so long that a round is suggested (`[suggest]`); never walked is long.

    >>> needs_walk("high", None), needs_walk("high", 3), needs_walk("low", 400)
    (True, False, False)
    """
    after = {RiskLevel.HIGH: data()["suggest"]["high_days"], RiskLevel.MEDIUM: data()["suggest"]["medium_days"]}
    return level in after and (patrol_days is None or patrol_days > after[RiskLevel(level)])


def in_words(parts: Iterable[Part]) -> str:
    """The parts as one line: 围蔽缺口 40 m +0.6;…"""
    return ";".join(f"{part.zh} {part.points:+.1f}" for part in parts)
