"""Which observations of patrols something came from: what pages of rectifications and clues show as 来自巡查发现."""

from collections.abc import Sequence
from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import FieldPhoto, Observation, ObservationChange, Patrol


def origins(session: Session, noun: str, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The observations in sight that led to any of these (`rectification`, `clue`), the first seen first, with their corrections."""
    asked = (
        select(Observation, Patrol.inspector_name)
        .join(Patrol, Patrol.id == Observation.patrol_id)
        .where(Observation.followed_by_noun == noun, Observation.followed_by_id.in_(ids))
        .order_by(Observation.seen_at, Observation.id)
    )
    found = session.execute(asked).all()
    keys = [seen.id for seen, _ in found]
    changes = session.scalars(
        select(ObservationChange).where(ObservationChange.observation_id.in_(keys)).order_by(ObservationChange.id)
    ).all()
    photos = dict(
        session.execute(
            select(FieldPhoto.record_uuid, func.count())
            .where(FieldPhoto.record_uuid.in_([seen.client_uuid for seen, _ in found]), FieldPhoto.kind == "original")
            .group_by(FieldPhoto.record_uuid)
        ).all()
    )  # fmt: skip
    return [
        {
            "id": seen.id, "patrol_id": seen.patrol_id, "seen_at": seen.seen_at, "by": name, "severity": seen.severity,
            "item": {"code": seen.item_code, "zh": _item(seen).zh, "en": _item(seen).en}, "description": seen.description,
            "quantity": seen.quantity, "quantity_unit": seen.quantity_unit, "place": _place(seen),
            "photos": photos.get(seen.client_uuid, 0),
            "changes": [
                {"field": each.field, "was": each.was, "now": each.now, "by": each.by_name, "at": each.made_at, "reason": each.reason}
                for each in changes if each.observation_id == seen.id
            ],
        }
        for seen, name in found
    ]  # fmt: skip


def _item(seen: Observation) -> Any:
    return ITEMS.get(seen.item_code, ITEMS["OTHER"])


def _place(seen: Observation) -> list[float] | None:
    if seen.geom is None or to_shape(seen.geom).is_empty:
        return None
    point = to_shape(seen.geom).representative_point()
    return [round(point.x, 7), round(point.y, 7)]
