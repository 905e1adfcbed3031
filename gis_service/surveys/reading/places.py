"""Where the holes lie: the coordinate system of a file, and every coordinate that cannot be right, with what it probably was.

Rules of domain 3.2 as for parcels (`geo/detect`): eight digits of easting carry the zone, six do not; whole files with north and
east exchanged are turned and said so; a single odd hole is refused with the guess, never moved. Pairs are (east, north).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_service.geo import crs as systems
from gis_service.geo import detect
from gis_service.surveys.reading.result import Entry, Notes, RefusedFile

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

FAR_M = 5_000
"""A hole farther from the middle of the others than this, and than ten times their usual distance, has a wrong digit: a survey
covers a parcel, not a county."""
NEAR_M = 200
"""A guess has to bring a hole so near to the others."""
FEW = 4
"""So many holes are needed before one can be called far from the others."""
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Spot:
    """A hole with its coordinates as written."""

    entry: Entry
    point_no: str
    east: Decimal
    north: Decimal

    @property
    def pair(self) -> tuple[float, float]:
        return float(self.east), float(self.north)

    def turned(self) -> "Spot":
        return replace(self, east=self.north, north=self.east)


@dataclass(frozen=True)
class Placed:
    """The system of the file, and the spots in it; those with an error are among them, named in the notes."""

    crs: int | None
    spots: list[Spot]


def place(spots: list[Spot], said: int | None, box: Box | None, notes: Notes) -> Placed:
    """Conclude the system where nobody said it, turn what is unambiguous, and refuse what lies elsewhere."""
    if not spots:
        return Placed(said, spots)
    spots = _upright(spots, said, notes)
    code = said if said is not None else _concluded(spots, box, notes)
    if code is None:
        return Placed(None, spots)
    system = _metric(code)
    spots = [_with_prefix(spot, code, notes) for spot in spots]
    bad = _not_metres(spots, system, box, notes)
    bad |= _outside([spot for spot in spots if spot.point_no not in bad], system, box, notes)
    _far_from_the_others([spot for spot in spots if spot.point_no not in bad], notes)
    return Placed(code, spots)


def parsed(text: str) -> int | None:
    """The EPSG code in what a file says of its system; None where it says nothing."""
    if not text.strip():
        return None
    found = re.search(r"(?<!\d)(\d{4,6})(?!\d)", text)
    try:
        code = int(found[1]) if found else systems.epsg_of(systems.parse(text))
    except systems.CrsError as fault:
        raise RefusedFile(fault.code, fault.zh, fault.en) from None
    return code


def _metric(code: int) -> CRS:
    """The system, if it gives metres on a plane and its way to CGCS2000 is known."""
    try:
        system = systems.as_crs(code)
        if datum := systems.LEGACY_DATUMS.get(systems.datum_epsg(system) or 0):
            raise RefusedFile(
                "crs_legacy",
                f"坐标系 EPSG:{code} 属于{datum},转换到 CGCS2000 需要不公开的参数。请向测绘部门索取 CGCS2000 坐标后再导入",
                f"EPSG:{code} is based on {datum}, whose way to CGCS2000 is not public. Ask the surveying office for coordinates in CGCS2000",
            )
    except CRSError:
        raise RefusedFile(
            "crs_unknown",
            f"没有 EPSG:{code} 这个坐标系。请写成 EPSG:4547(东坐标 6 位)或 EPSG:4526(带号 38,东坐标 8 位)",
            f"There is no system EPSG:{code}. Write EPSG:4547 (eastings of 6 digits) or EPSG:4526 (8 digits, zone 38)",
        ) from None
    if not system.is_projected:
        raise RefusedFile(
            "crs_degrees",
            f"坐标系 EPSG:{code} 是经纬度,钻孔要用平面坐标(米)。请换算成 EPSG:4547 后再导入",
            f"EPSG:{code} is in degrees; holes need plane coordinates in metres. Convert them to EPSG:4547 first",
        )
    return system


def _upright(spots: list[Spot], said: int | None, notes: Notes) -> list[Spot]:
    """All spots turned where most of them show north before east (only the magnitudes of China tell that)."""
    if said is not None and said not in systems.BELTS:
        return spots
    seen = detect.majority(np.array([spot.pair for spot in spots]))
    if not seen.swapped or seen.kind not in ("prefixed", "plain"):
        return spots
    notes.warning(
        "axes_swapped",
        f"东坐标、北坐标两列整表颠倒(如 {spots[0].point_no}:东 {spots[0].east},北 {spots[0].north}),已对调。请核对位置,并改正表头",
        f"Easting and northing are exchanged throughout (such as {spots[0].point_no}: {spots[0].east}, {spots[0].north}) and were turned. Check where the holes lie and correct the heads",
        at=spots[0].entry,
        field="easting",
    )
    return [spot.turned() if detect.pattern(*spot.pair).swapped else spot for spot in spots]


def _concluded(spots: Sequence[Spot], box: Box | None, notes: Notes) -> int | None:
    """The system the values show: a zone in front, or the district they lie in; else every hole is refused."""
    seen = detect.majority(np.array([spot.pair for spot in spots]))
    if seen.kind == "prefixed" and seen.zone is not None:
        belt = systems.belt(seen.zone, prefixed=True)
        return belt.epsg if belt else None
    here = _belt_of(box)
    if here is not None and (seen.kind == "degrees" or any(_inside(spot.pair, here.epsg, box) for spot in spots)):
        if seen.kind != "degrees":
            notes.warning(
                "crs_assumed",
                f"文件没有写坐标系,坐标落在本区范围内,按 EPSG:{here.epsg}(中央子午线 {here.central_meridian}°E)读取。请核对,并在“说明”表写明",
                f"The file names no coordinate system; its values lie in the district as EPSG:{here.epsg} (central meridian {here.central_meridian}°E), which was used. Check it and name it on the sheet 说明",
            )
        return here.epsg
    raise RefusedFile(
        "crs_missing",
        f"文件没有写坐标系,坐标值(如 {spots[0].east}, {spots[0].north})也看不出来。请在“说明”表写明,如 EPSG:4547,或导入时指定",
        f"The file names no coordinate system and its values (such as {spots[0].east}, {spots[0].north}) do not tell it. Name it on the sheet 说明, such as EPSG:4547, or when importing",
    )


def _belt_of(box: Box | None) -> systems.Belt | None:
    """The 3° belt of the district, without prefix."""
    return systems.belt(systems.zone_at((box[0] + box[2]) / 2), prefixed=False) if box else None


def _with_prefix(spot: Spot, code: int, notes: Notes) -> Spot:
    """The easting as the system writes it: its own zone number is taken off or put in front; the place is the same."""
    belt = systems.BELTS.get(code)
    seen = detect.pattern(*spot.pair)
    if belt is None or seen.swapped:
        return spot
    if not belt.prefixed and seen.kind == "prefixed" and seen.zone == belt.zone:
        east = spot.east - MILLION * belt.zone
    elif belt.prefixed and seen.kind == "plain":
        east = spot.east + MILLION * belt.zone
    else:
        return spot
    notes.warning(
        "zone_prefix",
        f"{spot.point_no} 的东坐标 {spot.east} 与坐标系 EPSG:{code} 的带号写法不同,按 {east} 读取(同一位置)。请核对",
        f"The easting {spot.east} of {spot.point_no} is written with another zone prefix than EPSG:{code}; it was read as {east}, the same place. Please check",
        at=spot.entry,
        field="easting",
    )
    return replace(spot, east=east)


def _not_metres(spots: Sequence[Spot], system: CRS, box: Box | None, notes: Notes) -> set[str]:
    """Degrees where metres belong, and numbers of another zone."""
    bad = set()
    code = systems.epsg_of(system)
    belt = systems.BELTS.get(code or 0)
    for spot in spots:
        seen = detect.pattern(*spot.pair)
        if abs(spot.east) <= 180 and abs(spot.north) <= 180:
            _degrees(spot, seen.swapped, system, notes)
        elif belt is not None and seen.kind == "prefixed" and seen.zone != belt.zone and not seen.swapped:
            notes.error(
                "zone_conflict",
                f"{spot.point_no} 的东坐标 {spot.east} 是 {seen.zone} 带,坐标系 EPSG:{code} 是 {belt.zone} 带。请核对带号,或改写坐标系",
                f"The easting {spot.east} of {spot.point_no} is of zone {seen.zone}, but EPSG:{code} is zone {belt.zone}. Check the zone, or name the other system",
                at=spot.entry, field="easting", point=spot.point_no,
            )  # fmt: skip
        elif belt is not None and seen.swapped and seen.kind in ("plain", "prefixed"):
            notes.error(
                "swapped",
                f"{spot.point_no} 的东坐标、北坐标像是写反了:应为东 {spot.north}、北 {spot.east}。请对调",
                f"Easting and northing of {spot.point_no} look exchanged: it should be east {spot.north}, north {spot.east}. Exchange them",
                at=spot.entry, field="easting", point=spot.point_no,
            )  # fmt: skip
        elif belt is not None and box is None and seen.kind not in ("plain", "prefixed"):
            notes.error(
                "implausible",
                f"{spot.point_no} 的坐标(东 {spot.east},北 {spot.north})不在 EPSG:{code} 的范围内。请核对位数和坐标系",
                f"{spot.point_no} (east {spot.east}, north {spot.north}) cannot lie in EPSG:{code}. Check the digits and the system",
                at=spot.entry, field="easting", point=spot.point_no,
            )  # fmt: skip
        else:
            continue
        bad.add(spot.point_no)
    return bad


def _degrees(spot: Spot, swapped: bool, system: CRS, notes: Notes) -> None:
    lon, lat = spot.pair[::-1] if swapped else spot.pair
    east, north = systems.transform_xy(np.array([lon]), np.array([lat]), systems.CGCS2000, system)
    code = systems.epsg_of(system)
    guess = math.isfinite(float(east[0])) and abs(lat) <= 90 and (lon, lat) != (0, 0)
    hint = (f",换算为 EPSG:{code} 是东 {east[0]:.3f}、北 {north[0]:.3f}", f"; in EPSG:{code} that is {east[0]:.3f}, {north[0]:.3f}")  # fmt: skip
    notes.error(
        "degrees",
        f"{spot.point_no} 的坐标 {spot.east}, {spot.north} 像是经纬度{hint[0] if guess else ''}。请改写成平面坐标(米)",
        f"The coordinates {spot.east}, {spot.north} of {spot.point_no} look like degrees{hint[1] if guess else ''}. Write plane coordinates in metres",
        at=spot.entry, field="easting", point=spot.point_no,
    )  # fmt: skip


def _inside(pair: tuple[float, float], code: CRS | int, box: Box | None) -> bool:
    if box is None:
        return True
    lon, lat = systems.transform_xy(np.array([pair[0]]), np.array([pair[1]]), code, systems.CGCS2000)
    return bool(box[0] <= lon[0] <= box[2] and box[1] <= lat[0] <= box[3])


def _outside(spots: Sequence[Spot], system: CRS, box: Box | None, notes: Notes) -> set[str]:
    """Holes outside the district, each with what would bring it back."""
    if box is None:
        return set()
    try:
        east, north = np.array([spot.pair for spot in spots]).reshape(-1, 2).T
        lon, lat = systems.transform_xy(east, north, system, systems.CGCS2000)
    except systems.CrsError as fault:
        raise RefusedFile(fault.code, fault.zh, fault.en) from None
    west, south, east_end, north_end = box
    inside = (west <= lon) & (lon <= east_end) & (south <= lat) & (lat <= north_end)
    found = [spot for spot, within in zip(spots, inside, strict=True) if not within]
    for spot in found:
        zh, en = _guess(spot, system, box)
        notes.error(
            "outside_district",
            f"{spot.point_no} 的坐标(东 {spot.east},北 {spot.north})不在本区范围内{zh}。请核对坐标和坐标系",
            f"{spot.point_no} (east {spot.east}, north {spot.north}) lies outside the district{en}. Check the coordinates and their system",
            at=spot.entry, field="easting", point=spot.point_no,
        )  # fmt: skip
    return {spot.point_no for spot in found}


def _guess(spot: Spot, system: CRS, box: Box) -> tuple[str, str]:
    """What the writer probably meant: another order, another digit, another system."""
    for (east, north), zh, en in _variants(spot):
        if _inside((float(east), float(north)), system, box):
            return f";{zh},即东 {east}、北 {north},就在区内", f"; {en}, that is {east}, {north}, it would lie inside"
    zone = systems.zone_at((box[0] + box[2]) / 2)
    near = [systems.Belt(each, 3, prefixed=False) for each in (zone - 1, zone, zone + 1)]
    six = math.floor((box[0] + box[2]) / 2 / 6) + 1
    for belt in (*near, systems.Belt(six, 6, prefixed=False), systems.Belt(six + 1, 6, prefixed=False)):
        if _inside(spot.pair, belt.epsg, box):
            meridian = belt.central_meridian
            return (
                f";若坐标系是 EPSG:{belt.epsg}(中央子午线 {meridian}°E),就在区内",
                f"; in EPSG:{belt.epsg} (central meridian {meridian}°E) it would lie inside",
            )
    return "", ""


def _variants(spot: Spot) -> Iterator[tuple[tuple[Decimal, Decimal], str, str]]:
    """The same numbers with one slip of the pen undone."""
    east, north = spot.east, spot.north
    yield (north, east), "东、北对调", "with east and north exchanged"
    for factor, zh, en in ((Decimal(10), "少了一位", "lost a digit"), (Decimal("0.1"), "多了一位", "has a digit too many")):  # fmt: skip
        yield (east * factor, north), f"东坐标可能{zh}", f"the easting probably {en}"
        yield (east, north * factor), f"北坐标可能{zh}", f"the northing probably {en}"


def _slip(spot: Spot, middle: Floats, low: Floats, high: Floats) -> tuple[str, str]:
    """The slip of the pen that brings a hole back among the others, of several the one that brings it nearest."""
    for variants in (_variants(spot), _one_digit(spot)):
        fitting = [
            (math.hypot(float(east) - middle[0], float(north) - middle[1]), east, north, zh, en)
            for (east, north), zh, en in variants
            if low[0] <= east <= high[0] and low[1] <= north <= high[1]
        ]
        if fitting:
            _, east, north, zh, en = min(fitting)
            return f";{zh},约为东 {east}、北 {north}", f"; {en}, it should be about {east}, {north}"
    return "", ""


def _one_digit(spot: Spot) -> Iterator[tuple[tuple[Decimal, Decimal], str, str]]:
    """The same numbers with one digit of their whole metres changed."""
    for value, east in ((spot.east, True), (spot.north, False)):
        digits = str(int(abs(value)))
        for place, old in enumerate(digits):
            for new in "0123456789":
                changed = value + (int(new) - int(old)) * Decimal(10) ** (len(digits) - 1 - place)
                if new != old:
                    pair = (changed, spot.north) if east else (spot.east, changed)
                    zh, en = ("东", "easting") if east else ("北", "northing")
                    yield pair, f"{zh}坐标第 {place + 1} 位可能写错", f"digit {place + 1} of the {en} is probably wrong"


def _far_from_the_others(spots: Sequence[Spot], notes: Notes) -> None:
    """Holes that lie kilometres from the rest, each with the slip that would explain it."""
    if len(spots) < FEW:
        return
    xy = np.array([spot.pair for spot in spots])
    middle = np.median(xy, axis=0)
    away = np.hypot(*(xy - middle).T)
    limit = max(FAR_M, 10 * float(np.median(away)))
    near = xy[away <= limit]
    low, high = near.min(axis=0) - NEAR_M, near.max(axis=0) + NEAR_M
    for spot, distance in zip(spots, away, strict=True):
        if distance <= limit:
            continue
        zh, en = _slip(spot, middle, low, high)
        notes.error(
            "far_away",
            f"{spot.point_no} 的坐标(东 {spot.east},北 {spot.north})离其他孔 {distance / 1000:.0f} km{zh}。请核对原始记录",
            f"{spot.point_no} (east {spot.east}, north {spot.north}) lies {distance / 1000:.0f} km from the other holes{en}. Check the original record",
            at=spot.entry, field="easting", point=spot.point_no,
        )  # fmt: skip
