"""Heights from a file: GeoTIFF (also cloud-optimised) through GDAL, XYZ text by `xyz`. Nothing is read before its size is known.

GDAL gets one driver, no network and no files beside the one it was given: a file of strangers must not reach out.
"""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCrsError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from gis_service.geo import crs as systems
from gis_service.geo.crs import Sentence
from gis_service.geo.elevation import vertical, xyz
from gis_service.geo.elevation.refused import ElevationRefused
from gis_service.geo.elevation.surface import MOST_CELLS, Floats, Grid, Surface

TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""No land lies outside: such values are marks for 'no data' that nobody declared (−9999, −32768, 3.4e38)."""
MARGIN = 3
"""Cells read around the area asked for, for slopes and resampling."""

METRES = frozenset({"", "m", "metre", "meter", "metres", "meters", "米"})
#: No network, no sidecar files, no catalogue of neighbours, a small cache.
SAFE = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".nothing",
    "GDAL_HTTP_MAX_RETRY": "0", "GDAL_HTTP_TIMEOUT": "1", "GDAL_CACHEMAX": 64, "GTIFF_SRS_SOURCE": "GEOKEYS",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
}  # fmt: skip


def read(
    path: Path, *, crs: str | int | None = None, vertical_datum: str | None = None, area: BaseGeometry | None = None,
    area_epsg: int | None = None, nodata: float | None = None, north_first: bool = False, most_cells: int = MOST_CELLS,
) -> Surface:  # fmt: skip
    """The heights of a file, of the whole or of the window around `area` (in `area_epsg`, else in the system of the file).

    `crs`: needed where the file does not say its own. `vertical_datum`: what heights are counted from, where somebody knows.
    `nodata`: a value that means no height, beside the one the file declares. `north_first`: XYZ text in the order of surveyors.
    Raises `ElevationRefused`, and `CrsError` where `crs` names no system.
    """
    name = path.name
    if str(path).startswith("/vsi") or not path.is_file():
        raise ElevationRefused("elevation.no_file", name=name)
    with path.open("rb") as file:
        head = file.read(4096)
    given = _given(crs)
    if head[:4] in TIFF:
        found = _tiff(path, given, area, area_epsg, most_cells)
    elif xyz.looks_like_text(head):
        found = xyz.read(path, _metric(given, name) if given else None, north_first=north_first, most_cells=most_cells)
        found = _cut(found, area, area_epsg)
    else:
        raise ElevationRefused("elevation.not_a_model", name=name)
    surface = Surface(
        found.grid, found.z, name, vertical.agreed(found.vertical, vertical_datum, name=name), found.notes
    )
    return _plausible(surface, nodata)


def _given(crs: str | int | None) -> CRS | None:
    return None if crs is None else systems.parse(str(crs))


def _metric(crs: CRS, name: str) -> int:
    """EPSG code of the horizontal part, once it is known to be a plane in metres that keeps areas."""
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    if flat.is_geographic or not flat.is_projected:
        raise ElevationRefused("elevation.degrees", name=name, crs=flat.name)
    unit = flat.axis_info[0].unit_name
    if unit not in METRES:
        raise ElevationRefused("elevation.not_metres", name=name, what="平面坐标", what_en="coordinates", unit=unit)
    epsg = systems.epsg_of(flat.to_2d())
    if epsg is None:
        raise ElevationRefused("elevation.crs_unknown", name=name, crs=flat.name)
    if epsg == systems.WEB_MERCATOR:
        raise ElevationRefused("elevation.web_mercator", name=name)
    return epsg


# --- GeoTIFF ---------------------------------------------------------------------------------------------------------


@contextmanager
def safe_gdal(name: str) -> Iterator[None]:
    """GDAL with its hands tied; its errors become refusals that name the file."""
    try:
        with rasterio.Env(**SAFE), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said in our own words
            yield
    except (RasterioError, ProjCrsError) as error:
        raise ElevationRefused("elevation.damaged", name=name, reason=_first_line(error)) from None


def _first_line(error: Exception) -> str:
    """What GDAL said, without the path."""
    cause = error.__cause__ or error
    return str(cause).splitlines()[0].rsplit("/", 1)[-1][:200]


def _tiff(path: Path, given: CRS | None, area: BaseGeometry | None, area_epsg: int | None, most_cells: int) -> Surface:
    name = path.name
    with safe_gdal(name), rasterio.open(path.resolve(), driver="GTiff", sharing=False) as file:
        _require_heights(file, name)
        own = CRS.from_wkt(file.crs.to_wkt()) if file.crs else None
        epsg = _settled(own, given, name)
        _require_metres_high(file.units[0], own, name)
        whole = _grid(file, epsg, name)
        rows, cols = _window(whole, area, area_epsg, name)
        _require_small(file, rows, cols, most_cells, name)
        z = _heights(file, Window.from_slices(rows, cols))
    return Surface(whole.part(rows, cols), z, name, vertical.of_crs(own) if own else None, _notes_on(file.dtypes[0]))


def _require_heights(file: Any, name: str) -> None:
    """One band of numbers, perhaps with a mask beside it; nothing that is coloured."""
    bands = [kind for kind in file.colorinterp if kind != ColorInterp.alpha]
    dtype = np.dtype(file.dtypes[0])
    if len(bands) != 1 or bands[0] == ColorInterp.palette or dtype == np.uint8 or dtype.kind not in "iuf":
        raise ElevationRefused("elevation.not_heights", name=name, bands=file.count, dtype=file.dtypes[0])


def _settled(own: CRS | None, given: CRS | None, name: str) -> int:
    """The horizontal system, by the file or by who knows it; both must agree."""
    if own is None and given is None:
        raise ElevationRefused("elevation.no_crs", name=name)
    told = _metric(own, name) if own else None
    said = _metric(given, name) if given else None
    if told and said and told != said:
        raise ElevationRefused("elevation.crs_conflict", name=name, told=f"EPSG:{told}", given=f"EPSG:{said}")
    return told or said or 0


def _require_metres_high(band_unit: str | None, own: CRS | None, name: str) -> None:
    for unit in (band_unit, vertical.unit_of(own) if own else None):
        if unit and unit.strip().lower() not in METRES:
            raise ElevationRefused("elevation.not_metres", name=name, what="高程", what_en="heights", unit=unit.strip())


def _grid(file: Any, epsg: int, name: str) -> Grid:
    t = file.transform
    if t.is_identity:  # GDAL's way of saying that the file has no place
        raise ElevationRefused("elevation.no_crs", name=name)
    if max(abs(t.b), abs(t.d)) > 1e-9 * abs(t.a) or t.a <= 0 or t.e >= 0:
        raise ElevationRefused("elevation.rotated", name=name)
    if not all(math.isfinite(v) for v in (t.a, t.e, t.c, t.f)):
        raise ElevationRefused("elevation.damaged", name=name, reason="grid")
    return Grid(epsg, t.c, t.f, t.a, -t.e, file.height, file.width)


def _window(grid: Grid, area: BaseGeometry | None, area_epsg: int | None, name: str) -> tuple[slice, slice]:
    if area is None:
        return slice(0, grid.rows), slice(0, grid.cols)
    window = None if area.is_empty else grid.window(_placed(area, area_epsg, grid.epsg).bounds, MARGIN)
    if window is None:
        raise ElevationRefused("elevation.outside", name=name)
    return window


def _placed(area: BaseGeometry, area_epsg: int | None, epsg: int) -> BaseGeometry:
    return area if area_epsg is None or area_epsg == epsg else systems.transform(area, area_epsg, epsg)


def _require_small(file: Any, rows: slice, cols: slice, most: int, name: str) -> None:
    """Size of what would be read, and of the packed blocks it comes in: a block is unpacked whole."""
    high, wide = rows.stop - rows.start, cols.stop - cols.start
    if high * wide > most:
        raise ElevationRefused("elevation.too_large", name=name, rows=high, cols=wide, most=most)
    block_high, block_wide = file.block_shapes[0]
    if block_high * block_wide > 4 * most:
        raise ElevationRefused("elevation.block_too_large", name=name, rows=block_high, cols=block_wide, most=4 * most)


def _heights(file: Any, window: Window) -> Floats:
    """Band 1 in metres: what is masked, by value, mask or alpha, becomes NaN; scale and offset are applied."""
    raw = file.read(1, window=window, masked=True)
    with np.errstate(invalid="ignore", over="ignore"):  # damaged numbers become no height below
        z = np.ma.filled(raw.astype(np.float64), np.nan) * file.scales[0] + file.offsets[0]
    made: Floats = np.where(np.isfinite(z), z, np.nan)
    return made


def _notes_on(dtype: str) -> tuple[Sentence, ...]:
    if np.dtype(dtype).kind == "f":
        return ()
    note = Sentence(
        f"高程以整数({dtype})存放,可能只精确到米。", f"Heights are stored as whole numbers ({dtype}), perhaps exact to a metre only."
    )  # fmt: skip
    return (note,)


# --- both ------------------------------------------------------------------------------------------------------------


def _cut(surface: Surface, area: BaseGeometry | None, area_epsg: int | None) -> Surface:
    rows, cols = _window(surface.grid, area, area_epsg, surface.name)
    return Surface(surface.grid.part(rows, cols), surface.z[rows, cols], surface.name, surface.vertical, surface.notes)


def _plausible(surface: Surface, nodata: float | None) -> Surface:
    """Without what cannot be a height, which is counted and told; refused where nothing is left."""
    z = surface.z if nodata is None else np.where(surface.z == nodata, np.nan, surface.z)
    absurd = (z < LOWEST_M) | (z > HIGHEST_M)
    notes = surface.notes
    if count := int(absurd.sum()):
        z = np.where(absurd, np.nan, z)
        zh = (
            f"“{surface.name}”有 {count} 格的值不可能是高程(低于 {LOWEST_M:g} 米或高于 {HIGHEST_M:g} 米),按无数据处理。"
        )
        en = f"{count} cells of '{surface.name}' cannot be heights (below {LOWEST_M:g} m or above {HIGHEST_M:g} m) and count as no data."
        notes = (*notes, Sentence(zh, en))
    if not np.isfinite(z).any():
        raise ElevationRefused("elevation.no_heights", name=surface.name)
    return Surface(surface.grid, z, surface.name, surface.vertical, notes)
