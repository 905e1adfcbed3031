"""附图: the parcels of a batch on one page, drawn in the metric system of the deployment and set by Typst."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import shapely
import typst
from geoalchemy2.shape import to_shape
from shapely import Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.handover import queries
from gis_service.handover.conduct import M2_PER_MU, land_of
from gis_service.handover.listing import LEFT_OUT
from gis_service.handover.models import HandoverBatch
from gis_service.papers import fonts
from gis_service.parcels.models import Ground
from gis_service.procedures import queries as proceedings

WIDTH_MM, HEIGHT_MM = 286.0, 228.0
"""The map on an A3 page, beside its list."""
MARGIN = 0.92
SCALES = (500, 1_000, 2_000, 2_500, 5_000, 10_000, 15_000, 20_000, 25_000, 50_000, 100_000, 200_000)
BAR_MM = 45.0
"""The scale bar is the roundest length below this."""
GROUND = {"road": "#efe9dc", "sea": "#dcebf5", "river": "#dcebf5", "pond": "#dcebf5", "wetland": "#e3efe6", "hill": "#eaf1e3",
          "village": "#f1eeee", "campus": "#f1eeee"}  # fmt: skip
LINE, FILL = "#b3372f", "#f6d9a8"


@dataclass(frozen=True)
class Frame:
    """Where the map lies on the land: its lower left corner in metres, and how many metres a millimetre shows."""

    west: float
    south: float
    scale: int

    @property
    def m_per_mm(self) -> float:
        return self.scale / 1000

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the land in millimetres of the map, from its upper left corner."""
        return (x - self.west) / self.m_per_mm, HEIGHT_MM - (y - self.south) / self.m_per_mm

    def box(self) -> Polygon:
        return shapely.box(
            self.west, self.south, self.west + WIDTH_MM * self.m_per_mm, self.south + HEIGHT_MM * self.m_per_mm
        )


def framed(shapes: Sequence[BaseGeometry]) -> Frame:
    """The largest of the usual scales at which everything fits, with the land in the middle."""
    west, south, east, north = shapely.total_bounds(shapes)
    needed = max((east - west) / WIDTH_MM, (north - south) / HEIGHT_MM) * 1000 / MARGIN
    scale = next((scale for scale in SCALES if scale >= needed), SCALES[-1])
    half_w, half_h = WIDTH_MM * scale / 2000, HEIGHT_MM * scale / 2000
    return Frame((west + east) / 2 - half_w, (south + north) / 2 - half_h, scale)


def bar_m(scale: int) -> int:
    """The length a scale bar shows: the longest of 1, 2, 5 × 10ⁿ m that fits.

    >>> bar_m(5_000), bar_m(1_000)
    (200, 20)
    """
    fits = BAR_MM * scale / 1000
    return max(step * power for power in (1, 10, 100, 1_000, 10_000) for step in (1, 2, 5) if step * power <= fits)


def pdf(session: Session, batch: HandoverBatch, at: datetime) -> bytes:
    """The page, and further pages where the list is longer; as the reader may see the batch."""
    found = [each.id for each in queries.handovers_of(session, batch.id) if each.state not in LEFT_OUT]
    rows = land_of(session, found)
    shapes = [crs.transform(to_shape(row["geom"]), STORAGE_SRID, METRIC_SRID) for row in rows]
    units = proceedings.names_of_units(session, [batch.giving_unit_id, batch.receiving_unit_id])
    font = fonts.family(fonts.FACES["黑体"])[0]
    data: dict[str, Any] = {
        "title": f"{batch.title} 附图",
        "sides": f"{units[batch.giving_unit_id]} 移交 {units[batch.receiving_unit_id]} 管护",
        "note": f"坐标系:CGCS2000 三度带高斯投影(EPSG:{METRIC_SRID}),北为坐标北",
        "as_of": f"批次:{batch.batch_no}  数据截止:{at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        "font": font,
        "rows": [
            [str(n), row["parcel_no"], row["parcel_name"] or "—", f"{row['area_m2']:,.2f}", f"{row['area_m2'] / M2_PER_MU:,.2f}"]
            for n, row in enumerate(rows, 1)
        ],
    }  # fmt: skip
    drawing = _svg(session, shapes, font) if shapes else None
    return _printed(data, drawing)


def _printed(data: dict[str, Any], drawing: str | None) -> bytes:
    with tempfile.TemporaryDirectory(prefix="gis-map-") as folder:
        (Path(folder) / "map.json").write_text(
            json.dumps({**data, "drawn": drawing is not None}, ensure_ascii=False), "utf-8"
        )
        if drawing is not None:
            (Path(folder) / "map.svg").write_text(drawing, "utf-8")
        page = Path(folder) / "map.typ"
        page.write_bytes((files("gis_service.handover") / "map.typ").read_bytes())
        return bytes(typst.compile(str(page), root=folder, font_paths=fonts.installed(), format="pdf"))


def _svg(session: Session, shapes: Sequence[BaseGeometry], font: str) -> str:
    frame = framed(shapes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" font-family="{escape(font)}">',
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="#fdfdfb"/>',
        *_ground(session, frame),
        *(f'<path d="{_path(shape, frame)}" fill="{FILL}" fill-opacity="0.7" stroke="{LINE}" stroke-width="0.5"/>' for shape in shapes),
        *_numbers(shapes, frame),
        *_furniture(frame),
        f'<rect width="{WIDTH_MM}" height="{HEIGHT_MM}" fill="none" stroke="#1f2933" stroke-width="0.6"/>',
        "</svg>",
    ]  # fmt: skip
    return "".join(parts)


def _ground(session: Session, frame: Frame) -> Iterable[str]:
    """Roads, water and hills around, so that the page has its bearings."""
    box = frame.box()
    corners = crs.transform(box, METRIC_SRID, STORAGE_SRID)
    within = func.st_makeenvelope(*corners.bounds, STORAGE_SRID)
    asked = select(Ground.kind, Ground.name, Ground.geom).where(Ground.geom.op("&&")(within))
    names = []
    for kind, name, geom in session.execute(asked.order_by(Ground.id)):
        shape = shapely.intersection(shapely.make_valid(crs.transform(to_shape(geom), STORAGE_SRID, METRIC_SRID)), box)
        if not shape.is_empty:
            yield f'<path d="{_path(shape, frame)}" fill="{GROUND[kind]}"/>'
            if name and shape.area > 4e-4 * box.area:
                names.append((name, *frame.at(*_inside(shape))))
    for name, x, y in names:
        yield f'<text x="{x:.2f}" y="{y:.2f}" font-size="3" fill="#7b8794" text-anchor="middle">{escape(name)}</text>'


def _path(shape: BaseGeometry, frame: Frame) -> str:
    """The rings of areas as an SVG path, in millimetres of the map."""
    rings = [
        ring
        for part in shapely.get_parts(shape)
        if isinstance(part, Polygon)
        for ring in (part.exterior, *part.interiors)
    ]
    return "".join(
        "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in (frame.at(*point[:2]) for point in ring.coords)) + "Z"
        for ring in rings
    )


def _inside(shape: BaseGeometry) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return point.x, point.y


def _numbers(shapes: Sequence[BaseGeometry], frame: Frame) -> Iterable[str]:
    """The number of each parcel in the list, on a white edge."""
    for n, shape in enumerate(shapes, 1):
        x, y = frame.at(*_inside(shape))
        edge = 'stroke="#ffffff" stroke-width="0.9" paint-order="stroke"'
        yield f'<text x="{x:.2f}" y="{y + 1.3:.2f}" font-size="4" font-weight="700" fill="#1f2933" text-anchor="middle" {edge}>{n}</text>'


def _furniture(frame: Frame) -> Iterable[str]:
    """North arrow, scale bar and scale."""
    x, y = WIDTH_MM - 14, 10
    yield f'<path d="M{x} {y}l4 12l-4 -3l-4 3z" fill="#1f2933"/><text x="{x}" y="{y - 2}" font-size="5" text-anchor="middle">北</text>'
    length = bar_m(frame.scale)
    wide, left, low = length / frame.m_per_mm, 8.0, HEIGHT_MM - 8
    yield f'<rect x="{left - 3}" y="{low - 9}" width="{wide + 26}" height="14" fill="#ffffff" fill-opacity="0.85"/>'
    yield f'<path d="M{left} {low - 2}v2h{wide:.2f}v-2" fill="none" stroke="#1f2933" stroke-width="0.5"/>'
    yield f'<text x="{left + wide:.2f}" y="{low - 3.5}" font-size="3.2" text-anchor="middle">{length:,} m</text>'
    yield f'<text x="{left}" y="{low - 3.5}" font-size="3.2">0</text><text x="{left + wide / 2:.2f}" y="{low + 4}" font-size="3.2" text-anchor="middle">1:{frame.scale:,}</text>'
