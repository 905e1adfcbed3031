"""Another reading of the files of ../shared/data, by nothing of the product: GDAL as it is, ezdxf, and plain arithmetic.

Each reader gives the outlines of a file in its own order as (shapes in their own system, system); `in_degrees` brings them
to longitude and latitude.
"""

import csv
import json
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
import shapely
from ezdxf.math import Matrix44
from numpy.typing import NDArray
from pyogrio import raw
from pyproj import CRS, Geod, Transformer
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

WGS84 = Geod(ellps="WGS84")
Floats = NDArray[np.float64]
Shapes = list[BaseGeometry | None]
Reading = Callable[[Path], tuple[Shapes, Any]]


def zone(number: int) -> str:
    """A 3° zone of CGCS2000 by its definition, not by a code: easting with the number of the zone in front."""
    return f"+proj=tmerc +lat_0=0 +lon_0={3 * number} +k=1 +x_0={number}500000 +y_0=0 +ellps=GRS80 +units=m"


def in_degrees(shapes: Shapes, system: Any) -> Shapes:
    """Into longitude and latitude of WGS 84, which CGCS2000 is to within centimetres; by way of the best known parameters."""
    transformer = Transformer.from_crs(CRS.from_user_input(system), 4326, always_xy=True)
    return [
        None if one is None else shapely.transform(shapely.force_2d(one), transformer.transform, interleaved=False)
        for one in shapes
    ]


def apart_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """The largest distance in metres between the points of two outlines in degrees: point by point where they are as many, else
    from every point to the nearest edge."""
    a, b = shapely.get_coordinates(one), shapely.get_coordinates(other)
    if len(a) == len(b):
        return float(np.abs(WGS84.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2]).max())
    metre = np.array([np.cos(np.radians(a[:, 1].mean())), 1.0]) * 111_195.0
    flat = [shapely.transform(shape, lambda xy: xy * metre) for shape in (one, other)]
    return float(shapely.hausdorff_distance(*flat))


def gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS 84 shifted as Chinese internet maps shift it, written down from the well-known formula."""
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + waves
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + waves
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    a, e2, phi = 6378245.0, 0.00669342162296594323, np.radians(lat)
    w = 1 - e2 * np.sin(phi) ** 2
    return (
        lon + np.degrees(east / (a / np.sqrt(w) * np.cos(phi))),
        lat + np.degrees(north / (a * (1 - e2) / (w * np.sqrt(w)))),
    )


# --- readers -----------------------------------------------------------------------------------------------------


def ogr(path: Path, layer: str | None = None) -> tuple[Shapes, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that measures are dropped
        meta, _, wkb, _ = raw.read(path, layer=layer, columns=[])
    return list(shapely.from_wkb(wkb, on_invalid="fix")), meta["crs"]


def txt(path: Path) -> tuple[Shapes, Any]:
    """J1,1,north,east: the rings of one parcel, zone 38."""
    corners = [line.split(",") for line in path.read_text("utf-8").splitlines() if re.match(r"J\d+,", line)]
    return [Polygon([(float(east), float(north)) for _, _, north, east in corners])], zone(38)


def corners(east: str, north: str, system: Any) -> Reading:
    def reading(path: Path) -> tuple[Shapes, Any]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [Polygon([(float(row[east]), float(row[north])) for row in rows])], system

    return reading


def wkt(column: str, system: Any) -> Reading:
    def reading(path: Path) -> tuple[Shapes, Any]:
        csv.field_size_limit(sys.maxsize)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [shapely.from_wkt(row[column]) for row in csv.DictReader(file)], system

    return reading


def rings(path: Path) -> tuple[Shapes, Any]:
    """GeoJSON with an open ring, which no library reads: its positions as they stand."""
    found = json.loads(path.read_text("utf-8"))
    geometry = found["features"][0]["geometry"] if "features" in found else found.get("geometry", found)
    return [Polygon(geometry["coordinates"][0], geometry["coordinates"][1:])], 4326


def closed_lines(path: Path) -> tuple[Shapes, Any]:
    """Red lines drawn as a line, led back to their beginning."""
    shapes, system = ogr(path)
    return [Polygon(shapely.force_2d(one).coords) if isinstance(one, LineString) else one for one in shapes], system


def drawing(path: Path) -> tuple[Shapes, Any]:
    """Closed polylines, brought into the system of the drawing by its own GEODATA where it has any."""
    space = ezdxf.readfile(path).modelspace()
    geodata = space.get_geodata()
    matrix, epsg = geodata.get_crs_transformation(no_checks=True) if geodata else (Matrix44(), None)
    outlines = [
        Polygon(
            [(point.x, point.y) for point in matrix.transform_vertices([(x, y, 0) for x, y in line.get_points("xy")])]
        )
        for line in space.query("LWPOLYLINE")
        if _is_closed(line)
    ]
    return list(outlines), epsg


def _is_closed(line: Any) -> bool:
    points = line.get_points("xy")
    return bool(line.closed) or points[0] == points[-1]


def antarctic(path: Path) -> tuple[Shapes, Any]:
    """SAD 69 by its numbers: so far south no library knows which of the many shifts to take; these are those of Brazil (16)."""
    shapes, _ = ogr(path)
    return shapes, "+proj=utm +zone=23 +south +ellps=aust_SA +towgs84=-67.35,3.88,-38.22 +units=m +type=crs"


def layer(name: str) -> Reading:
    return lambda path: ogr(path, name)


SPECIAL: dict[str, Reading] = {
    "coord_tables/坐标_投影.csv": corners("Y", "X", zone(39)),
    "coord_tables/坐标_投影 - 交换顺序.csv": corners("X", "Y", zone(39)),
    "coord_tables/坐标-经纬度.csv": corners("经度", "纬度", 4326),
    "messy_geojson/openring.json": rings,
    "kml/demo.kmz": closed_lines,
    "kml/gxtrack.kml": closed_lines,
    "mapinfo/Up.tab": antarctic,
    "gpkg/Oregon.gpkg": layer("land"),
    "gpkg/bees.gpkg": layer("area"),
    "wkt_csv/camden_conservation_area.csv": wkt("Geometry", 4326),
}


def outlines(base: Path, name: str, given: str | None = None) -> Shapes:
    """The outlines of a file in degrees, in the order of its rows; with a system given where the file has none."""
    reading = SPECIAL.get(name) or {".txt": txt, ".dxf": drawing}.get(Path(name).suffix, ogr)
    shapes, system = reading(base / name)
    return in_degrees(shapes, given or system)


def exact_area_m2(points: Sequence[tuple[Any, Any]]) -> Any:
    """The shoelace formula on decimal numbers, without rounding."""
    double = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True))
    return abs(double) / 2


def ellipsoid_m2(shapes: Sequence[BaseGeometry]) -> float:
    return sum(abs(WGS84.geometry_area_perimeter(shapely.orient_polygons(one))[0]) for one in shapes)
