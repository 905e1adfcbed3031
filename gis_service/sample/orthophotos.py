"""The sample's two orthophotos of 后环, a year apart: drawn from its own land, marked 示例影像 all over, made ready as anybody's are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
import shapely
from affine import Affine
from geoalchemy2.shape import to_shape
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select

from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.orthophotos import operations, working
from gis_service.maps.orthophotos.operations import Told
from gis_service.papers import fonts
from gis_service.parcels.attachments.operations import Kept
from gis_service.parcels.models import Ground, Parcel
from gis_service.parcels.rules import GroundKind
from gis_service.sample.proceedings import LAND, Teller, at, person
from gis_service.sample.register import SEED
from gis_service.sample.shapes import polygons
from gis_service.sample.sites import HOUHUAN

PIXEL_M, WIDE, HIGH = 1.0, 1200, 1000
CORNER = (HOUHUAN.origin[0] + 100, HOUHUAN.origin[1] + 1150)
"""East and north of the north-western corner."""
MARK, MARK_FONT = "示例影像", "Noto Sans CJK SC"
GROUND = {
    GroundKind.SEA: (70, 104, 118), GroundKind.RIVER: (92, 112, 104), GroundKind.POND: (84, 108, 98), GroundKind.WETLAND: (98, 112, 78),
    GroundKind.HILL: (62, 88, 52), GroundKind.VILLAGE: (150, 140, 130), GroundKind.CAMPUS: (146, 148, 140), GroundKind.ROAD: (138, 138, 136),
}  # fmt: skip
GREEN, SOIL, SLAB = (104, 124, 76), (172, 140, 104), (176, 176, 172)
ROOFS = ((198, 200, 204), (120, 138, 160), (164, 108, 92))
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Flight:
    """One of the two: `built` and `bare` are the shares of the plots that are built on, or bare soil."""

    on: date
    built: float
    bare: float
    came_on: str


FLIGHTS = (Flight(date(2025, 10, 30), 0.15, 0.45, "2025-11-06"), Flight(date(2026, 10, 20), 0.35, 0.25, "2026-10-26"))


def tell(teller: Teller) -> None:
    """Both, in the order in which they came."""
    frame = box(CORNER[0], CORNER[1] - HIGH * PIXEL_M, CORNER[0] + WIDE * PIXEL_M, CORNER[1])
    ground, plots = _ground(teller, frame), _plots(teller, frame)
    for number, flight in enumerate(FLIGHTS):
        with tempfile.TemporaryDirectory(prefix="orthophoto-") as folder:
            original = _written(
                Path(folder) / f"后环_{flight.on:%Y%m%d}(示例).tif", drawn(ground, plots, flight, number)
            )
            _kept(teller, original, flight)


def _ground(teller: Teller, frame: Polygon) -> list[tuple[GroundKind, BaseGeometry]]:
    """What is no plot, roads last: they go over water."""
    here = func.st_geomfromtext(crs.transform(frame, METRIC_SRID, STORAGE_SRID).wkt, STORAGE_SRID)
    rows = teller.session.execute(select(Ground.kind, Ground.geom).where(func.st_intersects(Ground.geom, here)))
    found = [(GroundKind(kind), crs.transform(to_shape(geom), STORAGE_SRID, METRIC_SRID)) for kind, geom in rows]
    return sorted(found, key=lambda each: (list(GROUND).index(each[0]), each[1].bounds))


def _plots(teller: Teller, frame: Polygon) -> list[BaseGeometry]:
    here = func.st_geomfromtext(crs.transform(frame, METRIC_SRID, STORAGE_SRID).wkt, STORAGE_SRID)
    asked = select(Parcel.geom).where(Parcel.retired_on.is_(None), func.st_intersects(Parcel.geom, here))
    return [
        crs.transform(to_shape(geom), STORAGE_SRID, METRIC_SRID)
        for geom in teller.session.scalars(asked.order_by(Parcel.parcel_no))
    ]


def drawn(
    ground: Iterable[tuple[GroundKind, BaseGeometry]], plots: Sequence[BaseGeometry], flight: Flight, number: int
) -> NDArray[np.uint8]:
    """The picture: bands, rows, columns. What a plot is like is its own lot, so that most are the same in both years."""
    picture = Image.new("RGB", (WIDE, HIGH), GREEN)
    pen = ImageDraw.Draw(picture)
    for kind, shape in ground:
        _fill(pen, shape, GROUND[kind])
    lots = np.random.default_rng([SEED, 54]).random((len(plots), 2))
    for shape, (lot, tone) in zip(plots, lots, strict=True):
        if lot < flight.built:
            _fill(pen, shape, SLAB)
            _houses(pen, shape, ROOFS[int(tone * len(ROOFS))])
        else:
            bare = lot < flight.built + flight.bare
            _fill(pen, shape, _toned(SOIL if bare else GREEN, tone))
    textured = _textured(np.asarray(picture, dtype=np.float32), number)
    return _marked(textured, f"{MARK} {flight.on}")


def _pixels(ring: shapely.LinearRing) -> list[tuple[float, float]]:
    east, north = shapely.get_coordinates(ring).T
    return list(zip((east - CORNER[0]) / PIXEL_M, (CORNER[1] - north) / PIXEL_M, strict=True))


def _fill(pen: ImageDraw.ImageDraw, shape: BaseGeometry, colour: Colour) -> None:
    for part in polygons(shape):
        pen.polygon(_pixels(part.exterior), fill=colour)


def _toned(colour: Colour, tone: float) -> Colour:
    red, green, blue = (round(value * (0.88 + 0.24 * tone)) for value in colour)
    return red, green, blue


def _houses(pen: ImageDraw.ImageDraw, shape: BaseGeometry, colour: Colour) -> None:
    """Halls of 36 × 18 m with their shadows, wherever a whole one has room."""
    west, south, east, north = shape.bounds
    inner = shape.buffer(-6)
    for x in np.arange(west, east, 48):
        for y in np.arange(south, north, 30):
            hall = box(x, y, x + 36, y + 18)
            if inner.contains(hall):
                _fill(pen, shapely.affinity.translate(hall, 3, -3), (70, 72, 74))
                _fill(pen, hall, colour)


def _textured(bands: NDArray[np.float32], number: int) -> NDArray[np.uint8]:
    """Uneven light and grain, as no two flights have the same."""
    rng = np.random.default_rng([SEED, 55, number])
    light = gaussian_filter(rng.normal(0, 1, (HIGH // 20, WIDE // 20)), 2).astype(np.float32)
    shade = np.kron(light / max(float(np.abs(light).max()), 1e-6), np.ones((20, 20), np.float32)) * 8
    grain = rng.normal(0, 4, (HIGH, WIDE)).astype(np.float32)
    made: NDArray[np.uint8] = np.clip(bands + gaussian_filter(shade, 8)[..., None] + grain[..., None], 0, 255).astype(
        np.uint8
    )
    return made


def _marked(picture: NDArray[np.uint8], words: str) -> NDArray[np.uint8]:
    """The words over it in rows: nobody may take it for a picture of the place."""
    made = Image.fromarray(picture)
    pen, font = ImageDraw.Draw(made), _font(34)
    for row in range(3):
        for column in range(3):
            spot = (30 + column * 390 + row % 2 * 40, 120 + row * 340)
            pen.text(spot, words, font=font, fill=(255, 255, 255), stroke_width=2, stroke_fill=(60, 60, 60))
    return np.ascontiguousarray(np.moveaxis(np.asarray(made), -1, 0))


def _font(size: int) -> ImageFont.FreeTypeFont:
    """A face that has Chinese; the machine's first where the usual one is not installed."""
    known = [each for each in fonts.installed().fonts() if each.path]
    usual = [each for each in known if each.family == MARK_FONT] or known
    face = min(usual, key=lambda each: abs(each.weight - 700))
    return ImageFont.truetype(str(face.path), size, index=face.index)


def _written(path: Path, bands: NDArray[np.uint8]) -> Path:
    transform = Affine(PIXEL_M, 0, CORNER[0], 0, -PIXEL_M, CORNER[1])
    facts = {"driver": "GTiff", "count": 3, "dtype": "uint8", "height": HIGH, "width": WIDE, "photometric": "RGB"}
    packing = {"compress": "deflate", "predictor": 2, "tiled": True}
    with rasterio.open(path, "w", crs=f"EPSG:{METRIC_SRID}", transform=transform, **facts, **packing) as file:
        file.write(bands)
    return path


def _kept(teller: Teller, original: Path, flight: Flight) -> None:
    """Worked out here: our own files need no cell to be read in."""
    cog = original.with_name("cog.tif")
    file = _stored(teller, original)
    told = Told(
        f"后环 {flight.on.year} 年航测(示例)",
        flight.on,
        cleared=True,
        source="无人机航测(示例)",
        remark="由示例地块绘制,不是真实影像",
    )
    made = operations.ask(teller.session, person(LAND), teller.district_code, file, told, by_worker=False)
    made.made_at = at(flight.came_on, "15:10")
    whole = (-180.0, -90.0, 180.0, 90.0)
    facts = working.worked_out({"path": str(original), "window": whole}, cog, lambda *_: None)
    operations.finish(teller.session, made.id, facts, _stored(teller, cog, f"{original.stem}.cog.tif"))
    made.ended_at = at(flight.came_on, "15:12")
    teller.session.flush()


def _stored(teller: Teller, path: Path, name: str | None = None) -> Kept:
    with path.open("rb") as source:
        sha256, size = teller.store.put(source, limit_bytes=1 << 24)
    return Kept(sha256, size, name or path.name)
