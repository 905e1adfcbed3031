"""Which coordinate system the numbers of a table are in, and whether its degrees are packed ddd.mmss."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.geo import crs as systems
from gis_service.geo import detect, notation
from gis_service.parcels.reading import source_crs
from gis_service.parcels.reading.result import Issue, issue, unreadable

_LEGACY = ((4610, re.compile(r"西安-?(?:19)?80|80西安|(?:xi'?an|xian)-?80")), (4214, re.compile(r"北京-?(?:19)?54|54北京|beijing-?54")))  # fmt: skip
_LOCAL = re.compile(r"(?:独立|地方)坐标系?|(?:珠海|城建)坐标系")
_ZONE = re.compile(r"带号:?(\d{2})|第(\d{2})带|(?<!\d)(\d{2})(?:号)?带")
_MERIDIAN = re.compile(r"中央(?:子午线|经线):?(?:东经|e)?(\d{2,3})")


@dataclass(frozen=True)
class Said:
    """What titles, headers and sheet names say of the system."""

    legacy: int | None = None
    local: str | None = None
    zone: int | None = None


def said(texts: Iterable[str]) -> Said:
    """
    >>> said(["2000国家大地坐标系，中央子午线114°"]), said(["西安80坐标系 带号：38"])
    (Said(legacy=None, local=None, zone=38), Said(legacy=4610, local=None, zone=38))
    """
    legacy = local = zone = None
    for text in texts:
        plain = notation.folded(text).replace(" ", "").casefold()
        if "2000" not in plain:
            legacy = legacy or next((code for code, pattern in _LEGACY if pattern.search(plain)), None)
            local = local or (text[:40] if _LOCAL.search(plain) else None)
        zone = zone or _zone(plain)
    return Said(legacy, local, zone)


def _zone(plain: str) -> int | None:
    if match := _ZONE.search(plain):
        zone = int(next(filter(None, match.groups())))
        return zone if systems.belt(zone, prefixed=False) else None
    if (match := _MERIDIAN.search(plain)) and int(match[1]) % 3 == 0:
        meridian = int(match[1])
        return (meridian + 3) // 6 if re.search(r"6°?带|六°?带", plain) else meridian // 3
    return None


@dataclass(frozen=True)
class Numbers:
    """All coordinates of a table as (east, north); `degrees` where they are written with signs of degrees."""

    xy: detect.Floats
    degrees: bool = False
    packed: bool = False


def conclude(
    numbers: Numbers, told: Said, given: str | None, *, layer: str, issues: list[Issue]
) -> tuple[detect.Finding, bool]:
    """The system, and whether degrees have to be unpacked first."""
    packed, evidence = _packed(numbers, given, layer, issues)
    xy = notation.unpacked(numbers.xy) if packed else numbers.xy
    found = _system(xy, told, given, layer, issues)
    return (found.because(*evidence) if evidence else found), packed


def _system(xy: detect.Floats, told: Said, given: str | None, layer: str, issues: list[Issue]) -> detect.Finding:
    if given:
        return source_crs.conclude(None, xy, given, layer=layer, issues=issues)
    if told.local:
        raise unreadable("txt.local_system", name=told.local)
    if told.legacy:
        return source_crs.conclude(systems.as_crs(told.legacy), xy, None, layer=layer, issues=issues)  # refused by name
    return source_crs.detected(xy, zone=told.zone, layer=layer, issues=issues, decimal=True)


def _packed(
    numbers: Numbers, given: str | None, layer: str, issues: list[Issue]
) -> tuple[bool, tuple[str, str] | None]:
    """Whether degrees are packed. Decimal ones are preferred: packed only as the header says, or where all values fit
    and only so they lie in the district; what stays ambiguous is told with the way to tell it otherwise.
    """
    xy = numbers.xy
    fits = notation.fits_packed(xy.ravel())
    if numbers.packed:
        return _as_said(numbers, layer, issues)
    if given or numbers.degrees or not fits or detect.majority(xy).kind != "degrees" or _in_district(xy):
        return False, None
    facts = _facts(xy)
    if not _in_district(notation.unpacked(xy)):
        issues.append(issue("coordinate.maybe_packed", layer=layer, **facts))
        return False, None
    issues.append(issue("coordinate.packed", layer=layer, **facts))
    return True, (
        f"全部 {facts['count']} 个值都符合“度.分秒”，换算后落在本区({facts['example']} → {facts['degrees']}°)",
        (
            f"All {facts['count']} values fit degrees.minutes-seconds and so lie in the district ({facts['example']} is "
            f"{facts['degrees']}°)"
        ),
    )


def _as_said(numbers: Numbers, layer: str, issues: list[Issue]) -> tuple[bool, tuple[str, str] | None]:
    values = np.abs(numbers.xy.ravel())
    digits = np.floor((values % 1) * 10_000 + 1e-5).astype(int)
    wrong = np.flatnonzero((digits // 100 >= 60) | (digits % 100 >= 60))
    if len(wrong):
        raise unreadable("table.not_packed", example=f"{values[wrong[0]]:.10g}")
    facts = _facts(numbers.xy)
    told = issue("coordinate.packed_said", layer=layer, example=facts["example"], degrees=facts["degrees"])
    issues.append(told)
    return True, (told.message_zh, told.message_en)


def _facts(xy: detect.Floats) -> dict[str, Any]:
    example = xy[0, 0]
    return {
        "example": f"{example:.10g}",
        "degrees": f"{notation.unpacked(np.array([example]))[0]:.6f}",
        "count": xy.size,
    }


def _in_district(xy: detect.Floats) -> bool:
    """Whether the middle of degrees, in either order, lies where this deployment's land lies."""
    one, other = np.median(xy, axis=0)
    lon, lat = max(one, other), min(one, other)
    home = detect.ZHUHAI_HIGH_TECH
    here = systems.belt(home.zone, prefixed=False)
    if here is None:
        return False
    east, north = systems.transform_xy(np.array([lon]), np.array([lat]), systems.CGCS2000, here.epsg)
    return home.holds(float(east[0]), float(north[0]))
