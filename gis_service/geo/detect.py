"""Which coordinate system numbers are in: concluded from the values, or a declaration checked against them.

Rules of domain 3.2: seven digits of northing and eight of easting mean a zone prefix; six of easting need a zone from
elsewhere; degrees, swapped axes and web Mercator show in the magnitudes. What stays ambiguous is asked, not guessed.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from gis_service.geo import shift as shifts
from gis_service.geo.crs import (
    BELTS,
    CGCS2000,
    WEB_MERCATOR,
    Belt,
    CrsConflict,
    CrsError,
    Sentence,
    UnknownCrs,
    ZoneConflict,
    as_crs,
    belt,
    epsg_of,
    steps,
    transform_xy,
)
from gis_service.geo.fit import Fit

Floats = NDArray[np.float64]
Shift = shifts.Kind
Source = Literal["file", "given", "detected"]
Kind = Literal["degrees", "prefixed", "plain", "mercator", "ambiguous", "none"]

SAMPLE_SIZE = 2000
#: Share of sampled points that must show the same pattern before it is believed; the others are told row by row.
MAJORITY = 0.8


@dataclass(frozen=True)
class District:
    """Where the coordinates of this deployment are expected, in metres without zone prefix (domain 3.2)."""

    central_meridian: int = 114
    easting: tuple[float, float] = (440_000, 475_000)
    northing: tuple[float, float] = (2_460_000, 2_490_000)

    @property
    def zone(self) -> int:
        return self.central_meridian // 3

    def holds(self, easting: float, northing: float) -> bool:
        return self.easting[0] <= easting <= self.easting[1] and self.northing[0] <= northing <= self.northing[1]


ZHUHAI_HIGH_TECH = District()


class Pattern(NamedTuple):
    """What a pair of numbers looks like; `zone` only with a prefix, `swapped` when north comes before east."""

    kind: Kind
    zone: int | None = None
    swapped: bool = False


NOTHING = Pattern("none")


def _zone_prefix(east: float) -> int | None:
    """Zone number in front of an easting of 500 000 m ± 400 km, if it is a zone of China."""
    zone, metres = divmod(east, 1_000_000)
    return int(zone) if belt(int(zone), prefixed=True) and 100_000 <= metres <= 900_000 else None


def _upright(east: float, north: float) -> Pattern:
    """Pattern of a pair taken as (east, north), for places in China (3°–54°N, 73°–136°E)."""
    if 73 <= east <= 136 and 3 <= north <= 54:
        return Pattern("degrees")
    mercator = 8.1e6 <= east <= 15.2e6 and 0.33e6 <= north <= 7.2e6
    zone = _zone_prefix(east) if 0.3e6 <= north <= 6e6 else None
    if zone is not None:
        return Pattern("ambiguous") if mercator else Pattern("prefixed", zone)
    if mercator:
        return Pattern("mercator")
    if 100_000 <= east <= 900_000 and 1.5e6 <= north <= 6e6:
        return Pattern("plain")
    return NOTHING


def pattern(first: float, second: float) -> Pattern:
    """What one pair of numbers looks like, in either order.

    >>> pattern(38453649.888, 2473733.499)
    Pattern(kind='prefixed', zone=38, swapped=False)
    >>> pattern(22.36, 113.55)
    Pattern(kind='degrees', zone=None, swapped=True)
    """
    found = _upright(first, second)
    if found != NOTHING:
        return found
    turned = _upright(second, first)
    return turned._replace(swapped=True) if turned != NOTHING else NOTHING


def sample(xy: Floats) -> Floats:
    """At most SAMPLE_SIZE finite rows of an (n, 2) array, spread evenly."""
    finite = xy[np.isfinite(xy).all(axis=1)]
    return finite[:: max(1, math.ceil(len(finite) / SAMPLE_SIZE))]


def majority(xy: Floats) -> Pattern:
    """The pattern most points show, or nothing where they do not agree."""
    counts = Counter(pattern(a, b) for a, b in sample(xy).tolist())
    if not counts:
        return NOTHING
    winner, votes = counts.most_common(1)[0]
    return winner if votes >= MAJORITY * counts.total() else NOTHING


def looks_packed(xy: Floats) -> bool:
    """Whether degrees may be packed ddd.mmss (113.3300 = 113°33′00″): no minute and no second reaches 60.

    Needs five values and some digit behind the minutes; otherwise ordinary degrees would be suspected.
    """
    values = np.unique(sample(xy).ravel())
    if len(values) < 5:
        return False
    digits = np.rint((values % 1) * 10_000).astype(int) % 10_000
    minutes, seconds = digits // 100, digits % 100
    return bool((minutes < 60).all() and (seconds < 60).all() and (seconds > 0).any())


# --- concluding --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """The system coordinates are in, why we think so, and what was corrected on the way."""

    crs: CRS
    axis_swapped: bool = False
    source: Source = "detected"
    evidence: tuple[Sentence, ...] = ()
    warnings: tuple[tuple[str, Sentence], ...] = ()
    fit: Fit | None = None
    """The way from the file's own numbers into `crs`, where control points were given."""
    shift: Shift | None = None
    """How degrees are shifted that the numbers give, where a person said so."""

    @property
    def epsg(self) -> int | None:
        return epsg_of(self.crs)

    @property
    def evidence_zh(self) -> list[str]:
        return [sentence.zh for sentence in self.evidence]

    @property
    def evidence_en(self) -> list[str]:
        return [sentence.en for sentence in self.evidence]

    @property
    def converted(self) -> bool:
        """Whether the outlines are not simply those of the file in another system."""
        return self.fit is not None or self.shift is not None

    def degrees(self, east: Floats, north: Floats) -> tuple[Floats, Floats]:
        """CGCS2000 degrees of (east, north) numbers of the file; what cannot be transformed becomes infinite."""
        if self.fit is not None:
            east, north = self.fit.apply(east, north)
        lon, lat = transform_xy(east, north, self.crs, CGCS2000)
        return (lon, lat) if self.shift is None else shifts.unshifted(self.shift, lon, lat)

    def because(self, zh: str, en: str) -> "Finding":
        return replace(self, evidence=(*self.evidence, Sentence(zh, en)))

    def said_first(self, sentence: Sentence) -> "Finding":
        """The same with its first evidence replaced, where the reader knows better why it was declared so."""
        return replace(self, evidence=(sentence, *self.evidence[1:]))

    def known_from(self, source: Source) -> "Finding":
        return replace(self, source=source)

    def warned(self, code: str, zh: str, en: str) -> "Finding":
        return replace(self, warnings=(*self.warnings, (code, Sentence(zh, en))))


def pair_shown(xy: Floats) -> str:
    middle = sample(xy)
    if not len(middle):
        return "—"
    first, second = middle[len(middle) // 2]
    return f"({first:.10g}, {second:.10g})"


def unknown(xy: Floats) -> UnknownCrs:
    """The refusal for numbers that could be anything, with the way out."""
    example = pair_shown(xy)
    hint_zh, hint_en = "", ""
    values = sample(xy)
    if len(values) and np.abs(values).max() <= 180:
        hint_zh, hint_en = "(若为经纬度，用 --crs EPSG:4490)", " (if they are degrees: --crs EPSG:4490)"
    elif majority(xy).kind == "plain":
        hint_zh = "(东坐标没有带号，例如 114°E 用 --crs EPSG:4547)"
        hint_en = " (the easting has no zone number; for 114°E: --crs EPSG:4547)"
    return UnknownCrs(
        f"文件没有可用的坐标系，坐标值 {example} 也无法判断。请用 --crs EPSG:… 指明坐标系{hint_zh}。",
        f"The file names no usable coordinate system, and the values {example} do not tell it. "
        f"Name it with --crs EPSG:…{hint_en}.",
        example=example,
    )


def detect(
    xy: Floats, *, zone: int | None = None, district: District = ZHUHAI_HIGH_TECH, decimal: bool = False
) -> Finding:
    """Conclude the system from the values of an (n, 2) array in (east, north) order, or refuse.

    `decimal` says that degrees are known to be decimal, so that nobody need suspect packed ones.

    `zone` is a zone number declared beside the coordinates (带号); without one, eastings without a prefix are taken
    to be in the district's own zone only where they lie inside the district.
    """
    seen = majority(xy)
    example = pair_shown(xy)
    if seen.kind == "degrees":
        found = _degrees(xy, seen, example, decimal=decimal)
    elif seen.kind == "prefixed" and seen.zone is not None:
        found = _prefixed(seen.zone, zone, example)
    elif seen.kind == "plain":
        found = _plain(xy, seen, zone, district)
    elif seen.kind == "mercator":
        found = Finding(as_crs(WEB_MERCATOR)).because(
            f"坐标值 {example} 是网络地图的 Web 墨卡托米(EPSG:3857)",
            f"The values {example} are metres of web Mercator (EPSG:3857)",
        )
    else:
        raise unknown(xy)
    return _swap(found) if seen.swapped else found


def _swap(found: Finding) -> Finding:
    return replace(found, axis_swapped=True).warned(
        "crs.axes_swapped",
        "坐标顺序颠倒(北坐标在前、东坐标在后)，已自动对调，请核对地块位置",
        "The axes are swapped (north before east); they were exchanged, please check where the parcels lie",
    )


def _degrees(xy: Floats, seen: Pattern, example: str, *, decimal: bool) -> Finding:
    if not decimal and looks_packed(xy):
        raise UnknownCrs(
            f"坐标值 {example} 可能是“度.分秒”(113.3300=113°33′00″)，也可能是十进制度。"
            "若确为十进制度请用 --crs EPSG:4490 指明，否则请先换算成十进制度。",
            f"The values {example} may be packed degrees.minutes-seconds (113.3300 = 113°33′00″) or decimal degrees. "
            "If they are decimal degrees pass --crs EPSG:4490; otherwise convert them first.",
            example=example,
        )
    order = ("纬度在前", "latitude first") if seen.swapped else ("经度在前", "longitude first")
    return Finding(as_crs(CGCS2000)).because(
        f"坐标值 {example} 是中国范围内的经纬度({order[0]})，按 CGCS2000 经纬度 EPSG:4490",
        f"The values {example} are degrees inside China ({order[1]}): CGCS2000, EPSG:4490",
    )


def _prefixed(prefix: int, declared: int | None, example: str) -> Finding:
    here = belt(prefix, prefixed=True)
    assert here is not None  # noqa: S101 - a pattern only names zones that exist
    if declared is not None and declared != prefix:
        raise ZoneConflict(
            f"带号不符：声明的带号是 {declared}，而东坐标的前两位是 {prefix} {example}。请核对带号或坐标。",
            f"Zone conflict: zone {declared} is declared, but the eastings begin with {prefix} {example}. "
            "Check the zone number or the coordinates.",
            declared=declared,
            found=prefix,
        )
    return Finding(as_crs(here.epsg)).because(
        f"东坐标 8 位、前两位 {prefix}：{here.width}°带第 {prefix} 带，中央子午线 {here.central_meridian}°E，"
        f"EPSG:{here.epsg} {example}",
        f"Eastings of 8 digits begin with {prefix}: {here.width}° zone {prefix}, central meridian "
        f"{here.central_meridian}°E, EPSG:{here.epsg} {example}",
    )


def _plain(xy: Floats, seen: Pattern, zone: int | None, district: District) -> Finding:
    values = sample(xy)
    east, north = np.median(values[:, ::-1] if seen.swapped else values, axis=0)
    if zone is not None and (here := belt(zone, prefixed=False)):
        return Finding(as_crs(here.epsg)).because(
            f"东坐标 6 位、无带号前缀，带号 {zone} 另行声明：中央子午线 {here.central_meridian}°E，EPSG:{here.epsg}",
            f"Eastings of 6 digits without prefix, zone {zone} is declared: central meridian "
            f"{here.central_meridian}°E, EPSG:{here.epsg}",
        )
    here = belt(district.zone, prefixed=False)
    if zone is None and here and district.holds(float(east), float(north)):
        zh = f"东坐标无带号且未声明带号，但坐标落在本区范围内，按中央子午线 {district.central_meridian}°E，EPSG:{here.epsg}"
        en = (
            "Eastings without a zone, none declared, but they lie inside the district: central meridian "
            f"{district.central_meridian}°E, EPSG:{here.epsg}"
        )
        return Finding(as_crs(here.epsg)).because(zh, en).warned("crs.zone_assumed", zh, en)
    raise unknown(xy)


def reconcile(declared: CRS, xy: Floats, *, source: Source = "file", district: District = ZHUHAI_HIGH_TECH) -> Finding:
    """Check a declared system against the values: correct what is unambiguous (and warn), refuse the rest.

    A system named by a person is never replaced, only its axes may be exchanged.
    """
    steps(declared, as_crs(CGCS2000))
    name = _label(declared)
    said = (
        ("导入时指定的坐标系", "The system given for this import")
        if source == "given"
        else ("文件声明的坐标系", "The system the file declares")
    )
    found = Finding(declared, source=source).because(f"{said[0]}：{name}", f"{said[1]}: {name}")
    seen = majority(xy)
    if not len(sample(xy)) or _agrees(declared, seen, xy):
        return _checked_place(found, xy)
    if _agrees(declared, seen._replace(swapped=not seen.swapped), xy[:, ::-1]):
        return _checked_place(_swap(found), xy[:, ::-1])
    return _replaced(found, seen, xy, district)


def _label(crs: CRS) -> str:
    epsg = epsg_of(crs)
    return f"{crs.name} (EPSG:{epsg})" if epsg else crs.name


def _agrees(declared: CRS, seen: Pattern, xy: Floats) -> bool:
    """Whether values can be in the declared system as they stand."""
    here = BELTS.get(epsg_of(declared) or 0)
    if here is not None:
        if here.prefixed:
            return seen == Pattern("prefixed", here.zone) or _ambiguous_zone(here, xy)
        return seen.kind in ("plain", "none") and not seen.swapped
    share = _share_in_degrees(xy)
    if declared.is_geographic:
        return share >= MAJORITY and not (seen.kind == "degrees" and seen.swapped)
    if declared.is_projected:
        return seen.kind != "degrees"
    return True


def _ambiguous_zone(here: Belt, xy: Floats) -> bool:
    """Zones 13–15 look like web Mercator; a declaration settles it."""
    values = sample(xy)
    return bool(len(values)) and _zone_prefix(float(np.median(values[:, 0]))) == here.zone


def _share_in_degrees(xy: Floats) -> float:
    values = sample(xy)
    inside = (np.abs(values[:, 0]) <= 180) & (np.abs(values[:, 1]) <= 90)
    return float(inside.mean()) if len(values) else 1.0


def _replaced(found: Finding, seen: Pattern, xy: Floats, district: District) -> Finding:
    """Another system that the values show beyond doubt, or a refusal."""
    here = BELTS.get(epsg_of(found.crs) or 0)
    prefixed = belt(seen.zone, prefixed=True) if seen.zone is not None else None
    if here and prefixed and (here.central_meridian, here.width) != (prefixed.central_meridian, prefixed.width):
        raise _zone_conflict(found.crs, prefixed, xy)
    try:
        better = detect(xy, zone=here.zone if here else None, district=district)
    except UnknownCrs:
        raise _conflict(found.crs, xy) from None
    if found.source == "given":
        raise _conflict(found.crs, xy, better)
    zh = f"声明的坐标系是 {_label(found.crs)}，坐标值却不是；按坐标值改用 {_label(better.crs)}，请核对"
    en = f"The file declares {_label(found.crs)}, but the values are {_label(better.crs)}, which was used; please check"
    return replace(better, evidence=(*found.evidence, *better.evidence)).warned("crs.declaration_wrong", zh, en)


def _zone_conflict(declared: CRS, seen: Belt, xy: Floats) -> ZoneConflict:
    return ZoneConflict(
        f"带号不符：坐标系是 {_label(declared)}，而东坐标的前两位是 {seen.zone}(中央子午线 {seen.central_meridian}°E) "
        f"{pair_shown(xy)}。请核对坐标，或用 --crs EPSG:{seen.epsg} 指明。",
        f"Zone conflict: the system is {_label(declared)}, but the eastings begin with {seen.zone} (central meridian "
        f"{seen.central_meridian}°E) {pair_shown(xy)}. Check the coordinates, or pass --crs EPSG:{seen.epsg}.",
        declared=_label(declared),
        found=seen.zone,
    )


def _conflict(declared: CRS, xy: Floats, better: Finding | None = None) -> CrsError:
    hint = (
        ("", "")
        if better is None
        else (
            f"坐标值像 {_label(better.crs)}，可用 --crs EPSG:{better.epsg}。",
            f" The values look like {_label(better.crs)}: try --crs EPSG:{better.epsg}.",
        )
    )
    kind = ZoneConflict if BELTS.get(epsg_of(declared) or 0) and better and BELTS.get(better.epsg or 0) else CrsConflict
    shown = pair_shown(_misfit(declared, xy))
    title = ("带号不符：", "Zone conflict: ") if kind is ZoneConflict else ("", "")
    return kind(
        f"{title[0]}坐标系 {_label(declared)} 与坐标值 {shown} 不符。{hint[0]}请核对后用 --crs EPSG:… 指明正确的坐标系。",
        f"{title[1]}The system {_label(declared)} does not fit the values {shown}.{hint[1]} "
        "Name the right system with --crs EPSG:….",
        declared=_label(declared),
        example=shown,
    )


def _misfit(declared: CRS, xy: Floats) -> Floats:
    """Values that cannot be in a declared system of degrees; all of them where that does not tell."""
    values = sample(xy)
    beyond = (np.abs(values[:, 0]) > 180) | (np.abs(values[:, 1]) > 90)
    return values[beyond] if declared.is_geographic and beyond.any() else xy


def _checked_place(found: Finding, xy: Floats) -> Finding:
    """Warn where the values, though readable, lie far outside the area the system is made for (a wrong belt)."""
    area, values = found.crs.area_of_use, sample(xy)
    if area is None or not len(values) or area.west > area.east:
        return found
    lon, lat = _position(values, found.crs)
    slack = 1.0
    if area.west - slack <= lon <= area.east + slack and area.south - slack <= lat <= area.north + slack:
        return found
    return found.warned(
        "crs.outside_area_of_use",
        f"坐标换算后在 {lon:.4f}°E {lat:.4f}°N，超出 {_label(found.crs)} 的适用范围，可能选错了带",
        f"The coordinates lie at {lon:.4f}°E {lat:.4f}°N, outside the area {_label(found.crs)} is made for: "
        "perhaps the wrong zone",
    )


def _position(values: Floats, crs: CRS) -> tuple[float, float]:
    """Longitude and latitude of the middle of some points."""
    east, north = np.median(values, axis=0)
    lon, lat = transform_xy(np.array([east]), np.array([north]), crs, CGCS2000)
    return float(lon[0]), float(lat[0])


MERCATOR_EDGE = 20_037_508.35
"""Where the world ends in web Mercator, in metres: beyond, numbers would go round it once more."""


def misplaced(bounds: Floats, crs: CRS) -> NDArray[np.bool_]:
    """Which of (n, 4) bounds (west, south, east, north, in `crs`) cannot be in that system: another zone, no degrees."""
    low, high = bounds[:, :2], bounds[:, 2:]
    least, most = (-np.inf, -np.inf), (np.inf, np.inf)
    here = BELTS.get(epsg_of(crs) or 0)
    if here is not None:
        base = here.zone * 1e6 if here.prefixed else 0.0
        least, most = (base, 0.0), (base + 1e6, 1e7)
    elif crs.is_geographic:
        least, most = (-180.0, -90.0), (180.0, 90.0)
    elif epsg_of(crs) == WEB_MERCATOR:
        least, most = (-MERCATOR_EDGE, -MERCATOR_EDGE), (MERCATOR_EDGE, MERCATOR_EDGE)
    inside = (low >= least) & (high <= most) & np.isfinite(low) & np.isfinite(high)
    outside: NDArray[np.bool_] = np.logical_not(np.all(inside, axis=1))
    return outside


def first_points(shapes: Sequence[BaseGeometry | None]) -> Floats:
    """One (east, north) pair for each geometry that has any: what detection looks at."""
    kept = [shape for shape in shapes if shape is not None and not shape.is_empty]
    coordinates, index = shapely.get_coordinates(np.array(kept, dtype=object), return_index=True)
    _, first = np.unique(index, return_index=True)
    found: Floats = coordinates[first]
    return found
