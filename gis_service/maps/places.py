"""A coordinate as people write it, in any notation, as places on the map.

The notations are those of `geo.notation`, the systems those of `geo.detect`. One pair cannot always tell what it is: decimal
degrees may be packed ones, and either number may come first. Every reading that lies in China is told, the likeliest first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gis_service.geo import notation
from gis_service.geo.crs import CGCS2000, belt, transform_xy
from gis_service.geo.detect import pattern
from gis_service.geo.notation import Written

_APART = re.compile(r"\s*[,，;；、]\s*|\s*\t\s*|\s{2,}|\n")
_NAMES = re.compile(r"(?:^|(?<=[\s,，;；、(（]))[XYxy纵横]\s*(?:坐标)?\s*[:：=＝]\s*|[()（）\[\]]")
_LETTERED = re.compile(
    r"[xX]\s*[:：=＝]?\s*([\d.,]+\d)\s*(?:m|米)?[\s,，;；]*[yY]\s*[:：=＝]?\s*([\d.,]+\d)\s*(?:m|米)?\s*"
)


@dataclass(frozen=True)
class Place:
    """One reading of a pair: where it lies in CGCS2000 degrees, and how it was read."""

    lon: float
    lat: float
    srid: int
    zh: str
    en: str


def places(text: str, metric_srid: int) -> list[Place]:
    """All readings of a text as one place; none where it is no pair of coordinates.

    >>> [(round(p.lon, 4), round(p.lat, 4), p.srid) for p in places("X 2473733.499  Y 453649.888", 4547)]
    [(113.55, 22.36, 4547)]
    >>> [(round(p.lon, 4), round(p.lat, 4)) for p in places("北纬22°21′36″ 东经113°33′00″", 4547)]
    [(113.55, 22.36)]
    """
    pair = _pair(text.strip())
    if pair is None:
        return []
    found: dict[tuple[float, float], Place] = {}
    for place in _readings(*pair, metric_srid):
        found.setdefault((round(place.lon, 7), round(place.lat, 7)), place)
    return list(found.values())


def _pair(text: str) -> tuple[Written, Written] | None:
    """The two coordinates of a text, east or west wherever it stands."""
    if lettered := _LETTERED.fullmatch(text):
        parts = [lettered[1], lettered[2]]
    else:
        parts = _parts(_NAMES.sub(" ", text).strip())
    written = [notation.parse(part) for part in parts]
    if len(written) != 2 or written[0] is None or written[1] is None:
        return None
    return written[0], written[1]


def _parts(text: str) -> list[str]:
    parts = [part for part in _APART.split(text) if part]
    if len(parts) == 2:
        return parts
    words = notation.folded(text).split(" ")
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    # the halves are alike: 113 33 00 22 21 36 is two times three numbers
    cuts.sort(key=lambda cut: abs(cut[0].count(" ") - cut[1].count(" ")))
    return next(([a, b] for a, b in cuts if notation.parse(a) and notation.parse(b)), parts)


def _readings(first: Written, second: Written, metric_srid: int) -> Iterator[Place]:
    if first.hemisphere in ("N", "S") or second.hemisphere in ("E", "W"):
        first, second = second, first
        yield from _as_degrees(first.value, second.value, first.degrees or second.degrees)
        return
    seen = pattern(first.value, second.value)
    east, north = (second.value, first.value) if seen.swapped else (first.value, second.value)
    if seen.kind == "degrees":
        yield from _as_degrees(east, north, first.degrees or second.degrees)
    elif seen.kind in ("prefixed", "ambiguous"):
        for e, n in ((east, north), (north, east)):
            here = belt(int(e // 1_000_000), prefixed=True)
            if here and pattern(e, n).kind in ("prefixed", "ambiguous") and not pattern(e, n).swapped:
                yield from _as_metres(e, n, here.epsg)
        if seen.kind == "ambiguous":
            yield from _as_metres(east, north, 3857)
    elif seen.kind == "plain":
        yield from _as_metres(east, north, metric_srid)
    elif seen.kind == "mercator":
        yield from _as_metres(east, north, 3857)


def _as_degrees(lon: float, lat: float, said: bool) -> Iterator[Place]:
    """Decimal degrees, and the same digits as packed ones where they can be."""
    if not (73 <= lon <= 136 and 3 <= lat <= 54):
        return
    yield Place(lon, lat, 4490, "经纬度" if said else "十进制度", "degrees" if said else "decimal degrees")
    packed = notation.unpacked(np.array([lon, lat]))
    if not said and all(_may_be_packed(value) for value in (lon, lat)):
        yield Place(float(packed[0]), float(packed[1]), 4490, "度.分秒(ddd.mmss)", "packed degrees (ddd.mmss)")


def _may_be_packed(value: float) -> bool:
    """Whether minutes and seconds stay below 60."""
    digits = int((abs(value) % 1) * 10_000 + 1e-6)
    return digits // 100 < 60 and digits % 100 < 60


def _as_metres(east: float, north: float, srid: int) -> Iterator[Place]:
    lon, lat = transform_xy(np.array([east]), np.array([north]), srid, CGCS2000)
    if np.isfinite(lon[0]) and np.isfinite(lat[0]):
        yield Place(float(lon[0]), float(lat[0]), srid, f"平面坐标 EPSG:{srid}", f"plane, EPSG:{srid}")
