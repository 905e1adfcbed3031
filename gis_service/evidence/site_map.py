"""The place of a proceeding as a plain SVG: outlines of its land and the spot, to scale, with north, scale bar and CRS."""

from datetime import datetime
from html import escape

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID
from gis_service.procedures.models import Proceeding

WIDTH, HEIGHT, MARGIN = 800.0, 600.0, 60.0
LEAST_M = 100.0
"""The shorter side of the ground shown is at least this, so that a lone spot has some ground around it."""
BARS_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

LAND = text("""
    select p.parcel_no, st_assvg(st_transform(p.geom, :srid), 0, 2) as path,
           st_x(st_pointonsurface(st_transform(p.geom, :srid))) as x, st_y(st_pointonsurface(st_transform(p.geom, :srid))) as y,
           st_xmin(st_transform(p.geom, :srid)) as west, st_ymin(st_transform(p.geom, :srid)) as south,
           st_xmax(st_transform(p.geom, :srid)) as east, st_ymax(st_transform(p.geom, :srid)) as north
      from proceeding_parcel l join parcel p on p.id = l.parcel_id where l.proceeding_id = :id order by p.parcel_no""")
SPOT = text(
    "select st_x(g), st_y(g) from (select st_transform(place, :srid) as g from proceeding where id = :id and place is not null) q"
)


def drawn(session: Session, proceeding: Proceeding, *, at: datetime) -> str | None:
    """The map, or None where neither land nor place is known. Metres of the plane `METRIC_SRID`."""
    asked = {"id": proceeding.id, "srid": METRIC_SRID}
    with db.seeing_all(session):
        land = session.execute(LAND, asked).mappings().all()
        spot = session.execute(SPOT, asked).first()
    xs = [value for row in land for value in (row["west"], row["east"])] + ([spot[0]] if spot else [])
    ys = [value for row in land for value in (row["south"], row["north"])] + ([spot[1]] if spot else [])
    if not xs:
        return None
    west, east, south, north = _ground(min(xs), max(xs), min(ys), max(ys))
    scale = min((WIDTH - 2 * MARGIN) / (east - west), (HEIGHT - 2 * MARGIN) / (north - south))
    place = f"translate({MARGIN - west * scale:.3f} {MARGIN + north * scale:.3f}) scale({scale:.6f})"
    shapes = "".join(f'<path d="{row["path"]}"/>' for row in land)
    labels = "".join(
        _label(row["parcel_no"], (row["x"] - west) * scale + MARGIN, (north - row["y"]) * scale + MARGIN)
        for row in land
    )
    cross = _cross((spot[0] - west) * scale + MARGIN, (north - spot[1]) * scale + MARGIN) if spot else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" font-family="\'Noto Sans CJK SC\',sans-serif" font-size="12">'
        f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff" stroke="#1b1f24"/>'
        f'<text x="{WIDTH / 2:g}" y="28" text-anchor="middle" font-size="16">{escape(f"{proceeding.proceeding_no} {proceeding.title} 位置图")}</text>'
        f'<g transform="{place}" fill="#2F6FDE" fill-opacity="0.12" stroke="#D93025" stroke-width="{1.5 / scale:.4f}">{shapes}</g>'
        f"{labels}{cross}{_north()}{_bar(scale)}"
        f'<text x="{MARGIN}" y="{HEIGHT - 14:g}">2000国家大地坐标系(EPSG:{METRIC_SRID}) · 数据截止 {at.astimezone(BEIJING):%Y-%m-%d %H:%M} · 示意图</text></svg>'
    )


def _ground(west: float, east: float, south: float, north: float) -> tuple[float, float, float, float]:
    """The ground shown: what there is, grown to at least `LEAST_M` each way."""
    dx, dy = (max(0.0, LEAST_M - span) / 2 for span in (east - west, north - south))
    return west - dx, east + dx, south - dy, north + dy


def _label(words: str, x: float, y: float) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" paint-order="stroke" stroke="#fff" stroke-width="3">{escape(words)}</text>'


def _cross(x: float, y: float) -> str:
    return f'<path d="M{x - 7:.1f} {y:.1f}H{x + 7:.1f}M{x:.1f} {y - 7:.1f}V{y + 7:.1f}" stroke="#D93025" stroke-width="2" fill="none"/>'


def _north() -> str:
    x, y = WIDTH - 36, 48
    return f'<path d="M{x:g} {y:g}l-8 26 8 -6 8 6z" fill="#1b1f24"/><text x="{x:g}" y="{y - 4:g}" text-anchor="middle">北</text>'


def _bar(scale: float) -> str:
    """A bar of a round length, at most a quarter of the width."""
    metres = max((each for each in BARS_M if each * scale <= WIDTH / 4), default=BARS_M[0])
    x, y, length = WIDTH - MARGIN - metres * scale, HEIGHT - 20, metres * scale
    return f'<path d="M{x:.1f} {y - 6:g}v6h{length:.1f}v-6" stroke="#1b1f24" fill="none"/><text x="{x + length / 2:.1f}" y="{y - 6:g}" text-anchor="middle">{metres} m</text>'
