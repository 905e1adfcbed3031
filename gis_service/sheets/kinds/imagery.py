"""An orthophoto under the map of a sheet: which one, the piece of it that is printed, and what must be said of it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geoalchemy2 import WKTElement
from geoalchemy2.shape import to_shape
from PIL import Image
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.orthophotos.cutting import cut
from gis_service.maps.orthophotos.models import Orthophoto
from gis_service.maps.orthophotos.rules import PUBLIC_FROM_M, State
from gis_service.sheets.drawing.items import MIDDLE, MIN_TEXT_MM, PAPER, Group, Item, Picture, Text, box, group
from gis_service.sheets.drawing.letters import cut as shortened
from gis_service.sheets.drawing.letters import width_mm
from gis_service.sheets.gather import Desk
from gis_service.sheets.mapping.frame import Frame

PRINT_DPI = 300
"""Printers show no more of a photo; an A3 map has then 15 million pixels."""
QUALITY = 85
PAPER_RGB = (247, 246, 241)
"""Where the picture shows nothing: the paper under maps (`compose.LAND`)."""
MM_PER_INCH = 25.4


@dataclass(frozen=True)
class Under:
    """The picture on the page, its ground in metres, its credit for the map, and the note beside it."""

    item: Group
    ground: BaseGeometry
    credit: str
    note: str


def under(desk: Desk, frame: Frame) -> Under | None:
    """The orthophoto that was asked for, as far as it lies in the frame; nothing where the asker may see none there."""
    row = None if desk.sees is None else _chosen(desk, desk.sees, frame)
    if row is None or desk.store is None:
        return None
    pixel_m = frame.scale / 1000 * MM_PER_INCH / min(desk.dpi, PRINT_DPI)
    piece = cut(desk.store.path(str(row.cog_sha256)), frame.land, METRIC_SRID, pixel_m)
    if not piece[3].any():
        return None
    t, by = desk.t, f" {row.source}" if row.source else ""
    said = t(f"正射影像 {row.taken_on}{by}", f"Orthophoto {row.taken_on}{by}")
    shown = Picture(frame.left, frame.top, frame.wide, frame.high, _jpeg(piece), said)
    ground = crs.transform(to_shape(row.footprint), STORAGE_SRID, METRIC_SRID)
    return Under(group("正射影像 · orthophoto", [shown]), ground, said, _note(desk, row))


def _note(desk: Desk, row: Any) -> str:
    t, fine = desk.t, float(row.resolution_m)
    by = t(f",{row.source}", f", {row.source}") if row.source else ""
    inside = t("优于 0.5 m,仅限内部使用。", " Finer than 0.5 m: for use inside only.") if fine < PUBLIC_FROM_M else ""
    said = t(
        f"底图为正射影像“{row.title}”,{row.taken_on} 拍摄{by},分辨率 {fine:g} m,与登记数据不一定同时。",
        f"Base: orthophoto “{row.title}”, taken {row.taken_on}{by}, {fine:g} m a pixel; not of the same day as the register.",
    )
    return said + inside


NOT_SHOWN = (
    "要求的正射影像没有画出:图幅内没有可用的,或无权查看。",
    "The orthophoto asked for is not drawn: none lies in this map, or you may not see it.",
)


def _chosen(desk: Desk, sees: db.Scope, frame: Frame) -> Any:
    """That picture, or the newest until the day of the sheet; only one that is ready, in the asker's sight and in the frame."""
    corners = crs.transform(shapely.segmentize(shapely.box(*frame.land), 500), METRIC_SRID, STORAGE_SRID)
    window = WKTElement(shapely.to_wkt(shapely.box(*corners.bounds), rounding_precision=9), srid=STORAGE_SRID)
    columns = (
        Orthophoto.title, Orthophoto.taken_on, Orthophoto.source, Orthophoto.resolution_m, Orthophoto.cog_sha256, Orthophoto.footprint,
    )  # fmt: skip
    asked = select(*columns).where(Orthophoto.state == State.READY, func.st_intersects(Orthophoto.footprint, window))
    if isinstance(desk.picture, int):
        asked = asked.where(Orthophoto.id == desk.picture)
    else:
        asked = asked.where(Orthophoto.taken_on <= desk.moment.astimezone(BEIJING).date())
    with seeing(desk.session, sees, desk.scope):
        newest = asked.order_by(Orthophoto.taken_on.desc(), Orthophoto.id.desc()).limit(1)
        return desk.session.execute(newest).first()


@contextmanager
def seeing(session: Session, scope: db.Scope, before: db.Scope) -> Iterator[None]:
    """The sight of another verb for a moment."""
    db.enter(session, scope)
    yield
    db.enter(session, before)


def _jpeg(piece: np.ndarray) -> bytes:
    """On paper; a JPEG has no transparency."""
    alpha = piece[3:].astype(np.uint16)
    paper = np.array(PAPER_RGB, np.uint16)[:, None, None]
    flat = ((piece[:3] * alpha + paper * (255 - alpha)) // 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.moveaxis(flat, 0, -1))).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def credit(frame: Frame, said: str) -> tuple[Group, BaseGeometry]:
    """Whose picture it is and of what day, in the lower right corner of the map or the next that is free; and the place it takes."""
    text = shortened(said, frame.wide - 4, MIN_TEXT_MM)
    wide, high = width_mm(text, MIN_TEXT_MM) + 2, MIN_TEXT_MM + 1.4
    right, low = frame.left + frame.wide - wide, frame.top + frame.high - high
    spots = [(right, low), (frame.left, low), (frame.left, frame.top)]
    taken = [shapely.box(x, y, x + w, y + h) for x, y, w, h in frame.covered]
    x, y = next((s for s in spots if not any(each.intersects(shapely.box(*s, s[0] + wide, s[1] + high)) for each in taken)), spots[0])  # fmt: skip
    items: list[Item] = [
        box(x, y, wide, high, fill=PAPER, stroke=None, opacity=0.85),
        Text(x + 1, y + high / 2 + MIN_TEXT_MM * MIDDLE, text, MIN_TEXT_MM),
    ]
    return group("影像说明 · credit", items), shapely.box(x, y, x + wide, y + high)
