"""Coordinate systems: the zones of CGCS2000, reading their names, and transforming without guessing.

CGCS2000 codes follow from the zone number (EPSG registry): 3° zones 25–45, 6° zones 13–23, each once with the
zone number in front of the easting and once without. A prefix alone therefore tells the width of the belt.
In Chinese surveying X is north and Y is east; here every pair is (east, north).
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]

CGCS2000 = 4490
WGS84 = 4326
WEB_MERCATOR = 3857

#: Datums for which PROJ only knows a "ballpark" shift, or regional oil-field shifts that are wrong here.
LEGACY_DATUMS = {4610: "西安80 (Xi'an 1980)", 4214: "北京54 (Beijing 1954)", 4555: "新北京54 (New Beijing)"}


class Sentence(NamedTuple):
    """One thing said twice: in Chinese and in English."""

    zh: str
    en: str


class CrsError(ValueError):
    """The coordinates cannot be placed on the earth; `zh` and `en` say why and what to do."""

    code = "crs"

    def __init__(self, zh: str, en: str, **facts: Any) -> None:
        super().__init__(en)
        self.zh, self.en, self.facts = zh, en, facts


class LegacyDatum(CrsError):
    """Xi'an 80 or Beijing 54: the parameters to CGCS2000 are local and not public."""

    code = "crs.legacy_datum"


class NoTransformation(CrsError):
    """No transformation of known accuracy leads from one system to the other."""

    code = "crs.no_transformation"


class UnknownCrs(CrsError):
    """Nothing tells which system the numbers are in."""

    code = "crs.unknown"


class ZoneConflict(CrsError):
    """The zone that is declared is not the zone in the coordinates."""

    code = "crs.zone_conflict"


class CrsConflict(CrsError):
    """What is declared and what the numbers look like exclude each other."""

    code = "crs.conflict"


class CrsNotUnderstood(CrsError):
    """A coordinate system was named in a way that cannot be read."""

    code = "crs.not_understood"


# --- zones of CGCS2000 -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Belt:
    """One Gauss–Krüger belt of CGCS2000: zone 38 is 3° wide around 114°E."""

    zone: int
    width: Literal[3, 6]
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        return 3 * self.zone if self.width == 3 else 6 * self.zone - 3

    @property
    def epsg(self) -> int:
        """EPSG code by formula.

        >>> Belt(38, 3, prefixed=False).epsg, Belt(38, 3, prefixed=True).epsg, Belt(19, 6, prefixed=True).epsg
        (4547, 4526, 4497)
        """
        if self.width == 3:
            return (4513 if self.prefixed else 4534) + self.zone - 25
        return (4491 if self.prefixed else 4502) + self.zone - 13


def belt(zone: int, *, prefixed: bool) -> Belt | None:
    """The belt a zone number names: 25–45 are 3° zones, 13–23 are 6° zones, others none."""
    if 25 <= zone <= 45:
        return Belt(zone, 3, prefixed)
    if 13 <= zone <= 23:
        return Belt(zone, 6, prefixed)
    return None


BELTS = {b.epsg: b for zone in (*range(13, 24), *range(25, 46)) for p in (True, False) if (b := belt(zone, prefixed=p))}


def zone_at(longitude: float) -> int:
    """Number of the 3° zone a longitude lies in.

    >>> zone_at(113.55)
    38
    """
    return math.floor(longitude / 3 + 0.5)


# --- naming and transforming -------------------------------------------------------------------------------------

_NAMED = {"CGCS2000": CGCS2000, "WGS84": WGS84, "WGS-84": WGS84, "CRS84": WGS84}
_CODE = re.compile(r"(?:urn:ogc:def:crs:)?(?:EPSG:)?(?:[\d.]*:)?(\d{4,6})", re.IGNORECASE)


def parse(text: str) -> CRS:
    """The system a person or a file names: `EPSG:4547`, `4547`, `CGCS2000`, `urn:ogc:def:crs:OGC:1.3:CRS84`.

    Only names are understood, never PROJ strings, WKT or files.
    """
    name = text.strip()
    code = _NAMED.get(name.upper().rsplit(":", 1)[-1])
    if code is None and (match := _CODE.fullmatch(name)):
        code = int(match.group(1))
    try:
        if code is not None:
            return CRS.from_epsg(code)
    except CRSError:
        pass
    raise CrsNotUnderstood(
        f"不认识坐标系“{name[:60]}”。请写成 EPSG 代码，例如 EPSG:4547(3°带无带号)、EPSG:4526(带号38)、EPSG:4490(经纬度)。",
        f"The coordinate system '{name[:60]}' is not understood. Write an EPSG code, for example EPSG:4547 "
        "(3° zone without prefix), EPSG:4526 (prefix 38) or EPSG:4490 (degrees).",
        given=name[:60],
    )


def as_crs(crs: CRS | int) -> CRS:
    return crs if isinstance(crs, CRS) else _from_epsg(crs)


@lru_cache(maxsize=64)
def _from_epsg(epsg: int) -> CRS:
    return CRS.from_epsg(epsg)


@lru_cache(maxsize=64)
def epsg_of(crs: CRS) -> int | None:
    """EPSG code of a system: by its name, or, where somebody named it otherwise, by its parameters."""
    code = crs.to_epsg()
    if code is None and crs.is_geographic:
        code = crs.to_epsg(min_confidence=25)  # such as WGS 84 written with axes in the order of maps
        return code if code in (WGS84, CGCS2000, *LEGACY_DATUMS) else None
    if code is None and crs.is_projected and datum_epsg(crs) == CGCS2000:
        return _BELT_CODES.get(_gauss_parameters(crs))
    return code


#: EPSG codes of the parameters of a Gauss–Krüger projection: meridian, false easting, latitude, scale, false northing.
_GAUSS = ("8802", "8806", "8801", "8805", "8807")
_BELT_CODES: dict[tuple[float, ...], int] = {
    (b.central_meridian, 500_000 + (1_000_000 * b.zone if b.prefixed else 0), 0, 1, 0): b.epsg
    for b in sorted(BELTS.values(), key=lambda b: b.width, reverse=True)
}


def _gauss_parameters(crs: CRS) -> tuple[float, ...]:
    operation = crs.coordinate_operation
    values = {p.code: p.value for p in operation.params} if operation else {}
    return tuple(round(float(values.get(code, math.nan)), 6) for code in _GAUSS)


@lru_cache(maxsize=64)
def datum_epsg(crs: CRS) -> int | None:
    """EPSG code of the geographic system below a projected one: what decides whether datums differ."""
    geodetic = crs.geodetic_crs
    return None if geodetic is None else epsg_of(geodetic)


@lru_cache(maxsize=64)
def steps(source: CRS, target: CRS) -> tuple[Transformer, ...]:
    """The transformations from one system to another, refused where their accuracy is unknown.

    PROJ does not fail on Xi'an 80 or Beijing 54: it returns the input unchanged as a "ballpark" operation. WGS 84 and
    CGCS2000 are one and the same here (domain 3.1: differences of decimetres), so the way leads through both.
    """
    for crs in (source, target):
        _refuse_legacy(crs)
    legs = [(source, target)]
    if (datum_epsg(source) == CGCS2000) != (datum_epsg(target) == CGCS2000):
        cgcs_first = datum_epsg(source) == CGCS2000
        hubs = (CGCS2000, WGS84) if cgcs_first else (WGS84, CGCS2000)
        legs = [(source, as_crs(hubs[0])), (as_crs(hubs[1]), target)]
    return tuple(_transformer(a, b) for a, b in legs if a != b)


def _refuse_legacy(crs: CRS) -> None:
    datum = LEGACY_DATUMS.get(datum_epsg(crs) or 0) or _legacy_by_name(crs)
    if datum is None:
        return
    raise LegacyDatum(
        f"坐标系“{crs.name}”属于{datum}，转换到 CGCS2000 需要本地转换参数(涉密，本系统不提供)，直接转换会偏差数十米以上。"
        "请向测绘或自然资源部门索取 2000 国家大地坐标系成果，或用两个以上已知同名点(控制点)配准后导入(--control-points)。",
        f"The coordinate system '{crs.name}' is based on {datum}. Its way to CGCS2000 needs local parameters, which are "
        "not public; without them the land would lie tens of metres off. Ask the surveying office for coordinates in "
        "CGCS2000, or import with two or more control points known in both systems (--control-points).",
        crs=crs.name,
    )


def _legacy_by_name(crs: CRS) -> str | None:
    """The old datum a home-made definition names, such as D_Xian_1980 with a meridian of its own."""
    name = f"{crs.name} {crs.datum.name if crs.datum else ''}".lower().replace("'", "")
    by_name = (("new beijing", 4555), ("xian", 4610), ("beijing", 4214))
    return next((LEGACY_DATUMS[epsg] for word, epsg in by_name if word in name), None)


def _transformer(source: CRS, target: CRS) -> Transformer:
    try:
        return Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    except ProjError:
        raise NoTransformation(
            f"没有已知精度的方法把“{source.name}”转换到“{target.name}”。请换用 CGCS2000 的数据，或用 --crs 指明正确的坐标系。",
            f"There is no transformation of known accuracy from '{source.name}' to '{target.name}'. Use data in "
            "CGCS2000, or name the right system with --crs.",
            source=source.name,
            target=target.name,
        ) from None


def transform_xy(east: Floats, north: Floats, source: CRS | int, target: CRS | int) -> tuple[Floats, Floats]:
    """Coordinate arrays in another system; what cannot be transformed becomes infinite."""
    for step in steps(as_crs(source), as_crs(target)):
        east, north = step.transform(east, north, errcheck=False)
    return np.asarray(east, dtype=float), np.asarray(north, dtype=float)


Shapes = TypeVar("Shapes", BaseGeometry, NDArray[np.object_])


def transform(shapes: Shapes, source: CRS | int, target: CRS | int) -> Shapes:
    """Geometries in another system, (east, north) in and out; refuses ballpark operations."""
    a, b = as_crs(source), as_crs(target)
    if not steps(a, b):
        return shapes
    moved: Shapes = shapely.transform(shapes, lambda x, y: transform_xy(x, y, a, b), interleaved=False)
    return moved
