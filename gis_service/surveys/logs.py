"""The log of one hole as it is read, checked and drawn: plain values, no rows, no session. Depths in metres below ground.

A log that contradicts itself is never kept: `faults` names every layer that gaps, overlaps, runs backwards or ends elsewhere than
the hole, by the number of its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from gis_service.surveys.rules import Medium, Odour, PointKind, PositionMethod, WasteClass


@dataclass(frozen=True)
class Layer:
    """地层: from-to, what it is, and whether it is waste. Fill (冲填土, 素填土) is not waste."""

    from_m: Decimal
    to_m: Decimal
    soil_name: str
    is_waste: bool
    waste_class: WasteClass | None = None
    composition_pct: Mapping[str, Decimal] = field(default_factory=dict)
    """Shares of what it is made of (words of `words.toml`), sum 100; empty where nobody sorted it."""
    moisture: str = ""
    colour: str = ""
    odour: Odour | None = None
    degradation: str = ""
    description: str = ""
    row: int | None = None
    """The row of the file it came from."""

    @property
    def thickness_m(self) -> Decimal:
        return self.to_m - self.from_m


@dataclass(frozen=True)
class Result:
    """One value of the laboratory. `qualifier` is `<` below the limit of detection, else empty."""

    analyte: str
    value: Decimal
    unit: str
    method: str = ""
    detection_limit: Decimal | None = None
    qualifier: str = ""


@dataclass(frozen=True)
class Sample:
    sample_no: str
    from_m: Decimal
    to_m: Decimal
    medium: Medium
    container: str = ""
    preserved: str = ""
    laboratory: str = ""
    taken_on: date | None = None
    received_on: date | None = None
    results: Sequence[Result] = ()
    row: int | None = None


@dataclass(frozen=True)
class Log:
    """钻孔、探坑、探槽记录. Plane coordinates as written, with the CRS they are written in (EPSG code)."""

    point_no: str
    kind: PointKind
    easting: Decimal
    northing: Decimal
    crs: int
    total_depth_m: Decimal
    bottom_reached: bool
    """Whether it ended in natural ground. If not, its thickness is a lower bound."""
    ground_elev_m: Decimal | None = None
    """1985国家高程基准."""
    position_method: PositionMethod | None = None
    made_on: date | None = None
    contractor: str = ""
    driller: str = ""
    logger: str = ""
    diameter_mm: Decimal | None = None
    water_first_m: Decimal | None = None
    water_stable_m: Decimal | None = None
    odour: Odour | None = None
    gas: Mapping[str, Decimal] = field(default_factory=dict)
    """Readings of gas by name: CH4_pct, H2S_ppm, LEL_pct."""
    pid_ppm: Decimal | None = None
    backfilled_on: date | None = None
    remark: str = ""
    layers: Sequence[Layer] = ()
    samples: Sequence[Sample] = ()
    row: int | None = None

    @property
    def waste(self) -> list[Layer]:
        return [layer for layer in self.layers if layer.is_waste]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a log: a code, the field, the row it stands in, and the sentence in both languages."""

    code: str
    field: str
    row: int | None
    zh: str
    en: str


def waste_thickness_m(log: Log) -> Decimal:
    """The sum of the waste layers, without the soil between them."""
    return sum((layer.thickness_m for layer in log.waste), Decimal(0))


def waste_top_m(log: Log) -> Decimal | None:
    """Depth of the first waste: the thickness of the cover."""
    return log.waste[0].from_m if log.waste else None


def waste_bottom_m(log: Log) -> Decimal | None:
    return log.waste[-1].to_m if log.waste else None


def soil_between_m(log: Log) -> Decimal:
    """Soil between layers of waste, which has to be dug too."""
    if not log.waste:
        return Decimal(0)
    return log.waste[-1].to_m - log.waste[0].from_m - waste_thickness_m(log)


def is_open_ended(log: Log) -> bool:
    """The hole stopped inside waste: what it shows is a lower bound."""
    return not log.bottom_reached and bool(log.layers) and log.layers[-1].is_waste


def faults(log: Log) -> list[Fault]:
    """Every contradiction of a log in itself; empty when it may be kept."""
    return [*_of_the_hole(log), *_of_the_layers(log), *_of_the_samples(log)]


def _of_the_hole(log: Log) -> list[Fault]:
    found = []
    if log.total_depth_m <= 0:
        found.append(
            Fault("depth", "total_depth_m", log.row, f"孔深 {log.total_depth_m} m 应大于 0", f"the depth of {log.total_depth_m} m must be above 0")
        )  # fmt: skip
    for name, value in (("water_first_m", log.water_first_m), ("water_stable_m", log.water_stable_m)):
        if value is not None and value > log.total_depth_m:
            found.append(
                Fault("water_depth", name, log.row, f"水位埋深 {value} m 超过孔深 {log.total_depth_m} m", f"the water at {value} m lies below the hole's {log.total_depth_m} m")
            )  # fmt: skip
    if not log.layers:
        found.append(Fault("no_layers", "layers", log.row, "没有地层记录", "no layers are recorded"))
    return found


def _of_the_layers(log: Log) -> list[Fault]:
    found = [fault for layer in log.layers for fault in _of_one_layer(layer)]
    if found or not log.layers:
        return found
    first, last = log.layers[0], log.layers[-1]
    if first.from_m != 0:
        found.append(
            Fault("first_layer", "from_m", first.row, f"首层应从 0 m 开始,现为 {first.from_m} m", f"the first layer must begin at 0 m, not at {first.from_m} m")
        )  # fmt: skip
    for above, below in pairwise(log.layers):
        if below.from_m > above.to_m:
            found.append(
                Fault("gap", "from_m", below.row, f"{above.to_m} m 至 {below.from_m} m 之间没有记录", f"nothing is recorded between {above.to_m} m and {below.from_m} m")
            )  # fmt: skip
        elif below.from_m < above.to_m:
            found.append(
                Fault("overlap", "from_m", below.row, f"与上一层重叠:上一层至 {above.to_m} m,本层从 {below.from_m} m", f"overlaps the layer above, which ends at {above.to_m} m, from {below.from_m} m")
            )  # fmt: skip
    if last.to_m != log.total_depth_m:
        way = ("超过", "below") if last.to_m > log.total_depth_m else ("未到", "short of")
        found.append(
            Fault("last_layer", "to_m", last.row, f"末层底 {last.to_m} m {way[0]}孔深 {log.total_depth_m} m", f"the last layer ends at {last.to_m} m, {way[1]} the depth of {log.total_depth_m} m")
        )  # fmt: skip
    return found


def _of_one_layer(layer: Layer) -> list[Fault]:
    found = []
    if layer.from_m < 0:
        found.append(
            Fault(
                "negative_depth",
                "from_m",
                layer.row,
                f"层顶 {layer.from_m} m 为负",
                f"the top at {layer.from_m} m is negative",
            )
        )
    if layer.to_m <= layer.from_m:
        found.append(
            Fault("upside_down", "to_m", layer.row, f"层底 {layer.to_m} m 应深于层顶 {layer.from_m} m", f"the bottom at {layer.to_m} m must lie below the top at {layer.from_m} m")
        )  # fmt: skip
    total = sum(layer.composition_pct.values(), Decimal(0))
    if layer.composition_pct and abs(total - 100) > Decimal("0.5"):
        found.append(
            Fault("composition", "composition_pct", layer.row, f"组分合计 {total} %,应为 100 %", f"the composition sums to {total} %, not 100 %")
        )  # fmt: skip
    if layer.waste_class is not None and not layer.is_waste:
        found.append(
            Fault("class_without_waste", "waste_class", layer.row, f"“{layer.soil_name}”不是固废,不应有固废类别", f"'{layer.soil_name}' is no waste and has no class of waste")
        )  # fmt: skip
    return found


def _of_the_samples(log: Log) -> list[Fault]:
    found = []
    for sample in log.samples:
        if sample.from_m < 0 or sample.to_m < sample.from_m or sample.to_m > log.total_depth_m:
            found.append(
                Fault(
                    "sample_depth", "from_m", sample.row,
                    f"样品 {sample.sample_no} 的深度 {sample.from_m}–{sample.to_m} m 不在孔深 {log.total_depth_m} m 以内",
                    f"sample {sample.sample_no} at {sample.from_m}–{sample.to_m} m does not lie within the {log.total_depth_m} m of the hole",
                )
            )  # fmt: skip
    return found
