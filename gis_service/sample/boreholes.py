"""Logs of the sample's boreholes, pits and trenches, as a rig's crew would write them. Pure; the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from shapely import MultiPolygon, Point

from gis_service.core.srid import METRIC_SRID
from gis_service.sample import assays, underground
from gis_service.sample.surveys_plan import SurveyTold
from gis_service.sample.underground import Underground
from gis_service.surveys.logs import Layer, Log, Sample
from gis_service.surveys.rules import Medium, Odour, PointKind, PositionMethod, WasteClass

DRILLER, LOGGER = "示例岩土勘察有限公司(示例)", "钟伟明(示例)"
PIT_M, TRENCH_M = Decimal("4.5"), Decimal("3.0")
"""How deep an excavator reaches."""
DEEP_EVERY = 5
"""One hole in so many goes down to firm ground."""
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Waste:
    """How a class of waste is written down: its names in the log from above, what it is made of, how it looks and smells."""

    names: tuple[str, ...]
    made_of: dict[str, int]
    colour: str
    odour: Odour
    degradation: str
    words: str


WASTES: dict[WasteClass, Waste] = {
    WasteClass.DEMOLITION_WASTE: Waste(
        ("杂填土", "建筑垃圾"), {"brick_concrete": 62, "soil": 28, "wood": 4, "metal": 2, "other": 4}, "灰、砖红", Odour.NONE, "未降解",
        "以砖块、混凝土块为主,粒径 5–40 cm,夹黏性土,松散"),
    WasteClass.DECORATION_WASTE: Waste(
        ("杂填土", "装修垃圾"), {"brick_concrete": 34, "gypsum_board": 22, "wood": 14, "soil": 20, "plastic": 6, "other": 4}, "杂色", Odour.WEAK, "未降解",
        "以碎砖、石膏板、木板、塑料为主,夹砂土,松散"),
    WasteClass.DOMESTIC_WASTE: Waste(
        ("杂填土", "生活垃圾"), {"plastic": 24, "soil": 46, "organic": 14, "textile": 6, "paper": 3, "glass_ceramic": 4, "other": 3}, "黑灰", Odour.STRONG,
        "中度降解", "以塑料袋、腐殖土为主,夹织物、碎玻璃,稍湿,可见渗液"),
    WasteClass.EXCAVATED_SOIL: Waste(
        ("工程渣土",), {"soil": 84, "brick_concrete": 14, "other": 2}, "褐黄", Odour.NONE, "未降解", "以黏性土、风化岩碎块为主,夹少量碎砖,松散"),
    WasteClass.SITE_WASTE: Waste(
        ("杂填土", "工程垃圾"), {"brick_concrete": 70, "soil": 20, "metal": 4, "wood": 4, "other": 2}, "灰", Odour.NONE, "未降解",
        "以桩头、混凝土块、碎石为主,夹砂土"),
    WasteClass.MIXED: Waste(
        ("杂填土", "杂填土"), {"brick_concrete": 38, "soil": 36, "plastic": 10, "wood": 6, "organic": 4, "textile": 3, "other": 3}, "灰黑", Odour.MEDIUM,
        "轻度降解", "砖渣、塑料、木料与土混杂,松散,稍湿"),
}  # fmt: skip


def logs(
    told: SurveyTold, ground: Underground, outline: MultiPolygon, seed: int, began: date, ended: date
) -> list[Log]:
    """All holes of a survey in the order they were made, between two days."""
    rng = np.random.default_rng([seed, 3])
    extra = round(told.holes * 0.2) if told.positive else 0
    grid = underground.places(outline, told.holes - extra, rng)
    spots = [*grid, *underground.near(ground, outline, grid, extra, rng)]
    span = max((ended - began).days, 1)
    counts: dict[PointKind, int] = {}
    made = []
    for n, spot in enumerate(spots):
        kind = _kind(n, ground.thickness_m(spot.x, spot.y), len(grid))
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{ {'borehole': 'ZK', 'pit': 'TK', 'trench': 'TC'}[kind] }{counts[kind]:02}"
        day = began + timedelta(days=n * span // len(spots))
        made.append(_log(told, ground, spot, kind, name, day, n, rng))
    return made


def _kind(number: int, waste_m: float, gridded: int) -> PointKind:
    """Pits where it is shallow, some holes on the edge as trenches, else boreholes."""
    if number >= gridded and number % 4 == 0:
        return PointKind.TRENCH
    return PointKind.PIT if number % 3 == 1 and waste_m < 4.2 else PointKind.BOREHOLE


def _log(
    told: SurveyTold, ground: Underground, spot: Point, kind: PointKind, name: str, day: date, number: int, rng: np.random.Generator
) -> Log:  # fmt: skip
    layers = _filled(told, ground, spot, rng)
    reach = {PointKind.PIT: PIT_M, PointKind.TRENCH: TRENCH_M}.get(kind)
    layers = _down_to(layers, reach) if reach else _natural(told, layers, rng, deep=number % DEEP_EVERY == 0)
    refused = kind is PointKind.BOREHOLE and number % 6 == 2 and _is_stony(layers)
    if refused:
        layers = _refused(layers)
    total = layers[-1].to_m
    open_ended = layers[-1].is_waste
    water = Decimal(f"{1.5 + 0.3 * rng.normal() + 0.25 * float(ground.cover_m(spot.x, spot.y)):.2f}").max(
        Decimal("0.6")
    )
    met = water < total
    waste = [layer for layer in layers if layer.is_waste]
    kind_of = WASTES[WasteClass(told.waste_class)]
    made = Log(
        point_no=name, kind=kind, easting=_three(spot.x), northing=_three(spot.y), crs=METRIC_SRID, total_depth_m=total,
        bottom_reached=not open_ended, ground_elev_m=Decimal(f"{ground.elevation_m(spot.x, spot.y):.2f}"), position_method=PositionMethod.RTK,
        made_on=day, contractor=DRILLER, driller=f"{'一二三'[number % 3]}号机组(示例)" if kind is PointKind.BOREHOLE else "挖掘机(示例)", logger=LOGGER,
        diameter_mm=Decimal(110) if kind is PointKind.BOREHOLE else None, water_first_m=water if met else None,
        water_stable_m=(water - Decimal("0.15")) if met else None, odour=kind_of.odour if waste else Odour.NONE,
        gas=_gas(told, waste, rng), pid_ppm=Decimal(f"{abs(rng.normal(1.2, 0.8)):.1f}") if waste else None, backfilled_on=day + timedelta(days=1),
        remark=_remark(kind, open_ended=open_ended, refused=refused), layers=layers,
    )  # fmt: skip
    return replace(made, samples=_samples(told, made, number, rng))


def _three(metres: float) -> Decimal:
    return Decimal(f"{metres:.3f}")


def _tenths(metres: float) -> Decimal:
    return max(Decimal(f"{metres:.1f}"), TENTH)


# --- layers -----------------------------------------------------------------------------------------------------------


def _filled(told: SurveyTold, ground: Underground, spot: Point, rng: np.random.Generator) -> list[Layer]:
    """What people put there: cover, waste, and fill below."""
    waste_m = ground.thickness_m(spot.x, spot.y)
    cover = _tenths(ground.cover_m(spot.x, spot.y))
    layers = [
        Layer(
            Decimal(0),
            cover,
            "素填土",
            is_waste=False,
            colour="褐黄",
            moisture="稍湿",
            description="以黏性土为主,含少量碎石,松散",
        )
    ]
    if waste_m:
        layers += _waste(told, cover, _tenths(waste_m), rng)
    fill = _tenths(1.3 + 0.5 * rng.normal()) if told.reclaimed else _tenths(0.7 + 0.2 * rng.normal())
    name = "冲填土" if told.reclaimed else "素填土"
    words = "以粉细砂为主,含贝壳碎屑,饱和,松散" if told.reclaimed else "以砂质黏性土为主,硬塑"
    top = layers[-1].to_m
    return [
        *layers,
        Layer(
            top, top + max(fill, Decimal("0.4")), name, is_waste=False, colour="灰黄", moisture="湿", description=words
        ),
    ]


def _waste(told: SurveyTold, top: Decimal, thick: Decimal, rng: np.random.Generator) -> list[Layer]:
    """One or two kinds of waste, here and there with soil between."""
    kind = WasteClass(told.waste_class)
    looks = WASTES[kind]
    if thick < Decimal("0.9") or len(looks.names) == 1:
        return [_layer(top, top + thick, looks.names[-1], kind, looks, rng)]
    first = _tenths(float(thick) * rng.uniform(0.25, 0.45))
    upper = _layer(
        top, top + first, looks.names[0], kind if looks.names[0] == looks.names[1] else WasteClass.MIXED, looks, rng
    )
    between = _tenths(rng.uniform(0.2, 0.5)) if rng.random() < 0.16 else Decimal(0)
    middle = top + first
    lens = (
        [
            Layer(
                middle,
                middle + between,
                "素填土",
                is_waste=False,
                colour="褐黄",
                moisture="稍湿",
                description="夹层,黏性土",
            )
        ]
        if between
        else []
    )
    lower = _layer(middle + between, top + thick + between, looks.names[1], kind, looks, rng)
    return [upper, *lens, lower]


def _layer(top: Decimal, bottom: Decimal, name: str, kind: WasteClass, looks: Waste, rng: np.random.Generator) -> Layer:
    return Layer(
        top, bottom, name, is_waste=True, waste_class=kind, composition_pct=_composition(looks.made_of, rng), colour=looks.colour,
        moisture="稍湿" if top < 2 else "湿", odour=looks.odour, degradation=looks.degradation, description=looks.words,
    )  # fmt: skip


def _composition(usual: dict[str, int], rng: np.random.Generator) -> dict[str, Decimal]:
    """Shares in whole per cent that sum to 100."""
    weights = np.array(list(usual.values())) * np.exp(rng.normal(0, 0.18, len(usual)))
    shares = np.floor(100 * weights / weights.sum()).astype(int)
    shares[int(np.argmax(weights))] += 100 - int(shares.sum())
    return {name: Decimal(int(share)) for name, share in zip(usual, shares, strict=True)}


SEA = (
    ("淤泥", 6.5, "灰黑", "饱和", "流塑,含有机质和贝壳,具腥味"), ("粉质黏土", 3.2, "褐黄", "湿", "可塑,切面光滑"),
    ("中砂", 2.6, "灰白", "饱和", "稍密,分选一般"), ("砂质黏性土", 3.0, "褐红", "稍湿", "硬塑,花岗岩残积"), ("强风化花岗岩", 1.5, "褐黄", "", "岩芯呈半岩半土状"),
)  # fmt: skip
HILL = (
    ("粉质黏土", 2.2, "褐黄", "稍湿", "可塑至硬塑"), ("砂质黏性土", 3.6, "褐红", "稍湿", "硬塑,花岗岩残积"),
    ("全风化花岗岩", 2.4, "褐黄", "", "岩芯呈土状,手捏易散"), ("强风化花岗岩", 1.6, "褐黄", "", "岩芯呈半岩半土状"),
)  # fmt: skip
"""What lies below on the coast and inland: name, usual thickness, colour, moisture, words."""


def _natural(told: SurveyTold, layers: list[Layer], rng: np.random.Generator, *, deep: bool) -> list[Layer]:
    """On into natural ground: a little way, or down to granite."""
    below = SEA if told.reclaimed else HILL
    found, top = list(layers), layers[-1].to_m
    for name, usual, colour, moisture, words in below if deep else below[:1]:
        thick = _tenths(max(usual * (1 + 0.25 * rng.normal()), 0.8)) if deep else _tenths(rng.uniform(1.6, 2.8))
        found.append(Layer(top, top + thick, name, is_waste=False, colour=colour, moisture=moisture, description=words))
        top += thick
    return found


def _down_to(layers: list[Layer], reach: Decimal) -> list[Layer]:
    """Only what an excavator reaches, and no deeper than half a metre below the waste."""
    bottom = max((layer.to_m for layer in layers if layer.is_waste), default=Decimal("1.5"))
    end = min(reach, bottom + Decimal("0.6"), layers[-1].to_m)
    kept = [layer for layer in layers if layer.from_m < end]
    return [*kept[:-1], replace(kept[-1], to_m=min(kept[-1].to_m, end))]


def _is_stony(layers: Sequence[Layer]) -> bool:
    return any(layer.is_waste and layer.thickness_m >= Decimal("1.2") for layer in layers)


def _refused(layers: Sequence[Layer]) -> list[Layer]:
    """A hole that a block of concrete stopped inside the waste."""
    last = max(n for n, layer in enumerate(layers) if layer.is_waste)
    stopped = layers[last]
    return [
        *layers[:last],
        replace(stopped, to_m=stopped.from_m + max(_tenths(float(stopped.thickness_m) * 0.6), TENTH)),
    ]


def _remark(kind: PointKind, *, open_ended: bool, refused: bool) -> str:
    if refused:
        return "遇大块混凝土,两次移位仍无法钻进,未揭穿固废"
    if open_ended:
        return "挖至最大挖深,未揭穿固废" if kind is not PointKind.BOREHOLE else "未揭穿固废"
    return ""


def _gas(told: SurveyTold, waste: Sequence[Layer], rng: np.random.Generator) -> dict[str, Decimal]:
    if not waste or told.waste_class not in ("domestic_waste", "mixed"):
        return {}
    methane = abs(rng.normal(2.4 if told.waste_class == "domestic_waste" else 0.3, 0.9))
    return {"CH4_pct": Decimal(f"{methane:.1f}"), "H2S_ppm": Decimal(f"{abs(rng.normal(1.5, 1.0)):.1f}")}


# --- samples ----------------------------------------------------------------------------------------------------------


def _samples(told: SurveyTold, log: Log, number: int, rng: np.random.Generator) -> list[Sample]:
    """Of every third hole: the waste and what leaches from it, the soil below; of a few the water."""
    if number % 3 or log.made_on is None:
        return []
    found = []
    waste, last = [layer for layer in log.layers if layer.is_waste], log.layers[-1]
    if waste:
        thickest = max(waste, key=lambda layer: layer.thickness_m)
        middle = (thickest.from_m + thickest.to_m) / 2
        over = told.over if number == told.holes // 3 // 3 * 3 else ""
        found.append(_sample(log, "F1", middle, thickest.to_m, Medium.LEACHATE_TEST, rng, over))
    if not last.is_waste:
        found.append(_sample(log, "T1", last.from_m, last.to_m, Medium.SOIL, rng))
    if log.water_stable_m is not None and log.kind is PointKind.BOREHOLE and number % 9 == 0:
        found.append(_sample(log, "W1", log.water_stable_m, log.water_stable_m, Medium.GROUNDWATER, rng))
    return found


def _sample(
    log: Log, suffix: str, top: Decimal, most: Decimal, medium: Medium, rng: np.random.Generator, over: str = ""
) -> Sample:
    day = log.made_on
    top = top.quantize(TENTH)
    return Sample(
        f"{log.point_no}-{suffix}", top, min(top + Decimal("0.3"), max(most, top)), medium,
        container={Medium.GROUNDWATER: "棕色玻璃瓶"}.get(medium, "自封袋"), preserved="4 ℃ 冷藏", laboratory=assays.LABORATORY, taken_on=day,
        received_on=day + timedelta(days=2) if day else None, results=assays.results(medium, rng, over),
    )  # fmt: skip


def without_results(found: Sequence[Log]) -> list[Log]:
    """The same before the laboratory answered."""
    return [replace(log, samples=[replace(each, results=()) for each in log.samples]) for log in found]
