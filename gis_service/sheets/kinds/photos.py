"""现场照片 of a parcel on its sheet: the latest, small copies only, for whoever may see photos of patrols."""

import io
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from PIL import Image
from sqlalchemy import and_, or_, select

from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.geo import crs
from gis_service.maps.catalogue import Look
from gis_service.patrols.models import FieldPhoto, Observation, Visit
from gis_service.sheets.composing.content import Chapter, Entry, Photo
from gis_service.sheets.drawing.items import INK, PAPER, Circle, Item, Text, group
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds.common import Scene

MOST = 4
LOOK = Look(fill=PAPER, stroke=INK, stroke_width=1.2, radius=7)
RADIUS_MM = 1.9


@dataclass(frozen=True)
class Taken:
    """A photo and where it was taken, in metres."""

    photo: Photo
    place: shapely.Point | None


def latest(desk: Desk, parcel_id: int) -> list[Taken]:
    """The latest photos of visits to a parcel and of what was found on it, until the desk's moment; none without the permission."""
    if "patrol.read" not in desk.may or desk.store is None:
        return []
    asked = (
        select(FieldPhoto, Observation.item_code)
        .outerjoin(Observation, Observation.client_uuid == FieldPhoto.record_uuid)
        .outerjoin(Visit, Visit.client_uuid == FieldPhoto.record_uuid)
        .where(
            or_(Observation.parcel_id == parcel_id, Visit.parcel_id == parcel_id),
            and_(FieldPhoto.kind == "original", FieldPhoto.thumbnail_sha256.is_not(None), FieldPhoto.taken_at <= desk.moment),
        )
        .order_by(FieldPhoto.taken_at.desc(), FieldPhoto.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return [_taken(desk, photo, code) for photo, code in desk.session.execute(asked)]


def _taken(desk: Desk, photo: FieldPhoto, code: str | None) -> Taken:
    assert desk.store is not None  # noqa: S101  (asked before)
    jpeg = desk.store.path(str(photo.thumbnail_sha256)).read_bytes()
    with Image.open(io.BytesIO(jpeg)) as picture:
        size = picture.size
    what = desk.words("check_item", code) if code else desk.t("到点检查", "Visit")
    when = f"{photo.taken_at.astimezone(BEIJING):%m-%d}" if photo.taken_at else ""
    place: Any = None if photo.place is None else crs.transform(to_shape(photo.place), STORAGE_SRID, METRIC_SRID)
    return Taken(Photo(jpeg, f"{when} {what}".strip(), size), place)


def draw(scene: Scene, taken: list[Taken]) -> None:
    """The numbers of the photos where they were taken; of several at one place, beside each other."""
    frame, items = scene.frame, list[Item]()
    for n, each in enumerate(taken, 1):
        if each.place is None or not frame.box.contains(frame.paper(each.place)):
            continue
        at = frame.paper(each.place)
        spots = [
            (at.x + dx * RADIUS_MM * 2.2, at.y + dy * RADIUS_MM * 2.2) for dy in (0, -1, 1) for dx in (0, 1, -1, 2, -2)
        ]
        spot = next((spot for spot in spots if scene.board.is_free(shapely.Point(spot).buffer(RADIUS_MM))), None)
        if spot is None:
            scene.board.leave_out(scene.desk.t(f"照片 {n}", f"photo {n}"))
            continue
        scene.board.wall(shapely.Point(spot).buffer(RADIUS_MM))
        items.append(Circle(*spot, RADIUS_MM, fill=PAPER, stroke=INK, width=0.25))
        items.append(Text(spot[0], spot[1] + 2.4 * 0.37, str(n), 2.4, "middle", bold=True))
    if items:
        scene.items.append(group("照片位置 · photos", items))
        t = scene.desk.t
        scene.chapters.append(Chapter(t("照片", "Photos"), (Entry(t("拍摄位置", "Where taken"), "point", LOOK),)))
