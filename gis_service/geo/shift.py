"""The shift of Chinese internet maps: WGS 84 ↔ GCJ-02 (高德, 腾讯) ↔ BD-09 (百度). Arrays in, arrays out, degrees, east first.

The published algorithm reproduces the true one to a metre or two; the inverse here is exact to the published one (well
below a millimetre). So what was converted is never better than some metres (`ACCURACY_M`), whatever its decimals say.
It is applied only where a person said that coordinates are shifted: nothing in the numbers tells it.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kind = Literal["gcj02", "bd09"]

ACCURACY_M = 5.0
"""How far converted geometry may be off (domain 3.3)."""

NAMES: dict[str, tuple[str, str]] = {
    "gcj02": ("GCJ-02(火星坐标：高德、腾讯、奥维)", "GCJ-02 (AMap, Tencent, Ovital)"),
    "bd09": ("BD-09(百度坐标)", "BD-09 (Baidu)"),
}

#: The ellipsoid of the published algorithm (Krassovsky 1940).
_A, _EE = 6378245.0, 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
#: Where maps are shifted: a box around the mainland (west, south, east, north).
_BOX = (72.004, 0.8293, 137.8347, 55.8271)
#: The inverse gains more than two digits with each round; this is far below a millimetre everywhere in the box.
_ROUNDS = 12


def _waves(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The sums of sines that the algorithm consists of, for offsets from 105°E 35°N."""
    root, pi = np.sqrt(np.abs(x)), np.pi
    common = (20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north = north + (20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east = east + (20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    return east, north


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees as drawn on 高德 or 腾讯 from true degrees; outside China nothing is shifted.

    >>> [round(float(v), 6) for v in wgs84_to_gcj02(np.array(113.537), np.array(22.4025))]
    [113.542136, 22.399528]
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    west, south, east, north = _BOX
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    d_east, d_north = _waves(np.where(inside, lon, 105.0) - 105.0, np.where(inside, lat, 35.0) - 35.0)
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    d_lat = d_north * 180.0 / (_A * (1.0 - _EE) / (magic * np.sqrt(magic)) * np.pi)
    d_lon = d_east * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """
    >>> shifted = gcj02_to_bd09(*wgs84_to_gcj02(np.array(113.537), np.array(22.4025)))
    >>> [round(float(v), 6) for v in shifted]
    [113.548592, 22.405661]
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


_FORWARD: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}


def shifted(kind: Kind, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """True degrees as a map of that kind draws them."""
    return _FORWARD[kind](lon, lat)


def unshifted(kind: Kind, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """True degrees (WGS 84, here the same as CGCS2000) from shifted ones, by iteration on the forward algorithm."""
    return _inverse(_FORWARD[kind], lon, lat)


def bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return _inverse(gcj02_to_bd09, lon, lat)


def _inverse(
    forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats
) -> tuple[Floats, Floats]:
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    x, y = lon, lat
    with np.errstate(invalid="ignore"):  # what could not be transformed is infinite, and stays no place
        for _ in range(_ROUNDS):
            there_x, there_y = forward(x, y)
            x, y = x - (there_x - lon), y - (there_y - lat)
    return x, y
